/* batch.h - many descriptors in one chain, checked byte for byte.
 *
 *   struct batch batch;
 *   batch_open(&batch, tb, 1 << 20);
 *   batch_copy(&batch, ...); batch_add(&batch, tb_null(tb, 0)); ...
 *   batch_run(&batch, channel);
 *
 * Sources come from one pool of random bytes; every destination gets untouched bytes
 * around it. One bench, one batch at a time: batch_run ends with an empty batch that
 * takes descriptors again.
 */
#ifndef BATCH_H
#define BATCH_H

#include "golden.h"
#include "tb.h"

enum {
    BATCH_MAX = 4096,                   /* descriptors of one run */
    BATCH_SRC_BYTES = 2 << 20,
};

struct batch {
    struct tb *tb;
    struct golden *golden;
    struct tb_buf src, dst;             /* both begin at a page */
    uint64_t dst_next;                  /* bus address of the next free destination byte */
    uint64_t bus[BATCH_MAX];
    unsigned n;
};

/* Takes the buffers from a bench that has just been opened or rewound; dst_bytes: room
 * for all destinations of all its runs, at most 10 MiB. */
void batch_open(struct batch *batch, struct tb *tb, size_t dst_bytes);
void batch_close(struct batch *batch);

/* Bytes of a bus word of this build. */
unsigned batch_word(const struct batch *batch);

/* A source of `bytes` at a random place of the pool, `align` bytes into a block of
 * `block` bytes (a power of two up to 4096). */
uint64_t batch_src(struct batch *batch, uint64_t bytes, unsigned align, unsigned block);
/* The same for a destination; at least a bus word is left free on either side. */
uint64_t batch_dst(struct batch *batch, uint64_t bytes, unsigned align, unsigned block);
/* True when that many bytes and a block of slack are left for destinations. */
bool batch_room(const struct batch *batch, uint64_t bytes, unsigned block);

/* Appends a descriptor that exists. */
void batch_add(struct batch *batch, uint64_t desc);
/* Makes and appends; alignments are in bytes, modulo the bus word. Return the address. */
uint64_t batch_copy(struct batch *batch, unsigned src_align, unsigned dst_align, uint32_t size,
                    uint32_t flags);
uint64_t batch_fill(struct batch *batch, uint64_t pattern, unsigned dst_align, uint32_t size,
                    uint32_t flags);

/* Links the batch and computes what memory must hold: from here on the image holds the
 * result, and every destination the complement of it. */
void batch_prepare(struct batch *batch);
/* Clocks that a prepared batch may take on any timing. */
uint64_t batch_limit(const struct batch *batch);
/* Waits for IDLE on the last descriptor with no error, and compares. */
void batch_finish(struct batch *batch, unsigned ch);
/* batch_prepare, count mode on channel ch (set up by the caller), batch_finish. */
void batch_run(struct batch *batch, unsigned ch);

#endif
