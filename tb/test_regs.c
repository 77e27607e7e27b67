/* test_regs.c - the register map: values, widths, byte lanes, what ignores a write.
 *
 * Loop tests run over ioat_reg_table, so a register that is added to the list is
 * tested without a change here. Registers that act when touched are in
 * test_regfx.c.
 */
#include "tb.h"

#include <inttypes.h>
#include <string.h>

/* Registers of later parts that Linux writes for CBVER 0x34, relative to the block
 * of channel 0 and on purpose beyond its end (I/OAT sheet, section 2.3). */
enum { DRSCTL = 0xb6, LTR_SWSEL = 0xbc, LTR_ACTIVE = 0xc0, LTR_IDLE = 0xc4 };

/* ---- the map of this build ---- */

static unsigned instances(const struct tb *tb, const struct ioat_reg_info *reg)
{
    switch (reg->space) {
    case IOAT_GLOBAL:
        return 1;
    case IOAT_CHANNEL:
    case IOAT_MSIX:
        return tb->channels;
    case IOAT_COUNTERS:
        return tb->build->perf ? tb->channels : 0;
    default:
        return 0;
    }
}

static unsigned width_of(const struct ioat_reg_info *reg)
{
    return reg->bits / 8;
}

static uint64_t ones(unsigned bytes)
{
    return UINT64_MAX >> (64 - 8 * bytes);
}

static bool named(const struct ioat_reg_info *reg, const char *name)
{
    return strcmp(reg->name, name) == 0;
}

/* Power-on value; the list holds those of the default build. */
static uint64_t power_on(const struct tb *tb, const struct ioat_reg_info *reg)
{
    if (named(reg, "CHANCNT"))
        return tb->build->channels;
    if (named(reg, "XFERCAP"))
        return tb->build->xfercap_log2;
    if (named(reg, "CBVER"))
        return tb->build->cbver;
    if (named(reg, "DMACAPABILITY"))
        return tb->build->dmacapability;
    return reg->reset;
}

/* Bits that software may write and that read back: the RW fields, or all bits of an
 * RW register without fields. K-04 names the exceptions. */
static uint64_t stored_bits(const struct ioat_reg_info *reg)
{
    uint64_t mask = 0;
    bool fields = false;

    if (reg->access != IOAT_RW || named(reg, "CHWPREFLMT"))
        return 0;
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++) {
        if (strcmp(field->reg, reg->name) != 0)
            continue;
        fields = true;
        if (field->access == IOAT_RW)
            mask |= (UINT64_MAX >> (64 - field->bits)) << field->lsb;
    }
    if (!fields)
        mask = ones(width_of(reg));
    if (named(reg, "MSIX_ADDR"))
        mask &= ~UINT64_C(3);
    if (named(reg, "CHANCTRL"))
        mask &= ~(uint64_t)IOAT_CHANCTRL_IN_USE;   /* a read sets it */
    return mask;
}

/* A read that starts here changes something (K-01). */
static bool read_acts(const struct ioat_reg_info *reg)
{
    return named(reg, "INTRCTRL") || named(reg, "ATTNSTATUS") || named(reg, "CHANCTRL");
}

static void compare_all(struct tb *tb, const char *when)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        for (unsigned i = 0; i < instances(tb, reg); i++) {
            tb_note(tb, "%s", when);
            tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), power_on(tb, reg));
        }
}

static int table_rows(void)
{
    int n = 0;

    while (ioat_reg_table[n].name)
        n++;
    return n;
}

/* ---- values ---- */

START_TEST(h_r01_power_on_value)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    struct tb *tb = tb_open(NULL);

    for (unsigned i = 0; i < instances(tb, reg); i++) {
        TB_AT(tb);
        tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), power_on(tb, reg));
    }
    tb_close(tb);
}
END_TEST

/* Every writable register gets a value other than its reset value, FLR takes it away. */
START_TEST(h_r01_flr_restores_power_on_values)
{
    struct tb *tb = tb_open(NULL);

    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        for (unsigned i = 0; i < instances(tb, reg); i++)
            if (stored_bits(reg))
                tb_write(tb, ioat_reg_place(reg, i), width_of(reg),
                         (power_on(tb, reg) ^ stored_bits(reg)) & ones(width_of(reg)));
    tb_flr(tb);
    TB_AT(tb);
    compare_all(tb, "after FLR");
    tb_close(tb);
}
END_TEST

/* K-06, R-RST-3: RESET clears the registers of its channel and no others. */
START_TEST(h_r01_reset_clears_own_channel_only)
{
    struct tb *tb = tb_open(NULL);
    const unsigned victim = (unsigned)_i;

    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        for (unsigned i = 0; i < instances(tb, reg); i++)
            if (stored_bits(reg))
                tb_write(tb, ioat_reg_place(reg, i), width_of(reg),
                         (power_on(tb, reg) ^ stored_bits(reg)) & ones(width_of(reg)));
    for (unsigned ch = 0; ch < tb->channels; ch++)   /* leaves ARMED without running */
        TB_WR(tb, ch, CHAINADDR, tb_slot(tb, ch));
    tb_reset(tb, victim, TB_LONG);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        for (unsigned i = 0; i < instances(tb, reg); i++) {
            const bool cleared = reg->space == IOAT_CHANNEL && i == victim;

            TB_AT(tb);
            if (cleared)
                tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), power_on(tb, reg));
            else if (reg->space != IOAT_CHANNEL)
                tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg),
                              power_on(tb, reg) ^ stored_bits(reg));
        }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        if (ch != victim) {
            tb_assert_state(tb, ch, ARMED);
            tb_assert_reg(tb, ch, CHAINADDR, tb_slot(tb, ch));
            tb_assert_reg(tb, ch, CHANERRMSK, UINT32_MAX);
        }
    tb_close(tb);
}
END_TEST

START_TEST(h_r02_identity_matches_build)
{
    struct tb *tb = tb_open(NULL);

    tb_assert_global(tb, CHANCNT, tb->build->channels);
    tb_assert_global(tb, XFERCAP, tb->build->xfercap_log2);
    tb_assert_global(tb, CBVER, tb->build->cbver);
    tb_assert_global(tb, DMACAPABILITY, tb->build->dmacapability);
    tb_assert_global(tb, DCAOFFSET, 0);
    tb_assert_global(tb, CS_STATUS, 0);
    tb_assert_global(tb, PERPORTOFFSET, 0);
    tb_assert_global(tb, CBPRIO, 0);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert_reg(tb, ch, DMA_COMP, IOAT_DMA_COMP_V2 | IOAT_DMA_COMP_V3);
    tb_close(tb);
}
END_TEST

/* ---- reads of every width ---- */

/* The bytes of a register are the same in every width that starts at them. Registers
 * hold a value with differing bytes where they can. */
START_TEST(section_2_6_every_width_reads_the_same_bytes)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    struct tb *tb = tb_open(NULL);
    const unsigned bytes = width_of(reg);

    for (unsigned i = 0; i < instances(tb, reg) && !read_acts(reg); i++) {
        const uint32_t at = ioat_reg_place(reg, i);
        uint64_t whole;

        if (stored_bits(reg))
            tb_write(tb, at, bytes, UINT64_C(0x8899aabbccddeef5) & stored_bits(reg) & ones(bytes));
        whole = tb_read(tb, at, bytes);
        for (unsigned width = 1; width <= 8; width *= 2)
            for (unsigned byte = 0; byte < bytes; byte++) {
                const uint32_t from = (at + byte) / width * width;
                const uint64_t lane = tb_read(tb, from, width) >> 8 * (at + byte - from);

                tb_assert(tb, (lane & 0xff) == (whole >> 8 * byte & 0xff),
                          "%s byte %u: expected 0x%02x, a %u-byte read gives 0x%02x",
                          tb_reg_name(tb, at), byte, (unsigned)(whole >> 8 * byte & 0xff), width,
                          (unsigned)(lane & 0xff));
            }
    }
    tb_close(tb);
}
END_TEST

/* ---- writes ---- */

/* K-04: stored is what was written, bit by bit, and stays. */
START_TEST(rw_register_reads_back_what_was_written)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    const uint64_t mask = stored_bits(reg);
    struct tb *tb = tb_open(NULL);

    for (unsigned i = 0; mask && i < instances(tb, reg); i++)
        for (unsigned bit = 0; bit < reg->bits; bit++)
            for (unsigned inverse = 0; inverse < 2; inverse++) {
                const uint64_t one = UINT64_C(1) << bit;
                const uint64_t value = (inverse ? ~one : one) & mask;
                const uint64_t want = value | (power_on(tb, reg) & ~mask);

                for (unsigned late = 1; late <= 2; late++) {
                    tb_write(tb, ioat_reg_place(reg, i), width_of(reg), value);
                    tb_step(tb, late);        /* an odd and an even number of clocks */
                    TB_AT(tb);
                    tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), want);
                }
            }
    tb_close(tb);
}
END_TEST

/* Bits outside the writable fields do not stick. */
START_TEST(k_04_bits_without_a_field_stay)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    struct tb *tb = tb_open(NULL);
    const uint64_t mask = stored_bits(reg);

    if (named(reg, "GENCTRL") || reg->access != IOAT_RW) {   /* undefined bits of GENCTRL: free */
        tb_close(tb);
        return;
    }
    for (unsigned i = 0; i < instances(tb, reg); i++) {
        uint64_t value = ones(width_of(reg));

        if (named(reg, "CHANCTRL"))
            value &= ~(uint64_t)IOAT_CHANCTRL_IN_USE;
        tb_write(tb, ioat_reg_place(reg, i), width_of(reg), value);
        TB_AT(tb);
        tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), mask | (power_on(tb, reg) & ~mask));
    }
    tb_close(tb);
}
END_TEST

/* H-R04: a byte write changes its byte of a register and no other. */
START_TEST(h_r04_byte_write_changes_one_byte)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    const uint64_t mask = stored_bits(reg);
    struct tb *tb = tb_open(NULL);

    for (unsigned i = 0; mask && i < instances(tb, reg); i++)
        for (unsigned byte = 0; byte < width_of(reg); byte++) {
            const uint64_t lane = UINT64_C(0xff) << 8 * byte;
            const uint64_t before = UINT64_C(0x0123456789abcdef) & mask;
            const uint64_t after = ((before & ~lane) | (~before & lane)) & mask;

            tb_write(tb, ioat_reg_place(reg, i), width_of(reg), before);
            tb_write(tb, ioat_reg_place(reg, i) + byte, 1, after >> 8 * byte & 0xff);
            TB_AT(tb);
            tb_note(tb, "byte %u written", byte);
            tb_expect_reg(tb, ioat_reg_place(reg, i), width_of(reg), after | (power_on(tb, reg) & ~mask));
        }
    tb_close(tb);
}
END_TEST

START_TEST(h_r04_byte_write_of_chancmd_leaves_dmacount)
{
    struct tb *tb = tb_open(NULL);

    TB_WR(tb, 0, DMACOUNT, 0x1234);    /* stored while HALTED, runs nothing */
    TB_WR(tb, 0, CHANCMD, IOAT_CHANCMD_SUSPEND);
    tb_assert_reg(tb, 0, DMACOUNT, 0x1234);
    tb_close(tb);
}
END_TEST

START_TEST(h_r04_write_of_dmacount_issues_no_command)
{
    struct tb *tb = tb_open(NULL);

    TB_WR(tb, 0, DMACOUNT, 0xffff);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_HALTED);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

START_TEST(h_r04_write_of_chanctrl_leaves_the_dword)
{
    struct tb *tb = tb_open(NULL);

    TB_WR(tb, 0, DMACOUNT, 0x4321);
    TB_WR(tb, 0, CHANCTRL, 0xfffe);
    tb_assert_reg(tb, 0, DMA_COMP, IOAT_DMA_COMP_V2 | IOAT_DMA_COMP_V3);
    tb_assert_reg(tb, 0, DMACOUNT, 0x4321);
    tb_assert_reg(tb, 0, CHANCMD, 0);
    tb_close(tb);
}
END_TEST

START_TEST(h_r04_byte_write_of_intrctrl_leaves_genctrl)
{
    struct tb *tb = tb_open(NULL);

    TB_GWR(tb, GENCTRL, IOAT_GENCTRL_DEBUG_EN);
    TB_GWR(tb, INTRCTRL, IOAT_INTRCTRL_MASTER_INT_EN);
    tb_assert_global(tb, GENCTRL, IOAT_GENCTRL_DEBUG_EN);
    tb_assert_global(tb, CHANCNT, tb->channels);
    TB_GWR(tb, INTRCTRL, 0);
    tb_assert_global(tb, GENCTRL, IOAT_GENCTRL_DEBUG_EN);
    tb_close(tb);
}
END_TEST

/* Writes of every width that touch a read-only register, all ones and all zeros. */
START_TEST(h_r03_read_only_register_ignores_writes)
{
    const struct ioat_reg_info *reg = &ioat_reg_table[_i];
    struct tb *tb = tb_open(NULL);

    for (unsigned i = 0; i < instances(tb, reg) && reg->access == IOAT_RO; i++)
        for (unsigned width = 1; width <= 8; width *= 2) {
            const uint32_t at = ioat_reg_place(reg, i);

            for (uint32_t from = at / width * width; from < at + width_of(reg); from += width) {
                tb_write(tb, from, width, ones(width));
                tb_note(tb, "after %u-byte writes at 0x%x", width, from);
                TB_AT(tb);
                tb_expect_reg(tb, at, width_of(reg), power_on(tb, reg));
                tb_write(tb, from, width, 0);
                TB_AT(tb);
                tb_expect_reg(tb, at, width_of(reg), power_on(tb, reg));
            }
        }
    tb_close(tb);
}
END_TEST

/* ---- undefined offsets ---- */

static void mark_defined(const struct tb *tb, bool *defined)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        for (unsigned i = 0; i < instances(tb, reg); i++)
            memset(defined + ioat_reg_place(reg, i), true, width_of(reg));
    memset(defined + IOAT_MSIX_PBA_BASE, true, 8);
}

static bool any(const bool *defined, uint32_t from, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        if (defined[from + i])
            return true;
    return false;
}

START_TEST(h_r13_undefined_offsets_read_zero_and_ignore_writes)
{
    static bool defined[IOAT_BAR_BYTES];
    const unsigned width = 1u << _i;
    struct tb *tb = tb_open(NULL);

    mark_defined(tb, defined);
    for (uint32_t at = 0; at < IOAT_BAR_BYTES; at += width) {
        if (any(defined, at, width))
            continue;
        tb_assert_eq(tb, tb_read(tb, at, width), 0);
        tb_write(tb, at, width, ones(width));
        tb_note(tb, "BAR0 offset 0x%x, %u bytes, after a write of ones", at, width);
        tb_assert_eq(tb, tb_read(tb, at, width), 0);
    }
    TB_AT(tb);
    compare_all(tb, "after ones everywhere between the registers");
    tb_close(tb);
}
END_TEST

/* Undefined bytes inside a wider access that also holds a register. */
START_TEST(h_r13_undefined_bytes_beside_a_register_read_zero)
{
    static bool defined[IOAT_BAR_BYTES];
    const unsigned width = 8;
    struct tb *tb = tb_open(NULL);

    mark_defined(tb, defined);
    for (uint32_t at = 0; at < IOAT_BAR_BYTES; at += width) {
        const uint64_t value = any(defined, at, width) ? tb_read(tb, at, width) : 0;

        for (unsigned byte = 0; byte < width; byte++)
            tb_assert(tb, defined[at + byte] || (value >> 8 * byte & 0xff) == 0,
                      "undefined BAR0 offset 0x%x reads 0x%02x in an 8-byte read of 0x%x",
                      at + byte, (unsigned)(value >> 8 * byte & 0xff), at);
    }
    tb_close(tb);
}
END_TEST

/* ---- writes that Linux makes for newer parts ---- */

START_TEST(h_r12_writes_for_newer_parts_change_nothing)
{
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 2000, 1), dst = tb_dst(tb, 2000, 3);
    const uint64_t desc = tb_copy(tb, dst.bus, src.bus, 2000, IOAT_CONTROL_COMPL_WRITE);

    TB_GWR(tb, CHWPREFLMT, 8);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_chan_write(tb, ch, DRSCTL, 2, UINT16_MAX);
        tb_chan_write(tb, ch, LTR_SWSEL, 1, UINT8_MAX);
        tb_chan_write(tb, ch, LTR_ACTIVE, 4, UINT32_MAX);
        tb_chan_write(tb, ch, LTR_IDLE, 4, UINT32_MAX);
    }
    TB_AT(tb);
    compare_all(tb, "after the writes");
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        TB_WR(tb, ch, DCACTRL, UINT32_MAX);
        tb_assert_reg(tb, ch, DCACTRL, UINT32_MAX);
    }
    tb_setup(tb, 0, TB_CHANCTRL_ALL);
    tb_start_count(tb, 0, desc, 1);
    tb_wait_word(tb, 0, TB_WORD(desc, IDLE), TB_LONG);
    tb_check_copy(tb, &dst, &src, 2000);
    tb_close(tb);
}
END_TEST

/* ---- 64-bit registers in halves ---- */

enum how { WHOLE, LOW_HIGH, HIGH_LOW, HOW_N };

static void write_64(struct tb *tb, uint32_t offset, uint64_t value, enum how how)
{
    if (how == WHOLE)
        tb_write(tb, offset, 8, value);
    else
        tb_write_halves(tb, offset, value, how == LOW_HIGH ? TB_LOW_FIRST : TB_HIGH_FIRST);
}

/* All nine ways to write CHAINADDR and CHANCMP, one descriptor each. The old values
 * differ in both halves. */
START_TEST(h_r05_whole_and_halves_are_the_same)
{
    struct tb *tb = tb_open(NULL);
    const uint64_t desc = tb_null(tb, IOAT_CONTROL_COMPL_WRITE);

    write_64(tb, IOAT_CHAN(0, CHAINADDR), ~desc, WHOLE);
    write_64(tb, IOAT_CHAN(0, CHANCMP), ~tb_word_bus(tb, 0), WHOLE);
    write_64(tb, IOAT_CHAN(0, CHANCMP), tb_word_bus(tb, 0), (enum how)(_i / HOW_N));
    write_64(tb, IOAT_CHAN(0, CHAINADDR), desc, (enum how)(_i % HOW_N));
    tb_assert_reg(tb, 0, CHAINADDR, desc);
    tb_assert_reg(tb, 0, CHANCMP, tb_word_bus(tb, 0));
    tb_assert_reg(tb, 0, CHANSTS, IOAT_CHANSTS_STATE_ARMED);
    TB_WR(tb, 0, DMACOUNT, 1);
    tb_wait_word(tb, 0, TB_WORD(desc, IDLE), TB_LONG);
    tb_assert_chanerr(tb, 0, 0);
    tb_close(tb);
}
END_TEST

/* ---- channels ---- */

/* Different values in every register of every channel stand beside each other. */
START_TEST(h_r17_channel_registers_are_separate)
{
    struct tb *tb = tb_open(NULL);

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        TB_WR(tb, ch, CHAINADDR, tb_slot(tb, 100 + ch));
        TB_WR(tb, ch, CHANCMP, tb_word_bus(tb, ch));
        TB_WR(tb, ch, CHANERRMSK, 0x100u + ch);
        TB_WR(tb, ch, DCACTRL, 0x200u + ch);
        TB_WR(tb, ch, CHANCTRL, IOAT_FIELD_PUT(CHANCTRL, PRIORITY, ch));
    }
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_assert_reg(tb, ch, CHAINADDR, tb_slot(tb, 100 + ch));
        tb_assert_reg(tb, ch, CHANCMP, tb_word_bus(tb, ch));
        tb_assert_reg(tb, ch, CHANERRMSK, 0x100u + ch);
        tb_assert_reg(tb, ch, DCACTRL, 0x200u + ch);
        tb_assert_reg(tb, ch, CHANCTRL, IOAT_FIELD_PUT(CHANCTRL, PRIORITY, ch));
    }
    tb_close(tb);
}
END_TEST

/* All channels copy at once, in different lengths and numbers; each reports its own. */
START_TEST(h_r17_interleaved_runs_do_not_disturb_each_other)
{
    enum { COPIES = 8 };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct tb_buf src[TB_CHAN_MAX][COPIES], dst[TB_CHAN_MAX][COPIES];
    uint64_t bus[TB_CHAN_MAX][COPIES];

    tb_note(tb, "%s", tb_timings[_i].name);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        for (unsigned k = 0; k < COPIES; k++) {
            const uint32_t bytes = 1 + 37 * ch + 61 * k;

            src[ch][k] = tb_src(tb, bytes, (ch + 3 * k) % 64);
            dst[ch][k] = tb_dst(tb, bytes, (5 * ch + k) % 64);
            bus[ch][k] = tb_copy(tb, dst[ch][k].bus, src[ch][k].bus, bytes,
                                 IOAT_CONTROL_COMPL_WRITE);
        }
        tb_chain(tb, bus[ch], COPIES);
        tb_setup(tb, ch, 0);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_start_count(tb, ch, bus[ch][0], (uint16_t)(COPIES - ch % 3));
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        const unsigned run = COPIES - ch % 3;

        tb_wait_state(tb, ch, TB_IN(IDLE), TB_LONG);
        tb_assert_word(tb, ch, TB_WORD(bus[ch][run - 1], IDLE));
        tb_assert_eq(tb, tb_completed(tb, ch), bus[ch][run - 1]);
        for (unsigned k = 0; k < COPIES; k++)
            if (k < run)
                tb_check_copy(tb, &dst[ch][k], &src[ch][k], src[ch][k].bytes);
            else
                tb_check_untouched(tb, &dst[ch][k]);
    }
    tb_close(tb);
}
END_TEST

Suite *regs_suite(void)
{
    const int rows = table_rows();
    const int channels = (int)ioat_sim_build()->channels;
    Suite *suite = suite_create("regs");
    TCase *tc;

    tc = tb_case(suite, "regs_values", 20);
    tcase_add_loop_test(tc, h_r01_power_on_value, 0, rows);
    tcase_add_test(tc, h_r01_flr_restores_power_on_values);
    tcase_add_loop_test(tc, h_r01_reset_clears_own_channel_only, 0, channels);
    tcase_add_test(tc, h_r02_identity_matches_build);
    tcase_add_loop_test(tc, section_2_6_every_width_reads_the_same_bytes, 0, rows);

    tc = tb_case(suite, "regs_writes", 20);
    tcase_add_loop_test(tc, rw_register_reads_back_what_was_written, 0, rows);
    tcase_add_loop_test(tc, k_04_bits_without_a_field_stay, 0, rows);
    tcase_add_loop_test(tc, h_r03_read_only_register_ignores_writes, 0, rows);
    tcase_add_loop_test(tc, h_r04_byte_write_changes_one_byte, 0, rows);
    tcase_add_test(tc, h_r04_byte_write_of_chancmd_leaves_dmacount);
    tcase_add_test(tc, h_r04_write_of_dmacount_issues_no_command);
    tcase_add_test(tc, h_r04_write_of_chanctrl_leaves_the_dword);
    tcase_add_test(tc, h_r04_byte_write_of_intrctrl_leaves_genctrl);
    tcase_add_loop_test(tc, h_r05_whole_and_halves_are_the_same, 0, HOW_N * HOW_N);
    tcase_add_test(tc, h_r12_writes_for_newer_parts_change_nothing);

    tc = tb_case(suite, "regs_undefined", 60);
    tcase_add_loop_test(tc, h_r13_undefined_offsets_read_zero_and_ignore_writes, 0, 4);
    tcase_add_test(tc, h_r13_undefined_bytes_beside_a_register_read_zero);

    tc = tb_case(suite, "regs_channels", 60);
    tcase_add_test(tc, h_r17_channel_registers_are_separate);
    tcase_add_loop_test(tc, h_r17_interleaved_runs_do_not_disturb_each_other, 0, tb_timing_n);
    return suite;
}
