/* conformance_ambiguities.c - where the sources of NetDMA are silent or disagree, the sheet
 * recommends a reading (section 6). Those that a provider shows are pinned here, by number.
 */
#include "conformance.h"

#include <string.h>

enum { BATCH = 4, LINE = 64 };

START_TEST(ambiguity_01_descriptors_lie_at_multiples_of_64)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 2);
    for (unsigned off = 8; off < LINE; off += 8)
        conf_no(netdma_raw_start(conf->channel[0].raw, conf->desc, conf_bus(conf, 0) + off, 1));
    conf_check_works(conf);
    ck_assert_uint_eq(conf_word(conf) & 0x38, 0);
    for (unsigned off = 8; off < LINE; off += 8)
        conf_no(netdma_raw_append(conf->channel[0].raw, conf->desc, conf_bus(conf, 42) + off, 1));
    conf_list(conf, 0, 3);
    conf->desc[0].NextDescriptor.QuadPart += 8;
    conf_ok(conf_start_list(conf, 0, 3));
    conf_await(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_close(conf);
}
END_TEST

/* Reporting is on when the newest descriptor asks for the word: then a stop is reported from
 * every state. When none asks, a stop writes what it would write, or nothing. */
START_TEST(ambiguity_02_a_stop_is_reported_where_the_newest_descriptor_asks)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    for (unsigned asks = 0; asks < 2; asks++) {
        conf_list(conf, 0, BATCH);
        for (unsigned slot = 0; slot < BATCH; slot++)
            conf->desc[slot].ControlFlags = asks ? NET_DMA_STATUS_UPDATE_ON_COMPLETION : 0;
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_settle(conf);
        conf_settle(conf);
        conf_check_copied(conf, 0, BATCH);
        conf_ok(conf_suspend(conf, &last));
        ck_assert_uint_eq(last, conf_bus(conf, BATCH - 1));
        if (asks || conf_word(conf) != CONF_MARK)
            conf_check_word(conf, last | NetDmaTransferStatusSuspend);
        conf_ok(conf_abort(conf));
        if (asks || conf_word(conf) != CONF_MARK)
            conf_check_word(conf, last | NetDmaTransferStatusHalted);
    }
    conf_close(conf);
}
END_TEST

/* NetDMA reads through the pointer that it gets back. */
START_TEST(ambiguity_03_the_last_descriptor_stands_behind_the_pointer)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_IDLE);
    for (unsigned n = 0; n < 3; n++) {
        uint64_t last = CONF_MARK;
        conf_ok(conf_suspend(conf, &last));
        ck_assert_uint_eq(last, conf_bus(conf, 3));
    }
    conf_close(conf);
}
END_TEST

/* 1.x: the count is wrong in either direction. 2.x: the link of the last one is 0. */
START_TEST(ambiguity_04_lists_ignore_counts_and_counts_ignore_terminators)
{
    struct conf *conf = conf_open(_i);
    static const ULONG counts[] = {1, 3, 100};

    for (unsigned n = 0; n < 3; n++) {
        conf_list(conf, 0, BATCH);
        if (conf->counted)
            conf->desc[BATCH - 1].NextDescriptor.QuadPart = 0;
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, conf->counted ? BATCH : counts[n]));
        conf_await_idle(conf, BATCH - 1);
        conf_check_copied(conf, 0, BATCH);
    }
    conf_close(conf);
}
END_TEST

START_TEST(ambiguity_05_a_provider_works_without_being_given_affinities)
{
    struct subject_options options = conf_options(_i);
    options.msix = false;
    struct conf *conf = conf_open_world(_i, &options, 2, 1);

    conf_add(conf);
    conf_start(conf);
    ck_assert_ptr_null(conf_call(conf, NETDMA_CALL_SET_AFFINITY));
    conf_ok(conf_allocate(conf, 0));
    conf_check_works(conf);
    ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
    conf_close(conf);
}
END_TEST

/* A deleted descriptor becomes a null transfer, and the number of them stays. */
START_TEST(ambiguity_07_a_deleted_descriptor_still_counts)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    conf_long_list(conf, 0, 8);
    conf_list(conf, 8, 2);
    conf_ok(conf_start_list(conf, 0, 8));
    conf_pass(conf, 50 * CONF_TICK);
    conf_ok(conf_suspend(conf, &last));
    ck_assert_uint_lt(conf_done(conf, last, 0, 8), 7);
    conf->desc[7].ControlFlags |= NET_DMA_NULL_TRANSFER;
    conf_ok(conf_resume(conf));
    conf_await_idle(conf, 7);
    conf_settle(conf);
    conf_check_copied(conf, 0, 7);
    conf_check_untouched(conf, 7, 3);
    conf_close(conf);
}
END_TEST

/* Flags of a context change: status counts; bit 0 is no interrupt; 1, 2 and 5 to 9 are ignored. */
START_TEST(ambiguity_08_a_context_change_honours_status_and_nothing_else)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags = NET_DMA_OP_TYPE_CONTEXT_CHANGE | NET_DMA_DCA_CONTEXT_CHANGE |
                                 NET_DMA_STATUS_UPDATE_ON_COMPLETION | NET_DMA_SOURCE_NO_SNOOP |
                                 NET_DMA_DESTINATION_NO_SNOOP | NET_DMA_SOURCE_PAGE_BREAK |
                                 NET_DMA_DESTINATION_PAGE_BREAK | NET_DMA_DESTINATION_DCA_ENABLE;
    conf->desc[0].NextSourceAddress = conf_address(3);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    ck_assert_uint_eq(conf->channel[0].isr.n, 0);
    conf_check_untouched(conf, 0, 1);
    conf_close(conf);
}
END_TEST

/* The target of data hints after a context change to 3, then a stop, then a copy. */
static uint32_t target_after(struct conf *conf, NTSTATUS (*stop)(struct conf *conf))
{
    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags = NET_DMA_OP_TYPE_CONTEXT_CHANGE | NET_DMA_DCA_CONTEXT_CHANGE |
                                 NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    conf->desc[0].DCAContext32.DCAContext = 3;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    conf_ok(stop(conf));
    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    return conf->subject->ops->hints(conf->world, 0).data_target;
}

START_TEST(ambiguity_10_abort_keeps_the_dca_context_and_reset_clears_it)
{
    struct conf *conf = conf_open(_i);

    conf_free(conf, 0);
    conf->channel[0].parameters.ProcessorAffinityMask = 1;
    conf_ok(conf_allocate(conf, 0));
    ck_assert_uint_eq(target_after(conf, conf_abort), 3);
    ck_assert_uint_eq(target_after(conf, conf_reset), 0);
    conf_close(conf);
}
END_TEST

/* The suspension ends and what was left of the old list is dropped. */
START_TEST(ambiguity_11_a_start_wins_over_a_suspension)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    conf_enter(conf, CONF_ACTIVE);
    conf_ok(conf_suspend(conf, &last));
    unsigned done = conf_done(conf, last, 0, CONF_TAIL + 1);
    ck_assert_uint_le(done, CONF_TAIL);
    conf_check_works(conf);
    conf_settle(conf);
    conf_check_untouched(conf, done, CONF_TAIL + 1 - done);
    conf_no(conf_resume(conf));
    conf_close(conf);
}
END_TEST

/* Wherever an append meets the last completion, Idle is not the end of it. */
START_TEST(ambiguity_12_idle_may_be_followed_by_more)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 1);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    conf_long_list(conf, 1, 3);
    conf_ok(conf_append(conf, 1, 3));
    for (unsigned n = 0; n < 4000 && conf_word(conf) == conf_word_of(conf, 0, 1); n++)
        conf_pass(conf, CONF_TICK);
    conf_check_word(conf, conf_word_of(conf, 1, NetDmaTransferStatusActive));
    conf_await_idle(conf, 3);
    conf_close(conf);
}
END_TEST

START_TEST(ambiguity_13_halted_names_what_completed_and_0_when_nothing_did)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 2);
    conf->desc[0].ControlFlags |= 0x7F000000;
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await(conf, NetDmaTransferStatusHalted);
    conf_list(conf, 0, 2);
    conf->desc[1].ControlFlags |= 0x7F000000;
    conf_ok(conf_start_list(conf, 0, 2));
    conf_await(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_close(conf);
}
END_TEST

START_TEST(ambiguity_14_revision_1_has_36_or_40_bytes)
{
    struct conf *conf = conf_open(_i);

    for (USHORT size = 36; size <= 40; size += 4) {
        conf_free(conf, 0);
        conf_parameters(conf, 0);
        conf->channel[0].parameters.Size = size;
        conf_ok(conf_allocate(conf, 0));
        conf_check_works(conf);
    }
    conf_free(conf, 0);
    conf_parameters(conf, 0);
    conf->channel[0].parameters.Revision = NET_DMA_CHANNEL_REVISION_2;
    conf->channel[0].parameters.Size = 56;
    conf_ok(conf_allocate(conf, 0));
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

START_TEST(ambiguity_15_a_provider_registers_its_interface_version)
{
    struct subject_options options = conf_options(_i);

    for (options.minor = 0; options.minor < 2; options.minor++) {
        struct conf *conf = conf_open_world(_i, &options, 2, 1);
        conf_add(conf);
        conf_start(conf);
        struct netdma_provider_info info = conf_info(conf);
        ck_assert_uint_eq(info.major, options.major);
        ck_assert_uint_eq(info.minor, options.minor);
        conf_ok(conf_allocate(conf, 0));
        conf_check_works(conf);
        conf_close(conf);
    }
}
END_TEST

/* All 64 bits arrive. */
START_TEST(ambiguity_16_interrupt_calls_take_the_address_by_value)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 1);
    ck_assert_uint_gt(conf_bus(conf, 0), UINT32_MAX);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    ck_assert_uint_eq(conf->channel[0].isr.last, conf_bus(conf, 0));
    ck_assert_uint_eq(conf->channel[0].dpc.last, conf_bus(conf, 0));
    conf_close(conf);
}
END_TEST

/* A size in entries would reach one channel in eight. */
START_TEST(ambiguity_17_affinities_of_all_channels_are_taken)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 2, 1);
    unsigned seen = 0;

    conf_add(conf);
    for (unsigned n = 0; n < conf->subject->channels; n++)
        seen |= 1u << conf->subject->ops->interrupt_cpu(conf->world, n);
    for (unsigned n = 0; n < conf->subject->channels && n < options.cpus; n++)
        ck_assert_msg(seen >> n & 1, "no channel interrupts CPU %u", n);
    conf_close(conf);
}
END_TEST

/* What no provider is sent ends in a halt, but a hint that it cannot give is ignored. Reserved
 * bits are left open: the sheet and K-32 disagree. */
START_TEST(ambiguity_21_unknown_operations_halt_and_dca_is_ignored)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_HALTED);
    conf_check_untouched(conf, 1, 3);
    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    conf_check_copied(conf, 0, 1);
    conf_close(conf);
}
END_TEST

START_TEST(ambiguity_22_all_four_optional_callbacks_are_there)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    conf_enter(conf, CONF_IDLE);
    conf_ok(conf_suspend(conf, &last));
    conf_ok(conf_resume(conf));
    conf_settle(conf);
    conf_ok(conf_abort(conf));
    conf_ok(conf_reset(conf));
    conf_close(conf);
}
END_TEST

#define ONLY_DCA "only a DCA provider has a DCA context"

const struct conf_test conf_ambiguities[] = {
    {&ambiguity_01_descriptors_lie_at_multiples_of_64, ANY, NULL},
    {&ambiguity_02_a_stop_is_reported_where_the_newest_descriptor_asks, ANY, NULL},
    {&ambiguity_03_the_last_descriptor_stands_behind_the_pointer, ANY, NULL},
    {&ambiguity_04_lists_ignore_counts_and_counts_ignore_terminators, ANY, NULL},
    {&ambiguity_05_a_provider_works_without_being_given_affinities, ANY, NULL},
    {&ambiguity_07_a_deleted_descriptor_still_counts, COUNTS, "1.x lists have no count"},
    {&ambiguity_08_a_context_change_honours_status_and_nothing_else, DCA, ONLY_DCA},
    {&ambiguity_10_abort_keeps_the_dca_context_and_reset_clears_it, DCA, ONLY_DCA},
    {&ambiguity_11_a_start_wins_over_a_suspension, ANY, NULL},
    {&ambiguity_12_idle_may_be_followed_by_more, ANY, NULL},
    {&ambiguity_13_halted_names_what_completed_and_0_when_nothing_did, ANY, NULL},
    {&ambiguity_14_revision_1_has_36_or_40_bytes, ANY, NULL},
    {&ambiguity_15_a_provider_registers_its_interface_version, ANY, NULL},
    {&ambiguity_16_interrupt_calls_take_the_address_by_value, ANY, NULL},
    {&ambiguity_17_affinities_of_all_channels_are_taken, ANY, NULL},
    {&ambiguity_21_unknown_operations_halt_and_dca_is_ignored, ANY, NULL},
    {&ambiguity_22_all_four_optional_callbacks_are_there, ANY, NULL},
    {NULL, ANY, NULL},
};
