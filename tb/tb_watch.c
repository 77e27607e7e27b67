/* tb_watch.c - what the bench sees on the buses: counts, messages, the log. */
#include "tb_private.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MAX (4u << 20)     /* events; a test that needs more logs a part */

static void count(struct tb_tally *tally, uint64_t clock)
{
    if (tally->n++ == 0)
        tally->first = clock;
    tally->last = clock;
}

/* W: the first 8 enabled bytes; else the first 8 bytes. */
static uint64_t first_bytes(const struct ioat_sim_event *event)
{
    uint64_t value = 0;
    unsigned from = 0, n;

    if (!event->data)
        return 0;
    if (event->kind == IOAT_SIM_W && event->strobe)
        from = (unsigned)__builtin_ctzll(event->strobe);
    n = event->kind == IOAT_SIM_BAR_READ || event->kind == IOAT_SIM_BAR_WRITE ? 8 : event->bytes;
    n = n > from ? n - from : 0;
    memcpy(&value, event->data + from, n > 8 ? 8 : n);
    return value;
}

static void record(struct tb *tb, const struct ioat_sim_event *event)
{
    struct tb_private *priv = tb->priv;

    if (tb->log_n == LOG_MAX)
        return;
    if (tb->log_n == priv->log_room) {
        const size_t room = priv->log_room ? 2 * priv->log_room : 4096;
        struct tb_event *log = realloc(tb->log, room * sizeof *log);

        if (!log)
            return;
        tb->log = log;
        priv->log_room = room;
    }
    tb->log[tb->log_n++] = (struct tb_event) {
        .kind = event->kind, .clock = event->clock, .port = event->port, .id = event->id,
        .addr = event->addr, .bytes = event->bytes, .cache = event->cache,
        .resp = event->resp, .last = event->last, .strobe = event->strobe,
        .value = first_bytes(event),
    };
}

static void count_read(struct tb_watch *watch, const struct ioat_sim_event *event)
{
    const bool ar = event->kind == IOAT_SIM_AR;

    if (tb_id_kind(event->id) == TB_READ_DESC)
        count(ar ? &watch->desc_ar : &watch->desc_r, event->clock);
    else
        count(ar ? &watch->data_ar : &watch->data_r, event->clock);
}

static void count_write(struct tb_watch *watch, const struct ioat_sim_event *event)
{
    struct tb_tally *const tally[3][3] = {
        { &watch->data_aw, &watch->data_w, &watch->data_b },
        { &watch->word_aw, &watch->word_w, &watch->word_b },
        { &watch->msg_aw, &watch->msg_w, &watch->msg_b },
    };
    const unsigned id_kind = tb_id_kind(event->id);
    const unsigned step = event->kind == IOAT_SIM_AW ? 0 : event->kind == IOAT_SIM_W ? 1 : 2;

    if (id_kind > TB_WRITE_MESSAGE)
        return;
    count(tally[id_kind][step], event->clock);
    if (id_kind == TB_WRITE_WORD && event->kind == IOAT_SIM_AW)
        watch->word_addr = event->addr;
    if (id_kind == TB_WRITE_WORD && event->kind == IOAT_SIM_W)
        watch->word = first_bytes(event);
}

void tb_on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct tb *tb = ctx;
    struct tb_watch *watch = &tb->watch[tb_id_channel(event->id)];

    switch (event->kind) {
    case IOAT_SIM_AR:
    case IOAT_SIM_R:
        count_read(watch, event);
        break;
    case IOAT_SIM_AW:
    case IOAT_SIM_W:
    case IOAT_SIM_B:
        count_write(watch, event);
        break;
    default:
        break;
    }
    if (tb->priv->logging)
        record(tb, event);
    if (tb->hook)
        tb->hook(tb->hook_ctx, event);
}

void tb_log(struct tb *tb, bool on)
{
    tb->priv->logging = on;
}

static bool on_axi(enum ioat_sim_event_kind kind)
{
    return kind == IOAT_SIM_AR || kind == IOAT_SIM_R || kind == IOAT_SIM_AW ||
           kind == IOAT_SIM_W || kind == IOAT_SIM_B;
}

size_t tb_find(const struct tb *tb, size_t from, enum ioat_sim_event_kind kind, unsigned id_kind,
               unsigned ch)
{
    for (size_t i = from; i < tb->log_n; i++) {
        const struct tb_event *event = &tb->log[i];

        if (event->kind != kind)
            continue;
        if (!on_axi(kind) || (tb_id_kind(event->id) == id_kind && tb_id_channel(event->id) == ch))
            return i;
    }
    return tb->log_n;
}

void tb_watch_clear(struct tb *tb)
{
    memset(tb->watch, 0, sizeof tb->watch);
    tb->message_n = 0;
    tb->log_n = 0;
}

/* ---- messages ---- */

void tb_on_message(void *ctx, uint64_t addr, uint32_t data)
{
    struct tb *tb = ctx;
    int vector = -1;

    for (unsigned v = 0; v < tb->channels; v++)
        if (addr == tb_msix_addr(v) && data == tb_msix_data(v))
            vector = (int)v;
    if (tb->message_n < TB_MESSAGE_MAX)
        tb->message[tb->message_n] = (struct tb_message) { tb_now(tb), addr, data, vector };
    tb->message_n++;
}

unsigned tb_messages(const struct tb *tb, unsigned vector)
{
    unsigned n = 0;

    for (unsigned i = 0; i < tb->message_n && i < TB_MESSAGE_MAX; i++)
        n += tb->message[i].vector == (int)vector;
    return n;
}

const struct tb_message *tb_last_message(struct tb *tb, unsigned vector)
{
    const struct tb_message *last = NULL;

    for (unsigned i = 0; i < tb->message_n && i < TB_MESSAGE_MAX; i++)
        if (tb->message[i].vector == (int)vector)
            last = &tb->message[i];
    if (!last)
        tb_fail(tb, "vector %u sent no message", vector);
    return last;
}

struct message_wait {
    const struct tb *tb;
    unsigned vector, n;
};

static bool enough_messages(void *ctx)
{
    const struct message_wait *wait = ctx;

    return tb_messages(wait->tb, wait->vector) >= wait->n;
}

void tb_wait_messages(struct tb *tb, unsigned vector, unsigned n, uint64_t clocks)
{
    struct message_wait wait = { tb, vector, n };
    enum ioat_status status = ioat_sim_wait(tb->sim, enough_messages, &wait, clocks);

    if (status == IOAT_ETIME)
        tb_fail(tb, "vector %u: expected %u messages within %llu clocks, got %u", vector, n,
                (unsigned long long)clocks, tb_messages(tb, vector));
    tb_ok(tb, status, "waiting for a message");
}
