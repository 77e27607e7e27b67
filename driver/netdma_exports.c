/* netdma_exports.c - the documented functions of the provider's side.
 *
 * They find the current interface, check the level, resolve the handle and report the call;
 * the work is elsewhere. Parameters are named as in the documentation.
 */
#include "netdma_priv.h"

static struct netdma_interface *enter(const char *name, enum kernel_irql level)
{
    struct netdma_interface *iface = netdma_interface_current();

    return iface && kernel_require(iface->kernel, name, level, level) ? iface : NULL;
}

NTSTATUS NetDmaRegisterProvider(PVOID ProviderContext, PVOID *pNetDmaProviderHandle,
                                PNET_DMA_PROVIDER_CHARACTERISTICS ProviderCharacteristics)
{
    struct netdma_call call = {.kind = NETDMA_CALL_REGISTER};

    if (pNetDmaProviderHandle)
        *pNetDmaProviderHandle = NULL;
    struct netdma_interface *iface = enter("NetDmaRegisterProvider", KERNEL_PASSIVE);
    if (!iface)
        return STATUS_UNSUCCESSFUL;
    netdma_report_call(iface, call);
    if (!pNetDmaProviderHandle || !ProviderCharacteristics) {
        netdma_log(iface, "NetDmaRegisterProvider: a pointer is NULL");
        call.status = STATUS_UNSUCCESSFUL;
    } else {
        call.status = netdma_provider_register(iface, ProviderContext, ProviderCharacteristics,
                                               pNetDmaProviderHandle);
        call.provider = *pNetDmaProviderHandle;
    }
    call.returned = true;
    netdma_report_call(iface, call);
    return call.status;
}

/* The provider that a call names, with the call reported; NULL: not to be served. */
static struct netdma_provider *provider_call(const char *name, PVOID handle,
                                             struct netdma_call *call)
{
    struct netdma_interface *iface = enter(name, KERNEL_PASSIVE);

    if (!iface)
        return NULL;
    call->provider = handle;
    netdma_report_call(iface, *call);
    call->returned = true;
    struct netdma_provider *provider =
        netdma_handle_need(iface, NETDMA_KIND_PROVIDER, handle, name);
    if (!provider)
        netdma_report_call(iface, *call);
    return provider;
}

VOID NetDmaDeregisterProvider(PVOID NetDmaProviderHandle)
{
    struct netdma_call call = {.kind = NETDMA_CALL_DEREGISTER};
    struct netdma_provider *provider =
        provider_call("NetDmaDeregisterProvider", NetDmaProviderHandle, &call);

    if (!provider)
        return;
    struct netdma_interface *iface = provider->iface;
    netdma_provider_deregister(provider);
    netdma_report_call(iface, call);
}

VOID NetDmaProviderStart(PVOID NetDmaProviderHandle,
                         PNET_DMA_PROVIDER_ATTRIBUTES ProviderAttributes)
{
    struct netdma_call call = {.kind = NETDMA_CALL_PROVIDER_START};
    struct netdma_provider *provider =
        provider_call("NetDmaProviderStart", NetDmaProviderHandle, &call);

    if (!provider)
        return;
    netdma_provider_start(provider, ProviderAttributes);
    netdma_report_call(provider->iface, call);
}

VOID NetDmaProviderStop(PVOID NetDmaProviderHandle)
{
    struct netdma_call call = {.kind = NETDMA_CALL_PROVIDER_STOP};
    struct netdma_provider *provider =
        provider_call("NetDmaProviderStop", NetDmaProviderHandle, &call);

    if (!provider)
        return;
    netdma_provider_stop(provider);
    netdma_report_call(provider->iface, call);
}

VOID NetDmaPnPEventNotify(PVOID NetDmaProviderHandle, PNET_DMA_PNP_NOTIFICATION PnPEvent)
{
    struct netdma_call call = {.kind = NETDMA_CALL_PNP_EVENT};

    if (PnPEvent)
        call.address = (uint64_t)PnPEvent->NotificationCode;
    struct netdma_provider *provider =
        provider_call("NetDmaPnPEventNotify", NetDmaProviderHandle, &call);
    if (!provider)
        return;
    netdma_power_event(provider, PnPEvent);
    netdma_report_call(provider->iface, call);
}

VOID NetDmaIsr(PVOID NetDmaChannelHandle, PHYSICAL_ADDRESS DmaDescriptor, PULONG pCpuNumber)
{
    struct netdma_interface *iface = netdma_interface_current();
    struct netdma_call call = {
        .kind = NETDMA_CALL_ISR,
        .channel = NetDmaChannelHandle,
        .address = (uint64_t)DmaDescriptor.QuadPart,
    };

    /* A DPC has to go somewhere whatever else is wrong. */
    if (pCpuNumber)
        *pCpuNumber = 0;
    if (!enter("NetDmaIsr", KERNEL_DIRQL))
        return;
    iface->stats.interrupts++;
    netdma_report_call(iface, call);
    struct netdma_port *port =
        netdma_handle_need(iface, NETDMA_KIND_PORT, NetDmaChannelHandle, "NetDmaIsr");
    if (port) {
        call.count = port->cpu;
        if (pCpuNumber)
            *pCpuNumber = port->cpu;
        if (port->ops->isr)
            port->ops->isr(port->owner, call.address);
    }
    call.returned = true;
    netdma_report_call(iface, call);
}

VOID NetDmaInterruptDpc(PVOID NetDmaChannelHandle, PHYSICAL_ADDRESS DmaDescriptor)
{
    struct netdma_interface *iface = enter("NetDmaInterruptDpc", KERNEL_DISPATCH);
    struct netdma_call call = {
        .kind = NETDMA_CALL_INTERRUPT_DPC,
        .channel = NetDmaChannelHandle,
        .address = (uint64_t)DmaDescriptor.QuadPart,
    };

    if (!iface)
        return;
    iface->stats.dpcs++;
    netdma_report_call(iface, call);
    struct netdma_port *port =
        netdma_handle_need(iface, NETDMA_KIND_PORT, NetDmaChannelHandle, "NetDmaInterruptDpc");
    if (port && port->ops->dpc)
        port->ops->dpc(port->owner, call.address);
    call.returned = true;
    netdma_report_call(iface, call);
}

UINT NetDmaGetVersion(VOID)
{
    struct netdma_interface *iface = enter("NetDmaGetVersion", KERNEL_PASSIVE);

    return iface ? iface->version : 0;
}
