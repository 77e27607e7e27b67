// ioat_fetch - follow the chain, reading ahead where it is laid out in a row.
//
//   load, chain_addr --> ask_addr --> m_ar ==> memory ==> s_r --> queue --> m_desc
//                          ^   |                           |
//                          |   +-- + 64: a guess, while an answer is awaited
//                          +--------------- NEXT: the truth, when it comes
//
// Answers come in the order of the requests. The oldest awaited one belongs to `here`, the
// descriptor that the chain is known to go on with; the younger ones were guessed to follow it in
// memory. An answer whose NEXT is the guess confirms the younger; any other one makes them
// stale: their data is dropped as it arrives. So nothing is used that was read before the pointer
// to it, provided that memory serves reads of one ID in order; LIST_AHEAD = 0 does without
// that promise and guesses in count mode only, where the count says that contents are final.
//
// A guess stays in the 4 KiB page of a known descriptor and within the count, and with it no more than
// `depth` descriptors are awaited or in the queue. A descriptor in a row that finds the queue empty
// and came after an idle clock of the bus adds a quarter and one to it; what was read in vain, by a
// mistake or before a flush, leaves a quarter. The place of the last mistake (`turn`) is not guessed beyond again.
// So a chain in a row is read as far ahead as it takes, and a shuffled one by its pointers alone.
//
// flush drops whatever was not started and rewinds to the descriptor after the last
// started one, so nothing that was read ahead outlives it; skim keeps the descriptor that is awaited by
// its pointer, and drops the guesses. A pointer that cannot
// be followed, or a failed read, becomes an entry of the queue that carries its
// cause: the error is taken in its turn.

`default_nettype none
`include "ioat_regs.vh"

module ioat_fetch #(
    parameter DATA_W        = 64,            // bits: 64, 128, 256, 512
    parameter ADDR_W        = 64,            // bits
    parameter PREFETCH_LOG2 = 6,             // log2 of the descriptors awaited or in the queue
    parameter LIST_AHEAD    = 1              // 1: guess in list mode too
) (
    input  wire              clk,
    input  wire              rst,

    input  wire              run,            // descriptors may be read
    input  wire              flush,          // drop what was not started
    input  wire              skim,           // drop what was guessed, when waits is low
    input  wire              load,           // begin at chain_addr; nothing wanted is in flight then
    input  wire [63:0]       chain_addr,
    input  wire              counted,        // count mode
    input  wire [15:0]       dmacount,
    input  wire              reload,         // read NEXT of reload_addr again, until reload_done
    input  wire [63:6]       reload_addr,
    output wire              reload_asked,   // the read is on its way, for one clock
    output reg               reload_done,    // holds until reload falls
    output reg               reload_failed,  // with reload_done: the answer was an error
    output wire              idle,           // no read in flight, nothing queued
    output wire              waits,          // something is queued
    output wire              at_end,         // list mode: the pointer is 0
    output wire              confirmed,      // one clock: a guess is
    output wire              dropped,        // one clock: an answer is not wanted

    output wire              m_ar_req,       // may be withdrawn before m_ar_gnt
    output wire [ADDR_W-1:0] m_ar_addr,      // 48 bytes are read, in one burst
    input  wire              m_ar_gnt,
    input  wire              s_r_valid,
    input  wire [DATA_W-1:0] s_r_data,
    input  wire              s_r_err,
    input  wire              s_r_last,
    input  wire              payload_r_valid, // the channel's other beats: a bus that has one is not idle

    output wire              m_desc_valid,
    input  wire              m_desc_ready,
    output wire [383:0]      m_desc,         // bytes 0x00..0x2F
    output wire [63:6]       m_desc_addr,    // unless m_desc_bad
    output wire              m_desc_bad,     // not a descriptor: the walk ended with m_desc_cause
    output wire [3:0]        m_desc_cause    // CHANERR bit, if m_desc_bad
);
    localparam SLOTS       = 1 << PREFETCH_LOG2;
    localparam LANES       = (384 + DATA_W - 1) / DATA_W;   // beats that are kept
    localparam NEXT_LSB    = `IOAT_DESC_NEXT_LSB % DATA_W;
    localparam DEPTH_RESET = 4;
    localparam TURN_W      = 12;              // bits of the place of a mistake, from bit 6 on
    localparam NEXT_BEAT   = `IOAT_DESC_NEXT_LSB / DATA_W;

    reg                     stopped;         // an error is queued; only flush leads on
    reg                     ended;           // that entry was taken: only load leads on
    reg [63:0]              ask_addr, resume;     // asked for next; next after the last started
    reg                     first, resume_first;  // that pointer is CHAINADDR
    reg [15:0]              asked, started;  // descriptors since load
    reg [63:6]              here;            // the oldest awaited answer that is wanted
    reg                     reloading;       // that answer is a reload
    reg [PREFETCH_LOG2+1:0] awaited, stale;  // answers to come; the first of them that are dropped
    reg [PREFETCH_LOG2:0]   head, tail;      // of the queue
    reg [PREFETCH_LOG2:0]   depth;
    reg                     distrust;        // drop what was guessed behind the oldest awaited answer
    reg                     gap;             // a clock without a beat since the last answer that was wanted
    reg                     turn_known;
    reg [TURN_W-1:0]        turn;

    wire [PREFETCH_LOG2+1:0] live  = awaited - stale;
    wire [PREFETCH_LOG2:0]   used  = tail - head;
    wire                     alone = live == 0;
    wire                     doubt = distrust || skim;
    wire                     room  = {1'b0, used} + live < SLOTS;
    wire                     crowd = awaited[PREFETCH_LOG2+1];   // of stale answers

    // ---- may and can the pointer be followed ----

    wire       more      = counted ? asked != dmacount : first || !alone || ask_addr != 64'd0;
    wire       outside   = |({1'b0, ask_addr} >> ADDR_W);
    wire       misplaced = ask_addr[5:0] != 6'd0;
    wire       null_next = !first && ask_addr == 64'd0;
    wire       bad       = alone && (outside || misplaced || null_next);
    wire [3:0] bad_cause = first     ? `IOAT_CHANERR_CHAIN_ADDR_LSB :
                           null_next ? `IOAT_CHANERR_NEXT_ADDR_LSB :
                           misplaced ? `IOAT_CHANERR_DESC_ALIGN_LSB :
                                       `IOAT_CHANERR_NEXT_ADDR_LSB;
    wire       guess     = {1'b0, used} + awaited <= {1'b0, depth} && ask_addr[11:6] != 6'd0 && !reloading && !doubt &&
                           !(turn_known && turn == ask_addr[6 +: TURN_W]) && (counted || LIST_AHEAD != 0);

    wire       walk  = run && !stopped && !ended && !flush && !reload && more && room && !crowd &&
                      (alone || guess);
    wire       again = reload && alone && !stopped && !flush && !reload_done && !crowd;

    assign m_ar_req     = (walk && !bad) || again;
    assign m_ar_addr    = again ? {reload_addr[ADDR_W-1:6], 6'd0} : ask_addr[ADDR_W-1:0];
    assign reload_asked = again && m_ar_gnt;
    assign idle         = awaited == 0 && used == 0;
    assign waits        = used != 0;
    assign at_end       = alone && !stopped && !counted && !first && ask_addr == 64'd0;

    // ---- the answer ----

    reg  [2:0]  beat;
    reg         failed;                      // a beat of the answer had an error
    reg  [63:0] next_held;
    wire        ending   = s_r_valid && s_r_last;
    wire        wanted   = ending && stale == 0 && !flush;
    wire        chained  = wanted && !reloading;
    wire        error    = failed || s_r_err;
    wire        next_now = {29'd0, beat} == NEXT_BEAT;
    wire [63:0] next     = NEXT_BEAT == LANES - 1 ? s_r_data[NEXT_LSB +: 64] : next_held;
    wire [5:0]  here_up  = here[11:6] + 6'd1;
    wire        in_row   = next == {here[63:12], here_up, 6'd0};    // nothing is guessed at the page's end
    wire        younger  = live != 1 || m_ar_gnt;      // with chained: something was guessed
    wire [PREFETCH_LOG2+1:0] guessed = live - 1'b1;
    wire        mistaken = chained && younger && (error || !in_row || doubt);

    assign confirmed = chained && younger && !mistaken;
    assign dropped   = ending && (stale != 0 || flush);

    // ---- queue: the beats of a descriptor go straight into their lanes ----

    wire                     entry_bad = walk && bad;
    wire                     push      = entry_bad || chained;
    wire [PREFETCH_LOG2-1:0] slot      = tail[PREFETCH_LOG2-1:0];
    wire [LANES*DATA_W-1:0]  lanes;
    reg  [62:0]              meta [0:SLOTS-1];         // address, bad, cause

    genvar n;
    generate
        for (n = 0; n < LANES; n = n + 1) begin : lane
            reg [DATA_W-1:0] mem [0:SLOTS-1];
            assign lanes[n*DATA_W +: DATA_W] = mem[head[PREFETCH_LOG2-1:0]];
            always @(posedge clk)
                if (s_r_valid && stale == 0 && {29'd0, beat} == n)
                    mem[slot] <= s_r_data;
        end
    endgenerate

    assign m_desc       = lanes[383:0];
    assign {m_desc_addr, m_desc_bad, m_desc_cause} = meta[head[PREFETCH_LOG2-1:0]];
    assign m_desc_valid = used != 0 && !flush;

    wire taken  = m_desc_valid && m_desc_ready;
    wire [PREFETCH_LOG2:0] deeper = depth + (depth >> 2) + 1'b1;
    wire hungry = gap && used == {{PREFETCH_LOG2{1'b0}}, taken};    // reading further ahead would have helped

    always @(posedge clk) begin
        if (push)
            meta[slot] <= {here, entry_bad || error, entry_bad ? bad_cause : 4'd`IOAT_CHANERR_READ_DATA_LSB};
        if (push)
            tail <= tail + 1'b1;
        if (taken)
            head <= head + 1'b1;
        if (taken && m_desc_bad)
            ended <= 1'b1;
        if (taken && !m_desc_bad) begin
            resume       <= m_desc[`IOAT_DESC_NEXT_LSB +: 64];
            resume_first <= 1'b0;
            started      <= started + 16'd1;
        end

        // ---- ask ----

        awaited <= awaited + {{PREFETCH_LOG2+1{1'b0}}, m_ar_gnt} - {{PREFETCH_LOG2+1{1'b0}}, ending};
        if (stale != 0 && ending)
            stale <= stale - 1'b1;
        if (m_ar_gnt && again)
            reloading <= 1'b1;
        if (m_ar_gnt && !again) begin
            ask_addr[11:6] <= ask_addr[11:6] + 6'd1;       // in the page: guesses stay there
            asked    <= asked + 16'd1;
            if (alone)
                here <= ask_addr[63:6];
        end
        if (entry_bad)
            stopped <= 1'b1;

        // ---- learn ----

        if (s_r_valid) begin
            beat   <= s_r_last ? 3'd0 : beat + 3'd1;
            failed <= error && !s_r_last;
            if (next_now)
                next_held <= s_r_data[NEXT_LSB +: 64];
        end
        distrust <= doubt && !alone && !chained && !flush && !load && !rst;
        gap <= !chained && (gap || !(s_r_valid || payload_r_valid));
        if (chained) begin
            first <= 1'b0;
            here  <= next[63:6];
            if (error)
                stopped <= 1'b1;
            if (!younger || mistaken)
                ask_addr <= next;
            if (in_row && !error) begin
                if (hungry)
                    depth <= deeper[PREFETCH_LOG2] ? SLOTS : deeper;
                if (turn == next[6 +: TURN_W])
                    turn_known <= 1'b0;
            end
        end
        if (flush && live > 1)
            depth <= depth >> 2;
        if (mistaken) begin
            stale      <= guessed + {{PREFETCH_LOG2+1{1'b0}}, m_ar_gnt};
            asked      <= asked - {{(14-PREFETCH_LOG2){1'b0}}, guessed};
            depth      <= depth >> 2;
            if (!doubt) begin
                turn_known <= 1'b1;
                turn       <= {here[12 +: TURN_W-6], here_up};
            end
        end
        if (wanted && reloading) begin
            reloading     <= 1'b0;
            ask_addr      <= next;
            first         <= 1'b0;
            resume        <= next;
            resume_first  <= 1'b0;
            reload_done   <= 1'b1;
            reload_failed <= error;
        end
        if (!reload)
            reload_done <= 1'b0;

        // ---- begin and begin again ----

        if (flush) begin
            ask_addr  <= resume;
            first     <= resume_first;
            asked     <= started;
            stale     <= awaited - {{PREFETCH_LOG2+1{1'b0}}, ending};
            stopped   <= 1'b0;
            reloading <= 1'b0;
        end
        if (load) begin
            ask_addr     <= chain_addr;
            resume       <= chain_addr;
            first        <= 1'b1;
            resume_first <= 1'b1;
            asked        <= 16'd0;
            started      <= 16'd0;
            stopped      <= 1'b0;
            ended        <= 1'b0;
        end
        if (rst || flush || load) begin
            head <= 0;
            tail <= 0;
        end
        if (rst) begin
            awaited     <= 0;
            stale       <= 0;
            beat        <= 3'd0;
            failed      <= 1'b0;
            stopped     <= 1'b0;
            ended       <= 1'b0;
            reloading   <= 1'b0;
            reload_done <= 1'b0;
            depth       <= DEPTH_RESET;
            turn_known  <= 1'b0;
        end
    end

    // Address bits that this build does not implement.
    wire unused = &{1'b0, reload_addr, lanes};
endmodule

`default_nettype wire
