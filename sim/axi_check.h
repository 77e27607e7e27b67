/* axi_check.h - AXI4 rules of one master port, looked at in every clock.
 *
 *   AXI-RESET      VALID is high in the clock after one with reset
 *   AXI-VALID      VALID fell before READY
 *   AXI-STABLE     a payload changed before READY
 *   AXI-BURST      AxBURST is not INCR
 *   AXI-SIZE       AxSIZE is not the bus word
 *   AXI-4K         a burst crosses a 4 KiB boundary
 *   AXI-WLAST      WLAST is missing, or early
 *   AXI-WSTRB      a strobe lies below the first byte of an unaligned burst
 *   AXI-W-ORPHAN   W beats came and their AW did not
 *   AXI-W-MISSING  an AW came and its W beats did not
 *   AXI-R-ORPHAN   an R beat that no read waits for
 *   AXI-R-LAST     RLAST is not on the last beat
 *   AXI-B-ORPHAN   a B before its WLAST, or that no write waits for
 *   AXI-STUCK      RREADY or BREADY stays low
 *   AXI-OUTSTANDING  more requests wait than the checker can follow
 *   K-34, K-60, K-61, K-62   the engine's own promises (docs/decisions.md)
 *
 * R and B are the simulator's side: AXI-R-* and AXI-B-* also check the simulator.
 */
#ifndef IOAT_AXI_CHECK_H
#define IOAT_AXI_CHECK_H

#include "pins.h"

typedef void axi_violate_fn(void *ctx, uint64_t clock, const char *rule, const char *text);

struct axi_check_config {
    unsigned port;             /* 0: the AXI master, 1: the descriptor master */
    unsigned bus_bytes;
    unsigned channels;
    bool desc_port;            /* descriptors are read on port 1, else port 1 is idle */
    unsigned read_bytes_max, write_bytes_max;
    axi_violate_fn *violate;   /* called for every breach; the first one counts */
    void *ctx;
};

struct axi_check;

struct axi_check *axi_check_open(const struct axi_check_config *config);
void axi_check_close(struct axi_check *check);

/* True when clocks without any VALID change nothing and break nothing. */
bool axi_check_at_rest(const struct axi_check *check);

/* Clocks that a VALID may wait for the engine's READY, and an AW or W for its
 * partner. Depends on how slow the memory is: a read may have to wait for writes. */
void axi_check_set_patience(struct axi_check *check, uint64_t clocks);

/* One clock, after the engine's outputs are known. frozen: an answer is withheld on
 * purpose, so the watchdogs rest. */
void axi_check_clock(struct axi_check *check, uint64_t clock, const struct pins *pins, bool frozen);

#endif
