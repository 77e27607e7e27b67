/* test_axi_faults.c - what the simulated host memory answers with an error, withholds,
 * or hands on as an interrupt message.
 */
#include <check.h>
#include <string.h>

#include "memory_rig.h"

/* ---- rights ---- */

START_TEST(read_outside_every_region_is_an_error)
{
    rig_read(1, BASE - 8, 1);
    rig_read(1, BASE + PAGES * PAGE, 1);
    rig_finish();
    for (unsigned n = 0; n < 2; n++) {
        ck_assert_uint_eq(rig.r[n].resp, AXI_DECERR);
        ck_assert_uint_eq(rig.r[n].first_byte, AXI_MEMORY_ERROR_BYTE);
    }
}
END_TEST

START_TEST(write_without_the_right_changes_nothing)
{
    rig_write_word(1, READ_ONLY_BASE, 0);
    rig_write_word(1, BASE - 8, 0);
    rig_finish();
    ck_assert_uint_eq(rig.b[0].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.b[1].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.rom[0], 0x55);
}
END_TEST

START_TEST(read_without_the_right_is_an_error)
{
    ck_assert_int_eq(host_mem_map(rig.mem, 0x80000, PAGE, IOAT_SIM_WRITE, NULL), IOAT_OK);
    rig_read(1, 0x80000, 1);
    rig_finish();
    ck_assert_uint_eq(rig.r[0].resp, AXI_DECERR);
}
END_TEST

START_TEST(detached_memory_answers_errors)
{
    host_mem_detach(rig.mem);
    rig_read(1, BASE, 1);
    rig_write_word(1, BASE, 0xCD);
    rig_write_word(1, HOST_MESSAGE_FIRST, 0xCD);
    rig_finish();
    ck_assert_uint_eq(rig.r[0].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.b[0].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.b[1].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.ram[0], 0);
    ck_assert_uint_eq(rig.messages, 0);
}
END_TEST

/* ---- rig.faults ---- */

static int fault(enum ioat_sim_fault_kind kind, enum ioat_sim_fault_answer how, uint64_t first,
                 uint64_t last, unsigned skip, unsigned count)
{
    const struct ioat_sim_fault rule = { kind, how, first, last, skip, count, 100 };
    const int number = fault_add(&rig.faults, &rule);

    ck_assert_int_ge(number, 0);
    return number;
}

START_TEST(read_fault_hits_the_beats_of_its_addresses)
{
    const int number =
        fault(IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, BASE + 17, BASE + 24, 0, 0);

    rig_read(1, BASE, 8);
    rig_finish();
    for (unsigned n = 0; n < 8; n++) {
        ck_assert_uint_eq(rig.r[n].resp, n == 2 || n == 3 ? AXI_SLVERR : AXI_OKAY);
        ck_assert_uint_eq(rig.r[n].first_byte, n == 2 || n == 3 ? AXI_MEMORY_ERROR_BYTE : n);
    }
    ck_assert_uint_eq(fault_hits(&rig.faults, number), 2);
}
END_TEST

START_TEST(fault_spares_skip_and_then_hits_count)
{
    const int number = fault(IOAT_SIM_FAULT_READ, IOAT_SIM_DECERR, BASE, BASE + PAGE, 3, 2);

    rig_read(1, BASE, 8);
    rig_finish();
    for (unsigned n = 0; n < 8; n++)
        ck_assert_uint_eq(rig.r[n].resp, n == 3 || n == 4 ? AXI_DECERR : AXI_OKAY);
    ck_assert_uint_eq(fault_hits(&rig.faults, number), 2);
}
END_TEST

START_TEST(fault_percent_is_a_chance)
{
    const struct ioat_sim_fault rule = { IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, 0, UINT64_MAX, 0,
                                         0, 20 };
    unsigned errors = 0;
    int number = fault_add(&rig.faults, &rule);

    for (unsigned n = 0; n < 1000; n++)
        rig_read(1, BASE, 8);
    rig_finish();
    for (unsigned n = 0; n < rig.r_n; n++)
        errors += rig.r[n].resp == AXI_SLVERR;
    ck_assert_uint_eq(errors, fault_hits(&rig.faults, number));
    ck_assert_uint_gt(errors, 1400);
    ck_assert_uint_lt(errors, 1800);
}
END_TEST

START_TEST(errored_write_changes_nothing)
{
    fault(IOAT_SIM_FAULT_WRITE, IOAT_SIM_SLVERR, BASE + 8, BASE + 8, 0, 1);
    memset(rig.ram, 0, 64);
    rig_aw(1, BASE, 2);
    rig_w(1, 0xFF, false);
    rig_w(1, 0xFF, true);
    rig_aw(1, BASE, 2);
    rig_w(2, 0xFF, false);
    rig_w(2, 0xFF, true);
    rig_ticks(1);
    ck_assert_uint_eq(rig.b[0].resp, AXI_SLVERR);
    rig_finish();
    ck_assert_uint_eq(rig.b[1].resp, AXI_OKAY);
    ck_assert(rig.ram[0] == 2 && rig.ram[8] == 2);
}
END_TEST

START_TEST(write_fault_looks_at_the_bytes_that_strobes_choose)
{
    const int number = fault(IOAT_SIM_FAULT_WRITE, IOAT_SIM_SLVERR, BASE + 4, BASE + 7, 0, 0);

    rig_aw(1, BASE, 1);
    rig_w(1, 0x0F, true);                       /* below */
    rig_aw(1, BASE, 1);
    rig_w(1, 0x00, true);                       /* nothing */
    rig_aw(1, BASE, 1);
    rig_w(1, 0x10, true);
    rig_finish();
    ck_assert_uint_eq(fault_hits(&rig.faults, number), 1);
    ck_assert_uint_eq(rig.b[2].resp, AXI_SLVERR);
}
END_TEST

START_TEST(hold_keeps_its_id_and_lets_the_others_pass)
{
    rig.timing.reorder = _i;
    fault(IOAT_SIM_FAULT_READ, IOAT_SIM_HOLD, BASE + 8, BASE + 15, 0, 1);
    fault(IOAT_SIM_FAULT_WRITE, IOAT_SIM_HOLD, BASE, BASE + 7, 0, 1);
    rig_read(1, BASE, 2);
    rig_read(1, BASE + 64, 1);
    rig_read(2, BASE + 128, 1);
    rig_write_word(1, BASE, 0xCD);
    rig_write_word(1, BASE + 512, 0xCD);
    rig_write_word(2, BASE + 1024, 0xCD);
    rig_ticks(100);
    ck_assert(axi_reader_withholds(rig.reader) && axi_writer_withholds(rig.writer));
    ck_assert_uint_eq(rig.r_n, 2);                   /* the beat before the held one, and ID 2 */
    ck_assert_uint_eq(rig.r[0].id + rig.r[1].id, 3);
    ck_assert_uint_eq(rig.b_n, 1);
    ck_assert_uint_eq(rig.b[0].id, 2);
    ck_assert_uint_eq(rig.ram[0], 0);

    fault_clear(&rig.faults);
    ck_assert(!axi_reader_withholds(rig.reader) && !axi_writer_withholds(rig.writer));
    /* A fault armed rig.now does not catch the released answers again. */
    fault(IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, BASE + 8, BASE + 15, 0, 0);
    rig_finish();
    ck_assert_uint_eq(rig.r_n, 4);
    ck_assert_uint_eq(rig.r[2].addr, BASE + 8);
    ck_assert_uint_eq(rig.r[2].resp, AXI_OKAY);
    ck_assert_uint_eq(rig.b_n, 3);
    ck_assert_uint_eq(rig.ram[0], 0xCD);
}
END_TEST

START_TEST(fault_numbers_are_limited_and_hits_outlive_clear)
{
    const struct ioat_sim_fault rule = { IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR, BASE, BASE, 0, 0,
                                         100 };

    for (int n = 0; n < FAULT_MAX; n++)
        ck_assert_int_eq(fault_add(&rig.faults, &rule), n);
    ck_assert_int_eq(fault_add(&rig.faults, &rule), IOAT_EFULL);
    rig_read(1, BASE, 1);
    rig_finish();
    ck_assert_uint_eq(fault_hits(&rig.faults, 0), 1);
    ck_assert_uint_eq(fault_hits(&rig.faults, 1), 0);    /* the first that hits decides */
    fault_clear(&rig.faults);
    ck_assert_uint_eq(fault_hits(&rig.faults, 0), 1);
    ck_assert_int_eq(fault_add(&rig.faults, &rule), 0);
    ck_assert_uint_eq(fault_hits(&rig.faults, 0), 0);
}
END_TEST

/* ---- rig.messages ---- */

START_TEST(four_byte_write_to_the_window_is_a_message)
{
    const unsigned lane = 4 * (unsigned)_i;

    memory_rig_open(64, 1);
    rig_aw(0x20, HOST_MESSAGE_FIRST + lane, 1);
    rig.writes.w = (struct axi_w) { .valid = true, .last = true, .strobe = UINT64_C(0xF) << lane };
    memcpy(&rig.writes.w.data[lane], "\x78\x56\x34\x12", 4);
    rig_tick();
    rig.writes.w.valid = false;
    ck_assert_uint_eq(rig.messages, 0);              /* not before its answer */
    rig_tick();
    ck_assert_uint_eq(rig.messages, 1);
    ck_assert_uint_eq(rig.message_addr, HOST_MESSAGE_FIRST + lane);
    ck_assert_uint_eq(rig.message_data, 0x12345678);
    ck_assert_uint_eq(rig.b[0].resp, AXI_OKAY);
}
END_TEST

START_TEST(other_writes_to_the_window_are_errors)
{
    const uint64_t strobe[] = { 0xFF, 0x03, 0x3C, 0x33, 0x0F };

    rig_aw(0x20, HOST_MESSAGE_LAST - 7, _i == 4 ? 2 : 1);
    rig_w(1, strobe[_i], _i != 4);
    if (_i == 4)
        rig_w(1, 0, true);
    rig_finish();
    ck_assert_uint_eq(rig.b[0].resp, AXI_DECERR);
    ck_assert_uint_eq(rig.messages, 0);
}
END_TEST

START_TEST(errored_message_is_not_delivered)
{
    fault(IOAT_SIM_FAULT_WRITE, IOAT_SIM_SLVERR, HOST_MESSAGE_FIRST, HOST_MESSAGE_LAST, 0, 0);
    rig_aw(0x20, HOST_MESSAGE_FIRST, 1);
    rig_w(1, 0x0F, true);
    rig_finish();
    ck_assert_uint_eq(rig.b[0].resp, AXI_SLVERR);
    ck_assert_uint_eq(rig.messages, 0);
}
END_TEST

Suite *axi_faults_suite(void);

Suite *axi_faults_suite(void)
{
    Suite *suite = suite_create("axi_faults");
    TCase *tc = tcase_create("axi_faults");

    tcase_add_checked_fixture(tc, memory_rig_setup, memory_rig_teardown);
    tcase_add_test(tc, read_outside_every_region_is_an_error);
    tcase_add_test(tc, write_without_the_right_changes_nothing);
    tcase_add_test(tc, read_without_the_right_is_an_error);
    tcase_add_test(tc, detached_memory_answers_errors);
    tcase_add_test(tc, read_fault_hits_the_beats_of_its_addresses);
    tcase_add_test(tc, fault_spares_skip_and_then_hits_count);
    tcase_add_test(tc, fault_percent_is_a_chance);
    tcase_add_test(tc, errored_write_changes_nothing);
    tcase_add_test(tc, write_fault_looks_at_the_bytes_that_strobes_choose);
    tcase_add_loop_test(tc, hold_keeps_its_id_and_lets_the_others_pass, 0, 2);
    tcase_add_test(tc, fault_numbers_are_limited_and_hits_outlive_clear);
    tcase_add_loop_test(tc, four_byte_write_to_the_window_is_a_message, 0, 16);
    tcase_add_loop_test(tc, other_writes_to_the_window_are_errors, 0, 5);
    tcase_add_test(tc, errored_message_is_not_delivered);
    suite_add_tcase(suite, tc);
    return suite;
}
