/* axil_check.h - AXI4-Lite rules of the engine's register port.
 *
 *   AXIL-RESET    BVALID or RVALID is high in the clock after one with reset
 *   AXIL-VALID    VALID fell before READY
 *   AXIL-STABLE   an answer changed before READY
 *   AXIL-ORPHAN   an answer to nothing
 *   AXIL-RESP     an answer is not OKAY (H-R13: no offset may abort the bus)
 *   AXIL-STUCK    an access is not accepted, or not answered
 */
#ifndef IOAT_AXIL_CHECK_H
#define IOAT_AXIL_CHECK_H

#include "axi_check.h"

/* Clocks for one access, offer to answer; above the 1000 after which a caller of
 * ioat_sim_bar_read has been told IOAT_ETIME. */
enum { AXIL_PATIENCE = 2000 };

struct axil_check {
    axi_violate_fn *violate;
    void *ctx;
    bool was_reset;
    bool busy;                 /* something below is not at rest */
    struct axil before;        /* answers that waited for READY */
    unsigned aw, w, ar;        /* accepted and not answered; AW and W may come apart */
    unsigned stuck;            /* clocks without an answer while one is awaited */
};

void axil_check_init(struct axil_check *check, axi_violate_fn *violate, void *ctx);
void axil_check_clock(struct axil_check *check, uint64_t clock, const struct pins *pins);

#endif
