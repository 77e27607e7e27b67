/* bar_vfio.c - a function behind a type 1 IOMMU, through VFIO. */
#include "mapped_priv.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ioat_regs.h"

#define IOVA_BASE UINT64_C(0x100000000)   /* above the window of interrupt messages */

/* ---- memory ---- */

static size_t page_round(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

static enum ioat_status vfio_alloc(void *ctx, size_t bytes, size_t align, struct dma_buf *buf)
{
    struct ioat_mapped *mapped = ctx;

    if (!buf || !bytes || !align || align & (align - 1) || bytes > SIZE_MAX / 2)
        return IOAT_EINVAL;
    size_t size = page_round(bytes);
    uint64_t iova = (mapped->next_iova + align - 1) & ~(uint64_t)(align - 1);
    void *cpu =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (cpu == MAP_FAILED)
        return IOAT_ENOMEM;
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof map,
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .vaddr = (uintptr_t)cpu,
        .iova = iova,
        .size = size,
    };
    if (ioctl(mapped->container, VFIO_IOMMU_MAP_DMA, &map)) {
        munmap(cpu, size);
        return IOAT_EIO;
    }
    /* One page stays unmapped, so that running over the end faults. */
    mapped->next_iova = iova + size + page_round(1);
    *buf = (struct dma_buf){cpu, iova, bytes, NULL};
    return IOAT_OK;
}

static void vfio_free(void *ctx, struct dma_buf *buf)
{
    struct ioat_mapped *mapped = ctx;
    struct vfio_iommu_type1_dma_unmap unmap = {
        .argsz = sizeof unmap,
        .iova = buf->bus,
        .size = page_round(buf->bytes),
    };

    ioctl(mapped->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
    munmap(buf->cpu, page_round(buf->bytes));
    *buf = (struct dma_buf){0};
}

/* ---- the function ---- */

/* /dev/vfio/GROUP of the function in dir, or -1. */
static int open_group(const char *dir)
{
    char link[PATH_MAX], group[PATH_MAX], path[PATH_MAX];
    int length = snprintf(link, sizeof link, "%s/iommu_group", dir);

    if (length < 0 || (size_t)length >= sizeof link)
        return -1;
    ssize_t got = readlink(link, group, sizeof group - 1);
    if (got < 0)
        return -1;
    group[got] = '\0';
    length = snprintf(path, sizeof path, "/dev/vfio/%s", basename(group));
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    return open(path, O_RDWR | O_CLOEXEC);
}

/* Container, group and IOMMU. */
static enum ioat_status attach(struct ioat_mapped *mapped, const char *dir)
{
    struct vfio_group_status group = {.argsz = sizeof group};

    mapped->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (mapped->container < 0 || ioctl(mapped->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
        return IOAT_EIO;
    mapped->group = open_group(dir);
    if (mapped->group < 0 || ioctl(mapped->group, VFIO_GROUP_GET_STATUS, &group) ||
        !(group.flags & VFIO_GROUP_FLAGS_VIABLE) ||
        ioctl(mapped->group, VFIO_GROUP_SET_CONTAINER, &mapped->container) ||
        ioctl(mapped->container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU))
        return IOAT_EIO;
    return IOAT_OK;
}

static enum ioat_status map_registers(struct ioat_mapped *mapped)
{
    struct vfio_region_info bar = {.argsz = sizeof bar, .index = VFIO_PCI_BAR0_REGION_INDEX};
    struct vfio_region_info config = {.argsz = sizeof config,
                                      .index = VFIO_PCI_CONFIG_REGION_INDEX};

    if (ioctl(mapped->device, VFIO_DEVICE_GET_REGION_INFO, &bar) ||
        ioctl(mapped->device, VFIO_DEVICE_GET_REGION_INFO, &config))
        return IOAT_EIO;
    if (bar.size < IOAT_BAR_BYTES)
        return IOAT_ENODEV;
    mapped->config = mapped->device;
    mapped->config_at = (off_t)config.offset;
    /* Kernels before 4.16 keep the pages of the MSI-X table to themselves. */
    enum ioat_status status =
        mapped_bar(mapped, mapped->device, (off_t)bar.offset, IOAT_BAR_BYTES);
    if (status)
        status = mapped_bar(mapped, mapped->device, (off_t)bar.offset, IOAT_MSIX_TABLE_BASE);
    return status ? status : mapped_enable(mapped);
}

static enum ioat_status vfio_open(struct ioat_mapped *mapped, const char *dir)
{
    static const struct dma_ops dma = {vfio_alloc, vfio_free};
    char *path = strdup(dir);

    if (!path)
        return IOAT_ENOMEM;
    mapped->dma = &dma;
    mapped->next_iova = IOVA_BASE;
    enum ioat_status status = attach(mapped, dir);
    if (!status) {
        mapped->device = ioctl(mapped->group, VFIO_GROUP_GET_DEVICE_FD, basename(path));
        status = mapped->device < 0 ? IOAT_EIO : map_registers(mapped);
    }
    free(path);
    return status;
}

enum ioat_status ioat_vfio_open(const char *dir, struct ioat_mapped **result)
{
    if (!result)
        return IOAT_EINVAL;
    *result = NULL;
    if (!dir)
        return IOAT_EINVAL;
    struct ioat_mapped *mapped = mapped_new();
    enum ioat_status status = mapped ? vfio_open(mapped, dir) : IOAT_ENOMEM;
    if (status)
        ioat_mapped_close(mapped);
    else
        *result = mapped;
    return status;
}

enum ioat_status ioat_mapped_interrupts(struct ioat_mapped *mapped, const int *eventfd,
                                        unsigned count)
{
    union {
        struct vfio_irq_set set;
        /* cppcheck-suppress unusedStructMember ; the place of set.data */
        uint8_t room[sizeof(struct vfio_irq_set) + IOAT_CHAN_MAX * sizeof *eventfd];
    } request;

    if (mapped->device < 0)
        return IOAT_ESTATE;
    if (!eventfd || !count || count > IOAT_CHAN_MAX)
        return IOAT_EINVAL;
    request.set = (struct vfio_irq_set){
        .argsz = (uint32_t)(sizeof request.set + count * sizeof *eventfd),
        .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
        .index = VFIO_PCI_MSIX_IRQ_INDEX,
        .count = count,
    };
    memcpy(request.set.data, eventfd, count * sizeof *eventfd);
    return ioctl(mapped->device, VFIO_DEVICE_SET_IRQS, &request) ? IOAT_EIO : IOAT_OK;
}
