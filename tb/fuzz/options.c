/* options.c - fuzzes the readers of command lines and of limits.
 *
 * The bytes are words, separated by 0. A reader that refuses ends the process;
 * here that takes it back (the link wraps exit).
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../driver/examples/demo_cli.h"
#include "../../cli/command.h"
#include "../../sim/cosim/options.h"
#include "bench/cli.h"
#include "input.h"
#include "readers/rx_offload.h"
#include "soak/options.h"

enum { WORDS = 16, TEXT = 400 };

static jmp_buf refused;
static bool reading;

_Noreturn void __wrap_exit(int status);
_Noreturn void __real_exit(int status);
void __wrap_exit(int status)
{
    if (!reading)
        __real_exit(status);     /* the fuzzer ends */
    if (status < 0 || status > 2)
        found("a command line ends with another status than 0, 1 or 2");
    longjmp(refused, 1);
}

static bool same(const struct soak_limits *a, const struct soak_limits *b)
{
    return a->steps == b->steps && a->channels == b->channels && a->batch == b->batch && a->bytes == b->bytes &&
           a->without == b->without && a->tell == b->tell;
}

/* What is read and printed reads back as the same. */
static void read_limits(const char *text)
{
    struct soak_limits limits, again;
    char printed[512];

    if (!soak_limits_read(text, &limits))
        return;
    soak_limits_print(&limits, printed, sizeof printed);
    if (!soak_limits_read(printed, &again) || !same(&limits, &again))
        found("limits do not survive printing");
}

/* A command reads all of its options before it does anything: one that none of them has ends it there. It comes twice,
 * because the word before it may take it for its value. */
static void read_command(const struct command *command, char *const *word)
{
    static char name[] = "netdma", none[] = "--no-such-option";
    char *line[WORDS + 5] = { name, (char *)(uintptr_t)command->name };
    int n = 2;

    for (; *word; word++)
        if (strcmp(*word, "--") != 0)
            line[n++] = *word;
    line[n++] = none;
    line[n++] = none;
    line[n] = NULL;
    optind = 0;
    if (setjmp(refused) == 0 && command_main(n, line) == 0)
        found("a command runs with an option that it does not have");
}

static void read_demo(int argc, char **argv)
{
    static struct options options;

    parse(&options, argc, argv);
}

static void read_measure(int argc, char **argv)
{
    static struct cli cli;

    cli_read(argc, argv, &cli);
}

static void read_soak(int argc, char **argv)
{
    soak_options_read(argc, argv);
}

static void read_cosim(int argc, char **argv)
{
    struct cosim_options options;

    cosim_options_read(&options, argc, argv);
}

static const struct program {
    const char *name;
    void (*read)(int argc, char **argv);
} programs[] = {
    { "measure", read_measure }, { "demo", read_demo }, { "rx_offload", read_rx_offload },
    { "soak", read_soak }, { "cosim", read_cosim },
};

static void read_decode(int n, char *const *word)
{
    char *line[WORDS + 3] = { (char[]){ "netdma" }, (char[]){ "decode" } };

    memcpy(line + 2, word, (size_t)n * sizeof *word);
    optind = 0;
    if (setjmp(refused) == 0)
        command_main(n + 2, line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *quiet;
    char text[TEXT + 1], *word[WORDS + 2];
    const size_t length = size > TEXT ? TEXT : size;
    int n = 1;

    if (!quiet) {
        quiet = freopen("/dev/null", "w", stdout);
        if (!quiet)
            found("/dev/null does not open");
    }
    memcpy(text, data, length);
    text[length] = '\0';
    read_limits(text);
    for (char *at = text; at < text + length && n <= WORDS; at += strlen(at) + 1)
        word[n++] = at;
    word[n] = NULL;
    reading = true;
    for (unsigned k = 0; k < sizeof programs / sizeof *programs; k++) {
        word[0] = (char *)(uintptr_t)programs[k].name;
        optind = 0;              /* getopt begins anew */
        if (setjmp(refused) == 0)
            programs[k].read(n, word);
    }
    read_decode(n - 1, word + 1);
    for (const struct command *const *command = commands; *command; command++)
        read_command(*command, word + 1);
    reading = false;
    return 0;
}
