/* test_fence.c - what a fence holds back, and what may overlap without one.
 *
 * Answers that the simulator withholds (IOAT_SIM_HOLD) make the order visible: whatever
 * has to wait for an answer does not happen while it is withheld, however long.
 */
#include "batch.h"
#include "tb.h"

/* Clocks in which an engine that does not wait would long have gone on. */
enum { PATIENCE = 3000 };

static bool touches(uint64_t addr, uint64_t bytes, uint64_t first, uint64_t length)
{
    return addr < first + length && first < addr + bytes;
}

/* Recorded requests of one kind on channel 0 that touch [first, first + length). */
static unsigned requests(const struct tb *tb, enum ioat_sim_event_kind kind, uint64_t first,
                         uint64_t length)
{
    unsigned n = 0;

    for (size_t i = tb_find(tb, 0, kind, 0, 0); i < tb->log_n; i = tb_find(tb, i + 1, kind, 0, 0))
        n += touches(tb->log[i].addr, tb->log[i].bytes, first, length);
    return n;
}

/* Clock of the first payload read that touches the range. */
static uint64_t first_read(struct tb *tb, uint64_t first, uint64_t length)
{
    for (size_t i = tb_find(tb, 0, IOAT_SIM_AR, TB_READ_DATA, 0); i < tb->log_n;
         i = tb_find(tb, i + 1, IOAT_SIM_AR, TB_READ_DATA, 0))
        if (touches(tb->log[i].addr, tb->log[i].bytes, first, length))
            return tb->log[i].clock;
    tb_fail(tb, "nobody read the source at %#llx", (unsigned long long)first);
}

/* Clock of the last answer to a payload write at the range. */
static uint64_t last_answer(struct tb *tb, uint64_t first, uint64_t length)
{
    unsigned word = tb->build->data_bits / 8;
    uint64_t clock = 0;

    first = first / word * word;        /* where the first burst begins */
    for (size_t i = tb_find(tb, 0, IOAT_SIM_B, TB_WRITE_DATA, 0); i < tb->log_n;
         i = tb_find(tb, i + 1, IOAT_SIM_B, TB_WRITE_DATA, 0))
        if (tb->log[i].addr >= first && tb->log[i].addr < first + length + word)
            clock = tb->log[i].clock;
    tb_assert(tb, clock > 0, "no write to %#llx was answered", (unsigned long long)first);
    return clock;
}

/* Clock of the answer to the word of a descriptor: words are answered one at a time. */
static uint64_t word_answer(struct tb *tb, uint64_t desc)
{
    for (size_t i = tb_find(tb, 0, IOAT_SIM_W, TB_WRITE_WORD, 0); i < tb->log_n;
         i = tb_find(tb, i + 1, IOAT_SIM_W, TB_WRITE_WORD, 0))
        if ((tb->log[i].value & IOAT_CHANSTS_COMPLETED) == desc) {
            i = tb_find(tb, i, IOAT_SIM_B, TB_WRITE_WORD, 0);
            tb_assert(tb, i < tb->log_n, "the word of %#llx was never answered",
                      (unsigned long long)desc);
            return tb->log[i].clock;
        }
    tb_fail(tb, "descriptor %#llx has no word", (unsigned long long)desc);
}

/* H-D09, R-FEN-1: a chain in which each copy reads what the one before wrote. Even rows
 * run it in count mode, odd rows in list mode. */
START_TEST(h_d09_fenced_chain_reads_what_was_written)
{
    enum { LINKS = 12, BYTES = 700 };
    const struct tb_timing *timing = &tb_timings[_i / 2];
    struct tb *tb = tb_open(&timing->timing);
    struct tb_buf buf[LINKS + 1];
    uint64_t bus[LINKS];

    tb_note(tb, "timing %s, %s mode", timing->name, _i % 2 ? "list" : "count");
    tb_setup(tb, 0, 0);
    buf[0] = tb_src(tb, BYTES, (unsigned)tb_rand_below(tb, 4096));
    for (unsigned i = 0; i < LINKS; i++) {
        uint32_t flags = IOAT_CONTROL_FENCE | (i % 3 == 1 ? IOAT_CONTROL_COMPL_WRITE : 0);

        buf[i + 1] = tb_dst(tb, BYTES, (unsigned)tb_rand_below(tb, 4096));
        bus[i] = tb_copy(tb, buf[i + 1].bus, buf[i].bus, BYTES, flags);
    }
    tb_chain(tb, bus, LINKS);
    tb_log(tb, true);
    if (_i % 2)
        tb_start_list(tb, 0, bus[0]);
    else
        tb_start_count(tb, 0, bus[0], LINKS);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    for (unsigned i = 0; i + 1 < LINKS; i++) {
        uint64_t next = first_read(tb, buf[i + 1].bus, BYTES);

        tb_assert(tb, last_answer(tb, buf[i + 1].bus, BYTES) < next,
                  "descriptor %u read at clock %llu what was not written yet", i + 1,
                  (unsigned long long)next);
        if (i % 3 == 1)
            tb_assert(tb, word_answer(tb, bus[i]) < next,
                      "descriptor %u read data before the fenced word was answered", i + 1);
    }
    for (unsigned i = 0; i < LINKS; i++)
        tb_check_copy(tb, &buf[i + 1], &buf[0], BYTES);
    tb_close(tb);
}
END_TEST

/* A -> B, where something of A is withheld. */
struct pair {
    struct tb_buf a_src, a_dst, b_src, b_dst;
    uint64_t a, b;
};

enum { PAIR_BYTES = 300 };

static struct pair new_pair(struct tb *tb, uint32_t a_flags, uint32_t b_flags)
{
    struct pair pair = {
        .a_src = tb_src(tb, PAIR_BYTES, 5), .a_dst = tb_dst(tb, PAIR_BYTES, 9),
        .b_src = tb_src(tb, PAIR_BYTES, 1), .b_dst = tb_dst(tb, PAIR_BYTES, 3),
    };

    pair.a = tb_copy(tb, pair.a_dst.bus, pair.a_src.bus, PAIR_BYTES, a_flags);
    pair.b = tb_copy(tb, pair.b_dst.bus, pair.b_src.bus, PAIR_BYTES, b_flags);
    tb_link(tb, pair.a, pair.b);
    return pair;
}

/* Releases what was withheld; both copies end well. */
static void expect_pair_done(struct tb *tb, const struct pair *pair)
{
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(pair->b, IDLE));
    tb_check_copy(tb, &pair->a_dst, &pair->a_src, PAIR_BYTES);
    tb_check_copy(tb, &pair->b_dst, &pair->b_src, PAIR_BYTES);
}

/* H-D09, R-FEN-1, K-33 */
START_TEST(h_d09_fence_waits_for_the_data_answer)
{
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, IOAT_CONTROL_FENCE, 0);

    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, pair.a_dst.bus, PAIR_BYTES);
    tb_log(tb, true);
    tb_start_count(tb, 0, pair.a, 2);
    tb_step(tb, PATIENCE);
    tb_assert(tb, requests(tb, IOAT_SIM_AW, pair.a_dst.bus, PAIR_BYTES) > 0,
              "the fenced copy never wrote");
    tb_assert_eq(tb, requests(tb, IOAT_SIM_AR, pair.b_src.bus, PAIR_BYTES), 0);
    expect_pair_done(tb, &pair);
    tb_close(tb);
}
END_TEST

/* H-D09: status writes count as writes of the fenced descriptor. */
START_TEST(h_d09_fence_waits_for_the_word_answer)
{
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, IOAT_CONTROL_FENCE | IOAT_CONTROL_COMPL_WRITE, 0);

    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_log(tb, true);
    tb_start_count(tb, 0, pair.a, 2);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_eq(tb, requests(tb, IOAT_SIM_AR, pair.b_src.bus, PAIR_BYTES), 0);
    expect_pair_done(tb, &pair);
    tb_close(tb);
}
END_TEST

/* K-33: a fill has no reads, so its writes wait. */
START_TEST(h_d09_fill_after_a_fence_writes_late)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 200, 0), dst = tb_dst(tb, 200, 0);
    uint64_t a = tb_copy(tb, dst.bus, src.bus, 200, IOAT_CONTROL_FENCE);
    uint64_t b = tb_fill(tb, dst.bus, UINT64_C(0x0123456789abcdef), 200, 0);
    struct ioat_sim_stats stats;

    tb_setup(tb, 0, 0);
    tb_link(tb, a, b);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, 200);
    tb_start_count(tb, 0, a, 2);
    tb_step(tb, PATIENCE);
    ioat_sim_chan_stats(tb->sim, 0, &stats);
    tb_assert_eq(tb, stats.data_w_bytes, 200);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_check_fill(tb, &dst, UINT64_C(0x0123456789abcdef), 200);
    tb_close(tb);
}
END_TEST

/* K-33: the word of a null after a fence waits too. */
START_TEST(h_d09_null_after_a_fence_reports_late)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 200, 0), dst = tb_dst(tb, 200, 0);
    uint64_t a = tb_copy(tb, dst.bus, src.bus, 200, IOAT_CONTROL_FENCE);
    uint64_t b = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);

    tb_setup(tb, 0, 0);
    tb_link(tb, a, b);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, 200);
    tb_start_count(tb, 0, a, 2);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_word(tb, 0, TB_WORD(b, IDLE));
    tb_check_copy(tb, &dst, &src, 200);
    tb_close(tb);
}
END_TEST

/* H-D09: a fill is fenced like a copy. */
START_TEST(h_d09_fence_on_a_fill_holds_the_next_read)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf mid = tb_dst(tb, 500, 3), dst = tb_dst(tb, 500, 100);
    uint64_t a = tb_fill(tb, mid.bus, UINT64_C(0xfedcba9876543210), 500, IOAT_CONTROL_FENCE);
    uint64_t b = tb_copy(tb, dst.bus, mid.bus, 500, 0);

    tb_setup(tb, 0, 0);
    tb_link(tb, a, b);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, mid.bus, 500);
    tb_start_count(tb, 0, a, 2);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].data_ar.n, 0);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_check_fill(tb, &dst, UINT64_C(0xfedcba9876543210), 500);
    tb_close(tb);
}
END_TEST

/* H-D09: nulls and context changes between hold nothing up and let nothing through: with
 * its word the fenced null vouches for all descriptors before it. */
START_TEST(h_d09_fenced_null_with_word_holds_the_next_read)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 300, 2), mid = tb_dst(tb, 300, 4), dst = tb_dst(tb, 300, 6);
    uint64_t bus[3] = {
        tb_copy(tb, mid.bus, src.bus, 300, 0),
        _i == 0 ? tb_null(tb, IOAT_CONTROL_FENCE | IOAT_CONTROL_COMPL_WRITE)
                : tb_op(tb, IOAT_CONTROL_OP_CONTEXT, IOAT_CONTROL_FENCE | IOAT_CONTROL_COMPL_WRITE),
        tb_copy(tb, dst.bus, mid.bus, 300, 0),
    };

    tb_setup(tb, 0, 0);
    tb_chain(tb, bus, 3);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, mid.bus, 300);
    tb_log(tb, true);
    tb_start_count(tb, 0, bus[0], 3);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, requests(tb, IOAT_SIM_AR, mid.bus, 300), 0);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_check_copy(tb, &dst, &src, 300);
    tb_close(tb);
}
END_TEST

/* What software does while a fenced copy is unanswered. */
static const struct disturbance {
    const char *name;
    bool list;
    uint8_t command;         /* 0: a doorbell */
} disturbances[] = {
    { "APPEND behind the waiting copy", true, IOAT_CHANCMD_APPEND },
    { "APPEND with nothing new", true, IOAT_CHANCMD_APPEND },
    { "doorbell for what waits", false, 0 },
    { "SUSPEND in list mode", true, IOAT_CHANCMD_SUSPEND },
    { "SUSPEND in count mode", false, IOAT_CHANCMD_SUSPEND },
};

/* H-D09, R-FEN-1, R-APP-3: whatever makes the engine read the second descriptor again, or
 * later, the fence of the first one holds. */
START_TEST(h_d09_fence_survives_commands)
{
    const struct disturbance *row = &disturbances[_i];
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, IOAT_CONTROL_FENCE, 0);
    uint64_t more = tb_null(tb, 0), last = pair.b;
    bool appends = _i == 0, doorbell = !row->list && row->command == 0;

    tb_note(tb, "%s", row->name);
    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, pair.a_dst.bus, PAIR_BYTES);
    tb_log(tb, true);
    if (row->list)
        tb_start_list(tb, 0, pair.a);
    else
        tb_start_count(tb, 0, pair.a, doorbell ? 1 : 2);
    tb_step(tb, PATIENCE);
    if (appends) {
        tb_link(tb, pair.b, more);
        last = more;
    }
    if (doorbell)
        TB_WR(tb, 0, DMACOUNT, 2);
    else
        tb_command(tb, 0, row->command);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, requests(tb, IOAT_SIM_AR, pair.b_src.bus, PAIR_BYTES), 0);
    ioat_sim_fault_clear(tb->sim);
    if (row->command == IOAT_CHANCMD_SUSPEND) {
        tb_wait_state(tb, 0, TB_IN(SUSPENDED), TB_LONG);
        tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    }
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, IDLE));
    tb_assert(tb, first_read(tb, pair.b_src.bus, PAIR_BYTES) >
                  last_answer(tb, pair.a_dst.bus, PAIR_BYTES),
              "the second copy read before the fenced one was answered");
    tb_check_copy(tb, &pair.a_dst, &pair.a_src, PAIR_BYTES);
    tb_check_copy(tb, &pair.b_dst, &pair.b_src, PAIR_BYTES);
    tb_close(tb);
}
END_TEST

/* H-D10, R-FEN-1: clear means that the next one may overlap; the engine is built to do so. */
START_TEST(h_d10_unfenced_reads_do_not_wait_for_write_answers)
{
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, 0, 0);

    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, pair.a_dst.bus, PAIR_BYTES);
    tb_log(tb, true);
    tb_start_count(tb, 0, pair.a, 2);
    tb_step(tb, PATIENCE);
    tb_assert(tb, requests(tb, IOAT_SIM_AR, pair.b_src.bus, PAIR_BYTES) > 0,
              "the second copy waits for the answer to the first");
    expect_pair_done(tb, &pair);
    tb_close(tb);
}
END_TEST

/* H-D10, R-DSC-5, R-STA-5: what is done early is still reported late. */
START_TEST(h_d10_later_descriptor_is_not_reported_before_an_earlier_one)
{
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, 0, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);

    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, pair.a_dst.bus, PAIR_BYTES);
    tb_start_count(tb, 0, pair.a, 2);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_assert_state(tb, 0, ACTIVE);
    tb_assert_eq(tb, tb_completed(tb, 0), 0);
    expect_pair_done(tb, &pair);
    tb_assert_word(tb, 0, TB_WORD(pair.b, IDLE));
    tb_close(tb);
}
END_TEST

/* H-R17: one channel's fence is nobody else's. */
START_TEST(h_d09_fence_does_not_hold_other_channels)
{
    struct tb *tb = tb_open(NULL);
    struct pair pair = new_pair(tb, IOAT_CONTROL_FENCE, 0);
    struct tb_buf src = tb_src(tb, 2000, 7), dst = tb_dst(tb, 2000, 70);
    uint64_t other;

    if (tb->channels > 1) {
        other = tb_copy(tb, dst.bus, src.bus, 2000, IOAT_CONTROL_COMPL_WRITE);
        tb_setup(tb, 0, 0);
        tb_setup(tb, 1, 0);
        tb_hold(tb, IOAT_SIM_FAULT_WRITE, pair.a_dst.bus, PAIR_BYTES);
        tb_start_count(tb, 0, pair.a, 2);
        tb_step(tb, PATIENCE);
        tb_start_count(tb, 1, other, 1);
        tb_wait_state(tb, 1, TB_IN(IDLE), TB_LONG);
        tb_assert_word(tb, 1, TB_WORD(other, IDLE));
        tb_check_copy(tb, &dst, &src, 2000);
        expect_pair_done(tb, &pair);
    }
    tb_close(tb);
}
END_TEST

Suite *fence_suite(void)
{
    Suite *suite = suite_create("fence");
    TCase *tc = tb_case(suite, "fence", 60);

    tcase_add_loop_test(tc, h_d09_fenced_chain_reads_what_was_written, 0, 2 * tb_timing_n);
    tcase_add_test(tc, h_d09_fence_waits_for_the_data_answer);
    tcase_add_test(tc, h_d09_fence_waits_for_the_word_answer);
    tcase_add_test(tc, h_d09_fill_after_a_fence_writes_late);
    tcase_add_test(tc, h_d09_null_after_a_fence_reports_late);
    tcase_add_test(tc, h_d09_fence_on_a_fill_holds_the_next_read);
    tcase_add_loop_test(tc, h_d09_fenced_null_with_word_holds_the_next_read, 0, 2);
    tcase_add_loop_test(tc, h_d09_fence_survives_commands, 0,
                        (int)(sizeof disturbances / sizeof disturbances[0]));
    tcase_add_test(tc, h_d09_fence_does_not_hold_other_channels);
    tc = tb_case(suite, "unfenced", 60);
    tcase_add_test(tc, h_d10_unfenced_reads_do_not_wait_for_write_answers);
    tcase_add_test(tc, h_d10_later_descriptor_is_not_reported_before_an_earlier_one);
    return suite;
}
