/* test_netdma_client.c - the NetDMA library towards its clients: channels, copies, splitting,
 * batches, completion, errors, the CPU's part.
 *
 * Written from the NetDMA sheet and the public headers, without the library's source.
 * _i of a loop test is a version of the provider, 1.0 to 2.1, unless it says otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "netdma_rig.h"
#include "tb.h"

Suite *netdma_client_suite(void);

static const struct {
    unsigned major, minor;
} versions[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}};
enum { VERSIONS = sizeof versions / sizeof *versions };

static struct fake *up(struct nrig *rig, int version)
{
    return fake_up(rig, versions[version].major, versions[version].minor);
}

/* A rig, a provider of that version and a channel of it. */
struct set {
    struct nrig *rig;
    struct fake *fake;
    PVOID channel;
    struct fake_channel *on;
};

static struct set set_up_with(const struct nrig_config *config, int version, ULONG transfer_max)
{
    struct set set = {.rig = nrig_open(config)};

    set.fake = fake_new(set.rig, versions[version].major, versions[version].minor);
    if (transfer_max)
        set.fake->attributes.MaximumTransferSize = transfer_max;
    nrig_ok(fake_register(set.fake));
    fake_start(set.fake);
    set.channel = nrig_channel(set.rig, set.fake->handle);
    set.on = fake_only(set.fake);
    return set;
}

static struct set set_up(int version)
{
    return set_up_with(NULL, version, 0);
}

/* Everything was copied by the provider, exactly. */
static void close_exact(struct set *set)
{
    nrig_check(set->rig);
    ck_assert_uint_eq(nrig_stats(set->rig).cpu_bytes, 0);
    ck_assert_uint_eq(nrig_stats(set->rig).distrusted, 0);
    nrig_close(set->rig);
}

static bool is_copy(const NET_DMA_DESCRIPTOR *desc)
{
    return !(desc->ControlFlags & (NET_DMA_NULL_TRANSFER | NET_DMA_OP_TYPE_MASK));
}

/* Copies with `flag` (0: all) among the descriptors from `first` on. */
static unsigned copies(const struct fake_channel *on, size_t first, ULONG flag)
{
    unsigned count = 0;

    for (size_t n = first; n < on->desc_n; n++)
        count += is_copy(&on->desc[n].desc) && (on->desc[n].desc.ControlFlags & flag) == flag;
    return count;
}

/* ---- clients and enumeration ---- */

START_TEST(a_client_registers_with_good_arguments_only)
{
    struct nrig *rig = nrig_open(NULL);
    struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};
    PVOID client = rig;

    nrig_nt(NetDmaRegisterClient(rig, NULL, &characteristics), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaRegisterClient(rig, &client, NULL), STATUS_INVALID_PARAMETER);
    ck_assert_ptr_null(client);
    characteristics.size--;
    client = rig;
    nrig_nt(NetDmaRegisterClient(rig, &client, &characteristics), STATUS_INVALID_PARAMETER);
    ck_assert_ptr_null(client);
    characteristics.size++;
    nrig_ok(NetDmaRegisterClient(rig, &client, &characteristics));
    ck_assert_ptr_ne(client, rig->client);
    fake_stop(up(rig, 2));           /* it has no notify: nothing happens */
    NetDmaDeregisterClient(client);
    nrig_close(rig);
}
END_TEST

START_TEST(r_alc_6_deregistration_frees_the_channels_of_that_client_alone)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = up(rig, _i);
    PVOID second = nrig_client(rig, rig), mine = nrig_channel(rig, fake->handle), theirs[2];

    for (unsigned n = 0; n < 2; n++)
        nrig_ok(NetDmaAllocateChannel(second, fake->handle, NULL, &theirs[n]));
    NET_DMA_COPY_ID id = nrig_copy(rig, theirs[0], 0, 0, 40000);
    unsigned logs = rig->logs;
    ck_assert_uint_ne(id, 0);
    NetDmaDeregisterClient(second);
    ck_assert_uint_gt(rig->logs, logs);
    ck_assert_uint_eq(fake_allocated(fake), 1);
    nrig_nt(NetDmaIsDmaCopyComplete(theirs[0], id), STATUS_INVALID_HANDLE);
    nrig_finish(mine, nrig_copy(rig, mine, 50000, 0, 100));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_alc_6_a_channel_has_one_client)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = up(rig, _i);
    PVOID client[2] = {rig->client, nrig_client(rig, rig)}, channel[5];

    for (unsigned n = 0; n < 4; n++) {
        nrig_ok(NetDmaAllocateChannel(client[n % 2], NULL, NULL, &channel[n]));
        for (unsigned k = 0; k < n; k++)
            ck_assert_ptr_ne(channel[n], channel[k]);
    }
    ck_assert_uint_eq(fake_allocated(fake), 4);
    for (unsigned n = 0; n < 4; n++)
        for (unsigned k = 0; k < n; k++)
            ck_assert_ptr_ne(fake->channel[n].handle, fake->channel[k].handle);
    nrig_nt(NetDmaAllocateChannel(client[1], NULL, NULL, &channel[4]), STATUS_RESOURCES);
    nrig_close(rig);
}
END_TEST

START_TEST(enumeration_lists_providers_in_order)
{
    struct nrig *rig = nrig_open(NULL);
    struct netdma_provider_info info[5];
    struct fake *fake[3];
    ULONG n = 9;

    nrig_ok(NetDmaEnumerateDmaProviders(rig->client, NULL, sizeof *info, 0, &n));
    ck_assert_uint_eq(n, 0);
    for (int i = 0; i < 3; i++)
        fake[i] = up(rig, i);
    memset(info, 0xEE, sizeof info);
    nrig_nt(NetDmaEnumerateDmaProviders(rig->client, NULL, sizeof *info, 0, &n),
            STATUS_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(n, 3);
    nrig_nt(NetDmaEnumerateDmaProviders(rig->client, info, sizeof *info, 2, &n),
            STATUS_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(n, 3);
    ck_assert_ptr_eq(info[1].handle, fake[1]->handle);
    ck_assert_uint_eq(info[2].major, 0xEE);
    nrig_ok(NetDmaEnumerateDmaProviders(rig->client, info, sizeof *info, 3, &n));
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(info[i].handle, fake[i]->handle);
    ck_assert_uint_eq(info[3].major, 0xEE);
    nrig_nt(NetDmaEnumerateDmaProviders(rig->client, info, sizeof *info - 1, 3, &n),
            STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaEnumerateDmaProviders(rig->client, NULL, sizeof *info, 3, &n),
            STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaEnumerateDmaProviders(rig->client, info, sizeof *info, 3, NULL),
            STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaEnumerateDmaProviders(rig, info, sizeof *info, 3, &n), STATUS_INVALID_HANDLE);
    nrig_close(rig);
}
END_TEST

/* ---- allocation ---- */

/* R-ALC-1, R-ALC-2: allocate is the first callback of a channel, and its context all others'. */
START_TEST(r_alc_1_a_channel_is_allocated_before_it_is_used)
{
    struct set set = set_up(_i);
    unsigned first = set.rig->calls;

    ck_assert_int_eq(set.rig->call[first - 1].kind, NETDMA_CALL_ALLOCATE);
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10));
    NetDmaFreeChannel(set.channel);
    for (unsigned n = first; n + 1 < set.rig->calls; n++)
        ck_assert_int_eq(set.rig->call[n].kind, NETDMA_CALL_START);
    ck_assert_int_eq(set.rig->call[set.rig->calls - 1].kind, NETDMA_CALL_FREE);
    close_exact(&set);
}
END_TEST

/* A14 */
START_TEST(ambiguity_14_parameters_have_the_revision_of_the_provider)
{
    struct set set = set_up(_i);
    const NET_DMA_CHANNEL_PARAMETERS *got = &set.on->parameters;
    bool second = _i == 3;

    ck_assert_uint_eq(got->Revision, second ? NET_DMA_CHANNEL_REVISION_2 : NET_DMA_CHANNEL_REVISION_1);
    ck_assert_uint_eq(got->Size, second ? 56 : 40);
    ck_assert_uint_eq(got->Flags, 0);
    ck_assert_uint_eq(got->ChannelPriority, 0);
    nrig_close(set.rig);
}
END_TEST

START_TEST(r_alc_5_each_channel_has_a_completion_word_of_its_own)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = up(rig, _i);

    for (unsigned n = 0; n < 4; n++) {
        uint64_t bus = 0;

        nrig_channel(rig, fake->handle);
        const NET_DMA_CHANNEL_PARAMETERS *got = &fake->channel[n].parameters;
        ck_assert_uint_ge(kernel_to_bus(rig->kernel, got->CompletionVirtualAddress, 8, &bus), 8);
        ck_assert_uint_eq(bus, got->CompletionPhysicalAddress.QuadPart);
        ck_assert_uint_eq(bus % 8, 0);
        for (unsigned k = 0; k < n; k++)
            ck_assert_ptr_ne(got->CompletionVirtualAddress,
                             fake->channel[k].parameters.CompletionVirtualAddress);
    }
    nrig_close(rig);
}
END_TEST

/* R-STA-10: 0 or Armed, at the allocation already. */
START_TEST(r_sta_10_the_word_is_set_before_the_first_start)
{
    struct set set = set_up(_i);

    ck_assert(set.on->word_at_allocation == 0 ||
              set.on->word_at_allocation == NetDmaTransferStatusArmed);
    close_exact(&set);
}
END_TEST

/* R-STA-10: bits 5:3 are no part of the address nor of the status. */
START_TEST(r_sta_10_the_word_is_read_with_its_masks)
{
    struct set set = set_up(_i);

    set.fake->noise = 0x38;
    for (unsigned n = 0; n < 20; n++)
        nrig_finish(set.channel, nrig_copy(set.rig, set.channel, n * 5000, n, 4500));
    ck_assert_uint_eq(nrig_stats(set.rig).distrusted, 0);
    close_exact(&set);
}
END_TEST

START_TEST(r_alc_7_priority_and_affinity_reach_the_provider)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = up(rig, _i);
    struct netdma_channel_options options = {.priority = 77, .affinity.Mask = 0xC};
    PVOID channel;

    nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
    const NET_DMA_CHANNEL_PARAMETERS *got = &fake_only(fake)->parameters;
    ck_assert_uint_eq(got->ChannelPriority, 77);
    ck_assert_uint_eq(got->ProcessorAffinityMask, 0xC);
    if (_i == 3) {
        ck_assert_uint_eq(got->ProcessorAffinityMaskEx.Mask, 0xC);
        ck_assert_uint_eq(got->ProcessorAffinityMaskEx.Group, 0);
        ck_assert_uint_eq(got->ProcessorAffinityMaskEx.Reserved[0], 0);
    }
    ck_assert_uint_eq(nrig_info(channel).cpu, 2);
    nrig_close(rig);
}
END_TEST

START_TEST(section_3_6_2_1_has_more_than_64_processors)
{
    struct nrig_config config = nrig_config();
    config.kernel.cpus = 130;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_new(rig, 2, 1);
    struct netdma_channel_options options = {.affinity = {.Mask = 1u << 3, .Group = 1}};
    struct nrig_done done = {0};
    PVOID channel;

    fake->characteristics.Flags = NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
    const NET_DMA_CHANNEL_PARAMETERS *got = &fake_only(fake)->parameters;
    ck_assert_uint_eq(got->ProcessorAffinityMaskEx.Group, 1);
    ck_assert_uint_eq(got->ProcessorAffinityMaskEx.Mask, 1u << 3);
    nrig_copy_done(rig, channel, 0, 0, 10, &done);
    nrig_wait(rig, NRIG_MS);
    ck_assert_uint_eq(done.cpu, 67);
    nrig_close(rig);
}
END_TEST

/* An older provider knows group 0 only, and there no wish was said: every CPU is acceptable. */
START_TEST(section_3_6_groups_are_kept_from_older_providers)
{
    struct nrig_config config = nrig_config();
    config.kernel.cpus = 130;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = up(rig, _i);
    struct netdma_channel_options options = {.affinity = {.Mask = 1u << 3, .Group = 1}};
    PVOID channel;

    nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
    struct fake_channel *on = fake_only(fake);
    ck_assert_uint_eq(on->parameters.ProcessorAffinityMask, UINT32_MAX);
    if (on->parameters.Revision == NET_DMA_CHANNEL_REVISION_2)
        ck_assert_uint_eq(on->parameters.ProcessorAffinityMaskEx.Group, 0);
    ck_assert_uint_lt(nrig_info(channel).cpu, 64);
    nrig_close(rig);
}
END_TEST

START_TEST(allocation_refuses_bad_arguments)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = up(rig, 2);
    struct netdma_channel_options options = {.affinity.Mask = 1u << 4};  /* CPUs are 0..3 */
    PVOID channel = rig;

    nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, NULL), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel),
            STATUS_INVALID_PARAMETER);
    ck_assert_ptr_null(channel);
    options.affinity = (GROUP_AFFINITY){.Mask = 1, .Group = 1};
    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel),
            STATUS_INVALID_PARAMETER);
    channel = rig;
    nrig_nt(NetDmaAllocateChannel(rig, NULL, NULL, &channel), STATUS_INVALID_HANDLE);
    ck_assert_ptr_null(channel);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_ALLOCATE), 0);
    nrig_close(rig);
}
END_TEST

/* R-ALC-4: a failure leaves nothing behind. */
START_TEST(r_alc_4_a_refused_allocation_leaves_nothing)
{
    static const NTSTATUS results[] = {STATUS_RESOURCES, STATUS_UNSUCCESSFUL, STATUS_TIMEOUT,
                                       STATUS_CANCELLED};

    for (size_t n = 0; n < sizeof results / sizeof *results; n++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = up(rig, _i);
        PVOID channel = rig;

        fake->allocate_result = results[n];
        NTSTATUS got = NetDmaAllocateChannel(rig->client, fake->handle, NULL, &channel);
        ck_assert_msg(got == STATUS_UNSUCCESSFUL || (n == 0 && got == STATUS_RESOURCES), "0x%08X",
                      (unsigned)got);
        ck_assert_ptr_null(channel);
        nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel), STATUS_RESOURCES);
        ck_assert_ptr_null(channel);
        ck_assert_int_eq(nrig_stats(rig).alien_status > 0, n >= 2);
        ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 0);
        fake->allocate_result = STATUS_SUCCESS;
        for (unsigned k = 0; k < 4; k++)
            nrig_channel(rig, NULL);
        nrig_close(rig);
    }
}
END_TEST

START_TEST(allocation_takes_the_first_provider_with_a_free_channel)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake[3] = {up(rig, 0), fake_new(rig, 1, 1), up(rig, 3)};

    nrig_ok(fake_register(fake[1]));     /* not started */
    for (unsigned n = 0; n < 4; n++)
        ck_assert_ptr_eq(nrig_info(nrig_channel(rig, NULL)).provider, fake[0]->handle);
    fake[2]->allocate_result = STATUS_UNSUCCESSFUL;
    PVOID channel;
    nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel), STATUS_RESOURCES);
    fake[2]->allocate_result = STATUS_SUCCESS;
    ck_assert_ptr_eq(nrig_info(nrig_channel(rig, NULL)).provider, fake[2]->handle);
    nrig_close(rig);
}
END_TEST

/* ---- free ---- */

struct release {
    struct fake_channel *on;
    uint64_t at_ns;
};

static void release_at(void *ctx, uint64_t now_ns)
{
    struct release *release = ctx;

    if (now_ns >= release->at_ns)
        release->on->hold = false;
}

START_TEST(r_fre_1_nothing_is_outstanding_at_free)
{
    struct set set = set_up(_i);
    struct release release = {.on = set.on, .at_ns = kernel_now(set.rig->kernel) + 20 * NRIG_MS};
    struct nrig_done done = {0};

    set.on->hold = true;
    for (unsigned n = 0; n < 7; n++)
        nrig_copy_done(set.rig, set.channel, n * 30000, n, 20000, &done);
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 100));
    nrig_copy_done(set.rig, set.channel, 7 * 30000, 0, 20000, &done);    /* never flushed */
    nrig_io(kernel_on_time(set.rig->kernel, release_at, &release));
    NetDmaFreeChannel(set.channel);
    kernel_off_time(set.rig->kernel, release_at, &release);
    ck_assert_uint_eq(done.n, 8);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_uint_ge(nrig_call(set.rig, NETDMA_CALL_FREE, 0)->time_ns, release.at_ns);
    close_exact(&set);
}
END_TEST

START_TEST(r_fre_1_free_gives_up_after_drain_ns)
{
    struct nrig_config config = nrig_config();
    config.iface.drain_ns = 20 * NRIG_MS;
    struct set set = set_up_with(&config, _i, 0);
    struct nrig_done done = {0};

    set.on->hold = true;
    nrig_copy_done(set.rig, set.channel, 0, 0, 500, &done);
    uint64_t began = kernel_now(set.rig->kernel);
    NetDmaFreeChannel(set.channel);
    ck_assert_uint_ge(kernel_now(set.rig->kernel), began + 20 * NRIG_MS);
    ck_assert_uint_le(kernel_now(set.rig->kernel), began + 60 * NRIG_MS);
    ck_assert_uint_eq(done.n, 1);
    ck_assert_int_eq(done.status, STATUS_CANCELLED);
    ck_assert_uint_eq(fake_allocated(set.fake), 0);
    memcpy(set.rig->shadow, set.rig->dst.cpu, NRIG_BYTES);
    nrig_wait(set.rig, 50 * NRIG_MS);
    nrig_check(set.rig);
    nrig_close(set.rig);
}
END_TEST

/* R-FRE-2: the fakes fail the test on any callback of a free channel. */
START_TEST(r_fre_2_a_freed_channel_is_dead)
{
    struct set set = set_up(_i);
    const struct netdma_chain chain = {.va = set.rig->dst.cpu, .bytes = 100};
    const struct netdma_copy copy = {.destination = &chain, .source = &chain};
    const PHYSICAL_ADDRESS bus = {.QuadPart = (LONGLONG)set.rig->src.bus};
    struct netdma_channel_info info;
    struct fake_channel corpse = {.fake = set.fake, .handle = set.on->handle};

    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10));
    NetDmaFreeChannel(set.channel);
    unsigned calls = set.fake->calls;
    PVOID bad[] = {set.channel, NULL, set.rig, set.rig->client, set.fake->handle};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        nrig_nt(NetDmaIsDmaCopyComplete(bad[n], 1), STATUS_INVALID_HANDLE);
        nrig_nt(netdma_copy(bad[n], &copy, NULL), STATUS_INVALID_HANDLE);
        nrig_nt(NetDmaChainCopyVirtualToVirtual(bad[n], &chain, 0, &chain, 0, 1, NULL),
                STATUS_INVALID_HANDLE);
        nrig_nt(NetDmaChainCopyPhysicalToVirtual(bad[n], &chain, 0, bus, 1, NULL),
                STATUS_INVALID_HANDLE);
        nrig_nt(NetDmaNullTransfer(bad[n], NULL, NULL, NULL), STATUS_INVALID_HANDLE);
        nrig_nt(netdma_wait(bad[n], 1, 1), STATUS_INVALID_HANDLE);
        nrig_nt(netdma_copy_wait(bad[n], &copy, 1), STATUS_INVALID_HANDLE);
        nrig_nt(NetDmaSetMaxPendingDescriptors(bad[n], 1), STATUS_INVALID_HANDLE);
        ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(bad[n]), 0);
        nrig_nt(netdma_channel_info(bad[n], &info), STATUS_INVALID_HANDLE);
        NetDmaFlushPendingDescriptors(bad[n]);
        NetDmaPrefetchNextDescriptor(bad[n]);
        NetDmaFreeChannel(bad[n]);
    }
    fake_dpc(&corpse, 0);
    nrig_wait(set.rig, 100 * NRIG_MS);
    ck_assert_uint_eq(set.fake->calls, calls);
    close_exact(&set);
}
END_TEST

/* No handle but the one that was given is live. */
START_TEST(a_handle_with_a_wrong_bit_is_dead)
{
    struct set set = set_up(3);
    PVOID out;

    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t flip = UINT64_C(1) << bit;
        PVOID channel = (PVOID)((uintptr_t)set.channel ^ flip);
        PVOID client = (PVOID)((uintptr_t)set.rig->client ^ flip);
        PVOID provider = (PVOID)((uintptr_t)set.fake->handle ^ flip);

        nrig_nt(NetDmaNullTransfer(channel, NULL, NULL, NULL), STATUS_INVALID_HANDLE);
        nrig_nt(NetDmaAllocateChannel(client, NULL, NULL, &out), STATUS_INVALID_HANDLE);
        if (provider)
            nrig_nt(NetDmaAllocateChannel(set.rig->client, provider, NULL, &out),
                    STATUS_INVALID_HANDLE);
    }
    ck_assert_uint_eq(set.on->desc_n, 0);
    close_exact(&set);
}
END_TEST

/* ---- start and append ---- */

/* R-START-2, R-APP-1: also with the ring going round several times. */
START_TEST(r_start_2_one_start_and_then_appends)
{
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 3;
    struct set set = set_up_with(&config, _i, 0);

    for (unsigned n = 0; n < 60; n++)
        nrig_finish(set.channel, nrig_copy(set.rig, set.channel, n * 500, n, 450));
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 1);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_APPEND), 59);
    ck_assert_uint_eq(nrig_info(set.channel).starts, 1);
    ck_assert_uint_eq(nrig_info(set.channel).appends, 59);
    ck_assert_uint_eq(nrig_info(set.channel).descriptors, 8);
    close_exact(&set);
}
END_TEST

/* R-APP-1: while the engine is at work, too. */
START_TEST(r_app_1_appends_follow_at_any_time)
{
    struct set set = set_up(_i);
    NET_DMA_COPY_ID id = 0;

    for (unsigned gap = 0; gap < 3000; gap += 97) {
        id = nrig_copy(set.rig, set.channel, gap * 100, gap, 9000);
        nrig_wait(set.rig, gap);
    }
    nrig_finish(set.channel, id);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 1);
    close_exact(&set);
}
END_TEST

/* R-APP-2, R-APP-7, R-APP-8: the fake compares at every append. */
START_TEST(r_app_2_the_list_leads_to_what_is_appended)
{
    struct set set = set_up(_i);

    set.on->hold = true;
    nrig_copy(set.rig, set.channel, 0, 0, 100);
    uint64_t end = set.on->desc[set.on->desc_n - 1].bus;
    NET_DMA_DESCRIPTOR *last = NULL;
    kernel_to_cpu(set.rig->kernel, end, sizeof *last, (void **)&last);
    ck_assert_int_eq(last->NextDescriptor.QuadPart == 0, versions[_i].major < 2);
    NET_DMA_DESCRIPTOR before = *last;
    nrig_copy(set.rig, set.channel, 1000, 0, 100);
    ck_assert_uint_eq(last->NextDescriptor.QuadPart, nrig_call(set.rig, NETDMA_CALL_APPEND, 0)->address);
    if (versions[_i].major >= 2)
        ck_assert_mem_eq(&before, last, sizeof before);
    set.on->hold = false;
    nrig_finish(set.channel, 2);
    close_exact(&set);
}
END_TEST

/* R-APP-6: an idle 1.x engine reads its last descriptor again at an append, whatever was
 * requested and failed to be handed over in between. */
START_TEST(r_app_6_the_last_descriptor_stays)
{
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 3;
    struct set set = set_up_with(&config, _i, 0);

    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 6));
    for (unsigned round = 0; round < 30; round++) {
        NET_DMA_COPY_ID id = 0;
        for (unsigned n = 0; n <= round % 6; n++)
            id = nrig_copy(set.rig, set.channel, round * 8000 + n * 1000, n, 900);
        nrig_finish(set.channel, id);
        ck_assert_int_eq(set.on->state, FAKE_IDLE);
    }
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 1);
    close_exact(&set);
}
END_TEST

/* R-CH-5: what is handed over is complete and does not change until it is executed: the fake
 * compares. All memory of the ring is made dirty first. */
START_TEST(r_ch_5_descriptors_are_complete_when_handed_over)
{
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 4;
    struct set set = set_up_with(&config, _i, 4096);
    NET_DMA_COPY_ID id = 0;

    set.fake->desc_ns = 30000;
    for (unsigned n = 0; n < 40; n++)
        id = nrig_copy(set.rig, set.channel, n * 12000, n * 7, 11000);
    nrig_finish(set.channel, id);
    ck_assert_uint_eq(set.on->ran, set.on->desc_n);
    for (size_t n = 0; n < set.on->desc_n; n++)
        ck_assert_uint_le(set.on->desc[n].desc.TransferSize, 4096);
    close_exact(&set);
}
END_TEST

/* R-START-8, R-THR-1: no room for a start: it is tried again, `retries` times. */
START_TEST(r_start_8_a_start_without_resources_is_tried_again)
{
    struct set set = set_up(_i);

    set.on->refuse_starts = 5;
    set.on->refusal = STATUS_RESOURCES;
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 5000));
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 6);
    ck_assert_uint_eq(nrig_info(set.channel).starts, 1);
    close_exact(&set);
}
END_TEST

START_TEST(a_provider_that_never_starts_is_replaced_by_the_cpu)
{
    struct set set = set_up(_i % VERSIONS);
    struct nrig_done done = {0};

    set.on->refuse_starts = UINT32_MAX;
    set.on->refusal = _i / VERSIONS ? STATUS_RESOURCES : STATUS_UNSUCCESSFUL;
    for (unsigned n = 0; n < 4; n++)
        nrig_finish(set.channel, nrig_copy_done(set.rig, set.channel, n * 8000, n, 7000, &done));
    kernel_run(set.rig->kernel);
    ck_assert_uint_eq(done.n, 4);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_uint_eq(nrig_stats(set.rig).cpu_bytes, 4 * 7000);
    if (set.on->refusal == STATUS_UNSUCCESSFUL)
        ck_assert(!nrig_info(set.channel).offload);
    nrig_check(set.rig);
    nrig_close(set.rig);
}
END_TEST

/* The NetDMA sheet, section 5: falls back to waiting or to a start, and loses nothing. _i / 4: an
 * alien status. */
START_TEST(section_5_a_failed_append_loses_nothing)
{
    struct set set = set_up(_i % VERSIONS);
    struct nrig_done done = {0};

    set.on->refusal = _i / VERSIONS ? STATUS_INVALID_PARAMETER : 0;
    for (unsigned n = 0; n < 30; n++) {
        set.on->refuse_appends = n % 3 == 1;
        nrig_copy_done(set.rig, set.channel, n * 9000, n, 8000, &done);
        nrig_wait(set.rig, n % 5 * 300);
    }
    nrig_wait(set.rig, 100 * NRIG_MS);
    ck_assert_uint_eq(done.n, 30);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_int_eq(nrig_stats(set.rig).alien_status > 0, _i / VERSIONS);
    nrig_check(set.rig);
    nrig_close(set.rig);
}
END_TEST

/* ---- sizes and addresses ---- */

START_TEST(r_dsc_3_no_descriptor_is_above_the_maximum)
{
    static const ULONG limits[] = {4096, 4097, 5000, 65536, 1 << 20};
    static const size_t sizes[] = {1, 4095, 4096, 4097, 8192, 8193, 65535, 65536, 65537, 200000};

    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
        struct set set = set_up_with(NULL, _i, limits[l]);

        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            size_t first = set.on->desc_n;
            nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 3, 5, sizes[s]));
            ck_assert_uint_eq(copies(set.on, first, 0), (sizes[s] + limits[l] - 1) / limits[l]);
        }
        close_exact(&set);
    }
}
END_TEST

/* Memory at chosen bus addresses. */
static uint8_t *map_at(struct nrig *rig, uint64_t bus, size_t bytes)
{
    uint8_t *memory = aligned_alloc(NRIG_PAGE, bytes);

    ck_assert_ptr_nonnull(memory);
    memset(memory, 0x5A, bytes);
    nrig_io(kernel_map(rig->kernel, memory, bus, bytes));
    return memory;
}

static NET_DMA_COPY_ID copy_between(PVOID channel, uint8_t *to, const uint8_t *from, size_t bytes)
{
    static struct netdma_chain pool[128];        /* more than a test uses at a time */
    static unsigned used;
    struct netdma_chain *dst = &pool[used++ % 128], *src = &pool[used++ % 128];
    NET_DMA_COPY_ID id;

    *dst = (struct netdma_chain){.va = to, .bytes = bytes};
    *src = (struct netdma_chain){.va = (PVOID)(uintptr_t)from, .bytes = bytes};
    nrig_ok(NetDmaChainCopyVirtualToVirtual(channel, dst, 0, src, 0, bytes, &id));
    return id;
}

/* R-DSC-3: the last reachable byte is at 2^36 - 1. The fakes fail a descriptor beyond. */
START_TEST(r_dsc_3_no_address_is_beyond_the_reach)
{
    enum { SIZE = 4 * NRIG_PAGE };
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);
    uint8_t *edge = map_at(rig, (UINT64_C(1) << 36) - 2 * NRIG_PAGE, SIZE);
    uint8_t *far = map_at(rig, UINT64_C(1) << 40, SIZE);
    uint8_t *src = rig->src.cpu, *dst = rig->dst.cpu;

    fake->attributes.MaximumAddressSpace.QuadPart = (INT64_C(1) << 36) - 1;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, copy_between(channel, edge, src, 2 * NRIG_PAGE));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    ck_assert_mem_eq(edge, src, 2 * NRIG_PAGE);
    ck_assert_uint_eq(edge[2 * NRIG_PAGE], 0x5A);
    nrig_finish(channel, copy_between(channel, edge, src + 1, 2 * NRIG_PAGE + 1));
    ck_assert_uint_ge(nrig_stats(rig).cpu_bytes, 1);
    ck_assert_mem_eq(edge, src + 1, 2 * NRIG_PAGE + 1);
    ck_assert_uint_eq(edge[2 * NRIG_PAGE + 1], 0x5A);
    nrig_finish(channel, copy_between(channel, far, src + 7, SIZE));
    ck_assert_mem_eq(far, src + 7, SIZE);
    nrig_finish(channel, copy_between(channel, dst, far, SIZE));
    memcpy(rig->shadow, far, SIZE);
    nrig_check(rig);
    nrig_close(rig);
    free(edge);
    free(far);
}
END_TEST

/* Nor are the ring and the word: such a provider is of no use, and is not asked. */
START_TEST(r_dsc_3_the_ring_itself_is_within_the_reach)
{
    struct nrig *rig = nrig_open(NULL);      /* memory begins at 2^32 */
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);
    struct netdma_channel_options options = {.cpu_fallback = true};
    PVOID channel = rig;

    fake->attributes.MaximumAddressSpace.QuadPart = UINT32_MAX;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    ck_assert(!NT_SUCCESS(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel)));
    ck_assert_ptr_null(channel);
    ck_assert_uint_eq(fake_allocated(fake), 0);
    nrig_ok(NetDmaAllocateChannel(rig->client, NULL, &options, &channel));
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 5000));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 5000);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* Requests stay in order when some are the CPU's: each one reads what the one before wrote. */
START_TEST(r_dsc_5_cpu_and_engine_copy_in_order)
{
    enum { SIZE = 3000, ROUNDS = 12 };
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);
    uint8_t *far = map_at(rig, UINT64_C(1) << 40, 16 * NRIG_PAGE);
    uint8_t *src = rig->src.cpu, *dst = rig->dst.cpu;
    NET_DMA_COPY_ID id = 0;

    fake->attributes.MaximumAddressSpace.QuadPart = (INT64_C(1) << 36) - 1;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    fake_only(fake)->hold = true;
    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, 1 + (unsigned)_i * 3));
    copy_between(channel, dst, src, SIZE);
    for (unsigned n = 0; n < ROUNDS; n++) {
        copy_between(channel, far + n * NRIG_PAGE, dst + n * NRIG_PAGE, SIZE);
        id = copy_between(channel, dst + (n + 1) * NRIG_PAGE, far + n * NRIG_PAGE, SIZE);
        copy_between(channel, dst + (n + 20) * NRIG_PAGE, dst + (n + 1) * NRIG_PAGE, SIZE);
    }
    nrig_nt(NetDmaIsDmaCopyComplete(channel, 2), STATUS_PENDING);
    fake_only(fake)->hold = false;
    nrig_finish(channel, id + 1);
    for (unsigned n = 0; n <= ROUNDS; n++)
        memcpy(rig->shadow + n * NRIG_PAGE, src, SIZE);
    for (unsigned n = 0; n < ROUNDS; n++)
        memcpy(rig->shadow + (n + 20) * NRIG_PAGE, src, SIZE);
    nrig_check(rig);
    ck_assert_uint_gt(nrig_stats(rig).engine_bytes, 0);
    nrig_close(rig);
    free(far);
}
END_TEST

/* ---- pages ---- */

/* R-PB-7: and from 2.0 on they save descriptors: source and destination of the scattered buffers
 * break at different places. */
START_TEST(r_pb_7_page_breaks_go_to_2_0_providers_only)
{
    struct set set = set_up(_i);
    bool breaks = versions[_i].major >= 2;

    nrig_finish(set.channel, nrig_wide_copy(set.rig, set.channel, 100, 100, 4 * NRIG_PAGE));
    ck_assert_uint_eq(copies(set.on, 0, 0), breaks ? 3 : 5);
    ck_assert_int_eq(copies(set.on, 0, NET_DMA_SOURCE_PAGE_BREAK) > 0, breaks);
    ck_assert_int_eq(copies(set.on, 0, NET_DMA_DESTINATION_PAGE_BREAK) > 0, breaks);
    close_exact(&set);
}
END_TEST

/* R-PB-4, R-PB-6: the fake knows what a break means and judges the second pages. */
START_TEST(r_pb_4_scattered_copies_are_exact_at_all_offsets)
{
    static const size_t offsets[] = {0, 1, 63, 2048, 4032, 4095};
    static const size_t sizes[] = {1, 2, 64, 4095, 4096, 4097, 8191, 8192, 8193, 12289};
    enum { N = sizeof offsets / sizeof *offsets, M = sizeof sizes / sizeof *sizes };
    struct set set = set_up_with(NULL, _i, 1 << 20);
    size_t place = 0;

    for (size_t to = 0; to < N; to++)
        for (size_t from = 0; from < N; from++)
            for (size_t s = 0; s < M; s++) {
                nrig_finish(set.channel, nrig_wide_copy(set.rig, set.channel,
                                                        place * NRIG_PAGE + offsets[to],
                                                        5 * NRIG_PAGE + offsets[from], sizes[s]));
                place = (place + 5) % 120;
            }
    close_exact(&set);
}
END_TEST

/* One side contiguous, the other scattered. */
START_TEST(r_pb_4_the_breaks_are_independent)
{
    struct set set = set_up(_i);
    struct netdma_chain wide = {.va = set.rig->wide_src.cpu, .bytes = NRIG_BYTES};
    struct netdma_chain flat = {.va = set.rig->dst.cpu, .bytes = NRIG_BYTES};
    NET_DMA_COPY_ID id;

    nrig_ok(NetDmaChainCopyVirtualToVirtual(set.channel, &flat, 77, &wide, 4000, 30000, &id));
    nrig_finish(set.channel, id);
    ck_assert_uint_eq(copies(set.on, 0, NET_DMA_DESTINATION_PAGE_BREAK), 0);
    memcpy(set.rig->shadow + 77, (uint8_t *)wide.va + 4000, 30000);
    size_t first = set.on->desc_n;
    wide.va = set.rig->wide_dst.cpu;
    flat.va = set.rig->src.cpu;
    nrig_ok(NetDmaChainCopyVirtualToVirtual(set.channel, &wide, 4000, &flat, 77, 30000, &id));
    nrig_finish(set.channel, id);
    ck_assert_uint_eq(copies(set.on, first, NET_DMA_SOURCE_PAGE_BREAK), 0);
    memcpy(set.rig->wide_shadow + 4000, (uint8_t *)set.rig->src.cpu + 77, 30000);
    close_exact(&set);
}
END_TEST

/* Whether [bus, bus + bytes) runs over a page's end. */
static bool crosses(PHYSICAL_ADDRESS bus, uint64_t bytes)
{
    return (uint64_t)bus.QuadPart % NRIG_PAGE + bytes > NRIG_PAGE;
}

START_TEST(split_pages_cuts_contiguous_memory_too)
{
    struct nrig_config config = nrig_config();
    config.iface.split_pages = true;
    struct set set = set_up_with(&config, _i, 0);

    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 1000, 3000, 60000));
    for (size_t n = 0; n < set.on->desc_n; n++) {
        const NET_DMA_DESCRIPTOR *desc = &set.on->desc[n].desc;

        if (!is_copy(desc))
            continue;
        ck_assert(desc->ControlFlags & NET_DMA_SOURCE_PAGE_BREAK ||
                  !crosses(desc->SourceAddress, desc->TransferSize));
        ck_assert(desc->ControlFlags & NET_DMA_DESTINATION_PAGE_BREAK ||
                  !crosses(desc->DestinationAddress, desc->TransferSize));
    }
    ck_assert_uint_ge(copies(set.on, 0, 0), 8);
    close_exact(&set);
}
END_TEST

/* ---- chains ---- */

/* Cuts [0, bytes) of memory into pieces of 0..max bytes, linked; out of order in memory. */
static struct netdma_chain *cut(void *memory, size_t bytes, size_t max)
{
    struct netdma_chain *first = NULL, **link = &first;

    for (size_t done = 0; done < bytes;) {
        size_t n = nrig_rand((uint32_t)max + 1);
        struct netdma_chain *piece = calloc(1, sizeof *piece);

        if (!piece)
            ck_abort_msg("no memory");
        if (n > bytes - done)
            n = bytes - done;
        piece->va = n ? (char *)memory + done : NULL;
        piece->bytes = n;
        done += n;
        *link = piece;
        link = &piece->next;
    }
    return first;
}

static void drop(struct netdma_chain *chain)
{
    while (chain) {
        struct netdma_chain *next = chain->next;
        free(chain);
        chain = next;
    }
}

START_TEST(chain_copy_virtual_to_virtual_follows_both_chains)
{
    struct set set = set_up(_i);

    for (unsigned n = 0; n < 60; n++) {
        size_t length = nrig_rand(20000), to = nrig_rand(3000), from = nrig_rand(3000);
        struct netdma_chain *dst = cut(set.rig->wide_dst.cpu, to + length + n % 2 * 10, 1 + n * 50);
        struct netdma_chain *src = cut(set.rig->wide_src.cpu, from + length, 3000 - n * 45);
        NET_DMA_COPY_ID id;

        nrig_ok(NetDmaChainCopyVirtualToVirtual(set.channel, dst, to, src, from, length, &id));
        ck_assert_uint_eq(id, n + 1);
        nrig_finish(set.channel, id);
        memcpy(set.rig->wide_shadow + to, (uint8_t *)set.rig->wide_src.cpu + from, length);
        drop(dst);
        drop(src);
    }
    close_exact(&set);
}
END_TEST

START_TEST(chain_copy_physical_to_virtual_reads_bus_addresses)
{
    struct set set = set_up(_i);

    for (unsigned n = 0; n < 40; n++) {
        size_t length = nrig_rand(30000), to = nrig_rand(3000), from = nrig_rand(300000);
        struct netdma_chain *dst = cut(set.rig->wide_dst.cpu, to + length, 1 + n * 150);
        PHYSICAL_ADDRESS bus = {.QuadPart = (LONGLONG)(set.rig->src.bus + from)};
        NET_DMA_COPY_ID id;

        nrig_ok(NetDmaChainCopyPhysicalToVirtual(set.channel, dst, to, bus, length, &id));
        nrig_finish(set.channel, id);
        memcpy(set.rig->wide_shadow + to, (uint8_t *)set.rig->src.cpu + from, length);
        drop(dst);
    }
    close_exact(&set);
}
END_TEST

/* Nothing is requested: the next id follows the last good one. */
START_TEST(bad_copies_are_refused)
{
    struct set set = set_up(_i);
    uint8_t stray[16];
    struct netdma_chain tail = {.va = set.rig->src.cpu, .bytes = 50};
    struct netdma_chain src = {.next = &tail, .va = (char *)set.rig->src.cpu + 100, .bytes = 50};
    struct netdma_chain dst = {.va = set.rig->dst.cpu, .bytes = 100};
    struct netdma_chain unknown = {.va = stray, .bytes = sizeof stray};
    struct netdma_copy copy = {.destination = &dst, .source = &src, .length = 10};
    NET_DMA_COPY_ID id = 0;

#define BAD(d, d_at, s, s_at, length)                                                          \
    nrig_nt(NetDmaChainCopyVirtualToVirtual(set.channel, d, d_at, s, s_at, length, &id),       \
            STATUS_INVALID_PARAMETER)
    BAD(&dst, 0, &src, 0, 101);
    BAD(&dst, 1, &src, 0, 100);
    BAD(&dst, 0, &src, 1, 100);
    BAD(&dst, 101, &src, 0, 0);
    BAD(&dst, 0, &src, 101, 0);
    BAD(&dst, SIZE_MAX, &src, 0, 2);
    BAD(&dst, 0, &src, SIZE_MAX, 2);
    BAD(&dst, 2, &src, 2, SIZE_MAX);
    BAD(&unknown, 0, &src, 0, 8);
    BAD(&dst, 0, &unknown, 0, 8);
    BAD(NULL, 0, &src, 0, 8);
#undef BAD
    nrig_nt(netdma_copy(set.channel, NULL, &id), STATUS_INVALID_PARAMETER);
    for (unsigned bit = 0; bit < 32; bit++) {
        copy.flags = 1u << bit;
        if (!(copy.flags & (NETDMA_SOURCE_NO_SNOOP | NETDMA_DESTINATION_NO_SNOOP | NETDMA_SERIALIZE)))
            nrig_nt(netdma_copy(set.channel, &copy, &id), STATUS_INVALID_PARAMETER);
    }
    nrig_wait(set.rig, NRIG_MS);
    ck_assert_uint_eq(set.on->desc_n, 0);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 1), STATUS_INVALID_PARAMETER);
    nrig_ok(NetDmaChainCopyVirtualToVirtual(set.channel, &dst, 0, &src, 0, 100, NULL));
    memcpy(set.rig->shadow, (char *)set.rig->src.cpu + 100, 50);
    memcpy(set.rig->shadow + 50, set.rig->src.cpu, 50);
    nrig_finish(set.channel, 1);
    close_exact(&set);
}
END_TEST

START_TEST(length_0_is_a_request_as_well)
{
    struct set set = set_up(_i);
    struct nrig_done done = {0};

    set.on->hold = true;
    nrig_copy_done(set.rig, set.channel, 0, 0, 100, &done);
    NET_DMA_COPY_ID id = nrig_copy_done(set.rig, set.channel, 500, 0, 0, &done);
    ck_assert_uint_eq(id, 2);
    nrig_wait(set.rig, NRIG_MS);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id), STATUS_PENDING);
    ck_assert_uint_eq(done.n, 0);
    set.on->hold = false;
    nrig_finish(set.channel, id);
    kernel_run(set.rig->kernel);
    ck_assert_uint_eq(done.n, 2);
    close_exact(&set);
}
END_TEST

/* ---- flags ---- */

START_TEST(r_snp_1_snoop_flags_reach_every_descriptor_of_the_request)
{
    struct set set = set_up_with(NULL, _i, 4096);
    static const ULONG flags[] = {0, NETDMA_SOURCE_NO_SNOOP, NETDMA_DESTINATION_NO_SNOOP,
                                  NETDMA_SOURCE_NO_SNOOP | NETDMA_DESTINATION_NO_SNOOP};
    struct netdma_chain src = {.va = set.rig->src.cpu, .bytes = 20000};
    struct netdma_chain dst = {.va = set.rig->dst.cpu, .bytes = 20000};

    for (size_t n = 0; n < sizeof flags / sizeof *flags; n++) {
        const struct netdma_copy copy = {.destination = &dst, .source = &src, .length = 20000,
                                         .flags = flags[n]};
        size_t first = set.on->desc_n;

        nrig_ok(netdma_copy_wait(set.channel, &copy, 1000 * (uint64_t)NRIG_MS));
        ck_assert_uint_eq(copies(set.on, first, 0), 5);
        for (size_t i = first; i < set.on->desc_n; i++)
            if (is_copy(&set.on->desc[i].desc))
                ck_assert_uint_eq(set.on->desc[i].desc.ControlFlags &
                                  (NET_DMA_SOURCE_NO_SNOOP | NET_DMA_DESTINATION_NO_SNOOP), flags[n]);
    }
    memcpy(set.rig->shadow, src.va, 20000);
    close_exact(&set);
}
END_TEST

/* R-FEN-1: later requests read what any descriptor of this one wrote. */
START_TEST(r_fen_1_serialize_fences_every_descriptor_of_the_request)
{
    struct set set = set_up_with(NULL, _i, 4096);
    struct netdma_chain src = {.va = set.rig->src.cpu, .bytes = 20000};
    struct netdma_chain dst = {.va = set.rig->dst.cpu, .bytes = 20000};
    const struct netdma_copy copy = {.destination = &dst, .source = &src, .length = 20000,
                                     .flags = NETDMA_SERIALIZE};

    nrig_ok(netdma_copy_wait(set.channel, &copy, 1000 * (uint64_t)NRIG_MS));
    ck_assert_uint_eq(copies(set.on, 0, NET_DMA_SERIALIZE_TRANSFER), 5);
    memcpy(set.rig->shadow, src.va, 20000);
    close_exact(&set);
}
END_TEST

/* ---- NULL transfers ---- */

START_TEST(r_nul_2_a_null_transfer_completes_after_all_before_it)
{
    struct set set = set_up(_i);
    struct nrig_done done = {0}, null = {0};
    NET_DMA_COPY_ID id = 0;

    set.on->hold = true;
    for (unsigned n = 0; n < 5; n++)
        nrig_copy_done(set.rig, set.channel, n * 1000, 0, 900, &done);
    nrig_ok(NetDmaNullTransfer(set.channel, nrig_on_done, &null, &id));
    ck_assert_uint_eq(id, 6);
    nrig_wait(set.rig, NRIG_MS);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id), STATUS_PENDING);
    ck_assert_uint_eq(null.n, 0);
    set.on->hold = false;
    nrig_finish(set.channel, id);
    kernel_run(set.rig->kernel);
    ck_assert_uint_eq(done.n, 5);
    ck_assert_uint_eq(null.n, 1);
    ck_assert_uint_eq(null.id, id);
    ck_assert_int_eq(null.status, STATUS_SUCCESS);
    ck_assert(set.on->desc[set.on->desc_n - 1].desc.ControlFlags & NET_DMA_NULL_TRANSFER);
    nrig_ok(NetDmaNullTransfer(set.channel, NULL, NULL, NULL));
    nrig_finish(set.channel, id + 1);
    close_exact(&set);
}
END_TEST

/* ---- completion ---- */

START_TEST(completion_is_seen_by_polling_alone)
{
    struct set set = set_up(_i);

    set.on->silent = true;
    for (unsigned n = 1; n <= 20; n++) {
        NET_DMA_COPY_ID id = nrig_copy(set.rig, set.channel, n * 5000, n, 4500);
        unsigned polls = 0;

        ck_assert_uint_eq(id, n);
        nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id), STATUS_PENDING);
        enum kernel_irql old = kernel_raise(set.rig->kernel, KERNEL_DISPATCH);
        while (NetDmaIsDmaCopyComplete(set.channel, id) == STATUS_PENDING && ++polls < 100)
            kernel_stall(set.rig->kernel, 100);
        kernel_lower(set.rig->kernel, old);
        nrig_ok(NetDmaIsDmaCopyComplete(set.channel, id));
    }
    close_exact(&set);
}
END_TEST

/* R-STA-11: only the last of many words is ever looked at. */
START_TEST(r_sta_11_a_word_stands_for_everything_before)
{
    struct set set = set_up(_i);

    set.on->silent = true;
    for (unsigned n = 0; n < 20; n++)
        nrig_copy(set.rig, set.channel, n * 5000, n, 4500);
    while (set.on->state == FAKE_ACTIVE)
        kernel_stall(set.rig->kernel, 1000);
    nrig_ok(NetDmaIsDmaCopyComplete(set.channel, 20));
    for (NET_DMA_COPY_ID id = 1; id < 20; id++)
        nrig_ok(NetDmaIsDmaCopyComplete(set.channel, id));
    close_exact(&set);
}
END_TEST

/* R-STA-11: a word in the middle completes its part and no more. */
START_TEST(r_sta_11_a_word_in_the_middle_completes_its_part)
{
    struct set set = set_up(_i);

    set.on->silent = true;
    set.fake->desc_ns = 100000;
    for (unsigned n = 0; n < 8; n++)
        nrig_copy(set.rig, set.channel, n * 5000, n, 4500);
    for (unsigned done = 0; done < 8;) {
        kernel_stall(set.rig->kernel, 50000);
        for (NET_DMA_COPY_ID id = 1; id <= 8; id++)
            nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id),
                    id <= set.on->ran ? STATUS_SUCCESS : STATUS_PENDING);
        ck_assert_uint_le(set.on->ran - done, 1);
        done = (unsigned)set.on->ran;
    }
    close_exact(&set);
}
END_TEST

/* What a device writes is not trusted: such words complete nothing. */
START_TEST(words_that_name_nothing_outstanding_are_ignored)
{
    struct set set = set_up(_i);
    uint64_t *word = set.on->parameters.CompletionVirtualAddress;

    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 100));
    set.on->hold = true;
    NET_DMA_COPY_ID id = nrig_copy(set.rig, set.channel, 1000, 0, 100);
    const uint64_t ring = set.on->desc[0].bus;
    const uint64_t bad[] = {
        0x1000, UINT64_MAX, ~UINT64_C(63), ring + 64 * 200, ring + 64 * 256, ring + 64 * 257,
        ring + 64 * 258, ring - 64, set.rig->dst.bus,
        (set.on->desc[set.on->desc_n - 1].bus + 64) | 1, ring | 1, 1, 4, ring | 4};
    const uint64_t good = *word;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        __atomic_store_n(word, bad[n], __ATOMIC_RELEASE);
        nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id), STATUS_PENDING);
    }
    ck_assert_uint_ge(nrig_stats(set.rig).distrusted, 1);
    __atomic_store_n(word, good, __ATOMIC_RELEASE);
    set.on->hold = false;
    nrig_finish(set.channel, id);
    nrig_check(set.rig);
    nrig_close(set.rig);
}
END_TEST

START_TEST(unknown_ids_are_refused)
{
    struct set set = set_up(_i);

    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 0), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 1), STATUS_INVALID_PARAMETER);
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10));
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 2), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, UINT64_MAX), STATUS_INVALID_PARAMETER);
    nrig_nt(netdma_wait(set.channel, 2, 1000), STATUS_INVALID_PARAMETER);
    close_exact(&set);
}
END_TEST

/* The result of an id, a failure too, is remembered for 4096 later ones. */
START_TEST(results_are_remembered)
{
    struct set set = set_up(_i);

    set.fake->desc_ns = 0;
    set.on->fail_in = 1;
    nrig_nt(netdma_wait(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10), 100 * NRIG_MS),
            STATUS_UNSUCCESSFUL);
    for (unsigned n = 0; n < NETDMA_REQUESTS_MAX; n++)
        nrig_finish(set.channel, nrig_copy(set.rig, set.channel, n % 100, n % 77, 10));
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 1), STATUS_UNSUCCESSFUL);
    nrig_ok(NetDmaIsDmaCopyComplete(set.channel, 2));
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10));
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 1), STATUS_INVALID_PARAMETER);
    close_exact(&set);
}
END_TEST

START_TEST(only_so_many_requests_may_be_open)
{
    struct set set = set_up(_i);

    set.on->hold = true;
    for (unsigned n = 0; n < NETDMA_REQUESTS_MAX; n++)
        nrig_ok(NetDmaNullTransfer(set.channel, NULL, NULL, NULL));
    nrig_nt(NetDmaNullTransfer(set.channel, NULL, NULL, NULL), STATUS_RESOURCES);
    set.on->hold = false;
    nrig_finish(set.channel, NETDMA_REQUESTS_MAX);
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 10));
    close_exact(&set);
}
END_TEST

START_TEST(wait_flushes_and_times_out)
{
    struct set set = set_up(_i);

    set.on->hold = true;
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 50));
    NET_DMA_COPY_ID id = nrig_copy(set.rig, set.channel, 0, 0, 4000);
    uint64_t began = kernel_now(set.rig->kernel);
    nrig_nt(netdma_wait(set.channel, id, 5 * NRIG_MS), STATUS_TIMEOUT);
    ck_assert_uint_ge(kernel_now(set.rig->kernel), began + 5 * NRIG_MS);
    ck_assert_uint_lt(kernel_now(set.rig->kernel), began + 10 * NRIG_MS);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 1);
    nrig_nt(netdma_wait(set.channel, id, 0), STATUS_TIMEOUT);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, id), STATUS_PENDING);
    set.on->hold = false;
    nrig_finish(set.channel, id);
    ck_assert_uint_lt(kernel_now(set.rig->kernel), began + 10 * NRIG_MS);
    close_exact(&set);
}
END_TEST

/* ---- callbacks ---- */

struct order {
    struct set *set;
    NET_DMA_COPY_ID next;
    bool inside;                 /* a call of the client */
    unsigned more;
};

static void in_order(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct order *order = context;
    struct kernel *kernel = order->set->rig->kernel;

    ck_assert(!order->inside);
    ck_assert_ptr_eq(channel, order->set->channel);
    ck_assert_uint_eq(id, ++order->next);
    ck_assert_int_eq(status, STATUS_SUCCESS);
    nrig_nt(NetDmaIsDmaCopyComplete(channel, id), STATUS_SUCCESS);
    ck_assert_int_eq(kernel_irql(kernel), KERNEL_DISPATCH);
    ck_assert_uint_eq(kernel_cpu(kernel), nrig_info(channel).cpu);
    if (order->more) {
        order->more--;
        order->inside = true;
        nrig_ok(NetDmaNullTransfer(channel, in_order, order, NULL));
        NetDmaFlushPendingDescriptors(channel);
        order->inside = false;
    }
}

static void ask_in_order(struct order *order, unsigned n)
{
    struct nrig *rig = order->set->rig;
    const struct netdma_copy copy = {
        .destination = &rig->dst_chain, .destination_offset = n * 1000, .source = &rig->src_chain,
        .source_offset = n, .length = 999, .done = in_order, .context = order};

    order->inside = true;
    nrig_ok(netdma_copy(order->set->channel, &copy, NULL));
    NetDmaIsDmaCopyComplete(order->set->channel, 1);
    NetDmaFlushPendingDescriptors(order->set->channel);
    order->inside = false;
    memcpy(rig->shadow + n * 1000, (uint8_t *)rig->src.cpu + n, 999);
}

/* _i / 4: an engine that is done before Start returns. */
START_TEST(callbacks_come_once_in_order_at_dispatch_and_never_inside_a_call)
{
    struct set set = set_up(_i % VERSIONS);
    struct order order = {.set = &set, .more = 40};

    if (_i / VERSIONS) {
        set.fake->desc_ns = 0;
        set.fake->dpc_inside = true;
    }
    for (unsigned n = 0; n < 60; n++) {
        ask_in_order(&order, n);
        if (n % 7 == 0)
            nrig_wait(set.rig, 2000);
    }
    nrig_wait(set.rig, 10 * NRIG_MS);
    ck_assert_uint_eq(order.next, 100);
    close_exact(&set);
}
END_TEST

/* ---- batches ---- */

START_TEST(a_batch_waits_for_its_number_or_for_a_flush)
{
    struct set set = set_up(_i);
    ULONG pending = 0;

    ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(set.channel), 1);
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 8));
    ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(set.channel), 8);
    for (unsigned n = 0; n < 7; n++) {
        nrig_copy(set.rig, set.channel, n * 1000, 0, 900);
        ck_assert_uint_gt(nrig_info(set.channel).pending, pending);
        pending = nrig_info(set.channel).pending;
    }
    ck_assert_uint_eq(pending, 7);
    nrig_wait(set.rig, NRIG_MS);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 1), STATUS_PENDING);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 0);
    nrig_copy(set.rig, set.channel, 7000, 0, 900);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 1);
    ck_assert_uint_eq(nrig_call(set.rig, NETDMA_CALL_START, 0)->count, set.on->desc_n);
    ck_assert_uint_eq(nrig_info(set.channel).pending, 0);
    ck_assert_uint_eq(nrig_info(set.channel).outstanding, set.on->desc_n);
    nrig_wait(set.rig, NRIG_MS);
    nrig_ok(NetDmaIsDmaCopyComplete(set.channel, 8));
    ck_assert_uint_eq(nrig_info(set.channel).outstanding, 0);
    nrig_copy(set.rig, set.channel, 8000, 0, 900);
    nrig_copy(set.rig, set.channel, 9000, 0, 900);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_APPEND), 0);
    NetDmaFlushPendingDescriptors(set.channel);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_APPEND), 1);
    NetDmaFlushPendingDescriptors(set.channel);
    ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_APPEND), 1);
    nrig_wait(set.rig, NRIG_MS);
    nrig_ok(NetDmaIsDmaCopyComplete(set.channel, 10));
    close_exact(&set);
}
END_TEST

START_TEST(the_size_of_a_batch_is_bounded_by_the_ring)
{
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 4;
    struct set set = set_up_with(&config, _i, 0);

    nrig_nt(NetDmaSetMaxPendingDescriptors(set.channel, 0), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaSetMaxPendingDescriptors(set.channel, 15), STATUS_INVALID_PARAMETER);
    nrig_nt(NetDmaSetMaxPendingDescriptors(set.channel, UINT32_MAX), STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(set.channel), 1);
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 14));
    for (unsigned n = 0; n < 14; n++) {
        ck_assert_uint_eq(nrig_count(set.rig, NETDMA_CALL_START), 0);
        nrig_copy(set.rig, set.channel, n * 100, n, 90);
    }
    nrig_finish(set.channel, 14);
    close_exact(&set);
}
END_TEST

/* More than the ring holds, in requests and in one request. */
START_TEST(a_full_ring_delays_and_loses_nothing)
{
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 3;
    struct set set = set_up_with(&config, _i, 4096);
    struct nrig_done done = {0};

    set.on->hold = true;
    for (unsigned n = 0; n < 50; n++)
        nrig_copy_done(set.rig, set.channel, n * 2000, n, 1900, &done);
    nrig_copy_done(set.rig, set.channel, 200000, 0, 150000, &done);
    ck_assert_uint_le(set.on->desc_n - set.on->ran, 7);
    set.on->hold = false;
    nrig_wait(set.rig, NRIG_MS);
    NetDmaFlushPendingDescriptors(set.channel);
    nrig_wait(set.rig, NRIG_MS);
    ck_assert_uint_eq(done.n, 51);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    close_exact(&set);
}
END_TEST

START_TEST(prefetch_changes_nothing)
{
    struct set set = set_up(_i);

    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 20));
    for (unsigned n = 0; n < 10; n++) {
        unsigned calls = set.rig->calls;
        ULONG pending = nrig_info(set.channel).pending;

        NetDmaPrefetchNextDescriptor(set.channel);
        ck_assert_uint_eq(set.rig->calls, calls);
        ck_assert_uint_eq(nrig_info(set.channel).pending, pending);
        nrig_copy(set.rig, set.channel, n * 1000, 0, 900);
    }
    nrig_finish(set.channel, 10);
    close_exact(&set);
}
END_TEST

/* ---- errors ---- */

/* R-ERR-4: every place in a list of eight requests. _i: version + 4 * place. */
START_TEST(r_err_4_requests_up_to_the_reported_address_are_done_and_later_ones_fail)
{
    struct set set = set_up(_i % VERSIONS);
    unsigned place = (unsigned)_i / VERSIONS;
    struct nrig_done done[8] = {{0}};

    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 8));
    set.on->fail_in = place + 1;
    for (unsigned n = 0; n < 8; n++)
        nrig_copy_done(set.rig, set.channel, n * 5000, n, 4000, &done[n]);
    nrig_wait(set.rig, NRIG_MS);
    for (unsigned n = 0; n < 8; n++) {
        NTSTATUS expected = n < place ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
        ck_assert_uint_eq(done[n].n, 1);
        ck_assert_int_eq(done[n].status, expected);
        nrig_nt(NetDmaIsDmaCopyComplete(set.channel, n + 1), expected);
        if (n >= place)
            memcpy(set.rig->shadow + n * 5000, (uint8_t *)set.rig->dst.cpu + n * 5000, 4000);
    }
    ck_assert_uint_eq(nrig_info(set.channel).errors, 1);
    ck_assert_uint_eq(nrig_stats(set.rig).errors, 1);
    for (unsigned n = 0; n < 10; n++)
        nrig_finish(set.channel, nrig_copy(set.rig, set.channel, n * 5000, n, 4500));
    ck_assert_uint_eq(nrig_info(set.channel).errors, 1);
    ck_assert(nrig_info(set.channel).offload);
    close_exact(&set);
}
END_TEST

/* What waits in a batch while the engine fails completes once all the same: it is copied, or it fails. */
START_TEST(r_err_4_a_batch_that_waits_during_an_error_completes_once)
{
    struct set set = set_up(_i);
    struct nrig_done first = {0}, second = {0};

    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 4));
    nrig_copy_done(set.rig, set.channel, 0, 0, 4000, &first);
    NetDmaFlushPendingDescriptors(set.channel);
    set.on->fail_in = 1;
    nrig_copy_done(set.rig, set.channel, 5000, 1, 4000, &second);
    nrig_wait(set.rig, 50 * NRIG_MS);
    ck_assert_uint_eq(first.n, 1);
    ck_assert_int_eq(first.status, STATUS_UNSUCCESSFUL);
    NetDmaFlushPendingDescriptors(set.channel);
    nrig_wait(set.rig, 50 * NRIG_MS);
    ck_assert_uint_eq(second.n, 1);
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 4000));
    if (second.status != STATUS_SUCCESS)
        nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 5000, 1, 4000));
    close_exact(&set);
}
END_TEST

/* R-ERR-4: with lost interrupts the halted word tells. */
START_TEST(r_err_4_a_poll_sees_the_halted_word)
{
    struct set set = set_up(_i);

    set.on->silent = true;
    set.on->fail_in = 2;
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 3));
    for (unsigned n = 0; n < 3; n++)
        nrig_copy(set.rig, set.channel, n * 5000, n, 4000);
    kernel_stall(set.rig->kernel, NRIG_MS);
    nrig_ok(NetDmaIsDmaCopyComplete(set.channel, 1));
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 2), STATUS_UNSUCCESSFUL);
    nrig_nt(NetDmaIsDmaCopyComplete(set.channel, 3), STATUS_UNSUCCESSFUL);
    memcpy(set.rig->shadow + 5000, (uint8_t *)set.rig->dst.cpu + 5000, 9000);
    nrig_ok(NetDmaSetMaxPendingDescriptors(set.channel, 1));
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 5000, 0, 10000));
    close_exact(&set);
}
END_TEST

/* R-INT-5, A2: the descriptor that failed asked for no status, so no halted word came; the 0 of the
 * DPC and grace_ns tell. A 1.0 provider means a new start by it (A6). */
START_TEST(ambiguity_02_an_error_without_a_word_is_seen)
{
    struct set set = set_up(_i);
    struct nrig_done done = {0};

    set.on->quiet = true;
    for (unsigned round = 1; round <= 3; round++) {
        set.on->fail_in = 1;
        nrig_copy_done(set.rig, set.channel, 0, round, 4000, &done);
        nrig_wait(set.rig, 100 * NRIG_MS);
        ck_assert_uint_eq(done.n, round);
        ck_assert_int_eq(done.status, _i ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS);
    }
    nrig_finish(set.channel, nrig_copy(set.rig, set.channel, 0, 0, 4000));
    close_exact(&set);
}
END_TEST

/* R-ERR-3: which of the two the provider has. _i: version + 4 * {both, abort, reset, none}. */
START_TEST(r_err_3_recovery_is_reset_or_abort_and_start)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i % VERSIONS].major, versions[_i % VERSIONS].minor);
    unsigned has = (unsigned)_i / VERSIONS;

    if (has == 1 || has == 3)
        fake->characteristics.ResetChannel = NULL;
    if (has == 2 || has == 3)
        fake->characteristics.AbortDma = NULL;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    for (unsigned n = 1; n < 6; n++) {
        nrig_finish(channel, nrig_copy(rig, channel, 9000 * n, n, 100));
        unsigned starts = nrig_count(rig, NETDMA_CALL_START);
        unsigned stops = nrig_count(rig, NETDMA_CALL_RESET) + nrig_count(rig, NETDMA_CALL_ABORT);
        fake_only(fake)->fail_in = n;
        NET_DMA_COPY_ID id = nrig_copy(rig, channel, 9000 * n, n, 8000);
        for (unsigned k = 1; k < n; k++)
            id = nrig_copy(rig, channel, 9000 * n, n, 8000);
        nrig_nt(netdma_wait(channel, id, 500 * NRIG_MS), STATUS_UNSUCCESSFUL);
        nrig_finish(channel, nrig_copy(rig, channel, 9000 * n, n, 8100));
        ck_assert_uint_gt(nrig_count(rig, NETDMA_CALL_START), starts);
        if (has < 3)
            ck_assert_uint_gt(nrig_count(rig, NETDMA_CALL_RESET) +
                              nrig_count(rig, NETDMA_CALL_ABORT), stops);
    }
    ck_assert_uint_eq(nrig_info(channel).errors, 5);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* ---- the CPU's part ---- */

START_TEST(without_a_provider_the_cpu_copies_if_asked)
{
    struct nrig *rig = nrig_open(NULL);
    struct netdma_channel_options options = {.cpu_fallback = true};
    struct nrig_done done = {0};
    PVOID channel = rig;

    nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel), STATUS_RESOURCES);
    ck_assert_ptr_null(channel);
    nrig_ok(NetDmaAllocateChannel(rig->client, NULL, &options, &channel));
    ck_assert_ptr_null(nrig_info(channel).provider);
    ck_assert(!nrig_info(channel).offload);
    for (unsigned n = 0; n < 20; n++) {
        NET_DMA_COPY_ID id = nrig_copy_done(rig, channel, n * 5000, n, 4500, &done);
        ck_assert_uint_eq(id, n + 1);
        nrig_finish(channel, id);
    }
    nrig_finish(channel, nrig_wide_copy(rig, channel, 100, 7, 70000));
    nrig_ok(NetDmaNullTransfer(channel, nrig_on_done, &done, NULL));
    NetDmaFlushPendingDescriptors(channel);
    kernel_run(rig->kernel);
    ck_assert_uint_eq(done.n, 21);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 20 * 4500 + 70000);
    nrig_check(rig);
    NetDmaFreeChannel(channel);
    nrig_close(rig);
}
END_TEST

/* A batch of the CPU waits like one of the engine. */
START_TEST(the_cpu_copies_when_it_is_flushed)
{
    struct nrig *rig = nrig_open(NULL);
    struct netdma_channel_options options = {.cpu_fallback = true};
    PVOID channel;

    nrig_ok(NetDmaAllocateChannel(rig->client, NULL, &options, &channel));
    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, 10));
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 0, 100);
    NetDmaFlushPendingDescriptors(channel);
    nrig_wait(rig, NRIG_MS);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* ---- everything at random ---- */

enum { SLOTS = 48, SLOT = 8192, RANDOM_STEPS = 700 };

struct job {
    struct nrig *rig;
    bool busy, wide;
    unsigned slot;
    size_t to, from, length;
    unsigned done;
    NTSTATUS status;
    NET_DMA_COPY_ID id;
    PVOID channel;
    struct netdma_chain *dst, *src;
};

static void job_done(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct job *job = context;

    ck_assert_ptr_eq(channel, job->channel);
    ck_assert_uint_eq(id, job->id);
    ck_assert(job->busy);
    job->done++;
    job->status = status;
}

/* Asks for a copy into the job's slot: random chains over random memory. */
static void job_begin(struct job *job, struct nrig *rig, PVOID channel, NET_DMA_COPY_ID expected)
{
    static const size_t pieces[] = {20, 300, 2000, 5000, 9000};
    struct dma_buf *dst = job->wide ? &rig->wide_dst : &rig->dst;
    struct dma_buf *src = nrig_rand(2) ? &rig->wide_src : &rig->src;
    bool physical = nrig_rand(4) == 0;
    size_t before = nrig_rand(3) ? 0 : nrig_rand(500), after = nrig_rand(3) ? 0 : nrig_rand(500);

    if (physical)
        src = &rig->src;
    job->length = nrig_rand(6) ? nrig_rand(nrig_rand(2) ? 300 : SLOT - 1000) : 0;
    job->to = nrig_rand((uint32_t)(SLOT - 1000 - job->length) + 1);
    job->from = nrig_rand(NRIG_BYTES - SLOT - 2000);
    uint8_t *slot = (uint8_t *)dst->cpu + (size_t)job->slot * SLOT + job->to;
    job->dst = cut(slot, before + job->length + 1, pieces[nrig_rand(5)]);
    job->src = cut((uint8_t *)src->cpu + job->from, after + job->length + 1, pieces[nrig_rand(5)]);
    struct netdma_copy copy = {
        .destination = job->dst,
        .destination_offset = before,
        .source = physical ? NULL : job->src,
        .source_offset = after,
        .source_address.QuadPart = (LONGLONG)(src->bus + job->from + after),
        .length = job->length,
        .flags = nrig_rand(8) & (NETDMA_SOURCE_NO_SNOOP | NETDMA_DESTINATION_NO_SNOOP),
        .done = job_done,
        .context = job,
    };
    job->to += before;
    job->from += after;
    job->rig = rig;
    job->busy = true;
    job->channel = channel;
    job->id = expected;
    job->done = 0;
    nrig_ok(netdma_copy(channel, &copy, &job->id));
    ck_assert_uint_eq(job->id, expected);
    if (!job->wide)
        job->wide = false;
    uint8_t *shadow = (job->wide ? rig->wide_shadow : rig->shadow) + (size_t)job->slot * SLOT;
    memcpy(shadow + job->to, (uint8_t *)src->cpu + job->from, job->length);
}

/* Checks a slot whose request completed. A failed one may hold anything in its range. */
static void job_end(struct job *job)
{
    struct nrig *rig = job->rig;
    size_t at = (size_t)job->slot * SLOT;
    uint8_t *shadow = (job->wide ? rig->wide_shadow : rig->shadow) + at;
    const uint8_t *got = (uint8_t *)(job->wide ? rig->wide_dst.cpu : rig->dst.cpu) + at;

    ck_assert_uint_eq(job->done, 1);
    if (job->status != STATUS_SUCCESS) {
        ck_assert_msg(job->status == STATUS_UNSUCCESSFUL || job->status == STATUS_CANCELLED, "0x%08X",
                      (unsigned)job->status);
        memcpy(shadow + job->to, got + job->to, job->length);
    }
    ck_assert_mem_eq(got, shadow, SLOT);
    drop(job->dst);
    drop(job->src);
    job->busy = false;
}

static void reap(struct job *job)
{
    for (unsigned n = 0; n < 2 * SLOTS; n++)
        if (job[n].busy && job[n].done)
            job_end(&job[n]);
}

/* What a provider may do, at random. */
static void disturb(struct fake *fake)
{
    struct fake_channel *on = &fake->channel[nrig_rand(NRIG_CHANNELS)];

    fake->desc_ns = nrig_rand(4) ? nrig_rand(20000) : 0;
    fake->dpc_inside = nrig_rand(4) == 0;
    fake->stall_ns = nrig_rand(5) ? 0 : nrig_rand(3000);
    if (!on->allocated)
        return;
    switch (nrig_rand(8)) {
    case 0: on->fail_in = 1 + nrig_rand(20); break;
    case 1: on->refuse_appends = 1 + nrig_rand(3); break;
    case 2: on->refuse_starts = 1; on->refusal = nrig_rand(2) ? STATUS_RESOURCES : 0; break;
    case 3: on->hold = true; break;
    case 4: fake_interrupt(on); break;
    case 5: fake_dpc(on, nrig_rand(2) ? on->last : 64 * nrig_rand(1000)); break;
    default: on->hold = false; break;
    }
}

struct lane {
    PVOID channel;
    NET_DMA_COPY_ID next;
    unsigned fake;
};

/* _i: seed. Four providers of all versions, two channels each; some stop, start, lose power;
 * every byte is compared when its request completes and at the end. */
START_TEST(random_copies_are_exact_and_complete_once)
{
    static struct job job[2 * SLOTS];
    struct nrig_config config = nrig_config();
    config.iface.ring_log2 = 3 + (unsigned)_i % 3;
    config.iface.split_pages = _i % 4 == 3;
    config.iface.drain_ns = 20 * NRIG_MS;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake[VERSIONS];
    struct lane lane[2 * VERSIONS];

    for (int n = 0; n <= _i; n++)
        nrig_rand(1 + (uint32_t)n);
    for (unsigned n = 0; n < (unsigned)_i * 17; n++)
        nrig_rand(2);
    for (unsigned n = 0; n < 2 * SLOTS; n++)
        job[n] = (struct job){.slot = n % SLOTS, .wide = n >= SLOTS};
    for (int n = 0; n < VERSIONS; n++) {
        fake[n] = fake_new(rig, versions[n].major, versions[n].minor);
        fake[n]->attributes.MaximumTransferSize = 4096 + nrig_rand(9000);
        nrig_ok(fake_register(fake[n]));
        fake_start(fake[n]);
    }
    for (unsigned n = 0; n < 2 * VERSIONS; n++) {
        lane[n] = (struct lane){.channel = nrig_channel(rig, fake[n / 2]->handle), .next = 1,
                                .fake = n / 2};
        nrig_ok(NetDmaSetMaxPendingDescriptors(lane[n].channel, 1 + nrig_rand(6)));
    }
    for (unsigned step = 0; step < RANDOM_STEPS; step++) {
        struct lane *in = &lane[nrig_rand(2 * VERSIONS)];
        struct job *next = &job[nrig_rand(2 * SLOTS)];
        unsigned what = nrig_rand(100);

        rig->calls = 0;
        rig->events = 0;
        if (what < 70 && !next->busy)
            job_begin(next, rig, in->channel, in->next++);
        else if (what < 78)
            NetDmaFlushPendingDescriptors(in->channel);
        else if (what < 84)
            disturb(fake[nrig_rand(VERSIONS)]);
        else if (what < 96)
            nrig_wait(rig, nrig_rand(30000));
        else if (what == 96 && fake[in->fake]->started && fake[in->fake]->powered && in->fake)
            fake_power(fake[in->fake], false);
        else if (what == 97 && !fake[in->fake]->powered)
            fake_power(fake[in->fake], true);
        else if (what == 98 && fake[in->fake]->started && fake[in->fake]->powered && step % 3 == 0)
            fake_stop(fake[in->fake]);
        else if (what == 99 && !fake[in->fake]->started) {
            fake_start(fake[in->fake]);
            for (unsigned n = 0; n < 2; n++) {
                struct lane *again = &lane[2 * in->fake + n];
                NetDmaFreeChannel(again->channel);
                again->channel = nrig_channel(rig, fake[in->fake]->handle);
                again->next = 1;
            }
        }
        reap(job);
    }
    for (unsigned n = 0; n < VERSIONS; n++)
        for (unsigned k = 0; k < NRIG_CHANNELS; k++)
            fake[n]->channel[k].hold = false;
    for (unsigned n = 0; n < 2 * VERSIONS; n++)
        NetDmaFreeChannel(lane[n].channel);
    kernel_run(rig->kernel);
    for (unsigned n = 0; n < 2 * SLOTS; n++)
        if (job[n].busy)
            job_end(&job[n]);
    nrig_check(rig);
    ck_assert_uint_gt(nrig_stats(rig).engine_bytes, 0);
    nrig_close(rig);
}
END_TEST

Suite *netdma_client_suite(void)
{
    Suite *suite = suite_create("netdma_client");
    TCase *tcase = tb_case(suite, "netdma_channels", 30);

    tcase_add_test(tcase, a_client_registers_with_good_arguments_only);
    tcase_add_loop_test(tcase, r_alc_6_deregistration_frees_the_channels_of_that_client_alone, 0,
                        VERSIONS);
    tcase_add_loop_test(tcase, r_alc_6_a_channel_has_one_client, 0, VERSIONS);
    tcase_add_test(tcase, enumeration_lists_providers_in_order);
    tcase_add_loop_test(tcase, r_alc_1_a_channel_is_allocated_before_it_is_used, 0, VERSIONS);
    tcase_add_loop_test(tcase, ambiguity_14_parameters_have_the_revision_of_the_provider, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_alc_5_each_channel_has_a_completion_word_of_its_own, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_sta_10_the_word_is_set_before_the_first_start, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_sta_10_the_word_is_read_with_its_masks, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_alc_7_priority_and_affinity_reach_the_provider, 0, VERSIONS);
    tcase_add_test(tcase, section_3_6_2_1_has_more_than_64_processors);
    tcase_add_loop_test(tcase, section_3_6_groups_are_kept_from_older_providers, 0, VERSIONS);
    tcase_add_test(tcase, allocation_refuses_bad_arguments);
    tcase_add_loop_test(tcase, r_alc_4_a_refused_allocation_leaves_nothing, 0, VERSIONS);
    tcase_add_test(tcase, allocation_takes_the_first_provider_with_a_free_channel);
    tcase_add_loop_test(tcase, r_fre_1_nothing_is_outstanding_at_free, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_fre_1_free_gives_up_after_drain_ns, 0, VERSIONS);
    tcase_add_test(tcase, a_handle_with_a_wrong_bit_is_dead);
    tcase_add_loop_test(tcase, r_fre_2_a_freed_channel_is_dead, 0, VERSIONS);

    tcase = tb_case(suite, "netdma_lists", 30);
    tcase_add_loop_test(tcase, r_start_2_one_start_and_then_appends, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_app_1_appends_follow_at_any_time, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_app_2_the_list_leads_to_what_is_appended, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_app_6_the_last_descriptor_stays, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_ch_5_descriptors_are_complete_when_handed_over, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_start_8_a_start_without_resources_is_tried_again, 0, VERSIONS);
    tcase_add_loop_test(tcase, a_provider_that_never_starts_is_replaced_by_the_cpu, 0, 2 * VERSIONS);
    tcase_add_loop_test(tcase, section_5_a_failed_append_loses_nothing, 0, 2 * VERSIONS);

    tcase = tb_case(suite, "netdma_copies", 30);
    tcase_add_loop_test(tcase, r_dsc_3_no_descriptor_is_above_the_maximum, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_dsc_3_no_address_is_beyond_the_reach, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_dsc_3_the_ring_itself_is_within_the_reach, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_dsc_5_cpu_and_engine_copy_in_order, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_pb_7_page_breaks_go_to_2_0_providers_only, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_pb_4_scattered_copies_are_exact_at_all_offsets, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_pb_4_the_breaks_are_independent, 0, VERSIONS);
    tcase_add_loop_test(tcase, split_pages_cuts_contiguous_memory_too, 0, VERSIONS);
    tcase_add_loop_test(tcase, chain_copy_virtual_to_virtual_follows_both_chains, 0, VERSIONS);
    tcase_add_loop_test(tcase, chain_copy_physical_to_virtual_reads_bus_addresses, 0, VERSIONS);
    tcase_add_loop_test(tcase, bad_copies_are_refused, 0, VERSIONS);
    tcase_add_loop_test(tcase, length_0_is_a_request_as_well, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_snp_1_snoop_flags_reach_every_descriptor_of_the_request, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_fen_1_serialize_fences_every_descriptor_of_the_request, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_nul_2_a_null_transfer_completes_after_all_before_it, 0, VERSIONS);

    tcase = tb_case(suite, "netdma_completion", 30);
    tcase_add_loop_test(tcase, completion_is_seen_by_polling_alone, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_sta_11_a_word_stands_for_everything_before, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_sta_11_a_word_in_the_middle_completes_its_part, 0, VERSIONS);
    tcase_add_loop_test(tcase, words_that_name_nothing_outstanding_are_ignored, 0, VERSIONS);
    tcase_add_loop_test(tcase, unknown_ids_are_refused, 0, VERSIONS);
    tcase_add_loop_test(tcase, results_are_remembered, 0, VERSIONS);
    tcase_add_loop_test(tcase, only_so_many_requests_may_be_open, 0, VERSIONS);
    tcase_add_loop_test(tcase, wait_flushes_and_times_out, 0, VERSIONS);
    tcase_add_loop_test(tcase, callbacks_come_once_in_order_at_dispatch_and_never_inside_a_call, 0,
                        2 * VERSIONS);
    tcase_add_loop_test(tcase, a_batch_waits_for_its_number_or_for_a_flush, 0, VERSIONS);
    tcase_add_loop_test(tcase, the_size_of_a_batch_is_bounded_by_the_ring, 0, VERSIONS);
    tcase_add_loop_test(tcase, a_full_ring_delays_and_loses_nothing, 0, VERSIONS);
    tcase_add_loop_test(tcase, prefetch_changes_nothing, 0, VERSIONS);

    tcase = tb_case(suite, "netdma_errors", 30);
    tcase_add_loop_test(tcase, r_err_4_requests_up_to_the_reported_address_are_done_and_later_ones_fail,
                        0, 8 * VERSIONS);
    tcase_add_loop_test(tcase, r_err_4_a_batch_that_waits_during_an_error_completes_once, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_err_4_a_poll_sees_the_halted_word, 0, VERSIONS);
    tcase_add_loop_test(tcase, ambiguity_02_an_error_without_a_word_is_seen, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_err_3_recovery_is_reset_or_abort_and_start, 0, 4 * VERSIONS);
    tcase_add_test(tcase, without_a_provider_the_cpu_copies_if_asked);
    tcase_add_test(tcase, the_cpu_copies_when_it_is_flushed);

    tcase = tb_case(suite, "netdma_random", 120);
    tcase_add_loop_test(tcase, random_copies_are_exact_and_complete_once, 0, 24);
    return suite;
}
