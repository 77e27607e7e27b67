/* test_mapped.c - the platform of a real machine, with ordinary files in the place of sysfs.
 *
 * What a file can show: widths, offsets, the command register, every refusal, time. What
 * it cannot: ordering on a bus, side effects, DMA. No test here needs a device.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bar_mmap.h"
#include "ioat.h"

Suite *mapped_suite(void);

enum { CONFIG_BYTES = 256 };

static char dir[64];
static char resource_path[96], config_path[96];

static void put_file(const char *path, size_t bytes)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ftruncate(fileno(file), (off_t)bytes), 0);
    fclose(file);
}

static void put_bytes(const char *path, long offset, const void *data, size_t bytes)
{
    int file = open(path, O_WRONLY);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(pwrite(file, data, bytes, offset), (ssize_t)bytes);
    close(file);
}

static uint64_t file_value(const char *path, long offset, size_t bytes)
{
    uint64_t value = 0;
    int file = open(path, O_RDONLY);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(pread(file, &value, bytes, offset), (ssize_t)bytes);
    close(file);
    return value;
}

static void make_function(void)
{
    strcpy(dir, "/tmp/ioat_mapped_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(resource_path, sizeof resource_path, "%s/resource0", dir);
    snprintf(config_path, sizeof config_path, "%s/config", dir);
    put_file(resource_path, IOAT_BAR_BYTES);
    put_file(config_path, CONFIG_BYTES);
}

static void drop_function(void)
{
    unlink(resource_path);
    unlink(config_path);
    rmdir(dir);
}

START_TEST(driver_mapped_registers_have_their_width)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    unsigned width = widths[_i];
    uint32_t offset = 0x88;
    uint64_t all = UINT64_C(0x1122334455667788), mask = UINT64_MAX >> (64 - 8 * width), value;
    struct ioat_mapped *mapped;
    struct ioat_platform platform;

    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ioat_mapped_platform(mapped, &platform);
    const struct bar_ops *bar = platform.bar;
    uint64_t ones = UINT64_MAX;
    put_bytes(resource_path, offset - 8, &ones, 8);
    put_bytes(resource_path, offset, &ones, 8);
    put_bytes(resource_path, offset + 8, &ones, 8);
    ck_assert_int_eq(bar->write(platform.bar_ctx, offset, width, all), IOAT_OK);
    ck_assert_uint_eq(file_value(resource_path, offset - 8, 8), ones);
    ck_assert_uint_eq(file_value(resource_path, offset, 8), (all & mask) | ~mask);
    ck_assert_uint_eq(file_value(resource_path, offset + 8, 8), ones);
    ck_assert_int_eq(bar->read(platform.bar_ctx, offset, width, &value), IOAT_OK);
    ck_assert_uint_eq(value, all & mask);
    ck_assert_int_eq(
        bar->write(platform.bar_ctx, IOAT_BAR_BYTES - width, width, all), IOAT_OK);
    ck_assert_uint_eq(file_value(resource_path, IOAT_BAR_BYTES - (long)width, width), all & mask);
    ioat_mapped_close(mapped);
}
END_TEST

START_TEST(driver_mapped_registers_refuse_odd_accesses)
{
    static const struct {
        uint32_t offset;
        unsigned width;
    } odd[] = {{0, 0}, {0, 3}, {0, 16}, {1, 2}, {2, 4}, {4, 8}, {IOAT_BAR_BYTES, 1}, {UINT32_MAX - 7, 8}};
    struct ioat_mapped *mapped;
    struct ioat_platform platform;
    uint64_t value = 99;

    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ioat_mapped_platform(mapped, &platform);
    for (unsigned n = 0; n < sizeof odd / sizeof *odd; n++) {
        ck_assert_int_eq(
            platform.bar->read(platform.bar_ctx, odd[n].offset, odd[n].width, &value), IOAT_EINVAL);
        ck_assert_int_eq(
            platform.bar->write(platform.bar_ctx, odd[n].offset, odd[n].width, 0), IOAT_EINVAL);
    }
    ck_assert_uint_eq(value, 99);
    ioat_mapped_close(mapped);
}
END_TEST

START_TEST(driver_mapped_open_enables_and_close_ends_bus_mastering)
{
    struct ioat_mapped *mapped;
    uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MASTER;

    put_bytes(config_path, PCI_COMMAND, &command, sizeof command);
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ck_assert_uint_eq(file_value(config_path, PCI_COMMAND, 2),
                      PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    ck_assert_int_eq(ioat_mapped_interrupts(mapped, &(int){0}, 1), IOAT_ESTATE);
    ioat_mapped_close(mapped);
    ck_assert_uint_eq(file_value(config_path, PCI_COMMAND, 2), PCI_COMMAND_IO);
    ioat_mapped_close(NULL);
}
END_TEST

START_TEST(driver_mapped_open_says_what_is_wrong)
{
    struct ioat_mapped *mapped = (void *)dir;

    ck_assert_int_eq(ioat_pci_open(dir, NULL), IOAT_EINVAL);
    ck_assert_int_eq(ioat_vfio_open(dir, NULL), IOAT_EINVAL);
    ck_assert_int_eq(ioat_pci_open(NULL, &mapped), IOAT_EINVAL);
    ck_assert_ptr_null(mapped);
    ck_assert_int_eq(ioat_vfio_open(NULL, &mapped), IOAT_EINVAL);
    ck_assert_int_eq(ioat_vfio_open(dir, &mapped), IOAT_EIO);   /* no IOMMU group here */
    ck_assert_ptr_null(mapped);

    unlink(config_path);
    errno = 0;
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_EIO);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(mapped);
    put_file(config_path, 0);
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_EIO);    /* no command register */
    put_file(config_path, CONFIG_BYTES);
    put_file(resource_path, IOAT_BAR_BYTES - 1);
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_ENODEV);
    ck_assert_uint_eq(file_value(config_path, PCI_COMMAND, 2), 0);
    unlink(resource_path);
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_EIO);
    ck_assert_ptr_null(mapped);
}
END_TEST

START_TEST(driver_mapped_clock_waits_long_enough)
{
    struct ioat_mapped *mapped;
    struct ioat_platform platform;
    static const uint64_t waits[] = {0, 1000, 300000, 5000000};

    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ioat_mapped_platform(mapped, &platform);
    for (unsigned n = 0; n < sizeof waits / sizeof *waits; n++) {
        uint64_t start = platform.clock->now_ns(platform.clock_ctx);
        ck_assert_int_eq(platform.clock->delay_ns(platform.clock_ctx, waits[n]), IOAT_OK);
        ck_assert_uint_ge(platform.clock->now_ns(platform.clock_ctx) - start, waits[n]);
    }
    ioat_mapped_close(mapped);
}
END_TEST

/* The driver itself on the mapped file: it finds the registers that the file shows. */
START_TEST(driver_mapped_probe_reads_the_file)
{
    struct ioat_mapped *mapped;
    struct ioat_platform platform;
    struct ioat *dev;
    uint8_t cbver = 0x34, chancnt = 2, xfercap = 16;

    put_bytes(resource_path, IOAT_CBVER, &cbver, 1);
    put_bytes(resource_path, IOAT_CHANCNT, &chancnt, 1);
    put_bytes(resource_path, IOAT_XFERCAP, &xfercap, 1);
    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ioat_mapped_platform(mapped, &platform);
    ck_assert_int_eq(ioat_open(&platform, &dev), IOAT_OK);
    ck_assert_uint_eq(ioat_info(dev)->channels, 2);
    ck_assert_uint_eq(ioat_info(dev)->transfer_max, 1u << 16);
    ck_assert_int_eq(ioat_close(dev), IOAT_OK);
    ioat_mapped_close(mapped);
}
END_TEST

/* A machine grants huge pages and their addresses, or it does not; both must be clean. */
START_TEST(driver_mapped_memory_is_aligned_and_zero_or_refused)
{
    struct ioat_mapped *mapped;
    struct ioat_platform platform;
    struct dma_buf a = {0}, b = {0};

    ck_assert_int_eq(ioat_pci_open(dir, &mapped), IOAT_OK);
    ioat_mapped_platform(mapped, &platform);
    const struct dma_ops *dma = platform.dma;
    void *ctx = platform.dma_ctx;
    ck_assert_int_eq(dma->alloc(ctx, 0, 64, &a), IOAT_EINVAL);
    ck_assert_int_eq(dma->alloc(ctx, 64, 48, &a), IOAT_EINVAL);
    ck_assert_int_eq(dma->alloc(ctx, (2 << 20) + 1, 64, &a), IOAT_EINVAL);
    enum ioat_status status = dma->alloc(ctx, 100, 64, &a);
    if (status) {
        ck_assert_msg(status == IOAT_ENOMEM || status == IOAT_EIO, "%s", ioat_strstatus(status));
        ck_assert_ptr_null(a.cpu);
    } else {
        ck_assert_int_eq(dma->alloc(ctx, 8192, 4096, &b), IOAT_OK);
        ck_assert_uint_eq(a.bus % 64, 0);
        ck_assert_uint_eq(b.bus % 4096, 0);
        ck_assert(b.bus >= a.bus + 100 || b.bus + 8192 <= a.bus);
        ck_assert_uint_eq((uintptr_t)b.cpu - (uintptr_t)a.cpu, b.bus - a.bus);
        memset(a.cpu, 0xFF, 100);
        dma->free(ctx, &b);
        dma->free(ctx, &a);
        ck_assert_int_eq(dma->alloc(ctx, 100, 64, &a), IOAT_OK);
        for (unsigned n = 0; n < 100; n++)
            ck_assert_uint_eq(((uint8_t *)a.cpu)[n], 0);
        dma->free(ctx, &a);
    }
    ioat_mapped_close(mapped);
}
END_TEST

Suite *mapped_suite(void)
{
    Suite *suite = suite_create("mapped");
    TCase *mapped = tcase_create("driver_mapped");

    tcase_add_checked_fixture(mapped, make_function, drop_function);
    tcase_add_loop_test(mapped, driver_mapped_registers_have_their_width, 0, 4);
    tcase_add_test(mapped, driver_mapped_registers_refuse_odd_accesses);
    tcase_add_test(mapped, driver_mapped_open_enables_and_close_ends_bus_mastering);
    tcase_add_test(mapped, driver_mapped_open_says_what_is_wrong);
    tcase_add_test(mapped, driver_mapped_clock_waits_long_enough);
    tcase_add_test(mapped, driver_mapped_probe_reads_the_file);
    tcase_add_test(mapped, driver_mapped_memory_is_aligned_and_zero_or_refused);
    suite_add_tcase(suite, mapped);
    return suite;
}
