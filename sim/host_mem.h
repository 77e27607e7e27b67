/* host_mem.h - the device's view of host memory: a sparse set of regions.
 *
 * Rights are those of the device; the CPU side is never checked.
 */
#ifndef IOAT_HOST_MEM_H
#define IOAT_HOST_MEM_H

#include <stdbool.h>
#include <stdint.h>

#include "ioat_status.h"

/* Where a write becomes an interrupt message (x86 root complexes). */
#define HOST_MESSAGE_FIRST UINT64_C(0xFEE00000)
#define HOST_MESSAGE_LAST  UINT64_C(0xFEEFFFFF)

struct host_mem;

struct host_mem *host_mem_open(void);
void host_mem_close(struct host_mem *mem);

/* cpu NULL: the store is made here (zeroed, committed page by page as it is
 * touched) and freed by unmap and close. Otherwise it is the caller's. */
enum ioat_status host_mem_map(struct host_mem *mem, uint64_t bus, uint64_t bytes, unsigned rights,
                              void *cpu);
/* IOAT_EFAULT: no region starts at `bus`. */
enum ioat_status host_mem_unmap(struct host_mem *mem, uint64_t bus);

void *host_mem_cpu(const struct host_mem *mem, uint64_t bus, uint64_t bytes);

/* The bytes behind [bus, bus + bytes) when one region holds all of it and grants
 * `right` (IOAT_SIM_READ or IOAT_SIM_WRITE) to the device, else NULL. */
uint8_t *host_mem_device(struct host_mem *mem, uint64_t bus, unsigned bytes, unsigned right);

/* From now on the device reaches nothing (surprise removal). */
void host_mem_detach(struct host_mem *mem);
bool host_mem_detached(const struct host_mem *mem);

#endif
