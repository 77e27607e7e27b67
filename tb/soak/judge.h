/* judge.h - what software may see, from the sheets. For tb/soak only.
 *
 * A chain has an order, so one number says what is completed; the judge keeps what is
 * known of it and narrows it with each word, register and byte it sees. What was cut off
 * may be written in any part (K-18, K-45), what was stopped at a boundary in none.
 */
#ifndef SOAK_JUDGE_H
#define SOAK_JUDGE_H

#include "world.h"

/* Words that went by since the last call. */
void judge_words(struct world *world, struct lane *lane);

/* Reads CHANSTS and takes in what it says; returns the state. */
unsigned judge_status(struct world *world, struct lane *lane);

/* The channel is HALTED: takes in why, clears CHANERR, and leaves the lane OFF. stopped:
 * ABORT or RESET was asked for. cut: it may have been running then. */
void judge_halted(struct world *world, struct lane *lane, bool stopped, bool cut);

/* The channel is IDLE, SUSPENDED: everything, or everything after the completed one. */
void judge_idle(struct world *world, struct lane *lane);
void judge_suspended(struct world *world, struct lane *lane);

/* The interrupt is armed again: what was pending may go with it (section 4.7, step 5). */
void judge_armed(struct lane *lane);

/* The channel's state is lost, its chains are over. cut: they may have been running. */
void judge_lost(struct world *world, struct lane *lane, bool cut);

#endif
