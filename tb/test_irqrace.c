/* test_irqrace.c - an interrupt event against every clock of a register access.
 *
 * The scenario is always the same: the doorbell for one descriptor with INT_EN, up to
 * the clock in which its message is on the bus and some more. What the other side does
 * at that moment must neither lose the event nor double it.
 */
#include "tb.h"

/* Clocks after the completion word in which the event and its message fall. */
#define MARGIN 40
#define SETTLE 600

/* Ideal memory, a latency, stalls, reordering: rows of tb_timings. */
static const int timing_rows[] = { 0, 1, 3, 4 };
enum { TIMING_N = sizeof timing_rows / sizeof timing_rows[0] };

struct race {
    uint64_t value;      /* what the action read */
};

static void ring_up(struct tb *tb, uint64_t addr)
{
    TB_VWR(tb, 0, MSIX_ADDR, addr);
    TB_VWR(tb, 0, MSIX_DATA, tb_msix_data(0));
    tb_msix_mask(tb, 0, false);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);
}

static void prepare_armed(struct tb *tb, void *ctx)
{
    (void)ctx;
    ring_up(tb, tb_msix_addr(0));
}

/* One event is signalled and not re-armed: the next one is latched. */
static void prepare_disabled(struct tb *tb, void *ctx)
{
    (void)ctx;
    ring_up(tb, tb_msix_addr(0));
    tb_ring_run(tb, 0, 1);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_step(tb, MARGIN);
    (void)TB_GRD(tb, ATTNSTATUS);
    tb_watch_clear(tb);
}

static void prepare_masked(struct tb *tb, void *ctx)
{
    (void)ctx;
    ring_up(tb, tb_msix_addr(0));
    tb_msix_mask(tb, 0, true);
}

static void prepare_delayed(struct tb *tb, void *ctx)
{
    (void)ctx;
    ring_up(tb, tb_msix_addr(0));
    TB_GWR(tb, INTRDELAY, 1);
}

static void start(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_ring_post(tb, 0, 1);
}

static bool word_answered(struct tb *tb, void *ctx)
{
    (void)ctx;
    return tb->watch[0].word_b.n > 0;
}

static void settle(struct tb *tb)
{
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_wait_quiet(tb, TB_LONG);
    tb_step(tb, SETTLE);
}

static void check_one_message(struct tb *tb, void *ctx, uint64_t offset)
{
    (void)ctx;
    (void)offset;
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & IOAT_CHANCTRL_INT_DISABLE,
                 IOAT_CHANCTRL_INT_DISABLE);
    tb_assert(tb, !tb_msix_pending(tb, 0), "a pending bit is left");
}

static void sweep(int row, struct tb_sweep what)
{
    what.start = start;
    what.done = word_answered;
    if (!what.margin)
        what.margin = MARGIN;
    tb_sweep(&tb_timings[timing_rows[row]].timing, &what);
}

/* ---- re-arm (H-I03) ---- */

static void rearm(struct tb *tb, void *ctx)
{
    (void)ctx;
    TB_POST(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
}

START_TEST(h_i03_event_at_any_clock_of_the_rearm_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_disabled, .action = rearm,
                                  .check = check_one_message });
}
END_TEST

/* ---- masks (H-I07) ---- */

static void unmask(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_post(tb, IOAT_VECTOR(0, MSIX_CTRL), 4, 0);
}

static void mask(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_post(tb, IOAT_VECTOR(0, MSIX_CTRL), 4, IOAT_MSIX_CTRL_MASKED);
}

START_TEST(h_i07_event_at_any_clock_of_the_unmask_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_masked, .action = unmask,
                                  .check = check_one_message });
}
END_TEST

/* Behind the mask there is a message or a pending bit, never both, never none. */
static void check_masked(struct tb *tb, void *ctx, uint64_t offset)
{
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0) + (tb_msix_pending(tb, 0) ? 1 : 0), 1);
    tb_msix_mask(tb, 0, false);
    check_one_message(tb, ctx, offset);
}

START_TEST(h_i07_event_at_any_clock_of_the_mask_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_armed, .action = mask,
                                  .check = check_masked });
}
END_TEST

static void function_mask(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_msix_function_mask(tb, true);
}

static void check_function_masked(struct tb *tb, void *ctx, uint64_t offset)
{
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0) + (tb_msix_pending(tb, 0) ? 1 : 0), 1);
    tb_msix_function_mask(tb, false);
    check_one_message(tb, ctx, offset);
}

START_TEST(h_c06_event_at_any_clock_of_the_function_mask_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_armed, .action = function_mask,
                                  .check = check_function_masked });
}
END_TEST

/* ---- bus master (K-54) ---- */

static void bus_master_off(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_bus_master(tb, false);
    tb_step(tb, SETTLE);
    tb_bus_master(tb, true);
}

START_TEST(k_54_event_at_any_clock_of_bus_master_off_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_armed, .action = bus_master_off,
                                  .check = check_one_message });
}
END_TEST

/* ---- INTRDELAY (H-I10) ---- */

static void no_delay(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_post(tb, IOAT_INTRDELAY, 2, 0);
}

/* One microsecond runs out somewhere behind the word; the margin covers it. */
START_TEST(h_i10_release_at_any_clock_of_the_delay_is_told_once)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_delayed, .action = no_delay,
                                  .check = check_one_message,
                                  .margin = MARGIN + ioat_sim_build()->clock_mhz });
}
END_TEST

/* ---- RESET (H-I11, K-55) ---- */

static void reset(struct tb *tb, void *ctx)
{
    (void)ctx;
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
}

static void check_silence_after_reset(struct tb *tb, void *ctx, uint64_t offset)
{
    unsigned before;

    (void)ctx;
    (void)offset;
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) & IOAT_CHANCMD_RESET; reads++)
        tb_assert(tb, reads < TB_LONG, "RESET does not end");
    before = tb_messages(tb, 0);
    tb_assert(tb, before <= 1, "%u messages for one event", before);
    tb_watch_clear(tb);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n + tb->watch[0].word_aw.n + tb->watch[0].data_aw.n, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_assert(tb, !tb_msix_pending(tb, 0), "a pending bit is left");
}

START_TEST(h_i11_no_interrupt_after_reset_at_any_clock)
{
    sweep(_i, (struct tb_sweep) { .prepare = prepare_armed, .action = reset,
                                  .check = check_silence_after_reset });
}
END_TEST

/* ---- ATTNSTATUS (H-R15) ---- */

static void read_attention(struct tb *tb, void *ctx)
{
    struct race *race = ctx;

    race->value = TB_GRD(tb, ATTNSTATUS);
}

/* The bit is in the first read or in the second one, in one of them only. */
static void check_seen_once(struct tb *tb, void *ctx, uint64_t offset)
{
    const struct race *race = ctx;
    uint64_t second;

    (void)offset;
    settle(tb);
    second = TB_GRD(tb, ATTNSTATUS);
    tb_assert(tb, race->value + second == 1,
              "ATTNSTATUS: 0x%llx, then 0x%llx: expected bit 0 in one of the reads",
              (unsigned long long)race->value, (unsigned long long)second);
}

START_TEST(h_r15_attention_at_any_clock_of_the_read_is_seen_once)
{
    struct race race = { 0 };

    sweep(_i, (struct tb_sweep) { .prepare = prepare_armed, .action = read_attention,
                                  .check = check_seen_once, .ctx = &race });
}
END_TEST

/* ---- two channels and one handler (H-I08) ---- */

static void prepare_legacy(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_msix_enable(tb, false);
    tb_ring(tb, 1, 0, IOAT_CONTROL_INT_EN);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);
    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    tb_ring_run(tb, 1, 1);
    tb_step(tb, SETTLE);
    tb_assert(tb, ioat_sim_intx(tb->sim), "INTx is low after the first event");
}

/* One pass of the handler for channel 1 while channel 0 finishes. */
static void handle(struct tb *tb, void *ctx)
{
    struct race *race = ctx;
    const uint64_t intrctrl = TB_GRD(tb, INTRCTRL);

    tb_assert(tb, intrctrl & IOAT_INTRCTRL_INT_STATUS, "the handler finds nothing to do");
    race->value = TB_GRD(tb, ATTNSTATUS);
    TB_GWR(tb, INTRCTRL, intrctrl);
}

static void check_both_told(struct tb *tb, void *ctx, uint64_t offset)
{
    const struct race *race = ctx;
    uint64_t second = 0;

    (void)offset;
    tb_assert_eq(tb, race->value & 2, 2);
    settle(tb);
    if (ioat_sim_intx(tb->sim))
        second = TB_GRD(tb, ATTNSTATUS);
    tb_assert(tb, (race->value & 1) + second == 1,
              "channel 0: first handler saw 0x%llx, INTx then brought 0x%llx",
              (unsigned long long)race->value, (unsigned long long)second);
    tb_msix_enable(tb, true);
}

START_TEST(h_i08_second_channel_at_any_clock_of_the_handler_is_told_once)
{
    struct race race = { 0 };

    if (ioat_sim_build()->channels < 2)
        return;    /* the race needs a second channel */
    sweep(_i, (struct tb_sweep) { .prepare = prepare_legacy, .action = handle,
                                  .check = check_both_told, .ctx = &race });
}
END_TEST

Suite *irqrace_suite(void)
{
    Suite *suite = suite_create("irqrace");
    TCase *tc;

    tc = tb_case(suite, "irqrace_msix", 240);
    tcase_add_loop_test(tc, h_i03_event_at_any_clock_of_the_rearm_is_told_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_i07_event_at_any_clock_of_the_unmask_is_told_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_i07_event_at_any_clock_of_the_mask_is_told_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_c06_event_at_any_clock_of_the_function_mask_is_told_once, 0,
                        TIMING_N);
    tcase_add_loop_test(tc, k_54_event_at_any_clock_of_bus_master_off_is_told_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_i10_release_at_any_clock_of_the_delay_is_told_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_i11_no_interrupt_after_reset_at_any_clock, 0, TIMING_N);

    tc = tb_case(suite, "irqrace_attention", 240);
    tcase_add_loop_test(tc, h_r15_attention_at_any_clock_of_the_read_is_seen_once, 0, TIMING_N);
    tcase_add_loop_test(tc, h_i08_second_channel_at_any_clock_of_the_handler_is_told_once, 0,
                        TIMING_N);
    return suite;
}
