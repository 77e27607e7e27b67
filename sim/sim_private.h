/* sim_private.h - what a simulator is made of. For sim/ only.
 *
 *   sim.c          life, the clock, violations
 *   sim_observe.c  handshakes of a clock as events
 *   sim_rest.c     which clocks need no evaluation
 *   sim_access.c   BAR0, config space, removal
 *   sim_host.c     host memory, faults, messages, counts, waves: the thin calls
 */
#ifndef IOAT_SIM_PRIVATE_H
#define IOAT_SIM_PRIVATE_H

#include "axi_check.h"
#include "axi_memory.h"
#include "axil_check.h"
#include "axil_master.h"
#include "contract.h"
#include "fault.h"
#include "host_mem.h"
#include "ioat_sim.h"
#include "model.h"
#include "pcie.h"
#include "pins.h"
#include "stats.h"
#include "wave.h"

/* Clocks that change nothing are not evaluated (sim_rest.c). */
struct rest {
    bool forbidden;                    /* ioat_sim_config.every_clock */
    uint64_t evaluated;                /* clocks that were not skipped */
    uint64_t quiet;                    /* clocks since anything happened outside the engine */
    uint64_t look;                     /* the engine is looked at after so many of them */
    bool still;                        /* it does nothing any more, with these inputs ... */
    uint64_t end;                      /* ... and nobody else before this clock */
};

struct ioat_sim {
    const struct ioat_sim_build *build;
    struct model *model;
    struct pins pins;                  /* of the clock that runs, or ran last */
    uint64_t now;
    bool in_clock;                     /* a callback must not advance time */

    struct ioat_sim_timing timing;
    struct host_mem *mem;
    struct fault_table faults;
    unsigned read_ports;               /* 2 with a descriptor master, else 1 */
    struct axi_reader *reader[AXI_READ_PORTS];  /* NULL from read_ports on */
    struct axi_writer *writer;

    struct pcie pcie;
    uint64_t flr_clocks;               /* that the reset under way has taken */
    struct axil_master axil;

    struct axi_check *check[AXI_READ_PORTS];    /* NULL from read_ports on */
    struct axil_check axil_check;
    struct contract *contract;
    bool violated;                     /* set at once ... */
    bool ended;                        /* ... and reported at the end of the clock */
    char violation[600];

    struct wave wave;
    struct stats stats;
    struct rest rest;

    void (*on_violation)(void *ctx, const char *text);
    void *on_violation_ctx;
    ioat_sim_message_fn *on_message;
    void *on_message_ctx;
    ioat_sim_event_fn *on_event;
    void *on_event_ctx;
};

/* IOAT_OK when a call may advance time now. */
enum ioat_status sim_may_advance(const struct ioat_sim *sim);

/* One clock; IOAT_EVIOLATED when it ended the run. */
enum ioat_status sim_clock(struct ioat_sim *sim);

/* Clocks, from now on, in which nothing changes but the time. */
uint64_t sim_rest(struct ioat_sim *sim);
/* Ends the rest: after a change of what sim_rest does not look at. */
void sim_rest_end(struct ioat_sim *sim);
/* In each clock that is evaluated: its settled pins, before handshakes are taken. */
void sim_rest_watch(struct ioat_sim *sim);
/* After it. */
void sim_rest_look(struct ioat_sim *sim);

/* True while a pin from the config space is not what the settings say. */
bool sim_settings_changed(const struct ioat_sim *sim);

/* True while an answer is withheld by a fault: nothing the engine waits for is late. */
bool sim_withholds(const struct ioat_sim *sim);

/* Clocks that a drained engine may take to end a function-level reset: 100 us, and
 * more when the memory is slow. */
uint64_t sim_flr_limit(const struct ioat_sim *sim);

void sim_violate(void *ctx, uint64_t clock, const char *rule, const char *text);

/* Reports the handshakes on the memory ports, then those on BAR0. */
void sim_observe_memory(struct ioat_sim *sim);
void sim_observe_bar(struct ioat_sim *sim, const struct axil_done *done);
void sim_observe_reset(struct ioat_sim *sim);

#endif
