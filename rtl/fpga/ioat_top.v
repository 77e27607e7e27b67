// ioat_top - the engine as it meets a PCIe bridge: one clock, one asynchronous reset, AXI4 on both sides.
//
//   areset_n --> ioat_reset -----> rst
//   cfg_*    --> ioat_cfg_sync --> ioat_engine --> m_axi   host memory, the bridge's slave
//   s_axi    --> ioat_bar -------> ioat_engine --> irq_*   for a bridge that sends interrupts itself
//
// Nothing here belongs to a board or a vendor: ioat_axi_pcie3 and ioat_xdma give these ports the names of two
// bridges. Addresses on m_axi are those of the host's bus; the bridge must not translate them. The defaults are
// those of ioat_engine but LIST_AHEAD, which is 0: PCIe may answer reads in another order (K-37).

`default_nettype none

module ioat_top #(
    parameter DATA_W          = 64,          // AXI data of the bridge, bits: 64, 128, 256, 512
    parameter ADDR_W          = 64,          // bus address that the bridge takes, bits: 32..64
    parameter CHAN_N          = 4,
    parameter DESC_PORT       = 0,
    parameter READ_BEATS      = 256,
    parameter READ_BYTES_MAX  = 512,         // bytes, not above the host's Max_Read_Request_Size for whole requests
    parameter WRITE_BYTES_MAX = 256,         // bytes, not above its Max_Payload_Size
    parameter TRANSFERS       = 64,
    parameter PREFETCH        = 64,
    parameter LIST_AHEAD      = 0,
    parameter PERF            = 1,
    parameter CLK_MHZ         = 250,         // of the bridge's AXI clock
    parameter CBVER           = 8'h34,
    parameter DMACAPABILITY   = 32'h41,
    parameter XFERCAP_LOG2    = 20,
    parameter CFG_ASYNC       = 1,           // 0: cfg_* are synchronous to clk
    parameter BAR_ID_W        = 4,           // bits of the IDs on s_axi
    parameter ID_W            = 6            // bits of the IDs on m_axi: 3..6, CHAN_N to 2^(ID_W-2)
) (
    input  wire                clk,
    input  wire                areset_n,     // asynchronous, active low
    output wire                rst,          // the same, for logic around this

    input  wire                cfg_bme,
    input  wire                cfg_msix_en,
    input  wire                cfg_msix_mask,
    input  wire                cfg_flr,
    output wire                flr_done,

    output wire                irq_intx,
    output wire [CHAN_N-1:0]   irq_msix,

    // BAR0: offsets are the low bits of the address.
    input  wire                s_axi_awvalid,
    output wire                s_axi_awready,
    input  wire [BAR_ID_W-1:0] s_axi_awid,
    input  wire [13:0]         s_axi_awaddr,
    input  wire [2:0]          s_axi_awsize,
    input  wire                s_axi_wvalid,
    output wire                s_axi_wready,
    input  wire [DATA_W-1:0]   s_axi_wdata,
    input  wire [DATA_W/8-1:0] s_axi_wstrb,
    input  wire                s_axi_wlast,
    output wire                s_axi_bvalid,
    input  wire                s_axi_bready,
    output wire [BAR_ID_W-1:0] s_axi_bid,
    output wire [1:0]          s_axi_bresp,
    input  wire                s_axi_arvalid,
    output wire                s_axi_arready,
    input  wire [BAR_ID_W-1:0] s_axi_arid,
    input  wire [13:0]         s_axi_araddr,
    input  wire [7:0]          s_axi_arlen,
    input  wire [2:0]          s_axi_arsize,
    output wire                s_axi_rvalid,
    input  wire                s_axi_rready,
    output wire [BAR_ID_W-1:0] s_axi_rid,
    output wire [DATA_W-1:0]   s_axi_rdata,
    output wire [1:0]          s_axi_rresp,
    output wire                s_axi_rlast,

    // Host memory.
    output wire                m_axi_arvalid,
    input  wire                m_axi_arready,
    output wire [ID_W-1:0]     m_axi_arid,
    output wire [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output wire [3:0]          m_axi_arcache,
    output wire [2:0]          m_axi_arprot,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready,
    input  wire [ID_W-1:0]     m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    output wire                m_axi_awvalid,
    input  wire                m_axi_awready,
    output wire [ID_W-1:0]     m_axi_awid,
    output wire [ADDR_W-1:0]   m_axi_awaddr,
    output wire [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize,
    output wire [1:0]          m_axi_awburst,
    output wire [3:0]          m_axi_awcache,
    output wire [2:0]          m_axi_awprot,
    output wire                m_axi_wvalid,
    input  wire                m_axi_wready,
    output wire [DATA_W-1:0]   m_axi_wdata,
    output wire [DATA_W/8-1:0] m_axi_wstrb,
    output wire                m_axi_wlast,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    input  wire [ID_W-1:0]     m_axi_bid,
    input  wire [1:0]          m_axi_bresp,

    // Descriptors. Idle when DESC_PORT is 0.
    output wire                m_axid_arvalid,
    input  wire                m_axid_arready,
    output wire [ID_W-1:0]     m_axid_arid,
    output wire [ADDR_W-1:0]   m_axid_araddr,
    output wire [7:0]          m_axid_arlen,
    output wire [2:0]          m_axid_arsize,
    output wire [1:0]          m_axid_arburst,
    output wire [3:0]          m_axid_arcache,
    output wire [2:0]          m_axid_arprot,
    input  wire                m_axid_rvalid,
    output wire                m_axid_rready,
    input  wire [ID_W-1:0]     m_axid_rid,
    input  wire [DATA_W-1:0]   m_axid_rdata,
    input  wire [1:0]          m_axid_rresp,
    input  wire                m_axid_rlast
);
    generate
        if (ID_W < 3 || ID_W > 6 || CHAN_N > 1 << (ID_W - 2))
            ioat_ID_W_must_be_3_to_6_with_a_channel_number_in_all_but_two_bits bad_build ();
    endgenerate

    ioat_reset reset (.clk(clk), .areset_n(areset_n), .rst(rst));

    wire bme, msix_en, msix_mask, flr;

    generate
        if (CFG_ASYNC != 0) begin : crossed
            ioat_cfg_sync sync (
                .clk(clk),
                .cfg_bme(cfg_bme), .cfg_msix_en(cfg_msix_en), .cfg_msix_mask(cfg_msix_mask), .cfg_flr(cfg_flr),
                .bme(bme), .msix_en(msix_en), .msix_mask(msix_mask), .flr(flr));
        end else begin : same
            assign {bme, msix_en, msix_mask, flr} = {cfg_bme, cfg_msix_en, cfg_msix_mask, cfg_flr};
        end
    endgenerate

    wire        awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
    wire [13:0] awaddr, araddr;
    wire [63:0] wdata, rdata;
    wire [7:0]  wstrb;
    wire [1:0]  bresp, rresp;

    ioat_bar #(.DATA_W(DATA_W), .ID_W(BAR_ID_W)) bar (
        .clk(clk), .rst(rst),
        .s_axi_awvalid(s_axi_awvalid), .s_axi_awready(s_axi_awready), .s_axi_awid(s_axi_awid),
        .s_axi_awaddr(s_axi_awaddr), .s_axi_awsize(s_axi_awsize),
        .s_axi_wvalid(s_axi_wvalid), .s_axi_wready(s_axi_wready), .s_axi_wdata(s_axi_wdata),
        .s_axi_wstrb(s_axi_wstrb), .s_axi_wlast(s_axi_wlast),
        .s_axi_bvalid(s_axi_bvalid), .s_axi_bready(s_axi_bready), .s_axi_bid(s_axi_bid), .s_axi_bresp(s_axi_bresp),
        .s_axi_arvalid(s_axi_arvalid), .s_axi_arready(s_axi_arready), .s_axi_arid(s_axi_arid),
        .s_axi_araddr(s_axi_araddr), .s_axi_arlen(s_axi_arlen), .s_axi_arsize(s_axi_arsize),
        .s_axi_rvalid(s_axi_rvalid), .s_axi_rready(s_axi_rready), .s_axi_rid(s_axi_rid), .s_axi_rdata(s_axi_rdata),
        .s_axi_rresp(s_axi_rresp), .s_axi_rlast(s_axi_rlast),
        .m_axil_awvalid(awvalid), .m_axil_awready(awready), .m_axil_awaddr(awaddr),
        .m_axil_wvalid(wvalid), .m_axil_wready(wready), .m_axil_wdata(wdata), .m_axil_wstrb(wstrb),
        .m_axil_bvalid(bvalid), .m_axil_bready(bready), .m_axil_bresp(bresp),
        .m_axil_arvalid(arvalid), .m_axil_arready(arready), .m_axil_araddr(araddr),
        .m_axil_rvalid(rvalid), .m_axil_rready(rready), .m_axil_rdata(rdata), .m_axil_rresp(rresp));

    // An ID is a kind in two bits and a channel in four (K-60), of which few channels need fewer.
    localparam C = ID_W - 2;
    wire [5:0] arid, rid, awid, bid, d_arid, d_rid;
    wire       unused = &{1'b0, arid, awid, d_arid};

    assign m_axi_arid  = {arid[5:4], arid[C-1:0]};
    assign m_axi_awid  = {awid[5:4], awid[C-1:0]};
    assign m_axid_arid = {d_arid[5:4], d_arid[C-1:0]};
    assign rid   = {m_axi_rid[C +: 2], {(6-ID_W){1'b0}}, m_axi_rid[C-1:0]};
    assign bid   = {m_axi_bid[C +: 2], {(6-ID_W){1'b0}}, m_axi_bid[C-1:0]};
    assign d_rid = {m_axid_rid[C +: 2], {(6-ID_W){1'b0}}, m_axid_rid[C-1:0]};

    ioat_engine #(
        .DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .DESC_PORT(DESC_PORT), .READ_BEATS(READ_BEATS),
        .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(TRANSFERS),
        .PREFETCH(PREFETCH), .LIST_AHEAD(LIST_AHEAD), .PERF(PERF), .CLK_MHZ(CLK_MHZ), .CBVER(CBVER),
        .DMACAPABILITY(DMACAPABILITY), .XFERCAP_LOG2(XFERCAP_LOG2)
    ) engine (
        .clk(clk), .rst(rst),
        .cfg_bme(bme), .cfg_msix_en(msix_en), .cfg_msix_mask(msix_mask), .cfg_flr(flr), .flr_done(flr_done),
        .irq_intx(irq_intx), .irq_msix(irq_msix),
        .s_axil_awvalid(awvalid), .s_axil_awready(awready), .s_axil_awaddr(awaddr),
        .s_axil_wvalid(wvalid), .s_axil_wready(wready), .s_axil_wdata(wdata), .s_axil_wstrb(wstrb),
        .s_axil_bvalid(bvalid), .s_axil_bready(bready), .s_axil_bresp(bresp),
        .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_araddr(araddr),
        .s_axil_rvalid(rvalid), .s_axil_rready(rready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
        .m_axi_arvalid(m_axi_arvalid), .m_axi_arready(m_axi_arready), .m_axi_arid(arid),
        .m_axi_araddr(m_axi_araddr), .m_axi_arlen(m_axi_arlen), .m_axi_arsize(m_axi_arsize),
        .m_axi_arburst(m_axi_arburst), .m_axi_arcache(m_axi_arcache), .m_axi_arprot(m_axi_arprot),
        .m_axi_rvalid(m_axi_rvalid), .m_axi_rready(m_axi_rready), .m_axi_rid(rid),
        .m_axi_rdata(m_axi_rdata), .m_axi_rresp(m_axi_rresp), .m_axi_rlast(m_axi_rlast),
        .m_axi_awvalid(m_axi_awvalid), .m_axi_awready(m_axi_awready), .m_axi_awid(awid),
        .m_axi_awaddr(m_axi_awaddr), .m_axi_awlen(m_axi_awlen), .m_axi_awsize(m_axi_awsize),
        .m_axi_awburst(m_axi_awburst), .m_axi_awcache(m_axi_awcache), .m_axi_awprot(m_axi_awprot),
        .m_axi_wvalid(m_axi_wvalid), .m_axi_wready(m_axi_wready), .m_axi_wdata(m_axi_wdata),
        .m_axi_wstrb(m_axi_wstrb), .m_axi_wlast(m_axi_wlast),
        .m_axi_bvalid(m_axi_bvalid), .m_axi_bready(m_axi_bready), .m_axi_bid(bid), .m_axi_bresp(m_axi_bresp),
        .m_axid_arvalid(m_axid_arvalid), .m_axid_arready(m_axid_arready), .m_axid_arid(d_arid),
        .m_axid_araddr(m_axid_araddr), .m_axid_arlen(m_axid_arlen), .m_axid_arsize(m_axid_arsize),
        .m_axid_arburst(m_axid_arburst), .m_axid_arcache(m_axid_arcache), .m_axid_arprot(m_axid_arprot),
        .m_axid_rvalid(m_axid_rvalid), .m_axid_rready(m_axid_rready), .m_axid_rid(d_rid),
        .m_axid_rdata(m_axid_rdata), .m_axid_rresp(m_axid_rresp), .m_axid_rlast(m_axid_rlast));
endmodule

`default_nettype wire
