/* device.c - one function: probe, register access, waits, interrupts. */
#include "ioat_priv.h"

#include <stdlib.h>

enum {
    CBVER_MAJOR = 3,             /* the register map of I/OAT 3.x */
    XFERCAP_MIN = 12,            /* a page; the sheet's section 2.1 */
    XFERCAP_MAX = 30,
    PAUSE_MIN_NS = 200,          /* a few register reads */
    PAUSE_MAX_NS = 100000,
};

static uint64_t all_ones(unsigned bits)
{
    return ~UINT64_C(0) >> (64 - bits);
}

enum ioat_status ioat_read(struct ioat *dev, uint32_t offset, unsigned bits, uint64_t *value)
{
    uint64_t got = 0;
    enum ioat_status status =
        dev->platform.bar->read(dev->platform.bar_ctx, offset, bits / 8, &got);

    if (status)
        return status;
    if (got == all_ones(bits))
        return IOAT_EREMOVED;
    *value = got;
    return IOAT_OK;
}

enum ioat_status ioat_write(struct ioat *dev, uint32_t offset, unsigned bits, uint64_t value)
{
    return dev->platform.bar->write(dev->platform.bar_ctx, offset, bits / 8, value);
}

void ioat_pause_begin(struct ioat *dev, struct ioat_pause *pause, uint64_t limit_ns)
{
    pause->start_ns = dev->platform.clock->now_ns(dev->platform.clock_ctx);
    pause->slept_ns = 0;
    pause->limit_ns = limit_ns;
}

enum ioat_status ioat_pause(struct ioat *dev, struct ioat_pause *pause)
{
    /* The sum of the pauses bounds the wait even if the clock stands still. */
    uint64_t spent = dev->platform.clock->now_ns(dev->platform.clock_ctx) - pause->start_ns;
    if (spent < pause->slept_ns)
        spent = pause->slept_ns;
    if (spent >= pause->limit_ns)
        return IOAT_ETIME;

    uint64_t ns = spent / 4;
    if (ns < PAUSE_MIN_NS)
        ns = PAUSE_MIN_NS;
    if (ns > PAUSE_MAX_NS)
        ns = PAUSE_MAX_NS;
    if (ns > pause->limit_ns - spent)
        ns = pause->limit_ns - spent;
    pause->slept_ns += ns;
    return dev->platform.clock->delay_ns(dev->platform.clock_ctx, ns);
}

static enum ioat_status probe(struct ioat *dev)
{
    struct ioat_info *info = &dev->info;
    uint64_t cbver, count, cap, features, delay;
    enum ioat_status status;

    if ((status = IOAT_READ(dev, CBVER, &cbver)))
        return status;
    if (IOAT_FIELD_GET(cbver, CBVER, MAJOR) != CBVER_MAJOR)
        return IOAT_ENODEV;
    if ((status = IOAT_READ(dev, CHANCNT, &count)) || (status = IOAT_READ(dev, XFERCAP, &cap)) ||
        (status = IOAT_READ(dev, DMACAPABILITY, &features)) ||
        (status = IOAT_READ(dev, INTRDELAY, &delay)))
        return status;

    uint64_t log2 = IOAT_FIELD_GET(cap, XFERCAP, LOG2);
    info->channels = (unsigned)IOAT_FIELD_GET(count, CHANCNT, COUNT);
    if (info->channels < 1 || info->channels > IOAT_CHAN_MAX || log2 < XFERCAP_MIN ||
        log2 > XFERCAP_MAX)
        return IOAT_ENODEV;
    info->cbver = (unsigned)cbver;
    info->transfer_max = UINT32_C(1) << log2;
    info->page_break = features & IOAT_DMACAPABILITY_PAGE_BREAK;
    info->fill = features & IOAT_DMACAPABILITY_BLOCK_FILL;
    info->coalescing = delay & IOAT_INTRDELAY_SUPPORTED;
    return IOAT_OK;
}

enum ioat_status ioat_open(const struct ioat_platform *platform, struct ioat **dev)
{
    if (!dev)
        return IOAT_EINVAL;
    *dev = NULL;
    if (!platform || !platform->bar || !platform->dma || !platform->clock)
        return IOAT_EINVAL;

    struct ioat *made = calloc(1, sizeof *made);
    if (!made)
        return IOAT_ENOMEM;
    made->platform = *platform;
    enum ioat_status status = probe(made);
    if (status) {
        free(made);
        return status;
    }
    *dev = made;
    return IOAT_OK;
}

enum ioat_status ioat_close(struct ioat *dev)
{
    if (!dev)
        return IOAT_OK;
    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++)
        if (dev->chan[n])
            return IOAT_ESTATE;
    free(dev);
    return IOAT_OK;
}

const struct ioat_info *ioat_info(const struct ioat *dev)
{
    return &dev->info;
}

/* ---- interrupts of the function ---- */

#define VECTOR_READ(dev, vector, reg, value) \
    ioat_read(dev, IOAT_VECTOR(vector, reg), IOAT_##reg##_BITS, value)
#define VECTOR_WRITE(dev, vector, reg, value) \
    ioat_write(dev, IOAT_VECTOR(vector, reg), IOAT_##reg##_BITS, value)

enum ioat_status ioat_msix_mask(struct ioat *dev, unsigned vector, bool masked)
{
    if (vector >= dev->info.channels)
        return IOAT_EINVAL;
    return VECTOR_WRITE(dev, vector, MSIX_CTRL, masked ? IOAT_MSIX_CTRL_MASKED : 0);
}

enum ioat_status ioat_msix_set(struct ioat *dev, unsigned vector, uint64_t addr, uint32_t data)
{
    uint64_t control;
    enum ioat_status status;

    if (vector >= dev->info.channels || addr % sizeof(uint32_t))
        return IOAT_EINVAL;
    if ((status = VECTOR_READ(dev, vector, MSIX_CTRL, &control)))
        return status;
    /* PCI: an entry changes only while its vector is masked. */
    if ((status = ioat_msix_mask(dev, vector, true)) ||
        (status = VECTOR_WRITE(dev, vector, MSIX_ADDR, addr)) ||
        (status = VECTOR_WRITE(dev, vector, MSIX_DATA, data)))
        return status;
    return ioat_msix_mask(dev, vector, control & IOAT_MSIX_CTRL_MASKED);
}

enum ioat_status ioat_msix_pending(struct ioat *dev, uint64_t *vectors)
{
    if (!vectors)
        return IOAT_EINVAL;
    return ioat_read(dev, IOAT_MSIX_PBA_BASE, 64, vectors);
}

enum ioat_status ioat_intx_enable(struct ioat *dev, bool on)
{
    return IOAT_WRITE(dev, INTRCTRL, on ? IOAT_INTRCTRL_MASTER_INT_EN : 0);
}

enum ioat_status ioat_intx_service(struct ioat *dev, uint32_t *channels)
{
    uint64_t control, attention;
    enum ioat_status status;

    if (!channels)
        return IOAT_EINVAL;
    *channels = 0;
    if ((status = IOAT_READ(dev, INTRCTRL, &control)))
        return status;
    if (!(control & IOAT_INTRCTRL_MASTER_INT_EN))
        return IOAT_OK;
    if (control & IOAT_INTRCTRL_INT_STATUS) {
        if ((status = IOAT_READ(dev, ATTNSTATUS, &attention)))
            return status;
        *channels = (uint32_t)IOAT_FIELD_GET(attention, ATTNSTATUS, CHANNELS);
    }
    return IOAT_WRITE(dev, INTRCTRL, control);
}

enum ioat_status ioat_coalesce(struct ioat *dev, unsigned microseconds)
{
    if (IOAT_FIELD_PUT(INTRDELAY, MICROSECONDS, microseconds) != microseconds)
        return IOAT_EINVAL;
    if (!dev->info.coalescing)
        return IOAT_ESTATE;
    return IOAT_WRITE(dev, INTRDELAY, microseconds);
}
