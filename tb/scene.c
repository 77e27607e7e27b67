/* scene.c - cells, words, held memory and silence; see scene.h. */
#define TB_INTERNAL   /* the caller's line stays in the failure text */
#include "scene.h"

#include <inttypes.h>
#include <string.h>

/* Every byte differs from its neighbours and from the fresh bytes of tb_dst. */
#define FILL_PATTERN UINT64_C(0x8877665544332211)

/* ---- cells: building ---- */

void cells_clear(struct cells *cells)
{
    cells->n = 0;
}

static struct cell *cell_new(struct tb *tb, struct cells *cells, uint32_t size)
{
    struct cell *cell;

    if (cells->n == CELLS_MAX || size > CELL_BYTES_MAX)
        tb_fail(tb, "a chain holds %d cells of up to %d bytes", CELLS_MAX, CELL_BYTES_MAX);
    cell = &cells->cell[cells->n++];
    memset(cell, 0, sizeof *cell);
    return cell;
}

static void cell_destination(struct tb *tb, struct cell *cell, uint32_t size, unsigned offset)
{
    cell->dst = tb_dst(tb, size, offset);
    memcpy(cell->before, cell->dst.cpu, size);
    for (uint32_t i = 0; i < size; i++)
        if (cell->before[i] == cell->want[i])
            tb_fail(tb, "the bench cannot tell byte %u of a cell before and after", i);
}

uint64_t cells_copy(struct tb *tb, struct cells *cells, uint32_t size, unsigned src_offset,
                    unsigned dst_offset, uint32_t flags)
{
    struct cell *cell = cell_new(tb, cells, size);

    cell->src = tb_src(tb, size, src_offset);
    memcpy(cell->want, cell->src.cpu, size);
    cell_destination(tb, cell, size, dst_offset);
    cell->desc = tb_copy(tb, cell->dst.bus, cell->src.bus, size, flags);
    return cell->desc;
}

uint64_t cells_fill(struct tb *tb, struct cells *cells, uint32_t size, unsigned dst_offset,
                    uint32_t flags)
{
    struct cell *cell = cell_new(tb, cells, size);

    for (uint32_t i = 0; i < size; i++)
        cell->want[i] = (uint8_t)(FILL_PATTERN >> 8 * (i % 8));
    cell_destination(tb, cell, size, dst_offset);
    cell->desc = tb_fill(tb, cell->dst.bus, FILL_PATTERN, size, flags);
    return cell->desc;
}

uint64_t cells_null(struct tb *tb, struct cells *cells, uint32_t flags)
{
    struct cell *cell = cell_new(tb, cells, 0);

    cell->desc = tb_null(tb, flags);
    return cell->desc;
}

void cells_make(struct tb *tb, struct cells *cells, unsigned n, uint32_t flags,
                uint32_t last_flags)
{
    cells_clear(cells);
    for (unsigned i = 0; i < n; i++)
        cells_copy(tb, cells, 1 + i * 13 % 67, i * 5 % 64, i * 3 % 64,
                   i + 1 == n ? flags | last_flags : flags);
    (cells_link)(tb, cells, 0, n);
}

void cells_make_mixed(struct tb *tb, struct cells *cells)
{
    const uint32_t intr = IOAT_CONTROL_INT_EN, word = IOAT_CONTROL_COMPL_WRITE;

    cells_clear(cells);
    cells_copy(tb, cells, 1, 1, 3, word);
    cells_copy(tb, cells, 300, IOAT_PAGE_BYTES - 100, 61, 0);
    cells_null(tb, cells, word | intr);
    cells_fill(tb, cells, 40, 7, intr);
    cells_copy(tb, cells, 130, 64, IOAT_PAGE_BYTES - 37, IOAT_CONTROL_FENCE);
    cells_copy(tb, cells, 64, 128, 192, word | intr);
    cells_link(tb, cells, 0, MIXED_N);
}

bool mixed_interrupts(int index)
{
    return index == 2 || index == 3 || index == 5;
}

void cells_link(struct tb *tb, const struct cells *cells, unsigned first, unsigned n)
{
    for (unsigned i = first; i + 1 < first + n; i++)
        tb_link(tb, cells->cell[i].desc, cells->cell[i + 1].desc);
    tb_link(tb, cells->cell[first + n - 1].desc, 0);
}

uint64_t cells_at(const struct cells *cells, unsigned i)
{
    return cells->cell[i].desc;
}

uint64_t cells_end(const struct cells *cells)
{
    return cells->cell[cells->n - 1].desc;
}

/* ---- cells: looking ---- */

int cells_index(struct tb *tb, const struct cells *cells, uint64_t completed)
{
    if (completed == 0)
        return -1;
    for (unsigned i = 0; i < cells->n; i++)
        if (cells->cell[i].desc == completed)
            return (int)i;
    tb_fail(tb, "0x%" PRIx64 " is reported as completed and is no descriptor of the chain",
            completed);
}

enum cell_mark cells_mark(struct tb *tb, const struct cells *cells, unsigned i)
{
    const struct cell *cell = &cells->cell[i];
    size_t fresh = 0, done = 0;

    for (size_t at = 0; at < cell->dst.bytes; at++) {
        if (cell->dst.cpu[at] == cell->want[at])
            done++;
        else if (cell->dst.cpu[at] == cell->before[at])
            fresh++;
        else
            tb_fail(tb, "cell %u: byte %zu of %zu is 0x%02x, old 0x%02x, new 0x%02x", i, at,
                    cell->dst.bytes, cell->dst.cpu[at], cell->before[at], cell->want[at]);
    }
    return fresh == 0 ? CELL_DONE : done == 0 ? CELL_UNTOUCHED : CELL_MIXED;
}

static const char *mark_name(enum cell_mark mark)
{
    return mark == CELL_DONE ? "done" : mark == CELL_MIXED ? "written in part" : "untouched";
}

void cells_expect(struct tb *tb, const struct cells *cells, unsigned from, unsigned to,
                  enum cell_mark mark)
{
    for (unsigned i = from; i < to; i++) {
        enum cell_mark got;

        if (cells->cell[i].dst.bytes == 0)
            continue;
        got = cells_mark(tb, cells, i);
        if (got != mark)
            tb_fail(tb, "destination of cell %u of %u: expected %s, is %s", i, cells->n,
                    mark_name(mark), mark_name(got));
    }
}

void cells_expect_stopped(struct tb *tb, const struct cells *cells, int last, bool cut)
{
    const unsigned ran = (unsigned)(last + 1);

    cells_expect(tb, cells, 0, ran, CELL_DONE);
    if (!cut)
        cells_expect(tb, cells, ran, cells->n, CELL_UNTOUCHED);
    else
        for (unsigned i = ran; i < cells->n; i++)
            (void)cells_mark(tb, cells, i);
}

unsigned cells_ran(struct tb *tb, const struct cells *cells)
{
    unsigned ran = 0;

    for (unsigned i = 0; i < cells->n; i++)
        if (cells->cell[i].dst.bytes && cells_mark(tb, cells, i) == CELL_DONE)
            ran = i + 1;
    cells_expect_stopped(tb, cells, (int)ran - 1, false);
    return ran;
}

uint64_t cells_bytes(const struct cells *cells, unsigned from, unsigned to)
{
    uint64_t bytes = 0;

    for (unsigned i = from; i < to; i++)
        bytes += cells->cell[i].dst.bytes;
    return bytes;
}

void cells_restore(struct cells *cells)
{
    for (unsigned i = 0; i < cells->n; i++)
        if (cells->cell[i].dst.bytes)
            memcpy(cells->cell[i].dst.cpu, cells->cell[i].before, cells->cell[i].dst.bytes);
}

/* 0xA5 throughout: an unknown operation, and NEXT neither aligned nor mapped. */
void cells_ruin(struct tb *tb, const struct cells *cells)
{
    for (unsigned i = 0; i < cells->n; i++)
        memset(tb_desc(tb, cells->cell[i].desc), 0xa5, IOAT_DESC_BYTES);
}

uint64_t scene_written(struct tb *tb, unsigned ch)
{
    struct ioat_sim_stats stats;

    ioat_sim_chan_stats(tb->sim, ch, &stats);
    return stats.data_w_bytes;
}

/* ---- words ---- */

static void words_hook(void *ctx, const struct ioat_sim_event *event)
{
    struct words *words = ctx;
    unsigned lane;

    if (event->kind != IOAT_SIM_W || tb_id_kind(event->id) != TB_WRITE_WORD ||
        tb_id_channel(event->id) != words->ch || !event->strobe || words->n == WORDS_MAX)
        return;
    lane = (unsigned)__builtin_ctzll(event->strobe);
    if (lane + sizeof words->value[0] <= event->bytes)
        memcpy(&words->value[words->n++], event->data + lane, sizeof words->value[0]);
}

void words_watch(struct tb *tb, struct words *words, unsigned ch)
{
    words->ch = ch;
    words->n = 0;
    tb->hook_ctx = words;
    tb->hook = words_hook;
}

unsigned words_equal(const struct words *words, uint64_t value)
{
    unsigned n = 0;

    for (unsigned i = 0; i < words->n; i++)
        n += words->value[i] == value;
    return n;
}

unsigned words_naming(const struct words *words, uint64_t desc)
{
    unsigned n = 0;

    for (unsigned i = 0; i < words->n; i++)
        n += (words->value[i] & IOAT_CHANSTS_COMPLETED) == desc;
    return n;
}

void words_expect_order(struct tb *tb, const struct words *words, const struct cells *cells)
{
    int before = -1;

    for (unsigned i = 0; i < words->n; i++) {
        const int index = cells_index(tb, cells, words->value[i] & IOAT_CHANSTS_COMPLETED);

        if (index < before)
            tb_fail(tb, "word %u names cell %d after a word that named cell %d", i, index, before);
        before = index;
    }
}

/* ---- holding ---- */

const char *const scene_mode_name[] = {
    [SCENE_COUNT] = "count mode", [SCENE_LIST] = "list mode",
};

void scene_hold_reads(struct tb *tb, const struct tb_buf *buf)
{
    tb_hold(tb, IOAT_SIM_FAULT_READ, buf->bus, buf->bytes);
}

void scene_hold_writes(struct tb *tb, uint64_t bus, uint64_t bytes)
{
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, bus, bytes);
}

void scene_release(struct tb *tb)
{
    ioat_sim_fault_clear(tb->sim);
}

void scene_start(struct tb *tb, unsigned ch, const struct cells *cells, unsigned n,
                 enum scene_mode mode)
{
    if (mode == SCENE_LIST)
        tb_start_list(tb, ch, cells_at(cells, 0));
    else
        tb_start_count(tb, ch, cells_at(cells, 0), (uint16_t)n);
}

struct reading {
    const struct tb_watch *watch;
    uint64_t n;
};

static bool is_reading(void *ctx)
{
    const struct reading *reading = ctx;

    return reading->watch->data_ar.n > reading->n;
}

void scene_start_held(struct tb *tb, unsigned ch, const struct cells *cells, unsigned n,
                      enum scene_mode mode)
{
    struct reading reading = { &tb->watch[ch], tb->watch[ch].data_ar.n };

    scene_hold_reads(tb, &cells->cell[0].src);
    scene_start(tb, ch, cells, n, mode);
    tb_wait(tb, is_reading, &reading, TB_LONG, "the first payload read of a held chain");
    tb_expect_reg(tb, IOAT_CHAN(ch, CHANSTS), IOAT_CHANSTS_BITS / 8, IOAT_CHANSTS_STATE_ACTIVE);
}

struct tb *scene_open_held(struct cells *cells, enum scene_mode mode, uint16_t chanctrl,
                           uint32_t flags)
{
    struct tb *tb = tb_open(NULL);

    tb_note(tb, "%s", scene_mode_name[mode]);
    tb_msix_setup(tb);
    tb_setup(tb, 0, chanctrl);
    cells_make(tb, cells, SCENE_LONG, flags, 0);
    scene_start_held(tb, 0, cells, SCENE_LONG, mode);
    return tb;
}

/* ---- settling ---- */

void scene_wait_command(struct tb *tb, unsigned ch, uint8_t bits)
{
    const uint64_t begin = tb_now(tb);

    while (TB_RD(tb, ch, CHANCMD) & bits)
        if (tb_now(tb) - begin > TB_LONG)
            tb_fail(tb, "CHANCMD of channel %u: 0x%02x is not done after %u clocks", ch, bits,
                    TB_LONG);
}

void scene_settle(struct tb *tb, unsigned ch)
{
    scene_wait_command(tb, ch, UINT8_MAX);
    tb_wait_state(tb, ch, ~TB_IN(ACTIVE), TB_LONG);
    tb_wait_quiet(tb, TB_LONG);
}

static uint64_t dma_events(const struct tb_watch *watch)
{
    return watch->desc_ar.n + watch->desc_r.n + watch->data_ar.n + watch->data_r.n +
           watch->data_aw.n + watch->data_w.n + watch->data_b.n + watch->word_aw.n +
           watch->word_w.n + watch->word_b.n;
}

static uint64_t message_events(const struct tb_watch *watch)
{
    return watch->msg_aw.n + watch->msg_w.n + watch->msg_b.n;
}

void scene_expect_no_dma(struct tb *tb, unsigned ch, uint64_t clocks)
{
    const struct tb_watch before = tb->watch[ch];
    const struct tb_watch *after = &tb->watch[ch];

    tb_step(tb, clocks);
    if (dma_events(after) != dma_events(&before))
        tb_fail(tb, "channel %u used the bus: %" PRIu64 " descriptor reads, %" PRIu64
                " payload reads, %" PRIu64 " payload writes, %" PRIu64 " words, and answers", ch,
                after->desc_ar.n - before.desc_ar.n, after->data_ar.n - before.data_ar.n,
                after->data_aw.n - before.data_aw.n, after->word_aw.n - before.word_aw.n);
}

void scene_expect_silence(struct tb *tb, unsigned ch, uint64_t clocks)
{
    const uint64_t before = message_events(&tb->watch[ch]);

    scene_expect_no_dma(tb, ch, clocks);
    if (message_events(&tb->watch[ch]) != before)
        tb_fail(tb, "channel %u sent a message", ch);
}

void scene_expect_answered(struct tb *tb, unsigned ch)
{
    const struct tb_watch *watch = &tb->watch[ch];

    if (watch->data_aw.n != watch->data_b.n || watch->word_aw.n != watch->word_b.n)
        tb_fail(tb, "channel %u: %" PRIu64 " payload writes and %" PRIu64
                " words are without an answer", ch, watch->data_aw.n - watch->data_b.n,
                watch->word_aw.n - watch->word_b.n);
}

unsigned scene_rearm(struct tb *tb, unsigned ch, uint16_t chanctrl)
{
    const unsigned before = tb_messages(tb, ch);

    for (int turn = 0;; turn++) {
        unsigned n;

        if (turn > 64)
            tb_fail(tb, "channel %u: re-arming brings one message after the other", ch);
        tb_wait_quiet(tb, TB_LONG);
        n = tb_messages(tb, ch);
        TB_WR(tb, ch, CHANCTRL, chanctrl | IOAT_CHANCTRL_INT_DISABLE);
        tb_step(tb, 4);
        /* Hardware sets INT_DISABLE again exactly when it signals. */
        if (!(TB_RD(tb, ch, CHANCTRL) & IOAT_CHANCTRL_INT_DISABLE))
            break;
        tb_wait_messages(tb, ch, n + 1, TB_LONG);
    }
    return tb_messages(tb, ch) - before;
}

void scene_expect_runs(struct tb *tb, unsigned ch, const struct cells *cells,
                       enum scene_mode mode)
{
    const uint64_t before = scene_written(tb, ch);

    scene_start(tb, ch, cells, cells->n, mode);
    tb_wait_state(tb, ch, ~TB_IN(ACTIVE), TB_LONG);
    tb_expect_reg(tb, IOAT_CHAN(ch, CHANSTS), IOAT_CHANSTS_BITS / 8,
                  TB_WORD(cells_end(cells), IDLE));
    cells_expect(tb, cells, 0, cells->n, CELL_DONE);
    tb_expect(tb, "payload bytes written by the chain", scene_written(tb, ch) - before,
              cells_bytes(cells, 0, cells->n));
}
