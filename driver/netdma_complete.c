/* netdma_complete.c - the completion word, results of requests, callbacks.
 *
 * The word is the device's claim. It counts only when it names a descriptor that is at
 * the provider, so a wrong, stale or repeated address moves nothing and ends no loop.
 * The address that NetDmaInterruptDpc brings is not used at all: a late call may name a
 * slot that serves again (R-INT-8, R-CH2-4), while the word always holds the newest.
 */
#include "netdma_priv.h"

#include "barrier.h"

enum { DESC_ALIGN_MASK = 0x3F };  /* low bits of the word that are no address (A1) */

void netdma_prime_word(struct netdma_channel *chan)
{
    chan->word_seen = NetDmaTransferStatusArmed;
    __atomic_store_n(chan->word, chan->word_seen, __ATOMIC_RELAXED);
}

/* ---- requests ---- */

struct netdma_request *netdma_request(struct netdma_channel *chan, NET_DMA_COPY_ID id)
{
    return &chan->request[id % NETDMA_PLACES];
}

bool netdma_waiting(const struct netdma_channel *chan)
{
    return chan->built != chan->next_id;
}

void netdma_finish(struct netdma_channel *chan, NTSTATUS status)
{
    struct netdma_request *req = netdma_request(chan, chan->done);

    if (chan->built == chan->done) {
        chan->built++;
        chan->begun = false;
    }
    if (status != STATUS_SUCCESS)
        req->status = status;
    if (req->status == STATUS_SUCCESS)
        *(req->cpu ? &chan->iface->stats.cpu_bytes : &chan->iface->stats.engine_bytes) +=
            req->length;
    if (req->done)
        kernel_dpc_queue(chan->iface->kernel, &chan->dpc, chan->port.cpu);
    else if (chan->reported == chan->done)
        chan->reported++;
    chan->done++;
}

static void retire(struct netdma_channel *chan)
{
    while (chan->done != chan->built && netdma_request(chan, chan->done)->end <= chan->tail)
        netdma_finish(chan, STATUS_SUCCESS);
}

/* ---- the word ---- */

static void null_done(struct netdma_channel *chan)
{
    chan->null_sent = false;
    if (!chan->null_drops)
        return;
    /* Whatever was at the provider was done or dropped before the NULL transfer ran. */
    chan->null_drops = false;
    chan->issued = chan->exposed = chan->tail;
    chan->started = false;
    chan->flush = true;
}

/* Everything up to the descriptor at `bus` is done. False: it names none of ours. */
static bool advance(struct netdma_channel *chan, uint64_t bus)
{
    uint64_t offset = bus - chan->desc_bus;
    uint64_t slot = offset / NETDMA_DESC_BYTES;

    if (bus < chan->desc_bus || slot >= netdma_descriptors(chan))
        return false;
    if (slot >= chan->slots) {
        if (chan->null_sent && bus == netdma_desc_bus(chan, netdma_service_null(chan)))
            null_done(chan);
        return true;
    }
    uint64_t position = chan->tail + (slot + chan->slots - chan->tail % chan->slots) % chan->slots;
    if (position >= chan->exposed)
        /* The last one that was done may be named again. */
        return chan->tail && position + 1 == chan->tail + chan->slots;
    chan->tail = position + 1;
    if (chan->issued < chan->tail)
        chan->issued = chan->tail;
    retire(chan);
    return true;
}

bool netdma_look(struct netdma_channel *chan)
{
    if (!chan->port.provider || !chan->word)
        return false;
    uint64_t word = __atomic_load_n(chan->word, __ATOMIC_RELAXED);
    if (word == chan->word_seen)
        return false;
    ioat_load_barrier();         /* the data it announces is read after it */
    chan->word_seen = word;

    uint64_t bus = word & ~(uint64_t)DESC_ALIGN_MASK;
    unsigned status = word & NET_DMA_TRANSFER_STATUS_MASK;
    bool known = true;
    switch (status) {
    case NetDmaTransferStatusActive:
    case NetDmaTransferStatusIdle:
    case NetDmaTransferStatusSuspend:
        known = advance(chan, bus);
        break;
    case NetDmaTransferStatusHalted:
        if (bus)
            known = advance(chan, bus);
        /* Before a start it is what an abort or a reset left behind. */
        chan->halted = chan->started || chan->null_sent;
        break;
    case NetDmaTransferStatusArmed:
        break;
    default:
        known = false;
    }
    if (!known) {
        chan->iface->stats.distrusted++;
        netdma_log(chan->iface, "completion word 0x%016llx names nothing that is at the provider",
                   (unsigned long long)word);
    }
    return true;
}

/* ---- callbacks ---- */

void netdma_report_done(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;
    NET_DMA_COPY_ID end = chan->done;

    /* Requests that a callback makes, and that are done at once, wait for the next DPC. */
    while (chan->reported < end) {
        NET_DMA_COPY_ID id = chan->reported++;
        const struct netdma_request req = *netdma_request(chan, id);
        if (!req.done)
            continue;
        struct kernel_mark mark = kernel_mark(kernel);
        req.done(req.context, chan->handle, id, req.status);
        kernel_check(kernel, mark, "a client's completion callback");
    }
    if (chan->reported != chan->done)
        kernel_dpc_queue(kernel, &chan->dpc, chan->port.cpu);
}

void netdma_channel_dpc(void *ctx)
{
    netdma_service(ctx);
    netdma_report_done(ctx);
}
