// fifo - ioat_fifo keeps order, loses nothing, invents nothing.
//
// One entry of the solver's choice is followed from its arrival to its departure.

`default_nettype none
`include "formal.vh"

module fifo #(
    parameter WIDTH      = 4,
    parameter DEPTH_LOG2 = 2
) (
    input wire             clk,
    input wire             rst,
    input wire             s_valid,
    input wire [WIDTH-1:0] s_data,
    input wire             m_ready,
    input wire             follow            // the entry that arrives is the one to follow
);
    localparam DEPTH = 1 << DEPTH_LOG2;

    wire             s_ready, m_valid;
    wire [WIDTH-1:0] m_data;

    ioat_fifo #(.WIDTH(WIDTH), .DEPTH_LOG2(DEPTH_LOG2)) dut (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data));

    reg                begun = 1'b0;
    reg [DEPTH_LOG2:0] count;                // entries inside
    reg                followed = 1'b0;      // the chosen entry is inside
    reg [DEPTH_LOG2:0] ahead;                // entries in front of it
    reg [WIDTH-1:0]    data;                 // what it holds
    reg                was_full = 1'b0, went_out = 1'b0;

    wire in  = s_valid && s_ready;
    wire out = m_valid && m_ready;

    always @(posedge clk) begin
        begun <= 1'b1;
        count <= rst ? 0 : count + in - out;
        if (followed && out)
            ahead <= ahead - 1'b1;
        if (followed && out && ahead == 0)
            followed <= 1'b0;
        if (in && follow && !followed) begin
            followed <= 1'b1;
            ahead    <= count - out;
            data     <= s_data;
        end
        if (rst)
            followed <= 1'b0;
        was_full <= begun && !rst && (was_full || count == DEPTH);
        went_out <= begun && !rst && (went_out || (followed && out && ahead == 0 && was_full));
    end

    `given(reset_first,  begun || rst)

    `holds(room,         !begun || s_ready == (count != DEPTH))
    `holds(offered,      !begun || m_valid == (count != 0))
    `holds(never_over,   !begun || count <= DEPTH)
    `holds(in_its_turn,  !followed || ahead < count)
    `holds(unchanged,    !followed || ahead != 0 || m_data == data)

    `reached(full_then_empty, went_out && count == 0)
    `reached(emptied_by_reset, begun && rst && count == DEPTH)

    // ---- internals ----

    (* hierconn *) wire [DEPTH_LOG2:0] \dut.head , \dut.tail ;
    (* hierconn *) wire [WIDTH-1:0]    \dut.place ;
    wire [DEPTH_LOG2:0] size = \dut.tail - \dut.head ;
    `lemma(counted, !begun || size == count)
endmodule
