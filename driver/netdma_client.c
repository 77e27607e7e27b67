/* netdma_client.c - clients, their channels, their requests: what netdma_client.h promises. */
#include "netdma_client.h"
#include "netdma_priv.h"

#include <stdlib.h>

/* ---- entry ---- */

static struct netdma_interface *enter(const char *name, enum kernel_irql highest)
{
    struct netdma_interface *iface = netdma_interface_current();

    return iface && kernel_require(iface->kernel, name, KERNEL_PASSIVE, highest) ? iface : NULL;
}

/* The object behind a handle; else *status says why not. */
static void *enter_object(const char *name, enum kernel_irql highest, enum netdma_kind kind,
                          PVOID handle, NTSTATUS *status)
{
    struct netdma_interface *iface = enter(name, highest);
    void *object = iface ? netdma_handle_need(iface, kind, handle, name) : NULL;

    *status = object ? STATUS_SUCCESS : iface ? STATUS_INVALID_HANDLE : STATUS_UNSUCCESSFUL;
    return object;
}

static struct netdma_channel *enter_channel(const char *name, PVOID handle, NTSTATUS *status)
{
    return enter_object(name, KERNEL_DISPATCH, NETDMA_KIND_CHANNEL, handle, status);
}

/* ---- clients ---- */

NTSTATUS NetDmaRegisterClient(PVOID ClientContext, PVOID *pNetDmaClientHandle,
                              const struct netdma_client_characteristics *Characteristics)
{
    if (pNetDmaClientHandle)
        *pNetDmaClientHandle = NULL;
    struct netdma_interface *iface = enter("NetDmaRegisterClient", KERNEL_PASSIVE);
    if (!iface)
        return STATUS_UNSUCCESSFUL;
    if (!pNetDmaClientHandle || !Characteristics ||
        Characteristics->size != sizeof *Characteristics)
        return STATUS_INVALID_PARAMETER;
    struct netdma_client *client = calloc(1, sizeof *client);
    if (!client)
        return STATUS_RESOURCES;
    client->handle = netdma_handle_new(iface, NETDMA_KIND_CLIENT, client);
    if (!client->handle) {
        free(client);
        return STATUS_RESOURCES;
    }
    client->iface = iface;
    client->number = ++iface->numbers;
    client->context = ClientContext;
    client->ops = *Characteristics;

    struct netdma_client **at = &iface->clients;
    while (*at)
        at = &(*at)->next;
    *at = client;
    *pNetDmaClientHandle = client->handle;
    return STATUS_SUCCESS;
}

static void free_channel(struct netdma_channel *chan)
{
    struct netdma_interface *iface = chan->iface;
    struct netdma_provider *provider = chan->port.provider;
    bool was_last = provider && provider->used == provider->attributes.DmaChannelCount;
    PVOID handle = provider ? provider->handle : NULL;

    netdma_channel_free(chan);
    if (was_last && netdma_provider_free(provider))
        netdma_notify(iface, NetDmaNotificationChannelArrival, handle);
}

VOID NetDmaDeregisterClient(PVOID NetDmaClientHandle)
{
    NTSTATUS status;
    struct netdma_client *client =
        enter_object("NetDmaDeregisterClient", KERNEL_PASSIVE, NETDMA_KIND_CLIENT,
                     NetDmaClientHandle, &status);

    if (!client)
        return;
    struct netdma_interface *iface = client->iface;
    /* It is told nothing any more, not even of its own channels. */
    client->ops.notify = NULL;
    if (client->channels)
        netdma_log(iface, "NetDmaDeregisterClient: channels are allocated; freeing them first");
    while (client->channels)
        free_channel(client->channels);
    for (struct netdma_client **at = &iface->clients; *at; at = &(*at)->next)
        if (*at == client) {
            *at = client->next;
            break;
        }
    netdma_handle_end(iface, client->handle);
    free(client);
}

/* ---- providers ---- */

static struct netdma_provider_info describe(const struct netdma_provider *provider)
{
    const NET_DMA_PROVIDER_ATTRIBUTES *attributes = &provider->attributes;
    struct netdma_provider_info info = {
        .handle = provider->handle,
        .major = provider->ops.MajorVersion,
        .minor = provider->ops.MinorVersion,
        .page_break = provider->version >= NETDMA_2_0,
        .dca = provider->ops.Flags & NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED,
        .name = provider->ops.FriendlyName,
    };

    if (provider->state != NETDMA_STARTED)
        return info;
    info.started = true;
    info.powered_down = provider->powered_down;
    info.hw_major = attributes->MajorHwVersion;
    info.hw_minor = attributes->MinorHwVersion;
    info.vendor = attributes->VendorId;
    info.channels = attributes->DmaChannelCount;
    info.channels_free = attributes->DmaChannelCount - provider->used;
    info.transfer_max = attributes->MaximumTransferSize;
    info.address_max = (ULONG64)attributes->MaximumAddressSpace.QuadPart;
    return info;
}

NTSTATUS NetDmaEnumerateDmaProviders(PVOID NetDmaClientHandle,
                                     struct netdma_provider_info *Providers, ULONG EntrySize,
                                     ULONG Capacity, PULONG pCount)
{
    NTSTATUS status;
    struct netdma_client *client =
        enter_object("NetDmaEnumerateDmaProviders", KERNEL_PASSIVE, NETDMA_KIND_CLIENT,
                     NetDmaClientHandle, &status);
    ULONG count = 0;

    if (!client)
        return status;
    if (!pCount || EntrySize != sizeof *Providers || (Capacity && !Providers))
        return STATUS_INVALID_PARAMETER;
    for (const struct netdma_provider *provider = client->iface->providers; provider;
         provider = provider->next) {
        if (count < Capacity)
            Providers[count] = describe(provider);
        count++;
    }
    *pCount = count;
    return count > Capacity ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

/* ---- channels ---- */

/* CPUs of the wish that exist; Mask 0 when there are none. */
static GROUP_AFFINITY existing(const struct kernel *kernel, GROUP_AFFINITY wish)
{
    unsigned cpus = kernel_cpus(kernel), first = wish.Group * NETDMA_GROUP_CPUS;
    KAFFINITY all = 0;

    if (first < cpus)
        all = cpus - first >= NETDMA_GROUP_CPUS ? ~(KAFFINITY)0
                                                : ((KAFFINITY)1 << (cpus - first)) - 1;
    return (GROUP_AFFINITY){.Mask = wish.Mask ? wish.Mask & all : all, .Group = wish.Group};
}

/* AllocateDmaChannel's parameters in the revision that the provider knows. One without
 * processor groups gets CPUs of group 0, and revision 1 only the first 32 of them. */
static NET_DMA_CHANNEL_PARAMETERS parameters_for(const struct netdma_provider *provider,
                                                 GROUP_AFFINITY affinity, ULONG priority)
{
    bool groups = provider->ops.Flags & NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS;
    GROUP_AFFINITY group_0 = existing(provider->iface->kernel, (GROUP_AFFINITY){.Mask = 0});

    if (affinity.Group == 0)
        group_0 = affinity;
    else if (!groups)
        affinity = group_0;
    NET_DMA_CHANNEL_PARAMETERS parameters = {
        .Revision = NET_DMA_CHANNEL_REVISION_1,
        /* The size of the structure without ProcessorAffinityMaskEx, padding included (A14). */
        .Size = offsetof(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMaskEx),
        .ProcessorAffinityMask = (ULONG)group_0.Mask,
        .ChannelPriority = priority,
    };
    if (!parameters.ProcessorAffinityMask)
        parameters.ProcessorAffinityMask =
            (ULONG)existing(provider->iface->kernel, (GROUP_AFFINITY){.Mask = 0}).Mask;
    if (provider->version >= NETDMA_2_1) {
        parameters.Revision = NET_DMA_CHANNEL_REVISION_2;
        parameters.Size = SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2;
        parameters.ProcessorAffinityMaskEx = affinity;
    }
    return parameters;
}

static NTSTATUS attach(struct netdma_channel *chan, struct netdma_provider *provider,
                       const struct netdma_channel_options *options)
{
    GROUP_AFFINITY affinity = existing(chan->iface->kernel, options->affinity);
    NET_DMA_CHANNEL_PARAMETERS parameters =
        parameters_for(provider, affinity, options->priority);

    return netdma_channel_attach(chan, provider, &parameters, options->dca);
}

static NTSTATUS attach_to(struct netdma_channel *chan, struct netdma_provider *provider,
                          const struct netdma_channel_options *options)
{
    if (provider->state != NETDMA_STARTED || provider->powered_down)
        return STATUS_UNSUCCESSFUL;
    return netdma_provider_free(provider) ? attach(chan, provider, options) : STATUS_RESOURCES;
}

static NTSTATUS attach_to_any(struct netdma_channel *chan,
                              const struct netdma_channel_options *options)
{
    for (struct netdma_provider *provider = chan->iface->providers; provider;
         provider = provider->next)
        if (netdma_provider_free(provider) && attach(chan, provider, options) == STATUS_SUCCESS)
            return STATUS_SUCCESS;
    return STATUS_RESOURCES;
}

NTSTATUS NetDmaAllocateChannel(PVOID NetDmaClientHandle, PVOID ProviderHandle,
                               const struct netdma_channel_options *Options,
                               PVOID *pNetDmaChannelHandle)
{
    const struct netdma_channel_options none = {.priority = 0};
    struct netdma_provider *provider = NULL;
    NTSTATUS status;

    if (pNetDmaChannelHandle)
        *pNetDmaChannelHandle = NULL;
    struct netdma_client *client =
        enter_object("NetDmaAllocateChannel", KERNEL_PASSIVE, NETDMA_KIND_CLIENT,
                     NetDmaClientHandle, &status);
    if (!client)
        return status;
    if (ProviderHandle && !(provider = netdma_handle_need(client->iface, NETDMA_KIND_PROVIDER,
                                                          ProviderHandle, "NetDmaAllocateChannel")))
        return STATUS_INVALID_HANDLE;
    if (!Options)
        Options = &none;
    if (!pNetDmaChannelHandle || !existing(client->iface->kernel, Options->affinity).Mask)
        return STATUS_INVALID_PARAMETER;

    struct netdma_channel *chan = netdma_channel_new(client->iface);
    if (!chan)
        return STATUS_RESOURCES;
    status = provider ? attach_to(chan, provider, Options) : attach_to_any(chan, Options);
    if (status && !Options->cpu_fallback) {
        netdma_channel_free(chan);
        return status;
    }
    chan->client = client;
    chan->next = client->channels;
    client->channels = chan;
    *pNetDmaChannelHandle = chan->handle;
    return STATUS_SUCCESS;
}

VOID NetDmaFreeChannel(PVOID NetDmaChannelHandle)
{
    NTSTATUS status;
    struct netdma_channel *chan = enter_object("NetDmaFreeChannel", KERNEL_PASSIVE,
                                               NETDMA_KIND_CHANNEL, NetDmaChannelHandle, &status);

    if (chan)
        free_channel(chan);
}

NTSTATUS netdma_channel_info(PVOID NetDmaChannelHandle, struct netdma_channel_info *info)
{
    NTSTATUS status;
    const struct netdma_channel *chan =
        enter_channel("netdma_channel_info", NetDmaChannelHandle, &status);

    if (!chan)
        return status;
    if (!info)
        return STATUS_INVALID_PARAMETER;
    *info = (struct netdma_channel_info){
        .provider = chan->port.provider ? chan->port.provider->handle : NULL,
        .cpu = chan->port.cpu,
        .offload = chan->offload,
        .descriptors = chan->slots,
        .pending = (ULONG)(chan->head - chan->issued),
        .outstanding = (ULONG)(chan->issued - chan->tail),
        .starts = chan->starts,
        .appends = chan->appends,
        .errors = chan->errors,
    };
    return STATUS_SUCCESS;
}

/* ---- requests ---- */

/* Takes a request over and gives it its number. */
static NTSTATUS post(struct netdma_channel *chan, const struct netdma_request *wanted,
                     NET_DMA_COPY_ID *id)
{
    struct kernel *kernel = chan->iface->kernel;

    if (chan->next_id - chan->reported >= NETDMA_REQUESTS_MAX)
        return STATUS_RESOURCES;
    if (!kernel_lock(kernel, &chan->lock, "the NetDMA channel"))
        return STATUS_UNSUCCESSFUL;
    struct netdma_request *req = netdma_request(chan, chan->next_id);
    *req = *wanted;
    if (!chan->offload)
        req->cpu = true;
    if (id)
        *id = chan->next_id;
    chan->next_id++;
    kernel_unlock(kernel, &chan->lock, "the NetDMA channel");
    netdma_service(chan);
    return STATUS_SUCCESS;
}

static NTSTATUS request(const char *name, enum kernel_irql highest, PVOID handle,
                        const struct netdma_copy *copy, NET_DMA_COPY_ID *id)
{
    const ULONG known = NETDMA_SOURCE_NO_SNOOP | NETDMA_DESTINATION_NO_SNOOP | NETDMA_SERIALIZE;
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_object(name, highest, NETDMA_KIND_CHANNEL, handle, &status);

    if (!chan)
        return status;
    if (!copy || copy->flags & ~known)
        return STATUS_INVALID_PARAMETER;
    struct netdma_request req = {
        .dst = netdma_cursor_chain(copy->destination, copy->destination_offset),
        .src = copy->source ? netdma_cursor_chain(copy->source, copy->source_offset)
                            : netdma_cursor_bus((uint64_t)copy->source_address.QuadPart),
        .length = copy->length,
        .flags = copy->flags | (chan->dca ? NET_DMA_DESTINATION_DCA_ENABLE : 0),
        .done = copy->done,
        .context = copy->context,
    };
    const struct kernel *kernel = chan->iface->kernel;
    enum netdma_reach src = netdma_cursor_reach(kernel, req.src, req.length, chan->address_max);
    enum netdma_reach dst = netdma_cursor_reach(kernel, req.dst, req.length, chan->address_max);
    if (src == NETDMA_REACH_NONE || dst == NETDMA_REACH_NONE)
        return STATUS_INVALID_PARAMETER;
    req.cpu = src == NETDMA_REACH_CPU || dst == NETDMA_REACH_CPU;
    return post(chan, &req, id);
}

NTSTATUS netdma_copy(PVOID NetDmaChannelHandle, const struct netdma_copy *copy,
                     NET_DMA_COPY_ID *id)
{
    return request("netdma_copy", KERNEL_DISPATCH, NetDmaChannelHandle, copy, id);
}

NTSTATUS NetDmaChainCopyVirtualToVirtual(PVOID NetDmaChannelHandle,
                                         const struct netdma_chain *Destination,
                                         size_t DestinationOffset,
                                         const struct netdma_chain *Source, size_t SourceOffset,
                                         size_t Length, NET_DMA_COPY_ID *pCopyId)
{
    const struct netdma_copy copy = {
        .destination = Destination,
        .destination_offset = DestinationOffset,
        .source = Source,
        .source_offset = SourceOffset,
        .length = Length,
    };

    return request("NetDmaChainCopyVirtualToVirtual", KERNEL_DISPATCH, NetDmaChannelHandle,
                   Source ? &copy : NULL, pCopyId);
}

NTSTATUS NetDmaChainCopyPhysicalToVirtual(PVOID NetDmaChannelHandle,
                                          const struct netdma_chain *Destination,
                                          size_t DestinationOffset, PHYSICAL_ADDRESS Source,
                                          size_t Length, NET_DMA_COPY_ID *pCopyId)
{
    const struct netdma_copy copy = {
        .destination = Destination,
        .destination_offset = DestinationOffset,
        .source_address = Source,
        .length = Length,
    };

    return request("NetDmaChainCopyPhysicalToVirtual", KERNEL_DISPATCH, NetDmaChannelHandle, &copy,
                   pCopyId);
}

NTSTATUS NetDmaNullTransfer(PVOID NetDmaChannelHandle, netdma_done_fn *Done, PVOID Context,
                            NET_DMA_COPY_ID *pCopyId)
{
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_channel("NetDmaNullTransfer", NetDmaChannelHandle, &status);
    const struct netdma_request req = {.done = Done, .context = Context};

    return chan ? post(chan, &req, pCopyId) : status;
}

/* ---- completion ---- */

/* *status: the answer, when there is one by now. False: no such request. */
static bool answer(struct netdma_channel *chan, NET_DMA_COPY_ID id, NTSTATUS *status)
{
    if (!id || id >= chan->next_id || chan->next_id - id > NETDMA_PLACES) {
        *status = STATUS_INVALID_PARAMETER;
        return false;
    }
    *status = id < chan->done ? netdma_request(chan, id)->status : STATUS_PENDING;
    return true;
}

NTSTATUS NetDmaIsDmaCopyComplete(PVOID NetDmaChannelHandle, NET_DMA_COPY_ID CopyId)
{
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_channel("NetDmaIsDmaCopyComplete", NetDmaChannelHandle, &status);

    if (!chan || !answer(chan, CopyId, &status) || status != STATUS_PENDING)
        return status;
    netdma_service(chan);
    answer(chan, CopyId, &status);
    return status;
}

struct awaited {
    PVOID handle;
    NET_DMA_COPY_ID id;
    NTSTATUS status;
};

static bool is_done(void *ctx)
{
    struct awaited *awaited = ctx;

    awaited->status = NetDmaIsDmaCopyComplete(awaited->handle, awaited->id);
    return awaited->status != STATUS_PENDING;
}

NTSTATUS netdma_wait(PVOID NetDmaChannelHandle, NET_DMA_COPY_ID id, uint64_t timeout_ns)
{
    struct awaited awaited = {.handle = NetDmaChannelHandle, .id = id};
    NTSTATUS status;
    struct netdma_channel *chan = enter_object("netdma_wait", KERNEL_PASSIVE, NETDMA_KIND_CHANNEL,
                                               NetDmaChannelHandle, &status);

    if (!chan)
        return status;
    chan->flush = true;
    kernel_wait(chan->iface->kernel, is_done, &awaited, timeout_ns);
    return awaited.status == STATUS_PENDING ? STATUS_TIMEOUT : awaited.status;
}

NTSTATUS netdma_copy_wait(PVOID NetDmaChannelHandle, const struct netdma_copy *copy,
                          uint64_t timeout_ns)
{
    NET_DMA_COPY_ID id;
    NTSTATUS status = request("netdma_copy_wait", KERNEL_PASSIVE, NetDmaChannelHandle, copy, &id);

    return status ? status : netdma_wait(NetDmaChannelHandle, id, timeout_ns);
}

/* ---- batches ---- */

VOID NetDmaFlushPendingDescriptors(PVOID NetDmaChannelHandle)
{
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_channel("NetDmaFlushPendingDescriptors", NetDmaChannelHandle, &status);

    if (!chan)
        return;
    chan->flush = true;
    netdma_service(chan);
}

VOID NetDmaPrefetchNextDescriptor(PVOID NetDmaChannelHandle)
{
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_channel("NetDmaPrefetchNextDescriptor", NetDmaChannelHandle, &status);

    if (chan && chan->slots)
        __builtin_prefetch(netdma_slot(chan, chan->head), 1);
}

ULONG NetDmaGetMaxPendingDescriptors(PVOID NetDmaChannelHandle)
{
    NTSTATUS status;
    const struct netdma_channel *chan =
        enter_channel("NetDmaGetMaxPendingDescriptors", NetDmaChannelHandle, &status);

    return chan ? chan->max_pending : 0;
}

NTSTATUS NetDmaSetMaxPendingDescriptors(PVOID NetDmaChannelHandle, ULONG MaxPendingDescriptors)
{
    NTSTATUS status;
    struct netdma_channel *chan =
        enter_channel("NetDmaSetMaxPendingDescriptors", NetDmaChannelHandle, &status);
    ULONG most = chan ? (1u << chan->iface->config.ring_log2) - 2 : 0;

    if (!chan)
        return status;
    if (!MaxPendingDescriptors || MaxPendingDescriptors > most)
        return STATUS_INVALID_PARAMETER;
    chan->max_pending = MaxPendingDescriptors;
    netdma_service(chan);
    return STATUS_SUCCESS;
}
