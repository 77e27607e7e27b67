/* scenario_await.c - the log of bus events, and waiting for one of them. */
#include "scenario_priv.h"

#include <stdlib.h>
#include <string.h>

#include "pins.h"

enum { PATIENCE = 100000 };                /* clocks for anything awaited */


void play_on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct play *play = ctx;
    struct seen *is;

    if (play->seen_n == play->seen_room) {
        size_t room = play->seen_room ? 2 * play->seen_room : 4096;
        is = realloc(play->seen, room * sizeof *is);
        if (!is)
            return;
        play->seen = is;
        play->seen_room = room;
    }
    is = &play->seen[play->seen_n++];
    *is = (struct seen){ event->kind, event->id, event->clock, event->addr, event->bytes, 0 };
    if (event->kind == IOAT_SIM_W && event->strobe)
        for (unsigned lane = (unsigned)__builtin_ctzll(event->strobe), n = 0; n < 8 && lane + n < event->bytes; n++)
            is->value |= (uint64_t)event->data[lane + n] << 8 * n;
    if (event->kind == IOAT_SIM_BAR_WRITE || event->kind == IOAT_SIM_BAR_READ)
        play->here = event->clock;
}

static bool came(void *ctx)
{
    struct play *play = ctx;

    for (size_t *cursor = &play->cursor[play->channel]; *cursor < play->seen_n; ) {
        const struct seen *is = &play->seen[(*cursor)++];
        if (is->kind == play->wanted && is->id == play->wanted_id && is->addr <= play->last &&
            is->addr + is->bytes > play->first && (is->value & play->mask) == play->value) {
            play->here = is->clock;
            return true;
        }
    }
    return false;
}

static unsigned axi_id(unsigned kind, unsigned owner)
{
    return kind << 4 | owner;
}

static void await_word(struct play *play, char **word)
{
    uint64_t state;

    play->wanted = IOAT_SIM_W;
    play->wanted_id = axi_id(AXI_WRITE_WORD, play->channel);
    for (; *word; word++) {
        if (play_code("CHANSTS", *word, &state)) {
            play->mask |= IOAT_CHANSTS_STATE;
            play->value |= state;
        } else {
            play->mask |= IOAT_CHANSTS_COMPLETED;
            play->value |= play_need(play, *word)->bus;
        }
    }
}

static void await_request(struct play *play, const char *kind, const struct object *object)
{
    if (!strcmp(kind, "fetch")) {
        play->wanted = IOAT_SIM_AR;
        play->wanted_id = axi_id(AXI_READ_DESCRIPTOR, play->channel);
        play->first = object->bus;
    } else if (!strcmp(kind, "read")) {
        play->wanted = IOAT_SIM_AR;
        play->wanted_id = axi_id(AXI_READ_PAYLOAD, play->channel);
        play->first = object->desc->src;
    } else if (!strcmp(kind, "write")) {
        play->wanted = IOAT_SIM_AW;
        play->wanted_id = axi_id(AXI_WRITE_PAYLOAD, play->channel);
        play->first = object->desc->dst;
    } else {
        play_stop(play, SCENARIO_BAD, "await %s: word, message, fetch, read or write", kind);
    }
    play->last = play->first;
}

void play_await(struct play *play, char **word)
{
    enum ioat_status status;

    play->first = 0;
    play->last = UINT64_MAX;
    play->value = play->mask = 0;
    if (!*word)
        play_stop(play, SCENARIO_BAD, "await: for what?");
    if (!strcmp(*word, "word")) {
        await_word(play, word + 1);
    } else if (!strcmp(*word, "message")) {
        play->wanted = IOAT_SIM_W;
        play->wanted_id = axi_id(AXI_WRITE_MESSAGE, play->channel);
    } else {
        await_request(play, word[0], play_need(play, word[1]));
    }
    status = play_wait(play, came, PATIENCE);
    if (status == IOAT_ETIME)
        play_stop(play, SCENARIO_FAILED, "await %s %s: it did not come within %d clocks", word[0],
                  word[1] ? word[1] : "", PATIENCE);
    play_must(play, status, "await");
}
