/* world.c - simulator, memory, faults, and the end of a run. */
#include "world.h"

#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_IN_A_WAIT = 64, FLR_CLOCKS = 1000000 };

static const uint64_t message_window = UINT64_C(0xfee00000);

/* ---- the end ---- */

void world_fail(struct world *world, const char *verdict, const char *format, ...)
{
    struct soak_result *result = world->result;
    va_list ap;

    result->failed = true;
    snprintf(result->verdict, sizeof result->verdict, "%s", verdict);
    va_start(ap, format);
    vsnprintf(result->text, sizeof result->text, format, ap);
    va_end(ap);
    longjmp(world->over, 1);
}

static void on_violation(void *ctx, const char *text)
{
    struct world *world = ctx;

    snprintf(world->violation, sizeof world->violation, "%s", text);
}

/* A broken rule of the contract is its own verdict. */
static void blame(struct world *world)
{
    struct soak_result *result = world->result;

    result->failed = true;
    snprintf(result->verdict, sizeof result->verdict, "%.*s", (int)strcspn(world->violation, " "),
             world->violation);
    snprintf(result->text, sizeof result->text, "rule violated: %s", world->violation);
}

void world_ok(struct world *world, enum ioat_status status, const char *what)
{
    if (world->violation[0]) {
        blame(world);
        longjmp(world->over, 1);
    }
    if (status != IOAT_OK)
        world_fail(world, "simulator", "%s: %s", what, ioat_strstatus(status));
}

/* ---- what goes by ---- */

static void tell_bus(const struct ioat_sim_event *event)
{
    static const char *const channel[] = { "AR", "R ", "AW", "W ", "B " };
    static const char *const read[] = { "payload", "descriptor", "?", "?" };
    static const char *const write[] = { "payload", "word", "message", "?" };
    const unsigned kind = event->id >> 4 & 3;

    if (event->kind > IOAT_SIM_B)
        return;
    printf("%10" PRIu64 "     bus %s channel %u %s 0x%" PRIx64 "%s%s", event->clock, channel[event->kind],
               event->id & 15, event->kind <= IOAT_SIM_R ? read[kind] : write[kind], event->addr,
               event->last ? " last" : "", event->resp ? " error" : "");
    if (event->kind == IOAT_SIM_W && kind == 1 && event->strobe) {
        uint64_t word;

        memcpy(&word, event->data + __builtin_ctzll(event->strobe), sizeof word);
        printf(" = 0x%" PRIx64, word);
    }
    putchar('\n');
}

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct world *world = ctx;
    struct lane *lane = &world->lane[event->id & 15];
    unsigned at;

    if (world->limits->tell)
        tell_bus(event);
    if ((event->id >> 4 & 3) != 1)
        return;                  /* K-60: completion words are kind 01 */
    if (event->kind == IOAT_SIM_W && event->strobe) {
        at = (unsigned)__builtin_ctzll(event->strobe);
        if (at + 8 <= event->bytes)
            memcpy(&lane->word, event->data + at, 8);
    } else if (event->kind == IOAT_SIM_B && event->resp == 0 && lane->words_n < WORDS_SEEN) {
        lane->words[lane->words_n++] = lane->word;
    }
}

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    struct world *world = ctx;
    const uint64_t vector = (addr - message_window) >> 12;

    if (vector < world->build->channels && data == 0x4100 + vector) {
        world->lane[vector].messages++;
        world->lane[vector].since++;
    }
}

/* ---- time ---- */

void world_step(struct world *world, uint64_t clocks)
{
    if (clocks)
        world_ok(world, ioat_sim_step(world->sim, clocks), "step");
}

void world_wait_quiet(struct world *world)
{
    for (uint64_t waited = 0; ioat_sim_bus_busy(world->sim); waited += STEPS_IN_A_WAIT) {
        if (waited > WAIT_CLOCKS)
            world_fail(world, "hang", "the bus is busy for ever");
        world_step(world, STEPS_IN_A_WAIT);
    }
}

struct ioat_sim_timing world_timing(struct world *world)
{
    struct rng *rng = &world->rng;
    const unsigned slow = world_has(world, SOAK_LATENCY) ? 40 : 0;
    struct ioat_sim_timing timing = {
        .read_latency = 1 + rng_below(rng, rng_percent(rng, slow) ? 150 : 12),
        .write_latency = 1 + rng_below(rng, rng_percent(rng, slow) ? 150 : 12),
    };

    if (!world_has(world, SOAK_LATENCY))
        timing.read_latency = timing.write_latency = 1;
    if (world_has(world, SOAK_STALLS) && rng_percent(rng, 80)) {
        const unsigned most = rng_percent(rng, 10) ? 95 : 50;

        timing.jitter = rng_below(rng, 40);
        timing.ar_stall = rng_below(rng, most);
        timing.aw_stall = rng_below(rng, most);
        timing.w_stall = rng_below(rng, most);
        timing.r_stall = rng_below(rng, most);
        timing.b_stall = rng_below(rng, most);
        timing.reorder = rng_percent(rng, 50);
        timing.outstanding_max = rng_percent(rng, 30) ? 1 + rng_below(rng, 6) : 0;
    }
    return timing;
}

/* ---- registers ---- */

void world_tell(const struct world *world, const struct lane *lane, const char *what, unsigned reg,
                uint64_t value)
{
    const enum ioat_reg_space space = lane ? IOAT_CHANNEL : IOAT_GLOBAL;
    const struct ioat_reg_info *info = ioat_reg_table;

    if (!world->limits->tell)
        return;
    while (info->name && (info->space != space || info->offset != reg))
        info++;
    printf("%10" PRIu64 "  ", ioat_sim_now(world->sim));
    if (lane)
        printf("channel %u: ", lane->n);
    if (info->name)
        printf("%s %s 0x%" PRIx64 "\n", what, info->name, value);
    else
        printf("%s +0x%x 0x%" PRIx64 "\n", what, reg, value);
}

uint64_t world_read(struct world *world, const struct lane *lane, unsigned reg, unsigned bits)
{
    const uint32_t offset = IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * lane->n + reg;
    uint64_t value = 0;

    world_ok(world, ioat_sim_bar_read(world->sim, offset, bits / 8, &value), "BAR read");
    world_tell(world, lane, "read ", reg, value);
    return value;
}

static void post(struct world *world, uint32_t offset, unsigned width, uint64_t value)
{
    enum ioat_status status;

    while ((status = ioat_sim_bar_post(world->sim, offset, width, value)) == IOAT_EFULL)
        world_step(world, 8);
    world_ok(world, status, "BAR write");
}

void world_post(struct world *world, const struct lane *lane, unsigned reg, unsigned bits,
                uint64_t value)
{
    world_tell(world, lane, "write", reg, value);
    post(world, IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * lane->n + reg, bits / 8, value);
}

void world_vectors(struct world *world)
{
    for (unsigned v = 0; v < world->build->channels; v++) {
        post(world, IOAT_VECTOR(v, MSIX_ADDR), 8, message_window + ((uint64_t)v << 12));
        post(world, IOAT_VECTOR(v, MSIX_DATA), 4, 0x4100 + v);
        post(world, IOAT_VECTOR(v, MSIX_CTRL), 4, 0);
    }
}

/* ---- config space ---- */

static uint32_t cfg_read(struct world *world, unsigned offset, unsigned width)
{
    uint32_t value = 0;

    world_ok(world, ioat_sim_cfg_read(world->sim, offset, width, &value), "config read");
    return value;
}

static void cfg_write(struct world *world, unsigned offset, unsigned width, uint32_t value)
{
    world_ok(world, ioat_sim_cfg_write(world->sim, offset, width, value), "config write");
}

static unsigned capability(struct world *world, unsigned id)
{
    unsigned at = cfg_read(world, PCI_CAPABILITY_LIST, 1) & ~3u;

    for (int hops = 0; at && hops < 48; hops++) {
        if (cfg_read(world, at + PCI_CAP_LIST_ID, 1) == id)
            return at;
        at = cfg_read(world, at + PCI_CAP_LIST_NEXT, 1) & ~3u;
    }
    world_fail(world, "config", "capability %#x is missing", id);
}

void world_bus_master(struct world *world, bool on)
{
    const uint32_t command = cfg_read(world, PCI_COMMAND, 2);

    world_tell(world, NULL, on ? "bus master on" : "bus master off", 0, 0);
    cfg_write(world, PCI_COMMAND, 2, on ? command | PCI_COMMAND_MASTER
                                        : command & (uint32_t)~PCI_COMMAND_MASTER);
    world->master_off = !on;
}

/* Config space is written again as the firmware had it. */
void world_flr(struct world *world)
{
    const unsigned exp = capability(world, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
    const unsigned msix = capability(world, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS;
    const uint32_t command = cfg_read(world, PCI_COMMAND, 2), flags = cfg_read(world, msix, 2);
    const uint32_t bar0 = cfg_read(world, PCI_BASE_ADDRESS_0, 4);
    const uint32_t bar1 = cfg_read(world, PCI_BASE_ADDRESS_1, 4);

    cfg_write(world, exp, 2, cfg_read(world, exp, 2) | PCI_EXP_DEVCTL_BCR_FLR);
    for (uint64_t waited = 0; cfg_read(world, PCI_VENDOR_ID, 2) == 0xffff; waited += 100) {
        if (waited > FLR_CLOCKS)
            world_fail(world, "hang", "a function-level reset does not end");
        world_step(world, 100);
    }
    cfg_write(world, PCI_BASE_ADDRESS_0, 4, bar0);
    cfg_write(world, PCI_BASE_ADDRESS_1, 4, bar1);
    cfg_write(world, PCI_COMMAND, 2, command | PCI_COMMAND_MASTER);
    cfg_write(world, msix, 2, flags);
    world->master_off = false;
    world_vectors(world);
}

/* ---- descriptors in memory ---- */

uint64_t world_slot(const struct world *world, const struct lane *lane, unsigned pool, unsigned at)
{
    return world->desc.bus + ((lane->n * POOLS + pool) * RING_MAX + at) * (uint64_t)IOAT_DESC_BYTES;
}

static void store(struct world *world, uint64_t at, const void *bytes, size_t n)
{
    memcpy(world->desc.cpu + (at - world->desc.bus), bytes, n);
    memcpy(world->desc_copy + (at - world->desc.bus), bytes, n);
}

void world_put(struct world *world, uint64_t slot, const struct ioat_desc *desc)
{
    store(world, slot, desc, sizeof *desc);
}

void world_put_next(struct world *world, uint64_t slot, uint64_t next)
{
    store(world, slot + IOAT_DESC_NEXT, &next, sizeof next);
}

void world_poison(struct world *world, uint64_t slot)
{
    uint8_t poison[IOAT_DESC_BYTES];

    memset(poison, POISON, sizeof poison);
    store(world, slot, poison, sizeof poison);
}

volatile uint64_t *world_word(const struct world *world, const struct lane *lane)
{
    return (volatile uint64_t *)(void *)(world->words.cpu + ((lane->cmp & ~UINT64_C(7)) -
                                                            world->words.bus));
}

/* ---- faults ---- */

bool world_fault(struct world *world, enum ioat_sim_fault_kind kind,
                 enum ioat_sim_fault_answer answer, uint64_t bus, uint64_t bytes, unsigned percent,
                 unsigned count)
{
    const struct ioat_sim_fault fault = {
        .kind = kind, .answer = answer, .first = bus, .last = bus + bytes - 1, .count = count,
        .percent = percent,
    };

    if (world->armed >= FAULTS_MAX || ioat_sim_fault_add(world->sim, &fault) < 0)
        return false;
    world->armed++;
    return true;
}

void world_calm(struct world *world)
{
    world_tell(world, NULL, "no faults", 0, 0);
    ioat_sim_fault_clear(world->sim);
    world->armed = 0;
    world->held = false;
    for (unsigned i = 0; i < world->job_n; i++)
        world->job[i].sure = false;
}

void world_free_run(struct world *world)
{
    if (world->held)
        world_calm(world);
    if (world->master_off)
        world_bus_master(world, true);
}

/* ---- life ---- */

static void map(struct world *world, struct region *region, uint64_t bus, uint64_t bytes,
                unsigned rights, uint8_t fresh)
{
    void *cpu = NULL;

    world_ok(world, ioat_sim_map(world->sim, bus, bytes, rights, &cpu), "mapping host memory");
    *region = (struct region){ bus, bytes, cpu };
    memset(cpu, fresh, bytes);
}

static uint8_t *copy_of(struct world *world, const struct region *region)
{
    uint8_t *copy = malloc(region->bytes);

    if (!copy)
        world_fail(world, "memory", "out of memory");
    memcpy(copy, region->cpu, region->bytes);
    return copy;
}

/* Destinations with a 4 GiB boundary in their first part, where the build has the bits. */
static void map_regions(struct world *world)
{
    struct rng *rng = &world->rng;
    const unsigned spare = world->build->addr_bits - 32;
    const uint64_t high = spare < 4 ? 0 : (uint64_t)(2 + rng_below(rng, (1u << (spare > 20 ? 20 : spare)) - 8)) << 32;
    const uint64_t slots = (uint64_t)world->build->channels * POOLS * RING_MAX * IOAT_DESC_BYTES;

    map(world, &world->dst, high + (high ? 0xfffe0000 : 0x10000000), DST_BYTES, IOAT_SIM_READ | IOAT_SIM_WRITE, FRESH);
    map(world, &world->src, high + 0x20000000, SRC_BYTES, IOAT_SIM_READ, 0);
    map(world, &world->desc, high + 0x30000000, slots, IOAT_SIM_READ, POISON);
    map(world, &world->words, high + 0x40000000, 4096, IOAT_SIM_READ | IOAT_SIM_WRITE, FRESH);
    for (uint64_t i = 0; i < world->src.bytes; i++)
        world->src.cpu[i] = (uint8_t)rng_next(rng);
    world->src_copy = copy_of(world, &world->src);
    world->desc_copy = copy_of(world, &world->desc);
    world->dst_next = world->dst.bus + rng_below(rng, 2 * IOAT_PAGE_BYTES);
}

/* Errors anywhere, a few of them. */
static void storm(struct world *world)
{
    const struct region *const target[] = { &world->dst, &world->words, &world->src, &world->desc };
    const unsigned which = rng_below(&world->rng, 4);
    const bool writes = which < 2;

    if (rng_percent(&world->rng, 20)) {
        world->message_faults = world_fault(world, IOAT_SIM_FAULT_WRITE, IOAT_SIM_SLVERR,
                                            message_window, 1 << 20, 30, 0);
        return;
    }
    world_fault(world, writes ? IOAT_SIM_FAULT_WRITE : IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR,
                target[which]->bus, target[which]->bytes, 1 + rng_below(&world->rng, 3), 4);
    for (unsigned ch = 0; ch < world->build->channels; ch++)
        world->lane[ch].may |= writes ? IOAT_CHANERR_WRITE_DATA : IOAT_CHANERR_READ_DATA;
}

void world_open(struct world *world, uint64_t seed, const char *wave)
{
    struct ioat_sim_config config;

    world->rng.state = seed * UINT64_C(0x9e3779b97f4a7c15);
    world->build = ioat_sim_build();
    world->result->features = (uint32_t)rng_next(&world->rng) & ((1u << SOAK_FEATURE_N) - 1);
    world->features = world->result->features & ~world->limits->without;
    for (unsigned ch = 0; ch < world->build->channels; ch++) {
        world->lane[ch].n = ch;
        world->lane[ch].rng.state = rng_next(&world->rng) + ch;
    }
    ioat_sim_config_init(&config);
    config.timing = world_timing(world);
    config.seed = seed;
    config.wave_path = wave;
    config.on_violation = on_violation;
    config.on_violation_ctx = world;
    if (ioat_sim_open(&config, &world->sim) != IOAT_OK)
        world_fail(world, "simulator", "the simulator does not open");
    ioat_sim_on_event(world->sim, on_event, world);
    ioat_sim_on_message(world->sim, on_message, world);
    if (wave)
        world_ok(world, ioat_sim_wave_start(world->sim), wave);
    map_regions(world);
    world_vectors(world);
    if (world_has(world, SOAK_STORM))
        storm(world);
}

void world_close(struct world *world)
{
    ioat_sim_close(world->sim);     /* the last checks are made here */
    if (world->violation[0] && !world->result->failed)
        blame(world);
    free(world->src_copy);
    free(world->desc_copy);
    free(world->owned);
    free(world->job);
}
