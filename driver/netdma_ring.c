/* netdma_ring.c - requests into descriptors.
 *
 * A copy is cut where source or destination stops being contiguous on the bus, and at
 * MaximumTransferSize. From 2.0 on a descriptor reaches over one such cut on either side
 * when it falls on the end of the first page and the next page follows whole (R-PB-1..6).
 *
 * Lists. 2.x: NextDescriptor always names the next slot, filled or not (R-CH2-1). 1.x:
 * it is 0 until netdma_link joins what is handed over; the link from the last one at
 * the provider belongs to the append (R-APP-2).
 */
#include "netdma_priv.h"

enum {
    DESC_LOG2 = 6,
    SLOTS_FREE = 2,              /* see struct netdma_channel */
    SERVICE_CONTEXT = 0,         /* service descriptors lie behind the ring */
    SERVICE_NULL = 1,            /* two: the word that is there now names the other one */
    SERVICE_N = 3,
    REPORTS_A_LAP = 4,           /* interrupts while a long backlog goes through the ring */
    NULL_BYTES = 8,              /* size that a NULL transfer names: valid, and not moved */
};

_Static_assert(1 << DESC_LOG2 == NETDMA_DESC_BYTES, "descriptor size");

/* ---- slots ---- */

PNET_DMA_DESCRIPTOR netdma_slot(const struct netdma_channel *chan, uint64_t position)
{
    return &chan->desc[position % chan->slots];
}

uint64_t netdma_desc_bus(const struct netdma_channel *chan, const NET_DMA_DESCRIPTOR *desc)
{
    return chan->desc_bus + (uint64_t)(desc - chan->desc) * NETDMA_DESC_BYTES;
}

uint64_t netdma_slot_bus(const struct netdma_channel *chan, uint64_t position)
{
    return netdma_desc_bus(chan, netdma_slot(chan, position));
}

static unsigned room(const struct netdma_channel *chan)
{
    uint64_t used = chan->head - chan->tail + SLOTS_FREE;

    return used < chan->slots ? (unsigned)(chan->slots - used) : 0;
}

bool netdma_ring_full(const struct netdma_channel *chan)
{
    return !room(chan);
}

static PHYSICAL_ADDRESS address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

/* A descriptor at head that moves nothing. */
static PNET_DMA_DESCRIPTOR take_slot(struct netdma_channel *chan, uint64_t id)
{
    uint64_t position = chan->head++;
    PNET_DMA_DESCRIPTOR desc = netdma_slot(chan, position);

    *desc = (NET_DMA_DESCRIPTOR){
        .TransferSize = NULL_BYTES,
        .ControlFlags = NET_DMA_NULL_TRANSFER,
        .SourceAddress = address(chan->scratch_bus),
        .DestinationAddress = address(chan->scratch_bus),
        .NextDescriptor = address(chan->counted ? netdma_slot_bus(chan, position + 1) : 0),
        .UserContext1 = id,
        .UserContext2 = position,
    };
    return desc;
}

void netdma_link(struct netdma_channel *chan)
{
    if (chan->counted)
        return;
    for (uint64_t position = chan->issued; position < chan->head; position++) {
        bool more = position + 1 < chan->head;
        netdma_slot(chan, position)->NextDescriptor =
            address(more ? netdma_slot_bus(chan, position + 1) : 0);
    }
}

static void report_here(struct netdma_channel *chan, PNET_DMA_DESCRIPTOR desc, bool interrupt)
{
    desc->ControlFlags |= NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    if (interrupt) {
        desc->ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
        chan->int_end = chan->head;
    }
}

/* ---- one copy descriptor ---- */

/* How far one descriptor reaches on one side. */
struct reach {
    size_t first;                /* contiguous bytes */
    size_t all;                  /* with a page break */
    uint64_t bus, next_bus;
};

static bool find_reach(const struct netdma_channel *chan, const struct netdma_cursor *cursor,
                       size_t left, struct reach *reach)
{
    const struct kernel *kernel = chan->iface->kernel;
    bool split = chan->iface->config.split_pages;

    reach->first = netdma_cursor_piece(kernel, cursor, left, split, &reach->bus);
    reach->all = reach->first;
    if (!reach->first)
        return false;
    if (!chan->page_break || reach->first == left ||
        reach->first != NETDMA_PAGE - reach->bus % NETDMA_PAGE)
        return true;

    struct netdma_cursor next = *cursor;
    size_t more = left - reach->first;
    netdma_cursor_skip(&next, reach->first);
    more = netdma_cursor_piece(kernel, &next, more < NETDMA_PAGE ? more : NETDMA_PAGE, split,
                               &reach->next_bus);
    if (more && reach->next_bus % NETDMA_PAGE == 0)
        reach->all += more;
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Puts the next part of a copy into desc. False: the memory is not known any more. */
static bool fill(struct netdma_channel *chan, ULONG flags, PNET_DMA_DESCRIPTOR desc)
{
    struct reach src, dst;

    if (!find_reach(chan, &chan->src, chan->left, &src) ||
        !find_reach(chan, &chan->dst, chan->left, &dst))
        return false;
    size_t bytes = least(least(src.all, dst.all), chan->transfer_max);

    desc->TransferSize = (ULONG)bytes;
    desc->ControlFlags = flags;
    desc->SourceAddress = address(src.bus);
    desc->DestinationAddress = address(dst.bus);
    if (bytes > src.first) {
        desc->ControlFlags |= NET_DMA_SOURCE_PAGE_BREAK;
        desc->NextSourceAddress = address(src.next_bus);
    }
    if (bytes > dst.first) {
        desc->ControlFlags |= NET_DMA_DESTINATION_PAGE_BREAK;
        desc->NextDestinationAddress = address(dst.next_bus);
    }
    netdma_cursor_skip(&chan->src, bytes);
    netdma_cursor_skip(&chan->dst, bytes);
    chan->left -= bytes;
    return true;
}

/* ---- requests ---- */

static void begin(struct netdma_channel *chan, const struct netdma_request *req)
{
    if (chan->begun)
        return;
    chan->begun = true;
    chan->dst = req->dst;
    chan->src = req->src;
    chan->left = req->length;
}

static void build_one(struct netdma_channel *chan, struct netdma_request *req)
{
    PNET_DMA_DESCRIPTOR desc = take_slot(chan, chan->built);

    if (chan->left && !fill(chan, req->flags, desc)) {
        req->status = STATUS_UNSUCCESSFUL;
        chan->left = 0;
    }
    if (!chan->left) {
        desc->ControlFlags |= req->flags & NET_DMA_SERIALIZE_TRANSFER;
        report_here(chan, desc, req->done != NULL);
        req->end = chan->head;
        chan->built++;
        chan->begun = false;
    } else if ((chan->head - 1) % (chan->slots / REPORTS_A_LAP) == 0) {
        report_here(chan, desc, true);
    }
}

bool netdma_build(struct netdma_channel *chan)
{
    bool built = false;

    if (!chan->slots)
        return false;
    while (netdma_waiting(chan) && room(chan)) {
        struct netdma_request *req = netdma_request(chan, chan->built);
        if (req->cpu)
            break;
        begin(chan, req);
        build_one(chan, req);
        built = true;
    }
    return built;
}

void netdma_want_interrupt(struct netdma_channel *chan)
{
    if (chan->int_end > chan->tail || chan->head == chan->tail)
        return;
    PNET_DMA_DESCRIPTOR desc = chan->head > chan->issued ? netdma_slot(chan, chan->head - 1)
                                                         : take_slot(chan, 0);
    report_here(chan, desc, true);
    chan->flush = true;
}

/* ---- service descriptors ---- */

PNET_DMA_DESCRIPTOR netdma_service_null(const struct netdma_channel *chan)
{
    return &chan->desc[chan->slots + SERVICE_NULL + chan->null_turn];
}

unsigned netdma_descriptors(const struct netdma_channel *chan)
{
    return chan->slots + SERVICE_N;
}

ULONG netdma_service_list(struct netdma_channel *chan, bool null, uint64_t next,
                          PNET_DMA_DESCRIPTOR *first)
{
    PNET_DMA_DESCRIPTOR context = &chan->desc[chan->slots + SERVICE_CONTEXT];
    uint64_t next_bus = netdma_slot_bus(chan, next);
    ULONG count = 0;

    *first = netdma_slot(chan, next);
    if (null) {
        chan->null_turn ^= 1;
        if (chan->word_seen >> DESC_LOG2 ==
            netdma_desc_bus(chan, netdma_service_null(chan)) >> DESC_LOG2)
            chan->null_turn ^= 1;
        PNET_DMA_DESCRIPTOR marker = netdma_service_null(chan);
        *marker = (NET_DMA_DESCRIPTOR){
            .TransferSize = NULL_BYTES,
            .ControlFlags = NET_DMA_NULL_TRANSFER | NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                            NET_DMA_INTERRUPT_ON_COMPLETION,
            .SourceAddress = address(chan->scratch_bus),
            .DestinationAddress = address(chan->scratch_bus),
            .NextDescriptor = address(chan->counted ? next_bus : 0),
        };
        next_bus = netdma_desc_bus(chan, marker);
        *first = marker;
        count++;
    }
    if (chan->context_due) {
        *context = (NET_DMA_DESCRIPTOR){
            .ControlFlags = NET_DMA_OP_TYPE_CONTEXT_CHANGE | NET_DMA_DCA_CONTEXT_CHANGE,
            .NextDescriptor = address(next_bus),
        };
        context->DCAContext8.DCAContext =
            kernel_apic_id(chan->iface->kernel, chan->port.cpu) & 0xFF;
        *first = context;
        count++;
    }
    return count;
}
