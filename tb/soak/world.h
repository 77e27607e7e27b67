/* world.h - what a scenario runs on: simulator, memory, faults, and the end of a run. For
 * tb/soak only. */
#ifndef SOAK_WORLD_H
#define SOAK_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "rng.h"
#include "scenario.h"

enum {
    RING_MAX = 128,              /* slots of a chain */
    POOLS = 3,                   /* chains of a channel in memory at a time, and one spare */
    SRC_BYTES = 64 << 10,
    DST_BYTES = 4 << 20,
    WORD_BYTES = 256,            /* for the completion words of a channel */
    GUARD = 8,                   /* untouched bytes around a destination, at least */
    FAULTS_MAX = 24,             /* armed at a time; the simulator has 32 */
    WAIT_CLOCKS = 4000000,       /* nothing takes longer in any timing of a scenario */
    WORDS_SEEN = 4096,
};

#define NO_WORD UINT64_C(0xd5d5d5d5d5d5d5d5)
enum { FRESH = 0xd5, POISON = 0xa5 };

struct region {
    uint64_t bus;
    uint64_t bytes;
    uint8_t *cpu;
};

/* ---- descriptors ---- */

/* What a destination must hold when all is over. */
enum fate { FATE_OPEN, FATE_DONE, FATE_UNTOUCHED, FATE_ANY };

/* One descriptor as it was planned. */
struct job {
    struct ioat_desc desc;       /* NEXT is filled in when it is written to its slot */
    struct ioat_desc origin;     /* whose source its bytes come from in the end */
    uint32_t cause;              /* CHANERR bit it must raise, or 0 */
    uint32_t may;                /* CHANERR bits that a fault may raise at it */
    bool sure;                   /* the fault strikes if its data moves */
    uint64_t bad_next;           /* its pointer, when the cause is that; else 0 */
    unsigned arms;               /* of the lane, when it was planned */
    enum fate fate;
};

/* Descriptors of one CHAINADDR write, in order. Place i lies in slot[i % ring]. */
struct chain {
    bool list;
    unsigned ring;
    unsigned n;                  /* places released */
    int done;                    /* newest place known as completed; -1: none */
    int word;                    /* newest place that a word named; -1: none */
    uint64_t first;              /* what CHAINADDR is given */
    uint64_t slot[RING_MAX];
    unsigned job[RING_MAX];      /* number of the job at place i: job[i % ring] */
};

/* ---- channels ---- */

enum phase {
    OFF,                         /* HALTED, and CHANERR is 0 */
    RUN,
    SUSPENDING,
    SUSPENDED,
};

struct lane {
    unsigned n;                  /* of the channel */
    struct rng rng;
    enum phase phase;
    uint16_t chanctrl;
    bool set_up;                 /* CHANCTRL and CHANCMP are written */
    uint64_t cmp;                /* what CHANCMP holds */
    struct chain now, old;       /* old.n: a chain that was replaced while it ran */
    unsigned pool;               /* slots of `now` */
    uint32_t may;                /* CHANERR bits that something else than a job may raise */
    uint32_t stale;              /* that the old chain may have raised */
    uint64_t word;               /* on the bus */
    uint64_t words[WORDS_SEEN];  /* answered, not judged */
    unsigned words_n;
    unsigned events;             /* interrupts that may have been asked for, ever */
    unsigned messages;           /* that came */
    unsigned arms;               /* re-arms, and what withdraws events: counted */
    unsigned due, since;         /* since the last: events of descriptors released later that are
                                    certain, and messages */
};

struct world {
    struct ioat_sim *sim;
    const struct ioat_sim_build *build;
    const struct soak_limits *limits;
    struct soak_result *result;
    jmp_buf over;                /* world_fail goes there */
    char violation[600];         /* of the contract; "": none */

    struct rng rng;              /* of what is not a channel's */
    uint32_t features;           /* of the seed, and not cut away */
    struct region src, dst, desc, words;
    uint8_t *desc_copy;          /* the descriptors as software left them */
    uint8_t *src_copy;
    uint8_t *owned;              /* at the end: destination bytes that belong to a job */
    uint64_t dst_next;
    bool full;                   /* no room for destinations: nothing more is started */

    struct job *job;
    unsigned job_n, job_max;
    struct lane lane[IOAT_CHAN_MAX];

    unsigned armed;              /* faults */
    bool held, master_off, message_faults, forgotten;
};

static inline bool world_has(const struct world *world, enum soak_feature feature)
{
    return world->features >> feature & 1;
}

/* Ends the run. verdict: a few words, the same for the same kind of failure. */
_Noreturn void world_fail(struct world *world, const char *verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fails unless IOAT_OK; a broken rule of the contract is its own verdict. */
void world_ok(struct world *world, enum ioat_status status, const char *what);

/* A simulator in the state that a driver finds, with memory and random timing. */
void world_open(struct world *world, uint64_t seed, const char *wave);
/* Frees everything; after a failure too. */
void world_close(struct world *world);

struct ioat_sim_timing world_timing(struct world *world);

void world_step(struct world *world, uint64_t clocks);
/* Until nothing is open on the bus. */
void world_wait_quiet(struct world *world);

/* Registers of a channel. post: does not move time unless the queue is full. */
uint64_t world_read(struct world *world, const struct lane *lane, unsigned reg, unsigned bits);
void world_post(struct world *world, const struct lane *lane, unsigned reg, unsigned bits,
                uint64_t value);
#define RD(world, lane, reg) world_read((world), (lane), IOAT_##reg, IOAT_##reg##_BITS)
#define POST(world, lane, reg, value) \
    world_post((world), (lane), IOAT_##reg, IOAT_##reg##_BITS, (value))

/* With --tell: a line about an access; lane NULL: to a global register. */
void world_tell(const struct world *world, const struct lane *lane, const char *what, unsigned reg,
                uint64_t value);

/* Config space. */
void world_bus_master(struct world *world, bool on);
void world_flr(struct world *world);
/* Vectors as a driver sets them up, all unmasked. */
void world_vectors(struct world *world);

/* Writes a descriptor as software, and remembers it. */
void world_put(struct world *world, uint64_t slot, const struct ioat_desc *desc);
void world_put_next(struct world *world, uint64_t slot, uint64_t next);
void world_poison(struct world *world, uint64_t slot);
uint64_t world_slot(const struct world *world, const struct lane *lane, unsigned pool,
                    unsigned at);

/* Arms a fault over [bus, bus + bytes). False: no room. */
bool world_fault(struct world *world, enum ioat_sim_fault_kind kind,
                 enum ioat_sim_fault_answer answer, uint64_t bus, uint64_t bytes, unsigned percent,
                 unsigned count);
/* No faults any more; what was withheld is answered. Certain faults become possible ones. */
void world_calm(struct world *world);
/* What waits must not depend on: answers come, bus master is on. */
void world_free_run(struct world *world);

/* The completion word of a lane in memory. */
volatile uint64_t *world_word(const struct world *world, const struct lane *lane);

#endif
