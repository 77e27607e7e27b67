/* provider_sim.h - where the provider's interrupts come from in the simulator.
 *
 *   MSI-X   engine --> message --> ioat_sim_on_message --> kernel_interrupt of the vector
 *   INTx    engine --> level --> looked at whenever time has passed --> one kernel_interrupt
 *
 * It does what the operating system does for a real function: chooses between the two
 * (MSI-X where the kernel has it, R-AFF-5), fills in the MSI-X table, sends each message to
 * the CPU that the provider was told, and calls the provider's ISRs.
 */
#ifndef PROVIDER_SIM_H
#define PROVIDER_SIM_H

#include "ioat_sim.h"
#include "provider.h"

#ifdef __cplusplus
extern "C" {
#endif

struct provider_sim;

/* Between provider_open and provider_start, at PASSIVE. It takes the simulator's message
 * callback. On failure *connection is NULL, and the simulator's interrupts are off.
 * IOAT_ENOMEM; IOAT_ENODEV: no MSI-X capability; IOAT_EFULL: kernel_on_time is. */
enum ioat_status provider_sim_connect(struct provider *provider, struct kernel *kernel,
                                      struct ioat_sim *sim, struct provider_sim **connection);

/* Writes the MSI-X table, or enables the line, again: after a reset of the function. */
enum ioat_status provider_sim_restore(struct provider_sim *connection);

/* After provider_stop. NULL is a no-op. */
void provider_sim_disconnect(struct provider_sim *connection);

#ifdef __cplusplus
}
#endif

#endif
