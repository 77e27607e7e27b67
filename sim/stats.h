/* stats.h - counts of what the masters did, by channel. */
#ifndef IOAT_STATS_H
#define IOAT_STATS_H

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "pins.h"

struct stats {
    struct ioat_sim_stats chan[IOAT_CHAN_MAX];
    uint64_t since;            /* clock of the last clear */
};

void stats_clear(struct stats *stats, uint64_t now);
/* A handshake with this ID. */
void stats_ar(struct stats *stats, unsigned id);
void stats_r(struct stats *stats, unsigned id);
void stats_aw(struct stats *stats, unsigned id);
void stats_w(struct stats *stats, unsigned id, const struct axi_w *w, unsigned bus_bytes, uint64_t clock);
/* One clock of the irq_msix wires, one bit a channel. */
void stats_irq(struct stats *stats, uint32_t wires);

/* One channel, or the sum of all with channel IOAT_CHAN_MAX. */
void stats_read(const struct stats *stats, unsigned channel, uint64_t now,
                struct ioat_sim_stats *out);

#endif
