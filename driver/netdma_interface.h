/* netdma_interface.h - the NetDMA interface library as an object: make it, watch it,
 * drive a channel by hand.
 *
 *   netdma.h          what a provider calls   \
 *   netdma_client.h   what a client calls      >  act on the current interface
 *   netdma_raw_*      what a test calls       /
 *
 * A program opens one interface on one kernel, and all documented functions use it. Tests
 * close it and open another: nothing survives in between.
 */
#ifndef NETDMA_INTERFACE_H
#define NETDMA_INTERFACE_H

#include <stdbool.h>

#include "netdma.h"
#include "netdma_platform.h"

#ifdef __cplusplus
extern "C" {
#endif

struct netdma_interface;

/* ---- watching ---- */

/* Calls between library and providers, in both directions. */
enum netdma_call_kind {
    /* library to provider */
    NETDMA_CALL_SET_AFFINITY,
    NETDMA_CALL_ALLOCATE,
    NETDMA_CALL_FREE,
    NETDMA_CALL_START,
    NETDMA_CALL_APPEND,
    NETDMA_CALL_SUSPEND,
    NETDMA_CALL_RESUME,
    NETDMA_CALL_ABORT,
    NETDMA_CALL_RESET,
    /* provider to library */
    NETDMA_CALL_REGISTER,
    NETDMA_CALL_DEREGISTER,
    NETDMA_CALL_PROVIDER_START,
    NETDMA_CALL_PROVIDER_STOP,
    NETDMA_CALL_ISR,
    NETDMA_CALL_INTERRUPT_DPC,
    NETDMA_CALL_PNP_EVENT,
    NETDMA_CALL_N
};

/* Reported twice: before the call (returned false) and after it. */
struct netdma_call {
    enum netdma_call_kind kind;
    const char *name;            /* documented name: "ProviderStartDma", "NetDmaIsr" */
    bool returned;
    NTSTATUS status;             /* when returned and the call has one */
    PVOID provider;              /* NetDmaProviderHandle, or NULL */
    PVOID channel;               /* NetDmaChannelHandle, or NULL */
    PNET_DMA_DESCRIPTOR desc;    /* Start, Append: the first one */
    uint64_t address;            /* its bus address; Suspend: the last descriptor; Isr,
                                    InterruptDpc: the argument; PnP: the code */
    ULONG count;                 /* Start, Append: descriptors; Allocate, Isr: CPU */
    enum kernel_irql irql;
    unsigned cpu;
    uint64_t time_ns;
};

/* ---- life ---- */

struct netdma_interface_config {
    struct kernel *kernel;       /* outlives the interface */
    unsigned major, minor;       /* 1.0, 1.1, 2.0 or 2.1: what NetDmaGetVersion says */
    unsigned ring_log2;          /* log2 of a channel's descriptors, 3..15 */
    bool split_pages;            /* cut copies at every page, contiguous or not */
    uint64_t drain_ns;           /* bound of each wait for outstanding work */
    uint64_t grace_ns;           /* NetDmaInterruptDpc(0) without a halted word: patience */
    uint64_t retry_ns;           /* pause after STATUS_RESOURCES of a start, */
    unsigned retries;            /*   and how often */
    /* One line of text, without newline, for everything that is ignored or repaired. NULL:
     * stderr. */
    void (*on_log)(void *ctx, const char *text);
    void *on_log_ctx;
    /* Every call, in order. May call nothing of the library. NULL: none. */
    void (*on_call)(void *ctx, const struct netdma_call *call);
    void *on_call_ctx;
};

/* Version 2.1, 256 descriptors, 1 s, 10 ms, 10 us, 100 times; no kernel. */
void netdma_interface_config_init(struct netdma_interface_config *config);

/* Makes an interface and makes it current. IOAT_EINVAL; IOAT_ENOMEM; IOAT_ESTATE: there
 * is a current one. On failure *interface is NULL. */
enum ioat_status netdma_interface_open(const struct netdma_interface_config *config,
                                       struct netdma_interface **interface);

/* Deregisters what is left, clients first, and frees everything. PASSIVE. NULL is a
 * no-op. */
void netdma_interface_close(struct netdma_interface *interface);

/* The one that the documented functions act on, or NULL. */
struct netdma_interface *netdma_interface_current(void);
struct kernel *netdma_interface_kernel(struct netdma_interface *interface);

/* What NetDMA counts, since open. */
struct netdma_interface_stats {
    uint64_t ignored;            /* dead handles, bad events: everything "ignored and logged" */
    uint64_t distrusted;         /* completion words that name nothing outstanding */
    uint64_t alien_status;       /* callback results outside the documented set */
    uint64_t errors;             /* channels that stopped on an error */
    uint64_t cpu_bytes;          /* bytes copied with the CPU */
    uint64_t engine_bytes;       /* bytes copied by providers, as far as known to be done */
    uint64_t interrupts;         /* NetDmaIsr */
    uint64_t dpcs;               /* NetDmaInterruptDpc */
};
void netdma_interface_stats(const struct netdma_interface *interface,
                            struct netdma_interface_stats *stats);

/* ---- run-time lookup ---- */

/* NdisGetRoutineAddress for "NetDmaGetVersion" and "NetDmaPnPEventNotify": NULL when the
 * interface is 1.0, or the name is another one (R-VER-3). It differs from the documented
 * function in returning a function pointer. Cast the result to the routine's type. */
typedef VOID (*NETDMA_ROUTINE)(VOID);
NETDMA_ROUTINE NdisGetRoutineAddress(PUNICODE_STRING SystemRoutineName);

/* ---- a channel by hand ----
 *
 * For tests of providers and for tools: a channel without ring, requests and recovery.
 * The caller builds lists, owns the completion word and calls the provider through
 * netdma_raw_*, which add nothing but the checks of levels and the reports to on_call:
 * any argument in any state goes through. A callback that is NULL is not called:
 * STATUS_INVALID_PARAMETER, which no provider may return. */

struct netdma_raw_events {
    /* NetDmaIsr, at DIRQL. */
    void (*isr)(void *ctx, uint64_t descriptor);
    /* NetDmaInterruptDpc, at DISPATCH. */
    void (*dpc)(void *ctx, uint64_t descriptor);
    /* The provider stops or is powered down or up (the notification code), at PASSIVE. A
     * removed channel is freed when this returns; nothing may be outstanding then. */
    void (*provider)(void *ctx, NET_DMA_PNP_NOTIFICATION_CODE code);
    void *ctx;                   /* any of the three may be NULL */
};

/* AllocateDmaChannel with exactly *parameters, CpuNumber included, which comes back.
 * *channel: for the functions below; NULL on failure. PASSIVE. Returns the provider's
 * result, or STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER (not started) or
 * STATUS_RESOURCES (no memory). */
struct netdma_raw;
NTSTATUS netdma_raw_allocate(PVOID provider_handle, PNET_DMA_CHANNEL_PARAMETERS parameters,
                             const struct netdma_raw_events *events, struct netdma_raw **channel);
/* FreeDmaChannel and the end of *channel. Must be called, also after a removal. PASSIVE. */
void netdma_raw_free(struct netdma_raw *channel);

NTSTATUS netdma_raw_start(struct netdma_raw *channel, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                          ULONG count);
NTSTATUS netdma_raw_append(struct netdma_raw *channel, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                           ULONG count);
/* *last: what stands behind the pointer afterwards (A3); unchanged on failure. */
NTSTATUS netdma_raw_suspend(struct netdma_raw *channel, uint64_t *last);
NTSTATUS netdma_raw_resume(struct netdma_raw *channel);
NTSTATUS netdma_raw_abort(struct netdma_raw *channel);
NTSTATUS netdma_raw_reset(struct netdma_raw *channel);

/* The NetDmaChannelHandle that the provider holds; NULL after a removal. */
PVOID netdma_raw_handle(const struct netdma_raw *channel);

#ifdef __cplusplus
}
#endif

#endif
