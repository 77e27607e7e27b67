/* test_axi_memory.c - the simulated host memory as an AXI slave: exact latencies, order,
 * the moments of reading and landing. Errors are in test_axi_faults.c.
 */
#include <check.h>
#include <string.h>

#include "memory_rig.h"

/* ---- time ---- */

static const unsigned latencies[] = { 1, 2, 13, 100, 250 };

START_TEST(first_r_comes_exactly_read_latency_after_ar)
{
    uint64_t asked;

    rig.timing.read_latency = latencies[_i];
    asked = rig_read(1, BASE, 4);
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 4);
    for (unsigned n = 0; n < 4; n++) {
        ck_assert_uint_eq(rig.r[n].clock, asked + latencies[_i] + n);
        ck_assert_int_eq(rig.r[n].last, n == 3);
        ck_assert_uint_eq(rig.r[n].first_byte, n);
    }
}
END_TEST

START_TEST(b_comes_exactly_write_latency_after_the_last_w)
{
    uint64_t last;

    rig.timing.write_latency = latencies[_i];
    rig_aw(1, BASE, 2);
    rig_w(1, 0xFF, false);
    last = rig_w(2, 0xFF, true);
    rig_finish();
    ck_assert_uint_eq(rig.b_n, 1);
    ck_assert_uint_eq(rig.b[0].clock, last + latencies[_i]);
}
END_TEST

START_TEST(outstanding_reads_fill_every_clock_of_r)
{
    uint64_t first = 0;

    rig.timing.read_latency = latencies[_i];
    for (unsigned n = 0; n < 16; n++) {
        const uint64_t asked = rig_read(n % 4, BASE + n * 64, 8);

        first = n ? first : asked;
    }
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 16 * 8);
    for (unsigned n = 0; n < rig.r_n; n++) {
        ck_assert_uint_eq(rig.r[n].clock, first + latencies[_i] + n);
        ck_assert_uint_eq(rig.r[n].addr, BASE + n * 8);
        ck_assert_uint_eq(rig.r[n].id, n / 8 % 4);
    }
}
END_TEST

START_TEST(ideal_memory_is_always_ready)
{
    for (unsigned n = 0; n < 1000; n++) {
        rig_tick();
        ck_assert(rig.reads.ar.ready && rig.writes.aw.ready && rig.writes.w.ready);
    }
}
END_TEST

START_TEST(jitter_adds_up_to_its_value_and_varies)
{
    unsigned seen = 0;                           /* a bit for each extra clock */

    rig.timing.read_latency = 5;
    rig.timing.jitter = 7;
    for (unsigned n = 0; n < 400; n++) {
        const uint64_t asked = rig_read(1, BASE, 1);

        rig_finish();
        ck_assert_uint_ge(rig.r[n].clock, asked + 5);
        ck_assert_uint_le(rig.r[n].clock, asked + 12);
        seen |= 1u << (rig.r[n].clock - asked - 5);
    }
    ck_assert_uint_eq(seen, 0xFF);
}
END_TEST

START_TEST(new_timing_leaves_answers_under_way)
{
    uint64_t asked;

    rig.timing.read_latency = 50;
    asked = rig_read(1, BASE, 1);
    rig.timing.read_latency = 2;
    rig_finish();
    ck_assert_uint_eq(rig.r[0].clock, asked + 50);
}
END_TEST

START_TEST(stall_percent_is_the_share_of_clocks_without_ready)
{
    unsigned low = 0;

    rig.timing.ar_stall = rig.timing.aw_stall = rig.timing.w_stall = 30;
    for (unsigned n = 0; n < 20000; n++) {
        rig_tick();
        low += !rig.reads.ar.ready + !rig.writes.aw.ready + !rig.writes.w.ready;
    }
    ck_assert_uint_gt(low, 60000 * 28 / 100);
    ck_assert_uint_lt(low, 60000 * 32 / 100);
}
END_TEST

START_TEST(stalled_r_and_b_still_deliver_everything)
{
    rig.timing.r_stall = rig.timing.b_stall = 95;
    for (unsigned n = 0; n < 20; n++) {
        rig_read(1, BASE + n * 64, 8);
        rig_write_word(1, BASE + 2 * PAGE + n * 8, 3);
    }
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 160);
    ck_assert_uint_eq(rig.b_n, 20);
    ck_assert_uint_gt(rig.r[159].clock - rig.r[0].clock, 160 * 10);
}
END_TEST

START_TEST(outstanding_max_drops_ready)
{
    rig.timing.read_latency = rig.timing.write_latency = 1000;
    rig.timing.outstanding_max = 3;
    for (unsigned n = 0; n < 3; n++) {
        rig_read(n, BASE, 1);
        rig_write_word(n, BASE, 0);
    }
    for (unsigned n = 0; n < 100; n++) {
        rig_tick();
        ck_assert(!rig.reads.ar.ready && !rig.writes.aw.ready && !rig.writes.w.ready);
    }
    rig_finish();
    rig_tick();
    ck_assert(rig.reads.ar.ready && rig.writes.aw.ready);
}
END_TEST

/* ---- order ---- */

START_TEST(in_order_memory_answers_all_ids_in_order)
{
    rig.timing.jitter = 40;
    for (unsigned n = 0; n < 200; n++)
        rig_read(n * 7 % 64, BASE + n * 16, 2);
    rig_finish();
    for (unsigned n = 0; n < rig.r_n; n++)
        ck_assert_uint_eq(rig.r[n].addr, BASE + n * 8);
}
END_TEST

/* IDs 0..3 ask in turn; each has its own page of addresses. */
START_TEST(reorder_keeps_each_id_in_order_and_lets_ids_overtake)
{
    unsigned got[4] = { 0 };                     /* beats */
    unsigned overtakes = 0, interleaves = 0;

    rig.timing.jitter = 40;
    rig.timing.reorder = true;
    for (unsigned n = 0; n < 64; n++)
        rig_read(n % 4, BASE + n % 4 * PAGE + n / 4 * 64, 8);
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 64 * 8);
    for (unsigned n = 0; n < rig.r_n; n++) {
        const unsigned id = rig.r[n].id;

        ck_assert_uint_eq(rig.r[n].addr, BASE + id * PAGE + got[id]++ * 8);
        ck_assert_int_eq(rig.r[n].last, got[id] % 8 == 0);
        interleaves += n > 0 && id != rig.r[n - 1].id && !rig.r[n - 1].last;
        overtakes += id > 0 && (got[id] + 7) / 8 > (got[id - 1] + 7) / 8;
    }
    ck_assert_uint_gt(interleaves, 10);
    ck_assert_uint_gt(overtakes, 10);
}
END_TEST

START_TEST(reorder_keeps_the_answers_of_a_write_id_in_order)
{
    uint64_t next[4];
    unsigned overtakes = 0;

    rig.timing.jitter = 40;
    rig.timing.reorder = true;
    for (unsigned n = 0; n < 4; n++)
        next[n] = BASE + n * PAGE;
    for (unsigned n = 0; n < 200; n++)
        rig_write_word(n % 4, BASE + n % 4 * PAGE + n / 4 * 8, (uint8_t)n);
    rig_finish();
    ck_assert_uint_eq(rig.b_n, 200);
    for (unsigned n = 0; n < rig.b_n; n++) {
        ck_assert_uint_eq(rig.b[n].addr, next[rig.b[n].id]);
        next[rig.b[n].id] += 8;
        overtakes += rig.b[n].id != n % 4;
    }
    ck_assert_uint_gt(overtakes, 10);
}
END_TEST

static void random_run(uint64_t seed, uint64_t *clocks)
{
    rig.timing = (struct ioat_sim_timing) { 3, 3, 20, 30, 30, 30, 30, 30, true, 0 };
    memory_rig_open(8, seed);
    for (unsigned n = 0; n < 50; n++)
        rig_read(n % 8, BASE + n * 64, 8);
    rig_finish();
    for (unsigned n = 0; n < 400; n++)
        clocks[n] = rig.r[n].clock << 8 | rig.r[n].id;
}

START_TEST(a_seed_gives_one_run_and_another_seed_another)
{
    uint64_t first[400], again[400], other[400];

    random_run(7, first);
    random_run(7, again);
    random_run(8, other);
    ck_assert_mem_eq(first, again, sizeof first);
    ck_assert_int_ne(memcmp(first, other, sizeof first), 0);
}
END_TEST

/* ---- data ---- */

START_TEST(r_holds_until_ready)
{
    struct axi_r held;

    rig.timing.reorder = true;
    rig.reads.r.ready = false;
    rig_read(1, BASE + 8, 2);
    rig_read(2, BASE + 64, 2);
    rig_tick();
    ck_assert(rig.reads.r.valid);
    held = rig.reads.r;
    memset(rig.ram, 0xAA, PAGE);                     /* sampled already */
    for (unsigned n = 0; n < 20; n++) {
        rig_tick();
        ck_assert(rig.reads.r.valid && rig.reads.r.id == held.id && rig.reads.r.last == held.last);
        ck_assert_mem_eq(rig.reads.r.data, held.data, rig.bus_bytes);
    }
}
END_TEST

START_TEST(r_is_sampled_when_it_is_put_on_the_bus)
{
    rig.timing.read_latency = 10;
    rig_read(1, BASE, 1);
    rig_ticks(8);
    rig.ram[0] = 0x77;
    rig_finish();
    ck_assert_uint_eq(rig.r[0].first_byte, 0x77);
}
END_TEST

START_TEST(unaligned_read_gives_the_whole_bus_word)
{
    memory_rig_open(64, 1);
    rig_read(1, BASE + 64 + 24, 1);
    rig_finish();
    ck_assert_uint_eq(rig.r[0].addr, BASE + 64);
    ck_assert_uint_eq(rig.r[0].first_byte, 8);
}
END_TEST

START_TEST(write_lands_with_its_answer_and_not_before)
{
    uint64_t last;

    rig.timing.write_latency = 20;
    memset(rig.ram, 0, 64);
    last = rig_write_word(1, BASE, 0xCD);
    while (rig.now < last + 20) {
        ck_assert_uint_eq(rig.ram[0], 0);
        rig_tick();
    }
    ck_assert_uint_eq(rig.b_n, 0);
    rig_tick();
    ck_assert_uint_eq(rig.b_n, 1);
    ck_assert_uint_eq(rig.ram[0], 0xCD);
    ck_assert_uint_eq(rig.ram[7], 0xCD);
}
END_TEST

START_TEST(strobes_choose_the_bytes)
{
    const uint64_t strobe[] = { 0xFFFFFFFFFFFFF000, ~UINT64_C(0), 0x00000000000001FF, 0 };

    memory_rig_open(64, 1);
    memset(rig.ram, 0, PAGE);
    rig_aw(1, BASE + 64 + 12, 4);
    for (unsigned n = 0; n < 4; n++)
        rig_w((uint8_t)(0xA0 + n), strobe[n], n == 3);
    rig_finish();
    for (unsigned n = 0; n < 6 * 64; n++) {
        const unsigned beat = n / 64 - 1;
        const bool hit = n >= 64 && n < 320 && strobe[beat] >> n % 64 & 1;

        ck_assert_msg(rig.ram[n] == (hit ? 0xA0 + beat : 0), "byte %u is 0x%02x", n, rig.ram[n]);
    }
}
END_TEST

START_TEST(w_may_run_ahead_of_aw)
{
    memset(rig.ram, 0, PAGE);
    rig_w(1, 0xFF, false);
    rig_w(2, 0xFF, true);
    rig_w(3, 0x0F, true);
    rig_ticks(10);
    ck_assert_uint_eq(rig.b_n, 0);
    rig_aw(5, BASE + 32, 2);
    rig_aw(6, BASE + 64, 1);
    rig_finish();
    ck_assert_uint_eq(rig.b_n, 2);
    ck_assert_uint_eq(rig.b[0].id, 5);
    ck_assert_uint_eq(rig.b[1].id, 6);
    ck_assert(rig.ram[32] == 1 && rig.ram[40] == 2 && rig.ram[47] == 2);
    ck_assert(rig.ram[64] == 3 && rig.ram[68] == 0);
}
END_TEST

START_TEST(aw_may_run_ahead_of_w)
{
    unsigned id;
    uint64_t addr;

    ck_assert(!axi_writer_beat(rig.writer, &rig.writes, &id, &addr));
    rig_aw(5, BASE + 32, 2);
    rig_aw(6, BASE + 64, 1);
    rig_w(1, 0xFF, false);
    ck_assert(axi_writer_beat(rig.writer, &rig.writes, &id, &addr));
    ck_assert_uint_eq(id, 5);
    ck_assert_uint_eq(addr, BASE + 40);
    rig_w(2, 0xFF, true);
    rig_w(3, 0xFF, true);
    rig_finish();
    ck_assert(rig.ram[32] == 1 && rig.ram[40] == 2 && rig.ram[64] == 3);
}
END_TEST

START_TEST(ten_thousand_accesses_leave_no_trace_in_the_pool)
{
    rig.timing = (struct ioat_sim_timing) { 9, 9, 30, 0, 0, 0, 0, 0, true, 0 };
    for (unsigned n = 0; n < 10000; n++) {
        rig_read(n % 64, BASE + n % 512 * 8, 1);
        rig_write_word(n % 64, BASE + 2 * PAGE + n % 512 * 8, (uint8_t)n);
        if (n == 5000)
            rig.timing.reorder = false;
    }
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 10000);
    ck_assert_uint_eq(rig.b_n, 10000);
}
END_TEST

Suite *axi_memory_suite(void);

Suite *axi_memory_suite(void)
{
    enum { LATENCIES = sizeof latencies / sizeof *latencies };
    Suite *suite = suite_create("axi_memory");
    TCase *tc = tcase_create("axi_memory");

    tcase_add_checked_fixture(tc, memory_rig_setup, memory_rig_teardown);
    tcase_add_loop_test(tc, first_r_comes_exactly_read_latency_after_ar, 0, LATENCIES);
    tcase_add_loop_test(tc, b_comes_exactly_write_latency_after_the_last_w, 0, LATENCIES);
    tcase_add_loop_test(tc, outstanding_reads_fill_every_clock_of_r, 0, LATENCIES);
    tcase_add_test(tc, ideal_memory_is_always_ready);
    tcase_add_test(tc, jitter_adds_up_to_its_value_and_varies);
    tcase_add_test(tc, new_timing_leaves_answers_under_way);
    tcase_add_test(tc, stall_percent_is_the_share_of_clocks_without_ready);
    tcase_add_test(tc, stalled_r_and_b_still_deliver_everything);
    tcase_add_test(tc, outstanding_max_drops_ready);
    tcase_add_test(tc, in_order_memory_answers_all_ids_in_order);
    tcase_add_test(tc, reorder_keeps_each_id_in_order_and_lets_ids_overtake);
    tcase_add_test(tc, reorder_keeps_the_answers_of_a_write_id_in_order);
    tcase_add_test(tc, a_seed_gives_one_run_and_another_seed_another);
    tcase_add_test(tc, r_holds_until_ready);
    tcase_add_test(tc, r_is_sampled_when_it_is_put_on_the_bus);
    tcase_add_test(tc, unaligned_read_gives_the_whole_bus_word);
    tcase_add_test(tc, write_lands_with_its_answer_and_not_before);
    tcase_add_test(tc, strobes_choose_the_bytes);
    tcase_add_test(tc, w_may_run_ahead_of_aw);
    tcase_add_test(tc, aw_may_run_ahead_of_w);
    tcase_add_test(tc, ten_thousand_accesses_leave_no_trace_in_the_pool);
    suite_add_tcase(suite, tc);
    return suite;
}
