/* scenario.h - a whole random scenario from one seed, checked against plain C.
 *
 *   seed --> memory timing, features, per channel: chains, commands, faults
 *     |          |
 *     |          +--> driver side (act.c): what software would do, at random clocks
 *     |          +--> judge (judge.c): what the sheets allow it to see
 *     +--> limits cut parts away and leave the rest as it was: a failure shrinks
 *
 * The build is that of the linked model; everything else is random. The judge shares
 * nothing with the simulator's contract model but the sheets; both look at every run.
 */
#ifndef SOAK_SCENARIO_H
#define SOAK_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

/* What a seed may contain; each seed takes about half of them. */
#define SOAK_FEATURES(X)                                                                      \
    X(STALLS, "stalls")             /* jitter, back-pressure, reordering */                   \
    X(LATENCY, "latency")           /* of up to 150 clocks; it changes on the way */          \
    X(LISTS, "lists")               /* NULL-terminated lists besides counted ones */          \
    X(SHUFFLE, "shuffle")           /* rings that are not laid out in a row */                \
    X(FILLS, "fills")               /* fills, nulls and context changes besides copies */     \
    X(PAGES, "pages")               /* page breaks */                                         \
    X(FENCES, "fences")             /* fences, and descriptors that depend on them */         \
    X(BAD, "bad")                   /* descriptors and pointers that must halt */             \
    X(FAULTS, "faults")             /* bus errors on what a chosen descriptor touches */      \
    X(STORM, "storm")               /* bus errors anywhere */                                 \
    X(HOLDS, "holds")               /* answers that do not come for a while */                \
    X(SUSPEND, "suspend")           /* SUSPEND, RESUME */                                     \
    X(EDIT, "edit")                 /* what has not started is rewritten while suspended */   \
    X(ABORT, "abort")                                                                         \
    X(RESET, "reset")                                                                         \
    X(SWITCH, "switch")             /* a new chain while the old one runs */                  \
    X(DOUBLE, "double")             /* two command bits in one write */                       \
    X(FLR, "flr")                   /* function-level reset */                                \
    X(MASTER, "master")             /* bus master off and on */                               \
    X(INTERRUPTS, "interrupts")     /* masks, coalescing delay, re-arm at any time */

enum soak_feature {
#define X(name, text) SOAK_##name,
    SOAK_FEATURES(X)
#undef X
    SOAK_FEATURE_N
};
extern const char *const soak_feature_name[SOAK_FEATURE_N];

/* What is left of a seed. Cutting one thing leaves the random choices of the others. */
struct soak_limits {
    unsigned steps;              /* moves of the players, UINT32_MAX: as many as the seed says */
    uint32_t channels;           /* one bit a channel */
    unsigned batch;              /* descriptors released at once, at most */
    unsigned bytes;              /* of a transfer, at most */
    uint32_t without;            /* features, one bit each */
    bool tell;                   /* print what software does, with its clock */
};
extern const struct soak_limits soak_no_limits;

/* "steps=12,channels=0x1,batch=2,bytes=8,without=flr+holds"; "": no limits. False: `text`
 * is not such a list. */
bool soak_limits_read(const char *text, struct soak_limits *limits);
/* The other way round; cut at `size`. */
void soak_limits_print(const struct soak_limits *limits, char *text, unsigned size);

struct soak_result {
    bool failed;
    char verdict[48];            /* what was wrong, in a few words: a rule's name */
    char text[700];
    uint64_t descriptors;        /* completed and checked */
    uint64_t clocks;
    unsigned steps;              /* taken */
    uint32_t features;           /* that the seed has */
};

/* Runs it. wave: FST file of the whole run, or NULL. */
void soak_run(uint64_t seed, const struct soak_limits *limits, const char *wave,
              struct soak_result *result);

/* Smaller limits with the same verdict as `result`, which is brought up to date; gives
 * up after so many seconds. */
void soak_shrink(uint64_t seed, struct soak_limits *limits, struct soak_result *result,
                 double seconds);

/* The command that replays it with a wave, for a build of this width and so on. */
void soak_replay_command(uint64_t seed, const struct soak_limits *limits, char *text,
                         unsigned size);

#endif
