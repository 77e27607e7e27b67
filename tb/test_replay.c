/* test_replay.c - a session of Linux's own driver, recorded in a guest (docs/cosim.md), again.
 *
 * The session: probe, self-test, dmatest, an error of each kind and the recovery, unbind,
 * bind, the legacy interrupt. It was recorded on four channels of CBVER 0x34.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_regs.h"
#include "replay.h"
#include "tb.h"

#define TRACE "tb/linux.trace"

enum { CHANNELS = 4, VERSION = 0x34 };

static bool same_build(void)
{
    return ioat_sim_build()->channels == CHANNELS && ioat_sim_build()->cbver == VERSION;
}

static void replay_with(const struct ioat_sim_timing *timing)
{
    struct replay_script *script = replay_load(TRACE);
    struct replay_counts counts;
    const char *wrong;

    ck_assert_msg(script != NULL, "%s is missing: run the tests at the top of the tree", TRACE);
    if (same_build()) {
        wrong = replay_run(script, timing, &counts);
        ck_assert_msg(!wrong, "%s: %s", TRACE, wrong);
        ck_assert_uint_ge(counts.accesses, 1000);
        ck_assert_uint_ge(counts.copies, 60);
        ck_assert_uint_ge(counts.words, 80);
        ck_assert_uint_ge(counts.messages, 80);
        ck_assert_uint_eq(counts.faults, 3);
    }
    replay_free(script);
}

START_TEST(linux_session_runs_on_ideal_memory)
{
    replay_with(NULL);
}
END_TEST

START_TEST(linux_session_runs_on_slow_memory)
{
    replay_with(&(struct ioat_sim_timing){ .read_latency = 250, .write_latency = 100 });
}
END_TEST

START_TEST(linux_session_runs_with_stalls)
{
    replay_with(&(struct ioat_sim_timing){
        .read_latency = 20, .write_latency = 20, .jitter = 30, .ar_stall = 30, .aw_stall = 30,
        .w_stall = 30, .r_stall = 30, .b_stall = 30, .reorder = true,
    });
}
END_TEST

/* ---- the replay sees what is different ---- */

/* Number of the line with `text` that comes n-th, from 0. */
static unsigned find(const struct replay_script *script, const char *text, unsigned n)
{
    for (unsigned at = 0; at < script->lines; at++)
        if (strncmp(script->line[at], text, strlen(text)) == 0 && n-- == 0)
            return at;
    ck_abort_msg("%s has no such line: %s", TRACE, text);
}

/* The session with one line replaced must fail at a line not before it. */
static void expect_difference(const char *text, unsigned n, const char *instead)
{
    struct replay_script *script = replay_load(TRACE);
    struct replay_counts counts;

    ck_assert_msg(script != NULL, "%s is missing: run the tests at the top of the tree", TRACE);
    if (same_build()) {
        const unsigned at = find(script, text, n);
        const char *wrong;
        unsigned line = 0;

        free(script->line[at]);
        script->line[at] = strdup(instead);
        wrong = replay_run(script, NULL, &counts);
        ck_assert_msg(wrong != NULL, "line %u as '%s' was not noticed", at + 1, instead);
        ck_assert_int_eq(sscanf(wrong, "line %u", &line), 1);
        ck_assert_msg(line >= at + 1, "%s", wrong);
    }
    replay_free(script);
}

START_TEST(another_register_value_is_seen)
{
    expect_difference("r 1 8 34", 0, "r 1 8 33");
}
END_TEST

START_TEST(another_config_value_is_seen)
{
    expect_difference("cr 2 2 b00", 0, "cr 2 2 b01");
}
END_TEST

START_TEST(a_missing_doorbell_is_seen)
{
    expect_difference("w 2 86 2", 0, "w 2 86 1");
}
END_TEST

START_TEST(a_missing_rearm_is_seen)
{
    expect_difference("w 2 80 1d", 1, "w 2 80 1c");
}
END_TEST

START_TEST(a_message_nobody_expects_is_seen)
{
    expect_difference("m fee0", 20, "cr 2 0 8086");
}
END_TEST

START_TEST(another_fault_is_seen)
{
    expect_difference("f 0", 0, "cr 2 0 8086");
}
END_TEST

Suite *replay_suite(void);
Suite *replay_suite(void)
{
    Suite *suite = suite_create("replay");
    TCase *session = tb_case(suite, "replay_session", 60);
    TCase *difference = tb_case(suite, "replay_difference", 60);

    tcase_add_test(session, linux_session_runs_on_ideal_memory);
    tcase_add_test(session, linux_session_runs_on_slow_memory);
    tcase_add_test(session, linux_session_runs_with_stalls);
    tcase_add_test(difference, another_register_value_is_seen);
    tcase_add_test(difference, another_config_value_is_seen);
    tcase_add_test(difference, a_missing_doorbell_is_seen);
    tcase_add_test(difference, a_missing_rearm_is_seen);
    tcase_add_test(difference, a_message_nobody_expects_is_seen);
    tcase_add_test(difference, another_fault_is_seen);
    return suite;
}
