/* contract_regs.c - the register file: what a write does, what a read must return.
 *
 * Reads are compared byte for byte with what each register can show. BAR writes are
 * ordered before later reads, so registers that only software changes are exact.
 *
 * Not judged: bits of GENCTRL and CHANERRMSK without a function may store or read 0;
 * IN_USE after a write of 1 to a clear one; CHANERRMSK and DCACTRL after RESET until
 * they are written; CHANCTRL after a write that also carried a command; DMACOUNT
 * after one that was written while a command and a CHAINADDR were under way; any
 * register during a function-level reset.
 */
#include <inttypes.h>
#include <string.h>

#include "contract_priv.h"

enum { WORD = 8 };                         /* bytes of the AXI4-Lite bus */

#define STORED_CTRL                                                                          \
    ((uint16_t)(IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ANY_ERR_ABORT_EN             \
                | IOAT_CHANCTRL_ERR_INT_EN | IOAT_CHANCTRL_FETCH_NO_SNOOP                    \
                | IOAT_CHANCTRL_COMPLETION_DCA_EN | IOAT_CHANCTRL_PRIORITY))
#define COMMANDS                                                                             \
    ((unsigned)(IOAT_CHANCMD_START | IOAT_CHANCMD_APPEND | IOAT_CHANCMD_SUSPEND              \
                | IOAT_CHANCMD_ABORT | IOAT_CHANCMD_RESUME | IOAT_CHANCMD_RESET))
#define STORED_DELAY ((uint16_t)IOAT_INTRDELAY_MICROSECONDS)
#define ALL_ERRORS                                                                           \
    ((uint32_t)(IOAT_CHANERR_SRC_ADDR | IOAT_CHANERR_DST_ADDR | IOAT_CHANERR_NEXT_ADDR       \
                | IOAT_CHANERR_DESC_ALIGN | IOAT_CHANERR_CHAIN_ADDR | IOAT_CHANERR_CHANCMD   \
                | IOAT_CHANERR_READ_DATA | IOAT_CHANERR_WRITE_DATA | IOAT_CHANERR_DESC_CTRL  \
                | IOAT_CHANERR_LENGTH | IOAT_CHANERR_CMP_ADDR))

/* ---- an access ---- */

struct access {
    uint32_t offset;
    uint64_t data;             /* the 8-byte word around it */
    unsigned lanes;            /* of that word: accessed, and not accounted for yet */
};

struct piece { uint64_t value, mask; };    /* of one register, in its own position */

static struct access access_of(const struct ioat_sim_event *event, unsigned lanes)
{
    struct access access = { .offset = (uint32_t)event->addr, .lanes = lanes };

    for (unsigned n = WORD; n-- > 0; )
        access.data = access.data << 8 | event->data[n];
    return access;
}

/* The part of the register at `reg` that the access touches; false: none. */
static bool touch(struct access *access, uint32_t reg, unsigned bits, struct piece *piece)
{
    const unsigned lane = reg % WORD;
    const unsigned own = ((1u << bits / 8) - 1) << lane;

    if (reg / WORD != access->offset / WORD || !(access->lanes & own))
        return false;
    piece->mask = 0;
    for (unsigned n = 0; n < bits / 8; n++)
        if (access->lanes >> (lane + n) & 1)
            piece->mask |= UINT64_C(0xFF) << 8 * n;
    piece->value = access->data >> 8 * lane & piece->mask;
    access->lanes &= ~own;
    return true;
}

static uint64_t merged(uint64_t old, struct piece piece)
{
    return (old & ~piece.mask) | piece.value;
}

/* A register with one permitted value, bits of `free` aside. */
static void expect(struct history *h, struct access *access, const char *rule, const char *name,
                   uint32_t reg, unsigned bits, uint64_t value, uint64_t free)
{
    struct piece piece;

    if (touch(access, reg, bits, &piece) && ((piece.value ^ value) & piece.mask & ~free))
        ct_breach(h, rule, "%s (0x%x) reads 0x%" PRIx64 ", 0x%" PRIx64 " is due", name, reg, piece.value,
               value & piece.mask);
}

/* ---- power-on ---- */

void ct_chan_power_on(struct chan *ch)
{
    ch->ctrl = ch->dmacount = 0;
    ch->ctrl_known = ch->dmacount_known = ch->side_known = true;
    ch->in_use = NO;
    ch->perf_ctl = 0;
    ch->chainaddr = ch->chancmp = 0;
    ch->errmsk = ch->dcactrl = 0;
    ch->err_known = ch->err_may = ch->err_one = 0;
    ch->err_missed = false;
    ch->halts = 0;
    ch->frozen_n = 0;
    ch->may = HALTED;
    ch->stops = 0;
    ch->next = (struct next_list) { 0 };
    ch->lost = false;
    ch->halt_rule = "H-S03";
    memset(ch->command_clk, 0xFF, sizeof ch->command_clk);   /* NEVER */
    ch->end_clk = NEVER;
    ct_state_forget(ch);
    ct_irq_power_on(ch);
    ch->vector = (struct vector) { .addr_clk = NEVER, .data_clk = NEVER, .masked = true };
}

void ct_regs_power_on(struct history *h)
{
    h->genctrl = h->intrctrl = 0;
    h->intrdelay = h->old_delay = 0;
    h->delay_clk = NEVER;
    for (unsigned n = 0; n < h->build.channels; n++)
        ct_chan_power_on(&h->chan[n]);
}

/* ---- writes ---- */

static void enables_change(struct chan *ch)
{
    if (ch->stops || ch->may & ACTIVE)
        ch->enables_moved = true;
}

static void write_ctrl(struct chan *ch, struct piece piece)
{
    const uint16_t enables = (uint16_t)(IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ERR_INT_EN);
    const uint16_t old = ch->ctrl;

    ch->ctrl = (uint16_t)merged(old, piece) & STORED_CTRL;
    if ((old ^ ch->ctrl) & enables)
        enables_change(ch);
    if ((old ^ ch->ctrl) & IOAT_CHANCTRL_FETCH_NO_SNOOP && ch->may & ACTIVE)
        ch->snoop_either = true;
    if (piece.value & IOAT_CHANCTRL_INT_DISABLE)
        ct_irq_rearm(ch);
    if (piece.mask & IOAT_CHANCTRL_IN_USE) {
        if (!(piece.value & IOAT_CHANCTRL_IN_USE))
            ch->in_use = NO;
        else if (ch->in_use == NO)
            ch->in_use = UNKNOWN;
    }
    if ((piece.mask & STORED_CTRL) == STORED_CTRL)
        ch->ctrl_known = true;
}

static void reset_registers(struct chan *ch)
{
    ch->ctrl = ch->dmacount = 0;
    ch->ctrl_known = ch->dmacount_known = true;
    ch->side_known = ch->errmsk == 0 && ch->dcactrl == 0;
    ch->in_use = NO;
    ch->chainaddr = ch->chancmp = 0;
    if (ch->frozen_n)
        ch->frozen_n = FROZEN_UNKNOWN;     /* whether RESET lets go of it is left open */
    ct_irq_reset(ch);
}

/* A lost channel is one that rests again when a RESET is done and nothing else was written before that. */
static bool followed(struct chan *ch)
{
    if (ch->lost)
        ch->stops &= ~(unsigned)STOP_RESET;
    return !ch->lost;
}

static void write_command(struct chan *ch, unsigned value)
{
    const unsigned command = value & COMMANDS;

    if (!value)
        return;
    if (value & ~COMMANDS) {
        /* The sheet defines no such bit: it may count as a second command, or as none. */
        ch->lost = true;
        if (command == IOAT_CHANCMD_RESET)
            ct_state_command(ch, command);
        return;
    }
    if (command & (command - 1)) {
        ct_fault_command(ch);
        return;
    }
    if (command != IOAT_CHANCMD_RESET && !followed(ch))
        return;
    ct_state_command(ch, command);
    if (command == IOAT_CHANCMD_RESET)
        reset_registers(ch);
}

static void write_cmp(struct chan *ch, struct piece piece)
{
    const uint64_t value = merged(ch->chancmp, piece);

    if (value != ch->chancmp && (ch->may & ACTIVE))
        ch->old_cmp.at[ch->old_cmp.n++ % OLD_CMPS] = ch->chancmp;
    ch->chancmp = value;
}

static void write_channel(struct chan *ch, struct access *access)
{
    struct piece piece, ctrl;
    const bool to_ctrl = touch(access, IOAT_CHAN(ch->n, CHANCTRL), IOAT_CHANCTRL_BITS, &ctrl);

    if (to_ctrl)
        write_ctrl(ch, ctrl);
    if (touch(access, IOAT_CHAN(ch->n, CHANCMD), IOAT_CHANCMD_BITS, &piece)) {
        if (to_ctrl && piece.value)
            ch->ctrl_known = false;
        write_command(ch, (unsigned)piece.value);
    }
    if (touch(access, IOAT_CHAN(ch->n, DMACOUNT), IOAT_DMACOUNT_BITS, &piece)) {
        const uint16_t count = (uint16_t)merged(ch->dmacount, piece);

        ch->dmacount_known |= piece.mask == UINT16_MAX;
        if (followed(ch))
            ct_state_dmacount(ch, count);
        ch->dmacount = count;
    }
    if (touch(access, IOAT_CHAN(ch->n, CHAINADDR), IOAT_CHAINADDR_BITS, &piece)) {
        const uint64_t addr = merged(ch->chainaddr, piece);

        ch->dmacount = 0;
        ch->dmacount_known = true;
        if (followed(ch))
            ct_state_chainaddr(ch, addr);
        else
            ch->chainaddr = addr;
    }
    if (touch(access, IOAT_CHAN(ch->n, CHANCMP), IOAT_CHANCMP_BITS, &piece))
        write_cmp(ch, piece);
    if (touch(access, IOAT_CHAN(ch->n, CHANERR), IOAT_CHANERR_BITS, &piece))
        ct_fault_clear(ch, (uint32_t)piece.value);
    if (touch(access, IOAT_CHAN(ch->n, CHANERRMSK), IOAT_CHANERRMSK_BITS, &piece)) {
        ch->errmsk = (uint32_t)merged(ch->errmsk, piece);
        enables_change(ch);
    }
    if (touch(access, IOAT_CHAN(ch->n, DCACTRL), IOAT_DCACTRL_BITS, &piece))
        ch->dcactrl = (uint32_t)merged(ch->dcactrl, piece);
}

static void write_vector(struct chan *ch, struct access *access)
{
    const uint64_t align = ~UINT64_C(3);
    struct vector *vector = &ch->vector;
    struct piece piece;

    if (touch(access, IOAT_VECTOR(ch->n, MSIX_ADDR), IOAT_MSIX_ADDR_BITS, &piece)) {
        vector->old_addr = vector->addr;
        vector->addr = merged(vector->addr, piece) & align;
        vector->addr_clk = ch->h->now;
    }
    if (touch(access, IOAT_VECTOR(ch->n, MSIX_DATA), IOAT_MSIX_DATA_BITS, &piece)) {
        vector->old_data = vector->data;
        vector->data = (uint32_t)merged(vector->data, piece);
        vector->data_clk = ch->h->now;
    }
    if (touch(access, IOAT_VECTOR(ch->n, MSIX_CTRL), IOAT_MSIX_CTRL_BITS, &piece)
        && piece.mask & IOAT_MSIX_CTRL_MASKED) {
        vector->masked = piece.value & IOAT_MSIX_CTRL_MASKED;
        ch->h->mask_clk = ch->h->now;
        ct_irq_sendable_changed(ch->h);
    }
}

static void write_counters(struct chan *ch, struct access *access)
{
    struct piece piece;

    if (touch(access, IOAT_PERF(ch->n, PERF_CTL), IOAT_PERF_CTL_BITS, &piece))
        ch->perf_ctl = (uint8_t)piece.value & IOAT_PERF_CTL_HOLD;
}

static void write_global(struct history *h, struct access *access)
{
    const uint8_t stored = (uint8_t)(IOAT_INTRCTRL_MASTER_INT_EN | IOAT_INTRCTRL_MSIX_VECTOR_CTRL);
    struct piece piece;

    if (touch(access, IOAT_GENCTRL, IOAT_GENCTRL_BITS, &piece))
        h->genctrl = (uint8_t)piece.value;
    if (touch(access, IOAT_INTRCTRL, IOAT_INTRCTRL_BITS, &piece))
        h->intrctrl = (uint8_t)piece.value & stored;
    if (touch(access, IOAT_INTRDELAY, IOAT_INTRDELAY_BITS, &piece)) {
        h->old_delay = h->intrdelay;
        h->intrdelay = (uint16_t)merged(h->intrdelay, piece) & STORED_DELAY;
        h->delay_clk = h->now;
    }
}

/* The channel, and the space of it, that an offset is in; NULL: in none. */
static struct chan *owner(struct history *h, uint32_t offset, enum ioat_reg_space *space)
{
    unsigned index, within;

    *space = ioat_reg_find(offset, &index, &within);
    return *space != IOAT_GLOBAL && index < h->build.channels ? &h->chan[index] : NULL;
}

struct chan *ct_regs_commanded(struct history *h, const struct ioat_sim_event *event)
{
    struct access access = access_of(event, (unsigned)event->strobe & 0xFF);
    enum ioat_reg_space space;
    struct chan *ch = owner(h, access.offset, &space);
    struct piece piece;

    if (!ch || space != IOAT_CHANNEL || h->flr)
        return NULL;
    return (touch(&access, IOAT_CHAN(ch->n, CHANCMD), IOAT_CHANCMD_BITS, &piece) && piece.value)
        || touch(&access, IOAT_CHAN(ch->n, DMACOUNT), IOAT_DMACOUNT_BITS, &piece)
        || touch(&access, IOAT_CHAN(ch->n, CHAINADDR), IOAT_CHAINADDR_BITS, &piece) ? ch : NULL;
}

bool ct_regs_starts(const struct chan *ch, const struct ioat_sim_event *event)
{
    struct access access = access_of(event, (unsigned)event->strobe & 0xFF);
    struct piece piece;

    return touch(&access, IOAT_CHAN(ch->n, CHANCMD), IOAT_CHANCMD_BITS, &piece) && piece.value & IOAT_CHANCMD_START;
}

void ct_regs_write(struct history *h, const struct ioat_sim_event *event)
{
    struct access access = access_of(event, (unsigned)event->strobe & 0xFF);
    enum ioat_reg_space space;
    struct chan *ch = owner(h, access.offset, &space);

    if (h->flr)
        return;                            /* whatever it wrote is lost in the reset */
    /* Of every channel: this write ends the quiet of the bus. */
    for (unsigned n = 0; n < h->build.channels; n++)
        ct_state_settle(&h->chan[n]);
    if (!ch)
        write_global(h, &access);
    else if (space == IOAT_CHANNEL)
        write_channel(ch, &access);
    else if (space == IOAT_MSIX)
        write_vector(ch, &access);
    else
        write_counters(ch, &access);
}

/* ---- reads ---- */

static void read_ctrl(struct chan *ch, struct piece piece, bool starts)
{
    const uint16_t value = (uint16_t)piece.value;
    const uint16_t rest = (uint16_t)~(STORED_CTRL | IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_IN_USE);

    if (value & rest)
        ct_wrong(ch, "K-04", "CHANCTRL reads 0x%04x: bits 0x%04x are always 0", value, value & rest);
    else if (ch->ctrl_known && (value ^ ch->ctrl) & piece.mask & STORED_CTRL)
        ct_wrong(ch, "H-R09", "CHANCTRL reads 0x%04x, 0x%04x was written", value, ch->ctrl);
    else if (piece.mask & IOAT_CHANCTRL_INT_DISABLE
             && !ct_irq_disable_fits(ch, value & IOAT_CHANCTRL_INT_DISABLE))
        ct_wrong(ch, "H-R09", "CHANCTRL reads 0x%04x: INT_DISABLE is %s", value,
              value & IOAT_CHANCTRL_INT_DISABLE ? "set without a signal" : "clear after a signal");
    if (piece.mask & IOAT_CHANCTRL_IN_USE && ch->in_use != UNKNOWN
        && (ch->in_use == YES) != ((value & IOAT_CHANCTRL_IN_USE) != 0))
        ct_wrong(ch, "H-R10", "CHANCTRL reads 0x%04x: IN_USE must be %d", value, ch->in_use == YES);
    if (starts)
        ch->in_use = YES;
}

static void read_channel(struct chan *ch, struct access *access)
{
    struct history *h = ch->h;
    const uint32_t sts = IOAT_CHAN(ch->n, CHANSTS), offset = access->offset;
    struct piece piece;

    expect(h, access, "H-R02", "DMA_COMP", IOAT_CHAN(ch->n, DMA_COMP), IOAT_DMA_COMP_BITS,
           IOAT_DMA_COMP_V2 | IOAT_DMA_COMP_V3, 0);
    expect(h, access, "H-R08", "DMACOUNT", IOAT_CHAN(ch->n, DMACOUNT), IOAT_DMACOUNT_BITS,
           ch->dmacount, ch->dmacount_known ? 0 : UINT16_MAX);
    expect(h, access, "H-R05", "CHAINADDR", IOAT_CHAN(ch->n, CHAINADDR), IOAT_CHAINADDR_BITS,
           ch->chainaddr, 0);
    expect(h, access, "H-R05", "CHANCMP", IOAT_CHAN(ch->n, CHANCMP), IOAT_CHANCMP_BITS, ch->chancmp, 0);
    expect(h, access, "K-04", "CHANERRMSK", IOAT_CHAN(ch->n, CHANERRMSK), IOAT_CHANERRMSK_BITS,
           ch->errmsk, ch->side_known ? ~(uint64_t)ALL_ERRORS & ch->errmsk : UINT32_MAX);
    expect(h, access, "K-04", "DCACTRL", IOAT_CHAN(ch->n, DCACTRL), IOAT_DCACTRL_BITS, ch->dcactrl,
           ch->side_known ? 0 : UINT32_MAX);
    if (touch(access, IOAT_CHAN(ch->n, CHANCTRL), IOAT_CHANCTRL_BITS, &piece))
        read_ctrl(ch, piece, offset == IOAT_CHAN(ch->n, CHANCTRL));
    if (touch(access, IOAT_CHAN(ch->n, CHANERR), IOAT_CHANERR_BITS, &piece))
        ct_fault_read(ch, (uint32_t)piece.value, (uint32_t)piece.mask);
    if (touch(access, IOAT_CHAN(ch->n, CDAR), IOAT_CDAR_BITS, &piece))
        ct_status_cdar(ch, piece.value, piece.mask);
    if (touch(access, sts, IOAT_CHANSTS_BITS, &piece)) {
        if (offset == sts + 4)
            ct_status_upper(ch, (uint32_t)(piece.value >> 32), (uint32_t)(piece.mask >> 32));
        else
            ct_status_read(ch, piece.value, piece.mask, offset == sts);
    }
    if (touch(access, IOAT_CHAN(ch->n, CHANCMD), IOAT_CHANCMD_BITS, &piece))
        ct_status_command(ch, (uint8_t)piece.value);
}

static void read_vector(struct chan *ch, struct access *access)
{
    struct history *h = ch->h;
    const struct vector *vector = &ch->vector;

    expect(h, access, "H-C06", "MSI-X address", IOAT_VECTOR(ch->n, MSIX_ADDR), IOAT_MSIX_ADDR_BITS,
           vector->addr, 0);
    expect(h, access, "H-C06", "MSI-X data", IOAT_VECTOR(ch->n, MSIX_DATA), IOAT_MSIX_DATA_BITS,
           vector->data, 0);
    expect(h, access, "H-C06", "MSI-X control", IOAT_VECTOR(ch->n, MSIX_CTRL), IOAT_MSIX_CTRL_BITS,
           vector->masked ? IOAT_MSIX_CTRL_MASKED : 0, 0);
}

static void read_pending(struct history *h, struct access *access)
{
    struct piece piece;

    if (!touch(access, IOAT_MSIX_PBA_BASE, 64, &piece))
        return;
    for (unsigned n = 0; n < h->build.channels; n++)
        if (piece.mask >> n & 1 && !ct_irq_pending_fits(&h->chan[n], piece.value >> n & 1))
            ct_breach(h, "H-I07", "channel %u: pending bit reads %u", n, (unsigned)(piece.value >> n & 1));
    if (piece.value >> h->build.channels)
        ct_breach(h, "H-I07", "pending bits read 0x%" PRIx64 ", there are %u vectors", piece.value,
               h->build.channels);
}

/* Attention first: INTRCTRL's status is derived from it. */
static void read_attention(struct history *h, struct access *access)
{
    const bool starts = access->offset == IOAT_ATTNSTATUS;
    struct piece piece;

    if (!touch(access, IOAT_ATTNSTATUS, IOAT_ATTNSTATUS_BITS, &piece))
        return;
    if (piece.value >> h->build.channels)
        ct_breach(h, "H-R15", "ATTNSTATUS reads 0x%" PRIx64 ", there are %u channels", piece.value,
               h->build.channels);
    for (unsigned n = 0; n < h->build.channels; n++) {
        struct chan *ch = &h->chan[n];
        const bool value = piece.value >> n & 1, returned = piece.mask >> n & 1;

        if (returned && !ct_irq_attention_fits(ch, value))
            ct_wrong(ch, "H-R15", "ATTNSTATUS reads 0x%" PRIx64 ": its bit must be %d", piece.value, !value);
        if (starts)
            ct_irq_attention_read(ch, value, returned);
    }
}

static void read_intrctrl(struct history *h, struct access *access)
{
    const bool starts = access->offset == IOAT_INTRCTRL;
    bool may_set = false, may_clear = true;
    struct piece piece;
    uint8_t value;

    if (!touch(access, IOAT_INTRCTRL, IOAT_INTRCTRL_BITS, &piece))
        return;
    value = (uint8_t)piece.value;
    for (unsigned n = 0; n < h->build.channels; n++) {
        may_set |= ct_irq_attention_fits(&h->chan[n], true);
        may_clear &= ct_irq_attention_fits(&h->chan[n], false);
    }
    if ((value ^ h->intrctrl) & ~(unsigned)(IOAT_INTRCTRL_INT_STATUS | IOAT_INTRCTRL_INT))
        ct_breach(h, "H-R14", "INTRCTRL reads 0x%02x, 0x%02x was written", value, h->intrctrl);
    else if (value & IOAT_INTRCTRL_INT_STATUS ? !may_set : !may_clear)
        ct_breach(h, "H-R14", "INTRCTRL reads 0x%02x: INT_STATUS is not the OR of ATTNSTATUS", value);
    else if (!(value & IOAT_INTRCTRL_INT)
             != !(value & IOAT_INTRCTRL_INT_STATUS && value & IOAT_INTRCTRL_MASTER_INT_EN))
        ct_breach(h, "H-R14", "INTRCTRL reads 0x%02x: INT is INT_STATUS and MASTER_INT_EN", value);
    if (starts)
        h->intrctrl &= (uint8_t)~(unsigned)IOAT_INTRCTRL_MASTER_INT_EN;
}

/* What the counters count is not in the contract. */
static void read_counters(struct chan *ch, struct access *access)
{
    if (!ch->h->build.perf)
        return;
    expect(ch->h, access, "K-08", "PERF_CTL", IOAT_PERF(ch->n, PERF_CTL), IOAT_PERF_CTL_BITS, ch->perf_ctl, 0);
    if (access->offset < IOAT_PERF(ch->n, PERF_CTL))
        access->lanes = 0;
}

static void read_global(struct history *h, struct access *access)
{
    const struct ioat_sim_build *build = &h->build;

    expect(h, access, "H-R02", "CHANCNT", IOAT_CHANCNT, IOAT_CHANCNT_BITS, build->channels, 0);
    expect(h, access, "H-R02", "XFERCAP", IOAT_XFERCAP, IOAT_XFERCAP_BITS, build->xfercap_log2, 0);
    expect(h, access, "K-04", "GENCTRL", IOAT_GENCTRL, IOAT_GENCTRL_BITS, h->genctrl,
           h->genctrl & ~(unsigned)IOAT_GENCTRL_DEBUG_EN);
    expect(h, access, "H-R02", "CBVER", IOAT_CBVER, IOAT_CBVER_BITS, build->cbver, 0);
    expect(h, access, "H-R16", "INTRDELAY", IOAT_INTRDELAY, IOAT_INTRDELAY_BITS,
           h->intrdelay | IOAT_INTRDELAY_SUPPORTED, 0);
    expect(h, access, "H-R02", "DMACAPABILITY", IOAT_DMACAPABILITY, IOAT_DMACAPABILITY_BITS,
           build->dmacapability, 0);
    read_intrctrl(h, access);
    read_attention(h, access);
    read_pending(h, access);
}

void ct_regs_read(struct history *h, const struct ioat_sim_event *event)
{
    const unsigned width = event->bytes;
    const uint32_t lane = (uint32_t)event->addr % WORD;
    struct access access = access_of(event, ((1u << width) - 1) << lane);
    enum ioat_reg_space space;
    struct chan *ch = owner(h, access.offset, &space);

    if (h->flr)
        return;
    if (!ch)
        read_global(h, &access);
    else if (space == IOAT_CHANNEL)
        read_channel(ch, &access);
    else if (space == IOAT_MSIX)
        read_vector(ch, &access);
    else
        read_counters(ch, &access);
    for (unsigned n = 0; n < WORD; n++)
        if (access.lanes >> n & 1 && access.data >> 8 * n & 0xFF)
            ct_breach(h, "H-R13", "BAR0 0x%x reads 0x%02x: nothing is there but 0",
                   access.offset / WORD * WORD + n, (unsigned)(access.data >> 8 * n & 0xFF));
}
