/* test_coalesce.c - INTRDELAY: the message comes late, once, and always (H-I10, K-53).
 *
 * The delay counts from the first event that is not signalled. An event is placed in
 * time by the answer to its completion word (K-50), the message by its request.
 */
#include "tb.h"

/* From the event, or from a register write, to the message's AW; clocks, ideal memory. */
#define SLACK 60
/* Longer than the way from a completion to its message without delay, clocks. */
#define SETTLE 500

static struct tb *open_ring(unsigned delay_us)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    TB_GWR(tb, INTRDELAY, delay_us);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);
    return tb;
}

static void rearm(struct tb *tb, unsigned ch)
{
    TB_WR(tb, ch, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
}

/* The message of channel ch was requested `want` clocks after `from`; never earlier. */
static void check_delay(struct tb *tb, unsigned ch, uint64_t from, uint64_t want)
{
    const uint64_t at = tb->watch[ch].msg_aw.last;

    tb_assert(tb, at >= from + want && at <= from + want + SLACK,
              "message of channel %u: expected %llu..%llu clocks after clock %llu, came after %lld",
              ch, (unsigned long long)want, (unsigned long long)(want + SLACK),
              (unsigned long long)from, (long long)at - (long long)from);
}

/* The second message of channel 0 is overdue: it comes as soon as the channel is re-armed. */
static void expect_second_at_rearm(struct tb *tb)
{
    const uint64_t begin = tb_now(tb);

    rearm(tb, 0);
    tb_wait_messages(tb, 0, 2, SETTLE);
    check_delay(tb, 0, begin, 0);
}

START_TEST(h_i10_message_comes_after_the_delay)
{
    static const unsigned us[] = { 0, 1, 2, 7, 0x2a, 0x55, 0x555, 0xaaa };
    struct tb *tb = open_ring(us[_i]);

    tb_note(tb, "INTRDELAY %u us", us[_i]);
    tb_ring_run(tb, 0, 1);
    tb_wait_messages(tb, 0, 1, tb_us(tb, us[_i]) + SETTLE);
    check_delay(tb, 0, tb->watch[0].word_b.last, tb_us(tb, us[_i]));
    tb_close(tb);
}
END_TEST

/* Until the message, step 2 of section 4.7 has not happened. */
START_TEST(h_i10_nothing_is_signalled_before_the_delay_is_over)
{
    struct tb *tb = open_ring(20);

    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, 15));
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & IOAT_CHANCTRL_INT_DISABLE, 0);
    tb_step(tb, tb_us(tb, 6));
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_assert_global(tb, ATTNSTATUS, 1);
    tb_close(tb);
}
END_TEST

START_TEST(h_i10_events_within_the_delay_share_one_message)
{
    struct tb *tb = open_ring(20);
    uint64_t first;

    tb_ring_run(tb, 0, 1);
    first = tb->watch[0].word_b.last;
    for (int i = 0; i < 8; i++) {
        tb_step(tb, tb_us(tb, 2));
        tb_ring_run(tb, 0, 1);
    }
    tb_wait_messages(tb, 0, 1, tb_us(tb, 20));
    check_delay(tb, 0, first, tb_us(tb, 20));
    rearm(tb, 0);
    tb_step(tb, tb_us(tb, 25));
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* An event that waits for the re-arm has its delay counted from the event. */
START_TEST(k_53_delay_runs_while_the_channel_is_disabled)
{
    struct tb *tb = open_ring(20);
    uint64_t event;

    tb_ring_run(tb, 0, 1);
    tb_wait_messages(tb, 0, 1, tb_us(tb, 25));
    tb_ring_run(tb, 0, 1);
    event = tb->watch[0].word_b.last;
    tb_step(tb, tb_us(tb, 10));
    rearm(tb, 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_wait_messages(tb, 0, 2, tb_us(tb, 15));
    check_delay(tb, 0, event, tb_us(tb, 20));
    tb_close(tb);
}
END_TEST

START_TEST(k_53_overdue_event_is_signalled_at_the_rearm)
{
    struct tb *tb = open_ring(20);

    tb_ring_run(tb, 0, 1);
    tb_wait_messages(tb, 0, 1, tb_us(tb, 25));
    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, 50));
    expect_second_at_rearm(tb);
    tb_close(tb);
}
END_TEST

/* The longest delay ends, and is over from then on. 4 million clocks: for the smallest build. */
START_TEST(k_53_longest_delay_stays_over)
{
    const unsigned longest = 0x3fff;
    struct tb *tb = open_ring(1);

    if (tb->channels > 1) {
        tb_close(tb);
        return;
    }
    tb_ring_run(tb, 0, 1);
    tb_wait_messages(tb, 0, 1, tb_us(tb, 2));
    TB_GWR(tb, INTRDELAY, longest);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, longest + 1));
    expect_second_at_rearm(tb);
    tb_close(tb);
}
END_TEST

START_TEST(h_i10_writing_zero_releases_a_waiting_event)
{
    struct tb *tb = open_ring(0x3fff);
    uint64_t begin;

    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, 3));
    tb_assert_eq(tb, tb->message_n, 0);
    begin = tb_now(tb);
    TB_GWR(tb, INTRDELAY, 0);
    tb_wait_messages(tb, 0, 1, SETTLE);
    check_delay(tb, 0, begin, 0);
    tb_close(tb);
}
END_TEST

/* 3 us after the event another value is written: the comparison is with the new one. */
START_TEST(k_53_new_value_holds_for_a_delay_under_way)
{
    static const struct { unsigned first, second; } us[] = {
        { 100, 8 },      /* shorter, still to come */
        { 100, 2 },      /* shorter, over already */
        { 10, 30 },      /* longer */
    };
    struct tb *tb = open_ring(us[_i].first);
    uint64_t event, begin;

    tb_note(tb, "INTRDELAY %u us, then %u us", us[_i].first, us[_i].second);
    tb_ring_run(tb, 0, 1);
    event = tb->watch[0].word_b.last;
    tb_step(tb, tb_us(tb, 3));
    begin = tb_now(tb);
    TB_GWR(tb, INTRDELAY, us[_i].second);
    tb_wait_messages(tb, 0, 1, tb_us(tb, 40));
    if (us[_i].second > 3)
        check_delay(tb, 0, event, tb_us(tb, us[_i].second));
    else
        check_delay(tb, 0, begin, 0);
    tb_close(tb);
}
END_TEST

/* Channels have delays of their own. Events one microsecond apart. */
START_TEST(h_i10_channels_wait_on_their_own)
{
    struct tb *tb = open_ring(30);
    uint64_t event[TB_CHAN_MAX] = { 0 };

    for (unsigned ch = 1; ch < tb->channels; ch++)
        tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_ring_run(tb, ch, 1);
        event[ch] = tb->watch[ch].word_b.last;
        tb_step(tb, tb_us(tb, 1));
    }
    tb_step(tb, tb_us(tb, 31));
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert_eq(tb, tb_messages(tb, ch), 1);
        check_delay(tb, ch, event[ch], tb_us(tb, 30));
    }
    tb_close(tb);
}
END_TEST

/* A delay that ends behind a mask sets the pending bit, and no earlier. */
START_TEST(h_i10_delay_behind_a_mask_ends_in_the_pending_bit)
{
    struct tb *tb = open_ring(20);

    tb_msix_mask(tb, 0, true);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, 15));
    tb_assert(tb, !tb_msix_pending(tb, 0), "pending before the delay is over");
    tb_step(tb, tb_us(tb, 6));
    tb_assert(tb, tb_msix_pending(tb, 0), "not pending after the delay");
    tb_msix_mask(tb, 0, false);
    tb_wait_messages(tb, 0, 1, SETTLE);
    tb_close(tb);
}
END_TEST

Suite *coalesce_suite(void)
{
    Suite *suite = suite_create("coalesce");
    TCase *tc = tb_case(suite, "coalesce_delay", 120);

    tcase_add_loop_test(tc, h_i10_message_comes_after_the_delay, 0, 8);
    tcase_add_test(tc, h_i10_nothing_is_signalled_before_the_delay_is_over);
    tcase_add_test(tc, h_i10_events_within_the_delay_share_one_message);
    tcase_add_test(tc, k_53_delay_runs_while_the_channel_is_disabled);
    tcase_add_test(tc, k_53_longest_delay_stays_over);
    tcase_add_test(tc, k_53_overdue_event_is_signalled_at_the_rearm);
    tcase_add_test(tc, h_i10_writing_zero_releases_a_waiting_event);
    tcase_add_loop_test(tc, k_53_new_value_holds_for_a_delay_under_way, 0, 3);
    tcase_add_test(tc, h_i10_channels_wait_on_their_own);
    tcase_add_test(tc, h_i10_delay_behind_a_mask_ends_in_the_pending_bit);
    return suite;
}
