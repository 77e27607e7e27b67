/* clocks.c - the record of clocks, read and compared (clocks.h). */
#include "clocks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/cases.h"

enum { LINE = 128 };

/* The next line of the linked build; false at the end. */
static bool next_line(FILE *file, uint64_t *seed, uint64_t *clocks)
{
    const char *name = cases_config();
    const size_t length = strlen(name);
    char line[LINE];

    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ' '
            && sscanf(line + length, " %" SCNu64 " %" SCNu64, seed, clocks) == 2)
            return true;
    return false;
}

uint64_t soak_clocks_last(const char *record)
{
    FILE *file = fopen(record, "r");
    uint64_t last = 0, seed, clocks;

    if (!file)
        return 0;
    while (next_line(file, &seed, &clocks))
        if (seed > last)
            last = seed;
    fclose(file);
    return last;
}

/* Clocks of the seed in the record; 0: the file cannot be read, or has no such line. */
static uint64_t recorded(const char *record, uint64_t seed)
{
    FILE *file = fopen(record, "r");
    uint64_t at, clocks, found = 0;

    if (!file)
        return 0;
    while (!found && next_line(file, &at, &clocks))
        if (at == seed)
            found = clocks;
    fclose(file);
    return found;
}

void soak_clocks_judge(const char *record, uint64_t seed, struct soak_result *result)
{
    const uint64_t clocks = recorded(record, seed);

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
