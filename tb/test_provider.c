/* test_provider.c - the provider on the simulated engine, in both personalities.
 *
 * Loop tests run as _i 0: NetDMA 1.x (lists) and 1: 2.x (counts).
 */
#include <stdlib.h>
#include <string.h>

#include "provider_rig.h"
#include "tb.h"

Suite *provider_suite(void);

enum { BATCH = 8, MOMENTS = 24 };

static uint64_t payload(const struct prig *rig)
{
    struct ioat_sim_stats stats;

    ioat_sim_chan_stats(rig->sim, 0, &stats);
    return stats.data_w_bytes;
}

/* Clocks after a start of BATCH copies: MOMENTS of them, from the first clock to well after
 * the last one of the list. */
static unsigned moment(unsigned n)
{
    unsigned all = BATCH * PRIG_PIECE * 8 / ioat_sim_build()->data_bits + 100;

    return n * all * 5 / 4 / MOMENTS + n % 3;
}

/* ---- start, append ---- */

START_TEST(start_copies_reports_and_interrupts)
{
    struct prig *rig = prig_simple(_i);

    prig_list(rig, 0, BATCH);
    prig_ok(prig_start(rig, 0, BATCH));
    prig_await(rig, BATCH - 1, NetDmaTransferStatusIdle);
    prig_check_copied(rig, 0, BATCH);
    ck_assert_uint_eq(rig->isr.n, 1);
    ck_assert_uint_eq(rig->dpc.n, 1);
    ck_assert_uint_eq(rig->isr.last, prig_bus(rig, BATCH - 1));
    ck_assert_uint_eq(rig->dpc.last, prig_bus(rig, BATCH - 1));
    ck_assert_uint_eq(rig->dpc.cpu, rig->parameters.CpuNumber);

    /* The interrupt was armed again. */
    prig_list(rig, BATCH, 1);
    prig_ok(prig_start(rig, BATCH, 1));
    prig_await(rig, BATCH, NetDmaTransferStatusIdle);
    ck_assert_uint_eq(rig->dpc.n, 2);
    prig_close(rig);
}
END_TEST

START_TEST(count_matters_in_2x_only)
{
    struct prig *rig = prig_simple(_i);

    prig_list(rig, 0, 4);
    prig_ok(prig_start(rig, 0, 2));
    prig_await(rig, _i ? 1 : 3, NetDmaTransferStatusIdle);
    prig_step(rig, 2000);
    prig_check_copied(rig, 0, 2);
    ck_assert(_i ? prig_untouched(rig, 2) && prig_untouched(rig, 3)
                 : prig_copied(rig, 2) && prig_copied(rig, 3));
    prig_close(rig);
}
END_TEST

START_TEST(append_at_any_moment_is_done_once)
{
    struct prig *rig = prig_simple(_i);

    for (unsigned n = 0; n < 2 * MOMENTS; n++) {
        uint64_t before = payload(rig);
        prig_list(rig, 0, 4);
        prig_list(rig, 4, 4);
        *rig->word = NetDmaTransferStatusArmed;
        prig_ok(prig_start(rig, 0, 4));
        prig_step(rig, moment(n) / 2);
        prig_ok(prig_append(rig, 4, 4));
        prig_await(rig, 7, NetDmaTransferStatusIdle);
        prig_check_copied(rig, 0, 8);
        ck_assert_uint_eq(payload(rig) - before, 8 * PRIG_PIECE);
    }
    struct provider_stats stats;
    provider_stats(rig->provider, 0, &stats);
    ck_assert_uint_eq(stats.appends, 2 * MOMENTS);
    prig_close(rig);
}
END_TEST

START_TEST(start_while_active_finishes_the_current_one_and_drops_the_rest)
{
    struct prig *rig = prig_simple(_i);

    prig_list(rig, 0, 20);
    prig_list(rig, 30, 2);
    prig_ok(prig_start(rig, 0, 20));
    prig_step(rig, moment(MOMENTS) / 2);
    prig_ok(prig_start(rig, 30, 2));
    prig_await(rig, 31, NetDmaTransferStatusIdle);
    prig_check_copied(rig, 30, 2);
    unsigned done = 0;
    while (done < 20 && prig_copied(rig, done))
        done++;
    ck_assert_uint_gt(done, 0);
    ck_assert_uint_lt(done, 20);
    for (unsigned slot = done; slot < 20; slot++)
        ck_assert_msg(prig_untouched(rig, slot), "slot %u was dropped and written", slot);
    prig_close(rig);
}
END_TEST

START_TEST(null_transfers_look_at_nothing)
{
    struct prig *rig = prig_simple(_i);

    prig_list(rig, 0, 3);
    rig->desc[1].ControlFlags = NET_DMA_NULL_TRANSFER | NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                                NET_DMA_INTERRUPT_ON_COMPLETION;
    rig->desc[1].TransferSize = UINT32_MAX;
    rig->desc[1].SourceAddress = rig->desc[1].DestinationAddress = prig_address(~UINT64_C(0));
    rig->desc[2].ControlFlags |= NET_DMA_NULL_TRANSFER;
    rig->desc[2].TransferSize = 0;
    prig_ok(prig_start(rig, 0, 3));
    prig_await(rig, 2, NetDmaTransferStatusIdle);
    ck_assert(prig_copied(rig, 0) && prig_untouched(rig, 1) && prig_untouched(rig, 2));
    ck_assert_uint_ge(rig->dpc.n, 1);
    prig_close(rig);
}
END_TEST

/* Both breaks in one descriptor, at different bytes: three segments. */
START_TEST(page_breaks)
{
    struct prig *rig = prig_simple(true);
    enum { PAGE = 4096, SRC = 1000, DST = 3000, LEN = 5000, SRC_NEXT = 9, DST_NEXT = 5 };
    const uint8_t *src = rig->src.cpu, *dst = rig->dst.cpu;

    prig_list(rig, 0, 1);
    rig->desc[0].TransferSize = LEN;
    rig->desc[0].ControlFlags |= NET_DMA_SOURCE_PAGE_BREAK | NET_DMA_DESTINATION_PAGE_BREAK;
    rig->desc[0].SourceAddress = prig_address(rig->src.bus + SRC);
    rig->desc[0].DestinationAddress = prig_address(rig->dst.bus + DST);
    rig->desc[0].NextSourceAddress = prig_address(rig->src.bus + SRC_NEXT * PAGE);
    rig->desc[0].NextDestinationAddress = prig_address(rig->dst.bus + DST_NEXT * PAGE);
    prig_ok(prig_start(rig, 0, 1));
    prig_await(rig, 0, NetDmaTransferStatusIdle);
    for (unsigned n = 0; n < LEN; n++) {
        unsigned from = n < PAGE - SRC ? SRC + n : SRC_NEXT * PAGE + n - (PAGE - SRC);
        unsigned to = n < PAGE - DST ? DST + n : DST_NEXT * PAGE + n - (PAGE - DST);
        ck_assert_msg(dst[to] == src[from], "byte %u", n);
    }
    prig_close(rig);
}
END_TEST

/* ---- suspend, resume ---- */

/* At every moment of a list: suspend, take a waiting descriptor out, resume. */
START_TEST(suspend_edit_resume)
{
    struct prig *rig = prig_simple(_i);
    unsigned edited = 0;

    for (unsigned n = 0; n < MOMENTS; n++) {
        uint64_t last = ~UINT64_C(0);
        prig_list(rig, 0, BATCH);
        prig_ok(prig_start(rig, 0, BATCH));
        prig_step(rig, moment(n));
        prig_ok(netdma_raw_suspend(rig->raw, &last));
        prig_word_is(rig, last, NetDmaTransferStatusSuspend);
        unsigned done = last ? (unsigned)((last - prig_bus(rig, 0)) / 64) + 1 : 0;
        ck_assert_uint_le(done, BATCH);
        prig_check_copied(rig, 0, done);

        /* Nothing moves, and what comes next was not kept: a null transfer now, and the
         * one behind it is skipped in 1.x, where no count would notice. */
        unsigned out = done;
        prig_step(rig, 1000);
        if (out + 2 < BATCH) {
            edited++;
            rig->desc[out].ControlFlags |= NET_DMA_NULL_TRANSFER;
            if (!_i)
                rig->desc[out].NextDescriptor = prig_address(prig_bus(rig, out + 2));
        }
        prig_word_is(rig, last, NetDmaTransferStatusSuspend);
        for (unsigned slot = done; slot < BATCH; slot++)
            ck_assert(prig_untouched(rig, slot));

        prig_ok(netdma_raw_resume(rig->raw));
        if (done < BATCH)
            prig_await(rig, BATCH - 1, NetDmaTransferStatusIdle);
        prig_step(rig, 500);
        ck_assert_uint_eq(IOAT_FIELD_GET(PRIG_RD(rig, CHANSTS), CHANSTS, STATE),
                          IOAT_CHANSTS_STATE_IDLE);
        for (unsigned slot = 0; slot < BATCH; slot++) {
            bool gone = out + 2 < BATCH && (slot == out || (!_i && slot == out + 1));
            ck_assert_msg(gone ? prig_untouched(rig, slot) : prig_copied(rig, slot),
                          "clock %u, slot %u", moment(n), slot);
        }
    }
    ck_assert_uint_ge(edited, 3);
    prig_close(rig);
}
END_TEST

/* ---- abort, reset ---- */

static NTSTATUS stop(struct prig *rig, bool reset)
{
    return reset ? netdma_raw_reset(rig->raw) : netdma_raw_abort(rig->raw);
}

/* At every moment of a list; then nothing moves, poisoned descriptors harm nobody, and a
 * start works. */
static void sweep_stop(int counted, bool reset)
{
    struct prig *rig = prig_simple(counted);

    for (unsigned n = 0; n < MOMENTS; n++) {
        prig_list(rig, 0, BATCH);
        prig_ok(prig_start(rig, 0, BATCH));
        prig_step(rig, moment(n));
        prig_ok(stop(rig, reset));
        uint64_t word = *rig->word, last = word & ~UINT64_C(0x3F), moved = payload(rig);
        prig_word_is(rig, last, NetDmaTransferStatusHalted);
        unsigned done = last ? (unsigned)((last - prig_bus(rig, 0)) / 64) + 1 : 0;
        prig_check_copied(rig, 0, done);

        unsigned interrupts = rig->isr.n;
        memset(rig->desc, 0xFF, PRIG_SLOTS * sizeof *rig->desc);
        prig_no(netdma_raw_append(rig->raw, &rig->desc[BATCH], prig_bus(rig, BATCH), 1));
        prig_step(rig, 2000);
        ck_assert_uint_eq(*rig->word, word);
        ck_assert_uint_eq(payload(rig), moved);
        ck_assert_uint_eq(PRIG_RD(rig, CHANERR), 0);
        if (done < BATCH)
            ck_assert_uint_eq(rig->isr.n, interrupts);

        prig_list(rig, 40, 2);
        prig_ok(prig_start(rig, 40, 2));
        prig_await(rig, 41, NetDmaTransferStatusIdle);
        prig_check_copied(rig, 40, 2);
    }
    prig_close(rig);
}

START_TEST(abort_at_any_moment)
{
    sweep_stop(_i, false);
}
END_TEST

START_TEST(reset_at_any_moment)
{
    sweep_stop(_i, true);
}
END_TEST

START_TEST(abort_and_reset_of_a_ready_channel_write_nothing)
{
    struct prig *rig = prig_simple(_i);
    const uint64_t mark = UINT64_C(0x5555555555555555);

    *rig->word = mark;
    prig_ok(netdma_raw_abort(rig->raw));
    prig_ok(netdma_raw_reset(rig->raw));
    ck_assert_uint_eq(*rig->word, mark);

    /* Nor does allocate. */
    netdma_raw_free(rig->raw);
    prig_ok(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL, &rig->raw));
    ck_assert_uint_eq(*rig->word, mark);
    prig_close(rig);
}
END_TEST

/* ---- the table of states, the NetDMA sheet, section 4.19 ---- */

START_TEST(every_cell_start)
{
    for (enum prig_state state = PRIG_READY; state < PRIG_STATES; state++) {
        struct prig *rig = prig_in(_i, state);
        prig_list(rig, 10, 1);
        prig_ok(prig_start(rig, 10, 1));
        ioat_sim_fault_clear(rig->sim);
        prig_await(rig, 10, NetDmaTransferStatusIdle);
        ck_assert(prig_copied(rig, 10));
        if (state == PRIG_READY || state == PRIG_HALTED)
            ck_assert(prig_untouched(rig, 3));
        prig_then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_append)
{
    for (enum prig_state state = PRIG_READY; state < PRIG_STATES; state++) {
        struct prig *rig = prig_in(_i, state);
        bool taken = state == PRIG_ACTIVE || state == PRIG_IDLE || state == PRIG_SUSPENDED;
        prig_nt(prig_append(rig, 4, 4), taken ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
        ioat_sim_fault_clear(rig->sim);
        prig_step(rig, 3000);
        if (state == PRIG_SUSPENDED) {
            ck_assert(prig_untouched(rig, 4));
            prig_word_is(rig, prig_bus(rig, 3), NetDmaTransferStatusSuspend);
            prig_ok(netdma_raw_resume(rig->raw));
        }
        if (taken) {
            prig_await(rig, 7, NetDmaTransferStatusIdle);
            prig_check_copied(rig, 0, 8);
        } else {
            ck_assert(prig_untouched(rig, 4));
        }
        prig_then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_suspend_and_resume)
{
    for (enum prig_state state = PRIG_READY; state < PRIG_STATES; state++) {
        struct prig *rig = prig_in(_i, state);
        uint64_t last = 7;
        if (state != PRIG_SUSPENDED)
            prig_no(netdma_raw_resume(rig->raw));
        ioat_sim_fault_clear(rig->sim);
        if (state == PRIG_READY || state == PRIG_HALTED) {
            uint64_t word = *rig->word;
            prig_no(netdma_raw_suspend(rig->raw, &last));
            ck_assert_uint_eq(last, 7);
            ck_assert_uint_eq(*rig->word, word);
        } else {
            prig_ok(netdma_raw_suspend(rig->raw, &last));
            prig_word_is(rig, last, NetDmaTransferStatusSuspend);
            ck_assert(state == PRIG_ACTIVE ? last >= prig_bus(rig, 1) : last == prig_bus(rig, 3));
            prig_ok(netdma_raw_resume(rig->raw));
            prig_no(netdma_raw_resume(rig->raw));
            prig_step(rig, 5000);
            prig_check_copied(rig, 0, 4);
        }
        prig_then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_abort_and_reset)
{
    for (int turn = 0; turn < 2 * PRIG_STATES; turn++) {
        enum prig_state state = (enum prig_state)(turn / 2);
        struct prig *rig = prig_in(_i, state);
        const uint64_t last[PRIG_STATES] = {
            [PRIG_ACTIVE] = prig_bus(rig, 0), [PRIG_HALTED] = prig_bus(rig, 0),
            [PRIG_IDLE] = prig_bus(rig, 3), [PRIG_SUSPENDED] = prig_bus(rig, 3),
        };
        /* Its answer must come: abort waits for all of them. */
        if (state == PRIG_ACTIVE) {
            prig_no(stop(rig, turn % 2));
            ioat_sim_fault_clear(rig->sim);
        }
        prig_ok(stop(rig, turn % 2));
        if (state != PRIG_READY)
            prig_word_is(rig, last[state], NetDmaTransferStatusHalted);
        prig_no(prig_append(rig, 4, 4));
        prig_then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_free)
{
    for (enum prig_state state = PRIG_READY; state < PRIG_STATES; state++) {
        struct prig *rig = prig_in(_i, state);
        ioat_sim_fault_clear(rig->sim);
        netdma_raw_free(rig->raw);
        prig_ok(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL,
                                    &rig->raw));
        prig_no(prig_append(rig, 4, 4));
        prig_then_works(rig);
    }
}
END_TEST

/* ---- 2.x counts ---- */

START_TEST(append_goes_on_where_the_list_ended)
{
    struct prig *rig = prig_simple(true);

    prig_list(rig, 0, 8);
    prig_ok(prig_start(rig, 0, 2));
    prig_no(prig_append(rig, 3, 1));
    prig_ok(prig_append(rig, 2, 1));
    prig_no(prig_append(rig, 2, 1));
    prig_ok(prig_append(rig, 3, 5));
    prig_await(rig, 7, NetDmaTransferStatusIdle);
    prig_check_copied(rig, 0, 8);
    prig_close(rig);
}
END_TEST

/* A ring of null transfers, for as many counts as one likes. */
static void null_ring(struct prig *rig)
{
    for (unsigned slot = 0; slot < PRIG_SLOTS; slot++)
        rig->desc[slot] = (NET_DMA_DESCRIPTOR){
            .ControlFlags = NET_DMA_NULL_TRANSFER | NET_DMA_STATUS_UPDATE_ON_COMPLETION,
            .NextDescriptor = prig_address(prig_bus(rig, slot + 1)),
        };
}

START_TEST(more_than_the_counter_holds)
{
    struct prig *rig = prig_simple(true);
    uint64_t last;

    null_ring(rig);
    prig_nt(prig_start(rig, 0, 65536), STATUS_RESOURCES);
    prig_ok(prig_start(rig, 0, 1));
    prig_await(rig, 0, NetDmaTransferStatusIdle);
    prig_ok(netdma_raw_suspend(rig->raw, &last));
    prig_ok(prig_append(rig, 1, 64 * 1000));
    prig_no(prig_append(rig, 1, 2000));
    prig_ok(prig_append(rig, 1, 1000));
    prig_ok(netdma_raw_abort(rig->raw));
    prig_close(rig);
}
END_TEST

/* Never idle for longer than the counter: what is under way is counted from the list. */
START_TEST(a_counter_that_wraps_under_load)
{
    struct prig_config config = prig_config(true);
    config.timing.read_latency = config.timing.write_latency = 1;
    struct prig *rig = prig_open(&config);
    enum { CHUNK = 30, TOTAL = 70000 };
    unsigned handed = 0, idle = 0;

    null_ring(rig);
    for (unsigned slot = 0; slot < PRIG_SLOTS; slot++)
        rig->desc[slot].ControlFlags |= slot % CHUNK ? 0 : NET_DMA_SERIALIZE_TRANSFER;
    prig_ok(prig_start(rig, 0, CHUNK));
    for (handed = CHUNK; handed < TOTAL; handed += CHUNK) {
        /* Half of what is there at most: a slot is never handed over twice. */
        for (;;) {
            uint64_t word = *rig->word;
            unsigned slot = (unsigned)(((word & ~UINT64_C(0x3F)) - prig_bus(rig, 0)) / 64);
            unsigned left = (handed - 1 - slot + PRIG_SLOTS) % PRIG_SLOTS;
            if (word > NetDmaTransferStatusArmed && left < CHUNK)
                break;
            prig_io(ioat_sim_step(rig->sim, 4));
        }
        idle += (*rig->word & NET_DMA_TRANSFER_STATUS_MASK) == NetDmaTransferStatusIdle;
        prig_ok(netdma_raw_append(rig->raw, &rig->desc[handed % PRIG_SLOTS],
                                  prig_bus(rig, handed), CHUNK));
    }
    prig_await(rig, (handed - 1) % PRIG_SLOTS, NetDmaTransferStatusIdle);
    ck_assert_uint_eq(PRIG_RD(rig, DMACOUNT), handed % 65536);
    ck_assert_uint_lt(idle, TOTAL / CHUNK);
    prig_close(rig);
}
END_TEST

Suite *provider_suite(void)
{
    Suite *suite = suite_create("provider");
    enum { BOTH = 2, SECONDS = 60 };
    TCase *tcase;

    tcase = tb_case(suite, "provider_lists", SECONDS);
    tcase_add_loop_test(tcase, start_copies_reports_and_interrupts, 0, BOTH);
    tcase_add_loop_test(tcase, count_matters_in_2x_only, 0, BOTH);
    tcase_add_loop_test(tcase, append_at_any_moment_is_done_once, 0, BOTH);
    tcase_add_loop_test(tcase, start_while_active_finishes_the_current_one_and_drops_the_rest, 0,
                        BOTH);
    tcase_add_loop_test(tcase, null_transfers_look_at_nothing, 0, BOTH);
    tcase_add_test(tcase, page_breaks);
    tcase_add_test(tcase, append_goes_on_where_the_list_ended);
    tcase_add_test(tcase, more_than_the_counter_holds);
    tcase_add_test(tcase, a_counter_that_wraps_under_load);

    tcase = tb_case(suite, "provider_control", SECONDS);
    tcase_add_loop_test(tcase, suspend_edit_resume, 0, BOTH);
    tcase_add_loop_test(tcase, abort_at_any_moment, 0, BOTH);
    tcase_add_loop_test(tcase, reset_at_any_moment, 0, BOTH);
    tcase_add_loop_test(tcase, abort_and_reset_of_a_ready_channel_write_nothing, 0, BOTH);

    tcase = tb_case(suite, "provider_states", SECONDS);
    tcase_add_loop_test(tcase, every_cell_start, 0, BOTH);
    tcase_add_loop_test(tcase, every_cell_append, 0, BOTH);
    tcase_add_loop_test(tcase, every_cell_suspend_and_resume, 0, BOTH);
    tcase_add_loop_test(tcase, every_cell_abort_and_reset, 0, BOTH);
    tcase_add_loop_test(tcase, every_cell_free, 0, BOTH);
    return suite;
}
