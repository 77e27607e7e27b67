/* wave.c - netdma wave: the story of a recorded wave. */
#include "command.h"

#include <stdio.h>

#include "story.h"

enum { JSON = 1 };

static const struct option options[] = {
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Reads an FST of this engine and prints, in the order of time, accesses to registers, states,\n"
    "descriptors, payload, completion words and interrupts. `answer` is the clock of a request's\n"
    "last answer.\n"
    "\n"
    "  --json            as trace events, for a timeline viewer (chrome://tracing, Perfetto)\n"
    "\n"
    "  netdma run waves/abort.scenario --wave /tmp/abort.fst\n"
    "  @ /tmp/abort.fst\n"
    "  @ --json /tmp/abort.fst >/tmp/abort.json\n";

static int run(int argc, char **argv)
{
    struct story story;
    const char *why;
    bool json = false;

    while (command_option(argc, argv) == JSON)
        json = true;
    if (optind + 1 != argc)
        command_stop(2, "one wave file is needed; `netdma run --wave` and `make waves` record some");
    if (!story_read(argv[optind], &story, &why))
        command_stop(1, "%s: %s", argv[optind], why);
    (json ? story_print_trace_events : story_print)(&story, stdout);
    story_free(&story);
    return 0;
}

const struct command command_wave = {
    "wave", "FILE.fst [--json]", "Prints what a recorded wave tells, clock by clock", help, options, run,
};
