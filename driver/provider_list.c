/* provider_list.c - what a 2.x list says about its end.
 *
 * The engine counts and never looks whether an append fits, so the provider does: where
 * the list goes on (R-APP-8), and that never more than DMACOUNT can tell apart is under way.
 * Descriptors are read through the kernel's map; where it knows nothing, nothing is
 * checked. Every walk has a bound.
 */
#include "provider_priv.h"

enum { COUNT_MAX = UINT16_MAX };
_Static_assert(IOAT_DMACOUNT_BITS == 16, "COUNT_MAX is what DMACOUNT holds");

static const NET_DMA_DESCRIPTOR *descriptor(const struct provider_channel *chan, uint64_t bus)
{
    void *cpu;

    if (!bus || bus % sizeof(NET_DMA_DESCRIPTOR) ||
        kernel_to_cpu(chan->provider->kernel, bus, sizeof(NET_DMA_DESCRIPTOR), &cpu) <
            sizeof(NET_DMA_DESCRIPTOR))
        return NULL;
    return cpu;
}

void provider_list_forget(struct provider_channel *chan)
{
    chan->tail_bus = chan->next_bus = chan->seen_bus = 0;
    chan->handed = chan->since = 0;
}

/* What was handed over since the last completed one changed is certainly not done. */
static void see(struct provider_channel *chan, uint64_t completed)
{
    if (completed == chan->seen_bus)
        return;
    chan->seen_bus = completed;
    chan->since = 0;
}

void provider_list_follow(struct provider_channel *chan, PNET_DMA_DESCRIPTOR first, uint64_t bus,
                          ULONG count)
{
    const NET_DMA_DESCRIPTOR *desc = first;

    chan->handed += count;
    chan->since += count;
    for (; count > 1 && desc; count--) {
        bus = (uint64_t)desc->NextDescriptor.QuadPart;
        desc = descriptor(chan, bus);
    }
    chan->tail_bus = desc ? bus : 0;
    chan->next_bus = desc ? (uint64_t)desc->NextDescriptor.QuadPart : 0;
}

/* Descriptors behind the last completed one, up to the tail. False: they cannot be counted. */
static bool count_again(struct provider_channel *chan)
{
    struct ioat_chan_status now;
    uint32_t n = 0;

    if (ioat_chan_status(chan->chan, &now))
        return false;
    if (now.state == IOAT_CHANSTS_STATE_IDLE) {
        chan->handed = chan->since = 0;
        return true;
    }
    see(chan, now.completed);
    /* At least one step: in a ring the last completed one may be the tail, a lap ago. */
    uint64_t bus = now.completed;
    do {
        const NET_DMA_DESCRIPTOR *desc = descriptor(chan, bus);
        if (!desc || n++ == chan->handed)
            return false;
        bus = (uint64_t)desc->NextDescriptor.QuadPart;
    } while (bus != chan->tail_bus);
    /* A ring that is handed over more than once, against R-CH2-4, looks short. */
    chan->handed = n > chan->since ? n : chan->since;
    return true;
}

bool provider_list_room(struct provider_channel *chan, ULONG count)
{
    if (count > COUNT_MAX)
        return false;
    see(chan, ioat_word(chan->chan).completed);
    if (chan->handed <= COUNT_MAX - count)
        return true;
    return count_again(chan) && chan->handed <= COUNT_MAX - count;
}
