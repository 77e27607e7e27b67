// ioat_regs_global - the registers of the function, and the INTx level.
//
// ATTNSTATUS: a bit set in the clock of the read that clears it stays set.
// INTRCTRL: a read of its byte clears the master enable, as on real parts; the
// handler writes the value back and so re-evaluates the level.

`default_nettype none
`include "ioat_regs.vh"

module ioat_regs_global #(
    parameter CHAN_N        = 4,
    parameter CBVER         = 8'h34,
    parameter DMACAPABILITY = 32'h41,
    parameter XFERCAP_LOG2  = 20
) (
    input  wire              clk,
    input  wire              rst,            // power-on or function-level reset
    input  wire              wr_en,          // for words 0x00..0x7F
    input  wire [6:3]        wr_word,
    input  wire [63:0]       wr_data,
    input  wire [7:0]        wr_strb,
    input  wire              rd_en,
    input  wire [6:0]        rd_addr,
    output reg  [63:0]       rd_data,
    input  wire [CHAN_N-1:0] fire,
    input  wire [CHAN_N-1:0] withdraw,       // RESET of a channel
    output reg  [13:0]       delay,          // INTRDELAY, microseconds
    output wire              intx
);
    localparam [31:0] COUNT = CHAN_N;
    localparam [31:0] LOG2  = XFERCAP_LOG2;

    // First byte lane of a register in its 8-byte word.
    localparam [31:0] LANE_GENCTRL   = {18'd0, `IOAT_GENCTRL} & 32'd7;
    localparam [31:0] LANE_INTRCTRL  = {18'd0, `IOAT_INTRCTRL} & 32'd7;
    localparam [31:0] LANE_INTRDELAY = {18'd0, `IOAT_INTRDELAY} & 32'd7;

    wire [13:0] wr_at   = {7'd0, wr_word, 3'd0};
    wire [13:0] rd_at   = {7'd0, rd_addr};
    wire [13:0] rd_word = {rd_at[13:3], 3'd0};

    reg              debug_en, master_en, vector_ctrl;
    reg [CHAN_N-1:0] attention;

    wire wr_first = wr_en && wr_at == `IOAT_CHANCNT;
    wire wr_delay = wr_en && wr_at == `IOAT_CBVER;
    wire rd_attn  = rd_en && rd_at == `IOAT_ATTNSTATUS;
    wire rd_intr  = rd_en && rd_at == `IOAT_INTRCTRL;

    assign intx = |attention && master_en;

    always @(posedge clk) begin
        attention <= (rd_attn ? {CHAN_N{1'b0}} : attention & ~withdraw) | (fire & ~withdraw);
        if (rd_intr)
            master_en <= 1'b0;
        if (wr_first && wr_strb[LANE_GENCTRL])
            debug_en <= wr_data[8*LANE_GENCTRL + `IOAT_GENCTRL_DEBUG_EN_LSB];
        if (wr_first && wr_strb[LANE_INTRCTRL]) begin
            master_en   <= wr_data[8*LANE_INTRCTRL + `IOAT_INTRCTRL_MASTER_INT_EN_LSB];
            vector_ctrl <= wr_data[8*LANE_INTRCTRL + `IOAT_INTRCTRL_MSIX_VECTOR_CTRL_LSB];
        end
        if (wr_delay && wr_strb[LANE_INTRDELAY])
            delay[7:0] <= wr_data[8*LANE_INTRDELAY +: 8];
        if (wr_delay && wr_strb[LANE_INTRDELAY + 1])
            delay[13:8] <= wr_data[8*LANE_INTRDELAY + 8 +: 6];

        if (rst) begin
            attention   <= {CHAN_N{1'b0}};
            debug_en    <= 1'b0;
            master_en   <= 1'b0;
            vector_ctrl <= 1'b0;
            delay       <= 14'd0;
        end
    end

    wire [7:0] chancnt  = COUNT[7:0];
    wire [7:0] xfercap  = LOG2[7:0];
    wire [7:0] genctrl  = {7'd0, debug_en} << `IOAT_GENCTRL_DEBUG_EN_LSB;
    wire [7:0] intrctrl = ({7'd0, master_en}   << `IOAT_INTRCTRL_MASTER_INT_EN_LSB) |
                          ({7'd0, |attention}  << `IOAT_INTRCTRL_INT_STATUS_LSB) |
                          ({7'd0, intx}        << `IOAT_INTRCTRL_INT_LSB) |
                          ({7'd0, vector_ctrl} << `IOAT_INTRCTRL_MSIX_VECTOR_CTRL_LSB);
    wire [15:0] intrdelay = `IOAT_INTRDELAY_SUPPORTED | {2'b00, delay};

    always @*
        case (rd_word)
            `IOAT_CHANCNT:       rd_data = {{(32-CHAN_N){1'b0}}, attention, intrctrl, genctrl, xfercap, chancnt};
            `IOAT_CBVER:         rd_data = {`IOAT_CS_STATUS_RESET, intrdelay, `IOAT_PERPORTOFFSET_RESET, 8'd0, CBVER[7:0]};
            `IOAT_DMACAPABILITY: rd_data = {16'd0, `IOAT_DCAOFFSET_RESET, DMACAPABILITY[31:0]};
            default:                    rd_data = 64'd0;
        endcase
endmodule

`default_nettype wire
