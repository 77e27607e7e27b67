/* view.c - see view.h. The table says once what is worth seeing, and how it is shown. */
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fst.h"
#include "ioat_regs.h"
#include "ioat_sim.h"
#include "pins.h"
#include "signals.h"

/* GTKWave's bits for how a trace is shown. */
enum {
    SHOWN_HEX = 0x2, SHOWN_DECIMAL = 0x4, SHOWN_BINARY = 0x8, SHOWN_RIGHT = 0x20, SHOWN_FILTERED = 0x2000,
    SHOWN_COMMENT = 0x200,
};

/* How a value is shown: as bits, a number, or the names of a filter. */
enum shown { BITS, HEX, DECIMAL, STATE, PHASE, COMMAND, ERROR, OFFSET, READ_ID, WRITE_ID };

static const char *const filter_of[] = {
    [STATE] = "chansts_state", [PHASE] = "phase", [COMMAND] = "chancmd", [ERROR] = "chanerr",
    [OFFSET] = "offset", [READ_ID] = "read_id", [WRITE_ID] = "write_id",
};

struct trace {
    const char *name;              /* % is the channel */
    enum shown shown;
};

#define PIN     SIGNALS_TOP
#define WITHIN  SIGNALS_ENGINE "chan[%].channel."

static const struct trace bar[] = {
    { PIN "s_axil_awvalid", BITS }, { PIN "s_axil_awaddr", OFFSET }, { PIN "s_axil_wdata", HEX },
    { PIN "s_axil_wstrb", HEX }, { PIN "s_axil_arvalid", BITS }, { PIN "s_axil_araddr", OFFSET },
    { PIN "s_axil_rvalid", BITS }, { PIN "s_axil_rdata", HEX }, { NULL, BITS },
};
static const struct trace state[] = {
    { WITHIN "regs.state", STATE }, { WITHIN "control.phase", PHASE }, { WITHIN "control.cmd", COMMAND },
    { WITHIN "control.cmd_pending", COMMAND }, { WITHIN "regs.dmacount", DECIMAL },
    { WITHIN "regs.chansts", HEX }, { WITHIN "regs.chanerr", ERROR }, { NULL, BITS },
};
static const struct trace fetch[] = {
    { WITHIN "fetch.m_ar_req", BITS }, { WITHIN "fetch.m_ar_addr", HEX }, { WITHIN "fetch.awaited", DECIMAL },
    { WITHIN "fetch.stale", DECIMAL }, { WITHIN "fetch.depth", DECIMAL }, { WITHIN "fetch.used", DECIMAL },
    { WITHIN "fetch.m_desc_valid", BITS }, { WITHIN "fetch.at_end", BITS }, { NULL, BITS },
};
static const struct trace copy[] = {
    { WITHIN "start.m_read_valid", BITS }, { WITHIN "start.m_read_addr", HEX },
    { WITHIN "start.m_write_valid", BITS }, { WITHIN "start.m_write_addr", HEX },
    { WITHIN "reader.idle", BITS }, { WITHIN "writer.open", BITS }, { WITHIN "retire.m_done", BITS },
    { WITHIN "retire.fail", BITS }, { WITHIN "control.kill", BITS }, { NULL, BITS },
};
static const struct trace reads[] = {
    { PIN "m_axi_arvalid", BITS }, { PIN "m_axi_arready", BITS }, { PIN "m_axi_arid", READ_ID },
    { PIN "m_axi_araddr", HEX }, { PIN "m_axi_arlen", DECIMAL }, { PIN "m_axi_rvalid", BITS },
    { PIN "m_axi_rid", READ_ID }, { PIN "m_axi_rresp", HEX }, { PIN "m_axi_rlast", BITS }, { NULL, BITS },
};
static const struct trace writes[] = {
    { PIN "m_axi_awvalid", BITS }, { PIN "m_axi_awready", BITS }, { PIN "m_axi_awid", WRITE_ID },
    { PIN "m_axi_awaddr", HEX }, { PIN "m_axi_awlen", DECIMAL }, { PIN "m_axi_wvalid", BITS },
    { PIN "m_axi_wstrb", HEX }, { PIN "m_axi_wlast", BITS }, { PIN "m_axi_bvalid", BITS },
    { PIN "m_axi_bid", WRITE_ID }, { PIN "m_axi_bresp", HEX }, { NULL, BITS },
};
static const struct trace interrupt[] = {
    { WITHIN "irq.event_in", BITS }, { WITHIN "irq.pending", BITS }, { WITHIN "irq.waited", DECIMAL },
    { WITHIN "irq.delay", DECIMAL }, { WITHIN "irq.disabled", BITS }, { WITHIN "irq.rearm", BITS },
    { WITHIN "irq.fire", BITS }, { NULL, BITS },
};
static const struct trace messages[] = { { PIN "irq_msix", BITS }, { PIN "irq_intx", BITS }, { NULL, BITS } };

static const struct group {
    const char *name;
    bool per_channel;
    const char *text;
    const struct trace *trace;
} groups[] = {
    { "bar", false, "registers", bar },
    { "state", true, "channel", state },
    { "fetch", true, "descriptors of channel", fetch },
    { "copy", true, "copying of channel", copy },
    { "reads", false, "reads", reads },
    { "writes", false, "writes", writes },
    { "interrupt", true, "interrupt of channel", interrupt },
    { "messages", false, "interrupt wires", messages },
};
enum { GROUPS = sizeof groups / sizeof *groups };

struct view {
    FILE *out;
    const struct fst *fst;
    unsigned lines;
    char filters[PATH_MAX];        /* folder of the generated filters, */
    char own[PATH_MAX];            /*   of those that are written here */
    char *why;
    unsigned room;
};

static bool fail(struct view *view, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct view *view, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(view->why, view->room, format, args);
    va_end(args);
    return false;
}

/* ---- filters ---- */

static FILE *open_filter(struct view *view, enum shown shown)
{
    char path[2 * PATH_MAX];

    snprintf(path, sizeof path, "%s/%s.filter", view->own, filter_of[shown]);
    FILE *out = fopen(path, "w");
    if (!out)
        fail(view, "%s: %s", path, strerror(errno));
    return out;
}

static bool write_id_filter(struct view *view, enum shown shown, const char *const kind[3])
{
    FILE *out = open_filter(view, shown);

    for (unsigned id = 0; out && id < AXI_IDS; id++)
        if (axi_id_kind(id) < 3 && kind[axi_id_kind(id)])
            fprintf(out, "%02x %s %u\n", id, kind[axi_id_kind(id)], axi_id_owner(id));
    return out && !fclose(out);
}

static bool write_offset_filter(struct view *view)
{
    FILE *out = open_filter(view, OFFSET);

    for (uint32_t offset = 0; out && offset < IOAT_BAR_BYTES; offset++) {
        unsigned index;
        const struct ioat_reg_info *reg = ioat_reg_at(offset, &index);
        unsigned again;

        if (!reg || (offset && ioat_reg_at(offset - 1, &again) == reg && again == index))
            continue;
        if (reg->space == IOAT_GLOBAL)
            fprintf(out, "%04x %s\n", (unsigned)offset, reg->name);
        else
            fprintf(out, "%04x %s %u\n", (unsigned)offset, reg->name, index);
    }
    return out && !fclose(out);
}

static bool write_filters(struct view *view)
{
    static const char *const read_kind[3] = { "data", "descriptor", NULL };
    static const char *const write_kind[3] = { "data", "word", "message" };

    return write_id_filter(view, READ_ID, read_kind) && write_id_filter(view, WRITE_ID, write_kind) &&
           write_offset_filter(view);
}

/* ---- traces ---- */

static bool print_trace(struct view *view, const struct trace *trace, unsigned channel)
{
    char path[160];
    const char *percent = strchr(trace->name, '%');
    const unsigned shown = trace->shown == BITS ? SHOWN_BINARY : trace->shown == DECIMAL ? SHOWN_DECIMAL : SHOWN_HEX;
    const bool filtered = trace->shown >= STATE;
    int signal;

    if (percent)
        snprintf(path, sizeof path, "%.*s%u%s", (int)(percent - trace->name), trace->name, channel, percent + 1);
    else
        snprintf(path, sizeof path, "%s", trace->name);
    signal = fst_find(view->fst, path);
    if (signal < 0)
        return fail(view, "the wave has no signal %s", path);
    fprintf(view->out, "@%x\n", shown | SHOWN_RIGHT | (filtered ? SHOWN_FILTERED : 0u));
    if (filtered)
        fprintf(view->out, "^1 %s/%s.filter\n", trace->shown >= OFFSET ? view->own : view->filters,
                filter_of[trace->shown]);
    fprintf(view->out, "%s%s\n", path, fst_range(view->fst, signal));
    view->lines++;
    return true;
}

static bool print_group(struct view *view, const char *word)
{
    const size_t length = strcspn(word, "0123456789");
    const unsigned channel = (unsigned)strtoul(word + length, NULL, 10);
    const struct group *group = groups;

    while (group < groups + GROUPS && (strlen(group->name) != length || strncmp(group->name, word, length)))
        group++;
    if (group == groups + GROUPS || (word[length] && !group->per_channel))
        return fail(view, "view %s: no such group of signals", word);
    fprintf(view->out, "@%x\n-%s", SHOWN_COMMENT, group->text);
    if (group->per_channel)
        fprintf(view->out, " %u", channel);
    fputc('\n', view->out);
    view->lines++;
    for (const struct trace *trace = group->trace; trace->name; trace++)
        if (!print_trace(view, trace, channel))
            return false;
    return true;
}

static bool print_groups(struct view *view, const char *words)
{
    char list[SCENARIO_TEXT], *save = NULL;

    snprintf(list, sizeof list, "%s", *words ? words : "bar state reads writes messages");
    for (char *word = strtok_r(list, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
        if (!print_group(view, word))
            return false;
    return true;
}

/* ---- head: zoom and markers ---- */

static uint64_t picoseconds(uint64_t clock)
{
    return clock * 1000000 / ioat_sim_build()->clock_mhz;
}

/* GTKWave's zoom is the logarithm of the picoseconds that 200 pixels stand for. */
static double frame_for(uint64_t span, unsigned pixels)
{
    return 200.0 * (double)(span ? span : 1) / pixels;
}

/* The letter, and the text where its neighbours leave room for it at first sight. */
static void print_marker(FILE *out, const struct scenario *scenario, unsigned n, double frame)
{
    enum { CHARACTER = 6, LETTERS = 2 };         /* pixels; around a neighbour's own label */
    const struct scenario_mark *mark = &scenario->mark[n];
    const double wide = (double)((strlen(mark->text) + LETTERS) * CHARACTER);
    bool room = true;

    for (unsigned other = n ? n - 1 : 0; other < scenario->marks && other <= n + 1; other++) {
        const uint64_t at = scenario->mark[other].clock;
        const uint64_t apart = at > mark->clock ? at - mark->clock : mark->clock - at;
        room &= other == n || (double)picoseconds(apart) * 200 / frame > wide;
    }
    fprintf(out, "[markername] %c%c%s%s\n", 'A' + (int)n, 'A' + (int)n, room ? " " : "", room ? mark->text : "");
}

static void print_head(const struct view *view, FILE *out, const char *wave, const struct scenario *scenario)
{
    enum { WIDTH = 1280, NAMES = 270, WAVES = WIDTH - NAMES - 90, AROUND = 150, LINE = 21, HEIGHT_MAX = 1400 };
    const unsigned height = AROUND + LINE * view->lines < HEIGHT_MAX ? AROUND + LINE * view->lines : HEIGHT_MAX;
    uint64_t first, last;
    double frame;

    fst_times(view->fst, &first, &last);
    frame = frame_for(last - first, WAVES);
    fprintf(out, "[*] %s\n[dumpfile] \"%s\"\n[timestart] %" PRIu64 "\n[size] %d %u\n[pos] 0 0\n*-%.3f %" PRIu64,
            scenario->title, wave, first, WIDTH, height, log2(frame),
            scenario->marks ? picoseconds(scenario->mark[0].clock) : first);
    for (unsigned n = 0; n < SCENARIO_MARKS; n++)
        fprintf(out, n < scenario->marks ? " %" PRId64 : " -1",
                n < scenario->marks ? (int64_t)picoseconds(scenario->mark[n].clock) : -1);
    fputc('\n', out);
    for (unsigned n = 0; n < scenario->marks; n++)
        print_marker(out, scenario, n, frame);
    fprintf(out, "[sst_expanded] 0\n[signals_width] %d\n", NAMES);
}

/* The groups first, into memory: the head tells how high they are. */
static bool print_view(struct view *view, const char *path, const char *wave, const struct scenario *scenario)
{
    char *traces = NULL;
    size_t bytes = 0;
    FILE *file = NULL;
    bool good;

    view->out = open_memstream(&traces, &bytes);
    if (!view->out)
        return fail(view, "out of memory");
    good = print_groups(view, scenario->view);
    good = !fclose(view->out) && good;
    if (good && !(file = fopen(path, "w")))
        good = fail(view, "%s: %s", path, strerror(errno));
    if (file) {
        print_head(view, file, wave, scenario);
        fputs(traces, file);
        good = !fclose(file) || fail(view, "%s: %s", path, strerror(errno));
    }
    free(traces);
    return good;
}

/* Full path of a file or folder that is there. */
static bool resolve(struct view *view, const char *path, char full[PATH_MAX])
{
    return realpath(path, full) || fail(view, "%s: %s", path, strerror(errno));
}

bool view_write(const char *path, const char *wave, const char *filters, const struct scenario *scenario,
                char *why, unsigned room)
{
    struct view view = { .why = why, .room = room };
    char folder[PATH_MAX], wave_path[PATH_MAX];
    const char *what, *slash = strrchr(path, '/');
    struct fst *fst;
    bool good;

    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    if (!resolve(&view, filters, view.filters) || !resolve(&view, wave, wave_path) || !resolve(&view, folder, view.own))
        return false;
    fst = fst_open(wave, &what);
    if (!fst)
        return fail(&view, "%s: %s", wave, what);
    view.fst = fst;
    good = write_filters(&view) && print_view(&view, path, wave_path, scenario);
    fst_close(fst);
    return good;
}
