// ioat_read_mux - many read requesters on one AXI4 read port.
//
//   req[n] --> arbiter --> AR register --> m_ar
//   m_r --> the requester that its ID names (req_id are distinct)
//
// A request may be withdrawn until gnt; gnt means that it is in the AR register and
// will be on the bus. Read data never waits: requesters ask only for what they have
// room for. Bus master enable gates what enters the register.

`default_nettype none

module ioat_read_mux #(
    parameter N      = 8,                    // requesters
    parameter DATA_W = 64,                   // bits
    parameter ADDR_W = 64                    // bits
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                bme,

    input  wire [N-1:0]        req,
    input  wire [N*5-1:0]      req_prio,     // larger first
    input  wire [N*6-1:0]      req_id,
    input  wire [N*ADDR_W-1:0] req_addr,
    input  wire [N*8-1:0]      req_len,
    input  wire [N-1:0]        req_no_snoop,
    output wire [N-1:0]        gnt,
    output wire [N-1:0]        r_valid,      // a beat for requester n is on m_r

    output reg                 m_arvalid,
    input  wire                m_arready,
    output reg  [5:0]          m_arid,
    output reg  [ADDR_W-1:0]   m_araddr,
    output reg  [7:0]          m_arlen,
    output wire [2:0]          m_arsize,
    output wire [1:0]          m_arburst,
    output wire [3:0]          m_arcache,
    output wire [2:0]          m_arprot,
    input  wire                m_rvalid,
    output wire                m_rready,
    input  wire [5:0]          m_rid
);
    localparam IDX_W = N > 1 ? $clog2(N) : 1;

    wire             any;
    wire [IDX_W-1:0] idx;
    wire             take = any && bme && (!m_arvalid || m_arready);
    reg              no_snoop;

    ioat_arb #(.N(N), .PRIO_W(5), .IDX_W(IDX_W)) arb (
        .clk(clk), .req(req), .prio(req_prio), .take(take), .any(any), .idx(idx));

    assign gnt       = {{(N-1){1'b0}}, take} << idx;
    assign m_arsize  = DATA_W == 512 ? 3'd6 : DATA_W == 256 ? 3'd5 : DATA_W == 128 ? 3'd4 : 3'd3;
    assign m_arburst = 2'b01;
    assign m_arcache = no_snoop ? 4'b0011 : 4'b1111;
    assign m_arprot  = 3'b000;
    assign m_rready  = 1'b1;

    genvar n;
    generate
        for (n = 0; n < N; n = n + 1) begin : answer
            assign r_valid[n] = m_rvalid && m_rid == req_id[n*6 +: 6];
        end
    endgenerate

    always @(posedge clk) begin
        if (m_arready)
            m_arvalid <= 1'b0;
        if (take) begin
            m_arvalid <= 1'b1;
            m_arid    <= req_id[idx*6 +: 6];
            m_araddr  <= req_addr[idx*ADDR_W +: ADDR_W];
            m_arlen   <= req_len[idx*8 +: 8];
            no_snoop  <= req_no_snoop[idx];
        end
        if (rst)
            m_arvalid <= 1'b0;
    end
endmodule

`default_nettype wire
