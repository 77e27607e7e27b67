/* bringup.c - see bringup.h. */
#include "bringup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ioat.h"

enum {
    BUFFER_BYTES = 256 << 10,      /* of source, and of destination */
    RING_LOG2 = 8,
    BATCH = 64,                    /* requests in flight, less than the ring */
    OFFSETS = 64,                  /* every alignment in the widest bus word */
    SLOT = 256,                    /* room of one short copy with its guard bytes */
    SHORT = 130,                   /* longest of them: two bus words and a bit */
    GUARD = 0x5A,
    FAST_ROUNDS = 4,               /* of the buffer, to measure */
    FAST_BYTES = 32 << 10,         /* a request */
    MESSAGE_DATA = 0x1234ABCD,
};
#define WAIT_NS UINT64_C(2000000000)

enum outcome { PASS, FAIL, SKIP };

struct bench {
    const struct bringup_env *env;
    struct ioat *dev;
    const struct ioat_info *info;
    uint64_t wait_ns;
    struct ioat_chan *chan;        /* the one under test, or NULL */
    struct dma_buf src, dst, desc;
    char text[200];                /* what the test found */
};

static enum outcome say(struct bench *bench, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum outcome say(struct bench *bench, enum outcome outcome, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(bench->text, sizeof bench->text, format, args);
    va_end(args);
    return outcome;
}

#define TRY(bench, call)                                                              \
    do {                                                                              \
        enum ioat_status try_status = (call);                                         \
        if (try_status)                                                               \
            return say((bench), FAIL, "%s: %s", #call, ioat_strstatus(try_status));   \
    } while (0)

/* ---- registers ---- */

static enum ioat_status get(struct bench *bench, uint32_t offset, unsigned bits, uint64_t *value)
{
    const struct ioat_platform *platform = &bench->env->platform;

    return platform->bar->read(platform->bar_ctx, offset, bits / 8, value);
}

static enum ioat_status put(struct bench *bench, uint32_t offset, unsigned bits, uint64_t value)
{
    const struct ioat_platform *platform = &bench->env->platform;

    return platform->bar->write(platform->bar_ctx, offset, bits / 8, value);
}

/* Writes 0, all ones and a one in every place to the bits of `mask`, and reads them back. */
static enum outcome walk(struct bench *bench, const char *name, uint32_t offset, unsigned bits,
                         uint64_t mask)
{
    for (unsigned n = 0; n < bits + 2; n++) {
        const uint64_t ones = n < bits ? UINT64_C(1) << n : n == bits ? 0 : ~UINT64_C(0);
        uint64_t got = 0;

        TRY(bench, put(bench, offset, bits, ones & mask));
        TRY(bench, get(bench, offset, bits, &got));
        if ((got & mask) != (ones & mask))
            return say(bench, FAIL, "%s at 0x%x: wrote 0x%" PRIx64 ", read 0x%" PRIx64, name,
                       offset, ones & mask, got & mask);
    }
    TRY(bench, put(bench, offset, bits, 0));
    return PASS;
}

static enum outcome test_identity(struct bench *bench)
{
    const struct ioat_info *info = bench->info;

    return say(bench, PASS, "version %x.%x, %u channels, %u bytes a descriptor%s%s%s",
               info->cbver >> 4, info->cbver & 15, info->channels, info->transfer_max,
               info->page_break ? ", page break" : "", info->fill ? ", fill" : "",
               info->coalescing ? ", coalescing" : "");
}

/* Registers that keep what is written and start nothing. */
static enum outcome test_registers(struct bench *bench)
{
    unsigned count = 0;

    for (unsigned n = 0; n < bench->info->channels; n++) {
        const struct { const char *name; uint32_t offset; unsigned bits; uint64_t mask; } reg[] = {
            { "CHANCMP", IOAT_CHAN(n, CHANCMP), IOAT_CHANCMP_BITS, ~UINT64_C(7) },
            { "CHANERRMSK", IOAT_CHAN(n, CHANERRMSK), IOAT_CHANERRMSK_BITS,
              IOAT_CHANERR_READ_DATA | IOAT_CHANERR_WRITE_DATA | IOAT_CHANERR_LENGTH },
            { "DCACTRL", IOAT_CHAN(n, DCACTRL), IOAT_DCACTRL_BITS, UINT32_MAX },
            { "MSIX_ADDR", IOAT_VECTOR(n, MSIX_ADDR), IOAT_MSIX_ADDR_BITS, ~UINT64_C(3) },
            { "MSIX_DATA", IOAT_VECTOR(n, MSIX_DATA), IOAT_MSIX_DATA_BITS, UINT32_MAX },
        };

        for (unsigned r = 0; r < sizeof reg / sizeof *reg; r++, count++)
            if (walk(bench, reg[r].name, reg[r].offset, reg[r].bits, reg[r].mask) != PASS)
                return FAIL;
    }
    return say(bench, PASS, "%u registers keep every bit", count);
}

/* The same 64 bits by accesses of every width. */
static enum outcome test_widths(struct bench *bench)
{
    const uint64_t pattern = UINT64_C(0x8877665544332218);
    const uint32_t at = IOAT_CHAN(0, CHANCMP);
    uint64_t got = 0;

    TRY(bench, put(bench, at, 64, pattern));
    for (unsigned bits = 8; bits <= 64; bits *= 2) {
        for (unsigned low = 0; low < 64; low += bits) {
            const uint64_t want = pattern >> low & ~UINT64_C(0) >> (64 - bits);

            TRY(bench, get(bench, at + low / 8, bits, &got));
            if (got != want)
                return say(bench, FAIL, "a %u-bit read at 0x%x gave 0x%" PRIx64 ", not 0x%" PRIx64,
                           bits, at + low / 8, got, want);
        }
    }
    TRY(bench, put(bench, at + 4, 32, ~pattern >> 32));
    TRY(bench, get(bench, at, 64, &got));
    if (got != ((~pattern >> 32 << 32) | (pattern & UINT32_MAX)))
        return say(bench, FAIL, "a 32-bit write of the high half gave 0x%" PRIx64, got);
    TRY(bench, put(bench, at, 64, 0));
    return say(bench, PASS, "8 to 64 bits see the same register");
}

/* ---- channels ---- */

static enum ioat_status open_channel(struct bench *bench, unsigned n, unsigned ring_log2)
{
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    config.ring_log2 = ring_log2;
    config.chunk_log2 = ring_log2;
    config.take_over = true;
    config.wait_ns = bench->wait_ns;
    return ioat_chan_open(bench->dev, n, &config, &bench->chan);
}

static enum outcome test_reset(struct bench *bench)
{
    for (unsigned n = 0; n < bench->info->channels; n++) {
        struct ioat_chan_status status;

        TRY(bench, open_channel(bench, n, RING_LOG2));
        TRY(bench, ioat_reset(bench->chan));
        TRY(bench, ioat_chan_status(bench->chan, &status));
        if (status.state != IOAT_CHANSTS_STATE_ARMED)
            return say(bench, FAIL, "channel %u is %s after RESET and CHAINADDR", n,
                       ioat_state_name(status.state));
        TRY(bench, ioat_chan_close(bench->chan));
        bench->chan = NULL;
    }
    return say(bench, PASS, "%u channels reset and armed", bench->info->channels);
}

/* Submits what is prepared and waits for all of it. */
static enum outcome finish(struct bench *bench)
{
    TRY(bench, ioat_submit(bench->chan));
    while (ioat_outstanding(bench->chan) > 0) {
        struct ioat_done done[BATCH];
        unsigned count = 0;

        TRY(bench, ioat_wait(bench->chan, done, BATCH, &count, bench->wait_ns));
        for (unsigned n = 0; n < count; n++)
            if (done[n].status)
                return say(bench, FAIL, "a request ended with: %s", ioat_strstatus(done[n].status));
    }
    return PASS;
}

static enum outcome test_null(struct bench *bench)
{
    for (unsigned n = 0; n < bench->info->channels; n++) {
        TRY(bench, open_channel(bench, n, RING_LOG2));
        TRY(bench, ioat_null(bench->chan, IOAT_CONTROL_COMPL_WRITE, NULL));
        if (finish(bench) != PASS)
            return FAIL;
        TRY(bench, ioat_chan_close(bench->chan));
        bench->chan = NULL;
    }
    return say(bench, PASS, "a descriptor was read and a completion word came, on every channel");
}

/* ---- data ---- */

static void fill_source(struct bench *bench, unsigned pattern)
{
    uint64_t *word = bench->src.cpu;

    for (size_t n = 0; n < BUFFER_BYTES / sizeof *word; n++) {
        switch (pattern) {
        case 0:
            word[n] = 0;
            break;
        case 1:
            word[n] = ~UINT64_C(0);
            break;
        case 2:
            word[n] = UINT64_C(0xAAAAAAAA55555555);
            break;
        case 3:                    /* a one walks through the widest bus word */
            word[n] = n / 8 % 8 == n % 8 ? UINT64_C(1) << n / 64 % 64 : 0;
            break;
        case 4:
            word[n] = ~(n / 8 % 8 == n % 8 ? UINT64_C(1) << n / 64 % 64 : 0);
            break;
        default:                   /* every word its own: wrong places show */
            word[n] = (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
            break;
        }
    }
}

static enum outcome compare(struct bench *bench, const char *what, size_t bytes)
{
    const uint8_t *src = bench->src.cpu, *dst = bench->dst.cpu;

    for (size_t n = 0; n < bytes; n++)
        if (src[n] != dst[n])
            return say(bench, FAIL, "%s: byte 0x%zx is 0x%02x, not 0x%02x", what, n, dst[n], src[n]);
    return PASS;
}

static enum outcome test_patterns(struct bench *bench)
{
    static const char *const name[] = { "zeros", "ones", "A5", "walking one", "walking zero",
                                        "address" };
    enum { PATTERNS = sizeof name / sizeof *name };

    TRY(bench, open_channel(bench, 0, RING_LOG2));
    for (unsigned n = 0; n < PATTERNS; n++) {
        const size_t bytes = 64 << 10;

        fill_source(bench, n);
        memset(bench->dst.cpu, GUARD, BUFFER_BYTES);
        TRY(bench, ioat_copy(bench->chan, bench->dst.bus, bench->src.bus, bytes, 0, NULL));
        if (finish(bench) != PASS || compare(bench, name[n], bytes) != PASS)
            return FAIL;
    }
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return say(bench, PASS, "%d patterns of 64 KiB", PATTERNS);
}

/* A short copy in slot n of the buffers, at these offsets. */
static enum outcome check_short(struct bench *bench, unsigned n, unsigned from, unsigned to,
                                unsigned bytes)
{
    const uint8_t *src = (const uint8_t *)bench->src.cpu + n * SLOT + from;
    const uint8_t *dst = (const uint8_t *)bench->dst.cpu + n * SLOT;

    for (unsigned at = 0; at < SLOT; at++) {
        const bool inside = at >= to && at < to + bytes;
        const uint8_t want = inside ? src[at - to] : GUARD;

        if (dst[at] != want)
            return say(bench, FAIL, "%u bytes from offset %u to offset %u: byte %d is 0x%02x, not "
                       "0x%02x%s", bytes, from, to, (int)at - (int)to, dst[at], want,
                       inside ? "" : ": it is outside");
    }
    return PASS;
}

static unsigned short_length(unsigned from, unsigned to)
{
    return 1 + (from * 7 + to * 3) % SHORT;
}

static enum outcome test_alignments(struct bench *bench)
{
    TRY(bench, open_channel(bench, 0, RING_LOG2));
    fill_source(bench, 5);
    for (unsigned from = 0; from < OFFSETS; from++) {
        memset(bench->dst.cpu, GUARD, OFFSETS * SLOT);
        for (unsigned to = 0; to < OFFSETS; to++)
            TRY(bench, ioat_copy(bench->chan, bench->dst.bus + to * SLOT + to,
                                 bench->src.bus + to * SLOT + from, short_length(from, to), 0,
                                 NULL));
        if (finish(bench) != PASS)
            return FAIL;
        for (unsigned to = 0; to < OFFSETS; to++)
            if (check_short(bench, to, from, to, short_length(from, to)) != PASS)
                return FAIL;
    }
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return say(bench, PASS, "%d copies: every offset in 64 bytes to every other, guard bytes intact",
               OFFSETS * OFFSETS);
}

static enum outcome test_fill(struct bench *bench)
{
    const uint64_t pattern = UINT64_C(0x0123456789ABCDEF);
    uint8_t *dst = bench->dst.cpu;
    enum { BYTES = 5000, OFFSET = 13 };

    if (!bench->info->fill)
        return say(bench, SKIP, "the engine has no fill");
    TRY(bench, open_channel(bench, 0, RING_LOG2));
    memset(dst, GUARD, 2 * BYTES);
    TRY(bench, ioat_fill(bench->chan, bench->dst.bus + OFFSET, BYTES, pattern, 0, NULL));
    if (finish(bench) != PASS)
        return FAIL;
    for (unsigned n = 0; n < 2 * BYTES; n++) {
        const bool inside = n >= OFFSET && n < OFFSET + BYTES;
        const uint8_t want = (uint8_t)(inside ? pattern >> 8 * ((n - OFFSET) % 8) : GUARD);

        if (dst[n] != want)
            return say(bench, FAIL, "byte %u is 0x%02x, not 0x%02x", n, dst[n], want);
    }
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return say(bench, PASS, "%d bytes", BYTES);
}

/* ---- interrupts ---- */

/* One null descriptor that interrupts. */
static enum outcome ring_once(struct bench *bench)
{
    TRY(bench, ioat_null(bench->chan, IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE, NULL));
    TRY(bench, ioat_submit(bench->chan));
    return PASS;
}

static enum outcome await_message(struct bench *bench, volatile uint32_t *message)
{
    const struct ioat_platform *platform = &bench->env->platform;
    const uint64_t end = platform->clock->now_ns(platform->clock_ctx) + bench->wait_ns;

    while (*message != MESSAGE_DATA) {
        if (platform->clock->now_ns(platform->clock_ctx) > end)
            return FAIL;
        TRY(bench, platform->clock->delay_ns(platform->clock_ctx, 1000));
    }
    return PASS;
}

static enum outcome message_of(struct bench *bench, unsigned n)
{
    volatile uint32_t *message = bench->dst.cpu;

    *message = 0;
    TRY(bench, open_channel(bench, n, RING_LOG2));
    TRY(bench, ioat_msix_set(bench->dev, n, bench->dst.bus, MESSAGE_DATA));
    TRY(bench, ioat_msix_mask(bench->dev, n, true));
    if (ring_once(bench) != PASS || finish(bench) != PASS)
        return FAIL;
    if (*message != 0)
        return say(bench, FAIL, "vector %u sent its message although it is masked", n);
    TRY(bench, ioat_msix_mask(bench->dev, n, false));
    if (await_message(bench, message) != PASS)
        return say(bench, FAIL, "no message of vector %u after it was unmasked", n);
    TRY(bench, ioat_msix_mask(bench->dev, n, true));
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return PASS;
}

static enum outcome test_messages(struct bench *bench)
{
    enum outcome outcome = PASS;

    if (!bench->env->msix_enable)
        return say(bench, SKIP, "MSI-X is not ours to switch on");
    TRY(bench, bench->env->msix_enable(bench->env->ctx, true));
    for (unsigned n = 0; n < bench->info->channels && outcome == PASS; n++)
        outcome = message_of(bench, n);
    TRY(bench, bench->env->msix_enable(bench->env->ctx, false));
    return outcome == PASS ? say(bench, PASS, "%u vectors: held back while masked, then sent",
                                 bench->info->channels) : outcome;
}

static enum outcome intx_of(struct bench *bench, unsigned n)
{
    struct ioat_done done[BATCH];
    uint32_t channels = 0;
    unsigned count = 0;

    TRY(bench, open_channel(bench, n, RING_LOG2));
    if (ring_once(bench) != PASS)
        return FAIL;
    if (bench->env->intx_wait(bench->env->ctx, bench->wait_ns))
        return say(bench, FAIL, "no interrupt of channel %u", n);
    TRY(bench, ioat_intx_service(bench->dev, &channels));
    if (channels != UINT32_C(1) << n)
        return say(bench, FAIL, "channel %u interrupted, ATTNSTATUS gave 0x%x", n, channels);
    TRY(bench, ioat_interrupt(bench->chan, done, BATCH, &count));
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return PASS;
}

static enum outcome test_intx(struct bench *bench)
{
    enum outcome outcome = PASS;

    if (!bench->env->intx_wait)
        return say(bench, SKIP, "no legacy interrupt is wired");
    TRY(bench, ioat_intx_enable(bench->dev, true));
    for (unsigned n = 0; n < bench->info->channels && outcome == PASS; n++)
        outcome = intx_of(bench, n);
    TRY(bench, ioat_intx_enable(bench->dev, false));
    return outcome == PASS ? say(bench, PASS, "the line of %u channels", bench->info->channels)
                           : outcome;
}

/* ---- errors, control ---- */

/* Runs one bad descriptor and checks the bit it must set. */
static enum outcome provoke(struct bench *bench, const struct ioat_desc *bad, uint64_t bit)
{
    struct ioat_desc *desc = bench->desc.cpu;
    struct ioat_chan_status status = { 0 };
    uint64_t chanerr = 0;

    TRY(bench, open_channel(bench, 0, 0));
    *desc = *bad;
    TRY(bench, ioat_list_start(bench->chan, bench->desc.bus));
    for (unsigned n = 0; n < 1000; n++) {
        TRY(bench, ioat_chan_status(bench->chan, &status));
        if (status.state == IOAT_CHANSTS_STATE_HALTED)
            break;
    }
    TRY(bench, get(bench, IOAT_CHAN(0, CHANERR), IOAT_CHANERR_BITS, &chanerr));
    if (status.state != IOAT_CHANSTS_STATE_HALTED || chanerr != bit)
        return say(bench, FAIL, "a bad descriptor gave state %s, CHANERR 0x%" PRIx64
                   ", not 0x%" PRIx64, ioat_state_name(status.state), chanerr, bit);
    TRY(bench, put(bench, IOAT_CHAN(0, CHANERR), IOAT_CHANERR_BITS, bit));
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return PASS;
}

static enum outcome test_errors(struct bench *bench)
{
    const struct ioat_desc unknown = {
        .control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, 0x7E), .size = 8,
        .src = bench->src.bus, .dst = bench->dst.bus,
    };
    const struct ioat_desc long_copy = {
        .size = bench->info->transfer_max + 1, .src = bench->src.bus, .dst = bench->dst.bus,
    };
    const struct ioat_desc crooked = {
        .control = IOAT_CONTROL_NULL_XFER, .size = 8, .next = bench->desc.bus + 8,
    };

    if (provoke(bench, &unknown, IOAT_CHANERR_DESC_CTRL) != PASS
        || provoke(bench, &long_copy, IOAT_CHANERR_LENGTH) != PASS
        || provoke(bench, &crooked, IOAT_CHANERR_DESC_ALIGN) != PASS)
        return FAIL;
    /* The channel works again. */
    return test_fill(bench) == FAIL ? FAIL
        : say(bench, PASS, "unknown operation, length, alignment; each its own bit; then it works");
}

static enum outcome test_suspend(struct bench *bench)
{
    struct ioat_chan_status status;
    const size_t half = BUFFER_BYTES / 2;

    TRY(bench, open_channel(bench, 0, RING_LOG2));
    fill_source(bench, 5);
    memset(bench->dst.cpu, GUARD, BUFFER_BYTES);
    for (size_t at = 0; at < half; at += IOAT_PAGE_BYTES)
        TRY(bench, ioat_copy(bench->chan, bench->dst.bus + at, bench->src.bus + at,
                             IOAT_PAGE_BYTES, 0, NULL));
    TRY(bench, ioat_submit(bench->chan));
    TRY(bench, ioat_suspend(bench->chan));
    TRY(bench, ioat_chan_status(bench->chan, &status));
    TRY(bench, ioat_resume(bench->chan));
    if (finish(bench) != PASS || compare(bench, "after RESUME", half) != PASS)
        return FAIL;
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return say(bench, PASS, "stopped %s, went on, every byte right", ioat_state_name(status.state));
}

/* ---- speed ---- */

static enum outcome test_throughput(struct bench *bench)
{
    const struct ioat_platform *platform = &bench->env->platform;
    uint64_t start, ns;

    TRY(bench, open_channel(bench, 0, RING_LOG2));
    fill_source(bench, 5);
    memset(bench->dst.cpu, GUARD, BUFFER_BYTES);
    start = platform->clock->now_ns(platform->clock_ctx);
    for (unsigned round = 0; round < FAST_ROUNDS; round++)
        for (size_t at = 0; at < BUFFER_BYTES; at += FAST_BYTES)
            TRY(bench, ioat_copy(bench->chan, bench->dst.bus + at, bench->src.bus + at, FAST_BYTES,
                                 0, NULL));
    if (finish(bench) != PASS)
        return FAIL;
    ns = platform->clock->now_ns(platform->clock_ctx) - start;
    if (compare(bench, "throughput", BUFFER_BYTES) != PASS)
        return FAIL;
    TRY(bench, ioat_chan_close(bench->chan));
    bench->chan = NULL;
    return say(bench, PASS, "%.1f MB/s", (double)FAST_ROUNDS * BUFFER_BYTES * 1e3 / (double)(ns + 1));
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    enum outcome (*run)(struct bench *bench);
    const char *hint;
} tests[] = {
    { "identity", test_identity, "is this the right function and BAR?" },
    { "registers", test_registers,
      "BAR0 writes: byte strobes and write data of the AXI4-Lite slave; MSI-X table at 0x2000" },
    { "widths", test_widths, "byte strobes and read lanes of the PCIe-to-AXI4-Lite bridge" },
    { "reset", test_reset, "clock and reset of the engine; CHANCMD RESET; is a read still open?" },
    { "null", test_null,
      "bus master enable; the read path (descriptor) and the write path (completion word); IOMMU" },
    { "patterns", test_patterns, "data lines of the memory side: which bits differ?" },
    { "alignments", test_alignments, "byte strobes of writes, shifter of reads; write combining" },
    { "fill", test_fill, "as alignments, without the read path" },
    { "msix", test_messages, "MSI-X enable as the engine sees it; vector masks; message writes" },
    { "intx", test_intx, "the legacy line: INTRCTRL, Interrupt Disable, routing of the slot" },
    { "errors", test_errors, "CHANERR; is the error path of this build complete?" },
    { "suspend", test_suspend, "CHANCMD SUSPEND and RESUME; descriptor prefetch" },
    { "throughput", test_throughput, "lost or doubled data under load: outstanding reads, FIFOs" },
};

static void run_all(struct bench *bench, struct bringup_result *result)
{
    static const char *const word[] = { "pass", "FAIL", "skip" };
    unsigned *const count[] = { &result->passed, &result->failed, &result->skipped };

    for (unsigned n = 0; n < sizeof tests / sizeof *tests; n++) {
        const enum outcome outcome = tests[n].run(bench);

        fprintf(bench->env->out, "%s  %-10s  %s\n", word[outcome], tests[n].name, bench->text);
        (*count[outcome])++;
        if (outcome != FAIL)
            continue;
        fprintf(bench->env->out, "      look at: %s\n", tests[n].hint);
        if (bench->chan)
            ioat_chan_dump(bench->chan, bench->env->out);
        if (bench->chan && ioat_chan_close(bench->chan)) {
            fprintf(bench->env->out, "      the channel cannot be reset: the run ends here\n");
            return;
        }
        bench->chan = NULL;
    }
}

static enum ioat_status allocate(struct bench *bench)
{
    const struct ioat_platform *platform = &bench->env->platform;
    struct { struct dma_buf *buf; size_t bytes; } want[] = {
        { &bench->src, BUFFER_BYTES }, { &bench->dst, BUFFER_BYTES },
        { &bench->desc, IOAT_PAGE_BYTES },
    };
    enum ioat_status status = IOAT_OK;

    for (unsigned n = 0; n < sizeof want / sizeof *want && !status; n++)
        status = platform->dma->alloc(platform->dma_ctx, want[n].bytes, IOAT_PAGE_BYTES,
                                      want[n].buf);
    return status;
}

struct bringup_result bringup_run(const struct bringup_env *env)
{
    struct bench bench = { .env = env, .wait_ns = env->wait_ns ? env->wait_ns : WAIT_NS };
    struct bringup_result result = { 0 };
    struct dma_buf *const bufs[] = { &bench.src, &bench.dst, &bench.desc };
    enum ioat_status status = ioat_open(&env->platform, &bench.dev);

    if (status) {
        fprintf(env->out, "FAIL  identity    %s\n      look at: power, link, BAR0 and memory space "
                "enable; CBVER must read 0x3x\n", ioat_strstatus(status));
        result.failed++;
        return result;
    }
    bench.info = ioat_info(bench.dev);
    status = allocate(&bench);
    if (status) {
        fprintf(env->out, "FAIL  memory      %s\n      look at: huge pages (sysctl "
                "vm.nr_hugepages=8), locked memory, IOMMU\n", ioat_strstatus(status));
        result.failed++;
    } else {
        run_all(&bench, &result);
    }
    if (bench.chan)
        return result;             /* the device may still write: nothing is freed */
    for (unsigned n = 0; n < sizeof bufs / sizeof *bufs; n++)
        if (bufs[n]->cpu)
            env->platform.dma->free(env->platform.dma_ctx, bufs[n]);
    ioat_close(bench.dev);
    return result;
}
