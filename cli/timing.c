/* timing.c - what each bus carries, clock by clock (timing.h). */
#include "timing.h"

#include <stdlib.h>

#include "fst.h"
#include "pins.h"
#include "signals.h"

/* What tells whose a beat is: its ID, or for write data the order of the addresses. */
static const struct bus {
    const char *pins;
    bool has_id, has_last, reads;
} buses[TIMING_BUSES] = {
    [TIMING_AR] = { "m_axi_ar", true, false, true },
    [TIMING_R] = { "m_axi_r", true, true, true },
    [TIMING_AW] = { "m_axi_aw", true, false, false },
    [TIMING_W] = { "m_axi_w", false, true, false },
    [TIMING_B] = { "m_axi_b", true, false, false },
    [TIMING_DESC_AR] = { "m_axid_ar", true, false, true },
    [TIMING_DESC_R] = { "m_axid_r", true, true, true },
};

struct signals {
    int clk, irq, strobe;
    struct { int valid, ready, id, last; } bus[TIMING_BUSES];
};

struct reading {
    struct fst *fst;
    struct timing *timing;
    struct signals at;
    const char *why;
    uint8_t *write_id;                         /* of each write burst, in the order of the addresses */
    size_t addressed, room, filled;            /* filled: bursts whose data is complete */
    size_t burst[TIMING_CLOCKS];               /* of the write data in each column */
};

/* ---- signals ---- */

static int find(struct reading *reading, const char *pins, const char *name)
{
    char path[64];
    int signal;

    snprintf(path, sizeof path, SIGNALS_TOP "%s%s", pins, name);
    signal = fst_find(reading->fst, path);
    if (signal < 0)
        reading->why = "a pin of the engine's buses or interrupt is not in the wave";
    else
        fst_watch(reading->fst, signal);
    return signal;
}

static void find_all(struct reading *reading)
{
    struct signals *at = &reading->at;

    at->clk = find(reading, "clk", "");
    at->irq = find(reading, "irq_msix", "");
    at->strobe = find(reading, buses[TIMING_W].pins, "strb");
    for (unsigned n = 0; n < TIMING_BUSES; n++) {
        at->bus[n].valid = find(reading, buses[n].pins, "valid");
        at->bus[n].ready = find(reading, buses[n].pins, "ready");
        at->bus[n].id = buses[n].has_id ? find(reading, buses[n].pins, "id") : -1;
        at->bus[n].last = buses[n].has_last ? find(reading, buses[n].pins, "last") : -1;
    }
}

/* ---- beats ---- */

static void identify(struct timing_beat *beat, bool reads, unsigned id)
{
    static const enum story_kind read[] = {
        [AXI_READ_PAYLOAD] = STORY_SOURCE, [AXI_READ_DESCRIPTOR] = STORY_FETCH,
    };
    static const enum story_kind written[] = {
        [AXI_WRITE_PAYLOAD] = STORY_DESTINATION, [AXI_WRITE_WORD] = STORY_WORD,
        [AXI_WRITE_MESSAGE] = STORY_MESSAGE,
    };
    const unsigned kind = axi_id_kind(id);

    beat->known = kind < (reads ? sizeof read / sizeof *read : sizeof written / sizeof *written);
    if (beat->known)
        beat->kind = (reads ? read : written)[kind];
    beat->owner = axi_id_owner(id);
}

static struct timing_beat look_at(const struct reading *reading, enum timing_bus which)
{
    const struct fst *fst = reading->fst;
    const struct bus *bus = &buses[which];
    struct timing_beat beat = { .valid = fst_value(fst, reading->at.bus[which].valid, 0, 1) };

    if (!beat.valid)
        return beat;
    beat.taken = fst_value(fst, reading->at.bus[which].ready, 0, 1);
    beat.last = beat.taken && (!bus->has_last || fst_value(fst, reading->at.bus[which].last, 0, 1));
    beat.empty = which == TIMING_W && !fst_value(fst, reading->at.strobe, 0, 64);
    if (bus->has_id)
        identify(&beat, bus->reads, (unsigned)fst_value(fst, reading->at.bus[which].id, 0, 6));
    return beat;
}

/* From the first clock of the wave on: write data is counted. */
static void keep_write_id(struct reading *reading)
{
    if (reading->addressed == reading->room) {
        const size_t room = reading->room ? 2 * reading->room : 1024;
        uint8_t *more = realloc(reading->write_id, room);

        if (!more) {
            reading->why = "out of memory";
            return;
        }
        reading->write_id = more;
        reading->room = room;
    }
    reading->write_id[reading->addressed++] =
        (uint8_t)fst_value(reading->fst, reading->at.bus[TIMING_AW].id, 0, 6);
}

/* The half clock in which clk is high, as in the story. */
static void step(void *ctx, uint64_t time)
{
    struct reading *reading = ctx;
    struct timing *timing = reading->timing;
    const uint64_t clock = time / timing->story->period;
    const uint64_t column = clock - timing->from;

    if (!fst_value(reading->fst, reading->at.clk, 0, 1) || reading->why)
        return;
    if (look_at(reading, TIMING_AW).taken)
        keep_write_id(reading);
    if (clock >= timing->from && clock <= timing->to) {
        for (unsigned n = 0; n < TIMING_BUSES; n++)
            timing->beat[n][column] = look_at(reading, n);
        timing->irq[column] = fst_value(reading->fst, reading->at.irq, 0, 64) != 0;
        reading->burst[column] = reading->filled;
    }
    reading->filled += look_at(reading, TIMING_W).last;
}

/* Write data may come before its address. */
static void identify_write_data(struct reading *reading)
{
    for (uint64_t n = 0; n <= reading->timing->to - reading->timing->from; n++)
        if (reading->burst[n] < reading->addressed)
            identify(&reading->timing->beat[TIMING_W][n], false, reading->write_id[reading->burst[n]]);
}

bool timing_read(const char *path, const struct story *story, uint64_t from, uint64_t to, struct timing *timing,
                 const char **why)
{
    struct reading reading = { .timing = timing };

    *timing = (struct timing){ .story = story, .from = from, .to = to };
    reading.fst = fst_open(path, &reading.why);
    if (reading.fst) {
        reading.why = NULL;
        find_all(&reading);
        if (!reading.why)
            fst_play(reading.fst, step, &reading);
        if (!reading.why)
            identify_write_data(&reading);
        fst_close(reading.fst);
    }
    free(reading.write_id);
    *why = reading.why;
    return !reading.why;
}
