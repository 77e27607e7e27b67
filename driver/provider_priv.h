/* provider_priv.h - what the files of the provider share.
 *
 *   provider.c            life, registration, attributes, power
 *   provider_channel.c    allocate, free, and the six callbacks that move a channel
 *   provider_word.c       the completion word from the provider's side
 *   provider_list.c       what a 2.x list says about its end
 *   provider_interrupt.c  ISR and DPC
 *   provider_sim.c        where interrupts come from in the simulator
 *
 * Locks. Each channel has one, held in callbacks and while the DPC looks, never while NetDMA is
 * called (R-THR-3). The ISR takes none: it reads one register and queues the DPC.
 */
#ifndef PROVIDER_PRIV_H
#define PROVIDER_PRIV_H

#include "ioat.h"
#include "provider.h"

enum { PROVIDER_NAME_MAX = 127 };

struct provider_channel {
    struct provider *provider;
    unsigned index;
    unsigned interrupt_cpu;
    struct kernel_lock lock;
    struct kernel_dpc dpc;
    struct provider_stats stats;

    /* from allocate to free */
    bool allocated;
    PVOID handle;                /* NetDmaChannelHandle */
    struct ioat_chan *chan;      /* also after a free whose reset did not end */
    uint64_t *word;              /* the client's completion word */

    /* started, and neither suspended nor failed: active or idle, as CHANSTS says */
    bool started;                /* since allocate, abort, reset */
    bool suspended;
    bool failed;                 /* halted by an error */
    bool lost;                   /* a reset did not end: only another one helps */
    uint64_t word_before;        /* the word when the list was started */
    PHYSICAL_ADDRESS last;       /* that ProviderSuspendDma returned */

    /* 2.x lists */
    uint64_t tail_bus;           /* the last descriptor handed over; 0: not known */
    uint64_t next_bus;           /* its NextDescriptor; 0: not known */
    uint32_t handed;             /* handed over and not known to be done; of them, */
    uint32_t since;              /*   since the last completed one was seen_bus */
    uint64_t seen_bus;
};

struct provider {
    struct kernel *kernel;
    struct ioat_platform platform;
    struct ioat *dev;
    struct provider_config config;
    bool counted;                /* 2.x */
    uint64_t address_max;
    PVOID handle;
    WCHAR name[PROVIDER_NAME_MAX];
    unsigned channels;
    struct provider_channel channel[IOAT_CHAN_MAX];
    bool started, powered_down;
};

/* ---- provider_channel.c: the callbacks, and what power needs ---- */

NTSTATUS provider_allocate(PVOID context, PNET_DMA_CHANNEL_PARAMETERS parameters, PVOID handle,
                           PVOID *channel);
VOID provider_free(PVOID context);
NTSTATUS provider_start_dma(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus,
                            ULONG count);
NTSTATUS provider_append_dma(PVOID context, PNET_DMA_DESCRIPTOR desc, PHYSICAL_ADDRESS bus,
                             ULONG count);
NTSTATUS provider_suspend_dma(PVOID context, PPHYSICAL_ADDRESS *last);
NTSTATUS provider_resume_dma(PVOID context);
NTSTATUS provider_abort_dma(PVOID context);
NTSTATUS provider_reset_channel(PVOID context);

/* Makes the engine's channel forget everything, without a word. */
void provider_quiesce(struct provider_channel *chan);

/* ---- provider_word.c: lock held ---- */

/* The engine has stopped on an error: noted and counted once, with its cause. */
void provider_note_halt(struct provider_channel *chan);
/* The engine has stopped on an error, as far as the word in memory tells. */
bool provider_halted(struct provider_channel *chan);
/* Makes the word say that the channel stands still behind `bus`. */
void provider_store_word(struct provider_channel *chan, uint64_t bus,
                         NET_DMA_TRANSFER_STATUS status);
/* The same for a halt. bus 0: not known, and a halted word of the engine's is kept. */
void provider_store_halt(struct provider_channel *chan, uint64_t bus);

/* ---- provider_list.c: lock held; 2.x ---- */

/* `count` more descriptors from `bus` on were handed over: finds the end of the list. */
void provider_list_follow(struct provider_channel *chan, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                          ULONG count);
/* Nothing is known of the list any more. */
void provider_list_forget(struct provider_channel *chan);
/* Whether `count` more may be counted. Looks at the engine only when they might not. */
bool provider_list_room(struct provider_channel *chan, ULONG count);

/* ---- provider_interrupt.c ---- */

void provider_dpc(void *ctx);

#endif
