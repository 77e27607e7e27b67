/* test_driver.c - the driver on an honest fake device: device, channels, requests, results. */
#include "driver_rig.h"

Suite *driver_suite(void);

static const uint32_t int_en = (uint32_t)IOAT_CONTROL_INT_EN;
static const uint32_t word = (uint32_t)IOAT_CONTROL_COMPL_WRITE;
static const uint32_t fence = (uint32_t)IOAT_CONTROL_FENCE;

/* The descriptor that lies at a place of a ring with one chunk. */
static const struct ioat_desc *ring_desc(struct rig *rig, unsigned slot)
{
    return fake_cpu(&rig->fake, rig->fake.chan[0].chainaddr + slot * IOAT_DESC_BYTES,
                    IOAT_DESC_BYTES);
}

/* ---- device ---- */

START_TEST(driver_open_tells_what_the_engine_can_do)
{
    struct rig *rig = rig_ring(4);
    const struct ioat_info *info = ioat_info(rig->dev);

    ck_assert_uint_eq(info->channels, 4);
    ck_assert_uint_eq(info->cbver, rig->fake.cbver);
    ck_assert_uint_eq(info->transfer_max, 1u << rig->fake.xfercap);
    ck_assert(info->page_break && info->fill && info->coalescing);
    rig_close(rig);
}
END_TEST

static const struct {
    uint64_t cbver, chancnt, xfercap;
    enum ioat_status status;
} probes[] = {
    {0x24, 4, 20, IOAT_ENODEV},  {0x40, 4, 20, IOAT_ENODEV}, {0x34, 0, 20, IOAT_ENODEV},
    {0x34, 17, 20, IOAT_ENODEV}, {0x34, 4, 0, IOAT_ENODEV},  {0x34, 4, 11, IOAT_ENODEV},
    {0x34, 4, 31, IOAT_ENODEV},  {0x30, 1, 12, IOAT_OK},     {0x34, 16, 30, IOAT_OK},
};

START_TEST(driver_open_refuses_what_is_no_engine)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);

    rig->fake.cbver = probes[_i].cbver;
    rig->fake.chancnt = probes[_i].chancnt;
    rig->fake.xfercap = probes[_i].xfercap;
    rig_is(ioat_open(&platform, &rig->dev), probes[_i].status);
    ck_assert_int_eq(rig->dev != NULL, probes[_i].status == IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_open_refuses_missing_arguments)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);

    rig_is(ioat_open(&platform, NULL), IOAT_EINVAL);
    rig_is(ioat_open(NULL, &rig->dev), IOAT_EINVAL);
    platform.bar = NULL;
    rig_is(ioat_open(&platform, &rig->dev), IOAT_EINVAL);
    platform = fake_platform(&rig->fake);
    platform.dma = NULL;
    rig_is(ioat_open(&platform, &rig->dev), IOAT_EINVAL);
    platform = fake_platform(&rig->fake);
    platform.clock = NULL;
    rig_is(ioat_open(&platform, &rig->dev), IOAT_EINVAL);
    rig_ok(ioat_close(NULL));
    rig_close(rig);
}
END_TEST

START_TEST(driver_close_refuses_while_a_channel_is_open)
{
    struct rig *rig = rig_ring(4);

    rig_is(ioat_close(rig->dev), IOAT_ESTATE);
    rig_ok(ioat_chan_close(NULL));
    ioat_chan_abandon(NULL);
    rig_close(rig);
}
END_TEST

/* ---- channels ---- */

START_TEST(driver_channel_open_programs_and_arms)
{
    struct rig *rig = rig_ring(4);
    const struct fake_chan *hw = &rig->fake.chan[0];
    struct ioat_chan_status status;

    ck_assert_uint_eq(hw->state, IOAT_CHANSTS_STATE_ARMED);
    ck_assert_uint_eq(hw->chanctrl, IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ERR_INT_EN |
                                        IOAT_CHANCTRL_ANY_ERR_ABORT_EN | IOAT_CHANCTRL_IN_USE);
    ck_assert_uint_eq(hw->chainaddr % IOAT_DESC_BYTES, 0);
    ck_assert_ptr_nonnull(fake_cpu(&rig->fake, hw->chancmp, 8));
    rig_ok(ioat_chan_status(rig->chan, &status));
    ck_assert_uint_eq(status.state, IOAT_CHANSTS_STATE_ARMED);
    ck_assert_uint_eq(status.completed, 0);
    rig_is(ioat_chan_status(rig->chan, NULL), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_channel_open_takes_priority_and_callers_word)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);
    struct dma_buf mine = fake_memory(&rig->fake, 64);
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    config.priority = 9;
    config.fetch_no_snoop = true;
    config.word = (uint64_t *)mine.cpu + 1;
    config.word_bus = mine.bus + 8;
    rig_ok(ioat_open(&platform, &rig->dev));
    rig_ok(ioat_chan_open(rig->dev, 3, &config, &rig->chan));
    ck_assert_uint_eq(IOAT_FIELD_GET(rig->fake.chan[3].chanctrl, CHANCTRL, PRIORITY), 9);
    ck_assert(rig->fake.chan[3].chanctrl & IOAT_CHANCTRL_FETCH_NO_SNOOP);
    ck_assert_uint_eq(rig->fake.chan[3].chancmp, mine.bus + 8);
    rig_ok(rig_copy(rig, 1));
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(((uint64_t *)mine.cpu)[1],
                      rig->fake.chan[3].chainaddr | IOAT_CHANSTS_STATE_IDLE);
    rig_close(rig);
}
END_TEST

static void no_change(struct ioat_chan_config *config) { (void)config; }
static void ring_17(struct ioat_chan_config *config) { config->ring_log2 = config->chunk_log2 = 17; }
static void chunk_above_ring(struct ioat_chan_config *config) { config->chunk_log2 = 9; }
static void chunks_128(struct ioat_chan_config *config) { config->chunk_log2 = 1; }
static void priority_16(struct ioat_chan_config *config) { config->priority = 16; }
static void no_wait(struct ioat_chan_config *config) { config->wait_ns = 0; }
static void odd_word(struct ioat_chan_config *config)
{
    static uint64_t mine[2];
    config->word = mine;
    config->word_bus = 4;
}
static void keep_nobodys_word(struct ioat_chan_config *config)
{
    config->ring_log2 = 0;
    config->keep_word = true;
}
static void keep_a_rings_word(struct ioat_chan_config *config)
{
    odd_word(config);
    config->word_bus = 8;
    config->keep_word = true;
}

static const struct {
    void (*change)(struct ioat_chan_config *config);
    unsigned index;
} bad_configs[] = {
    {no_change, 4}, {ring_17, 0}, {chunk_above_ring, 0}, {chunks_128, 0},
    {priority_16, 0}, {no_wait, 0}, {odd_word, 0},
    {keep_nobodys_word, 0}, {keep_a_rings_word, 0},
};

START_TEST(driver_channel_open_refuses_values_out_of_range)
{
    struct rig *rig = rig_ring(4);
    struct ioat_chan *chan = rig->chan;
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    bad_configs[_i].change(&config);
    unsigned live = rig->fake.buffers_live;
    rig_is(ioat_chan_open(rig->dev, bad_configs[_i].index ? bad_configs[_i].index : 1, &config, &chan),
           IOAT_EINVAL);
    ck_assert_ptr_null(chan);
    ck_assert_uint_eq(rig->fake.buffers_live, live);
    ck_assert_uint_eq(rig->fake.reads[IOAT_CHAN(1, CHANCTRL)], 0);
    rig_is(ioat_chan_open(rig->dev, 1, &config, NULL), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_channel_open_respects_another_owner)
{
    struct rig *rig = rig_ring(4);
    struct ioat_chan *chan = rig->chan;
    struct ioat_chan_config config;

    rig_is(ioat_chan_open(rig->dev, 0, NULL, &chan), IOAT_ESTATE);
    ck_assert_ptr_null(chan);

    rig->fake.chan[1].chanctrl = IOAT_CHANCTRL_IN_USE;
    rig_is(ioat_chan_open(rig->dev, 1, NULL, &chan), IOAT_ESTATE);
    ck_assert_uint_eq(rig->fake.writes[IOAT_CHAN(1, CHANCMD)], 0);
    ioat_chan_config_init(&config);
    config.take_over = true;
    rig_ok(ioat_chan_open(rig->dev, 1, &config, &chan));
    rig_ok(ioat_chan_close(chan));
    ck_assert_uint_eq(rig->fake.chan[1].chanctrl & IOAT_CHANCTRL_IN_USE, 0);
    rig_close(rig);
}
END_TEST

/* R-STA-10: what the word held before is not taken for a completion. */
START_TEST(r_sta_10_word_is_set_before_the_first_start)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);
    struct dma_buf mine = fake_memory(&rig->fake, 64);
    struct ioat_chan_config config;

    ioat_chan_config_init(&config);
    config.word = mine.cpu;
    config.word_bus = mine.bus;
    *config.word = mine.bus | IOAT_CHANSTS_STATE_HALTED;
    rig_ok(ioat_open(&platform, &rig->dev));
    rig_ok(ioat_chan_open(rig->dev, 0, &config, &rig->chan));
    ck_assert_uint_eq(*config.word & IOAT_CHANSTS_COMPLETED, 0);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 0);
    rig_close(rig);
}
END_TEST

START_TEST(driver_channel_open_keeps_a_word_that_is_not_its_own)
{
    struct rig *rig = rig_new();
    struct ioat_platform platform = fake_platform(&rig->fake);
    struct dma_buf mine = fake_memory(&rig->fake, 64);
    struct ioat_chan_config config;
    const uint64_t before = mine.bus | IOAT_CHANSTS_STATE_IDLE;

    ioat_chan_config_init(&config);
    config.ring_log2 = 0;
    config.word = mine.cpu;
    config.word_bus = mine.bus;
    config.keep_word = true;
    *config.word = before;
    rig_ok(ioat_open(&platform, &rig->dev));
    rig_ok(ioat_chan_open(rig->dev, 0, &config, &rig->chan));
    ck_assert_uint_eq(*config.word, before);
    ck_assert_uint_eq(rig->fake.chan[0].chancmp, mine.bus);
    rig_close(rig);
}
END_TEST

START_TEST(driver_chan_error_reads_and_keeps_chanerr)
{
    struct rig *rig = rig_ring(0);
    uint32_t chanerr = 1;

    rig_ok(ioat_chan_error(rig->chan, &chanerr));
    ck_assert_uint_eq(chanerr, 0);
    fake_halt(&rig->fake, 0, IOAT_CHANERR_READ_DATA);
    rig_ok(ioat_chan_error(rig->chan, &chanerr));
    rig_ok(ioat_chan_error(rig->chan, &chanerr));
    ck_assert_uint_eq(chanerr, IOAT_CHANERR_READ_DATA);
    rig_is(ioat_chan_error(rig->chan, NULL), IOAT_EINVAL);
    rig_ok(ioat_abort(rig->chan));
    rig_ok(ioat_chan_error(rig->chan, &chanerr));
    ck_assert_uint_eq(chanerr, 0);
    rig_close(rig);
}
END_TEST

/* ---- requests ---- */

/* R-CH-5: the fake reads the descriptors inside the doorbell write, so they are in memory. */
START_TEST(driver_copy_moves_and_hands_back_its_tag)
{
    struct rig *rig = rig_ring(4);

    rig_ok(ioat_copy(rig->chan, rig->dst.bus + 3, rig->src.bus + 1, 1000, word, RIG_TAG(5)));
    ck_assert_uint_eq(rig->fake.executed, 0);
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 1);
    rig_expect(rig, 0, 1, 5, IOAT_OK);
    ck_assert_mem_eq((uint8_t *)rig->dst.cpu + 3, (uint8_t *)rig->src.cpu + 1, 1000);
    ck_assert_uint_eq(((uint8_t *)rig->dst.cpu)[2], 0);
    ck_assert_uint_eq(((uint8_t *)rig->dst.cpu)[1003], 0);
    rig_close(rig);
}
END_TEST

START_TEST(driver_submit_writes_one_doorbell_a_batch)
{
    struct rig *rig = rig_ring(4);
    unsigned *doorbells = &rig->fake.writes[IOAT_CHAN(0, DMACOUNT)];

    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(*doorbells, 0);
    for (unsigned n = 0; n < 10; n++)
        rig_ok(rig_copy(rig, n));
    ck_assert_uint_eq(ioat_room(rig->chan), 5);
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(*doorbells, 1);
    ck_assert_uint_eq(rig->fake.chan[0].dmacount, 10);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 10, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

START_TEST(driver_submit_makes_the_last_descriptor_write_the_word)
{
    struct rig *rig = rig_ring(4);

    rig_ok(rig_copy(rig, 0));
    rig_ok(rig_copy(rig, 1));
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(ring_desc(rig, 0)->control & word, 0);
    ck_assert_uint_eq(ring_desc(rig, 1)->control & word, word);
    rig_close(rig);
}
END_TEST

START_TEST(driver_ring_goes_round_over_separate_chunks)
{
    struct rig *rig = rig_new();

    rig_open(rig, 6, _i ? 3 : 0);               /* 8 chunks, and 64 of one descriptor */
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned n = 0; n < 37; n++)
            rig_ok(rig_copy(rig, round * 37 + n));
        rig_ok(ioat_submit(rig->chan));
        rig_ok(rig_poll(rig));
    }
    rig_expect(rig, 0, 20 * 37, 0, IOAT_OK);
    for (unsigned n = 0; n < 20 * 37; n++)
        ck_assert_msg(rig_copied(rig, n), "copy %u", n);
    rig_close(rig);
}
END_TEST

START_TEST(driver_full_ring_refuses_and_stays_whole)
{
    struct rig *rig = rig_ring(3);

    for (unsigned n = 0; n < 7; n++)
        rig_ok(rig_copy(rig, n));
    rig_is(rig_copy(rig, 7), IOAT_EFULL);
    rig_is(ioat_null(rig->chan, 0, NULL), IOAT_EFULL);
    rig_is(ioat_fill(rig->chan, rig->dst.bus, 8, 0, 0, NULL), IOAT_EFULL);
    rig_is(ioat_copy_pages(rig->chan, rig->dst.bus, 0, rig->src.bus, 0, 8, 0, NULL), IOAT_EFULL);
    ck_assert_uint_eq(ioat_room(rig->chan), 0);
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 7);
    rig_expect(rig, 0, 7, 0, IOAT_OK);
    rig_ok(rig_copy(rig, 7));
    rig_close(rig);
}
END_TEST

START_TEST(driver_long_copy_splits_by_xfercap)
{
    struct rig *rig = rig_new();

    rig->fake.xfercap = 12;
    rig_open(rig, 3, 3);
    rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 10000, int_en | word | fence,
                     RIG_TAG(1)));
    ck_assert_uint_eq(ioat_room(rig->chan), 4);
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 1);
    rig_expect(rig, 0, 1, 1, IOAT_OK);
    ck_assert_mem_eq(rig->dst.cpu, rig->src.cpu, 10000);
    for (unsigned n = 0; n < 3; n++) {
        ck_assert_uint_eq(ring_desc(rig, n)->size, n < 2 ? 4096 : 10000 - 8192);
        ck_assert_uint_eq(ring_desc(rig, n)->control, n < 2 ? fence : int_en | word | fence);
    }
    ck_assert_uint_eq(rig->fake.chan[0].messages, 1);
    rig_is(ioat_copy_pages(rig->chan, rig->dst.bus, 0, rig->src.bus, 0, 4097, 0, NULL), IOAT_EINVAL);
    rig_ok(ioat_copy_pages(rig->chan, rig->dst.bus, 0, rig->src.bus, 0, 4096, 0, RIG_TAG(2)));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 1, 1, 2, IOAT_OK);
    rig_is(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8 * 4096, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 7 * 4096, 0, NULL), IOAT_OK);
    rig_is(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 2 * 4096, 0, NULL), IOAT_EFULL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_long_fill_keeps_the_phase_of_the_pattern)
{
    struct rig *rig = rig_new();
    const uint64_t pattern = UINT64_C(0x0807060504030201);

    rig->fake.xfercap = 12;
    rig_open(rig, 3, 3);
    rig_ok(ioat_fill(rig->chan, rig->dst.bus + 5, 9001, pattern, 0, RIG_TAG(1)));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 1, 1, IOAT_OK);
    const uint8_t *dst = rig->dst.cpu;
    for (unsigned n = 0; n < 9001; n++)
        ck_assert_uint_eq(dst[5 + n], n % 8 + 1);
    ck_assert_uint_eq(dst[4], 0);
    ck_assert_uint_eq(dst[9006], 0);
    rig_close(rig);
}
END_TEST

START_TEST(driver_null_moves_nothing_and_reports)
{
    struct rig *rig = rig_ring(3);

    rig_ok(ioat_null(rig->chan, int_en | word, RIG_TAG(1)));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 1, 1, IOAT_OK);
    ck_assert_uint_eq(rig->fake.chan[0].messages, 1);
    rig_close(rig);
}
END_TEST

/* Both flags in all combinations; pages far apart and swapped. */
START_TEST(driver_page_break_copy_switches_each_side_by_itself)
{
    struct rig *rig = rig_ring(3);
    bool src_breaks = _i & 1, dst_breaks = _i & 2;
    uint32_t flags = (src_breaks ? (uint32_t)IOAT_CONTROL_SRC_PAGE_BREAK : 0) |
                     (dst_breaks ? (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK : 0);
    uint64_t src = 4 * 4096 + 4000, src_next = 2 * 4096, dst = 8 * 4096 + 3000, dst_next = 4096;
    const uint8_t *from = rig->src.cpu, *to = rig->dst.cpu;

    rig_ok(ioat_copy_pages(rig->chan, rig->dst.bus + dst, rig->dst.bus + dst_next,
                           rig->src.bus + src, rig->src.bus + src_next, 3000, flags, RIG_TAG(1)));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 1);
    rig_expect(rig, 0, 1, 1, IOAT_OK);
    for (unsigned n = 0; n < 3000; n++) {
        uint64_t s = src_breaks && n >= 96 ? src_next + n - 96 : src + n;
        uint64_t d = dst_breaks && n >= 1096 ? dst_next + n - 1096 : dst + n;
        ck_assert_uint_eq(to[d], from[s]);
    }
    rig_close(rig);
}
END_TEST

START_TEST(driver_requests_refuse_bad_arguments)
{
    struct rig *rig = rig_ring(3);
    struct ioat_chan *chan = rig->chan;
    uint64_t dst = rig->dst.bus, src = rig->src.bus;
    uint32_t src_break = (uint32_t)IOAT_CONTROL_SRC_PAGE_BREAK;
    uint32_t dst_break = (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK;
    uint32_t null_flag = (uint32_t)IOAT_CONTROL_NULL_XFER;

    rig_is(ioat_copy(chan, dst, src, 0, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(chan, dst, src, 8, null_flag, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(chan, dst, src, 8, src_break, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(chan, UINT64_MAX - 6, src, 8, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(chan, dst, UINT64_MAX - 6, 8, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy(chan, dst, UINT64_MAX - 7, 8, 0, NULL), IOAT_OK);
    rig_is(ioat_copy(chan, dst, src, UINT64_MAX, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_fill(chan, dst, 0, 1, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_fill(chan, dst, 8, 1, dst_break, NULL), IOAT_EINVAL);
    rig_is(ioat_fill(chan, UINT64_MAX, 2, 1, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_null(chan, null_flag, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst, 0, src, 0, 0, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst, 0, src, 64, 8, src_break, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst, 64, src, 0, 8, dst_break, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst, 0, src + 1, 4096, 8192, src_break, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst + 4095, 4096, src, 0, 4098, dst_break, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst + 4095, 4096, src, 0, 4097, dst_break, NULL), IOAT_OK);
    rig_is(ioat_copy_pages(chan, dst, 0, src, 0, (1 << 20) + 1, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(chan, dst, 0, src, 0, 8, null_flag, NULL), IOAT_EINVAL);
    ck_assert_uint_eq(ioat_room(chan), 5);      /* only the two that were accepted */
    rig_close(rig);
}
END_TEST

START_TEST(driver_requests_refuse_what_the_engine_lacks)
{
    struct rig *rig = rig_new();

    rig->fake.dmacapability = 0;
    rig_open(rig, 3, 3);
    ck_assert(!ioat_info(rig->dev)->fill && !ioat_info(rig->dev)->page_break);
    rig_is(ioat_fill(rig->chan, rig->dst.bus, 8, 1, 0, NULL), IOAT_EINVAL);
    rig_is(ioat_copy_pages(rig->chan, rig->dst.bus, 0, rig->src.bus, 0, 8, 0, NULL), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

/* 70001 descriptors in uneven batches: the 16-bit count wraps in the middle of one. */
START_TEST(driver_doorbell_wraps_at_65536)
{
    struct rig *rig = rig_ring(10);
    unsigned n = 0;

    while (n < 70001) {
        unsigned batch = 997 < 70001 - n ? 997 : 70001 - n;
        for (unsigned end = n + batch; n < end; n++)
            rig_ok(ioat_null(rig->chan, 0, RIG_TAG(n)));
        rig_ok(ioat_submit(rig->chan));
        ck_assert_uint_eq(rig->fake.chan[0].dmacount, n % 65536);
        rig_ok(rig_poll(rig));
    }
    ck_assert_uint_eq(rig->results, n);
    rig_expect(rig, 0, n, 0, IOAT_OK);
    ck_assert_uint_eq(rig->fake.executed, n);
    rig_close(rig);
}
END_TEST

START_TEST(driver_largest_ring_has_65535_in_flight)
{
    struct rig *rig = rig_new();

    rig_open(rig, 16, 13);
    rig->fake.hold = true;
    for (unsigned n = 0; n < 65535; n++)
        rig_ok(ioat_null(rig->chan, 0, RIG_TAG(n)));
    rig_is(ioat_null(rig->chan, 0, NULL), IOAT_EFULL);
    rig_ok(ioat_submit(rig->chan));
    ck_assert_uint_eq(ioat_outstanding(rig->chan), 65535);
    ck_assert_uint_eq(fake_run(&rig->fake, 0, UINT32_MAX), 65535);
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 65535);
    rig_expect(rig, 0, 65535, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

/* ---- completions ---- */

START_TEST(driver_poll_reads_memory_only_and_follows_progress)
{
    struct rig *rig = rig_ring(4);
    unsigned count, reads = 0;
    struct ioat_done one;

    rig->fake.hold = true;
    for (unsigned n = 0; n < 6; n++)
        rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8, word, RIG_TAG(n)));
    rig_ok(ioat_submit(rig->chan));
    for (unsigned n = 0; n < IOAT_BAR_BYTES; n++)
        reads += rig->fake.reads[n];
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 0);
    fake_run(&rig->fake, 0, 4);
    rig_ok(ioat_poll(rig->chan, &one, 1, &count));
    ck_assert_uint_eq(count, 1);
    ck_assert_ptr_eq(one.tag, RIG_TAG(0));
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 3, 1, IOAT_OK);
    ck_assert_uint_eq(rig->results, 3);
    ck_assert_uint_eq(ioat_outstanding(rig->chan), 2);
    for (unsigned n = 0; n < IOAT_BAR_BYTES; n++)
        reads -= rig->fake.reads[n];
    ck_assert_uint_eq(reads, 0);
    rig_is(ioat_poll(rig->chan, &one, 1, NULL), IOAT_EINVAL);
    rig_is(ioat_poll(rig->chan, NULL, 1, &count), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_wait_returns_results_or_refuses)
{
    struct rig *rig = rig_ring(4);
    struct ioat_done done[4];
    unsigned count;

    rig_is(ioat_wait(rig->chan, done, 4, &count, 1000), IOAT_ESTATE);
    rig_is(ioat_wait(rig->chan, done, 0, &count, 1000), IOAT_EINVAL);
    rig_is(ioat_wait(rig->chan, NULL, 4, &count, 1000), IOAT_EINVAL);
    rig_is(ioat_wait(rig->chan, done, 4, NULL, 1000), IOAT_EINVAL);
    rig_ok(rig_copy(rig, 1));
    rig_ok(rig_copy(rig, 2));
    rig_is(ioat_wait(rig->chan, done, 4, &count, 1000), IOAT_ESTATE);
    rig_ok(ioat_submit(rig->chan));
    rig_ok(ioat_wait(rig->chan, done, 4, &count, 0));
    ck_assert_uint_eq(count, 2);
    ck_assert_ptr_eq(done[1].tag, RIG_TAG(2));
    rig_close(rig);
}
END_TEST

/* CHANSTS names what was finished without a word once the channel is IDLE. */
START_TEST(driver_wait_finds_what_no_word_told)
{
    struct rig *rig = rig_ring(4);
    struct ioat_done done[4];
    unsigned count;

    rig->fake.wordless = true;
    rig_ok(rig_copy(rig, 1));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(rig_poll(rig));
    ck_assert_uint_eq(rig->results, 0);
    rig_ok(ioat_wait(rig->chan, done, 4, &count, 1000));
    ck_assert_uint_eq(count, 1);
    rig_close(rig);
}
END_TEST

/* While the engine runs CHANSTS may lag behind the word; the old slot may be in use again. */
START_TEST(driver_lagging_chansts_is_not_believed)
{
    struct rig *rig = rig_ring(2);

    rig->fake.hold = true;
    rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8, word, RIG_TAG(0)));
    rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8, word, RIG_TAG(1)));
    rig_ok(ioat_submit(rig->chan));
    fake_run(&rig->fake, 0, 1);
    uint64_t old = rig->fake.chan[0].completed;
    fake_run(&rig->fake, 0, 1);
    rig_ok(rig_poll(rig));
    for (unsigned n = 2; n < 5; n++)
        rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8, word, RIG_TAG(n)));
    rig_ok(ioat_submit(rig->chan));
    rig->fake.lying_completed = old;            /* now the slot of tag 4 */
    unsigned count;
    rig_is(ioat_wait(rig->chan, rig->done + 2, 4, &count, 0), IOAT_ETIME);
    ck_assert_uint_eq(count, 0);
    rig->fake.lying_completed = 0;
    fake_run(&rig->fake, 0, 3);
    rig_ok(rig_poll(rig));
    rig_expect(rig, 0, 5, 0, IOAT_OK);
    rig_close(rig);
}
END_TEST

Suite *driver_suite(void)
{
    Suite *suite = suite_create("driver");
    TCase *device = tcase_create("driver_device");
    TCase *ring = tcase_create("driver_ring");
    TCase *done = tcase_create("driver_done");

    tcase_add_test(device, driver_open_tells_what_the_engine_can_do);
    tcase_add_loop_test(device, driver_open_refuses_what_is_no_engine, 0,
                        sizeof probes / sizeof *probes);
    tcase_add_test(device, driver_open_refuses_missing_arguments);
    tcase_add_test(device, driver_close_refuses_while_a_channel_is_open);
    tcase_add_test(device, driver_channel_open_programs_and_arms);
    tcase_add_test(device, driver_channel_open_takes_priority_and_callers_word);
    tcase_add_test(device, r_sta_10_word_is_set_before_the_first_start);
    tcase_add_test(device, driver_channel_open_keeps_a_word_that_is_not_its_own);
    tcase_add_test(device, driver_chan_error_reads_and_keeps_chanerr);
    tcase_add_loop_test(device, driver_channel_open_refuses_values_out_of_range, 0,
                        sizeof bad_configs / sizeof *bad_configs);
    tcase_add_test(device, driver_channel_open_respects_another_owner);
    suite_add_tcase(suite, device);

    tcase_add_test(ring, driver_copy_moves_and_hands_back_its_tag);
    tcase_add_test(ring, driver_submit_writes_one_doorbell_a_batch);
    tcase_add_test(ring, driver_submit_makes_the_last_descriptor_write_the_word);
    tcase_add_loop_test(ring, driver_ring_goes_round_over_separate_chunks, 0, 2);
    tcase_add_test(ring, driver_full_ring_refuses_and_stays_whole);
    tcase_add_test(ring, driver_long_copy_splits_by_xfercap);
    tcase_add_test(ring, driver_long_fill_keeps_the_phase_of_the_pattern);
    tcase_add_test(ring, driver_null_moves_nothing_and_reports);
    tcase_add_loop_test(ring, driver_page_break_copy_switches_each_side_by_itself, 0, 4);
    tcase_add_test(ring, driver_requests_refuse_bad_arguments);
    tcase_add_test(ring, driver_requests_refuse_what_the_engine_lacks);
    tcase_add_test(ring, driver_doorbell_wraps_at_65536);
    tcase_add_test(ring, driver_largest_ring_has_65535_in_flight);
    suite_add_tcase(suite, ring);

    tcase_add_test(done, driver_poll_reads_memory_only_and_follows_progress);
    tcase_add_test(done, driver_wait_returns_results_or_refuses);
    tcase_add_test(done, driver_wait_finds_what_no_word_told);
    tcase_add_test(done, driver_lagging_chansts_is_not_believed);
    suite_add_tcase(suite, done);
    return suite;
}
