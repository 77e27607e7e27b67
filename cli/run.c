/* run.c - netdma run: scenario files, their waves and views. */
#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario.h"
#include "view.h"

enum { WAVE = 1, FILTERS, JSON };

static const struct option options[] = {
    { "wave", required_argument, NULL, WAVE },
    { "filters", required_argument, NULL, FILTERS },
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "A scenario says line by line what software does to the engine and what it awaits; the\n"
    "marks of its events are printed, and memory is compared with what the copies should give.\n"
    "\n"
    "  --wave FILE.fst   record a wave, and its GTKWave view as FILE.gtkw\n"
    "  --filters DIR     where the view finds names of states and commands (./waves, or what is\n"
    "                    installed with this program)\n"
    "  --json            marks as JSON\n"
    "\n"
    "A scenario:\n"
    "\n"
    "  title   Two copies, one doorbell\n"
    "  open                          # RESET, completion word, interrupts\n"
    "  copy    a b 256 COMPL_WRITE   # two descriptors with buffers of their own\n"
    "  chain   a b\n"
    "  record\n"
    "  write   CHAINADDR a\n"
    "  write   DMACOUNT 2\n"
    "  await   word b IDLE\n"
    "  mark    everything is done\n"
    "  done    a b                   # every byte is compared\n"
    "\n"
    "One command a line, words separated by blanks; # begins a comment; r0..r7 stands for eight\n"
    "names. Values are numbers, names of descriptors (their address), word (the address of the\n"
    "channel's completion word), and names of the register's fields and codes; they are or-ed.\n"
    "\n"
    "  title TEXT                  what the scenario shows\n"
    "  view GROUP...               groups of signals for the view of a wave: bar state fetch copy\n"
    "                              reads writes interrupt messages; state2 is that of channel 2\n"
    "  channels N                  skip it on an engine with fewer channels\n"
    "  memory NAME VALUE...        read_latency, write_latency, jitter, r_stall, ...: those of\n"
    "                              struct ioat_sim_timing\n"
    "  channel N                   the lines after it mean channel N; 0 at first\n"
    "  open                        set the channel up: RESET, CHANCMP = word, error words and\n"
    "                              interrupts on, its MSI-X vector open\n"
    "\n"
    "  copy NAME... BYTES [from N] [to N] [FLAG...]   a descriptor for each name, in a row, each with\n"
    "                              source and destination pages of its own; from, to: offsets in\n"
    "                              the first page; FLAG: of CONTROL, as INT_EN, COMPL_WRITE\n"
    "  fill NAME... BYTES PATTERN [to N] [FLAG...]\n"
    "  null NAME... [FLAG...]\n"
    "  chain NAME...               NEXT leads from one to the next; of the last it is 0\n"
    "  ring NAME...                the same, and from the last to the first\n"
    "  set NAME.FIELD VALUE...     a field of a descriptor: SIZE, CONTROL, SRC, DST, NEXT, ...\n"
    "\n"
    "  write REG VALUE...          and the device has taken it\n"
    "  post REG VALUE...           queued: starts by itself, and the next line runs at once\n"
    "  expect REG[.FIELD] VALUE... read it and compare\n"
    "  fault KIND NAME ANSWER      the next access to NAME is answered so: KIND is read (of its source),\n"
    "                              write (of its destination) or fetch; ANSWER slverr, decerr, hold\n"
    "  release                     no faults any more\n"
    "\n"
    "  record                      the wave begins here,\n"
    "  stop                        and ends here, or at the end of the file\n"
    "  wait N                      clocks\n"
    "  await word [NAME] [STATE]   a completion word of the channel\n"
    "  await message               an interrupt of the channel\n"
    "  await fetch|read|write NAME the first request for this descriptor, its source, its destination\n"
    "  mark TEXT                   a marker, at what was awaited, written or read last\n"
    "\n"
    "  done NAME...                every byte is copied\n"
    "  untouched NAME...           none is\n"
    "\n"
    "Awaited is the next event after the one that the channel awaited before, or after record. An\n"
    "await has a limit of 100000 clocks. waves/*.scenario are scenarios to start from.\n";

/* JSON strings: the texts come from a file. */
static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        if ((unsigned char)*text >= ' ')
            putchar(*text);
    }
    putchar('"');
}

void scenario_must(enum scenario_end how, const struct scenario *scenario)
{
    if (how != SCENARIO_DONE)
        command_stop(how == SCENARIO_BAD ? 2 : 1, "%s", scenario->why);
}

static void print_json(const struct scenario *scenario)
{
    fputs("{\"title\":", stdout);
    print_text(scenario->title);
    printf(",\"clocks\":%" PRIu64 ",\"marks\":[", scenario->clocks);
    for (unsigned n = 0; n < scenario->marks; n++) {
        printf("%s{\"clock\":%" PRIu64 ",\"text\":", n ? "," : "", scenario->mark[n].clock);
        print_text(scenario->mark[n].text);
        putchar('}');
    }
    puts("]}");
}

static void print_marks(const struct scenario *scenario)
{
    printf("%s%s%s\n", command_bold(STDOUT_FILENO), scenario->title, command_plain(STDOUT_FILENO));
    for (unsigned n = 0; n < scenario->marks; n++)
        printf("  %c %8" PRIu64 "  %s\n", 'A' + (int)n, scenario->mark[n].clock, scenario->mark[n].text);
}

static void write_view(const char *wave, const char *filters, const struct scenario *scenario)
{
    const char *dot = strrchr(wave, '.');
    const int stem = dot && !strchr(dot, '/') ? (int)(dot - wave) : (int)strlen(wave);
    char *path, why[300];

    if (asprintf(&path, "%.*s.gtkw", stem, wave) < 0)
        command_stop(1, "out of memory");
    if (!view_write(path, wave, filters, scenario, why, sizeof why))
        command_stop(1, "%s", why);
    fprintf(stderr, "gtkwave %s\n", path);
    free(path);
}

/* In the tree, or beside the program: PREFIX/bin, PREFIX/share/netdma/waves. */
static const char *find_filters(void)
{
    static const char beside[] = "/../share/netdma/waves";
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof beside);

    if (!access("waves/chansts_state.filter", R_OK) || length < 0)
        return "waves";
    path[length] = 0;
    strcpy(strrchr(path, '/'), beside);
    return path;
}

/* A wave that cannot be written is better known before the run. */
static void check_wave(const char *path)
{
    FILE *file = path ? fopen(path, "ab") : NULL;

    if (path && !file)
        command_stop(1, "%s: %s", path, strerror(errno));
    if (file)
        fclose(file);
}

static int run(int argc, char **argv)
{
    const char *wave = NULL, *filters = find_filters();
    bool json = false;
    struct scenario scenario;

    for (int which; (which = command_option(argc, argv)) != -1; ) {
        wave = which == WAVE ? optarg : wave;
        filters = which == FILTERS ? optarg : filters;
        json |= which == JSON;
    }
    if (optind + 1 != argc)
        command_stop(2, "one scenario file is needed; waves/*.scenario are some");
    check_wave(wave);
    scenario_must(scenario_run(argv[optind], &(struct scenario_options){ .wave = wave }, &scenario), &scenario);
    if (json)
        print_json(&scenario);
    else
        print_marks(&scenario);
    if (wave)
        write_view(wave, filters, &scenario);
    return 0;
}

const struct command command_run = {
    "run", "FILE.scenario [--wave FILE.fst] [--json]", "Runs a scenario: registers, descriptors, events, a wave",
    help, options, run,
};
