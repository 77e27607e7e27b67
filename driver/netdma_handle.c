/* netdma_handle.c - handles that can be checked without touching what they name.
 *
 *   63 ........ 21 20 ........... 1 0
 *   | generation  | slot           |1|
 *
 * The generation counts the uses of a slot, so a handle that died stays dead when its
 * slot serves again. Bit 0 keeps a handle from being a pointer that works by luck.
 */
#include "netdma_priv.h"

#include <stdlib.h>

enum { SLOT_BITS = 20, GENERATION_LSB = SLOT_BITS + 1, SLOTS_GROW = 32 };

static PVOID encode(size_t slot, uint64_t generation)
{
    return (PVOID)(uintptr_t)(generation << GENERATION_LSB | (uint64_t)slot << 1 | 1);
}

static size_t slot_of(PVOID handle)
{
    return ((uintptr_t)handle >> 1) & ((UINT64_C(1) << SLOT_BITS) - 1);
}

static bool grow(struct netdma_handles *handles)
{
    size_t n = handles->n + SLOTS_GROW;

    if (n > UINT64_C(1) << SLOT_BITS)
        return false;
    struct netdma_handle_slot *slot = realloc(handles->slot, n * sizeof *slot);
    if (!slot)
        return false;
    for (size_t k = handles->n; k < n; k++)
        slot[k] = (struct netdma_handle_slot){.kind = NETDMA_KIND_FREE};
    handles->slot = slot;
    handles->n = n;
    return true;
}

PVOID netdma_handle_new(struct netdma_interface *iface, enum netdma_kind kind, void *object)
{
    struct netdma_handles *handles = &iface->handles;
    size_t slot = 0;

    while (slot < handles->n && handles->slot[slot].kind != NETDMA_KIND_FREE)
        slot++;
    if (slot == handles->n && !grow(handles))
        return NULL;
    struct netdma_handle_slot *at = &handles->slot[slot];
    at->generation++;
    at->kind = kind;
    at->object = object;
    return encode(slot, at->generation);
}

void *netdma_handle_get(const struct netdma_interface *iface, enum netdma_kind kind, PVOID handle)
{
    size_t slot = slot_of(handle);

    if (!iface || !handle || slot >= iface->handles.n)
        return NULL;
    const struct netdma_handle_slot *at = &iface->handles.slot[slot];
    return at->kind == kind && encode(slot, at->generation) == handle ? at->object : NULL;
}

void netdma_handle_end(struct netdma_interface *iface, PVOID handle)
{
    size_t slot = slot_of(handle);

    if (!handle || slot >= iface->handles.n)
        return;
    struct netdma_handle_slot *at = &iface->handles.slot[slot];
    if (encode(slot, at->generation) != handle)
        return;
    at->kind = NETDMA_KIND_FREE;
    at->object = NULL;
}

void *netdma_handle_need(struct netdma_interface *iface, enum netdma_kind kind, PVOID handle,
                         const char *where)
{
    void *object = netdma_handle_get(iface, kind, handle);

    if (!object && iface)
        netdma_ignored(iface, "%s: no live handle: %p", where, handle);
    return object;
}
