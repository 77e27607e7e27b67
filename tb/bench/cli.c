/* cli.c - options and their help (cli.h). */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATENCY_MAX = 100000, JOBS_MAX = 64, SIZE_MAX_LOG2 = 30 };

const char *cli_name = "measure";

const char cli_help[] =
    "@ - cycle-exact figures of the engine, every byte checked\n"
    "\n"
    "  @\n"
    "      all tables of docs/performance.md for this build\n"
    "  @ --tables size,align\n"
    "      some of them: size align chain list answer report channels trouble\n"
    "  @ --size 64,4K --latency 1,100 --align aligned,both\n"
    "      cases of your own: every combination of what you name\n"
    "  @ --launch\n"
    "      clocks from doorbell to request, ..., to interrupt\n"
    "  @ --pages\n"
    "      when the descriptors of a long chain of 8-byte copies are read, page by page\n"
    "  @ --record\n"
    "      the lines of the committed baseline for this build\n"
    "  @ --baseline FILE\n"
    "      compare with them; status 1 when a cycle is lost or gained\n"
    "\n"
    "Cases of your own (lists are separated by commas; the first value is the default):\n"
    "  --size N        bytes of a copy, 1 to 1M; K and M are understood (64)\n"
    "  --latency N     L: clocks from a read request to its first data (1)\n"
    "  --answer N      clocks from the last write beat to its response (L)\n"
    "  --align KIND    aligned, src, dst, both: which side is unaligned\n"
    "  --chain KIND    contiguous, shuffled, alternating: where descriptors lie\n"
    "  --list KIND     count, null: DMACOUNT, or START and a chain that ends with NEXT = 0\n"
    "  --channels N    how many work at the same time (1)\n"
    "  --report KIND   silent, word, irq: of each descriptor\n"
    "  --trouble KIND  well, held, failing: what happens to the last channel\n"
    "\n"
    "Output:\n"
    "  --csv           one line a case, comma separated, with a header\n"
    "  --name TEXT     the configuration in it (this build's own)\n"
    "  --jobs N        processes at a time (1)\n"
    "\n"
    "Columns: `used` is payload bytes / (bus bytes x clocks) on the write-data channel in steady\n"
    "state; `bound` the same for an engine that loses nothing, counted in bus beats, with\n"
    "descriptors of 64 bytes; `exact` with what this engine reads of one; `reads`, `words`, `irqs`\n"
    "descriptors, completion words and interrupts for each transfer; `share` the least and\n"
    "the largest of a channel's part, 1 is an equal one.\n";

static void print_help(void)
{
    for (const char *at = cli_help; *at; at++)
        if (*at == '@')
            fputs(cli_name, stdout);
        else
            putchar(*at);
}

_Noreturn static void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn static void stop(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fprintf(stderr, "%s: ", cli_name);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

static uint32_t number(const char *option, const char *text, uint32_t most, bool units)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (units && end != text && (*end == 'K' || *end == 'M') && value <= most)
        value <<= *end++ == 'K' ? 10 : 20;
    if (*text < '0' || *text > '9' || *end || errno || value < 1 || value > most)
        stop("--%s %s: a number from 1 to %" PRIu32 " is needed", option, text, most);
    return (uint32_t)value;
}

/* Cuts a list at its commas; NULL when nothing is left. */
static char *item(const char *option, char **rest)
{
    char *text = strsep(rest, ",");

    if (text && !*text)
        stop("--%s: an item of the list is empty", option);
    return text;
}

static void numbers(const char *option, char *list, uint32_t most, bool units, uint32_t *value)
{
    unsigned n = 0;

    for (char *text; (text = item(option, &list)); ) {
        if (n + 1 == CASES_VALUES)
            stop("--%s: at most %d values", option, CASES_VALUES - 1);
        value[n++] = number(option, text, most, units);
    }
    value[n] = 0;
}

static unsigned kinds(const char *option, char *list, const char *const *names)
{
    unsigned set = 0;

    for (char *text; (text = item(option, &list)); ) {
        unsigned n = 0;

        while (names[n] && strcmp(names[n], text))
            n++;
        if (!names[n]) {
            fprintf(stderr, "%s: --%s %s: one of", cli_name, option, text);
            for (n = 0; names[n]; n++)
                fprintf(stderr, " %s", names[n]);
            fputs(" is needed\n", stderr);
            exit(2);
        }
        set |= 1u << n;
    }
    return set;
}

static uint32_t tables(char *list)
{
    const char *names[CASES_VALUES] = { NULL };

    for (unsigned n = 0; cases_full[n].name; n++)
        names[n] = cases_full[n].name;
    return kinds("tables", list, names);
}

enum { HELP = 1, TABLES, CSV, NAME, JOBS, LAUNCH, PAGES_READ, RECORD, BASELINE,
       SIZE, LATENCY, ANSWER, ALIGN, CHAIN, LIST, CHANNELS, REPORT, TROUBLE };

const struct option cli_options[] = {
    { "help", no_argument, NULL, HELP },         { "tables", required_argument, NULL, TABLES },
    { "csv", no_argument, NULL, CSV },           { "name", required_argument, NULL, NAME },
    { "jobs", required_argument, NULL, JOBS },   { "launch", no_argument, NULL, LAUNCH },
    { "pages", no_argument, NULL, PAGES_READ }, { "record", no_argument, NULL, RECORD },
    { "baseline", required_argument, NULL, BASELINE },
    { "size", required_argument, NULL, SIZE },   { "latency", required_argument, NULL, LATENCY },
    { "answer", required_argument, NULL, ANSWER }, { "align", required_argument, NULL, ALIGN },
    { "chain", required_argument, NULL, CHAIN }, { "list", required_argument, NULL, LIST },
    { "channels", required_argument, NULL, CHANNELS },
    { "report", required_argument, NULL, REPORT }, { "trouble", required_argument, NULL, TROUBLE },
    { NULL, 0, NULL, 0 },
};

/* One that describes cases of the caller's own. */
static void choose(struct case_table *choice, int which, char *value)
{
    switch (which) {
    case SIZE:
        numbers("size", value, UINT32_C(1) << SIZE_MAX_LOG2, true, choice->size);
        break;
    case LATENCY:
        numbers("latency", value, LATENCY_MAX, false, choice->latency);
        break;
    case ANSWER:
        choice->answer = number("answer", value, LATENCY_MAX, false);
        break;
    case ALIGN:
        choice->aligns = kinds("align", value, load_align_names);
        break;
    case CHAIN:
        choice->chains = kinds("chain", value, load_chain_names);
        break;
    case LIST:
        choice->lists = kinds("list", value, load_list_names);
        break;
    case CHANNELS:
        numbers("channels", value, IOAT_CHAN_MAX, false, choice->channels);
        break;
    case REPORT:
        choice->reports = kinds("report", value, load_report_names);
        break;
    default:
        choice->troubles = kinds("trouble", value, load_trouble_names);
        break;
    }
}

static void option(struct cli *cli, int which, char *value)
{
    switch (which) {
    case HELP:
        print_help();
        exit(0);
    case TABLES:
        cli->tables = tables(value);
        break;
    case CSV:
        cli->csv = true;
        break;
    case NAME:
        cli->config = value;
        break;
    case JOBS:
        cli->jobs = number("jobs", value, JOBS_MAX, false);
        break;
    case LAUNCH:
        cli->launch = true;
        break;
    case PAGES_READ:
        cli->pages = true;
        break;
    case RECORD:
        cli->record = true;
        break;
    case BASELINE:
        cli->baseline = value;
        break;
    default:
        cli->chosen = true;
        choose(&cli->choice, which, value);
    }
}

/* What the build cannot do, said before anything runs. */
static void check_choice(const struct cli *cli)
{
    const struct ioat_sim_build *build = ioat_sim_build();

    for (unsigned n = 0; cli->choice.size[n]; n++)
        if (cli->choice.size[n] > UINT32_C(1) << build->xfercap_log2)
            stop("--size %" PRIu32 ": a descriptor of this build moves at most %u bytes",
                 cli->choice.size[n], 1u << build->xfercap_log2);
    for (unsigned n = 0; n == 0 || cli->choice.channels[n]; n++)
        if (cli->choice.channels[n] > build->channels)
            stop("--channels %u: this build has %u", cli->choice.channels[n], build->channels);
        else if (cli->choice.channels[n] < 2 && cli->choice.troubles > 1)
            stop("--trouble: the last channel is not measured, so --channels 2 or more is needed");
}

void cli_read(int argc, char **argv, struct cli *cli)
{
    int which;

    *cli = (struct cli) {
        .config = cases_config(), .jobs = 1,
        .choice = { .name = "own", .size = { 64 }, .latency = { 1 } },
    };
    opterr = 0;
    while ((which = getopt_long(argc, argv, ":", cli_options, NULL)) != -1) {
        if (which == ':' || which == '?')
            stop("%s %s; --help lists the options", argv[optind - 1],
                 which == ':' ? "needs a value" : "is no option");
        option(cli, which, optarg);
    }
    if (optind < argc)
        stop("%s: no arguments are taken; --help lists the options", argv[optind]);
    if (cli->tables && cli->chosen)
        stop("--tables names cases already: drop it, or the options that describe cases");
    check_choice(cli);
}
