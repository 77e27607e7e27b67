/* scenario.c - one seed from the first clock to the last byte. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "number.h"
#include "plan.h"

const char *const soak_feature_name[SOAK_FEATURE_N] = {
#define X(name, text) text,
    SOAK_FEATURES(X)
#undef X
};

const struct soak_limits soak_no_limits = {
    .steps = UINT32_MAX, .channels = UINT32_MAX, .batch = UINT32_MAX, .bytes = UINT32_MAX,
};

static unsigned gap(struct rng *rng)
{
    const unsigned dice = rng_below(rng, 100);

    if (dice < 30)
        return 0;
    if (dice < 80)
        return rng_below(rng, 60);
    return rng_below(rng, dice < 98 ? 400 : 3000);
}

static void play(struct world *world)
{
    struct rng *rng = &world->rng;
    const unsigned planned = 20 + rng_below(rng, 400);
    const unsigned steps = planned < world->limits->steps ? planned : world->limits->steps;

    for (unsigned step = 0; step < steps; step++) {
        const unsigned ch = rng_below(rng, world->build->channels);
        const unsigned clocks = gap(rng);

        world->result->steps = step + 1;
        if (world->limits->channels >> ch & 1)
            act_lane(world, &world->lane[ch]);
        act_world(world);
        world_step(world, clocks);
    }
}

static void end(struct world *world)
{
    world_free_run(world);
    for (unsigned ch = 0; ch < world->build->channels; ch++)
        act_settle(world, &world->lane[ch]);
    world_calm(world);
    world_wait_quiet(world);
    act_interrupts(world);
    for (unsigned ch = 0; ch < world->build->channels; ch++)
        act_settle(world, &world->lane[ch]);
    plan_check_all(world);
}

static void tell_features(const struct world *world)
{
    if (!world->limits->tell)
        return;
    printf("features:");
    for (unsigned f = 0; f < SOAK_FEATURE_N; f++)
        if (world_has(world, f))
            printf(" %s", soak_feature_name[f]);
    putchar('\n');
}

void soak_run(uint64_t seed, const struct soak_limits *limits, const char *wave,
              struct soak_result *result)
{
    struct world *world = calloc(1, sizeof *world);

    memset(result, 0, sizeof *result);
    if (!world) {
        result->failed = true;
        snprintf(result->verdict, sizeof result->verdict, "memory");
        return;
    }
    world->limits = limits;
    world->result = result;
    if (setjmp(world->over) == 0) {
        world_open(world, seed, wave);
        tell_features(world);
        play(world);
        end(world);
    }
    result->clocks = world->sim ? ioat_sim_now(world->sim) : 0;
    world_close(world);
    free(world);
}

/* ---- limits as text ---- */

static bool read_features(const char *text, uint32_t *bits)
{
    *bits = 0;
    while (*text) {
        const size_t length = strcspn(text, "+");
        unsigned f = 0;

        while (f < SOAK_FEATURE_N && (strlen(soak_feature_name[f]) != length ||
                                      strncmp(soak_feature_name[f], text, length) != 0))
            f++;
        if (f == SOAK_FEATURE_N)
            return false;
        *bits |= 1u << f;
        text += length;
        if (*text == '+' && *++text == '\0')
            return false;
    }
    return true;
}

static bool read_number(const char *text, uint32_t *value)
{
    uint64_t number;

    if (!number_read(text, 0, UINT32_MAX, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

bool soak_limits_read(const char *text, struct soak_limits *limits)
{
    char copy[400], *rest = copy, *item;

    *limits = soak_no_limits;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return false;
    while ((item = strsep(&rest, ","))) {
        char *value = strchr(item, '=');
        bool good;

        if (!*item && !rest && item == copy)
            return true;
        if (!value)
            return false;
        *value++ = '\0';
        if (strcmp(item, "steps") == 0)
            good = read_number(value, &limits->steps);
        else if (strcmp(item, "channels") == 0)
            good = read_number(value, &limits->channels);
        else if (strcmp(item, "batch") == 0)
            good = read_number(value, &limits->batch) && limits->batch > 0;
        else if (strcmp(item, "bytes") == 0)
            good = read_number(value, &limits->bytes);
        else
            good = strcmp(item, "without") == 0 && read_features(value, &limits->without);
        if (!good)
            return false;
    }
    return true;
}

void soak_limits_print(const struct soak_limits *limits, char *text, unsigned size)
{
    const struct { const char *name; uint32_t value; } number[] = {
        { "steps=%u", limits->steps }, { "channels=%#x", limits->channels },
        { "batch=%u", limits->batch }, { "bytes=%u", limits->bytes },
    };
    char item[40];
    const char *mark = "without=";

    *text = '\0';
    for (unsigned i = 0; i < sizeof number / sizeof *number; i++) {
        if (number[i].value == UINT32_MAX)
            continue;
        snprintf(item, sizeof item, number[i].name, number[i].value);
        snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? "," : "", item);
    }
    for (unsigned f = 0; f < SOAK_FEATURE_N; f++) {
        if (!(limits->without >> f & 1))
            continue;
        snprintf(text + strlen(text), size - strlen(text), "%s%s%s",
                 *text && *mark == 'w' ? "," : "", mark, soak_feature_name[f]);
        mark = "+";
    }
}
