/* provider_rig.c - see provider_rig.h. */
#include "provider_rig.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_AT = PRIG_SLOTS * sizeof(NET_DMA_DESCRIPTOR), LINE = 64 };

static void on_violation(void *ctx, const struct kernel_violation *violation)
{
    (void)ctx;
    ck_abort_msg("kernel: %s", violation->text);
}

static void on_sim_violation(void *ctx, const char *text)
{
    (void)ctx;
    ck_abort_msg("simulator: %s", text);
}

static void on_log(void *ctx, const char *text)
{
    struct prig *rig = ctx;

    (void)text;
    rig->logs++;
}

static void note(struct prig *rig, struct prig_events *events, uint64_t descriptor)
{
    events->n++;
    events->last = descriptor;
    events->cpu = kernel_cpu(rig->kernel);
}

static void on_isr(void *ctx, uint64_t descriptor)
{
    struct prig *rig = ctx;
    note(rig, &rig->isr, descriptor);
}

static void on_dpc(void *ctx, uint64_t descriptor)
{
    struct prig *rig = ctx;
    note(rig, &rig->dpc, descriptor);
}

/* ---- life ---- */

struct prig_config prig_config(bool counted)
{
    struct ioat_sim_config sim;

    ioat_sim_config_init(&sim);
    sim.timing.read_latency = 20;
    sim.timing.write_latency = 10;
    return (struct prig_config){
        .major = counted ? 2 : 1,
        .minor = counted ? 0 : 1,
        .cpus = 4,
        .wait_ns = 100000,
        .timing = sim.timing,
    };
}

static void open_world(struct prig *rig)
{
    struct ioat_sim_config sim;
    struct kernel_config kernel;
    struct netdma_interface_config iface;

    ioat_sim_config_init(&sim);
    sim.timing = rig->config.timing;
    sim.on_violation = on_sim_violation;
    prig_io(ioat_sim_open(&sim, &rig->sim));
    prig_io(ioat_sim_platform(rig->sim, &rig->platform));
    kernel_config_init(&kernel);
    kernel.cpus = rig->config.cpus;
    kernel.msix = !rig->config.intx;
    kernel.device = &rig->platform;
    kernel.on_violation = on_violation;
    prig_io(kernel_open(&kernel, &rig->kernel));
    netdma_interface_config_init(&iface);
    iface.kernel = rig->kernel;
    iface.on_log = on_log;
    iface.on_log_ctx = rig;
    prig_io(netdma_interface_open(&iface, &rig->iface));
}

static void open_provider(struct prig *rig)
{
    struct provider_config config;

    provider_config_init(&config);
    config.kernel = rig->kernel;
    config.bar = rig->platform.bar;
    config.bar_ctx = rig->platform.bar_ctx;
    config.major = rig->config.major;
    config.minor = rig->config.minor;
    config.address_bits = ioat_sim_build()->addr_bits;
    config.wait_ns = rig->config.wait_ns;
    prig_io(provider_open(&config, &rig->provider));
    prig_io(provider_sim_connect(rig->provider, rig->kernel, rig->sim, &rig->glue));
    provider_start(rig->provider);
}

static void open_memory(struct prig *rig)
{
    prig_io(kernel_alloc(rig->kernel, WORD_AT + LINE, LINE, &rig->memory));
    prig_io(kernel_alloc(rig->kernel, PRIG_BYTES, PRIG_STRIDE, &rig->src));
    prig_io(kernel_alloc(rig->kernel, PRIG_BYTES, PRIG_STRIDE, &rig->dst));
    rig->desc = rig->memory.cpu;
    rig->word = (uint64_t *)(void *)((char *)rig->memory.cpu + WORD_AT);
    rig->word_bus = rig->memory.bus + WORD_AT;
    for (unsigned n = 0; n < PRIG_BYTES; n++)
        ((uint8_t *)rig->src.cpu)[n] = (uint8_t)(n * 13 + n / 255 + 1);
}

struct prig *prig_open(const struct prig_config *config)
{
    struct prig *rig = calloc(1, sizeof *rig);

    ck_assert_ptr_nonnull(rig);
    rig->config = *config;
    rig->counted = config->major >= 2;
    open_world(rig);
    open_provider(rig);
    open_memory(rig);
    rig->parameters = (NET_DMA_CHANNEL_PARAMETERS){
        .Revision = NET_DMA_CHANNEL_REVISION_1,
        .Size = 40,
        .CompletionVirtualAddress = rig->word,
        .CompletionPhysicalAddress = prig_address(rig->word_bus),
    };
    if (!config->idle)
        prig_ok(prig_allocate(rig, &rig->parameters, &rig->raw));
    return rig;
}

NTSTATUS prig_allocate(struct prig *rig, PNET_DMA_CHANNEL_PARAMETERS parameters,
                       struct netdma_raw **raw)
{
    const struct netdma_raw_events events = {.isr = on_isr, .dpc = on_dpc, .ctx = rig};

    return netdma_raw_allocate(provider_handle(rig->provider), parameters, &events, raw);
}

void prig_close(struct prig *rig)
{
    if (rig->raw)
        netdma_raw_free(rig->raw);
    provider_stop(rig->provider);
    provider_sim_disconnect(rig->glue);
    provider_close(rig->provider);
    netdma_interface_close(rig->iface);
    kernel_close(rig->kernel);
    ck_assert_ptr_null(ioat_sim_violation(rig->sim));
    ioat_sim_close(rig->sim);
    free(rig);
}

/* ---- lists ---- */

PHYSICAL_ADDRESS prig_address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

uint64_t prig_bus(const struct prig *rig, unsigned slot)
{
    return rig->memory.bus + slot % PRIG_SLOTS * sizeof(NET_DMA_DESCRIPTOR);
}

static size_t place(unsigned slot)
{
    return (size_t)slot * PRIG_STRIDE + slot % 61;
}

void prig_list(struct prig *rig, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++) {
        bool last = slot + 1 == first + n;
        memset((char *)rig->dst.cpu + place(slot), 0, PRIG_PIECE);
        rig->desc[slot] = (NET_DMA_DESCRIPTOR){
            .TransferSize = PRIG_PIECE,
            .ControlFlags = NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                            (last ? NET_DMA_INTERRUPT_ON_COMPLETION : 0),
            .SourceAddress = prig_address(rig->src.bus + place(slot)),
            .DestinationAddress = prig_address(rig->dst.bus + place(slot)),
            .NextDescriptor = prig_address(last && !rig->counted ? 0 : prig_bus(rig, slot + 1)),
        };
    }
}

bool prig_copied(const struct prig *rig, unsigned slot)
{
    return !memcmp((char *)rig->dst.cpu + place(slot), (char *)rig->src.cpu + place(slot),
                   PRIG_PIECE);
}

bool prig_untouched(const struct prig *rig, unsigned slot)
{
    const char *at = (const char *)rig->dst.cpu + place(slot);

    return !*at && !memcmp(at, at + 1, PRIG_PIECE - 1);
}

NTSTATUS prig_start(struct prig *rig, unsigned first, unsigned n)
{
    return netdma_raw_start(rig->raw, &rig->desc[first], prig_bus(rig, first), n);
}

NTSTATUS prig_append(struct prig *rig, unsigned first, unsigned n)
{
    if (!rig->counted)
        __atomic_store_n(&rig->desc[first - 1].NextDescriptor.QuadPart,
                         (LONGLONG)prig_bus(rig, first), __ATOMIC_RELAXED);
    return netdma_raw_append(rig->raw, &rig->desc[first], prig_bus(rig, first), n);
}

/* ---- time ---- */

void prig_step(struct prig *rig, unsigned clocks)
{
    prig_io(ioat_sim_step(rig->sim, clocks));
    kernel_stall(rig->kernel, 0);
    kernel_run(rig->kernel);
}

struct goal {
    const struct prig *rig;
    uint64_t word;
};

static bool reached(void *ctx)
{
    const struct goal *goal = ctx;
    return __atomic_load_n(goal->rig->word, __ATOMIC_RELAXED) == goal->word;
}

void prig_await(struct prig *rig, unsigned slot, NET_DMA_TRANSFER_STATUS status)
{
    struct goal goal = {.rig = rig, .word = prig_bus(rig, slot) | (uint64_t)status};

    enum ioat_status got = kernel_wait(rig->kernel, reached, &goal, PRIG_LONG);
    ck_assert_msg(!got, "slot %u: the word is 0x%llx, expected 0x%llx (%s)", slot,
                  (unsigned long long)*rig->word, (unsigned long long)goal.word,
                  ioat_strstatus(got));
    prig_step(rig, 200);         /* the interrupt, if any, comes after the word */
}

void prig_word_is(const struct prig *rig, uint64_t bus, NET_DMA_TRANSFER_STATUS status)
{
    ck_assert_msg(*rig->word == (bus | (uint64_t)status), "the word is 0x%llx, expected 0x%llx",
                  (unsigned long long)*rig->word,
                  (unsigned long long)(bus | (uint64_t)status));
}

uint64_t prig_read(struct prig *rig, uint32_t offset, unsigned bits)
{
    uint64_t value = 0;

    prig_io(ioat_sim_bar_read(rig->sim, offset, bits / 8, &value));
    return value;
}

void prig_fault(struct prig *rig, enum ioat_sim_fault_kind kind,
                enum ioat_sim_fault_answer answer, uint64_t bus, uint64_t bytes)
{
    const struct ioat_sim_fault fault = {
        .kind = kind,
        .answer = answer,
        .first = bus,
        .last = bus + bytes - 1,
        .count = 1,
        .percent = 100,
    };
    ck_assert_int_ge(ioat_sim_fault_add(rig->sim, &fault), 0);
}

/* ---- states ---- */

void prig_check_copied(const struct prig *rig, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++)
        ck_assert_msg(prig_copied(rig, slot), "slot %u was not copied", slot);
}

struct prig *prig_simple(bool counted)
{
    struct prig_config config = prig_config(counted);
    return prig_open(&config);
}

struct prig *prig_in(bool counted, enum prig_state state)
{
    struct prig *rig = prig_simple(counted);
    uint64_t last;

    prig_list(rig, 0, 4);
    prig_list(rig, 4, 4);
    if (state == PRIG_ACTIVE || state == PRIG_HALTED)
        prig_fault(rig, IOAT_SIM_FAULT_READ,
                   state == PRIG_ACTIVE ? IOAT_SIM_HOLD : IOAT_SIM_SLVERR,
                   rig->src.bus + PRIG_STRIDE, PRIG_STRIDE);
    if (state != PRIG_READY)
        prig_ok(prig_start(rig, 0, 4));
    if (state == PRIG_ACTIVE)
        prig_await(rig, 0, NetDmaTransferStatusActive);
    if (state == PRIG_IDLE || state == PRIG_SUSPENDED)
        prig_await(rig, 3, NetDmaTransferStatusIdle);
    if (state == PRIG_SUSPENDED)
        prig_ok(netdma_raw_suspend(rig->raw, &last));
    if (state == PRIG_HALTED)
        prig_await(rig, 0, NetDmaTransferStatusHalted);
    return rig;
}

void prig_then_works(struct prig *rig)
{
    prig_list(rig, 20, 2);
    prig_ok(prig_start(rig, 20, 2));
    prig_await(rig, 21, NetDmaTransferStatusIdle);
    prig_check_copied(rig, 20, 2);
    ck_assert_uint_eq(PRIG_RD(rig, CHANERR), 0);
    prig_close(rig);
}
