/* bare.c - calls of the simulator that end the run on the first trouble (bare.h). */
#include "bare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SLOT_BYTES (UINT64_C(256) << 20)
#define MESSAGE_ADDR UINT64_C(0xFEE00000)

bool bare_fail(struct bare *bare, const char *format, ...)
{
    va_list ap;

    if (bare->failed)
        return false;
    bare->failed = true;
    va_start(ap, format);
    vsnprintf(bare->why, sizeof bare->why, format, ap);
    va_end(ap);
    return false;
}

bool bare_ok(struct bare *bare, enum ioat_status status, const char *what)
{
    if (status == IOAT_OK)
        return !bare->failed;
    return bare_fail(bare, "%s: %s, clock %" PRIu64, what, ioat_strstatus(status),
                    bare->sim ? ioat_sim_now(bare->sim) : 0);
}

static void on_violation(void *ctx, const char *text)
{
    bare_fail(ctx, "rule violated: %s", text);
}

bool bare_open(struct bare *bare, unsigned read_latency, unsigned write_latency)
{
    struct ioat_sim_config config;

    memset(bare, 0, sizeof *bare);
    bare->build = ioat_sim_build();
    ioat_sim_config_init(&config);
    config.timing.read_latency = read_latency;
    config.timing.write_latency = write_latency;
    config.on_violation = on_violation;
    config.on_violation_ctx = bare;
    return bare_ok(bare, ioat_sim_open(&config, &bare->sim), "opening the simulator");
}

void bare_close(struct bare *bare)
{
    ioat_sim_close(bare->sim);
    bare->sim = NULL;
}

bool bare_map(struct bare *bare, unsigned slot, uint64_t bytes, struct bare_memory *memory)
{
    const uint64_t page = IOAT_PAGE_BYTES;
    void *cpu = NULL;

    bytes = (bytes + page - 1) / page * page;
    if (bytes > SLOT_BYTES)
        return bare_fail(bare, "the case needs %" PRIu64 " MiB in one piece, %" PRIu64 " is the most",
                        bytes >> 20, (uint64_t)SLOT_BYTES >> 20);
    memory->bus = slot * SLOT_BYTES;
    if (!bare_ok(bare, ioat_sim_map(bare->sim, memory->bus, bytes, IOAT_SIM_READ | IOAT_SIM_WRITE,
                                  &cpu), "mapping host memory"))
        return false;
    memory->cpu = cpu;
    return true;
}

bool bare_write(struct bare *bare, uint32_t offset, unsigned width, uint64_t value)
{
    return !bare->failed
        && bare_ok(bare, ioat_sim_bar_write(bare->sim, offset, width, value), "a register write");
}

bool bare_post(struct bare *bare, uint32_t offset, unsigned width, uint64_t value)
{
    return !bare->failed
        && bare_ok(bare, ioat_sim_bar_post(bare->sim, offset, width, value), "a posted write");
}

uint64_t bare_read(struct bare *bare, uint32_t offset, unsigned width)
{
    uint64_t value = 0;

    if (bare->failed
        || !bare_ok(bare, ioat_sim_bar_read(bare->sim, offset, width, &value), "a register read"))
        return UINT64_MAX;
    return value;
}

bool bare_msix(struct bare *bare)
{
    for (unsigned v = 0; v < bare->build->channels; v++) {
        bare_write(bare, IOAT_VECTOR(v, MSIX_ADDR), IOAT_MSIX_ADDR_BITS / 8, MESSAGE_ADDR);
        bare_write(bare, IOAT_VECTOR(v, MSIX_DATA), IOAT_MSIX_DATA_BITS / 8, v);
        bare_write(bare, IOAT_VECTOR(v, MSIX_CTRL), IOAT_MSIX_CTRL_BITS / 8, 0);
    }
    return !bare->failed;
}

bool bare_wait_state(struct bare *bare, unsigned ch, unsigned set, uint64_t clocks)
{
    const uint64_t begin = ioat_sim_now(bare->sim);
    unsigned state;

    do {
        state = (unsigned)IOAT_FIELD_GET(BARE_READ(bare, ch, CHANSTS), CHANSTS, STATE);
        if (!bare->failed && set >> state & 1)
            return true;
    } while (!bare->failed && ioat_sim_now(bare->sim) - begin < clocks);
    return bare_fail(bare, "channel %u stays %s for %" PRIu64 " clocks", ch, ioat_state_name(state),
                    clocks);
}
