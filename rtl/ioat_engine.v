// ioat_engine - the DMA engine: BAR0 in, bus requests out.
//
//   s_axil --> ioat_axil --> ioat_regs_global, ioat_msix
//                  |
//                  +--> ioat_channel [0..CHAN_N-1] --reads---> ioat_read_mux  --> m_axi AR, R
//                                                  --writes--> ioat_write_mux --> m_axi AW, W, B
//
// Parameters state a build; an impossible value stops elaboration.
// One clock, one synchronous reset. All AXI rules of AMBA AXI4 hold; reads carry
// the IDs and attributes of docs/decisions.md K-34, K-60, K-61.

`default_nettype none
`include "ioat_regs.vh"

module ioat_engine #(
    parameter DATA_W          = 64,          // AXI data, bits: 64, 128, 256, 512
    parameter ADDR_W          = 64,          // implemented bus address, bits: 32..64
    parameter CHAN_N          = 4,           // channels: 1..16
    parameter DESC_PORT       = 0,           // 1: descriptors have a read master of their own
    parameter READ_BEATS      = 256,         // payload read buffer of a channel, beats, power of two
    parameter READ_BYTES_MAX  = 512,         // longest read burst, bytes, power of two
    parameter WRITE_BYTES_MAX = 256,         // longest write burst, bytes, power of two
    parameter TRANSFERS       = 64,          // descriptors between start and completion, power of two
    parameter PREFETCH        = 64,          // descriptors read ahead of the data path: 4..4096, power of two
    parameter LIST_AHEAD      = 1,           // 0: no guesses in list mode, for a bus that reorders reads of one ID
    parameter PERF            = 1,           // 0: no performance counters
    parameter CLK_MHZ         = 250,         // clocks in a microsecond, for INTRDELAY
    parameter CBVER           = 8'h34,
    parameter DMACAPABILITY   = 32'h41,
    parameter XFERCAP_LOG2    = 20           // log2 of the largest transfer, bytes: 12..30
) (
    input  wire                clk,
    input  wire                rst,          // synchronous, active high

    // From the PCIe function's config space, synchronous to clk.
    input  wire                cfg_bme,      // bus master enable
    input  wire                cfg_msix_en,
    input  wire                cfg_msix_mask,// function mask
    input  wire                cfg_flr,      // function-level reset: hold until flr_done
    output wire                flr_done,     // every channel is drained, registers are at power-on values

    output wire                irq_intx,     // level, for a hard block that sends INTx
    output wire [CHAN_N-1:0]   irq_msix,     // one clock high: channel n signals

    // BAR0, AXI4-Lite, 64 bit. Offsets are bytes.
    input  wire                s_axil_awvalid,
    output wire                s_axil_awready,
    input  wire [13:0]         s_axil_awaddr,
    input  wire                s_axil_wvalid,
    output wire                s_axil_wready,
    input  wire [63:0]         s_axil_wdata,
    input  wire [7:0]          s_axil_wstrb,
    output wire                s_axil_bvalid,
    input  wire                s_axil_bready,
    output wire [1:0]          s_axil_bresp,
    input  wire                s_axil_arvalid,
    output wire                s_axil_arready,
    input  wire [13:0]         s_axil_araddr,
    output wire                s_axil_rvalid,
    input  wire                s_axil_rready,
    output wire [63:0]         s_axil_rdata,
    output wire [1:0]          s_axil_rresp,

    // Host memory, AXI4.
    output wire                m_axi_arvalid,
    input  wire                m_axi_arready,
    output wire [5:0]          m_axi_arid,
    output wire [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output wire [3:0]          m_axi_arcache,
    output wire [2:0]          m_axi_arprot,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready,
    input  wire [5:0]          m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    output wire                m_axi_awvalid,
    input  wire                m_axi_awready,
    output wire [5:0]          m_axi_awid,
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
    input  wire [5:0]          m_axi_bid,
    input  wire [1:0]          m_axi_bresp,

    // Descriptors, AXI4 read only. Idle when DESC_PORT is 0.
    output wire                m_axid_arvalid,
    input  wire                m_axid_arready,
    output wire [5:0]          m_axid_arid,
    output wire [ADDR_W-1:0]   m_axid_araddr,
    output wire [7:0]          m_axid_arlen,
    output wire [2:0]          m_axid_arsize,
    output wire [1:0]          m_axid_arburst,
    output wire [3:0]          m_axid_arcache,
    output wire [2:0]          m_axid_arprot,
    input  wire                m_axid_rvalid,
    output wire                m_axid_rready,
    input  wire [5:0]          m_axid_rid,
    input  wire [DATA_W-1:0]   m_axid_rdata,
    input  wire [1:0]          m_axid_rresp,
    input  wire                m_axid_rlast
);
    // ---- impossible builds do not elaborate ----

    generate
        if (!(DATA_W == 64 || DATA_W == 128 || DATA_W == 256 || DATA_W == 512))
            ioat_DATA_W_must_be_64_128_256_or_512 bad_build ();
        if (ADDR_W < 32 || ADDR_W > 64)
            ioat_ADDR_W_must_be_32_to_64 bad_build ();
        if (CHAN_N < 1 || CHAN_N > 16)
            ioat_CHAN_N_must_be_1_to_16 bad_build ();
        if (READ_BYTES_MAX < DATA_W / 4 || READ_BYTES_MAX > 2048 || (READ_BYTES_MAX & (READ_BYTES_MAX - 1)) != 0)
            ioat_READ_BYTES_MAX_must_be_a_power_of_two_of_two_bus_words_to_2048 bad_build ();
        if (WRITE_BYTES_MAX < DATA_W / 4 || WRITE_BYTES_MAX > 2048 || (WRITE_BYTES_MAX & (WRITE_BYTES_MAX - 1)) != 0)
            ioat_WRITE_BYTES_MAX_must_be_a_power_of_two_of_two_bus_words_to_2048 bad_build ();
        if (READ_BEATS * DATA_W / 8 < READ_BYTES_MAX || (READ_BEATS & (READ_BEATS - 1)) != 0)
            ioat_READ_BEATS_must_be_a_power_of_two_that_holds_READ_BYTES_MAX bad_build ();
        if (TRANSFERS < 2 || (TRANSFERS & (TRANSFERS - 1)) != 0)
            ioat_TRANSFERS_must_be_a_power_of_two_from_2 bad_build ();
        if (PREFETCH < 4 || PREFETCH > 4096 || (PREFETCH & (PREFETCH - 1)) != 0)
            ioat_PREFETCH_must_be_a_power_of_two_from_4_to_4096 bad_build ();
        if (!(LIST_AHEAD == 0 || LIST_AHEAD == 1))
            ioat_LIST_AHEAD_must_be_0_or_1 bad_build ();
        if (CLK_MHZ < 1)
            ioat_CLK_MHZ_must_be_at_least_1 bad_build ();
        if (XFERCAP_LOG2 < 12 || XFERCAP_LOG2 > 30)
            ioat_XFERCAP_LOG2_must_be_12_to_30 bad_build ();
    endgenerate

    localparam [31:0] PERF_BLOCK = {18'd0, `IOAT_PERF_BASE} >> 7;
    localparam       BYTE_LOG2 = DATA_W == 512 ? 6 : DATA_W == 256 ? 5 : DATA_W == 128 ? 4 : 3;
    localparam [7:0] DESC_LEN  = DATA_W == 512 ? 8'd0 : DATA_W == 256 ? 8'd1 : DATA_W == 128 ? 8'd2 : 8'd5; // 48 bytes

    // ---- BAR0 ----

    wire        wr_en, rd_en;
    wire [13:3] wr_addr;
    wire [63:0] wr_data;
    wire [7:0]  wr_strb;
    wire [13:0] rd_addr;
    reg  [63:0] rd_data;

    ioat_axil axil (
        .clk(clk), .rst(rst),
        .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready), .s_axil_awaddr(s_axil_awaddr),
        .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready), .s_axil_wdata(s_axil_wdata),
        .s_axil_wstrb(s_axil_wstrb),
        .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready), .s_axil_bresp(s_axil_bresp),
        .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready), .s_axil_araddr(s_axil_araddr),
        .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready), .s_axil_rdata(s_axil_rdata),
        .s_axil_rresp(s_axil_rresp),
        .wr_en(wr_en), .wr_addr(wr_addr), .wr_data(wr_data), .wr_strb(wr_strb),
        .rd_en(rd_en), .rd_addr(rd_addr), .rd_data(rd_data));

    // BAR0 in blocks of 0x80: 0 is global, n + 1 is channel n, PERF_BLOCK + n its counters; tables by
    // their upper bits.
    wire [31:0] wr_block = {25'd0, wr_addr[13:7]};
    wire [31:0] rd_block = {25'd0, rd_addr[13:7]};
    wire        wr_table = {wr_addr[13:12], 12'd0} == `IOAT_MSIX_TABLE_BASE;

    wire [63:0]          rd_global, rd_table, rd_pba;
    wire [CHAN_N*64-1:0] rd_chan, rd_perf;
    integer              i;

    always @* begin
        rd_data = 64'd0;
        if (rd_block == 0)
            rd_data = rd_global;
        for (i = 0; i < CHAN_N; i = i + 1)
            if (rd_block == i + 1)
                rd_data = rd_chan[i*64 +: 64];
        for (i = 0; i < CHAN_N; i = i + 1)
            if (rd_block == PERF_BLOCK + i)
                rd_data = rd_perf[i*64 +: 64];
        if ({rd_addr[13:12], 12'd0} == `IOAT_MSIX_TABLE_BASE)
            rd_data = rd_table;
        if ({rd_addr[13:3], 3'd0} == `IOAT_MSIX_PBA_BASE)
            rd_data = rd_pba;
    end

    // ---- function ----

    wire [CHAN_N-1:0] fire, withdraw, settled, busy, at_rest;
    wire [13:0]       delay;
    wire              intx;
    reg               flr;                   // one clock behind the pin, so that channels have seen it

    assign irq_msix = fire;
    assign irq_intx = intx && !cfg_msix_en;
    assign flr_done = flr && cfg_flr && &at_rest && busy == 0;

    always @(posedge clk)
        flr <= cfg_flr && !rst;

    ioat_regs_global #(.CHAN_N(CHAN_N), .CBVER(CBVER), .DMACAPABILITY(DMACAPABILITY),
                       .XFERCAP_LOG2(XFERCAP_LOG2)) regs (
        .clk(clk), .rst(rst || cfg_flr),
        .wr_en(wr_en && wr_block == 0), .wr_word(wr_addr[6:3]), .wr_data(wr_data), .wr_strb(wr_strb),
        .rd_en(rd_en && rd_block == 0), .rd_addr(rd_addr[6:0]), .rd_data(rd_global),
        .fire(fire), .withdraw(withdraw), .delay(delay), .intx(intx));

    // ---- write streams: payload of each channel, words of each channel, messages ----

    localparam W_N = 2 * CHAN_N + 1;
    localparam MSG = 2 * CHAN_N;

    wire [W_N-1:0]          w_valid, w_no_snoop, w_last, w_gnt, w_ready, b_valid, b_ready;
    wire [W_N*5-1:0]        w_prio;
    wire [W_N*6-1:0]        w_id;
    wire [W_N*ADDR_W-1:0]   w_addr;
    wire [W_N*8-1:0]        w_len;
    wire [W_N*DATA_W-1:0]   w_data;
    wire [W_N*DATA_W/8-1:0] w_strb;
    wire                    b_err = m_axi_bresp[1];
    wire                    w_crowd;

    ioat_write_mux #(.N(W_N), .DATA_W(DATA_W), .ADDR_W(ADDR_W)) write_mux (
        .clk(clk), .rst(rst), .bme(cfg_bme),
        .w_valid(w_valid), .w_prio(w_prio), .w_id(w_id), .w_addr(w_addr), .w_len(w_len),
        .w_no_snoop(w_no_snoop), .w_data(w_data), .w_strb(w_strb), .w_last(w_last),
        .gnt(w_gnt), .ready(w_ready), .crowd(w_crowd), .b_valid(b_valid), .b_ready(b_ready),
        .m_awvalid(m_axi_awvalid), .m_awready(m_axi_awready), .m_awid(m_axi_awid), .m_awaddr(m_axi_awaddr),
        .m_awlen(m_axi_awlen), .m_awsize(m_axi_awsize), .m_awburst(m_axi_awburst), .m_awcache(m_axi_awcache),
        .m_awprot(m_axi_awprot),
        .m_wvalid(m_axi_wvalid), .m_wready(m_axi_wready), .m_wdata(m_axi_wdata), .m_wstrb(m_axi_wstrb),
        .m_wlast(m_axi_wlast),
        .m_bvalid(m_axi_bvalid), .m_bready(m_axi_bready), .m_bid(m_axi_bid));

    // ---- messages ----

    wire [3:0]        vector;
    wire [ADDR_W-1:0] message_addr;
    wire [31:0]       message_data;

    ioat_msix #(.ADDR_W(ADDR_W), .CHAN_N(CHAN_N)) msix (
        .clk(clk), .rst(rst), .wipe(cfg_flr), .bme(cfg_bme), .enable(cfg_msix_en), .mask(cfg_msix_mask),
        .fire(fire), .withdraw(withdraw), .settled(settled), .busy(busy),
        .wr_en(wr_en && wr_table), .wr_word(wr_addr[11:3]), .wr_data(wr_data), .wr_strb(wr_strb),
        .rd_word(rd_addr[11:3]), .rd_table(rd_table), .rd_pba(rd_pba),
        .m_w_valid(w_valid[MSG]), .m_w_gnt(w_gnt[MSG]), .m_w_ready(w_ready[MSG]), .m_w_vector(vector),
        .m_w_addr(message_addr), .m_w_data(message_data), .s_b_valid(b_valid[MSG]));

    assign w_prio[MSG*5 +: 5]              = 5'b11111;
    assign w_id[MSG*6 +: 6]                = {2'b10, vector};
    assign w_addr[MSG*ADDR_W +: ADDR_W]    = message_addr;
    assign w_len[MSG*8 +: 8]               = 8'd0;
    assign w_no_snoop[MSG]                 = 1'b0;
    assign w_data[MSG*DATA_W +: DATA_W]    = {(DATA_W/32){message_data}};
    assign w_strb[MSG*DATA_W/8 +: DATA_W/8] = {{(DATA_W/8-4){1'b0}}, 4'b1111} << message_addr[BYTE_LOG2-1:0];
    assign w_last[MSG]                     = 1'b1;
    assign b_ready[MSG]                    = 1'b1;


    // ---- read requests: payload of each channel, descriptors of each channel ----

    wire [CHAN_N-1:0]        ar_req, ar_no_snoop, ar_gnt, r_valid;
    wire [CHAN_N-1:0]        desc_req, desc_no_snoop, desc_gnt, desc_r_valid;
    wire [CHAN_N*5-1:0]      ar_prio, desc_prio;
    wire [CHAN_N*6-1:0]      ar_id, desc_id;
    wire [CHAN_N*ADDR_W-1:0] ar_addr, desc_addr;
    wire [CHAN_N*8-1:0]      ar_len, desc_len;
    wire [DATA_W-1:0]        desc_r_data;
    wire                     desc_r_err, desc_r_last;

    generate
        if (DESC_PORT == 0) begin : shared
            ioat_read_mux #(.N(2 * CHAN_N), .DATA_W(DATA_W), .ADDR_W(ADDR_W)) read_mux (
                .clk(clk), .rst(rst), .bme(cfg_bme),
                .req({desc_req, ar_req}), .req_prio({desc_prio, ar_prio}), .req_id({desc_id, ar_id}),
                .req_addr({desc_addr, ar_addr}), .req_len({desc_len, ar_len}),
                .req_no_snoop({desc_no_snoop, ar_no_snoop}), .gnt({desc_gnt, ar_gnt}),
                .r_valid({desc_r_valid, r_valid}),
                .m_arvalid(m_axi_arvalid), .m_arready(m_axi_arready), .m_arid(m_axi_arid),
                .m_araddr(m_axi_araddr), .m_arlen(m_axi_arlen), .m_arsize(m_axi_arsize),
                .m_arburst(m_axi_arburst), .m_arcache(m_axi_arcache), .m_arprot(m_axi_arprot),
                .m_rvalid(m_axi_rvalid), .m_rready(m_axi_rready), .m_rid(m_axi_rid));

            assign desc_r_data = m_axi_rdata;
            assign desc_r_err  = m_axi_rresp[1];
            assign desc_r_last = m_axi_rlast;

            assign m_axid_arvalid = 1'b0;
            assign m_axid_arid    = 6'd0;
            assign m_axid_araddr  = {ADDR_W{1'b0}};
            assign m_axid_arlen   = 8'd0;
            assign m_axid_arsize  = 3'd0;
            assign m_axid_arburst = 2'd0;
            assign m_axid_arcache = 4'd0;
            assign m_axid_arprot  = 3'd0;
            assign m_axid_rready  = 1'b0;

            wire unused = &{1'b0, m_axid_arready, m_axid_rvalid, m_axid_rid, m_axid_rdata, m_axid_rresp, m_axid_rlast};
        end else begin : apart
            ioat_read_mux #(.N(CHAN_N), .DATA_W(DATA_W), .ADDR_W(ADDR_W)) read_mux (
                .clk(clk), .rst(rst), .bme(cfg_bme),
                .req(ar_req), .req_prio(ar_prio), .req_id(ar_id), .req_addr(ar_addr), .req_len(ar_len),
                .req_no_snoop(ar_no_snoop), .gnt(ar_gnt), .r_valid(r_valid),
                .m_arvalid(m_axi_arvalid), .m_arready(m_axi_arready), .m_arid(m_axi_arid),
                .m_araddr(m_axi_araddr), .m_arlen(m_axi_arlen), .m_arsize(m_axi_arsize),
                .m_arburst(m_axi_arburst), .m_arcache(m_axi_arcache), .m_arprot(m_axi_arprot),
                .m_rvalid(m_axi_rvalid), .m_rready(m_axi_rready), .m_rid(m_axi_rid));

            ioat_read_mux #(.N(CHAN_N), .DATA_W(DATA_W), .ADDR_W(ADDR_W)) desc_mux (
                .clk(clk), .rst(rst), .bme(cfg_bme),
                .req(desc_req), .req_prio(desc_prio), .req_id(desc_id), .req_addr(desc_addr),
                .req_len(desc_len), .req_no_snoop(desc_no_snoop), .gnt(desc_gnt), .r_valid(desc_r_valid),
                .m_arvalid(m_axid_arvalid), .m_arready(m_axid_arready), .m_arid(m_axid_arid),
                .m_araddr(m_axid_araddr), .m_arlen(m_axid_arlen), .m_arsize(m_axid_arsize),
                .m_arburst(m_axid_arburst), .m_arcache(m_axid_arcache), .m_arprot(m_axid_arprot),
                .m_rvalid(m_axid_rvalid), .m_rready(m_axid_rready), .m_rid(m_axid_rid));

            assign desc_r_data = m_axid_rdata;
            assign desc_r_err  = m_axid_rresp[1];
            assign desc_r_last = m_axid_rlast;

            wire unused = &{1'b0, m_axi_rlast, m_axid_rresp[0]};
        end
    endgenerate

    // ---- channels ----

    genvar n;
    generate
        for (n = 0; n < CHAN_N; n = n + 1) begin : chan
            wire [3:0]  bus_priority;
            wire [63:0] word_data;
            localparam [3:0] NUMBER = n;

            assign ar_prio[n*5 +: 5]             = {bus_priority, 1'b0};
            assign ar_id[n*6 +: 6]               = {2'b00, NUMBER};
            assign desc_prio[n*5 +: 5]           = {bus_priority, 1'b1};
            assign desc_id[n*6 +: 6]             = {2'b01, NUMBER};
            assign desc_len[n*8 +: 8]            = DESC_LEN;
            assign w_prio[n*5 +: 5]              = {bus_priority, 1'b0};
            assign w_id[n*6 +: 6]                = {2'b00, NUMBER};
            assign w_prio[(CHAN_N+n)*5 +: 5]     = {bus_priority, 1'b1};
            assign w_id[(CHAN_N+n)*6 +: 6]       = {2'b01, NUMBER};
            assign w_len[(CHAN_N+n)*8 +: 8]      = 8'd0;
            assign w_no_snoop[CHAN_N+n]          = 1'b0;
            assign w_data[(CHAN_N+n)*DATA_W +: DATA_W] = {(DATA_W/64){word_data}};
            assign w_strb[(CHAN_N+n)*DATA_W/8 +: DATA_W/8] =
                {{(DATA_W/8-8){1'b0}}, 8'hFF} << w_addr[(CHAN_N+n)*ADDR_W +: BYTE_LOG2];
            assign w_last[CHAN_N+n]              = 1'b1;
            assign b_ready[CHAN_N+n]             = 1'b1;

            ioat_channel #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .READ_BEATS(READ_BEATS),
                           .READ_BYTES_MAX(READ_BYTES_MAX), .WRITE_BYTES_MAX(WRITE_BYTES_MAX),
                           .WRITE_PATIENCE(CHAN_N > 1 ? 32 : 0),
                           .TRANSFERS(TRANSFERS), .PREFETCH(PREFETCH), .LIST_AHEAD(LIST_AHEAD), .PERF(PERF),
                           .CLK_MHZ(CLK_MHZ), .XFERCAP_LOG2(XFERCAP_LOG2)) channel (
                .clk(clk), .rst(rst), .bme(cfg_bme), .flr(cfg_flr), .at_rest(at_rest[n]),
                .wr_en(wr_en && wr_block == n + 1), .wr_word(wr_addr[6:3]), .wr_data(wr_data), .wr_strb(wr_strb),
                .rd_en(rd_en && rd_block == n + 1), .rd_addr(rd_addr[6:0]), .rd_data(rd_chan[n*64 +: 64]),
                .perf_wr_en(wr_en && wr_block == PERF_BLOCK + n), .perf_rd_data(rd_perf[n*64 +: 64]),
                .irq_delay(delay), .irq_fire(fire[n]), .irq_withdraw(withdraw[n]),
                .irq_settled(settled[n]), .irq_busy(busy[n]), .bus_priority(bus_priority),
                .desc_ar_req(desc_req[n]), .desc_ar_addr(desc_addr[n*ADDR_W +: ADDR_W]),
                .desc_ar_no_snoop(desc_no_snoop[n]), .desc_ar_gnt(desc_gnt[n]),
                .desc_r_valid(desc_r_valid[n]), .desc_r_data(desc_r_data), .desc_r_err(desc_r_err),
                .desc_r_last(desc_r_last),
                .data_ar_req(ar_req[n]), .data_ar_addr(ar_addr[n*ADDR_W +: ADDR_W]),
                .data_ar_len(ar_len[n*8 +: 8]), .data_ar_no_snoop(ar_no_snoop[n]), .data_ar_gnt(ar_gnt[n]),
                .data_r_valid(r_valid[n]), .data_r_data(m_axi_rdata), .data_r_err(m_axi_rresp[1]),
                .data_w_valid(w_valid[n]), .data_w_gnt(w_gnt[n]), .data_w_ready(w_ready[n]), .data_w_crowd(w_crowd),
                .data_w_addr(w_addr[n*ADDR_W +: ADDR_W]), .data_w_len(w_len[n*8 +: 8]),
                .data_w_no_snoop(w_no_snoop[n]), .data_w_data(w_data[n*DATA_W +: DATA_W]),
                .data_w_strb(w_strb[n*DATA_W/8 +: DATA_W/8]), .data_w_last(w_last[n]),
                .data_b_valid(b_valid[n]), .data_b_ready(b_ready[n]),
                .word_w_valid(w_valid[CHAN_N+n]), .word_w_gnt(w_gnt[CHAN_N+n]),
                .word_w_ready(w_ready[CHAN_N+n]), .word_w_addr(w_addr[(CHAN_N+n)*ADDR_W +: ADDR_W]),
                .word_w_data(word_data), .word_b_valid(b_valid[CHAN_N+n]), .b_err(b_err));
        end
    endgenerate

    wire unused = &{1'b0, m_axi_rresp[0], m_axi_bresp[0]};
endmodule

`default_nettype wire
