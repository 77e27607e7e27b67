/* ring.c - the descriptor ring: memory, requests, submit, edits while suspended.
 *
 * The next pointers join all slots in a circle in the order of slot_at, so a
 * request fills in a slot and never touches its next pointer; an edit changes
 * slot_at and the pointers, and never moves a descriptor.
 */
#include "ioat_priv.h"

#include <stdlib.h>

static const uint32_t request_flags = IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE |
                                      IOAT_CONTROL_FENCE | IOAT_CONTROL_SRC_NO_SNOOP |
                                      IOAT_CONTROL_DST_NO_SNOOP;
/* Flags of a split request that only its last descriptor carries. FENCE is not one of
 * them: it waits for the writes of its own descriptor only. */
static const uint32_t last_flags = IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE;

/* ---- memory ---- */

static uint32_t slot_of(const struct ioat_ring *ring, uint64_t position)
{
    return ring->slot_at[position & ring->mask];
}

static struct ioat_desc *desc_at(const struct ioat_ring *ring, uint64_t position)
{
    uint32_t slot = slot_of(ring, position);
    struct ioat_desc *chunk = ring->chunk[slot >> ring->chunk_log2].cpu;
    return chunk + (slot & ((UINT32_C(1) << ring->chunk_log2) - 1));
}

uint64_t ioat_ring_bus(const struct ioat_ring *ring, uint64_t position)
{
    uint32_t slot = slot_of(ring, position);
    return ring->chunk[slot >> ring->chunk_log2].bus +
           (uint64_t)(slot & ((UINT32_C(1) << ring->chunk_log2) - 1)) * IOAT_DESC_BYTES;
}

struct ioat_entry *ioat_ring_entry(struct ioat_ring *ring, uint64_t position)
{
    return &ring->entry[position & ring->mask];
}

bool ioat_ring_find(const struct ioat_ring *ring, uint64_t bus, uint64_t *position)
{
    for (uint32_t n = 0; n < ring->chunks; n++) {
        uint64_t offset = bus - ring->chunk[n].bus;
        if (offset >> ring->chunk_log2 >= IOAT_DESC_BYTES || offset % IOAT_DESC_BYTES)
            continue;
        uint32_t slot = (n << ring->chunk_log2) + (uint32_t)(offset / IOAT_DESC_BYTES);
        *position = ring->done + ((ring->pos_of[slot] - ring->done) & ring->mask);
        return true;
    }
    return false;
}

/* Joins the slots of [first, end) and the one behind them. */
static void link_slots(struct ioat_ring *ring, uint64_t first, uint64_t end)
{
    for (uint64_t position = first; position != end; position++)
        desc_at(ring, position)->next = ioat_ring_bus(ring, position + 1);
}

enum ioat_status ioat_ring_new(struct ioat *dev, unsigned log2, unsigned chunk_log2,
                               struct ioat_ring **result)
{
    const struct ioat_platform *platform = &dev->platform;
    size_t slots = (size_t)1 << log2;
    size_t chunk_bytes = (size_t)IOAT_DESC_BYTES << chunk_log2;
    enum ioat_status status = IOAT_ENOMEM;

    struct ioat_ring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return IOAT_ENOMEM;
    ring->chunk_log2 = chunk_log2;
    ring->mask = (uint32_t)slots - 1;
    ring->slot_at = calloc(slots, sizeof *ring->slot_at);
    ring->pos_of = calloc(slots, sizeof *ring->pos_of);
    ring->entry = calloc(slots, sizeof *ring->entry);
    if (!ring->slot_at || !ring->pos_of || !ring->entry)
        goto fail;
    for (; ring->chunks < slots >> chunk_log2; ring->chunks++)
        if ((status = platform->dma->alloc(platform->dma_ctx, chunk_bytes, IOAT_DESC_BYTES,
                                           &ring->chunk[ring->chunks])))
            goto fail;
    for (uint32_t slot = 0; slot < slots; slot++)
        ring->slot_at[slot] = ring->pos_of[slot] = slot;
    link_slots(ring, 0, slots);
    *result = ring;
    return IOAT_OK;

fail:
    ioat_ring_free(dev, ring);
    return status;
}

void ioat_ring_free(struct ioat *dev, struct ioat_ring *ring)
{
    if (!ring)
        return;
    while (ring->chunks--)
        dev->platform.dma->free(dev->platform.dma_ctx, &ring->chunk[ring->chunks]);
    free(ring->slot_at);
    free(ring->pos_of);
    free(ring->entry);
    free(ring);
}

void ioat_ring_finish(struct ioat_ring *ring, uint64_t end, enum ioat_status status)
{
    for (; ring->done != end; ring->done++)
        ioat_ring_entry(ring, ring->done)->status = status;
    if (ring->issued < end)
        ring->issued = end;
}

unsigned ioat_room(const struct ioat_chan *chan)
{
    return chan->ring ? chan->ring->mask - (unsigned)(chan->ring->head - chan->ring->tail) : 0;
}

unsigned ioat_outstanding(const struct ioat_chan *chan)
{
    return chan->ring ? (unsigned)(chan->ring->issued - chan->ring->done) : 0;
}

/* ---- requests ---- */

/* Whether n more descriptors fit, and ever fit. */
static enum ioat_status reserve(const struct ioat_chan *chan, uint64_t n)
{
    if (n > chan->ring->mask)
        return IOAT_EINVAL;
    return n > ioat_room(chan) ? IOAT_EFULL : IOAT_OK;
}

/* Fills the next slot; the caller has reserved it. */
static void prepare(struct ioat_ring *ring, const struct ioat_desc *desc, bool first, bool last,
                    void *tag)
{
    struct ioat_desc *slot = desc_at(ring, ring->head);
    uint64_t next = slot->next;

    *slot = *desc;
    slot->next = next;
    *ioat_ring_entry(ring, ring->head) =
        (struct ioat_entry){.tag = tag, .status = IOAT_OK, .first = first, .last = last};
    ring->head++;
}

static bool range_valid(uint64_t bus, uint64_t len)
{
    return len && len - 1 <= UINT64_MAX - bus;
}

/* A copy or a fill of any length. A fill's source is the pattern and stays; pieces are
 * multiples of it, so its phase goes on by itself. */
static enum ioat_status split(struct ioat_chan *chan, uint64_t dst, uint64_t src, uint64_t len,
                              uint32_t operation, uint32_t flags, void *tag)
{
    uint64_t piece = chan->dev->info.transfer_max;
    enum ioat_status status = reserve(chan, (len - 1) / piece + 1);

    if (status)
        return status;
    for (uint64_t at = 0; at < len; at += piece) {
        bool last = len - at <= piece;
        struct ioat_desc desc = {
            .size = (uint32_t)(last ? len - at : piece),
            .control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, operation) |
                       (last ? flags : flags & ~last_flags),
            .src = operation == IOAT_CONTROL_OP_FILL ? src : src + at,
            .dst = dst + at,
        };
        prepare(chan->ring, &desc, at == 0, last, tag);
    }
    return IOAT_OK;
}

enum ioat_status ioat_copy(struct ioat_chan *chan, uint64_t dst, uint64_t src, uint64_t len,
                           uint32_t flags, void *tag)
{
    if (!chan->ring)
        return IOAT_ESTATE;
    if (flags & ~request_flags || !range_valid(dst, len) || !range_valid(src, len))
        return IOAT_EINVAL;
    return split(chan, dst, src, len, IOAT_CONTROL_OP_COPY, flags, tag);
}

enum ioat_status ioat_fill(struct ioat_chan *chan, uint64_t dst, uint64_t len, uint64_t pattern,
                           uint32_t flags, void *tag)
{
    if (!chan->ring)
        return IOAT_ESTATE;
    if (flags & ~request_flags || !range_valid(dst, len) || !chan->dev->info.fill)
        return IOAT_EINVAL;
    return split(chan, dst, pattern, len, IOAT_CONTROL_OP_FILL, flags, tag);
}

enum ioat_status ioat_null(struct ioat_chan *chan, uint32_t flags, void *tag)
{
    if (!chan->ring)
        return IOAT_ESTATE;
    if (flags & ~request_flags)
        return IOAT_EINVAL;
    enum ioat_status status = reserve(chan, 1);
    if (!status)
        prepare(chan->ring, &(struct ioat_desc){.control = flags | IOAT_CONTROL_NULL_XFER}, true,
                true, tag);
    return status;
}

/* Whether one side of a page-break copy is well formed. */
static bool side_valid(uint64_t bus, uint64_t next, uint32_t len, bool breaks)
{
    if (!breaks)
        return range_valid(bus, len);
    uint64_t first = IOAT_PAGE_BYTES - bus % IOAT_PAGE_BYTES;
    return next % IOAT_PAGE_BYTES == 0 && len <= first + IOAT_PAGE_BYTES;
}

enum ioat_status ioat_copy_pages(struct ioat_chan *chan, uint64_t dst, uint64_t dst_next,
                                 uint64_t src, uint64_t src_next, uint32_t len, uint32_t flags,
                                 void *tag)
{
    bool src_breaks = flags & IOAT_CONTROL_SRC_PAGE_BREAK;
    bool dst_breaks = flags & IOAT_CONTROL_DST_PAGE_BREAK;
    uint32_t known = request_flags | IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK;

    if (!chan->ring)
        return IOAT_ESTATE;
    if (flags & ~known || !len || len > chan->dev->info.transfer_max ||
        !chan->dev->info.page_break || !side_valid(src, src_next, len, src_breaks) ||
        !side_valid(dst, dst_next, len, dst_breaks))
        return IOAT_EINVAL;
    enum ioat_status status = reserve(chan, 1);
    if (!status) {
        struct ioat_desc desc = {
            .size = len,
            .control = flags,
            .src = src,
            .dst = dst,
            .next_src = src_breaks ? src_next : 0,
            .next_dst = dst_breaks ? dst_next : 0,
        };
        prepare(chan->ring, &desc, true, true, tag);
    }
    return status;
}

/* ---- hand over ---- */

static enum ioat_status ring_doorbell(struct ioat_chan *chan, uint64_t issued)
{
    return IOAT_CHAN_WRITE(chan, DMACOUNT, (uint16_t)(issued - chan->ring->origin));
}

enum ioat_status ioat_submit(struct ioat_chan *chan)
{
    struct ioat_ring *ring = chan->ring;

    if (!ring)
        return IOAT_ESTATE;
    if (chan->health)
        return chan->health;
    if (ring->head == ring->issued)
        return IOAT_OK;
    desc_at(ring, ring->head - 1)->control |= IOAT_CONTROL_COMPL_WRITE;
    enum ioat_status status = ring_doorbell(chan, ring->head);
    if (!status)
        ring->issued = ring->head;
    return status;
}

static enum ioat_status arm(struct ioat_chan *chan)
{
    struct ioat_ring *ring = chan->ring;
    struct ioat_chan_status now;
    struct ioat_pause pause;
    enum ioat_status status = IOAT_CHAN_WRITE(chan, CHAINADDR, ioat_ring_bus(ring, ring->done));

    ioat_pause_begin(chan->dev, &pause, chan->wait_ns);
    for (;;) {
        if (status || (status = ioat_read_status(chan, &now)))
            return status;
        if (now.state == IOAT_CHANSTS_STATE_ARMED)
            break;
        status = ioat_pause(chan->dev, &pause);
    }
    ring->origin = ring->done;
    ring->moved = false;
    return ring->issued == ring->done ? IOAT_OK : ring_doorbell(chan, ring->issued);
}

enum ioat_status ioat_ring_arm(struct ioat_chan *chan)
{
    ioat_prime_word(chan);
    enum ioat_status status = arm(chan);
    if (status == IOAT_ETIME)
        status = IOAT_EPROTO;
    /* Half armed: what the channel would report now means nothing. */
    chan->health = status && status != IOAT_EREMOVED ? IOAT_EPROTO : status;
    if (!status)
        chan->suspended = false;
    return status;
}

/* ---- edits ---- */

/* First position of the waiting request with this tag; false: there is none. */
static bool find_waiting(struct ioat_ring *ring, const void *tag, uint64_t *position)
{
    /* A request of which a part is done has its first descriptor before `done`. */
    for (uint64_t at = ring->done; at != ring->issued; at++) {
        const struct ioat_entry *entry = ioat_ring_entry(ring, at);
        if (entry->first && entry->tag == tag) {
            *position = at;
            return true;
        }
    }
    return false;
}

static void set_slot(struct ioat_ring *ring, uint64_t position, uint32_t slot)
{
    ring->slot_at[position & ring->mask] = slot;
    ring->pos_of[slot] = (uint32_t)position & ring->mask;
}

static void swap_positions(struct ioat_ring *ring, uint64_t a, uint64_t b)
{
    struct ioat_entry entry = *ioat_ring_entry(ring, a);
    uint32_t slot = slot_of(ring, a);

    *ioat_ring_entry(ring, a) = *ioat_ring_entry(ring, b);
    *ioat_ring_entry(ring, b) = entry;
    set_slot(ring, a, slot_of(ring, b));
    set_slot(ring, b, slot);
}

static void reverse_positions(struct ioat_ring *ring, uint64_t first, uint64_t end)
{
    for (; first < end && first < --end; first++)
        swap_positions(ring, first, end);
}

enum ioat_status ioat_edit_insert(struct ioat_chan *chan, void *before)
{
    struct ioat_ring *ring = chan->ring;
    uint64_t at;

    if (!ring || !chan->suspended)
        return IOAT_ESTATE;
    if (ring->head == ring->issued || !find_waiting(ring, before, &at))
        return IOAT_EINVAL;

    /* The doorbell goes first, as it alone can fail; it counts from ioat_resume on. The
     * last descriptor of the ring order still writes the word. */
    enum ioat_status status = ring_doorbell(chan, ring->head);
    if (status)
        return status;

    /* Three reversals rotate the prepared positions to `at`. */
    reverse_positions(ring, at, ring->issued);
    reverse_positions(ring, ring->issued, ring->head);
    reverse_positions(ring, at, ring->head);
    ring->issued = ring->head;
    if (at == ring->origin)
        ring->moved = true;      /* nothing completed whose NEXT could lead here */
    link_slots(ring, at - 1, ring->head);
    return IOAT_OK;
}

enum ioat_status ioat_edit_cancel(struct ioat_chan *chan, void *tag)
{
    struct ioat_ring *ring = chan->ring;
    uint64_t at;

    if (!ring || !chan->suspended)
        return IOAT_ESTATE;
    if (!find_waiting(ring, tag, &at))
        return IOAT_EINVAL;
    for (;; at++) {
        struct ioat_entry *entry = ioat_ring_entry(ring, at);
        desc_at(ring, at)->control |= IOAT_CONTROL_NULL_XFER;
        entry->status = IOAT_ECANCELED;
        if (entry->last)
            return IOAT_OK;
    }
}
