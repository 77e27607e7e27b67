// model.cpp - the Verilated engine, seen from C (model.h). Nothing else is C++.

#include "model.h"

#include <memory>
#include <new>
#include <string>

#include "Vioat__Dpi.h"
#include "model_ports.h"
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
#ifndef IOAT_PERF
#define IOAT_PERF 1
#endif
#ifndef IOAT_PARAMETERS
#define IOAT_PARAMETERS ""
#endif

namespace {

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
    IOAT_PERF != 0,
    IOAT_PARAMETERS,
};

}  // namespace

struct model {
    VerilatedContext context;
    std::unique_ptr<Vioat> top;
    std::unique_ptr<VerilatedFstC> fst;
    bool recording = false;
    bool shows_rise = false;   // was recording when the clock began
    bool within = false;       // a clock: between model_rise and model_fall
    bool risen = true;         // the edge that begins the next clock is done
    std::unique_ptr<unsigned char[]> before;   // state, for model_at_rest
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
    if (model->broken_rule.empty())
        return nullptr;
    *stream = model->broken_stream.c_str();
    return model->broken_rule.c_str();
}

const struct ioat_sim_build *ioat_sim_build(void)
{
    return &build;
}

struct model *model_open(uint64_t seed)
try {
    std::unique_ptr<struct model> model(new struct model);

    // A pool of threads would only idle, and a fork while one of them holds a lock hangs.
    model->context.threads(1);
    model->context.randReset(2);
    model->context.randSeed(static_cast<int>(seed & 0x7FFFFFFF) | 1);
    model->context.timeunit(-12);
    model->context.timeprecision(-12);
    model->context.traceEverOn(true);
    model->top.reset(new Vioat(&model->context, "TOP"));
    model->before.reset(new unsigned char[sizeof *model->top->rootp]);
    model->top->clk = 0;
    model->top->load = 0;
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
    // Scopes are taken from the thread's context, which may be of a model closed before.
    Verilated::threadContextp(&model->context);
    model->top->final();
    delete model;
}

static void rise(struct model *model)
{
    at_edge = model;
    model->top->clk = 1;
    model->top->eval();
    at_edge = nullptr;
}

static void fall(Vioat &top)
{
    top.clk = 0;
    top.eval();
}

// New inputs for an engine that is past the edge already.
static void load(Vioat &top)
{
    top.load = 1;
    top.eval();
    top.load = 0;
    top.eval();
}

void model_rise(struct model *model, struct pins *pins)
{
    Vioat &top = *model->top;

    put_inputs(*top.rootp, *pins);
    if (model->risen)
        load(top);
    else
        rise(model);
    model->risen = false;
    model->within = true;
    model->shows_rise = model->recording;
    get_outputs(*top.rootp, *pins);
}

void model_fall(struct model *model, uint64_t clock)
{
    Vioat &top = *model->top;

    if (model->recording && model->shows_rise)
        model->fst->dump(clock * ps_per_us / IOAT_CLK_MHZ);
    fall(top);
    model->within = false;
    if (model->recording)
        model->fst->dump((2 * clock + 1) * ps_per_us / (2 * IOAT_CLK_MHZ));
}

void model_outputs(struct model *model, struct pins *pins)
{
    if (!model->within && !model->risen) {
        rise(model);
        model->risen = true;
    }
    get_outputs(*model->top->rootp, *pins);
}

// The hierarchy is flattened (Makefile), so the root holds all state, ports aside.
bool model_at_rest(struct model *model)
{
    Vioat &top = *model->top;

    if (model->recording)
        return false;
    if (model->risen)
        fall(top);
    std::memcpy(model->before.get(), top.rootp, sizeof *top.rootp);
    rise(model);
    fall(top);
    model->risen = true;
    return !std::memcmp(model->before.get(), top.rootp, sizeof *top.rootp);
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
