/* test_number.c - numbers in options and files (sim/number.h): what is one, and what is not. */
#include <check.h>

#include "number.h"

enum { LEFT_ALONE = 77 };

static const struct {
    const char *text;
    uint64_t least, most, value;
} numbers[] = {
    { "0", 0, UINT64_MAX, 0 },
    { "7", 7, 7, 7 },
    { "010", 0, 100, 10 },                 /* decimal, not octal */
    { "0x1F", 0, 31, 31 },
    { "0Xff", 0, 255, 255 },
    { "18446744073709551615", 0, UINT64_MAX, UINT64_MAX },
};

static const struct {
    const char *text;
    uint64_t least, most;
} others[] = {
    { "", 0, UINT64_MAX },
    { "-1", 0, UINT64_MAX },
    { " -1", 0, UINT64_MAX },
    { "+1", 0, UINT64_MAX },
    { " 1", 0, UINT64_MAX },
    { "1 ", 0, UINT64_MAX },
    { "1k", 0, UINT64_MAX },
    { "0x", 0, UINT64_MAX },
    { "0xfg", 0, UINT64_MAX },
    { "18446744073709551616", 0, UINT64_MAX },
    { "6", 7, 9 },
    { "10", 7, 9 },
};

START_TEST(number_is_read_whole)
{
    uint64_t value = LEFT_ALONE;

    ck_assert(number_read(numbers[_i].text, numbers[_i].least, numbers[_i].most, &value));
    ck_assert_uint_eq(value, numbers[_i].value);
}
END_TEST

START_TEST(what_is_no_number_in_its_range_is_refused)
{
    uint64_t value = LEFT_ALONE;

    ck_assert(!number_read(others[_i].text, others[_i].least, others[_i].most, &value));
    ck_assert_uint_eq(value, LEFT_ALONE);
}
END_TEST

Suite *number_suite(void)
{
    Suite *suite = suite_create("number");
    TCase *tc = tcase_create("number");

    tcase_add_loop_test(tc, number_is_read_whole, 0, sizeof numbers / sizeof *numbers);
    tcase_add_loop_test(tc, what_is_no_number_in_its_range_is_refused, 0, sizeof others / sizeof *others);
    suite_add_tcase(suite, tc);
    return suite;
}
