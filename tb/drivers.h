/* drivers.h - the access traces of the drivers people run: the I/OAT sheet, section 5.10.
 *
 * Lines for trace_run. They use the variables
 *   $chain   first descriptor of the ring      $cmp   completion word
 *   $null    its first, null, descriptor       $copy  the copy behind it
 * and leave the MSI-X table to the caller. Waits of milliseconds are shortened to
 * microseconds: the engine is given less time, not more.
 */
#ifndef DRIVERS_H
#define DRIVERS_H

#include "trace.h"

/* Linux 6.1 ioatdma: identity, channel reset, interrupt mode. */
extern const char *const linux_probe[], *const linux_reset[], *const linux_interrupts[];
/* Channel start up to the first interrupt; self-test copy; free; remove. */
extern const char *const linux_start[], *const linux_self_test[], *const linux_free[],
    *const linux_remove[];
/* A copy that fails ($copy), then the error handler, up to its null descriptor ($again). */
extern const char *const linux_error[];

/* SPDK: attach up to the first completion; one copy. */
extern const char *const spdk_attach[], *const spdk_run[];

/* DPDK dmadev: create; start; one copy; stop; recover from a failed copy. */
extern const char *const dpdk_create[], *const dpdk_start[], *const dpdk_run[],
    *const dpdk_stop[], *const dpdk_fail[], *const dpdk_recover[];

/* FreeBSD ioat(4): reset and start up to the first completion. */
extern const char *const freebsd_start[];

/* ---- the memory of a driver ---- */

enum owner_kind { OWNER_LINUX, OWNER_SPDK, OWNER_DPDK, OWNER_FREEBSD };

/* A ring of a null descriptor, a copy and one more null that leads back to the first, as
 * the driver would fill it, and a completion word of its own. */
struct owner {
    enum owner_kind kind;
    struct trace trace;            /* its variables name ring and word */
    struct tb_buf src, dst;        /* of the copy: 2000 bytes */
};

void own(struct owner *owner, struct tb *tb, unsigned ch, enum owner_kind kind);
volatile uint64_t *owner_word(const struct owner *owner);

#endif
