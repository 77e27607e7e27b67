/* test_perf.c - the performance counters (K-08): where the clocks of a channel go. */
#include "tb.h"

#include <inttypes.h>

#define PERF(tb, ch, reg) tb_read((tb), IOAT_PERF((ch), reg), IOAT_##reg##_BITS / 8)
#define CONTROL(tb, ch, value) \
    tb_write((tb), IOAT_PERF((ch), PERF_CTL), IOAT_PERF_CTL_BITS / 8, (value))

enum { COPIES = 41, LARGEST = 700 };

/* A chain of n copies of random size and alignment; returns the bytes. */
static uint64_t random_copies(struct tb *tb, uint64_t *chain, unsigned n)
{
    uint64_t bus[COPIES], bytes = 0;

    for (unsigned i = 0; i < n; i++) {
        const uint32_t size = 1 + (uint32_t)tb_rand_below(tb, LARGEST);
        const struct tb_buf src = tb_src(tb, size, (unsigned)tb_rand_below(tb, 2000));
        const struct tb_buf dst = tb_dst(tb, size, (unsigned)tb_rand_below(tb, 2000));

        bus[i] = tb_copy(tb, dst.bus, src.bus, size, i + 1 == n ? IOAT_CONTROL_COMPL_WRITE : 0);
        bytes += size;
    }
    tb_chain(tb, bus, n);
    *chain = bus[0];
    return bytes;
}

static void run(struct tb *tb, unsigned ch, uint64_t chain, uint16_t n)
{
    tb_setup(tb, ch, 0);
    tb_start_count(tb, ch, chain, n);
    tb_wait_state(tb, ch, TB_IN(IDLE), TB_LONG);
}

static uint64_t classes(struct tb *tb, unsigned ch)
{
    return PERF(tb, ch, PERF_MOVING) + PERF(tb, ch, PERF_BLOCKED) + PERF(tb, ch, PERF_READS)
           + PERF(tb, ch, PERF_WRITES) + PERF(tb, ch, PERF_STARVED);
}

/* One copy of `bytes` on a memory; the counters of channel 0 are then those of this copy. */
static struct tb *one_copy(const struct ioat_sim_timing *timing, uint32_t bytes)
{
    struct tb *tb = tb_open(timing);
    const struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);

    run(tb, 0, tb_copy(tb, dst.bus, src.bus, bytes, IOAT_CONTROL_COMPL_WRITE), 1);
    return tb;
}

START_TEST(k_08_classes_add_up_to_the_active_clocks)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    uint64_t chain;

    tb_note(tb, "%s", tb_timings[_i].name);
    random_copies(tb, &chain, COPIES);
    const uint64_t began = tb_now(tb);
    run(tb, tb->channels - 1, chain, COPIES);
    const uint64_t active = PERF(tb, tb->channels - 1, PERF_ACTIVE);
    tb_assert(tb, active > 0 && active <= tb_now(tb) - began, "%" PRIu64 " clocks ACTIVE in %" PRIu64,
              active, tb_now(tb) - began);
    tb_assert_eq(tb, classes(tb, tb->channels - 1), active);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_beats_bytes_and_descriptors_are_those_of_the_bus)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    uint64_t chain;
    const uint64_t bytes = random_copies(tb, &chain, COPIES);

    tb_note(tb, "%s", tb_timings[_i].name);
    run(tb, 0, chain, COPIES);
    tb_assert_eq(tb, PERF(tb, 0, PERF_MOVING), tb->watch[0].data_w.n);
    tb_assert_eq(tb, PERF(tb, 0, PERF_BYTES), bytes);
    tb_assert_eq(tb, PERF(tb, 0, PERF_DESCRIPTORS), COPIES);
    tb_close(tb);
}
END_TEST

/* So many clocks that the count carries into its upper half; read at an even and at an odd one. */
START_TEST(k_08_active_counts_every_clock_of_a_million)
{
    enum { CLOCKS = (1 << 20) + 20000 };
    struct tb *tb = tb_open(NULL);
    const struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);

    tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, src.bytes);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, tb_copy(tb, dst.bus, src.bus, 64, 0), 1);
    const uint64_t before = PERF(tb, 0, PERF_ACTIVE), since = tb_now(tb);

    tb_step(tb, CLOCKS);
    for (unsigned more = 1; more <= 3; more++) {
        tb_step(tb, more);
        const uint64_t counted = PERF(tb, 0, PERF_ACTIVE) - before;

        tb_assert_eq(tb, counted, tb_now(tb) - since);
    }
    tb_close(tb);
}
END_TEST

START_TEST(k_08_reads_are_waited_for_while_memory_is_far)
{
    const struct ioat_sim_timing far = { .read_latency = 500, .write_latency = 1 };
    struct tb *tb = one_copy(&far, 8);
    const uint64_t reads = PERF(tb, 0, PERF_READS);

    tb_assert(tb, reads >= 499 && reads <= 510, "%" PRIu64 " clocks waiting for a read of 500", reads);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_descriptors_are_waited_for_while_memory_is_far)
{
    const struct ioat_sim_timing far = { .read_latency = 500, .write_latency = 1 };
    struct tb *tb = tb_open(&far);

    run(tb, 0, tb_null(tb, IOAT_CONTROL_COMPL_WRITE), 1);
    const uint64_t starved = PERF(tb, 0, PERF_STARVED);
    tb_assert(tb, starved >= 499 && starved <= 510, "%" PRIu64 " clocks waiting for a read of 500", starved);
    tb_assert_eq(tb, PERF(tb, 0, PERF_MOVING), 0);
    tb_assert_eq(tb, PERF(tb, 0, PERF_BYTES), 0);
    tb_close(tb);
}
END_TEST

/* The answer to the data, then that to the word. */
START_TEST(k_08_answers_are_waited_for_while_memory_is_far)
{
    const struct ioat_sim_timing far = { .read_latency = 1, .write_latency = 500 };
    struct tb *tb = one_copy(&far, 8);
    const uint64_t writes = PERF(tb, 0, PERF_WRITES);

    tb_assert(tb, writes >= 998 && writes <= 1020, "%" PRIu64 " clocks waiting for two answers of 500", writes);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_a_bus_that_takes_no_data_is_blocked)
{
    const struct ioat_sim_timing slow = { .read_latency = 1, .write_latency = 1, .w_stall = 75 };
    struct tb *tb = one_copy(&slow, 64 * 1024);
    const uint64_t moving = PERF(tb, 0, PERF_MOVING), blocked = PERF(tb, 0, PERF_BLOCKED);

    tb_assert(tb, blocked > 2 * moving && blocked < 4 * moving,
              "%" PRIu64 " clocks blocked, %" PRIu64 " beats moved: READY is low 75 %% of the time", blocked, moving);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_guesses_are_counted_by_their_outcome)
{
    const struct ioat_sim_timing far = { .read_latency = 100, .write_latency = 1 };
    struct tb *tb = tb_open(&far);
    uint64_t bus[COPIES];

    run(tb, 0, tb_null_chain(tb, COPIES, 0, IOAT_CONTROL_COMPL_WRITE, bus), COPIES);
    const uint64_t confirmed = PERF(tb, 0, PERF_CONFIRMED);
    tb_assert(tb, confirmed > COPIES / 2 && confirmed < COPIES, "%" PRIu64 " of %d guesses confirmed in a row",
              confirmed, COPIES);
    tb_assert_eq(tb, confirmed + PERF(tb, 0, PERF_DROPPED) <= tb->watch[0].desc_ar.n, true);

    CONTROL(tb, 0, IOAT_PERF_CTL_CLEAR);
    for (unsigned n = 0; n < COPIES / 2; n++)      /* every other slot, backwards */
        tb_link(tb, bus[COPIES - 1 - 2 * n], n + 1 < COPIES / 2 ? bus[COPIES - 3 - 2 * n] : 0);
    tb_watch_clear(tb);
    run(tb, 0, bus[COPIES - 1], COPIES / 2);
    tb_assert_eq(tb, PERF(tb, 0, PERF_CONFIRMED), 0);
    tb_assert_eq(tb, PERF(tb, 0, PERF_DROPPED) + COPIES / 2, tb->watch[0].desc_ar.n);
    tb_close(tb);
}
END_TEST

/* A chain that no guess follows, suspended at each clock of a read: what was read is started, or dropped and counted, but
 * for the one clock in which it is read and not started yet. */
START_TEST(k_08_descriptor_whose_answer_comes_with_suspend_counts_as_dropped)
{
    enum { CLOCKS = 150 };
    const struct ioat_sim_timing far = { .read_latency = 60, .write_latency = 1 };
    uint64_t missed = 0;

    for (unsigned clocks = 0; clocks < CLOCKS; clocks++) {
        struct tb *tb = tb_open(&far);
        const uint64_t last = tb_null(tb, 0), middle = tb_null(tb, 0), first = tb_null(tb, 0);

        tb_note(tb, "SUSPEND after %u clocks", clocks);
        tb_link(tb, first, middle);
        tb_link(tb, middle, last);
        tb_setup(tb, 0, 0);
        TB_WR(tb, 0, CHAINADDR, first);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
        tb_step(tb, clocks);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
        tb_step(tb, 500);
        const uint64_t at = tb_completed(tb, 0);
        const uint64_t ran = at ? (first - at) / IOAT_DESC_BYTES + 1 : 0;
        const uint64_t known = ran + PERF(tb, 0, PERF_DROPPED), read = tb->watch[0].desc_ar.n;

        tb_assert(tb, known <= read, "%" PRIu64 " reads, %" PRIu64 " started or dropped", read, known);
        missed = known < read ? missed + read - known : 0;
        tb_assert(tb, missed <= 1, "descriptors that were read are neither started nor dropped");
        tb_close(tb);
    }
}
END_TEST

START_TEST(k_08_a_channel_that_is_not_active_counts_nothing)
{
    struct tb *tb = one_copy(NULL, 100);
    const uint64_t active = PERF(tb, 0, PERF_ACTIVE);

    tb_step(tb, 1000);
    tb_assert_eq(tb, PERF(tb, 0, PERF_ACTIVE), active);
    for (unsigned ch = 1; ch < tb->channels; ch++)
        for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
            if (reg->space == IOAT_COUNTERS)
                tb_expect_reg(tb, IOAT_PERF_BASE + IOAT_PERF_STRIDE * ch + reg->offset, reg->bits / 8, 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_hold_stops_the_counters_and_not_the_channel)
{
    struct tb *tb = tb_open(NULL);
    uint64_t chain;

    random_copies(tb, &chain, COPIES);
    CONTROL(tb, 0, IOAT_PERF_CTL_HOLD);
    run(tb, 0, chain, COPIES);
    tb_assert_eq(tb, PERF(tb, 0, PERF_ACTIVE) + classes(tb, 0) + PERF(tb, 0, PERF_DESCRIPTORS), 0);
    tb_assert_eq(tb, PERF(tb, 0, PERF_BYTES), 0);
    tb_assert_eq(tb, PERF(tb, 0, PERF_CTL), IOAT_PERF_CTL_HOLD);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_clear_zeroes_the_own_channel_only)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned ch = 0; ch < tb->channels; ch++)
        run(tb, ch, tb_null(tb, IOAT_CONTROL_COMPL_WRITE), 1);
    CONTROL(tb, 0, IOAT_PERF_CTL_CLEAR);
    tb_assert_eq(tb, PERF(tb, 0, PERF_ACTIVE) + PERF(tb, 0, PERF_DESCRIPTORS), 0);
    tb_assert_eq(tb, PERF(tb, 0, PERF_CTL), 0);
    for (unsigned ch = 1; ch < tb->channels; ch++)
        tb_assert_eq(tb, PERF(tb, ch, PERF_DESCRIPTORS), 1);
    tb_close(tb);
}
END_TEST

START_TEST(k_08_reset_leaves_the_counters)
{
    struct tb *tb = one_copy(NULL, 100);
    const uint64_t active = PERF(tb, 0, PERF_ACTIVE);

    tb_reset(tb, 0, TB_LONG);
    tb_assert_eq(tb, PERF(tb, 0, PERF_ACTIVE), active);
    tb_assert_eq(tb, PERF(tb, 0, PERF_BYTES), 100);
    tb_close(tb);
}
END_TEST

Suite *perf_suite(void)
{
    Suite *suite = suite_create("perf");

    if (!ioat_sim_build()->perf)
        return suite;
    TCase *sums = tb_case(suite, "perf_sums", 20);
    tcase_add_loop_test(sums, k_08_classes_add_up_to_the_active_clocks, 0, tb_timing_n);
    tcase_add_loop_test(sums, k_08_beats_bytes_and_descriptors_are_those_of_the_bus, 0, tb_timing_n);
    TCase *waits = tb_case(suite, "perf_waits", 60);
    tcase_add_test(waits, k_08_reads_are_waited_for_while_memory_is_far);
    tcase_add_test(waits, k_08_descriptors_are_waited_for_while_memory_is_far);
    tcase_add_test(waits, k_08_answers_are_waited_for_while_memory_is_far);
    tcase_add_test(waits, k_08_a_bus_that_takes_no_data_is_blocked);
    tcase_add_test(waits, k_08_active_counts_every_clock_of_a_million);
    tcase_add_test(waits, k_08_guesses_are_counted_by_their_outcome);
    tcase_add_test(waits, k_08_descriptor_whose_answer_comes_with_suspend_counts_as_dropped);
    TCase *control = tb_case(suite, "perf_control", 10);
    tcase_add_test(control, k_08_a_channel_that_is_not_active_counts_nothing);
    tcase_add_test(control, k_08_hold_stops_the_counters_and_not_the_channel);
    tcase_add_test(control, k_08_clear_zeroes_the_own_channel_only);
    tcase_add_test(control, k_08_reset_leaves_the_counters);
    return suite;
}
