/* bar.h - the three boundaries of the driver: registers, memory, time.
 *
 * The driver library reaches the world only through these, so the same objects
 * run on the simulated PCIe BAR (bar_sim.c), on a BAR that the operating system
 * mapped (bar_mmap.c) and on a fake in a unit test.
 */
#ifndef IOAT_BAR_H
#define IOAT_BAR_H

#include <stddef.h>
#include <stdint.h>

#include "ioat_status.h"

/* Registers. Offsets and widths are bytes; width is 1, 2, 4 or 8 and the offset
 * is a multiple of it; values are host order. A write is ordered before every
 * later read and write of the same BAR and after every earlier store to DMA
 * memory. Reads of a removed device return all-ones with IOAT_OK. IOAT_EINVAL leaves *value and the device unchanged. */
struct bar_ops {
    enum ioat_status (*read)(void *ctx, uint32_t offset, unsigned width, uint64_t *value);
    enum ioat_status (*write)(void *ctx, uint32_t offset, unsigned width, uint64_t value);
};

/* A piece of memory that the device and the CPU both see. */
struct dma_buf {
    void *cpu;         /* CPU address of byte 0 */
    uint64_t bus;      /* bus address of byte 0 */
    size_t bytes;
    void *priv;        /* the allocator's own */
};

/* DMA memory. alloc: zeroed, contiguous on the bus, `align` a power of two of
 * bytes; the caller owns *buf until free. Coherent on the platforms served. */
struct dma_ops {
    enum ioat_status (*alloc)(void *ctx, size_t bytes, size_t align, struct dma_buf *buf);
    void (*free)(void *ctx, struct dma_buf *buf);
};

/* Time. now_ns: monotonic. delay_ns: returns no earlier than that much later;
 * the simulated clock advances the model meanwhile, and ends early with
 * IOAT_EVIOLATED when the simulation has ended. */
struct clock_ops {
    uint64_t (*now_ns)(void *ctx);
    enum ioat_status (*delay_ns)(void *ctx, uint64_t ns);
};

/* A device as a platform presents it. ctx goes to every call of the three. */
struct ioat_platform {
    const struct bar_ops *bar;
    const struct dma_ops *dma;
    const struct clock_ops *clock;
    void *bar_ctx, *dma_ctx, *clock_ctx;
};

#endif
