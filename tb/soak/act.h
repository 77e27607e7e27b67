/* act.h - the driver side of a scenario. For tb/soak only. */
#ifndef SOAK_ACT_H
#define SOAK_ACT_H

#include "world.h"

/* One random move of a channel. */
void act_lane(struct world *world, struct lane *lane);
/* One random event of the whole function, mostly none. */
void act_world(struct world *world);
/* Lets the channel end what it does, and judges it. */
void act_settle(struct world *world, struct lane *lane);
/* The interrupts that are due, when all channels have settled. */
void act_interrupts(struct world *world);

#endif
