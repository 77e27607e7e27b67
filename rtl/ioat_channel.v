// ioat_channel - one DMA channel, whole.
//
//   regs_chan --> control --> fetch --> start --> reader ==AR==> memory ==R==> buffer
//                    ^                    |                                      |
//                    |                    +--> retire <----- B ----- writer <----+
//                    +------ word <---------------+                    |
//                            irq <------ word, control                 +==AW, W==> memory
//
// Channels share nothing but the bus: one that waits, fails or is reset leaves the
// others alone.

`default_nettype none
`include "ioat_regs.vh"

module ioat_channel #(
    parameter DATA_W          = 64,
    parameter ADDR_W          = 64,
    parameter READ_BEATS      = 256,
    parameter READ_BYTES_MAX  = 512,
    parameter WRITE_BYTES_MAX = 256,
    parameter WRITE_PATIENCE  = 32,          // clocks that a burst waits for data while others wait for the bus
    parameter TRANSFERS       = 64,
    parameter PREFETCH        = 64,
    parameter LIST_AHEAD      = 1,
    parameter PERF            = 1,
    parameter CLK_MHZ         = 250,
    parameter XFERCAP_LOG2    = 20
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                bme,
    input  wire                flr,
    output wire                at_rest,

    input  wire                wr_en,
    input  wire [6:3]          wr_word,
    input  wire [63:0]         wr_data,
    input  wire [7:0]          wr_strb,
    input  wire                rd_en,
    input  wire [6:0]          rd_addr,
    output wire [63:0]         rd_data,
    input  wire                perf_wr_en,
    output wire [63:0]         perf_rd_data,

    input  wire [13:0]         irq_delay,    // microseconds
    output wire                irq_fire,     // one clock
    output wire                irq_withdraw, // RESET
    output wire                irq_settled,  // re-armed, no further event
    input  wire                irq_busy,     // this channel's message is under way

    output wire [3:0]          bus_priority,

    // Reads of descriptors and of payload; data comes for both on one bus.
    output wire                desc_ar_req,
    output wire [ADDR_W-1:0]   desc_ar_addr,
    output wire                desc_ar_no_snoop,
    input  wire                desc_ar_gnt,
    input  wire                desc_r_valid,
    input  wire [DATA_W-1:0]   desc_r_data,
    input  wire                desc_r_err,
    input  wire                desc_r_last,

    output wire                data_ar_req,
    output wire [ADDR_W-1:0]   data_ar_addr,
    output wire [7:0]          data_ar_len,
    output wire                data_ar_no_snoop,
    input  wire                data_ar_gnt,
    input  wire                data_r_valid,
    input  wire [DATA_W-1:0]   data_r_data,
    input  wire                data_r_err,

    // Writes of payload and of completion words.
    output wire                data_w_valid,
    input  wire                data_w_gnt,
    input  wire                data_w_ready,
    input  wire                data_w_crowd,
    output wire [ADDR_W-1:0]   data_w_addr,
    output wire [7:0]          data_w_len,
    output wire                data_w_no_snoop,
    output wire [DATA_W-1:0]   data_w_data,
    output wire [DATA_W/8-1:0] data_w_strb,
    output wire                data_w_last,
    input  wire                data_b_valid,
    output wire                data_b_ready,

    output wire                word_w_valid,
    input  wire                word_w_gnt,
    input  wire                word_w_ready,
    output wire [ADDR_W-1:0]   word_w_addr,
    output wire [63:0]         word_w_data,
    input  wire                word_b_valid,
    input  wire                b_err
);
    localparam TRANSFERS_LOG2 = $clog2(TRANSFERS);
    localparam BUFFER_LOG2    = $clog2(READ_BEATS);
    localparam BYTE_LOG2      = $clog2(DATA_W / 8);
    localparam LEN_W          = XFERCAP_LOG2 + 1;

    // ---- registers and control ----

    wire [5:0]  cmd, cmd_pending;
    wire        cmd_bad, rearm, chain_wr, count_wr;
    wire [15:0] count_next, dmacount;
    wire        err_completion_en, err_int_en, fetch_no_snoop;
    wire [63:0] chainaddr, chancmp;
    wire [31:0] chanerrmsk;
    wire        int_disable;
    wire [2:0]  state;
    wire [63:6] reported, completed, cdar;
    wire        error_set, error_int, clear_regs, hold_irq;
    wire [3:0]  error_cause;

    wire        counted, run, flush, skim, load, desc_waits, reload, reload_asked, reload_done, reload_failed;
    wire        fetch_idle, at_end, count_met, count_met_next, superseded;
    wire        kill, any_completed, clear_completed;
    wire        word_cmd, word_final, word_forget, word_taken, word_idle, word_failed, misplaced;
    wire [2:0]  word_state;
    wire [63:0] word_chancmp;
    wire        done, done_compl, done_int, done_tail, fail;
    wire [63:6] done_addr;
    wire [3:0]  fail_cause;

    wire        reader_idle, writer_open, source_failed, retire_empty, answered;
    wire        settled = retire_empty && word_idle;
    wire        drained = reader_idle && !writer_open && answered && fetch_idle && word_idle &&
                          !(hold_irq && irq_busy);

    ioat_regs_chan regs (
        .clk(clk), .rst(rst), .clear(clear_regs), .wipe(flr),
        .wr_en(wr_en), .wr_word(wr_word), .wr_data(wr_data), .wr_strb(wr_strb),
        .rd_en(rd_en), .rd_addr(rd_addr), .rd_data(rd_data),
        .cmd(cmd), .cmd_bad(cmd_bad), .rearm(rearm), .chain_wr(chain_wr), .count_wr(count_wr),
        .count_next(count_next),
        .err_completion_en(err_completion_en), .err_int_en(err_int_en), .fetch_no_snoop(fetch_no_snoop),
        .bus_priority(bus_priority), .dmacount(dmacount), .chainaddr(chainaddr), .chancmp(chancmp),
        .chanerrmsk(chanerrmsk),
        .int_disable(int_disable), .cmd_pending(cmd_pending), .state(state), .reported(reported),
        .cdar(cdar), .error_set(error_set), .error_cause(error_cause));

    ioat_control control (
        .clk(clk), .rst(rst), .bme(bme), .flr(flr), .at_rest(at_rest),
        .cmd(cmd), .cmd_bad(cmd_bad), .chain_wr(chain_wr), .count_wr(count_wr), .count_next(count_next),
        .dmacount(dmacount), .err_completion_en(err_completion_en), .err_int_en(err_int_en),
        .chanerrmsk(chanerrmsk), .chancmp(chancmp), .chancmp_misplaced(misplaced),
        .state(state), .cmd_pending(cmd_pending), .error_set(error_set), .error_cause(error_cause),
        .error_int(error_int), .clear_regs(clear_regs), .hold_irq(hold_irq),
        .counted(counted), .run(run), .flush(flush), .skim(skim), .load(load), .reload(reload),
        .reload_asked(reload_asked), .reload_done(reload_done), .reload_failed(reload_failed),
        .fetch_idle(fetch_idle), .desc_waits(desc_waits), .at_end(at_end), .count_met(count_met),
        .count_met_next(count_met_next), .superseded(superseded),
        .kill(kill), .drained(drained), .settled(settled), .done(done), .fail(fail), .fail_cause(fail_cause),
        .word_failed(word_failed), .any_completed(any_completed), .clear_completed(clear_completed),
        .word_cmd(word_cmd), .word_state(word_state), .word_final(word_final), .word_chancmp(word_chancmp),
        .word_forget(word_forget), .word_taken(word_taken), .word_idle(word_idle));

    // ---- descriptors ----

    wire         confirmed, dropped;
    wire         desc_valid, desc_ready, desc_bad;
    wire [383:0] desc;
    wire [63:6]  desc_addr;
    wire [3:0]   desc_cause;

    assign desc_ar_no_snoop = fetch_no_snoop;

    ioat_fetch #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .PREFETCH_LOG2($clog2(PREFETCH)),
                 .LIST_AHEAD(LIST_AHEAD)) fetch (
        .clk(clk), .rst(rst), .run(run), .flush(flush), .skim(skim), .load(load), .chain_addr(chainaddr),
        .counted(counted), .dmacount(dmacount), .reload(reload), .reload_addr(completed),
        .reload_asked(reload_asked), .reload_done(reload_done), .reload_failed(reload_failed),
        .idle(fetch_idle), .waits(desc_waits), .at_end(at_end), .confirmed(confirmed), .dropped(dropped),
        .m_ar_req(desc_ar_req), .m_ar_addr(desc_ar_addr), .m_ar_gnt(desc_ar_gnt),
        .s_r_valid(desc_r_valid), .s_r_data(desc_r_data), .s_r_err(desc_r_err), .s_r_last(desc_r_last),
        .payload_r_valid(data_r_valid),
        .m_desc_valid(desc_valid), .m_desc_ready(desc_ready), .m_desc(desc), .m_desc_addr(desc_addr),
        .m_desc_bad(desc_bad), .m_desc_cause(desc_cause));

    wire                  read_valid, read_ready, read_break, read_no_snoop;
    wire [ADDR_W-1:0]     read_addr;
    wire [ADDR_W-1:12]    read_page;
    wire [LEN_W-BYTE_LOG2:0] read_beats;
    wire                  write_valid, write_ready, write_break, write_fill, write_no_snoop;
    wire [ADDR_W-1:0]     write_addr;
    wire [ADDR_W-1:12]    write_page;
    wire [XFERCAP_LOG2:0] write_bytes;
    wire [63:0]           write_source;
    wire                  entry_valid, entry_ready, entry_compl, entry_int, entry_tail, entry_moves, entry_bad;
    wire [63:6]           entry_addr;
    wire [3:0]            entry_cause;

    ioat_start #(.ADDR_W(ADDR_W), .LEN_W(LEN_W), .BYTE_LOG2(BYTE_LOG2)) start (
        .clk(clk), .rst(rst), .kill(kill), .clear_cdar(clear_completed), .settled(settled),
        .s_desc_valid(desc_valid), .s_desc_ready(desc_ready), .s_desc(desc), .s_desc_addr(desc_addr),
        .s_desc_bad(desc_bad), .s_desc_cause(desc_cause),
        .m_read_valid(read_valid), .m_read_ready(read_ready), .m_read_addr(read_addr), .m_read_page(read_page),
        .m_read_break(read_break), .m_read_beats(read_beats), .m_read_no_snoop(read_no_snoop),
        .m_write_valid(write_valid), .m_write_ready(write_ready), .m_write_addr(write_addr),
        .m_write_page(write_page), .m_write_break(write_break), .m_write_bytes(write_bytes),
        .m_write_fill(write_fill), .m_write_source(write_source), .m_write_no_snoop(write_no_snoop),
        .m_entry_valid(entry_valid), .m_entry_ready(entry_ready), .m_entry_addr(entry_addr),
        .m_entry_compl(entry_compl), .m_entry_int(entry_int), .m_entry_tail(entry_tail),
        .m_entry_moves(entry_moves), .m_entry_bad(entry_bad), .m_entry_cause(entry_cause),
        .cdar(cdar));

    // ---- payload ----

    wire              src_valid, src_ready, src_err, uses_src;
    wire [DATA_W-1:0] src_data;
    wire              room, sent, sent_final;

    ioat_reader #(.ADDR_W(ADDR_W), .LEN_W(LEN_W), .BURST_BYTES(READ_BYTES_MAX), .BUFFER_LOG2(BUFFER_LOG2),
                  .BYTE_LOG2(BYTE_LOG2)) reader (
        .clk(clk), .rst(rst), .kill(kill), .idle(reader_idle),
        .s_job_valid(read_valid), .s_job_ready(read_ready), .s_job_addr(read_addr), .s_job_page(read_page),
        .s_job_break(read_break), .s_job_beats(read_beats), .s_job_no_snoop(read_no_snoop),
        .m_ar_req(data_ar_req), .m_ar_addr(data_ar_addr), .m_ar_len(data_ar_len),
        .m_ar_no_snoop(data_ar_no_snoop), .m_ar_gnt(data_ar_gnt),
        .s_r_valid(data_r_valid), .pop(src_valid && src_ready));

    // Its room is reserved before a burst is asked for.
    wire buffer_ready_unused;

    ioat_fifo #(.WIDTH(DATA_W + 1), .DEPTH_LOG2(BUFFER_LOG2)) buffer (
        .clk(clk), .rst(rst || (kill && !uses_src)),
        .s_valid(data_r_valid && !kill), .s_ready(buffer_ready_unused), .s_data({data_r_err, data_r_data}),
        .m_valid(src_valid), .m_ready(src_ready), .m_data({src_err, src_data}));

    ioat_writer #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .LEN_W(LEN_W), .BURST_BYTES(WRITE_BYTES_MAX),
                  .JOBS_LOG2(TRANSFERS_LOG2), .PATIENCE(WRITE_PATIENCE)) writer (
        .clk(clk), .rst(rst), .kill(kill), .open(writer_open), .uses_src(uses_src), .failed(source_failed),
        .s_job_valid(write_valid), .s_job_ready(write_ready), .s_job_addr(write_addr), .s_job_page(write_page),
        .s_job_break(write_break), .s_job_bytes(write_bytes), .s_job_fill(write_fill),
        .s_job_source(write_source), .s_job_no_snoop(write_no_snoop),
        .s_src_valid(src_valid), .s_src_ready(src_ready), .s_src_data(src_data), .s_src_err(src_err),
        .m_w_valid(data_w_valid), .m_w_gnt(data_w_gnt), .m_w_ready(data_w_ready), .m_w_crowd(data_w_crowd), .m_w_addr(data_w_addr),
        .m_w_len(data_w_len), .m_w_no_snoop(data_w_no_snoop), .m_w_data(data_w_data), .m_w_strb(data_w_strb),
        .m_w_last(data_w_last),
        .s_room(room), .m_sent(sent), .m_sent_final(sent_final));

    // ---- completion ----

    ioat_retire #(.TRANSFERS_LOG2(TRANSFERS_LOG2), .BURSTS_LOG2(TRANSFERS_LOG2 + 2)) retire (
        .clk(clk), .rst(rst), .kill(kill), .empty(retire_empty), .answered(answered),
        .s_entry_valid(entry_valid), .s_entry_ready(entry_ready), .s_entry_addr(entry_addr),
        .s_entry_compl(entry_compl), .s_entry_int(entry_int), .s_entry_tail(entry_tail),
        .s_entry_moves(entry_moves), .s_entry_bad(entry_bad), .s_entry_cause(entry_cause),
        .s_room(room), .s_sent(sent), .s_sent_final(sent_final),
        .s_b_valid(data_b_valid), .s_b_ready(data_b_ready), .s_b_err(b_err),
        .source_failed(source_failed), .open(writer_open), .words_idle(word_idle),
        .word_misplaced(misplaced), .word_failed(word_failed),
        .m_done(done), .m_done_addr(done_addr), .m_done_compl(done_compl), .m_done_int(done_int),
        .m_done_tail(done_tail), .fail(fail), .fail_cause(fail_cause));

    wire event_int;

    ioat_word #(.ADDR_W(ADDR_W)) word (
        .clk(clk), .rst(rst), .kill(kill), .clear(clear_completed), .forget(word_forget),
        .idle(word_idle), .failed(word_failed), .chancmp(chancmp), .misplaced(misplaced),
        .s_done(done), .s_done_addr(done_addr), .s_done_compl(done_compl), .s_done_int(done_int),
        .s_done_tail(done_tail), .counted(counted), .count_met(count_met), .count_met_next(count_met_next),
        .superseded(superseded),
        .s_cmd(word_cmd), .s_cmd_state(word_state), .s_cmd_final(word_final), .s_cmd_chancmp(word_chancmp),
        .s_cmd_taken(word_taken),
        .m_w_valid(word_w_valid), .m_w_gnt(word_w_gnt), .m_w_ready(word_w_ready), .m_w_addr(word_w_addr),
        .m_w_data(word_w_data), .s_b_valid(word_b_valid), .s_b_err(b_err),
        .completed(completed), .reported(reported), .any_completed(any_completed), .event_int(event_int));

    ioat_irq #(.CLK_MHZ(CLK_MHZ)) irq (
        .clk(clk), .rst(rst || hold_irq), .event_in(event_int || error_int), .rearm(rearm),
        .delay(irq_delay), .fire(irq_fire), .disabled(int_disable), .settled(irq_settled));

    assign irq_withdraw = hold_irq;

    // ---- performance counters ----

    generate
        if (PERF != 0) begin : counters
            ioat_perf #(.DATA_W(DATA_W)) perf (
                .clk(clk), .rst(rst || flr), .active(state == `IOAT_CHANSTS_STATE_ACTIVE),
                .offered(data_w_valid), .taken(data_w_valid && data_w_gnt && data_w_ready), .strobe(data_w_strb),
                .reading(data_ar_req || !reader_idle), .answering(!settled), .done(done),
                .confirmed(confirmed), .dropped(dropped),
                .wr_en(perf_wr_en && wr_strb[0]), .wr_word(wr_word), .wr_data(wr_data[7:0]),
                .rd_word(rd_addr[6:3]), .rd_data(perf_rd_data));
        end else begin : no_counters
            assign perf_rd_data = 64'd0;
            wire unused = &{1'b0, perf_wr_en, confirmed, dropped};
        end
    endgenerate
endmodule

`default_nettype wire
