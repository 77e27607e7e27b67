/* scenario.h - a scenario file: what software does to the engine, line by line.
 *
 *   waves/chain.scenario --> simulator, registers and descriptors --> wave, marks
 *
 * `netdma run --help` (run.c) explains the lines.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "ioat_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SCENARIO_TEXT = 100, SCENARIO_MARKS = 26 };

struct scenario_mark {
    uint64_t clock;
    char text[SCENARIO_TEXT];
};

struct scenario {
    char title[SCENARIO_TEXT], view[SCENARIO_TEXT];
    struct scenario_mark mark[SCENARIO_MARKS];
    unsigned marks;
    uint64_t clocks;           /* how long the run took */
    char why[300];             /* it was not done: one line, with file and line number */
};

enum scenario_end {
    SCENARIO_DONE,
    SCENARIO_FAILED,           /* the engine did otherwise, or a rule was violated */
    SCENARIO_BAD,              /* the file is wrong */
    SCENARIO_SKIPPED,          /* this build of the engine cannot */
};

/* How software reaches the engine. Each function means what its namesake of ioat_sim.h does. */
struct scenario_device {
    enum ioat_status (*open)(void *ctx, const struct ioat_sim_config *config, struct ioat_sim **sim);
    void (*close)(void *ctx, struct ioat_sim *sim);
    enum ioat_status (*map)(void *ctx, struct ioat_sim *sim, uint64_t bus, uint64_t bytes, unsigned rights,
                            void **cpu);
    enum ioat_status (*bar_read)(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                 uint64_t *value);
    enum ioat_status (*bar_write)(void *ctx, struct ioat_sim *sim, uint32_t offset, unsigned width,
                                  uint64_t value);
    enum ioat_status (*step)(void *ctx, struct ioat_sim *sim, uint64_t clocks);
    enum ioat_status (*wait)(void *ctx, struct ioat_sim *sim, bool (*cond)(void *ctx), void *cond_ctx,
                             uint64_t clocks);
    void *ctx;
};

struct scenario_options {
    const struct scenario_device *device;              /* NULL: the calls of ioat_sim.h */
    const char *wave;          /* where `record` writes an FST; NULL: none */
    void (*at_end)(void *ctx, struct ioat_sim *sim);   /* called when all lines hold; may be NULL */
    void *ctx;
};

/* Runs the file on a simulator of its own. options may be NULL. */
enum scenario_end scenario_run(const char *path, const struct scenario_options *options,
                               struct scenario *scenario);

/* Ends the program in one line unless the scenario is done. */
void scenario_must(enum scenario_end how, const struct scenario *scenario);

#ifdef __cplusplus
}
#endif

#endif
