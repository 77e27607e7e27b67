/* demo_pages.h - bytes that are in one piece for the CPU and scattered for the device.
 * Included once, by demo.c. */
#ifndef DEMO_PAGES_H
#define DEMO_PAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

enum {
    PAGE = IOAT_PAGE_BYTES,
    PAGES_RUN_MAX = 4,           /* pages that are neighbours on the bus, at most */
};

struct pages {
    uint8_t *cpu;
    size_t count;
    uint64_t *bus;               /* of each page */
    unsigned rights;             /* the device's: IOAT_SIM_READ or IOAT_SIM_WRITE */
};

/* xorshift64*, Vigna 2016: even enough for lengths and places. 0..n-1; *state is not 0. */
static uint64_t draw(uint64_t *state, uint64_t n)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * UINT64_C(2685821657736338717) >> 16) % n;
}

/* Every byte is `fill`. False: out of memory. */
static bool pages_new(struct pages *pages, uint64_t bytes, int fill, unsigned rights)
{
    pages->count = (bytes + PAGE - 1) / PAGE;
    pages->rights = rights;
    pages->bus = calloc(pages->count, sizeof *pages->bus);
    void *cpu = mmap(NULL, pages->count * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!pages->bus || cpu == MAP_FAILED)
        return false;
    pages->cpu = memset(cpu, fill, pages->count * PAGE);
    return true;
}

static void pages_free(struct pages *pages)
{
    munmap(pages->cpu, pages->count * PAGE);
    free(pages->bus);
}

struct pages_run {
    struct pages *pages;
    size_t first, count;
};

/* Gives runs of pages of all `n` sets bus addresses from `bus` upward, in random order, with
 * unmapped pages in between: what strays from its page gets an error answer. */
static enum ioat_status pages_scatter(struct ioat_sim *sim, struct pages *const *set, unsigned n,
                                      uint64_t bus, uint64_t *random)
{
    size_t runs = 0, most = 0;

    for (unsigned i = 0; i < n; i++)
        most += set[i]->count;
    struct pages_run *run = calloc(most, sizeof *run);
    if (!run)
        return IOAT_ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        for (size_t at = 0, count; at < set[i]->count; at += count) {
            count = 1 + draw(random, 2) * draw(random, PAGES_RUN_MAX);
            count = count < set[i]->count - at ? count : set[i]->count - at;
            run[runs++] = (struct pages_run){set[i], at, count};
        }
    }
    for (size_t left = runs; left > 1; left--) {
        size_t other = draw(random, left);
        struct pages_run held = run[left - 1];
        run[left - 1] = run[other];
        run[other] = held;
    }
    enum ioat_status status = IOAT_OK;
    for (size_t i = 0; i < runs && !status; i++) {
        struct pages *pages = run[i].pages;
        for (size_t page = 0; page < run[i].count; page++)
            pages->bus[run[i].first + page] = bus + page * PAGE;
        status = ioat_sim_map_at(sim, bus, run[i].count * PAGE, pages->rights,
                                 pages->cpu + run[i].first * PAGE);
        bus += (run[i].count + 1 + draw(random, 2)) * PAGE;
    }
    free(run);
    return status;
}

static uint64_t pages_bus(const struct pages *pages, uint64_t at)
{
    return pages->bus[at / PAGE] + at % PAGE;
}

/* Bytes from `at` on that are neighbours on the bus. */
static uint64_t pages_neighbours(const struct pages *pages, uint64_t at)
{
    size_t page = at / PAGE;

    while (page + 1 < pages->count && pages->bus[page + 1] == pages->bus[page] + PAGE)
        page++;
    return (page + 1) * PAGE - at;
}

/* The most that one descriptor reaches from `at`: neighbours, or two pages anywhere. */
static uint64_t pages_reach(const struct pages *pages, uint64_t at)
{
    uint64_t near = pages_neighbours(pages, at), two = 2 * PAGE - at % PAGE;
    return near > two || at / PAGE + 1 == pages->count ? near : two;
}

#endif
