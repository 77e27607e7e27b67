// ioat_retire - complete descriptors in list order, once every write they made is answered.
//
//   s_entry --> queue of started descriptors --> head --> m_done
//   s_sent  --> queue of unanswered bursts --+     ^
//   s_b     ---------------------------------+-----+
//
// A descriptor without data completes when it is the head. fail holds, with its one
// cause, once everything before the failing descriptor is completed and reported and
// its own outstanding answers have come; only kill leads on.

`default_nettype none
`include "ioat_regs.vh"

module ioat_retire #(
    parameter TRANSFERS_LOG2 = 6,            // log2 of the started descriptors
    parameter BURSTS_LOG2    = 8             // log2 of the unanswered write bursts
) (
    input  wire        clk,
    input  wire        rst,
    input  wire        kill,                 // forget the started descriptors, still await the answers
    output wire        empty,                // no started descriptor
    output wire        answered,             // no unanswered burst

    input  wire        s_entry_valid,
    output wire        s_entry_ready,
    input  wire [63:6] s_entry_addr,
    input  wire        s_entry_compl,
    input  wire        s_entry_int,
    input  wire        s_entry_tail,
    input  wire        s_entry_moves,
    input  wire        s_entry_bad,
    input  wire [3:0]  s_entry_cause,

    output wire        s_room,               // one more burst can be followed
    input  wire        s_sent,               // a burst is complete on the bus
    input  wire        s_sent_final,         // the last of its transfer
    input  wire        s_b_valid,
    output wire        s_b_ready,
    input  wire        s_b_err,

    input  wire        source_failed,        // the data path stopped at a read error
    input  wire        open,                 // a burst is on the bus
    input  wire        words_idle,           // no completion word waits or is unanswered
    input  wire        word_misplaced,       // CHANCMP cannot take a word
    input  wire        word_failed,          // complete nothing more

    output wire        m_done,               // one clock: the head is complete
    output wire [63:6] m_done_addr,
    output wire        m_done_compl,
    output wire        m_done_int,
    output wire        m_done_tail,
    output wire        fail,
    output wire [3:0]  fail_cause
);
    wire       head_valid, compl, moves, bad;
    wire [3:0] cause;

    ioat_fifo #(.WIDTH(58 + 5 + 4), .DEPTH_LOG2(TRANSFERS_LOG2)) entries (
        .clk(clk), .rst(rst || kill),
        .s_valid(s_entry_valid), .s_ready(s_entry_ready),
        .s_data({s_entry_addr, s_entry_compl, s_entry_int, s_entry_tail, s_entry_moves, s_entry_bad, s_entry_cause}),
        .m_valid(head_valid), .m_ready(m_done),
        .m_data({m_done_addr, compl, m_done_int, m_done_tail, moves, bad, cause}));

    wire burst_valid, burst_final;

    ioat_fifo #(.WIDTH(1), .DEPTH_LOG2(BURSTS_LOG2)) bursts (
        .clk(clk), .rst(rst),
        .s_valid(s_sent), .s_ready(s_room), .s_data(s_sent_final),
        .m_valid(burst_valid), .m_ready(s_b_valid), .m_data(burst_final));

    assign s_b_ready = burst_valid;
    assign empty     = !head_valid;
    assign answered  = !burst_valid;

    reg [TRANSFERS_LOG2:0] written;          // transfers answered whole, not yet completed
    reg                    write_failed;     // the transfer after those had an error answer

    wire complete  = head_valid && !bad && (!moves || written != 0);
    wire no_word   = complete && compl && word_misplaced;
    wire lost      = head_valid && !bad && moves && written == 0;
    wire lost_read = lost && source_failed && answered && !open;

    assign m_done       = complete && !no_word && !word_failed && !kill;
    assign m_done_compl = compl;
    assign fail         = words_idle && ((head_valid && bad) || no_word || (lost && write_failed) || lost_read);
    assign fail_cause   = bad                  ? cause :
                          no_word              ? `IOAT_CHANERR_CMP_ADDR_LSB :
                          lost && write_failed ? `IOAT_CHANERR_WRITE_DATA_LSB :
                                                 `IOAT_CHANERR_READ_DATA_LSB;

    wire credit = s_b_valid && s_b_ready && !s_b_err && burst_final && !write_failed;

    always @(posedge clk) begin
        written <= written + {{TRANSFERS_LOG2{1'b0}}, credit} - {{TRANSFERS_LOG2{1'b0}}, m_done && moves};
        if (s_b_valid && s_b_ready && s_b_err)
            write_failed <= 1'b1;
        if (rst || kill) begin
            written      <= 0;
            write_failed <= 1'b0;
        end
    end
endmodule

`default_nettype wire
