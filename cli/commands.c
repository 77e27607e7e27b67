/* commands.c - the list of commands. */
#include "command.h"

#include <stddef.h>

extern const struct command command_run, command_wave;

const struct command *const commands[] = { &command_run, &command_wave, NULL };
