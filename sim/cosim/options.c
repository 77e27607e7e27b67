/* options.c - the command line of cosim (options.h). */
#include "options.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "number.h"

static void help(void)
{
    printf("usage: cosim --kernel FILE --initrd FILE [options]\n"
           "\n"
           "Boots a guest in QEMU (software emulation) whose PCI device is the simulated engine,\n"
           "and ends with status 0 when every step passed. make cosim builds what it needs.\n"
           "\n"
           "  --steps A,B,..    what the guest runs, in order\n"
           "  --rounds N        times the guest's number of transfers (default 1)\n"
           "  --transfers N     fail when the guest's tests made fewer transfers (default 0)\n"
           "  --log FILE        the guest's console (default: console.log)\n"
           "  --wave FILE       FST wave of the copy that the guest asks for\n"
           "  --trace FILE      record every access of the guest\n"
           "  --latency N       of host memory, clocks (default 50)\n"
           "  --seed N          of all random choices (default 1)\n"
           "  --append TEXT     more for the kernel's command line\n"
           "  --qemu PROGRAM    (default qemu-system-x86_64)\n"
           "  --limit S         longest session, seconds (default 300)\n"
           "  --silence S       longest time without a word or an access (default 60)\n");
}

static _Noreturn void refuse(const char *what, const char *which)
{
    fprintf(stderr, "cosim: %s%s\n", what, which);
    exit(2);
}

static uint64_t number(const char *text, const char *option, uint64_t least, uint64_t most)
{
    uint64_t value;

    if (!number_read(text, least, most, &value)) {
        fprintf(stderr, "cosim: --%s %s: give %" PRIu64 "..%" PRIu64 "\n", option, text, least,
                most);
        exit(2);
    }
    return value;
}

void cosim_options_read(struct cosim_options *options, int argc, char **argv)
{
    enum { KERNEL, INITRD, STEPS, TRANSFERS, LOG, WAVE, TRACE, LATENCY, SEED, APPEND, QEMU, LIMIT,
           SILENCE, ROUNDS, HELP };
    static const struct option known[] = {
        { "kernel", 1, NULL, KERNEL }, { "initrd", 1, NULL, INITRD }, { "steps", 1, NULL, STEPS },
        { "transfers", 1, NULL, TRANSFERS }, { "log", 1, NULL, LOG }, { "wave", 1, NULL, WAVE },
        { "trace", 1, NULL, TRACE }, { "latency", 1, NULL, LATENCY }, { "seed", 1, NULL, SEED },
        { "append", 1, NULL, APPEND }, { "qemu", 1, NULL, QEMU }, { "limit", 1, NULL, LIMIT },
        { "silence", 1, NULL, SILENCE }, { "rounds", 1, NULL, ROUNDS },
        { "help", 0, NULL, HELP }, { NULL, 0, NULL, 0 },
    };
    int option, which;

    *options = (struct cosim_options) {
        .qemu = { .program = "qemu-system-x86_64", .memory = "256M", .append = "" },
        .device = { .seed = 1, .latency = 50 },
        .limits = { .seconds = 300, .silence = 60 },
        .steps = "", .log = "console.log", .rounds = 1,
    };
    while ((option = getopt_long(argc, argv, "", known, &which)) != -1) {
        switch (option) {
        case KERNEL:
            options->qemu.kernel = optarg;
            break;
        case INITRD:
            options->qemu.initrd = optarg;
            break;
        case STEPS:
            options->steps = optarg;
            break;
        case TRANSFERS:
            options->transfers = number(optarg, "transfers", 0, UINT32_MAX);
            break;
        case LOG:
            options->log = optarg;
            break;
        case WAVE:
            options->device.wave = optarg;
            break;
        case TRACE:
            options->trace = optarg;
            break;
        case LATENCY:
            options->device.latency = (unsigned)number(optarg, "latency", 1, 10000);
            break;
        case SEED:
            options->device.seed = number(optarg, "seed", 0, UINT64_MAX);
            break;
        case APPEND:
            options->qemu.append = optarg;
            break;
        case QEMU:
            options->qemu.program = optarg;
            break;
        case LIMIT:
            options->limits.seconds = (double)number(optarg, "limit", 1, 86400);
            break;
        case SILENCE:
            options->limits.silence = (double)number(optarg, "silence", 1, 86400);
            break;
        case ROUNDS:
            options->rounds = (unsigned)number(optarg, "rounds", 1, 1000);
            break;
        case HELP:
            help();
            exit(0);
        default:
            exit(2);               /* getopt said what is wrong */
        }
    }
    if (optind < argc)
        refuse("what is this? ", argv[optind]);
    if (!options->qemu.kernel || !options->qemu.initrd)
        refuse("--kernel and --initrd are needed; make cosim gives them", "");
}

