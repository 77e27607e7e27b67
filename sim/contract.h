/* contract.h - an independent model of what the engine may do.
 *
 * It watches the handshakes that the simulator reports and nothing else: no
 * signal inside the RTL. It is written from the requirement sheets and
 * docs/decisions.md. It follows every channel's registers, chains and state,
 * knows byte for byte what each descriptor may write, and names a rule as soon
 * as what it sees fits nothing that the engine may have done.
 */
#ifndef IOAT_CONTRACT_H
#define IOAT_CONTRACT_H

#include "ioat_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

struct contract;

/* What the model must know about the build; pins that are not on a bus. */
struct contract_pins {
    bool bus_master;      /* cfg_bme */
    bool msix_enable;     /* cfg_msix_en */
    bool msix_mask;       /* cfg_msix_mask, the function mask */
    bool flr;             /* cfg_flr is high */
    uint32_t irq;         /* irq_msix wires, one bit a channel */
    bool intx;            /* irq_intx */
    bool ar_waits[2];     /* a read request is on the port and not taken */
    bool w_waits;         /* a write request or data */
};

/* violate: called at the first violation, with a rule name such as "H-W05" and a
 * sentence that names addresses and values. */
struct contract *contract_open(const struct ioat_sim_build *build,
                               void (*violate)(void *ctx, uint64_t clock, const char *rule,
                                               const char *text),
                               void *ctx);
void contract_close(struct contract *contract);

/* Every handshake, in the order of ioat_sim_event_kind within a clock, then
 * contract_clock once for the clock. */
void contract_event(struct contract *contract, const struct ioat_sim_event *event);
void contract_clock(struct contract *contract, uint64_t clock, const struct contract_pins *pins);

/* The first clock that must be told even if no handshake happens and no pin changes;
 * UINT64_MAX: none. */
uint64_t contract_next(const struct contract *contract);

/* At close, or whenever the caller knows that the engine is quiet: names what was
 * promised and never came (a word, an answer, a message). */
void contract_quiet(struct contract *contract, uint64_t clock);

#ifdef __cplusplus
}
#endif

#endif
