/* test_page.c - page breaks: each side goes on at its second page after its own 4 KiB end. */
#include <string.h>

#include "batch.h"
#include "tb.h"

enum { PAGE = IOAT_PAGE_BYTES };

static const uint32_t page_flags[] = {
    0,
    IOAT_CONTROL_SRC_PAGE_BREAK,
    IOAT_CONTROL_DST_PAGE_BREAK,
    IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK,
};
enum { FLAGS_N = sizeof page_flags / sizeof page_flags[0] };

/* A copy whose source has src_first bytes before a page end, and whose destination has
 * dst_first. Second pages are elsewhere in the pool: whoever runs on into the following
 * page reads other bytes, or writes bytes that nobody may write. */
static uint64_t page_copy(struct batch *batch, uint32_t flags, unsigned src_first,
                          unsigned dst_first, uint32_t size)
{
    uint64_t src = batch_src(batch, size, (PAGE - src_first) % PAGE, PAGE);
    bool dst_breaks = flags & IOAT_CONTROL_DST_PAGE_BREAK;
    uint32_t part = golden_first_part(PAGE - dst_first, size, dst_breaks);
    uint64_t dst = batch_dst(batch, part, (PAGE - dst_first) % PAGE, PAGE);
    uint64_t bus = tb_copy(batch->tb, dst, src, size, flags);
    struct ioat_desc *desc = tb_desc(batch->tb, bus);

    if (flags & IOAT_CONTROL_SRC_PAGE_BREAK)
        desc->next_src = batch_src(batch, PAGE, 0, PAGE);
    if (part < size)
        desc->next_dst = batch_dst(batch, size - part, 0, PAGE);
    batch_add(batch, bus);
    return bus;
}

/* Starts over when the destinations are used up. */
static void run_when_full(struct batch *batch)
{
    if (batch_room(batch, 3 * PAGE, PAGE) && batch->n < 1500)
        return;
    batch_run(batch, 0);
    batch->dst_next = batch->dst.bus;
}

/* H-D08, R-PB-1, R-PB-2, R-PB-4: all four flag pairs; the page ends of both sides at every
 * pair of places in a bus word, and on both sides of each other. */
START_TEST(h_d08_each_side_breaks_at_its_own_page_end)
{
    struct tb *tb = tb_open(NULL);
    unsigned word = tb->build->data_bits / 8;
    unsigned reach = word <= 16 ? 2 * word : word;
    static struct batch batch;

    tb_note(tb, "flags %#x", page_flags[_i]);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 10 << 20);
    for (unsigned s = 1; s <= reach; s++)
        for (unsigned d = 1; d <= reach; d++) {
            unsigned later = s > d ? s : d;

            page_copy(&batch, page_flags[_i], s, d,
                      later + 1 + (uint32_t)tb_rand_below(tb, 2 * word));
            run_when_full(&batch);
        }
    if (batch.n > 0)
        batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D08, R-PB-4: first parts of any length, up to two whole pages, on any memory. */
START_TEST(h_d08_random_page_breaks_are_exact)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned i = 0; i < 100; i++) {
        unsigned s = 1 + (unsigned)tb_rand_below(tb, PAGE);
        unsigned d = 1 + (unsigned)tb_rand_below(tb, PAGE);
        unsigned sooner = s < d ? s : d;

        page_copy(&batch, page_flags[i % FLAGS_N], s, d,
                  1 + (uint32_t)tb_rand_below(tb, sooner + PAGE));
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* R-PB-6: exactly the first part and a whole second page. */
START_TEST(r_pb_6_transfer_may_fill_the_second_page)
{
    static const unsigned first[] = { 1, 7, 8, 64, 100, 2048, 4095, 4096 };
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++)
        for (unsigned f = 1; f < FLAGS_N; f++)
            page_copy(&batch, page_flags[f], first[i], first[i], first[i] + PAGE);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* R-PB-5: a transfer that ends inside its first page, or just at its end, does not look at
 * the second address. */
START_TEST(r_pb_5_second_address_is_unused_when_not_reached)
{
    static const unsigned first[] = { 1, 8, 63, 64, 500, 4096 };
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 2 << 20);
    for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++)
        for (unsigned f = 1; f < FLAGS_N; f++)
            for (unsigned less = 0; less < 2 && less < first[i]; less++) {
                uint64_t bus = page_copy(&batch, page_flags[f], first[i], first[i],
                                         first[i] - less);

                tb_desc(tb, bus)->next_src = tb->hole + 1;
                tb_desc(tb, bus)->next_dst = ~UINT64_C(0);
            }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* R-PB-1: with the flag the page behind the first one is not even read: it is unmapped. */
START_TEST(r_pb_1_page_behind_the_break_is_not_touched)
{
    struct tb *tb = tb_open(NULL);
    uint64_t first = tb->hole / PAGE * PAGE + PAGE;
    struct tb_buf second = tb_src(tb, PAGE, 0);
    struct tb_buf dst = tb_dst(tb, 2 * PAGE, 17);
    uint32_t size = 3000;
    uint64_t bus;
    void *cpu;

    ck_assert_int_eq(ioat_sim_map(tb->sim, first, PAGE, IOAT_SIM_READ, &cpu), IOAT_OK);
    for (unsigned i = 0; i < PAGE; i++)
        ((uint8_t *)cpu)[i] = (uint8_t)tb_rand(tb);
    for (unsigned part = 1; part <= 300; part += 13) {
        tb_note(tb, "%u bytes in the first page", part);
        tb_setup(tb, 0, 0);
        bus = tb_copy(tb, dst.bus, first + PAGE - part, size, IOAT_CONTROL_SRC_PAGE_BREAK);
        tb_desc(tb, bus)->next_src = second.bus;
        tb_start_count(tb, 0, bus, 1);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert(tb, memcmp(dst.cpu, (uint8_t *)cpu + PAGE - part, part) == 0,
                  "the first part is wrong");
        tb_assert(tb, memcmp(dst.cpu + part, second.cpu, size - part) == 0,
                  "the second part is wrong");
    }
    tb_close(tb);
}
END_TEST

/* H-D03, R-PB-2, K-32: the pattern of a fill goes on over the break; the source flag of a fill
 * means nothing. */
START_TEST(h_d03_fill_keeps_its_phase_over_a_page_break)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned first = 1; first <= 140; first++) {
        uint32_t size = first + 1 + (uint32_t)tb_rand_below(tb, 200);
        uint64_t dst = batch_dst(&batch, first, (PAGE - first) % PAGE, PAGE);
        uint64_t bus = tb_fill(tb, dst, tb_rand(tb), size,
                               IOAT_CONTROL_DST_PAGE_BREAK |
                               (first % 2 ? IOAT_CONTROL_SRC_PAGE_BREAK : 0));

        tb_desc(tb, bus)->next_dst = batch_dst(&batch, size - first, 0, PAGE);
        tb_desc(tb, bus)->next_src = tb->hole + 1;
        batch_add(&batch, bus);
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* A descriptor that breaks a page rule, and the one CHANERR bit that it must set. */
static const struct page_error {
    const char *name;
    uint32_t flags;
    unsigned src_first, dst_first;      /* bytes before the page ends */
    uint32_t size;
    unsigned src_low, dst_low;          /* added to the second addresses */
    uint32_t chanerr;
} page_errors[] = {
    { "source page exceeded", IOAT_CONTROL_SRC_PAGE_BREAK, 100, 100, 100 + PAGE + 1, 0, 0,
      IOAT_CHANERR_LENGTH },
    { "destination page exceeded", IOAT_CONTROL_DST_PAGE_BREAK, 100, 100, 100 + PAGE + 1, 0, 0,
      IOAT_CHANERR_LENGTH },
    { "only the destination page exceeded",
      IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK, 200, 100, 100 + PAGE + 1, 0, 0,
      IOAT_CHANERR_LENGTH },
    { "second source page unaligned by 1", IOAT_CONTROL_SRC_PAGE_BREAK, 100, 100, 101, 1, 0,
      IOAT_CHANERR_SRC_ADDR },
    { "second source page unaligned by 2048", IOAT_CONTROL_SRC_PAGE_BREAK, 100, 100, 101, 2048, 0,
      IOAT_CHANERR_SRC_ADDR },
    { "second destination page unaligned by 1", IOAT_CONTROL_DST_PAGE_BREAK, 100, 100, 101, 0, 1,
      IOAT_CHANERR_DST_ADDR },
    { "second destination page unaligned by 2048", IOAT_CONTROL_DST_PAGE_BREAK, 100, 100, 101, 0,
      2048, IOAT_CHANERR_DST_ADDR },
    { "both unaligned: source first (K-30)",
      IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK, 100, 100, 101, 8, 8,
      IOAT_CHANERR_SRC_ADDR },
    { "source page exceeded and unaligned: length first (K-30)", IOAT_CONTROL_SRC_PAGE_BREAK, 100,
      100, 100 + PAGE + 1, 8, 0, IOAT_CHANERR_LENGTH },
};

/* R-PB-3, R-PB-6, K-30: the transfer is refused before any byte of it is moved. */
START_TEST(r_pb_3_bad_second_page_halts_without_a_write)
{
    const struct page_error *row = &page_errors[_i];
    struct tb *tb = tb_open(NULL);
    struct golden *golden;
    static struct batch batch;
    uint64_t bad;

    tb_note(tb, "%s", row->name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_copy(&batch, 1, 2, 300, 0);
    bad = page_copy(&batch, row->flags, row->src_first, row->dst_first, row->size);
    tb_desc(tb, bad)->next_src += row->src_low;
    tb_desc(tb, bad)->next_dst += row->dst_low;
    tb_chain(tb, batch.bus, batch.n);
    golden = batch.golden;
    golden_sync(golden);
    golden_run(golden, batch.bus[0], 1);
    tb_start_count(tb, 0, batch.bus[0], 2);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_state(tb, 0, HALTED);
    tb_assert_chanerr(tb, 0, row->chanerr);
    tb_assert_eq(tb, tb_completed(tb, 0), batch.bus[0]);
    golden_check(golden);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

Suite *page_suite(void)
{
    Suite *suite = suite_create("page");
    TCase *tc;

    tc = tb_case(suite, "page-copy", 120);
    tcase_add_loop_test(tc, h_d08_each_side_breaks_at_its_own_page_end, 0, FLAGS_N);
    tcase_add_loop_test(tc, h_d08_random_page_breaks_are_exact, 0, tb_timing_n);
    tcase_add_test(tc, r_pb_6_transfer_may_fill_the_second_page);
    tcase_add_test(tc, r_pb_5_second_address_is_unused_when_not_reached);
    tcase_add_test(tc, r_pb_1_page_behind_the_break_is_not_touched);
    tcase_add_test(tc, h_d03_fill_keeps_its_phase_over_a_page_break);
    tc = tb_case(suite, "page-error", 60);
    tcase_add_loop_test(tc, r_pb_3_bad_second_page_halts_without_a_write, 0,
                        (int)(sizeof page_errors / sizeof page_errors[0]));
    return suite;
}
