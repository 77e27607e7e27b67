/* bar_mmap.c - a BAR that the operating system mapped. */
#include "mapped_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "barrier.h"
#include "ioat_regs.h"

_Static_assert(sizeof(void *) == 8, "a 64-bit register needs a 64-bit host");

enum {
    NS_PER_S = 1000000000,
    SLEEP_MIN_NS = 60000,        /* shorter pauses spin: a sleep takes about that anyway */
};

/* ---- registers ---- */

static enum ioat_status check(const struct ioat_mapped *mapped, uint32_t offset, unsigned width)
{
    if ((width != 1 && width != 2 && width != 4 && width != 8) || offset % width ||
        offset >= IOAT_BAR_BYTES)
        return IOAT_EINVAL;
    return offset >= mapped->bar_bytes ? IOAT_EFAULT : IOAT_OK;
}

static enum ioat_status bar_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    struct ioat_mapped *mapped = ctx;
    enum ioat_status status = check(mapped, offset, width);

    if (status)
        return status;
    volatile uint8_t *at = mapped->bar + offset;
    switch (width) {
    case 1:
        *value = *at;
        break;
    case 2:
        *value = *(volatile uint16_t *)at;
        break;
    case 4:
        *value = *(volatile uint32_t *)at;
        break;
    default:
        *value = *(volatile uint64_t *)at;
        break;
    }
    ioat_load_barrier();   /* what the register announces is read after it */
    return IOAT_OK;
}

static enum ioat_status bar_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    struct ioat_mapped *mapped = ctx;
    enum ioat_status status = check(mapped, offset, width);

    if (status)
        return status;
    volatile uint8_t *at = mapped->bar + offset;
    ioat_store_barrier();  /* descriptors are in memory before a doorbell */
    switch (width) {
    case 1:
        *at = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)at = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)at = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)at = value;
        break;
    }
    return IOAT_OK;
}

/* ---- time ---- */

static uint64_t now_ns(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static enum ioat_status delay_ns(void *ctx, uint64_t ns)
{
    uint64_t end = now_ns(ctx) + ns;

    if (ns >= SLEEP_MIN_NS) {
        struct timespec until = {(time_t)(end / NS_PER_S), (long)(end % NS_PER_S)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL))
            ;                    /* a signal came */
    }
    while (now_ns(ctx) < end)
        ;
    return IOAT_OK;
}

/* ---- life ---- */

struct ioat_mapped *mapped_new(void)
{
    struct ioat_mapped *mapped = calloc(1, sizeof *mapped);

    if (mapped)
        mapped->config = mapped->container = mapped->group = mapped->device = -1;
    return mapped;
}

enum ioat_status mapped_bar(struct ioat_mapped *mapped, int fd, off_t at, size_t bytes)
{
    void *bar = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

    if (bar == MAP_FAILED)
        return IOAT_EIO;
    mapped->bar = bar;
    mapped->bar_bytes = bytes;
    return IOAT_OK;
}

static bool put_command(const struct ioat_mapped *mapped, uint16_t command)
{
    return pwrite(mapped->config, &command, sizeof command, mapped->config_at + PCI_COMMAND) ==
           sizeof command;
}

enum ioat_status mapped_enable(struct ioat_mapped *mapped)
{
    uint16_t command;

    if (pread(mapped->config, &command, sizeof command, mapped->config_at + PCI_COMMAND) !=
            sizeof command ||
        !put_command(mapped, command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER))
        return IOAT_EIO;
    mapped->command = command;
    mapped->command_changed = true;
    return IOAT_OK;
}

void ioat_mapped_platform(struct ioat_mapped *mapped, struct ioat_platform *platform)
{
    static const struct bar_ops bar = {bar_read, bar_write};
    static const struct clock_ops clock = {now_ns, delay_ns};

    *platform = (struct ioat_platform){
        .bar = &bar,
        .dma = mapped->dma,
        .clock = &clock,
        .bar_ctx = mapped,
        .dma_ctx = mapped->huge ? (void *)mapped->huge : mapped,
        .clock_ctx = NULL,
    };
}

void ioat_mapped_close(struct ioat_mapped *mapped)
{
    int error = errno;           /* of the call whose failure ends here */

    if (!mapped)
        return;
    /* The device must not write any more once its memory is somebody else's. */
    if (mapped->command_changed)
        put_command(mapped, mapped->command & (uint16_t)~PCI_COMMAND_MASTER);
    huge_pool_free(mapped->huge);
    if (mapped->bar)
        munmap((void *)mapped->bar, mapped->bar_bytes);
    if (mapped->config >= 0 && mapped->config != mapped->device)
        close(mapped->config);
    if (mapped->device >= 0)
        close(mapped->device);
    if (mapped->group >= 0)
        close(mapped->group);
    if (mapped->container >= 0)
        close(mapped->container);   /* ends every mapping of the IOMMU */
    free(mapped);
    errno = error;
}

/* Opens dir/name, or -1. */
static int open_in(const char *dir, const char *name)
{
    char *path;
    int fd;

    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return -1;
    fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
    free(path);
    return fd;
}

static enum ioat_status pci_open(struct ioat_mapped *mapped, const char *dir)
{
    struct stat info;
    enum ioat_status status;

    if (!(mapped->huge = huge_pool_new()))
        return IOAT_ENOMEM;
    mapped->dma = &huge_pool_ops;
    int resource = open_in(dir, "resource0");
    if (resource < 0 || fstat(resource, &info))
        status = IOAT_EIO;
    else if (info.st_size < IOAT_BAR_BYTES)
        status = IOAT_ENODEV;
    else
        status = mapped_bar(mapped, resource, 0, IOAT_BAR_BYTES);
    if (resource >= 0)
        close(resource);         /* the mapping keeps it */
    if (status)
        return status;
    if ((mapped->config = open_in(dir, "config")) < 0)
        return IOAT_EIO;
    return mapped_enable(mapped);
}

enum ioat_status ioat_pci_open(const char *dir, struct ioat_mapped **result)
{
    if (!result)
        return IOAT_EINVAL;
    *result = NULL;
    if (!dir)
        return IOAT_EINVAL;
    struct ioat_mapped *mapped = mapped_new();
    enum ioat_status status = mapped ? pci_open(mapped, dir) : IOAT_ENOMEM;
    if (status)
        ioat_mapped_close(mapped);
    else
        *result = mapped;
    return status;
}
