/* test_bus.c - what the requests on the bus look like: bursts, edges, IDs, bus master off. */
#include "batch.h"
#include "tb.h"

#include <string.h>

/* What a hook may keep about the requests of a run: it cannot fail the test itself. */
struct burst_watch {
    const struct ioat_sim_build *build;
    const char *broken;                 /* text of the first rule broken, or NULL */
    struct ioat_sim_event event;
    unsigned data_bursts, long_bursts;
};

static const char *burst_fault(const struct ioat_sim_build *build, const struct ioat_sim_event *e)
{
    uint64_t last = e->addr + e->bytes - 1;
    bool read = e->kind == IOAT_SIM_AR;
    bool data = tb_id_kind(e->id) == (read ? (unsigned)TB_READ_DATA : (unsigned)TB_WRITE_DATA);
    unsigned longest = read ? build->read_bytes_max : build->write_bytes_max;

    if (e->addr / IOAT_PAGE_BYTES != last / IOAT_PAGE_BYTES)
        return "a burst crosses 4 KiB";
    if (e->bytes > longest)
        return "a burst is longer than READ_BYTES_MAX or WRITE_BYTES_MAX";
    if (data && e->addr / longest != last / longest)
        return "a burst crosses a multiple of its longest length";
    if (data && e->addr % (build->data_bits / 8) != 0)
        return "a payload burst does not begin at a bus word";
    return NULL;
}

static void watch_bursts(void *ctx, const struct ioat_sim_event *event)
{
    struct burst_watch *watch = ctx;

    if (event->kind != IOAT_SIM_AR && event->kind != IOAT_SIM_AW)
        return;
    watch->data_bursts += tb_id_kind(event->id) == TB_READ_DATA;
    watch->long_bursts += event->bytes > watch->build->data_bits / 8;
    if (watch->broken == NULL && (watch->broken = burst_fault(watch->build, event)) != NULL)
        watch->event = *event;
}

/* H-D02, K-61: no burst crosses 4 KiB or exceeds its limit. */
START_TEST(h_d02_bursts_stay_inside_4_kib_and_their_limit)
{
    struct tb *tb = tb_open(NULL);
    struct burst_watch watch = { .build = tb->build };
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 6 << 20);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t size = 1 + (uint32_t)tb_rand_below(tb, 12000);
        uint64_t src = batch_src(&batch, size, (unsigned)tb_rand_below(tb, 4096), 4096);
        uint64_t dst = batch_dst(&batch, size, (unsigned)tb_rand_below(tb, 4096), 4096);

        batch_add(&batch, tb_copy(tb, dst, src, size, IOAT_CONTROL_COMPL_WRITE));
    }
    tb->hook = watch_bursts;
    tb->hook_ctx = &watch;
    batch_run(&batch, 0);
    tb_assert(tb, watch.broken == NULL, "%s: id %#x, address %#llx, %u bytes, clock %llu",
              watch.broken, watch.event.id, (unsigned long long)watch.event.addr,
              watch.event.bytes, (unsigned long long)watch.event.clock);
    tb_assert(tb, watch.long_bursts > 0, "no burst has more than one beat");
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D02: a copy touches no page but those of its source and destination. The page that
 * each stands in has unmapped neighbours, so a read too far is an error answer. */
START_TEST(h_d02_copy_at_the_edge_of_mapped_memory_reads_no_further)
{
    struct tb *tb = tb_open(NULL);
    uint64_t src = tb->hole / IOAT_PAGE_BYTES * IOAT_PAGE_BYTES + 4 * IOAT_PAGE_BYTES;
    uint64_t dst = src + 4 * IOAT_PAGE_BYTES;
    struct golden *golden;
    uint64_t bus[64];
    unsigned n = 0;
    void *cpu;

    ck_assert_int_eq(ioat_sim_map(tb->sim, src, IOAT_PAGE_BYTES, IOAT_SIM_READ, &cpu), IOAT_OK);
    for (unsigned i = 0; i < IOAT_PAGE_BYTES; i++)
        ((uint8_t *)cpu)[i] = (uint8_t)tb_rand(tb);
    ck_assert_int_eq(ioat_sim_map(tb->sim, dst, IOAT_PAGE_BYTES, IOAT_SIM_WRITE, &cpu), IOAT_OK);
    tb_setup(tb, 0, 0);
    /* From the first bytes of the page to its last ones, and the other way round. */
    for (unsigned i = 0; i < 64; i++) {
        uint32_t size = 1 + i % 31;
        bool up = i % 2;

        bus[n++] = tb_copy(tb, dst + (up ? IOAT_PAGE_BYTES - (i + 1) * 32 : i * 32),
                           src + (up ? 0 : IOAT_PAGE_BYTES - size), size, 0);
    }
    bus[n - 1] = tb_copy(tb, dst + IOAT_PAGE_BYTES - 13, src + IOAT_PAGE_BYTES - 13, 13, 0);
    tb_chain(tb, bus, n);
    golden = golden_open(tb);
    golden_add(golden, src, IOAT_PAGE_BYTES);
    golden_add(golden, dst, IOAT_PAGE_BYTES);
    golden_run(golden, bus[0], n);
    tb_start_count(tb, 0, bus[0], (uint16_t)n);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_state(tb, 0, IDLE);
    golden_check(golden);
    golden_close(golden);
    tb_close(tb);
}
END_TEST

/* ---- IDs ---- */

struct id_watch {
    const struct tb *tb;
    uint64_t chain_end[TB_CHAN_MAX];    /* slots from tb->desc.bus on, in order of channels */
    const char *broken;
    struct ioat_sim_event event;
};

static bool inside(uint64_t addr, const struct tb_region *region)
{
    return addr >= region->bus && addr - region->bus < region->bytes;
}

/* K-60 for one request, from where it goes. */
static const char *id_fault(const struct id_watch *watch, const struct ioat_sim_event *e)
{
    const struct tb *tb = watch->tb;
    unsigned kind = tb_id_kind(e->id), ch = tb_id_channel(e->id);
    bool read = e->kind == IOAT_SIM_AR;

    if (ch >= tb->channels)
        return "names no channel";
    if (read && inside(e->addr, &tb->desc)) {
        if (kind != TB_READ_DESC)
            return "reads a descriptor with another kind";
        if (e->port != (tb->build->desc_port ? 1u : 0u))
            return "reads a descriptor on the wrong port";
        if (e->addr >= watch->chain_end[ch] || (ch > 0 && e->addr < watch->chain_end[ch - 1]))
            return "reads another channel's descriptor";
        return NULL;
    }
    if (e->port != 0)
        return "is no descriptor read, on the descriptor port";
    if (!read && inside(e->addr, &tb->words))
        return kind != TB_WRITE_WORD ? "writes a word with another kind"
               : e->addr != tb_word_bus(tb, ch) ? "writes another channel's word" : NULL;
    if (!read && (e->addr ^ tb_msix_addr(0)) >> 20 == 0)
        return kind != TB_WRITE_MESSAGE ? "writes a message with another kind"
               : e->addr != tb_msix_addr(ch) ? "writes another vector's message" : NULL;
    return kind != (read ? (unsigned)TB_READ_DATA : (unsigned)TB_WRITE_DATA)
               ? "moves payload with another kind" : NULL;
}

static void watch_ids(void *ctx, const struct ioat_sim_event *event)
{
    struct id_watch *watch = ctx;

    if (event->kind != IOAT_SIM_AR && event->kind != IOAT_SIM_AW)
        return;
    if (watch->broken == NULL && (watch->broken = id_fault(watch, event)) != NULL)
        watch->event = *event;
}

/* K-60: all channels at once, each with its own chain, word and vector. */
START_TEST(k_60_ids_name_kind_and_channel)
{
    enum { EACH = 12 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct id_watch watch = { .tb = tb };
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_msix_setup(tb);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < EACH * tb->channels; i++) {
        batch_copy(&batch, i % 8, i % 5, 600, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
        watch.chain_end[i / EACH] = batch.bus[i] + IOAT_DESC_BYTES;
    }
    batch_prepare(&batch);
    tb->hook = watch_ids;
    tb->hook_ctx = &watch;
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, IOAT_CHANCTRL_INT_DISABLE);
        TB_POST(tb, ch, CHAINADDR, batch.bus[ch * EACH]);
        TB_POST(tb, ch, DMACOUNT, EACH);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_step(tb, 1000);
    tb_assert(tb, watch.broken == NULL, "%s with ID %#x at %#llx on port %u, clock %llu, %s",
              watch.event.kind == IOAT_SIM_AR ? "AR" : "AW", watch.event.id,
              (unsigned long long)watch.event.addr, watch.event.port,
              (unsigned long long)watch.event.clock, watch.broken);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert(tb, tb->watch[ch].desc_ar.n && tb->watch[ch].data_ar.n &&
                      tb->watch[ch].data_aw.n && tb->watch[ch].word_aw.n && tb->watch[ch].msg_aw.n,
                  "channel %u did not use every kind", ch);
    golden_check(batch.golden);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* ---- bus master ---- */

/* K-62, H-C04: at whatever clock bus master goes off, no request follows, what was accepted is
 * completed, and the copy goes on unharmed when it is on again. */
START_TEST(k_62_bus_master_off_stops_requests_but_no_burst)
{
    struct ioat_sim_timing stalls = { .read_latency = 3, .write_latency = 9, .w_stall = 60,
                                      .aw_stall = 20, .ar_stall = 20 };
    struct tb *tb = tb_open(&stalls);
    static struct batch batch;
    struct tb_watch then;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned wait = 1; wait < 400; wait += 13) {
        tb_note(tb, "off after %u clocks", wait);
        batch_copy(&batch, 1, 2, 3000, 0);
        batch_copy(&batch, 3, 7, 100, IOAT_CONTROL_COMPL_WRITE);
        batch_prepare(&batch);
        tb_watch_clear(tb);
        tb_start_count(tb, 0, batch.bus[0], 2);
        tb_step(tb, wait);
        tb_bus_master(tb, false);
        tb_step(tb, 100);       /* what AR or AW offered already is taken */
        then = tb->watch[0];
        tb_step(tb, 2000);
        tb_assert_eq(tb, tb->watch[0].desc_ar.n + tb->watch[0].data_ar.n,
                     then.desc_ar.n + then.data_ar.n);
        tb_assert_eq(tb, tb->watch[0].data_aw.n + tb->watch[0].word_aw.n,
                     then.data_aw.n + then.word_aw.n);
        tb_assert_eq(tb, tb->watch[0].data_b.n, tb->watch[0].data_aw.n);
        tb_bus_master(tb, true);
        batch_finish(&batch, 0);
    }
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* ---- who goes first ---- */

/* One write at a time, answered late. When the answer to the first word comes, the payload's first burst, which waited
 * for it, goes; behind it wait the rest of the payload, the message of the first word's descriptor and the second word. */
START_TEST(k_64_message_goes_before_word_and_word_before_payload)
{
    static const unsigned order[] = { TB_WRITE_WORD, TB_WRITE_DATA, TB_WRITE_MESSAGE, TB_WRITE_WORD, TB_WRITE_DATA };
    enum { ORDERED = sizeof order / sizeof order[0] };
    const struct ioat_sim_timing slow = { .read_latency = 1, .write_latency = 300, .outstanding_max = 1 };
    struct tb *tb = tb_open(&slow);
    const uint32_t bytes = 3 * tb->build->write_bytes_max;
    const struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);
    uint64_t bus[3];
    size_t at = 0;

    tb_note(tb, "priority %d", _i);
    bus[0] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    bus[1] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
    bus[2] = tb_copy(tb, dst.bus, src.bus, bytes, 0);
    tb_chain(tb, bus, 3);
    tb_msix_setup(tb);
    tb_setup(tb, 0, (uint16_t)(_i << IOAT_CHANCTRL_PRIORITY_LSB));
    tb_log(tb, true);
    tb_start_count(tb, 0, bus[0], 3);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    for (unsigned n = 0; n < ORDERED; n++, at++) {
        while (at < tb->log_n && tb->log[at].kind != IOAT_SIM_AW)
            at++;
        tb_assert(tb, at < tb->log_n, "there are only %u writes", n);
        tb_assert(tb, tb_id_kind(tb->log[at].id) == order[n], "write %u has ID 0x%x", n, tb->log[at].id);
    }
    tb_close(tb);
}
END_TEST

/* ---- equal priorities ---- */

enum { RING_SLOTS = 16, SHARE_SIZES = 3 };

/* An endless ring of equal copies on each channel; none of them ends in the time of the test. */
static void start_equal_work(struct tb *tb, uint32_t bytes)
{
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        const struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);
        uint64_t bus[RING_SLOTS];

        for (unsigned i = 0; i < RING_SLOTS; i++)
            bus[i] = tb_copy(tb, dst.bus, src.bus, bytes, 0);
        tb_chain(tb, bus, RING_SLOTS);
        tb_link(tb, bus[RING_SLOTS - 1], bus[0]);
        tb_setup(tb, ch, 0);
        TB_WR(tb, ch, CHAINADDR, bus[0]);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, UINT16_MAX);
}

/* Section 2.3, PRIORITY: channels of the same priority share the bus equally, whatever the
 * size of their copies. Memory that reorders serves by chance, which evens out in time. */
START_TEST(section_2_3_equal_work_gets_equal_shares_of_the_bus)
{
    static const uint32_t sizes[SHARE_SIZES] = { 64, 1024, 65536 };
    enum { SETTLED = 5000 };
    const struct tb_timing *timing = &tb_timings[_i % tb_timing_n];
    const uint32_t bytes = sizes[_i / tb_timing_n];
    struct tb *tb = tb_open(&timing->timing);
    struct tb_watch before[TB_CHAN_MAX];
    uint64_t beats[TB_CHAN_MAX] = { 0 }, all = 0;

    tb_note(tb, "%s, copies of %u bytes", timing->name, bytes);
    start_equal_work(tb, bytes);
    tb_step(tb, SETTLED);
    memcpy(before, tb->watch, sizeof before);
    tb_step(tb, timing->timing.reorder ? 600000 : 100000);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        all += beats[ch] = tb->watch[ch].data_w.n - before[ch].data_w.n;
    tb_assert(tb, all >= 1000 * tb->channels, "only %llu beats: the bus was not busy",
              (unsigned long long)all);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert(tb, 100 * beats[ch] * tb->channels >= 99 * all &&
                      100 * beats[ch] * tb->channels <= 101 * all,
                  "channel %u wrote %llu beats of %llu, of %u channels", ch,
                  (unsigned long long)beats[ch], (unsigned long long)all, tb->channels);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert_state(tb, ch, ACTIVE);
        tb_reset(tb, ch, TB_LONG);
    }
    tb_close(tb);
}
END_TEST

Suite *bus_suite(void)
{
    Suite *suite = suite_create("bus");
    TCase *tc = tb_case(suite, "bus", 60);

    tcase_add_test(tc, h_d02_bursts_stay_inside_4_kib_and_their_limit);
    tcase_add_test(tc, h_d02_copy_at_the_edge_of_mapped_memory_reads_no_further);
    tcase_add_loop_test(tc, k_60_ids_name_kind_and_channel, 0, tb_timing_n);
    tcase_add_test(tc, k_62_bus_master_off_stops_requests_but_no_burst);
    tcase_add_loop_test(tc, k_64_message_goes_before_word_and_word_before_payload, 0, 16);
    if (ioat_sim_build()->channels > 1) {
        tc = tb_case(suite, "bus_share", 60);
        tcase_add_loop_test(tc, section_2_3_equal_work_gets_equal_shares_of_the_bus, 0,
                            SHARE_SIZES * tb_timing_n);
    }
    return suite;
}
