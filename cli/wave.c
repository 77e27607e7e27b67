/* wave.c - netdma wave: the story of a recorded wave, or a timing diagram of a part of it. */
#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"
#include "timing.h"

enum { JSON = 1, SVG };

static const struct option options[] = {
    { "json", no_argument, NULL, JSON },
    { "svg", required_argument, NULL, SVG },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Reads an FST of this engine and prints, in the order of time, accesses to registers, states,\n"
    "descriptors, payload, completion words and interrupts. `answer` is the clock of a request's\n"
    "last answer.\n"
    "\n"
    "  --json            as trace events, for a timeline viewer (chrome://tracing, Perfetto)\n"
    "  --svg FROM..TO    instead, a timing diagram of these clocks, at most 200: a box is a beat;\n"
    "                    a pale one waits for READY (dashed) or has its strobes off\n"
    "\n"
    "  netdma run waves/abort.scenario --wave /tmp/abort.fst\n"
    "  @ /tmp/abort.fst\n"
    "  @ --json /tmp/abort.fst >/tmp/abort.json\n"
    "  @ --svg 402..440 /tmp/abort.fst >/tmp/abort.svg\n";

struct range {
    uint64_t from, to;
};

/* A decimal number; *text is advanced behind it. */
static bool take_clock(const char **text, uint64_t *clock)
{
    char *end;

    errno = 0;
    *clock = strtoull(*text, &end, 10);
    if (!isdigit((unsigned char)**text) || errno)
        return false;
    *text = end;
    return true;
}

static struct range range_of(const char *text)
{
    struct range range;
    const char *at = text;

    if (!take_clock(&at, &range.from) || strncmp(at, "..", 2) || (at += 2, !take_clock(&at, &range.to)) || *at)
        command_stop(2, "--svg %s: two clocks are needed, as in 120..160", text);
    if (range.from > range.to)
        command_stop(2, "--svg %s: the last clock is before the first", text);
    if (range.to - range.from >= TIMING_CLOCKS)
        command_stop(2, "--svg %s: a diagram has at most %d clocks; ask for fewer", text, TIMING_CLOCKS);
    return range;
}

static void print_svg(const char *path, const struct story *story, struct range range)
{
    const char *slash = strrchr(path, '/'), *why;
    struct timing timing;

    if (range.from < story->first || range.to > story->last)
        command_stop(2, "--svg: %s has the clocks %" PRIu64 "..%" PRIu64 ", not all of %" PRIu64 "..%" PRIu64, path,
                     story->first, story->last, range.from, range.to);
    if (!timing_read(path, story, range.from, range.to, &timing, &why))
        command_stop(2, "%s: %s", path, why);
    if (!timing_print_svg(&timing, slash ? slash + 1 : path, stdout))
        command_stop(1, "out of memory");
}

static int run(int argc, char **argv)
{
    struct story story;
    struct range range = { 0, 0 };
    const char *why;
    bool json = false, svg = false;

    for (int which; (which = command_option(argc, argv)) != -1; ) {
        json |= which == JSON;
        svg |= which == SVG;
        if (which == SVG)
            range = range_of(optarg);
    }
    if (json && svg)
        command_stop(2, "--json and --svg are two forms of output; choose one");
    if (optind + 1 != argc)
        command_stop(2, "one wave file is needed; `netdma run --wave` and `make waves` record some");
    if (!story_read(argv[optind], &story, &why))
        command_stop(1, "%s: %s", argv[optind], why);
    if (svg)
        print_svg(argv[optind], &story, range);
    else
        (json ? story_print_trace_events : story_print)(&story, stdout);
    story_free(&story);
    return 0;
}

const struct command command_wave = {
    "wave", "FILE.fst [--json] [--svg FROM..TO]", "Prints what a recorded wave tells, clock by clock", help, options,
    run,
};
