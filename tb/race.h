/* race.h - one action at every clock of a short chain on channel 0.
 *
 *   build chain and fresh --> start chain --> (clock swept) action --> check
 *
 * The chain is the mixed one of scene.h unless the test builds another; `fresh` is a
 * second chain for what comes after: 3 copies, COMPL_WRITE and INT_EN on the last.
 */
#ifndef RACE_H
#define RACE_H

#include "scene.h"

struct race {
    /* chosen by the test */
    enum scene_mode mode;
    uint16_t chanctrl;               /* 0: TB_CHANCTRL_ALL */
    unsigned counted;                /* count mode, descriptors of the first doorbell; 0: all */
    void (*build)(struct tb *tb, struct race *race);   /* behind the common part, or NULL */
    void (*start)(struct tb *tb, struct race *race);   /* posts before the chain's, or NULL */
    void (*action)(struct tb *tb, struct race *race);  /* posts only; may change memory */
    void (*check)(struct tb *tb, struct race *race);
    uint8_t command, second;         /* for race_action_commands */
    unsigned gap;                    /* harmless writes between two posts */
    enum scene_mode new_mode;        /* of a chain that replaces the first */

    /* a run */
    struct cells chain, fresh;
    struct words words;
    uint64_t written_before;
};

/* Memories of the sweeps. The slow ones are swept in steps, to about the same number of
 * runs. */
struct race_timing {
    const char *name;
    struct ioat_sim_timing timing;
    unsigned stride;
};
enum { RACE_TIMING_N = 4 };
extern const struct race_timing race_timings[RACE_TIMING_N];

/* Sweeps. Clocks behind the end of the scenario are swept too. */
void race_run(struct race *race, const struct race_timing *timing);

/* Posts race->command and, after the gap, race->second unless it is 0. */
void race_action_commands(struct tb *tb, struct race *race);
void race_post_gap(struct tb *tb, const struct race *race);

/* Payload bytes that channel 0 wrote in this run. */
uint64_t race_written(struct tb *tb, const struct race *race);

/* How many of the mixed chain's cells 0 .. last carry INT_EN. */
unsigned race_interrupts_due(int last);

/* The chain is complete: IDLE on its end, all done and done once, no error. */
void race_expect_complete(struct tb *tb, const struct race *race);

/* At the end of a run in which nobody re-armed: a message came, another one behind the
 * re-arm if an event was due later than the first, and no third. */
void race_expect_interrupts(struct tb *tb, const struct race *race);

/* The stopped channel works: ruins the old chain, runs the fresh one in race->mode, which
 * gives its word and exactly one message, and leaves the old destinations alone. CHANCTRL
 * and CHANCMP must be set and the interrupt armed. */
void race_expect_fresh_runs(struct tb *tb, struct race *race);

#endif
