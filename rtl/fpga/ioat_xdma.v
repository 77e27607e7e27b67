// ioat_xdma - the engine behind AMD's DMA/Bridge Subsystem for PCI Express in AXI Bridge mode (xdma: UltraScale+).
//
// Every port has the name of the bridge's port that it is wired to, and the opposite direction. Names: AMD PG194
// v3.0, "Global Signals", "AXI Slave Interface", "AXI Master Interface" and "DMA/Bridge Subsystem for PCIe in
// Bridge Mode Interrupt Signals". What to set in the bridge, and what is not wired: docs/fpga.md.
//
// This bridge has the MSI-X table in itself ("MSI-X Implementation Location": Internal) and sends what usr_irq_req
// asks for, one vector a channel. The engine's own table is never enabled, so it writes no message.

`default_nettype none

module ioat_xdma #(
    parameter DATA_W          = 64,          // "AXI Data Width" of the bridge, bits
    parameter ADDR_W          = 48,          // "AXI Address Width", bits: 32..48
    parameter CHAN_N          = 4,
    parameter READ_BEATS      = 256,
    parameter READ_BYTES_MAX  = 512,
    parameter WRITE_BYTES_MAX = 256,
    parameter TRANSFERS       = 64,
    parameter PREFETCH        = 64,
    parameter LIST_AHEAD      = 0,
    parameter PERF            = 1,
    parameter CLK_MHZ         = 250,         // of axi_aclk
    parameter CBVER           = 8'h34,
    parameter DMACAPABILITY   = 32'h41,
    parameter XFERCAP_LOG2    = 20,
    parameter ID_W            = 4,           // bits of the IDs of the bridge's slave: CHAN_N to 2^(ID_W-2)
    parameter BAR_ID_W        = 4            // of its master
) (
    // From the bridge: its clock, and its reset, which holds while that clock may stand still.
    input  wire                axi_aclk,
    input  wire                axi_aresetn,

    // Not of the bridge: what it keeps to itself of config space, if the hard block tells. Otherwise 1, 0 and open.
    input  wire                cfg_bme,      // bus master enable
    input  wire                cfg_flr,      // function-level reset: hold until flr_done
    output wire                flr_done,

    // Interrupts, synchronous to axi_aclk.
    output wire [CHAN_N-1:0]   usr_irq_req,
    input  wire [CHAN_N-1:0]   usr_irq_ack,
    input  wire                msi_enable,
    input  wire                msix_enable,

    // The bridge's AXI slave: host memory.
    output wire [ID_W-1:0]     s_axib_awid,
    output wire [ADDR_W-1:0]   s_axib_awaddr,
    output wire [3:0]          s_axib_awregion,
    output wire [7:0]          s_axib_awlen,
    output wire [2:0]          s_axib_awsize,
    output wire [1:0]          s_axib_awburst,
    output wire                s_axib_awvalid,
    input  wire                s_axib_awready,
    output wire [DATA_W-1:0]   s_axib_wdata,
    output wire [DATA_W/8-1:0] s_axib_wstrb,
    output wire                s_axib_wlast,
    output wire                s_axib_wvalid,
    input  wire                s_axib_wready,
    input  wire [ID_W-1:0]     s_axib_bid,
    input  wire [1:0]          s_axib_bresp,
    input  wire                s_axib_bvalid,
    output wire                s_axib_bready,
    output wire [ID_W-1:0]     s_axib_arid,
    output wire [ADDR_W-1:0]   s_axib_araddr,
    output wire [3:0]          s_axib_arregion,
    output wire [7:0]          s_axib_arlen,
    output wire [2:0]          s_axib_arsize,
    output wire [1:0]          s_axib_arburst,
    output wire                s_axib_arvalid,
    input  wire                s_axib_arready,
    input  wire [ID_W-1:0]     s_axib_rid,
    input  wire [DATA_W-1:0]   s_axib_rdata,
    input  wire [1:0]          s_axib_rresp,
    input  wire                s_axib_rlast,
    input  wire                s_axib_rvalid,
    output wire                s_axib_rready,

    // The bridge's AXI master: BAR0.
    input  wire [BAR_ID_W-1:0] m_axib_awid,
    input  wire [ADDR_W-1:0]   m_axib_awaddr,
    input  wire [7:0]          m_axib_awlen,
    input  wire [2:0]          m_axib_awsize,
    input  wire [1:0]          m_axib_awburst,
    input  wire [2:0]          m_axib_awprot,
    input  wire                m_axib_awvalid,
    output wire                m_axib_awready,
    input  wire                m_axib_awlock,
    input  wire [3:0]          m_axib_awcache,
    input  wire [DATA_W-1:0]   m_axib_wdata,
    input  wire [DATA_W/8-1:0] m_axib_wstrb,
    input  wire                m_axib_wlast,
    input  wire                m_axib_wvalid,
    output wire                m_axib_wready,
    output wire [BAR_ID_W-1:0] m_axib_bid,
    output wire [1:0]          m_axib_bresp,
    output wire                m_axib_bvalid,
    input  wire                m_axib_bready,
    input  wire [BAR_ID_W-1:0] m_axib_arid,
    input  wire [ADDR_W-1:0]   m_axib_araddr,
    input  wire [7:0]          m_axib_arlen,
    input  wire [2:0]          m_axib_arsize,
    input  wire [1:0]          m_axib_arburst,
    input  wire [2:0]          m_axib_arprot,
    input  wire                m_axib_arvalid,
    output wire                m_axib_arready,
    input  wire                m_axib_arlock,
    input  wire [3:0]          m_axib_arcache,
    output wire [BAR_ID_W-1:0] m_axib_rid,
    output wire [DATA_W-1:0]   m_axib_rdata,
    output wire [1:0]          m_axib_rresp,
    output wire                m_axib_rlast,
    output wire                m_axib_rvalid,
    input  wire                m_axib_rready
);
    wire              rst, irq_intx;
    wire [CHAN_N-1:0] irq_msix;

    // Attributes and protection are not the bridge's to carry (PG194, "Others"): K-34 ends here.
    wire [3:0] arcache, awcache;
    wire [2:0] arprot, awprot;

    // Descriptors share the one slave port of the bridge.
    wire              d_arvalid, d_rready;
    wire [ID_W-1:0]   d_arid;
    wire [ADDR_W-1:0] d_araddr;
    wire [7:0]        d_arlen;
    wire [2:0]        d_arsize, d_arprot;
    wire [1:0]        d_arburst;
    wire [3:0]        d_arcache;

    ioat_top #(
        .DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .READ_BEATS(READ_BEATS),
        .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(TRANSFERS),
        .PREFETCH(PREFETCH), .LIST_AHEAD(LIST_AHEAD), .PERF(PERF), .CLK_MHZ(CLK_MHZ), .CBVER(CBVER),
        .DMACAPABILITY(DMACAPABILITY), .XFERCAP_LOG2(XFERCAP_LOG2),
        .CFG_ASYNC(0), .BAR_ID_W(BAR_ID_W), .ID_W(ID_W)
    ) top (
        .clk(axi_aclk), .areset_n(axi_aresetn), .rst(rst),
        .cfg_bme(cfg_bme), .cfg_msix_en(1'b0), .cfg_msix_mask(1'b1),
        .cfg_flr(cfg_flr), .flr_done(flr_done),
        .irq_intx(irq_intx), .irq_msix(irq_msix),
        .s_axi_awvalid(m_axib_awvalid), .s_axi_awready(m_axib_awready), .s_axi_awid(m_axib_awid),
        .s_axi_awaddr(m_axib_awaddr[13:0]), .s_axi_awsize(m_axib_awsize),
        .s_axi_wvalid(m_axib_wvalid), .s_axi_wready(m_axib_wready), .s_axi_wdata(m_axib_wdata),
        .s_axi_wstrb(m_axib_wstrb), .s_axi_wlast(m_axib_wlast),
        .s_axi_bvalid(m_axib_bvalid), .s_axi_bready(m_axib_bready), .s_axi_bid(m_axib_bid),
        .s_axi_bresp(m_axib_bresp),
        .s_axi_arvalid(m_axib_arvalid), .s_axi_arready(m_axib_arready), .s_axi_arid(m_axib_arid),
        .s_axi_araddr(m_axib_araddr[13:0]), .s_axi_arlen(m_axib_arlen), .s_axi_arsize(m_axib_arsize),
        .s_axi_rvalid(m_axib_rvalid), .s_axi_rready(m_axib_rready), .s_axi_rid(m_axib_rid),
        .s_axi_rdata(m_axib_rdata), .s_axi_rresp(m_axib_rresp), .s_axi_rlast(m_axib_rlast),
        .m_axi_arvalid(s_axib_arvalid), .m_axi_arready(s_axib_arready), .m_axi_arid(s_axib_arid),
        .m_axi_araddr(s_axib_araddr), .m_axi_arlen(s_axib_arlen), .m_axi_arsize(s_axib_arsize),
        .m_axi_arburst(s_axib_arburst), .m_axi_arcache(arcache), .m_axi_arprot(arprot),
        .m_axi_rvalid(s_axib_rvalid), .m_axi_rready(s_axib_rready), .m_axi_rid(s_axib_rid),
        .m_axi_rdata(s_axib_rdata), .m_axi_rresp(s_axib_rresp), .m_axi_rlast(s_axib_rlast),
        .m_axi_awvalid(s_axib_awvalid), .m_axi_awready(s_axib_awready), .m_axi_awid(s_axib_awid),
        .m_axi_awaddr(s_axib_awaddr), .m_axi_awlen(s_axib_awlen), .m_axi_awsize(s_axib_awsize),
        .m_axi_awburst(s_axib_awburst), .m_axi_awcache(awcache), .m_axi_awprot(awprot),
        .m_axi_wvalid(s_axib_wvalid), .m_axi_wready(s_axib_wready), .m_axi_wdata(s_axib_wdata),
        .m_axi_wstrb(s_axib_wstrb), .m_axi_wlast(s_axib_wlast),
        .m_axi_bvalid(s_axib_bvalid), .m_axi_bready(s_axib_bready), .m_axi_bid(s_axib_bid),
        .m_axi_bresp(s_axib_bresp),
        .m_axid_arvalid(d_arvalid), .m_axid_arready(1'b0), .m_axid_arid(d_arid), .m_axid_araddr(d_araddr),
        .m_axid_arlen(d_arlen), .m_axid_arsize(d_arsize), .m_axid_arburst(d_arburst), .m_axid_arcache(d_arcache),
        .m_axid_arprot(d_arprot), .m_axid_rvalid(1'b0), .m_axid_rready(d_rready), .m_axid_rid({ID_W{1'b0}}),
        .m_axid_rdata({DATA_W{1'b0}}), .m_axid_rresp(2'b00), .m_axid_rlast(1'b0));

    assign s_axib_awregion = 4'd0;
    assign s_axib_arregion = 4'd0;

    ioat_usr_irq #(.N(CHAN_N)) requests (
        .clk(axi_aclk), .rst(rst), .msix(msix_enable), .msi(msi_enable), .irq_msix(irq_msix), .irq_intx(irq_intx),
        .req(usr_irq_req), .ack(usr_irq_ack));

    wire unused = &{1'b0, m_axib_awaddr, m_axib_awlen, m_axib_awburst, m_axib_awprot, m_axib_awlock, m_axib_awcache,
                    m_axib_araddr, m_axib_arburst, m_axib_arprot, m_axib_arlock, m_axib_arcache,
                    arcache, arprot, awcache, awprot,
                    d_arvalid, d_arid, d_araddr, d_arlen, d_arsize, d_arburst, d_arcache,
                    d_arprot, d_rready};
endmodule

`default_nettype wire
