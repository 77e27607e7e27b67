/* axil_master.h - accesses to BAR0 as AXI4-Lite: writes from a queue, back to back,
 * and one read at a time, only when every write before it is answered (PCIe: a read
 * never passes a write).
 */
#ifndef IOAT_AXIL_MASTER_H
#define IOAT_AXIL_MASTER_H

#include "pins.h"

enum { AXIL_QUEUE = 64 };

struct axil_access {
    uint16_t offset;           /* bytes */
    uint8_t width;             /* 1, 2, 4 or 8 */
    uint64_t value;
};

struct axil_master {
    struct axil_access queue[AXIL_QUEUE];
    unsigned head, count;
    bool aw_done, w_done;      /* of the oldest write */
    unsigned unanswered;       /* writes accepted, B awaited */

    enum { AXIL_NO_READ, AXIL_ASKING, AXIL_AWAITED, AXIL_READ_DONE } read_state;
    struct axil_access read;   /* value: valid in AXIL_READ_DONE */
};

/* What the engine accepted, or answered, in a clock. NULL: nothing. */
struct axil_done {
    const struct axil_access *written;   /* AW and W are both accepted */
    const struct axil_access *asked;     /* AR is accepted */
    const struct axil_access *read;      /* R came; value is what the caller gets */
};

/* True when the queue took it. */
bool axil_master_write(struct axil_master *master, uint16_t offset, unsigned width, uint64_t value);
/* Nothing queued, offered or unanswered. */
bool axil_master_idle(const struct axil_master *master);
/* Only when idle. */
void axil_master_read(struct axil_master *master, uint16_t offset, unsigned width);
/* True once, when the read is done. */
bool axil_master_result(struct axil_master *master, uint64_t *value);
/* Drops what is not offered yet; a read under way is finished and its value lost. */
void axil_master_drop(struct axil_master *master);

void axil_master_drive(const struct axil_master *master, struct axil *pins);
struct axil_done axil_master_take(struct axil_master *master, const struct axil *pins);

/* Byte lanes of an access in the 8-byte word that holds it. */
uint8_t axil_lanes(const struct axil_access *access);

#endif
