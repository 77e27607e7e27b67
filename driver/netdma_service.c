/* netdma_service.c - the one place that moves a channel forward.
 *
 *   look at the word --> judge --> CPU's turn --> build --> submit --+
 *          ^                                                         |
 *          +-------------------- while something moved --------------+
 *
 * Everyone calls it: requests, polls, flushes, waits, the DPC. It calls the provider, so it
 * is not entered twice for a channel: the second caller's work is done by the first.
 */
#include "netdma_priv.h"

enum {
    STEPS_MAX = 10000,           /* then the DPC goes on: a word that never rests */
};

static bool at_provider(const struct netdma_channel *chan)
{
    return chan->tail != chan->issued || chan->null_sent;
}

/* A 1.0 provider has no other way to say that it has its power again (R-PWR-7): one that refused
 * to start is worth another try. */
static void take_back(struct netdma_channel *chan)
{
    if (chan->offload || chan->wedged || chan->port.provider->state != NETDMA_STARTED)
        return;
    chan->start_failures = 0;
    chan->offload = chan->null_due = true;
}

/* NetDmaInterruptDpc(0), and no halted word (netdma.h says what follows). */
static void judge_poke(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    chan->poked = false;
    if (chan->port.provider->version == NETDMA_1_0) {
        if (!chan->started) {
            take_back(chan);
            return;
        }
        /* One that never gets further is an error that left no word. */
        if (!at_provider(chan) || chan->null_tail != chan->tail) {
            chan->null_since_ns = kernel_now(kernel);
        } else if (kernel_now(kernel) - chan->null_since_ns > chan->iface->config.grace_ns) {
            chan->halted = true;
            return;
        }
        chan->null_tail = chan->tail;
        chan->null_sent = false;
        chan->null_due = chan->null_drops = true;
        chan->append_failed = false;
    } else if (at_provider(chan) && !chan->grace) {
        chan->grace = true;
        chan->grace_tail = chan->tail;
        kernel_timer_set(kernel, &chan->grace_timer,
                         kernel_now(kernel) + chan->iface->config.grace_ns, &chan->dpc);
    }
}

static void judge_grace(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    if (!at_provider(chan) || chan->tail != chan->grace_tail) {
        chan->grace = false;
        kernel_timer_cancel(kernel, &chan->grace_timer);
    } else if (kernel_now(kernel) >= chan->grace_timer.due_ns) {
        netdma_log(chan->iface, "channel %p: an interrupt without completion, and then none",
                   chan->port.handle);
        chan->grace = false;
        chan->halted = true;
    }
}

/* An append failed while work was under way. Once that is done a 1.x engine may still
 * have followed the link that was there for a moment: a NULL transfer makes sure. What is
 * under way need not interrupt, so the DPC looks now and then. */
static void judge_append(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;

    if (chan->tail < chan->issued) {
        if (!chan->retry_timer.set)
            kernel_timer_set(kernel, &chan->retry_timer,
                             kernel_now(kernel) + chan->iface->config.retry_ns, &chan->dpc);
        return;
    }
    kernel_timer_cancel(kernel, &chan->retry_timer);
    chan->append_failed = false;
    if (chan->counted)
        chan->started = false;
    else
        chan->null_due = chan->null_drops = true;
}

static void judge(struct netdma_channel *chan)
{
    if (chan->poked && !chan->halted)
        judge_poke(chan);
    if (chan->grace)
        judge_grace(chan);
    if (chan->append_failed)
        judge_append(chan);
}

/* Requests that the engine does not get, in their turn. */
static bool run_cpu(struct netdma_channel *chan)
{
    const struct kernel *kernel = chan->iface->kernel;
    bool ran = false;

    while (netdma_waiting(chan) && chan->done == chan->built && chan->tail == chan->head) {
        const struct netdma_request *req = netdma_request(chan, chan->done);
        if (!req->cpu)
            break;
        bool good = netdma_cursor_copy(kernel, req->dst, req->src, req->length);
        netdma_finish(chan, good ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
        ran = true;
    }
    return ran;
}

static bool step(struct netdma_channel *chan)
{
    bool moved = netdma_look(chan);

    if (chan->port.provider)
        judge(chan);
    if (chan->halted) {
        chan->errors++;
        chan->iface->stats.errors++;
        netdma_fail(chan, STATUS_UNSUCCESSFUL, false);
        return true;
    }
    moved |= run_cpu(chan);
    /* While the provider's place in the list is unclear, the list does not grow. */
    if (!chan->append_failed && !chan->null_drops) {
        moved |= netdma_build(chan);
        if (netdma_waiting(chan))
            netdma_want_interrupt(chan);
    }
    moved |= netdma_submit(chan);
    if (!netdma_waiting(chan) && chan->issued == chan->head)
        chan->flush = false;
    return moved;
}

void netdma_service(struct netdma_channel *chan)
{
    struct kernel *kernel = chan->iface->kernel;
    unsigned steps = 0;

    chan->again = true;
    if (chan->serving || !kernel_lock(kernel, &chan->lock, "the NetDMA channel"))
        return;
    chan->serving = true;
    while (chan->again && steps < STEPS_MAX) {
        chan->again = false;
        while (step(chan) && ++steps < STEPS_MAX)
            ;
        steps++;
    }
    if (steps >= STEPS_MAX)
        kernel_dpc_queue(kernel, &chan->dpc, chan->port.cpu);
    chan->serving = false;
    kernel_unlock(kernel, &chan->lock, "the NetDMA channel");
}

bool netdma_quiet(const struct netdma_channel *chan)
{
    return chan->done == chan->next_id && chan->tail == chan->head && !chan->null_due && !chan->null_sent &&
           !chan->append_failed && !chan->serving;
}
