/* sim.c - life, the clock, violations. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "sim_private.h"

enum {
    RESET_CLOCKS = 8,
    LATENCY_MAX = 1000000,         /* keeps every wait bounded */
    STALL_MAX = 95,
    FLR_US = 100,                  /* H-C07 allows 100 ms; the engine needs its drain only */
    SLOW_ANSWERS = 64,             /* latencies that may follow one another in a drain */
    QUIET_CLOCKS = 256,            /* without bus activity: the engine has nothing left to do */
    CLOSE_CLOCKS = 20000,          /* close does not wait longer for that */
};
#define BAR_ADDRESS UINT64_C(0x3800F0000000)   /* where firmware of a large host puts it */

/* ---- timing ---- */

static bool timing_fits(const struct ioat_sim_timing *timing)
{
    const unsigned latency[] = { timing->read_latency, timing->write_latency };
    const unsigned stall[] = { timing->ar_stall, timing->aw_stall, timing->w_stall,
                               timing->r_stall, timing->b_stall };

    for (unsigned n = 0; n < sizeof latency / sizeof *latency; n++) {
        if (latency[n] < 1 || latency[n] > LATENCY_MAX) {
            fprintf(stderr, "ioat_sim: %s latency %u: give 1..%d clocks\n", n ? "write" : "read",
                    latency[n], LATENCY_MAX);
            return false;
        }
    }
    for (unsigned n = 0; n < sizeof stall / sizeof *stall; n++) {
        static const char *const name[] = { "ar", "aw", "w", "r", "b" };

        if (stall[n] > STALL_MAX) {
            fprintf(stderr, "ioat_sim: %s_stall %u: give 0..%d percent\n", name[n], stall[n],
                    STALL_MAX);
            return false;
        }
    }
    if (timing->jitter > LATENCY_MAX) {
        fprintf(stderr, "ioat_sim: jitter %u: give 0..%d clocks\n", timing->jitter, LATENCY_MAX);
        return false;
    }
    return true;
}

static unsigned worst_stall(const struct ioat_sim_timing *timing)
{
    const unsigned stall[] = { timing->ar_stall, timing->aw_stall, timing->w_stall,
                               timing->r_stall, timing->b_stall };
    unsigned worst = 0;

    for (unsigned n = 0; n < sizeof stall / sizeof *stall; n++)
        worst = stall[n] > worst ? stall[n] : worst;
    return worst;
}

uint64_t sim_flr_limit(const struct ioat_sim *sim)
{
    const struct ioat_sim_timing *timing = &sim->timing;
    const uint64_t slow = (uint64_t)timing->read_latency + timing->write_latency
        + 2 * (uint64_t)timing->jitter;

    return (uint64_t)sim->build->clock_mhz * FLR_US * 100 / (100 - worst_stall(timing))
        + SLOW_ANSWERS * slow;
}

static void adopt_timing(struct ioat_sim *sim, const struct ioat_sim_timing *timing)
{
    sim->timing = *timing;
    sim_rest_end(sim);
    for (unsigned port = 0; port < sim->read_ports; port++)
        axi_check_set_patience(sim->check[port], 4 * sim_flr_limit(sim));
}

enum ioat_status ioat_sim_set_timing(struct ioat_sim *sim, const struct ioat_sim_timing *timing)
{
    if (!timing || !timing_fits(timing))
        return IOAT_EINVAL;
    adopt_timing(sim, timing);
    return IOAT_OK;
}

/* ---- violations ---- */

void sim_violate(void *ctx, uint64_t clock, const char *rule, const char *text)
{
    struct ioat_sim *sim = ctx;

    if (sim->violated)
        return;
    sim->violated = true;
    snprintf(sim->violation, sizeof sim->violation, "%s at clock %" PRIu64 ": %s", rule, clock,
             text);
}

static void end_run(struct ioat_sim *sim)
{
    if (sim->ended)
        return;
    sim->ended = true;
    wave_shut(&sim->wave);
    if (!sim->on_violation) {
        fprintf(stderr, "ioat_sim: %s\n", sim->violation);
        exit(3);
    }
    sim->on_violation(sim->on_violation_ctx, sim->violation);
}

const char *ioat_sim_violation(const struct ioat_sim *sim)
{
    return sim->violated ? sim->violation : NULL;
}

enum ioat_status sim_may_advance(const struct ioat_sim *sim)
{
    if (sim->in_clock)
        return IOAT_ESTATE;
    return sim->violated ? IOAT_EVIOLATED : IOAT_OK;
}

/* ---- a clock ---- */

static void message_landed(void *ctx, uint64_t addr, uint32_t data)
{
    struct ioat_sim *sim = ctx;

    if (sim->on_message)
        sim->on_message(sim->on_message_ctx, addr, data);
}

bool sim_withholds(const struct ioat_sim *sim)
{
    return sim->faults.withholds;
}

static void drive(struct ioat_sim *sim)
{
    struct pins *pins = &sim->pins;

    pins->bus_master = pcie_bus_master(&sim->pcie);
    pins->msix_enable = pcie_msix_enabled(&sim->pcie);
    pins->msix_mask = pcie_msix_masked(&sim->pcie);
    pins->flr = sim->pcie.resetting;
    /* Before the memory: a write that a message handler posts starts in the next clock. */
    axil_master_drive(&sim->axil, &pins->bar);
    for (unsigned port = 0; port < sim->read_ports; port++)
        axi_reader_drive(sim->reader[port], sim->now, &pins->read[port]);
    axi_writer_drive(sim->writer, sim->now, &pins->write);
}

static void check(struct ioat_sim *sim)
{
    const bool frozen = sim_withholds(sim);

    for (unsigned port = 0; port < sim->read_ports; port++)
        axi_check_clock(sim->check[port], sim->now, &sim->pins, frozen);
    if (sim->read_ports == 1 && sim->pins.read[1].ar.valid && !sim->pins.rst)
        sim_violate(sim, sim->now, "K-60", "the descriptor master, which this build has not, reads");
    axil_check_clock(&sim->axil_check, sim->now, &sim->pins);
}

static void take(struct ioat_sim *sim)
{
    for (unsigned port = 0; port < sim->read_ports; port++)
        axi_reader_take(sim->reader[port], sim->now, &sim->pins.read[port]);
    axi_writer_take(sim->writer, sim->now, &sim->pins.write);
}

/* The offset of an access that the engine accepted, or WAVE_NO_OFFSET. */
static int take_bar(struct ioat_sim *sim)
{
    const struct axil_done done = axil_master_take(&sim->axil, &sim->pins.bar);

    sim_observe_bar(sim, &done);
    if (done.written)
        return done.written->offset;
    return done.asked ? done.asked->offset : WAVE_NO_OFFSET;
}

static void tell_contract(struct ioat_sim *sim)
{
    const struct pins *pins = &sim->pins;

    contract_clock(sim->contract, sim->now, &(struct contract_pins) {
        .bus_master = pins->bus_master, .msix_enable = pins->msix_enable,
        .msix_mask = pins->msix_mask, .flr = pins->flr, .irq = pins->msix, .intx = pins->intx,
        .ar_waits = { pins->read[0].ar.valid && !pins->read[0].ar.ready,
                      pins->read[1].ar.valid && !pins->read[1].ar.ready },
        .w_waits = (pins->write.aw.valid && !pins->write.aw.ready) || (pins->write.w.valid && !pins->write.w.ready),
    });
}

static void watch_flr(struct ioat_sim *sim)
{
    if (!sim->pins.flr)
        return;
    if (sim->pins.flr_done) {
        pcie_reset_done(&sim->pcie);
        sim->flr_clocks = 0;
    } else if (!sim_withholds(sim) && ++sim->flr_clocks > sim_flr_limit(sim)) {
        sim_violate(sim, sim->now, "H-C07",
                    "a function-level reset does not end: flr_done stays low");
    }
}

/* The edge that begins a clock tells what was wrong in the one before. */
static void begin_clock(struct ioat_sim *sim)
{
    const char *rule, *stream;

    model_rise(sim->model, &sim->pins);
    rule = model_broken(sim->model, &stream);
    if (rule)
        sim_violate(sim, sim->now - 1, rule, stream);
}

static enum ioat_status evaluate_clock(struct ioat_sim *sim)
{
    int offset = WAVE_NO_OFFSET;

    sim->in_clock = true;
    drive(sim);
    begin_clock(sim);
    check(sim);
    sim_observe_memory(sim);
    if (!axil_master_idle(&sim->axil))
        offset = take_bar(sim);
    if (sim->pins.msix)
        stats_irq(&sim->stats, sim->pins.msix);
    tell_contract(sim);
    sim_rest_watch(sim);
    take(sim);
    watch_flr(sim);
    wave_clock(&sim->wave, sim->now, offset);
    model_fall(sim->model, sim->now);
    sim->now++;
    sim->in_clock = false;
    if (!sim->violated) {
        sim_rest_look(sim);
        return IOAT_OK;
    }
    end_run(sim);
    return IOAT_EVIOLATED;
}

enum ioat_status sim_clock(struct ioat_sim *sim)
{
    if (sim_rest(sim) == 0)
        return evaluate_clock(sim);
    sim->now++;
    return IOAT_OK;
}

/* Registers hold anything until the first edge, so nothing is looked at but by the
 * contract, which learns that time passes. */
static void reset_clock(struct ioat_sim *sim)
{
    sim->pins = (struct pins) { .rst = true };
    model_rise(sim->model, &sim->pins);
    check(sim);
    sim_observe_reset(sim);
    sim->pins.msix = 0;
    sim->pins.intx = false;
    tell_contract(sim);
    model_fall(sim->model, sim->now);
    sim->now++;
}

/* ---- time ---- */

uint64_t ioat_sim_now(const struct ioat_sim *sim)
{
    return sim->now;
}

enum ioat_status ioat_sim_step(struct ioat_sim *sim, uint64_t clocks)
{
    enum ioat_status status = sim_may_advance(sim);

    while (status == IOAT_OK && clocks > 0) {
        const uint64_t rest = sim_rest(sim);
        const uint64_t passed = rest < clocks ? rest : clocks;

        if (passed == 0) {
            status = evaluate_clock(sim);
            clocks--;
        }
        sim->now += passed;
        clocks -= passed;
    }
    return status;
}

enum ioat_status ioat_sim_wait(struct ioat_sim *sim, bool (*cond)(void *ctx), void *ctx,
                               uint64_t clocks)
{
    const uint64_t start = sim->now;
    enum ioat_status status = sim_may_advance(sim);

    if (!cond)
        return IOAT_EINVAL;
    while (status == IOAT_OK) {
        if (cond(ctx))
            return IOAT_OK;
        if (sim->now - start >= clocks)
            return IOAT_ETIME;
        status = sim_clock(sim);
    }
    return status;
}

static bool waiting(const struct ioat_sim *sim)
{
    unsigned reads = 0;

    for (unsigned port = 0; port < sim->read_ports; port++)
        reads += axi_reader_waiting(sim->reader[port]);
    return reads || axi_writer_waiting(sim->writer);
}

static bool requesting(const struct pins *pins)
{
    return pins->read[0].ar.valid || pins->read[1].ar.valid || pins->write.aw.valid
        || pins->write.w.valid;
}

bool ioat_sim_bus_busy(const struct ioat_sim *sim)
{
    struct pins pins = sim->pins;

    model_outputs(sim->model, &pins);
    return waiting(sim) || requesting(&pins);
}

/* ---- life ---- */

void ioat_sim_config_init(struct ioat_sim_config *config)
{
    *config = (struct ioat_sim_config) {
        .timing = { .read_latency = 1, .write_latency = 1 },
        .seed = 1,
    };
}

static void dispose(struct ioat_sim *sim)
{
    wave_free(&sim->wave);
    if (sim->contract)
        contract_close(sim->contract);
    for (unsigned port = 0; port < sim->read_ports; port++) {
        axi_check_close(sim->check[port]);
        axi_reader_close(sim->reader[port]);
    }
    axi_writer_close(sim->writer);
    host_mem_close(sim->mem);
    model_close(sim->model);
    free(sim);
}

static bool open_memory(struct ioat_sim *sim, uint64_t seed)
{
    const struct axi_memory_host host = {
        .bus_bytes = sim->build->data_bits / 8, .mem = sim->mem, .faults = &sim->faults,
        .timing = &sim->timing, .message = message_landed, .message_ctx = sim,
    };
    struct rng rng = { seed };

    fault_init(&sim->faults, rng_next(&rng));
    sim->writer = axi_writer_open(&host, rng_next(&rng));
    for (unsigned port = 0; port < sim->read_ports; port++)
        sim->reader[port] = axi_reader_open(&host, rng_next(&rng));
    return sim->writer && sim->reader[0] && sim->reader[sim->read_ports - 1];
}

static bool open_checks(struct ioat_sim *sim)
{
    struct axi_check_config config = {
        .bus_bytes = sim->build->data_bits / 8, .channels = sim->build->channels,
        .desc_port = sim->build->desc_port, .read_bytes_max = sim->build->read_bytes_max,
        .write_bytes_max = sim->build->write_bytes_max, .violate = sim_violate, .ctx = sim,
    };

    for (config.port = 0; config.port < sim->read_ports; config.port++)
        sim->check[config.port] = axi_check_open(&config);
    axil_check_init(&sim->axil_check, sim_violate, sim);
    sim->contract = contract_open(sim->build, sim_violate, sim);
    return sim->check[0] && sim->check[sim->read_ports - 1] && sim->contract;
}

static bool open_parts(struct ioat_sim *sim, const struct ioat_sim_config *config)
{
    sim->build = ioat_sim_build();
    sim->read_ports = sim->build->desc_port ? 2 : 1;
    sim->on_violation = config->on_violation;
    sim->on_violation_ctx = config->on_violation_ctx;
    sim->model = model_open(config->seed);
    if (!sim->model || !wave_init(&sim->wave, sim->model, config->wave_path))
        return false;
    sim->mem = host_mem_open();
    if (!sim->mem || !open_memory(sim, config->seed) || !open_checks(sim))
        return false;
    pcie_init(&sim->pcie, &(struct pcie_config) {
        .identity = pcie_identity(), .vectors = sim->build->channels,
        .payload_max = sim->build->write_bytes_max,
    });
    adopt_timing(sim, &config->timing);
    sim->rest.forbidden = config->every_clock;
    return true;
}

enum ioat_status ioat_sim_open(const struct ioat_sim_config *config, struct ioat_sim **sim)
{
    struct ioat_sim_config ideal;
    struct ioat_sim *made;

    *sim = NULL;
    if (!config) {
        ioat_sim_config_init(&ideal);
        config = &ideal;
    }
    if (!timing_fits(&config->timing))
        return IOAT_EINVAL;
    made = calloc(1, sizeof *made);
    if (!made)
        return IOAT_ENOMEM;
    if (!open_parts(made, config)) {
        dispose(made);
        return IOAT_ENOMEM;
    }
    for (unsigned n = 0; n < RESET_CLOCKS; n++)
        reset_clock(made);
    made->pins = (struct pins) { 0 };
    sim_clock(made);
    pcie_firmware(&made->pcie, BAR_ADDRESS);
    sim_clock(made);
    stats_clear(&made->stats, made->now);
    *sim = made;
    return IOAT_OK;
}

/* Lets the engine finish what it is about to do, then asks the contract whether
 * anything was promised and never came. */
static void settle(struct ioat_sim *sim)
{
    unsigned quiet = 0;

    sim->on_event = NULL;
    sim->on_message = NULL;
    for (unsigned n = 0; n < CLOSE_CLOCKS && quiet < QUIET_CLOCKS; n++) {
        if (sim_withholds(sim) || sim_clock(sim) != IOAT_OK)
            return;
        quiet = waiting(sim) || requesting(&sim->pins) ? 0 : quiet + 1;
    }
    if (quiet < QUIET_CLOCKS)
        return;
    contract_quiet(sim->contract, sim->now);
    if (sim->violated)
        end_run(sim);
}

void ioat_sim_close(struct ioat_sim *sim)
{
    if (!sim)
        return;
    if (!sim->violated)
        settle(sim);
    dispose(sim);
}
