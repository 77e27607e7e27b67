/* test_irq.c - MSI-X: one message an event and re-arm, masks, errors, RESET. */
#include "tb.h"

#include <linux/pci_regs.h>
#include <string.h>

/* Longer than the way from a completion to its message on ideal memory, clocks. */
#define SETTLE 500

enum { UNKNOWN_OP = 0x02 };

static void settle(struct tb *tb)
{
    tb_wait_quiet(tb, TB_LONG);
    tb_step(tb, SETTLE);
}

static void rearm(struct tb *tb, unsigned ch)
{
    TB_WR(tb, ch, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
}

static bool int_disabled(struct tb *tb, unsigned ch)
{
    return TB_RD(tb, ch, CHANCTRL) & IOAT_CHANCTRL_INT_DISABLE;
}

/* ---- one event, one message ---- */

START_TEST(h_i01_event_sends_one_message_and_sets_int_disable)
{
    struct tb *tb = tb_open(NULL);
    const unsigned ch = (unsigned)_i;

    tb_msix_setup(tb);
    tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN);
    tb_assert(tb, !int_disabled(tb, ch), "INT_DISABLE is set before any event");
    tb_ring_run(tb, ch, 1);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, ch), 1);
    tb_assert_eq(tb, tb->message_n, 1);
    tb_assert(tb, int_disabled(tb, ch), "INT_DISABLE is clear after the message");
    tb_assert_global(tb, ATTNSTATUS, 1u << ch);
    tb_assert(tb, !tb_msix_pending(tb, ch), "the pending bit is set without a mask");
    tb_close(tb);
}
END_TEST

static uint64_t pulses(struct tb *tb, unsigned ch)
{
    struct ioat_sim_stats stats;

    ioat_sim_chan_stats(tb->sim, ch, &stats);
    return stats.irq_pulses;
}

/* K-56: with MSI-X and without, the channel's wire is high for one clock an interrupt, and
 * stays low while INT_DISABLE holds the next event back. */
START_TEST(k_56_wire_is_one_clock_high_each_time_the_channel_signals)
{
    struct tb *tb = tb_open(NULL);
    const bool msix = _i;

    tb_msix_setup(tb);
    tb_msix_enable(tb, msix);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert_eq(tb, pulses(tb, 0), 1);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert_eq(tb, pulses(tb, 0), 1);
    rearm(tb, 0);
    settle(tb);
    tb_assert_eq(tb, pulses(tb, 0), 2);
    tb_assert_eq(tb, tb_messages(tb, 0), msix ? 2 : 0);
    for (unsigned ch = 1; ch < tb->channels; ch++)
        tb_assert_eq(tb, pulses(tb, ch), 0);
    tb_close(tb);
}
END_TEST

START_TEST(section_4_7_descriptor_without_int_en_is_silent)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_ring(tb, 0, 0, IOAT_CONTROL_COMPL_WRITE);
    tb_ring_run(tb, 0, 5);
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert(tb, !int_disabled(tb, 0), "INT_DISABLE is set without an event");
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

/* K-32: control bit 0 of a context change means something else. */
START_TEST(k_32_context_change_never_interrupts)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_op(tb, IOAT_CONTROL_OP_CONTEXT,
                                IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);

    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_word(tb, 0, TB_WORD(desc, IDLE), TB_LONG);
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

/* The message is exactly 4 bytes at the vector's address: here ordinary memory, 4-byte
 * aligned only, above 4 GiB. */
START_TEST(h_c06_message_is_four_bytes_at_the_vectors_address)
{
    static const uint32_t value = 0xdeadbe0f;
    struct tb *tb = tb_open(NULL);
    const unsigned v = tb->channels - 1;
    uint8_t *page = tb->words.cpu + 0x8000, want[64];
    const unsigned at = 4 * (unsigned)(1 + _i);

    memset(page, 0xa5, sizeof want);
    memset(want, 0xa5, sizeof want);
    memcpy(want + at, &value, sizeof value);
    TB_VWR(tb, v, MSIX_ADDR, tb->words.bus + 0x8000 + at);
    TB_VWR(tb, v, MSIX_DATA, value);
    tb_msix_mask(tb, v, false);
    tb_ring(tb, v, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, v, 1);
    settle(tb);
    tb_assert(tb, memcmp(page, want, sizeof want) == 0, "the bytes around the message differ");
    tb_assert_eq(tb, tb->watch[v].msg_aw.n, 1);
    tb_close(tb);
}
END_TEST

START_TEST(h_i02_events_while_disabled_give_one_message_after_the_rearm)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_ring_run(tb, 0, 10);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    rearm(tb, 0);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 2);
    tb_assert(tb, int_disabled(tb, 0), "INT_DISABLE is clear after the second message");
    rearm(tb, 0);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 2);
    tb_assert(tb, !int_disabled(tb, 0), "INT_DISABLE is set after a re-arm with nothing to tell");
    tb_close(tb);
}
END_TEST

/* R-INT-7: events may be merged, and a message follows the last of them. */
START_TEST(h_i02_events_of_one_batch)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);

    tb_note(tb, "%s", tb_timings[_i].name);
    tb_msix_setup(tb);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE);
    tb_ring_run(tb, 0, 10);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    rearm(tb, 0);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 2);
    tb_close(tb);
}
END_TEST

START_TEST(section_4_7_write_of_zero_does_not_rearm)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 2);
    settle(tb);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_ERR_INT_EN);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

START_TEST(h_r17_every_channel_signals_its_own_vector)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);

    tb_note(tb, "%s", tb_timings[_i].name);
    tb_msix_setup(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_ring_post(tb, ch, (uint16_t)(1 + ch));
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE), TB_LONG);
    settle(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert_eq(tb, tb_messages(tb, ch), 1);
    tb_assert_eq(tb, tb->message_n, tb->channels);
    tb_assert_global(tb, ATTNSTATUS, (1u << tb->channels) - 1);
    tb_close(tb);
}
END_TEST

/* ---- order ---- */

/* H-I05, K-50: data answered, then the word answered, then the message is requested. */
START_TEST(h_i05_message_follows_data_and_word)
{
    enum { COPIES = 6, BYTES = 700 };
    const struct tb_timing *timing = &tb_timings[_i / 2];
    const uint32_t word = _i % 2 ? IOAT_CONTROL_COMPL_WRITE : 0;
    struct tb *tb = tb_open(&timing->timing);
    uint64_t bus[COPIES];

    tb_note(tb, "%s, %s completion word", timing->name, word ? "with" : "without");
    for (unsigned k = 0; k < COPIES; k++) {
        struct tb_buf src = tb_src(tb, BYTES, 11 * k), dst = tb_dst(tb, BYTES, 3 * k);

        bus[k] = tb_copy(tb, dst.bus, src.bus, BYTES,
                         word | (k + 1 == COPIES ? IOAT_CONTROL_INT_EN : 0));
    }
    tb_chain(tb, bus, COPIES);
    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, bus[0], COPIES);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_assert(tb, tb->watch[0].data_b.last < tb->watch[0].msg_aw.first,
              "message requested at clock %llu, last data answered at %llu",
              (unsigned long long)tb->watch[0].msg_aw.first,
              (unsigned long long)tb->watch[0].data_b.last);
    if (word) {
        tb_assert(tb, tb->watch[0].word_b.last < tb->watch[0].msg_aw.first,
                  "message requested at clock %llu, word answered at %llu",
                  (unsigned long long)tb->watch[0].msg_aw.first,
                  (unsigned long long)tb->watch[0].word_b.last);
        tb_assert_word(tb, 0, TB_WORD(bus[COPIES - 1], IDLE));
    }
    tb_close(tb);
}
END_TEST

START_TEST(h_i06_delivery_does_not_depend_on_intrctrl)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    TB_GWR(tb, INTRCTRL, (_i & 1 ? IOAT_INTRCTRL_MASTER_INT_EN : 0) |
                         (_i & 2 ? IOAT_INTRCTRL_MSIX_VECTOR_CTRL : 0));
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* ---- masks ---- */

START_TEST(h_c05_capability_points_at_table_and_pending_bits)
{
    struct tb *tb = tb_open(NULL);
    const unsigned cap = tb_cfg_cap(tb, PCI_CAP_ID_MSIX);
    const uint32_t table = tb_cfg_read(tb, cap + PCI_MSIX_TABLE, 4);
    const uint32_t pba = tb_cfg_read(tb, cap + PCI_MSIX_PBA, 4);

    tb_assert_eq(tb, (tb_cfg_read(tb, cap + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_QSIZE) + 1,
                 tb->channels);
    tb_assert_eq(tb, table & PCI_MSIX_TABLE_BIR, 0);
    tb_assert_eq(tb, table & PCI_MSIX_TABLE_OFFSET, IOAT_MSIX_TABLE_BASE);
    tb_assert_eq(tb, pba & PCI_MSIX_PBA_BIR, 0);
    tb_assert_eq(tb, pba & PCI_MSIX_PBA_OFFSET, IOAT_MSIX_PBA_BASE);
    tb_close(tb);
}
END_TEST

START_TEST(h_c06_vectors_power_up_masked)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        TB_VWR(tb, ch, MSIX_ADDR, tb_msix_addr(ch));
        TB_VWR(tb, ch, MSIX_DATA, tb_msix_data(ch));
        tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN);
        tb_ring_run(tb, ch, 1);
    }
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), (1u << tb->channels) - 1);
    tb_close(tb);
}
END_TEST

/* H-I07: bit 0 of the row masks the vector, bit 1 the function. */
START_TEST(h_i07_masked_message_waits_as_a_pending_bit)
{
    struct tb *tb = tb_open(NULL);
    const bool vector = _i & 1, function = _i & 2;

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, vector);
    tb_msix_function_mask(tb, function);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 3);
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert(tb, tb_msix_pending(tb, 0), "no pending bit behind the mask");
    if (vector && function) {
        tb_msix_mask(tb, 0, false);
        settle(tb);
        tb_assert_eq(tb, tb->message_n, 0);
    } else {
        tb_msix_mask(tb, 0, false);
    }
    tb_msix_function_mask(tb, false);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_assert(tb, !tb_msix_pending(tb, 0), "the pending bit outlives its message");
    tb_close(tb);
}
END_TEST

START_TEST(h_c06_message_uses_the_entry_as_it_stands_at_unmask)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t other = tb_msix_addr(0) + 0x40;

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    TB_VWR(tb, 0, MSIX_ADDR, other);
    TB_VWR(tb, 0, MSIX_DATA, 0x12345678);
    tb_msix_mask(tb, 0, false);
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 1);
    tb_assert_eq(tb, tb->message[0].addr, other);
    tb_assert_eq(tb, tb->message[0].data, 0x12345678);
    tb_close(tb);
}
END_TEST

START_TEST(h_c06_pending_bits_ignore_writes)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_write(tb, IOAT_MSIX_PBA_BASE, 8, UINT64_MAX);
    settle(tb);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), 0);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_write(tb, IOAT_MSIX_PBA_BASE, 8, 0);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), 1);
    tb_close(tb);
}
END_TEST

/* ---- re-arm and the pending bit (H-I04) ---- */

START_TEST(h_i04_rearm_withdraws_a_pending_message)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert(tb, tb_msix_pending(tb, 0), "no pending bit behind the mask");
    rearm(tb, 0);
    tb_assert(tb, !tb_msix_pending(tb, 0), "the pending bit stays after the re-arm");
    tb_msix_mask(tb, 0, false);
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_close(tb);
}
END_TEST

/* One event is pending, a further one waits: the re-arm makes that one pending. */
START_TEST(h_i04_rearm_with_a_waiting_event_keeps_it_pending)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    rearm(tb, 0);
    settle(tb);
    tb_assert(tb, tb_msix_pending(tb, 0), "the waiting event is lost");
    tb_msix_mask(tb, 0, false);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

START_TEST(h_i04_rearm_with_nothing_sends_nothing)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        rearm(tb, ch);
        rearm(tb, ch);
    }
    settle(tb);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_51_rearm_does_not_clear_attnstatus)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    rearm(tb, 0);
    tb_assert_global(tb, ATTNSTATUS, 1);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

/* ---- errors ---- */

/* Bit 0: ERR_INT_EN; bit 1: the error's CHANERRMSK bit; bit 2: all others of it;
 * bit 3: INT_EN in the failing descriptor, which never completes. */
START_TEST(h_i09_error_interrupts_only_if_enabled_and_unmasked)
{
    struct tb *tb = tb_open(NULL);
    const bool enabled = _i & 1, masked = _i & 2, others = _i & 4, int_en = _i & 8;
    const uint32_t own = IOAT_CHANERR_DESC_CTRL;
    const uint64_t desc = tb_op(tb, UNKNOWN_OP, int_en ? IOAT_CONTROL_INT_EN : 0);

    tb_msix_setup(tb);
    tb_setup(tb, 0, (uint16_t)(IOAT_CHANCTRL_ERR_COMPLETION_EN |
                               (enabled ? IOAT_CHANCTRL_ERR_INT_EN : 0)));
    TB_WR(tb, 0, CHANERRMSK, (masked ? own : 0) | (others ? ~own : 0));
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    settle(tb);
    tb_assert_chanerr(tb, 0, own);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);   /* whatever the masks */
    tb_assert_eq(tb, tb_messages(tb, 0), enabled && !masked);
    tb_assert_eq(tb, int_disabled(tb, 0), enabled && !masked);
    if (enabled && !masked)
        tb_assert(tb, tb->watch[0].word_b.last < tb->watch[0].msg_aw.first,
                  "the message was requested before the error word was answered");
    tb_close(tb);
}
END_TEST

/* K-43: at the message, CHANERR and HALTED are readable. */
START_TEST(k_43_error_message_comes_when_the_state_is_readable)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    const uint64_t desc = tb_op(tb, UNKNOWN_OP, 0);

    tb_note(tb, "%s", tb_timings[_i].name);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL);
    tb_close(tb);
}
END_TEST

START_TEST(k_52_error_answer_to_a_message_is_ignored)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    TB_VWR(tb, 0, MSIX_ADDR, tb->hole);
    tb_ring(tb, 0, TB_CHANCTRL_ALL, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert_eq(tb, tb->watch[0].msg_b.n, 1);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert_chanerr(tb, ch, 0);
    tb_assert_state(tb, 0, IDLE);
    TB_VWR(tb, 0, MSIX_ADDR, tb_msix_addr(0));
    rearm(tb, 0);
    tb_ring_run(tb, 0, 1);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* ---- RESET (K-55, H-I11) ---- */

/* Withdrawn by RESET: a pending bit, a latched event, an event that waits for its
 * delay, the attention bit. */
enum waiting { PENDING, LATCHED, DELAYED, WAITING_N };

START_TEST(k_55_reset_withdraws_what_waits)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, _i == PENDING);
    if (_i == DELAYED)
        TB_GWR(tb, INTRDELAY, 20);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    if (_i == LATCHED)
        tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_reset(tb, 0, TB_LONG);
    tb_watch_clear(tb);
    tb_assert(tb, !tb_msix_pending(tb, 0), "the pending bit outlives RESET");
    tb_assert(tb, !int_disabled(tb, 0), "INT_DISABLE outlives RESET");
    tb_msix_mask(tb, 0, false);
    rearm(tb, 0);
    tb_step(tb, tb_us(tb, 25));
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

/* The first message of channel 0 is on the bus, to ordinary memory, where an answer can be withheld. */
static struct tb *open_unanswered(uint32_t flags)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t at = tb->words.bus + 0x8000;

    tb_msix_setup(tb);
    TB_VWR(tb, 0, MSIX_ADDR, at);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, at, 4);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN | flags);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 1);
    return tb;
}

/* K-57: a message on the bus is answered before RESET reads as done, and before the next one, whatever else is answered
 * meanwhile. */
START_TEST(k_55_message_on_the_bus_ends_before_reset)
{
    struct tb *tb = open_unanswered(IOAT_CONTROL_COMPL_WRITE);

    rearm(tb, 0);
    tb_ring_run(tb, 0, 2);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 1);
    TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    tb_step(tb, SETTLE);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    ioat_sim_fault_clear(tb->sim);
    tb_step(tb, SETTLE);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_55_reset_leaves_the_other_channels_events)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_msix_mask(tb, ch, true);
        tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN);
        tb_ring_run(tb, ch, 1);
    }
    settle(tb);
    tb_reset(tb, 0, TB_LONG);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), ((1u << tb->channels) - 1) & ~1u);
    tb_assert_global(tb, ATTNSTATUS, ((1u << tb->channels) - 1) & ~1u);
    tb_close(tb);
}
END_TEST

/* ---- bus master (K-54) ---- */

START_TEST(k_54_message_waits_for_bus_master)
{
    struct tb *tb = tb_open(NULL);
    const bool delayed = _i;

    tb_msix_setup(tb);
    if (delayed)
        TB_GWR(tb, INTRDELAY, 5);
    else
        tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    tb_bus_master(tb, false);
    if (!delayed) {
        tb_step(tb, SETTLE);
        tb_msix_mask(tb, 0, false);
    }
    tb_step(tb, tb_us(tb, 10));
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 0);
    tb_assert(tb, tb_msix_pending(tb, 0), "the message is not held as pending");
    tb_bus_master(tb, true);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_assert(tb, !tb_msix_pending(tb, 0), "the pending bit outlives its message");
    tb_close(tb);
}
END_TEST

/* ---- the write port is taken ---- */

/* A vector that was masked, on a bus that takes one write at a time and answers none to `buf`: a further burst is offered
 * and keeps the message waiting once the vector is unmasked. Two events happened. */
static struct tb *open_blocked(struct tb_buf *buf)
{
    const struct ioat_sim_timing narrow = { .read_latency = 1, .write_latency = 1, .outstanding_max = 1 };
    struct tb *tb = tb_open(&narrow);
    const uint32_t bytes = 2 * tb->build->write_bytes_max;
    const struct tb_buf src = tb_src(tb, bytes, 0);
    uint64_t bus[3];

    *buf = tb_dst(tb, bytes, 0);
    tb_null_chain(tb, 3, IOAT_CONTROL_INT_EN, 0, bus);
    tb_link(tb, bus[1], tb_copy(tb, buf->bus, src.bus, bytes, 0));
    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, true);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, buf->bus, buf->bytes);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_list(tb, 0, bus[0]);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 1);
    tb_msix_mask(tb, 0, false);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 0);
    return tb;
}

/* H-I03 */
START_TEST(k_57_second_message_waits_behind_one_that_waits_for_the_bus)
{
    struct tb_buf buf;
    struct tb *tb = open_blocked(&buf);

    rearm(tb, 0);
    tb_step(tb, SETTLE);
    ioat_sim_fault_clear(tb->sim);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 2);
    tb_close(tb);
}
END_TEST

START_TEST(k_54_message_that_waits_for_the_bus_is_pending_again_without_bus_master)
{
    struct tb_buf buf;
    struct tb *tb = open_blocked(&buf);

    tb_bus_master(tb, false);
    tb_msix_mask(tb, 0, true);
    tb_assert(tb, tb_msix_pending(tb, 0), "the message is not pending");
    tb_bus_master(tb, true);
    ioat_sim_fault_clear(tb->sim);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_msix_mask(tb, 0, false);
    settle(tb);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* The re-arm withdraws what a mask or bus master holds back, not a message that is only waiting for the one before it. */
START_TEST(h_i04_rearm_leaves_a_message_that_waits_for_an_answer)
{
    struct tb *tb = open_unanswered(0);

    rearm(tb, 0);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 1);
    rearm(tb, 0);
    ioat_sim_fault_clear(tb->sim);
    settle(tb);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 2);
    tb_close(tb);
}
END_TEST

Suite *irq_suite(void)
{
    const int channels = (int)ioat_sim_build()->channels;
    Suite *suite = suite_create("irq");
    TCase *tc;

    tc = tb_case(suite, "irq_events", 30);
    tcase_add_loop_test(tc, h_i01_event_sends_one_message_and_sets_int_disable, 0, channels);
    tcase_add_loop_test(tc, k_56_wire_is_one_clock_high_each_time_the_channel_signals, 0, 2);
    tcase_add_test(tc, section_4_7_descriptor_without_int_en_is_silent);
    tcase_add_test(tc, k_32_context_change_never_interrupts);
    tcase_add_loop_test(tc, h_c06_message_is_four_bytes_at_the_vectors_address, 0, 4);
    tcase_add_test(tc, h_i02_events_while_disabled_give_one_message_after_the_rearm);
    tcase_add_loop_test(tc, h_i02_events_of_one_batch, 0, tb_timing_n);
    tcase_add_test(tc, section_4_7_write_of_zero_does_not_rearm);
    tcase_add_loop_test(tc, h_r17_every_channel_signals_its_own_vector, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_i05_message_follows_data_and_word, 0, 2 * tb_timing_n);
    tcase_add_loop_test(tc, h_i06_delivery_does_not_depend_on_intrctrl, 0, 4);

    tc = tb_case(suite, "irq_masks", 30);
    tcase_add_test(tc, h_c05_capability_points_at_table_and_pending_bits);
    tcase_add_test(tc, h_c06_vectors_power_up_masked);
    tcase_add_loop_test(tc, h_i07_masked_message_waits_as_a_pending_bit, 1, 4);
    tcase_add_test(tc, h_c06_message_uses_the_entry_as_it_stands_at_unmask);
    tcase_add_test(tc, h_c06_pending_bits_ignore_writes);
    tcase_add_test(tc, h_i04_rearm_withdraws_a_pending_message);
    tcase_add_test(tc, h_i04_rearm_with_a_waiting_event_keeps_it_pending);
    tcase_add_test(tc, h_i04_rearm_with_nothing_sends_nothing);
    tcase_add_test(tc, k_51_rearm_does_not_clear_attnstatus);
    tcase_add_loop_test(tc, k_54_message_waits_for_bus_master, 0, 2);
    tcase_add_test(tc, k_57_second_message_waits_behind_one_that_waits_for_the_bus);
    tcase_add_test(tc, k_54_message_that_waits_for_the_bus_is_pending_again_without_bus_master);
    tcase_add_test(tc, h_i04_rearm_leaves_a_message_that_waits_for_an_answer);

    tc = tb_case(suite, "irq_errors", 30);
    tcase_add_loop_test(tc, h_i09_error_interrupts_only_if_enabled_and_unmasked, 0, 16);
    tcase_add_loop_test(tc, k_43_error_message_comes_when_the_state_is_readable, 0, tb_timing_n);
    tcase_add_test(tc, k_52_error_answer_to_a_message_is_ignored);

    tc = tb_case(suite, "irq_reset", 30);
    tcase_add_loop_test(tc, k_55_reset_withdraws_what_waits, 0, WAITING_N);
    tcase_add_test(tc, k_55_message_on_the_bus_ends_before_reset);
    tcase_add_test(tc, k_55_reset_leaves_the_other_channels_events);
    return suite;
}
