/* test_driver_control.c - suspend, edits, abort and reset of the driver on an honest device. */
#include "driver_rig.h"

Suite *driver_control_suite(void);

/* A ring of 16 with copies 0..n-1 submitted, of which `run` have run. */
static struct rig *under_way(unsigned n, unsigned run)
{
    struct rig *rig = rig_ring(4);

    rig->fake.hold = true;
    for (unsigned i = 0; i < n; i++)
        rig_ok(rig_copy(rig, i));
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(fake_run(&rig->fake, 0, run), run);
    return rig;
}

/* Lets the rest run and takes every result. */
static void finish(struct rig *rig)
{
    fake_run(&rig->fake, 0, UINT32_MAX);
    rig_ok(rig_poll(rig));
}

/* ---- suspend, resume ---- */

START_TEST(driver_suspend_stops_and_resume_goes_on)
{
    struct rig *rig = under_way(6, 2);
    struct ioat_chan_status status;

    rig_is(ioat_resume(rig->chan), IOAT_ESTATE);
    rig_ok(ioat_suspend(rig->chan));
    rig_ok(ioat_suspend(rig->chan));
    rig_ok(ioat_chan_status(rig->chan, &status));
    ck_assert_uint_eq(status.state, IOAT_CHANSTS_STATE_SUSPENDED);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 2);         /* though none of the two asked for a word */
    ck_assert_uint_eq(ioat_outstanding(rig->chan), 4);
    ck_assert_uint_eq(fake_run(&rig->fake, 0, 1), 0);

    rig_ok(rig_copy(rig, 6));                   /* waits for the resume too */
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(fake_run(&rig->fake, 0, 1), 0);
    rig_ok(ioat_resume(rig->chan));
    rig_is(ioat_resume(rig->chan), IOAT_ESTATE);
    finish(rig);
    ck_assert_uint_eq(rig->results, 7);
    rig_expect(rig, 0, 7, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_suspend_works_before_the_first_and_after_the_last)
{
    struct rig *rig = rig_ring(4);

    rig_ok(ioat_suspend(rig->chan));
    rig_ok(ioat_resume(rig->chan));
    rig_ok(rig_copy(rig, 0));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(ioat_suspend(rig->chan));
    rig_ok(ioat_resume(rig->chan));
    rig_ok(rig_copy(rig, 1));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 2, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_chain_of_the_caller_suspends_and_resumes)
{
    struct rig *rig = rig_new();

    rig_open(rig, 0, 0);
    struct dma_buf buf = fake_memory(&rig->fake, 2 * sizeof(struct ioat_desc));
    struct ioat_desc *desc = buf.cpu;
    desc[0].control = desc[1].control = (uint32_t)IOAT_CONTROL_NULL_XFER;
    desc[0].next = buf.bus + IOAT_DESC_BYTES;
    rig->fake.hold = true;
    rig_ok(ioat_list_start(rig->chan, buf.bus));
    fake_run(&rig->fake, 0, 1);
    rig_ok(ioat_suspend(rig->chan));
    ck_assert_uint_eq(ioat_word(rig->chan).state, IOAT_CHANSTS_STATE_SUSPENDED);
    ck_assert_uint_eq(ioat_word(rig->chan).completed, buf.bus);
    rig_ok(ioat_resume(rig->chan));
    ck_assert_uint_eq(fake_run(&rig->fake, 0, 5), 1);

    /* A start ends the suspension. */
    rig_ok(ioat_suspend(rig->chan));
    rig_ok(_i ? ioat_list_start(rig->chan, buf.bus) : ioat_count_start(rig->chan, buf.bus, 2));
    rig_is(ioat_resume(rig->chan), IOAT_ESTATE);
    ck_assert_uint_eq(fake_run(&rig->fake, 0, 5), 2);
    rig_close(rig);
}
END_TEST

/* ---- edits ---- */

/* Tags 100, 101 go in front of request `before` of 8, of which _i / 8 have run. */
START_TEST(driver_insert_runs_in_front_of_the_named_request)
{
    unsigned run = (unsigned)_i / 8, before = (unsigned)_i % 8;
    struct rig *rig = under_way(8, run);

    rig_ok(ioat_suspend(rig->chan));
    rig_ok(rig_copy(rig, 100));
    rig_ok(rig_copy(rig, 101));
    if (before < run) {
        rig_is(ioat_edit_insert(rig->chan, RIG_TAG(before)), IOAT_EINVAL);
        rig_ok(ioat_submit(rig->chan));
        before = 8;
    } else {
        rig_ok(ioat_edit_insert(rig->chan, RIG_TAG(before)));
    }
    rig_ok(ioat_resume(rig->chan));
    finish(rig);
    ck_assert_uint_eq(rig->results, 10);
    rig_expect(rig, 0, before, 0, IOAT_OK);
    rig_expect(rig, before, 2, 100, IOAT_OK);
    rig_expect(rig, before + 2, 8 - before, before, IOAT_OK);
    ck_assert_uint_eq(rig->fake.executed, 10);
    ck_assert(rig_copied(rig, 100) && rig_copied(rig, 101) && rig_copied(rig, 7));

    /* The circle is whole: several more rounds run in order. */
    for (unsigned n = 200; n < 260; n++) {
        rig_ok(rig_copy(rig, n));
        rig_ok(ioat_submit(rig->chan));
        finish(rig);
    }
    rig_expect(rig, 10, 60, 200, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_insert_of_a_full_ring_keeps_the_circle)
{
    struct rig *rig = under_way(9, 3);

    rig_ok(rig_poll(rig));
    rig_ok(ioat_suspend(rig->chan));
    rig_ok(rig_poll(rig));
    for (unsigned n = 100; ioat_room(rig->chan); n++)
        rig_ok(rig_copy(rig, n));
    rig_ok(ioat_edit_insert(rig->chan, RIG_TAG(3)));
    rig_ok(ioat_resume(rig->chan));
    finish(rig);
    ck_assert_uint_eq(rig->results, 3 + 9 + 6);
    rig_expect(rig, 3, 9, 100, IOAT_OK);
    rig_expect(rig, 12, 6, 3, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_cancel_turns_a_request_into_nothing)
{
    struct rig *rig = under_way(6, 2);

    rig_ok(ioat_suspend(rig->chan));
    rig_is(ioat_edit_cancel(rig->chan, RIG_TAG(1)), IOAT_EINVAL);
    rig_is(ioat_edit_cancel(rig->chan, RIG_TAG(6)), IOAT_EINVAL);
    rig_ok(ioat_edit_cancel(rig->chan, RIG_TAG(3)));
    rig_ok(ioat_resume(rig->chan));
    finish(rig);
    rig_expect(rig, 0, 3, 0, IOAT_OK);
    rig_expect(rig, 3, 1, 3, IOAT_ECANCELED);
    rig_expect(rig, 4, 2, 4, IOAT_OK);
    ck_assert(rig_copied(rig, 2) && !rig_copied(rig, 3) && rig_copied(rig, 4));
    rig_close(rig);
}
END_TEST

START_TEST(driver_cancel_takes_all_pieces_or_none)
{
    struct rig *rig = rig_new();

    rig->fake.xfercap = 12;
    rig_open(rig, 4, 4);
    rig->fake.hold = true;
    rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 3 * 4096, 0, RIG_TAG(0)));
    rig_ok(ioat_copy(rig->chan, rig->dst.bus + 16384, rig->src.bus + 16384, 3 * 4096, 0, RIG_TAG(1)));
    rig_ok(ioat_submit(rig->chan));
    fake_run(&rig->fake, 0, 1);
    rig_ok(ioat_suspend(rig->chan));
    rig_is(ioat_edit_cancel(rig->chan, RIG_TAG(0)), IOAT_EINVAL);   /* partly done */
    rig_ok(ioat_edit_cancel(rig->chan, RIG_TAG(1)));
    rig_ok(ioat_resume(rig->chan));
    finish(rig);
    rig_expect(rig, 0, 1, 0, IOAT_OK);
    rig_expect(rig, 1, 1, 1, IOAT_ECANCELED);
    for (unsigned n = 0; n < 3 * 4096; n++)
        ck_assert_uint_eq(((uint8_t *)rig->dst.cpu)[16384 + n], 0);
    rig_close(rig);
}
END_TEST

START_TEST(driver_edits_need_a_suspended_channel_and_something_to_insert)
{
    struct rig *rig = under_way(3, 0);

    rig_ok(rig_copy(rig, 9));
    rig_is(ioat_edit_insert(rig->chan, RIG_TAG(1)), IOAT_ESTATE);
    rig_is(ioat_edit_cancel(rig->chan, RIG_TAG(1)), IOAT_ESTATE);
    rig_ok(ioat_submit(rig->chan));
    rig_ok(ioat_suspend(rig->chan));
    rig_is(ioat_edit_insert(rig->chan, RIG_TAG(1)), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

/* ---- abort, reset ---- */

static enum ioat_status by_abort(struct ioat_chan *chan) { return ioat_abort(chan); }
static enum ioat_status by_reset(struct ioat_chan *chan) { return ioat_reset(chan); }
static enum ioat_status (*const stops[])(struct ioat_chan *) = {by_abort, by_reset};

START_TEST(driver_abort_and_reset_drop_the_rest_and_go_on)
{
    struct rig *rig = under_way(6, 2);

    rig_ok(rig_copy(rig, 6));                   /* prepared, not submitted */
    rig_ok(stops[_i](rig->chan));
    ck_assert_uint_eq(rig->fake.chan[0].state, IOAT_CHANSTS_STATE_ARMED);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 2, 0, IOAT_OK);
    rig_expect(rig, 2, 5, 2, IOAT_ECANCELED);
    rig_ok(rig_copy(rig, 7));
    rig_ok(ioat_submit(rig->chan));
    finish(rig);
    rig_expect(rig, 7, 1, 7, IOAT_OK);
    ck_assert(!rig_copied(rig, 5) && !rig_copied(rig, 6) && rig_copied(rig, 7));
    ck_assert_uint_ne(rig->fake.chan[0].chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN, 0);
    rig_close(rig);
}
END_TEST

START_TEST(driver_abort_and_reset_end_a_suspension)
{
    struct rig *rig = under_way(4, 1);

    rig_ok(ioat_suspend(rig->chan));
    rig_ok(stops[_i](rig->chan));
    rig_is(ioat_resume(rig->chan), IOAT_ESTATE);
    rig_is(ioat_edit_cancel(rig->chan, RIG_TAG(2)), IOAT_ESTATE);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 1, 0, IOAT_OK);
    rig_expect(rig, 1, 3, 1, IOAT_ECANCELED);
    rig_close(rig);
}
END_TEST

Suite *driver_control_suite(void)
{
    Suite *suite = suite_create("driver_control");
    TCase *suspend = tcase_create("driver_suspend");
    TCase *edit = tcase_create("driver_edit");
    TCase *stop = tcase_create("driver_stop");

    tcase_add_test(suspend, driver_suspend_stops_and_resume_goes_on);
    tcase_add_test(suspend, driver_suspend_works_before_the_first_and_after_the_last);
    tcase_add_loop_test(suspend, driver_chain_of_the_caller_suspends_and_resumes, 0, 2);
    suite_add_tcase(suite, suspend);

    tcase_add_loop_test(edit, driver_insert_runs_in_front_of_the_named_request, 0, 64);
    tcase_add_test(edit, driver_insert_of_a_full_ring_keeps_the_circle);
    tcase_add_test(edit, driver_cancel_turns_a_request_into_nothing);
    tcase_add_test(edit, driver_cancel_takes_all_pieces_or_none);
    tcase_add_test(edit, driver_edits_need_a_suspended_channel_and_something_to_insert);
    suite_add_tcase(suite, edit);

    tcase_add_loop_test(stop, driver_abort_and_reset_drop_the_rest_and_go_on, 0, 2);
    tcase_add_loop_test(stop, driver_abort_and_reset_end_a_suspension, 0, 2);
    suite_add_tcase(suite, stop);
    return suite;
}
