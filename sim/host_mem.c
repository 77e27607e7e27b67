/* host_mem.c - regions sorted by bus address; the last one hit is tried first. */
#include "host_mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

struct region {
    uint64_t first, last;      /* bus addresses, inclusive: a region may end at 2^64 - 1 */
    uint8_t *cpu;
    unsigned rights;
    bool owned;
};

struct host_mem {
    struct region *region;
    size_t count, room;
    size_t hit[IOAT_SIM_WRITE + 1];  /* by right: copies read here and write there */
    bool detached;
};

struct host_mem *host_mem_open(void)
{
    return calloc(1, sizeof(struct host_mem));
}

static void release(struct region *region)
{
    if (region->owned)
        munmap(region->cpu, region->last - region->first + 1);
}

void host_mem_close(struct host_mem *mem)
{
    if (!mem)
        return;
    for (size_t n = 0; n < mem->count; n++)
        release(&mem->region[n]);
    free(mem->region);
    free(mem);
}

/* Index of the first region that ends at or after `bus`. */
static size_t position(const struct host_mem *mem, uint64_t bus)
{
    size_t low = 0, high = mem->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (mem->region[middle].last < bus)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool placeable(const struct host_mem *mem, uint64_t first, uint64_t last, size_t at)
{
    if (first <= HOST_MESSAGE_LAST && last >= HOST_MESSAGE_FIRST)
        return false;
    return at == mem->count || mem->region[at].first > last;
}

enum ioat_status host_mem_map(struct host_mem *mem, uint64_t bus, uint64_t bytes, unsigned rights,
                              void *cpu)
{
    const uint64_t last = bus + bytes - 1;
    struct region region = { bus, last, cpu, rights, cpu == NULL };
    size_t at;

    if (bytes == 0 || (bus | bytes) % IOAT_PAGE_BYTES || last < bus
        || rights & ~(unsigned)(IOAT_SIM_READ | IOAT_SIM_WRITE))
        return IOAT_EINVAL;
    at = position(mem, bus);
    if (!placeable(mem, bus, last, at))
        return IOAT_EINVAL;

    if (mem->count == mem->room) {
        const size_t room = mem->room ? 2 * mem->room : 16;
        struct region *grown = realloc(mem->region, room * sizeof *grown);

        if (!grown)
            return IOAT_ENOMEM;
        mem->region = grown;
        mem->room = room;
    }
    if (region.owned) {
        region.cpu = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (region.cpu == MAP_FAILED)
            return IOAT_ENOMEM;
    }
    memmove(&mem->region[at + 1], &mem->region[at], (mem->count - at) * sizeof region);
    mem->region[at] = region;
    mem->count++;
    return IOAT_OK;
}

enum ioat_status host_mem_unmap(struct host_mem *mem, uint64_t bus)
{
    const size_t at = position(mem, bus);

    if (at == mem->count || mem->region[at].first != bus)
        return IOAT_EFAULT;
    release(&mem->region[at]);
    mem->count--;
    memmove(&mem->region[at], &mem->region[at + 1], (mem->count - at) * sizeof *mem->region);
    return IOAT_OK;
}

static bool holds(const struct region *region, uint64_t bus, uint64_t bytes)
{
    return bus >= region->first && bus <= region->last && bytes - 1 <= region->last - bus;
}

void *host_mem_cpu(const struct host_mem *mem, uint64_t bus, uint64_t bytes)
{
    const size_t at = position(mem, bus);

    if (bytes == 0 || at == mem->count || !holds(&mem->region[at], bus, bytes))
        return NULL;
    return mem->region[at].cpu + (bus - mem->region[at].first);
}

uint8_t *host_mem_device(struct host_mem *mem, uint64_t bus, unsigned bytes, unsigned right)
{
    size_t at = mem->hit[right];

    if (at >= mem->count || !holds(&mem->region[at], bus, bytes)) {
        at = position(mem, bus);
        if (at == mem->count || !holds(&mem->region[at], bus, bytes))
            return NULL;
        mem->hit[right] = at;
    }
    if (!(mem->region[at].rights & right) || mem->detached)
        return NULL;
    return mem->region[at].cpu + (bus - mem->region[at].first);
}

void host_mem_detach(struct host_mem *mem)
{
    mem->detached = true;
}

bool host_mem_detached(const struct host_mem *mem)
{
    return mem->detached;
}
