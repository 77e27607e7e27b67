/* rx_instant.h - an engine that has done everything when its doorbell returns, and copies nothing:
 * what the CPU spends on a request shows on it without the simulator in the caches.
 * Included once, by rx_offload.c. One channel; both list models.
 */
#ifndef RX_INSTANT_H
#define RX_INSTANT_H

#include "ioat_regs.h"
#include "netdma_platform.h"

struct instant {
    const struct kernel *kernel;
    uint8_t reg[IOAT_BAR_BYTES];
    uint64_t last;               /* bus address of the newest completed descriptor */
    uint16_t counted;            /* DMACOUNT so far */
};

static uint64_t instant_get(const struct instant *engine, uint32_t offset, unsigned width)
{
    uint64_t value = 0;

    memcpy(&value, engine->reg + offset, width);
    return value;
}

static void instant_put(struct instant *engine, uint32_t offset, unsigned width, uint64_t value)
{
    memcpy(engine->reg + offset, &value, width);
}

#define INSTANT_CHAN(engine, reg) \
    instant_get(engine, IOAT_CHAN(0, reg), IOAT_##reg##_BITS / 8)

static uint64_t instant_next(const struct instant *engine, uint64_t bus)
{
    void *cpu;

    return kernel_to_cpu(engine->kernel, bus, IOAT_DESC_BYTES, &cpu) < IOAT_DESC_BYTES
               ? 0 : ((const struct ioat_desc *)cpu)->next;
}

/* Status: IDLE behind `last`. */
static void instant_report(struct instant *engine)
{
    uint64_t word = engine->last | IOAT_CHANSTS_STATE_IDLE;
    void *cpu;

    instant_put(engine, IOAT_CHAN(0, CHANSTS), sizeof word, word);
    if (kernel_to_cpu(engine->kernel, INSTANT_CHAN(engine, CHANCMP), sizeof word, &cpu) == sizeof word)
        memcpy(cpu, &word, sizeof word);
}

/* `bus` and all behind it, up to n. */
static void instant_run(struct instant *engine, uint64_t bus, unsigned n)
{
    for (; bus && n; n--) {
        engine->last = bus;
        bus = instant_next(engine, bus);
    }
    instant_report(engine);
}

static void instant_command(struct instant *engine, uint64_t command)
{
    if (command & IOAT_CHANCMD_START)
        instant_run(engine, INSTANT_CHAN(engine, CHAINADDR), UINT32_MAX);
    else if (command & IOAT_CHANCMD_APPEND)
        instant_run(engine, instant_next(engine, engine->last), UINT32_MAX);
    else if (command)
        instant_put(engine, IOAT_CHAN(0, CHANSTS), sizeof(uint64_t),
                    engine->last | IOAT_CHANSTS_STATE_HALTED);
}

static void instant_count(struct instant *engine, uint16_t count)
{
    uint16_t more = (uint16_t)(count - engine->counted);

    instant_run(engine, engine->last ? instant_next(engine, engine->last)
                                     : INSTANT_CHAN(engine, CHAINADDR), more);
    engine->counted = count;
}

static enum ioat_status instant_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    *value = instant_get(ctx, offset, width);
    return IOAT_OK;
}

static enum ioat_status instant_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    struct instant *engine = ctx;

    if (offset == IOAT_CHAN(0, CHANCMD)) {
        instant_command(engine, value);
    } else if (offset == IOAT_CHAN(0, DMACOUNT)) {
        instant_count(engine, (uint16_t)value);
    } else {
        instant_put(engine, offset, width, value);
        if (offset == IOAT_CHAN(0, CHAINADDR))
            engine->last = engine->counted = 0;
    }
    return IOAT_OK;
}

static const struct bar_ops instant_ops = {.read = instant_read, .write = instant_write};

/* cbver, xfercap_log2, dmacapability: what it says that it can do. */
static void instant_init(struct instant *engine, const struct kernel *kernel, unsigned cbver,
                         unsigned xfercap_log2, uint32_t dmacapability)
{
    *engine = (struct instant){.kernel = kernel};
    instant_put(engine, IOAT_CHANCNT, 1, 1);
    instant_put(engine, IOAT_CBVER, 1, cbver);
    instant_put(engine, IOAT_XFERCAP, 1, xfercap_log2);
    instant_put(engine, IOAT_DMACAPABILITY, sizeof dmacapability, dmacapability);
}

#endif
