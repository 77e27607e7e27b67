/* test_suspend.c - SUSPEND and RESUME: what finishes, what is reported, what goes on.
 *
 * A chain is kept ACTIVE at a known place by memory that does not answer; the sweeps
 * of test_sweep.c put the same commands at every clock.
 */
#include "scene.h"

static struct cells cells, other;

/* Suspends a held chain with work left; returns the last cell that ran. */
static int suspend_held(struct tb *tb)
{
    int last;

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, SUSPENDED);
    last = cells_index(tb, &cells, tb_completed(tb, 0));
    tb_assert(tb, last >= 0 && last < SCENE_LONG - 1, "suspended at cell %d of %d", last,
              SCENE_LONG);
    cells_expect_stopped(tb, &cells, last, false);
    return last;
}

static void run_other(struct tb *tb, enum scene_mode mode)
{
    cells_make(tb, &other, 3, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_expect_runs(tb, 0, &other, mode);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&other), IDLE));
}

/* ---- SUSPEND ---- */

/* K-15, R-SUS-1, R-SUS-2, R-SUS-3 */
START_TEST(h_s12_suspend_finishes_started_descriptors_and_reports_the_last)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);
    const int last = suspend_held(tb);

    tb_assert_word(tb, 0, TB_WORD(cells_at(&cells, (unsigned)last), SUSPENDED));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_15_suspend_without_err_completion_en_writes_no_word)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, SCENE_CHANCTRL_SILENT, 0);

    suspend_held(tb);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_close(tb);
}
END_TEST

/* K-15, R-SUS-3: the word is there before the command is seen done. */
START_TEST(k_05_suspend_reads_pending_until_its_word_is_answered)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    scene_release(tb);
    scene_hold_writes(tb, tb_word_bus(tb, 0), sizeof(uint64_t));
    tb_step(tb, 10000);
    tb_assert_eq(tb, tb->watch[0].word_w.n, 1);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    tb_assert_state(tb, 0, ACTIVE);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, SUSPENDED);
    tb_close(tb);
}
END_TEST

START_TEST(r_sus_4_interrupt_of_the_current_descriptor_is_delivered)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL,
                                    IOAT_CONTROL_INT_EN);

    suspend_held(tb);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_close(tb);
}
END_TEST

START_TEST(r_sus_5_suspended_channel_leaves_the_bus_alone)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    suspend_held(tb);
    scene_expect_silence(tb, 0, 2000);
    tb_close(tb);
}
END_TEST

START_TEST(h_s13_suspend_with_a_failing_read_leaves_active)
{
    const struct ioat_sim_timing slow = { .read_latency = 300, .write_latency = 300 };
    struct tb *tb = tb_open(&slow);
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_SLVERR, .percent = 100,
    };

    tb_note(tb, "%s", scene_mode_name[_i]);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, SCENE_LONG, 0, 0);
    fault.first = cells.cell[0].src.bus;
    fault.last = fault.first;
    ck_assert_int_ge(ioat_sim_fault_add(tb->sim, &fault), 0);
    scene_start(tb, 0, &cells, SCENE_LONG, (enum scene_mode)_i);
    tb_step(tb, 500);     /* the descriptor is read, its payload is asked for */
    tb_assert(tb, tb->watch[0].data_ar.n > 0 && tb->watch[0].data_r.n == 0,
              "the payload read is not under way");
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

START_TEST(h_s13_suspend_in_the_largest_copy_ends_with_the_copy)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t bytes = 1u << tb->build->xfercap_log2;
    const uint64_t beats = bytes / (tb->build->data_bits / 8);
    struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);
    const uint64_t big = tb_copy(tb, dst.bus, src.bus, bytes, 0);

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_list(tb, 0, big);
    tb_step(tb, 1000);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    /* At least a beat in eight clocks in ideal memory: a hang is told from slowness. */
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), 8 * beats);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(big, SUSPENDED));
    tb_check_copy(tb, &dst, &src, bytes);
    tb_close(tb);
}
END_TEST

/* ---- RESUME ---- */

/* R-RES-1, R-CH2-2 */
START_TEST(h_s15_resume_runs_the_rest_once)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);
    const int last = suspend_held(tb);

    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, (unsigned)last + 1));
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, cells.n));
    tb_close(tb);
}
END_TEST

START_TEST(r_res_1_resume_reads_the_last_descriptor_again)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);
    const uint64_t last = cells_at(&cells, (unsigned)suspend_held(tb));
    size_t at;

    tb_watch_clear(tb);
    tb_log(tb, true);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    at = tb_find(tb, 0, IOAT_SIM_AR, TB_READ_DESC, 0);
    tb_assert(tb, at < tb->log_n, "RESUME read no descriptor");
    tb_assert_eq(tb, tb->log[at].addr & ~(uint64_t)(IOAT_DESC_BYTES - 1), last);
    tb_close(tb);
}
END_TEST

START_TEST(k_16_state_is_active_while_resume_reads_the_last_descriptor)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);
    const uint64_t last = cells_at(&cells, (unsigned)suspend_held(tb));
    const struct tb_buf desc = { .bus = last, .bytes = IOAT_DESC_BYTES };

    scene_hold_reads(tb, &desc);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    tb_step(tb, 200);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, ACTIVE));
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    tb_close(tb);
}
END_TEST

START_TEST(r_res_3_resume_with_nothing_left_repeats_nothing)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "%s", scene_mode_name[mode]);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, 3, 0, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    scene_expect_runs(tb, 0, &cells, mode);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_rearm(tb, 0, TB_CHANCTRL_ALL);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_watch_clear(tb);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_step(tb, 200);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_close(tb);
}
END_TEST

/* K-16, K-17 */
START_TEST(r_res_2_resume_with_nothing_completed_begins_at_chainaddr)
{
    struct tb *tb = tb_open(NULL);

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, 3, 0, 0);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    TB_WR(tb, 0, DMACOUNT, cells.n);
    scene_expect_silence(tb, 0, 200);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_SUSPENDED);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* K-17, R-RES-4 */
START_TEST(h_s15_doorbells_while_suspended_count_at_resume)
{
    struct tb *tb = tb_open(NULL);
    const unsigned extra = 5;

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, SCENE_LONG + extra, 0, 0);
    scene_start_held(tb, 0, &cells, SCENE_LONG, SCENE_COUNT);
    suspend_held(tb);
    TB_WR(tb, 0, DMACOUNT, SCENE_LONG + 1);
    TB_WR(tb, 0, DMACOUNT, cells.n);
    scene_expect_silence(tb, 0, 200);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, cells.n));
    tb_close(tb);
}
END_TEST

START_TEST(r_res_4_suspend_and_resume_leave_the_count)
{
    struct tb *tb = scene_open_held(&cells, SCENE_COUNT, TB_CHANCTRL_ALL, 0);

    suspend_held(tb);
    tb_assert_reg(tb, 0, DMACOUNT, SCENE_LONG);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, DMACOUNT, SCENE_LONG);
    tb_close(tb);
}
END_TEST

START_TEST(k_16_resume_while_suspend_is_pending_is_ignored)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, SUSPENDED);
    scene_expect_silence(tb, 0, 1000);
    tb_assert_state(tb, 0, SUSPENDED);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    tb_close(tb);
}
END_TEST

START_TEST(h_s14_new_chain_runs_from_suspended_without_resume)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);
    const int last = suspend_held(tb);

    run_other(tb, SCENE_COUNT);
    cells_expect_stopped(tb, &cells, last, false);
    tb_close(tb);
}
END_TEST

Suite *suspend_suite(void);

Suite *suspend_suite(void)
{
    Suite *suite = suite_create("suspend");
    TCase *tc = tb_case(suite, "suspend-stop", 30);

    tcase_add_loop_test(tc, h_s12_suspend_finishes_started_descriptors_and_reports_the_last, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, k_15_suspend_without_err_completion_en_writes_no_word, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_05_suspend_reads_pending_until_its_word_is_answered, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, r_sus_4_interrupt_of_the_current_descriptor_is_delivered, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, r_sus_5_suspended_channel_leaves_the_bus_alone, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, h_s13_suspend_with_a_failing_read_leaves_active, 0, SCENE_MODE_N);
    tcase_add_test(tc, h_s13_suspend_in_the_largest_copy_ends_with_the_copy);

    tc = tb_case(suite, "suspend-resume", 30);
    tcase_add_loop_test(tc, h_s15_resume_runs_the_rest_once, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, r_res_1_resume_reads_the_last_descriptor_again, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_16_state_is_active_while_resume_reads_the_last_descriptor, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, r_res_3_resume_with_nothing_left_repeats_nothing, 0, SCENE_MODE_N);
    tcase_add_test(tc, r_res_2_resume_with_nothing_completed_begins_at_chainaddr);
    tcase_add_test(tc, h_s15_doorbells_while_suspended_count_at_resume);
    tcase_add_test(tc, r_res_4_suspend_and_resume_leave_the_count);
    tcase_add_loop_test(tc, k_16_resume_while_suspend_is_pending_is_ignored, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, h_s14_new_chain_runs_from_suspended_without_resume, 0, SCENE_MODE_N);
    return suite;
}
