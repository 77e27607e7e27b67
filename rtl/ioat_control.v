// ioat_control - the state machine of a channel: what software asked for, and in which
// order it becomes true.
//
//   commands, CHAINADDR, DMACOUNT --> phase --> fetch (run, flush, load, reload)
//   completed, answered, failed ----^   |-----> kill, command word, CHANSTS, CHANERR
//
// CHANSTS.STATE is architectural; phase is the work behind it:
//
//   REST --launch--> RUN --end of list or count--> REST
//                    RUN --APPEND at the end, RESUME--> READ --NEXT read again--> RUN
//   RUN, READ --SUSPEND, START, CHAINADDR--> STOP --started ones done--> [WORD] --> REST or RUN
//   any --ABORT, RESET, error--> KILL --all answered--> [WORD] --> REST or RUN
//
// Promises: an event that arrives in the clock of a transition is not lost; HALTED,
// SUSPENDED and the end of a command become visible only when every answer is in
// and every word is answered; exactly one cause reaches CHANERR, and it does so
// before the error word: drivers look there as soon as memory says HALTED.
// Rules: docs/decisions.md K-05, K-10 to K-21.

`default_nettype none
`include "ioat_regs.vh"

module ioat_control (
    input  wire        clk,
    input  wire        rst,
    input  wire        bme,                  // bus master enable
    input  wire        flr,                  // function-level reset is asked for
    output wire        at_rest,

    // Register events.
    input  wire [5:0]  cmd,
    input  wire        cmd_bad,
    input  wire        chain_wr,
    input  wire        count_wr,
    input  wire [15:0] count_next,
    input  wire [15:0] dmacount,
    input  wire        err_completion_en,
    input  wire        err_int_en,
    input  wire [31:0] chanerrmsk,
    input  wire [63:0] chancmp,
    input  wire        chancmp_misplaced,

    // What software sees.
    output reg  [2:0]  state,
    output reg  [5:0]  cmd_pending,
    output wire        error_set,
    output wire [3:0]  error_cause,
    output wire        error_int,            // the error interrupts
    output wire        clear_regs,           // RESET is accepted
    output wire        hold_irq,             // interrupts are withdrawn

    // The chain.
    output reg         counted,              // count mode
    output wire        run,
    output wire        flush,
    output wire        skim,                 // drop the guesses, keep what is awaited by its pointer
    output wire        load,                 // begin at CHAINADDR
    output wire        reload,
    input  wire        reload_asked,
    input  wire        reload_done,
    input  wire        reload_failed,
    input  wire        fetch_idle,
    input  wire        desc_waits,           // to be started
    input  wire        at_end,
    output wire        count_met,
    output wire        count_met_next,       // after one more completion
    output wire        superseded,

    // The data path.
    output wire        kill,
    input  wire        drained,              // nothing is outstanding on the bus
    input  wire        settled,              // no started descriptor, no word waits
    input  wire        done,                 // a descriptor completes
    input  wire        fail,
    input  wire [3:0]  fail_cause,
    input  wire        word_failed,
    input  wire        any_completed,
    output wire        clear_completed,

    // The command word.
    output wire        word_cmd,
    output wire [2:0]  word_state,
    output wire        word_final,
    output wire [63:0] word_chancmp,
    output wire        word_forget,
    input  wire        word_taken,
    input  wire        word_idle
);
    localparam [2:0] PH_REST = 3'd0;         // nothing runs
    localparam [2:0] PH_RUN  = 3'd1;         // descriptors are read and started
    localparam [2:0] PH_READ = 3'd2;         // the last descriptor's NEXT is read again
    localparam [2:0] PH_STOP = 3'd3;         // started descriptors finish
    localparam [2:0] PH_KILL = 3'd4;         // answers are awaited, everything is dropped
    localparam [2:0] PH_WORD = 3'd5;         // a command word is written

    reg [2:0]  phase;
    reg        listed;                       // list mode
    reg        append;                       // an APPEND is not answered yet
    reg        skim_later;                   // what it drops waits until what is queued has started
    reg        want_suspend;                 // SUSPEND is not done yet
    reg        stay;                         // and nothing came after it: end SUSPENDED
    reg        want_chain;                   // CHAINADDR was written meanwhile
    reg        want_start;                   // and the new chain is to run
    reg        aborting, resetting;          // why KILL
    reg        failing;                      // why KILL: an error with this cause
    reg [3:0]  cause;
    reg        halting;                      // KILL has been through: this word is its last act
    reg        word_due;                     // RESET's word, decided when it was accepted
    reg        word_asked;                   // PH_WORD: the word is taken
    reg [63:0] reset_chancmp;
    reg        flr_seen;
    reg [15:0] completed;                    // descriptors since load, modulo 65536

    // ---- events ----

    wire active     = state == `IOAT_CHANSTS_STATE_ACTIVE;
    wire stopped    = state == `IOAT_CHANSTS_STATE_HALTED;
    wire suspended  = state == `IOAT_CHANSTS_STATE_SUSPENDED;
    wire armed      = state == `IOAT_CHANSTS_STATE_ARMED;
    wire resting    = state == `IOAT_CHANSTS_STATE_IDLE;
    wire moving     = phase == PH_RUN || phase == PH_READ;
    wire killing    = phase == PH_KILL || (phase == PH_WORD && halting);

    wire ev_reset   = cmd[`IOAT_CHANCMD_RESET_LSB] || (flr && !flr_seen);
    wire ev_abort   = cmd[`IOAT_CHANCMD_ABORT_LSB];
    wire ev_suspend = cmd[`IOAT_CHANCMD_SUSPEND_LSB];
    wire ev_resume  = cmd[`IOAT_CHANCMD_RESUME_LSB];
    wire ev_start   = cmd[`IOAT_CHANCMD_START_LSB] && (!counted || stopped || killing);
    wire ev_append  = cmd[`IOAT_CHANCMD_APPEND_LSB] && listed;
    wire ev_count   = count_wr && !listed && !ev_start;
    // APPEND drops what was read ahead, but not the descriptor that everything waits for: were it
    // dropped too, frequent APPENDs would let nothing start.
    wire stale_ahead = phase == PH_RUN && (ev_append || skim_later);
    wire any_event  = |cmd || cmd_bad || chain_wr || count_wr || (flr && !flr_seen);

    wire reload_bad = phase == PH_READ && reload_done && reload_failed;
    wire word_bad   = word_failed && phase != PH_KILL;
    wire bad_cmd    = cmd_bad && active && !killing;
    wire loose_cmd  = cmd_bad && !bad_cmd && phase != PH_KILL && !(killing && failing);

    // ---- the ends of phases; an event in the same clock goes first ----

    wire stop_ready = phase == PH_STOP && settled && fetch_idle && !any_event;
    wire no_place   = stop_ready && want_suspend && err_completion_en && chancmp_misplaced;
    wire error      = (fail || word_bad || reload_bad || bad_cmd || no_place) && phase != PH_REST && !killing;

    wire run_done  = phase == PH_RUN && settled && fetch_idle && !any_event && !error &&
                     (counted ? count_met : at_end);
    wire stop_done = stop_ready && !error;
    wire stop_word = stop_done && want_suspend && err_completion_en;
    wire kill_done = phase == PH_KILL && drained && !any_event;
    // Without bus master a command ends without its word; that of an error waits.
    wire no_word   = !bme && (aborting || resetting);
    wire kill_word = kill_done && !no_word && (resetting ? word_due : err_completion_en && !chancmp_misplaced);
    wire word_void = phase == PH_WORD && !word_asked && halting && no_word;
    wire word_done = phase == PH_WORD && word_idle && (word_asked || word_void) && !any_event && !error;
    wire finished  = (stop_done && !stop_word) || (kill_done && !kill_word) || word_done;
    wire halted    = finished && (phase == PH_KILL || (phase == PH_WORD && halting));

    // ---- launches ----

    wire count_work = count_next != completed;
    wire rest_start = phase == PH_REST && !ev_reset && ev_start;
    wire rest_count = phase == PH_REST && !ev_reset && ev_count && count_work && (armed || resting) && !chain_wr;
    wire rest_first = phase == PH_REST && !ev_reset && ev_resume && suspended && !any_completed &&
                      (listed || (counted && count_work));
    wire next_runs  = !stay && (want_start || (want_chain && counted && dmacount != 16'd0));
    wire next_armed = !stay && want_chain && !next_runs;
    wire relaunch   = finished && next_runs;

    assign load            = rest_start || (rest_count && armed) || rest_first || relaunch;
    assign clear_completed = load || (finished && (superseded || resetting)) || (phase == PH_REST && chain_wr) ||
                             (ev_reset && !active);

    // ---- outputs ----

    assign at_rest        = phase == PH_REST && !resetting;
    assign run            = phase == PH_RUN;
    assign flush          = phase == PH_STOP || phase == PH_KILL || phase == PH_WORD || error || bad_cmd ||
                            (moving && (ev_reset || ev_abort || ev_suspend || ev_start || chain_wr)) ||
                            (stale_ahead && !settled);
    assign skim           = stale_ahead && settled && !desc_waits;
    assign kill           = phase == PH_KILL;
    assign reload         = phase == PH_READ;
    assign count_met      = completed == dmacount;
    assign count_met_next = completed + 16'd1 == dmacount;
    assign superseded     = want_chain || want_start;

    always @* begin
        cmd_pending = 6'd0;
        cmd_pending[`IOAT_CHANCMD_SUSPEND_LSB] = want_suspend;
        cmd_pending[`IOAT_CHANCMD_ABORT_LSB]   = aborting;
        cmd_pending[`IOAT_CHANCMD_RESET_LSB]   = resetting;
    end

    assign clear_regs     = ev_reset;
    assign hold_irq       = ev_reset || resetting;

    assign error_set      = (kill_done && failing) || loose_cmd;
    assign error_cause    = loose_cmd ? `IOAT_CHANERR_CHANCMD_LSB : cause;
    assign error_int      = ((halted && failing) || loose_cmd) && err_int_en && !chanerrmsk[{1'b0, error_cause}];

    assign word_cmd       = phase == PH_WORD && !word_asked && !word_void;
    assign word_state     = halting ? `IOAT_CHANSTS_STATE_HALTED : `IOAT_CHANSTS_STATE_SUSPENDED;
    assign word_final     = halting;
    assign word_chancmp   = resetting ? reset_chancmp : chancmp;
    assign word_forget    = phase == PH_WORD && halting && no_word;

    always @(posedge clk) begin
        flr_seen <= flr;
        if (done)
            completed <= completed + 16'd1;
        if (reload_asked)
            append <= 1'b0;
        skim_later <= stale_ahead && settled && desc_waits;

        // ---- phases end ----

        if (phase == PH_READ && reload_done && !reload_failed && !any_event)
            phase <= PH_RUN;
        if (run_done) begin
            if (append)
                phase <= PH_READ;
            else begin
                phase <= PH_REST;
                state <= `IOAT_CHANSTS_STATE_IDLE;
            end
        end
        if (phase == PH_WORD && word_taken) begin
            word_asked <= 1'b1;
            word_due   <= 1'b0;
        end
        if (stop_word || kill_word) begin
            phase      <= PH_WORD;
            halting    <= kill_word;
            word_asked <= 1'b0;
        end
        if (finished) begin
            phase        <= next_runs ? PH_RUN : PH_REST;
            state        <= next_runs    ? `IOAT_CHANSTS_STATE_ACTIVE :
                            next_armed   ? `IOAT_CHANSTS_STATE_ARMED :
                            halted       ? `IOAT_CHANSTS_STATE_HALTED :
                                           `IOAT_CHANSTS_STATE_SUSPENDED;
            want_suspend <= 1'b0;
            stay         <= 1'b0;
            want_chain   <= 1'b0;
            want_start   <= 1'b0;
            aborting     <= 1'b0;
            resetting    <= 1'b0;
            failing      <= 1'b0;
            halting      <= 1'b0;
            append       <= 1'b0;
        end

        // ---- errors ----

        if (error) begin
            phase        <= PH_KILL;
            failing      <= 1'b1;
            cause        <= bad_cmd  ? `IOAT_CHANERR_CHANCMD_LSB :
                            fail     ? fail_cause :
                            word_bad ? `IOAT_CHANERR_WRITE_DATA_LSB :
                            no_place ? `IOAT_CHANERR_CMP_ADDR_LSB :
                                       `IOAT_CHANERR_READ_DATA_LSB;
            want_suspend <= 1'b0;
            stay         <= 1'b0;
            want_chain   <= 1'b0;
            want_start   <= 1'b0;
        end
        if (cmd_bad && phase == PH_KILL && !failing) begin
            failing <= 1'b1;
            cause   <= `IOAT_CHANERR_CHANCMD_LSB;
        end

        // ---- register events ----

        if (chain_wr) begin
            counted <= 1'b0;
            listed  <= 1'b0;
            append  <= 1'b0;
            if (phase == PH_REST)
                state <= `IOAT_CHANSTS_STATE_ARMED;
            else begin
                want_chain <= 1'b1;
                want_start <= 1'b0;
                stay       <= 1'b0;
                if (moving && !error)
                    phase <= PH_STOP;
            end
        end
        if (ev_start) begin
            counted <= 1'b0;
            listed  <= 1'b1;
            append  <= 1'b0;
            if (phase != PH_REST) begin
                want_start <= 1'b1;
                stay       <= 1'b0;
                if (moving && !error)
                    phase <= PH_STOP;
            end
        end
        if (ev_append && (active || suspended))
            append <= 1'b1;
        if (ev_append && phase == PH_REST && resting && any_completed) begin
            phase  <= PH_READ;
            state  <= `IOAT_CHANSTS_STATE_ACTIVE;
            append <= 1'b1;
        end
        if (ev_suspend) begin
            if (phase == PH_REST) begin
                if (armed || resting)
                    state <= `IOAT_CHANSTS_STATE_SUSPENDED;
            end else if (!killing) begin
                want_suspend <= !error;
                stay         <= !error;
                if (moving && !error)
                    phase <= PH_STOP;
            end
        end
        if (ev_resume && phase == PH_REST && suspended) begin
            if (any_completed) begin
                phase <= PH_READ;
                state <= `IOAT_CHANSTS_STATE_ACTIVE;
            end else if (!rest_first)
                state <= `IOAT_CHANSTS_STATE_ARMED;
        end
        if (ev_abort) begin
            if (phase == PH_REST)
                state <= `IOAT_CHANSTS_STATE_HALTED;
            else begin
                if (!killing)
                    phase <= PH_KILL;
                aborting     <= !resetting;
                want_suspend <= 1'b0;
                stay         <= 1'b0;
                want_chain   <= 1'b0;
                want_start   <= 1'b0;
            end
        end
        if (ev_count)
            counted <= 1'b1;

        if (load) begin
            phase     <= PH_RUN;
            state     <= `IOAT_CHANSTS_STATE_ACTIVE;
            append    <= 1'b0;
        end else if (rest_count) begin
            phase <= PH_RUN;
            state <= `IOAT_CHANSTS_STATE_ACTIVE;
        end
        if (clear_completed)
            completed <= 16'd0;

        if (ev_reset) begin
            // All is drained and the word of a RESET on its way: another one leaves it alone.
            if (!(resetting && phase == PH_WORD && !flr)) begin
                phase   <= PH_KILL;
                halting <= 1'b0;
            end
            resetting     <= 1'b1;
            aborting      <= 1'b0;
            failing       <= 1'b0;
            want_suspend  <= 1'b0;
            stay          <= 1'b0;
            want_chain    <= 1'b0;
            want_start    <= 1'b0;
            append        <= 1'b0;
            counted       <= 1'b0;
            listed        <= 1'b0;
            if (!active)
                state <= `IOAT_CHANSTS_STATE_HALTED;
            if (!resetting) begin
                word_due      <= active && err_completion_en && !chancmp_misplaced && !flr;
                reset_chancmp <= chancmp;
            end
        end

        if (rst) begin
            phase        <= PH_REST;
            state        <= `IOAT_CHANSTS_STATE_HALTED;
            counted      <= 1'b0;
            listed       <= 1'b0;
            append       <= 1'b0;
            skim_later   <= 1'b0;
            want_suspend <= 1'b0;
            stay         <= 1'b0;
            want_chain   <= 1'b0;
            want_start   <= 1'b0;
            aborting     <= 1'b0;
            resetting    <= 1'b0;
            failing      <= 1'b0;
            halting      <= 1'b0;
            word_due     <= 1'b0;
            flr_seen     <= 1'b0;
            completed    <= 16'd0;
        end
    end
endmodule

`default_nettype wire
