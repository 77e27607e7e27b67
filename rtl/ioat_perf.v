// ioat_perf - count what each clock of a channel went into, and what came of it.
//
//   state, streams of the channel --> one class for each clock --> its counter
//                                 --> bytes, descriptors, guesses
//
// Five classes exclude each other: their counters add up to the clocks in which the channel was
// ACTIVE. Only an ACTIVE channel counts clocks, so an idle engine is at rest. Software reads a
// consistent set while HOLD stops them. Counters wrap at 48 bits.

`default_nettype none
`include "ioat_regs.vh"

module ioat_perf #(
    parameter DATA_W = 64                    // bits
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                active,       // the state is ACTIVE
    input  wire                offered,      // a payload write beat
    input  wire                taken,
    input  wire [DATA_W/8-1:0] strobe,       // of that beat
    input  wire                reading,      // payload reads are asked for or awaited
    input  wire                answering,    // something started is not completed and reported
    input  wire                done,         // a descriptor is complete
    input  wire                confirmed,    // a guessed descriptor is
    input  wire                dropped,      // an answer to a descriptor read is not wanted

    input  wire                wr_en,
    input  wire [6:3]          wr_word,
    input  wire [7:0]          wr_data,      // the low byte of the word
    input  wire [6:3]          rd_word,
    output wire [63:0]         rd_data
);
    localparam COUNTERS = {18'd0, `IOAT_PERF_CTL} / 8;   // each takes a word, their control follows them
    localparam BYTES    = {18'd0, `IOAT_PERF_BYTES} / 8;
    localparam COUNT_W  = 48;                // bits

    reg                hold;
    reg [COUNTERS-1:0] ticks;
    reg [7:0]          bytes;
    integer            lane;

    always @* begin
        bytes = 8'd0;
        for (lane = 0; lane < DATA_W / 8; lane = lane + 1)
            bytes = bytes + {7'd0, strobe[lane]};
    end

    always @* begin
        ticks = {COUNTERS{1'b0}};
        ticks[`IOAT_PERF_ACTIVE / 8]      = active;
        ticks[`IOAT_PERF_MOVING / 8]      = active && taken;
        ticks[`IOAT_PERF_BLOCKED / 8]     = active && offered && !taken;
        ticks[`IOAT_PERF_READS / 8]       = active && !offered && reading;
        ticks[`IOAT_PERF_WRITES / 8]      = active && !offered && !reading && answering;
        ticks[`IOAT_PERF_STARVED / 8]     = active && !offered && !reading && !answering;
        ticks[BYTES]                      = taken;
        ticks[`IOAT_PERF_DESCRIPTORS / 8] = done;
        ticks[`IOAT_PERF_CONFIRMED / 8]   = confirmed;
        ticks[`IOAT_PERF_DROPPED / 8]     = dropped;
    end

    wire to_ctl = wr_en && {7'd0, wr_word, 3'd0} == `IOAT_PERF_CTL;
    wire clear  = to_ctl && wr_data[`IOAT_PERF_CTL_CLEAR_LSB];
    wire unused = &{1'b0, wr_data};

    wire [16*64-1:0] words;

    genvar n;
    generate
        for (n = 0; n < COUNTERS; n = n + 1) begin : counter
            reg [COUNT_W-1:0] count;

            assign words[64*n +: 64] = {{(64-COUNT_W){1'b0}}, count};

            always @(posedge clk)
                if (rst || clear)
                    count <= {COUNT_W{1'b0}};
                else if (ticks[n] && !hold)
                    count <= count + {{(COUNT_W-8){1'b0}}, n == BYTES ? bytes : 8'd1};
        end
    endgenerate

    assign words[16*64-1:64*COUNTERS] = {{(16-COUNTERS)*64-1{1'b0}}, hold};
    assign rd_data = words[64*rd_word +: 64];

    always @(posedge clk)
        if (rst)
            hold <= 1'b0;
        else if (to_ctl)
            hold <= wr_data[`IOAT_PERF_CTL_HOLD_LSB];
endmodule

`default_nettype wire
