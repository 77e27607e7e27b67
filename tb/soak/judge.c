/* judge.c - what software may see, from the sheets. */
#include "judge.h"

#include <string.h>

#include "plan.h"

/* Causes that stop a descriptor before it is started (K-30). */
enum {
    REFUSED = IOAT_CHANERR_SRC_ADDR | IOAT_CHANERR_DST_ADDR | IOAT_CHANERR_NEXT_ADDR |
              IOAT_CHANERR_DESC_ALIGN | IOAT_CHANERR_CHAIN_ADDR | IOAT_CHANERR_DESC_CTRL |
              IOAT_CHANERR_LENGTH,
};

static bool flagged(const struct job *job)
{
    return job->desc.control & IOAT_CONTROL_COMPL_WRITE;
}

static bool cmp_misplaced(const struct lane *lane)
{
    return lane->cmp % 8 != 0;
}

/* Newest place of the chain in this slot; -1: none. */
static int place_of(const struct chain *chain, uint64_t slot)
{
    const unsigned oldest = chain->n > chain->ring ? chain->n - chain->ring : 0;

    for (unsigned place = chain->n; place-- > oldest;)
        if (chain->slot[place % chain->ring] == slot)
            return (int)place;
    return -1;
}

/* CHANERR bits that places `from` .. n - 1 may raise. */
static uint32_t reasons(struct world *world, const struct chain *chain, unsigned from)
{
    uint32_t bits = 0;

    for (unsigned place = from; place < chain->n; place++)
        bits |= plan_job(world, chain, place)->cause | plan_job(world, chain, place)->may;
    return bits;
}

/* ---- completion ---- */

static void complete(struct world *world, struct lane *lane, struct job *job, unsigned place)
{
    uint64_t at = 0;
    const enum mark mark = plan_mark(world, job, &at);

    if (job->cause)
        world_fail(world, "completed", "channel %u: place %u is completed and must be refused "
                   "(CHANERR %#x)", lane->n, place, job->cause);
    if (job->sure)
        world_fail(world, "completed", "channel %u: place %u is completed through a bus error",
                   lane->n, place);
    if (cmp_misplaced(lane) && flagged(job))
        world_fail(world, "completed", "channel %u: place %u is completed without its word", lane->n,
                   place);
    if (mark != MARK_DONE && mark != MARK_NONE)
        world_fail(world, "data", "channel %u: place %u (size %u, control %#x, src 0x%llx, dst 0x%llx) is "
                   "completed, and byte 0x%llx is %s", lane->n, place, job->desc.size,
                   job->desc.control, (unsigned long long)job->desc.src,
                   (unsigned long long)job->desc.dst, (unsigned long long)at,
                   mark == MARK_WRONG ? "wrong" : "not written");
    job->fate = FATE_DONE;
    lane->due += plan_interrupts(&job->desc) && job->arms == lane->arms;
    world->result->descriptors++;
}

/* Places up to this one are completed. A slot that is not needed any more is poisoned. */
static void advance(struct world *world, struct lane *lane, struct chain *chain, int place)
{
    while (chain->done < place) {
        if (chain->done >= 0)
            world_poison(world, chain->slot[(unsigned)chain->done % chain->ring]);
        chain->done++;
        complete(world, lane, plan_job(world, chain, (unsigned)chain->done),
                 (unsigned)chain->done);
    }
}

static void abandon(struct world *world, struct chain *chain, enum fate fate)
{
    for (unsigned place = (unsigned)(chain->done + 1); place < chain->n; place++)
        plan_job(world, chain, place)->fate = fate;
    chain->n = 0;
    chain->done = chain->word = -1;
}

/* A replaced chain has drained: what started is whole, and in order (K-11, K-12). */
static void drained(struct world *world, struct lane *lane)
{
    struct chain *old = &lane->old;
    bool ended = false;

    if (old->n == 0)
        return;
    if (world->forgotten || RD(world, lane, CHANERR) != 0) {
        abandon(world, old, FATE_ANY);
        return;
    }
    for (unsigned place = (unsigned)(old->done + 1); place < old->n; place++) {
        struct job *job = plan_job(world, old, place);
        uint64_t at = 0;
        const enum mark mark = plan_mark(world, job, &at);

        if (mark == MARK_WRONG || mark == MARK_MIXED)
            world_fail(world, "cut", "channel %u: the chain was replaced, and place %u of the old one is "
                       "written in part", lane->n, place);
        if (mark == MARK_DONE && ended)
            world_fail(world, "order", "channel %u: the chain was replaced; place %u of the old one ran, "
                       "and one before it did not", lane->n, place);
        ended |= mark == MARK_UNTOUCHED || job->cause;
        job->fate = mark == MARK_DONE ? FATE_DONE : FATE_UNTOUCHED;
        world->result->descriptors += mark == MARK_DONE;
    }
    old->n = 0;
}

/* ---- words ---- */

static void judge_word(struct world *world, struct lane *lane, uint64_t word)
{
    const uint64_t slot = word & IOAT_CHANSTS_COMPLETED;
    const unsigned state = (unsigned)(word & 63);
    struct chain *chain = &lane->now;
    int place = place_of(chain, slot);

    if (state > IOAT_CHANSTS_STATE_HALTED ||
        (state == IOAT_CHANSTS_STATE_SUSPENDED && lane->phase != SUSPENDING))
        world_fail(world, "word", "channel %u: the word 0x%llx has a state that nobody asked for",
                   lane->n, (unsigned long long)word);
    if (slot == 0 && state >= IOAT_CHANSTS_STATE_SUSPENDED && (chain->done < 0 || lane->old.n))
        return;
    if (place < 0 && lane->old.n) {
        chain = &lane->old;
        place = place_of(chain, slot);
    }
    if (place < 0)
        world_fail(world, "word", "channel %u: the word 0x%llx names no descriptor under way", lane->n,
                   (unsigned long long)word);
    if (place < chain->word)
        world_fail(world, "word", "channel %u: the word 0x%llx names place %d after place %d", lane->n,
                   (unsigned long long)word, place, chain->word);
    if (state <= IOAT_CHANSTS_STATE_IDLE && !flagged(plan_job(world, chain, (unsigned)place)))
        world_fail(world, "word", "channel %u: the word 0x%llx names place %d, which asked for none",
                   lane->n, (unsigned long long)word, place);
    if (chain == &lane->now)
        drained(world, lane);
    chain->word = place;
    advance(world, lane, chain, place);
}

void judge_words(struct world *world, struct lane *lane)
{
    /* A judgement may read a register, and more words come meanwhile. */
    for (unsigned i = 0; i < lane->words_n; i++)
        judge_word(world, lane, lane->words[i]);
    lane->words_n = 0;
}

/* ---- status ---- */

unsigned judge_status(struct world *world, struct lane *lane)
{
    uint64_t status, slot;
    int place, before, before_old;

    judge_words(world, lane);
    before = lane->now.done;
    before_old = lane->old.n ? lane->old.done : -1;
    status = RD(world, lane, CHANSTS);
    judge_words(world, lane);    /* some may be newer than the status */
    slot = status & IOAT_CHANSTS_COMPLETED;
    place = place_of(&lane->now, slot);
    if ((status & 63) > IOAT_CHANSTS_STATE_ARMED)
        world_fail(world, "status", "channel %u: CHANSTS 0x%llx", lane->n, (unsigned long long)status);
    if (slot == 0) {
        if (before >= 0)
            world_fail(world, "status", "channel %u: CHANSTS 0x%llx names nothing, place %d was completed",
                       lane->n, (unsigned long long)status, before);
        if (before_old >= 0)
            drained(world, lane);
    } else if (place >= 0) {
        drained(world, lane);
        if (place < before && !(lane->may & IOAT_CHANERR_WRITE_DATA))   /* K-44 */
            world_fail(world, "status", "channel %u: CHANSTS 0x%llx names place %d after place %d", lane->n,
                       (unsigned long long)status, place, before);
        advance(world, lane, &lane->now, place);
    } else if (lane->old.n && (place = place_of(&lane->old, slot)) >= 0) {
        advance(world, lane, &lane->old, place);
    } else {
        world_fail(world, "status", "channel %u: CHANSTS 0x%llx names no descriptor under way", lane->n,
                   (unsigned long long)status);
    }
    return (unsigned)IOAT_FIELD_GET(status, CHANSTS, STATE);
}

/* Takes CHANERR, all of it known to have a reason, and clears it. */
static uint32_t take_error(struct world *world, struct lane *lane, uint32_t allowed)
{
    const uint32_t err = (uint32_t)RD(world, lane, CHANERR), fresh = err & ~lane->stale;

    if (err & ~allowed)
        world_fail(world, "chanerr", "channel %u, place %d of %u completed: CHANERR %#x, allowed are the "
                   "bits of %#x", lane->n, lane->now.done, lane->now.n, err, allowed);
    if (fresh & (fresh - 1))
        world_fail(world, "chanerr", "channel %u: CHANERR %#x, more than one bit", lane->n, err);
    if (!err)
        return 0;
    POST(world, lane, CHANERR, err);
    if (lane->chanctrl & IOAT_CHANCTRL_ERR_INT_EN)
        lane->events += 2;       /* a stale one, too */
    lane->stale = 0;
    return err;
}

void judge_halted(struct world *world, struct lane *lane, bool stopped, bool cut)
{
    const unsigned next = (unsigned)(lane->now.done + 1);
    uint32_t own = 0, other = lane->may | lane->stale, err;
    enum fate fate = cut ? FATE_ANY : FATE_UNTOUCHED;

    if (next < lane->now.n) {
        const struct job *job = plan_job(world, &lane->now, next);

        own = job->cause;
        other |= job->may;
    }
    /* A stop, or a failed word, may have come before what was under way was completed. */
    if (stopped || lane->may & IOAT_CHANERR_WRITE_DATA)
        other |= reasons(world, &lane->now, next);
    other |= reasons(world, &lane->old, (unsigned)(lane->old.done + 1));
    other |= cmp_misplaced(lane) ? IOAT_CHANERR_CMP_ADDR : 0;
    err = take_error(world, lane, own | other);
    if (!err && !stopped)
        world_fail(world, "halted", "channel %u: HALTED for no reason, place %d of %u completed", lane->n,
                   lane->now.done, lane->now.n);
    /* K-43: the error word is answered before HALTED shows. */
    if (err && !stopped && lane->chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN &&
        !(lane->may & IOAT_CHANERR_WRITE_DATA) && !cmp_misplaced(lane) &&
        (*world_word(world, lane) & 63) != IOAT_CHANSTS_STATE_HALTED)
        world_fail(world, "word", "channel %u: HALTED, and the word is 0x%llx", lane->n,
                   (unsigned long long)*world_word(world, lane));
    if (err & REFUSED && !(err & other))
        fate = FATE_UNTOUCHED;
    abandon(world, &lane->now, fate);
    abandon(world, &lane->old, FATE_ANY);
    lane->phase = OFF;
}

void judge_idle(struct world *world, struct lane *lane)
{
    struct chain *now = &lane->now;
    const uint64_t word = *world_word(world, lane);

    drained(world, lane);
    take_error(world, lane, lane->stale | (lane->may & IOAT_CHANERR_CHANCMD));
    if (now->done + 1 != (int)now->n)
        world_fail(world, "idle", "channel %u: IDLE, place %d of %u completed", lane->n, now->done, now->n);
    if (flagged(plan_job(world, now, now->n - 1)) &&
        (word & IOAT_CHANSTS_COMPLETED) != now->slot[(now->n - 1) % now->ring])
        world_fail(world, "word", "channel %u: IDLE, and the word is 0x%llx", lane->n,
                   (unsigned long long)word);
}

void judge_suspended(struct world *world, struct lane *lane)
{
    drained(world, lane);
    take_error(world, lane, lane->stale);
    for (unsigned place = (unsigned)(lane->now.done + 1); place < lane->now.n; place++) {
        uint64_t at = 0;
        const enum mark mark = plan_mark(world, plan_job(world, &lane->now, place), &at);

        if (mark != MARK_UNTOUCHED && mark != MARK_NONE)
            world_fail(world, "suspended", "channel %u: SUSPENDED after place %d, and place %u was started",
                       lane->n, lane->now.done, place);
    }
}

void judge_armed(struct lane *lane)
{
    lane->arms++;
    lane->due = lane->since = 0;
}

void judge_lost(struct world *world, struct lane *lane, bool cut)
{
    abandon(world, &lane->now, cut ? FATE_ANY : FATE_UNTOUCHED);
    abandon(world, &lane->old, FATE_ANY);
    lane->phase = OFF;
    lane->set_up = false;
    lane->stale = 0;
    judge_armed(lane);
}
