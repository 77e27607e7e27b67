// write_mux - ioat_write_mux: bursts go out whole, one after the other, and stay until they are taken.
//
// The streams behave as its header asks: a burst may be withdrawn until gnt shows it on
// the bus; from then on its beat stays until ready takes it.

`default_nettype none
`include "formal.vh"

module write_mux #(
    parameter N      = 3,
    parameter ADDR_W = 6,
    parameter DATA_W = 64
) (
    input wire                  clk,
    input wire                  rst,
    input wire                  bme,
    input wire [N-1:0]          w_valid,
    input wire [N*5-1:0]        w_prio,
    input wire [N*ADDR_W-1:0]   w_addr,
    input wire [N*8-1:0]        w_len,
    input wire [N-1:0]          w_no_snoop,
    input wire [N*DATA_W-1:0]   w_data,
    input wire [N*DATA_W/8-1:0] w_strb,
    input wire [N-1:0]          w_last,
    input wire [N-1:0]          b_ready,
    input wire                  awready,
    input wire                  wready,
    input wire                  bvalid,
    input wire [5:0]            bid
);
    localparam BEAT_W = DATA_W + DATA_W / 8 + 1;

    wire [N-1:0]        gnt, ready, b_valid;
    wire                crowd;
    wire                awvalid, wvalid, wlast, bready;
    wire [5:0]          awid;
    wire [ADDR_W-1:0]   awaddr;
    wire [7:0]          awlen;
    wire [2:0]          awsize, awprot;
    wire [1:0]          awburst;
    wire [3:0]          awcache;
    wire [DATA_W-1:0]   wdata;
    wire [DATA_W/8-1:0] wstrb;

    (* anyconst *) reg [N*6-1:0] id;
    (* anyconst *) reg [1:0]     n, m;       // two streams

    ioat_write_mux #(.N(N), .DATA_W(DATA_W), .ADDR_W(ADDR_W)) dut (
        .clk(clk), .rst(rst), .bme(bme), .w_valid(w_valid), .w_prio(w_prio), .w_id(id), .w_addr(w_addr),
        .w_len(w_len), .w_no_snoop(w_no_snoop), .w_data(w_data), .w_strb(w_strb), .w_last(w_last),
        .gnt(gnt), .ready(ready), .crowd(crowd), .b_valid(b_valid), .b_ready(b_ready),
        .m_awvalid(awvalid), .m_awready(awready), .m_awid(awid), .m_awaddr(awaddr), .m_awlen(awlen),
        .m_awsize(awsize), .m_awburst(awburst), .m_awcache(awcache), .m_awprot(awprot),
        .m_wvalid(wvalid), .m_wready(wready), .m_wdata(wdata), .m_wstrb(wstrb), .m_wlast(wlast),
        .m_bvalid(bvalid), .m_bready(bready), .m_bid(bid));

    `holds(crowd_is_others, crowd == |(w_valid & ~gnt))

    wire [ADDR_W+18-1:0] aw = {awid, awaddr, awlen, awcache};
    wire [BEAT_W-1:0]    w  = {wdata, wstrb, wlast};

    // What stream n shows, as the bus should.
    wire [ADDR_W+18-1:0] n_aw = {id[n*6 +: 6], w_addr[n*ADDR_W +: ADDR_W], w_len[n*8 +: 8],
                                 w_no_snoop[n] ? 4'b0011 : 4'b1111};
    wire [BEAT_W-1:0]    n_w  = {w_data[n*DATA_W +: DATA_W], w_strb[n*DATA_W/8 +: DATA_W/8], w_last[n]};

    reg                  begun = 1'b0;
    reg                  aw_held, w_held;
    reg [ADDR_W+18-1:0]  aw_was;
    reg [BEAT_W-1:0]     w_was;
    reg [N-1:0]          stuck;              // on the bus, not taken
    reg [ADDR_W+18-1:0]  n_aw_was;
    reg [BEAT_W-1:0]     n_w_was;
    reg                  n_open;             // stream n has a burst of which a beat is taken
    reg [7:0]            n_left;             // its beats to go
    reg                  open;               // a burst of any stream is in that state
    reg                  aw_ahead, w_ahead;  // the bus took one part of a first beat
    reg                  low_while_open;     // bus master went off in a burst

    wire aw_taken = awvalid && awready;
    wire w_taken  = wvalid && wready;
    wire n_beat   = w_valid[n] && ready[n];

    always @(posedge clk) begin
        begun    <= 1'b1;
        aw_held  <= !rst && awvalid && !awready;
        w_held   <= !rst && wvalid && !wready;
        aw_was   <= aw;
        w_was    <= w;
        stuck    <= rst ? 0 : w_valid & gnt & ~ready;
        n_aw_was <= n_aw;
        n_w_was  <= n_w;
        if (n_beat) begin
            n_open <= !w_last[n];
            n_left <= (n_open ? n_left : w_len[n*8 +: 8]) - 8'd1;
        end
        if (ready != 0)
            open <= !wlast;
        aw_ahead <= !rst && ready == 0 && (aw_ahead || aw_taken);
        w_ahead  <= !rst && ready == 0 && (w_ahead || w_taken);
        if (rst) begin
            n_open <= 1'b0;
            open   <= 1'b0;
        end
        low_while_open <= begun && !rst && (low_while_open || (!bme && n_open));
    end

    `given(reset_first,   begun || rst)
    `given(in_range,      n < N && m < N && n != m)
    `given(ids_distinct,  id[5:0] != id[11:6] && id[5:0] != id[17:12] && id[11:6] != id[17:12])
    `given(beats_stay,    !begun || (stuck & ~w_valid) == 0)
    `given(beat_same,     !begun || !stuck[n] || (n_w == n_w_was && (n_open || n_aw == n_aw_was)))
    // Every stream, for the bus to be judged: the burst on it is somebody's.
    `given(beat_same_all, !begun || !(aw_held || w_held) || all_same)
    `given(as_long_as_said, !begun || !w_valid[n] || w_last[n] == ((n_open ? n_left : w_len[n*8 +: 8]) == 0))

    reg [N*(ADDR_W+9)-1:0]     all_aw_was;
    reg [N*(DATA_W+DATA_W/8+1)-1:0] all_w_was;
    wire all_same = {w_addr, w_len, w_no_snoop} == all_aw_was && {w_data, w_strb, w_last} == all_w_was;
    always @(posedge clk) begin
        all_aw_was <= {w_addr, w_len, w_no_snoop};
        all_w_was  <= {w_data, w_strb, w_last};
    end

    `holds(one_grant,       !gnt[n] || gnt == (1 << n))
    `holds(taken_is_granted, (ready & ~(gnt & w_valid)) == 0)
    `holds(new_needs_bme,   !begun || bme || open || aw_held || w_held || aw_ahead || w_ahead || !(awvalid || wvalid))
    `holds(address_stays,   !begun || !aw_held || (awvalid && aw == aw_was))
    `holds(data_stays,      !begun || !w_held || (wvalid && w == w_was))
    `holds(whole_bursts,    !begun || !n_open || !gnt[m])
    `holds(one_address,     !begun || !awvalid || !(open || aw_ahead))
    `holds(one_beat,        !begun || !wvalid || !w_ahead)
    `holds(owner_shown,     !(gnt[n] && awvalid) || aw == n_aw)
    `holds(owner_data,      !(gnt[n] && wvalid) || w == n_w)
    `holds(taken_whole,     !begun || !n_beat || ((w_taken || w_ahead) && (aw_taken || aw_ahead || n_open)))
    `holds(answer_to_owner, b_valid[n] == (bvalid && bid == id[n*6 +: 6]) && !(b_valid[n] && b_valid[m]))
    `holds(answer_ready,    !b_valid[n] || bready == b_ready[n])
    `holds(constants,       awsize == 3'd3 && awburst == 2'b01 && awprot == 3'd0)

    `reached(address_first,  begun && aw_ahead && w_taken && n_beat)
    `reached(data_first,     begun && w_ahead && aw_taken && n_beat)
    `reached(long_burst,     begun && n_open && n_left == 0 && n_beat && low_while_open)
    `reached(then_another,   begun && n_beat && w_last[n] && n_open && w_valid[m])
endmodule
