// ioat_writer - shift source words into destination words and send them in bursts.
//
//   s_job --> queue --> current job
//   s_src (buffered source words) --> previous | current --> funnel --> strobes --> m_w
//
// Cut-through: a burst is offered as soon as its first destination word exists; a
// source word seen in one clock is a write beat in that clock. One beat a clock, no
// idle clock between transfers: the first source word of a job whose source is
// further into its bus word than the destination is taken in the last clock of the
// job before, when that one has no use for the source port.
//
// m_w follows the mux's protocol: a burst may be withdrawn until m_w_gnt shows it on
// the bus; from then on it is completed. kill, or a source word with an error,
// completes an open burst with its strobes off and drops the rest. Bursts end at
// multiples of BURST_BYTES, hence at 4 KiB.
//
// A burst that waits for its source while others wait for the bus is padded after PATIENCE
// clocks: its strobes go off to its end, and the rest of the data goes into a burst of its own.

`default_nettype none

module ioat_writer #(
    parameter DATA_W      = 64,              // bits
    parameter ADDR_W      = 64,              // bits
    parameter LEN_W       = 21,              // bits of a byte count
    parameter BURST_BYTES = 256,             // power of two, at most 2048
    parameter JOBS_LOG2   = 6,               // log2 of the jobs in the queue
    parameter PATIENCE    = 32               // clocks; a power of two, or 0: nobody else can wait
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                kill,         // drop jobs; source words go when uses_src is low
    output wire                open,         // a burst is on the bus
    output wire                uses_src,     // and its beat may need the source word offered
    output reg                 failed,       // a source word had an error; nothing moves until kill

    input  wire                s_job_valid,
    output wire                s_job_ready,
    input  wire [ADDR_W-1:0]   s_job_addr,
    input  wire [ADDR_W-1:12]  s_job_page,
    input  wire                s_job_break,
    input  wire [LEN_W-1:0]    s_job_bytes,
    input  wire                s_job_fill,
    input  wire [63:0]         s_job_source,
    input  wire                s_job_no_snoop,

    input  wire                s_src_valid,
    output wire                s_src_ready,
    input  wire [DATA_W-1:0]   s_src_data,
    input  wire                s_src_err,

    output wire                m_w_valid,
    input  wire                m_w_gnt,      // this burst is on the bus
    input  wire                m_w_ready,    // this beat is taken
    input  wire                m_w_crowd,    // others wait for the bus
    output wire [ADDR_W-1:0]   m_w_addr,     // of the burst, valid with its first beat
    output wire [7:0]          m_w_len,
    output wire                m_w_no_snoop,
    output wire [DATA_W-1:0]   m_w_data,
    output wire [DATA_W/8-1:0] m_w_strb,
    output wire                m_w_last,

    input  wire                s_room,       // one more burst can be followed to its answer
    output wire                m_sent,       // a burst is complete
    output wire                m_sent_final  // and with it its transfer, all of it written
);
    localparam BYTES      = DATA_W / 8;
    localparam BYTE_LOG2  = DATA_W == 512 ? 6 : DATA_W == 256 ? 5 : DATA_W == 128 ? 4 : 3;
    localparam BURST_LOG2 = $clog2(BURST_BYTES);
    localparam BEATS_LOG2 = BURST_LOG2 - BYTE_LOG2;
    localparam COUNT_W    = LEN_W - BYTE_LOG2 + 1;    // bits of a count of bus words

    // ---- queue of jobs, and what the next one needs ----

    wire               next_valid, next_ready;
    wire [ADDR_W-1:0]  next_addr;
    wire [ADDR_W-1:12] next_page;
    wire               next_break, next_fill, next_no_snoop;
    wire [LEN_W-1:0]   next_bytes;
    wire [63:0]        next_source;

    ioat_fifo #(.WIDTH(ADDR_W + ADDR_W - 12 + 3 + LEN_W + 64), .DEPTH_LOG2(JOBS_LOG2)) jobs (
        .clk(clk), .rst(rst || kill),
        .s_valid(s_job_valid), .s_ready(s_job_ready),
        .s_data({s_job_addr, s_job_page, s_job_break, s_job_fill, s_job_no_snoop, s_job_bytes, s_job_source}),
        .m_valid(next_valid), .m_ready(next_ready),
        .m_data({next_addr, next_page, next_break, next_fill, next_no_snoop, next_bytes, next_source}));

    wire [BYTE_LOG2-1:0] next_to     = next_addr[BYTE_LOG2-1:0];
    wire [BYTE_LOG2-1:0] next_from   = next_source[BYTE_LOG2-1:0];
    wire                 next_prime  = !next_fill && next_from > next_to;
    // Offset and length, rounded up to whole words.
    wire [BYTE_LOG2:0]   to_up       = {|next_to, next_to - 1'b1};
    wire [LEN_W:0]       next_to_end = {1'b0, next_bytes} + {{(LEN_W-BYTE_LOG2){1'b0}}, to_up};

    // ---- current job ----

    reg                       active;
    reg [ADDR_W-1:BYTE_LOG2]  word;          // next destination word
    reg [ADDR_W-1:12]         page;
    reg                       breaks, no_snoop, fill;
    reg [COUNT_W-1:0]         left, src_left;// destination and source words to go
    reg [BYTE_LOG2-1:0]       to, last_lane; // first and last byte lane of the destination
    reg [BYTE_LOG2-1:0]       turn;          // lanes from source, or fill pattern, to destination, upward
    reg                       prime;         // a source word must be taken before the first beat
    reg                       head;          // no beat has gone yet
    reg [DATA_W-1:0]          previous;      // source word before the one offered; the fill pattern
    reg                       muted;         // the rest of the open burst has its strobes off
    wire                      padding;       // so it has, and its data is still to be sent
    wire                      pad_last;

    wire need_src   = active && src_left != 0;
    wire src_failed = need_src && s_src_valid && s_src_err;
    wire beat_ready = active && !prime && (!need_src || s_src_valid);
    wire ending      = left == 1;

    // The upper half of the window is the beat.
    wire [DATA_W-1:0]    current = fill ? previous : need_src && !muted && !padding ? s_src_data : {DATA_W{1'b0}};
    wire [2*DATA_W-1:0]  window  = {current, previous} << {turn, 3'b000};
    wire [BYTES-1:0]    lanes  = (head  ? {BYTES{1'b1}} << to : {BYTES{1'b1}}) &
                                 (ending ? {BYTES{1'b1}} >> (~last_lane) : {BYTES{1'b1}});

    // ---- bursts ----

    reg  in_burst;                           // a burst is on the bus and not complete
    wire [BEATS_LOG2:0] room  = (1 << BEATS_LOG2) - {1'b0, word[BYTE_LOG2 +: BEATS_LOG2]};
    wire [BEATS_LOG2:0] beats = left < {{(COUNT_W-BEATS_LOG2-1){1'b0}}, room} ? left[BEATS_LOG2:0] : room;
    wire [8:0]          len   = {{(8-BEATS_LOG2){1'b0}}, beats} - 9'd1;

    assign open         = in_burst;
    assign uses_src     = in_burst && !muted && !padding;
    assign m_w_valid    = in_burst ? muted || padding || beat_ready
                                   : beat_ready && !src_failed && !kill && !failed && s_room;
    assign m_w_addr     = {word, {BYTE_LOG2{1'b0}}};
    assign m_w_len      = len[7:0];
    assign m_w_no_snoop = no_snoop;
    assign m_w_data     = window[2*DATA_W-1:DATA_W];
    assign m_w_strb     = muted || padding || src_failed ? {BYTES{1'b0}} : lanes;
    assign m_w_last     = padding ? pad_last : ending || &word[BYTE_LOG2 +: BEATS_LOG2];

    wire taken     = m_w_valid && m_w_gnt && m_w_ready;
    wire sent_beat = taken && !padding;
    assign m_sent       = taken && m_w_last;
    assign m_sent_final = ending && !muted && !padding && !src_failed;

    // ---- padding ----

    generate
        if (PATIENCE != 0) begin : patient
            reg [$clog2(PATIENCE):0] waited;
            reg [BEATS_LOG2:0]       pad;    // beats until the burst is complete

            assign padding  = pad != 0;
            assign pad_last = pad == 1;
            always @(posedge clk) begin
                if (rst || !in_burst || m_w_valid)
                    waited <= 0;
                else if (m_w_crowd)
                    waited <= waited + 1'b1;
                if (rst)
                    pad <= 0;
                else if (waited[$clog2(PATIENCE)] && !m_w_valid && !kill)
                    pad <= beats;
                else if (padding && taken)
                    pad <= pad - 1'b1;
            end
        end else begin : alone
            wire unused = m_w_crowd;

            assign padding  = 1'b0;
            assign pad_last = 1'b0;
        end
    endgenerate

    // ---- source port ----

    wire finish     = sent_beat && ending;
    wire take       = (!active || finish) && next_valid && !kill && !failed && !muted && !src_failed;
    wire take_prime = take && next_prime && s_src_valid && !s_src_err && !need_src;
    wire prime_now  = active && prime && s_src_valid && !s_src_err;

    // The same of the source; a word that is taken at once does not count.
    wire [BYTE_LOG2:0] from_up       = {|next_from && !take_prime, next_from - 1'b1};
    wire [LEN_W:0]     next_from_end = {1'b0, next_bytes} + {{(LEN_W-BYTE_LOG2){1'b0}}, from_up};

    assign next_ready  = take;
    assign s_src_ready = (sent_beat && need_src && !muted) || prime_now || take_prime;

    always @(posedge clk) begin
        if (s_src_valid && s_src_ready) begin
            previous <= s_src_data;
            src_left <= src_left - 1'b1;
        end
        if (prime_now)
            prime <= 1'b0;
        if (src_failed && (prime || sent_beat || !in_burst))
            failed <= 1'b1;

        if (sent_beat) begin
            left <= left - 1'b1;
            word <= breaks && &word[11:BYTE_LOG2] ? {page, {(12-BYTE_LOG2){1'b0}}} : word + 1'b1;
            head <= 1'b0;
            if (&word[11:BYTE_LOG2])
                breaks <= 1'b0;
            if (ending)
                active <= 1'b0;
        end

        if (take) begin
            active    <= 1'b1;
            word      <= next_addr[ADDR_W-1:BYTE_LOG2];
            page      <= next_page;
            breaks    <= next_break;
            no_snoop  <= next_no_snoop;
            fill      <= next_fill;
            if (next_fill)
                previous <= {(DATA_W/64){next_source}};
            left      <= next_to_end[LEN_W:BYTE_LOG2];
            src_left  <= next_fill ? 0 : next_from_end[LEN_W:BYTE_LOG2];
            to        <= next_to;
            last_lane <= next_to_end[BYTE_LOG2-1:0];
            turn      <= next_fill ? next_to : next_to - next_from;
            prime     <= next_prime && !take_prime;
            head      <= 1'b1;
        end

        // A beat that is on the bus and not taken must not change.
        if (m_w_gnt && m_w_valid)
            in_burst <= !(m_w_ready && m_w_last);
        if (taken || !(m_w_gnt && m_w_valid))
            muted <= kill || failed || src_failed;

        if (kill && !in_burst && !(m_w_gnt && m_w_valid)) begin
            active <= 1'b0;
            failed <= 1'b0;
            muted   <= 1'b0;
        end
        if (rst) begin
            active   <= 1'b0;
            in_burst <= 1'b0;
            failed   <= 1'b0;
            muted     <= 1'b0;
        end
    end

    wire unused = &{1'b0, len[8], window[DATA_W-1:0], next_from_end[BYTE_LOG2-1:0]};
endmodule

`default_nettype wire
