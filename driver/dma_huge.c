/* dma_huge.c - DMA buffers inside huge pages, for a function behind no IOMMU.
 *
 * A huge page is contiguous on the bus and the kernel does not move it; locked small
 * pages may move. Buffers fill a page from its start; it is filled afresh when its
 * last buffer is gone.
 */
#include "mapped_priv.h"

#include <fcntl.h>
#include <linux/mman.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_BYTES = 2 << 20 };

/* /proc/self/pagemap: 8 bytes a page (Documentation/admin-guide/mm/pagemap.rst). */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_FRAME ((UINT64_C(1) << 55) - 1)

struct huge_page {
    struct huge_page *next;
    uint8_t *cpu;
    uint64_t bus;
    size_t used;
    unsigned buffers;
};

struct huge_pool {
    struct huge_page *pages;
};

/* The physical address, or EIO when the kernel does not tell (no CAP_SYS_ADMIN). */
static enum ioat_status translate(const void *cpu, uint64_t *bus)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t entry = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return IOAT_EIO;
    ssize_t got =
        pread(fd, &entry, sizeof entry, (off_t)((uintptr_t)cpu / page * sizeof entry));
    close(fd);
    if (got != sizeof entry || !(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_FRAME))
        return IOAT_EIO;
    *bus = (entry & PAGEMAP_FRAME) * page;
    return IOAT_OK;
}

static enum ioat_status add_page(struct huge_pool *pool)
{
    struct huge_page *page = calloc(1, sizeof *page);

    if (!page)
        return IOAT_ENOMEM;
    void *cpu = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB | MAP_POPULATE |
                         MAP_LOCKED,
                     -1, 0);
    if (cpu == MAP_FAILED) {
        free(page);
        return IOAT_ENOMEM;
    }
    enum ioat_status status = translate(cpu, &page->bus);
    if (status) {
        munmap(cpu, HUGE_BYTES);
        free(page);
        return status;
    }
    page->cpu = cpu;
    page->next = pool->pages;
    pool->pages = page;
    return IOAT_OK;
}

/* First free byte of the page for a buffer, or HUGE_BYTES: no room. */
static size_t place(const struct huge_page *page, size_t bytes, size_t align)
{
    size_t at = (page->used + align - 1) & ~(align - 1);
    return at + bytes <= HUGE_BYTES ? at : HUGE_BYTES;
}

static enum ioat_status huge_alloc(void *ctx, size_t bytes, size_t align, struct dma_buf *buf)
{
    struct huge_pool *pool = ctx;
    struct huge_page *page = pool->pages;

    if (!buf || !bytes || bytes > HUGE_BYTES || !align || align & (align - 1) ||
        align > HUGE_BYTES)
        return IOAT_EINVAL;
    while (page && place(page, bytes, align) == HUGE_BYTES)
        page = page->next;
    if (!page) {
        enum ioat_status status = add_page(pool);
        if (status)
            return status;
        page = pool->pages;
    }
    size_t at = place(page, bytes, align);
    page->used = at + bytes;
    page->buffers++;
    memset(page->cpu + at, 0, bytes);
    *buf = (struct dma_buf){page->cpu + at, page->bus + at, bytes, page};
    return IOAT_OK;
}

static void huge_free(void *ctx, struct dma_buf *buf)
{
    struct huge_page *page = buf->priv;

    (void)ctx;
    if (!--page->buffers)
        page->used = 0;
    *buf = (struct dma_buf){0};
}

const struct dma_ops huge_pool_ops = {huge_alloc, huge_free};

struct huge_pool *huge_pool_new(void)
{
    return calloc(1, sizeof(struct huge_pool));
}

void huge_pool_free(struct huge_pool *pool)
{
    if (!pool)
        return;
    while (pool->pages) {
        struct huge_page *page = pool->pages;
        pool->pages = page->next;
        munmap(page->cpu, HUGE_BYTES);
        free(page);
    }
    free(pool);
}
