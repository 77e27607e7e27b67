/* test_null.c - descriptors that move nothing: NULL, size 0, context change. */
#include "batch.h"
#include "tb.h"

/* Fields that would be errors or faults if anybody looked at them. */
static void spoil(struct tb *tb, uint64_t bus)
{
    struct ioat_desc *desc = tb_desc(tb, bus);

    desc->src = tb->hole + 3;
    desc->dst = ~UINT64_C(0) - 6;
    desc->next_src = tb->hole + 1;
    desc->next_dst = 7;
}

/* No payload request, and the one word that says all are done. */
static void expect_done_without_data(struct tb *tb, uint64_t last)
{
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, IDLE));
    tb_assert_word(tb, 0, TB_WORD(last, IDLE));
    tb_assert_eq(tb, tb->watch[0].data_ar.n, 0);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 0);
}

/* H-D04, R-NUL-1, R-NUL-3: any size, garbage everywhere, page breaks set. */
START_TEST(h_d04_null_of_any_size_moves_nothing)
{
    static const uint32_t sizes[] = { 0, 1, 8, 4096, 1u << 20, (1u << 20) + 1, UINT32_MAX };
    enum { N = sizeof sizes / sizeof sizes[0] };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[2 * N];

    tb_setup(tb, 0, 0);
    for (unsigned i = 0; i < 2 * N; i++) {
        bus[i] = tb_null(tb, i < N ? 0 : IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK);
        tb_desc(tb, bus[i])->size = sizes[i % N];
        spoil(tb, bus[i]);
    }
    tb_desc(tb, bus[2 * N - 1])->control |= IOAT_CONTROL_COMPL_WRITE;
    tb_chain(tb, bus, 2 * N);
    tb_start_count(tb, 0, bus[0], 2 * N);
    expect_done_without_data(tb, bus[2 * N - 1]);
    tb_close(tb);
}
END_TEST

/* H-D04, K-32: the flag wins over every operation that is known. */
START_TEST(h_d04_null_flag_wins_over_fill_and_context)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[3] = {
        tb_op(tb, IOAT_CONTROL_OP_FILL, IOAT_CONTROL_NULL_XFER),
        tb_op(tb, IOAT_CONTROL_OP_CONTEXT, IOAT_CONTROL_NULL_XFER),
        tb_op(tb, IOAT_CONTROL_OP_COPY, IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE),
    };

    tb_setup(tb, 0, 0);
    for (unsigned i = 0; i < 3; i++) {
        tb_desc(tb, bus[i])->size = 777;
        spoil(tb, bus[i]);
    }
    tb_chain(tb, bus, 3);
    tb_start_count(tb, 0, bus[0], 3);
    expect_done_without_data(tb, bus[2]);
    tb_close(tb);
}
END_TEST

/* H-D04, R-NUL-2, H-S11: the batch marker: word and interrupt come after the data of all
 * descriptors before it, however late that is answered. */
START_TEST(r_nul_2_null_reports_after_all_earlier_data)
{
    struct ioat_sim_timing slow = { .read_latency = 5, .write_latency = 300, .jitter = 100 };
    struct tb *tb = tb_open(&slow);
    static struct batch batch;
    uint64_t marker;

    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 6; i++)
        batch_copy(&batch, i, 2 * i, 400 + i, 0);
    marker = tb_null(tb, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    batch_add(&batch, marker);
    batch_prepare(&batch);
    tb_start_count(tb, 0, batch.bus[0], (uint16_t)batch.n);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_assert(tb, tb->watch[0].data_b.last < tb->watch[0].word_aw.first,
              "the word was sent at clock %llu, the last data answer came at %llu",
              (unsigned long long)tb->watch[0].word_aw.first,
              (unsigned long long)tb->watch[0].data_b.last);
    tb_assert(tb, tb->watch[0].word_b.last < tb->watch[0].msg_aw.first,
              "the message was sent before the word was answered");
    tb_assert_word(tb, 0, TB_WORD(marker, IDLE));
    batch_finish(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* R-NUL-4, H-S11: it consumes one count and its NEXT is followed, wherever that leads. */
START_TEST(r_nul_4_null_counts_and_its_next_is_followed)
{
    struct tb *tb = tb_open(NULL);
    uint64_t a = tb_slot(tb, 5000), b = tb_slot(tb, 17), c = tb_slot(tb, 900);
    uint64_t order[3] = { a, b, c };

    tb_setup(tb, 0, 0);
    for (unsigned i = 0; i < 3; i++)
        *tb_desc(tb, order[i]) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE,
            .next = order[(i + 1) % 3],
        };
    for (unsigned count = 1; count <= 7; count++) {
        tb_note(tb, "count %u", count);
        tb_start_count(tb, 0, a, (uint16_t)count);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(order[(count - 1) % 3], IDLE));
    }
    tb_close(tb);
}
END_TEST

/* H-D04, R-INT-1: all four combinations of word and interrupt on a null. */
START_TEST(h_d04_null_honours_word_and_interrupt_flags)
{
    uint32_t flags = (_i & 1 ? IOAT_CONTROL_COMPL_WRITE : 0) | (_i & 2 ? IOAT_CONTROL_INT_EN : 0);
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_null(tb, flags);

    tb_note(tb, "flags %#x", flags);
    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_step(tb, 500);
    tb_assert_word(tb, 0, _i & 1 ? TB_WORD(bus, IDLE) : TB_NO_WORD);
    tb_assert_eq(tb, tb_messages(tb, 0), _i & 2 ? 1 : 0);
    tb_close(tb);
}
END_TEST

/* H-D05, R-DSC-2, K-30: size 0 needs no NULL flag, and nobody looks at its addresses. */
START_TEST(h_d05_size_0_completes_without_data_access)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[5] = {
        tb_op(tb, IOAT_CONTROL_OP_COPY, 0),
        tb_op(tb, IOAT_CONTROL_OP_FILL, 0),
        tb_op(tb, IOAT_CONTROL_OP_COPY, IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK),
        tb_op(tb, IOAT_CONTROL_OP_COPY, IOAT_CONTROL_FENCE),
        tb_op(tb, IOAT_CONTROL_OP_COPY, IOAT_CONTROL_COMPL_WRITE),
    };

    tb_setup(tb, 0, 0);
    for (unsigned i = 1; i < 5; i++)
        spoil(tb, bus[i]);
    tb_chain(tb, bus, 5);
    tb_start_count(tb, 0, bus[0], 5);
    expect_done_without_data(tb, bus[4]);
    tb_close(tb);
}
END_TEST

/* H-D05: between copies it disturbs neither. */
START_TEST(h_d05_empty_descriptors_between_copies_change_nothing)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 60; i++) {
        uint32_t word = tb_rand_below(tb, 2) ? IOAT_CONTROL_COMPL_WRITE : 0;

        batch_copy(&batch, i % 8, i % 3, 1 + (uint32_t)tb_rand_below(tb, 400), word);
        switch (tb_rand_below(tb, 4)) {
        case 0: batch_add(&batch, tb_null(tb, word)); break;
        case 1: batch_add(&batch, tb_op(tb, IOAT_CONTROL_OP_COPY, word)); break;
        case 2: batch_add(&batch, tb_op(tb, IOAT_CONTROL_OP_FILL, word)); break;
        default: batch_add(&batch, tb_op(tb, IOAT_CONTROL_OP_CONTEXT, word)); break;
        }
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

enum { NULLS_MAX = 28 };

/* A copy, `nulls`, and `copies`, answered one a clock: the nulls complete while the answers to the copies behind them are
 * counted. A copy that comes later does not profit from them. */
static void copies_around_nulls(struct tb *tb, unsigned nulls, unsigned copies)
{
    const struct tb_buf src = tb_src(tb, 8 * (copies + 1), 0), dst = tb_dst(tb, 8 * (copies + 1), 0);
    const struct tb_buf late = tb_dst(tb, 8, 0);
    uint64_t bus[2 * NULLS_MAX + 1];
    unsigned n = 0;

    bus[n++] = tb_copy(tb, dst.bus, src.bus, 8, 0);
    for (unsigned i = 0; i < nulls; i++)
        bus[n++] = tb_null(tb, 0);
    for (unsigned i = 1; i <= copies; i++)
        bus[n++] = tb_copy(tb, dst.bus + 8 * i, src.bus + 8 * i, 8, i == copies ? IOAT_CONTROL_COMPL_WRITE : 0);
    tb_chain(tb, bus, n);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, dst.bytes);
    tb_setup(tb, 0, 0);
    tb_watch_clear(tb);
    tb_start_count(tb, 0, bus[0], (uint16_t)n);
    tb_step(tb, 1000);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, copies + 1);
    tb_assert_word(tb, 0, TB_NO_WORD);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_word(tb, 0, TB_WORD(bus[n - 1], IDLE), TB_LONG);
    tb_check_copy(tb, &dst, &src, src.bytes);

    const uint64_t last = tb_copy(tb, late.bus, src.bus, 8, IOAT_CONTROL_COMPL_WRITE);

    tb_hold(tb, IOAT_SIM_FAULT_WRITE, late.bus, late.bytes);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, last, 1);
    tb_step(tb, 200);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_state(tb, 0, ACTIVE);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_word(tb, 0, TB_WORD(last, IDLE), TB_LONG);
}

/* Rows: how many copies less than nulls, which is how many clocks pass without an answer before the copies complete. */
START_TEST(h_w05_copies_answered_while_nulls_complete_are_counted_exactly)
{
    const unsigned fewer = (unsigned)_i;
    struct tb *tb = tb_open(NULL);

    for (unsigned nulls = fewer + 1; nulls <= NULLS_MAX; nulls++) {
        tb_note(tb, "%u nulls, %u copies", nulls, nulls - fewer);
        copies_around_nulls(tb, nulls, nulls - fewer);
        tb_rewind(tb);
    }
    tb_close(tb);
}
END_TEST

/* H-D11, R-DCA-8, R-DCA-9, K-32: a context change moves nothing, counts, writes its word, and its
 * bit 0 asks for no interrupt; the DCA target in its size field is no size. */
START_TEST(h_d11_context_change_completes_as_a_null)
{
    static const uint32_t targets[] = { 0, 1, 0xff, UINT32_MAX };
    enum { N = sizeof targets / sizeof targets[0] };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[N];

    tb_msix_setup(tb);
    tb_setup(tb, 0, 0);
    for (unsigned i = 0; i < N; i++) {
        bus[i] = tb_op(tb, IOAT_CONTROL_OP_CONTEXT,
                       IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE |
                       (i % 2 ? IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK : 0));
        tb_desc(tb, bus[i])->size = targets[i];
        spoil(tb, bus[i]);
    }
    tb_chain(tb, bus, N);
    tb_start_count(tb, 0, bus[0], N);
    expect_done_without_data(tb, bus[N - 1]);
    tb_step(tb, 500);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    tb_assert_reg(tb, 0, CHANCTRL, 0);
    tb_close(tb);
}
END_TEST

/* H-D11, K-32: without COMPL_WRITE a context change writes no word either. */
START_TEST(h_d11_context_change_without_flag_writes_no_word)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_op(tb, IOAT_CONTROL_OP_CONTEXT, IOAT_CONTROL_INT_EN);

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_step(tb, 500);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, IDLE));
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_close(tb);
}
END_TEST

Suite *null_suite(void)
{
    Suite *suite = suite_create("null");
    TCase *tc = tb_case(suite, "null", 60);

    tcase_add_test(tc, h_d04_null_of_any_size_moves_nothing);
    tcase_add_test(tc, h_d04_null_flag_wins_over_fill_and_context);
    tcase_add_test(tc, r_nul_2_null_reports_after_all_earlier_data);
    tcase_add_test(tc, r_nul_4_null_counts_and_its_next_is_followed);
    tcase_add_loop_test(tc, h_d04_null_honours_word_and_interrupt_flags, 0, 4);
    tcase_add_test(tc, h_d05_size_0_completes_without_data_access);
    tcase_add_loop_test(tc, h_d05_empty_descriptors_between_copies_change_nothing, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_w05_copies_answered_while_nulls_complete_are_counted_exactly, 0, 2);
    tcase_add_test(tc, h_d11_context_change_completes_as_a_null);
    tcase_add_test(tc, h_d11_context_change_without_flag_writes_no_word);
    return suite;
}
