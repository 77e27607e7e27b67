/* meter.c - counts by channel, and two clocks (meter.h). */
#include "meter.h"

#include <string.h>

#include "pins.h"

void meter_open(struct meter *meter, const struct meter_plan *plan)
{
    memset(meter, 0, sizeof *meter);
    meter->plan = *plan;
}

/* ---- the window ---- */

static unsigned reference(const struct meter *meter)
{
    return (unsigned)__builtin_ctz(meter->plan.channels);
}

static bool warm(const struct meter *meter, uint64_t clock)
{
    const uint64_t bytes = (uint64_t)meter->plan.warm_transfers * meter->plan.size;

    for (uint32_t left = meter->plan.channels; left; left &= left - 1)
        if (meter->now.bytes[__builtin_ctz(left)] < bytes)
            return false;
    return clock >= meter->plan.warm_clock;
}

/* A prefetch that fills up reads more than it uses, and that is no steady state. */
static bool settled(struct meter *meter)
{
    const uint64_t before = meter->ahead;

    meter->ahead = meter->now.desc_reads - meter_bytes(&meter->now) / meter->plan.size;
    return meter->ahead <= before || meter->settled_rounds++ == meter->plan.settle_rounds;
}

/* The reference channel has completed a transfer in this clock. */
static void boundary(struct meter *meter, uint64_t transfers, uint64_t clock)
{
    if (meter->done || transfers % meter->plan.round != 0)
        return;
    if (!meter->begun) {
        meter->begun = warm(meter, clock) && settled(meter);
        meter->begin = clock;
        meter->begin_transfers = transfers;
        meter->at_begin = meter->now;
        return;
    }
    meter->done = clock - meter->begin >= meter->plan.window_clocks
        && transfers - meter->begin_transfers >= meter->plan.window_transfers;
    meter->end = clock;
    meter->at_end = meter->now;
}

static void count_payload(struct meter *meter, const struct ioat_sim_event *event)
{
    const unsigned channel = axi_id_owner(event->id);

    meter->now.bytes[channel] += (uint64_t)__builtin_popcountll(event->strobe);
    if (channel == reference(meter) && meter->now.bytes[channel] % meter->plan.size == 0)
        boundary(meter, meter->now.bytes[channel] / meter->plan.size, event->clock);
}

static void count_request(struct meter *meter, const struct ioat_sim_event *event)
{
    if (axi_id_kind(event->id) != AXI_READ_DESCRIPTOR)
        return;
    meter->now.desc_reads += meter_beats(IOAT_DESC_BYTES, event->addr, event->bytes);
    meter->now.desc_beats += event->bytes / (ioat_sim_build()->data_bits / 8);
}

static void count_write(struct meter *meter, const struct ioat_sim_event *event)
{
    switch (axi_id_kind(event->id)) {
    case AXI_WRITE_PAYLOAD:
        count_payload(meter, event);
        break;
    case AXI_WRITE_WORD:
        meter->now.words++;
        break;
    case AXI_WRITE_MESSAGE:
        meter->now.messages++;
        break;
    }
}

void meter_event(struct meter *meter, const struct ioat_sim_event *event)
{
    if (event->kind != IOAT_SIM_AR && event->kind != IOAT_SIM_W)
        return;
    if (!(meter->plan.channels >> axi_id_owner(event->id) & 1))
        return;
    if (event->kind == IOAT_SIM_AR)
        count_request(meter, event);
    else
        count_write(meter, event);
}

struct meter_count meter_window(const struct meter *meter)
{
    struct meter_count in = meter->at_end;

    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++)
        in.bytes[n] -= meter->at_begin.bytes[n];
    in.desc_reads -= meter->at_begin.desc_reads;
    in.desc_beats -= meter->at_begin.desc_beats;
    in.words -= meter->at_begin.words;
    in.messages -= meter->at_begin.messages;
    return in;
}

uint64_t meter_bytes(const struct meter_count *count)
{
    uint64_t sum = 0;

    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++)
        sum += count->bytes[n];
    return sum;
}

/* ---- the bound ---- */

uint64_t meter_beats(unsigned bus_bytes, uint64_t addr, uint64_t bytes)
{
    return bytes ? (addr + bytes - 1) / bus_bytes - addr / bus_bytes + 1 : 0;
}

double meter_least_clocks(const struct meter_cost *cost, bool desc_port)
{
    const double read = (double)(desc_port ? cost->src : cost->src + cost->desc);
    const double write = (double)cost->dst + cost->other_w;
    double least = read > write ? read : write;

    if (desc_port && least < (double)cost->desc)
        least = (double)cost->desc;
    return least;
}

double meter_bound(unsigned bus_bytes, uint32_t size, const struct meter_cost *cost,
                   bool desc_port)
{
    return size / (bus_bytes * meter_least_clocks(cost, desc_port));
}
