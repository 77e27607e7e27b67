/* test_sweep.c - SUSPEND, ABORT, RESET and bad commands at every clock of a chain.
 *
 * After each: the state, the completed address against what memory shows, the word, the
 * interrupts, a quiet bus, and a channel that works again.
 */
#include "race.h"

#include <string.h>

/* A row: memory timing and mode. */
enum { ROW_N = RACE_TIMING_N * SCENE_MODE_N };

static struct race race;

static void clear_race(void)
{
    memset(&race, 0, sizeof race);
}

static const struct race_timing *row(int i)
{
    race.mode = (enum scene_mode)(i % SCENE_MODE_N);
    return &race_timings[i / SCENE_MODE_N];
}

/* The modes take turns, where their difference has been swept elsewhere. */
static const struct race_timing *row_in_turn(int i)
{
    race.mode = (enum scene_mode)(i % SCENE_MODE_N);
    return &race_timings[i % RACE_TIMING_N];
}

/* ---- what a stopped channel says ---- */

static bool reports(void)
{
    return !race.chanctrl || race.chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN;
}

/* The word of a channel that was stopped behind cell `last` in `state`. Behind the last
 * cell the command may have found it IDLE, and then wrote nothing. */
static void expect_stop_word(struct tb *tb, int last, unsigned state)
{
    const uint64_t end = cells_end(&race.chain), word = *tb_word(tb, 0);
    const uint64_t address = last < 0 ? 0 : cells_at(&race.chain, (unsigned)last);

    words_expect_order(tb, &race.words, &race.chain);
    if (last == MIXED_N - 1 && word == TB_WORD(end, IDLE))
        return;
    if (reports()) {
        tb_assert_word(tb, 0, address | state);
        return;
    }
    tb_assert(tb, last < MIXED_N - 1, "the last descriptor's word is missing");
    for (unsigned i = 0; i < race.words.n; i++)
        tb_assert_eq(tb, IOAT_FIELD_GET(race.words.value[i], CHANSTS, STATE),
                     IOAT_CHANSTS_STATE_ACTIVE);
}

/* Cells 0 .. last are complete: their interrupts came, none of the others did. Leaves the
 * interrupt armed. Returns the messages so far. */
static unsigned expect_stop_interrupts(struct tb *tb, int last)
{
    const unsigned due = race_interrupts_due(last);

    tb_wait_quiet(tb, TB_LONG);
    if (due) {
        tb_wait_messages(tb, 0, 1, TB_LONG);
        scene_rearm(tb, 0, race.chanctrl ? race.chanctrl : TB_CHANCTRL_ALL);
    }
    tb_step(tb, 20);
    tb_assert(tb, tb_messages(tb, 0) <= due, "%u messages, %u descriptors that asked for one "
              "are complete", tb_messages(tb, 0), due);
    return tb_messages(tb, 0);
}

/* ---- SUSPEND ---- */

static void check_suspend(struct tb *tb, struct race *self)
{
    const struct cells *chain = &self->chain;
    unsigned messages;
    int last;

    scene_wait_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_assert_state(tb, 0, SUSPENDED);
    last = cells_index(tb, chain, tb_completed(tb, 0));
    cells_expect_stopped(tb, chain, last, false);
    tb_assert_eq(tb, race_written(tb, self), cells_bytes(chain, 0, (unsigned)(last + 1)));
    expect_stop_word(tb, last, IOAT_CHANSTS_STATE_SUSPENDED);
    scene_expect_no_dma(tb, 0, 50);
    messages = expect_stop_interrupts(tb, last);

    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    race_expect_complete(tb, self);
    if (last < MIXED_N - 1) {
        tb_assert_word(tb, 0, TB_WORD(cells_end(chain), IDLE));
        tb_wait_messages(tb, 0, messages + 1, TB_LONG);
    } else {
        tb_step(tb, 50);
        tb_assert_eq(tb, tb_messages(tb, 0), messages);
    }
}

/* H-S15, K-15, K-16, R-SUS-1, R-SUS-2, R-SUS-3, R-SUS-4, R-SUS-5, R-RES-1, R-RES-2, R-RES-3 */
START_TEST(h_s12_suspend_at_every_clock_stops_at_a_boundary_and_resume_goes_on)
{
    const struct race_timing *timing = row(_i);

    race.command = IOAT_CHANCMD_SUSPEND;
    race.action = race_action_commands;
    race.check = check_suspend;
    race_run(&race, timing);
}
END_TEST

START_TEST(k_15_suspend_at_every_clock_without_err_completion_en)
{
    const struct race_timing *timing = row(_i);

    race.chanctrl = SCENE_CHANCTRL_SILENT;
    race.command = IOAT_CHANCMD_SUSPEND;
    race.action = race_action_commands;
    race.check = check_suspend;
    race_run(&race, timing);
}
END_TEST

/* The RESUME may come while the SUSPEND is pending, and is ignored then, or after it. */
static void check_suspend_resume(struct tb *tb, struct race *self)
{
    unsigned state;

    scene_wait_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    state = tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    if (state == IOAT_CHANSTS_STATE_SUSPENDED) {
        cells_expect_stopped(tb, &self->chain,
                             cells_index(tb, &self->chain, tb_completed(tb, 0)), false);
        scene_expect_no_dma(tb, 0, 50);
        tb_command(tb, 0, IOAT_CHANCMD_RESUME);
        tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    }
    race_expect_complete(tb, self);
    tb_assert_eq(tb, *tb_word(tb, 0) & IOAT_CHANSTS_COMPLETED, cells_end(&self->chain));
    race_expect_interrupts(tb, self);
}

START_TEST(k_16_suspend_and_resume_close_together_lose_nothing)
{
    static const unsigned gaps[] = { 0, 2, 8 };
    const struct race_timing *timing = row_in_turn(_i / 3);

    race.command = IOAT_CHANCMD_SUSPEND;
    race.second = IOAT_CHANCMD_RESUME;
    race.gap = gaps[_i % 3];
    race.action = race_action_commands;
    race.check = check_suspend_resume;
    race_run(&race, timing);
}
END_TEST

/* ---- ABORT ---- */

static void check_abort(struct tb *tb, struct race *self)
{
    const struct cells *chain = &self->chain;
    int last;

    scene_wait_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_expect_answered(tb, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, 0);
    last = cells_index(tb, chain, tb_completed(tb, 0));
    cells_expect_stopped(tb, chain, last, true);
    expect_stop_word(tb, last, IOAT_CHANSTS_STATE_HALTED);
    scene_expect_no_dma(tb, 0, 60);
    expect_stop_interrupts(tb, last);
    tb_assert(tb, race_written(tb, self) <= cells_bytes(chain, 0, chain->n),
              "more was written than the chain holds");
    race_expect_fresh_runs(tb, self);
}

/* K-18, R-ABT-1, R-ABT-2, R-ABT-3, R-ABT-4, R-STA-7 */
START_TEST(h_s21_abort_at_every_clock_stops_and_leaves_a_working_channel)
{
    const struct race_timing *timing = row(_i);

    race.command = IOAT_CHANCMD_ABORT;
    race.action = race_action_commands;
    race.check = check_abort;
    race_run(&race, timing);
}
END_TEST

START_TEST(k_18_abort_at_every_clock_without_err_completion_en)
{
    const struct race_timing *timing = row(_i);

    race.chanctrl = SCENE_CHANCTRL_SILENT;
    race.command = IOAT_CHANCMD_ABORT;
    race.action = race_action_commands;
    race.check = check_abort;
    race_run(&race, timing);
}
END_TEST

/* ---- RESET ---- */

/* RESET clears the completed address; its word, or the last one, still names it. */
static int last_reported(struct tb *tb)
{
    const uint64_t word = *tb_word(tb, 0);

    return word == TB_NO_WORD ? -1
                              : cells_index(tb, &race.chain, word & IOAT_CHANSTS_COMPLETED);
}

static void check_reset(struct tb *tb, struct race *self)
{
    const uint16_t chanctrl = self->chanctrl ? self->chanctrl : TB_CHANCTRL_ALL;
    const struct cells *chain = &self->chain;
    int last;

    scene_wait_command(tb, 0, IOAT_CHANCMD_RESET);
    scene_expect_answered(tb, 0);
    tb_assert(tb, !ioat_sim_bus_busy(tb->sim), "the bus is in use when RESET reads as done");
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    last = last_reported(tb);
    cells_expect_stopped(tb, chain, last, true);
    expect_stop_word(tb, last, IOAT_CHANSTS_STATE_HALTED);
    if (reports())
        tb_assert(tb, tb_messages(tb, 0) <= race_interrupts_due(last),
                  "%u messages, cells up to %d were complete", tb_messages(tb, 0), last);
    scene_expect_silence(tb, 0, 60);
    tb_setup(tb, 0, chanctrl);
    race_expect_fresh_runs(tb, self);
}

/* K-19, H-I11, R-RST-1, R-RST-2, R-RST-3, R-RST-4, R-RST-5, R-STA-7 */
START_TEST(h_s16_reset_at_every_clock_stops_and_leaves_a_working_channel)
{
    const struct race_timing *timing = row(_i);

    race.command = IOAT_CHANCMD_RESET;
    race.action = race_action_commands;
    race.check = check_reset;
    race_run(&race, timing);
}
END_TEST

START_TEST(k_19_reset_at_every_clock_without_err_completion_en)
{
    const struct race_timing *timing = row(_i);

    race.chanctrl = SCENE_CHANCTRL_SILENT;
    race.command = IOAT_CHANCMD_RESET;
    race.action = race_action_commands;
    race.check = check_reset;
    race_run(&race, timing);
}
END_TEST

static void post_recovery(struct tb *tb, struct race *self)
{
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    TB_POST(tb, 0, CHAINADDR, cells_at(&self->fresh, 0));
    TB_POST(tb, 0, CHANCTRL, TB_CHANCTRL_ALL);
    TB_POST(tb, 0, CHANCMP, tb_word_bus(tb, 0));
}

static void check_recovery(struct tb *tb, struct race *self)
{
    const uint64_t begin = tb_now(tb);
    const uint64_t kept = TB_CHANCTRL_ALL & ~IOAT_CHANCTRL_INT_DISABLE;
    unsigned messages;

    while (TB_RD(tb, 0, CHANSTS) != IOAT_CHANSTS_STATE_ARMED)
        tb_assert(tb, tb_now(tb) - begin < TB_LONG, "CHANSTS does not become exactly ARMED");
    tb_assert_reg(tb, 0, CHANCMD, 0);
    scene_expect_answered(tb, 0);
    tb_assert_reg(tb, 0, CHAINADDR, cells_at(&self->fresh, 0));
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 0));
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & TB_CHANCTRL_ALL, kept);
    cells_expect_stopped(tb, &self->chain, -1, true);
    cells_ruin(tb, &self->chain);
    scene_expect_silence(tb, 0, 60);
    messages = tb_messages(tb, 0);
    TB_WR(tb, 0, DMACOUNT, self->fresh.n);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&self->fresh), IDLE));
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->fresh), IDLE));
    cells_expect(tb, &self->fresh, 0, self->fresh.n, CELL_DONE);
    tb_wait_messages(tb, 0, messages + 1, TB_LONG);
    tb_assert_eq(tb, scene_rearm(tb, 0, TB_CHANCTRL_ALL), 0);
}

/* K-06, K-11 */
START_TEST(h_s17_reset_with_registers_behind_it_at_every_clock_ends_in_armed)
{
    const struct race_timing *timing = row_in_turn(_i);

    race.action = post_recovery;
    race.check = check_recovery;
    race_run(&race, timing);
}
END_TEST

/* ---- two commands ---- */

static const uint8_t pairs[][2] = {
    { IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_ABORT }, { IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_RESET },
    { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_SUSPEND }, { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET },
    { IOAT_CHANCMD_RESET, IOAT_CHANCMD_SUSPEND }, { IOAT_CHANCMD_RESET, IOAT_CHANCMD_ABORT },
};
enum { PAIR_N = sizeof pairs / sizeof pairs[0] };

static void check_halted(struct tb *tb, struct race *self)
{
    scene_wait_command(tb, 0, UINT8_MAX);
    scene_expect_answered(tb, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, 0);
    words_expect_order(tb, &self->words, &self->chain);
    cells_expect_stopped(tb, &self->chain, -1, true);
    scene_expect_no_dma(tb, 0, 60);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    race_expect_fresh_runs(tb, self);
}

START_TEST(k_05_two_commands_at_every_clock_end_in_halted)
{
    const uint8_t *pair = pairs[_i % PAIR_N];
    /* The two that differ most: ideal memory, and the one without any order. */
    const struct race_timing *timing = row_in_turn(_i / PAIR_N * (RACE_TIMING_N - 1));

    race.command = pair[0];
    race.second = pair[1];
    race.action = race_action_commands;
    race.check = check_halted;
    race_run(&race, timing);
}
END_TEST

/* HALTED when it found the channel running, IDLE as before when it did not. CHANERR is
 * read all the while: it may show ahead of HALTED (K-43), but never another bit. */
static void check_bad_command(struct tb *tb, struct race *self)
{
    const uint64_t begin = tb_now(tb);
    uint64_t chanerr;
    int last;

    do {
        chanerr = TB_RD(tb, 0, CHANERR);
        tb_assert(tb, tb_now(tb) - begin < TB_LONG, "CHANERR does not tell");
    } while (chanerr == 0);
    tb_assert_eq(tb, chanerr, IOAT_CHANERR_CHANCMD);
    scene_settle(tb, 0);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    last = cells_index(tb, &self->chain, tb_completed(tb, 0));
    cells_expect_stopped(tb, &self->chain, last, true);
    if (tb_state(tb, 0) == IOAT_CHANSTS_STATE_IDLE) {
        tb_assert_word(tb, 0, TB_WORD(cells_end(&self->chain), IDLE));
    } else {
        tb_assert_state(tb, 0, HALTED);
        expect_stop_word(tb, last, IOAT_CHANSTS_STATE_HALTED);
    }
    scene_expect_no_dma(tb, 0, 60);
    TB_WR(tb, 0, CHANERR, IOAT_CHANERR_CHANCMD);
    tb_reset(tb, 0, TB_LONG);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    race_expect_fresh_runs(tb, self);
}

/* K-43 */
START_TEST(h_e05_two_command_bits_at_every_clock_halt_a_running_channel)
{
    const struct race_timing *timing = row_in_turn(_i);

    race.command = IOAT_CHANCMD_START | IOAT_CHANCMD_RESET;
    race.action = race_action_commands;
    race.check = check_bad_command;
    race_run(&race, timing);
}
END_TEST

/* ---- channels beside it ---- */

enum { NEIGHBOUR_MAX = 3, NEIGHBOUR_CELLS = 16 };

static struct cells neighbour[NEIGHBOUR_MAX];
static uint64_t neighbour_written[NEIGHBOUR_MAX];
static void (*check_of_channel_0)(struct tb *tb, struct race *self);

static unsigned neighbours(const struct tb *tb)
{
    return tb->channels - 1 < NEIGHBOUR_MAX ? tb->channels - 1 : NEIGHBOUR_MAX;
}

static void build_neighbours(struct tb *tb, struct race *self)
{
    (void)self;
    for (unsigned i = 0; i < neighbours(tb); i++) {
        tb_setup(tb, i + 1, TB_CHANCTRL_ALL);
        cells_make(tb, &neighbour[i], NEIGHBOUR_CELLS, 0,
                   IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
        neighbour_written[i] = scene_written(tb, i + 1);
    }
}

static void start_neighbours(struct tb *tb, struct race *self)
{
    (void)self;
    for (unsigned i = 0; i < neighbours(tb); i++) {
        TB_POST(tb, i + 1, CHAINADDR, cells_at(&neighbour[i], 0));
        TB_POST(tb, i + 1, DMACOUNT, neighbour[i].n);
    }
}

static void expect_neighbours_complete(struct tb *tb)
{
    for (unsigned i = 0; i < neighbours(tb); i++) {
        const unsigned ch = i + 1;

        tb_wait_state(tb, ch, ~TB_IN(ACTIVE), TB_LONG);
        tb_assert_reg(tb, ch, CHANSTS, TB_WORD(cells_end(&neighbour[i]), IDLE));
        tb_assert_word(tb, ch, TB_WORD(cells_end(&neighbour[i]), IDLE));
        tb_assert_chanerr(tb, ch, 0);
        cells_expect(tb, &neighbour[i], 0, neighbour[i].n, CELL_DONE);
        tb_assert_eq(tb, scene_written(tb, ch) - neighbour_written[i],
                     cells_bytes(&neighbour[i], 0, neighbour[i].n));
        tb_wait_messages(tb, ch, 1, TB_LONG);
        tb_assert_eq(tb, scene_rearm(tb, ch, TB_CHANCTRL_ALL), 0);
        tb_assert_eq(tb, tb_messages(tb, ch), 1);
    }
}

/* Channel 0 apart, the bus is in use while it is checked: no wait for a quiet bus. */
static void check_stop_beside_neighbours(struct tb *tb, struct race *self)
{
    scene_wait_command(tb, 0, self->command);
    scene_expect_answered(tb, 0);
    scene_expect_no_dma(tb, 0, 60);
    expect_neighbours_complete(tb);
    check_of_channel_0(tb, self);
}

START_TEST(h_r17_command_at_every_clock_leaves_the_other_channels_alone)
{
    static const struct {
        uint8_t command;
        void (*check)(struct tb *tb, struct race *self);
    } stops[] = {
        { IOAT_CHANCMD_SUSPEND, check_suspend },
        { IOAT_CHANCMD_ABORT, check_abort },
        { IOAT_CHANCMD_RESET, check_reset },
    };
    /* Several channels make every run longer: fewer of them. */
    struct race_timing timing = *row_in_turn(_i / 3);

    if (ioat_sim_build()->channels < 2)
        return;          /* nothing to leave alone in this build */
    timing.stride = timing.stride * 3 + 1;
    race.command = stops[_i % 3].command;
    race.build = build_neighbours;
    race.start = start_neighbours;
    race.action = race_action_commands;
    race.check = check_stop_beside_neighbours;
    check_of_channel_0 = stops[_i % 3].check;
    race_run(&race, &timing);
}
END_TEST

static TCase *new_case(Suite *suite, const char *name)
{
    TCase *tc = tb_case(suite, name, 120);

    tcase_add_checked_fixture(tc, clear_race, NULL);
    return tc;
}

Suite *sweep_suite(void);

Suite *sweep_suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tc = new_case(suite, "sweep-suspend");

    tcase_add_loop_test(tc, h_s12_suspend_at_every_clock_stops_at_a_boundary_and_resume_goes_on,
                        0, ROW_N);
    tcase_add_loop_test(tc, k_15_suspend_at_every_clock_without_err_completion_en, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, k_16_suspend_and_resume_close_together_lose_nothing, 0,
                        3 * RACE_TIMING_N);

    tc = new_case(suite, "sweep-abort");
    tcase_add_loop_test(tc, h_s21_abort_at_every_clock_stops_and_leaves_a_working_channel, 0,
                        ROW_N);
    tcase_add_loop_test(tc, k_18_abort_at_every_clock_without_err_completion_en, 0, SCENE_MODE_N);

    tc = new_case(suite, "sweep-reset");
    tcase_add_loop_test(tc, h_s16_reset_at_every_clock_stops_and_leaves_a_working_channel, 0,
                        ROW_N);
    tcase_add_loop_test(tc, k_19_reset_at_every_clock_without_err_completion_en, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, h_s17_reset_with_registers_behind_it_at_every_clock_ends_in_armed, 0,
                        RACE_TIMING_N);

    tc = new_case(suite, "sweep-two-commands");
    tcase_add_loop_test(tc, k_05_two_commands_at_every_clock_end_in_halted, 0, PAIR_N * 2);
    tcase_add_loop_test(tc, h_e05_two_command_bits_at_every_clock_halt_a_running_channel, 0,
                        RACE_TIMING_N);

    tc = new_case(suite, "sweep-channels");
    tcase_add_loop_test(tc, h_r17_command_at_every_clock_leaves_the_other_channels_alone, 0,
                        3 * RACE_TIMING_N);
    return suite;
}
