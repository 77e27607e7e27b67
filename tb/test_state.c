/* test_state.c - every command in every state, and commands that are none.
 *
 * The table is that of the I/OAT sheet, section 4.5, as docs/decisions.md (K-10 to
 * K-19, K-21) completes it. A row is a way to reach a state, a column a command.
 */
#include "scene.h"

enum setup {
    POWER_ON, AFTER_RESET,                    /* HALTED, bare */
    AFTER_ABORT_COUNT, AFTER_ABORT_LIST,      /* HALTED, last good address kept */
    AFTER_ERROR_COUNT, AFTER_ERROR_LIST,
    ARMED,
    IDLE_COUNT, IDLE_LIST,
    SUSPENDED_IDLE_COUNT, SUSPENDED_IDLE_LIST, /* SUSPEND came in IDLE */
    SUSPENDED_ARMED,                           /* SUSPEND came in ARMED */
    SUSPENDED_MID_COUNT, SUSPENDED_MID_LIST,   /* SUSPEND came in ACTIVE: work is left */
    ACTIVE_COUNT, ACTIVE_LIST,                 /* the first descriptor's read is held */
    SETUP_N
};

static const char *const setup_name[SETUP_N] = {
    "power-on", "HALTED by RESET",
    "HALTED by ABORT, count mode", "HALTED by ABORT, list mode",
    "HALTED by an error, count mode", "HALTED by an error, list mode",
    "ARMED", "IDLE, count mode", "IDLE, list mode",
    "SUSPENDED in IDLE, count mode", "SUSPENDED in IDLE, list mode", "SUSPENDED in ARMED",
    "SUSPENDED with work left, count mode", "SUSPENDED with work left, list mode",
    "ACTIVE, count mode", "ACTIVE, list mode",
};

enum command { START, APPEND, SUSPEND, RESUME, ABORT, RESET, CHAINADDR, DOORBELL, COMMAND_N };

static const char *const command_name[COMMAND_N] = {
    "START", "APPEND", "SUSPEND", "RESUME", "ABORT", "RESET", "CHAINADDR write", "doorbell",
};

/* A chain has a base, which is counted or listed before the command, and extra
 * descriptors behind it, which an APPEND or a doorbell adds. */
enum outcome {
    KEEP,        /* CHANSTS stays, the bus is silent */
    ARM,         /* exactly ARMED, silent */
    SUSP,        /* SUSPENDED on the same address, silent */
    HALT,        /* HALTED on the same address, silent */
    BARE,        /* HALTED, bare, registers at power-on values, silent */
    AGAIN,       /* IDLE on the same address; the last descriptor may be read, nothing else */
    FAULT,       /* runs from address 0, where nothing is mapped: HALTED with one error */
    REST,        /* the rest of the base runs, then IDLE */
    MORE,        /* the rest of the base and the extra ones run, then IDLE */
    WHOLE,       /* all run from CHAINADDR, then IDLE */
    ACT_SUSP,    /* started ones finish; word; SUSPENDED */
    ACT_ABORT,   /* nothing finishes; word; HALTED */
    ACT_RESET,   /* nothing finishes; word; HALTED, bare */
    ACT_ARM,     /* started ones finish; ARMED */
    ACT_RESTART, /* started ones finish, then all run from CHAINADDR */
};

static const enum outcome outcomes[SETUP_N][COMMAND_N] = {
    /*                        START  APPEND SUSPEND RESUME ABORT RESET CHAINADDR DOORBELL */
    [POWER_ON]             = { FAULT, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [AFTER_RESET]          = { FAULT, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [AFTER_ABORT_COUNT]    = { WHOLE, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [AFTER_ABORT_LIST]     = { WHOLE, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [AFTER_ERROR_COUNT]    = { WHOLE, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [AFTER_ERROR_LIST]     = { WHOLE, KEEP,  KEEP,   KEEP,  KEEP, BARE, ARM,      KEEP },
    [ARMED]                = { WHOLE, KEEP,  SUSP,   KEEP,  HALT, BARE, ARM,      WHOLE },
    [IDLE_COUNT]           = { KEEP,  KEEP,  SUSP,   KEEP,  HALT, BARE, ARM,      MORE },
    [IDLE_LIST]            = { WHOLE, MORE,  SUSP,   KEEP,  HALT, BARE, ARM,      KEEP },
    [SUSPENDED_IDLE_COUNT] = { KEEP,  KEEP,  KEEP,   AGAIN, HALT, BARE, ARM,      KEEP },
    [SUSPENDED_IDLE_LIST]  = { WHOLE, KEEP,  KEEP,   AGAIN, HALT, BARE, ARM,      KEEP },
    [SUSPENDED_ARMED]      = { WHOLE, KEEP,  KEEP,   ARM,   HALT, BARE, ARM,      KEEP },
    [SUSPENDED_MID_COUNT]  = { KEEP,  KEEP,  KEEP,   REST,  HALT, BARE, ARM,      KEEP },
    [SUSPENDED_MID_LIST]   = { WHOLE, KEEP,  KEEP,   REST,  HALT, BARE, ARM,      KEEP },
    [ACTIVE_COUNT] = { REST,        REST, ACT_SUSP, REST, ACT_ABORT, ACT_RESET, ACT_ARM, MORE },
    [ACTIVE_LIST]  = { ACT_RESTART, MORE, ACT_SUSP, REST, ACT_ABORT, ACT_RESET, ACT_ARM, REST },
};

enum { BASE = 2, EXTRA = 2, UNKNOWN_OP = 0x87 };

static struct cells cells;   /* base and extra */
static unsigned base;

static bool is_list(enum setup setup)
{
    return setup == AFTER_ABORT_LIST || setup == AFTER_ERROR_LIST || setup == IDLE_LIST ||
           setup == SUSPENDED_IDLE_LIST || setup == SUSPENDED_MID_LIST || setup == ACTIVE_LIST;
}

static bool is_long(enum setup setup)
{
    return setup == SUSPENDED_MID_COUNT || setup == SUSPENDED_MID_LIST ||
           setup == ACTIVE_COUNT || setup == ACTIVE_LIST;
}

static bool is_active(enum setup setup)
{
    return setup == ACTIVE_COUNT || setup == ACTIVE_LIST;
}

/* ---- reaching a state ---- */

static void build_chain(struct tb *tb, enum setup setup)
{
    base = is_long(setup) ? SCENE_LONG : BASE;
    cells_make(tb, &cells, base + EXTRA, 0, 0);
    if (is_list(setup)) {
        cells_link(tb, &cells, 0, base);
        cells_link(tb, &cells, base, EXTRA);
    }
}

static void run_base(struct tb *tb, enum scene_mode mode)
{
    scene_start(tb, 0, &cells, base, mode);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
}

/* The descriptor behind the base is bad while the chain runs, and good again after. */
static void run_into_error(struct tb *tb, enum scene_mode mode)
{
    struct ioat_desc *bad = tb_desc(tb, cells_at(&cells, base));
    const uint32_t good = bad->control;

    bad->control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, UNKNOWN_OP);
    tb_link(tb, cells_at(&cells, base - 1), cells_at(&cells, base));
    scene_start(tb, 0, &cells, base + 1, mode);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL);
    bad->control = good;
}

static void reach(struct tb *tb, enum setup setup)
{
    const enum scene_mode mode = is_list(setup) ? SCENE_LIST : SCENE_COUNT;

    build_chain(tb, setup);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    switch (setup) {
    case POWER_ON:
        break;
    case AFTER_RESET:
        run_base(tb, mode);
        tb_reset(tb, 0, TB_LONG);
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        break;
    case AFTER_ABORT_COUNT:
    case AFTER_ABORT_LIST:
        run_base(tb, mode);
        tb_command(tb, 0, IOAT_CHANCMD_ABORT);
        break;
    case AFTER_ERROR_COUNT:
    case AFTER_ERROR_LIST:
        run_into_error(tb, mode);
        break;
    case ARMED:
    case SUSPENDED_ARMED:
        TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
        break;
    case IDLE_COUNT:
    case IDLE_LIST:
    case SUSPENDED_IDLE_COUNT:
    case SUSPENDED_IDLE_LIST:
        run_base(tb, mode);
        break;
    default:
        scene_start_held(tb, 0, &cells, base, mode);
        break;
    }
    if (setup >= SUSPENDED_IDLE_COUNT && setup <= SUSPENDED_MID_LIST)
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    if (!is_active(setup)) {
        scene_release(tb);
        scene_settle(tb, 0);
    }
}

/* ---- giving a command ---- */

static const uint8_t command_bit[] = {
    [START] = IOAT_CHANCMD_START, [APPEND] = IOAT_CHANCMD_APPEND,
    [SUSPEND] = IOAT_CHANCMD_SUSPEND, [RESUME] = IOAT_CHANCMD_RESUME,
    [ABORT] = IOAT_CHANCMD_ABORT, [RESET] = IOAT_CHANCMD_RESET,
};

static void give(struct tb *tb, enum setup setup, enum command command)
{
    if (command == START)     /* all of it, so that a run from CHAINADDR shows */
        cells_link(tb, &cells, 0, cells.n);
    if (command == APPEND && is_list(setup))
        tb_link(tb, cells_at(&cells, base - 1), cells_at(&cells, base));
    if (command == CHAINADDR)
        TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    else if (command == DOORBELL)
        TB_WR(tb, 0, DMACOUNT, cells.n);
    else
        tb_command(tb, 0, command_bit[command]);
}

/* ---- judging ---- */

struct before {
    uint64_t chansts, written;
    uint32_t chanerr;
    uint16_t dmacount;
    uint64_t words;
};

static struct before look(struct tb *tb)
{
    return (struct before) {
        .chansts = TB_RD(tb, 0, CHANSTS), .written = scene_written(tb, 0),
        .chanerr = (uint32_t)TB_RD(tb, 0, CHANERR),
        .dmacount = (uint16_t)TB_RD(tb, 0, DMACOUNT), .words = tb->watch[0].word_aw.n,
    };
}

/* Outcomes that leave the channel without a reason to touch the bus. */
static bool is_silent(enum outcome outcome)
{
    return outcome == KEEP || outcome == ARM || outcome == SUSP || outcome == HALT ||
           outcome == BARE;
}

static void expect_silent_outcome(struct tb *tb, enum outcome outcome, const struct before *before)
{
    const uint64_t completed = before->chansts & IOAT_CHANSTS_COMPLETED;

    cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
    if (outcome == KEEP)
        tb_assert_reg(tb, 0, CHANSTS, before->chansts);
    else if (outcome == ARM)
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    else if (outcome == SUSP)
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(completed, SUSPENDED));
    else if (outcome == HALT)
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(completed, HALTED));
    else
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
}

/* Cells first .. end - 1 ran, once; those behind did not. No word was asked for. */
static void expect_ran(struct tb *tb, const struct before *before, unsigned first, unsigned end)
{
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, end - 1), IDLE));
    cells_expect(tb, &cells, 0, first, CELL_UNTOUCHED);
    cells_expect(tb, &cells, first, end, CELL_DONE);
    cells_expect(tb, &cells, end, cells.n, CELL_UNTOUCHED);
    tb_assert_eq(tb, scene_written(tb, 0) - before->written, cells_bytes(&cells, first, end));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, before->words);
}

static void expect_started_ones_ran(struct tb *tb, const struct before *before, unsigned ran)
{
    tb_assert(tb, ran >= 1, "the descriptor that had started did not finish");
    tb_assert(tb, ran < base, "all %u descriptors ran, so nothing was dropped", base);
    cells_expect_stopped(tb, &cells, (int)ran - 1, false);
    tb_assert_eq(tb, scene_written(tb, 0) - before->written, cells_bytes(&cells, 0, ran));
}

/* The old list's started ones, then everything from CHAINADDR. */
static void expect_restarted(struct tb *tb, const struct before *before)
{
    const uint64_t written = scene_written(tb, 0) - before->written;
    const uint64_t all = cells_bytes(&cells, 0, cells.n);
    bool boundary = false;

    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    for (unsigned ran = 1; ran < base; ran++)
        boundary |= written == all + cells_bytes(&cells, 0, ran);
    tb_assert(tb, boundary, "%llu bytes were written: not the chain and a part of it that ended "
              "at a descriptor", (unsigned long long)written);
}

static void expect_active_outcome(struct tb *tb, enum outcome outcome, const struct before *before)
{
    const uint64_t completed = tb_completed(tb, 0);

    switch (outcome) {
    case ACT_SUSP:
        tb_assert_state(tb, 0, SUSPENDED);
        expect_started_ones_ran(tb, before, (unsigned)cells_index(tb, &cells, completed) + 1);
        tb_assert_word(tb, 0, TB_WORD(completed, SUSPENDED));
        break;
    case ACT_ABORT:
    case ACT_RESET:
        /* The read was held until after the command: nothing can have finished. */
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
        tb_assert_word(tb, 0, IOAT_CHANSTS_STATE_HALTED);
        scene_expect_silence(tb, 0, 200);
        break;
    case ACT_ARM:
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
        expect_started_ones_ran(tb, before, cells_ran(tb, &cells));
        scene_expect_silence(tb, 0, 200);
        break;
    default:
        expect_restarted(tb, before);
        break;
    }
}

static void expect_outcome(struct tb *tb, enum outcome outcome, const struct before *before)
{
    const uint64_t completed = before->chansts & IOAT_CHANSTS_COMPLETED;
    const unsigned next = (unsigned)cells_index(tb, &cells, completed) + 1;

    switch (outcome) {
    case AGAIN:
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(completed, IDLE));
        cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
        tb_assert_eq(tb, tb->watch[0].word_aw.n, before->words);
        break;
    case FAULT: {
        const uint32_t chanerr = (uint32_t)TB_RD(tb, 0, CHANERR);

        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        tb_assert(tb, chanerr == IOAT_CHANERR_READ_DATA || chanerr == IOAT_CHANERR_CHAIN_ADDR,
                  "CHANERR is 0x%x after START at address 0", chanerr);
        cells_expect(tb, &cells, 0, cells.n, CELL_UNTOUCHED);
        break;
    }
    case REST:
        expect_ran(tb, before, next, base);
        break;
    case MORE:
        expect_ran(tb, before, next, cells.n);
        break;
    case WHOLE:
        expect_ran(tb, before, 0, cells.n);
        break;
    default:
        expect_active_outcome(tb, outcome, before);
        break;
    }
}

static void expect_registers(struct tb *tb, enum command command, const struct before *before)
{
    const bool reset = command == RESET;

    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, DMACOUNT, command == DOORBELL ? cells.n
                                   : reset || command == CHAINADDR ? 0 : before->dmacount);
    if (!reset)
        return;
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    tb_assert_reg(tb, 0, CHANCMP, 0);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & ~(uint64_t)IOAT_CHANCTRL_IN_USE, 0);
}

/* H-S01, H-S02, H-S12, H-S14, H-S15, H-S16, H-S20, H-S21, H-S22, H-N02, H-N08, H-N10, H-W11,
 * K-11, K-12, K-13, K-14, K-15, K-16, K-17, K-18, K-19, K-21,
 * R-START-1, R-START-4, R-RES-3, R-ABT-1, R-ABT-2, R-RST-1, R-RST-2, R-RST-3:
 * the table of the sheet's section 4.5. */
START_TEST(k_10_command_in_state_has_the_outcome_of_the_table)
{
    const enum setup setup = (enum setup)(_i / COMMAND_N);
    const enum command command = (enum command)(_i % COMMAND_N);
    const enum outcome outcome = outcomes[setup][command];
    struct tb *tb = tb_open(NULL);
    struct before before;

    tb_note(tb, "%s in state: %s", command_name[command], setup_name[setup]);
    reach(tb, setup);
    cells_restore(&cells);
    before = look(tb);
    if (is_silent(outcome)) {
        const struct tb_watch watch = tb->watch[0];

        give(tb, setup, command);
        scene_expect_silence(tb, 0, 200);
        tb_assert_eq(tb, tb->watch[0].desc_ar.n, watch.desc_ar.n);
        tb_assert_eq(tb, tb->watch[0].word_aw.n, watch.word_aw.n);
        expect_silent_outcome(tb, outcome, &before);
    } else {
        give(tb, setup, command);
        scene_release(tb);
        scene_settle(tb, 0);
        expect_outcome(tb, outcome, &before);
    }
    if (outcome != FAULT)
        tb_assert_chanerr(tb, 0, before.chanerr);
    expect_registers(tb, command, &before);
    tb_close(tb);
}
END_TEST

/* H-S03: and the sheet's section 4.10. */
START_TEST(k_21_power_on_is_halted_bare_without_any_access)
{
    struct tb *tb = tb_open(NULL);

    tb_step(tb, 1000);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert_reg(tb, ch, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        tb_assert_chanerr(tb, ch, 0);
        scene_expect_silence(tb, ch, 1);
        tb_assert_eq(tb, tb->watch[ch].desc_ar.n, 0);
    }
    tb_assert(tb, !ioat_sim_bus_busy(tb->sim), "the engine uses the bus after power-on");
    tb_close(tb);
}
END_TEST

/* ---- two command bits in one write ---- */

enum { COMMAND_BITS = 6, BAD_COMMAND_N = (1 << COMMAND_BITS) - 1 - COMMAND_BITS };

/* The i-th value with at least two of the command bits. */
static uint8_t bad_command(int i)
{
    for (unsigned value = 0; value < 1u << COMMAND_BITS; value++)
        if (__builtin_popcount(value) > 1 && i-- == 0)
            return (uint8_t)value;
    ck_abort_msg("there are only %d such values", BAD_COMMAND_N);
}

START_TEST(h_e05_two_command_bits_do_nothing_in_armed_but_set_one_error_bit)
{
    const uint8_t command = bad_command(_i);
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "CHANCMD := 0x%02x", command);
    reach(tb, ARMED);
    tb_command(tb, 0, command);
    scene_expect_silence(tb, 0, 200);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, CHAINADDR, cells_at(&cells, 0));
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 0));
    tb_close(tb);
}
END_TEST

START_TEST(h_e05_two_command_bits_leave_a_channel_that_does_not_run)
{
    struct tb *tb = tb_open(NULL);
    uint64_t chansts;

    tb_note(tb, "state: %s", setup_name[_i]);
    reach(tb, (enum setup)_i);
    TB_WR(tb, 0, CHANERR, UINT32_MAX);
    chansts = TB_RD(tb, 0, CHANSTS);
    tb_command(tb, 0, IOAT_CHANCMD_START | IOAT_CHANCMD_RESET);
    scene_expect_silence(tb, 0, 200);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    tb_assert_reg(tb, 0, CHANSTS, chansts);
    tb_close(tb);
}
END_TEST

START_TEST(h_e05_two_command_bits_halt_a_channel_that_runs)
{
    const enum setup setup = _i ? ACTIVE_LIST : ACTIVE_COUNT;
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "state: %s", setup_name[setup]);
    reach(tb, setup);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND | IOAT_CHANCMD_ABORT);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    tb_assert_word(tb, 0, TB_RD(tb, 0, CHANSTS));
    cells_expect_stopped(tb, &cells, cells_index(tb, &cells, tb_completed(tb, 0)), true);
    tb_assert(tb, cells_mark(tb, &cells, base - 1) == CELL_UNTOUCHED,
              "the last descriptor ran after the error");
    scene_expect_silence(tb, 0, 200);
    tb_close(tb);
}
END_TEST

/* A command that was no command leaves nothing behind: the next one works. */
START_TEST(h_e05_chain_runs_after_a_bad_command)
{
    struct tb *tb = tb_open(NULL);

    reach(tb, ARMED);
    tb_command(tb, 0, IOAT_CHANCMD_START | IOAT_CHANCMD_SUSPEND);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    TB_WR(tb, 0, CHANERR, IOAT_CHANERR_CHANCMD);
    tb_assert_chanerr(tb, 0, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_COUNT);
    tb_close(tb);
}
END_TEST

Suite *state_suite(void);

Suite *state_suite(void)
{
    Suite *suite = suite_create("state");
    TCase *table = tb_case(suite, "state-table", 30);
    TCase *bad = tb_case(suite, "state-two-commands", 30);

    tcase_add_loop_test(table, k_10_command_in_state_has_the_outcome_of_the_table, 0,
                        SETUP_N * COMMAND_N);
    tcase_add_test(table, k_21_power_on_is_halted_bare_without_any_access);

    tcase_add_loop_test(bad, h_e05_two_command_bits_do_nothing_in_armed_but_set_one_error_bit, 0,
                        BAD_COMMAND_N);
    tcase_add_loop_test(bad, h_e05_two_command_bits_leave_a_channel_that_does_not_run, 0,
                        ACTIVE_COUNT);
    tcase_add_loop_test(bad, h_e05_two_command_bits_halt_a_channel_that_runs, 0, 2);
    tcase_add_test(bad, h_e05_chain_runs_after_a_bad_command);
    return suite;
}
