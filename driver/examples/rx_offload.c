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
 * Two passes: the first measures what a request costs this CPU, back to back; the second
 * lets the CPU spend that time on the simulated clock.
 */
#include <sys/mman.h>
#include <time.h>

#include "ioat_sim.h"
#include "netdma_client.h"
#include "netdma_interface.h"
#include "provider.h"
#include "provider_sim.h"
#include "rx_cli.h"
#include "rx_stream.h"

enum {
    BUFFERS = 512,               /* of the receive ring: a page each */
    GUARD = 0xA5,                /* fills what no copy may touch */
    USER_OFFSET = 100,           /* of the user's buffer in its first page */
    POLL_NS = 100,               /* between two looks at a completion */
    PATIENCE_NS = 100000000,     /* for any completion */
    LINE = 64,                   /* bytes of a cache line */
    REPEATS = 9,                 /* of a measurement, for its median */
    TIMER_CALLS = 1001,
};
#define BUS_HIGH UINT64_C(0x2000000000)    /* where the pages lie, if the build has so */
#define BUS_HIGH_BITS 40                   /*   many address bits */
#define BUS_LOW UINT64_C(0x10000000)

struct pages {
    uint8_t *cpu;
    size_t count;
};

/* The registers, with the time that they take: the simulation's is not the driver's. */
struct meter {
    const struct bar_ops *bar;
    void *bar_ctx;
    struct ioat_sim *sim;
    uint64_t host_ns, clocks, accesses;
};

struct pass {
    uint64_t elapsed, protocol, driver, registers, waiting;   /* clocks */
    uint64_t accesses;           /* of registers */
    uint64_t driver_ns;          /* measured, for a segment: the windows' median */
};

struct rx {
    struct options opt;
    const struct ioat_sim_build *build;
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct meter meter;
    struct kernel *kernel;
    struct netdma_interface *iface;
    struct provider *provider;
    struct provider_sim *glue;
    PVOID client, channel;
    uint8_t *sent;
    struct stream stream;
    struct pages ring, user;
    struct netdma_chain to[BUFFERS], from[BUFFERS];   /* of the request in each buffer */
    NET_DMA_COPY_ID id[BUFFERS];
    uint32_t *length;            /* of all segments */
    size_t segments, taken;      /* received; and buffers taken since the start */
    size_t room;
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

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t median(uint64_t *value, size_t n)
{
    qsort(value, n, sizeof *value, ascending);
    return n ? value[n / 2] : 0;
}

static uint64_t measure_timer(void)
{
    uint64_t start = host_ns();

    for (unsigned n = 0; n < TIMER_CALLS; n++)
        host_ns();
    return (host_ns() - start) / TIMER_CALLS;
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

static void open_provider(struct rx *rx)
{
    struct provider_config config;

    rx->meter = (struct meter){.bar = rx->platform.bar, .bar_ctx = rx->platform.bar_ctx,
                               .sim = rx->sim};
    provider_config_init(&config);
    config.kernel = rx->kernel;
    config.bar = &meter_ops;
    config.bar_ctx = &rx->meter;
    config.major = rx->opt.major;
    config.minor = rx->opt.minor;
    config.address_bits = rx->build->addr_bits;
    must(rx, provider_open(&config, &rx->provider), "opening the provider");
    must(rx, provider_sim_connect(rx->provider, rx->kernel, rx->sim, &rx->glue),
         "connecting interrupts");
    provider_start(rx->provider);
}

static void open_client(struct rx *rx)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};

    must_nt(rx, NetDmaRegisterClient(rx, &rx->client, &characteristics), "registering a client");
    must_nt(rx, NetDmaAllocateChannel(rx->client, provider_handle(rx->provider), NULL,
                                      &rx->channel),
            "allocating a channel");
    must_nt(rx, NetDmaSetMaxPendingDescriptors(rx->channel, rx->opt.batch), "setting the batch");
}

static void close_world(struct rx *rx)
{
    NetDmaFreeChannel(rx->channel);
    NetDmaDeregisterClient(rx->client);
    provider_stop(rx->provider);
    provider_sim_disconnect(rx->glue);
    provider_close(rx->provider);
    netdma_interface_close(rx->iface);
    kernel_close(rx->kernel);
    ioat_sim_close(rx->sim);
}

/* ---- the stream ---- */

static void open_stream(struct rx *rx, bool announce)
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
        if (announce)
            printf("stream: generated, as asked\n");
    } else if (stream_connect(&rx->stream)) {
        if (announce)
            printf("stream: TCP connection through 127.0.0.1\n");
    } else if (announce) {
        printf("stream: generated, as there is no TCP here (%s: %s)\n", rx->stream.trouble,
               strerror(rx->stream.error));
    }
}

static void note_length(struct rx *rx, size_t bytes)
{
    if (rx->segments == rx->room) {
        rx->room = rx->room ? 2 * rx->room : 1024;
        rx->length = need(realloc(rx->length, rx->room * sizeof *rx->length));
    }
    rx->length[rx->segments++] = (uint32_t)bytes;
}

/* ---- receiving ---- */

/* Polls until the copy is done; the CPU has nothing else to do meanwhile. */
static void await(struct rx *rx, struct pass *pass, NET_DMA_COPY_ID id)
{
    uint64_t start = ioat_sim_now(rx->sim), begin = kernel_now(rx->kernel);
    NTSTATUS status = NetDmaIsDmaCopyComplete(rx->channel, id);

    if (status == STATUS_PENDING)
        NetDmaFlushPendingDescriptors(rx->channel);
    while ((status = NetDmaIsDmaCopyComplete(rx->channel, id)) == STATUS_PENDING) {
        enum ioat_status waited = kernel_wait(rx->kernel, NULL, NULL, POLL_NS);
        if (!waited && kernel_now(rx->kernel) - begin > PATIENCE_NS)
            waited = IOAT_ETIME;
        must(rx, waited, "waiting for the engine");
    }
    must_nt(rx, status, "a copy came back");
    pass->waiting += ioat_sim_now(rx->sim) - start;
}

/* The CPU works for so long; the engine goes on. */
static void work(struct rx *rx, uint64_t ns, uint64_t *clocks)
{
    uint64_t start = ioat_sim_now(rx->sim);

    if (ns)
        must(rx, kernel_stall(rx->kernel, ns), "the CPU's work");
    kernel_run(rx->kernel);
    *clocks += ioat_sim_now(rx->sim) - start;
}

/* Asks for the copy of a segment; returns the host's time without the simulator's. */
static uint64_t request(struct rx *rx, size_t buffer, uint64_t at, size_t bytes)
{
    uint64_t in_bar = rx->meter.host_ns, accesses = rx->meter.accesses;

    rx->from[buffer] = (struct netdma_chain){.va = rx->ring.cpu + buffer * PAGE + HEADERS,
                                             .bytes = bytes};
    rx->to[buffer] = (struct netdma_chain){.va = rx->user.cpu + USER_OFFSET + at, .bytes = bytes};
    uint64_t start = host_ns();
    NTSTATUS status = NetDmaChainCopyVirtualToVirtual(rx->channel, &rx->to[buffer], 0,
                                                      &rx->from[buffer], 0, bytes,
                                                      &rx->id[buffer]);
    uint64_t spent = host_ns() - start;
    must_nt(rx, status, "requesting a copy");
    uint64_t other = rx->meter.host_ns - in_bar + (1 + rx->meter.accesses - accesses) * rx->timer_ns;
    return spent > other ? spent - other : 0;
}

/* measure: the CPU does nothing else, so that the simulator does not cool its caches. */
static struct pass receive(struct rx *rx, uint64_t driver_ns, bool measure)
{
    struct pass pass = {0};
    uint64_t start = ioat_sim_now(rx->sim), registers = rx->meter.clocks, at = 0;
    uint64_t accesses = rx->meter.accesses;
    size_t windows = (rx->opt.bytes + rx->opt.window - 1) / rx->opt.window, done = 0;
    uint64_t *cost = need(calloc(windows, sizeof *cost));
    NET_DMA_COPY_ID before = 0, last = 0;

    memset(rx->user.cpu, GUARD, rx->user.count * PAGE);
    rx->segments = 0;
    for (size_t window = 0; window < windows; window++) {
        uint64_t end = (window + 1) * (uint64_t)rx->opt.window;
        size_t first = rx->segments;
        uint64_t spent = 0;
        while (at < end && at < rx->opt.bytes) {
            size_t buffer = rx->taken % BUFFERS, bytes;
            if (rx->taken++ >= BUFFERS)
                await(rx, &pass, rx->id[buffer]);
            if (!stream_segment(&rx->stream, rx->ring.cpu + buffer * PAGE + HEADERS,
                                (size_t)(end - at), &bytes))
                fail(1, "the stream, %s: %s", rx->stream.trouble, strerror(rx->stream.error));
            if (!measure)
                work(rx, rx->opt.protocol_ns, &pass.protocol);
            spent += request(rx, buffer, at, bytes);
            if (!measure)
                work(rx, driver_ns, &pass.driver);
            note_length(rx, bytes);
            last = rx->id[buffer];
            at += bytes;
        }
        NetDmaFlushPendingDescriptors(rx->channel);
        cost[done++] = spent / (rx->segments - first);
        /* Two windows are posted: the one before goes to the user now. */
        if (before)
            await(rx, &pass, before);
        before = last;
    }
    await(rx, &pass, last);
    pass.elapsed = ioat_sim_now(rx->sim) - start;
    pass.registers = rx->meter.clocks - registers;
    pass.accesses = rx->meter.accesses - accesses;
    pass.driver_ns = median(cost, done);
    free(cost);
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

/* ---- the CPU's own copy ---- */

static bool flush_caches(const void *at, size_t bytes)
{
#if defined(__x86_64__)
    for (size_t n = 0; n < bytes + LINE; n += LINE)
        __builtin_ia32_clflush((const char *)at + n);
    __builtin_ia32_mfence();
    return true;
#else
    (void)at;
    (void)bytes;
    return false;
#endif
}

/* The segments [first, end) from page buffers to `to`; ns. */
static uint64_t copy_segments(const struct rx *rx, size_t first, size_t end, uint8_t *to)
{
    uint64_t start = host_ns();

    for (size_t n = first; n < end; n++) {
        memcpy(to, rx->ring.cpu + n % BUFFERS * PAGE + HEADERS, rx->length[n]);
        to += rx->length[n];
    }
    __asm__ volatile("" ::: "memory");
    return host_ns() - start;
}

/* All segments, some at a time: the sum of their medians, ns. cold: out of the caches. */
static uint64_t measure_cpu(const struct rx *rx, bool cold)
{
    enum { GROUP = 45 };         /* 64 KiB of full segments: fits a second-level cache */
    uint8_t *to = need(calloc(GROUP, SEGMENT_MAX));
    uint64_t total = 0, took[REPEATS];

    for (size_t first = 0; first < rx->segments; first += GROUP) {
        size_t end = first + GROUP < rx->segments ? first + GROUP : rx->segments;
        copy_segments(rx, first, end, to);
        for (unsigned n = 0; n < REPEATS; n++) {
            if (cold) {
                for (size_t k = first; k < end; k++)
                    flush_caches(rx->ring.cpu + k % BUFFERS * PAGE, HEADERS + rx->length[k]);
                flush_caches(to, GROUP * SEGMENT_MAX - LINE);
            }
            took[n] = copy_segments(rx, first, end, to);
        }
        uint64_t typical = median(took, REPEATS);
        total += typical > rx->timer_ns ? typical - rx->timer_ns : 0;
    }
    free(to);
    return total;
}

/* ---- the table ---- */

static void row(const struct rx *rx, const char *name, uint64_t clocks)
{
    printf("%-44s %10.1f %10.1f %12" PRIu64 "\n", name, (double)clocks / (double)rx->segments,
           (double)clocks * 1024 / (double)rx->opt.bytes, clocks);
}

static uint64_t in_clocks(const struct rx *rx, uint64_t ns)
{
    return ns * rx->build->clock_mhz / 1000;
}

static void print_table(const struct rx *rx, const struct pass *pass, uint64_t driver_ns)
{
    bool can_flush = flush_caches(rx->sent, 0);
    uint64_t warm = in_clocks(rx, measure_cpu(rx, false));
    uint64_t cold = can_flush ? in_clocks(rx, measure_cpu(rx, true)) : 0;

    printf("\n%-44s %10s %10s %12s\n", "clocks of the engine", "a segment", "a KiB", "in all");
    row(rx, "the CPU copies, data in its caches", warm);
    if (can_flush)
        row(rx, "the CPU copies, data in memory only", cold);
    row(rx, "offload: the CPU requests the copies", pass->driver);
    row(rx, "offload: the CPU accesses registers", pass->registers);
    row(rx, "offload: the CPU is free until data is there", pass->waiting);
    row(rx, "receiving with offload, all in all", pass->elapsed);
    row(rx, "receiving, the CPU copies from its caches", pass->protocol + warm);
    if (can_flush)
        row(rx, "receiving, the CPU copies from memory", pass->protocol + cold);

    printf("\nWhere the figures come from:\n"
           "- The CPU's copy is memcpy on this machine, same segments, medians of %d, ns turned into\n"
           "  clocks of %u MHz.%s\n"
           "- Requesting a copy took %" PRIu64 " ns a segment (%s).\n"
           "  The simulator's own time is taken out; polls for completion are not in it.\n"
           "- Registers: %" PRIu64 " accesses, with the clocks that the simulated BAR needs. The way\n"
           "  over a PCIe link is not in them.\n"
           "- Protocol work is assumed: %u ns a segment. What remains is counted on the simulated\n"
           "  RTL: %u-bit bus, memory that answers after %u clocks.\n",
           REPEATS, rx->build->clock_mhz,
           can_flush ? " In memory only: both sides were flushed from all caches before."
                     : " This CPU cannot flush its caches: only the best case is known.",
           driver_ns,
           rx->opt.driver_fixed ? "as given" : "library and provider, measured here, back to back",
           pass->accesses, rx->opt.protocol_ns, rx->build->data_bits, rx->opt.latency);
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
    open_provider(&rx);
    open_client(&rx);
    rx.ring = new_pages((size_t)BUFFERS * PAGE);
    rx.user = new_pages(USER_OFFSET + rx.opt.bytes + PAGE);
    scatter(&rx);
    rx.sent = need(malloc(rx.opt.bytes));
    for (uint64_t n = 0; n < rx.opt.bytes; n++)
        rx.sent[n] = (uint8_t)draw(&rx.random, 256);

    uint64_t driver_ns = rx.opt.driver_ns;
    if (!rx.opt.driver_fixed) {
        open_stream(&rx, false);
        driver_ns = receive(&rx, 0, true).driver_ns;
        stream_close(&rx.stream);
        compare(&rx);
    }
    open_stream(&rx, true);
    pass = receive(&rx, driver_ns, false);
    stream_close(&rx.stream);
    compare(&rx);
    netdma_interface_stats(rx.iface, &stats);
    if (stats.cpu_bytes || stats.errors)
        fail(1, "%" PRIu64 " bytes were copied with the CPU after %" PRIu64 " errors",
             stats.cpu_bytes, stats.errors);
    printf("%" PRIu64 " bytes in %zu segments, NetDMA %u.%u: every byte is right, all were copied by "
           "the engine\n",
           rx.opt.bytes, rx.segments, rx.opt.major, rx.opt.minor);
    print_table(&rx, &pass, driver_ns);
    close_world(&rx);
    munmap(rx.ring.cpu, rx.ring.count * PAGE);
    munmap(rx.user.cpu, rx.user.count * PAGE);
    free(rx.sent);
    free(rx.length);
    return 0;
}
