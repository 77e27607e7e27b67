/* scenario.h - a scenario file: what software does to the engine, line by line.
 *
 *   waves/chain.scenario --> simulator, registers and descriptors --> wave, marks
 *
 * One command a line, words separated by blanks; # begins a comment; r0..r7 stands for eight
 * names. Values are numbers, names of descriptors (their address), `word` (the address of
 * the channel's completion word), and names of the register's fields and codes; they are or-ed.
 *
 *   title TEXT                  what the scenario shows
 *   view GROUP...               groups of signals for the waves (view.h)
 *   channels N                  skip it on an engine with fewer channels
 *   memory NAME VALUE...        read_latency, write_latency, jitter, r_stall, ...: see
 *                               struct ioat_sim_timing
 *   channel N                   the lines after it mean channel N; 0 at first
 *   open                        set the channel up: RESET, CHANCMP = word, error words and
 *                               interrupts on, its MSI-X vector open
 *
 *   copy NAME... BYTES [from N] [to N] [FLAG...]   a descriptor for each name, in a row, each with
 *                               source and destination pages of its own; from, to: offsets in
 *                               the first page; FLAG: of CONTROL, as INT_EN, COMPL_WRITE
 *   fill NAME... BYTES PATTERN [to N] [FLAG...]
 *   null NAME... [FLAG...]
 *   chain NAME...               NEXT leads from one to the next; of the last it is 0
 *   ring NAME...                the same, and from the last to the first
 *   set NAME.FIELD VALUE...     a field of a descriptor: SIZE, CONTROL, SRC, DST, NEXT, ...
 *
 *   write REG VALUE...          and the device has taken it
 *   post REG VALUE...           queued: starts by itself, and the next line runs at once
 *   expect REG[.FIELD] VALUE... read it and compare
 *   fault KIND NAME ANSWER      the next access to NAME is answered so: KIND is read (of its source),
 *                               write (of its destination) or fetch; ANSWER slverr, decerr, hold
 *   release                     no faults any more
 *
 *   record                      the wave begins here,
 *   stop                        and ends here, or at the end of the file
 *   wait N                      clocks
 *   await word [NAME] [STATE]   a completion word of the channel
 *   await message               an interrupt of the channel
 *   await fetch|read|write NAME the first request for this descriptor, its source, its destination
 *   mark TEXT                   a marker, at what was awaited, written or read last
 *
 *   done NAME...                every byte is copied
 *   untouched NAME...           none is
 *
 * Awaited is the next event after the one that the channel awaited before, or after `record`. An await has a
 * limit of 100000 clocks.
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
