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

static void emit_memory(struct ioat_sim *sim, struct ioat_sim_event *event)
{
    event->clock = sim->now;
    stats_count(&sim->stats, event);
    emit(sim, event);
}

static void emit_address(struct ioat_sim *sim, enum ioat_sim_event_kind kind, unsigned port,
                         const struct axi_address *address)
{
    if (!address->valid || !address->ready)
        return;
    emit_memory(sim, &(struct ioat_sim_event) {
        .kind = kind, .port = port, .id = address->id, .addr = address->addr,
        .bytes = (address->len + 1u) * (sim->build->data_bits / 8), .cache = address->cache,
    });
}

static void emit_r(struct ioat_sim *sim, unsigned port, const struct axi_r *r)
{
    if (!r->valid || !r->ready)
        return;
    emit_memory(sim, &(struct ioat_sim_event) {
        .kind = IOAT_SIM_R, .port = port, .id = r->id, .addr = axi_reader_beat(sim->reader[port]),
        .bytes = sim->build->data_bits / 8, .last = r->last, .resp = r->resp, .data = r->data,
    });
}

static void emit_w(struct ioat_sim *sim, const struct axi_w *w)
{
    struct ioat_sim_event event;

    if (!w->valid || !w->ready)
        return;
    event = (struct ioat_sim_event) {
        .kind = IOAT_SIM_W, .bytes = sim->build->data_bits / 8, .last = w->last,
        .strobe = w->strobe, .data = w->data,
    };
    axi_writer_beat(sim->writer, &sim->pins.write, &event.id, &event.addr);
    emit_memory(sim, &event);
}

static void emit_b(struct ioat_sim *sim, const struct axi_b *b)
{
    if (!b->valid || !b->ready)
        return;
    emit_memory(sim, &(struct ioat_sim_event) {
        .kind = IOAT_SIM_B, .id = b->id, .addr = axi_writer_answered(sim->writer), .resp = b->resp,
    });
}

void sim_observe_memory(struct ioat_sim *sim)
{
    const struct pins *pins = &sim->pins;

    for (unsigned port = 0; port < AXI_READ_PORTS; port++)
        emit_address(sim, IOAT_SIM_AR, port, &pins->read[port].ar);
    for (unsigned port = 0; port < AXI_READ_PORTS; port++)
        emit_r(sim, port, &pins->read[port].r);
    emit_address(sim, IOAT_SIM_AW, 0, &pins->write.aw);
    emit_w(sim, &pins->write.w);
    emit_b(sim, &pins->write.b);
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
