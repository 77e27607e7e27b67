/* reference_provider.h - a NetDMA provider without hardware: the interface, in code.
 *
 *   interface library --> nine callbacks --> struct engine_channel (reference_engine.h)
 *          ^                                        |
 *          +-- NetDmaInterruptDpc <-- DPC <-- ISR <-+   kernel_interrupt
 *
 *   reference_provider_open    NetDmaRegisterProvider        AddDevice
 *   reference_provider_start   NetDmaProviderStart           IRP_MN_START_DEVICE
 *   reference_provider_stop    NetDmaProviderStop            IRP_MN_STOP_DEVICE
 *   reference_provider_close   NetDmaDeregisterProvider      IRP_MN_REMOVE_DEVICE
 *
 * Both personalities: 1.x follows lists, 2.x counts descriptors and has DCA. All functions at
 * PASSIVE, on live handles.
 */
#ifndef REFERENCE_PROVIDER_H
#define REFERENCE_PROVIDER_H

#include "reference_engine.h"

enum {
    REFERENCE_CHANNELS = 4,
    REFERENCE_PRIORITY_MAX = 15,
    REFERENCE_WAIT_NS = 100000,  /* limit of a wait for the engine */
};

struct reference_provider;

struct reference_config {
    struct kernel *kernel;       /* outlives the provider; its own heap and clock */
    unsigned major, minor;       /* 1.0 to 2.1; an older interface gets what it has */
    enum defect defect;
};

/* NULL: no memory, or NetDMA refused the registration. */
struct reference_provider *reference_provider_open(const struct reference_config *config);
void reference_provider_start(struct reference_provider *provider);
void reference_provider_stop(struct reference_provider *provider);
/* NULL is a no-op. */
void reference_provider_close(struct reference_provider *provider);

/* Power: everything in the engine is lost in between. */
void reference_provider_power_down(struct reference_provider *provider);
void reference_provider_power_up(struct reference_provider *provider);

/* ---- to look at ---- */

PVOID reference_provider_handle(const struct reference_provider *provider);
/* CPU of the channel's message, as NetDMA asked for it. */
unsigned reference_provider_interrupt_cpu(const struct reference_provider *provider,
                                          unsigned channel);
unsigned reference_provider_priority(const struct reference_provider *provider, unsigned channel);
/* MSI-X messages so far. */
uint64_t reference_provider_messages(const struct reference_provider *provider);
struct engine_hints reference_provider_hints(const struct reference_provider *provider,
                                             unsigned channel);
/* For faults. */
struct engine *reference_provider_engine(struct reference_provider *provider);

#endif
