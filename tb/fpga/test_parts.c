/* test_parts.c - the modules of rtl/fpga around the engine: reset, levels of another clock, interrupt requests,
 * and the BAR side of a bridge with a memory of 16 KiB in the engine's place.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_regs.h"
#include "parts.h"

enum { MEMORY = IOAT_BAR_BYTES, LOG = 64, LIMIT = 4000, ID = 11 };

static struct parts_pins *p;
static uint32_t noise;

static uint32_t draw(uint32_t below)
{
    noise ^= noise << 13;
    noise ^= noise >> 17;
    noise ^= noise << 5;
    return noise % below;
}

static void setup(void)
{
    noise = 88172645;
    p = parts_open(3);
    p->rst = 1;
    parts_rise();
    parts_rise();
    p->rst = 0;
    parts_settle();
}

/* ---- reset ---- */

START_TEST(reset_is_up_from_configuration_on)
{
    p = parts_open((unsigned)_i);
    p->areset_n = 1;
    parts_settle();
    ck_assert_uint_eq(p->rst_out, 1);
}
END_TEST

START_TEST(reset_asserts_without_a_clock)
{
    p->areset_n = 1;
    for (unsigned n = 0; n < 8; n++)
        parts_rise();
    ck_assert_uint_eq(p->rst_out, 0);
    p->areset_n = 0;
    parts_settle();
    ck_assert_uint_eq(p->rst_out, 1);
}
END_TEST

START_TEST(reset_releases_with_the_third_edge)
{
    p->areset_n = 0;
    parts_rise();
    p->areset_n = 1;
    for (unsigned n = 0; n < 3; n++) {
        parts_settle();
        ck_assert_uint_eq(p->rst_out, 1);
        parts_rise();
    }
    ck_assert_uint_eq(p->rst_out, 0);
}
END_TEST

/* A glitch between two edges is a whole reset. */
START_TEST(reset_glitch_is_seen)
{
    p->areset_n = 1;
    for (unsigned n = 0; n < 8; n++)
        parts_rise();
    p->areset_n = 0;
    parts_settle();
    p->areset_n = 1;
    parts_rise();
    ck_assert_uint_eq(p->rst_out, 1);
}
END_TEST

/* ---- levels of another clock ---- */

START_TEST(cfg_levels_arrive_in_three_clocks)
{
    p->cfg_bme = p->cfg_msix_en = p->cfg_flr = 1;
    for (unsigned n = 0; n < 3; n++)
        parts_rise();
    ck_assert(p->bme && p->msix_en && p->flr && !p->msix_mask);
    p->cfg_msix_mask = 1;
    for (unsigned n = 0; n < 3; n++)
        parts_rise();
    ck_assert(p->msix_mask);
    p->cfg_bme = p->cfg_msix_en = p->cfg_flr = p->cfg_msix_mask = 0;
    for (unsigned n = 0; n < 5; n++)
        parts_rise();
    ck_assert(!p->bme && !p->msix_en && !p->flr && !p->msix_mask);
}
END_TEST

/* Enable and mask change in one config write; flip-flops may see either of them a clock later. */
START_TEST(cfg_one_write_of_enable_and_mask_opens_nothing)
{
    const unsigned enable_late = _i & 1, mask_late = _i >> 1 & 1;
    const uint8_t to = _i >> 2 & 1;

    p->cfg_msix_en = p->cfg_msix_mask = !to;
    for (unsigned n = 0; n < 6; n++)
        parts_rise();
    for (unsigned n = 0; n < 10; n++) {
        if (n >= enable_late)
            p->cfg_msix_en = to;
        if (n >= mask_late)
            p->cfg_msix_mask = to;
        parts_rise();
        ck_assert_msg(!p->msix_en || p->msix_mask, "open %u clocks after the write", n + 1);
    }
}
END_TEST

/* ---- interrupt requests ---- */

START_TEST(irq_msix_request_stays_until_its_acknowledgement)
{
    p->irq_is_msix = 1;
    p->irq_msix = 4;
    parts_rise();
    p->irq_msix = 0;
    for (unsigned n = 0; n < 5; n++) {
        ck_assert_uint_eq(p->irq_req, 4);
        parts_rise();
    }
    p->irq_ack = 4;
    parts_rise();
    p->irq_ack = 0;
    ck_assert_uint_eq(p->irq_req, 0);
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 0);
}
END_TEST

/* Also one that comes in the clock of the acknowledgement. */
START_TEST(irq_msix_pulse_during_a_request_is_one_more)
{
    p->irq_is_msix = 1;
    p->irq_msix = 1;
    parts_rise();
    p->irq_msix = _i == 0;
    parts_rise();
    p->irq_msix = _i == 1;
    p->irq_ack = 1;
    parts_rise();
    p->irq_msix = p->irq_ack = 0;
    ck_assert_uint_eq(p->irq_req, 0);
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 1);
    p->irq_ack = 1;
    parts_rise();
    p->irq_ack = 0;
    for (unsigned n = 0; n < 3; n++, parts_rise())
        ck_assert_uint_eq(p->irq_req, 0);
}
END_TEST

START_TEST(irq_intx_has_two_acknowledgements)
{
    p->irq_intx = 1;
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 1);
    p->irq_intx = 0;                   /* gone before it was sent */
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 1);
    p->irq_ack = 1;
    parts_rise();
    p->irq_ack = 0;
    ck_assert_uint_eq(p->irq_req, 0);
    p->irq_intx = 1;                   /* again, before its end was sent */
    for (unsigned n = 0; n < 3; n++) {
        parts_rise();
        ck_assert_uint_eq(p->irq_req, 0);
    }
    p->irq_ack = 1;
    parts_rise();
    p->irq_ack = 0;
    ck_assert_uint_eq(p->irq_req, 1);
}
END_TEST

START_TEST(irq_msi_has_one_acknowledgement)
{
    p->irq_is_msi = 1;
    p->irq_intx = 1;
    parts_rise();
    p->irq_ack = 1;
    parts_rise();
    p->irq_ack = 0;
    ck_assert_uint_eq(p->irq_req, 1);  /* not served yet */
    p->irq_intx = 0;
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 0);
    p->irq_intx = 1;
    parts_rise();
    ck_assert_uint_eq(p->irq_req, 1);
}
END_TEST

/* ---- the BAR ---- */

static uint8_t memory[MEMORY];
static struct { bool write; uint16_t addr; uint8_t strobes; } access_log[LOG];
static unsigned access_n;
static bool stalls;                    /* every ready and valid at random */
static uint8_t answer;                 /* xRESP of the memory */
static struct { bool aw, w, b, r; uint16_t awaddr, araddr; uint64_t data; uint8_t strobes; } side;

static bool now(void)
{
    return !stalls || draw(3) == 0;
}

/* What the memory drives, before an edge. */
static void drive(void)
{
    p->m_awready = !side.aw && now();
    p->m_wready = !side.w && now();
    p->m_arready = !side.r && now();
    p->m_bvalid = side.b || (side.aw && side.w && now());
    p->m_rvalid = side.r && (p->m_rvalid || now());
    p->m_bresp = p->m_rresp = answer;
    side.b = p->m_bvalid;
    memcpy(&p->m_rdata, &memory[side.araddr & ~7u], sizeof p->m_rdata);
}

static void record(bool write, uint16_t addr, uint8_t strobes)
{
    ck_assert_uint_lt(access_n, LOG);
    access_log[access_n].write = write;
    access_log[access_n].addr = addr;
    access_log[access_n++].strobes = strobes;
}

static void clock_once(void)
{
    drive();
    parts_settle();
    if (p->m_awvalid && p->m_awready) {
        side.aw = true;
        side.awaddr = p->m_awaddr;
    }
    if (p->m_wvalid && p->m_wready) {
        side.w = true;
        side.data = p->m_wdata;
        side.strobes = p->m_wstrb;
    }
    const bool read = p->m_arvalid && p->m_arready, read_done = p->m_rvalid && p->m_rready;

    if (p->m_bvalid && p->m_bready) {
        record(true, side.awaddr, side.strobes);
        for (unsigned n = 0; n < 8; n++)
            if (side.strobes >> n & 1)
                memory[(side.awaddr & ~7u) + n] = (uint8_t)(side.data >> 8 * n);
        side.aw = side.w = side.b = false;
    }
    if (read) {
        record(false, p->m_araddr, 0);
        side.araddr = p->m_araddr;
    }
    parts_rise();
    side.r = read || (side.r && !read_done);
    if (read_done)
        p->m_rvalid = 0;
}

static void open_bar(void)
{
    setup();
    for (unsigned n = 0; n < MEMORY; n++)
        memory[n] = (uint8_t)(n * 37 + (n >> 8));
    memset(&side, 0, sizeof side);
    access_n = 0;
    stalls = false;
    answer = 0;
}

/* Clocks until *flag is high before an edge. */
static void until(const uint8_t *flag)
{
    for (unsigned n = 0; n < LIMIT; n++) {
        drive();
        parts_settle();
        if (*flag)
            return;
        clock_once();
    }
    ck_abort_msg("no answer in %d clocks", LIMIT);
}

static void take(const uint8_t *flag)
{
    until(flag);
    clock_once();
}

/* A burst of reads; beats are compared with memory from `addr` on. */
static void read_burst(uint16_t addr, unsigned size, unsigned beats)
{
    p->s_araddr = addr;
    p->s_arsize = (uint8_t)size;
    p->s_arlen = (uint8_t)(beats - 1);
    p->s_arid = ID;
    p->s_arvalid = 1;
    take(&p->s_arready);
    p->s_arvalid = 0;
    for (unsigned n = 0; n < beats; n++) {
        const unsigned end = (addr >> size << size) + (1u << size);

        until(&p->s_rvalid);
        while (!now())
            clock_once();
        ck_assert_uint_eq(p->s_rid, ID);
        ck_assert_uint_eq(p->s_rlast, n + 1 == beats);
        ck_assert_uint_eq(p->s_rresp, answer);
        for (; addr < end; addr++)
            ck_assert_msg(p->s_rdata[addr % PARTS_BUS] == memory[addr], "beat %u, byte 0x%x", n, addr);
        p->s_rready = 1;
        clock_once();
        p->s_rready = 0;
    }
}

static void write_beat(uint64_t strobes, bool last)
{
    for (unsigned n = 0; n < PARTS_BUS; n++)
        p->s_wdata[n] = (uint8_t)draw(256);
    p->s_wstrb = strobes;
    p->s_wlast = last;
    p->s_wvalid = 1;
    take(&p->s_wready);
    p->s_wvalid = 0;
}

static void write_address(uint16_t addr, unsigned size)
{
    p->s_awaddr = addr;
    p->s_awsize = (uint8_t)size;
    p->s_awid = ID;
    p->s_awvalid = 1;
    take(&p->s_awready);
    p->s_awvalid = 0;
}

static void write_answer(void)
{
    until(&p->s_bvalid);
    while (!now())
        clock_once();
    ck_assert_uint_eq(p->s_bid, ID);
    ck_assert_uint_eq(p->s_bresp, answer);
    p->s_bready = 1;
    clock_once();
    p->s_bready = 0;
}

static void expect_access(unsigned n, bool write, uint16_t addr)
{
    ck_assert_uint_lt(n, access_n);
    ck_assert(access_log[n].write == write);
    ck_assert_uint_eq(access_log[n].addr, addr);
}

/* K-01: a side effect goes by the first byte. */
START_TEST(bar_short_read_starts_at_its_byte)
{
    static const struct { uint16_t addr; uint8_t size; } row[] = {
        { IOAT_INTRCTRL, 0 }, { IOAT_ATTNSTATUS, 2 }, { IOAT_CHAN(0, CHANSTS), 3 },
        { IOAT_CHAN(0, CHANSTS) + 4, 2 }, { IOAT_CHAN(0, DMACOUNT), 1 },
    };

    read_burst(row[_i].addr, row[_i].size, 1);
    ck_assert_uint_eq(access_n, 1);
    expect_access(0, false, row[_i].addr);
}
END_TEST

START_TEST(bar_widened_read_has_one_side_effect)
{
    const uint16_t addr = IOAT_CHAN(0, CHANSTS);

    read_burst(addr, 6, 1);
    ck_assert_uint_eq(access_n, 7);
    expect_access(0, false, addr);
    for (unsigned n = 1; n < access_n; n++)
        expect_access(n, false, (uint16_t)((addr + 8 * n) | 7));
}
END_TEST

START_TEST(bar_burst_of_words_has_one_side_effect)
{
    read_burst(IOAT_CHAN(0, CHANCTRL), 3, 4);
    ck_assert_uint_eq(access_n, 4);
    expect_access(0, false, IOAT_CHAN(0, CHANCTRL));
    expect_access(1, false, IOAT_CHAN(0, CHANSTS) | 7);
}
END_TEST

/* Two halves are two reads, as K-02 has them. */
START_TEST(bar_narrow_burst_reads_each_register)
{
    read_burst(IOAT_CHAN(0, CHANSTS), 2, 2);
    ck_assert_uint_eq(access_n, 2);
    expect_access(0, false, IOAT_CHAN(0, CHANSTS));
    expect_access(1, false, IOAT_CHAN(0, CHANSTS) + 4);
}
END_TEST

START_TEST(bar_write_reaches_only_lanes_with_strobes)
{
    write_address(0x100, 6);
    write_beat(UINT64_C(0xF000000000003C00), true);
    write_answer();
    ck_assert_uint_eq(access_n, 2);
    expect_access(0, true, 0x108);
    ck_assert_uint_eq(access_log[0].strobes, 0x3C);
    expect_access(1, true, 0x138);
    ck_assert_uint_eq(access_log[1].strobes, 0xF0);
    ck_assert_mem_eq(&memory[0x10A], &p->s_wdata[0x0A], 4);
    ck_assert_mem_eq(&memory[0x13C], &p->s_wdata[0x3C], 4);
}
END_TEST

START_TEST(bar_write_without_strobes_is_answered)
{
    write_address(0x100, 3);
    write_beat(0, true);
    write_answer();
    ck_assert_uint_eq(access_n, 0);
}
END_TEST

START_TEST(bar_write_burst_goes_on_at_the_next_beat)
{
    write_address(0x78, 3);
    write_beat(UINT64_C(0xFF) << 56, false);
    write_beat(UINT64_C(0xFF), true);
    write_answer();
    ck_assert_uint_eq(access_n, 2);
    expect_access(0, true, 0x78);
    expect_access(1, true, 0x80);
    ck_assert_mem_eq(&memory[0x80], p->s_wdata, 8);
}
END_TEST

START_TEST(bar_error_answers_pass)
{
    answer = 2;
    read_burst(0x40, 6, 2);
    write_address(0x40, 6);
    write_beat(~UINT64_C(0), true);
    write_answer();
}
END_TEST

START_TEST(bar_read_waits_for_the_write_before_it)
{
    write_address(0x98, 3);
    p->s_arvalid = 1;
    p->s_araddr = 0x98;
    p->s_arsize = 3;
    for (unsigned n = 0; n < 20; n++) {
        parts_settle();
        ck_assert_uint_eq(p->s_arready, 0);
        clock_once();
    }
    p->s_arvalid = 0;
    write_beat(UINT64_C(0xFF) << 24, true);
    write_answer();
    read_burst(0x98, 3, 1);
    expect_access(0, true, 0x98);
    expect_access(1, false, 0x98);
}
END_TEST

START_TEST(bar_takes_nothing_in_reset)
{
    p->rst = 1;
    p->s_arvalid = p->s_awvalid = 1;
    for (unsigned n = 0; n < 4; n++, clock_once()) {
        parts_settle();
        ck_assert(!p->s_arready && !p->s_awready);
        ck_assert(n == 0 || (!p->m_arvalid && !p->m_awvalid && !p->m_wvalid));
    }
}
END_TEST

/* Any bursts, with every ready and valid at random. */
START_TEST(bar_random_bursts_read_what_was_written)
{
    stalls = true;
    for (unsigned n = 0; n < 300; n++) {
        const unsigned size = draw(7), beats = 1 + draw(4);
        const uint16_t addr = (uint16_t)draw(MEMORY - 5 * PARTS_BUS);
        uint16_t at = addr;

        access_n = 0;
        if (draw(2)) {
            read_burst(addr, size, beats);
            continue;
        }
        write_address(addr, size);
        for (unsigned beat = 0; beat < beats; beat++) {
            const unsigned end = (at >> size << size) + (1u << size);
            uint8_t want[PARTS_BUS];
            uint64_t strobes = 0;

            for (unsigned byte = at; byte < end; byte++)
                strobes |= (uint64_t)draw(2) << byte % PARTS_BUS;
            memcpy(want, &memory[at & ~(PARTS_BUS - 1u)], PARTS_BUS);
            write_beat(strobes, beat + 1 == beats);
            for (unsigned byte = 0; byte < PARTS_BUS; byte++)
                if (strobes >> byte & 1)
                    want[byte] = p->s_wdata[byte];
            if (beat + 1 == beats)
                write_answer();
            else
                until(&p->s_wready);
            ck_assert_mem_eq(&memory[at & ~(PARTS_BUS - 1u)], want, PARTS_BUS);
            at = (uint16_t)end;
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parts");
    TCase *reset = tcase_create("reset"), *cfg = tcase_create("cfg"), *irq = tcase_create("irq"),
          *bar = tcase_create("bar");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(reset, setup, NULL);
    tcase_add_loop_test(reset, reset_is_up_from_configuration_on, 0, 8);
    tcase_add_test(reset, reset_asserts_without_a_clock);
    tcase_add_test(reset, reset_releases_with_the_third_edge);
    tcase_add_test(reset, reset_glitch_is_seen);
    tcase_add_checked_fixture(cfg, setup, NULL);
    tcase_add_test(cfg, cfg_levels_arrive_in_three_clocks);
    tcase_add_loop_test(cfg, cfg_one_write_of_enable_and_mask_opens_nothing, 0, 8);
    tcase_add_checked_fixture(irq, setup, NULL);
    tcase_add_test(irq, irq_msix_request_stays_until_its_acknowledgement);
    tcase_add_loop_test(irq, irq_msix_pulse_during_a_request_is_one_more, 0, 2);
    tcase_add_test(irq, irq_intx_has_two_acknowledgements);
    tcase_add_test(irq, irq_msi_has_one_acknowledgement);
    tcase_add_checked_fixture(bar, open_bar, NULL);
    tcase_add_loop_test(bar, bar_short_read_starts_at_its_byte, 0, 5);
    tcase_add_test(bar, bar_widened_read_has_one_side_effect);
    tcase_add_test(bar, bar_burst_of_words_has_one_side_effect);
    tcase_add_test(bar, bar_narrow_burst_reads_each_register);
    tcase_add_test(bar, bar_write_reaches_only_lanes_with_strobes);
    tcase_add_test(bar, bar_write_without_strobes_is_answered);
    tcase_add_test(bar, bar_write_burst_goes_on_at_the_next_beat);
    tcase_add_test(bar, bar_error_answers_pass);
    tcase_add_test(bar, bar_read_waits_for_the_write_before_it);
    tcase_add_test(bar, bar_takes_nothing_in_reset);
    tcase_add_test(bar, bar_random_bursts_read_what_was_written);
    suite_add_tcase(suite, reset);
    suite_add_tcase(suite, cfg);
    suite_add_tcase(suite, irq);
    suite_add_tcase(suite, bar);
    srunner_run_all(runner, CK_ENV);

    const int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
