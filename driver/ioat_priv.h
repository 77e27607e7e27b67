/* ioat_priv.h - what the files of the library share.
 *
 *   device.c     probe, register access, bounded waits, interrupts of the function
 *   channel.c    claim, reset, commands, chains of the caller
 *   ring.c       ring memory, requests, submit, edits
 *   complete.c   completion word, CHANSTS, poll, wait
 *   recover.c    abort, reset and recovery of the requests in flight
 *   dump.c       registers in words
 *   counters.c   performance counters
 *
 * Positions. A request occupies consecutive positions, which count up for ever:
 *
 *        tail        done         issued        head
 *   ------|-- report --|-- in flight --|-- prepared --|-- free --
 *
 * Slots are places in memory. slot_at maps a position (modulo the ring) to its slot
 * and follows the next pointers; pos_of is its inverse. Edits permute both.
 */
#ifndef IOAT_PRIV_H
#define IOAT_PRIV_H

#include "ioat.h"

struct ioat {
    struct ioat_platform platform;
    struct ioat_info info;
    struct ioat_chan *chan[IOAT_CHAN_MAX];
};

/* What is known about one position. */
struct ioat_entry {
    void *tag;
    enum ioat_status status;
    bool first, last;            /* of its request */
};

enum { IOAT_CHUNKS_MAX = 64 };   /* pieces of a ring: slot lookup walks over them */

struct ioat_ring {
    unsigned chunk_log2;
    uint32_t mask;               /* descriptors - 1 */
    struct dma_buf chunk[IOAT_CHUNKS_MAX];
    unsigned chunks;             /* allocated so far */
    uint32_t *slot_at, *pos_of;
    struct ioat_entry *entry;
    uint64_t tail, done, issued, head;
    uint64_t origin;             /* position that CHAINADDR names; DMACOUNT counts from it */
    bool moved;                  /* an edit changed the slot at origin: CHAINADDR is stale */
};

enum ioat_chain { IOAT_CHAIN_NONE, IOAT_CHAIN_LIST, IOAT_CHAIN_COUNT };

struct ioat_chan {
    struct ioat *dev;
    unsigned index;
    uint16_t control;            /* CHANCTRL without INT_DISABLE */
    uint64_t wait_ns;
    struct dma_buf word_buf;     /* bytes 0: the caller's */
    uint64_t *word;
    uint64_t word_bus;
    uint64_t word_seen;          /* value that was looked at */
    enum ioat_status health;     /* IOAT_OK, EHALTED, EPROTO or EREMOVED */
    bool suspended;
    uint32_t chanerr;            /* seen by a recovery that did not end */
    struct ioat_ring *ring;      /* NULL: chains of the caller */
    enum ioat_chain chain;       /* which of them runs */
    uint16_t count;              /* DMACOUNT of a caller's chain */
};

/* ---- device.c ---- */

/* Reads and writes of `bits` at a BAR offset. A read of all-ones: IOAT_EREMOVED; every
 * register read through here has a bit that is always 0. */
enum ioat_status ioat_read(struct ioat *dev, uint32_t offset, unsigned bits, uint64_t *value);
enum ioat_status ioat_write(struct ioat *dev, uint32_t offset, unsigned bits, uint64_t value);

#define IOAT_READ(dev, reg, value) ioat_read(dev, IOAT_##reg, IOAT_##reg##_BITS, value)
#define IOAT_WRITE(dev, reg, value) ioat_write(dev, IOAT_##reg, IOAT_##reg##_BITS, value)

/* A bounded wait: the first pauses are short, later ones a quarter of the time spent. */
struct ioat_pause {
    uint64_t start_ns, slept_ns, limit_ns;
};
void ioat_pause_begin(struct ioat *dev, struct ioat_pause *pause, uint64_t limit_ns);
/* Pauses, or IOAT_ETIME when the limit has passed. */
enum ioat_status ioat_pause(struct ioat *dev, struct ioat_pause *pause);

/* ---- channel.c ---- */

/* The same for a channel's registers; a removed device is noted (ioat_lost). */
enum ioat_status ioat_chan_read(struct ioat_chan *chan, uint32_t offset, unsigned bits,
                                uint64_t *value);
#define IOAT_CHAN_READ(chan, reg, value) \
    ioat_chan_read(chan, IOAT_CHAN((chan)->index, reg), IOAT_##reg##_BITS, value)
#define IOAT_CHAN_WRITE(chan, reg, value) \
    ioat_write((chan)->dev, IOAT_CHAN((chan)->index, reg), IOAT_##reg##_BITS, value)

/* Writes one CHANCMD bit and waits until it reads 0. */
enum ioat_status ioat_command(struct ioat_chan *chan, uint64_t command);
/* Reads CHANSTS. An undefined state: IOAT_EPROTO. */
enum ioat_status ioat_read_status(struct ioat_chan *chan, struct ioat_chan_status *status);
/* Clears CHANERR, resets, waits for HALTED, writes CHANCTRL and CHANCMP. */
enum ioat_status ioat_bring_up(struct ioat_chan *chan);
/* Clears what is set in CHANERR. */
enum ioat_status ioat_clear_error(struct ioat_chan *chan);
/* Writes the completion word in memory before the engine does. */
void ioat_prime_word(struct ioat_chan *chan);

/* ---- ring.c ---- */

enum ioat_status ioat_ring_new(struct ioat *dev, unsigned log2, unsigned chunk_log2,
                               struct ioat_ring **ring);
void ioat_ring_free(struct ioat *dev, struct ioat_ring *ring);
struct ioat_entry *ioat_ring_entry(struct ioat_ring *ring, uint64_t position);
uint64_t ioat_ring_bus(const struct ioat_ring *ring, uint64_t position);
/* Position of the descriptor at `bus`, as [done, done + ring); false: not in the ring. */
bool ioat_ring_find(const struct ioat_ring *ring, uint64_t bus, uint64_t *position);
/* Gives [done, end) the status and makes it ready to be reported. end <= head; what
 * was prepared before end counts as issued. */
void ioat_ring_finish(struct ioat_ring *ring, uint64_t end, enum ioat_status status);
/* CHAINADDR at the first position that is not done, ARMED, then the doorbell for what
 * is issued. Sets the channel's health: a failure leaves only reset. */
enum ioat_status ioat_ring_arm(struct ioat_chan *chan);

/* ---- complete.c ---- */

/* Reads CHANSTS and believes the address when nothing moves any more. Updates the
 * channel's health and returns it, or why the register could not be read. state may be NULL. */
enum ioat_status ioat_look(struct ioat_chan *chan, unsigned *state);
/* The device is gone: everything outstanding is handed back IOAT_EREMOVED. */
void ioat_lost(struct ioat_chan *chan);

#endif
