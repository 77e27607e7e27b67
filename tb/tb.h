/* tb.h - the test bench: libcheck on the simulated PCIe BAR.
 *
 *   START_TEST --> tb_open --> ioat_sim (RTL, host memory, checkers)
 *       |             |
 *       |             +--> regions in host memory: data, descriptors, words, read-only
 *       |             +--> watch: every bus handshake counted per channel, messages logged
 *       +--> tb_copy, tb_start_count, tb_wait_state, tb_assert_* --> tb_close
 *
 * A failure inside the bench is a failure of the running test. Its text names the
 * register or the memory, what was expected and read, the clock, the seed, the
 * note of the test (tb_note) and the line that called the bench.
 *
 * How tests are written:
 *   - a file tb/test_NAME.c defines `Suite *NAME_suite(void)` and creates the suite
 *     with suite_create("NAME"); cases come from tb_case().
 *   - a test is named by requirement and outcome: h_r04_byte_write_of_chancmd_leaves_dmacount.
 *   - a test opens its own bench and closes it. A failing test never reaches tb_close;
 *     the bench closes wave and simulator when the test's process ends.
 *   - builds differ in data width, channels and descriptor port: use tb->channels and
 *     tb->build, never a literal.
 *
 * Environment:
 *   TB_WAVE=1     record every bench from its first clock; passing tests remove the file
 *   TB_WAVE_DIR   where waves go; default "waves"
 *   TB_SEED       seed of memory timing and of tb_rand; default 1
 *   CK_*          libcheck's own: CK_RUN_SUITE, CK_RUN_CASE, CK_FORK, CK_VERBOSITY, ...
 *
 * Functions fail the test on any error unless their text says otherwise. `tb` is
 * evaluated more than once by some of them: pass a plain variable.
 */
#ifndef TB_H
#define TB_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

/* ---- the bench ---- */

/* A piece of host memory: [bus, bus + bytes) seen by the device, cpu by the test. */
struct tb_region {
    uint64_t bus;
    uint64_t bytes;
    uint8_t *cpu;
};

/* Number of events of one kind, and the clocks of the first and the last. */
struct tb_tally {
    uint64_t n, first, last;
};

/* What one channel did on the AXI masters since tb_open or tb_watch_clear.
 * ar, aw: requests; r, w: beats; b: answers. */
struct tb_watch {
    struct tb_tally desc_ar, desc_r;
    struct tb_tally data_ar, data_r, data_aw, data_w, data_b;
    struct tb_tally word_aw, word_w, word_b;
    struct tb_tally msg_aw, msg_w, msg_b;   /* of the vector of the same number */
    uint64_t word;                          /* value of the newest completion word on W */
    uint64_t word_addr;                     /* and where it went */
};

/* A message that reached the interrupt controller. */
struct tb_message {
    uint64_t clock;
    uint64_t addr;
    uint32_t data;
    int vector;          /* whose tb_msix_setup values these are; -1: nobody's */
};

/* A bus handshake as recorded by tb_log; struct ioat_sim_event without pointer. */
struct tb_event {
    enum ioat_sim_event_kind kind;
    uint64_t clock;
    unsigned port, id;
    uint64_t addr;
    unsigned bytes, cache, resp;
    bool last;
    uint64_t strobe;
    uint64_t value;      /* W: the first 8 enabled bytes; R: the first 8 bytes of the
                            beat; BAR: the 64-bit lane; 0 otherwise */
};

enum { TB_CHAN_MAX = IOAT_CHAN_MAX, TB_MESSAGE_MAX = 4096 };

struct tb {
    struct ioat_sim *sim;
    const struct ioat_sim_build *build;
    unsigned channels;               /* = build->channels */

    struct tb_region data;           /* 16 MiB, device may read and write */
    struct tb_region desc;           /* 4 MiB of descriptor slots, read and write */
    struct tb_region words;          /* 64 KiB, completion words, read and write */
    struct tb_region rom;            /* 64 KiB, device may only read */
    uint64_t hole;                   /* bus address inside 16 MiB that nothing maps */

    struct tb_watch watch[TB_CHAN_MAX];
    struct tb_message message[TB_MESSAGE_MAX]; /* the first TB_MESSAGE_MAX ones */
    unsigned message_n;              /* all of them */

    struct tb_event *log;            /* tb_log: recorded handshakes, in order */
    size_t log_n;

    ioat_sim_event_fn *hook;         /* called for every handshake, after the watch; may be */
    void *hook_ctx;                  /* NULL; may not advance time nor fail the test */

    uint64_t seed;
    const char *violation;           /* text of the first rule violation, or NULL */
    struct tb_private *priv;
};

/* Opens a bench. timing NULL: ideal memory. All regions lie above 4 GiB when the
 * build has the address bits for it. CHANERR etc. are at power-on values, vectors
 * are masked, MSI-X and bus master are enabled. */
struct tb *tb_open(const struct ioat_sim_timing *timing);

/* Releases withheld answers, waits until the bus is quiet, checks every guard byte,
 * that no rule was violated and that nothing promised is missing; frees it. */
void tb_close(struct tb *tb);

/* Text that appears in every later failure of this bench, e.g. the row of a table
 * or the offset of a sweep. printf style. */
void tb_note(struct tb *tb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the test with a message that carries clock, seed, note and wave. */
_Noreturn void tb_fail(struct tb *tb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ck_assert for anything that a bench can explain better: condition, then a printf
 * style text of what was expected. Like each assertion of libcheck that holds, it writes to a
 * file: a loop over bytes or clocks fails by itself, and asserts nothing while all is well. */
#define tb_assert(tb, condition, ...)                  \
    do {                                               \
        tb_here((tb), __FILE__, __LINE__);             \
        if (condition)                                 \
            mark_point();                              \
        else                                           \
            tb_fail((tb), __VA_ARGS__);                \
    } while (0)

/* Adds a case with a time limit in seconds of wall clock to the suite. Case names
 * are unique in the program: the re-run of failures selects by them. */
TCase *tb_case(Suite *suite, const char *name, double seconds);

/* Keeps the caller's place for the failure text; used by the macros below. */
void tb_here(struct tb *tb, const char *file, int line);

/* ---- time ---- */

uint64_t tb_now(const struct tb *tb);
void tb_step(struct tb *tb, uint64_t clocks);

/* Steps until cond(ctx), at most `clocks`; `what` names it in the failure. */
void tb_wait(struct tb *tb, bool (*cond)(void *ctx), void *ctx, uint64_t clocks,
             const char *what);
/* Steps until no request is open or pending on the AXI masters. */
void tb_wait_quiet(struct tb *tb, uint64_t clocks);
/* Clocks in `us` microseconds of this build. */
uint64_t tb_us(const struct tb *tb, uint64_t us);

/* Generous bound for small scenarios, clocks, on any timing of tb_timings. */
#define TB_LONG 200000

/* ---- registers ---- */

/* BAR0 access, offset and width in bytes. */
uint64_t tb_read(struct tb *tb, uint32_t offset, unsigned width);
void tb_write(struct tb *tb, uint32_t offset, unsigned width, uint64_t value);
/* Queued write; time does not move (ioat_sim_bar_post). */
void tb_post(struct tb *tb, uint32_t offset, unsigned width, uint64_t value);

/* The same, `reg` being an offset in the block of channel ch: IOAT_CHANSTS, ... */
uint64_t tb_chan_read(struct tb *tb, unsigned ch, uint32_t reg, unsigned width);
void tb_chan_write(struct tb *tb, unsigned ch, uint32_t reg, unsigned width, uint64_t value);
void tb_chan_post(struct tb *tb, unsigned ch, uint32_t reg, unsigned width, uint64_t value);

/* By name, in the register's own width: TB_RD(tb, 0, CHANSTS), TB_WR(tb, 0, DMACOUNT, 1),
 * TB_POST(tb, 0, CHANCMD, IOAT_CHANCMD_START); G: global; V: of an MSI-X vector. */
#define TB_RD(tb, ch, reg) tb_chan_read((tb), (ch), IOAT_##reg, IOAT_##reg##_BITS / 8)
#define TB_WR(tb, ch, reg, value) \
    tb_chan_write((tb), (ch), IOAT_##reg, IOAT_##reg##_BITS / 8, (value))
#define TB_POST(tb, ch, reg, value) \
    tb_chan_post((tb), (ch), IOAT_##reg, IOAT_##reg##_BITS / 8, (value))
#define TB_GRD(tb, reg) tb_read((tb), IOAT_##reg, IOAT_##reg##_BITS / 8)
#define TB_GWR(tb, reg, value) tb_write((tb), IOAT_##reg, IOAT_##reg##_BITS / 8, (value))
#define TB_VRD(tb, v, reg) tb_read((tb), IOAT_VECTOR((v), reg), IOAT_##reg##_BITS / 8)
#define TB_VWR(tb, v, reg, value) \
    tb_write((tb), IOAT_VECTOR((v), reg), IOAT_##reg##_BITS / 8, (value))

/* A 64-bit register as two 32-bit writes. */
enum tb_half_order { TB_LOW_FIRST, TB_HIGH_FIRST };
void tb_write_halves(struct tb *tb, uint32_t offset, uint64_t value, enum tb_half_order order);

/* Name of the register that holds this BAR0 offset ("CHANSTS of channel 2"), for
 * messages. The text is overwritten by the fourth call after. */
const char *tb_reg_name(const struct tb *tb, uint32_t offset);

/* ---- config space ---- */

uint32_t tb_cfg_read(struct tb *tb, unsigned offset, unsigned width);
void tb_cfg_write(struct tb *tb, unsigned offset, unsigned width, uint32_t value);
/* Offset of a capability (PCI_CAP_ID_* of linux/pci_regs.h); fails when absent. */
unsigned tb_cfg_cap(struct tb *tb, unsigned id);
void tb_bus_master(struct tb *tb, bool on);
void tb_msix_enable(struct tb *tb, bool on);
void tb_msix_function_mask(struct tb *tb, bool on);
/* Function-level reset, then the 100 us that software must wait. */
void tb_flr(struct tb *tb);

/* ---- memory and descriptors ---- */

/* Bus address of descriptor slot `index` (0 .. desc.bytes / 64 - 1). */
uint64_t tb_slot(struct tb *tb, unsigned index);
/* Zeroes the next free slot and returns its bus address. */
uint64_t tb_desc_new(struct tb *tb);
/* The descriptor at a bus address of the descriptor region. */
struct ioat_desc *tb_desc(struct tb *tb, uint64_t bus);

/* A descriptor in the next free slot, NEXT = 0; `flags` are IOAT_CONTROL_* flags
 * without operation. Returns its bus address. */
uint64_t tb_copy(struct tb *tb, uint64_t dst, uint64_t src, uint32_t size, uint32_t flags);
uint64_t tb_fill(struct tb *tb, uint64_t dst, uint64_t pattern, uint32_t size, uint32_t flags);
uint64_t tb_null(struct tb *tb, uint32_t flags);
/* Any operation code, no address. */
uint64_t tb_op(struct tb *tb, unsigned op, uint32_t flags);

/* NEXT of `from` := to. */
void tb_link(struct tb *tb, uint64_t from, uint64_t to);
/* n null descriptors in slots of their own, linked, the last with NEXT = 0; all with
 * `flags`, the last with `last_flags` besides. bus[0..n-1] receives their addresses
 * unless NULL. Returns the first. */
uint64_t tb_null_chain(struct tb *tb, unsigned n, uint32_t flags, uint32_t last_flags,
                       uint64_t *bus);
/* Links bus[0] -> bus[1] -> ... -> bus[n-1]; the last keeps its NEXT. */
void tb_chain(struct tb *tb, const uint64_t *bus, unsigned n);

/* A buffer in the data region. */
struct tb_buf {
    uint64_t bus;
    uint8_t *cpu;
    size_t bytes;
};
/* Every byte of a fresh destination; no byte of a source. */
enum { TB_DST_BYTE = 0xd5 };
/* A buffer whose first byte lies `offset` (0..4095) bytes into a page.
 * src: filled with pseudo-random bytes; dst: with TB_DST_BYTE. The guard bytes around
 * buffers of either kind are checked by tb_check_guards and tb_close. */
struct tb_buf tb_src(struct tb *tb, size_t bytes, unsigned offset);
struct tb_buf tb_dst(struct tb *tb, size_t bytes, unsigned offset);
/* Forgets all descriptors and buffers (their guards are checked first): for the next
 * row of a sweep. */
void tb_rewind(struct tb *tb);

/* dst holds the first `bytes` of src, and the guards stand. */
void tb_check_copy(struct tb *tb, const struct tb_buf *dst, const struct tb_buf *src,
                   size_t bytes);
/* dst holds the pattern, phase 0 at its first byte. */
void tb_check_fill(struct tb *tb, const struct tb_buf *dst, uint64_t pattern, size_t bytes);
/* Nothing was written to dst. */
void tb_check_untouched(struct tb *tb, const struct tb_buf *dst);
void tb_check_guards(struct tb *tb);

/* Answers to reads from, or writes to, these bytes are withheld until ioat_sim_fault_clear. */
void tb_hold(struct tb *tb, enum ioat_sim_fault_kind kind, uint64_t bus, uint64_t bytes);

/* Pseudo-random numbers from the seed; below: 0 .. n-1. */
uint64_t tb_rand(struct tb *tb);
uint64_t tb_rand_below(struct tb *tb, uint64_t n);

/* ---- running a channel ---- */

#define TB_NO_WORD UINT64_MAX    /* what the bench stores where no word has come yet */

/* The completion word of a channel: tb_setup gives it to CHANCMP. */
uint64_t tb_word_bus(const struct tb *tb, unsigned ch);
volatile uint64_t *tb_word(const struct tb *tb, unsigned ch);

/* CHANCTRL := chanctrl, CHANCMP := tb_word_bus, the word := TB_NO_WORD. */
void tb_setup(struct tb *tb, unsigned ch, uint16_t chanctrl);
/* CHANCTRL that Linux writes: re-arm, error completion, any-error abort, error interrupt. */
#define TB_CHANCTRL_ALL                                                                 \
    (IOAT_CHANCTRL_INT_DISABLE | IOAT_CHANCTRL_ERR_COMPLETION_EN |                      \
     IOAT_CHANCTRL_ANY_ERR_ABORT_EN | IOAT_CHANCTRL_ERR_INT_EN)

void tb_start_count(struct tb *tb, unsigned ch, uint64_t chain, uint16_t count);
void tb_start_list(struct tb *tb, unsigned ch, uint64_t chain);
void tb_command(struct tb *tb, unsigned ch, uint8_t chancmd);
/* RESET, then polls until the command reads as done. */
void tb_reset(struct tb *tb, unsigned ch, uint64_t clocks);

unsigned tb_state(struct tb *tb, unsigned ch);         /* CHANSTS bits 2:0 now */
uint64_t tb_completed(struct tb *tb, unsigned ch);     /* CHANSTS bits 63:6, in place */

/* A source of single completions: CHANCTRL, CHANCMP and CHAINADDR are set up for one null
 * descriptor with `flags` whose NEXT is itself, so every count of DMACOUNT completes it
 * once more. tb_ring_run rings the doorbell for n completions and waits for IDLE;
 * tb_ring_post only posts the doorbell. Returns the descriptor's address. */
uint64_t tb_ring(struct tb *tb, unsigned ch, uint16_t chanctrl, uint32_t flags);
void tb_ring_run(struct tb *tb, unsigned ch, uint16_t n);
void tb_ring_post(struct tb *tb, unsigned ch, uint16_t n);

/* One bit a state, for sets: TB_IN(IDLE) | TB_IN(HALTED). */
#define TB_IN(state) (1u << IOAT_CHANSTS_STATE_##state)
/* Reads CHANSTS until its state is in the set, at most `clocks`; returns the state. */
unsigned tb_wait_state(struct tb *tb, unsigned ch, unsigned set, uint64_t clocks);
/* Steps until the completion word in memory is `word`. */
void tb_wait_word(struct tb *tb, unsigned ch, uint64_t word, uint64_t clocks);
/* The word of a descriptor and a state: TB_WORD(desc, IDLE). */
#define TB_WORD(desc, state) ((uint64_t)(desc) | IOAT_CHANSTS_STATE_##state)

/* ---- MSI-X ---- */

/* Vector v: message address and data of its own, unmasked, for all channels. */
void tb_msix_setup(struct tb *tb);
uint64_t tb_msix_addr(unsigned vector);
uint32_t tb_msix_data(unsigned vector);
void tb_msix_mask(struct tb *tb, unsigned vector, bool masked);
/* The pending bit of a vector in the PBA. */
bool tb_msix_pending(struct tb *tb, unsigned vector);
/* Messages received for a vector so far; the newest one (fails when there is none). */
unsigned tb_messages(const struct tb *tb, unsigned vector);
const struct tb_message *tb_last_message(struct tb *tb, unsigned vector);
void tb_wait_messages(struct tb *tb, unsigned vector, unsigned n, uint64_t clocks);

/* ---- bus watch ---- */

/* K-60: what an AXI ID says. */
enum tb_read_kind { TB_READ_DATA = 0, TB_READ_DESC = 1 };
enum tb_write_kind { TB_WRITE_DATA = 0, TB_WRITE_WORD = 1, TB_WRITE_MESSAGE = 2 };
static inline unsigned tb_id_kind(unsigned id) { return id >> 4 & 3u; }
static inline unsigned tb_id_channel(unsigned id) { return id & 15u; }

/* Zeroes watch[], the message list and the log. */
void tb_watch_clear(struct tb *tb);
/* Starts (true) or stops recording handshakes into tb->log. */
void tb_log(struct tb *tb, bool on);
/* First recorded event at or after index `from` whose kind is `kind`; for AXI kinds
 * also of this ID kind and channel. Returns its index, or log_n. */
size_t tb_find(const struct tb *tb, size_t from, enum ioat_sim_event_kind kind,
               unsigned id_kind, unsigned ch);

/* ---- assertions on the device ---- */

/* got == want, with the name of the value. */
void tb_expect(struct tb *tb, const char *name, uint64_t got, uint64_t want);

/* Reads the register in its own width and compares: tb_assert_reg(tb, 0, DMACOUNT, 5). */
#define tb_assert_reg(tb, ch, reg, want)                                                  \
    (tb_here((tb), __FILE__, __LINE__),                                                   \
     tb_expect_reg((tb), IOAT_CHAN((ch), reg), IOAT_##reg##_BITS / 8, (want)))
#define tb_assert_global(tb, reg, want)                                                   \
    (tb_here((tb), __FILE__, __LINE__),                                                   \
     tb_expect_reg((tb), IOAT_##reg, IOAT_##reg##_BITS / 8, (want)))
void tb_expect_reg(struct tb *tb, uint32_t offset, unsigned width, uint64_t want);

/* CHANSTS state, by name: tb_assert_state(tb, 0, IDLE). */
#define tb_assert_state(tb, ch, state)                                                    \
    (tb_here((tb), __FILE__, __LINE__),                                                   \
     tb_expect_state((tb), (ch), IOAT_CHANSTS_STATE_##state))
void tb_expect_state(struct tb *tb, unsigned ch, unsigned state);
/* CHANERR is exactly this value: tb_assert_chanerr(tb, 0, IOAT_CHANERR_READ_DATA). */
#define tb_assert_chanerr(tb, ch, want)                                                   \
    (tb_here((tb), __FILE__, __LINE__), tb_expect_chanerr((tb), (ch), (want)))
void tb_expect_chanerr(struct tb *tb, unsigned ch, uint32_t want);
/* The completion word in memory. */
#define tb_assert_word(tb, ch, want)                                                      \
    (tb_here((tb), __FILE__, __LINE__), tb_expect_word((tb), (ch), (want)))
void tb_expect_word(struct tb *tb, unsigned ch, uint64_t want);
/* tb_assert_eq(tb, tb_messages(tb, 0), 1): prints the expression. */
#define tb_assert_eq(tb, got, want)                                                       \
    (tb_here((tb), __FILE__, __LINE__), tb_expect((tb), #got, (uint64_t)(got), (uint64_t)(want)))

/* ---- timings for loop tests ---- */

struct tb_timing {
    const char *name;
    struct ioat_sim_timing timing;
};
/* [0] is ideal memory. Use tcase_add_loop_test(tc, test, 0, tb_timing_n) and
 * tb_open(&tb_timings[_i].timing). */
extern const struct tb_timing tb_timings[];
extern const int tb_timing_n;

/* ---- sweeps over the clock ---- */

/* One scenario and one action that is issued at every clock of it.
 *
 * A run: tb_rewind; prepare; start; `offset` clocks; action; check. The offsets go
 * from 0 to the length of the scenario, which a run without action measures first
 * (from start until done), plus `margin`.
 *   prepare  builds chains and buffers and writes registers; time may pass
 *   start    issues what starts the scenario with tb_post only: offset 0 is the write
 *            right behind it
 *   done     true when the scenario is over; looked at once a clock, may not advance time
 *   action   issues the action; its first access begins at the clock. With tb_post time
 *            does not move; a blocking access lets it
 *   check    waits for the end and asserts; offset is also in tb_note
 * Between runs of one bench every channel is RESET (polled), CHANERR and ATTNSTATUS are
 * cleared and watch and messages are forgotten. fresh: a new bench for every run. */
struct tb_sweep {
    void (*prepare)(struct tb *tb, void *ctx);
    void (*start)(struct tb *tb, void *ctx);
    bool (*done)(struct tb *tb, void *ctx);
    void (*action)(struct tb *tb, void *ctx);
    void (*check)(struct tb *tb, void *ctx, uint64_t offset);
    void *ctx;
    uint64_t margin;         /* offsets beyond the measured length, clocks */
    uint64_t limit;          /* longest scenario, clocks; 0: TB_LONG */
    uint64_t stride;         /* clocks between offsets; 0: 1 */
    bool fresh;
};

/* Returns the measured length in clocks. */
uint64_t tb_sweep(const struct ioat_sim_timing *timing, const struct tb_sweep *sweep);

/* The scrub between runs: every channel RESET, CHANERR and ATTNSTATUS cleared, masks and
 * delays back to 0, watch cleared, tb_rewind. The MSI-X table stays. */
void tb_scrub(struct tb *tb);

/* ---- the caller's line for the failure text ---- */

#ifndef TB_INTERNAL    /* the bench's own files keep the place of their caller */
#define TB_AT(tb) tb_here((tb), __FILE__, __LINE__)
#define tb_step(tb, clocks) (TB_AT(tb), (tb_step)((tb), (clocks)))
#define tb_wait(tb, cond, ctx, clocks, what) \
    (TB_AT(tb), (tb_wait)((tb), (cond), (ctx), (clocks), (what)))
#define tb_wait_quiet(tb, clocks) (TB_AT(tb), (tb_wait_quiet)((tb), (clocks)))
#define tb_read(tb, offset, width) (TB_AT(tb), (tb_read)((tb), (offset), (width)))
#define tb_write(tb, offset, width, value) \
    (TB_AT(tb), (tb_write)((tb), (offset), (width), (value)))
#define tb_post(tb, offset, width, value) \
    (TB_AT(tb), (tb_post)((tb), (offset), (width), (value)))
#define tb_chan_read(tb, ch, reg, width) \
    (TB_AT(tb), (tb_chan_read)((tb), (ch), (reg), (width)))
#define tb_chan_write(tb, ch, reg, width, value) \
    (TB_AT(tb), (tb_chan_write)((tb), (ch), (reg), (width), (value)))
#define tb_chan_post(tb, ch, reg, width, value) \
    (TB_AT(tb), (tb_chan_post)((tb), (ch), (reg), (width), (value)))
#define tb_command(tb, ch, cmd) (TB_AT(tb), (tb_command)((tb), (ch), (cmd)))
#define tb_start_count(tb, ch, chain, n) \
    (TB_AT(tb), (tb_start_count)((tb), (ch), (chain), (n)))
#define tb_start_list(tb, ch, chain) (TB_AT(tb), (tb_start_list)((tb), (ch), (chain)))
#define tb_setup(tb, ch, chanctrl) (TB_AT(tb), (tb_setup)((tb), (ch), (chanctrl)))
#define tb_ring_run(tb, ch, n) (TB_AT(tb), (tb_ring_run)((tb), (ch), (n)))
#define tb_wait_state(tb, ch, set, clocks) \
    (TB_AT(tb), (tb_wait_state)((tb), (ch), (set), (clocks)))
#define tb_wait_word(tb, ch, word, clocks) \
    (TB_AT(tb), (tb_wait_word)((tb), (ch), (word), (clocks)))
#define tb_wait_messages(tb, v, n, clocks) \
    (TB_AT(tb), (tb_wait_messages)((tb), (v), (n), (clocks)))
#define tb_last_message(tb, v) (TB_AT(tb), (tb_last_message)((tb), (v)))
#define tb_reset(tb, ch, clocks) (TB_AT(tb), (tb_reset)((tb), (ch), (clocks)))
#define tb_check_copy(tb, dst, src, n) \
    (TB_AT(tb), (tb_check_copy)((tb), (dst), (src), (n)))
#define tb_check_fill(tb, dst, pat, n) \
    (TB_AT(tb), (tb_check_fill)((tb), (dst), (pat), (n)))
#define tb_check_untouched(tb, dst) (TB_AT(tb), (tb_check_untouched)((tb), (dst)))
#define tb_hold(tb, kind, bus, bytes) (TB_AT(tb), (tb_hold)((tb), (kind), (bus), (bytes)))
#define tb_check_guards(tb) (TB_AT(tb), (tb_check_guards)((tb)))
#define tb_close(tb) (TB_AT(tb), (tb_close)((tb)))
#endif

#endif
