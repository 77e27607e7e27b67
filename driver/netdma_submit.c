/* netdma_submit.c - lists to the provider.
 *
 *   nothing started ---- Start(pending) ----> started ---- Append(pending) ----> started
 *        ^  ^                                   |  |
 *        |  +---- Reset or Abort <--- error ----+  +-- Append fails, or a 1.0 provider asks
 *        |                                                          |
 *        +--- all done or dropped <--- Start(NULL transfer) <-------+
 *
 * The NULL transfer is the way back to a known place: descriptors run in order, so once
 * it is done nothing before it can still move, and what is not known to be done is
 * simply handed over again (A6, R-PWR-7).
 */
#include "netdma_priv.h"

#include "barrier.h"

enum { START_TRIES = 2 };

/* ---- calls ---- */

typedef NTSTATUS list_fn(struct netdma_port *port, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                         ULONG count);

/* The provider is called without the lock and at DISPATCH. */
static enum kernel_irql leave_lock(struct netdma_channel *chan)
{
    kernel_unlock(chan->iface->kernel, &chan->lock, "the NetDMA channel");
    return kernel_raise(chan->iface->kernel, KERNEL_DISPATCH);
}

static void take_lock(struct netdma_channel *chan, enum kernel_irql old)
{
    kernel_lower(chan->iface->kernel, old);
    kernel_lock(chan->iface->kernel, &chan->lock, "the NetDMA channel");
}

static NTSTATUS hand_over(struct netdma_channel *chan, list_fn *call, PNET_DMA_DESCRIPTOR first,
                          ULONG count)
{
    /* R-CH-5: what is in the descriptors before the provider hears of them. */
    ioat_store_barrier();
    enum kernel_irql old = leave_lock(chan);
    NTSTATUS status = call(&chan->port, first, netdma_desc_bus(chan, first), count);
    take_lock(chan, old);
    return status;
}

static bool retry_later(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    if (++chan->resources_failures > chan->iface->config.retries)
        return false;
    kernel_timer_set(kernel, &chan->retry_timer, kernel_now(kernel) + chan->iface->config.retry_ns,
                     &chan->dpc);
    return true;
}

static bool waits_to_retry(const struct netdma_channel *chan)
{
    return chan->retry_timer.set && kernel_now(chan->iface->kernel) < chan->retry_timer.due_ns;
}

/* ---- the way down: no provider for this ---- */

/* The ring goes on behind the last descriptor that is known to be done: a provider that is not
 * reset may name that one again when it halts, so its slot must not serve yet (R-CH2-4). */
static void drop_ring(struct netdma_channel *chan)
{
    chan->head = chan->exposed = chan->issued = chan->int_end = chan->tail;
}

/* Nothing is at the provider: the CPU takes over all that is open. A request that is
 * partly done is done again. */
static void hand_to_cpu(struct netdma_channel *chan)
{
    drop_ring(chan);
    for (NET_DMA_COPY_ID id = chan->done; id != chan->next_id; id++)
        netdma_request(chan, id)->cpu = true;
    chan->built = chan->done;
    chan->begun = false;
    chan->resources_failures = 0;
}

/* Reset, else Abort. False: neither worked. */
static bool stop_engine(struct netdma_channel *chan)
{
    enum kernel_irql old = leave_lock(chan);
    NTSTATUS status = netdma_port_reset(&chan->port);

    if (status != STATUS_SUCCESS)
        status = netdma_port_abort(&chan->port);
    take_lock(chan, old);
    return status == STATUS_SUCCESS;
}

static bool can_stop(const struct netdma_channel *chan)
{
    return chan->port.provider->ops.ResetChannel || chan->port.provider->ops.AbortDma;
}

void netdma_forget(struct netdma_channel *chan)
{
    netdma_prime_word(chan);
    chan->started = false;
    chan->context_due = chan->context;
    chan->null_due = chan->null_sent = chan->null_drops = false;
    chan->append_failed = false;
    chan->halted = chan->poked = chan->grace = false;
    chan->last = NULL;
    kernel_timer_cancel(chan->iface->kernel, &chan->grace_timer);
    kernel_timer_cancel(chan->iface->kernel, &chan->retry_timer);
}

/* Makes the provider ready for a start. An engine that halted stands still by itself, so
 * it may lack the means to be stopped (A22); one that runs may not. */
static void make_ready(struct netdma_channel *chan, bool running)
{
    bool stopped = stop_engine(chan);

    if (!stopped && (running || can_stop(chan))) {
        netdma_log(chan->iface, "channel %p cannot be stopped; the CPU copies from now on",
                   chan->port.handle);
        chan->wedged = true;
        chan->offload = false;
    }
    netdma_forget(chan);
}

void netdma_fail(struct netdma_channel *chan, NTSTATUS status, bool running)
{
    while (chan->done != chan->next_id)
        netdma_finish(chan, status);
    drop_ring(chan);
    if (chan->port.provider)
        make_ready(chan, running);
}

/* ---- start ---- */

static void started(struct netdma_channel *chan)
{
    chan->starts++;
    chan->started = true;
    chan->context_due = false;
    chan->start_failures = chan->resources_failures = 0;
}

/* The last of every batch writes the word, so that it is known when the provider is done. */
static void end_batch(struct netdma_channel *chan)
{
    netdma_slot(chan, chan->head - 1)->ControlFlags |= NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    netdma_link(chan);
}

static void handed_over(struct netdma_channel *chan)
{
    chan->issued = chan->exposed = chan->head;
    chan->last = netdma_slot(chan, chan->head - 1);
}

/* Nothing is at the provider. */
static bool start(struct netdma_channel *chan)
{
    PNET_DMA_DESCRIPTOR first;
    ULONG count = (ULONG)(chan->head - chan->issued);

    end_batch(chan);
    count += netdma_service_list(chan, false, chan->issued, &first);
    NTSTATUS status = hand_over(chan, netdma_port_start, first, count);
    if (status == STATUS_SUCCESS) {
        started(chan);
        handed_over(chan);
        return true;
    }
    if (status == STATUS_RESOURCES && retry_later(chan))
        return false;
    if (status == STATUS_UNSUCCESSFUL && ++chan->start_failures < START_TRIES) {
        make_ready(chan, false);
        return true;
    }
    netdma_log(chan->iface, "channel %p does not start; the CPU copies", chan->port.handle);
    if (status == STATUS_UNSUCCESSFUL)
        chan->offload = false;
    hand_to_cpu(chan);
    return true;
}

/* What is at the provider is handed over again, once it certainly stands still. False: it
 * cannot be made to. */
static bool take_everything_back(struct netdma_channel *chan)
{
    if (!can_stop(chan))
        return false;
    make_ready(chan, true);
    if (chan->wedged)
        return false;
    chan->issued = chan->exposed = chan->tail;
    chan->flush = true;
    return true;
}

static void null_refused(struct netdma_channel *chan)
{
    bool drops = chan->null_drops;

    netdma_log(chan->iface, "channel %p: the start of a NULL transfer failed", chan->port.handle);
    chan->started = chan->null_drops = false;
    chan->resources_failures = 0;
    chan->halted = drops && !take_everything_back(chan);
}

/* A NULL transfer, which ends in netdma_look. */
static bool start_null(struct netdma_channel *chan)
{
    PNET_DMA_DESCRIPTOR first;
    ULONG count = netdma_service_list(chan, true, chan->issued, &first);
    NTSTATUS status = hand_over(chan, netdma_port_start, first, count);

    if (status == STATUS_RESOURCES && retry_later(chan))
        return false;
    chan->null_due = false;
    if (status == STATUS_SUCCESS) {
        started(chan);
        chan->null_sent = true;
        chan->last = netdma_service_null(chan);
    } else {
        null_refused(chan);
    }
    return true;
}

/* ---- append ---- */

static void append_failed(struct netdma_channel *chan)
{
    bool old_list = !chan->counted;

    netdma_log(chan->iface, "channel %p: an append failed; going on with a start",
               chan->port.handle);
    if (chan->port.provider->version == NETDMA_1_0) {
        /* Its way of saying that the hardware lost its place (A6). */
        chan->exposed = chan->head;
        chan->null_due = chan->null_drops = true;
    } else if (chan->tail == chan->issued) {
        chan->started = false;
    } else {
        /* The link was there for a moment, and the engine at work may have read it. */
        chan->exposed = old_list ? chan->head : chan->issued;
        chan->append_failed = true;
    }
}

static bool append(struct netdma_channel *chan)
{
    PNET_DMA_DESCRIPTOR first = netdma_slot(chan, chan->issued), last = chan->last;
    LONGLONG bus = (LONGLONG)netdma_desc_bus(chan, first);

    end_batch(chan);
    if (!chan->counted) {
        ioat_store_barrier();    /* what the link leads to comes before it */
        __atomic_store_n(&last->NextDescriptor.QuadPart, bus, __ATOMIC_RELAXED);
    }
    NTSTATUS status =
        hand_over(chan, netdma_port_append, first, (ULONG)(chan->head - chan->issued));
    if (status == STATUS_SUCCESS) {
        chan->appends++;
        handed_over(chan);
    } else {
        if (!chan->counted)
            __atomic_store_n(&last->NextDescriptor.QuadPart, 0, __ATOMIC_RELAXED);
        append_failed(chan);
    }
    return true;
}

/* ---- what is due ---- */

static bool due(const struct netdma_channel *chan)
{
    uint64_t pending = chan->head - chan->issued;

    return pending && (chan->flush || netdma_waiting(chan) || pending >= chan->max_pending ||
                       netdma_ring_full(chan));
}

bool netdma_submit(struct netdma_channel *chan)
{
    if (!chan->port.provider || chan->null_sent || chan->append_failed || waits_to_retry(chan))
        return false;
    if (chan->null_due)
        return start_null(chan);
    if (!due(chan))
        return false;
    return chan->started ? append(chan) : start(chan);
}
