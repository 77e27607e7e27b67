// ioat_reader - ask for the source words of one transfer after another.
//
//   s_job --> bursts --> m_ar ==> memory ==> s_r (into the caller's buffer)
//
// A burst is asked for only when the buffer has room for all of it, so read data
// never waits. Bursts end at multiples of BURST_BYTES, hence at 4 KiB, and continue
// at the second page of a page break. The next job is taken in the clock that
// grants the last burst of this one.

`default_nettype none

module ioat_reader #(
    parameter ADDR_W      = 64,              // bits
    parameter LEN_W       = 21,              // bits of a byte count
    parameter BURST_BYTES = 512,             // power of two, at most 4096
    parameter BUFFER_LOG2 = 7,               // log2 of the buffer, beats
    parameter BYTE_LOG2   = 3                // log2 of the bytes of a bus word
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               kill,          // drop the job; the buffer is emptied meanwhile
    output wire               idle,          // no answer is outstanding

    input  wire               s_job_valid,
    output wire               s_job_ready,
    input  wire [ADDR_W-1:0]  s_job_addr,
    input  wire [ADDR_W-1:12] s_job_page,
    input  wire               s_job_break,
    input  wire [LEN_W-BYTE_LOG2:0] s_job_beats,
    input  wire               s_job_no_snoop,

    output wire               m_ar_req,      // may be withdrawn before m_ar_gnt
    output wire [ADDR_W-1:0]  m_ar_addr,
    output wire [7:0]         m_ar_len,
    output wire               m_ar_no_snoop,
    input  wire               m_ar_gnt,
    input  wire               s_r_valid,     // a beat arrives
    input  wire               pop            // a beat leaves the buffer
);
    localparam BURST_LOG2 = $clog2(BURST_BYTES);
    localparam BEATS_LOG2 = BURST_LOG2 - BYTE_LOG2;   // beats of a full burst
    localparam PAD        = LEN_W - BYTE_LOG2 - BEATS_LOG2;

    reg                     busy;
    reg [ADDR_W-1:BYTE_LOG2] word;           // next bus word
    reg [ADDR_W-1:12]       page;
    reg                     breaks, no_snoop;
    reg [LEN_W-BYTE_LOG2:0] left;            // beats of the job not yet asked for
    reg [BUFFER_LOG2:0]     promised;        // beats asked for that have not left the buffer
    reg [BUFFER_LOG2:0]     awaited;         // beats asked for that have not arrived

    wire [BEATS_LOG2:0] room  = (1 << BEATS_LOG2) - {1'b0, word[BYTE_LOG2 +: BEATS_LOG2]};
    wire [BEATS_LOG2:0] beats = left < {{PAD{1'b0}}, room} ? left[BEATS_LOG2:0] : room;
    wire [8:0]          len   = {{(8-BEATS_LOG2){1'b0}}, beats} - 9'd1;
    wire                ending = left == {{PAD{1'b0}}, beats};

    // Words up to the end of this burst, in the page; the carry is the page's end.
    wire [12-BYTE_LOG2:0] end_word = {1'b0, word[11:BYTE_LOG2]} + {{(12-BYTE_LOG2-BEATS_LOG2){1'b0}}, beats};
    wire                  page_end = end_word[12-BYTE_LOG2];

    wire [BUFFER_LOG2+1:0] after = {1'b0, promised} + {{(BUFFER_LOG2+1-BEATS_LOG2){1'b0}}, beats};

    assign m_ar_req      = busy && !kill && after <= (1 << BUFFER_LOG2);
    assign m_ar_addr     = {word, {BYTE_LOG2{1'b0}}};
    assign m_ar_len      = len[7:0];
    assign m_ar_no_snoop = no_snoop;
    assign s_job_ready   = !kill && (!busy || (m_ar_gnt && ending));
    assign idle          = awaited == 0;

    wire [BUFFER_LOG2:0] granted  = m_ar_gnt ? {{(BUFFER_LOG2-BEATS_LOG2){1'b0}}, beats} : 0;
    wire [BUFFER_LOG2:0] awaiting = awaited + granted - {{BUFFER_LOG2{1'b0}}, s_r_valid};

    always @(posedge clk) begin
        if (m_ar_gnt) begin
            left <= left - {{PAD{1'b0}}, beats};
            word <= breaks && page_end ? {page, {(12-BYTE_LOG2){1'b0}}}
                                       : word + {{(ADDR_W-BYTE_LOG2-BEATS_LOG2-1){1'b0}}, beats};
            if (page_end)
                breaks <= 1'b0;
            if (ending)
                busy <= 1'b0;
        end
        if (s_job_valid && s_job_ready) begin
            busy     <= 1'b1;
            word     <= s_job_addr[ADDR_W-1:BYTE_LOG2];
            page     <= s_job_page;
            breaks   <= s_job_break;
            no_snoop <= s_job_no_snoop;
            left     <= s_job_beats;
        end
        awaited  <= awaiting;
        promised <= kill ? awaiting : promised + granted - {{BUFFER_LOG2{1'b0}}, pop};

        if (rst || kill)
            busy <= 1'b0;
        if (rst) begin
            awaited  <= 0;
            promised <= 0;
        end
    end

    wire unused = &{1'b0, s_job_addr, len[8], end_word};
endmodule

`default_nettype wire
