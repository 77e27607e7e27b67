/* conformance_random.c - callbacks in random order at random moments, against a model of the
 * table of states (the NetDMA sheet, 4.19).
 *
 * The model knows which descriptors were handed over since the last start, and whether the
 * channel is ready, started or suspended. Whatever happens, a list is copied from its front
 * without gaps, nothing behind that is touched, and a list that was not dropped is copied to its end.
 *
 * TB_SEED chooses the sequence.
 */
#include "conformance.h"

#include <stdlib.h>

#include "rng.h"

enum { LIST = 30, BASES = 2, CALLS = 400, APPEND_MAX = 3 };

enum model_state { READY, STARTED, SUSPENDED };

struct model {
    struct conf *conf;
    struct rng rng;
    enum model_state state;
    unsigned base, n;            /* slots of the list: base .. base + n - 1 */
    unsigned old_base, old_n;    /* the list that a start overtook, to be looked at when that is over */
};

/* ---- what the word tells ---- */

/* How many of the newest list are done, as far as the word says; it may name the old one. */
static unsigned known(const struct model *model)
{
    uint64_t named = conf_word(model->conf) & ~UINT64_C(0x3F), first = conf_bus(model->conf, model->base);

    if (named < first || named >= conf_bus(model->conf, 0) + (model->base + model->n) * 64u)
        return 0;
    return (unsigned)((named - first) / 64) + 1;
}

static unsigned copied(const struct model *model, unsigned base, unsigned n)
{
    unsigned done = 0;

    while (done < n && conf_is_copied(model->conf, base + done))
        done++;
    return done;
}

/* A front that is copied, and a rest that is not touched. */
static void check_front(const struct model *model, unsigned base, unsigned n)
{
    unsigned done = copied(model, base, n);

    conf_check_untouched(model->conf, base + done, n - done);
}

/* ---- calls ---- */

/* The other half of the slots: nobody needs them any more once something of the newest list is done. */
static void start(struct model *model)
{
    struct conf *conf = model->conf;

    if (model->state != READY && !known(model))
        return;
    if (model->old_n)
        check_front(model, model->old_base, model->old_n);
    model->old_base = model->base;
    model->old_n = model->state == READY ? 0 : model->n;
    model->base = model->base ? 0 : CONF_SLOTS / BASES;
    model->n = 1 + rng_below(&model->rng, LIST / 2);
    conf_list(conf, model->base, model->n);
    conf_ok(conf_start_list(conf, model->base, model->n));
    model->state = STARTED;
}

static void append(struct model *model)
{
    unsigned n = 1 + rng_below(&model->rng, APPEND_MAX), at = model->base + model->n;

    if (model->n + n > LIST)
        return;
    if (model->state == READY) {
        conf_no(netdma_raw_append(model->conf->channel[0].raw, &model->conf->desc[at],
                                  conf_bus(model->conf, at), n));
        return;
    }
    conf_list(model->conf, at, n);
    conf_ok(conf_append(model->conf, at, n));
    model->n += n;
}

static void suspend(struct model *model)
{
    uint64_t last, before = conf_word(model->conf);

    if (model->state == READY) {
        conf_no(conf_suspend(model->conf, &last));
        return;
    }
    conf_ok(conf_suspend(model->conf, &last));
    check_front(model, model->base, model->n);
    if (last || conf_word(model->conf) != before)    /* before anything was processed: A2 */
        conf_check_word(model->conf, last | NetDmaTransferStatusSuspend);
    model->state = SUSPENDED;
}

static void resume(struct model *model)
{
    if (model->state != SUSPENDED) {
        conf_no(conf_resume(model->conf));
        return;
    }
    conf_ok(conf_resume(model->conf));
    model->state = STARTED;
}

static void stop(struct model *model)
{
    uint64_t before = conf_word(model->conf);

    conf_ok(rng_percent(&model->rng, 50) ? conf_reset(model->conf) : conf_abort(model->conf));
    if (conf_word(model->conf) != before || (model->state != READY && known(model)))
        ck_assert_uint_eq(conf_word(model->conf) & NET_DMA_TRANSFER_STATUS_MASK,
                          NetDmaTransferStatusHalted);
    unsigned done = copied(model, model->base, model->n);
    conf_settle(model->conf);
    ck_assert_uint_eq(copied(model, model->base, model->n), done);
    model->state = READY;
    model->n = model->old_n = 0;
}

static void drain(struct model *model)
{
    if (model->state != STARTED)
        return;
    for (unsigned n = 0; n < 40 && known(model) < model->n; n++)
        conf_settle(model->conf);
    conf_settle(model->conf);
    conf_check_copied(model->conf, model->base, model->n);
    if (model->old_n)
        check_front(model, model->old_base, model->old_n);
    model->old_n = 0;
}

/* ---- the test ---- */

static void call_at_random(struct model *model)
{
    static void (*const calls[])(struct model *) = {
        start, append, append, append, suspend, suspend, resume, resume, stop, drain,
    };

    conf_pass(model->conf, rng_below(&model->rng, 60) * CONF_TICK);
    calls[rng_below(&model->rng, sizeof calls / sizeof calls[0])](model);
}

/* R-START-1, R-START-4, R-APP-1, R-APP-5, R-SUS-1, R-RES-1, R-RES-4, R-ABT-3, R-RST-5: in any order. The
 * first list asks for the word, so that reporting is on (A2). */
START_TEST(random_callbacks_follow_the_table_of_states)
{
    const char *seed = getenv("TB_SEED");
    struct model model = {
        .conf = conf_open(_i),
        .rng.state = seed ? strtoull(seed, NULL, 0) : 1,
        .base = CONF_SLOTS / BASES,      /* where conf_check_works has its slots */
    };

    conf_check_works(model.conf);
    conf_ok(conf_abort(model.conf));
    for (unsigned n = 0; n < CALLS; n++)
        call_at_random(&model);
    if (model.state == SUSPENDED)
        resume(&model);
    drain(&model);
    conf_check_works(model.conf);
    conf_close(model.conf);
}
END_TEST

const struct conf_test conf_random[] = {
    {&random_callbacks_follow_the_table_of_states, ANY, NULL},
    {NULL, ANY, NULL},
};
