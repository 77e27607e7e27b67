/* netdma_diagrams.c - runs the life of a NetDMA channel on the simulated engine and prints it:
 * descriptors, sequence diagram, completion word, as Markdown.
 *
 *   scenario --> netdma_raw_*, or a client --> provider --> ioat_sim
 *                                |                             |
 *   docs/sequences.md <-- diagram.h <--- calls, bus events ----+
 *
 * Nothing in the text that is a figure is written here: addresses, flags, clocks and words are
 * what the run had. `make diagrams` prints it again, and `make lint` compares.
 */
#include <stdlib.h>

#include "diagram.h"
#include "netdma_client.h"
#include "provider.h"
#include "provider_sim.h"

enum {
    SLOTS = 8,
    PIECE = 4096,                /* distance of sources, of targets */
    LATENCY = 20,                /* clocks of the memory */
    PATIENCE = 20000,            /* clocks */
    PATIENCE_NS = 100000,
    SETTLE = 200,                /* clocks */
};

struct scene {
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct kernel *kernel;
    struct netdma_interface *iface;
    struct provider *provider;
    struct provider_sim *glue;
    bool counted;
    struct dma_buf memory, src, dst;     /* memory: descriptors, then the word */
    NET_DMA_DESCRIPTOR *desc;
    uint64_t *word;
    struct netdma_raw *raw;
    struct diagram diagram;
    struct netdma_chain to[SLOTS];       /* a client's requests, */
    unsigned left;               /*   and how many of them have no callback yet */
};

static _Noreturn void fail(const char *what)
{
    fflush(stdout);
    fprintf(stderr, "netdma_diagrams: %s\n", what);
    exit(1);
}

static void must(enum ioat_status status, const char *what)
{
    if (status) {
        fprintf(stderr, "netdma_diagrams: %s: %s\n", what, ioat_strstatus(status));
        exit(1);
    }
}

static void must_nt(NTSTATUS status, const char *what)
{
    if (status != STATUS_SUCCESS)
        fail(what);
}

/* ---- the world ---- */

static void on_log(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

/* A client's ring is the library's: its first descriptor is the one that the first start names. */
static void on_call(void *ctx, const struct netdma_call *call)
{
    struct scene *scene = ctx;

    if (call->kind == NETDMA_CALL_START)
        diagram_area(&scene->diagram, 'D', call->address, sizeof(NET_DMA_DESCRIPTOR), SLOTS);
    diagram_call(&scene->diagram, call);
}

static void open_scene(struct scene *scene, unsigned major)
{
    struct ioat_sim_config sim;
    struct kernel_config kernel;
    struct netdma_interface_config iface;
    struct provider_config provider;

    *scene = (struct scene){.counted = major >= 2};
    ioat_sim_config_init(&sim);
    sim.timing.read_latency = sim.timing.write_latency = LATENCY;
    must(ioat_sim_open(&sim, &scene->sim), "opening the simulator");
    must(ioat_sim_platform(scene->sim, &scene->platform), "opening the simulator");
    scene->diagram.sim = scene->sim;
    ioat_sim_on_event(scene->sim, diagram_event, &scene->diagram);
    kernel_config_init(&kernel);
    kernel.device = &scene->platform;
    must(kernel_open(&kernel, &scene->kernel), "opening the kernel");
    netdma_interface_config_init(&iface);
    iface.kernel = scene->kernel;
    iface.on_call = on_call;
    iface.on_call_ctx = scene;
    iface.on_log = on_log;
    must(netdma_interface_open(&iface, &scene->iface), "opening NetDMA");
    provider_config_init(&provider);
    provider.kernel = scene->kernel;
    provider.bar = scene->platform.bar;
    provider.bar_ctx = scene->platform.bar_ctx;
    provider.major = major;
    provider.address_bits = ioat_sim_build()->addr_bits;
    must(provider_open(&provider, &scene->provider), "opening the provider");
    must(provider_sim_connect(scene->provider, scene->kernel, scene->sim, &scene->glue),
         "connecting interrupts");
    provider_start(scene->provider);
}

static void open_memory(struct scene *scene)
{
    enum { LINE = 64 };

    must(kernel_alloc(scene->kernel, SLOTS * sizeof(NET_DMA_DESCRIPTOR) + LINE, LINE,
                      &scene->memory), "allocating");
    must(kernel_alloc(scene->kernel, SLOTS * PIECE, PIECE, &scene->src), "allocating");
    must(kernel_alloc(scene->kernel, SLOTS * PIECE, PIECE, &scene->dst), "allocating");
    scene->desc = scene->memory.cpu;
    scene->word = (uint64_t *)(void *)&scene->desc[SLOTS];
    for (unsigned n = 0; n < SLOTS * PIECE; n++)
        ((uint8_t *)scene->src.cpu)[n] = (uint8_t)(n * 7 + n / PIECE);
    diagram_area(&scene->diagram, 'S', scene->src.bus, PIECE, SLOTS);
    diagram_area(&scene->diagram, 'T', scene->dst.bus, PIECE, SLOTS);
}

static uint64_t desc_bus(const struct scene *scene, unsigned slot)
{
    return scene->memory.bus + slot * sizeof(NET_DMA_DESCRIPTOR);
}

/* A channel by hand, with descriptors D0.. */
static void open_raw(struct scene *scene, unsigned major)
{
    open_scene(scene, major);
    open_memory(scene);
    diagram_area(&scene->diagram, 'D', scene->memory.bus, sizeof(NET_DMA_DESCRIPTOR), SLOTS);
    NET_DMA_CHANNEL_PARAMETERS parameters = {
        .Revision = NET_DMA_CHANNEL_REVISION_1,
        .Size = SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1,
        .CompletionVirtualAddress = scene->word,
        .CompletionPhysicalAddress.QuadPart = (LONGLONG)desc_bus(scene, SLOTS),
    };
    must_nt(netdma_raw_allocate(provider_handle(scene->provider), &parameters, NULL, &scene->raw),
            "allocating a channel");
}

static void close_scene(struct scene *scene)
{
    netdma_raw_free(scene->raw);
    provider_stop(scene->provider);
    provider_sim_disconnect(scene->glue);
    provider_close(scene->provider);
    netdma_interface_close(scene->iface);
    kernel_close(scene->kernel);
    ioat_sim_close(scene->sim);
}

/* ---- lists ---- */

static PHYSICAL_ADDRESS address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

/* Slots first .. first + n - 1 copy `bytes` each and write the word; the last one interrupts. */
static void make_list(struct scene *scene, unsigned first, unsigned n, ULONG bytes)
{
    for (unsigned slot = first; slot < first + n; slot++) {
        bool last = slot + 1 == first + n;
        scene->desc[slot] = (NET_DMA_DESCRIPTOR){
            .TransferSize = bytes,
            .ControlFlags = NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                            (last ? NET_DMA_INTERRUPT_ON_COMPLETION : 0),
            .SourceAddress = address(scene->src.bus + slot * PIECE),
            .DestinationAddress = address(scene->dst.bus + slot * PIECE),
            .NextDescriptor = address(last && !scene->counted ? 0 : desc_bus(scene, slot + 1)),
        };
    }
}

static void link_to(struct scene *scene, unsigned slot, unsigned next)
{
    __atomic_store_n(&scene->desc[slot].NextDescriptor.QuadPart, (LONGLONG)desc_bus(scene, next),
                     __ATOMIC_RELAXED);
}

static unsigned slot_behind(const struct scene *scene, uint64_t last)
{
    return (unsigned)((last - scene->memory.bus) / sizeof(NET_DMA_DESCRIPTOR)) + 1;
}

/* What NetDMA writes to a descriptor. */
#define note(scene, ...) \
    diagram_add(&(scene)->diagram, ioat_sim_now((scene)->sim), "I->>M", __VA_ARGS__)

static NTSTATUS start(struct scene *scene, unsigned first, unsigned n)
{
    return netdma_raw_start(scene->raw, &scene->desc[first], desc_bus(scene, first), n);
}

static NTSTATUS append(struct scene *scene, unsigned first, unsigned n)
{
    return netdma_raw_append(scene->raw, &scene->desc[first], desc_bus(scene, first), n);
}

/* Whether slots first .. first + n - 1 were copied. */
static void check_copied(const struct scene *scene, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++)
        if (memcmp((char *)scene->dst.cpu + slot * PIECE, (char *)scene->src.cpu + slot * PIECE,
                   scene->desc[slot].TransferSize))
            fail("a copy is not byte-exact");
}

/* ---- time ---- */

struct goal {
    const struct scene *scene;
    uint64_t word;
};

static bool reached(void *ctx)
{
    const struct goal *goal = ctx;
    return __atomic_load_n(goal->scene->word, __ATOMIC_RELAXED) == goal->word;
}

static void one_clock(struct scene *scene)
{
    must(ioat_sim_step(scene->sim, 1), "a clock");
    kernel_run(scene->kernel);
}

/* Until the word says so. */
static void await(struct scene *scene, unsigned slot, NET_DMA_TRANSFER_STATUS status)
{
    struct goal goal = {scene, desc_bus(scene, slot) | (uint64_t)status};
    uint64_t end = ioat_sim_now(scene->sim) + PATIENCE;

    while (!reached(&goal)) {
        if (ioat_sim_now(scene->sim) > end)
            fail("the completion word does not come");
        one_clock(scene);
    }
}

/* The interrupt follows the word. */
static void settle(struct scene *scene)
{
    for (unsigned n = 0; n < SETTLE; n++)
        one_clock(scene);
}

/* ---- text ---- */

static void print_flags(ULONG flags)
{
    static const struct {
        ULONG bit;
        const char *name;
    } known[] = {
        {NET_DMA_STATUS_UPDATE_ON_COMPLETION, "STATUS_UPDATE"},
        {NET_DMA_INTERRUPT_ON_COMPLETION, "INTERRUPT"},
        {NET_DMA_NULL_TRANSFER, "NULL"},
    };

    printf("0x%08X", flags);
    for (unsigned n = 0; n < sizeof known / sizeof *known; n++)
        if (flags & known[n].bit)
            printf(" %s", known[n].name);
}

static void print_list(const struct scene *scene, unsigned n)
{
    printf("| | address | TransferSize | ControlFlags | SourceAddress | DestinationAddress | "
           "NextDescriptor |\n|---|---|---|---|---|---|---|\n");
    for (unsigned slot = 0; slot < n; slot++) {
        const NET_DMA_DESCRIPTOR *desc = &scene->desc[slot];
        printf("| D%u | 0x%" PRIx64 " | %u | ", slot, desc_bus(scene, slot), desc->TransferSize);
        print_flags(desc->ControlFlags);
        printf(" | 0x%" PRIx64 " | 0x%" PRIx64 " | 0x%" PRIx64 " |\n",
               (uint64_t)desc->SourceAddress.QuadPart, (uint64_t)desc->DestinationAddress.QuadPart,
               (uint64_t)desc->NextDescriptor.QuadPart);
    }
    printf("\n");
}

static void heading(const char *title, const char *text)
{
    printf("\n## %s\n\n%s\n\n", title, text);
}

/* The diagram, and what is in the word at the end. */
static void finish(struct scene *scene)
{
    if (!diagram_print(&scene->diagram, false))
        fail("a diagram has no room for all of its arrows");
    printf("\nThe completion word at the end: 0x%016" PRIx64 ".\n", *scene->word);
    close_scene(scene);
}

/* ---- scenarios ---- */

static void show_start_1x(void)
{
    struct scene scene;

    open_raw(&scene, 1);
    make_list(&scene, 0, 3, 256);
    heading("Start, 1.x", "A list that ends with 0, in one go. The last descriptor interrupts.");
    print_list(&scene, 3);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 3), "start");
    await(&scene, 2, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, 3);
    finish(&scene);
}

static void show_append_1x(void)
{
    struct scene scene;

    open_raw(&scene, 1);
    make_list(&scene, 0, 2, 1024);
    make_list(&scene, 2, 2, 256);
    heading("Append, 1.x", "NetDMA links first and tells the provider then. The engine reads D1 "
            "again for its new NextDescriptor; it does\nnot copy again.");
    print_list(&scene, 4);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 2), "start");
    await(&scene, 0, NetDmaTransferStatusActive);
    note(&scene, "D1.NextDescriptor = D2");
    link_to(&scene, 1, 2);
    must_nt(append(&scene, 2, 2), "append");
    await(&scene, 3, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, 4);
    finish(&scene);
}

static void show_ring_2x(void)
{
    struct scene scene;

    open_raw(&scene, 2);
    make_list(&scene, 0, 2, 256);
    make_list(&scene, 2, 1, 256);
    heading("Start and append, 2.x", "The list has no end of its own: D1 already names D2, the "
            "count says how far to go. Nothing is linked and\nnothing is read again.");
    print_list(&scene, 3);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 2), "start");
    await(&scene, 1, NetDmaTransferStatusIdle);
    must_nt(append(&scene, 2, 1), "append");
    await(&scene, 2, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, 3);
    finish(&scene);
}

static void show_insert_1x(void)
{
    struct scene scene;
    uint64_t last;

    open_raw(&scene, 1);
    make_list(&scene, 0, 4, 4096);
    make_list(&scene, 4, 1, 256);
    heading("Suspend, insert, resume, 1.x", "What is under way is finished; then the list is "
            "NetDMA's to edit. The engine reads the last processed descriptor again\nat the resume.");
    print_list(&scene, 5);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 4), "start");
    await(&scene, 0, NetDmaTransferStatusActive);
    must_nt(netdma_raw_suspend(scene.raw, &last), "suspend");
    unsigned next = slot_behind(&scene, last);
    if (next > 3)
        fail("the list was done before it was suspended");
    link_to(&scene, 4, next);
    link_to(&scene, next - 1, 4);
    note(&scene, "D4.NextDescriptor = D%u, D%u.NextDescriptor = D4", next, next - 1);
    must_nt(netdma_raw_resume(scene.raw), "resume");
    await(&scene, 3, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, 5);
    finish(&scene);
}

static void show_delete_2x(void)
{
    struct scene scene;
    uint64_t last;

    open_raw(&scene, 2);
    make_list(&scene, 0, 5, 4096);
    heading("Suspend, delete, resume, 2.x", "The count stays what it was, so a descriptor is deleted "
            "by making it a NULL transfer (A7).");
    print_list(&scene, 5);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 5), "start");
    await(&scene, 0, NetDmaTransferStatusActive);
    must_nt(netdma_raw_suspend(scene.raw, &last), "suspend");
    unsigned victim = slot_behind(&scene, last);
    if (victim > 3)
        fail("the list was done before it was suspended");
    scene.desc[victim].ControlFlags |= NET_DMA_NULL_TRANSFER;
    note(&scene, "D%u.ControlFlags += NET_DMA_NULL_TRANSFER", victim);
    must_nt(netdma_raw_resume(scene.raw), "resume");
    await(&scene, 4, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, victim);
    check_copied(&scene, victim + 1, 4 - victim);
    finish(&scene);
}

/* Both stop a list in the middle of D1 and start another one. */
static void show_stop(const char *title, const char *text, NTSTATUS (*stop)(struct netdma_raw *raw))
{
    struct scene scene;

    open_raw(&scene, 2);
    make_list(&scene, 0, 3, 1024);
    make_list(&scene, 4, 1, 256);
    heading(title, text);
    print_list(&scene, 3);
    diagram_begin(&scene.diagram);
    must_nt(start(&scene, 0, 3), "start");
    await(&scene, 0, NetDmaTransferStatusActive);
    must_nt(stop(scene.raw), "stop");
    must_nt(start(&scene, 4, 1), "start");
    await(&scene, 4, NetDmaTransferStatusIdle);
    settle(&scene);
    check_copied(&scene, 0, 1);
    check_copied(&scene, 4, 1);
    finish(&scene);
}

/* ---- recovery, as a client sees it ---- */

static void on_done(void *ctx, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct scene *scene = ctx;

    (void)channel;
    scene->left--;
    diagram_add(&scene->diagram, ioat_sim_now(scene->sim), "I->>C", "done(request %u, %s)",
                (unsigned)id, diagram_status(status));
}

static void request(struct scene *scene, PVOID channel, unsigned n, size_t bytes)
{
    scene->to[n] = (struct netdma_chain){.va = (char *)scene->dst.cpu + n * PIECE, .bytes = bytes};
    const struct netdma_copy copy = {
        .destination = &scene->to[n],
        .source_address = address(scene->src.bus + n * PIECE),
        .length = bytes,
        .done = on_done,
        .context = scene,
    };

    scene->left++;
    diagram_add(&scene->diagram, ioat_sim_now(scene->sim), "C->>I", "copy S%u to T%u, %zu bytes", n, n,
                bytes);
    must_nt(netdma_copy(channel, &copy, NULL), "a request");
}

static bool all_done(void *ctx)
{
    const struct scene *scene = ctx;
    return !scene->left;
}

static void show_recovery(void)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_SLVERR, .count = 1, .percent = 100,
    };
    struct provider_stats stats;
    struct scene scene;
    PVOID client, channel;

    heading("Error and recovery, 2.x", "A client asks for three copies; the memory answers a read of "
            "the second one's source with an error. The engine\nhalts, the provider reports 0, and the "
            "library fails what is not done, resets the channel and starts it again with the\nnext "
            "requests.");
    open_scene(&scene, 2);
    open_memory(&scene);
    must_nt(NetDmaRegisterClient(NULL, &client, &characteristics), "a client");
    must_nt(NetDmaAllocateChannel(client, NULL, NULL, &channel), "a channel");
    must_nt(NetDmaSetMaxPendingDescriptors(channel, 3), "a batch");
    fault.first = scene.src.bus + PIECE;
    fault.last = fault.first + PIECE - 1;
    if (ioat_sim_fault_add(scene.sim, &fault) < 0)
        fail("no fault can be armed");
    diagram_begin(&scene.diagram);
    for (unsigned n = 0; n < 3; n++)
        request(&scene, channel, n, 512);
    must(kernel_wait(scene.kernel, all_done, &scene, PATIENCE_NS), "waiting for the callbacks");
    for (unsigned n = 3; n < 6; n++)
        request(&scene, channel, n, 256);
    must(kernel_wait(scene.kernel, all_done, &scene, PATIENCE_NS), "waiting for the callbacks");
    provider_stats(scene.provider, 0, &stats);
    if (!diagram_print(&scene.diagram, true))
        fail("a diagram has no room for all of its arrows");
    printf("\nCHANERR said: %s.\n", ioat_chanerr_name(stats.chanerr));
    NetDmaFreeChannel(channel);
    NetDmaDeregisterClient(client);
    close_scene(&scene);
}

int main(void)
{
    const struct ioat_sim_build *build = ioat_sim_build();

    printf("# Sequences\n\n"
           "Printed by `make diagrams` from runs of the simulated engine; `make lint` fails when a run "
           "differs. They belong\nto [programming.md](programming.md). %u-bit bus, memory that "
           "answers after %d clocks, %u MHz.\n\n"
           "Each arrow begins with its clock, or the first and the last one of several: payload of one "
           "piece of memory is one\narrow, as are equal arrows in a row. Clocks count from the begin of "
           "the scenario. D0, D1, ... are descriptors, S0 and T0\nsource and target of the first. "
           "`word = D1 + Idle` is the completion word: the address of D1 with status Idle in its\nlow "
           "bits. `CHANSTS reads D1, IDLE` is the same in the register. A write of CHANCTRL with INT_DISABLE re-arms "
           "the\ninterrupt. The engine may read ahead what lies behind a descriptor; what turns out not to be "
           "the next one is dropped.\n",
           build->data_bits, LATENCY, build->clock_mhz);
    show_start_1x();
    show_append_1x();
    show_ring_2x();
    show_insert_1x();
    show_delete_2x();
    show_stop("Abort, 2.x", "D1 is given up where it is. The word names the last good descriptor; no "
              "interrupt follows. The next call is a start.", netdma_raw_abort);
    show_stop("Reset, 2.x", "The provider stops the list and returns the channel to its state after "
              "allocation. No old descriptor is read afterwards.", netdma_raw_reset);
    show_recovery();
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
