/* test_data.c - copies arrive byte for byte, and nothing else is written. */
#include <string.h>

#include "batch.h"
#include "tb.h"

/* The bus word of the linked model, bytes. */
static unsigned word_bytes(void)
{
    return ioat_sim_build()->data_bits / 8;
}

/* Lengths of the exhaustive sweep: all up to three bus words on a narrow bus. On a wide
 * one, where that would be a million copies, all up to one word and those around the
 * second and third boundary. */
enum { AROUND = 3 };

static unsigned small_lengths(void)
{
    unsigned word = word_bytes();

    return word <= 16 ? 3 * word + 1 : word + 1 + 2 * (2 * AROUND + 1);
}

static unsigned small_length(unsigned i)
{
    unsigned word = word_bytes();

    if (word <= 16 || i <= word)
        return i;
    i -= word + 1;
    return (2 + i / (2 * AROUND + 1)) * word - AROUND + i % (2 * AROUND + 1);
}

/* H-D01, R-DSC-1: every source alignment times every destination alignment. */
START_TEST(h_d01_small_copy_is_exact_at_every_alignment)
{
    unsigned word = word_bytes(), length = small_length((unsigned)_i);
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_note(tb, "length %u", length);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned s = 0; s < word; s++)
        for (unsigned d = 0; d < word; d++)
            batch_copy(&batch, s, d, length, 0);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D01: the same data path under slow, stalling and reordering memory. */
START_TEST(h_d01_random_copies_are_exact_on_any_memory)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    unsigned word = word_bytes();
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 2 << 20);
    for (unsigned i = 0; i < 300; i++) {
        uint32_t limit = i % 8 == 0 ? 4096 : 5 * word;

        batch_copy(&batch, (unsigned)tb_rand_below(tb, word), (unsigned)tb_rand_below(tb, word),
                   1 + (uint32_t)tb_rand_below(tb, limit), 0);
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

static const struct large_copy {
    unsigned src_align, dst_align;      /* modulo the bus word */
    int beyond;                         /* bytes added to the largest transfer */
} large_copies[] = {
    { 0, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 7, 3, 0 }, { 3, 7, -1 }, { 5, 5, -4097 },
};

/* H-D01: up to the largest transfer that XFERCAP names. */
START_TEST(h_d01_largest_copy_is_exact)
{
    const struct large_copy *row = &large_copies[_i];
    struct tb *tb = tb_open(NULL);
    uint32_t size = (1u << tb->build->xfercap_log2) + (uint32_t)row->beyond;
    static struct batch batch;

    tb_note(tb, "row %d, size %u", _i, size);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 4 << 20);
    batch_copy(&batch, row->src_align, row->dst_align, size, IOAT_CONTROL_COMPL_WRITE);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D01: any size in between, at any alignment. */
START_TEST(h_d01_random_large_copies_are_exact)
{
    struct tb *tb = tb_open(NULL);
    unsigned word = word_bytes();
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 10 << 20);
    for (unsigned i = 0; i < 6; i++) {
        uint32_t size = 1 + (uint32_t)tb_rand_below(tb, 1u << (12 + i % 9));

        batch_copy(&batch, (unsigned)tb_rand_below(tb, word), (unsigned)tb_rand_below(tb, word),
                   size, 0);
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D12, R-DCA-7: bits that mean nothing here change nothing. */
START_TEST(h_d12_hint_and_reserved_bits_do_not_change_a_copy)
{
    static const uint32_t single[] = {
        IOAT_CONTROL_BUNDLE, IOAT_CONTROL_DST_DCA, IOAT_CONTROL_HINT,
        IOAT_CONTROL_SRC_NO_SNOOP, IOAT_CONTROL_DST_NO_SNOOP,
    };
    struct tb *tb = tb_open(NULL);
    static struct batch batch;
    uint32_t reserved = ~0u;

    /* What neither a flag nor the operation occupies. */
    for (const struct ioat_field_info *f = ioat_field_table; f->name != NULL; f++)
        if (strcmp(f->reg, "CONTROL") == 0)
            reserved &= ~(uint32_t)((~UINT64_C(0) >> (64 - f->bits)) << f->lsb);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < sizeof single / sizeof single[0]; i++)
        batch_copy(&batch, 1, 2, 500, single[i]);
    for (unsigned bit = 0; bit < 32; bit++)
        if (reserved >> bit & 1)
            batch_copy(&batch, 3, 1, 200, 1u << bit);
    batch_copy(&batch, 5, 6, 1000, reserved | IOAT_CONTROL_BUNDLE | IOAT_CONTROL_DST_DCA |
               IOAT_CONTROL_HINT);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D13, R-DSC-4: the engine owns no byte of a descriptor. */
START_TEST(h_d13_descriptors_and_user_words_are_not_written)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 40; i++) {
        uint64_t bus = batch_copy(&batch, i % 7, i % 5, 1 + 37 * i, IOAT_CONTROL_COMPL_WRITE);
        struct ioat_desc *desc = tb_desc(tb, bus);

        /* Unused second pages are scratch in no list model. */
        desc->next_src = tb_rand(tb);
        desc->next_dst = tb_rand(tb);
        desc->user1 = tb_rand(tb);
        desc->user2 = tb_rand(tb);
    }
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-D14: an overlap ends in some mix of the bytes, inside the destination only. */
START_TEST(h_d14_overlapping_ranges_complete)
{
    static const int shifts[] = { 0, 1, -1, 8, -8, 63, -63, 700, -700 };
    struct tb *tb = tb_open(NULL);
    struct tb_buf dst;
    struct golden *golden;
    uint64_t bus[sizeof shifts / sizeof shifts[0]];
    unsigned n = 0;

    tb_setup(tb, 0, 0);
    dst = tb_dst(tb, 64 << 10, 0);
    for (unsigned i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        uint64_t at = dst.bus + 4096 * (i + 1);

        bus[n++] = tb_copy(tb, at, at + (uint64_t)(int64_t)shifts[i], 2000, IOAT_CONTROL_FENCE);
    }
    tb_chain(tb, bus, n);
    golden = golden_open(tb);
    tb_start_count(tb, 0, bus[0], (uint16_t)n);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_state(tb, 0, IDLE);
    for (unsigned i = 0; i < n; i++) {
        uint64_t at = tb_desc(tb, bus[i])->dst;

        memcpy(golden_at(golden, at, 2000), ioat_sim_cpu(tb->sim, at, 2000), 2000);
    }
    golden_check(golden);
    golden_close(golden);
    tb_close(tb);
}
END_TEST

/* The highest address of the build, plus one; 0 stands for 2^64. */
static uint64_t address_top(const struct tb *tb)
{
    return tb->build->addr_bits == 64 ? 0 : UINT64_C(1) << tb->build->addr_bits;
}

/* H-D15: ring, word, source, destination and both second pages high in the address
 * space, each with an upper half of its own. */
START_TEST(h_d15_every_address_field_has_its_upper_bits)
{
    enum { RING, WORD, SRC, DST, NEXT_SRC, NEXT_DST, PLACES, BYTES = 64 << 10 };
    struct tb *tb = tb_open(NULL);
    struct golden *golden;
    uint64_t place[PLACES], size = 6000;
    struct ioat_desc *ring;
    uint64_t *word;
    void *cpu[PLACES];

    if (tb->build->addr_bits < 40) {    /* the bench's own regions are in the way */
        tb_close(tb);
        return;
    }
    for (unsigned i = 0; i < PLACES; i++) {
        /* From one half of the address space down to one sixty-fourth, low bits varied. */
        place[i] = (address_top(tb) - 1) / 2 + 1;
        place[i] = (place[i] >> i) + i * 0x11000;
        ck_assert_int_eq(ioat_sim_map(tb->sim, place[i], BYTES, IOAT_SIM_READ | IOAT_SIM_WRITE,
                                      &cpu[i]), IOAT_OK);
        for (unsigned b = 0; b < BYTES; b++)
            ((uint8_t *)cpu[i])[b] = (uint8_t)tb_rand(tb);
    }
    golden = golden_open(tb);
    for (unsigned i = 0; i < PLACES; i++)
        if (i != WORD)
            golden_add(golden, place[i], BYTES);
    ring = cpu[RING];
    word = cpu[WORD];
    ring[0] = (struct ioat_desc){
        .size = (uint32_t)size,
        .control = IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK,
        .src = place[SRC] + 1000, .dst = place[DST] + 1111, .next = place[RING] + 512,
        .next_src = place[NEXT_SRC] + 4096, .next_dst = place[NEXT_DST] + 8192,
    };
    ring[8] = (struct ioat_desc){
        .size = (uint32_t)size, .control = IOAT_CONTROL_COMPL_WRITE,
        .src = place[SRC] + 20001, .dst = place[DST] + 30002, .next = place[RING] + 1024,
    };
    *word = TB_NO_WORD;
    golden_sync(golden);
    golden_run(golden, place[RING], 2);
    TB_WR(tb, 0, CHANCMP, place[WORD]);
    tb_start_count(tb, 0, place[RING], 2);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(place[RING] + 512, IDLE));
    tb_assert_eq(tb, *word, TB_WORD(place[RING] + 512, IDLE));
    golden_check(golden);
    golden_close(golden);
    tb_close(tb);
}
END_TEST

/* H-D15: the carry out of the low half, on both sides, with 4 GiB inside the copy. */
START_TEST(h_d15_copy_crosses_4_gib)
{
    enum { HALF = 64 << 10 };
    struct tb *tb = tb_open(NULL);
    uint64_t line = UINT64_C(1) << 32;
    uint64_t src = line - HALF, dst = 2 * line - HALF;
    uint32_t size = 30000;
    struct golden *golden;
    uint64_t bus;
    void *cpu;

    if (tb->build->addr_bits < 35) {    /* no second line below the top */
        tb_close(tb);
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(ioat_sim_map(tb->sim, i == 0 ? src : dst, 2 * HALF,
                                      IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu), IOAT_OK);
        for (unsigned b = 0; b < 2 * HALF; b++)
            ((uint8_t *)cpu)[b] = (uint8_t)tb_rand(tb);
    }
    tb_setup(tb, 0, 0);
    bus = tb_copy(tb, dst + HALF - 9001, src + HALF - 20003, size, 0);
    golden = golden_open(tb);
    golden_add(golden, src, 2 * HALF);
    golden_add(golden, dst, 2 * HALF);
    golden_run(golden, bus, 1);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    golden_check(golden);
    golden_close(golden);
    tb_close(tb);
}
END_TEST

/* H-R17, H-D01: channels share the bus, not their data. */
START_TEST(h_d01_channels_at_once_keep_their_data_apart)
{
    enum { EACH = 60 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    unsigned word = word_bytes();
    static struct batch batch;
    uint64_t limit;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    batch_open(&batch, tb, 4 << 20);
    for (unsigned i = 0; i < EACH * tb->channels; i++) {
        uint32_t limit_bytes = i % 6 == 0 ? 3000 : 6 * word;

        batch_copy(&batch, (unsigned)tb_rand_below(tb, word), (unsigned)tb_rand_below(tb, word),
                   1 + (uint32_t)tb_rand_below(tb, limit_bytes),
                   i % 3 == 0 ? IOAT_CONTROL_COMPL_WRITE : 0);
    }
    batch_prepare(&batch);
    limit = batch_limit(&batch);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, 0);
        TB_POST(tb, ch, CHAINADDR, batch.bus[ch * EACH]);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, EACH);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), limit);
        tb_assert_chanerr(tb, ch, 0);
        tb_assert_eq(tb, tb_completed(tb, ch), batch.bus[ch * EACH + EACH - 1]);
    }
    golden_check(batch.golden);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

Suite *data_suite(void)
{
    Suite *suite = suite_create("data");
    TCase *tc;

    tc = tb_case(suite, "data-small", 120);
    tcase_add_loop_test(tc, h_d01_small_copy_is_exact_at_every_alignment, 0, (int)small_lengths());
    tcase_add_loop_test(tc, h_d01_random_copies_are_exact_on_any_memory, 0, tb_timing_n);
    tc = tb_case(suite, "data-large", 120);
    tcase_add_loop_test(tc, h_d01_largest_copy_is_exact, 0,
                        (int)(sizeof large_copies / sizeof large_copies[0]));
    tcase_add_test(tc, h_d01_random_large_copies_are_exact);
    tc = tb_case(suite, "data-descriptor", 60);
    tcase_add_test(tc, h_d12_hint_and_reserved_bits_do_not_change_a_copy);
    tcase_add_test(tc, h_d13_descriptors_and_user_words_are_not_written);
    tcase_add_test(tc, h_d14_overlapping_ranges_complete);
    tcase_add_test(tc, h_d15_every_address_field_has_its_upper_bits);
    tcase_add_test(tc, h_d15_copy_crosses_4_gib);
    tc = tb_case(suite, "data-channels", 120);
    tcase_add_loop_test(tc, h_d01_channels_at_once_keep_their_data_apart, 0, tb_timing_n);
    return suite;
}
