/* answers.c - a list in order of arrival, threaded through a fixed pool. */
#include "answers.h"

/* How far a reordering memory looks. Bounds the cost of a clock. */
enum { REORDER_WINDOW = 256 };

void answers_init(struct answers *answers)
{
    answers->oldest = answers->newest = ANSWERS_NONE;
    answers->unused = 0;
    answers->count = answers->withheld = 0;
    answers->release = 0;
    for (unsigned n = 0; n < ANSWERS_MAX; n++)
        answers->node[n].after = (uint16_t)(n + 1 < ANSWERS_MAX ? n + 1 : ANSWERS_NONE);
}

bool answers_room(const struct answers *answers, unsigned limit)
{
    return answers->count < ANSWERS_MAX && (limit == 0 || answers->count < limit);
}

uint16_t answers_add(struct answers *answers, uint8_t id)
{
    const uint16_t number = answers->unused;
    struct answer *node = &answers->node[number];

    answers->unused = node->after;
    *node = (struct answer) {
        .due = ANSWERS_NOT_DUE, .id = id, .before = answers->newest, .after = ANSWERS_NONE,
    };
    if (answers->newest == ANSWERS_NONE)
        answers->oldest = number;
    else
        answers->node[answers->newest].after = number;
    answers->newest = number;
    answers->count++;
    return number;
}

void answers_remove(struct answers *answers, uint16_t number)
{
    struct answer *node = &answers->node[number];

    if (node->before == ANSWERS_NONE)
        answers->oldest = node->after;
    else
        answers->node[node->before].after = node->after;
    if (node->after == ANSWERS_NONE)
        answers->newest = node->before;
    else
        answers->node[node->after].before = node->before;
    node->after = answers->unused;
    answers->unused = number;
    answers->count--;
}

static bool is_withheld(const struct answer *node, uint32_t release)
{
    return node->withheld && node->release == release;
}

/* The oldest answer, if due. With answers withheld: the oldest of an ID that is not. */
static uint16_t pick_oldest(const struct answers *answers, uint64_t clock, uint32_t release)
{
    const uint16_t oldest = answers->oldest;
    uint64_t passed = 0;       /* IDs that may not answer, a bit each */

    if (answers->withheld == 0)
        return answers->node[oldest].due <= clock ? oldest : ANSWERS_NONE;
    for (uint16_t n = oldest; n != ANSWERS_NONE; n = answers->node[n].after) {
        const struct answer *node = &answers->node[n];

        if (passed >> node->id & 1)
            continue;
        if (!is_withheld(node, release))
            return node->due <= clock ? n : ANSWERS_NONE;
        passed |= UINT64_C(1) << node->id;
    }
    return ANSWERS_NONE;
}

static uint16_t pick_any(const struct answers *answers, uint64_t clock, uint32_t release,
                         struct rng *rng)
{
    uint16_t picked = ANSWERS_NONE, n = answers->oldest;
    uint64_t passed = 0;
    unsigned candidates = 0, looked = 0;

    for (; n != ANSWERS_NONE && looked < REORDER_WINDOW; n = answers->node[n].after, looked++) {
        const struct answer *node = &answers->node[n];

        if (passed >> node->id & 1)
            continue;
        passed |= UINT64_C(1) << node->id;
        if (!is_withheld(node, release) && node->due <= clock
            && rng_below(rng, ++candidates) == 0)
            picked = n;
    }
    return picked;
}

uint16_t answers_pick(struct answers *answers, uint64_t clock, bool reorder, uint32_t release,
                      struct rng *rng)
{
    if (answers->count == 0)
        return ANSWERS_NONE;
    return reorder ? pick_any(answers, clock, release, rng)
                   : pick_oldest(answers, clock, release);
}

uint64_t answers_next(const struct answers *answers)
{
    uint64_t next = ANSWERS_NOT_DUE;

    for (uint16_t n = answers->oldest; n != ANSWERS_NONE; n = answers->node[n].after)
        if (answers->node[n].due < next)
            next = answers->node[n].due;
    return next;
}

void answers_withhold(struct answers *answers, uint16_t number, uint32_t release)
{
    struct answer *node = &answers->node[number];

    if (answers->release != release) {
        answers->release = release;
        answers->withheld = 0;
    }
    answers->withheld++;
    node->withheld = true;
    node->spared = true;
    node->release = release;
}

bool answers_withheld(const struct answers *answers, uint32_t release)
{
    return answers->withheld && answers->release == release;
}
