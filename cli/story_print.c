/* story_print.c - the story as text for a terminal, and as trace events for a viewer. */
#include "story.h"

#include <inttypes.h>

/* ---- items in words ---- */

static void print_descriptor(const struct ioat_desc *desc, FILE *out)
{
    fprintf(out, "%" PRIu32 " bytes 0x%" PRIx64 " to 0x%" PRIx64 ", next 0x%" PRIx64 ",",
            desc->size, desc->src, desc->dst, desc->next);
    ioat_fields_print(out, "CONTROL", desc->control);
}

void story_print_register(const struct story_item *item, FILE *out)
{
    if (!item->reg) {
        fprintf(out, "BAR0 0x%04" PRIx64 " 0x%" PRIx64, item->addr, item->value);
        return;
    }
    fprintf(out, "%s 0x%" PRIx64, item->reg->name, item->value);
    ioat_fields_print(out, item->reg->name, item->value);
}

static void print_what(const struct story_item *item, FILE *out)
{
    switch (item->kind) {
    case STORY_BAR_WRITE:
        fputs("write ", out);
        story_print_register(item, out);
        break;
    case STORY_BAR_READ:
        fputs("read ", out);
        story_print_register(item, out);
        break;
    case STORY_STATE:
        fprintf(out, "%s, was %s", ioat_state_name((unsigned)item->value), ioat_state_name((unsigned)item->before));
        break;
    case STORY_ERROR:
        fprintf(out, "CHANERR %s", ioat_chanerr_name((uint32_t)item->value));
        break;
    case STORY_FETCH:
        fprintf(out, "descriptor 0x%" PRIx64 ": ", item->addr);
        if (item->end && !item->failed)
            print_descriptor(&item->desc, out);
        break;
    case STORY_SOURCE:
        fprintf(out, "source 0x%" PRIx64 ", %u beats", item->addr, item->beats);
        break;
    case STORY_DESTINATION:
        fprintf(out, "destination 0x%" PRIx64 ", %" PRIu64 " bytes", item->addr, item->bytes);
        break;
    case STORY_WORD:
        fprintf(out, "completion word 0x%" PRIx64 " %s", item->value & IOAT_CHANSTS_COMPLETED,
                ioat_state_name((unsigned)IOAT_FIELD_GET(item->value, CHANSTS, STATE)));
        break;
    case STORY_MESSAGE:
        fprintf(out, "message 0x%" PRIx64 " to 0x%" PRIx64, item->value, item->addr);
        break;
    case STORY_LINE:
        fprintf(out, "INTx %s", item->value ? "rises" : "falls");
        break;
    case STORY_FLR:
        fprintf(out, "function-level reset %s", item->value ? "begins" : "is over");
        break;
    }
    if (item->failed)
        fputs(": error answer", out);
}

static bool is_request(const struct story_item *item)
{
    return item->kind >= STORY_FETCH && item->kind <= STORY_MESSAGE;
}

void story_print(const struct story *story, FILE *out)
{
    fprintf(out, "%8s %8s  ch  what\n", "clock", "answer");
    for (size_t n = 0; n < story->n; n++) {
        const struct story_item *item = &story->item[n];

        fprintf(out, "%8" PRIu64 " ", item->begin);
        if (is_request(item) && item->end)
            fprintf(out, "%8" PRIu64, item->end);
        else
            fprintf(out, "%8s", is_request(item) ? "none" : "");
        if (item->channel < 0)
            fputs("   -  ", out);
        else
            fprintf(out, "  %2d  ", item->channel);
        print_what(item, out);
        fputc('\n', out);
    }
}

/* ---- trace events ---- */

static double microseconds(const struct story *story, uint64_t clock)
{
    return (double)clock * (double)story->period / 1e6;
}

static const char *track(const struct story_item *item)
{
    static const char *const name[] = {
        [STORY_BAR_WRITE] = "register", [STORY_BAR_READ] = "register", [STORY_STATE] = "state",
        [STORY_ERROR] = "state", [STORY_FETCH] = "descriptor read", [STORY_SOURCE] = "source read",
        [STORY_DESTINATION] = "destination write", [STORY_WORD] = "completion word",
        [STORY_MESSAGE] = "message", [STORY_LINE] = "INTx", [STORY_FLR] = "reset",
    };

    return name[item->kind];
}

/* A process of the viewer is a channel; 0 is the function. The texts need no escapes. */
static void begin_event(const struct story *story, const struct story_item *item, const char *phase,
                        uint64_t clock, FILE *out)
{
    fprintf(out, ",\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"cat\":\"%s\",\"ts\":%.4f,\"name\":\"", phase,
            item->channel + 1, item->kind, track(item), microseconds(story, clock));
    print_what(item, out);
    fputc('"', out);
}

/* The clock at which the state that begins with this item ends. */
static uint64_t state_end(const struct story *story, const struct story_item *state)
{
    for (const struct story_item *item = state + 1; item < story->item + story->n; item++)
        if (item->kind == STORY_STATE && item->channel == state->channel)
            return item->begin;
    return story->last;
}

void story_print_trace_events(const struct story *story, FILE *out)
{
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
                 "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"engine\"}}");
    for (unsigned n = 0; n < story->channels; n++)
        fprintf(out, ",\n{\"ph\":\"M\",\"pid\":%u,\"name\":\"process_name\",\"args\":{\"name\":\"channel %u\"}}",
                n + 1, n);
    for (size_t n = 0; n < story->n; n++) {
        const struct story_item *item = &story->item[n];

        if (item->kind == STORY_STATE) {
            begin_event(story, item, "X", item->begin, out);
            fprintf(out, ",\"dur\":%.4f}",
                    microseconds(story, state_end(story, item)) - microseconds(story, item->begin));
        } else if (is_request(item)) {
            begin_event(story, item, "b", item->begin, out);
            fprintf(out, ",\"id\":%zu}", n);
            begin_event(story, item, "e", item->end ? item->end : story->last, out);
            fprintf(out, ",\"id\":%zu}", n);
        } else {
            begin_event(story, item, "i", item->begin, out);
            fputs(",\"s\":\"t\"}", out);
        }
    }
    fputs("\n]}\n", out);
}
