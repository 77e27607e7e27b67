// ioat_cfg_sync - config-space levels of another clock, for the engine's clock.
//
//   bme, flr ------------------------> 2 flip-flops
//   msix_mask, msix_en --> 2 flip-flops --> the mask is never seen to fall before, or to rise after, the enable
//
// Software may change enable and function mask in one config write; bits that are synchronised one by one may
// arrive a clock apart. A pending message must not find an enabled, unmasked moment in between: so the enable
// rises and falls a clock later than its flip-flops say, and a mask that falls is held for two clocks more.

`default_nettype none

module ioat_cfg_sync (
    input  wire clk,

    input  wire cfg_bme,
    input  wire cfg_msix_en,
    input  wire cfg_msix_mask,
    input  wire cfg_flr,

    output wire bme,
    output reg  msix_en,
    output wire msix_mask,
    output wire flr
);
    (* ASYNC_REG = "TRUE" *) reg [3:0] first;
    (* ASYNC_REG = "TRUE" *) reg [3:0] level;
    reg [1:0] masked;

    always @(posedge clk) begin
        first   <= {cfg_flr, cfg_msix_mask, cfg_msix_en, cfg_bme};
        level   <= first;
        msix_en <= level[1];
        masked  <= {masked[0], level[2]};
    end

    assign bme       = level[0];
    assign msix_mask = level[2] || masked != 2'b00;
    assign flr       = level[3];
endmodule

`default_nettype wire
