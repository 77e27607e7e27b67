/* provider.h - the NetDMA provider of this engine.
 *
 *   interface library --> nine callbacks --> ioat.h --> BAR
 *          ^                                             |
 *          +-- NetDmaInterruptDpc <-- DPC <-- ISR <------+  interrupt (provider_sim.h, or
 *                                                           whoever owns the real one)
 *
 *   provider_open    probe, NetDmaRegisterProvider       AddDevice
 *   provider_start   NetDmaProviderStart                 IRP_MN_START_DEVICE
 *   provider_stop    NetDmaProviderStop                  IRP_MN_STOP_DEVICE, _REMOVE_DEVICE
 *   provider_close   NetDmaDeregisterProvider            IRP_MN_REMOVE_DEVICE
 *
 * Two personalities. 1.x: lists that end with 0, driven with START and APPEND; the
 * descriptor count is ignored. 2.x: counted lists, driven with CHAINADDR and DMACOUNT;
 * terminators are ignored (A4).
 *
 * States of a channel, and what each callback does in them: the NetDMA sheet, section
 * 4.19. A callback that fails has changed nothing, with one exception: a command that the
 * engine did not end within wait_ns stays pending in the engine (STATUS_UNSUCCESSFUL).
 *
 * The completion word. After ProviderSuspendDma, ProviderAbortDma and ProviderResetChannel,
 * and after an error, it names the last completed descriptor with status Suspend or Halted, for
 * every channel that was started: the provider writes it where the engine does not.
 *
 * Waits. A callback polls for at most wait_ns, through kernel_stall, so ISRs are served
 * meanwhile. SUSPEND is the longest: descriptors under way are finished.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "bar.h"
#include "netdma.h"
#include "netdma_platform.h"

#ifdef __cplusplus
extern "C" {
#endif

struct provider;

struct provider_config {
    struct kernel *kernel;       /* outlives the provider, as its interface does */
    const struct bar_ops *bar;   /* the engine's registers */
    void *bar_ctx;
    unsigned major, minor;       /* NetDMA version: 1.0, 1.1, 2.0 or 2.1, or that of the interface
                                    where it is older (R-VER-3) */
    unsigned channels;           /* at most so many; 0: all that the engine has */
    unsigned address_bits;       /* the engine's, 32..64: no register tells */
    uint32_t vendor;             /* PCI vendor id */
    uint64_t wait_ns;            /* limit of each wait for the engine */
    const char *name;            /* friendly name, ASCII, 1..127 characters */
};

/* 2.0, all channels, 64 address bits, 10 ms, a name; no kernel, no registers. */
void provider_config_init(struct provider_config *config);

/* Looks for the engine and registers. PASSIVE. On failure *provider is NULL.
 * IOAT_EINVAL; IOAT_ENOMEM; IOAT_ENODEV: no I/OAT 3.x engine, or one without page breaks, which
 * 2.x needs; IOAT_ESTATE: NetDMA refused the registration (its log says why); and what
 * the register functions return. */
enum ioat_status provider_open(const struct provider_config *config, struct provider **provider);

/* Stops, deregisters and frees. PASSIVE. NULL is a no-op. */
void provider_close(struct provider *provider);

/* PASSIVE. Interrupts must be connected before the start, and stay so until stop has
 * returned. Both are no-ops when the state is that already. */
void provider_start(struct provider *provider);
void provider_stop(struct provider *provider);

/* The NetDmaProviderHandle. */
PVOID provider_handle(const struct provider *provider);
unsigned provider_channels(const struct provider *provider);

/* The CPU that NetDMA wants a channel's MSI-X message on; 0 until it said so. */
unsigned provider_interrupt_cpu(const struct provider *provider, unsigned channel);

/* ---- power, while started; PASSIVE ---- */

/* Before the engine loses its registers: NetDMA drains the channels, then all are reset. A 1.0
 * provider cannot tell, and what runs is dropped (R-PWR-7). */
void provider_power_down(struct provider *provider);

/* Registers are at their power-on values: sets up every allocated channel again, then
 * tells NetDMA, which starts them anew. 1.0: asks for it with NetDmaInterruptDpc(0) (A6).
 * A channel that cannot be set up refuses every start. MSI-X entries are not the provider's. */
void provider_power_up(struct provider *provider);

/* ---- interrupt routines; DIRQL ---- */

/* A message of the channel's vector. False: not allocated, so not ours. */
bool provider_isr(struct provider *provider, unsigned channel);

/* The shared line. False: no channel of ours wants attention. */
bool provider_line_isr(struct provider *provider);

/* Master enable of the line; without MSI-X only. */
enum ioat_status provider_line_enable(struct provider *provider, bool on);

/* ---- counters ---- */

struct provider_stats {
    uint64_t starts, appends, suspends, resumes, aborts, resets;  /* that succeeded */
    uint64_t interrupts, dpcs;
    uint64_t errors;             /* halts that a DPC or a callback found */
    uint32_t chanerr;            /* CHANERR at the newest of them */
    uint64_t words;              /* completion words that the provider had to write */
    uint64_t refused;            /* callbacks that did not succeed */
};
/* Of one channel, since provider_open. channel < provider_channels. */
void provider_stats(const struct provider *provider, unsigned channel,
                    struct provider_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
