/* netdma_cursor.c - places in chains and bus ranges; the copy with the CPU. */
#include "netdma_priv.h"

#include <string.h>

struct netdma_cursor netdma_cursor_chain(const struct netdma_chain *chain, size_t offset)
{
    struct netdma_cursor cursor = {.link = chain};

    netdma_cursor_skip(&cursor, offset);
    return cursor;
}

struct netdma_cursor netdma_cursor_bus(uint64_t bus)
{
    return (struct netdma_cursor){.at = bus, .physical = true};
}

/* The cursor is never left at the end of a piece when another one follows. */
void netdma_cursor_skip(struct netdma_cursor *cursor, size_t bytes)
{
    while (cursor->link && bytes >= cursor->link->bytes - cursor->at) {
        bytes -= cursor->link->bytes - cursor->at;
        cursor->link = cursor->link->next;
        cursor->at = 0;
    }
    cursor->at += bytes;
}

/* Bytes at the cursor that the CPU sees as one, up to max. */
static size_t cpu_piece(const struct kernel *kernel, const struct netdma_cursor *cursor,
                        size_t max, void **cpu)
{
    if (cursor->physical)
        return kernel_to_cpu(kernel, cursor->at, max, cpu);
    if (!cursor->link)
        return 0;
    size_t left = cursor->link->bytes - cursor->at;
    *cpu = (char *)cursor->link->va + cursor->at;
    return left < max ? left : max;
}

size_t netdma_cursor_piece(const struct kernel *kernel, const struct netdma_cursor *cursor,
                           size_t max, bool split, uint64_t *bus)
{
    void *cpu;
    size_t run = cpu_piece(kernel, cursor, max, &cpu);

    if (run && cursor->physical)
        *bus = cursor->at;
    else if (run)
        run = kernel_to_bus(kernel, cpu, run, bus);
    if (run && split) {
        size_t page = NETDMA_PAGE - *bus % NETDMA_PAGE;
        if (run > page)
            run = page;
    }
    return run;
}

enum netdma_reach netdma_cursor_reach(const struct kernel *kernel, struct netdma_cursor cursor,
                                      size_t bytes, uint64_t address_max)
{
    enum netdma_reach reach = NETDMA_REACH_ALL;
    bool beyond = !cursor.physical && !cursor.link && cursor.at;

    if (beyond)
        return NETDMA_REACH_NONE;
    while (bytes) {
        uint64_t bus;
        size_t run = netdma_cursor_piece(kernel, &cursor, bytes, false, &bus);
        if (!run)
            return NETDMA_REACH_NONE;
        if (bus + (run - 1) > address_max)
            reach = NETDMA_REACH_CPU;
        bytes -= run;
        netdma_cursor_skip(&cursor, run);
    }
    return reach;
}

bool netdma_cursor_copy(const struct kernel *kernel, struct netdma_cursor dst,
                        struct netdma_cursor src, size_t bytes)
{
    while (bytes) {
        void *to, *from;
        size_t run = cpu_piece(kernel, &dst, bytes, &to);
        run = run ? cpu_piece(kernel, &src, run, &from) : 0;
        if (!run)
            return false;
        memmove(to, from, run);
        bytes -= run;
        netdma_cursor_skip(&dst, run);
        netdma_cursor_skip(&src, run);
    }
    return true;
}
