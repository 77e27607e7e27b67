// ioat_write_mux - many burst streams on one AXI4 write port.
//
//   w[n] --> arbiter, held for a burst --> m_aw with the first beat, m_w
//   m_b --> the stream that its ID names (w_id are distinct)
//
// gnt[n] says that stream n's beat, if valid, is on the bus now; a stream may withdraw
// a burst until then. ready[n] takes the beat; the first one is taken when both its
// address and its data are. Bus master enable gates new bursts only.

`default_nettype none

module ioat_write_mux #(
    parameter N      = 9,                    // streams
    parameter DATA_W = 64,                   // bits
    parameter ADDR_W = 64                    // bits
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  bme,

    input  wire [N-1:0]          w_valid,
    input  wire [N*5-1:0]        w_prio,     // larger first
    input  wire [N*6-1:0]        w_id,
    input  wire [N*ADDR_W-1:0]   w_addr,     // valid with the first beat
    input  wire [N*8-1:0]        w_len,
    input  wire [N-1:0]          w_no_snoop,
    input  wire [N*DATA_W-1:0]   w_data,
    input  wire [N*DATA_W/8-1:0] w_strb,
    input  wire [N-1:0]          w_last,
    output wire [N-1:0]          gnt,
    output wire [N-1:0]          ready,
    output wire                  crowd,      // a stream waits for another one's burst
    output wire [N-1:0]          b_valid,    // an answer for stream n is on m_b
    input  wire [N-1:0]          b_ready,

    output wire                  m_awvalid,
    input  wire                  m_awready,
    output wire [5:0]            m_awid,
    output wire [ADDR_W-1:0]     m_awaddr,
    output wire [7:0]            m_awlen,
    output wire [2:0]            m_awsize,
    output wire [1:0]            m_awburst,
    output wire [3:0]            m_awcache,
    output wire [2:0]            m_awprot,
    output wire                  m_wvalid,
    input  wire                  m_wready,
    output wire [DATA_W-1:0]     m_wdata,
    output wire [DATA_W/8-1:0]   m_wstrb,
    output wire                  m_wlast,
    input  wire                  m_bvalid,
    output wire                  m_bready,
    input  wire [5:0]            m_bid
);
    localparam IDX_W = N > 1 ? $clog2(N) : 1;

    reg              held;                   // a burst is on the bus
    reg              later;                  // its first beat is through
    reg              aw_done, w_done;        // parts of the first beat that are through
    reg  [IDX_W-1:0] owner;
    wire             any;
    wire [IDX_W-1:0] pick;
    wire [IDX_W-1:0] idx    = held ? owner : pick;
    wire             grants = held || (any && bme);
    wire             valid  = grants && w_valid[idx];
    wire             last   = w_last[idx];

    ioat_arb #(.N(N), .PRIO_W(5), .IDX_W(IDX_W)) arb (
        .clk(clk), .req(w_valid), .prio(w_prio), .take(!held && bme), .any(any), .idx(pick));

    assign m_awvalid = valid && !later && !aw_done;
    assign m_wvalid  = valid && !w_done;
    wire   aw_through = later || aw_done || m_awready;
    wire   w_through  = w_done || m_wready;
    wire   beat       = valid && aw_through && w_through;

    assign gnt       = {{(N-1){1'b0}}, grants} << idx;
    assign ready     = {{(N-1){1'b0}}, beat} << idx;
    assign crowd     = |(w_valid & ~gnt);

    assign m_awid    = w_id[idx*6 +: 6];
    assign m_awaddr  = w_addr[idx*ADDR_W +: ADDR_W];
    assign m_awlen   = w_len[idx*8 +: 8];
    assign m_awsize  = DATA_W == 512 ? 3'd6 : DATA_W == 256 ? 3'd5 : DATA_W == 128 ? 3'd4 : 3'd3;
    assign m_awburst = 2'b01;
    assign m_awcache = w_no_snoop[idx] ? 4'b0011 : 4'b1111;
    assign m_awprot  = 3'b000;
    assign m_wdata   = w_data[idx*DATA_W +: DATA_W];
    assign m_wstrb   = w_strb[idx*(DATA_W/8) +: DATA_W/8];
    assign m_wlast   = last;

    wire [N-1:0] answers;
    genvar n;
    generate
        for (n = 0; n < N; n = n + 1) begin : answer
            assign answers[n] = m_bid == w_id[n*6 +: 6];
        end
    endgenerate
    assign b_valid  = answers & {N{m_bvalid}};
    assign m_bready = |(answers & b_ready);

    always @(posedge clk) begin
        if (valid) begin
            held    <= !(beat && last);
            owner   <= idx;
            later   <= beat ? !last : later;
            aw_done <= !beat && (aw_done || m_awready) && !later;
            w_done  <= !beat && (w_done || m_wready);
        end
        if (rst) begin
            held    <= 1'b0;
            later   <= 1'b0;
            aw_done <= 1'b0;
            w_done  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
