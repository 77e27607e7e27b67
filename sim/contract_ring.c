/* contract_ring.c - queues that grow (contract_ring.h). */
#include "contract_ring.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ITEMS = 16, FIRST_BYTES = 4096 };

void ct_ring_init(struct ring *ring, size_t item, uint64_t first)
{
    *ring = (struct ring) { .item = item, .head = first, .tail = first };
}

void ct_ring_free(struct ring *ring)
{
    free(ring->items);
    ring->items = NULL;
    ring->room = 0;
    ring->head = ring->tail;
}

/* A copy of `bytes` bytes; NULL: there are none, or no memory. */
static void *duplicate(const void *from, size_t bytes)
{
    void *copy = bytes ? malloc(bytes) : NULL;

    return copy ? memcpy(copy, from, bytes) : NULL;
}

bool ct_ring_copy(struct ring *ring)
{
    const size_t bytes = ring->room * ring->item;

    ring->items = duplicate(ring->items, bytes);
    if (!bytes || ring->items)
        return true;
    ct_ring_free(ring);
    return false;
}

static bool ring_grow(struct ring *ring)
{
    struct ring wider = *ring;

    wider.room = ring->room ? 2 * ring->room : FIRST_ITEMS;
    wider.items = malloc(wider.room * ring->item);
    if (!wider.items)
        return false;
    for (uint64_t n = ring->head; n < ring->tail; n++)
        memcpy(ct_ring_at(&wider, n), ct_ring_at(ring, n), ring->item);
    free(ring->items);
    *ring = wider;
    return true;
}

void *ct_ring_push(struct ring *ring)
{
    if (ring->tail - ring->head == ring->room && !ring_grow(ring))
        return NULL;
    return memset(ct_ring_at(ring, ring->tail++), 0, ring->item);
}

void ct_pipe_free(struct pipe *pipe)
{
    free(pipe->bytes);
    *pipe = (struct pipe) { 0 };
}

bool ct_pipe_copy(struct pipe *pipe)
{
    const size_t bytes = pipe->room;

    pipe->bytes = duplicate(pipe->bytes, bytes);
    if (!bytes || pipe->bytes)
        return true;
    ct_pipe_free(pipe);
    return false;
}

/* Bytes from `place` to the end of the store, at most `count`. */
static size_t straight(const struct pipe *pipe, uint64_t place, size_t count)
{
    const size_t left = pipe->room - (size_t)(place & (pipe->room - 1));

    return count < left ? count : left;
}

static bool pipe_grow(struct pipe *pipe, size_t needed)
{
    struct pipe wider = { .room = pipe->room ? pipe->room : FIRST_BYTES };
    const size_t used = ct_pipe_used(pipe);
    const size_t first = pipe->room ? straight(pipe, pipe->head, used) : 0;

    while (wider.room < needed)
        wider.room *= 2;
    wider.bytes = malloc(wider.room);
    if (!wider.bytes)
        return false;
    if (used) {
        memcpy(wider.bytes, pipe->bytes + (pipe->head & (pipe->room - 1)), first);
        memcpy(wider.bytes + first, pipe->bytes, used - first);
    }
    wider.tail = used;
    free(pipe->bytes);
    *pipe = wider;
    return true;
}

bool ct_pipe_put(struct pipe *pipe, const uint8_t *from, size_t count)
{
    size_t first;

    if (count == sizeof(uint64_t) && ct_pipe_used(pipe) + count <= pipe->room
        && straight(pipe, pipe->tail, count) == count) {
        memcpy(pipe->bytes + (pipe->tail & (pipe->room - 1)), from, sizeof(uint64_t));
        pipe->tail += count;
        return true;
    }
    if (ct_pipe_used(pipe) + count > pipe->room && !pipe_grow(pipe, ct_pipe_used(pipe) + count))
        return false;
    first = straight(pipe, pipe->tail, count);
    memcpy(pipe->bytes + (pipe->tail & (pipe->room - 1)), from, first);
    memcpy(pipe->bytes, from + first, count - first);
    pipe->tail += count;
    return true;
}

size_t ct_pipe_compare(struct pipe *pipe, const uint8_t *with, size_t count, uint8_t *was)
{
    const size_t first = straight(pipe, pipe->head, count);
    const uint8_t *const head = pipe->bytes + (pipe->head & (pipe->room - 1));
    size_t n = count;

    if (count == sizeof(uint64_t) && first == count && !memcmp(head, with, sizeof(uint64_t))) {
        pipe->head += count;
        return count;
    }
    if (memcmp(head, with, first) || memcmp(pipe->bytes, with + first, count - first))
        for (n = 0; n < count; n++)
            if (with[n] != pipe->bytes[(pipe->head + n) & (pipe->room - 1)])
                break;
    if (n < count)
        *was = pipe->bytes[(pipe->head + n) & (pipe->room - 1)];
    pipe->head += count;
    return n;
}

