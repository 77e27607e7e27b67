/* conformance_data.c - what one descriptor does: the NetDMA sheet, 4.8 to 4.11. */
#include "conformance.h"

#include <string.h>

enum { PAGE = 4096, FLAGS = NET_DMA_STATUS_UPDATE_ON_COMPLETION };

static void run(struct conf *conf, unsigned first, unsigned n)
{
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, first, n));
    conf_await_idle(conf, first + n - 1);
}

static bool is_halted(struct conf *conf)
{
    return (conf_word(conf) & NET_DMA_TRANSFER_STATUS_MASK) == NetDmaTransferStatusHalted;
}

/* Slot 1 of a list of three is refused: slot 0 is done, slot 2 is not. */
static void check_halts_at_1(struct conf *conf)
{
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, 3));
    conf_until(conf, is_halted, "a bad descriptor halts");
    conf_settle(conf);
    conf_check_word(conf, conf_word_of(conf, 0, NetDmaTransferStatusHalted));
    conf_check_copied(conf, 0, 1);
    conf_check_untouched(conf, 2, 1);
    ck_assert(conf->channel[0].dpc.zero);
    conf_check_works(conf);
}

/* ---- descriptors ---- */

/* Sizes around the widths of buses, at all alignments of source and destination. */
START_TEST(r_dsc_1_a_copy_is_exact_at_every_size_and_alignment)
{
    struct conf *conf = conf_open(_i);
    static const ULONG sizes[] = {1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 511, 1000, 4096};
    enum { GUARD = 64, SIZES = sizeof sizes / sizeof sizes[0] };

    for (unsigned turn = 0; turn < 8 * SIZES; turn++) {
        ULONG size = sizes[turn % SIZES];
        unsigned from = turn * 5 % 64, to = turn * 11 % 64;
        uint8_t *destination = (uint8_t *)conf->dst.cpu + GUARD + to;
        memset(conf->dst.cpu, 0xAA, 2 * PAGE);
        conf_list(conf, 1, 1);
        conf->desc[0] = conf->desc[1];
        conf->desc[0].TransferSize = size;
        conf->desc[0].SourceAddress = conf_address(conf->src.bus + from);
        conf->desc[0].DestinationAddress = conf_address(conf->dst.bus + GUARD + to);
        conf->desc[0].NextDescriptor = conf_address(conf->counted ? conf_bus(conf, 1) : 0);
        run(conf, 0, 1);
        ck_assert_msg(!memcmp(destination, (uint8_t *)conf->src.cpu + from, size),
                      "%u bytes from offset %u to %u", size, from, to);
        for (unsigned n = 0; n < GUARD; n++)
            if (destination[-1 - (int)n] != 0xAA || destination[size + n] != 0xAA)
                ck_abort_msg("%u bytes to offset %u: something beside them was written", size, to);
    }
    conf_close(conf);
}
END_TEST

START_TEST(r_dsc_2_size_0_completes_and_moves_nothing)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    conf->desc[1].TransferSize = 0;
    run(conf, 0, 3);
    conf_check_copied(conf, 0, 1);
    conf_check_untouched(conf, 1, 1);
    conf_check_copied(conf, 2, 1);
    conf_close(conf);
}
END_TEST

START_TEST(r_dsc_3_a_size_above_the_limit_is_an_error)
{
    struct conf *conf = conf_open(_i);
    ULONG limit = conf_info(conf).transfer_max;

    ck_assert_uint_lt(limit, UINT32_MAX);
    conf_list(conf, 0, 3);
    conf->desc[1].TransferSize = limit + 1;
    check_halts_at_1(conf);
    conf_close(conf);
}
END_TEST

START_TEST(r_dsc_3_an_address_out_of_reach_is_an_error)
{
    struct conf *conf = conf_open(_i);

    for (int side = 0; side < 2; side++) {
        conf_list(conf, 0, 3);
        if (side)
            conf->desc[1].DestinationAddress = conf_address(UINT64_MAX - 16);
        else
            conf->desc[1].SourceAddress = conf_address(UINT64_MAX - 16);
        check_halts_at_1(conf);
    }
    conf_close(conf);
}
END_TEST

/* Page breaks of a 2.x list lie where 1.x has scratch, so these are compared in 2.x too. */
START_TEST(r_dsc_4_the_words_of_the_user_are_not_written)
{
    struct conf *conf = conf_open(_i);
    NET_DMA_DESCRIPTOR before[8];

    conf_list(conf, 0, 8);
    for (unsigned slot = 0; slot < 8; slot++) {
        conf->desc[slot].UserContext1 = UINT64_C(0x1111111111111111) * slot;
        conf->desc[slot].UserContext2 = ~conf->desc[slot].UserContext1;
    }
    memcpy(before, conf->desc, sizeof before);
    run(conf, 0, 8);
    for (unsigned slot = 0; slot < 8; slot++) {
        ck_assert_uint_eq(conf->desc[slot].UserContext1, before[slot].UserContext1);
        ck_assert_uint_eq(conf->desc[slot].UserContext2, before[slot].UserContext2);
        if (conf->counted)
            ck_assert_mem_eq(&conf->desc[slot], &before[slot], sizeof before[slot]);
    }
    conf_close(conf);
}
END_TEST

/* Each tick, the word never goes back, and whatever it names is copied. */
START_TEST(r_dsc_5_descriptors_and_words_come_in_list_order)
{
    struct conf *conf = conf_open(_i);
    unsigned seen = 0;

    conf_list(conf, 0, 8);
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, 8));
    for (unsigned ns = 0; seen < 8 && ns < CONF_PATIENCE; ns += CONF_TICK) {
        unsigned done = conf_done(conf, conf_word(conf), 0, 8);
        ck_assert_uint_ge(done, seen);
        conf_check_copied(conf, 0, done);
        seen = done;
        conf_pass(conf, CONF_TICK);
    }
    ck_assert_uint_eq(seen, 8);
    conf_close(conf);
}
END_TEST

/* ---- null transfers ---- */

static void make_null(struct conf *conf, unsigned slot)
{
    conf->desc[slot].ControlFlags = FLAGS | NET_DMA_NULL_TRANSFER;
}

START_TEST(r_nul_1_a_null_transfer_moves_nothing)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    make_null(conf, 1);
    run(conf, 0, 3);
    conf_check_copied(conf, 0, 1);
    conf_check_untouched(conf, 1, 1);
    conf_check_copied(conf, 2, 1);
    conf_close(conf);
}
END_TEST

/* A batch of silent copies and its marker: when word or interrupt come, all bytes are there. */
START_TEST(r_nul_2_a_null_transfer_reports_after_everything_before_it)
{
    struct conf *conf = conf_open(_i);
    unsigned ns = 0;

    conf_list(conf, 0, 6);
    for (unsigned slot = 0; slot < 5; slot++)
        conf->desc[slot].ControlFlags = 0;
    make_null(conf, 5);
    conf->desc[5].ControlFlags |= NET_DMA_INTERRUPT_ON_COMPLETION;
    conf_set_word(conf, CONF_MARK);
    conf_ok(conf_start_list(conf, 0, 6));
    while (conf_word(conf) == CONF_MARK && (ns += CONF_TICK) < CONF_PATIENCE)
        conf_pass(conf, CONF_TICK);
    conf_check_copied(conf, 0, 5);
    conf_check_word(conf, conf_word_of(conf, 5, NetDmaTransferStatusIdle));
    conf_settle(conf);
    ck_assert_uint_eq(conf->channel[0].isr.n, 1);
    ck_assert_uint_eq(conf->channel[0].dpc.n, 1);
    conf_close(conf);
}
END_TEST

START_TEST(r_nul_3_size_and_addresses_of_a_null_transfer_do_not_matter)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 3);
    make_null(conf, 1);
    conf->desc[1].TransferSize = UINT32_MAX;
    conf->desc[1].SourceAddress = conf->desc[1].DestinationAddress = conf_address(UINT64_MAX);
    run(conf, 0, 3);
    conf_check_copied(conf, 2, 1);
    conf_close(conf);
}
END_TEST

/* Six are counted, every second one a null transfer: six are processed, by their links. */
START_TEST(r_nul_4_a_null_transfer_counts_and_its_link_is_followed)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 8);
    conf->desc[5].NextDescriptor = conf_address(conf->counted ? conf_bus(conf, 6) : 0);
    for (unsigned slot = 0; slot < 6; slot += 2)
        make_null(conf, slot);
    run(conf, 0, 6);
    conf_settle(conf);
    for (unsigned slot = 1; slot < 6; slot += 2)
        conf_check_copied(conf, slot, 1);
    conf_check_untouched(conf, 6, 2);
    conf_close(conf);
}
END_TEST

/* ---- page breaks ---- */

enum { SRC_NEXT = 9, DST_NEXT = 5 };     /* pages where the second parts lie */

/* One copy with breaks: `from` and `to` are offsets into page 0 of source and destination. */
static void break_page(struct conf *conf, ULONG flags, unsigned from, unsigned to, ULONG size)
{
    memset(conf->dst.cpu, 0, (DST_NEXT + 2) * PAGE);
    conf_list(conf, 1, 1);
    conf->desc[0] = (NET_DMA_DESCRIPTOR){
        .TransferSize = size,
        .ControlFlags = FLAGS | flags,
        .SourceAddress = conf_address(conf->src.bus + from),
        .DestinationAddress = conf_address(conf->dst.bus + to),
        .NextDescriptor = conf_address(conf_bus(conf, 1)),
        .NextSourceAddress = conf_address(conf->src.bus + SRC_NEXT * PAGE),
        .NextDestinationAddress = conf_address(conf->dst.bus + DST_NEXT * PAGE),
    };
}

static unsigned position(unsigned n, unsigned start, bool breaks, unsigned next)
{
    return breaks && n >= PAGE - start ? next * PAGE + n - (PAGE - start) : start + n;
}

static void check_broken(struct conf *conf, ULONG flags, unsigned from, unsigned to, ULONG size)
{
    const uint8_t *src = conf->src.cpu, *dst = conf->dst.cpu;
    unsigned written = 0;

    break_page(conf, flags, from, to, size);
    run(conf, 0, 1);
    for (unsigned n = 0; n < size; n++) {
        unsigned at = position(n, from, flags & NET_DMA_SOURCE_PAGE_BREAK, SRC_NEXT);
        unsigned into = position(n, to, flags & NET_DMA_DESTINATION_PAGE_BREAK, DST_NEXT);
        if (dst[into] != src[at])
            ck_abort_msg("flags %x, from %u to %u: byte %u of %u", flags, from, to, n, size);
        written += src[at] != 0;
    }
    for (unsigned n = 0; n < (DST_NEXT + 2) * PAGE; n++)
        written -= dst[n] != 0;
    ck_assert_msg(!written, "something beside the copy was written");
}

START_TEST(r_pb_1_the_source_goes_on_at_its_second_page)
{
    struct conf *conf = conf_open(_i);

    check_broken(conf, NET_DMA_SOURCE_PAGE_BREAK, 1000, 40, 5000);
    check_broken(conf, NET_DMA_SOURCE_PAGE_BREAK, 4095, 0, 4097);
    check_broken(conf, NET_DMA_SOURCE_PAGE_BREAK, 0, 7, 4100);
    conf_close(conf);
}
END_TEST

START_TEST(r_pb_2_the_destination_goes_on_at_its_second_page)
{
    struct conf *conf = conf_open(_i);

    check_broken(conf, NET_DMA_DESTINATION_PAGE_BREAK, 40, 3000, 5000);
    check_broken(conf, NET_DMA_DESTINATION_PAGE_BREAK, 0, 4095, 4097);
    check_broken(conf, NET_DMA_DESTINATION_PAGE_BREAK, 7, 1, 4100);
    conf_close(conf);
}
END_TEST

START_TEST(r_pb_3_a_second_page_that_is_not_aligned_is_an_error)
{
    struct conf *conf = conf_open(_i);

    for (int side = 0; side < 2; side++) {
        conf_list(conf, 0, 3);
        conf->desc[1].TransferSize = PAGE;
        conf->desc[1].ControlFlags |= side ? NET_DMA_DESTINATION_PAGE_BREAK
                                           : NET_DMA_SOURCE_PAGE_BREAK;
        conf->desc[1].NextSourceAddress = conf_address(conf->src.bus + SRC_NEXT * PAGE + 64 * !side);
        conf->desc[1].NextDestinationAddress = conf_address(conf->dst.bus + DST_NEXT * PAGE +
                                                            64 * side);
        check_halts_at_1(conf);
    }
    conf_close(conf);
}
END_TEST

/* Both in one descriptor, at different bytes, in either order: three parts. */
START_TEST(r_pb_4_both_breaks_are_independent)
{
    struct conf *conf = conf_open(_i);
    const ULONG both = NET_DMA_SOURCE_PAGE_BREAK | NET_DMA_DESTINATION_PAGE_BREAK;

    check_broken(conf, both, 1000, 3000, 5000);
    check_broken(conf, both, 3000, 1000, 5000);
    check_broken(conf, both, 2000, 2000, 6000);
    check_broken(conf, both, 4093, 1, 4099);
    conf_close(conf);
}
END_TEST

/* Addresses of second pages that no one may look at. */
START_TEST(r_pb_5_a_second_page_that_is_not_reached_is_not_used)
{
    struct conf *conf = conf_open(_i);

    break_page(conf, NET_DMA_SOURCE_PAGE_BREAK | NET_DMA_DESTINATION_PAGE_BREAK, 96, 96, PAGE - 96);
    conf->desc[0].NextSourceAddress = conf->desc[0].NextDestinationAddress =
        conf_address(UINT64_MAX);
    run(conf, 0, 1);
    ck_assert_mem_eq((char *)conf->dst.cpu + 96, (char *)conf->src.cpu + 96, PAGE - 96);
    conf_close(conf);
}
END_TEST

START_TEST(r_pb_6_a_transfer_ends_with_the_second_page)
{
    struct conf *conf = conf_open(_i);

    check_broken(conf, NET_DMA_SOURCE_PAGE_BREAK, 1000, 0, PAGE - 1000 + PAGE);
    for (int side = 0; side < 2; side++) {
        conf_list(conf, 0, 3);
        conf->desc[1].TransferSize = 2 * PAGE;   /* slots begin a little behind a page */
        conf->desc[1].ControlFlags |= side ? NET_DMA_DESTINATION_PAGE_BREAK
                                           : NET_DMA_SOURCE_PAGE_BREAK;
        conf->desc[1].NextSourceAddress = conf_address(conf->src.bus + 40 * PAGE);
        conf->desc[1].NextDestinationAddress = conf_address(conf->dst.bus + 40 * PAGE);
        check_halts_at_1(conf);
    }
    conf_close(conf);
}
END_TEST

/* ---- snoop, serialize ---- */

/* R-SNP-1, R-SNP-2: in a coherent world the flags change no data. */
START_TEST(r_snp_1_no_snoop_changes_no_data)
{
    struct conf *conf = conf_open(_i);

    conf_list(conf, 0, 4);
    conf->desc[1].ControlFlags |= NET_DMA_SOURCE_NO_SNOOP;
    conf->desc[2].ControlFlags |= NET_DMA_DESTINATION_NO_SNOOP;
    conf->desc[3].ControlFlags |= NET_DMA_SOURCE_NO_SNOOP | NET_DMA_DESTINATION_NO_SNOOP;
    run(conf, 0, 4);
    conf_check_copied(conf, 0, 4);
    conf_close(conf);
}
END_TEST

/* Each copy reads what the one before has written. */
START_TEST(r_fen_1_serialized_data_is_there_for_the_next_descriptor)
{
    struct conf *conf = conf_open(_i);

    for (ULONG size = 1; size <= 4096; size *= 8) {
        conf_list(conf, 0, 6);
        for (unsigned slot = 0; slot < 6; slot++) {
            conf->desc[slot].TransferSize = size;
            conf->desc[slot].ControlFlags |= NET_DMA_SERIALIZE_TRANSFER;
            if (slot)
                conf->desc[slot].SourceAddress = conf->desc[slot - 1].DestinationAddress;
        }
        run(conf, 0, 6);
        for (unsigned slot = 0; slot < 6; slot++)
            ck_assert_mem_eq(conf_destination(conf, slot), conf_source(conf, 0), size);
    }
    conf_close(conf);
}
END_TEST

/* The next descriptor copies the completion word itself. */
START_TEST(r_fen_1_the_word_of_a_serialized_descriptor_is_there_for_the_next_one)
{
    struct conf *conf = conf_open(_i);
    uint64_t seen;

    conf_list(conf, 0, 2);
    conf->desc[0].ControlFlags |= NET_DMA_SERIALIZE_TRANSFER;
    conf->desc[1].SourceAddress = conf_address(conf->channel[0].word_bus);
    conf->desc[1].TransferSize = sizeof seen;
    run(conf, 0, 2);
    memcpy(&seen, conf_destination(conf, 1), sizeof seen);
    ck_assert_uint_eq(seen, conf_word_of(conf, 0, NetDmaTransferStatusActive));
    conf_close(conf);
}
END_TEST

#define BREAKS_ARE_2X "page breaks came with 2.0 (R-PB-7)"

const struct conf_test conf_data[] = {
    {&r_dsc_1_a_copy_is_exact_at_every_size_and_alignment, ANY, NULL},
    {&r_dsc_2_size_0_completes_and_moves_nothing, ANY, NULL},
    {&r_dsc_3_a_size_above_the_limit_is_an_error, ANY, NULL},
    {&r_dsc_3_an_address_out_of_reach_is_an_error, ANY, NULL},
    {&r_dsc_4_the_words_of_the_user_are_not_written, ANY, NULL},
    {&r_dsc_5_descriptors_and_words_come_in_list_order, ANY, NULL},
    {&r_nul_1_a_null_transfer_moves_nothing, ANY, NULL},
    {&r_nul_2_a_null_transfer_reports_after_everything_before_it, ANY, NULL},
    {&r_nul_3_size_and_addresses_of_a_null_transfer_do_not_matter, ANY, NULL},
    {&r_nul_4_a_null_transfer_counts_and_its_link_is_followed, ANY, NULL},
    {&r_pb_1_the_source_goes_on_at_its_second_page, COUNTS, BREAKS_ARE_2X},
    {&r_pb_2_the_destination_goes_on_at_its_second_page, COUNTS, BREAKS_ARE_2X},
    {&r_pb_3_a_second_page_that_is_not_aligned_is_an_error, COUNTS, BREAKS_ARE_2X},
    {&r_pb_4_both_breaks_are_independent, COUNTS, BREAKS_ARE_2X},
    {&r_pb_5_a_second_page_that_is_not_reached_is_not_used, COUNTS, BREAKS_ARE_2X},
    {&r_pb_6_a_transfer_ends_with_the_second_page, COUNTS, BREAKS_ARE_2X},
    {&r_snp_1_no_snoop_changes_no_data, ANY, NULL},
    {&r_fen_1_serialized_data_is_there_for_the_next_descriptor, ANY, NULL},
    {&r_fen_1_the_word_of_a_serialized_descriptor_is_there_for_the_next_one, ANY, NULL},
    {NULL, ANY, NULL},
};
