/* test_driver_recovery.c - the driver on a device that halts: nothing that was done is lost. */
#include "driver_rig.h"

Suite *driver_recovery_suite(void);

static const uint32_t read_error = (uint32_t)IOAT_CHANERR_READ_DATA;

/* Copies 0..n-1 submitted on a ring of 16; they run when the test says so. */
static struct rig *waiting(unsigned n)
{
    struct rig *rig = rig_ring(4);

    rig->fake.hold = true;
    for (unsigned i = 0; i < n; i++)
        rig_ok(rig_copy(rig, i));
    rig_ok(ioat_submit(rig->chan));
    return rig;
}

static void run_all(struct rig *rig)
{
    rig->fake.hold = false;
    fake_run(&rig->fake, 0, UINT32_MAX);
}

/* Eight requests; number _i + 1 fails. */
START_TEST(driver_recover_skips_the_failing_request)
{
    struct rig *rig = waiting(8);
    struct ioat_fault fault;
    unsigned bad = (unsigned)_i;

    rig->fake.fail_at = bad + 1;
    rig->fake.fail_error = read_error;
    run_all(rig);
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig_is(ioat_submit(rig->chan), IOAT_EHALTED);
    rig_is(ioat_suspend(rig->chan), IOAT_EHALTED);
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, &fault));
    ck_assert_uint_eq(fault.chanerr, read_error);
    ck_assert(fault.request);
    ck_assert_ptr_eq(fault.tag, RIG_TAG(bad));
    ck_assert_ptr_nonnull(fake_cpu(&rig->fake, fault.desc, IOAT_DESC_BYTES));
    ck_assert_uint_eq(rig->fake.chan[0].chanerr, 0);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 8);
    rig_expect(rig, 0, bad, 0, IOAT_OK);
    rig_expect(rig, bad, 1, bad, IOAT_EHALTED);
    rig_expect(rig, bad + 1, 7 - bad, bad + 1, IOAT_OK);
    ck_assert(!rig_copied(rig, bad));
    ck_assert(bad == 7 || rig_copied(rig, 7));
    rig_is(ioat_recover(rig->chan, IOAT_SKIP, NULL), IOAT_ESTATE);
    rig_close(rig);
}
END_TEST

START_TEST(driver_recover_cancels_the_rest)
{
    struct rig *rig = waiting(6);

    rig->fake.fail_at = 4;
    rig->fake.fail_error = read_error;
    run_all(rig);
    rig_ok(rig_copy(rig, 6));
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig_is(ioat_recover(rig->chan, (enum ioat_recovery)7, NULL), IOAT_EINVAL);
    rig_ok(ioat_recover(rig->chan, IOAT_CANCEL, NULL));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 7);
    rig_expect(rig, 0, 3, 0, IOAT_OK);
    rig_expect(rig, 3, 1, 3, IOAT_EHALTED);
    rig_expect(rig, 4, 3, 4, IOAT_ECANCELED);
    rig_ok(rig_copy(rig, 7));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 7, 1, 7, IOAT_OK);
    rig_close(rig);
}
END_TEST

/* The second of three pieces fails: the request fails once, the next ones run. */
START_TEST(driver_recover_fails_a_split_request_as_a_whole)
{
    struct rig *rig = rig_new();
    struct ioat_fault fault;

    rig->fake.xfercap = 12;
    rig_open(rig, 4, 4);
    rig->fake.fail_at = 3;
    rig->fake.fail_error = read_error;
    rig_ok(rig_copy(rig, 0));
    rig_ok(ioat_copy(rig->chan, rig->dst.bus + 8192, rig->src.bus + 8192, 12288, 0, RIG_TAG(1)));
    rig_ok(rig_copy(rig, 2));
    rig_ok(ioat_submit(rig->chan));
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, &fault));
    ck_assert_ptr_eq(fault.tag, RIG_TAG(1));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 3);
    rig_expect(rig, 0, 1, 0, IOAT_OK);
    rig_expect(rig, 1, 1, 1, IOAT_EHALTED);
    rig_expect(rig, 2, 1, 2, IOAT_OK);
    ck_assert_uint_eq(rig->fake.executed, 3);   /* 0, the first piece, 2: not the third */
    rig_close(rig);
}
END_TEST

START_TEST(driver_halt_without_a_word_is_found)
{
    struct rig *rig = waiting(3);
    struct ioat_done done;
    unsigned count;

    rig->fake.wordless = true;
    rig->fake.fail_at = 1;
    rig->fake.fail_error = (uint32_t)IOAT_CHANERR_CMP_ADDR;
    run_all(rig);
    rig_ok(rig_poll(rig));
    if (_i)
        rig_is(ioat_wait(rig->chan, &done, 1, &count, 1000), IOAT_EHALTED);
    else
        rig_is(ioat_interrupt(rig->chan, &done, 1, &count), IOAT_EHALTED);
    ck_assert_uint_eq(count, 0);
    unsigned rearms = rig->fake.writes[IOAT_CHAN(0, CHANCTRL)];
    rig_is(ioat_interrupt(rig->chan, &done, 1, &count), IOAT_EHALTED);
    ck_assert_uint_eq(rig->fake.writes[IOAT_CHAN(0, CHANCTRL)], rearms + 1);
    rig->fake.wordless = false;
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, NULL));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 1, 0, IOAT_EHALTED);
    rig_expect(rig, 1, 2, 1, IOAT_OK);
    rig_close(rig);
}
END_TEST

/* CHANERR 0: somebody else stopped it. A command error: nobody's data is at fault. */
START_TEST(driver_halt_that_is_no_requests_fault_blames_none)
{
    struct rig *rig = waiting(4);
    struct ioat_fault fault;

    fake_run(&rig->fake, 0, 2);
    fake_halt(&rig->fake, 0, _i ? (uint32_t)IOAT_CHANERR_CHANCMD : 0);
    rig->fake.hold = false;
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, &fault));
    ck_assert(!fault.request);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 4, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_halt_while_suspended_is_found_by_resume)
{
    struct rig *rig = waiting(2);

    rig_ok(ioat_suspend(rig->chan));
    fake_halt(&rig->fake, 0, 0);
    rig->fake.chan[0].completed = 0;            /* as after a function-level reset */
    rig_is(ioat_resume(rig->chan), IOAT_EHALTED);
    rig->fake.hold = false;
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, NULL));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 2, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_recover_can_be_tried_again)
{
    struct rig *rig = waiting(3);
    struct ioat_fault fault = {0};

    rig->fake.fail_at = 2;
    rig->fake.fail_error = read_error;
    run_all(rig);
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig->fake.stuck = IOAT_CHANCMD_RESET;
    rig_is(ioat_recover(rig->chan, IOAT_SKIP, &fault), IOAT_ETIME);
    ck_assert_uint_eq(fault.chanerr, 0);
    ck_assert_uint_eq(rig->fake.chan[0].chanerr, 0);        /* cleared, but remembered */
    rig->fake.stuck = rig->fake.chan[0].chancmd = 0;
    rig_ok(ioat_recover(rig->chan, IOAT_SKIP, &fault));
    ck_assert_uint_eq(fault.chanerr, read_error);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 1, 0, IOAT_OK);
    rig_expect(rig, 1, 1, 1, IOAT_EHALTED);
    rig_expect(rig, 2, 1, 2, IOAT_OK);
    rig_close(rig);
}
END_TEST

/* The BAR fails at access _i of a recovery: every tag comes back once all the same. */
START_TEST(driver_recover_survives_every_bar_failure)
{
    struct rig *rig = waiting(5);

    rig->fake.fail_at = 3;
    rig->fake.fail_error = read_error;
    run_all(rig);
    rig_is(rig_poll(rig), IOAT_EHALTED);
    rig->fake.bar_failures_after = _i;
    enum ioat_status status = ioat_recover(rig->chan, IOAT_SKIP, NULL);
    if (_i < 11)
        rig_is(status, IOAT_EIO);
    rig->fake.bar_failures_after = -1;
    if (status)
        status = ioat_recover(rig->chan, IOAT_SKIP, NULL);
    if (status) {
        rig_is(status, IOAT_EPROTO);
        rig_ok(ioat_reset(rig->chan));
    }
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 5);
    rig_expect(rig, 0, 2, 0, IOAT_OK);
    rig_expect(rig, 2, 1, 2, IOAT_EHALTED);
    rig_expect(rig, 3, 2, 3, status ? IOAT_ECANCELED : IOAT_OK);
    rig_close(rig);
}
END_TEST

/* ---- everything at once ---- */

static unsigned draw(uint64_t *state, unsigned n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*state >> 33) % n;
}

/* Random calls on a device that fails now and then: every tag comes back exactly once,
 * in the order that edits left, and only requests reported IOAT_OK may be relied on. */
START_TEST(driver_random_calls_lose_no_tag)
{
    uint64_t seed = 1 + (uint64_t)_i;
    struct rig *rig = rig_new();
    unsigned next = 0;

    rig_open(rig, 5, 2);
    rig->fake.hold = true;
    for (unsigned step = 0; step < 3000; step++) {
        unsigned what = draw(&seed, 24);
        enum ioat_status status = IOAT_OK;
        if (what < 8 && next < RIG_BYTES / 8) {
            status = rig_copy(rig, next);
            next += !status;
            ck_assert(!status || (status == IOAT_EFULL && !ioat_room(rig->chan)));
        } else if (what < 11) {
            status = ioat_submit(rig->chan);
        } else if (what < 17) {
            fake_run(&rig->fake, 0, draw(&seed, 6));
        } else if (what < 20) {
            status = rig_poll(rig);
        } else if (what == 20) {
            status = ioat_suspend(rig->chan);
        } else if (what == 21) {
            if (next)
                ioat_edit_cancel(rig->chan, RIG_TAG(next - 1 - draw(&seed, next < 8 ? next : 8)));
            ioat_resume(rig->chan);
        } else if (what == 22 && !draw(&seed, 4)) {
            rig->fake.fail_at = rig->fake.executed + 1 + draw(&seed, 8);
            rig->fake.fail_error = read_error;
        } else if (what == 23 && !draw(&seed, 8)) {
            status = draw(&seed, 2) ? ioat_abort(rig->chan) : ioat_reset(rig->chan);
        }
        if (status == IOAT_EHALTED)
            rig_ok(ioat_recover(rig->chan, draw(&seed, 4) ? IOAT_SKIP : IOAT_CANCEL, NULL));
        else
            ck_assert_msg(!status || status == IOAT_EFULL, "seed %d, step %u: %s", _i + 1, step,
                          ioat_strstatus(status));
    }
    rig->fake.fail_at = 0;
    if (rig_poll(rig) == IOAT_EHALTED)
        rig_ok(ioat_recover(rig->chan, IOAT_SKIP, NULL));
    ioat_resume(rig->chan);
    rig_ok(ioat_submit(rig->chan));
    fake_run(&rig->fake, 0, UINT32_MAX);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, next);
    for (unsigned n = 0; n < next; n++) {
        ck_assert_ptr_eq(rig->done[n].tag, RIG_TAG(n));
        if (rig->done[n].status == IOAT_OK)
            ck_assert_msg(rig_copied(rig, n), "seed %d: request %u", _i + 1, n);
    }
    rig_close(rig);
}
END_TEST

Suite *driver_recovery_suite(void)
{
    Suite *suite = suite_create("driver_recovery");
    TCase *halts = tcase_create("driver_halts");
    TCase *random = tcase_create("driver_random");

    tcase_add_loop_test(halts, driver_recover_skips_the_failing_request, 0, 8);
    tcase_add_test(halts, driver_recover_cancels_the_rest);
    tcase_add_test(halts, driver_recover_fails_a_split_request_as_a_whole);
    tcase_add_loop_test(halts, driver_halt_without_a_word_is_found, 0, 2);
    tcase_add_loop_test(halts, driver_halt_that_is_no_requests_fault_blames_none, 0, 2);
    tcase_add_test(halts, driver_halt_while_suspended_is_found_by_resume);
    tcase_add_test(halts, driver_recover_can_be_tried_again);
    tcase_add_loop_test(halts, driver_recover_survives_every_bar_failure, 0, 13);
    suite_add_tcase(suite, halts);

    tcase_add_loop_test(random, driver_random_calls_lose_no_tag, 0, 20);
    suite_add_tcase(suite, random);
    return suite;
}
