/* clocks.c - the record of clocks, read and compared (clocks.h). */
#include "clocks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ioat_sim.h"

enum { LINE = 128 };

void soak_build_name(char name[SOAK_BUILD_NAME])
{
    const struct ioat_sim_build *build = ioat_sim_build();

    snprintf(name, SOAK_BUILD_NAME, "w%uc%u%s", build->data_bits, build->channels, build->desc_port ? "d" : "");
}

uint64_t soak_clocks_recorded(const char *record, uint64_t seed)
{
    FILE *file = fopen(record, "r");
    char name[SOAK_BUILD_NAME], head[LINE], line[LINE];
    uint64_t clocks = 0;

    if (!file)
        return 0;
    soak_build_name(name);
    const int length = snprintf(head, sizeof head, "%s %" PRIu64 " ", name, seed);
    while (!clocks && fgets(line, sizeof line, file))
        if (strncmp(line, head, (size_t)length) == 0)
            sscanf(line + length, "%" SCNu64, &clocks);
    fclose(file);
    return clocks;
}

void soak_clocks_judge(const char *record, uint64_t seed, struct soak_result *result)
{
    const uint64_t clocks = soak_clocks_recorded(record, seed);

    if (result->failed || result->clocks == clocks)
        return;
    result->failed = true;
    snprintf(result->verdict, sizeof result->verdict, "clocks");
    if (clocks)
        snprintf(result->text, sizeof result->text, "it takes %" PRIu64 " clocks, %s says %" PRIu64
                 ". If that is meant: make bench-baseline, and commit it", result->clocks, record, clocks);
    else
        snprintf(result->text, sizeof result->text, "%s does not say how many clocks it takes: make bench-baseline",
                 record);
}
