/* stats.c - an ID tells whose access it is and what it carries (decision K-60). */
#include "stats.h"

#include <string.h>

void stats_clear(struct stats *stats, uint64_t now)
{
    memset(stats, 0, sizeof *stats);
    stats->since = now;
}

static struct ioat_sim_stats *owner(struct stats *stats, unsigned id)
{
    return &stats->chan[axi_id_owner(id)];
}

void stats_ar(struct stats *stats, unsigned id)
{
    owner(stats, id)->ar++;
    owner(stats, id)->desc_ar += axi_id_kind(id) == AXI_READ_DESCRIPTOR;
}

void stats_r(struct stats *stats, unsigned id)
{
    owner(stats, id)->r_beats++;
    owner(stats, id)->desc_r_beats += axi_id_kind(id) == AXI_READ_DESCRIPTOR;
}

void stats_aw(struct stats *stats, unsigned id)
{
    owner(stats, id)->aw++;
}

void stats_w(struct stats *stats, unsigned id, const struct axi_w *w, unsigned bus_bytes, uint64_t clock)
{
    struct ioat_sim_stats *to = owner(stats, id);
    const bool whole = w->strobe == ~UINT64_C(0) >> (64 - bus_bytes);
    const uint64_t bytes = whole ? bus_bytes : (uint64_t)__builtin_popcountll(w->strobe);

    to->w_beats++;
    to->w_bytes += bytes;
    switch (axi_id_kind(id)) {
    case AXI_WRITE_PAYLOAD:
        if (to->data_w_beats++ == 0)
            to->first_w = clock;
        to->last_w = clock;
        to->data_w_bytes += bytes;
        break;
    case AXI_WRITE_WORD:
        to->words += w->last;
        break;
    case AXI_WRITE_MESSAGE:
        to->messages += w->last;
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
