/* test_count.c - count mode: CHAINADDR, doorbells, rings, and what lies behind the count.
 *
 * I/OAT sheet, sections 4.3 and 6.3; NetDMA sheet, sections 4.6 and 4.7 (2.x lists).
 */
#include "scene.h"

#include <string.h>

enum { UNKNOWN_OP = 0x87 };     /* XOR, which is not built */

static struct cells cells, other;

static struct tb *open_timing(int i)
{
    struct tb *tb = tb_open(&tb_timings[i].timing);

    tb_note(tb, "%s", tb_timings[i].name);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    return tb;
}

static void doorbell(struct tb *tb, unsigned count)
{
    TB_WR(tb, 0, DMACOUNT, (uint16_t)count);
}

/* IDLE on this cell, and so many bytes written since the bench was opened. */
static void expect_idle_at(struct tb *tb, unsigned i, uint64_t written)
{
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, i), IDLE));
    tb_assert_eq(tb, scene_written(tb, 0), written);
    tb_assert_chanerr(tb, 0, 0);
}

/* ---- CHAINADDR ---- */

/* H-S01, K-10 */
START_TEST(h_s02_chainaddr_write_clears_count_and_completed_address)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 5, 0, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_COUNT);
    cells_restore(&cells);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    doorbell(tb, 1);
    expect_idle_at(tb, 0, cells_bytes(&cells, 0, cells.n) + cells_bytes(&cells, 0, 1));
    cells_expect_stopped(tb, &cells, 0, false);
    tb_close(tb);
}
END_TEST

/* H-S01: a split write passes through an address that nobody meant. */
START_TEST(h_s03_chainaddr_writes_alone_read_no_memory)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 2, 0, 0);
    for (int round = 0; round < 3; round++) {
        if (_i == 0)
            TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
        else
            tb_write_halves(tb, IOAT_CHAN(0, CHAINADDR), cells_at(&cells, 0),
                            _i == 1 ? TB_LOW_FIRST : TB_HIGH_FIRST);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
        scene_expect_silence(tb, 0, 200);
    }
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    doorbell(tb, 2);
    expect_idle_at(tb, 1, cells_bytes(&cells, 0, 2));
    tb_close(tb);
}
END_TEST

/* H-T01: Linux rejects ARMED and HALTED right behind its first doorbell. */
START_TEST(h_s04_no_read_after_the_doorbell_shows_armed_or_halted)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 2, 0, 0);
    tb_desc(tb, cells_at(&cells, 1))->control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, UNKNOWN_OP);
    tb_start_count(tb, 0, cells_at(&cells, 0), 2);
    tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    TB_POST(tb, 0, CHAINADDR, cells_at(&cells, 0));
    TB_POST(tb, 0, DMACOUNT, 1);
    for (int reads = 0; reads < 30; reads++) {
        const unsigned state = tb_state(tb, 0);

        tb_assert(tb, state == IOAT_CHANSTS_STATE_ACTIVE || state == IOAT_CHANSTS_STATE_IDLE,
                  "read %d shows %s", reads, ioat_state_name(state));
    }
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    tb_close(tb);
}
END_TEST

/* ---- counting ---- */

/* H-W03, K-42 */
START_TEST(h_s05_idle_is_readable_only_after_the_last_word)
{
    struct tb *tb = open_timing(_i);
    uint64_t chansts;

    cells_make(tb, &cells, 8, IOAT_CONTROL_COMPL_WRITE, 0);
    scene_start(tb, 0, &cells, cells.n, SCENE_COUNT);
    do {
        chansts = TB_RD(tb, 0, CHANSTS);
        tb_assert(tb, tb_now(tb) < TB_LONG, "the chain does not end");
    } while (IOAT_FIELD_GET(chansts, CHANSTS, STATE) == IOAT_CHANSTS_STATE_ACTIVE);
    tb_assert_word(tb, 0, TB_WORD(cells_end(&cells), IDLE));
    tb_assert_eq(tb, chansts, TB_WORD(cells_end(&cells), IDLE));
    scene_expect_answered(tb, 0);
    tb_close(tb);
}
END_TEST

/* A ring of seven nulls, 7 * 9362 = 65534 of them run; then the slots become copies,
 * so that the five behind the wrap of the count can be seen one by one. */
START_TEST(h_s06_count_from_fffe_to_0003_runs_five)
{
    enum { RING = 7, BEFORE = 0xfffe, AFTER = 0x0003, RUN = 5 };
    struct tb *tb = open_timing(0);
    uint64_t copy[RING];

    cells_make(tb, &cells, RING, 0, 0);
    tb_link(tb, cells_end(&cells), cells_at(&cells, 0));
    for (unsigned i = 0; i < RING; i++) {
        copy[i] = tb_desc(tb, cells_at(&cells, i))->control;
        tb_desc(tb, cells_at(&cells, i))->control |= (uint32_t)IOAT_CONTROL_NULL_XFER;
    }
    tb_start_count(tb, 0, cells_at(&cells, 0), BEFORE);
    tb_wait_state(tb, 0, TB_IN(IDLE), 200u * BEFORE);
    expect_idle_at(tb, RING - 1, 0);
    for (unsigned i = 0; i < RING; i++)
        tb_desc(tb, cells_at(&cells, i))->control = (uint32_t)copy[i];
    doorbell(tb, AFTER);
    expect_idle_at(tb, RUN - 1, cells_bytes(&cells, 0, RUN));
    cells_expect_stopped(tb, &cells, RUN - 1, false);
    tb_assert_reg(tb, 0, DMACOUNT, AFTER);
    tb_close(tb);
}
END_TEST

/* The compare is for inequality: 3 done, 2 written, 65535 more run. */
START_TEST(h_s06_smaller_count_runs_around)
{
    enum { RING = 5, DONE = 3, NEXT_COUNT = 2 };
    struct tb *tb = open_timing(0);
    uint64_t bus[RING];
    const uint64_t first = tb_null_chain(tb, RING, 0, 0, bus);

    tb_link(tb, bus[RING - 1], first);
    tb_start_count(tb, 0, first, DONE);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[DONE - 1], IDLE));
    doorbell(tb, NEXT_COUNT);
    tb_wait_state(tb, 0, TB_IN(IDLE), 200u * 0x10000);
    /* 65536 + 2 descriptors in all */
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[(0x10000 + NEXT_COUNT - 1) % RING], IDLE));
    tb_close(tb);
}
END_TEST

START_TEST(h_s07_equal_doorbell_does_nothing_in_armed)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 2, IOAT_CONTROL_COMPL_WRITE, 0);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    doorbell(tb, 0);
    scene_expect_silence(tb, 0, 200);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_eq(tb, tb->watch[0].desc_ar.n, 0);
    doorbell(tb, 2);
    expect_idle_at(tb, 1, cells_bytes(&cells, 0, 2));
    tb_close(tb);
}
END_TEST

START_TEST(h_s07_equal_doorbell_does_nothing_in_idle)
{
    struct tb *tb = open_timing(0);

    cells_make(tb, &cells, 4, IOAT_CONTROL_COMPL_WRITE, 0);
    scene_start(tb, 0, &cells, 2, SCENE_COUNT);
    scene_settle(tb, 0);
    for (int again = 0; again < 3; again++) {
        doorbell(tb, 2);
        scene_expect_silence(tb, 0, 100);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, 1), IDLE));
    }
    cells_expect_stopped(tb, &cells, 1, false);
    tb_close(tb);
}
END_TEST

/* Waits until at most half of the ring is between completion and count: software may
 * not count a slot again before it saw it complete. */
static void wait_half_ring(struct tb *tb, unsigned count)
{
    const uint64_t begin = tb_now(tb);

    for (;;) {
        const int last = cells_index(tb, &cells, tb_completed(tb, 0));

        if ((count - 1 - (unsigned)last) % cells.n <= cells.n / 2)
            return;
        tb_assert(tb, tb_now(tb) - begin < TB_LONG, "no progress behind cell %d", last);
    }
}

/* R-CH2-2, R-CH2-4 */
START_TEST(h_s10_doorbells_while_running_extend_the_chain)
{
    enum { RING = 64, LAPS = 6 };
    struct tb *tb = open_timing(_i);
    uint64_t written = 0;
    unsigned count = 0;

    cells_make(tb, &cells, RING, IOAT_CONTROL_COMPL_WRITE, 0);
    tb_link(tb, cells_end(&cells), cells_at(&cells, 0));
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    while (count < RING * LAPS) {
        const unsigned more = (unsigned)tb_rand_below(tb, 10);

        for (unsigned i = 0; i < more; i++)
            written += cells_bytes(&cells, (count + i) % RING, (count + i) % RING + 1);
        count += more;
        doorbell(tb, count);
        tb_step(tb, tb_rand_below(tb, 200));
        wait_half_ring(tb, count);
    }
    expect_idle_at(tb, (count - 1) % RING, written);
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    tb_assert_word(tb, 0, TB_WORD(cells_at(&cells, (count - 1) % RING), IDLE));
    tb_close(tb);
}
END_TEST

/* Copy, null, context change, copy of size 0, fill, null of size 0, copy. */
static unsigned make_one_of_each(struct tb *tb, uint64_t *bus)
{
    struct tb_buf src = tb_src(tb, 100, 9), dst = tb_dst(tb, 100, 30);
    unsigned n = 0;

    bus[n++] = tb_copy(tb, dst.bus, src.bus, 40, 0);
    bus[n++] = tb_null(tb, 0);
    bus[n++] = tb_op(tb, IOAT_CONTROL_OP_CONTEXT, IOAT_CONTROL_INT_EN);
    bus[n++] = tb_copy(tb, dst.bus, src.bus, 0, 0);
    bus[n++] = tb_fill(tb, dst.bus, tb_rand(tb), 40, 0);
    bus[n++] = tb_null(tb, 0);
    tb_desc(tb, bus[n - 1])->size = 0;
    bus[n++] = tb_copy(tb, dst.bus + 50, src.bus, 40, 0);
    tb_chain(tb, bus, n);
    return n;
}

enum { ONE_OF_EACH = 7 };

START_TEST(h_s11_every_kind_of_descriptor_counts_one)
{
    struct tb *tb = open_timing(0);
    uint64_t bus[ONE_OF_EACH];
    const unsigned n = make_one_of_each(tb, bus), count = (unsigned)_i + 1;

    tb_assert_eq(tb, n, ONE_OF_EACH);
    tb_note(tb, "count %u", count);
    tb_start_count(tb, 0, bus[0], (uint16_t)count);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[count - 1], IDLE));
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* R-CH2-1, R-CH2-2 */
START_TEST(r_start_6_the_count_ends_the_chain_not_next)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 6, 0, 0);
    scene_start(tb, 0, &cells, 4, SCENE_COUNT);
    expect_idle_at(tb, 3, cells_bytes(&cells, 0, 4));
    scene_expect_silence(tb, 0, 300);
    cells_expect_stopped(tb, &cells, 3, false);
    tb_close(tb);
}
END_TEST

/* K-13 */
START_TEST(h_s22_doorbell_in_halted_leaves_no_trace)
{
    static const char *const halted_by[] = { "RESET", "ABORT", "an error" };
    struct tb *tb = open_timing(0);

    tb_note(tb, "HALTED by %s", halted_by[_i]);
    cells_make(tb, &cells, 4, 0, 0);
    if (_i == 2) {
        tb_start_count(tb, 0, tb->hole, 1);
        tb_wait_state(tb, 0, TB_IN(HALTED), TB_LONG);
    } else {
        TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
        tb_command(tb, 0, _i ? IOAT_CHANCMD_ABORT : IOAT_CHANCMD_RESET);
        scene_settle(tb, 0);
    }
    doorbell(tb, 3);
    scene_expect_silence(tb, 0, 200);
    tb_assert_state(tb, 0, HALTED);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 0));
    scene_expect_silence(tb, 0, 200);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    doorbell(tb, 1);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, 0), IDLE));
    cells_expect_stopped(tb, &cells, 0, false);
    tb_close(tb);
}
END_TEST

/* ---- next pointers ---- */

START_TEST(h_s08_only_next_defines_the_order)
{
    enum { N = 25, STEP = 7 };      /* no common divisor: every cell once */
    static struct words words;
    struct tb *tb = open_timing(_i);
    uint64_t bus[N];
    unsigned at = 0;

    cells_make(tb, &cells, N, IOAT_CONTROL_COMPL_WRITE, 0);
    for (unsigned i = 0; i < N; i++)
        bus[i] = cells_at(&cells, i * STEP % N);
    tb_chain(tb, bus, N);
    tb_link(tb, bus[N - 1], 0);
    words_watch(tb, &words, 0);
    tb_start_count(tb, 0, bus[0], N);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[N - 1], IDLE));
    cells_expect(tb, &cells, 0, N, CELL_DONE);
    for (unsigned i = 0; i < words.n; i++) {
        const uint64_t named = words.value[i] & IOAT_CHANSTS_COMPLETED;

        while (at < N && bus[at] != named)
            at++;
        tb_assert(tb, at < N, "word %u names 0x%llx out of chain order", i,
                  (unsigned long long)named);
    }
    tb_close(tb);
}
END_TEST

/* R-CH2-4 */
START_TEST(h_s08_ring_wraps_to_its_base)
{
    enum { RING = 8, FIRST = 5, COUNT = 20 };
    struct tb *tb = open_timing(_i);
    uint64_t lap;

    cells_make(tb, &cells, RING, 0, 0);
    lap = cells_bytes(&cells, 0, RING);
    tb_link(tb, cells_end(&cells), cells_at(&cells, 0));
    scene_start(tb, 0, &cells, FIRST, SCENE_COUNT);
    expect_idle_at(tb, FIRST - 1, cells_bytes(&cells, 0, FIRST));
    cells_restore(&cells);
    doorbell(tb, COUNT);
    expect_idle_at(tb, (COUNT - 1) % RING,
                   COUNT / RING * lap + cells_bytes(&cells, 0, COUNT % RING));
    cells_expect(tb, &cells, 0, RING, CELL_DONE);
    tb_close(tb);
}
END_TEST

START_TEST(h_s08_self_link_runs_the_same_descriptor_again)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 1, 0, 0);
    tb_link(tb, cells_at(&cells, 0), cells_at(&cells, 0));
    scene_start(tb, 0, &cells, 5, SCENE_COUNT);
    expect_idle_at(tb, 0, 5 * cells_bytes(&cells, 0, 1));
    doorbell(tb, 7);
    expect_idle_at(tb, 0, 7 * cells_bytes(&cells, 0, 1));
    tb_close(tb);
}
END_TEST

/* ---- behind the count ---- */

enum { COUNTED = 4, BUILT = 8 };

/* Counts the first ones of a chain whose others are garbage until later. */
static void run_before_garbage(struct tb *tb, struct ioat_desc *built)
{
    cells_make(tb, &cells, BUILT, 0, 0);
    for (unsigned i = COUNTED; i < BUILT; i++) {
        built[i] = *tb_desc(tb, cells_at(&cells, i));
        memset(tb_desc(tb, cells_at(&cells, i)), 0xa5, IOAT_DESC_BYTES);
    }
    scene_start(tb, 0, &cells, COUNTED, SCENE_COUNT);
    expect_idle_at(tb, COUNTED - 1, cells_bytes(&cells, 0, COUNTED));
}

/* R-CH2-3 */
START_TEST(h_s09_descriptor_written_after_idle_is_used_as_written)
{
    struct tb *tb = open_timing(_i);
    struct ioat_desc built[BUILT];

    run_before_garbage(tb, built);
    for (unsigned i = COUNTED; i < BUILT; i++)
        *tb_desc(tb, cells_at(&cells, i)) = built[i];
    doorbell(tb, BUILT);
    expect_idle_at(tb, BUILT - 1, cells_bytes(&cells, 0, BUILT));
    cells_expect(tb, &cells, 0, BUILT, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* R-CH2-1, R-CH2-3: the address may be known, the memory behind it is not read. */
START_TEST(h_n09_slot_behind_the_count_is_not_read)
{
    struct tb *tb = open_timing(_i);
    struct ioat_desc built[BUILT];
    size_t at = 0;

    tb_log(tb, true);
    run_before_garbage(tb, built);
    tb_step(tb, 500);
    while ((at = tb_find(tb, at, IOAT_SIM_AR, TB_READ_DESC, 0)) < tb->log_n) {
        const struct tb_event *read = &tb->log[at++];

        tb_assert(tb, read->addr + read->bytes <= cells_at(&cells, COUNTED),
                  "0x%llx was read, %u bytes; the count ends at 0x%llx",
                  (unsigned long long)read->addr, read->bytes,
                  (unsigned long long)cells_at(&cells, COUNTED));
    }
    tb_close(tb);
}
END_TEST

START_TEST(r_app_7_count_goes_on_without_reading_the_last_descriptor_again)
{
    struct tb *tb = open_timing(_i);
    size_t at;

    cells_make(tb, &cells, 6, 0, 0);
    scene_start(tb, 0, &cells, 3, SCENE_COUNT);
    scene_settle(tb, 0);
    tb_watch_clear(tb);
    tb_log(tb, true);
    doorbell(tb, 6);
    expect_idle_at(tb, 5, cells_bytes(&cells, 0, 6));
    at = tb_find(tb, 0, IOAT_SIM_AR, TB_READ_DESC, 0);
    tb_assert(tb, at < tb->log_n, "no descriptor was read");
    for (; at < tb->log_n; at = tb_find(tb, at + 1, IOAT_SIM_AR, TB_READ_DESC, 0))
        tb_assert(tb, tb->log[at].addr >= cells_at(&cells, 3),
                  "descriptor at 0x%llx was read again", (unsigned long long)tb->log[at].addr);
    tb_close(tb);
}
END_TEST

/* H-S08: the pointer is the one that was in the descriptor when it was fetched to be run. */
START_TEST(r_app_8_count_goes_on_at_the_next_that_was_read)
{
    struct tb *tb = open_timing(_i);

    cells_make(tb, &cells, 6, 0, 0);
    scene_start(tb, 0, &cells, 3, SCENE_COUNT);
    scene_settle(tb, 0);
    tb_link(tb, cells_at(&cells, 2), cells_at(&cells, 5));
    doorbell(tb, 6);
    expect_idle_at(tb, 5, cells_bytes(&cells, 0, 6));
    cells_expect(tb, &cells, 0, 6, CELL_DONE);
    tb_close(tb);
}
END_TEST

/* ---- a new chain in ACTIVE ---- */

START_TEST(k_11_chainaddr_in_active_finishes_started_ones_and_arms)
{
    static struct words words;
    struct tb *tb = open_timing(0);

    tb_note(tb, "%s", scene_mode_name[_i]);
    tb_msix_setup(tb);
    cells_make(tb, &cells, SCENE_LONG, 0, 0);
    tb_desc(tb, cells_at(&cells, 0))->control |=
        (uint32_t)(IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);
    words_watch(tb, &words, 0);
    scene_start_held(tb, 0, &cells, SCENE_LONG, (enum scene_mode)_i);
    TB_WR(tb, 0, CHAINADDR, cells_at(&cells, 1));
    tb_assert_reg(tb, 0, DMACOUNT, 0);
    tb_assert_state(tb, 0, ACTIVE);
    scene_release(tb);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    tb_assert(tb, cells_ran(tb, &cells) < SCENE_LONG, "the old chain ran to its end");
    tb_assert_eq(tb, words_naming(&words, cells_at(&cells, 0)), 1);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    scene_expect_silence(tb, 0, 300);
    tb_close(tb);
}
END_TEST

/* R-START-7: the new count replaces what was left of the old one. */
START_TEST(k_11_new_chain_in_active_runs_with_no_armed_in_between)
{
    const enum scene_mode old_mode = (enum scene_mode)(_i % SCENE_MODE_N);
    const enum scene_mode new_mode = (enum scene_mode)(_i / SCENE_MODE_N);
    struct tb *tb = scene_open_held(&cells, old_mode, TB_CHANCTRL_ALL, 0);
    unsigned state = IOAT_CHANSTS_STATE_ACTIVE;

    tb_note(tb, "from %s to %s", scene_mode_name[old_mode], scene_mode_name[new_mode]);
    cells_make(tb, &other, 4, 0, 0);
    if (new_mode == SCENE_COUNT)      /* one is not counted */
        scene_start(tb, 0, &other, 3, new_mode);
    else
        scene_start(tb, 0, &other, other.n, new_mode);
    tb_assert_state(tb, 0, ACTIVE);
    scene_release(tb);
    for (unsigned reads = 0; state == IOAT_CHANSTS_STATE_ACTIVE; reads++) {
        state = tb_state(tb, 0);
        tb_assert(tb, reads < TB_LONG, "the new chain does not end");
    }
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&other, new_mode == SCENE_COUNT ? 2 : 3), IDLE));
    cells_expect_stopped(tb, &other, new_mode == SCENE_COUNT ? 2 : 3, false);
    tb_assert(tb, cells_ran(tb, &cells) < SCENE_LONG, "the old chain ran to its end");
    tb_close(tb);
}
END_TEST

Suite *count_suite(void);

Suite *count_suite(void)
{
    Suite *suite = suite_create("count");
    TCase *tc = tb_case(suite, "count-chainaddr", 30);

    tcase_add_test(tc, h_s02_chainaddr_write_clears_count_and_completed_address);
    tcase_add_loop_test(tc, h_s03_chainaddr_writes_alone_read_no_memory, 0, 3);
    tcase_add_loop_test(tc, h_s04_no_read_after_the_doorbell_shows_armed_or_halted, 0,
                        tb_timing_n);
    tcase_add_loop_test(tc, k_11_chainaddr_in_active_finishes_started_ones_and_arms, 0,
                        SCENE_MODE_N);
    tcase_add_loop_test(tc, k_11_new_chain_in_active_runs_with_no_armed_in_between, 0,
                        SCENE_MODE_N * SCENE_MODE_N);

    tc = tb_case(suite, "count-doorbell", 60);
    tcase_add_loop_test(tc, h_s05_idle_is_readable_only_after_the_last_word, 0, tb_timing_n);
    tcase_add_test(tc, h_s06_count_from_fffe_to_0003_runs_five);
    tcase_add_test(tc, h_s06_smaller_count_runs_around);
    tcase_add_test(tc, h_s07_equal_doorbell_does_nothing_in_armed);
    tcase_add_test(tc, h_s07_equal_doorbell_does_nothing_in_idle);
    tcase_add_loop_test(tc, h_s10_doorbells_while_running_extend_the_chain, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_s11_every_kind_of_descriptor_counts_one, 0, ONE_OF_EACH);
    tcase_add_loop_test(tc, r_start_6_the_count_ends_the_chain_not_next, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_s22_doorbell_in_halted_leaves_no_trace, 0, 3);

    tc = tb_case(suite, "count-next", 30);
    tcase_add_loop_test(tc, h_s08_only_next_defines_the_order, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_s08_ring_wraps_to_its_base, 0, tb_timing_n);
    tcase_add_loop_test(tc, h_s08_self_link_runs_the_same_descriptor_again, 0, tb_timing_n);

    tc = tb_case(suite, "count-behind", 30);
    tcase_add_loop_test(tc, h_s09_descriptor_written_after_idle_is_used_as_written, 0,
                        tb_timing_n);
    tcase_add_loop_test(tc, h_n09_slot_behind_the_count_is_not_read, 0, tb_timing_n);
    tcase_add_loop_test(tc, r_app_7_count_goes_on_without_reading_the_last_descriptor_again, 0,
                        tb_timing_n);
    tcase_add_loop_test(tc, r_app_8_count_goes_on_at_the_next_that_was_read, 0, tb_timing_n);
    return suite;
}
