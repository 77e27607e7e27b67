/* faults.h - error answers for the guest's next accesses of one kind.
 *
 * The simulator's faults go by address, and where the guest puts its descriptors and
 * data only the engine's requests tell: so a fault is armed for a request when it is made.
 */
#ifndef COSIM_FAULTS_H
#define COSIM_FAULTS_H

#include "ioat_sim.h"

enum fault_target { FAULT_NONE, FAULT_DATA_READ, FAULT_DATA_WRITE, FAULT_DESCRIPTOR };

struct faults {
    struct ioat_sim *sim;
    enum fault_target target;
    unsigned left;                 /* requests to come that are hit ... */
    unsigned gap;                  /* ... and those spared before each, */
    unsigned spared;               /*     so far */
    unsigned hits;                 /* since faults_arm */
};

void faults_init(struct faults *faults, struct ioat_sim *sim);

/* Hits `count` requests of a kind, sparing `gap` before each; FAULT_NONE: none any more. */
void faults_arm(struct faults *faults, enum fault_target target, unsigned count, unsigned gap);

/* For every handshake of the simulator. True when it armed *fault. */
bool faults_event(struct faults *faults, const struct ioat_sim_event *event,
                  struct ioat_sim_fault *fault);

#endif
