/* contract_ring.h - queues that grow and never move their numbering.
 *
 * Items keep their number from ct_push to removal, so a number is a safe reference
 * where a pointer is not: a ct_push may move every item.
 */
#ifndef IOAT_CONTRACT_RING_H
#define IOAT_CONTRACT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Items [head, tail) of `item` bytes each. Removing is head++ or a smaller tail. */
struct ring {
    unsigned char *items;
    size_t item, room;         /* bytes of an item; items that fit, a power of two */
    uint64_t head, tail;
};

void ct_ring_init(struct ring *ring, size_t item, uint64_t first);
void ct_ring_free(struct ring *ring);
/* Of a ring that shares its items with another: gives it its own. False: no memory, it is empty. */
bool ct_ring_copy(struct ring *ring);

/* The item `number`, head <= number < tail. */
static inline void *ct_ring_at(const struct ring *ring, uint64_t number)
{
    return ring->items + (size_t)(number & (ring->room - 1)) * ring->item;
}

static inline bool ct_ring_holds(const struct ring *ring, uint64_t number)
{
    return number >= ring->head && number < ring->tail;
}

/* A zeroed item at the tail, or NULL: no memory, ring unchanged. */
void *ct_ring_push(struct ring *ring);

/* Bytes, first in first out. */
struct pipe {
    uint8_t *bytes;
    size_t room;               /* a power of two */
    uint64_t head, tail;
};

void ct_pipe_free(struct pipe *pipe);
bool ct_pipe_copy(struct pipe *pipe);      /* as ct_ring_copy */
static inline size_t ct_pipe_used(const struct pipe *pipe) { return (size_t)(pipe->tail - pipe->head); }
static inline void ct_pipe_clear(struct pipe *pipe) { pipe->head = pipe->tail; }

/* False: no memory, pipe unchanged. */
bool ct_pipe_put(struct pipe *pipe, const uint8_t *from, size_t count);

/* Compares the oldest `count` bytes, which must be there, with `with`, and removes them.
 * Returns the place of the first difference, or `count`; *was is the byte expected there. */
size_t ct_pipe_compare(struct pipe *pipe, const uint8_t *with, size_t count, uint8_t *was);

#endif
