// reader - ioat_reader asks for every source word once, in order, in bursts that fit, and only for what it has room for.

`default_nettype none
`include "formal.vh"

module reader #(
    parameter ADDR_W      = 14,
    parameter BURST_BYTES = 32,
    parameter BUFFER_LOG2 = 3
) (
    input wire                clk,
    input wire                rst,
    input wire                kill,
    input wire                job_valid,
    input wire [ADDR_W-1:0]   job_addr,
    input wire [ADDR_W-1:12]  job_page,
    input wire                job_break,
    input wire [9:0]          job_beats,
    input wire                job_no_snoop,
    input wire                gnt,
    input wire                r_valid,
    input wire                pop
);
    localparam BURST_LOG2 = $clog2(BURST_BYTES);
    localparam ROOM = 1 << BUFFER_LOG2;

    wire              idle, job_ready, req, no_snoop;
    wire [ADDR_W-1:0] addr;
    wire [7:0]        len;

    ioat_reader #(.ADDR_W(ADDR_W), .LEN_W(12), .BURST_BYTES(BURST_BYTES), .BUFFER_LOG2(BUFFER_LOG2)) dut (
        .clk(clk), .rst(rst), .kill(kill), .idle(idle),
        .s_job_valid(job_valid), .s_job_ready(job_ready), .s_job_addr(job_addr), .s_job_page(job_page),
        .s_job_break(job_break), .s_job_beats(job_beats), .s_job_no_snoop(job_no_snoop),
        .m_ar_req(req), .m_ar_addr(addr), .m_ar_len(len), .m_ar_no_snoop(no_snoop), .m_ar_gnt(gnt),
        .s_r_valid(r_valid), .pop(pop));

    reg                begun = 1'b0;
    reg                busy;                 // a job has words to ask for
    reg [ADDR_W-1:3]   word;                 // the next of them
    reg [ADDR_W-1:12]  page;
    reg                breaks, snoopless;
    reg [9:0]          left;
    reg [BUFFER_LOG2:0] coming;              // words asked for and not arrived
    reg [BUFFER_LOG2:0] inside;              // words in the buffer
    reg                crossed, was_full, killed;

    wire [8:0]        beats = len + 9'd1;
    wire [ADDR_W-1:0] final_byte = addr + {beats, 3'b000} - 1'b1;
    wire              page_ends = final_byte[11:0] == 12'hFFF;
    wire              take = job_valid && job_ready;

    always @(posedge clk) begin
        begun  <= 1'b1;
        if (gnt) begin
            left <= left - beats;
            busy <= left != beats;
            word <= breaks && page_ends ? {page, 9'd0} : word + beats;
            if (page_ends)
                breaks <= 1'b0;
        end
        if (take) begin
            busy      <= 1'b1;
            word      <= job_addr[ADDR_W-1:3];
            page      <= job_page;
            breaks    <= job_break;
            snoopless <= job_no_snoop;
            left      <= job_beats;
        end
        coming <= coming + (gnt ? beats : 0) - r_valid;
        inside <= kill ? 0 : inside + r_valid - pop;
        if (rst || kill)
            busy <= 1'b0;
        if (rst) begin
            coming <= 0;
            inside <= 0;
        end
        crossed  <= begun && !rst && (crossed || (gnt && breaks && page_ends && left != beats));
        was_full <= begun && !rst && (was_full || inside == ROOM);
        killed   <= begun && !rst && (killed || (kill && coming > 2));
    end

    `given(reset_first,   begun || rst)
    `given(job_not_empty, !job_valid || job_beats != 0)
    `given(grant_asked,   !gnt || req)
    `given(answers_owed,  !begun || !r_valid || coming != 0)
    `given(pops_inside,   !begun || !pop || inside != 0)

    `holds(only_of_a_job,  !begun || !req || busy)
    `holds(next_word,      !begun || !req || addr == {word, 3'b000})
    `holds(attribute,      !begun || !req || no_snoop == snoopless)
    `holds(not_past_end,   !begun || !req || beats <= left)
    `holds(in_its_block,   !begun || !req || addr[ADDR_W-1:BURST_LOG2] == final_byte[ADDR_W-1:BURST_LOG2])
    `holds(not_too_short,  !begun || !req || beats == left || &final_byte[BURST_LOG2-1:0])
    `holds(has_room,       !begun || !req || coming + inside + beats <= ROOM)
    `holds(asks_when_room, !begun || !busy || kill || req || coming + inside + BURST_BYTES / 8 > ROOM)
    `holds(idle_means,     !begun || idle == (coming == 0))
    `holds(kill_is_silent, !kill || (!req && !job_ready))
    `holds(takes_a_job,    !begun || kill || job_ready == (!busy || (gnt && left == beats)))

    `reached(page_break,   begun && crossed && req && gnt)
    `reached(full,         begun && was_full && pop && busy)
    `reached(after_kill,   begun && killed && req && gnt && coming == 0)
    `reached(job_to_job,   begun && gnt && take && beats == left)

    // ---- internals ----

    (* hierconn *) wire                 \dut.busy , \dut.breaks , \dut.no_snoop ;
    (* hierconn *) wire [ADDR_W-1:3]    \dut.word ;
    (* hierconn *) wire [ADDR_W-1:12]   \dut.page ;
    (* hierconn *) wire [9:0]           \dut.left ;
    (* hierconn *) wire [BUFFER_LOG2:0] \dut.promised , \dut.awaited ;
    `lemma(same_busy, !begun || \dut.busy == busy)
    `lemma(same_job,  !begun || !busy || (\dut.word == word && \dut.left == left && left != 0 && \dut.no_snoop == snoopless &&
                      \dut.breaks == breaks && (!breaks || \dut.page == page)))
    `lemma(same_room, !begun || (\dut.awaited == coming && \dut.promised == coming + inside && coming + inside <= ROOM))
endmodule
