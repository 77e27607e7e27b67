/* fake_device.c - see fake_device.h. */
#include "fake_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUS_GAP = 4096 };

/* ---- memory ---- */

void *fake_cpu(struct fake *fake, uint64_t bus, uint64_t bytes)
{
    for (unsigned n = 0; n < FAKE_BUFFERS; n++) {
        const struct dma_buf *buf = &fake->buffer[n];
        if (buf->cpu && bus >= buf->bus && bytes <= buf->bytes && bus - buf->bus <= buf->bytes - bytes)
            return (uint8_t *)buf->cpu + (bus - buf->bus);
    }
    return NULL;
}

static enum ioat_status add_buffer(struct fake *fake, size_t bytes, size_t align,
                                   struct dma_buf *buf)
{
    unsigned n = 0;

    while (n < FAKE_BUFFERS && fake->buffer[n].cpu)
        n++;
    void *cpu = n < FAKE_BUFFERS ? calloc(1, bytes) : NULL;
    if (!cpu)
        return IOAT_ENOMEM;
    uint64_t bus = (fake->next_bus + align - 1) / align * align;
    fake->next_bus = bus + bytes + BUS_GAP;
    fake->buffer[n] = (struct dma_buf){cpu, bus, bytes, NULL};
    *buf = fake->buffer[n];
    return IOAT_OK;
}

static enum ioat_status fake_alloc(void *ctx, size_t bytes, size_t align, struct dma_buf *buf)
{
    struct fake *fake = ctx;

    if (fake->allocs_before_failure == 0)
        return IOAT_ENOMEM;
    if (fake->allocs_before_failure > 0)
        fake->allocs_before_failure--;
    enum ioat_status status = add_buffer(fake, bytes, align, buf);
    if (!status)
        fake->buffers_live++;
    return status;
}

static void fake_free(void *ctx, struct dma_buf *buf)
{
    struct fake *fake = ctx;

    for (unsigned n = 0; n < FAKE_BUFFERS; n++) {
        if (fake->buffer[n].cpu && fake->buffer[n].bus == buf->bus) {
            free(fake->buffer[n].cpu);
            fake->buffer[n] = (struct dma_buf){0};
            fake->buffers_live--;
            return;
        }
    }
    fprintf(stderr, "fake_free: no such buffer\n");
    abort();
}

struct dma_buf fake_memory(struct fake *fake, size_t bytes)
{
    struct dma_buf buf;

    if (add_buffer(fake, bytes, IOAT_PAGE_BYTES, &buf)) {
        fprintf(stderr, "fake_memory: out of memory\n");
        abort();
    }
    return buf;
}

/* ---- channels ---- */

static void signal_event(struct fake *fake, unsigned channel)
{
    struct fake_chan *chan = &fake->chan[channel];

    chan->event = true;
    if (chan->chanctrl & IOAT_CHANCTRL_INT_DISABLE)
        return;
    chan->event = false;
    chan->chanctrl |= IOAT_CHANCTRL_INT_DISABLE;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): below the number of channels */
    fake->attnstatus |= UINT32_C(1) << channel;
    chan->messages++;
}

static void write_word(struct fake *fake, const struct fake_chan *chan, unsigned state)
{
    uint64_t *word = fake_cpu(fake, chan->chancmp, sizeof *word);

    if (word && !fake->wordless)
        *word = fake->lying_word ? fake->lying_word : chan->completed | state;
}

void fake_halt(struct fake *fake, unsigned channel, uint32_t chanerr)
{
    struct fake_chan *chan = &fake->chan[channel];

    chan->chanerr |= chanerr;
    chan->state = IOAT_CHANSTS_STATE_HALTED;
    if (chan->chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN)
        write_word(fake, chan, chan->state);
    if (chan->chanctrl & IOAT_CHANCTRL_ERR_INT_EN && chanerr & ~chan->chanerrmsk)
        signal_event(fake, channel);
}

static bool work_left(const struct fake_chan *chan)
{
    if (chan->list)
        return chan->fresh || chan->next;
    return chan->count != chan->dmacount;
}

/* Where byte `at` of a side lies: behind the first page end it is on the second page. */
static uint64_t byte_bus(uint64_t bus, uint64_t next, bool breaks, uint32_t at)
{
    uint64_t first = IOAT_PAGE_BYTES - bus % IOAT_PAGE_BYTES;
    return breaks && at >= first ? next + (at - first) : bus + at;
}

/* The CHANERR of a descriptor, 0 when its bytes moved. */
static uint32_t transfer(struct fake *fake, const struct ioat_desc *desc)
{
    uint64_t op = IOAT_FIELD_GET(desc->control, CONTROL, OP);

    if (op != IOAT_CONTROL_OP_COPY && op != IOAT_CONTROL_OP_FILL && op != IOAT_CONTROL_OP_CONTEXT)
        return (uint32_t)IOAT_CHANERR_DESC_CTRL;
    if (desc->control & IOAT_CONTROL_NULL_XFER || op == IOAT_CONTROL_OP_CONTEXT)
        return 0;
    if (desc->size > UINT64_C(1) << fake->xfercap)
        return (uint32_t)IOAT_CHANERR_LENGTH;
    for (uint32_t at = 0; at < desc->size; at++) {
        uint8_t byte = (uint8_t)(desc->src >> at % sizeof desc->src * 8);
        if (op == IOAT_CONTROL_OP_COPY) {
            const uint8_t *src = fake_cpu(
                fake,
                byte_bus(desc->src, desc->next_src, desc->control & IOAT_CONTROL_SRC_PAGE_BREAK, at),
                1);
            if (!src)
                return (uint32_t)IOAT_CHANERR_READ_DATA;
            byte = *src;
        }
        uint8_t *dst = fake_cpu(
            fake,
            byte_bus(desc->dst, desc->next_dst, desc->control & IOAT_CONTROL_DST_PAGE_BREAK, at), 1);
        if (!dst)
            return (uint32_t)IOAT_CHANERR_WRITE_DATA;
        *dst = byte;
    }
    return 0;
}

/* One descriptor. False: the channel halted. */
static bool execute(struct fake *fake, unsigned channel)
{
    struct fake_chan *chan = &fake->chan[channel];
    uint64_t bus = chan->fresh ? chan->chainaddr : chan->next;
    const struct ioat_desc *desc = fake_cpu(fake, bus, sizeof *desc);
    uint32_t error;

    chan->cdar = bus;
    if (bus % IOAT_DESC_BYTES)
        error = (uint32_t)(chan->fresh ? IOAT_CHANERR_CHAIN_ADDR : IOAT_CHANERR_DESC_ALIGN);
    else if (!desc)
        error = (uint32_t)(bus ? IOAT_CHANERR_READ_DATA : IOAT_CHANERR_NEXT_ADDR);
    else if (fake->fail_at && fake->executed + 1 == fake->fail_at)
        error = fake->fail_error;
    else
        error = transfer(fake, desc);
    if (error || !desc) {
        fake->fail_at = 0;
        fake_halt(fake, channel, error);
        return false;
    }
    fake->executed++;
    chan->count++;
    chan->fresh = false;
    chan->completed = bus;
    chan->next = desc->next;
    chan->state = work_left(chan) ? IOAT_CHANSTS_STATE_ACTIVE : IOAT_CHANSTS_STATE_IDLE;
    if (desc->control & IOAT_CONTROL_COMPL_WRITE)
        write_word(fake, chan, chan->state);
    if (desc->control & IOAT_CONTROL_INT_EN)
        signal_event(fake, channel);
    return true;
}

unsigned fake_run(struct fake *fake, unsigned channel, unsigned n)
{
    unsigned ran = 0;

    while (ran < n && fake->chan[channel].state == IOAT_CHANSTS_STATE_ACTIVE &&
           execute(fake, channel))
        ran++;
    return ran;
}

/* Becomes ACTIVE when there is work; runs it unless the test wants to. */
static void kick(struct fake *fake, unsigned channel)
{
    struct fake_chan *chan = &fake->chan[channel];

    chan->state = work_left(chan) ? IOAT_CHANSTS_STATE_ACTIVE : IOAT_CHANSTS_STATE_IDLE;
    while (!fake->hold && fake_run(fake, channel, 1))
        ;
}

static void stop(struct fake *fake, struct fake_chan *chan, unsigned state)
{
    bool active = chan->state == IOAT_CHANSTS_STATE_ACTIVE;

    chan->state = state;
    if (active && chan->chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN)
        write_word(fake, chan, state);
}

static void reload_next(struct fake *fake, struct fake_chan *chan)
{
    const struct ioat_desc *last = fake_cpu(fake, chan->completed, sizeof *last);

    if (!chan->fresh && last)
        chan->next = last->next;
}

static void reset_channel(struct fake *fake, unsigned channel)
{
    struct fake_chan *chan = &fake->chan[channel];
    uint32_t chanerr = chan->chanerr;
    unsigned messages = chan->messages;

    stop(fake, chan, IOAT_CHANSTS_STATE_HALTED);
    *chan = (struct fake_chan){.state = IOAT_CHANSTS_STATE_HALTED,
                               .chanerr = chanerr,
                               .messages = messages};
    fake->attnstatus &= ~(UINT32_C(1) << channel);
}

static void command(struct fake *fake, unsigned channel, uint8_t value)
{
    struct fake_chan *chan = &fake->chan[channel];
    unsigned state = chan->state;

    if (value & (value - 1)) {
        chan->chanerr |= (uint32_t)IOAT_CHANERR_CHANCMD;
        return;
    }
    if (value & fake->stuck) {
        chan->chancmd |= value;
        return;
    }
    switch (value) {
    case IOAT_CHANCMD_START:
        chan->list = chan->fresh = true;
        kick(fake, channel);
        break;
    case IOAT_CHANCMD_APPEND:
        if (state == IOAT_CHANSTS_STATE_IDLE && chan->list) {
            reload_next(fake, chan);
            kick(fake, channel);
        }
        break;
    case IOAT_CHANCMD_SUSPEND:
        if (state != IOAT_CHANSTS_STATE_HALTED && state != IOAT_CHANSTS_STATE_SUSPENDED)
            stop(fake, chan, IOAT_CHANSTS_STATE_SUSPENDED);
        break;
    case IOAT_CHANCMD_ABORT:
        stop(fake, chan, IOAT_CHANSTS_STATE_HALTED);
        break;
    case IOAT_CHANCMD_RESUME:
        if (state == IOAT_CHANSTS_STATE_SUSPENDED) {
            reload_next(fake, chan);
            kick(fake, channel);
        }
        break;
    case IOAT_CHANCMD_RESET:
        reset_channel(fake, channel);
        break;
    default:
        break;
    }
}

/* ---- BAR ---- */

/* Current value of a register, without side effect. */
static uint64_t peek(struct fake *fake, const struct ioat_reg_info *reg, unsigned channel)
{
    const struct fake_chan *chan = &fake->chan[channel];
    uint64_t state = chan->state;

    if (reg->space == IOAT_GLOBAL) {
        switch (reg->offset) {
        case IOAT_CHANCNT: return fake->chancnt;
        case IOAT_XFERCAP: return fake->xfercap;
        case IOAT_GENCTRL: return fake->genctrl;
        case IOAT_INTRCTRL: {
            uint64_t value = fake->intrctrl;
            if (fake->attnstatus)
                value |= IOAT_INTRCTRL_INT_STATUS;
            if (fake->attnstatus && value & IOAT_INTRCTRL_MASTER_INT_EN)
                value |= IOAT_INTRCTRL_INT;
            return value;
        }
        case IOAT_ATTNSTATUS: return fake->attnstatus;
        case IOAT_CBVER: return fake->cbver;
        case IOAT_INTRDELAY: return fake->intrdelay;
        case IOAT_DMACAPABILITY: return fake->dmacapability;
        default: return reg->reset;
        }
    }
    switch (reg->offset) {
    case IOAT_CHANCTRL: return chan->chanctrl;
    case IOAT_CHANCMD: return chan->chancmd;
    case IOAT_DMACOUNT: return chan->dmacount;
    case IOAT_CHANSTS:
        if (fake->lying_state >= 0)
            state = (uint64_t)fake->lying_state;
        return (fake->lying_completed ? fake->lying_completed : chan->completed) | state;
    case IOAT_CHAINADDR: return chan->chainaddr;
    case IOAT_CHANCMP: return chan->chancmp;
    case IOAT_CDAR: return chan->cdar;
    case IOAT_CHANERR: return chan->chanerr;
    case IOAT_CHANERRMSK: return chan->chanerrmsk;
    case IOAT_DCACTRL: return chan->dcactrl;
    default: return reg->reset;
    }
}

static void after_read(struct fake *fake, uint32_t offset)
{
    if (offset == IOAT_INTRCTRL)
        fake->intrctrl &= (uint8_t)~IOAT_INTRCTRL_MASTER_INT_EN;
    if (offset == IOAT_ATTNSTATUS)
        fake->attnstatus = 0;
    for (unsigned n = 0; n < fake->chancnt && n < IOAT_CHAN_MAX; n++)
        if (offset == IOAT_CHAN(n, CHANCTRL))
            fake->chan[n].chanctrl |= IOAT_CHANCTRL_IN_USE;
}

static enum ioat_status bar_failure(struct fake *fake)
{
    if (fake->bar_failures_after == 0)
        return IOAT_EIO;
    if (fake->bar_failures_after > 0)
        fake->bar_failures_after--;
    return IOAT_OK;
}

static bool in_msix(uint32_t offset)
{
    return offset >= IOAT_MSIX_TABLE_BASE && offset - IOAT_MSIX_TABLE_BASE < sizeof((struct fake){0}.msix);
}

/* Offset of a channel's block, or 0 for the globals. */
static uint32_t block_of(const struct fake *fake, uint32_t offset, unsigned *channel)
{
    *channel = 0;
    if (offset < IOAT_CHAN_BASE)
        return 0;
    *channel = (offset - IOAT_CHAN_BASE) / IOAT_CHAN_STRIDE;
    return *channel < fake->chancnt ? IOAT_CHAN_BASE + *channel * IOAT_CHAN_STRIDE : UINT32_MAX;
}

static enum ioat_status fake_read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    struct fake *fake = ctx;
    unsigned channel;
    uint8_t image[8] = {0};

    if (bar_failure(fake))
        return IOAT_EIO;
    fake->reads[offset]++;
    *value = UINT64_MAX >> (64 - 8 * width);
    if (fake->removed)
        return IOAT_OK;
    uint32_t base = block_of(fake, offset, &channel);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        bool here = reg->space == (base ? IOAT_CHANNEL : IOAT_GLOBAL) && base != UINT32_MAX;
        uint64_t now = here ? peek(fake, reg, channel) : 0;
        for (unsigned n = 0; here && n < reg->bits / 8; n++)
            if (base + reg->offset + n >= offset && base + reg->offset + n < offset + width)
                image[base + reg->offset + n - offset] = (uint8_t)(now >> 8 * n);
    }
    if (in_msix(offset))
        memcpy(image, (uint8_t *)fake->msix + (offset - IOAT_MSIX_TABLE_BASE), width);
    if (offset == IOAT_MSIX_PBA_BASE)
        memcpy(image, &fake->msix_pending, width);
    *value = 0;
    memcpy(value, image, width);
    after_read(fake, offset);
    return IOAT_OK;
}

static void write_channel(struct fake *fake, unsigned channel, unsigned offset, uint64_t value)
{
    struct fake_chan *chan = &fake->chan[channel];
    bool was_disabled = chan->chanctrl & IOAT_CHANCTRL_INT_DISABLE;

    switch (offset) {
    case IOAT_CHANCTRL: {
        bool in_use = chan->chanctrl & value & IOAT_CHANCTRL_IN_USE;
        bool rearm = value & IOAT_CHANCTRL_INT_DISABLE;
        chan->chanctrl =
            (uint16_t)(value & ~(uint64_t)(IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_IN_USE));
        chan->chanctrl |= (uint16_t)(in_use ? IOAT_CHANCTRL_IN_USE : 0);
        chan->chanctrl |= (uint16_t)(was_disabled && !rearm ? IOAT_CHANCTRL_INT_DISABLE : 0);
        if (rearm && chan->event)
            signal_event(fake, channel);
        break;
    }
    case IOAT_CHANCMD:
        command(fake, channel, (uint8_t)value);
        break;
    case IOAT_DMACOUNT:
        chan->dmacount = (uint16_t)value;
        chan->list = false;
        if (chan->state != IOAT_CHANSTS_STATE_HALTED &&
            chan->state != IOAT_CHANSTS_STATE_SUSPENDED && work_left(chan))
            kick(fake, channel);
        break;
    case IOAT_CHAINADDR:
        chan->chainaddr = value;
        chan->dmacount = chan->count = 0;
        chan->completed = 0;
        chan->fresh = true;
        chan->list = false;
        chan->state = IOAT_CHANSTS_STATE_ARMED;
        break;
    case IOAT_CHANCMP:
        chan->chancmp = value;
        break;
    case IOAT_CHANERR:
        chan->chanerr &= ~(uint32_t)value;
        break;
    default:
        fake->odd_accesses++;
        break;
    }
}

static bool whole_register(uint32_t offset, enum ioat_reg_space space, unsigned width)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if (reg->space == space && reg->offset == offset)
            return reg->bits == 8 * width;
    return false;
}

static enum ioat_status fake_write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    struct fake *fake = ctx;
    unsigned channel;

    if (bar_failure(fake))
        return IOAT_EIO;
    fake->writes[offset]++;
    if (fake->removed)
        return IOAT_OK;
    if (in_msix(offset)) {
        memcpy((uint8_t *)fake->msix + (offset - IOAT_MSIX_TABLE_BASE), &value, width);
        return IOAT_OK;
    }
    uint32_t base = block_of(fake, offset, &channel);
    if (!whole_register(offset - base, base ? IOAT_CHANNEL : IOAT_GLOBAL, width)) {
        fake->odd_accesses++;
        return IOAT_OK;
    }
    if (base) {
        write_channel(fake, channel, offset - base, value);
    } else if (offset == IOAT_INTRCTRL) {
        fake->intrctrl =
            (uint8_t)(value & (IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_MSIX_VECTOR_CTRL));
    } else if (offset == IOAT_INTRDELAY) {
        fake->intrdelay = (value & IOAT_INTRDELAY_MICROSECONDS) |
                          (fake->intrdelay & IOAT_INTRDELAY_SUPPORTED);
    } else if (offset == IOAT_GENCTRL) {
        fake->genctrl = (uint8_t)value;
    } else {
        fake->odd_accesses++;
    }
    return IOAT_OK;
}

/* ---- time and life ---- */

static uint64_t fake_now(void *ctx)
{
    struct fake *fake = ctx;
    return fake->now_ns;
}

static enum ioat_status fake_delay(void *ctx, uint64_t ns)
{
    struct fake *fake = ctx;

    fake->slept_ns += ns;
    if (ns > fake->longest_pause_ns)
        fake->longest_pause_ns = ns;
    if (!fake->clock_stands)
        fake->now_ns += ns;
    return fake->delay_status;
}

void fake_init(struct fake *fake)
{
    *fake = (struct fake){
        .chancnt = 4,
        .lying_state = -1,
        .bar_failures_after = -1,
        .allocs_before_failure = -1,
        .next_bus = UINT64_C(0x200000000),
    };
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != IOAT_GLOBAL)
            continue;
        switch (reg->offset) {
        case IOAT_XFERCAP: fake->xfercap = reg->reset; break;
        case IOAT_CBVER: fake->cbver = reg->reset; break;
        case IOAT_DMACAPABILITY: fake->dmacapability = reg->reset; break;
        case IOAT_INTRDELAY: fake->intrdelay = reg->reset; break;
        default: break;
        }
    }
    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++) {
        fake->chan[n].state = IOAT_CHANSTS_STATE_HALTED;
        fake->msix[2 * n + 1] = (uint64_t)IOAT_MSIX_CTRL_MASKED << 32;
    }
}

void fake_done(struct fake *fake)
{
    for (unsigned n = 0; n < FAKE_BUFFERS; n++)
        free(fake->buffer[n].cpu);
}

struct ioat_platform fake_platform(struct fake *fake)
{
    static const struct bar_ops bar = {fake_read, fake_write};
    static const struct dma_ops dma = {fake_alloc, fake_free};
    static const struct clock_ops clock = {fake_now, fake_delay};

    return (struct ioat_platform){&bar, &dma, &clock, fake, fake, fake};
}
