/* test_error.c - every cause of CHANERR, at the first, a middle and the last descriptor.
 *
 * A row of `causes` spoils one descriptor of a chain of copies. Whatever the cause: one
 * bit, HALTED, the last good descriptor, its data, no data beyond it when the cause is
 * found before any is moved, word and interrupt as enabled, and recovery.
 */
#include "tb.h"

enum { CHAIN_N = 5, COPY_BYTES = 200, POSITIONS = 3 };

struct chain {
    uint64_t bus[CHAIN_N];
    struct tb_buf src[CHAIN_N], dst[CHAIN_N];
    uint64_t first;          /* what goes to CHAINADDR */
    uint64_t word;           /* what goes to CHANCMP */
};

/* Address of the first byte beyond the address width; 0 for 2^64. */
static uint64_t beyond(const struct tb *tb)
{
    return tb->build->addr_bits == 64 ? 0 : UINT64_C(1) << tb->build->addr_bits;
}

static struct chain new_chain(struct tb *tb, uint32_t flags)
{
    struct chain chain = { .word = tb_word_bus(tb, 0) };

    for (unsigned i = 0; i < CHAIN_N; i++) {
        chain.src[i] = tb_src(tb, COPY_BYTES, 11 * i);
        chain.dst[i] = tb_dst(tb, COPY_BYTES, 7 * i);
        chain.bus[i] = tb_copy(tb, chain.dst[i].bus, chain.src[i].bus, COPY_BYTES, flags);
    }
    tb_chain(tb, chain.bus, CHAIN_N);
    chain.first = chain.bus[0];
    return chain;
}

/* ---- the causes ---- */

static void set_op(struct tb *tb, uint64_t bus, uint32_t op)
{
    struct ioat_desc *desc = tb_desc(tb, bus);

    desc->control = (desc->control & ~(uint32_t)IOAT_CONTROL_OP) |
                    (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, op);
}

/* XOR, PQ and CRC move, from the sheet's table of operations not built. */
static void spoil_op_2(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], 0x02);
}

static void spoil_op_xor(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], 0x87);
}

static void spoil_op_pq(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], 0x89);
}

static void spoil_size(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->size = (1u << tb->build->xfercap_log2) + 1;
}

static void spoil_size_all_ones(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->size = UINT32_MAX;
}

static void spoil_fill_size(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], IOAT_CONTROL_OP_FILL);
    spoil_size(tb, c, at);
}

static void spoil_src_range(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->src = beyond(tb) - COPY_BYTES + 1;
}

static void spoil_dst_range(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->dst = beyond(tb) - COPY_BYTES + 1;
}

static void spoil_fill_range(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], IOAT_CONTROL_OP_FILL);
    spoil_dst_range(tb, c, at);
}

static void spoil_next_align(struct tb *tb, struct chain *c, unsigned at)
{
    if (at == 0)
        c->first += 8;
    else
        tb_desc(tb, c->bus[at - 1])->next += 8;
}

static void spoil_next_zero(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at - 1])->next = 0;
}

static void spoil_next_unmapped(struct tb *tb, struct chain *c, unsigned at)
{
    if (at == 0)
        c->first = tb->hole;
    else
        tb_desc(tb, c->bus[at - 1])->next = tb->hole;
}

static void spoil_src_unmapped(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->src = tb->hole + 5;
}

static void spoil_dst_unmapped(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->dst = tb->hole + 5;
}

static void spoil_dst_read_only(struct tb *tb, struct chain *c, unsigned at)
{
    tb_desc(tb, c->bus[at])->dst = tb->rom.bus + 5;
}

static void spoil_fill_unmapped(struct tb *tb, struct chain *c, unsigned at)
{
    set_op(tb, c->bus[at], IOAT_CONTROL_OP_FILL);
    spoil_dst_unmapped(tb, c, at);
}

/* Only the spoiled descriptor asks for a word. */
static void ask_word(struct tb *tb, struct chain *c, unsigned at)
{
    for (unsigned i = 0; i < CHAIN_N; i++)
        tb_desc(tb, c->bus[i])->control &= ~(uint32_t)IOAT_CONTROL_COMPL_WRITE;
    tb_desc(tb, c->bus[at])->control |= IOAT_CONTROL_COMPL_WRITE;
}

static void spoil_word_align(struct tb *tb, struct chain *c, unsigned at)
{
    ask_word(tb, c, at);
    c->word += 4;
}

static void spoil_word_unmapped(struct tb *tb, struct chain *c, unsigned at)
{
    ask_word(tb, c, at);
    c->word = tb->hole;
}

enum {
    BEFORE_DATA = 1,         /* found before a byte of it, or of what follows, is moved */
    COUNT_ONLY = 2,          /* no error in list mode */
    NOT_FIRST = 4,           /* needs a descriptor before it */
    NO_WORD = 8,             /* the word itself is what fails */
};

static const struct cause {
    const char *name;
    void (*spoil)(struct tb *tb, struct chain *chain, unsigned at);
    uint32_t chanerr, chanerr_first;    /* the latter when the first descriptor is hit; 0: same */
    unsigned traits;
} causes[] = {
    { "operation 0x02", spoil_op_2, IOAT_CHANERR_DESC_CTRL, 0, BEFORE_DATA },
    { "operation XOR", spoil_op_xor, IOAT_CHANERR_DESC_CTRL, 0, BEFORE_DATA },
    { "operation PQ", spoil_op_pq, IOAT_CHANERR_DESC_CTRL, 0, BEFORE_DATA },
    { "size above the cap", spoil_size, IOAT_CHANERR_LENGTH, 0, BEFORE_DATA },
    { "size all ones", spoil_size_all_ones, IOAT_CHANERR_LENGTH, 0, BEFORE_DATA },
    { "fill above the cap", spoil_fill_size, IOAT_CHANERR_LENGTH, 0, BEFORE_DATA },
    { "source beyond the address width", spoil_src_range, IOAT_CHANERR_SRC_ADDR, 0, BEFORE_DATA },
    { "destination beyond the address width", spoil_dst_range, IOAT_CHANERR_DST_ADDR, 0,
      BEFORE_DATA },
    { "fill beyond the address width", spoil_fill_range, IOAT_CHANERR_DST_ADDR, 0, BEFORE_DATA },
    { "pointer not aligned", spoil_next_align, IOAT_CHANERR_DESC_ALIGN, IOAT_CHANERR_CHAIN_ADDR,
      BEFORE_DATA },
    { "next 0 with counted work left", spoil_next_zero, IOAT_CHANERR_NEXT_ADDR, 0,
      BEFORE_DATA | COUNT_ONLY | NOT_FIRST },
    { "descriptor not readable", spoil_next_unmapped, IOAT_CHANERR_READ_DATA, 0, BEFORE_DATA },
    { "source not readable", spoil_src_unmapped, IOAT_CHANERR_READ_DATA, 0, 0 },
    { "destination not mapped", spoil_dst_unmapped, IOAT_CHANERR_WRITE_DATA, 0, 0 },
    { "destination read-only", spoil_dst_read_only, IOAT_CHANERR_WRITE_DATA, 0, 0 },
    { "fill of unmapped memory", spoil_fill_unmapped, IOAT_CHANERR_WRITE_DATA, 0, 0 },
    { "completion address not aligned", spoil_word_align, IOAT_CHANERR_CMP_ADDR, 0, NO_WORD },
    { "completion word not writable", spoil_word_unmapped, IOAT_CHANERR_WRITE_DATA, 0, NO_WORD },
};
enum { CAUSE_N = sizeof causes / sizeof causes[0] };

/* ---- one run ---- */

/* The ways to run a row: every enable on and off, both modes, flagged or not. */
static const struct setting {
    const char *name;
    uint16_t chanctrl;
    uint32_t flags;          /* of all descriptors */
    bool masked;             /* the bit is set in CHANERRMSK */
    bool list;
} settings[] = {
    { "nothing enabled", 0, 0, false, false },
    { "all flagged, error interrupt", IOAT_CHANCTRL_ERR_INT_EN, IOAT_CONTROL_COMPL_WRITE, false,
      false },
    { "error word, last good one unflagged", IOAT_CHANCTRL_ERR_COMPLETION_EN, 0, false, false },
    { "all enabled", TB_CHANCTRL_ALL, IOAT_CONTROL_COMPL_WRITE, false, false },
    { "error interrupt masked", TB_CHANCTRL_ALL, 0, true, false },
    { "list mode, all enabled", TB_CHANCTRL_ALL, IOAT_CONTROL_COMPL_WRITE, false, true },
};
enum { SETTING_N = sizeof settings / sizeof settings[0] };

static uint64_t expected_word(const struct cause *cause, const struct setting *setting,
                              uint64_t last)
{
    if (cause->traits & NO_WORD)
        return TB_NO_WORD;
    if (setting->chanctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN)
        return TB_WORD(last, HALTED);
    return setting->flags && last ? TB_WORD(last, ACTIVE) : TB_NO_WORD;
}

/* H-E07: after W1C, of the other bits and of this one, and RESET, or just with a new chain. */
static void expect_recovery(struct tb *tb, bool with_reset, uint32_t chanerr)
{
    uint64_t bus = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);

    if (with_reset) {
        TB_WR(tb, 0, CHANERR, ~chanerr);
        tb_assert_chanerr(tb, 0, chanerr);
        TB_WR(tb, 0, CHANERR, chanerr);
        tb_reset(tb, 0, TB_LONG);
    }
    tb_setup(tb, 0, 0);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus, IDLE));
    tb_assert_word(tb, 0, TB_WORD(bus, IDLE));
    tb_assert_chanerr(tb, 0, with_reset ? 0 : chanerr);
}

static void run_cause(struct tb *tb, const struct cause *cause, unsigned at,
                      const struct setting *setting)
{
    struct chain chain = new_chain(tb, setting->flags);
    uint32_t bit = at == 0 && cause->chanerr_first ? cause->chanerr_first : cause->chanerr;
    uint64_t last = at == 0 ? 0 : chain.bus[at - 1];
    bool signals = setting->chanctrl & IOAT_CHANCTRL_ERR_INT_EN && !setting->masked;

    cause->spoil(tb, &chain, at);
    tb_setup(tb, 0, setting->chanctrl);
    TB_WR(tb, 0, CHANCMP, chain.word);
    TB_WR(tb, 0, CHANERRMSK, setting->masked ? bit : ~bit);
    if (setting->list)
        tb_start_list(tb, 0, chain.first);
    else
        tb_start_count(tb, 0, chain.first, CHAIN_N);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_chanerr(tb, 0, bit);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(last, HALTED));
    tb_step(tb, 1000);
    tb_assert_chanerr(tb, 0, bit);
    tb_assert_word(tb, 0, expected_word(cause, setting, last));
    tb_assert_eq(tb, tb_messages(tb, 0), signals ? 1 : 0);
    for (unsigned i = 0; i < at; i++)
        tb_check_copy(tb, &chain.dst[i], &chain.src[i], COPY_BYTES);
    for (unsigned i = at; i < CHAIN_N && cause->traits & BEFORE_DATA; i++)
        tb_check_untouched(tb, &chain.dst[i]);
    if (cause->chanerr == IOAT_CHANERR_CMP_ADDR)
        tb_assert_eq(tb, tb->watch[0].word_aw.n, 0);
    TB_WR(tb, 0, CHANERRMSK, 0);
}

/* H-D06, H-D07, H-E01, H-E02, H-E03, H-E04, H-E06, H-E07, H-E08, H-W07, H-W08, H-W09, H-I09,
 * R-DSC-3, R-ERR-1, R-ERR-3, R-INT-9, R-STA-7, R-STA-8, K-30, K-44: rows are causes x positions. */
START_TEST(h_e01_each_cause_sets_its_one_bit_and_stops_there)
{
    static const unsigned positions[POSITIONS] = { 0, CHAIN_N / 2, CHAIN_N - 1 };
    const struct cause *cause = &causes[_i / POSITIONS];
    unsigned at = positions[_i % POSITIONS];
    struct tb *tb = tb_open(NULL);

    tb_msix_setup(tb);
    for (unsigned s = 0; s < SETTING_N; s++) {
        if ((cause->traits & NOT_FIRST && at == 0) ||
            (cause->traits & COUNT_ONLY && settings[s].list))
            continue;
        tb_note(tb, "%s at descriptor %u, %s", cause->name, at, settings[s].name);
        run_cause(tb, cause, at, &settings[s]);
        expect_recovery(tb, s % 2, at == 0 && cause->chanerr_first ? cause->chanerr_first
                                                                   : cause->chanerr);
        tb_scrub(tb);
    }
    tb_close(tb);
}
END_TEST

/* H-D07, R-DCA-8, K-32: every code but the three that are built: the whole top byte decides.
 * _i: the NULL flag besides, which wins over known operations only. */
START_TEST(h_d07_every_unknown_operation_is_refused)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 64, 0), dst = tb_dst(tb, 64, 0);
    uint64_t bus = tb_copy(tb, dst.bus, src.bus, 64, _i ? IOAT_CONTROL_NULL_XFER : 0);

    for (unsigned op = 0; op < 256; op++) {
        if (op == IOAT_CONTROL_OP_COPY || op == IOAT_CONTROL_OP_FILL ||
            op == IOAT_CONTROL_OP_CONTEXT)
            continue;
        tb_note(tb, "operation %#x", op);
        set_op(tb, bus, op);
        tb_start_count(tb, 0, bus, 1);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_chanerr(tb, 0, IOAT_CHANERR_DESC_CTRL);
        tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
        TB_WR(tb, 0, CHANERR, IOAT_CHANERR_DESC_CTRL);
    }
    tb_assert_eq(tb, tb->watch[0].data_ar.n + tb->watch[0].data_aw.n, 0);
    tb_check_untouched(tb, &dst);
    tb_close(tb);
}
END_TEST

/* ---- every bit ---- */

/* One copy of 300 bytes, 96 of them in its first page on either side, with `bit` of one field turned over. */
enum { BIT_BYTES = 300, BIT_PAGE_BYTES = 96 };

static void flip_src_page(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    (void)tb;
    desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
    desc->next_src ^= UINT64_C(1) << bit;
}

static void flip_dst_page(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    (void)tb;
    desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
    desc->next_dst ^= UINT64_C(1) << bit;
}

static void flip_size(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    (void)tb;
    desc->size = UINT32_C(1) << bit;
}

static void flip_next(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    (void)tb;
    desc->next = UINT64_C(1) << bit;
}

/* The range would end beyond the address width, were that bit set. */
static void flip_src_top(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    desc->src = beyond(tb) - 1 - (UINT64_C(1) << bit);
}

static void flip_dst_top(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    desc->dst = beyond(tb) - 1 - (UINT64_C(1) << bit);
}

/* One byte too many, beyond the last address. */
static void flip_src_size(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    desc->size = (UINT32_C(1) << bit) + 1;
    desc->src = beyond(tb) - (UINT64_C(1) << bit);
}

static void flip_dst_size(const struct tb *tb, struct ioat_desc *desc, unsigned bit)
{
    desc->size = (UINT32_C(1) << bit) + 1;
    desc->dst = beyond(tb) - (UINT64_C(1) << bit);
}

static const struct bits {
    const char *name;
    void (*flip)(const struct tb *tb, struct ioat_desc *desc, unsigned bit);
    unsigned first, last;
    uint32_t chanerr;
    bool follows;            /* its own copy is good; what NEXT names is not */
} bits[] = {
    { "second source page", flip_src_page, 0, 11, IOAT_CHANERR_SRC_ADDR, false },
    { "second destination page", flip_dst_page, 0, 11, IOAT_CHANERR_DST_ADDR, false },
    { "size", flip_size, 12, 31, IOAT_CHANERR_LENGTH, false },
    { "misaligned NEXT", flip_next, 0, 5, IOAT_CHANERR_DESC_ALIGN, true },
    { "NEXT that is not mapped", flip_next, 6, 63, IOAT_CHANERR_READ_DATA, true },
    { "source below the top", flip_src_top, 21, 63, IOAT_CHANERR_READ_DATA, false },
    { "destination below the top", flip_dst_top, 21, 63, IOAT_CHANERR_WRITE_DATA, false },
    { "size of a source at the top", flip_src_size, 0, 19, IOAT_CHANERR_SRC_ADDR, false },
    { "size of a destination at the top", flip_dst_size, 0, 19, IOAT_CHANERR_DST_ADDR, false },
};

/* H-D06, H-D08, H-E01, H-E04, H-N01, R-DSC-3: no bit of an address or a size is overlooked. _i: list mode besides. */
START_TEST(h_e01_every_bit_of_an_address_or_size_counts)
{
    const struct bits *row = &bits[_i / 2];
    struct tb *tb = tb_open(NULL);
    const struct tb_buf src = tb_src(tb, 2 * IOAT_PAGE_BYTES, IOAT_PAGE_BYTES - BIT_PAGE_BYTES);
    const struct tb_buf dst = tb_dst(tb, 2 * IOAT_PAGE_BYTES, IOAT_PAGE_BYTES - BIT_PAGE_BYTES);

    for (unsigned bit = row->first; bit <= row->last && bit < tb->build->addr_bits; bit++) {
        const uint64_t bus = tb_copy(tb, dst.bus, src.bus, BIT_BYTES, 0);
        struct ioat_desc *desc = tb_desc(tb, bus);

        if (row->flip == flip_size && bit <= tb->build->xfercap_log2)
            continue;
        tb_note(tb, "bit %u of %s", bit, row->name);
        desc->next_src = src.bus + BIT_PAGE_BYTES;
        desc->next_dst = dst.bus + BIT_PAGE_BYTES;
        row->flip(tb, desc, bit);
        if (_i % 2)
            tb_start_list(tb, 0, bus);
        else
            tb_start_count(tb, 0, bus, row->follows ? 2 : 1);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(row->follows ? bus : 0, HALTED));
        tb_assert_chanerr(tb, 0, row->chanerr);
        TB_WR(tb, 0, CHANERR, row->chanerr);
    }
    tb_close(tb);
}
END_TEST

/* Two things wrong with one descriptor: the earlier check of K-30 counts. */
enum { BAD_OP = 1, BAD_SIZE = 2, BAD_SRC = 4, BAD_DST = 8, BAD_SRC_PAGE = 16, BAD_DST_PAGE = 32,
       BAD_SRC_MEMORY = 64, BAD_WORD = 128 };

static const struct order {
    unsigned wrong;
    uint32_t chanerr;
} orders[] = {
    { BAD_OP | BAD_SIZE | BAD_SRC | BAD_DST, IOAT_CHANERR_DESC_CTRL },
    { BAD_SIZE | BAD_SRC | BAD_DST, IOAT_CHANERR_LENGTH },
    { BAD_SRC | BAD_DST, IOAT_CHANERR_SRC_ADDR },
    { BAD_SRC | BAD_SRC_PAGE | BAD_DST_PAGE, IOAT_CHANERR_SRC_ADDR },
    { BAD_DST | BAD_SRC_PAGE, IOAT_CHANERR_DST_ADDR },
    { BAD_SRC_PAGE | BAD_DST_PAGE, IOAT_CHANERR_SRC_ADDR },
    { BAD_DST_PAGE | BAD_WORD, IOAT_CHANERR_DST_ADDR },
    { BAD_SRC_MEMORY | BAD_WORD, IOAT_CHANERR_READ_DATA },
    { BAD_DST | BAD_SRC_MEMORY, IOAT_CHANERR_DST_ADDR },
};

/* K-30: one bit, that of the earliest check. */
START_TEST(h_e01_first_failing_check_counts)
{
    const struct order *row = &orders[_i];
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 8192, 4000), dst = tb_dst(tb, 8192, 4000);
    uint64_t bus = tb_copy(tb, dst.bus, src.bus, 300, IOAT_CONTROL_COMPL_WRITE);
    struct ioat_desc *desc = tb_desc(tb, bus);

    tb_note(tb, "wrong: %#x", row->wrong);
    if (row->wrong & BAD_OP)
        set_op(tb, bus, 0x41);
    if (row->wrong & BAD_SIZE)
        desc->size = (1u << tb->build->xfercap_log2) + 1;
    if (row->wrong & BAD_SRC)
        desc->src = beyond(tb) - 1;
    if (row->wrong & BAD_DST)
        desc->dst = beyond(tb) - 1;
    /* The first page has fewer than 300 bytes left, unless it begins a byte from the top:
     * there a break flag would make the range good again. */
    if (row->wrong & BAD_SRC_PAGE && !(row->wrong & BAD_SRC)) {
        desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
        desc->next_src = src.bus + 8;
    }
    if (row->wrong & BAD_DST_PAGE && !(row->wrong & BAD_DST)) {
        desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
        desc->next_dst = dst.bus + 8;
    }
    if (row->wrong & BAD_SRC_MEMORY)
        desc->src = tb->hole;
    tb_setup(tb, 0, 0);
    if (row->wrong & BAD_WORD)
        TB_WR(tb, 0, CHANCMP, tb_word_bus(tb, 0) + 1);
    tb_start_count(tb, 0, bus, 1);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_step(tb, 1000);
    tb_assert_chanerr(tb, 0, row->chanerr);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_close(tb);
}
END_TEST

Suite *error_suite(void)
{
    Suite *suite = suite_create("error");
    TCase *tc = tb_case(suite, "error", 60);

    tcase_add_loop_test(tc, h_e01_each_cause_sets_its_one_bit_and_stops_there, 0,
                        CAUSE_N * POSITIONS);
    tcase_add_loop_test(tc, h_d07_every_unknown_operation_is_refused, 0, 2);
    tcase_add_loop_test(tc, h_e01_every_bit_of_an_address_or_size_counts, 0,
                        2 * (int)(sizeof bits / sizeof bits[0]));
    tcase_add_loop_test(tc, h_e01_first_failing_check_counts, 0,
                        (int)(sizeof orders / sizeof orders[0]));
    return suite;
}
