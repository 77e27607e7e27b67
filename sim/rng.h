/* rng.h - the simulator's own random numbers: splitmix64, the same for a seed on
 * every machine.
 */
#ifndef IOAT_RNG_H
#define IOAT_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 .. n - 1. No number is drawn for n < 2, so an ideal memory costs nothing. */
static inline unsigned rng_below(struct rng *rng, unsigned n)
{
    return n < 2 ? 0 : (unsigned)(((rng_next(rng) >> 32) * n) >> 32);
}

/* True with a chance of `percent`. */
static inline bool rng_percent(struct rng *rng, unsigned percent)
{
    return percent && rng_below(rng, 100) < percent;
}

#endif
