/* counters.c - what the clocks of a channel went into. */
#include "ioat_priv.h"

#include <inttypes.h>

#define PERF_READ(chan, reg, value) \
    ioat_chan_read(chan, IOAT_PERF((chan)->index, reg), IOAT_##reg##_BITS, value)
#define PERF_WRITE(chan, reg, value) \
    ioat_write((chan)->dev, IOAT_PERF((chan)->index, reg), IOAT_##reg##_BITS, value)

static enum ioat_status read_all(struct ioat_chan *chan, struct ioat_counters *counters)
{
    const struct {
        uint32_t offset;
        uint64_t *to;
    } all[] = {
        {IOAT_PERF(chan->index, PERF_ACTIVE), &counters->active},
        {IOAT_PERF(chan->index, PERF_MOVING), &counters->moving},
        {IOAT_PERF(chan->index, PERF_BLOCKED), &counters->blocked},
        {IOAT_PERF(chan->index, PERF_READS), &counters->reads},
        {IOAT_PERF(chan->index, PERF_WRITES), &counters->writes},
        {IOAT_PERF(chan->index, PERF_STARVED), &counters->starved},
        {IOAT_PERF(chan->index, PERF_BYTES), &counters->bytes},
        {IOAT_PERF(chan->index, PERF_DESCRIPTORS), &counters->descriptors},
        {IOAT_PERF(chan->index, PERF_CONFIRMED), &counters->confirmed},
        {IOAT_PERF(chan->index, PERF_DROPPED), &counters->dropped},
    };
    enum ioat_status status = IOAT_OK;

    for (unsigned n = 0; n < sizeof all / sizeof all[0] && !status; n++)
        status = ioat_chan_read(chan, all[n].offset, IOAT_PERF_ACTIVE_BITS, all[n].to);
    return status;
}

/* Writes PERF_CTL; HOLD that does not read back: there are no counters. */
static enum ioat_status control(struct ioat_chan *chan, uint64_t bits)
{
    uint64_t got = 0;
    enum ioat_status status = PERF_WRITE(chan, PERF_CTL, bits | IOAT_PERF_CTL_HOLD);

    if (!status)
        status = PERF_READ(chan, PERF_CTL, &got);
    return status ? status : got & IOAT_PERF_CTL_HOLD ? IOAT_OK : IOAT_ESTATE;
}

enum ioat_status ioat_chan_counters(struct ioat_chan *chan, struct ioat_counters *counters)
{
    *counters = (struct ioat_counters){0};
    enum ioat_status status = control(chan, 0);
    if (status)
        return status;
    status = read_all(chan, counters);
    enum ioat_status released = PERF_WRITE(chan, PERF_CTL, 0);
    return status ? status : released;
}

enum ioat_status ioat_chan_counters_clear(struct ioat_chan *chan)
{
    enum ioat_status status = control(chan, IOAT_PERF_CTL_CLEAR);

    return status ? status : PERF_WRITE(chan, PERF_CTL, 0);
}

enum ioat_status ioat_counters_print(const struct ioat_counters *counters, FILE *out)
{
    const struct {
        uint64_t clocks;
        const char *went_into;
    } classes[] = {
        {counters->moving, "payload moves"},
        {counters->blocked, "the bus takes no write data"},
        {counters->reads, "waiting for payload reads"},
        {counters->writes, "waiting for answers to writes"},
        {counters->starved, "waiting for descriptors"},
    };
    const double all = counters->active ? (double)counters->active : 1;

    if (!out)
        return IOAT_EINVAL;
    fprintf(out, "%12" PRIu64 " clocks active\n", counters->active);
    for (unsigned n = 0; n < sizeof classes / sizeof classes[0]; n++)
        fprintf(out, "%12" PRIu64 "  %5.1f %%  %s\n", classes[n].clocks,
                100 * (double)classes[n].clocks / all, classes[n].went_into);
    fprintf(out, "%12" PRIu64 " bytes in %" PRIu64 " descriptors, %.2f bytes a clock\n", counters->bytes,
            counters->descriptors, (double)counters->bytes / all);
    fprintf(out, "%12" PRIu64 " descriptors read ahead of their pointer, %" PRIu64 " reads in vain\n",
            counters->confirmed, counters->dropped);
    return ferror(out) ? IOAT_EIO : IOAT_OK;
}
