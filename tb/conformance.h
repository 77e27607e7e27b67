/* conformance.h - a suite for any NetDMA provider: one test for each requirement.
 *
 *   tests --> conf_* --> netdma_raw_* --> the provider's callbacks --> its engine
 *     ^                                                                 |
 *     +-- events, recorded calls, completion word, memory <-------------+
 *
 * A provider is plugged in with a struct subject: how to make its world, add, start, stop
 * and remove the device. The suite is NetDMA above it: it builds the lists, owns the
 * completion words, and calls the callbacks in any state it likes. It knows no engine:
 * time passes in ticks, memory is looked at, and that is all.
 *
 * Tests stand in conformance_*.c, each with the table of its tests. A test that a subject
 * cannot run is left out by that table only, which gives the reason.
 *
 * Tests are loop tests; _i is the subject's place in subject_at().
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <check.h>

#include "netdma_client.h"
#include "netdma_interface.h"

/* ---- a provider under test ---- */

struct subject_options {
    unsigned major, minor;       /* NetDMA version that the provider implements */
    bool msix;
    unsigned cpus;
};

struct subject;

/* PnP verbs; each is called once, in this order, power_* in between. `world` is the
 * subject's own. A rule that the world sees broken fails the test. */
struct subject_ops {
    /* A kernel, and hardware that nobody has touched. */
    void *(*open)(const struct subject *subject, const struct subject_options *options);
    struct kernel *(*kernel)(void *world);
    /* AddDevice: true when the provider is there. The interface is open by now. */
    bool (*add_device)(void *world);
    void (*start_device)(void *world);
    /* NetDmaProviderHandle, from add_device on. */
    PVOID (*handle)(void *world);
    void (*power_down)(void *world);
    void (*power_up)(void *world);       /* after everything in the engine was lost */
    void (*stop_device)(void *world);    /* may be left out */
    void (*remove_device)(void *world);  /* also when add_device failed */
    void (*close)(void *world);

    /* CPU of the channel's interrupt as the provider was told it. */
    unsigned (*interrupt_cpu)(void *world, unsigned channel);
    uint64_t (*messages)(void *world);   /* MSI-X messages so far */
    unsigned (*priority)(void *world, unsigned channel);
    unsigned priority_max;

    /* Faults, NULL where the subject has none: the next read in [bus, bus + bytes) fails;
     * reads there get no answer, until release. */
    void (*fail_read)(void *world, uint64_t bus, uint64_t bytes);
    void (*hold)(void *world, uint64_t bus, uint64_t bytes);
    void (*release)(void *world);

    /* DCA providers: hints for completion words and for destination data so far, and where
     * the newest went (APIC ids). */
    struct subject_hints (*hints)(void *world, unsigned channel);
};

struct subject_hints {
    uint64_t words, data;
    uint32_t word_target, data_target;
};

struct subject {
    const char *name;
    const struct subject_ops *ops;
    unsigned major, minor;
    unsigned channels;
    bool dca;
    int variant;                 /* for ops->open */
};

/* 0 .. SUBJECTS - 1 must pass; those behind are wrong on purpose (wrong_providers.c). */
enum { SUBJECTS = 4 };
const struct subject *subject_at(int n);

/* ---- the tables of tests ---- */

enum conf_need {
    ANY = 0,
    LISTS = 1,                   /* 1.x */
    COUNTS = 2,                  /* 2.x */
    DCA = 4,
    TWO_CHANNELS = 8,
    POWER_EVENTS = 16,           /* 1.1 and later */
};

struct conf_test {
    const TTest *const *test;    /* START_TEST's name, with & */
    unsigned needs;              /* of enum conf_need */
    const char *why;             /* the reason, when it needs something */
};

extern const struct conf_test conf_registration[], conf_channels[], conf_lists[], conf_data[],
                              conf_words[], conf_control[], conf_power[], conf_ambiguities[],
                              conf_random[];
/* All of them, in the order of the sheet; ends with NULL. */
extern const struct conf_test *const conf_tables[];

bool conf_applies(const struct conf_test *test, const struct subject *subject);

/* The table of states, cell by cell; _i is subject * CONF_CELLS + cell. */
enum { CONF_CELLS = 35 };
extern const TTest *const *const conf_cell_test;

/* ---- the bench ---- */

enum {
    CONF_SLOTS = 64,             /* descriptors at hand */
    CONF_STRIDE = 8192,          /* slot n copies from and to n * stride + n % 61 */
    CONF_PIECE = 600,            /* bytes that conf_list copies with each descriptor */
    CONF_LONG = 4096,            /* and conf_long_list */
    CONF_TICK = 4,               /* ns: one step or clock of the engines */
    CONF_PATIENCE = 2000000,     /* ns: by then everything has happened */
    CONF_CALLS = 256,            /* recorded */
};

struct conf_events {
    unsigned n;
    uint64_t last;               /* argument of the newest call */
    uint64_t word;               /* the completion word at that time */
    unsigned cpu;                /* where it ran, and */
    unsigned told;               /*   where NetDmaIsr said that the DPC shall run */
    bool zero;                   /* one of them had the argument 0 */
};

struct conf_channel {
    struct netdma_raw *raw;
    NET_DMA_CHANNEL_PARAMETERS parameters;
    uint64_t *word;
    uint64_t word_bus;
    struct conf_events isr, dpc;
    unsigned powered_down, powered_up;   /* events that came through NetDMA */
    struct conf *conf;
};

struct conf {
    const struct subject *subject;
    struct subject_options options;
    bool counted;                /* as registered */
    void *world;
    struct kernel *kernel;
    struct netdma_interface *iface;
    bool added, started, removed;
    struct conf_channel channel[2];      /* [0] is allocated by conf_open */
    struct dma_buf memory, src, dst;
    PNET_DMA_DESCRIPTOR desc;
    struct netdma_call calls[CONF_CALLS];        /* those of NetDMA's edge, when they returned */
    unsigned calls_n;
    uint64_t longest_ns;         /* that a channel callback took */
    uint64_t called_ns;
    const char *alien;           /* callback that returned what no page documents for it */
};

/* The subject, started, with one channel. */
struct conf *conf_open(int subject);
/* Only its world and an interface of that version. */
struct conf *conf_open_world(int subject, const struct subject_options *options,
                             unsigned iface_major, unsigned iface_minor);
void conf_add(struct conf *conf);
void conf_start(struct conf *conf);
struct subject_options conf_options(int subject);
/* Frees the channels and takes the device away. */
void conf_close(struct conf *conf);
/* Takes the device away, stopped or not, ahead of conf_close. */
void conf_remove(struct conf *conf);

/* Channel n = 0 or 1, with conf->channel[n].parameters, which conf_parameters fills in. */
void conf_parameters(struct conf *conf, unsigned n);
NTSTATUS conf_allocate(struct conf *conf, unsigned n);
void conf_free(struct conf *conf, unsigned n);

/* How often, and the first of the kind; NULL. */
unsigned conf_called(const struct conf *conf, enum netdma_call_kind kind);
const struct netdma_call *conf_call(const struct conf *conf, enum netdma_call_kind kind);
struct netdma_provider_info conf_info(const struct conf *conf);

/* ---- lists ---- */

uint64_t conf_bus(const struct conf *conf, unsigned slot);
PHYSICAL_ADDRESS conf_address(uint64_t bus);
uint8_t *conf_source(const struct conf *conf, unsigned slot);
uint8_t *conf_destination(const struct conf *conf, unsigned slot);

/* Slots first .. first + n - 1 become copies of CONF_PIECE bytes, all writing the word, the last
 * interrupting, linked and ended as the model wants; destinations are cleared. */
void conf_list(struct conf *conf, unsigned first, unsigned n);
/* Of CONF_LONG bytes: takes so long that a callback falls into it. */
void conf_long_list(struct conf *conf, unsigned first, unsigned n);
void conf_link(struct conf *conf, unsigned from, unsigned to);

NTSTATUS conf_start_list(struct conf *conf, unsigned first, unsigned n);
/* In a 1.x list it links slot first - 1 to first before. */
NTSTATUS conf_append(struct conf *conf, unsigned first, unsigned n);
NTSTATUS conf_suspend(struct conf *conf, uint64_t *last);
NTSTATUS conf_resume(struct conf *conf);
NTSTATUS conf_abort(struct conf *conf);
NTSTATUS conf_reset(struct conf *conf);

bool conf_is_copied(const struct conf *conf, unsigned slot);
bool conf_is_untouched(const struct conf *conf, unsigned slot);
void conf_check_copied(const struct conf *conf, unsigned first, unsigned n);
void conf_check_untouched(const struct conf *conf, unsigned first, unsigned n);

/* ---- the word ---- */

uint64_t conf_word(const struct conf *conf);
void conf_set_word(struct conf *conf, uint64_t value);
#define CONF_MARK UINT64_C(0x5A5A5A5A5A5A5A40)   /* names nothing; to see that nothing was written */
uint64_t conf_word_of(const struct conf *conf, unsigned slot, NET_DMA_TRANSFER_STATUS status);
void conf_check_word(const struct conf *conf, uint64_t expected);
/* The slot that the word names, as a number of completed descriptors of a list that began at
 * slot `first`; 0 for none. A word that names nothing of the list fails the test. */
unsigned conf_done(const struct conf *conf, uint64_t word, unsigned first, unsigned n);

/* ---- time ---- */

/* Time passes; interrupts and DPCs come. */
void conf_pass(struct conf *conf, uint64_t ns);
/* Until the word has that value, and then for interrupts to come. The caller sees to it that it does
 * not have it from before. */
void conf_await(struct conf *conf, uint64_t word);
void conf_await_idle(struct conf *conf, unsigned slot);
/* Until cond; fails with `what` otherwise. */
void conf_until(struct conf *conf, bool (*cond)(struct conf *conf), const char *what);
/* Long enough for whatever is under way to end. */
void conf_settle(struct conf *conf);

/* Moments to do something at: conf_moments(...) of them, from the first tick of a list of n
 * copies to some time after its end, every tick where these are few. */
struct conf_sweep { unsigned moments; uint64_t step_ns; };
struct conf_sweep conf_sweep(struct conf *conf, unsigned n);

/* ---- states of a channel: the NetDMA sheet, section 4.19 ---- */

enum conf_state { CONF_READY, CONF_ACTIVE, CONF_IDLE, CONF_SUSPENDED, CONF_HALTED, CONF_STATES };
extern const char *const conf_state_names[CONF_STATES];

/* Brings the ready channel into that state, with slots 0..7; the word is cleared first, unless READY:
 * then nothing is started.
 * ACTIVE: slot 0 is done, and a long list runs. SUSPENDED: slots 0..3 are done, nothing is
 * left. HALTED: slot 0 is done, slot 1 names an operation that does not exist. Slots 8..11 are ready to
 * be appended behind slot 7 (ACTIVE) or 3. */
void conf_enter(struct conf *conf, enum conf_state state);
enum { CONF_TAIL = 7 };
/* A start works, byte for byte; the word is cleared first. */
void conf_check_works(struct conf *conf);
/* Channel 0 is allocated again, for this CPU alone, and works. */
void conf_move_to(struct conf *conf, unsigned cpu);

#define conf_nt(call, expected)                                                            \
    do {                                                                                   \
        NTSTATUS conf_got = (call);                                                        \
        ck_assert_msg(conf_got == (expected), "%s: expected %s, got 0x%08X", #call,        \
                      #expected, (unsigned)conf_got);                                      \
    } while (0)
#define conf_ok(call) conf_nt(call, STATUS_SUCCESS)
#define conf_no(call) conf_nt(call, STATUS_UNSUCCESSFUL)

#endif
