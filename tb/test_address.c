/* test_address.c - every address bit of every access, and every value of the priority field.
 *
 * Two regions whose addresses are each other's complement above the region's size: what goes from
 * one to the other changes every address bit.
 */
#include <string.h>

#include "tb.h"

enum { REGION_LOG2 = 16, REGION_BYTES = 1 << REGION_LOG2, ROUNDS = 4, BYTES = 600, SIDES = 2 };

/* Where the parts of a region are. */
enum { AT_DESC = 0, AT_SRC = 0x1000, AT_SRC_2 = 0x3000, AT_DST = 0x5000, AT_DST_2 = 0x7000,
       AT_WORD = 0x9000, AT_MESSAGE = 0xa000, AT_MORE = 0xb000 };

struct side {
    uint64_t bus;
    uint8_t *cpu;
};

static struct side new_side(struct tb *tb, uint64_t pattern)
{
    unsigned unused = 64 - tb->build->addr_bits;
    struct side side = { .bus = pattern << unused >> unused >> REGION_LOG2 << REGION_LOG2 };
    void *cpu;

    tb_assert(tb, ioat_sim_map(tb->sim, side.bus, REGION_BYTES, IOAT_SIM_READ | IOAT_SIM_WRITE,
                               &cpu) == IOAT_OK, "no region at %#llx",
              (unsigned long long)side.bus);
    side.cpu = cpu;
    return side;
}

struct sides { struct side side[SIDES]; };

static struct sides new_sides(struct tb *tb)
{
    return (struct sides){ { new_side(tb, UINT64_C(0x5555555555555555)), new_side(tb, UINT64_C(0xaaaaaaaaaaaaaaaa)) } };
}

static struct ioat_desc *descriptor(const struct side *side, unsigned offset)
{
    return (struct ioat_desc *)(void *)(side->cpu + offset);
}

/* H-D01, H-D08: descriptor, both pages of source and destination, word: each in turn on either side. */
START_TEST(h_d01_every_address_bit_counts)
{
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;
    enum { HEAD = 200 };                       /* bytes before the page break */

    for (unsigned round = 0; round < ROUNDS * SIDES * SIDES; round++) {
        const struct side *desc = &side[round % SIDES], *from = &side[round / SIDES % SIDES];
        const struct side *to = &side[round / 2 / SIDES % SIDES], *second = &side[(round + 1) % SIDES];
        struct ioat_desc *at = descriptor(desc, AT_DESC);
        volatile uint64_t *word = (volatile uint64_t *)(void *)(from->cpu + AT_WORD);

        tb_note(tb, "round %u", round);
        for (unsigned s = 0; s < SIDES; s++)
            for (unsigned i = 0; i < 0x4000; i++)
                side[s].cpu[AT_SRC + i] = (uint8_t)tb_rand(tb);
        *word = TB_NO_WORD;
        *at = (struct ioat_desc){
            .size = BYTES,
            .control = IOAT_CONTROL_SRC_PAGE_BREAK | IOAT_CONTROL_DST_PAGE_BREAK | IOAT_CONTROL_COMPL_WRITE,
            .src = from->bus + AT_SRC + IOAT_PAGE_BYTES - HEAD, .next_src = second->bus + AT_SRC_2,
            .dst = to->bus + AT_DST + IOAT_PAGE_BYTES - HEAD, .next_dst = second->bus + AT_DST_2,
        };
        TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN);
        TB_WR(tb, 0, CHANCMP, from->bus + AT_WORD);
        tb_start_list(tb, 0, desc->bus + AT_DESC);
        tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_reg(tb, 0, CHANSTS, TB_WORD(desc->bus + AT_DESC, IDLE));
        tb_assert_eq(tb, *word, TB_WORD(desc->bus + AT_DESC, IDLE));
        tb_assert_reg(tb, 0, CDAR, desc->bus + AT_DESC);
        tb_assert(tb, memcmp(to->cpu + AT_DST + IOAT_PAGE_BYTES - HEAD,
                             from->cpu + AT_SRC + IOAT_PAGE_BYTES - HEAD, HEAD) == 0
                      && memcmp(second->cpu + AT_DST_2, second->cpu + AT_SRC_2, BYTES - HEAD) == 0,
                  "the copy differs");
    }
    tb_close(tb);
}
END_TEST

/* H-D01, H-S08: lists that go from side to side, in both list models, and are read again. */
START_TEST(h_s08_list_crosses_every_address_bit)
{
    enum { LINKS = 12 };
    bool counted = _i;
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;
    uint64_t bus[LINKS];

    for (unsigned i = 0; i < LINKS; i++)
        bus[i] = side[i % SIDES].bus + AT_DESC + i * IOAT_DESC_BYTES;
    for (unsigned i = 0; i < LINKS; i++)
        *descriptor(&side[i % SIDES], AT_DESC + i * IOAT_DESC_BYTES) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE,
            .next = i + 1 < LINKS ? bus[i + 1] : 0,
        };
    tb_setup(tb, 0, 0);
    if (counted)
        tb_start_count(tb, 0, bus[0], LINKS);
    else
        tb_start_list(tb, 0, bus[0]);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(bus[LINKS - 1], IDLE));
    /* One more behind the last one, on the other side. */
    *descriptor(&side[0], AT_MORE) = (struct ioat_desc){ .control = IOAT_CONTROL_NULL_XFER };
    descriptor(&side[(LINKS - 1) % SIDES], AT_DESC + (LINKS - 1) * IOAT_DESC_BYTES)->next = side[0].bus + AT_MORE;
    if (counted) {
        tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
        TB_WR(tb, 0, DMACOUNT, LINKS + 1);
        tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    } else {
        tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    }
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(side[0].bus + AT_MORE, IDLE));
    tb_close(tb);
}
END_TEST

/* H-D10, H-W03: a row of descriptors that is read ahead, and the word of the last one, which waits for that of the first.
 * Rows: sides x list models. */
START_TEST(h_d10_row_of_descriptors_may_be_anywhere)
{
    enum { LINKS = 40 };
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;
    const struct side *at = &side[_i % SIDES];
    const uint64_t first = at->bus + AT_DESC, last = first + (LINKS - 1) * IOAT_DESC_BYTES;

    for (unsigned i = 0; i < LINKS; i++)
        *descriptor(at, AT_DESC + i * IOAT_DESC_BYTES) = (struct ioat_desc){
            .control = IOAT_CONTROL_NULL_XFER | (i == 0 || i + 1 == LINKS ? IOAT_CONTROL_COMPL_WRITE : 0),
            .next = i + 1 < LINKS ? first + (i + 1) * IOAT_DESC_BYTES : 0,
        };
    tb_setup(tb, 0, 0);
    tb_hold(tb, IOAT_SIM_FAULT_WRITE, tb_word_bus(tb, 0), 8);
    if (_i / SIDES)
        tb_start_count(tb, 0, first, LINKS);
    else
        tb_start_list(tb, 0, first);
    tb_step(tb, 2000);
    tb_assert_eq(tb, tb->watch[0].word_aw.n, 1);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_word(tb, 0, TB_WORD(last, IDLE), TB_LONG);
    for (unsigned late = 1; late <= 2; late++) {
        tb_step(tb, late);                    /* an odd and an even number of clocks */
        tb_assert_reg(tb, 0, CDAR, last);
    }
    tb_close(tb);
}
END_TEST

/* H-S12: SUSPEND while the descriptor that APPEND found is read; RESUME goes on there. Rows: sides. */
START_TEST(h_s12_appended_descriptor_of_any_address_is_not_lost)
{
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;
    const uint64_t first = side[!_i].bus + AT_DESC, more = side[_i].bus + AT_MORE;

    *descriptor(&side[!_i], AT_DESC) = (struct ioat_desc){ .control = IOAT_CONTROL_NULL_XFER };
    *descriptor(&side[_i], AT_MORE) = (struct ioat_desc){ .control = IOAT_CONTROL_NULL_XFER };
    tb_setup(tb, 0, 0);
    tb_start_list(tb, 0, first);
    tb_wait_state(tb, 0, TB_IN(IDLE), TB_LONG);
    descriptor(&side[!_i], AT_DESC)->next = more;
    tb_hold(tb, IOAT_SIM_FAULT_READ, more, IOAT_DESC_BYTES);
    tb_command(tb, 0, IOAT_CHANCMD_APPEND);
    tb_step(tb, 1000);
    tb_command(tb, 0, IOAT_CHANCMD_SUSPEND);
    ioat_sim_fault_clear(tb->sim);
    tb_wait_state(tb, 0, TB_IN(SUSPENDED) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(first, SUSPENDED));
    tb_command(tb, 0, IOAT_CHANCMD_RESUME);
    tb_wait_state(tb, 0, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
    tb_assert_reg(tb, 0, CHANSTS, TB_WORD(more, IDLE));
    tb_close(tb);
}
END_TEST

/* K-15, K-18, K-19: the word of a command goes to CHANCMP as well, of RESET to that from before it. Rows: commands. */
START_TEST(r_sta_6_word_of_a_command_goes_to_any_address)
{
    static const struct { uint8_t command; unsigned state; } row[] = {
        { IOAT_CHANCMD_SUSPEND, IOAT_CHANSTS_STATE_SUSPENDED },
        { IOAT_CHANCMD_ABORT, IOAT_CHANSTS_STATE_HALTED },
        { IOAT_CHANCMD_RESET, IOAT_CHANSTS_STATE_HALTED },
    };
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;

    for (unsigned round = 0; round < SIDES; round++) {
        volatile uint64_t *word = (volatile uint64_t *)(void *)(side[round].cpu + AT_WORD);
        struct tb_buf src = tb_src(tb, BYTES, 0), dst = tb_dst(tb, BYTES, 0);
        uint64_t bus = tb_copy(tb, dst.bus, src.bus, BYTES, 0);

        tb_note(tb, "command %#x, side %u", row[_i].command, round);
        *word = TB_NO_WORD;
        tb_hold(tb, IOAT_SIM_FAULT_READ, src.bus, BYTES);
        TB_WR(tb, 0, CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN);
        TB_WR(tb, 0, CHANCMP, side[round].bus + AT_WORD);
        tb_start_count(tb, 0, bus, 1);
        tb_step(tb, 1000);
        tb_command(tb, 0, row[_i].command);
        ioat_sim_fault_clear(tb->sim);
        tb_step(tb, 1000);
        tb_assert_eq(tb, *word, (row[_i].command == IOAT_CHANCMD_SUSPEND ? bus : 0) | row[_i].state);
        tb_reset(tb, 0, TB_LONG);
    }
    tb_close(tb);
}
END_TEST

/* H-I05, K-52: a message goes where its vector says, to any address. */
START_TEST(h_i05_message_address_has_every_bit)
{
    struct tb *tb = tb_open(NULL);
    const struct sides both = new_sides(tb);
    const struct side *side = both.side;

    tb_msix_setup(tb);
    tb_ring(tb, 0, TB_CHANCTRL_ALL, IOAT_CONTROL_INT_EN);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const struct side *to = &side[round % SIDES];
        volatile uint32_t *message = (volatile uint32_t *)(void *)(to->cpu + AT_MESSAGE + 4 * round);
        uint32_t data = round % SIDES ? UINT32_C(0xaaaaaaaa) : UINT32_C(0x55555555);

        tb_note(tb, "round %u", round);
        TB_VWR(tb, 0, MSIX_ADDR, to->bus + AT_MESSAGE + 4 * round);
        TB_VWR(tb, 0, MSIX_DATA, data);
        TB_WR(tb, 0, CHANCTRL, TB_CHANCTRL_ALL);
        tb_ring_run(tb, 0, 1);
        tb_step(tb, 1000);
        tb_assert_eq(tb, *message, data);
    }
    tb_close(tb);
}
END_TEST

/* H-R17, K-61: with each value of PRIORITY on every channel all of them make progress. */
START_TEST(h_r17_equal_priorities_of_any_value_take_turns)
{
    struct tb *tb = tb_open(NULL);
    uint16_t priority = (uint16_t)(_i << IOAT_CHANCTRL_PRIORITY_LSB);
    struct tb_buf src = tb_src(tb, 3 * IOAT_PAGE_BYTES, 1);

    tb_note(tb, "priority %d", _i);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        struct tb_buf dst = tb_dst(tb, 3 * IOAT_PAGE_BYTES, 2);
        uint64_t bus[3];

        for (unsigned i = 0; i < 3; i++)
            bus[i] = tb_copy(tb, dst.bus + i * IOAT_PAGE_BYTES, src.bus + i * IOAT_PAGE_BYTES,
                             IOAT_PAGE_BYTES, IOAT_CONTROL_COMPL_WRITE);
        tb_chain(tb, bus, 3);
        tb_setup(tb, ch, priority);
        TB_WR(tb, ch, CHAINADDR, bus[0]);
    }
    for (unsigned ch = 0; ch < tb->channels; ch++)
        TB_POST(tb, ch, DMACOUNT, 3);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        tb_wait_state(tb, ch, TB_IN(IDLE) | TB_IN(HALTED), TB_LONG);
        tb_assert_state(tb, ch, IDLE);
    }
    for (unsigned ch = 1; ch < tb->channels; ch++)
        tb_assert(tb, tb->watch[ch].data_w.first < tb->watch[0].data_w.last,
                  "channel %u waited until channel 0 was done", ch);
    tb_close(tb);
}
END_TEST

Suite *address_suite(void);
Suite *address_suite(void)
{
    Suite *suite = suite_create("address");
    TCase *tc = tb_case(suite, "address", 30);

    tcase_add_test(tc, h_d01_every_address_bit_counts);
    tcase_add_loop_test(tc, h_s08_list_crosses_every_address_bit, 0, 2);
    tcase_add_loop_test(tc, h_d10_row_of_descriptors_may_be_anywhere, 0, 2 * SIDES);
    tcase_add_loop_test(tc, h_s12_appended_descriptor_of_any_address_is_not_lost, 0, SIDES);
    tcase_add_loop_test(tc, r_sta_6_word_of_a_command_goes_to_any_address, 0, 3);
    tcase_add_test(tc, h_i05_message_address_has_every_bit);
    tcase_add_loop_test(tc, h_r17_equal_priorities_of_any_value_take_turns, 0, 16);
    return suite;
}
