/* test_abort.c - ABORT and RESET: what is dropped, what is reported, what is left.
 *
 * A chain is kept ACTIVE at a known place by memory that does not answer; the sweeps
 * of test_sweep.c put the same commands at every clock.
 */
#include "scene.h"

static struct cells cells, other;

static void run_other(struct tb *tb, enum scene_mode mode)
{
    cells_make(tb, &other, 3, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_expect_runs(tb, 0, &other, mode);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&other), IDLE));
}

/* ---- ABORT ---- */

/* R-ABT-1, R-ABT-4, K-18 */
START_TEST(h_s21_abort_stops_in_the_middle_of_a_copy)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t bytes = 256u << 10;
    struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);
    const uint64_t big = tb_copy(tb, dst.bus, src.bus, bytes, IOAT_CONTROL_INT_EN);
    uint64_t written;

    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_list(tb, 0, big);
    tb_step(tb, 1500);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    written = scene_written(tb, 0);
    tb_assert(tb, written > 0 && written < bytes, "%llu of %u bytes were written",
              (unsigned long long)written, bytes);
    tb_assert_eq(tb, dst.cpu[bytes - 1] == src.cpu[bytes - 1], false);
    scene_expect_silence(tb, 0, 2000);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_18_abort_reads_pending_until_every_answer_came)
{
    struct tb *tb = tb_open(NULL);

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, SCENE_LONG, 0, 0);
    scene_hold_writes(tb, cells.cell[0].dst.bus, cells.cell[0].dst.bytes);
    scene_start(tb, 0, &cells, SCENE_LONG, (enum scene_mode)_i);
    tb_step(tb, 3000);
    tb_assert(tb, tb->watch[0].data_w.n > 0, "no payload was written");
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_step(tb, 500);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_ABORT);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    scene_expect_silence(tb, 0, 500);
    scene_release(tb);
    scene_settle(tb, 0);
    scene_expect_answered(tb, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_word(tb, 0, TB_RD(tb, 0, CHANSTS));
    tb_close(tb);
}
END_TEST

START_TEST(k_18_abort_without_err_completion_en_writes_no_word)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, SCENE_CHANCTRL_SILENT,
                                    IOAT_CONTROL_COMPL_WRITE);

    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_close(tb);
}
END_TEST

START_TEST(r_abt_4_interrupted_descriptor_gives_no_word_and_no_interrupt)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL,
                                    IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);

    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_eq(tb, scene_rearm(tb, 0, TB_CHANCTRL_ALL), 0);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_close(tb);
}
END_TEST

/* The word of the first descriptor is held back on the bus, so that of the third waits and is withdrawn. */
START_TEST(k_50_interrupt_of_a_withdrawn_word_comes_with_that_of_abort)
{
    struct tb *tb = tb_open(NULL);
    const struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
    uint64_t bus[4];

    for (unsigned i = 0; i < 3; i++)
        bus[i] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE | (i == 1 ? IOAT_CONTROL_INT_EN : 0));
    bus[3] = tb_copy(tb, dst.bus, src.bus, 64, 0);
    tb_chain(tb, bus, 4);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    scene_hold_writes(tb, tb_word_bus(tb, 0), 8);
    scene_hold_reads(tb, &src);
    tb_start_list(tb, 0, bus[0]);
    tb_step(tb, 1000);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_step(tb, 100);
    tb_assert_eq(tb, tb->message_n, 0);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_word(tb, 0, TB_WORD(bus[2], HALTED));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 2);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_close(tb);
}
END_TEST

/* One write at a time, answered late: the payload's first burst waits for the answer to the first word and keeps the
 * second word, which is offered behind it, waiting; then ABORT comes. */
START_TEST(k_50_interrupt_of_a_word_on_the_bus_comes_once_in_spite_of_abort)
{
    const struct ioat_sim_timing slow = { .read_latency = 1, .write_latency = 300, .outstanding_max = 1 };
    struct tb *tb = tb_open(&slow);
    const struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
    uint64_t bus[3];

    bus[0] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
    bus[1] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    bus[2] = tb_copy(tb, dst.bus, src.bus, 64, 0);
    tb_chain(tb, bus, 3);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_list(tb, 0, bus[0]);
    tb_step(tb, 450);
    tb_assert_eq(tb, tb->watch[0].word_b.n, 1);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 1);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_settle(tb, 0);
    tb_assert_word(tb, 0, TB_WORD(bus[1], HALTED));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 3);
    tb_assert_eq(tb, tb_messages(tb, 0), 1);
    tb_assert_eq(tb, scene_rearm(tb, 0, TB_CHANCTRL_ALL), 0);
    tb_close(tb);
}
END_TEST

static bool word_came(void *ctx)
{
    const volatile uint64_t *word = ctx;

    return *word != TB_NO_WORD;
}

/* R-ABT-2, K-18 */
START_TEST(k_21_abort_keeps_the_last_good_address)
{
    struct tb *tb = tb_open(NULL);
    uint64_t first;

    tb_note(tb, "%s", scene_mode_name[_i]);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, 3, 0, 0);
    first = cells_at(&cells, 0);
    tb_desc(tb, first)->control |= (uint32_t)IOAT_CONTROL_COMPL_WRITE;
    scene_hold_reads(tb, &cells.cell[1].src);
    scene_start(tb, 0, &cells, cells.n, (enum scene_mode)_i);
    tb_wait(tb, word_came, (void *)(uintptr_t)tb_word(tb, 0), TB_LONG, "the first word");
    tb_assert_word(tb, 0, TB_WORD(first, ACTIVE));
    tb_step(tb, 100);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(first, HALTED));
    tb_assert_word(tb, 0, TB_WORD(first, HALTED));
    cells_expect_stopped(tb, &cells, 0, false);
    tb_close(tb);
}
END_TEST

/* A page of guesses is on its way, as many as PREFETCH allows: none of their answers is taken for another. */
START_TEST(k_18_answers_to_guesses_that_abort_drops_are_awaited)
{
    enum { PAGE = IOAT_PAGE_BYTES / IOAT_DESC_BYTES, LINKS = 10 * PAGE };
    const struct ioat_sim_timing far = { .read_latency = 300, .write_latency = 1 };
    struct tb *tb = tb_open(&far);
    uint64_t bus[LINKS];

    tb_null_chain(tb, LINKS, 0, 0, bus);
    const uint64_t hold_at = (bus[LINKS - 1] & ~(uint64_t)(IOAT_PAGE_BYTES - 1)) - IOAT_PAGE_BYTES;

    tb_hold(tb, IOAT_SIM_FAULT_READ, hold_at, IOAT_PAGE_BYTES);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_list(tb, 0, bus[0]);
    tb_step(tb, 20000);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_step(tb, 500);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(hold_at - IOAT_DESC_BYTES, HALTED));
    run_other(tb, SCENE_LIST);
    tb_close(tb);
}
END_TEST

/* H-N08 */
START_TEST(r_abt_3_channel_is_ready_to_start_after_abort)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = scene_open_held(&cells, mode, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    scene_release(tb);
    scene_settle(tb, 0);
    cells_ruin(tb, &cells);
    run_other(tb, mode);
    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    tb_close(tb);
}
END_TEST

/* ---- RESET ---- */

/* K-06, R-RST-2 */
START_TEST(k_19_reset_reports_with_the_settings_that_stood_before)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    TB_WR(tb, 0, CHANCTRL, 0);
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 1));
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    *tb_word(tb, 1) = TB_NO_WORD;
    scene_release(tb);
    scene_wait_command(tb, 0, IOAT_CHANCMD_RESET);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_word(tb, 1, TB_NO_WORD);
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 1));
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    scene_expect_silence(tb, 0, 1000);
    tb_close(tb);
}
END_TEST

START_TEST(k_19_reset_without_err_completion_en_writes_no_word)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, SCENE_CHANCTRL_SILENT,
                                    IOAT_CONTROL_COMPL_WRITE);

    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_close(tb);
}
END_TEST

/* K-18. Rows: ABORT, RESET. */
START_TEST(k_19_stop_with_misaligned_chancmp_writes_no_word)
{
    struct tb *tb = tb_open(NULL);
    const uint8_t command = _i ? IOAT_CHANCMD_RESET : IOAT_CHANCMD_ABORT;

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 4);
    cells_make(tb, &cells, SCENE_LONG, 0, 0);
    scene_start_held(tb, 0, &cells, SCENE_LONG, SCENE_COUNT);
    tb_command(tb, 0, command);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

START_TEST(k_20_abort_and_reset_end_without_a_word_while_bus_master_is_off)
{
    const uint8_t command = _i ? IOAT_CHANCMD_RESET : IOAT_CHANCMD_ABORT;
    struct tb *tb = scene_open_held(&cells, SCENE_COUNT, TB_CHANCTRL_ALL, IOAT_CONTROL_COMPL_WRITE);

    tb_bus_master(tb, false);
    tb_command(tb, 0, command);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_bus_master(tb, true);
    scene_expect_silence(tb, 0, 500);
    tb_close(tb);
}
END_TEST

/* Bus master goes off at each clock around the end of ABORT, RESET: a word came before that, or none comes. */
START_TEST(k_20_no_word_follows_a_command_that_ended_without_one)
{
    const uint8_t command = _i ? IOAT_CHANCMD_RESET : IOAT_CHANCMD_ABORT;

    for (unsigned clock = 0; clock < 40; clock++) {
        struct tb *tb = scene_open_held(&cells, SCENE_COUNT, TB_CHANCTRL_ALL, IOAT_CONTROL_COMPL_WRITE);
        uint64_t words;

        tb_note(tb, "bus master off after %u clocks", clock);
        tb_command(tb, 0, command);
        scene_release(tb);
        tb_step(tb, clock);
        tb_bus_master(tb, false);
        scene_settle(tb, 0);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        words = tb->watch[0].word_aw.n;
        tb_bus_master(tb, true);
        scene_expect_silence(tb, 0, 200);
        tb_assert_word(tb, 0, words ? IOAT_CHANSTS_STATE_HALTED : TB_NO_WORD);
        tb_close(tb);
    }
}
END_TEST

START_TEST(k_20_function_level_reset_in_active_writes_no_word)
{
    const struct ioat_sim_timing slow = { .read_latency = 100, .write_latency = 100 };
    struct tb *tb = tb_open(&slow);

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    cells_make(tb, &cells, SCENE_LONG, 0, IOAT_CONTROL_COMPL_WRITE);
    scene_start(tb, 0, &cells, SCENE_LONG, SCENE_COUNT);
    tb_step(tb, 400);
    tb_flr(tb);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHANCMP, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    scene_expect_silence(tb, 0, 500);
    tb_close(tb);
}
END_TEST

/* K-06: DPDK's recovery: RESET, CHAINADDR, CHANCTRL, CHANCMP, then CHANSTS until exactly 4. */
START_TEST(h_s17_registers_written_right_behind_reset_end_in_armed)
{
    const bool active = _i / SCENE_MODE_N;
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *tb = scene_open_held(&cells, mode, TB_CHANCTRL_ALL, 0);
    const uint16_t chanctrl = IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ANY_ERR_ABORT_EN;
    uint64_t first;

    if (!active) {
        scene_release(tb);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    }
    cells_restore(&cells);
    cells_make(tb, &other, 1, 0, IOAT_CONTROL_COMPL_WRITE);
    first = cells_at(&other, 0);
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    TB_POST(tb, 0, CHAINADDR, first);
    TB_POST(tb, 0, CHANCTRL, chanctrl);
    TB_POST(tb, 0, CHANCMP, tb_word_bus(tb, 0));
    if (active) {
        tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        tb_assert(tb, tb_state(tb, 0) != IOAT_CHANSTS_STATE_ARMED, "ARMED before the drain ended");
        scene_release(tb);
    }
    for (int reads = 0; TB_RD(tb, 0, CHANSTS) != IOAT_CHANSTS_STATE_ARMED; reads++)
        tb_assert(tb, reads < 200, "CHANSTS is not exactly ARMED after 200 reads");
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, CHAINADDR, first);
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 0));
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & (chanctrl | IOAT_CHANCTRL_INT_DISABLE), chanctrl);
    TB_WR(tb, 0, DMACOUNT, 1);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(first, IDLE));
    tb_assert_word(tb, 0, TB_WORD(first, IDLE));
    cells_expect(tb, &other, 0, 1, CELL_DONE);
    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    tb_close(tb);
}
END_TEST

START_TEST(h_s18_no_read_after_reset_shows_idle)
{
    const bool active = _i;
    struct tb *tb = scene_open_held(&cells, SCENE_COUNT, TB_CHANCTRL_ALL, 0);

    if (!active) {
        scene_release(tb);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    }
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    for (int reads = 0; reads < 100; reads++) {
        if (reads == 20)
            scene_release(tb);
        tb_assert(tb, tb_state(tb, 0) != IOAT_CHANSTS_STATE_IDLE, "read %d shows IDLE", reads);
    }
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

/* DPDK writes it at every poll of the RESET bit. */
START_TEST(h_s19_chainaddr_0_during_reset_is_harmless)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    for (int poll = 0; poll < 20; poll++) {
        tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        TB_WR(tb, 0, CHAINADDR, 0);
    }
    scene_release(tb);
    scene_settle(tb, 0);
    scene_expect_silence(tb, 0, 200);
    tb_assert_chanerr(tb, 0, 0);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    run_other(tb, SCENE_COUNT);
    tb_close(tb);
}
END_TEST

/* H-N08, R-RST-4: the old descriptors would halt the engine. */
START_TEST(r_rst_5_channel_is_ready_to_start_after_reset)
{
    const enum scene_mode mode = (enum scene_mode)_i;
    struct tb *tb = scene_open_held(&cells, mode, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    scene_release(tb);
    scene_settle(tb, 0);
    cells_ruin(tb, &cells);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    run_other(tb, mode);
    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    tb_close(tb);
}
END_TEST

/* ---- several at once ---- */

START_TEST(k_05_abort_prevails_over_a_pending_suspend)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_assert(tb, TB_RD(tb, 0, CHANCMD) & IOAT_CHANCMD_ABORT, "ABORT does not read as pending");
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    tb_close(tb);
}
END_TEST

START_TEST(k_05_reset_prevails_over_pending_suspend_and_abort)
{
    struct tb *tb = scene_open_held(&cells, (enum scene_mode)_i, TB_CHANCTRL_ALL, 0);

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    tb_assert(tb, TB_RD(tb, 0, CHANCMD) & IOAT_CHANCMD_RESET, "RESET does not read as pending");
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    tb_close(tb);
}
END_TEST

/* H-S18, K-55: RESET waits for the answer to a message; the state does not. */
START_TEST(k_19_reset_of_a_resting_channel_shows_halted_at_once)
{
    static const unsigned states[] = { IOAT_CHANSTS_STATE_IDLE, IOAT_CHANSTS_STATE_ARMED, IOAT_CHANSTS_STATE_SUSPENDED };
    struct tb *tb = tb_open(NULL);
    const uint64_t at = tb->words.bus + 0x8000;
    const uint64_t ring = tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);

    tb_msix_setup(tb);
    TB_VWR(tb, 0, MSIX_ADDR, at);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, at, 4);
    tb_ring_run(tb, 0, 1);
    if (states[_i] == IOAT_CHANSTS_STATE_ARMED)
        TB_WR(tb, 0, CHAINADDR, ring);
    if (states[_i] == IOAT_CHANSTS_STATE_SUSPENDED)
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_assert_eq(tb, tb_state(tb, 0), states[_i]);
    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_step(tb, 500);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

/* K-19, H-W06: software that saw no end writes the command again. The word of the first
 * is on the bus: a RESET has cleared ERR_COMPLETION_EN by then, an ABORT is pending. */
START_TEST(k_05_stopping_twice_writes_one_word)
{
    static const uint8_t commands[] = { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET };
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *tb = scene_open_held(&cells, mode, TB_CHANCTRL_ALL, 0);
    const uint8_t command = commands[_i / SCENE_MODE_N];

    tb_note(tb, "CHANCMD 0x%02x, %s", command, scene_mode_name[mode]);
    tb_command(tb, 0, command);
    scene_release(tb);
    scene_hold_writes(tb, tb_word_bus(tb, 0), sizeof(uint64_t));
    tb_step(tb, 500);
    tb_assert_eq(tb, tb->watch[0].word_w.n, 1);
    tb_command(tb, 0, command);
    tb_step(tb, 20);
    scene_release(tb);
    scene_settle(tb, 0);
    scene_expect_silence(tb, 0, 200);
    tb_assert_eq(tb, tb->watch[0].word_w.n, 1);
    tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

START_TEST(k_11_chainaddr_written_while_a_command_drains_ends_in_armed)
{
    static const uint8_t commands[] = {
        IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET,
    };
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *tb = scene_open_held(&cells, mode, TB_CHANCTRL_ALL, 0);

    tb_note(tb, "CHANCMD 0x%02x, %s", commands[_i / SCENE_MODE_N], scene_mode_name[mode]);
    cells_make(tb, &other, 2, 0, 0);
    tb_command(tb, 0, commands[_i / SCENE_MODE_N]);
    TB_WR(tb, 0, CHAINADDR, cells_at(&other, 0));
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert(tb, tb_state(tb, 0) != IOAT_CHANSTS_STATE_ARMED, "ARMED before the drain ended");
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_reg(tb, 0, CHAINADDR, cells_at(&other, 0));
    TB_WR(tb, 0, DMACOUNT, other.n);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&other), IDLE));
    cells_expect(tb, &other, 0, other.n, CELL_DONE);
    tb_assert(tb, cells_ran(tb, &cells) < SCENE_LONG, "the old chain ran to its end");
    tb_close(tb);
}
END_TEST

Suite *abort_suite(void);

Suite *abort_suite(void)
{
    Suite *suite = suite_create("abort");
    TCase *tc = tb_case(suite, "abort-stop", 30);
    tcase_add_test(tc, h_s21_abort_stops_in_the_middle_of_a_copy);
    tcase_add_loop_test(tc, k_18_abort_reads_pending_until_every_answer_came, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_18_abort_without_err_completion_en_writes_no_word, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, r_abt_4_interrupted_descriptor_gives_no_word_and_no_interrupt, 0,
                        SCENE_MODE_N);
    tcase_add_test(tc, k_50_interrupt_of_a_withdrawn_word_comes_with_that_of_abort);
    tcase_add_test(tc, k_50_interrupt_of_a_word_on_the_bus_comes_once_in_spite_of_abort);
    tcase_add_loop_test(tc, k_21_abort_keeps_the_last_good_address, 0, SCENE_MODE_N);
    tcase_add_test(tc, k_18_answers_to_guesses_that_abort_drops_are_awaited);
    tcase_add_loop_test(tc, r_abt_3_channel_is_ready_to_start_after_abort, 0, SCENE_MODE_N);

    tc = tb_case(suite, "abort-reset", 30);
    tcase_add_loop_test(tc, k_19_reset_reports_with_the_settings_that_stood_before, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, k_19_reset_without_err_completion_en_writes_no_word, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_19_stop_with_misaligned_chancmp_writes_no_word, 0, 2);
    tcase_add_loop_test(tc, k_20_abort_and_reset_end_without_a_word_while_bus_master_is_off, 0, 2);
    tcase_add_loop_test(tc, k_20_no_word_follows_a_command_that_ended_without_one, 0, 2);
    tcase_add_test(tc, k_20_function_level_reset_in_active_writes_no_word);
    tcase_add_loop_test(tc, h_s17_registers_written_right_behind_reset_end_in_armed, 0,
                        2 * SCENE_MODE_N);
    tcase_add_loop_test(tc, h_s18_no_read_after_reset_shows_idle, 0, 2);
    tcase_add_loop_test(tc, h_s19_chainaddr_0_during_reset_is_harmless, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, r_rst_5_channel_is_ready_to_start_after_reset, 0, SCENE_MODE_N);

    tc = tb_case(suite, "abort-several", 30);
    tcase_add_loop_test(tc, k_05_abort_prevails_over_a_pending_suspend, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_05_reset_prevails_over_pending_suspend_and_abort, 0, SCENE_MODE_N);
    tcase_add_loop_test(tc, k_19_reset_of_a_resting_channel_shows_halted_at_once, 0, 3);
    tcase_add_loop_test(tc, k_05_stopping_twice_writes_one_word, 0, 2 * SCENE_MODE_N);
    tcase_add_loop_test(tc, k_11_chainaddr_written_while_a_command_drains_ends_in_armed, 0,
                        3 * SCENE_MODE_N);
    return suite;
}
