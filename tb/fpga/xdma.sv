    // The engine behind ioat_xdma, as the simulator sees an engine: the bridge is wires. It sends its own messages,
    // which the simulator does not see: MSI-X is off here.
`include "tb/fpga/bar.svh"

    wire [3:0]        awid, arid;
    wire [CHAN_N-1:0] request;
    reg  [CHAN_N-1:0] asked;                 // the bridge has sent Assert_INTx

    // Each change of a request is a message, acknowledged a clock later.
    always @(posedge clk)
        asked <= request;

    assign irq_intx = asked[0];

    ioat_xdma #(
        .DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .READ_BEATS(READ_BEATS),
        .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(TRANSFERS),
        .PREFETCH(PREFETCH), .PERF(PERF), .CLK_MHZ(CLK_MHZ), .CBVER(CBVER), .DMACAPABILITY(DMACAPABILITY),
        .XFERCAP_LOG2(XFERCAP_LOG2)
    ) board (
        .axi_aclk(clk), .axi_aresetn(!rst),
        .cfg_bme(cfg_bme), .cfg_flr(cfg_flr), .flr_done(flr_done),
        .usr_irq_req(request), .usr_irq_ack(asked ^ request), .msi_enable(1'b0), .msix_enable(1'b0),
        .s_axib_awid(awid), .s_axib_awaddr(m_axi_awaddr), .s_axib_awregion(), .s_axib_awlen(m_axi_awlen),
        .s_axib_awsize(m_axi_awsize), .s_axib_awburst(m_axi_awburst),
        .s_axib_awvalid(m_axi_awvalid), .s_axib_awready(m_axi_awready),
        .s_axib_wdata(m_axi_wdata), .s_axib_wstrb(m_axi_wstrb), .s_axib_wlast(m_axi_wlast),
        .s_axib_wvalid(m_axi_wvalid), .s_axib_wready(m_axi_wready),
        .s_axib_bid({m_axi_bid[5:4], m_axi_bid[1:0]}), .s_axib_bresp(m_axi_bresp), .s_axib_bvalid(m_axi_bvalid),
        .s_axib_bready(m_axi_bready),
        .s_axib_arid(arid), .s_axib_araddr(m_axi_araddr), .s_axib_arregion(), .s_axib_arlen(m_axi_arlen),
        .s_axib_arsize(m_axi_arsize), .s_axib_arburst(m_axi_arburst),
        .s_axib_arvalid(m_axi_arvalid), .s_axib_arready(m_axi_arready),
        .s_axib_rid({m_axi_rid[5:4], m_axi_rid[1:0]}), .s_axib_rdata(m_axi_rdata), .s_axib_rresp(m_axi_rresp),
        .s_axib_rlast(m_axi_rlast), .s_axib_rvalid(m_axi_rvalid), .s_axib_rready(m_axi_rready),
        .m_axib_awid(4'd5), .m_axib_awaddr({{(ADDR_W - 14){1'b0}}, s_axil_awaddr}), .m_axib_awlen(8'd0),
        .m_axib_awsize(3'd3), .m_axib_awburst(2'b01), .m_axib_awprot(3'd0), .m_axib_awlock(1'b0), .m_axib_awcache(4'd0),
        .m_axib_awvalid(s_axil_awvalid), .m_axib_awready(s_axil_awready),
        .m_axib_wdata(wdata), .m_axib_wstrb(wstrb), .m_axib_wlast(1'b1),
        .m_axib_wvalid(s_axil_wvalid), .m_axib_wready(s_axil_wready),
        .m_axib_bid(), .m_axib_bresp(s_axil_bresp), .m_axib_bvalid(s_axil_bvalid), .m_axib_bready(s_axil_bready),
        .m_axib_arid(4'd6), .m_axib_araddr({{(ADDR_W - 14){1'b0}}, s_axil_araddr}), .m_axib_arlen(8'd0),
        .m_axib_arsize(3'd3), .m_axib_arburst(2'b01), .m_axib_arprot(3'd0),
        .m_axib_arlock(1'b0), .m_axib_arcache(4'd0),
        .m_axib_arvalid(s_axil_arvalid), .m_axib_arready(s_axil_arready),
        .m_axib_rid(), .m_axib_rdata(rdata), .m_axib_rresp(s_axil_rresp), .m_axib_rlast(),
        .m_axib_rvalid(s_axil_rvalid),
        .m_axib_rready(s_axil_rready));

    // What the bridge does not carry, so that the checkers see the engine's word for it.
    assign m_axi_awid     = {awid[3:2], 2'b00, awid[1:0]};
    assign m_axi_arid     = {arid[3:2], 2'b00, arid[1:0]};
    assign m_axi_awcache  = board.awcache;
    assign m_axi_arcache  = board.arcache;
    assign m_axi_awprot   = board.awprot;
    assign m_axi_arprot   = board.arprot;
    assign irq_msix       = board.irq_msix;
    assign m_axid_arvalid = 1'b0;
    assign m_axid_rready  = 1'b0;
endmodule
