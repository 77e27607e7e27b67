/* test_axil_check.c - each AXI4-Lite rule of the register port is broken once, with pins
 * made by hand, and must be named; legal accesses must pass.
 */
#include <check.h>
#include <string.h>

#include "axil_check.h"

static struct axil_check check;
static struct pins pins;
static uint64_t now;
static const char *rule;                    /* the first broken one, or NULL */

static void breach(void *ctx, uint64_t clock, const char *name, const char *text)
{
    (void)ctx;
    ck_assert_uint_eq(clock, now);
    ck_assert(text[0]);
    if (!rule)
        rule = name;
}

static void tick(void)
{
    axil_check_clock(&check, now, &pins);
    now++;
}

static void ticks(unsigned n)
{
    while (n-- > 0)
        tick();
}

static void setup(void)
{
    memset(&pins, 0, sizeof pins);
    now = 0;
    rule = NULL;
    axil_check_init(&check, breach, NULL);
    pins.rst = true;
    tick();
    pins.rst = false;
    pins.bar.bready = pins.bar.rready = true;
    tick();
}

#define BROKEN(name)                                                                        \
    do {                                                                                    \
        ck_assert_msg(rule != NULL, "nothing was found, expected " name);                   \
        ck_assert_str_eq(rule, name);                                                       \
    } while (0)
#define FINE() ck_assert_msg(rule == NULL, "found %s in legal traffic", rule)

static void write_access(void)
{
    pins.bar.awvalid = pins.bar.awready = pins.bar.wvalid = pins.bar.wready = true;
    tick();
    pins.bar.awvalid = pins.bar.wvalid = false;
}

static void read_access(void)
{
    pins.bar.arvalid = pins.bar.arready = true;
    tick();
    pins.bar.arvalid = false;
}

START_TEST(legal_accesses_pass)
{
    write_access();
    read_access();
    pins.bar.bvalid = pins.bar.rvalid = true;
    tick();
    pins.bar.bvalid = pins.bar.rvalid = false;
    ticks(3);
    FINE();
}
END_TEST

START_TEST(answer_to_nothing_is_named)
{
    if (_i == 2) {                               /* AW alone is not a write */
        pins.bar.awvalid = pins.bar.awready = true;
        tick();
        pins.bar.awvalid = false;
    }
    pins.bar.rvalid = _i == 0;
    pins.bar.bvalid = _i != 0;
    tick();
    BROKEN("AXIL-ORPHAN");
}
END_TEST

START_TEST(answer_right_after_reset_is_named)
{
    pins.rst = true;
    tick();
    pins.rst = false;
    pins.bar.rvalid = true;
    tick();
    BROKEN("AXIL-RESET");
}
END_TEST

START_TEST(h_r13_an_answer_that_is_not_okay_is_named)
{
    write_access();
    read_access();
    pins.bar.rresp = _i == 0 ? AXI_DECERR : AXI_OKAY;
    pins.bar.bresp = _i == 1 ? AXI_SLVERR : AXI_OKAY;
    pins.bar.bvalid = pins.bar.rvalid = true;
    tick();
    BROKEN("AXIL-RESP");
}
END_TEST

START_TEST(answer_that_falls_before_ready_is_named)
{
    read_access();
    pins.bar.rready = false;
    pins.bar.rvalid = true;
    tick();
    FINE();
    pins.bar.rvalid = false;
    tick();
    BROKEN("AXIL-VALID");
}
END_TEST

START_TEST(answer_that_changes_before_ready_is_named)
{
    read_access();
    pins.bar.rready = false;
    pins.bar.rvalid = true;
    tick();
    pins.bar.rdata ^= 1;
    tick();
    BROKEN("AXIL-STABLE");
}
END_TEST

START_TEST(access_that_is_not_answered_is_named)
{
    if (_i == 0) {
        pins.bar.arvalid = true;                 /* not even accepted */
        tick();
    } else {
        read_access();
    }
    ticks(AXIL_PATIENCE - 1);
    FINE();
    tick();
    BROKEN("AXIL-STUCK");
}
END_TEST

Suite *axil_check_suite(void);

Suite *axil_check_suite(void)
{
    Suite *suite = suite_create("axil_check");
    TCase *tc = tcase_create("axil_check");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, legal_accesses_pass);
    tcase_add_loop_test(tc, answer_to_nothing_is_named, 0, 3);
    tcase_add_test(tc, answer_right_after_reset_is_named);
    tcase_add_loop_test(tc, h_r13_an_answer_that_is_not_okay_is_named, 0, 2);
    tcase_add_test(tc, answer_that_falls_before_ready_is_named);
    tcase_add_test(tc, answer_that_changes_before_ready_is_named);
    tcase_add_loop_test(tc, access_that_is_not_answered_is_named, 0, 2);
    suite_add_tcase(suite, tc);
    return suite;
}
