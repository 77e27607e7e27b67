/* timing.h - a timing diagram of some clocks of a recorded wave.
 *
 *   FST --> what each bus carries in each clock --> SVG, one column a clock
 *
 * Accesses to registers and states come from the story of the same wave.
 */
#ifndef TIMING_H
#define TIMING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "story.h"

enum { TIMING_CLOCKS = 200 };      /* columns at most */

/* The last two are the descriptor port's. */
enum timing_bus {
    TIMING_AR, TIMING_R, TIMING_AW, TIMING_W, TIMING_B, TIMING_DESC_AR, TIMING_DESC_R, TIMING_BUSES,
};

/* One clock of one bus. */
struct timing_beat {
    bool valid, taken;             /* taken: valid and ready, a handshake */
    bool last;                     /* nothing that follows belongs to it */
    bool empty;                    /* write data with all strobes off */
    bool known;                    /* kind and owner are: all but data whose address never came */
    enum story_kind kind;          /* STORY_FETCH .. STORY_MESSAGE (docs/decisions.md K-60) */
    unsigned owner;                /* channel; vector of a message */
};

struct timing {
    const struct story *story;
    uint64_t from, to;             /* clocks, both drawn */
    struct timing_beat beat[TIMING_BUSES][TIMING_CLOCKS];
    bool irq[TIMING_CLOCKS];       /* irq_msix: some vector signals */
};

/* Clocks from .. to, at most TIMING_CLOCKS and within the story's, of the file that the story is
 * of; the story must outlive the timing. False, with `why` in one line. */
bool timing_read(const char *path, const struct story *story, uint64_t from, uint64_t to, struct timing *timing,
                 const char **why);

/* The same text for the same clocks; `name` of the wave is in its title. False: out of memory. */
bool timing_print_svg(const struct timing *timing, const char *name, FILE *out);

#endif
