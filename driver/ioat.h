/* ioat.h - drive the engine: channels, a descriptor ring, completions, recovery.
 *
 *   ioat_copy, _fill, _null --> ring --> ioat_submit --> DMACOUNT --> engine
 *                                                                       |
 *   tags <-- ioat_poll <-- completion word (one 8-byte load) <----------+
 *                ^                                                      |
 *          ioat_interrupt <-- MSI-X message, or ioat_intx_service <-----+
 *
 * The library reaches the world through a struct ioat_platform (bar.h) only.
 *
 * Addresses called dst, src, bus and the like are bus addresses in bytes.
 * Lengths are bytes, times nanoseconds.
 *
 * Threads: one thread at a time for a channel; different channels may run in
 * different threads when the platform's functions allow it. Functions that take
 * a struct ioat change registers shared by all channels: one thread at a time.
 *
 * Failure leaves channel and device as they were, unless a function says more.
 * Every function that touches registers can also return what the platform's
 * functions return (IOAT_EIO, IOAT_EVIOLATED, ...), and IOAT_EREMOVED when a
 * register reads all-ones. Handles must be live; other NULL pointers: IOAT_EINVAL.
 *
 * The device is not trusted. Every wait has a limit, and a state or an address
 * that it may not report ends in IOAT_EPROTO.
 *
 * Registers are accessed at their full width, as CBVER 0x33 and later allow.
 */
#ifndef IOAT_H
#define IOAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bar.h"
#include "ioat_regs.h"
#include "ioat_status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ioat;
struct ioat_chan;

/* ---- the device ---- */

struct ioat_info {
    unsigned channels;       /* 1..16 */
    unsigned cbver;          /* 0x30..0x3F */
    uint32_t transfer_max;   /* bytes, 1 << XFERCAP: the most one descriptor moves */
    bool page_break;         /* ioat_copy_pages works */
    bool fill;               /* ioat_fill works */
    bool coalescing;         /* ioat_coalesce works */
};

/* Looks for an engine behind the platform and reads what it can do. Changes no
 * register. *platform is copied; its contexts must outlive the handle.
 * IOAT_ENODEV: CBVER is not 3.x, or channel count or XFERCAP make no sense.
 * IOAT_ENOMEM. On failure *dev is NULL. */
enum ioat_status ioat_open(const struct ioat_platform *platform, struct ioat **dev);

/* Frees the handle; NULL is a no-op. IOAT_ESTATE while a channel is open. */
enum ioat_status ioat_close(struct ioat *dev);

/* Valid until ioat_close. */
const struct ioat_info *ioat_info(const struct ioat *dev);

/* ---- channels ---- */

struct ioat_chan_config {
    unsigned ring_log2;     /* log2 of the ring's descriptors, 1..16; one of them stays
                               free. 0: no ring, the caller builds chains (see below) */
    unsigned chunk_log2;    /* log2 of the descriptors that lie side by side on the bus;
                               ring_log2 - 6 .. ring_log2. The default is ring_log2 */
    unsigned priority;      /* CHANCTRL.PRIORITY, 0..15, larger first */
    bool fetch_no_snoop;    /* descriptor reads carry the no-snoop attribute */
    bool take_over;         /* also take a channel that is marked in use */
    uint64_t wait_ns;       /* limit of each wait for the device; not 0 */
    uint64_t *word;         /* the caller's completion word, 8-byte aligned, the caller's */
    uint64_t word_bus;      /*   until close; NULL: the library allocates one */
    bool keep_word;         /* the caller's word is not written by this library: without a
                               ring, and with a word, only */
};

/* A ring of 256 in one piece, priority 0, 100 ms. */
void ioat_chan_config_init(struct ioat_chan_config *config);

/* Resets channel `index`, claims it (CHANCTRL.IN_USE), gives it a completion word
 * and, with a ring, arms it. Error words and error interrupts are on, interrupts
 * are armed. config NULL: the default. On failure *chan is NULL and the memory is
 * free again; the channel has been reset if it could be claimed.
 * IOAT_EINVAL: a value is out of range, or the device has no such channel.
 * IOAT_ESTATE: open already, or marked in use and take_over is false.
 * IOAT_ENOMEM; IOAT_ETIME: RESET did not end; IOAT_EPROTO: it ended in a state
 * that is not HALTED, or the ring could not be armed. */
enum ioat_status ioat_chan_open(struct ioat *dev, unsigned index,
                                const struct ioat_chan_config *config, struct ioat_chan **chan);

/* Resets the channel, gives up the claim, frees ring and handle; tags that were
 * not polled are lost. NULL is a no-op. A removed device: IOAT_OK.
 * IOAT_ETIME, and any other failure: the device may still write, so everything
 * stays allocated and the channel open: repair it (function-level reset, bus
 * master off) and close again or call ioat_chan_abandon. */
enum ioat_status ioat_chan_close(struct ioat_chan *chan);

/* Frees ring and handle without touching the device, which must be unable to
 * reach memory by now. NULL is a no-op. */
void ioat_chan_abandon(struct ioat_chan *chan);

/* CHANSTS as it reads now. completed is 0 when nothing completed. */
struct ioat_chan_status {
    unsigned state;         /* IOAT_CHANSTS_STATE_* */
    uint64_t completed;     /* bus address of the last completed descriptor */
};
enum ioat_status ioat_chan_status(struct ioat_chan *chan, struct ioat_chan_status *status);

/* CHANERR as it reads now, IOAT_CHANERR_*: why the channel stopped. Abort, reset and recovery
 * clear it. */
enum ioat_status ioat_chan_error(struct ioat_chan *chan, uint32_t *chanerr);

/* ---- requests (channels with a ring) ----
 *
 * A request becomes one descriptor, or several when it is longer than
 * transfer_max. Nothing moves until ioat_submit. Requests run in order.
 *
 *   flags  any of IOAT_CONTROL_INT_EN       interrupt when done
 *                 IOAT_CONTROL_COMPL_WRITE  write the completion word when done
 *                 IOAT_CONTROL_FENCE        later requests read only what is written
 *                 IOAT_CONTROL_SRC_NO_SNOOP, IOAT_CONTROL_DST_NO_SNOOP
 *          The first two go to the last descriptor of a split request, the others to all.
 *   tag    handed back by ioat_poll; never looked at, except to be compared in ioat_edit_*
 *
 * The ranges may not overlap and stay the caller's; keep them mapped until the
 * tag comes back. Returns of all:
 * IOAT_EINVAL: a flag, length or address is out of range, the engine lacks the
 *   operation, or the request needs more descriptors than the ring ever has.
 * IOAT_EFULL: not enough free descriptors now; poll and try again.
 * IOAT_ESTATE: the channel has no ring. */

/* len 1.. */
enum ioat_status ioat_copy(struct ioat_chan *chan, uint64_t dst, uint64_t src, uint64_t len,
                           uint32_t flags, void *tag);

/* One descriptor that may change page in the middle. flags also takes
 * IOAT_CONTROL_SRC_PAGE_BREAK: from the end of src's 4 KiB page the source goes on at
 * src_next, and IOAT_CONTROL_DST_PAGE_BREAK with dst_next. Both are 4 KiB aligned; without the
 * flag the value is not used. len: up to transfer_max, and with a break up to the end
 * of the second page. */
enum ioat_status ioat_copy_pages(struct ioat_chan *chan, uint64_t dst, uint64_t dst_next,
                                 uint64_t src, uint64_t src_next, uint32_t len, uint32_t flags,
                                 void *tag);

/* Byte k of the range becomes byte k % 8 of pattern, lowest byte first. len 1.. */
enum ioat_status ioat_fill(struct ioat_chan *chan, uint64_t dst, uint64_t len, uint64_t pattern,
                           uint32_t flags, void *tag);

/* Moves nothing: a marker. */
enum ioat_status ioat_null(struct ioat_chan *chan, uint32_t flags, void *tag);

/* Hands everything prepared to the engine with one write of DMACOUNT; nothing
 * prepared: no write. The last descriptor of a batch always writes the completion word.
 * On a suspended channel the batch waits for ioat_resume. IOAT_ESTATE: no ring.
 * IOAT_EHALTED, IOAT_EPROTO, IOAT_EREMOVED: as ioat_poll; the batch stays prepared. */
enum ioat_status ioat_submit(struct ioat_chan *chan);

/* Descriptors that can be prepared now; 0 without a ring. */
unsigned ioat_room(const struct ioat_chan *chan);

/* Descriptors submitted and, as far as is known, not completed. */
unsigned ioat_outstanding(const struct ioat_chan *chan);

/* ---- completions (channels with a ring) ----
 *
 * Every tag comes back exactly once, in order, with one of
 *   IOAT_OK         done
 *   IOAT_EHALTED    the device stopped on this request (ioat_recover)
 *   IOAT_ECANCELED  dropped by abort, reset, recovery or ioat_edit_cancel
 *   IOAT_EREMOVED   the device is gone
 * and part of a request that failed may have been written. */
struct ioat_done {
    void *tag;
    enum ioat_status status;
};

/* Reads the completion word, no register, and hands back up to max results.
 * *count is valid with every return but IOAT_EINVAL. Returns the channel's health:
 * IOAT_OK
 * IOAT_EHALTED: stopped on an error; ioat_recover, ioat_abort and ioat_reset help.
 * IOAT_EPROTO: the word names no active descriptor; only ioat_reset helps.
 * IOAT_EREMOVED: every tag is on its way back.
 * IOAT_ESTATE: no ring. */
enum ioat_status ioat_poll(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                           unsigned *count);

/* Polls until there is a result or trouble; looks at CHANSTS too, so it sees a halt
 * without a word and a removed device. timeout 0: one look.
 * IOAT_ETIME: nothing came. IOAT_ESTATE: no ring, or nothing submitted to wait for. */
enum ioat_status ioat_wait(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                           unsigned *count, uint64_t timeout_ns);

/* Serves the channel's interrupt: looks for completions, reads CHANSTS when there
 * is no news, then re-arms. An event between the look and the re-arm interrupts
 * again. Call ioat_poll for what did not fit. Returns as ioat_poll. */
enum ioat_status ioat_interrupt(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                                unsigned *count);

/* ---- control ----
 *
 * IOAT_ETIME: the command did not end within wait_ns; it stays pending in the
 * device, and what the library knows is unchanged. */

/* Stops after the descriptors that are under way; the word then names the last one.
 * The rest may be edited until ioat_resume. Suspended already: IOAT_OK.
 * IOAT_EHALTED, IOAT_EPROTO, IOAT_EREMOVED: the channel's health, as ioat_poll. */
enum ioat_status ioat_suspend(struct ioat_chan *chan);

/* Goes on with the list as it reads now. IOAT_ESTATE: not suspended. */
enum ioat_status ioat_resume(struct ioat_chan *chan);

/* Stops now and drops every request, submitted or only prepared. A ring is armed
 * again; without one the channel stays HALTED until a start. */
enum ioat_status ioat_abort(struct ioat_chan *chan);

/* The same through RESET; the channel is set up again as ioat_chan_open left it.
 * IOAT_EPROTO: as ioat_chan_open. */
enum ioat_status ioat_reset(struct ioat_chan *chan);

enum ioat_recovery {
    IOAT_SKIP,       /* fail the request that stopped the channel, run the rest */
    IOAT_CANCEL,     /* fail it, drop the rest, prepared requests too */
};
struct ioat_fault {
    uint32_t chanerr;       /* CHANERR at the halt; 0: stopped by someone else */
    bool request;           /* a request of ours was at fault: */
    void *tag;              /*   its tag, */
    uint64_t desc;          /*   and the bus address of its failing descriptor */
};

/* Brings a halted ring back: reads CHANERR, finds the failing descriptor, clears,
 * resets, and restarts behind it. Requests completed before it are handed back as
 * done. A halt without CHANERR, or by a command error, blames no request.
 * fault may be NULL. Edits and INTRDELAY survive; MSI-X entries are not touched.
 * IOAT_ESTATE: no ring, or the channel is not halted. IOAT_EPROTO: only ioat_reset helps. */
enum ioat_status ioat_recover(struct ioat_chan *chan, enum ioat_recovery how,
                              struct ioat_fault *fault);

/* ---- edit the list (a suspended channel with a ring) ----
 *
 * The engine reads NEXT of the last completed descriptor again at ioat_resume, and
 * nothing of the rest was kept. Requests that are partly done cannot be edited.
 * IOAT_ESTATE: not suspended, or no ring. IOAT_EINVAL: no request that waits has this tag. */

/* Moves everything prepared since the last submit in front of the waiting request
 * `before` and submits it. IOAT_EINVAL also when nothing is prepared. */
enum ioat_status ioat_edit_insert(struct ioat_chan *chan, void *before);

/* Turns a waiting request into a null transfer; its tag comes back IOAT_ECANCELED. */
enum ioat_status ioat_edit_cancel(struct ioat_chan *chan, void *tag);

/* ---- chains of the caller (channels without a ring) ----
 *
 * The caller builds descriptors in memory that the device reaches and decides from
 * the completion word what is done. `bus` is that of the first descriptor, 64-byte
 * aligned and not 0, else IOAT_EINVAL. IOAT_ESTATE: the channel has a ring. */

/* Runs the list at bus until NEXT is 0. Allowed while another list runs: that ends
 * with the descriptors under way. */
enum ioat_status ioat_list_start(struct ioat_chan *chan, uint64_t bus);

/* The NEXT of the list's last descriptor was patched: go on there.
 * IOAT_ESTATE also before ioat_list_start (again after abort and reset). */
enum ioat_status ioat_list_append(struct ioat_chan *chan);

/* Runs n descriptors from bus; NEXT of the last one must already name the slot that
 * ioat_count_add will use. n 1..65535, else IOAT_EINVAL. */
enum ioat_status ioat_count_start(struct ioat_chan *chan, uint64_t bus, unsigned n);

/* n more. IOAT_ESTATE also before ioat_count_start (again after abort and reset). */
enum ioat_status ioat_count_add(struct ioat_chan *chan, unsigned n);

/* The completion word, one 8-byte load: the device's claim, not checked. */
struct ioat_chan_status ioat_word(const struct ioat_chan *chan);

/* ---- interrupts ---- */

/* Re-arms the channel's interrupt (ioat_interrupt does it too). */
enum ioat_status ioat_rearm(struct ioat_chan *chan);

/* MSI-X table entry `vector`, for platforms where nobody else owns the table. addr is
 * 4-byte aligned. The mask bit is as before afterwards, and set meanwhile. Vector n
 * belongs to channel n. IOAT_EINVAL: no such vector, or a misaligned address. */
enum ioat_status ioat_msix_set(struct ioat *dev, unsigned vector, uint64_t addr, uint32_t data);
enum ioat_status ioat_msix_mask(struct ioat *dev, unsigned vector, bool masked);

/* Bit n: vector n has a message that its mask holds back. */
enum ioat_status ioat_msix_pending(struct ioat *dev, uint64_t *vectors);

/* Legacy interrupt: master enable on or off. */
enum ioat_status ioat_intx_enable(struct ioat *dev, bool on);

/* Serves the shared line: bit n of *channels means that channel n wants
 * ioat_interrupt; 0 means that the interrupt was not ours. Clears ATTNSTATUS and
 * writes INTRCTRL back, as a read of it switches the enable off. */
enum ioat_status ioat_intx_service(struct ioat *dev, uint32_t *channels);

/* Collects events for so many microseconds before a message, 0..16383; 0: at once.
 * IOAT_EINVAL: too long. IOAT_ESTATE: the engine has no coalescing. */
enum ioat_status ioat_coalesce(struct ioat *dev, unsigned microseconds);

/* ---- performance counters ---- */

/* What the clocks went into in which the channel was ACTIVE, and what came of them, since
 * reset, function-level reset or a clear (K-08). moving + blocked + reads + writes + starved
 * is active. Counters have 48 bits. */
struct ioat_counters {
    uint64_t active;        /* clocks */
    uint64_t moving;        /* clocks: a payload beat is taken by the bus */
    uint64_t blocked;       /* clocks: the bus does not take the beat that is offered */
    uint64_t reads;         /* clocks: waiting for payload reads */
    uint64_t writes;        /* clocks: waiting for answers to writes and words */
    uint64_t starved;       /* clocks: waiting for descriptors */
    uint64_t bytes;         /* payload written */
    uint64_t descriptors;   /* completed */
    uint64_t confirmed;     /* descriptors read before their pointer was known, rightly */
    uint64_t dropped;       /* descriptor reads in vain */
};

/* One consistent set: the counters stand still while they are read.
 * IOAT_ESTATE: this engine has none (parameter PERF). */
enum ioat_status ioat_chan_counters(struct ioat_chan *chan, struct ioat_counters *counters);
enum ioat_status ioat_chan_counters_clear(struct ioat_chan *chan);

/* In words, a line each, with shares of the active clocks. IOAT_EIO: the stream has an error. */
enum ioat_status ioat_counters_print(const struct ioat_counters *counters, FILE *out);

/* ---- registers in words ---- */

/* Prints the global registers, or those of a channel and its vector, one a line,
 * by name, with the fields that are not 0. Reads have no side effect on the
 * function. A register that cannot be read says why. IOAT_EREMOVED after printing
 * when everything reads all-ones; IOAT_EIO: the stream has an error. */
enum ioat_status ioat_dump(struct ioat *dev, FILE *out);
enum ioat_status ioat_chan_dump(struct ioat_chan *chan, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
