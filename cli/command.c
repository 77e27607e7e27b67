/* command.c - from a command line to a command (command.h). */
#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manual.h"
#include "netdma_version.h"
#include "number.h"

enum { OPTION_HELP = 'h' };

static const struct command *running;

void command_stop(int status, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "netdma%s%s: ", running ? " " : "", running ? running->name : "");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(status);
}

/* The status, once all that was printed is where it belongs. */
static int written(int status)
{
    if (fflush(stdout) || ferror(stdout))
        command_stop(1, "the output could not be written: %s", strerror(errno));
    return status;
}

/* ---- help ---- */

const char command_about[] = "A PCIe DMA engine, simulated clock by clock, on the command line.\n";

const char command_examples[] =
    "  netdma copy README.md /tmp/copy            a file through the engine\n"
    "  netdma run waves/chain.scenario            what software does, line by line\n"
    "  netdma run waves/chain.scenario --wave /tmp/chain.fst\n"
    "  netdma wave /tmp/chain.fst                 the same from the recorded wave\n"
    "  netdma decode CHANCTRL 0x11d               a register's value in words\n";

const char command_statuses[] = "0 done, 1 failed, 2 the command line or a file makes no sense.\n";

static void help(void)
{
    printf("usage: netdma COMMAND [options] [arguments]\n\n%s\n", command_about);
    for (const struct command *const *command = commands; *command; command++)
        printf("  %-10s %s\n", (*command)->name, (*command)->text);
    printf("\nnetdma COMMAND --help tells how each is used. netdma --man prints the manual page,\n"
           "--completion the completion for bash, --version the version. A first look:\n\n%s\n"
           "Exit status: %s",
           command_examples, command_statuses);
}

static void command_help(void)
{
    printf("usage: netdma %s %s\n\n%s.\n\n", running->name, running->arguments, running->text);
    for (const char *at = running->help; *at; at++)
        if (*at == '@')
            printf("netdma %s", running->name);
        else
            putchar(*at);
    exit(written(0));
}

/* ---- options ---- */

int command_option(int argc, char **argv)
{
    struct option all[32];
    unsigned n = 0;
    int which;

    for (; running->options[n].name; n++)
        all[n] = running->options[n];
    all[n++] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
    all[n] = (struct option){ NULL, 0, NULL, 0 };
    opterr = 0;
    which = getopt_long(argc, argv, ":h", all, NULL);
    if (which == OPTION_HELP)
        command_help();
    if (which == ':')
        command_stop(2, "%s needs a value; --help lists the options", argv[optind - 1]);
    if (which == '?')
        command_stop(2, "%s is no option; --help lists them", argv[optind - 1]);
    return which;
}

uint64_t command_number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    uint64_t value;

    if (!number_read(text, least, most, &value))
        command_stop(2, "%s %s: a number from %" PRIu64 " to %" PRIu64 " is needed", option, text, least, most);
    return value;
}

/* ---- the terminal ---- */

bool command_colour(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

const char *command_bold(int fd)
{
    return command_colour(fd) ? "\033[1m" : "";
}

const char *command_plain(int fd)
{
    return command_colour(fd) ? "\033[0m" : "";
}

/* ---- dispatch ---- */

int command_main(int argc, char **argv)
{
    running = NULL;
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help();
        return written(argc < 2 ? 2 : 0);
    }
    if (!strcmp(argv[1], "--version")) {
        puts("netdma " NETDMA_VERSION);
        return written(0);
    }
    if (!strcmp(argv[1], "--man") || !strcmp(argv[1], "--completion")) {
        (argv[1][2] == 'm' ? manual_print : manual_print_completion)(stdout);
        return written(0);
    }
    for (const struct command *const *command = commands; *command && !running; command++)
        if (!strcmp((*command)->name, argv[1]))
            running = *command;
    if (!running)
        command_stop(2, "%s is no command; --help lists them", argv[1]);
    optind = 0;
    return written(running->run(argc - 1, argv + 1));
}
