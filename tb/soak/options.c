/* options.c - the command line of soak (options.h). */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clocks.h"
#include "number.h"

static _Noreturn void refuse(const char *what, const char *why)
{
    fprintf(stderr, "soak: %s: %s (--help tells more)\n", what, why);
    exit(2);
}

static _Noreturn void help(void)
{
    puts("usage: soak [--seeds A..B | --seeds N] [--descriptors N] [--seconds N] [--jobs N]\n"
         "            [--limits LIST] [--wave FILE] [--tell] [--keep-going] [--no-shrink]\n"
         "            [--clocks FILE] [--record-clocks]\n"
         "\n"
         "  --seeds A..B      these seeds; N: that one (default 1..300)\n"
         "  --descriptors N   seeds from the first on, until N descriptors are checked\n"
         "  --seconds N       begin no seed after N seconds\n"
         "  --jobs N          processes, 1..256 (default: the processors)\n"
         "  --limits LIST     part of each seed: steps=N,channels=MASK,batch=N,bytes=N,\n"
         "                    without=FEATURE+FEATURE...\n"
         "  --wave FILE       record it; for one seed\n"
         "  --tell            print what software does\n"
         "  --keep-going      a line for each seed that fails, to the end; none is made small\n"
         "  --no-shrink       a failure is told as it is\n"
         "  --clocks FILE     the seeds of FILE for this build (or --seeds): one that takes other clocks\n"
         "                    than FILE says fails, and is not made small\n"
         "  --record-clocks   print the lines of such a file, in any order\n");
    printf("features:");
    for (unsigned f = 0; f < SOAK_FEATURE_N; f++)
        printf(" %s", soak_feature_name[f]);
    putchar('\n');
    exit(0);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    uint64_t value;

    if (!number_read(text, least, most, &value))
        refuse(option, "not a number that makes sense");
    return value;
}

static void read_seeds(const char *text, struct soak_options *options)
{
    char first[32];
    const char *dots = strstr(text, "..");

    options->chosen = true;
    if (!dots) {
        options->first = options->last = number("--seeds", text, 0, UINT64_MAX - 1);
        return;
    }
    if ((size_t)(dots - text) >= sizeof first)
        refuse("--seeds", "not a number that makes sense");
    snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    options->first = number("--seeds", first, 0, UINT64_MAX - 1);
    options->last = number("--seeds", dots + 2, options->first, UINT64_MAX - 1);
}

static void read_option(const char *name, const char *value, struct soak_options *options)
{
    if (strcmp(name, "--seeds") == 0)
        read_seeds(value, options);
    else if (strcmp(name, "--descriptors") == 0)
        options->descriptors = number(name, value, 1, UINT64_MAX);
    else if (strcmp(name, "--seconds") == 0)
        options->seconds = (double)number(name, value, 1, 10000000);
    else if (strcmp(name, "--jobs") == 0)
        options->jobs = (unsigned)number(name, value, 1, SOAK_JOBS_MAX);
    else if (strcmp(name, "--wave") == 0)
        options->wave = value;
    else if (strcmp(name, "--clocks") == 0)
        options->clocks = value;
    else if (strcmp(name, "--limits") != 0)
        refuse(name, "no such option");
    else if (!soak_limits_read(value, &options->limits))
        refuse(value, "not a list of limits");
}

struct soak_options soak_options_read(int argc, char **argv)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct soak_options options = {
        .first = 1, .last = 300, .limits = soak_no_limits,
        .jobs = processors < 1 ? 1 : processors > SOAK_JOBS_MAX ? SOAK_JOBS_MAX : (unsigned)processors,
    };
    bool tell = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            help();
        if (strcmp(argv[i], "--tell") == 0) {
            tell = true;
            continue;
        }
        if (strcmp(argv[i], "--keep-going") == 0) {
            options.keep_going = true;
            continue;
        }
        if (strcmp(argv[i], "--no-shrink") == 0) {
            options.as_it_is = true;
            continue;
        }
        if (strcmp(argv[i], "--record-clocks") == 0) {
            options.record = true;
            continue;
        }
        if (i + 1 == argc)
            refuse(argv[i], "a value must follow");
        read_option(argv[i], argv[i + 1], &options);
        i++;
    }
    options.limits.tell = tell;
    options.as_it_is |= options.clocks != NULL;
    if (options.clocks && !options.chosen && !(options.last = soak_clocks_last(options.clocks)))
        refuse(options.clocks, "it cannot be read, or has no line of this build");
    if (options.descriptors)
        options.last = UINT64_MAX - 1;
    if (options.wave && options.first != options.last)
        refuse("--wave", "goes with one seed: --seeds N");
    return options;
}
