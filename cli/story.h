/* story.h - what a recorded wave tells: register accesses, states, requests, words, messages.
 *
 *   FST --> handshakes, clock by clock --> items, in the order in which they begin
 *
 * Bursts that carry one copy's data on are one item. Requests last until their answer.
 */
#ifndef STORY_H
#define STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ioat_regs.h"

enum story_kind {
    STORY_BAR_WRITE, STORY_BAR_READ,       /* reg, offset in addr, value */
    STORY_STATE,                           /* value: the state from here on; before */
    STORY_ERROR,                           /* value: CHANERR from here on */
    STORY_FETCH,                           /* a descriptor at addr: desc, when its data came */
    STORY_SOURCE,                          /* payload read from addr, `beats` */
    STORY_DESTINATION,                     /* payload written from addr on, `bytes` */
    STORY_WORD,                            /* completion word `value` to addr */
    STORY_MESSAGE,                         /* interrupt message `value` to addr */
    STORY_LINE,                            /* INTx level: value */
    STORY_FLR,                             /* function-level reset asked for (1), over (0) */
};

struct story_item {
    enum story_kind kind;
    uint64_t begin, end;           /* clocks; end 0: no answer in the wave */
    int channel;                   /* -1: the whole function */
    const struct ioat_reg_info *reg;
    uint64_t addr, bytes, value, before;
    unsigned beats, bursts;
    bool failed;                   /* an error answer */
    struct ioat_desc desc;
};

struct story {
    struct story_item *item;
    size_t n;
    unsigned channels, bus_bytes;
    uint64_t period;               /* of a clock, ps */
    uint64_t first, last;          /* clocks in the wave */
    uint64_t state[IOAT_CHAN_MAX]; /* of each channel, in the first */
};

/* False, with `why` in one line: no wave, not of this engine, or out of memory. */
bool story_read(const char *path, struct story *story, const char **why);
void story_free(struct story *story);

/* An access to a register in words: "CHANCMD 0x1 START". */
void story_print_register(const struct story_item *item, FILE *out);
/* One line an item. */
void story_print(const struct story *story, FILE *out);
/* The trace-event format of timeline viewers, times in microseconds. */
void story_print_trace_events(const struct story *story, FILE *out);

#endif
