/* test_cosim.c - the device server without QEMU: its messages, its memory, what it must
 * not trust.
 */
#include <check.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "ioat_regs.h"
#include "report.h"
#include "tb.h"

enum { RAM_BYTES = 1 << 20, RAM_AT = 1 << 20, BAR_AT = 0x10000000, SLICES = 100000 };

struct rig {
    struct device device;
    struct qtest qtest;
    int ours, theirs;              /* ends of the proxy socket */
    int interrupts;                /* QEMU's end of the qtest socket */
    int ram_fd;
    uint8_t *ram;
};

static struct rig *rig;

static void socket_pair(int *ours, int *theirs)
{
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    *ours = pair[0];
    *theirs = pair[1];
}

static void setup(void)
{
    struct device_config config = { .seed = 1, .latency = 20 };
    int qtest;

    rig = calloc(1, sizeof *rig);
    ck_assert_ptr_nonnull(rig);
    socket_pair(&rig->ours, &rig->theirs);
    socket_pair(&qtest, &rig->interrupts);
    qtest_init(&rig->qtest, qtest);
    config.qtest = &rig->qtest;
    ck_assert(device_open(&rig->device, &config));
    rig->ram_fd = memfd_create("ram", MFD_CLOEXEC);
    ck_assert_int_eq(ftruncate(rig->ram_fd, RAM_BYTES), 0);
    rig->ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, rig->ram_fd, 0);
    ck_assert_ptr_ne(rig->ram, MAP_FAILED);
}

static void teardown(void)
{
    device_close(&rig->device);
    close(rig->ours);
    close(rig->theirs);
    close(rig->interrupts);
    close(rig->qtest.socket);
    close(rig->ram_fd);
    munmap(rig->ram, RAM_BYTES);
    free(rig);
}

/* ---- QEMU's side ---- */

static uint64_t ask(int32_t command, const void *payload, size_t bytes)
{
    struct proxy_message message = { .command = command, .bytes = bytes };
    struct { int32_t command; uint32_t unused; uint64_t bytes, value; } answer = { 0 };

    if (bytes)
        memcpy(&message.memory, payload, bytes);
    device_serve(&rig->device, rig->ours, &message);
    ck_assert_int_ge(recv(rig->theirs, &answer, sizeof answer, MSG_DONTWAIT), 16);
    ck_assert_int_eq(answer.command, PROXY_RET);
    return answer.value;
}

static uint64_t config(int32_t command, uint32_t addr, uint32_t value, int32_t width)
{
    const struct { uint32_t addr, value; int32_t width; } payload = { addr, value, width };

    return ask(command, &payload, sizeof payload);
}

static uint64_t bar(int32_t command, uint64_t addr, uint64_t value, uint32_t width)
{
    const struct { uint64_t addr, value; uint32_t width, memory; } payload = { addr, value, width, 1 };

    return ask(command, &payload, sizeof payload);
}

static const char *share(uint64_t gpa, uint64_t bytes, uint64_t offset)
{
    struct proxy_message message = {
        .command = PROXY_SYNC_SYSMEM, .fds = 1, .fd = { dup(rig->ram_fd) },
    };

    message.memory.gpa[0] = gpa;
    message.memory.bytes[0] = bytes;
    message.memory.offset[0] = offset;
    rig->device.trouble = NULL;
    device_serve(&rig->device, rig->ours, &message);
    return rig->device.trouble;
}

static void power_up(void)
{
    config(PROXY_CFG_WRITE, PCI_BASE_ADDRESS_0, BAR_AT, 4);
    config(PROXY_CFG_WRITE, PCI_BASE_ADDRESS_1, 0, 4);
    config(PROXY_CFG_WRITE, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
}

/* One copy by channel 0 with an interrupt; returns CHANERR. */
static uint64_t copy(uint64_t desc, uint64_t src, uint64_t dst, uint32_t bytes, uint64_t word)
{
    struct ioat_desc *descriptor = (struct ioat_desc *)(rig->ram + (desc - RAM_AT));

    *descriptor = (struct ioat_desc){
        .size = bytes, .src = src, .dst = dst,
        .control = IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE,
    };
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, CHANCTRL),
        IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ERR_INT_EN, 2);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, CHANCMP), word, 8);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, CHAINADDR), desc, 8);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, DMACOUNT), 1, 2);
    for (unsigned n = 0; n < SLICES && device_run(&rig->device); n++)
        ;
    ck_assert_msg(!rig->device.trouble, "%s", rig->device.trouble);
    return bar(PROXY_BAR_READ, BAR_AT + IOAT_CHAN(0, CHANERR), 0, 4);
}

/* What QEMU was told, or "". */
static const char *told(void)
{
    static char text[400];
    const ssize_t n = recv(rig->interrupts, text, sizeof text - 1, MSG_DONTWAIT);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* ---- the good path ---- */

START_TEST(a_copy_in_shared_memory_ends_with_a_message)
{
    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    config(PROXY_CFG_WRITE, 0x80 + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_VECTOR(0, MSIX_ADDR), 0xFEE01004, 4);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_VECTOR(0, MSIX_DATA), 0x27, 4);
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_VECTOR(0, MSIX_CTRL), 0, 4);
    memset(rig->ram + 0x2000, 0xA7, 300);
    ck_assert_uint_eq(copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + 0x3001, 300, RAM_AT + 0x1000), 0);
    ck_assert_int_eq(memcmp(rig->ram + 0x2000, rig->ram + 0x3001, 300), 0);
    ck_assert_str_eq(told(), "writel 0xfee01004 0x27\n");
}
END_TEST

START_TEST(without_msix_the_line_rises_and_falls)
{
    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN, 1);
    copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + 0x3000, 64, RAM_AT + 0x1000);
    ck_assert_str_eq(told(), "set_irq_in /machine/q35/ioapic unnamed-gpio-in 21 1\n");
    bar(PROXY_BAR_READ, BAR_AT + IOAT_INTRCTRL, 0, 1);
    ck_assert_str_eq(told(), "set_irq_in /machine/q35/ioapic unnamed-gpio-in 21 0\n");
}
END_TEST

START_TEST(an_idle_engine_takes_no_time)
{
    unsigned slices = 0;

    power_up();
    while (device_run(&rig->device))
        ck_assert_uint_lt(slices++, 1000);
    ck_assert(!device_run(&rig->device));
}
END_TEST

START_TEST(a_machine_reset_gives_power_on_values)
{
    power_up();
    bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, CHANCMP), 0x1000, 8);
    ask(PROXY_RESET, NULL, 0);
    ck_assert_uint_eq(config(PROXY_CFG_READ, PCI_COMMAND, 0, 2), 0);
    power_up();
    ck_assert_uint_eq(bar(PROXY_BAR_READ, BAR_AT + IOAT_CHAN(0, CHANCMP), 0, 8), 0);
}
END_TEST

/* ---- what is not trusted ---- */

START_TEST(addresses_outside_the_guest_get_an_error_answer)
{
    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    ck_assert_uint_eq(copy(RAM_AT, (uintptr_t)rig & ~UINT64_C(63), RAM_AT + 0x3000, 64,
                           RAM_AT + 0x1000), IOAT_CHANERR_READ_DATA);
}
END_TEST

START_TEST(a_write_past_the_end_of_memory_changes_nothing)
{
    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES / 2, 0));
    memset(rig->ram + 0x2000, 0xA7, 4096);
    memset(rig->ram + RAM_BYTES / 2, 0x11, 4096);
    ck_assert_uint_eq(copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + RAM_BYTES / 2 - 64, 128,
                           RAM_AT + 0x1000), IOAT_CHANERR_WRITE_DATA);
    ck_assert_int_eq(rig->ram[RAM_BYTES / 2], 0x11);
}
END_TEST

START_TEST(a_region_longer_than_its_file_is_refused)
{
    ck_assert_ptr_nonnull(share(RAM_AT, RAM_BYTES + 4096, 0));
    ck_assert_uint_eq(rig->device.memory.regions, 0);
    ck_assert_ptr_nonnull(share(RAM_AT, 4096, RAM_BYTES));
    ck_assert_ptr_nonnull(share(RAM_AT, 4096, ~UINT64_C(4095)));
    rig->device.trouble = NULL;
}
END_TEST

START_TEST(a_region_that_is_not_whole_pages_is_refused)
{
    ck_assert_ptr_nonnull(share(RAM_AT + 8, 4096, 0));
    ck_assert_ptr_nonnull(share(RAM_AT, 100, 0));
    ck_assert_ptr_nonnull(share(RAM_AT, 4096, 8));
    ck_assert_ptr_nonnull(share(RAM_AT, 0, 0));
    rig->device.trouble = NULL;
}
END_TEST

START_TEST(a_region_over_the_message_window_is_refused)
{
    ck_assert_ptr_nonnull(share(UINT64_C(0xFEE00000), 4096, 0));
    rig->device.trouble = NULL;
}
END_TEST

START_TEST(a_new_map_replaces_the_old_one)
{
    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    ck_assert_uint_eq(rig->device.memory.regions, 1);
    ck_assert_ptr_null(share(RAM_AT, 4096, 0));
    ck_assert_uint_eq(copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + 64, 64, RAM_AT + 128),
                      IOAT_CHANERR_READ_DATA);
}
END_TEST

START_TEST(accesses_that_no_register_takes_read_as_ones)
{
    power_up();
    ck_assert_uint_eq(bar(PROXY_BAR_READ, BAR_AT + IOAT_BAR_BYTES, 0, 4), UINT32_MAX);
    ck_assert_uint_eq(bar(PROXY_BAR_READ, BAR_AT - 4, 0, 4), UINT32_MAX);
    ck_assert_uint_eq(bar(PROXY_BAR_READ, BAR_AT + 1, 0, 4), UINT32_MAX);
    ck_assert_uint_eq(bar(PROXY_BAR_READ, BAR_AT, 0, 3), 0xFFFFFF);
    bar(PROXY_BAR_WRITE, BAR_AT + 0x89, 1, 8);
    bar(PROXY_BAR_WRITE, ~UINT64_C(0), 1, 8);
    ck_assert_uint_eq(rig->device.misfits, 6);
    ck_assert_uint_eq(config(PROXY_CFG_READ, 0x1000, 0, 4), UINT32_MAX);
    ck_assert_uint_eq(config(PROXY_CFG_READ, 2, 0, 4), UINT32_MAX);
    config(PROXY_CFG_WRITE, 0xFFFFFFFF, 1, 4);
    ck_assert_ptr_null(rig->device.trouble);
}
END_TEST

static const char *receive_bytes(const void *bytes, size_t n)
{
    static struct proxy_message message;

    ck_assert_int_eq(send(rig->theirs, bytes, n, 0), (ssize_t)n);
    shutdown(rig->theirs, SHUT_WR);
    return proxy_receive(rig->ours, &message);
}

struct raw { int32_t command; uint32_t unused; uint64_t bytes; uint64_t payload[2]; };

START_TEST(an_unknown_command_is_named)
{
    const struct raw raw = { .command = 99 };

    ck_assert_str_ne(receive_bytes(&raw, 16), "");
}
END_TEST

START_TEST(a_payload_of_the_wrong_size_is_named)
{
    const struct raw raw = { .command = PROXY_BAR_READ, .bytes = UINT64_MAX };

    ck_assert_str_ne(receive_bytes(&raw, 16), "");
}
END_TEST

START_TEST(a_short_payload_is_named)
{
    const struct raw raw = { .command = PROXY_CFG_READ, .bytes = 4 };

    ck_assert_str_ne(receive_bytes(&raw, 20), "");
}
END_TEST

START_TEST(a_message_that_breaks_off_is_named)
{
    const struct raw raw = { .command = PROXY_CFG_READ, .bytes = 12 };

    ck_assert_str_ne(receive_bytes(&raw, 20), "");
}
END_TEST

START_TEST(a_closed_socket_is_no_error)
{
    struct proxy_message message;

    shutdown(rig->theirs, SHUT_WR);
    ck_assert_str_eq(proxy_receive(rig->ours, &message), "");
}
END_TEST

/* ---- faults and the report ---- */

START_TEST(injected_errors_hit_the_kind_they_name)
{
    static const struct { enum fault_target target; uint64_t bit; } row[] = {
        { FAULT_DATA_READ, IOAT_CHANERR_READ_DATA }, { FAULT_DATA_WRITE, IOAT_CHANERR_WRITE_DATA },
        { FAULT_DESCRIPTOR, IOAT_CHANERR_READ_DATA },
    };

    power_up();
    ck_assert_ptr_null(share(RAM_AT, RAM_BYTES, 0));
    for (unsigned n = 0; n < sizeof row / sizeof *row; n++) {
        faults_arm(&rig->device.faults, row[n].target, 1, 0);
        ck_assert_uint_eq(copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + 0x3000, 64, RAM_AT + 0x1000),
                          row[n].bit);
        ck_assert_uint_eq(rig->device.faults.hits, 1);
        faults_arm(&rig->device.faults, FAULT_NONE, 0, 0);
        bar(PROXY_BAR_WRITE, BAR_AT + IOAT_CHAN(0, CHANERR), row[n].bit, 4);
        ck_assert_uint_eq(copy(RAM_AT, RAM_AT + 0x2000, RAM_AT + 0x3000, 64, RAM_AT + 0x1000), 0);
    }
}
END_TEST

START_TEST(a_step_that_did_not_pass_fails_the_run)
{
    struct report report = { 0 };
    bool all;

    ck_assert(!report_end(&report, true, "", 0));
    ck_assert(report_step(&report, "one", 0));
    ck_assert(report_end(&report, true, "", 1));
    ck_assert_uint_eq(report_passed(&report, "one", &all), 1);
    ck_assert(all);
    ck_assert_uint_eq(report_passed(&report, "one,two", &all), 1);
    ck_assert(!all);
    report_step(&report, "two", 1);
    report_step(&report, "three", 2);
    report_end(&report, false, "", 3);
    ck_assert_uint_eq(report_passed(&report, "one,two,three", &all), 1);
    ck_assert(!all);
}
END_TEST

Suite *cosim_suite(void);
Suite *cosim_suite(void)
{
    Suite *suite = suite_create("cosim");
    TCase *good = tb_case(suite, "cosim_serve", 60);
    TCase *bad = tb_case(suite, "cosim_distrust", 60);

    tcase_add_checked_fixture(good, setup, teardown);
    tcase_add_test(good, a_copy_in_shared_memory_ends_with_a_message);
    tcase_add_test(good, without_msix_the_line_rises_and_falls);
    tcase_add_test(good, an_idle_engine_takes_no_time);
    tcase_add_test(good, a_machine_reset_gives_power_on_values);
    tcase_add_test(good, injected_errors_hit_the_kind_they_name);
    tcase_add_test(good, a_step_that_did_not_pass_fails_the_run);
    tcase_add_checked_fixture(bad, setup, teardown);
    tcase_add_test(bad, addresses_outside_the_guest_get_an_error_answer);
    tcase_add_test(bad, a_write_past_the_end_of_memory_changes_nothing);
    tcase_add_test(bad, a_region_longer_than_its_file_is_refused);
    tcase_add_test(bad, a_region_that_is_not_whole_pages_is_refused);
    tcase_add_test(bad, a_region_over_the_message_window_is_refused);
    tcase_add_test(bad, a_new_map_replaces_the_old_one);
    tcase_add_test(bad, accesses_that_no_register_takes_read_as_ones);
    tcase_add_test(bad, an_unknown_command_is_named);
    tcase_add_test(bad, a_payload_of_the_wrong_size_is_named);
    tcase_add_test(bad, a_short_payload_is_named);
    tcase_add_test(bad, a_message_that_breaks_off_is_named);
    tcase_add_test(bad, a_closed_socket_is_no_error);
    return suite;
}
