// ioat_reset - reset synchroniser: asserted at once, released with the clock.
//
// The clock of a PCIe bridge may stand still while its reset is low, so assertion cannot wait for it.
// After the release `rst` stays up for STAGES rising edges: the engine's synchronous reset is always seen.

`default_nettype none

module ioat_reset #(
    parameter STAGES = 3                     // at least 2
) (
    input  wire clk,
    input  wire areset_n,                    // asynchronous, active low
    output wire rst                          // active high, for logic clocked by clk
);
    (* ASYNC_REG = "TRUE" *)
    reg [STAGES-1:0] released;
    initial released = {STAGES{1'b0}};    // from configuration on

    always @(posedge clk or negedge areset_n)
        if (!areset_n)
            released <= {STAGES{1'b0}};
        else
            released <= {released[STAGES-2:0], 1'b1};

    assign rst = !released[STAGES-1];
endmodule

`default_nettype wire
