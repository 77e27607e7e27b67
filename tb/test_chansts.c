/* test_chansts.c - CHANSTS as one coherent sample, read whole or in halves. */
#include "tb.h"

#include <inttypes.h>
#include <string.h>

/* The channel ran one descriptor above 4 GiB (when the build can); the high half of
 * CHANSTS is not 0. Returns the descriptor. */
static uint64_t run_high(struct tb *tb)
{
    const uint64_t desc = tb_null(tb, 0);

    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    return desc;
}

/* K-02: a read that starts at CHANSTS freezes the high half once, whatever its width. */
START_TEST(k_02_read_of_chansts_freezes_the_high_half_once)
{
    struct tb *tb = tb_open(NULL);
    const unsigned width = 1u << _i;
    const uint64_t desc = run_high(tb);

    (void)tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4);   /* consumes what the polls froze */
    (void)tb_chan_read(tb, 0, IOAT_CHANSTS, width);
    TB_WR(tb, 0, CHAINADDR, desc);     /* the live value is now the bare ARMED */
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), desc >> 32);
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), 0);
    tb_close(tb);
}
END_TEST

/* K-02: a descriptor completed at 2^32, 2^33 and so on: each bit is kept while CHANSTS goes back to 0. */
START_TEST(k_02_every_bit_of_the_high_half_is_frozen)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned n = 2 * 32; n < 2 * tb->build->addr_bits; n++) {
        const unsigned bit = n / 2;
        const uint64_t bus = (UINT64_C(1) << bit) + n % 2 * IOAT_PAGE_BYTES;
        void *cpu;

        tb_note(tb, "bit %u", bit);
        ck_assert_int_eq(ioat_sim_map(tb->sim, bus, IOAT_PAGE_BYTES, IOAT_SIM_READ, &cpu), IOAT_OK);
        *(struct ioat_desc *)cpu = (struct ioat_desc) { .control = IOAT_CONTROL_NULL_XFER };
        tb_setup(tb, 0, 0);
        tb_start_count(tb, 0, bus, 1);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
        (void)tb_chan_read(tb, 0, IOAT_CHANSTS, 4);
        TB_WR(tb, 0, CHAINADDR, bus);
        tb_step(tb, 1 + n % 2);               /* kept for an odd and an even number of clocks */
        tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), bus >> 32);
    }
    tb_close(tb);
}
END_TEST

/* K-01: a read that starts inside CHANSTS is no sample. */
START_TEST(k_01_read_inside_chansts_freezes_nothing)
{
    static const struct { unsigned at, width; } inside[] = {
        { 1, 1 }, { 2, 1 }, { 2, 2 }, { 3, 1 },
    };
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = run_high(tb);

    (void)tb_chan_read(tb, 0, IOAT_CHANSTS, 8);
    (void)tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4);   /* consumes what the polls froze */
    (void)tb_chan_read(tb, 0, IOAT_CHANSTS + inside[_i].at, inside[_i].width);
    TB_WR(tb, 0, CHAINADDR, desc);
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), 0);
    tb_close(tb);
}
END_TEST

/* A second low read replaces the frozen half. */
START_TEST(k_02_second_low_read_takes_a_new_sample)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = run_high(tb);

    (void)tb_chan_read(tb, 0, IOAT_CHANSTS, 4);
    TB_WR(tb, 0, CHAINADDR, desc);
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS, 4), IOAT_CHANSTS_STATE_ARMED);
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), 0);
    tb_close(tb);
}
END_TEST

START_TEST(k_02_frozen_half_belongs_to_one_channel)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = run_high(tb);

    (void)tb_chan_read(tb, 0, IOAT_CHANSTS, 4);
    for (unsigned ch = 1; ch < tb->channels; ch++) {
        tb_assert_eq(tb, tb_chan_read(tb, ch, IOAT_CHANSTS + 4, 4), 0);
        (void)tb_chan_read(tb, ch, IOAT_CHANSTS, 4);
    }
    TB_WR(tb, 0, CHAINADDR, desc);
    tb_assert_eq(tb, tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4), desc >> 32);
    tb_close(tb);
}
END_TEST

/* H-R06: a ring whose descriptors lie in turn below and above a 4 GiB boundary is read
 * all the time. A torn sample names an address that is in no slot. */
enum { RING = 64, ROUNDS = 40 };

static bool is_sample(const uint64_t *ring, uint64_t chansts)
{
    const uint64_t state = IOAT_FIELD_GET(chansts, CHANSTS, STATE);
    const uint64_t desc = chansts & IOAT_CHANSTS_COMPLETED;

    if ((chansts & ~(uint64_t)(IOAT_CHANSTS_COMPLETED | IOAT_CHANSTS_STATE)) != 0)
        return false;
    if (desc == 0)
        return state == IOAT_CHANSTS_STATE_ACTIVE;
    for (unsigned i = 0; i < RING; i++)
        if (ring[i] == desc)
            return state == IOAT_CHANSTS_STATE_ACTIVE || state == IOAT_CHANSTS_STATE_IDLE;
    return false;
}

static void build_boundary_ring(struct tb *tb, uint64_t *ring)
{
    const unsigned middle = (unsigned)(tb->desc.bytes / IOAT_DESC_BYTES / 2);

    for (unsigned i = 0; i < RING; i++) {
        ring[i] = tb_slot(tb, i % 2 ? middle - 1 - i : middle + i);
        memset(tb_desc(tb, ring[i]), 0, IOAT_DESC_BYTES);
        tb_desc(tb, ring[i])->control = IOAT_CONTROL_NULL_XFER;
    }
    tb_chain(tb, ring, RING);
    tb_link(tb, ring[RING - 1], ring[0]);
}

static void check_samples(struct tb *tb, bool halves)
{
    uint64_t ring[RING];
    unsigned reads = 0, different = 0;
    uint64_t chansts = 0;
    bool whole;

    build_boundary_ring(tb, ring);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, ring[0], ROUNDS * RING);
    do {
        const uint64_t before = chansts;

        if (halves) {
            chansts = tb_chan_read(tb, 0, IOAT_CHANSTS, 4);
            chansts |= tb_chan_read(tb, 0, IOAT_CHANSTS + 4, 4) << 32;
        } else {
            chansts = TB_RD(tb, 0, CHANSTS);
        }
        whole = is_sample(ring, chansts);
        different += chansts != before;
    } while (whole && ++reads < TB_LONG &&
             IOAT_FIELD_GET(chansts, CHANSTS, STATE) != IOAT_CHANSTS_STATE_IDLE);
    tb_assert(tb, whole, "CHANSTS 0x%016" PRIx64 " is no moment of this run", chansts);
    tb_assert(tb, reads < TB_LONG, "the run does not end");
    tb_assert_eq(tb, chansts & IOAT_CHANSTS_COMPLETED, ring[RING - 1]);
    tb_assert(tb, different > RING / 2, "only %u different samples: the run was not watched",
              different);
}

START_TEST(h_r06_64_bit_read_is_one_sample)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);

    tb_note(tb, "%s", tb_timings[_i].name);
    check_samples(tb, false);
    tb_close(tb);
}
END_TEST

START_TEST(h_r06_low_then_high_read_is_one_sample)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);

    tb_note(tb, "%s", tb_timings[_i].name);
    check_samples(tb, true);
    tb_close(tb);
}
END_TEST

Suite *chansts_suite(void)
{
    Suite *suite = suite_create("chansts");
    TCase *tc;

    tc = tb_case(suite, "chansts_sample", 60);
    tcase_add_loop_test(tc, k_02_read_of_chansts_freezes_the_high_half_once, 0, 4);
    tcase_add_test(tc, k_02_every_bit_of_the_high_half_is_frozen);
    tcase_add_loop_test(tc, k_01_read_inside_chansts_freezes_nothing, 0, 4);
    tcase_add_test(tc, k_02_second_low_read_takes_a_new_sample);
    tcase_add_test(tc, k_02_frozen_half_belongs_to_one_channel);
    tcase_add_loop_test(tc, h_r06_64_bit_read_is_one_sample, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_r06_low_then_high_read_is_one_sample, 0, tb_timing_n);
    return suite;
}
