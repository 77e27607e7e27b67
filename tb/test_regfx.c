/* test_regfx.c - registers that act: a read or a write of them changes something.
 * CHANSTS is in test_chansts.c. */
#include "tb.h"

/* Time after which nothing more can come from a scenario of null descriptors. */
#define SETTLE 500

enum { UNKNOWN_OP = 0x02 };

/* ---- CHANCMD ---- */

/* A copy whose read data are withheld: the channel cannot end anything by itself. */
static struct tb_buf hold_a_copy(struct tb *tb, uint16_t chanctrl, uint64_t *desc)
{
    struct tb_buf src = tb_src(tb, 4096, 0), dst = tb_dst(tb, 4096, 0);

    *desc = tb_copy(tb, dst.bus, src.bus, 4096, IOAT_CONTROL_COMPL_WRITE);
    tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, src.bytes);
    tb_setup(tb, 0, chanctrl);
    tb_start_count(tb, 0, *desc, 1);
    tb_step(tb, SETTLE);
    tb_assert(tb, tb->watch[0].data_ar.n > 0, "the copy did not begin to read");
    return dst;
}

/* K-05: the command's own bit reads 1 until it is done, all others read 0. */
static void check_command_pending(uint8_t command, unsigned end_state)
{
    struct tb *tb = tb_open(NULL);
    uint64_t desc;

    (void)hold_a_copy(tb, 0, &desc);
    TB_WR(tb, 0, CHANCMD, command);
    for (int i = 0; i < 20; i++) {
        tb_assert_reg(tb, 0, CHANCMD, command);
        tb_step(tb, SETTLE / 10);
    }
    ioat_sim_fault_clear(tb->sim);
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) != 0; reads++)
        tb_assert(tb, reads < TB_LONG, "CHANCMD 0x%02x does not end", command);
    tb_assert_eq(tb, tb_state(tb, 0), end_state);
    tb_close(tb);
}

START_TEST(h_r07_reset_reads_one_until_done)
{
    check_command_pending(IOAT_CHANCMD_RESET, IOAT_CHANSTS_STATE_HALTED);
}
END_TEST

START_TEST(k_05_abort_reads_one_until_done)
{
    check_command_pending(IOAT_CHANCMD_ABORT, IOAT_CHANSTS_STATE_HALTED);
}
END_TEST

START_TEST(k_05_suspend_reads_one_until_done)
{
    check_command_pending(IOAT_CHANCMD_SUSPEND, IOAT_CHANSTS_STATE_SUSPENDED);
}
END_TEST

/* K-05: RESET prevails over ABORT, ABORT over SUSPEND; one ends the others. */
START_TEST(k_05_prevailing_command_ends_the_others)
{
    static const struct { uint8_t first, second; } pair[] = {
        { IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_ABORT }, { IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_RESET },
        { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET },   { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_SUSPEND },
        { IOAT_CHANCMD_RESET, IOAT_CHANCMD_ABORT },   { IOAT_CHANCMD_RESET, IOAT_CHANCMD_SUSPEND },
    };
    struct tb *tb = tb_open(NULL);
    const uint8_t both = pair[_i].first | pair[_i].second;
    uint64_t desc;

    (void)hold_a_copy(tb, 0, &desc);
    TB_WR(tb, 0, CHANCMD, pair[_i].first);
    TB_WR(tb, 0, CHANCMD, pair[_i].second);
    ioat_sim_fault_clear(tb->sim);
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) != 0; reads++)
        tb_assert(tb, reads < TB_LONG, "commands 0x%02x then 0x%02x do not end", pair[_i].first,
                  pair[_i].second);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, 0);
    if (both & IOAT_CHANCMD_RESET)
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

START_TEST(h_r07_start_append_resume_read_zero)
{
    static const uint8_t command[] = { IOAT_CHANCMD_START, IOAT_CHANCMD_APPEND,
                                       IOAT_CHANCMD_RESUME };
    struct tb *tb = tb_open(&tb_timings[2].timing);
    const uint64_t desc = tb_null_chain(tb, 50, 0, 0, NULL);

    tb_setup(tb, 0, 0);
    tb_start_list(tb, 0, desc);
    for (int i = 0; i < 5; i++) {
        TB_WR(tb, 0, CHANCMD, command[_i]);
        tb_assert_reg(tb, 0, CHANCMD, 0);
    }
    tb_close(tb);
}
END_TEST

/* K-03: a write of zeros over CHANCMD is no command. */
START_TEST(k_03_zero_in_chancmd_does_nothing)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null_chain(tb, 3, 0, 0, NULL);

    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, desc);
    TB_WR(tb, 0, CHANCMD, 0);
    tb_assert_state(tb, 0, ARMED);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* K-03: one 4-byte write of CHANCMD = START and DMACOUNT = 1: the command comes first,
 * so the channel is in list mode and runs all of the list. */
START_TEST(k_03_command_and_count_in_one_write_command_first)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[3];

    tb_null_chain(tb, 3, 0, 0, bus);
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, bus[0]);
    tb_chan_write(tb, 0, IOAT_CHANCMD, 4,
                  IOAT_CHANCMD_START | UINT64_C(1) << 8 * (IOAT_DMACOUNT - IOAT_CHANCMD));
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_eq(tb, tb_completed(tb, 0), bus[2]);
    tb_close(tb);
}
END_TEST

/* The same with RESET: the count survives it (K-06) and nothing runs. */
START_TEST(k_03_reset_and_count_in_one_write)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null(tb, 0);

    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, desc);
    tb_chan_write(tb, 0, IOAT_CHANCMD, 4,
                  IOAT_CHANCMD_RESET | UINT64_C(7) << 8 * (IOAT_DMACOUNT - IOAT_CHANCMD));
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) != 0; reads++)
        tb_assert(tb, reads < TB_LONG, "RESET does not end");
    tb_assert_reg(tb, 0, DMACOUNT, 7);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    tb_close(tb);
}
END_TEST

/* A 4-byte doorbell with a zero command byte is a doorbell. */
START_TEST(k_03_wide_write_with_zero_command_is_a_doorbell)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[3];

    tb_null_chain(tb, 3, 0, 0, bus);
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, bus[0]);
    tb_chan_write(tb, 0, IOAT_CHANCMD, 4, UINT64_C(2) << 8 * (IOAT_DMACOUNT - IOAT_CHANCMD));
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_eq(tb, tb_completed(tb, 0), bus[1]);
    tb_assert_reg(tb, 0, DMACOUNT, 2);
    tb_close(tb);
}
END_TEST

/* ---- DMACOUNT, CHAINADDR ---- */

START_TEST(h_r08_dmacount_reads_back_and_clears_with_chainaddr)
{
    static const struct { unsigned at, width; } part[] = {
        { 0, 8 }, { 0, 4 }, { 4, 4 }, { 0, 1 }, { 7, 1 }, { 6, 2 },
    };
    struct tb *tb = tb_open(NULL);

    TB_WR(tb, 0, DMACOUNT, 0xa55a);
    tb_assert_reg(tb, 0, DMACOUNT, 0xa55a);
    tb_chan_write(tb, 0, IOAT_CHAINADDR + part[_i].at, part[_i].width, 0);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_close(tb);
}
END_TEST

START_TEST(h_r08_dmacount_keeps_the_written_value_after_the_run)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null_chain(tb, 5, 0, 0, NULL);

    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, desc, 5);
    tb_assert_reg(tb, 0, DMACOUNT, 5);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_reg(tb, 0, DMACOUNT, 5);
    tb_close(tb);
}
END_TEST

/* K-03: a byte of DMACOUNT is a write of it: the low byte alone starts one descriptor. */
START_TEST(k_03_one_byte_of_dmacount_is_a_doorbell)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[2];

    tb_null_chain(tb, 2, 0, 0, bus);
    tb_setup(tb, 0, 0);
    TB_WR(tb, 0, CHAINADDR, bus[0]);
    tb_chan_write(tb, 0, IOAT_DMACOUNT, 1, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_eq(tb, tb_completed(tb, 0), bus[0]);
    tb_close(tb);
}
END_TEST

START_TEST(k_07_cdar_names_the_last_descriptor_started)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[4];

    tb_null_chain(tb, 4, 0, 0, bus);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, bus[0], 3);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_reg(tb, 0, CDAR, bus[2]);
    TB_WR(tb, 0, CHAINADDR, bus[0]);
    tb_assert_reg(tb, 0, CDAR, 0);
    TB_WR(tb, 0, DMACOUNT, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_reg(tb, 0, CDAR, bus[0]);
    tb_reset(tb, 0, TB_LONG);
    tb_assert_reg(tb, 0, CDAR, 0);
    tb_close(tb);
}
END_TEST

/* A copy that has started and not finished is named already. */
START_TEST(k_07_cdar_names_a_descriptor_that_runs)
{
    struct tb *tb = tb_open(NULL);
    uint64_t desc;

    (void)hold_a_copy(tb, 0, &desc);
    tb_assert_reg(tb, 0, CDAR, desc);
    tb_assert_eq(tb, tb_completed(tb, 0), 0);
    tb_close(tb);
}
END_TEST

/* ---- CHANCTRL ---- */

START_TEST(h_r09_chanctrl_values_of_the_drivers_read_back)
{
    /* Linux, DPDK, SPDK, FreeBSD, illumos (I/OAT sheet, section 4.7) */
    static const uint16_t value[] = { 0x001d, 0x000c, 0x0008, 0x0009, 0x011c };
    struct tb *tb = tb_open(NULL);

    TB_WR(tb, 0, CHANCTRL, value[_i]);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & ~(uint64_t)IOAT_CHANCTRL_IN_USE,
                 value[_i] & ~(IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_IN_USE));
    tb_close(tb);
}
END_TEST

/* One interrupt sets INT_DISABLE; 0 leaves it, 1 clears it, other bits are taken. */
START_TEST(h_r09_int_disable_clears_by_one_only)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null(tb, IOAT_CONTROL_INT_EN);
    const uint64_t in_use = IOAT_CHANCTRL_IN_USE;

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_INT_EN);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & ~in_use,
                 IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_ERR_INT_EN);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_ANY_ERR_ABORT_EN);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & ~in_use,
                 IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_ANY_ERR_ABORT_EN);
    tb_chan_write(tb, 0, IOAT_CHANCTRL + 1, 1, UINT8_MAX);   /* the other byte alone */
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & IOAT_CHANCTRL_INT_DISABLE,
                 IOAT_CHANCTRL_INT_DISABLE);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANCTRL) & ~in_use, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_close(tb);
}
END_TEST

START_TEST(h_r10_in_use_is_claimed_by_the_first_read)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert_reg(tb, ch, CHANCTRL, 0);
        tb_assert_reg(tb, ch, CHANCTRL, IOAT_CHANCTRL_IN_USE);
        tb_assert_reg(tb, ch, CHANCTRL, IOAT_CHANCTRL_IN_USE);
        TB_WR(tb, ch, CHANCTRL, 0);
        tb_assert_reg(tb, ch, CHANCTRL, 0);
        tb_assert_reg(tb, ch, CHANCTRL, IOAT_CHANCTRL_IN_USE);
    }
    tb_close(tb);
}
END_TEST

START_TEST(h_r10_in_use_stays_over_a_write_of_one_and_of_the_low_byte)
{
    struct tb *tb = tb_open(NULL);

    (void)TB_RD(tb, 0, CHANCTRL);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_IN_USE | IOAT_CHANCTRL_ERR_INT_EN);
    tb_assert_reg(tb, 0, CHANCTRL, IOAT_CHANCTRL_IN_USE | IOAT_CHANCTRL_ERR_INT_EN);
    tb_chan_write(tb, 0, IOAT_CHANCTRL, 1, 0);
    tb_assert_reg(tb, 0, CHANCTRL, IOAT_CHANCTRL_IN_USE);
    tb_chan_write(tb, 0, IOAT_CHANCTRL + 1, 1, 0);
    tb_assert_reg(tb, 0, CHANCTRL, 0);
    tb_close(tb);
}
END_TEST

/* K-01: a read claims the channel only when it starts at CHANCTRL. */
START_TEST(k_01_only_a_read_that_starts_at_chanctrl_claims)
{
    static const struct { unsigned at, width; bool claims; } read[] = {
        { 0, 1, true }, { 0, 2, true }, { 0, 4, true }, { 0, 8, true },
        { 1, 1, false }, { 2, 2, false }, { 3, 1, false }, { 4, 4, false },
    };
    struct tb *tb = tb_open(NULL);

    (void)tb_chan_read(tb, 0, IOAT_CHANCTRL + read[_i].at, read[_i].width);
    tb_note(tb, "after a %u-byte read at CHANCTRL + %u", read[_i].width, read[_i].at);
    tb_assert_reg(tb, 0, CHANCTRL, read[_i].claims ? IOAT_CHANCTRL_IN_USE : 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_06_reset_clears_in_use)
{
    struct tb *tb = tb_open(NULL);

    (void)TB_RD(tb, 0, CHANCTRL);
    tb_reset(tb, 0, TB_LONG);
    tb_assert_reg(tb, 0, CHANCTRL, 0);
    tb_close(tb);
}
END_TEST

/* ---- CHANERR ---- */

/* Two halts leave two bits: an unknown operation, then a double command. */
static void two_errors(struct tb *tb)
{
    const uint64_t desc = tb_op(tb, UNKNOWN_OP, 0);

    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND | IOAT_CHANCMD_ABORT);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD);
}

START_TEST(h_r11_chanerr_clears_by_one_per_bit)
{
    struct tb *tb = tb_open(NULL);

    two_errors(tb);
    TB_WR(tb, 0, CHANERR, 0);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD);
    TB_WR(tb, 0, CHANERR, UINT32_MAX ^ (uint32_t)(IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD));
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD);
    TB_WR(tb, 0, CHANERR, IOAT_CHANERR_DESC_CTRL);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_CHANCMD);
    TB_WR(tb, 0, CHANERR, IOAT_CHANERR_CHANCMD);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* K-03: bytes that are not enabled clear nothing. */
START_TEST(k_03_byte_write_of_chanerr_clears_its_byte)
{
    struct tb *tb = tb_open(NULL);

    two_errors(tb);
    tb_chan_write(tb, 0, IOAT_CHANERR, 1, UINT8_MAX);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL);
    tb_chan_write(tb, 0, IOAT_CHANERR + 1, 1, UINT8_MAX);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

START_TEST(h_r11_chanerr_stays_over_reset_chainaddr_and_a_run)
{
    struct tb *tb = tb_open(NULL);
    uint64_t desc;

    two_errors(tb);
    tb_reset(tb, 0, TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD);
    desc = tb_null(tb, 0);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_CHANCMD);
    tb_close(tb);
}
END_TEST

/* ---- RESET and registers (K-06) ---- */

START_TEST(k_06_reset_clears_registers_at_once_and_keeps_later_writes)
{
    struct tb *tb = tb_open(NULL);
    uint64_t desc;
    struct tb_buf dst = hold_a_copy(tb, IOAT_CHANCTRL_ANY_ERR_ABORT_EN, &desc);

    TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    tb_assert_reg(tb, 0, CHANCTRL, 0);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    tb_assert_reg(tb, 0, CHANCMP, 0);
    TB_WR(tb, 0, CHAINADDR, tb_slot(tb, 77));
    TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 8);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_assert_reg(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);
    tb_assert(tb, tb_state(tb, 0) != IOAT_CHANSTS_STATE_ARMED, "ARMED before the drain is over");
    ioat_sim_fault_clear(tb->sim);
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) != 0; reads++)
        tb_assert(tb, reads < TB_LONG, "RESET does not end");
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_reg(tb, 0, CHAINADDR, tb_slot(tb, 77));
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 8);
    tb_assert_reg(tb, 0, CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_check_untouched(tb, &dst);
    tb_close(tb);
}
END_TEST

/* ---- INTRCTRL, ATTNSTATUS, INTRDELAY ---- */

START_TEST(h_r14_intrctrl_reads_before_it_clears)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t both = IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_MSIX_VECTOR_CTRL;

    TB_GWR(tb, INTRCTRL, UINT8_MAX);        /* b1, b2 are derived, no channel interrupted */
    tb_assert_global(tb, INTRCTRL, both);
    tb_assert_global(tb, INTRCTRL, IOAT_INTRCTRL_MSIX_VECTOR_CTRL);
    TB_GWR(tb, INTRCTRL, 0);
    tb_assert_global(tb, INTRCTRL, 0);
    tb_close(tb);
}
END_TEST

/* K-01: a read that covers INTRCTRL or ATTNSTATUS from below has no effect. */
START_TEST(k_01_covering_read_does_not_clear)
{
    static const struct { uint32_t at; unsigned width; } cover[] = {
        { IOAT_CHANCNT, 4 }, { IOAT_CHANCNT, 8 }, { IOAT_GENCTRL, 2 }, { IOAT_ATTNSTATUS + 1, 1 },
        { IOAT_ATTNSTATUS + 2, 2 },
    };
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null(tb, IOAT_CONTROL_INT_EN);

    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_step(tb, SETTLE);
    (void)tb_read(tb, cover[_i].at, cover[_i].width);
    tb_note(tb, "after a %u-byte read at 0x%x", cover[_i].width, cover[_i].at);
    tb_assert_global(tb, INTRCTRL,
                     IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_INT_STATUS | IOAT_INTRCTRL_INT);
    tb_assert_global(tb, ATTNSTATUS, 1);
    tb_close(tb);
}
END_TEST

/* Channels of a set interrupt; ATTNSTATUS names them once. */
static void attend(struct tb *tb, uint32_t channels)
{
    for (unsigned ch = 0; ch < tb->channels; ch++)
        if (channels >> ch & 1) {
            tb_setup(tb, ch, IOAT_CHANCTRL_INT_DISABLE);
            tb_start_count(tb, ch, tb_null(tb, IOAT_CONTROL_INT_EN), 1);
            tb_wait_state(tb, ch, TB_IN(IDLE), TB_LONG);
        }
    tb_step(tb, SETTLE);
}

START_TEST(h_r15_attnstatus_read_clears_what_it_returned)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t all = (1u << tb->channels) - 1;
    const uint32_t some = 0x5555u & all;

    attend(tb, some);
    TB_GWR(tb, ATTNSTATUS, UINT32_MAX);     /* ignored */
    TB_GWR(tb, ATTNSTATUS, 0);
    tb_assert_global(tb, ATTNSTATUS, some);
    tb_assert_global(tb, ATTNSTATUS, 0);
    attend(tb, all);
    tb_assert_global(tb, ATTNSTATUS, all);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

/* K-51 with K-01: a byte read at ATTNSTATUS clears the eight channels it returned. */
START_TEST(k_51_byte_read_of_attnstatus_clears_its_byte)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t all = (1u << tb->channels) - 1;

    attend(tb, all);
    tb_assert_eq(tb, tb_read(tb, IOAT_ATTNSTATUS, 1), all & 0xff);
    tb_assert_global(tb, ATTNSTATUS, all & ~0xffu);
    tb_close(tb);
}
END_TEST

START_TEST(h_r16_intrdelay_stores_14_bits)
{
    struct tb *tb = tb_open(NULL);

    TB_GWR(tb, INTRDELAY, UINT16_MAX);
    tb_assert_global(tb, INTRDELAY, IOAT_INTRDELAY_SUPPORTED | IOAT_INTRDELAY_MICROSECONDS);
    TB_GWR(tb, INTRDELAY, 0);
    tb_assert_global(tb, INTRDELAY, IOAT_INTRDELAY_SUPPORTED);
    tb_close(tb);
}
END_TEST

Suite *regfx_suite(void)
{
    Suite *suite = suite_create("regfx");
    TCase *tc;

    tc = tb_case(suite, "regfx_commands", 30);
    tcase_add_test(tc, h_r07_reset_reads_one_until_done);
    tcase_add_test(tc, k_05_abort_reads_one_until_done);
    tcase_add_test(tc, k_05_suspend_reads_one_until_done);
    tcase_add_loop_test(tc, k_05_prevailing_command_ends_the_others, 0, 6);
    tcase_add_loop_test(tc, h_r07_start_append_resume_read_zero, 0, 3);
    tcase_add_test(tc, k_03_zero_in_chancmd_does_nothing);
    tcase_add_test(tc, k_03_command_and_count_in_one_write_command_first);
    tcase_add_test(tc, k_03_reset_and_count_in_one_write);
    tcase_add_test(tc, k_03_wide_write_with_zero_command_is_a_doorbell);
    tcase_add_test(tc, k_06_reset_clears_registers_at_once_and_keeps_later_writes);

    tc = tb_case(suite, "regfx_count", 30);
    tcase_add_loop_test(tc, h_r08_dmacount_reads_back_and_clears_with_chainaddr, 0, 6);
    tcase_add_test(tc, h_r08_dmacount_keeps_the_written_value_after_the_run);
    tcase_add_test(tc, k_03_one_byte_of_dmacount_is_a_doorbell);
    tcase_add_test(tc, k_07_cdar_names_the_last_descriptor_started);
    tcase_add_test(tc, k_07_cdar_names_a_descriptor_that_runs);

    tc = tb_case(suite, "regfx_chanctrl", 30);
    tcase_add_loop_test(tc, h_r09_chanctrl_values_of_the_drivers_read_back, 0, 5);
    tcase_add_test(tc, h_r09_int_disable_clears_by_one_only);
    tcase_add_test(tc, h_r10_in_use_is_claimed_by_the_first_read);
    tcase_add_test(tc, h_r10_in_use_stays_over_a_write_of_one_and_of_the_low_byte);
    tcase_add_loop_test(tc, k_01_only_a_read_that_starts_at_chanctrl_claims, 0, 8);
    tcase_add_test(tc, k_06_reset_clears_in_use);

    tc = tb_case(suite, "regfx_errors", 30);
    tcase_add_test(tc, h_r11_chanerr_clears_by_one_per_bit);
    tcase_add_test(tc, k_03_byte_write_of_chanerr_clears_its_byte);
    tcase_add_test(tc, h_r11_chanerr_stays_over_reset_chainaddr_and_a_run);

    tc = tb_case(suite, "regfx_interrupt_registers", 30);
    tcase_add_test(tc, h_r14_intrctrl_reads_before_it_clears);
    tcase_add_loop_test(tc, k_01_covering_read_does_not_clear, 0, 5);
    tcase_add_test(tc, h_r15_attnstatus_read_clears_what_it_returned);
    tcase_add_test(tc, k_51_byte_read_of_attnstatus_clears_its_byte);
    tcase_add_test(tc, h_r16_intrdelay_stores_14_bits);
    return suite;
}
