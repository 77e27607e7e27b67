/* netdma_rig.c - see netdma_rig.h. */
#include "netdma_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_LOW = 63, LONG_NS = 2000000000 };

static uint32_t random_state;

uint32_t nrig_rand(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(random_state ^ random_state >> 15) * n >> 32);
}

static uint64_t unsigned_of(PHYSICAL_ADDRESS address)
{
    return (uint64_t)address.QuadPart;
}

/* ---- judging ---- */

/* libcheck notes every assert in a file, passed or not: here there are too many of them. */
#define INSIST(condition, ...)                          \
    do {                                                \
        if (!(condition))                               \
            ck_abort_msg(__VA_ARGS__);                  \
    } while (0)
#define JUDGE(fake, condition, ...)                     \
    do {                                                \
        if (!(fake)->lax)                               \
            INSIST(condition, __VA_ARGS__);             \
    } while (0)

static struct fake_call *record(struct fake *fake, enum netdma_call_kind kind, unsigned channel)
{
    struct nrig *rig = fake->rig;

    INSIST(rig->calls < NRIG_CALLS, "more than %d callbacks", NRIG_CALLS);
    fake->calls++;
    struct fake_call *call = &rig->call[rig->calls++];
    *call = (struct fake_call){
        .kind = kind,
        .channel = channel,
        .irql = kernel_irql(rig->kernel),
        .time_ns = kernel_now(rig->kernel),
    };
    if (fake->spy)
        fake->spy(fake, kind, fake->spy_ctx);
    return call;
}

/* A callback of a channel begins. */
static struct fake_call *enter(struct fake_channel *channel, enum netdma_call_kind kind)
{
    struct fake *fake = channel->fake;
    struct fake_call *call = record(fake, kind, channel->index);

    JUDGE(fake, call->irql <= KERNEL_DISPATCH, "R-THR-1: call %d above DISPATCH", kind);
    JUDGE(fake, channel->allocated, "R-FRE-2: call %d on a channel that is free", kind);
    JUDGE(fake, fake->started, "R-PSP-2: call %d while stopped", kind);
    JUDGE(fake, fake->powered || kind == NETDMA_CALL_FREE, "call %d without power", kind);
    JUDGE(fake, !channel->inside, "R-THR-2: call %d inside another of the channel", kind);
    channel->inside = true;
    return call;
}

static NTSTATUS leave(struct fake_channel *channel, struct fake_call *call, NTSTATUS result)
{
    channel->inside = false;
    call->result = result;
    if (channel->fake->rig->talks)
        fprintf(stderr, "%10llu call %d of channel %u, 0x%llx, %u: 0x%08X, state %d\n",
                (unsigned long long)call->time_ns, call->kind, channel->index,
                (unsigned long long)call->address, call->count, (unsigned)result, channel->state);
    return result;
}

static NET_DMA_DESCRIPTOR *at(struct fake *fake, uint64_t bus)
{
    void *cpu = NULL;

    if (kernel_to_cpu(fake->rig->kernel, bus, sizeof(NET_DMA_DESCRIPTOR), &cpu) <
        sizeof(NET_DMA_DESCRIPTOR))
        ck_abort_msg("0x%llx is no descriptor's address", (unsigned long long)bus);
    return cpu;
}

static void judge_range(struct fake *fake, uint64_t bus, uint64_t bytes, const char *what)
{
    uint64_t max = unsigned_of(fake->attributes.MaximumAddressSpace);

    JUDGE(fake, !bytes || (bus <= max && bytes - 1 <= max - bus),
          "R-DSC-3: %s 0x%llx + %llu is above MaximumAddressSpace", what,
          (unsigned long long)bus, (unsigned long long)bytes);
}

/* Bytes on the first page when the break is on. */
static uint64_t first_part(uint64_t bus, uint64_t bytes, bool page_break)
{
    uint64_t room = NRIG_PAGE - bus % NRIG_PAGE;

    return page_break && bytes > room ? room : bytes;
}

static void judge_side(struct fake *fake, PHYSICAL_ADDRESS bus, PHYSICAL_ADDRESS next,
                       ULONG bytes, bool page_break, const char *what)
{
    uint64_t head = first_part(unsigned_of(bus), bytes, page_break);

    JUDGE(fake, bytes - head <= NRIG_PAGE, "R-PB-6: %s has more than a second page", what);
    JUDGE(fake, !page_break || head == bytes || unsigned_of(next) % NRIG_PAGE == 0,
          "R-PB-3: %s breaks to 0x%llx", what, (unsigned long long)unsigned_of(next));
    judge_range(fake, unsigned_of(bus), head, what);
    judge_range(fake, unsigned_of(next), bytes - head, what);
}

static void judge_descriptor(struct fake *fake, uint64_t bus, const NET_DMA_DESCRIPTOR *desc)
{
    ULONG flags = desc->ControlFlags;
    ULONG op = flags & NET_DMA_OP_TYPE_MASK;
    bool dca = fake->characteristics.Flags & NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;

    JUDGE(fake, bus && !(bus & ADDRESS_LOW), "A1: descriptor at 0x%llx", (unsigned long long)bus);
    judge_range(fake, bus, sizeof *desc, "descriptor");
    JUDGE(fake, op == NET_DMA_OP_TYPE_STANDARD_DMA || (dca && op == NET_DMA_OP_TYPE_CONTEXT_CHANGE),
          "A21: operation 0x%08X", op);
    JUDGE(fake, !(flags & (fake->counted ? NET_DMA_RESERVED_MASK : NET_DMA_RESERVED_MASK_1X)),
          "R-PB-7: flags 0x%08X", flags);
    JUDGE(fake, dca || !(flags & NET_DMA_DESTINATION_DCA_ENABLE), "A21: DCA flag 0x%08X", flags);
    if (op || flags & NET_DMA_NULL_TRANSFER)
        return;
    JUDGE(fake, desc->TransferSize <= fake->attributes.MaximumTransferSize,
          "R-DSC-3: %u bytes in a descriptor", desc->TransferSize);
    judge_side(fake, desc->SourceAddress, desc->NextSourceAddress, desc->TransferSize,
               flags & NET_DMA_SOURCE_PAGE_BREAK, "source");
    judge_side(fake, desc->DestinationAddress, desc->NextDestinationAddress, desc->TransferSize,
               flags & NET_DMA_DESTINATION_PAGE_BREAK, "destination");
}

/* Takes a copy of what was handed over. */
static void take(struct fake_channel *channel, uint64_t bus, ULONG count)
{
    struct fake *fake = channel->fake;

    for (ULONG n = 0; n < count; n++) {
        const NET_DMA_DESCRIPTOR *desc = at(fake, bus);

        judge_descriptor(fake, bus, desc);
        for (size_t i = channel->ran; i < channel->desc_n; i++)
            JUDGE(fake, channel->desc[i].bus != bus, "R-CH2-4: a slot twice in the list");
        if (channel->desc_n == channel->desc_room) {
            channel->desc_room = 2 * channel->desc_room + 16;
            channel->desc = realloc(channel->desc, channel->desc_room * sizeof *channel->desc);
            ck_assert_ptr_nonnull(channel->desc);
        }
        channel->desc[channel->desc_n++] = (struct fake_desc){.bus = bus, .desc = *desc};
        bus = unsigned_of(desc->NextDescriptor);
        JUDGE(fake, fake->counted || n + 1 == count || bus, "R-CH1-1: the list ends too early");
    }
    JUDGE(fake, fake->counted || !bus, "R-CH1-1: the list goes on after %u", count);
    if (fake->counted)
        at(fake, bus);           /* R-CH2-1: valid, whoever fills it */
}

/* ---- the engine ---- */

static uint64_t *word(struct fake_channel *channel)
{
    return channel->parameters.CompletionVirtualAddress;
}

static void write_word(struct fake_channel *channel, NET_DMA_TRANSFER_STATUS status)
{
    __atomic_store_n(word(channel), channel->last | channel->fake->noise | (uint64_t)status, __ATOMIC_RELEASE);
}

static void move(struct fake *fake, uint64_t to, uint64_t from, uint64_t bytes)
{
    while (bytes) {
        void *dst = NULL, *src = NULL;
        size_t n = kernel_to_cpu(fake->rig->kernel, from, bytes, &src);
        size_t m = kernel_to_cpu(fake->rig->kernel, to, bytes, &dst);

        if (m < n)
            n = m;
        INSIST(n, "copy between addresses that nothing maps: 0x%llx to 0x%llx",
               (unsigned long long)from, (unsigned long long)to);
        memmove(dst, src, n);
        to += n;
        from += n;
        bytes -= n;
    }
}

/* The first `bytes` of a copy. */
static void execute(struct fake *fake, const NET_DMA_DESCRIPTOR *desc, uint64_t bytes)
{
    bool src_break = desc->ControlFlags & NET_DMA_SOURCE_PAGE_BREAK;
    bool dst_break = desc->ControlFlags & NET_DMA_DESTINATION_PAGE_BREAK;
    uint64_t src = unsigned_of(desc->SourceAddress), dst = unsigned_of(desc->DestinationAddress);
    uint64_t src_head = first_part(src, bytes, src_break);
    uint64_t dst_head = first_part(dst, bytes, dst_break);

    for (uint64_t done = 0, n; done < bytes; done += n) {
        n = bytes - done;
        if (done < src_head && n > src_head - done)
            n = src_head - done;
        if (done < dst_head && n > dst_head - done)
            n = dst_head - done;
        move(fake,
             done < dst_head ? dst + done : unsigned_of(desc->NextDestinationAddress) + done - dst_head,
             done < src_head ? src + done : unsigned_of(desc->NextSourceAddress) + done - src_head,
             n);
    }
}

static void interrupt(struct fake_channel *channel)
{
    if (!channel->silent)
        kernel_interrupt_raise(channel->fake->rig->kernel, &channel->interrupt);
}

static void halt(struct fake_channel *channel, const NET_DMA_DESCRIPTOR *desc, bool copies)
{
    if (copies)
        execute(channel->fake, desc, desc->TransferSize / 2);
    channel->state = FAKE_HALTED;
    channel->error = true;
    if (!channel->quiet)
        write_word(channel, NetDmaTransferStatusHalted);
    interrupt(channel);
}

/* R-CH-5: nothing changed since it was handed over, save the link of the last 1.x one. */
static void judge_unchanged(struct fake_channel *channel, const NET_DMA_DESCRIPTOR *desc)
{
    NET_DMA_DESCRIPTOR then = channel->desc[channel->ran].desc;

    if (!channel->fake->counted)
        then.NextDescriptor = desc->NextDescriptor;
    JUDGE(channel->fake, channel->desc[channel->ran].bus == channel->next,
          "the list leads to 0x%llx, not to what was handed over", (unsigned long long)channel->next);
    JUDGE(channel->fake, !memcmp(&then, desc, sizeof then),
          "R-CH-5: descriptor 0x%llx changed after it was handed over",
          (unsigned long long)channel->next);
}

static void run_one(struct fake_channel *channel)
{
    struct fake *fake = channel->fake;
    const NET_DMA_DESCRIPTOR *desc = at(fake, channel->next);
    bool context = (desc->ControlFlags & NET_DMA_OP_TYPE_MASK) == NET_DMA_OP_TYPE_CONTEXT_CHANGE;
    bool copies = !context && !(desc->ControlFlags & NET_DMA_NULL_TRANSFER);

    INSIST(channel->ran < channel->desc_n, "a descriptor that was not handed over");
    judge_unchanged(channel, desc);
    channel->reporting = desc->ControlFlags & NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    if (channel->fail_in && !--channel->fail_in) {
        halt(channel, desc, copies);
        return;
    }
    if (copies)
        execute(fake, desc, desc->TransferSize);
    if (context) {
        channel->context = desc->ControlFlags & NET_DMA_DCA_CONTEXT_CHANGE;
        channel->apic_id = desc->DCAContext8.DCAContext;
    }
    channel->last = channel->next;
    channel->next = unsigned_of(desc->NextDescriptor);
    channel->ran++;
    if (fake->counted ? --channel->left == 0 : channel->next == 0)
        channel->state = FAKE_IDLE;
    if (channel->reporting)
        write_word(channel, channel->state == FAKE_IDLE ? NetDmaTransferStatusIdle
                                                        : NetDmaTransferStatusActive);
    if (!context && desc->ControlFlags & NET_DMA_INTERRUPT_ON_COMPLETION)
        interrupt(channel);
}

static bool moves(const struct fake_channel *channel)
{
    return channel->allocated && channel->state == FAKE_ACTIVE && !channel->hold &&
           channel->fake->powered;
}

/* As the clock has it; `now` beyond every due time: to the end. */
static void run_until(struct fake_channel *channel, uint64_t now)
{
    while (moves(channel) && channel->due_ns <= now) {
        run_one(channel);
        channel->due_ns += channel->fake->desc_ns;
    }
}

static void on_time(void *ctx, uint64_t now)
{
    struct nrig *rig = ctx;

    for (unsigned f = 0; f < rig->fakes; f++)
        for (unsigned c = 0; c < NRIG_CHANNELS; c++)
            run_until(&rig->fake[f].channel[c], now);
}

static void activate(struct fake_channel *channel)
{
    channel->state = FAKE_ACTIVE;
    channel->due_ns = kernel_now(channel->fake->rig->kernel) + channel->fake->desc_ns;
}

/* What the script wants to happen before Start and Append return. */
static void set_off(struct fake_channel *channel)
{
    struct fake *fake = channel->fake;
    struct kernel *kernel = fake->rig->kernel;

    if (!fake->desc_ns)
        run_until(channel, UINT64_MAX);
    if (fake->stall_ns)
        kernel_stall(kernel, fake->stall_ns);
    if (fake->dpc_inside && (channel->error || channel->last))
        fake_dpc(channel, channel->error ? 0 : channel->last);
}

/* ---- interrupts ---- */

static bool on_isr(void *ctx)
{
    struct fake_channel *channel = ctx;
    ULONG cpu = UINT32_MAX;

    if (!channel->allocated)
        return false;
    NetDmaIsr(channel->handle, (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)channel->last}, &cpu);
    ck_assert_msg(cpu < kernel_cpus(channel->fake->rig->kernel), "R-INT-3: NetDmaIsr named CPU %u", cpu);
    kernel_dpc_queue(channel->fake->rig->kernel, &channel->dpc, cpu);
    return true;
}

static void on_dpc(void *ctx)
{
    struct fake_channel *channel = ctx;

    channel->dpc_cpu = kernel_cpu(channel->fake->rig->kernel);
    if (channel->allocated)
        NetDmaInterruptDpc(channel->handle, (PHYSICAL_ADDRESS){
            .QuadPart = channel->error ? 0 : (LONGLONG)channel->last});
}

void fake_interrupt(struct fake_channel *channel)
{
    kernel_interrupt_raise(channel->fake->rig->kernel, &channel->interrupt);
    kernel_run(channel->fake->rig->kernel);
}

void fake_dpc(struct fake_channel *channel, uint64_t descriptor)
{
    struct kernel *kernel = channel->fake->rig->kernel;
    enum kernel_irql old = kernel_raise(kernel, KERNEL_DISPATCH);

    NetDmaInterruptDpc(channel->handle, (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)descriptor});
    kernel_lower(kernel, old);
}

/* ---- the nine callbacks ---- */

static NTSTATUS set_affinity(PVOID context, PNET_DMA_CHANNEL_CPU_AFFINITY array, ULONG bytes)
{
    struct fake *fake = context;
    struct fake_call *call = record(fake, NETDMA_CALL_SET_AFFINITY, 0);

    fake->affinity_bytes = bytes;
    memcpy(fake->affinity, array, bytes < sizeof fake->affinity ? bytes : sizeof fake->affinity);
    for (ULONG n = 0; n < bytes / sizeof *array; n++)
        if (array[n].DmaChannel < NRIG_CHANNELS)
            fake->channel[array[n].DmaChannel].interrupt_cpu = array[n].CpuNumber;
    return call->result = fake->affinity_result;
}

static unsigned dpc_cpu(const struct fake *fake, const NET_DMA_CHANNEL_PARAMETERS *parameters)
{
    KAFFINITY mask = parameters->Revision >= NET_DMA_CHANNEL_REVISION_2
                         ? parameters->ProcessorAffinityMaskEx.Mask
                         : parameters->ProcessorAffinityMask;
    unsigned base = parameters->Revision >= NET_DMA_CHANNEL_REVISION_2
                        ? 64u * parameters->ProcessorAffinityMaskEx.Group
                        : 0;

    for (unsigned bit = 0; bit < 64; bit++)
        if (mask >> bit & 1 && base + bit < kernel_cpus(fake->rig->kernel))
            return base + bit;
    return 0;
}

static NTSTATUS allocate(PVOID context, PNET_DMA_CHANNEL_PARAMETERS parameters, PVOID handle,
                         PVOID *channel_context)
{
    struct fake *fake = context;
    struct fake_call *call = record(fake, NETDMA_CALL_ALLOCATE, 0);
    unsigned index = 0;

    JUDGE(fake, fake->started && fake->powered, "R-REG-10: allocation while not started");
    JUDGE(fake, call->irql <= KERNEL_DISPATCH, "R-THR-1: allocation above DISPATCH");
    if (fake->allocate_result)
        return call->result = fake->allocate_result;
    while (index < fake->attributes.DmaChannelCount && fake->channel[index].allocated)
        index++;
    call->channel = index;
    if (index == fake->attributes.DmaChannelCount)
        return call->result = STATUS_RESOURCES;

    struct fake_channel *channel = &fake->channel[index];
    free(channel->desc);
    *channel = (struct fake_channel){
        .fake = fake,
        .index = index,
        .allocated = true,
        .handle = handle,
        .interrupt_cpu = channel->interrupt_cpu,
        .interrupt = {.isr = on_isr, .ctx = channel, .name = "fake", .cpu = channel->interrupt_cpu},
    };
    memcpy(&channel->parameters, parameters,
           parameters->Size < sizeof channel->parameters ? parameters->Size : sizeof channel->parameters);
    channel->word_at_allocation = *word(channel);
    kernel_dpc_init(&channel->dpc, "fake", on_dpc, channel);
    kernel_interrupt_connect(fake->rig->kernel, &channel->interrupt);
    parameters->CpuNumber = dpc_cpu(fake, parameters);
    channel->parameters.CpuNumber = parameters->CpuNumber;
    *channel_context = channel;
    return STATUS_SUCCESS;
}

static VOID free_channel(PVOID context)
{
    struct fake_channel *channel = context;
    struct fake_call *call = enter(channel, NETDMA_CALL_FREE);

    JUDGE(channel->fake, channel->state != FAKE_ACTIVE || !channel->fake->powered,
          "R-FRE-1: freed while descriptors are outstanding");
    kernel_interrupt_disconnect(channel->fake->rig->kernel, &channel->interrupt);
    kernel_dpc_remove(channel->fake->rig->kernel, &channel->dpc);
    channel->allocated = false;
    leave(channel, call, STATUS_SUCCESS);
}

static NTSTATUS refused(struct fake_channel *channel, unsigned *times)
{
    if (!*times)
        return STATUS_SUCCESS;
    --*times;
    return channel->refusal ? channel->refusal : STATUS_UNSUCCESSFUL;
}

static void judge_list(struct fake_channel *channel, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                       ULONG count)
{
    JUDGE(channel->fake, count, "an empty list");
    JUDGE(channel->fake, at(channel->fake, bus) == desc,
          "R-START-3: virtual and physical address are not of one descriptor");
}

static NTSTATUS start(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus, ULONG count)
{
    struct fake_channel *channel = context;
    struct fake *fake = channel->fake;
    struct fake_call *call = enter(channel, NETDMA_CALL_START);
    bool dca = fake->characteristics.Flags & NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;

    call->address = unsigned_of(bus);
    call->count = count;
    judge_list(channel, desc, unsigned_of(bus), count);
    NTSTATUS result = refused(channel, &channel->refuse_starts);
    if (result)
        return leave(channel, call, result);
    JUDGE(fake, !dca || channel->context ||
                (at(fake, unsigned_of(bus))->ControlFlags & NET_DMA_OP_TYPE_MASK) ==
                    NET_DMA_OP_TYPE_CONTEXT_CHANGE,
          "R-DCA-5: the first start does not begin with a context change");
    channel->desc_n = channel->ran;
    take(channel, unsigned_of(bus), count);
    channel->next = unsigned_of(bus);
    channel->left = count;
    activate(channel);
    channel->started = true;
    channel->error = false;
    if (fake->leak_level)
        kernel_raise(fake->rig->kernel, KERNEL_DIRQL);
    set_off(channel);
    return leave(channel, call, STATUS_SUCCESS);
}

static NTSTATUS append(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus, ULONG count)
{
    struct fake_channel *channel = context;
    struct fake *fake = channel->fake;
    struct fake_call *call = enter(channel, NETDMA_CALL_APPEND);

    call->address = unsigned_of(bus);
    call->count = count;
    judge_list(channel, desc, unsigned_of(bus), count);
    JUDGE(fake, channel->started, "R-START-2: append without a start");
    NTSTATUS result = refused(channel, &channel->refuse_appends);
    if (result || !channel->started || channel->state == FAKE_HALTED)
        return leave(channel, call, result ? result : STATUS_UNSUCCESSFUL);

    uint64_t end = channel->desc[channel->desc_n - 1].bus;
    JUDGE(fake, !fake->counted || !memcmp(at(fake, end), &channel->desc[channel->desc_n - 1].desc,
                                          sizeof(NET_DMA_DESCRIPTOR)),
          "R-APP-7: the last descriptor changed before an append");
    JUDGE(fake, unsigned_of(at(fake, end)->NextDescriptor) == unsigned_of(bus),
          "%s: the list does not lead from 0x%llx to 0x%llx", fake->counted ? "R-APP-8" : "R-APP-2",
          (unsigned long long)end, (unsigned long long)unsigned_of(bus));
    take(channel, unsigned_of(bus), count);
    channel->left += count;
    if (channel->state == FAKE_IDLE) {
        channel->next = fake->counted ? channel->next
                                      : unsigned_of(at(fake, channel->last)->NextDescriptor);
        activate(channel);
    }
    set_off(channel);
    return leave(channel, call, STATUS_SUCCESS);
}

static NTSTATUS suspend(PVOID context, PPHYSICAL_ADDRESS *last)
{
    struct fake_channel *channel = context;
    struct fake_call *call = enter(channel, NETDMA_CALL_SUSPEND);

    if (channel->state == FAKE_READY || channel->state == FAKE_HALTED)
        return leave(channel, call, STATUS_UNSUCCESSFUL);
    if (channel->state == FAKE_ACTIVE && !channel->hold)
        run_one(channel);
    channel->state = FAKE_SUSPENDED;
    if (channel->reporting)
        write_word(channel, NetDmaTransferStatusSuspend);
    channel->suspended_at.QuadPart = (LONGLONG)channel->last;
    if (channel->fake->suspend_in_place)
        **last = channel->suspended_at;
    else
        *last = &channel->suspended_at;
    return leave(channel, call, STATUS_SUCCESS);
}

static NTSTATUS resume(PVOID context)
{
    struct fake_channel *channel = context;
    struct fake_call *call = enter(channel, NETDMA_CALL_RESUME);

    if (channel->state != FAKE_SUSPENDED)
        return leave(channel, call, STATUS_UNSUCCESSFUL);
    if (channel->ran)
        channel->next = unsigned_of(at(channel->fake, channel->last)->NextDescriptor);
    channel->state = FAKE_IDLE;
    if (channel->fake->counted ? channel->left != 0 : channel->next != 0)
        activate(channel);
    return leave(channel, call, STATUS_SUCCESS);
}

static void stop_at_once(struct fake_channel *channel)
{
    if (channel->state != FAKE_READY && channel->reporting)
        write_word(channel, NetDmaTransferStatusHalted);
    channel->state = FAKE_READY;
    channel->started = false;
    channel->error = false;
    channel->left = 0;
    channel->desc_n = channel->ran;
}

static NTSTATUS abort_dma(PVOID context)
{
    struct fake_channel *channel = context;
    struct fake_call *call = enter(channel, NETDMA_CALL_ABORT);

    stop_at_once(channel);
    return leave(channel, call, STATUS_SUCCESS);
}

static NTSTATUS reset_channel(PVOID context)
{
    struct fake_channel *channel = context;
    struct fake_call *call = enter(channel, NETDMA_CALL_RESET);

    stop_at_once(channel);
    channel->last = 0;
    channel->context = false;
    return leave(channel, call, STATUS_SUCCESS);
}

/* ---- life of a fake ---- */

struct fake *fake_new(struct nrig *rig, unsigned major, unsigned minor)
{
    static const char name[] = "scripted provider";

    ck_assert_uint_lt(rig->fakes, NRIG_FAKES);
    struct fake *fake = &rig->fake[rig->fakes++];
    *fake = (struct fake){
        .rig = rig,
        .counted = major >= 2,
        .powered = true,
        .desc_ns = 1000,
        .characteristics = {
            .MajorVersion = (UCHAR)major,
            .MinorVersion = (UCHAR)minor,
            .Size = sizeof(NET_DMA_PROVIDER_CHARACTERISTICS),
            .MaxDmaChannelCount = 4,
            .SetDmaChannelCpuAffinity = set_affinity,
            .AllocateDmaChannel = allocate,
            .FreeDmaChannel = free_channel,
            .StartDma = start,
            .SuspendDma = suspend,
            .ResumeDma = resume,
            .AbortDma = abort_dma,
            .AppendDma = append,
            .ResetChannel = reset_channel,
        },
        .attributes = {
            .MajorHwVersion = 3,
            .MinorHwVersion = 2,
            .Size = sizeof(NET_DMA_PROVIDER_ATTRIBUTES),
            .VendorId = 0x8086,
            .DmaChannelCount = 4,
            .MaximumTransferSize = 1 << 16,
            .MaximumAddressSpace = {.QuadPart = -1},
        },
    };
    for (unsigned n = 0; name[n]; n++)
        fake->name[n] = (WCHAR)name[n];
    if (major >= 2)
        fake->characteristics.FriendlyName = (UNICODE_STRING){
            .Length = 2 * (sizeof name - 1), .MaximumLength = sizeof fake->name, .Buffer = fake->name};
    for (unsigned n = 0; n < NRIG_CHANNELS; n++)
        fake->channel[n] = (struct fake_channel){.fake = fake, .index = n};
    return fake;
}

NTSTATUS fake_register(struct fake *fake)
{
    return NetDmaRegisterProvider(fake, &fake->handle, &fake->characteristics);
}

void fake_start(struct fake *fake)
{
    fake->started = true;
    NetDmaProviderStart(fake->handle, &fake->attributes);
}

struct fake *fake_up(struct nrig *rig, unsigned major, unsigned minor)
{
    struct fake *fake = fake_new(rig, major, minor);

    nrig_ok(fake_register(fake));
    fake_start(fake);
    return fake;
}

void fake_stop(struct fake *fake)
{
    NetDmaProviderStop(fake->handle);
    ck_assert_uint_eq(fake_allocated(fake), 0);
    fake->started = false;
}

void fake_deregister(struct fake *fake)
{
    NetDmaDeregisterProvider(fake->handle);
    fake->started = false;
}

void fake_event(struct fake *fake, ULONG code)
{
    NET_DMA_PNP_NOTIFICATION event = {
        .StructureRevision = NET_DMA_PNP_NOTIFICATION_REVISION_1,
        .StructureSize = sizeof event,
        .NotificationCode = (NET_DMA_PNP_NOTIFICATION_CODE)code,
    };
    NetDmaPnPEventNotify(fake->handle, &event);
}

static void lose_context(struct fake *fake)
{
    for (unsigned n = 0; n < NRIG_CHANNELS; n++) {
        struct fake_channel *channel = &fake->channel[n];

        channel->state = FAKE_READY;
        channel->started = channel->context = channel->error = false;
        channel->left = channel->last = 0;
        channel->desc_n = channel->ran;
    }
}

void fake_power(struct fake *fake, bool up)
{
    if (up) {
        fake->powered = true;
        fake_event(fake, NetDmaNotificationProviderPowerUp);
        return;
    }
    fake_event(fake, NetDmaNotificationProviderPowerDown);
    fake->powered = false;
    lose_context(fake);
}

struct fake_channel *fake_channel(struct fake *fake, PVOID handle)
{
    for (unsigned n = 0; n < NRIG_CHANNELS; n++)
        if (fake->channel[n].allocated && fake->channel[n].handle == handle)
            return &fake->channel[n];
    ck_abort_msg("the provider has no channel of that handle");
}

struct fake_channel *fake_only(struct fake *fake)
{
    ck_assert_uint_eq(fake_allocated(fake), 1);
    for (unsigned n = 0;; n++)
        if (fake->channel[n].allocated)
            return &fake->channel[n];
}

unsigned fake_allocated(const struct fake *fake)
{
    unsigned n = 0;

    for (unsigned c = 0; c < NRIG_CHANNELS; c++)
        n += fake->channel[c].allocated;
    return n;
}

/* ---- life of the rig ---- */

static void on_violation(void *ctx, const struct kernel_violation *violation)
{
    struct nrig *rig = ctx;

    if (!rig->tolerant)
        ck_abort_msg("kernel: %s: %s", violation->where, violation->text);
    rig->violations++;
    rig->rule = violation->rule;
    strncpy(rig->where, violation->where, sizeof rig->where - 1);
}

static void on_log(void *ctx, const char *text)
{
    struct nrig *rig = ctx;

    if (rig->talks)
        fprintf(stderr, "%10llu log: %s\n", (unsigned long long)kernel_now(rig->kernel), text);
    rig->logs++;
    strncpy(rig->log, text, sizeof rig->log - 1);
}

static void on_notify(PVOID context, PVOID provider, const NET_DMA_PNP_NOTIFICATION *event);

static struct nrig *the_rig;

struct nrig_config nrig_config(void)
{
    struct nrig_config config;

    kernel_config_init(&config.kernel);
    netdma_interface_config_init(&config.iface);
    return config;
}

static struct netdma_chain whole(const struct dma_buf *buf)
{
    return (struct netdma_chain){.va = buf->cpu, .bytes = buf->bytes};
}

static void fill(struct dma_buf *src, struct dma_buf *dst, uint8_t **shadow)
{
    for (unsigned n = 0; n < NRIG_BYTES; n++) {
        ((uint8_t *)src->cpu)[n] = (uint8_t)(n * 13 + n / 251 + 1);
        ((uint8_t *)dst->cpu)[n] = (uint8_t)(n * 5 + n / 127);
    }
    *shadow = malloc(NRIG_BYTES);
    ck_assert_ptr_nonnull(*shadow);
    memcpy(*shadow, dst->cpu, NRIG_BYTES);
}

static void open_memory(struct nrig *rig)
{
    nrig_io(kernel_alloc(rig->kernel, NRIG_BYTES, NRIG_PAGE, &rig->src));
    nrig_io(kernel_alloc(rig->kernel, NRIG_BYTES, NRIG_PAGE, &rig->dst));
    nrig_io(kernel_alloc_scattered(rig->kernel, NRIG_BYTES, &rig->wide_src));
    nrig_io(kernel_alloc_scattered(rig->kernel, NRIG_BYTES, &rig->wide_dst));
    rig->src_chain = whole(&rig->src);
    rig->dst_chain = whole(&rig->dst);
    rig->wide_src_chain = whole(&rig->wide_src);
    rig->wide_dst_chain = whole(&rig->wide_dst);
    fill(&rig->src, &rig->dst, &rig->shadow);
    fill(&rig->wide_src, &rig->wide_dst, &rig->wide_shadow);
}

struct nrig *nrig_open(const struct nrig_config *config)
{
    struct nrig_config own = config ? *config : nrig_config();
    struct nrig *rig = calloc(1, sizeof *rig);
    const char *seed = getenv("TB_SEED");

    ck_assert_ptr_nonnull(rig);
    random_state = seed ? (uint32_t)strtoul(seed, NULL, 0) : 1;
    own.kernel.on_violation = on_violation;
    own.kernel.on_violation_ctx = rig;
    rig->talks = getenv("NRIG_TRACE");
    nrig_io(kernel_open(&own.kernel, &rig->kernel));
    nrig_io(kernel_on_time(rig->kernel, on_time, rig));
    own.iface.kernel = rig->kernel;
    own.iface.on_log = on_log;
    own.iface.on_log_ctx = rig;
    nrig_io(netdma_interface_open(&own.iface, &rig->iface));
    open_memory(rig);
    the_rig = rig;
    rig->client = nrig_client(rig, rig);
    return rig;
}

void nrig_close(struct nrig *rig)
{
    netdma_interface_close(rig->iface);
    ck_assert_ptr_null(netdma_interface_current());
    for (unsigned f = 0; f < rig->fakes; f++) {
        ck_assert_msg(fake_allocated(&rig->fake[f]) == 0, "a channel was never freed");
        for (unsigned c = 0; c < NRIG_CHANNELS; c++)
            free(rig->fake[f].channel[c].desc);
    }
    kernel_off_time(rig->kernel, on_time, rig);
    kernel_free(rig->kernel, &rig->src);
    kernel_free(rig->kernel, &rig->dst);
    kernel_free(rig->kernel, &rig->wide_src);
    kernel_free(rig->kernel, &rig->wide_dst);
    kernel_close(rig->kernel);
    free(rig->shadow);
    free(rig->wide_shadow);
    free(rig);
    the_rig = NULL;
}

void nrig_wait(struct nrig *rig, uint64_t ns)
{
    kernel_wait(rig->kernel, NULL, NULL, ns);
}

unsigned nrig_count(const struct nrig *rig, enum netdma_call_kind kind)
{
    unsigned count = 0;

    for (unsigned n = 0; n < rig->calls; n++)
        count += rig->call[n].kind == kind;
    return count;
}

const struct fake_call *nrig_call(const struct nrig *rig, enum netdma_call_kind kind, unsigned n)
{
    for (unsigned i = 0; i < rig->calls; i++)
        if (rig->call[i].kind == kind && !n--)
            return &rig->call[i];
    ck_abort_msg("call %d did not happen that often", kind);
}

/* ---- clients ---- */

static void on_notify(PVOID context, PVOID provider, const NET_DMA_PNP_NOTIFICATION *event)
{
    struct nrig *rig = the_rig;

    ck_assert_uint_lt(rig->events, NRIG_EVENTS);
    struct nrig_event *note = &rig->event[rig->events++];
    *note = (struct nrig_event){
        .context = context,
        .provider = provider,
        .event = *event,
        .irql = kernel_irql(rig->kernel),
        .time_ns = kernel_now(rig->kernel),
        .calls = rig->calls,
    };
    if (rig->on_event)
        rig->on_event(rig, note);
}

PVOID nrig_client(struct nrig *rig, void *context)
{
    const struct netdma_client_characteristics characteristics = {
        .size = sizeof characteristics, .notify = on_notify};
    PVOID client = rig;

    nrig_ok(NetDmaRegisterClient(context, &client, &characteristics));
    ck_assert_ptr_nonnull(client);
    return client;
}

PVOID nrig_channel(struct nrig *rig, PVOID provider)
{
    PVOID channel = NULL;

    nrig_ok(NetDmaAllocateChannel(rig->client, provider, NULL, &channel));
    ck_assert_ptr_nonnull(channel);
    return channel;
}

static NET_DMA_COPY_ID submit(PVOID channel, struct netdma_chain *dst, struct netdma_chain *src,
                              uint8_t *shadow, size_t to, size_t from, size_t bytes,
                              struct nrig_done *done)
{
    const struct netdma_copy copy = {
        .destination = dst,
        .destination_offset = to,
        .source = src,
        .source_offset = from,
        .length = bytes,
        .done = done ? nrig_on_done : NULL,
        .context = done,
    };
    NET_DMA_COPY_ID id = 0;

    nrig_ok(netdma_copy(channel, &copy, &id));
    ck_assert(id != 0);
    memcpy(shadow + to, (uint8_t *)src->va + from, bytes);
    return id;
}

NET_DMA_COPY_ID nrig_copy(struct nrig *rig, PVOID channel, size_t to, size_t from, size_t bytes)
{
    return submit(channel, &rig->dst_chain, &rig->src_chain, rig->shadow, to, from, bytes, NULL);
}

NET_DMA_COPY_ID nrig_wide_copy(struct nrig *rig, PVOID channel, size_t to, size_t from,
                               size_t bytes)
{
    return submit(channel, &rig->wide_dst_chain, &rig->wide_src_chain, rig->wide_shadow, to, from, bytes,
                  NULL);
}

NET_DMA_COPY_ID nrig_copy_done(struct nrig *rig, PVOID channel, size_t to, size_t from,
                               size_t bytes, struct nrig_done *done)
{
    return submit(channel, &rig->dst_chain, &rig->src_chain, rig->shadow, to, from, bytes, done);
}

void nrig_on_done(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct nrig_done *done = context;

    done->n++;
    done->id = id;
    done->status = status;
    done->channel = channel;
    done->irql = kernel_irql(the_rig->kernel);
    done->cpu = kernel_cpu(the_rig->kernel);
}

void nrig_finish(PVOID channel, NET_DMA_COPY_ID id)
{
    nrig_ok(netdma_wait(channel, id, LONG_NS));
}

static void check_buffer(const struct dma_buf *buf, const uint8_t *shadow)
{
    const uint8_t *got = buf->cpu;

    for (unsigned n = 0; n < NRIG_BYTES; n++)
        if (got[n] != shadow[n])
            ck_abort_msg("byte %u is 0x%02x, expected 0x%02x", n, got[n], shadow[n]);
}

void nrig_check(const struct nrig *rig)
{
    check_buffer(&rig->dst, rig->shadow);
    check_buffer(&rig->wide_dst, rig->wide_shadow);
}

struct netdma_channel_info nrig_info(PVOID channel)
{
    struct netdma_channel_info info;

    nrig_ok(netdma_channel_info(channel, &info));
    return info;
}

struct netdma_interface_stats nrig_stats(const struct nrig *rig)
{
    struct netdma_interface_stats stats;

    netdma_interface_stats(rig->iface, &stats);
    return stats;
}
