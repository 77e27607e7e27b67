/* main.c - runs the suites of tb/test_*.c.
 *
 *   tb_all [--list] [--rerun-failed] [SUITE ...]
 *
 * Without a name all suites run. libcheck's CK_* variables hold.
 * --rerun-failed: afterwards every case with a failure runs once more with
 * TB_WAVE=1, so a wave of each failing test is on disk; the exit status stays
 * that of the first run: 0 when every test passed, 1 otherwise, 2 for a bad
 * argument.
 */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.inc"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define SUITE(name) { #name, name##_suite },
#include "suites.inc"
#undef SUITE
};
enum { SUITE_N = sizeof suites / sizeof suites[0] };

/* Recording slows a test down by more than this. */
#define RERUN_TIMEOUT "20"

static bool known(const char *name)
{
    for (int i = 0; i < SUITE_N; i++)
        if (strcmp(suites[i].name, name) == 0)
            return true;
    return false;
}

static bool wanted(const char *name, int argc, char **argv)
{
    bool named = false;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            continue;
        named = true;
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return !named;
}

/* This program again, one case, with waves. */
static void rerun(const char *tcase)
{
    pid_t child;
    int status;

    printf("--- case %s again, recording waves\n", tcase);
    fflush(stdout);
    child = fork();
    if (child < 0) {
        fprintf(stderr, "fork: %s\n", strerror(errno));
        return;
    }
    if (child == 0) {
        setenv("CK_RUN_CASE", tcase, 1);
        setenv("CK_TIMEOUT_MULTIPLIER", RERUN_TIMEOUT, 1);
        setenv("TB_WAVE", "1", 1);
        execl("/proc/self/exe", program_invocation_name, (char *)NULL);
        fprintf(stderr, "/proc/self/exe: %s\n", strerror(errno));
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        printf("--- case %s passed this time: no wave is kept\n", tcase);
}

static void rerun_failed(SRunner *runner)
{
    TestResult **failed = srunner_failures(runner);
    const int n = srunner_ntests_failed(runner);

    for (int i = 0; i < n; i++) {
        bool before = false;

        for (int k = 0; k < i; k++)
            before |= strcmp(tr_tcname(failed[i]), tr_tcname(failed[k])) == 0;
        if (!before)
            rerun(tr_tcname(failed[i]));
    }
    free(failed);
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);
    bool again = false;
    int failed;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            for (int s = 0; s < SUITE_N; s++)
                puts(suites[s].name);
            srunner_free(runner);
            return 0;
        }
        if (strcmp(argv[i], "--rerun-failed") == 0) {
            again = true;
        } else if (!known(argv[i])) {
            fprintf(stderr, "%s: no suite '%s'; --list shows them\n", argv[0], argv[i]);
            srunner_free(runner);
            return 2;
        }
    }
    for (int s = 0; s < SUITE_N; s++)
        if (wanted(suites[s].name, argc, argv))
            srunner_add_suite(runner, suites[s].make());

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    if (failed && again)
        rerun_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
