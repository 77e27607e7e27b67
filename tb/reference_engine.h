/* reference_engine.h - a DMA engine in C that takes one small step at a time.
 *
 *   start --> FETCH --> MOVE ... MOVE --> REPORT --> FOLLOW --> idle
 *               ^        64 bytes each               |  ^
 *               +------------------------------------+  +-- RELOAD <-- append, resume
 *
 * One step of a channel takes ENGINE_STEP_NS. Whatever software does falls between two
 * steps, so every race of the NetDMA sheet can be hit on purpose. It follows section 4 of
 * the sheet and its readings of ambiguities (section 6); nothing here knows of drivers.
 *
 * A defect is a rule that this engine, or the provider above it, breaks on purpose, so
 * that a test of that rule can be seen to fail: wrong_providers.c.
 */
#ifndef REFERENCE_ENGINE_H
#define REFERENCE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "netdma.h"
#include "netdma_platform.h"

enum {
    ENGINE_STEP_NS = 4,
    ENGINE_MOVE_BYTES = 64,
    ENGINE_TRANSFER_MAX = 1 << 20,
};
#define ENGINE_ADDRESS_MAX ((UINT64_C(1) << 48) - 1)

/* ---- defects ---- */

enum defect {
    NO_DEFECT,
    /* of the provider */
    REGISTERS_ITS_OWN_VERSION, REGISTERS_AT_START, SETS_NO_AFFINITY_EARLY, IGNORES_AFFINITIES,
    KEEPS_TO_THE_LINE, IGNORES_THE_MASK, LEAVES_CPU_NUMBER, REPORTS_START_TOO_EARLY,
    REPORTS_SHORT_TRANSFERS, DEREGISTERS_WHILE_STARTED, DEREGISTERS_AT_DISPATCH,
    SHARES_A_CONTEXT, SWAPS_HANDLES, LEAKS_ON_FAILURE, FORGETS_THE_WORD, REFUSES_PRIORITY,
    NEVER_FREES, RETURNS_PENDING, APPENDS_BEFORE_START, ISR_NAMES_NOTHING, DPC_ON_ANY_CPU,
    ERROR_NAMES_A_DESCRIPTOR, ERROR_IS_FINAL, RETURNS_NO_LAST,
    WAITS_AT_DISPATCH, SUSPENDED_REFUSES_START, ABORT_IS_FINAL, RESET_LOSES_THE_WORD,
    HIDES_DCA, POWER_GOES_UNSAID, SENDS_THE_WRONG_EVENT, TAKES_ANY_ADDRESS,
    ASKS_FOR_NO_START,
    /* of the engine */
    START_ABORTS, START_IS_LATE, START_ADDS_COUNTS, IGNORES_THE_COUNT, APPEND_IS_LOST,
    APPEND_REPEATS, APPEND_READS_THE_TAIL, RUNS_PAST_THE_END, FETCHES_AHEAD,
    ONE_BYTE_SHORT, SIZE_0_FAILS, ANY_SIZE, WRITES_USER_WORDS, NULL_MOVES, NULL_IS_CHECKED,
    NULL_IS_FREE, NULL_IS_MUTE, IGNORES_SOURCE_BREAK, IGNORES_DESTINATION_BREAK,
    ANY_SECOND_PAGE, SECOND_PAGE_UNREACHED, NO_SNOOP_IS_STALE, DCA_ENABLE_FAILS, IGNORES_THE_FENCE, WORD_UNASKED, SHORT_ADDRESS,
    ALWAYS_ACTIVE, TORN_WORD, WORD_BEFORE_DATA, SUSPEND_SAYS_HALTED, HALTED_NAMES_THE_CULPRIT,
    HALTS_WITHOUT_WORD, INTERRUPTS_UNASKED, NEVER_INTERRUPTS, SUSPENDS_AT_ONCE,
    SUSPENDS_WITHOUT_WORD, SUSPEND_EATS_THE_INTERRUPT, SUSPENDED_KEEPS_THE_NEXT,
    RESUME_REPEATS, RESUME_DROPS_THE_COUNT, ABORT_FINISHES, ABORTS_WITHOUT_WORD,
    RESET_GOES_ON, IGNORES_ERRORS, HINTS_ELSEWHERE, KEEPS_THE_FIRST_TARGET,
    CONTEXT_INTERRUPTS,
};

/* ---- the engine ---- */

struct engine_range { uint64_t first, bytes; };  /* bytes 0: none */

struct engine {
    struct kernel *kernel;       /* whose memory it reaches */
    bool counted;                /* 2.x: counts end lists, not terminators */
    bool dca;
    enum defect defect;
    struct engine_range failing; /* the next read in here fails, once */
    struct engine_range held;    /* reads in here get no answer as long as this is set */
};

enum engine_state {
    ENGINE_READY,                /* nothing was started since allocate, abort or reset */
    ENGINE_ACTIVE, ENGINE_IDLE, ENGINE_SUSPENDED, ENGINE_HALTED
};

enum engine_phase { ENGINE_FETCH, ENGINE_MOVE, ENGINE_REPORT, ENGINE_FOLLOW, ENGINE_RELOAD };

/* Hints to caches: how many, and the APIC id in the newest. */
struct engine_hints {
    uint64_t words, data;
    uint32_t word_target, data_target;
};

struct engine_channel {
    struct engine *engine;
    void (*interrupt)(void *ctx);
    void *ctx;
    uint64_t word;               /* bus address of the completion word; 0: none */
    uint32_t word_target;        /* APIC id that hints for the word go to */

    enum engine_state state;
    enum engine_phase phase;     /* while active */
    uint64_t first;              /* where the list began */
    uint64_t current;            /* descriptor that is fetched or runs */
    uint64_t last;               /* last completed one since the start; 0: none */
    NET_DMA_DESCRIPTOR desc;     /* as it was fetched */
    uint32_t moved;              /* bytes of it */
    uint32_t remaining;          /* 2.x: not completed yet */
    bool reporting;              /* the newest descriptor asks for the word (A2) */
    bool appended;               /* 1.x: look for a new link at the end */
    bool suspending;             /* at the next boundary */
    uint64_t next_first;         /* a start that waits for the boundary; 0: none */
    uint32_t next_count;
    uint32_t target;             /* of destination hints: context change */
    struct engine_hints hints;
    /* Defects only: a word, or half of one, that is still to be written; a copy that was made too
     * early, and of what. */
    uint64_t late_word;
    uint64_t ahead_at;
    NET_DMA_DESCRIPTOR ahead;
};

/* One step of a channel. */
void engine_step(struct engine_channel *chan);

/* What each does in which state: the NetDMA sheet, section 4.19; the provider sees to it that
 * the state allows the call. */
void engine_start(struct engine_channel *chan, uint64_t bus, uint32_t count);
void engine_append(struct engine_channel *chan, uint32_t count);
/* From the next boundary on the state is SUSPENDED; at once when nothing is under way. */
void engine_suspend(struct engine_channel *chan);
void engine_resume(struct engine_channel *chan);
/* At once. */
void engine_abort(struct engine_channel *chan);
void engine_reset(struct engine_channel *chan);

#endif
