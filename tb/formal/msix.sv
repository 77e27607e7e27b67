// msix - ioat_msix: one message for each interrupt, none while masked, none lost, none twice.
//
// One vector of the solver's choice is watched.

`default_nettype none
`include "formal.vh"

module msix #(
    parameter CHAN_N = 2
) (
    input wire              clk,
    input wire              rst,
    input wire              wipe,
    input wire              bme,
    input wire              enable,
    input wire              mask,
    input wire [CHAN_N-1:0] fire,
    input wire [CHAN_N-1:0] withdraw,
    input wire [CHAN_N-1:0] settled,
    input wire              wr_en,
    input wire [11:3]       wr_word,
    input wire              wr_mask,
    input wire [7:0]        wr_strb,
    input wire              w_gnt,
    input wire              w_ready,
    input wire              b_valid
);
    (* anyconst *) reg [0:0] n;              // the vector that is watched

    wire [CHAN_N-1:0] busy;
    wire [63:0]       rd_table, rd_pba;
    wire              w_valid;
    wire [3:0]        vector;
    wire [31:0]       w_addr, w_data;

    ioat_msix #(.ADDR_W(32), .CHAN_N(CHAN_N)) dut (
        .clk(clk), .rst(rst), .wipe(wipe), .bme(bme), .enable(enable), .mask(mask), .fire(fire),
        .withdraw(withdraw), .settled(settled), .busy(busy),
        .wr_en(wr_en), .wr_word(wr_word), .wr_data({31'd0, wr_mask, 32'd0}), .wr_strb(wr_strb),
        .rd_word({7'd0, n, 1'b1}), .rd_table(rd_table), .rd_pba(rd_pba),
        .m_w_valid(w_valid), .m_w_gnt(w_gnt), .m_w_ready(w_ready), .m_w_vector(vector), .m_w_addr(w_addr),
        .m_w_data(w_data), .s_b_valid(b_valid));

    reg        begun = 1'b0;
    reg        owed;                         // an interrupt of n fired; its message has not left the pending bit
    reg        going;                        // its message is chosen and not on the bus
    reg        stuck;                        // a message is on the bus and not taken
    reg [3:0]  stuck_vector;
    reg [63:0] stuck_word;
    reg        out;                          // a message is taken and not answered
    reg        was_reset;
    reg        was_masked, was_low;          // n waited masked; bus master was off

    wire masked   = rd_table[32];
    wire pending  = rd_pba[n];
    wire mine     = w_valid && vector == n;
    wire gone     = mine && w_gnt && w_ready;
    wire answered = out && b_valid;

    always @(posedge clk) begin
        begun        <= 1'b1;
        was_reset    <= rst || wipe;
        stuck        <= !rst && w_valid && w_gnt && !w_ready;
        stuck_vector <= vector;
        stuck_word   <= {w_addr, w_data};
        out          <= !rst && ((w_valid && w_gnt && w_ready) || (out && !b_valid));
        was_masked   <= begun && !rst && (was_masked || (pending && masked && fire == 0));
        was_low      <= begun && !rst && (was_low || (busy[n] && !bme && !stuck && !out));
    end

    // What the pending bit and a message under way owe to fire.
    reg  was_owed, cleared;
    wire owes = pending || (busy[n] && !out);
    always @(posedge clk) begin
        was_owed <= !rst && ((fire[n] && enable && !withdraw[n]) || pending || (busy[n] && !out && !gone));
        // Reasons to owe nothing any more, other than the message.
        cleared  <= withdraw[n] || wipe || (settled[n] && (masked || mask || !bme));
        owed     <= !rst && !wipe && !withdraw[n] && fire[n] && enable;
    end

    `given(reset_first,     begun || rst)
    `given(grant_stays,     !begun || !stuck || w_gnt)
    `given(answers_are_owed, !begun || !b_valid || out)
    `given(ready_is_granted, !w_ready || w_gnt)

    `holds(message_stays,    !begun || !stuck || (w_valid && vector == stuck_vector && {w_addr, w_data} == stuck_word))
    `holds(one_under_way,    !begun || !out || !w_valid)
    `holds(busy_while_sent,  !begun || (!mine || busy[n]) && (busy & (busy - 1'b1)) == 0)
    `holds(busy_till_answer, !begun || !out || busy != 0)
    `holds(fire_is_kept,     !begun || !owed || owes)
    `holds(nothing_lost,     !begun || !was_owed || owes || cleared)
    `holds(nothing_invented, !begun || !owes || was_owed)
    `holds(bus_master_gates, !begun || !w_valid || bme || stuck)
    `holds(masked_at_first,  !begun || !was_reset || (masked && rd_pba == 0))

    `reached(message,        begun && gone && stuck)
    `reached(after_unmask,   begun && gone && was_masked)
    `reached(after_recall,   begun && gone && was_low)
    `reached(again_while_out, begun && out && busy[n] && pending && b_valid)

    // A vector that is masked sends nothing that was not chosen before.
    reg  idle_masked;
    always @(posedge clk)
        idle_masked <= !rst && (masked || mask || !enable) && !(busy[n]);
    `holds(masked_is_silent, !begun || !idle_masked || !busy[n])
    `reached(held_by_mask,   begun && idle_masked && pending && fire == 0)
endmodule
