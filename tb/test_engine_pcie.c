/* test_engine_pcie.c - what the PCIe function does to the engine: memory enable, bus
 * master, function-level reset, at any moment of a run. Config space itself is in
 * test_pcie.c.
 */
#include "tb.h"

#include <linux/pci_regs.h>

enum { COPIES = 3, BYTES = 600, SETTLE = 400 };

/* Ideal memory, a latency, stalls, reordering: rows of tb_timings. */
static const int timing_rows[] = { 0, 1, 3, 4 };
enum { TIMING_N = sizeof timing_rows / sizeof timing_rows[0] };

/* A run of a few unaligned copies with words and one interrupt on channel 0. */
struct job {
    struct tb_buf src[COPIES], dst[COPIES];
    uint64_t bus[COPIES];
    uint64_t off;              /* clock of the action */
    uint64_t slack;            /* clocks that READY may keep a request waiting */
    uint32_t bar[2], msix;     /* BAR0 and MSI-X control as the firmware set them */
};

static void prepare(struct tb *tb, void *ctx)
{
    struct job *job = ctx;

    for (unsigned k = 0; k < COPIES; k++) {
        job->src[k] = tb_src(tb, BYTES, IOAT_PAGE_BYTES - 100 - k);
        job->dst[k] = tb_dst(tb, BYTES, 7 * k + 1);
        job->bus[k] = tb_copy(tb, job->dst[k].bus, job->src[k].bus, BYTES,
                              IOAT_CONTROL_COMPL_WRITE |
                              (k + 1 == COPIES ? IOAT_CONTROL_INT_EN : 0));
    }
    tb_chain(tb, job->bus, COPIES);
    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    TB_WR(tb, 0, CHAINADDR, job->bus[0]);
    tb_watch_clear(tb);
}

static void start(struct tb *tb, void *ctx)
{
    (void)ctx;
    TB_POST(tb, 0, DMACOUNT, COPIES);
}

static bool finished(struct tb *tb, void *ctx)
{
    const struct job *job = ctx;

    return *tb_word(tb, 0) == TB_WORD(job->bus[COPIES - 1], IDLE);
}

static void check_finished(struct tb *tb, const struct job *job)
{
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_assert_word(tb, 0, TB_WORD(job->bus[COPIES - 1], IDLE));
    for (unsigned k = 0; k < COPIES; k++)
        tb_check_copy(tb, &job->dst[k], &job->src[k], BYTES);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
}

static uint64_t requests(const struct tb *tb)
{
    uint64_t n = 0;

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        const struct tb_watch *w = &tb->watch[ch];

        n += w->desc_ar.n + w->data_ar.n + w->data_aw.n + w->word_aw.n + w->msg_aw.n;
    }
    return n;
}

static void sweep(int row, struct job *job, void (*action)(struct tb *, void *),
                  void (*check)(struct tb *, void *, uint64_t))
{
    const struct ioat_sim_timing *timing = &tb_timings[timing_rows[row]].timing;
    const struct tb_sweep what = {
        .prepare = prepare, .start = start, .done = finished, .action = action,
        .check = check, .ctx = job, .margin = 40,
    };

    job->slack = timing->aw_stall ? 60 : 4;
    tb_sweep(timing, &what);
}

/* ---- bus master (H-C04, K-62) ---- */

static void bus_master_off(struct tb *tb, void *ctx)
{
    (void)ctx;
    tb_bus_master(tb, false);
}

/* No request starts any more. One on each of AR, AW and the descriptor port's AR may
 * have had its VALID up: AXI lets it stand until READY. What had started ends. */
static void expect_no_request(struct tb *tb)
{
    uint64_t before = requests(tb);

    tb_wait_quiet(tb, TB_LONG);
    tb_assert(tb, requests(tb) <= before + 3, "%llu requests after bus master went off",
              (unsigned long long)(requests(tb) - before));
    before = requests(tb);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, requests(tb) - before, 0);
}

static void check_run_goes_on(struct tb *tb, void *ctx, uint64_t offset)
{
    (void)offset;
    expect_no_request(tb);
    tb_bus_master(tb, true);
    check_finished(tb, ctx);
}

START_TEST(h_c04_bus_master_off_at_any_clock_holds_the_run)
{
    struct job job;

    sweep(_i, &job, bus_master_off, check_run_goes_on);
}
END_TEST

/* The first byte that is neither copied nor untouched; BYTES: none. */
static unsigned first_torn(const struct tb_buf *dst, const struct tb_buf *src)
{
    unsigned i = 0;

    while (i < BYTES && (dst->cpu[i] == src->cpu[i] || dst->cpu[i] == TB_DST_BYTE))
        i++;
    return i;
}

/* K-20: RESET, ABORT end without bus master, and write no word. */
static void check_stop_without_bus_master(struct tb *tb, const struct job *job, uint8_t command)
{
    uint64_t word, before, again;
    struct tb_buf src, dst;

    expect_no_request(tb);
    word = *tb_word(tb, 0);
    before = requests(tb);
    TB_WR(tb, 0, CHANCMD, command);
    for (unsigned reads = 0; TB_RD(tb, 0, CHANCMD) != 0; reads++)
        tb_assert(tb, reads < TB_LONG, "command 0x%02x does not end without bus master", command);
    tb_assert_state(tb, 0, HALTED);
    tb_bus_master(tb, true);
    tb_step(tb, SETTLE);
    if (command == IOAT_CHANCMD_RESET)
        tb_assert_eq(tb, requests(tb) - before, 0);
    tb_assert_word(tb, 0, word);
    for (unsigned k = 0; k < COPIES; k++) {
        const unsigned i = first_torn(&job->dst[k], &job->src[k]);

        tb_assert(tb, i == BYTES, "copy %u byte %u is neither copied nor untouched: 0x%02x", k, i,
                  job->dst[k].cpu[i]);
    }

    src = tb_src(tb, 100, 3);
    dst = tb_dst(tb, 100, 5);
    again = tb_copy(tb, dst.bus, src.bus, 100, IOAT_CONTROL_COMPL_WRITE);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, again, 1);
    tb_wait_word(tb, 0, TB_WORD(again, IDLE), TB_LONG);
    tb_check_copy(tb, &dst, &src, 100);
}

static void check_reset(struct tb *tb, void *ctx, uint64_t offset)
{
    (void)offset;
    check_stop_without_bus_master(tb, ctx, IOAT_CHANCMD_RESET);
}

static void check_abort(struct tb *tb, void *ctx, uint64_t offset)
{
    (void)offset;
    check_stop_without_bus_master(tb, ctx, IOAT_CHANCMD_ABORT);
}

START_TEST(k_20_reset_ends_with_bus_master_off_at_any_clock)
{
    struct job job;

    sweep(_i, &job, bus_master_off, check_reset);
}
END_TEST

START_TEST(k_20_abort_ends_with_bus_master_off_at_any_clock)
{
    struct job job;

    sweep(_i, &job, bus_master_off, check_abort);
}
END_TEST

/* All channels stop at once, and each finishes its own work later. */
START_TEST(h_c04_bus_master_gates_every_channel)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct tb_buf src[TB_CHAN_MAX], dst[TB_CHAN_MAX];
    uint64_t bus[TB_CHAN_MAX] = { 0 };

    tb_note(tb, "%s", tb_timings[_i].name);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        src[ch] = tb_src(tb, 20000, ch);
        dst[ch] = tb_dst(tb, 20000, 5 * ch + 2);
        bus[ch] = tb_copy(tb, dst[ch].bus, src[ch].bus, 20000, IOAT_CONTROL_COMPL_WRITE);
        tb_setup(tb, ch, 0);
        tb_start_count(tb, ch, bus[ch], 1);
    }
    for (int pause = 0; pause < 10; pause++) {
        tb_step(tb, 200);
        tb_bus_master(tb, false);
        expect_no_request(tb);
        tb_bus_master(tb, true);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_wait_word(tb, ch, TB_WORD(bus[ch], IDLE), 20 * TB_LONG);
        tb_check_copy(tb, &dst[ch], &src[ch], 20000);
    }
    tb_close(tb);
}
END_TEST

/* ---- memory enable ---- */

START_TEST(h_c04_memory_enable_gates_bar0_and_not_the_run)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t command = tb_cfg_read(tb, PCI_COMMAND, 2);
    struct job job;

    prepare(tb, &job);
    start(tb, &job);
    tb_step(tb, 50);
    tb_cfg_write(tb, PCI_COMMAND, 2, command & ~(uint32_t)PCI_COMMAND_MEMORY);
    tb_assert_eq(tb, TB_RD(tb, 0, CHANSTS), UINT64_MAX);
    tb_assert_eq(tb, TB_GRD(tb, CBVER), UINT8_MAX);
    TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_RESET);      /* dropped */
    tb_wait_word(tb, 0, TB_WORD(job.bus[COPIES - 1], IDLE), TB_LONG);
    tb_cfg_write(tb, PCI_COMMAND, 2, command);
    check_finished(tb, &job);
    tb_close(tb);
}
END_TEST

/* ---- function-level reset (H-C07) ---- */

static unsigned msix_control(struct tb *tb)
{
    return tb_cfg_cap(tb, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS;
}

static void function_level_reset(struct tb *tb, void *ctx)
{
    struct job *job = ctx;
    const unsigned express = tb_cfg_cap(tb, PCI_CAP_ID_EXP);
    const uint32_t devctl = tb_cfg_read(tb, express + PCI_EXP_DEVCTL, 2);

    job->bar[0] = tb_cfg_read(tb, PCI_BASE_ADDRESS_0, 4);
    job->bar[1] = tb_cfg_read(tb, PCI_BASE_ADDRESS_1, 4);
    job->msix = tb_cfg_read(tb, msix_control(tb), 2);
    job->off = tb_now(tb);
    tb_cfg_write(tb, express + PCI_EXP_DEVCTL, 2, devctl | PCI_EXP_DEVCTL_BCR_FLR);
}

/* Until the function answers again. The firmware's part then; nothing moves by itself. */
static void check_flr(struct tb *tb, const struct job *job)
{
    const struct tb_watch *watch = &tb->watch[0];
    uint64_t before;

    while (tb_cfg_read(tb, PCI_VENDOR_ID, 2) == UINT16_MAX) {
        tb_assert(tb, tb_now(tb) - job->off <= tb_us(tb, 100), "FLR takes more than 100 us");
        tb_step(tb, 20);
    }
    tb_assert(tb, watch->word_aw.n == 0 || watch->word_aw.last <= job->off + job->slack,
              "a word was requested %llu clocks after FLR began",
              (unsigned long long)(watch->word_aw.last - job->off));
    tb_assert(tb, watch->msg_aw.n == 0 || watch->msg_aw.last <= job->off + job->slack,
              "a message was requested %llu clocks after FLR began",
              (unsigned long long)(watch->msg_aw.last - job->off));
    before = requests(tb);
    tb_cfg_write(tb, PCI_BASE_ADDRESS_0, 4, job->bar[0]);
    tb_cfg_write(tb, PCI_BASE_ADDRESS_1, 4, job->bar[1]);
    tb_cfg_write(tb, msix_control(tb), 2, job->msix);
    tb_cfg_write(tb, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, requests(tb) - before, 0);
    tb_check_guards(tb);
}

static void check_flr_and_registers(struct tb *tb, void *ctx, uint64_t offset)
{
    (void)offset;
    check_flr(tb, ctx);
    tb_assert_reg(tb, 0, CHANCTRL, 0);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_reg(tb, 0, CHAINADDR, 0);
    tb_assert_reg(tb, 0, CHANCMP, 0);
    tb_assert_reg(tb, 0, CDAR, 0);
    tb_assert_reg(tb, 0, CHANERR, 0);
    tb_assert_global(tb, INTRCTRL, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_assert_eq(tb, TB_VRD(tb, 0, MSIX_CTRL), IOAT_MSIX_CTRL_MASKED);
    tb_assert_eq(tb, TB_VRD(tb, 0, MSIX_ADDR), 0);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), 0);
}

START_TEST(h_c07_flr_at_any_clock_ends_at_power_on_values)
{
    struct job job;

    sweep(_i, &job, function_level_reset, check_flr_and_registers);
}
END_TEST

/* After FLR the engine works, on every channel, and old work leaves no trace. */
START_TEST(h_c07_engine_works_after_flr_in_mid_transfer)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct tb_buf src = tb_src(tb, 100000, 0), dst = tb_dst(tb, 100000, 0);

    tb_note(tb, "%s", tb_timings[_i].name);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, TB_CHANCTRL_ALL);
        tb_start_count(tb, ch, tb_copy(tb, dst.bus, src.bus, 100000, IOAT_CONTROL_COMPL_WRITE), 1);
    }
    tb_step(tb, 400);
    tb_flr(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        struct tb_buf from = tb_src(tb, 300, 9), to = tb_dst(tb, 300, 30);
        const uint64_t desc = tb_copy(tb, to.bus, from.bus, 300, IOAT_CONTROL_COMPL_WRITE);

        tb_assert_word(tb, ch, TB_NO_WORD);
        tb_assert_reg(tb, ch, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        tb_setup(tb, ch, TB_CHANCTRL_ALL);
        tb_start_count(tb, ch, desc, 1);
        tb_wait_word(tb, ch, TB_WORD(desc, IDLE), TB_LONG);
        tb_check_copy(tb, &to, &from, 300);
    }
    tb_close(tb);
}
END_TEST

/* What waits for an interrupt is gone too. */
START_TEST(h_c07_flr_drops_pending_interrupts)
{
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    tb_msix_mask(tb, 0, true);
    tb_ring(tb, 0, 0, IOAT_CONTROL_INT_EN);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_ring_run(tb, 0, 1);
    tb_step(tb, SETTLE);
    tb_assert(tb, tb_msix_pending(tb, 0), "no pending bit behind the mask");
    tb_flr(tb);
    tb_assert_eq(tb, tb_read(tb, IOAT_MSIX_PBA_BASE, 8), 0);
    tb_msix_setup(tb);
    TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_INT_DISABLE);
    tb_step(tb, SETTLE);
    tb_assert_eq(tb, tb->message_n, 0);
    tb_assert_global(tb, ATTNSTATUS, 0);
    tb_close(tb);
}
END_TEST

Suite *engine_pcie_suite(void)
{
    Suite *suite = suite_create("engine_pcie");
    TCase *tc;

    tc = tb_case(suite, "engine_bus_master", 300);
    tcase_add_loop_test(tc, h_c04_bus_master_off_at_any_clock_holds_the_run, 0, TIMING_N);
    tcase_add_loop_test(tc, k_20_reset_ends_with_bus_master_off_at_any_clock, 0, TIMING_N);
    tcase_add_loop_test(tc, k_20_abort_ends_with_bus_master_off_at_any_clock, 0, TIMING_N);
    tcase_add_loop_test(tc, h_c04_bus_master_gates_every_channel, 0, tb_timing_n);

    tc = tb_case(suite, "engine_memory_enable", 30);
    tcase_add_test(tc, h_c04_memory_enable_gates_bar0_and_not_the_run);

    tc = tb_case(suite, "engine_flr", 300);
    tcase_add_loop_test(tc, h_c07_flr_at_any_clock_ends_at_power_on_values, 0, TIMING_N);
    tcase_add_loop_test(tc, h_c07_engine_works_after_flr_in_mid_transfer, 0, tb_timing_n);
    tcase_add_test(tc, h_c07_flr_drops_pending_interrupts);
    return suite;
}
