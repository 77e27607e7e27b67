/* test_timing.c - the time limits of the drivers (H-T*), in clocks.
 *
 * A limit that a driver gives in milliseconds is kept by far; where the sheet names a
 * target, or the hardware an obvious bound, that is tested.
 */
#include "tb.h"

/* Reads of a driver that polls without a pause. */
#define DPDK_READS 200
/* Longest BAR read, clocks: H-T09 wants no dependence on memory at all. */
#define READ_CLOCKS 32

enum { UNKNOWN_OP = 0x02 };

/* Slower than any of tb_timings: a PCIe round trip at 250 MHz. */
static const struct ioat_sim_timing far_memory = { .read_latency = 250, .write_latency = 250 };

static const struct ioat_sim_timing *timing_row(int row)
{
    return row < tb_timing_n ? &tb_timings[row].timing : &far_memory;
}

static void note_timing(struct tb *tb, int row)
{
    tb_note(tb, "%s", row < tb_timing_n ? tb_timings[row].name : "latency 250");
}

static uint64_t largest(const struct tb *tb)
{
    return UINT64_C(1) << tb->build->xfercap_log2;
}

/* ---- H-T01 ---- */

/* The read follows the doorbell back to back. */
START_TEST(h_t01_doorbell_is_seen_by_the_next_read)
{
    struct tb *tb = tb_open(timing_row(_i));
    const uint64_t desc = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
    unsigned state;

    note_timing(tb, _i);
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, desc);
    TB_POST(tb, 0, DMACOUNT, 1);
    state = tb_state(tb, 0);
    tb_assert(tb, state == IOAT_CHANSTS_STATE_ACTIVE || state == IOAT_CHANSTS_STATE_IDLE,
              "the read after the doorbell finds %s", ioat_state_name(state));
    tb_close(tb);
}
END_TEST

START_TEST(h_t01_start_is_seen_by_the_next_read)
{
    struct tb *tb = tb_open(timing_row(_i));
    const uint64_t desc = tb_null(tb, 0);
    unsigned state;

    note_timing(tb, _i);
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, desc);
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
    state = tb_state(tb, 0);
    tb_assert(tb, state == IOAT_CHANSTS_STATE_ACTIVE || state == IOAT_CHANSTS_STATE_IDLE,
              "the read after START finds %s", ioat_state_name(state));
    tb_close(tb);
}
END_TEST

/* ---- H-T02 ---- */

/* FreeBSD's 100 us, on every channel at once. */
START_TEST(h_t02_first_null_descriptor_within_100_us)
{
    struct tb *tb = tb_open(timing_row(_i));
    const uint64_t begin = tb_now(tb);

    note_timing(tb, _i);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, 0);
        tb_start_count(tb, ch, tb_null(tb, IOAT_CONTROL_COMPL_WRITE), 1);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE), tb_us(tb, 100));
    tb_assert(tb, tb_now(tb) - begin <= tb_us(tb, 100), "%llu clocks until all are IDLE",
              (unsigned long long)(tb_now(tb) - begin));
    tb_close(tb);
}
END_TEST

/* ---- H-T03, H-T04: in the middle of the largest transfer ---- */

static void start_largest(struct tb *tb, unsigned ch)
{
    struct tb_buf src = tb_src(tb, largest(tb), 1), dst = tb_dst(tb, largest(tb), 2);

    tb_setup(tb, ch, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_start_count(tb, ch,
                   tb_copy(tb, dst.bus, src.bus, (uint32_t)largest(tb), IOAT_CONTROL_COMPL_WRITE),
                   1);
    tb_step(tb, 3000);
    tb_assert_state(tb, ch, ACTIVE);
}

START_TEST(h_t03_reset_of_the_largest_copy_within_100_us)
{
    struct tb *tb = tb_open(timing_row(_i));

    note_timing(tb, _i);
    start_largest(tb, 0);
    tb_reset(tb, 0, tb_us(tb, 100));
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

START_TEST(h_t03_abort_of_the_largest_copy_within_100_us)
{
    struct tb *tb = tb_open(timing_row(_i));

    note_timing(tb, _i);
    start_largest(tb, 0);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_wait_state(tb, 0, TB_IN(HALTED), tb_us(tb, 100));
    tb_close(tb);
}
END_TEST

/* SUSPEND waits for the descriptor: 20 ms for the largest one. */
START_TEST(h_t04_suspend_of_the_largest_copy_within_20_ms)
{
    struct tb *tb = tb_open(timing_row(_i));

    note_timing(tb, _i);
    start_largest(tb, 0);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), tb_us(tb, 20000));
    tb_close(tb);
}
END_TEST

START_TEST(h_t04_suspend_of_an_idle_channel_within_200_reads)
{
    struct tb *tb = tb_open(timing_row(_i));
    const uint64_t desc = tb_null(tb, 0);
    unsigned reads = 0;

    note_timing(tb, _i);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    while (tb_state(tb, 0) != IOAT_CHANSTS_STATE_SUSPENDED)
        tb_assert(tb, ++reads < DPDK_READS, "not SUSPENDED after %u reads", reads);
    tb_close(tb);
}
END_TEST

/* ---- H-T05 ---- */

/* K-10: at once, from each state in which the channel rests. */
enum rest { REST_POWER_ON, REST_ARMED, REST_IDLE, REST_SUSPENDED, REST_ERROR, REST_RESET, REST_N };

static void bring_to(struct tb *tb, enum rest rest)
{
    const uint64_t desc = rest == REST_ERROR ? tb_op(tb, UNKNOWN_OP, 0) : tb_null(tb, 0);

    if (rest == REST_POWER_ON)
        return;
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, desc);
    if (rest == REST_ARMED)
        return;
    TB_WR(tb, 0, DMACOUNT, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    if (rest == REST_SUSPENDED)
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    if (rest == REST_RESET)
        tb_reset(tb, 0, TB_LONG);
}

/* H-S01, H-T05: the first read of 64 bits gives exactly 4. */
START_TEST(h_t05_chainaddr_is_armed_at_once)
{
    struct tb *tb = tb_open(&far_memory);

    bring_to(tb, (enum rest)_i);
    TB_POST(tb, 0, CHAINADDR, tb_slot(tb, 1000));
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_close(tb);
}
END_TEST

/* ---- H-T06, H-T08 ---- */

/* Linux's self-test. The sheet allows seconds; a copy of 2000 bytes needs microseconds. */
START_TEST(h_t06_self_test_copy_and_interrupt_within_100_us)
{
    struct tb *tb = tb_open(timing_row(_i));
    struct tb_buf src = tb_src(tb, 2000, 0), dst = tb_dst(tb, 2000, 0);
    const uint64_t desc = tb_copy(tb, dst.bus, src.bus, 2000,
                                  IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);

    note_timing(tb, _i);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_messages(tb, 0, 1, tb_us(tb, 100));
    tb_assert_word(tb, 0, TB_WORD(desc, IDLE));
    tb_check_copy(tb, &dst, &src, 2000);
    tb_close(tb);
}
END_TEST

START_TEST(h_t08_dmatest_buffer_within_1_ms)
{
    struct tb *tb = tb_open(timing_row(_i));
    struct tb_buf src = tb_src(tb, 16384, 77), dst = tb_dst(tb, 16384, 1234);
    const uint64_t desc = tb_copy(tb, dst.bus, src.bus, 16384,
                                  IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);

    note_timing(tb, _i);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_word(tb, 0, TB_WORD(desc, IDLE), tb_us(tb, 1000));
    tb_check_copy(tb, &dst, &src, 16384);
    tb_close(tb);
}
END_TEST

/* ---- H-T07 ---- */

struct progress {
    uint64_t last[TB_CHAN_MAX], gap[TB_CHAN_MAX];
};

static void on_word(void *ctx, const struct ioat_sim_event *event)
{
    struct progress *progress = ctx;
    const unsigned ch = tb_id_channel(event->id);

    if (event->kind != IOAT_SIM_B || tb_id_kind(event->id) != TB_WRITE_WORD)
        return;
    if (event->clock - progress->last[ch] > progress->gap[ch])
        progress->gap[ch] = event->clock - progress->last[ch];
    progress->last[ch] = event->clock;
}

/* Every channel with 64 KiB copies: the channels share the bus, none waits for all the
 * others' work. The bound: the time that a word of each channel takes, twice, at a beat in
 * ten clocks. */
START_TEST(h_t07_every_channel_reports_progress)
{
    enum { COPIES = 3, BYTES = 65536 };
    struct tb *tb = tb_open(timing_row(_i));
    const uint64_t beats = BYTES / (tb->build->data_bits / 8);
    const uint64_t bound = 2 * 10 * beats * tb->channels;
    struct progress progress = { { 0 }, { 0 } };

    note_timing(tb, _i);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        struct tb_buf src = tb_src(tb, BYTES, ch), dst = tb_dst(tb, BYTES, 3 * ch);
        uint64_t bus[COPIES];

        for (unsigned k = 0; k < COPIES; k++)
            bus[k] = tb_copy(tb, dst.bus, src.bus, BYTES, IOAT_CONTROL_COMPL_WRITE);
        tb_chain(tb, bus, COPIES);
        tb_setup(tb, ch, 0);
        TB_WR(tb, ch, CHAINADDR, bus[0]);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        progress.last[ch] = tb_now(tb);
    tb->hook = on_word;
    tb->hook_ctx = &progress;
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_WR(tb, ch, DMACOUNT, COPIES);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE), COPIES * bound);
    tb->hook = NULL;
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert(tb, progress.gap[ch] <= bound && progress.gap[ch] <= tb_us(tb, 400000),
                  "channel %u: %llu clocks without a word", ch,
                  (unsigned long long)progress.gap[ch]);
        tb_assert(tb, progress.gap[ch] > 0, "channel %u wrote no word", ch);
    }
    tb_close(tb);
}
END_TEST

/* ---- the bus between channels: CHANCTRL.PRIORITY ---- */

/* Each channel copies the same amount, the last one with this priority and started last.
 * Returns when each wrote its word, in clocks after the last doorbell. */
static void share_the_bus(struct tb *tb, unsigned priority, uint64_t *done)
{
    enum { BYTES = 65536 };
    const unsigned last = tb->channels - 1;
    uint64_t begin;

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        struct tb_buf src = tb_src(tb, BYTES, 0), dst = tb_dst(tb, BYTES, 0);

        tb_setup(tb, ch, (uint16_t)IOAT_FIELD_PUT(CHANCTRL, PRIORITY, ch == last ? priority : 0));
        TB_WR(tb, ch, CHAINADDR, tb_copy(tb, dst.bus, src.bus, BYTES, IOAT_CONTROL_COMPL_WRITE));
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_WR(tb, ch, DMACOUNT, 1);
    begin = tb_now(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE), 20 * TB_LONG);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        done[ch] = tb->watch[ch].word_b.last - begin;
}

/* A choice is made only where requests wait: memory takes few at a time. Where it takes
 * all that the buffers of the channels allow, it serves them in their order. */
START_TEST(section_2_3_larger_priority_goes_first)
{
    const struct ioat_sim_timing few = { .read_latency = 6, .write_latency = 6,
                                         .outstanding_max = 1 + (unsigned)_i };
    struct tb *tb = tb_open(&few);
    const unsigned last = tb->channels - 1;
    uint64_t done[TB_CHAN_MAX];

    tb_note(tb, "%u outstanding", few.outstanding_max);
    share_the_bus(tb, 1, done);
    for (unsigned ch = 0; ch < last; ch++)
        tb_assert(tb, done[last] < done[ch],
                  "priority 1 took %llu clocks, channel %u with priority 0 %llu",
                  (unsigned long long)done[last], ch, (unsigned long long)done[ch]);
    tb_close(tb);
}
END_TEST

/* Taking turns, equal amounts end at about the same time. */
START_TEST(section_2_3_equal_priorities_take_turns)
{
    struct tb *tb = tb_open(timing_row(_i));
    uint64_t done[TB_CHAN_MAX], first = UINT64_MAX, end = 0;

    note_timing(tb, _i);
    share_the_bus(tb, 0, done);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        first = done[ch] < first ? done[ch] : first;
        end = done[ch] > end ? done[ch] : end;
    }
    tb_assert(tb, 4 * first >= 3 * end, "one channel ended after %llu clocks, another after %llu",
              (unsigned long long)first, (unsigned long long)end);
    tb_close(tb);
}
END_TEST

/* ---- H-T09 ---- */

static void time_reads(struct tb *tb)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        uint64_t begin = tb_now(tb);

        if (reg->space == IOAT_DESCRIPTOR)
            continue;
        (void)tb_read(tb, ioat_reg_place(reg, 0), reg->bits / 8);
        tb_assert(tb, tb_now(tb) - begin <= READ_CLOCKS, "a read of %s takes %llu clocks",
                  tb_reg_name(tb, ioat_reg_place(reg, 0)), (unsigned long long)(tb_now(tb) - begin));
        begin = tb_now(tb);
        tb_write(tb, IOAT_CHAN(tb->channels - 1, DCACTRL), 4, begin & UINT32_MAX);
        tb_assert(tb, tb_now(tb) - begin <= READ_CLOCKS, "a write takes %llu clocks",
                  (unsigned long long)(tb_now(tb) - begin));
    }
}

START_TEST(h_t09_bar_access_does_not_wait_for_traffic)
{
    struct tb *tb = tb_open(timing_row(_i));

    const uint32_t bytes = (uint32_t)largest(tb);
    struct tb_buf src = tb_src(tb, bytes, 1), dst = tb_dst(tb, bytes, 9);

    note_timing(tb, _i);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, 0);
        tb_start_count(tb, ch, tb_copy(tb, dst.bus, src.bus, bytes, 0), 1);
    }
    for (int round = 0; round < 10; round++) {
        time_reads(tb);
        tb_step(tb, 37);
    }
    tb_assert_state(tb, 0, ACTIVE);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_WR(tb, ch, CHANCMD, IOAT_CHANCMD_RESET);
    tb_close(tb);
}
END_TEST

/* Memory that does not answer at all: descriptor reads, payload reads, payload writes. */
START_TEST(h_t09_bar_access_does_not_wait_for_dead_memory)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 5000, 0), dst = tb_dst(tb, 5000, 0);
    const struct tb_region *desc = &tb->desc;
    const struct ioat_sim_fault dead[] = {
        { .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_HOLD, .first = desc->bus,
          .last = desc->bus + desc->bytes - 1, .percent = 100 },
        { .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_HOLD, .first = src.bus,
          .last = src.bus + 4999, .percent = 100 },
        { .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_HOLD, .first = dst.bus,
          .last = dst.bus + 4999, .percent = 100 },
    };

    ck_assert_int_ge(ioat_sim_fault_add(tb->sim, &dead[_i]), 0);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, 0);
        tb_start_count(tb, ch, tb_copy(tb, dst.bus, src.bus, 5000, 0), 1);
    }
    tb_step(tb, 2000);
    time_reads(tb);
    tb_assert_state(tb, 0, ACTIVE);
    tb_close(tb);
}
END_TEST

Suite *timing_suite(void)
{
    const int rows = tb_timing_n + 1;
    Suite *suite = suite_create("timing");
    TCase *tc;

    tc = tb_case(suite, "timing_start", 30);
    tcase_add_loop_test(tc, h_t01_doorbell_is_seen_by_the_next_read, 0, rows);
    tcase_add_loop_test(tc, h_t01_start_is_seen_by_the_next_read, 0, rows);
    tcase_add_loop_test(tc, h_t02_first_null_descriptor_within_100_us, 0, rows);
    tcase_add_loop_test(tc, h_t05_chainaddr_is_armed_at_once, 0, REST_N);
    tcase_add_loop_test(tc, h_t06_self_test_copy_and_interrupt_within_100_us, 0, rows);
    tcase_add_loop_test(tc, h_t08_dmatest_buffer_within_1_ms, 0, rows);

    tc = tb_case(suite, "timing_stop", 240);
    tcase_add_loop_test(tc, h_t03_reset_of_the_largest_copy_within_100_us, 0, rows);
    tcase_add_loop_test(tc, h_t03_abort_of_the_largest_copy_within_100_us, 0, rows);
    tcase_add_loop_test(tc, h_t04_suspend_of_the_largest_copy_within_20_ms, 0, rows);
    tcase_add_loop_test(tc, h_t04_suspend_of_an_idle_channel_within_200_reads, 0, rows);

    tc = tb_case(suite, "timing_progress", 240);
    tcase_add_loop_test(tc, h_t07_every_channel_reports_progress, 0, rows);
    tcase_add_loop_test(tc, section_2_3_larger_priority_goes_first, 0, 2);
    tcase_add_loop_test(tc, section_2_3_equal_priorities_take_turns, 0, rows);
    tcase_add_loop_test(tc, h_t09_bar_access_does_not_wait_for_traffic, 0, rows);
    tcase_add_loop_test(tc, h_t09_bar_access_does_not_wait_for_dead_memory, 0, 3);
    return suite;
}
