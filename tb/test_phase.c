/* test_phase.c - a second command while the first one is still at work, and errors on the way.
 *
 * The work of a command is stretched: answers are withheld until the second command is in. So
 * every command meets every phase: the old list finishes, everything is given up, a command's
 * word is on its way, the last descriptor's NEXT is read again.
 */
#include <linux/pci_regs.h>

#include "tb.h"

enum { PATIENCE = 2000, COPY_BYTES = 300, PAIR = 2 };

enum phase { STOPPING, KILLING, WRITING, READING, PHASE_N };

static const char *const phase_name[PHASE_N] = {
    "SUSPEND awaits writes", "ABORT awaits writes", "the word of SUSPEND is written",
    "APPEND reads NEXT again",
};

/* A list of a copy and a null; `first` is the copy. */
struct scene {
    uint64_t bus[PAIR];
    struct tb_buf src, dst;
};

static struct scene new_scene(struct tb *tb)
{
    struct scene scene = { .src = tb_src(tb, COPY_BYTES, 5), .dst = tb_dst(tb, COPY_BYTES, 3) };

    scene.bus[0] = tb_copy(tb, scene.dst.bus, scene.src.bus, COPY_BYTES, 0);
    scene.bus[1] = tb_null(tb, 0);
    tb_chain(tb, scene.bus, PAIR);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    return scene;
}

/* Leaves channel 0 in the phase, for as long as answers are withheld. */
static void enter(struct tb *tb, enum phase phase, const struct scene *scene)
{
    if (phase == READING) {
        tb_start_list(tb, 0, scene->bus[0]);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
        tb_hold(tb, IOAT_SIM_FAULT_READ, scene->bus[1], IOAT_DESC_BYTES);
        tb_command(tb, 0, IOAT_CHANCMD_APPEND);
        tb_step(tb, PATIENCE);
        tb_assert_state(tb, 0, ACTIVE);
        return;
    }
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, scene->dst.bus, COPY_BYTES);
    tb_start_list(tb, 0, scene->bus[0]);
    tb_step(tb, PATIENCE);
    tb_command(tb, 0, phase == KILLING ? IOAT_CHANCMD_ABORT : IOAT_CHANCMD_SUSPEND);
    tb_step(tb, PATIENCE);
    if (phase == WRITING) {
        ioat_sim_fault_clear(tb->sim);
        tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
        tb_step(tb, PATIENCE);
        tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    }
    tb_assert_reg(tb, 0, CHANCMD, phase == KILLING ? IOAT_CHANCMD_ABORT : IOAT_CHANCMD_SUSPEND);
}

#define TWO_BITS (IOAT_CHANCMD_SUSPEND | IOAT_CHANCMD_ABORT)
#define END(state) IOAT_CHANSTS_STATE_##state

/* The state that each command leads to, in each phase: K-05, K-11 to K-16, K-18, K-19. */
static const struct second {
    const char *name;
    uint8_t command;               /* 0: CHAINADDR is written */
    unsigned end[PHASE_N];
    uint32_t chanerr;
} seconds[] = {
    { "SUSPEND", IOAT_CHANCMD_SUSPEND, { END(SUSPENDED), END(HALTED), END(SUSPENDED), END(SUSPENDED) }, 0 },
    { "RESUME", IOAT_CHANCMD_RESUME, { END(SUSPENDED), END(HALTED), END(SUSPENDED), END(IDLE) }, 0 },
    { "APPEND", IOAT_CHANCMD_APPEND, { END(SUSPENDED), END(HALTED), END(SUSPENDED), END(IDLE) }, 0 },
    { "START", IOAT_CHANCMD_START, { END(IDLE), END(IDLE), END(IDLE), END(IDLE) }, 0 },
    { "ABORT", IOAT_CHANCMD_ABORT, { END(HALTED), END(HALTED), END(HALTED), END(HALTED) }, 0 },
    { "RESET", IOAT_CHANCMD_RESET, { END(HALTED), END(HALTED), END(HALTED), END(HALTED) }, 0 },
    { "two bits", TWO_BITS, { END(HALTED), END(HALTED), END(HALTED), END(HALTED) },
      IOAT_CHANERR_CHANCMD },
    { "CHAINADDR", 0, { END(ARMED), END(ARMED), END(ARMED), END(ARMED) }, 0 },
};
enum { SECOND_N = sizeof seconds / sizeof seconds[0] };

static void wait_end(struct tb *tb)
{
    unsigned reads = 0;

    while (TB_RD(tb, 0, CHANCMD) != 0 || tb_state(tb, 0) == IOAT_CHANSTS_STATE_ACTIVE)
        tb_assert(tb, reads++ < TB_LONG / 10, "the commands do not end");
    tb_wait_quiet(tb, TB_LONG);
}

/* Rows: phases x second commands. */
START_TEST(k_05_second_command_in_each_phase_leads_to_the_state_of_the_table)
{
    enum phase phase = (enum phase)(_i / SECOND_N);
    const struct second *second = &seconds[_i % SECOND_N];
    struct tb *tb = tb_open(NULL);
    struct scene scene;

    tb_note(tb, "%s, then %s", phase_name[phase], second->name);
    scene = new_scene(tb);
    enter(tb, phase, &scene);
    if (second->command)
        TB_WR(tb, 0, CHANCMD, second->command);
    else
        TB_WR(tb, 0, CHAINADDR, scene.bus[0]);
    tb_step(tb, PATIENCE);
    ioat_sim_fault_clear(tb->sim);
    wait_end(tb);
    tb_expect_state(tb, 0, second->end[phase]);
    tb_assert_chanerr(tb, 0, second->chanerr);
    tb_close(tb);
}
END_TEST

/* H-C07: the phases, and the states between commands. */
enum { REST_N = 5 };
static const unsigned rests[REST_N] = {
    END(ARMED), END(IDLE), END(SUSPENDED), END(HALTED), END(ACTIVE),
};

static void rest(struct tb *tb, unsigned state, const struct scene *scene)
{
    if (state == IOAT_CHANSTS_STATE_ACTIVE)
        tb_hold(tb, IOAT_SIM_FAULT_READ, scene->src.bus, COPY_BYTES);
    tb_start_list(tb, 0, scene->bus[0]);
    tb_wait_state(tb, 0, state == IOAT_CHANSTS_STATE_ACTIVE ? TB_IN(ACTIVE) : TB_IN(IDLE), TB_LONG);
    if (state == IOAT_CHANSTS_STATE_ARMED)
        TB_WR(tb, 0, CHAINADDR, scene->bus[0]);
    if (state == IOAT_CHANSTS_STATE_SUSPENDED)
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    if (state == IOAT_CHANSTS_STATE_HALTED)
        tb_command(tb, 0, IOAT_CHANCMD_ABORT);
    tb_expect_state(tb, 0, state);
}

/* Function-level reset whose end waits for what is withheld; then the firmware's part. */
static void function_level_reset(struct tb *tb)
{
    const unsigned express = tb_cfg_cap(tb, PCI_CAP_ID_EXP);
    const uint32_t devctl = tb_cfg_read(tb, express + PCI_EXP_DEVCTL, 2);
    const uint32_t bar[] = { tb_cfg_read(tb, PCI_BASE_ADDRESS_0, 4),
                             tb_cfg_read(tb, PCI_BASE_ADDRESS_1, 4) };

    tb_cfg_write(tb, express + PCI_EXP_DEVCTL, 2, devctl | PCI_EXP_DEVCTL_BCR_FLR);
    tb_step(tb, PATIENCE);
    ioat_sim_fault_clear(tb->sim);
    tb_step(tb, tb_us(tb, 100));
    tb_cfg_write(tb, PCI_BASE_ADDRESS_0, 4, bar[0]);
    tb_cfg_write(tb, PCI_BASE_ADDRESS_1, 4, bar[1]);
    tb_cfg_write(tb, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

START_TEST(h_c07_flr_in_each_phase_and_state_ends_at_power_on_values)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene;

    tb_note(tb, "row %d", _i);
    scene = new_scene(tb);
    if (_i < PHASE_N)
        enter(tb, (enum phase)_i, &scene);
    else
        rest(tb, rests[_i - PHASE_N], &scene);
    function_level_reset(tb);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    tb_assert_reg(tb, 0, CHANCMP, 0);
    tb_assert_chanerr(tb, 0, 0);
    tb_wait_quiet(tb, TB_LONG);
    /* And the channel works. */
    tb_setup(tb, 0, 0);
    tb_start_list(tb, 0, scene.bus[0]);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_check_copy(tb, &scene.dst, &scene.src, COPY_BYTES);
    tb_close(tb);
}
END_TEST

/* H-C04, K-62: a list under way waits for bus master, and then goes on as if nothing had been. */
START_TEST(h_c04_list_waits_for_bus_master)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = new_scene(tb);

    tb_hold(tb, IOAT_SIM_FAULT_READ, scene.src.bus, COPY_BYTES);
    tb_start_list(tb, 0, scene.bus[0]);
    tb_step(tb, PATIENCE);
    tb_bus_master(tb, false);
    ioat_sim_fault_clear(tb->sim);
    tb_step(tb, PATIENCE);
    tb_assert_state(tb, 0, ACTIVE);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 0);
    tb_bus_master(tb, true);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(scene.bus[1], IDLE));
    tb_check_copy(tb, &scene.dst, &scene.src, COPY_BYTES);
    tb_close(tb);
}
END_TEST

/* K-20: with bus master off the word of a SUSPEND waits; RESET does not wait for it. */
START_TEST(k_20_reset_ends_a_suspend_whose_word_cannot_be_written)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = new_scene(tb);

    tb_hold(tb, IOAT_SIM_FAULT_WRITE, scene.dst.bus, COPY_BYTES);
    tb_start_list(tb, 0, scene.bus[0]);
    tb_step(tb, PATIENCE);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    tb_bus_master(tb, false);
    ioat_sim_fault_clear(tb->sim);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    tb_reset(tb, 0, TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_close(tb);
}
END_TEST

/* K-44, H-E03: the word of SUSPEND is answered with an error. */
START_TEST(h_e03_error_answer_to_the_word_of_suspend_halts)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene = new_scene(tb);
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_SLVERR, .first = tb_word_bus(tb, 0),
        .last = tb_word_bus(tb, 0) + 7, .count = 1, .percent = 100,
    };

    tb_hold(tb, IOAT_SIM_FAULT_WRITE, scene.dst.bus, COPY_BYTES);
    tb_start_list(tb, 0, scene.bus[0]);
    tb_step(tb, PATIENCE);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_assert(tb, ioat_sim_fault_add(tb->sim, &fault) >= 0, "no room for a fault");
    wait_end(tb);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_WRITE_DATA);
    tb_close(tb);
}
END_TEST

/* ---- errors in descriptor reads, beat by beat ---- */

enum role { FIRST, LATER, AGAIN, ROLE_N };
enum { BEATS = 6, BEAT_BYTES = 8 };    /* on the narrowest bus; wider ones have fewer */

static const char *const role_name[ROLE_N] = {
    "the first descriptor", "a later one", "the last one, read again after APPEND",
};

/* H-E02, K-30: an error on any part of a descriptor halts before it. Rows: roles x parts. */
START_TEST(h_e02_read_error_on_any_part_of_a_descriptor_halts)
{
    enum role role = (enum role)(_i / BEATS);
    unsigned part = (unsigned)_i % BEATS;
    struct tb *tb = tb_open(NULL);
    struct scene scene = new_scene(tb);
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = part % 2 ? IOAT_SIM_DECERR : IOAT_SIM_SLVERR,
        .first = scene.bus[role != FIRST] + part * BEAT_BYTES, .percent = 100,
    };
    uint64_t last = role == FIRST ? 0 : scene.bus[role == AGAIN];

    fault.last = fault.first + BEAT_BYTES - 1;
    tb_note(tb, "%s, bytes from %u", role_name[role], part * BEAT_BYTES);
    if (role == AGAIN) {
        tb_start_list(tb, 0, scene.bus[0]);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    }
    tb_assert(tb, ioat_sim_fault_add(tb->sim, &fault) >= 0, "no room for a fault");
    if (role == AGAIN)
        tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    else
        tb_start_list(tb, 0, scene.bus[0]);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, HALTED));
    tb_assert_word(tb, 0, TB_WORD(last, HALTED));
    tb_close(tb);
}
END_TEST

/* K-37: the same in memory behind the last descriptor that the list goes through: what was read on a
 * guess and dropped does not matter. */
START_TEST(k_37_read_error_in_a_guess_that_was_wrong_is_nothing)
{
    enum { N = 8 };
    unsigned part = (unsigned)_i;
    struct tb *tb = tb_open(&(struct ioat_sim_timing){ .read_latency = 20, .write_latency = 1 });
    uint64_t bus[N];
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_SLVERR, .percent = 100,
    };

    tb_note(tb, "bytes from %u", part * BEAT_BYTES);
    tb_setup(tb, 0, 0);
    /* In a row but for one place, where the list jumps over a slot. */
    for (unsigned i = 0; i < N; i++)
        bus[i] = tb_slot(tb, 64 + i + (i >= N / 2));
    for (unsigned i = 0; i < N; i++)
        *tb_desc(tb, bus[i]) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER, .next = i + 1 < N ? bus[i + 1] : 0,
        };
    fault.first = bus[N / 2 - 1] + IOAT_DESC_BYTES + part * BEAT_BYTES;
    fault.last = fault.first + BEAT_BYTES - 1;
    tb_assert(tb, ioat_sim_fault_add(tb->sim, &fault) >= 0, "no room for a fault");
    tb_start_list(tb, 0, bus[0]);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[N - 1], IDLE));
    tb_close(tb);
}
END_TEST

/* H-E04, K-44: CHANCMP is bad by the time the words of n copies are due; they are all written while the
 * word before them is not answered. The first of them halts. Rows: n. */
START_TEST(h_e04_misplaced_word_halts_however_many_copies_wait)
{
    enum { COPIES_MAX = 12 };
    unsigned n = (unsigned)_i;
    struct tb *tb = tb_open(NULL);
    uint64_t bus[1 + COPIES_MAX];

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    bus[0] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
    for (unsigned i = 1; i <= n; i++)
        bus[i] = tb_copy(tb, tb_dst(tb, COPY_BYTES, 1).bus, tb_src(tb, COPY_BYTES, 2).bus, COPY_BYTES,
                         IOAT_CONTROL_COMPL_WRITE);
    tb_chain(tb, bus, 1 + n);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_start_count(tb, 0, bus[0], 1);
    tb_step(tb, PATIENCE);
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 4);
    TB_WR(tb, 0, DMACOUNT, 1 + n);
    tb_step(tb, PATIENCE);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CMP_ADDR);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[0], HALTED));
    tb_close(tb);
}
END_TEST

/* ---- answers that are missing when RESET or function-level reset comes ---- */

enum access { PAYLOAD_WRITE, WORD, MESSAGE, ACCESS_N };

/* H-S16, H-C07: rows: accesses x RESET, function-level reset. */
START_TEST(h_s16_reset_awaits_whatever_is_not_answered)
{
    enum access access = (enum access)(_i / 2);
    bool flr = _i % 2;
    struct tb *tb = tb_open(NULL);
    struct scene scene;

    tb_note(tb, "access %d, %s", access, flr ? "function-level reset" : "RESET");
    tb_msix_setup(tb);
    scene = new_scene(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_desc(tb, scene.bus[1])->control |= IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN;
    switch (access) {
    case PAYLOAD_WRITE: tb_hold(tb, IOAT_SIM_FAULT_WRITE, scene.dst.bus, COPY_BYTES); break;
    case WORD: tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8); break;
    default: tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_msix_addr(0), 4); break;
    }
    tb_start_list(tb, 0, scene.bus[0]);
    tb_step(tb, PATIENCE);
    if (flr) {
        function_level_reset(tb);
    } else {
        TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        tb_step(tb, PATIENCE);
        tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        ioat_sim_fault_clear(tb->sim);
        wait_end(tb);
    }
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_close(tb);
}
END_TEST

/* K-19: whenever the second one comes. */
START_TEST(k_19_second_reset_keeps_the_word_of_the_first)
{
    struct tb *tb = tb_open(NULL);
    struct scene scene;

    for (unsigned clocks = 0; clocks < 40; clocks++) {
        tb_note(tb, "second RESET %u clocks after the first", clocks);
        scene = new_scene(tb);
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        tb_start_list(tb, 0, scene.bus[0]);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        tb_step(tb, clocks);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
        wait_end(tb);
        tb_assert(tb, (*tb_word(tb, 0) & IOAT_CHANSTS_STATE) == IOAT_CHANSTS_STATE_HALTED,
                  "the word is 0x%llx", (unsigned long long)*tb_word(tb, 0));
        tb_rewind(tb);
    }
    tb_close(tb);
}
END_TEST

/* K-52: while one message is refused another channel's waits; it comes. */
START_TEST(k_52_refused_message_does_not_hold_up_the_next)
{
    struct tb *tb = tb_open(NULL);
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_SLVERR, .percent = 100, .count = 1,
    };

    fault.first = tb_msix_addr(0);         /* whichever of the two goes first */
    fault.last = tb_msix_addr(1) + 3;
    if (tb->channels > 1) {
        tb_msix_setup(tb);
        for (unsigned ch = 0; ch < 2; ch++)
            tb_ring(tb, ch, TB_CHANCTRL_ALL, IOAT_CONTROL_INT_EN);
        tb_msix_function_mask(tb, true);
        for (unsigned ch = 0; ch < 2; ch++)
            tb_ring_run(tb, ch, 1);
        tb_step(tb, PATIENCE);
        tb_assert(tb, ioat_sim_fault_add(tb->sim, &fault) >= 0, "no room for a fault");
        tb_msix_function_mask(tb, false);
        tb_step(tb, PATIENCE);
        tb_assert_eq(tb, tb_messages(tb, 0) + tb_messages(tb, 1), 1);
        tb_assert_chanerr(tb, 0, 0);
    }
    tb_close(tb);
}
END_TEST

Suite *phase_suite(void);
Suite *phase_suite(void)
{
    Suite *suite = suite_create("phase");
    TCase *tc = tb_case(suite, "phase-second", 30);

    tcase_add_loop_test(tc, k_05_second_command_in_each_phase_leads_to_the_state_of_the_table, 0,
                        PHASE_N * SECOND_N);
    tcase_add_loop_test(tc, h_c07_flr_in_each_phase_and_state_ends_at_power_on_values, 0,
                        PHASE_N + REST_N);
    tcase_add_test(tc, h_c04_list_waits_for_bus_master);
    tcase_add_test(tc, k_20_reset_ends_a_suspend_whose_word_cannot_be_written);
    tc = tb_case(suite, "phase-faults", 30);
    tcase_add_test(tc, h_e03_error_answer_to_the_word_of_suspend_halts);
    tcase_add_loop_test(tc, h_e02_read_error_on_any_part_of_a_descriptor_halts, 0, ROLE_N * BEATS);
    tcase_add_loop_test(tc, k_37_read_error_in_a_guess_that_was_wrong_is_nothing, 0, BEATS);
    tcase_add_loop_test(tc, h_e04_misplaced_word_halts_however_many_copies_wait, 1, 13);
    tcase_add_loop_test(tc, h_s16_reset_awaits_whatever_is_not_answered, 0, 2 * ACCESS_N);
    tcase_add_test(tc, k_19_second_reset_keeps_the_word_of_the_first);
    tcase_add_test(tc, k_52_refused_message_does_not_hold_up_the_next);
    return suite;
}
