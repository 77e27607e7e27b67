/* contract_priv.h - what the parts of the contract model share.
 *
 *   events --> contract.c         the histories of the engine that are possible
 *                   |             each of them:
 *              contract_history.c --> contract_bus.c ----> contract_chain.c  which descriptors, in which order
 *                   |                  (AR R AW W B)  +--> contract_data.c   payload bytes
 *                   |                                 +--> contract_word.c   completion words
 *                   |                                 +--> contract_irq.c    messages
 *                   +--> contract_regs.c ---> contract_state.c  commands     (BAR writes)
 *                                        +--> contract_status.c what may be read (BAR reads)
 *   contract_fault.c: errors; contract_due.c: what is overdue; contract_alike.c: two histories that are one.
 *
 * The moment of an internal event is not visible from outside. So the model keeps
 * sets and bounds instead of values: `may` is the set of states a channel can be
 * in; `rep <= completed <= fin` bounds what it has completed; an observation
 * narrows them, and one that fits nothing is a ct_breach.
 *
 * Positions number the descriptors of a channel in the order it must process them,
 * from 1 on, over all its lists. run0 is the first of the present list; run0 - 1
 * stands for "none of this list".
 */
#ifndef IOAT_CONTRACT_PRIV_H
#define IOAT_CONTRACT_PRIV_H

#include "contract.h"
#include "contract_ring.h"
#include "ioat_regs.h"

enum {
    SETTLE = 16,      /* clocks: a BAR write is accepted - its last effect inside; a BAR read
                         is sampled - its data is on the bus */
    PIN_LAG = 4,      /* clocks: a signal inside - its pulse on irq_msix, at most */
    EARLY = 2 * PIN_LAG,  /* clocks that a message may precede its pulse */
    LATCH = 256,      /* clocks: the last answer a descriptor waits for - its interrupt event */
    STALLED = 1000,   /* clocks that a request can wait for READY on a bus with nothing else: the
                         simulator stalls at most 95 percent of them at random */
    PATIENCE = 5000,  /* clocks of a silent bus after which something that is due is overdue */
    QUIET = 200,      /* the same when the caller says that the engine is quiet */
    KEPT = 8192,      /* completed descriptors remembered; more than any engine has in flight */
    SPECULATED = 512, /* descriptors read ahead of their pointer that are remembered */
    NEWEST = 1024,    /* places in a table of them by address, a power of two */
    FROZEN = 8, FROZEN_UNKNOWN = FROZEN + 1,  /* values of an upper half of CHANSTS */
    OLD_CMPS = 8,     /* values of CHANCMP before the present one that are remembered */
    REST = 32,        /* clocks of a quiet bus: nothing inside goes on */
    AXI_IDS = 64,     /* 6-bit IDs: kind in 5:4, channel or vector in 3:0 (K-60) */
};
#define NEVER UINT64_MAX

enum { READ_PAYLOAD, READ_DESCRIPTOR };              /* kind of a read ID, K-60 */
enum { WRITE_PAYLOAD, WRITE_WORD, WRITE_MESSAGE };   /* kind of a write ID */

/* Sets of channel states, by the codes of CHANSTS. */
enum {
    ACTIVE = 1u << IOAT_CHANSTS_STATE_ACTIVE,
    IDLE = 1u << IOAT_CHANSTS_STATE_IDLE,
    SUSPENDED = 1u << IOAT_CHANSTS_STATE_SUSPENDED,
    HALTED = 1u << IOAT_CHANSTS_STATE_HALTED,
    ARMED = 1u << IOAT_CHANSTS_STATE_ARMED,
};

/* Why a running channel is about to leave the list it is on. */
enum { STOP_SUSPEND = 1, STOP_ABORT = 2, STOP_RESET = 4, STOP_SWITCH = 8, STOP_FLR = 16 };
enum { STOP_NOW = STOP_ABORT | STOP_RESET | STOP_FLR };  /* descriptors are not finished */

enum mode { MODE_NONE, MODE_LIST, MODE_COUNT };

/* ---- bursts on the bus ---- */

enum fetch_use {
    FETCH_UNJUDGED,
    FETCH_PAYLOAD,
    FETCH_RECORD,     /* the next descriptor of the list */
    FETCH_REREAD,     /* of a finished descriptor, for its new NEXT */
    FETCH_AHEAD,      /* of an address that no pointer was read for */
};

struct fetch {                 /* a read burst, from AR to the last R beat */
    uint64_t clock, addr;
    unsigned bytes, done;
    enum fetch_use use;
    bool bad;                  /* an error answer, in this descriptor */
    uint64_t pos, serial;      /* descriptor; which read of it */
    unsigned epoch;            /* of what was read ahead */
    uint64_t take_lo, take_hi; /* payload: bus addresses of the bytes that count */
    uint32_t off;              /* payload: offset of take_lo in the source */
    uint8_t unit[IOAT_DESC_BYTES];
};

struct burst {                 /* a write burst, from AW to B */
    uint64_t clock, addr;
    uint64_t offered;          /* when AW came up, at the latest */
    unsigned beats, beat;
    bool judged;
    uint64_t pos;              /* payload: descriptor */
    uint64_t need_lo, need_hi; /* payload: bus addresses it must write */
    uint32_t off;              /* payload: offset of need_lo in the transfer */
    bool hole;                 /* its strobes went off */
    bool padded;               /* they did, and its data is still to come */
    uint64_t ans;              /* word: newest descriptor with its data answered, at AW */
    bool opens;                /* word: it may be that of the next list's first pointer */
    bool drained;              /* word: no other answer was outstanding at AW */
    uint64_t lo, hi;           /* word: positions that it may name */
    uint64_t word_lo;          /* word: word_lo before it */
    bool final;                /* word: of SUSPEND, ABORT, RESET or an error */
    bool halts;                /* word: state HALTED */
};

struct beat {                  /* a W beat that came before its AW */
    uint8_t data[64];
    uint64_t strobe;
    bool last;
};

/* ---- a channel ---- */

struct record {                /* a descriptor of the list */
    uint64_t addr;
    struct ioat_desc desc;
    uint64_t serial;           /* read that fills it */
    uint64_t ar_clk, r_clk;    /* newest read of it: request, end */
    uint64_t offered_clk;      /* that request was offered, if it came after the pointer; NEVER */
    uint64_t ready_clk;        /* it and all before it have their data answered */
    uint64_t more_clk;         /* count mode: more than it was counted; NEVER: not yet */
    uint64_t linked_clk;       /* NEXT was first read as non-zero */
    bool have;                 /* contents are here */
    bool ended;                /* NEXT was read as 0 */
    bool unread;               /* its read failed: contents are not known */
    bool unfit;                /* fails before any data moves */
    uint32_t fail;             /* CHANERR bits, one of which it must raise */
    uint32_t answered;         /* bytes written with an OKAY answer */
    uint32_t bad_from;         /* source bytes from here on were read with an error */
    uint64_t word_upto;        /* newest position, this one included, that asks for a word */
    uint64_t fence_before;     /* newest fence before it */
};

struct ahead {                 /* a descriptor that was read ahead of its pointer */
    uint64_t addr, ar_clk, r_clk;
    bool bad;
    struct ioat_desc desc;
};

struct next_list {             /* what was written while the present list drains */
    bool chain;                /* CHAINADDR */
    bool kick;                 /* START, or a count */
    uint64_t kick_clk;
    bool resume;               /* RESUME, after SUSPEND */
    enum mode mode;
    uint16_t count;
};

enum { SIGNALS = 1, SILENT = 2 };  /* INT_DISABLE can be 0, 1 */
enum tri { NO, YES, UNKNOWN };

struct irq {
    unsigned disable;          /* SIGNALS, SILENT or both */
    uint64_t pulse_clk, rearm_clk, reset_clk;
    uint64_t dropped_clk;      /* a re-arm withdrew what was pending */
    unsigned events;           /* that can be latched and unsignalled: 0, 1, 2 for more */
    uint64_t first_clk, last_clk;
    bool must;                 /* at least one of them is certain */
    uint64_t must_clk, must_pos;
    enum tri attention;        /* its ATTNSTATUS bit */
    bool attention_read;       /* a read returned it before its pulse was seen */
    unsigned owed;             /* messages that may still be written */
    bool message_must;
    bool sendable_seen;        /* it could be sent at some clock since the pulse */
    bool early;                /* a message came before its pulse was seen */
    uint64_t early_clk;
};

struct vector {                /* MSI-X table entry */
    uint64_t addr, old_addr;
    uint32_t data, old_data;
    uint64_t addr_clk, data_clk;   /* of the last change */
    bool masked;
};

struct cmps {                  /* values of CHANCMP, the newest OLD_CMPS of n */
    uint64_t at[OLD_CMPS];
    unsigned n;
};

struct chan {
    struct history *h;
    unsigned n;

    /* Registers as software wrote them. */
    uint16_t ctrl;
    bool ctrl_known;
    bool enables_moved;        /* an error enable changed during a run */
    enum tri in_use;
    uint8_t perf_ctl;
    uint16_t dmacount;
    bool dmacount_known;
    uint64_t chainaddr, chancmp;
    struct cmps old_cmp;       /* before changes during a run */
    bool snoop_either;         /* FETCH_NO_SNOOP changed during a run */
    uint32_t errmsk, dcactrl;
    bool side_known;           /* errmsk and dcactrl */
    uint32_t err_known;        /* CHANERR bits that are set */
    uint32_t err_may;          /* others that may be set */
    uint32_t err_one;          /* if not 0: one of these is set */
    bool err_missed;           /* others were perhaps set while it was lost */
    uint32_t err_cleared;      /* written away while the error may have been set already */
    uint32_t err_seen;         /* bit of the error under way, when it has been read */
    unsigned halts;            /* errors that may have stopped it since CHANERR was last read */
    uint64_t frozen[FROZEN];   /* upper halves of CHANSTS that a read may have frozen */
    unsigned frozen_n;         /* 0: none; FROZEN_UNKNOWN: any */

    /* State. */
    unsigned may;              /* states it can be in; ACTIVE includes what follows from it */
    unsigned stops;            /* STOP_ bits not known to be done */
    unsigned target;           /* states the stops can lead to */
    uint64_t stop_clk;         /* first of the stops */
    bool stop_sure;            /* ACTIVE was certain then */
    bool stop_word;            /* ERR_COMPLETION_EN as it was then */
    uint64_t stop_cmp;         /* CHANCMP as it was then */
    uint64_t command_clk[8];   /* by bit of CHANCMD */
    uint64_t end_clk;          /* stops were found to be over otherwise than by CHANCMD */
    unsigned ended;            /* which */
    struct next_list next;
    bool waited;               /* there was one when a stop was added */
    bool lost;                 /* nothing of it is judged until a RESET is done */
    bool vague;                /* the address in CHANSTS is not judged */
    bool loose;                /* the end of the list is not judged */
    uint64_t added_clk;        /* the newest of the stops */
    uint64_t flr_clk;
    bool command_error;        /* several command bits were written during a run */
    const char *halt_rule;     /* broken by a bus request while HALTED */
    uint64_t low, high;        /* bounds of the completed position when not ACTIVE */
    bool has_old;              /* a list began without CHAINADDR: its predecessor's address */
    uint64_t old_last[2];      /*   may be shown until the first completion */

    /* The list. */
    enum mode mode;
    uint64_t first;            /* address of its first descriptor */
    uint64_t limit;            /* count mode: position after the last counted one */
    uint64_t run0;
    struct ring records;       /* by position */
    uint64_t newest[NEWEST];   /* position of the newest one, by address; too new if it was cut */
    uint64_t serial;
    uint64_t started;          /* newest position with payload on the bus */
    uint64_t ans;              /* all data up to here is answered */
    uint64_t fin;              /* and all words: newest position that can be completed */
    uint64_t rep;              /* oldest position that CHANSTS can still show */
    uint64_t idle_clk;         /* nothing was left since; NEVER: something is */
    uint64_t append_clk;
    unsigned append;           /* APPENDs not answered for certain: 0, 1, 2 for more */
    unsigned flushed;          /* how often what was not started may be read again: 0, 1, 2 */
    uint64_t flushed_clk;      /* since when */
    uint64_t again;            /* where that began the last time; nothing before it is read again */
    bool reread_want;          /* RESUME: NEXT must be read again first */
    unsigned rereads;          /* on the bus */
    bool reread_bad;           /* one of them failed */
    bool halting;              /* an error has begun to halt it; false: not known */
    struct ahead ahead[SPECULATED];
    unsigned ahead_n;
    unsigned epoch;            /* of what is read ahead: a flush begins another one */
    uint64_t flush_clk;
    unsigned asks;             /* descriptor requests since */

    /* On the bus. */
    unsigned reads, fetches, writes, words, messages;
    uint64_t answer_clk;       /* of the newest answer */

    /* Payload. */
    uint64_t rd_pos, aw_pos;   /* next byte to request: descriptor, offset */
    uint32_t rd_off, aw_off;
    struct pipe source;        /* bytes read and not written */
    bool blind;                /* bytes were dropped: contents are not judged */

    /* Completion words. */
    uint64_t word_lo;          /* newest position named for certain */
    uint64_t word_acked;       /* newest position covered by an answered word, at most */
    uint64_t word_clk;         /* last answer to a word: the next is requested after it */
    bool final_sent, final_acked;
    bool final_halts;          /* it says HALTED */
    uint64_t final_lo, final_hi;
    bool word_bad;             /* a word got an error answer */
    bool fault_signalled;      /* the event of the error is accounted for */

    struct irq irq;
    struct vector vector;
};

struct breach {
    uint64_t clock;
    const char *rule;          /* NULL: none is broken */
    char text[400];
};

struct history {               /* what the engine has done, as far as it is known or supposed */
    struct ioat_sim_build build;
    struct breach breach;

    uint64_t now, wake;        /* clocks; wake: when ct_due_look() is worth it */
    uint64_t active_clk;       /* last handshake or BAR write */
    uint64_t bus_clk;          /* last handshake */
    uint64_t w_clk;            /* last one of W */
    struct contract_pins pins;
    uint64_t master_low_clk;   /* last clock with bus master off */
    uint64_t master_fall_clk;  /* when it went off */
    unsigned stale[3];         /* requests since: AR, AR of port 1, AW */
    bool late;                 /* one too many in this clock; fine if bus master is on again */
    uint64_t late_addr;
    bool ar_waited[2], w_waited;   /* in the clock before */
    uint64_t ar_offered[2];    /* when the read request on the port, or the next one, came up */
    uint64_t w_offered;        /* the same of AW or W, whichever waits longer */
    uint64_t mask_clk;         /* last change of MSI-X enable or function mask */
    uint64_t intx_bad_clk;     /* irq_intx differs since; NEVER: it does not */
    bool flr;

    unsigned bus;              /* bytes of a bus word */
    unsigned outstanding;      /* bursts without their last answer */
    struct ring reads[AXI_IDS];    /* struct fetch, by ID */
    struct ring writes[AXI_IDS];   /* struct burst, by ID */
    uint64_t w_next[AXI_IDS];      /* in writes[]: first without its last W beat */
    struct ring w_order;       /* uint8_t: IDs of those, in order of AW */
    struct ring early;         /* struct beat */

    /* Global registers. */
    uint8_t genctrl, intrctrl;
    uint16_t intrdelay, old_delay;
    uint64_t delay_clk;

    union { struct fetch fetch; struct burst burst; struct record record; struct beat beat; } scratch;
    struct chan chan[];        /* those of the build */
};

/* ---- contract_history.c ---- */

struct history *ct_history_open(const struct ioat_sim_build *build);   /* NULL: no memory */
struct history *ct_history_copy(const struct history *of);             /* NULL: no memory */
void ct_history_close(struct history *h);
void ct_history_event(struct history *h, const struct ioat_sim_event *event);
void ct_history_clock(struct history *h, uint64_t clock, const struct contract_pins *pins);
uint64_t ct_history_next(const struct history *h);
void ct_history_quiet(struct history *h, uint64_t clock);

/* The history does not fit what is seen: it would break a rule. The first one counts. */
void ct_breach(struct history *h, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same; the text begins with the channel. */
void ct_wrong(const struct chan *ch, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* ct_ring_push; without memory the judging ends and a scratch item is returned. */
void *ct_push(struct history *h, struct ring *ring);
const char *ct_state_text(unsigned code);
const char *ct_states_text(unsigned set, char text[64]);
const char *ct_error_text(uint32_t bits, char text[96]);
/* Power-on values of a channel; what it has on the bus is counted on. */
void ct_chan_power_on(struct chan *ch);

static inline bool within(uint64_t now, uint64_t then, uint64_t clocks)
{
    return then != NEVER && now <= then + clocks;
}

/* When the read request on the descriptor port, or the next one, came up. */
static inline uint64_t ct_desc_offered(const struct chan *ch)
{
    return ch->h->ar_offered[ch->h->build.desc_port];
}

/* ---- contract_alike.c ---- */

bool ct_history_alike(const struct history *a, const struct history *b);

/* ---- contract_desc.c: descriptors and pointers by themselves ---- */

struct span { uint64_t addr; uint32_t left; };   /* consecutive bus addresses */

bool ct_desc_is_copy(const struct ioat_desc *desc);
uint32_t ct_desc_bytes(const struct ioat_desc *desc);   /* bytes it writes */
struct span ct_desc_source(const struct ioat_desc *desc, uint32_t off);
struct span ct_desc_target(const struct ioat_desc *desc, uint32_t off);
bool ct_desc_interrupts(const struct ioat_desc *desc);
static inline bool ct_desc_flag(const struct ioat_desc *desc, uint64_t mask) { return desc->control & mask; }
/* CHANERR bit of the first check that fails (K-30), or 0. */
uint32_t ct_desc_check(const struct ioat_sim_build *build, const struct ioat_desc *desc);
uint32_t ct_pointer_check(const struct ioat_sim_build *build, uint64_t addr, bool first, bool counted);
bool ct_word_addr_fits(const struct ioat_sim_build *build, uint64_t addr);

/* ---- contract_bus.c ---- */

void ct_bus_pins(struct history *h);     /* the pins of the clock are known */
void ct_bus_event(struct history *h, const struct ioat_sim_event *event);
void ct_bus_clear(struct history *h);
/* For so many clocks nothing was asked for, outstanding, or written to BAR0. */
bool ct_bus_quiet(const struct history *h, uint64_t clocks);
/* The channel that a request for a descriptor is of; NULL: it is no such request. */
struct chan *ct_bus_fetches(struct history *h, const struct ioat_sim_event *event);

/* ---- contract_chain.c ---- */

static inline struct record *ct_record_at(const struct chan *ch, uint64_t pos)
{
    return ct_ring_at(&ch->records, pos);
}
static inline bool ct_record_held(const struct chan *ch, uint64_t pos)
{
    return ct_ring_holds(&ch->records, pos);
}
void ct_chain_fetch(struct chan *ch, struct fetch *fetch);
void ct_chain_arrived(struct chan *ch, struct fetch *fetch, uint64_t addr, const uint8_t *data, bool bad);
/* Takes the next descriptor from what was read ahead; false: not there. */
bool ct_chain_use_ahead(struct chan *ch);
void ct_chain_flush(struct chan *ch);            /* nothing read ahead may be used any more */
void ct_chain_advance(struct chan *ch);          /* moves ans and fin */
/* True when the list goes on: *addr is the pointer the engine follows next. */
bool ct_chain_pointer(const struct chan *ch, uint64_t *addr);
bool ct_chain_drained(const struct chan *ch);    /* nothing can be left to do */
bool ct_chain_append_due(const struct chan *ch); /* an APPEND waits for its read */
/* True when this descriptor can not have been started before the stop under way. */
bool ct_chain_too_late(const struct chan *ch, const struct record *record);
const char *ct_chain_stop_rule(const struct chan *ch);

/* ---- contract_data.c ---- */

void ct_data_read(struct chan *ch, struct fetch *fetch, unsigned cache);
void ct_data_arrived(struct chan *ch, const struct fetch *fetch, uint64_t addr, const uint8_t *data, bool bad);
void ct_data_write(struct chan *ch, struct burst *burst, unsigned cache);
void ct_data_beat(struct chan *ch, struct burst *burst, uint64_t addr, const uint8_t *data, uint64_t strobe);
void ct_data_answered(struct chan *ch, const struct burst *burst, bool bad);

/* ---- contract_word.c ---- */

void ct_word_write(struct chan *ch, struct burst *burst, unsigned cache);
void ct_word_beat(struct chan *ch, struct burst *burst, const uint8_t *data, uint64_t strobe);
void ct_word_answered(struct chan *ch, const struct burst *burst, bool bad);
/* Newest position up to `pos` that asks for a word and has none, or 0. */
uint64_t ct_word_due(const struct chan *ch, uint64_t pos);

/* ---- contract_fault.c ---- */

struct fault {                 /* an error that stops, or has stopped, a running channel */
    uint32_t bits;             /* CHANERR bits, one of which is set; 0: no error */
    uint64_t low, high;        /* bounds of the last good position */
    bool set;                  /* every outstanding answer of data has come: CHANERR may show it */
    bool ripe;                 /* those of words too */
    bool done;                 /* and its own word is answered: HALTED may be visible */
    bool sure;                 /* it must happen */
};
struct fault ct_fault_now(const struct chan *ch);
void ct_fault_end(struct chan *ch, const struct fault *fault);  /* HALTED */
uint32_t ct_fault_left(const struct chan *ch);   /* bits that may be set if the channel stops otherwise */
void ct_fault_signals(struct chan *ch);          /* a pulse may be that of an error */
void ct_fault_command(struct chan *ch);          /* several command bits in one write */
/* It rests and is not halted: several command bits, if there were, came too late to stop it. */
void ct_fault_at_rest(struct chan *ch);
void ct_fault_read(struct chan *ch, uint32_t value, uint32_t mask);    /* CHANERR was read */
void ct_fault_clear(struct chan *ch, uint32_t ones);                   /* CHANERR was written */

/* ---- contract_state.c ---- */

/* What may be over though nothing has shown it. */
enum ending {
    ENDING_STOP,
    ENDING_FAULT,
    ENDING_HALTING,            /* an error has begun to halt the list; met by START, which counts then (K-13) */
    ENDING_HALTED,             /* it has: of the states that are possible it is this one; met by START, too */
    ENDINGS
};
bool ct_state_may_have_ended(const struct chan *ch, enum ending ending);
/* The stops may be over, and a descriptor read at this address the first of what follows. */
bool ct_state_begins_after(const struct chan *ch, uint64_t addr);
void ct_state_ended(struct chan *ch, enum ending ending);

void ct_state_command(struct chan *ch, unsigned bit);
void ct_state_chainaddr(struct chan *ch, uint64_t addr);
void ct_state_dmacount(struct chan *ch, uint16_t value);
void ct_state_stop(struct chan *ch, unsigned stop, unsigned target);
void ct_state_forget(struct chan *ch);           /* no list, nothing completed */
void ct_state_drop(struct chan *ch);             /* what is not finished is not going to be */
bool ct_state_may_end(const struct chan *ch);    /* the stops under way can be over */
void ct_state_end(struct chan *ch);              /* they are over */
void ct_state_settle(struct chan *ch);           /* on a quiet bus what can happen has happened */
/* The stops may be over and the next list fail at its first pointer: then an error is its first sign. */
bool ct_state_next_fails(const struct chan *ch);
bool ct_state_word_sure(const struct chan *ch);  /* the word of a command must be written */
bool ct_state_certain(const struct chan *ch);    /* ACTIVE, with nothing that excuses idleness */
const char *ct_state_rest_rule(const struct chan *ch);  /* broken by a request now */

/* ---- contract_status.c ---- */

void ct_status_read(struct chan *ch, uint64_t value, uint64_t mask, bool starts);  /* CHANSTS */
void ct_status_upper(struct chan *ch, uint32_t value, uint32_t mask);   /* a read at CHANSTS + 4 */
void ct_status_command(struct chan *ch, uint8_t value);                 /* CHANCMD */
void ct_status_cdar(struct chan *ch, uint64_t value, uint64_t mask);

/* ---- contract_irq.c ---- */

void ct_irq_power_on(struct chan *ch);
void ct_irq_event(struct chan *ch, uint64_t pos, bool sure);
void ct_irq_event_since(struct chan *ch, uint64_t pos, bool sure, uint64_t clock);
void ct_irq_doubt(struct chan *ch);              /* events of descriptors that may be dropped */
void ct_irq_rearm(struct chan *ch);
void ct_irq_reset(struct chan *ch);
void ct_irq_pulse(struct chan *ch);
void ct_irq_message(struct chan *ch, struct burst *burst, unsigned cache);
void ct_irq_message_beat(struct chan *ch, struct burst *burst, const uint8_t *data, uint64_t strobe);
bool ct_irq_sendable(const struct chan *ch);
uint64_t ct_irq_delay(const struct history *h);  /* INTRDELAY, clocks, rounded up */
void ct_irq_sendable_changed(struct history *h);
bool ct_irq_disable_fits(const struct chan *ch, bool value);
bool ct_irq_attention_fits(const struct chan *ch, bool value);
bool ct_irq_pending_fits(const struct chan *ch, bool value);
void ct_irq_attention_read(struct chan *ch, bool value, bool returned);
void ct_irq_pins(struct history *h);            /* once a clock: irq_msix, irq_intx */

/* ---- contract_regs.c ---- */

void ct_regs_power_on(struct history *h);
/* The channel whose list the write may start, extend or stop; NULL: none. */
struct chan *ct_regs_commanded(struct history *h, const struct ioat_sim_event *event);
bool ct_regs_starts(const struct chan *ch, const struct ioat_sim_event *event);  /* START is written */
void ct_regs_write(struct history *h, const struct ioat_sim_event *event);
void ct_regs_read(struct history *h, const struct ioat_sim_event *event);

/* ---- contract_due.c ---- */

/* Names what is overdue when the bus has been silent for `clocks`. */
void ct_due_look(struct history *h, uint64_t clocks);

#endif
