// parts.cpp - parts.h on Verilator's class. Nothing else of the test is C++.
#include "parts.h"

#include <cstring>
#include <memory>

#include "Vparts.h"
#include "verilated.h"

static std::unique_ptr<VerilatedContext> context;
static std::unique_ptr<Vparts> top;
static struct parts_pins pins;

#define INPUTS(DO)                                                                                           \
    DO(areset_n) DO(cfg_bme) DO(cfg_msix_en) DO(cfg_msix_mask) DO(cfg_flr) DO(rst) DO(irq_is_msix)           \
    DO(irq_is_msi) DO(irq_msix) DO(irq_intx) DO(irq_ack) DO(s_awvalid) DO(s_awid) DO(s_awsize) DO(s_wvalid)  \
    DO(s_wlast) DO(s_bready) DO(s_arvalid) DO(s_arid) DO(s_arlen) DO(s_arsize) DO(s_rready) DO(s_awaddr)     \
    DO(s_araddr) DO(s_wstrb) DO(m_awready) DO(m_wready) DO(m_bvalid) DO(m_bresp) DO(m_arready) DO(m_rvalid)  \
    DO(m_rresp) DO(m_rdata)
#define OUTPUTS(DO)                                                                                          \
    DO(rst_out) DO(bme) DO(msix_en) DO(msix_mask) DO(flr) DO(irq_req) DO(s_awready) DO(s_wready) DO(s_bvalid) \
    DO(s_bid) DO(s_bresp) DO(s_arready) DO(s_rvalid) DO(s_rid) DO(s_rresp) DO(s_rlast) DO(m_awvalid)         \
    DO(m_wvalid) DO(m_wstrb) DO(m_bready) DO(m_arvalid) DO(m_rready) DO(m_awaddr) DO(m_araddr) DO(m_wdata)
#define PUT(name) top->name = pins.name;
#define GET(name) pins.name = top->name;

void parts_settle(void)
{
    INPUTS(PUT)
    std::memcpy(&top->s_wdata, pins.s_wdata, sizeof pins.s_wdata);
    top->eval();
    OUTPUTS(GET)
    std::memcpy(pins.s_rdata, &top->s_rdata, sizeof pins.s_rdata);
}

void parts_rise(void)
{
    parts_settle();
    top->clk = 1;
    top->eval();
    top->clk = 0;
    parts_settle();
}

struct parts_pins *parts_open(unsigned seed)
{
    top.reset();
    context.reset(new VerilatedContext);
    context->randReset(2);
    context->randSeed(static_cast<int>(seed) | 1);
    top.reset(new Vparts(context.get(), "TOP"));
    pins = {};
    top->clk = 0;
    parts_settle();
    return &pins;
}
