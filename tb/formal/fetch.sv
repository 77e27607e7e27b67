// fetch - ioat_fetch: each descriptor of the chain once and in order, none past the count, none that was read
// before its permission.
//
// Memory answers reads in their order after any time and changes between them as it likes. One read is the solver's
// choice: its answer carries a mark that no other carries, so that it is known wherever it comes out.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module fetch #(
    parameter DATA_W = 512
) (
    input wire        clk,
    input wire        rst,
    input wire        run,
    input wire        flush,
    input wire        skim,
    input wire        load,
    input wire [8:0]  chain_low,
    input wire        chain_high,
    input wire        counted,
    input wire [15:0] dmacount,
    input wire        reload,
    input wire        gnt,
    input wire        r_valid,
    input wire        r_err,
    input wire        payload_r_valid,
    input wire [8:0]  next_low,              // of the NEXT that is answered: may be misaligned
    input wire        next_high,             // may be out of range
    input wire        ready,
    input wire        mark                   // the read that is granted is the one to follow
);
    localparam ADDR_W = 32;
    localparam DEEP   = 3;                   // log2 of the reads that memory holds

    wire [63:0] chain_addr = {22'd0, chain_high, 32'd0, chain_low};
    wire [63:0] next       = {22'd0, next_high, 32'd0, next_low};

    wire              reload_asked, reload_done, reload_failed, idle, waits, at_end, req, valid, bad;
    wire [ADDR_W-1:0] addr;
    wire [383:0]      desc;
    wire [63:6]       desc_addr;
    wire [3:0]        cause;

    // ---- memory: what was asked for, in order ----

    reg  [DEEP:0]     asked, answered;
    reg  [DEEP:0]     marked_at;             // the marked read
    reg               marked;
    wire [DEEP:0]     flying = asked - answered;
    wire              r_mark = marked && answered == marked_at;
    wire [511:0]      line = {128'd0, {256{1'b0}}, 128'd0} | ({448'd0, next} << `IOAT_DESC_NEXT_LSB)
                             | ({511'd0, r_mark} << `IOAT_DESC_SRC_LSB);

    reg [63:6] last_addr;                    // of the descriptor delivered last

    ioat_fetch #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .PREFETCH_LOG2(2)) dut (
        .clk(clk), .rst(rst), .run(run), .flush(flush), .skim(skim), .load(load), .chain_addr(chain_addr),
        .counted(counted), .dmacount(dmacount), .reload(reload), .reload_addr(last_addr),
        .reload_asked(reload_asked), .reload_done(reload_done), .reload_failed(reload_failed),
        .idle(idle), .waits(waits), .at_end(at_end), .m_ar_req(req), .m_ar_addr(addr), .m_ar_gnt(gnt),
        .s_r_valid(r_valid), .s_r_data(line), .s_r_err(r_err), .s_r_last(1'b1), .payload_r_valid(payload_r_valid),
        .m_desc_valid(valid), .m_desc_ready(ready), .m_desc(desc), .m_desc_addr(desc_addr),
        .m_desc_bad(bad), .m_desc_cause(cause));

    wire        take   = valid && ready;
    wire [63:0] follow = desc[`IOAT_DESC_NEXT_LSB +: 64];
    wire        is_marked = desc[`IOAT_DESC_SRC_LSB];

    reg         begun = 1'b0;
    reg         loaded;                      // a chain began
    reg [63:0]  pointer;                     // what the next descriptor's address must be
    reg         first;                       // and that is CHAINADDR
    reg [15:0]  taken;                       // descriptors since load
    reg         dead;                        // a reload failed: the chain is given up
    reg         ended;                       // a bad entry was taken
    reg         stale;                       // the mark's permission is gone
    reg         skimmed;                     // by skim
    reg         mark_used;
    reg         held;
    reg [63:6]  held_addr;
    reg         run_then, reload_then, reload_done_then, flush_then, load_then, counted_then;
    reg [15:0]  count_then;
    reg         reload_flying;               // the reload is asked for and not answered
    reg [DEEP:0] reload_at;
    reg [63:0]  reload_next;
    reg [63:6]  mark_addr;
    reg         reloaded, was_full;

    wire r_reload = reload_flying && answered == reload_at && r_valid;

    always @(posedge clk) begin
        begun        <= 1'b1;
        asked        <= rst ? 0 : asked + gnt;
        answered     <= rst ? 0 : answered + r_valid;
        held         <= !rst && valid && !ready && !flush && !load;
        held_addr    <= desc_addr;
        run_then     <= run;
        reload_then  <= reload && !rst;
        reload_done_then <= reload_done;
        flush_then   <= flush;
        load_then    <= load;
        counted_then <= counted;
        count_then   <= dmacount;
        if (gnt && mark && !marked) begin
            marked    <= !reload_asked;
            marked_at <= asked;
            mark_addr <= addr[ADDR_W-1:6];
        end
        // With nothing queued the pointer's descriptor is the one that is waited for, and no guess.
        skimmed      <= !rst && marked && (skimmed || (skim && mark_addr != pointer[63:6]));
        stale        <= !rst && marked && (stale || flush || load || (skim && mark_addr != pointer[63:6]));
        mark_used    <= !rst && (mark_used || (take && !bad && is_marked));
        if (take && !bad) begin
            pointer   <= follow;
            first     <= 1'b0;
            taken     <= taken + 1'b1;
            last_addr <= desc_addr;
        end
        if (take && bad)
            ended <= 1'b1;
        if (reload_asked) begin
            reload_flying <= 1'b1;
            reload_at     <= asked;
        end
        if (r_reload) begin
            reload_flying <= 1'b0;
            reload_next   <= next;
        end
        if (reload && reload_done && !reload_failed) begin
            pointer <= reload_next;
            first   <= 1'b0;
        end
        reloaded <= begun && !rst && (reloaded || (reload && reload_done && !reload_failed && pointer == 0 && reload_next != 0));
        was_full <= begun && !rst && (was_full || (valid && !ready && flying == 0 && taken == 1));
        if (reload_done && reload_failed)
            dead <= 1'b1;
        if (load) begin
            dead    <= 1'b0;
            loaded  <= 1'b1;
            pointer <= chain_addr;
            first   <= 1'b1;
            taken   <= 16'd0;
            ended   <= 1'b0;
        end
        if (rst) begin
            loaded        <= 1'b0;
            dead          <= 1'b0;
            marked        <= 1'b0;
            ended         <= 1'b0;
            taken         <= 16'd0;
            reload_flying <= 1'b0;
        end
    end

    wire misplaced = pointer[5:0] != 0;
    wire outside   = pointer[63:ADDR_W] != 0;
    wire null_next = !first && pointer == 0;

    // ---- control, as its header says ----

    `given(reset_first,    begun != rst)
    `given(granted_asked,  !gnt || req)
    `given(answer_owed,    !begun || !r_valid || flying != 0)
    `given(memory_deep,    !begun || !gnt || flying < 7)
    `given(skim_is_clear,  !skim || (begun && run && !waits))
    `given(load_at_rest,   !load || (begun && idle && !reload && !run))
    `given(run_loaded,     !run || (begun && loaded))
    `given(reload_settled, !begun || !reload || reload_then || (loaded && taken != 0 && !ended && idle && flying == 0))
    `given(reload_holds,   !begun || !reload_then || reload == !(reload_done_then || flush_then))
    `given(not_both,       !(run && reload))
    `given(reload_failed_halts, !begun || !dead || !(run || reload))
    // The count grows by small steps; a mode holds for a chain.
    `given(count_grows,    !begun || dmacount == count_then || (dmacount == count_then + 1 && count_then != 7) || load_then || !loaded)
    `given(count_small,    dmacount < 8)
    `given(mode_at_rest,   !begun || counted == counted_then || load_then || !loaded)

    `holds(in_chain_order, !begun || !valid || bad || desc_addr == pointer[63:6])
    `holds(only_followable, !begun || !valid || bad || !(misplaced || outside || null_next))
    `holds(within_count,   !begun || !take || bad || !counted || taken != dmacount)
    `holds(not_stale,      !begun || !take || bad || !is_marked || !(stale || load))
    `holds(used_once,      !begun || !take || bad || !is_marked || !mark_used)
    `holds(mark_at_home,   !begun || !valid || bad || !is_marked || desc_addr == mark_addr)
    `holds(nothing_after_bad, !begun || !ended || !take)
    `holds(cause_of_pointer, !begun || !(valid && bad) ||
                           cause == (misplaced && first  ? `IOAT_CHANERR_CHAIN_ADDR_LSB :
                                     outside && first    ? `IOAT_CHANERR_CHAIN_ADDR_LSB :
                                     null_next           ? `IOAT_CHANERR_NEXT_ADDR_LSB :
                                     misplaced           ? `IOAT_CHANERR_DESC_ALIGN_LSB :
                                     outside             ? `IOAT_CHANERR_NEXT_ADDR_LSB : `IOAT_CHANERR_READ_DATA_LSB))
    `holds(entry_stays,    !begun || !held || flush || load || (valid && desc_addr == held_addr))
    `holds(dropped,        !flush || !valid)
    `holds(asks_in_work,   !req || ((run || reload) && !flush))
    `holds(asks_aligned,   !req || addr[5:0] == 0)
    `holds(idle_means,     !begun || !idle || flying == 0 || flush)
    `holds(end_means,      !begun || !loaded || !(run && at_end && idle && !flush && !ended) || (pointer == 0 && !first && !counted))
    `holds(reload_reads_it, !reload_asked || addr == {last_addr[ADDR_W-1:6], 6'd0})
    `holds(reload_is_read, !begun || !(reload && reload_done && reload_then) || !reload_flying)

    `reached(third,        begun && take && !bad && taken == 2 && counted && dmacount == 3)
    `reached(appended,     begun && reloaded && take && !bad)
    `reached(read_ahead,   begun && was_full && take && is_marked)
    `reached(flushed,      begun && stale && take && !bad && desc_addr == mark_addr)
    `reached(skimmed_mark, begun && skimmed && take && !bad && desc_addr == mark_addr)
    `reached(read_error,   begun && take && bad && cause == `IOAT_CHANERR_READ_DATA_LSB && taken == 1)
endmodule
