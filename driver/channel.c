/* channel.c - one channel: claim, reset, commands, chains of the caller. */
#include "ioat_priv.h"

#include <stdlib.h>

enum {
    WORD_BYTES = sizeof(uint64_t),
    WORD_ALLOC = 64,             /* a cache line of its own */
    RING_LOG2_MAX = 16,          /* DMACOUNT is 16 bits and one descriptor stays free */
    CHUNK_SPLIT_MAX = 6,         /* log2 of IOAT_CHUNKS_MAX */
};
_Static_assert(1 << CHUNK_SPLIT_MAX == IOAT_CHUNKS_MAX, "chunk limits");
_Static_assert(1 << RING_LOG2_MAX == 1 << IOAT_DMACOUNT_BITS, "ring limit");

enum ioat_status ioat_chan_read(struct ioat_chan *chan, uint32_t offset, unsigned bits,
                                uint64_t *value)
{
    enum ioat_status status = ioat_read(chan->dev, offset, bits, value);
    if (status == IOAT_EREMOVED)
        ioat_lost(chan);
    return status;
}

enum ioat_status ioat_command(struct ioat_chan *chan, uint64_t command)
{
    struct ioat_pause pause;
    enum ioat_status status = IOAT_CHAN_WRITE(chan, CHANCMD, command);

    ioat_pause_begin(chan->dev, &pause, chan->wait_ns);
    while (!status) {
        uint64_t value;
        if ((status = IOAT_CHAN_READ(chan, CHANCMD, &value)) || !(value & command))
            break;
        status = ioat_pause(chan->dev, &pause);
    }
    return status;
}

enum ioat_status ioat_read_status(struct ioat_chan *chan, struct ioat_chan_status *result)
{
    uint64_t value;
    enum ioat_status status = IOAT_CHAN_READ(chan, CHANSTS, &value);

    if (status)
        return status;
    result->state = (unsigned)IOAT_FIELD_GET(value, CHANSTS, STATE);
    result->completed = value & IOAT_CHANSTS_COMPLETED;
    return result->state > IOAT_CHANSTS_STATE_ARMED ? IOAT_EPROTO : IOAT_OK;
}

enum ioat_status ioat_chan_status(struct ioat_chan *chan, struct ioat_chan_status *result)
{
    struct ioat_chan_status got;

    if (!result)
        return IOAT_EINVAL;
    enum ioat_status status = ioat_read_status(chan, &got);
    if (!status)
        *result = got;
    return status;
}

enum ioat_status ioat_chan_error(struct ioat_chan *chan, uint32_t *chanerr)
{
    uint64_t value;

    if (!chanerr)
        return IOAT_EINVAL;
    enum ioat_status status = IOAT_CHAN_READ(chan, CHANERR, &value);
    if (!status)
        *chanerr = (uint32_t)value;
    return status;
}

enum ioat_status ioat_rearm(struct ioat_chan *chan)
{
    return IOAT_CHAN_WRITE(chan, CHANCTRL, chan->control | IOAT_CHANCTRL_INT_DISABLE);
}

enum ioat_status ioat_clear_error(struct ioat_chan *chan)
{
    uint64_t value;
    enum ioat_status status = IOAT_CHAN_READ(chan, CHANERR, &value);

    return status || !value ? status : IOAT_CHAN_WRITE(chan, CHANERR, value);
}

enum ioat_status ioat_bring_up(struct ioat_chan *chan)
{
    struct ioat_chan_status now;
    uint64_t value;
    enum ioat_status status;

    if ((status = ioat_clear_error(chan)) ||
        (status = ioat_command(chan, IOAT_CHANCMD_RESET)) ||
        (status = ioat_read_status(chan, &now)))
        return status;
    if (now.state != IOAT_CHANSTS_STATE_HALTED)
        return IOAT_EPROTO;
    /* RESET gave up the claim; this read takes it again. */
    if ((status = IOAT_CHAN_READ(chan, CHANCTRL, &value)) || (status = ioat_rearm(chan)))
        return status;
    return IOAT_CHAN_WRITE(chan, CHANCMP, chan->word_bus);
}

/* ---- open and close ---- */

void ioat_chan_config_init(struct ioat_chan_config *config)
{
    *config = (struct ioat_chan_config){
        .ring_log2 = 8,
        .chunk_log2 = 8,
        .wait_ns = 100000000,
    };
}

static bool config_valid(const struct ioat_chan_config *config)
{
    if (IOAT_FIELD_GET(IOAT_FIELD_PUT(CHANCTRL, PRIORITY, config->priority), CHANCTRL, PRIORITY) !=
            config->priority ||
        !config->wait_ns)
        return false;
    if (config->word && ((uintptr_t)config->word % WORD_BYTES || config->word_bus % WORD_BYTES))
        return false;
    if (config->keep_word && (!config->word || config->ring_log2))
        return false;
    if (!config->ring_log2)
        return true;
    return config->ring_log2 <= RING_LOG2_MAX && config->chunk_log2 <= config->ring_log2 &&
           config->ring_log2 - config->chunk_log2 <= CHUNK_SPLIT_MAX;
}

/* Memory of a channel; ioat_chan_abandon undoes any part of it. */
static enum ioat_status allocate(struct ioat_chan *chan, const struct ioat_chan_config *config)
{
    const struct ioat_platform *platform = &chan->dev->platform;

    chan->word = config->word;
    chan->word_bus = config->word_bus;
    if (!chan->word) {
        enum ioat_status status =
            platform->dma->alloc(platform->dma_ctx, WORD_ALLOC, WORD_ALLOC, &chan->word_buf);
        if (status) {
            chan->word_buf.bytes = 0;
            return status;
        }
        chan->word = chan->word_buf.cpu;
        chan->word_bus = chan->word_buf.bus;
    }
    return config->ring_log2 ? ioat_ring_new(chan->dev, config->ring_log2, config->chunk_log2,
                                             &chan->ring)
                             : IOAT_OK;
}

/* Reading CHANCTRL sets IN_USE, so it is asked once and only here. */
static enum ioat_status claim(struct ioat_chan *chan, bool take_over)
{
    uint64_t control;
    enum ioat_status status = IOAT_CHAN_READ(chan, CHANCTRL, &control);

    if (status)
        return status;
    return control & IOAT_CHANCTRL_IN_USE && !take_over ? IOAT_ESTATE : IOAT_OK;
}

enum ioat_status ioat_chan_open(struct ioat *dev, unsigned index,
                                const struct ioat_chan_config *config, struct ioat_chan **result)
{
    struct ioat_chan_config fallback;
    enum ioat_status status;

    if (!result)
        return IOAT_EINVAL;
    *result = NULL;
    if (!config) {
        ioat_chan_config_init(&fallback);
        config = &fallback;
    }
    if (index >= dev->info.channels || !config_valid(config))
        return IOAT_EINVAL;
    if (dev->chan[index])
        return IOAT_ESTATE;

    struct ioat_chan *chan = calloc(1, sizeof *chan);
    if (!chan)
        return IOAT_ENOMEM;
    chan->dev = dev;
    chan->index = index;
    chan->wait_ns = config->wait_ns;
    chan->control = (uint16_t)(IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ANY_ERR_ABORT_EN |
                               IOAT_CHANCTRL_ERR_INT_EN | IOAT_CHANCTRL_IN_USE |
                               (config->fetch_no_snoop ? IOAT_CHANCTRL_FETCH_NO_SNOOP : 0) |
                               IOAT_FIELD_PUT(CHANCTRL, PRIORITY, config->priority));

    /* Memory first: then a failure has not touched the device. */
    if ((status = allocate(chan, config)) || (status = claim(chan, config->take_over)))
        goto fail;
    if (!config->keep_word)
        ioat_prime_word(chan);
    status = ioat_bring_up(chan);
    if (!status && chan->ring)
        status = ioat_ring_arm(chan);
    if (status) {
        /* Takes back the claim and the addresses; nothing was started. */
        IOAT_CHAN_WRITE(chan, CHANCMD, IOAT_CHANCMD_RESET);
        goto fail;
    }
    dev->chan[index] = chan;
    *result = chan;
    return IOAT_OK;

fail:
    ioat_chan_abandon(chan);
    return status;
}

enum ioat_status ioat_chan_close(struct ioat_chan *chan)
{
    if (!chan)
        return IOAT_OK;
    /* RESET clears IN_USE as well. */
    enum ioat_status status = ioat_command(chan, IOAT_CHANCMD_RESET);
    if (status && status != IOAT_EREMOVED)
        return status;
    ioat_chan_abandon(chan);
    return IOAT_OK;
}

void ioat_chan_abandon(struct ioat_chan *chan)
{
    if (!chan)
        return;
    const struct ioat_platform *platform = &chan->dev->platform;
    if (chan->dev->chan[chan->index] == chan)
        chan->dev->chan[chan->index] = NULL;
    ioat_ring_free(chan->dev, chan->ring);
    if (chan->word_buf.bytes)
        platform->dma->free(platform->dma_ctx, &chan->word_buf);
    free(chan);
}

/* ---- suspend and resume ---- */

/* Waits until the state is, or is not, SUSPENDED. HALTED always ends the wait. */
static enum ioat_status await_suspended(struct ioat_chan *chan, bool want, unsigned *state)
{
    struct ioat_pause pause;

    ioat_pause_begin(chan->dev, &pause, chan->wait_ns);
    for (;;) {
        struct ioat_chan_status now;
        enum ioat_status status = ioat_read_status(chan, &now);
        if (status)
            return status;
        *state = now.state;
        if ((now.state == IOAT_CHANSTS_STATE_SUSPENDED) == want ||
            now.state == IOAT_CHANSTS_STATE_HALTED)
            return IOAT_OK;
        if ((status = ioat_pause(chan->dev, &pause)))
            return status;
    }
}

enum ioat_status ioat_suspend(struct ioat_chan *chan)
{
    unsigned state;
    enum ioat_status status;

    if (chan->health)
        return chan->health;
    if ((status = ioat_command(chan, IOAT_CHANCMD_SUSPEND)) ||
        (status = await_suspended(chan, true, &state)) || (status = ioat_look(chan, &state)))
        return status;
    chan->suspended = true;
    return IOAT_OK;
}

enum ioat_status ioat_resume(struct ioat_chan *chan)
{
    unsigned state;
    enum ioat_status status;

    if (chan->health)
        return chan->health;
    if (!chan->suspended)
        return IOAT_ESTATE;
    if ((status = ioat_look(chan, &state)))
        return status;
    if (state != IOAT_CHANSTS_STATE_SUSPENDED)
        return IOAT_EPROTO;
    if (chan->ring && chan->ring->moved)
        status = ioat_ring_arm(chan);
    else if (!(status = IOAT_CHAN_WRITE(chan, CHANCMD, IOAT_CHANCMD_RESUME)))
        status = await_suspended(chan, false, &state);
    if (!status)
        chan->suspended = false;
    return status;
}

/* ---- chains of the caller ---- */

static bool chain_address_valid(uint64_t bus)
{
    return bus && bus % IOAT_DESC_BYTES == 0;
}

enum ioat_status ioat_list_start(struct ioat_chan *chan, uint64_t bus)
{
    enum ioat_status status;

    if (chan->ring)
        return IOAT_ESTATE;
    if (!chain_address_valid(bus))
        return IOAT_EINVAL;
    if ((status = IOAT_CHAN_WRITE(chan, CHAINADDR, bus)) ||
        (status = IOAT_CHAN_WRITE(chan, CHANCMD, IOAT_CHANCMD_START)))
        return status;
    chan->chain = IOAT_CHAIN_LIST;
    chan->health = IOAT_OK;
    chan->suspended = false;
    return IOAT_OK;
}

enum ioat_status ioat_list_append(struct ioat_chan *chan)
{
    if (chan->chain != IOAT_CHAIN_LIST)
        return IOAT_ESTATE;
    return IOAT_CHAN_WRITE(chan, CHANCMD, IOAT_CHANCMD_APPEND);
}

enum ioat_status ioat_count_start(struct ioat_chan *chan, uint64_t bus, unsigned n)
{
    enum ioat_status status;

    if (chan->ring)
        return IOAT_ESTATE;
    if (!chain_address_valid(bus) || !n || n > UINT16_MAX)
        return IOAT_EINVAL;
    if ((status = IOAT_CHAN_WRITE(chan, CHAINADDR, bus)) ||
        (status = IOAT_CHAN_WRITE(chan, DMACOUNT, n)))
        return status;
    chan->chain = IOAT_CHAIN_COUNT;
    chan->count = (uint16_t)n;
    chan->health = IOAT_OK;
    chan->suspended = false;
    return IOAT_OK;
}

enum ioat_status ioat_count_add(struct ioat_chan *chan, unsigned n)
{
    if (chan->chain != IOAT_CHAIN_COUNT)
        return IOAT_ESTATE;
    if (!n || n > UINT16_MAX)
        return IOAT_EINVAL;
    uint16_t count = (uint16_t)(chan->count + n);
    enum ioat_status status = IOAT_CHAN_WRITE(chan, DMACOUNT, count);
    if (!status)
        chan->count = count;
    return status;
}
