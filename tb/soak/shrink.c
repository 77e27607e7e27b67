/* shrink.c - the least of a failing seed that fails in the same way. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ioat_sim.h"
#include "scenario.h"

struct search {
    uint64_t seed;
    struct soak_limits *best;
    struct soak_result *result;
    double end;
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Takes the limits if the verdict stays. */
static bool try(struct search *search, const struct soak_limits *limits)
{
    struct soak_result result;

    if (seconds_now() > search->end)
        return false;
    soak_run(search->seed, limits, NULL, &result);
    if (!result.failed || strcmp(result.verdict, search->result->verdict) != 0)
        return false;
    *search->best = *limits;
    *search->result = result;
    return true;
}

static bool fewer_steps(struct search *search)
{
    struct soak_limits limits = *search->best;
    unsigned low = 0, high = search->result->steps;
    bool better = false;

    /* Moves after the one that fails are not taken at all. */
    if (limits.steps > high) {
        limits.steps = high;
        try(search, &limits);
    }
    while (low < high) {
        limits = *search->best;
        limits.steps = low + (high - low) / 2;
        if (try(search, &limits)) {
            high = limits.steps;
            better = true;
        } else {
            low = limits.steps + 1;
        }
    }
    return better;
}

static bool fewer_channels(struct search *search)
{
    const unsigned n = ioat_sim_build()->channels;
    bool better = false;

    for (unsigned ch = 0; ch < n; ch++) {
        struct soak_limits limits = *search->best;

        limits.channels &= ((1u << n) - 1) & ~(1u << ch);
        if (limits.channels && limits.channels != search->best->channels)
            better |= try(search, &limits);
    }
    return better;
}

static bool fewer_features(struct search *search)
{
    bool better = false;

    for (unsigned f = 0; f < SOAK_FEATURE_N; f++) {
        struct soak_limits limits = *search->best;

        limits.without |= 1u << f;
        if (search->result->features >> f & 1 && limits.without != search->best->without)
            better |= try(search, &limits);
    }
    return better;
}

static bool smaller(struct search *search, bool bytes)
{
    static const unsigned sizes[] = { 1, 2, 4, 8, 16, 32, 64, 256, 1024 };

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct soak_limits limits = *search->best;
        unsigned *limit = bytes ? &limits.bytes : &limits.batch;

        if (sizes[i] >= *limit)
            return false;
        *limit = sizes[i];
        if (try(search, &limits))
            return true;
    }
    return false;
}

void soak_shrink(uint64_t seed, struct soak_limits *limits, struct soak_result *result,
                 double seconds)
{
    struct search search = { seed, limits, result, seconds_now() + seconds };
    bool better = true;

    while (better && seconds_now() < search.end) {
        better = fewer_steps(&search);
        better |= fewer_channels(&search);
        better |= fewer_features(&search);
        better |= smaller(&search, false);
        better |= smaller(&search, true);
    }
}

void soak_replay_command(uint64_t seed, const struct soak_limits *limits, char *text,
                         unsigned size)
{
    const struct ioat_sim_build *build = ioat_sim_build();
    char list[400];

    soak_limits_print(limits, list, sizeof list);
    snprintf(text, size, "make soak SEEDS=%llu WAVE=1 WIDTH=%u CHANNELS=%u%s%s%s%s%s%s",
             (unsigned long long)seed, build->data_bits, build->channels, build->desc_port ? " DESC_PORT=1" : "",
             *build->parameters ? " PARAMS='" : "", build->parameters, *build->parameters ? "'" : "",
             *list ? " LIMITS=" : "", list);
}
