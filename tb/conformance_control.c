/* conformance_control.c - suspend, resume, abort, reset: the NetDMA sheet, 4.14 and 4.15; and the
 * table of states, 4.19, cell by cell.
 */
#include "conformance.h"

#include <string.h>

enum { BATCH = 4 };

/* A list, and a suspension at a moment of it. Returns how many descriptors were done. */
static unsigned suspend_at(struct conf *conf, uint64_t ns, uint64_t *last)
{
    conf_list(conf, 0, BATCH);
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, BATCH));
    conf_pass(conf, ns);
    *last = CONF_MARK;
    conf_ok(conf_suspend(conf, last));
    return conf_done(conf, *last, 0, BATCH);
}

/* ---- suspend ---- */

START_TEST(r_sus_1_suspend_ends_between_two_descriptors)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    unsigned stopped = 0;
    uint64_t last;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned done = suspend_at(conf, n * sweep.step_ns, &last);
        conf_check_copied(conf, 0, done);
        conf_check_untouched(conf, done, BATCH - done);
        conf_settle(conf);
        conf_check_untouched(conf, done, BATCH - done);
        stopped += done > 0 && done < BATCH;
        conf_ok(conf_abort(conf));
    }
    ck_assert_uint_gt(stopped, 0);
    conf_close(conf);
}
END_TEST

START_TEST(r_sus_2_suspend_returns_the_last_processed_descriptor)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    uint64_t last;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned done = suspend_at(conf, n * sweep.step_ns, &last), copied = 0;
        while (copied < BATCH && conf_is_copied(conf, copied))
            copied++;
        ck_assert_uint_eq(done, copied);
        ck_assert_uint_eq(last, done ? conf_bus(conf, done - 1) : 0);
        conf_ok(conf_abort(conf));
    }
    conf_close(conf);
}
END_TEST

/* With nothing processed, the sheet leaves open whether reporting is on (A2). */
START_TEST(r_sus_3_the_word_says_suspended_when_suspend_returns)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    uint64_t last;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned done = suspend_at(conf, n * sweep.step_ns, &last);
        if (done || conf_word(conf) != CONF_MARK)
            conf_check_word(conf, last | NetDmaTransferStatusSuspend);
        conf_settle(conf);
        if (done)
            conf_check_word(conf, last | NetDmaTransferStatusSuspend);
        conf_ok(conf_abort(conf));
    }
    conf_close(conf);
}
END_TEST

/* A start overtakes a list, and is suspended before or after it took effect: the old list is
 * over, the new one waits for the resume. What "last" is when nothing of the new list is done is left
 * open (R-SUS-2, R-RES-2), but word and address agree. */
START_TEST(r_sus_3_a_suspension_behind_a_start_holds_the_new_list)
{
    struct conf *conf = conf_open(_i);

    for (unsigned n = 0; n < 256; n++) {
        uint64_t last = CONF_MARK;
        conf_list(conf, 0, BATCH);
        conf_list(conf, BATCH, 2);
        conf_list(conf, 20, BATCH);
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_await_idle(conf, BATCH - 1);
        conf_ok(conf_append(conf, BATCH, 2));
        conf_pass(conf, n / 16 * 3 * CONF_TICK);
        conf_ok(conf_start_list(conf, 20, BATCH));
        conf_pass(conf, n % 16 * 2 * CONF_TICK);
        conf_ok(conf_suspend(conf, &last));
        if (last)
            conf_check_word(conf, last | NetDmaTransferStatusSuspend);
        unsigned done = 0;
        while (done < BATCH && conf_is_copied(conf, 20 + done))
            done++;
        ck_assert(!done || last == conf_bus(conf, 20 + done - 1));
        conf_settle(conf);
        conf_check_untouched(conf, 20 + done, BATCH - done);
        conf_ok(conf_resume(conf));
        if (done < BATCH)
            conf_await_idle(conf, 20 + BATCH - 1);
        conf_check_copied(conf, 20, BATCH);
        conf_settle(conf);
    }
    conf_close(conf);
}
END_TEST

/* Each descriptor asks for an interrupt; those that are done when suspend returns have given
 * one, the last of them after it at the latest. */
START_TEST(r_sus_4_the_interrupt_of_the_current_descriptor_comes)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);

    for (unsigned n = 0; n < sweep.moments; n++) {
        uint64_t last;
        conf_list(conf, 0, BATCH);
        for (unsigned slot = 0; slot < BATCH; slot++)
            conf->desc[slot].ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
        conf->channel[0].dpc = (struct conf_events){0};
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(conf_suspend(conf, &last));
        conf_settle(conf);
        ck_assert_msg(!last || conf->channel[0].dpc.last == last,
                      "moment %u: no interrupt for the last descriptor", n);
        conf_ok(conf_abort(conf));
        conf_settle(conf);
    }
    conf_close(conf);
}
END_TEST

/* What waits is rewritten: the first becomes null, and a new one is put behind it. */
START_TEST(r_sus_5_the_list_may_be_rewritten_while_suspended)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    unsigned rewritten = 0;
    uint64_t last;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned done = suspend_at(conf, n * sweep.step_ns, &last);
        if (done + 2 <= BATCH) {
            rewritten++;
            conf->desc[done].ControlFlags |= NET_DMA_NULL_TRANSFER;
            conf->desc[done + 1].DestinationAddress =
                conf_address(conf->dst.bus + 20 * CONF_STRIDE);
            memset((char *)conf->dst.cpu + 20 * CONF_STRIDE, 0, CONF_PIECE);
        }
        conf_ok(conf_resume(conf));
        if (done < BATCH)
            conf_await_idle(conf, BATCH - 1);
        conf_settle(conf);
        if (done + 2 <= BATCH) {
            conf_check_untouched(conf, done, 2);
            ck_assert_mem_eq((char *)conf->dst.cpu + 20 * CONF_STRIDE, conf_source(conf, done + 1),
                             CONF_PIECE);
        }
    }
    ck_assert_uint_gt(rewritten, 2);
    conf_close(conf);
}
END_TEST

/* ---- resume ---- */

/* The link of the last processed descriptor leads elsewhere now, in both list models. */
START_TEST(r_res_1_resume_takes_the_link_as_it_reads_now)
{
    struct conf *conf = conf_open(_i);
    struct conf_sweep sweep = conf_sweep(conf, BATCH);
    unsigned led = 0;
    uint64_t last;

    for (unsigned n = 0; n < sweep.moments; n++) {
        unsigned done = suspend_at(conf, n * sweep.step_ns, &last);
        conf_list(conf, 20, BATCH);
        if (!done || done == BATCH) {
            conf_ok(conf_abort(conf));
            continue;
        }
        led++;
        unsigned left = BATCH - done, first = 20 + BATCH - left;
        conf_link(conf, done - 1, first);
        conf_ok(conf_resume(conf));
        conf_await_idle(conf, 20 + BATCH - 1);
        conf_check_copied(conf, first, left);
        conf_check_untouched(conf, done, left);
    }
    ck_assert_uint_gt(led, 0);
    conf_close(conf);
}
END_TEST

/* Suspended so early that nothing was processed, where the provider can be caught at that:
 * the list runs from its beginning. */
/* Resumed and suspended again, over and over, at shifting distances: everything runs once. */
START_TEST(r_res_1_suspend_and_resume_lose_and_repeat_nothing)
{
    struct conf *conf = conf_open(_i);

    for (unsigned gap = 0; gap < 30; gap++) {
        uint64_t last = 0;
        conf_list(conf, 0, 8);
        conf_set_word(conf, 0);
        conf_ok(conf_start_list(conf, 0, 8));
        for (unsigned n = 0; n < 6; n++) {
            conf_pass(conf, gap * CONF_TICK);
            conf_ok(conf_suspend(conf, &last));
            conf_check_copied(conf, 0, conf_done(conf, last, 0, 8));
            conf_ok(conf_resume(conf));
        }
        if (conf_done(conf, last, 0, 8) < 8)
            conf_await_idle(conf, 7);
        conf_check_copied(conf, 0, 8);
        conf_settle(conf);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_res_2_resume_with_nothing_processed_begins_at_the_start)
{
    struct conf *conf = conf_open(_i);

    for (unsigned n = 0; n < 12; n++) {
        uint64_t last;
        suspend_at(conf, n * CONF_TICK, &last);
        conf_ok(conf_resume(conf));
        if (conf_done(conf, last, 0, BATCH) < BATCH)
            conf_await_idle(conf, BATCH - 1);
        conf_check_copied(conf, 0, BATCH);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_res_3_resume_with_nothing_left_repeats_nothing)
{
    struct conf *conf = conf_open(_i);

    conf_enter(conf, CONF_SUSPENDED);
    unsigned isrs = conf->channel[0].isr.n;
    conf_destination(conf, 3)[0] ^= 0xFF;
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_resume(conf));
    conf_settle(conf);
    conf_check_word(conf, CONF_MARK);
    ck_assert_uint_eq(conf->channel[0].isr.n, isrs);
    ck_assert(!conf_is_copied(conf, 3));
    conf_list(conf, 4, 1);
    conf_ok(conf_append(conf, 4, 1));    /* idle, not suspended */
    conf_await_idle(conf, 4);
    conf_close(conf);
}
END_TEST

START_TEST(r_res_4_suspend_and_resume_leave_the_count_alone)
{
    struct conf *conf = conf_open(_i);
    uint64_t last;

    conf_list(conf, 0, 16);
    conf_ok(conf_start_list(conf, 0, 12));
    for (unsigned n = 0; n < 6; n++) {
        conf_pass(conf, 20 * CONF_TICK);
        conf_ok(conf_suspend(conf, &last));
        conf_pass(conf, 20 * CONF_TICK);
        conf_ok(conf_resume(conf));
    }
    if (conf_done(conf, last, 0, 12) < 12)
        conf_await_idle(conf, 11);
    conf_settle(conf);
    conf_check_copied(conf, 0, 12);
    conf_check_untouched(conf, 12, 4);
    conf_close(conf);
}
END_TEST

/* ---- abort, reset ---- */

typedef NTSTATUS stop_fn(struct conf *conf);

/* Eight long descriptors; the stop comes as soon as the first is done. The second, which is under
 * way or has not begun, is not completed, and nothing moves later. */
static void check_stops_at_once(struct conf *conf, stop_fn *stop)
{
    unsigned current = 0;

    conf_enter(conf, CONF_ACTIVE);
    while (current < CONF_TAIL && conf_is_copied(conf, current))
        current++;
    conf_ok(stop(conf));
    for (unsigned turn = 0; turn < 2; turn++) {
        ck_assert_msg(!conf_is_copied(conf, current), "slot %u was completed", current);
        conf_check_untouched(conf, current + 3, CONF_TAIL - current - 2);
        conf_settle(conf);
    }
}

/* After the stop at every moment: the word stays, nothing is written, nobody interrupts. Old
 * descriptors are poison by then. */
static void check_silence(struct conf *conf, stop_fn *stop)
{
    struct conf_sweep sweep = conf_sweep(conf, BATCH);

    for (unsigned n = 0; n < sweep.moments; n++) {
        conf_list(conf, 0, BATCH);
        conf_set_word(conf, 0);
        conf_settle(conf);
        unsigned before = conf->channel[0].isr.n;
        conf_ok(conf_start_list(conf, 0, BATCH));
        conf_pass(conf, n * sweep.step_ns);
        conf_ok(stop(conf));
        uint64_t word = conf_word(conf);
        unsigned done = conf_done(conf, word, 0, BATCH);
        memset(conf->desc, 0xFF, BATCH * sizeof *conf->desc);
        memset(conf->dst.cpu, 0, BATCH * CONF_STRIDE);
        conf_settle(conf);
        conf_check_word(conf, word);
        for (unsigned slot = 0; slot < BATCH; slot++)
            ck_assert_msg(conf_is_untouched(conf, slot), "moment %u: slot %u written later", n, slot);
        if (done < BATCH)
            ck_assert_msg(conf->channel[0].isr.n == before, "moment %u: a late interrupt", n);
        ck_assert(!conf->channel[0].dpc.zero);
    }
}

START_TEST(r_abt_1_abort_stops_at_once)
{
    struct conf *conf = conf_open(_i);

    check_stops_at_once(conf, conf_abort);
    conf_close(conf);
}
END_TEST

static void check_halted_word(struct conf *conf, stop_fn *stop)
{
    static const enum conf_state states[] = {CONF_ACTIVE, CONF_IDLE, CONF_SUSPENDED};

    for (unsigned n = 0; n < 3; n++) {
        conf_enter(conf, states[n]);
        conf_ok(stop(conf));
        ck_assert_msg((conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK) == NetDmaTransferStatusHalted,
                      "%s: the word is 0x%llx", conf_state_names[states[n]],
                      (unsigned long long)conf_word(conf));
        ck_assert_uint_ge(conf_done(conf, conf_word(conf), 0, CONF_TAIL + 1), 1);
    }
}

START_TEST(r_abt_2_abort_writes_halted)
{
    struct conf *conf = conf_open(_i);

    check_halted_word(conf, conf_abort);
    conf_close(conf);
}
END_TEST

START_TEST(r_abt_3_an_aborted_channel_can_be_started)
{
    struct conf *conf = conf_open(_i);

    for (enum conf_state state = CONF_READY; state < CONF_STATES; state++) {
        conf_enter(conf, state);
        conf_ok(conf_abort(conf));
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

/* The channel is on its way from one list to another when it is stopped. */
START_TEST(r_abt_3_a_start_just_before_an_abort_leaves_nothing)
{
    struct conf *conf = conf_open(_i);

    conf_check_works(conf);              /* a descriptor that asked for the word (A2) */
    for (unsigned n = 0; n < 24; n++) {
        conf_long_list(conf, 0, 4);
        conf_list(conf, 20, 4);
        conf_ok(conf_start_list(conf, 0, 4));
        conf_pass(conf, n * 3 * CONF_TICK);
        conf_ok(conf_start_list(conf, 20, 4));
        conf_pass(conf, n % 5 * CONF_TICK);
        conf_ok(n % 2 ? conf_reset(conf) : conf_abort(conf));
        ck_assert_uint_eq(conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK,
                          NetDmaTransferStatusHalted);
        bool ended = conf_is_copied(conf, 23);
        conf_settle(conf);
        ck_assert(ended || !conf_is_copied(conf, 23));
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_abt_4_nothing_follows_an_abort)
{
    struct conf *conf = conf_open(_i);

    check_silence(conf, conf_abort);
    conf_close(conf);
}
END_TEST

START_TEST(r_rst_1_reset_stops_at_once)
{
    struct conf *conf = conf_open(_i);

    check_stops_at_once(conf, conf_reset);
    conf_close(conf);
}
END_TEST

START_TEST(r_rst_2_reset_writes_halted)
{
    struct conf *conf = conf_open(_i);

    check_halted_word(conf, conf_reset);
    conf_close(conf);
}
END_TEST

/* Word and CPU are kept; list and count are not: an append finds nothing to go on with. */
START_TEST(r_rst_3_a_reset_channel_is_as_allocated)
{
    struct conf *conf = conf_open(_i);

    for (enum conf_state state = CONF_READY; state < CONF_STATES; state++) {
        conf_enter(conf, state);
        conf_ok(conf_reset(conf));
        conf_no(conf_append(conf, CONF_TAIL + 1, 4));
        conf_no(conf_resume(conf));
        unsigned dpcs = conf->channel[0].dpc.n;
        conf_check_works(conf);
        ck_assert_uint_eq(conf->channel[0].dpc.n, dpcs + 1);
        ck_assert_uint_eq(conf->channel[0].dpc.cpu, conf->channel[0].parameters.CpuNumber);
        conf_settle(conf);
        conf_check_untouched(conf, CONF_TAIL + 1, 4);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_rst_4_no_descriptor_from_before_a_reset_is_touched)
{
    struct conf *conf = conf_open(_i);

    check_silence(conf, conf_reset);
    conf_close(conf);
}
END_TEST

START_TEST(r_rst_5_a_reset_channel_can_be_started)
{
    struct conf *conf = conf_open(_i);

    for (unsigned n = 0; n < 3; n++) {
        conf_enter(conf, CONF_ACTIVE);
        conf_ok(conf_reset(conf));
        conf_check_works(conf);
    }
    conf_close(conf);
}
END_TEST

/* ---- the table of states ---- */

enum callback { START, APPEND, SUSPEND, RESUME, ABORT, RESET, FREE, CALLBACKS };
static const char *const callback_names[CALLBACKS] = {"start", "append", "suspend", "resume",
                                                      "abort", "reset", "free"};

enum word { KEPT, IS_SUSPENDED, IS_HALTED };

/* One cell: what the call returns, what the word says when it has returned, and what the channel
 * is afterwards. */
struct cell {
    bool taken;
    enum word word;
    enum conf_state then;
};

#define REFUSED(state)     {false, KEPT, state}
#define TAKEN(word, state) {true, word, state}
static const struct cell cells[CALLBACKS][CONF_STATES] = {
    [START] = {TAKEN(KEPT, CONF_ACTIVE), TAKEN(KEPT, CONF_ACTIVE), TAKEN(KEPT, CONF_ACTIVE),
               TAKEN(KEPT, CONF_ACTIVE), TAKEN(KEPT, CONF_ACTIVE)},
    [APPEND] = {REFUSED(CONF_READY), TAKEN(KEPT, CONF_ACTIVE), TAKEN(KEPT, CONF_ACTIVE),
                TAKEN(KEPT, CONF_SUSPENDED), REFUSED(CONF_HALTED)},
    [SUSPEND] = {REFUSED(CONF_READY), TAKEN(IS_SUSPENDED, CONF_SUSPENDED),
                 TAKEN(IS_SUSPENDED, CONF_SUSPENDED), TAKEN(IS_SUSPENDED, CONF_SUSPENDED),
                 REFUSED(CONF_HALTED)},
    [RESUME] = {REFUSED(CONF_READY), REFUSED(CONF_ACTIVE), REFUSED(CONF_IDLE),
                TAKEN(KEPT, CONF_IDLE), REFUSED(CONF_HALTED)},
    [ABORT] = {TAKEN(KEPT, CONF_READY), TAKEN(IS_HALTED, CONF_READY), TAKEN(IS_HALTED, CONF_READY),
               TAKEN(IS_HALTED, CONF_READY), TAKEN(IS_HALTED, CONF_READY)},
    [RESET] = {TAKEN(KEPT, CONF_READY), TAKEN(IS_HALTED, CONF_READY), TAKEN(IS_HALTED, CONF_READY),
               TAKEN(IS_HALTED, CONF_READY), TAKEN(IS_HALTED, CONF_READY)},
    /* Abort or Reset comes before Free where something may be under way; then →U. */
    [FREE] = {TAKEN(KEPT, CONF_READY), TAKEN(KEPT, CONF_READY), TAKEN(KEPT, CONF_READY),
              TAKEN(KEPT, CONF_READY), TAKEN(KEPT, CONF_READY)},
};
_Static_assert(CALLBACKS * CONF_STATES == CONF_CELLS, "every cell");

/* The four slots that conf_enter prepared, behind the list that it ran. */
static NTSTATUS append_behind(struct conf *conf, enum conf_state state)
{
    unsigned tail = state == CONF_ACTIVE ? CONF_TAIL : 3, at = tail + 1;

    conf_list(conf, at, 4);
    return conf_append(conf, at, 4);
}

static NTSTATUS call_in(struct conf *conf, enum callback callback, enum conf_state state)
{
    uint64_t last;

    switch (callback) {
    case START:
        conf_list(conf, 20, 2);
        return conf_start_list(conf, 20, 2);
    case APPEND: return append_behind(conf, state);
    case SUSPEND: return conf_suspend(conf, &last);
    case RESUME: return conf_resume(conf);
    case ABORT: return conf_abort(conf);
    case RESET: return conf_reset(conf);
    case FREE:
        if (state == CONF_ACTIVE || state == CONF_SUSPENDED)
            conf_ok(conf_abort(conf));
        if (state == CONF_HALTED)
            conf_ok(conf_reset(conf));
        conf_set_word(conf, CONF_MARK);
        conf_free(conf, 0);
        conf_settle(conf);
        conf_check_word(conf, CONF_MARK);
        return conf_allocate(conf, 0);
    case CALLBACKS: break;
    }
    return STATUS_UNSUCCESSFUL;
}

/* What tells this state from the others: which calls it takes, and what they do. */
static void check_is(struct conf *conf, enum conf_state state, enum callback callback,
                     enum conf_state before)
{
    uint64_t last;

    switch (state) {
    case CONF_ACTIVE:            /* it was told what to do; that is done completely */
        if (callback == START) {
            conf_await_idle(conf, 21);
            conf_check_copied(conf, 20, 2);
        } else if (callback == APPEND) {
            unsigned end = before == CONF_ACTIVE ? CONF_TAIL + 4 : 7;
            conf_await_idle(conf, end);
            conf_check_copied(conf, 0, end + 1);
        } else {
            conf_await_idle(conf, CONF_TAIL);
            conf_check_copied(conf, 0, CONF_TAIL + 1);
        }
        break;
    case CONF_IDLE:
        conf_settle(conf);
        conf_no(conf_resume(conf));
        conf_ok(append_behind(conf, CONF_IDLE));
        conf_await_idle(conf, 7);
        conf_check_copied(conf, 0, 8);
        break;
    case CONF_SUSPENDED: {
        uint64_t word = conf_word(conf);
        conf_settle(conf);
        conf_check_word(conf, word);
        conf_ok(conf_suspend(conf, &last));      /* the same again */
        ck_assert_uint_eq(last | NetDmaTransferStatusSuspend, word);
        conf_ok(conf_resume(conf));
        unsigned end = before == CONF_ACTIVE ? CONF_TAIL : callback == APPEND ? 7 : 3;
        if (last != conf_bus(conf, end))
            conf_await_idle(conf, end);
        conf_check_copied(conf, 0, end + 1);
        break;
    }
    case CONF_READY:
    case CONF_HALTED:
        conf_settle(conf);
        conf_no(conf_append(conf, 30, 1));
        conf_no(conf_suspend(conf, &last));
        conf_no(conf_resume(conf));
        break;
    case CONF_STATES: break;
    }
}

START_TEST(state_table_cell)
{
    struct conf *conf = conf_open(_i / CONF_CELLS);
    enum callback callback = (enum callback)(_i % CONF_CELLS / CONF_STATES);
    enum conf_state state = (enum conf_state)(_i % CONF_STATES);
    const struct cell *cell = &cells[callback][state];
    const char *name = callback_names[callback], *in = conf_state_names[state];

    conf_set_word(conf, CONF_MARK);
    conf_enter(conf, state);
    uint64_t word = conf_word(conf);
    NTSTATUS status = call_in(conf, callback, state);
    ck_assert_msg(status == (cell->taken ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL),
                  "%s while %s returned 0x%08X", name, in, (unsigned)status);
    if (cell->word == IS_SUSPENDED || cell->word == IS_HALTED)
        ck_assert_msg((conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK) ==
                      (uint64_t)(cell->word == IS_SUSPENDED ? NetDmaTransferStatusSuspend
                                                            : NetDmaTransferStatusHalted),
                      "%s while %s: the word is 0x%llx", name, in,
                      (unsigned long long)conf_word(conf));
    else if (state != CONF_ACTIVE && callback != FREE && cell->then != CONF_ACTIVE)
        ck_assert_msg(conf_word(conf) == word, "%s while %s wrote the word", name, in);
    check_is(conf, cell->then, callback, state);
    conf_check_works(conf);
    conf_close(conf);
}
END_TEST

const TTest *const *const conf_cell_test = &state_table_cell;

const struct conf_test conf_control[] = {
    {&r_sus_1_suspend_ends_between_two_descriptors, ANY, NULL},
    {&r_sus_2_suspend_returns_the_last_processed_descriptor, ANY, NULL},
    {&r_sus_3_the_word_says_suspended_when_suspend_returns, ANY, NULL},
    {&r_sus_3_a_suspension_behind_a_start_holds_the_new_list, ANY, NULL},
    {&r_sus_4_the_interrupt_of_the_current_descriptor_comes, ANY, NULL},
    {&r_sus_5_the_list_may_be_rewritten_while_suspended, ANY, NULL},
    {&r_res_1_resume_takes_the_link_as_it_reads_now, ANY, NULL},
    {&r_res_1_suspend_and_resume_lose_and_repeat_nothing, ANY, NULL},
    {&r_res_2_resume_with_nothing_processed_begins_at_the_start, ANY, NULL},
    {&r_res_3_resume_with_nothing_left_repeats_nothing, ANY, NULL},
    {&r_res_4_suspend_and_resume_leave_the_count_alone, COUNTS, "1.x lists have no count"},
    {&r_abt_1_abort_stops_at_once, ANY, NULL},
    {&r_abt_2_abort_writes_halted, ANY, NULL},
    {&r_abt_3_an_aborted_channel_can_be_started, ANY, NULL},
    {&r_abt_3_a_start_just_before_an_abort_leaves_nothing, ANY, NULL},
    {&r_abt_4_nothing_follows_an_abort, ANY, NULL},
    {&r_rst_1_reset_stops_at_once, ANY, NULL},
    {&r_rst_2_reset_writes_halted, ANY, NULL},
    {&r_rst_3_a_reset_channel_is_as_allocated, ANY, NULL},
    {&r_rst_4_no_descriptor_from_before_a_reset_is_touched, ANY, NULL},
    {&r_rst_5_a_reset_channel_can_be_started, ANY, NULL},
    {NULL, ANY, NULL},
};
