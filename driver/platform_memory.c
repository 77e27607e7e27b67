/* platform_memory.c - the kernel's heap, and which CPU address is which bus address. */
#include "platform_priv.h"

#include <stdlib.h>
#include <string.h>

/* ---- sorted ranges ---- */

/* Number of ranges that begin at or below `at`. */
static size_t upper(const struct kernel_ranges *ranges, uint64_t at)
{
    size_t low = 0, high = ranges->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ranges->item[mid].from <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool reserve(struct kernel_ranges *ranges)
{
    if (ranges->n < ranges->room && ranges->hint)
        return true;
    size_t room = ranges->room ? 2 * ranges->room : 16;
    struct kernel_range *item = realloc(ranges->item, room * sizeof *item);
    if (!item)
        return false;
    ranges->item = item;
    ranges->room = room;
    if (!ranges->hint)
        ranges->hint = calloc(KERNEL_HINTS, sizeof *ranges->hint);
    return ranges->hint;
}

static bool overlaps(const struct kernel_ranges *ranges, uint64_t from, size_t bytes)
{
    size_t at = upper(ranges, from);

    if (at && from - ranges->item[at - 1].from < ranges->item[at - 1].bytes)
        return true;
    return at < ranges->n && ranges->item[at].from - from < bytes;
}

static void insert(struct kernel_ranges *ranges, struct kernel_range range)
{
    size_t at = upper(ranges, range.from);

    memmove(&ranges->item[at + 1], &ranges->item[at], (ranges->n - at) * sizeof range);
    ranges->item[at] = range;
    ranges->n++;
}

static bool extract(struct kernel_ranges *ranges, uint64_t from, struct kernel_range *range)
{
    size_t at = upper(ranges, from);

    if (!at || ranges->item[at - 1].from != from)
        return false;
    *range = ranges->item[at - 1];
    memmove(&ranges->item[at - 1], &ranges->item[at], (ranges->n - at) * sizeof *range);
    ranges->n--;
    return true;
}

static bool holds(const struct kernel_ranges *ranges, size_t n, uint64_t at)
{
    return n < ranges->n && at - ranges->item[n].from < ranges->item[n].bytes;
}

/* Number of the range that holds `at`; ranges->n: none does. */
static size_t find(const struct kernel_ranges *ranges, uint64_t at)
{
    if (!ranges->n)
        return 0;
    uint32_t *hint = &ranges->hint[at / KERNEL_PAGE % KERNEL_HINTS];
    if (holds(ranges, *hint, at))
        return *hint;
    size_t below = upper(ranges, at);
    if (!below || !holds(ranges, below - 1, at))
        return ranges->n;
    *hint = (uint32_t)(below - 1);
    return below - 1;
}

/* Bytes from `at` whose image is contiguous, up to `bytes`. */
static size_t image(const struct kernel_ranges *ranges, uint64_t at, size_t bytes, uint64_t *to)
{
    size_t n = find(ranges, at);

    if (n == ranges->n)
        return 0;
    const struct kernel_range *range = &ranges->item[n];
    size_t skip = at - range->from, run = range->bytes - skip;
    *to = range->to + skip;
    while (run < bytes && ++n < ranges->n) {
        const struct kernel_range *more = &ranges->item[n];
        if (more->from != range->from + range->bytes || more->to != range->to + range->bytes)
            break;
        run += more->bytes;
        range = more;
    }
    return run < bytes ? run : bytes;
}

/* ---- mappings ---- */

enum ioat_status kernel_map(struct kernel *kernel, void *cpu, uint64_t bus, size_t bytes)
{
    uint64_t at = (uintptr_t)cpu;

    if (!bytes || at + (bytes - 1) < at || bus + (bytes - 1) < bus ||
        overlaps(&kernel->by_cpu, at, bytes) || overlaps(&kernel->by_bus, bus, bytes))
        return IOAT_EINVAL;
    if (!reserve(&kernel->by_cpu) || !reserve(&kernel->by_bus))
        return IOAT_ENOMEM;
    insert(&kernel->by_cpu, (struct kernel_range){.from = at, .to = bus, .bytes = bytes});
    insert(&kernel->by_bus, (struct kernel_range){.from = bus, .to = at, .bytes = bytes});
    return IOAT_OK;
}

void kernel_unmap(struct kernel *kernel, void *cpu)
{
    struct kernel_range range, back;

    if (extract(&kernel->by_cpu, (uintptr_t)cpu, &range))
        extract(&kernel->by_bus, range.to, &back);
}

size_t kernel_to_bus(const struct kernel *kernel, const void *cpu, size_t bytes, uint64_t *bus)
{
    return image(&kernel->by_cpu, (uintptr_t)cpu, bytes, bus);
}

size_t kernel_to_cpu(const struct kernel *kernel, uint64_t bus, size_t bytes, void **cpu)
{
    uint64_t at;
    size_t run = image(&kernel->by_bus, bus, bytes, &at);

    if (run)
        *cpu = (void *)(uintptr_t)at;
    return run;
}

/* ---- heap ---- */

static size_t round_up(size_t bytes, size_t multiple)
{
    return (bytes + multiple - 1) / multiple * multiple;
}

/* Takes note of a buffer so that close finds it. */
static enum ioat_status keep(struct kernel *kernel, const struct dma_buf *buf)
{
    struct kernel_block *block = malloc(sizeof *block);

    if (!block)
        return IOAT_ENOMEM;
    *block = (struct kernel_block){.buf = *buf, .next = kernel->blocks};
    kernel->blocks = block;
    return IOAT_OK;
}

static void unmap_all(struct kernel *kernel, const struct dma_buf *buf)
{
    size_t at = 0;

    /* One mapping, or one for each page. */
    while (at < buf->bytes) {
        kernel_unmap(kernel, (char *)buf->cpu + at);
        at += KERNEL_PAGE;
    }
}

static void give_back(struct kernel *kernel, struct dma_buf *buf)
{
    unmap_all(kernel, buf);
    if (kernel->has_device)
        kernel->device.dma->free(kernel->device.dma_ctx, buf);
    else
        free(buf->cpu);
}

/* Pages of the own heap; bus addresses are not used twice, with a gap behind each buffer. */
static enum ioat_status own_pages(struct kernel *kernel, size_t bytes, size_t align,
                                  struct dma_buf *buf)
{
    size_t whole = round_up(bytes, KERNEL_PAGE);
    size_t at = align < KERNEL_PAGE ? KERNEL_PAGE : align;
    uint64_t bus = (kernel->bus_next + at - 1) / at * at;

    if (whole < bytes || bus < kernel->bus_next || bus + whole < bus)
        return IOAT_ENOMEM;
    void *cpu = aligned_alloc(KERNEL_PAGE, whole);
    if (!cpu)
        return IOAT_ENOMEM;
    memset(cpu, 0, whole);
    kernel->bus_next = bus + whole + KERNEL_PAGE;
    *buf = (struct dma_buf){.cpu = cpu, .bus = bus, .bytes = bytes};
    return IOAT_OK;
}

enum ioat_status kernel_alloc(struct kernel *kernel, size_t bytes, size_t align,
                              struct dma_buf *buf)
{
    struct dma_buf made = {0};
    enum ioat_status status;

    if (!kernel_require(kernel, "kernel_alloc", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return IOAT_ESTATE;
    if (!bytes || !align || align & (align - 1))
        return IOAT_EINVAL;
    status = kernel->has_device
                 ? kernel->device.dma->alloc(kernel->device.dma_ctx, bytes, align, &made)
                 : own_pages(kernel, bytes, align, &made);
    if (status)
        return status;
    if ((status = kernel_map(kernel, made.cpu, made.bus, bytes)) ||
        (status = keep(kernel, &made))) {
        give_back(kernel, &made);
        return status;
    }
    *buf = made;
    return IOAT_OK;
}

enum ioat_status kernel_alloc_scattered(struct kernel *kernel, size_t bytes, struct dma_buf *buf)
{
    struct dma_buf made;
    enum ioat_status status;

    if (!kernel_require(kernel, "kernel_alloc_scattered", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return IOAT_ESTATE;
    if (kernel->has_device)
        return IOAT_ESTATE;
    if (!bytes)
        return IOAT_EINVAL;
    if ((status = own_pages(kernel, bytes, KERNEL_PAGE, &made)))
        return status;

    /* The same pages on the bus, in descending order. */
    size_t pages = round_up(bytes, KERNEL_PAGE) / KERNEL_PAGE;
    uint64_t base = made.bus;
    made.bus = base + (pages - 1) * KERNEL_PAGE;
    for (size_t n = 0; n < pages && !status; n++) {
        size_t left = bytes - n * KERNEL_PAGE;
        status = kernel_map(kernel, (char *)made.cpu + n * KERNEL_PAGE,
                            base + (pages - 1 - n) * KERNEL_PAGE,
                            left < KERNEL_PAGE ? left : KERNEL_PAGE);
    }
    if (status || (status = keep(kernel, &made))) {
        give_back(kernel, &made);
        return status;
    }
    *buf = made;
    return IOAT_OK;
}

void kernel_free(struct kernel *kernel, struct dma_buf *buf)
{
    struct kernel_block **at = &kernel->blocks;

    while (*at && (*at)->buf.cpu != buf->cpu)
        at = &(*at)->next;
    if (*at) {
        struct kernel_block *block = *at;
        *at = block->next;
        give_back(kernel, &block->buf);
        free(block);
    }
    *buf = (struct dma_buf){0};
}

static void free_ranges(struct kernel_ranges *ranges)
{
    free(ranges->item);
    free(ranges->hint);
}

void kernel_memory_close(struct kernel *kernel)
{
    while (kernel->blocks) {
        struct kernel_block *block = kernel->blocks;
        kernel->blocks = block->next;
        give_back(kernel, &block->buf);
        free(block);
    }
    free_ranges(&kernel->by_cpu);
    free_ranges(&kernel->by_bus);
}
