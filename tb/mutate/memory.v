// memory.v - a memory as ports, for the proof that a mutant is the engine itself (equal.c).
//
// yosys maps its memory cells to this, and the boxes to ports: what goes to a memory is then an output, what it
// reads an input, the same for the engine and the mutant. So the proof knows nothing of what memories hold, and holds
// as long as both write the same. A box is one bit: expose knows no other width.

(* blackbox *)
module memory_in (input a);
endmodule

(* blackbox *)
module memory_out (output y);
endmodule

(* techmap_celltype = "$mem_v2" *)
module memory_ports (RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
    parameter MEMID = "", SIZE = 1, OFFSET = 0, ABITS = 1, WIDTH = 1, INIT = 0;
    parameter RD_PORTS = 1, RD_CLK_ENABLE = 0, RD_CLK_POLARITY = 0, RD_TRANSPARENCY_MASK = 0, RD_COLLISION_X_MASK = 0;
    parameter RD_WIDE_CONTINUATION = 0, RD_CE_OVER_SRST = 0, RD_ARST_VALUE = 0, RD_SRST_VALUE = 0, RD_INIT_VALUE = 0;
    parameter WR_PORTS = 1, WR_CLK_ENABLE = 0, WR_CLK_POLARITY = 0, WR_PRIORITY_MASK = 0, WR_WIDE_CONTINUATION = 0;

    input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST;
    input  [RD_PORTS*ABITS-1:0] RD_ADDR;
    output [RD_PORTS*WIDTH-1:0] RD_DATA;
    input  [WR_PORTS-1:0]       WR_CLK;
    input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA;
    input  [WR_PORTS*ABITS-1:0] WR_ADDR;

    wire _TECHMAP_FAIL_ = |RD_CLK_ENABLE;    // a registered read has a state of its own

    localparam INS  = RD_PORTS * ABITS + WR_PORTS * (2 * WIDTH + ABITS);
    localparam OUTS = RD_PORTS * WIDTH;
    wire [INS-1:0] ins = {RD_ADDR, WR_EN, WR_DATA, WR_ADDR};

    genvar n;
    generate
        for (n = 0; n < INS; n = n + 1) begin : in
            memory_in box (.a(ins[n]));
        end
        for (n = 0; n < OUTS; n = n + 1) begin : out
            memory_out box (.y(RD_DATA[n]));
        end
    endgenerate
endmodule
