/* provider.c - the provider's life: probe, registration, attributes, power. */
#include "provider_priv.h"

#include "netdma_interface.h"

#include <stdlib.h>
#include <string.h>

enum {
    VERSION_1_0 = 0x100, VERSION_1_1 = 0x101, VERSION_2_0 = 0x200, VERSION_2_1 = 0x201,
    ADDRESS_BITS_MIN = 32, ADDRESS_BITS_MAX = 64,
};

static unsigned version(const struct provider_config *config)
{
    return config->major << 8 | config->minor;
}

void provider_config_init(struct provider_config *config)
{
    *config = (struct provider_config){
        .major = 2,
        .address_bits = ADDRESS_BITS_MAX,
        .vendor = 0x8086,        /* the lab personality, docs/architecture */
        .wait_ns = 10000000,
        .name = "I/OAT DMA engine",
    };
}

static bool config_valid(const struct provider_config *config)
{
    size_t length = config->name ? strlen(config->name) : 0;
    unsigned wanted = version(config);

    return config->kernel && config->bar && config->minor < 0x100 && config->wait_ns &&
           (wanted == VERSION_1_0 || wanted == VERSION_1_1 || wanted == VERSION_2_0 ||
            wanted == VERSION_2_1) &&
           config->address_bits >= ADDRESS_BITS_MIN && config->address_bits <= ADDRESS_BITS_MAX &&
           length && length <= PROVIDER_NAME_MAX;
}

/* ---- the platform below ioat.h: registers as given, time and memory are the kernel's ---- */

static uint64_t now(void *ctx)
{
    return kernel_now(((struct provider *)ctx)->kernel);
}

static enum ioat_status delay(void *ctx, uint64_t ns)
{
    return kernel_stall(((struct provider *)ctx)->kernel, ns);
}

static enum ioat_status allocate(void *ctx, size_t bytes, size_t align, struct dma_buf *buf)
{
    return kernel_alloc(((struct provider *)ctx)->kernel, bytes, align, buf);
}

static void release(void *ctx, struct dma_buf *buf)
{
    kernel_free(((struct provider *)ctx)->kernel, buf);
}

static const struct clock_ops clock_ops = {.now_ns = now, .delay_ns = delay};
static const struct dma_ops dma_ops = {.alloc = allocate, .free = release};

/* ---- affinity ---- */

/* All or nothing. The platform's owner of the interrupts asks provider_interrupt_cpu. */
static NTSTATUS set_affinity(PVOID context, PNET_DMA_CHANNEL_CPU_AFFINITY array, ULONG bytes)
{
    struct provider *provider = context;
    const size_t entry = sizeof *array;

    if (!provider ||
        !kernel_require(provider->kernel, "ProviderSetDmaChannelCpuAffinity", KERNEL_PASSIVE,
                        KERNEL_PASSIVE) ||
        !array || bytes % entry)
        return STATUS_UNSUCCESSFUL;
    for (ULONG n = 0; n < bytes / entry; n++)
        if (array[n].DmaChannel >= provider->channels ||
            array[n].CpuNumber >= kernel_cpus(provider->kernel))
            return STATUS_UNSUCCESSFUL;
    for (ULONG n = 0; n < bytes / entry; n++)
        provider->channel[array[n].DmaChannel].interrupt_cpu = array[n].CpuNumber;
    return STATUS_SUCCESS;
}

unsigned provider_interrupt_cpu(const struct provider *provider, unsigned channel)
{
    return channel < provider->channels ? provider->channel[channel].interrupt_cpu : 0;
}

/* ---- what the interface has ---- */

/* NULL: it is too old for that (R-VER-3). */
static NETDMA_ROUTINE find_routine(const char *ascii)
{
    enum { CHARACTERS = 32 };
    WCHAR text[CHARACTERS];
    size_t length = 0;

    while (*ascii && length < CHARACTERS)
        text[length++] = (unsigned char)*ascii++;
    UNICODE_STRING name = {
        .Length = (USHORT)(length * sizeof(WCHAR)), .MaximumLength = sizeof text, .Buffer = text,
    };
    return NdisGetRoutineAddress(&name);
}

/* The version that provider and interface share: the older one of both. */
static void choose_version(struct provider_config *config)
{
    typedef UINT (*get_version_fn)(VOID);
    get_version_fn get_version = (get_version_fn)find_routine("NetDmaGetVersion");
    UINT theirs = get_version ? get_version() : 1u << 16;

    if (version(config) <= (theirs >> 16 << 8 | (theirs & 0xFF)))
        return;
    config->major = theirs >> 16;
    config->minor = theirs & 0xFF;
}

/* ---- open and close ---- */

static enum ioat_status probe(struct provider *provider)
{
    const struct provider_config *config = &provider->config;
    enum ioat_status status;

    provider->platform = (struct ioat_platform){
        .bar = config->bar, .bar_ctx = config->bar_ctx,
        .dma = &dma_ops, .dma_ctx = provider,
        .clock = &clock_ops, .clock_ctx = provider,
    };
    if ((status = ioat_open(&provider->platform, &provider->dev)))
        return status;
    const struct ioat_info *info = ioat_info(provider->dev);
    /* The library uses page breaks with every 2.x provider. */
    if (provider->counted && !info->page_break)
        return IOAT_ENODEV;
    provider->channels = info->channels;
    if (config->channels && config->channels < info->channels)
        provider->channels = config->channels;
    for (unsigned n = 0; n < provider->channels; n++) {
        struct provider_channel *chan = &provider->channel[n];
        chan->provider = provider;
        chan->index = n;
        kernel_dpc_init(&chan->dpc, "the provider's DPC", provider_dpc, chan);
    }
    return IOAT_OK;
}

static NTSTATUS register_provider(struct provider *provider)
{
    size_t length = strlen(provider->config.name);
    NET_DMA_PROVIDER_CHARACTERISTICS characteristics = {
        .MajorVersion = (UCHAR)provider->config.major,
        .MinorVersion = (UCHAR)provider->config.minor,
        .Size = sizeof characteristics,
        .MaxDmaChannelCount = provider->channels,
        .SetDmaChannelCpuAffinity = set_affinity,
        .AllocateDmaChannel = provider_allocate,
        .FreeDmaChannel = provider_free,
        .StartDma = provider_start_dma,
        .AppendDma = provider_append_dma,
        .SuspendDma = provider_suspend_dma,
        .ResumeDma = provider_resume_dma,
        .AbortDma = provider_abort_dma,
        .ResetChannel = provider_reset_channel,
    };

    for (size_t n = 0; n < length; n++)
        provider->name[n] = (unsigned char)provider->config.name[n];
    characteristics.FriendlyName = (UNICODE_STRING){
        .Length = (USHORT)(length * sizeof(WCHAR)),
        .MaximumLength = (USHORT)(length * sizeof(WCHAR)),
        .Buffer = provider->name,
    };
    return NetDmaRegisterProvider(provider, &provider->handle, &characteristics);
}

enum ioat_status provider_open(const struct provider_config *config, struct provider **result)
{
    enum ioat_status status;

    if (!result)
        return IOAT_EINVAL;
    *result = NULL;
    if (!config || !config_valid(config))
        return IOAT_EINVAL;
    struct provider *provider = calloc(1, sizeof *provider);
    if (!provider)
        return IOAT_ENOMEM;
    provider->config = *config;
    provider->kernel = config->kernel;
    choose_version(&provider->config);
    provider->counted = provider->config.major >= 2;
    provider->address_max = ~UINT64_C(0) >> (ADDRESS_BITS_MAX - config->address_bits);
    status = probe(provider);
    if (!status && register_provider(provider) != STATUS_SUCCESS)
        status = IOAT_ESTATE;
    if (status) {
        ioat_close(provider->dev);
        free(provider);
        return status;
    }
    *result = provider;
    return IOAT_OK;
}

void provider_close(struct provider *provider)
{
    if (!provider)
        return;
    provider_stop(provider);
    NetDmaDeregisterProvider(provider->handle);
    /* What did not obey when it was freed has had its chance. */
    for (unsigned n = 0; n < provider->channels; n++)
        if (ioat_chan_close(provider->channel[n].chan))
            ioat_chan_abandon(provider->channel[n].chan);
    ioat_close(provider->dev);
    free(provider);
}

PVOID provider_handle(const struct provider *provider)
{
    return provider->handle;
}

unsigned provider_channels(const struct provider *provider)
{
    return provider->channels;
}

void provider_stats(const struct provider *provider, unsigned channel,
                    struct provider_stats *stats)
{
    *stats = provider->channel[channel].stats;
}

/* ---- start and stop ---- */

void provider_start(struct provider *provider)
{
    const struct ioat_info *info = ioat_info(provider->dev);
    NET_DMA_PROVIDER_ATTRIBUTES attributes = {
        .MajorHwVersion = (UCHAR)IOAT_FIELD_GET(info->cbver, CBVER, MAJOR),
        .MinorHwVersion = (UCHAR)IOAT_FIELD_GET(info->cbver, CBVER, MINOR),
        .Size = sizeof attributes,
        .VendorId = provider->config.vendor,
        .DmaChannelCount = provider->channels,
        .MaximumTransferSize = info->transfer_max,
        .MaximumAddressSpace.QuadPart = (LONGLONG)provider->address_max,
    };

    if (provider->started)
        return;
    /* Callbacks may come before NetDmaProviderStart returns. */
    provider->started = true;
    provider->powered_down = false;
    NetDmaProviderStart(provider->handle, &attributes);
}

void provider_stop(struct provider *provider)
{
    if (!provider->started)
        return;
    NetDmaProviderStop(provider->handle);
    provider->started = false;
}

/* ---- power ---- */

/* False: provider or interface is one of 1.0, which has no such events. */
static bool notify(struct provider *provider, NET_DMA_PNP_NOTIFICATION_CODE code)
{
    typedef VOID (*notify_fn)(PVOID handle, PNET_DMA_PNP_NOTIFICATION event);
    NET_DMA_PNP_NOTIFICATION event = {
        .StructureRevision = NET_DMA_PNP_NOTIFICATION_REVISION_1,
        .StructureSize = sizeof event,
        .NotificationCode = code,
    };

    if (version(&provider->config) < VERSION_1_1)
        return false;
    notify_fn call = (notify_fn)find_routine("NetDmaPnPEventNotify");
    if (!call)
        return false;
    call(provider->handle, &event);
    return true;
}

void provider_power_down(struct provider *provider)
{
    if (!provider->started || provider->powered_down)
        return;
    notify(provider, NetDmaNotificationProviderPowerDown);
    for (unsigned n = 0; n < provider->channels; n++)
        if (provider->channel[n].allocated)
            provider_quiesce(&provider->channel[n]);
    provider->powered_down = true;
}

void provider_power_up(struct provider *provider)
{
    if (!provider->powered_down)
        return;
    for (unsigned n = 0; n < provider->channels; n++)
        if (provider->channel[n].allocated)
            provider_quiesce(&provider->channel[n]);
    provider->powered_down = false;
    if (notify(provider, NetDmaNotificationProviderPowerUp))
        return;
    enum kernel_irql old = kernel_raise(provider->kernel, KERNEL_DISPATCH);
    for (unsigned n = 0; n < provider->channels; n++)
        if (provider->channel[n].allocated)
            NetDmaInterruptDpc(provider->channel[n].handle, (PHYSICAL_ADDRESS){.QuadPart = 0});
    kernel_lower(provider->kernel, old);
}
