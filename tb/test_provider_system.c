/* test_provider_system.c - the provider among its neighbours: errors, bad arguments, CPUs,
 * clients, power.
 *
 * Loop tests run as _i 0: NetDMA 1.x (lists) and 1: 2.x (counts), unless they say otherwise.
 */
#include <linux/pci_regs.h>
#include <string.h>

#include "provider_rig.h"
#include "tb.h"

Suite *provider_system_suite(void);

/* ---- errors ---- */

START_TEST(an_error_is_reported_with_0_and_start_alone_recovers)
{
    struct prig *rig = prig_in(_i, PRIG_HALTED);

    ck_assert_uint_eq(rig->dpc.n, 1);
    ck_assert_uint_eq(rig->dpc.last, 0);
    ck_assert_uint_eq(rig->isr.last, prig_bus(rig, 0));
    prig_then_works(rig);
}
END_TEST

/* The engine cannot write the word: the provider does. */
START_TEST(a_word_that_fails_is_stored_by_the_provider)
{
    struct prig *rig = prig_simple(_i);
    const struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_WRITE, .answer = IOAT_SIM_SLVERR,
        .first = rig->word_bus, .last = rig->word_bus + 7, .percent = 100,
    };

    prig_list(rig, 0, 4);
    ck_assert_int_ge(ioat_sim_fault_add(rig->sim, &fault), 0);
    prig_ok(prig_start(rig, 0, 4));
    prig_step(rig, 8000);
    ck_assert_uint_eq(rig->dpc.last, 0);
    prig_word_is(rig, 0, NetDmaTransferStatusHalted);
    prig_no(prig_append(rig, 4, 4));
    ioat_sim_fault_clear(rig->sim);
    prig_then_works(rig);
}
END_TEST

START_TEST(a_removed_engine_fails_and_ends)
{
    struct prig *rig = prig_in(_i, PRIG_IDLE);
    uint64_t last = 7;

    ioat_sim_remove(rig->sim);
    prig_no(netdma_raw_suspend(rig->raw, &last));
    prig_no(netdma_raw_abort(rig->raw));
    prig_no(netdma_raw_reset(rig->raw));
    netdma_raw_free(rig->raw);
    prig_no(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL, &rig->raw));
    prig_close(rig);
}
END_TEST

/* An engine that does not obey within wait_ns, at free: the channel comes back later. */
START_TEST(a_channel_that_hangs_at_free_is_used_again)
{
    struct prig *rig = prig_in(_i, PRIG_ACTIVE);

    netdma_raw_free(rig->raw);
    rig->raw = NULL;
    ioat_sim_fault_clear(rig->sim);
    prig_ok(netdma_raw_allocate(provider_handle(rig->provider), &rig->parameters, NULL, &rig->raw));
    prig_then_works(rig);
}
END_TEST

/* ---- bad arguments, the NetDMA sheet, section 5 ---- */

START_TEST(allocate_refuses)
{
    struct prig_config config = prig_config(_i);
    config.idle = true;
    struct prig *rig = prig_open(&config);
    PVOID handle = provider_handle(rig->provider);
    struct netdma_raw *raw[IOAT_CHAN_MAX + 1];
    NET_DMA_CHANNEL_PARAMETERS bad;

#define REFUSED(change)                                                         \
    do {                                                                        \
        bad = rig->parameters;                                                  \
        change;                                                                 \
        prig_no(netdma_raw_allocate(handle, &bad, NULL, &raw[0]));              \
    } while (0)
    prig_no(netdma_raw_allocate(handle, NULL, NULL, &raw[0]));
    REFUSED(bad.Revision = 0);
    REFUSED(bad.Revision = 3);
    REFUSED(bad.Size = 35);
    REFUSED((bad.Revision = 2, bad.Size = 55));
    REFUSED(bad.Flags = 1);
    REFUSED(bad.CompletionVirtualAddress = NULL);
    REFUSED(bad.CompletionPhysicalAddress.QuadPart += 4);
    if (ioat_sim_build()->addr_bits < 64)
        REFUSED(bad.CompletionPhysicalAddress.QuadPart = INT64_C(1) << ioat_sim_build()->addr_bits);
#undef REFUSED

    unsigned n = 0;
    while (n < provider_channels(rig->provider)) {
        NET_DMA_CHANNEL_PARAMETERS good = rig->parameters;
        good.Size = n % 2 ? 40 : 36;
        good.ChannelPriority = UINT32_MAX;
        prig_ok(netdma_raw_allocate(handle, &good, NULL, &raw[n++]));
    }
    ck_assert_uint_eq(IOAT_FIELD_GET(PRIG_RD(rig, CHANCTRL), CHANCTRL, PRIORITY), 15);
    prig_nt(netdma_raw_allocate(handle, &rig->parameters, NULL, &raw[n]), STATUS_RESOURCES);
    while (n)
        netdma_raw_free(raw[--n]);
    prig_close(rig);
}
END_TEST

START_TEST(start_and_append_refuse)
{
    struct prig *rig = prig_simple(_i);
    uint64_t bus = prig_bus(rig, 0), word = *rig->word;

    prig_list(rig, 0, 1);
    for (int append = 0; append < 2; append++) {
        NTSTATUS (*call)(struct netdma_raw *, PNET_DMA_DESCRIPTOR, uint64_t, ULONG) =
            append ? netdma_raw_append : netdma_raw_start;
        prig_no(call(rig->raw, NULL, bus, 1));
        prig_no(call(rig->raw, rig->desc, 0, 1));
        prig_no(call(rig->raw, rig->desc, bus + 8, 1));
        if (ioat_sim_build()->addr_bits < 64)
            prig_no(call(rig->raw, rig->desc, UINT64_C(1) << ioat_sim_build()->addr_bits, 1));
        if (_i)
            prig_no(call(rig->raw, rig->desc, bus, 0));
        if (!append) {
            ck_assert_uint_eq(PRIG_RD(rig, CHAINADDR), 0);
            ck_assert_uint_eq(*rig->word, word);
            prig_ok(prig_start(rig, 0, 1));
            prig_await(rig, 0, NetDmaTransferStatusIdle);
        }
    }
    struct provider_stats stats;
    provider_stats(rig->provider, 0, &stats);
    ck_assert_uint_ge(stats.refused, 6);
    prig_close(rig);
}
END_TEST

/* ---- affinity ---- */

/* Once with a mask for each CPU and revision: a channel whose message comes there, else
 * any, and the DPC on the CPU of the mask. */
START_TEST(affinity)
{
    struct prig_config config = prig_config(_i);
    config.idle = true;
    struct prig *rig = prig_open(&config);
    unsigned channels = provider_channels(rig->provider);

    for (unsigned n = 0; n < channels; n++)
        ck_assert_uint_eq(provider_interrupt_cpu(rig->provider, n), n % config.cpus);
    for (unsigned turn = 0; turn < 2 * config.cpus; turn++) {
        NET_DMA_CHANNEL_PARAMETERS parameters = rig->parameters;
        unsigned cpu = turn / 2, index = cpu < channels ? cpu : 0;
        struct provider_stats before, after;
        struct netdma_raw *raw;
        if (turn % 2) {
            parameters.Revision = NET_DMA_CHANNEL_REVISION_2;
            parameters.Size = sizeof parameters;
            parameters.ProcessorAffinityMask = ~1u << cpu;
            parameters.ProcessorAffinityMaskEx.Mask = 1u << cpu;
        } else {
            parameters.ProcessorAffinityMask = 1u << cpu;
        }
        *rig->word = 0;
        provider_stats(rig->provider, index, &before);
        prig_ok(prig_allocate(rig, &parameters, &raw));
        ck_assert_uint_eq(parameters.CpuNumber, cpu);
        prig_list(rig, 0, 1);
        prig_ok(netdma_raw_start(raw, rig->desc, prig_bus(rig, 0), 1));
        prig_await(rig, 0, NetDmaTransferStatusIdle);
        provider_stats(rig->provider, index, &after);
        ck_assert_uint_eq(after.starts, before.starts + 1);
        ck_assert_uint_eq(rig->isr.n, turn + 1);
        ck_assert_uint_eq(rig->isr.cpu, index % config.cpus);
        ck_assert_uint_eq(rig->dpc.cpu, cpu);
        netdma_raw_free(raw);
    }
    prig_close(rig);
}
END_TEST

/* ---- a client on top ---- */

enum { COPIES = 40, COPY_MAX = 6000 };

struct client {
    struct prig *rig;
    PVOID handle, channel;
    unsigned done, failed;
    NET_DMA_COPY_ID last;
    struct netdma_chain chain[COPIES][3];        /* the library's until a request is done */
};

static void on_done(void *context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct client *client = context;

    ck_assert_ptr_eq(channel, client->channel);
    ck_assert_uint_eq(id, client->last + 1);
    client->last = id;
    client->done++;
    client->failed += status != STATUS_SUCCESS;
}

static void open_client(struct client *client, struct prig *rig)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};

    *client = (struct client){.rig = rig};
    netdma_raw_free(rig->raw);   /* it may be the only one */
    rig->raw = NULL;
    prig_ok(NetDmaRegisterClient(client, &client->handle, &characteristics));
    prig_ok(NetDmaAllocateChannel(client->handle, provider_handle(rig->provider), NULL,
                                  &client->channel));
}

static void close_client(struct client *client)
{
    NetDmaFreeChannel(client->channel);
    NetDmaDeregisterClient(client->handle);
    prig_close(client->rig);
}

/* Copy n goes from byte n * COPY_MAX + 11 of the source to n * COPY_MAX + 5. */
static NTSTATUS request(struct client *client, unsigned n, size_t bytes)
{
    struct prig *rig = client->rig;
    char *to = (char *)rig->dst.cpu + n * COPY_MAX + 5;
    struct netdma_chain *chain = client->chain[n];
    const struct netdma_copy copy = {
        .destination = &chain[0], .source = &chain[2], .length = bytes,
        .done = on_done, .context = client,
    };

    chain[0] = (struct netdma_chain){.next = &chain[1], .va = to, .bytes = bytes / 3};
    chain[1] = (struct netdma_chain){.va = to + bytes / 3, .bytes = bytes - bytes / 3};
    chain[2] = (struct netdma_chain){.va = (char *)rig->src.cpu + n * COPY_MAX + 11,
                                     .bytes = bytes};
    return netdma_copy(client->channel, &copy, NULL);
}

static bool arrived(const struct prig *rig, unsigned n, size_t bytes)
{
    return !memcmp((char *)rig->dst.cpu + n * COPY_MAX + 5,
                   (char *)rig->src.cpu + n * COPY_MAX + 11, bytes);
}

static bool all_done(void *ctx)
{
    return ((struct client *)ctx)->done == COPIES;
}

static size_t length_of(unsigned n)
{
    return 1 + n * 977 % (COPY_MAX - 100);
}

static void run_client(const struct prig_config *config)
{
    struct client client;
    struct netdma_interface_stats stats;
    size_t total = 0;

    open_client(&client, prig_open(config));
    for (unsigned n = 0; n < COPIES; n++) {
        prig_ok(request(&client, n, length_of(n)));
        total += length_of(n);
    }
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.engine_bytes, total);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    ck_assert_uint_eq(stats.distrusted + stats.alien_status + stats.errors, 0);
    ck_assert_uint_eq(client.rig->logs, 0);
    close_client(&client);
}

static const struct {
    unsigned major, minor;
} versions[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}};

START_TEST(client_copies)
{
    struct prig_config config = prig_config(true);
    config.major = versions[_i / 2].major;
    config.minor = versions[_i / 2].minor;
    config.intx = _i % 2;
    run_client(&config);
}
END_TEST

/* Stop waits for what is outstanding; later the CPU copies. */
START_TEST(stop_drains)
{
    struct client client;
    struct netdma_interface_stats stats;

    open_client(&client, prig_simple(_i));
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    provider_stop(client.rig->provider);
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    kernel_run(client.rig->kernel);
    ck_assert_uint_eq(client.done, COPIES);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    uint64_t engine = stats.engine_bytes;
    ck_assert_uint_gt(engine, 0);

    memset(client.rig->dst.cpu, 0, COPY_MAX);
    prig_ok(request(&client, 0, 1000));
    ck_assert(arrived(client.rig, 0, 1000));
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.engine_bytes, engine);
    kernel_run(client.rig->kernel);

    /* Start, stop, start ... any number of times. */
    provider_start(client.rig->provider);
    provider_stop(client.rig->provider);
    provider_start(client.rig->provider);
    close_client(&client);
}
END_TEST

/* A failing read: exactly the unfinished requests fail, and the channel works again. */
START_TEST(client_survives_an_error)
{
    struct client client;
    struct netdma_interface_stats stats;
    enum { BAD = 7 };

    open_client(&client, prig_simple(_i));
    prig_fault(client.rig, IOAT_SIM_FAULT_READ, IOAT_SIM_SLVERR,
               client.rig->src.bus + BAD * COPY_MAX + 11, 1);
    NetDmaSetMaxPendingDescriptors(client.channel, 100);
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    ck_assert_uint_eq(client.failed, COPIES - BAD);
    for (unsigned n = 0; n < BAD; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);

    client.done = client.failed = 0;
    for (unsigned n = 0; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    NetDmaFlushPendingDescriptors(client.channel);
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    ck_assert_uint_eq(client.failed, 0);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.errors, 1);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    close_client(&client);
}
END_TEST

/* ---- power ---- */

/* A function-level reset takes everything; config space comes back with enables off. */
static void lose_power(struct prig *rig)
{
    unsigned at = 0;
    uint32_t value, id;

    prig_io(ioat_sim_cfg_read(rig->sim, PCI_CAPABILITY_LIST, 1, &value));
    for (at = value; at; at = value) {
        prig_io(ioat_sim_cfg_read(rig->sim, at, 1, &id));
        if (id == PCI_CAP_ID_EXP)
            break;
        prig_io(ioat_sim_cfg_read(rig->sim, at + 1, 1, &value));
    }
    ck_assert_uint_ne(at, 0);
    uint32_t command, bar[2];
    prig_io(ioat_sim_cfg_read(rig->sim, PCI_COMMAND, 2, &command));
    for (unsigned n = 0; n < 2; n++)
        prig_io(ioat_sim_cfg_read(rig->sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, &bar[n]));
    prig_io(ioat_sim_cfg_write(rig->sim, at + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR));
    prig_step(rig, 100 * ioat_sim_build()->clock_mhz);
    for (unsigned n = 0; n < 2; n++)
        prig_io(ioat_sim_cfg_write(rig->sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, bar[n]));
    prig_io(ioat_sim_cfg_write(rig->sim, PCI_COMMAND, 2, command));
    prig_io(provider_sim_restore(rig->glue));
}

START_TEST(power_comes_back)
{
    struct prig_config config = prig_config(true);
    struct client client;
    struct netdma_interface_stats stats;

    config.major = versions[_i / 2].major;
    config.minor = versions[_i / 2].minor;
    config.intx = _i % 2;
    open_client(&client, prig_open(&config));
    for (unsigned n = 0; n < COPIES / 2; n++)
        prig_ok(request(&client, n, length_of(n)));
    if (config.major == 1 && config.minor == 0)
        /* It cannot tell anybody: it loses power last, when nothing runs. */
        prig_io(kernel_wait(client.rig->kernel, NULL, NULL, PRIG_LONG / 10));
    provider_power_down(client.rig->provider);
    kernel_run(client.rig->kernel);
    ck_assert_uint_eq(client.done, COPIES / 2);
    lose_power(client.rig);
    provider_power_up(client.rig->provider);
    kernel_run(client.rig->kernel);
    for (unsigned n = COPIES / 2; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    ck_assert_uint_eq(client.failed, 0);
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    netdma_interface_stats(client.rig->iface, &stats);
    ck_assert_uint_eq(stats.cpu_bytes, 0);
    close_client(&client);
}
END_TEST

/* Nobody tells the library, so it finds out by itself, and comes back when it is asked to. */
START_TEST(r_pwr_7_a_1_0_provider_without_power_is_replaced_by_the_cpu_until_it_is_back)
{
    struct prig_config config = prig_config(false);
    struct client client;
    struct netdma_channel_info info;

    config.major = 1;
    config.minor = 0;
    open_client(&client, prig_open(&config));
    prig_ok(request(&client, 0, length_of(0)));
    prig_io(kernel_wait(client.rig->kernel, NULL, NULL, PRIG_LONG / 10));
    provider_power_down(client.rig->provider);
    prig_ok(request(&client, 1, length_of(1)));
    prig_ok(request(&client, 2, length_of(2)));
    kernel_run(client.rig->kernel);
    ck_assert_uint_eq(client.done, 3);
    prig_ok(netdma_channel_info(client.channel, &info));
    ck_assert(!info.offload);
    lose_power(client.rig);
    provider_power_up(client.rig->provider);
    kernel_run(client.rig->kernel);
    prig_ok(netdma_channel_info(client.channel, &info));
    ck_assert(info.offload);
    for (unsigned n = 3; n < COPIES; n++)
        prig_ok(request(&client, n, length_of(n)));
    prig_io(kernel_wait(client.rig->kernel, all_done, &client, 10 * PRIG_LONG));
    ck_assert_uint_eq(client.failed, 0);
    for (unsigned n = 0; n < COPIES; n++)
        ck_assert_msg(arrived(client.rig, n, length_of(n)), "copy %u", n);
    close_client(&client);
}
END_TEST

START_TEST(without_power_nothing_starts)
{
    struct prig *rig = prig_in(_i, PRIG_IDLE);

    provider_power_down(rig->provider);
    prig_no(prig_start(rig, 4, 4));
    prig_no(prig_append(rig, 4, 4));
    prig_ok(netdma_raw_abort(rig->raw));
    prig_ok(netdma_raw_reset(rig->raw));
    lose_power(rig);
    provider_power_up(rig->provider);
    prig_no(prig_append(rig, 4, 4));
    prig_then_works(rig);
}
END_TEST

/* ---- open ---- */

START_TEST(open_refuses)
{
    struct prig_config plain = prig_config(_i);
    plain.idle = true;
    struct prig *rig = prig_open(&plain);
    struct provider_config good, bad;
    struct provider *provider;

    provider_config_init(&good);
    good.kernel = rig->kernel;
    good.bar = rig->platform.bar;
    good.bar_ctx = rig->platform.bar_ctx;
#define REFUSED(change)                                                         \
    do {                                                                        \
        bad = good;                                                             \
        change;                                                                 \
        ck_assert_int_eq(provider_open(&bad, &provider), IOAT_EINVAL);          \
        ck_assert_ptr_null(provider);                                           \
    } while (0)
    ck_assert_int_eq(provider_open(NULL, &provider), IOAT_EINVAL);
    REFUSED(bad.kernel = NULL);
    REFUSED(bad.bar = NULL);
    REFUSED(bad.minor = 2);
    REFUSED(bad.major = 3);
    REFUSED(bad.major = 0);
    REFUSED(bad.wait_ns = 0);
    REFUSED(bad.address_bits = 31);
    REFUSED(bad.address_bits = 65);
    REFUSED(bad.name = "");
    REFUSED(bad.name = NULL);
#undef REFUSED
    ioat_sim_remove(rig->sim);
    ck_assert_int_eq(provider_open(&good, &provider), IOAT_EREMOVED);
    prig_close(rig);
}
END_TEST

Suite *provider_system_suite(void)
{
    Suite *suite = suite_create("provider_system");
    enum { BOTH = 2, EACH_VERSION = 8, SECONDS = 60 };
    TCase *tcase;

    tcase = tb_case(suite, "provider_errors", SECONDS);
    tcase_add_loop_test(tcase, an_error_is_reported_with_0_and_start_alone_recovers, 0, BOTH);
    tcase_add_loop_test(tcase, a_word_that_fails_is_stored_by_the_provider, 0, BOTH);
    tcase_add_loop_test(tcase, a_removed_engine_fails_and_ends, 0, BOTH);
    tcase_add_loop_test(tcase, a_channel_that_hangs_at_free_is_used_again, 0, BOTH);
    tcase_add_loop_test(tcase, allocate_refuses, 0, BOTH);
    tcase_add_loop_test(tcase, start_and_append_refuse, 0, BOTH);
    tcase_add_loop_test(tcase, open_refuses, 0, BOTH);

    tcase = tb_case(suite, "provider_clients", SECONDS);
    tcase_add_loop_test(tcase, affinity, 0, BOTH);
    tcase_add_loop_test(tcase, client_copies, 0, EACH_VERSION);
    tcase_add_loop_test(tcase, stop_drains, 0, BOTH);
    tcase_add_loop_test(tcase, client_survives_an_error, 0, BOTH);
    tcase_add_loop_test(tcase, power_comes_back, 0, EACH_VERSION);
    tcase_add_test(tcase, r_pwr_7_a_1_0_provider_without_power_is_replaced_by_the_cpu_until_it_is_back);
    tcase_add_loop_test(tcase, without_power_nothing_starts, 0, BOTH);
    return suite;
}
