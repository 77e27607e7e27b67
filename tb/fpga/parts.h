/* parts.h - the modules of rtl/fpga around the engine, Verilated, seen from C.
 *
 * A test sets inputs, calls parts_settle and reads outputs; parts_rise is a rising edge with the inputs as they
 * stand. Names are those of tb/fpga/parts.v.
 */
#ifndef FPGA_PARTS_H
#define FPGA_PARTS_H

#include <stdint.h>

enum { PARTS_BUS = 64 };               /* bytes of a beat on the bridge's side */

struct parts_pins {
    /* inputs */
    uint8_t areset_n, cfg_bme, cfg_msix_en, cfg_msix_mask, cfg_flr;
    uint8_t rst, irq_is_msix, irq_is_msi, irq_msix, irq_intx, irq_ack;
    uint8_t s_awvalid, s_awid, s_awsize, s_wvalid, s_wlast, s_bready;
    uint8_t s_arvalid, s_arid, s_arlen, s_arsize, s_rready;
    uint16_t s_awaddr, s_araddr;
    uint64_t s_wstrb;
    uint8_t s_wdata[PARTS_BUS];
    uint8_t m_awready, m_wready, m_bvalid, m_bresp, m_arready, m_rvalid, m_rresp;
    uint64_t m_rdata;
    /* outputs */
    uint8_t rst_out, bme, msix_en, msix_mask, flr, irq_req;
    uint8_t s_awready, s_wready, s_bvalid, s_bid, s_bresp, s_arready, s_rvalid, s_rid, s_rresp, s_rlast;
    uint8_t s_rdata[PARTS_BUS];
    uint8_t m_awvalid, m_wvalid, m_wstrb, m_bready, m_arvalid, m_rready;
    uint16_t m_awaddr, m_araddr;
    uint64_t m_wdata;
};

#ifdef __cplusplus
extern "C" {
#endif

/* All registers at random, then inputs at 0. One at a time: the second call begins anew. */
struct parts_pins *parts_open(unsigned seed);
void parts_settle(void);
void parts_rise(void);

#ifdef __cplusplus
}
#endif

#endif
