/* sim_host.c - the calls that only hand on: memory, faults, listeners, counts, waves. */
#include "sim_private.h"

enum ioat_status ioat_sim_map(struct ioat_sim *sim, uint64_t bus, uint64_t bytes, unsigned rights,
                              void **cpu)
{
    enum ioat_status status;

    if (!cpu)
        return IOAT_EINVAL;
    status = host_mem_map(sim->mem, bus, bytes, rights, NULL);
    *cpu = status == IOAT_OK ? host_mem_cpu(sim->mem, bus, bytes) : NULL;
    return status;
}

enum ioat_status ioat_sim_map_at(struct ioat_sim *sim, uint64_t bus, uint64_t bytes,
                                 unsigned rights, void *cpu)
{
    return cpu ? host_mem_map(sim->mem, bus, bytes, rights, cpu) : IOAT_EINVAL;
}

enum ioat_status ioat_sim_unmap(struct ioat_sim *sim, uint64_t bus)
{
    return host_mem_unmap(sim->mem, bus);
}

void *ioat_sim_cpu(struct ioat_sim *sim, uint64_t bus, uint64_t bytes)
{
    return host_mem_cpu(sim->mem, bus, bytes);
}

int ioat_sim_fault_add(struct ioat_sim *sim, const struct ioat_sim_fault *fault)
{
    return fault_add(&sim->faults, fault);
}

unsigned ioat_sim_fault_hits(const struct ioat_sim *sim, int number)
{
    return fault_hits(&sim->faults, number);
}

void ioat_sim_fault_clear(struct ioat_sim *sim)
{
    fault_clear(&sim->faults);
}

void ioat_sim_on_message(struct ioat_sim *sim, ioat_sim_message_fn *fn, void *ctx)
{
    sim->on_message = fn;
    sim->on_message_ctx = ctx;
}

void ioat_sim_on_event(struct ioat_sim *sim, ioat_sim_event_fn *fn, void *ctx)
{
    sim->on_event = fn;
    sim->on_event_ctx = ctx;
}

void ioat_sim_stats(const struct ioat_sim *sim, struct ioat_sim_stats *stats)
{
    stats_read(&sim->stats, IOAT_CHAN_MAX, sim->now, stats);
}

void ioat_sim_chan_stats(const struct ioat_sim *sim, unsigned channel,
                         struct ioat_sim_stats *stats)
{
    /* A channel that does not exist counts nothing, and is not mistaken for the sum. */
    stats_read(&sim->stats, channel < IOAT_CHAN_MAX ? channel : IOAT_CHAN_MAX + 1, sim->now, stats);
}

void ioat_sim_stats_clear(struct ioat_sim *sim)
{
    stats_clear(&sim->stats, sim->now);
}

enum ioat_status ioat_sim_wave_start(struct ioat_sim *sim)
{
    return wave_start(&sim->wave);
}

enum ioat_status ioat_sim_wave_stop(struct ioat_sim *sim)
{
    return wave_stop(&sim->wave);
}

enum ioat_status ioat_sim_wave_trigger(struct ioat_sim *sim, uint32_t offset, uint64_t clock,
                                       uint64_t clocks)
{
    return wave_trigger(&sim->wave, sim->now, offset, clock, clocks);
}
