// points - the functional coverage points: what a test can do to a channel, and whether one did.
//
//   rtl/ioat_channel.v and its parts --bind--> a module per group --final--> counters.cpp
//
// Bound from outside, in the build of make coverage only. A point is a group, a row and a column. It counts
// clocks in which its event happened; the counts change with events only, so an engine at rest
// stays at rest. When the simulator closes each point reports itself, reached or not.

`default_nettype none
`include "ioat_regs.vh"

package point_report;
    import "DPI-C" function void coverage_point(input string group, input string row, input string column,
                                                input int hits);
endpackage

// ---- each command in each state, and in each phase of the work behind it ----

module command_points (
    input wire        clk,
    input wire        rst,
    input wire [2:0]  state,
    input wire [2:0]  phase,
    input wire [5:0]  cmd,
    input wire        cmd_bad,
    input wire        chain_wr,
    input wire        count_wr,
    input wire        flr,
    input wire        flr_seen
);
    /* verilator tracing_off */
    localparam PH_REST = 0;                  // of ioat_control
    localparam ROWS = 9, COLUMNS = 10;

    int hits [ROWS][COLUMNS];

    function automatic string row_name(input int row);
        case (row)
            0: row_name = "ARMED";
            1: row_name = "IDLE";
            2: row_name = "SUSPENDED";
            3: row_name = "HALTED";
            4: row_name = "running";
            5: row_name = "reading NEXT again";
            6: row_name = "stopping";
            7: row_name = "killing";
            default: row_name = "writing a command's word";
        endcase
    endfunction

    function automatic string column_name(input int column);
        case (column)
            `IOAT_CHANCMD_START_LSB: column_name = "START";
            `IOAT_CHANCMD_APPEND_LSB: column_name = "APPEND";
            `IOAT_CHANCMD_SUSPEND_LSB: column_name = "SUSPEND";
            `IOAT_CHANCMD_ABORT_LSB: column_name = "ABORT";
            `IOAT_CHANCMD_RESUME_LSB: column_name = "RESUME";
            `IOAT_CHANCMD_RESET_LSB: column_name = "RESET";
            6: column_name = "two bits";
            7: column_name = "CHAINADDR";
            8: column_name = "DMACOUNT";
            default: column_name = "function-level reset";
        endcase
    endfunction

    int row;
    wire [COLUMNS-1:0] events = {flr && !flr_seen, count_wr, chain_wr, cmd_bad, cmd};

    always @* begin
        row = 3 + {29'd0, phase};
        if (phase == PH_REST)
            case (state)
                `IOAT_CHANSTS_STATE_ARMED:     row = 0;
                `IOAT_CHANSTS_STATE_IDLE:      row = 1;
                `IOAT_CHANSTS_STATE_SUSPENDED: row = 2;
                default:                       row = 3;
            endcase
    end

    always @(posedge clk)
        if (!rst && events != 0)
            for (int c = 0; c < COLUMNS; c++)
                if (events[c])
                    hits[row][c] <= hits[row][c] + 1;

    initial
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < COLUMNS; c++)
                hits[r][c] = 0;
    final
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < COLUMNS; c++)
                point_report::coverage_point("state x command", row_name(r), column_name(c), hits[r][c]);
endmodule

bind ioat_control command_points points (.*);

// ---- each pair of flags, with each of its four values, at each alignment; bad descriptors by place ----

module descriptor_points #(
    parameter BYTE_LOG2 = 3                  // log2 of the bytes of a bus word
) (
    input wire        clk,
    input wire        rst,
    input wire        go,
    input wire        bad,
    input wire        s_desc_bad,
    input wire [3:0]  cause,
    input wire [31:0] control,
    input wire [7:0]  op,
    input wire [63:0] src,
    input wire [63:0] dst,
    input wire        m_entry_tail,
    input wire [63:6] cdar
);
    /* verilator tracing_off */
    localparam FLAGS = 8, ALIGNMENTS = 5, CAUSES = 13, PLACES = 3;

    int hits [FLAGS][FLAGS][4][ALIGNMENTS];
    int faults [CAUSES][PLACES];

    function automatic string flag_name(input int flag);
        case (flag)
            `IOAT_CONTROL_INT_EN_LSB:         flag_name = "INT_EN";
            `IOAT_CONTROL_SRC_NO_SNOOP_LSB:   flag_name = "SRC_NO_SNOOP";
            `IOAT_CONTROL_DST_NO_SNOOP_LSB:   flag_name = "DST_NO_SNOOP";
            `IOAT_CONTROL_COMPL_WRITE_LSB:    flag_name = "COMPL_WRITE";
            `IOAT_CONTROL_FENCE_LSB:          flag_name = "FENCE";
            `IOAT_CONTROL_NULL_XFER_LSB:      flag_name = "NULL";
            `IOAT_CONTROL_SRC_PAGE_BREAK_LSB: flag_name = "SRC_PAGE_BREAK";
            default:                          flag_name = "DST_PAGE_BREAK";
        endcase
    endfunction

    function automatic string alignment_name(input int alignment);
        case (alignment)
            0: alignment_name = "both aligned";
            1: alignment_name = "source off";
            2: alignment_name = "destination off";
            3: alignment_name = "both off, alike";
            default: alignment_name = "both off, apart";
        endcase
    endfunction

    // Which causes a descriptor can have, and whether its place in the list can be told.
    function automatic string cause_name(input int code);
        case (code)
            `IOAT_CHANERR_SRC_ADDR_LSB:   cause_name = "SRC_ADDR";
            `IOAT_CHANERR_DST_ADDR_LSB:   cause_name = "DST_ADDR";
            `IOAT_CHANERR_NEXT_ADDR_LSB:  cause_name = "NEXT_ADDR";
            `IOAT_CHANERR_DESC_ALIGN_LSB: cause_name = "DESC_ALIGN";
            `IOAT_CHANERR_CHAIN_ADDR_LSB: cause_name = "CHAIN_ADDR";
            `IOAT_CHANERR_READ_DATA_LSB:  cause_name = "READ_DATA";
            `IOAT_CHANERR_DESC_CTRL_LSB:  cause_name = "DESC_CTRL";
            `IOAT_CHANERR_LENGTH_LSB:     cause_name = "LENGTH";
            default:                      cause_name = "";
        endcase
    endfunction

    // A bad pointer has no descriptor, so no last one; CHAINADDR is the first, NEXT is not.
    function automatic bit possible(input int code, input int place);
        case (code)
            `IOAT_CHANERR_NEXT_ADDR_LSB, `IOAT_CHANERR_DESC_ALIGN_LSB: possible = place == 1;
            `IOAT_CHANERR_CHAIN_ADDR_LSB: possible = place == 0;
            `IOAT_CHANERR_READ_DATA_LSB:  possible = place != 2;
            default:                      possible = 1'b1;
        endcase
    endfunction

    wire src_off = src[BYTE_LOG2-1:0] != 0;
    wire dst_off = dst[BYTE_LOG2-1:0] != 0;
    wire alike   = src[BYTE_LOG2-1:0] == dst[BYTE_LOG2-1:0];
    int  alignment, place;

    always @* begin
        alignment = {30'd0, dst_off, src_off};
        if (src_off && dst_off && !alike)
            alignment = 4;
        place = cdar == 0 ? 0 : !s_desc_bad && m_entry_tail ? 2 : 1;
    end

    always @(posedge clk)
        if (!rst && go) begin
            if (!bad && op == `IOAT_CONTROL_OP_COPY)
                for (int a = 0; a < FLAGS; a++)
                    for (int b = a + 1; b < FLAGS; b++)
                        hits[a][b][{control[a], control[b]}][alignment] <=
                            hits[a][b][{control[a], control[b]}][alignment] + 1;
            if (bad)
                faults[{28'd0, cause}][place] <= faults[{28'd0, cause}][place] + 1;
        end

    initial begin
        for (int a = 0; a < FLAGS; a++)
            for (int b = 0; b < FLAGS; b++)
                for (int v = 0; v < 4; v++)
                    for (int n = 0; n < ALIGNMENTS; n++)
                        hits[a][b][v][n] = 0;
        for (int c = 0; c < CAUSES; c++)
            for (int p = 0; p < PLACES; p++)
                faults[c][p] = 0;
    end

    function automatic string value_name(input int flag, input bit set);
        value_name = {set ? "" : "no ", flag_name(flag)};
    endfunction

    final begin
        for (int a = 0; a < FLAGS; a++)
            for (int b = a + 1; b < FLAGS; b++)
                for (int v = 0; v < 4; v++)
                    for (int n = 0; n < ALIGNMENTS; n++)
                        point_report::coverage_point("flag pair x alignment",
                            {value_name(a, v[1]), ", ", value_name(b, v[0])}, alignment_name(n), hits[a][b][v][n]);
        for (int c = 0; c < CAUSES; c++)
            for (int p = 0; p < PLACES; p++)
                if (cause_name(c) != "" && possible(c, p))
                    point_report::coverage_point("fault x position", {"bad descriptor: ", cause_name(c)},
                        p == 0 ? "first of the chain" : p == 1 ? "later" : "last of the list", faults[c][p]);
    end
endmodule

bind ioat_start descriptor_points #(.BYTE_LOG2(BYTE_LOG2)) points (.*);

// ---- error answers, by the place of the beat or burst in its whole ----

package places;
    localparam FIRST = 0, MIDDLE = 1, LAST = 2, ONLY = 3, N = 4;

    function automatic int place(input bit first, input bit last);
        place = first ? last ? ONLY : FIRST : last ? LAST : MIDDLE;
    endfunction

    function automatic string name(input int which);
        case (which)
            FIRST:   name = "first";
            MIDDLE:  name = "middle";
            LAST:    name = "last";
            default: name = "only one";
        endcase
    endfunction
endpackage

module fetch_points #(
    parameter DATA_W = 64                    // bits
) (
    input wire       clk,
    input wire       rst,
    input wire       flush,
    input wire       s_r_valid,
    input wire       s_r_err,
    input wire       s_r_last,
    input wire [2:0] beat,
    input wire       first,
    input wire       reloading,
    input wire       dropped,                // nobody waits for this answer any more
    input wire       counted,
    input wire       confirmed,
    input wire       mistaken
);
    /* verilator tracing_off */
    localparam ROLES = 4, BEATS = DATA_W < 384 ? 384 / DATA_W : 1;

    int hits [ROLES][places::N];
    int guesses [2][2];
    int role;

    function automatic string role_name(input int which);
        case (which)
            0: role_name = "first descriptor";
            1: role_name = "later descriptor";
            2: role_name = "descriptor read again";
            default: role_name = "descriptor read in vain";
        endcase
    endfunction

    always @*
        role = dropped || flush ? 3 : reloading ? 2 : first ? 0 : 1;

    always @(posedge clk)
        if (!rst) begin
            if (s_r_valid && s_r_err)
                hits[role][places::place(beat == 0, s_r_last)] <= hits[role][places::place(beat == 0, s_r_last)] + 1;
            if (confirmed)
                guesses[counted][0] <= guesses[counted][0] + 1;
            if (mistaken)
                guesses[counted][1] <= guesses[counted][1] + 1;
        end

    initial begin
        for (int r = 0; r < ROLES; r++)
            for (int p = 0; p < places::N; p++)
                hits[r][p] = 0;
        for (int m = 0; m < 2; m++) begin
            guesses[m][0] = 0;
            guesses[m][1] = 0;
        end
    end
    final begin
        for (int r = 0; r < ROLES; r++)
            for (int p = 0; p < places::N; p++)
                if ((p == places::ONLY) == (BEATS == 1))
                    point_report::coverage_point("fault x position", {"error in the read of a ", role_name(r)},
                                                 {places::name(p), " beat"}, hits[r][p]);
        for (int m = 0; m < 2; m++) begin
            point_report::coverage_point("list model x event", m == 1 ? "count" : "list", "a guess was right",
                                         guesses[m][0]);
            point_report::coverage_point("list model x event", m == 1 ? "count" : "list", "a guess was wrong",
                                         guesses[m][1]);
        end
    end
endmodule

bind ioat_fetch fetch_points #(.DATA_W(DATA_W)) points (
    .dropped(stale != 0), .confirmed(chained && younger && in_row && !error), .*);

module retire_points (
    input wire clk,
    input wire rst,
    input wire s_b_valid,
    input wire s_b_ready,
    input wire s_b_err,
    input wire burst_final,
    input wire kill
);
    /* verilator tracing_off */
    reg begun;                              // a burst of this transfer was answered already
    int hits [places::N];

    always @(posedge clk) begin
        if (s_b_valid && s_b_ready) begin
            begun <= !burst_final;
            if (s_b_err && !kill)
                hits[places::place(!begun, burst_final)] <= hits[places::place(!begun, burst_final)] + 1;
        end
        if (rst || kill)
            begun <= 1'b0;
    end

    initial
        for (int p = 0; p < places::N; p++)
            hits[p] = 0;
    final
        for (int p = 0; p < places::N; p++)
            point_report::coverage_point("fault x position", "error answer to a payload write",
                                         {places::name(p), " burst"}, hits[p]);
endmodule

bind ioat_retire retire_points points (.*);

// ---- what happens to a channel in each list model; commands and faults while answers are awaited ----

module channel_points (
    input wire        clk,
    input wire        rst,
    input wire        bme,
    input wire        flr,
    input wire        counted,
    input wire        run,
    input wire        load,
    input wire        kill,
    input wire        reload_asked,
    input wire        settled,
    input wire        fetch_idle,
    input wire        at_end,
    input wire        count_met,
    input wire        any_completed,
    input wire [2:0]  state,
    input wire [5:0]  cmd,
    input wire        chain_wr,
    input wire        count_wr,
    input wire [15:0] count_next,
    input wire [15:0] dmacount,
    input wire        fail,
    input wire        done,
    input wire        done_compl,
    input wire        done_int,
    input wire        entry_valid,
    input wire        fence,
    input wire        merged,
    input wire        event_int,

    input wire        read_valid,
    input wire [31:0] read_beats,
    input wire        data_r_valid,
    input wire        data_r_err,

    input wire        desc_awaited,
    input wire        data_awaited,
    input wire        write_awaited,
    input wire        word_awaited,
    input wire        message_awaited,
    input wire        word_b_valid,
    input wire        b_err,
    input wire        word_final,
    input wire [2:0]  word_state
);
    /* verilator tracing_off */
    localparam EVENTS = 18, ACCESSES = 5, COMMANDS = 6;

    int models [2][EVENTS];
    int awaited [ACCESSES][COMMANDS];
    int words [3];
    int payload [places::N];

    // ---- list model x event ----

    function automatic string event_name(input int which);
        case (which)
            0: event_name = "begins";
            1: event_name = "ends";
            2: event_name = "work is added while it runs";
            3: event_name = "work is added in the clock of its end";
            4: event_name = "work is added after its end";
            5: event_name = "SUSPEND while it runs";
            6: event_name = "RESUME with a completed descriptor";
            7: event_name = "RESUME with none";
            8: event_name = "ABORT while it runs";
            9: event_name = "RESET while it runs";
            10: event_name = "function-level reset while it runs";
            11: event_name = "a descriptor fails";
            12: event_name = "CHAINADDR while it runs";
            13: event_name = "bus master goes off while it runs";
            14: event_name = "a descriptor asks for word and interrupt";
            15: event_name = "a word stands for several descriptors";
            16: event_name = "a descriptor fences";
            default: event_name = "an interrupt is due";
        endcase
    endfunction

    wire active    = state == `IOAT_CHANSTS_STATE_ACTIVE;
    wire idle      = state == `IOAT_CHANSTS_STATE_IDLE;
    wire suspended = state == `IOAT_CHANSTS_STATE_SUSPENDED;
    wire added     = counted ? count_wr && count_next != dmacount : cmd[`IOAT_CHANCMD_APPEND_LSB];
    wire at_stop   = settled && fetch_idle && (counted ? count_met : at_end);
    reg  was_active, had_bme, had_flr;
    reg  [EVENTS-1:0] events;

    always @* begin
        events     = 0;
        events[0]  = load;
        events[1]  = was_active && idle;
        events[2]  = run && added && !at_stop;
        events[3]  = run && added && at_stop;
        events[4]  = idle && added;
        events[5]  = run && cmd[`IOAT_CHANCMD_SUSPEND_LSB];
        events[6]  = suspended && cmd[`IOAT_CHANCMD_RESUME_LSB] && any_completed;
        events[7]  = suspended && cmd[`IOAT_CHANCMD_RESUME_LSB] && !any_completed;
        events[8]  = run && cmd[`IOAT_CHANCMD_ABORT_LSB];
        events[9]  = run && cmd[`IOAT_CHANCMD_RESET_LSB];
        events[10] = run && flr && !had_flr;
        events[11] = run && fail;
        events[12] = run && chain_wr;
        events[13] = run && had_bme && !bme;
        events[14] = done && done_compl && done_int;
        events[15] = merged;
        events[16] = entry_valid && fence;
        events[17] = event_int;
    end

    // ---- a command while an answer is awaited ----

    function automatic string access_name(input int which);
        case (which)
            0: access_name = "a descriptor read";
            1: access_name = "a payload read";
            2: access_name = "a payload write";
            3: access_name = "a completion word";
            default: access_name = "a message";
        endcase
    endfunction

    function automatic string command_name(input int which);
        case (which)
            0: command_name = "SUSPEND";
            1: command_name = "ABORT";
            2: command_name = "RESET";
            3: command_name = "CHAINADDR";
            4: command_name = "function-level reset";
            default: command_name = "START";
        endcase
    endfunction

    wire [ACCESSES-1:0] pending  = {message_awaited, word_awaited, write_awaited, data_awaited, desc_awaited};
    wire [COMMANDS-1:0] commands = {cmd[`IOAT_CHANCMD_START_LSB], flr && !had_flr, chain_wr,
                                    cmd[`IOAT_CHANCMD_RESET_LSB], cmd[`IOAT_CHANCMD_ABORT_LSB],
                                    cmd[`IOAT_CHANCMD_SUSPEND_LSB]};

    // ---- an error in payload that was read, by the place of its word in the transfer ----

    int jobs [$];                            // words of each transfer that are still to come
    int come;                                // words of the first of them that came

    always @(posedge clk) begin
        was_active <= active;
        had_bme    <= bme;
        had_flr    <= flr;
        if (!rst) begin
            for (int e = 0; e < EVENTS; e++)
                if (events[e])
                    models[counted][e] <= models[counted][e] + 1;
            if (commands != 0)
                for (int a = 0; a < ACCESSES; a++)
                    for (int c = 0; c < COMMANDS; c++)
                        if (pending[a] && commands[c])
                            awaited[a][c] <= awaited[a][c] + 1;
            if (word_b_valid && b_err)
                words[word_final ? 2 : word_state == `IOAT_CHANSTS_STATE_SUSPENDED ? 1 : 0] <=
                    words[word_final ? 2 : word_state == `IOAT_CHANSTS_STATE_SUSPENDED ? 1 : 0] + 1;
        end
        if (rst || kill) begin
            if (jobs.size() != 0)
                jobs.delete();
            come = 0;
        end else begin
            if (data_r_valid && jobs.size() != 0) begin
                if (data_r_err)
                    payload[places::place(come == 0, come + 1 == jobs[0])] <=
                        payload[places::place(come == 0, come + 1 == jobs[0])] + 1;
                come = come + 1;
                if (come == jobs[0]) begin
                    void'(jobs.pop_front());
                    come = 0;
                end
            end
            if (read_valid)
                jobs.push_back(read_beats);
        end
    end

    initial begin
        for (int e = 0; e < EVENTS; e++) begin
            models[0][e] = 0;
            models[1][e] = 0;
        end
        for (int a = 0; a < ACCESSES; a++)
            for (int c = 0; c < COMMANDS; c++)
                awaited[a][c] = 0;
        for (int w = 0; w < 3; w++)
            words[w] = 0;
        for (int p = 0; p < places::N; p++)
            payload[p] = 0;
        come = 0;
    end

    final begin
        for (int m = 0; m < 2; m++)
            for (int e = 0; e < EVENTS; e++)
                point_report::coverage_point("list model x event", m == 1 ? "count" : "list", event_name(e),
                                             models[m][e]);
        for (int a = 0; a < ACCESSES; a++)
            for (int c = 0; c < COMMANDS; c++)
                point_report::coverage_point("fault x position", {access_name(a), " is not answered"},
                                             command_name(c), awaited[a][c]);
        for (int w = 0; w < 3; w++)
            point_report::coverage_point("fault x position", "error answer to a word",
                w == 0 ? "of a descriptor" : w == 1 ? "of SUSPEND" : "of a halt", words[w]);
        for (int p = 0; p < places::N; p++)
            point_report::coverage_point("fault x position", "error in payload read", {places::name(p), " word"},
                                         payload[p]);
    end
endmodule

bind ioat_channel channel_points points (
    .fence(start.control[`IOAT_CONTROL_FENCE_LSB] && !start.bad),
    .merged(word.waiting && done && done_compl),
    .desc_awaited(fetch.awaited != 0), .data_awaited(!reader_idle), .write_awaited(!answered),
    .word_awaited(word.awaiting), .message_awaited(irq_busy),
    .word_final(word.final_word), .word_state(word.state), .*);

// ---- messages ----

module message_points (
    input wire clk,
    input wire rst,
    input wire answered,
    input wire b_err,
    input wire another                       // message waits behind it
);
    /* verilator tracing_off */
    int hits [2];

    always @(posedge clk)
        if (!rst && answered && b_err)
            hits[another] <= hits[another] + 1;

    initial begin
        hits[0] = 0;
        hits[1] = 0;
    end
    final begin
        point_report::coverage_point("fault x position", "error answer to a message", "none waits behind it", hits[0]);
        point_report::coverage_point("fault x position", "error answer to a message", "another waits behind it",
                                     hits[1]);
    end
endmodule

bind ioat_engine message_points message_points (
    .answered(b_valid[MSG]), .another(msix.any), .*);

`default_nettype wire
