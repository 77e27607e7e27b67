/* recover.c - stop, reset and repair a channel without losing a tag. */
#include "ioat_priv.h"

static void drop_all(struct ioat_ring *ring)
{
    ioat_ring_finish(ring, ring->head, IOAT_ECANCELED);
}

/* A channel of the caller's chains has stopped for good. */
static void forget_chain(struct ioat_chan *chan)
{
    chan->chain = IOAT_CHAIN_NONE;
    chan->suspended = false;
    chan->health = IOAT_OK;
}

enum ioat_status ioat_abort(struct ioat_chan *chan)
{
    unsigned state;
    enum ioat_status status;

    if (chan->health && chan->health != IOAT_EHALTED)
        return chan->health;
    if ((status = ioat_command(chan, IOAT_CHANCMD_ABORT)))
        return status;
    status = ioat_look(chan, &state);
    if (status && status != IOAT_EHALTED)
        return status;
    if (state != IOAT_CHANSTS_STATE_HALTED)
        return IOAT_EPROTO;
    if ((status = ioat_clear_error(chan)))
        return status;
    if (!chan->ring) {
        forget_chain(chan);
        return IOAT_OK;
    }
    drop_all(chan->ring);
    return ioat_ring_arm(chan);
}

enum ioat_status ioat_reset(struct ioat_chan *chan)
{
    enum ioat_status status = ioat_bring_up(chan);

    if (status)
        return status;
    if (!chan->ring) {
        forget_chain(chan);
        return IOAT_OK;
    }
    /* An ACTIVE channel wrote a last word. It is not believed once it has lied. */
    ioat_poll(chan, NULL, 0, &(unsigned){0});
    drop_all(chan->ring);
    return ioat_ring_arm(chan);
}

/* Position behind the request that `position` belongs to. */
static uint64_t request_end(struct ioat_ring *ring, uint64_t position)
{
    while (!ioat_ring_entry(ring, position)->last)
        position++;
    return position + 1;
}

enum ioat_status ioat_recover(struct ioat_chan *chan, enum ioat_recovery how,
                              struct ioat_fault *fault)
{
    struct ioat_ring *ring = chan->ring;
    struct ioat_fault found = {0};
    uint64_t chanerr;
    unsigned state;
    enum ioat_status status;

    if (how != IOAT_SKIP && how != IOAT_CANCEL)
        return IOAT_EINVAL;
    if (!ring)
        return IOAT_ESTATE;
    ioat_poll(chan, NULL, 0, &(unsigned){0});
    if (chan->health && chan->health != IOAT_EHALTED)
        return chan->health;
    if ((status = ioat_look(chan, &state)) && status != IOAT_EHALTED)
        return status;
    if (state != IOAT_CHANSTS_STATE_HALTED)
        return IOAT_ESTATE;

    /* Kept in the channel, for another try if the reset fails after CHANERR is clear. */
    if ((status = IOAT_CHAN_READ(chan, CHANERR, &chanerr)))
        return status;
    chan->chanerr |= (uint32_t)chanerr;
    if ((status = ioat_bring_up(chan)))
        return status;
    found.chanerr = chan->chanerr;
    chan->chanerr = 0;
    found.request = found.chanerr & ~(uint32_t)IOAT_CHANERR_CHANCMD && ring->done != ring->issued;
    if (found.request) {
        found.tag = ioat_ring_entry(ring, ring->done)->tag;
        found.desc = ioat_ring_bus(ring, ring->done);
        ioat_ring_finish(ring, request_end(ring, ring->done), IOAT_EHALTED);
    }
    if (how == IOAT_CANCEL)
        drop_all(ring);
    if (fault)
        *fault = found;
    return ioat_ring_arm(chan);
}
