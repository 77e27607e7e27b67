/* tb.c - life of a bench: open, close, time, and how a failure is told. */
#include "tb_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"

/* Waits at close: longer than any scenario of a test is left running. */
#define CLOSE_CLOCKS 4000000

static struct tb *open_benches;

/* ---- failures ---- */

void tb_here(struct tb *tb, const char *file, int line)
{
    tb->priv->file = file;
    tb->priv->line = line;
}

void tb_note(struct tb *tb, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(tb->priv->note, sizeof tb->priv->note, format, ap);
    va_end(ap);
}

_Noreturn void tb_fail(struct tb *tb, const char *format, ...)
{
    struct tb_private *priv = tb->priv;
    char text[TB_TEXT_BYTES], again[TB_TEXT_BYTES] = "";
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (!priv->wave[0])   /* a failure under make test is run again with a wave */
        snprintf(again, sizeof again, "make test T=%s WIDTH=%u CHANNELS=%u%s SEED=%" PRIu64,
                 tcase_name(), tb->build->data_bits, tb->channels,
                 tb->build->desc_port ? " DESC_PORT=1" : "", tb->seed);
    /* libcheck's own entry behind ck_abort_msg: it takes the place of the failure, and
     * that is the test's line, not this one. */
    _ck_assert_failed(priv->file, priv->line, "Failed",
                      "%s%s%s%s%s [clock %" PRIu64 ", seed %" PRIu64 ", %s %s]", text,
                      priv->note[0] ? "; " : "", priv->note,
                      tb->violation ? "; rule violated: " : "",
                      tb->violation ? tb->violation : "", tb_now(tb), tb->seed,
                      priv->wave[0] ? "wave" : "again:", priv->wave[0] ? priv->wave : again);
    abort();
}

void tb_ok(struct tb *tb, enum ioat_status status, const char *what)
{
    if (status != IOAT_OK)
        tb_fail(tb, "%s: %s", what, ioat_strstatus(status));
}

/* The simulator is inside a clock here: keep the text, the caller fails the test. */
static void on_violation(void *ctx, const char *text)
{
    struct tb *tb = ctx;

    if (!tb->priv->violation)
        tb->priv->violation = strdup(text);
    tb->violation = tb->priv->violation;
}

/* ---- open and close ---- */

/* Benches that a failed test left open: their waves must be complete on disk. */
static void close_leftovers(void)
{
    for (struct tb *tb = open_benches; tb; tb = tb->priv->next_open) {
        if (tb->violation)
            fprintf(stderr, "%s: rule violated: %s\n", tcase_name(), tb->violation);
        ioat_sim_close(tb->sim);
    }
    open_benches = NULL;
}

static void forget_open(struct tb *tb)
{
    struct tb **link = &open_benches;

    while (*link && *link != tb)
        link = &(*link)->priv->next_open;
    if (*link)
        *link = tb->priv->next_open;
}

static uint64_t env_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t value;

    if (!text || !*text)
        return otherwise;
    ck_assert_msg(number_read(text, 0, UINT64_MAX, &value), "%s=%s is not a number", name, text);
    return value;
}

static void name_wave(struct tb *tb)
{
    static unsigned opened;
    const char *dir = getenv("TB_WAVE_DIR");
    char *at = tb->priv->wave;

    if (!env_number("TB_WAVE", 0))
        return;
    if (!dir || !*dir)
        dir = "waves";
    mkdir(dir, 0777);   /* may exist; a directory that cannot be used fails in wave_start */
    snprintf(at, sizeof tb->priv->wave, "%s/%s-%ld-%u.fst", dir, tcase_name(), (long)getpid(),
             opened++);
    for (at += strlen(dir) + 1; *at; at++)
        if (*at == ' ' || *at == '/')
            *at = '_';
}

static void map(struct tb *tb, struct tb_region *region, uint64_t bus, uint64_t bytes,
                unsigned rights)
{
    void *cpu = NULL;

    tb_ok(tb, ioat_sim_map(tb->sim, bus, bytes, rights, &cpu), "mapping host memory");
    region->bus = bus;
    region->bytes = bytes;
    region->cpu = cpu;
}

/* With enough address bits every region lies above 4 GiB, and data and descriptors
 * have a 4 GiB boundary in their middle: a lost carry shows. */
static void map_regions(struct tb *tb)
{
    const unsigned both = IOAT_SIM_READ | IOAT_SIM_WRITE;
    const bool high = tb->build->addr_bits >= 40;

    map(tb, &tb->data, high ? UINT64_C(0x22ff800000) : 0x20000000, 16u << 20, both);
    map(tb, &tb->desc, high ? UINT64_C(0x2fffe00000) : 0x30000000, 4u << 20, both);
    map(tb, &tb->words, high ? UINT64_C(0x3140000000) : 0x40000000, 64u << 10, both);
    map(tb, &tb->rom, high ? UINT64_C(0x3350000000) : 0x50000000, 64u << 10, IOAT_SIM_READ);
    tb->hole = high ? UINT64_C(0x3560000000) : 0x60000000;
}

struct tb *tb_open(const struct ioat_sim_timing *timing)
{
    static bool registered;
    struct tb *tb = calloc(1, sizeof *tb);
    struct tb_private *priv = calloc(1, sizeof *priv);
    struct ioat_sim_config config;

    ck_assert_msg(tb && priv, "out of memory");
    tb->priv = priv;
    tb_here(tb, __FILE__, __LINE__);
    tb->build = ioat_sim_build();
    tb->channels = tb->build->channels;
    tb->seed = env_number("TB_SEED", 1);
    priv->rand_state = tb->seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    name_wave(tb);

    ioat_sim_config_init(&config);
    if (timing)
        config.timing = *timing;
    config.seed = tb->seed;
    config.wave_path = priv->wave[0] ? priv->wave : NULL;
    config.on_violation = on_violation;
    config.on_violation_ctx = tb;
    ck_assert_msg(ioat_sim_open(&config, &tb->sim) == IOAT_OK, "ioat_sim_open");

    if (!registered)
        atexit(close_leftovers);
    registered = true;
    priv->next_open = open_benches;
    open_benches = tb;

    ioat_sim_on_event(tb->sim, tb_on_event, tb);
    ioat_sim_on_message(tb->sim, tb_on_message, tb);
    if (config.wave_path)
        tb_ok(tb, ioat_sim_wave_start(tb->sim), priv->wave);
    map_regions(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        *tb_word(tb, ch) = TB_NO_WORD;
    return tb;
}

void tb_close(struct tb *tb)
{
    struct tb_private *priv = tb->priv;

    ioat_sim_fault_clear(tb->sim);
    tb_wait_quiet(tb, CLOSE_CLOCKS);
    tb_check_guards(tb);
    forget_open(tb);
    ioat_sim_close(tb->sim);   /* the last checks are made here */
    tb->sim = NULL;
    if (tb->violation)
        tb_fail(tb, "at the end of the test");
    if (priv->wave[0])
        unlink(priv->wave);
    free(priv->violation);
    free(tb->log);
    free(priv);
    free(tb);
}

TCase *tb_case(Suite *suite, const char *name, double seconds)
{
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, seconds);
    suite_add_tcase(suite, tcase);
    return tcase;
}

/* ---- time ---- */

uint64_t tb_now(const struct tb *tb)
{
    return tb->sim ? ioat_sim_now(tb->sim) : 0;
}

void tb_step(struct tb *tb, uint64_t clocks)
{
    if (clocks)
        tb_ok(tb, ioat_sim_step(tb->sim, clocks), "stepping the clock");
}

void tb_wait(struct tb *tb, bool (*cond)(void *ctx), void *ctx, uint64_t clocks, const char *what)
{
    enum ioat_status status = ioat_sim_wait(tb->sim, cond, ctx, clocks);

    if (status == IOAT_ETIME)
        tb_fail(tb, "%s did not come within %" PRIu64 " clocks", what, clocks);
    tb_ok(tb, status, what);
}

static bool bus_quiet(void *ctx)
{
    const struct tb *tb = ctx;

    return !ioat_sim_bus_busy(tb->sim);
}

void tb_wait_quiet(struct tb *tb, uint64_t clocks)
{
    tb_wait(tb, bus_quiet, tb, clocks, "a quiet bus");
}

uint64_t tb_us(const struct tb *tb, uint64_t us)
{
    return us * tb->build->clock_mhz;
}

/* ---- timings ---- */

const struct tb_timing tb_timings[] = {
    { "ideal memory", { .read_latency = 1, .write_latency = 1 } },
    { "latency 13", { .read_latency = 13, .write_latency = 13 } },
    { "latency 100", { .read_latency = 100, .write_latency = 100 } },
    { "jitter and stalls",
      { .read_latency = 8, .write_latency = 5, .jitter = 12, .ar_stall = 30, .aw_stall = 30,
        .w_stall = 30, .r_stall = 30, .b_stall = 30 } },
    { "reordering",
      { .read_latency = 10, .write_latency = 10, .jitter = 40, .r_stall = 20, .b_stall = 20,
        .reorder = true } },
    { "one outstanding",
      { .read_latency = 6, .write_latency = 20, .outstanding_max = 1 } },
};
const int tb_timing_n = sizeof tb_timings / sizeof tb_timings[0];
