/* bar_sim.c - the driver's platform on the simulated PCIe BAR.
 *
 * Every DMA buffer is a region of its own with an unmapped page behind it, so an
 * engine that runs over the end of a buffer's pages gets an error answer and not
 * somebody's memory. Bus addresses are not used twice: an access to a freed buffer
 * fails as well.
 */
#include "ioat_regs.h"
#include "ioat_sim.h"

/* The pool's state lies in the pool's first page, which the device may not touch:
 * it then lives as long as the simulator does. */
struct pool {
    uint64_t next;               /* bus address of the next buffer */
};

#define POOL_WIDE UINT64_C(0x100000000)    /* above 4 GiB on purpose; ends at 8 GiB */
#define POOL_NARROW UINT64_C(0x80000000)   /* for builds with 32 address bits */
#define POOL_NARROW_BYTES UINT64_C(0x40000000)

static bool wide(void)
{
    return ioat_sim_build()->addr_bits > 32;
}

static uint64_t pool_base(void)
{
    return wide() ? POOL_WIDE : POOL_NARROW;
}

static uint64_t pool_end(void)
{
    return wide() ? 2 * POOL_WIDE : POOL_NARROW + POOL_NARROW_BYTES;
}

static uint64_t round_up(uint64_t value, uint64_t multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

static enum ioat_status sim_alloc(void *ctx, size_t bytes, size_t align, struct dma_buf *buf)
{
    struct ioat_sim *sim = ctx;
    struct pool *pool = ioat_sim_cpu(sim, pool_base(), sizeof *pool);

    if (!buf || !bytes || !align || align & (align - 1) || bytes > pool_end() || align > pool_end())
        return IOAT_EINVAL;
    uint64_t bus = round_up(pool->next, align < IOAT_PAGE_BYTES ? IOAT_PAGE_BYTES : align);
    uint64_t mapped = round_up(bytes, IOAT_PAGE_BYTES);
    if (bus + mapped > pool_end())
        return IOAT_ENOMEM;

    void *cpu;
    enum ioat_status status =
        ioat_sim_map(sim, bus, mapped, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu);
    if (status)
        return status;
    pool->next = bus + mapped + IOAT_PAGE_BYTES;
    *buf = (struct dma_buf){.cpu = cpu, .bus = bus, .bytes = bytes};
    return IOAT_OK;
}

static void sim_free(void *ctx, struct dma_buf *buf)
{
    ioat_sim_unmap(ctx, buf->bus);
    *buf = (struct dma_buf){0};
}

static enum ioat_status sim_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    return ioat_sim_bar_read(ctx, offset, width, value);
}

static enum ioat_status sim_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    return ioat_sim_bar_write(ctx, offset, width, value);
}

static uint64_t sim_now_ns(void *ctx)
{
    uint64_t mhz = ioat_sim_build()->clock_mhz;
    uint64_t now = ioat_sim_now(ctx);
    return now / mhz * 1000 + now % mhz * 1000 / mhz;
}

static enum ioat_status sim_delay_ns(void *ctx, uint64_t ns)
{
    uint64_t mhz = ioat_sim_build()->clock_mhz;
    return ioat_sim_step(ctx, ns / 1000 * mhz + (ns % 1000 * mhz + 999) / 1000);
}

enum ioat_status ioat_sim_platform(struct ioat_sim *sim, struct ioat_platform *platform)
{
    static const struct bar_ops bar = {sim_read, sim_write};
    static const struct dma_ops dma = {sim_alloc, sim_free};
    static const struct clock_ops clock = {sim_now_ns, sim_delay_ns};

    if (!ioat_sim_cpu(sim, pool_base(), sizeof(struct pool))) {
        void *cpu;
        enum ioat_status status = ioat_sim_map(sim, pool_base(), IOAT_PAGE_BYTES, 0, &cpu);
        if (status)
            return status;
        ((struct pool *)cpu)->next = pool_base() + 2 * IOAT_PAGE_BYTES;
    }
    *platform = (struct ioat_platform){
        .bar = &bar,
        .dma = &dma,
        .clock = &clock,
        .bar_ctx = sim,
        .dma_ctx = sim,
        .clock_ctx = sim,
    };
    return IOAT_OK;
}
