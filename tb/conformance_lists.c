/* conformance_lists.c - start, append and the two list models: the NetDMA sheet, 4.5 to 4.7. */
#include "conformance.h"

enum { BATCH = 4 };

/* ---- start ---- */

START_TEST(r_start_1_a_channel_can_be_started_in_every_state)
{
    for (enum conf_state state = CONF_READY; state < CONF_STATES; state++) {
        struct conf *conf = conf_open(_i);
        conf_enter(conf, state);
        conf_check_works(conf);
        conf_close(conf);
    }
}
END_TEST

/* Nothing in front of it is run, though the descriptors before link to it. */
START_TEST(r_start_3_a_list_begins_at_the_address_given)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 6);
    conf_ok(conf_start_list(conf, 2, 4));
    conf_await_idle(conf, 5);
    conf_check_untouched(conf, 0, 2);
    conf_check_copied(conf, 2, 4);
    conf_close(conf);
}
END_TEST

/* At every moment of a list another one is started. What was begun is finished completely, what
 * comes behind it is dropped, the new list runs. */
START_TEST(r_start_4_a_start_finishes_the_current_descriptor_and_drops_the_rest)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, 8);
    unsigned dropped = 0;

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, 8);
        conf_list(conf, 20, 2);
        conf_ok(conf_start_list(conf, 0, 8));
        conf_pass(conf, n * sweep.step_ns);
        unsigned begun = 0;
        while (begun < 8 && !conf_is_untouched(conf, begun))
            begun++;
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 20, 2));
        conf_await_idle(conf, 21);
        conf_check_copied(conf, 20, 2);
        unsigned done = 0;
        while (done < 8 && conf_is_copied(conf, done))
            done++;
        ck_assert_msg(done >= begun, "moment %u: slot %u was begun and not finished", n, begun - 1);
        for (unsigned slot = done; slot < 8; slot++)
            ck_assert_msg(conf_is_untouched(conf, slot), "moment %u: slot %u is half done", n, slot);
        dropped += 8 - done;
    }
    ck_assert_uint_gt(dropped, sweep.moments);
    conf_close(conf);
}
END_TEST

/* The old list is long: a start that waits for all of it is too late. */
START_TEST(r_start_4_a_start_does_not_wait_for_the_old_list)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_ACTIVE);
    conf_list(conf, 20, 2);
    conf_ok(conf_start_list(conf, 20, 2));
    conf_await_idle(conf, 21);
    conf_check_untouched(conf, CONF_TAIL, 1);
    conf_close(conf);
}
END_TEST

/* Every descriptor of the old list asks for word and interrupt, the new one for neither: what
 * is left in the word, and the last interrupt, are those of the overtaken descriptor. */
START_TEST(r_start_5_the_overtaken_descriptor_still_reports)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    unsigned overtaken = 0;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned before = conf->channel[0].isr.n;
        conf_list(conf, 0, BATCH);
        for (unsigned slot = 0; slot < BATCH; slot++)
            conf->desc[slot].ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
        conf_list(conf, 20, 1);
        conf->desc[20].ControlFlags = 0;
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(conf_start_list(conf, 20, 1));
        conf_settle(conf);
        conf_settle(conf);
        conf_check_copied(conf, 20, 1);
        unsigned done = 0;
        while (done < BATCH && conf_is_copied(conf, done))
            done++;
        ck_assert_msg(done ? conf->channel[0].isr.n > before : conf->channel[0].isr.n == before,
                      "moment %u: %u descriptors finished, %u interrupts", n, done,
                      conf->channel[0].isr.n - before);
        ck_assert_uint_le(conf->channel[0].isr.n - before, done);
        if (done == BATCH)
            continue;            /* nothing was dropped */
        conf_check_word(conf, done ? conf_word_of(conf, done - 1, NetDmaTransferStatusActive)
                                   : CONF_MARK);
        overtaken += done > 0;
    }
    ck_assert_uint_gt(overtaken, 0);
    conf_close(conf);
}
END_TEST

START_TEST(r_start_6_lists_follow_links_and_counts_follow_counts)
{
    struct conf *conf = conf_open(_i);
    unsigned runs = conf->counted ? 2 : 4;

    conf_list(conf, 0, 4);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await_idle(conf, runs - 1);
    conf_settle(conf);
    conf_check_copied(conf, 0, runs);
    conf_check_untouched(conf, runs, 4 - runs);
    conf_close(conf);
}
END_TEST

/* Eight were counted, one runs; a start of two leaves two to do and no more. */
START_TEST(r_start_7_a_start_replaces_the_count)
{
    struct conf *conf = conf_open(_i);

    conf_long_list(conf, 0, 8);
    conf_list(conf, 20, 12);
    conf_ok(conf_start_list(conf, 0, 8));
    conf_pass(conf, 10 * CONF_TICK);
    conf_ok(conf_start_list(conf, 20, 2));
    conf_await_idle(conf, 21);
    conf_settle(conf);
    conf_check_copied(conf, 20, 2);
    conf_check_untouched(conf, 22, 10);
    conf_close(conf);
}
END_TEST

/* The NetDMA sheet, section 5. */
static void check_refuses(struct conf *conf,
                          NTSTATUS (*call)(struct netdma_raw *, PNET_DMA_DESCRIPTOR, uint64_t, ULONG),
                          uint64_t bus)
{
    struct netdma_raw *raw = conf->channel[0].raw;
    uint64_t beyond = conf_info(conf).address_max + 1;

    conf_no(call(raw, NULL, bus, 1));
    conf_no(call(raw, conf->desc, 0, 1));
    conf_no(call(raw, conf->desc, bus + 8, 1));
    if (beyond)
        conf_no(call(raw, conf->desc, beyond, 1));
    if (conf->counted)
        conf_no(call(raw, conf->desc, bus, 0));
}

START_TEST(r_start_8_a_start_returns_when_it_is_accepted)
{
    struct conf *conf = conf_open(_i);
    uint64_t bus;

    conf_long_list(conf, 0, 4);
    bus = conf_bus(conf, 0);
    conf_set_word(conf, CONF_MARK);
    check_refuses(conf, netdma_raw_start, bus);
    conf_settle(conf);
    conf_check_untouched(conf, 0, 4);
    conf_check_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, 4));
    ck_assert(!conf_is_copied(conf, 3));
    check_refuses(conf, netdma_raw_append, conf_bus(conf, 4));
    conf_await_idle(conf, 3);
    conf_close(conf);
}
END_TEST

/* ---- append ---- */

START_TEST(r_app_1_nothing_is_appended_before_a_start)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 3; turn++) {
        conf_list(conf, 0, 1);
        conf_list(conf, 1, 1);
        conf_set_word(conf, CONF_MARK);
        conf_no(conf_append(conf, 1, 1));
        conf_settle(conf);
        conf_check_untouched(conf, 1, 1);
        conf_check_word(conf, CONF_MARK);
        conf_check_works(conf);
        conf_ok(turn ? conf_reset(conf) : conf_abort(conf));
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_app_1_a_started_channel_takes_any_number_of_appends)
{
    struct conf *conf = conf_open(_i);

    for (unsigned slot = 0; slot < 30; slot++)
        conf_list(conf, slot, 1);
    conf_ok(conf_start_list(conf, 0, 1));
    for (unsigned slot = 1; slot < 30; slot++) {
        conf_ok(conf_append(conf, slot, 1));
        if (slot % 3 == 0)
            conf_pass(conf, slot * 5 * CONF_TICK);
    }
    conf_await_idle(conf, 29);
    conf_check_copied(conf, 0, 30);
    conf_close(conf);
}
END_TEST

/* The engine went idle on the last descriptor; it takes the link that was written since. */
START_TEST(r_app_3_an_idle_channel_reads_its_last_descriptor_again)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 2);
    conf_list(conf, 8, 2);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await_idle(conf, 1);
    conf_link(conf, 1, 8);
    conf_settle(conf);
    conf_check_untouched(conf, 8, 2);
    conf_ok(netdma_raw_append(conf->channel[0].raw, &conf->desc[8], conf_bus(conf, 8), 2));
    conf_await_idle(conf, 9);
    conf_check_copied(conf, 8, 2);
    conf_close(conf);
}
END_TEST

/* After idle the source of the last copy changes and the word is cleared: an append without
 * a link repeats nothing. */
START_TEST(r_app_4_reading_again_repeats_nothing)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 2);
    conf_list(conf, 2, 1);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await_idle(conf, 1);
    unsigned dpcs = conf->channel[0].dpc.n;
    ck_assert_uint_eq(dpcs, 1);
    conf_destination(conf, 1)[0] ^= 0xFF;
    conf_set_word(conf, CONF_MARK);
    conf_ok(netdma_raw_append(conf->channel[0].raw, &conf->desc[2], conf_bus(conf, 2), 1));
    conf_settle(conf);
    conf_check_word(conf, CONF_MARK);
    conf_ok(conf_append(conf, 2, 1));
    conf_await_idle(conf, 2);
    ck_assert_uint_eq(conf_destination(conf, 1)[0] ^ 0xFF, conf_source(conf, 1)[0]);
    ck_assert_uint_eq(conf->channel[0].dpc.n, dpcs + 1);
    conf_close(conf);
}
END_TEST

/* R-APP-5 at every moment. Each appended copy runs exactly once: its source changes as soon as
 * the copy is done, and a second run would show. */
START_TEST(r_app_5_an_append_at_any_moment_is_done_once)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, BATCH);
        conf_list(conf, BATCH, BATCH);
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(conf_append(conf, BATCH, BATCH));
        conf_await_idle(conf, 2 * BATCH - 1);
        conf_check_copied(conf, 0, 2 * BATCH);
        conf_destination(conf, 2 * BATCH - 1)[0] ^= 0xFF;
        conf_settle(conf);
        ck_assert(!conf_is_copied(conf, 2 * BATCH - 1));
    }
    conf_close(conf);
}
END_TEST

/* At every moment a suspension, with an append in it: nothing moves before the resume. */
START_TEST(r_app_5_an_append_to_a_suspended_channel_waits_for_the_resume)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);

    for (unsigned n = 0; n < sweep.moments; n++) {
        uint64_t last;
        conf_list(conf, 0, BATCH);
        conf_list(conf, BATCH, BATCH);
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(conf_suspend(conf, &last));
        uint64_t word = conf_word(conf);
        conf_ok(conf_append(conf, BATCH, BATCH));
        conf_settle(conf);
        conf_check_word(conf, word);
        conf_check_untouched(conf, BATCH, BATCH);
        conf_ok(conf_resume(conf));
        conf_await_idle(conf, 2 * BATCH - 1);
        conf_check_copied(conf, 0, 2 * BATCH);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_app_7_an_append_adds_to_the_count_and_leaves_the_last_descriptor_alone)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 8);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await_idle(conf, 1);
    conf->desc[1] = (NET_DMA_DESCRIPTOR){.ControlFlags = 0x7F000000,
                                         .NextDescriptor = conf_address(conf_bus(conf, 30))};
    conf_list(conf, 30, 2);
    conf_ok(netdma_raw_append(conf->channel[0].raw, &conf->desc[2], conf_bus(conf, 2), 1));
    conf_ok(netdma_raw_append(conf->channel[0].raw, &conf->desc[3], conf_bus(conf, 3), 2));
    conf_await_idle(conf, 4);
    conf_settle(conf);
    conf_check_copied(conf, 2, 3);
    conf_check_untouched(conf, 5, 3);
    conf_check_untouched(conf, 30, 2);
    conf_close(conf);
}
END_TEST

START_TEST(r_app_8_an_append_elsewhere_than_the_list_goes_on_is_refused)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 8);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_no(netdma_raw_append(conf->channel[0].raw, &conf->desc[3], conf_bus(conf, 3), 1));
    conf_ok(netdma_raw_append(conf->channel[0].raw, &conf->desc[2], conf_bus(conf, 2), 1));
    conf_await_idle(conf, 2);
    conf_check_copied(conf, 0, 3);
    conf_check_untouched(conf, 3, 5);
    conf_close(conf);
}
END_TEST

/* ---- list models ---- */

START_TEST(r_ch1_1_a_list_ends_at_next_0)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 4);
    conf->desc[1].NextDescriptor.QuadPart = 0;
    conf_ok(conf_start_list(conf, 0, 4));
    conf_await_idle(conf, 1);
    conf_settle(conf);
    conf_check_word(conf, conf_word_of(conf, 1, NetDmaTransferStatusIdle));
    conf_check_copied(conf, 0, 2);
    conf_check_untouched(conf, 2, 2);
    conf_close(conf);
}
END_TEST

/* The last one links to a descriptor that is good to run, and is not run. */
START_TEST(r_ch2_1_the_last_counted_descriptor_links_to_the_next_append)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 4);
    conf_ok(conf_start_list(conf, 0, 3));
    conf_await_idle(conf, 2);
    conf_settle(conf);
    conf_check_untouched(conf, 3, 1);
    conf_ok(conf_append(conf, 3, 1));
    conf_await_idle(conf, 3);
    conf_check_copied(conf, 0, 4);
    conf_close(conf);
}
END_TEST

START_TEST(r_ch2_2_a_list_runs_until_its_count_is_done)
{
    struct conf *conf = conf_open(_i);
    unsigned total = 0;

    conf_list(conf, 0, 32);
    for (unsigned n = 1; total + n <= 32; n++) {
        conf_ok(total ? conf_append(conf, total, n) : conf_start_list(conf, 0, n));
        total += n;
        conf_await_idle(conf, total - 1);
        conf_check_copied(conf, 0, total);
        conf_check_untouched(conf, total, 32 - total);
    }
    conf_close(conf);
}
END_TEST

/* The descriptor behind the count is filled in after the list ended, or while it runs. */
START_TEST(r_ch2_3_no_copy_of_an_uncounted_descriptor_is_kept)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, 2);

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, 3);
        conf_list(conf, 10, 1);
        conf->desc[2] = (NET_DMA_DESCRIPTOR){
            .ControlFlags = NET_DMA_NULL_TRANSFER,
            .NextDescriptor = conf_address(conf_bus(conf, 3)),
        };
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, 2));
        conf_pass(conf, n * sweep.step_ns);
        NET_DMA_DESCRIPTOR filled = conf->desc[10];
        filled.NextDescriptor = conf->desc[2].NextDescriptor;
        conf->desc[2] = filled;
        conf_ok(conf_append(conf, 2, 1));
        conf_await_idle(conf, 2);
        conf_check_copied(conf, 10, 1);
    }
    conf_close(conf);
}
END_TEST

/* Three times around, a slot is built anew after its completion was seen. */
START_TEST(r_ch2_4_a_ring_goes_around)
{
    struct conf *conf = conf_open(_i);
    enum { RING = 8, TURNS = 24 };

    for (unsigned n = 0; n < TURNS; n++) {
        unsigned slot = n % RING;
        conf_list(conf, slot, 1);
        conf_link(conf, slot, (slot + 1) % RING);
        conf_set_word(conf, 0);
        conf_ok(n ? conf_append(conf, slot, 1) : conf_start_list(conf, 0, 1));
        conf_await_idle(conf, slot);
        conf_check_copied(conf, slot, 1);
    }
    conf_close(conf);
}
END_TEST

const struct conf_test conf_lists[] = {
    {&r_start_1_a_channel_can_be_started_in_every_state, ANY, NULL},
    {&r_start_3_a_list_begins_at_the_address_given, ANY, NULL},
    {&r_start_4_a_start_finishes_the_current_descriptor_and_drops_the_rest, ANY, NULL},
    {&r_start_4_a_start_does_not_wait_for_the_old_list, ANY, NULL},
    {&r_start_5_the_overtaken_descriptor_still_reports, ANY, NULL},
    {&r_start_6_lists_follow_links_and_counts_follow_counts, ANY, NULL},
    {&r_start_7_a_start_replaces_the_count, COUNTS, "a 1.x list has no count"},
    {&r_start_8_a_start_returns_when_it_is_accepted, ANY, NULL},
    {&r_app_1_nothing_is_appended_before_a_start, ANY, NULL},
    {&r_app_1_a_started_channel_takes_any_number_of_appends, ANY, NULL},
    {&r_app_3_an_idle_channel_reads_its_last_descriptor_again, LISTS,
     "a 2.x engine does not read it again (R-APP-7)"},
    {&r_app_4_reading_again_repeats_nothing, LISTS, "a 2.x engine does not read it again (R-APP-7)"},
    {&r_app_5_an_append_at_any_moment_is_done_once, ANY, NULL},
    {&r_app_5_an_append_to_a_suspended_channel_waits_for_the_resume, ANY, NULL},
    {&r_app_7_an_append_adds_to_the_count_and_leaves_the_last_descriptor_alone, COUNTS,
     "a 1.x list is linked at its last descriptor"},
    {&r_app_8_an_append_elsewhere_than_the_list_goes_on_is_refused, COUNTS,
     "a 1.x list is linked at its last descriptor"},
    {&r_ch1_1_a_list_ends_at_next_0, LISTS, "2.x lists have no terminator (R-CH2-1)"},
    {&r_ch2_1_the_last_counted_descriptor_links_to_the_next_append, COUNTS,
     "1.x lists end with 0 (R-CH1-1)"},
    {&r_ch2_2_a_list_runs_until_its_count_is_done, COUNTS, "1.x lists end with 0 (R-CH1-1)"},
    {&r_ch2_3_no_copy_of_an_uncounted_descriptor_is_kept, COUNTS, "1.x has no counted descriptors"},
    {&r_ch2_4_a_ring_goes_around, COUNTS, "1.x lists end with 0 (R-CH1-1)"},
    {NULL, ANY, NULL},
};
