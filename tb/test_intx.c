/* test_intx.c - the INTRCTRL and ATTNSTATUS protocol with MSI-X disabled (H-I08, H-C10). */
#include "tb.h"

#include <linux/pci_regs.h>

/* Longer than the way from a completion to the line on ideal memory, clocks. */
#define SETTLE 500
/* From a register access to the line, clocks. */
#define LINE 20

static struct tb *open_legacy(void)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);               /* programmed and unmasked, and of no effect */
    tb_msix_enable(tb, false);
    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_ring(tb, ch, 0, IOAT_CONTROL_INT_EN);
    return tb;
}

static void expect_line(struct tb *tb, bool want, const char *when)
{
    tb_step(tb, LINE);
    tb_assert(tb, ioat_sim_intx(tb->sim) == want, "INTx: expected %s %s",
              want ? "asserted" : "deasserted", when);
}

START_TEST(h_i08_event_asserts_the_line)
{
    struct tb *tb = open_legacy();
    const unsigned ch = (unsigned)_i;

    expect_line(tb, false, "before any event");
    tb_ring_run(tb, ch, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, true, "after the event");
    tb_assert_global(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_INT_STATUS |
                                   IOAT_INTRCTRL_INT);
    tb_assert_global(tb, ATTNSTATUS, 1u << ch);
    tb_close(tb);
}
END_TEST

/* K-52: nothing of MSI-X moves meanwhile, nor when it is enabled later. */
START_TEST(k_52_no_message_and_no_pending_bit_while_msix_is_disabled)
{
    struct tb *tb = open_legacy();

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), 0);
    tb_msix_enable(tb, true);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->watch[0].msg_aw.n, 0);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_close(tb);
}
END_TEST

/* Section 4.7.6: read INTRCTRL, read ATTNSTATUS, write INTRCTRL back. */
START_TEST(h_i08_line_follows_the_handler)
{
    struct tb *tb = open_legacy();
    uint64_t intrctrl;

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    intrctrl = TB_GRD(tb, INTRCTRL);
    tb_assert_eq(tb, intrctrl, IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_INT_STATUS |
                               IOAT_INTRCTRL_INT);
    expect_line(tb, false, "after the read that cleared the master enable");
    tb_assert_global(tb, ATTNSTATUS, 1);
    TB_GWR(tb, INTRCTRL, intrctrl);
    expect_line(tb, false, "after the write-back, nothing is left");
    tb_assert_global(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    tb_close(tb);
}
END_TEST

/* The attention bit stays when the handler does not read ATTNSTATUS: the write-back
 * asserts the line again. */
START_TEST(h_i08_write_back_evaluates_the_level_again)
{
    struct tb *tb = open_legacy();
    uint64_t intrctrl;

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    intrctrl = TB_GRD(tb, INTRCTRL);
    expect_line(tb, false, "after the read");
    tb_assert_global(tb, INTRCTRL, IOAT_INTRCTRL_INT_STATUS);
    TB_GWR(tb, INTRCTRL, intrctrl);
    expect_line(tb, true, "after the write-back");
    tb_close(tb);
}
END_TEST

START_TEST(h_i08_event_between_the_reads_is_told_after_the_write_back)
{
    struct tb *tb = open_legacy();
    const unsigned second = tb->channels - 1;   /* one channel: its own next event */
    uint64_t intrctrl;

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    intrctrl = TB_GRD(tb, INTRCTRL);
    tb_assert_global(tb, ATTNSTATUS, 1);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
    tb_ring_run(tb, second, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, false, "while the master enable is clear");
    TB_GWR(tb, INTRCTRL, intrctrl);
    expect_line(tb, true, "after the write-back");
    tb_assert_global(tb, ATTNSTATUS, 1u << second);
    expect_line(tb, false, "after ATTNSTATUS was read");
    tb_close(tb);
}
END_TEST

START_TEST(h_i08_master_enable_gates_the_line)
{
    struct tb *tb = open_legacy();

    TB_GWR(tb, INTRCTRL, 0);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, false, "without master enable");
    tb_assert_global(tb, INTRCTRL, IOAT_INTRCTRL_INT_STATUS);
    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    expect_line(tb, true, "with master enable");
    TB_GWR(tb, INTRCTRL, 0);
    expect_line(tb, false, "after it was taken away");
    tb_close(tb);
}
END_TEST

START_TEST(section_4_7_disabled_channel_does_not_attend_again)
{
    struct tb *tb = open_legacy();

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_assert_global(tb, ATTNSTATUS, 1);
    tb_ring_run(tb, 0, 3);
    tb_step(tb, SETTLE);
    tb_assert_global(tb, ATTNSTATUS, 0);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
    tb_step(tb, SETTLE);
    tb_assert_global(tb, ATTNSTATUS, 1);
    tb_close(tb);
}
END_TEST

START_TEST(h_c10_interrupt_disable_blocks_the_pin_and_status_tells)
{
    struct tb *tb = open_legacy();
    const uint32_t command = tb_cfg_read(tb, PCI_COMMAND, 2);

    tb_cfg_write(tb, PCI_COMMAND, 2, command | PCI_COMMAND_INTX_DISABLE);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, false, "with Interrupt Disable set");
    tb_assert_eq(tb, tb_cfg_read(tb, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT, PCI_STATUS_INTERRUPT);
    tb_cfg_write(tb, PCI_COMMAND, 2, command);
    expect_line(tb, true, "with Interrupt Disable clear");
    tb_assert_global(tb, ATTNSTATUS, 1);
    expect_line(tb, false, "after ATTNSTATUS was read");
    tb_assert_eq(tb, tb_cfg_read(tb, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT, 0);
    tb_close(tb);
}
END_TEST

START_TEST(section_4_7_line_is_silent_with_msix_enabled)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, false, "in MSI-X mode");
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

START_TEST(k_55_reset_takes_the_attention_and_the_line)
{
    struct tb *tb = open_legacy();

    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    expect_line(tb, true, "after the event");
    tb_reset(tb, 0, TB_LONG);
    expect_line(tb, false, "after RESET");
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

START_TEST(h_i10_line_waits_for_the_delay)
{
    struct tb *tb = open_legacy();

    TB_GWR(tb, INTRDELAY, 10);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, tb_us(tb, 8));
    expect_line(tb, false, "before the delay is over");
    tb_step(tb, tb_us(tb, 3));
    expect_line(tb, true, "after the delay");
    tb_close(tb);
}
END_TEST

/* A handler in a loop: every event of every channel reaches ATTNSTATUS once. */
START_TEST(h_i08_handler_loop_loses_and_invents_nothing)
{
    enum { EVENTS = 40 };
    struct tb *tb = open_legacy();
    unsigned asked[TB_CHAN_MAX] = { 0 }, told[TB_CHAN_MAX] = { 0 }, left = EVENTS;

    for (unsigned turn = 0; left || ioat_sim_intx(tb->sim); turn++) {
        tb_assert(tb, turn < 100 * EVENTS, "the handler does not come to an end");
        for (unsigned ch = 0; ch < tb->channels && left; ch++)
            if (asked[ch] == told[ch] && tb_rand_below(tb, 3) == 0) {
                tb_ring_post(tb, ch, 1);
                asked[ch]++;
                left--;
            }
        tb_step(tb, tb_rand_below(tb, 60));
        if (ioat_sim_intx(tb->sim)) {
            const uint64_t intrctrl = TB_GRD(tb, INTRCTRL);
            const uint64_t attention = TB_GRD(tb, ATTNSTATUS);

            for (unsigned ch = 0; ch < tb->channels; ch++)
                if (attention >> ch & 1) {
                    told[ch]++;
                    TB_WR(tb, ch, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
                }
            TB_GWR(tb, INTRCTRL, intrctrl);
        }
        if (!left)
            tb_step(tb, SETTLE);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert_eq(tb, told[ch], asked[ch]);
    tb_close(tb);
}
END_TEST

Suite *intx_suite(void)
{
    Suite *suite = suite_create("intx");
    TCase *tc = tb_case(suite, "intx_protocol", 30);

    tcase_add_loop_test(tc, h_i08_event_asserts_the_line, 0, (int)ioat_sim_build()->channels);
    tcase_add_test(tc, k_52_no_message_and_no_pending_bit_while_msix_is_disabled);
    tcase_add_test(tc, h_i08_line_follows_the_handler);
    tcase_add_test(tc, h_i08_write_back_evaluates_the_level_again);
    tcase_add_test(tc, h_i08_event_between_the_reads_is_told_after_the_write_back);
    tcase_add_test(tc, h_i08_master_enable_gates_the_line);
    tcase_add_test(tc, section_4_7_disabled_channel_does_not_attend_again);
    tcase_add_test(tc, h_c10_interrupt_disable_blocks_the_pin_and_status_tells);
    tcase_add_test(tc, section_4_7_line_is_silent_with_msix_enabled);
    tcase_add_test(tc, k_55_reset_takes_the_attention_and_the_line);
    tcase_add_test(tc, h_i10_line_waits_for_the_delay);
    tcase_add_test(tc, h_i08_handler_loop_loses_and_invents_nothing);
    return suite;
}
