/* demo_cli.h - the demo's command line, and the one line with which it ends in trouble.
 * Included once, by demo.c. */
#ifndef DEMO_CLI_H
#define DEMO_CLI_H

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo_pages.h"
#include "number.h"

enum {
    PIECE_MAX = PAGES_RUN_MAX * PAGE,
    BATCH_MAX = 256,
    LATENCY_MAX = 10000,
};

struct options {
    unsigned latency, write_latency, pieces, batch;
    uint64_t seed;
    const char *wave;
    bool no_wave, hang;
};

/* One line, and the end. Status 2: the command line; 1: everything else. */
static _Noreturn void fail(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(int status, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "demo: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(status);
}

static void help(void)
{
    printf(
        "usage: demo [options] [file ...]\n"
        "\n"
        "Copies files through the RTL of the DMA engine, simulated clock by clock, and\n"
        "compares every byte. Without files it takes about 4 MB that most machines have.\n"
        "\n"
        "  --latency N        clocks from a read request to its first data, 1..%d (default 1)\n"
        "  --write-latency N  clocks from the last write beat to its answer (default: --latency)\n"
        "  --pieces N         longest piece, bytes, 1..%d (default 8192)\n"
        "  --batch N          pieces for each doorbell and interrupt, 1..%d (default 16)\n"
        "  --seed N           of all random choices (default 1)\n"
        "  --wave FILE        where the wave goes (default waves/demo.fst)\n"
        "  --no-wave          record none\n"
        "  --hang             withhold one memory answer for ever, to see how a hang looks\n"
        "  --help             this text\n"
        "\n"
        "Data width, channels and the descriptor port are properties of the build:\n"
        "make demo WIDTH=512 CHANNELS=1. The table at the end says for each channel how long\n"
        "it was writing and which part of the bus it used. The bound is what the bus allows:\n"
        "each read beat, of data or of a descriptor, takes a clock, so a bus of W bytes that\n"
        "moves n bytes is busy for n / (W x beats) of its capacity at best. Channels share one\n"
        "bus; the last line is the measure. Things to try:\n"
        "\n"
        "  demo --pieces 64            small pieces: the descriptors take half the bus\n"
        "  demo --latency 250          a PCIe round trip: are enough reads under way?\n"
        "  demo --batch 1              an interrupt and a doorbell for every piece\n",
        LATENCY_MAX, PIECE_MAX, BATCH_MAX);
}

static uint64_t number(const char *name, const char *text, uint64_t min, uint64_t max)
{
    uint64_t value;

    if (!number_read(text, min, max, &value))
        fail(2, "--%s %s: allowed is a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
    return value;
}

static void parse(struct options *opt, int argc, char **argv)
{
    enum { HELP = 1, LATENCY, WRITE_LATENCY, PIECES, BATCH, SEED, WAVE, NO_WAVE, HANG };
    static const struct option options[] = {
        {"help", no_argument, NULL, HELP},
        {"latency", required_argument, NULL, LATENCY},
        {"write-latency", required_argument, NULL, WRITE_LATENCY},
        {"pieces", required_argument, NULL, PIECES},
        {"batch", required_argument, NULL, BATCH},
        {"seed", required_argument, NULL, SEED},
        {"wave", required_argument, NULL, WAVE},
        {"no-wave", no_argument, NULL, NO_WAVE},
        {"hang", no_argument, NULL, HANG},
        {NULL, 0, NULL, 0},
    };
    int which, index;

    *opt = (struct options){.latency = 1, .pieces = 8192, .batch = 16, .seed = 1};
    opterr = 0;
    while ((which = getopt_long(argc, argv, ":", options, &index)) != -1) {
        switch (which) {
        case HELP:
            help();
            exit(0);
        case LATENCY:
            opt->latency = (unsigned)number("latency", optarg, 1, LATENCY_MAX);
            break;
        case WRITE_LATENCY:
            opt->write_latency = (unsigned)number("write-latency", optarg, 1, LATENCY_MAX);
            break;
        case PIECES:
            opt->pieces = (unsigned)number("pieces", optarg, 1, PIECE_MAX);
            break;
        case BATCH:
            opt->batch = (unsigned)number("batch", optarg, 1, BATCH_MAX);
            break;
        case SEED:
            opt->seed = number("seed", optarg, 0, UINT64_MAX);
            break;
        case WAVE:
            opt->wave = optarg;
            break;
        case NO_WAVE:
            opt->no_wave = true;
            break;
        case HANG:
            opt->hang = true;
            break;
        default:
            fail(2, "%s %s; --help lists the options", argv[optind - 1],
                 which == ':' ? "needs a value" : "is no option");
        }
    }
    if (!opt->write_latency)
        opt->write_latency = opt->latency;
    if (!opt->wave)
        opt->wave = access("waves", W_OK) ? "demo.fst" : "waves/demo.fst";
}

/* A wave that cannot be written is better known before the run. */
static void check_wave(const struct options *opt)
{
    int fd = opt->no_wave ? -1 : open(opt->wave, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    if (fd >= 0)
        close(fd);
    else if (!opt->no_wave)
        fail(1, "%s: %s; --wave names another file, --no-wave does without", opt->wave,
             strerror(errno));
}

#endif
