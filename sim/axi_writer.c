/* axi_writer.c - AW and W in, B out (axi_memory.h). */
#include "axi_memory.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "ioat_regs.h"

enum {
    BEATS_MAX = 256,           /* AXI4 */
    MESSAGE_BYTES = 4,
};

struct burst {
    uint64_t addr;             /* AxADDR */
    unsigned beats;            /* got */
    bool addressed, complete;  /* AW accepted; WLAST accepted */
    bool cut;                  /* longer than a page: the checkers have ended the run */
};

struct axi_writer {
    struct axi_memory_host host;
    struct rng rng;
    struct answers answers;
    struct burst burst[ANSWERS_MAX];
    /* The oldest bursts that lack their AW, their last W; ANSWERS_NONE: none. AW and W
     * keep the same order, so at most one of the two lags behind the newest. */
    uint16_t next_aw, next_w;
    uint16_t on_bus;           /* whose answer B carries, or ANSWERS_NONE */
    uint64_t answered;         /* its AxADDR */
    uint8_t *data;             /* a page a burst; the kernel commits what is used */
    uint64_t *strobe;          /* BEATS_MAX a burst */
};

struct axi_writer *axi_writer_open(const struct axi_memory_host *host, uint64_t seed)
{
    struct axi_writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return NULL;
    writer->host = *host;
    writer->rng.state = seed;
    writer->next_aw = writer->next_w = writer->on_bus = ANSWERS_NONE;
    answers_init(&writer->answers);
    writer->data = calloc(ANSWERS_MAX, IOAT_PAGE_BYTES);
    writer->strobe = calloc(ANSWERS_MAX, BEATS_MAX * sizeof *writer->strobe);
    if (writer->data && writer->strobe)
        return writer;
    axi_writer_close(writer);
    return NULL;
}

void axi_writer_close(struct axi_writer *writer)
{
    if (!writer)
        return;
    free(writer->data);
    free(writer->strobe);
    free(writer);
}

static uint64_t word_of(const struct axi_writer *writer, uint64_t addr)
{
    return addr & ~(uint64_t)(writer->host.bus_bytes - 1);
}

static uint64_t all_lanes(const struct axi_writer *writer)
{
    return ~UINT64_C(0) >> (64 - writer->host.bus_bytes);
}

/* ---- landing ---- */

/* First and last byte that the strobes select; false when they select none. */
static bool span(const struct axi_writer *writer, uint16_t number, uint64_t *first, uint64_t *last)
{
    const struct burst *burst = &writer->burst[number];
    const uint64_t *strobe = &writer->strobe[(size_t)number * BEATS_MAX];
    uint64_t addr = word_of(writer, burst->addr);
    bool any = false;

    for (unsigned n = 0; n < burst->beats; n++, addr += writer->host.bus_bytes) {
        if (!strobe[n])
            continue;
        if (!any)
            *first = addr + (unsigned)__builtin_ctzll(strobe[n]);
        *last = addr + 63 - (unsigned)__builtin_clzll(strobe[n]);
        any = true;
    }
    return any;
}

/* A whole word lands at once: a guest's processor may be reading the completion word. */
static void store_word(uint8_t *to, const uint8_t *from, uint8_t lanes)
{
    if (lanes == UINT8_MAX) {
        memcpy(to, from, sizeof(uint64_t));
        return;
    }
    for (unsigned lane = 0; lane < sizeof(uint64_t); lane++)
        if (lanes >> lane & 1)
            to[lane] = from[lane];
}

static void store(const struct axi_writer *writer, uint16_t number, uint8_t *to)
{
    const uint8_t *from = &writer->data[(size_t)number * IOAT_PAGE_BYTES];
    const uint64_t *strobe = &writer->strobe[(size_t)number * BEATS_MAX];
    const unsigned bytes = writer->host.bus_bytes;
    const uint64_t all = all_lanes(writer);

    for (unsigned n = 0; n < writer->burst[number].beats; n++, to += bytes, from += bytes) {
        if (strobe[n] == all) {
            axi_copy_word(to, from, bytes);
            continue;
        }
        for (unsigned word = 0; word < bytes; word += sizeof(uint64_t))
            store_word(to + word, from + word, (uint8_t)(strobe[n] >> word));
    }
}

/* A message is one aligned 4-byte write; a root complex takes nothing else there. */
static uint8_t land_message(const struct axi_writer *writer, uint16_t number)
{
    const uint8_t *data = &writer->data[(size_t)number * IOAT_PAGE_BYTES];
    uint64_t first, last;
    uint32_t value = 0;

    if (!span(writer, number, &first, &last))
        return AXI_OKAY;
    if (writer->burst[number].beats != 1 || first % MESSAGE_BYTES
        || last - first != MESSAGE_BYTES - 1
        || __builtin_popcountll(writer->strobe[(size_t)number * BEATS_MAX]) != MESSAGE_BYTES)
        return AXI_DECERR;
    for (unsigned n = MESSAGE_BYTES; n-- > 0; )
        value = value << 8 | data[first % writer->host.bus_bytes + n];
    if (writer->host.message)
        writer->host.message(writer->host.message_ctx, first, value);
    return AXI_OKAY;
}

static uint8_t land(struct axi_writer *writer, uint16_t number)
{
    const struct burst *burst = &writer->burst[number];
    uint8_t *memory;

    if (burst->cut)
        return AXI_DECERR;
    if (burst->addr >= HOST_MESSAGE_FIRST && burst->addr <= HOST_MESSAGE_LAST)
        return host_mem_detached(writer->host.mem) ? AXI_DECERR : land_message(writer, number);
    memory = host_mem_device(writer->host.mem, word_of(writer, burst->addr),
                             burst->beats * writer->host.bus_bytes, IOAT_SIM_WRITE);
    if (!memory)
        return AXI_DECERR;
    store(writer, number, memory);
    return AXI_OKAY;
}

/* Gives an answer, unless a fault withholds it. */
static bool answer(struct axi_writer *writer, uint16_t number, struct axi_b *b)
{
    struct fault_table *faults = writer->host.faults;
    struct answer *node = &writer->answers.node[number];
    enum ioat_sim_fault_answer wrong;
    uint64_t first = 0, last = 0;

    if (faults->armed && !node->spared && span(writer, number, &first, &last)
        && fault_strikes(faults, IOAT_SIM_FAULT_WRITE, first, last, &wrong)) {
        if (wrong == IOAT_SIM_HOLD) {
            answers_withhold(&writer->answers, number, faults->release);
            faults->withholds = true;
            return false;
        }
        b->resp = wrong == IOAT_SIM_SLVERR ? AXI_SLVERR : AXI_DECERR;
    } else {
        b->resp = land(writer, number);
    }
    b->valid = true;
    b->id = node->id;
    writer->on_bus = number;
    writer->answered = writer->burst[number].addr;
    return true;
}

/* ---- the bus ---- */

void axi_writer_drive(struct axi_writer *writer, uint64_t clock, struct axi_writes *pins)
{
    const struct ioat_sim_timing *timing = writer->host.timing;
    const bool room = answers_room(&writer->answers, timing->outstanding_max);
    uint16_t number;

    pins->aw.ready = (room || writer->next_aw != ANSWERS_NONE)
        && !rng_percent(&writer->rng, timing->aw_stall);
    pins->w.ready = (room || writer->next_w != ANSWERS_NONE)
        && !rng_percent(&writer->rng, timing->w_stall);
    if (pins->b.valid || rng_percent(&writer->rng, timing->b_stall))
        return;
    do
        number = answers_pick(&writer->answers, clock, timing->reorder,
                              writer->host.faults->release, &writer->rng);
    while (number != ANSWERS_NONE && !answer(writer, number, &pins->b));
}

/* A clock adds one burst at most: AW and W of one clock share it, or one of them
 * belongs to an older one. So the room that READY promised is enough. */
static uint16_t add(struct axi_writer *writer, uint8_t id)
{
    const uint16_t number = answers_add(&writer->answers, id);

    writer->burst[number] = (struct burst) { 0 };
    return number;
}

static void make_due(struct axi_writer *writer, uint64_t clock, uint16_t number)
{
    const struct ioat_sim_timing *timing = writer->host.timing;

    if (writer->burst[number].addressed && writer->burst[number].complete)
        writer->answers.node[number].due =
            clock + timing->write_latency + rng_below(&writer->rng, timing->jitter + 1);
}

static void take_address(struct axi_writer *writer, uint64_t clock, const struct axi_address *aw)
{
    uint16_t number = writer->next_aw;

    if (number == ANSWERS_NONE) {
        number = add(writer, aw->id);
        if (writer->next_w == ANSWERS_NONE)
            writer->next_w = number;
    } else {
        writer->next_aw = writer->answers.node[number].after;
    }
    writer->answers.node[number].id = aw->id;
    writer->burst[number].addr = aw->addr;
    writer->burst[number].addressed = true;
    make_due(writer, clock, number);
}

static void take_beat(struct axi_writer *writer, uint64_t clock, const struct axi_w *w)
{
    const unsigned bytes = writer->host.bus_bytes;
    uint16_t number = writer->next_w;
    struct burst *burst;

    if (number == ANSWERS_NONE) {
        number = writer->next_w = add(writer, 0);
        if (writer->next_aw == ANSWERS_NONE)
            writer->next_aw = number;
    }
    burst = &writer->burst[number];
    if ((burst->beats + 1) * bytes > IOAT_PAGE_BYTES || burst->beats == BEATS_MAX) {
        burst->cut = true;
    } else {
        axi_copy_word(&writer->data[(size_t)number * IOAT_PAGE_BYTES + burst->beats * bytes],
                      w->data, bytes);
        writer->strobe[(size_t)number * BEATS_MAX + burst->beats++] = w->strobe;
    }
    if (!w->last)
        return;
    burst->complete = true;
    writer->next_w = writer->answers.node[number].after;
    make_due(writer, clock, number);
}

void axi_writer_take(struct axi_writer *writer, uint64_t clock, struct axi_writes *pins)
{
    if (pins->b.valid && pins->b.ready) {
        answers_remove(&writer->answers, writer->on_bus);
        pins->b.valid = false;
        writer->on_bus = ANSWERS_NONE;
    }
    if (pins->aw.valid && pins->aw.ready)
        take_address(writer, clock, &pins->aw);
    if (pins->w.valid && pins->w.ready)
        take_beat(writer, clock, &pins->w);
}

unsigned axi_writer_waiting(const struct axi_writer *writer)
{
    return writer->answers.count;
}

/* Stalls draw random numbers in every clock. */
uint64_t axi_writer_next(const struct axi_writer *writer)
{
    const struct ioat_sim_timing *timing = writer->host.timing;

    return timing->aw_stall || timing->w_stall || timing->b_stall ? 0
                                                                  : answers_next(&writer->answers);
}

bool axi_writer_withholds(const struct axi_writer *writer)
{
    return answers_withheld(&writer->answers, writer->host.faults->release);
}

uint64_t axi_writer_answered(const struct axi_writer *writer)
{
    return writer->answered;
}

bool axi_writer_beat(const struct axi_writer *writer, const struct axi_writes *pins, unsigned *id,
                     uint64_t *addr)
{
    const uint16_t number = writer->next_w;
    uint64_t base;

    if (number != ANSWERS_NONE && writer->burst[number].addressed) {
        *id = writer->answers.node[number].id;
        base = writer->burst[number].addr;
    } else if (pins->aw.valid && writer->next_aw == number) {
        *id = pins->aw.id;
        base = pins->aw.addr;
    } else {
        return false;
    }
    *addr = word_of(writer, base)
        + (number == ANSWERS_NONE ? 0 : (uint64_t)writer->burst[number].beats
                                            * writer->host.bus_bytes);
    return true;
}
