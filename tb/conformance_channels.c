/* conformance_channels.c - allocating and freeing channels: the NetDMA sheet, 4.4 and 5; and the
 * levels that callbacks run at, 4.20.
 */
#include "conformance.h"

enum { CHANNELS_MAX = 16 };

/* Two channels run at a time, each with a word and events of its own. */
START_TEST(r_alc_2_each_channel_has_a_context_of_its_own)
{
    struct conf *conf = conf_open(_i);
    struct conf_channel *other = &conf->channel[1];

    conf_ok(conf_allocate(conf, 1));
    conf_list(conf, 0, 4);
    conf_list(conf, 10, 3);
    conf_ok(conf_start_list(conf, 0, 4));
    conf_ok(netdma_raw_start(other->raw, &conf->desc[10], conf_bus(conf, 10), 3));
    conf_await_idle(conf, 3);
    conf_settle(conf);
    conf_check_copied(conf, 0, 4);
    conf_check_copied(conf, 10, 3);
    ck_assert_uint_eq(*other->word, conf_bus(conf, 12) | NetDmaTransferStatusIdle);
    conf_close(conf);
}
END_TEST

/* Whatever happens to one channel, the other one ends its list. */
START_TEST(r_alc_2_stopping_one_channel_leaves_the_other_alone)
{
    struct conf *conf = conf_open(_i);
    struct conf_channel *other = &conf->channel[1];
    uint64_t last;

    conf_ok(conf_allocate(conf, 1));
    for (unsigned turn = 0; turn < 4; turn++) {
        conf_long_list(conf, 0, 8);
        conf_long_list(conf, 20, 8);
        conf_ok(netdma_raw_start(other->raw, &conf->desc[20], conf_bus(conf, 20), 8));
        conf_ok(conf_start_list(conf, 0, 8));
        conf_pass(conf, 400);
        if (turn == 0)
            conf_ok(conf_suspend(conf, &last));
        conf_ok(turn == 1 ? conf_reset(conf) : conf_abort(conf));
        if (turn == 3)
            conf_free(conf, 0);
        conf_settle(conf);
        for (unsigned n = 0; n < 20; n++)
            conf_settle(conf);
        ck_assert_uint_eq(*other->word, conf_bus(conf, 27) | NetDmaTransferStatusIdle);
        conf_check_copied(conf, 20, 8);
        ck_assert_uint_eq(other->dpc.n, turn + 1);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_alc_3_interrupts_name_the_channel)
{
    struct conf *conf = conf_open(_i);
    struct conf_channel *other = &conf->channel[1];

    conf_ok(conf_allocate(conf, 1));
    conf_list(conf, 10, 3);
    conf_ok(netdma_raw_start(other->raw, &conf->desc[10], conf_bus(conf, 10), 3));
    conf_settle(conf);
    conf_settle(conf);
    ck_assert_uint_eq(other->isr.n, 1);
    ck_assert_uint_eq(other->dpc.n, 1);
    ck_assert_uint_eq(conf->channel[0].isr.n + conf->channel[0].dpc.n, 0);
    conf_close(conf);
}
END_TEST

/* Without messages all channels share the line; both are due when it is served. */
START_TEST(r_alc_3_a_line_interrupt_finds_its_channel)
{
    struct subject_options options = conf_options(_i);
    options.msix = false;
    struct conf *conf = conf_open_world(_i, &options, 2, 1);
    struct conf_channel *other = &conf->channel[1];

    conf_add(conf);
    conf_start(conf);
    conf_ok(conf_allocate(conf, 0));
    conf_ok(conf_allocate(conf, 1));
    for (unsigned turn = 0; turn < 3; turn++) {
        conf_list(conf, 0, 2);
        conf_list(conf, 10, 3);
        conf_ok(conf_start_list(conf, 0, 2));
        if (turn)
            conf_ok(netdma_raw_start(other->raw, &conf->desc[10], conf_bus(conf, 10), 3));
        conf_settle(conf);
        conf_settle(conf);
        ck_assert_uint_eq(conf->channel[0].dpc.n, turn + 1);
        ck_assert_uint_eq(other->dpc.n, turn);
        ck_assert(conf->channel[0].dpc.last == conf_bus(conf, 1));
        ck_assert(!turn || other->dpc.last == conf_bus(conf, 12));
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_alc_4_an_allocated_channel_is_usable_at_once)
{
    struct conf *conf = conf_open(_i);

    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

static void refused(struct conf *conf, NET_DMA_CHANNEL_PARAMETERS bad)
{
    struct netdma_raw *raw;
    const uint64_t before = conf_word(conf);

    conf_no(netdma_raw_allocate(conf->subject->ops->handle(conf->world), &bad, NULL, &raw));
    ck_assert_ptr_null(raw);
    ck_assert_uint_eq(conf_word(conf), before);
}

/* Whatever is refused, afterwards all channels can still be had; then resources are short. */
START_TEST(r_alc_4_a_failed_allocation_leaves_nothing_behind)
{
    struct conf *conf = conf_open(_i);
    PVOID handle = conf->subject->ops->handle(conf->world);
    NET_DMA_CHANNEL_PARAMETERS good, bad;
    struct netdma_raw *raw[CHANNELS_MAX + 1];
    unsigned n = 0, channels = conf->subject->channels;
    uint64_t beyond = conf_info(conf).address_max + 1;   /* 0: there is no such address */

    conf_free(conf, 0);
    conf_parameters(conf, 0);
    conf_set_word(conf, CONF_MARK);
    good = conf->channel[0].parameters;
    for (unsigned turn = 0; turn < channels; turn++) {
        refused(conf, (bad = good, bad.Revision = 0, bad));
        refused(conf, (bad = good, bad.Revision = 3, bad));
        refused(conf, (bad = good, bad.Size = 35, bad));
        refused(conf, (bad = good, bad.Revision = 2, bad.Size = 55, bad));
        refused(conf, (bad = good, bad.Flags = 1, bad));
        refused(conf, (bad = good, bad.CompletionPhysicalAddress.QuadPart += 4, bad));
        if (beyond)
            refused(conf, (bad = good, bad.CompletionPhysicalAddress = conf_address(beyond), bad));
    }
    for (; n < channels; n++)
        conf_ok(netdma_raw_allocate(handle, &good, NULL, &raw[n]));
    conf_nt(netdma_raw_allocate(handle, &good, NULL, &raw[n]), STATUS_RESOURCES);
    while (n)
        netdma_raw_free(raw[--n]);
    conf_close(conf);
}
END_TEST

/* Another word after every allocation; the word is not written by the allocation itself. */
START_TEST(r_alc_5_the_completion_address_is_that_of_the_allocation)
{
    struct conf *conf = conf_open(_i);

    conf_free(conf, 0);
    for (unsigned turn = 0; turn < 2 * conf->subject->channels; turn++) {
        uint64_t *words = conf->memory.cpu;
        unsigned at = 40 * 8 + turn;         /* in slots that no list of this test uses */
        conf->channel[0].word = &words[at];
        conf->channel[0].parameters.CompletionVirtualAddress = &words[at];
        conf->channel[0].parameters.CompletionPhysicalAddress =
            conf_address(conf->memory.bus + at * sizeof *words);
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_allocate(conf, 0));
        conf_settle(conf);
        conf_check_word(conf, CONF_MARK);
        conf_list(conf, 0, 2);
        conf_ok(conf_start_list(conf, 0, 2));
        conf_await_idle(conf, 1);
        conf_free(conf, 0);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_alc_7_a_priority_above_the_highest_is_the_highest)
{
    struct conf *conf = conf_open(_i);
    struct netdma_raw *raw[CHANNELS_MAX];
    unsigned n = 0;

    conf_free(conf, 0);
    conf->channel[0].parameters.ChannelPriority = UINT32_MAX;
    for (; n < conf->subject->channels; n++)
        conf_ok(netdma_raw_allocate(conf->subject->ops->handle(conf->world),
                                    &conf->channel[0].parameters, NULL, &raw[n]));
    for (unsigned k = 0; k < n; k++)
        ck_assert_uint_eq(conf->subject->ops->priority(conf->world, k),
                          conf->subject->ops->priority_max);
    while (n)
        netdma_raw_free(raw[--n]);
    conf_close(conf);
}
END_TEST

/* Any number of times; a freed channel leaves the word alone and does not interrupt. */
START_TEST(r_fre_2_a_freed_channel_is_silent_and_can_be_allocated_again)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 3 * conf->subject->channels; turn++) {
        conf_check_works(conf);
        conf_free(conf, 0);
        unsigned isrs = conf->channel[0].isr.n;
        conf_set_word(conf, CONF_MARK);
        conf_settle(conf);
        conf_check_word(conf, CONF_MARK);
        ck_assert_uint_eq(conf->channel[0].isr.n, isrs);
        conf_ok(conf_allocate(conf, 0));
    }
    conf_close(conf);
}
END_TEST

/* What was started before does not count after the channel was allocated again. */
START_TEST(r_fre_1_a_channel_is_ready_and_no_more_after_free_and_allocate)
{
    struct conf *conf = conf_open(_i);

    for (enum conf_state state = CONF_READY; state < CONF_STATES; state++) {
        conf_enter(conf, state);
        if (state == CONF_ACTIVE || state == CONF_SUSPENDED)
            conf_ok(conf_abort(conf));
        conf_free(conf, 0);
        conf_ok(conf_allocate(conf, 0));
        conf_no(conf_append(conf, CONF_TAIL + 1, 4));
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

/* Nothing sleeps, also when the engine does not answer; the kernel reports broken levels. A
 * callback takes 1 ms at the most. */
START_TEST(r_thr_1_channel_callbacks_are_bounded_at_dispatch)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    if (conf->subject->ops->hold)
        conf->subject->ops->hold(conf->world, conf->src.bus + CONF_STRIDE, CONF_STRIDE);
    conf_list(conf, 0, 4);
    enum kernel_irql old = kernel_raise(conf->kernel, KERNEL_DISPATCH);
    conf_ok(conf_start_list(conf, 0, 4));
    kernel_stall(conf->kernel, 2000);
    NTSTATUS status = conf_suspend(conf, &last);
    if (conf->subject->ops->hold) {
        conf_nt(status, STATUS_UNSUCCESSFUL);
        conf->subject->ops->release(conf->world);
        kernel_stall(conf->kernel, 20000);
        conf_suspend(conf, &last);
    }
    conf_resume(conf);
    conf_append(conf, 4, 1);
    conf_ok(conf_abort(conf));
    conf_ok(conf_reset(conf));
    kernel_lower(conf->kernel, old);
    conf_check_works(conf);
    ck_assert_uint_gt(conf->longest_ns, 0);
    ck_assert_uint_le(conf->longest_ns, 1000000);
    conf_close(conf);
}
END_TEST

const struct conf_test conf_channels[] = {
    {&r_alc_2_each_channel_has_a_context_of_its_own, TWO_CHANNELS, "it runs two at a time"},
    {&r_alc_2_stopping_one_channel_leaves_the_other_alone, TWO_CHANNELS, "it stops one of two"},
    {&r_alc_3_a_line_interrupt_finds_its_channel, TWO_CHANNELS, "it tells two apart"},
    {&r_alc_3_interrupts_name_the_channel, TWO_CHANNELS, "it tells two apart"},
    {&r_alc_4_an_allocated_channel_is_usable_at_once, ANY, NULL},
    {&r_alc_4_a_failed_allocation_leaves_nothing_behind, ANY, NULL},
    {&r_alc_5_the_completion_address_is_that_of_the_allocation, ANY, NULL},
    {&r_alc_7_a_priority_above_the_highest_is_the_highest, ANY, NULL},
    {&r_fre_1_a_channel_is_ready_and_no_more_after_free_and_allocate, ANY, NULL},
    {&r_fre_2_a_freed_channel_is_silent_and_can_be_allocated_again, ANY, NULL},
    {&r_thr_1_channel_callbacks_are_bounded_at_dispatch, ANY, NULL},
    {NULL, ANY, NULL},
};
