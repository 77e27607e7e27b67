/* test_netdma_ring.c - which slots of its ring the NetDMA library may use again, and when. */
#include "netdma_rig.h"
#include "tb.h"

Suite *netdma_ring_suite(void);

enum { BATCH = 6 };              /* what a ring of 8 takes */

/* Six copies in one batch, of which the first one fails. */
static void fail_batch(struct nrig *rig, PVOID channel, struct fake *fake)
{
    NET_DMA_COPY_ID id[BATCH];

    fake_only(fake)->fail_in = 1;
    for (unsigned n = 0; n < BATCH; n++)
        id[n] = nrig_copy(rig, channel, 5000 * n, 0, 100);
    for (unsigned n = 0; n < BATCH; n++)
        nrig_nt(netdma_wait(channel, id[n], 100 * NRIG_MS), STATUS_UNSUCCESSFUL);
}

/* R-CH2-4, R-STA-7: a provider without reset and abort still names the copy before, when its next list
 * fails at once. _i: 1.1 or 2.0. */
START_TEST(r_ch2_4_the_descriptor_completed_last_keeps_its_slot_after_an_error)
{
    struct nrig_config config = nrig_config();

    config.iface.ring_log2 = 3;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_new(rig, 1 + (unsigned)_i, 1 - (unsigned)_i);
    fake->characteristics.ResetChannel = NULL;
    fake->characteristics.AbortDma = NULL;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 100));
    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, BATCH));
    for (unsigned n = 0; n < 4; n++)
        fail_batch(rig, channel, fake);
    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, 1));
    for (unsigned n = 0; n < BATCH; n++)
        nrig_finish(channel, nrig_copy(rig, channel, 5000 * n, 0, 100));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

Suite *netdma_ring_suite(void)
{
    Suite *suite = suite_create("netdma_ring");
    TCase *tcase = tb_case(suite, "netdma_ring", 30);

    tcase_add_loop_test(tcase, r_ch2_4_the_descriptor_completed_last_keeps_its_slot_after_an_error, 0, 2);
    return suite;
}
