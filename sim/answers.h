/* answers.h - requests that wait for their answer, and which one is next.
 *
 * AXI keeps answers of one ID in order. An ideal memory keeps all of them in the
 * order of their requests; a reordering one picks at random among the IDs whose
 * oldest answer is due. A withheld answer holds up its own ID and no other.
 */
#ifndef IOAT_ANSWERS_H
#define IOAT_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

enum {
    ANSWERS_MAX = 4096,        /* of one direction of one port: "no limit" for the engine */
    ANSWERS_NONE = 0xFFFF,
};
#define ANSWERS_NOT_DUE UINT64_MAX

struct answer {
    uint64_t due;              /* first clock it may be given in */
    uint32_t release;          /* of the fault table, when withheld */
    uint16_t before, after;    /* neighbours in order of arrival */
    uint8_t id;
    bool withheld;
    bool spared;               /* was withheld once: faults look away now */
};

struct answers {
    struct answer node[ANSWERS_MAX];
    uint16_t oldest, newest, unused;
    unsigned count;
    unsigned withheld;         /* nodes of `release` */
    uint32_t release;
};

void answers_init(struct answers *answers);

/* True while another request fits. limit: 0 for none but the pool's. */
bool answers_room(const struct answers *answers, unsigned limit);

/* Takes a node at the end of the line, due never. Only with room. */
uint16_t answers_add(struct answers *answers, uint8_t id);
void answers_remove(struct answers *answers, uint16_t number);

/* The answer to give in `clock`, or ANSWERS_NONE. release: the fault table's. */
uint16_t answers_pick(struct answers *answers, uint64_t clock, bool reorder, uint32_t release,
                      struct rng *rng);

/* The first clock in which answers_pick may do anything; ANSWERS_NOT_DUE: none is known. */
uint64_t answers_next(const struct answers *answers);

/* Withholds an answer until the fault table's release moves on. */
void answers_withhold(struct answers *answers, uint16_t number, uint32_t release);
bool answers_withheld(const struct answers *answers, uint32_t release);

#endif
