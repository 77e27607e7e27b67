/* fault.c - counting accesses and choosing those that fail. */
#include "fault.h"

#include <stdio.h>
#include <string.h>

void fault_init(struct fault_table *table, uint64_t seed)
{
    memset(table, 0, sizeof *table);
    table->rng.state = seed;
}

static const char *unfit(const struct ioat_sim_fault *rule)
{
    if (rule->kind != IOAT_SIM_FAULT_READ && rule->kind != IOAT_SIM_FAULT_WRITE)
        return "kind must be IOAT_SIM_FAULT_READ or IOAT_SIM_FAULT_WRITE";
    if (rule->answer != IOAT_SIM_SLVERR && rule->answer != IOAT_SIM_DECERR
        && rule->answer != IOAT_SIM_HOLD)
        return "answer must be IOAT_SIM_SLVERR, IOAT_SIM_DECERR or IOAT_SIM_HOLD";
    if (rule->first > rule->last)
        return "first must not be above last";
    if (rule->percent < 1 || rule->percent > 100)
        return "percent must be 1..100";
    return NULL;
}

int fault_add(struct fault_table *table, const struct ioat_sim_fault *rule)
{
    const char *why = rule ? unfit(rule) : "no fault given";

    if (why) {
        fprintf(stderr, "ioat_sim_fault_add: %s\n", why);
        return IOAT_EINVAL;
    }
    if (table->armed == FAULT_MAX)
        return IOAT_EFULL;
    table->slot[table->armed] = (struct fault_slot) { .rule = *rule };
    return (int)table->armed++;
}

unsigned fault_hits(const struct fault_table *table, int number)
{
    return number >= 0 && number < FAULT_MAX ? table->slot[number].hits : 0;
}

void fault_clear(struct fault_table *table)
{
    table->armed = 0;
    table->release++;
    table->withholds = false;
}

static bool hits(struct fault_table *table, struct fault_slot *slot)
{
    const struct ioat_sim_fault *rule = &slot->rule;

    if (slot->seen < rule->skip) {
        slot->seen++;
        return false;
    }
    if (rule->count && slot->hits >= rule->count)
        return false;
    if (!rng_percent(&table->rng, rule->percent))
        return false;
    slot->hits++;
    return true;
}

bool fault_strikes(struct fault_table *table, enum ioat_sim_fault_kind kind, uint64_t first,
                   uint64_t last, enum ioat_sim_fault_answer *answer)
{
    for (unsigned n = 0; n < table->armed; n++) {
        struct fault_slot *slot = &table->slot[n];

        if (slot->rule.kind == kind && slot->rule.first <= last && slot->rule.last >= first
            && hits(table, slot)) {
            *answer = slot->rule.answer;
            return true;
        }
    }
    return false;
}
