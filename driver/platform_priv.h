/* platform_priv.h - what the files of the platform layer share.
 *
 *   platform.c         life, levels, locks, broken rules
 *   platform_work.c    interrupts, DPCs, timers, time
 *   platform_memory.c  heap, mappings
 */
#ifndef PLATFORM_PRIV_H
#define PLATFORM_PRIV_H

#include "netdma_platform.h"

enum { KERNEL_PAGE = 4096, KERNEL_TIME_HOOKS_MAX = 16 };

struct kernel_queue {
    struct kernel_dpc *first, *last;
};

/* A piece of memory under both of its addresses. */
struct kernel_range {
    uint64_t from, to;           /* first byte of either image */
    size_t bytes;
};

/* Sorted by `from`, without overlap. hint: where a look-up of such a page ended lately; it is
 * checked before use, so it may be out of date. */
enum { KERNEL_HINTS = 1024 };
struct kernel_ranges {
    struct kernel_range *item;
    size_t n, room;
    uint32_t *hint;              /* KERNEL_HINTS of them, by the low bits of the page */
};

/* What kernel_alloc gave out. */
struct kernel_block {
    struct dma_buf buf;
    struct kernel_block *next;
};

struct kernel {
    struct kernel_config config;
    struct ioat_platform device;
    bool has_device;

    enum kernel_irql irql;
    unsigned cpu;
    unsigned locks;              /* held */
    uint64_t raised_ns;          /* stalled since the level rose to DISPATCH */
    bool long_reported;

    struct kernel_queue *dpc;    /* one for each CPU */
    struct kernel_interrupt *intr_first, *intr_last;     /* pending */
    struct kernel_timer *timers; /* by due_ns */

    uint64_t now_ns;             /* own clock */
    struct {
        void (*fn)(void *ctx, uint64_t now_ns);
        void *ctx;
    } hook[KERNEL_TIME_HOOKS_MAX];
    unsigned hooks;

    struct kernel_ranges by_cpu, by_bus;
    struct kernel_block *blocks;
    uint64_t bus_next;           /* own heap */
};

/* Reports a broken rule. */
void kernel_report(struct kernel *kernel, enum kernel_rule rule, const char *where,
                   const char *text);
/* Sets the level; the time at DISPATCH begins or ends. */
void kernel_set_irql(struct kernel *kernel, enum kernel_irql irql);

/* ---- platform_memory.c ---- */
void kernel_memory_close(struct kernel *kernel);

#endif
