/* test_sim.c - the simulator's own behaviour: arguments, time, host memory, violations.
 * The engine is not asked to move data.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "sim_private.h"

enum { PAGE = 4096 };
enum { PROBE = IOAT_CHAN_BASE + IOAT_CHANCMP };  /* a register that holds what is written */

static struct ioat_sim *sim;
static struct ioat_sim_config config;
static unsigned violations;
static char violation[600];

static void on_violation(void *ctx, const char *text)
{
    (void)ctx;
    violations++;
    snprintf(violation, sizeof violation, "%s", text);
}

static void setup(void)
{
    ioat_sim_config_init(&config);
    config.on_violation = on_violation;
    violations = 0;
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

/* ---- build ---- */

START_TEST(build_agrees_with_the_registers)
{
    const struct ioat_sim_build *build = ioat_sim_build();
    uint64_t channels, xfercap, cbver, capability;

    ck_assert_int_eq(ioat_sim_bar_read(sim, IOAT_CHANCNT, 1, &channels), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, IOAT_XFERCAP, 1, &xfercap), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, IOAT_CBVER, 1, &cbver), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, IOAT_DMACAPABILITY, 4, &capability), IOAT_OK);
    ck_assert_uint_eq(channels, build->channels);
    ck_assert_uint_eq(xfercap, build->xfercap_log2);
    ck_assert_uint_eq(cbver, build->cbver);
    ck_assert_uint_eq(capability, build->dmacapability);
}
END_TEST

/* ---- arguments ---- */

static const struct ioat_sim_timing bad_timing[] = {
    { .read_latency = 0, .write_latency = 1 },
    { .read_latency = 1, .write_latency = 0 },
    { .read_latency = 1, .write_latency = 1, .ar_stall = 96 },
    { .read_latency = 1, .write_latency = 1, .aw_stall = 96 },
    { .read_latency = 1, .write_latency = 1, .w_stall = 100 },
    { .read_latency = 1, .write_latency = 1, .r_stall = 1000 },
    { .read_latency = 1, .write_latency = 1, .b_stall = 96 },
    { .read_latency = 1000001, .write_latency = 1 },
    { .read_latency = 1, .write_latency = 1, .jitter = 1000001 },
};

START_TEST(bad_timing_is_refused)
{
    struct ioat_sim *other = sim;

    ck_assert_int_eq(ioat_sim_set_timing(sim, &bad_timing[_i]), IOAT_EINVAL);
    config.timing = bad_timing[_i];
    ck_assert_int_eq(ioat_sim_open(&config, &other), IOAT_EINVAL);
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(default_config_opens)
{
    struct ioat_sim *other;

    ck_assert_int_eq(ioat_sim_open(NULL, &other), IOAT_OK);
    ioat_sim_close(other);
    ioat_sim_close(NULL);
}
END_TEST

START_TEST(bar_access_that_does_not_fit_is_refused)
{
    static const struct { uint32_t offset; unsigned width; } bad[] = {
        { 0, 0 }, { 0, 3 }, { 0, 16 }, { 1, 2 }, { 2, 4 }, { 4, 8 }, { IOAT_BAR_BYTES, 1 },
        { UINT32_MAX, 1 },
    };
    uint64_t value = 42;

    for (unsigned n = 0; n < sizeof bad / sizeof *bad; n++) {
        ck_assert_int_eq(ioat_sim_bar_read(sim, bad[n].offset, bad[n].width, &value), IOAT_EINVAL);
        ck_assert_int_eq(ioat_sim_bar_write(sim, bad[n].offset, bad[n].width, 0), IOAT_EINVAL);
        ck_assert_int_eq(ioat_sim_bar_post(sim, bad[n].offset, bad[n].width, 0), IOAT_EINVAL);
    }
    ck_assert_uint_eq(value, 42);
}
END_TEST

START_TEST(config_access_that_does_not_fit_is_refused)
{
    static const struct { unsigned offset, width; } bad[] = {
        { 0, 0 }, { 0, 3 }, { 0, 8 }, { 1, 2 }, { 2, 4 }, { 4096, 1 }, { UINT32_MAX, 1 },
    };
    uint32_t value = 42;

    for (unsigned n = 0; n < sizeof bad / sizeof *bad; n++) {
        ck_assert_int_eq(ioat_sim_cfg_read(sim, bad[n].offset, bad[n].width, &value), IOAT_EINVAL);
        ck_assert_int_eq(ioat_sim_cfg_write(sim, bad[n].offset, bad[n].width, 0), IOAT_EINVAL);
    }
    ck_assert_uint_eq(value, 42);
}
END_TEST

START_TEST(bad_fault_is_refused)
{
    static const struct ioat_sim_fault bad[] = {
        { 7, IOAT_SIM_SLVERR, 0, 1, 0, 0, 100 },
        { IOAT_SIM_FAULT_READ, 7, 0, 1, 0, 0, 100 },
        { IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, 2, 1, 0, 0, 100 },
        { IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, 0, 1, 0, 0, 0 },
        { IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, 0, 1, 0, 0, 101 },
    };

    for (unsigned n = 0; n < sizeof bad / sizeof *bad; n++)
        ck_assert_int_eq(ioat_sim_fault_add(sim, &bad[n]), IOAT_EINVAL);
    ck_assert_int_eq(ioat_sim_fault_add(sim, NULL), IOAT_EINVAL);
    ck_assert_uint_eq(ioat_sim_fault_hits(sim, -1), 0);
    ck_assert_uint_eq(ioat_sim_fault_hits(sim, 1000), 0);
}
END_TEST

/* ---- BAR0 ---- */

START_TEST(posted_writes_run_back_to_back_and_in_order)
{
    const uint64_t start = ioat_sim_now(sim);
    uint64_t value;

    for (unsigned n = 0; n < AXIL_QUEUE; n++)
        ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, n), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, 1000), IOAT_EFULL);
    ck_assert_uint_eq(ioat_sim_now(sim), start);
    ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE, 8, &value), IOAT_OK);
    ck_assert_uint_eq(value, AXIL_QUEUE - 1);
    ck_assert_uint_le(ioat_sim_now(sim) - start, AXIL_QUEUE + 8);
}
END_TEST

START_TEST(blocking_write_waits_for_the_queue)
{
    uint64_t value;

    for (unsigned n = 0; n < AXIL_QUEUE; n++)
        ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, n), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE, 8, 0x12340), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE, 8, &value), IOAT_OK);
    ck_assert_uint_eq(value, 0x12340);
}
END_TEST

START_TEST(every_width_reaches_its_bytes)
{
    uint64_t value;

    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE, 8, UINT64_C(0x1122334455667788)), IOAT_OK);
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (unsigned n = 0; n < 8; n += width) {
            ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE + n, width, &value), IOAT_OK);
            ck_assert_uint_eq(value, UINT64_C(0x1122334455667788) >> 8 * n
                                         & UINT64_MAX >> (64 - 8 * width));
        }
    }
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE + 5, 1, 0xAA), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE + 2, 2, 0xBBCC), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE, 8, &value), IOAT_OK);
    ck_assert_uint_eq(value, UINT64_C(0x1122AA44BBCC7788));
}
END_TEST

/* ---- events ---- */

static struct ioat_sim_event events[8];
static uint64_t event_data[8];
static unsigned event_n;
static enum ioat_status in_callback[5];

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    ck_assert_ptr_eq(ctx, &event_n);
    ck_assert_uint_lt(event_n, 8);
    if (event->data)
        memcpy(&event_data[event_n], event->data, 8);
    events[event_n++] = *event;
}

START_TEST(bar_accesses_are_reported)
{
    uint64_t value;

    ioat_sim_on_event(sim, on_event, &event_n);
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE + 4, 2, 0xBEEF), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE + 4, 2, &value), IOAT_OK);
    ck_assert_uint_eq(event_n, 2);
    ck_assert_int_eq(events[0].kind, IOAT_SIM_BAR_WRITE);
    ck_assert_int_eq(events[1].kind, IOAT_SIM_BAR_READ);
    for (unsigned n = 0; n < 2; n++) {
        ck_assert_uint_eq(events[n].addr, PROBE + 4);
        ck_assert_uint_eq(events[n].bytes, 2);
        ck_assert_uint_eq(event_data[n] >> 32 & 0xFFFF, 0xBEEF);    /* in its lanes */
    }
    ck_assert_uint_eq(events[0].strobe, 0x30);
    ck_assert_uint_lt(events[0].clock, events[1].clock);
    ioat_sim_on_event(sim, NULL, NULL);
}
END_TEST

static void advance_in_callback(void *ctx, const struct ioat_sim_event *event)
{
    uint64_t value;

    (void)ctx;
    (void)event;
    in_callback[0] = ioat_sim_step(sim, 1);
    in_callback[1] = ioat_sim_bar_read(sim, 0, 1, &value);
    in_callback[2] = ioat_sim_bar_write(sim, PROBE, 8, 0);
    in_callback[3] = ioat_sim_cfg_write(sim, 0, 1, 0);
    in_callback[4] = ioat_sim_bar_post(sim, PROBE, 8, 0x77);
    ioat_sim_on_event(sim, NULL, NULL);
}

START_TEST(callback_may_post_but_not_advance_time)
{
    uint64_t value;

    ioat_sim_on_event(sim, advance_in_callback, NULL);
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE, 8, 1), IOAT_OK);
    for (unsigned n = 0; n < 4; n++)
        ck_assert_int_eq(in_callback[n], IOAT_ESTATE);
    ck_assert_int_eq(in_callback[4], IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, PROBE, 8, &value), IOAT_OK);
    ck_assert_uint_eq(value, 0x77);
}
END_TEST

/* ---- time ---- */

START_TEST(step_advances_by_exactly_its_clocks)
{
    const uint64_t start = ioat_sim_now(sim);

    ck_assert_int_eq(ioat_sim_step(sim, 0), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(sim), start);
    ck_assert_int_eq(ioat_sim_step(sim, 1234), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(sim), start + 1234);
}
END_TEST

static unsigned asked;

static bool after_ten(void *ctx)
{
    asked++;
    return ctx && ioat_sim_now(sim) >= *(uint64_t *)ctx;
}

START_TEST(wait_ends_in_the_clock_of_its_condition)
{
    uint64_t at = ioat_sim_now(sim) + 10;

    ck_assert_int_eq(ioat_sim_wait(sim, after_ten, &at, 100), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(sim), at);
    ck_assert_uint_eq(asked, 11);
    ck_assert_int_eq(ioat_sim_wait(sim, after_ten, &at, 0), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(sim), at);
}
END_TEST

START_TEST(wait_gives_up_after_its_clocks)
{
    const uint64_t start = ioat_sim_now(sim);

    ck_assert_int_eq(ioat_sim_wait(sim, after_ten, NULL, 25), IOAT_ETIME);
    ck_assert_uint_eq(ioat_sim_now(sim), start + 25);
    ck_assert_int_eq(ioat_sim_wait(sim, NULL, NULL, 25), IOAT_EINVAL);
}
END_TEST

START_TEST(two_simulators_do_not_share_time)
{
    struct ioat_sim *other;

    ck_assert_int_eq(ioat_sim_open(&config, &other), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(other), ioat_sim_now(sim));
    ck_assert_int_eq(ioat_sim_step(other, 100), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(other), ioat_sim_now(sim) + 100);
    ioat_sim_close(other);
}
END_TEST

START_TEST(engine_at_rest_leaves_the_bus_alone)
{
    struct ioat_sim_stats stats;

    ck_assert_int_eq(ioat_sim_step(sim, 1000), IOAT_OK);
    ck_assert(!ioat_sim_bus_busy(sim));
    ioat_sim_stats(sim, &stats);
    ck_assert_uint_eq(stats.clocks, 1000);
    ck_assert_uint_eq(stats.ar + stats.aw + stats.w_beats + stats.r_beats, 0);
    ioat_sim_stats_clear(sim);
    ioat_sim_chan_stats(sim, 1000, &stats);
    ck_assert_uint_eq(stats.clocks, 0);
}
END_TEST

/* ---- host memory ---- */

START_TEST(map_that_does_not_fit_is_refused)
{
    static const struct { uint64_t bus, bytes; unsigned rights; } bad[] = {
        { 0x10000, 0, 3 },                           /* nothing */
        { 0x10000, 100, 3 },                         /* not pages */
        { 0x10800, PAGE, 3 },
        { UINT64_MAX - PAGE + 1, 2 * PAGE, 3 },      /* wraps */
        { 0x10000, PAGE, 4 },                        /* no such right */
        { 0x100000, PAGE, 3 },                       /* overlaps: same, around, ends, begins */
        { 0xFF000, 3 * PAGE, 3 },
        { 0xFF000, 2 * PAGE, 3 },
        { 0x103000, 2 * PAGE, 3 },
        { 0xFEE00000, PAGE, 3 },                     /* the message window */
        { 0xFEEFF000, PAGE, 3 },
        { 0xFE000000, 0x2000000, 3 },
    };
    void *cpu = &cpu;

    ck_assert_int_eq(ioat_sim_map(sim, 0x100000, 4 * PAGE, 3, &cpu), IOAT_OK);
    for (unsigned n = 0; n < sizeof bad / sizeof *bad; n++) {
        ck_assert_msg(ioat_sim_map(sim, bad[n].bus, bad[n].bytes, bad[n].rights, &cpu)
                          == IOAT_EINVAL, "row %u was accepted", n);
        ck_assert_ptr_null(cpu);
    }
    ck_assert_int_eq(ioat_sim_map(sim, 0x10000, PAGE, 3, NULL), IOAT_EINVAL);
    ck_assert_int_eq(ioat_sim_map_at(sim, 0x10000, PAGE, 3, NULL), IOAT_EINVAL);
}
END_TEST

START_TEST(neighbours_of_a_region_and_of_the_window_fit)
{
    void *cpu;

    ck_assert_int_eq(ioat_sim_map(sim, 0x100000, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0xFF000, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0x101000, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0xFEDFF000, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0xFEF00000, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, UINT64_MAX - PAGE + 1, PAGE, 3, &cpu), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0, PAGE, 0, &cpu), IOAT_OK);
}
END_TEST

START_TEST(cpu_address_needs_one_region_that_holds_all)
{
    void *low, *high;

    ck_assert_int_eq(ioat_sim_map(sim, 0x100000, 2 * PAGE, 3, &low), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, 0x102000, PAGE, 3, &high), IOAT_OK);
    ck_assert_ptr_eq(ioat_sim_cpu(sim, 0x100000, 2 * PAGE), low);
    ck_assert_ptr_eq(ioat_sim_cpu(sim, 0x101FFF, 1), (char *)low + 0x1FFF);
    ck_assert_ptr_eq(ioat_sim_cpu(sim, 0x102000, PAGE), high);
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0x101FFF, 2));
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0xFFFFF, 2));
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0x103000, 1));
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0x100000, 0));
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0x102000, UINT64_MAX));
}
END_TEST

START_TEST(unmap_ends_a_region)
{
    uint8_t *own = calloc(1, PAGE);
    void *cpu;

    ck_assert_int_eq(ioat_sim_map_at(sim, 0x100000, PAGE, 3, own), IOAT_OK);
    ck_assert_ptr_eq(ioat_sim_cpu(sim, 0x100010, 1), own + 0x10);
    ck_assert_int_eq(ioat_sim_unmap(sim, 0x100010), IOAT_EFAULT);
    ck_assert_int_eq(ioat_sim_unmap(sim, 0x100000), IOAT_OK);
    ck_assert_int_eq(ioat_sim_unmap(sim, 0x100000), IOAT_EFAULT);
    ck_assert_ptr_null(ioat_sim_cpu(sim, 0x100000, 1));
    ck_assert_int_eq(ioat_sim_map(sim, 0x100000, PAGE, 3, &cpu), IOAT_OK);
    free(own);
}
END_TEST

START_TEST(a_terabyte_costs_what_is_touched)
{
    const uint64_t bytes = UINT64_C(1) << 40;
    void *cpu;

    ck_assert_int_eq(ioat_sim_map(sim, UINT64_C(1) << 44, bytes, 3, &cpu), IOAT_OK);
    ((char *)cpu)[bytes - 1] = 1;
    ck_assert_int_eq(((char *)cpu)[bytes / 2], 0);
}
END_TEST

/* ---- violations ---- */

START_TEST(violation_ends_the_run)
{
    uint64_t value, start;

    ck_assert_ptr_null(ioat_sim_violation(sim));
    sim_violate(sim, 5, "RULE", "first");
    sim_violate(sim, 5, "RULE", "second");
    ck_assert_int_eq(ioat_sim_step(sim, 1), IOAT_EVIOLATED);
    start = ioat_sim_now(sim);
    ck_assert_int_eq(ioat_sim_step(sim, 1), IOAT_EVIOLATED);
    ck_assert_int_eq(ioat_sim_wait(sim, after_ten, NULL, 1), IOAT_EVIOLATED);
    ck_assert_int_eq(ioat_sim_bar_read(sim, 0, 1, &value), IOAT_EVIOLATED);
    ck_assert_int_eq(ioat_sim_bar_write(sim, 0, 1, 0), IOAT_EVIOLATED);
    ck_assert_int_eq(ioat_sim_bar_post(sim, 0, 1, 0), IOAT_EVIOLATED);
    ck_assert_int_eq(ioat_sim_cfg_write(sim, 4, 2, 0), IOAT_EVIOLATED);
    ck_assert_uint_eq(ioat_sim_now(sim), start);
    ck_assert_str_eq(ioat_sim_violation(sim), "RULE at clock 5: first");
}
END_TEST

/* Breaks a rule inside a clock, as a checker would. */
static void break_rule(void *ctx, const struct ioat_sim_event *event)
{
    (void)event;
    sim_violate(ctx, ioat_sim_now(ctx), "RULE", "broken");
}

START_TEST(violation_calls_its_handler_once)
{
    ioat_sim_on_event(sim, break_rule, sim);
    ck_assert_int_eq(ioat_sim_bar_write(sim, PROBE, 8, 0), IOAT_EVIOLATED);
    ck_assert_uint_eq(violations, 1);
    ck_assert_str_eq(violation, ioat_sim_violation(sim));
    ioat_sim_step(sim, 10);
    ioat_sim_close(sim);
    sim = NULL;
    ck_assert_uint_eq(violations, 1);
}
END_TEST

START_TEST(violation_without_a_handler_ends_the_process)
{
    config.on_violation = NULL;
    reopen();
    ioat_sim_on_event(sim, break_rule, sim);
    ioat_sim_bar_write(sim, PROBE, 8, 0);
    ck_abort_msg("the process went on");
}
END_TEST

Suite *sim_suite(void);

Suite *sim_suite(void)
{
    Suite *suite = suite_create("sim");
    TCase *tc = tcase_create("sim");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, build_agrees_with_the_registers);
    tcase_add_loop_test(tc, bad_timing_is_refused, 0, sizeof bad_timing / sizeof *bad_timing);
    tcase_add_test(tc, default_config_opens);
    tcase_add_test(tc, bar_access_that_does_not_fit_is_refused);
    tcase_add_test(tc, config_access_that_does_not_fit_is_refused);
    tcase_add_test(tc, bad_fault_is_refused);
    tcase_add_test(tc, posted_writes_run_back_to_back_and_in_order);
    tcase_add_test(tc, blocking_write_waits_for_the_queue);
    tcase_add_test(tc, every_width_reaches_its_bytes);
    tcase_add_test(tc, bar_accesses_are_reported);
    tcase_add_test(tc, callback_may_post_but_not_advance_time);
    tcase_add_test(tc, step_advances_by_exactly_its_clocks);
    tcase_add_test(tc, wait_ends_in_the_clock_of_its_condition);
    tcase_add_test(tc, wait_gives_up_after_its_clocks);
    tcase_add_test(tc, two_simulators_do_not_share_time);
    tcase_add_test(tc, engine_at_rest_leaves_the_bus_alone);
    tcase_add_test(tc, map_that_does_not_fit_is_refused);
    tcase_add_test(tc, neighbours_of_a_region_and_of_the_window_fit);
    tcase_add_test(tc, cpu_address_needs_one_region_that_holds_all);
    tcase_add_test(tc, unmap_ends_a_region);
    tcase_add_test(tc, a_terabyte_costs_what_is_touched);
    tcase_add_test(tc, violation_ends_the_run);
    tcase_add_test(tc, violation_calls_its_handler_once);
    tcase_add_exit_test(tc, violation_without_a_handler_ends_the_process, 3);
    suite_add_tcase(suite, tc);
    return suite;
}
