/* test_list.c - list mode: START, APPEND, START while active, lists edited in suspension.
 *
 * I/OAT sheet, sections 4.4 and 6.8; NetDMA sheet, sections 4.5 to 4.7 and 4.14.
 * APPEND at every clock (H-N03, R-APP-5) is in test_race.c.
 */
#include "scene.h"

static struct cells cells, other, third;
static struct words words;

static struct tb *open_timing(int i)
{
    struct tb *tb = tb_open(&tb_timings[i].timing);

    tb_note(tb, "%s", tb_timings[i].name);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    words_watch(tb, &words, 0);
    return tb;
}

static void append(struct tb *tb, const struct cells *to, const struct cells *more)
{
    tb_link(tb, cells_end(to), cells_at(more, 0));
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
}

static void expect_idle_at(struct tb *tb, uint64_t desc)
{
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(desc, IDLE));
    tb_assert_chanerr(tb, 0, 0);
}

/* ---- START ---- */

/* R-START-1, R-CH1-1 */
START_TEST(h_n01_start_runs_to_next_0_then_idle)
{
    static const unsigned lengths[] = { 1, 2, 100 };
    const unsigned n = lengths[_i % 3];
    struct tb *tb = open_timing(_i / 3);

    tb_note(tb, "%u descriptors, %s", n, tb_timings[_i / 3].name);
    cells_make(tb, &cells, n, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&cells), IDLE));
    tb_assert_eq(tb, words.n, 1);
    scene_expect_silence(tb, 0, 300);
    tb_close(tb);
}
END_TEST

START_TEST(r_start_3_list_begins_at_chainaddr)
{
    struct tb *tb = open_timing(0);
    size_t at;

    cells_make(tb, &cells, 4, 0, 0);
    tb_log(tb, true);
    tb_start_list(tb, 0, cells_at(&cells, 1));
    expect_idle_at(tb, cells_end(&cells));
    at = tb_find(tb, 0, IOAT_SIM_AR, TB_READ_DESC, 0);
    tb_assert(tb, at < tb->log_n, "no descriptor was read");
    tb_assert_eq(tb, tb->log[at].addr, cells_at(&cells, 1));
    cells_expect(tb, &cells, 0, 1, CELL_UNTOUCHED);
    cells_expect(tb, &cells, 1, 4, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* R-START-4, R-START-5, K-12: the first descriptor has started; the last one, which is dropped,
 * asks for a word and an interrupt too. */
START_TEST(h_n05_start_in_active_finishes_the_current_and_drops_the_rest)
{
    const uint32_t report = (uint32_t)(IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, SCENE_LONG, 0, report);
    tb_desc(tb, cells_at(&cells, 0))->control |= report;
    cells_make(tb, &other, 3, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_start_held(tb, 0, &cells, SCENE_LONG, SCENE_LIST);
    tb_start_list(tb, 0, cells_at(&other, 0));
    tb_assert_state(tb, 0, ACTIVE);
    scene_release(tb);
    expect_idle_at(tb, cells_end(&other));
    cells_expect(tb, &other, 0, other.n, CELL_DONE);
    tb_assert(tb, cells_ran(tb, &cells) < SCENE_LONG, "the old list ran to its end");
    tb_assert_eq(tb, words_equal(&words, TB_WORD(cells_at(&cells, 0), ACTIVE)), 1);
    tb_assert_eq(tb, words_naming(&words, cells_end(&cells)), 0);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&other), IDLE));
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_assert_eq(tb, scene_rearm(tb, 0, TB_CHANCTRL_ALL), 0);
    tb_close(tb);
}
END_TEST

/* ---- APPEND ---- */

/* R-APP-1, R-APP-2, R-APP-3 */
START_TEST(h_n02_append_in_idle_goes_on_at_the_new_next)
{
    struct tb *tb = open_timing(_i);
    uint64_t written;

    cells_make(tb, &cells, 2, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    for (int round = 0; round < 5; round++) {
        cells_make(tb, &other, 1 + (unsigned)round, 0, IOAT_CONTROL_COMPL_WRITE);
        written = scene_written(tb, 0);
        append(tb, &cells, &other);
        expect_idle_at(tb, cells_end(&other));
        cells_expect(tb, &other, 0, other.n, CELL_DONE);
        tb_assert_eq(tb, scene_written(tb, 0) - written, cells_bytes(&other, 0, other.n));
        tb_assert_word(tb, 0, TB_WORD(cells_end(&other), IDLE));
        cells = other;
    }
    tb_close(tb);
}
END_TEST

/* K-14 */
START_TEST(h_n04_append_with_next_0_is_idle_again_without_a_word)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 2, 0, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    tb_watch_clear(tb);
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    expect_idle_at(tb, cells_end(&cells));
    tb_step(tb, 300);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_close(tb);
}
END_TEST

START_TEST(r_app_4_reading_again_repeats_no_copy_word_or_interrupt)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 1, 0, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    cells_make(tb, &other, 1, 0, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    append(tb, &cells, &other);
    expect_idle_at(tb, cells_end(&other));
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, 1) + cells_bytes(&other, 0, 1));
    tb_assert_eq(tb, words.n, 1);
    tb_assert_eq(tb, scene_rearm(tb, 0, TB_CHANCTRL_ALL), 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* R-APP-3: the descriptor's NEXT was read as 0 long before it is patched. */
START_TEST(k_14_append_in_active_is_remembered_until_the_end)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 1, 0, IOAT_CONTROL_COMPL_WRITE);
    cells_make(tb, &other, 2, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_start_held(tb, 0, &cells, 1, SCENE_LIST);
    tb_step(tb, 300);
    append(tb, &cells, &other);
    tb_step(tb, 300);
    scene_release(tb);
    expect_idle_at(tb, cells_end(&other));
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, 1) + cells_bytes(&other, 0, 2));
    cells_expect(tb, &other, 0, other.n, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* R-APP-1 */
START_TEST(k_14_several_appends_merge_into_one_read)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 1, 0, 0);
    cells_make(tb, &other, 2, 0, 0);
    cells_make(tb, &third, 2, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_start_held(tb, 0, &cells, 1, SCENE_LIST);
    tb_step(tb, 300);
    append(tb, &cells, &other);
    append(tb, &other, &third);
    scene_release(tb);
    expect_idle_at(tb, cells_end(&third));
    cells_expect(tb, &other, 0, other.n, CELL_DONE);
    cells_expect(tb, &third, 0, third.n, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, 1) + cells_bytes(&other, 0, 2) +
                                           cells_bytes(&third, 0, 2));
    tb_assert_eq(tb, words.n, 1);
    tb_close(tb);
}
END_TEST

START_TEST(k_14_answered_append_is_forgotten)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 1, 0, 0);
    cells_make(tb, &other, 1, 0, 0);
    scene_start_held(tb, 0, &cells, 1, SCENE_LIST);
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    scene_release(tb);
    expect_idle_at(tb, cells_end(&cells));
    tb_link(tb, cells_end(&cells), cells_at(&other, 0));
    scene_expect_silence(tb, 0, 1000);
    cells_expect(tb, &other, 0, 1, CELL_UNTOUCHED);
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    expect_idle_at(tb, cells_end(&other));
    cells_expect(tb, &other, 0, 1, CELL_DONE);
    tb_close(tb);
}
END_TEST

START_TEST(k_14_state_is_active_while_append_reads_again)
{
    struct tb *tb = open_timing(0);
    struct tb_buf desc = { .bytes = IOAT_DESC_BYTES };

    cells_make(tb, &cells, 1, 0, 0);
    cells_make(tb, &other, 1, 0, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    desc.bus = cells_at(&cells, 0);
    scene_hold_reads(tb, &desc);
    append(tb, &cells, &other);
    tb_step(tb, 200);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), ACTIVE));
    scene_release(tb);
    expect_idle_at(tb, cells_end(&other));
    cells_expect(tb, &other, 0, 1, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* The SUSPEND is pending, or done, when the APPEND comes. */
START_TEST(k_14_append_in_suspension_is_remembered)
{
    const bool pending = _i;
    struct tb *tb = open_timing(0);

    tb_note(tb, "SUSPEND %s", pending ? "pending" : "done");
    cells_make(tb, &cells, 1, 0, 0);
    cells_make(tb, &other, 2, 0, 0);
    scene_start_held(tb, 0, &cells, 1, SCENE_LIST);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    if (pending)
        append(tb, &cells, &other);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), SUSPENDED));
    if (!pending)
        append(tb, &cells, &other);
    scene_expect_silence(tb, 0, 500);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), SUSPENDED));
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    expect_idle_at(tb, cells_end(&other));
    cells_expect(tb, &other, 0, other.n, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* K-14 */
START_TEST(h_n08_append_before_start_does_nothing)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 2, 0, 0);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    scene_expect_silence(tb, 0, 300);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_command(tb, 0, IOAT_CHANCMD_START);
    expect_idle_at(tb, cells_end(&cells));
    tb_close(tb);
}
END_TEST

/* ---- words ---- */

/* K-41: every descriptor asks for a word and fences the next, so that few merge. */
START_TEST(h_n07_words_say_active_between_and_idle_at_the_end)
{
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    const int timing = _i / SCENE_MODE_N;
    struct tb *tb = open_timing(timing);

    tb_note(tb, "%s, %s", scene_mode_name[mode], tb_timings[timing].name);
    cells_make(tb, &cells, 12, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_FENCE, 0);
    scene_expect_runs(tb, 0, &cells, mode);
    words_expect_order(tb, &words, &cells);
    tb_assert(tb, words.n > 1, "all words merged into one: nothing to see");
    for (unsigned i = 0; i + 1 < words.n; i++)
        tb_assert_eq(tb, IOAT_FIELD_GET(words.value[i], CHANSTS, STATE),
                     IOAT_CHANSTS_STATE_ACTIVE);
    tb_assert_eq(tb, words.value[words.n - 1], TB_WORD(cells_end(&cells), IDLE));
    tb_close(tb);
}
END_TEST

/* ---- modes ---- */

START_TEST(h_n10_dmacount_in_list_mode_is_ignored_until_chainaddr)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 2, 0, 0);
    cells_make(tb, &other, 2, 0, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_link(tb, cells_end(&cells), cells_at(&other, 0));
    TB_WR(tb, 0, DMACOUNT, 4);
    scene_expect_silence(tb, 0, 300);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    scene_expect_runs(tb, 0, &other, SCENE_COUNT);
    tb_close(tb);
}
END_TEST

/* K-12, K-14 */
START_TEST(h_n10_start_and_append_in_count_mode_are_ignored_until_chainaddr)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 4, 0, 0);
    scene_start(tb, 0, &cells, 2, SCENE_COUNT);
    expect_idle_at(tb, cells_at(&cells, 1));
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    tb_command(tb, 0, IOAT_CHANCMD_START);
    scene_expect_silence(tb, 0, 300);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, 1), IDLE));
    cells_expect_stopped(tb, &cells, 1, false);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_close(tb);
}
END_TEST

/* The write selects the mode, whatever the value. */
START_TEST(k_12_start_after_dmacount_0_in_armed_is_ignored)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 2, 0, 0);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    TB_WR(tb, 0, DMACOUNT, 0);
    tb_command(tb, 0, IOAT_CHANCMD_START);
    scene_expect_silence(tb, 0, 300);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    TB_WR(tb, 0, DMACOUNT, 2);
    expect_idle_at(tb, cells_end(&cells));
    tb_close(tb);
}
END_TEST

/* ---- lists edited in suspension (R-SUS-5, R-RES-1), both list models ---- */

enum { SPARE = 2 };     /* behind a counted chain: what a deletion makes room for */

static struct cells inserted;

/* Suspends a long chain with work left; returns the last cell that ran. */
static unsigned suspend(struct tb *tb, enum scene_mode mode)
{
    int last;

    tb_note(tb, "%s", scene_mode_name[mode]);
    cells_make(tb, &cells, mode == SCENE_COUNT ? SCENE_LONG + SPARE : SCENE_LONG, 0, 0);
    cells_make(tb, &inserted, 1, 0, 0);
    scene_start_held(tb, 0, &cells, SCENE_LONG, mode);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, SUSPENDED);
    last = cells_index(tb, &cells, tb_completed(tb, 0));
    tb_assert(tb, last >= 0 && last < SCENE_LONG - 2 * SPARE, "too little is left behind cell %d",
              last);
    return (unsigned)last;
}

/* R-RES-1, R-SUS-5 */
START_TEST(h_n06_resume_runs_an_inserted_descriptor)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = open_timing(0);
    const unsigned last = suspend(tb, mode);
    /* A count does not grow with the list: its last one is not reached any more. */
    const unsigned end = mode == SCENE_COUNT ? SCENE_LONG - 2 : SCENE_LONG - 1;

    tb_link(tb, cells_at(&cells, last), cells_at(&inserted, 0));
    tb_link(tb, cells_at(&inserted, 0), cells_at(&cells, last + 1));
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    expect_idle_at(tb, cells_at(&cells, end));
    cells_expect(tb, &inserted, 0, 1, CELL_DONE);
    cells_expect_stopped(tb, &cells, (int)end, false);
    tb_close(tb);
}
END_TEST

/* R-RES-1, R-SUS-5 */
START_TEST(h_n06_resume_passes_over_deleted_descriptors)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = open_timing(0);
    const unsigned last = suspend(tb, mode);

    tb_link(tb, cells_at(&cells, last), cells_at(&cells, last + 1 + SPARE));
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    expect_idle_at(tb, cells_end(&cells));
    cells_expect(tb, &cells, last + 1, last + 1 + SPARE, CELL_UNTOUCHED);
    cells_expect(tb, &cells, last + 1 + SPARE, cells.n, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* R-RES-3 */
START_TEST(h_n06_resume_behind_a_cut_is_idle)
{
    struct tb *tb = open_timing(0);
    const unsigned last = suspend(tb, SCENE_LIST);

    tb_link(tb, cells_at(&cells, last), 0);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    expect_idle_at(tb, cells_at(&cells, last));
    cells_expect_stopped(tb, &cells, (int)last, false);
    tb_close(tb);
}
END_TEST

/* R-SUS-5, R-RES-1: what was read ahead does not survive the suspension. */
START_TEST(h_n06_resume_uses_rewritten_descriptors)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = open_timing(0);
    const unsigned last = suspend(tb, mode);

    for (unsigned i = last + 1; i < SCENE_LONG; i++)
        tb_desc(tb, cells_at(&cells, i))->control |= (uint32_t)IOAT_CONTROL_NULL_XFER;
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    expect_idle_at(tb, cells_at(&cells, SCENE_LONG - 1));
    cells_expect_stopped(tb, &cells, (int)last, false);
    tb_close(tb);
}
END_TEST

Suite *list_suite(void);

Suite *list_suite(void)
{
    Suite *suite = suite_create("list");
    TCase *tc = tb_case(suite, "list-start", 30);

    tcase_add_loop_test(tc, h_n01_start_runs_to_next_0_then_idle, 0, 3 * tb_timing_n);
    tcase_add_test(tc, r_start_3_list_begins_at_chainaddr);
    tcase_add_test(tc, h_n05_start_in_active_finishes_the_current_and_drops_the_rest);
    tcase_add_loop_test(tc, h_n07_words_say_active_between_and_idle_at_the_end, 0,
                        SCENE_MODE_N * tb_timing_n);

    tc = tb_case(suite, "list-append", 30);
    tcase_add_loop_test(tc, h_n02_append_in_idle_goes_on_at_the_new_next, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_n04_append_with_next_0_is_idle_again_without_a_word, 0,
                        tb_timing_n);
    tcase_add_loop_test(tc, r_app_4_reading_again_repeats_no_copy_word_or_interrupt, 0,
                        tb_timing_n);
    tcase_add_test(tc, k_14_append_in_active_is_remembered_until_the_end);
    tcase_add_test(tc, k_14_several_appends_merge_into_one_read);
    tcase_add_test(tc, k_14_answered_append_is_forgotten);
    tcase_add_test(tc, k_14_state_is_active_while_append_reads_again);
    tcase_add_loop_test(tc, k_14_append_in_suspension_is_remembered, 0, 2);
    tcase_add_test(tc, h_n08_append_before_start_does_nothing);

    tc = tb_case(suite, "list-mode", 30);
    tcase_add_test(tc, h_n10_dmacount_in_list_mode_is_ignored_until_chainaddr);
    tcase_add_test(tc, h_n10_start_and_append_in_count_mode_are_ignored_until_chainaddr);
    tcase_add_test(tc, k_12_start_after_dmacount_0_in_armed_is_ignored);

    tc = tb_case(suite, "list-edit", 30);
    tcase_add_loop_test(tc, h_n06_resume_runs_an_inserted_descriptor, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, h_n06_resume_passes_over_deleted_descriptors, 0, SCENE_MODE_N);
    tcase_add_test(tc, h_n06_resume_behind_a_cut_is_idle);
    tcase_add_loop_test(tc, h_n06_resume_uses_rewritten_descriptors, 0, SCENE_MODE_N);
    return suite;
}
