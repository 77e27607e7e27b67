/* load.c - lay out, run, measure, compare (load.h). */
#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"

const char *const load_align_names[] = { "aligned", "src", "dst", "both", NULL };
const char *const load_chain_names[] = { "contiguous", "shuffled", "alternating", NULL };
const char *const load_list_names[] = { "count", "null", NULL };
const char *const load_report_names[] = { "silent", "word", "irq", NULL };
const char *const load_trouble_names[] = { "well", "held", "failing", NULL };

enum {
    SLOT_DESC = 1, SLOT_SRC, SLOT_DST, SLOT_WORDS,
    LINE = 64,                 /* cells begin at multiples: the widest bus word */
    GUARD = 64,                /* bytes before the first byte of a cell's line */
    FRESH = 0xD5,              /* every byte of a destination before the run */
    AHEAD = 2048,              /* descriptors behind the window: more than any engine prefetches */
    WARM_CLOCKS = 2000,        /* and 8 L: the pipeline is full and the prefetch has settled */
    WINDOW_CLOCKS = 32768,
    ROUND = 64,                /* transfers, while they take at most ROUND_CLOCKS in all */
    ROUND_CLOCKS = 40000,
    SETTLE_ROUNDS = 8,
};

struct bench {
    struct bare bare;
    const struct load *load;
    struct meter meter;
    struct meter_cost cost;
    unsigned own;              /* transfers of a channel with buffers of their own */
    unsigned all;              /* descriptors of a channel */
    uint64_t stride;           /* bytes of a cell: guard, payload at an offset, rest of its line */
    unsigned src_at, dst_at;   /* offset of the payload in its first line */
    struct bare_memory desc, src, dst, words;
    uint32_t *place;           /* of the n-th descriptor, in descriptors */
    uint64_t random;
};

static uint64_t draw(struct bench *bench)
{
    uint64_t x = bench->random;

    /* xorshift64* (Marsaglia, Vigna) */
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    bench->random = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- the plan ---- */

static unsigned measured(const struct load *load)
{
    return load->channels - (load->trouble != LOAD_WELL);
}

/* An offset that costs an unaligned side its extra beat at every size from 5 bytes. */
static void choose_offsets(struct bench *bench)
{
    const unsigned bus = bench->bare.build->data_bits / 8;
    const enum load_align align = bench->load->align;

    bench->src_at = align == LOAD_SRC || align == LOAD_BOTH ? bus - 5 : 0;
    bench->dst_at = align == LOAD_DST || align == LOAD_BOTH ? bus - 3 : 0;
}

static void choose_cost(struct bench *bench)
{
    const unsigned bus = bench->bare.build->data_bits / 8;

    bench->cost = (struct meter_cost) {
        .desc = meter_beats(bus, 0, IOAT_DESC_BYTES),
        .src = meter_beats(bus, bench->src_at, bench->load->size),
        .dst = meter_beats(bus, bench->dst_at, bench->load->size),
    };
}

/* How long, and so how many transfers at most: a perfect engine makes the most of them. */
static void choose_length(struct bench *bench)
{
    const double least = meter_least_clocks(&bench->cost, bench->bare.build->desc_port);
    const unsigned round = least * ROUND <= ROUND_CLOCKS ? ROUND : 1;
    const unsigned warm = WARM_CLOCKS + 8 * bench->load->latency;

    bench->meter.plan = (struct meter_plan) {
        .channels = (1u << measured(bench->load)) - 1, .size = bench->load->size, .round = round,
        .warm_clock = warm, .warm_transfers = round > 1 ? round / 4 : 1,
        .settle_rounds = SETTLE_ROUNDS,
        .window_clocks = WINDOW_CLOCKS, .window_transfers = 2 * round,
    };
    bench->own = (unsigned)((warm + WINDOW_CLOCKS) / least) + (5 + SETTLE_ROUNDS) * round + 2;
    bench->all = bench->own + AHEAD;
    bench->stride = GUARD + (bench->load->size + 2 * LINE - 1) / LINE * LINE;
}

static bool fits(struct bench *bench)
{
    const struct load *load = bench->load;
    const struct ioat_sim_build *build = bench->bare.build;

    if (load->size < 1 || load->size > UINT32_C(1) << build->xfercap_log2)
        return bare_fail(&bench->bare, "a size of %" PRIu32 " bytes: this build moves 1 to %u",
                        load->size, 1u << build->xfercap_log2);
    if (load->channels < 1 || load->channels > build->channels)
        return bare_fail(&bench->bare, "%u channels: this build has %u", load->channels,
                        build->channels);
    if (load->trouble != LOAD_WELL && load->channels < 2)
        return bare_fail(&bench->bare, "a channel in trouble needs another one to be measured");
    return true;
}

/* ---- layout ---- */

static void order_chain(struct bench *bench)
{
    const enum load_chain kind = bench->load->chain;
    uint32_t *loose = malloc(bench->all * sizeof *loose), n = 0;

    for (uint32_t i = 0; i < bench->all; i++) {
        bench->place[i] = i;
        if (loose && (kind == LOAD_SHUFFLED || (kind == LOAD_ALTERNATING && i / LOAD_RUN % 2)))
            loose[n++] = i;
    }
    for (; n > 1; n--) {
        const uint32_t a = loose[n - 1], b = loose[draw(bench) % n];
        const uint32_t kept = bench->place[a];

        bench->place[a] = bench->place[b];
        bench->place[b] = kept;
    }
    if (!loose)
        bare_fail(&bench->bare, "out of memory");
    free(loose);
}

/* Transfers behind the window share the last cell. */
static uint64_t cell(const struct bench *bench, unsigned ch, unsigned n)
{
    const unsigned last = bench->own;

    return ((uint64_t)ch * (bench->own + 1) + (n < last ? n : last)) * bench->stride;
}

static uint64_t desc_bus(const struct bench *bench, unsigned ch, unsigned n)
{
    return bench->desc.bus
        + ((uint64_t)ch * bench->all + bench->place[n]) * IOAT_DESC_BYTES;
}

static uint32_t control(const struct load *load)
{
    switch (load->report) {
    case LOAD_WORD:
        return (uint32_t)IOAT_CONTROL_COMPL_WRITE;
    case LOAD_IRQ:
        return (uint32_t)(IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    default:
        return 0;
    }
}

static void write_chain(struct bench *bench, unsigned ch)
{
    for (unsigned n = 0; n < bench->all; n++) {
        const uint64_t at = desc_bus(bench, ch, n) - bench->desc.bus;
        struct ioat_desc *desc = (struct ioat_desc *)(void *)(bench->desc.cpu + at);

        desc->size = bench->load->size;
        desc->control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_COPY)
            | control(bench->load);
        desc->src = bench->src.bus + cell(bench, ch, n) + GUARD + bench->src_at;
        desc->dst = bench->dst.bus + cell(bench, ch, n) + GUARD + bench->dst_at;
        desc->next = n + 1 < bench->all ? desc_bus(bench, ch, n + 1) : 0;
    }
}

static bool lay_out(struct bench *bench)
{
    const unsigned channels = bench->load->channels;
    const uint64_t bytes = channels * (uint64_t)(bench->own + 1) * bench->stride;
    struct bare *bare = &bench->bare;

    if (!bare_map(bare, SLOT_DESC, (uint64_t)channels * bench->all * IOAT_DESC_BYTES, &bench->desc)
        || !bare_map(bare, SLOT_SRC, bytes, &bench->src)
        || !bare_map(bare, SLOT_DST, bytes, &bench->dst)
        || !bare_map(bare, SLOT_WORDS, IOAT_PAGE_BYTES, &bench->words))
        return false;
    bench->place = malloc(bench->all * sizeof *bench->place);
    if (!bench->place)
        return bare_fail(bare, "out of memory");
    order_chain(bench);
    for (uint64_t n = 0; n < bytes; n += sizeof(uint64_t)) {
        const uint64_t bits = draw(bench);

        memcpy(bench->src.cpu + n, &bits, sizeof bits);
    }
    memset(bench->dst.cpu, FRESH, bytes);
    for (unsigned ch = 0; ch < channels; ch++)
        write_chain(bench, ch);
    return !bare->failed;
}

/* ---- run ---- */

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct bench *bench = ctx;

    meter_event(&bench->meter, event);
}

/* An interrupt for each descriptor needs a re-arm for each. */
static void on_message(void *ctx, uint64_t addr, uint32_t vector)
{
    struct bench *bench = ctx;

    (void)addr;
    if (vector < bench->load->channels)
        BARE_POST(&bench->bare, vector, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
}

static bool window_done(void *ctx)
{
    const struct bench *bench = ctx;

    return bench->meter.done || bench->bare.failed;
}

static void make_trouble(struct bench *bench)
{
    const unsigned ch = bench->load->channels - 1;
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .percent = 100,
        .first = bench->src.bus + cell(bench, ch, 0),
        .last = bench->src.bus + cell(bench, ch, bench->own) + bench->stride - 1,
    };

    if (bench->load->trouble == LOAD_WELL)
        return;
    fault.answer = bench->load->trouble == LOAD_HELD ? IOAT_SIM_HOLD : IOAT_SIM_SLVERR;
    if (ioat_sim_fault_add(bench->bare.sim, &fault) < 0)
        bare_fail(&bench->bare, "the fault was not accepted");
}

static bool start(struct bench *bench)
{
    struct bare *bare = &bench->bare;

    make_trouble(bench);
    bare_msix(bare);
    for (unsigned ch = 0; ch < bench->load->channels; ch++) {
        BARE_WRITE(bare, ch, CHANCMP, bench->words.bus + LINE * ch);
        BARE_WRITE(bare, ch, CHAINADDR, desc_bus(bench, ch, 0));
    }
    bench->meter.plan.warm_clock += ioat_sim_now(bare->sim);
    ioat_sim_on_event(bare->sim, on_event, bench);
    ioat_sim_on_message(bare->sim, on_message, bench);
    for (unsigned ch = 0; ch < bench->load->channels; ch++)
        if (bench->load->list == LOAD_COUNT)
            BARE_POST(bare, ch, DMACOUNT, bench->all);
        else
            BARE_POST(bare, ch, CHANCMD, IOAT_CHANCMD_START);
    return !bare->failed;
}

/* Clocks in which even an engine with one request at a time is done. */
static uint64_t patience(const struct bench *bench)
{
    const struct load *load = bench->load;
    const uint64_t bursts = 1 + load->size / 64;
    const uint64_t each = 200 + bursts * 20 + 4 * (load->latency + (uint64_t)load->answer)
        + bursts * (load->latency + (uint64_t)load->answer) / 4;

    return 2 * WINDOW_CLOCKS + each * load->channels * bench->own;
}

static bool measure(struct bench *bench)
{
    struct bare *bare = &bench->bare;
    const enum ioat_status status =
        ioat_sim_wait(bare->sim, window_done, bench, patience(bench));

    if (status == IOAT_ETIME)
        return bare_fail(bare, "no end after %" PRIu64 " clocks: %" PRIu64 " bytes moved",
                        patience(bench), meter_bytes(&bench->meter.now));
    return bare_ok(bare, status, "running the chain");
}

static bool finish(struct bench *bench)
{
    const struct load *load = bench->load;
    struct bare *bare = &bench->bare;

    ioat_sim_fault_clear(bare->sim);
    for (unsigned ch = 0; ch < load->channels; ch++)
        BARE_POST(bare, ch, CHANCMD, IOAT_CHANCMD_ABORT);
    for (unsigned ch = 0; ch < load->channels; ch++) {
        const bool failing = load->trouble == LOAD_FAILING && ch + 1 == load->channels;
        const uint32_t want = failing ? (uint32_t)IOAT_CHANERR_READ_DATA : 0;

        if (!bare_wait_state(bare, ch, 1u << IOAT_CHANSTS_STATE_HALTED,
                            100000 + 100 * (uint64_t)load->latency))
            return false;
        const uint32_t chanerr = (uint32_t)BARE_READ(bare, ch, CHANERR);

        if (chanerr != want)
            return bare_fail(bare, "CHANERR of channel %u: %s", ch, ioat_chanerr_name(chanerr));
    }
    ioat_sim_on_event(bare->sim, NULL, NULL);
    ioat_sim_on_message(bare->sim, NULL, NULL);
    return !bare->failed;
}

/* ---- every byte ---- */

static bool fresh(const uint8_t *at, uint64_t bytes)
{
    return bytes == 0 || (at[0] == FRESH && memcmp(at, at + 1, bytes - 1) == 0);
}

/* Copied in part: what is not fresh is right. */
static bool part_of(const uint8_t *dst, const uint8_t *src, uint64_t bytes)
{
    for (uint64_t n = 0; n < bytes; n++)
        if (dst[n] != src[n] && dst[n] != FRESH)
            return false;
    return true;
}

static bool compare_cell(const struct bench *bench, uint64_t at, bool whole)
{
    const uint32_t size = bench->load->size;
    const uint8_t *dst = bench->dst.cpu + at, *payload = dst + GUARD + bench->dst_at;
    const uint8_t *src = bench->src.cpu + at + GUARD + bench->src_at;

    if (!fresh(dst, GUARD + bench->dst_at)
        || !fresh(payload + size, bench->stride - GUARD - bench->dst_at - size))
        return false;
    return whole ? memcmp(payload, src, size) == 0 : part_of(payload, src, size);
}

static bool compare(struct bench *bench)
{
    for (unsigned ch = 0; ch < bench->load->channels; ch++) {
        const uint64_t whole = bench->meter.now.bytes[ch] / bench->load->size;

        for (unsigned n = 0; n <= bench->own; n++)
            if (!compare_cell(bench, cell(bench, ch, n), n < bench->own && n < whole))
                return bare_fail(&bench->bare, "channel %u, transfer %u: wrong bytes", ch, n);
    }
    return true;
}

/* ---- the result ---- */

static void conclude(struct bench *bench, struct load_result *result)
{
    const struct load *load = bench->load;
    const struct meter_count in = meter_window(&bench->meter);
    const unsigned bus = bench->bare.build->data_bits / 8;
    const double total = (double)meter_bytes(&in), transfers = total / load->size;
    struct meter_cost cost = bench->cost;

    cost.other_w = (double)(in.words + in.messages) / transfers;
    *result = (struct load_result) {
        .clocks = bench->meter.end - bench->meter.begin, .bytes = meter_bytes(&in),
        .asked = in.desc_reads,
        .bound = meter_bound(bus, load->size, &cost, bench->bare.build->desc_port),
        .desc_reads = (double)in.desc_reads / transfers,
        .words = (double)in.words / transfers, .messages = (double)in.messages / transfers,
        .share_min = 1e9,
    };
    /* Every descriptor request reads the same amount. */
    cost.desc = bench->meter.now.desc_beats / bench->meter.now.desc_reads;
    result->exact = meter_bound(bus, load->size, &cost, bench->bare.build->desc_port);
    result->used = total / (bus * (double)result->clocks);
    for (unsigned ch = 0; ch < measured(load); ch++) {
        const double share = (double)in.bytes[ch] * measured(load) / total;

        result->share_min = share < result->share_min ? share : result->share_min;
        result->share_max = share > result->share_max ? share : result->share_max;
    }
}

bool load_run(const struct load *load, struct load_result *result, char *why, unsigned room)
{
    struct load full = *load;
    struct bench bench = { .load = &full, .random = UINT64_C(0x9e3779b97f4a7c15) };
    struct meter_plan plan;
    bool well;

    if (!full.answer)
        full.answer = full.latency;
    well = bare_open(&bench.bare, full.latency, full.answer) && fits(&bench);
    if (well) {
        choose_offsets(&bench);
        choose_cost(&bench);
        choose_length(&bench);
        plan = bench.meter.plan;
        meter_open(&bench.meter, &plan);
        well = lay_out(&bench) && start(&bench) && measure(&bench) && finish(&bench)
            && compare(&bench);
    }
    if (bench.bare.sim)
        bare_close(&bench.bare);
    well = well && !bench.bare.failed;   /* closing checks what the engine still owes */
    if (well)
        conclude(&bench, result);
    else
        snprintf(why, room, "%s", bench.bare.why);
    free(bench.place);
    return well;
}
