/* netdma_provider_side.c - a provider from registration to deregistration.
 *
 *   registered --NetDmaProviderStart--> started --NetDmaProviderStop--> stopping --> registered
 *
 * Rules: R-VER, R-REG, R-AFF, R-PST, R-PSP, R-DRG of docs/requirements.md; what happens to bad
 * input: the NetDMA sheet, section 5.
 */
#include "netdma_priv.h"

#include <stdlib.h>
#include <string.h>

enum { TRANSFER_MIN = 4096 };    /* R-PST-4 */

/* ---- registration ---- */

static ULONG flags_known(uint32_t version)
{
    ULONG flags = 0;

    if (version >= NETDMA_2_0)
        flags |= NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;
    if (version >= NETDMA_2_1)
        flags |= NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS;
    return flags;
}

static bool has_name(const UNICODE_STRING *name)
{
    return name->Buffer && name->Length && name->Length % sizeof(WCHAR) == 0 &&
           name->Length <= name->MaximumLength;
}

/* What is wrong with a registration, or NULL. Reads only what Size covers. */
static const char *objection(const struct netdma_interface *iface,
                             const NET_DMA_PROVIDER_CHARACTERISTICS *ops)
{
    uint32_t version = NETDMA_VERSION(ops->MajorVersion, ops->MinorVersion);

    if (version < NETDMA_1_0)
        return "MajorVersion is 0; the versions are 1.0 to 2.1";
    if (version > iface->version)
        return "the version is newer than the interface; ask NetDmaGetVersion";
    if (ops->Size != sizeof *ops &&
        !(version < NETDMA_2_0 && ops->Size == SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X))
        return "Size is neither 112 nor, before 2.0, 96";
    if (ops->Flags & ~flags_known(version))
        return "Flags that this version does not have";
    if (!ops->MaxDmaChannelCount)
        return "MaxDmaChannelCount is 0";
    if (!ops->AllocateDmaChannel || !ops->FreeDmaChannel || !ops->StartDma || !ops->AppendDma)
        return "AllocateDmaChannel, FreeDmaChannel, StartDma or AppendDma is NULL";
    if (ops->SuspendDma && !ops->ResumeDma)
        return "SuspendDma without ResumeDma";
    if (version >= NETDMA_2_0 && !has_name(&ops->FriendlyName))
        return "no FriendlyName, which 2.0 and later must give";
    return NULL;
}

static NTSTATUS copy_name(struct netdma_provider *provider, const UNICODE_STRING *name)
{
    provider->name = malloc(name->Length);
    if (!provider->name)
        return STATUS_RESOURCES;
    memcpy(provider->name, name->Buffer, name->Length);
    provider->ops.FriendlyName = (UNICODE_STRING){
        .Length = name->Length,
        .MaximumLength = name->Length,
        .Buffer = provider->name,
    };
    return STATUS_SUCCESS;
}

/* Interrupts of the channels over the CPUs in turn; best effort (R-AFF-1, A5). */
static NTSTATUS set_affinity(struct netdma_provider *provider)
{
    struct kernel *kernel = provider->iface->kernel;
    ULONG n = provider->ops.MaxDmaChannelCount;

    if (!provider->ops.SetDmaChannelCpuAffinity || !kernel_msix(kernel))
        return STATUS_SUCCESS;
    NET_DMA_CHANNEL_CPU_AFFINITY *array = calloc(n, sizeof *array);
    if (!array)
        return STATUS_RESOURCES;
    for (ULONG k = 0; k < n; k++)
        array[k] = (NET_DMA_CHANNEL_CPU_AFFINITY){
            .DmaChannel = k,
            .CpuNumber = k % kernel_cpus(kernel),
        };
    if (netdma_port_affinity(provider, array, (ULONG)(n * sizeof *array)) != STATUS_SUCCESS)
        netdma_log(provider->iface, "NetDmaRegisterProvider: SetDmaChannelCpuAffinity failed; "
                                    "interrupts go where the system sends them");
    free(array);
    return STATUS_SUCCESS;
}

static void discard(struct netdma_provider *provider)
{
    netdma_handle_end(provider->iface, provider->handle);
    free(provider->name);
    free(provider);
}

NTSTATUS netdma_provider_register(struct netdma_interface *iface, PVOID context,
                                  const NET_DMA_PROVIDER_CHARACTERISTICS *ops, PVOID *handle)
{
    const char *wrong = objection(iface, ops);

    if (wrong) {
        netdma_log(iface, "NetDmaRegisterProvider: %s", wrong);
        return STATUS_UNSUCCESSFUL;
    }
    if (ops->MaxDmaChannelCount > NETDMA_CHANNELS_MAX)
        return STATUS_RESOURCES;
    struct netdma_provider *provider = calloc(1, sizeof *provider);
    if (!provider)
        return STATUS_RESOURCES;
    provider->iface = iface;
    provider->context = context;
    provider->version = NETDMA_VERSION(ops->MajorVersion, ops->MinorVersion);
    memcpy(&provider->ops, ops, SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X);
    provider->handle = netdma_handle_new(iface, NETDMA_KIND_PROVIDER, provider);
    if (!provider->handle ||
        (provider->version >= NETDMA_2_0 && copy_name(provider, &ops->FriendlyName)) ||
        set_affinity(provider)) {
        discard(provider);
        return STATUS_RESOURCES;
    }

    struct netdma_provider **at = &iface->providers;
    while (*at)
        at = &(*at)->next;
    *at = provider;
    *handle = provider->handle;
    netdma_notify(iface, NetDmaNotificationProviderRegistered, provider->handle);
    return STATUS_SUCCESS;
}

void netdma_provider_deregister(struct netdma_provider *provider)
{
    struct netdma_interface *iface = provider->iface;

    if (provider->state == NETDMA_STOPPING) {
        netdma_ignored(iface, "NetDmaDeregisterProvider: the provider is stopping");
        return;
    }
    if (provider->state == NETDMA_STARTED) {
        netdma_log(iface, "NetDmaDeregisterProvider: the provider is started; stopping it first");
        netdma_provider_stop(provider);
    }
    for (struct netdma_provider **at = &iface->providers; *at; at = &(*at)->next)
        if (*at == provider) {
            *at = provider->next;
            break;
        }
    discard(provider);
}

/* ---- start and stop ---- */

static const char *start_objection(const struct netdma_provider *provider,
                                   const NET_DMA_PROVIDER_ATTRIBUTES *attributes)
{
    if (provider->state != NETDMA_REGISTERED)
        return "the provider is started already";
    if (!attributes)
        return "ProviderAttributes is NULL";
    if (attributes->Size != sizeof *attributes)
        return "Size is not 32";
    if (attributes->Flags)
        return "Flags is not 0";
    if (attributes->MaximumTransferSize < TRANSFER_MIN)
        return "MaximumTransferSize is below 4096";
    if (!attributes->DmaChannelCount ||
        attributes->DmaChannelCount > provider->ops.MaxDmaChannelCount)
        return "DmaChannelCount is 0 or above MaxDmaChannelCount";
    return NULL;
}

void netdma_provider_start(struct netdma_provider *provider,
                           const NET_DMA_PROVIDER_ATTRIBUTES *attributes)
{
    const char *wrong = start_objection(provider, attributes);

    if (wrong) {
        netdma_ignored(provider->iface, "NetDmaProviderStart: %s", wrong);
        return;
    }
    provider->attributes = *attributes;
    provider->powered_down = false;
    provider->state = NETDMA_STARTED;
    netdma_notify(provider->iface, NetDmaNotificationProviderArrival, provider->handle);
}

void netdma_provider_stop(struct netdma_provider *provider)
{
    if (provider->state == NETDMA_STOPPING)
        netdma_ignored(provider->iface, "NetDmaProviderStop: the provider is stopping already");
    if (provider->state != NETDMA_STARTED)
        return;
    provider->state = NETDMA_STOPPING;
    for (struct netdma_port *port = provider->ports; port; port = port->next)
        if (port->ops->leave)
            port->ops->leave(port->owner);
    /* Clients may free their channels here. */
    netdma_notify(provider->iface, NetDmaNotificationProviderRemoval, provider->handle);
    while (provider->ports) {
        struct netdma_port *port = provider->ports;
        if (port->ops->remove)
            port->ops->remove(port->owner);
        if (provider->ports == port)
            netdma_port_close(port);
    }
    provider->powered_down = false;
    provider->state = NETDMA_REGISTERED;
}

bool netdma_provider_free(const struct netdma_provider *provider)
{
    return provider->state == NETDMA_STARTED && !provider->powered_down &&
           provider->used < provider->attributes.DmaChannelCount;
}
