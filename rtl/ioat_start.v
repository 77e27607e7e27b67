// ioat_start - judge a descriptor and hand its parts to the data path.
//
//                         +--> m_read   source words to ask for
//   s_desc --> checks --> +--> m_write  where they go, or what to fill
//                         +--> m_entry  what completion must know, in list order
//
// All parts leave in the same clock. A descriptor that fails a check leaves as an
// entry with its cause and nothing follows it until kill. After a FENCE the next
// descriptor waits until everything before it is answered and reported.
// Order of checks: docs/decisions.md K-30.

`default_nettype none
`include "ioat_regs.vh"

module ioat_start #(
    parameter ADDR_W       = 64,             // bits
    parameter LEN_W        = 21,             // bits of a byte count: 1 + log2 of the longest transfer
    parameter BYTE_LOG2    = 3               // log2 of the bytes of a bus word
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  kill,       // what was started is dropped
    input  wire                  clear_cdar,
    input  wire                  settled,    // nothing is between start and completion

    input  wire                  s_desc_valid,
    output wire                  s_desc_ready,
    input  wire [383:0]          s_desc,
    input  wire [63:6]           s_desc_addr,
    input  wire                  s_desc_bad,
    input  wire [3:0]            s_desc_cause,

    output wire                  m_read_valid,
    input  wire                  m_read_ready,
    output wire [ADDR_W-1:0]     m_read_addr,
    output wire [ADDR_W-1:12]    m_read_page,    // where the source goes on, if m_read_break
    output wire                  m_read_break,
    output wire [LEN_W-BYTE_LOG2:0] m_read_beats, // bus words, at least 1
    output wire                  m_read_no_snoop,

    output wire                  m_write_valid,
    input  wire                  m_write_ready,
    output wire [ADDR_W-1:0]     m_write_addr,
    output wire [ADDR_W-1:12]    m_write_page,
    output wire                  m_write_break,
    output wire [LEN_W-1:0]      m_write_bytes,  // at least 1
    output wire                  m_write_fill,
    output wire [63:0]           m_write_source, // source address; of a fill: the pattern
    output wire                  m_write_no_snoop,

    output wire                  m_entry_valid,
    input  wire                  m_entry_ready,
    output wire [63:6]           m_entry_addr,
    output wire                  m_entry_compl,
    output wire                  m_entry_int,
    output wire                  m_entry_tail,   // NEXT is 0
    output wire                  m_entry_moves,  // has data to write
    output wire                  m_entry_bad,
    output wire [3:0]            m_entry_cause,

    output reg  [63:6]           cdar            // most recently started
);
    wire [31:0] size     = s_desc[`IOAT_DESC_SIZE_LSB +: 32];
    wire [31:0] control  = s_desc[`IOAT_DESC_CONTROL_LSB +: 32];
    wire [63:0] src      = s_desc[`IOAT_DESC_SRC_LSB +: 64];
    wire [63:0] dst      = s_desc[`IOAT_DESC_DST_LSB +: 64];
    wire [63:0] next     = s_desc[`IOAT_DESC_NEXT_LSB +: 64];
    wire [63:0] next_src = s_desc[`IOAT_DESC_NEXT_SRC_LSB +: 64];
    wire [63:0] next_dst = s_desc[`IOAT_DESC_NEXT_DST_LSB +: 64];

    wire [7:0] op      = control[`IOAT_CONTROL_OP_LSB +: 8];
    wire       fill    = op == `IOAT_CONTROL_OP_FILL;
    wire       retarget = op == `IOAT_CONTROL_OP_CONTEXT;
    wire       known   = op == `IOAT_CONTROL_OP_COPY || fill || retarget;
    wire       moves   = !control[`IOAT_CONTROL_NULL_XFER_LSB] && !retarget && size != 32'd0;

    // ---- length; what follows counts only if it is not too long ----

    wire             too_long = size > (32'd1 << (LEN_W - 1));
    wire [LEN_W:0]   bytes    = {1'b0, size[LEN_W-1:0]};

    // ---- page breaks: bytes in the first page, and beyond it ----

    wire [LEN_W:0] src_room = 4096 - {{(LEN_W-11){1'b0}}, src[11:0]};
    wire [LEN_W:0] dst_room = 4096 - {{(LEN_W-11){1'b0}}, dst[11:0]};
    wire           src_break = control[`IOAT_CONTROL_SRC_PAGE_BREAK_LSB] && !fill && bytes > src_room;
    wire           dst_break = control[`IOAT_CONTROL_DST_PAGE_BREAK_LSB] && bytes > dst_room;
    wire           src_more  = src_break && bytes - src_room > 4096;
    wire           dst_more  = dst_break && bytes - dst_room > 4096;

    // ---- address ranges; with a break the first part ends in its own page ----

    wire [LEN_W:0] beyond  = bytes - 1'b1;                     // the first byte
    wire [LEN_W:0] src_end = {1'b0, src[LEN_W-1:0]} + beyond;  // its carry leaves the low bits
    wire [LEN_W:0] dst_end = {1'b0, dst[LEN_W-1:0]} + beyond;
    wire        src_outside = (|({1'b0, src} >> ADDR_W) ||
                               (!src_break && src_end[LEN_W] && &src[ADDR_W-1:LEN_W])) && !fill;
    wire        dst_outside = |({1'b0, dst} >> ADDR_W) ||
                              (!dst_break && dst_end[LEN_W] && &dst[ADDR_W-1:LEN_W]);
    wire        src_page_bad = src_break && (next_src[11:0] != 12'd0 || |({1'b0, next_src} >> ADDR_W));
    wire        dst_page_bad = dst_break && (next_dst[11:0] != 12'd0 || |({1'b0, next_dst} >> ADDR_W));

    wire        misfit   = moves && (too_long || src_outside || dst_outside || src_more ||
                                     src_page_bad || dst_more || dst_page_bad);
    wire        bad      = s_desc_bad || !known || misfit;
    wire [3:0]  cause    = s_desc_bad   ? s_desc_cause :
                           !known       ? `IOAT_CHANERR_DESC_CTRL_LSB :
                           too_long     ? `IOAT_CHANERR_LENGTH_LSB :
                           src_outside  ? `IOAT_CHANERR_SRC_ADDR_LSB :
                           dst_outside  ? `IOAT_CHANERR_DST_ADDR_LSB :
                           src_more     ? `IOAT_CHANERR_LENGTH_LSB :
                           src_page_bad ? `IOAT_CHANERR_SRC_ADDR_LSB :
                           dst_more     ? `IOAT_CHANERR_LENGTH_LSB :
                                          `IOAT_CHANERR_DST_ADDR_LSB;

    // ---- one clock hands over all parts ----

    // Offset and length, rounded up to whole words.
    wire [BYTE_LOG2:0] src_up   = {|src[BYTE_LOG2-1:0], src[BYTE_LOG2-1:0] - 1'b1};
    wire [LEN_W:0]     read_end = bytes + {{(LEN_W-BYTE_LOG2){1'b0}}, src_up};

    reg  fenced, failed;
    wire writes = moves && !bad;
    wire reads  = writes && !fill;
    wire go     = s_desc_valid && !fenced && !failed && m_entry_ready &&
                  (!reads || m_read_ready) && (!writes || m_write_ready);

    assign s_desc_ready     = go;
    assign m_read_valid     = go && reads;
    assign m_read_addr      = src[ADDR_W-1:0];
    assign m_read_page      = next_src[ADDR_W-1:12];
    assign m_read_break     = src_break;
    assign m_read_beats     = read_end[LEN_W:BYTE_LOG2];
    assign m_read_no_snoop  = control[`IOAT_CONTROL_SRC_NO_SNOOP_LSB];
    assign m_write_valid    = go && writes;
    assign m_write_addr     = dst[ADDR_W-1:0];
    assign m_write_page     = next_dst[ADDR_W-1:12];
    assign m_write_break    = dst_break;
    assign m_write_bytes    = size[LEN_W-1:0];
    assign m_write_fill     = fill;
    assign m_write_source   = src;
    assign m_write_no_snoop = control[`IOAT_CONTROL_DST_NO_SNOOP_LSB];
    assign m_entry_valid    = go;
    assign m_entry_addr     = s_desc_addr;
    assign m_entry_compl    = control[`IOAT_CONTROL_COMPL_WRITE_LSB];
    assign m_entry_int      = control[`IOAT_CONTROL_INT_EN_LSB] && !retarget;
    assign m_entry_tail     = next == 64'd0;
    assign m_entry_moves    = writes;
    assign m_entry_bad      = bad;
    assign m_entry_cause    = cause;

    always @(posedge clk) begin
        if (go) begin
            fenced <= control[`IOAT_CONTROL_FENCE_LSB] && !bad;
            failed <= bad;
            if (!bad)
                cdar <= s_desc_addr;
        end else if (settled)
            fenced <= 1'b0;

        if (rst || kill) begin
            fenced <= 1'b0;
            failed <= 1'b0;
        end
        if (rst || clear_cdar)
            cdar <= 58'd0;
    end

    wire unused = &{1'b0, control, next_src, next_dst, src_end, dst_end, read_end};
endmodule

`default_nettype wire
