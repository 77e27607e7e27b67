// ioat_irq - from a channel's events to its one interrupt per re-arm.
//
//   event_in --> latch --(delay)--> fire --> INT_DISABLE until re-armed
//
// An event that arrives while INT_DISABLE is set, or in the clock of a re-arm, stays
// latched and fires later: nothing is lost, any number of events may merge.
// Source: the I/OAT sheet, section 4.7.

`default_nettype none

module ioat_irq #(
    parameter CLK_MHZ = 250                  // clocks in a microsecond
) (
    input  wire        clk,
    input  wire        rst,                  // power-on or RESET
    input  wire        event_in,
    input  wire        rearm,                // software wrote 1 to INT_DISABLE
    input  wire [13:0] delay,                // microseconds from the first event; 0: at once
    output wire        fire,                 // one clock: interrupt now
    output reg         disabled,             // INT_DISABLE
    output wire        settled               // a re-arm finds no further event
);
    localparam TICK_W = $clog2(CLK_MHZ + 1);

    reg              pending;
    reg [TICK_W-1:0] tick;                   // clocks into the present microsecond
    reg [13:0]       waited;                 // whole microseconds since the first event

    assign fire    = pending && !disabled && waited >= delay;
    assign settled = rearm && disabled && !pending && !event_in;

    always @(posedge clk) begin
        if (!pending || fire) begin
            tick   <= 0;
            waited <= 14'd0;
        end else if (tick == CLK_MHZ - 1) begin
            tick <= 0;
            if (waited != {14{1'b1}})
                waited <= waited + 14'd1;
        end else
            tick <= tick + 1'b1;

        if (fire)
            pending <= 1'b0;
        if (event_in)
            pending <= 1'b1;
        if (rearm)
            disabled <= 1'b0;
        if (fire)
            disabled <= 1'b1;

        if (rst) begin
            pending  <= 1'b0;
            disabled <= 1'b0;
        end
    end
endmodule

`default_nettype wire
