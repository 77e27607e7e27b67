/* scenario_direct.c - the device of a scenario: by default the calls of ioat_sim.h. */
#include "scenario_priv.h"

static enum ioat_status direct_open(void *ctx, const struct ioat_sim_config *config, struct ioat_sim **sim)
{
    (void)ctx;
    return ioat_sim_open(config, sim);
}

static void direct_close(void *ctx, struct ioat_sim *sim)
{
    (void)ctx;
    ioat_sim_close(sim);
}

static enum ioat_status direct_map(void *ctx, struct ioat_sim *sim, uint64_t bus, uint64_t bytes,
                                   unsigned rights, void **cpu)
{
    (void)ctx;
    return ioat_sim_map(sim, bus, bytes, rights, cpu);
}

static enum ioat_status direct_read(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                    uint64_t *value)
{
    (void)ctx;
    return ioat_sim_bar_read(sim, offset, width, value);
}

static enum ioat_status direct_write(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                     uint64_t value)
{
    (void)ctx;
    return ioat_sim_bar_write(sim, offset, width, value);
}

static enum ioat_status direct_step(void *ctx, struct ioat_sim *sim, uint64_t clocks)
{
    (void)ctx;
    return ioat_sim_step(sim, clocks);
}

static enum ioat_status direct_wait(void *ctx, struct ioat_sim *sim, bool (*cond)(void *ctx), void *cond_ctx,
                                    uint64_t clocks)
{
    (void)ctx;
    return ioat_sim_wait(sim, cond, cond_ctx, clocks);
}

const struct scenario_device play_direct = {
    direct_open, direct_close, direct_map, direct_read, direct_write, direct_step, direct_wait, NULL,
};

enum ioat_status play_bar_read(struct play *play, uint32_t offset, unsigned width, uint64_t *value)
{
    return play->device->bar_read(play->device->ctx, play->sim, offset, width, value);
}

enum ioat_status play_bar_write(struct play *play, uint32_t offset, unsigned width, uint64_t value)
{
    return play->device->bar_write(play->device->ctx, play->sim, offset, width, value);
}

enum ioat_status play_step(struct play *play, uint64_t clocks)
{
    return play->device->step(play->device->ctx, play->sim, clocks);
}

enum ioat_status play_wait(struct play *play, bool (*cond)(void *ctx), uint64_t clocks)
{
    return play->device->wait(play->device->ctx, play->sim, cond, play, clocks);
}
