/* clocks.h - the clocks that scenarios take, as recorded: one that takes another number has another timing.
 *
 * A line of the record is `build seed clocks`, the build as cases_config() names it.
 */
#ifndef SOAK_CLOCKS_H
#define SOAK_CLOCKS_H

#include <stdint.h>

#include "scenario.h"

/* The largest seed of the record for the linked build; 0: the file cannot be read, or has no line of it. */
uint64_t soak_clocks_last(const char *record);

/* A result whose clocks are not those of the record has failed. */
void soak_clocks_judge(const char *record, uint64_t seed, struct soak_result *result);

#endif
