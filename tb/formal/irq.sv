// irq - ioat_irq: no event is lost, one interrupt per re-arm, after the delay and not later.

`default_nettype none
`include "formal.vh"

module irq #(
    parameter CLK_MHZ = 3
) (
    input wire clk,
    input wire rst,
    input wire event_in,
    input wire rearm
);
    (* anyconst *) reg [13:0] delay;         // microseconds
    wire fire, disabled, settled;

    ioat_irq #(.CLK_MHZ(CLK_MHZ)) dut (
        .clk(clk), .rst(rst), .event_in(event_in), .rearm(rearm), .delay(delay),
        .fire(fire), .disabled(disabled), .settled(settled));

    reg        begun = 1'b0;
    reg        latched;                      // an event is not signalled yet: E of the sheet
    reg        silent;                       // an interrupt was given and not re-armed
    reg [4:0]  age;                          // clocks since the oldest event that is not signalled
    reg        late;                         // an event came while silent

    wire [4:0] due = delay[2:0] * CLK_MHZ;

    always @(posedge clk) begin
        begun   <= 1'b1;
        latched <= !rst && (event_in || (latched && !fire));
        silent  <= !rst && (fire || (silent && !rearm));
        age     <= rst || !latched || fire ? 5'd0 : age + (age != 5'd31);
        late    <= !rst && silent && (late || event_in);
    end

    `given(reset_first, begun || rst)
    `given(short_delay, delay < 7)

    `holds(fires_with_event,  !begun || !fire || latched)
    `holds(once_per_rearm,    !begun || !fire || !silent)
    `holds(disable_readable,  !begun || disabled == silent)
    `holds(not_early,         !begun || !fire || age >= due)
    `holds(not_late,          !begun || !latched || silent || age < due || fire)
    `holds(settled_means,     !begun || settled == (rearm && silent && !latched && !event_in))

    `reached(delayed,         begun && fire && age == due && delay == 2)
    `reached(kept_for_rearm,  begun && fire && late == 0 && latched && age > due + 2)
    `reached(in_rearm_clock,  begun && silent && rearm && event_in && !latched)

    // ---- internals ----

    (* hierconn *) wire [1:0]  \dut.tick ;
    (* hierconn *) wire [13:0] \dut.waited ;
    (* hierconn *) wire        \dut.pending ;
    `lemma(pending_is_latched, !begun || \dut.pending == latched)
    `lemma(counts_the_age,     !begun || !latched || (\dut.tick < CLK_MHZ &&
                               (age == 31 ? \dut.waited >= 10 : \dut.waited * CLK_MHZ + \dut.tick == age)))
endmodule
