/* axi_reader.c - AR in, R out (axi_memory.h). */
#include "axi_memory.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"

struct axi_reader {
    struct axi_memory_host host;
    struct rng rng;
    struct answers answers;
    struct {
        uint64_t addr;         /* byte 0 of the next beat */
        unsigned beats;        /* not yet taken */
    } burst[ANSWERS_MAX];
    uint16_t on_bus;           /* whose beat R carries, or ANSWERS_NONE */
};

struct axi_reader *axi_reader_open(const struct axi_memory_host *host, uint64_t seed)
{
    struct axi_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return NULL;
    reader->host = *host;
    reader->rng.state = seed;
    reader->on_bus = ANSWERS_NONE;
    answers_init(&reader->answers);
    return reader;
}

void axi_reader_close(struct axi_reader *reader)
{
    free(reader);
}

static void put_beat(struct axi_reader *reader, uint16_t number, uint8_t resp,
                     const uint8_t *bytes, struct axi_r *r)
{
    if (bytes)
        axi_copy_word(r->data, bytes, reader->host.bus_bytes);
    else
        memset(r->data, AXI_MEMORY_ERROR_BYTE, reader->host.bus_bytes);
    r->valid = true;
    r->id = reader->answers.node[number].id;
    r->last = reader->burst[number].beats == 1;
    r->resp = resp;
    reader->on_bus = number;
}

/* Gives one beat of an answer, unless a fault withholds it. */
static bool answer(struct axi_reader *reader, uint16_t number, struct axi_r *r)
{
    struct fault_table *faults = reader->host.faults;
    struct answer *node = &reader->answers.node[number];
    const uint64_t addr = reader->burst[number].addr;
    const unsigned bytes = reader->host.bus_bytes;
    enum ioat_sim_fault_answer wrong;
    const uint8_t *memory;

    if (faults->armed && !node->spared
        && fault_strikes(faults, IOAT_SIM_FAULT_READ, addr, addr + bytes - 1, &wrong)) {
        if (wrong == IOAT_SIM_HOLD) {
            answers_withhold(&reader->answers, number, faults->release);
            faults->withholds = true;
            return false;
        }
        put_beat(reader, number, wrong == IOAT_SIM_SLVERR ? AXI_SLVERR : AXI_DECERR, NULL, r);
        return true;
    }
    memory = host_mem_device(reader->host.mem, addr, bytes, IOAT_SIM_READ);
    put_beat(reader, number, memory ? AXI_OKAY : AXI_DECERR, memory, r);
    return true;
}

void axi_reader_drive(struct axi_reader *reader, uint64_t clock, struct axi_reads *pins)
{
    const struct ioat_sim_timing *timing = reader->host.timing;
    uint16_t number;

    pins->ar.ready = answers_room(&reader->answers, timing->outstanding_max)
        && !rng_percent(&reader->rng, timing->ar_stall);
    if (pins->r.valid || rng_percent(&reader->rng, timing->r_stall))
        return;
    do
        number = answers_pick(&reader->answers, clock, timing->reorder,
                              reader->host.faults->release, &reader->rng);
    while (number != ANSWERS_NONE && !answer(reader, number, &pins->r));
}

static void take_address(struct axi_reader *reader, uint64_t clock, const struct axi_address *ar)
{
    const struct ioat_sim_timing *timing = reader->host.timing;
    const uint16_t number = answers_add(&reader->answers, ar->id);

    reader->answers.node[number].due =
        clock + timing->read_latency + rng_below(&reader->rng, timing->jitter + 1);
    reader->burst[number].addr = ar->addr & ~(uint64_t)(reader->host.bus_bytes - 1);
    reader->burst[number].beats = ar->len + 1u;
}

void axi_reader_take(struct axi_reader *reader, uint64_t clock, struct axi_reads *pins)
{
    if (pins->r.valid && pins->r.ready) {
        const uint16_t number = reader->on_bus;

        reader->answers.node[number].spared = false;
        reader->burst[number].addr += reader->host.bus_bytes;
        if (--reader->burst[number].beats == 0)
            answers_remove(&reader->answers, number);
        pins->r.valid = false;
        reader->on_bus = ANSWERS_NONE;
    }
    if (pins->ar.valid && pins->ar.ready)
        take_address(reader, clock, &pins->ar);
}

unsigned axi_reader_waiting(const struct axi_reader *reader)
{
    return reader->answers.count;
}

/* Stalls draw random numbers in every clock. */
uint64_t axi_reader_next(const struct axi_reader *reader)
{
    const struct ioat_sim_timing *timing = reader->host.timing;

    return timing->ar_stall || timing->r_stall ? 0 : answers_next(&reader->answers);
}

bool axi_reader_withholds(const struct axi_reader *reader)
{
    return answers_withheld(&reader->answers, reader->host.faults->release);
}

uint64_t axi_reader_beat(const struct axi_reader *reader)
{
    return reader->burst[reader->on_bus].addr;
}
