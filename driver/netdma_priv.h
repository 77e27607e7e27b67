/* netdma_priv.h - what the files of the NetDMA library share.
 *
 *   netdma_exports.c        documented functions: levels, reports, the current interface
 *   netdma_interface.c      the object, its log and counters
 *   netdma_handle.c         handles
 *   netdma_provider_side.c  register, start, stop, deregister
 *   netdma_notify.c         what clients are told; power
 *   netdma_port.c           a provider's channel: its callbacks, called one way
 *   netdma_raw.c            a channel by hand
 *   netdma_client.c         clients, channels, requests as a client sees them
 *   netdma_channel.c        a channel's life: memory, drain, removal, power
 *   netdma_service.c        the one place that moves a channel forward
 *   netdma_submit.c         lists to the provider: start, append, restart, recovery
 *   netdma_complete.c       completion word, results, callbacks
 *   netdma_ring.c           requests into descriptors
 *   netdma_cursor.c         chains into pieces; the copy with the CPU
 *
 *   client      channel          port         provider
 *     1 ------ n   1 ------------ 1   n ------ 1
 *                  raw ---------- 1   n ------ 1
 *
 * Locks. Each channel has one, held for bookkeeping only: never while a provider or a
 * client is called (R-THR-3). NetDmaIsr and NetDmaInterruptDpc take none; they leave a
 * note and queue the channel's DPC. `serving` keeps callbacks of a channel from
 * overlapping: whoever finds it set leaves `again` and goes away (R-THR-2).
 */
#ifndef NETDMA_PRIV_H
#define NETDMA_PRIV_H

#include "netdma_client.h"
#include "netdma_interface.h"

enum {
    NETDMA_DESC_BYTES = sizeof(NET_DMA_DESCRIPTOR),
    NETDMA_PAGE = 4096,          /* of the page-break flags */
    NETDMA_GROUP_CPUS = 64,
    NETDMA_CHANNELS_MAX = 65536, /* of one provider */
    NETDMA_PLACES = NETDMA_REQUESTS_MAX + 1,     /* for requests, finished ones too */
};

#define NETDMA_VERSION(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor))
enum {
    NETDMA_1_0 = 0x00010000,
    NETDMA_1_1 = 0x00010001,
    NETDMA_2_0 = 0x00020000,
    NETDMA_2_1 = 0x00020001,
};

struct netdma_provider;
struct netdma_channel;
struct netdma_client;

/* ---- handles ---- */

enum netdma_kind {
    NETDMA_KIND_FREE,
    NETDMA_KIND_PROVIDER,
    NETDMA_KIND_PORT,            /* NetDmaChannelHandle as a provider holds it */
    NETDMA_KIND_CLIENT,
    NETDMA_KIND_CHANNEL,         /* as a client holds it */
};

struct netdma_handle_slot {
    enum netdma_kind kind;
    uint64_t generation;         /* uses of the slot so far */
    void *object;
};

struct netdma_handles {
    struct netdma_handle_slot *slot;
    size_t n;
};

/* A new handle, odd and never dereferenced; NULL: no memory. */
PVOID netdma_handle_new(struct netdma_interface *iface, enum netdma_kind kind, void *object);
/* From now on the handle is dead. NULL: nothing. */
void netdma_handle_end(struct netdma_interface *iface, PVOID handle);
/* The object, or NULL. iface may be NULL. */
void *netdma_handle_get(const struct netdma_interface *iface, enum netdma_kind kind,
                        PVOID handle);
/* The same; a dead handle is logged as `where`. */
void *netdma_handle_need(struct netdma_interface *iface, enum netdma_kind kind, PVOID handle,
                         const char *where);

/* ---- the interface ---- */

struct netdma_interface {
    struct netdma_interface_config config;
    struct kernel *kernel;
    uint32_t version;
    struct netdma_handles handles;
    struct netdma_provider *providers;   /* in order of registration */
    struct netdma_client *clients;       /* likewise */
    uint64_t numbers;            /* clients and ports so far: their numbers */
    struct netdma_interface_stats stats;
};

/* One line of log. _ignored also counts. */
void netdma_log(struct netdma_interface *iface, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void netdma_ignored(struct netdma_interface *iface, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fills in name, level, CPU and time of a call and reports it. */
void netdma_report_call(struct netdma_interface *iface, struct netdma_call call);

/* ---- providers ---- */

enum netdma_provider_state { NETDMA_REGISTERED, NETDMA_STARTED, NETDMA_STOPPING };

struct netdma_provider {
    struct netdma_interface *iface;
    struct netdma_provider *next;
    PVOID handle;
    PVOID context;
    NET_DMA_PROVIDER_CHARACTERISTICS ops;
    uint32_t version;            /* NETDMA_VERSION */
    NET_DMA_PROVIDER_ATTRIBUTES attributes;      /* while started */
    enum netdma_provider_state state;
    bool powered_down;
    struct netdma_port *ports;   /* its allocated channels */
    ULONG used;                  /* how many */
    WCHAR *name;                 /* FriendlyName's copy */
};

NTSTATUS netdma_provider_register(struct netdma_interface *iface, PVOID context,
                                  const NET_DMA_PROVIDER_CHARACTERISTICS *ops, PVOID *handle);
void netdma_provider_deregister(struct netdma_provider *provider);
void netdma_provider_start(struct netdma_provider *provider,
                           const NET_DMA_PROVIDER_ATTRIBUTES *attributes);
void netdma_provider_stop(struct netdma_provider *provider);
/* Can give out another channel. */
bool netdma_provider_free(const struct netdma_provider *provider);

/* ---- notify ---- */

/* To every client, at PASSIVE. */
void netdma_notify(struct netdma_interface *iface, NET_DMA_PNP_NOTIFICATION_CODE code,
                   PVOID provider_handle);
void netdma_power_event(struct netdma_provider *provider, const NET_DMA_PNP_NOTIFICATION *event);

/* ---- ports ---- */

/* What happens to a provider's channel, told to whoever uses it. */
struct netdma_port_ops {
    void (*isr)(void *owner, uint64_t descriptor);       /* DIRQL */
    void (*dpc)(void *owner, uint64_t descriptor);       /* DISPATCH */
    /* The rest at PASSIVE. leave: no new work for the provider from now on. */
    void (*leave)(void *owner);
    /* Ends what is outstanding. remove: the port is closed after it. */
    void (*remove)(void *owner);
    void (*power_down)(void *owner);
    void (*power_up)(void *owner);
};

struct netdma_port {
    struct netdma_interface *iface;
    struct netdma_provider *provider;    /* NULL: closed */
    struct netdma_port *next;    /* of the provider */
    uint64_t number;             /* rises along the list */
    PVOID handle;                /* NetDmaChannelHandle */
    PVOID context;               /* ProviderChannelContext */
    ULONG cpu;
    const struct netdma_port_ops *ops;
    void *owner;
};

/* AllocateDmaChannel. On failure the port is closed. */
NTSTATUS netdma_port_open(struct netdma_port *port, struct netdma_provider *provider,
                          PNET_DMA_CHANNEL_PARAMETERS parameters,
                          const struct netdma_port_ops *ops, void *owner);
/* FreeDmaChannel; the handle dies. Closed: nothing. */
void netdma_port_close(struct netdma_port *port);

/* The callbacks, with checks and reports. Level: the caller's. A NULL callback:
 * STATUS_INVALID_PARAMETER. */
NTSTATUS netdma_port_start(struct netdma_port *port, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                           ULONG count);
NTSTATUS netdma_port_append(struct netdma_port *port, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                            ULONG count);
NTSTATUS netdma_port_suspend(struct netdma_port *port, uint64_t *last);
NTSTATUS netdma_port_resume(struct netdma_port *port);
NTSTATUS netdma_port_abort(struct netdma_port *port);
NTSTATUS netdma_port_reset(struct netdma_port *port);
/* SetDmaChannelCpuAffinity, while the provider registers. */
NTSTATUS netdma_port_affinity(struct netdma_provider *provider,
                              PNET_DMA_CHANNEL_CPU_AFFINITY array, ULONG bytes);

/* ---- clients ---- */

struct netdma_client {
    struct netdma_interface *iface;
    struct netdma_client *next;
    uint64_t number;             /* rises along the list */
    PVOID handle;
    PVOID context;
    struct netdma_client_characteristics ops;
    struct netdma_channel *channels;
};

/* ---- cursors ---- */

/* A place in a chain, or in a range of bus addresses. */
struct netdma_cursor {
    const struct netdma_chain *link;     /* NULL: physical, or the chain ended */
    uint64_t at;                 /* bytes into link; physical: the bus address */
    bool physical;
};

struct netdma_cursor netdma_cursor_chain(const struct netdma_chain *chain, size_t offset);
struct netdma_cursor netdma_cursor_bus(uint64_t bus);
/* Bytes at the cursor that are contiguous on the bus, up to max; 0: not known, or the end.
 * `split`: none beyond the end of a page. */
size_t netdma_cursor_piece(const struct kernel *kernel, const struct netdma_cursor *cursor,
                           size_t max, bool split, uint64_t *bus);
void netdma_cursor_skip(struct netdma_cursor *cursor, size_t bytes);

/* Whether `bytes` from the cursor are all known, and whether all lie at or below
 * address_max. */
enum netdma_reach { NETDMA_REACH_ALL, NETDMA_REACH_CPU, NETDMA_REACH_NONE };
enum netdma_reach netdma_cursor_reach(const struct kernel *kernel, struct netdma_cursor cursor,
                                      size_t bytes, uint64_t address_max);

/* With the CPU. False: something is not known any more. */
bool netdma_cursor_copy(const struct kernel *kernel, struct netdma_cursor dst,
                        struct netdma_cursor src, size_t bytes);

/* ---- requests and channels ---- */

struct netdma_request {
    struct netdma_cursor dst, src;
    size_t length;
    ULONG flags;                 /* ControlFlags of all of its descriptors */
    NTSTATUS status;             /* of what is known to have failed; finished: the result */
    uint64_t end;                /* built: its last descriptor lies before this position */
    netdma_done_fn *done;
    PVOID context;
    bool cpu;                    /* not for the engine */
};

/* Positions in the ring count up for ever; position p lies in slot p % slots.
 *
 *        tail          issued         head
 *   ------|-- at the ----|-- pending --|-- free --
 *             provider
 *
 * Two slots always stay free. The one before tail is the last that was processed: the engine may
 * read it again at an append (R-APP-6). The other one is for a marker.
 *
 * Requests have a ring of their own: request n lies at n % NETDMA_PLACES, also when it is
 * finished, for its result, until request n + NETDMA_PLACES needs the place.
 *
 *       reported          done             built          next
 *   ------|-- call back ---|-- in the ring --|-- waiting ---|
 */
struct netdma_channel {
    struct netdma_interface *iface;
    struct netdma_client *client;
    struct netdma_channel *next; /* of the client */
    PVOID handle;
    struct netdma_port port;
    struct kernel_lock lock;
    struct kernel_dpc dpc;

    /* what the provider takes */
    bool counted;                /* 2.x list */
    bool page_break;
    bool context;                /* wants Context Change descriptors, */
    bool dca;                    /*   and the client wants hints */
    uint32_t transfer_max;
    uint64_t address_max;

    /* memory: ring, service descriptors, completion word, target of NULL transfers */
    struct dma_buf memory;
    NET_DMA_DESCRIPTOR *desc;
    uint64_t desc_bus;
    unsigned slots;              /* of the ring; 0: none */
    uint64_t *word;
    uint64_t word_bus, scratch_bus;
    uint64_t word_seen;

    uint64_t tail, issued, head;
    uint64_t exposed;            /* issued, or more: linked by an append that failed */
    uint64_t int_end;            /* last position with an interrupt, + 1 */
    PNET_DMA_DESCRIPTOR last;    /* the last one at the provider, to be linked (1.x) */

    bool offload;                /* new requests go to the provider */
    bool started;                /* an append is legal */
    bool context_due;            /* a Context Change has to go first */
    bool null_due;               /* a start with a NULL transfer is due, */
    bool null_sent;              /*   is under way, */
    bool null_drops;             /*   and everything at the provider is dropped by it */
    unsigned null_turn;          /* which of the two */
    bool append_failed;          /* wait until the provider is done, then start */
    bool halted;                 /* an error was seen */
    bool poked;                  /* NetDmaInterruptDpc(0) came */
    bool wedged;                 /* could not be stopped: its memory may still be in use */
    unsigned start_failures, resources_failures;
    uint64_t null_tail, null_since_ns;   /* 1.0: tail at the last restart, and since when */
    bool grace;                  /* grace_timer runs, */
    uint64_t grace_tail;         /*   since tail was here */
    struct kernel_timer grace_timer, retry_timer;

    bool serving, again;
    bool flush;                  /* everything that waits goes to the provider */
    ULONG max_pending;

    NET_DMA_COPY_ID reported, done, built, next_id;
    bool begun;                  /* request `built` is in the ring up to here: */
    struct netdma_cursor dst, src;
    size_t left;                 /*   bytes that are not in descriptors */
    struct netdma_request request[NETDMA_PLACES];

    uint64_t starts, appends, errors;
};

/* ---- netdma_channel.c ---- */

/* Opens the channel's port; on failure it is as before: the CPU copies. */
NTSTATUS netdma_channel_attach(struct netdma_channel *chan, struct netdma_provider *provider,
                               PNET_DMA_CHANNEL_PARAMETERS parameters, bool dca);
struct netdma_channel *netdma_channel_new(struct netdma_interface *iface);
/* Waits, closes the port and frees everything. */
void netdma_channel_free(struct netdma_channel *chan);

/* ---- netdma_service.c ---- */

/* Moves the channel as far as it goes now. DISPATCH or below, lock not held. */
void netdma_service(struct netdma_channel *chan);
/* Nothing is at the provider or on its way there. */
bool netdma_quiet(const struct netdma_channel *chan);

/* ---- netdma_submit.c: lock held; released around calls of the provider ---- */

/* Hands over what is due. True when the state changed. */
bool netdma_submit(struct netdma_channel *chan);
/* Everything that is not finished gets the status, and the provider is made ready for a
 * start. running: it may be at work, and then it has to obey. */
void netdma_fail(struct netdma_channel *chan, NTSTATUS status, bool running);
/* The provider forgets everything: its context may be lost, a start is due. */
void netdma_forget(struct netdma_channel *chan);

/* ---- netdma_complete.c: lock held ---- */

/* Reads the completion word. True when something changed. */
bool netdma_look(struct netdma_channel *chan);
/* What the channel finds in its word before the engine writes. */
void netdma_prime_word(struct netdma_channel *chan);
struct netdma_request *netdma_request(struct netdma_channel *chan, NET_DMA_COPY_ID id);
/* Requests that are not in the ring, or not all of the first one. */
bool netdma_waiting(const struct netdma_channel *chan);
/* Ends request `done`. */
void netdma_finish(struct netdma_channel *chan, NTSTATUS status);
/* The DPC: service, then callbacks. Lock not held. */
void netdma_channel_dpc(void *ctx);
/* Calls back what is due at entry; lock not held. */
void netdma_report_done(struct netdma_channel *chan);

/* ---- netdma_ring.c: lock held ---- */

uint64_t netdma_slot_bus(const struct netdma_channel *chan, uint64_t position);
PNET_DMA_DESCRIPTOR netdma_slot(const struct netdma_channel *chan, uint64_t position);
/* Puts open requests into the ring, as far as there is room. True when it did. */
bool netdma_build(struct netdma_channel *chan);
/* Whether more descriptors do not fit. */
bool netdma_ring_full(const struct netdma_channel *chan);
/* Makes the last descriptor, or a marker, interrupt: somebody waits for room. */
void netdma_want_interrupt(struct netdma_channel *chan);
/* Joins what is pending to a 1.x list that ends with 0. */
void netdma_link(struct netdma_channel *chan);
/* Descriptors in memory: the ring and the service list. */
unsigned netdma_descriptors(const struct netdma_channel *chan);
/* Writes the service list: Context Change when due, NULL transfer when asked for. It goes
 * on at position `next`, but a 1.x list ends with the NULL transfer. Returns the number of
 * descriptors; *first is the first one, that at `next` when there are none. */
ULONG netdma_service_list(struct netdma_channel *chan, bool null, uint64_t next,
                          PNET_DMA_DESCRIPTOR *first);
/* The NULL transfer of the last such list. */
PNET_DMA_DESCRIPTOR netdma_service_null(const struct netdma_channel *chan);
uint64_t netdma_desc_bus(const struct netdma_channel *chan, const NET_DMA_DESCRIPTOR *desc);

#endif
