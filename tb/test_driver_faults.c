/* test_driver_faults.c - the driver on a device that hangs, lies or is gone. */
#include "driver_rig.h"

#include <stdlib.h>
#include <string.h>

Suite *driver_faults_suite(void);

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

/* ---- a device that does not answer ---- */

START_TEST(driver_wait_is_bounded)
{
    struct rig *rig = waiting(1);
    struct ioat_done done;
    unsigned count;

    rig->fake.clock_stands = _i;
    rig_is(ioat_wait(rig->chan, &done, 1, &count, 5000000), IOAT_ETIME);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(rig->fake.slept_ns, 5000000);
    ck_assert_uint_eq(rig->fake.longest_pause_ns, 100000);
    ck_assert_uint_lt(rig->fake.reads[IOAT_CHAN(0, CHANSTS)], 1000);
    run_all(rig);
    rig_ok(ioat_wait(rig->chan, &done, 1, &count, 0));
    ck_assert_uint_eq(count, 1);
    rig_close(rig);
}
END_TEST

START_TEST(driver_commands_are_bounded_and_change_nothing)
{
    struct rig *rig = waiting(3);

    rig->fake.stuck = 0xFF;
    rig_is(ioat_suspend(rig->chan), IOAT_ETIME);
    rig_is(ioat_resume(rig->chan), IOAT_ESTATE);
    rig_is(ioat_abort(rig->chan), IOAT_ETIME);
    rig_is(ioat_reset(rig->chan), IOAT_ETIME);
    rig_is(ioat_chan_close(rig->chan), IOAT_ETIME);
    ck_assert_uint_eq(rig->fake.slept_ns, 4 * 1000000);
    ck_assert_uint_eq(rig->fake.buffers_live, 2);
    rig_is(ioat_close(rig->dev), IOAT_ESTATE);

    rig->fake.stuck = rig->fake.chan[0].chancmd = 0;
    run_all(rig);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 3, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_resume_is_bounded)
{
    struct rig *rig = waiting(2);

    rig_ok(ioat_suspend(rig->chan));
    rig->fake.lying_state = IOAT_CHANSTS_STATE_SUSPENDED;
    rig_is(ioat_resume(rig->chan), IOAT_ETIME);
    rig->fake.lying_state = _i ? IOAT_CHANSTS_STATE_IDLE : IOAT_CHANSTS_STATE_ACTIVE;
    rig_is(ioat_resume(rig->chan), IOAT_EPROTO);
    rig->fake.lying_state = -1;
    rig_ok(ioat_reset(rig->chan));
    rig_close(rig);
}
END_TEST

START_TEST(driver_suspend_that_ends_in_another_state_is_bounded)
{
    struct rig *rig = waiting(2);

    rig->fake.lying_state = IOAT_CHANSTS_STATE_ACTIVE;
    rig_is(ioat_suspend(rig->chan), IOAT_ETIME);
    rig->fake.lying_state = -1;
    rig_ok(ioat_reset(rig->chan));
    rig_close(rig);
}
END_TEST

START_TEST(driver_abandon_frees_without_touching_the_device)
{
    struct rig *rig = waiting(1);
    unsigned commands = rig->fake.writes[IOAT_CHAN(0, CHANCMD)];

    ioat_chan_abandon(rig->chan);
    rig->chan = NULL;
    ck_assert_uint_eq(rig->fake.buffers_live, 0);
    ck_assert_uint_eq(rig->fake.writes[IOAT_CHAN(0, CHANCMD)], commands);
    rig_close(rig);
}
END_TEST

START_TEST(driver_channel_open_on_a_sick_device_leaves_nothing)
{
    static const struct {
        uint8_t stuck;
        int state;
        bool removed;
        enum ioat_status status;
    } sick[] = {
        {IOAT_CHANCMD_RESET, -1, false, IOAT_ETIME},
        {0, IOAT_CHANSTS_STATE_IDLE, false, IOAT_EPROTO},
        {0, IOAT_CHANSTS_STATE_HALTED, false, IOAT_EPROTO},   /* never ARMED */
        {0, 6, false, IOAT_EPROTO},
        {0, -1, true, IOAT_EREMOVED},
    };
    struct rig *rig = rig_ring(3);
    struct ioat_chan *chan = rig->chan;
    unsigned live = rig->fake.buffers_live;

    rig->fake.stuck = sick[_i].stuck;
    rig->fake.lying_state = sick[_i].state;
    rig->fake.removed = sick[_i].removed;
    rig_is(ioat_chan_open(rig->dev, 2, NULL, &chan), sick[_i].status);
    ck_assert_ptr_null(chan);
    ck_assert_uint_eq(rig->fake.buffers_live, live);
    rig->fake.stuck = 0;
    rig->fake.lying_state = -1;
    rig->fake.removed = false;
    rig->fake.chan[2].chancmd = 0;
    struct ioat_chan_config again;
    ioat_chan_config_init(&again);
    again.take_over = true;
    rig_ok(ioat_chan_open(rig->dev, 2, &again, &chan));
    rig_ok(ioat_chan_close(chan));
    rig_close(rig);
}
END_TEST

START_TEST(driver_channel_open_survives_every_allocation_failure)
{
    struct rig *rig = rig_ring(3);
    struct ioat_chan *chan = rig->chan;
    struct ioat_chan_config config;
    unsigned live = rig->fake.buffers_live;

    ioat_chan_config_init(&config);
    config.chunk_log2 = config.ring_log2 - 3;
    rig->fake.allocs_before_failure = _i;       /* 9 are needed: the word and 8 chunks */
    rig_is(ioat_chan_open(rig->dev, 1, &config, &chan), IOAT_ENOMEM);
    ck_assert_ptr_null(chan);
    ck_assert_uint_eq(rig->fake.buffers_live, live);
    ck_assert_uint_eq(rig->fake.reads[IOAT_CHAN(1, CHANCTRL)], 0);
    rig->fake.allocs_before_failure = -1;
    rig_ok(ioat_chan_open(rig->dev, 1, &config, &chan));
    rig_ok(ioat_chan_close(chan));
    rig_close(rig);
}
END_TEST

/* The BAR fails at access _i of opening device and channel. */
START_TEST(driver_open_survives_every_bar_failure)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);

    rig->fake.bar_failures_after = _i;
    enum ioat_status status = ioat_open(&platform, &rig->dev);
    if (!status)
        status = ioat_chan_open(rig->dev, 0, NULL, &rig->chan);
    if (_i < 15)
        rig_is(status, IOAT_EIO);
    rig->fake.bar_failures_after = -1;
    if (status) {
        ck_assert_ptr_null(rig->chan);
        ck_assert_uint_eq(rig->fake.buffers_live, 0);
    }
    rig_close(rig);
}
END_TEST

START_TEST(driver_end_of_simulation_passes_through)
{
    struct rig *rig = waiting(1);
    struct ioat_done done;
    unsigned count;

    rig->fake.delay_status = IOAT_EVIOLATED;
    rig_is(ioat_wait(rig->chan, &done, 1, &count, 1000), IOAT_EVIOLATED);
    rig->fake.delay_status = IOAT_OK;
    rig->fake.bar_failures_after = 0;
    rig_is(ioat_submit(rig->chan), IOAT_OK);    /* nothing to submit, nothing written */
    rig_ok(rig_copy(rig, 1));
    rig_is(ioat_submit(rig->chan), IOAT_EIO);
    rig_is(ioat_rearm(rig->chan), IOAT_EIO);
    rig_is(ioat_interrupt(rig->chan, &done, 1, &count), IOAT_EIO);
    rig->fake.bar_failures_after = -1;
    rig_ok(ioat_submit(rig->chan));
    run_all(rig);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 2, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

/* ---- a device that is gone ---- */

static enum ioat_status gone_status(struct rig *rig)
{
    struct ioat_chan_status status;
    return ioat_chan_status(rig->chan, &status);
}
static enum ioat_status gone_suspend(struct rig *rig) { return ioat_suspend(rig->chan); }
static enum ioat_status gone_abort(struct rig *rig) { return ioat_abort(rig->chan); }
static enum ioat_status gone_reset(struct rig *rig) { return ioat_reset(rig->chan); }
static enum ioat_status gone_recover(struct rig *rig)
{
    return ioat_recover(rig->chan, IOAT_SKIP, NULL);
}
static enum ioat_status gone_wait(struct rig *rig)
{
    struct ioat_done done;
    unsigned count;
    enum ioat_status status = ioat_wait(rig->chan, &done, 1, &count, 1000);
    rig->done[rig->results++] = done;
    ck_assert_uint_eq(count, 1);
    return status;
}
static enum ioat_status gone_interrupt(struct rig *rig)
{
    unsigned count;
    return ioat_interrupt(rig->chan, NULL, 0, &count);
}
static enum ioat_status (*const gone[])(struct rig *) = {
    gone_status, gone_suspend, gone_abort,     gone_reset,
    gone_recover, gone_wait,   gone_interrupt,
};

START_TEST(driver_removed_device_gives_every_tag_back)
{
    struct rig *rig = waiting(4);
    uint32_t channels;
    uint64_t vectors;

    fake_run(&rig->fake, 0, 4);
    rig_ok(rig_poll(rig));
    rig_ok(rig_copy(rig, 4));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_copy(rig, 5));                   /* prepared only */
    rig->fake.removed = true;
    rig_is(gone[_i](rig), IOAT_EREMOVED);
    rig_is(rig_poll(rig), IOAT_EREMOVED);
    ck_assert_uint_eq(rig->results, 6);
    rig_expect(rig, 0, 4, 0, IOAT_OK);
    rig_expect(rig, 4, 2, 4, IOAT_EREMOVED);
    rig_is(rig_poll(rig), IOAT_EREMOVED);
    ck_assert_uint_eq(rig->results, 6);
    rig_is(ioat_submit(rig->chan), IOAT_EREMOVED);
    rig_is(ioat_suspend(rig->chan), IOAT_EREMOVED);
    rig_is(ioat_abort(rig->chan), IOAT_EREMOVED);
    rig_is(ioat_recover(rig->chan, IOAT_SKIP, NULL), IOAT_EREMOVED);
    rig_is(ioat_wait(rig->chan, rig->done, 1, &channels, 10), IOAT_EREMOVED);
    rig_is(ioat_intx_service(rig->dev, &channels), IOAT_EREMOVED);
    rig_is(ioat_msix_set(rig->dev, 0, 0, 0), IOAT_EREMOVED);
    rig_is(ioat_msix_pending(rig->dev, &vectors), IOAT_EREMOVED);
    rig_close(rig);                             /* closing it works */
}
END_TEST

START_TEST(driver_removed_device_is_found_by_probe_and_dump)
{
    struct rig *rig = rig_ring(3);
    struct ioat_platform platform = fake_platform(&rig->fake);
    struct ioat *other;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    rig->fake.removed = true;
    rig_is(ioat_open(&platform, &other), IOAT_EREMOVED);
    rig_is(ioat_dump(rig->dev, out), IOAT_EREMOVED);
    rig_is(ioat_chan_dump(rig->chan, out), IOAT_EREMOVED);
    rig->fake.bar_failures_after = 0;
    rig_is(ioat_chan_dump(rig->chan, out), IOAT_OK);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "0xffffffffffffffff"));
    ck_assert_ptr_nonnull(strstr(text, "not readable"));
    free(text);
    rig->fake.bar_failures_after = -1;
    rig_close(rig);
}
END_TEST

/* ---- a device that lies ---- */

START_TEST(driver_word_outside_the_active_set_is_refused)
{
    struct rig *rig = waiting(4);
    uint64_t base = rig->fake.chan[0].chainaddr;
    const uint64_t words[] = {
        base + 4 * IOAT_DESC_BYTES,             /* a slot that is not submitted */
        base + 15 * IOAT_DESC_BYTES,
        base - IOAT_DESC_BYTES,                 /* outside the ring */
        base + 16 * IOAT_DESC_BYTES,
        UINT64_C(0xdeadbeefc0de0000) & ~UINT64_C(63),
        ~UINT64_C(7),
        base | 5,                               /* no such state */
        7,
    };

    rig->fake.lying_word = words[_i];
    run_all(rig);
    rig_is(rig_poll(rig), IOAT_EPROTO);
    rig->fake.lying_completed = base;           /* nothing that it says helps any more */
    rig->fake.lying_state = IOAT_CHANSTS_STATE_HALTED;
    rig_is(ioat_interrupt(rig->chan, NULL, 0, &(unsigned){0}), IOAT_EPROTO);
    rig->fake.lying_completed = 0;
    rig->fake.lying_state = -1;
    *(uint64_t *)fake_cpu(&rig->fake, rig->fake.chan[0].chancmp, 8) = base;
    rig_is(rig_poll(rig), IOAT_EPROTO);
    ck_assert_uint_eq(rig->results, 0);
    rig_is(ioat_submit(rig->chan), IOAT_EPROTO);
    rig_is(ioat_suspend(rig->chan), IOAT_EPROTO);
    rig_is(ioat_abort(rig->chan), IOAT_EPROTO);
    rig_is(ioat_recover(rig->chan, IOAT_SKIP, NULL), IOAT_EPROTO);
    rig->fake.lying_word = 0;
    rig_ok(ioat_reset(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 4, 0, IOAT_ECANCELED);
    rig_ok(rig_copy(rig, 9));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 4, 1, 9, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_word_of_an_older_request_is_refused)
{
    struct rig *rig = waiting(4);

    fake_run(&rig->fake, 0, 4);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 4);
    rig->fake.lying_word = rig->fake.chan[0].chainaddr;     /* tag 0 again */
    rig_ok(rig_copy(rig, 4));
    rig_ok(ioat_submit(rig->chan));
    fake_run(&rig->fake, 0, 1);
    rig_is(rig_poll(rig), IOAT_EPROTO);
    ck_assert_uint_eq(rig->results, 4);
    rig->fake.lying_word = 0;
    rig_close(rig);
}
END_TEST

START_TEST(driver_chansts_that_cannot_be_is_refused)
{
    static const struct {
        int state;
        unsigned slot;                          /* completed address; 99: honest */
        enum ioat_status status;
    } lies[] = {
        {5, 99, IOAT_EPROTO},
        {7, 99, IOAT_EPROTO},
        {IOAT_CHANSTS_STATE_IDLE, 99, IOAT_EPROTO},         /* with work in flight */
        {IOAT_CHANSTS_STATE_HALTED, 4, IOAT_EPROTO},        /* never submitted */
        {IOAT_CHANSTS_STATE_SUSPENDED, 16, IOAT_EPROTO},    /* outside the ring */
        {IOAT_CHANSTS_STATE_HALTED, 99, IOAT_EHALTED},
        {IOAT_CHANSTS_STATE_ACTIVE, 16, IOAT_ETIME},        /* not looked at while it runs */
    };
    struct rig *rig = waiting(4);
    struct ioat_done done;
    unsigned count;

    rig->fake.lying_state = lies[_i].state;
    if (lies[_i].slot != 99)
        rig->fake.lying_completed =
            rig->fake.chan[0].chainaddr + lies[_i].slot * IOAT_DESC_BYTES;
    rig_is(ioat_wait(rig->chan, &done, 1, &count, 1000), lies[_i].status);
    ck_assert_uint_eq(count, 0);
    rig_is(rig_poll(rig), lies[_i].status == IOAT_ETIME ? IOAT_OK : lies[_i].status);
    rig->fake.lying_state = -1;
    rig->fake.lying_completed = 0;
    rig_ok(ioat_reset(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 4, 0, IOAT_ECANCELED);
    rig_close(rig);
}
END_TEST

START_TEST(driver_abort_that_does_not_halt_is_refused)
{
    struct rig *rig = waiting(2);

    rig->fake.lying_state = IOAT_CHANSTS_STATE_SUSPENDED;
    rig_is(ioat_abort(rig->chan), IOAT_EPROTO);
    rig->fake.lying_state = -1;
    rig_ok(ioat_reset(rig->chan));
    rig_close(rig);
}
END_TEST

Suite *driver_faults_suite(void)
{
    Suite *suite = suite_create("driver_faults");
    TCase *mute = tcase_create("driver_mute");
    TCase *removed = tcase_create("driver_removed");
    TCase *lies = tcase_create("driver_lies");

    tcase_add_loop_test(mute, driver_wait_is_bounded, 0, 2);
    tcase_add_test(mute, driver_commands_are_bounded_and_change_nothing);
    tcase_add_loop_test(mute, driver_resume_is_bounded, 0, 2);
    tcase_add_test(mute, driver_suspend_that_ends_in_another_state_is_bounded);
    tcase_add_test(mute, driver_abandon_frees_without_touching_the_device);
    tcase_add_loop_test(mute, driver_channel_open_on_a_sick_device_leaves_nothing, 0, 5);
    tcase_add_loop_test(mute, driver_channel_open_survives_every_allocation_failure, 0, 9);
    tcase_add_loop_test(mute, driver_open_survives_every_bar_failure, 0, 18);
    tcase_add_test(mute, driver_end_of_simulation_passes_through);
    suite_add_tcase(suite, mute);

    tcase_add_loop_test(removed, driver_removed_device_gives_every_tag_back, 0,
                        sizeof gone / sizeof *gone);
    tcase_add_test(removed, driver_removed_device_is_found_by_probe_and_dump);
    suite_add_tcase(suite, removed);

    tcase_add_loop_test(lies, driver_word_outside_the_active_set_is_refused, 0, 8);
    tcase_add_test(lies, driver_word_of_an_older_request_is_refused);
    tcase_add_loop_test(lies, driver_chansts_that_cannot_be_is_refused, 0, 7);
    tcase_add_test(lies, driver_abort_that_does_not_halt_is_refused);
    suite_add_tcase(suite, lies);
    return suite;
}
