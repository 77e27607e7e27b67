/* reference_provider.c - see reference_provider.h. In the order of a provider's life. */
#include "reference_provider.h"

#include <stdlib.h>
#include <string.h>

#include "netdma_interface.h"

enum { VENDOR = 0x8086, NAME_MAX_CHARS = 32, WORD_ALIGN = 8, DESC_ALIGN = 64 };

struct channel {
    struct engine_channel engine;
    struct reference_provider *provider;
    PVOID netdma;                /* NetDmaChannelHandle */
    struct kernel_interrupt message;
    struct kernel_dpc dpc;
    unsigned interrupt_cpu;      /* where the message comes, as SetDmaChannelCpuAffinity asked */
    unsigned dpc_cpu;
    unsigned priority;
    PHYSICAL_ADDRESS last;       /* what ProviderSuspendDma points to (A3) */
    uint64_t append_at;          /* 2.x: where the next append must begin; 0: not known */
    bool allocated;
    bool signalled;              /* line interrupts: wants attention */
    bool failed;                 /* halted by an error that the DPC has not told yet */
    bool dead;                   /* only with a defect */
};

struct reference_provider {
    struct engine engine;
    struct kernel *kernel;
    PVOID netdma;                /* NetDmaProviderHandle */
    unsigned major, minor;       /* as registered */
    bool msix, started, powered, ready;
    uint64_t time_ns;            /* the engine has moved so far */
    uint64_t messages;
    struct kernel_interrupt line;
    struct channel channel[REFERENCE_CHANNELS];
};

static bool wrong(const struct reference_provider *provider, enum defect defect)
{
    return provider->engine.defect == defect;
}

static PHYSICAL_ADDRESS address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

/* ---- run-time lookup: R-VER-3 ---- */

/* `text` as a UNICODE_STRING in buffer, which holds NAME_MAX_CHARS. */
static UNICODE_STRING unicode(WCHAR *buffer, const char *text)
{
    USHORT n = 0;

    while (text[n]) {
        buffer[n] = (WCHAR)text[n];
        n++;
    }
    return (UNICODE_STRING){.Length = (USHORT)(n * sizeof *buffer),
                            .MaximumLength = (USHORT)(n * sizeof *buffer), .Buffer = buffer};
}

static NETDMA_ROUTINE routine(const char *text)
{
    WCHAR buffer[NAME_MAX_CHARS];
    UNICODE_STRING name = unicode(buffer, text);

    return NdisGetRoutineAddress(&name);
}

/* An interface without NetDmaGetVersion is 1.0; never more than the interface has. */
static void choose_version(struct reference_provider *provider, unsigned major, unsigned minor)
{
    UINT (*get_version)(VOID) = (UINT (*)(VOID))routine("NetDmaGetVersion");
    UINT own = major << 16 | minor, interface = get_version ? get_version() : 1u << 16;
    UINT version = own < interface || wrong(provider, REGISTERS_ITS_OWN_VERSION) ? own : interface;

    provider->major = version >> 16;
    provider->minor = version & 0xFFFF;
    provider->engine.counted = provider->major >= 2;
    provider->engine.dca = provider->major >= 2;
}

/* ---- interrupts ---- */

/* The engine's signal: a message of the channel's own, or the line of all. */
static void on_signal(void *ctx)
{
    struct channel *chan = ctx;
    struct reference_provider *provider = chan->provider;

    chan->failed |= chan->engine.state == ENGINE_HALTED;
    chan->signalled = true;
    if (!provider->msix) {
        kernel_interrupt_raise(provider->kernel, &provider->line);
        return;
    }
    provider->messages++;
    kernel_interrupt_raise(provider->kernel, &chan->message);
}

/* NetDMA says where the DPC has to run (R-INT-3). */
static bool on_message(void *ctx)
{
    struct channel *chan = ctx;
    ULONG cpu = 0;

    chan->signalled = false;
    NetDmaIsr(chan->netdma,
              address(wrong(chan->provider, ISR_NAMES_NOTHING) ? 0 : chan->engine.last), &cpu);
    if (wrong(chan->provider, DPC_ON_ANY_CPU))
        cpu = (cpu + 1) % kernel_cpus(chan->provider->kernel);
    kernel_dpc_queue(chan->provider->kernel, &chan->dpc, cpu);
    return true;
}

static bool on_line(void *ctx)
{
    struct reference_provider *provider = ctx;
    bool ours = false;

    for (unsigned n = 0; n < REFERENCE_CHANNELS; n++)
        if (provider->channel[n].signalled)
            ours |= on_message(&provider->channel[n]);
    return ours;
}

/* R-INT-5: 0 after an error. */
static void on_dpc(void *ctx)
{
    struct channel *chan = ctx;
    bool failed = chan->failed && !wrong(chan->provider, ERROR_NAMES_A_DESCRIPTOR);

    chan->failed = false;
    NetDmaInterruptDpc(chan->netdma, address(failed ? 0 : chan->engine.last));
}

/* ---- SetDmaChannelCpuAffinity ---- */

/* Runs inside NetDmaRegisterProvider, so there is no handle yet (R-AFF-3). */
static NTSTATUS set_affinity(PVOID context, PNET_DMA_CHANNEL_CPU_AFFINITY array, ULONG bytes)
{
    struct reference_provider *provider = context;
    ULONG n = bytes / (ULONG)sizeof *array;

    if (!array || bytes % sizeof *array)
        return STATUS_UNSUCCESSFUL;
    if (wrong(provider, SETS_NO_AFFINITY_EARLY) && !provider->netdma)
        return STATUS_UNSUCCESSFUL;
    for (ULONG k = 0; k < n; k++)
        if (array[k].DmaChannel >= REFERENCE_CHANNELS ||
            array[k].CpuNumber >= kernel_cpus(provider->kernel))
            return STATUS_UNSUCCESSFUL;
    for (ULONG k = 0; k < n && !wrong(provider, IGNORES_AFFINITIES); k++)
        provider->channel[array[k].DmaChannel].interrupt_cpu = array[k].CpuNumber;
    return STATUS_SUCCESS;
}

/* ---- AllocateDmaChannel, FreeDmaChannel ---- */

static bool are_good(PNET_DMA_CHANNEL_PARAMETERS p)
{
    size_t least;

    if (!p)
        return false;
    if (p->Revision == NET_DMA_CHANNEL_REVISION_1)
        least = SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1;
    else if (p->Revision == NET_DMA_CHANNEL_REVISION_2)
        least = SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2;
    else
        return false;
    return p->Size >= least && !p->Flags && p->CompletionVirtualAddress &&
           p->CompletionPhysicalAddress.QuadPart % WORD_ALIGN == 0 &&
           (uint64_t)p->CompletionPhysicalAddress.QuadPart <= ENGINE_ADDRESS_MAX;
}

/* Whether the client wants its completions on that CPU; without a mask any will do. */
static bool accepts(PNET_DMA_CHANNEL_PARAMETERS p, unsigned cpu)
{
    if (p->Revision == NET_DMA_CHANNEL_REVISION_2 && p->ProcessorAffinityMaskEx.Mask)
        return cpu / 64 == p->ProcessorAffinityMaskEx.Group &&
               p->ProcessorAffinityMaskEx.Mask >> cpu % 64 & 1;
    return !p->ProcessorAffinityMask || (cpu < 32 && p->ProcessorAffinityMask >> cpu & 1);
}

/* R-AFF-7: a channel whose message comes where the client wants it, else any. */
static struct channel *choose_channel(struct reference_provider *provider,
                                      PNET_DMA_CHANNEL_PARAMETERS p)
{
    struct channel *any = NULL;

    for (unsigned n = 0; n < REFERENCE_CHANNELS; n++) {
        struct channel *chan = &provider->channel[n];
        if (chan->allocated)
            continue;
        if (provider->msix && accepts(p, chan->interrupt_cpu))
            return chan;
        if (!any)
            any = chan;
    }
    return any;
}

static unsigned choose_cpu(const struct channel *chan, PNET_DMA_CHANNEL_PARAMETERS p)
{
    if (wrong(chan->provider, IGNORES_THE_MASK) || accepts(p, chan->interrupt_cpu))
        return chan->interrupt_cpu;
    for (unsigned cpu = 0; cpu < kernel_cpus(chan->provider->kernel); cpu++)
        if (accepts(p, cpu))
            return cpu;
    return chan->interrupt_cpu;
}

static void connect(struct channel *chan)
{
    struct kernel *kernel = chan->provider->kernel;

    kernel_dpc_init(&chan->dpc, "reference provider", on_dpc, chan);
    if (!chan->provider->msix)
        return;
    chan->message = (struct kernel_interrupt){.isr = on_message, .ctx = chan,
                                              .name = "reference channel",
                                              .cpu = chan->interrupt_cpu};
    kernel_interrupt_connect(kernel, &chan->message);
}

static NTSTATUS allocate(PVOID context, PNET_DMA_CHANNEL_PARAMETERS p, PVOID netdma,
                         PVOID *channel_context)
{
    struct reference_provider *provider = context;
    struct channel *chan = p ? choose_channel(provider, p) : NULL;

    if (wrong(provider, LEAKS_ON_FAILURE) && chan)
        chan->allocated = true;
    if (!are_good(p) || !provider->started || !provider->powered)
        return STATUS_UNSUCCESSFUL;
    if (wrong(provider, REPORTS_START_TOO_EARLY) && !provider->ready)
        return STATUS_UNSUCCESSFUL;
    if (wrong(provider, REFUSES_PRIORITY) && p->ChannelPriority > REFERENCE_PRIORITY_MAX)
        return STATUS_UNSUCCESSFUL;
    if (!chan)
        return STATUS_RESOURCES;
    uint64_t word = (uint64_t)p->CompletionPhysicalAddress.QuadPart;
    if (wrong(provider, FORGETS_THE_WORD) && chan->engine.word)
        word = chan->engine.word;
    chan->dpc_cpu = choose_cpu(chan, p);
    chan->engine = (struct engine_channel){
        .engine = &provider->engine, .interrupt = on_signal, .ctx = chan, .word = word,
        .word_target = kernel_apic_id(provider->kernel, chan->dpc_cpu),
    };
    chan->netdma = wrong(provider, SWAPS_HANDLES) && provider->channel[0].allocated
                   ? provider->channel[0].netdma : netdma;
    chan->priority = p->ChannelPriority > REFERENCE_PRIORITY_MAX ? REFERENCE_PRIORITY_MAX
                                                                 : p->ChannelPriority;
    chan->failed = chan->signalled = chan->dead = false;
    chan->append_at = 0;
    chan->allocated = true;
    connect(chan);
    if (!wrong(provider, LEAVES_CPU_NUMBER))
        p->CpuNumber = chan->dpc_cpu;
    *channel_context = wrong(provider, SHARES_A_CONTEXT) ? &provider->channel[0] : chan;
    return STATUS_SUCCESS;
}

static VOID free_channel(PVOID context)
{
    struct channel *chan = context;
    struct kernel *kernel = chan->provider->kernel;

    if (!wrong(chan->provider, FORGETS_THE_WORD))
        chan->engine.word = 0;   /* it is the client's again */
    engine_reset(&chan->engine);
    if (chan->provider->msix)
        kernel_interrupt_disconnect(kernel, &chan->message);
    kernel_dpc_remove(kernel, &chan->dpc);
    chan->signalled = false;
    chan->allocated = wrong(chan->provider, NEVER_FREES);
}

/* ---- StartDma, AppendDma ---- */

/* 2.x: NextDescriptor of the last of n descriptors, which the next append continues at
 * (R-APP-8); 0: not known. */
static uint64_t end_of(const struct channel *chan, uint64_t bus, ULONG n)
{
    void *cpu;

    while (n-- && bus) {
        if (kernel_to_cpu(chan->provider->kernel, bus, sizeof(NET_DMA_DESCRIPTOR), &cpu) <
            sizeof(NET_DMA_DESCRIPTOR))
            return 0;
        bus = (uint64_t)((PNET_DMA_DESCRIPTOR)cpu)->NextDescriptor.QuadPart;
    }
    return bus;
}

static bool is_list(const struct channel *chan, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus,
                    ULONG n)
{
    if (!chan->allocated || !chan->provider->powered || chan->dead)
        return false;
    if (!desc || !bus.QuadPart || (uint64_t)bus.QuadPart > ENGINE_ADDRESS_MAX)
        return false;
    if (bus.QuadPart % DESC_ALIGN && !wrong(chan->provider, TAKES_ANY_ADDRESS))
        return false;
    return !chan->engine.engine->counted || n;
}

static NTSTATUS start(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus, ULONG n)
{
    struct channel *chan = context;
    enum engine_state state = chan->engine.state;

    if (!is_list(chan, desc, bus, n) ||
        (wrong(chan->provider, ERROR_IS_FINAL) && state == ENGINE_HALTED) ||
        (wrong(chan->provider, SUSPENDED_REFUSES_START) && state == ENGINE_SUSPENDED))
        return STATUS_UNSUCCESSFUL;
    chan->failed = false;
    chan->append_at = end_of(chan, (uint64_t)bus.QuadPart, n);
    engine_start(&chan->engine, (uint64_t)bus.QuadPart, n);
    return wrong(chan->provider, RETURNS_PENDING) ? STATUS_PENDING : STATUS_SUCCESS;
}

static NTSTATUS append(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus, ULONG n)
{
    struct channel *chan = context;
    uint64_t at = (uint64_t)bus.QuadPart;

    if (!is_list(chan, desc, bus, n) || chan->engine.state == ENGINE_HALTED)
        return STATUS_UNSUCCESSFUL;
    if (chan->engine.state == ENGINE_READY) {
        if (!wrong(chan->provider, APPENDS_BEFORE_START))
            return STATUS_UNSUCCESSFUL;
        return start(context, desc, bus, n);
    }
    if (chan->engine.engine->counted && chan->append_at && chan->append_at != at)
        return STATUS_UNSUCCESSFUL;
    if (chan->engine.remaining + n < n)
        return STATUS_UNSUCCESSFUL;
    chan->append_at = end_of(chan, at, n);
    engine_append(&chan->engine, n);
    return STATUS_SUCCESS;
}

/* ---- SuspendDma, ResumeDma, AbortDma, ResetChannel ---- */

static bool at_rest(void *ctx)
{
    return ((struct channel *)ctx)->engine.state != ENGINE_ACTIVE;
}

/* Bounded polling: the caller may be at DISPATCH (R-THR-1). */
static bool wait_for_rest(struct channel *chan)
{
    struct kernel *kernel = chan->provider->kernel;

    if (wrong(chan->provider, WAITS_AT_DISPATCH))
        kernel_wait(kernel, at_rest, chan, REFERENCE_WAIT_NS);
    for (unsigned ns = 0; !at_rest(chan) && ns < REFERENCE_WAIT_NS; ns += ENGINE_STEP_NS)
        kernel_stall(kernel, ENGINE_STEP_NS);
    return at_rest(chan);
}

static NTSTATUS suspend(PVOID context, PPHYSICAL_ADDRESS *last)
{
    struct channel *chan = context;

    if (chan->engine.state == ENGINE_READY || chan->engine.state == ENGINE_HALTED)
        return STATUS_UNSUCCESSFUL;
    if (chan->engine.state != ENGINE_SUSPENDED)
        engine_suspend(&chan->engine);
    if (!wait_for_rest(chan)) {
        chan->engine.suspending = false;
        return STATUS_UNSUCCESSFUL;
    }
    if (chan->engine.state != ENGINE_SUSPENDED)
        return STATUS_UNSUCCESSFUL;
    chan->append_at = 0;         /* the list may be rewritten from here on */
    chan->last = address(wrong(chan->provider, RETURNS_NO_LAST) ? 0 : chan->engine.last);
    *last = &chan->last;
    return STATUS_SUCCESS;
}

static NTSTATUS resume(PVOID context)
{
    struct channel *chan = context;

    if (chan->engine.state != ENGINE_SUSPENDED)
        return STATUS_UNSUCCESSFUL;
    engine_resume(&chan->engine);
    return STATUS_SUCCESS;
}

static NTSTATUS abort_dma(PVOID context)
{
    struct channel *chan = context;

    engine_abort(&chan->engine);
    chan->failed = false;
    chan->dead = wrong(chan->provider, ABORT_IS_FINAL);
    return STATUS_SUCCESS;
}

static NTSTATUS reset(PVOID context)
{
    struct channel *chan = context;

    engine_reset(&chan->engine);
    chan->failed = false;
    if (wrong(chan->provider, RESET_LOSES_THE_WORD))
        chan->engine.word = 0;
    return STATUS_SUCCESS;
}

/* ---- life ---- */

/* The engine moves whenever time has passed. */
static void on_time(void *ctx, uint64_t now_ns)
{
    struct reference_provider *provider = ctx;

    for (; provider->time_ns + ENGINE_STEP_NS <= now_ns; provider->time_ns += ENGINE_STEP_NS)
        for (unsigned n = 0; n < REFERENCE_CHANNELS; n++)
            if (provider->channel[n].allocated && provider->powered)
                engine_step(&provider->channel[n].engine);
}

static bool register_provider(struct reference_provider *provider)
{
    WCHAR buffer[NAME_MAX_CHARS];
    NET_DMA_PROVIDER_CHARACTERISTICS characteristics = {
        .MajorVersion = (UCHAR)provider->major,
        .MinorVersion = (UCHAR)provider->minor,
        .Size = sizeof characteristics,
        .Flags = provider->engine.dca && !wrong(provider, HIDES_DCA)
                 ? NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED : 0,
        .MaxDmaChannelCount = REFERENCE_CHANNELS,
        .SetDmaChannelCpuAffinity = set_affinity,
        .AllocateDmaChannel = allocate,
        .FreeDmaChannel = free_channel,
        .StartDma = start,
        .SuspendDma = suspend,
        .ResumeDma = resume,
        .AbortDma = abort_dma,
        .AppendDma = append,
        .ResetChannel = reset,
        .FriendlyName = unicode(buffer, "Reference DMA"),
    };
    return NT_SUCCESS(NetDmaRegisterProvider(provider, &provider->netdma, &characteristics));
}

/* AddDevice: registration comes before interrupts are assigned (R-REG-2), and the choice
 * between messages and the line is the platform's (R-AFF-5). */
struct reference_provider *reference_provider_open(const struct reference_config *config)
{
    struct reference_provider *provider = calloc(1, sizeof *provider);

    if (!provider)
        return NULL;
    provider->kernel = provider->engine.kernel = config->kernel;
    provider->engine.defect = config->defect;
    provider->powered = true;
    provider->msix = kernel_msix(config->kernel) && !wrong(provider, KEEPS_TO_THE_LINE);
    provider->time_ns = kernel_now(config->kernel);
    for (unsigned n = 0; n < REFERENCE_CHANNELS; n++)
        provider->channel[n].provider = provider;
    choose_version(provider, config->major, config->minor);
    if ((!wrong(provider, REGISTERS_AT_START) && !register_provider(provider)) ||
        kernel_on_time(config->kernel, on_time, provider)) {
        NetDmaDeregisterProvider(provider->netdma);
        free(provider);
        return NULL;
    }
    return provider;
}

/* IRP_MN_START_DEVICE: everything works before NetDMA is told (R-PST-1). */
void reference_provider_start(struct reference_provider *provider)
{
    NET_DMA_PROVIDER_ATTRIBUTES attributes = {
        .MajorHwVersion = 1,
        .Size = sizeof attributes,
        .VendorId = VENDOR,
        .DmaChannelCount = REFERENCE_CHANNELS,
        .MaximumTransferSize = wrong(provider, REPORTS_SHORT_TRANSFERS) ? 2048
                                                                        : ENGINE_TRANSFER_MAX,
        .MaximumAddressSpace = address(ENGINE_ADDRESS_MAX),
    };

    if (provider->started)
        return;
    if (wrong(provider, REGISTERS_AT_START))
        register_provider(provider);
    if (!provider->msix) {
        provider->line = (struct kernel_interrupt){.isr = on_line, .ctx = provider,
                                                   .name = "reference line"};
        kernel_interrupt_connect(provider->kernel, &provider->line);
    }
    provider->started = true;
    NetDmaProviderStart(provider->netdma, &attributes);
    provider->ready = true;
}

/* IRP_MN_STOP_DEVICE: callbacks and interrupts work until NetDmaProviderStop has returned
 * (R-PSP-1). */
void reference_provider_stop(struct reference_provider *provider)
{
    if (!provider->started)
        return;
    NetDmaProviderStop(provider->netdma);
    provider->started = provider->ready = false;
    if (!provider->msix)
        kernel_interrupt_disconnect(provider->kernel, &provider->line);
}

/* IRP_MN_REMOVE_DEVICE */
void reference_provider_close(struct reference_provider *provider)
{
    if (!provider)
        return;
    if (!wrong(provider, DEREGISTERS_WHILE_STARTED))
        reference_provider_stop(provider);
    if (wrong(provider, DEREGISTERS_AT_DISPATCH)) {
        enum kernel_irql old = kernel_raise(provider->kernel, KERNEL_DISPATCH);
        NetDmaDeregisterProvider(provider->netdma);
        kernel_lower(provider->kernel, old);
    }
    NetDmaDeregisterProvider(provider->netdma);
    kernel_off_time(provider->kernel, on_time, provider);
    free(provider);
}

/* ---- power ---- */

/* R-PWR-8: power events only, without a buffer. 1.0 has none (R-PWR-7). */
static void notify(struct reference_provider *provider, NET_DMA_PNP_NOTIFICATION_CODE code)
{
    VOID (*pnp_event)(PVOID, PNET_DMA_PNP_NOTIFICATION) =
        (VOID (*)(PVOID, PNET_DMA_PNP_NOTIFICATION))routine("NetDmaPnPEventNotify");
    NET_DMA_PNP_NOTIFICATION event = {
        .StructureRevision = NET_DMA_PNP_NOTIFICATION_REVISION_1,
        .StructureSize = sizeof event,
        .NotificationCode = code,
    };

    if (!pnp_event || (provider->major == 1 && provider->minor == 0) ||
        wrong(provider, POWER_GOES_UNSAID))
        return;
    if (wrong(provider, SENDS_THE_WRONG_EVENT))
        event.NotificationCode = NetDmaNotificationProviderRemoval;
    pnp_event(provider->netdma, &event);
}

void reference_provider_power_down(struct reference_provider *provider)
{
    notify(provider, NetDmaNotificationProviderPowerDown);
    provider->powered = false;
    for (unsigned n = 0; n < REFERENCE_CHANNELS; n++)
        if (provider->channel[n].allocated)
            engine_reset(&provider->channel[n].engine);
}

/* A 1.0 provider asks for a new start with an address of 0 (A6). */
static void ask_for_starts(struct reference_provider *provider)
{
    enum kernel_irql old = kernel_raise(provider->kernel, KERNEL_DISPATCH);

    for (unsigned n = 0; n < REFERENCE_CHANNELS; n++)
        if (provider->channel[n].allocated)
            NetDmaInterruptDpc(provider->channel[n].netdma, address(0));
    kernel_lower(provider->kernel, old);
}

void reference_provider_power_up(struct reference_provider *provider)
{
    provider->powered = true;
    if (provider->major == 1 && provider->minor == 0 && !wrong(provider, ASKS_FOR_NO_START))
        ask_for_starts(provider);
    notify(provider, NetDmaNotificationProviderPowerUp);
}

/* ---- to look at ---- */

PVOID reference_provider_handle(const struct reference_provider *provider)
{
    return provider->netdma;
}

unsigned reference_provider_interrupt_cpu(const struct reference_provider *provider,
                                          unsigned channel)
{
    return provider->channel[channel].interrupt_cpu;
}

unsigned reference_provider_priority(const struct reference_provider *provider, unsigned channel)
{
    return provider->channel[channel].priority;
}

uint64_t reference_provider_messages(const struct reference_provider *provider)
{
    return provider->messages;
}

struct engine_hints reference_provider_hints(const struct reference_provider *provider,
                                             unsigned channel)
{
    return provider->channel[channel].engine.hints;
}

struct engine *reference_provider_engine(struct reference_provider *provider)
{
    return &provider->engine;
}
