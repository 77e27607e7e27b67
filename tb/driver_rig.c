/* driver_rig.c - see driver_rig.h. */
#include "driver_rig.h"

#include <stdlib.h>
#include <string.h>

struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof *rig);

    ck_assert_ptr_nonnull(rig);
    rig->done = calloc(RIG_RESULTS, sizeof *rig->done);
    ck_assert_ptr_nonnull(rig->done);
    fake_init(&rig->fake);
    rig->src = fake_memory(&rig->fake, RIG_BYTES);
    rig->dst = fake_memory(&rig->fake, RIG_BYTES);
    for (unsigned n = 0; n < RIG_BYTES; n++)
        ((uint8_t *)rig->src.cpu)[n] = (uint8_t)(n * 7 + n / 251 + 1);
    return rig;
}

void rig_open(struct rig *rig, unsigned ring_log2, unsigned chunk_log2)
{
    struct ioat_platform platform = fake_platform(&rig->fake);
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    config.ring_log2 = ring_log2;
    config.chunk_log2 = chunk_log2;
    config.wait_ns = 1000000;
    rig_ok(ioat_open(&platform, &rig->dev));
    rig_ok(ioat_chan_open(rig->dev, 0, &config, &rig->chan));
}

struct rig *rig_ring(unsigned ring_log2)
{
    struct rig *rig = rig_new();

    rig_open(rig, ring_log2, ring_log2);
    return rig;
}

void rig_close(struct rig *rig)
{
    rig_ok(ioat_chan_close(rig->chan));
    rig_ok(ioat_close(rig->dev));
    ck_assert_uint_eq(rig->fake.buffers_live, 0);
    ck_assert_uint_eq(rig->fake.odd_accesses, 0);
    fake_done(&rig->fake);
    free(rig->done);
    free(rig);
}

enum ioat_status rig_poll(struct rig *rig)
{
    enum ioat_status status;
    unsigned count;

    do {
        status = ioat_poll(rig->chan, rig->done + rig->results, RIG_RESULTS - rig->results, &count);
        rig->results += count;
        ck_assert_uint_lt(rig->results, RIG_RESULTS);
    } while (count);
    return status;
}

void rig_expect(const struct rig *rig, unsigned at, unsigned n, unsigned first,
                enum ioat_status status)
{
    for (unsigned i = 0; i < n; i++) {
        if (at + i >= rig->results)
            ck_abort_msg("result %u never came", at + i);
        const struct ioat_done *done = &rig->done[at + i];
        if (done->tag != RIG_TAG(first + i) || done->status != status)
            ck_abort_msg("result %u: expected tag %u, %s; got tag %u, %s", at + i, first + i,
                         ioat_strstatus(status), (unsigned)(uintptr_t)done->tag,
                         ioat_strstatus(done->status));
    }
}

enum ioat_status rig_copy(struct rig *rig, unsigned n)
{
    return ioat_copy(rig->chan, rig->dst.bus + 8 * n, rig->src.bus + 8 * n, 8, 0, RIG_TAG(n));
}

bool rig_copied(const struct rig *rig, unsigned n)
{
    return !memcmp((uint8_t *)rig->dst.cpu + 8 * n, (uint8_t *)rig->src.cpu + 8 * n, 8);
}
