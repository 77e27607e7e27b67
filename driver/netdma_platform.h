/* netdma_platform.h - the small kernel below the NetDMA library and its providers.
 *
 *   interrupt line --> ISR at DIRQL --> DPC queue of a CPU --> DPC at DISPATCH
 *                                                                 |
 *   caller at PASSIVE: kernel_run, kernel_wait <------------------+
 *
 * What the NetDMA pages take from the operating system, and no more: levels (IRQL) with
 * checks, deferred calls, interrupts, locks, timers, physical addresses, DMA memory and
 * time. Sources: the IRQL lines of the NetDMA pages (R-THR-1, R-THR-3), the DPC rules of
 * R-INT-3 and R-AFF-6.
 *
 * Everything is deterministic. One thread uses a kernel; its CPUs are numbers that say
 * where code would run. Nothing is delivered behind the caller's back:
 *
 *   kernel_run     ISRs, expired timers and DPCs, until none is left; no time passes
 *   kernel_wait    the same, and time passes
 *   kernel_stall   time passes; below DIRQL, ISRs are delivered, DPCs never
 *
 * Order: ISRs in the order of their requests, before any DPC; then DPCs, CPU 0 first,
 * first in first out, each to its end.
 *
 * The world may be simulated or real: with a struct ioat_platform, memory and time are
 * the device's; without one the kernel has a heap and a clock of its own, and device
 * models in C move when kernel_on_time calls them.
 *
 * Times are nanoseconds. Functions take live handles and non-NULL pointers.
 */
#ifndef NETDMA_PLATFORM_H
#define NETDMA_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bar.h"

#ifdef __cplusplus
extern "C" {
#endif

struct kernel;

/* ---- levels ---- */

enum kernel_irql {
    KERNEL_PASSIVE = 0,          /* may block */
    KERNEL_APC = 1,
    KERNEL_DISPATCH = 2,         /* DPCs and locks: bounded work, no blocking */
    KERNEL_DIRQL = 3,            /* ISRs */
};

/* "PASSIVE", "APC", "DISPATCH", "DIRQL" or "?". */
const char *kernel_irql_name(enum kernel_irql irql);

/* ---- broken rules ---- */

enum kernel_rule {
    KERNEL_RULE_LEVEL,           /* called above or below the levels it allows */
    KERNEL_RULE_LEAK,            /* returned at another level, or with a lock held */
    KERNEL_RULE_LOCK,            /* acquired while held, or released while free: on real
                                    CPUs a deadlock */
    KERNEL_RULE_LONG,            /* too much time spent at DISPATCH or above in one go */
};

struct kernel_violation {
    enum kernel_rule rule;
    const char *where;           /* the function or callback that is to blame */
    enum kernel_irql irql;       /* level at the call */
    const char *text;            /* one sentence; lives until the handler returns */
};

/* ---- life ---- */

struct kernel_config {
    unsigned cpus;               /* 1..1024 */
    bool msix;                   /* the platform has MSI-X */
    const struct ioat_platform *device;  /* its memory and clock; NULL: the kernel's own */
    uint64_t bus_base;           /* own heap: bus address of the first page, page aligned */
    uint64_t dispatch_limit_ns;  /* for KERNEL_RULE_LONG, as counted by kernel_stall */
    /* NULL: the text goes to stderr and the process ends with exit status 3. When it
     * returns, the offending call fails or does nothing, and memory stays safe. */
    void (*on_violation)(void *ctx, const struct kernel_violation *violation);
    void *on_violation_ctx;
};

/* 4 CPUs, MSI-X, own memory from 0x1_0000_0000 and own clock, 100 ms. */
void kernel_config_init(struct kernel_config *config);

/* At PASSIVE, on CPU 0. config NULL: the default. *device is copied; its contexts must
 * outlive the kernel. IOAT_EINVAL, IOAT_ENOMEM; then *kernel is NULL. */
enum ioat_status kernel_open(const struct kernel_config *config, struct kernel **kernel);

/* Frees the kernel and what is left of its own heap; what it got from a device's
 * dma_ops is given back. NULL is a no-op. */
void kernel_close(struct kernel *kernel);

unsigned kernel_cpus(const struct kernel *kernel);
bool kernel_msix(const struct kernel *kernel);

/* APIC id of a CPU, the target of DCA hints: the number itself. */
uint32_t kernel_apic_id(const struct kernel *kernel, unsigned cpu);

/* ---- level and CPU ---- */

enum kernel_irql kernel_irql(const struct kernel *kernel);

/* To the same or a higher level; returns the old one. Lower: KERNEL_RULE_LEVEL. */
enum kernel_irql kernel_raise(struct kernel *kernel, enum kernel_irql irql);

/* Back to a level that kernel_raise returned. Delivers nothing. */
void kernel_lower(struct kernel *kernel, enum kernel_irql irql);

/* True when the level is within [lowest, highest]; else reports `where`. */
bool kernel_require(struct kernel *kernel, const char *where, enum kernel_irql lowest,
                    enum kernel_irql highest);

/* The CPU that runs: that of the DPC or ISR, else what kernel_set_cpu said. */
unsigned kernel_cpu(const struct kernel *kernel);
void kernel_set_cpu(struct kernel *kernel, unsigned cpu);      /* cpu < cpus */

/* Around a call into foreign code: take a mark, call, check. The check reports and
 * repairs a level that was not restored; a lock that stayed held is reported. */
struct kernel_mark {
    enum kernel_irql irql;
    unsigned locks;
};
struct kernel_mark kernel_mark(const struct kernel *kernel);
bool kernel_check(struct kernel *kernel, struct kernel_mark mark, const char *where);

/* ---- locks ---- */

/* A spin lock: raises to DISPATCH. Zero-initialised: free. There is one thread, so a
 * lock that is held already can never come free: KERNEL_RULE_LOCK. */
struct kernel_lock {
    bool held;
    enum kernel_irql old;
};

/* Level DISPATCH or below. False: a rule was broken and the lock is not the caller's. */
bool kernel_lock(struct kernel *kernel, struct kernel_lock *lock, const char *where);
void kernel_unlock(struct kernel *kernel, struct kernel_lock *lock, const char *where);

/* ---- deferred calls ---- */

/* The caller's memory; it stays in place while queued. */
struct kernel_dpc {
    void (*fn)(void *ctx);       /* at DISPATCH */
    void *ctx;
    const char *name;            /* for reports */
    struct kernel_dpc *next;     /* the kernel's */
    unsigned cpu;
    bool queued;
};

void kernel_dpc_init(struct kernel_dpc *dpc, const char *name, void (*fn)(void *ctx), void *ctx);

/* Any level. False when it is queued already. A CPU that does not exist becomes 0. */
bool kernel_dpc_queue(struct kernel *kernel, struct kernel_dpc *dpc, unsigned cpu);
/* False when it was not queued. */
bool kernel_dpc_remove(struct kernel *kernel, struct kernel_dpc *dpc);

/* ---- timers ---- */

/* Queues a DPC once, when the clock has reached due_ns. Same rules of memory. */
struct kernel_timer {
    struct kernel_dpc *dpc;      /* the four are the kernel's */
    uint64_t due_ns;
    struct kernel_timer *next;
    bool set;
};

/* DISPATCH or below; a timer that is set already is moved. */
void kernel_timer_set(struct kernel *kernel, struct kernel_timer *timer, uint64_t due_ns,
                      struct kernel_dpc *dpc);
void kernel_timer_cancel(struct kernel *kernel, struct kernel_timer *timer);

/* ---- interrupts ---- */

/* One message or line; the caller's memory from connect to disconnect. */
struct kernel_interrupt {
    bool (*isr)(void *ctx);      /* at DIRQL, on `cpu`; returns whether it was its own */
    void *ctx;
    const char *name;
    unsigned cpu;
    struct kernel_interrupt *next;       /* the kernel's */
    bool pending, connected;
};

void kernel_interrupt_connect(struct kernel *kernel, struct kernel_interrupt *interrupt);
void kernel_interrupt_disconnect(struct kernel *kernel, struct kernel_interrupt *interrupt);

/* Asks for the ISR. Any level, also from inside a simulated clock: it only notes the
 * request. Requests of one interrupt merge until its ISR runs. */
void kernel_interrupt_raise(struct kernel *kernel, struct kernel_interrupt *interrupt);

/* ---- time ---- */

uint64_t kernel_now(const struct kernel *kernel);

/* Lets time pass. Any level. Fails as the device's clock does. */
enum ioat_status kernel_stall(struct kernel *kernel, uint64_t ns);

/* Delivers what is pending. PASSIVE. Returns how many ISRs and DPCs ran; stops after
 * KERNEL_RUN_MAX of them, so that code that re-queues itself cannot hang the caller. */
enum { KERNEL_RUN_MAX = 65536 };
unsigned kernel_run(struct kernel *kernel);

/* Runs and lets time pass until cond(ctx) is true, looked at first before anything else.
 * Blocks, so PASSIVE. cond NULL: the whole time. IOAT_ETIME: timeout_ns have passed;
 * IOAT_ESTATE: wrong level; and what the device's clock returns. */
enum ioat_status kernel_wait(struct kernel *kernel, bool (*cond)(void *ctx), void *ctx,
                             uint64_t timeout_ns);

/* Calls fn whenever time has passed, at the caller's level: device models move here. fn
 * may raise interrupts and may not let time pass. Up to 16; IOAT_EFULL. */
enum ioat_status kernel_on_time(struct kernel *kernel, void (*fn)(void *ctx, uint64_t now_ns),
                                void *ctx);
void kernel_off_time(struct kernel *kernel, void (*fn)(void *ctx, uint64_t now_ns), void *ctx);

/* ---- memory ---- */

/* Zeroed, contiguous on the bus, mapped below. PASSIVE. align: a power of two.
 * Fails as dma_ops.alloc. The caller owns *buf until kernel_free. */
enum ioat_status kernel_alloc(struct kernel *kernel, size_t bytes, size_t align,
                              struct dma_buf *buf);

/* Own heap only (IOAT_ESTATE with a device): contiguous for the CPU, while no page
 * follows its neighbour on the bus. buf->bus is that of the first page. */
enum ioat_status kernel_alloc_scattered(struct kernel *kernel, size_t bytes,
                                        struct dma_buf *buf);
void kernel_free(struct kernel *kernel, struct dma_buf *buf);

/* Makes [cpu, cpu + bytes) and [bus, bus + bytes) one another's image. kernel_alloc does
 * it by itself; memory from elsewhere is made known here, page by page if it is
 * scattered. IOAT_EINVAL: it wraps, is empty or overlaps something known; IOAT_ENOMEM. */
enum ioat_status kernel_map(struct kernel *kernel, void *cpu, uint64_t bus, size_t bytes);
/* The mapping that starts at cpu; unknown: nothing. */
void kernel_unmap(struct kernel *kernel, void *cpu);

/* How many of the `bytes` at cpu are contiguous on the bus, and where; 0: not known.
 * Adjoining mappings count as one. */
size_t kernel_to_bus(const struct kernel *kernel, const void *cpu, size_t bytes, uint64_t *bus);
/* The other way. */
size_t kernel_to_cpu(const struct kernel *kernel, uint64_t bus, size_t bytes, void **cpu);

#ifdef __cplusplus
}
#endif

#endif
