/* provider_rig.h - the provider on the simulated engine, with a channel by hand on top.
 *
 *   test --> netdma_raw_* --> provider --> ioat_sim
 *     ^                           |
 *     +---- prig.isr, prig.dpc <--+
 *
 * Rules broken in the kernel or in the simulator fail the test.
 */
#ifndef PROVIDER_RIG_H
#define PROVIDER_RIG_H

#include <check.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "netdma_client.h"
#include "netdma_interface.h"
#include "provider.h"
#include "provider_sim.h"

enum {
    PRIG_SLOTS = 64,             /* descriptors at hand */
    PRIG_BYTES = 1 << 18,        /* of source and destination */
    PRIG_PIECE = 3000,           /* bytes that prig_list copies with each descriptor, */
    PRIG_STRIDE = 4096,          /*   this far apart: slot n at n * stride + n % 61 */
    PRIG_LONG = 4000000,         /* ns: 1000000 clocks at 250 MHz */
};

struct prig_config {
    unsigned major, minor;
    bool intx;
    unsigned cpus;
    uint64_t wait_ns;            /* the provider's */
    struct ioat_sim_timing timing;
    bool idle;                   /* the rig allocates no channel */
};

struct prig_events {
    unsigned n;
    uint64_t last;               /* argument of the newest call */
    unsigned cpu;                /* where it ran */
};

struct prig {
    struct prig_config config;
    bool counted;
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct kernel *kernel;
    struct netdma_interface *iface;
    struct provider *provider;
    struct provider_sim *glue;
    struct netdma_raw *raw;
    NET_DMA_CHANNEL_PARAMETERS parameters;       /* of the raw channel */
    struct dma_buf memory, src, dst;
    NET_DMA_DESCRIPTOR *desc;    /* PRIG_SLOTS of them, at the start of memory */
    uint64_t *word;
    uint64_t word_bus;
    struct prig_events isr, dpc;
    unsigned logs;               /* lines that the library logged */
};

/* 2.0 or 1.1, MSI-X, 4 CPUs, 100 us, memory with some latency. */
struct prig_config prig_config(bool counted);
/* One rig in a process. */
struct prig *prig_open(const struct prig_config *config);
void prig_close(struct prig *rig);

/* Another channel by hand, with the events of the rig. */
NTSTATUS prig_allocate(struct prig *rig, PNET_DMA_CHANNEL_PARAMETERS parameters,
                       struct netdma_raw **raw);

uint64_t prig_bus(const struct prig *rig, unsigned slot);
PHYSICAL_ADDRESS prig_address(uint64_t bus);

/* Slots first .. first + n - 1 become copies, linked and ended as the personality wants;
 * the last one interrupts, and all write the word. Their destinations are cleared. */
void prig_list(struct prig *rig, unsigned first, unsigned n);
/* Whether slot n's copy is byte-exact, and whether nothing of it was written. */
bool prig_copied(const struct prig *rig, unsigned slot);
bool prig_untouched(const struct prig *rig, unsigned slot);

NTSTATUS prig_start(struct prig *rig, unsigned first, unsigned n);
/* Links (1.x) and appends. */
NTSTATUS prig_append(struct prig *rig, unsigned first, unsigned n);

/* Slots first .. first + n - 1 were copied. */
void prig_check_copied(const struct prig *rig, unsigned first, unsigned n);

/* Lets clocks pass, ISRs and DPCs run. */
void prig_step(struct prig *rig, unsigned clocks);
/* Until the word names the slot with that status. */
void prig_await(struct prig *rig, unsigned slot, NET_DMA_TRANSFER_STATUS status);
void prig_word_is(const struct prig *rig, uint64_t bus, NET_DMA_TRANSFER_STATUS status);

/* The channel of the raw handle reads, in its own width: PRIG_RD(rig, CHANSTS). */
uint64_t prig_read(struct prig *rig, uint32_t offset, unsigned bits);
#define PRIG_RD(rig, reg) prig_read((rig), IOAT_CHAN(0, reg), IOAT_##reg##_BITS)

/* Answers accesses to [bus, bus + bytes) with an error, or holds them. */
void prig_fault(struct prig *rig, enum ioat_sim_fault_kind kind,
                enum ioat_sim_fault_answer answer, uint64_t bus, uint64_t bytes);

/* ---- states of a channel: the NetDMA sheet, section 4.19 ---- */

enum prig_state {
    PRIG_READY, PRIG_ACTIVE, PRIG_IDLE, PRIG_SUSPENDED, PRIG_HALTED, PRIG_STATES
};

/* prig_open of the default. */
struct prig *prig_simple(bool counted);
/* The same, in that state: slots 0..3 were started and slots 4..7 are ready to be appended.
 * ACTIVE: slot 0 is done, an answer for slot 1 is withheld until ioat_sim_fault_clear.
 * HALTED: slot 0 is done, slot 1 failed. */
struct prig *prig_in(bool counted, enum prig_state state);
/* A start in this state copies, without errors left behind; closes the rig. */
void prig_then_works(struct prig *rig);

#define prig_nt(call, expected)                                                            \
    do {                                                                                   \
        NTSTATUS prig_got = (call);                                                        \
        ck_assert_msg(prig_got == (expected), "%s: expected %s, got 0x%08X", #call,        \
                      #expected, (unsigned)prig_got);                                      \
    } while (0)
#define prig_ok(call) prig_nt(call, STATUS_SUCCESS)
#define prig_no(call) prig_nt(call, STATUS_UNSUCCESSFUL)
#define prig_io(call)                                                                      \
    do {                                                                                   \
        enum ioat_status prig_got = (call);                                                \
        ck_assert_msg(!prig_got, "%s: %s", #call, ioat_strstatus(prig_got));               \
    } while (0)

#endif
