/* provider_channel.c - the callbacks of a channel.
 *
 * Hardware action of each: the I/OAT sheet, section 5.6. What is refused: the NetDMA
 * sheet, sections 4.19 and 5.
 */
#include "provider_priv.h"

/* ---- entry ---- */

static struct provider_channel *enter(PVOID context, const char *where)
{
    struct provider_channel *chan = context;

    if (!chan || !kernel_lock(chan->provider->kernel, &chan->lock, where))
        return NULL;
    if (chan->allocated)
        return chan;
    kernel_unlock(chan->provider->kernel, &chan->lock, where);
    return NULL;
}

static NTSTATUS leave(struct provider_channel *chan, const char *where, NTSTATUS status,
                      uint64_t *counter)
{
    (*(status == STATUS_SUCCESS ? counter : &chan->stats.refused))++;
    kernel_unlock(chan->provider->kernel, &chan->lock, where);
    return status;
}

static NTSTATUS nt_status(enum ioat_status status)
{
    return status ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
}

/* ---- allocate and free ---- */

static bool address_valid(const struct provider *provider, uint64_t bus, unsigned bytes)
{
    return bus && bus % bytes == 0 && bus <= provider->address_max - (bytes - 1);
}

static bool parameters_valid(const struct provider *provider,
                             const NET_DMA_CHANNEL_PARAMETERS *parameters)
{
    switch (parameters->Revision) {
    case NET_DMA_CHANNEL_REVISION_1:
        if (parameters->Size < SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1)
            return false;
        break;
    case NET_DMA_CHANNEL_REVISION_2:
        if (parameters->Size < SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2)
            return false;
        break;
    default:
        return false;
    }
    return !parameters->Flags && parameters->CompletionVirtualAddress &&
           (uintptr_t)parameters->CompletionVirtualAddress % sizeof(uint64_t) == 0 &&
           address_valid(provider, (uint64_t)parameters->CompletionPhysicalAddress.QuadPart,
                         sizeof(uint64_t));
}

static bool cpu_wanted(const NET_DMA_CHANNEL_PARAMETERS *parameters, unsigned cpu)
{
    enum { GROUP = 64, MASK_BITS = 32 };

    if (parameters->Revision == NET_DMA_CHANNEL_REVISION_1)
        return cpu < MASK_BITS && parameters->ProcessorAffinityMask >> cpu & 1;
    return cpu / GROUP == parameters->ProcessorAffinityMaskEx.Group &&
           parameters->ProcessorAffinityMaskEx.Mask >> cpu % GROUP & 1;
}

/* The CPU of the channel's DPC: that of its interrupt, or the first one of the mask. */
static unsigned choose_cpu(const struct provider_channel *chan,
                           const NET_DMA_CHANNEL_PARAMETERS *parameters)
{
    if (!cpu_wanted(parameters, chan->interrupt_cpu))
        for (unsigned cpu = 0; cpu < kernel_cpus(chan->provider->kernel); cpu++)
            if (cpu_wanted(parameters, cpu))
                return cpu;
    return chan->interrupt_cpu;
}

static enum ioat_status open_channel(struct provider_channel *chan,
                                     const NET_DMA_CHANNEL_PARAMETERS *parameters)
{
    struct provider *provider = chan->provider;
    const uint64_t priority_max = IOAT_FIELD_GET(~UINT64_C(0), CHANCTRL, PRIORITY);
    struct ioat_chan_config config;
    enum ioat_status status;

    /* A channel that did not obey at its last free gets another chance. */
    if ((status = ioat_chan_close(chan->chan)))
        return status;
    chan->chan = NULL;
    ioat_chan_config_init(&config);
    config.ring_log2 = 0;
    config.priority = (unsigned)(parameters->ChannelPriority < priority_max
                                     ? parameters->ChannelPriority : priority_max);
    config.wait_ns = provider->config.wait_ns;
    config.word = parameters->CompletionVirtualAddress;
    config.word_bus = (uint64_t)parameters->CompletionPhysicalAddress.QuadPart;
    config.keep_word = true;     /* the client's until its first start */
    return ioat_chan_open(provider->dev, chan->index, &config, &chan->chan);
}

static NTSTATUS try_channel(struct provider_channel *chan, PNET_DMA_CHANNEL_PARAMETERS parameters,
                            PVOID handle)
{
    static const char where[] = "ProviderAllocateDmaChannel";

    if (!kernel_lock(chan->provider->kernel, &chan->lock, where))
        return STATUS_UNSUCCESSFUL;
    enum ioat_status status = open_channel(chan, parameters);
    if (!status) {
        chan->word = parameters->CompletionVirtualAddress;
        chan->handle = handle;
        chan->started = chan->suspended = chan->failed = chan->lost = false;
        provider_list_forget(chan);
        parameters->CpuNumber = choose_cpu(chan, parameters);
        chan->allocated = true;
    }
    kernel_unlock(chan->provider->kernel, &chan->lock, where);
    /* Held by another driver: like one that is taken. */
    return status == IOAT_ENOMEM || status == IOAT_ESTATE ? STATUS_RESOURCES : nt_status(status);
}

NTSTATUS provider_allocate(PVOID context, PNET_DMA_CHANNEL_PARAMETERS parameters, PVOID handle,
                           PVOID *channel)
{
    struct provider *provider = context;
    NTSTATUS status = STATUS_RESOURCES;

    if (!provider || !parameters || !channel || !provider->started || provider->powered_down ||
        !parameters_valid(provider, parameters))
        return STATUS_UNSUCCESSFUL;
    /* R-AFF-7: first the channels whose interrupt comes where the mask wants it. */
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned n = 0; n < provider->channels; n++) {
            struct provider_channel *chan = &provider->channel[n];
            if (chan->allocated || cpu_wanted(parameters, chan->interrupt_cpu) != (pass == 0))
                continue;
            NTSTATUS got = try_channel(chan, parameters, handle);
            if (got == STATUS_SUCCESS) {
                *channel = chan;
                return got;
            }
            if (got == STATUS_UNSUCCESSFUL)
                status = got;
        }
    }
    return status;
}

VOID provider_free(PVOID context)
{
    static const char where[] = "ProviderFreeDmaChannel";
    struct provider_channel *chan = enter(context, where);

    if (!chan)
        return;
    chan->allocated = false;
    chan->handle = NULL;
    kernel_dpc_remove(chan->provider->kernel, &chan->dpc);
    /* When it does not obey, its memory stays and the next allocate tries again. */
    if (!ioat_chan_close(chan->chan))
        chan->chan = NULL;
    kernel_unlock(chan->provider->kernel, &chan->lock, where);
}

/* ---- start and append ---- */

static bool list_valid(const struct provider *provider, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                       ULONG count)
{
    return !provider->powered_down && desc &&
           address_valid(provider, bus, sizeof(NET_DMA_DESCRIPTOR)) &&
           (count || !provider->counted);
}

static NTSTATUS start(struct provider_channel *chan, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                      ULONG count)
{
    bool counted = chan->provider->counted;
    uint64_t before = __atomic_load_n(chan->word, __ATOMIC_RELAXED);
    enum ioat_status status;

    if (!list_valid(chan->provider, desc, bus, count) || chan->lost)
        return STATUS_UNSUCCESSFUL;
    if (counted && count > UINT16_MAX)
        return STATUS_RESOURCES;
    /* Takes CHANERR away, which a start alone would leave (K-13). */
    if (chan->started && provider_halted(chan) && (status = ioat_abort(chan->chan)))
        return nt_status(status);
    status = counted ? ioat_count_start(chan->chan, bus, count) : ioat_list_start(chan->chan, bus);
    if (status)
        return nt_status(status);
    chan->started = true;
    chan->suspended = chan->failed = false;
    chan->word_before = before;
    provider_list_forget(chan);
    if (counted)
        provider_list_follow(chan, desc, bus, count);
    return STATUS_SUCCESS;
}

NTSTATUS provider_start_dma(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus,
                            ULONG count)
{
    static const char where[] = "ProviderStartDma";
    struct provider_channel *chan = enter(context, where);

    if (!chan)
        return STATUS_UNSUCCESSFUL;
    return leave(chan, where, start(chan, desc, (uint64_t)bus.QuadPart, count),
                 &chan->stats.starts);
}

static NTSTATUS append(struct provider_channel *chan, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                       ULONG count)
{
    if (!list_valid(chan->provider, desc, bus, count) || !chan->started || chan->lost ||
        provider_halted(chan))
        return STATUS_UNSUCCESSFUL;
    if (!chan->provider->counted)
        return nt_status(ioat_list_append(chan->chan));
    if ((chan->next_bus && bus != chan->next_bus) || !provider_list_room(chan, count))
        return STATUS_UNSUCCESSFUL;
    enum ioat_status status = ioat_count_add(chan->chan, count);
    if (!status)
        provider_list_follow(chan, desc, bus, count);
    return nt_status(status);
}

NTSTATUS provider_append_dma(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus,
                             ULONG count)
{
    static const char where[] = "ProviderAppendDma";
    struct provider_channel *chan = enter(context, where);

    if (!chan)
        return STATUS_UNSUCCESSFUL;
    return leave(chan, where, append(chan, desc, (uint64_t)bus.QuadPart, count),
                 &chan->stats.appends);
}

/* ---- suspend and resume ---- */

static NTSTATUS suspend(struct provider_channel *chan, PPHYSICAL_ADDRESS *last)
{
    struct ioat_chan_status now;
    enum ioat_status status;

    if (!last || !chan->started || chan->lost || provider_halted(chan))
        return STATUS_UNSUCCESSFUL;
    if (!chan->suspended) {
        status = ioat_suspend(chan->chan);
        if (!status)
            status = ioat_chan_status(chan->chan, &now);
        if (status) {
            if (status == IOAT_EHALTED)
                provider_note_halt(chan);
            return nt_status(status);
        }
        provider_store_word(chan, now.completed, NetDmaTransferStatusSuspend);
        chan->suspended = true;
        chan->last.QuadPart = (LONGLONG)now.completed;
    }
    *last = &chan->last;         /* A3 */
    return STATUS_SUCCESS;
}

NTSTATUS provider_suspend_dma(PVOID context, PPHYSICAL_ADDRESS *last)
{
    static const char where[] = "ProviderSuspendDma";
    struct provider_channel *chan = enter(context, where);

    if (!chan)
        return STATUS_UNSUCCESSFUL;
    return leave(chan, where, suspend(chan, last), &chan->stats.suspends);
}

NTSTATUS provider_resume_dma(PVOID context)
{
    static const char where[] = "ProviderResumeDma";
    struct provider_channel *chan = enter(context, where);
    NTSTATUS status = STATUS_UNSUCCESSFUL;

    if (!chan)
        return status;
    if (chan->suspended && !chan->lost)
        status = nt_status(ioat_resume(chan->chan));
    if (status == STATUS_SUCCESS) {
        chan->suspended = false;
        /* The list may have been edited: its end is not known until the next append. */
        chan->tail_bus = chan->next_bus = 0;
    }
    return leave(chan, where, status, &chan->stats.resumes);
}

/* ---- abort and reset ---- */

static void forget(struct provider_channel *chan)
{
    chan->started = chan->suspended = chan->failed = false;
    provider_list_forget(chan);
}

/* ABORT keeps the address of the last completed descriptor (K-21). */
static enum ioat_status abort_engine(struct provider_channel *chan, uint64_t *completed)
{
    struct ioat_chan_status now = {0};
    enum ioat_status status = ioat_abort(chan->chan);

    if (!status && !(status = ioat_chan_status(chan->chan, &now)))
        *completed = now.completed;
    return status;
}

/* RESET alone loses the address, and an ACTIVE channel that becomes idle just before it
 * gets no word from the engine: hence ABORT first. Where that fails RESET still may work. */
static enum ioat_status reset(struct provider_channel *chan)
{
    uint64_t completed = 0;
    enum ioat_status status;

    if (chan->started && !chan->lost)
        abort_engine(chan, &completed);
    status = ioat_reset(chan->chan);
    chan->lost = status;
    if (status)
        return status;
    if (chan->started)
        provider_store_halt(chan, completed);
    forget(chan);
    return IOAT_OK;
}

/* A reset that did not end has cleared registers that ABORT would leave so. */
static enum ioat_status abort_list(struct provider_channel *chan)
{
    uint64_t completed;
    enum ioat_status status;

    if (chan->lost)
        return reset(chan);
    if (!chan->started)
        return IOAT_OK;
    if ((status = abort_engine(chan, &completed)))
        return status;
    provider_store_halt(chan, completed);
    forget(chan);
    return IOAT_OK;
}

NTSTATUS provider_abort_dma(PVOID context)
{
    static const char where[] = "ProviderAbortDma";
    struct provider_channel *chan = enter(context, where);
    enum ioat_status status = IOAT_OK;

    if (!chan)
        return STATUS_UNSUCCESSFUL;
    /* Without power nothing runs, and nothing answers. */
    if (!chan->provider->powered_down)
        status = abort_list(chan);
    return leave(chan, where, nt_status(status), &chan->stats.aborts);
}

NTSTATUS provider_reset_channel(PVOID context)
{
    static const char where[] = "ProviderResetChannel";
    struct provider_channel *chan = enter(context, where);
    enum ioat_status status = IOAT_OK;

    if (!chan)
        return STATUS_UNSUCCESSFUL;
    if (!chan->provider->powered_down)
        status = reset(chan);
    return leave(chan, where, nt_status(status), &chan->stats.resets);
}

void provider_quiesce(struct provider_channel *chan)
{
    static const char where[] = "the provider's power";

    if (!kernel_lock(chan->provider->kernel, &chan->lock, where))
        return;
    chan->lost = ioat_reset(chan->chan);
    forget(chan);
    kernel_unlock(chan->provider->kernel, &chan->lock, where);
}
