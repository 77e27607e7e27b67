/* guest_memory.c - maps and unmaps what QEMU names. */
#include "guest_memory.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ioat_regs.h"

static void release(struct guest_memory *memory, struct guest_region *region)
{
    ioat_sim_unmap(memory->sim, region->gpa);
    munmap(region->cpu, region->bytes);
}

void guest_memory_clear(struct guest_memory *memory)
{
    while (memory->regions > 0)
        release(memory, &memory->region[--memory->regions]);
}

static bool same(const struct guest_region *a, const struct guest_region *b)
{
    return a->gpa == b->gpa && a->bytes == b->bytes && a->offset == b->offset
        && a->device == b->device && a->inode == b->inode;
}

/* What the message says of its region `n`, checked. */
static const char *describe(const struct proxy_message *message, unsigned n,
                            struct guest_region *region)
{
    struct stat file;

    *region = (struct guest_region) {
        .gpa = message->memory.gpa[n], .bytes = message->memory.bytes[n],
        .offset = message->memory.offset[n],
    };
    if (fstat(message->fd[n], &file))
        return "QEMU gave a file descriptor that is none";
    region->device = file.st_dev;
    region->inode = file.st_ino;
    if (region->bytes == 0 || (region->gpa | region->bytes | region->offset) % IOAT_PAGE_BYTES)
        return "QEMU gave a region of guest memory that is not whole pages";
    if (region->offset > (uint64_t)file.st_size
        || region->bytes > (uint64_t)file.st_size - region->offset)
        return "QEMU gave a region of guest memory that is longer than its file";
    return NULL;
}

static const char *map(struct guest_memory *memory, struct guest_region *region, int fd)
{
    region->cpu = mmap(NULL, region->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                       (off_t)region->offset);
    if (region->cpu == MAP_FAILED)
        return "a region of guest memory cannot be mapped";
    if (ioat_sim_map_at(memory->sim, region->gpa, region->bytes, IOAT_SIM_READ | IOAT_SIM_WRITE,
                        region->cpu) != IOAT_OK) {
        munmap(region->cpu, region->bytes);
        return "QEMU gave regions of guest memory that overlap";
    }
    return NULL;
}

/* Moves a region that stays from the old map to the new one. */
static bool keep(struct guest_memory *old, struct guest_region *region)
{
    for (unsigned n = 0; n < old->regions; n++) {
        if (same(&old->region[n], region)) {
            region->cpu = old->region[n].cpu;
            old->region[n] = old->region[--old->regions];
            return true;
        }
    }
    return false;
}

const char *guest_memory_set(struct guest_memory *memory, const struct proxy_message *message)
{
    struct guest_memory next = { .sim = memory->sim };
    struct guest_region wanted[PROXY_FDS];
    int fd[PROXY_FDS];
    unsigned new_ones = 0;
    const char *wrong = NULL;

    for (unsigned n = 0; n < message->fds && !wrong; n++) {
        struct guest_region region;

        wrong = describe(message, n, &region);
        if (!wrong && keep(memory, &region)) {
            next.region[next.regions++] = region;
        } else if (!wrong) {
            wanted[new_ones] = region;
            fd[new_ones++] = message->fd[n];
        }
    }
    guest_memory_clear(memory);    /* first, as new ones may lie where old ones were */
    for (unsigned n = 0; n < new_ones && !wrong; n++) {
        wrong = map(&next, &wanted[n], fd[n]);
        if (!wrong)
            next.region[next.regions++] = wanted[n];
    }
    if (wrong)
        guest_memory_clear(&next);
    *memory = next;
    return wrong;
}
