/* provider_word.c - the completion word from the provider's side. */
#include "provider_priv.h"

#include "barrier.h"

static uint64_t load(const struct provider_channel *chan)
{
    return __atomic_load_n(chan->word, __ATOMIC_RELAXED);
}

static bool says(uint64_t word, NET_DMA_TRANSFER_STATUS status)
{
    return (word & NET_DMA_TRANSFER_STATUS_MASK) == (uint64_t)status;
}

void provider_note_halt(struct provider_channel *chan)
{
    if (chan->failed)
        return;
    chan->failed = true;
    chan->stats.errors++;
    ioat_chan_error(chan->chan, &chan->stats.chanerr);   /* a device that is gone: as it was */
}

bool provider_halted(struct provider_channel *chan)
{
    uint64_t word = load(chan);
    struct ioat_chan_status now;

    if (chan->failed || !says(word, NetDmaTransferStatusHalted))
        return chan->failed;
    /* An old word may look like a new one; only then the engine is asked. */
    if (word != chan->word_before || (!ioat_chan_status(chan->chan, &now) &&
                                      now.state == IOAT_CHANSTS_STATE_HALTED))
        provider_note_halt(chan);
    return chan->failed;
}

void provider_store_word(struct provider_channel *chan, uint64_t bus,
                         NET_DMA_TRANSFER_STATUS status)
{
    uint64_t word = bus | (uint64_t)status;

    if (load(chan) == word)
        return;
    chan->stats.words++;
    ioat_store_barrier();
    __atomic_store_n(chan->word, word, __ATOMIC_RELAXED);
}

void provider_store_halt(struct provider_channel *chan, uint64_t bus)
{
    uint64_t word = load(chan);

    if (bus || word == chan->word_before || !says(word, NetDmaTransferStatusHalted))
        provider_store_word(chan, bus, NetDmaTransferStatusHalted);
}
