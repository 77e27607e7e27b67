/* fault.h - which accesses of the engine go wrong (struct ioat_sim_fault). */
#ifndef IOAT_FAULT_H
#define IOAT_FAULT_H

#include "ioat_sim.h"
#include "rng.h"

enum { FAULT_MAX = 32 };

struct fault_table {
    struct fault_slot {
        struct ioat_sim_fault rule;
        unsigned seen;         /* accesses that touched the range */
        unsigned hits;
    } slot[FAULT_MAX];         /* hits stay readable after clear, until the slot is used again */
    unsigned armed;            /* slots 0 .. armed - 1 */
    bool withholds;            /* an answer, since the last clear */
    uint32_t release;          /* counts clears: an answer withheld before the last one is free */
    struct rng rng;
};

void fault_init(struct fault_table *table, uint64_t seed);

/* The number of the fault, IOAT_EINVAL (one line on stderr) or IOAT_EFULL. */
int fault_add(struct fault_table *table, const struct ioat_sim_fault *rule);
unsigned fault_hits(const struct fault_table *table, int number);
void fault_clear(struct fault_table *table);

/* One access of `kind` to [first, last] is about to be answered. The fault with
 * the lowest number that hits decides; those after it do not see the access. */
bool fault_strikes(struct fault_table *table, enum ioat_sim_fault_kind kind, uint64_t first,
                   uint64_t last, enum ioat_sim_fault_answer *answer);

#endif
