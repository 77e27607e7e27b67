/* clocks.h - the clocks that scenarios take, as recorded: one that takes another number has another timing.
 *
 * A line of the record is `build seed clocks`, the build as soak_build_name() has it.
 */
#ifndef SOAK_CLOCKS_H
#define SOAK_CLOCKS_H

#include <stdint.h>

#include "scenario.h"

enum { SOAK_BUILD_NAME = 24 };

/* Of the linked build, for example w64c4d. */
void soak_build_name(char name[SOAK_BUILD_NAME]);

/* The largest seed of the record for the linked build; 0: the file cannot be read, or has no line of it. */
uint64_t soak_clocks_last(const char *record);

/* A result whose clocks are not those of the record has failed. */
void soak_clocks_judge(const char *record, uint64_t seed, struct soak_result *result);

#endif
