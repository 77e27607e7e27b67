/* test_contract.c - the contract model against streams that keep the rules, and against
 * broken twins of them: every rule must be able to fail, under its own name.
 *
 * The streams are synthetic (contract_bench.h); no RTL is involved.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "contract_bench.h"

#define CW ((uint32_t)IOAT_CONTROL_COMPL_WRITE)
#define INT ((uint32_t)IOAT_CONTROL_INT_EN)
#define FENCED ((uint32_t)IOAT_CONTROL_FENCE)
#define FILL ((uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_FILL))
#define ERR_INT ((uint16_t)IOAT_CHANCTRL_ERR_INT_EN)
#define REARM ((uint16_t)IOAT_CHANCTRL_INT_DISABLE)
#define ACTIVE_WORD(addr) ((addr) | IOAT_CHANSTS_STATE_ACTIVE)
#define IDLE_WORD(addr) ((addr) | IOAT_CHANSTS_STATE_IDLE)

enum { LONG_ENOUGH = 15000 };              /* clocks; the model is patient for less */
enum { BUS = 8 };                          /* bytes of a bus word */

static struct bench bench;
static struct bench *const b = &bench;

static void setup(void) { bench_open(b, 64, false); }
static void teardown(void) { bench_close(b); }
static void silent(void) { bench_silent(b); }
static void caught(const char *rule) { bench_caught(b, rule); }

/* One copy of 64 bytes counted and running, its descriptor read. */
static void begin_copy(uint32_t control)
{
    bench_put_copy(b, 0, 64, control);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
}

/* `n` null transfers counted, read. */
static void begin_nulls(unsigned n, uint32_t control)
{
    for (unsigned i = 0; i < n; i++)
        bench_put_copy(b, i, 0, NOTHING | control);
    bench_arm(b, ECE);
    bench_count(b, (uint16_t)n);
    for (unsigned i = 0; i < n; i++)
        bench_fetch(b, bench_ring(i));
}

/* ---- streams that keep the rules ---- */

START_TEST(passes_copy_with_word_and_interrupt)
{
    bench_put_copy(b, 0, 1000, CW | INT);
    bench_at(b, bench_ring(0))->src += 3;
    bench_at(b, bench_ring(0))->dst += 6;
    STATE(b, 0, HALTED);
    bench_arm(b, ECE);
    STATE(b, 0, ARMED);
    bench_count(b, 1);
    STATE(b, 0, ACTIVE);
    bench_run(b, bench_ring(0));
    STATE(b, 0, ACTIVE);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    bench_pulse(b, 0);
    bench_message(b, 0);
    STATE(b, bench_ring(0), IDLE);
    RD(b, DMACOUNT, 1);
    RD(b, CHANCTRL, ECE | REARM);
    WR(b, CHANCTRL, ECE | REARM);
    RD(b, CHANCTRL, ECE);
    RD(b, CHANCTRL, ECE | IOAT_CHANCTRL_IN_USE);
    silent();
}
END_TEST

START_TEST(passes_pipelined_chain)
{
    uint8_t *src = b->mem + SRC;

    for (unsigned n = 0; n < 3; n++)
        bench_put_copy(b, n, 100, n == 2 ? CW : 0);
    bench_arm(b, ECE);
    bench_count(b, 3);
    for (unsigned n = 0; n < 3; n++)
        bench_fetch(b, bench_ring(n));
    for (unsigned n = 0; n < 3; n++)
        bench_ar(b, ID_DATA, SRC, 104, SNOOP);
    bench_r(b, ID_DATA, OKAY);
    bench_r(b, ID_DATA, OKAY);
    bench_write_only(b, DST, 100, src);
    bench_write_only(b, DST, 100, src);
    bench_r(b, ID_DATA, OKAY);
    bench_write_only(b, DST, 100, src);
    RD(b, CDAR, bench_ring(2));
    for (unsigned n = 0; n < 3; n++)
        bench_ans(b, ID_DATA, OKAY);
    STATE(b, bench_ring(1), ACTIVE);
    bench_word(b, IDLE_WORD(bench_ring(2)));
    STATE(b, bench_ring(2), IDLE);
    silent();
}
END_TEST

START_TEST(passes_counted_ring_past_the_16_bit_wrap)
{
    for (unsigned n = 0; n < 4; n++)
        bench_put_copy(b, n, n ? 0 : 8, CW | (n ? NOTHING : 0));
    bench_at(b, bench_ring(3))->next = bench_ring(0);
    bench_arm(b, 0);
    for (unsigned n = 0; n < 70000; n++) {
        WR(b, DMACOUNT, (n + 1) & 0xFFFF);
        bench_run(b, bench_ring(n % 4));
        bench_word(b, IDLE_WORD(bench_ring(n % 4)));
    }
    RD(b, DMACOUNT, 70000 & 0xFFFF);
    STATE(b, bench_ring(69999 % 4), IDLE);
    silent();
}
END_TEST

START_TEST(passes_fill_and_page_break)
{
    bench_put_desc(b, bench_ring(0), &(struct ioat_desc) {
        .size = 5000, .control = FILL | CW, .src = UINT64_C(0x1122334455667788), .dst = DST + 5,
        .next = bench_ring(1),
    });
    bench_put_desc(b, bench_ring(1), &(struct ioat_desc) {
        .size = 4096, .control = CW | (uint32_t)IOAT_CONTROL_SRC_PAGE_BREAK
            | (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK,
        .src = SRC + 100, .dst = DST + 3001, .next_src = 0x30000, .next_dst = 0x40000,
        .next = bench_ring(2),
    });
    bench_put_desc(b, bench_ring(2), &(struct ioat_desc) {
        .size = 4000, .control = FILL | CW | (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK, .src = 7,
        .dst = DST + 99, .next_dst = 1, .next = 0,
    });
    bench_put_desc(b, bench_ring(2), &(struct ioat_desc) {
        .size = 3000, .control = FILL | CW | (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK, .src = 7,
        .dst = DST + 99, .next_dst = 1,
    });
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_run(b, bench_ring(1));
    bench_word(b, ACTIVE_WORD(bench_ring(1)));
    bench_run(b, bench_ring(2));
    bench_word(b, IDLE_WORD(bench_ring(2)));
    STATE(b, bench_ring(2), IDLE);
    silent();
}
END_TEST

START_TEST(passes_append_and_start_again)
{
    bench_put_last(b, 0, 64, CW);
    bench_put_last(b, 1, 64, CW);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    STATE(b, bench_ring(0), IDLE);
    bench_command(b, IOAT_CHANCMD_APPEND);       /* nothing was linked */
    bench_fetch(b, bench_ring(0));
    STATE(b, bench_ring(0), IDLE);
    bench_at(b, bench_ring(0))->next = bench_ring(1);
    bench_command(b, IOAT_CHANCMD_APPEND);
    STATE(b, bench_ring(0), ACTIVE);
    bench_fetch(b, bench_ring(0));
    bench_run(b, bench_ring(1));
    bench_word(b, IDLE_WORD(bench_ring(1)));
    bench_command(b, IOAT_CHANCMD_START);        /* whether it was idle yet is not known */
    bench_run(b, bench_ring(0));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_run(b, bench_ring(1));
    bench_word(b, IDLE_WORD(bench_ring(1)));
    silent();
}
END_TEST

START_TEST(passes_append_that_drops_what_was_prefetched)
{
    bench_put_copy(b, 0, 4096, 0);
    bench_put_copy(b, 1, 8, 0);
    bench_put_last(b, 2, 8, 0);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_fetch(b, bench_ring(2));
    bench_put_copy(b, 2, 8, 0);
    bench_put_last(b, 3, 8, CW);
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_move(b, bench_ring(0));
    bench_run(b, bench_ring(1));
    bench_run(b, bench_ring(2));
    bench_run(b, bench_ring(3));
    bench_fetch(b, bench_ring(3));                     /* the APPEND may or may not be answered by now */
    bench_word(b, IDLE_WORD(bench_ring(3)));
    silent();
}
END_TEST

/* Which round is read again, nobody can tell. */
START_TEST(passes_append_in_a_closed_ring)
{
    bench_put_copy(b, 0, 0, NOTHING | CW);
    bench_at(b, bench_ring(0))->next = bench_ring(0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_word(b, bench_ring(0));
    bench_fetch(b, bench_ring(0));
    bench_idle(b, 4);                      /* it is no guess */
    bench_ar(b, ID_DESC, bench_ring(0), IOAT_DESC_BYTES, SNOOP);
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_ar(b, ID_DESC, bench_ring(0), IOAT_DESC_BYTES, SNOOP);
    bench_word(b, bench_ring(0));
    silent();
}
END_TEST

/* What is read behind APPEND is the dropped descriptor anew, not the next round. */
START_TEST(passes_append_that_drops_a_round_of_a_closed_ring)
{
    bench_put_copy(b, 0, 8, 0);
    bench_put_last(b, 1, 0, NOTHING);
    bench_at(b, bench_ring(0))->next = bench_ring(0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_fetch(b, bench_ring(0));
    bench_put_copy(b, 0, 0, NOTHING);
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_idle(b, 4);
    bench_fetch(b, bench_ring(1));
    silent();
}
END_TEST

START_TEST(passes_appends_close_together)
{
    bench_put_last(b, 0, 8, CW);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_fetch(b, bench_ring(0));         /* asked for between the two */
    bench_fetch(b, bench_ring(0));
    bench_move(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

START_TEST(passes_suspend_and_resume)
{
    for (unsigned n = 0; n < 4; n++)
        bench_put_copy(b, n, 64, 0);
    bench_arm(b, ECE);
    bench_count(b, 4);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_read_data(b, SRC, 64);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    RD(b, CHANCMD, IOAT_CHANCMD_SUSPEND);
    bench_write_data(b, DST, 64, b->mem + SRC);
    STATE(b, bench_ring(0), ACTIVE);
    bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    RD(b, CHANCMD, 0);
    STATE(b, bench_ring(0), SUSPENDED);
    bench_at(b, bench_ring(0))->next = bench_ring(2);
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_fetch(b, bench_ring(0));
    bench_run(b, bench_ring(2));
    bench_run(b, bench_ring(3));
    bench_at(b, bench_ring(4))->size = 0;
    bench_at(b, bench_ring(4))->control = NOTHING | CW;
    bench_fetch(b, bench_ring(4));
    bench_word(b, IDLE_WORD(bench_ring(4)));
    STATE(b, bench_ring(4), IDLE);
    silent();
}
END_TEST

START_TEST(passes_suspend_without_polling)
{
    for (unsigned n = 0; n < 3; n++)
        bench_put_copy(b, n, 0, NOTHING);
    bench_arm(b, 0);
    bench_count(b, 3);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_command(b, IOAT_CHANCMD_RESUME);       /* may have come too early and be ignored */
    bench_fetch(b, bench_ring(1));
    bench_fetch(b, bench_ring(2));
    STATE(b, bench_ring(2), IDLE);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    RD(b, CHANCMD, 0);
    STATE(b, bench_ring(2), SUSPENDED);
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_fetch(b, bench_ring(2));
    STATE(b, bench_ring(2), IDLE);
    silent();
}
END_TEST

START_TEST(passes_suspend_of_armed)
{
    bench_put_copy(b, 0, 16, CW);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    STATE(b, 0, SUSPENDED);
    bench_command(b, IOAT_CHANCMD_RESUME);
    STATE(b, 0, ARMED);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_count(b, 1);
    STATE(b, 0, SUSPENDED);
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_run(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

/* Six beats of a burst of eight with data, then strobes off, as ABORT may leave it. */
static void broken_burst(void)
{
    bench_put_copy(b, 0, 8, CW);
    bench_put_copy(b, 1, 64, CW);
    bench_arm(b, ECE);
    bench_count(b, 2);
    bench_run(b, bench_ring(0));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_fetch(b, bench_ring(1));
    bench_read_data(b, SRC, 64);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    for (unsigned n = 0; n < 6; n++)
        bench_w(b, DST + BUS * n, 0xFF, b->mem + SRC + BUS * n, false);
}

START_TEST(passes_abort_in_a_burst)
{
    broken_burst();
    bench_command(b, IOAT_CHANCMD_ABORT);
    RD(b, CHANCMD, IOAT_CHANCMD_ABORT);
    bench_w(b, DST + 48, 0, b->mem, false);
    bench_w(b, DST + 56, 0, b->mem, true);
    bench_ans(b, ID_DATA, OKAY);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    RD(b, CHANCMD, 0);
    STATE(b, bench_ring(0), HALTED);
    RD(b, CHANERR, 0);
    bench_put_last(b, 1, 64, CW);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_run(b, bench_ring(1));
    bench_word(b, IDLE_WORD(bench_ring(1)));
    silent();
}
END_TEST

START_TEST(passes_reset_in_a_burst_and_a_new_chain_at_once)
{
    broken_burst();
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_arm(b, 0);
    RD(b, CHANCMD, IOAT_CHANCMD_RESET);
    bench_w(b, DST + 48, 0, b->mem, false);
    bench_w(b, DST + 56, 0, b->mem, true);
    bench_ans(b, ID_DATA, OKAY);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    RD(b, CHANCMD, 0);
    STATE(b, 0, ARMED);
    RD(b, CHANCMP, CMP);
    bench_put_copy(b, 0, 8, CW);
    bench_count(b, 1);
    bench_run(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

START_TEST(passes_new_chain_during_a_run)
{
    begin_copy(CW);
    bench_put_copy(b, 8, 16, CW);
    bench_read_data(b, SRC, 64);
    WR(b, CHAINADDR, bench_ring(8));
    WR(b, DMACOUNT, 1);
    bench_write_data(b, DST, 64, b->mem + SRC);
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    STATE(b, 0, ACTIVE);
    bench_run(b, bench_ring(8));
    bench_word(b, IDLE_WORD(bench_ring(8)));
    STATE(b, bench_ring(8), IDLE);
    silent();
}
END_TEST

static void check_error(uint32_t bit, uint64_t last)
{
    RD(b, CHANERR, bit);
    bench_word(b, HALTED_WORD(last));
    bench_pulse(b, 0);
    bench_message(b, 0);
    STATE(b, last, HALTED);
    RD(b, CHANERR, bit);
    WR(b, CHANERR, bit);
    RD(b, CHANERR, 0);
    bench_put_copy(b, 0, 8, 0);
    WR(b, CHAINADDR, bench_ring(0));
    STATE(b, 0, ARMED);
    bench_count(b, 1);
    bench_run(b, bench_ring(0));
    STATE(b, bench_ring(0), IDLE);
    silent();
}

START_TEST(passes_errors_of_descriptors)
{
    static const struct { uint32_t size, control; uint64_t src, dst, bit; } fails[] = {
        { 8, 0x02000000, SRC, DST, IOAT_CHANERR_DESC_CTRL },
        { (1 << 20) + 1, 0, SRC, DST, IOAT_CHANERR_LENGTH },
        { 8, 0, (UINT64_C(1) << 48) - 7, DST, IOAT_CHANERR_SRC_ADDR },
        { 8, 0, SRC, UINT64_C(1) << 48, IOAT_CHANERR_DST_ADDR },
        { 8, FILL, SRC, UINT64_C(1) << 48, IOAT_CHANERR_DST_ADDR },
        { 4097, 0x40, SRC + 4095, DST, IOAT_CHANERR_SRC_ADDR },
        { 8192, 0x80, SRC, DST + 4095, IOAT_CHANERR_LENGTH },
    };

    bench_put_copy(b, 0, 8, 0);
    bench_put_copy(b, 1, fails[_i].size, fails[_i].control | CW | INT);
    bench_at(b, bench_ring(1))->src = fails[_i].src;
    bench_at(b, bench_ring(1))->dst = fails[_i].dst;
    bench_at(b, bench_ring(1))->next_src = bench_at(b, bench_ring(1))->next_dst = 64;
    bench_arm(b, ECE | ERR_INT);
    bench_count(b, 3);
    bench_run(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    check_error((uint32_t)fails[_i].bit, bench_ring(0));
}
END_TEST

START_TEST(passes_errors_of_pointers)
{
    static const struct { uint64_t next, bit; } fails[] = {
        { 0, IOAT_CHANERR_NEXT_ADDR },
        { RING + 8, IOAT_CHANERR_DESC_ALIGN },
        { UINT64_C(1) << 48, IOAT_CHANERR_NEXT_ADDR },
    };

    bench_put_copy(b, 0, 8, 0);
    bench_at(b, bench_ring(0))->next = fails[_i].next;
    bench_arm(b, ECE | ERR_INT);
    bench_count(b, 3);
    bench_run(b, bench_ring(0));
    check_error((uint32_t)fails[_i].bit, bench_ring(0));
}
END_TEST

START_TEST(passes_misaligned_chain)
{
    bench_arm(b, ECE | ERR_INT);
    WR(b, CHAINADDR, bench_ring(0) + 8);
    bench_count(b, 1);
    check_error(IOAT_CHANERR_CHAIN_ADDR, 0);
}
END_TEST

START_TEST(passes_error_answers)
{
    begin_copy(0);
    WR(b, CHANCTRL, ECE | ERR_INT);
    if (_i == 0) {
        bench_ar(b, ID_DATA, SRC, 64, SNOOP);
        bench_r(b, ID_DATA, SLVERR);
    } else {
        bench_read_data(b, SRC, 64);
        bench_write_only(b, DST, 64, b->mem + SRC);
        bench_ans(b, ID_DATA, SLVERR);
    }
    check_error((uint32_t)(_i ? IOAT_CHANERR_WRITE_DATA : IOAT_CHANERR_READ_DATA), 0);
}
END_TEST

START_TEST(passes_failed_descriptor_read)
{
    bench_arm(b, ECE | ERR_INT);
    bench_count(b, 1);
    bench_ar(b, ID_DESC, bench_ring(0), 64, SNOOP);
    bench_r(b, ID_DESC, SLVERR);
    check_error(IOAT_CHANERR_READ_DATA, 0);
}
END_TEST

START_TEST(passes_error_without_word)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    RD(b, CHANERR, IOAT_CHANERR_DESC_CTRL);
    STATE(b, 0, HALTED);
    RD(b, CHANERR, IOAT_CHANERR_DESC_CTRL);
    silent();
}
END_TEST

START_TEST(passes_misplaced_word)
{
    bench_put_copy(b, 0, 8, CW);
    bench_arm(b, ECE);
    WR(b, CHANCMP, CMP + 4);
    bench_count(b, 1);
    bench_run(b, bench_ring(0));
    RD(b, CHANERR, IOAT_CHANERR_CMP_ADDR);
    STATE(b, 0, HALTED);
    silent();
}
END_TEST

START_TEST(passes_two_command_bits)
{
    bench_command(b, IOAT_CHANCMD_SUSPEND | IOAT_CHANCMD_ABORT);
    RD(b, CHANERR, IOAT_CHANERR_CHANCMD);
    WR(b, CHANERR, IOAT_CHANERR_CHANCMD);
    begin_copy(CW);
    bench_command(b, IOAT_CHANCMD_SUSPEND | IOAT_CHANCMD_ABORT);
    bench_word(b, HALTED_WORD(0));
    STATE(b, 0, HALTED);
    RD(b, CHANERR, IOAT_CHANERR_CHANCMD);
    silent();
}
END_TEST

START_TEST(passes_merged_words)
{
    begin_nulls(4, CW);
    bench_word_unanswered(b, ACTIVE_WORD(bench_ring(0)));
    bench_ans(b, ID_WORD, OKAY);
    bench_word(b, ACTIVE_WORD(bench_ring(2)));
    bench_word(b, IDLE_WORD(bench_ring(3)));
    STATE(b, bench_ring(3), IDLE);
    silent();
}
END_TEST

START_TEST(passes_events_while_disabled)
{
    begin_nulls(3, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    RD(b, CHANCTRL, ECE | REARM);
    bench_idle(b, 400);
    WR(b, CHANCTRL, ECE | REARM);
    silent();
}
END_TEST

START_TEST(passes_masked_vector)
{
    bench_wr(b, IOAT_VECTOR(0, MSIX_CTRL), 4, 1);
    bench_idle(b, 40);
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_idle(b, 40);
    bench_rd(b, IOAT_MSIX_PBA_BASE, 8, 1);
    bench_wr(b, IOAT_VECTOR(0, MSIX_CTRL), 4, 0);
    bench_message(b, 0);
    bench_idle(b, 40);
    bench_rd(b, IOAT_MSIX_PBA_BASE, 8, 0);
    silent();
}
END_TEST

START_TEST(passes_delayed_interrupt)
{
    bench_wr(b, IOAT_INTRDELAY, 2, 4);
    begin_nulls(1, INT);
    bench_idle(b, 1000);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_rd(b, IOAT_INTRDELAY, 2, 0x8004);
    silent();
}
END_TEST

START_TEST(passes_legacy_interrupt)
{
    b->pins.msix_enable = false;
    bench_pins(b);
    bench_wr(b, IOAT_INTRCTRL, 1, IOAT_INTRCTRL_MASTER_INT_EN);
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    b->pins.intx = true;
    bench_idle(b, 200);
    bench_rd(b, IOAT_INTRCTRL, 1, 7);
    b->pins.intx = false;
    bench_rd(b, IOAT_ATTNSTATUS, 4, 1);
    bench_rd(b, IOAT_ATTNSTATUS, 4, 0);
    bench_wr(b, IOAT_INTRCTRL, 1, 1);
    bench_idle(b, 200);
    silent();
}
END_TEST

START_TEST(passes_function_level_reset)
{
    begin_copy(CW);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    b->pins.flr = true;
    bench_idle(b, 20);
    bench_r(b, ID_DATA, OKAY);
    bench_idle(b, 20);
    b->pins.flr = false;
    bench_idle(b, 20);
    STATE(b, 0, HALTED);
    RD(b, CHANCMP, 0);
    bench_rd(b, IOAT_VECTOR(0, MSIX_CTRL), 4, 1);
    silent();
}
END_TEST

START_TEST(passes_bus_master_off_and_on)
{
    begin_copy(CW);
    b->pins.bus_master = false;
    bench_idle(b, 10);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);        /* was waiting already */
    bench_r(b, ID_DATA, OKAY);
    bench_idle(b, LONG_ENOUGH);
    b->pins.bus_master = true;
    bench_idle(b, 10);
    bench_write_data(b, DST, 64, b->mem + SRC);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

START_TEST(passes_on_a_wide_bus_with_a_descriptor_master)
{
    bench_close(b);
    bench_open(b, 512, true);
    bench_put_copy(b, 0, 1000, CW);
    bench_at(b, bench_ring(0))->src += 61;
    bench_at(b, bench_ring(0))->dst += 5;
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_run(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    STATE(b, bench_ring(0), IDLE);
    silent();
}
END_TEST

START_TEST(passes_reading_ahead_within_the_count)
{
    for (unsigned n = 0; n < 3; n++)
        bench_put_copy(b, n, 8, 0);
    bench_arm(b, ECE);
    bench_count(b, 3);
    bench_ar(b, ID_DESC, bench_ring(0), 64, SNOOP);
    bench_r(b, ID_DESC, OKAY);
    bench_ar(b, ID_DESC, bench_ring(2), 64, SNOOP);    /* ahead of its pointer */
    bench_ar(b, ID_DESC, bench_ring(1), 64, SNOOP);
    bench_r(b, ID_DESC, OKAY);
    bench_move(b, bench_ring(0));
    bench_r(b, ID_DESC, OKAY);
    bench_move(b, bench_ring(1));
    bench_move(b, bench_ring(2));
    STATE(b, bench_ring(2), IDLE);
    silent();
}
END_TEST

/* A list that ends at once, is followed by one at bench_ring(8) and, before that is read, one at bench_ring(16). */
static void replace_twice(void)
{
    bench_put_last(b, 0, 0, NOTHING);
    bench_put_last(b, 8, 8, 0);
    bench_put_last(b, 16, 8, 0);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    WR(b, CHAINADDR, bench_ring(8));
    bench_command(b, IOAT_CHANCMD_START);
    WR(b, CHAINADDR, bench_ring(16));
}

START_TEST(passes_list_that_began_before_it_was_replaced)
{
    replace_twice();
    bench_fetch(b, bench_ring(8));
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(16));
    silent();
}
END_TEST

START_TEST(passes_word_of_reset_for_a_list_that_began)
{
    replace_twice();
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_word(b, HALTED_WORD(0));
    silent();
}
END_TEST

START_TEST(passes_word_asked_for_while_a_list_waited_that_reset_took_back)
{
    bench_put_copy(b, 0, 8, CW);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    WR(b, CHAINADDR, bench_ring(8));
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    RD(b, CHANCMD, 0);
    silent();
}
END_TEST

START_TEST(passes_error_of_a_list_that_cannot_begin)
{
    bench_put_last(b, 0, 0, NOTHING);
    bench_arm(b, ERR_INT);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    WR(b, CHAINADDR, bench_ring(8) + 1);
    bench_command(b, IOAT_CHANCMD_START);
    bench_pulse(b, 0);
    bench_message(b, 0);
    RD(b, CHANERR, IOAT_CHANERR_CHAIN_ADDR);
    STATE(b, 0, HALTED);
    silent();
}
END_TEST

START_TEST(passes_start_when_an_error_has_halted_the_counted_list)
{
    bench_put_last(b, 0, 0, NOTHING);
    bench_arm(b, ECE);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_word_unanswered(b, HALTED_WORD(bench_ring(0)));
    bench_command(b, IOAT_CHANCMD_START);
    bench_ans(b, ID_WORD, OKAY);
    bench_fetch(b, bench_ring(0));
    silent();
}
END_TEST

START_TEST(passes_word_of_suspend_between_two_lists)
{
    bench_put_last(b, 0, 8, 0);
    bench_put_last(b, 8, 8, 0);
    bench_arm(b, ECE);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    WR(b, CHAINADDR, bench_ring(8));
    bench_count(b, 1);
    bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    bench_run(b, bench_ring(8));
    STATE(b, bench_ring(8), IDLE);
    silent();
}
END_TEST

/* ACTIVE also when a new chain waits, though the descriptor is the last of its own. */
START_TEST(passes_active_word_when_a_chain_waits_behind_suspend)
{
    begin_copy(CW);
    bench_move(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    WR(b, CHAINADDR, bench_ring(8));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    STATE(b, 0, ARMED);
    silent();
}
END_TEST

START_TEST(passes_word_to_any_chancmp_of_the_run)
{
    begin_copy(CW);
    bench_move(b, bench_ring(0));
    WR(b, CHANCMP, CMP + 8);
    WR(b, CHANCMP, CMP + 16);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

START_TEST(passes_write_data_before_its_address)
{
    begin_copy(CW);
    bench_at(b, bench_ring(0))->size = 64;
    bench_read_data(b, SRC, 64);
    for (unsigned n = 0; n < 3; n++)
        bench_w(b, DST + BUS * n, 0xFF, b->mem + SRC + BUS * n, false);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    for (unsigned n = 3; n < 8; n++)
        bench_w(b, DST + BUS * n, 0xFF, b->mem + SRC + BUS * n, n == 7);
    bench_ans(b, ID_DATA, OKAY);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    silent();
}
END_TEST

START_TEST(passes_registers)
{
    bench_rd(b, IOAT_CHANCNT, 4, CHANNELS | 20 << 8);
    bench_wr(b, IOAT_GENCTRL, 1, 1);
    bench_rd(b, IOAT_GENCTRL, 1, 1);
    bench_rd(b, IOAT_CBVER, 1, 0x34);
    bench_rd(b, IOAT_DMACAPABILITY, 4, 0x41);
    bench_rd(b, 0x1000, 8, 0);
    RD(b, DMA_COMP, 6);
    bench_wr(b, IOAT_CHAN(0, CHAINADDR) + 4, 4, 0x89);
    bench_wr(b, IOAT_CHAN(0, CHAINADDR), 4, 0x40);
    RD(b, CHAINADDR, UINT64_C(0x8900000040));
    WR(b, CHANERRMSK, 0x1FFF);
    RD(b, CHANERRMSK, 0x1FFF);
    WR(b, DCACTRL, 0xFFFFFFFF);
    RD(b, DCACTRL, 0xFFFFFFFF);
    RD(b, CHANCTRL, 0);
    RD(b, CHANCTRL, IOAT_CHANCTRL_IN_USE);
    WR(b, CHANCTRL, 0);
    RD(b, CHANCTRL, 0);
    bench_rd(b, IOAT_CHAN(1, DCACTRL), 4, 0);
    silent();
}
END_TEST

/* ---- broken twins: fetching ---- */

START_TEST(catches_list_read_long_after_it_was_replaced)
{
    replace_twice();
    bench_idle(b, 100);
    bench_fetch(b, bench_ring(8));
    caught("H-N01");
}
END_TEST

START_TEST(catches_read_of_a_list_that_was_at_rest_when_another_began)
{
    bench_put_last(b, 0, 0, NOTHING);
    bench_put_last(b, 8, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_idle(b, 100);
    WR(b, CHAINADDR, bench_ring(8));
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    caught("H-S08");
}
END_TEST

START_TEST(catches_fetch_on_chainaddr)
{
    bench_arm(b, 0);
    bench_fetch(b, bench_ring(0));
    caught("H-S03");
}
END_TEST

START_TEST(catches_fetch_beyond_the_count)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    caught("H-S09");
}
END_TEST

START_TEST(catches_fetch_after_the_end)
{
    bench_put_last(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    caught("H-N01");
}
END_TEST

START_TEST(catches_wrong_next)
{
    bench_put_copy(b, 0, 8, 0);
    bench_at(b, bench_ring(0))->next = 0x3000;
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, 0x7000);
    caught("H-S08");
}
END_TEST

START_TEST(catches_fetch_before_the_pointer_is_read)
{
    bench_put_copy(b, 0, 8, 0);
    bench_at(b, bench_ring(0))->next = 0x3000;
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_ar(b, ID_DESC, bench_ring(0), 64, SNOOP);
    bench_ar(b, ID_DESC, 0x3000, 64, SNOOP);
    caught("H-S08");
}
END_TEST

START_TEST(catches_partial_fetch)
{
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_ar(b, ID_DESC, bench_ring(0), 32, SNOOP);
    caught("H-S08");
}
END_TEST

START_TEST(catches_fetch_of_a_bad_pointer)
{
    bench_arm(b, 0);
    WR(b, CHAINADDR, UINT64_C(1) << 50);
    bench_count(b, 1);
    bench_ar(b, ID_DESC, UINT64_C(1) << 50, 64, SNOOP);
    caught("H-E04");
}
END_TEST

START_TEST(catches_fetch_while_suspended)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    STATE(b, bench_ring(0), SUSPENDED);
    bench_fetch(b, bench_ring(1));
    caught("R-SUS-5");
}
END_TEST

START_TEST(catches_resume_without_reading_again)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    STATE(b, bench_ring(0), SUSPENDED);
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_fetch(b, bench_ring(1));
    caught("R-RES-1");
}
END_TEST

START_TEST(catches_fetch_while_idle)
{
    bench_put_last(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    STATE(b, bench_ring(0), IDLE);
    bench_fetch(b, bench_ring(0));
    caught("H-S05");
}
END_TEST

START_TEST(catches_fetch_after_reset)
{
    begin_copy(0);
    WR(b, CHANCTRL, 0);
    bench_command(b, IOAT_CHANCMD_RESET);
    RD(b, CHANCMD, 0);
    bench_fetch(b, bench_ring(1));
    caught("H-S16");
}
END_TEST

START_TEST(catches_fetch_after_abort)
{
    begin_copy(0);
    WR(b, CHANCTRL, 0);
    bench_command(b, IOAT_CHANCMD_ABORT);
    STATE(b, 0, HALTED);
    bench_fetch(b, bench_ring(1));
    caught("H-S21");
}
END_TEST

START_TEST(catches_fetch_after_an_error)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    STATE(b, 0, HALTED);
    bench_fetch(b, bench_ring(1));
    caught("H-E06");
}
END_TEST

START_TEST(catches_data_started_after_suspend)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_idle(b, 100);
    bench_fetch(b, bench_ring(0));
    bench_move(b, bench_ring(0));
    caught("K-15");
}
END_TEST

START_TEST(catches_data_started_after_a_switch)
{
    bench_put_last(b, 0, 8, 0);
    bench_put_last(b, 8, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    WR(b, CHAINADDR, bench_ring(8));
    if (_i)
        bench_command(b, IOAT_CHANCMD_START);
    bench_idle(b, 100);
    bench_run(b, bench_ring(0));
    caught("K-11");
}
END_TEST

START_TEST(catches_data_started_after_start)
{
    bench_put_copy(b, 0, 8, 0);
    bench_put_last(b, 1, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_START);
    bench_idle(b, 100);
    bench_run(b, bench_ring(1));
    caught("K-12");
}
END_TEST

START_TEST(catches_new_chain_before_the_old_one_is_done)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    WR(b, CHAINADDR, 0x3000);
    WR(b, DMACOUNT, 1);
    bench_fetch(b, 0x3000);
    caught("H-S09");
}
END_TEST

START_TEST(catches_lost_descriptor)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_run(b, bench_ring(0));
    bench_idle(b, LONG_ENOUGH);
    caught("H-S05");
}
END_TEST

START_TEST(catches_unfinished_descriptor)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_write_data(b, DST, 32, b->mem + SRC);
    bench_idle(b, LONG_ENOUGH);
    caught("H-S05");
}
END_TEST

START_TEST(catches_list_that_stops)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_idle(b, 300);
    contract_quiet(b->contract, b->now);
    caught("H-N01");
}
END_TEST

START_TEST(catches_lost_append)
{
    bench_put_last(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_APPEND);
    bench_idle(b, LONG_ENOUGH);
    caught("H-N03");
}
END_TEST

START_TEST(catches_idle_in_spite_of_append)
{
    bench_put_last(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_APPEND);
    STATE(b, bench_ring(0), IDLE);
    caught("H-N03");
}
END_TEST

START_TEST(catches_lost_resume)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_run(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    STATE(b, bench_ring(0), SUSPENDED);
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_idle(b, LONG_ENOUGH);
    caught("R-RES-1");
}
END_TEST

START_TEST(catches_reading_ahead_out_of_the_page)
{
    for (unsigned n = 0; n < 2; n++)
        bench_put_copy(b, n, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 4);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, 0x2000);
    caught("H-S08");
}
END_TEST

START_TEST(catches_reading_ahead_beyond_the_count)
{
    bench_put_copy(b, 0, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_ar(b, ID_DESC, bench_ring(0), 128, SNOOP);
    caught("H-S09");
}
END_TEST

/* ---- payload ---- */

START_TEST(catches_read_without_descriptor)
{
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_read_data(b, SRC, 8);
    caught("H-D01");
}
END_TEST

START_TEST(catches_read_elsewhere)
{
    begin_copy(0);
    bench_read_data(b, SRC + 8, 8);
    caught("H-D01");
}
END_TEST

START_TEST(catches_read_too_long)
{
    begin_copy(0);
    bench_ar(b, ID_DATA, SRC, 72, SNOOP);
    caught("H-D01");
}
END_TEST

START_TEST(catches_read_twice)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_read_data(b, SRC, 64);
    caught("H-D01");
}
END_TEST

START_TEST(catches_wrong_byte)
{
    uint8_t data[64];

    begin_copy(0);
    memcpy(data, b->mem + SRC, sizeof data);
    data[37] ^= 0x10;
    bench_read_data(b, SRC, 64);
    bench_write_data(b, DST, 64, data);
    caught("H-D01");
}
END_TEST

START_TEST(catches_wrong_fill)
{
    uint8_t data[16] = { 0 };

    bench_put_copy(b, 0, 16, FILL);
    bench_at(b, bench_ring(0))->src = UINT64_C(1) << 63;
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    data[8] = 0x80;                        /* phase of the pattern is off by one */
    bench_write_data(b, DST, 16, data);
    caught("H-D03");
}
END_TEST

START_TEST(catches_write_before_read)
{
    begin_copy(0);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_write_data(b, DST, 64, b->mem + SRC);
    caught("H-D01");
}
END_TEST

START_TEST(catches_write_outside)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_aw(b, ID_DATA, DST, 72, SNOOP);
    caught("H-D01");
}
END_TEST

START_TEST(catches_strobe_outside)
{
    bench_put_copy(b, 0, 5, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_read_data(b, SRC, 5);
    bench_aw(b, ID_DATA, DST, 8, SNOOP);
    bench_w(b, DST, _i ? 0x0F : 0x3F, b->mem + SRC, true);
    caught("H-D01");
}
END_TEST

/* The source keeps the rest of a copy: its burst is completed with strobes off (K-63). */
static void pad(void)
{
    begin_copy(0);
    bench_read_data(b, SRC, 32);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    for (unsigned n = 0; n < 4; n++)
        bench_w(b, DST + BUS * n, 0xFF, b->mem + SRC + BUS * n, false);
    bench_idle(b, 40);
    for (unsigned n = 4; n < 7; n++)
        bench_w(b, DST + BUS * n, 0, b->mem + SRC, false);
}

START_TEST(passes_burst_that_is_padded_and_goes_on_in_another)
{
    pad();
    bench_w(b, DST + BUS * 7, 0, b->mem + SRC, true);
    bench_ans(b, ID_DATA, OKAY);
    bench_read_data(b, SRC + 32, 32);
    bench_write_data(b, DST + 32, 32, b->mem + SRC + 32);
    STATE(b, bench_ring(0), IDLE);
    silent();
}
END_TEST

START_TEST(catches_strobes_that_come_back_in_a_padded_burst)
{
    pad();
    bench_w(b, DST + BUS * 7, 0xFF, b->mem + SRC + BUS * 7, true);
    caught("K-63");
}
END_TEST

START_TEST(catches_strobes_off_without_cause)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    bench_w(b, DST, 0, b->mem + SRC, false);
    caught("H-D01");
}
END_TEST

START_TEST(catches_write_out_of_order)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_write_data(b, DST + 32, 32, b->mem + SRC + 32);
    caught("H-D01");
}
END_TEST

START_TEST(catches_write_twice)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_write_data(b, DST, 64, b->mem + SRC);
    bench_write_data(b, DST, 64, b->mem + SRC);
    caught("H-D01");
}
END_TEST

START_TEST(catches_page_break_missed)
{
    bench_put_copy(b, 0, 64, (uint32_t)IOAT_CONTROL_SRC_PAGE_BREAK);
    bench_at(b, bench_ring(0))->src = SRC + 4096 - 32;
    bench_at(b, bench_ring(0))->next_src = 0x50000;
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_read_data(b, SRC + 4096 - 32, 64);
    caught("H-D01");
}
END_TEST

START_TEST(catches_data_of_an_unknown_operation)
{
    begin_copy(0x02000000);
    bench_read_data(b, SRC, 64);
    caught("H-D07");
}
END_TEST

START_TEST(catches_data_behind_a_failing_descriptor)
{
    bench_put_copy(b, 0, (1 << 20) + 1, 0);
    bench_put_copy(b, 1, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_read_data(b, SRC, 8);
    caught("H-E06");
}
END_TEST

START_TEST(catches_data_of_a_null_transfer)
{
    begin_copy(NOTHING);
    bench_read_data(b, SRC, 64);
    caught("H-D01");
}
END_TEST

START_TEST(catches_read_across_a_page)
{
    bench_put_copy(b, 0, 64, 0);
    bench_at(b, bench_ring(0))->src = SRC + 4096 - 32;
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_ar(b, ID_DATA, SRC + 4096 - 32, 64, SNOOP);
    caught("H-D02");
}
END_TEST

START_TEST(catches_long_bursts)
{
    bench_put_copy(b, 0, 1024, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    if (_i)
        bench_ar(b, ID_DATA, SRC, 520, SNOOP);
    else
        bench_aw(b, ID_DATA, DST, 264, SNOOP);
    caught("K-61");
}
END_TEST

START_TEST(catches_read_before_the_fence_is_answered)
{
    bench_put_copy(b, 0, 64, FENCED | CW);
    bench_put_copy(b, 1, 64, 0);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_read_data(b, SRC, 64);
    bench_write_only(b, DST, 64, b->mem + SRC);
    if (_i) {
        bench_ans(b, ID_DATA, OKAY);
        bench_word_unanswered(b, ACTIVE_WORD(bench_ring(0)));
    }
    bench_read_data(b, SRC, 64);
    caught("K-33");
}
END_TEST

START_TEST(catches_fill_before_the_fence_is_answered)
{
    bench_put_copy(b, 0, 64, FENCED);
    bench_put_copy(b, 1, 64, FILL);
    bench_arm(b, 0);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_read_data(b, SRC, 64);
    bench_write_only(b, DST, 64, b->mem + SRC);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    caught("K-33");
}
END_TEST

START_TEST(catches_wrong_snoop_attribute)
{
    bench_put_copy(b, 0, 64, (uint32_t)IOAT_CONTROL_SRC_NO_SNOOP);
    bench_arm(b, _i == 2 ? (uint16_t)IOAT_CHANCTRL_FETCH_NO_SNOOP : 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    if (_i == 0) {
        bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    } else if (_i == 1) {
        bench_ar(b, ID_DATA, SRC, 64, NO_SNOOP);
        bench_r(b, ID_DATA, OKAY);
        bench_aw(b, ID_DATA, DST, 64, NO_SNOOP);
    }
    caught("K-34");
}
END_TEST

START_TEST(catches_strobes_that_come_back)
{
    broken_burst();
    bench_command(b, IOAT_CHANCMD_ABORT);
    bench_w(b, DST + 48, 0, b->mem, false);
    bench_w(b, DST + 56, 0xFF, b->mem + SRC + 56, true);
    caught("K-18");
}
END_TEST

START_TEST(catches_data_after_reset_is_done)
{
    begin_copy(0);
    WR(b, CHANCTRL, 0);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_r(b, ID_DATA, OKAY);
    RD(b, CHANCMD, 0);
    bench_aw(b, ID_DATA, DST, 64, SNOOP);
    caught("H-S16");
}
END_TEST

START_TEST(catches_unknown_ids)
{
    static const unsigned id[] = { 0x20, 0x02, 0x30 };

    begin_copy(0);
    bench_ar(b, id[_i], SRC, 64, SNOOP);
    caught("K-60");
}
END_TEST

START_TEST(catches_requests_without_bus_master)
{
    bench_put_copy(b, 0, 1024, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    b->pins.bus_master = false;
    bench_idle(b, 10);
    bench_ar(b, ID_DATA, SRC, 512, SNOOP);
    bench_ar(b, ID_DATA, SRC + 512, 512, SNOOP);
    caught("K-62");
}
END_TEST

/* ---- words ---- */

START_TEST(catches_word_before_the_data_is_answered)
{
    begin_copy(CW);
    bench_read_data(b, SRC, 64);
    bench_write_only(b, DST, 64, b->mem + SRC);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    caught("H-W05");
}
END_TEST

START_TEST(catches_word_nobody_asked_for)
{
    begin_copy(0);
    bench_move(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)));
    caught("H-W04");
}
END_TEST

START_TEST(catches_word_twice)
{
    begin_nulls(2, CW);
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    caught("H-W06");
}
END_TEST

START_TEST(catches_word_of_a_stranger)
{
    begin_copy(CW);
    bench_move(b, bench_ring(0));
    bench_word(b, IDLE_WORD(0x9000));
    caught("H-W06");
}
END_TEST

START_TEST(catches_word_while_armed)
{
    bench_arm(b, ECE);
    bench_word(b, HALTED_WORD(0));
    caught("H-W06");
}
END_TEST

START_TEST(catches_torn_words)
{
    begin_copy(CW);
    bench_move(b, bench_ring(0));
    if (_i == 0) {
        bench_aw(b, ID_WORD, CMP, 8, SNOOP);
        bench_w(b, CMP, 0x0F, b->mem, true);
    } else {
        bench_aw(b, ID_WORD, _i == 1 ? CMP + 64 : CMP, _i == 1 ? 8 : 16, SNOOP);
    }
    caught("H-W01");
}
END_TEST

START_TEST(catches_reserved_bits_in_a_word)
{
    begin_copy(CW);
    bench_move(b, bench_ring(0));
    bench_word(b, IDLE_WORD(bench_ring(0)) | 0x10);
    caught("H-W02");
}
END_TEST

START_TEST(catches_states_without_cause)
{
    static const unsigned code[] = { IOAT_CHANSTS_STATE_SUSPENDED, IOAT_CHANSTS_STATE_HALTED,
                                     IOAT_CHANSTS_STATE_ARMED };

    begin_copy(CW);
    bench_move(b, bench_ring(0));
    bench_word(b, bench_ring(0) | code[_i]);
    caught("H-W02");
}
END_TEST

START_TEST(catches_wrong_state_in_a_word)
{
    begin_nulls(2, CW);
    if (_i)
        bench_count(b, 3);
    bench_idle(b, 20);
    bench_word(b, ACTIVE_WORD(bench_ring(0)));
    bench_word(b, bench_ring(1) | (unsigned)(_i ? IOAT_CHANSTS_STATE_IDLE : IOAT_CHANSTS_STATE_ACTIVE));
    caught("K-41");
}
END_TEST

START_TEST(catches_wrong_state_in_a_list)
{
    bench_put_copy(b, 0, 0, CW);
    bench_put_last(b, 1, 0, CW);
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_word(b, _i ? IDLE_WORD(bench_ring(0)) : ACTIVE_WORD(bench_ring(0)));
    bench_word(b, ACTIVE_WORD(bench_ring(1)));
    caught("K-41");
}
END_TEST

START_TEST(catches_two_words_at_once)
{
    begin_nulls(2, CW);
    bench_word_unanswered(b, ACTIVE_WORD(bench_ring(0)));
    bench_word_unanswered(b, IDLE_WORD(bench_ring(1)));
    caught("K-40");
}
END_TEST

START_TEST(catches_lost_word)
{
    begin_nulls(1, CW);
    bench_idle(b, LONG_ENOUGH);
    caught("H-W03");
}
END_TEST

START_TEST(catches_idle_before_the_word)
{
    begin_nulls(1, CW);
    STATE(b, bench_ring(0), IDLE);
    caught("H-S05");
}
END_TEST

START_TEST(catches_word_after_reset)
{
    begin_copy(CW);
    WR(b, CHANCTRL, 0);
    bench_command(b, IOAT_CHANCMD_RESET);
    RD(b, CHANCMD, 0);
    bench_word(b, HALTED_WORD(0));
    caught("H-S16");
}
END_TEST

START_TEST(catches_missing_word_of_abort)
{
    begin_copy(CW);
    bench_command(b, IOAT_CHANCMD_ABORT);
    if (_i)
        bench_idle(b, LONG_ENOUGH);
    else
        RD(b, CHANCMD, 0);
    caught(_i ? "K-18" : "K-05");
}
END_TEST

START_TEST(catches_word_of_abort_before_the_answers)
{
    begin_copy(CW);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_ABORT);
    bench_word(b, HALTED_WORD(0));
    caught("K-18");
}
END_TEST

START_TEST(catches_word_of_reset_without_permission)
{
    begin_copy(CW);
    WR(b, CHANCTRL, 0);
    bench_idle(b, 4);
    WR(b, CHAINADDR, 0);
    bench_idle(b, 30);
    STATE(b, 0, ARMED);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_word(b, HALTED_WORD(0));
    caught("K-19");
}
END_TEST

START_TEST(catches_abort_that_counts_the_interrupted)
{
    begin_copy(CW);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_ABORT);
    bench_r(b, ID_DATA, OKAY);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    caught("R-STA-7");
}
END_TEST

START_TEST(catches_word_of_suspend_too_early)
{
    begin_copy(CW);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_word(b, SUSPENDED_WORD(0));
    caught("K-15");
}
END_TEST

START_TEST(catches_word_of_suspend_with_a_wrong_address)
{
    begin_nulls(2, 0);
    bench_count(b, 3);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_word(b, SUSPENDED_WORD(bench_ring(5)));
    caught("R-STA-6");
}
END_TEST

START_TEST(catches_error_word_without_permission)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_word(b, HALTED_WORD(0));
    caught("H-W07");
}
END_TEST

START_TEST(catches_error_word_of_the_failing_one)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_word(b, HALTED_WORD(bench_ring(0)));
    caught("H-W07");
}
END_TEST

START_TEST(catches_lost_error_word)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_idle(b, LONG_ENOUGH);
    caught("H-W07");
}
END_TEST

START_TEST(catches_error_word_before_the_answers)
{
    bench_put_copy(b, 0, 64, 0);
    bench_put_copy(b, 1, 64, 0);
    bench_arm(b, ECE);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_r(b, ID_DATA, SLVERR);
    bench_word(b, HALTED_WORD(0));
    caught("K-43");
}
END_TEST

/* Bit 7 of CHANCMD is defined nowhere, so nothing is judged until the RESET is done. */
static void lose_and_reset(void)
{
    bench_arm(b, 0);
    bench_command(b, 0x80);
    bench_command(b, IOAT_CHANCMD_RESET);
    RD(b, CHANCMD, 0);
}

START_TEST(accepts_an_error_from_before_it_could_judge)
{
    lose_and_reset();
    RD(b, CHANERR, IOAT_CHANERR_LENGTH);
    RD(b, CHANERR, IOAT_CHANERR_LENGTH);
    silent();
}
END_TEST

START_TEST(catches_an_error_after_that_without_a_cause)
{
    lose_and_reset();
    RD(b, CHANERR, IOAT_CHANERR_LENGTH);
    RD(b, CHANERR, IOAT_CHANERR_LENGTH | IOAT_CHANERR_READ_DATA);
    caught("H-E01");
}
END_TEST

START_TEST(catches_word_after_an_error)
{
    bench_put_copy(b, 0, 64, CW);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_read_data(b, SRC, 64);
    bench_write_only(b, DST, 64, b->mem + SRC);
    bench_ans(b, ID_DATA, SLVERR);
    bench_word(b, IDLE_WORD(bench_ring(0)));
    caught("H-E06");
}
END_TEST

START_TEST(catches_word_to_a_misaligned_address)
{
    bench_put_copy(b, 0, 0, CW);
    bench_arm(b, ECE);
    WR(b, CHANCMP, CMP + 4);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_aw(b, ID_WORD, CMP + 4, 8, SNOOP);
    caught("H-E04");
}
END_TEST

START_TEST(catches_word_of_a_function_level_reset)
{
    begin_copy(CW);
    b->pins.flr = true;
    bench_idle(b, 5);
    bench_word(b, HALTED_WORD(0));
    caught("K-20");
}
END_TEST

START_TEST(catches_function_level_reset_that_ends_too_early)
{
    begin_copy(CW);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    b->pins.flr = true;
    bench_idle(b, 5);
    b->pins.flr = false;
    bench_idle(b, 5);
    caught("H-C07");
}
END_TEST

/* ---- interrupts ---- */

START_TEST(catches_signal_without_event)
{
    begin_nulls(1, 0);
    bench_pulse(b, 0);
    caught("H-I04");
}
END_TEST

START_TEST(catches_signal_before_the_word)
{
    begin_nulls(1, CW | INT);
    bench_word_unanswered(b, IDLE_WORD(bench_ring(0)));
    bench_pulse(b, 0);
    caught("H-I04");
}
END_TEST

START_TEST(catches_signal_without_rearm)
{
    begin_nulls(2, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_pulse(b, 0);
    caught("H-I02");
}
END_TEST

START_TEST(catches_second_signal_of_one_event)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    WR(b, CHANCTRL, REARM);
    bench_idle(b, 10);
    bench_pulse(b, 0);
    caught("H-I04");
}
END_TEST

START_TEST(catches_lost_event)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_idle(b, 10);
    bench_put_copy(b, 1, 0, NOTHING | INT);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(1));
    bench_idle(b, 100);
    WR(b, CHANCTRL, REARM);
    bench_idle(b, LONG_ENOUGH);
    caught("H-I02");
}
END_TEST

START_TEST(catches_early_signal)
{
    bench_wr(b, IOAT_INTRDELAY, 2, 10);
    begin_nulls(1, INT);
    bench_idle(b, 1000);
    bench_pulse(b, 0);
    caught("H-I10");
}
END_TEST

START_TEST(catches_message_without_signal)
{
    begin_nulls(1, INT);
    bench_message(b, 0);
    bench_idle(b, 20);
    caught("H-I01");
}
END_TEST

START_TEST(catches_second_message)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_message(b, 0);
    bench_idle(b, 20);
    caught("H-I01");
}
END_TEST

START_TEST(catches_lost_message)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_idle(b, LONG_ENOUGH);
    caught("H-I01");
}
END_TEST

START_TEST(catches_lost_message_at_the_rearm)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_idle(b, 1100);
    WR(b, CHANCTRL, ECE | REARM);
    caught("H-I01");
}
END_TEST

START_TEST(catches_descriptor_read_twice)
{
    for (unsigned n = 0; n < 3; n++)
        bench_put_copy(b, n, 8, 0);
    bench_arm(b, 0);
    bench_count(b, 3);
    bench_fetch(b, bench_ring(0));
    bench_fetch(b, bench_ring(1));
    bench_fetch(b, bench_ring(0));
    caught("H-S08");
}
END_TEST

START_TEST(catches_message_while_masked)
{
    bench_wr(b, IOAT_VECTOR(0, MSIX_CTRL), 4, 1);
    bench_idle(b, 100);
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    caught("H-I07");
}
END_TEST

START_TEST(catches_missing_pending_bit)
{
    bench_wr(b, IOAT_VECTOR(0, MSIX_CTRL), 4, 1);
    bench_idle(b, 100);
    begin_nulls(1, INT);
    if (_i == 0)
        bench_pulse(b, 0);
    bench_idle(b, 100);
    if (_i == 1) {
        b->pins.irq = 1;
        bench_pins(b);
        b->pins.irq = 0;
        bench_idle(b, 100);
        WR(b, CHANCTRL, REARM);
        bench_idle(b, 100);
        bench_rd(b, IOAT_MSIX_PBA_BASE, 8, 1);
    } else {
        bench_rd(b, IOAT_MSIX_PBA_BASE, 8, 0);
    }
    caught("H-I07");
}
END_TEST

START_TEST(catches_wrong_message)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_idle(b, LONG_ENOUGH / 2);
    if (_i == 0) {
        bench_aw(b, ID_MESSAGE, MSI + 0x100, 8, SNOOP);
    } else {
        static const uint8_t data[8] = { MSI_DATA + 1 };

        bench_aw(b, ID_MESSAGE, MSI, 8, SNOOP);
        bench_w(b, MSI, _i == 1 ? 0x0F : 0x03, data, true);
    }
    caught("K-52");
}
END_TEST

START_TEST(catches_intx_that_stays)
{
    b->pins.msix_enable = false;
    bench_pins(b);
    bench_wr(b, IOAT_INTRCTRL, 1, IOAT_INTRCTRL_MASTER_INT_EN);
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    b->pins.intx = true;
    bench_idle(b, 100);
    bench_rd(b, IOAT_ATTNSTATUS, 4, 1);
    bench_idle(b, 100);
    caught("H-I08");
}
END_TEST

/* ---- what registers show ---- */

START_TEST(catches_wrong_register_values)
{
    static const struct { uint32_t offset; unsigned width; uint64_t value; const char *rule; } bad[] = {
        { IOAT_CHANCNT, 1, CHANNELS + 1, "H-R02" },
        { IOAT_XFERCAP, 1, 0, "H-R02" },
        { IOAT_CBVER, 1, 0x33, "H-R02" },
        { IOAT_DMACAPABILITY, 4, 0x40, "H-R02" },
        { IOAT_CHAN_BASE + IOAT_DMA_COMP, 2, 7, "H-R02" },
        { IOAT_GENCTRL, 1, 1, "K-04" },
        { IOAT_INTRDELAY, 2, 0, "H-R16" },
        { IOAT_INTRCTRL, 1, IOAT_INTRCTRL_MASTER_INT_EN, "H-R14" },
        { IOAT_INTRCTRL, 1, IOAT_INTRCTRL_INT_STATUS, "H-R14" },
        { IOAT_ATTNSTATUS, 4, 1, "H-R15" },
        { IOAT_ATTNSTATUS, 4, 4, "H-R15" },
        { IOAT_CHWPREFLMT, 1, 8, "H-R13" },
        { IOAT_PERF_BASE + CHANNELS * IOAT_PERF_STRIDE, 8, 1, "H-R13" },
        { IOAT_PERF(0, PERF_CTL) + 8, 8, 1, "H-R13" },
        { IOAT_PERF(1, PERF_CTL), 1, IOAT_PERF_CTL_HOLD, "K-08" },
        { IOAT_CHAN_BASE + CHANNELS * IOAT_CHAN_STRIDE, 4, 1, "H-R13" },
        { IOAT_CHAN_BASE + IOAT_CHANCMP, 8, CMP, "H-R05" },
        { IOAT_CHAN_BASE + IOAT_CHAINADDR + 4, 4, 1, "H-R05" },
        { IOAT_CHAN_BASE + IOAT_DMACOUNT, 2, 1, "H-R08" },
        { IOAT_CHAN_BASE + IOAT_CHANCTRL, 2, ECE, "H-R09" },
        { IOAT_CHAN_BASE + IOAT_CHANCTRL, 2, REARM, "H-R09" },
        { IOAT_CHAN_BASE + IOAT_CHANCTRL, 2, 2, "K-04" },
        { IOAT_CHAN_BASE + IOAT_CHANCTRL, 2, (uint64_t)IOAT_CHANCTRL_IN_USE, "H-R10" },
        { IOAT_CHAN_BASE + IOAT_CHANERR, 4, 1, "H-E01" },
        { IOAT_CHAN_BASE + IOAT_CHANERRMSK, 4, 1, "K-04" },
        { IOAT_CHAN_BASE + IOAT_DCACTRL, 4, 1, "K-04" },
        { IOAT_CHAN_BASE + IOAT_CDAR, 8, RING, "K-07" },
        { IOAT_CHAN_BASE + IOAT_CHANCMD, 1, IOAT_CHANCMD_START, "H-R07" },
        { IOAT_CHAN_BASE + IOAT_CHANCMD, 1, IOAT_CHANCMD_RESET, "K-05" },
        { IOAT_MSIX_TABLE_BASE, 8, MSI + 1, "H-C06" },
        { IOAT_MSIX_TABLE_BASE + IOAT_MSIX_DATA, 8, MSI_DATA | UINT64_C(1) << 32, "H-C06" },
        { IOAT_MSIX_PBA_BASE, 8, 1, "H-I07" },
        { IOAT_MSIX_PBA_BASE, 8, 4, "H-I07" },
        { IOAT_CHAN_BASE + IOAT_CHANSTS, 8, 0xB, "H-R06" },
        { IOAT_CHAN_BASE + IOAT_CHANSTS, 8, 0x1003, "H-S02" },
    };

    bench_rd(b, bad[_i].offset, bad[_i].width, bad[_i].value);
    if (!strcmp(bad[_i].rule, "H-S02"))
        ck_assert_msg(b->rule[0], "caught nothing");
    else
        caught(bad[_i].rule);
}
END_TEST

START_TEST(catches_states)
{
    static const struct { unsigned code; const char *rule; } armed[] = {
        { IOAT_CHANSTS_STATE_HALTED, "H-S01" }, { IOAT_CHANSTS_STATE_IDLE, "H-S01" },
        { IOAT_CHANSTS_STATE_ACTIVE, "H-S01" },
    };

    bench_arm(b, 0);
    bench_rd(b, IOAT_CHAN(0, CHANSTS), 8, armed[_i].code);
    caught(armed[_i].rule);
}
END_TEST

START_TEST(catches_armed_with_an_old_address)
{
    begin_nulls(1, 0);
    STATE(b, bench_ring(0), IDLE);
    WR(b, CHAINADDR, bench_ring(0));
    STATE(b, bench_ring(0), ARMED);
    caught("H-S02");
}
END_TEST

START_TEST(catches_armed_after_the_doorbell)
{
    bench_arm(b, 0);
    bench_count(b, 1);
    STATE(b, 0, ARMED);
    caught("H-S04");
}
END_TEST

START_TEST(catches_idle_with_work_left)
{
    begin_nulls(2, 0);
    bench_count(b, 3);
    STATE(b, bench_ring(1), IDLE);
    caught("H-S05");
}
END_TEST

START_TEST(catches_active_for_ever)
{
    begin_nulls(1, 0);
    STATE(b, bench_ring(0), ACTIVE);
    bench_idle(b, 4000);
    STATE(b, bench_ring(0), ACTIVE);
    bench_idle(b, 4000);
    STATE(b, bench_ring(0), ACTIVE);
    caught("H-S05");
}
END_TEST

START_TEST(catches_suspended_too_early)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    STATE(b, 0, SUSPENDED);
    caught("H-S12");
}
END_TEST

START_TEST(catches_suspend_without_end)
{
    bench_put_copy(b, 0, 64, 0);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_idle(b, 5100);
    if (_i)
        RD(b, CHANCMD, IOAT_CHANCMD_SUSPEND);
    else
        STATE(b, 0, ACTIVE);
    ck_assert_msg(b->rule[0], "caught nothing");
}
END_TEST

START_TEST(catches_idle_after_reset)
{
    bench_command(b, IOAT_CHANCMD_RESET);
    RD(b, CHANCMD, 0);
    STATE(b, 0, IDLE);
    caught("H-S18");
}
END_TEST

START_TEST(catches_reset_done_too_early)
{
    begin_copy(0);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_RESET);
    RD(b, CHANCMD, 0);
    caught("H-R07");
}
END_TEST

START_TEST(catches_suspend_done_too_early)
{
    begin_copy(0);
    bench_ar(b, ID_DATA, SRC, 64, SNOOP);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    RD(b, CHANCMD, 0);
    caught("K-05");
}
END_TEST

START_TEST(catches_halted_without_cause)
{
    begin_copy(0);
    STATE(b, 0, HALTED);
    caught("H-E08");
}
END_TEST

START_TEST(catches_halted_before_the_error_word)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    if (_i)
        RD(b, CHANERR, IOAT_CHANERR_DESC_CTRL);
    STATE(b, 0, HALTED);
    caught("K-43");
}
END_TEST

START_TEST(catches_error_word_before_its_bit)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, ECE);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    bench_word_unanswered(b, HALTED_WORD(0));
    RD(b, CHANERR, 0);
    caught("K-43");
}
END_TEST

START_TEST(catches_error_bit_before_the_answers)
{
    begin_copy(0);
    bench_ar(b, ID_DATA, SRC, 32, SNOOP);
    bench_ar(b, ID_DATA, SRC + 32, 32, SNOOP);
    bench_r(b, ID_DATA, SLVERR);
    RD(b, CHANERR, IOAT_CHANERR_READ_DATA);
    caught("K-43");
}
END_TEST

START_TEST(catches_completed_before_the_data_is_answered)
{
    begin_copy(0);
    bench_read_data(b, SRC, 64);
    bench_write_only(b, DST, 64, b->mem + SRC);
    STATE(b, bench_ring(0), ACTIVE);
    caught("K-42");
}
END_TEST

START_TEST(catches_completed_before_the_word_is_answered)
{
    begin_nulls(2, CW);
    bench_count(b, 3);
    bench_word_unanswered(b, ACTIVE_WORD(bench_ring(0)));
    STATE(b, bench_ring(0), ACTIVE);
    caught("K-42");
}
END_TEST

START_TEST(catches_completion_that_goes_back)
{
    begin_nulls(2, 0);
    bench_count(b, 3);
    STATE(b, bench_ring(1), ACTIVE);
    STATE(b, bench_ring(0), ACTIVE);
    caught("H-S02");
}
END_TEST

START_TEST(catches_upper_half_that_was_not_frozen)
{
    const uint64_t high = UINT64_C(0x100000000);

    begin_nulls(1, 0);
    bench_rd(b, IOAT_CHAN(0, CHANSTS), 4, IDLE_WORD(bench_ring(0)));
    bench_rd(b, IOAT_CHAN(0, CHANSTS) + 4, 4, high >> 32);
    caught("K-02");
}
END_TEST

START_TEST(catches_wrong_error_bit)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    RD(b, CHANERR, _i ? IOAT_CHANERR_DESC_CTRL | IOAT_CHANERR_LENGTH : IOAT_CHANERR_LENGTH);
    caught("H-E01");
}
END_TEST

START_TEST(catches_error_that_vanishes)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    RD(b, CHANERR, IOAT_CHANERR_DESC_CTRL);
    WR(b, CHANERR, IOAT_CHANERR_LENGTH);
    RD(b, CHANERR, 0);
    caught("H-R11");
}
END_TEST

START_TEST(catches_halt_without_error_bit)
{
    bench_put_copy(b, 0, 8, 0x02000000);
    bench_arm(b, 0);
    bench_count(b, 1);
    bench_fetch(b, bench_ring(0));
    STATE(b, 0, HALTED);
    RD(b, CHANERR, 0);
    caught("H-E08");
}
END_TEST

START_TEST(catches_halted_with_a_wrong_address)
{
    broken_burst();
    WR(b, CHANCTRL, 0);
    bench_command(b, IOAT_CHANCMD_ABORT);
    bench_w(b, DST + 48, 0, b->mem, false);
    bench_w(b, DST + 56, 0, b->mem, true);
    bench_ans(b, ID_DATA, OKAY);
    STATE(b, bench_ring(0), HALTED);
    STATE(b, 0, HALTED);
    caught("R-STA-7");
}
END_TEST

START_TEST(catches_in_use_that_clears)
{
    RD(b, CHANCTRL, 0);
    RD(b, CHANCTRL, 0);
    caught("H-R10");
}
END_TEST

START_TEST(catches_int_disable_that_does_not_set)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_idle(b, 20);
    RD(b, CHANCTRL, ECE);
    caught("H-R09");
}
END_TEST

START_TEST(catches_attention_that_does_not_clear)
{
    begin_nulls(1, INT);
    bench_pulse(b, 0);
    bench_message(b, 0);
    bench_rd(b, IOAT_ATTNSTATUS, 4, 1);
    bench_rd(b, IOAT_ATTNSTATUS, 4, 1);
    caught("H-R15");
}
END_TEST

START_TEST(says_nothing_after_the_first_violation)
{
    bench_arm(b, 0);
    bench_fetch(b, bench_ring(0));
    caught("H-S03");
    b->rule[0] = '\0';
    bench_fetch(b, bench_ring(0));
    ck_assert_str_eq(b->rule, "");
}
END_TEST

Suite *contract_suite(void)
{
    Suite *suite = suite_create("contract");
    TCase *tc;

#define CASE(name)                                                                           \
    tc = tcase_create(name);                                                                 \
    tcase_add_checked_fixture(tc, setup, teardown);                                          \
    tcase_set_timeout(tc, 60);                                                               \
    suite_add_tcase(suite, tc)
#define TEST(name) tcase_add_test(tc, name)
#define TESTS(name, n) tcase_add_loop_test(tc, name, 0, n)

    CASE("contract_passes");
    TEST(passes_copy_with_word_and_interrupt);
    TEST(passes_pipelined_chain);
    TEST(passes_counted_ring_past_the_16_bit_wrap);
    TEST(passes_fill_and_page_break);
    TEST(passes_append_and_start_again);
    TEST(passes_append_that_drops_what_was_prefetched);
    TEST(passes_append_in_a_closed_ring);
    TEST(passes_append_that_drops_a_round_of_a_closed_ring);
    TEST(passes_appends_close_together);
    TEST(passes_suspend_and_resume);
    TEST(passes_suspend_without_polling);
    TEST(passes_suspend_of_armed);
    TEST(passes_abort_in_a_burst);
    TEST(passes_reset_in_a_burst_and_a_new_chain_at_once);
    TEST(passes_new_chain_during_a_run);
    TESTS(passes_errors_of_descriptors, 7);
    TESTS(passes_errors_of_pointers, 3);
    TEST(passes_misaligned_chain);
    TESTS(passes_error_answers, 2);
    TEST(passes_failed_descriptor_read);
    TEST(passes_error_without_word);
    TEST(passes_misplaced_word);
    TEST(passes_two_command_bits);
    TEST(passes_merged_words);
    TEST(passes_events_while_disabled);
    TEST(passes_masked_vector);
    TEST(passes_delayed_interrupt);
    TEST(passes_legacy_interrupt);
    TEST(passes_function_level_reset);
    TEST(passes_bus_master_off_and_on);
    TEST(passes_on_a_wide_bus_with_a_descriptor_master);
    TEST(passes_reading_ahead_within_the_count);
    TEST(passes_list_that_began_before_it_was_replaced);
    TEST(passes_word_of_reset_for_a_list_that_began);
    TEST(passes_word_asked_for_while_a_list_waited_that_reset_took_back);
    TEST(passes_error_of_a_list_that_cannot_begin);
    TEST(passes_start_when_an_error_has_halted_the_counted_list);
    TEST(passes_word_of_suspend_between_two_lists);
    TEST(passes_active_word_when_a_chain_waits_behind_suspend);
    TEST(passes_word_to_any_chancmp_of_the_run);
    TEST(passes_write_data_before_its_address);
    TEST(passes_registers);
    CASE("contract_fetch");
    TEST(catches_list_read_long_after_it_was_replaced);
    TEST(catches_read_of_a_list_that_was_at_rest_when_another_began);
    TEST(catches_fetch_on_chainaddr);
    TEST(catches_fetch_beyond_the_count);
    TEST(catches_fetch_after_the_end);
    TEST(catches_descriptor_read_twice);
    TEST(catches_wrong_next);
    TEST(catches_fetch_before_the_pointer_is_read);
    TEST(catches_partial_fetch);
    TEST(catches_fetch_of_a_bad_pointer);
    TEST(catches_fetch_while_suspended);
    TEST(catches_resume_without_reading_again);
    TEST(catches_fetch_while_idle);
    TEST(catches_fetch_after_reset);
    TEST(catches_fetch_after_abort);
    TEST(catches_fetch_after_an_error);
    TEST(catches_data_started_after_suspend);
    TESTS(catches_data_started_after_a_switch, 2);
    TEST(catches_data_started_after_start);
    TEST(catches_new_chain_before_the_old_one_is_done);
    TEST(catches_lost_descriptor);
    TEST(catches_unfinished_descriptor);
    TEST(catches_list_that_stops);
    TEST(catches_lost_append);
    TEST(catches_idle_in_spite_of_append);
    TEST(catches_lost_resume);
    TEST(catches_reading_ahead_out_of_the_page);
    TEST(catches_reading_ahead_beyond_the_count);
    CASE("contract_payload");
    TEST(catches_read_without_descriptor);
    TEST(catches_read_elsewhere);
    TEST(catches_read_too_long);
    TEST(catches_read_twice);
    TEST(catches_wrong_byte);
    TEST(catches_wrong_fill);
    TEST(catches_write_before_read);
    TEST(catches_write_outside);
    TESTS(catches_strobe_outside, 2);
    TEST(passes_burst_that_is_padded_and_goes_on_in_another);
    TEST(catches_strobes_that_come_back_in_a_padded_burst);
    TEST(catches_strobes_off_without_cause);
    TEST(catches_write_out_of_order);
    TEST(catches_write_twice);
    TEST(catches_page_break_missed);
    TEST(catches_data_of_an_unknown_operation);
    TEST(catches_data_behind_a_failing_descriptor);
    TEST(catches_data_of_a_null_transfer);
    TEST(catches_read_across_a_page);
    TESTS(catches_long_bursts, 2);
    TESTS(catches_read_before_the_fence_is_answered, 2);
    TEST(catches_fill_before_the_fence_is_answered);
    TESTS(catches_wrong_snoop_attribute, 3);
    TEST(catches_strobes_that_come_back);
    TEST(catches_data_after_reset_is_done);
    TESTS(catches_unknown_ids, 3);
    TEST(catches_requests_without_bus_master);
    CASE("contract_words");
    TEST(catches_word_before_the_data_is_answered);
    TEST(catches_word_nobody_asked_for);
    TEST(catches_word_twice);
    TEST(catches_word_of_a_stranger);
    TEST(catches_word_while_armed);
    TESTS(catches_torn_words, 3);
    TEST(catches_reserved_bits_in_a_word);
    TESTS(catches_states_without_cause, 3);
    TESTS(catches_wrong_state_in_a_word, 2);
    TESTS(catches_wrong_state_in_a_list, 2);
    TEST(catches_two_words_at_once);
    TEST(catches_lost_word);
    TEST(catches_idle_before_the_word);
    TEST(catches_word_after_reset);
    TESTS(catches_missing_word_of_abort, 2);
    TEST(catches_word_of_abort_before_the_answers);
    TEST(catches_word_of_reset_without_permission);
    TEST(catches_abort_that_counts_the_interrupted);
    TEST(catches_word_of_suspend_too_early);
    TEST(catches_word_of_suspend_with_a_wrong_address);
    TEST(catches_error_word_without_permission);
    TEST(catches_error_word_of_the_failing_one);
    TEST(catches_lost_error_word);
    TEST(accepts_an_error_from_before_it_could_judge);
    TEST(catches_an_error_after_that_without_a_cause);
    TEST(catches_error_word_before_the_answers);
    TEST(catches_word_after_an_error);
    TEST(catches_word_to_a_misaligned_address);
    TEST(catches_word_of_a_function_level_reset);
    TEST(catches_function_level_reset_that_ends_too_early);
    CASE("contract_interrupts");
    TEST(catches_signal_without_event);
    TEST(catches_signal_before_the_word);
    TEST(catches_signal_without_rearm);
    TEST(catches_second_signal_of_one_event);
    TEST(catches_lost_event);
    TEST(catches_early_signal);
    TEST(catches_message_without_signal);
    TEST(catches_second_message);
    TEST(catches_lost_message);
    TEST(catches_lost_message_at_the_rearm);
    TEST(catches_message_while_masked);
    TESTS(catches_missing_pending_bit, 2);
    TESTS(catches_wrong_message, 3);
    TEST(catches_intx_that_stays);
    CASE("contract_registers");
    TESTS(catches_wrong_register_values, 35);
    TESTS(catches_states, 3);
    TEST(catches_armed_with_an_old_address);
    TEST(catches_armed_after_the_doorbell);
    TEST(catches_idle_with_work_left);
    TEST(catches_active_for_ever);
    TEST(catches_suspended_too_early);
    TESTS(catches_suspend_without_end, 2);
    TEST(catches_idle_after_reset);
    TEST(catches_reset_done_too_early);
    TEST(catches_suspend_done_too_early);
    TEST(catches_halted_without_cause);
    TESTS(catches_halted_before_the_error_word, 2);
    TEST(catches_error_word_before_its_bit);
    TEST(catches_error_bit_before_the_answers);
    TEST(catches_completed_before_the_data_is_answered);
    TEST(catches_completed_before_the_word_is_answered);
    TEST(catches_completion_that_goes_back);
    TEST(catches_upper_half_that_was_not_frozen);
    TESTS(catches_wrong_error_bit, 2);
    TEST(catches_error_that_vanishes);
    TEST(catches_halt_without_error_bit);
    TEST(catches_halted_with_a_wrong_address);
    TEST(catches_in_use_that_clears);
    TEST(catches_int_disable_that_does_not_set);
    TEST(catches_attention_that_does_not_clear);
    TEST(says_nothing_after_the_first_violation);
    return suite;
}
