// parts - what is around the engine on an FPGA, side by side, for tb/fpga/test_parts.c.

`default_nettype none

module parts (
    input  wire         clk,

    input  wire         areset_n,
    output wire         rst_out,

    input  wire         cfg_bme,
    input  wire         cfg_msix_en,
    input  wire         cfg_msix_mask,
    input  wire         cfg_flr,
    output wire         bme,
    output wire         msix_en,
    output wire         msix_mask,
    output wire         flr,

    input  wire         rst,                 // of what follows
    input  wire         irq_is_msix,
    input  wire         irq_is_msi,
    input  wire [3:0]   irq_msix,
    input  wire         irq_intx,
    output wire [3:0]   irq_req,
    input  wire [3:0]   irq_ack,

    input  wire         s_awvalid,
    output wire         s_awready,
    input  wire [3:0]   s_awid,
    input  wire [13:0]  s_awaddr,
    input  wire [2:0]   s_awsize,
    input  wire         s_wvalid,
    output wire         s_wready,
    input  wire [511:0] s_wdata,
    input  wire [63:0]  s_wstrb,
    input  wire         s_wlast,
    output wire         s_bvalid,
    input  wire         s_bready,
    output wire [3:0]   s_bid,
    output wire [1:0]   s_bresp,
    input  wire         s_arvalid,
    output wire         s_arready,
    input  wire [3:0]   s_arid,
    input  wire [13:0]  s_araddr,
    input  wire [7:0]   s_arlen,
    input  wire [2:0]   s_arsize,
    output wire         s_rvalid,
    input  wire         s_rready,
    output wire [3:0]   s_rid,
    output wire [511:0] s_rdata,
    output wire [1:0]   s_rresp,
    output wire         s_rlast,

    output wire         m_awvalid,
    input  wire         m_awready,
    output wire [13:0]  m_awaddr,
    output wire         m_wvalid,
    input  wire         m_wready,
    output wire [63:0]  m_wdata,
    output wire [7:0]   m_wstrb,
    input  wire         m_bvalid,
    output wire         m_bready,
    input  wire [1:0]   m_bresp,
    output wire         m_arvalid,
    input  wire         m_arready,
    output wire [13:0]  m_araddr,
    input  wire         m_rvalid,
    output wire         m_rready,
    input  wire [63:0]  m_rdata,
    input  wire [1:0]   m_rresp
);
    ioat_reset reset (.clk(clk), .areset_n(areset_n), .rst(rst_out));

    ioat_cfg_sync sync (
        .clk(clk), .cfg_bme(cfg_bme), .cfg_msix_en(cfg_msix_en), .cfg_msix_mask(cfg_msix_mask), .cfg_flr(cfg_flr),
        .bme(bme), .msix_en(msix_en), .msix_mask(msix_mask), .flr(flr));

    ioat_usr_irq #(.N(4)) irq (
        .clk(clk), .rst(rst), .msix(irq_is_msix), .msi(irq_is_msi), .irq_msix(irq_msix), .irq_intx(irq_intx),
        .req(irq_req), .ack(irq_ack));

    ioat_bar #(.DATA_W(512), .ID_W(4)) bar (
        .clk(clk), .rst(rst),
        .s_axi_awvalid(s_awvalid), .s_axi_awready(s_awready), .s_axi_awid(s_awid), .s_axi_awaddr(s_awaddr),
        .s_axi_awsize(s_awsize), .s_axi_wvalid(s_wvalid), .s_axi_wready(s_wready), .s_axi_wdata(s_wdata),
        .s_axi_wstrb(s_wstrb), .s_axi_wlast(s_wlast), .s_axi_bvalid(s_bvalid), .s_axi_bready(s_bready),
        .s_axi_bid(s_bid), .s_axi_bresp(s_bresp),
        .s_axi_arvalid(s_arvalid), .s_axi_arready(s_arready), .s_axi_arid(s_arid), .s_axi_araddr(s_araddr),
        .s_axi_arlen(s_arlen), .s_axi_arsize(s_arsize), .s_axi_rvalid(s_rvalid), .s_axi_rready(s_rready),
        .s_axi_rid(s_rid), .s_axi_rdata(s_rdata), .s_axi_rresp(s_rresp), .s_axi_rlast(s_rlast),
        .m_axil_awvalid(m_awvalid), .m_axil_awready(m_awready), .m_axil_awaddr(m_awaddr),
        .m_axil_wvalid(m_wvalid), .m_axil_wready(m_wready), .m_axil_wdata(m_wdata), .m_axil_wstrb(m_wstrb),
        .m_axil_bvalid(m_bvalid), .m_axil_bready(m_bready), .m_axil_bresp(m_bresp),
        .m_axil_arvalid(m_arvalid), .m_axil_arready(m_arready), .m_axil_araddr(m_araddr),
        .m_axil_rvalid(m_rvalid), .m_axil_rready(m_rready), .m_axil_rdata(m_rdata), .m_axil_rresp(m_rresp));
endmodule

`default_nettype wire
