/* replay.h - plays a recorded session of a driver (bar_trace.h) to the simulator.
 *
 * Accesses come in the recorded order, at the speed of the simulator: before the driver goes
 * on, every message and completion word that it had seen by then must have come. Copies
 * move data of the replay's own, which is compared byte by byte.
 */
#ifndef COSIM_REPLAY_H
#define COSIM_REPLAY_H

#include <stdint.h>

#include "ioat_sim.h"

struct replay_script {
    char **line;
    unsigned lines;
};

struct replay_counts {
    unsigned accesses, copies, words, messages, faults;
};

/* The lines of a file; NULL: it cannot be read (errno), or is empty (errno 0). */
struct replay_script *replay_load(const char *path);
void replay_free(struct replay_script *script);

/* Plays it on a simulator of its own. NULL: the device did all that it did then; else
 * what was different, with the number of the line (overwritten by the next call). A trace is
 * not trusted: what is no line of one, or reaches beyond the memory of its guest, is different. */
const char *replay_run(const struct replay_script *script, const struct ioat_sim_timing *timing,
                       struct replay_counts *counts);

#endif
