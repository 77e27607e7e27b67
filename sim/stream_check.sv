// stream_check - rules of the streams inside a channel, watched on every clock of a simulation.
//
//   rtl/ioat_channel.v --bind--> channel_check --> stream_check per stream --> model.cpp
//
// Bound from outside: the RTL that is synthesized knows nothing of it. A breach ends the
// run like one on the bus. STREAM-VALID: what is offered stays until it is taken or dropped.
// STREAM-STABLE: and does not change. STREAM-ROOM: nothing is pushed where there is no room.
// STREAM-GRANT: only what is asked for is granted. STREAM-ORPHAN: an answer has its request.
// STREAM-CREDIT: no more transfers are answered than were started.

`default_nettype none

package stream_report;
    import "DPI-C" context function void ioat_stream_broken(input string rule, input string stream);
endpackage

module stream_check #(
    parameter STREAM = "",
    parameter WIDTH  = 1                     // bits
) (
    input wire             clk,
    input wire             rst,
    input wire             drop,             // what is offered may be withdrawn
    input wire             valid,
    input wire             ready,
    input wire [WIDTH-1:0] data
);
    /* verilator tracing_off */
    reg             waiting;
    reg [WIDTH-1:0] offered;

    always @(posedge clk) begin
        if (waiting && !drop && !rst && !valid)
            stream_report::ioat_stream_broken("STREAM-VALID", STREAM);
        if (waiting && !drop && !rst && valid && data != offered)
            stream_report::ioat_stream_broken("STREAM-STABLE", STREAM);
        waiting <= valid && !ready && !drop && !rst;
        if (valid && !ready)
            offered <= data;
    end
endmodule

module channel_check #(
    parameter DATA_W         = 64,           // bits
    parameter ADDR_W         = 64,           // bits
    parameter TRANSFERS_LOG2 = 6             // log2 of the started descriptors
) (
    input wire                clk,
    input wire                rst,
    input wire                flush,
    input wire                load,
    input wire                kill,

    input wire                desc_ar_req,
    input wire                desc_ar_gnt,
    input wire                data_ar_req,
    input wire                data_ar_gnt,

    input wire                desc_valid,
    input wire                desc_ready,
    input wire [383:0]        desc,
    input wire [63:6]         desc_addr,
    input wire                desc_bad,
    input wire [3:0]          desc_cause,

    input wire                read_valid,
    input wire                read_ready,
    input wire                write_valid,
    input wire                write_ready,
    input wire                entry_valid,
    input wire                entry_ready,
    input wire                entry_moves,

    input wire                data_r_valid,
    input wire                buffer_ready_unused,
    input wire                src_valid,
    input wire                src_ready,
    input wire                src_err,
    input wire [DATA_W-1:0]   src_data,

    input wire                data_w_valid,
    input wire                data_w_gnt,
    input wire                data_w_ready,
    input wire [DATA_W-1:0]   data_w_data,
    input wire [DATA_W/8-1:0] data_w_strb,
    input wire                data_w_last,
    input wire                sent,
    input wire                sent_final,
    input wire                room,
    input wire                data_b_valid,
    input wire                data_b_ready,

    input wire                word_w_valid,
    input wire                word_w_gnt,
    input wire                word_w_ready,
    input wire [ADDR_W-1:0]   word_w_addr,
    input wire [63:0]         word_w_data,
    input wire                word_b_valid
);
    /* verilator tracing_off */
    stream_check #(.STREAM("descriptors to start"), .WIDTH(384 + 58 + 1 + 4)) descriptors (
        .clk(clk), .rst(rst), .drop(flush || load), .valid(desc_valid), .ready(desc_ready),
        .data({desc, desc_addr, desc_bad, desc_cause}));

    stream_check #(.STREAM("source words to the writer"), .WIDTH(DATA_W + 1)) source (
        .clk(clk), .rst(rst), .drop(kill), .valid(src_valid), .ready(src_ready),
        .data({src_err, src_data}));

    stream_check #(.STREAM("payload to the bus"), .WIDTH(DATA_W + DATA_W / 8 + 1)) payload (
        .clk(clk), .rst(rst), .drop(1'b0), .valid(data_w_valid && data_w_gnt), .ready(data_w_ready),
        .data({data_w_data, data_w_strb, data_w_last}));

    stream_check #(.STREAM("completion words to the bus"), .WIDTH(ADDR_W + 64)) words (
        .clk(clk), .rst(rst), .drop(1'b0), .valid(word_w_valid && word_w_gnt), .ready(word_w_ready),
        .data({word_w_addr, word_w_data}));

    // Transfers with data that are started and not yet answered whole; words on the bus.
    reg [TRANSFERS_LOG2+1:0] moving;
    reg                      word_awaited;

    task broken(input string rule, input string stream);
        if (!rst)
            stream_report::ioat_stream_broken(rule, stream);
    endtask

    always @(posedge clk) begin
        if (read_valid && !read_ready)
            broken("STREAM-ROOM", "reads from start");
        if (write_valid && !write_ready)
            broken("STREAM-ROOM", "writes from start");
        if (entry_valid && !entry_ready)
            broken("STREAM-ROOM", "entries from start");
        if (data_r_valid && !kill && !buffer_ready_unused)
            broken("STREAM-ROOM", "read data to the buffer");
        if (sent && !room)
            broken("STREAM-ROOM", "bursts to retire");
        if (data_ar_gnt && !data_ar_req)
            broken("STREAM-GRANT", "payload reads");
        if (desc_ar_gnt && !desc_ar_req)
            broken("STREAM-GRANT", "descriptor reads");
        if (data_b_valid && !data_b_ready)
            broken("STREAM-ORPHAN", "payload write answers");
        if (word_b_valid && !word_awaited)
            broken("STREAM-ORPHAN", "completion word answers");
        if (sent && sent_final && moving == 0 && !kill)
            broken("STREAM-CREDIT", "transfers written");

        moving <= kill ? 0 : moving + (entry_valid && entry_ready && entry_moves) - (sent && sent_final);
        word_awaited <= word_w_valid && word_w_gnt && word_w_ready || word_awaited && !word_b_valid;
        if (rst) begin
            moving       <= 0;
            word_awaited <= 1'b0;
        end
    end
endmodule

bind ioat_channel channel_check #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .TRANSFERS_LOG2(TRANSFERS_LOG2)) check (.*);

`default_nettype wire
