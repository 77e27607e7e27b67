// ioat_arb - choose one of several requests: the highest priority, and among equals in turn.
//
// Combinational choice; the turn moves when the choice is taken. Each priority has a turn of its own: what
// goes before others of a lower priority does not disturb theirs. A request may come and go freely until
// it is taken.

`default_nettype none

module ioat_arb #(
    parameter N      = 4,                    // requests, at least 1
    parameter PRIO_W = 5,                    // bits of a priority; larger wins
    parameter IDX_W  = 2                     // bits of an index
) (
    input  wire                clk,
    input  wire [N-1:0]        req,
    input  wire [N*PRIO_W-1:0] prio,
    input  wire                take,         // the choice is taken in this clock
    output wire                any,
    output reg  [IDX_W-1:0]    idx
);
    reg [IDX_W-1:0]  turn [0:(1 << PRIO_W) - 1]; // taken most recently, of each priority
    reg [PRIO_W-1:0] best;
    reg              after;                  // a candidate behind `last` was found
    wire [IDX_W-1:0] last = turn[best];
    integer          i, p;

    // Any value serves; a known one makes simulations repeat.
    initial
        for (p = 0; p < 1 << PRIO_W; p = p + 1)
            turn[p] = 0;

    assign any = |req;

    always @* begin
        best = 0;
        for (i = 0; i < N; i = i + 1)
            if (req[i] && prio[i*PRIO_W +: PRIO_W] > best)
                best = prio[i*PRIO_W +: PRIO_W];
    end

    always @* begin
        idx   = 0;
        after = 1'b0;
        for (i = N - 1; i >= 0; i = i - 1)
            if (req[i] && prio[i*PRIO_W +: PRIO_W] == best) begin
                if (i > last) begin
                    idx   = i[IDX_W-1:0];
                    after = 1'b1;
                end else if (!after)
                    idx = i[IDX_W-1:0];
            end
    end

    always @(posedge clk)
        if (take && any)
            turn[best] <= idx;
endmodule

`default_nettype wire
