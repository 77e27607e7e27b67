// ioat_axil - AXI4-Lite slave to a register strobe.
//
//   AW + W --> wr_en for one clock, with lanes --> B
//   AR     --> rd_en for one clock; rd_data is sampled at its end --> R
//
// Always answers OKAY, one clock after it accepts; one access a clock in each
// direction; no access waits for DMA traffic.

`default_nettype none

module ioat_axil (
    input  wire        clk,
    input  wire        rst,

    input  wire        s_axil_awvalid,
    output wire        s_axil_awready,
    input  wire [13:0] s_axil_awaddr,
    input  wire        s_axil_wvalid,
    output wire        s_axil_wready,
    input  wire [63:0] s_axil_wdata,
    input  wire [7:0]  s_axil_wstrb,
    output reg         s_axil_bvalid,
    input  wire        s_axil_bready,
    output wire [1:0]  s_axil_bresp,
    input  wire        s_axil_arvalid,
    output wire        s_axil_arready,
    input  wire [13:0] s_axil_araddr,
    output reg         s_axil_rvalid,
    input  wire        s_axil_rready,
    output reg  [63:0] s_axil_rdata,
    output wire [1:0]  s_axil_rresp,

    output wire        wr_en,
    output wire [13:3] wr_addr,              // 8-byte word
    output wire [63:0] wr_data,
    output wire [7:0]  wr_strb,
    output wire        rd_en,
    output wire [13:0] rd_addr,              // first byte of the access
    input  wire [63:0] rd_data               // the 8-byte word that holds rd_addr
);
    assign wr_en          = s_axil_awvalid && s_axil_wvalid && (!s_axil_bvalid || s_axil_bready);
    assign s_axil_awready = wr_en;
    assign s_axil_wready  = wr_en;
    assign wr_addr        = s_axil_awaddr[13:3];
    assign wr_data        = s_axil_wdata;
    assign wr_strb        = s_axil_wstrb;
    assign s_axil_bresp   = 2'b00;

    assign rd_en          = s_axil_arvalid && s_axil_arready;
    assign s_axil_arready = !s_axil_rvalid || s_axil_rready;
    assign rd_addr        = s_axil_araddr;
    assign s_axil_rresp   = 2'b00;

    always @(posedge clk) begin
        if (s_axil_bready)
            s_axil_bvalid <= 1'b0;
        if (wr_en)
            s_axil_bvalid <= 1'b1;

        if (s_axil_rready)
            s_axil_rvalid <= 1'b0;
        if (rd_en) begin
            s_axil_rvalid <= 1'b1;
            s_axil_rdata  <= rd_data;
        end

        if (rst) begin
            s_axil_bvalid <= 1'b0;
            s_axil_rvalid <= 1'b0;
        end
    end

    // The byte in a word is told by wr_strb.
    wire unused = &{1'b0, s_axil_awaddr[2:0]};
endmodule

`default_nettype wire
