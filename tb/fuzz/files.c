/* files.c - fuzzes what is read from files: scenarios and recorded sessions. The first byte says which.
 *
 * Whatever a file says, it ends in one of the results that its header names, and the engine keeps its rules.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../cli/scenario.h"
#include "input.h"
#include "replay.h"

enum { BYTES = 4096, STEP = 20000 };

/* ---- the calls of ioat_sim.h, with less patience: a file may ask for a long wait ---- */

static enum ioat_status open_sim(void *ctx, const struct ioat_sim_config *config, struct ioat_sim **sim)
{
    (void)ctx;
    return ioat_sim_open(config, sim);
}

static void close_sim(void *ctx, struct ioat_sim *sim)
{
    (void)ctx;
    ioat_sim_close(sim);
}

static enum ioat_status map(void *ctx, struct ioat_sim *sim, uint64_t bus, uint64_t bytes, unsigned rights,
                            void **cpu)
{
    (void)ctx;
    return ioat_sim_map(sim, bus, bytes, rights, cpu);
}

static enum ioat_status bar_read(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                 uint64_t *value)
{
    (void)ctx;
    return ioat_sim_bar_read(sim, offset, width, value);
}

static enum ioat_status bar_write(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                  uint64_t value)
{
    (void)ctx;
    return ioat_sim_bar_write(sim, offset, width, value);
}

static enum ioat_status step(void *ctx, struct ioat_sim *sim, uint64_t clocks)
{
    (void)ctx;
    return ioat_sim_step(sim, clocks < STEP ? clocks : STEP);
}

static enum ioat_status wait_for(void *ctx, struct ioat_sim *sim, bool (*cond)(void *ctx), void *cond_ctx,
                                 uint64_t clocks)
{
    (void)ctx;
    return ioat_sim_wait(sim, cond, cond_ctx, clocks < STEP ? clocks : STEP);
}

static const struct scenario_device device = {
    .open = open_sim, .close = close_sim, .map = map, .bar_read = bar_read, .bar_write = bar_write,
    .step = step, .wait = wait_for,
};

/* ---- the readers ---- */

static void play_scenario(const char *path)
{
    const struct scenario_options options = { .device = &device };
    static struct scenario scenario;

    if (scenario_run(path, &options, &scenario) == SCENARIO_FAILED &&
        strstr(scenario.why, "a rule was violated"))
        found(scenario.why);
}

static void play_session(const char *path)
{
    struct replay_script *script = replay_load(path);
    struct replay_counts counts;
    struct ioat_sim_config config;

    ioat_sim_config_init(&config);
    if (!script)
        return;
    replay_run(script, &config.timing, &counts);
    replay_free(script);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[40];
    int file;

    if (size < 2 || size > BYTES)
        return 0;
    file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0 || write(file, data + 1, size - 1) != (ssize_t)(size - 1))
        found("no memory for a file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (data[0] % 2)
        play_scenario(path);
    else
        play_session(path);
    close(file);
    return 0;
}
