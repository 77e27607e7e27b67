// ioat_bar - the BAR side of a PCIe bridge, full AXI4 of any width, as AXI4-Lite of 64 bits.
//
//   AR     --> one 64-bit read after another --> their lanes --> R, a beat when it is whole
//   AW, W  --> one 64-bit write for each lane with a strobe --> B after the last
//
// One burst at a time in each direction, INCR only: all that a bridge issues (AMD PG194).
// A read waits for the writes before it, as PCIe wants it, whether or not the bridge sees to that.
// A read reaches the register at the byte it starts with, which is what side effects go by (K-01). Bridges widen
// reads of more than 4 bytes to their bus width (PG194); the words behind the first are then read from their last
// byte, where no register starts, so nothing that was not asked for is cleared, taken or frozen.
// Nothing is accepted in reset, which lasts some clocks longer here than for the bridge (ioat_reset).

`default_nettype none

module ioat_bar #(
    parameter DATA_W = 64,                   // bridge's AXI data, bits: 64, 128, 256, 512
    parameter ID_W   = 4                     // bits of its IDs
) (
    input  wire                clk,
    input  wire                rst,          // synchronous, active high

    input  wire                s_axi_awvalid,
    output wire                s_axi_awready,
    input  wire [ID_W-1:0]     s_axi_awid,
    input  wire [13:0]         s_axi_awaddr,
    input  wire [2:0]          s_axi_awsize,
    input  wire                s_axi_wvalid,
    output wire                s_axi_wready,
    input  wire [DATA_W-1:0]   s_axi_wdata,
    input  wire [DATA_W/8-1:0] s_axi_wstrb,
    input  wire                s_axi_wlast,
    output wire                s_axi_bvalid,
    input  wire                s_axi_bready,
    output reg  [ID_W-1:0]     s_axi_bid,
    output reg  [1:0]          s_axi_bresp,
    input  wire                s_axi_arvalid,
    output wire                s_axi_arready,
    input  wire [ID_W-1:0]     s_axi_arid,
    input  wire [13:0]         s_axi_araddr,
    input  wire [7:0]          s_axi_arlen,
    input  wire [2:0]          s_axi_arsize,
    output wire                s_axi_rvalid,
    input  wire                s_axi_rready,
    output reg  [ID_W-1:0]     s_axi_rid,
    output reg  [DATA_W-1:0]   s_axi_rdata,
    output reg  [1:0]          s_axi_rresp,
    output wire                s_axi_rlast,

    output reg                 m_axil_awvalid,
    input  wire                m_axil_awready,
    output wire [13:0]         m_axil_awaddr,
    output reg                 m_axil_wvalid,
    input  wire                m_axil_wready,
    output wire [63:0]         m_axil_wdata,
    output wire [7:0]          m_axil_wstrb,
    input  wire                m_axil_bvalid,
    output wire                m_axil_bready,
    input  wire [1:0]          m_axil_bresp,
    output wire                m_axil_arvalid,
    input  wire                m_axil_arready,
    output wire [13:0]         m_axil_araddr,
    input  wire                m_axil_rvalid,
    output wire                m_axil_rready,
    input  wire [63:0]         m_axil_rdata,
    input  wire [1:0]          m_axil_rresp
);
    // Last 64-bit lane of a beat.
    localparam [2:0] LAST = DATA_W == 512 ? 3'd7 : DATA_W == 256 ? 3'd3 : DATA_W == 128 ? 3'd1 : 3'd0;

    // The first byte behind the piece of at most 8 bytes that `addr` is in, with beats of 2^size bytes.
    function [13:0] behind(input [13:0] addr, input [2:0] size);
        reg [13:0] step;
        begin
            step   = size < 3'd3 ? 14'd1 << size : 14'd8;
            behind = (addr & ~(step - 14'd1)) + step;
        end
    endfunction

    // Is `addr` the first byte of a beat?
    function begins(input [13:0] addr, input [2:0] size);
        begins = (addr & ((14'd1 << size) - 14'd1)) == 14'd0;
    endfunction

    localparam [1:0] W_IDLE = 2'd0, W_BEAT = 2'd1, W_LANE = 2'd2, W_DONE = 2'd3;
    reg [1:0] w_state;

    // ---- reads ----

    localparam [1:0] R_IDLE = 2'd0, R_ASK = 2'd1, R_WAIT = 2'd2, R_BEAT = 2'd3;

    reg [1:0]  r_state;
    reg [13:0] r_addr;                       // first byte that is asked for
    reg [7:0]  r_left;                       // beats behind this one
    reg [2:0]  r_size;
    reg        r_later;                      // a word before this one was read in this burst

    wire [13:0] r_next  = behind(r_addr, r_size);
    wire        r_whole = begins(r_next, r_size);
    wire [2:0]  r_lane  = r_addr[5:3] & LAST;

    assign s_axi_arready  = r_state == R_IDLE && w_state == W_IDLE && !s_axi_awvalid && !rst;
    assign s_axi_rvalid   = r_state == R_BEAT;
    assign s_axi_rlast    = r_left == 8'd0;
    assign m_axil_arvalid = r_state == R_ASK;
    assign m_axil_araddr  = r_later && r_size >= 3'd3 ? {r_addr[13:3], 3'b111} : r_addr;
    assign m_axil_rready  = r_state == R_WAIT;

    always @(posedge clk) begin
        case (r_state)
        R_IDLE:
            if (s_axi_arvalid && s_axi_arready) begin
                s_axi_rid   <= s_axi_arid;
                s_axi_rdata <= {DATA_W{1'b0}};
                s_axi_rresp <= 2'b00;
                r_addr      <= s_axi_araddr;
                r_left      <= s_axi_arlen;
                r_size      <= s_axi_arsize;
                r_later     <= 1'b0;
                r_state     <= R_ASK;
            end
        R_ASK:
            if (m_axil_arready)
                r_state <= R_WAIT;
        R_WAIT:
            if (m_axil_rvalid) begin
                s_axi_rdata[r_lane*64 +: 64] <= m_axil_rdata;
                s_axi_rresp <= s_axi_rresp | m_axil_rresp;
                r_addr      <= r_next;
                r_later     <= 1'b1;
                r_state     <= r_whole ? R_BEAT : R_ASK;
            end
        R_BEAT:
            if (s_axi_rready) begin
                s_axi_rdata <= {DATA_W{1'b0}};
                s_axi_rresp <= 2'b00;
                r_left      <= r_left - 8'd1;
                r_state     <= s_axi_rlast ? R_IDLE : R_ASK;
            end
        endcase

        if (rst)
            r_state <= R_IDLE;
    end

    // ---- writes ----

    reg [13:0]         w_addr;               // first byte of the beat
    reg [2:0]          w_size;
    reg [DATA_W-1:0]   w_data;
    reg [DATA_W/8-1:0] w_strb;
    reg                w_last;
    reg [2:0]          w_lane;
    reg                w_sent;               // this lane's write is on its way

    wire [13:0] w_beat  = (w_addr & ~((14'd1 << w_size) - 14'd1)) + (14'd1 << w_size);
    wire        w_empty = w_strb[w_lane*8 +: 8] == 8'd0;
    wire        w_over  = w_sent ? m_axil_bvalid : w_empty;

    assign s_axi_awready = w_state == W_IDLE && !rst;
    assign s_axi_wready  = w_state == W_BEAT;
    assign s_axi_bvalid  = w_state == W_DONE;
    assign m_axil_awaddr = {w_addr[13:6], (w_addr[5:3] & ~LAST) | w_lane, 3'b000};
    assign m_axil_wdata  = w_data[w_lane*64 +: 64];
    assign m_axil_wstrb  = w_strb[w_lane*8 +: 8];
    assign m_axil_bready = 1'b1;

    always @(posedge clk) begin
        if (m_axil_awready)
            m_axil_awvalid <= 1'b0;
        if (m_axil_wready)
            m_axil_wvalid <= 1'b0;

        case (w_state)
        W_IDLE:
            if (s_axi_awvalid && s_axi_awready) begin
                s_axi_bid   <= s_axi_awid;
                s_axi_bresp <= 2'b00;
                w_addr      <= s_axi_awaddr;
                w_size      <= s_axi_awsize;
                w_state     <= W_BEAT;
            end
        W_BEAT:
            if (s_axi_wvalid) begin
                w_data  <= s_axi_wdata;
                w_strb  <= s_axi_wstrb;
                w_last  <= s_axi_wlast;
                w_lane  <= 3'd0;
                w_sent  <= 1'b0;
                w_state <= W_LANE;
            end
        W_LANE:
            if (w_over) begin
                if (w_sent)
                    s_axi_bresp <= s_axi_bresp | m_axil_bresp;
                w_sent <= 1'b0;
                w_lane <= w_lane + 3'd1;
                if (w_lane == LAST) begin
                    w_addr  <= w_beat;
                    w_state <= w_last ? W_DONE : W_BEAT;
                end
            end else if (!w_sent) begin
                m_axil_awvalid <= 1'b1;
                m_axil_wvalid  <= 1'b1;
                w_sent         <= 1'b1;
            end
        W_DONE:
            if (s_axi_bready)
                w_state <= W_IDLE;
        endcase

        if (rst) begin
            w_state        <= W_IDLE;
            m_axil_awvalid <= 1'b0;
            m_axil_wvalid  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
