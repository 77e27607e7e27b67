// ioat_fifo - a queue whose head is visible: written in one clock, offered in the next.
//
//   s --> memory (distributed RAM) --> m
//
// Promises: order; nothing is lost while s_ready is obeyed; s and m may move in the
// same clock; rst empties it and costs no other clock.

`default_nettype none

module ioat_fifo #(
    parameter WIDTH      = 8,                // bits
    parameter DEPTH_LOG2 = 4                 // log2 of the entries, at least 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             s_valid,
    output wire             s_ready,
    input  wire [WIDTH-1:0] s_data,
    output wire             m_valid,
    input  wire             m_ready,
    output wire [WIDTH-1:0] m_data
);
    reg [WIDTH-1:0]    mem [0:(1 << DEPTH_LOG2) - 1];
    reg [DEPTH_LOG2:0] head, tail;           // one bit more than an index: full differs from empty

    assign s_ready = (tail ^ head) != {1'b1, {DEPTH_LOG2{1'b0}}};
    assign m_valid = tail != head;
    assign m_data  = mem[head[DEPTH_LOG2-1:0]];

    always @(posedge clk) begin
        if (s_valid && s_ready) begin
            mem[tail[DEPTH_LOG2-1:0]] <= s_data;
            tail <= tail + 1'b1;
        end
        if (m_valid && m_ready)
            head <= head + 1'b1;
        if (rst) begin
            head <= 0;
            tail <= 0;
        end
    end
endmodule

`default_nettype wire
