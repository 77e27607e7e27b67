/* launch.h - how long one copy waits at each step, from bus handshakes.
 *
 *   doorbell -> descriptor AR .. R -> payload AR .. R -> W .. B -> word AW .. B -> message AW
 *
 * One aligned copy of one bus word on an engine at rest, completion word and interrupt
 * asked for. A step is the number of clocks between two handshakes of the engine's
 * own; what memory takes lies between the steps.
 */
#ifndef BENCH_LAUNCH_H
#define BENCH_LAUNCH_H

#include "load.h"

enum launch_step {
    LAUNCH_DOORBELL,           /* DMACOUNT or START accepted to descriptor AR */
    LAUNCH_PAYLOAD,            /* last descriptor beat to payload AR */
    LAUNCH_WRITE,              /* payload R beat to W beat */
    LAUNCH_WORD,               /* last payload B to completion word AW */
    LAUNCH_INTERRUPT,          /* completion word B to message AW */
    LAUNCH_STEPS
};
extern const char *const launch_names[];    /* for tables, ended by NULL */
extern const unsigned launch_limits[];      /* targets, clocks */

bool launch_run(unsigned latency, enum load_list list, uint64_t clocks[LAUNCH_STEPS], char *why,
                unsigned room);

#endif
