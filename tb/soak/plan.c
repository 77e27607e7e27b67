/* plan.c - random descriptors, and what they must leave in memory. */
#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---- */

/* Bytes of the destination region that no transfer gets: where a refused one points. */
enum { NOWHERE = 2 * IOAT_PAGE_BYTES };

static uint64_t slot_of(const struct chain *chain, unsigned place)
{
    return chain->slot[place % chain->ring];
}

struct job *plan_job(struct world *world, const struct chain *chain, unsigned place)
{
    return &world->job[chain->job[place % chain->ring]];
}

bool plan_moves(const struct ioat_desc *desc)
{
    return desc->size > 0 && !(desc->control & IOAT_CONTROL_NULL_XFER) &&
           IOAT_FIELD_GET(desc->control, CONTROL, OP) != IOAT_CONTROL_OP_CONTEXT;
}

bool plan_interrupts(const struct ioat_desc *desc)
{
    return desc->control & IOAT_CONTROL_INT_EN &&
           IOAT_FIELD_GET(desc->control, CONTROL, OP) != IOAT_CONTROL_OP_CONTEXT;
}

static bool fills(const struct ioat_desc *desc)
{
    return IOAT_FIELD_GET(desc->control, CONTROL, OP) == IOAT_CONTROL_OP_FILL;
}

/* ---- bytes ---- */

struct piece {
    uint64_t bus;
    uint32_t bytes;
};

/* R-PB-1, R-PB-2: one side of a transfer, in one or two pieces. */
static unsigned pieces(uint64_t first, uint64_t second, uint32_t size, bool breaks,
                       struct piece out[2])
{
    uint32_t room = IOAT_PAGE_BYTES - (uint32_t)(first % IOAT_PAGE_BYTES);
    uint32_t part = breaks && room < size ? room : size;

    out[0] = (struct piece){ first, part };
    out[1] = (struct piece){ second, size - part };
    return part < size ? 2 : 1;
}

static unsigned dst_pieces(const struct ioat_desc *desc, struct piece out[2])
{
    return pieces(desc->dst, desc->next_dst, desc->size,
                  desc->control & IOAT_CONTROL_DST_PAGE_BREAK, out);
}

static uint8_t *dst_at(const struct world *world, uint64_t bus)
{
    return world->dst.cpu + (bus - world->dst.bus);
}

/* A source as it was made; sources of a job of its own lie among the destinations. */
static const uint8_t *src_at(const struct world *world, uint64_t bus)
{
    return bus - world->src.bus < world->src.bytes ? world->src_copy + (bus - world->src.bus)
                                                   : dst_at(world, bus);
}

/* Byte `at` of what the transfer leaves (H-D03: the pattern starts with the destination). */
static uint8_t expected(const struct world *world, const struct ioat_desc *origin, uint32_t at)
{
    struct piece piece[2];

    if (fills(origin))
        return (uint8_t)(origin->src >> at % 8 * 8);
    pieces(origin->src, origin->next_src, origin->size,
           origin->control & IOAT_CONTROL_SRC_PAGE_BREAK, piece);
    return at < piece[0].bytes ? *src_at(world, piece[0].bus + at)
                               : *src_at(world, piece[1].bus + at - piece[0].bytes);
}

/* Every destination byte begins as the complement of what it is to become. */
static void prime(struct world *world, const struct job *job)
{
    struct piece piece[2];
    uint32_t at = 0;

    for (unsigned p = 0, n = dst_pieces(&job->desc, piece); p < n; p++)
        for (uint32_t i = 0; i < piece[p].bytes; i++)
            dst_at(world, piece[p].bus)[i] = (uint8_t)~expected(world, &job->origin, at++);
}

enum mark plan_mark(struct world *world, const struct job *job, uint64_t *at)
{
    struct piece piece[2];
    uint32_t done = 0, fresh = 0, seen = 0;

    if (job->cause || !plan_moves(&job->desc))
        return MARK_NONE;
    for (unsigned p = 0, n = dst_pieces(&job->desc, piece); p < n; p++)
        for (uint32_t i = 0; i < piece[p].bytes; i++) {
            const uint8_t want = expected(world, &job->origin, seen++);
            uint8_t got = dst_at(world, piece[p].bus)[i];

            *at = piece[p].bus + i;
            if (got == want)
                done++;
            else if ((got ^ want) == 0xff)
                fresh++;
            else
                return MARK_WRONG;
        }
    return fresh == 0 ? MARK_DONE : done == 0 ? MARK_UNTOUCHED : MARK_MIXED;
}

/* ---- destinations ---- */

/* `bytes` of the destination region, guards around them; `to_end` of them before a page
 * end when not 0; at_page: from the start of a page on. 0: no room. */
static uint64_t take(struct world *world, struct rng *rng, uint64_t bytes, uint32_t to_end,
                     bool at_page)
{
    uint64_t at = world->dst_next + GUARD + rng_below(rng, 72);

    if (to_end || at_page)
        at = (at + IOAT_PAGE_BYTES + to_end) / IOAT_PAGE_BYTES * IOAT_PAGE_BYTES - to_end;
    if (at + bytes + GUARD > world->dst.bus + world->dst.bytes - NOWHERE)
        return 0;
    world->dst_next = at + bytes;
    return at;
}

static uint64_t source(struct world *world, struct rng *rng, uint64_t bytes)
{
    return world->src.bus + rng_below(rng, (unsigned)(world->src.bytes - bytes));
}

static uint64_t source_page(struct world *world, struct rng *rng)
{
    return world->src.bus + rng_below(rng, SRC_BYTES / IOAT_PAGE_BYTES) * IOAT_PAGE_BYTES;
}

/* ---- descriptors ---- */

static uint32_t random_size(struct world *world, struct rng *rng)
{
    const unsigned word = world->build->data_bits / 8, dice = rng_below(rng, 100);
    uint32_t size;

    if (dice < 4)
        size = 0;
    else if (dice < 75)
        size = 1 + rng_below(rng, 3 * word);
    else if (dice < 95)
        size = 1 + rng_below(rng, 300);
    else if (dice < 99)
        size = 1 + rng_below(rng, 2000);
    else
        size = 1 + rng_below(rng, 9000);
    return size > world->limits->bytes ? world->limits->bytes : size;
}

static bool break_pages(struct world *world, struct rng *rng, struct ioat_desc *desc)
{
    const uint32_t src_first = 1 + rng_below(rng, 60), dst_first = 1 + rng_below(rng, 60);
    const uint32_t sooner = src_first < dst_first ? src_first : dst_first;

    if (desc->size > sooner + IOAT_PAGE_BYTES)
        desc->size = sooner + IOAT_PAGE_BYTES;
    if (rng_percent(rng, 60)) {
        desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
        desc->src = source_page(world, rng) + IOAT_PAGE_BYTES - src_first;
        desc->next_src = source_page(world, rng);
    }
    if (rng_percent(rng, 60)) {
        struct piece piece[2];

        desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
        desc->dst = take(world, rng, desc->size < dst_first ? desc->size : dst_first, dst_first,
                         false);
        if (!desc->dst)
            return false;
        if (dst_pieces(desc, piece) == 2)
            desc->next_dst = take(world, rng, piece[1].bytes, 0, true);
        return desc->next_dst != 0;
    }
    return true;
}

/* A descriptor that must be refused; K-30. */
static void make_bad(struct world *world, struct rng *rng, struct job *job)
{
    struct ioat_desc *desc = &job->desc;
    const uint64_t nowhere = world->dst.bus + world->dst.bytes - NOWHERE;

    desc->control &= (uint32_t)~(IOAT_CONTROL_OP | IOAT_CONTROL_NULL_XFER |
                                 IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK);
    desc->src = world->src.bus + 4000;
    desc->dst = nowhere + 4000;
    desc->size = 200;
    switch (rng_below(rng, 6)) {
    case 0:
        desc->control |= (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, 2 + rng_below(rng, 0xfd));
        job->cause = IOAT_CHANERR_DESC_CTRL;
        break;
    case 1:
        desc->size = (1u << world->build->xfercap_log2) + 1 + rng_below(rng, 1000);
        job->cause = IOAT_CHANERR_LENGTH;
        break;
    case 2:
        desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
        desc->next_src = source_page(world, rng) + 1 + rng_below(rng, IOAT_PAGE_BYTES - 1);
        job->cause = IOAT_CHANERR_SRC_ADDR;
        break;
    case 3:
        desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
        desc->next_dst = nowhere + 1 + rng_below(rng, IOAT_PAGE_BYTES - 1);
        job->cause = IOAT_CHANERR_DST_ADDR;
        break;
    case 4:
        desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
        desc->size = IOAT_PAGE_BYTES + 97 + rng_below(rng, 1000);
        desc->next_src = source_page(world, rng);
        job->cause = IOAT_CHANERR_LENGTH;
        break;
    default:
        desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
        desc->size = IOAT_PAGE_BYTES + 97 + rng_below(rng, 1000);
        desc->next_dst = nowhere;
        job->cause = IOAT_CHANERR_LENGTH;
        break;
    }
}

/* A pointer that must be refused, to the job's own place. */
static void misplace(struct world *world, struct rng *rng, const struct chain *chain,
                     unsigned place, struct job *job)
{
    const uint64_t slot = slot_of(chain, place);

    switch (rng_below(rng, chain->list || place == 0 ? 2 : 3)) {
    case 0:
        job->bad_next = slot + 1 + rng_below(rng, IOAT_DESC_BYTES - 1);
        job->cause = place == 0 ? IOAT_CHANERR_CHAIN_ADDR : IOAT_CHANERR_DESC_ALIGN;
        break;
    case 1:      /* the page behind the descriptors is not mapped */
        job->bad_next = world->desc.bus + world->desc.bytes;
        job->cause = IOAT_CHANERR_READ_DATA;
        break;
    default:
        job->bad_next = 0;
        job->cause = IOAT_CHANERR_NEXT_ADDR;
        break;
    }
}

/* Errors on what the job touches, and on nothing that another one does. */
static void break_bus(struct world *world, struct lane *lane, struct rng *rng,
                      const struct chain *chain, unsigned place, struct job *job)
{
    struct ioat_desc *desc = &job->desc;
    const enum ioat_sim_fault_answer answer = rng_percent(rng, 50) ? IOAT_SIM_SLVERR
                                                                   : IOAT_SIM_DECERR;
    const bool copies = plan_moves(desc) && !fills(desc) &&
                        !(desc->control & IOAT_CONTROL_SRC_PAGE_BREAK);
    uint64_t at;

    switch (rng_below(rng, 3)) {
    case 0:      /* its source, moved to a place of its own, from some byte on */
        at = copies ? take(world, rng, desc->size + 2 * 64, 0, false) : 0;
        if (!at)
            return;
        for (uint32_t i = 0; i < desc->size + 2 * 64; i++)
            *dst_at(world, at + i) = (uint8_t)rng_next(rng);
        desc->src = at + 64;
        at = desc->src + rng_below(rng, desc->size);
        job->sure = world_fault(world, IOAT_SIM_FAULT_READ, answer, at, desc->src + desc->size - at,
                                100, 0);
        job->may |= IOAT_CHANERR_READ_DATA;
        job->origin = *desc;
        break;
    case 1:
        if (!plan_moves(desc))
            return;
        job->sure = world_fault(world, IOAT_SIM_FAULT_WRITE, answer,
                                desc->dst + (desc->control & IOAT_CONTROL_DST_PAGE_BREAK
                                                 ? 0 : rng_below(rng, desc->size)), 1, 100, 0);
        job->may |= IOAT_CHANERR_WRITE_DATA;
        break;
    default:     /* the slot is used again later: any of the channel may meet it */
        job->sure = world_fault(world, IOAT_SIM_FAULT_READ, answer, slot_of(chain, place) +
                                8 * rng_below(rng, 4), 8, 100, 0);
        lane->may |= IOAT_CHANERR_READ_DATA;
        break;
    }
}

static uint32_t random_flags(struct world *world, struct rng *rng)
{
    uint32_t flags = (rng_percent(rng, 30) ? IOAT_CONTROL_COMPL_WRITE : 0) |
                     (rng_percent(rng, 12) ? IOAT_CONTROL_INT_EN : 0) |
                     (rng_below(rng, 8) << IOAT_CONTROL_BUNDLE_LSB) |      /* BUNDLE, DST_DCA, HINT */
                     (rng_below(rng, 4) << IOAT_CONTROL_SRC_NO_SNOOP_LSB); /* both sides */

    if (world_has(world, SOAK_FENCES) && rng_percent(rng, 10))
        flags |= IOAT_CONTROL_FENCE;
    return flags;
}

/* The one before it may be read from: it moves bytes in one piece, and is fenced. */
static bool depend(struct world *world, const struct chain *chain, unsigned place, unsigned first,
                   struct job *job)
{
    const struct job *before;
    uint64_t slot;

    if (place <= first)
        return false;
    before = plan_job(world, chain, place - 1);
    if (before->cause || before->sure || !plan_moves(&before->desc) ||
        before->desc.control & IOAT_CONTROL_DST_PAGE_BREAK || before->desc.size > 3000)
        return false;
    slot = slot_of(chain, place - 1);
    job->desc.src = before->desc.dst;
    job->desc.size = before->desc.size;
    job->origin = before->origin;
    plan_job(world, chain, place - 1)->desc.control |= IOAT_CONTROL_FENCE;
    world_put(world, slot, &plan_job(world, chain, place - 1)->desc);
    return true;
}

/* False: no room for its destination. */
static bool make_copy(struct world *world, struct rng *rng, const struct chain *chain,
                      unsigned place, unsigned first, struct job *job)
{
    struct ioat_desc *desc = &job->desc;
    const unsigned dice = rng_below(rng, 100);
    bool dependent = false;

    if (dice < 15 && world_has(world, SOAK_FILLS)) {
        desc->control |= (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_FILL) |
                         (rng_percent(rng, 20) ? IOAT_CONTROL_SRC_PAGE_BREAK : 0);  /* K-32 */
        desc->src = rng_next(rng);
    } else if (dice < 30 && world_has(world, SOAK_PAGES)) {
        if (!break_pages(world, rng, desc))
            return false;
    } else if (dice < 45 && world_has(world, SOAK_FENCES)) {
        dependent = depend(world, chain, place, first, job);
    }
    if (desc->src == 0)
        desc->src = source(world, rng, desc->size);
    if (desc->dst == 0)
        desc->dst = take(world, rng, desc->size, 0, false);
    if (!dependent)
        job->origin = *desc;
    return desc->dst != 0;
}

/* The job at a place, written to its slot with NEXT open. False: no room. */
static bool make_job(struct world *world, struct lane *lane, struct chain *chain, unsigned place,
                     unsigned first, bool pointer_free)
{
    struct rng *rng = &lane->rng;
    struct job job = {
        .desc = { .size = random_size(world, rng), .control = random_flags(world, rng),
                  .user1 = rng_next(rng), .user2 = rng_next(rng), },
        .arms = lane->arms,
    };
    const unsigned dice = rng_below(rng, 100), trouble = rng_below(rng, 1000);

    if (dice < 10 && world_has(world, SOAK_FILLS)) {
        job.desc.control |= dice < 6 ? IOAT_CONTROL_NULL_XFER
                                     : (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_CONTEXT);
        job.desc.src = rng_next(rng);
        job.desc.dst = rng_next(rng);
        if (dice < 6)
            job.desc.size = (uint32_t)rng_next(rng);
    } else if (!make_copy(world, rng, chain, place, first, &job)) {
        return false;
    }
    if (trouble < 12 && world_has(world, SOAK_BAD))
        make_bad(world, rng, &job);
    else if (trouble < 20 && world_has(world, SOAK_BAD) && pointer_free)
        misplace(world, rng, chain, place, &job);
    else if (trouble < 35 && world_has(world, SOAK_FAULTS))
        break_bus(world, lane, rng, chain, place, &job);
    if (!job.cause && plan_moves(&job.desc))
        prime(world, &job);
    if (world->job_n == world->job_max) {
        world->job_max = world->job_max * 2 + 1024;
        world->job = realloc(world->job, world->job_max * sizeof *world->job);
        if (!world->job)
            world_fail(world, "memory", "out of memory");
    }
    lane->events += plan_interrupts(&job.desc);
    chain->job[place % chain->ring] = world->job_n;
    world->job[world->job_n++] = job;
    if (world->limits->tell)
        printf("%10" PRIu64 "  channel %u: place %u, slot 0x%" PRIx64 ", size %" PRIu32 ", control %#" PRIx32
               "%s%s\n", ioat_sim_now(world->sim), lane->n, place, slot_of(chain, place), job.desc.size,
               job.desc.control, job.cause ? ", must halt with " : job.may ? ", may meet " : "",
               job.cause || job.may ? ioat_chanerr_name(job.cause | job.may) : "");
    world_put(world, slot_of(chain, place), &job.desc);
    return true;
}

/* ---- chains ---- */

static void shuffle(struct rng *rng, uint64_t *slot, unsigned n)
{
    for (unsigned i = n; i > 1; i--) {
        const unsigned k = rng_below(rng, i);
        const uint64_t keep = slot[i - 1];

        slot[i - 1] = slot[k];
        slot[k] = keep;
    }
}

void plan_chain(struct world *world, struct lane *lane, struct chain *chain)
{
    struct rng *rng = &lane->rng;
    unsigned shape = rng_below(rng, 4), start;

    chain->list = rng_percent(rng, 50) && world_has(world, SOAK_LISTS);
    chain->ring = 3 + rng_below(rng, rng_percent(rng, 50) ? 14 : RING_MAX - 2);
    chain->n = 0;
    chain->done = chain->word = -1;
    lane->pool = (lane->pool + 1) % POOLS;
    start = rng_below(rng, RING_MAX - chain->ring + 1);
    for (unsigned i = 0; i < chain->ring; i++)
        chain->slot[i] = world_slot(world, lane, lane->pool, start + i);
    if (!world_has(world, SOAK_SHUFFLE))
        return;
    if (shape == 1) {            /* anywhere */
        shuffle(rng, chain->slot, chain->ring);
    } else if (shape == 2) {     /* from both ends in turn */
        for (unsigned i = 0; i < chain->ring; i++)
            chain->slot[i] = world_slot(world, lane, lane->pool,
                                        start + (i % 2 ? chain->ring - 1 - i / 2 : i / 2));
    } else if (shape == 3) {     /* in a row but for a few */
        for (unsigned i = 0; i < 3; i++)
            shuffle(rng, chain->slot + rng_below(rng, chain->ring - 1), 2);
    }
}

void plan_link(struct world *world, struct chain *chain, unsigned place)
{
    const struct job *next = plan_job(world, chain, place + 1);
    const bool misplaced = next->cause && (next->bad_next || next->cause == IOAT_CHANERR_NEXT_ADDR);

    world_put_next(world, slot_of(chain, place), misplaced ? next->bad_next
                                                           : slot_of(chain, place + 1));
}

unsigned plan_places(struct world *world, struct lane *lane, struct chain *chain, unsigned n)
{
    const unsigned first = chain->n;
    const unsigned room = (unsigned)(chain->done < 0 ? 0 : chain->done) + chain->ring - first;

    if (n > room)
        n = room;
    for (unsigned i = 0; i < n; i++, chain->n++) {
        const unsigned place = chain->n;
        /* In count mode the NEXT before a batch may have been read already. */
        const bool pointer_free = chain->list || place > first ||
                                  lane->phase == SUSPENDED || lane->phase == OFF;

        if (!make_job(world, lane, chain, place, first,
                      pointer_free && !(place == 0 && lane->phase == SUSPENDED))) {
            world->full = true;
            break;
        }
        if (place > first)
            plan_link(world, chain, place - 1);
        if (place == 0 && lane->phase != SUSPENDED)
            chain->first = plan_job(world, chain, 0)->bad_next ? plan_job(world, chain, 0)->bad_next
                                                               : slot_of(chain, 0);
        if (plan_job(world, chain, place)->cause) {
            chain->n++;
            break;
        }
    }
    if (chain->n > first)
        world_put_next(world, slot_of(chain, chain->n - 1),
                       chain->list ? 0 : slot_of(chain, chain->n));
    return chain->n - first;
}

void plan_forget(struct world *world, struct chain *chain, unsigned from)
{
    for (unsigned place = from; place < chain->n; place++)
        plan_job(world, chain, place)->fate = FATE_UNTOUCHED;
    chain->n = from;
}

void plan_move(struct world *world, struct lane *lane, struct chain *chain, unsigned from)
{
    uint64_t slot[RING_MAX];
    unsigned n = 0;

    /* All but the slot of the completed one, or of the first when nothing is. */
    const unsigned stays = from == 0 ? 0 : from - 1;

    if (!world_has(world, SOAK_SHUFFLE))
        return;
    for (unsigned i = 1; i < chain->ring; i++)
        slot[n++] = chain->slot[(stays + i) % chain->ring];
    shuffle(&lane->rng, slot, n);
    for (unsigned i = 1; i < chain->ring; i++)
        chain->slot[(stays + i) % chain->ring] = slot[i - 1];
}

/* ---- the end ---- */

static void check_fate(struct world *world, struct job *job, uint8_t *owned)
{
    struct piece piece[2];
    uint64_t at = 0;
    const enum mark mark = plan_mark(world, job, &at);

    if (mark == MARK_NONE)
        return;
    for (unsigned p = 0, n = dst_pieces(&job->desc, piece); p < n; p++)
        memset(owned + (piece[p].bus - world->dst.bus), 1, piece[p].bytes);
    if (!fills(&job->origin) && job->desc.src - world->dst.bus < world->dst.bytes &&
        job->origin.src == job->desc.src)      /* a source of its own, and its guards */
        memset(owned + (job->desc.src - world->dst.bus) - 64, 1, job->desc.size + 2 * 64);
    if (mark == MARK_WRONG)
        world_fail(world, "memory", "byte 0x%llx is neither old nor new", (unsigned long long)at);
    if (job->fate == FATE_DONE && mark != MARK_DONE)
        world_fail(world, "memory", "completed, and its destination 0x%llx is not complete at the end",
                   (unsigned long long)job->desc.dst);
    if (job->fate == FATE_UNTOUCHED && mark != MARK_UNTOUCHED)
        world_fail(world, "memory", "never started, and its destination 0x%llx was written",
                   (unsigned long long)job->desc.dst);
    if (job->fate == FATE_OPEN)
        world_fail(world, "bench", "a descriptor's fate was left open");
}

static void check_words(struct world *world)
{
    for (uint64_t at = 0; at < world->words.bytes; at += 8) {
        uint64_t value;
        bool used = false;

        memcpy(&value, world->words.cpu + at, sizeof value);
        for (unsigned ch = 0; ch < world->build->channels; ch++)
            used |= world->lane[ch].cmp == world->words.bus + at;
        if (!used && value != NO_WORD)
            world_fail(world, "memory", "0x%llx holds no completion word, and was written: 0x%llx",
                       (unsigned long long)(world->words.bus + at), (unsigned long long)value);
    }
}

void plan_check_all(struct world *world)
{
    const uint64_t used = world->dst_next - world->dst.bus;
    uint8_t *owned = world->owned = calloc(1, world->dst.bytes);
    uint64_t wrong = UINT64_MAX;

    if (!owned)
        world_fail(world, "memory", "out of memory");
    for (unsigned i = 0; i < world->job_n; i++)
        check_fate(world, &world->job[i], owned);
    for (uint64_t at = 0; at < world->dst.bytes && wrong == UINT64_MAX; at++) {
        if (at == used + GUARD && world->dst.bytes > used + NOWHERE)
            at = world->dst.bytes - NOWHERE;
        if (!owned[at] && world->dst.cpu[at] != FRESH)
            wrong = world->dst.bus + at;
    }
    if (wrong != UINT64_MAX)
        world_fail(world, "memory", "byte 0x%llx belongs to no destination and was written",
                   (unsigned long long)wrong);
    if (memcmp(world->src.cpu, world->src_copy, world->src.bytes) != 0)
        world_fail(world, "memory", "a source was written");
    if (memcmp(world->desc.cpu, world->desc_copy, world->desc.bytes) != 0)
        world_fail(world, "memory", "a descriptor was written");
    check_words(world);
}
