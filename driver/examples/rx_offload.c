/* rx_offload.c - receive-side copy offload, what NetDMA was made for.
 *
 *   sender --TCP--> page buffers (headers, payload) --engine--> user's buffer --> compare
 *                   scattered on the bus                        scattered on the bus
 *
 * A receive call has a window of the user's buffer. For each segment the CPU does its
 * protocol work and asks for the copy; it goes on with the next segment, and with the
 * next window, while the engine copies. Only before a window goes to the user it polls
 * for the last copy in it.
 *
 * What a copy and a request cost this CPU is measured first (rx_cost.h); then the stream is
 * received, with the CPU spending that time on the simulated clock.
 */
#include <sys/mman.h>
#include <time.h>

#include "ioat_sim.h"
#include "netdma_client.h"
#include "netdma_interface.h"
#include "provider.h"
#include "provider_sim.h"
#include "rx_cli.h"
#include "rx_instant.h"
#include "rx_stream.h"

enum {
    BUFFERS = 512,               /* of the receive ring: a page each */
    GUARD = 0xA5,                /* fills what no copy may touch */
    USER_OFFSET = 100,           /* of the user's buffer in its first page */
    POLL_NS = 100,               /* between two looks at a completion */
    PATIENCE_NS = 100000000,     /* for any completion */
};
#define BUS_HIGH UINT64_C(0x2000000000)    /* where the pages lie, if the build has so */
#define BUS_HIGH_BITS 40                   /*   many address bits */
#define BUS_LOW UINT64_C(0x10000000)

struct pages {
    uint8_t *cpu;
    size_t count;
};

/* The registers, with the time that they take: the engine's is not the driver's. */
struct meter {
    const struct bar_ops *bar;
    void *bar_ctx;
    struct ioat_sim *sim;
    uint64_t host_ns, clocks, accesses;
};

/* An engine with its provider and a channel. */
struct side {
    struct meter meter;
    struct provider *provider;
    PVOID channel;
};

struct pass {
    uint64_t elapsed, protocol, driver, registers, waiting;   /* clocks */
    uint64_t accesses;           /* of registers */
};

struct segment {
    uint32_t bytes;
    NET_DMA_COPY_ID id;
    uint64_t asked;              /* clock of the request, */
    uint64_t latency;            /*   and clocks until the CPU saw it done */
};

struct rx {
    struct options opt;
    const struct ioat_sim_build *build;
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct kernel *kernel;
    struct netdma_interface *iface;
    struct provider_sim *glue;
    PVOID client;
    struct side rtl, instant;    /* the simulated engine; one to measure the CPU with */
    struct instant engine;
    uint8_t *sent;
    struct stream stream;
    struct pages ring, user;
    struct netdma_chain to[BUFFERS], from[BUFFERS];   /* of the request in each buffer */
    struct segment *segment;     /* number n lies in buffer n % BUFFERS */
    size_t segments, seen, room; /* received; of them seen done; places */
    uint64_t random;
    uint64_t timer_ns;           /* of a look at the host's clock */
};

static void *need(void *memory)
{
    if (!memory)
        fail(1, "out of memory");
    return memory;
}

static void must(const struct rx *rx, enum ioat_status status, const char *what)
{
    if (status)
        fail(1, "%s, clock %" PRIu64 ": %s", what, rx->sim ? ioat_sim_now(rx->sim) : 0,
             ioat_strstatus(status));
}

static void must_nt(const struct rx *rx, NTSTATUS status, const char *what)
{
    if (status != STATUS_SUCCESS)
        fail(1, "%s, clock %" PRIu64 ": NetDMA status 0x%08X", what, ioat_sim_now(rx->sim),
             (unsigned)status);
}

/* ---- the host's clock ---- */

static uint64_t host_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- registers ---- */

static enum ioat_status meter_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    struct meter *meter = ctx;
    uint64_t start = host_ns(), clock = ioat_sim_now(meter->sim);
    enum ioat_status status = meter->bar->read(meter->bar_ctx, offset, width, value);

    meter->clocks += ioat_sim_now(meter->sim) - clock;
    meter->accesses++;
    meter->host_ns += host_ns() - start;
    return status;
}

static enum ioat_status meter_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    struct meter *meter = ctx;
    uint64_t start = host_ns(), clock = ioat_sim_now(meter->sim);
    enum ioat_status status = meter->bar->write(meter->bar_ctx, offset, width, value);

    meter->clocks += ioat_sim_now(meter->sim) - clock;
    meter->accesses++;
    meter->host_ns += host_ns() - start;
    return status;
}

static const struct bar_ops meter_ops = {.read = meter_read, .write = meter_write};

/* ---- memory ---- */

static struct pages new_pages(size_t bytes)
{
    struct pages pages = {.count = (bytes + PAGE - 1) / PAGE};

    pages.cpu = mmap(NULL, pages.count * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages.cpu == MAP_FAILED)
        fail(1, "out of memory");
    memset(pages.cpu, GUARD, pages.count * PAGE);
    return pages;
}

/* Every page has unmapped neighbours on the bus; the order is random. */
static void scatter(struct rx *rx)
{
    size_t most = rx->ring.count + rx->user.count;
    uint64_t bus = rx->build->addr_bits >= BUS_HIGH_BITS ? BUS_HIGH : BUS_LOW;
    size_t *place = need(calloc(most, sizeof *place));

    for (size_t n = 0; n < most; n++)
        place[n] = n;
    for (size_t left = most; left > 1; left--) {
        size_t other = draw(&rx->random, left), held = place[left - 1];
        place[left - 1] = place[other];
        place[other] = held;
    }
    for (size_t n = 0; n < most; n++) {
        bool ring = n < rx->ring.count;
        uint8_t *cpu = ring ? rx->ring.cpu + n * PAGE : rx->user.cpu + (n - rx->ring.count) * PAGE;
        uint64_t at = bus + place[n] * 2 * PAGE;
        must(rx, ioat_sim_map_at(rx->sim, at, PAGE, ring ? IOAT_SIM_READ : IOAT_SIM_WRITE, cpu),
             "mapping a page");
        must(rx, kernel_map(rx->kernel, cpu, at, PAGE), "mapping a page");
    }
    free(place);
}

/* ---- life ---- */

static void print_log(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "rx_offload: NetDMA: %s\n", text);
}

static void open_world(struct rx *rx)
{
    struct ioat_sim_config sim;
    struct kernel_config kernel;
    struct netdma_interface_config iface;

    ioat_sim_config_init(&sim);
    sim.seed = rx->opt.seed;
    sim.timing.read_latency = sim.timing.write_latency = rx->opt.latency;
    must(rx, ioat_sim_open(&sim, &rx->sim), "opening the simulator");
    must(rx, ioat_sim_platform(rx->sim, &rx->platform), "opening the simulator");
    kernel_config_init(&kernel);
    kernel.device = &rx->platform;
    must(rx, kernel_open(&kernel, &rx->kernel), "opening the kernel");
    netdma_interface_config_init(&iface);
    iface.kernel = rx->kernel;
    iface.on_log = print_log;
    must(rx, netdma_interface_open(&iface, &rx->iface), "opening NetDMA");
}

static void open_provider(struct rx *rx, struct side *side, const struct bar_ops *bar, void *bar_ctx)
{
    struct provider_config config;

    side->meter = (struct meter){.bar = bar, .bar_ctx = bar_ctx, .sim = rx->sim};
    provider_config_init(&config);
    config.kernel = rx->kernel;
    config.bar = &meter_ops;
    config.bar_ctx = &side->meter;
    config.major = rx->opt.major;
    config.minor = rx->opt.minor;
    config.address_bits = rx->build->addr_bits;
    must(rx, provider_open(&config, &side->provider), "opening the provider");
}

static void open_providers(struct rx *rx)
{
    const struct ioat_sim_build *build = rx->build;

    open_provider(rx, &rx->rtl, rx->platform.bar, rx->platform.bar_ctx);
    must(rx, provider_sim_connect(rx->rtl.provider, rx->kernel, rx->sim, &rx->glue),
         "connecting interrupts");
    instant_init(&rx->engine, rx->kernel, build->cbver, build->xfercap_log2, build->dmacapability);
    open_provider(rx, &rx->instant, &instant_ops, &rx->engine);
    provider_start(rx->rtl.provider);
    provider_start(rx->instant.provider);
}

static void open_channel(struct rx *rx, struct side *side)
{
    must_nt(rx, NetDmaAllocateChannel(rx->client, provider_handle(side->provider), NULL,
                                      &side->channel),
            "allocating a channel");
    must_nt(rx, NetDmaSetMaxPendingDescriptors(side->channel, rx->opt.batch), "setting the batch");
}

static void open_client(struct rx *rx)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};

    must_nt(rx, NetDmaRegisterClient(rx, &rx->client, &characteristics), "registering a client");
    open_channel(rx, &rx->rtl);
    open_channel(rx, &rx->instant);
}

static void close_world(struct rx *rx)
{
    NetDmaFreeChannel(rx->instant.channel);
    NetDmaFreeChannel(rx->rtl.channel);
    NetDmaDeregisterClient(rx->client);
    provider_stop(rx->rtl.provider);
    provider_sim_disconnect(rx->glue);
    provider_close(rx->rtl.provider);
    provider_close(rx->instant.provider);
    netdma_interface_close(rx->iface);
    kernel_close(rx->kernel);
    ioat_sim_close(rx->sim);
}

/* ---- the stream ---- */

static void open_stream(struct rx *rx)
{
    rx->stream = (struct stream){
        .bytes = rx->sent,
        .total = rx->opt.bytes,
        .segment = rx->opt.segment,
        .random = rx->opt.seed,
        .out = -1,
        .in = -1,
    };
    if (rx->opt.generated) {
        printf("stream: generated, as asked\n");
    } else if (stream_connect(&rx->stream)) {
        printf("stream: TCP connection through 127.0.0.1\n");
    } else {
        printf("stream: generated, as there is no TCP here (%s: %s)\n", rx->stream.trouble,
               strerror(rx->stream.error));
    }
}

/* ---- receiving ---- */

/* Polls until the copy is done. */
static void await(struct rx *rx, NET_DMA_COPY_ID id)
{
    uint64_t begin = kernel_now(rx->kernel);
    NTSTATUS status = NetDmaIsDmaCopyComplete(rx->rtl.channel, id);

    if (status == STATUS_PENDING)
        NetDmaFlushPendingDescriptors(rx->rtl.channel);
    while ((status = NetDmaIsDmaCopyComplete(rx->rtl.channel, id)) == STATUS_PENDING) {
        enum ioat_status waited = kernel_wait(rx->kernel, NULL, NULL, POLL_NS);
        if (!waited && kernel_now(rx->kernel) - begin > PATIENCE_NS)
            waited = IOAT_ETIME;
        must(rx, waited, "waiting for the engine");
    }
    must_nt(rx, status, "a copy came back");
}

#include "rx_cost.h"

/* Which segments are done by now. */
static void look(struct rx *rx)
{
    while (rx->seen < rx->segments) {
        struct segment *segment = &rx->segment[rx->seen];
        if (NetDmaIsDmaCopyComplete(rx->rtl.channel, segment->id) == STATUS_PENDING)
            return;
        segment->latency = ioat_sim_now(rx->sim) - segment->asked;
        rx->seen++;
    }
}

/* The CPU has nothing else to do until segment n is there. */
static void await_segment(struct rx *rx, struct pass *pass, size_t n)
{
    uint64_t start = ioat_sim_now(rx->sim);

    await(rx, rx->segment[n].id);
    look(rx);
    pass->waiting += ioat_sim_now(rx->sim) - start;
}

/* The CPU works for so long; the engine goes on. */
static void work(struct rx *rx, uint64_t ns, uint64_t *clocks)
{
    uint64_t start = ioat_sim_now(rx->sim);

    if (ns)
        must(rx, kernel_stall(rx->kernel, ns), "the CPU's work");
    kernel_run(rx->kernel);
    look(rx);
    *clocks += ioat_sim_now(rx->sim) - start;
}

static struct segment *new_segment(struct rx *rx)
{
    if (rx->segments == rx->room) {
        rx->room = rx->room ? 2 * rx->room : 1024;
        rx->segment = need(realloc(rx->segment, rx->room * sizeof *rx->segment));
    }
    return &rx->segment[rx->segments];
}

/* The next segment arrives in its buffer and its copy to byte `at` is asked for; its length. */
static size_t receive_segment(struct rx *rx, struct pass *pass, uint64_t driver_ns, uint64_t at,
                              size_t most)
{
    size_t n = rx->segments, buffer = n % BUFFERS, bytes;
    uint8_t *payload = rx->ring.cpu + buffer * PAGE + HEADERS;

    if (n >= BUFFERS)
        await_segment(rx, pass, n - BUFFERS);
    if (!stream_segment(&rx->stream, payload, most, &bytes))
        fail(1, "the stream, %s: %s", rx->stream.trouble, strerror(rx->stream.error));
    work(rx, rx->opt.protocol_ns, &pass->protocol);
    struct segment *segment = new_segment(rx);
    *segment = (struct segment){.bytes = (uint32_t)bytes, .asked = ioat_sim_now(rx->sim)};
    segment->id = ask(rx, rx->rtl.channel, (unsigned)buffer, rx->user.cpu + USER_OFFSET + at, payload, bytes);
    rx->segments++;
    work(rx, driver_ns, &pass->driver);
    return bytes;
}

static struct pass receive(struct rx *rx, uint64_t driver_ns)
{
    struct pass pass = {0};
    uint64_t start = ioat_sim_now(rx->sim), registers = rx->rtl.meter.clocks, at = 0;
    uint64_t accesses = rx->rtl.meter.accesses;
    size_t before = 0;           /* segments of the windows before this one */

    memset(rx->user.cpu, GUARD, rx->user.count * PAGE);
    for (uint64_t end = rx->opt.window; at < rx->opt.bytes; end += rx->opt.window) {
        while (at < end && at < rx->opt.bytes)
            at += receive_segment(rx, &pass, driver_ns, at, (size_t)(end - at));
        NetDmaFlushPendingDescriptors(rx->rtl.channel);
        /* Two windows are posted: the one before goes to the user now. */
        if (before)
            await_segment(rx, &pass, before - 1);
        before = rx->segments;
    }
    await_segment(rx, &pass, rx->segments - 1);
    pass.elapsed = ioat_sim_now(rx->sim) - start;
    pass.registers = rx->rtl.meter.clocks - registers;
    pass.accesses = rx->rtl.meter.accesses - accesses;
    return pass;
}

static void compare(const struct rx *rx)
{
    const uint8_t *user = rx->user.cpu;

    for (uint64_t n = 0; n < rx->user.count * PAGE; n++) {
        bool inside = n >= USER_OFFSET && n - USER_OFFSET < rx->opt.bytes;
        uint8_t want = inside ? rx->sent[n - USER_OFFSET] : GUARD;
        if (user[n] != want)
            fail(1, "byte %" PRIu64 " of the user's pages is 0x%02x instead of 0x%02x", n, user[n],
                 want);
    }
}

/* ---- the tables ---- */

/* One way to receive the stream, in clocks of the engine. */
struct way {
    const char *name;
    double copying;              /* the CPU copies, or asks for copies, in all */
    double elapsed, free;
};

static void print_way(const struct rx *rx, const struct way *way)
{
    double us = way->elapsed / rx->build->clock_mhz;

    printf("%-36s %9.1f %10.0f %10.0f %7.0f %6.1f %%\n", way->name,
           way->copying / (double)rx->segments, way->elapsed - way->free, way->elapsed,
           (double)rx->opt.bytes / us, 100 * way->free / way->elapsed);
}

static struct way cpu_way(const struct rx *rx, const struct pass *pass, const char *name,
                          double segment)
{
    double copying = segment * (double)rx->opt.bytes / rx->opt.segment;

    return (struct way){.name = name, .copying = copying,
                        .elapsed = copying + (double)pass->protocol};
}

static void print_ways(const struct rx *rx, const struct pass *pass, const struct cost *cost)
{
    const struct way offload = {
        .name = "the engine copies",
        .copying = (double)pass->driver,
        .elapsed = (double)pass->elapsed,
        .free = (double)pass->waiting,
    };
    const struct way warm = cpu_way(rx, pass, "the CPU copies, data in its caches", cost->warm);
    const struct way cold = cpu_way(rx, pass, "the CPU copies, data in memory only", cost->cold);

    printf("\nReceiving the stream, in clocks of the engine (%u MHz)\n", rx->build->clock_mhz);
    printf("%-36s %9s %10s %10s %7s %8s\n", "", "CPU, for", "CPU busy", "elapsed", "MB/s", "CPU free");
    printf("%-36s %9s\n", "", "a copy");
    print_way(rx, &warm);
    if (cost->cold > 0)
        print_way(rx, &cold);
    print_way(rx, &offload);
}

static void print_latency(const struct rx *rx)
{
    uint64_t *latency = need(malloc(rx->segments * sizeof *latency));

    for (size_t n = 0; n < rx->segments; n++)
        latency[n] = rx->segment[n].latency;
    uint64_t middle = median(latency, rx->segments);
    printf("From a request to the CPU's knowledge that the data is there: median %" PRIu64
           ", worst %" PRIu64 " clocks.\n", middle, latency[rx->segments - 1]);
    free(latency);
}

/* The smallest size from which on the engine frees the CPU; 0: none. */
static size_t wins_from(const struct cost *cost, unsigned n, bool cold)
{
    size_t from = 0;

    while (n-- && (cold ? cost[n].cold : cost[n].warm) > cost[n].request)
        from = cost[n].bytes;
    return from;
}

static void print_verdict(const char *where, size_t from)
{
    if (from)
        printf("With the data %s, the engine frees the CPU from %zu bytes on.\n", where, from);
    else
        printf("With the data %s, copying costs the CPU less than asking does.\n", where);
}

/* How the engine compares for copies of other sizes. */
static void print_sizes(struct rx *rx)
{
    static const size_t size[] = {64, 256, 1024, 4096, 16384, COST_BYTES_MAX};
    enum { SIZES = sizeof size / sizeof *size };
    struct cost cost[SIZES];

    for (unsigned n = 0; n < SIZES; n++)
        cost[n] = measure_cost(rx, size[n]);
    bool cold = cost[0].cold > 0;
    printf("\nOne copy by its size, in clocks of the engine: what is freed is the CPU's for other work\n");
    printf("%8s | %10s %10s %10s | %10s | %10s %10s\n", "", "CPU copies", "CPU copies", "CPU asks",
           "data there", "CPU freed", "CPU freed");
    printf("%8s | %10s %10s %10s | %10s | %10s %10s\n", "bytes", "in caches", "in memory", "", "after",
           "in caches", "in memory");
    for (unsigned n = 0; n < SIZES; n++)
        printf("%8zu | %10.1f %10.1f %10.1f | %10.0f | %10.1f %10.1f\n", cost[n].bytes, cost[n].warm,
               cost[n].cold, cost[n].request, cost[n].engine, cost[n].warm - cost[n].request,
               cold ? cost[n].cold - cost[n].request : 0.0);
    print_verdict("in the CPU's caches", wins_from(cost, SIZES, false));
    if (cold)
        print_verdict("in memory only", wins_from(cost, SIZES, true));
    else
        printf("This CPU cannot flush its caches: \"in memory\" is not known.\n");
}

static void print_sources(const struct rx *rx, const struct pass *pass)
{
    printf("\nWhere the figures come from:\n"
           "- CPU: memcpy, or the library and the provider of this directory, on this machine, in ns turned\n"
           "  into clocks; medians of groups of up to %u copies. Asking includes a doorbell and a poll a\n"
           "  group and is measured against an engine of no cost, so that the simulator is not in the\n"
           "  caches; register accesses are taken out. In memory: source and target were flushed before.\n"
           "- Registers: %" PRIu64 " accesses in the stream took %" PRIu64 " clocks on the simulated BAR; the way\n"
           "  over a PCIe link is not in them.\n"
           "- Protocol work is assumed: %u ns a segment. CPU busy: protocol work, and copying or asking.\n"
           "- The rest is counted on the simulated RTL: a %u-bit bus, so at most %u MB/s, and memory\n"
           "  that answers after %u clocks.\n",
           rx->opt.batch, pass->accesses, pass->registers, rx->opt.protocol_ns,
           rx->build->data_bits, rx->build->clock_mhz * rx->build->data_bits / 8,
           rx->opt.latency);
}

static uint64_t in_ns(const struct rx *rx, double clocks)
{
    return (uint64_t)(clocks * 1000 / rx->build->clock_mhz + 0.5);
}

int main(int argc, char **argv)
{
    static struct rx rx;
    struct netdma_interface_stats stats;
    struct pass pass;

    parse(&rx.opt, argc, argv);
    rx.build = ioat_sim_build();
    rx.random = rx.opt.seed;
    rx.timer_ns = measure_timer();
    open_world(&rx);
    open_providers(&rx);
    open_client(&rx);
    rx.ring = new_pages((size_t)BUFFERS * PAGE);
    rx.user = new_pages(USER_OFFSET + PAGE +
                        (rx.opt.bytes > COST_TARGET_MAX ? rx.opt.bytes : COST_TARGET_MAX));
    scatter(&rx);
    rx.sent = need(malloc(rx.opt.bytes));
    for (uint64_t n = 0; n < rx.opt.bytes; n++)
        rx.sent[n] = (uint8_t)draw(&rx.random, 256);

    const struct cost cost = measure_cost(&rx, rx.opt.segment);
    open_stream(&rx);
    pass = receive(&rx, rx.opt.driver_fixed ? rx.opt.driver_ns : in_ns(&rx, cost.request));
    stream_close(&rx.stream);
    compare(&rx);
    netdma_interface_stats(rx.iface, &stats);
    if (stats.cpu_bytes || stats.errors)
        fail(1, "%" PRIu64 " bytes were copied with the CPU after %" PRIu64 " errors",
             stats.cpu_bytes, stats.errors);
    printf("%" PRIu64 " bytes in %zu segments, NetDMA %u.%u: every byte is right, all were copied by "
           "the engine\n",
           rx.opt.bytes, rx.segments, rx.opt.major, rx.opt.minor);
    print_ways(&rx, &pass, &cost);
    print_latency(&rx);
    print_sizes(&rx);
    print_sources(&rx, &pass);
    close_world(&rx);
    munmap(rx.ring.cpu, rx.ring.count * PAGE);
    munmap(rx.user.cpu, rx.user.count * PAGE);
    free(rx.sent);
    free(rx.segment);
    return 0;
}
