/* test_ahead.c - how descriptors are read: their bursts, and reading ahead of the pointers.
 *
 * Decisions K-35 to K-38. Reading ahead never changes what software can observe.
 *
 * A read is a guess when no pointer to its slot was answered before: the slot is not among the
 * `known` positions of the chain.
 */
#include "race.h"

#include <string.h>

enum { UNKNOWN_OP = 0x87 };     /* XOR, which is not built */

static struct cells cells;

/* ---- what is read, and when ---- */

enum { READS_MAX = 4096 };

/* The descriptor reads of channel 0 for a chain that does not change while it runs. */
struct reads {
    const struct cells *chain;
    unsigned known;              /* positions of the chain whose address was given to the engine */
    unsigned open;               /* requests without their last beat */
    unsigned n;
    struct read {
        uint64_t addr;
        unsigned known, open;    /* as they were before the request */
        bool guess;
    } read[READS_MAX];
};

static struct reads reads;

static bool is_known(const struct reads *self, uint64_t addr)
{
    for (unsigned i = 0; i < self->known; i++)
        if (cells_at(self->chain, i) == addr)
            return true;
    return false;
}

static void note_request(struct reads *self, uint64_t addr)
{
    if (self->n < READS_MAX)
        self->read[self->n++] = (struct read) {
            .addr = addr, .known = self->known, .open = self->open, .guess = !is_known(self, addr),
        };
    self->open++;
}

/* The beat with NEXT of the last known position makes the one behind it known. */
static void note_beat(struct reads *self, const struct ioat_sim_event *event)
{
    const uint64_t next = cells_at(self->chain, self->known - 1) + IOAT_DESC_NEXT;

    if (event->addr <= next && next - event->addr < event->bytes && self->known < self->chain->n)
        self->known++;
    self->open -= event->last;
}

static void watch_reads(void *ctx, const struct ioat_sim_event *event)
{
    struct reads *self = ctx;

    if (tb_id_kind(event->id) != TB_READ_DESC || tb_id_channel(event->id) != 0)
        return;
    if (event->kind == IOAT_SIM_AR)
        note_request(self, event->addr);
    else if (event->kind == IOAT_SIM_R)
        note_beat(self, event);
}

/* From here on; the chain starts at its first cell. */
static void reads_watch(struct tb *tb, const struct cells *chain)
{
    memset(&reads, 0, sizeof reads);
    reads.chain = chain;
    reads.known = 1;
    tb->hook_ctx = &reads;
    tb->hook = watch_reads;
}

static unsigned guesses(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < reads.n; i++)
        n += reads.read[i].guess;
    return n;
}

/* Reads while `known` was in from .. to - 1. */
static unsigned reads_between(unsigned from, unsigned to)
{
    unsigned n = 0;

    for (unsigned i = 0; i < reads.n; i++)
        n += reads.read[i].known >= from && reads.read[i].known < to;
    return n;
}

/* Most requests open at once while `known` was in from .. to - 1. */
static unsigned most_open(unsigned from, unsigned to)
{
    unsigned most = 0;

    for (unsigned i = 0; i < reads.n; i++)
        if (reads.read[i].known >= from && reads.read[i].known < to && reads.read[i].open >= most)
            most = reads.read[i].open + 1;
    return most;
}

/* ---- chains in memory ---- */

enum { CHAIN_N = 151 };   /* prime: every leap reaches every slot; more than two pages */

enum {
    CONTIGUOUS, BACKWARDS, SECOND, THIRD, SHUFFLED, PAIRS, SHUFFLED_RUNS, GAPS, RUNS_AND_GAPS,
    LAYOUT_N,
};

/* Where the positions of a chain lie. Slots between them and behind the last one are poison:
 * none of them can start unseen. */
static const struct layout {
    const char *name;
    unsigned leap;      /* position i is slot i * leap modulo the length */
    unsigned run;       /* not 0: runs of so many slots, in random order */
    unsigned gap;       /* up to so many poisoned slots between two */
} layouts[LAYOUT_N] = {
    [CONTIGUOUS] = { "contiguous", 1, 0, 0 },
    [BACKWARDS] = { "backwards", CHAIN_N - 1, 0, 0 },
    [SECOND] = { "every second slot, then the others", 2, 0, 0 },
    [THIRD] = { "every third slot", 3, 0, 0 },
    [SHUFFLED] = { "shuffled", 1, 1, 0 },
    [PAIRS] = { "shuffled pairs", 1, 2, 0 },
    [SHUFFLED_RUNS] = { "shuffled runs of 8", 1, 8, 0 },
    [GAPS] = { "gaps of poison", 1, 0, 3 },
    [RUNS_AND_GAPS] = { "shuffled runs of 4 in gaps of poison", 1, 4, 2 },
};

static void poison(struct tb *tb, uint64_t desc)
{
    memset(tb_desc(tb, desc), 0xa5, IOAT_DESC_BYTES);
}

/* Slot of each position. */
static void order_of(struct tb *tb, const struct layout *layout, unsigned n, unsigned *order)
{
    const unsigned runs = layout->run ? n / layout->run : 0;     /* the rest stays at the end */

    for (unsigned i = 0; i < n; i++)
        order[i] = i * layout->leap % n;
    for (unsigned i = 1; i < runs; i++) {
        const unsigned other = (unsigned)tb_rand_below(tb, i + 1);

        for (unsigned k = 0; k < layout->run; k++) {
            const unsigned slot = order[i * layout->run + k];

            order[i * layout->run + k] = order[other * layout->run + k];
            order[other * layout->run + k] = slot;
        }
    }
}

/* Appends n copies to the chain, in the order of the layout; the caller links. */
static void lay_out(struct tb *tb, struct cells *chain, const struct layout *layout, unsigned n)
{
    static struct cell cell[CELLS_MAX];
    const unsigned first = chain->n;
    unsigned order[CELLS_MAX];

    for (unsigned i = 0; i < n; i++) {
        cells_copy(tb, chain, 1 + i * 13 % 67, i * 5 % 64, i * 3 % 64, 0);
        for (uint64_t gap = tb_rand_below(tb, layout->gap + 1); gap > 0; gap--)
            poison(tb, tb_desc_new(tb));
    }
    for (unsigned gap = 0; gap < 8; gap++)
        poison(tb, tb_desc_new(tb));
    order_of(tb, layout, n, order);
    memcpy(cell, &chain->cell[first], n * sizeof cell[0]);
    for (unsigned i = 0; i < n; i++)
        chain->cell[first + i] = cell[order[i]];
}

/* A whole chain, its last cell with COMPL_WRITE. */
static void make_chain(struct tb *tb, struct cells *chain, const struct layout *layout, unsigned n)
{
    cells_clear(chain);
    lay_out(tb, chain, layout, n);
    cells_link(tb, chain, 0, n);
    tb_desc(tb, cells_end(chain))->control |= (uint32_t)IOAT_CONTROL_COMPL_WRITE;
}

static struct tb *open_timing(int i)
{
    struct tb *tb = tb_open(&tb_timings[i].timing);

    tb_note(tb, "%s", tb_timings[i].name);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    return tb;
}

/* Every guess lies behind a known descriptor, in its page. */
static void expect_guesses_in_page(struct tb *tb)
{
    tb_assert(tb, reads.n < READS_MAX, "more descriptor reads than the test keeps");
    for (unsigned i = 0; i < reads.n; i++) {
        const struct read *read = &reads.read[i];
        bool near = !read->guess;

        for (unsigned k = 0; k < read->known && !near; k++)
            near = cells_at(reads.chain, k) < read->addr &&
                   cells_at(reads.chain, k) / IOAT_PAGE_BYTES == read->addr / IOAT_PAGE_BYTES;
        tb_assert(tb, near, "read %u, of 0x%llx, with %u descriptors known: none of them lies before "
                  "it in its page", i, (unsigned long long)read->addr, read->known);
    }
}

/* ---- K-36: the burst ---- */

static unsigned burst_bytes(const struct tb *tb)
{
    const unsigned word = tb->build->data_bits / 8, used = IOAT_DESC_NEXT_DST + sizeof(uint64_t);

    return (used + word - 1) / word * word;
}

START_TEST(k_36_each_descriptor_is_one_burst_of_48_bytes)
{
    struct tb *tb = open_timing(_i / SCENE_MODE_N);
    const unsigned bytes = burst_bytes(tb), word = tb->build->data_bits / 8;
    uint64_t bursts = 0, beats = 0;

    make_chain(tb, &cells, &layouts[SHUFFLED_RUNS], CHAIN_N);
    tb_log(tb, true);
    scene_expect_runs(tb, 0, &cells, (enum scene_mode)(_i % SCENE_MODE_N));
    tb_wait_quiet(tb, TB_LONG);
    for (size_t i = 0; i < tb->log_n; i++) {
        const struct tb_event *event = &tb->log[i];

        if (tb_id_kind(event->id) != TB_READ_DESC)
            continue;
        if (event->kind == IOAT_SIM_AR) {
            bursts++;
            tb_assert_eq(tb, event->addr % IOAT_DESC_BYTES, 0);
            tb_assert_eq(tb, event->bytes, bytes);
        } else if (event->kind == IOAT_SIM_R) {
            beats++;
            tb_assert_eq(tb, event->last, beats % (bytes / word) == 0);
        }
    }
    tb_assert(tb, bursts >= CHAIN_N, "only %llu bursts", (unsigned long long)bursts);
    tb_assert_eq(tb, beats * word, bursts * bytes);
    tb_close(tb);
}
END_TEST

/* Software that never rests: each event on the bus changes its two words everywhere. */
static void scribble(void *ctx, const struct ioat_sim_event *event)
{
    struct tb *tb = ctx;

    for (unsigned i = 0; i < cells.n; i++) {
        struct ioat_desc *desc = tb_desc(tb, cells_at(&cells, i));

        desc->user1 = event->clock % 3 ? ~event->clock : desc->next;
        desc->user2 = event->clock % 2 ? cells_at(&cells, 0) : event->clock << 32;
    }
}

static bool same_event(const struct tb_event *a, const struct tb_event *b)
{
    return a->kind == b->kind && a->clock == b->clock && a->port == b->port && a->id == b->id &&
           a->addr == b->addr && a->bytes == b->bytes && a->cache == b->cache && a->resp == b->resp &&
           a->last == b->last && a->strobe == b->strobe && a->value == b->value;
}

/* The run is the same in every clock, and the words are as software left them. */
START_TEST(k_36_words_of_software_that_change_all_the_time_change_nothing)
{
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *still = open_timing(_i / SCENE_MODE_N), *tb = open_timing(_i / SCENE_MODE_N);

    make_chain(still, &cells, &layouts[SHUFFLED_RUNS], CHAIN_N);
    tb_log(still, true);
    scene_expect_runs(still, 0, &cells, mode);

    make_chain(tb, &cells, &layouts[SHUFFLED_RUNS], CHAIN_N);
    tb->hook_ctx = tb;
    tb->hook = scribble;
    tb_log(tb, true);
    scene_expect_runs(tb, 0, &cells, mode);
    tb_assert_eq(tb, tb->log_n, still->log_n);
    for (size_t i = 0; i < tb->log_n; i++)
        tb_assert(tb, same_event(&tb->log[i], &still->log[i]), "event %zu, clock %llu, differs", i,
                  (unsigned long long)tb->log[i].clock);

    tb->hook = NULL;
    for (unsigned i = 0; i < cells.n; i++)
        tb_desc(tb, cells_at(&cells, i))->user1 = tb_desc(tb, cells_at(&cells, i))->user2 = i;
    cells_restore(&cells);
    scene_expect_runs(tb, 0, &cells, mode);
    for (unsigned i = 0; i < cells.n; i++) {
        tb_assert_eq(tb, tb_desc(tb, cells_at(&cells, i))->user1, i);
        tb_assert_eq(tb, tb_desc(tb, cells_at(&cells, i))->user2, i);
    }
    tb_close(tb);
    tb_close(still);
}
END_TEST

/* ---- K-37: wrong guesses ---- */

/* Each descriptor takes effect once, and no guess leaves the page. The first descriptor
 * stands in the middle of a page. */
START_TEST(k_37_chains_of_every_layout_copy_exactly_and_once)
{
    const bool one_at_a_time = tb_timings[_i / SCENE_MODE_N].timing.outstanding_max == 1;
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *tb = open_timing(_i / SCENE_MODE_N);
    const unsigned offset = 1 + (unsigned)tb_rand_below(tb, IOAT_PAGE_BYTES / IOAT_DESC_BYTES - 1);

    for (unsigned k = 0; k < LAYOUT_N; k++) {
        tb_scrub(tb);
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        tb_note(tb, "%s, %s, %s", tb_timings[_i / SCENE_MODE_N].name, scene_mode_name[mode],
                layouts[k].name);
        for (unsigned i = 0; i < offset; i++)
            poison(tb, tb_desc_new(tb));
        make_chain(tb, &cells, &layouts[k], CHAIN_N);
        reads_watch(tb, &cells);
        scene_expect_runs(tb, 0, &cells, mode);
        tb_wait_quiet(tb, TB_LONG);
        tb_assert_chanerr(tb, 0, 0);
        tb_assert_word(tb, 0, TB_WORD(cells_end(&cells), IDLE));
        expect_guesses_in_page(tb);
        tb_assert(tb, k != CONTIGUOUS || guesses() > 0 || one_at_a_time, "no guess was made");
    }
    tb_close(tb);
}
END_TEST

/* Descriptors that software has not written yet. */
struct hidden {
    struct ioat_desc desc[CELLS_MAX];
    uint64_t at[CELLS_MAX];
    unsigned n;
};

static struct hidden hidden;

static void hide(struct tb *tb, const struct cells *chain, unsigned from, unsigned to)
{
    hidden.n = 0;
    for (unsigned i = from; i < to; i++) {
        hidden.at[hidden.n] = cells_at(chain, i);
        hidden.desc[hidden.n++] = *tb_desc(tb, cells_at(chain, i));
        poison(tb, cells_at(chain, i));
    }
}

static void show(struct tb *tb)
{
    for (unsigned i = 0; i < hidden.n; i++)
        *tb_desc(tb, hidden.at[i]) = hidden.desc[i];
}

/* Behind the count nothing is written yet, and nothing is read. */
START_TEST(k_37_guesses_stay_within_the_count)
{
    static const unsigned counts[] = { 1, 2, 5, 17, 63, 64, 65, 100 };
    struct tb *tb = open_timing(_i);

    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        const unsigned count = counts[k];

        tb_scrub(tb);
        tb_setup(tb, 0, TB_CHANCTRL_ALL);
        tb_note(tb, "%s, count %u", tb_timings[_i].name, count);
        make_chain(tb, &cells, &layouts[CONTIGUOUS], CHAIN_N);
        hide(tb, &cells, count, CHAIN_N);
        reads_watch(tb, &cells);
        scene_start(tb, 0, &cells, count, SCENE_COUNT);
        scene_settle(tb, 0);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&cells, count - 1), IDLE));
        for (unsigned i = 0; i < reads.n; i++)
            tb_assert(tb, reads.read[i].addr <= cells_at(&cells, count - 1), "slot %llu was read",
                      (unsigned long long)(reads.read[i].addr - cells_at(&cells, 0)) / IOAT_DESC_BYTES);
        show(tb);
        TB_WR(tb, 0, DMACOUNT, CHAIN_N);
        scene_settle(tb, 0);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
        cells_expect(tb, &cells, 0, CHAIN_N, CELL_DONE);
        expect_guesses_in_page(tb);
    }
    tb_close(tb);
}
END_TEST

/* ---- K-37: a ring whose slots are written again and again ---- */

enum { RING = 8, RING_WORK = 200 };

struct ring {
    uint64_t slot[RING];
    unsigned made, done;      /* descriptors written, and completed */
    enum scene_mode mode;
};

/* Writes one more descriptor into its slot; in list mode it is behind the last one. */
static void ring_make(struct tb *tb, struct ring *ring)
{
    const uint64_t at = ring->slot[ring->made % RING];
    struct ioat_desc *desc = tb_desc(tb, at);

    *desc = *tb_desc(tb, cells_at(&cells, ring->made));
    desc->next = ring->mode == SCENE_COUNT ? ring->slot[(ring->made + 1) % RING] : 0;
    if (ring->mode == SCENE_LIST && ring->made > 0)
        tb_link(tb, ring->slot[(ring->made - 1) % RING], at);
    ring->made++;
}

static void ring_doorbell(struct tb *tb, const struct ring *ring, bool first)
{
    if (ring->mode == SCENE_COUNT)
        TB_WR(tb, 0, DMACOUNT, (uint16_t)ring->made);
    else
        tb_command(tb, 0, first ? IOAT_CHANCMD_START : IOAT_CHANCMD_APPEND);
}

/* What was completed before the last one is of no use to anyone. */
static void ring_reap(struct tb *tb, struct ring *ring)
{
    const uint64_t completed = tb_completed(tb, 0);

    if (completed == 0)
        return;
    while (ring->done == 0 || ring->slot[(ring->done - 1) % RING] != completed) {
        if (ring->done > 0)
            poison(tb, ring->slot[(ring->done - 1) % RING]);
        tb_assert(tb, ring->done++ < ring->made, "0x%llx is completed", (unsigned long long)completed);
    }
}

START_TEST(k_37_ring_slots_that_are_written_again_run_their_new_contents)
{
    struct ring ring = { .mode = (enum scene_mode)(_i % SCENE_MODE_N) };
    struct tb *tb = open_timing(_i / SCENE_MODE_N);

    tb_note(tb, "%s, %s", tb_timings[_i / SCENE_MODE_N].name, scene_mode_name[ring.mode]);
    for (unsigned i = 0; i < RING; i++)
        poison(tb, ring.slot[i] = tb_desc_new(tb));
    cells_make(tb, &cells, RING_WORK, 0, 0);
    TB_WR(tb, 0, CHAINADDR, ring.slot[0]);
    while (ring.done < RING_WORK) {
        const bool first = ring.made == 0;
        const unsigned before = ring.made;
        unsigned more = 1 + (unsigned)tb_rand_below(tb, 4);

        tb_assert(tb, tb_now(tb) < 10 * TB_LONG, "%u of %u done", ring.done, RING_WORK);
        for (; more > 0 && ring.made < RING_WORK && ring.made - ring.done < RING - 2; more--)
            ring_make(tb, &ring);
        if (ring.made > before)
            ring_doorbell(tb, &ring, first);
        tb_step(tb, tb_rand_below(tb, 60));
        ring_reap(tb, &ring);
    }
    scene_settle(tb, 0);
    tb_assert_state(tb, 0, IDLE);
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, &cells, 0, cells.n, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, cells.n));
    tb_close(tb);
}
END_TEST

/* ---- K-39: APPEND again and again ---- */

/* Row of tb_timings, and clocks from one APPEND to the next: sparse ones on ideal memory, and some
 * that come before the read of a descriptor is answered. */
static const struct { int timing; unsigned every; } appends[] = { { 0, 100 }, { 0, 5 }, { 2, 40 }, { 2, 101 } };
enum { APPENDS_N = sizeof appends / sizeof appends[0] };

/* A list that runs while a client appends to it, one descriptor at a time: what APPEND drops may not
 * cost so much that the chain stands still. */
START_TEST(k_39_client_that_appends_in_quick_succession_is_served)
{
    enum { WAITING = 70, ROUNDS = 20 * CHAIN_N };
    struct tb *tb = open_timing(appends[_i].timing);
    unsigned last = WAITING - 1;

    make_chain(tb, &cells, &layouts[CONTIGUOUS], CHAIN_N);
    for (unsigned i = last; i < CHAIN_N; i++)
        tb_link(tb, cells_at(&cells, i), 0);
    tb_start_list(tb, 0, cells_at(&cells, 0));
    for (unsigned round = 0; *tb_word(tb, 0) != TB_WORD(cells_end(&cells), IDLE); round++) {
        tb_assert(tb, round < ROUNDS, "%u descriptors of %u ran", cells_ran(tb, &cells), CHAIN_N);
        if (last + 1 < CHAIN_N) {
            tb_link(tb, cells_at(&cells, last), cells_at(&cells, last + 1));
            last++;
        }
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_APPEND);
        tb_step(tb, appends[_i].every);
    }
    scene_settle(tb, 0);
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, &cells, 0, CHAIN_N, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, CHAIN_N));
    tb_close(tb);
}
END_TEST

/* ---- K-37: guesses whose read fails ---- */

static int fail_reads(struct tb *tb, uint64_t desc, unsigned count)
{
    const struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = IOAT_SIM_SLVERR, .first = desc,
        .last = desc + IOAT_DESC_BYTES - 1, .count = count, .percent = 100,
    };
    const int number = ioat_sim_fault_add(tb->sim, &fault);

    ck_assert_int_ge(number, 0);
    return number;
}

/* The slots behind the end of a list. */
START_TEST(k_37_error_of_a_guess_that_nothing_names_is_forgotten)
{
    struct tb *tb = open_timing(_i);
    int fault;

    make_chain(tb, &cells, &layouts[CONTIGUOUS], 20);
    fault = fail_reads(tb, cells_end(&cells) + IOAT_DESC_BYTES, 0);
    scene_expect_runs(tb, 0, &cells, SCENE_LIST);
    tb_wait_quiet(tb, TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert_state(tb, 0, IDLE);
    /* Where only one read is open there is no answer to wait for ahead of a guess. */
    tb_assert(tb, tb_timings[_i].timing.outstanding_max == 1 || ioat_sim_fault_hits(tb->sim, fault) > 0,
              "the slot behind the end was not guessed");
    tb_close(tb);
}
END_TEST

/* Slots 0 .. 7, then 16 .. 19, then 8: the first read of slot 8 is a wrong guess and fails. */
START_TEST(k_37_error_of_a_dropped_guess_does_not_stick_to_its_descriptor)
{
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);
    struct tb *tb = open_timing(_i / SCENE_MODE_N);
    static struct cell moved;
    int fault;

    tb_note(tb, "%s, %s", tb_timings[_i / SCENE_MODE_N].name, scene_mode_name[mode]);
    cells_clear(&cells);
    lay_out(tb, &cells, &layouts[CONTIGUOUS], 9);
    lay_out(tb, &cells, &layouts[CONTIGUOUS], 4);
    moved = cells.cell[8];
    memmove(&cells.cell[8], &cells.cell[9], 4 * sizeof moved);
    cells.cell[12] = moved;
    cells_link(tb, &cells, 0, cells.n);
    fault = fail_reads(tb, cells_end(&cells), 1);
    scene_expect_runs(tb, 0, &cells, mode);
    tb_assert_chanerr(tb, 0, 0);
    tb_assert(tb, ioat_sim_fault_hits(tb->sim, fault) > 0, "slot 8 was not guessed behind slot 7");
    tb_close(tb);
}
END_TEST

static void expect_halted_before(struct tb *tb, unsigned i, uint32_t chanerr)
{
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(i ? cells_at(&cells, i - 1) : 0, HALTED));
    tb_assert_chanerr(tb, 0, chanerr);
    tb_assert_word(tb, 0, TB_WORD(i ? cells_at(&cells, i - 1) : 0, HALTED));
    cells_expect_stopped(tb, &cells, (int)i - 1, false);
    tb_assert_eq(tb, scene_written(tb, 0), cells_bytes(&cells, 0, i));
}

static const unsigned failing[] = { 1, 2, 6, 19 };
enum { FAILING_N = sizeof failing / sizeof failing[0] };

/* And behind it the channel is as good as new. */
START_TEST(k_37_error_of_a_guess_that_the_chain_names_halts)
{
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);

    for (unsigned k = 0; k < FAILING_N; k++) {
        struct tb *tb = open_timing(_i / SCENE_MODE_N);

        tb_note(tb, "%s, %s, descriptor %u", tb_timings[_i / SCENE_MODE_N].name,
                scene_mode_name[mode], failing[k]);
        make_chain(tb, &cells, &layouts[CONTIGUOUS], 24);
        fail_reads(tb, cells_at(&cells, failing[k]), 0);
        scene_start(tb, 0, &cells, cells.n, mode);
        expect_halted_before(tb, failing[k], IOAT_CHANERR_READ_DATA);
        ioat_sim_fault_clear(tb->sim);
        TB_WR(tb, 0, CHANERR, UINT32_MAX);
        cells_restore(&cells);
        scene_expect_runs(tb, 0, &cells, mode);
        tb_close(tb);
    }
}
END_TEST

/* What follows was read along with it. */
START_TEST(k_35_descriptors_guessed_behind_a_failing_one_never_start)
{
    const enum scene_mode mode = (enum scene_mode)(_i % SCENE_MODE_N);

    for (unsigned k = 0; k < FAILING_N; k++) {
        struct tb *tb = open_timing(_i / SCENE_MODE_N);

        tb_note(tb, "%s, %s, descriptor %u", tb_timings[_i / SCENE_MODE_N].name,
                scene_mode_name[mode], failing[k]);
        make_chain(tb, &cells, &layouts[CONTIGUOUS], 24);
        tb_desc(tb, cells_at(&cells, failing[k]))->control =
            (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, UNKNOWN_OP);
        scene_start(tb, 0, &cells, cells.n, mode);
        expect_halted_before(tb, failing[k], IOAT_CHANERR_DESC_CTRL);
        tb_close(tb);
    }
}
END_TEST

/* ---- K-37: contents written after the guess, at every clock ---- */

static struct race race;

/* The chains of a race stand one behind the other: what is behind the end of the first is
 * guessed, and not written yet. */
static void hide_fresh(struct tb *tb, struct race *self)
{
    tb_assert_eq(tb, cells_at(&self->fresh, 0), cells_end(&self->chain) + IOAT_DESC_BYTES);
    hide(tb, &self->fresh, 0, self->fresh.n);
}

static void show_and_append(struct tb *tb, struct race *self)
{
    show(tb);
    tb_link(tb, cells_end(&self->chain), cells_at(&self->fresh, 0));
    TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_APPEND);
}

static void expect_fresh_done(struct tb *tb, struct race *self, unsigned ran)
{
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&self->fresh), IDLE));
    tb_assert_word(tb, 0, TB_WORD(cells_end(&self->fresh), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, &self->fresh, 0, self->fresh.n, CELL_DONE);
    tb_assert_eq(tb, race_written(tb, self),
                 cells_bytes(&self->chain, 0, ran) + cells_bytes(&self->fresh, 0, self->fresh.n));
}

static void check_appended(struct tb *tb, struct race *self)
{
    scene_settle(tb, 0);
    cells_expect(tb, &self->chain, 0, self->chain.n, CELL_DONE);
    expect_fresh_done(tb, self, self->chain.n);
}

/* A page of descriptors is on its way, as many as PREFETCH allows, behind a copy whose write is not answered: APPEND has
 * all of them read again, and the first answers are those that nobody wants any more. */
START_TEST(k_39_append_behind_a_page_of_reads_runs_the_chain_once)
{
    enum { PAGE = IOAT_PAGE_BYTES / IOAT_DESC_BYTES, LINKS = 10 * PAGE };
    const struct ioat_sim_timing far = { .read_latency = 300, .write_latency = 1 };
    struct tb *tb = tb_open(&far);
    const struct tb_buf src = tb_src(tb, 8, 0), dst = tb_dst(tb, 8, 0), end = tb_dst(tb, 8, 0);
    uint64_t bus[LINKS];

    tb_null_chain(tb, LINKS, 0, 0, bus);
    const uint64_t page = (bus[LINKS - 1] & ~(uint64_t)(IOAT_PAGE_BYTES - 1)) - IOAT_PAGE_BYTES;
    struct ioat_desc *before = tb_desc(tb, page - IOAT_DESC_BYTES), *last = tb_desc(tb, bus[LINKS - 1]);

    *before = (struct ioat_desc) { .size = 8, .src = src.bus, .dst = dst.bus, .next = page };
    *last = (struct ioat_desc) { .size = 8, .src = src.bus, .dst = end.bus };
    tb_hold(tb, IOAT_SIM_FAULT_READ, page, IOAT_PAGE_BYTES);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, dst.bus, 8);
    tb_setup(tb, 0, 0);
    tb_start_list(tb, 0, bus[0]);
    tb_step(tb, 20000);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 1);
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    tb_step(tb, 500);
    ioat_sim_fault_clear(tb->sim);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[LINKS - 1], IDLE));
    tb_check_copy(tb, &dst, &src, 8);
    tb_check_copy(tb, &end, &src, 8);
    tb_assert_eq(tb, tb->watch[0].data_aw.n, 2);
    tb_close(tb);
}
END_TEST

START_TEST(k_37_append_of_slots_guessed_before_runs_what_they_hold_since)
{
    race = (struct race) {
        .mode = SCENE_LIST, .build = hide_fresh, .action = show_and_append, .check = check_appended,
    };
    race_run(&race, &race_timings[_i]);
}
END_TEST

static void show_and_count(struct tb *tb, struct race *self)
{
    show(tb);
    TB_POST(tb, 0, DMACOUNT, self->chain.n);
}

static void hide_uncounted(struct tb *tb, struct race *self)
{
    hide(tb, &self->chain, self->counted, self->chain.n);
}

static void check_counted(struct tb *tb, struct race *self)
{
    scene_settle(tb, 0);
    race_expect_complete(tb, self);
}

START_TEST(k_37_doorbell_for_slots_behind_the_count_runs_what_they_hold_since)
{
    race = (struct race) {
        .mode = SCENE_COUNT, .counted = 3, .build = hide_uncounted, .action = show_and_count,
        .check = check_counted,
    };
    race_run(&race, &race_timings[_i]);
}
END_TEST

static void show_and_replace(struct tb *tb, struct race *self)
{
    show(tb);
    TB_POST(tb, 0, CHAINADDR, cells_at(&self->fresh, 0));
    if (self->new_mode == SCENE_LIST)
        TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START);
    else
        TB_POST(tb, 0, DMACOUNT, self->fresh.n);
}

/* The old chain was left at a boundary: K-11, K-12. */
static void check_replaced(struct tb *tb, struct race *self)
{
    scene_settle(tb, 0);
    expect_fresh_done(tb, self, cells_ran(tb, &self->chain));
}

/* From either mode to either. */
START_TEST(k_37_new_chain_in_slots_guessed_before_runs_what_they_hold_since)
{
    race = (struct race) {
        .mode = (enum scene_mode)(_i / RACE_TIMING_N % SCENE_MODE_N),
        .new_mode = (enum scene_mode)(_i / RACE_TIMING_N / SCENE_MODE_N),
        .build = hide_fresh, .action = show_and_replace, .check = check_replaced,
    };
    race_run(&race, &race_timings[_i % RACE_TIMING_N]);
}
END_TEST

/* The stopped chain's own slots get the contents of the fresh one, and poison behind. */
static void check_rewritten(struct tb *tb, struct race *self)
{
    const unsigned n = self->fresh.n;
    uint64_t before;

    scene_settle(tb, 0);
    tb_assert_state(tb, 0, HALTED);
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    before = scene_written(tb, 0);
    for (unsigned i = 0; i < self->chain.n; i++) {
        const uint64_t at = cells_at(&self->chain, i);

        if (i >= n) {
            poison(tb, at);
            continue;
        }
        *tb_desc(tb, at) = *tb_desc(tb, cells_at(&self->fresh, i));
        tb_link(tb, at, i + 1 < n ? cells_at(&self->chain, i + 1) : 0);
    }
    scene_start(tb, 0, &self->chain, n, self->mode);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_at(&self->chain, n - 1), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect(tb, &self->fresh, 0, n, CELL_DONE);
    tb_assert_eq(tb, scene_written(tb, 0) - before, cells_bytes(&self->fresh, 0, n));
}

/* ABORT and RESET, either mode. */
START_TEST(k_37_slots_written_again_after_a_stop_run_what_they_hold_since)
{
    static const uint8_t stops[] = { IOAT_CHANCMD_ABORT, IOAT_CHANCMD_RESET };

    race = (struct race) {
        .mode = (enum scene_mode)(_i / RACE_TIMING_N % SCENE_MODE_N),
        .command = stops[_i / RACE_TIMING_N / SCENE_MODE_N],
        .action = race_action_commands, .check = check_rewritten,
    };
    race_run(&race, &race_timings[_i % RACE_TIMING_N]);
}
END_TEST

/* Behind cell `from` the last one is next, and so on down. */
static void turn_round(struct tb *tb, const struct cells *chain, unsigned from)
{
    uint64_t at = cells_at(chain, from);

    for (unsigned i = chain->n - 1; i > from; i--) {
        tb_link(tb, at, cells_at(chain, i));
        at = cells_at(chain, i);
    }
    tb_link(tb, at, 0);
}

/* What is left becomes null transfers in the opposite order: nothing more is written. */
static void check_edited(struct tb *tb, struct race *self)
{
    const struct cells *chain = &self->chain;
    unsigned from;
    int last;

    scene_settle(tb, 0);
    tb_assert_state(tb, 0, SUSPENDED);
    last = cells_index(tb, chain, tb_completed(tb, 0));
    from = last < 0 ? 0 : (unsigned)last;
    for (unsigned i = (unsigned)(last + 1); i < chain->n; i++)
        tb_desc(tb, cells_at(chain, i))->control |= (uint32_t)IOAT_CONTROL_NULL_XFER;
    turn_round(tb, chain, from);
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS,
                  TB_WORD(cells_at(chain, from + 1 < chain->n ? from + 1 : from), IDLE));
    tb_assert_chanerr(tb, 0, 0);
    cells_expect_stopped(tb, chain, last, false);
    tb_assert_eq(tb, race_written(tb, self), cells_bytes(chain, 0, (unsigned)(last + 1)));
}

START_TEST(k_37_list_edited_in_suspension_runs_as_it_stands_at_resume)
{
    race = (struct race) {
        .mode = (enum scene_mode)(_i / RACE_TIMING_N), .command = IOAT_CHANCMD_SUSPEND,
        .action = race_action_commands, .check = check_edited,
    };
    race_run(&race, &race_timings[_i % RACE_TIMING_N]);
}
END_TEST

/* ---- K-38: how far ---- */

/* The timings that answer at their latency, without stalls. Only the last of them is so far away
 * that every width needs many reads on the way. */
enum { FAR = 2, STEADY_N };

static struct tb *open_steady(int i, enum scene_mode *mode)
{
    struct tb *tb = open_timing(i / SCENE_MODE_N);

    *mode = (enum scene_mode)(i % SCENE_MODE_N);
    tb_note(tb, "%s, %s", tb_timings[i / SCENE_MODE_N].name, scene_mode_name[*mode]);
    return tb;
}

/* Poison up to the next page. */
static void next_page(struct tb *tb)
{
    uint64_t slot;

    do
        poison(tb, slot = tb_desc_new(tb));
    while ((slot + IOAT_DESC_BYTES) % IOAT_PAGE_BYTES != 0);
}

/* How many slots a read lies behind the last known descriptor. */
static unsigned ahead(const struct read *read)
{
    return (unsigned)((read->addr - cells_at(reads.chain, read->known - 1)) / IOAT_DESC_BYTES);
}

/* The farthest guess behind the last known descriptor while that was position from .. to - 1. */
static unsigned farthest(unsigned from, unsigned to)
{
    unsigned far = 0;

    for (unsigned i = 0; i < reads.n; i++) {
        const struct read *read = &reads.read[i];

        if (read->guess && read->known - 1 >= from && read->known - 1 < to &&
            read->addr > cells_at(reads.chain, read->known - 1) && ahead(read) > far)
            far = ahead(read);
    }
    return far;
}

static void run_watched(struct tb *tb, enum scene_mode mode)
{
    reads_watch(tb, &cells);
    scene_expect_runs(tb, 0, &cells, mode);
    tb_wait_quiet(tb, TB_LONG);
    tb_assert(tb, reads.n < READS_MAX, "more descriptor reads than the test keeps");
}

/* What may be guessed behind one more descriptor in a row, at most. */
static unsigned deeper(unsigned allowed)
{
    return allowed + allowed / 4 + 1;
}

START_TEST(k_38_one_that_was_waited_for_allows_a_quarter_and_one_more)
{
    enum scene_mode mode;
    struct tb *tb = open_steady(_i, &mode);
    unsigned allowed;

    make_chain(tb, &cells, &layouts[CONTIGUOUS], CHAIN_N);
    run_watched(tb, mode);
    allowed = farthest(0, 1);
    tb_assert(tb, allowed > 0, "nothing is guessed behind the first descriptor");
    for (unsigned i = 1; i < CHAIN_N && allowed < CHAIN_N; i++) {
        allowed = deeper(allowed);
        tb_assert(tb, farthest(i, i + 1) <= allowed, "%u in a row, a guess of %u slots ahead", i,
                  farthest(i, i + 1));
    }
    if (_i / SCENE_MODE_N == FAR)
        tb_assert(tb, most_open(1, 6) < most_open(6, 16) && most_open(6, 16) < most_open(16, 30),
                  "reads open at first %u, then %u, then %u", most_open(1, 6), most_open(6, 16),
                  most_open(16, 30));
    tb_close(tb);
}
END_TEST

/* A run, and another one in a page far away: the guesses behind the end of the first fail. */
START_TEST(k_38_mistake_leaves_a_quarter)
{
    enum { RUN = 30 };
    enum scene_mode mode;
    struct tb *tb = open_steady(_i, &mode);
    unsigned allowed;

    cells_clear(&cells);
    lay_out(tb, &cells, &layouts[CONTIGUOUS], RUN);
    next_page(tb);
    lay_out(tb, &cells, &layouts[CONTIGUOUS], RUN);
    cells_link(tb, &cells, 0, cells.n);
    run_watched(tb, mode);
    allowed = deeper(farthest(0, RUN)) / 4;
    tb_assert(tb, _i / SCENE_MODE_N != FAR || farthest(0, RUN) > 2 * allowed,
              "at most %u slots ahead before the mistake", farthest(0, RUN));
    tb_assert(tb, farthest(RUN, RUN + 3) > 0, "nothing is guessed behind the mistake");
    for (unsigned i = 0; i < RUN && allowed < RUN; i++) {
        tb_assert(tb, farthest(RUN + i, RUN + i + 1) <= allowed,
                  "%u in a row behind the mistake, a guess of %u slots ahead; at most %u are allowed", i,
                  farthest(RUN + i, RUN + i + 1), allowed);
        allowed = deeper(allowed);
    }
    tb_close(tb);
}
END_TEST

/* Each read but the first few is of a descriptor that the chain names. */
START_TEST(k_38_scattered_chains_cost_few_reads_besides_their_own)
{
    static const unsigned scattered[] = { SHUFFLED, BACKWARDS, SECOND, THIRD };
    enum { SETTLED = 51 };
    const unsigned layout = scattered[_i / (STEADY_N * SCENE_MODE_N)];
    enum scene_mode mode;
    struct tb *tb = open_steady(_i % (STEADY_N * SCENE_MODE_N), &mode);

    make_chain(tb, &cells, &layouts[layout], CHAIN_N);
    run_watched(tb, mode);
    tb_assert(tb, 10 * reads_between(SETTLED, CHAIN_N) <= 11 * (CHAIN_N - SETTLED),
              "%u reads for %u transfers, %s", reads_between(SETTLED, CHAIN_N), CHAIN_N - SETTLED,
              layouts[layout].name);
    tb_close(tb);
}
END_TEST

START_TEST(k_38_contiguous_part_behind_a_shuffled_one_is_guessed_again_soon)
{
    enum { RUN = 60 };
    enum scene_mode mode;
    struct tb *tb = open_steady(_i, &mode);

    cells_clear(&cells);
    lay_out(tb, &cells, &layouts[SHUFFLED], RUN);
    next_page(tb);
    lay_out(tb, &cells, &layouts[CONTIGUOUS], RUN);
    cells_link(tb, &cells, 0, cells.n);
    run_watched(tb, mode);
    tb_assert(tb, farthest(RUN, RUN + 4) > 0, "no guess behind four descriptors in a row");
    tb_assert(tb, _i / SCENE_MODE_N != FAR || most_open(RUN + 1, RUN + 17) >= 6,
              "at most %u reads are open sixteen later",
              most_open(RUN + 1, RUN + 17));
    tb_close(tb);
}
END_TEST

/* Round and round the same slots, in count mode: what is behind the last one is guessed in
 * the first round only, before that one's pointer is known. */
START_TEST(k_38_ring_is_not_guessed_beyond_its_end_twice)
{
    enum { SLOTS = 8, ROUNDS = 12 };
    struct tb *tb = open_timing(_i);
    uint64_t known = 0, beyond = 0;

    make_chain(tb, &cells, &layouts[CONTIGUOUS], SLOTS);
    tb_link(tb, cells_end(&cells), cells_at(&cells, 0));
    tb_log(tb, true);
    scene_start(tb, 0, &cells, SLOTS * ROUNDS, SCENE_COUNT);
    scene_settle(tb, 0);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(cells_end(&cells), IDLE));
    tb_assert_eq(tb, scene_written(tb, 0), ROUNDS * cells_bytes(&cells, 0, SLOTS));
    cells_expect(tb, &cells, 0, SLOTS, CELL_DONE);
    for (size_t i = 0; i < tb->log_n; i++) {
        const struct tb_event *event = &tb->log[i];

        if (tb_id_kind(event->id) != TB_READ_DESC)
            continue;
        if (event->kind == IOAT_SIM_AR && event->addr > cells_end(&cells))
            beyond = event->clock;
        if (event->kind == IOAT_SIM_R && event->last && known == 0 &&
            event->addr >= cells_end(&cells) && event->addr < cells_end(&cells) + IOAT_DESC_BYTES)
            known = event->clock;
    }
    tb_assert(tb, beyond > 0, "nothing behind the ring was guessed at all");
    tb_assert(tb, beyond <= known + 4, "a guess behind the ring at clock %llu, the end known at %llu",
              (unsigned long long)beyond, (unsigned long long)known);
    tb_close(tb);
}
END_TEST

Suite *ahead_suite(void)
{
    const int timings = tb_timing_n * SCENE_MODE_N, races = RACE_TIMING_N * SCENE_MODE_N;
    Suite *suite = suite_create("ahead");
    TCase *tc = tb_case(suite, "ahead_burst", 60);

    tcase_add_loop_test(tc, k_36_each_descriptor_is_one_burst_of_48_bytes, 0, timings);
    tcase_add_loop_test(tc, k_36_words_of_software_that_change_all_the_time_change_nothing, 0, timings);

    tc = tb_case(suite, "ahead_guess", 60);
    tcase_add_loop_test(tc, k_37_chains_of_every_layout_copy_exactly_and_once, 0, timings);
    tcase_add_loop_test(tc, k_37_guesses_stay_within_the_count, 0, tb_timing_n);
    tcase_add_loop_test(tc, k_37_ring_slots_that_are_written_again_run_their_new_contents, 0, timings);
    tcase_add_loop_test(tc, k_39_client_that_appends_in_quick_succession_is_served, 0, APPENDS_N);
    tcase_add_loop_test(tc, k_37_error_of_a_guess_that_nothing_names_is_forgotten, 0, tb_timing_n);
    tcase_add_loop_test(tc, k_37_error_of_a_dropped_guess_does_not_stick_to_its_descriptor, 0, timings);
    tcase_add_loop_test(tc, k_37_error_of_a_guess_that_the_chain_names_halts, 0, timings);
    tcase_add_loop_test(tc, k_35_descriptors_guessed_behind_a_failing_one_never_start, 0, timings);

    tc = tb_case(suite, "ahead_race", 120);
    tcase_add_test(tc, k_39_append_behind_a_page_of_reads_runs_the_chain_once);
    tcase_add_loop_test(tc, k_37_append_of_slots_guessed_before_runs_what_they_hold_since, 0,
                        RACE_TIMING_N);
    tcase_add_loop_test(tc, k_37_doorbell_for_slots_behind_the_count_runs_what_they_hold_since, 0,
                        RACE_TIMING_N);
    tcase_add_loop_test(tc, k_37_new_chain_in_slots_guessed_before_runs_what_they_hold_since, 0,
                        SCENE_MODE_N * races);
    tcase_add_loop_test(tc, k_37_slots_written_again_after_a_stop_run_what_they_hold_since, 0, 2 * races);
    tcase_add_loop_test(tc, k_37_list_edited_in_suspension_runs_as_it_stands_at_resume, 0, races);

    tc = tb_case(suite, "ahead_depth", 60);
    tcase_add_loop_test(tc, k_38_one_that_was_waited_for_allows_a_quarter_and_one_more, 0, STEADY_N * SCENE_MODE_N);
    tcase_add_loop_test(tc, k_38_mistake_leaves_a_quarter, 0, STEADY_N * SCENE_MODE_N);
    tcase_add_loop_test(tc, k_38_scattered_chains_cost_few_reads_besides_their_own, 0,
                        4 * STEADY_N * SCENE_MODE_N);
    tcase_add_loop_test(tc, k_38_contiguous_part_behind_a_shuffled_one_is_guessed_again_soon, 0,
                        STEADY_N * SCENE_MODE_N);
    tcase_add_loop_test(tc, k_38_ring_is_not_guessed_beyond_its_end_twice, 0, STEADY_N);
    return suite;
}
