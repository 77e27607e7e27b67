/* options.h - what the command line of soak asks for. */
#ifndef SOAK_OPTIONS_H
#define SOAK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"

enum { SOAK_JOBS_MAX = 256 };

struct soak_options {
    uint64_t first, last;        /* seeds */
    uint64_t descriptors;        /* 0: every seed */
    unsigned jobs;               /* 1..SOAK_JOBS_MAX */
    double seconds;              /* then no seed is begun; 0: no limit */
    bool chosen;                 /* seeds were given */
    bool keep_going, as_it_is, record;
    const char *wave, *clocks;
    struct soak_limits limits;
};

/* Ends the process with status 2 and one line when the words cannot be meant, with 0 after --help.
 * Strings are those of argv. */
struct soak_options soak_options_read(int argc, char **argv);

#endif
