/* golden.h - what memory must hold after a run, computed in plain C.
 *
 *   memory --golden_sync--> image --golden_run--> image'     memory --engine--> memory'
 *                                                  golden_check: image' == memory'
 *
 * The image covers the data, descriptor, word and read-only regions of a bench and
 * every range added, so a byte written outside its destination shows wherever it
 * fell. The completion words of the bench are left out: tests of words check those.
 *
 * Descriptors run one after the other here. The result is the engine's too when a
 * descriptor that reads what an earlier one wrote is fenced from it, and when
 * descriptors of different channels touch different bytes.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdint.h>

#include "tb.h"

struct golden;

/* Image of the bench's memory as it stands. Fails the test when memory runs out. */
struct golden *golden_open(struct tb *tb);
void golden_close(struct golden *golden);

/* Adds a range that is mapped already ([bus, bus + bytes) inside one region). */
void golden_add(struct golden *golden, uint64_t bus, uint64_t bytes);

/* The image is memory as it stands; descriptors run so far are forgotten. */
void golden_sync(struct golden *golden);

/* Runs at most n descriptors of the chain at bus address `first`, as the image holds
 * them, and ends at NEXT = 0. Valid descriptors only. Returns how many it ran. */
unsigned golden_run(struct golden *golden, uint64_t first, unsigned n);

/* Memory at every destination of the descriptors run := the complement of what is
 * expected there, so a missing write cannot hide behind an equal byte. Only for chains
 * in which no descriptor reads what a later one writes. */
void golden_prime(struct golden *golden);

/* Memory equals the image. The failure names the address, both values and the
 * descriptor that writes there, if any. */
void golden_check(struct golden *golden);
/* The same for the destinations of one descriptor only. */
void golden_check_desc(struct golden *golden, uint64_t desc);

/* The image of a descriptor or of data at a bus address. */
void *golden_at(struct golden *golden, uint64_t bus, uint64_t bytes);

/* True when the descriptor moves bytes: not NULL, no context change, size not 0. */
bool golden_moves(const struct ioat_desc *desc);

/* Bytes of a descriptor's transfer that come before its first page end; all of them
 * when `breaks` is false. */
uint32_t golden_first_part(uint64_t address, uint32_t size, bool breaks);

#endif
