// replay.cpp - records what the simulator gives to model_rise, and plays it (replay.h).
//
// The linker sends the simulator's calls of model_rise through here (--wrap).

#include "replay.h"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "model.h"
#include "model_ports.h"
#include "verilated.h"

struct replay {
    std::vector<struct pins> clocks;   // inputs that went in, outputs that came back
};

static struct replay *recording;

extern "C" void __real_model_rise(struct model *model, struct pins *pins);
extern "C" void __wrap_model_rise(struct model *model, struct pins *pins);

extern "C" void __wrap_model_rise(struct model *model, struct pins *pins)
{
    __real_model_rise(model, pins);
    if (!recording)
        return;
    try {
        recording->clocks.push_back(*pins);
    } catch (const std::bad_alloc &) {
        std::fprintf(stderr, "replay: out of memory\n");
        std::exit(1);
    }
}

struct replay *replay_record_begin(void)
{
    recording = new struct replay;
    return recording;
}

void replay_record_end(void)
{
    recording = nullptr;
}

void recording_free(struct replay *replay)
{
    delete replay;
}

uint64_t replay_clocks(const struct replay *replay)
{
    return replay->clocks.size();
}

struct replay_engine {
    VerilatedContext context;
    Vioat top{ &context };
};

struct replay_engine *replay_engine_open(void)
{
    struct replay_engine *engine = new struct replay_engine;

    engine->top.clk = engine->top.load = 0;
    engine->top.eval();
    return engine;
}

void replay_engine_close(struct replay_engine *engine)
{
    engine->top.final();
    delete engine;
}

static void clock(Vioat &top, const struct pins &pins)
{
    put_inputs(*top.rootp, pins);
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
}

void recording_run(const struct replay *replay, struct replay_engine *engine, uint64_t first,
                uint64_t end)
{
    for (uint64_t n = first; n < end; n++)
        clock(engine->top, replay->clocks[n]);
}

static bool same_address(const struct axi_address &a, const struct axi_address &b)
{
    return a.valid == b.valid && (!a.valid || (a.addr == b.addr && a.id == b.id && a.len == b.len));
}

static bool same_outputs(const struct pins &a, const struct pins &b)
{
    return a.msix == b.msix && a.bar.bvalid == b.bar.bvalid && a.bar.rvalid == b.bar.rvalid
        && same_address(a.read[0].ar, b.read[0].ar) && same_address(a.read[1].ar, b.read[1].ar)
        && same_address(a.write.aw, b.write.aw) && a.write.w.valid == b.write.w.valid
        && (!a.write.w.valid || (a.write.w.strobe == b.write.w.strobe
                                 && !std::memcmp(a.write.w.data, b.write.w.data, bus_bytes)));
}

uint64_t replay_check(const struct replay *replay, struct replay_engine *engine)
{
    for (size_t n = 0; n < replay->clocks.size(); n++) {
        const struct pins &recorded = replay->clocks[n];
        struct pins pins = recorded;

        clock(engine->top, pins);
        get_outputs(*engine->top.rootp, pins);
        // Before its reset the engine may show anything.
        if (!recorded.rst && !same_outputs(pins, recorded))
            return n;
    }
    return REPLAY_SAME;
}
