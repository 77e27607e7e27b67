/* ioat_sim.h - the engine's RTL behind a simulated PCIe link.
 *
 *   C caller --> config space, BAR0 --> AXI4-Lite --> Verilated RTL
 *   host memory <-- timing, faults <-- protocol checkers <-- AXI4 master(s)
 *   message callback <-- writes into the message window
 *
 * One thread per simulator; several simulators may live in one process. Time is
 * counted in clocks of the engine. Nothing moves unless a call says that it
 * advances time. No wait is unbounded. All functions accept only a live handle.
 *
 * Checkers (AXI, streams, the engine's contract) are always on. A violation
 * names the rule, the clock and the address; it closes the wave, calls
 * on_violation, and from then on every call that would advance time returns
 * IOAT_EVIOLATED and does nothing. Without on_violation the text goes to stderr
 * and the process ends with exit status 3.
 */
#ifndef IOAT_SIM_H
#define IOAT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bar.h"
#include "ioat_status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ioat_sim;

/* ---- build ---- */

/* What the linked model was built with. Constant for the life of the process. */
struct ioat_sim_build {
    unsigned data_bits;       /* AXI data width: 64, 128, 256 or 512 */
    unsigned addr_bits;       /* implemented address bits, 32..64 */
    unsigned channels;        /* 1..16 */
    bool desc_port;           /* descriptors have a read master of their own */
    unsigned clock_mhz;       /* clocks in a microsecond */
    unsigned xfercap_log2;    /* log2 of the largest transfer, bytes */
    unsigned cbver;
    uint32_t dmacapability;
    unsigned read_bytes_max;  /* longest read burst, bytes */
    unsigned write_bytes_max; /* longest write burst, bytes */
    bool perf;                /* there are performance counters */
    const char *parameters;   /* further ones of rtl/ioat_engine.v, as PARAMS of make: "PREFETCH=8"; "" for none */
};
const struct ioat_sim_build *ioat_sim_build(void);

/* ---- memory timing ---- */

/* Behaviour of the host memory as the engine sees it, in clocks, at most 1000000.
 * Probabilities are percent per clock. A read beat is sampled from memory when it is
 * put on the bus, a write lands when its answer is. The default (all zero but the
 * latencies, which are 1) is the ideal memory of docs/performance: AR, AW and W always
 * ready, R in order and one beat a clock. */
struct ioat_sim_timing {
    unsigned read_latency;     /* first R beat this long after the AR handshake, >= 1 */
    unsigned write_latency;    /* B this long after the last W beat, >= 1 */
    unsigned jitter;           /* up to this much is added to each latency, at random */
    unsigned ar_stall, aw_stall, w_stall; /* 0..95: chance that READY is low */
    unsigned r_stall, b_stall; /* 0..95: chance that VALID waits a clock */
    bool reorder;              /* answers of different IDs may overtake and interleave */
    unsigned outstanding_max;  /* reads, and writes, accepted before READY drops; 0: 4096 */
};

/* ---- life ---- */

struct ioat_sim_config {
    struct ioat_sim_timing timing;
    uint64_t seed;             /* of every random choice of this simulator */
    const char *wave_path;     /* FST file for ioat_sim_wave_*; NULL: none */
    bool every_clock;          /* evaluate idle clocks too: the same run, and slower */
    void (*on_violation)(void *ctx, const char *text);
    void *on_violation_ctx;
};

/* Fills in the default: ideal memory, seed 1, no wave, no handler. */
void ioat_sim_config_init(struct ioat_sim_config *config);

/* Makes a simulator, applies power-on reset, and leaves the function as the
 * firmware would: BAR0 assigned, memory space and bus master enabled, MSI-X
 * enabled with function mask clear (all vectors still masked, as after reset).
 * config NULL: the default. On failure *sim is NULL.
 * IOAT_EINVAL: a value is out of range (the text is on stderr). */
enum ioat_status ioat_sim_open(const struct ioat_sim_config *config, struct ioat_sim **sim);

/* Lets the engine come to rest (a few hundred clocks, more while its bus is busy, at
 * most 20000; no listener is called), then closes the wave and frees everything. What
 * the engine promised and never did ends in on_violation even here. NULL is a no-op. */
void ioat_sim_close(struct ioat_sim *sim);

/* Replaces the timing from the next clock on; answers under way keep theirs. */
enum ioat_status ioat_sim_set_timing(struct ioat_sim *sim, const struct ioat_sim_timing *timing);

/* ---- time ---- */

/* Clocks since power-on, which ioat_sim_open begins with. */
uint64_t ioat_sim_now(const struct ioat_sim *sim);

/* Advances by `clocks`. Clocks in which nothing changes cost nothing. */
enum ioat_status ioat_sim_step(struct ioat_sim *sim, uint64_t clocks);

/* Advances until cond(ctx) is true (looked at once a clock, before the clock) or
 * `clocks` have passed: IOAT_ETIME. */
enum ioat_status ioat_sim_wait(struct ioat_sim *sim, bool (*cond)(void *ctx), void *ctx,
                               uint64_t clocks);

/* True while the engine has an AXI request without its answer, or one pending. */
bool ioat_sim_bus_busy(const struct ioat_sim *sim);

/* ---- PCIe ---- */

/* BAR0. offset 0..0x3FFF, width 1, 2, 4 or 8 bytes, naturally aligned, else
 * IOAT_EINVAL. Both advance time until the engine has answered (a few clocks;
 * IOAT_ETIME after 1000). With memory space disabled, in reset, or after
 * ioat_sim_remove: a read gives all-ones, a write is dropped, both IOAT_OK. */
enum ioat_status ioat_sim_bar_read(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                   uint64_t *value);
enum ioat_status ioat_sim_bar_write(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                    uint64_t value);

/* Queues a write that starts by itself at the next clock (back to back with
 * those queued before it) and returns at once. IOAT_EFULL after 64. A blocking
 * access waits for the queue first, as PCIe ordering asks. */
enum ioat_status ioat_sim_bar_post(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                   uint64_t value);

/* Config space, 4 KiB. offset 0..0xFFF, width 1, 2 or 4, naturally aligned. A
 * write that starts a function-level reset or changes an enable takes effect
 * before it returns; FLR itself ends within ioat_sim_step of at most 100 us (longer
 * when the memory is slow); until then reads give all-ones and writes are dropped. A
 * write waits for the posted BAR writes before it, as PCIe ordering asks. */
enum ioat_status ioat_sim_cfg_read(struct ioat_sim *sim, unsigned offset, unsigned width,
                                   uint32_t *value);
enum ioat_status ioat_sim_cfg_write(struct ioat_sim *sim, unsigned offset, unsigned width,
                                    uint32_t value);

/* Called, inside the clock that its answer is put on the bus in, for each 4-byte write
 * of the engine into the message window 0xFEE00000..0xFEEFFFFF. It may not advance time:
 * such calls return IOAT_ESTATE inside every callback. Other writes into the window are
 * answered with an error. */
typedef void ioat_sim_message_fn(void *ctx, uint64_t addr, uint32_t data);
void ioat_sim_on_message(struct ioat_sim *sim, ioat_sim_message_fn *fn, void *ctx);

/* Level of INTx as the root complex sees it: the engine's line, gated by MSI-X
 * enable and by Interrupt Disable. */
bool ioat_sim_intx(const struct ioat_sim *sim);

/* Surprise removal: BAR and config reads give all-ones from now on, and the
 * engine's requests are answered with errors. */
void ioat_sim_remove(struct ioat_sim *sim);

/* ---- host memory ---- */

enum { IOAT_SIM_READ = 1, IOAT_SIM_WRITE = 2 };  /* what the device may do */

/* Maps [bus, bus + bytes), both multiples of 4096, into the device's view and
 * returns its zeroed backing store (lazily committed, so regions may be large)
 * in *cpu. IOAT_EINVAL when it overlaps a region or the message window, or wraps.
 * The store lives until unmap or close. Accesses outside every region, or without
 * the right, are answered with an error response and change nothing. */
enum ioat_status ioat_sim_map(struct ioat_sim *sim, uint64_t bus, uint64_t bytes, unsigned rights,
                              void **cpu);

/* The same over memory of the caller, who keeps it alive. */
enum ioat_status ioat_sim_map_at(struct ioat_sim *sim, uint64_t bus, uint64_t bytes,
                                 unsigned rights, void *cpu);
enum ioat_status ioat_sim_unmap(struct ioat_sim *sim, uint64_t bus);

/* CPU address of [bus, bus + bytes) when one region holds all of it, else NULL. */
void *ioat_sim_cpu(struct ioat_sim *sim, uint64_t bus, uint64_t bytes);

/* ---- faults ---- */

enum ioat_sim_fault_kind {
    IOAT_SIM_FAULT_READ,       /* R beats */
    IOAT_SIM_FAULT_WRITE,      /* B answers */
};
enum ioat_sim_fault_answer {
    IOAT_SIM_SLVERR, IOAT_SIM_DECERR,
    IOAT_SIM_HOLD,             /* withhold the answer until ioat_sim_fault_clear */
};

/* Accesses of `kind` that touch [first, last] are hit: the first `skip` of them
 * are spared, then `count` are hit (0: all), each with chance `percent` (1..100).
 * For reads the unit is the R beat, for writes the burst, by the bytes that its
 * strobes select. An error read returns 0xEE bytes; an errored write changes nothing.
 * A withheld answer holds up its own ID only. Of several faults that could hit, the one
 * added first does, and the others do not see the access. */
struct ioat_sim_fault {
    enum ioat_sim_fault_kind kind;
    enum ioat_sim_fault_answer answer;
    uint64_t first, last;      /* bus addresses, inclusive */
    unsigned skip, count;
    unsigned percent;
};

/* Arms a fault (up to 32): returns its number, or a negative ioat_status. */
int ioat_sim_fault_add(struct ioat_sim *sim, const struct ioat_sim_fault *fault);
/* How often fault `number` has hit; readable after a clear until the number is given
 * again. */
unsigned ioat_sim_fault_hits(const struct ioat_sim *sim, int number);
/* Disarms all; withheld answers are released. */
void ioat_sim_fault_clear(struct ioat_sim *sim);

/* ---- observation ---- */

/* Beats and bursts on the AXI masters, since open or the last clear. */
struct ioat_sim_stats {
    uint64_t clocks;
    uint64_t ar, r_beats;             /* all reads of both masters */
    uint64_t desc_ar, desc_r_beats;   /* of them, descriptor reads */
    uint64_t aw, w_beats, w_bytes;    /* all writes; bytes by strobe */
    uint64_t data_w_beats, data_w_bytes; /* of them, payload */
    uint64_t words;                   /* completion words */
    uint64_t messages;                /* MSI-X messages */
    uint64_t irq_pulses;              /* clocks with an irq_msix wire high, summed over wires */
    uint64_t first_w, last_w;         /* clock of the first and last payload W beat */
};
void ioat_sim_stats(const struct ioat_sim *sim, struct ioat_sim_stats *stats);
/* The same, payload and words of one channel only. */
void ioat_sim_chan_stats(const struct ioat_sim *sim, unsigned channel,
                         struct ioat_sim_stats *stats);
void ioat_sim_stats_clear(struct ioat_sim *sim);

/* One handshake on an AXI channel, as it happened. */
enum ioat_sim_event_kind {
    IOAT_SIM_AR, IOAT_SIM_R, IOAT_SIM_AW, IOAT_SIM_W, IOAT_SIM_B,
    IOAT_SIM_BAR_READ,                      /* the engine answered the AXI4-Lite read */
    IOAT_SIM_BAR_WRITE,                     /* it accepted address and data of the write */
    IOAT_SIM_RESET,                         /* clock with rst high */
};
struct ioat_sim_event {
    enum ioat_sim_event_kind kind;
    uint64_t clock;
    unsigned port;        /* 0: the AXI master; 1: the descriptor master */
    unsigned id;          /* AXI ID: kind in 5:4, channel in 3:0; see docs/architecture */
    uint64_t addr;        /* AR, AW: first byte; R, W, B: of the beat (B: of the burst);
                             BAR: offset of the access; id and addr of a W that runs
                             ahead of its AW: 0 */
    unsigned bytes;       /* AR, AW: of the burst, as bus words; W, R: of the beat; BAR: width */
    unsigned cache;       /* AR, AW: AxCACHE */
    bool last;            /* R, W */
    unsigned resp;        /* R, B: 0 OKAY, 2 SLVERR, 3 DECERR */
    uint64_t strobe;      /* W: byte lanes; BAR: those of the access in the 8 */
    const uint8_t *data;  /* R, W: the beat, `bytes` long; BAR: the aligned 8 bytes that
                             hold the access, as on the bus; else NULL */
};
/* Called for every handshake, in order, inside the clock. May not advance time. */
typedef void ioat_sim_event_fn(void *ctx, const struct ioat_sim_event *event);
void ioat_sim_on_event(struct ioat_sim *sim, ioat_sim_event_fn *fn, void *ctx);

/* Text of the violation that ended the run, or NULL. */
const char *ioat_sim_violation(const struct ioat_sim *sim);

/* ---- waves (FST) ---- */

/* Recording starts and stops at run time; the file is created by the first
 * start. Without wave_path: IOAT_ESTATE. */
enum ioat_status ioat_sim_wave_start(struct ioat_sim *sim);
enum ioat_status ioat_sim_wave_stop(struct ioat_sim *sim);

/* Starts recording by itself when a BAR access to `offset` is accepted (or at
 * clock `clock`, when offset is UINT32_MAX), and stops `clocks` later. */
enum ioat_status ioat_sim_wave_trigger(struct ioat_sim *sim, uint32_t offset, uint64_t clock,
                                       uint64_t clocks);

/* ---- the driver's platform ---- */

/* bar_ops, dma_ops and clock_ops on this simulator. DMA buffers come from a pool
 * at bus address 0x1_0000_0000 upward; time is clocks / clock_mhz. Valid until
 * close. Implemented in driver/bar_sim.c. */
enum ioat_status ioat_sim_platform(struct ioat_sim *sim, struct ioat_platform *platform);

#ifdef __cplusplus
}
#endif

#endif
