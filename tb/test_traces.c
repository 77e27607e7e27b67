/* test_traces.c - the reference access traces of the drivers, with every value they
 * expect (I/OAT sheet, section 5.10).
 */
#include "drivers.h"

#include <linux/pci_regs.h>
#include <string.h>

static void break_copy(const struct owner *owner)
{
    struct tb *tb = owner->trace.tb;

    tb_desc(tb, trace_get(&owner->trace, "copy"))->src = tb->hole;
}

/* ---- Linux ---- */

START_TEST(section_5_10_linux_probe_self_test_and_free)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    const unsigned driven = tb->channels < 4 ? tb->channels : 4;   /* Linux takes no more */
    struct owner owner;

    own(&owner, tb, 0, OWNER_LINUX);
    trace_run(&owner.trace, "linux probe", linux_probe);
    for (unsigned ch = 0; ch < driven; ch++) {
        owner.trace.ch = ch;
        tb_assert_reg(tb, ch, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        trace_run(&owner.trace, "linux reset", linux_reset);
    }
    owner.trace.ch = 0;
    tb_msix_setup(tb);
    trace_run(&owner.trace, "linux interrupts", linux_interrupts);
    trace_run(&owner.trace, "linux start", linux_start);
    trace_run(&owner.trace, "linux self-test", linux_self_test);
    tb_check_copy(tb, &owner.dst, &owner.src, owner.src.bytes);
    trace_run(&owner.trace, "linux free", linux_free);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    for (unsigned ch = 0; ch < driven; ch++) {
        owner.trace.ch = ch;
        trace_run(&owner.trace, "linux remove", linux_remove);
    }
    tb_assert_eq(tb, tb->message_n, 2);
    tb_close(tb);
}
END_TEST

/* The self-test twice on each channel: start after free finds a clean channel. */
START_TEST(section_5_10_linux_starts_every_channel_again)
{
    struct tb *tb = tb_open(NULL);
    struct owner owner;

    tb_msix_setup(tb);
    for (unsigned turn = 0; turn < 2; turn++)
        for (unsigned ch = 0; ch < tb->channels; ch++) {
            own(&owner, tb, ch, OWNER_LINUX);
            trace_run(&owner.trace, "linux reset", linux_reset);
            trace_run(&owner.trace, "linux start", linux_start);
            trace_run(&owner.trace, "linux self-test", linux_self_test);
            tb_check_copy(tb, &owner.dst, &owner.src, owner.src.bytes);
            trace_run(&owner.trace, "linux free", linux_free);
        }
    tb_close(tb);
}
END_TEST

START_TEST(section_5_10_linux_error_handler_recovers)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct owner owner;

    own(&owner, tb, 0, OWNER_LINUX);
    break_copy(&owner);
    tb_msix_setup(tb);
    trace_run(&owner.trace, "linux reset", linux_reset);
    trace_run(&owner.trace, "linux start", linux_start);
    trace_run(&owner.trace, "linux error", linux_error);
    tb_check_untouched(tb, &owner.dst);
    tb_assert_eq(tb, tb_messages(tb, 0), 3);
    tb_close(tb);
}
END_TEST

/* H-C07: Linux clears relaxed ordering in DEVCTL with a read and a write. */
START_TEST(h_c07_linux_clears_relaxed_ordering)
{
    struct tb *tb = tb_open(NULL);
    const unsigned devctl = tb_cfg_cap(tb, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
    const uint32_t value = tb_cfg_read(tb, devctl, 2);

    tb_cfg_write(tb, devctl, 2, value | PCI_EXP_DEVCTL_RELAX_EN);
    tb_assert_eq(tb, tb_cfg_read(tb, devctl, 2), value | PCI_EXP_DEVCTL_RELAX_EN);
    tb_cfg_write(tb, devctl, 2, value & ~(uint32_t)PCI_EXP_DEVCTL_RELAX_EN);
    tb_assert_eq(tb, tb_cfg_read(tb, devctl, 2), value & ~(uint32_t)PCI_EXP_DEVCTL_RELAX_EN);
    tb_close(tb);
}
END_TEST

/* ---- SPDK ---- */

/* H-W10: its completion word is aligned to 8 bytes only. */
START_TEST(section_5_10_spdk_attach_and_run)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct owner owner;

    own(&owner, tb, 0, OWNER_SPDK);
    trace_run(&owner.trace, "spdk attach", spdk_attach);
    trace_run(&owner.trace, "spdk run", spdk_run);
    tb_check_copy(tb, &owner.dst, &owner.src, owner.src.bytes);
    tb_close(tb);
}
END_TEST

/* With ERR_COMPLETION_EN clear a failed copy is silent in memory: section 5.2, 7. */
START_TEST(section_5_2_spdk_failed_copy_writes_no_word)
{
    struct tb *tb = tb_open(NULL);
    struct owner owner;

    own(&owner, tb, 0, OWNER_SPDK);
    break_copy(&owner);
    trace_run(&owner.trace, "spdk attach", spdk_attach);
    TB_WR(tb, 0, DMACOUNT, 2);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA);
    tb_assert_eq(tb, *owner_word(&owner), TB_WORD(trace_get(&owner.trace, "null"), IDLE));
    tb_close(tb);
}
END_TEST

/* ---- DPDK ---- */

START_TEST(section_5_10_dpdk_create_start_run_stop)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct owner owner;

    own(&owner, tb, 0, OWNER_DPDK);
    trace_run(&owner.trace, "dpdk create", dpdk_create);
    for (int turn = 0; turn < 2; turn++) {
        trace_run(&owner.trace, "dpdk start", dpdk_start);
        trace_run(&owner.trace, "dpdk run", dpdk_run);
        tb_check_copy(tb, &owner.dst, &owner.src, owner.src.bytes);
        memset(owner.dst.cpu, TB_DST_BYTE, owner.dst.bytes);
        *owner_word(&owner) = TB_NO_WORD;     /* the driver primes it, too */
        trace_run(&owner.trace, "dpdk stop", dpdk_stop);
        tb_assert_state(tb, 0, SUSPENDED);
    }
    tb_close(tb);
}
END_TEST

/* H-S20: start and stop without a copy. */
START_TEST(section_5_10_dpdk_stop_without_a_copy_halts)
{
    struct tb *tb = tb_open(NULL);
    struct owner owner;

    own(&owner, tb, 0, OWNER_DPDK);
    trace_run(&owner.trace, "dpdk create", dpdk_create);
    trace_run(&owner.trace, "dpdk start", dpdk_start);
    trace_run(&owner.trace, "dpdk stop", dpdk_stop);
    tb_assert_state(tb, 0, HALTED);
    trace_run(&owner.trace, "dpdk start", dpdk_start);
    trace_run(&owner.trace, "dpdk run", dpdk_run);
    tb_close(tb);
}
END_TEST

/* The failing descriptor is skipped: work goes on at the one behind it. */
START_TEST(section_5_10_dpdk_recovers_behind_the_failed_copy)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct owner owner;
    uint64_t again;

    own(&owner, tb, 0, OWNER_DPDK);
    again = trace_get(&owner.trace, "again");
    break_copy(&owner);
    trace_run(&owner.trace, "dpdk create", dpdk_create);
    trace_run(&owner.trace, "dpdk start", dpdk_start);
    trace_run(&owner.trace, "dpdk fail", dpdk_fail);
    trace_set(&owner.trace, "chain", again);
    trace_run(&owner.trace, "dpdk recover", dpdk_recover);
    TB_WR(tb, 0, DMACOUNT, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_eq(tb, *owner_word(&owner), TB_WORD(again, IDLE));
    tb_close(tb);
}
END_TEST

/* After recovery the doorbell may ring with the count that stands: nothing happens. */
START_TEST(h_s07_dpdk_doorbell_with_nothing_left_keeps_armed)
{
    struct tb *tb = tb_open(NULL);
    struct owner owner;

    own(&owner, tb, 0, OWNER_DPDK);
    trace_run(&owner.trace, "dpdk create", dpdk_create);
    trace_run(&owner.trace, "dpdk start", dpdk_start);
    TB_WR(tb, 0, DMACOUNT, 0);
    tb_step(tb, 1000);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    tb_assert_eq(tb, *owner_word(&owner), TB_NO_WORD);
    tb_close(tb);
}
END_TEST

/* ---- FreeBSD ---- */

START_TEST(section_5_10_freebsd_reset_and_start)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct owner owner;

    own(&owner, tb, 0, OWNER_FREEBSD);
    tb_msix_setup(tb);
    trace_run(&owner.trace, "freebsd start", freebsd_start);
    trace_run(&owner.trace, "freebsd copy", spdk_run);
    tb_check_copy(tb, &owner.dst, &owner.src, owner.src.bytes);
    trace_run(&owner.trace, "freebsd start again", freebsd_start);
    tb_close(tb);
}
END_TEST

/* Section 5.4: hammer.force_hw_error copies one byte at 0xFFFF000000000000. */
START_TEST(section_5_4_freebsd_forced_error_halts)
{
    struct tb *tb = tb_open(NULL);
    struct owner owner;

    own(&owner, tb, 0, OWNER_FREEBSD);
    trace_run(&owner.trace, "freebsd start", freebsd_start);
    tb_desc(tb, trace_get(&owner.trace, "copy"))->src = UINT64_C(0xffff) << 48;
    tb_desc(tb, trace_get(&owner.trace, "copy"))->size = 1;
    TB_WR(tb, 0, DMACOUNT, 2);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, tb->build->addr_bits == 64 ? IOAT_CHANERR_READ_DATA
                                                        : IOAT_CHANERR_SRC_ADDR);
    trace_run(&owner.trace, "freebsd start", freebsd_start);
    tb_close(tb);
}
END_TEST

Suite *traces_suite(void)
{
    Suite *suite = suite_create("traces");
    TCase *tc;

    tc = tb_case(suite, "traces_linux", 60);
    tcase_add_loop_test(tc, section_5_10_linux_probe_self_test_and_free, 0, tb_timing_n);
    tcase_add_test(tc, section_5_10_linux_starts_every_channel_again);
    tcase_add_loop_test(tc, section_5_10_linux_error_handler_recovers, 0, tb_timing_n);
    tcase_add_test(tc, h_c07_linux_clears_relaxed_ordering);

    tc = tb_case(suite, "traces_user_space", 60);
    tcase_add_loop_test(tc, section_5_10_spdk_attach_and_run, 0, tb_timing_n);
    tcase_add_test(tc, section_5_2_spdk_failed_copy_writes_no_word);
    tcase_add_loop_test(tc, section_5_10_dpdk_create_start_run_stop, 0, tb_timing_n);
    tcase_add_test(tc, section_5_10_dpdk_stop_without_a_copy_halts);
    tcase_add_loop_test(tc, section_5_10_dpdk_recovers_behind_the_failed_copy, 0, tb_timing_n);
    tcase_add_test(tc, h_s07_dpdk_doorbell_with_nothing_left_keeps_armed);

    tc = tb_case(suite, "traces_freebsd", 60);
    tcase_add_loop_test(tc, section_5_10_freebsd_reset_and_start, 0, tb_timing_n);
    tcase_add_test(tc, section_5_4_freebsd_forced_error_halts);
    return suite;
}
