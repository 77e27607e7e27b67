/* conformance_power.c - direct cache access and power: the NetDMA sheet, 4.17 and 4.18. */
#include "conformance.h"

/* ---- DCA ---- */

enum { CPU = 2 };

/* The channel whose interrupt comes to CPU; returns its number. */
static unsigned allocate_on_cpu(struct conf *conf)
{
    conf_free(conf, 0);
    conf->channel[0].parameters.ProcessorAffinityMask = 1u << CPU;
    conf_ok(conf_allocate(conf, 0));
    ck_assert_uint_eq(conf->channel[0].parameters.CpuNumber, CPU);
    for (unsigned n = 0; n < conf->subject->channels; n++)
        if (conf->subject->ops->interrupt_cpu(conf->world, n) == CPU)
            return n;
    return 0;
}

static void make_context_change(struct conf *conf, unsigned slot, uint8_t target)
{
    conf->desc[slot].ControlFlags = NET_DMA_OP_TYPE_CONTEXT_CHANGE | NET_DMA_DCA_CONTEXT_CHANGE |
                                    NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    conf->desc[slot].DCAContext32.DCAContext = target;
}

static void run(struct conf *conf, unsigned n)
{
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, n));
    conf_await_idle(conf, n - 1);
}

START_TEST(r_dca_1_a_provider_says_whether_it_has_dca)
{
    struct conf *conf = conf_open(_i);

    ck_assert(conf_info(conf).dca == conf->subject->dca);
    conf_close(conf);
}
END_TEST

START_TEST(r_dca_2_word_hints_go_to_the_cpu_that_was_returned)
{
    struct conf *conf = conf_open(_i);
    unsigned channel = allocate_on_cpu(conf);

    conf_list(conf, 0, 3);
    run(conf, 3);
    ck_assert_uint_eq(conf->subject->ops->hints(conf->world, channel).word_target,
                      kernel_apic_id(conf->kernel, CPU));
    conf_close(conf);
}
END_TEST

START_TEST(r_dca_3_each_word_has_its_hint)
{
    struct conf *conf = conf_open(_i);
    unsigned channel = allocate_on_cpu(conf);

    conf_list(conf, 0, 6);
    conf->desc[2].ControlFlags = conf->desc[3].ControlFlags = 0;
    run(conf, 6);
    ck_assert_uint_eq(conf->subject->ops->hints(conf->world, channel).words, 4);
    conf_close(conf);
}
END_TEST

START_TEST(r_dca_4_a_context_change_holds_until_the_next)
{
    struct conf *conf = conf_open(_i);
    unsigned channel = allocate_on_cpu(conf);

    for (unsigned target = 1; target < 4; target++) {
        conf_list(conf, 0, 3);
        make_context_change(conf, 0, (uint8_t)target);
        conf->desc[1].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
        conf->desc[2].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
        run(conf, 3);
        ck_assert_uint_eq(conf->subject->ops->hints(conf->world, channel).data_target, target);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_dca_6_the_destination_flag_asks_for_hints)
{
    struct conf *conf = conf_open(_i);
    unsigned channel = allocate_on_cpu(conf);

    conf_list(conf, 0, 2);
    make_context_change(conf, 0, 3);
    run(conf, 2);
    ck_assert_uint_eq(conf->subject->ops->hints(conf->world, channel).data, 0);
    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
    run(conf, 1);
    ck_assert_uint_gt(conf->subject->ops->hints(conf->world, channel).data, 0);
    conf_close(conf);
}
END_TEST

START_TEST(r_dca_7_the_destination_flag_changes_no_data)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    conf->desc[1].ControlFlags |= NET_DMA_DESTINATION_DCA_ENABLE;
    run(conf, 3);
    conf_check_copied(conf, 0, 3);
    conf_close(conf);
}
END_TEST

/* Operations that no one has defined, and the neighbours of those that are. */
START_TEST(r_dca_8_only_operation_0_is_a_copy)
{
    struct conf *conf = conf_open(_i);
    static const ULONG operations[] = {0x03, 0x7F, 0x80, 0xFE};

    for (unsigned n = 0; n < sizeof operations / sizeof operations[0]; n++) {
        conf_list(conf, 0, 3);
        conf->desc[1].ControlFlags |= operations[n] << 24;
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, 3));
        conf_await(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
        conf_check_untouched(conf, 1, 2);
    }
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

/* R-DCA-9, R-DCA-8: bit 0 is no interrupt; word, count and link are as usual, the target is no
 * size. */
START_TEST(r_dca_9_a_context_change_reports_counts_and_does_not_interrupt)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 4);
    conf->desc[3].ControlFlags &= ~NET_DMA_INTERRUPT_ON_COMPLETION;
    make_context_change(conf, 1, 200);
    conf->desc[2].ControlFlags &= ~NET_DMA_INTERRUPT_ON_COMPLETION;
    conf->desc[2].NextDescriptor = conf_address(conf->counted ? conf_bus(conf, 3) : 0);
    run(conf, 3);
    ck_assert_uint_eq(conf->channel[0].isr.n, 0);
    conf_check_copied(conf, 0, 1);
    conf_check_untouched(conf, 1, 1);
    conf_check_copied(conf, 2, 1);
    conf_check_untouched(conf, 3, 1);
    conf_list(conf, 0, 1);
    make_context_change(conf, 0, 1);
    run(conf, 1);                        /* its word came */
    ck_assert_uint_eq(conf->channel[0].isr.n, 0);
    conf_close(conf);
}
END_TEST

/* ---- power ---- */

static const struct netdma_call *event_at(const struct conf *conf, unsigned n)
{
    for (unsigned k = 0; k < conf->calls_n; k++)
        if (conf->calls[k].kind == NETDMA_CALL_PNP_EVENT && n-- == 0)
            return &conf->calls[k];
    return NULL;
}

/* While the clients are told, the channel still works: it is what they drain it with. */
START_TEST(r_pwr_1_power_down_is_announced)
{
    struct conf *conf = conf_open(_i);

    conf_check_works(conf);
    conf->subject->ops->power_down(conf->world);
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_PNP_EVENT), 1);
    ck_assert_uint_eq(event_at(conf, 0)->address, NetDmaNotificationProviderPowerDown);
    ck_assert_uint_eq(conf->channel[0].powered_down, 1);
    conf->subject->ops->power_up(conf->world);
    ck_assert_uint_eq(conf->channel[0].powered_up, 1);
    conf_close(conf);
}
END_TEST

START_TEST(r_pwr_5_channels_stay_allocated_across_power_down)
{
    for (int msix = 0; msix < 2; msix++) {
        struct subject_options options = conf_options(_i);
        options.msix = msix;
        struct conf *conf = conf_open_world(_i, &options, 2, 1);
        conf_add(conf);
        conf_start(conf);
        conf_ok(conf_allocate(conf, 0));
        for (unsigned n = 0; n < 3; n++) {
            conf->subject->ops->power_down(conf->world);
            conf->subject->ops->power_up(conf->world);
            unsigned dpcs = conf->channel[0].dpc.n;
            conf_check_works(conf);
            ck_assert_uint_eq(conf->channel[0].dpc.n, dpcs + 1);
        }
        conf_close(conf);
    }
}
END_TEST

START_TEST(r_pwr_6_nothing_is_appended_before_the_start_after_power_up)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_IDLE);
    conf->subject->ops->power_down(conf->world);
    conf_no(conf_start_list(conf, 0, 1));
    conf_no(conf_append(conf, 4, 1));
    conf->subject->ops->power_up(conf->world);
    conf_no(conf_append(conf, 4, 1));
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

/* A6 as well: a 1.0 provider sends no event; it asks for a start with address 0. */
START_TEST(r_pwr_7_a_provider_of_1_0_asks_for_a_start)
{
    struct subject_options options = conf_options(_i);
    options.major = 1;
    options.minor = 0;
    struct conf *conf = conf_open_world(_i, &options, 2, 1);

    conf_add(conf);
    conf_start(conf);
    conf_ok(conf_allocate(conf, 0));
    conf_check_works(conf);
    conf->subject->ops->power_down(conf->world);
    conf->subject->ops->power_up(conf->world);
    conf_settle(conf);
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_PNP_EVENT), 0);
    ck_assert(conf->channel[0].dpc.zero);
    conf_list(conf, 0, 1);
    conf->desc[0].ControlFlags |= NET_DMA_NULL_TRANSFER;
    run(conf, 1);
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

START_TEST(r_pwr_8_providers_send_power_events_and_no_others)
{
    struct conf *conf = conf_open(_i);

    for (unsigned n = 0; n < 2; n++) {
        conf->subject->ops->power_down(conf->world);
        conf->subject->ops->power_up(conf->world);
    }
    conf_enter(conf, CONF_HALTED);
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_PNP_EVENT), 4);
    for (unsigned n = 0; n < 4; n++) {
        ck_assert_uint_eq(event_at(conf, n)->address, n % 2 ? NetDmaNotificationProviderPowerUp
                                                            : NetDmaNotificationProviderPowerDown);
        ck_assert_int_eq(event_at(conf, n)->irql, KERNEL_PASSIVE);
    }
    conf_close(conf);
}
END_TEST

#define ONLY_DCA "only a DCA provider sends hints or is sent context changes (R-DCA-7)"
#define FROM_1_1 "a 1.0 provider has no events (R-VER-4)"

const struct conf_test conf_power[] = {
    {&r_dca_1_a_provider_says_whether_it_has_dca, ANY, NULL},
    {&r_dca_2_word_hints_go_to_the_cpu_that_was_returned, DCA, ONLY_DCA},
    {&r_dca_3_each_word_has_its_hint, DCA, ONLY_DCA},
    {&r_dca_4_a_context_change_holds_until_the_next, DCA, ONLY_DCA},
    {&r_dca_6_the_destination_flag_asks_for_hints, DCA, ONLY_DCA},
    {&r_dca_7_the_destination_flag_changes_no_data, ANY, NULL},
    {&r_dca_8_only_operation_0_is_a_copy, ANY, NULL},
    {&r_dca_9_a_context_change_reports_counts_and_does_not_interrupt, DCA, ONLY_DCA},
    {&r_pwr_1_power_down_is_announced, POWER_EVENTS, FROM_1_1},
    {&r_pwr_5_channels_stay_allocated_across_power_down, ANY, NULL},
    {&r_pwr_6_nothing_is_appended_before_the_start_after_power_up, ANY, NULL},
    {&r_pwr_7_a_provider_of_1_0_asks_for_a_start, LISTS, "1.0 has lists only"},
    {&r_pwr_8_providers_send_power_events_and_no_others, POWER_EVENTS, FROM_1_1},
    {NULL, ANY, NULL},
};
