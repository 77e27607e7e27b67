// engine - ioat_engine as it is built, small: the rules of AXI4, and what the bus may see of RESET, errors and words.
//
// Software writes what it likes. Memory holds anything; it answers requests in their order, with or without
// error, after any time.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module engine #(
    parameter DATA_W = 256,
    parameter CHAN_N = 1
) (
    input wire        clk,
    input wire        rst,
    input wire        bme,
    input wire        msix_en,
    input wire        msix_mask,
    input wire        flr,
    input wire        wr_valid,
    input wire [13:0] wr_addr,
    input wire [63:0] wr_data,
    input wire [7:0]  wr_strb,
    input wire        bar_bready,
    input wire        rd_valid,
    input wire [13:0] rd_addr,
    input wire        arready,
    input wire        rvalid,
    input wire [DATA_W-1:0] rdata,
    input wire        rerr,
    input wire        awready,
    input wire        wready,
    input wire        bvalid,
    input wire        berr
);
    localparam ADDR_W          = 32;
    localparam SIZE            = $clog2(DATA_W / 8);
    localparam READ_BYTES_MAX  = DATA_W / 4; // two beats
    localparam WRITE_BYTES_MAX = DATA_W / 4;
    localparam DEEP            = 3;          // log2 of the requests that memory holds

    wire                arvalid, rready, awvalid, wvalid, wlast, bready, flr_done, bar_bvalid;
    wire [5:0]          arid, awid;
    wire [ADDR_W-1:0]   araddr, awaddr;
    wire [7:0]          arlen, awlen;
    wire [DATA_W/8-1:0] wstrb;
    wire [2:0]          arsize, awsize, arprot, awprot;
    wire [1:0]          arburst, awburst;
    wire [3:0]          arcache, awcache;
    wire [DATA_W-1:0]   wdata;

    // ---- memory ----

    reg [13:0]   reads  [0:(1 << DEEP) - 1]; // id, beats less one
    reg [DEEP:0] read_in, read_out;
    reg [7:0]    beat;
    reg [5:0]    writes [0:(1 << DEEP) - 1]; // id
    reg [DEEP:0] write_in, write_done, write_out;
    wire [5:0]   rid   = reads[read_out[DEEP-1:0]][13:8];
    wire         rlast = beat == reads[read_out[DEEP-1:0]][7:0];
    wire [5:0]   bid   = writes[write_out[DEEP-1:0]];

    ioat_engine #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .CHAN_N(CHAN_N), .READ_BEATS(4),
                  .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX), .TRANSFERS(2), .PREFETCH(4),
                  .CLK_MHZ(1), .XFERCAP_LOG2(12)) dut (
        .clk(clk), .rst(rst), .cfg_bme(bme), .cfg_msix_en(msix_en), .cfg_msix_mask(msix_mask), .cfg_flr(flr),
        .flr_done(flr_done),
        .s_axil_awvalid(wr_valid), .s_axil_awaddr(wr_addr), .s_axil_wvalid(wr_valid), .s_axil_wdata(wr_data),
        .s_axil_wstrb(wr_strb), .s_axil_bvalid(bar_bvalid), .s_axil_bready(bar_bready),
        .s_axil_arvalid(rd_valid), .s_axil_araddr(rd_addr), .s_axil_rready(1'b1),
        .m_axi_arvalid(arvalid), .m_axi_arready(arready), .m_axi_arid(arid), .m_axi_araddr(araddr),
        .m_axi_arlen(arlen), .m_axi_arsize(arsize), .m_axi_arburst(arburst), .m_axi_arcache(arcache),
        .m_axi_arprot(arprot),
        .m_axi_rvalid(rvalid), .m_axi_rready(rready), .m_axi_rid(rid), .m_axi_rdata(rdata),
        .m_axi_rresp({rerr, 1'b0}), .m_axi_rlast(rlast),
        .m_axi_awvalid(awvalid), .m_axi_awready(awready), .m_axi_awid(awid), .m_axi_awaddr(awaddr),
        .m_axi_awlen(awlen), .m_axi_awsize(awsize), .m_axi_awburst(awburst), .m_axi_awcache(awcache),
        .m_axi_awprot(awprot),
        .m_axi_wvalid(wvalid), .m_axi_wready(wready), .m_axi_wdata(wdata), .m_axi_wstrb(wstrb),
        .m_axi_wlast(wlast),
        .m_axi_bvalid(bvalid), .m_axi_bready(bready), .m_axi_bid(bid), .m_axi_bresp({berr, 1'b0}),
        .m_axid_arready(1'b0), .m_axid_rvalid(1'b0), .m_axid_rid(6'd0), .m_axid_rdata({DATA_W{1'b0}}),
        .m_axid_rresp(2'd0), .m_axid_rlast(1'b0));

    wire ar = arvalid && arready;
    wire aw = awvalid && awready;
    wire w  = wvalid && wready;
    wire r  = rvalid && rready;
    wire b  = bvalid && bready;

    wire payload = awid[5:4] == 2'b00, word = awid[5:4] == 2'b01, message = awid[5:4] == 2'b10;

    reg        begun = 1'b0;
    reg        ar_held, aw_held, w_held, bme_then;
    reg [57:0] ar_was, aw_was;
    reg [DATA_W+DATA_W/8:0] w_was;
    reg [DEEP:0] data_out;                   // payload bursts not answered
    reg        in_burst;                     // the burst whose data goes out
    reg [7:0]  left, early_len;
    reg        aw_early;                     // its address was taken before its first beat
    reg        aw_late;                      // its first beat before its address

    wire [57:0] ar_now = {arid, araddr, arlen, arsize, arburst, arcache, arprot};
    wire [57:0] aw_now = {awid, awaddr, awlen, awsize, awburst, awcache, awprot};
    wire        first  = !in_burst && !aw_late;
    wire [7:0]  togo   = in_burst ? left : aw_early ? early_len : awlen;

    always @(posedge clk) begin
        begun    <= 1'b1;
        bme_then <= bme;
        ar_held  <= !rst && arvalid && !arready;
        aw_held  <= !rst && awvalid && !awready;
        w_held   <= !rst && wvalid && !wready;
        ar_was   <= ar_now;
        aw_was   <= aw_now;
        w_was    <= {wdata, wstrb, wlast};

        if (ar) begin
            reads[read_in[DEEP-1:0]] <= {arid, arlen};
            read_in <= read_in + 1'b1;
        end
        if (r) begin
            beat <= rlast ? 8'd0 : beat + 1'b1;
            read_out <= read_out + rlast;
        end
        if (aw) begin
            writes[write_in[DEEP-1:0]] <= awid;
            write_in <= write_in + 1'b1;
            early_len <= awlen;
        end
        if (w) begin
            in_burst <= !wlast;
            left     <= togo - 1'b1;
            write_done <= write_done + wlast;
        end
        if (b)
            write_out <= write_out + 1'b1;
        aw_early <= (aw_early || (aw && !aw_late)) && !w;
        aw_late  <= (aw_late || (w && first && !aw_early && !in_burst)) && !aw;
        data_out <= data_out + (aw && payload) - (b && bid[5:4] == 2'b00);
        if (rst) begin
            read_in    <= 0;
            read_out   <= 0;
            beat       <= 8'd0;
            write_in   <= 0;
            write_done <= 0;
            write_out  <= 0;
            in_burst   <= 1'b0;
            aw_early   <= 1'b0;
            aw_late    <= 1'b0;
            data_out   <= 0;
        end
    end

    wire [DEEP:0] reading = read_in - read_out;
    wire [DEEP:0] writing = write_in - write_out;

    `given(reset_first,   begun != rst)
    `given(reads_owed,    !begun || !rvalid || reading != 0)
    `given(writes_owed,   !begun || !bvalid || (writing != 0 && write_done != write_out))
    `given(memory_deep,   !begun || ((reading != 8 || !arready) && (writing != 8 || !awready)))
    `given(writes_aligned, !wr_valid || wr_addr[2:0] == 3'd0)

    // ---- AXI4 ----

    `holds(ar_stays,      !begun || !ar_held || (arvalid && ar_now == ar_was))
    `holds(aw_stays,      !begun || !aw_held || (awvalid && aw_now == aw_was))
    `holds(w_stays,       !begun || !w_held || (wvalid && {wdata, wstrb, wlast} == w_was))
    `holds(r_never_waits, rready)
    `holds(b_never_waits, !begun || !bvalid || bready)
    `holds(r_4k,          !begun || !arvalid || {1'b0, araddr[11:0]} + ((arlen + 13'd1) << SIZE) <= 13'd4096)
    `holds(w_4k,          !begun || !awvalid || {1'b0, awaddr[11:SIZE], {SIZE{1'b0}}} + ((awlen + 13'd1) << SIZE) <= 13'd4096)
    `holds(r_burst,       !begun || !arvalid || (arsize == SIZE && arburst == 1 && arprot == 0 && araddr[SIZE-1:0] == 0 &&
                          (arid[5:4] == 2'b01 ? arlen == (384 + DATA_W - 1) / DATA_W - 1 && araddr[5:0] == 0
                                              : arid[5:4] == 0 && arlen < READ_BYTES_MAX / (DATA_W / 8))))
    `holds(w_burst,       !begun || !awvalid || (awsize == SIZE && awburst == 1 && awprot == 0 && awlen < WRITE_BYTES_MAX / (DATA_W / 8)))
    `holds(ids,           !begun || ((!arvalid || arid[3:0] < CHAN_N) && (!awvalid || (awid[3:0] < CHAN_N && awid[5:4] != 3))))
    `holds(w_last,        !begun || !wvalid || wlast == (togo == 0))
    `holds(w_has_address, !begun || !wvalid || in_burst || aw_early || awvalid)
    `holds(aw_in_order,   !begun || !awvalid || !((in_burst && !aw_late) || aw_early))
    `holds(bme_gates,     !begun || bme || ((!arvalid || ar_held || bme_then) && (!awvalid || aw_held || in_burst || aw_late)))

    // ---- completion ----

    (* hierconn *) wire [2:0]  \dut.chan[0].channel.state ;
    (* hierconn *) wire        \dut.chan[0].channel.at_rest ;
    (* hierconn *) wire [15:0] \dut.chan[0].channel.regs.chanerr ;
    (* hierconn *) wire [5:0]  \dut.chan[0].channel.cmd_pending ;
    wire [2:0]  state   = \dut.chan[0].channel.state ;
    wire        at_rest = \dut.chan[0].channel.at_rest ;
    wire [31:0] chanerr = {16'd0, \dut.chan[0].channel.regs.chanerr };

    reg  [31:0] chanerr_was;
    wire [31:0] set = chanerr & ~chanerr_was;
    always @(posedge clk)
        chanerr_was <= chanerr;

    `holds(word_is_whole, !begun || !(awvalid && word) || (awlen == 0 && wstrb == 8'hFF << awaddr[SIZE-1:0] && awaddr[2:0] == 0 && wdata[5:3] == 0))
    // A word that says nothing more is to come follows every answer.
    `holds(word_after_data, CHAN_N != 1 || !begun || !(awvalid && word) || wdata[2:0] == `IOAT_CHANSTS_STATE_ACTIVE || data_out == 0)
    `holds(halted_after_reads, CHAN_N != 1 || !begun || !(awvalid && word && wdata[2:0] == `IOAT_CHANSTS_STATE_HALTED) || reading == 0)
    `holds(one_error_bit, !begun || (set & (set - 1'b1)) == 0)
    `holds(rest_is_quiet, CHAN_N != 1 || !begun || !at_rest || !(arvalid || reading != 0 || data_out != 0 || (awvalid && !message)))
    `holds(flr_is_quiet,  !begun || !flr_done || !(arvalid || awvalid || wvalid || reading != 0 || writing != 0))

    `reached(null_word,   begun && b && bid[5:4] == 1 && data_out == 0 && write_out == 0)
    `reached(fill_word,   begun && awvalid && word && wdata[2:0] == `IOAT_CHANSTS_STATE_IDLE && write_out == 1)
    `reached(copied,      begun && w && wlast && wstrb == 'h3C)
    `reached(error_word,  begun && awvalid && word && wdata[2:0] == `IOAT_CHANSTS_STATE_HALTED && chanerr == 32'h100)
    `reached(reset_done,  begun && at_rest && state == `IOAT_CHANSTS_STATE_HALTED && read_out == 1 && chanerr == 0)
endmodule
