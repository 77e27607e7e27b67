// word - ioat_word: one word at a time, merged in order; reported, and the interrupt due, when it is answered.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module word (
    input wire       clk,
    input wire       rst,
    input wire       kill,
    input wire       clear,
    input wire       forget,
    input wire       misplaced_cmp,
    input wire       done,
    input wire       done_compl,
    input wire       done_int,
    input wire       done_tail,
    input wire       counted,
    input wire       count_met,
    input wire       count_met_next,
    input wire       superseded,
    input wire       cmd,
    input wire [2:0] cmd_state,
    input wire       cmd_final,
    input wire       gnt,
    input wire       ready,
    input wire       b_valid,
    input wire       b_err
);
    wire        idle, failed, misplaced, cmd_taken, w_valid, any_completed, event_int;
    wire [31:0] w_addr;
    wire [63:0] w_data;
    wire [63:6] completed, reported;

    // Descriptors are numbered as they complete.
    reg  [3:0]  number;

    ioat_word #(.ADDR_W(32)) dut (
        .clk(clk), .rst(rst), .kill(kill), .clear(clear), .forget(forget), .idle(idle), .failed(failed),
        .chancmp({61'd8, 2'd0, misplaced_cmp}), .misplaced(misplaced),
        .s_done(done), .s_done_addr({54'd0, number}), .s_done_compl(done_compl), .s_done_int(done_int),
        .s_done_tail(done_tail), .counted(counted), .count_met(count_met), .count_met_next(count_met_next),
        .superseded(superseded),
        .s_cmd(cmd), .s_cmd_state(cmd_state), .s_cmd_final(cmd_final), .s_cmd_chancmp(64'd64), .s_cmd_taken(cmd_taken),
        .m_w_valid(w_valid), .m_w_gnt(gnt), .m_w_ready(ready), .m_w_addr(w_addr), .m_w_data(w_data),
        .s_b_valid(b_valid), .s_b_err(b_err),
        .completed(completed), .reported(reported), .any_completed(any_completed), .event_int(event_int));

    reg        begun = 1'b0;
    reg        stuck;                        // a word is on the bus and not taken
    reg [63:0] stuck_data;
    reg        out;                          // a word is taken and not answered
    reg [3:0]  out_number;                   // the descriptor it names
    reg [2:0]  out_state;
    reg        owed;                         // a descriptor asked for a word that did not go out
    reg [3:0]  last_owed;
    reg [3:0]  credit;                       // interrupts asked for and not due yet, or merged
    reg        int_open;                     // one was asked for after the last that was due
    reg        killed;                       // kill, a clock ago
    reg [3:0]  last_done;                    // 0: none
    reg        merged, cmd_under_way;

    wire goes   = w_valid && gnt && ready;
    wire answer = out && b_valid;

    always @(posedge clk) begin
        begun      <= 1'b1;
        stuck      <= !rst && w_valid && gnt && !ready;
        stuck_data <= w_data;
        out        <= !rst && (goes || (out && !b_valid));
        if (goes) begin
            out_number <= w_data[9:6];
            out_state  <= w_data[2:0];
        end
        number     <= rst || clear ? 4'd1 : number + done;
        last_done  <= rst || clear ? 4'd0 : done ? number : last_done;
        owed       <= !rst && !kill && ((done && done_compl) || (owed && !(goes && w_data[9:6] == last_owed)));
        if (done && done_compl)
            last_owed <= number;
        cmd_under_way <= !rst && (cmd_taken || (cmd_under_way && !answer && !(idle && !cmd_taken)));
        credit     <= rst || clear ? 4'd0 : credit + (done && done_int) - event_int;
        int_open   <= !rst && !clear && (done && done_int ? !(event_int && !done_compl && !owed) : int_open && !event_int);
        killed     <= !rst && kill;
        merged     <= begun && !rst && (merged || (owed && done && done_compl && out && !answer));
    end

    `given(reset_first,    begun || rst)
    `given(grant_stays,    !begun || !stuck || gnt)
    `given(ready_granted,  !ready || gnt)
    `given(answers_owed,   !begun || !b_valid || out)
    // As retirement and control behave.
    `given(no_done_in_kill, !done || !(kill || failed || clear || cmd))
    `given(few,            number != 15 || !done)
    `given(placed,         !(done && done_compl && misplaced))
    `given(clear_settled,  !clear || (idle && !cmd && !kill))
    `given(no_command_in_kill, !kill || !cmd)
    `given(command_alone,  !begun || !(cmd_under_way || killed) || !done)
    `given(kill_until_idle, !begun || !killed || kill || idle)
    `given(forget_command, !forget || (idle && !done) || cmd_under_way)

    `holds(word_stays,     !begun || !stuck || (w_valid && w_data == stuck_data))
    `holds(one_word,       !begun || !(out && !answer) || !w_valid || !out)
    `holds(whole,          !w_valid || (w_addr[2:0] == 0 && w_data[5:3] == 0))
    `holds(idle_means,     !begun || !idle || !(w_valid || out))
    `holds(names_completed, !begun || !w_valid || cmd_under_way || (w_data[9:6] != 0 && w_data[9:6] <= last_done))
    `holds(in_order,       !begun || !w_valid || cmd_under_way || w_data[9:6] > word_before)
    `holds(never_forgotten, !begun || !owed || kill || failed || !idle)
    `holds(not_reported_early, !begun || !done_then || !compl_then || reported[9:6] != last_done || answer_then)
    `holds(reported_up_to, !begun || reported[9:6] <= last_done)
    `holds(reported_only_by_answer, !begun || !unanswered || reported[9:6] < word_first)
    `holds(completed_is_last, !begun || completed[9:6] == last_done || ever_failed)
    `holds(event_is_owed,  !begun || !event_int || credit != 0 || (done && done_int))
    `holds(event_comes,    !begun || !idle || !int_open || ever_killed || ever_failed)
    `holds(event_after_word, !begun || !event_int || answer || (done && !done_compl && idle))
    `holds(event_not_on_error, !(event_int && answer && b_err) || (done && done_int && !done_compl))
    `holds(withdrawn,      !begun || !(kill || forget) || !w_valid || stuck)
    `holds(idle_state_only_last, !begun || !w_valid || stuck || cmd_under_way || w_data[2:0] <= 1)

    // The oldest descriptor whose word is asked for and not answered, and the words that went out.
    reg        ever_killed;
    reg        unanswered, done_then, compl_then, answer_then, ever_failed;
    reg [3:0]  word_first, word_before;
    always @(posedge clk) begin
        done_then   <= done && !rst;
        compl_then  <= done_compl;
        answer_then <= answer && !b_err;
        ever_killed <= !rst && !clear && (ever_killed || kill);
        ever_failed <= !rst && !clear && (ever_failed || (answer && b_err));
        if (rst || clear || kill || (answer && !(owed && last_owed > out_number)))
            unanswered <= done && done_compl && !(rst || clear || kill);
        else if (done && done_compl)
            unanswered <= 1'b1;
        if (done && done_compl && (!unanswered || (answer && !(owed && last_owed > out_number))))
            word_first <= number;
        else if (answer)
            word_first <= out_number + 1'b1;
        word_before <= rst || clear ? 4'd0 : goes && !cmd_under_way ? w_data[9:6] : word_before;
    end

    `reached(merged_word,  begun && merged && answer && out_number >= 4)
    `reached(command_word, begun && cmd_under_way && goes && w_data[2:0] == `IOAT_CHANSTS_STATE_SUSPENDED && last_done == 2)
    `reached(failed_word,  begun && failed && reported[9:6] == 1 && last_done == 3)
    `reached(idle_word,    begun && goes && w_data[2:0] == `IOAT_CHANSTS_STATE_IDLE && last_done == 2)
    `reached(late_event,   begun && event_int && !done && out_number == 2)
endmodule
