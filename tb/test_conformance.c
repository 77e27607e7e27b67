/* test_conformance.c - the conformance suite on every provider, and on wrong ones.
 *
 *   conformance_*.c x subjects 0..3    all pass: the engine's provider and the reference, 1.x and 2.x
 *   the class of a defect x its wrong provider    the test of the broken rule fails
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "conformance_subjects.h"
#include "tb.h"

Suite *conformance_suite(void);

enum { SECONDS = 60, WRONG_SECONDS = 20, WRONG_TOTAL_SECONDS = 200 };

/* ---- what is left out ---- */

START_TEST(every_test_that_is_left_out_has_a_reason_and_runs_somewhere)
{
    for (unsigned t = 0; conf_tables[t]; t++)
        for (const struct conf_test *test = conf_tables[t]; test->test; test++) {
            unsigned runs = 0;
            for (int n = 0; n < SUBJECTS; n++)
                runs += conf_applies(test, subject_at(n));
            ck_assert_msg(runs > 0, "%s runs on no subject", (*test->test)->name);
            ck_assert_msg(!test->needs == !test->why, "%s: a need and its reason go together",
                          (*test->test)->name);
        }
}
END_TEST

/* ---- wrong providers ---- */

/* "r_start_4" is of the class "r_start_". */
static size_t class_length(const char *name)
{
    return (size_t)(strrchr(name, '_') + 1 - name);
}

/* A case for each test: libcheck's results name cases only. */
static Suite *class_suite(const struct wrong_provider *wrong, int subject, unsigned *tests)
{
    Suite *suite = suite_create(wrong->what);

    if (!strcmp((*conf_cell_test)->name, wrong->caught_by)) {
        TCase *tcase = tcase_create((*conf_cell_test)->name);
        tcase_set_timeout(tcase, WRONG_SECONDS);
        tcase_add_loop_test(tcase, *conf_cell_test, subject * CONF_CELLS, (subject + 1) * CONF_CELLS);
        suite_add_tcase(suite, tcase);
        *tests = CONF_CELLS;
        return suite;
    }
    for (unsigned t = 0; conf_tables[t]; t++)
        for (const struct conf_test *test = conf_tables[t]; test->test; test++)
            if (conf_applies(test, subject_at(subject)) &&
                !strncmp((*test->test)->name, wrong->caught_by, class_length(wrong->caught_by))) {
                TCase *tcase = tcase_create((*test->test)->name);
                tcase_set_timeout(tcase, WRONG_SECONDS);
                tcase_add_loop_test(tcase, *test->test, subject, subject + 1);
                suite_add_tcase(suite, tcase);
                ++*tests;
            }
    return suite;
}

/* The test of the broken rule fails: it neither crashes nor hangs, and neither does another. */
START_TEST(a_wrong_provider_is_caught)
{
    const struct wrong_provider *wrong = &wrong_providers[_i];
    unsigned tests = 0, caught = 0;

    unsetenv("CK_RUN_CASE");
    unsetenv("CK_RUN_SUITE");
    /* libcheck's handler puts back the one before it and raises the signal again. In a test that one is its
     * own, for ever. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    SRunner *runner = srunner_create(class_suite(wrong, SUBJECTS + _i, &tests));
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run(runner, NULL, NULL, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    TestResult **results = srunner_failures(runner);
    ck_assert_int_eq(srunner_ntests_run(runner), (int)tests);
    for (int n = 0; n < failed; n++) {
        ck_assert_msg(tr_rtype(results[n]) == CK_FAILURE, "\"%s\" ends in an error: %s", wrong->what,
                      tr_msg(results[n]));
        caught += !strncmp(tr_tcname(results[n]), wrong->caught_by, strlen(wrong->caught_by));
    }
    free(results);
    srunner_free(runner);
    ck_assert_msg(caught > 0, "a provider that %s passes %s; of %u tests of the class %d fail",
                  wrong->what, wrong->caught_by, tests, failed);
}
END_TEST

/* ---- the suite ---- */

static void add_table(Suite *suite, const char *name, const struct conf_test *table)
{
    TCase *tcase = tb_case(suite, name, SECONDS);

    for (const struct conf_test *test = table; test->test; test++)
        for (int n = 0; n < SUBJECTS; n++)
            if (conf_applies(test, subject_at(n)))
                tcase_add_loop_test(tcase, *test->test, n, n + 1);
}

Suite *conformance_suite(void)
{
    static const char *const names[] = {
        "conformance_registration", "conformance_channels", "conformance_lists",
        "conformance_data", "conformance_words", "conformance_control", "conformance_power",
        "conformance_ambiguities", "conformance_random",
    };
    Suite *suite = suite_create("conformance");
    TCase *tcase;

    for (unsigned t = 0; conf_tables[t]; t++)
        add_table(suite, names[t], conf_tables[t]);
    tcase = tb_case(suite, "conformance_states", SECONDS);
    tcase_add_loop_test(tcase, *conf_cell_test, 0, SUBJECTS * CONF_CELLS);
    tcase = tb_case(suite, "conformance_wrong", WRONG_TOTAL_SECONDS);
    tcase_add_test(tcase, every_test_that_is_left_out_has_a_reason_and_runs_somewhere);
    tcase_add_loop_test(tcase, a_wrong_provider_is_caught, 0, (int)wrong_providers_n());
    return suite;
}
