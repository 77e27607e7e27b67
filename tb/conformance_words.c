/* conformance_words.c - completion word, interrupts, errors: the NetDMA sheet, 4.12, 4.13, 4.16. */
#include "conformance.h"

enum { BATCH = 4, NO_SUCH_OPERATION = 0x7F000000 };

/* ---- completion word ---- */

START_TEST(r_sta_1_a_list_that_asks_for_no_word_gets_none)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, BATCH);
    for (unsigned slot = 0; slot < BATCH; slot++)
        conf->desc[slot].ControlFlags = slot == BATCH - 1 ? NET_DMA_INTERRUPT_ON_COMPLETION : 0;
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, BATCH));
    conf_settle(conf);
    conf_settle(conf);
    conf_check_copied(conf, 0, BATCH);
    conf_check_word(conf, CONF_MARK);
    conf_close(conf);
}
END_TEST

/* Each tick: only the two that ask are ever named. */
START_TEST(r_sta_1_only_descriptors_that_ask_are_named)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 8);
    for (unsigned slot = 0; slot < 8; slot++)
        if (slot != 2 && slot != 6)
            conf->desc[slot].ControlFlags = 0;
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, 8));
    for (unsigned n = 0; n < 1500; n++) {
        uint64_t word = conf_word(conf);
        ck_assert_msg(word == CONF_MARK ||
                      word == conf_word_of(conf, 2, NetDmaTransferStatusActive) ||
                      word == conf_word_of(conf, 6, NetDmaTransferStatusActive),
                      "the word is 0x%llx", (unsigned long long)word);
        conf_pass(conf, CONF_TICK);
    }
    conf_check_word(conf, conf_word_of(conf, 6, NetDmaTransferStatusActive));
    conf_check_copied(conf, 0, 8);
    conf_close(conf);
}
END_TEST

START_TEST(r_sta_2_the_word_is_the_full_address_and_the_status)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 1);
    conf_set_word(conf, UINT64_MAX);
    conf_ok(conf_start_list(conf, 0, 1));
    conf_await_idle(conf, 0);
    ck_assert_uint_gt(conf_word(conf), UINT32_MAX);
    ck_assert_uint_eq(conf_word(conf) & 0x38, 0);
    conf_close(conf);
}
END_TEST

/* Single descriptors, so that no word is merged: Active while one remains, Idle for the last. */
START_TEST(r_sta_3_active_while_descriptors_remain_and_idle_for_the_last)
{
    struct conf *conf = conf_open(_i);
    unsigned active = 0, idle = 0;
    uint64_t word, seen = CONF_MARK;

    conf_long_list(conf, 0, BATCH);
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, BATCH));
    for (unsigned ns = 0; !idle && ns < CONF_PATIENCE; ns += CONF_TICK) {
        conf_pass(conf, CONF_TICK);
        word = conf_word(conf);
        if (word == seen)
            continue;
        seen = word;
        unsigned done = conf_done(conf, word, 0, BATCH);
        ck_assert_uint_eq(word & NET_DMA_TRANSFER_STATUS_MASK,
                          done == BATCH ? NetDmaTransferStatusIdle : NetDmaTransferStatusActive);
        active += done < BATCH;
        idle += done == BATCH;
    }
    ck_assert_uint_eq(idle, 1);
    ck_assert_uint_ge(active, 1);
    conf_close(conf);
}
END_TEST

/* Looked at every tick: every value is a whole one. */
START_TEST(r_sta_4_the_word_is_written_in_one_piece)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 4; turn++) {
        conf_list(conf, 0, 8);
        conf_settle(conf);
        conf_set_word(conf, turn % 2 ? UINT64_MAX & ~UINT64_C(0x3F) : 0);
        const uint64_t before = conf_word(conf);
        conf_ok(conf_start_list(conf, 0, 8));
        for (unsigned n = 0; n < 1000; n++) {
            uint64_t word = conf_word(conf);
            ck_assert(word == before || conf_done(conf, word, 0, 8) > 0);
            conf_pass(conf, CONF_TICK);
        }
        conf_await_idle(conf, 7);
    }
    conf_close(conf);
}
END_TEST

/* Whenever the word has changed, the data is there; whenever the interrupt comes, the word is. */
START_TEST(r_sta_5_data_then_word_then_interrupt)
{
    struct conf *conf = conf_open(_i);
    unsigned isrs = 0;

    conf_list(conf, 0, 8);
    for (unsigned slot = 0; slot < 8; slot++)
        conf->desc[slot].ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 8));
    for (unsigned n = 0; n < 1500; n++) {
        conf_pass(conf, CONF_TICK);
        conf_check_copied(conf, 0, conf_done(conf, conf_word(conf), 0, 8));
        if (conf->channel[0].isr.n == isrs)
            continue;
        isrs = conf->channel[0].isr.n;
        ck_assert_uint_ge(conf->channel[0].isr.word & ~UINT64_C(0x3F), conf->channel[0].isr.last);
        ck_assert_uint_gt(conf_done(conf, conf->channel[0].isr.word, 0, 8), 0);
    }
    ck_assert_uint_gt(isrs, 0);
    conf_await_idle(conf, 7);
    conf_close(conf);
}
END_TEST

/* From activity and from rest. */
START_TEST(r_sta_6_suspend_writes_2_abort_and_reset_write_3)
{
    static const enum conf_state states[] = {CONF_ACTIVE, CONF_IDLE};
    struct conf *conf = conf_open(_i);
    uint64_t last;

    for (unsigned n = 0; n < 2; n++) {
        conf_enter(conf, states[n]);
        conf_ok(conf_suspend(conf, &last));
        ck_assert_uint_eq(conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK, 2);
        conf_ok(conf_abort(conf));
        ck_assert_uint_eq(conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK, 3);
        conf_enter(conf, states[n]);
        conf_ok(conf_abort(conf));
        ck_assert_uint_eq(conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK, 3);
        conf_enter(conf, states[n]);
        conf_ok(conf_reset(conf));
        ck_assert_uint_eq(conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK, 3);
    }
    conf_close(conf);
}
END_TEST

/* At every moment of a list: what a stop names is copied, what it does not name was not
 * reported before. */
START_TEST(r_sta_7_halted_names_the_last_good_descriptor)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, BATCH);
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        unsigned before = conf_done(conf, conf_word(conf), 0, BATCH);
        conf_ok(n % 2 ? conf_reset(conf) : conf_abort(conf));
        unsigned done = conf_done(conf, conf_word(conf), 0, BATCH);
        ck_assert_uint_ge(done, before);
        conf_check_copied(conf, 0, done);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_sta_7_halted_is_bare_when_nothing_completed)
{
    struct conf *conf = conf_open(_i);

    conf_long_list(conf, 0, BATCH);
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, BATCH));
    conf_pass(conf, 25 * CONF_TICK);
    ck_assert_uint_eq(conf_word(conf), CONF_MARK);
    conf_ok(conf_abort(conf));
    conf_check_word(conf, NetDmaTransferStatusHalted);
    conf_close(conf);
}
END_TEST

START_TEST(r_sta_8_an_error_writes_3)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_HALTED);
    conf_check_word(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_close(conf);
}
END_TEST

/* Status 4 is for registers: memory goes from whatever it was to the first completion. */
START_TEST(r_sta_9_armed_is_not_written)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 3; turn++) {
        conf_list(conf, 0, 1);
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_start_list(conf, 0, 1));
        for (unsigned k = 0; k < 1000 && conf_word(conf) == CONF_MARK; k++)
            conf_pass(conf, CONF_TICK);
        conf_check_word(conf, conf_word_of(conf, 0, NetDmaTransferStatusIdle));
        conf_settle(conf);
    }
    conf_close(conf);
}
END_TEST

/* ---- interrupts ---- */

/* All four combinations of word and interrupt, alone in a list each. */
START_TEST(r_int_1_word_and_interrupt_are_asked_for_separately)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 8; turn++) {
        ULONG flags = (turn & 1 ? NET_DMA_INTERRUPT_ON_COMPLETION : 0) |
                      (turn & 2 ? NET_DMA_STATUS_UPDATE_ON_COMPLETION : 0);
        unsigned isrs = conf->channel[0].isr.n, dpcs = conf->channel[0].dpc.n;
        conf_list(conf, 0, 1);
        conf->desc[0].ControlFlags = flags;
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_start_list(conf, 0, 1));
        conf_settle(conf);
        conf_check_copied(conf, 0, 1);
        ck_assert_uint_eq(conf->channel[0].isr.n - isrs, turn & 1);
        ck_assert_uint_eq(conf->channel[0].dpc.n - dpcs, turn & 1);
        conf_check_word(conf, turn & 2 ? conf_word_of(conf, 0, NetDmaTransferStatusIdle)
                                       : CONF_MARK);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_int_2_the_isr_names_the_last_completed_descriptor)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 3; turn++) {
        conf_list(conf, turn * 10, 3);
        conf_ok(conf_start_list(conf, turn * 10, 3));
        conf_await_idle(conf, turn * 10 + 2);
        ck_assert_uint_eq(conf->channel[0].isr.n, turn + 1);
        ck_assert_uint_eq(conf->channel[0].isr.last, conf_bus(conf, turn * 10 + 2));
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_int_3_the_dpc_runs_where_netdma_says)
{
    struct conf *conf = conf_open(_i);

    for (unsigned cpu = 0; cpu < conf->options.cpus; cpu++) {
        conf_move_to(conf, cpu);
        ck_assert_uint_eq(conf->channel[0].isr.n, 1);
        ck_assert_uint_eq(conf->channel[0].dpc.cpu, conf->channel[0].isr.told);
    }
    conf_close(conf);
}
END_TEST

/* The first of many interrupts: the engine is past it when the routine looks. */
START_TEST(r_int_4_isr_and_dpc_may_name_a_later_descriptor)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 8);
    conf->desc[0].ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
    conf->desc[7].ControlFlags &= ~NET_DMA_INTERRUPT_ON_COMPLETION;
    conf_ok(conf_start_list(conf, 0, 8));
    enum kernel_irql old = kernel_raise(conf->kernel, KERNEL_DIRQL);
    kernel_stall(conf->kernel, 20000);   /* the interrupt is held off */
    kernel_lower(conf->kernel, old);
    conf_settle(conf);
    ck_assert_uint_eq(conf->channel[0].isr.n, 1);
    ck_assert_uint_eq(conf->channel[0].isr.last, conf_bus(conf, 7));
    ck_assert_uint_eq(conf->channel[0].dpc.last, conf_bus(conf, 7));
    conf_close(conf);
}
END_TEST

START_TEST(r_int_5_the_dpc_names_the_last_completed_descriptor)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    conf_ok(conf_start_list(conf, 0, 3));
    conf_await_idle(conf, 2);
    ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
    ck_assert_uint_eq(conf->channel[0].dpc.last, conf_bus(conf, 2));
    conf_close(conf);
}
END_TEST

/* Interrupts of lists one behind the other may merge, but the last one asked for is told. */
START_TEST(r_int_7_an_interrupt_follows_the_last_one_asked_for)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, 2);

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, 2);
        conf_list(conf, 2, 1);
        unsigned dpcs = conf->channel[0].dpc.n, isrs = conf->channel[0].isr.n;
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, 2));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(conf_append(conf, 2, 1));
        conf_await_idle(conf, 2);
        ck_assert_uint_gt(conf->channel[0].dpc.n, dpcs);
        ck_assert_uint_le(conf->channel[0].isr.n, isrs + 2);
        ck_assert_msg(conf->channel[0].dpc.last == conf_bus(conf, 2),
                      "moment %u: the last interrupt was lost", n);
    }
    conf_close(conf);
}
END_TEST

/* No descriptor asks for an interrupt. */
START_TEST(r_int_9_an_error_interrupts_whatever_the_flags)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    for (unsigned slot = 0; slot < 3; slot++)
        conf->desc[slot].ControlFlags = NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    conf->desc[1].ControlFlags |= NO_SUCH_OPERATION;
    conf_ok(conf_start_list(conf, 0, 3));
    conf_settle(conf);
    conf_settle(conf);
    ck_assert_uint_eq(conf->channel[0].isr.n, 1);
    ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
    conf_close(conf);
}
END_TEST

/* ---- errors ---- */

/* A failing read, where the subject can make one; else an operation that does not exist. */
static void fail_at_1(struct conf *conf)
{
    conf_list(conf, 0, 4);
    if (conf->subject->ops->fail_read)
        conf->subject->ops->fail_read(conf->world, conf->src.bus + CONF_STRIDE, CONF_STRIDE);
    else
        conf->desc[1].ControlFlags |= NO_SUCH_OPERATION;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 4));
    conf_await(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_settle(conf);
}

START_TEST(r_err_1_an_error_stops_the_channel)
{
    struct conf *conf = conf_open(_i);

    fail_at_1(conf);
    conf_check_copied(conf, 0, 1);
    conf_no(conf_append(conf, 8, 1));
    conf_settle(conf);
    conf_check_word(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_close(conf);
}
END_TEST

/* The read that fails is that of the descriptor; and of the first one, when nothing is done yet. */
START_TEST(r_err_1_a_descriptor_that_cannot_be_read_stops_the_channel)
{
    struct conf *conf = conf_open(_i);

    for (unsigned slot = 0; slot < 2; slot++) {
        conf_list(conf, 0, 4);
        conf->subject->ops->fail_read(conf->world, conf_bus(conf, slot), sizeof *conf->desc);
        conf->channel[0].dpc.zero = false;
        conf_set_word(conf, CONF_MARK);
        conf_ok(conf_start_list(conf, 0, 4));
        conf_settle(conf);
        conf_settle(conf);
        conf_check_copied(conf, 0, slot);
        conf_check_untouched(conf, slot, 4 - slot);
        ck_assert(conf->channel[0].dpc.zero);
        if (slot || conf_word(conf) != CONF_MARK)        /* nothing asked for the word yet (A2) */
            conf_check_word(conf, slot ? conf_word_of(conf, 0, NetDmaTransferStatusHalted)
                                       : NetDmaTransferStatusHalted);
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_err_2_an_error_is_reported_with_address_0)
{
    struct conf *conf = conf_open(_i);

    fail_at_1(conf);
    ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
    ck_assert_uint_eq(conf->channel[0].dpc.last, 0);
    conf_check_works(conf);
    ck_assert_uint_eq(conf->channel[0].dpc.last, conf_bus(conf, 41));
    conf_close(conf);
}
END_TEST

START_TEST(r_err_3_a_start_recovers_with_or_without_abort_or_reset)
{
    struct conf *conf = conf_open(_i);

    for (unsigned turn = 0; turn < 6; turn++) {
        fail_at_1(conf);
        if (turn % 3 == 1)
            conf_ok(conf_abort(conf));
        if (turn % 3 == 2)
            conf_ok(conf_reset(conf));
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

const struct conf_test conf_words[] = {
    {&r_sta_1_a_list_that_asks_for_no_word_gets_none, ANY, NULL},
    {&r_sta_1_only_descriptors_that_ask_are_named, ANY, NULL},
    {&r_sta_2_the_word_is_the_full_address_and_the_status, ANY, NULL},
    {&r_sta_3_active_while_descriptors_remain_and_idle_for_the_last, ANY, NULL},
    {&r_sta_4_the_word_is_written_in_one_piece, ANY, NULL},
    {&r_sta_5_data_then_word_then_interrupt, ANY, NULL},
    {&r_sta_6_suspend_writes_2_abort_and_reset_write_3, ANY, NULL},
    {&r_sta_7_halted_names_the_last_good_descriptor, ANY, NULL},
    {&r_sta_7_halted_is_bare_when_nothing_completed, ANY, NULL},
    {&r_sta_8_an_error_writes_3, ANY, NULL},
    {&r_sta_9_armed_is_not_written, ANY, NULL},
    {&r_int_1_word_and_interrupt_are_asked_for_separately, ANY, NULL},
    {&r_int_2_the_isr_names_the_last_completed_descriptor, ANY, NULL},
    {&r_int_3_the_dpc_runs_where_netdma_says, ANY, NULL},
    {&r_int_4_isr_and_dpc_may_name_a_later_descriptor, ANY, NULL},
    {&r_int_5_the_dpc_names_the_last_completed_descriptor, ANY, NULL},
    {&r_int_7_an_interrupt_follows_the_last_one_asked_for, ANY, NULL},
    {&r_int_9_an_error_interrupts_whatever_the_flags, ANY, NULL},
    {&r_err_1_an_error_stops_the_channel, ANY, NULL},
    {&r_err_1_a_descriptor_that_cannot_be_read_stops_the_channel, ANY, NULL},
    {&r_err_2_an_error_is_reported_with_address_0, ANY, NULL},
    {&r_err_3_a_start_recovers_with_or_without_abort_or_reset, ANY, NULL},
    {NULL, ANY, NULL},
};
