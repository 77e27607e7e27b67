/* test_driver_service.c - the driver on an honest fake device: interrupts, chains of the
 * caller, registers in words. */
#include "driver_rig.h"

#include <stdlib.h>
#include <string.h>

Suite *driver_service_suite(void);

static const uint32_t int_en = (uint32_t)IOAT_CONTROL_INT_EN;
static const uint32_t word = (uint32_t)IOAT_CONTROL_COMPL_WRITE;

/* ---- interrupts ---- */

START_TEST(driver_interrupt_reports_and_rearms)
{
    struct rig *rig = rig_ring(4);
    struct ioat_done done[4];
    unsigned count;
    struct fake_chan *hw = &rig->fake.chan[0];

    rig->fake.hold = true;
    for (unsigned n = 0; n < 3; n++)
        rig_ok(ioat_copy(rig->chan, rig->dst.bus, rig->src.bus, 8, int_en | word, RIG_TAG(n)));
    rig_ok(ioat_submit(rig->chan));
    fake_run(&rig->fake, 0, 2);
    ck_assert_uint_eq(hw->messages, 1);
    rig_ok(ioat_interrupt(rig->chan, done, 4, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(hw->messages, 2);         /* of the event that waited */
    rig_ok(ioat_interrupt(rig->chan, done, 4, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(hw->chanctrl & IOAT_CHANCTRL_INT_DISABLE, 0);
    ck_assert_uint_ne(hw->chanctrl & IOAT_CHANCTRL_IN_USE, 0);
    fake_run(&rig->fake, 0, 1);
    ck_assert_uint_eq(hw->messages, 3);
    rig_ok(ioat_rearm(rig->chan));
    rig_is(ioat_interrupt(rig->chan, done, 4, NULL), IOAT_EINVAL);
    rig_is(ioat_interrupt(rig->chan, NULL, 4, &count), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_intx_names_channels_and_writes_the_enable_back)
{
    struct rig *rig = rig_ring(4);
    uint32_t channels = 7;

    rig_ok(ioat_intx_service(rig->dev, &channels));
    ck_assert_uint_eq(channels, 0);             /* off: not ours */
    rig_ok(ioat_intx_enable(rig->dev, true));
    rig_ok(ioat_intx_service(rig->dev, &channels));
    ck_assert_uint_eq(channels, 0);             /* nothing happened: not ours */
    ck_assert(rig->fake.intrctrl & IOAT_INTRCTRL_MASTER_INT_EN);
    rig_ok(ioat_null(rig->chan, int_en, NULL));
    rig_ok(ioat_submit(rig->chan));
    rig_ok(ioat_intx_service(rig->dev, &channels));
    ck_assert_uint_eq(channels, 1);
    ck_assert_uint_eq(rig->fake.attnstatus, 0);
    ck_assert(rig->fake.intrctrl & IOAT_INTRCTRL_MASTER_INT_EN);
    rig_ok(ioat_intx_enable(rig->dev, false));
    ck_assert_uint_eq(rig->fake.intrctrl, 0);
    rig_is(ioat_intx_service(rig->dev, NULL), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_msix_entries_keep_their_mask)
{
    struct rig *rig = rig_ring(4);
    const uint64_t *entry = &rig->fake.msix[2];
    uint64_t pending;

    rig_ok(ioat_msix_set(rig->dev, 1, 0xFEE00010, 0x41));
    ck_assert_uint_eq(entry[0], 0xFEE00010);
    ck_assert_uint_eq(entry[1], 0x41 | (uint64_t)IOAT_MSIX_CTRL_MASKED << 32);
    rig_ok(ioat_msix_mask(rig->dev, 1, false));
    ck_assert_uint_eq(entry[1], 0x41);
    rig_ok(ioat_msix_set(rig->dev, 1, 0xFEE00020, 0x42));
    ck_assert_uint_eq(entry[1], 0x42);
    rig->fake.msix_pending = 2;
    rig_ok(ioat_msix_pending(rig->dev, &pending));
    ck_assert_uint_eq(pending, 2);
    rig_is(ioat_msix_set(rig->dev, 4, 0xFEE00010, 0), IOAT_EINVAL);
    rig_is(ioat_msix_set(rig->dev, 0, 0xFEE00012, 0), IOAT_EINVAL);
    rig_is(ioat_msix_mask(rig->dev, 4, true), IOAT_EINVAL);
    rig_is(ioat_msix_pending(rig->dev, NULL), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

/* The engine ignores the one write that asks. */
START_TEST(k_08_driver_says_when_there_are_no_counters)
{
    struct rig *rig = rig_ring(4);
    struct ioat_counters counters;

    rig_is(ioat_chan_counters(rig->chan, &counters), IOAT_ESTATE);
    ck_assert_uint_eq(counters.active, 0);
    ck_assert_uint_eq(rig->fake.odd_accesses, 1);
    rig->fake.odd_accesses = 0;
    rig_close(rig);
}
END_TEST

START_TEST(driver_coalescing_writes_the_delay)
{
    struct rig *rig = rig_ring(4);

    rig_ok(ioat_coalesce(rig->dev, 16383));
    ck_assert_uint_eq(rig->fake.intrdelay & IOAT_INTRDELAY_MICROSECONDS, 16383);
    rig_is(ioat_coalesce(rig->dev, 16384), IOAT_EINVAL);
    rig_close(rig);

    rig = rig_new();
    rig->fake.intrdelay = 0;
    rig_open(rig, 4, 4);
    rig_is(ioat_coalesce(rig->dev, 1), IOAT_ESTATE);
    rig_close(rig);
}
END_TEST

/* ---- chains of the caller ---- */

/* Descriptors 0..n-1 in memory, each joined to the next. */
static struct ioat_desc *chain(struct rig *rig, unsigned n, uint64_t *bus)
{
    struct dma_buf buf = fake_memory(&rig->fake, n * sizeof(struct ioat_desc));
    struct ioat_desc *desc = buf.cpu;

    for (unsigned i = 0; i < n; i++) {
        desc[i].control = (uint32_t)(IOAT_CONTROL_NULL_XFER | IOAT_CONTROL_COMPL_WRITE);
        desc[i].next = i + 1 < n ? buf.bus + (i + 1) * IOAT_DESC_BYTES : 0;
    }
    *bus = buf.bus;
    return desc;
}

START_TEST(driver_list_mode_starts_and_appends)
{
    struct rig *rig = rig_new();
    uint64_t bus;

    rig_open(rig, 0, 0);
    struct ioat_desc *desc = chain(rig, 5, &bus);
    desc[1].next = 0;
    rig_is(ioat_list_append(rig->chan), IOAT_ESTATE);
    rig_is(ioat_list_start(rig->chan, bus + 8), IOAT_EINVAL);
    rig_is(ioat_list_start(rig->chan, 0), IOAT_EINVAL);
    rig_ok(ioat_list_start(rig->chan, bus));
    ck_assert_uint_eq(ioat_word(rig->chan).completed, bus + IOAT_DESC_BYTES);
    ck_assert_uint_eq(ioat_word(rig->chan).state, IOAT_CHANSTS_STATE_IDLE);
    desc[1].next = bus + 2 * IOAT_DESC_BYTES;
    rig_ok(ioat_list_append(rig->chan));
    ck_assert_uint_eq(ioat_word(rig->chan).completed, bus + 4 * IOAT_DESC_BYTES);
    rig_is(ioat_count_add(rig->chan, 1), IOAT_ESTATE);
    rig_ok(ioat_abort(rig->chan));
    ck_assert_uint_eq(rig->fake.chan[0].state, IOAT_CHANSTS_STATE_HALTED);
    rig_is(ioat_list_append(rig->chan), IOAT_ESTATE);
    rig_ok(ioat_list_start(rig->chan, bus));
    rig_ok(ioat_reset(rig->chan));
    rig_is(ioat_list_append(rig->chan), IOAT_ESTATE);
    rig_close(rig);
}
END_TEST

START_TEST(driver_count_mode_counts_modulo_65536)
{
    struct rig *rig = rig_new();
    uint64_t bus;

    rig_open(rig, 0, 0);
    struct ioat_desc *desc = chain(rig, 4, &bus);
    desc[3].next = bus;                         /* a ring of four */
    rig_is(ioat_count_add(rig->chan, 1), IOAT_ESTATE);
    rig_is(ioat_count_start(rig->chan, bus, 0), IOAT_EINVAL);
    rig_is(ioat_count_start(rig->chan, bus, 65536), IOAT_EINVAL);
    rig_is(ioat_count_start(rig->chan, bus + 32, 1), IOAT_EINVAL);
    rig_ok(ioat_count_start(rig->chan, bus, 65535));
    ck_assert_uint_eq(rig->fake.executed, 65535);
    rig_ok(ioat_count_add(rig->chan, 3));
    ck_assert_uint_eq(rig->fake.executed, 65538);
    ck_assert_uint_eq(rig->fake.chan[0].dmacount, 2);
    rig_ok(ioat_count_add(rig->chan, 2));
    ck_assert_uint_eq(rig->fake.executed, 65540);
    rig_is(ioat_count_add(rig->chan, 0), IOAT_EINVAL);
    rig_is(ioat_count_add(rig->chan, 65536), IOAT_EINVAL);
    rig_close(rig);
}
END_TEST

START_TEST(driver_ring_calls_and_chain_calls_do_not_mix)
{
    struct rig *rig = rig_new();
    struct ioat_done done;
    unsigned count;

    rig_open(rig, 0, 0);
    rig_is(rig_copy(rig, 0), IOAT_ESTATE);
    rig_is(ioat_copy_pages(rig->chan, 0, 0, 0, 0, 8, 0, NULL), IOAT_ESTATE);
    rig_is(ioat_fill(rig->chan, 0, 8, 0, 0, NULL), IOAT_ESTATE);
    rig_is(ioat_null(rig->chan, 0, NULL), IOAT_ESTATE);
    rig_is(ioat_submit(rig->chan), IOAT_ESTATE);
    rig_is(ioat_poll(rig->chan, &done, 1, &count), IOAT_ESTATE);
    rig_is(ioat_wait(rig->chan, &done, 1, &count, 1), IOAT_ESTATE);
    rig_is(ioat_interrupt(rig->chan, &done, 1, &count), IOAT_ESTATE);
    rig_is(ioat_recover(rig->chan, IOAT_SKIP, NULL), IOAT_ESTATE);
    rig_is(ioat_edit_insert(rig->chan, NULL), IOAT_ESTATE);
    rig_is(ioat_edit_cancel(rig->chan, NULL), IOAT_ESTATE);
    ck_assert_uint_eq(ioat_room(rig->chan), 0);
    ck_assert_uint_eq(ioat_outstanding(rig->chan), 0);
    rig_close(rig);

    rig = rig_ring(3);
    rig_is(ioat_list_start(rig->chan, 64), IOAT_ESTATE);
    rig_is(ioat_list_append(rig->chan), IOAT_ESTATE);
    rig_is(ioat_count_start(rig->chan, 64, 1), IOAT_ESTATE);
    rig_is(ioat_count_add(rig->chan, 1), IOAT_ESTATE);
    rig_close(rig);
}
END_TEST

/* ---- words ---- */

START_TEST(driver_dump_names_registers_and_disturbs_nothing)
{
    struct rig *rig = rig_ring(3);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    rig_ok(ioat_intx_enable(rig->dev, true));
    rig_ok(ioat_null(rig->chan, int_en, NULL));
    rig_ok(ioat_submit(rig->chan));
    uint32_t attention = rig->fake.attnstatus;
    rig_ok(ioat_dump(rig->dev, out));
    rig_ok(ioat_chan_dump(rig->chan, out));
    fclose(out);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if (reg->space != IOAT_DESCRIPTOR && reg->space != IOAT_COUNTERS)   /* have ioat_counters_print */
            ck_assert_msg(strstr(text, reg->name) != NULL, "%s is missing in:\n%s", reg->name, text);
    ck_assert_ptr_nonnull(strstr(text, "STATE=IDLE"));
    ck_assert_ptr_nonnull(strstr(text, " MASTER_INT_EN"));
    ck_assert_ptr_nonnull(strstr(text, "MAJOR=0x3"));
    ck_assert_uint_eq(rig->fake.attnstatus, attention);
    ck_assert(rig->fake.intrctrl & IOAT_INTRCTRL_MASTER_INT_EN);
    rig_is(ioat_dump(rig->dev, NULL), IOAT_EINVAL);
    rig_is(ioat_chan_dump(rig->chan, NULL), IOAT_EINVAL);
    free(text);

    out = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(out);
    setvbuf(out, NULL, _IONBF, 0);
    rig_is(ioat_dump(rig->dev, out), IOAT_EIO);
    rig_is(ioat_chan_dump(rig->chan, out), IOAT_EIO);
    fclose(out);
    rig_close(rig);
}
END_TEST

START_TEST(driver_names_cover_every_code)
{
    ck_assert_str_eq(ioat_strstatus(IOAT_OK), "success");
    ck_assert_str_eq(ioat_strstatus((enum ioat_status)1), "unknown status");
    ck_assert_str_eq(ioat_state_name(IOAT_CHANSTS_STATE_ARMED), "ARMED");
    ck_assert_str_eq(ioat_state_name(IOAT_CHANSTS_STATE_ACTIVE), "ACTIVE");
    ck_assert_str_eq(ioat_state_name(5), "?");
    ck_assert_str_eq(ioat_chanerr_name(0), "none");
    ck_assert_str_eq(ioat_chanerr_name((uint32_t)IOAT_CHANERR_LENGTH), "LENGTH");
    ck_assert_str_eq(
        ioat_chanerr_name((uint32_t)(IOAT_CHANERR_LENGTH | IOAT_CHANERR_SRC_ADDR)), "SRC_ADDR");
    ck_assert_str_eq(ioat_chanerr_name(UINT32_C(1) << 31), "?");
}
END_TEST

Suite *driver_service_suite(void)
{
    Suite *suite = suite_create("driver_service");
    TCase *irq = tcase_create("driver_irq");
    TCase *chains = tcase_create("driver_chains");
    TCase *words = tcase_create("driver_words");

    tcase_add_test(irq, driver_interrupt_reports_and_rearms);
    tcase_add_test(irq, driver_intx_names_channels_and_writes_the_enable_back);
    tcase_add_test(irq, driver_msix_entries_keep_their_mask);
    tcase_add_test(irq, driver_coalescing_writes_the_delay);
    tcase_add_test(irq, k_08_driver_says_when_there_are_no_counters);
    suite_add_tcase(suite, irq);

    tcase_add_test(chains, driver_list_mode_starts_and_appends);
    tcase_add_test(chains, driver_count_mode_counts_modulo_65536);
    tcase_add_test(chains, driver_ring_calls_and_chain_calls_do_not_mix);
    suite_add_tcase(suite, chains);

    tcase_add_test(words, driver_dump_names_registers_and_disturbs_nothing);
    tcase_add_test(words, driver_names_cover_every_code);
    suite_add_tcase(suite, words);
    return suite;
}
