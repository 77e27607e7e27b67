/* counters.c - netdma counters: what is counted, and how much of it a scenario makes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "ioat_regs.h"
#include "ioat_sim.h"
#include "scenario.h"

enum { JSON = 1, CSV };

static const struct option options[] = {
    { "csv", no_argument, NULL, CSV },
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Without a scenario: the performance counters of a channel, and what each counts. With one: their\n"
    "values after it, a column for each channel. They are registers of the engine (docs/registers.md);\n"
    "ioat_chan_counters() of ioat.h reads them on a board too.\n"
    "\n"
    "  --csv             comma separated, with a header\n"
    "  --json            as JSON\n"
    "\n"
    "  @\n"
    "  @ waves/prefetch.scenario\n";

static int format;

/* The next register that counts, from *reg on; NULL at the end. */
static const struct ioat_reg_info *next(const struct ioat_reg_info **reg)
{
    while ((*reg)->name) {
        const struct ioat_reg_info *is = (*reg)++;
        if (is->space == IOAT_COUNTERS && is->access == IOAT_RO)
            return is;
    }
    return NULL;
}

static void list(void)
{
    const struct ioat_reg_info *row = ioat_reg_table;
    const char *comma = "";

    if (format == CSV)
        puts("counter,offset,meaning");
    if (format == JSON)
        putchar('[');
    for (const struct ioat_reg_info *reg; (reg = next(&row)); comma = ",")
        if (format == CSV)
            printf("%s,%u,\"%s\"\n", reg->name, reg->offset, reg->text);
        else if (format == JSON)
            printf("%s{\"counter\":\"%s\",\"offset\":%u,\"meaning\":\"%s\"}", comma, reg->name, reg->offset, reg->text);
        else
            printf("  %-17s %s\n", reg->name, reg->text);
    if (format == JSON)
        puts("]");
}

static uint64_t value_of(struct ioat_sim *sim, const struct ioat_reg_info *reg, unsigned channel)
{
    uint64_t value = 0;

    if (ioat_sim_bar_read(sim, ioat_reg_place(reg, channel), reg->bits / 8, &value))
        command_stop(1, "%s of channel %u is not readable", reg->name, channel);
    return value;
}

static void values(void *ctx, struct ioat_sim *sim)
{
    const unsigned channels = ioat_sim_build()->channels;
    const struct ioat_reg_info *row = ioat_reg_table;
    const char *comma = "";

    (void)ctx;
    if (format == JSON) {
        putchar('{');
    } else {
        printf(format == CSV ? "counter" : "  %-17s", "");
        for (unsigned n = 0; n < channels; n++)
            printf(format == CSV ? ",channel %u" : "  channel %-2u", n);
        putchar('\n');
    }
    for (const struct ioat_reg_info *reg; (reg = next(&row)); comma = ",") {
        printf(format == JSON ? "%s\"%s\":[" : format == CSV ? "%s%s" : "  %s%-17s", format == JSON ? comma : "",
               reg->name);
        for (unsigned n = 0; n < channels; n++)
            printf(format == JSON ? "%s%" PRIu64 : format == CSV ? ",%s%" PRIu64 : "  %s%10" PRIu64,
                   format == JSON && n ? "," : "", value_of(sim, reg, n));
        puts(format == JSON ? "]" : "");
    }
    if (format == JSON)
        puts("}");
}

static int run(int argc, char **argv)
{
    const struct scenario_options after = { .at_end = values };
    struct scenario scenario;

    format = 0;
    for (int which; (which = command_option(argc, argv)) != -1; )
        format = which;
    if (optind + 1 < argc)
        command_stop(2, "one scenario at a time; %s is too much", argv[optind + 1]);
    if (optind == argc) {
        list();
        return 0;
    }
    if (!ioat_sim_build()->perf)
        command_stop(1, "this build of the engine has no counters (PERF = 0)");
    scenario_must(scenario_run(argv[optind], &after, &scenario), &scenario);
    return 0;
}

const struct command command_counters = {
    "counters", "[FILE.scenario] [--csv | --json]", "Lists the performance counters, or their values after a scenario",
    help, options, run,
};
