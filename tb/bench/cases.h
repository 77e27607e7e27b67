/* cases.h - which cases make up a table, and their results. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include <stddef.h>

#include "load.h"

enum { CASES_VALUES = 32, CASES_KEY = 128 };

/* A cross product. Lists end with 0; sets have one bit a value of the
 * enum, and 0 is the plain value alone: aligned, contiguous, count, silent, well, one
 * channel. */
struct case_table {
    const char *name;
    uint32_t size[CASES_VALUES];
    unsigned latency[CASES_VALUES];
    unsigned answer;           /* 0: the latency of the row */
    unsigned aligns, chains, lists, reports, troubles;
    unsigned channels[CASES_VALUES];
};

struct case_row {
    const char *table;
    struct load load;
    struct load_result result;
    bool done, failed;
    char why[CASES_KEY * 2];
};

/* The tables of the document, and the short one that is compared with the baseline;
 * ended by a NULL name. */
extern const struct case_table cases_full[], cases_baseline[];

/* Number of rows of a table on this build: without those that it has no channels for. */
size_t cases_count(const struct case_table *table);
/* Fills in as many rows; returns their number. */
size_t cases_list(const struct case_table *table, struct case_row *row);

/* Identifies a case in text: config, size, latencies, the kinds. */
void cases_key(const char *config, const struct load *load, char key[CASES_KEY]);

/* The plain name of this build, w64c4d. */
const char *cases_config(void);

/* Runs the rows in `jobs` processes; progress goes to stderr when that is a terminal.
 * Every row is done or failed afterwards. False: no process could be made. */
bool cases_run(struct case_row *row, size_t n, unsigned jobs);
/* Room for n rows that processes share; NULL without memory. */
struct case_row *cases_new(size_t n);

#endif
