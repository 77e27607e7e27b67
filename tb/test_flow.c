/* test_flow.c - reads and writes overlap, and the bus is kept busy.
 *
 * The exact figures are the benchmark's business; these bounds are what a build that
 * stores and forwards, or that runs one burst at a time, cannot meet.
 */
#include "batch.h"
#include "tb.h"

enum { BIG = 64 << 10 };

static uint64_t beats(const struct tb *tb, uint64_t bytes)
{
    unsigned word = tb->build->data_bits / 8;

    return (bytes + word - 1) / word;
}

/* Writes of `bytes` on a channel took at most 1.15 clocks a beat, and `extra` clocks. */
static void expect_rate(struct tb *tb, unsigned ch, uint64_t bytes, uint64_t extra)
{
    const struct tb_tally *w = &tb->watch[ch].data_w;
    uint64_t clocks = w->last - w->first + 1;
    uint64_t limit = beats(tb, bytes) * 115 / 100 + extra;

    tb_assert(tb, clocks <= limit, "%llu bytes took %llu clocks from first to last write beat, "
              "expected at most %llu", (unsigned long long)bytes, (unsigned long long)clocks,
              (unsigned long long)limit);
}

static const struct shape {
    const char *name;
    unsigned src_align, dst_align, latency;
} shapes[] = {
    { "aligned", 0, 0, 1 },        { "source unaligned", 3, 0, 1 },
    { "destination unaligned", 0, 5, 1 }, { "both unaligned", 3, 5, 1 },
    { "aligned, latency 50", 0, 0, 50 },  { "both unaligned, latency 50", 7, 2, 50 },
};

/* One copy of 64 KiB: the write channel is busy nearly every clock. */
START_TEST(h_d01_64_kib_copy_keeps_the_write_channel_busy)
{
    const struct shape *shape = &shapes[_i];
    struct ioat_sim_timing timing = { .read_latency = shape->latency,
                                      .write_latency = shape->latency };
    struct tb *tb = tb_open(&timing);
    static struct batch batch;

    tb_note(tb, "%s", shape->name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_copy(&batch, shape->src_align, shape->dst_align, BIG, 0);
    batch_run(&batch, 0);
    expect_rate(tb, 0, BIG, 4);
    /* No store-and-forward: all but the pipeline's length happens at the same time. */
    tb_assert(tb, tb->watch[0].data_w.last - tb->watch[0].data_ar.first <=
              beats(tb, BIG) * 115 / 100 + shape->latency + 40,
              "%llu clocks from the first read request to the last write beat",
              (unsigned long long)(tb->watch[0].data_w.last - tb->watch[0].data_ar.first));
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* Data leaves a few clocks after it came, and does not wait for the end of its read burst,
 * which is up to 64 beats away. */
START_TEST(h_d01_first_write_beat_follows_the_first_read_beat)
{
    enum { PIPELINE = 12 };     /* clocks */
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_copy(&batch, 0, 0, BIG, 0);
    batch_run(&batch, 0);
    tb_assert(tb, tb->watch[0].data_w.first - tb->watch[0].data_r.first <= PIPELINE,
              "first read beat at clock %llu, first write beat at %llu",
              (unsigned long long)tb->watch[0].data_r.first,
              (unsigned long long)tb->watch[0].data_w.first);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* Descriptors overlap: 16 copies of 4 KiB run at the rate of one of 64 KiB. */
START_TEST(h_d10_chain_of_4_kib_copies_keeps_the_write_channel_busy)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < BIG / 4096; i++)
        batch_copy(&batch, 0, 0, 4096, 0);
    batch_run(&batch, 0);
    expect_rate(tb, 0, BIG, 4);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* A fill reads nothing: it runs at the write channel's own rate. */
START_TEST(h_d03_fill_keeps_the_write_channel_busy)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_fill(&batch, 0x1122334455667788, 3, BIG, 0);
    batch_run(&batch, 0);
    expect_rate(tb, 0, BIG, 4);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* Fills that follow each other leave no clock between them. */
START_TEST(h_d10_chain_of_fills_keeps_the_write_channel_busy)
{
    enum { FILLS = 40, BYTES = 1024, SLACK = 8 };
    struct tb *tb = tb_open(NULL);
    static struct batch batch;
    const struct tb_tally *w = &tb->watch[0].data_w;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < FILLS; i++)
        batch_fill(&batch, 0x1122334455667788, 0, BYTES, 0);
    batch_run(&batch, 0);
    tb_assert(tb, w->last - w->first + 1 <= beats(tb, FILLS * BYTES) + SLACK, "%llu beats in %llu clocks",
              (unsigned long long)w->n, (unsigned long long)(w->last - w->first + 1));
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-R17: all channels together lose no more than one alone. */
START_TEST(h_r17_channels_together_keep_the_write_channel_busy)
{
    struct tb *tb = tb_open(NULL);
    struct ioat_sim_stats stats;
    static struct batch batch;
    uint64_t limit = beats(tb, (uint64_t)BIG * tb->channels) * 115 / 100 + 100;

    batch_open(&batch, tb, 4 << 20);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        batch_copy(&batch, ch, 2 * ch, BIG, 0);
    golden_sync(batch.golden);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        golden_run(batch.golden, batch.bus[ch], 1);
        tb_setup(tb, ch, 0);
        TB_POST(tb, ch, CHAINADDR, batch.bus[ch]);
    }
    golden_prime(batch.golden);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, 1);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), batch_limit(&batch));
    ioat_sim_stats(tb->sim, &stats);
    tb_assert(tb, stats.last_w - stats.first_w <= limit,
              "%u channels took %llu clocks, expected at most %llu", tb->channels,
              (unsigned long long)(stats.last_w - stats.first_w), (unsigned long long)limit);
    golden_check(batch.golden);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* Channel 0 copies a write burst and more, the others 4 KiB each; one source word of channel 0
 * does not come: the one at `word`. */
static void start_with_a_gap(struct tb *tb, struct batch *batch, unsigned word)
{
    struct ioat_sim_fault hold = { .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_HOLD, .count = 1, .percent = 100 };
    uint64_t src;

    batch_open(batch, tb, 4 << 20);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        batch_copy(batch, ch, ch, ch ? 4096 : 2 * tb->build->write_bytes_max - 3 * batch_word(batch), 0);
    src = tb_desc(tb, batch->bus[0])->src;
    hold.first = hold.last = src - src % batch_word(batch) + word * batch_word(batch);
    ioat_sim_fault_add(tb->sim, &hold);
    golden_sync(batch->golden);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        golden_run(batch->golden, batch->bus[ch], 1);
        tb_setup(tb, ch, 0);
        TB_POST(tb, ch, CHAINADDR, batch->bus[ch]);
    }
    golden_prime(batch->golden);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, 1);
}

/* K-63: whichever word of the source is missing, the last one included. */
START_TEST(k_63_channels_go_on_while_the_source_of_one_waits)
{
    struct tb *tb = tb_open(NULL);
    const unsigned burst = tb->build->write_bytes_max / (tb->build->data_bits / 8);
    const unsigned words = 2 * burst - 3;
    const uint64_t limit = beats(tb, 4096) * (tb->channels - 1) * 115 / 100 + 32 + burst + 150;
    static struct batch batch;

    for (unsigned word = 0; word < words && tb->channels > 1; word++) {
        tb_note(tb, "word %u is missing", word);
        start_with_a_gap(tb, &batch, word);
        for (unsigned ch = 1; ch < tb->channels; ch++)
            tb_wait_state(tb, ch, TB_IN(IDLE), limit);
        tb_assert(tb, tb_state(tb, 0) == IOAT_CHANSTS_STATE_ACTIVE, "channel 0 does not wait");
        ioat_sim_fault_clear(tb->sim);
        tb_wait_state(tb, 0, TB_IN(IDLE), 1000);
        golden_check(batch.golden);
        batch_close(&batch);
        tb_rewind(tb);
    }
    tb_close(tb);
}
END_TEST

/* K-63, K-18: at each clock of the wait and of the burst that is completed. */
START_TEST(k_63_channel_whose_source_waits_can_be_aborted)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    for (unsigned clocks = 0; clocks < 120 && tb->channels > 1; clocks++) {
        tb_note(tb, "ABORT after %u clocks", clocks);
        start_with_a_gap(tb, &batch, 3);
        tb_step(tb, clocks);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_ABORT);
        for (unsigned ch = 1; ch < tb->channels; ch++)
            tb_wait_state(tb, ch, TB_IN(IDLE), 4000);
        ioat_sim_fault_clear(tb->sim);
        tb_wait_state(tb, 0, TB_IN(HALTED) | TB_IN(IDLE), 1000);
        batch_close(&batch);
        tb_rewind(tb);
    }
    tb_close(tb);
}
END_TEST

/* Far more small copies than the engine follows to their answers: the rest waits, in order. */
START_TEST(h_d10_transfers_beyond_what_is_followed_wait)
{
    const struct ioat_sim_timing far = { .read_latency = 1, .write_latency = 4000 };
    struct tb *tb = tb_open(&far);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned n = 0; n < 400; n++)
        batch_copy(&batch, 0, 0, 8, 0);
    batch_run(&batch, 0);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* As many start before the first is complete, however many went before: queues have no seam. */
START_TEST(h_d10_as_many_are_in_flight_whatever_went_before)
{
    enum { BEFORE = 16, BEHIND = 150, SIZE = 8 };
    uint64_t flight = 0;

    for (unsigned before = 1; before <= BEFORE; before++) {
        struct tb *tb = tb_open(NULL);
        const struct tb_buf src = tb_src(tb, SIZE, 0), held = tb_src(tb, SIZE, 0), dst = tb_dst(tb, SIZE, 0);
        uint64_t bus[BEFORE + BEHIND];

        for (unsigned i = 0; i < before + BEHIND; i++)
            bus[i] = tb_copy(tb, dst.bus, i < before ? src.bus : held.bus, SIZE, 0);
        tb_chain(tb, bus, before + BEHIND);
        tb_hold(tb, IOAT_SIM_FAULT_READ, held.bus, SIZE);
        tb_setup(tb, 0, 0);
        tb_start_count(tb, 0, bus[0], (uint16_t)(before + BEHIND));
        tb_step(tb, 5000);
        const uint64_t started = (TB_RD(tb, 0, CDAR) - bus[before]) / IOAT_DESC_BYTES + 1;

        if (!flight)
            flight = started;
        tb_note(tb, "behind %u copies", before);
        tb_assert_eq(tb, started, flight);
        tb_assert(tb, flight < BEHIND, "all of them start");
        ioat_sim_fault_clear(tb->sim);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
        tb_close(tb);
    }
}
END_TEST

/* The same of the bursts of one transfer: no answer comes until all that may be asked for is. */
START_TEST(h_d10_bursts_beyond_what_is_followed_wait)
{
    struct tb *tb = tb_open(NULL);
    const uint32_t bytes = UINT32_C(1) << tb->build->xfercap_log2;
    const struct tb_buf src = tb_src(tb, bytes, 0), dst = tb_dst(tb, bytes, 0);
    const uint64_t bus = tb_copy(tb, dst.bus, src.bus, bytes, IOAT_CONTROL_COMPL_WRITE);

    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, bytes);
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, bus, 1);
    tb_step(tb, 2 * bytes / (tb->build->data_bits / 8));
    ioat_sim_fault_clear(tb->sim);
    tb_wait_word(tb, 0, TB_WORD(bus, IDLE), TB_LONG);
    tb_check_copy(tb, &dst, &src, bytes);
    tb_close(tb);
}
END_TEST

/* The word of a copy follows its last data answer without a detour. */
START_TEST(h_w05_word_follows_the_last_data_answer_within_a_few_clocks)
{
    enum { FEW = 32 };
    struct tb *tb = tb_open(NULL);
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    batch_copy(&batch, 0, 0, 1000, IOAT_CONTROL_COMPL_WRITE);
    batch_run(&batch, 0);
    tb_assert(tb, tb->watch[0].word_aw.first - tb->watch[0].data_b.last <= FEW,
              "data answered at clock %llu, word sent at %llu",
              (unsigned long long)tb->watch[0].data_b.last,
              (unsigned long long)tb->watch[0].word_aw.first);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

Suite *flow_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *tc = tb_case(suite, "flow", 60);

    tcase_add_loop_test(tc, h_d01_64_kib_copy_keeps_the_write_channel_busy, 0,
                        (int)(sizeof shapes / sizeof shapes[0]));
    tcase_add_test(tc, h_d01_first_write_beat_follows_the_first_read_beat);
    tcase_add_test(tc, h_d10_chain_of_4_kib_copies_keeps_the_write_channel_busy);
    tcase_add_test(tc, h_d03_fill_keeps_the_write_channel_busy);
    tcase_add_test(tc, h_d10_chain_of_fills_keeps_the_write_channel_busy);
    tcase_add_test(tc, h_r17_channels_together_keep_the_write_channel_busy);
    tcase_add_test(tc, k_63_channels_go_on_while_the_source_of_one_waits);
    tcase_add_test(tc, k_63_channel_whose_source_waits_can_be_aborted);
    tcase_add_test(tc, h_d10_transfers_beyond_what_is_followed_wait);
    tcase_add_test(tc, h_d10_as_many_are_in_flight_whatever_went_before);
    tcase_add_test(tc, h_d10_bursts_beyond_what_is_followed_wait);
    tcase_add_test(tc, h_w05_word_follows_the_last_data_answer_within_a_few_clocks);
    return suite;
}
