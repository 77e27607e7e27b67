/* speed.c - how fast the simulator is, beside its own bare model.
 *
 *   live    host memory, checkers, contract model and the Verilated engine
 *   bare    the same pins, recorded clock by clock, put on the Verilated engine alone
 *   idle    the same simulator with nothing to do
 *
 * One run measures all of them in one process, so their ratio does not depend on the
 * machine. The recording is a run of its own: neither figure pays for it. The bare
 * engine's outputs are compared with the recorded ones, clock by clock, so it is the
 * same work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "replay.h"

enum {
    WARM_CLOCKS = 30000,                   /* not timed: memory is touched, rings have grown */
    RUN_CLOCKS = 50000,
    IDLE_CLOCKS = 1000000,
    ROUNDS = 10,                           /* the best counts: others use the machine too */
    DESCS = 0xFFFF,                        /* most that DMACOUNT can ask for */
    LINKED = 1024,                         /* descriptors of the ring */
    BUFFER = 1 << 16,                      /* bytes of source, of destination */
};
#define DESC_BUS UINT64_C(0x10000000)
#define WORD_BUS UINT64_C(0x20000000)
#define SRC_BUS  UINT64_C(0x30000000)
#define DST_BUS  UINT64_C(0x40000000)

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(enum ioat_status status, const char *what)
{
    if (status == IOAT_OK)
        return;
    fprintf(stderr, "speed: %s: status %d\n", what, status);
    exit(1);
}

static void *map(struct ioat_sim *sim, uint64_t bus, uint64_t bytes)
{
    void *cpu;

    must(ioat_sim_map(sim, bus, bytes, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu), "map memory");
    return cpu;
}

static void write_ring(struct ioat_desc *desc, uint32_t size)
{
    for (unsigned n = 0; n < LINKED; n++)
        desc[n] = (struct ioat_desc) {
            .size = size,
            .src = SRC_BUS + (uint64_t)n * size % BUFFER, .dst = DST_BUS + (uint64_t)n * size % BUFFER,
            .next = DESC_BUS + (n + 1) % LINKED * sizeof *desc,
        };
}

static void set(struct ioat_sim *sim, uint32_t offset, unsigned bits, uint64_t value)
{
    must(ioat_sim_bar_write(sim, offset, bits / 8, value), "write a register");
}
#define SET(sim, reg, value) set(sim, IOAT_CHAN(0, reg), IOAT_##reg##_BITS, value)

/* Channel 0 copies `size` bytes again and again; 0: it has nothing to do. */
static struct ioat_sim *start(uint32_t size)
{
    struct ioat_sim *sim;
    uint32_t *source;

    must(ioat_sim_open(NULL, &sim), "open the simulator");
    write_ring(map(sim, DESC_BUS, LINKED * sizeof(struct ioat_desc)), size);
    map(sim, WORD_BUS, IOAT_PAGE_BYTES);
    source = map(sim, SRC_BUS, BUFFER);
    map(sim, DST_BUS, BUFFER);
    for (uint32_t n = 0; n < BUFFER / sizeof *source; n++)
        source[n] = n * UINT32_C(2654435761);
    SET(sim, CHANCMP, WORD_BUS);
    SET(sim, CHAINADDR, DESC_BUS);
    SET(sim, DMACOUNT, size ? DESCS : 0);
    return sim;
}

static double live(uint32_t size, uint64_t clocks)
{
    double best = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct ioat_sim *sim = start(size);
        double begin, rate;

        must(ioat_sim_step(sim, WARM_CLOCKS), "warm up");
        begin = seconds();
        must(ioat_sim_step(sim, clocks), "run");
        rate = (double)clocks / (seconds() - begin);
        best = rate > best ? rate : best;
        ioat_sim_close(sim);
    }
    return best;
}

static double bare(const struct replay *replay)
{
    double best = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct replay_engine *engine = replay_engine_open();
        const uint64_t all = replay_clocks(replay);
        double begin, rate;

        recording_run(replay, engine, 0, all - RUN_CLOCKS);
        begin = seconds();
        recording_run(replay, engine, all - RUN_CLOCKS, all);
        rate = RUN_CLOCKS / (seconds() - begin);
        best = rate > best ? rate : best;
        replay_engine_close(engine);
    }
    return best;
}

/* From the first clock of reset on. */
static struct replay *record(uint32_t size)
{
    struct replay *replay = replay_record_begin();
    struct ioat_sim *sim = start(size);

    must(ioat_sim_step(sim, WARM_CLOCKS + RUN_CLOCKS), "record");
    replay_record_end();
    ioat_sim_close(sim);
    return replay;
}

static void must_agree(const struct replay *replay)
{
    struct replay_engine *engine = replay_engine_open();
    const uint64_t odd = replay_check(replay, engine);

    replay_engine_close(engine);
    if (odd == REPLAY_SAME)
        return;
    fprintf(stderr, "speed: the bare engine leaves the recording at clock %" PRIu64 "\n", odd);
    exit(1);
}

static void compare(const char *name, uint32_t size)
{
    struct replay *replay = record(size);
    double with, without;

    must_agree(replay);
    with = live(size, RUN_CLOCKS);
    without = bare(replay);
    printf("%-10s %8.2f %8.2f %8.2f\n", name, with * 1e-6, without * 1e-6, without / with);
    recording_free(replay);
}

int main(void)
{
    printf("w%uc%u, million clocks a second of one core\n", ioat_sim_build()->data_bits,
           ioat_sim_build()->channels);
    printf("%-10s %8s %8s %8s\n", "copies of", "live", "bare", "ratio");
    compare("1 KiB", 1024);
    compare("64 B", 64);
    printf("%-10s %8.2f\n", "idle", live(0, IDLE_CLOCKS) * 1e-6);
    return 0;
}
