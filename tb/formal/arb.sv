// arb - ioat_arb takes the highest priority, and among equals each in turn.
//
// Two requesters of the same priority are the solver's choice: while the one asks, the other is
// taken at most once before it, whatever goes on at other priorities.

`default_nettype none
`include "formal.vh"

module arb #(
    parameter N      = 5,
    parameter PRIO_W = 2,
    parameter IDX_W  = 3
) (
    input wire                clk,
    input wire [N-1:0]        req,
    input wire [N*PRIO_W-1:0] prio,
    input wire                take
);
    wire             any;
    wire [IDX_W-1:0] idx;

    ioat_arb #(.N(N), .PRIO_W(PRIO_W), .IDX_W(IDX_W)) dut (
        .clk(clk), .req(req), .prio(prio), .take(take), .any(any), .idx(idx));

    (* anyconst *) reg [IDX_W-1:0]  one, other;
    (* anyconst *) reg [PRIO_W-1:0] level;   // their priority

    wire [PRIO_W-1:0] chosen_prio = prio[idx*PRIO_W +: PRIO_W];
    wire [PRIO_W-1:0] one_prio    = prio[one*PRIO_W +: PRIO_W];
    wire [PRIO_W-1:0] other_prio  = prio[other*PRIO_W +: PRIO_W];

    reg overtaken   = 1'b0;                  // the other was taken while the one asked
    reg interrupted = 1'b0;                  // and then one that outranks both

    wire waits = req[one] && one_prio == level;
    wire again = overtaken && waits && take && any && idx == other && other_prio == level;

    always @(posedge clk) begin
        overtaken   <= waits && !(take && idx == one) &&
                       (overtaken || (take && any && idx == other && other_prio == level));
        interrupted <= overtaken && waits && (interrupted || (take && chosen_prio > level));
    end

    `given(in_range,    one < N && other < N && one != other)

    `holds(any_request, any == (req != 0))
    `holds(asked,       !any || (idx < N && req[idx]))
    `holds(highest,     !any || !req[one] || chosen_prio >= one_prio)
    `holds(in_turn,     !again)

    `reached(waited,    overtaken && interrupted && take && idx == one)
endmodule
