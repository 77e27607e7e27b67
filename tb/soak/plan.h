/* plan.h - random descriptors, and what they must leave in memory. For tb/soak only. */
#ifndef SOAK_PLAN_H
#define SOAK_PLAN_H

#include "world.h"

/* Empties the chain and lays out its ring in the lane's next pool. */
void plan_chain(struct world *world, struct lane *lane, struct chain *chain);

/* Plans places chain->n .. chain->n + n - 1 and writes them to their slots, the last one as
 * the end of the chain as software leaves it. Returns how many: a bad one is the last, and
 * a slot is used again only when its descriptor is behind the completed one. */
unsigned plan_places(struct world *world, struct lane *lane, struct chain *chain, unsigned n);

/* Links place i to place i + 1 (list mode: patches NEXT). */
void plan_link(struct world *world, struct chain *chain, unsigned place);

/* Forgets every place from `from` on: their destinations stay untouched. */
void plan_forget(struct world *world, struct chain *chain, unsigned from);

/* Slots from `from` on are shuffled; the slot before keeps its place. */
void plan_move(struct world *world, struct lane *lane, struct chain *chain, unsigned from);

struct job *plan_job(struct world *world, const struct chain *chain, unsigned place);
bool plan_moves(const struct ioat_desc *desc);
bool plan_interrupts(const struct ioat_desc *desc);

/* ---- what memory says ---- */

enum mark { MARK_NONE, MARK_UNTOUCHED, MARK_DONE, MARK_MIXED, MARK_WRONG };
/* MARK_NONE: it moves no byte. at: the first byte that is wrong. */
enum mark plan_mark(struct world *world, const struct job *job, uint64_t *at);

/* Every byte of every region, at the end: fates, guards, sources, descriptors, words. */
void plan_check_all(struct world *world);

#endif
