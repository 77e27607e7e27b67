    // The engine in ioat_top, as the simulator sees an engine: what config space says comes through synchronisers.
`include "tb/fpga/bar.svh"

    wire rst_of_top;

    ioat_top #(
        .DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .DESC_PORT(DESC_PORT), .READ_BEATS(READ_BEATS),
        .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(TRANSFERS),
        .PREFETCH(PREFETCH), .LIST_AHEAD(LIST_AHEAD), .PERF(PERF), .CLK_MHZ(CLK_MHZ), .CBVER(CBVER),
        .DMACAPABILITY(DMACAPABILITY), .XFERCAP_LOG2(XFERCAP_LOG2)
    ) board (
        .*, .areset_n(!rst), .rst(rst_of_top),
        .s_axi_awvalid(s_axil_awvalid), .s_axi_awready(s_axil_awready), .s_axi_awid(4'd5),
        .s_axi_awaddr(s_axil_awaddr), .s_axi_awsize(3'd3),
        .s_axi_wvalid(s_axil_wvalid), .s_axi_wready(s_axil_wready), .s_axi_wdata(wdata), .s_axi_wstrb(wstrb),
        .s_axi_wlast(1'b1),
        .s_axi_bvalid(s_axil_bvalid), .s_axi_bready(s_axil_bready), .s_axi_bid(), .s_axi_bresp(s_axil_bresp),
        .s_axi_arvalid(s_axil_arvalid), .s_axi_arready(s_axil_arready), .s_axi_arid(4'd6),
        .s_axi_araddr(s_axil_araddr), .s_axi_arlen(8'd0), .s_axi_arsize(3'd3),
        .s_axi_rvalid(s_axil_rvalid), .s_axi_rready(s_axil_rready), .s_axi_rid(), .s_axi_rdata(rdata),
        .s_axi_rresp(s_axil_rresp), .s_axi_rlast());
endmodule
