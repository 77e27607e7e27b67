/* test_storm.c - faults at random on every channel, recovered as a driver does it.
 *
 * Every channel runs a chain of copies while reads and writes fail now and then. After
 * each halt the cause must be one bit, the completed address must lie in the rest of the
 * chain, and all data up to it must be there; the channel goes on behind it. In the end
 * memory is what a run without faults leaves.
 */
#include "batch.h"
#include "tb.h"

enum { EACH = 14, ROUNDS_MAX = 400, STORMS = 12 };

struct lane {
    unsigned next, end;          /* places in the batch: next to run, behind the last */
    unsigned halts;
};

static void add_fault(struct tb *tb, enum ioat_sim_fault_kind kind, unsigned percent,
                      enum ioat_sim_fault_answer answer)
{
    struct ioat_sim_fault fault = {
        .kind = kind, .answer = answer, .first = 0, .last = UINT64_MAX, .percent = percent,
    };

    tb_assert(tb, ioat_sim_fault_add(tb->sim, &fault) >= 0, "no room for a fault");
}

static void go_on(struct tb *tb, const struct batch *batch, const struct lane *lane, unsigned ch)
{
    if (lane->next < lane->end)
        tb_start_count(tb, ch, batch->bus[lane->next], (uint16_t)(lane->end - lane->next));
}

/* The place behind the descriptor that CHANSTS names; the old one when it names none. */
static unsigned behind_completed(struct tb *tb, const struct batch *batch,
                                 const struct lane *lane, uint64_t completed)
{
    if (completed == 0)
        return lane->next;
    for (unsigned i = lane->next; i < lane->end; i++)
        if (batch->bus[i] == completed)
            return i + 1;
    tb_fail(tb, "CHANSTS names %#llx, which is not in the rest of the chain",
            (unsigned long long)completed);
}

/* Looks at a channel; starts it again behind the last good descriptor. */
static void attend(struct tb *tb, struct batch *batch, struct lane *lane, unsigned ch)
{
    uint64_t status = TB_RD(tb, ch, CHANSTS);
    unsigned state = (unsigned)IOAT_FIELD_GET(status, CHANSTS, STATE), before = lane->next;
    uint32_t chanerr;

    if (state == IOAT_CHANSTS_STATE_ACTIVE)
        return;
    chanerr = (uint32_t)TB_RD(tb, ch, CHANERR);
    lane->next = behind_completed(tb, batch, lane, status & IOAT_CHANSTS_COMPLETED);
    for (unsigned i = before; i < lane->next; i++)
        golden_check_desc(batch->golden, batch->bus[i]);
    if (state == IOAT_CHANSTS_STATE_IDLE) {
        tb_assert_eq(tb, chanerr, 0);
        tb_assert_eq(tb, lane->next, lane->end);
        return;
    }
    tb_assert_eq(tb, state, IOAT_CHANSTS_STATE_HALTED);
    tb_assert(tb, chanerr == IOAT_CHANERR_READ_DATA || chanerr == IOAT_CHANERR_WRITE_DATA,
              "channel %u halted with CHANERR %#x", ch, chanerr);
    TB_WR(tb, ch, CHANERR, chanerr);
    if (lane->halts++ % 2) {
        tb_reset(tb, ch, TB_LONG);
        tb_setup(tb, ch, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    }
    go_on(tb, batch, lane, ch);
}

static bool all_done(const struct tb *tb, const struct lane *lane)
{
    for (unsigned ch = 0; ch < tb->channels; ch++)
        if (lane[ch].next < lane[ch].end)
            return false;
    return true;
}

static void fill_batch(struct tb *tb, struct batch *batch)
{
    unsigned word = tb->build->data_bits / 8;

    for (unsigned i = 0; i < EACH * tb->channels; i++) {
        uint32_t size = 1 + (uint32_t)tb_rand_below(tb, 10 * word);
        uint32_t flags = tb_rand_below(tb, 3) == 0 ? IOAT_CONTROL_COMPL_WRITE : 0;

        if (tb_rand_below(tb, 6) == 0)
            flags |= IOAT_CONTROL_FENCE;
        if (tb_rand_below(tb, 5) == 0)
            batch_fill(batch, tb_rand(tb), (unsigned)tb_rand_below(tb, word), size, flags);
        else
            batch_copy(batch, (unsigned)tb_rand_below(tb, word), (unsigned)tb_rand_below(tb, word),
                       size, flags);
    }
}

/* H-E01, H-E02, H-E03, H-E06, H-E07, H-E09, H-R17, R-ERR-3, K-44, K-45 */
START_TEST(h_e07_random_faults_recover_and_memory_is_exact)
{
    struct tb *tb = tb_open(&tb_timings[_i % tb_timing_n].timing);
    struct lane lane[TB_CHAN_MAX] = { 0 };
    static struct batch batch;

    for (int i = 0; i < _i * 1009; i++)
        tb_rand(tb);        /* each row its own part of the sequence */
    tb_note(tb, "storm %d, timing %s", _i, tb_timings[_i % tb_timing_n].name);
    batch_open(&batch, tb, 1 << 20);
    fill_batch(tb, &batch);
    batch_prepare(&batch);
    add_fault(tb, IOAT_SIM_FAULT_READ, 1, IOAT_SIM_SLVERR);
    add_fault(tb, IOAT_SIM_FAULT_WRITE, 1 + (unsigned)_i % 4,
              _i % 2 ? IOAT_SIM_DECERR : IOAT_SIM_SLVERR);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        lane[ch] = (struct lane){ .next = ch * EACH, .end = (ch + 1) * EACH };
        tb_setup(tb, ch, IOAT_CHANCTRL_ERR_COMPLETION_EN);
        go_on(tb, &batch, &lane[ch], ch);
    }
    for (unsigned round = 0; !all_done(tb, lane); round++) {
        tb_assert(tb, round < 2 * ROUNDS_MAX, "the storm does not end");
        if (round == ROUNDS_MAX)
            ioat_sim_fault_clear(tb->sim);
        tb_step(tb, 1 + tb_rand_below(tb, 800));
        for (unsigned ch = 0; ch < tb->channels; ch++)
            if (lane[ch].next < lane[ch].end)
                attend(tb, &batch, &lane[ch], ch);
    }
    ioat_sim_fault_clear(tb->sim);
    tb_wait_quiet(tb, TB_LONG);
    golden_check(batch.golden);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

Suite *storm_suite(void)
{
    Suite *suite = suite_create("storm");
    TCase *tc = tb_case(suite, "storm", 120);

    tcase_add_loop_test(tc, h_e07_random_faults_recover_and_memory_is_exact, 0, STORMS);
    return suite;
}
