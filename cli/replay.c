/* replay.c - netdma replay: a recorded session of a driver, played to the engine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "replay.h"

enum { LATENCY = 1, JSON };

static const struct option options[] = {
    { "latency", required_argument, NULL, LATENCY },
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Each access of the recorded driver is made again, in its order; whatever the engine answered, wrote\n"
    "or signalled then must come again, and nothing else. Copies are compared byte by byte.\n"
    "`make cosim` can record a session (docs/cosim.md); tb/linux.trace is one of Linux.\n"
    "\n"
    "  --latency N       clocks from a read request to its first data, 1 to 10000 (1)\n"
    "  --json            counts as JSON\n"
    "\n"
    "  @ tb/linux.trace\n";

static int run(int argc, char **argv)
{
    struct ioat_sim_config config;
    struct replay_script *script;
    struct replay_counts counts;
    const char *wrong;
    bool json = false;

    ioat_sim_config_init(&config);
    for (int which; (which = command_option(argc, argv)) != -1; )
        if (which == JSON)
            json = true;
        else
            config.timing.read_latency = config.timing.write_latency =
                (unsigned)command_number("--latency", optarg, 1, 10000);
    if (optind + 1 != argc)
        command_stop(2, "one trace is needed; tb/linux.trace is one");
    script = replay_load(argv[optind]);
    if (!script)
        command_stop(2, "%s: %s", argv[optind], errno ? strerror(errno) : "nothing is in it");
    wrong = replay_run(script, &config.timing, &counts);
    replay_free(script);
    if (wrong)
        command_stop(1, "%s: %s", argv[optind], wrong);
    printf(json ? "{\"accesses\":%u,\"copies\":%u,\"words\":%u,\"messages\":%u,\"faults\":%u}\n"
                : "%u accesses, %u copies, %u completion words, %u messages, %u injected errors: as recorded\n",
           counts.accesses, counts.copies, counts.words, counts.messages, counts.faults);
    return 0;
}

const struct command command_replay = {
    "replay", "FILE.trace [--latency N] [--json]", "Plays the recorded session of a driver to the engine", help,
    options, run,
};
