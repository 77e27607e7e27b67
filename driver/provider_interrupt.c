/* provider_interrupt.c - from the interrupt to NetDmaInterruptDpc (R-INT-2..9).
 *
 *   interrupt --> ISR: CHANSTS, NetDmaIsr --> DPC on the CPU it named
 *                                              |
 *   re-arm <-- NetDmaInterruptDpc <-- CHANSTS -+
 *
 * The re-arm comes last: an event between the look and the re-arm interrupts again.
 */
#include "provider_priv.h"

static PHYSICAL_ADDRESS address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

/* A start makes CHANSTS forget; the word may still know. 0: neither does. */
static uint64_t last_completed(const struct provider_channel *chan,
                               const struct ioat_chan_status *now)
{
    return now->completed ? now->completed : ioat_word(chan->chan).completed;
}

bool provider_isr(struct provider *provider, unsigned channel)
{
    struct ioat_chan_status now = {0};
    ULONG cpu = 0;

    if (!kernel_require(provider->kernel, "provider_isr", KERNEL_DIRQL, KERNEL_DIRQL) ||
        channel >= provider->channels || !provider->channel[channel].allocated)
        return false;
    struct provider_channel *chan = &provider->channel[channel];
    chan->stats.interrupts++;
    ioat_chan_status(chan->chan, &now);   /* a device that is gone completed nothing */
    NetDmaIsr(chan->handle, address(last_completed(chan, &now)), &cpu);
    kernel_dpc_queue(provider->kernel, &chan->dpc, cpu);
    return true;
}

bool provider_line_isr(struct provider *provider)
{
    uint32_t channels = 0;
    bool ours = false;

    if (!kernel_require(provider->kernel, "provider_line_isr", KERNEL_DIRQL, KERNEL_DIRQL))
        return false;
    ioat_intx_service(provider->dev, &channels);
    for (unsigned n = 0; n < provider->channels; n++)
        if (channels >> n & 1)
            ours |= provider_isr(provider, n);
    return ours;
}

enum ioat_status provider_line_enable(struct provider *provider, bool on)
{
    return ioat_intx_enable(provider->dev, on);
}

/* What there is to report; false: nothing. 0: an error. */
static bool look(struct provider_channel *chan, uint64_t *completed)
{
    struct ioat_chan_status now;

    *completed = 0;
    if (ioat_chan_status(chan->chan, &now))
        return chan->started;
    if (chan->started && now.state == IOAT_CHANSTS_STATE_HALTED) {
        provider_note_halt(chan);
        provider_store_halt(chan, now.completed);
        return true;
    }
    if (now.state == IOAT_CHANSTS_STATE_IDLE)
        chan->handed = chan->since = 0;
    *completed = last_completed(chan, &now);
    return *completed;
}

void provider_dpc(void *ctx)
{
    static const char where[] = "the provider's DPC";
    struct provider_channel *chan = ctx;
    struct kernel *kernel = chan->provider->kernel;
    uint64_t completed;

    if (!kernel_lock(kernel, &chan->lock, where))
        return;
    PVOID handle = chan->handle;
    bool report = chan->allocated && look(chan, &completed);
    chan->stats.dpcs += chan->allocated;
    kernel_unlock(kernel, &chan->lock, where);
    if (report)
        NetDmaInterruptDpc(handle, address(completed));
    if (chan->allocated)
        ioat_rearm(chan->chan);
}
