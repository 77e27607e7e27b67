/* guest_memory.h - the guest's RAM as host memory of the simulator.
 *
 * Only whole pages that QEMU's files really hold are mapped, so whatever address the
 * guest gives the engine, it reaches the guest's RAM or an error answer.
 */
#ifndef COSIM_GUEST_MEMORY_H
#define COSIM_GUEST_MEMORY_H

#include <sys/types.h>

#include "ioat_sim.h"
#include "proxy.h"

struct guest_memory {
    struct ioat_sim *sim;
    struct guest_region {
        uint64_t gpa, bytes, offset;
        dev_t device;              /* device and inode name the file */
        ino_t inode;
        void *cpu;
    } region[PROXY_FDS];
    unsigned regions;
};

/* Replaces the map by that of a PROXY_SYNC_SYSMEM; regions in both stay as they are.
 * NULL, or what is wrong with the message: the map is then empty. */
const char *guest_memory_set(struct guest_memory *memory, const struct proxy_message *message);

/* Unmaps everything: before the simulator is closed. */
void guest_memory_clear(struct guest_memory *memory);

#endif
