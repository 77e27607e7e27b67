/* test_wave.c - when the simulator's FST file exists, and which clocks are in it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "sim_private.h"

enum { PROBE = IOAT_CHAN_BASE + IOAT_CHANCMP };  /* a register that holds what is written */

static struct ioat_sim *sim;
static struct ioat_sim_config config;
static char wave_path[32];

static void on_violation(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

static void setup(void)
{
    ioat_sim_config_init(&config);
    config.on_violation = on_violation;
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
}

static void teardown(void)
{
    ioat_sim_close(sim);
    sim = NULL;
}

static void reopen(void)
{
    ioat_sim_close(sim);
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
}

/* Breaks a rule inside a clock, as a checker would. */
static void break_rule(void *ctx, const struct ioat_sim_event *event)
{
    (void)event;
    sim_violate(ctx, ioat_sim_now(ctx), "RULE", "broken");
}

static void with_wave(void)
{
    int file;

    strcpy(wave_path, "/tmp/test_wave_XXXXXX");
    file = mkstemp(wave_path);
    ck_assert_int_ge(file, 0);
    close(file);
    unlink(wave_path);
    config.wave_path = wave_path;
    reopen();
}

/* First and last time in an FST: its header block is type, length, then these, all
 * big-endian. */
static void wave_times(uint64_t *first, uint64_t *last)
{
    enum { TYPE = 1, LENGTH = 8, HEADER_BLOCK = 0 };
    unsigned char header[TYPE + LENGTH + 16];
    FILE *file = fopen(wave_path, "rb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(header, 1, sizeof header, file), sizeof header);
    fclose(file);
    unlink(wave_path);
    ck_assert_uint_eq(header[0], HEADER_BLOCK);
    *first = *last = 0;
    for (unsigned n = 0; n < 8; n++) {
        *first = *first << 8 | header[TYPE + LENGTH + n];
        *last = *last << 8 | header[TYPE + LENGTH + 8 + n];
    }
}

static uint64_t picoseconds(uint64_t clock)
{
    return clock * 1000000 / ioat_sim_build()->clock_mhz;
}

START_TEST(waves_without_a_path_are_refused)
{
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_ESTATE);
    ck_assert_int_eq(ioat_sim_wave_stop(sim), IOAT_ESTATE);
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, PROBE, 0, 1), IOAT_ESTATE);
}
END_TEST

START_TEST(wave_that_cannot_be_written_is_an_error)
{
    config.wave_path = "/nonexistent/wave.fst";
    reopen();
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_EIO);
}
END_TEST

START_TEST(wave_file_appears_with_the_first_start)
{
    uint64_t start, first, last;

    with_wave();
    ioat_sim_step(sim, 10);
    ck_assert_int_ne(access(wave_path, F_OK), 0);
    start = ioat_sim_now(sim);
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_OK);
    ioat_sim_step(sim, 10);
    ck_assert_int_eq(ioat_sim_wave_stop(sim), IOAT_OK);
    ioat_sim_step(sim, 10);
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_OK);
    ioat_sim_step(sim, 10);
    ck_assert_int_eq(ioat_sim_wave_stop(sim), IOAT_OK);
    ioat_sim_close(sim);
    sim = NULL;
    wave_times(&first, &last);
    ck_assert_uint_eq(first, picoseconds(start));
    ck_assert_uint_ge(last, picoseconds(start + 29));
    ck_assert_uint_lt(last, picoseconds(start + 30));
}
END_TEST

START_TEST(wave_trigger_records_around_its_access)
{
    uint64_t first, last, start;

    with_wave();
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, PROBE, 0, 20), IOAT_OK);
    ioat_sim_bar_write(sim, PROBE + 8, 4, 0);
    ck_assert_int_ne(access(wave_path, F_OK), 0);
    start = ioat_sim_now(sim);
    ioat_sim_bar_write(sim, PROBE, 8, 0);
    ioat_sim_step(sim, 100);
    ioat_sim_close(sim);
    sim = NULL;
    wave_times(&first, &last);
    ck_assert_uint_ge(first, picoseconds(start));
    ck_assert_uint_lt(first, picoseconds(start + 3));
    ck_assert_uint_ge(last, first + picoseconds(19));
    ck_assert_uint_lt(last, first + picoseconds(20));
}
END_TEST

START_TEST(wave_trigger_records_from_its_clock)
{
    uint64_t first, last, start;

    with_wave();
    start = ioat_sim_now(sim) + 50;
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, UINT32_MAX, start, 30), IOAT_OK);
    ioat_sim_step(sim, 200);
    ioat_sim_close(sim);
    sim = NULL;
    wave_times(&first, &last);
    ck_assert_uint_ge(first, picoseconds(start));
    ck_assert_uint_lt(first, picoseconds(start + 1));
    ck_assert_uint_ge(last, picoseconds(start + 29));
    ck_assert_uint_lt(last, picoseconds(start + 30));
}
END_TEST

START_TEST(wave_trigger_that_makes_no_sense_is_refused)
{
    with_wave();
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, PROBE, 0, 0), IOAT_EINVAL);
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, IOAT_BAR_BYTES, 0, 1), IOAT_EINVAL);
    ck_assert_int_eq(ioat_sim_wave_trigger(sim, UINT32_MAX, ioat_sim_now(sim) - 1, 1),
                     IOAT_EINVAL);
}
END_TEST

START_TEST(violation_closes_the_wave_with_the_clock_in_it)
{
    uint64_t first, last, now;

    with_wave();
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_OK);
    ioat_sim_on_event(sim, break_rule, sim);
    ioat_sim_bar_write(sim, PROBE, 8, 0);
    now = ioat_sim_now(sim);                         /* one past the clock of the violation */
    wave_times(&first, &last);
    ck_assert_uint_ge(last, picoseconds(now - 1));
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_ESTATE);
}
END_TEST

START_TEST(wave_survives_the_end_of_its_process)
{
    uint64_t first, last;
    pid_t child;
    int status;

    with_wave();
    child = fork();
    if (child == 0) {
        ioat_sim_wave_start(sim);
        ioat_sim_step(sim, 10);
        exit(0);                                     /* as a failing assertion does */
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    wave_times(&first, &last);
    ck_assert_uint_ge(last, first + picoseconds(9));
}
END_TEST

Suite *wave_suite(void);

Suite *wave_suite(void)
{
    Suite *suite = suite_create("wave");
    TCase *tc = tcase_create("wave");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, waves_without_a_path_are_refused);
    tcase_add_test(tc, wave_that_cannot_be_written_is_an_error);
    tcase_add_test(tc, wave_file_appears_with_the_first_start);
    tcase_add_test(tc, wave_trigger_records_around_its_access);
    tcase_add_test(tc, wave_trigger_records_from_its_clock);
    tcase_add_test(tc, wave_trigger_that_makes_no_sense_is_refused);
    tcase_add_test(tc, violation_closes_the_wave_with_the_clock_in_it);
    tcase_add_test(tc, wave_survives_the_end_of_its_process);
    suite_add_tcase(suite, tc);
    return suite;
}
