/* bar_trace.c - see bar_trace.h. */
#include "bar_trace.h"

#include <inttypes.h>
#include <string.h>

void bar_trace_config(struct bar_trace *trace, bool write, unsigned offset, unsigned width,
                      uint32_t value)
{
    fprintf(trace->out, "c%c %u %x %" PRIx32 "\n", write ? 'w' : 'r', width, offset, value);
}

void bar_trace_read(struct bar_trace *trace, uint32_t offset, unsigned width, uint64_t value)
{
    fprintf(trace->out, "r %u %" PRIx32 " %" PRIx64 "\n", width, offset, value);
}

/* The descriptors that a doorbell counts, as far as they are in the guest's memory. */
static void counted(struct bar_trace *trace, unsigned channel, uint16_t count)
{
    uint64_t at = trace->channel[channel].next;
    uint16_t n = (uint16_t)(count - trace->channel[channel].count);

    for (trace->channel[channel].count = count; n > 0; n--) {
        const struct ioat_desc *desc = ioat_sim_cpu(trace->sim, at, IOAT_DESC_BYTES);
        uint64_t word[IOAT_DESC_BYTES / sizeof(uint64_t)];

        if (!desc)
            return;
        memcpy(word, desc, sizeof word);
        fprintf(trace->out, "d %" PRIx64, at);
        for (unsigned w = 0; w < sizeof word / sizeof *word; w++)
            fprintf(trace->out, " %" PRIx64, word[w]);
        fputc('\n', trace->out);
        at = word[IOAT_DESC_NEXT / sizeof(uint64_t)];
    }
    trace->channel[channel].next = at;
}

void bar_trace_before_write(struct bar_trace *trace, uint32_t offset, unsigned width,
                            uint64_t value)
{
    const unsigned channel = (offset - IOAT_CHAN_BASE) / IOAT_CHAN_STRIDE;

    if (offset >= IOAT_CHAN_BASE && channel < IOAT_CHAN_MAX) {
        uint64_t *next = &trace->channel[channel].next;

        switch (offset % IOAT_CHAN_STRIDE) {
        case IOAT_CHAINADDR:       /* whole, or its low half */
            *next = width == sizeof *next ? value : (*next >> 32 << 32 | (uint32_t)value);
            trace->channel[channel].count = 0;
            break;
        case IOAT_CHAINADDR + 4:
            *next = value << 32 | (uint32_t)*next;
            break;
        case IOAT_DMACOUNT:
            counted(trace, channel, (uint16_t)value);
            break;
        default:
            break;
        }
    }
    fprintf(trace->out, "w %u %" PRIx32 " %" PRIx64 "\n", width, offset, value);
}

void bar_trace_message(struct bar_trace *trace, uint64_t addr, uint32_t data)
{
    fprintf(trace->out, "m %" PRIx64 " %" PRIx32 "\n", addr, data);
}

void bar_trace_pin(struct bar_trace *trace, bool level)
{
    fprintf(trace->out, "p %d\n", level);
}

void bar_trace_fault(struct bar_trace *trace, const struct ioat_sim_fault *fault)
{
    fprintf(trace->out, "f %d %" PRIx64 " %" PRIx64 "\n", (int)fault->kind, fault->first,
            fault->last);
}

void bar_trace_reset(struct bar_trace *trace)
{
    fputs("z\n", trace->out);
}

void bar_trace_event(struct bar_trace *trace, const struct ioat_sim_event *event)
{
    enum { ID_WORD = 1 };          /* bits 5:4 of a write's ID */
    uint64_t value;
    unsigned lane;

    if (event->kind != IOAT_SIM_W || (event->id >> 4 & 3) != ID_WORD || event->strobe == 0)
        return;
    lane = (unsigned)__builtin_ctzll(event->strobe);
    if (lane + sizeof value > event->bytes)
        return;
    memcpy(&value, event->data + lane, sizeof value);
    fprintf(trace->out, "l %" PRIx64 " %" PRIx64 "\n",
            event->addr / event->bytes * event->bytes + lane, value);
}
