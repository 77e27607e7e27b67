/* memory_rig.h - the simulated host memory on a bench: AXI pins moved by hand.
 *
 * One rig; memory_rig_setup and _teardown fit a checked fixture. Memory: PAGES pages
 * at BASE with the device's every right, byte n holding n / 8; one read-only page of
 * 0x55 at READ_ONLY_BASE. Ideal timing, 8-byte bus, until a test changes them.
 */
#ifndef TB_MEMORY_RIG_H
#define TB_MEMORY_RIG_H

#include "axi_memory.h"

enum { BASE = 0x10000, PAGE = 4096, PAGES = 4, READ_ONLY_BASE = 0x40000, LOG = 20000 };

/* An R beat or a B, as it was taken. */
struct rig_answer {
    uint64_t clock, addr;
    unsigned id, resp;
    bool last;
    uint8_t first_byte;
};

struct memory_rig {
    unsigned bus_bytes;
    struct host_mem *mem;
    struct fault_table faults;
    struct ioat_sim_timing timing;
    struct axi_reader *reader;
    struct axi_writer *writer;
    uint8_t *ram, *rom;                          /* CPU side of the two regions */
    struct axi_reads reads;
    struct axi_writes writes;
    uint64_t now;

    struct rig_answer r[LOG], b[LOG];
    unsigned r_n, b_n;

    unsigned messages;
    uint64_t message_addr;                       /* of the last one */
    uint32_t message_data;
};

extern struct memory_rig rig;

void memory_rig_setup(void);
void memory_rig_teardown(void);

/* Fresh reader and writer of this width and seed; the log is empty. */
void memory_rig_open(unsigned bus_bytes, uint64_t seed);

void rig_tick(void);
void rig_ticks(unsigned n);

/* Offer an AR, an AW, a W beat of equal bytes until it is accepted; the clock of that. */
uint64_t rig_read(unsigned id, uint64_t addr, unsigned beats);
uint64_t rig_aw(unsigned id, uint64_t addr, unsigned beats);
uint64_t rig_w(uint8_t byte, uint64_t strobe, bool last);

/* One bus word of equal bytes; the clock of its W. */
uint64_t rig_write_word(unsigned id, uint64_t addr, uint8_t byte);

/* Until every answer has come. */
void rig_finish(void);

#endif
