// ioat_fetch - follow the chain: ask for a descriptor, take its NEXT, queue it.
//
//   load, chain_addr --> pointer --> m_ar ==> memory ==> s_r --> queue --> m_desc
//                           ^________________ NEXT ________|
//
// One descriptor read in flight. Nothing is asked for beyond what is permitted: in
// count mode the count, in list mode a pointer that was read (design ruling 4).
// flush drops whatever was not started and rewinds to the descriptor after the last
// started one, so nothing that was read ahead outlives it. A pointer that cannot
// be followed, or a failed read, becomes an entry of the queue that carries its
// cause: the error is taken in its turn.

`default_nettype none
`include "ioat_regs.vh"

module ioat_fetch #(
    parameter DATA_W        = 64,            // bits: 64, 128, 256, 512
    parameter ADDR_W        = 64,            // bits
    parameter PREFETCH_LOG2 = 2              // log2 of the descriptors in the queue
) (
    input  wire              clk,
    input  wire              rst,

    input  wire              run,            // descriptors may be read
    input  wire              flush,          // drop what was not started
    input  wire              load,           // begin at chain_addr; nothing is in flight then
    input  wire [63:0]       chain_addr,
    input  wire              counted,        // count mode
    input  wire [15:0]       dmacount,
    input  wire              reload,         // read NEXT of reload_addr again, until reload_done
    input  wire [63:6]       reload_addr,
    output wire              reload_asked,   // the read is on its way, for one clock
    output reg               reload_done,    // holds until reload falls
    output reg               reload_failed,  // with reload_done: the answer was an error
    output wire              idle,           // no read in flight, nothing queued
    output wire              at_end,         // list mode: the pointer is 0

    output wire              m_ar_req,       // may be withdrawn before m_ar_gnt
    output wire [ADDR_W-1:0] m_ar_addr,
    input  wire              m_ar_gnt,
    input  wire              s_r_valid,
    input  wire [DATA_W-1:0] s_r_data,
    input  wire              s_r_err,
    input  wire              s_r_last,

    output wire              m_desc_valid,
    input  wire              m_desc_ready,
    output wire [383:0]      m_desc,         // bytes 0x00..0x2F
    output wire [63:6]       m_desc_addr,
    output wire              m_desc_bad,     // not a descriptor: the walk ended with m_desc_cause
    output wire [3:0]        m_desc_cause    // CHANERR bit
);
    localparam [1:0] ST_ASK  = 2'd0;         // ready to ask
    localparam [1:0] ST_WAIT = 2'd1;         // answer awaited
    localparam [1:0] ST_STOP = 2'd2;         // an error is queued; only flush leads on

    localparam BEATS = 512 / DATA_W;

    reg [1:0]  state;
    reg        dropped;                      // the awaited answer is not wanted any more
    reg        reloading;                    // the awaited answer is a reload
    reg        failed;                       // a beat of the answer had an error
    reg [2:0]  beat;
    reg        ended;                        // the bad entry was taken: only load leads on
    reg [63:0] pointer, resume;              // next to read; next after the last started
    reg        first, resume_first;          // that pointer is CHAINADDR
    reg [15:0] asked, started;               // descriptors since load
    reg [63:6] addr;                         // the awaited descriptor

    // ---- may and can the pointer be followed ----

    wire       more      = counted ? asked != dmacount : first || pointer != 64'd0;
    wire       outside   = |({1'b0, pointer} >> ADDR_W);
    wire       misplaced = pointer[5:0] != 6'd0;
    wire       null_next = !first && pointer == 64'd0;
    wire       bad       = outside || misplaced || null_next;
    wire [3:0] bad_cause = first     ? `IOAT_CHANERR_CHAIN_ADDR_LSB :
                           null_next ? `IOAT_CHANERR_NEXT_ADDR_LSB :
                           misplaced ? `IOAT_CHANERR_DESC_ALIGN_LSB :
                                       `IOAT_CHANERR_NEXT_ADDR_LSB;

    wire       queue_ready, queue_valid;
    wire       walk  = state == ST_ASK && run && !ended && !flush && !reload && more && queue_ready;
    wire       again = state == ST_ASK && !flush && reload && !reload_done;

    assign m_ar_req     = (walk && !bad) || again;
    assign m_ar_addr    = again ? {reload_addr[ADDR_W-1:6], 6'd0} : pointer[ADDR_W-1:0];
    assign reload_asked = again && m_ar_gnt;
    assign idle         = state != ST_WAIT && !queue_valid;
    assign at_end       = state == ST_ASK && !counted && !more;

    // ---- the answer ----

    reg [511:0] held;                        // beats so far
    reg [511:0] whole;                       // and the one on the bus
    always @* begin
        whole = held;
        whole[beat*DATA_W +: DATA_W] = s_r_data;
    end

    wire        answered = state == ST_WAIT && s_r_valid && s_r_last;
    wire        wanted   = answered && !dropped && !flush;
    wire        error    = failed || s_r_err;
    wire [63:0] next     = whole[`IOAT_DESC_NEXT_LSB +: 64];

    // ---- queue ----

    wire         entry_bad  = (walk && bad) || (wanted && !reloading && error);
    wire         entry_good = wanted && !reloading && !error;
    wire [3:0]   entry_cause = state == ST_WAIT ? `IOAT_CHANERR_READ_DATA_LSB : bad_cause;

    ioat_fifo #(.WIDTH(384 + 58 + 1 + 4), .DEPTH_LOG2(PREFETCH_LOG2)) queue (
        .clk(clk), .rst(rst || flush || load),
        .s_valid(entry_good || entry_bad), .s_ready(queue_ready),
        .s_data({whole[383:0], addr, entry_bad, entry_cause}),
        .m_valid(queue_valid), .m_ready(m_desc_ready),
        .m_data({m_desc, m_desc_addr, m_desc_bad, m_desc_cause}));

    assign m_desc_valid = queue_valid && !flush;

    always @(posedge clk) begin
        if (m_desc_valid && m_desc_ready && m_desc_bad)
            ended <= 1'b1;
        if (m_desc_valid && m_desc_ready && !m_desc_bad) begin
            resume       <= m_desc[`IOAT_DESC_NEXT_LSB +: 64];
            resume_first <= 1'b0;
            started      <= started + 16'd1;
        end

        case (state)
            ST_ASK:
                if (m_ar_gnt) begin
                    state     <= ST_WAIT;
                    addr      <= again ? reload_addr : pointer[63:6];
                    reloading <= again;
                    dropped   <= 1'b0;
                    failed    <= 1'b0;
                    beat      <= 3'd0;
                end else if (walk && bad)
                    state <= ST_STOP;
            ST_WAIT: begin
                if (s_r_valid) begin
                    held   <= whole;
                    failed <= error;
                    beat   <= BEATS == 1 ? 3'd0 : beat + 3'd1;
                end
                if (flush)
                    dropped <= 1'b1;
                if (answered)
                    state <= wanted && error && !reloading ? ST_STOP : ST_ASK;
                if (wanted) begin
                    pointer <= next;
                    first   <= 1'b0;
                    if (reloading) begin
                        resume        <= next;
                        resume_first  <= 1'b0;
                        reload_done   <= 1'b1;
                        reload_failed <= error;
                    end else
                        asked <= asked + 16'd1;
                end
            end
            default: ;
        endcase

        if (flush) begin
            pointer <= resume;
            first   <= resume_first;
            asked   <= started;
            if (state == ST_STOP)
                state <= ST_ASK;
        end
        if (!reload)
            reload_done <= 1'b0;

        if (load) begin
            pointer      <= chain_addr;
            resume       <= chain_addr;
            first        <= 1'b1;
            resume_first <= 1'b1;
            asked        <= 16'd0;
            started      <= 16'd0;
            ended        <= 1'b0;
            state        <= ST_ASK;
        end
        if (rst) begin
            ended       <= 1'b0;
            state       <= ST_ASK;
            reload_done <= 1'b0;
            dropped     <= 1'b0;
        end
    end

    // Software's two words, and address bits that this build does not implement.
    wire unused = &{1'b0, whole[511:384], reload_addr};
endmodule

`default_nettype wire
