/* test_bringup.c - the bring-up self-test on the simulated function, and on broken ones. */
#include <check.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "bringup.h"
#include "ioat_sim.h"
#include "tb.h"

enum { INTX_SLICE = 50, WAIT_NS = 1000000 };

struct board {
    struct ioat_sim *sim;
    struct ioat_platform real;
    struct bar_ops bar;
    struct bringup_env env;
    struct bringup_result result;
    char *text;
    size_t bytes;
};

static enum ioat_status msix_enable(void *ctx, bool on)
{
    struct board *board = ctx;
    unsigned at = 0;
    uint32_t value = 0;

    ioat_sim_cfg_read(board->sim, PCI_CAPABILITY_LIST, 1, &value);
    for (at = value; value; at = value) {
        ioat_sim_cfg_read(board->sim, at, 1, &value);
        if (value == PCI_CAP_ID_MSIX)
            break;
        ioat_sim_cfg_read(board->sim, at + PCI_CAP_LIST_NEXT, 1, &value);
    }
    return ioat_sim_cfg_write(board->sim, at + PCI_MSIX_FLAGS, 2, on ? PCI_MSIX_FLAGS_ENABLE : 0);
}

static enum ioat_status intx_wait(void *ctx, uint64_t ns)
{
    struct board *board = ctx;

    for (uint64_t n = 0; n < ns; n += INTX_SLICE) {
        if (ioat_sim_intx(board->sim))
            return IOAT_OK;
        ioat_sim_step(board->sim, INTX_SLICE);
    }
    return IOAT_ETIME;
}

static enum ioat_status pass_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    struct board *board = ctx;

    return board->real.bar->read(board->real.bar_ctx, offset, width, value);
}

static enum ioat_status pass_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    struct board *board = ctx;

    return board->real.bar->write(board->real.bar_ctx, offset, width, value);
}

static struct board *board_new(void)
{
    struct board *board = calloc(1, sizeof *board);

    ck_assert_ptr_nonnull(board);
    ck_assert_int_eq(ioat_sim_open(NULL, &board->sim), IOAT_OK);
    ck_assert_int_eq(ioat_sim_platform(board->sim, &board->real), IOAT_OK);
    board->bar = (struct bar_ops){ pass_read, pass_write };
    board->env = (struct bringup_env){ .platform = board->real, .ctx = board };
    board->env.platform.bar = &board->bar;
    board->env.platform.bar_ctx = board;
    board->env.msix_enable = msix_enable;
    board->env.intx_wait = intx_wait;
    board->env.wait_ns = WAIT_NS;
    ck_assert_int_eq(msix_enable(board, false), IOAT_OK);
    return board;
}

static void board_run(struct board *board)
{
    board->env.out = open_memstream(&board->text, &board->bytes);
    ck_assert_ptr_nonnull(board->env.out);
    board->result = bringup_run(&board->env);
    fclose(board->env.out);
}

static void board_close(struct board *board)
{
    ioat_sim_close(board->sim);
    free(board->text);
    free(board);
}

START_TEST(self_test_passes_on_the_simulated_function)
{
    struct board *board = board_new();

    board_run(board);
    ck_assert_msg(board->result.failed == 0, "%s", board->text);
    ck_assert_uint_eq(board->result.skipped, 0);
    ck_assert_uint_ge(board->result.passed, 13);
    board_close(board);
}
END_TEST

/* ---- broken boards: the test that fails first names the place ---- */

/* A data line of the register port is stuck at 0. */
static enum ioat_status stuck_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    return pass_write(ctx, offset, width, value & ~(UINT64_C(1) << 21));
}

/* Byte enables are ignored: short writes to a wide register clear the rest of it. */
static enum ioat_status no_strobes(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    if (offset == IOAT_CHAN(0, CHANCMP) + 4 && width == 4)
        return pass_write(ctx, offset - 4, 8, value << 32);
    return pass_write(ctx, offset, width, value);
}

/* RESET never reaches the engine. */
static enum ioat_status no_reset(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    if (offset % IOAT_CHAN_STRIDE == IOAT_CHANCMD && offset < IOAT_MSIX_TABLE_BASE
        && value == IOAT_CHANCMD_RESET)
        return IOAT_OK;
    return pass_write(ctx, offset, width, value);
}

/* Nothing is behind the BAR. */
static enum ioat_status ones(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    (void)ctx, (void)offset;
    *value = ~UINT64_C(0) >> (64 - 8 * width);
    return IOAT_OK;
}

static enum ioat_status no_interrupt(void *ctx, uint64_t ns)
{
    (void)ctx, (void)ns;
    return IOAT_ETIME;
}

static enum ioat_status no_switch(void *ctx, bool on)
{
    (void)ctx, (void)on;
    return IOAT_OK;
}

static void expect_failure(struct board *board, const char *name)
{
    const char *first;

    board_run(board);
    first = strstr(board->text, "FAIL");
    ck_assert_msg(first != NULL, "nothing failed:\n%s", board->text);
    ck_assert_msg(strncmp(first + 6, name, strlen(name)) == 0, "%s was to fail first:\n%s", name,
                  board->text);
    ck_assert_msg(strstr(first, "look at:") != NULL, "no hint:\n%s", board->text);
    ck_assert_uint_gt(board->result.failed, 0);
    board_close(board);
}

START_TEST(stuck_data_line_fails_registers)
{
    struct board *board = board_new();

    board->bar.write = stuck_write;
    expect_failure(board, "registers");
}
END_TEST

START_TEST(ignored_byte_enables_fail_widths)
{
    struct board *board = board_new();

    board->bar.write = no_strobes;
    expect_failure(board, "widths");
}
END_TEST

START_TEST(lost_reset_fails_reset)
{
    struct board *board = board_new();

    board->bar.write = no_reset;
    expect_failure(board, "reset");
}
END_TEST

START_TEST(absent_device_fails_identity)
{
    struct board *board = board_new();

    board->bar.read = ones;
    expect_failure(board, "identity");
}
END_TEST

START_TEST(bus_master_off_fails_null)
{
    struct board *board = board_new();

    ck_assert_int_eq(ioat_sim_cfg_write(board->sim, PCI_COMMAND, 2, PCI_COMMAND_MEMORY), IOAT_OK);
    expect_failure(board, "null");
}
END_TEST

/* A write is refused after those of the null test. */
START_TEST(failing_memory_fails_patterns)
{
    struct board *board = board_new();
    const struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_SLVERR, .first = 0, .last = UINT64_MAX,
        .skip = 40, .count = 1, .percent = 100,
    };

    ck_assert_int_ge(ioat_sim_fault_add(board->sim, &fault), 0);
    expect_failure(board, "patterns");
}
END_TEST

START_TEST(msix_that_stays_off_fails_msix)
{
    struct board *board = board_new();

    board->env.msix_enable = no_switch;
    expect_failure(board, "msix");
}
END_TEST

START_TEST(unwired_line_fails_intx)
{
    struct board *board = board_new();

    board->env.intx_wait = no_interrupt;
    expect_failure(board, "intx");
}
END_TEST

START_TEST(what_the_board_cannot_do_is_skipped)
{
    struct board *board = board_new();

    board->env.msix_enable = NULL;
    board->env.intx_wait = NULL;
    board_run(board);
    ck_assert_msg(board->result.failed == 0, "%s", board->text);
    ck_assert_uint_eq(board->result.skipped, 2);
    board_close(board);
}
END_TEST

Suite *bringup_suite(void);
Suite *bringup_suite(void)
{
    Suite *suite = suite_create("bringup");
    TCase *good = tb_case(suite, "bringup_good", 120);
    TCase *broken = tb_case(suite, "bringup_broken", 120);

    tcase_add_test(good, self_test_passes_on_the_simulated_function);
    tcase_add_test(good, what_the_board_cannot_do_is_skipped);
    tcase_add_test(broken, absent_device_fails_identity);
    tcase_add_test(broken, stuck_data_line_fails_registers);
    tcase_add_test(broken, ignored_byte_enables_fail_widths);
    tcase_add_test(broken, lost_reset_fails_reset);
    tcase_add_test(broken, bus_master_off_fails_null);
    tcase_add_test(broken, failing_memory_fails_patterns);
    tcase_add_test(broken, msix_that_stays_off_fails_msix);
    tcase_add_test(broken, unwired_line_fails_intx);
    return suite;
}
