/* story.c - from handshakes to items (story.h). */
#include "story.h"

#include <stdlib.h>
#include <string.h>

#include "fst.h"
#include "pins.h"
#include "signals.h"

enum {
    QUEUE = 8192,                  /* bursts without answer, of one ID */
    NEAR = 1024,                   /* items back that a burst may carry on */
    CHANNELS = IOAT_CHAN_MAX,
};

/* ---- the signals that tell the story ---- */

struct address_signals {
    int valid, ready, id, addr, len;
};

struct answer_signals {
    int valid, ready, id, resp, data, last;
};

struct signals {
    int clk, intx, flr;
    int awvalid, awready, awaddr, wvalid, wready, wdata, wstrb;    /* of BAR0 */
    int arvalid, arready, araddr, rvalid, rready, rdata;
    struct address_signals ar[AXI_READ_PORTS], aw;
    struct answer_signals r[AXI_READ_PORTS], b;
    int w_valid, w_ready, w_data, w_strb, w_last;
    int state[CHANNELS], chanerr[CHANNELS];
};

/* One burst on its way: the item that it belongs to. */
struct burst {
    size_t item;
    uint64_t addr;
    unsigned beat;
};

struct queue {
    struct burst burst[QUEUE];
    unsigned head, tail;
};

/* A burst of write data; the address may come later. */
struct written {
    uint64_t bytes, value;
};

struct reading {
    struct fst *fst;
    struct story *story;
    struct signals at;
    size_t room;
    bool failed, begun, lines;     /* lines: the levels before are known */
    uint64_t clock, rise;
    uint64_t intx, flr, state[CHANNELS], chanerr[CHANNELS];
    uint64_t bar_aw, bar_w, bar_strb;
    bool have_aw, have_w;
    uint64_t bar_ar;
    struct queue read[AXI_READ_PORTS][AXI_IDS], answer[AXI_IDS];
    struct { size_t item; struct written data; } write[QUEUE];
    unsigned addressed, filled;    /* write bursts with their address; with their data */
    struct written now;            /* the burst whose data comes */
};

static uint64_t get(const struct reading *reading, int signal, unsigned lsb, unsigned bits)
{
    return fst_value(reading->fst, signal, lsb, bits);
}

static bool both(const struct reading *reading, int valid, int ready)
{
    return get(reading, valid, 0, 1) && get(reading, ready, 0, 1);
}

static int find_path(struct reading *reading, const char *path)
{
    const int signal = fst_find(reading->fst, path);

    if (signal < 0)
        reading->failed = true;
    else
        fst_watch(reading->fst, signal);
    return signal;
}

static int find(struct reading *reading, const char *pin)
{
    char path[128];

    snprintf(path, sizeof path, SIGNALS_TOP "%s", pin);
    return find_path(reading, path);
}

static int find_of(struct reading *reading, const char *bundle, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "%s%s", bundle, name);
    return find(reading, path);
}

static struct address_signals find_address(struct reading *reading, const char *bundle)
{
    return (struct address_signals){
        find_of(reading, bundle, "valid"), find_of(reading, bundle, "ready"),
        find_of(reading, bundle, "id"), find_of(reading, bundle, "addr"), find_of(reading, bundle, "len"),
    };
}

static struct answer_signals find_answer(struct reading *reading, const char *bundle, bool data)
{
    return (struct answer_signals){
        find_of(reading, bundle, "valid"), find_of(reading, bundle, "ready"),
        find_of(reading, bundle, "id"), find_of(reading, bundle, "resp"),
        data ? find_of(reading, bundle, "data") : -1, data ? find_of(reading, bundle, "last") : -1,
    };
}

/* As many channels as there are; one is the least. */
static void find_channels(struct reading *reading)
{
    struct story *story = reading->story;

    for (story->channels = 0; story->channels < CHANNELS; story->channels++) {
        const unsigned n = story->channels;
        char path[128];

        snprintf(path, sizeof path, SIGNALS_ENGINE "chan[%u].channel.regs.state", n);
        if (n && fst_find(reading->fst, path) < 0)
            break;
        reading->at.state[n] = find_path(reading, path);
        snprintf(path, sizeof path, SIGNALS_ENGINE "chan[%u].channel.regs.chanerr", n);
        reading->at.chanerr[n] = find_path(reading, path);
    }
}

static void find_all(struct reading *reading)
{
    struct signals *at = &reading->at;

    at->intx = find(reading, "irq_intx");
    at->flr = find(reading, "cfg_flr");
    at->awvalid = find(reading, "s_axil_awvalid");
    at->awready = find(reading, "s_axil_awready");
    at->awaddr = find(reading, "s_axil_awaddr");
    at->wvalid = find(reading, "s_axil_wvalid");
    at->wready = find(reading, "s_axil_wready");
    at->wdata = find(reading, "s_axil_wdata");
    at->wstrb = find(reading, "s_axil_wstrb");
    at->arvalid = find(reading, "s_axil_arvalid");
    at->arready = find(reading, "s_axil_arready");
    at->araddr = find(reading, "s_axil_araddr");
    at->rvalid = find(reading, "s_axil_rvalid");
    at->rready = find(reading, "s_axil_rready");
    at->rdata = find(reading, "s_axil_rdata");
    at->ar[0] = find_address(reading, "m_axi_ar");
    at->ar[1] = find_address(reading, "m_axid_ar");
    at->aw = find_address(reading, "m_axi_aw");
    at->r[0] = find_answer(reading, "m_axi_r", true);
    at->r[1] = find_answer(reading, "m_axid_r", true);
    at->b = find_answer(reading, "m_axi_b", false);
    at->w_valid = find(reading, "m_axi_wvalid");
    at->w_ready = find(reading, "m_axi_wready");
    at->w_data = find(reading, "m_axi_wdata");
    at->w_strb = find(reading, "m_axi_wstrb");
    at->w_last = find(reading, "m_axi_wlast");
    find_channels(reading);
    if (!reading->failed)
        reading->story->bus_bytes = fst_bits(reading->fst, at->w_data) / 8;
}

/* ---- items ---- */

static struct story_item *add(struct reading *reading, enum story_kind kind, int channel)
{
    struct story *story = reading->story;

    if (story->n == reading->room) {
        size_t room = reading->room ? 2 * reading->room : 256;
        struct story_item *item = realloc(story->item, room * sizeof *item);

        if (!item) {
            reading->failed = true;
            return &story->item[story->n - 1];
        }
        story->item = item;
        reading->room = room;
    }
    story->item[story->n] = (struct story_item){ .kind = kind, .channel = channel, .begin = reading->clock };
    return &story->item[story->n++];
}

static void push(struct reading *reading, struct queue *queue, size_t item, uint64_t addr)
{
    if (queue->tail - queue->head == QUEUE)
        reading->failed = true;
    else
        queue->burst[queue->tail++ % QUEUE] = (struct burst){ item, addr, 0 };
}

/* ---- BAR0 ---- */

static void bar_access(struct reading *reading, enum story_kind kind, uint32_t offset, uint64_t value)
{
    unsigned index;
    const struct ioat_reg_info *reg = ioat_reg_at(offset, &index);
    struct story_item *item = add(reading, kind, reg && reg->space != IOAT_GLOBAL ? (int)index : -1);

    item->reg = reg;
    item->addr = offset;
    item->value = reg ? value & ~UINT64_C(0) >> (64 - reg->bits) : value;
}

/* Every register of which the write has a byte. */
static void bar_written(struct reading *reading)
{
    const struct ioat_reg_info *before = NULL;

    for (unsigned lane = 0; lane < 8; lane++) {
        const uint32_t offset = (uint32_t)(reading->bar_aw & ~UINT64_C(7)) + lane;
        unsigned index;
        const struct ioat_reg_info *reg = ioat_reg_at(offset, &index);

        if (!(reading->bar_strb >> lane & 1) || (reg && reg == before))
            continue;
        before = reg;
        if (reg)
            bar_access(reading, STORY_BAR_WRITE, offset, reading->bar_w >> 8 * lane);
    }
    reading->have_aw = reading->have_w = false;
}

static void look_at_bar(struct reading *reading)
{
    const struct signals *at = &reading->at;

    if (both(reading, at->awvalid, at->awready)) {
        reading->bar_aw = get(reading, at->awaddr, 0, 64);
        reading->have_aw = true;
    }
    if (both(reading, at->wvalid, at->wready)) {
        reading->bar_w = get(reading, at->wdata, 0, 64);
        reading->bar_strb = get(reading, at->wstrb, 0, 8);
        reading->have_w = true;
    }
    if (reading->have_aw && reading->have_w)
        bar_written(reading);
    if (both(reading, at->rvalid, at->rready))
        bar_access(reading, STORY_BAR_READ, (uint32_t)reading->bar_ar,
                   get(reading, at->rdata, 0, 64) >> reading->bar_ar % 8 * 8);
    if (both(reading, at->arvalid, at->arready))
        reading->bar_ar = get(reading, at->araddr, 0, 64);
}

/* ---- requests and answers ---- */

/* Does a descriptor that was read begin here? Then it is another copy's data. */
static bool begins_copy(const struct story *story, int channel, enum story_kind kind, uint64_t addr)
{
    const size_t oldest = story->n > NEAR ? story->n - NEAR : 0;

    for (size_t n = story->n; n-- > oldest; ) {
        const struct story_item *item = &story->item[n];
        uint64_t start = kind == STORY_SOURCE ? item->desc.src : item->desc.dst;

        if (item->kind == STORY_FETCH && item->channel == channel &&
            start / story->bus_bytes == addr / story->bus_bytes)
            return true;
    }
    return false;
}

/* The item that this burst of payload carries on, or a new one. */
static size_t payload(struct reading *reading, enum story_kind kind, int channel, uint64_t addr, unsigned beats)
{
    struct story *story = reading->story;
    const size_t oldest = story->n > NEAR ? story->n - NEAR : 0;
    struct story_item *item = NULL;

    for (size_t n = story->n; n-- > oldest && !item; )
        if (story->item[n].kind == kind && story->item[n].channel == channel)
            item = &story->item[n];
    if (!item || begins_copy(story, channel, kind, addr) ||
        item->addr / story->bus_bytes * story->bus_bytes + item->beats * story->bus_bytes != addr) {
        item = add(reading, kind, channel);
        item->addr = addr;
    }
    item->beats += beats;
    item->bursts++;
    item->end = 0;
    return (size_t)(item - story->item);
}

static void look_at_reads(struct reading *reading, unsigned port)
{
    const struct address_signals *ar = &reading->at.ar[port];
    const struct answer_signals *r = &reading->at.r[port];
    const unsigned bus_bytes = reading->story->bus_bytes;

    if (both(reading, ar->valid, ar->ready)) {
        const unsigned id = (unsigned)get(reading, ar->id, 0, 6);
        const unsigned beats = (unsigned)get(reading, ar->len, 0, 8) + 1;
        const uint64_t addr = get(reading, ar->addr, 0, 64);
        const int channel = (int)axi_id_owner(id);
        size_t item;

        if (axi_id_kind(id) == AXI_READ_DESCRIPTOR) {
            add(reading, STORY_FETCH, channel)->addr = addr;
            item = reading->story->n - 1;
        } else {
            item = payload(reading, STORY_SOURCE, channel, addr, beats);
        }
        push(reading, &reading->read[port][id], item, addr);
    }
    if (both(reading, r->valid, r->ready)) {
        const unsigned id = (unsigned)get(reading, r->id, 0, 6);
        struct queue *queue = &reading->read[port][id];
        struct burst *burst = &queue->burst[queue->head % QUEUE];

        if (queue->head == queue->tail)
            return;                        /* asked for before the wave began */
        struct story_item *item = &reading->story->item[burst->item];
        item->failed |= get(reading, r->resp, 1, 1) != 0;
        for (unsigned n = 0; item->kind == STORY_FETCH && n < bus_bytes; n += 8) {
            const uint64_t at = (uint64_t)burst->beat * bus_bytes + n - item->addr % bus_bytes;
            const uint64_t value = get(reading, r->data, 8 * n, 64);

            if (at < sizeof item->desc)
                memcpy((char *)&item->desc + at, &value, sizeof value);
        }
        burst->beat++;
        if (get(reading, r->last, 0, 1)) {
            item->end = reading->clock;
            queue->head++;
        }
    }
}

/* A write burst whose address and data are known. */
static void join(struct reading *reading, unsigned n)
{
    struct story_item *item = &reading->story->item[reading->write[n % QUEUE].item];
    const struct written *data = &reading->write[n % QUEUE].data;

    item->bytes += data->bytes;
    if (item->kind != STORY_DESTINATION)
        item->value = item->kind == STORY_MESSAGE ? (uint32_t)data->value : data->value;
}

static void look_at_write_addresses(struct reading *reading)
{
    const struct address_signals *aw = &reading->at.aw;
    unsigned id;
    uint64_t addr;
    size_t item;

    if (!both(reading, aw->valid, aw->ready))
        return;
    id = (unsigned)get(reading, aw->id, 0, 6);
    addr = get(reading, aw->addr, 0, 64);
    if (axi_id_kind(id) == AXI_WRITE_PAYLOAD) {
        item = payload(reading, STORY_DESTINATION, (int)axi_id_owner(id), addr,
                       (unsigned)get(reading, aw->len, 0, 8) + 1);
    } else {
        add(reading, axi_id_kind(id) == AXI_WRITE_WORD ? STORY_WORD : STORY_MESSAGE,
            (int)axi_id_owner(id))->addr = addr;
        item = reading->story->n - 1;
    }
    push(reading, &reading->answer[id], item, addr);
    reading->write[reading->addressed % QUEUE].item = item;
    if (reading->addressed++ < reading->filled)
        join(reading, reading->addressed - 1);
}

static void look_at_write_data(struct reading *reading)
{
    const struct signals *at = &reading->at;
    uint64_t strobe;

    if (!both(reading, at->w_valid, at->w_ready))
        return;
    strobe = get(reading, at->w_strb, 0, 64);
    if (strobe && !reading->now.bytes)
        reading->now.value = get(reading, at->w_data, 8 * (unsigned)__builtin_ctzll(strobe), 64);
    reading->now.bytes += (unsigned)__builtin_popcountll(strobe);
    if (!get(reading, at->w_last, 0, 1))
        return;
    reading->write[reading->filled % QUEUE].data = reading->now;
    reading->now = (struct written){ 0, 0 };
    if (reading->filled++ < reading->addressed)
        join(reading, reading->filled - 1);
}

static void look_at_write_answers(struct reading *reading)
{
    const struct answer_signals *b = &reading->at.b;

    if (!both(reading, b->valid, b->ready))
        return;
    struct queue *queue = &reading->answer[get(reading, b->id, 0, 6)];
    if (queue->head == queue->tail)
        return;
    struct story_item *item = &reading->story->item[queue->burst[queue->head++ % QUEUE].item];
    item->failed |= get(reading, b->resp, 1, 1) != 0;
    item->end = reading->clock;
}

/* ---- levels ---- */

static void level(struct reading *reading, enum story_kind kind, int channel, int signal, uint64_t *before)
{
    const uint64_t value = get(reading, signal, 0, 64);

    if (reading->lines && value != *before) {
        struct story_item *item = add(reading, kind, channel);
        item->value = value;
        item->before = *before;
    }
    *before = value;
}

static void look_at_levels(struct reading *reading)
{
    level(reading, STORY_FLR, -1, reading->at.flr, &reading->flr);
    for (unsigned n = 0; n < reading->story->channels; n++) {
        level(reading, STORY_ERROR, (int)n, reading->at.chanerr[n], &reading->chanerr[n]);
        level(reading, STORY_STATE, (int)n, reading->at.state[n], &reading->state[n]);
        if (!reading->lines)
            reading->story->state[n] = reading->state[n];
    }
    level(reading, STORY_LINE, -1, reading->at.intx, &reading->intx);
    reading->lines = true;
}

/* ---- time ---- */

/* The high half of the first clock tells how long one is. */
static void measure(void *ctx, uint64_t time)
{
    struct reading *reading = ctx;
    const bool high = get(reading, reading->at.clk, 0, 1);

    if (reading->story->period)
        return;
    if (high && !reading->begun) {
        reading->begun = true;
        reading->rise = time;
    } else if (!high && reading->begun) {
        reading->story->period = 2 * (time - reading->rise);
    }
}

/* What the half clock before the falling edge shows is what the next edge takes. */
static void step(void *ctx, uint64_t time)
{
    struct reading *reading = ctx;

    if (!get(reading, reading->at.clk, 0, 1) || reading->failed)
        return;
    reading->clock = time / reading->story->period;
    if (!reading->lines)
        reading->story->first = reading->clock;
    reading->story->last = reading->clock;
    look_at_bar(reading);
    look_at_levels(reading);
    for (unsigned port = 0; port < AXI_READ_PORTS; port++)
        look_at_reads(reading, port);
    look_at_write_addresses(reading);
    look_at_write_data(reading);
    look_at_write_answers(reading);
}

bool story_read(const char *path, struct story *story, const char **why)
{
    struct reading *reading = calloc(1, sizeof *reading);
    bool good = false;

    *story = (struct story){ 0 };
    *why = "out of memory";
    if (reading && (reading->fst = fst_open(path, why))) {
        reading->story = story;
        *why = "no wave of this engine, or none of a whole clock";
        reading->at.clk = find(reading, "clk");
        if (!reading->failed)
            fst_play(reading->fst, measure, reading);
        find_all(reading);
        if (!reading->failed && story->period) {
            fst_play(reading->fst, step, reading);
            *why = "more requests without answer than this engine can have, or out of memory";
            good = !reading->failed;
        }
        fst_close(reading->fst);
    }
    free(reading);
    if (!good)
        story_free(story);
    return good;
}

void story_free(struct story *story)
{
    free(story->item);
    *story = (struct story){ 0 };
}
