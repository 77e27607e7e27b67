/* test_faulttable.c - an answer that is bad or missing, at every beat of every kind of access,
 * with a driver above it that goes on.
 *
 *   row: access x answer --> at each position in turn: requests on every channel --> the
 *   victim halts for the right reason or not at all, recovers, and loses nothing; bytes
 *   around the destinations, and the other channels, are as without the fault
 *
 * With TB_FAULT_TABLE=file each row appends a line of docs/verification.md (make faults).
 * A missing answer is withheld until the driver has waited in vain. On AXI it has no limit;
 * behind PCIe the root complex makes an error answer of it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat.h"
#include "ioat_sim.h"
#include "tb.h"

enum {
    REQUESTS = 4,                /* of each channel */
    LANES = 2,                   /* channels at work, when the build has them */
    GUARD = 64,                  /* bytes around a destination that must not change */
    LIMIT_NS = 15000,            /* of a wait; a run takes a tenth */
    POSITIONS_MAX = 4000,
};

static const uint64_t window = UINT64_C(0xfee00000);   /* of messages */

enum access { DESCRIPTOR, SOURCE, DESTINATION, WORD, MESSAGE, ACCESS_N };
enum answer { SLVERR, DECERR, MISSING, ANSWER_N };

static const struct {
    const char *name, *position;
    enum ioat_sim_fault_kind kind;
    uint32_t chanerr;            /* 0: it stops no channel */
} accesses[ACCESS_N] = {
    [DESCRIPTOR] = { "descriptor read", "beat", IOAT_SIM_FAULT_READ, IOAT_CHANERR_READ_DATA },
    [SOURCE] = { "payload read", "beat", IOAT_SIM_FAULT_READ, IOAT_CHANERR_READ_DATA },
    [DESTINATION] = { "payload write", "burst", IOAT_SIM_FAULT_WRITE, IOAT_CHANERR_WRITE_DATA },
    [WORD] = { "completion word", "word", IOAT_SIM_FAULT_WRITE, IOAT_CHANERR_WRITE_DATA },
    [MESSAGE] = { "message", "message", IOAT_SIM_FAULT_WRITE, 0 },
};

static const struct {
    const char *name;
    enum ioat_sim_fault_answer answer;
} answers[ANSWER_N] = {
    [SLVERR] = { "error (SLVERR), poison", IOAT_SIM_SLVERR },
    [DECERR] = { "error (DECERR)", IOAT_SIM_DECERR },
    [MISSING] = { "missing", IOAT_SIM_HOLD },
};

#define TAG(n) ((void *)(uintptr_t)(n))

struct lane {
    struct ioat_chan *chan;
    struct dma_buf src, dst;
    struct ioat_done done[REQUESTS];
    unsigned results;
};

static struct bench {
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct ioat *dev;
    unsigned lanes;
    size_t bytes;                /* of a request */
    struct lane lane[LANES];
    unsigned position, halts, blocked;
} bench;

static void check(enum ioat_status got, enum ioat_status want, const char *what)
{
    ck_assert_msg(got == want, "position %u: %s: expected %s, got %s", bench.position, what,
                  ioat_strstatus(want), ioat_strstatus(got));
}

/* ---- the bench ---- */

static struct dma_buf allocate(size_t bytes)
{
    struct dma_buf buf;

    check(bench.platform.dma->alloc(bench.platform.dma_ctx, bytes, 4096, &buf), IOAT_OK, "memory");
    return buf;
}

/* Requests lie in a row, guards between them, and cross a bus word at either end. */
static size_t place(unsigned n)
{
    return GUARD + n * (bench.bytes + GUARD) + n * 5 % 8;
}

static void open_lane(struct lane *lane, unsigned ch)
{
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    config.ring_log2 = config.chunk_log2 = 4;
    config.wait_ns = LIMIT_NS;
    check(ioat_chan_open(bench.dev, ch, &config, &lane->chan), IOAT_OK, "open");
    check(ioat_msix_set(bench.dev, ch, window + 4096 * ch, ch), IOAT_OK, "MSI-X");
    check(ioat_msix_mask(bench.dev, ch, false), IOAT_OK, "MSI-X");
    lane->src = allocate(place(REQUESTS + 1));
    lane->dst = allocate(place(REQUESTS + 1));
    for (size_t i = 0; i < lane->src.bytes; i++)
        ((uint8_t *)lane->src.cpu)[i] = (uint8_t)(i * 7 + i / 251 + ch + 1);
}

static void begin(void)
{
    struct ioat_sim_config config;

    bench = (struct bench){ .bytes = ioat_sim_build()->write_bytes_max + 40 };
    ioat_sim_config_init(&config);
    config.timing.read_latency = 9;
    config.timing.write_latency = 7;
    check(ioat_sim_open(&config, &bench.sim), IOAT_OK, "simulator");
    check(ioat_sim_platform(bench.sim, &bench.platform), IOAT_OK, "platform");
    check(ioat_open(&bench.platform, &bench.dev), IOAT_OK, "device");
    bench.lanes = ioat_sim_build()->channels < LANES ? ioat_sim_build()->channels : LANES;
    for (unsigned ch = 0; ch < bench.lanes; ch++)
        open_lane(&bench.lane[ch], ch);
}

static void end(void)
{
    for (unsigned ch = 0; ch < bench.lanes; ch++)
        check(ioat_chan_close(bench.lane[ch].chan), IOAT_OK, "close");
    check(ioat_close(bench.dev), IOAT_OK, "close");
    ck_assert_ptr_null(ioat_sim_violation(bench.sim));
    ioat_sim_close(bench.sim);
}

/* ---- one position ---- */

static uint64_t read_register(uint32_t offset)
{
    uint64_t value = 0;

    check(bench.platform.bar->read(bench.platform.bar_ctx, offset, 8, &value), IOAT_OK, "register");
    return value;
}

/* Spares `bench.position` accesses of the victim, channel 0, and hits the next. */
static int arm(enum access access, enum answer answer)
{
    struct lane *victim = &bench.lane[0];
    struct ioat_sim_fault fault = {
        .kind = accesses[access].kind, .answer = answers[answer].answer, .skip = bench.position,
        .count = 1, .percent = 100,
    };
    int number;

    switch (access) {
    case DESCRIPTOR:             /* the ring is one piece of 16 that begins at a multiple of its size */
        fault.first = read_register(IOAT_CHAN(0, CHAINADDR)) & ~UINT64_C(1023);
        fault.last = fault.first + 1023;
        break;
    case SOURCE:
        fault.first = victim->src.bus;
        fault.last = victim->src.bus + victim->src.bytes - 1;
        break;
    case DESTINATION:
        fault.first = victim->dst.bus;
        fault.last = victim->dst.bus + victim->dst.bytes - 1;
        break;
    case WORD:
        fault.first = read_register(IOAT_CHAN(0, CHANCMP));
        fault.last = fault.first + 7;
        break;
    default:
        fault.first = window;
        fault.last = window + 3;
        break;
    }
    number = ioat_sim_fault_add(bench.sim, &fault);
    ck_assert_int_ge(number, 0);
    return number;
}

static void submit(struct lane *lane)
{
    memset(lane->dst.cpu, TB_DST_BYTE, lane->dst.bytes);
    lane->results = 0;
    for (unsigned n = 0; n < REQUESTS; n++)
        check(ioat_copy(lane->chan, lane->dst.bus + place(n), lane->src.bus + place(n) + 3, bench.bytes,
                        IOAT_CONTROL_COMPL_WRITE | (n == 1 ? IOAT_CONTROL_INT_EN : 0), TAG(n)),
              IOAT_OK, "copy");
    check(ioat_submit(lane->chan), IOAT_OK, "submit");
}

static enum ioat_status collect(struct lane *lane)
{
    enum ioat_status status = IOAT_OK;

    while (lane->results < REQUESTS && status == IOAT_OK) {
        unsigned count;

        status = ioat_wait(lane->chan, lane->done + lane->results, REQUESTS - lane->results, &count,
                           LIMIT_NS);
        lane->results += count;
    }
    return status;
}

/* Every tag once, in order; what is reported done is there; no guard byte has changed. */
static void check_lane(const struct lane *lane, unsigned failed)
{
    const uint8_t *dst = lane->dst.cpu, *src = lane->src.cpu;
    size_t at = 0;

    ck_assert_uint_eq(lane->results, REQUESTS);
    for (unsigned n = 0; n < REQUESTS; n++) {
        ck_assert_ptr_eq(lane->done[n].tag, TAG(n));
        check(lane->done[n].status, n == failed ? IOAT_EHALTED : IOAT_OK, "a request");
        for (; at < place(n); at++)
            if (dst[at] != TB_DST_BYTE)
                ck_abort_msg("position %u: byte %zu before request %u was written", bench.position, at, n);
        ck_assert_msg(n == failed || memcmp(dst + at, src + at + 3, bench.bytes) == 0,
                      "position %u: request %u is done and its bytes are wrong", bench.position, n);
        at += bench.bytes;
    }
    for (; at < lane->dst.bytes; at++)
        if (dst[at] != TB_DST_BYTE)
            ck_abort_msg("position %u: byte %zu behind the last was written", bench.position, at);
}

/* The victim halted: for this one reason, at a request of its own, and goes on behind it. */
static unsigned recover(struct lane *lane, uint32_t chanerr)
{
    struct ioat_fault found;
    struct ioat_chan_status status;
    unsigned failed;

    bench.halts++;
    check(ioat_chan_status(lane->chan, &status), IOAT_OK, "status");
    ck_assert_uint_eq(status.state, IOAT_CHANSTS_STATE_HALTED);
    ioat_sim_fault_clear(bench.sim);
    check(ioat_recover(lane->chan, IOAT_SKIP, &found), IOAT_OK, "recover");
    ck_assert_msg(found.chanerr == chanerr, "position %u: CHANERR %#x", bench.position, found.chanerr);
    ck_assert(found.request);
    failed = (unsigned)(uintptr_t)found.tag;
    ck_assert_uint_lt(failed, REQUESTS);
    check(collect(lane), IOAT_OK, "the rest");
    return failed;
}

/* An answer that does not come: the wait ends, the others finish; then it comes. A source beat that
 * is missing in the middle of a write burst holds the one W channel, and the others wait too. */
static void outwait(enum access access)
{
    check(collect(&bench.lane[0]), access == MESSAGE ? IOAT_OK : IOAT_ETIME, "a missing answer");
    for (unsigned ch = 1; ch < bench.lanes; ch++) {
        const enum ioat_status status = collect(&bench.lane[ch]);

        if (access == SOURCE && status == IOAT_ETIME)
            bench.blocked++;
        else
            check(status, IOAT_OK, "another channel");
    }
    ioat_sim_fault_clear(bench.sim);
    check(collect(&bench.lane[0]), IOAT_OK, "after the answer");
    for (unsigned ch = 1; ch < bench.lanes; ch++)
        check(collect(&bench.lane[ch]), IOAT_OK, "another channel, after the answer");
}

/* False: no access was left to hit. */
static bool try_position(enum access access, enum answer answer)
{
    unsigned failed = REQUESTS, hits;
    enum ioat_status status;
    int fault;

    for (unsigned ch = 0; ch < bench.lanes; ch++)
        check(ioat_rearm(bench.lane[ch].chan), IOAT_OK, "re-arm");
    fault = arm(access, answer);
    for (unsigned ch = bench.lanes; ch-- > 0;)
        submit(&bench.lane[ch]);
    check(ioat_sim_step(bench.sim, 1500), IOAT_OK, "time");
    hits = ioat_sim_fault_hits(bench.sim, fault);
    if (hits && answer == MISSING) {
        outwait(access);
    } else {
        status = collect(&bench.lane[0]);
        if (status == IOAT_EHALTED && hits && accesses[access].chanerr)
            failed = recover(&bench.lane[0], accesses[access].chanerr);
        else
            check(status, IOAT_OK, "the victim");
        for (unsigned ch = 1; ch < bench.lanes; ch++)
            check(collect(&bench.lane[ch]), IOAT_OK, "another channel");
    }
    ioat_sim_fault_clear(bench.sim);
    check_lane(&bench.lane[0], failed);
    for (unsigned ch = 1; ch < bench.lanes; ch++)
        check_lane(&bench.lane[ch], REQUESTS);
    return hits;
}

/* ---- the table ---- */

static void tell(enum access access, enum answer answer)
{
    const char *path = getenv("TB_FAULT_TABLE");
    FILE *out = path ? fopen(path, "a") : NULL;
    char outcome[96];

    if (!out)
        return;
    if (answer == MISSING && bench.blocked)
        snprintf(outcome, sizeof outcome, "it goes on when the answer comes; at %u of them other channels wait, too", bench.blocked);
    else if (answer == MISSING)
        snprintf(outcome, sizeof outcome, "waits end; it goes on when the answer comes");
    else if (accesses[access].chanerr)
        snprintf(outcome, sizeof outcome, "%s, %u times", ioat_chanerr_name(accesses[access].chanerr),
                 bench.halts);
    else
        snprintf(outcome, sizeof outcome, "none stops a channel (K-52)");
    fprintf(out, "| %s | %s | %u, each %s in turn | %s |\n", accesses[access].name, answers[answer].name,
            bench.position, accesses[access].position, outcome);
    fclose(out);
}

/* H-E02, H-E03, H-E06, H-E07, H-E09, H-R17, K-44, K-52: rows are accesses x answers. */
START_TEST(h_e07_every_fault_at_every_position_is_recovered_without_a_loss)
{
    const enum access access = (enum access)(_i / ANSWER_N);
    const enum answer answer = (enum answer)(_i % ANSWER_N);

    begin();
    while (try_position(access, answer))
        ck_assert_uint_lt(++bench.position, POSITIONS_MAX);
    ck_assert_uint_ge(bench.position, 1);
    if (accesses[access].chanerr && answer != MISSING)
        ck_assert_uint_ge(bench.halts, bench.position / 2);
    tell(access, answer);
    end();
}
END_TEST

Suite *faulttable_suite(void)
{
    Suite *suite = suite_create("faulttable");
    TCase *tc = tb_case(suite, "faulttable", 120);

    tcase_add_loop_test(tc, h_e07_every_fault_at_every_position_is_recovered_without_a_loss, 0,
                        ACCESS_N * ANSWER_N);
    return suite;
}
