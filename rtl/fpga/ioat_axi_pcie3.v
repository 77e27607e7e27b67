// ioat_axi_pcie3 - the engine behind AMD's AXI Bridge for PCI Express Gen3 (axi_pcie3: Virtex-7, UltraScale).
//
// Every port has the name of the bridge's port that it is wired to, and the opposite direction. Names: AMD PG194
// v3.0, "Global Signals", "AXI Slave Interface", "AXI Master Interface", "AXI Bridge for PCIe Gen3 MSI Signals" and
// "... MSI-X Signals". What to set in the bridge, and what is not wired: docs/fpga.md.
//
// MSI-X table and pending bits are the engine's ("MSI-X Implementation Location": External); a message is a
// memory write through the bridge's slave like any other, behind the data and the word that it announces.
// So cfg_interrupt_msix_int and its company stay low, and MSI is to be disabled in the bridge.

`default_nettype none

module ioat_axi_pcie3 #(
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

    // Interrupts and what config space says about them, synchronous to axi_aclk.
    input  wire                cfg_interrupt_msix_enable,
    input  wire                cfg_interrupt_msix_mask,
    output wire                cfg_interrupt_msix_int,
    output wire [63:0]         cfg_interrupt_msix_address,
    output wire [31:0]         cfg_interrupt_msix_data,
    input  wire                cfg_interrupt_msix_sent,
    input  wire                cfg_interrupt_msix_fail,
    output wire                intx_msi_request,
    input  wire                intx_msi_grant,

    // The bridge's AXI slave: host memory.
    output wire [ID_W-1:0]     s_axi_awid,
    output wire [ADDR_W-1:0]   s_axi_awaddr,
    output wire [3:0]          s_axi_awregion,
    output wire [7:0]          s_axi_awlen,
    output wire [2:0]          s_axi_awsize,
    output wire [1:0]          s_axi_awburst,
    output wire                s_axi_awvalid,
    input  wire                s_axi_awready,
    output wire [DATA_W-1:0]   s_axi_wdata,
    output wire [DATA_W/8-1:0] s_axi_wstrb,
    output wire                s_axi_wlast,
    output wire                s_axi_wvalid,
    input  wire                s_axi_wready,
    input  wire [ID_W-1:0]     s_axi_bid,
    input  wire [1:0]          s_axi_bresp,
    input  wire                s_axi_bvalid,
    output wire                s_axi_bready,
    output wire [ID_W-1:0]     s_axi_arid,
    output wire [ADDR_W-1:0]   s_axi_araddr,
    output wire [3:0]          s_axi_arregion,
    output wire [7:0]          s_axi_arlen,
    output wire [2:0]          s_axi_arsize,
    output wire [1:0]          s_axi_arburst,
    output wire                s_axi_arvalid,
    input  wire                s_axi_arready,
    input  wire [ID_W-1:0]     s_axi_rid,
    input  wire [DATA_W-1:0]   s_axi_rdata,
    input  wire [1:0]          s_axi_rresp,
    input  wire                s_axi_rlast,
    input  wire                s_axi_rvalid,
    output wire                s_axi_rready,

    // The bridge's AXI master: BAR0.
    input  wire [BAR_ID_W-1:0] m_axi_awid,
    input  wire [ADDR_W-1:0]   m_axi_awaddr,
    input  wire [7:0]          m_axi_awlen,
    input  wire [2:0]          m_axi_awsize,
    input  wire [1:0]          m_axi_awburst,
    input  wire [2:0]          m_axi_awprot,
    input  wire                m_axi_awvalid,
    output wire                m_axi_awready,
    input  wire                m_axi_awlock,
    input  wire [3:0]          m_axi_awcache,
    input  wire [DATA_W-1:0]   m_axi_wdata,
    input  wire [DATA_W/8-1:0] m_axi_wstrb,
    input  wire                m_axi_wlast,
    input  wire                m_axi_wvalid,
    output wire                m_axi_wready,
    output wire [BAR_ID_W-1:0] m_axi_bid,
    output wire [1:0]          m_axi_bresp,
    output wire                m_axi_bvalid,
    input  wire                m_axi_bready,
    input  wire [BAR_ID_W-1:0] m_axi_arid,
    input  wire [ADDR_W-1:0]   m_axi_araddr,
    input  wire [7:0]          m_axi_arlen,
    input  wire [2:0]          m_axi_arsize,
    input  wire [1:0]          m_axi_arburst,
    input  wire [2:0]          m_axi_arprot,
    input  wire                m_axi_arvalid,
    output wire                m_axi_arready,
    input  wire                m_axi_arlock,
    input  wire [3:0]          m_axi_arcache,
    output wire [BAR_ID_W-1:0] m_axi_rid,
    output wire [DATA_W-1:0]   m_axi_rdata,
    output wire [1:0]          m_axi_rresp,
    output wire                m_axi_rlast,
    output wire                m_axi_rvalid,
    input  wire                m_axi_rready
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
        .cfg_bme(cfg_bme), .cfg_msix_en(cfg_interrupt_msix_enable), .cfg_msix_mask(cfg_interrupt_msix_mask),
        .cfg_flr(cfg_flr), .flr_done(flr_done),
        .irq_intx(irq_intx), .irq_msix(irq_msix),
        .s_axi_awvalid(m_axi_awvalid), .s_axi_awready(m_axi_awready), .s_axi_awid(m_axi_awid),
        .s_axi_awaddr(m_axi_awaddr[13:0]), .s_axi_awsize(m_axi_awsize),
        .s_axi_wvalid(m_axi_wvalid), .s_axi_wready(m_axi_wready), .s_axi_wdata(m_axi_wdata),
        .s_axi_wstrb(m_axi_wstrb), .s_axi_wlast(m_axi_wlast),
        .s_axi_bvalid(m_axi_bvalid), .s_axi_bready(m_axi_bready), .s_axi_bid(m_axi_bid),
        .s_axi_bresp(m_axi_bresp),
        .s_axi_arvalid(m_axi_arvalid), .s_axi_arready(m_axi_arready), .s_axi_arid(m_axi_arid),
        .s_axi_araddr(m_axi_araddr[13:0]), .s_axi_arlen(m_axi_arlen), .s_axi_arsize(m_axi_arsize),
        .s_axi_rvalid(m_axi_rvalid), .s_axi_rready(m_axi_rready), .s_axi_rid(m_axi_rid),
        .s_axi_rdata(m_axi_rdata), .s_axi_rresp(m_axi_rresp), .s_axi_rlast(m_axi_rlast),
        .m_axi_arvalid(s_axi_arvalid), .m_axi_arready(s_axi_arready), .m_axi_arid(s_axi_arid),
        .m_axi_araddr(s_axi_araddr), .m_axi_arlen(s_axi_arlen), .m_axi_arsize(s_axi_arsize),
        .m_axi_arburst(s_axi_arburst), .m_axi_arcache(arcache), .m_axi_arprot(arprot),
        .m_axi_rvalid(s_axi_rvalid), .m_axi_rready(s_axi_rready), .m_axi_rid(s_axi_rid),
        .m_axi_rdata(s_axi_rdata), .m_axi_rresp(s_axi_rresp), .m_axi_rlast(s_axi_rlast),
        .m_axi_awvalid(s_axi_awvalid), .m_axi_awready(s_axi_awready), .m_axi_awid(s_axi_awid),
        .m_axi_awaddr(s_axi_awaddr), .m_axi_awlen(s_axi_awlen), .m_axi_awsize(s_axi_awsize),
        .m_axi_awburst(s_axi_awburst), .m_axi_awcache(awcache), .m_axi_awprot(awprot),
        .m_axi_wvalid(s_axi_wvalid), .m_axi_wready(s_axi_wready), .m_axi_wdata(s_axi_wdata),
        .m_axi_wstrb(s_axi_wstrb), .m_axi_wlast(s_axi_wlast),
        .m_axi_bvalid(s_axi_bvalid), .m_axi_bready(s_axi_bready), .m_axi_bid(s_axi_bid),
        .m_axi_bresp(s_axi_bresp),
        .m_axid_arvalid(d_arvalid), .m_axid_arready(1'b0), .m_axid_arid(d_arid), .m_axid_araddr(d_araddr),
        .m_axid_arlen(d_arlen), .m_axid_arsize(d_arsize), .m_axid_arburst(d_arburst), .m_axid_arcache(d_arcache),
        .m_axid_arprot(d_arprot), .m_axid_rvalid(1'b0), .m_axid_rready(d_rready), .m_axid_rid({ID_W{1'b0}}),
        .m_axid_rdata({DATA_W{1'b0}}), .m_axid_rresp(2'b00), .m_axid_rlast(1'b0));

    assign s_axi_awregion = 4'd0;
    assign s_axi_arregion = 4'd0;

    assign cfg_interrupt_msix_int     = 1'b0;
    assign cfg_interrupt_msix_address = 64'd0;
    assign cfg_interrupt_msix_data    = 32'd0;

    ioat_usr_irq #(.N(1)) legacy (
        .clk(axi_aclk), .rst(rst), .msix(1'b0), .msi(1'b0), .irq_msix(1'b0), .irq_intx(irq_intx),
        .req(intx_msi_request), .ack(intx_msi_grant));

    wire unused = &{1'b0, m_axi_awaddr, m_axi_awlen, m_axi_awburst, m_axi_awprot, m_axi_awlock, m_axi_awcache,
                    m_axi_araddr, m_axi_arburst, m_axi_arprot, m_axi_arlock, m_axi_arcache,
                    arcache, arprot, awcache, awprot,
                    d_arvalid, d_arid, d_araddr, d_arlen, d_arsize, d_arburst, d_arcache,
                    d_arprot, d_rready, irq_msix, cfg_interrupt_msix_sent, cfg_interrupt_msix_fail};
endmodule

`default_nettype wire
