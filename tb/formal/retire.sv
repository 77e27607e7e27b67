// retire - ioat_retire completes descriptors in list order, each once, each after its writes are answered.
//
// One descriptor of the solver's choice is followed from its start to its completion.

`default_nettype none
`include "formal.vh"

module retire (
    input wire       clk,
    input wire       rst,
    input wire       kill,
    input wire       s_valid,
    input wire [3:0] s_addr,
    input wire       s_compl,
    input wire       s_int,
    input wire       s_tail,
    input wire       s_moves,
    input wire       s_bad,
    input wire [3:0] s_cause,
    input wire       sent,
    input wire       sent_final,
    input wire       b_valid,
    input wire       b_err,
    input wire       source_failed,
    input wire       open,
    input wire       words_idle,
    input wire       word_misplaced,
    input wire       word_failed,
    input wire       follow                  // the descriptor that starts is the one to follow
);
    localparam TRANSFERS_LOG2 = 1;
    localparam BURSTS_LOG2    = 2;

    wire        empty, answered, s_ready, room, b_ready, done, done_compl, done_int, done_tail, fail;
    wire [63:6] done_addr;
    wire [3:0]  fail_cause;

    ioat_retire #(.TRANSFERS_LOG2(TRANSFERS_LOG2), .BURSTS_LOG2(BURSTS_LOG2)) dut (
        .clk(clk), .rst(rst), .kill(kill), .empty(empty), .answered(answered),
        .s_entry_valid(s_valid), .s_entry_ready(s_ready), .s_entry_addr({54'd0, s_addr}),
        .s_entry_compl(s_compl), .s_entry_int(s_int), .s_entry_tail(s_tail), .s_entry_moves(s_moves),
        .s_entry_bad(s_bad), .s_entry_cause(s_cause),
        .s_room(room), .s_sent(sent), .s_sent_final(sent_final),
        .s_b_valid(b_valid), .s_b_ready(b_ready), .s_b_err(b_err),
        .source_failed(source_failed), .open(open), .words_idle(words_idle),
        .word_misplaced(word_misplaced), .word_failed(word_failed),
        .m_done(done), .m_done_addr(done_addr), .m_done_compl(done_compl), .m_done_int(done_int),
        .m_done_tail(done_tail), .fail(fail), .fail_cause(fail_cause));

    reg       begun = 1'b0;
    reg [1:0] count;                         // descriptors inside
    reg [2:0] flying;                        // bursts sent and not answered
    reg [1:0] unsent;                        // descriptors whose last burst is not sent
    reg       bad_inside;                    // a bad one is inside: nothing follows it
    reg       killing;                       // kill, until every answer is in

    reg       followed;
    reg [1:0] ahead;                         // descriptors in front of it
    reg [7:0] entry;                         // what it was when it started
    reg       moves, bad;
    reg [3:0] cause;
    reg [1:0] finals;                        // last bursts to be sent up to its own
    reg       all_sent;
    reg [2:0] unanswered;                    // answers to come up to its own
    reg       spoiled;                       // one of them was an error
    reg       waited;                        // it was at the head before its answers were in

    wire start  = s_valid && s_ready && !kill;
    wire answer = b_valid && b_ready;
    wire last_of_followed = sent && sent_final && finals == 1;
    wire done_followed    = followed && done && ahead == 0;
    wire written          = all_sent && unanswered == 0 && !spoiled;

    always @(posedge clk) begin
        begun   <= 1'b1;
        count   <= rst || kill ? 2'd0 : count + start - done;
        flying  <= rst ? 3'd0 : flying + sent - answer;
        unsent  <= rst || kill ? 2'd0 : unsent + (start && s_moves) - (sent && sent_final);
        killing <= !rst && kill;
        if (start && s_bad)
            bad_inside <= 1'b1;
        if (followed) begin
            ahead <= ahead - done;
            if (sent && sent_final && finals != 0)
                finals <= finals - 1'b1;
            if (last_of_followed) begin
                all_sent   <= 1'b1;
                unanswered <= flying + 1'b1 - answer;
            end else if (all_sent && answer && unanswered != 0)
                unanswered <= unanswered - 1'b1;
            if (answer && b_err && !(all_sent && unanswered == 0))
                spoiled <= 1'b1;
            waited <= waited || (ahead == 0 && moves && unanswered > 1);
        end
        if (done_followed)
            followed <= 1'b0;
        if (start && follow && !followed) begin
            followed   <= 1'b1;
            ahead      <= count - done;
            entry      <= {s_addr, s_compl, s_int, s_tail, s_moves};
            moves      <= s_moves;
            bad        <= s_bad;
            cause      <= s_cause;
            finals     <= unsent + s_moves - (sent && sent_final);
            all_sent   <= 1'b0;
            unanswered <= 3'd0;
            spoiled    <= failed_before || (answer && b_err);
            waited     <= 1'b0;
        end
        if (rst || kill) begin
            followed   <= 1'b0;
            bad_inside <= 1'b0;
        end
    end

    // An error answer since kill spoils whatever starts later.
    reg failed_before;
    always @(posedge clk)
        failed_before <= !rst && !kill && (failed_before || (answer && b_err));

    `given(reset_first,      begun || rst)
    `given(bursts_have_room, !sent || room)
    `given(finals_are_owed,  !begun || !(sent && sent_final) || unsent != 0)
    `given(nothing_after_bad, !begun || !bad_inside || !s_valid)
    `given(bad_moves_nothing, !(s_bad && s_moves))
    `given(kill_until_answered, !begun || !killing || kill || (flying == 0 && !sent))
    `given(nothing_starts_in_kill, !kill || !s_valid)

    `holds(counts,          !begun || (empty == (count == 0) && answered == (flying == 0)))
    `holds(answers_expected, !begun || b_ready == (flying != 0))
    `holds(done_is_inside,  !begun || !done || count != 0)
    `holds(in_order_whole,  !begun || !done_followed || entry == {done_addr[9:6], done_compl, done_int, done_tail, moves})
    `holds(after_its_writes, !begun || !done_followed || !moves || written)
    `holds(not_when_bad,    !begun || !done_followed || !bad)
    `holds(not_past_failed_word, !done || !word_failed)
    `holds(not_in_kill,     !done || !kill)
    `holds(not_without_place, !done || !done_compl || !word_misplaced)
    `holds(fail_or_done,    !fail || !done)
    `holds(fail_when_reported, !fail || words_idle)
    `holds(fail_has_a_head, !begun || !fail || count != 0)
    `holds(cause_of_bad,    !(begun && fail && followed && ahead == 0 && bad) || fail_cause == cause)
    `holds(written_is_done, !(begun && followed && ahead == 0 && !bad && (!moves || written)) ||
                            done || kill || word_failed || (done_compl && word_misplaced))
    `holds(lost_read_waits, !(begun && fail && followed && ahead == 0 && moves && !spoiled && !(done_compl && word_misplaced))
                            || (source_failed && answered && !open))

    `reached(completed_late, begun && done_followed && moves && waited)
    `reached(two_in_a_row,   begun && done && count == 2 && answer && unsent == 0)
    `reached(write_error,    begun && fail && followed && spoiled && fail_cause == 9)
    `reached(read_error,     begun && fail && followed && moves && fail_cause == 8)
    `reached(bad_in_turn,    begun && fail && followed && bad && cause == 11)
endmodule
