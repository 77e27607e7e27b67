// read_mux - ioat_read_mux: what is granted is what goes to the bus, once, and stays until it is taken.

`default_nettype none
`include "formal.vh"

module read_mux #(
    parameter N      = 3,
    parameter ADDR_W = 12
) (
    input wire                clk,
    input wire                rst,
    input wire                bme,
    input wire [N-1:0]        req,
    input wire [N*5-1:0]      prio,
    input wire [N*ADDR_W-1:0] addr,
    input wire [N*8-1:0]      len,
    input wire [N-1:0]        no_snoop,
    input wire                arready,
    input wire                rvalid,
    input wire [5:0]          rid
);
    wire [N-1:0]      gnt, r_valid;
    wire              arvalid, rready;
    wire [5:0]        arid;
    wire [ADDR_W-1:0] araddr;
    wire [7:0]        arlen;
    wire [2:0]        arsize, arprot;
    wire [1:0]        arburst;
    wire [3:0]        arcache;

    (* anyconst *) reg [N*6-1:0] id;
    (* anyconst *) reg [1:0]     n, m;       // two requesters

    ioat_read_mux #(.N(N), .DATA_W(64), .ADDR_W(ADDR_W)) dut (
        .clk(clk), .rst(rst), .bme(bme), .req(req), .req_prio(prio), .req_id(id), .req_addr(addr),
        .req_len(len), .req_no_snoop(no_snoop), .gnt(gnt), .r_valid(r_valid),
        .m_arvalid(arvalid), .m_arready(arready), .m_arid(arid), .m_araddr(araddr), .m_arlen(arlen),
        .m_arsize(arsize), .m_arburst(arburst), .m_arcache(arcache), .m_arprot(arprot),
        .m_rvalid(rvalid), .m_rready(rready), .m_rid(rid));

    wire [5:0]           n_id  = id[n*6 +: 6];
    wire [ADDR_W+18-1:0] bus   = {arid, araddr, arlen, arcache};
    wire [ADDR_W+18-1:0] asked = {n_id, addr[n*ADDR_W +: ADDR_W], len[n*8 +: 8], no_snoop[n] ? 4'b0011 : 4'b1111};

    reg                 begun = 1'b0;
    reg                 granted, granted_n, held;
    reg [ADDR_W+18-1:0] expected, was;
    reg                 went_low;            // bus master off with a request waiting

    always @(posedge clk) begin
        begun     <= 1'b1;
        granted   <= !rst && gnt != 0;
        granted_n <= !rst && gnt[n];
        expected  <= asked;
        held      <= !rst && arvalid && !arready;
        was       <= bus;
        went_low  <= begun && !rst && !bme && req[n] && !arvalid;
    end

    `given(reset_first,  begun || rst)
    `given(in_range,     n < N && m < N && n != m)
    `given(ids_distinct, id[5:0] != id[11:6] && id[5:0] != id[17:12] && id[11:6] != id[17:12])

    `holds(one_grant,        !gnt[n] || gnt == (1 << n))
    `holds(grant_asked,      (gnt & ~req) == 0)
    `holds(grant_needs_bme,  bme || gnt == 0)
    `holds(no_higher_left,   !(gnt[n] && req[m] && prio[m*5 +: 5] > prio[n*5 +: 5]))
    `holds(never_idle,       !begun || gnt != 0 || req == 0 || !bme || (arvalid && !arready))
    `holds(request_stays,    !begun || !held || (arvalid && bus == was))
    `holds(granted_is_shown, !begun || !granted_n || (arvalid && bus == expected))
    `holds(shown_is_granted, !begun || !arvalid || held || granted)
    `holds(nothing_replaced, !begun || gnt == 0 || !arvalid || arready)
    `holds(answer_to_owner,  r_valid[n] == (rvalid && rid == n_id) && !(r_valid[n] && r_valid[m]))
    `holds(constants,        rready && arsize == 3'd3 && arburst == 2'b01 && arprot == 3'd0)

    `reached(back_to_back, begun && granted_n && arvalid && arready && gnt[m] && req[n])
    `reached(bme_again,    begun && went_low && gnt[n])
    `reached(waits,        begun && held && arready && bus[7:4] != 0)
endmodule
