/* timing_svg.c - a timing as SVG (timing.h). All lengths are pixels. */
#include "timing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMES = 92, COLUMN = 28, MARGIN = 14,
    TOP = 28, ROW = 30, BOX = 20, LINE = 13,       /* LINE: of the text below a register access */
    LETTER = 6, MONO = 6,                          /* widest usual letter of a label; letter of a register access */
    LEVELS = 8,                                    /* lines of register accesses in one row */
};

static const struct {
    const char *name, *brief, *fill, *stroke;
} looks[] = {
    [STORY_FETCH] = { "descriptor", "desc", "#fdd0a2", "#d9822b" },
    [STORY_SOURCE] = { "source", "src", "#c6dbef", "#4a87b9" },
    [STORY_DESTINATION] = { "destination", "dst", "#c7e9c0", "#4c9a50" },
    [STORY_WORD] = { "word", "word", "#dcd6ee", "#7a69b5" },
    [STORY_MESSAGE] = { "message", "msg", "#f9c9c9", "#c75050" },
};

struct drawing {
    const struct timing *timing;
    FILE *out;
    unsigned columns;
    int y;                                         /* top of the row's boxes */
    int right;                                     /* end of what is drawn */
};

static int x_of(unsigned column)
{
    return NAMES + COLUMN * (int)column;
}

static void name_row(const struct drawing *drawing, const char *name)
{
    fprintf(drawing->out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", NAMES - 10, drawing->y + 14, name);
}

static void name_channel(const struct drawing *drawing, const char *name, unsigned channel)
{
    char text[32];

    snprintf(text, sizeof text, drawing->timing->story->channels > 1 ? "%s %u" : "%s", name, channel);
    name_row(drawing, text);
}

static void rest(const struct drawing *drawing, unsigned begin, unsigned end)
{
    if (begin < end)
        fprintf(drawing->out, "<path class=\"wire\" d=\"M%d %dH%d\"/>\n", x_of(begin), drawing->y + BOX / 2, x_of(end));
}

/* ---- head: the clocks, and a line at the begin of each ---- */

static unsigned digits(uint64_t value)
{
    return (unsigned)snprintf(NULL, 0, "%" PRIu64, value);
}

static void head(const struct drawing *drawing, int bottom)
{
    const struct timing *timing = drawing->timing;
    const unsigned each = (digits(timing->to) * LETTER + COLUMN) / COLUMN;

    fputs("<path class=\"grid\" d=\"", drawing->out);
    for (unsigned n = 0; n <= drawing->columns; n++)
        fprintf(drawing->out, "M%d %dV%d", x_of(n), TOP - 6, bottom);
    fputs("\"/>\n", drawing->out);
    for (unsigned n = 0; n < drawing->columns; n++)
        if ((timing->from + n) % each == 0)
            fprintf(drawing->out, "<text class=\"clock\" x=\"%d\" y=\"%d\">%" PRIu64 "</text>\n",
                    x_of(n) + COLUMN / 2, TOP - 10, timing->from + n);
}

/* ---- waveforms ---- */

static void clock_row(struct drawing *drawing)
{
    name_row(drawing, "clk");
    fprintf(drawing->out, "<path class=\"wire\" d=\"M%d %d", x_of(0), drawing->y + BOX);
    for (unsigned n = 0; n < drawing->columns; n++)
        fprintf(drawing->out, "v%dh%dv%dh%d", -BOX, COLUMN / 2, BOX, COLUMN / 2);
    fputs("\"/>\n", drawing->out);
    drawing->y += ROW;
}

static void irq_row(struct drawing *drawing)
{
    const bool *irq = drawing->timing->irq;

    name_row(drawing, "irq_msix");
    fprintf(drawing->out, "<path class=\"wire\" d=\"M%d %d", x_of(0), drawing->y + (irq[0] ? 0 : BOX));
    for (unsigned n = 0; n < drawing->columns; n++)
        if (n + 1 == drawing->columns || irq[n] != irq[n + 1])
            fprintf(drawing->out, n + 1 == drawing->columns ? "H%d" : "H%dV%d", x_of(n + 1),
                    drawing->y + (irq[n] ? BOX : 0));
    fputs("\"/>\n", drawing->out);
    drawing->y += ROW;
}

/* ---- buses ---- */

static bool goes_on(const struct timing_beat *beat)
{
    return !beat[0].last && beat[1].valid && beat[1].kind == beat[0].kind && beat[1].owner == beat[0].owner;
}

/* Data without an address has no look of its own. */
static const char *class_of(const struct timing_beat *beat)
{
    return beat->known ? looks[beat->kind].name : "access";
}

/* The long name where there is room for it. */
static void label(const struct drawing *drawing, const struct timing_beat *beat, unsigned begin, unsigned end)
{
    const int room = x_of(end) - x_of(begin) - 2;
    char text[32];
    int pass = 0;

    if (!beat->known)
        return;
    do
        snprintf(text, sizeof text, drawing->timing->story->channels > 1 ? "%s %u" : "%s",
                 pass ? looks[beat->kind].brief : looks[beat->kind].name, beat->owner);
    while (!pass++ && (int)strlen(text) * LETTER > room);
    fprintf(drawing->out, "<text class=\"label\" x=\"%d\" y=\"%d\"", (x_of(begin) + x_of(end)) / 2, drawing->y + 14);
    if ((int)strlen(text) * LETTER > room)
        fprintf(drawing->out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", room);
    fprintf(drawing->out, ">%s</text>\n", text);
}

static void box(const struct drawing *drawing, const char *class, const char *more, unsigned begin, unsigned end)
{
    fprintf(drawing->out, "<rect class=\"%s%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", class, more,
            x_of(begin), drawing->y, x_of(end) - x_of(begin), BOX);
}

/* One box a clock, and one around all. */
static void burst(const struct drawing *drawing, const struct timing_beat *beat, unsigned begin, unsigned end)
{
    for (unsigned n = begin; n < end; n++)
        box(drawing, class_of(&beat[n]), !beat[n].taken ? " waits" : beat[n].empty ? " beat empty" : " beat", n, n + 1);
    box(drawing, class_of(&beat[begin]), " all", begin, end);
    label(drawing, &beat[begin], begin, end);
}

static void bus_row(struct drawing *drawing, enum timing_bus bus, const char *name)
{
    const struct timing_beat *beat = drawing->timing->beat[bus];

    fprintf(drawing->out, "<g id=\"%s\">\n", name);
    name_row(drawing, name);
    for (unsigned begin = 0, end; begin < drawing->columns; begin = end) {
        end = begin + 1;
        if (beat[begin].valid) {
            while (end < drawing->columns && goes_on(&beat[end - 1]))
                end++;
            burst(drawing, beat, begin, end);
        } else {
            while (end < drawing->columns && !beat[end].valid)
                end++;
            rest(drawing, begin, end);
        }
    }
    fputs("</g>\n", drawing->out);
    drawing->y += ROW;
}

/* The descriptor port, in a build that has it. */
static bool carries(const struct drawing *drawing, enum timing_bus bus)
{
    for (unsigned n = 0; n < drawing->columns; n++)
        if (drawing->timing->beat[bus][n].valid)
            return true;
    return false;
}

static void bus_rows(struct drawing *drawing)
{
    static const struct { enum timing_bus bus; const char *name; bool always; } rows[] = {
        { TIMING_DESC_AR, "AR-desc", false }, { TIMING_DESC_R, "R-desc", false }, { TIMING_AR, "AR", true },
        { TIMING_R, "R", true }, { TIMING_AW, "AW", true }, { TIMING_W, "W", true }, { TIMING_B, "B", true },
    };

    for (unsigned n = 0; n < sizeof rows / sizeof *rows; n++)
        if (rows[n].always || carries(drawing, rows[n].bus))
            bus_row(drawing, rows[n].bus, rows[n].name);
}

/* ---- register accesses: a box, and below it in words ---- */

static bool is_drawn(const struct drawing *drawing, const struct story_item *item, enum story_kind kind)
{
    return item->kind == kind && item->begin >= drawing->timing->from && item->begin <= drawing->timing->to;
}

/* The first line in which the text overlaps no other. */
static unsigned level_for(int taken[LEVELS], int x, int width)
{
    unsigned level = 0;

    while (level + 1 < LEVELS && taken[level] > x)
        level++;
    taken[level] = x + width + 2 * MONO;
    return level;
}

static char *words_of(const struct story_item *item)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *words = open_memstream(&text, &bytes);

    if (words) {
        story_print_register(item, words);
        fclose(words);
    }
    return text;
}

/* Returns the line of its words. */
static unsigned access_box(struct drawing *drawing, const struct story_item *item, int taken[LEVELS])
{
    const unsigned column = (unsigned)(item->begin - drawing->timing->from);
    const int x = x_of(column), end = x_of(drawing->columns);
    char *text = words_of(item);
    const int width = text ? (int)strlen(text) * MONO : 0;
    const int fits = x + width > end ? end - width - 2 : x, at = fits < MARGIN ? MARGIN : fits;
    const unsigned level = level_for(taken, at, width);

    box(drawing, "access", "", column, column + 1);
    fprintf(drawing->out, "<text class=\"words\" x=\"%d\" y=\"%d\">%s</text>\n", at,
            drawing->y + BOX + LINE * (int)(level + 1) - 2, text ? text : "");
    free(text);
    if (at + width > drawing->right)
        drawing->right = at + width;
    return level + 1;
}

static void access_row(struct drawing *drawing, enum story_kind kind, const char *name)
{
    const struct story *story = drawing->timing->story;
    int taken[LEVELS] = { 0 };
    unsigned levels = 0;

    name_row(drawing, name);
    rest(drawing, 0, drawing->columns);
    for (size_t n = 0; n < story->n; n++)
        if (is_drawn(drawing, &story->item[n], kind)) {
            const unsigned level = access_box(drawing, &story->item[n], taken);
            levels = level > levels ? level : levels;
        }
    drawing->y += ROW + LINE * (int)levels;
}

/* ---- states ---- */

static void state_box(const struct drawing *drawing, uint64_t state, unsigned begin, unsigned end)
{
    const char *name = ioat_state_name((unsigned)state);
    const int wide = x_of(end) - x_of(begin);

    fprintf(drawing->out, "<path class=\"state\" d=\"M%d %dl4 %dh%dl4 %dl-4 %dh%dz\"/>\n", x_of(begin),
            drawing->y + BOX / 2, -BOX / 2, wide - 8, BOX / 2, BOX / 2, 8 - wide);
    fprintf(drawing->out, "<text class=\"label\" x=\"%d\" y=\"%d\"", x_of(begin) + wide / 2, drawing->y + 14);
    if ((int)strlen(name) * (LETTER + 1) > wide - 6)
        fprintf(drawing->out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", wide - 6);
    fprintf(drawing->out, ">%s</text>\n", name);
}

static void state_row(struct drawing *drawing, unsigned channel)
{
    const struct timing *timing = drawing->timing;
    const struct story *story = timing->story;
    uint64_t state = story->state[channel];
    unsigned begin = 0;

    name_channel(drawing, "state", channel);
    for (size_t n = 0; n < story->n && story->item[n].begin <= timing->to; n++) {
        const struct story_item *item = &story->item[n];

        if (item->kind != STORY_STATE || item->channel != (int)channel)
            continue;
        if (item->begin > timing->from) {
            const unsigned end = (unsigned)(item->begin - timing->from);
            state_box(drawing, state, begin, end);
            begin = end;
        }
        state = item->value;
    }
    state_box(drawing, state, begin, drawing->columns);
    drawing->y += ROW;
}

/* ---- the picture ---- */

static void text_of(FILE *out, const char *text)
{
    for (; *text; text++)
        if (strchr("<>&", *text))
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
}

static void open_svg(const struct drawing *drawing, int height, const char *name)
{
    const int width = drawing->right + MARGIN;
    FILE *out = drawing->out;

    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                 "font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n<title>", width, height, width, height);
    text_of(out, name);
    fprintf(out, ", clocks %" PRIu64 " to %" PRIu64 "</title>\n<style>\n"
                 ".grid{stroke:#e4e4e4}.wire,.state,rect.access{fill:none;stroke:#444}\n"
                 ".name{text-anchor:end;font-weight:bold}.clock{text-anchor:middle;fill:#666;font-size:10px}\n"
                 ".label{text-anchor:middle;font-size:10px}.words{font-family:monospace;font-size:10px}\n"
                 ".state{fill:#f4f4f4}rect.access{fill:#ddd}.beat{stroke-opacity:.35}.empty{fill-opacity:.3}\n"
                 ".waits{fill-opacity:.3;stroke-dasharray:3 2}\n",
            drawing->timing->from, drawing->timing->to);
    for (unsigned n = STORY_FETCH; n <= STORY_MESSAGE; n++)
        fprintf(out, ".%s{fill:%s;stroke:%s}\n", looks[n].name, looks[n].fill, looks[n].stroke);
    fputs(".all{fill:none}\n</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
}

static void rows(struct drawing *drawing)
{
    drawing->y = TOP;
    drawing->right = x_of(drawing->columns);
    clock_row(drawing);
    access_row(drawing, STORY_BAR_WRITE, "BAR write");
    access_row(drawing, STORY_BAR_READ, "BAR read");
    bus_rows(drawing);
    for (unsigned n = 0; n < drawing->timing->story->channels; n++)
        state_row(drawing, n);
    irq_row(drawing);
}

/* The rows first, into memory: the head tells how high they are. */
bool timing_print_svg(const struct timing *timing, const char *name, FILE *out)
{
    struct drawing drawing = { .timing = timing, .columns = (unsigned)(timing->to - timing->from + 1) };
    char *text = NULL;
    size_t bytes = 0;
    bool good;

    drawing.out = open_memstream(&text, &bytes);
    if (!drawing.out)
        return false;
    rows(&drawing);
    good = !fclose(drawing.out);
    drawing.out = out;
    if (good) {
        open_svg(&drawing, drawing.y + MARGIN - 8, name);
        head(&drawing, drawing.y - 4);
        fputs(text, out);
        fputs("</svg>\n", out);
    }
    free(text);
    return good;
}
