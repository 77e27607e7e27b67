    // The simulator's BAR accesses as those of a bridge: single beats of 8 bytes in their lane of its bus.
    localparam [2:0] LAST = DATA_W / 64 - 1;

    reg  [13:0]         waddr, raddr;
    wire [DATA_W-1:0]   wdata = {(DATA_W / 64){s_axil_wdata}};
    wire [DATA_W/8-1:0] wstrb = {{(DATA_W / 8 - 8){1'b0}}, s_axil_wstrb} << {waddr[5:3] & LAST, 3'd0};
    wire [DATA_W-1:0]   rdata;

    assign s_axil_rdata = rdata >> {raddr[5:3] & LAST, 6'd0};

    always @(posedge clk) begin
        if (s_axil_awvalid && s_axil_awready)
            waddr <= s_axil_awaddr;
        if (s_axil_arvalid && s_axil_arready)
            raddr <= s_axil_araddr;
    end
