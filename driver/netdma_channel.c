/* netdma_channel.c - a channel's life: memory, provider, removal, power. */
#include "netdma_priv.h"

#include <stdlib.h>

enum { LINE_BYTES = 64 };        /* word and NULL target have a cache line each */

/* ---- life ---- */

struct netdma_channel *netdma_channel_new(struct netdma_interface *iface)
{
    struct netdma_channel *chan = calloc(1, sizeof *chan);

    if (!chan)
        return NULL;
    chan->iface = iface;
    chan->reported = chan->done = chan->built = chan->next_id = 1;
    chan->max_pending = 1;
    kernel_dpc_init(&chan->dpc, "the NetDMA channel's DPC", netdma_channel_dpc, chan);
    chan->handle = netdma_handle_new(iface, NETDMA_KIND_CHANNEL, chan);
    if (!chan->handle) {
        free(chan);
        return NULL;
    }
    return chan;
}

static enum ioat_status make_memory(struct netdma_channel *chan)
{
    unsigned slots = 1u << chan->iface->config.ring_log2;

    chan->slots = slots;
    size_t list = (size_t)netdma_descriptors(chan) * NETDMA_DESC_BYTES;
    enum ioat_status status = kernel_alloc(chan->iface->kernel, list + 2 * LINE_BYTES, LINE_BYTES,
                                           &chan->memory);
    if (status) {
        chan->slots = 0;
        return status;
    }
    char *cpu = chan->memory.cpu;
    chan->desc = chan->memory.cpu;
    chan->desc_bus = chan->memory.bus;
    chan->word = (uint64_t *)(void *)(cpu + list);
    chan->word_bus = chan->memory.bus + list;
    chan->scratch_bus = chan->word_bus + LINE_BYTES;
    return IOAT_OK;
}

static void end_memory(struct netdma_channel *chan)
{
    /* What an engine may still write to is not given to anyone else. */
    if (chan->wedged)
        netdma_log(chan->iface, "the memory of a channel that did not stop stays allocated");
    else if (chan->slots)
        kernel_free(chan->iface->kernel, &chan->memory);
    chan->slots = 0;
    chan->desc = NULL;
    chan->word = NULL;
    chan->last = NULL;
    chan->tail = chan->issued = chan->exposed = chan->head = chan->int_end = 0;
}

/* ---- the end of work ---- */

static bool quiet(void *ctx)
{
    struct netdma_channel *chan = ctx;

    netdma_service(chan);
    return netdma_quiet(chan);
}

/* Everything that was requested is done, or cancelled after drain_ns. */
static void drain(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    chan->flush = true;
    if (!kernel_wait(kernel, quiet, chan, chan->iface->config.drain_ns))
        return;
    netdma_log(chan->iface, "channel %p: outstanding work did not end in time; it is cancelled",
               chan->port.handle);
    chan->serving = true;
    if (kernel_lock(kernel, &chan->lock, "the NetDMA channel")) {
        netdma_fail(chan, STATUS_CANCELLED, true);
        kernel_unlock(kernel, &chan->lock, "the NetDMA channel");
    }
    chan->serving = false;
}

static void detach(struct netdma_channel *chan)
{
    chan->offload = false;
    drain(chan);
    netdma_port_close(&chan->port);
    kernel_timer_cancel(chan->iface->kernel, &chan->grace_timer);
    kernel_timer_cancel(chan->iface->kernel, &chan->retry_timer);
    end_memory(chan);
}

void netdma_channel_free(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    netdma_handle_end(chan->iface, chan->handle);
    detach(chan);
    enum kernel_irql old = kernel_raise(kernel, KERNEL_DISPATCH);
    while (chan->reported != chan->done)
        netdma_report_done(chan);
    kernel_lower(kernel, old);
    kernel_dpc_remove(kernel, &chan->dpc);
    if (chan->client)
        for (struct netdma_channel **at = &chan->client->channels; *at; at = &(*at)->next)
            if (*at == chan) {
                *at = chan->next;
                break;
            }
    free(chan);
}

/* ---- what happens to the provider's side ---- */

/* The completion word says it all; the DPC looks (R-THR-3). */
static void on_dpc(void *owner, uint64_t descriptor)
{
    struct netdma_channel *chan = owner;

    if (!descriptor)
        chan->poked = true;
    kernel_dpc_queue(chan->iface->kernel, &chan->dpc, chan->port.cpu);
}

static void on_leave(void *owner)
{
    struct netdma_channel *chan = owner;

    chan->offload = false;
}

static void on_remove(void *owner)
{
    detach(owner);
}

static void on_power_down(void *owner)
{
    struct netdma_channel *chan = owner;

    chan->offload = false;
    drain(chan);
    netdma_forget(chan);
}

/* R-PWR-4: a start with a NULL transfer, behind a Context Change where there is DCA. */
static void on_power_up(void *owner)
{
    struct netdma_channel *chan = owner;

    netdma_forget(chan);
    chan->start_failures = 0;
    chan->offload = !chan->wedged;
    chan->null_due = !chan->wedged;
    netdma_service(chan);
}

static const struct netdma_port_ops channel_ops = {
    .dpc = on_dpc,
    .leave = on_leave,
    .remove = on_remove,
    .power_down = on_power_down,
    .power_up = on_power_up,
};

NTSTATUS netdma_channel_attach(struct netdma_channel *chan, struct netdma_provider *provider,
                               PNET_DMA_CHANNEL_PARAMETERS parameters, bool dca)
{
    chan->counted = provider->version >= NETDMA_2_0;
    chan->page_break = provider->version >= NETDMA_2_0;
    chan->context = provider->ops.Flags & NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;
    chan->dca = chan->context && dca;
    chan->transfer_max = provider->attributes.MaximumTransferSize;
    chan->address_max = (uint64_t)provider->attributes.MaximumAddressSpace.QuadPart;

    if (make_memory(chan))
        return STATUS_RESOURCES;
    if (chan->memory.bus + chan->memory.bytes - 1 > chan->address_max) {
        netdma_log(chan->iface, "NetDmaAllocateChannel: MaximumAddressSpace 0x%llx does not "
                                "reach the kernel's memory",
                   (unsigned long long)chan->address_max);
        end_memory(chan);
        return STATUS_UNSUCCESSFUL;
    }
    netdma_prime_word(chan);
    parameters->CompletionVirtualAddress = chan->word;
    parameters->CompletionPhysicalAddress.QuadPart = (LONGLONG)chan->word_bus;
    NTSTATUS status = netdma_port_open(&chan->port, provider, parameters, &channel_ops, chan);
    if (status) {
        end_memory(chan);
        return status;
    }
    netdma_forget(chan);
    chan->offload = true;
    return STATUS_SUCCESS;
}
