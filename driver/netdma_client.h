/* netdma_client.h - copies through NetDMA, for the C programmer above it.
 *
 *   NetDmaRegisterClient --> NetDmaAllocateChannel --> NetDmaChainCopy* --> ring
 *                                                                            | flush
 *   NetDmaIsDmaCopyComplete, netdma_wait, callback <-- completion word <-- provider
 *
 * The system exports these Net* functions without any public description. Their names are
 * those of the export tables; parameters, structures and rules are this project's, and
 * the netdma_* functions are additions of its own (the NetDMA sheet, section 1.3).
 *
 * A client asks for copies between chains of buffers. The library cuts them into descriptors
 * (where physical contiguity ends, at MaximumTransferSize, and with page breaks from
 * NetDMA 2.0 on), collects them and hands them to the provider. Each request gets an
 * id. Requests of a channel are carried out, and complete, in order; those of different
 * channels in any order.
 *
 * The CPU copies instead, in the same order and with the same results, whenever there is
 * no engine to do it: for a channel without provider, while the provider stops, is powered
 * down or refuses to start, and for memory that it cannot reach.
 *
 * Memory. Buffers and chain elements belong to the library from the call until the request
 * completes: keep them mapped, in place and unread. Source and destination of a request
 * may not overlap: that is not checked, and what the target holds then is not defined (A20).
 *
 * Levels: each function says which ones it allows; elsewhere it fails with
 * STATUS_UNSUCCESSFUL or does nothing, and the kernel's on_violation is told.
 * Time passes only in kernel_stall and kernel_wait: a loop that polls calls one of them
 * (netdma_platform.h).
 *
 * Every function that takes a handle: STATUS_INVALID_HANDLE when it is not live.
 */
#ifndef NETDMA_CLIENT_H
#define NETDMA_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdma.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- clients ---- */

struct netdma_client_characteristics {
    ULONG size;                  /* sizeof this */
    /* What happens to providers: all codes of NET_DMA_PNP_NOTIFICATION_CODE, with Buffer
     * NULL. The provider's handle is for NetDmaAllocateChannel. PASSIVE; may call every
     * function of this header, and free channels. May be NULL. After
     *
     *   ProviderArrival     channels can be had
     *   ChannelArrival      a channel can be had again where none was left
     *   ProviderRemoval     the provider's channels lose it when this returns; their requests end
     *                       first, later ones are copied with the CPU
     *   ProviderPowerDown   the same, until
     *   ProviderPowerUp
     *
     * Providers that are there before the client are found by enumeration only. */
    void (*notify)(PVOID client_context, PVOID provider_handle,
                   const NET_DMA_PNP_NOTIFICATION *event);
};

/* *pNetDmaClientHandle: for the calls below; NULL on failure. *Characteristics is
 * copied. PASSIVE.
 * STATUS_INVALID_PARAMETER: a pointer is NULL, or size is wrong. STATUS_RESOURCES. */
NTSTATUS NetDmaRegisterClient(PVOID ClientContext, PVOID *pNetDmaClientHandle,
                              const struct netdma_client_characteristics *Characteristics);

/* Channels that are still allocated are freed first, and that is logged. PASSIVE. */
VOID NetDmaDeregisterClient(PVOID NetDmaClientHandle);

/* ---- providers ---- */

struct netdma_provider_info {
    PVOID handle;
    UCHAR major, minor;          /* of the interface that it implements */
    UCHAR hw_major, hw_minor;    /* 0 while not started, as are the rest */
    bool started, powered_down;
    bool page_break;             /* 2.0 and later */
    bool dca;
    ULONG vendor;
    ULONG channels, channels_free;
    ULONG transfer_max;          /* bytes a descriptor */
    ULONG64 address_max;
    UNICODE_STRING name;         /* Buffer NULL before 2.0; lives until the provider deregisters */
};

/* Fills in up to Capacity entries of EntrySize = sizeof(struct netdma_provider_info), in
 * the order of registration; *pCount is the number of providers. Providers may be NULL when
 * Capacity is 0. PASSIVE.
 * STATUS_BUFFER_TOO_SMALL: there are more than Capacity. STATUS_INVALID_PARAMETER. */
NTSTATUS NetDmaEnumerateDmaProviders(PVOID NetDmaClientHandle,
                                     struct netdma_provider_info *Providers, ULONG EntrySize,
                                     ULONG Capacity, PULONG pCount);

/* ---- channels ---- */

struct netdma_channel_options {
    GROUP_AFFINITY affinity;     /* CPUs for completions; Mask 0: any. Best effort */
    ULONG priority;              /* larger first */
    bool dca;                    /* destination hints to the completion CPU, where the
                                    provider has DCA */
    bool cpu_fallback;           /* without a provider: a channel that copies with the CPU,
                                    instead of STATUS_RESOURCES */
};

/* A channel for this client alone (R-ALC-6). ProviderHandle NULL: the first provider with a free
 * channel. Options NULL: zeroes. *pNetDmaChannelHandle: NULL on failure. PASSIVE.
 * STATUS_RESOURCES: no provider has a free channel, or no memory.
 * STATUS_INVALID_PARAMETER: pointer NULL; affinity without an existing CPU.
 * STATUS_UNSUCCESSFUL: only the given provider was asked, and it refused or is not started. */
NTSTATUS NetDmaAllocateChannel(PVOID NetDmaClientHandle, PVOID ProviderHandle,
                               const struct netdma_channel_options *Options,
                               PVOID *pNetDmaChannelHandle);

/* Lets everything that was requested complete, callbacks included, then ends the channel.
 * Takes at most the interface's drain_ns; what is not done by then fails with
 * STATUS_CANCELLED. PASSIVE. */
VOID NetDmaFreeChannel(PVOID NetDmaChannelHandle);

struct netdma_channel_info {
    PVOID provider;              /* NULL: none, the CPU copies */
    ULONG cpu;                   /* where completions are handled */
    bool offload;                /* the provider gets requests: it is there, powered, working */
    ULONG descriptors;           /* of the ring */
    ULONG pending;               /* descriptors built and not handed over */
    ULONG outstanding;           /* descriptors handed over and not known to be done */
    ULONG64 starts, appends;     /* successful calls of the provider, since allocation */
    ULONG64 errors;              /* stops of the engine */
};
NTSTATUS netdma_channel_info(PVOID NetDmaChannelHandle, struct netdma_channel_info *info);

/* ---- requests ---- */

/* Number of a request in its channel: 1, 2, 3, ... */
typedef ULONG64 NET_DMA_COPY_ID;

/* A piece of memory and the next one, as an MDL describes it: `bytes` at the virtual
 * address `va`. Empty pieces are allowed. */
struct netdma_chain {
    struct netdma_chain *next;
    PVOID va;
    size_t bytes;
};

/* Called once for each request that has it, in order, at DISPATCH on the channel's CPU,
 * from a DPC of the library: never from inside a call of the client. May call everything
 * that DISPATCH allows. `status`: as NetDmaIsDmaCopyComplete. */
typedef void netdma_done_fn(PVOID context, PVOID NetDmaChannelHandle, NET_DMA_COPY_ID id,
                            NTSTATUS status);

/* Flags of a request. */
#define NETDMA_SOURCE_NO_SNOOP      NET_DMA_SOURCE_NO_SNOOP        /* the caller knows that */
#define NETDMA_DESTINATION_NO_SNOOP NET_DMA_DESTINATION_NO_SNOOP   /* caches hold none of it */
#define NETDMA_SERIALIZE            NET_DMA_SERIALIZE_TRANSFER     /* later requests read what
                                                                      this one wrote */

/* Copies Length bytes from Source + SourceOffset to Destination + DestinationOffset.
 * *pCopyId: the id (pCopyId may be NULL). Nothing moves before enough descriptors wait
 * (NetDmaSetMaxPendingDescriptors) or NetDmaFlushPendingDescriptors. Length 0 is a
 * request as well. DISPATCH or below.
 * STATUS_INVALID_PARAMETER: a chain is shorter than its offset + Length, or a page of it is
 *   not known to the kernel; nothing was requested.
 * STATUS_RESOURCES: NETDMA_REQUESTS_MAX requests are not completed or not called back. */
NTSTATUS NetDmaChainCopyVirtualToVirtual(PVOID NetDmaChannelHandle,
                                         const struct netdma_chain *Destination,
                                         size_t DestinationOffset,
                                         const struct netdma_chain *Source, size_t SourceOffset,
                                         size_t Length, NET_DMA_COPY_ID *pCopyId);

/* The same from one contiguous range of bus addresses. */
NTSTATUS NetDmaChainCopyPhysicalToVirtual(PVOID NetDmaChannelHandle,
                                          const struct netdma_chain *Destination,
                                          size_t DestinationOffset, PHYSICAL_ADDRESS Source,
                                          size_t Length, NET_DMA_COPY_ID *pCopyId);

/* A request that moves nothing and completes after all before it: a marker for a batch.
 * Done may be NULL. */
NTSTATUS NetDmaNullTransfer(PVOID NetDmaChannelHandle, netdma_done_fn *Done, PVOID Context,
                            NET_DMA_COPY_ID *pCopyId);

/* The general form. */
struct netdma_copy {
    const struct netdma_chain *destination;
    size_t destination_offset;
    const struct netdma_chain *source;   /* NULL: source_address counts */
    size_t source_offset;
    PHYSICAL_ADDRESS source_address;
    size_t length;
    ULONG flags;                 /* NETDMA_*; others: STATUS_INVALID_PARAMETER */
    netdma_done_fn *done;        /* or NULL */
    PVOID context;
};
NTSTATUS netdma_copy(PVOID NetDmaChannelHandle, const struct netdma_copy *copy,
                     NET_DMA_COPY_ID *id);

/* ---- completion ---- */

enum { NETDMA_REQUESTS_MAX = 4096 };

/* Looks at the completion word, which is all that a poll costs. It does not flush:
 * a request that was never handed over stays pending. DISPATCH or below.
 * STATUS_SUCCESS       every byte is in place
 * STATUS_PENDING
 * STATUS_UNSUCCESSFUL  the engine stopped on an error before this request was done; part of the
 *                      destination may be written
 * STATUS_CANCELLED     dropped: it was not done in time when provider or channel went away
 * STATUS_INVALID_PARAMETER  no such id; ids are remembered for NETDMA_REQUESTS_MAX later ones */
NTSTATUS NetDmaIsDmaCopyComplete(PVOID NetDmaChannelHandle, NET_DMA_COPY_ID CopyId);

/* Flushes and waits. Returns as NetDmaIsDmaCopyComplete, with STATUS_TIMEOUT after timeout_ns
 * instead of STATUS_PENDING; the request then goes on. PASSIVE. */
NTSTATUS netdma_wait(PVOID NetDmaChannelHandle, NET_DMA_COPY_ID id, uint64_t timeout_ns);

/* netdma_copy and netdma_wait in one. */
NTSTATUS netdma_copy_wait(PVOID NetDmaChannelHandle, const struct netdma_copy *copy,
                          uint64_t timeout_ns);

/* ---- batches ---- */

/* Hands everything requested so far to the provider with one Start or Append, or more
 * when the ring is full in between. DISPATCH or below. */
VOID NetDmaFlushPendingDescriptors(PVOID NetDmaChannelHandle);

/* Fetches the next free descriptor into the CPU's cache: a hint before the next request.
 * DISPATCH or below. */
VOID NetDmaPrefetchNextDescriptor(PVOID NetDmaChannelHandle);

/* How many descriptors may wait before a request flushes by itself; 1 at first: every
 * request does. 1..descriptors of the ring - 2, else STATUS_INVALID_PARAMETER. A dead
 * handle: 0. DISPATCH or below. */
ULONG NetDmaGetMaxPendingDescriptors(PVOID NetDmaChannelHandle);
NTSTATUS NetDmaSetMaxPendingDescriptors(PVOID NetDmaChannelHandle, ULONG MaxPendingDescriptors);

#ifdef __cplusplus
}
#endif

#endif
