/* wave.h - when the FST file records. */
#ifndef IOAT_WAVE_H
#define IOAT_WAVE_H

#include "ioat_sim.h"
#include "model.h"

enum { WAVE_NO_OFFSET = -1 };

struct wave {
    struct model *model;
    char *path;                /* NULL: no waves */
    bool open, shut;           /* the file is; was, and will not be again */
    bool recording;
    bool armed;                /* a trigger waits */
    uint32_t offset;           /* its BAR offset, or UINT32_MAX: */
    uint64_t clock;            /* its clock */
    uint64_t length;           /* clocks to record then */
    uint64_t stop;             /* clock that a fired trigger stops before, or UINT64_MAX */
    struct wave *next;         /* of the open ones */
};

/* path is copied; NULL: none. False without memory. */
bool wave_init(struct wave *wave, struct model *model, const char *path);
enum ioat_status wave_start(struct wave *wave);
enum ioat_status wave_stop(struct wave *wave);
enum ioat_status wave_trigger(struct wave *wave, uint64_t now, uint32_t offset, uint64_t clock,
                              uint64_t length);

/* Each clock, before its edge: `offset` of the BAR access accepted in it, or
 * WAVE_NO_OFFSET. */
void wave_clock(struct wave *wave, uint64_t clock, int offset);

/* Ends the file. */
void wave_shut(struct wave *wave);
void wave_free(struct wave *wave);

#endif
