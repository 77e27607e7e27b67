/* command.h - the commands of `netdma`, and what they share.
 *
 * A command is a function of its own arguments, argv[0] being its name; what it returns is the
 * exit status: 0 done, 1 it failed, 2 it was asked for nonsense. Trouble is one line on stderr.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

struct command {
    const char *name, *arguments, *text;   /* of the list in --help */
    const char *help;                      /* the rest of `netdma NAME --help`; @ stands for "netdma NAME" */
    const struct option *options;          /* val: what `option` is told; ended by a NULL name */
    int (*run)(int argc, char **argv);
};

/* In the order of --help; ended by a NULL name. */
extern const struct command *const commands[];

/* Of --help and the manual page. */
extern const char command_about[], command_examples[], command_statuses[];

/* The program: dispatches argv[1]. */
int command_main(int argc, char **argv);

/* One line "netdma NAME: ..." on stderr, and exit. */
_Noreturn void command_stop(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Next option of the command, -1 at the end; --help is served, nonsense ends in command_stop. */
int command_option(int argc, char **argv);

/* A decimal or 0x number of an option from least to most, or command_stop. */
uint64_t command_number(const char *option, const char *text, uint64_t least, uint64_t most);

/* True when the stream is a terminal that takes colours (NO_COLOR is not set). */
bool command_colour(int fd);
/* The escape, or "" where there is no colour. */
const char *command_bold(int fd);
const char *command_plain(int fd);

#endif
