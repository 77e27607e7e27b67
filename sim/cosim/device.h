/* device.h - the simulated function as QEMU's proxy device sees it.
 *
 *   proxy messages --> config space, BAR0, map of guest memory
 *   messages of the engine, INTx level --> qtest
 *
 * The clock runs while there is work: until the bus has been quiet, and nobody has
 * accessed a register, for longer than the engine may wait by itself.
 */
#ifndef COSIM_DEVICE_H
#define COSIM_DEVICE_H

#include "bar_trace.h"
#include "faults.h"
#include "guest_memory.h"
#include "ioat_sim.h"
#include "proxy.h"
#include "qtest.h"

struct device {
    struct ioat_sim *sim;
    struct guest_memory memory;
    struct qtest *qtest;
    struct bar_trace *trace;       /* NULL: no recording */
    struct faults faults;
    bool pin;                      /* level of INTx that QEMU was told */
    uint64_t delay;                /* clocks that INTRDELAY may hold an event back */
    uint64_t busy_until;           /* clock; from then on the engine is at rest */
    uint64_t accesses, misfits;    /* to BAR0; those outside it, or that no register has */
    bool wave_wanted;              /* the next doorbell for a copy starts the wave */
    uint64_t wave_stop;            /* clock that it stops at, or UINT64_MAX: a message comes first */
    const char *trouble;           /* NULL: none */
    char violation[600];
};

struct device_config {
    uint64_t seed;
    unsigned latency;              /* of the simulated link and memory, clocks */
    const char *wave;              /* FST file or NULL */
    struct qtest *qtest;
    struct bar_trace *trace;
};

/* A function after power-on, which no firmware has seen. */
bool device_open(struct device *device, const struct device_config *config);
void device_close(struct device *device);

/* Does what a message asks and answers it on the socket. */
void device_serve(struct device *device, int socket, struct proxy_message *message);

/* Runs a slice of at most some 100 us of wall-clock time. False: the engine is at rest. */
bool device_run(struct device *device);

#endif
