// control - ioat_control: only legal changes of state; HALTED, SUSPENDED and the end of a command wait for every
// answer and every word; one cause for each halt, in CHANERR before the error word.
//
// Fetch, data path and completion are the solver's choice within `given.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module control (
    input wire        clk,
    input wire        rst,
    input wire        bme,
    input wire        flr,
    input wire [5:0]  cmd,
    input wire        cmd_bad,
    input wire        chain_wr,
    input wire        count_wr,
    input wire [15:0] count_next,
    input wire        err_completion_en,
    input wire        err_int_en,
    input wire [31:0] chanerrmsk,
    input wire        misplaced,
    input wire        reload_asked,
    input wire        reload_done,
    input wire        reload_failed,
    input wire        fetch_idle,
    input wire        desc_waits,
    input wire        at_end,
    input wire        drained,
    input wire        settled,
    input wire        done,
    input wire        fail,
    input wire [3:0]  fail_cause,
    input wire        word_failed,
    input wire        any_completed,
    input wire        word_taken,
    input wire        word_idle
);
    localparam [2:0] ACTIVE = `IOAT_CHANSTS_STATE_ACTIVE, IDLE = `IOAT_CHANSTS_STATE_IDLE,
                     SUSPENDED = `IOAT_CHANSTS_STATE_SUSPENDED, HALTED = `IOAT_CHANSTS_STATE_HALTED,
                     ARMED = `IOAT_CHANSTS_STATE_ARMED;

    reg  [15:0] dmacount;
    wire        at_rest, error_set, error_int, clear_regs, hold_irq, counted, run, flush, skim, load, reload, count_met,
                count_met_next, superseded, kill, clear_completed, word_cmd, word_final, word_forget;
    wire [2:0]  state, word_state;
    wire [5:0]  pending;
    wire [3:0]  error_cause;
    wire [63:0] word_chancmp;

    ioat_control dut (
        .clk(clk), .rst(rst), .bme(bme), .flr(flr), .at_rest(at_rest), .cmd(cmd), .cmd_bad(cmd_bad),
        .chain_wr(chain_wr), .count_wr(count_wr), .count_next(count_next), .dmacount(dmacount),
        .err_completion_en(err_completion_en), .err_int_en(err_int_en), .chanerrmsk(chanerrmsk),
        .chancmp(64'd0), .chancmp_misplaced(misplaced),
        .state(state), .cmd_pending(pending), .error_set(error_set), .error_cause(error_cause),
        .error_int(error_int), .clear_regs(clear_regs), .hold_irq(hold_irq),
        .counted(counted), .run(run), .flush(flush), .skim(skim), .load(load), .reload(reload),
        .reload_asked(reload_asked), .reload_done(reload_done), .reload_failed(reload_failed),
        .fetch_idle(fetch_idle), .desc_waits(desc_waits), .at_end(at_end), .count_met(count_met), .count_met_next(count_met_next),
        .superseded(superseded), .kill(kill), .drained(drained), .settled(settled), .done(done), .fail(fail),
        .fail_cause(fail_cause), .word_failed(word_failed), .any_completed(any_completed),
        .clear_completed(clear_completed), .word_cmd(word_cmd), .word_state(word_state), .word_final(word_final),
        .word_chancmp(word_chancmp), .word_forget(word_forget), .word_taken(word_taken), .word_idle(word_idle));

    // As the registers do it.
    always @(posedge clk)
        dmacount <= rst || clear_regs || chain_wr ? 16'd0 : count_wr ? count_next : dmacount;

    wire reset_cmd   = cmd[`IOAT_CHANCMD_RESET_LSB];
    wire abort_cmd   = cmd[`IOAT_CHANCMD_ABORT_LSB];
    wire suspend_cmd = cmd[`IOAT_CHANCMD_SUSPEND_LSB];
    wire resume_cmd  = cmd[`IOAT_CHANCMD_RESUME_LSB];
    wire start_cmd   = cmd[`IOAT_CHANCMD_START_LSB];
    wire append_cmd  = cmd[`IOAT_CHANCMD_APPEND_LSB];
    wire resetting   = pending[`IOAT_CHANCMD_RESET_LSB];
    wire aborting    = pending[`IOAT_CHANCMD_ABORT_LSB];
    wire suspending  = pending[`IOAT_CHANCMD_SUSPEND_LSB];

    // ---- the clock before ----

    reg        begun = 1'b0;                 // reset is over
    reg        past = 1'b0;                  // and was so a clock ago
    reg [2:0]  was;
    reg        was_resetting, was_aborting, was_suspending;
    reg        chain_then, count_then, start_then, append_then, resume_then, suspend_then, abort_then, reset_then;
    reg        drained_then, settled_then, word_idle_then, killing_then, word_cmd_then, fetch_idle_then;
    reg        flr_then;

    // ---- the present run ----

    reg        cause_known;                  // CHANERR was set since the channel began to halt
    reg        halt_word;                    // the HALTED word was asked for and not answered
    reg        stopped_clean;                // everything was answered when KILL ended
    reg        failing;                      // an error was seen since work began
    reg        append_owed, appended, suspended_before, word_before;

    always @(posedge clk) begin
        begun           <= 1'b1;
        past            <= begun;
        was             <= state;
        was_resetting   <= resetting;
        was_aborting    <= aborting;
        was_suspending  <= suspending;
        chain_then      <= chain_wr;
        count_then      <= count_wr;
        start_then      <= start_cmd;
        append_then     <= append_cmd;
        resume_then     <= resume_cmd;
        suspend_then    <= suspend_cmd;
        abort_then      <= abort_cmd;
        reset_then      <= reset_cmd || (flr && !flr_then);
        drained_then    <= drained;
        settled_then    <= settled;
        fetch_idle_then <= fetch_idle;
        word_idle_then  <= word_idle;
        killing_then    <= kill;
        word_cmd_then   <= word_cmd;
        flr_then        <= flr && !rst;
        // A halt by error: from error_set that ends KILL until the state shows it.
        cause_known     <= !rst && state == ACTIVE && (cause_known || (error_set && kill)) && !clear_regs && !load;
        suspended_before <= begun && !rst && (suspended_before || (state == SUSPENDED && pending == 0));
        word_before      <= begun && !rst && (word_before || word_cmd) && state == ACTIVE;
        append_owed      <= begun && !rst && run && settled && desc_waits && !flush &&
                            (append_owed || (append_cmd && !counted && listed));
        appended         <= begun && !rst && (appended || (append_cmd && state == ACTIVE)) && state != HALTED;
    end

    `given(reset_first,     begun || rst)
    `given(reset_once,      !begun || !rst)
    // A write is one command, or a bad one; CHAINADDR and CHANCMD are different words.
    `given(one_command,     (cmd & (cmd - 1'b1)) == 0 && !(cmd_bad && cmd != 0))
    `given(one_word,        !(chain_wr && (cmd != 0 || cmd_bad || count_wr)))
    `given(taken_if_asked,  word_taken == (word_cmd && word_idle))
    `given(word_goes_out,   !begun || !word_taken_then || !word_idle || word_forget)
    `given(settled_is_idle, !settled || word_idle)
    `given(drained_is_idle, !drained || (word_idle && fetch_idle))
    `given(flr_held,        !begun || !flr_then || flr || at_rest)
    `given(nothing_at_rest, !begun || !quiet || !(done || fail || word_failed))
    // Nothing is asked for outside RUN and READ.
    `given(waits_is_not_idle, !(desc_waits && fetch_idle))
    `given(fetch_stays_idle, !begun || !fetch_idle_then || reading_then || fetch_idle)
    reg  word_taken_then, reading_then;
    reg  quiet;                              // nothing was loaded since everything was at rest
    always @(posedge clk) begin
        reading_then    <= run || reload;
        word_taken_then <= word_taken && !rst;
        quiet <= rst || (at_rest && settled && !load) || (quiet && !load && !run && !reload);
    end

    wire into = past && state != was;

    `holds(five_states,     !past || state <= ARMED)
    `holds(skim_waits,      !skim || (run && settled && !desc_waits))
    `holds(idle_from_run,   !(into && state == IDLE) || (was == ACTIVE && settled_then && fetch_idle_then))
    `holds(armed_by_chainaddr, !(into && state == ARMED) || chain_then || was == ACTIVE || was_resetting || (was == SUSPENDED && resume_then))
    `holds(suspended_by_suspend, !(into && state == SUSPENDED) ||
                            (suspend_then && (was == IDLE || was == ARMED)) || (was == ACTIVE && was_suspending))
    `holds(suspended_settled, !(into && state == SUSPENDED && was == ACTIVE) || (word_idle_then && fetch_idle_then))
    `holds(halted_by,       !(into && state == HALTED) || abort_then || killing_then || (was == ACTIVE && word_idle_then) || was_resetting ||
                            (reset_then && was != ACTIVE))
    `holds(reset_at_rest,   !past || !(reset_then && was != ACTIVE) || state == HALTED)
    `holds(halted_settled,  !(into && state == HALTED && was == ACTIVE) || word_idle_then)
    `holds(active_by,       !(into && state == ACTIVE) || count_then || start_then || resume_then || append_then || was_resetting || was_aborting)
    `holds(count_not_in_halted, !(into && was == HALTED && state == ACTIVE) || start_then || was_resetting || was_aborting)

    // ---- commands end when everything is answered ----

    `holds(reset_drains,    !past || !was_resetting || resetting || (killing_then && drained_then) || (!killing_then && word_idle_then))
    `holds(abort_drains,    !past || !was_aborting || aborting || reset_then || (killing_then && drained_then) || (!killing_then && word_idle_then))
    `holds(reset_is_shown,  !past || !reset_then || resetting)
    `holds(abort_is_shown,  !past || !abort_then || was != ACTIVE || aborting || was_resetting || resetting)
    `holds(reset_prevails,  !resetting || !(aborting || suspending) || !past)
    `holds(at_rest_means,   !past || !at_rest || !(run || reload || kill || word_cmd || resetting || aborting || suspending))
    `holds(silent_halted,   !past || !(at_rest && state == HALTED) || !(run || reload))
    // What one RESET has killed another one need not.
    `holds(kill_in_reset,   !past || !reset_then || kill || (was_resetting && !flr_then && !run && !reload))
    `holds(irq_held,        !resetting || hold_irq)

    // ---- what is read ahead goes with its permission ----

    `holds(dropped_by_stop, !past || !(run || reload) || at_rest ||
                            !(reset_cmd || abort_cmd || suspend_cmd || chain_wr) || flush)
    // APPEND: at once, or as soon as what waits to be started is.
    `holds(dropped_by_append, !past || !(run && (append_owed || (append_cmd && !counted && listed))) ||
                            flush || skim || (settled && desc_waits))
    `holds(no_read_in_stop, !(kill || word_cmd) || (!run && !reload && flush))
    `holds(load_is_new,     !past || !load || !(run || reload))

    // ---- errors ----

    `holds(error_ends_kill, !past || !error_set || (kill && drained) || cmd_bad)
    `holds(cause_once,      !past || !(cause_known && state == ACTIVE && error_set))
    `holds(halted_has_cause, !(into && state == HALTED && error_seen) || cause_known)
    `holds(cause_before_word, !past || !(word_cmd && word_final && error_seen) || cause_known)
    `holds(error_no_other_command, !past || !error_int || (err_int_en && !chanerrmsk[error_cause]))
    `holds(words_say,       !word_cmd || word_state == (word_final ? HALTED : SUSPENDED))
    `holds(kill_after_fail, !past || !fail_then || kill)
    reg  error_seen, fail_then;
    always @(posedge clk) begin
        fail_then  <= !rst && (run || reload) && fail;
        error_seen <= !rst && !load && state == ACTIVE && !clear_regs && (error_seen || ((run || reload) && fail));
    end

    `reached(error_word,    past && word_cmd && word_final && error_seen && cause_known)
    `reached(reset_word,    past && word_cmd && word_final && resetting)
    `reached(suspend_word,  past && word_cmd && !word_final && suspending)
    `reached(halted_by_abort, past && into && state == HALTED && was_aborting && word_before)
    `reached(restarted,     past && into && was == SUSPENDED && state == ACTIVE && suspended_before)
    `reached(appended_run,  past && into && state == IDLE && appended)
    `reached(new_chain,     past && was == ACTIVE && state == ARMED)

    (* hierconn *) wire \dut.listed ;
    wire listed = \dut.listed ;
endmodule
