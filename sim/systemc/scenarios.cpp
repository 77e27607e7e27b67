// scenarios - a scenario file through the TLM sockets, clock for clock as without SystemC.
//
//   scenarios FILE     plays it with the calls of ioat_sim.h, then as a processor of a virtual platform,
//                      and compares marks, every handshake and its clock, and memory
//
// Exit status 0: the same; 1: not, one line says where; 2: the file makes no sense; 3: this build cannot.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "ioat_tlm.h"
#include "main_stack.h"
#include "parts.h"
#include "scenario.h"

using sc_core::sc_time;

namespace {

// What one run was, to be compared with another.
struct record {
    enum scenario_end how = SCENARIO_BAD;
    struct scenario scenario = {};
    struct ioat_sim_stats stats = {};
    std::vector<struct ioat_sim_stats> channel;
};

void at_end(void *ctx, struct ioat_sim *sim)
{
    record *is = static_cast<record *>(ctx);

    ioat_sim_stats(sim, &is->stats);
    for (unsigned n = 0; n < ioat_sim_build()->channels; n++) {
        is->channel.emplace_back();
        ioat_sim_chan_stats(sim, n, &is->channel.back());
    }
}

void play(const char *path, const struct scenario_device *device, record *into)
{
    struct scenario_options options = {};

    options.device = device;
    options.at_end = at_end;
    options.ctx = into;
    into->how = scenario_run(path, &options, &into->scenario);
}

std::string difference(const record &one, const record &other)
{
    char text[200];

    if (one.how != other.how)
        return std::string("through SystemC: ") + other.scenario.why;
    if (one.scenario.marks != other.scenario.marks)
        return "the numbers of marks differ";
    for (unsigned n = 0; n < one.scenario.marks; n++)
        if (one.scenario.mark[n].clock != other.scenario.mark[n].clock) {
            std::snprintf(text, sizeof text, "'%s' is at clock %llu, through SystemC at %llu",
                          one.scenario.mark[n].text, static_cast<unsigned long long>(one.scenario.mark[n].clock),
                          static_cast<unsigned long long>(other.scenario.mark[n].clock));
            return text;
        }
    if (std::memcmp(&one.stats, &other.stats, sizeof one.stats) != 0)
        return "bursts, beats or their clocks differ";
    for (size_t n = 0; n < one.channel.size(); n++)
        if (std::memcmp(&one.channel[n], &other.channel[n], sizeof one.channel[n]) != 0)
            return "bursts, beats or their clocks of channel " + std::to_string(n) + " differ";
    return "";
}

}  // namespace

// Software, in the words of the scenario: each access is a transaction, each wait passes SystemC time.
class player : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<player> out;
    record result;

    player(const sc_core::sc_module_name &name, const char *path_, ioat_tlm &engine_, memory &memory_)
        : sc_module(name), out("out"), path(path_), engine(engine_), ram(memory_)
    {
        SC_HAS_PROCESS(player);
        SC_THREAD(run);
    }

private:
    static player *self(void *ctx) { return static_cast<player *>(ctx); }

    static enum ioat_status open(void *ctx, const struct ioat_sim_config *, struct ioat_sim **sim)
    {
        *sim = self(ctx)->engine.sim();
        return IOAT_OK;
    }
    static void close(void *, struct ioat_sim *) {}
    static enum ioat_status map(void *ctx, struct ioat_sim *, uint64_t bus, uint64_t bytes, unsigned, void **cpu)
    {
        *cpu = self(ctx)->ram.at(bus - MEMORY_BASE);
        return bus >= MEMORY_BASE && bus - MEMORY_BASE + bytes <= MEMORY_BYTES ? IOAT_OK : IOAT_EINVAL;
    }
    static enum ioat_status read(void *ctx, struct ioat_sim *, uint32_t offset, unsigned width, uint64_t *value)
    {
        *value = 0;
        return self(ctx)->access(tlm::TLM_READ_COMMAND, offset, width, value);
    }
    static enum ioat_status write(void *ctx, struct ioat_sim *, uint32_t offset, unsigned width, uint64_t value)
    {
        return self(ctx)->access(tlm::TLM_WRITE_COMMAND, offset, width, &value);
    }
    static enum ioat_status step(void *ctx, struct ioat_sim *sim, uint64_t clocks)
    {
        self(ctx)->pass(clocks);
        return ioat_sim_violation(sim) ? IOAT_EVIOLATED : IOAT_OK;
    }
    static enum ioat_status wait_for(void *ctx, struct ioat_sim *sim, bool (*cond)(void *), void *cond_ctx,
                                     uint64_t clocks);

    enum ioat_status access(tlm::tlm_command command, uint32_t offset, unsigned width, uint64_t *value);
    void pass(uint64_t clocks);
    void run();

    const char *path;
    ioat_tlm &engine;
    memory &ram;
};

void player::pass(uint64_t clocks)
{
    wait(engine.period() * static_cast<double>(clocks));
    engine.catch_up();
}

enum ioat_status player::wait_for(void *ctx, struct ioat_sim *sim, bool (*cond)(void *), void *cond_ctx,
                                  uint64_t clocks)
{
    for (; !cond(cond_ctx); clocks--) {
        if (!clocks)
            return IOAT_ETIME;
        if (enum ioat_status status = step(ctx, sim, 1))
            return status;
    }
    return IOAT_OK;
}

enum ioat_status player::access(tlm::tlm_command command, uint32_t offset, unsigned width, uint64_t *value)
{
    tlm::tlm_generic_payload payload;
    sc_time delay = sc_core::SC_ZERO_TIME;

    payload.set_command(command);
    payload.set_address(BAR_BASE + offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(value));
    payload.set_data_length(width);
    payload.set_streaming_width(width);
    out->b_transport(payload, delay);
    wait(delay);
    return payload.is_response_ok() ? IOAT_OK : IOAT_EIO;
}

void player::run()
{
    const struct scenario_device device = { open, close, map, read, write, step, wait_for, this };

    play(path, &device, &result);
    sc_core::sc_stop();
}

int sc_main(int argc, char **argv)
{
    struct ioat_sim_config config;
    record alone;

    if (argc != 2) {
        std::fprintf(stderr, "scenarios: usage: scenarios FILE.scenario\n");
        return 2;
    }
    play(argv[1], nullptr, &alone);
    if (alone.how != SCENARIO_DONE) {
        std::fprintf(stderr, "scenarios: %s\n", alone.scenario.why);
        return alone.how == SCENARIO_SKIPPED ? 3 : alone.how == SCENARIO_BAD ? 2 : 1;
    }

    ioat_sim_config_init(&config);
    bus bus("bus");
    memory memory("memory");
    interrupts interrupts("interrupts");
    ioat_tlm engine("engine", config);
    player player("player", argv[1], engine, memory);
    sc_core::sc_signal<bool> intx;

    player.out.bind(bus.in);
    engine.dma.bind(bus.in);
    bus.memory.bind(memory.in);
    bus.interrupts.bind(interrupts.in);
    bus.bar.bind(engine.bar);
    bus.config.bind(engine.config);
    engine.intx.bind(intx);
    sc_core::sc_start();
    back_on_main_stack();

    std::string what = difference(alone, player.result);
    if (what.empty() && interrupts.count != alone.stats.messages)
        what = std::to_string(interrupts.count) + " messages arrived, the engine sent " +
               std::to_string(alone.stats.messages);
    if (!what.empty()) {
        std::fprintf(stderr, "scenarios: %s: %s\n", argv[1], what.c_str());
        return 1;
    }
    std::printf("%s: the same to the clock, %llu clocks\n", argv[1],
                static_cast<unsigned long long>(alone.scenario.clocks));
    return 0;
}
