/* bare.h - a simulator without a driver: memory, registers, one line of trouble. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

enum { BARE_TEXT = 256 };

struct bare {
    struct ioat_sim *sim;
    const struct ioat_sim_build *build;
    bool failed;
    char why[BARE_TEXT];        /* the first trouble; later ones are its consequences */
};

/* A piece of host memory that the device may read and write. */
struct bare_memory {
    uint64_t bus;
    uint8_t *cpu;
};

/* Ideal memory with these latencies. False: bare->why says why; close it all the same. */
bool bare_open(struct bare *bare, unsigned read_latency, unsigned write_latency);
void bare_close(struct bare *bare);

/* Keeps the first trouble, printf style; returns false. */
bool bare_fail(struct bare *bare, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool bare_ok(struct bare *bare, enum ioat_status status, const char *what);

/* At least `bytes`, zeroed, at a page boundary. `slot` is a region of 256 MiB, 1..14. */
bool bare_map(struct bare *bare, unsigned slot, uint64_t bytes, struct bare_memory *memory);

/* A register of a channel in its own width: BARE_WRITE(bare, 0, DMACOUNT, 1); posted ones
 * follow each other back to back. */
#define BARE_WRITE(bare, ch, reg, value) \
    bare_write((bare), IOAT_CHAN(ch, reg), IOAT_##reg##_BITS / 8, (value))
#define BARE_POST(bare, ch, reg, value) \
    bare_post((bare), IOAT_CHAN(ch, reg), IOAT_##reg##_BITS / 8, (value))
#define BARE_READ(bare, ch, reg) bare_read((bare), IOAT_CHAN(ch, reg), IOAT_##reg##_BITS / 8)
bool bare_write(struct bare *bare, uint32_t offset, unsigned width, uint64_t value);
bool bare_post(struct bare *bare, uint32_t offset, unsigned width, uint64_t value);
/* All ones after a failure. */
uint64_t bare_read(struct bare *bare, uint32_t offset, unsigned width);

/* Vectors 0 .. channels-1 get a message each and are unmasked. */
bool bare_msix(struct bare *bare);

/* Polls until the channel's state is in the set, a bit a state. */
bool bare_wait_state(struct bare *bare, unsigned ch, unsigned set, uint64_t clocks);

#endif
