/* rx_cost.h - what a copy costs this CPU, what asking for it costs, and how long the engine takes.
 * Included once, by rx_offload.c, behind struct rx.
 *
 * Costs are medians, in ns of this machine turned into clocks of the engine. Requests are measured
 * against an engine of no cost (rx_instant.h), so that the simulator is not in the caches: a group of
 * them, the doorbell and the poll that finds them done. The engine's time is counted on the simulated
 * clock.
 */
#ifndef RX_COST_H
#define RX_COST_H

enum {
    REPEATS = 99,                /* of a measurement, for its median */
    LINE = 64,                   /* bytes of a cache line */
    TIMER_CALLS = 1001,
    COST_BYTES_MAX = 65536,
    COST_DESCRIPTORS = 100,      /* of a group: it fits into a ring of 256 */
    COST_TARGET_MAX = 1 << 18,   /* bytes that the targets of a group take, at most */
};

/* Clocks of the engine. */
struct cost {
    size_t bytes;
    double warm, cold;           /* the CPU copies: data in its caches, in memory only; 0: not known */
    double request;              /* the CPU asks for the copy */
    double engine;               /* and may use the data so much later, with nothing else to do */
};

/* ---- the host's clock ---- */

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

static double in_clocks(const struct rx *rx, uint64_t ns)
{
    return (double)ns * rx->build->clock_mhz / 1000;
}

static uint64_t without(uint64_t spent, uint64_t other)
{
    return spent > other ? spent - other : 0;
}

/* ---- groups of equal copies ---- */

static uint8_t *cost_source(const struct rx *rx, unsigned n, size_t bytes)
{
    size_t pages = (HEADERS + bytes + PAGE - 1) / PAGE;
    return rx->ring.cpu + n * pages * PAGE + HEADERS;
}

static uint8_t *cost_target(const struct rx *rx, unsigned n, size_t bytes)
{
    return rx->user.cpu + USER_OFFSET + n * bytes;
}

/* A doorbell for each batch, as far as a group may be long. Without page breaks a copy needs two
 * descriptors for each page, and one. */
static unsigned cost_group(const struct rx *rx, size_t bytes)
{
    size_t most = COST_DESCRIPTORS / (2 * (bytes / PAGE + 1) + 1);

    return most < rx->opt.batch ? (unsigned)most : rx->opt.batch;
}

/* ---- the CPU copies ---- */

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

static uint64_t copy_group(const struct rx *rx, unsigned group, size_t bytes)
{
    uint64_t start = host_ns();

    for (unsigned n = 0; n < group; n++)
        memcpy(cost_target(rx, n, bytes), cost_source(rx, n, bytes), bytes);
    __asm__ volatile("" ::: "memory");
    return without(host_ns() - start, rx->timer_ns);
}

static double copy_cost(const struct rx *rx, unsigned group, size_t bytes, bool cold)
{
    uint64_t took[REPEATS];

    copy_group(rx, group, bytes);
    for (unsigned n = 0; n < REPEATS; n++) {
        for (unsigned k = 0; cold && k < group; k++) {
            flush_caches(cost_source(rx, k, bytes), bytes);
            flush_caches(cost_target(rx, k, bytes), bytes);
        }
        took[n] = copy_group(rx, group, bytes);
    }
    return in_clocks(rx, median(took, REPEATS)) / group;
}

/* ---- the CPU asks ---- */

static NET_DMA_COPY_ID ask(struct rx *rx, PVOID channel, unsigned n, void *to, void *from,
                           size_t bytes)
{
    NET_DMA_COPY_ID id;

    rx->from[n] = (struct netdma_chain){.va = from, .bytes = bytes};
    rx->to[n] = (struct netdma_chain){.va = to, .bytes = bytes};
    must_nt(rx, NetDmaChainCopyVirtualToVirtual(channel, &rx->to[n], 0, &rx->from[n], 0, bytes, &id),
            "requesting a copy");
    return id;
}

static NET_DMA_COPY_ID ask_group(struct rx *rx, PVOID channel, unsigned group, size_t bytes)
{
    NET_DMA_COPY_ID id = 0;

    for (unsigned n = 0; n < group; n++)
        id = ask(rx, channel, n, cost_target(rx, n, bytes), cost_source(rx, n, bytes), bytes);
    NetDmaFlushPendingDescriptors(channel);
    return id;
}

static double request_cost(struct rx *rx, unsigned group, size_t bytes)
{
    const struct meter *meter = &rx->instant.meter;
    PVOID channel = rx->instant.channel;
    uint64_t took[REPEATS];

    for (unsigned n = 0; n < REPEATS; n++) {
        uint64_t in_bar = meter->host_ns, accesses = meter->accesses, start = host_ns();
        NET_DMA_COPY_ID id = ask_group(rx, channel, group, bytes);
        NTSTATUS status = NetDmaIsDmaCopyComplete(channel, id);
        uint64_t spent = host_ns() - start;
        must_nt(rx, status, "a copy that costs nothing");
        /* The meter's own looks at the clock are in its time, but for one an access. */
        took[n] = without(spent, meter->host_ns - in_bar +
                                     (1 + meter->accesses - accesses) * rx->timer_ns);
    }
    return in_clocks(rx, median(took, REPEATS)) / group;
}

/* ---- the engine copies ---- */

static double engine_time(struct rx *rx, size_t bytes)
{
    uint64_t start = ioat_sim_now(rx->sim);
    NET_DMA_COPY_ID id = ask_group(rx, rx->rtl.channel, 1, bytes);

    while (NetDmaIsDmaCopyComplete(rx->rtl.channel, id) == STATUS_PENDING)
        must(rx, ioat_sim_step(rx->sim, 1), "a clock");
    uint64_t clocks = ioat_sim_now(rx->sim) - start;
    await(rx, id);
    return (double)clocks;
}

static struct cost measure_cost(struct rx *rx, size_t bytes)
{
    unsigned group = cost_group(rx, bytes);

    return (struct cost){
        .bytes = bytes,
        .engine = engine_time(rx, bytes),
        .request = request_cost(rx, group, bytes),
        .warm = copy_cost(rx, group, bytes, false),
        .cold = flush_caches(rx, 0) ? copy_cost(rx, group, bytes, true) : 0,
    };
}

#endif
