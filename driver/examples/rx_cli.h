/* rx_cli.h - the command line of rx_offload, and the one line with which it ends in trouble.
 * Included once, by rx_offload.c. */
#ifndef RX_CLI_H
#define RX_CLI_H

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

enum {
    PAGE = 4096,
    HEADERS = 66,                /* Ethernet 14, IPv4 20, TCP with timestamps 32 */
    SEGMENT_MAX = PAGE - HEADERS,
    WINDOW_MAX = 1 << 20,
    LATENCY_MAX = 10000,
    NS_MAX = 1000000,
};
#define BYTES_MAX (UINT64_C(64) << 20)

struct options {
    uint64_t bytes, seed;
    unsigned segment, window, latency, batch, protocol_ns;
    bool driver_fixed;
    unsigned driver_ns;
    unsigned major, minor;
    bool generated;
};

/* One line, and the end. Status 2: the command line; 1: everything else. */
static _Noreturn void fail(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(int status, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "rx_offload: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(status);
}

static void help(void)
{
    printf(
        "usage: rx_offload [options]\n"
        "\n"
        "Receive-side copy offload with NetDMA. TCP payloads of a loopback connection arrive in\n"
        "scattered page buffers, behind their headers, and have to go to the user's buffer. The\n"
        "engine copies them, simulated clock by clock, while the CPU goes on with the next\n"
        "segments; every byte is compared. Then the CPU copies the same segments.\n"
        "\n"
        "  --bytes N        length of the stream, 1..%" PRIu64 " (default 1048576)\n"
        "  --segment N      most payload of a segment, 1..%d (default 1448)\n"
        "  --window N       bytes of the user's buffer for one receive call, 1..%d\n"
        "                   (default 65536); two calls are posted at a time\n"
        "  --batch N        descriptors for each doorbell, 1..128 (default 16)\n"
        "  --netdma V       1.0, 1.1, 2.0 or 2.1 (default 2.0)\n"
        "  --latency N      clocks from a read request to its first data and from a write to its\n"
        "                   answer, 1..%d (default 100)\n"
        "  --protocol-ns N  work of the CPU on a segment besides the copy, 0..%d (default 300)\n"
        "  --driver-ns N    work of the CPU to request the copy of a segment, 0..%d\n"
        "                   (default: measured on this machine)\n"
        "  --generated      no sockets: a generated stream\n"
        "  --seed N         of the stream and of all random choices, 1.. (default 1)\n"
        "  --help           this text\n"
        "\n"
        "Where the figures come from is printed below the table.\n",
        BYTES_MAX, SEGMENT_MAX, WINDOW_MAX, LATENCY_MAX, NS_MAX, NS_MAX);
}

static uint64_t number(const char *name, const char *text, uint64_t min, uint64_t max)
{
    uint64_t value;

    if (!number_read(text, min, max, &value))
        fail(2, "--%s %s: allowed is a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
    return value;
}

static void parse_version(struct options *opt, const char *text)
{
    static const char *const version[] = {"1.0", "1.1", "2.0", "2.1"};

    for (unsigned n = 0; n < sizeof version / sizeof *version; n++)
        if (!strcmp(text, version[n])) {
            opt->major = 1 + n / 2;
            opt->minor = n % 2;
            return;
        }
    fail(2, "--netdma %s: allowed are 1.0, 1.1, 2.0 and 2.1", text);
}

static void parse(struct options *opt, int argc, char **argv)
{
    enum {
        HELP = 1, BYTES, SEGMENT, WINDOW, BATCH, NETDMA, LATENCY, PROTOCOL_NS, DRIVER_NS,
        GENERATED, SEED
    };
    static const struct option options[] = {
        {"help", no_argument, NULL, HELP},
        {"bytes", required_argument, NULL, BYTES},
        {"segment", required_argument, NULL, SEGMENT},
        {"window", required_argument, NULL, WINDOW},
        {"batch", required_argument, NULL, BATCH},
        {"netdma", required_argument, NULL, NETDMA},
        {"latency", required_argument, NULL, LATENCY},
        {"protocol-ns", required_argument, NULL, PROTOCOL_NS},
        {"driver-ns", required_argument, NULL, DRIVER_NS},
        {"generated", no_argument, NULL, GENERATED},
        {"seed", required_argument, NULL, SEED},
        {NULL, 0, NULL, 0},
    };
    int which;

    *opt = (struct options){.bytes = 1 << 20, .seed = 1, .segment = 1448, .window = 65536,
                            .batch = 16, .latency = 100, .protocol_ns = 300, .major = 2};
    opterr = 0;
    while ((which = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (which) {
        case HELP:
            help();
            exit(0);
        case BYTES:
            opt->bytes = number("bytes", optarg, 1, BYTES_MAX);
            break;
        case SEGMENT:
            opt->segment = (unsigned)number("segment", optarg, 1, SEGMENT_MAX);
            break;
        case WINDOW:
            opt->window = (unsigned)number("window", optarg, 1, WINDOW_MAX);
            break;
        case BATCH:
            opt->batch = (unsigned)number("batch", optarg, 1, 128);
            break;
        case NETDMA:
            parse_version(opt, optarg);
            break;
        case LATENCY:
            opt->latency = (unsigned)number("latency", optarg, 1, LATENCY_MAX);
            break;
        case PROTOCOL_NS:
            opt->protocol_ns = (unsigned)number("protocol-ns", optarg, 0, NS_MAX);
            break;
        case DRIVER_NS:
            opt->driver_ns = (unsigned)number("driver-ns", optarg, 0, NS_MAX);
            opt->driver_fixed = true;
            break;
        case GENERATED:
            opt->generated = true;
            break;
        case SEED:
            opt->seed = number("seed", optarg, 1, UINT64_MAX);
            break;
        default:
            fail(2, "%s %s; --help lists the options", argv[optind - 1],
                 which == ':' ? "needs a value" : "is no option");
        }
    }
    if (optind < argc)
        fail(2, "%s: no arguments are taken; --help lists the options", argv[optind]);
}

#endif
