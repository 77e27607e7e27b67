/* scene.h - what tests of commands and chains share on top of the bench.
 *
 *   cells     descriptors that each move bytes of their own: memory tells which ran
 *   words     the completion words of one channel, in the order of the bus
 *   holding   memory that does not answer, so that a channel stays ACTIVE
 *   settling  waits and proofs of silence around a command
 *
 * As in tb.h, every function fails the running test on what it does not expect.
 */
#ifndef SCENE_H
#define SCENE_H

#include "tb.h"

/* ---- cells ---- */

enum { CELLS_MAX = 256, CELL_BYTES_MAX = 512 };

enum cell_mark {
    CELL_UNTOUCHED,
    CELL_MIXED,       /* some bytes old, some new: the transfer was cut short */
    CELL_DONE,
};

struct cell {
    uint64_t desc;                    /* bus address */
    struct tb_buf src, dst;           /* bytes 0: a fill, a null */
    uint8_t before[CELL_BYTES_MAX];   /* destination when untouched */
    uint8_t want[CELL_BYTES_MAX];     /* destination when done */
};

struct cells {
    unsigned n;
    struct cell cell[CELLS_MAX];
};

/* Forgets the cells, not their memory: call it before a chain is built. */
void cells_clear(struct cells *cells);

/* One more cell with NEXT = 0; offsets are those of tb_src and tb_dst, `flags` those
 * of tb_copy. size 1..CELL_BYTES_MAX. Return the descriptor's bus address. */
uint64_t cells_copy(struct tb *tb, struct cells *cells, uint32_t size, unsigned src_offset,
                    unsigned dst_offset, uint32_t flags);
uint64_t cells_fill(struct tb *tb, struct cells *cells, uint32_t size, unsigned dst_offset,
                    uint32_t flags);
uint64_t cells_null(struct tb *tb, struct cells *cells, uint32_t flags);

/* Clears, then makes n linked copies of different sizes and alignments, the last with
 * NEXT = 0; all carry `flags`, the last `last_flags` besides. */
void cells_make(struct tb *tb, struct cells *cells, unsigned n, uint32_t flags,
                uint32_t last_flags);

/* Clears, then makes the six-descriptor chain of the sweeps: 1 to 300 bytes, a fill, a
 * null, unaligned, over page ends, a fence. COMPL_WRITE on 0, 2, 5; INT_EN on 2, 3, 5. */
enum { MIXED_N = 6 };
void cells_make_mixed(struct tb *tb, struct cells *cells);
bool mixed_interrupts(int index);      /* does the cell carry INT_EN? */

/* Links cells first .. first + n - 1; the last of them gets NEXT = 0. */
void cells_link(struct tb *tb, const struct cells *cells, unsigned first, unsigned n);

/* Descriptor of a cell; of the last cell. */
uint64_t cells_at(const struct cells *cells, unsigned i);
uint64_t cells_end(const struct cells *cells);

/* Cell of a completed address, -1 for 0. */
int cells_index(struct tb *tb, const struct cells *cells, uint64_t completed);

/* What the destination says. A byte that is neither old nor new fails. Cells without a
 * destination are DONE. */
enum cell_mark cells_mark(struct tb *tb, const struct cells *cells, unsigned i);

/* Cells from .. to - 1 have this mark; those without a destination are passed over. */
void cells_expect(struct tb *tb, const struct cells *cells, unsigned from, unsigned to,
                  enum cell_mark mark);

/* Cells 0 .. last are done and the others untouched (cut: or written in part or whole,
 * as ABORT and RESET may leave them). last -1: none is done. */
void cells_expect_stopped(struct tb *tb, const struct cells *cells, int last, bool cut);

/* Number of cells that ran, when the chain was left at some descriptor boundary: done
 * ones first, untouched ones behind. */
unsigned cells_ran(struct tb *tb, const struct cells *cells);

/* Bytes that cells from .. to - 1 move. */
uint64_t cells_bytes(const struct cells *cells, unsigned from, unsigned to);

/* Destinations as they were before: the next run shows again. */
void cells_restore(struct cells *cells);

/* Makes every descriptor of the chain one that halts the engine, if it is read. */
void cells_ruin(struct tb *tb, const struct cells *cells);

/* Payload bytes that a channel wrote since tb_open, by strobe. A descriptor that ran
 * twice shows here, though its destination looks the same. */
uint64_t scene_written(struct tb *tb, unsigned ch);

/* ---- words ---- */

enum { WORDS_MAX = 1024 };

struct words {
    unsigned ch, n;
    uint64_t value[WORDS_MAX];
};

/* Records the words of channel ch from now on, through tb->hook. */
void words_watch(struct tb *tb, struct words *words, unsigned ch);
/* How many of them have this value; name this descriptor in any state. */
unsigned words_equal(const struct words *words, uint64_t value);
unsigned words_naming(const struct words *words, uint64_t desc);
/* Each names a cell (or none), and none goes back. */
void words_expect_order(struct tb *tb, const struct words *words, const struct cells *cells);

/* ---- holding ---- */

/* Answers to reads of the buffer, to writes into it, are withheld until scene_release. */
void scene_hold_reads(struct tb *tb, const struct tb_buf *buf);
void scene_hold_writes(struct tb *tb, uint64_t bus, uint64_t bytes);
void scene_release(struct tb *tb);

enum scene_mode { SCENE_COUNT, SCENE_LIST, SCENE_MODE_N };
extern const char *const scene_mode_name[];   /* "count mode", "list mode" */

/* TB_CHANCTRL_ALL without error completion. */
#define SCENE_CHANCTRL_SILENT (TB_CHANCTRL_ALL & ~IOAT_CHANCTRL_ERR_COMPLETION_EN)

/* More descriptors than the engine has in flight (TRANSFERS and PREFETCH of the default
 * build together): with the first one held, some of this many have not started. */
enum { SCENE_LONG = 150 };

/* Starts `n` descriptors of the chain (in list mode n is the caller's: NEXT ends it). */
void scene_start(struct tb *tb, unsigned ch, const struct cells *cells, unsigned n,
                 enum scene_mode mode);
/* The same with cell 0's source held; returns when its read is on the bus: the channel
 * is ACTIVE, cell 0 has started, nothing is complete. */
void scene_start_held(struct tb *tb, unsigned ch, const struct cells *cells, unsigned n,
                      enum scene_mode mode);

/* A bench in ideal memory with MSI-X set up, and on channel 0 a held chain of SCENE_LONG
 * descriptors that all carry `flags`. */
struct tb *scene_open_held(struct cells *cells, enum scene_mode mode, uint16_t chanctrl,
                           uint32_t flags);

/* ---- settling ---- */

/* Polls CHANCMD until these bits read 0. */
void scene_wait_command(struct tb *tb, unsigned ch, uint8_t bits);
/* Polls until no command and no work is under way, then until the bus is quiet. */
void scene_settle(struct tb *tb, unsigned ch);

/* For `clocks` the channel neither asks nor is answered on AXI; messages apart, or not. */
void scene_expect_no_dma(struct tb *tb, unsigned ch, uint64_t clocks);
void scene_expect_silence(struct tb *tb, unsigned ch, uint64_t clocks);
/* No write of the channel lacks its answer. */
void scene_expect_answered(struct tb *tb, unsigned ch);

/* Writes chanctrl with the re-arm bit until no event waits; returns how many messages
 * came. Every event that was due is signalled then. */
unsigned scene_rearm(struct tb *tb, unsigned ch, uint16_t chanctrl);

/* The chain runs from start to IDLE: all done, once, completed address, no error. */
void scene_expect_runs(struct tb *tb, unsigned ch, const struct cells *cells,
                       enum scene_mode mode);

#ifndef TB_INTERNAL
#define cells_index(tb, cells, completed) (TB_AT(tb), (cells_index)((tb), (cells), (completed)))
#define cells_mark(tb, cells, i) (TB_AT(tb), (cells_mark)((tb), (cells), (i)))
#define cells_expect(tb, cells, from, to, mark) \
    (TB_AT(tb), (cells_expect)((tb), (cells), (from), (to), (mark)))
#define cells_expect_stopped(tb, cells, last, cut) \
    (TB_AT(tb), (cells_expect_stopped)((tb), (cells), (last), (cut)))
#define cells_ran(tb, cells) (TB_AT(tb), (cells_ran)((tb), (cells)))
#define words_expect_order(tb, words, cells) \
    (TB_AT(tb), (words_expect_order)((tb), (words), (cells)))
#define scene_start(tb, ch, cells, n, mode) \
    (TB_AT(tb), (scene_start)((tb), (ch), (cells), (n), (mode)))
#define scene_start_held(tb, ch, cells, n, mode) \
    (TB_AT(tb), (scene_start_held)((tb), (ch), (cells), (n), (mode)))
#define scene_wait_command(tb, ch, bits) (TB_AT(tb), (scene_wait_command)((tb), (ch), (bits)))
#define scene_settle(tb, ch) (TB_AT(tb), (scene_settle)((tb), (ch)))
#define scene_expect_no_dma(tb, ch, clocks) \
    (TB_AT(tb), (scene_expect_no_dma)((tb), (ch), (clocks)))
#define scene_expect_silence(tb, ch, clocks) \
    (TB_AT(tb), (scene_expect_silence)((tb), (ch), (clocks)))
#define scene_expect_answered(tb, ch) (TB_AT(tb), (scene_expect_answered)((tb), (ch)))
#define scene_rearm(tb, ch, chanctrl) (TB_AT(tb), (scene_rearm)((tb), (ch), (chanctrl)))
#define scene_expect_runs(tb, ch, cells, mode) \
    (TB_AT(tb), (scene_expect_runs)((tb), (ch), (cells), (mode)))
#endif

#endif
