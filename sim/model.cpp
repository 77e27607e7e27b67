// model.cpp - the Verilated engine, seen from C (model.h). Nothing else is C++.

#include "model.h"

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "Vioat.h"
#include "Vioat__Dpi.h"
#include "svdpi.h"
#include "verilated.h"
#include "verilated_fst_c.h"

// The defaults of rtl/ioat_engine.v. ioat_regs.h, which gives some of these names to
// register offsets, is not for this file.
#ifndef IOAT_ADDR_W
#define IOAT_ADDR_W 64
#endif
#ifndef IOAT_CLK_MHZ
#define IOAT_CLK_MHZ 250
#endif
#ifndef IOAT_XFERCAP_LOG2
#define IOAT_XFERCAP_LOG2 20
#endif
#ifndef IOAT_CBVER
#define IOAT_CBVER 0x34
#endif
#ifndef IOAT_DMACAPABILITY
#define IOAT_DMACAPABILITY 0x41
#endif
#ifndef IOAT_READ_BYTES_MAX
#define IOAT_READ_BYTES_MAX 512
#endif
#ifndef IOAT_WRITE_BYTES_MAX
#define IOAT_WRITE_BYTES_MAX 256
#endif

namespace {

constexpr size_t bus_bytes = IOAT_DATA_W / 8;
constexpr uint64_t ps_per_us = 1000000;

const struct ioat_sim_build build = {
    IOAT_DATA_W,
    IOAT_ADDR_W,
    IOAT_CHAN_N,
    IOAT_DESC_PORT != 0,
    IOAT_CLK_MHZ,
    IOAT_XFERCAP_LOG2,
    IOAT_CBVER,
    IOAT_DMACAPABILITY,
    IOAT_READ_BYTES_MAX,
    IOAT_WRITE_BYTES_MAX,
};

// A bus is a QData (64 bit) or an array of 32-bit words, lowest first; on the
// little-endian hosts served both are the bus's bytes in order.
template <typename Bus>
void put_bus(Bus &bus, const uint8_t *bytes)
{
    static_assert(sizeof(Bus) == bus_bytes, "-DIOAT_DATA_W is not the RTL's -GDATA_W");
    std::memcpy(&bus, bytes, bus_bytes);
}

template <typename Bus>
void get_bus(uint8_t *bytes, const Bus &bus)
{
    static_assert(sizeof(Bus) == bus_bytes, "-DIOAT_DATA_W is not the RTL's -GDATA_W");
    std::memcpy(bytes, &bus, bus_bytes);
}

}  // namespace

struct model {
    VerilatedContext context;
    std::unique_ptr<Vioat> top;
    std::unique_ptr<VerilatedFstC> fst;
    bool recording = false;
    std::string broken_rule, broken_stream;
};

// The model whose edge is being evaluated: a breach is reported from within.
static thread_local struct model *at_edge;

void ioat_stream_broken(const char *rule, const char *stream)
{
    if (!at_edge || !at_edge->broken_rule.empty())
        return;
    at_edge->broken_rule = rule;
    at_edge->broken_stream = std::string(svGetNameFromScope(svGetScope())) + ": " + stream;
}

const char *model_broken(const struct model *model, const char **stream)
{
    *stream = model->broken_stream.c_str();
    return model->broken_rule.empty() ? nullptr : model->broken_rule.c_str();
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

static void put_inputs(Vioat &top, const struct pins &pins)
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

static void get_outputs(const Vioat &top, struct pins &pins)
{
    pins.flr_done = top.flr_done;
    pins.intx = top.irq_intx;
    pins.msix = top.irq_msix;

    pins.bar.awready = top.s_axil_awready;
    pins.bar.wready = top.s_axil_wready;
    pins.bar.arready = top.s_axil_arready;
    pins.bar.bvalid = top.s_axil_bvalid;
    pins.bar.bresp = top.s_axil_bresp;
    pins.bar.rvalid = top.s_axil_rvalid;
    pins.bar.rresp = top.s_axil_rresp;
    pins.bar.rdata = top.s_axil_rdata;

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

const struct ioat_sim_build *ioat_sim_build(void)
{
    return &build;
}

struct model *model_open(uint64_t seed)
try {
    std::unique_ptr<struct model> model(new struct model);

    model->context.randReset(2);
    model->context.randSeed(static_cast<int>(seed & 0x7FFFFFFF) | 1);
    model->context.timeunit(-12);
    model->context.timeprecision(-12);
    model->context.traceEverOn(true);
    model->top.reset(new Vioat(&model->context, "TOP"));
    model->top->clk = 0;
    model->top->eval();
    return model.release();
} catch (const std::bad_alloc &) {
    return nullptr;
}

void model_close(struct model *model)
{
    if (!model)
        return;
    model_wave_close(model);
    model->top->final();
    delete model;
}

// Without a wave, the falling edge, which clocks nothing, shares an evaluation
// with the new inputs. In a wave, inputs change with the rising edge, as they
// would on a board, so the falling edge gets an evaluation of its own.
void model_settle(struct model *model, struct pins *pins)
{
    Vioat &top = *model->top;

    put_inputs(top, *pins);
    if (!model->recording)
        top.clk = 0;
    top.eval();
    get_outputs(top, *pins);
}

void model_edge(struct model *model, uint64_t clock)
{
    Vioat &top = *model->top;

    if (top.clk) {
        if (model->recording)
            model->fst->dump(clock * ps_per_us / IOAT_CLK_MHZ);
        top.clk = 0;
        top.eval();
    }
    if (model->recording)
        model->fst->dump((2 * clock + 1) * ps_per_us / (2 * IOAT_CLK_MHZ));
    top.clk = 1;
    at_edge = model;
    top.eval();
    at_edge = nullptr;
}

void model_outputs(const struct model *model, struct pins *pins)
{
    get_outputs(*model->top, *pins);
}

bool model_wave_open(struct model *model, const char *path)
{
    model->fst.reset(new (std::nothrow) VerilatedFstC);
    if (!model->fst)
        return false;
    model->top->trace(model->fst.get(), 99);
    model->fst->open(path);
    if (!model->fst->isOpen())
        model->fst.reset();
    return model->fst != nullptr;
}

void model_wave_record(struct model *model, bool on)
{
    model->recording = on && model->fst;
}

void model_wave_close(struct model *model)
{
    model->recording = false;
    if (model->fst)
        model->fst->close();
    model->fst.reset();
}
