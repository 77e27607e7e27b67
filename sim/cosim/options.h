/* options.h - what the command line of cosim asks for. */
#ifndef COSIM_OPTIONS_H
#define COSIM_OPTIONS_H

#include "session.h"

struct cosim_options {
    struct qemu_config qemu;
    struct device_config device;
    struct session_limits limits;
    const char *steps, *log, *trace;
    uint64_t transfers;
    unsigned rounds;
};

/* Ends the process with status 2 and one line when the words cannot be meant, with 0 after --help.
 * Strings are those of argv. */
void cosim_options_read(struct cosim_options *options, int argc, char **argv);

#endif
