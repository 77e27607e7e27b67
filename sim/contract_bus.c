/* contract_bus.c - follows every burst from its address to its last answer.
 *
 * The IDs tell channel and purpose (K-60); AXI keeps answers of one ID in order, and W
 * beats in the order of AW, so queues are enough. W beats that come before their AW
 * wait here.
 */
#include <inttypes.h>
#include <string.h>

#include "contract_priv.h"

enum { STALE_CLOCKS = 2 };    /* K-62: requests stop from the next clock on */

static unsigned kind_of(unsigned id) { return id >> 4; }
static unsigned owner_of(unsigned id) { return id & (IOAT_CHAN_MAX - 1); }

static void clear(struct ring *ring)
{
    ring->head = ring->tail;
}

void ct_bus_clear(struct history *h)
{
    for (unsigned id = 0; id < AXI_IDS; id++) {
        clear(&h->reads[id]);
        clear(&h->writes[id]);
        h->w_next[id] = h->writes[id].tail;
    }
    clear(&h->w_order);
    clear(&h->early);
    h->outstanding = 0;
    for (unsigned n = 0; n < h->build.channels; n++) {
        struct chan *ch = &h->chan[n];

        ch->reads = ch->fetches = ch->writes = ch->words = ch->messages = 0;
    }
}

/* ---- addresses ---- */

static bool id_fits(struct history *h, const struct ioat_sim_event *event, unsigned last_kind)
{
    const bool desc_master = event->kind == IOAT_SIM_AR && h->build.desc_port
        && kind_of(event->id) == READ_DESCRIPTOR;

    if (kind_of(event->id) <= last_kind && owner_of(event->id) < h->build.channels
        && event->port == desc_master)
        return true;
    ct_breach(h, "K-60", "request with ID 0x%02x on master %u, at 0x%" PRIx64, event->id, event->port,
           event->addr);
    return false;
}

static void shape(struct history *h, const struct ioat_sim_event *event, unsigned most)
{
    const uint64_t last = event->addr + event->bytes - 1;

    if (event->addr / IOAT_PAGE_BYTES != last / IOAT_PAGE_BYTES)
        ct_breach(h, "H-D02", "burst [0x%" PRIx64 ", +%u) crosses a 4 KiB boundary", event->addr,
               event->bytes);
    else if (event->addr % h->bus || event->addr / most != last / most)
        ct_breach(h, "K-61", "burst [0x%" PRIx64 ", +%u) is not whole bus words within a multiple of %u",
               event->addr, event->bytes, most);
}

/* A request that was waiting when bus master went off may still pass, one on each channel. */
static void mastering(struct history *h, const struct ioat_sim_event *event, unsigned channel)
{
    if (h->pins.bus_master || h->master_fall_clk == NEVER
        || event->clock <= h->master_fall_clk + STALE_CLOCKS)
        return;
    if (h->stale[channel]++) {
        h->late = true;
        h->late_addr = event->addr;
    }
}

void ct_bus_pins(struct history *h)
{
    if (h->late && !h->pins.bus_master)
        ct_breach(h, "K-62", "request at 0x%" PRIx64 " %" PRIu64 " clocks after bus master went off",
                  h->late_addr, h->now - h->master_fall_clk);
    h->late = false;
}

static void descriptor_attributes(const struct chan *ch, unsigned cache)
{
    const unsigned due = ch->ctrl & IOAT_CHANCTRL_FETCH_NO_SNOOP ? 0x3 : 0xF;

    if (cache != due && ch->ctrl_known && !ch->snoop_either && !ch->stops)
        ct_wrong(ch, "K-34", "descriptor read with AxCACHE 0x%x, not 0x%x", cache, due);
}

static void on_ar(struct history *h, const struct ioat_sim_event *event)
{
    struct chan *ch = &h->chan[owner_of(event->id)];
    struct fetch *fetch;

    if (!id_fits(h, event, READ_DESCRIPTOR))
        return;
    mastering(h, event, event->port);
    shape(h, event, h->build.read_bytes_max);
    fetch = ct_push(h, &h->reads[event->id]);
    fetch->clock = event->clock;
    fetch->addr = event->addr;
    fetch->bytes = event->bytes;
    h->outstanding++;
    if (kind_of(event->id) == READ_DESCRIPTOR) {
        descriptor_attributes(ch, event->cache);
        if (!ch->lost)
            ct_chain_fetch(ch, fetch);
        ch->fetches++;
    } else {
        if (!ch->lost)
            ct_data_read(ch, fetch, event->cache);
        ch->reads++;
    }
}

static void on_r(struct history *h, const struct ioat_sim_event *event)
{
    struct ring *ring = &h->reads[event->id % AXI_IDS];
    struct chan *ch = &h->chan[owner_of(event->id)];
    struct fetch *fetch;
    uint64_t addr;
    bool last;

    if (ring->head == ring->tail)
        return;                            /* the bus checkers name it */
    fetch = ct_ring_at(ring, ring->head);
    addr = fetch->addr + fetch->done;
    fetch->done += h->bus;
    last = fetch->done >= fetch->bytes;
    if (last) {
        ch->answer_clk = event->clock;
        h->outstanding--;
        kind_of(event->id) == READ_DESCRIPTOR ? ch->fetches-- : ch->reads--;
    }
    if (fetch->use == FETCH_PAYLOAD)
        ct_data_arrived(ch, fetch, addr, event->data, event->resp != 0);
    else if (fetch->use != FETCH_UNJUDGED)
        ct_chain_arrived(ch, fetch, addr, event->data, event->resp != 0);
    if (last)
        ring->head++;
}

/* ---- writes ---- */

static void take_beat(struct history *h, const uint8_t *data, uint64_t strobe)
{
    const unsigned id = *(const uint8_t *)ct_ring_at(&h->w_order, h->w_order.head);
    struct chan *ch = &h->chan[owner_of(id)];
    struct burst *burst = ct_ring_at(&h->writes[id], h->w_next[id]);
    const uint64_t addr = (burst->addr & ~(uint64_t)(h->bus - 1)) + (uint64_t)burst->beat * h->bus;

    if (++burst->beat == burst->beats) {
        h->w_order.head++;
        h->w_next[id]++;
    }
    if (!burst->judged)
        return;
    switch (kind_of(id)) {
    case WRITE_PAYLOAD: ct_data_beat(ch, burst, addr, data, strobe); break;
    case WRITE_WORD:    ct_word_beat(ch, burst, data, strobe);       break;
    default:            ct_irq_message_beat(ch, burst, data, strobe); break;
    }
}

static void on_aw(struct history *h, const struct ioat_sim_event *event)
{
    struct chan *ch = &h->chan[owner_of(event->id)];
    struct burst *burst;

    if (!id_fits(h, event, WRITE_MESSAGE))
        return;
    mastering(h, event, 2);
    if (kind_of(event->id) == WRITE_PAYLOAD)
        shape(h, event, h->build.write_bytes_max);
    *(uint8_t *)ct_push(h, &h->w_order) = (uint8_t)event->id;
    burst = ct_push(h, &h->writes[event->id]);
    burst->clock = event->clock;
    burst->offered = h->w_offered;
    burst->addr = event->addr;
    burst->beats = event->bytes / h->bus;
    h->outstanding++;
    switch (kind_of(event->id)) {
    case WRITE_PAYLOAD:
        if (!ch->lost)
            ct_data_write(ch, burst, event->cache);
        ch->writes++;
        break;
    case WRITE_WORD:
        if (!ch->lost)
            ct_word_write(ch, burst, event->cache);
        ch->words++;
        break;
    default:
        if (!ch->lost && !h->flr)
            ct_irq_message(ch, burst, event->cache);
        ch->messages++;
        break;
    }
    while (h->early.head < h->early.tail && h->w_order.head < h->w_order.tail && !h->breach.rule) {
        const struct beat *beat = ct_ring_at(&h->early, h->early.head++);

        take_beat(h, beat->data, beat->strobe);
    }
}

static void on_w(struct history *h, const struct ioat_sim_event *event)
{
    struct beat *beat;

    if (h->early.head == h->early.tail && h->w_order.head < h->w_order.tail) {
        take_beat(h, event->data, event->strobe);
        return;
    }
    beat = ct_push(h, &h->early);
    memcpy(beat->data, event->data, h->bus);
    beat->strobe = event->strobe;
    beat->last = event->last;
}

static void on_b(struct history *h, const struct ioat_sim_event *event)
{
    const unsigned id = event->id % AXI_IDS;
    struct ring *ring = &h->writes[id];
    struct chan *ch = &h->chan[owner_of(id)];
    struct burst burst;

    if (ring->head == h->w_next[id])
        return;                            /* no write awaits it: the bus checkers name it */
    burst = *(const struct burst *)ct_ring_at(ring, ring->head++);
    h->outstanding--;
    ch->answer_clk = event->clock;
    switch (kind_of(id)) {
    case WRITE_PAYLOAD:
        ch->writes--;
        if (burst.judged)
            ct_data_answered(ch, &burst, event->resp != 0);
        break;
    case WRITE_WORD:
        ch->words--;
        if (burst.judged)
            ct_word_answered(ch, &burst, event->resp != 0);
        break;
    default:
        ch->messages--;                    /* its answer belongs to no channel (K-52) */
        break;
    }
}

bool ct_bus_quiet(const struct history *h, uint64_t clocks)
{
    return !h->outstanding && !h->ar_waited[0] && !h->ar_waited[1] && !h->w_waited && h->pins.bus_master
        && h->now > h->active_clk + clocks && (h->master_low_clk == NEVER || h->now > h->master_low_clk + clocks);
}

struct chan *ct_bus_fetches(struct history *h, const struct ioat_sim_event *event)
{
    return event->kind == IOAT_SIM_AR && kind_of(event->id) == READ_DESCRIPTOR && owner_of(event->id) < h->build.channels
        ? &h->chan[owner_of(event->id)] : NULL;
}

void ct_bus_event(struct history *h, const struct ioat_sim_event *event)
{
    h->active_clk = h->bus_clk = event->clock;
    switch (event->kind) {
    case IOAT_SIM_AR: on_ar(h, event); break;
    case IOAT_SIM_R:  on_r(h, event);  break;
    case IOAT_SIM_AW: on_aw(h, event); break;
    case IOAT_SIM_W:  on_w(h, event);  h->w_clk = event->clock; break;
    default:          on_b(h, event);  break;
    }
}
