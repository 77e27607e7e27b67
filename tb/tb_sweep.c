/* tb_sweep.c - an action at every clock of a scenario. */
#include "tb_private.h"

#include <inttypes.h>

void tb_scrub(struct tb *tb)
{
    ioat_sim_fault_clear(tb->sim);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_WR(tb, ch, CHANCMD, IOAT_CHANCMD_RESET);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_reset(tb, ch, TB_LONG);
        TB_WR(tb, ch, CHANERR, UINT32_MAX);
        TB_WR(tb, ch, CHANERRMSK, 0);
        *tb_word(tb, ch) = TB_NO_WORD;
    }
    TB_GWR(tb, INTRCTRL, 0);
    TB_GWR(tb, INTRDELAY, 0);
    (void)TB_GRD(tb, ATTNSTATUS);
    tb_wait_quiet(tb, TB_LONG);
    tb_rewind(tb);
    tb_watch_clear(tb);
}

struct done_wait {
    struct tb *tb;
    const struct tb_sweep *sweep;
};

static bool scenario_done(void *ctx)
{
    const struct done_wait *wait = ctx;

    return wait->sweep->done(wait->tb, wait->sweep->ctx);
}

static uint64_t measure(struct tb *tb, const struct tb_sweep *sweep)
{
    struct done_wait wait = { tb, sweep };
    uint64_t begin;

    tb_note(tb, "measuring the scenario");
    sweep->prepare(tb, sweep->ctx);
    begin = tb_now(tb);
    sweep->start(tb, sweep->ctx);
    tb_wait(tb, scenario_done, &wait, sweep->limit ? sweep->limit : TB_LONG,
            "the end of the scenario");
    return tb_now(tb) - begin;
}

static void run(struct tb *tb, const struct tb_sweep *sweep, uint64_t offset)
{
    tb_note(tb, "action at clock %" PRIu64 " of the scenario", offset);
    sweep->prepare(tb, sweep->ctx);
    sweep->start(tb, sweep->ctx);
    tb_step(tb, offset);
    sweep->action(tb, sweep->ctx);
    sweep->check(tb, sweep->ctx, offset);
}

uint64_t tb_sweep(const struct ioat_sim_timing *timing, const struct tb_sweep *sweep)
{
    const uint64_t stride = sweep->stride ? sweep->stride : 1;
    struct tb *tb = tb_open(timing);
    const uint64_t length = measure(tb, sweep);

    for (uint64_t offset = 0; offset <= length + sweep->margin; offset += stride) {
        if (sweep->fresh) {
            tb_close(tb);
            tb = tb_open(timing);
        } else {
            tb_scrub(tb);
        }
        run(tb, sweep, offset);
    }
    tb_close(tb);
    return length;
}
