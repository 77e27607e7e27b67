/* baseline.h - the cycle-exact figures that are committed: written, and compared.
 *
 * A line is `key : figures`. The figures of a case are clocks and bytes of the window and
 * descriptors asked for in it, those of a launch the clocks of its steps.
 */
#ifndef BENCH_BASELINE_H
#define BENCH_BASELINE_H

#include <stdio.h>

#include "cases.h"
#include "launch.h"

struct baseline_launch {
    unsigned latency;
    enum load_list list;
    uint64_t clocks[LAUNCH_STEPS];
};

void baseline_write_case(FILE *to, const char *config, const struct case_row *row);
void baseline_write_launch(FILE *to, const char *config, const struct baseline_launch *launch);

struct baseline;
/* The lines of one configuration. NULL: the file cannot be read (errno). */
struct baseline *baseline_read(const char *path, const char *config);
void baseline_free(struct baseline *baseline);

/* True when the figures are those of the file; else one line on stdout names the
 * row, both figures and whether cycles were lost or gained. */
bool baseline_has_case(struct baseline *baseline, const char *config, const struct case_row *row);
bool baseline_has_launch(struct baseline *baseline, const char *config,
                         const struct baseline_launch *launch);
/* Lines of the file that nothing was compared with: named on stdout, counted. */
unsigned baseline_unused(const struct baseline *baseline);

#endif
