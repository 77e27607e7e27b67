/* test_provider.c - the provider on the simulated engine, in both personalities.
 *
 * Loop tests run as _i 0: NetDMA 1.x (lists) and 1: 2.x (counts).
 */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "provider_rig.h"
#include "tb.h"

Suite *provider_suite(void);

enum { BATCH = 8, SWEEP_STEP = 37, SWEEP_END = 6000 };

static struct prig *open_rig(int counted)
{
    struct prig_config config = prig_config(counted);
    return prig_open(&config);
}

/* Slots first..first + n - 1 were copied, and their payload went over the bus once. */
static void check_copied(const struct prig *rig, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++)
        ck_assert_msg(prig_copied(rig, slot), "slot %u was not copied", slot);
}

static uint64_t payload(const struct prig *rig)
{
    struct ioat_sim_stats stats;

    ioat_sim_chan_stats(rig->sim, 0, &stats);
    return stats.data_w_bytes;
}

/* ---- start, append ---- */

START_TEST(start_copies_reports_and_interrupts)
{
    struct prig *rig = open_rig(_i);

    prig_list(rig, 0, BATCH);
    prig_ok(prig_start(rig, 0, BATCH));
    prig_await(rig, BATCH - 1, NetDmaTransferStatusIdle);
    check_copied(rig, 0, BATCH);
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
    struct prig *rig = open_rig(_i);

    prig_list(rig, 0, 4);
    prig_ok(prig_start(rig, 0, 2));
    prig_await(rig, _i ? 1 : 3, NetDmaTransferStatusIdle);
    prig_step(rig, 2000);
    check_copied(rig, 0, 2);
    ck_assert(_i ? prig_untouched(rig, 2) && prig_untouched(rig, 3)
                 : prig_copied(rig, 2) && prig_copied(rig, 3));
    prig_close(rig);
}
END_TEST

START_TEST(append_at_any_moment_is_done_once)
{
    struct prig *rig = open_rig(_i);
    unsigned tries = 0;

    for (unsigned clocks = 0; clocks < SWEEP_END; clocks += 3 * SWEEP_STEP, tries++) {
        uint64_t before = payload(rig);
        prig_list(rig, 0, 4);
        prig_list(rig, 4, 4);
        *rig->word = NetDmaTransferStatusArmed;
        prig_ok(prig_start(rig, 0, 4));
        prig_step(rig, clocks);
        prig_ok(prig_append(rig, 4, 4));
        prig_await(rig, 7, NetDmaTransferStatusIdle);
        check_copied(rig, 0, 8);
        ck_assert_uint_eq(payload(rig) - before, 8 * PRIG_PIECE);
    }
    struct provider_stats stats;
    provider_stats(rig->provider, 0, &stats);
    ck_assert_uint_eq(stats.appends, tries);
    prig_close(rig);
}
END_TEST

START_TEST(start_while_active_finishes_the_current_one_and_drops_the_rest)
{
    struct prig *rig = open_rig(_i);

    prig_list(rig, 0, 20);
    prig_list(rig, 30, 2);
    prig_ok(prig_start(rig, 0, 20));
    prig_step(rig, 1500);
    prig_ok(prig_start(rig, 30, 2));
    prig_await(rig, 31, NetDmaTransferStatusIdle);
    check_copied(rig, 30, 2);
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
    struct prig *rig = open_rig(_i);

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
    struct prig *rig = open_rig(true);
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
    struct prig *rig = open_rig(_i);
    unsigned edited = 0;

    for (unsigned clocks = 0; clocks < SWEEP_END; clocks += 7 * SWEEP_STEP) {
        uint64_t last = ~UINT64_C(0);
        prig_list(rig, 0, BATCH);
        prig_ok(prig_start(rig, 0, BATCH));
        prig_step(rig, clocks);
        prig_ok(netdma_raw_suspend(rig->raw, &last));
        prig_word_is(rig, last, NetDmaTransferStatusSuspend);
        unsigned done = last ? (unsigned)((last - prig_bus(rig, 0)) / 64) + 1 : 0;
        ck_assert_uint_le(done, BATCH);
        check_copied(rig, 0, done);

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
                          "clock %u, slot %u", clocks, slot);
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
    struct prig *rig = open_rig(counted);

    for (unsigned clocks = 0; clocks < SWEEP_END; clocks += 5 * SWEEP_STEP) {
        prig_list(rig, 0, BATCH);
        prig_ok(prig_start(rig, 0, BATCH));
        prig_step(rig, clocks);
        prig_ok(stop(rig, reset));
        uint64_t word = *rig->word, last = word & ~UINT64_C(0x3F), moved = payload(rig);
        prig_word_is(rig, last, NetDmaTransferStatusHalted);
        unsigned done = last ? (unsigned)((last - prig_bus(rig, 0)) / 64) + 1 : 0;
        check_copied(rig, 0, done);

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
        check_copied(rig, 40, 2);
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
    struct prig *rig = open_rig(_i);
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

enum state { READY, ACTIVE, IDLE, SUSPENDED, HALTED, STATES };

/* Brings a fresh rig into the state; in ACTIVE an answer is withheld. */
static struct prig *rig_in(int counted, enum state state)
{
    struct prig *rig = open_rig(counted);
    uint64_t last;

    prig_list(rig, 0, 4);
    prig_list(rig, 4, 4);
    if (state == ACTIVE)
        prig_fault(rig, IOAT_SIM_FAULT_READ, IOAT_SIM_HOLD, rig->src.bus + PRIG_STRIDE, PRIG_STRIDE);
    if (state == HALTED)
        prig_fault(rig, IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, rig->src.bus + PRIG_STRIDE,
                   PRIG_STRIDE);
    if (state != READY)
        prig_ok(prig_start(rig, 0, 4));
    if (state == ACTIVE)
        prig_await(rig, 0, NetDmaTransferStatusActive);
    if (state == IDLE || state == SUSPENDED)
        prig_await(rig, 3, NetDmaTransferStatusIdle);
    if (state == SUSPENDED)
        prig_ok(netdma_raw_suspend(rig->raw, &last));
    if (state == HALTED)
        prig_await(rig, 0, NetDmaTransferStatusHalted);
    return rig;
}

static void then_works(struct prig *rig)
{
    prig_list(rig, 20, 2);
    prig_ok(prig_start(rig, 20, 2));
    prig_await(rig, 21, NetDmaTransferStatusIdle);
    check_copied(rig, 20, 2);
    ck_assert_uint_eq(PRIG_RD(rig, CHANERR), 0);
    prig_close(rig);
}

START_TEST(every_cell_start)
{
    for (enum state state = READY; state < STATES; state++) {
        struct prig *rig = rig_in(_i, state);
        prig_list(rig, 10, 1);
        prig_ok(prig_start(rig, 10, 1));
        ioat_sim_fault_clear(rig->sim);
        prig_await(rig, 10, NetDmaTransferStatusIdle);
        ck_assert(prig_copied(rig, 10));
        ck_assert(state == IDLE || state == SUSPENDED || prig_untouched(rig, 3));
        then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_append)
{
    for (enum state state = READY; state < STATES; state++) {
        struct prig *rig = rig_in(_i, state);
        bool taken = state == ACTIVE || state == IDLE || state == SUSPENDED;
        prig_nt(prig_append(rig, 4, 4), taken ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
        ioat_sim_fault_clear(rig->sim);
        prig_step(rig, 3000);
        if (state == SUSPENDED) {
            ck_assert(prig_untouched(rig, 4));
            prig_word_is(rig, prig_bus(rig, 3), NetDmaTransferStatusSuspend);
            prig_ok(netdma_raw_resume(rig->raw));
        }
        if (taken) {
            prig_await(rig, 7, NetDmaTransferStatusIdle);
            check_copied(rig, 0, 8);
        } else {
            ck_assert(prig_untouched(rig, 4));
        }
        then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_suspend_and_resume)
{
    for (enum state state = READY; state < STATES; state++) {
        struct prig *rig = rig_in(_i, state);
        uint64_t last = 7;
        if (state != SUSPENDED)
            prig_no(netdma_raw_resume(rig->raw));
        ioat_sim_fault_clear(rig->sim);
        if (state == READY || state == HALTED) {
            uint64_t word = *rig->word;
            prig_no(netdma_raw_suspend(rig->raw, &last));
            ck_assert_uint_eq(last, 7);
            ck_assert_uint_eq(*rig->word, word);
        } else {
            prig_ok(netdma_raw_suspend(rig->raw, &last));
            prig_word_is(rig, last, NetDmaTransferStatusSuspend);
            ck_assert(state == ACTIVE ? last >= prig_bus(rig, 1) : last == prig_bus(rig, 3));
            prig_ok(netdma_raw_resume(rig->raw));
            prig_no(netdma_raw_resume(rig->raw));
            prig_step(rig, 5000);
            check_copied(rig, 0, 4);
        }
        then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_abort_and_reset)
{
    for (int turn = 0; turn < 2 * STATES; turn++) {
        enum state state = (enum state)(turn / 2);
        struct prig *rig = rig_in(_i, state);
        const uint64_t last[STATES] = {
            [ACTIVE] = prig_bus(rig, 0), [HALTED] = prig_bus(rig, 0),
            [IDLE] = prig_bus(rig, 3), [SUSPENDED] = prig_bus(rig, 3),
        };
        /* Its answer must come: abort waits for all of them. */
        if (state == ACTIVE) {
            prig_no(stop(rig, turn % 2));
            ioat_sim_fault_clear(rig->sim);
        }
        prig_ok(stop(rig, turn % 2));
        if (state != READY)
            prig_word_is(rig, last[state], NetDmaTransferStatusHalted);
        prig_no(prig_append(rig, 4, 4));
        then_works(rig);
    }
}
END_TEST

START_TEST(every_cell_free)
{
    for (enum state state = READY; state < STATES; state++) {
        struct prig *rig = rig_in(_i, state);
        ioat_sim_fault_clear(rig->sim);
        netdma_raw_free(rig->raw);
        prig_ok(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL,
                                    &rig->raw));
        prig_no(prig_append(rig, 4, 4));
        then_works(rig);
    }
}
END_TEST

/* ---- errors ---- */

START_TEST(an_error_is_reported_with_0_and_start_alone_recovers)
{
    struct prig *rig = rig_in(_i, HALTED);

    ck_assert_uint_eq(rig->dpc.n, 1);
    ck_assert_uint_eq(rig->dpc.last, 0);
    ck_assert_uint_eq(rig->isr.last, prig_bus(rig, 0));
    then_works(rig);
}
END_TEST

/* The engine cannot write the word: the provider does. */
START_TEST(a_word_that_fails_is_stored_by_the_provider)
{
    struct prig *rig = open_rig(_i);
    const struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_SLVERR,
        .first = rig->word_bus, .last = rig->word_bus + 7, .percent = 100,
    };

    prig_list(rig, 0, 4);
    ck_assert_int_ge(ioat_sim_fault_add(rig->sim, &fault), 0);
    prig_ok(prig_start(rig, 0, 4));
    prig_step(rig, 8000);
    ck_assert_uint_eq(rig->dpc.last, 0);
    prig_word_is(rig, 0, NetDmaTransferStatusHalted);
    prig_no(prig_append(rig, 4, 4));
    ioat_sim_fault_clear(rig->sim);
    then_works(rig);
}
END_TEST

START_TEST(a_removed_engine_fails_and_ends)
{
    struct prig *rig = rig_in(_i, IDLE);
    uint64_t last = 7;

    ioat_sim_remove(rig->sim);
    prig_no(netdma_raw_suspend(rig->raw, &last));
    prig_no(netdma_raw_abort(rig->raw));
    prig_no(netdma_raw_reset(rig->raw));
    netdma_raw_free(rig->raw);
    prig_no(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL, &rig->raw));
    prig_close(rig);
}
END_TEST

/* An engine that does not obey within wait_ns, at free: the channel comes back later. */
START_TEST(a_channel_that_hangs_at_free_is_used_again)
{
    struct prig *rig = rig_in(_i, ACTIVE);

    netdma_raw_free(rig->raw);
    rig->raw = NULL;
    ioat_sim_fault_clear(rig->sim);
    prig_ok(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL, &rig->raw));
    then_works(rig);
}
END_TEST

/* ---- bad arguments, the NetDMA sheet, section 5 ---- */

START_TEST(allocate_refuses)
{
    struct prig_config config = prig_config(_i);
    config.idle = true;
    struct prig *rig = prig_open(&config);
    PVOID handle = provider_handle(rig->provider);
    struct netdma_raw *raw[IOAT_CHAN_MAX + 1];
    NET_DMA_CHANNEL_PARAMETERS bad;

#define REFUSED(change)                                                         \
    do {                                                                        \
        bad = rig->parameters;                                                  \
        change;                                                                 \
        prig_no(netdma_raw_allocate(handle, &bad, NULL, &raw[0]));              \
    } while (0)
    prig_no(netdma_raw_allocate(handle, NULL, NULL, &raw[0]));
    REFUSED(bad.Revision = 0);
    REFUSED(bad.Revision = 3);
    REFUSED(bad.Size = 35);
    REFUSED((bad.Revision = 2, bad.Size = 55));
    REFUSED(bad.Flags = 1);
    REFUSED(bad.CompletionVirtualAddress = NULL);
    REFUSED(bad.CompletionPhysicalAddress.QuadPart += 4);
    if (ioat_sim_build()->addr_bits < 64)
        REFUSED(bad.CompletionPhysicalAddress.QuadPart = INT64_C(1) << ioat_sim_build()->addr_bits);
#undef REFUSED

    unsigned n = 0;
    while (n < provider_channels(rig->provider)) {
        NET_DMA_CHANNEL_PARAMETERS good = rig->parameters;
        good.Size = n % 2 ? 40 : 36;
        good.ChannelPriority = UINT32_MAX;
        prig_ok(netdma_raw_allocate(handle, &good, NULL, &raw[n++]));
    }
    ck_assert_uint_eq(IOAT_FIELD_GET(PRIG_RD(rig, CHANCTRL), CHANCTRL, PRIORITY), 15);
    prig_nt(netdma_raw_allocate(handle, &rig->parameters, NULL, &raw[n]), STATUS_RESOURCES);
    while (n)
        netdma_raw_free(raw[--n]);
    prig_close(rig);
}
END_TEST

START_TEST(start_and_append_refuse)
{
    struct prig *rig = open_rig(_i);
    uint64_t bus = prig_bus(rig, 0), word = *rig->word;

    prig_list(rig, 0, 1);
    for (int append = 0; append < 2; append++) {
        NTSTATUS (*call)(struct netdma_raw *, PNET_DMA_DESCRIPTOR, uint64_t, ULONG) =
            append ? netdma_raw_append : netdma_raw_start;
        prig_no(call(rig->raw, NULL, bus, 1));
        prig_no(call(rig->raw, rig->desc, 0, 1));
        prig_no(call(rig->raw, rig->desc, bus + 8, 1));
        if (ioat_sim_build()->addr_bits < 64)
            prig_no(call(rig->raw, rig->desc, UINT64_C(1) << ioat_sim_build()->addr_bits, 1));
        if (_i)
            prig_no(call(rig->raw, rig->desc, bus, 0));
        if (!append) {
            ck_assert_uint_eq(PRIG_RD(rig, CHAINADDR), 0);
            ck_assert_uint_eq(*rig->word, word);
            prig_ok(prig_start(rig, 0, 1));
            prig_await(rig, 0, NetDmaTransferStatusIdle);
        }
    }
    struct provider_stats stats;
    provider_stats(rig->provider, 0, &stats);
    ck_assert_uint_ge(stats.refused, 6);
    prig_close(rig);
}
END_TEST

START_TEST(append_goes_on_where_the_list_ended)
{
    struct prig *rig = open_rig(true);

    prig_list(rig, 0, 8);
    prig_ok(prig_start(rig, 0, 2));
    prig_no(prig_append(rig, 3, 1));
    prig_ok(prig_append(rig, 2, 1));
    prig_no(prig_append(rig, 2, 1));
    prig_ok(prig_append(rig, 3, 5));
    prig_await(rig, 7, NetDmaTransferStatusIdle);
    check_copied(rig, 0, 8);
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
    struct prig *rig = open_rig(true);
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

/* ---- affinity ---- */

/* Once with a mask for each CPU and revision: a channel whose message comes there, else
 * any, and the DPC on the CPU of the mask. */
START_TEST(affinity)
{
    struct prig_config config = prig_config(_i);
    config.idle = true;
    struct prig *rig = prig_open(&config);
    unsigned channels = provider_channels(rig->provider);

    for (unsigned n = 0; n < channels; n++)
        ck_assert_uint_eq(provider_interrupt_cpu(rig->provider, n), n % config.cpus);
    for (unsigned turn = 0; turn < 2 * config.cpus; turn++) {
        NET_DMA_CHANNEL_PARAMETERS parameters = rig->parameters;
        unsigned cpu = turn / 2, index = cpu < channels ? cpu : 0;
        struct provider_stats before, after;
        struct netdma_raw *raw;
        if (turn % 2) {
            parameters.Revision = NET_DMA_CHANNEL_REVISION_2;
            parameters.Size = sizeof parameters;
            parameters.ProcessorAffinityMask = ~1u << cpu;
            parameters.ProcessorAffinityMaskEx.Mask = 1u << cpu;
        } else {
            parameters.ProcessorAffinityMask = 1u << cpu;
        }
        *rig->word = 0;
        provider_stats(rig->provider, index, &before);
        prig_ok(prig_allocate(rig, &parameters, &raw));
        ck_assert_uint_eq(parameters.CpuNumber, cpu);
        prig_list(rig, 0, 1);
        prig_ok(netdma_raw_start(raw, rig->desc, prig_bus(rig, 0), 1));
        prig_await(rig, 0, NetDmaTransferStatusIdle);
        provider_stats(rig->provider, index, &after);
        ck_assert_uint_eq(after.starts, before.starts + 1);
        ck_assert_uint_eq(rig->isr.n, turn + 1);
        ck_assert_uint_eq(rig->isr.cpu, index % config.cpus);
        ck_assert_uint_eq(rig->dpc.cpu, cpu);
        netdma_raw_free(raw);
    }
    prig_close(rig);
}
END_TEST

/* ---- a client on top ---- */

enum { COPIES = 40, COPY_MAX = 6000 };

struct client {
    struct prig *rig;
    PVOID handle, channel;
    unsigned done, failed;
    NET_DMA_COPY_ID last;
    struct netdma_chain chain[COPIES][3];        /* the library's until a request is done */
};

static void on_done(void *context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct client *client = context;

    ck_assert_ptr_eq(channel, client->channel);
    ck_assert_uint_eq(id, client->last + 1);
    client->last = id;
    client->done++;
    client->failed += status != STATUS_SUCCESS;
}

static void open_client(struct client *client, struct prig *rig)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};

    *client = (struct client){.rig = rig};
    prig_ok(NetDmaRegisterClient(client, &client->handle, &characteristics));
    prig_ok(NetDmaAllocateChannel(client->handle, provider_handle(rig->provider), NULL,
                                  &client->channel));
}

static void close_client(struct client *client)
{
    NetDmaFreeChannel(client->channel);
    NetDmaDeregisterClient(client->handle);
    prig_close(client->rig);
}

/* Copy n goes from byte n * COPY_MAX + 11 of the source to n * COPY_MAX + 5. */
static NTSTATUS request(struct client *client, unsigned n, size_t bytes)
{
    struct prig *rig = client->rig;
    char *to = (char *)rig->dst.cpu + n * COPY_MAX + 5;
    struct netdma_chain *chain = client->chain[n];
    const struct netdma_copy copy = {
        .destination = &chain[0], .source = &chain[2], .length = bytes,
        .done = on_done, .context = client,
    };

    chain[0] = (struct netdma_chain){.next = &chain[1], .va = to, .bytes = bytes / 3};
    chain[1] = (struct netdma_chain){.va = to + bytes / 3, .bytes = bytes - bytes / 3};
    chain[2] = (struct netdma_chain){.va = (char *)rig->src.cpu + n * COPY_MAX + 11,
                                     .bytes = bytes};
    return netdma_copy(client->channel, &copy, NULL);
}

static bool arrived(const struct prig *rig, unsigned n, size_t bytes)
{
    return !memcmp((char *)rig->dst.cpu + n * COPY_MAX + 5,
                   (char *)rig->src.cpu + n * COPY_MAX + 11, bytes);
}

static bool all_done(void *ctx)
{
    return ((struct client *)ctx)->done == COPIES;
}

static size_t length_of(unsigned n)
{
    return 1 + n * 977 % (COPY_MAX - 100);
}

static void run_client(const struct prig_config *config)
{
    struct client client;
    struct netdma_interface_stats stats;
    size_t total = 0;

    open_client(&client, prig_open(config));
    for (unsigned n = 0; n < COPIES; n++) {
        prig_ok(request(&client, n, length_of(n)));
        total += length_of(n);
    }
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.engine_bytes, total);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    ck_assert_uint_eq(stats.distrusted + stats.alien_status + stats.errors, 0);
    ck_assert_uint_eq(client.rig->logs, 0);
    close_client(&client);
}

static const struct {
    unsigned major, minor;
} versions[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}};

START_TEST(client_copies)
{
    struct prig_config config = prig_config(true);
    config.major = versions[_i / 2].major;
    config.minor = versions[_i / 2].minor;
    config.intx = _i % 2;
    run_client(&config);
}
END_TEST

/* Stop waits for what is outstanding; later the CPU copies. */
START_TEST(stop_drains)
{
    struct client client;
    struct netdma_interface_stats stats;

    open_client(&client, open_rig(_i));
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    provider_stop(client.rig->provider);
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    kernel_run(client.rig->kernel);
    ck_assert_uint_eq(client.done, COPIES);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    uint64_t engine = stats.engine_bytes;
    ck_assert_uint_gt(engine, 0);

    memset(client.rig->dst.cpu, 0, COPY_MAX);
    prig_ok(request(&client, 0, 1000));
    ck_assert(arrived(client.rig, 0, 1000));
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.engine_bytes, engine);
    kernel_run(client.rig->kernel);

    /* Start, stop, start ... any number of times. */
    provider_start(client.rig->provider);
    provider_stop(client.rig->provider);
    provider_start(client.rig->provider);
    close_client(&client);
}
END_TEST

/* A failing read: exactly the unfinished requests fail, and the channel works again. */
START_TEST(client_survives_an_error)
{
    struct client client;
    struct netdma_interface_stats stats;
    enum { BAD = 7 };

    open_client(&client, open_rig(_i));
    prig_fault(client.rig, IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR,
               client.rig->src.bus + BAD * COPY_MAX + 11, 1);
    NetDmaSetMaxPendingDescriptors(client.channel, 100);
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    ck_assert_uint_eq(client.failed, COPIES - BAD);
    for (unsigned n = 0; n < BAD; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);

    client.done = client.failed = 0;
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.errors, 1);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    close_client(&client);
}
END_TEST

/* ---- power ---- */

/* A function-level reset takes everything; config space comes back with enables off. */
static void lose_power(struct prig *rig)
{
    unsigned at = 0;
    uint32_t value, id;

    prig_io(ioat_sim_cfg_read(rig->sim, PCI_CAPABILITY_LIST, 1, &value));
    for (at = value; at; at = value) {
        prig_io(ioat_sim_cfg_read(rig->sim, at, 1, &id));
        if (id == PCI_CAP_ID_EXP)
            break;
        prig_io(ioat_sim_cfg_read(rig->sim, at + 1, 1, &value));
    }
    ck_assert_uint_ne(at, 0);
    uint32_t command, bar[2];
    prig_io(ioat_sim_cfg_read(rig->sim, PCI_COMMAND, 2, &command));
    for (unsigned n = 0; n < 2; n++)
        prig_io(ioat_sim_cfg_read(rig->sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, &bar[n]));
    prig_io(ioat_sim_cfg_write(rig->sim, at + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR));
    prig_step(rig, 100 * ioat_sim_build()->clock_mhz);
    for (unsigned n = 0; n < 2; n++)
        prig_io(ioat_sim_cfg_write(rig->sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, bar[n]));
    prig_io(ioat_sim_cfg_write(rig->sim, PCI_COMMAND, 2, command));
    prig_io(provider_sim_restore(rig->glue));
}

START_TEST(power_comes_back)
{
    struct prig_config config = prig_config(true);
    struct client client;
    struct netdma_interface_stats stats;

    config.major = versions[_i / 2].major;
    config.minor = versions[_i / 2].minor;
    config.intx = _i % 2;
    open_client(&client, prig_open(&config));
    for (unsigned n = 0; n < COPIES / 2; n++)
        prig_ok(request(&client, n, length_of(n)));
    if (config.major == 1 && config.minor == 0)
        /* It cannot tell anybody: it loses power last, when nothing runs. */
        prig_io(kernel_wait(client.rig->kernel, NULL, NULL, PRIG_LONG / 10));
    provider_power_down(client.rig->provider);
    kernel_run(client.rig->kernel);
    ck_assert_uint_eq(client.done, COPIES / 2);
    lose_power(client.rig);
    provider_power_up(client.rig->provider);
    kernel_run(client.rig->kernel);
    for (unsigned n = COPIES / 2; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    ck_assert_uint_eq(client.failed, 0);
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    close_client(&client);
}
END_TEST

START_TEST(without_power_nothing_starts)
{
    struct prig *rig = rig_in(_i, IDLE);

    provider_power_down(rig->provider);
    prig_no(prig_start(rig, 4, 4));
    prig_no(prig_append(rig, 4, 4));
    prig_ok(netdma_raw_abort(rig->raw));
    prig_ok(netdma_raw_reset(rig->raw));
    lose_power(rig);
    provider_power_up(rig->provider);
    prig_no(prig_append(rig, 4, 4));
    then_works(rig);
}
END_TEST

/* ---- open ---- */

START_TEST(open_refuses)
{
    struct prig_config plain = prig_config(_i);
    plain.idle = true;
    struct prig *rig = prig_open(&plain);
    struct provider_config good, bad;
    struct provider *provider;

    provider_config_init(&good);
    good.kernel = rig->kernel;
    good.bar = rig->platform.bar;
    good.bar_ctx = rig->platform.bar_ctx;
#define REFUSED(change)                                                         \
    do {                                                                        \
        bad = good;                                                             \
        change;                                                                 \
        ck_assert_int_eq(provider_open(&bad, &provider), IOAT_EINVAL);          \
        ck_assert_ptr_null(provider);                                           \
    } while (0)
    ck_assert_int_eq(provider_open(NULL, &provider), IOAT_EINVAL);
    REFUSED(bad.kernel = NULL);
    REFUSED(bad.bar = NULL);
    REFUSED(bad.minor = 2);
    REFUSED(bad.major = 3);
    REFUSED(bad.major = 0);
    REFUSED(bad.wait_ns = 0);
    REFUSED(bad.address_bits = 31);
    REFUSED(bad.address_bits = 65);
    REFUSED(bad.name = "");
    REFUSED(bad.name = NULL);
#undef REFUSED
    ioat_sim_remove(rig->sim);
    ck_assert_int_eq(provider_open(&good, &provider), IOAT_EREMOVED);
    prig_close(rig);
}
END_TEST

Suite *provider_suite(void)
{
    Suite *suite = suite_create("provider");
    enum { BOTH = 2, EACH_VERSION = 8, SECONDS = 60 };
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

    tcase = tb_case(suite, "provider_errors", SECONDS);
    tcase_add_loop_test(tcase, an_error_is_reported_with_0_and_start_alone_recovers, 0, BOTH);
    tcase_add_loop_test(tcase, a_word_that_fails_is_stored_by_the_provider, 0, BOTH);
    tcase_add_loop_test(tcase, a_removed_engine_fails_and_ends, 0, BOTH);
    tcase_add_loop_test(tcase, a_channel_that_hangs_at_free_is_used_again, 0, BOTH);
    tcase_add_loop_test(tcase, allocate_refuses, 0, BOTH);
    tcase_add_loop_test(tcase, start_and_append_refuse, 0, BOTH);
    tcase_add_loop_test(tcase, open_refuses, 0, BOTH);

    tcase = tb_case(suite, "provider_system", SECONDS);
    tcase_add_loop_test(tcase, affinity, 0, BOTH);
    tcase_add_loop_test(tcase, client_copies, 0, EACH_VERSION);
    tcase_add_loop_test(tcase, stop_drains, 0, BOTH);
    tcase_add_loop_test(tcase, client_survives_an_error, 0, BOTH);
    tcase_add_loop_test(tcase, power_comes_back, 0, EACH_VERSION);
    tcase_add_loop_test(tcase, without_power_nothing_starts, 0, BOTH);
    return suite;
}
