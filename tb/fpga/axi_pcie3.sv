    // The engine behind ioat_axi_pcie3, as the simulator sees an engine: the bridge is wires.
`include "tb/fpga/bar.svh"

    wire [3:0] awid, arid;
    wire       request;
    reg        asked;                        // the bridge has sent Assert_INTx

    // Each change of the request is a message, granted a clock later.
    always @(posedge clk)
        asked <= request;

    assign irq_intx = asked;

    ioat_axi_pcie3 #(
        .DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .READ_BEATS(READ_BEATS),
        .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(TRANSFERS),
        .PREFETCH(PREFETCH), .PERF(PERF), .CLK_MHZ(CLK_MHZ), .CBVER(CBVER), .DMACAPABILITY(DMACAPABILITY),
        .XFERCAP_LOG2(XFERCAP_LOG2)
    ) board (
        .axi_aclk(clk), .axi_aresetn(!rst),
        .cfg_bme(cfg_bme), .cfg_flr(cfg_flr), .flr_done(flr_done),
        .cfg_interrupt_msix_enable(cfg_msix_en), .cfg_interrupt_msix_mask(cfg_msix_mask),
        .cfg_interrupt_msix_int(), .cfg_interrupt_msix_address(), .cfg_interrupt_msix_data(),
        .cfg_interrupt_msix_sent(1'b0), .cfg_interrupt_msix_fail(1'b0),
        .intx_msi_request(request), .intx_msi_grant(asked != request),
        .s_axi_awid(awid), .s_axi_awaddr(m_axi_awaddr), .s_axi_awregion(), .s_axi_awlen(m_axi_awlen),
        .s_axi_awsize(m_axi_awsize), .s_axi_awburst(m_axi_awburst),
        .s_axi_awvalid(m_axi_awvalid), .s_axi_awready(m_axi_awready),
        .s_axi_wdata(m_axi_wdata), .s_axi_wstrb(m_axi_wstrb), .s_axi_wlast(m_axi_wlast),
        .s_axi_wvalid(m_axi_wvalid), .s_axi_wready(m_axi_wready),
        .s_axi_bid({m_axi_bid[5:4], m_axi_bid[1:0]}), .s_axi_bresp(m_axi_bresp), .s_axi_bvalid(m_axi_bvalid),
        .s_axi_bready(m_axi_bready),
        .s_axi_arid(arid), .s_axi_araddr(m_axi_araddr), .s_axi_arregion(), .s_axi_arlen(m_axi_arlen),
        .s_axi_arsize(m_axi_arsize), .s_axi_arburst(m_axi_arburst),
        .s_axi_arvalid(m_axi_arvalid), .s_axi_arready(m_axi_arready),
        .s_axi_rid({m_axi_rid[5:4], m_axi_rid[1:0]}), .s_axi_rdata(m_axi_rdata), .s_axi_rresp(m_axi_rresp),
        .s_axi_rlast(m_axi_rlast), .s_axi_rvalid(m_axi_rvalid), .s_axi_rready(m_axi_rready),
        .m_axi_awid(4'd5), .m_axi_awaddr({{(ADDR_W - 14){1'b0}}, s_axil_awaddr}), .m_axi_awlen(8'd0),
        .m_axi_awsize(3'd3), .m_axi_awburst(2'b01), .m_axi_awprot(3'd0), .m_axi_awlock(1'b0), .m_axi_awcache(4'd0),
        .m_axi_awvalid(s_axil_awvalid), .m_axi_awready(s_axil_awready),
        .m_axi_wdata(wdata), .m_axi_wstrb(wstrb), .m_axi_wlast(1'b1),
        .m_axi_wvalid(s_axil_wvalid), .m_axi_wready(s_axil_wready),
        .m_axi_bid(), .m_axi_bresp(s_axil_bresp), .m_axi_bvalid(s_axil_bvalid), .m_axi_bready(s_axil_bready),
        .m_axi_arid(4'd6), .m_axi_araddr({{(ADDR_W - 14){1'b0}}, s_axil_araddr}), .m_axi_arlen(8'd0),
        .m_axi_arsize(3'd3), .m_axi_arburst(2'b01), .m_axi_arprot(3'd0), .m_axi_arlock(1'b0), .m_axi_arcache(4'd0),
        .m_axi_arvalid(s_axil_arvalid), .m_axi_arready(s_axil_arready),
        .m_axi_rid(), .m_axi_rdata(rdata), .m_axi_rresp(s_axil_rresp), .m_axi_rlast(), .m_axi_rvalid(s_axil_rvalid),
        .m_axi_rready(s_axil_rready));

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
