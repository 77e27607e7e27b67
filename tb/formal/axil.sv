// axil - ioat_axil answers every access once, OKAY, and never withdraws an answer.

`default_nettype none
`include "formal.vh"

module axil (
    input wire        clk,
    input wire        rst,
    input wire        awvalid,
    input wire [13:0] awaddr,
    input wire        wvalid,
    input wire [63:0] wdata,
    input wire [7:0]  wstrb,
    input wire        bready,
    input wire        arvalid,
    input wire [13:0] araddr,
    input wire        rready,
    input wire [63:0] rd_data
);
    wire        awready, wready, bvalid, arready, rvalid, wr_en, rd_en;
    wire [1:0]  bresp, rresp;
    wire [63:0] rdata, wr_data;
    wire [13:3] wr_addr;
    wire [7:0]  wr_strb;
    wire [13:0] rd_addr;

    ioat_axil dut (
        .clk(clk), .rst(rst),
        .s_axil_awvalid(awvalid), .s_axil_awready(awready), .s_axil_awaddr(awaddr),
        .s_axil_wvalid(wvalid), .s_axil_wready(wready), .s_axil_wdata(wdata), .s_axil_wstrb(wstrb),
        .s_axil_bvalid(bvalid), .s_axil_bready(bready), .s_axil_bresp(bresp),
        .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_araddr(araddr),
        .s_axil_rvalid(rvalid), .s_axil_rready(rready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
        .wr_en(wr_en), .wr_addr(wr_addr), .wr_data(wr_data), .wr_strb(wr_strb),
        .rd_en(rd_en), .rd_addr(rd_addr), .rd_data(rd_data));

    reg        begun = 1'b0;
    reg        writing, reading;             // accepted in the last clock
    reg        b_held, r_held;               // an answer was not taken in the last clock
    reg [63:0] sampled;
    reg [1:0]  writes_owed, reads_owed;      // accepted and not answered
    reg [1:0]  streak;                       // accesses of both kinds in a row

    always @(posedge clk) begin
        begun       <= 1'b1;
        writing     <= !rst && awvalid && awready;
        reading     <= !rst && arvalid && arready;
        b_held      <= !rst && bvalid && !bready;
        r_held      <= !rst && rvalid && !rready;
        if (rd_en)
            sampled <= rd_data;
        writes_owed <= rst ? 2'd0 : writes_owed + (awvalid && awready) - (bvalid && bready);
        reads_owed  <= rst ? 2'd0 : reads_owed + (arvalid && arready) - (rvalid && rready);
        streak      <= rst ? 2'd0 : wr_en && rd_en && bvalid && rvalid ? streak + (streak != 3) : 2'd0;
    end

    `given(reset_first, begun || rst)

    `holds(one_strobe_a_write, wr_en == (awvalid && awready) && wr_en == (wvalid && wready))
    `holds(one_strobe_a_read,  rd_en == (arvalid && arready))
    `holds(write_as_asked,     !wr_en || (wr_addr == awaddr[13:3] && wr_data == wdata && wr_strb == wstrb))
    `holds(read_as_asked,      !rd_en || rd_addr == araddr)
    `holds(answered_next,      !begun || ((!writing || bvalid) && (!reading || rvalid)))
    `holds(answers_stay,       !begun || ((!b_held || bvalid) && (!r_held || rvalid)))
    `holds(only_owed,          !begun || (bvalid == (writes_owed == 1) && rvalid == (reads_owed == 1)))
    `holds(never_two,          !begun || (writes_owed <= 1 && reads_owed <= 1))
    `holds(data_of_that_clock, !begun || !rvalid || rdata == sampled)
    `holds(okay,               bresp == 2'b00 && rresp == 2'b00)
    `holds(never_waits,        (!awvalid || !wvalid || bvalid || awready) && (rvalid || arready))

    `reached(one_a_clock, begun && streak == 3)
    `reached(answer_held, begun && b_held && r_held && bready && rready)
endmodule
