// writer - ioat_writer: every byte goes where it belongs, no other byte is enabled, and a beat that was shown stays.
//
// One job and one of its bytes are the solver's choice: the byte has a value of the solver's choice where it
// is in the source, and must have it where it is in the destination.

`default_nettype none
`include "formal.vh"

module writer #(
    parameter ADDR_W      = 14,
    parameter LEN_W       = 6,
    parameter BURST_BYTES = 16
) (
    input wire               clk,
    input wire               rst,
    input wire               kill,
    input wire               job_valid,
    input wire [ADDR_W-1:0]  job_addr,
    input wire [ADDR_W-1:12] job_page,
    input wire               job_break,
    input wire [LEN_W-1:0]   job_bytes,
    input wire               job_fill,
    input wire [63:0]        job_source,
    input wire               job_no_snoop,
    input wire               src_valid,
    input wire [63:0]        src_data,
    input wire               src_err,
    input wire               gnt,
    input wire               ready,
    input wire               crowd,
    input wire               room,
    input wire               follow          // the job that arrives is the one to follow
);
    wire              open, uses_src, failed, job_ready, src_ready, valid, no_snoop, last, sent, sent_final;
    wire [ADDR_W-1:0] addr;
    wire [7:0]        len, strb;
    wire [63:0]       data;

    ioat_writer #(.DATA_W(64), .ADDR_W(ADDR_W), .LEN_W(LEN_W), .BURST_BYTES(BURST_BYTES), .JOBS_LOG2(1),
                  .PATIENCE(1)) dut (
        .clk(clk), .rst(rst), .kill(kill), .open(open), .uses_src(uses_src), .failed(failed),
        .s_job_valid(job_valid), .s_job_ready(job_ready), .s_job_addr(job_addr), .s_job_page(job_page),
        .s_job_break(job_break), .s_job_bytes(job_bytes), .s_job_fill(job_fill), .s_job_source(job_source),
        .s_job_no_snoop(job_no_snoop),
        .s_src_valid(src_valid), .s_src_ready(src_ready), .s_src_data(src_data), .s_src_err(src_err),
        .m_w_valid(valid), .m_w_gnt(gnt), .m_w_ready(ready), .m_w_crowd(crowd), .m_w_addr(addr), .m_w_len(len),
        .m_w_no_snoop(no_snoop), .m_w_data(data), .m_w_strb(strb), .m_w_last(last),
        .s_room(room), .m_sent(sent), .m_sent_final(sent_final));

    (* anyconst *) reg [LEN_W-1:0] k;        // the byte that is watched
    (* anyconst *) reg [7:0]       value;

    wire take = job_valid && job_ready;
    wire pop  = src_valid && src_ready;
    wire beat = valid && gnt && ready;
    wire pad  = beat && strb == 0 && !dirty_now;   // completes a burst, carries nothing
    wire word = beat && !pad;

    // ---- this job as it arrives, in bus words ----

    wire [LEN_W-1:0] src_words = job_fill ? 0 : (({1'b0, job_bytes} + job_source[2:0] + 7) >> 3);
    wire [LEN_W-1:0] dst_words = ({1'b0, job_bytes} + job_addr[2:0] + 7) >> 3;

    reg               begun = 1'b0;
    reg [5:0]         src_inside, dst_inside;// words of accepted jobs not popped, not sent
    reg               followed;
    reg [5:0]         src_ahead, dst_ahead;  // of the jobs in front of it
    reg [3:0]         src_index, dst_index;  // of its own
    reg [LEN_W-1:0]   own_last;              // its last word
    reg [ADDR_W-1:0]  base;
    reg [ADDR_W-1:12] page;
    reg               breaks, fill;
    reg [LEN_W-1:0]   bytes;
    reg [2:0]         from;
    reg [63:0]        pattern;
    reg               dirty;                 // kill or a source error came: data is dropped
    reg               stuck, src_stuck;      // shown and not taken
    reg [72:0]        stuck_w;
    reg [ADDR_W+7:0]  stuck_aw;
    reg [64:0]        src_was;
    reg               in_burst, killing;
    reg               waited, crowded;       // since the last beat of the open burst
    reg               padding;               // the open burst is
    reg               resumed;               // after a padded one
    reg [7:0]         left;

    wire [LEN_W:0]    src_at = k + from;
    wire [LEN_W:0]    dst_at = k + base[2:0];
    wire [ADDR_W:0]   word_at = {base[ADDR_W-1:3], 3'd0} + {dst_index, 3'd0};
    wire              crossed = breaks && word_at[ADDR_W:12] != base[ADDR_W-1:12];
    wire [ADDR_W-1:0] expected = crossed ? {page, word_at[11:0]} : word_at[ADDR_W-1:0];
    wire              mine = followed && dst_ahead == 0;
    wire [2:0]        lane = dst_at[2:0];
    wire [2:0]        pattern_byte = k[2:0];

    always @(posedge clk) begin
        begun      <= 1'b1;
        src_inside <= rst ? 0 : src_inside + (take ? src_words : 0) - pop;
        dst_inside <= rst ? 0 : dst_inside + (take ? dst_words : 0) - word;
        dirty      <= !rst && (dirty || kill || failed || (src_valid && src_err));
        stuck      <= !rst && valid && gnt && !ready;
        stuck_w    <= {data, strb, last};
        stuck_aw   <= {addr, len};
        src_stuck  <= !rst && src_valid && !src_ready && !(kill && !uses_src);
        src_was    <= {src_err, src_data};
        killing    <= !rst && kill;
        waited  <= !rst && in_burst && (!valid || (waited && !beat));
        crowded <= !rst && in_burst && (crowd || (crowded && !beat));
        padding <= !rst && (pad ? !last : padding && !beat);
        if (beat) begin
            in_burst <= !last;
            left     <= (in_burst ? left : len) - 1'b1;
        end
        if (followed && pop)
            if (src_ahead != 0)
                src_ahead <= src_ahead - 1'b1;
            else
                src_index <= src_index + 1'b1;
        if (followed && word)
            if (dst_ahead != 0)
                dst_ahead <= dst_ahead - 1'b1;
            else
                dst_index <= dst_index + 1'b1;
        resumed <= mine && !rst && (resumed || pad);
        if (mine && word && dst_index == own_last)
            followed <= 1'b0;
        if (take && follow && !followed) begin
            followed  <= 1'b1;
            src_ahead <= src_inside - pop;
            dst_ahead <= dst_inside - word;
            src_index <= 0;
            dst_index <= 0;
            own_last  <= dst_words - 1'b1;
            base      <= job_addr;
            page      <= job_page;
            breaks    <= job_break;
            fill      <= job_fill;
            bytes     <= job_bytes;
            from      <= job_source[2:0];
            pattern   <= job_source;
        end
        if (rst) begin
            followed <= 1'b0;
            in_burst <= 1'b0;
        end
    end

    `given(reset_first,    begun || rst)
    `given(job_size,       !job_valid || (job_bytes != 0 && job_bytes <= (1 << (LEN_W - 1))))
    `given(watched_inside, !(take && follow && !followed) || k < job_bytes)
    `given(source_owed,    !begun || !src_valid || src_inside != 0)
    `given(source_stays,   !begun || !src_stuck || (src_valid && {src_err, src_data} == src_was))
    `given(ready_granted,  !ready || gnt)
    `given(grant_stays,    !begun || !(stuck || in_burst) || gnt)
    `given(no_job_in_kill, !kill || !job_valid)
    `given(kill_until_done, !begun || !killing || kill || !open)
    // The byte where it is in the source.
    `given(value_in_source, !(begun && followed && !fill && src_valid && src_ahead == 0 && src_index == src_at[LEN_W:3]) ||
                            src_data[8*src_at[2:0] +: 8] == value)
    `given(value_in_pattern, !(followed && fill) || pattern[8*pattern_byte +: 8] == value)

    `holds(beat_stays,     !begun || !stuck || (valid && {data, strb, last} == stuck_w))
    `holds(request_stays,  !begun || !stuck || in_burst || {addr, len} == stuck_aw)
    `holds(in_its_block,   !begun || !valid || in_burst || addr[$clog2(BURST_BYTES)-1:3] + len < BURST_BYTES / 8)
    `holds(as_long_as_said, !begun || !(valid && gnt) || last == ((in_burst ? left : len) == 0))
    `holds(sent_is_last,   sent == (beat && last))
    `holds(whole_byte,     !begun || dirty_now || !(mine && word && dst_index == dst_at[LEN_W:3]) ||
                           (strb[lane] && data[8*lane +: 8] == value))
    `holds(enabled_inside, !begun || !(mine && !dirty_now && word && dst_index == probe[LEN_W+1:3]) ||
                           strb[probe[2:0]] == (probe >= base[2:0] && probe < base[2:0] + bytes))
    `holds(where_it_goes,  !begun || dirty_now || !(mine && beat && !in_burst) || addr == expected)
    // Only an open burst whose source and whose neighbours wait is padded, and then to its end.
    `holds(padded_in_need, !begun || !pad || padding || (in_burst && waited && crowded))
    `holds(padded_to_its_end, !begun || dirty_now || !(beat && padding) || pad)
    `holds(sent_final_carries, !begun || !(beat && sent_final) || strb != 0)
    `holds(kill_withdraws, !begun || !kill || !valid || open || stuck)
    `holds(no_more_than_room, !begun || !valid || open || stuck || room)

    // A byte lane near the job, counted from the start of its first bus word.
    (* anyconst *) reg [LEN_W+1:0] probe;
    wire dirty_now = dirty || kill || (src_valid && src_err);

    `reached(shifted,      begun && mine && !dirty_now && beat && last && dst_index == 2 && from == 5 && base[2:0] == 2 && !fill && dst_inside == 1)
    `reached(over_page,    begun && mine && beat && crossed && !dirty_now && !in_burst && page != base[ADDR_W-1:12] + 1'b1)
    `reached(second_job,   begun && mine && dst_index == 1 && late_job && beat && !dirty_now && !fill)
    `reached(after_padding, begun && mine && dst_index == 1 && resumed && word && !dirty_now && !fill)
    `reached(killed_open,  begun && kill && open && beat && last && strb == 0)
    reg late_job;
    always @(posedge clk)
        if (take && follow && !followed)
            late_job <= dst_inside != 0;
endmodule
