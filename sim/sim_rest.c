/* sim_rest.c - which clocks need no evaluation: those in which nothing changes but time.
 *
 * The engine is at rest when its whole state is the same before and after an edge: then it
 * is the same after every further edge with these inputs. A running timer of the engine
 * changes state, so it is never skipped. The parts around the engine say themselves until
 * when they do nothing. Any access, setting or handshake ends the rest.
 */
#include "sim_private.h"

enum {
    FIRST_LOOK = 8,            /* quiet clocks before the engine is looked at ... */
    LAST_LOOK = 1024,          /* ... and twice as many after each look, up to this */
};

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Until when memory, checkers and contract do nothing; 0: they are busy. */
static uint64_t surroundings_end(const struct ioat_sim *sim)
{
    uint64_t end = sooner(contract_next(sim->contract), axi_writer_next(sim->writer));

    for (unsigned port = 0; port < sim->read_ports; port++) {
        if (!axi_check_at_rest(sim->check[port]))
            return 0;
        end = sooner(end, axi_reader_next(sim->reader[port]));
    }
    return end;
}

static bool port_quiet(const struct axi_reads *port)
{
    return !port->ar.valid && !port->r.valid;
}

static bool pins_quiet(const struct pins *pins)
{
    return port_quiet(&pins->read[0]) && port_quiet(&pins->read[1]) && !pins->write.aw.valid
        && !pins->write.w.valid && !pins->write.b.valid && !pins->bar.awvalid
        && !pins->bar.wvalid && !pins->bar.bvalid && !pins->bar.arvalid && !pins->bar.rvalid
        && !pins->msix && !pins->flr && !pins->rst;
}

/* Software may have acted since the last clock. */
static bool inputs_stay(const struct ioat_sim *sim)
{
    return axil_master_idle(&sim->axil) && !sim_settings_changed(sim) && !sim->wave.recording
        && !sim->wave.armed;
}

void sim_rest_end(struct ioat_sim *sim)
{
    sim->rest.quiet = 0;
    sim->rest.look = FIRST_LOOK;
    sim->rest.still = false;
}

void sim_rest_watch(struct ioat_sim *sim)
{
    sim->rest.evaluated++;
    if (pins_quiet(&sim->pins))
        sim->rest.quiet++;
    else
        sim_rest_end(sim);
}

void sim_rest_look(struct ioat_sim *sim)
{
    struct rest *rest = &sim->rest;

    if (rest->quiet < rest->look || rest->forbidden || !inputs_stay(sim))
        return;
    if (!rest->still) {
        rest->look += rest->look < LAST_LOOK ? rest->look : LAST_LOOK;
        rest->still = model_at_rest(sim->model);
    }
    rest->end = rest->still ? surroundings_end(sim) : 0;
}

uint64_t sim_rest(struct ioat_sim *sim)
{
    const struct rest *rest = &sim->rest;

    if (!rest->still)
        return 0;
    if (!inputs_stay(sim)) {
        sim_rest_end(sim);
        return 0;
    }
    return rest->end > sim->now ? rest->end - sim->now : 0;
}
