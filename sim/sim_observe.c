/* sim_observe.c - the handshakes of a clock as events, for contract, counts and caller.
 *
 * Called between the settling of the pins and the taking of the handshakes.
 */
#include <string.h>

#include "sim_private.h"

static void emit(struct ioat_sim *sim, struct ioat_sim_event *event)
{
    event->clock = sim->now;
    contract_event(sim->contract, event);
    if (sim->on_event)
        sim->on_event(sim->on_event_ctx, event);
}

static void emit_address(struct ioat_sim *sim, enum ioat_sim_event_kind kind, unsigned port,
                         const struct axi_address *address)
{
    emit(sim, &(struct ioat_sim_event) {
        .kind = kind, .port = port, .id = address->id, .addr = address->addr,
        .bytes = (address->len + 1u) * (sim->build->data_bits / 8), .cache = address->cache,
    });
}

static void observe_reads(struct ioat_sim *sim, unsigned port, const struct axi_reads *reads)
{
    const struct axi_r *r = &reads->r;

    if (reads->ar.valid && reads->ar.ready) {
        stats_ar(&sim->stats, reads->ar.id);
        emit_address(sim, IOAT_SIM_AR, port, &reads->ar);
    }
    if (r->valid && r->ready) {
        stats_r(&sim->stats, r->id);
        emit(sim, &(struct ioat_sim_event) {
            .kind = IOAT_SIM_R, .port = port, .id = r->id, .addr = axi_reader_beat(sim->reader[port]),
            .bytes = sim->build->data_bits / 8, .last = r->last, .resp = r->resp, .data = r->data,
        });
    }
}

static void observe_w(struct ioat_sim *sim, const struct axi_w *w)
{
    struct ioat_sim_event event = {
        .kind = IOAT_SIM_W, .bytes = sim->build->data_bits / 8, .last = w->last,
        .strobe = w->strobe, .data = w->data,
    };

    axi_writer_beat(sim->writer, &sim->pins.write, &event.id, &event.addr);
    stats_w(&sim->stats, event.id, w, event.bytes, sim->now);
    emit(sim, &event);
}

void sim_observe_memory(struct ioat_sim *sim)
{
    const struct pins *pins = &sim->pins;

    for (unsigned port = 0; port < sim->read_ports; port++)
        observe_reads(sim, port, &pins->read[port]);
    if (pins->write.aw.valid && pins->write.aw.ready) {
        stats_aw(&sim->stats, pins->write.aw.id);
        emit_address(sim, IOAT_SIM_AW, 0, &pins->write.aw);
    }
    if (pins->write.w.valid && pins->write.w.ready)
        observe_w(sim, &pins->write.w);
    if (pins->write.b.valid && pins->write.b.ready)
        emit(sim, &(struct ioat_sim_event) {
            .kind = IOAT_SIM_B, .id = pins->write.b.id, .addr = axi_writer_answered(sim->writer),
            .resp = pins->write.b.resp,
        });
}

static void emit_bar(struct ioat_sim *sim, enum ioat_sim_event_kind kind,
                     const struct axil_access *access, uint64_t word)
{
    uint8_t data[sizeof word];

    memcpy(data, &word, sizeof data);
    emit(sim, &(struct ioat_sim_event) {
        .kind = kind, .addr = access->offset, .bytes = access->width,
        .strobe = axil_lanes(access), .data = data,
    });
}

void sim_observe_bar(struct ioat_sim *sim, const struct axil_done *done)
{
    if (done->read)
        emit_bar(sim, IOAT_SIM_BAR_READ, done->read, sim->pins.bar.rdata);
    if (done->written)
        emit_bar(sim, IOAT_SIM_BAR_WRITE, done->written, sim->pins.bar.wdata);
}

void sim_observe_reset(struct ioat_sim *sim)
{
    emit(sim, &(struct ioat_sim_event) { .kind = IOAT_SIM_RESET, .resp = sim->pins.flr });
}
