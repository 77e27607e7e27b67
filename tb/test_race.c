/* test_race.c - new work at every clock of old work: APPEND, doorbells, START, CHAINADDR.
 *
 * Whatever the clock, nothing is lost, nothing runs twice, and what was dropped stays
 * dropped.
 */
#include "race.h"

#include <string.h>

static struct race race;

static void clear_race(void)
{
    memset(&race, 0, sizeof race);
}

/* ---- APPEND (H-N03, R-APP-3 to R-APP-5, K-14) ---- */

static struct cells third;

/* The last descriptor is what races: word, interrupt and the second read of its NEXT. */
static void build_short_list(struct tb *tb, struct race *self)
{
    const uint32_t report = (uint32_t)(IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);

    cells_clear(&self->chain);
    cells_copy(tb, &self->chain, 1, 5, 9, 0);
    cells_copy(tb, &self->chain, 200, IOAT_PAGE_BYTES - 50, 33, 0);
    cells_copy(tb, &self->chain, 17, 3, 60, report);
    cells_link(tb, &self->chain, 0, self->chain.n);
    cells_make(tb, &third, 2, 0, report);
}

static void build_one_descriptor(struct tb *tb, struct race *self)
{
    cells_clear(&self->chain);
    cells_copy(tb, &self->chain, 40, 8, 16, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
}

static void append_fresh(struct tb *tb, struct race *self)
{
    tb_link(tb, cells_end(&self->chain), cells_at(&self->fresh, 0));
    race_post_gap(tb, self);
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_APPEND);
}

static void expect_appended(struct tb *tb, struct race *self, const struct cells *last,
                            uint64_t bytes, unsigned interrupts)
{
    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(last), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, &self->chain, 0, self->chain.n, CELL_DONE);
    cells_expect(tb, &self->fresh, 0, self->fresh.n, CELL_DONE);
    tb_assert_eq(tb, race_written(tb, self), bytes);
    tb_assert_word(tb, 0, TB_WORD(cells_end(last), IDLE));
    tb_assert(tb, words_naming(&self->words, cells_end(&self->chain)) <= 1 &&
                  words_naming(&self->words, cells_end(&self->fresh)) <= 1,
              "a word was written twice");
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    tb_assert(tb, tb_messages(tb, 0) <= interrupts, "%u messages for %u interrupts",
              tb_messages(tb, 0), interrupts);
    scene_expect_no_dma(tb, 0, 30);
}

static void check_append(struct tb *tb, struct race *self)
{
    expect_appended(tb, self, &self->fresh,
                    cells_bytes(&self->chain, 0, self->chain.n) +
                    cells_bytes(&self->fresh, 0, self->fresh.n), 2);
}

enum { APPEND_ROW_N = 3 };

/* R-APP-3, R-APP-4, R-APP-5, K-14 */
START_TEST(h_n03_append_at_every_clock_runs_the_new_list_once)
{
    static const struct {
        void (*build)(struct tb *tb, struct race *self);
        unsigned gap;       /* writes between the patch of NEXT and the APPEND */
    } rows[APPEND_ROW_N] = {
        { build_short_list, 0 }, { build_short_list, 6 }, { build_one_descriptor, 0 },
    };

    race.mode = SCENE_LIST;
    race.build = rows[_i / RACE_TIMING_N].build;
    race.gap = rows[_i / RACE_TIMING_N].gap;
    race.action = append_fresh;
    race.check = check_append;
    race_run(&race, &race_timings[_i % RACE_TIMING_N]);
}
END_TEST

/* A second APPEND soon after the first, while that may still be waiting or reading. */
static void check_second_append(struct tb *tb, struct race *self)
{
    tb_step(tb, tb_rand_below(tb, 40));
    tb_link(tb, cells_end(&self->fresh), cells_at(&third, 0));
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_APPEND);
    expect_appended(tb, self, &third,
                    cells_bytes(&self->chain, 0, self->chain.n) +
                    cells_bytes(&self->fresh, 0, self->fresh.n) +
                    cells_bytes(&third, 0, third.n), 3);
    cells_expect(tb, &third, 0, third.n, CELL_DONE);
}

START_TEST(r_app_5_two_appends_close_together_lose_nothing)
{
    race.mode = SCENE_LIST;
    race.build = build_short_list;
    race.action = append_fresh;
    race.check = check_second_append;
    race_run(&race, &race_timings[_i]);
}
END_TEST

/* NEXT stays 0: IDLE on the same descriptor, and nothing is repeated. */
static void check_empty_append(struct tb *tb, struct race *self)
{
    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    race_expect_complete(tb, self);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->chain), IDLE));
    tb_assert_eq(tb, words_naming(&self->words, cells_end(&self->chain)), 1);
    race_expect_interrupts(tb, self);
}

/* R-APP-4, K-14 */
START_TEST(h_n04_append_with_next_0_at_every_clock_changes_nothing)
{
    race.mode = SCENE_LIST;
    race.command = IOAT_CHANCMD_APPEND;
    race.action = race_action_commands;
    race.check = check_empty_append;
    race_run(&race, &race_timings[_i]);
}
END_TEST

/* ---- doorbells (H-S09, H-S10) ---- */

enum { FIRST_COUNT = 3 };      /* cell 2 of the mixed chain has a word */

static struct ioat_desc built[MIXED_N];

/* Until the doorbell the slots behind the count hold what would halt the engine. */
static void hide_uncounted(struct tb *tb, struct race *self)
{
    for (unsigned i = FIRST_COUNT; i < MIXED_N; i++) {
        struct ioat_desc *desc = tb_desc(tb, cells_at(&self->chain, i));

        built[i] = *desc;
        memset(desc, 0xa5, sizeof *desc);
    }
}

static void count_the_rest(struct tb *tb, struct race *self)
{
    for (unsigned i = FIRST_COUNT; i < MIXED_N; i++)
        *tb_desc(tb, cells_at(&self->chain, i)) = built[i];
    TB_POST(tb, 0, DMACOUNT, MIXED_N);
}

static void check_extended(struct tb *tb, struct race *self)
{
    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    race_expect_complete(tb, self);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->chain), IDLE));
    race_expect_interrupts(tb, self);
}

/* H-S09, H-N09, R-CH2-3 */
START_TEST(h_s10_doorbell_at_every_clock_extends_with_what_was_just_built)
{
    race.mode = SCENE_COUNT;
    race.counted = FIRST_COUNT;
    race.build = hide_uncounted;
    race.action = count_the_rest;
    race.check = check_extended;
    race_run(&race, &race_timings[_i]);
}
END_TEST

/* ---- commands that must change nothing ---- */

/* K-12, K-14, K-16 */
START_TEST(h_n10_foreign_command_at_every_clock_changes_nothing)
{
    static const struct {
        enum scene_mode mode;
        uint8_t command;
    } rows[] = {
        { SCENE_COUNT, IOAT_CHANCMD_START }, { SCENE_COUNT, IOAT_CHANCMD_APPEND },
        { SCENE_COUNT, IOAT_CHANCMD_RESUME }, { SCENE_LIST, IOAT_CHANCMD_RESUME },
    };

    race.mode = rows[_i].mode;
    race.command = rows[_i].command;
    race.action = race_action_commands;
    race.check = check_empty_append;
    race_run(&race, &race_timings[0]);
}
END_TEST

static void post_count(struct tb *tb, struct race *self)
{
    TB_POST(tb, 0, DMACOUNT, self->chain.n + 1);
}

START_TEST(h_n10_doorbell_at_every_clock_of_a_list_changes_nothing)
{
    race.mode = SCENE_LIST;
    race.action = post_count;
    race.check = check_empty_append;
    race_run(&race, &race_timings[_i]);
}
END_TEST

/* ---- a new chain (H-N05, K-11, K-12, R-START-4, R-START-7) ---- */

static void post_new_chain(struct tb *tb, struct race *self)
{
    TB_POST(tb, 0, CHAINADDR, cells_at(&self->fresh, 0));
    race_post_gap(tb, self);
    if (self->new_mode == SCENE_LIST)
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
    else
        TB_POST(tb, 0, DMACOUNT, self->fresh.n);
}

/* Words of the old chain in order, then words of the new one only. */
static void expect_words_switch_once(struct tb *tb, const struct race *self)
{
    bool switched = false;
    int before = -1;

    for (unsigned i = 0; i < self->words.n; i++) {
        const uint64_t desc = self->words.value[i] & IOAT_CHANSTS_COMPLETED;
        int index = -1;

        if (desc == cells_end(&self->fresh)) {
            switched = true;
            continue;
        }
        index = cells_index(tb, &self->chain, desc);
        tb_assert(tb, !switched && index > before, "word %u names cell %d of the old chain", i,
                  index);
        before = index;
    }
}

/* The old chain was left at a boundary, and everything that ran did so once. Returns the
 * number of its cells that ran; a null at the boundary does not show. */
static unsigned expect_left_at_boundary(struct tb *tb, const struct race *self)
{
    const unsigned ran = cells_ran(tb, &self->chain);

    tb_assert_eq(tb, race_written(tb, self), cells_bytes(&self->chain, 0, ran) +
                                             cells_bytes(&self->fresh, 0, self->fresh.n));
    cells_expect(tb, &self->fresh, 0, self->fresh.n, CELL_DONE);
    return ran;
}

static void check_new_chain(struct tb *tb, struct race *self)
{
    unsigned due;

    /* The first state that is not ACTIVE is the new chain's end: no ARMED in between. */
    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&self->fresh), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    due = race_interrupts_due((int)expect_left_at_boundary(tb, self)) + 1;
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->fresh), IDLE));
    expect_words_switch_once(tb, self);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    tb_assert(tb, tb_messages(tb, 0) <= due, "%u messages, at most %u are due",
              tb_messages(tb, 0), due);
    scene_expect_no_dma(tb, 0, 60);
}

/* Every pair of modes in ideal memory, two of them in the others. */
static const struct {
    unsigned timing;
    enum scene_mode old_mode, new_mode;
} new_chain_rows[] = {
    { 0, SCENE_LIST, SCENE_LIST }, { 0, SCENE_COUNT, SCENE_COUNT },
    { 0, SCENE_LIST, SCENE_COUNT }, { 0, SCENE_COUNT, SCENE_LIST },
    { 1, SCENE_LIST, SCENE_LIST }, { 1, SCENE_COUNT, SCENE_COUNT },
    { 2, SCENE_LIST, SCENE_COUNT }, { 2, SCENE_COUNT, SCENE_LIST },
    { 3, SCENE_LIST, SCENE_LIST }, { 3, SCENE_COUNT, SCENE_COUNT },
};
enum { NEW_CHAIN_ROW_N = sizeof new_chain_rows / sizeof new_chain_rows[0], IDEAL_ROW_N = 4 };

static void run_new_chain(int i)
{
    race.mode = new_chain_rows[i].old_mode;
    race.new_mode = new_chain_rows[i].new_mode;
    race.action = post_new_chain;
    race.check = check_new_chain;
    race_run(&race, &race_timings[new_chain_rows[i].timing]);
}

/* K-11, R-START-4, R-START-7 */
START_TEST(h_n05_new_chain_at_every_clock_replaces_the_old_at_a_boundary)
{
    run_new_chain(_i);
}
END_TEST

/* With time between the two writes the old chain may end, and ARMED may be passed. */
START_TEST(k_11_new_chain_in_two_slow_writes_at_every_clock)
{
    race.gap = 10;
    run_new_chain(_i);
}
END_TEST

static void post_chainaddr(struct tb *tb, struct race *self)
{
    TB_POST(tb, 0, CHAINADDR, cells_at(&self->fresh, 0));
}

static void check_armed(struct tb *tb, struct race *self)
{
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_eq(tb, race_written(tb, self),
                 cells_bytes(&self->chain, 0, cells_ran(tb, &self->chain)));
    words_expect_order(tb, &self->words, &self->chain);
    scene_expect_no_dma(tb, 0, 60);
    cells_ruin(tb, &self->chain);
    if (self->mode == SCENE_LIST)
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
    else
        TB_POST(tb, 0, DMACOUNT, self->fresh.n);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&self->fresh), IDLE));
    expect_left_at_boundary(tb, self);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->fresh), IDLE));
}

START_TEST(k_11_chainaddr_at_every_clock_ends_in_armed)
{
    race.mode = (enum scene_mode)(_i % SCENE_MODE_N);
    race.action = post_chainaddr;
    race.check = check_armed;
    race_run(&race, &race_timings[_i / SCENE_MODE_N]);
}
END_TEST

/* START on the chain that runs: it begins again at CHAINADDR behind some boundary. */
static void check_restarted(struct tb *tb, struct race *self)
{
    const struct cells *chain = &self->chain;
    const uint64_t all = cells_bytes(chain, 0, chain->n);
    bool boundary = false;
    uint64_t written;

    tb_wait_state(tb, 0, ~TB_IN(ACTIVE), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(chain), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, chain, 0, chain->n, CELL_DONE);
    written = race_written(tb, self);
    for (unsigned ran = 0; ran <= chain->n; ran++)
        boundary |= written == all + cells_bytes(chain, 0, ran);
    tb_assert(tb, boundary, "%llu bytes were written: not the chain of %llu and a part of it "
              "that ends at a descriptor", (unsigned long long)written, (unsigned long long)all);
    tb_assert_word(tb, 0, TB_WORD(cells_end(chain), IDLE));
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_expect_no_dma(tb, 0, 60);
}

/* R-START-4 */
START_TEST(k_12_start_at_every_clock_begins_again_at_chainaddr)
{
    race.mode = SCENE_LIST;
    race.command = IOAT_CHANCMD_START;
    race.action = race_action_commands;
    race.check = check_restarted;
    race_run(&race, &race_timings[_i]);
}
END_TEST

static TCase *new_case(Suite *suite, const char *name)
{
    TCase *tc = tb_case(suite, name, 120);

    tcase_add_checked_fixture(tc, clear_race, NULL);
    return tc;
}

Suite *race_suite(void);

Suite *race_suite(void)
{
    Suite *suite = suite_create("race");
    TCase *tc = new_case(suite, "race-append");

    tcase_add_loop_test(tc, h_n03_append_at_every_clock_runs_the_new_list_once, 0,
                        APPEND_ROW_N * RACE_TIMING_N);
    tcase_add_loop_test(tc, r_app_5_two_appends_close_together_lose_nothing, 0, RACE_TIMING_N);
    tcase_add_loop_test(tc, h_n04_append_with_next_0_at_every_clock_changes_nothing, 0,
                        RACE_TIMING_N);

    tc = new_case(suite, "race-count");
    tcase_add_loop_test(tc, h_s10_doorbell_at_every_clock_extends_with_what_was_just_built, 0,
                        RACE_TIMING_N);

    tc = new_case(suite, "race-ignored");
    tcase_add_loop_test(tc, h_n10_foreign_command_at_every_clock_changes_nothing, 0, 4);
    tcase_add_loop_test(tc, h_n10_doorbell_at_every_clock_of_a_list_changes_nothing, 0, 2);

    tc = new_case(suite, "race-new-chain");
    tcase_add_loop_test(tc, h_n05_new_chain_at_every_clock_replaces_the_old_at_a_boundary, 0,
                        NEW_CHAIN_ROW_N);
    tcase_add_loop_test(tc, k_11_new_chain_in_two_slow_writes_at_every_clock, 0,
                        IDEAL_ROW_N);
    tcase_add_loop_test(tc, k_11_chainaddr_at_every_clock_ends_in_armed, 0,
                        SCENE_MODE_N * RACE_TIMING_N);
    tcase_add_loop_test(tc, k_12_start_at_every_clock_begins_again_at_chainaddr, 0,
                        RACE_TIMING_N);
    return suite;
}
