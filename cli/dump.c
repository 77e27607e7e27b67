/* dump.c - netdma dump: registers and descriptors after a scenario. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "ioat_sim.h"
#include "scenario.h"
#include "words.h"

enum { JSON = 1, CHAIN_MAX = 256 };

static const struct option options[] = {
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Runs the scenario, if one is given, and then prints every register of the engine, those of\n"
    "each channel that was used, and the descriptors from CHAINADDR on. Without a scenario it is\n"
    "the engine after power-on.\n"
    "\n"
    "  --json            the same as JSON\n"
    "\n"
    "  @ waves/halt.scenario\n";

static bool json;

static uint64_t quad_at(struct ioat_sim *sim, uint32_t offset)
{
    uint64_t value = 0;

    if (ioat_sim_bar_read(sim, offset & ~UINT32_C(7), sizeof value, &value))
        command_stop(1, "offset 0x%x is not readable", (unsigned)offset);
    return value;
}

/* Whole quadwords: the fewest reads that start at a register, which can have a side effect (K-01). */
static uint64_t read_register(struct ioat_sim *sim, const struct ioat_reg_info *reg, unsigned index)
{
    const uint32_t offset = ioat_reg_place(reg, index);

    return quad_at(sim, offset) >> offset % 8 * 8 & ~UINT64_C(0) >> (64 - reg->bits);
}

static void dump_space(struct ioat_sim *sim, enum ioat_reg_space space, unsigned index)
{
    const char *comma = "";

    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != space)
            continue;
        if (json) {
            fputs(comma, stdout);
            words_register_json(stdout, reg, read_register(sim, reg, index));
        } else {
            printf("  0x%04x ", (unsigned)ioat_reg_place(reg, index));
            words_register(stdout, reg, read_register(sim, reg, index));
            putchar('\n');
        }
        comma = ",";
    }
}

static void heading(const char *what, unsigned index)
{
    printf("%s%s %u%s\n", command_bold(1), what, index, command_plain(1));
}

/* Follows NEXT, through memory that is there, once round a ring. */
static void dump_chain(struct ioat_sim *sim, uint64_t first)
{
    struct ioat_desc *desc;
    uint64_t bus = first;

    for (unsigned n = 0; n < CHAIN_MAX && bus && (desc = ioat_sim_cpu(sim, bus, sizeof *desc)); n++) {
        if (json) {
            printf("%s{\"address\":%" PRIu64 ",\"descriptor\":", n ? "," : "", bus);
            words_descriptor_json(stdout, desc);
            putchar('}');
        } else {
            printf("descriptor 0x%" PRIx64 "\n", bus);
            words_descriptor(stdout, desc);
        }
        bus = desc->next == first ? 0 : desc->next;
    }
}

/* A channel that nobody touched says no more than its neighbour. */
static bool used(struct ioat_sim *sim, unsigned channel)
{
    return channel == 0 || read_register(sim, ioat_reg_named("CHAINADDR"), channel) != 0;
}

static void dump_text(struct ioat_sim *sim)
{
    printf("%sengine%s\n", command_bold(1), command_plain(1));
    dump_space(sim, IOAT_GLOBAL, 0);
    for (unsigned n = 0; n < ioat_sim_build()->channels; n++) {
        if (!used(sim, n))
            continue;
        heading("channel", n);
        dump_space(sim, IOAT_CHANNEL, n);
        if (ioat_sim_build()->perf)
            dump_space(sim, IOAT_COUNTERS, n);
        heading("vector", n);
        dump_space(sim, IOAT_MSIX, n);
        dump_chain(sim, read_register(sim, ioat_reg_named("CHAINADDR"), n));
    }
}

static void dump_json(struct ioat_sim *sim)
{
    const char *comma = "";

    fputs("{\"engine\":[", stdout);
    dump_space(sim, IOAT_GLOBAL, 0);
    fputs("],\"channels\":[", stdout);
    for (unsigned n = 0; n < ioat_sim_build()->channels; n++) {
        if (!used(sim, n))
            continue;
        printf("%s{\"channel\":%u,\"registers\":[", comma, n);
        dump_space(sim, IOAT_CHANNEL, n);
        fputs("],\"counters\":[", stdout);
        if (ioat_sim_build()->perf)
            dump_space(sim, IOAT_COUNTERS, n);
        fputs("],\"vector\":[", stdout);
        dump_space(sim, IOAT_MSIX, n);
        fputs("],\"descriptors\":[", stdout);
        dump_chain(sim, read_register(sim, ioat_reg_named("CHAINADDR"), n));
        fputs("]}", stdout);
        comma = ",";
    }
    puts("]}");
}

static void dump(void *ctx, struct ioat_sim *sim)
{
    (void)ctx;
    (json ? dump_json : dump_text)(sim);
}

static void dump_fresh(void)
{
    struct ioat_sim *sim;

    if (ioat_sim_open(NULL, &sim))
        command_stop(1, "the simulator does not open");
    dump(NULL, sim);
    ioat_sim_close(sim);
}

static int run(int argc, char **argv)
{
    const struct scenario_options after = { .at_end = dump };
    struct scenario scenario;

    json = false;
    while (command_option(argc, argv) == JSON)
        json = true;
    if (optind + 1 < argc)
        command_stop(2, "one scenario at a time; %s is too much", argv[optind + 1]);
    if (optind == argc)
        dump_fresh();
    else
        scenario_must(scenario_run(argv[optind], &after, &scenario), &scenario);
    return 0;
}

const struct command command_dump = {
    "dump", "[FILE.scenario] [--json]", "Prints registers and descriptors, after a scenario or power-on", help,
    options, run,
};
