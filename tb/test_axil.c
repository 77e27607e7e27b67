/* test_axil.c - the register port of the engine, pin by pin: AXI4-Lite lets a master be late with VALID and
 * READY in any order. The simulator's own master never is, so this one is.
 */
#include <check.h>
#include <string.h>

#include "axil_check.h"
#include "ioat_regs.h"
#include "model.h"
#include "rng.h"

enum { LATE = 6, ACCESSES = 400, ANSWER_CLOCKS = 20 };
#define REGISTER IOAT_CHAN(0, CHANCMP)      /* holds what is written, all 64 bits of it */
#define OTHER    IOAT_CHAN(0, CHAINADDR)
#define FIRST    UINT64_C(0x1111222233334440)
#define SECOND   UINT64_C(0x5555666677778840)

static struct model *model;
static struct axil_check check;
static struct pins pins;
static uint64_t now;
static struct rng rng;

static void breach(void *ctx, uint64_t clock, const char *rule, const char *text)
{
    (void)ctx;
    ck_abort_msg("%s at clock %lu: %s", rule, (unsigned long)clock, text);
}

static void tick(void)
{
    model_rise(model, &pins);
    axil_check_clock(&check, now, &pins);
    model_fall(model, now);
    now++;
}

static void setup(void)
{
    memset(&pins, 0, sizeof pins);
    now = 0;
    rng = (struct rng) { 1 };
    model = model_open(1);
    ck_assert_ptr_nonnull(model);
    axil_check_init(&check, breach, NULL);
    pins.rst = true;
    for (unsigned n = 0; n < 4; n++)
        tick();
    pins.rst = false;
    tick();
}

static void teardown(void)
{
    model_close(model);
}

/* A write whose AW, W and B are so many clocks late. */
static void write_late(uint16_t offset, uint64_t data, uint8_t lanes, unsigned aw, unsigned w, unsigned b)
{
    const unsigned limit = ANSWER_CLOCKS + aw + w + b;
    bool aw_done = false, w_done = false, answered = false;

    for (unsigned n = 0; !answered; n++) {
        ck_assert_msg(n < limit, "the write is not answered");
        pins.bar.awvalid = !aw_done && n >= aw;
        pins.bar.wvalid = !w_done && n >= w;
        pins.bar.awaddr = offset;
        pins.bar.wdata = data;
        pins.bar.wstrb = lanes;
        pins.bar.bready = aw_done && w_done && b == 0;
        b -= aw_done && w_done && b > 0;
        tick();
        aw_done |= pins.bar.awvalid && pins.bar.awready;
        w_done |= pins.bar.wvalid && pins.bar.wready;
        answered = pins.bar.bvalid && pins.bar.bready;
    }
    pins.bar.awvalid = pins.bar.wvalid = pins.bar.bready = false;
}

/* A read whose answer is taken so many clocks late. */
static uint64_t read_late(uint16_t offset, unsigned late)
{
    bool asked = false;

    for (unsigned n = 0; n < ANSWER_CLOCKS + late; n++) {
        pins.bar.arvalid = !asked;
        pins.bar.araddr = offset;
        pins.bar.rready = n >= late;
        tick();
        asked |= pins.bar.arvalid && pins.bar.arready;
        if (pins.bar.rvalid && pins.bar.rready) {
            pins.bar.arvalid = pins.bar.rready = false;
            return pins.bar.rdata;
        }
    }
    ck_abort_msg("the read is not answered");
}

START_TEST(a_late_address_or_data_is_waited_for)
{
    const uint64_t value = UINT64_C(0x0123456789ABCDC0) + (unsigned)_i;

    write_late(REGISTER, value, 0xFF, _i % LATE, _i / LATE, 0);
    ck_assert_uint_eq(read_late(REGISTER, 0), value);
}
END_TEST

START_TEST(an_answer_waits_until_it_is_taken)
{
    const uint64_t value = UINT64_C(0xFEDCBA9876543200) + (unsigned)_i;

    write_late(REGISTER, value, 0xFF, 0, 0, (unsigned)_i);
    ck_assert_uint_eq(read_late(REGISTER, (unsigned)_i), value);
}
END_TEST

/* The next read is offered while the answer of the one before waits. */
START_TEST(a_read_behind_a_waiting_answer_is_not_lost)
{
    uint64_t got[2] = { 0, 0 };
    unsigned asked = 0, came = 0;

    write_late(REGISTER, FIRST, 0xFF, 0, 0, 0);
    write_late(OTHER, SECOND, 0xFF, 0, 0, 0);
    for (unsigned n = 0; came < 2 && n < ANSWER_CLOCKS; n++) {
        pins.bar.arvalid = asked < 2;
        pins.bar.araddr = asked ? OTHER : REGISTER;
        pins.bar.rready = n >= (unsigned)_i;
        tick();
        asked += pins.bar.arvalid && pins.bar.arready;
        if (pins.bar.rvalid && pins.bar.rready)
            got[came++] = pins.bar.rdata;
    }
    ck_assert_uint_eq(came, 2);
    ck_assert_uint_eq(got[0], FIRST);
    ck_assert_uint_eq(got[1], SECOND);
}
END_TEST

START_TEST(a_write_behind_a_waiting_answer_is_not_lost)
{
    unsigned taken = 0, came = 0;

    for (unsigned n = 0; came < 2 && n < ANSWER_CLOCKS; n++) {
        pins.bar.awvalid = pins.bar.wvalid = taken < 2;
        pins.bar.awaddr = taken ? OTHER : REGISTER;
        pins.bar.wdata = taken ? SECOND : FIRST;
        pins.bar.wstrb = 0xFF;
        pins.bar.bready = n >= (unsigned)_i;
        tick();
        ck_assert_int_eq(pins.bar.awready, pins.bar.wready);
        taken += pins.bar.awvalid && pins.bar.awready;
        came += pins.bar.bvalid && pins.bar.bready;
    }
    pins.bar.awvalid = pins.bar.wvalid = pins.bar.bready = false;
    ck_assert_uint_eq(came, 2);
    ck_assert_uint_eq(read_late(REGISTER, 0), FIRST);
    ck_assert_uint_eq(read_late(OTHER, 0), SECOND);
}
END_TEST

START_TEST(any_lanes_and_any_delays_keep_every_byte)
{
    uint64_t held = 0;

    write_late(REGISTER, 0, 0xFF, 0, 0, 0);
    for (unsigned n = 0; n < ACCESSES; n++) {
        const uint64_t data = rng_next(&rng);
        const uint8_t lanes = (uint8_t)rng_next(&rng);

        write_late(REGISTER, data, lanes, rng_below(&rng, LATE), rng_below(&rng, LATE), rng_below(&rng, LATE));
        for (unsigned lane = 0; lane < 8; lane++)
            if (lanes >> lane & 1)
                held = (held & ~(UINT64_C(0xFF) << 8 * lane)) | (data & UINT64_C(0xFF) << 8 * lane);
        ck_assert_uint_eq(read_late(REGISTER, rng_below(&rng, LATE)), held);
    }
}
END_TEST

Suite *axil_suite(void);

Suite *axil_suite(void)
{
    Suite *suite = suite_create("axil");
    TCase *tc = tcase_create("axil");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_late_address_or_data_is_waited_for, 0, LATE * LATE);
    tcase_add_loop_test(tc, an_answer_waits_until_it_is_taken, 0, 2 * LATE);
    tcase_add_loop_test(tc, a_read_behind_a_waiting_answer_is_not_lost, 0, LATE);
    tcase_add_loop_test(tc, a_write_behind_a_waiting_answer_is_not_lost, 0, LATE);
    tcase_add_test(tc, any_lanes_and_any_delays_keep_every_byte);
    suite_add_tcase(suite, tc);
    return suite;
}
