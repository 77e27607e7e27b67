/* test_fault.c - error answers on the bus, at every beat and burst, alone and together. */
#include "batch.h"
#include "tb.h"

enum { PATIENCE = 3000, TRIO = 3 };

/* Three copies; the middle one is the victim unless a test says otherwise. */
struct trio {
    struct tb_buf src[TRIO], dst[TRIO];
    uint64_t bus[TRIO];
    size_t bytes;
};

static struct trio new_trio(struct tb *tb, size_t bytes, uint32_t flags)
{
    struct trio trio = { .bytes = bytes };

    for (unsigned i = 0; i < TRIO; i++) {
        trio.src[i] = tb_src(tb, bytes, 64 * i + 3);
        trio.dst[i] = tb_dst(tb, bytes, 64 * i + 5);
        trio.bus[i] = tb_copy(tb, trio.dst[i].bus, trio.src[i].bus, (uint32_t)bytes, flags);
    }
    tb_chain(tb, trio.bus, TRIO);
    return trio;
}

/* Arms a fault: spares the first `skip` accesses, then hits `count` (0: all). */
static int arm(struct tb *tb, enum ioat_sim_fault_kind kind, enum ioat_sim_fault_answer answer,
               uint64_t first, uint64_t bytes, unsigned skip, unsigned count)
{
    struct ioat_sim_fault fault = {
        .kind = kind, .answer = answer, .first = first, .last = first + bytes - 1, .skip = skip,
        .count = count, .percent = 100,
    };
    int number = ioat_sim_fault_add(tb->sim, &fault);

    tb_assert(tb, number >= 0, "no room for a fault");
    return number;
}

/* A bus error, either kind in turn. */
static int arm_error(struct tb *tb, enum ioat_sim_fault_kind kind, uint64_t first, uint64_t bytes,
                     unsigned skip, unsigned count)
{
    return arm(tb, kind, skip % 2 ? IOAT_SIM_DECERR : IOAT_SIM_SLVERR, first, bytes, skip, count);
}

static void run(struct tb *tb, uint64_t chain, unsigned n)
{
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    tb_start_count(tb, 0, chain, (uint16_t)n);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
}

/* HALTED on what follows `last`, for this one reason, now and later. */
static void expect_halt(struct tb *tb, uint32_t chanerr, uint64_t last)
{
    tb_assert_chanerr(tb, 0, chanerr);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, HALTED));
    tb_assert_word(tb, 0, TB_WORD(last, HALTED));
    tb_step(tb, 500);
    tb_assert_chanerr(tb, 0, chanerr);
    tb_assert_word(tb, 0, TB_WORD(last, HALTED));
}

static void expect_all_copied(struct tb *tb, const struct trio *trio)
{
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(trio->bus[TRIO - 1], IDLE));
    for (unsigned i = 0; i < TRIO; i++)
        tb_check_copy(tb, &trio->dst[i], &trio->src[i], trio->bytes);
}

/* H-E02: each beat of the source in turn; the run after the last beat meets no error. */
START_TEST(h_e02_read_error_on_any_payload_beat_halts)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    unsigned word = tb->build->data_bits / 8, beat = 0, hits = 1;
    size_t bytes = tb->build->read_bytes_max + 3 * word;

    for (; hits > 0; beat++) {
        struct trio trio = new_trio(tb, bytes, IOAT_CONTROL_COMPL_WRITE);
        int fault = arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, bytes, beat, 1);

        tb_note(tb, "timing %s, beat %u", tb_timings[_i].name, beat);
        run(tb, trio.bus[0], TRIO);
        hits = ioat_sim_fault_hits(tb->sim, fault);
        if (hits == 0) {
            expect_all_copied(tb, &trio);
        } else {
            expect_halt(tb, IOAT_CHANERR_READ_DATA, trio.bus[0]);
            tb_check_copy(tb, &trio.dst[0], &trio.src[0], bytes);
            tb_check_guards(tb);
        }
        tb_scrub(tb);
    }
    tb_assert(tb, beat - 1 >= bytes / word, "only %u beats of %zu bytes", beat - 1, bytes);
    tb_close(tb);
}
END_TEST

/* H-E02: each 8 bytes of a descriptor; the four that every descriptor needs are read. Rows:
 * positions in the chain. */
START_TEST(h_e02_read_error_on_any_descriptor_beat_halts)
{
    enum { WORDS = IOAT_DESC_BYTES / 8, NEEDED = 4 };
    unsigned at = (unsigned)_i;
    struct tb *tb = tb_open(NULL);

    for (unsigned w = 0; w < WORDS; w++) {
        struct trio trio = new_trio(tb, 200, IOAT_CONTROL_COMPL_WRITE);
        int fault = arm_error(tb, IOAT_SIM_FAULT_READ, trio.bus[at] + 8 * w, 8, 0, 0);

        tb_note(tb, "descriptor %u, bytes %u..%u", at, 8 * w, 8 * w + 7);
        run(tb, trio.bus[0], TRIO);
        tb_assert(tb, w >= NEEDED || ioat_sim_fault_hits(tb->sim, fault) > 0,
                  "these bytes were never read");
        if (ioat_sim_fault_hits(tb->sim, fault) == 0) {
            expect_all_copied(tb, &trio);
        } else {
            expect_halt(tb, IOAT_CHANERR_READ_DATA, at == 0 ? 0 : trio.bus[at - 1]);
            for (unsigned i = 0; i < TRIO; i++) {
                if (i < at)
                    tb_check_copy(tb, &trio.dst[i], &trio.src[i], trio.bytes);
                else
                    tb_check_untouched(tb, &trio.dst[i]);
            }
        }
        tb_scrub(tb);
    }
    tb_close(tb);
}
END_TEST

/* H-E03: each burst of the destination in turn. */
START_TEST(h_e03_write_error_on_any_payload_burst_halts)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    size_t bytes = 4 * tb->build->write_bytes_max;
    unsigned burst = 0, hits = 1;

    for (; hits > 0; burst++) {
        struct trio trio = new_trio(tb, bytes, IOAT_CONTROL_COMPL_WRITE);
        int fault = arm_error(tb, IOAT_SIM_FAULT_WRITE, trio.dst[1].bus, bytes, burst, 1);

        tb_note(tb, "timing %s, burst %u", tb_timings[_i].name, burst);
        run(tb, trio.bus[0], TRIO);
        hits = ioat_sim_fault_hits(tb->sim, fault);
        if (hits == 0) {
            expect_all_copied(tb, &trio);
        } else {
            expect_halt(tb, IOAT_CHANERR_WRITE_DATA, trio.bus[0]);
            tb_check_copy(tb, &trio.dst[0], &trio.src[0], bytes);
        }
        tb_scrub(tb);
    }
    tb_assert(tb, burst - 1 >= 4, "only %u bursts of %zu bytes", burst - 1, bytes);
    tb_close(tb);
}
END_TEST

/* H-E03, K-44: the nth word is answered with an error; the descriptors before it stay good,
 * and the error word, which is answered well, says so. */
START_TEST(h_e03_write_error_on_any_word_halts)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned n = 0; n < TRIO; n++) {
        struct trio trio = new_trio(tb, 100, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_FENCE);

        tb_note(tb, "word %u", n);
        arm_error(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8, n, 1);
        run(tb, trio.bus[0], TRIO);
        expect_halt(tb, IOAT_CHANERR_WRITE_DATA, n == 0 ? 0 : trio.bus[n - 1]);
        for (unsigned i = 0; i < n; i++)
            tb_check_copy(tb, &trio.dst[i], &trio.src[i], trio.bytes);
        tb_scrub(tb);
    }
    tb_close(tb);
}
END_TEST

/* K-44: the error word is tried although the word failed, and fails without a second bit. */
START_TEST(h_e09_failed_error_word_adds_no_bit)
{
    struct tb *tb = tb_open(NULL);
    struct trio trio = new_trio(tb, 100, IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_FENCE);

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    arm_error(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8, 1, 0);
    tb_start_count(tb, 0, trio.bus[0], TRIO);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_step(tb, PATIENCE);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_WRITE_DATA);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(trio.bus[0], HALTED));
    tb_assert_word(tb, 0, TB_WORD(trio.bus[0], ACTIVE));
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 3);
    tb_close(tb);
}
END_TEST

/* K-44: an error of the data, and the error word cannot be written. */
START_TEST(h_e09_data_error_and_failed_error_word_are_one_bit)
{
    struct tb *tb = tb_open(NULL);
    struct trio trio = new_trio(tb, 100, 0);

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, 100, 0, 0);
    arm_error(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8, 0, 0);
    tb_start_count(tb, 0, trio.bus[0], TRIO);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_step(tb, PATIENCE);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(trio.bus[0], HALTED));
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_close(tb);
}
END_TEST

/* K-44, K-45: the answers of a good and of a failed write follow each other at once. */
START_TEST(h_e03_what_completed_before_a_failed_write_counts)
{
    enum { NULLS = 6, LINKS = NULLS + 2 };
    struct tb *tb = tb_open(NULL);
    const struct tb_buf src = tb_src(tb, 8, 0), good = tb_dst(tb, 8, 0), bad = tb_dst(tb, 8, 0);
    uint64_t bus[LINKS];

    bus[0] = tb_copy(tb, good.bus, src.bus, 8, 0);
    for (unsigned i = 1; i <= NULLS; i++)
        bus[i] = tb_null(tb, 0);
    bus[LINKS - 1] = tb_copy(tb, bad.bus, src.bus, 8, 0);
    tb_chain(tb, bus, LINKS);
    arm_error(tb, IOAT_SIM_FAULT_WRITE, bad.bus, 8, 0, 0);
    run(tb, bus[0], LINKS);
    expect_halt(tb, IOAT_CHANERR_WRITE_DATA, bus[NULLS]);
    tb_check_copy(tb, &good, &src, 8);
    tb_close(tb);
}
END_TEST

/* K-44: two commands in one write while the word of an error is on its way. */
START_TEST(h_e09_two_commands_beside_the_error_word_add_no_bit)
{
    struct tb *tb = tb_open(NULL);
    struct trio trio = new_trio(tb, 100, 0);

    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, 100, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    tb_start_count(tb, 0, trio.bus[0], TRIO);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    tb_command(tb, 0, IOAT_CHANCMD_START | IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA);
    tb_assert_word(tb, 0, TB_WORD(trio.bus[0], HALTED));
    tb_close(tb);
}
END_TEST

/* What is hit besides the middle descriptor's read or write. */
enum hit { SRC_1 = 1, DST_1 = 2, SRC_2 = 4, DST_2 = 8, DESC_2 = 16 };

static const unsigned pairs[] = {
    SRC_1 | DST_1, SRC_1 | SRC_2, SRC_1 | DST_2, DST_1 | SRC_2, DST_1 | DST_2, SRC_1 | DESC_2,
    DST_1 | DESC_2, SRC_1 | DST_1 | SRC_2 | DST_2,
};
enum { PAIR_N = sizeof pairs / sizeof pairs[0] };

/* The read that APPEND asks for fails, SUSPEND comes at each clock around it: suspended before, or halted. */
START_TEST(k_15_suspend_at_any_clock_of_a_failing_reread_writes_no_unwanted_word)
{
    enum { CLOCKS = 40 };

    for (unsigned clocks = 0; clocks < CLOCKS; clocks++) {
        struct tb *tb = tb_open(NULL);
        const uint64_t bus = tb_null(tb, 0);
        const struct ioat_sim_fault fail = { .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_SLVERR, .first = bus,
                                             .last = bus + IOAT_DESC_BYTES - 1, .percent = 100 };

        tb_note(tb, "SUSPEND after %u clocks", clocks);
        tb_setup(tb, 0, 0);
        tb_start_list(tb, 0, bus);
        tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
        ioat_sim_fault_add(tb->sim, &fail);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_APPEND);
        tb_step(tb, clocks);
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
        tb_step(tb, 500);
        const bool halted = tb_state(tb, 0) == IOAT_CHANSTS_STATE_HALTED;

        tb_assert_chanerr(tb, 0, halted ? IOAT_CHANERR_READ_DATA : 0);
        tb_assert_reg(tb, 0, CHANSTS, halted ? TB_WORD(bus, HALTED) : TB_WORD(bus, SUSPENDED));
        tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
        tb_close(tb);
    }
}
END_TEST

/* H-E01, H-E09: several error answers, near or far apart: one bit, and it stays one. Rows:
 * pairs x timings. */
START_TEST(h_e09_two_faults_set_one_bit)
{
    unsigned hits = pairs[_i % PAIR_N];
    const struct tb_timing *timing = &tb_timings[_i / PAIR_N];
    struct tb *tb = tb_open(&timing->timing);
    unsigned word = tb->build->data_bits / 8;
    struct trio trio = new_trio(tb, 20 * word, IOAT_CONTROL_COMPL_WRITE);
    uint32_t chanerr;

    tb_note(tb, "timing %s, hits %#x", timing->name, hits);
    if (hits & SRC_1)
        arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, trio.bytes, 9, 0);
    if (hits & DST_1)
        arm_error(tb, IOAT_SIM_FAULT_WRITE, trio.dst[1].bus, trio.bytes, 0, 0);
    if (hits & SRC_2)
        arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[2].bus, trio.bytes, 0, 0);
    if (hits & DST_2)
        arm_error(tb, IOAT_SIM_FAULT_WRITE, trio.dst[2].bus, trio.bytes, 0, 0);
    if (hits & DESC_2)
        arm_error(tb, IOAT_SIM_FAULT_READ, trio.bus[2], IOAT_DESC_BYTES, 0, 0);
    run(tb, trio.bus[0], TRIO);
    chanerr = (uint32_t)TB_RD(tb, 0, CHANERR);
    tb_assert(tb, chanerr == IOAT_CHANERR_READ_DATA || chanerr == IOAT_CHANERR_WRITE_DATA,
              "CHANERR %#x", chanerr);
    if (!(hits & (DST_1 | DST_2)))
        tb_assert_eq(tb, chanerr, IOAT_CHANERR_READ_DATA);
    expect_halt(tb, chanerr, trio.bus[0]);
    tb_step(tb, PATIENCE);
    tb_assert_chanerr(tb, 0, chanerr);
    tb_check_copy(tb, &trio.dst[0], &trio.src[0], trio.bytes);
    tb_close(tb);
}
END_TEST

/* K-43, H-E08: an earlier descriptor's answer is awaited before anything is said. */
START_TEST(h_w07_error_is_reported_after_every_outstanding_answer)
{
    struct tb *tb = tb_open(NULL);
    struct trio trio = new_trio(tb, 200, 0);

    tb_msix_setup(tb);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, trio.dst[0].bus, 200);
    arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, 200, 0, 0);
    tb_start_count(tb, 0, trio.bus[0], TRIO);
    tb_step(tb, PATIENCE);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ACTIVE);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_word(tb, 0, TB_NO_WORD);
    tb_assert_eq(tb, tb_messages(tb, 0), 0);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    expect_halt(tb, IOAT_CHANERR_READ_DATA, trio.bus[0]);
    tb_assert(tb, tb->watch[0].word_b.last < tb->watch[0].msg_aw.first,
              "the error interrupt was sent before the error word was answered");
    tb_check_copy(tb, &trio.dst[0], &trio.src[0], 200);
    tb_close(tb);
}
END_TEST

/* H-E06, H-S22, R-ERR-1, K-35: HALTED makes no access, and a doorbell changes nothing. */
START_TEST(h_e06_halted_channel_is_silent)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct trio trio = new_trio(tb, 900, IOAT_CONTROL_COMPL_WRITE);
    struct tb_watch *watch = &tb->watch[0];

    tb_note(tb, "timing %s", tb_timings[_i].name);
    arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, 900, 0, 1);
    run(tb, trio.bus[0], TRIO);
    tb_assert_state(tb, 0, HALTED);
    tb_watch_clear(tb);
    TB_WR(tb, 0, DMACOUNT, TRIO + 5);
    tb_step(tb, PATIENCE);
    tb_assert_eq(tb, watch->desc_ar.n + watch->data_ar.n + watch->data_aw.n + watch->word_aw.n, 0);
    tb_assert_eq(tb, watch->desc_r.n + watch->data_r.n + watch->data_b.n + watch->word_b.n, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_close(tb);
}
END_TEST

/* H-R17, H-E06: one channel halts in the middle of the others' work. */
START_TEST(h_e06_error_leaves_other_channels_untouched)
{
    enum { EACH = 20 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct trio trio = new_trio(tb, 600, IOAT_CONTROL_COMPL_WRITE);
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    if (tb->channels > 1) {
        batch_open(&batch, tb, 1 << 20);
        for (unsigned i = 0; i < EACH * (tb->channels - 1); i++)
            batch_copy(&batch, i % 7, i % 5, 300 + i % 11, IOAT_CONTROL_COMPL_WRITE);
        batch_prepare(&batch);
        arm_error(tb, IOAT_SIM_FAULT_READ, trio.src[1].bus, 600, 1, 1);
        for (unsigned ch = 0; ch < tb->channels; ch++) {
            tb_setup(tb, ch, IOAT_CHANCTRL_ERR_COMPLETION_EN);
            TB_POST(tb, ch, CHAINADDR, ch == 0 ? trio.bus[0] : batch.bus[(ch - 1) * EACH]);
        }
        for (unsigned ch = tb->channels; ch-- > 0;)
            TB_POST(tb, ch, DMACOUNT, ch == 0 ? TRIO : EACH);
        tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
        for (unsigned ch = 1; ch < tb->channels; ch++) {
            uint64_t last = batch.bus[ch * EACH - 1];

            tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
            tb_assert_chanerr(tb, ch, 0);
            tb_assert_reg(tb, ch, CHANSTS, TB_WORD(last, IDLE));
            tb_assert_word(tb, ch, TB_WORD(last, IDLE));
        }
        expect_halt(tb, IOAT_CHANERR_READ_DATA, trio.bus[0]);
        for (unsigned i = 0; i < batch.n; i++)
            golden_check_desc(batch.golden, batch.bus[i]);
        batch_close(&batch);
    }
    tb_close(tb);
}
END_TEST

/* K-52: a message belongs to no channel. */
START_TEST(h_e03_error_answer_to_a_message_is_ignored)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 100, 0), dst = tb_dst(tb, 100, 0);
    uint64_t bus = tb_copy(tb, dst.bus, src.bus, 100,
                           IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    int fault;

    tb_msix_setup(tb);
    fault = arm_error(tb, IOAT_SIM_FAULT_WRITE, tb_msix_addr(0), 4, 0, 0);
    for (unsigned pass = 1; pass <= 3; pass++) {
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        tb_start_count(tb, 0, bus, 1);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_step(tb, 1000);
        tb_assert_eq(tb, ioat_sim_fault_hits(tb->sim, fault), pass);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, IDLE));
    }
    tb_check_copy(tb, &dst, &src, 100);
    tb_close(tb);
}
END_TEST

/* H-E02: nothing is reported about memory that only speculation would read: the slots between those
 * of the chain answer with errors. Rows: in order, shuffled. */
START_TEST(h_e02_errors_between_the_descriptors_do_not_matter)
{
    enum { N = 30 };
    struct tb *tb = tb_open(NULL);
    uint64_t bus[N];

    tb_note(tb, "%s", _i ? "shuffled" : "in order");
    for (unsigned i = 0; i < N; i++)
        bus[i] = tb_slot(tb, 64 + 2 * (_i ? i * 7 % N : i));
    for (unsigned i = 0; i < N; i++)
        *tb_desc(tb, bus[i]) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE,
            .next = bus[(i + 1) % N],
        };
    for (unsigned i = 0; i < N; i++)
        arm_error(tb, IOAT_SIM_FAULT_READ, bus[i] + IOAT_DESC_BYTES, IOAT_DESC_BYTES, 0, 0);
    for (unsigned count = N - 3; count <= N; count++) {
        run(tb, bus[0], count);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[count - 1], IDLE));
    }
    tb_close(tb);
}
END_TEST

/* A card that is pulled out answers everything with errors; the engine ends what it began. */
START_TEST(h_e02_surprise_removal_leaves_a_quiet_bus)
{
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    uint64_t bus[TB_CHAN_MAX];

    tb_note(tb, "timing %s", tb_timings[_i].name);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        struct tb_buf src = tb_src(tb, 20000, ch), dst = tb_dst(tb, 20000, 2 * ch);

        bus[ch] = tb_copy(tb, dst.bus, src.bus, 20000, IOAT_CONTROL_COMPL_WRITE);
        tb_setup(tb, ch, TB_CHANCTRL_ALL);
        TB_WR(tb, ch, CHAINADDR, bus[ch]);
        TB_WR(tb, ch, DMACOUNT, 1);
    }
    tb_step(tb, 150);
    ioat_sim_remove(tb->sim);
    tb_assert_reg(tb, 0, CHANSTS, UINT64_MAX);
    tb_wait_quiet(tb, TB_LONG);
    tb_close(tb);
}
END_TEST

Suite *fault_suite(void)
{
    Suite *suite = suite_create("fault");
    TCase *tc;

    tc = tb_case(suite, "fault-single", 60);
    tcase_add_loop_test(tc, h_e02_read_error_on_any_payload_beat_halts, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_e02_read_error_on_any_descriptor_beat_halts, 0, TRIO);
    tcase_add_loop_test(tc, h_e03_write_error_on_any_payload_burst_halts, 0, tb_timing_n);
    tcase_add_test(tc, h_e03_write_error_on_any_word_halts);
    tc = tb_case(suite, "fault-several", 60);
    tcase_add_test(tc, h_e09_failed_error_word_adds_no_bit);
    tcase_add_test(tc, h_e09_data_error_and_failed_error_word_are_one_bit);
    tcase_add_test(tc, h_e03_what_completed_before_a_failed_write_counts);
    tcase_add_test(tc, h_e09_two_commands_beside_the_error_word_add_no_bit);
    tcase_add_test(tc, k_15_suspend_at_any_clock_of_a_failing_reread_writes_no_unwanted_word);
    tcase_add_loop_test(tc, h_e09_two_faults_set_one_bit, 0, (int)PAIR_N * tb_timing_n);
    tcase_add_test(tc, h_w07_error_is_reported_after_every_outstanding_answer);
    tc = tb_case(suite, "fault-around", 60);
    tcase_add_loop_test(tc, h_e06_halted_channel_is_silent, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_e06_error_leaves_other_channels_untouched, 0, tb_timing_n);
    tcase_add_test(tc, h_e03_error_answer_to_a_message_is_ignored);
    tcase_add_loop_test(tc, h_e02_errors_between_the_descriptors_do_not_matter, 0, 2);
    tcase_add_loop_test(tc, h_e02_surprise_removal_leaves_a_quiet_bus, 0, tb_timing_n);
    return suite;
}
