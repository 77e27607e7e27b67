/* test_driver_rtl.c - the driver on the simulated engine: the same calls as on the fake
 * device, against real timing, real faults and a contract that watches.
 *
 * A broken rule ends the test's process with the simulator's text.
 */
#include <check.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "ioat.h"
#include "ioat_sim.h"

Suite *driver_rtl_suite(void);

enum {
    AREA = 64 * 1024,
    RESULTS = 4096,
    LIMIT_NS = 2000000,          /* of any wait: 500000 clocks at 250 MHz */
    MSIX_CAP = 0x80,             /* the sheet's section 1.2 */
};

#define TAG(n) ((void *)(uintptr_t)(n))
#define ok(call) is(call, IOAT_OK)
#define is(call, expected)                                                               \
    do {                                                                                 \
        enum ioat_status is_got = (call);                                                \
        ck_assert_msg(is_got == (expected), "%s: expected %s, got %s", #call, #expected, \
                      ioat_strstatus(is_got));                                           \
    } while (0)

struct bench {
    struct ioat_sim *sim;
    struct ioat *dev;
    struct ioat_chan *chan;
    struct dma_buf src, dst;
    struct ioat_platform platform;
    struct ioat_done done[RESULTS];
    unsigned results;
    unsigned messages;
    uint64_t random;
};

static struct bench bench;

static unsigned draw(unsigned n)
{
    bench.random = bench.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(bench.random >> 33) % n;
}

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    (void)ctx;
    bench.messages += addr == 0xFEE00000 && data == 0x55;
}

/* Random memory timing and channel 0 with a ring of 1 << ring_log2 in two chunks. */
static void begin(uint64_t seed, unsigned ring_log2)
{
    struct ioat_sim_config config;
    struct ioat_chan_config chan;

    bench = (struct bench){.random = seed};
    ioat_sim_config_init(&config);
    config.seed = seed + 1;
    config.timing.read_latency = 1 + draw(60);
    config.timing.write_latency = 1 + draw(60);
    config.timing.jitter = draw(10);
    config.timing.ar_stall = draw(40);
    config.timing.w_stall = draw(40);
    config.timing.reorder = draw(2);
    ok(ioat_sim_open(&config, &bench.sim));
    ioat_sim_on_message(bench.sim, on_message, NULL);
    ok(ioat_sim_platform(bench.sim, &bench.platform));
    ok(ioat_open(&bench.platform, &bench.dev));
    ioat_chan_config_init(&chan);
    chan.ring_log2 = ring_log2;
    chan.chunk_log2 = ring_log2 ? ring_log2 - 1 : 0;
    chan.wait_ns = LIMIT_NS;
    ok(ioat_chan_open(bench.dev, 0, &chan, &bench.chan));
    ok(ioat_msix_set(bench.dev, 0, 0xFEE00000, 0x55));
    ok(ioat_msix_mask(bench.dev, 0, false));
    ok(bench.platform.dma->alloc(bench.platform.dma_ctx, AREA, 4096, &bench.src));
    ok(bench.platform.dma->alloc(bench.platform.dma_ctx, AREA, 4096, &bench.dst));
    for (unsigned n = 0; n < AREA; n++)
        ((uint8_t *)bench.src.cpu)[n] = (uint8_t)(n * 13 + n / 255 + 1);
}

static void end(void)
{
    ok(ioat_chan_close(bench.chan));
    ok(ioat_close(bench.dev));
    ck_assert_ptr_null(ioat_sim_violation(bench.sim));
    ioat_sim_close(bench.sim);
}

/* A copy of 100 bytes, unaligned on both sides, of its own place in the areas. */
static enum ioat_status copy(unsigned n)
{
    return ioat_copy(bench.chan, bench.dst.bus + 128 * n + n % 11, bench.src.bus + 128 * n + n % 7,
                     100, 0, TAG(n));
}

static bool copied(unsigned n)
{
    return !memcmp((uint8_t *)bench.dst.cpu + 128 * n + n % 11,
                   (uint8_t *)bench.src.cpu + 128 * n + n % 7, 100);
}

static bool untouched(unsigned n)
{
    for (unsigned i = 0; i < 100; i++)
        if (((uint8_t *)bench.dst.cpu)[128 * n + n % 11 + i])
            return false;
    return true;
}

/* Results until n of them are there or the channel is not well. */
static enum ioat_status collect(unsigned n)
{
    enum ioat_status status = IOAT_OK;

    while (bench.results < n && !status) {
        unsigned count;
        status = ioat_wait(bench.chan, bench.done + bench.results, n - bench.results, &count,
                           LIMIT_NS);
        bench.results += count;
    }
    return status;
}

static void expect(unsigned at, unsigned n, unsigned first, enum ioat_status status)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_uint_lt(at + i, bench.results);
        ck_assert_msg(bench.done[at + i].tag == TAG(first + i) && bench.done[at + i].status == status,
                      "result %u: expected tag %u, %s; got tag %u, %s", at + i, first + i,
                      ioat_strstatus(status), (unsigned)(uintptr_t)bench.done[at + i].tag,
                      ioat_strstatus(bench.done[at + i].status));
    }
}

static void fault(enum ioat_sim_fault_kind kind, uint64_t bus, uint64_t bytes)
{
    struct ioat_sim_fault fault = {
        .kind = kind,
        .answer = IOAT_SIM_SLVERR,
        .first = bus,
        .last = bus + bytes - 1,
        .percent = 100,
    };
    ck_assert_int_ge(ioat_sim_fault_add(bench.sim, &fault), 0);
}

/* ---- the good path ---- */

START_TEST(driver_rtl_moves_every_kind_of_request)
{
    begin((uint64_t)_i, 4);
    uint64_t src = bench.src.bus, dst = bench.dst.bus;
    const uint8_t *from = bench.src.cpu, *to = bench.dst.cpu;

    ok(ioat_copy(bench.chan, dst + 3, src + 6, 9000, 0, TAG(0)));
    ok(ioat_fill(bench.chan, dst + 10001, 777, UINT64_C(0x8877665544332211), 0, TAG(1)));
    ok(ioat_null(bench.chan, (uint32_t)IOAT_CONTROL_INT_EN, TAG(2)));
    ok(ioat_copy_pages(bench.chan, dst + 5 * 4096 + 4000, dst + 8 * 4096, src + 4096 + 4090,
                       src + 12 * 4096, 3000,
                       (uint32_t)(IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK), TAG(3)));
    ok(ioat_submit(bench.chan));
    ok(collect(4));
    expect(0, 4, 0, IOAT_OK);
    ck_assert_mem_eq(to + 3, from + 6, 9000);
    for (unsigned n = 0; n < 777; n++)
        ck_assert_uint_eq(to[10001 + n], 0x11 * (n % 8 + 1));
    ck_assert_mem_eq(to + 5 * 4096 + 4000, from + 4096 + 4090, 6);
    ck_assert_mem_eq(to + 5 * 4096 + 4006, from + 12 * 4096, 90);
    ck_assert_mem_eq(to + 8 * 4096, from + 12 * 4096 + 90, 3000 - 96);
    ck_assert_uint_eq(bench.messages, 1);
    end();
}
END_TEST

/* Batches of random size go round a small ring many times. */
START_TEST(driver_rtl_ring_goes_round)
{
    unsigned next = 0;

    begin((uint64_t)_i, 3 + (unsigned)_i % 3);
    while (next < 300) {
        for (unsigned n = 1 + draw(9); n && next < 300 && !copy(next); n--)
            next++;
        ok(ioat_submit(bench.chan));
        if (draw(3))
            ok(collect(bench.results + 1));
    }
    ok(collect(next));
    expect(0, next, 0, IOAT_OK);
    for (unsigned n = 0; n < next; n++)
        ck_assert_msg(copied(n), "copy %u", n);
    end();
}
END_TEST

START_TEST(driver_rtl_lists_of_the_caller_run)
{
    struct dma_buf list;
    struct ioat_desc *desc;

    begin(1, 0);
    ok(bench.platform.dma->alloc(bench.platform.dma_ctx, 4096, 64, &list));
    desc = list.cpu;
    for (unsigned n = 0; n < 4; n++) {
        desc[n].size = 64;
        desc[n].control = (uint32_t)IOAT_CONTROL_COMPL_WRITE;
        desc[n].src = bench.src.bus + 64 * n;
        desc[n].dst = bench.dst.bus + 64 * n;
        desc[n].next = n == 1 || n == 3 ? 0 : list.bus + (n + 1) * IOAT_DESC_BYTES;
    }
    ok(ioat_list_start(bench.chan, list.bus));
    ok(ioat_sim_step(bench.sim, 2000));
    ck_assert_uint_eq(ioat_word(bench.chan).completed, list.bus + IOAT_DESC_BYTES);
    ck_assert_uint_eq(ioat_word(bench.chan).state, IOAT_CHANSTS_STATE_IDLE);
    desc[1].next = list.bus + 2 * IOAT_DESC_BYTES;
    ok(ioat_list_append(bench.chan));
    ok(ioat_sim_step(bench.sim, 2000));
    ck_assert_uint_eq(ioat_word(bench.chan).completed, list.bus + 3 * IOAT_DESC_BYTES);
    ck_assert_mem_eq(bench.dst.cpu, bench.src.cpu, 256);
    desc[3].next = list.bus;
    ok(ioat_count_start(bench.chan, list.bus, 3));
    ok(ioat_count_add(bench.chan, 5));
    ok(ioat_sim_step(bench.sim, 2000));
    ck_assert_uint_eq(ioat_word(bench.chan).completed, list.bus + 3 * IOAT_DESC_BYTES);
    ok(ioat_suspend(bench.chan));
    ok(ioat_resume(bench.chan));
    ok(ioat_abort(bench.chan));
    ok(ioat_list_start(bench.chan, list.bus + 3 * IOAT_DESC_BYTES));
    end();
}
END_TEST

/* ---- interrupts ---- */

START_TEST(driver_rtl_intx_is_served_and_falls)
{
    uint32_t channels, flags;
    unsigned count;

    begin(1, 4);
    ok(ioat_sim_cfg_read(bench.sim, MSIX_CAP + PCI_MSIX_FLAGS, 2, &flags));
    ok(ioat_sim_cfg_write(bench.sim, MSIX_CAP + PCI_MSIX_FLAGS, 2,
                          flags & ~(uint32_t)PCI_MSIX_FLAGS_ENABLE));
    ok(ioat_intx_enable(bench.dev, true));
    ok(ioat_intx_service(bench.dev, &channels));
    ck_assert_uint_eq(channels, 0);
    for (unsigned round = 0; round < 3; round++) {
        ok(ioat_null(bench.chan, (uint32_t)(IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE), TAG(round)));
        ok(ioat_submit(bench.chan));
        for (unsigned n = 0; n < 500 && !ioat_sim_intx(bench.sim); n++)
            ok(ioat_sim_step(bench.sim, 10));
        ck_assert(ioat_sim_intx(bench.sim));
        ok(ioat_intx_service(bench.dev, &channels));
        ck_assert_uint_eq(channels, 1);
        ok(ioat_interrupt(bench.chan, bench.done + bench.results, 4, &count));
        ck_assert_uint_eq(count, 1);
        ck_assert(!ioat_sim_intx(bench.sim));
    }
    end();
}
END_TEST

START_TEST(k_08_driver_reads_one_consistent_set_of_counters)
{
    struct ioat_counters of;
    char text[1024] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    begin(7, 6);
    for (unsigned n = 0; n < 20; n++)
        ok(copy(n));
    ok(ioat_submit(bench.chan));
    ok(ioat_chan_counters(bench.chan, &of));                  /* under way */
    ck_assert_uint_eq(of.moving + of.blocked + of.reads + of.writes + of.starved, of.active);
    ok(collect(20));
    ok(ioat_chan_counters(bench.chan, &of));
    ck_assert_uint_eq(of.moving + of.blocked + of.reads + of.writes + of.starved, of.active);
    ck_assert_uint_gt(of.moving, 0);
    ok(ioat_counters_print(&of, out));
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "clocks active"));
    ok(ioat_chan_counters_clear(bench.chan));
    ok(ioat_chan_counters(bench.chan, &of));
    ck_assert_uint_eq(of.active + of.bytes + of.descriptors, 0);
    end();
}
END_TEST

START_TEST(driver_rtl_coalescing_merges_interrupts)
{
    unsigned count;

    begin(1, 5);
    ok(ioat_coalesce(bench.dev, 20));
    for (unsigned n = 0; n < 10; n++) {
        ok(ioat_null(bench.chan, (uint32_t)(IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE), TAG(n)));
        ok(ioat_submit(bench.chan));
        ok(ioat_sim_step(bench.sim, 200));
    }
    ck_assert_uint_eq(bench.messages, 0);
    ok(ioat_sim_step(bench.sim, 20 * ioat_sim_build()->clock_mhz));
    ck_assert_uint_eq(bench.messages, 1);
    ok(ioat_interrupt(bench.chan, bench.done, RESULTS, &count));
    ck_assert_uint_eq(count, 10);
    end();
}
END_TEST

/* ---- control at random moments ---- */

static void start_ten(uint64_t seed)
{
    begin(seed, 4);
    for (unsigned n = 0; n < 10; n++)
        ok(copy(n));
    ok(ioat_submit(bench.chan));
    ok(ioat_sim_step(bench.sim, draw(900)));
}

/* Tag 50 goes in front of the oldest request that waits, and that one is taken out. */
START_TEST(driver_rtl_suspended_list_is_edited)
{
    unsigned started;

    start_ten((uint64_t)_i);
    ok(ioat_suspend(bench.chan));
    started = 10 - ioat_outstanding(bench.chan);
    if (started == 10) {
        ok(ioat_resume(bench.chan));
        ok(collect(10));
        end();
        return;
    }
    ok(copy(50));
    ok(ioat_edit_insert(bench.chan, TAG(started)));
    ok(ioat_edit_cancel(bench.chan, TAG(started)));
    ok(ioat_sim_step(bench.sim, 300));
    for (unsigned n = started; n < 10; n++)
        ck_assert_msg(untouched(n), "request %u moved while suspended", n);
    ok(ioat_resume(bench.chan));
    ok(collect(11));
    expect(0, started, 0, IOAT_OK);
    expect(started, 1, 50, IOAT_OK);
    expect(started + 1, 1, started, IOAT_ECANCELED);
    expect(started + 2, 9 - started, started + 1, IOAT_OK);
    ck_assert(copied(50) && untouched(started));
    end();
}
END_TEST

static enum ioat_status stop(bool reset)
{
    return reset ? ioat_reset(bench.chan) : ioat_abort(bench.chan);
}

START_TEST(driver_rtl_abort_and_reset_lose_no_tag)
{
    unsigned count, good = 0;

    start_ten((uint64_t)_i);
    ok(stop(_i & 1));
    ok(ioat_poll(bench.chan, bench.done, RESULTS, &bench.results));
    ck_assert_uint_eq(bench.results, 10);
    while (good < 10 && bench.done[good].status == IOAT_OK)
        good++;
    expect(0, good, 0, IOAT_OK);
    expect(good, 10 - good, good, IOAT_ECANCELED);
    for (unsigned n = 0; n < good; n++)
        ck_assert(copied(n));
    ok(copy(20));
    ok(ioat_submit(bench.chan));
    ok(ioat_wait(bench.chan, bench.done, 1, &count, LIMIT_NS));
    ck_assert(count == 1 && bench.done[0].tag == TAG(20) && copied(20));
    end();
}
END_TEST

START_TEST(driver_rtl_removed_device_gives_every_tag_back)
{
    unsigned count, good = 0;

    start_ten((uint64_t)_i);
    ioat_sim_remove(bench.sim);
    /* The first call may find news in memory and look no further. */
    if (!ioat_interrupt(bench.chan, bench.done, RESULTS, &bench.results))
        is(ioat_interrupt(bench.chan, NULL, 0, &count), IOAT_EREMOVED);
    is(ioat_poll(bench.chan, bench.done + bench.results, RESULTS - bench.results, &count),
       IOAT_EREMOVED);
    bench.results += count;
    ck_assert_uint_eq(bench.results, 10);
    while (good < 10 && bench.done[good].status == IOAT_OK)
        good++;
    expect(good, 10 - good, good, IOAT_EREMOVED);
    is(ioat_submit(bench.chan), IOAT_EREMOVED);
    end();
}
END_TEST

/* ---- recovery ---- */

/* Request _i / 2 of eight fails, in its reads or in its writes. */
START_TEST(driver_rtl_recover_skips_the_failing_request)
{
    unsigned bad = (unsigned)_i / 2;
    struct ioat_fault found;

    begin((uint64_t)_i, 4);
    if (_i % 2)
        fault(IOAT_SIM_FAULT_READ, bench.src.bus + 128 * bad + 64, 8);
    else
        fault(IOAT_SIM_FAULT_WRITE, bench.dst.bus + 128 * bad + 64, 8);
    for (unsigned n = 0; n < 8; n++)
        ok(copy(n));
    ok(ioat_submit(bench.chan));
    is(collect(8), IOAT_EHALTED);
    ok(ioat_sim_step(bench.sim, 1000));         /* the message follows the word */
    ck_assert_uint_eq(bench.messages, 1);
    ok(ioat_recover(bench.chan, IOAT_SKIP, &found));
    ck_assert_uint_eq(found.chanerr, (uint32_t)(_i % 2 ? IOAT_CHANERR_READ_DATA
                                                       : IOAT_CHANERR_WRITE_DATA));
    ck_assert_ptr_eq(found.tag, TAG(bad));
    ok(collect(8));
    expect(0, bad, 0, IOAT_OK);
    expect(bad, 1, bad, IOAT_EHALTED);
    expect(bad + 1, 7 - bad, bad + 1, IOAT_OK);
    for (unsigned n = 0; n < 8; n++)
        ck_assert_msg(n == bad || copied(n), "copy %u", n);
    end();
}
END_TEST

/* The completion word itself cannot be written: CHANSTS tells. */
START_TEST(driver_rtl_recover_without_a_word)
{
    struct ioat_platform *platform = &bench.platform;
    struct ioat_fault found;
    uint64_t word;

    begin(3, 4);
    ok(platform->bar->read(platform->bar_ctx, IOAT_CHAN(0, CHANCMP), 8, &word));
    fault(IOAT_SIM_FAULT_WRITE, word, 8);
    ok(copy(0));
    ok(ioat_submit(bench.chan));
    is(collect(1), IOAT_EHALTED);
    ioat_sim_fault_clear(bench.sim);
    ok(ioat_recover(bench.chan, IOAT_SKIP, &found));
    ck_assert_uint_eq(found.chanerr, (uint32_t)IOAT_CHANERR_WRITE_DATA);
    ok(ioat_poll(bench.chan, bench.done, RESULTS, &bench.results));
    expect(0, 1, 0, IOAT_EHALTED);
    ok(copy(1));
    ok(ioat_submit(bench.chan));
    ok(collect(2));
    end();
}
END_TEST

/* A memory that never answers: every wait ends, the registers can be read. */
START_TEST(driver_rtl_hang_is_bounded_and_told)
{
    struct ioat_sim_fault hold = {
        .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_HOLD, .percent = 100, .count = 1,
    };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    begin(1, 4);
    hold.first = bench.src.bus;
    hold.last = bench.src.bus + 4095;
    ck_assert_int_ge(ioat_sim_fault_add(bench.sim, &hold), 0);
    ok(copy(0));
    ok(ioat_submit(bench.chan));
    is(collect(1), IOAT_ETIME);
    is(ioat_suspend(bench.chan), IOAT_ETIME);
    is(ioat_chan_close(bench.chan), IOAT_ETIME);
    ok(ioat_chan_dump(bench.chan, out));
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "STATE=ACTIVE"));
    free(text);
    ioat_sim_fault_clear(bench.sim);
    end();
}
END_TEST

/* Everything at once, with faults: every tag comes back exactly once and in order. */
START_TEST(driver_rtl_random_calls_lose_no_tag)
{
    unsigned next = 0;

    begin((uint64_t)_i * 77, 4);
    while (next < 200) {
        unsigned what = draw(20), count;
        enum ioat_status status = IOAT_OK;
        if (what < 8) {
            status = copy(next);
            next += !status;
            status = IOAT_OK;
        } else if (what < 11) {
            status = ioat_submit(bench.chan);
        } else if (what < 14) {
            ok(ioat_sim_step(bench.sim, draw(400)));
        } else if (what < 17) {
            status = ioat_interrupt(bench.chan, bench.done + bench.results, 8, &count);
            bench.results += count;
        } else if (what == 17) {
            status = ioat_suspend(bench.chan);
            if (!status)
                status = ioat_resume(bench.chan);
        } else if (what == 18 && !draw(3)) {
            ioat_sim_fault_clear(bench.sim);
            struct ioat_sim_fault once = {
                .kind = draw(2) ? IOAT_SIM_FAULT_READ : IOAT_SIM_FAULT_WRITE,
                .answer = IOAT_SIM_SLVERR, .percent = 100, .count = 1, .skip = draw(30),
            };
            once.first = once.kind == IOAT_SIM_FAULT_READ ? bench.src.bus : bench.dst.bus;
            once.last = once.first + AREA - 1;
            ck_assert_int_ge(ioat_sim_fault_add(bench.sim, &once), 0);
        } else if (what == 19 && !draw(4)) {
            status = stop(draw(2));
        }
        if (status == IOAT_EHALTED)
            status = ioat_recover(bench.chan, draw(3) ? IOAT_SKIP : IOAT_CANCEL, NULL);
        ck_assert_msg(!status, "seed %d, request %u: %s", _i, next, ioat_strstatus(status));
    }
    ioat_sim_fault_clear(bench.sim);
    while (bench.results < next) {
        enum ioat_status status = ioat_submit(bench.chan);
        if (!status)
            status = collect(next);
        if (status == IOAT_EHALTED)
            status = ioat_recover(bench.chan, IOAT_SKIP, NULL);
        ck_assert_msg(!status, "seed %d, at the end: %s", _i, ioat_strstatus(status));
    }
    for (unsigned n = 0; n < next; n++) {
        ck_assert_ptr_eq(bench.done[n].tag, TAG(n));
        ck_assert_msg(bench.done[n].status != IOAT_OK || copied(n), "seed %d, request %u", _i, n);
    }
    end();
}
END_TEST

/* ---- the platform ---- */

START_TEST(driver_rtl_pool_gives_separate_zeroed_memory)
{
    const struct dma_ops *dma;
    struct dma_buf a, b, bad = {0};
    struct ioat_platform again;
    void *ctx;

    begin(1, 3);
    dma = bench.platform.dma;
    ctx = bench.platform.dma_ctx;
    ok(dma->alloc(ctx, 1, 1, &a));
    ok(ioat_sim_platform(bench.sim, &again));       /* the same pool */
    ok(again.dma->alloc(again.dma_ctx, 10000, 1 << 20, &b));
    ck_assert_uint_eq(b.bus % (1 << 20), 0);
    ck_assert(b.bus > a.bus);
    ck_assert_ptr_eq(ioat_sim_cpu(bench.sim, b.bus, 10000), b.cpu);
    for (unsigned n = 0; n < 10000; n++)
        ck_assert_uint_eq(((uint8_t *)b.cpu)[n], 0);
    is(dma->alloc(ctx, 0, 64, &bad), IOAT_EINVAL);
    is(dma->alloc(ctx, 64, 3, &bad), IOAT_EINVAL);
    is(dma->alloc(ctx, SIZE_MAX, 64, &bad), IOAT_EINVAL);
    is(dma->alloc(ctx, (size_t)5 << 30, 64, &bad), IOAT_ENOMEM);
    ck_assert_ptr_null(bad.cpu);

    /* What is freed answers with an error. */
    uint64_t gone = a.bus;
    dma->free(ctx, &a);
    ck_assert_ptr_null(ioat_sim_cpu(bench.sim, gone, 1));
    ok(ioat_copy(bench.chan, bench.dst.bus, gone, 8, 0, TAG(1)));
    ok(ioat_submit(bench.chan));
    is(collect(1), IOAT_EHALTED);
    end();
}
END_TEST

START_TEST(driver_rtl_clock_is_that_of_the_simulation)
{
    begin(1, 3);
    const struct clock_ops *clock = bench.platform.clock;
    void *ctx = bench.platform.clock_ctx;
    uint64_t start = clock->now_ns(ctx), at = ioat_sim_now(bench.sim);

    ok(clock->delay_ns(ctx, 1001));
    ck_assert_uint_ge(clock->now_ns(ctx) - start, 1000);
    ck_assert_uint_ge((ioat_sim_now(bench.sim) - at) * 1000, 1001 * ioat_sim_build()->clock_mhz);
    ck_assert_uint_lt((ioat_sim_now(bench.sim) - at) * 1000, 1100 * ioat_sim_build()->clock_mhz);
    end();
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return tcase;
}

Suite *driver_rtl_suite(void)
{
    Suite *suite = suite_create("driver_rtl");
    TCase *good = add_case(suite, "driver_rtl_good");
    TCase *irq = add_case(suite, "driver_rtl_irq");
    TCase *control = add_case(suite, "driver_rtl_control");
    TCase *recovery = add_case(suite, "driver_rtl_recovery");
    TCase *platform = add_case(suite, "driver_rtl_platform");

    tcase_add_loop_test(good, driver_rtl_moves_every_kind_of_request, 0, 5);
    tcase_add_loop_test(good, driver_rtl_ring_goes_round, 0, 6);
    tcase_add_test(good, driver_rtl_lists_of_the_caller_run);
    tcase_add_test(irq, driver_rtl_intx_is_served_and_falls);
    tcase_add_test(irq, driver_rtl_coalescing_merges_interrupts);
    if (ioat_sim_build()->perf)
        tcase_add_test(irq, k_08_driver_reads_one_consistent_set_of_counters);
    tcase_add_loop_test(control, driver_rtl_suspended_list_is_edited, 0, 25);
    tcase_add_loop_test(control, driver_rtl_abort_and_reset_lose_no_tag, 0, 30);
    tcase_add_loop_test(control, driver_rtl_removed_device_gives_every_tag_back, 0, 5);
    tcase_add_loop_test(recovery, driver_rtl_recover_skips_the_failing_request, 0, 16);
    tcase_add_test(recovery, driver_rtl_recover_without_a_word);
    tcase_add_test(recovery, driver_rtl_hang_is_bounded_and_told);
    tcase_add_loop_test(recovery, driver_rtl_random_calls_lose_no_tag, 0, 25);
    tcase_add_test(platform, driver_rtl_pool_gives_separate_zeroed_memory);
    tcase_add_test(platform, driver_rtl_clock_is_that_of_the_simulation);
    return suite;
}
