/* netdma_rig.h - the NetDMA library between a client and scripted providers.
 *
 *   test --> client calls --> library --> callbacks --> fake: engine in C, in time
 *     ^                          |                        |
 *     +--- nrig.event, done -----+<-- NetDmaIsr, -Dpc ----+
 *
 * A fake executes descriptors byte by byte as the NetDMA sheet says, writes completion
 * words, interrupts, and does on request what a provider may do: be late, refuse, fail.
 * It judges everything it is given: a callback or a descriptor that the sheet forbids
 * fails the test at once. Broken kernel rules fail it too, unless the test expects them.
 * With NRIG_TRACE=1 in the environment callbacks and log lines are printed.
 */
#ifndef NETDMA_RIG_H
#define NETDMA_RIG_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "netdma_client.h"
#include "netdma_interface.h"

enum {
    NRIG_BYTES = 1 << 19,        /* of each buffer */
    NRIG_PAGE = 4096,
    NRIG_FAKES = 6,
    NRIG_CHANNELS = 8,           /* of a fake, at most */
    NRIG_CALLS = 8192,           /* that are recorded */
    NRIG_EVENTS = 256,
    NRIG_MS = 1000000,           /* ns */
};

/* ---- scripted providers ---- */

enum fake_state { FAKE_READY, FAKE_ACTIVE, FAKE_IDLE, FAKE_SUSPENDED, FAKE_HALTED };

struct fake_desc {
    uint64_t bus;
    NET_DMA_DESCRIPTOR desc;     /* as it was when it was handed over */
};

struct fake_channel {
    struct fake *fake;
    unsigned index;
    bool allocated;
    bool inside;                 /* a callback is running */
    PVOID handle;                /* NetDmaChannelHandle */
    NET_DMA_CHANNEL_PARAMETERS parameters;
    uint64_t word_at_allocation;
    unsigned interrupt_cpu;      /* from SetDmaChannelCpuAffinity */
    unsigned dpc_cpu;            /* where the newest DPC ran */

    enum fake_state state;
    bool started;                /* since allocate, abort, reset and power-up */
    bool error;
    bool reporting;              /* the newest descriptor asked for a status (A2) */
    bool context;                /* took a context change since allocate, reset, power-up */
    uint32_t apic_id;            /* of the newest one */
    uint64_t next;               /* bus address of the next descriptor */
    uint64_t left;               /* 2.x: counted and not run */
    uint64_t last;               /* last completed, 0: none */
    uint64_t due_ns;             /* when the current descriptor is done */
    PHYSICAL_ADDRESS suspended_at;
    struct fake_desc *desc;      /* handed over since allocation, without dropped ones */
    size_t desc_n, desc_room;
    size_t ran;                  /* how many of them were executed */
    struct kernel_interrupt interrupt;
    struct kernel_dpc dpc;

    /* The script: the test sets these. */
    bool hold;                   /* the engine stands still */
    bool silent;                 /* interrupts are lost */
    bool quiet;                  /* an error writes no word */
    unsigned fail_in;            /* n: the n-th descriptor from here fails */
    unsigned refuse_starts, refuse_appends;      /* so many fail */
    NTSTATUS refusal;            /* with this; 0: STATUS_UNSUCCESSFUL */
};

struct fake_call {
    enum netdma_call_kind kind;
    unsigned channel;            /* index; 0 for SetDmaChannelCpuAffinity */
    uint64_t address;
    ULONG count;
    NTSTATUS result;
    enum kernel_irql irql;
    uint64_t time_ns;
};

struct fake {
    struct nrig *rig;
    NET_DMA_PROVIDER_CHARACTERISTICS characteristics;    /* as registered; may be changed before */
    NET_DMA_PROVIDER_ATTRIBUTES attributes;              /* as started */
    WCHAR name[32];
    PVOID handle;
    bool counted;                /* 2.x */
    bool started;
    bool powered;
    unsigned calls;              /* callbacks so far, all kinds */
    struct fake_channel channel[NRIG_CHANNELS];
    NET_DMA_CHANNEL_CPU_AFFINITY affinity[NRIG_CHANNELS];
    ULONG affinity_bytes;

    /* The script. */
    uint64_t desc_ns;            /* time a descriptor takes; 0: done before Start and Append return */
    bool dpc_inside;             /* Start and Append call NetDmaInterruptDpc before they return */
    uint64_t stall_ns;           /* Start and Append take that long */
    bool lax;                    /* judges nothing: for channels by hand */
    NTSTATUS affinity_result, allocate_result;
    bool leak_level;             /* Start returns at a raised level */
    bool suspend_in_place;       /* stores through the pointer, instead of moving it (A3) */
    uint64_t noise;              /* that is added to all completion words */
    /* Called at the head of every callback. */
    void (*spy)(struct fake *fake, enum netdma_call_kind kind, void *ctx);
    void *spy_ctx;
};

/* ---- the rig ---- */

struct nrig_config {
    struct kernel_config kernel;
    struct netdma_interface_config iface;
};

struct nrig_event {
    PVOID context, provider;
    NET_DMA_PNP_NOTIFICATION event;
    enum kernel_irql irql;
    uint64_t time_ns;
    unsigned calls;              /* recorded calls before it */
};

struct nrig {
    struct kernel *kernel;
    struct netdma_interface *iface;
    PVOID client;
    struct fake fake[NRIG_FAKES];
    unsigned fakes;
    struct fake_call call[NRIG_CALLS];
    unsigned calls;
    struct nrig_event event[NRIG_EVENTS];
    unsigned events;
    void (*on_event)(struct nrig *rig, const struct nrig_event *event);
    bool talks;                  /* NRIG_TRACE is set: every callback and log line goes to stderr */
    unsigned logs;
    char log[256];               /* the newest line */
    bool tolerant;               /* violations are counted, and do not fail the test */
    unsigned violations;
    enum kernel_rule rule;       /* of the newest one */
    char where[64];
    /* Contiguous on the bus; scattered page by page. shadow: what dst must hold. */
    struct dma_buf src, dst, wide_src, wide_dst;
    struct netdma_chain src_chain, dst_chain, wide_src_chain, wide_dst_chain;
    uint8_t *shadow, *wide_shadow;
};

/* Kernel and interface at their defaults, with the rig's handlers. */
struct nrig_config nrig_config(void);
/* config NULL: the default. One rig in a process. */
struct nrig *nrig_open(const struct nrig_config *config);
/* Closes the interface with whatever is left, and checks that everything was freed. */
void nrig_close(struct nrig *rig);

/* A provider of that version: 4 channels, 64 KiB a descriptor, the whole address space, all callbacks,
 * 1000 ns a descriptor. Not registered. */
struct fake *fake_new(struct nrig *rig, unsigned major, unsigned minor);
NTSTATUS fake_register(struct fake *fake);
void fake_start(struct fake *fake);
/* fake_new, fake_register, fake_start. */
struct fake *fake_up(struct nrig *rig, unsigned major, unsigned minor);
void fake_stop(struct fake *fake);
void fake_deregister(struct fake *fake);
void fake_power(struct fake *fake, bool up);     /* with NetDmaPnPEventNotify, and context lost */
/* NetDmaPnPEventNotify with that code, and nothing else. */
void fake_event(struct fake *fake, ULONG code);
/* The channel with this NetDmaChannelHandle. */
struct fake_channel *fake_channel(struct fake *fake, PVOID handle);
/* The only allocated channel. */
struct fake_channel *fake_only(struct fake *fake);
unsigned fake_allocated(const struct fake *fake);
/* NetDmaInterruptDpc at DISPATCH. */
void fake_dpc(struct fake_channel *channel, uint64_t descriptor);
/* The ISR of that channel, as if the engine had interrupted. */
void fake_interrupt(struct fake_channel *channel);
/* The library goes on looking and time passes. */
void nrig_wait(struct nrig *rig, uint64_t ns);

/* Recorded calls of a kind. */
unsigned nrig_count(const struct nrig *rig, enum netdma_call_kind kind);
/* The n-th, from 0; fails when there is none. */
const struct fake_call *nrig_call(const struct nrig *rig, enum netdma_call_kind kind, unsigned n);

/* ---- clients ---- */

struct nrig_done {
    unsigned n;
    NET_DMA_COPY_ID id;          /* of the newest, as the rest */
    NTSTATUS status;
    PVOID channel;
    enum kernel_irql irql;
    unsigned cpu;
};
void nrig_on_done(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status);

/* nrig.client, with events in nrig.event; made by nrig_open. Another one: */
PVOID nrig_client(struct nrig *rig, void *context);
PVOID nrig_channel(struct nrig *rig, PVOID provider);    /* of nrig.client; must succeed */

/* Copies src + from to dst + to and notes it in the shadow; must be accepted. wide_: between the
 * scattered ones. */
NET_DMA_COPY_ID nrig_copy(struct nrig *rig, PVOID channel, size_t to, size_t from, size_t bytes);
NET_DMA_COPY_ID nrig_wide_copy(struct nrig *rig, PVOID channel, size_t to, size_t from,
                               size_t bytes);
/* With a done callback. */
NET_DMA_COPY_ID nrig_copy_done(struct nrig *rig, PVOID channel, size_t to, size_t from,
                               size_t bytes, struct nrig_done *done);
/* Waits for it; must succeed. */
void nrig_finish(PVOID channel, NET_DMA_COPY_ID id);
/* dst and wide_dst hold what the shadows hold. */
void nrig_check(const struct nrig *rig);
struct netdma_channel_info nrig_info(PVOID channel);
struct netdma_interface_stats nrig_stats(const struct nrig *rig);

/* Reproducible numbers below n; nrig_open begins with TB_SEED. */
uint32_t nrig_rand(uint32_t n);

#define nrig_nt(call, expected)                                                            \
    do {                                                                                   \
        NTSTATUS nrig_got = (call);                                                        \
        ck_assert_msg(nrig_got == (expected), "%s: expected %s, got 0x%08X", #call,        \
                      #expected, (unsigned)nrig_got);                                      \
    } while (0)
#define nrig_ok(call) nrig_nt(call, STATUS_SUCCESS)
#define nrig_io(call)                                                                      \
    do {                                                                                   \
        enum ioat_status nrig_got = (call);                                                \
        ck_assert_msg(!nrig_got, "%s: %s", #call, ioat_strstatus(nrig_got));               \
    } while (0)

#endif
