/* tb_regs.c - the bench's way to BAR0 and config space, and to a channel's state. */
#include "tb_private.h"

#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

/* ---- BAR0 ---- */

const char *tb_reg_name(const struct tb *tb, uint32_t offset)
{
    static char text[4][64];
    static unsigned turn;
    char *out = text[turn++ % 4];
    unsigned index, within;
    const enum ioat_reg_space space = ioat_reg_find(offset, &index, &within);

    snprintf(out, sizeof text[0], "BAR0 offset 0x%x", offset);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != space || index >= tb->channels || within < reg->offset
            || within >= reg->offset + reg->bits / 8)
            continue;
        if (space == IOAT_GLOBAL)
            snprintf(out, sizeof text[0], "%s", reg->name);
        else
            snprintf(out, sizeof text[0], "%s of %s %u", reg->name,
                     space == IOAT_MSIX ? "vector" : "channel", index);
    }
    return out;
}

uint64_t tb_read(struct tb *tb, uint32_t offset, unsigned width)
{
    uint64_t value = 0;
    char what[96];

    snprintf(what, sizeof what, "reading %s", tb_reg_name(tb, offset));
    tb_ok(tb, ioat_sim_bar_read(tb->sim, offset, width, &value), what);
    return value;
}

void tb_write(struct tb *tb, uint32_t offset, unsigned width, uint64_t value)
{
    char what[96];

    snprintf(what, sizeof what, "writing %s", tb_reg_name(tb, offset));
    tb_ok(tb, ioat_sim_bar_write(tb->sim, offset, width, value), what);
}

void tb_post(struct tb *tb, uint32_t offset, unsigned width, uint64_t value)
{
    char what[96];

    snprintf(what, sizeof what, "posting a write of %s", tb_reg_name(tb, offset));
    tb_ok(tb, ioat_sim_bar_post(tb->sim, offset, width, value), what);
}

static uint32_t chan_offset(unsigned ch, uint32_t reg)
{
    return IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * ch + reg;
}

uint64_t tb_chan_read(struct tb *tb, unsigned ch, uint32_t reg, unsigned width)
{
    return tb_read(tb, chan_offset(ch, reg), width);
}

void tb_chan_write(struct tb *tb, unsigned ch, uint32_t reg, unsigned width, uint64_t value)
{
    tb_write(tb, chan_offset(ch, reg), width, value);
}

void tb_chan_post(struct tb *tb, unsigned ch, uint32_t reg, unsigned width, uint64_t value)
{
    tb_post(tb, chan_offset(ch, reg), width, value);
}

void tb_write_halves(struct tb *tb, uint32_t offset, uint64_t value, enum tb_half_order order)
{
    const uint64_t low = (uint32_t)value, high = value >> 32;

    if (order == TB_HIGH_FIRST)
        tb_write(tb, offset + 4, 4, high);
    tb_write(tb, offset, 4, low);
    if (order == TB_LOW_FIRST)
        tb_write(tb, offset + 4, 4, high);
}

/* ---- config space ---- */

uint32_t tb_cfg_read(struct tb *tb, unsigned offset, unsigned width)
{
    uint32_t value = 0;

    tb_ok(tb, ioat_sim_cfg_read(tb->sim, offset, width, &value), "reading config space");
    return value;
}

void tb_cfg_write(struct tb *tb, unsigned offset, unsigned width, uint32_t value)
{
    tb_ok(tb, ioat_sim_cfg_write(tb->sim, offset, width, value), "writing config space");
}

unsigned tb_cfg_cap(struct tb *tb, unsigned id)
{
    unsigned at = tb_cfg_read(tb, PCI_CAPABILITY_LIST, 1) & ~3u;

    for (int hops = 0; at && hops < 48; hops++) {
        if (tb_cfg_read(tb, at + PCI_CAP_LIST_ID, 1) == id)
            return at;
        at = tb_cfg_read(tb, at + PCI_CAP_LIST_NEXT, 1) & ~3u;
    }
    tb_fail(tb, "config space has no capability with ID 0x%02x", id);
}

static void cfg_change(struct tb *tb, unsigned offset, uint32_t mask, bool on)
{
    uint32_t value = tb_cfg_read(tb, offset, 2);

    tb_cfg_write(tb, offset, 2, on ? value | mask : value & ~mask);
}

void tb_bus_master(struct tb *tb, bool on)
{
    cfg_change(tb, PCI_COMMAND, PCI_COMMAND_MASTER, on);
}

void tb_msix_enable(struct tb *tb, bool on)
{
    cfg_change(tb, tb_cfg_cap(tb, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, on);
}

void tb_msix_function_mask(struct tb *tb, bool on)
{
    cfg_change(tb, tb_cfg_cap(tb, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_MASKALL, on);
}

/* An FLR clears config space: what the firmware had set is written again. */
void tb_flr(struct tb *tb)
{
    const unsigned exp = tb_cfg_cap(tb, PCI_CAP_ID_EXP);
    const unsigned msix = tb_cfg_cap(tb, PCI_CAP_ID_MSIX);
    const uint32_t command = tb_cfg_read(tb, PCI_COMMAND, 2);
    const uint32_t bar0 = tb_cfg_read(tb, PCI_BASE_ADDRESS_0, 4);
    const uint32_t bar1 = tb_cfg_read(tb, PCI_BASE_ADDRESS_1, 4);
    const uint32_t flags = tb_cfg_read(tb, msix + PCI_MSIX_FLAGS, 2);

    cfg_change(tb, exp + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, true);
    tb_step(tb, tb_us(tb, 100));
    tb_cfg_write(tb, PCI_BASE_ADDRESS_0, 4, bar0);
    tb_cfg_write(tb, PCI_BASE_ADDRESS_1, 4, bar1);
    tb_cfg_write(tb, PCI_COMMAND, 2, command);
    tb_cfg_write(tb, msix + PCI_MSIX_FLAGS, 2, flags);
}

/* ---- channels ---- */

uint64_t tb_word_bus(const struct tb *tb, unsigned ch)
{
    return tb->words.bus + (uint64_t)ch * 64;
}

volatile uint64_t *tb_word(const struct tb *tb, unsigned ch)
{
    return (volatile uint64_t *)(void *)(tb->words.cpu + (size_t)ch * 64);
}

void tb_setup(struct tb *tb, unsigned ch, uint16_t chanctrl)
{
    TB_WR(tb, ch, CHANCTRL, chanctrl);
    TB_WR(tb, ch, CHANCMP, tb_word_bus(tb, ch));
    *tb_word(tb, ch) = TB_NO_WORD;
}

void tb_start_count(struct tb *tb, unsigned ch, uint64_t chain, uint16_t count)
{
    TB_WR(tb, ch, CHAINADDR, chain);
    TB_WR(tb, ch, DMACOUNT, count);
}

void tb_start_list(struct tb *tb, unsigned ch, uint64_t chain)
{
    TB_WR(tb, ch, CHAINADDR, chain);
    TB_WR(tb, ch, CHANCMD, IOAT_CHANCMD_START);
}

void tb_command(struct tb *tb, unsigned ch, uint8_t chancmd)
{
    TB_WR(tb, ch, CHANCMD, chancmd);
}

void tb_reset(struct tb *tb, unsigned ch, uint64_t clocks)
{
    const uint64_t begin = tb_now(tb);

    TB_WR(tb, ch, CHANCMD, IOAT_CHANCMD_RESET);
    for (uint64_t reads = 0; TB_RD(tb, ch, CHANCMD) & IOAT_CHANCMD_RESET; reads++)
        if (reads > clocks || tb_now(tb) - begin > clocks)
            tb_fail(tb, "RESET of channel %u was not done after %" PRIu64 " clocks", ch, clocks);
}

uint64_t tb_ring(struct tb *tb, unsigned ch, uint16_t chanctrl, uint32_t flags)
{
    const uint64_t desc = tb_null(tb, flags);

    tb_link(tb, desc, desc);
    tb_setup(tb, ch, chanctrl);
    TB_WR(tb, ch, CHAINADDR, desc);
    tb->priv->ring_count[ch] = 0;
    return desc;
}

void tb_ring_post(struct tb *tb, unsigned ch, uint16_t n)
{
    tb->priv->ring_count[ch] = (uint16_t)(tb->priv->ring_count[ch] + n);
    TB_POST(tb, ch, DMACOUNT, tb->priv->ring_count[ch]);
}

void tb_ring_run(struct tb *tb, unsigned ch, uint16_t n)
{
    tb_ring_post(tb, ch, n);
    tb_wait_state(tb, ch, TB_IN(IDLE), TB_LONG);
}

unsigned tb_state(struct tb *tb, unsigned ch)
{
    return (unsigned)IOAT_FIELD_GET(TB_RD(tb, ch, CHANSTS), CHANSTS, STATE);
}

uint64_t tb_completed(struct tb *tb, unsigned ch)
{
    return TB_RD(tb, ch, CHANSTS) & IOAT_CHANSTS_COMPLETED;
}

static const char *set_names(unsigned set)
{
    static char text[80];

    text[0] = '\0';
    for (unsigned state = 0; state < 8; state++)
        if (set >> state & 1)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
                     text[0] ? " or " : "", ioat_state_name(state));
    return text;
}

unsigned tb_wait_state(struct tb *tb, unsigned ch, unsigned set, uint64_t clocks)
{
    const uint64_t begin = tb_now(tb);

    for (uint64_t reads = 0;; reads++) {
        const unsigned state = tb_state(tb, ch);

        if (set >> state & 1)
            return state;
        if (reads > clocks || tb_now(tb) - begin > clocks)
            tb_fail(tb,
                    "CHANSTS of channel %u: expected %s within %" PRIu64 " clocks, is %s "
                    "(CHANERR %s)", ch, set_names(set), clocks, ioat_state_name(state),
                    ioat_chanerr_name((uint32_t)TB_RD(tb, ch, CHANERR)));
    }
}

struct word_wait {
    const volatile uint64_t *word;
    uint64_t want;
};

static bool word_is(void *ctx)
{
    const struct word_wait *wait = ctx;

    return *wait->word == wait->want;
}

void tb_wait_word(struct tb *tb, unsigned ch, uint64_t word, uint64_t clocks)
{
    struct word_wait wait = { tb_word(tb, ch), word };
    enum ioat_status status = ioat_sim_wait(tb->sim, word_is, &wait, clocks);

    if (status == IOAT_ETIME)
        tb_fail(tb,
                "completion word of channel %u: expected 0x%016" PRIx64 " within %" PRIu64
                " clocks, is 0x%016" PRIx64, ch, word, clocks, *tb_word(tb, ch));
    tb_ok(tb, status, "waiting for the completion word");
}

/* ---- MSI-X ---- */

/* Values that differ in every vector, in address and data, so a mix-up shows. */
uint64_t tb_msix_addr(unsigned vector)
{
    return UINT64_C(0xfee00000) + ((uint64_t)vector << 12);
}

uint32_t tb_msix_data(unsigned vector)
{
    return 0x4100 + vector;
}

void tb_msix_setup(struct tb *tb)
{
    for (unsigned v = 0; v < tb->channels; v++) {
        TB_VWR(tb, v, MSIX_ADDR, tb_msix_addr(v));
        TB_VWR(tb, v, MSIX_DATA, tb_msix_data(v));
        tb_msix_mask(tb, v, false);
    }
}

void tb_msix_mask(struct tb *tb, unsigned vector, bool masked)
{
    TB_VWR(tb, vector, MSIX_CTRL, masked ? IOAT_MSIX_CTRL_MASKED : 0);
}

bool tb_msix_pending(struct tb *tb, unsigned vector)
{
    return tb_read(tb, IOAT_MSIX_PBA_BASE, 8) >> vector & 1;
}

/* ---- assertions ---- */

void tb_expect(struct tb *tb, const char *name, uint64_t got, uint64_t want)
{
    if (got != want)
        tb_fail(tb, "%s: expected 0x%" PRIx64 ", got 0x%" PRIx64, name, want, got);
}

void tb_expect_reg(struct tb *tb, uint32_t offset, unsigned width, uint64_t want)
{
    const uint64_t got = tb_read(tb, offset, width);

    tb_expect(tb, tb_reg_name(tb, offset), got, want);
}

void tb_expect_state(struct tb *tb, unsigned ch, unsigned state)
{
    const uint64_t chansts = TB_RD(tb, ch, CHANSTS);
    const unsigned got = (unsigned)IOAT_FIELD_GET(chansts, CHANSTS, STATE);

    if (got != state)
        tb_fail(tb, "state of channel %u: expected %s, is %s (CHANSTS 0x%016" PRIx64
                ", CHANERR %s)", ch, ioat_state_name(state), ioat_state_name(got), chansts,
                ioat_chanerr_name((uint32_t)TB_RD(tb, ch, CHANERR)));
}

void tb_expect_chanerr(struct tb *tb, unsigned ch, uint32_t want)
{
    const uint32_t got = (uint32_t)TB_RD(tb, ch, CHANERR);

    if (got != want)
        tb_fail(tb, "CHANERR of channel %u: expected 0x%x (%s), is 0x%x (%s)", ch, want,
                ioat_chanerr_name(want), got, ioat_chanerr_name(got));
}

void tb_expect_word(struct tb *tb, unsigned ch, uint64_t want)
{
    const uint64_t got = *tb_word(tb, ch);

    if (got != want)
        tb_fail(tb, "completion word of channel %u: expected 0x%016" PRIx64 ", is 0x%016" PRIx64,
                ch, want, got);
}
