// ioat_word - write completion words, and tell what software may know as completed.
//
//   s_done --> waiting --> current --> m_w ==> memory ==> s_b --> reported, event
//   s_cmd (SUSPEND, ABORT, RESET, error) ---^
//
// One word is unanswered at a time; descriptors that complete meanwhile wait, and the
// newest of them is written next (docs/decisions.md K-40). A descriptor is reported,
// and its interrupt given, when every word asked for up to it is answered.

`default_nettype none
`include "ioat_regs.vh"

module ioat_word #(
    parameter ADDR_W = 64                    // bits
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              kill,           // withdraw what is not on the bus
    input  wire              clear,          // a new chain: nothing is completed
    input  wire              forget,         // withdraw a waiting command word: bus master is off
    output wire              idle,
    output reg               failed,         // a descriptor's or SUSPEND's word had an error answer

    input  wire [63:0]       chancmp,
    output wire              misplaced,      // chancmp cannot take a word

    input  wire              s_done,
    input  wire [63:6]       s_done_addr,
    input  wire              s_done_compl,
    input  wire              s_done_int,
    input  wire              s_done_tail,
    input  wire              counted,
    input  wire              count_met,      // nothing counted is left, s_done not regarded
    input  wire              count_met_next, // the same after s_done
    input  wire              superseded,     // a new chain waits: the old one does not end IDLE

    input  wire              s_cmd,          // write {completed, s_cmd_state}; holds until s_cmd_taken
    input  wire [2:0]        s_cmd_state,
    input  wire              s_cmd_final,    // an error answer does not matter any more
    input  wire [63:0]       s_cmd_chancmp,
    output wire              s_cmd_taken,

    output wire              m_w_valid,      // one beat, 8 bytes
    input  wire              m_w_gnt,
    input  wire              m_w_ready,
    output wire [ADDR_W-1:0] m_w_addr,
    output wire [63:0]       m_w_data,
    input  wire              s_b_valid,
    input  wire              s_b_err,

    output reg  [63:6]       completed,      // last completed
    output reg  [63:6]       reported,       // last completed that software may know
    output reg               any_completed,  // of this chain
    output wire              event_int       // one clock: an interrupt asked for by INT_EN is due
);
    reg        asking, shown, awaiting;      // current word: offered, on the bus, sent
    reg        waiting;                      // another one waits
    reg [63:6] addr, waiting_addr;
    reg [2:0]  state;
    reg        int_due, waiting_int, waiting_tail;
    reg        withdrawn;                    // by kill, while the current one was unanswered
    reg        waiting_newest;               // nothing completed after the waiting one
    reg        owed_int;                     // of a withdrawn word: the command word reports its descriptor
    reg        final_word;
    reg [63:3] target;

    wire answer = awaiting && s_b_valid;
    wire free   = (!asking && !awaiting) || (answer && !s_b_err);

    assign misplaced   = chancmp[2:0] != 3'd0 || |({1'b0, chancmp} >> ADDR_W);
    assign idle        = !asking && !awaiting && !waiting;
    assign m_w_valid   = asking && (shown || !(kill || forget));
    assign m_w_addr    = {target[ADDR_W-1:3], 3'd0};
    assign m_w_data    = {addr, 3'd0, state};

    wire take_waiting = waiting && free && !kill && !failed;
    wire take_done    = s_done && s_done_compl && free && !waiting;
    assign s_cmd_taken = s_cmd && idle;

    // ---- interrupts go with the word that covers them ----

    wire loose_int     = s_done && s_done_int && !s_done_compl;
    wire joins_waiting = loose_int && waiting && !take_waiting;
    wire joins_taken   = loose_int && take_waiting;
    wire joins_current = loose_int && !waiting && !free;
    assign event_int   = (answer && !s_b_err && int_due) || (loose_int && !waiting && free);

    always @(posedge clk) begin
        if (m_w_gnt && m_w_valid) begin
            shown <= !m_w_ready;
            if (m_w_ready) begin
                asking   <= 1'b0;
                awaiting <= 1'b1;
            end
        end else if (kill || forget)
            asking <= 1'b0;

        if (answer)
            awaiting <= 1'b0;

        if (joins_current)
            int_due <= 1'b1;
        if (take_waiting) begin
            waiting <= 1'b0;
            addr    <= waiting_addr;
            int_due <= waiting_int || joins_taken;
            state   <= (counted ? count_met && waiting_newest && !s_done : waiting_tail) && !superseded ? `IOAT_CHANSTS_STATE_IDLE
                                                                           : `IOAT_CHANSTS_STATE_ACTIVE;
        end
        if (take_done) begin
            addr    <= s_done_addr;
            int_due <= s_done_int;
            state   <= (counted ? count_met_next : s_done_tail) && !superseded ? `IOAT_CHANSTS_STATE_IDLE
                                                                               : `IOAT_CHANSTS_STATE_ACTIVE;
        end
        if (take_waiting || take_done) begin
            asking     <= 1'b1;
            target     <= chancmp[63:3];
            final_word <= 1'b0;
        end
        if (s_done && s_done_compl && !take_done) begin
            waiting        <= 1'b1;
            waiting_addr   <= s_done_addr;
            waiting_tail   <= s_done_tail;
            waiting_newest <= 1'b1;
            waiting_int    <= s_done_int || (waiting && !take_waiting && waiting_int);
        end else if (s_done) begin
            waiting_newest <= 1'b0;
            if (joins_waiting)
                waiting_int <= 1'b1;
        end
        if (s_cmd_taken) begin
            asking     <= 1'b1;
            addr       <= completed;
            state      <= s_cmd_state;
            target     <= s_cmd_chancmp[63:3];
            final_word <= s_cmd_final;
            int_due    <= owed_int;
        end

        if (s_done) begin
            completed     <= s_done_addr;
            any_completed <= 1'b1;
        end
        if (answer && !s_b_err)
            reported <= waiting || withdrawn ? addr : s_done && !s_done_compl ? s_done_addr : completed;
        else if (s_done && !s_done_compl && idle)
            reported <= s_done_addr;

        // What the failed word covered was never reported, so it does not count as completed.
        if (answer && s_b_err && !final_word) begin
            failed    <= 1'b1;
            completed <= reported;
        end

        withdrawn <= kill && (withdrawn || waiting);
        if (kill) begin
            waiting  <= 1'b0;
            failed   <= 1'b0;
            owed_int <= !failed && (owed_int || (waiting && waiting_int) ||
                                    (asking && !(m_w_gnt && m_w_valid) && int_due));
        end
        if (rst || clear || s_cmd_taken)
            owed_int <= 1'b0;
        if (rst || clear) begin
            completed     <= 58'd0;
            reported      <= 58'd0;
            any_completed <= 1'b0;
        end
        if (rst) begin
            asking   <= 1'b0;
            shown    <= 1'b0;
            awaiting <= 1'b0;
            waiting  <= 1'b0;
            failed   <= 1'b0;
        end
    end

    wire unused = &{1'b0, target, s_cmd_chancmp[2:0]};
endmodule

`default_nettype wire
