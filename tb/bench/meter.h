/* meter.h - from bus handshakes to utilisation, and what a perfect engine would reach.
 *
 *   struct ioat_sim_event --> meter_event --> window: clocks, bytes, descriptor reads
 *
 * Utilisation is payload bytes / (bus bytes x clocks) on the write-data channel, in a
 * window of the steady state:
 *
 *   doorbell ... warm-up ... | begin <---- window ----> end | ... the chain goes on
 *
 * Both ends are the W beat that completes a transfer of the reference channel, the
 * lowest one measured; the beat of `begin` is outside the window, that of `end` inside.
 * The window opens when the warm-up is over: long enough, and the engine reads no further
 * ahead than a round before. It closes when it is long enough, both in transfers and in
 * clocks. The count of transfers at both ends is a multiple of
 * `round`, so an engine that works in batches is cut between the same two steps. The
 * chain is longer than the window: nothing drains inside it.
 */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

/* ---- what is measured ---- */

struct meter_plan {
    uint32_t channels;         /* one bit a channel: these are measured */
    uint32_t size;             /* bytes of a transfer, the same for all */
    unsigned round;            /* transfers; both ends of the window are multiples */
    uint64_t warm_clock;       /* no window before this clock, */
    unsigned warm_transfers;   /*   nor before every channel has written so many */
    unsigned settle_rounds;    /* at most so many more while descriptors are read ever further
                                  ahead: a prefetch fills up, or an engine reads in vain */
    uint64_t window_clocks;    /* the window is at least this long, */
    unsigned window_transfers; /*   and so many transfers of the reference channel */
};

/* Counts since the doorbell, or inside the window. */
struct meter_count {
    uint64_t bytes[IOAT_CHAN_MAX];     /* payload by strobe; only measured channels */
    uint64_t desc_reads;               /* descriptors asked for, in full or in part */
    uint64_t desc_beats;               /* beats of those requests */
    uint64_t words, messages;          /* W beats of completion words, of messages */
};

struct meter {
    struct meter_plan plan;
    struct meter_count now, at_begin, at_end;
    uint64_t begin, end;               /* clocks */
    uint64_t begin_transfers;          /* of the reference channel */
    uint64_t ahead;                    /* descriptors read and not copied, at the last boundary */
    unsigned settled_rounds;
    bool begun, done;
};

void meter_open(struct meter *meter, const struct meter_plan *plan);
/* Every handshake, in order. */
void meter_event(struct meter *meter, const struct ioat_sim_event *event);

/* What was counted in (begin, end]. Only after `done`. */
struct meter_count meter_window(const struct meter *meter);
/* Payload of all measured channels. */
uint64_t meter_bytes(const struct meter_count *count);

/* ---- the bound ---- */

/* Beats that a bus of `bus_bytes` needs for [addr, addr + bytes). */
uint64_t meter_beats(unsigned bus_bytes, uint64_t addr, uint64_t bytes);

/* What one transfer costs the bus at least, beats. */
struct meter_cost {
    uint64_t desc;             /* read of its descriptor */
    uint64_t src, dst;         /* payload */
    double other_w;            /* its share of words and messages, which use W too */
};

/* Clocks that one transfer takes at least: one beat a clock on each of R, W and, with
 * a port of their own, the descriptors' R. */
double meter_least_clocks(const struct meter_cost *cost, bool desc_port);
/* The utilisation at that pace, 0..1. */
double meter_bound(unsigned bus_bytes, uint32_t size, const struct meter_cost *cost,
                   bool desc_port);

#endif
