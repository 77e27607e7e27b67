/* complete.c - what the device says about progress: word, CHANSTS, results.
 *
 * Two sources, because each has a gap. The word is in memory before CHANSTS moves,
 * so while the engine runs CHANSTS may lag behind a word that was already believed,
 * and its old address could name a slot that is in use again; the word is believed
 * then. When nothing moves any more, CHANSTS is exact, also for descriptors that asked
 * for no word and for words that could not be written.
 */
#include "ioat_priv.h"
#include "barrier.h"

static uint64_t load_word(const struct ioat_chan *chan)
{
    uint64_t value = __atomic_load_n(chan->word, __ATOMIC_RELAXED);
    ioat_load_barrier();   /* the data that the word announces is read after it */
    return value;
}

struct ioat_chan_status ioat_word(const struct ioat_chan *chan)
{
    uint64_t word = load_word(chan);
    return (struct ioat_chan_status){
        .state = (unsigned)IOAT_FIELD_GET(word, CHANSTS, STATE),
        .completed = word & IOAT_CHANSTS_COMPLETED,
    };
}

void ioat_prime_word(struct ioat_chan *chan)
{
    __atomic_store_n(chan->word, 0, __ATOMIC_RELAXED);
    chan->word_seen = 0;
}

/* Moves `done` behind the descriptor at `bus`. It must be in flight, or the newest one
 * that is done; 0 says nothing. */
static enum ioat_status advance(struct ioat_ring *ring, uint64_t bus)
{
    uint64_t position;

    if (!bus)
        return IOAT_OK;
    if (!ioat_ring_find(ring, bus, &position))
        return IOAT_EPROTO;
    if (position < ring->issued) {
        ring->done = position + 1;
        return IOAT_OK;
    }
    return ring->done != ring->origin && bus == ioat_ring_bus(ring, ring->done - 1) ? IOAT_OK
                                                                                    : IOAT_EPROTO;
}

/* Looks at the word if it is a new one. */
static void look_at_word(struct ioat_chan *chan)
{
    uint64_t word = load_word(chan);

    if (chan->health || word == chan->word_seen)
        return;
    chan->word_seen = word;
    uint64_t state = IOAT_FIELD_GET(word, CHANSTS, STATE);
    if (state > IOAT_CHANSTS_STATE_ARMED)
        chan->health = IOAT_EPROTO;
    else
        chan->health = advance(chan->ring, word & IOAT_CHANSTS_COMPLETED);
    if (!chan->health && state == IOAT_CHANSTS_STATE_HALTED)
        chan->health = IOAT_EHALTED;
}

enum ioat_status ioat_look(struct ioat_chan *chan, unsigned *state)
{
    struct ioat_chan_status now;
    enum ioat_status status = ioat_read_status(chan, &now);

    if (status == IOAT_EPROTO)
        chan->health = IOAT_EPROTO;
    if (status)
        return status;
    if (state)
        *state = now.state;
    bool quiet = now.state != IOAT_CHANSTS_STATE_ACTIVE && now.state != IOAT_CHANSTS_STATE_ARMED;
    if (chan->ring && chan->health != IOAT_EPROTO) {
        if (quiet) {
            chan->word_seen = load_word(chan);
            status = advance(chan->ring, now.completed);
        }
        /* A doorbell makes the channel ACTIVE before any later read. */
        if (now.state == IOAT_CHANSTS_STATE_IDLE && chan->ring->done != chan->ring->issued)
            status = IOAT_EPROTO;
        if (status)
            chan->health = status;
    }
    if (!chan->health && now.state == IOAT_CHANSTS_STATE_HALTED)
        chan->health = IOAT_EHALTED;
    return chan->health;
}

void ioat_lost(struct ioat_chan *chan)
{
    chan->health = IOAT_EREMOVED;
    if (chan->ring)
        ioat_ring_finish(chan->ring, chan->ring->head, IOAT_EREMOVED);
}

/* Hands back what is between tail and done. */
static unsigned report(struct ioat_ring *ring, struct ioat_done *done, unsigned max)
{
    unsigned count = 0;

    while (count < max && ring->tail != ring->done) {
        const struct ioat_entry *entry = ioat_ring_entry(ring, ring->tail++);
        if (entry->last)
            done[count++] = (struct ioat_done){entry->tag, entry->status};
    }
    return count;
}

enum ioat_status ioat_poll(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                           unsigned *count)
{
    if (!count || (!done && max))
        return IOAT_EINVAL;
    *count = 0;
    if (!chan->ring)
        return IOAT_ESTATE;
    look_at_word(chan);
    *count = report(chan->ring, done, max);
    return chan->health;
}

enum ioat_status ioat_wait(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                           unsigned *count, uint64_t timeout_ns)
{
    struct ioat_pause pause;

    if (!count || !done || !max)
        return IOAT_EINVAL;
    *count = 0;
    if (!chan->ring || chan->ring->tail == chan->ring->issued)
        return chan->ring && chan->health ? chan->health : IOAT_ESTATE;
    ioat_pause_begin(chan->dev, &pause, timeout_ns);
    for (;;) {
        enum ioat_status status = ioat_poll(chan, done, max, count);
        if (status || *count)
            return status;
        status = ioat_look(chan, NULL);
        if ((*count = report(chan->ring, done, max)) || status)
            return status;
        if ((status = ioat_pause(chan->dev, &pause)))
            return status;
    }
}

enum ioat_status ioat_interrupt(struct ioat_chan *chan, struct ioat_done *done, unsigned max,
                                unsigned *count)
{
    if (!count || (!done && max))
        return IOAT_EINVAL;
    *count = 0;
    if (!chan->ring)
        return IOAT_ESTATE;
    uint64_t before = chan->ring->done;
    enum ioat_status status = IOAT_OK;
    look_at_word(chan);
    if (chan->ring->done == before)
        status = ioat_look(chan, NULL);
    *count = report(chan->ring, done, max);
    if (chan->health == IOAT_EREMOVED || (status && status != chan->health))
        return status;
    status = ioat_rearm(chan);
    return status ? status : chan->health;
}
