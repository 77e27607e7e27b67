/* view.h - the GTKWave view of a scenario: groups of signals, names for values, markers.
 *
 * Groups, in the words of a scenario's `view`; those of a channel end with its number,
 * state2, and without one they are channel 0's:
 *
 *   bar         accesses to BAR0, the offset as the name of the register
 *   state       state, phase, command, count and error of the channel
 *   fetch       descriptors: asked for, awaited, queued, handed on
 *   copy        the data path of the channel: jobs, completions
 *   reads       read requests and answers, the ID as whose and what
 *   writes      write requests, data and answers
 *   interrupt   event, delay, re-arm of the channel
 *   messages    INTx and the wires of the vectors
 */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>

#include "scenario.h"

/* Writes the view of an FST, and the filters of IDs and offsets beside it. `filters`: folder of
 * the generated filters. False: `why` in one line, of a signal that is not in the FST too. */
bool view_write(const char *path, const char *wave, const char *filters, const struct scenario *scenario,
                char *why, unsigned room);

#endif
