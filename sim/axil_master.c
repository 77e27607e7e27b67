/* axil_master.c - BAR0 accesses as AXI4-Lite handshakes (axil_master.h). */
#include "axil_master.h"

#include <stddef.h>

enum { BUS_BYTES = 8 };

static unsigned lane_of(const struct axil_access *access)
{
    return access->offset % BUS_BYTES;
}

static uint64_t value_mask(unsigned width)
{
    return ~UINT64_C(0) >> (64 - 8 * width);
}

uint8_t axil_lanes(const struct axil_access *access)
{
    return (uint8_t)(((1u << access->width) - 1) << lane_of(access));
}

bool axil_master_write(struct axil_master *master, uint16_t offset, unsigned width, uint64_t value)
{
    if (master->count == AXIL_QUEUE)
        return false;
    master->queue[(master->head + master->count++) % AXIL_QUEUE] =
        (struct axil_access) { offset, (uint8_t)width, value & value_mask(width) };
    return true;
}

bool axil_master_idle(const struct axil_master *master)
{
    return master->count == 0 && master->unanswered == 0
        && (master->read_state == AXIL_NO_READ || master->read_state == AXIL_READ_DONE);
}

void axil_master_read(struct axil_master *master, uint16_t offset, unsigned width)
{
    master->read = (struct axil_access) { offset, (uint8_t)width, 0 };
    master->read_state = AXIL_ASKING;
}

bool axil_master_result(struct axil_master *master, uint64_t *value)
{
    if (master->read_state != AXIL_READ_DONE)
        return false;
    *value = master->read.value;
    master->read_state = AXIL_NO_READ;
    return true;
}

void axil_master_drop(struct axil_master *master)
{
    /* The oldest is on the bus already and must stay there. */
    if (master->count > 1)
        master->count = 1;
}

void axil_master_drive(const struct axil_master *master, struct axil *pins)
{
    const struct axil_access *write = &master->queue[master->head];

    pins->awvalid = master->count && !master->aw_done;
    pins->wvalid = master->count && !master->w_done;
    if (master->count) {
        pins->awaddr = write->offset;
        pins->wdata = write->value << 8 * lane_of(write);
        pins->wstrb = axil_lanes(write);
    }
    pins->arvalid = master->read_state == AXIL_ASKING;
    if (pins->arvalid)
        pins->araddr = master->read.offset;
    pins->bready = true;
    pins->rready = true;
}

static const struct axil_access *take_write(struct axil_master *master, const struct axil *pins)
{
    const struct axil_access *write = &master->queue[master->head];

    if (master->unanswered && pins->bvalid)
        master->unanswered--;
    master->aw_done |= pins->awvalid && pins->awready;
    master->w_done |= pins->wvalid && pins->wready;
    if (!master->aw_done || !master->w_done)
        return NULL;
    master->aw_done = master->w_done = false;
    master->head = (master->head + 1) % AXIL_QUEUE;
    master->count--;
    master->unanswered++;
    return write;
}

struct axil_done axil_master_take(struct axil_master *master, const struct axil *pins)
{
    struct axil_done done = { .written = take_write(master, pins) };

    if (master->read_state == AXIL_ASKING && pins->arready) {
        master->read_state = AXIL_AWAITED;
        done.asked = &master->read;
    } else if (master->read_state == AXIL_AWAITED && pins->rvalid) {
        master->read.value =
            pins->rdata >> 8 * lane_of(&master->read) & value_mask(master->read.width);
        master->read_state = AXIL_READ_DONE;
        done.read = &master->read;
    }
    return done;
}
