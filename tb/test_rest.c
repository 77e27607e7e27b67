/* test_rest.c - skipping clocks in which nothing changes cannot be seen: every handshake,
 * message and count comes at the same clock as in a run that evaluates all of them.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "sim_private.h"

enum { PIECE = 3000, DELAY_US = 3, WAIT_CLOCKS = 20000 };
#define RING    UINT64_C(0x100000)
#define SOURCE  UINT64_C(0x200000)
#define TARGET  UINT64_C(0x300000)
#define WORD    UINT64_C(0x400000)
#define MESSAGE UINT64_C(0xFEE00000)

/* What happened, folded into a number. */
struct seen {
    uint64_t hash, events, messages, evaluated;
};

static void fold(struct seen *seen, uint64_t value)
{
    seen->hash = (seen->hash ^ value) * UINT64_C(0x100000001B3);
}

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct seen *seen = ctx;

    seen->events++;
    fold(seen, event->kind);
    fold(seen, event->clock);
    fold(seen, event->id);
    fold(seen, event->addr);
    fold(seen, event->resp);
    fold(seen, event->strobe);
    for (unsigned n = 0; event->data && n < event->bytes && event->kind <= IOAT_SIM_W; n++)
        fold(seen, event->data[n]);
}

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    struct seen *seen = ctx;

    seen->messages++;
    fold(seen, addr);
    fold(seen, data);
}

static void write_reg(struct ioat_sim *sim, uint32_t offset, unsigned bits, uint64_t value)
{
    ck_assert_int_eq(ioat_sim_bar_write(sim, offset, bits / 8, value), IOAT_OK);
}
#define WRITE(sim, reg, value) write_reg(sim, IOAT_CHAN(0, reg), IOAT_##reg##_BITS, value)

static void *map(struct ioat_sim *sim, uint64_t bus)
{
    void *cpu;

    ck_assert_int_eq(ioat_sim_map(sim, bus, 0x10000, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu), IOAT_OK);
    return cpu;
}

static struct ioat_sim *open_sim(const struct ioat_sim_timing *timing, bool every_clock)
{
    struct ioat_sim_config config;
    struct ioat_sim *sim;
    struct ioat_desc *desc;

    ioat_sim_config_init(&config);
    config.timing = *timing;
    config.every_clock = every_clock;
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
    desc = map(sim, RING);
    memset(map(sim, SOURCE), 0x5A, PIECE);
    map(sim, TARGET);
    map(sim, WORD);
    for (unsigned n = 0; n < 2; n++)
        desc[n] = (struct ioat_desc) {
            .size = PIECE, .control = IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE,
            .src = SOURCE, .dst = TARGET + n * PIECE, .next = RING + (1 - n) * sizeof *desc,
        };
    return sim;
}

static bool message_came(void *ctx)
{
    return ((const struct seen *)ctx)->messages != 0;
}

/* Copies, an interrupt after its delay, silence, a re-arm, bus master off and on. */
static void work(struct ioat_sim *sim, struct seen *seen)
{
    uint32_t command;
    uint64_t value;

    ioat_sim_on_event(sim, on_event, seen);
    ioat_sim_on_message(sim, on_message, seen);
    write_reg(sim, IOAT_INTRDELAY, IOAT_INTRDELAY_BITS, DELAY_US);
    write_reg(sim, IOAT_VECTOR(0, MSIX_ADDR), IOAT_MSIX_ADDR_BITS, MESSAGE);
    write_reg(sim, IOAT_VECTOR(0, MSIX_CTRL), IOAT_MSIX_CTRL_BITS, 0);
    WRITE(sim, CHANCMP, WORD);
    WRITE(sim, CHAINADDR, RING);
    WRITE(sim, DMACOUNT, 1);
    ck_assert_int_eq(ioat_sim_wait(sim, message_came, seen, WAIT_CLOCKS), IOAT_OK);
    fold(seen, ioat_sim_now(sim));
    ck_assert_int_eq(ioat_sim_step(sim, WAIT_CLOCKS), IOAT_OK);
    WRITE(sim, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
    WRITE(sim, DMACOUNT, 2);
    ck_assert_int_eq(ioat_sim_step(sim, WAIT_CLOCKS), IOAT_OK);
    ck_assert_int_eq(ioat_sim_cfg_read(sim, 4, 2, &command), IOAT_OK);
    ck_assert_int_eq(ioat_sim_cfg_write(sim, 4, 2, command & ~4u), IOAT_OK);
    WRITE(sim, DMACOUNT, 3);
    ck_assert_int_eq(ioat_sim_step(sim, WAIT_CLOCKS), IOAT_OK);
    ck_assert_int_eq(ioat_sim_cfg_write(sim, 4, 2, command), IOAT_OK);
    ck_assert_int_eq(ioat_sim_step(sim, WAIT_CLOCKS), IOAT_OK);
    ck_assert_int_eq(ioat_sim_bar_read(sim, IOAT_CHAN(0, CHANSTS), 8, &value), IOAT_OK);
    fold(seen, value);
    fold(seen, ioat_sim_now(sim));
}

static struct seen run(const struct ioat_sim_timing *timing, bool every_clock)
{
    struct ioat_sim *sim = open_sim(timing, every_clock);
    struct seen seen = { 0 };

    work(sim, &seen);
    seen.evaluated = sim->rest.evaluated;
    ioat_sim_close(sim);
    return seen;
}

static const struct ioat_sim_timing timings[] = {
    { .read_latency = 1, .write_latency = 1 },
    { .read_latency = 13, .write_latency = 7 },
    { .read_latency = 250, .write_latency = 250 },
    { .read_latency = 900, .write_latency = 20, .jitter = 300, .reorder = true },
    { .read_latency = 40, .write_latency = 40, .outstanding_max = 1 },
    { .read_latency = 5, .write_latency = 5, .ar_stall = 30, .r_stall = 20, .b_stall = 40 },
};

START_TEST(skipped_clocks_cannot_be_seen)
{
    const struct seen skipping = run(&timings[_i], false), whole = run(&timings[_i], true);

    ck_assert_uint_gt(whole.messages, 1);
    ck_assert_uint_eq(skipping.events, whole.events);
    ck_assert_uint_eq(skipping.messages, whole.messages);
    ck_assert_uint_eq(skipping.hash, whole.hash);
    if (!timings[_i].ar_stall)
        ck_assert_uint_lt(skipping.evaluated + WAIT_CLOCKS, whole.evaluated);
}
END_TEST

/* Stalls are drawn at random in every clock, so none is skipped. */
START_TEST(stalls_are_drawn_in_every_clock)
{
    const struct ioat_sim_timing stalling = { .read_latency = 5, .write_latency = 5, .w_stall = 10 };

    ck_assert_uint_eq(run(&stalling, false).evaluated, run(&stalling, true).evaluated);
}
END_TEST

START_TEST(idle_time_costs_nothing)
{
    const struct ioat_sim_timing ideal = { .read_latency = 1, .write_latency = 1 };
    const uint64_t clocks = UINT64_C(1000000000);
    struct ioat_sim *sim = open_sim(&ideal, false);
    const uint64_t begin = ioat_sim_now(sim), evaluated = sim->rest.evaluated;

    ck_assert_int_eq(ioat_sim_step(sim, clocks), IOAT_OK);
    ck_assert_uint_eq(ioat_sim_now(sim) - begin, clocks);
    ck_assert_uint_lt(sim->rest.evaluated - evaluated, clocks / 1000);
    ioat_sim_close(sim);
}
END_TEST

Suite *rest_suite(void);

Suite *rest_suite(void)
{
    Suite *suite = suite_create("rest");
    TCase *tc = tcase_create("rest");

    tcase_add_loop_test(tc, skipped_clocks_cannot_be_seen, 0, sizeof timings / sizeof *timings);
    tcase_add_test(tc, stalls_are_drawn_in_every_clock);
    tcase_add_test(tc, idle_time_costs_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
