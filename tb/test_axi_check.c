/* test_axi_check.c - each AXI4 rule is broken once, with pins made by hand, and must be
 * named; legal traffic must pass.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "axi_check.h"

enum { BUS = 8, CHANNELS = 4, READ_MAX = 512, WRITE_MAX = 256, PATIENCE = 50 };
enum { SIZE_CODE = 3 };                     /* 8 bytes */
enum { DESCRIPTOR_ID = 0x12, WORD_ID = 0x12, MESSAGE_ID = 0x22, PAYLOAD_ID = 0x02 };

static struct axi_check *check;
static struct pins pins;
static uint64_t now;
static const char *rule;                    /* the first broken one, or NULL */
static bool frozen;

static void breach(void *ctx, uint64_t clock, const char *name, const char *text)
{
    (void)ctx;
    ck_assert_uint_eq(clock, now);
    ck_assert(text[0]);
    if (!rule)
        rule = name;
}

static void tick(void)
{
    axi_check_clock(check, now, &pins, frozen);
    now++;
}

static void ticks(unsigned n)
{
    while (n-- > 0)
        tick();
}

static void open_port(unsigned port, bool desc_port)
{
    const struct axi_check_config config = {
        .port = port, .bus_bytes = BUS, .channels = CHANNELS, .desc_port = desc_port,
        .read_bytes_max = READ_MAX, .write_bytes_max = WRITE_MAX, .violate = breach,
    };

    axi_check_close(check);
    check = axi_check_open(&config);
    ck_assert_ptr_nonnull(check);
    axi_check_set_patience(check, PATIENCE);
    memset(&pins, 0, sizeof pins);
    rule = NULL;
    frozen = false;
    pins.rst = true;
    tick();
    pins.rst = false;
    pins.bus_master = true;
    tick();
}

static void setup(void) { now = 0; open_port(0, false); }
static void teardown(void) { axi_check_close(check); check = NULL; }

static struct axi_address address(unsigned id, uint64_t addr, unsigned beats)
{
    return (struct axi_address) {
        .valid = true, .ready = true, .id = (uint8_t)id, .addr = addr, .len = (uint8_t)(beats - 1),
        .size = SIZE_CODE, .burst = AXI_BURST_INCR, .cache = AXI_CACHE_SNOOP,
    };
}

/* One clock with an AR or AW that is accepted at once. */
static void ask(bool write, struct axi_address a)
{
    struct axi_address *to = write ? &pins.write.aw : &pins.read[0].ar;

    *to = a;
    tick();
    to->valid = false;
}

static void give_w(uint64_t strobe, bool last)
{
    pins.write.w = (struct axi_w) { .valid = true, .ready = true, .last = last, .strobe = strobe };
    tick();
    pins.write.w.valid = false;
}

static void give_b(unsigned id)
{
    pins.write.b = (struct axi_b) { .valid = true, .ready = true, .id = (uint8_t)id };
    tick();
    pins.write.b.valid = false;
}

static void give_r(unsigned id, bool last)
{
    pins.read[0].r =
        (struct axi_r) { .valid = true, .ready = true, .last = last, .id = (uint8_t)id };
    tick();
    pins.read[0].r.valid = false;
}

#define BROKEN(name)                                                                        \
    do {                                                                                    \
        ck_assert_msg(rule != NULL, "nothing was found, expected " name);                   \
        ck_assert_str_eq(rule, name);                                                       \
    } while (0)
#define FINE() ck_assert_msg(rule == NULL, "found %s in legal traffic", rule)

/* ---- legal traffic ---- */

START_TEST(legal_traffic_passes)
{
    ask(false, address(DESCRIPTOR_ID, 0x1040, 8));
    ask(false, address(PAYLOAD_ID, 0xE00, 64));
    for (unsigned n = 0; n < 64; n++) {          /* interleaved by ID */
        give_r(PAYLOAD_ID, n == 63);
        if (n < 8)
            give_r(DESCRIPTOR_ID, n == 7);
    }
    ask(true, address(PAYLOAD_ID, 0xF00, 2));
    give_w(0xF0, false);
    give_w(0xFF, true);
    give_w(0x0F, true);                          /* W ahead of its AW */
    ask(true, address(MESSAGE_ID, 0xFEE00000, 1));
    ask(true, address(WORD_ID, 0x2008, 1));
    give_w(0xFF, true);
    give_b(MESSAGE_ID);
    give_b(WORD_ID);
    give_b(PAYLOAD_ID);
    FINE();
}
END_TEST

START_TEST(legal_no_snoop_payload_passes)
{
    struct axi_address a = address(PAYLOAD_ID, 0x1000, 1);

    a.cache = AXI_CACHE_NO_SNOOP;
    ask(false, a);
    ask(true, a);
    FINE();
}
END_TEST

START_TEST(legal_unaligned_message_passes)
{
    ask(true, address(MESSAGE_ID, 0xFEE00004, 1));
    give_w(0xF0, true);
    give_b(MESSAGE_ID);
    FINE();
}
END_TEST

/* ---- addresses ---- */

static const struct {
    const char *rule;
    bool write;
    unsigned id;
    uint64_t addr;
    unsigned beats, size, burst, cache;
} bad_address[] = {
    { "AXI-BURST", false, PAYLOAD_ID, 0x1000, 2, SIZE_CODE, 0, 0xF },
    { "AXI-BURST", true, PAYLOAD_ID, 0x1000, 2, SIZE_CODE, 2, 0xF },
    { "AXI-SIZE", false, PAYLOAD_ID, 0x1000, 1, SIZE_CODE - 1, 1, 0xF },
    { "AXI-SIZE", true, WORD_ID, 0x1000, 1, 2, 1, 0xF },
    { "AXI-4K", false, PAYLOAD_ID, 0x1FC0, 9, SIZE_CODE, 1, 0xF },
    { "AXI-4K", true, PAYLOAD_ID, 0x1FF8, 2, SIZE_CODE, 1, 0xF },
    { "K-61", false, PAYLOAD_ID, 0x1008, 64, SIZE_CODE, 1, 0xF },    /* leaves its 512 bytes */
    { "K-61", true, PAYLOAD_ID, 0x1008, 32, SIZE_CODE, 1, 0xF },     /* leaves its 256 bytes */
    { "K-61", false, PAYLOAD_ID, 0x1004, 1, SIZE_CODE, 1, 0xF },     /* not a bus word */
    { "K-61", true, PAYLOAD_ID, 0x1001, 1, SIZE_CODE, 1, 0xF },
    { "K-61", true, WORD_ID, 0x1004, 1, SIZE_CODE, 1, 0xF },
    { "K-61", true, WORD_ID, 0x1000, 2, SIZE_CODE, 1, 0xF },
    { "K-61", true, MESSAGE_ID, 0xFEE00002, 1, SIZE_CODE, 1, 0xF },
    { "K-60", false, 0x04, 0x1000, 1, SIZE_CODE, 1, 0xF },           /* no such channel */
    { "K-60", false, 0x20, 0x1000, 1, SIZE_CODE, 1, 0xF },           /* no such kind of read */
    { "K-60", true, 0x30, 0x1000, 1, SIZE_CODE, 1, 0xF },
    { "K-60", true, 0x24, 0xFEE00000, 1, SIZE_CODE, 1, 0xF },        /* no such vector */
    { "K-34", false, PAYLOAD_ID, 0x1000, 1, SIZE_CODE, 1, 0x2 },
    { "K-34", true, WORD_ID, 0x1000, 1, SIZE_CODE, 1, 0x3 },         /* words are snooped */
    { "K-34", true, MESSAGE_ID, 0xFEE00000, 1, SIZE_CODE, 1, 0x3 },
};

START_TEST(address_that_breaks_a_rule_is_named)
{
    struct axi_address a =
        address(bad_address[_i].id, bad_address[_i].addr, bad_address[_i].beats);

    a.size = (uint8_t)bad_address[_i].size;
    a.burst = (uint8_t)bad_address[_i].burst;
    a.cache = (uint8_t)bad_address[_i].cache;
    ask(bad_address[_i].write, a);
    ck_assert_msg(rule != NULL, "row %d: nothing was found", _i);
    ck_assert_str_eq(rule, bad_address[_i].rule);
}
END_TEST

START_TEST(k60_with_a_descriptor_port_each_port_has_its_kind)
{
    open_port(0, true);
    ask(false, address(DESCRIPTOR_ID, 0x1000, 8));
    BROKEN("K-60");

    open_port(1, true);
    pins.read[1].ar = address(DESCRIPTOR_ID, 0x1000, 8);
    tick();
    FINE();
    pins.read[1].ar = address(PAYLOAD_ID, 0x1000, 8);
    tick();
    BROKEN("K-60");
}
END_TEST

START_TEST(k60_without_a_descriptor_port_port_1_is_idle)
{
    open_port(1, false);
    pins.read[1].ar = address(DESCRIPTOR_ID, 0x1000, 8);
    tick();
    BROKEN("K-60");
}
END_TEST

START_TEST(k62_no_new_address_after_bus_master_went_off)
{
    pins.bus_master = false;
    ask(_i, address(PAYLOAD_ID, 0x1000, 1));     /* offered in the clock it goes low: legal */
    FINE();
    ask(_i, address(PAYLOAD_ID, 0x1000, 1));
    BROKEN("K-62");
}
END_TEST

START_TEST(k62_an_address_that_waits_for_ready_stays)
{
    struct axi_address *a = _i ? &pins.write.aw : &pins.read[0].ar;

    *a = address(PAYLOAD_ID, 0x1000, 1);
    a->ready = false;
    tick();
    pins.bus_master = false;
    ticks(3);
    a->ready = true;
    tick();
    FINE();
}
END_TEST

START_TEST(reset_leaves_valid_low)
{
    pins.rst = true;
    tick();
    pins.rst = false;
    if (_i == 0)
        pins.read[0].ar = address(PAYLOAD_ID, 0x1000, 1);
    else if (_i == 1)
        pins.write.aw = address(PAYLOAD_ID, 0x1000, 1);
    else
        pins.write.w.valid = true;
    tick();
    BROKEN("AXI-RESET");
}
END_TEST

/* ---- valid and payload hold until ready ---- */

enum { ON_AR, ON_AW, ON_W, ON_R, ON_B, STREAMS };

/* Offers something on a stream, without READY. */
static void offer(int stream)
{
    switch (stream) {
    case ON_AR:
        pins.read[0].ar = address(PAYLOAD_ID, 0x1000, 1);
        pins.read[0].ar.ready = false;
        break;
    case ON_AW:
        pins.write.aw = address(PAYLOAD_ID, 0x1000, 1);
        pins.write.aw.ready = false;
        break;
    case ON_W:
        pins.write.w = (struct axi_w) { .valid = true, .last = true, .strobe = 0xFF };
        break;
    case ON_R:
        ask(false, address(PAYLOAD_ID, 0x1000, 1));
        pins.read[0].r = (struct axi_r) { .valid = true, .last = true, .id = PAYLOAD_ID };
        break;
    case ON_B:
        ask(true, address(PAYLOAD_ID, 0x1000, 1));
        give_w(0xFF, true);
        pins.write.b = (struct axi_b) { .valid = true, .id = PAYLOAD_ID };
        break;
    }
    ticks(3);
    FINE();
}

START_TEST(valid_that_falls_before_ready_is_named)
{
    offer(_i);
    pins.read[0].ar.valid = pins.write.aw.valid = pins.write.w.valid = false;
    pins.read[0].r.valid = pins.write.b.valid = false;
    tick();
    BROKEN("AXI-VALID");
}
END_TEST

static void change_addr(void) { pins.read[0].ar.addr += BUS; }
static void change_len(void) { pins.read[0].ar.len++; }
static void change_id(void) { pins.write.aw.id ^= 1; }
static void change_cache(void) { pins.write.aw.cache = AXI_CACHE_NO_SNOOP; }
static void change_prot(void) { pins.write.aw.prot ^= 1; }
static void change_w_data(void) { pins.write.w.data[BUS - 1] ^= 0x80; }
static void change_w_strobe(void) { pins.write.w.strobe ^= 1; }
static void change_w_last(void) { pins.write.w.last = false; }
static void change_r_data(void) { pins.read[0].r.data[0] ^= 1; }
static void change_r_resp(void) { pins.read[0].r.resp = AXI_SLVERR; }
static void change_b_resp(void) { pins.write.b.resp = AXI_SLVERR; }

static const struct { int stream; void (*change)(void); } changes[] = {
    { ON_AR, change_addr }, { ON_AR, change_len }, { ON_AW, change_id }, { ON_AW, change_cache },
    { ON_AW, change_prot }, { ON_W, change_w_data }, { ON_W, change_w_strobe },
    { ON_W, change_w_last }, { ON_R, change_r_data }, { ON_R, change_r_resp },
    { ON_B, change_b_resp },
};

START_TEST(payload_that_changes_before_ready_is_named)
{
    offer(changes[_i].stream);
    changes[_i].change();
    tick();
    BROKEN("AXI-STABLE");
}
END_TEST

/* ---- writes ---- */

START_TEST(wlast_early_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 3));
    give_w(0xFF, false);
    give_w(0xFF, true);
    BROKEN("AXI-WLAST");
}
END_TEST

START_TEST(wlast_missing_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 2));
    give_w(0xFF, false);
    give_w(0xFF, false);
    BROKEN("AXI-WLAST");
}
END_TEST

START_TEST(w_ahead_of_aw_must_fit_it)
{
    give_w(0xFF, false);
    give_w(0xFF, true);
    FINE();
    ask(true, address(PAYLOAD_ID, 0x1000, 3));
    BROKEN("AXI-WLAST");
}
END_TEST

START_TEST(w_beats_belong_to_the_oldest_aw)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    ask(true, address(PAYLOAD_ID, 0x1100, 2));
    give_w(0xFF, true);
    give_w(0xFF, false);
    give_w(0xFF, true);
    FINE();
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    ask(true, address(PAYLOAD_ID, 0x1100, 2));
    give_w(0xFF, false);                         /* the two bursts in the wrong order */
    BROKEN("AXI-WLAST");
}
END_TEST

START_TEST(strobe_below_the_first_byte_is_named)
{
    ask(true, address(MESSAGE_ID, 0xFEE00004, 1));
    give_w(0xF8, true);
    BROKEN("AXI-WSTRB");
}
END_TEST

START_TEST(w_without_aw_is_named)
{
    give_w(0xFF, true);
    ticks(PATIENCE - 1);
    FINE();
    tick();
    BROKEN("AXI-W-ORPHAN");
}
END_TEST

START_TEST(aw_without_w_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    ticks(PATIENCE - 1);
    FINE();
    tick();
    BROKEN("AXI-W-MISSING");
}
END_TEST

START_TEST(b_before_wlast_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 2));
    give_w(0xFF, false);
    give_b(PAYLOAD_ID);
    BROKEN("AXI-B-ORPHAN");
}
END_TEST

START_TEST(b_in_the_clock_of_wlast_is_too_early)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    pins.write.b = (struct axi_b) { .valid = true, .ready = true, .id = PAYLOAD_ID };
    give_w(0xFF, true);
    BROKEN("AXI-B-ORPHAN");
}
END_TEST

START_TEST(b_with_another_id_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    give_w(0xFF, true);
    give_b(PAYLOAD_ID + 1);
    BROKEN("AXI-B-ORPHAN");
}
END_TEST

START_TEST(b_twice_is_named)
{
    ask(true, address(PAYLOAD_ID, 0x1000, 1));
    give_w(0xFF, true);
    give_b(PAYLOAD_ID);
    FINE();
    give_b(PAYLOAD_ID);
    BROKEN("AXI-B-ORPHAN");
}
END_TEST

/* ---- reads ---- */

START_TEST(r_without_ar_is_named)
{
    give_r(PAYLOAD_ID, true);
    BROKEN("AXI-R-ORPHAN");
}
END_TEST

START_TEST(r_in_the_clock_of_ar_is_too_early)
{
    pins.read[0].r =
        (struct axi_r) { .valid = true, .ready = true, .last = true, .id = PAYLOAD_ID };
    ask(false, address(PAYLOAD_ID, 0x1000, 1));
    BROKEN("AXI-R-ORPHAN");
}
END_TEST

START_TEST(rlast_early_is_named)
{
    ask(false, address(PAYLOAD_ID, 0x1000, 2));
    give_r(PAYLOAD_ID, true);
    BROKEN("AXI-R-LAST");
}
END_TEST

START_TEST(rlast_missing_is_named)
{
    ask(false, address(PAYLOAD_ID, 0x1000, 1));
    give_r(PAYLOAD_ID, false);
    BROKEN("AXI-R-LAST");
}
END_TEST

START_TEST(r_counts_beats_of_the_oldest_read_of_its_id)
{
    ask(false, address(PAYLOAD_ID, 0x1000, 2));
    ask(false, address(PAYLOAD_ID, 0x1100, 1));
    give_r(PAYLOAD_ID, false);
    FINE();
    give_r(PAYLOAD_ID, false);
    BROKEN("AXI-R-LAST");
}
END_TEST

START_TEST(more_reads_than_can_be_followed_are_named)
{
    for (unsigned n = 0; n < 1024; n++)
        ask(false, address(PAYLOAD_ID, 0x1000, 1));
    FINE();
    ask(false, address(PAYLOAD_ID, 0x1000, 1));
    BROKEN("AXI-OUTSTANDING");
}
END_TEST

/* ---- watchdogs ---- */

START_TEST(ready_that_stays_low_is_named)
{
    offer(_i);                                   /* three clocks */
    ticks(PATIENCE - 3);
    FINE();
    tick();
    BROKEN("AXI-STUCK");
}
END_TEST

START_TEST(watchdogs_rest_while_an_answer_is_withheld)
{
    frozen = true;
    if (_i == 0)
        offer(ON_R);
    else
        ask(true, address(PAYLOAD_ID, 0x1000, 1));
    ticks(3 * PATIENCE);
    FINE();
    frozen = false;
    ticks(PATIENCE + 1);
    if (_i == 0)
        BROKEN("AXI-STUCK");
    else
        BROKEN("AXI-W-MISSING");
}
END_TEST

Suite *axi_check_suite(void);

Suite *axi_check_suite(void)
{
    Suite *suite = suite_create("axi_check");
    TCase *axi = tcase_create("axi_check");

    tcase_add_checked_fixture(axi, setup, teardown);

    tcase_add_test(axi, legal_traffic_passes);
    tcase_add_test(axi, legal_no_snoop_payload_passes);
    tcase_add_test(axi, legal_unaligned_message_passes);
    tcase_add_loop_test(axi, address_that_breaks_a_rule_is_named, 0,
                        sizeof bad_address / sizeof *bad_address);
    tcase_add_test(axi, k60_with_a_descriptor_port_each_port_has_its_kind);
    tcase_add_test(axi, k60_without_a_descriptor_port_port_1_is_idle);
    tcase_add_loop_test(axi, k62_no_new_address_after_bus_master_went_off, 0, 2);
    tcase_add_loop_test(axi, k62_an_address_that_waits_for_ready_stays, 0, 2);
    tcase_add_loop_test(axi, reset_leaves_valid_low, 0, 3);
    tcase_add_loop_test(axi, valid_that_falls_before_ready_is_named, 0, STREAMS);
    tcase_add_loop_test(axi, payload_that_changes_before_ready_is_named, 0,
                        sizeof changes / sizeof *changes);
    tcase_add_test(axi, wlast_early_is_named);
    tcase_add_test(axi, wlast_missing_is_named);
    tcase_add_test(axi, w_ahead_of_aw_must_fit_it);
    tcase_add_test(axi, w_beats_belong_to_the_oldest_aw);
    tcase_add_test(axi, strobe_below_the_first_byte_is_named);
    tcase_add_test(axi, w_without_aw_is_named);
    tcase_add_test(axi, aw_without_w_is_named);
    tcase_add_test(axi, b_before_wlast_is_named);
    tcase_add_test(axi, b_in_the_clock_of_wlast_is_too_early);
    tcase_add_test(axi, b_with_another_id_is_named);
    tcase_add_test(axi, b_twice_is_named);
    tcase_add_test(axi, r_without_ar_is_named);
    tcase_add_test(axi, r_in_the_clock_of_ar_is_too_early);
    tcase_add_test(axi, rlast_early_is_named);
    tcase_add_test(axi, rlast_missing_is_named);
    tcase_add_test(axi, r_counts_beats_of_the_oldest_read_of_its_id);
    tcase_add_test(axi, more_reads_than_can_be_followed_are_named);
    tcase_add_loop_test(axi, ready_that_stays_low_is_named, ON_R, STREAMS);
    tcase_add_loop_test(axi, watchdogs_rest_while_an_answer_is_withheld, 0, 2);

    suite_add_tcase(suite, axi);
    return suite;
}
