// start - ioat_start: the order of checks of K-30, all parts of a descriptor in one clock, nothing past an error or a fence.
//
// The checks are stated in bytes, from the sheet; the module computes them in its own way.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module start #(
    parameter ADDR_W       = 34,
    parameter XFERCAP_LOG2 = 13
) (
    input wire         clk,
    input wire         rst,
    input wire         kill,
    input wire         clear_cdar,
    input wire         settled,
    input wire         valid,
    input wire [383:0] desc,
    input wire [3:0]   desc_addr,
    input wire         desc_bad,
    input wire [3:0]   desc_cause,
    input wire         read_ready,
    input wire         write_ready,
    input wire         entry_ready
);
    wire                  ready, read_valid, read_break, read_no_snoop, write_valid, write_break, write_fill,
                          write_no_snoop, entry_valid, entry_compl, entry_int, entry_tail, entry_moves, entry_bad;
    wire [ADDR_W-1:0]     read_addr, write_addr;
    wire [ADDR_W-1:12]    read_page, write_page;
    wire [XFERCAP_LOG2-2:0] read_beats;
    wire [XFERCAP_LOG2:0] write_bytes;
    wire [63:0]           write_source;
    wire [63:6]           entry_addr, cdar;
    wire [3:0]            entry_cause;

    ioat_start #(.ADDR_W(ADDR_W), .LEN_W(XFERCAP_LOG2 + 1)) dut (
        .clk(clk), .rst(rst), .kill(kill), .clear_cdar(clear_cdar), .settled(settled),
        .s_desc_valid(valid), .s_desc_ready(ready), .s_desc(desc), .s_desc_addr({54'd0, desc_addr}),
        .s_desc_bad(desc_bad), .s_desc_cause(desc_cause),
        .m_read_valid(read_valid), .m_read_ready(read_ready), .m_read_addr(read_addr), .m_read_page(read_page),
        .m_read_break(read_break), .m_read_beats(read_beats), .m_read_no_snoop(read_no_snoop),
        .m_write_valid(write_valid), .m_write_ready(write_ready), .m_write_addr(write_addr),
        .m_write_page(write_page), .m_write_break(write_break), .m_write_bytes(write_bytes),
        .m_write_fill(write_fill), .m_write_source(write_source), .m_write_no_snoop(write_no_snoop),
        .m_entry_valid(entry_valid), .m_entry_ready(entry_ready), .m_entry_addr(entry_addr),
        .m_entry_compl(entry_compl), .m_entry_int(entry_int), .m_entry_tail(entry_tail),
        .m_entry_moves(entry_moves), .m_entry_bad(entry_bad), .m_entry_cause(entry_cause), .cdar(cdar));

    // ---- what the sheet says of this descriptor ----

    wire [32:0] size     = desc[`IOAT_DESC_SIZE_LSB +: 32];
    wire [31:0] control  = desc[`IOAT_DESC_CONTROL_LSB +: 32];
    wire [65:0] src      = desc[`IOAT_DESC_SRC_LSB +: 64];
    wire [65:0] dst      = desc[`IOAT_DESC_DST_LSB +: 64];
    wire [65:0] src2     = desc[`IOAT_DESC_NEXT_SRC_LSB +: 64];
    wire [65:0] dst2     = desc[`IOAT_DESC_NEXT_DST_LSB +: 64];
    wire [7:0]  op       = control[`IOAT_CONTROL_OP_LSB +: 8];
    wire        fill     = op == `IOAT_CONTROL_OP_FILL;
    wire        copy     = op == `IOAT_CONTROL_OP_COPY;
    wire        context_change = op == `IOAT_CONTROL_OP_CONTEXT;
    wire        fence    = control[`IOAT_CONTROL_FENCE_LSB];
    wire        moves    = (copy || fill) && size != 0 && !control[`IOAT_CONTROL_NULL_XFER_LSB];
    wire [65:0] limit    = 66'd1 << ADDR_W;
    // Bytes up to the end of the first page, and on the second one if the descriptor breaks there.
    wire [32:0] src_first = 33'd4096 - src[11:0];
    wire [32:0] dst_first = 33'd4096 - dst[11:0];
    wire        src_two  = control[`IOAT_CONTROL_SRC_PAGE_BREAK_LSB] && copy && size > src_first;
    wire        dst_two  = control[`IOAT_CONTROL_DST_PAGE_BREAK_LSB] && size > dst_first;
    wire        src_far  = copy && src + (src_two ? src_first : size) > limit;
    wire        dst_far  = dst + (dst_two ? dst_first : size) > limit;
    wire        src2_bad = src2[11:0] != 0 || src2 + 66'd4096 > limit;
    wire        dst2_bad = dst2[11:0] != 0 || dst2 + 66'd4096 > limit;

    wire [3:0] verdict = desc_bad                              ? desc_cause :
                         !(copy || fill || context_change)     ? `IOAT_CHANERR_DESC_CTRL_LSB :
                         !moves                                ? 4'd15 :
                         size > (1 << XFERCAP_LOG2)            ? `IOAT_CHANERR_LENGTH_LSB :
                         src_far                               ? `IOAT_CHANERR_SRC_ADDR_LSB :
                         dst_far                               ? `IOAT_CHANERR_DST_ADDR_LSB :
                         src_two && size > src_first + 4096    ? `IOAT_CHANERR_LENGTH_LSB :
                         src_two && src2_bad                   ? `IOAT_CHANERR_SRC_ADDR_LSB :
                         dst_two && size > dst_first + 4096    ? `IOAT_CHANERR_LENGTH_LSB :
                         dst_two && dst2_bad                   ? `IOAT_CHANERR_DST_ADDR_LSB : 4'd15;
    wire       good = verdict == 4'd15;
    wire       go   = valid && ready;

    reg begun = 1'b0;
    reg fenced;                              // a descriptor with FENCE started and is not settled
    reg failed;                              // a bad one was handed on
    reg [3:0] started;                       // the last good one
    reg held_by_fence;

    always @(posedge clk) begin
        begun  <= 1'b1;
        fenced <= !rst && !kill && (go ? fence && good : fenced && !settled);
        failed <= !rst && !kill && (failed || (go && !good));
        started <= rst || clear_cdar ? 4'd0 : go && good ? desc_addr : started;
        held_by_fence <= begun && !rst && (held_by_fence || (fenced && valid && entry_ready && !settled));
    end

    `given(reset_first,    begun || rst)
    `given(cause_of_fetch, desc_cause != 4'd15)

    `holds(one_clock,      entry_valid == go && read_valid == (go && good && moves && copy) &&
                           write_valid == (go && good && moves))
    `holds(room_for_all,   !go || (entry_ready && (!read_valid || read_ready) && (!write_valid || write_ready)))
    `holds(verdict_is_K30, !go || (entry_bad == !good && (good || entry_cause == verdict)))
    `holds(nothing_after_error, !begun || !failed || !go)
    `holds(fence_waits,    !begun || !fenced || !go)
    `holds(starts,         !begun || !valid || fenced || failed || !entry_ready || !read_ready || !write_ready || go)
    `holds(entry_as_asked, !go || (entry_addr == desc_addr && entry_compl == control[`IOAT_CONTROL_COMPL_WRITE_LSB] &&
                           entry_int == (control[`IOAT_CONTROL_INT_EN_LSB] && !context_change) &&
                           entry_tail == (desc[`IOAT_DESC_NEXT_LSB +: 64] == 0) && entry_moves == write_valid))
    `holds(read_as_asked,  !read_valid || (read_addr == src && read_break == src_two && (!src_two || read_page == src2[ADDR_W-1:12]) &&
                           read_beats == ((src + size - 1) >> 3) - (src >> 3) + 1 &&
                           read_no_snoop == control[`IOAT_CONTROL_SRC_NO_SNOOP_LSB]))
    `holds(write_as_asked, !write_valid || (write_addr == dst && write_break == dst_two && (!dst_two || write_page == dst2[ADDR_W-1:12]) &&
                           write_bytes == size && write_fill == fill && write_source == src &&
                           write_no_snoop == control[`IOAT_CONTROL_DST_NO_SNOOP_LSB]))
    `holds(cdar_is_last,   !begun || cdar == started)

    `reached(both_pages,   begun && read_valid && src_two && dst_two && size == 5000)
    `reached(bad_page,     begun && go && !good && dst_two && !src_two && verdict == `IOAT_CHANERR_DST_ADDR_LSB)
    `reached(after_fence,  begun && held_by_fence && read_valid && started == 3)
    `reached(top_of_memory, begun && write_valid && dst + size == limit)
endmodule
