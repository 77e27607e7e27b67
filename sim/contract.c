/* contract.c - the contract model: the histories that fit what was seen.
 *
 * When a command meets a channel that comes to a stop, only the engine knows whether the stop
 * was over; and a descriptor that is read then can be of the old list or the first of the next.
 * From there on there are two histories, one of each, and everything that is
 * seen later is judged in both. One that it does not fit is dropped; the engine has broken
 * a rule when none is left. Two that have become the same are one again. When a channel
 * has more than can be followed, it is not judged until a RESET of it is done.
 */
#include <stdlib.h>

#include "contract_priv.h"

enum { HISTORIES = 16 };

struct contract {
    void (*violate)(void *ctx, uint64_t clock, const char *rule, const char *text);
    void *ctx;
    struct history *histories[HISTORIES];
    unsigned n;                /* of those; 0: a rule is broken, nothing is judged any more */
};

struct contract *contract_open(const struct ioat_sim_build *build,
                               void (*violate)(void *ctx, uint64_t clock, const char *rule,
                                               const char *text),
                               void *ctx)
{
    struct contract *contract = calloc(1, sizeof *contract);

    if (!contract)
        return NULL;
    contract->violate = violate;
    contract->ctx = ctx;
    contract->histories[0] = ct_history_open(build);
    if (!contract->histories[0]) {
        free(contract);
        return NULL;
    }
    contract->n = 1;
    return contract;
}

/* The order of the others stays: the oldest history tells best what went wrong. */
static void drop(struct contract *contract, unsigned k)
{
    ct_history_close(contract->histories[k]);
    contract->n--;
    for (; k < contract->n; k++)
        contract->histories[k] = contract->histories[k + 1];
}

void contract_close(struct contract *contract)
{
    if (!contract)
        return;
    while (contract->n)
        drop(contract, contract->n - 1);
    free(contract);
}

/* ---- breaches ---- */

static bool any_left(const struct contract *contract)
{
    for (unsigned k = 0; k < contract->n; k++)
        if (!contract->histories[k]->breach.rule)
            return true;
    return false;
}

/* Some history does not fit. */
static void judge(struct contract *contract)
{
    const struct breach first = contract->histories[0]->breach;
    const bool left = any_left(contract);

    for (unsigned k = contract->n; k-- > 0; )
        if (!left || contract->histories[k]->breach.rule)
            drop(contract, k);
    if (!left)
        contract->violate(contract->ctx, first.clock, first.rule, first.text);
}

/* ---- one history becomes several, and several one ---- */

static bool told_already(const struct contract *contract, unsigned k)
{
    for (unsigned other = 0; other < k; other++)
        if (ct_history_alike(contract->histories[other], contract->histories[k]))
            return true;
    return false;
}

static void merge(struct contract *contract)
{
    for (unsigned k = contract->n; k-- > 1; )
        if (told_already(contract, k))
            drop(contract, k);
}

static void give_up(struct contract *contract, unsigned channel)
{
    for (unsigned k = 0; k < contract->n; k++)
        contract->histories[k]->chan[channel].lost = true;
    merge(contract);
}

/* False: no room for it, the channel is given up. */
static bool part(struct contract *contract, const struct history *from, unsigned channel, enum ending ending)
{
    struct history *other = contract->n < HISTORIES ? ct_history_copy(from) : NULL;

    if (!other) {
        give_up(contract, channel);
        return false;
    }
    contract->histories[contract->n++] = other;
    ct_state_ended(&other->chan[channel], ending);
    if (told_already(contract, contract->n - 1))
        drop(contract, contract->n - 1);
    return true;
}

/* The channel to which the event means one thing or another; NULL: none. */
static struct chan *subject(struct history *h, const struct ioat_sim_event *event)
{
    return event->kind == IOAT_SIM_BAR_WRITE ? ct_regs_commanded(h, event) : ct_bus_fetches(h, event);
}

static bool may_follow(const struct chan *ch, const struct ioat_sim_event *event, enum ending ending)
{
    if (event->kind == IOAT_SIM_AR)
        return ending == ENDING_STOP && ct_state_begins_after(ch, event->addr & ~(uint64_t)(IOAT_DESC_BYTES - 1));
    return ct_state_may_have_ended(ch, ending) && (ending < ENDING_HALTING || ct_regs_starts(ch, event));
}

/* What was over before the event? */
static void part_at(struct contract *contract, const struct ioat_sim_event *event)
{
    const unsigned before = contract->n;

    for (unsigned k = 0; k < before; k++) {
        struct history *from = contract->histories[k];
        struct chan *ch = subject(from, event);

        if (!ch)
            return;
        from->now = event->clock;
        if (event->kind == IOAT_SIM_BAR_WRITE)
            ct_state_settle(ch);
        for (enum ending ending = 0; ending < ENDINGS; ending++)
            if (may_follow(ch, event, ending) && !part(contract, from, ch->n, ending))
                return;
    }
}

/* A function-level reset begins: had a list that was to follow? */
static void part_at_reset(struct contract *contract, unsigned channel, uint64_t clock)
{
    const unsigned before = contract->n;

    for (unsigned k = 0; k < before; k++) {
        struct history *from = contract->histories[k];
        const struct chan *ch = &from->chan[channel];

        from->now = clock;
        if (ch->next.kick && ct_state_may_have_ended(ch, ENDING_STOP) && !part(contract, from, channel, ENDING_STOP))
            return;
    }
}

/* ---- events ---- */

void contract_event(struct contract *contract, const struct ioat_sim_event *event)
{
    bool broken = false;

    if (contract->n > 1 && (event->kind == IOAT_SIM_BAR_WRITE || event->kind == IOAT_SIM_BAR_READ))
        merge(contract);
    if (event->kind == IOAT_SIM_BAR_WRITE || event->kind == IOAT_SIM_AR)
        part_at(contract, event);
    for (unsigned k = 0; k < contract->n; k++) {
        ct_history_event(contract->histories[k], event);
        broken |= contract->histories[k]->breach.rule != NULL;
    }
    if (broken)
        judge(contract);
}

void contract_clock(struct contract *contract, uint64_t clock, const struct contract_pins *pins)
{
    bool broken = false;

    if (pins->flr && contract->n && !contract->histories[0]->pins.flr)
        for (unsigned n = 0; n < contract->histories[0]->build.channels; n++)
            part_at_reset(contract, n, clock);
    for (unsigned k = 0; k < contract->n; k++) {
        ct_history_clock(contract->histories[k], clock, pins);
        broken |= contract->histories[k]->breach.rule != NULL;
    }
    if (broken)
        judge(contract);
}

uint64_t contract_next(const struct contract *contract)
{
    uint64_t next = UINT64_MAX;

    for (unsigned k = 0; k < contract->n; k++) {
        const uint64_t own = ct_history_next(contract->histories[k]);

        next = own < next ? own : next;
    }
    return next;
}

void contract_quiet(struct contract *contract, uint64_t clock)
{
    bool broken = false;

    for (unsigned k = 0; k < contract->n; k++) {
        ct_history_quiet(contract->histories[k], clock);
        broken |= contract->histories[k]->breach.rule != NULL;
    }
    if (broken)
        judge(contract);
}
