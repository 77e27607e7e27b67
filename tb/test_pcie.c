/* test_pcie.c - the function's config space, as software sees it through the simulator.
 *
 * No test needs the engine to move data; what config bits do to its requests is in
 * the tests of the engine.
 */
#include <check.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "pcie.h"

static struct ioat_sim *sim;

static void on_violation(void *ctx, const char *text)
{
    (void)ctx;
    ck_abort_msg("%s", text);
}

static void setup(void)
{
    struct ioat_sim_config config;

    ioat_sim_config_init(&config);
    config.on_violation = on_violation;
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
}

static void teardown(void)
{
    ioat_sim_close(sim);
}

static uint32_t get(unsigned offset, unsigned width)
{
    uint32_t value;

    ck_assert_int_eq(ioat_sim_cfg_read(sim, offset, width, &value), IOAT_OK);
    return value;
}

static void put(unsigned offset, unsigned width, uint32_t value)
{
    ck_assert_int_eq(ioat_sim_cfg_write(sim, offset, width, value), IOAT_OK);
}

static uint64_t bar_get(uint32_t offset, unsigned width)
{
    uint64_t value;

    ck_assert_int_eq(ioat_sim_bar_read(sim, offset, width, &value), IOAT_OK);
    return value;
}

static void bar_put(uint32_t offset, unsigned width, uint64_t value)
{
    ck_assert_int_eq(ioat_sim_bar_write(sim, offset, width, value), IOAT_OK);
}

/* Offset of a capability; the list must lead to it. */
static unsigned capability(unsigned id)
{
    unsigned at = get(PCI_CAPABILITY_LIST, 1);

    for (unsigned n = 0; at; n++) {
        ck_assert_uint_lt(n, 48);                    /* the list may not be a ring */
        ck_assert_uint_ge(at, PCI_STD_HEADER_SIZEOF);
        ck_assert_uint_eq(at % 4, 0);
        if (get(at + PCI_CAP_LIST_ID, 1) == id)
            return at;
        at = get(at + PCI_CAP_LIST_NEXT, 1);
    }
    ck_abort_msg("no capability 0x%02x", id);
    return 0;
}

/* A register of BAR0 that holds what is written, and its power-on value. */
enum { PROBE = IOAT_CHAN_BASE + IOAT_CHANCMP, PROBE_VALUE = 0x1000 };

/* ---- identity ---- */

START_TEST(h_c01_header_shows_the_identity_of_the_build)
{
    ck_assert_uint_eq(get(PCI_VENDOR_ID, 2), IOAT_PCI_VENDOR);
    ck_assert_uint_eq(get(PCI_DEVICE_ID, 2), IOAT_PCI_DEVICE);
    ck_assert_uint_eq(get(PCI_REVISION_ID, 1), IOAT_PCI_REVISION);
    ck_assert_uint_eq(get(PCI_CLASS_REVISION, 4) >> 8, IOAT_PCI_CLASS);
    ck_assert_uint_eq(get(PCI_SUBSYSTEM_VENDOR_ID, 2), IOAT_PCI_SUBVENDOR);
    ck_assert_uint_eq(get(PCI_SUBSYSTEM_ID, 2), IOAT_PCI_SUBDEVICE);
    ck_assert_uint_eq(get(PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_NORMAL);
}
END_TEST

START_TEST(h_c01_default_identity_is_the_lab_personality)
{
    const struct pcie_identity identity = pcie_identity();

    ck_assert_uint_eq(identity.vendor, 0x8086);
    ck_assert_uint_eq(identity.device, 0x0B00);
    ck_assert_uint_eq(identity.class_code, 0x088000);
}
END_TEST

START_TEST(h_c01_another_identity_is_shown)
{
    static struct pcie pcie;

    pcie_init(&pcie, &(struct pcie_config) {
        .identity = { 0x1234, 0x5678, 0x9ABC, 0xDEF0, 0x0801FF, 0x42 }, .vectors = 1,
        .payload_max = 128,
    });
    ck_assert_uint_eq(pcie_read(&pcie, PCI_VENDOR_ID, 4), 0x56781234);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_CLASS_REVISION, 4), 0x0801FF42);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_SUBSYSTEM_VENDOR_ID, 4), 0xDEF09ABC);
}
END_TEST

START_TEST(h_c01_identity_ignores_writes)
{
    put(PCI_VENDOR_ID, 4, 0);
    put(PCI_CLASS_REVISION, 4, 0);
    put(PCI_SUBSYSTEM_VENDOR_ID, 4, 0);
    ck_assert_uint_eq(get(PCI_VENDOR_ID, 2), IOAT_PCI_VENDOR);
    ck_assert_uint_eq(get(PCI_CLASS_REVISION, 4) >> 8, IOAT_PCI_CLASS);
    ck_assert_uint_eq(get(PCI_SUBSYSTEM_VENDOR_ID, 2), IOAT_PCI_SUBVENDOR);
}
END_TEST

/* ---- base address registers ---- */

START_TEST(h_c02_firmware_has_assigned_bar0)
{
    const uint64_t bar = (uint64_t)get(PCI_BASE_ADDRESS_1, 4) << 32 | get(PCI_BASE_ADDRESS_0, 4);

    ck_assert_uint_eq(bar & ~PCI_BASE_ADDRESS_MEM_MASK, PCI_BASE_ADDRESS_MEM_TYPE_64);
    ck_assert_uint_ne(bar & PCI_BASE_ADDRESS_MEM_MASK, 0);
    ck_assert_uint_eq((bar & PCI_BASE_ADDRESS_MEM_MASK) % IOAT_BAR_BYTES, 0);
}
END_TEST

START_TEST(h_c02_bar0_sizing_returns_the_mask)
{
    put(PCI_BASE_ADDRESS_0, 4, UINT32_MAX);
    put(PCI_BASE_ADDRESS_1, 4, UINT32_MAX);
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_0, 4), 0xFFFFC004);   /* 16 KiB, 64 bit, no prefetch */
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_1, 4), 0xFFFFFFFF);
}
END_TEST

START_TEST(h_c02_bar0_upper_dword_works)
{
    put(PCI_BASE_ADDRESS_0, 4, 0xABCD4000);
    put(PCI_BASE_ADDRESS_1, 4, 0x00000123);
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_0, 4), 0xABCD4004);
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_1, 4), 0x00000123);
}
END_TEST

START_TEST(h_c03_other_bars_read_0_after_sizing)
{
    const unsigned offset[] = { PCI_BASE_ADDRESS_2, PCI_BASE_ADDRESS_3, PCI_BASE_ADDRESS_4,
                                PCI_BASE_ADDRESS_5, PCI_ROM_ADDRESS };

    put(offset[_i], 4, UINT32_MAX);
    ck_assert_uint_eq(get(offset[_i], 4), 0);
}
END_TEST

/* ---- command and status ---- */

START_TEST(h_c04_memory_enable_gates_bar0)
{
    bar_put(PROBE, 8, PROBE_VALUE);
    put(PCI_COMMAND, 2, PCI_COMMAND_MASTER);
    ck_assert_uint_eq(bar_get(PROBE, 8), UINT64_MAX);
    ck_assert_uint_eq(bar_get(PROBE, 4), UINT32_MAX);
    ck_assert_uint_eq(bar_get(PROBE, 2), UINT16_MAX);
    ck_assert_uint_eq(bar_get(PROBE, 1), UINT8_MAX);
    bar_put(PROBE, 8, 0x2000);                       /* dropped */
    ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, 0x3000), IOAT_OK);
    put(PCI_COMMAND, 2, PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY);
    ck_assert_uint_eq(bar_get(PROBE, 8), PROBE_VALUE);
}
END_TEST

START_TEST(h_c04_dword_write_of_command_leaves_status)
{
    const uint32_t before = get(PCI_COMMAND, 4);

    put(PCI_COMMAND, 4, before | PCI_COMMAND_INTX_DISABLE);
    ck_assert_uint_eq(get(PCI_COMMAND, 4), before | PCI_COMMAND_INTX_DISABLE);
    put(PCI_COMMAND, 4, 0xFFFF0000 | before);
    ck_assert_uint_eq(get(PCI_COMMAND, 4), before);
}
END_TEST

START_TEST(h_c04_only_three_command_bits_are_writable)
{
    put(PCI_COMMAND, 2, UINT16_MAX);
    ck_assert_uint_eq(get(PCI_COMMAND, 2),
                      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
}
END_TEST

START_TEST(h_c04_posted_writes_arrive_before_memory_is_disabled)
{
    ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, PROBE_VALUE), IOAT_OK);
    put(PCI_COMMAND, 2, PCI_COMMAND_MASTER);
    put(PCI_COMMAND, 2, PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY);
    ck_assert_uint_eq(bar_get(PROBE, 8), PROBE_VALUE);
}
END_TEST

/* ---- MSI-X ---- */

START_TEST(h_c05_status_announces_the_capability_list)
{
    ck_assert(get(PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
}
END_TEST

START_TEST(h_c05_msix_has_a_vector_a_channel)
{
    const unsigned flags = get(capability(PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, 2);

    ck_assert_uint_eq((flags & PCI_MSIX_FLAGS_QSIZE) + 1, ioat_sim_build()->channels);
    ck_assert_uint_eq(bar_get(IOAT_CHANCNT, 1), ioat_sim_build()->channels);
}
END_TEST

START_TEST(h_c05_table_and_pba_lie_in_pages_of_their_own)
{
    const unsigned at = capability(PCI_CAP_ID_MSIX);
    const uint32_t table = get(at + PCI_MSIX_TABLE, 4), pba = get(at + PCI_MSIX_PBA, 4);
    const unsigned last_register = IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * IOAT_CHAN_MAX - 1;

    ck_assert_uint_eq(at, 0x80);
    ck_assert_uint_eq(table, 0x2000);
    ck_assert_uint_eq(pba, 0x3000);
    ck_assert_uint_gt(table / IOAT_PAGE_BYTES, last_register / IOAT_PAGE_BYTES);
    ck_assert_uint_ne(pba / IOAT_PAGE_BYTES, table / IOAT_PAGE_BYTES);
}
END_TEST

START_TEST(h_c06_enable_and_function_mask_are_the_only_writable_bits)
{
    const unsigned at = capability(PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS;
    const unsigned size = get(at, 2) & PCI_MSIX_FLAGS_QSIZE;

    ck_assert_uint_eq(get(at, 2) & ~size, PCI_MSIX_FLAGS_ENABLE);    /* the firmware's set-up */
    put(at, 2, UINT16_MAX);
    ck_assert_uint_eq(get(at, 2), size | PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    put(at, 2, 0);
    ck_assert_uint_eq(get(at, 2), size);
}
END_TEST

START_TEST(h_c06_vectors_power_up_masked)
{
    for (unsigned n = 0; n < ioat_sim_build()->channels; n++)
        ck_assert_uint_eq(bar_get(IOAT_VECTOR(n, MSIX_CTRL), 4), IOAT_MSIX_CTRL_MASKED);
}
END_TEST

/* ---- PCI Express ---- */

START_TEST(h_c07_relaxed_ordering_reads_back_0_after_linux_clears_it)
{
    const unsigned at = capability(PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
    const uint32_t before = get(at, 2);

    ck_assert_uint_eq(at, 0x98);
    ck_assert(before & PCI_EXP_DEVCTL_RELAX_EN);
    put(at, 2, before & ~(uint32_t)PCI_EXP_DEVCTL_RELAX_EN);
    ck_assert_uint_eq(get(at, 2), before & ~(uint32_t)PCI_EXP_DEVCTL_RELAX_EN);
}
END_TEST

START_TEST(h_c07_payload_and_request_sizes_cover_the_bursts_of_the_build)
{
    const unsigned at = capability(PCI_CAP_ID_EXP);
    const unsigned payload = 128u << (get(at + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_PAYLOAD);
    const unsigned request = 128u << (get(at + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_READRQ) / 0x1000;

    ck_assert_uint_ge(payload, ioat_sim_build()->write_bytes_max);
    ck_assert_uint_ge(request, ioat_sim_build()->read_bytes_max);
}
END_TEST

static void start_flr(void)
{
    const unsigned at = capability(PCI_CAP_ID_EXP);

    ck_assert(get(at + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_FLR);
    put(at + PCI_EXP_DEVCTL, 2, get(at + PCI_EXP_DEVCTL, 2) | PCI_EXP_DEVCTL_BCR_FLR);
}

static bool answers(void *ctx)
{
    (void)ctx;
    return get(PCI_VENDOR_ID, 2) == IOAT_PCI_VENDOR;
}

static void flr(void)
{
    start_flr();
    ck_assert_int_eq(ioat_sim_wait(sim, answers, NULL, 100 * ioat_sim_build()->clock_mhz),
                     IOAT_OK);
}

START_TEST(h_c07_flr_returns_config_space_to_power_on_values)
{
    static uint8_t power_on[PCIE_SPACE];
    static struct pcie fresh;

    pcie_init(&fresh, &(struct pcie_config) {
        .identity = pcie_identity(), .vectors = ioat_sim_build()->channels,
        .payload_max = ioat_sim_build()->write_bytes_max,
    });
    memcpy(power_on, fresh.space, sizeof power_on);
    put(PCIE_CHANERRMSK_INT, 4, UINT32_MAX);
    put(PCI_INTERRUPT_LINE, 1, 11);
    put(PCI_CACHE_LINE_SIZE, 1, 16);
    flr();
    for (unsigned n = 0; n < PCIE_SPACE; n++)
        ck_assert_msg(get(n, 1) == power_on[n], "config 0x%03x: expected 0x%02x, got 0x%02x", n,
                      power_on[n], get(n, 1));
}
END_TEST

START_TEST(h_c07_flr_returns_registers_to_power_on_values)
{
    bar_put(PROBE, 8, PROBE_VALUE);
    flr();
    ck_assert_uint_eq(bar_get(PROBE, 8), UINT64_MAX);            /* memory space is off */
    put(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    ck_assert_uint_eq(bar_get(PROBE, 8), 0);
}
END_TEST

START_TEST(h_c07_flr_keeps_payload_size_and_sticky_errors)
{
    static struct pcie pcie;
    const unsigned devctl = PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL;

    pcie_init(&pcie, &(struct pcie_config) { .vectors = 1, .payload_max = 256 });
    pcie_write(&pcie, devctl, 2, PCI_EXP_DEVCTL_PAYLOAD_256B | PCI_EXP_DEVCTL_BCR_FLR);
    pcie.space[PCIE_CHANERR_INT] = 0x40;
    pcie_reset_done(&pcie);
    ck_assert_uint_eq(pcie_read(&pcie, devctl, 2) & PCI_EXP_DEVCTL_PAYLOAD,
                      PCI_EXP_DEVCTL_PAYLOAD_256B);
    ck_assert(pcie_read(&pcie, devctl, 2) & PCI_EXP_DEVCTL_RELAX_EN);
    ck_assert_uint_eq(pcie_read(&pcie, PCIE_CHANERR_INT, 4), 0x40);
}
END_TEST

START_TEST(h_c07_config_does_not_answer_while_flr_runs)
{
    static struct pcie pcie;

    pcie_init(&pcie, &(struct pcie_config) { .vectors = 1, .payload_max = 128 });
    pcie_write(&pcie, PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
    ck_assert(pcie.resetting);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_VENDOR_ID, 2), 0xFFFF);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_VENDOR_ID, 4), 0xFFFFFFFF);
    pcie_write(&pcie, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    ck_assert(!pcie_memory(&pcie));
    pcie_reset_done(&pcie);
    ck_assert(!pcie.resetting && !pcie_memory(&pcie));
}
END_TEST

START_TEST(h_c07_flr_bit_reads_0_and_no_transaction_is_pending_at_rest)
{
    const unsigned at = capability(PCI_CAP_ID_EXP);

    flr();
    ck_assert_uint_eq(get(at + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_BCR_FLR, 0);
    ck_assert_uint_eq(get(at + PCI_EXP_DEVSTA, 2) & PCI_EXP_DEVSTA_TRPND, 0);
}
END_TEST

/* ---- device-specific registers ---- */

START_TEST(h_c08_chanerr_int_reads_0_and_ones_clear_it)
{
    static struct pcie pcie;

    ck_assert_uint_eq(get(PCIE_CHANERR_INT, 4), 0);
    put(PCIE_CHANERR_INT, 4, UINT32_MAX);
    ck_assert_uint_eq(get(PCIE_CHANERR_INT, 4), 0);

    pcie_init(&pcie, &(struct pcie_config) { .vectors = 1, .payload_max = 128 });
    memset(&pcie.space[PCIE_CHANERR_INT], 0xFF, 4);
    pcie_write(&pcie, PCIE_CHANERR_INT, 4, 0x00FF0001);
    ck_assert_uint_eq(pcie_read(&pcie, PCIE_CHANERR_INT, 4), 0xFF00FFFE);
    pcie_write(&pcie, PCIE_CHANERR_INT, 4, 0);
    ck_assert_uint_eq(pcie_read(&pcie, PCIE_CHANERR_INT, 4), 0xFF00FFFE);
    pcie_write(&pcie, PCIE_CHANERR_INT + 1, 1, 0xFF);
    ck_assert_uint_eq(pcie_read(&pcie, PCIE_CHANERR_INT, 4), 0xFF0000FE);
}
END_TEST

START_TEST(h_c08_chanerrmsk_int_is_writable)
{
    put(PCIE_CHANERRMSK_INT, 4, 0x3E07);             /* FreeBSD's value */
    ck_assert_uint_eq(get(PCIE_CHANERRMSK_INT, 4), 0x3E07);
}
END_TEST

START_TEST(h_c09_writes_beside_have_no_effect)
{
    const uint32_t command = get(PCI_COMMAND, 4);

    put(PCIE_DMAUNCERRSTS, 4, 0x10);
    put(PCIE_CHANERRMSK_INT, 4, 0x3E07);
    ck_assert_uint_eq(get(PCIE_DMAUNCERRSTS, 4), 0);
    ck_assert_uint_eq(get(PCI_COMMAND, 4), command);
    bar_put(PROBE, 8, PROBE_VALUE);
    ck_assert_uint_eq(bar_get(PROBE, 8), PROBE_VALUE);
}
END_TEST

START_TEST(h_c08_extended_space_has_no_capability_and_reads_0)
{
    for (unsigned n = PCI_CFG_SPACE_SIZE; n < PCIE_SPACE; n += 4) {
        ck_assert_msg(get(n, 4) == 0, "config 0x%03x reads 0x%08x", n, get(n, 4));
        if (n != PCIE_CHANERRMSK_INT)
            put(n, 4, UINT32_MAX);
        ck_assert_msg(get(n, 4) == 0, "config 0x%03x takes a write", n);
    }
}
END_TEST

/* ---- INTx ---- */

START_TEST(h_c10_pin_is_a_and_line_is_the_softwares)
{
    ck_assert_uint_eq(get(PCI_INTERRUPT_PIN, 1), 1);
    put(PCI_INTERRUPT_LINE, 1, 11);
    ck_assert_uint_eq(get(PCI_INTERRUPT_LINE, 1), 11);
    put(PCI_INTERRUPT_PIN, 1, 0);
    ck_assert_uint_eq(get(PCI_INTERRUPT_PIN, 1), 1);
}
END_TEST

START_TEST(h_c10_intx_needs_msix_off_and_no_disable)
{
    static struct pcie pcie;
    const unsigned msix = PCIE_CAP_MSIX + PCI_MSIX_FLAGS;

    pcie_init(&pcie, &(struct pcie_config) { .vectors = 1, .payload_max = 128 });
    ck_assert(pcie_intx_allowed(&pcie));
    pcie_write(&pcie, msix, 2, PCI_MSIX_FLAGS_ENABLE);
    ck_assert(!pcie_intx_allowed(&pcie));
    pcie_write(&pcie, msix, 2, 0);
    pcie_write(&pcie, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
    ck_assert(!pcie_intx_allowed(&pcie));
    pcie_write(&pcie, PCI_COMMAND, 2, 0);
    ck_assert(pcie_intx_allowed(&pcie));
}
END_TEST

START_TEST(h_c10_interrupt_status_shows_the_line_even_when_disabled)
{
    static struct pcie pcie;

    pcie_init(&pcie, &(struct pcie_config) { .vectors = 1, .payload_max = 128 });
    pcie_write(&pcie, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
    pcie_set_status(&pcie, true, false);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_STATUS, 2),
                      PCI_STATUS_CAP_LIST | PCI_STATUS_INTERRUPT);
    pcie_set_status(&pcie, false, false);
    ck_assert_uint_eq(pcie_read(&pcie, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
}
END_TEST

START_TEST(h_c10_intx_is_low_at_rest)
{
    put(capability(PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, 2, 0);
    ck_assert(!ioat_sim_intx(sim));
    ck_assert_uint_eq(get(PCI_STATUS, 2) & PCI_STATUS_INTERRUPT, 0);
}
END_TEST

/* ---- widths ---- */

START_TEST(h_c11_reads_of_every_width_agree)
{
    for (unsigned n = 0; n < PCIE_SPACE; n += 4) {
        const uint32_t whole = get(n, 4);

        ck_assert_uint_eq(get(n, 2) | get(n + 2, 2) << 16, whole);
        ck_assert_uint_eq(get(n, 1) | get(n + 1, 1) << 8 | get(n + 2, 1) << 16
                              | get(n + 3, 1) << 24, whole);
    }
}
END_TEST

START_TEST(h_c11_writes_of_every_width_agree)
{
    const unsigned width = 1u << _i;

    for (unsigned n = 0; n < 4; n += width)
        put(PCI_BASE_ADDRESS_1 + n, width, (uint32_t)(0x12345678u >> 8 * n));
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_1, 4), 0x12345678);
    put(PCI_BASE_ADDRESS_1 + 4 - width, width, 0);
    ck_assert_uint_eq(get(PCI_BASE_ADDRESS_1, 4),
                      width == 4 ? 0 : 0x12345678 & UINT32_MAX >> 8 * width);
}
END_TEST

/* ---- power and removal ---- */

START_TEST(d3hot_stops_the_function_and_d0_resumes_it)
{
    const unsigned at = capability(PCI_CAP_ID_PM) + PCI_PM_CTRL;

    bar_put(PROBE, 8, PROBE_VALUE);
    put(at, 2, 3);
    ck_assert_uint_eq(get(at, 2), PCI_PM_CTRL_NO_SOFT_RESET | 3);
    ck_assert_uint_eq(bar_get(PROBE, 8), UINT64_MAX);
    put(at, 2, 0);
    ck_assert_uint_eq(bar_get(PROBE, 8), PROBE_VALUE);
}
END_TEST

START_TEST(power_states_that_do_not_exist_are_not_entered)
{
    const unsigned at = capability(PCI_CAP_ID_PM) + PCI_PM_CTRL;

    put(at, 2, 1);
    ck_assert_uint_eq(get(at, 2), PCI_PM_CTRL_NO_SOFT_RESET);
    put(at, 2, 2);
    ck_assert_uint_eq(get(at, 2), PCI_PM_CTRL_NO_SOFT_RESET);
}
END_TEST

START_TEST(removed_device_reads_all_ones)
{
    ck_assert_int_eq(ioat_sim_bar_post(sim, PROBE, 8, PROBE_VALUE), IOAT_OK);
    ioat_sim_remove(sim);
    ck_assert_uint_eq(get(PCI_VENDOR_ID, 4), UINT32_MAX);
    ck_assert_uint_eq(get(PCI_VENDOR_ID, 1), UINT8_MAX);
    put(PCI_COMMAND, 2, 0);
    ck_assert_uint_eq(bar_get(IOAT_CBVER, 1), UINT8_MAX);
    bar_put(PROBE, 8, 0);
}
END_TEST

Suite *pcie_suite(void);

Suite *pcie_suite(void)
{
    Suite *suite = suite_create("pcie");
    TCase *tc = tcase_create("pcie");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, h_c01_header_shows_the_identity_of_the_build);
    tcase_add_test(tc, h_c01_default_identity_is_the_lab_personality);
    tcase_add_test(tc, h_c01_another_identity_is_shown);
    tcase_add_test(tc, h_c01_identity_ignores_writes);
    tcase_add_test(tc, h_c02_firmware_has_assigned_bar0);
    tcase_add_test(tc, h_c02_bar0_sizing_returns_the_mask);
    tcase_add_test(tc, h_c02_bar0_upper_dword_works);
    tcase_add_loop_test(tc, h_c03_other_bars_read_0_after_sizing, 0, 5);
    tcase_add_test(tc, h_c04_memory_enable_gates_bar0);
    tcase_add_test(tc, h_c04_dword_write_of_command_leaves_status);
    tcase_add_test(tc, h_c04_only_three_command_bits_are_writable);
    tcase_add_test(tc, h_c04_posted_writes_arrive_before_memory_is_disabled);
    tcase_add_test(tc, h_c05_status_announces_the_capability_list);
    tcase_add_test(tc, h_c05_msix_has_a_vector_a_channel);
    tcase_add_test(tc, h_c05_table_and_pba_lie_in_pages_of_their_own);
    tcase_add_test(tc, h_c06_enable_and_function_mask_are_the_only_writable_bits);
    tcase_add_test(tc, h_c06_vectors_power_up_masked);
    tcase_add_test(tc, h_c07_relaxed_ordering_reads_back_0_after_linux_clears_it);
    tcase_add_test(tc, h_c07_payload_and_request_sizes_cover_the_bursts_of_the_build);
    tcase_add_test(tc, h_c07_flr_returns_config_space_to_power_on_values);
    tcase_add_test(tc, h_c07_flr_returns_registers_to_power_on_values);
    tcase_add_test(tc, h_c07_flr_keeps_payload_size_and_sticky_errors);
    tcase_add_test(tc, h_c07_config_does_not_answer_while_flr_runs);
    tcase_add_test(tc, h_c07_flr_bit_reads_0_and_no_transaction_is_pending_at_rest);
    tcase_add_test(tc, h_c08_chanerr_int_reads_0_and_ones_clear_it);
    tcase_add_test(tc, h_c08_chanerrmsk_int_is_writable);
    tcase_add_test(tc, h_c08_extended_space_has_no_capability_and_reads_0);
    tcase_add_test(tc, h_c09_writes_beside_have_no_effect);
    tcase_add_test(tc, h_c10_pin_is_a_and_line_is_the_softwares);
    tcase_add_test(tc, h_c10_intx_needs_msix_off_and_no_disable);
    tcase_add_test(tc, h_c10_interrupt_status_shows_the_line_even_when_disabled);
    tcase_add_test(tc, h_c10_intx_is_low_at_rest);
    tcase_add_test(tc, h_c11_reads_of_every_width_agree);
    tcase_add_loop_test(tc, h_c11_writes_of_every_width_agree, 0, 3);
    tcase_add_test(tc, d3hot_stops_the_function_and_d0_resumes_it);
    tcase_add_test(tc, power_states_that_do_not_exist_are_not_entered);
    tcase_add_test(tc, removed_device_reads_all_ones);
    suite_add_tcase(suite, tc);
    return suite;
}
