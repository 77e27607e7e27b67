/* copy.c - netdma copy: a file goes through the engine and comes out the same.
 *
 *   file --> source memory --> engine, all channels in turn --> destination memory --> file
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "ioat.h"
#include "ioat_sim.h"

enum {
    RING_LOG2 = 8,
    PIECE = 8192,                  /* bytes of a request, unless --piece says otherwise */
    LATENCY_MAX = 10000,
    PATIENCE = 1000000,            /* clocks for any completion */
    BYTES_MAX = 256 << 20,
};
#define SRC_BUS UINT64_C(0x40000000)
#define DST_BUS UINT64_C(0x80000000)

enum { PIECES = 1, LATENCY, CHANNELS, COUNTERS, JSON };

static const struct option options[] = {
    { "piece", required_argument, NULL, PIECES },
    { "latency", required_argument, NULL, LATENCY },
    { "channels", required_argument, NULL, CHANNELS },
    { "counters", no_argument, NULL, COUNTERS },
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Reads FROM into the memory of the simulated machine, has the engine copy it, compares every\n"
    "byte and writes TO (a file, or a folder). At most 256 MiB.\n"
    "\n"
    "  --piece N         bytes of a request, 1 to 1048576 (8192)\n"
    "  --latency N       clocks from a read request to its first data, 1 to 10000 (1)\n"
    "  --channels N      how many work (all)\n"
    "  --counters        what the clocks of each channel went into\n"
    "  --json            figures, and counters, as JSON\n"
    "\n"
    "  @ --counters README.md /tmp/copy\n"
    "  @ --latency 250 --piece 512 README.md /tmp/copy\n";

struct lane {
    struct ioat_chan *chan;
    struct ioat_counters counters;
};

struct copy {
    uint64_t piece;
    unsigned latency, channels;
    bool counters, json;
    uint64_t bytes, asked, done, requests;
    struct ioat_sim *sim;
    struct ioat *dev;
    uint8_t *src, *dst;
    struct lane lane[IOAT_CHAN_MAX];
};

static void must(enum ioat_status status, const char *what)
{
    if (status)
        command_stop(1, "%s: %s", what, ioat_strstatus(status));
}

/* ---- files ---- */

static uint64_t size_of(const char *path)
{
    struct stat info;

    if (stat(path, &info))
        command_stop(1, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        command_stop(1, "%s: not an ordinary file", path);
    if (info.st_size > BYTES_MAX)
        command_stop(1, "%s: larger than 256 MiB", path);
    return (uint64_t)info.st_size;
}

static void read_file(struct copy *copy, const char *path)
{
    FILE *file = fopen(path, "rb");

    if (!file || fread(copy->src, 1, copy->bytes, file) != copy->bytes)
        command_stop(1, "%s: %s", path, !file || ferror(file) ? strerror(errno) : "became shorter");
    fclose(file);
}

/* TO, or a file of FROM's name in it. */
static const char *target(const char *from, const char *to)
{
    static char path[PATH_MAX];
    const char *slash = strrchr(from, '/');
    struct stat info;

    if (stat(to, &info) || !S_ISDIR(info.st_mode))
        return to;
    snprintf(path, sizeof path, "%s/%s", to, slash ? slash + 1 : from);
    return path;
}

static void write_file(const struct copy *copy, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file)
        command_stop(1, "%s: %s", path, strerror(errno));
    bool good = fwrite(copy->dst, 1, copy->bytes, file) == copy->bytes;
    if (fclose(file) || !good)
        command_stop(1, "%s: %s", path, strerror(errno));
}

/* ---- the engine ---- */

static void open_engine(struct copy *copy)
{
    const uint64_t mapped = (copy->bytes + IOAT_PAGE_BYTES) / IOAT_PAGE_BYTES * IOAT_PAGE_BYTES;
    struct ioat_sim_config config;
    struct ioat_platform platform;
    struct ioat_chan_config chan;
    void *src, *dst;

    ioat_sim_config_init(&config);
    config.timing.read_latency = config.timing.write_latency = copy->latency;
    must(ioat_sim_open(&config, &copy->sim), "the simulator");
    must(ioat_sim_map(copy->sim, SRC_BUS, mapped, IOAT_SIM_READ, &src), "memory");
    must(ioat_sim_map(copy->sim, DST_BUS, mapped, IOAT_SIM_WRITE, &dst), "memory");
    copy->src = src;
    copy->dst = dst;
    must(ioat_sim_platform(copy->sim, &platform), "the platform");
    must(ioat_open(&platform, &copy->dev), "the engine");
    ioat_chan_config_init(&chan);
    chan.ring_log2 = RING_LOG2;
    for (unsigned n = 0; n < copy->channels; n++)
        must(ioat_chan_open(copy->dev, n, &chan, &copy->lane[n].chan), "a channel");
    ioat_sim_stats_clear(copy->sim);
}

static void close_engine(struct copy *copy)
{
    for (unsigned n = 0; n < copy->channels; n++)
        must(ioat_chan_close(copy->lane[n].chan), "closing a channel");
    must(ioat_close(copy->dev), "closing the engine");
    ioat_sim_close(copy->sim);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A tag is the length of its request. */
static void ask(struct copy *copy, struct lane *lane)
{
    const uint64_t len = least(copy->piece, copy->bytes - copy->asked);

    must(ioat_copy(lane->chan, DST_BUS + copy->asked, SRC_BUS + copy->asked, len, 0, (void *)(uintptr_t)len),
         "preparing a copy");
    copy->asked += len;
    copy->requests++;
}

static void fill(struct copy *copy)
{
    for (unsigned n = 0; n < copy->channels; n++) {
        for (unsigned batch = 0; batch < 16 && copy->asked < copy->bytes && ioat_room(copy->lane[n].chan); batch++)
            ask(copy, &copy->lane[n]);
        must(ioat_submit(copy->lane[n].chan), "the doorbell");
    }
}

static void take(struct copy *copy, struct lane *lane)
{
    const uint64_t patience = (uint64_t)PATIENCE * 1000 / ioat_sim_build()->clock_mhz;
    struct ioat_done done[64];
    unsigned count;

    if (!ioat_outstanding(lane->chan))
        return;
    must(ioat_wait(lane->chan, done, sizeof done / sizeof *done, &count, patience), "the engine");
    for (unsigned n = 0; n < count; n++) {
        must(done[n].status, "a copy");
        copy->done += (uintptr_t)done[n].tag;
    }
}

static void progress(const struct copy *copy, bool end)
{
    static unsigned shown = 101;
    const unsigned percent = (unsigned)(copy->bytes ? copy->done * 100 / copy->bytes : 100);

    if (!isatty(STDERR_FILENO) || percent == shown)
        return;
    shown = percent;
    fprintf(stderr, end ? "\r         \r" : "\r%3u %%", percent);
}

static void run_engine(struct copy *copy)
{
    while (copy->done < copy->bytes) {
        fill(copy);
        for (unsigned n = 0; n < copy->channels; n++)
            take(copy, &copy->lane[n]);
        progress(copy, false);
    }
    progress(copy, true);
    for (uint64_t at = 0; at < copy->bytes; at++)
        if (copy->dst[at] != copy->src[at])
            command_stop(1, "byte %" PRIu64 " is 0x%02x, not 0x%02x", at, copy->dst[at], copy->src[at]);
}

/* ---- figures ---- */

static void print_text(const struct copy *copy, uint64_t clocks)
{
    const double each = clocks ? (double)copy->bytes / (double)clocks : 0;

    printf("%" PRIu64 " bytes in %" PRIu64 " requests on %u channel%s, %" PRIu64 " clocks: %.2f bytes a clock, "
           "%.0f MB/s at %u MHz\n",
           copy->bytes, copy->requests, copy->channels, copy->channels > 1 ? "s" : "", clocks, each,
           each * ioat_sim_build()->clock_mhz, ioat_sim_build()->clock_mhz);
    for (unsigned n = 0; copy->counters && n < copy->channels; n++) {
        if (!copy->lane[n].counters.active)
            continue;
        printf("%schannel %u%s\n", command_bold(STDOUT_FILENO), n, command_plain(STDOUT_FILENO));
        ioat_counters_print(&copy->lane[n].counters, stdout);
    }
}

static void print_json(const struct copy *copy, uint64_t clocks)
{
    printf("{\"bytes\":%" PRIu64 ",\"requests\":%" PRIu64 ",\"clocks\":%" PRIu64 ",\"clock_mhz\":%u,\"channels\":[",
           copy->bytes, copy->requests, clocks, ioat_sim_build()->clock_mhz);
    for (unsigned n = 0; n < copy->channels; n++) {
        const struct ioat_counters *of = &copy->lane[n].counters;
        printf("%s{\"channel\":%u", n ? "," : "", n);
        if (copy->counters)
            printf(",\"active\":%" PRIu64 ",\"moving\":%" PRIu64 ",\"blocked\":%" PRIu64 ",\"reads\":%" PRIu64
                   ",\"writes\":%" PRIu64 ",\"starved\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"descriptors\":%" PRIu64
                   ",\"confirmed\":%" PRIu64 ",\"dropped\":%" PRIu64,
                   of->active, of->moving, of->blocked, of->reads, of->writes, of->starved, of->bytes,
                   of->descriptors, of->confirmed, of->dropped);
        putchar('}');
    }
    puts("]}");
}

static void parse(struct copy *copy, int argc, char **argv)
{
    const struct ioat_sim_build *build = ioat_sim_build();

    for (int which; (which = command_option(argc, argv)) != -1; )
        switch (which) {
        case PIECES:
            copy->piece = command_number("--piece", optarg, 1, 1 << 20);
            break;
        case LATENCY:
            copy->latency = (unsigned)command_number("--latency", optarg, 1, LATENCY_MAX);
            break;
        case CHANNELS:
            copy->channels = (unsigned)command_number("--channels", optarg, 1, build->channels);
            break;
        case COUNTERS:
            copy->counters = true;
            break;
        default:
            copy->json = true;
        }
    if (optind + 2 != argc)
        command_stop(2, "FROM and TO are needed; --help tells more");
    if (copy->counters && !build->perf)
        command_stop(1, "this build of the engine has no counters (PERF = 0)");
}

static int run(int argc, char **argv)
{
    struct copy copy = { .piece = PIECE, .latency = 1, .channels = ioat_sim_build()->channels };
    struct ioat_sim_stats stats;
    uint64_t clocks;

    parse(&copy, argc, argv);
    copy.bytes = size_of(argv[optind]);
    open_engine(&copy);
    read_file(&copy, argv[optind]);
    run_engine(&copy);
    for (unsigned n = 0; copy.counters && n < copy.channels; n++)
        must(ioat_chan_counters(copy.lane[n].chan, &copy.lane[n].counters), "the counters");
    write_file(&copy, target(argv[optind], argv[optind + 1]));
    ioat_sim_stats(copy.sim, &stats);
    clocks = stats.data_w_beats ? stats.last_w - stats.first_w + 1 : 0;
    if (copy.json)
        print_json(&copy, clocks);
    else
        print_text(&copy, clocks);
    close_engine(&copy);
    return 0;
}

const struct command command_copy = {
    "copy", "FROM TO [--piece N] [--latency N] [--channels N] [--counters] [--json]",
    "Copies a file through the simulated engine", help, options, run,
};
