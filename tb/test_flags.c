/* test_flags.c - every combination of descriptor flags, at every kind of alignment. */
#include "tb.h"

enum { FLAG_SETS = 256, BYTES = 40 };

/* Offsets modulo any bus word. */
static const struct { const char *name; unsigned src, dst; } alignments[] = {
    { "both aligned", 0, 0 }, { "source off", 5, 0 }, { "destination off", 0, 7 },
    { "both off, alike", 3, 3 }, { "both off, apart", 1, 6 },
};
enum { ALIGNMENT_N = sizeof alignments / sizeof alignments[0] };

/* H-D01, K-32: flags change when something is reported and how it is asked for, NULL whether it is
 * moved; none of them changes what is moved. The page breaks are set and not reached. */
START_TEST(h_d01_copy_is_exact_with_every_set_of_flags)
{
    struct tb *tb = tb_open(NULL);
    static struct tb_buf src[FLAG_SETS], dst[FLAG_SETS];
    uint64_t bus[FLAG_SETS];

    tb_note(tb, "%s", alignments[_i].name);
    tb_setup(tb, 0, IOAT_CHANCTRL_ERR_COMPLETION_EN);
    for (unsigned flags = 0; flags < FLAG_SETS; flags++) {
        src[flags] = tb_src(tb, BYTES, alignments[_i].src);
        dst[flags] = tb_dst(tb, BYTES, alignments[_i].dst);
        bus[flags] = tb_copy(tb, dst[flags].bus, src[flags].bus, BYTES, flags);
    }
    tb_chain(tb, bus, FLAG_SETS);
    tb_start_count(tb, 0, bus[0], FLAG_SETS);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[FLAG_SETS - 1], IDLE));
    tb_assert_word(tb, 0, TB_WORD(bus[FLAG_SETS - 1], IDLE));
    for (unsigned flags = 0; flags < FLAG_SETS; flags++) {
        tb_note(tb, "%s, flags %#x", alignments[_i].name, flags);
        if (flags & IOAT_CONTROL_NULL_XFER)
            tb_check_untouched(tb, &dst[flags]);
        else
            tb_check_copy(tb, &dst[flags], &src[flags], BYTES);
    }
    tb_close(tb);
}
END_TEST

Suite *flags_suite(void);
Suite *flags_suite(void)
{
    Suite *suite = suite_create("flags");

    tcase_add_loop_test(tb_case(suite, "flags", 30), h_d01_copy_is_exact_with_every_set_of_flags, 0,
                        ALIGNMENT_N);
    return suite;
}
