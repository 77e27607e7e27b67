/* test_stop.c - the completion word of a channel that is stopped: SUSPEND, ABORT, RESET.
 *
 * The scene: two nulls without COMPL_WRITE complete, then a copy hangs because its source
 * answers nothing, and one more descriptor waits behind it.
 */
#include "tb.h"

enum { PATIENCE = 3000, COPY_BYTES = 256, DONE = 2, ALL = 4 };

struct scene {
    uint64_t bus[ALL];
    struct tb_buf src, dst;
};

/* `skip` nulls are left out at the front: 0 or DONE. */
static struct scene set_scene(struct tb *tb, uint16_t chanctrl, unsigned skip)
{
    struct scene scene = { .src = tb_src(tb, COPY_BYTES, 3), .dst = tb_dst(tb, COPY_BYTES, 9) };

    tb_setup(tb, 0, chanctrl);
    tb_null_chain(tb, DONE, 0, 0, scene.bus);
    scene.bus[DONE] = tb_copy(tb, scene.dst.bus, scene.src.bus, COPY_BYTES, 0);
    scene.bus[DONE + 1] = tb_null(tb, 0);
    tb_chain(tb, scene.bus, ALL);
    tb_hold(tb, IOAT_SIM_FAULT_READ, scene.src.bus, COPY_BYTES);
    tb_start_count(tb, 0, scene.bus[skip], (uint16_t)(ALL - skip));
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANSTS,
                  skip == DONE ? IOAT_CHANSTS_STATE_ACTIVE : TB_WORD(scene.bus[DONE - 1], ACTIVE));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    return scene;
}

/* ABORT or RESET is done when it reads as done; CHANSTS may say HALTED earlier. */
static void wait_stopped(struct tb *tb)
{
    unsigned reads = 0;

    while (TB_RD(tb, 0, CHANCMD) != 0)
        tb_assert(tb, reads++ < TB_LONG / 10, "the command is still pending");
    tb_assert_state(tb, 0, HALTED);
}

static void expect_no_word(struct tb *tb)
{
    tb_step(tb, PATIENCE);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
}

static const struct stop {
    const char *name;
    uint8_t command;
} stops[] = {
    { "ABORT", IOAT_CHANCMD_ABORT },
    { "RESET", IOAT_CHANCMD_RESET },
};
enum { STOP_N = sizeof stops / sizeof stops[0] };

/* R-STA-6, R-STA-7, R-ABT-1, R-ABT-2, R-RST-1, R-RST-2, K-18, K-19: the last good descriptor
 * with state 3, not the interrupted one; the command reads as pending until the word is there;
 * the dropped read's data is not written. Rows: command x nothing or something completed. */
START_TEST(r_sta_7_abort_and_reset_write_the_last_good_descriptor)
{
    const struct stop *stop = &stops[_i % STOP_N];
    unsigned skip = _i / STOP_N ? DONE : 0;
    struct tb *tb = tb_open(NULL);
    struct scene scene = set_scene(tb, IOAT_CHANCTRL_ERR_COMPLETION_EN, skip);
    uint64_t last = skip ? 0 : scene.bus[DONE - 1];

    tb_note(tb, "%s, %s completed", stop->name, skip ? "nothing" : "two");
    tb_command(tb, 0, stop->command);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANCMD, stop->command);
    tb_assert_word(tb, 0, TB_NO_WORD);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    tb_assert_word(tb, 0, TB_WORD(last, HALTED));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, stop->command == IOAT_CHANCMD_RESET
                                      ? IOAT_CHANSTS_STATE_HALTED : TB_WORD(last, HALTED));
    tb_step(tb, PATIENCE);
    tb_check_untouched(tb, &scene.dst);
    tb_close(tb);
}
END_TEST

/* R-STA-6, K-05, K-18, K-19: the word is answered before the command reads as done, so whoever
 * frees it after RESET is safe. */
START_TEST(r_sta_6_command_is_pending_until_its_word_is_answered)
{
    const struct stop *stop = &stops[_i];
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, COPY_BYTES, 0), dst = tb_dst(tb, COPY_BYTES, 0);
    uint64_t bus = tb_copy(tb, dst.bus, src.bus, COPY_BYTES, 0);

    tb_note(tb, "%s", stop->name);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, COPY_BYTES);
    tb_start_count(tb, 0, bus, 1);
    tb_step(tb, PATIENCE);
    tb_command(tb, 0, stop->command);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_reg(tb, 0, CHANCMD, stop->command);
    ioat_sim_fault_clear(tb->sim);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_reg(tb, 0, CHANCMD, stop->command);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    tb_assert_eq(tb, *tb_word(tb, 0) & 63, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

/* H-W06, R-STA-6, K-18, K-19: without ERR_COMPLETION_EN neither writes. */
START_TEST(r_sta_6_stop_without_enable_writes_no_word)
{
    const struct stop *stop = &stops[_i];
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "%s", stop->name);
    set_scene(tb, 0, 0);
    tb_command(tb, 0, stop->command);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    expect_no_word(tb);
    tb_close(tb);
}
END_TEST

/* Puts an idle channel 0, with a null run, into a state in which nothing runs. */
static void rest_in(struct tb *tb, unsigned state, uint64_t bus)
{
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    switch (state) {
    case IOAT_CHANSTS_STATE_ARMED:
        TB_WR(tb, 0, CHAINADDR, bus);
        break;
    case IOAT_CHANSTS_STATE_SUSPENDED:
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
        break;
    case IOAT_CHANSTS_STATE_HALTED:
        tb_command(tb, 0, IOAT_CHANCMD_ABORT);
        break;
    default:
        break;
    }
    tb_wait_state(tb, 0, 1u << state, TB_LONG);
}

/* H-W11, H-W06, K-15, K-18: from a state in which nothing runs no command writes a word: the
 * address may be a dead owner's. Rows: states x commands. */
START_TEST(h_w11_stop_from_rest_writes_no_word)
{
    static const unsigned states[] = {
        IOAT_CHANSTS_STATE_IDLE, IOAT_CHANSTS_STATE_ARMED, IOAT_CHANSTS_STATE_SUSPENDED,
        IOAT_CHANSTS_STATE_HALTED,
    };
    static const uint8_t commands[] = {
        IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET, IOAT_CHANCMD_RESUME,
        IOAT_CHANCMD_APPEND,
    };
    unsigned state = states[_i / 5], command = commands[_i % 5];
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "command %#x in %s", command, ioat_state_name(state));
    rest_in(tb, state, tb_null(tb, 0));
    tb_command(tb, 0, (uint8_t)command);
    expect_no_word(tb);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* H-S12, R-SUS-1, R-SUS-3, R-STA-6, K-15: the started copy finishes, the word is it | 2. */
START_TEST(r_sus_3_suspend_writes_the_last_completed_descriptor)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = set_scene(tb, IOAT_CHANCTRL_ERR_COMPLETION_EN, 0);
    uint64_t last;

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    tb_assert_state(tb, 0, ACTIVE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), TB_LONG);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    /* The null behind the copy may have been started with it. */
    last = tb_completed(tb, 0);
    tb_assert(tb, last == scene.bus[DONE] || last == scene.bus[DONE + 1],
              "suspended on %#llx", (unsigned long long)last);
    tb_assert_word(tb, 0, TB_WORD(last, SUSPENDED));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_check_copy(tb, &scene.dst, &scene.src, COPY_BYTES);
    tb_close(tb);
}
END_TEST

/* H-S12, R-STA-6: without the enable the state is read, not written. */
START_TEST(r_sta_6_suspend_without_enable_writes_no_word)
{
    struct tb *tb = tb_open(NULL);

    set_scene(tb, 0, 0);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), TB_LONG);
    expect_no_word(tb);
    tb_close(tb);
}
END_TEST

/* K-15: SUSPENDED is not readable before its word is answered. */
START_TEST(r_sus_3_suspended_is_not_readable_before_its_word_is_answered)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = set_scene(tb, IOAT_CHANCTRL_ERR_COMPLETION_EN, 0);

    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_state(tb, 0, ACTIVE);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), TB_LONG);
    tb_check_copy(tb, &scene.dst, &scene.src, COPY_BYTES);
    tb_close(tb);
}
END_TEST

/* K-15, R-SUS-4: with COMPL_WRITE on the copy too, the last word is still its address and 2,
 * whether or not it had a word of its own before. */
START_TEST(r_sus_3_flagged_descriptor_ends_with_the_suspended_word)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = { .src = tb_src(tb, COPY_BYTES, 3), .dst = tb_dst(tb, COPY_BYTES, 9) };

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    scene.bus[0] = tb_copy(tb, scene.dst.bus, scene.src.bus, COPY_BYTES,
                           IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_FENCE);
    scene.bus[1] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
    tb_chain(tb, scene.bus, 2);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, scene.dst.bus, COPY_BYTES);
    tb_start_count(tb, 0, scene.bus[0], 2);
    tb_step(tb, PATIENCE);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_step(tb, PATIENCE);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED), TB_LONG);
    tb_assert_word(tb, 0, TB_WORD(tb_completed(tb, 0), SUSPENDED));
    tb_check_copy(tb, &scene.dst, &scene.src, COPY_BYTES);
    tb_close(tb);
}
END_TEST

/* K-19: the word of RESET goes where CHANCMP pointed before it, and CHANCTRL of before
 * decides; what is written while RESET drains is kept for later. */
START_TEST(h_s17_reset_uses_the_settings_from_before_it)
{
    bool enabled = _i == 1;
    struct tb *tb = tb_open(NULL);
    struct scene scene;
    volatile uint64_t *other = (volatile uint64_t *)(void *)(tb->words.cpu + 0x3000);

    tb_note(tb, "ERR_COMPLETION_EN %d before", enabled);
    scene = set_scene(tb, enabled ? IOAT_CHANCTRL_ERR_COMPLETION_EN : 0, 0);
    *other = TB_NO_WORD;
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    TB_POST(tb, 0, CHANCMP, tb->words.bus + 0x3000);
    TB_POST(tb, 0, CHANCTRL, enabled ? 0 : IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    tb_step(tb, PATIENCE);
    tb_assert_word(tb, 0, enabled ? TB_WORD(scene.bus[DONE - 1], HALTED) : TB_NO_WORD);
    tb_assert_eq(tb, *other, TB_NO_WORD);
    tb_assert_reg(tb, 0, CHANCMP, tb->words.bus + 0x3000);
    tb_close(tb);
}
END_TEST

/* K-19: RESET is never the reason of an error. */
START_TEST(h_w06_reset_with_misaligned_chancmp_writes_no_word)
{
    struct tb *tb = tb_open(NULL);

    set_scene(tb, IOAT_CHANCTRL_ERR_COMPLETION_EN, 0);
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 4);
    tb_command(tb, 0, IOAT_CHANCMD_RESET);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    expect_no_word(tb);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* K-20, H-C04: with bus master off the commands end all the same, without a word. */
START_TEST(h_c04_stop_with_bus_master_off_ends_without_a_word)
{
    const struct stop *stop = &stops[_i];
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "%s", stop->name);
    set_scene(tb, IOAT_CHANCTRL_ERR_COMPLETION_EN, 0);
    tb_bus_master(tb, false);
    tb_command(tb, 0, stop->command);
    ioat_sim_fault_clear(tb->sim);
    wait_stopped(tb);
    expect_no_word(tb);
    tb_bus_master(tb, true);
    expect_no_word(tb);
    tb_close(tb);
}
END_TEST

/* K-20: a function-level reset never writes a word. */
START_TEST(h_c07_flr_writes_no_word)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static uint64_t bus[64];

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    for (unsigned i = 0; i < 64; i++) {
        struct tb_buf src = tb_src(tb, 1000, i), dst = tb_dst(tb, 1000, 2 * i);

        bus[i] = tb_copy(tb, dst.bus, src.bus, 1000, 0);
    }
    tb_chain(tb, bus, 64);
    tb_start_count(tb, 0, bus[0], 64);
    tb_step(tb, 400);
    tb_assert_state(tb, 0, ACTIVE);
    tb_flr(tb);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    expect_no_word(tb);
    tb_close(tb);
}
END_TEST

/* H-W06, H-S16, R-RST-4: after RESET nothing more is written and nobody reads the old chain. */
START_TEST(h_w06_reset_is_followed_by_silence)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static uint64_t bus[32];

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    for (unsigned i = 0; i < 32; i++) {
        struct tb_buf src = tb_src(tb, 700, i), dst = tb_dst(tb, 700, 2 * i);

        bus[i] = tb_copy(tb, dst.bus, src.bus, 700, i % 2 ? IOAT_CONTROL_COMPL_WRITE : 0);
    }
    tb_chain(tb, bus, 32);
    for (unsigned wait = 0; wait < 600; wait += 37) {
        tb_start_count(tb, 0, bus[0], 32);
        tb_step(tb, wait);
        tb_reset(tb, 0, TB_LONG);
        tb_watch_clear(tb);
        tb_step(tb, 800);
        tb_assert(tb, tb->watch[0].desc_ar.n + tb->watch[0].data_ar.n + tb->watch[0].data_aw.n +
                      tb->watch[0].word_aw.n + tb->watch[0].msg_aw.n == 0,
                  "a request came after RESET read as done, %u clocks into the run", wait);
        tb_assert(tb, tb->watch[0].data_w.n + tb->watch[0].data_b.n + tb->watch[0].data_r.n == 0,
                  "a beat came after RESET read as done, %u clocks into the run", wait);
        tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    }
    tb_close(tb);
}
END_TEST

Suite *stop_suite(void)
{
    Suite *suite = suite_create("stop");
    TCase *tc;

    tc = tb_case(suite, "stop-halt", 60);
    tcase_add_loop_test(tc, r_sta_7_abort_and_reset_write_the_last_good_descriptor, 0, 2 * STOP_N);
    tcase_add_loop_test(tc, r_sta_6_command_is_pending_until_its_word_is_answered, 0, STOP_N);
    tcase_add_loop_test(tc, r_sta_6_stop_without_enable_writes_no_word, 0, STOP_N);
    tcase_add_loop_test(tc, h_s17_reset_uses_the_settings_from_before_it, 0, 2);
    tcase_add_test(tc, h_w06_reset_with_misaligned_chancmp_writes_no_word);
    tcase_add_loop_test(tc, h_c04_stop_with_bus_master_off_ends_without_a_word, 0, STOP_N);
    tcase_add_loop_test(tc, h_c07_flr_writes_no_word, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_w06_reset_is_followed_by_silence, 0, tb_timing_n);
    tc = tb_case(suite, "stop-rest", 60);
    tcase_add_loop_test(tc, h_w11_stop_from_rest_writes_no_word, 0, 20);
    tc = tb_case(suite, "stop-suspend", 60);
    tcase_add_test(tc, r_sus_3_suspend_writes_the_last_completed_descriptor);
    tcase_add_test(tc, r_sta_6_suspend_without_enable_writes_no_word);
    tcase_add_test(tc, r_sus_3_suspended_is_not_readable_before_its_word_is_answered);
    tcase_add_test(tc, r_sus_3_flagged_descriptor_ends_with_the_suspended_word);
    return suite;
}
