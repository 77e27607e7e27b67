/* test_word.c - the completion word of a channel that runs and completes. */
#include "batch.h"
#include "tb.h"

/* Clocks in which an engine that does not wait would long have gone on. */
enum { PATIENCE = 3000, WORD_MAX = 512 };

/* The recorded words of a channel, in order of their W beats. They are answered one at a
 * time (K-40), so the nth answer belongs to the nth word. */
struct words {
    uint64_t value[WORD_MAX];
    uint64_t asked[WORD_MAX], answered[WORD_MAX];  /* clocks of AW and B; 0: not yet */
    unsigned n;
};

static unsigned collect_clocks(const struct tb *tb, unsigned ch, enum ioat_sim_event_kind kind,
                               uint64_t *clock)
{
    unsigned n = 0;

    for (size_t i = tb_find(tb, 0, kind, TB_WRITE_WORD, ch); i < tb->log_n && n < WORD_MAX;
         i = tb_find(tb, i + 1, kind, TB_WRITE_WORD, ch))
        clock[n++] = tb->log[i].clock;
    return n;
}

static void collect_words(const struct tb *tb, unsigned ch, struct words *words)
{
    *words = (struct words){ .n = 0 };
    for (size_t i = tb_find(tb, 0, IOAT_SIM_W, TB_WRITE_WORD, ch);
         i < tb->log_n && words->n < WORD_MAX;
         i = tb_find(tb, i + 1, IOAT_SIM_W, TB_WRITE_WORD, ch))
        words->value[words->n++] = tb->log[i].value;
    collect_clocks(tb, ch, IOAT_SIM_AW, words->asked);
    collect_clocks(tb, ch, IOAT_SIM_B, words->answered);
}

/* Place of a descriptor in a list; n when it is not there. */
static unsigned place(const uint64_t *bus, unsigned n, uint64_t word)
{
    unsigned i = 0;

    while (i < n && bus[i] != (word & ~UINT64_C(63)))
        i++;
    return i;
}

static void start(struct tb *tb, unsigned ch, uint64_t chain, unsigned n, bool list)
{
    if (list)
        tb_start_list(tb, ch, chain);
    else
        tb_start_count(tb, ch, chain, (uint16_t)n);
}

static void wait_idle(struct tb *tb, unsigned ch)
{
    tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), 4 * TB_LONG);
    tb_assert_chanerr(tb, ch, 0);
    tb_assert_state(tb, ch, IDLE);
}

/* H-W01, H-W10, R-STA-4: one beat, eight bytes, in whatever lane of the bus CHANCMP lies;
 * the bytes around stay. */
START_TEST(h_w01_word_is_one_aligned_write_in_any_lane)
{
    struct tb *tb = tb_open(NULL);
    unsigned word = tb->build->data_bits / 8;
    uint64_t bus = tb_null(tb, IOAT_CONTROL_COMPL_WRITE), to, lane;
    uint8_t *around = tb->words.cpu + 0x2000;

    tb_log(tb, true);
    for (unsigned at = 0; at < 2 * word; at += 8) {
        tb_note(tb, "CHANCMP at + %u", at);
        for (unsigned i = 0; i < 4096; i++)
            around[i] = (uint8_t)(i * 7 + at);
        tb_watch_clear(tb);
        to = tb->words.bus + 0x2000 + 2048 + at;
        TB_WR(tb, 0, CHANCMP, to);
        tb_start_count(tb, 0, bus, 1);
        wait_idle(tb, 0);
        tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
        tb_assert_eq(tb, tb->watch[0].word_w.n, 1);
        tb_assert_eq(tb, tb->watch[0].word_addr, to);
        lane = tb->log[tb_find(tb, 0, IOAT_SIM_W, TB_WRITE_WORD, 0)].strobe;
        tb_assert_eq(tb, lane, UINT64_C(0xff) << to % word);
        tb_assert_eq(tb, *(uint64_t *)(void *)(around + 2048 + at), TB_WORD(bus, IDLE));
        for (unsigned i = 0; i < 4096; i++)
            if (i < 2048 + at || i >= 2048 + at + 8)
                tb_assert_eq(tb, around[i], (uint8_t)(i * 7 + at));
    }
    tb_close(tb);
}
END_TEST

/* H-W02, R-STA-2: all 58 address bits, bits 5..3 zero, for descriptors all over a page and
 * on both sides of a 4 GiB line. */
START_TEST(h_w02_value_is_descriptor_address_and_state)
{
    static const unsigned slots[] = { 0, 1, 2, 3, 31, 32, 63, 64, 1023, 4095, 32767, 32768, 65535 };
    struct tb *tb = tb_open(NULL);

    tb_setup(tb, 0, 0);
    for (unsigned i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        uint64_t bus = tb_slot(tb, slots[i]);

        tb_note(tb, "slot %u", slots[i]);
        *tb_desc(tb, bus) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE,
        };
        start(tb, 0, bus, 1, i % 2);
        wait_idle(tb, 0);
        tb_assert_word(tb, 0, TB_WORD(bus, IDLE));
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, IDLE));
    }
    tb_close(tb);
}
END_TEST

/* R-STA-3, H-N07: ACTIVE between, IDLE at the end, in both modes (_i: list). The fences keep
 * the words from merging. */
START_TEST(r_sta_3_words_say_active_until_the_last_says_idle)
{
    enum { N = 5 };
    struct tb *tb = tb_open(NULL);
    static struct words words;
    uint64_t bus[N];

    tb_note(tb, "%s mode", _i ? "list" : "count");
    tb_setup(tb, 0, 0);
    tb_null_chain(tb, N, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_FENCE, 0, bus);
    tb_log(tb, true);
    start(tb, 0, bus[0], N, _i);
    wait_idle(tb, 0);
    collect_words(tb, 0, &words);
    tb_assert_eq(tb, words.n, N);
    for (unsigned i = 0; i < N; i++)
        tb_assert_eq(tb, words.value[i],
                     i + 1 < N ? TB_WORD(bus[i], ACTIVE) : TB_WORD(bus[i], IDLE));
    tb_close(tb);
}
END_TEST

/* K-41: counted later is IDLE twice: each time nothing more was counted. */
START_TEST(r_sta_3_word_says_idle_each_time_the_count_is_reached)
{
    enum { N = 4 };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[N];

    tb_setup(tb, 0, 0);
    tb_null_chain(tb, N, IOAT_CONTROL_COMPL_WRITE, 0, bus);
    TB_WR(tb, 0, CHAINADDR, bus[0]);
    for (unsigned i = 0; i < N; i++) {
        TB_WR(tb, 0, DMACOUNT, i + 1);
        wait_idle(tb, 0);
        tb_assert_word(tb, 0, TB_WORD(bus[i], IDLE));
    }
    tb_close(tb);
}
END_TEST

/* K-41: a doorbell that comes while a word's data is awaited makes that word ACTIVE. */
START_TEST(r_sta_3_word_says_active_when_more_was_counted_in_time)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0), more = tb_dst(tb, 64, 0);
    uint64_t a = tb_copy(tb, dst.bus, src.bus, 64, IOAT_CONTROL_COMPL_WRITE);
    uint64_t b = tb_copy(tb, more.bus, src.bus, 64, 0);
    static struct words words;

    tb_setup(tb, 0, 0);
    tb_link(tb, a, b);
    tb_log(tb, true);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, 64);
    tb_start_count(tb, 0, a, 1);
    tb_step(tb, PATIENCE);
    TB_WR(tb, 0, DMACOUNT, 2);
    ioat_sim_fault_clear(tb->sim);
    wait_idle(tb, 0);
    collect_words(tb, 0, &words);
    tb_assert_eq(tb, words.n, 1);
    tb_assert_eq(tb, words.value[0], TB_WORD(a, ACTIVE));
    tb_close(tb);
}
END_TEST

/* H-W03, K-40, R-STA-11: words may merge, never go back, and end with the last one. */
START_TEST(h_w03_burst_of_words_merges_in_order_and_ends_with_the_last)
{
    enum { N = 120 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static struct words words;
    uint64_t bus[N];

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    tb_null_chain(tb, N, IOAT_CONTROL_COMPL_WRITE, 0, bus);
    tb_log(tb, true);
    tb_start_count(tb, 0, bus[0], N);
    wait_idle(tb, 0);
    collect_words(tb, 0, &words);
    tb_assert(tb, words.n > 0 && words.n <= N, "%u words for %d descriptors", words.n, N);
    for (unsigned i = 0; i < words.n; i++) {
        unsigned at = place(bus, N, words.value[i]);

        tb_assert(tb, at < N, "word %#llx names no descriptor",
                  (unsigned long long)words.value[i]);
        tb_assert(tb, i == 0 || place(bus, N, words.value[i - 1]) < at, "word %u goes back", i);
        tb_assert_eq(tb, words.value[i] & 63,
                     at + 1 < N ? IOAT_CHANSTS_STATE_ACTIVE : IOAT_CHANSTS_STATE_IDLE);
        tb_assert(tb, i == 0 || words.asked[i] > words.answered[i - 1],
                  "word %u was sent before the one before it was answered", i);
    }
    tb_assert_eq(tb, words.value[words.n - 1], TB_WORD(bus[N - 1], IDLE));
    tb_assert_word(tb, 0, TB_WORD(bus[N - 1], IDLE));
    tb_close(tb);
}
END_TEST

/* H-W03, H-S05, K-42: while the last word is unanswered the channel does not read IDLE and
 * the descriptor is not named. */
START_TEST(h_w03_idle_is_not_readable_before_the_last_word_is_answered)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);

    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_start_count(tb, 0, bus, 1);
    for (unsigned i = 0; i < 20; i++) {
        tb_step(tb, PATIENCE / 20);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ACTIVE);
    }
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    ioat_sim_fault_clear(tb->sim);
    wait_idle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, IDLE));
    tb_assert_word(tb, 0, TB_WORD(bus, IDLE));
    tb_close(tb);
}
END_TEST

/* H-W04, R-STA-1, K-40: descriptors without the flag have no word of their own; the last one
 * has. Rows: list mode and count mode. */
START_TEST(h_w04_only_flagged_descriptors_write_a_word)
{
    enum { N = 20 };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[N];

    tb_note(tb, "%s mode", _i ? "list" : "count");
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_null_chain(tb, N, 0, IOAT_CONTROL_COMPL_WRITE, bus);
    start(tb, 0, bus[0], N, _i);
    wait_idle(tb, 0);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_assert_word(tb, 0, TB_WORD(bus[N - 1], IDLE));
    tb_close(tb);
}
END_TEST

/* R-STA-1: no flag at all: CHANCMP is not touched, CHANSTS still tells. */
START_TEST(r_sta_1_no_flag_means_no_word)
{
    enum { N = 20 };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[N];

    tb_note(tb, "%s mode", _i ? "list" : "count");
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_null_chain(tb, N, 0, 0, bus);
    start(tb, 0, bus[0], N, _i);
    wait_idle(tb, 0);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[N - 1], IDLE));
    tb_close(tb);
}
END_TEST

/* H-W04: flags in the middle; a word never names a descriptor without one. */
START_TEST(h_w04_words_name_flagged_descriptors_only)
{
    enum { N = 90 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    static struct batch batch;
    static struct words words;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < N; i++)
        batch_copy(&batch, i % 8, i % 5, 1 + (uint32_t)tb_rand_below(tb, 300),
                   tb_rand_below(tb, 3) == 0 || i + 1 == N ? IOAT_CONTROL_COMPL_WRITE : 0);
    tb_log(tb, true);
    batch_run(&batch, 0);
    collect_words(tb, 0, &words);
    for (unsigned i = 0; i < words.n; i++) {
        unsigned at = place(batch.bus, N, words.value[i]);

        tb_assert(tb, at < N && tb_desc(tb, batch.bus[at])->control & IOAT_CONTROL_COMPL_WRITE,
                  "word %#llx names a descriptor without COMPL_WRITE",
                  (unsigned long long)words.value[i]);
    }
    tb_assert_word(tb, 0, TB_WORD(batch.bus[N - 1], IDLE));
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* The latest answer to a payload write of one descriptor. */
static uint64_t last_data_answer(struct tb *tb, const struct ioat_desc *desc)
{
    unsigned word = tb->build->data_bits / 8;
    uint64_t first = desc->dst / word * word, clock = 0;

    for (size_t i = tb_find(tb, 0, IOAT_SIM_B, TB_WRITE_DATA, 0); i < tb->log_n;
         i = tb_find(tb, i + 1, IOAT_SIM_B, TB_WRITE_DATA, 0))
        if (tb->log[i].addr >= first && tb->log[i].addr < desc->dst + desc->size)
            clock = tb->log[i].clock;
    return clock;
}

static const struct ioat_sim_timing slow_answers[] = {
    { .read_latency = 1, .write_latency = 200 },
    { .read_latency = 20, .write_latency = 200, .jitter = 150 },
    { .read_latency = 20, .write_latency = 100, .jitter = 200, .b_stall = 50, .reorder = true },
};

/* H-W05, H-D10, R-STA-5: each word is sent after all data of its descriptor and of those
 * before it was answered. */
START_TEST(h_w05_word_is_sent_after_all_data_up_to_it_is_answered)
{
    enum { N = 24 };
    struct tb *tb = tb_open(&slow_answers[_i]);
    static struct batch batch;
    static struct words words;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < N; i++) {
        uint32_t size = i % 4 == 0 ? 2000 : 50;     /* the short ones are answered early */
        uint64_t dst = batch_dst(&batch, size, i % 9, 128);

        batch_add(&batch, tb_copy(tb, dst, batch_src(&batch, size, i % 7, 64), size,
                                  IOAT_CONTROL_COMPL_WRITE));
    }
    tb_log(tb, true);
    batch_run(&batch, 0);
    collect_words(tb, 0, &words);
    for (unsigned w = 0; w < words.n; w++) {
        unsigned at = place(batch.bus, N, words.value[w]);

        tb_assert(tb, at < N, "word %u names no descriptor", w);
        for (unsigned i = 0; i <= at; i++)
            tb_assert(tb, last_data_answer(tb, tb_desc(tb, batch.bus[i])) < words.asked[w],
                      "the word of descriptor %u was sent before the data of descriptor %u was "
                      "answered", at, i);
    }
    tb_assert(tb, words.n > 0, "no word was recorded");
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* H-W05: one withheld answer among many. */
START_TEST(h_w05_word_waits_for_one_withheld_data_answer)
{
    struct tb *tb = tb_open(NULL);
    static struct batch batch;
    const struct ioat_desc *first;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 4; i++)
        batch_copy(&batch, i, i, 3000, IOAT_CONTROL_COMPL_WRITE);
    batch_prepare(&batch);
    first = tb_desc(tb, batch.bus[0]);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, first->dst + 1500, 1);
    tb_start_count(tb, 0, batch.bus[0], 4);
    tb_step(tb, PATIENCE + 4 * 3000);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ACTIVE);
    ioat_sim_fault_clear(tb->sim);
    batch_finish(&batch, 0);
    tb_assert_word(tb, 0, TB_WORD(batch.bus[3], IDLE));
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* K-42: every CHANSTS sample names a descriptor whose word, or a later one, was answered. */
START_TEST(h_w05_chansts_never_runs_ahead_of_the_words)
{
    enum { N = 40 };
    struct tb *tb = tb_open(&slow_answers[_i]);
    static struct words words;
    uint64_t bus[N], status;

    tb_setup(tb, 0, 0);
    tb_null_chain(tb, N, IOAT_CONTROL_COMPL_WRITE, 0, bus);
    tb_log(tb, true);
    tb_start_count(tb, 0, bus[0], N);
    for (unsigned reads = 0; reads < TB_LONG; reads++) {
        unsigned named, told = 0;
        bool any = false;

        status = TB_RD(tb, 0, CHANSTS);
        collect_words(tb, 0, &words);
        for (unsigned w = 0; w < words.n && words.answered[w] != 0; w++, any = true)
            told = place(bus, N, words.value[w]);
        named = place(bus, N, status);
        if ((status & ~UINT64_C(63)) != 0)
            tb_assert(tb, any && named <= told,
                      "CHANSTS %#llx, but the newest answered word is %#llx",
                      (unsigned long long)status, (unsigned long long)(any ? bus[told] : 0));
        if (IOAT_FIELD_GET(status, CHANSTS, STATE) != IOAT_CHANSTS_STATE_ACTIVE)
            break;
    }
    tb_assert_eq(tb, status, TB_WORD(bus[N - 1], IDLE));
    tb_close(tb);
}
END_TEST

/* H-W06: each channel has its own CHANCMP, and a new CHANCMP holds for the next word. */
START_TEST(h_w06_words_go_where_chancmp_says)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus[TB_CHAN_MAX] = { 0 };
    volatile uint64_t *moved = (volatile uint64_t *)(void *)(tb->words.cpu + 0x4000);

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_setup(tb, ch, 0);
        bus[ch] = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);
        TB_WR(tb, ch, CHAINADDR, bus[ch]);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, 1);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        wait_idle(tb, ch);
        tb_assert_word(tb, ch, TB_WORD(bus[ch], IDLE));
        tb_assert_eq(tb, tb->watch[ch].word_aw.n, 1);
    }
    *tb_word(tb, 0) = TB_NO_WORD;
    TB_WR(tb, 0, CHANCMP, tb->words.bus + 0x4000);
    tb_start_count(tb, 0, bus[0], 1);
    wait_idle(tb, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_eq(tb, *moved, TB_WORD(bus[0], IDLE));
    tb_close(tb);
}
END_TEST

/* R-STA-9, H-W06: ARMED has no address, and arming, re-arming and counting nothing write no
 * word. */
START_TEST(r_sta_9_armed_is_read_but_never_written)
{
    struct tb *tb = tb_open(NULL);
    uint64_t bus = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);

    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, bus, 1);
    wait_idle(tb, 0);
    *tb_word(tb, 0) = TB_NO_WORD;
    tb_watch_clear(tb);
    TB_WR(tb, 0, DMACOUNT, 1);
    TB_WR(tb, 0, CHANCTRL, TB_CHANCTRL_ALL);
    tb_step(tb, PATIENCE);
    TB_WR(tb, 0, CHAINADDR, bus);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    TB_WR(tb, 0, DMACOUNT, 0);
    TB_WR(tb, 0, CHANCTRL, TB_CHANCTRL_ALL);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    tb_close(tb);
}
END_TEST

Suite *word_suite(void)
{
    enum { SLOW_N = sizeof slow_answers / sizeof slow_answers[0] };
    Suite *suite = suite_create("word");
    TCase *tc;

    tc = tb_case(suite, "word-value", 60);
    tcase_add_test(tc, h_w01_word_is_one_aligned_write_in_any_lane);
    tcase_add_test(tc, h_w02_value_is_descriptor_address_and_state);
    tcase_add_loop_test(tc, r_sta_3_words_say_active_until_the_last_says_idle, 0, 2);
    tcase_add_test(tc, r_sta_3_word_says_idle_each_time_the_count_is_reached);
    tcase_add_test(tc, r_sta_3_word_says_active_when_more_was_counted_in_time);
    tc = tb_case(suite, "word-which", 60);
    tcase_add_loop_test(tc, h_w03_burst_of_words_merges_in_order_and_ends_with_the_last, 0,
                        tb_timing_n);
    tcase_add_test(tc, h_w03_idle_is_not_readable_before_the_last_word_is_answered);
    tcase_add_loop_test(tc, h_w04_only_flagged_descriptors_write_a_word, 0, 2);
    tcase_add_loop_test(tc, r_sta_1_no_flag_means_no_word, 0, 2);
    tcase_add_loop_test(tc, h_w04_words_name_flagged_descriptors_only, 0, tb_timing_n);
    tcase_add_test(tc, h_w06_words_go_where_chancmp_says);
    tcase_add_test(tc, r_sta_9_armed_is_read_but_never_written);
    tc = tb_case(suite, "word-order", 60);
    tcase_add_loop_test(tc, h_w05_word_is_sent_after_all_data_up_to_it_is_answered, 0, SLOW_N);
    tcase_add_test(tc, h_w05_word_waits_for_one_withheld_data_answer);
    tcase_add_loop_test(tc, h_w05_chansts_never_runs_ahead_of_the_words, 0, SLOW_N);
    return suite;
}
