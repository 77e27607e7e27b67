/* batch.c - many descriptors in one chain, checked byte for byte. */
#include "batch.h"

void batch_open(struct batch *batch, struct tb *tb, size_t dst_bytes)
{
    batch->tb = tb;
    batch->src = tb_src(tb, BATCH_SRC_BYTES, 0);
    batch->dst = tb_dst(tb, dst_bytes, 0);
    batch->golden = golden_open(tb);
    batch->dst_next = batch->dst.bus;
    batch->n = 0;
}

void batch_close(struct batch *batch)
{
    golden_close(batch->golden);
}

unsigned batch_word(const struct batch *batch)
{
    return batch->tb->build->data_bits / 8;
}

static uint64_t round_up(uint64_t value, uint64_t block)
{
    return (value + block - 1) / block * block;
}

uint64_t batch_src(struct batch *batch, uint64_t bytes, unsigned align, unsigned block)
{
    uint64_t blocks = (batch->src.bytes - bytes - align) / block;

    return batch->src.bus + tb_rand_below(batch->tb, blocks) * block + align;
}

uint64_t batch_dst(struct batch *batch, uint64_t bytes, unsigned align, unsigned block)
{
    uint64_t at = round_up(batch->dst_next + batch_word(batch), block) + align;

    batch->dst_next = at + bytes;
    tb_assert(batch->tb, batch->dst_next + batch_word(batch) <= batch->dst.bus + batch->dst.bytes,
              "the test asks for more destination bytes than the batch has");
    return at;
}

bool batch_room(const struct batch *batch, uint64_t bytes, unsigned block)
{
    return batch->n < BATCH_MAX &&
           batch->dst_next + bytes + 2ull * block + 2 * batch_word(batch) <=
               batch->dst.bus + batch->dst.bytes;
}

void batch_add(struct batch *batch, uint64_t desc)
{
    tb_assert(batch->tb, batch->n < BATCH_MAX, "more than %d descriptors in a batch", BATCH_MAX);
    batch->bus[batch->n++] = desc;
}

uint64_t batch_copy(struct batch *batch, unsigned src_align, unsigned dst_align, uint32_t size,
                    uint32_t flags)
{
    uint64_t src = batch_src(batch, size, src_align, batch_word(batch));
    uint64_t dst = batch_dst(batch, size, dst_align, batch_word(batch));
    uint64_t desc = tb_copy(batch->tb, dst, src, size, flags);

    batch_add(batch, desc);
    return desc;
}

uint64_t batch_fill(struct batch *batch, uint64_t pattern, unsigned dst_align, uint32_t size,
                    uint32_t flags)
{
    uint64_t dst = batch_dst(batch, size, dst_align, batch_word(batch));
    uint64_t desc = tb_fill(batch->tb, dst, pattern, size, flags);

    batch_add(batch, desc);
    return desc;
}

void batch_prepare(struct batch *batch)
{
    tb_chain(batch->tb, batch->bus, batch->n);
    golden_sync(batch->golden);
    golden_run(batch->golden, batch->bus[0], batch->n);
    golden_prime(batch->golden);
}

/* The slowest timing of the bench: a few hundred clocks of latency a descriptor when
 * nothing overlaps, and a stall of at most 95 percent on every beat. */
uint64_t batch_limit(const struct batch *batch)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < batch->n; i++) {
        const struct ioat_desc *desc = tb_desc(batch->tb, batch->bus[i]);

        if (golden_moves(desc))
            bytes += desc->size;
    }
    return TB_LONG + batch->n * 2000ull + bytes / batch_word(batch) * 40;
}

void batch_finish(struct batch *batch, unsigned ch)
{
    struct tb *tb = batch->tb;
    unsigned state = tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), batch_limit(batch));

    tb_assert_chanerr(tb, ch, 0);
    tb_assert_eq(tb, state, IOAT_CHANSTS_STATE_IDLE);
    tb_assert_eq(tb, tb_completed(tb, ch), batch->bus[batch->n - 1]);
    golden_check(batch->golden);
    batch->n = 0;
}

void batch_run(struct batch *batch, unsigned ch)
{
    batch_prepare(batch);
    tb_start_count(batch->tb, ch, batch->bus[0], (uint16_t)batch->n);
    batch_finish(batch, ch);
}
