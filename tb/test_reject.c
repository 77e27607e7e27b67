/* test_reject.c - addresses and commands that the engine refuses, and the way back.
 *
 * test_error.c has every cause inside a chain; here each rule is tried at its edge.
 */
#include "tb.h"

/* Address of the first byte beyond the address width; 0 for 2^64. */
static uint64_t beyond(const struct tb *tb)
{
    return tb->build->addr_bits == 64 ? 0 : UINT64_C(1) << tb->build->addr_bits;
}

/* R-DSC-3, H-D15: the last byte below the top is a good address; nothing is mapped there, so
 * the answer is a bus error and no range error. */
START_TEST(h_e04_range_may_end_at_the_last_address)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
    uint64_t top = beyond(tb) - 64;
    uint64_t bus = _i == 0 ? tb_copy(tb, dst.bus, top, 64, 0) : tb_copy(tb, top, src.bus, 64, 0);

    tb_note(tb, "%s", _i == 0 ? "source" : "destination");
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, _i == 0 ? IOAT_CHANERR_READ_DATA : IOAT_CHANERR_WRITE_DATA);
    tb_close(tb);
}
END_TEST

/* H-E04: CHAINADDR is looked at when work starts, by every wrong low bit. */
START_TEST(h_e04_misaligned_chainaddr_halts_when_work_starts)
{
    bool list = _i == 1;
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_null(tb, 0);

    for (unsigned low = 1; low < IOAT_DESC_BYTES; low *= 2) {
        tb_note(tb, "CHAINADDR + %u, %s mode", low, list ? "list" : "count");
        TB_WR(tb, 0, CHAINADDR, bus + low);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
        if (list)
            tb_command(tb, 0, IOAT_CHANCMD_START);
        else
            TB_WR(tb, 0, DMACOUNT, 1);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHAIN_ADDR);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        TB_WR(tb, 0, CHANERR, IOAT_CHANERR_CHAIN_ADDR);
    }
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    tb_close(tb);
}
END_TEST

/* K-31, H-N09: the NEXT of the last counted descriptor is nobody's business until the doorbell
 * that counts on; then it fails with the descriptor that held it as the last good one. */
static const struct dangling {
    const char *name;
    uint32_t chanerr;
} danglings[] = {
    { "0", IOAT_CHANERR_NEXT_ADDR },
    { "misaligned", IOAT_CHANERR_DESC_ALIGN },
    { "unmapped", IOAT_CHANERR_READ_DATA },
};

START_TEST(h_e04_last_next_is_checked_only_when_followed)
{
    const struct dangling *row = &danglings[_i];
    struct tb *tb = tb_open(NULL);
    uint64_t bus[3];

    tb_note(tb, "NEXT %s", row->name);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_null_chain(tb, 3, IOAT_CONTROL_COMPL_WRITE, 0, bus);
    if (row->chanerr != IOAT_CHANERR_NEXT_ADDR)
        tb_link(tb, bus[2], tb->hole + (row->chanerr == IOAT_CHANERR_DESC_ALIGN ? 8 : 0));
    tb_start_count(tb, 0, bus[0], 3);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_step(tb, 1000);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[2], IDLE));
    TB_WR(tb, 0, DMACOUNT, 4);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, row->chanerr);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[2], HALTED));
    tb_assert_word(tb, 0, TB_WORD(bus[2], HALTED));
    tb_close(tb);
}
END_TEST

/* H-E04: as many copies as can start wait for their data, so the pointer behind the last one is not looked at yet; APPEND
 * has it taken up again. Rows: the bit that is wrong. */
START_TEST(h_e04_misaligned_next_halts_after_append_made_it_be_looked_at_again)
{
    enum { LEAST = 62, MOST = 68, SIZE = 8 };

    for (unsigned n = LEAST; n <= MOST; n++) {
        struct tb *tb = tb_open(NULL);
        const struct tb_buf src = tb_src(tb, SIZE, 0), dst = tb_dst(tb, SIZE, 0), never = tb_dst(tb, SIZE, 0);
        const uint64_t next = tb_copy(tb, never.bus, src.bus, SIZE, 0);
        uint64_t bus[MOST];

        tb_note(tb, "%u copies, NEXT + 0x%x", n, 1u << _i);
        for (unsigned i = 0; i < n; i++)
            bus[i] = tb_copy(tb, dst.bus, src.bus, SIZE, 0);
        tb_chain(tb, bus, n);
        tb_link(tb, bus[n - 1], next + (UINT64_C(1) << _i));
        tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, SIZE);
        tb_setup(tb, 0, 0);
        tb_start_list(tb, 0, bus[0]);
        tb_step(tb, 2000);
        tb_command(tb, 0, IOAT_CHANCMD_APPEND);
        tb_step(tb, 500);
        ioat_sim_fault_clear(tb->sim);
        tb_wait_state(tb, 0, TB_IN(HALTED) | TB_IN(IDLE), TB_LONG);
        tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_ALIGN);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[n - 1], HALTED));
        tb_check_untouched(tb, &never);
        tb_close(tb);
    }
}
END_TEST

/* H-E04, K-44: every low bit of CHANCMP; the descriptor whose word was due is not completed. */
START_TEST(h_e04_misaligned_chancmp_halts_without_a_write)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[3];

    tb_null_chain(tb, 3, 0, IOAT_CONTROL_COMPL_WRITE, bus);
    for (unsigned low = 1; low < 8; low++) {
        tb_note(tb, "CHANCMP + %u", low);
        tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
        TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + low);
        tb_start_count(tb, 0, bus[0], 3);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, IOAT_CHANERR_CMP_ADDR);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[1], HALTED));
        TB_WR(tb, 0, CHANERR, IOAT_CHANERR_CMP_ADDR);
    }
    tb_step(tb, 1000);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_close(tb);
}
END_TEST

/* H-E04, H-W06: the word of SUSPEND is due as well. */
START_TEST(h_e04_suspend_with_misaligned_chancmp_halts_without_a_write)
{
    struct tb *tb = tb_open(NULL);
    const struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
    const uint64_t bus = tb_copy(tb, dst.bus, src.bus, 64, 0);

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 4);
    tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, 64);
    tb_start_count(tb, 0, bus, 1);
    tb_step(tb, 500);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, HALTED));
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CMP_ADDR);
    tb_check_copy(tb, &dst, &src, 64);
    tb_step(tb, 1000);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_close(tb);
}
END_TEST

/* ---- commands ---- */

/* Puts channel 0 into a state with an undamaged CHANERR. */
static void enter(struct tb *tb, unsigned state, uint64_t hung, uint64_t null)
{
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    switch (state) {
    case IOAT_CHANSTS_STATE_ACTIVE:
        tb_start_count(tb, 0, hung, 1);
        return;
    case IOAT_CHANSTS_STATE_ARMED:
        TB_WR(tb, 0, CHAINADDR, null);
        return;
    case IOAT_CHANSTS_STATE_HALTED:
        return;             /* as after RESET */
    default:
        break;
    }
    tb_start_count(tb, 0, null, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    if (state == IOAT_CHANSTS_STATE_SUSPENDED)
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
}

/* H-E05: every pair of command bits in one write; not executed; HALTED if running, else the
 * state stays. Rows: states. */
START_TEST(h_e05_two_commands_in_one_write_are_an_error)
{
    unsigned state = (unsigned)_i;
    struct tb *tb = tb_open(NULL);

    for (unsigned a = 0; a < 6; a++)
        for (unsigned b = a + 1; b < 6; b++) {
            struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
            uint64_t before, after;

            tb_note(tb, "CHANCMD %#x in %s", 1u << a | 1u << b, ioat_state_name(state));
            tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, 64);
            enter(tb, state, tb_copy(tb, dst.bus, src.bus, 64, 0), tb_null(tb, 0));
            tb_step(tb, 500);
            before = TB_RD(tb, 0, CHANSTS);
            tb_assert_eq(tb, IOAT_FIELD_GET(before, CHANSTS, STATE), state);
            tb_command(tb, 0, (uint8_t)(1u << a | 1u << b));
            ioat_sim_fault_clear(tb->sim);
            if (state == IOAT_CHANSTS_STATE_ACTIVE)
                tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
            tb_step(tb, 500);
            after = TB_RD(tb, 0, CHANSTS);
            tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
            if (state == IOAT_CHANSTS_STATE_ACTIVE)
                tb_assert_eq(tb, IOAT_FIELD_GET(after, CHANSTS, STATE), IOAT_CHANSTS_STATE_HALTED);
            else
                tb_assert_eq(tb, after, before);
            tb_assert_reg(tb, 0, CHANCMD, 0);
            tb_scrub(tb);
        }
    tb_close(tb);
}
END_TEST

/* H-E08: whoever reads HALTED after an error finds the cause. CHANERR is read right after the
 * first CHANSTS that says so. */
START_TEST(h_e08_halted_is_never_read_before_its_cause)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);

    tb_note(tb, "timing %s", tb_timings[_i].name);
    for (unsigned wait = 0; wait < 40; wait++) {
        uint64_t bus[3];

        tb_null_chain(tb, 3, IOAT_CONTROL_COMPL_WRITE, 0, bus);
        *tb_desc(tb, bus[1]) = (struct ioat_desc){
            .size = 200, .src = tb_src(tb, 200, 0).bus, .dst = tb->hole, .next = bus[2],
        };
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        tb_start_count(tb, 0, bus[0], 3);
        tb_step(tb, wait);
        tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, IOAT_CHANERR_WRITE_DATA);
        tb_assert_word(tb, 0, TB_WORD(bus[0], HALTED));
        tb_scrub(tb);
    }
    tb_close(tb);
}
END_TEST

/* R-ERR-3, K-13: in list mode START alone runs again from CHAINADDR; CHANERR stays. */
START_TEST(r_err_3_start_alone_recovers_a_list)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 300, 1), dst = tb_dst(tb, 300, 2);
    uint64_t bus[3] = {
        tb_null(tb, 0), tb_op(tb, 0x87, IOAT_CONTROL_COMPL_WRITE),
        tb_copy(tb, dst.bus, src.bus, 300, IOAT_CONTROL_COMPL_WRITE),
    };

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_chain(tb, bus, 3);
    tb_start_list(tb, 0, bus[0]);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_word(tb, 0, TB_WORD(bus[0], HALTED));
    tb_check_untouched(tb, &dst);
    tb_desc(tb, bus[1])->control = IOAT_CONTROL_NULL_XFER;
    tb_command(tb, 0, IOAT_CHANCMD_START);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL);
    tb_assert_word(tb, 0, TB_WORD(bus[2], IDLE));
    tb_check_copy(tb, &dst, &src, 300);
    tb_close(tb);
}
END_TEST

/* H-E10: config 0x180 mirrors CHANERR or stays 0. */
START_TEST(h_e10_config_error_register_mirrors_or_stays_0)
{
    enum { CHANERR_INT = 0x180 };   /* sheet, section 1.3; config space is not in the map */
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_copy(tb, tb->data.bus, tb->data.bus, UINT32_MAX, 0);
    uint32_t mirror;

    tb_assert_eq(tb, tb_cfg_read(tb, CHANERR_INT, 4), 0);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    mirror = tb_cfg_read(tb, CHANERR_INT, 4);
    tb_assert(tb, mirror == 0 || mirror == IOAT_CHANERR_LENGTH, "config 0x180 reads %#x", mirror);
    tb_cfg_write(tb, CHANERR_INT, 4, mirror);
    tb_assert_eq(tb, tb_cfg_read(tb, CHANERR_INT, 4), 0);
    tb_close(tb);
}
END_TEST

Suite *reject_suite(void)
{
    Suite *suite = suite_create("reject");
    TCase *tc;

    tc = tb_case(suite, "reject-address", 60);
    tcase_add_loop_test(tc, h_e04_range_may_end_at_the_last_address, 0, 2);
    tcase_add_loop_test(tc, h_e04_misaligned_chainaddr_halts_when_work_starts, 0, 2);
    tcase_add_loop_test(tc, h_e04_last_next_is_checked_only_when_followed, 0,
                        (int)(sizeof danglings / sizeof danglings[0]));
    tcase_add_loop_test(tc, h_e04_misaligned_next_halts_after_append_made_it_be_looked_at_again, 0, 6);
    tcase_add_test(tc, h_e04_misaligned_chancmp_halts_without_a_write);
    tcase_add_test(tc, h_e04_suspend_with_misaligned_chancmp_halts_without_a_write);
    tc = tb_case(suite, "reject-command", 60);
    tcase_add_loop_test(tc, h_e05_two_commands_in_one_write_are_an_error, 0,
                        IOAT_CHANSTS_STATE_ARMED + 1);
    tc = tb_case(suite, "reject-recovery", 60);
    tcase_add_loop_test(tc, h_e08_halted_is_never_read_before_its_cause, 0, tb_timing_n);
    tcase_add_test(tc, r_err_3_start_alone_recovers_a_list);
    tcase_add_test(tc, h_e10_config_error_register_mirrors_or_stays_0);
    return suite;
}
