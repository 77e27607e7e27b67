/* conformance_registration.c - version, registration, affinity, start and stop of a provider:
 * the NetDMA sheet, 4.1 to 4.3.
 */
#include "conformance.h"

#include <string.h>

/* ---- version and registration ---- */

/* NetDmaGetVersion is not there: the interface is 1.0, and so is what registers with it. */
START_TEST(r_ver_3_a_provider_loads_on_an_interface_of_1_0)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 1, 0);

    conf_add(conf);
    conf_start(conf);
    struct netdma_provider_info info = conf_info(conf);
    ck_assert_uint_eq(info.major, 1);
    ck_assert_uint_eq(info.minor, 0);
    conf_ok(conf_allocate(conf, 0));
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

START_TEST(r_reg_1_a_provider_registers_once_at_passive_before_its_start)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 2, 1);

    conf_add(conf);
    const struct netdma_call *call = conf_call(conf, NETDMA_CALL_REGISTER);
    ck_assert_ptr_nonnull(call);
    ck_assert_int_eq(call->irql, KERNEL_PASSIVE);
    ck_assert_int_eq(call->status, STATUS_SUCCESS);
    ck_assert_ptr_null(conf_call(conf, NETDMA_CALL_PROVIDER_START));
    conf_start(conf);
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_REGISTER), 1);
    conf_close(conf);
}
END_TEST

/* The affinities are there before the device is started, when interrupts are assigned. */
START_TEST(r_reg_2_interrupt_choices_exist_before_the_start)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 2, 1);
    unsigned spread = 0;

    conf_add(conf);
    ck_assert_ptr_nonnull(conf_call(conf, NETDMA_CALL_SET_AFFINITY));
    for (unsigned n = 0; n < conf->subject->channels; n++)
        spread |= 1u << conf->subject->ops->interrupt_cpu(conf->world, n);
    ck_assert_uint_eq(spread, (1u << (conf->subject->channels < 4 ? conf->subject->channels : 4)) - 1);
    conf_close(conf);
}
END_TEST

START_TEST(r_reg_3_later_calls_carry_the_handle)
{
    struct conf *conf = conf_open(_i);
    PVOID handle = conf->subject->ops->handle(conf->world);

    ck_assert_ptr_nonnull(handle);
    ck_assert_ptr_eq(conf_call(conf, NETDMA_CALL_PROVIDER_START)->provider, handle);
    conf_free(conf, 0);
    conf->subject->ops->stop_device(conf->world);
    ck_assert_ptr_eq(conf_call(conf, NETDMA_CALL_PROVIDER_STOP)->provider, handle);
    conf_close(conf);
}
END_TEST

/* ---- affinity ---- */

START_TEST(r_aff_3_affinity_is_taken_before_there_is_a_handle)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 2, 1);

    conf_add(conf);
    const struct netdma_call *affinity = conf_call(conf, NETDMA_CALL_SET_AFFINITY);
    ck_assert_ptr_nonnull(affinity);
    ck_assert(affinity < conf_call(conf, NETDMA_CALL_REGISTER));
    ck_assert_int_eq(affinity->status, STATUS_SUCCESS);
    conf_close(conf);
}
END_TEST

/* NetDMA spreads the channels over the CPUs: a client that accepts one CPU only gets the channel
 * whose message comes there. */
START_TEST(r_aff_4_messages_come_to_the_cpu_that_was_asked_for)
{
    struct conf *conf = conf_open(_i);

    for (unsigned cpu = 0; cpu < conf->subject->channels && cpu < conf->options.cpus; cpu++) {
        conf_move_to(conf, cpu);
        ck_assert_uint_eq(conf->channel[0].isr.n, 1);
        ck_assert_uint_eq(conf->channel[0].isr.cpu, cpu);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_aff_5_messages_are_used_where_the_platform_has_them)
{
    for (int msix = 0; msix < 2; msix++) {
        struct subject_options options = conf_options(_i);
        options.msix = msix;
        struct conf *conf = conf_open_world(_i, &options, 2, 1);
        conf_add(conf);
        conf_start(conf);
        conf_ok(conf_allocate(conf, 0));
        conf_check_works(conf);
        ck_assert_uint_eq(conf->channel[0].isr.n, 1);
        ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
        ck_assert_uint_eq(conf->subject->ops->messages(conf->world), msix);
        conf_close(conf);
    }
}
END_TEST

START_TEST(r_aff_6_without_messages_the_dpc_goes_where_the_mask_says)
{
    struct subject_options options = conf_options(_i);
    options.msix = false;
    struct conf *conf = conf_open_world(_i, &options, 2, 1);

    conf_add(conf);
    conf_start(conf);
    for (unsigned cpu = 0; cpu < options.cpus; cpu++) {
        conf->channel[0].parameters.ProcessorAffinityMask = 1u << cpu;
        conf_ok(conf_allocate(conf, 0));
        ck_assert_uint_eq(conf->channel[0].parameters.CpuNumber, cpu);
        conf_check_works(conf);
        ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
        ck_assert_uint_eq(conf->channel[0].dpc.cpu, cpu);
        conf_free(conf, 0);
    }
    conf_close(conf);
}
END_TEST

/* Every CPU in turn: when no channel's message comes there, at least the DPC does. */
START_TEST(r_aff_7_completions_come_to_a_cpu_of_the_mask)
{
    struct conf *conf = conf_open(_i);

    for (unsigned cpu = 0; cpu < conf->options.cpus; cpu++) {
        conf_move_to(conf, cpu);
        ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
        ck_assert_uint_eq(conf->channel[0].dpc.cpu, cpu);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_aff_8_the_chosen_cpu_is_returned)
{
    struct conf *conf = conf_open(_i);

    for (unsigned cpu = 0; cpu < conf->options.cpus; cpu++) {
        conf_free(conf, 0);
        conf_parameters(conf, 0);
        conf->channel[0].parameters.ProcessorAffinityMask = 1u << cpu;
        conf->channel[0].parameters.CpuNumber = 77;
        conf_ok(conf_allocate(conf, 0));
        ck_assert_uint_eq(conf->channel[0].parameters.CpuNumber, cpu);
    }
    conf_close(conf);
}
END_TEST

/* ---- start, stop, deregister ---- */

struct arrival {
    PVOID client;
    bool arrived;
    NTSTATUS allocated, requested;
    PVOID channel;
};

static void on_arrival(PVOID ctx, PVOID provider, const NET_DMA_PNP_NOTIFICATION *event)
{
    struct arrival *arrival = ctx;

    if (event->NotificationCode != NetDmaNotificationProviderArrival)
        return;
    arrival->arrived = true;
    arrival->allocated = NetDmaAllocateChannel(arrival->client, provider, NULL, &arrival->channel);
    arrival->requested = arrival->channel
                         ? NetDmaNullTransfer(arrival->channel, NULL, NULL, NULL)
                         : STATUS_UNSUCCESSFUL;
}

/* A client allocates a channel and uses it before NetDmaProviderStart returns. */
START_TEST(r_pst_1_callbacks_work_before_provider_start_returns)
{
    struct subject_options options = conf_options(_i);
    struct conf *conf = conf_open_world(_i, &options, 2, 1);
    const struct netdma_client_characteristics client = {.size = sizeof client,
                                                         .notify = on_arrival};
    struct arrival arrival = {0};
    struct netdma_channel_info info = {0};

    conf_add(conf);
    conf_ok(NetDmaRegisterClient(&arrival, &arrival.client, &client));
    conf->subject->ops->start_device(conf->world);
    ck_assert(arrival.arrived);
    conf_ok(arrival.allocated);
    conf_ok(arrival.requested);
    conf_ok(netdma_channel_info(arrival.channel, &info));
    ck_assert_uint_eq(info.starts, 1);
    conf_ok(netdma_wait(arrival.channel, 1, CONF_PATIENCE));
    NetDmaFreeChannel(arrival.channel);
    NetDmaDeregisterClient(arrival.client);
    conf->subject->ops->stop_device(conf->world);
    conf_close(conf);
}
END_TEST

START_TEST(r_pst_3_start_and_stop_alternate)
{
    struct conf *conf = conf_open(_i);

    for (unsigned n = 0; n < 3; n++) {
        conf_check_works(conf);
        conf_free(conf, 0);
        conf->subject->ops->stop_device(conf->world);
        conf->subject->ops->start_device(conf->world);
        conf_ok(conf_allocate(conf, 0));
    }
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_PROVIDER_START), 4);
    conf_close(conf);
}
END_TEST

/* The limit is 4096 or more, and a descriptor of 4096 bytes is carried out. */
START_TEST(r_pst_4_a_descriptor_moves_4096_bytes)
{
    struct conf *conf = conf_open(_i);

    ck_assert_uint_ge(conf_info(conf).transfer_max, 4096);
    conf_long_list(conf, 0, 1);
    ck_assert_uint_eq(conf->desc[0].TransferSize, 4096);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    conf_check_copied(conf, 0, 1);
    conf_close(conf);
}
END_TEST

/* Stop frees what is allocated and returns: interrupts of the last copies come during the call. */
START_TEST(r_psp_1_stop_works_with_a_channel_in_use)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 4);
    conf_ok(conf_start_list(conf, 0, 4));
    conf_await_idle(conf, 3);
    conf->subject->ops->stop_device(conf->world);
    ck_assert_ptr_null(netdma_raw_handle(conf->channel[0].raw));
    ck_assert_uint_eq(conf_called(conf, NETDMA_CALL_FREE), 1);
    conf_close(conf);
}
END_TEST

/* Taking the device away while it is started. */
START_TEST(r_psp_3_a_provider_stops_before_it_deregisters)
{
    struct conf *conf = conf_open(_i);

    conf_free(conf, 0);
    conf_remove(conf);
    const struct netdma_call *stop = conf_call(conf, NETDMA_CALL_PROVIDER_STOP);
    const struct netdma_call *deregister = conf_call(conf, NETDMA_CALL_DEREGISTER);
    ck_assert_ptr_nonnull(stop);
    ck_assert_ptr_nonnull(deregister);
    ck_assert(stop < deregister);
    conf_close(conf);
}
END_TEST

START_TEST(r_drg_1_deregistration_is_at_passive)
{
    struct conf *conf = conf_open(_i);

    conf_free(conf, 0);
    conf->subject->ops->stop_device(conf->world);
    conf_remove(conf);
    ck_assert_ptr_nonnull(conf_call(conf, NETDMA_CALL_DEREGISTER));
    ck_assert_int_eq(conf_call(conf, NETDMA_CALL_DEREGISTER)->irql, KERNEL_PASSIVE);
    conf_close(conf);
}
END_TEST

const struct conf_test conf_registration[] = {
    {&r_ver_3_a_provider_loads_on_an_interface_of_1_0, ANY, NULL},
    {&r_reg_1_a_provider_registers_once_at_passive_before_its_start, ANY, NULL},
    {&r_reg_2_interrupt_choices_exist_before_the_start, ANY, NULL},
    {&r_reg_3_later_calls_carry_the_handle, ANY, NULL},
    {&r_aff_3_affinity_is_taken_before_there_is_a_handle, ANY, NULL},
    {&r_aff_4_messages_come_to_the_cpu_that_was_asked_for, ANY, NULL},
    {&r_aff_5_messages_are_used_where_the_platform_has_them, ANY, NULL},
    {&r_aff_6_without_messages_the_dpc_goes_where_the_mask_says, ANY, NULL},
    {&r_aff_7_completions_come_to_a_cpu_of_the_mask, ANY, NULL},
    {&r_aff_8_the_chosen_cpu_is_returned, ANY, NULL},
    {&r_pst_1_callbacks_work_before_provider_start_returns, ANY, NULL},
    {&r_pst_3_start_and_stop_alternate, ANY, NULL},
    {&r_pst_4_a_descriptor_moves_4096_bytes, ANY, NULL},
    {&r_psp_1_stop_works_with_a_channel_in_use, ANY, NULL},
    {&r_psp_3_a_provider_stops_before_it_deregisters, ANY, NULL},
    {&r_drg_1_deregistration_is_at_passive, ANY, NULL},
    {NULL, ANY, NULL},
};
