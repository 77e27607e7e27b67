// ioat_regs_chan - the registers of one channel, and the events that writes cause.
//
//   wr --> stored fields, command and write events (the clock of the write)
//   rd <-- stored fields, and what the channel shows
//
// Byte lanes are honoured everywhere. `clear` (RESET) returns everything but CHANERR
// to power-on values; `wipe` (function-level reset) CHANERR too.

`default_nettype none
`include "ioat_regs.vh"

module ioat_regs_chan (
    input  wire        clk,
    input  wire        rst,
    input  wire        clear,
    input  wire        wipe,

    input  wire        wr_en,                // for this channel's block
    input  wire [6:3]  wr_word,
    input  wire [63:0] wr_data,
    input  wire [7:0]  wr_strb,
    input  wire        rd_en,                // a read of this block is accepted
    input  wire [6:0]  rd_addr,
    output wire [63:0] rd_data,              // the word that holds rd_addr

    // Events, in the clock of the write.
    output wire [5:0]  cmd,                  // the one command, CHANCMD bit order
    output wire        cmd_bad,              // several at once
    output wire        rearm,
    output wire        chain_wr,
    output wire        count_wr,
    output wire [15:0] count_next,           // DMACOUNT after this clock

    output reg         err_completion_en,
    output reg         err_int_en,
    output reg         fetch_no_snoop,
    output reg  [3:0]  bus_priority,
    output reg  [15:0] dmacount,
    output reg  [63:0] chainaddr,
    output reg  [63:0] chancmp,
    output reg  [31:0] chanerrmsk,

    // What the channel shows.
    input  wire        int_disable,
    input  wire [5:0]  cmd_pending,
    input  wire [2:0]  state,
    input  wire [63:6] reported,
    input  wire [63:6] cdar,
    input  wire        error_set,            // sets one CHANERR bit
    input  wire [3:0]  error_cause
);
    // First byte lane of a register in its 8-byte word.
    localparam [31:0] LANE_CHANCMD    = {18'd0, `IOAT_CHANCMD} & 32'd7;
    localparam [31:0] LANE_DMACOUNT   = {18'd0, `IOAT_DMACOUNT} & 32'd7;
    localparam [31:0] LANE_CHANERRMSK = {18'd0, `IOAT_CHANERRMSK} & 32'd7;

    // Offsets in the block; wr_at is that of an 8-byte word.
    wire [13:0] wr_at   = {7'd0, wr_word, 3'd0};
    wire [13:0] rd_at   = {7'd0, rd_addr};

    reg        any_err_abort_en, in_use, completion_dca_en;
    reg [15:0] chanerr;                      // no cause is above
    reg [31:0] dcactrl;
    reg [31:0] frozen;                       // upper half of CHANSTS for the next read of it
    reg        freeze;

    wire [63:0] chansts = {reported, 3'd0, state};

    // ---- writes ----

    wire wr_ctrl  = wr_en && wr_at == `IOAT_CHANCTRL;
    wire wr_chain = wr_en && wr_at == `IOAT_CHAINADDR;
    wire wr_cmp   = wr_en && wr_at == `IOAT_CHANCMP;
    wire wr_err   = wr_en && wr_at == `IOAT_CHANERR;
    wire wr_dca   = wr_en && wr_at == `IOAT_DCACTRL;

    wire ctrl_lo  = wr_ctrl && wr_strb[0];
    wire ctrl_hi  = wr_ctrl && wr_strb[1];
    wire count_lo = wr_ctrl && wr_strb[LANE_DMACOUNT];
    wire count_hi = wr_ctrl && wr_strb[LANE_DMACOUNT + 1];

    wire [5:0] bits = wr_ctrl && wr_strb[LANE_CHANCMD] ? wr_data[8*LANE_CHANCMD +: 6] : 6'd0;
    assign cmd_bad  = (bits & (bits - 6'd1)) != 6'd0;
    assign cmd      = cmd_bad ? 6'd0 : bits;
    assign rearm    = ctrl_lo && wr_data[`IOAT_CHANCTRL_INT_DISABLE_LSB];
    assign chain_wr = wr_chain && wr_strb != 8'd0;
    assign count_wr = count_lo || count_hi;
    assign count_next = {count_hi ? wr_data[8*LANE_DMACOUNT + 8 +: 8] : dmacount[15:8],
                         count_lo ? wr_data[8*LANE_DMACOUNT +: 8] : dmacount[7:0]};

    integer b;

    always @(posedge clk) begin
        if (rst || clear) begin
            err_completion_en <= 1'b0;
            any_err_abort_en  <= 1'b0;
            err_int_en        <= 1'b0;
            fetch_no_snoop    <= 1'b0;
            in_use            <= 1'b0;
            completion_dca_en <= 1'b0;
            bus_priority      <= 4'd0;
            dmacount          <= 16'd0;
            chainaddr         <= 64'd0;
            chancmp           <= 64'd0;
            chanerrmsk        <= 32'd0;
            dcactrl           <= 32'd0;
            freeze            <= 1'b0;
        end

        if (rd_en && rd_at == `IOAT_CHANCTRL)
            in_use <= 1'b1;
        if (ctrl_lo) begin
            err_completion_en <= wr_data[`IOAT_CHANCTRL_ERR_COMPLETION_EN_LSB];
            any_err_abort_en  <= wr_data[`IOAT_CHANCTRL_ANY_ERR_ABORT_EN_LSB];
            err_int_en        <= wr_data[`IOAT_CHANCTRL_ERR_INT_EN_LSB];
            fetch_no_snoop    <= wr_data[`IOAT_CHANCTRL_FETCH_NO_SNOOP_LSB];
        end
        if (ctrl_hi) begin
            if (!wr_data[`IOAT_CHANCTRL_IN_USE_LSB])
                in_use <= 1'b0;
            completion_dca_en <= wr_data[`IOAT_CHANCTRL_COMPLETION_DCA_EN_LSB];
            bus_priority      <= wr_data[`IOAT_CHANCTRL_PRIORITY_LSB +: 4];
        end
        if (count_wr)
            dmacount <= count_next;
        if (chain_wr)
            dmacount <= 16'd0;

        for (b = 0; b < 8; b = b + 1) begin
            if (wr_chain && wr_strb[b])
                chainaddr[8*b +: 8] <= wr_data[8*b +: 8];
            if (wr_cmp && wr_strb[b])
                chancmp[8*b +: 8] <= wr_data[8*b +: 8];
        end
        for (b = 0; b < 2; b = b + 1)
            if (wr_err && wr_strb[b])
                chanerr[8*b +: 8] <= chanerr[8*b +: 8] & ~wr_data[8*b +: 8];
        for (b = 0; b < 4; b = b + 1) begin
            if (wr_err && wr_strb[LANE_CHANERRMSK + b])
                chanerrmsk[8*b +: 8] <= wr_data[8*LANE_CHANERRMSK + 8*b +: 8];
            if (wr_dca && wr_strb[b])
                dcactrl[8*b +: 8] <= wr_data[8*b +: 8];
        end
        if (error_set)
            chanerr[error_cause] <= 1'b1;

        if (rd_en && rd_at == `IOAT_CHANSTS) begin
            frozen <= chansts[63:32];
            freeze <= 1'b1;
        end else if (rd_en && rd_at == `IOAT_CHANSTS + 4)
            freeze <= 1'b0;

        if (rst || wipe)
            chanerr <= 16'd0;
    end

    // ---- reads ----

    reg [15:0] chanctrl;
    always @* begin
        chanctrl = 16'd0;
        chanctrl[`IOAT_CHANCTRL_INT_DISABLE_LSB]       = int_disable;
        chanctrl[`IOAT_CHANCTRL_ERR_COMPLETION_EN_LSB] = err_completion_en;
        chanctrl[`IOAT_CHANCTRL_ANY_ERR_ABORT_EN_LSB]  = any_err_abort_en;
        chanctrl[`IOAT_CHANCTRL_ERR_INT_EN_LSB]        = err_int_en;
        chanctrl[`IOAT_CHANCTRL_FETCH_NO_SNOOP_LSB]    = fetch_no_snoop;
        chanctrl[`IOAT_CHANCTRL_IN_USE_LSB]            = in_use;
        chanctrl[`IOAT_CHANCTRL_COMPLETION_DCA_EN_LSB] = completion_dca_en;
        chanctrl[`IOAT_CHANCTRL_PRIORITY_LSB +: 4]     = bus_priority;
    end

    // The whole block; words without a register stay 0.
    reg [8*`IOAT_CHAN_STRIDE-1:0] block;
    always @* begin
        block = {8*`IOAT_CHAN_STRIDE{1'b0}};
        block[8*`IOAT_CHANCTRL  +: 64] = {dmacount, 10'd0, cmd_pending, `IOAT_DMA_COMP_RESET, chanctrl};
        block[8*`IOAT_CHANSTS   +: 64] = {freeze && rd_at == `IOAT_CHANSTS + 4 ? frozen : chansts[63:32], chansts[31:0]};
        block[8*`IOAT_CHAINADDR +: 64] = chainaddr;
        block[8*`IOAT_CHANCMP   +: 64] = chancmp;
        block[8*`IOAT_CDAR      +: 64] = {cdar, 6'd0};
        block[8*`IOAT_CHANERR   +: 64] = {chanerrmsk, 16'd0, chanerr};
        block[8*`IOAT_DCACTRL   +: 32] = dcactrl;
    end

    assign rd_data = block[{rd_addr[6:3], 6'd0} +: 64];
endmodule

`default_nettype wire
