// model_ports.h - struct pins to and from the ports of the Verilated engine. C++.
//
// The ports of class Vioat are references to these members of its root.
#ifndef IOAT_MODEL_PORTS_H
#define IOAT_MODEL_PORTS_H

#include <cstring>

#include "Vioat.h"
#include "Vioat___024root.h"
#include "pins.h"

constexpr size_t bus_bytes = IOAT_DATA_W / 8;

// A bus is a QData (64 bit) or an array of 32-bit words, lowest first; on the
// little-endian hosts served both are the bus's bytes in order.
template <typename Bus>
inline void put_bus(Bus &bus, const uint8_t *bytes)
{
    static_assert(sizeof(Bus) == bus_bytes, "-DIOAT_DATA_W is not the RTL's -GDATA_W");
    std::memcpy(&bus, bytes, bus_bytes);
}

template <typename Bus>
inline void get_bus(uint8_t *bytes, const Bus &bus)
{
    static_assert(sizeof(Bus) == bus_bytes, "-DIOAT_DATA_W is not the RTL's -GDATA_W");
    std::memcpy(bytes, &bus, bus_bytes);
}

#define GET_ADDRESS(to, top, port, channel)                                                 \
    do {                                                                                    \
        (to).valid = (top).port##_##channel##valid;                                         \
        if ((to).valid) {                                                                   \
            (to).id = (top).port##_##channel##id;                                           \
            (to).addr = (top).port##_##channel##addr;                                       \
            (to).len = (top).port##_##channel##len;                                         \
            (to).size = (top).port##_##channel##size;                                       \
            (to).burst = (top).port##_##channel##burst;                                     \
            (to).cache = (top).port##_##channel##cache;                                     \
            (to).prot = (top).port##_##channel##prot;                                       \
        }                                                                                   \
    } while (0)

#define PUT_READ_DATA(top, port, from)                                                      \
    do {                                                                                    \
        (top).port##_rvalid = (from).valid;                                                 \
        if ((from).valid) {                                                                 \
            (top).port##_rid = (from).id;                                                   \
            (top).port##_rresp = (from).resp;                                               \
            (top).port##_rlast = (from).last;                                               \
            put_bus((top).port##_rdata, (from).data);                                       \
        }                                                                                   \
    } while (0)

inline void put_inputs(Vioat___024root &top, const struct pins &pins)
{
    top.rst = pins.rst;
    top.cfg_bme = pins.bus_master;
    top.cfg_msix_en = pins.msix_enable;
    top.cfg_msix_mask = pins.msix_mask;
    top.cfg_flr = pins.flr;

    top.s_axil_awvalid = pins.bar.awvalid;
    top.s_axil_wvalid = pins.bar.wvalid;
    top.s_axil_bready = pins.bar.bready;
    top.s_axil_arvalid = pins.bar.arvalid;
    top.s_axil_rready = pins.bar.rready;
    if (pins.bar.awvalid)
        top.s_axil_awaddr = pins.bar.awaddr;
    if (pins.bar.wvalid) {
        top.s_axil_wdata = pins.bar.wdata;
        top.s_axil_wstrb = pins.bar.wstrb;
    }
    if (pins.bar.arvalid)
        top.s_axil_araddr = pins.bar.araddr;

    top.m_axi_arready = pins.read[0].ar.ready;
    PUT_READ_DATA(top, m_axi, pins.read[0].r);
    top.m_axid_arready = pins.read[1].ar.ready;
    PUT_READ_DATA(top, m_axid, pins.read[1].r);
    top.m_axi_awready = pins.write.aw.ready;
    top.m_axi_wready = pins.write.w.ready;
    top.m_axi_bvalid = pins.write.b.valid;
    if (pins.write.b.valid) {
        top.m_axi_bid = pins.write.b.id;
        top.m_axi_bresp = pins.write.b.resp;
    }
}

inline void get_outputs(const Vioat___024root &top, struct pins &pins)
{
    pins.flr_done = top.flr_done;
    pins.intx = top.irq_intx;
    pins.msix = top.irq_msix;

    pins.bar.awready = top.s_axil_awready;
    pins.bar.wready = top.s_axil_wready;
    pins.bar.arready = top.s_axil_arready;
    pins.bar.bvalid = top.s_axil_bvalid;
    if (pins.bar.bvalid)
        pins.bar.bresp = top.s_axil_bresp;
    pins.bar.rvalid = top.s_axil_rvalid;
    if (pins.bar.rvalid) {
        pins.bar.rresp = top.s_axil_rresp;
        pins.bar.rdata = top.s_axil_rdata;
    }

    GET_ADDRESS(pins.read[0].ar, top, m_axi, ar);
    pins.read[0].r.ready = top.m_axi_rready;
    GET_ADDRESS(pins.read[1].ar, top, m_axid, ar);
    pins.read[1].r.ready = top.m_axid_rready;
    GET_ADDRESS(pins.write.aw, top, m_axi, aw);
    pins.write.w.valid = top.m_axi_wvalid;
    if (pins.write.w.valid) {
        pins.write.w.last = top.m_axi_wlast;
        pins.write.w.strobe = top.m_axi_wstrb;
        get_bus(pins.write.w.data, top.m_axi_wdata);
    }
    pins.write.b.ready = top.m_axi_bready;
}

#endif
