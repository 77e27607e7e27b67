/* test_takeover.c - one driver leaves, the next one comes (H-S23).
 *
 * Nine orders of Linux, SPDK and DPDK, each with the channel left in three ways. The
 * newcomer finds no power-on state; the memory of the former owner is not its own.
 */
#include "drivers.h"

#include <stdlib.h>
#include <string.h>

enum leaving { LEFT_IDLE, STOPPED, LEFT_RUNNING, LEAVING_N };
enum { DRIVER_N = 3 };

static const char *const driver_name[] = { "linux", "spdk", "dpdk" };

static void attach(struct owner *owner)
{
    struct trace *trace = &owner->trace;

    switch (owner->kind) {
    case OWNER_SPDK:
        trace_run(trace, "spdk attach", spdk_attach);
        break;
    case OWNER_DPDK:
        trace_run(trace, "dpdk create", dpdk_create);
        trace_run(trace, "dpdk start", dpdk_start);
        break;
    default:
        trace_run(trace, "linux probe", linux_probe);
        trace_run(trace, "linux reset", linux_reset);
        tb_msix_setup(trace->tb);
        trace_run(trace, "linux interrupts", linux_interrupts);
        trace_run(trace, "linux start", linux_start);
        break;
    }
}

static void run(struct owner *owner)
{
    static const char *const *const lines[] = { linux_self_test, spdk_run, dpdk_run };

    trace_run(&owner->trace, "run", lines[owner->kind]);
    tb_check_copy(owner->trace.tb, &owner->dst, &owner->src, owner->src.bytes);
}

/* SPDK stops nothing when it detaches. */
static void stop(struct owner *owner)
{
    if (owner->kind == OWNER_LINUX) {
        trace_run(&owner->trace, "linux free", linux_free);
        trace_run(&owner->trace, "linux remove", linux_remove);
    } else if (owner->kind == OWNER_DPDK) {
        trace_run(&owner->trace, "dpdk stop", dpdk_stop);
    }
}

/* Dies in the middle of a long copy. */
static void leave_running(struct owner *owner)
{
    enum { LONG = 65536 };
    struct tb *tb = owner->trace.tb;
    struct ioat_desc *copy = tb_desc(tb, trace_get(&owner->trace, "copy"));

    owner->src = tb_src(tb, LONG, 0);
    owner->dst = tb_dst(tb, LONG, 0);
    copy->size = LONG;
    copy->src = owner->src.bus;
    copy->dst = owner->dst.bus;
    TB_WR(tb, 0, DMACOUNT, 2);
    tb_step(tb, 200);
    tb_assert_state(tb, 0, ACTIVE);
}

START_TEST(h_s23_next_driver_takes_over)
{
    const enum owner_kind first = (enum owner_kind)(_i % DRIVER_N);
    const enum owner_kind second = (enum owner_kind)(_i / DRIVER_N % DRIVER_N);
    const enum leaving leaving = (enum leaving)(_i / (DRIVER_N * DRIVER_N));
    struct tb *tb = tb_open(&tb_timings[1].timing);
    struct owner former, newcomer;
    uint8_t *dst_then;
    uint64_t word_then;

    own(&former, tb, 0, first);
    attach(&former);
    if (leaving == LEFT_RUNNING)
        leave_running(&former);
    else
        run(&former);
    if (leaving == STOPPED)
        stop(&former);

    own(&newcomer, tb, 0, second);
    if (first == second)       /* a new process of the same driver has a word of its own */
        trace_set(&newcomer.trace, "cmp", trace_get(&newcomer.trace, "cmp") + 0x800);
    *owner_word(&newcomer) = TB_NO_WORD;
    attach(&newcomer);
    word_then = *owner_word(&former);
    dst_then = malloc(former.dst.bytes);
    ck_assert_ptr_nonnull(dst_then);
    memcpy(dst_then, former.dst.cpu, former.dst.bytes);
    run(&newcomer);

    tb_note(tb, "%s after %s", driver_name[second], driver_name[first]);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_eq(tb, *owner_word(&former), word_then);
    tb_assert(tb, memcmp(dst_then, former.dst.cpu, former.dst.bytes) == 0,
              "the former owner's buffer changed after the takeover");
    free(dst_then);
    tb_close(tb);
}
END_TEST

Suite *takeover_suite(void)
{
    Suite *suite = suite_create("takeover");
    TCase *tc = tb_case(suite, "takeover_drivers", 60);

    tcase_add_loop_test(tc, h_s23_next_driver_takes_over, 0, DRIVER_N * DRIVER_N * LEAVING_N);
    return suite;
}
