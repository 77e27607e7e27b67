/* netdma_raw.c - a provider's channel in the hands of a test. */
#include "netdma_priv.h"

#include <stdlib.h>

struct netdma_raw {
    struct netdma_port port;
    struct netdma_raw_events events;
};

static void raw_isr(void *owner, uint64_t descriptor)
{
    struct netdma_raw *raw = owner;

    if (raw->events.isr)
        raw->events.isr(raw->events.ctx, descriptor);
}

static void raw_dpc(void *owner, uint64_t descriptor)
{
    struct netdma_raw *raw = owner;

    if (raw->events.dpc)
        raw->events.dpc(raw->events.ctx, descriptor);
}

static void tell(struct netdma_raw *raw, NET_DMA_PNP_NOTIFICATION_CODE code)
{
    if (raw->events.provider)
        raw->events.provider(raw->events.ctx, code);
}

static void raw_remove(void *owner)
{
    tell(owner, NetDmaNotificationProviderRemoval);
}

static void raw_power_down(void *owner)
{
    tell(owner, NetDmaNotificationProviderPowerDown);
}

static void raw_power_up(void *owner)
{
    tell(owner, NetDmaNotificationProviderPowerUp);
}

static const struct netdma_port_ops raw_ops = {
    .isr = raw_isr,
    .dpc = raw_dpc,
    .remove = raw_remove,
    .power_down = raw_power_down,
    .power_up = raw_power_up,
};

NTSTATUS netdma_raw_allocate(PVOID provider_handle, PNET_DMA_CHANNEL_PARAMETERS parameters,
                             const struct netdma_raw_events *events, struct netdma_raw **channel)
{
    struct netdma_interface *iface = netdma_interface_current();

    *channel = NULL;
    if (!iface ||
        !kernel_require(iface->kernel, "netdma_raw_allocate", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return STATUS_INVALID_PARAMETER;
    struct netdma_provider *provider = netdma_handle_need(
        iface, NETDMA_KIND_PROVIDER, provider_handle, "netdma_raw_allocate");
    if (!provider)
        return STATUS_INVALID_HANDLE;
    if (provider->state != NETDMA_STARTED)
        return STATUS_INVALID_PARAMETER;
    struct netdma_raw *raw = calloc(1, sizeof *raw);
    if (!raw)
        return STATUS_RESOURCES;
    if (events)
        raw->events = *events;
    NTSTATUS status = netdma_port_open(&raw->port, provider, parameters, &raw_ops, raw);
    if (status) {
        free(raw);
        return status;
    }
    *channel = raw;
    return STATUS_SUCCESS;
}

void netdma_raw_free(struct netdma_raw *raw)
{
    if (!raw || !kernel_require(raw->port.iface->kernel, "netdma_raw_free", KERNEL_PASSIVE,
                                KERNEL_PASSIVE))
        return;
    netdma_port_close(&raw->port);
    free(raw);
}

PVOID netdma_raw_handle(const struct netdma_raw *raw)
{
    return raw->port.handle;
}

NTSTATUS netdma_raw_start(struct netdma_raw *raw, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                          ULONG count)
{
    return netdma_port_start(&raw->port, desc, bus, count);
}

NTSTATUS netdma_raw_append(struct netdma_raw *raw, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                           ULONG count)
{
    return netdma_port_append(&raw->port, desc, bus, count);
}

NTSTATUS netdma_raw_suspend(struct netdma_raw *raw, uint64_t *last)
{
    return netdma_port_suspend(&raw->port, last);
}

NTSTATUS netdma_raw_resume(struct netdma_raw *raw)
{
    return netdma_port_resume(&raw->port);
}

NTSTATUS netdma_raw_abort(struct netdma_raw *raw)
{
    return netdma_port_abort(&raw->port);
}

NTSTATUS netdma_raw_reset(struct netdma_raw *raw)
{
    return netdma_port_reset(&raw->port);
}
