/* test_soak.c - the first seeds of `make soak`, a campaign of which takes as long as one likes. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "soak/scenario.h"
#include "tb.h"

enum { ROWS = 10, SEEDS_PER_ROW = 10 };

static uint64_t first_seed(void)
{
    const char *text = getenv("TB_SEED");
    const uint64_t seed = text && *text ? strtoull(text, NULL, 0) : 1;

    return (seed - 1) * ROWS * SEEDS_PER_ROW + 1;
}

static void run_seed(uint64_t seed, const struct soak_limits *limits)
{
    static struct soak_result result;
    char command[600];

    soak_run(seed, limits, NULL, &result);
    soak_replay_command(seed, limits, command, sizeof command);
    ck_assert_msg(!result.failed, "%s; again: %s", result.text, command);
}

/* H-S08, H-S09, H-S10, H-S12, H-S15, H-S16, H-S17, H-S21, H-D01, H-D03, H-D08, H-D09, H-W03, H-W05, H-W06,
 * H-E01, H-E02, H-E03, H-E04, H-E05, H-E06, H-E07, H-I01, H-N02, H-N05, H-N06, H-C07, H-R17, K-11, K-15,
 * K-16, K-18, K-19, K-30, K-45. Rows: ten seeds each. */
START_TEST(h_s10_random_scenarios_end_as_the_sheets_say)
{
    struct soak_limits limits;

    ck_assert(soak_limits_read("", &limits));
    for (int i = 0; i < SEEDS_PER_ROW; i++)
        run_seed(first_seed() + (uint64_t)(_i * SEEDS_PER_ROW + i), &limits);
}
END_TEST

/* Seeds that once showed something wrong, in the engine or in a judge, on one build or another. */
static const struct {
    uint64_t seed;
    const char *limits;
} remembered[] = {
    { 116, "" }, { 126, "" }, { 161, "" }, { 167, "" }, { 171, "" }, { 174, "" }, { 209, "" }, { 231, "" },
    { 298, "" }, { 350, "" }, { 524, "" }, { 663, "" }, { 879, "" }, { 933, "" }, { 1195, "" }, { 2272, "" },
    { 2546, "" }, { 100255, "bytes=256" }, { 100314, "bytes=256" }, { 100485, "bytes=256" },
    { 100634, "bytes=256" }, { 103295, "bytes=256" }, { 104384, "bytes=256" }, { 104734, "bytes=256" },
    { 108438, "bytes=256" }, { 108852, "bytes=256" }, { 202106, "bytes=64" }, { 202180, "bytes=64" },
    { 202742, "bytes=64" }, { 202893, "bytes=64" }, { 300546, "bytes=64" },
    { 302603, "bytes=64" }, { 304013, "bytes=64" },
    { 306477, "bytes=64" }, { 226, "" }, { 210, "" }, { 473, "" },
};
enum { REMEMBERED = sizeof remembered / sizeof remembered[0] };

/* H-I10, H-E01, H-E09, H-R15, K-11, K-15, K-42, K-44: rows are seeds. */
START_TEST(h_e01_scenarios_that_found_something_end_as_the_sheets_say)
{
    struct soak_limits limits;

    ck_assert(soak_limits_read(remembered[_i].limits, &limits));
    run_seed(remembered[_i].seed, &limits);
}
END_TEST

Suite *soak_suite(void)
{
    Suite *suite = suite_create("soak");
    TCase *tc = tb_case(suite, "soak", 120);

    tcase_add_loop_test(tc, h_s10_random_scenarios_end_as_the_sheets_say, 0, ROWS);
    tcase_add_loop_test(tc, h_e01_scenarios_that_found_something_end_as_the_sheets_say, 0, REMEMBERED);
    return suite;
}
