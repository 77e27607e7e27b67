/* test_fill.c - block fill: an 8-byte pattern, phase 0 at the first byte of the target. */
#include "batch.h"
#include "tb.h"

/* No two bytes alike, so a wrong phase shows at every byte. */
#define PATTERN UINT64_C(0x8877665544332211)

/* H-D03: the lengths that DPDK's test fills, at every alignment. */
START_TEST(h_d03_dpdk_lengths_fill_at_every_alignment)
{
    static const uint32_t lengths[] = { 8, 64, 1024, 50, 100, 89 };
    struct tb *tb = tb_open(NULL);
    unsigned word = tb->build->data_bits / 8;
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (unsigned d = 0; d < word; d++)
            batch_fill(&batch, PATTERN, d, lengths[i], 0);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D03: every length up to a little more than three bus words; _i: eighth of the sweep. */
START_TEST(h_d03_small_fill_is_exact_at_every_alignment)
{
    struct tb *tb = tb_open(NULL);
    unsigned word = tb->build->data_bits / 8;
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned length = (unsigned)_i; length <= 3 * word + 1; length += 8) {
        for (unsigned d = 0; d < word; d++)
            batch_fill(&batch, tb_rand(tb), d, length, 0);
        if (!batch_room(&batch, word * (4 * word + 64ull), word) || batch.n + word > BATCH_MAX) {
            batch_run(&batch, 0);
            batch.dst_next = batch.dst.bus;
        }
    }
    if (batch.n > 0)
        batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D03: up to the largest transfer, and mixed with copies. */
START_TEST(h_d03_fills_and_copies_mix_on_any_memory)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    unsigned word = tb->build->data_bits / 8;
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 2 << 20);
    for (unsigned i = 0; i < 120; i++) {
        uint32_t size = 1 + (uint32_t)tb_rand_below(tb, i % 5 == 0 ? 5000 : 4 * word);
        unsigned d = (unsigned)tb_rand_below(tb, word);

        if (tb_rand_below(tb, 2) == 0)
            batch_fill(&batch, tb_rand(tb), d, size, 0);
        else
            batch_copy(&batch, (unsigned)tb_rand_below(tb, word), d, size, 0);
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D03: the largest transfer, from an odd address. */
START_TEST(h_d03_largest_fill_is_exact)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 2 << 20);
    batch_fill(&batch, PATTERN, 5, 1u << tb->build->xfercap_log2, IOAT_CONTROL_COMPL_WRITE);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D03: the pattern is data, not an address: nothing is read but the descriptor. */
START_TEST(h_d03_fill_reads_no_payload)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_fill(&batch, PATTERN, 3, 5000, 0);
    batch_fill(&batch, tb->hole, 0, 64, 0);
    batch_fill(&batch, ~UINT64_C(0), 1, 63, 0);
    batch_run(&batch, 0);
    tb_assert_eq(tb, tb->watch[0].data_ar.n, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

Suite *fill_suite(void)
{
    Suite *suite = suite_create("fill");
    TCase *tc = tb_case(suite, "fill", 120);

    tcase_add_test(tc, h_d03_dpdk_lengths_fill_at_every_alignment);
    tcase_add_loop_test(tc, h_d03_small_fill_is_exact_at_every_alignment, 0, 8);
    tcase_add_loop_test(tc, h_d03_fills_and_copies_mix_on_any_memory, 0, tb_timing_n);
    tcase_add_test(tc, h_d03_largest_fill_is_exact);
    tcase_add_test(tc, h_d03_fill_reads_no_payload);
    return suite;
}
