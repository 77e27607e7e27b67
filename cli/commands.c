/* commands.c - the list of commands. */
#include "command.h"

#include <stddef.h>

extern const struct command command_bench, command_copy, command_counters, command_decode, command_dump,
    command_replay, command_run, command_wave;

const struct command *const commands[] = {
    &command_copy, &command_run, &command_wave, &command_dump, &command_decode, &command_counters,
    &command_replay, &command_bench, NULL,
};
