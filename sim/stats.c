/* stats.c - an ID tells whose access it is and what it carries (decision K-60). */
#include "stats.h"

#include <string.h>

#include "pins.h"

void stats_clear(struct stats *stats, uint64_t now)
{
    memset(stats, 0, sizeof *stats);
    stats->since = now;
}

static void count_w(struct ioat_sim_stats *to, const struct ioat_sim_event *event)
{
    const bool whole = event->strobe == ~UINT64_C(0) >> (64 - event->bytes);
    const uint64_t bytes = whole ? event->bytes : (uint64_t)__builtin_popcountll(event->strobe);

    to->w_beats++;
    to->w_bytes += bytes;
    switch (axi_id_kind(event->id)) {
    case AXI_WRITE_PAYLOAD:
        if (to->data_w_beats++ == 0)
            to->first_w = event->clock;
        to->last_w = event->clock;
        to->data_w_bytes += bytes;
        break;
    case AXI_WRITE_WORD:
        to->words += event->last;
        break;
    case AXI_WRITE_MESSAGE:
        to->messages += event->last;
        break;
    }
}

void stats_count(struct stats *stats, const struct ioat_sim_event *event)
{
    struct ioat_sim_stats *to = &stats->chan[axi_id_owner(event->id)];
    const bool descriptor = axi_id_kind(event->id) == AXI_READ_DESCRIPTOR;

    switch (event->kind) {
    case IOAT_SIM_AR:
        to->ar++;
        to->desc_ar += descriptor;
        break;
    case IOAT_SIM_R:
        to->r_beats++;
        to->desc_r_beats += descriptor;
        break;
    case IOAT_SIM_AW:
        to->aw++;
        break;
    case IOAT_SIM_W:
        count_w(to, event);
        break;
    default:
        break;
    }
}

void stats_irq(struct stats *stats, uint32_t wires)
{
    for (unsigned channel = 0; wires >> channel; channel++)
        stats->chan[channel].irq_pulses += wires >> channel & 1;
}

static void add(struct ioat_sim_stats *to, const struct ioat_sim_stats *from)
{
    to->ar += from->ar;
    to->r_beats += from->r_beats;
    to->desc_ar += from->desc_ar;
    to->desc_r_beats += from->desc_r_beats;
    to->aw += from->aw;
    to->w_beats += from->w_beats;
    to->w_bytes += from->w_bytes;
    to->words += from->words;
    to->messages += from->messages;
    to->irq_pulses += from->irq_pulses;
    if (from->data_w_beats == 0)
        return;
    if (to->data_w_beats == 0 || from->first_w < to->first_w)
        to->first_w = from->first_w;
    if (from->last_w > to->last_w)
        to->last_w = from->last_w;
    to->data_w_beats += from->data_w_beats;
    to->data_w_bytes += from->data_w_bytes;
}

void stats_read(const struct stats *stats, unsigned channel, uint64_t now,
                struct ioat_sim_stats *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++)
        if (channel == n || channel == IOAT_CHAN_MAX)
            add(out, &stats->chan[n]);
    out->clocks = now - stats->since;
}
