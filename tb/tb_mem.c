/* tb_mem.c - descriptors and buffers of the bench, and what must be in them after. */
#include "tb_private.h"

#include <inttypes.h>
#include <string.h>

uint64_t tb_rand(struct tb *tb)
{
    uint64_t x = tb->priv->rand_state;

    /* xorshift64* (Marsaglia, Vigna) */
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    tb->priv->rand_state = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

uint64_t tb_rand_below(struct tb *tb, uint64_t n)
{
    return tb_rand(tb) % n;
}

/* ---- descriptors ---- */

uint64_t tb_slot(struct tb *tb, unsigned index)
{
    if ((uint64_t)index >= tb->desc.bytes / IOAT_DESC_BYTES)
        tb_fail(tb, "the bench has no descriptor slot %u", index);
    return tb->desc.bus + (uint64_t)index * IOAT_DESC_BYTES;
}

struct ioat_desc *tb_desc(struct tb *tb, uint64_t bus)
{
    if (bus < tb->desc.bus || bus - tb->desc.bus > tb->desc.bytes - IOAT_DESC_BYTES)
        tb_fail(tb, "0x%" PRIx64 " is not in the descriptor region", bus);
    return (struct ioat_desc *)(void *)(tb->desc.cpu + (bus - tb->desc.bus));
}

uint64_t tb_desc_new(struct tb *tb)
{
    const uint64_t bus = tb_slot(tb, tb->priv->desc_next++);

    memset(tb_desc(tb, bus), 0, IOAT_DESC_BYTES);
    return bus;
}

uint64_t tb_op(struct tb *tb, unsigned op, uint32_t flags)
{
    const uint64_t bus = tb_desc_new(tb);

    tb_desc(tb, bus)->control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, op) | flags;
    return bus;
}

uint64_t tb_copy(struct tb *tb, uint64_t dst, uint64_t src, uint32_t size, uint32_t flags)
{
    const uint64_t bus = tb_op(tb, IOAT_CONTROL_OP_COPY, flags);
    struct ioat_desc *desc = tb_desc(tb, bus);

    desc->size = size;
    desc->src = src;
    desc->dst = dst;
    return bus;
}

uint64_t tb_fill(struct tb *tb, uint64_t dst, uint64_t pattern, uint32_t size, uint32_t flags)
{
    const uint64_t bus = tb_op(tb, IOAT_CONTROL_OP_FILL, flags);
    struct ioat_desc *desc = tb_desc(tb, bus);

    desc->size = size;
    desc->src = pattern;
    desc->dst = dst;
    return bus;
}

uint64_t tb_null(struct tb *tb, uint32_t flags)
{
    const uint64_t bus = tb_op(tb, IOAT_CONTROL_OP_COPY, flags | IOAT_CONTROL_NULL_XFER);

    tb_desc(tb, bus)->size = 1;   /* as Linux; real parts dislike 0 */
    return bus;
}

void tb_link(struct tb *tb, uint64_t from, uint64_t to)
{
    tb_desc(tb, from)->next = to;
}

void tb_chain(struct tb *tb, const uint64_t *bus, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        tb_link(tb, bus[i - 1], bus[i]);
}

uint64_t tb_null_chain(struct tb *tb, unsigned n, uint32_t flags, uint32_t last_flags,
                       uint64_t *bus)
{
    uint64_t first = 0, before = 0;

    for (unsigned i = 0; i < n; i++) {
        const uint64_t desc = tb_null(tb, i + 1 == n ? flags | last_flags : flags);

        if (before)
            tb_link(tb, before, desc);
        else
            first = desc;
        if (bus)
            bus[i] = desc;
        before = desc;
    }
    return first;
}

/* ---- buffers ---- */

static uint8_t guard_byte(size_t at)
{
    return (uint8_t)(0x5a ^ at);
}

static struct tb_buf buf_new(struct tb *tb, size_t bytes, unsigned offset)
{
    struct tb_private *priv = tb->priv;
    const uint64_t page_mask = IOAT_PAGE_BYTES - 1;
    uint64_t at = priv->data_next + TB_GUARD_BYTES;
    struct tb_buf buf;

    at += (offset - (tb->data.bus + at)) & page_mask;
    if (at + bytes + TB_GUARD_BYTES > tb->data.bytes || priv->buf_n == TB_BUF_MAX)
        tb_fail(tb, "the bench has no room for a buffer of %zu bytes", bytes);
    priv->data_next = at + bytes + TB_GUARD_BYTES;
    buf.bus = tb->data.bus + at;
    buf.cpu = tb->data.cpu + at;
    buf.bytes = bytes;
    for (size_t i = 0; i < TB_GUARD_BYTES; i++) {
        buf.cpu[bytes + i] = guard_byte(i);
        buf.cpu[-1 - (ptrdiff_t)i] = guard_byte(i);
    }
    priv->buf[priv->buf_n++] = buf;
    return buf;
}

struct tb_buf tb_src(struct tb *tb, size_t bytes, unsigned offset)
{
    struct tb_buf buf = buf_new(tb, bytes, offset);
    uint64_t bits = 0;

    for (size_t i = 0; i < bytes; i++, bits >>= 8) {
        if (i % 8 == 0)
            bits = tb_rand(tb);
        buf.cpu[i] = (uint8_t)bits == TB_DST_BYTE ? (uint8_t)~TB_DST_BYTE : (uint8_t)bits;
    }
    return buf;
}

struct tb_buf tb_dst(struct tb *tb, size_t bytes, unsigned offset)
{
    struct tb_buf buf = buf_new(tb, bytes, offset);

    memset(buf.cpu, TB_DST_BYTE, bytes);
    return buf;
}

void tb_rewind(struct tb *tb)
{
    tb_check_guards(tb);
    tb->priv->buf_n = 0;
    tb->priv->data_next = 0;
    tb->priv->desc_next = 0;
}

static void check_byte(struct tb *tb, const char *what, const struct tb_buf *buf, ptrdiff_t at,
                       uint8_t want)
{
    if (buf->cpu[at] != want)
        tb_fail(tb, "%s: byte %td of the %zu at 0x%" PRIx64 ": expected 0x%02x, is 0x%02x", what,
                at, buf->bytes, buf->bus, want, buf->cpu[at]);
}

void tb_check_guards(struct tb *tb)
{
    for (unsigned b = 0; b < tb->priv->buf_n; b++) {
        const struct tb_buf *buf = &tb->priv->buf[b];

        for (size_t i = 0; i < TB_GUARD_BYTES; i++) {
            check_byte(tb, "guard behind", buf, (ptrdiff_t)(buf->bytes + i), guard_byte(i));
            check_byte(tb, "guard before", buf, -1 - (ptrdiff_t)i, guard_byte(i));
        }
    }
}

void tb_check_copy(struct tb *tb, const struct tb_buf *dst, const struct tb_buf *src, size_t bytes)
{
    if (memcmp(dst->cpu, src->cpu, bytes) != 0)
        for (size_t i = 0; i < bytes; i++)
            check_byte(tb, "copy", dst, (ptrdiff_t)i, src->cpu[i]);
    tb_check_guards(tb);
}

void tb_check_fill(struct tb *tb, const struct tb_buf *dst, uint64_t pattern, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        check_byte(tb, "fill", dst, (ptrdiff_t)i, (uint8_t)(pattern >> 8 * (i % 8)));
    tb_check_guards(tb);
}

void tb_check_untouched(struct tb *tb, const struct tb_buf *dst)
{
    for (size_t i = 0; i < dst->bytes; i++)
        check_byte(tb, "untouched", dst, (ptrdiff_t)i, TB_DST_BYTE);
    tb_check_guards(tb);
}

/* ---- withheld answers ---- */

void tb_hold(struct tb *tb, enum ioat_sim_fault_kind kind, uint64_t bus, uint64_t bytes)
{
    const struct ioat_sim_fault fault = {
        .kind = kind, .answer = IOAT_SIM_HOLD, .first = bus, .last = bus + bytes - 1,
        .percent = 100,
    };

    if (ioat_sim_fault_add(tb->sim, &fault) < 0)
        tb_fail(tb, "the simulator did not take the hold at 0x%" PRIx64, bus);
}
