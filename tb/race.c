/* race.c - one action at every clock of a short chain; see race.h. */
#include "race.h"

const struct race_timing race_timings[RACE_TIMING_N] = {
    { "ideal memory", { .read_latency = 1, .write_latency = 1 }, 1 },
    { "latency 13", { .read_latency = 13, .write_latency = 13 }, 1 },
    { "latency 100", { .read_latency = 100, .write_latency = 100 }, 7 },
    { "jitter, stalls and reordering",
      { .read_latency = 8, .write_latency = 5, .jitter = 12, .ar_stall = 30, .aw_stall = 30,
        .w_stall = 30, .r_stall = 30, .b_stall = 30, .reorder = true }, 2 },
};

/* Offsets behind the last word and its answer: IDLE becomes visible and the message goes
 * out there. */
enum { MARGIN = 40 };

static uint16_t chanctrl_of(const struct race *race)
{
    return race->chanctrl ? race->chanctrl : TB_CHANCTRL_ALL;
}

static unsigned counted_of(const struct race *race)
{
    return race->counted ? race->counted : race->chain.n;
}

static void prepare(struct tb *tb, void *ctx)
{
    struct race *race = ctx;

    tb_msix_setup(tb);
    tb_setup(tb, 0, chanctrl_of(race));
    cells_make_mixed(tb, &race->chain);
    cells_make(tb, &race->fresh, 3, 0, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    words_watch(tb, &race->words, 0);
    race->written_before = scene_written(tb, 0);
    if (race->build)
        race->build(tb, race);
}

static void start(struct tb *tb, void *ctx)
{
    struct race *race = ctx;

    if (race->start)
        race->start(tb, race);
    TB_POST(tb, 0, CHAINADDR, cells_at(&race->chain, 0));
    if (race->mode == SCENE_LIST)
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
    else
        TB_POST(tb, 0, DMACOUNT, counted_of(race));
}

/* The last descriptor of every scenario asks for a word. */
static bool done(struct tb *tb, void *ctx)
{
    const struct race *race = ctx;

    return *tb_word(tb, 0) == TB_WORD(cells_at(&race->chain, counted_of(race) - 1), IDLE);
}

static void action(struct tb *tb, void *ctx)
{
    struct race *race = ctx;

    race->action(tb, race);
}

static void check(struct tb *tb, void *ctx, uint64_t offset)
{
    struct race *race = ctx;

    (void)offset;
    race->check(tb, race);
}

void race_run(struct race *race, const struct race_timing *timing)
{
    const struct tb_sweep sweep = {
        .prepare = prepare, .start = start, .done = done, .action = action, .check = check,
        .ctx = race, .stride = timing->stride,
        .margin = MARGIN + timing->timing.write_latency + timing->timing.jitter,
    };

    tb_sweep(&timing->timing, &sweep);
}

/* CHANERRMSK is 0 already, and no race has an error that it could mask. */
void race_post_gap(struct tb *tb, const struct race *race)
{
    for (unsigned i = 0; i < race->gap; i++)
        TB_POST(tb, 0, CHANERRMSK, 0);
}

void race_action_commands(struct tb *tb, struct race *race)
{
    TB_POST(tb, 0, CHANCMD, race->command);
    if (race->second) {
        race_post_gap(tb, race);
        TB_POST(tb, 0, CHANCMD, race->second);
    }
}

uint64_t race_written(struct tb *tb, const struct race *race)
{
    return scene_written(tb, 0) - race->written_before;
}

unsigned race_interrupts_due(int last)
{
    unsigned n = 0;

    for (int i = 0; i <= last; i++)
        n += mixed_interrupts(i);
    return n;
}

void race_expect_complete(struct tb *tb, const struct race *race)
{
    const struct cells *chain = &race->chain;

    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(chain), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, chain, 0, chain->n, CELL_DONE);
    tb_assert_eq(tb, race_written(tb, race), cells_bytes(chain, 0, chain->n));
    words_expect_order(tb, &race->words, chain);
}

void race_expect_interrupts(struct tb *tb, const struct race *race)
{
    bool apart = false;

    /* A word before the last one that covers cell 2, the first with INT_EN, makes its
     * event due before the last one's. Without such a word they may merge. */
    for (unsigned i = 2; i + 1 < race->chain.n; i++)
        apart |= words_naming(&race->words, cells_at(&race->chain, i)) > 0;
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, chanctrl_of(race));
    tb_assert(tb, tb_messages(tb, 0) <= 2 && tb_messages(tb, 0) >= (apart ? 2u : 1u),
              "%u messages in all", tb_messages(tb, 0));
}

void race_expect_fresh_runs(struct tb *tb, struct race *race)
{
    const unsigned messages = tb_messages(tb, 0);
    enum cell_mark before[CELLS_MAX] = { 0 };

    for (unsigned i = 0; i < race->chain.n; i++)
        before[i] = cells_mark(tb, &race->chain, i);
    cells_ruin(tb, &race->chain);
    scene_expect_runs(tb, 0, &race->fresh, race->mode);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&race->fresh), IDLE));
    tb_wait_messages(tb, 0, messages + 1, TB_LONG);
    tb_assert_eq(tb, scene_rearm(tb, 0, chanctrl_of(race)), 0);
    for (unsigned i = 0; i < race->chain.n; i++)
        tb_assert_eq(tb, cells_mark(tb, &race->chain, i), before[i]);
}
