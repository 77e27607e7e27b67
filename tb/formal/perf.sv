// perf - ioat_perf: every counter counts what it says, in all of its bits; HOLD and CLEAR do what they say.

`default_nettype none
`include "formal.vh"
`include "ioat_regs.vh"

module perf #(
    parameter DATA_W = 64
) (
    input wire                clk,
    input wire                rst,
    input wire                active, offered, taken, reading, answering, done, confirmed, dropped,
    input wire [DATA_W/8-1:0] strobe,
    input wire                wr_en,
    input wire [6:3]          wr_word,
    input wire [7:0]          wr_data
);
    (* anyconst *) reg [6:3] word;           // the one that is read
    wire [63:0] value;

    ioat_perf #(.DATA_W(DATA_W)) dut (
        .clk(clk), .rst(rst), .active(active), .offered(offered), .taken(taken), .strobe(strobe), .reading(reading),
        .answering(answering), .done(done), .confirmed(confirmed), .dropped(dropped),
        .wr_en(wr_en), .wr_word(wr_word), .wr_data(wr_data), .rd_word(word), .rd_data(value));

    wire control = word == `IOAT_PERF_CTL / 8;
    wire write   = wr_en && wr_word == `IOAT_PERF_CTL / 8;
    reg  [7:0] sum;                          // bytes of the beat
    reg  [7:0] tick;                         // what the counter gains in this clock
    integer    lane;

    always @* begin
        sum = 8'd0;
        for (lane = 0; lane < DATA_W / 8; lane = lane + 1)
            sum = sum + strobe[lane];
        case (word)
            `IOAT_PERF_ACTIVE / 8:      tick = active;
            `IOAT_PERF_MOVING / 8:      tick = active && taken;
            `IOAT_PERF_BLOCKED / 8:     tick = active && offered && !taken;
            `IOAT_PERF_READS / 8:       tick = active && !offered && reading;
            `IOAT_PERF_WRITES / 8:      tick = active && !offered && !reading && answering;
            `IOAT_PERF_STARVED / 8:     tick = active && !offered && !reading && !answering;
            `IOAT_PERF_BYTES / 8:       tick = taken ? sum : 8'd0;
            `IOAT_PERF_DESCRIPTORS / 8: tick = done;
            `IOAT_PERF_CONFIRMED / 8:   tick = confirmed;
            `IOAT_PERF_DROPPED / 8:     tick = dropped;
            default:                    tick = 8'd0;
        endcase
    end

    reg        begun = 1'b0;
    reg        held;                         // HOLD is set
    reg [47:0] due;                          // what the counter must read

    always @(posedge clk) begin
        begun <= 1'b1;
        held  <= !rst && (write ? wr_data[`IOAT_PERF_CTL_HOLD_LSB] : held);
        due   <= rst || (write && wr_data[`IOAT_PERF_CTL_CLEAR_LSB]) ? 48'd0 : held ? due : due + tick;
    end

    `given(reset_first, begun || rst)

    `holds(counts,        !begun || control || value == {16'd0, due})
    `holds(hold_readable, !begun || !control || value == {63'd0, held} << `IOAT_PERF_CTL_HOLD_LSB)

    `reached(many_bytes,  begun && word == `IOAT_PERF_BYTES / 8 && due > 30)
    `reached(stopped,     begun && held && tick != 0 && due == 3)
    `reached(cleared,     begun && !rst && due != 0 && write && wr_data[`IOAT_PERF_CTL_CLEAR_LSB])
endmodule
