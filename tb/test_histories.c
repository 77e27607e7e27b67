/* test_histories.c - the contract model where only the engine knows what a command met: a
 * channel that was still coming to a stop, or one that had. Both must pass, what fits
 * neither must not.
 *
 * The streams are synthetic (contract_bench.h); no RTL is involved.
 */
#include <check.h>

#include "contract_bench.h"

enum { NEXT = 64, OTHER = 128 };           /* descriptors, each in a page of its own: none is read ahead */

static struct bench bench;
static struct bench *const b = &bench;

static void setup(void) { bench_open(b, 64, false); }
static void teardown(void) { bench_close(b); }
static void silent(void) { bench_silent(b); }
static void caught(const char *rule) { bench_caught(b, rule); }

/* Two are counted, the first is the last: the engine finds the error after it (H-N09). */
static void begin_list_that_fails(void)
{
    bench_put_last(b, 0, 0, NOTHING);
    bench_arm(b, ECE);
    bench_count(b, 2);
    bench_fetch(b, bench_ring(0));
}

static void put_next_list(void)
{
    bench_put_copy(b, NEXT, 0, NOTHING);
    bench_put_last(b, NEXT + 1, 0, NOTHING);
}

/* To its end when START counted, else as far as DMACOUNT says. */
static void next_list_runs(bool start_counts)
{
    bench_fetch(b, bench_ring(NEXT));
    if (start_counts)
        bench_fetch(b, bench_ring(NEXT + 1));
    STATE(b, bench_ring(start_counts ? NEXT + 1 : NEXT), IDLE);
}

/* A list that runs and never asks for a word, and another at NEXT. */
static void begin_list(void)
{
    bench_put_copy(b, 0, 0, NOTHING);
    bench_put_last(b, 1, 0, NOTHING);
    put_next_list();
    bench_arm(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
}

/* CHAINADDR, a count and no count, while a reset may be over. */
static void count_and_take_back(void)
{
    begin_list();
    bench_command(b, IOAT_CHANCMD_RESET);
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_count(b, 2);
    bench_count(b, 0);
}

/* START of the next list while ABORT may be over. */
static void abort_and_start_next(void)
{
    begin_list();
    bench_command(b, IOAT_CHANCMD_ABORT);
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_command(b, IOAT_CHANCMD_START);
}

/* ---- the command met what is still to come, or what is over ---- */

START_TEST(passes_counted_list_that_begins_before_its_count_is_taken_back)
{
    count_and_take_back();
    RD(b, CHANCMD, 0);
    bench_fetch(b, bench_ring(NEXT));
    silent();
}
END_TEST

START_TEST(passes_count_that_is_taken_back_before_the_list_begins)
{
    count_and_take_back();
    RD(b, CHANCMD, 0);
    STATE(b, 0, ARMED);
    silent();
}
END_TEST

START_TEST(passes_list_that_is_replaced_before_it_begins)
{
    abort_and_start_next();
    WR(b, CHAINADDR, bench_ring(OTHER));
    STATE(b, 0, ARMED);
    silent();
}
END_TEST

START_TEST(passes_list_that_is_replaced_after_it_began)
{
    abort_and_start_next();
    WR(b, CHAINADDR, bench_ring(OTHER));
    bench_fetch(b, bench_ring(NEXT));
    STATE(b, 0, ARMED);
    silent();
}
END_TEST

START_TEST(passes_start_in_the_last_clocks_of_a_halting_list)
{
    begin_list_that_fails();
    WR(b, CHANERRMSK, 0xFFFF);             /* from here on it is open whether a word comes */
    bench_command(b, IOAT_CHANCMD_START);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_fetch(b, bench_ring(0));
    silent();
}
END_TEST

START_TEST(passes_start_behind_a_suspend_that_an_error_overtakes)
{
    begin_list_that_fails();
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_command(b, IOAT_CHANCMD_START);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_fetch(b, bench_ring(0));
    silent();
}
END_TEST

START_TEST(passes_start_of_a_list_without_count_while_a_reset_is_not_over)
{
    begin_list();
    bench_command(b, IOAT_CHANCMD_RESET);
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_count(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(NEXT));
    bench_fetch(b, bench_ring(NEXT + 1));
    silent();
}
END_TEST

START_TEST(passes_reset_of_a_list_begun_after_an_error_that_overtook_suspend)
{
    begin_list_that_fails();
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_command(b, IOAT_CHANCMD_START);
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_word(b, HALTED_WORD(0));
    silent();
}
END_TEST

START_TEST(passes_suspend_before_or_after_the_resume_of_another)
{
    begin_list();
    WR(b, CHANCTRL, ECE);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    bench_command(b, IOAT_CHANCMD_RESUME);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    if (_i)
        bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    STATE(b, bench_ring(0), SUSPENDED);
    silent();
}
END_TEST

/* The old list's last read, which waited for the bus, is at the address where the next one begins. */
static void read_where_both_lists_go_on(uint16_t chanctrl)
{
    bench_put_copy(b, 0, 0, NOTHING);
    bench_put_last(b, 1, 0, NOTHING);
    bench_arm(b, chanctrl);
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(0));
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    WR(b, CHAINADDR, bench_ring(1));
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(1));
}

START_TEST(passes_read_of_the_old_list_where_the_next_one_begins)
{
    read_where_both_lists_go_on(ECE);
    bench_word(b, SUSPENDED_WORD(bench_ring(0)));
    bench_fetch(b, bench_ring(1));
    STATE(b, bench_ring(1), IDLE);
    silent();
}
END_TEST

START_TEST(catches_suspended_after_the_next_list_has_run)
{
    read_where_both_lists_go_on(0);
    STATE(b, bench_ring(1), IDLE);
    STATE(b, bench_ring(0), SUSPENDED);
    caught("H-S12");
}
END_TEST

START_TEST(passes_list_of_a_start_behind_the_suspend_of_another)
{
    begin_list();
    bench_ar(b, ID_DESC, bench_ring(1), IOAT_DESC_BYTES, SNOOP);
    bench_command(b, IOAT_CHANCMD_START);
    bench_command(b, IOAT_CHANCMD_SUSPEND);
    bench_command(b, IOAT_CHANCMD_START);
    bench_r(b, ID_DESC, OKAY);
    bench_fetch(b, bench_ring(0));
    bench_idle(b, 100);
    bench_fetch(b, bench_ring(1));
    STATE(b, bench_ring(1), IDLE);
    silent();
}
END_TEST

START_TEST(passes_first_read_of_a_list_that_begins_as_the_function_is_reset)
{
    begin_list();
    bench_ar(b, ID_DESC, bench_ring(1), IOAT_DESC_BYTES, SNOOP);
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_command(b, IOAT_CHANCMD_START);
    bench_r(b, ID_DESC, OKAY);
    b->pins.flr = true;
    bench_pins(b);
    bench_fetch(b, bench_ring(NEXT));
    b->pins.flr = false;
    bench_pins(b);
    silent();
}
END_TEST

START_TEST(passes_start_of_a_list_without_count_while_an_error_halts)
{
    begin_list_that_fails();
    WR(b, CHAINADDR, bench_ring(0));
    bench_count(b, 0);
    bench_command(b, IOAT_CHANCMD_START);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_fetch(b, bench_ring(0));
    silent();
}
END_TEST

/* The next list has two descriptors, of which one is counted. */
static void start_behind_one_counted(void)
{
    put_next_list();
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_count(b, 1);
    bench_command(b, IOAT_CHANCMD_START);
}

START_TEST(passes_start_behind_a_counted_list_while_an_error_halts)
{
    begin_list_that_fails();
    start_behind_one_counted();
    bench_word(b, HALTED_WORD(bench_ring(0)));
    next_list_runs(_i);
    silent();
}
END_TEST

/* HALTED when the error came after CHAINADDR, else ARMED. */
START_TEST(passes_start_after_an_error_that_met_chainaddr)
{
    put_next_list();
    begin_list_that_fails();
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_count(b, 0);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_idle(b, 100);
    bench_command(b, IOAT_CHANCMD_START);
    bench_count(b, 1);
    next_list_runs(_i);
    silent();
}
END_TEST

/* ---- what fits no history ---- */

START_TEST(catches_list_that_begins_after_it_was_seen_armed)
{
    count_and_take_back();
    STATE(b, 0, ARMED);
    bench_fetch(b, bench_ring(NEXT));
    caught("H-S03");
}
END_TEST

START_TEST(catches_armed_after_the_counted_list_began)
{
    count_and_take_back();
    bench_fetch(b, bench_ring(NEXT));
    STATE(b, 0, ARMED);
    caught("H-S04");
}
END_TEST

START_TEST(catches_list_that_nobody_asked_for)
{
    abort_and_start_next();
    bench_fetch(b, bench_ring(OTHER));
    caught("H-S08");
}
END_TEST

START_TEST(catches_second_word_of_the_error_that_start_met)
{
    begin_list_that_fails();
    bench_command(b, IOAT_CHANCMD_START);
    bench_word(b, HALTED_WORD(bench_ring(0)));
    bench_word(b, HALTED_WORD(bench_ring(0)));
    caught("H-W06");
}
END_TEST

START_TEST(catches_more_than_was_counted_when_no_error_halts)
{
    begin_list();
    bench_fetch(b, bench_ring(1));
    start_behind_one_counted();
    bench_fetch(b, bench_ring(NEXT));
    bench_fetch(b, bench_ring(NEXT + 1));
    STATE(b, bench_ring(NEXT + 1), IDLE);
    caught("H-S09");
}
END_TEST

/* ---- more of them than can be followed ---- */

static void storm(void)
{
    begin_list();
    for (unsigned n = 0; n < 40; n++) {
        bench_command(b, IOAT_CHANCMD_SUSPEND);
        bench_command(b, IOAT_CHANCMD_RESUME);
        bench_command(b, IOAT_CHANCMD_APPEND);
        WR(b, CHAINADDR, bench_ring(n % 3 * NEXT));
        bench_command(b, IOAT_CHANCMD_START);
        bench_command(b, IOAT_CHANCMD_ABORT);
    }
}

START_TEST(passes_anything_in_a_storm_of_commands)
{
    storm();
    bench_fetch(b, bench_ring(OTHER));
    silent();
}
END_TEST

/* When it began, and whether it was replaced before that, nobody can tell. */
START_TEST(passes_list_that_begins_behind_the_reset_of_a_storm)
{
    storm();
    bench_command(b, IOAT_CHANCMD_RESET);
    WR(b, CHAINADDR, bench_ring(NEXT));
    bench_command(b, IOAT_CHANCMD_START);
    bench_fetch(b, bench_ring(NEXT));
    RD(b, CHANCMD, 0);
    bench_fetch(b, bench_ring(NEXT + 1));
    silent();
}
END_TEST

START_TEST(catches_what_comes_after_the_reset_that_ends_a_storm)
{
    storm();
    bench_command(b, IOAT_CHANCMD_RESET);
    bench_idle(b, 100);
    RD(b, CHANCMD, 0);
    bench_fetch(b, bench_ring(OTHER));
    caught("H-S16");
}
END_TEST

START_TEST(catches_another_channel_during_a_storm)
{
    storm();
    bench_ar(b, ID_DESC + 1, bench_ring(0), 64, SNOOP);
    caught("H-S03");
}
END_TEST

Suite *histories_suite(void)
{
    Suite *suite = suite_create("histories");
    TCase *tc;

#define CASE(name)                                                                           \
    tc = tcase_create(name);                                                                 \
    tcase_add_checked_fixture(tc, setup, teardown);                                          \
    suite_add_tcase(suite, tc)
#define TEST(name) tcase_add_test(tc, name)

    CASE("histories_pass");
    TEST(passes_counted_list_that_begins_before_its_count_is_taken_back);
    TEST(passes_count_that_is_taken_back_before_the_list_begins);
    TEST(passes_list_that_is_replaced_before_it_begins);
    TEST(passes_list_that_is_replaced_after_it_began);
    TEST(passes_start_in_the_last_clocks_of_a_halting_list);
    TEST(passes_start_behind_a_suspend_that_an_error_overtakes);
    TEST(passes_start_of_a_list_without_count_while_a_reset_is_not_over);
    TEST(passes_reset_of_a_list_begun_after_an_error_that_overtook_suspend);
    tcase_add_loop_test(tc, passes_suspend_before_or_after_the_resume_of_another, 0, 2);
    TEST(passes_read_of_the_old_list_where_the_next_one_begins);
    TEST(passes_list_of_a_start_behind_the_suspend_of_another);
    TEST(passes_first_read_of_a_list_that_begins_as_the_function_is_reset);
    TEST(passes_start_of_a_list_without_count_while_an_error_halts);
    tcase_add_loop_test(tc, passes_start_behind_a_counted_list_while_an_error_halts, 0, 2);
    tcase_add_loop_test(tc, passes_start_after_an_error_that_met_chainaddr, 0, 2);
    CASE("histories_catch");
    TEST(catches_suspended_after_the_next_list_has_run);
    TEST(catches_list_that_begins_after_it_was_seen_armed);
    TEST(catches_armed_after_the_counted_list_began);
    TEST(catches_list_that_nobody_asked_for);
    TEST(catches_second_word_of_the_error_that_start_met);
    TEST(catches_more_than_was_counted_when_no_error_halts);
    CASE("histories_storm");
    TEST(passes_anything_in_a_storm_of_commands);
    TEST(passes_list_that_begins_behind_the_reset_of_a_storm);
    TEST(catches_what_comes_after_the_reset_that_ends_a_storm);
    TEST(catches_another_channel_during_a_storm);
    return suite;
}
