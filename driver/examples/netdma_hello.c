/* netdma_hello.c - the smallest client of NetDMA: one copy that is waited for, and a batch with
 * callbacks. docs/programming.md explains it.
 *
 *   main --> client --> interface library --> provider --> simulated engine
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_sim.h"
#include "netdma_client.h"
#include "netdma_interface.h"
#include "provider.h"
#include "provider_sim.h"

enum { PIECES = 16, PIECE = 1000, PATIENCE_NS = 1000000 };

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "netdma_hello: %s failed\n", what);
    exit(1);
}

/* ---- the system: in Windows it is there already ---- */

struct system {
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct kernel *kernel;
    struct netdma_interface *netdma;
    struct provider *provider;
    struct provider_sim *interrupts;
};

static void open_system(struct system *system)
{
    struct kernel_config kernel;
    struct netdma_interface_config netdma;
    struct provider_config provider;

    must(!ioat_sim_open(NULL, &system->sim), "opening the simulator");
    must(!ioat_sim_platform(system->sim, &system->platform), "opening the simulator");
    kernel_config_init(&kernel);
    kernel.device = &system->platform;           /* its memory and its clock */
    must(!kernel_open(&kernel, &system->kernel), "opening the kernel");
    netdma_interface_config_init(&netdma);
    netdma.kernel = system->kernel;
    must(!netdma_interface_open(&netdma, &system->netdma), "opening NetDMA");
    provider_config_init(&provider);
    provider.kernel = system->kernel;
    provider.bar = system->platform.bar;
    provider.bar_ctx = system->platform.bar_ctx;
    must(!provider_open(&provider, &system->provider), "registering the provider");
    must(!provider_sim_connect(system->provider, system->kernel, system->sim, &system->interrupts),
         "connecting interrupts");
    provider_start(system->provider);
}

static void close_system(struct system *system)
{
    provider_stop(system->provider);
    provider_sim_disconnect(system->interrupts);
    provider_close(system->provider);
    netdma_interface_close(system->netdma);
    kernel_close(system->kernel);
    ioat_sim_close(system->sim);
}

/* ---- the client ---- */

struct client {
    struct kernel *kernel;
    PVOID handle, channel;
    struct dma_buf from, to;
    struct netdma_chain source[PIECES], target[PIECES];
    unsigned left;               /* copies without their callback */
};

static void open_client(struct client *client)
{
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};
    const struct netdma_channel_options options = {.cpu_fallback = true};

    must(!NetDmaRegisterClient(client, &client->handle, &characteristics), "registering");
    must(!NetDmaAllocateChannel(client->handle, NULL, &options, &client->channel),
         "allocating a channel");
    must(!kernel_alloc(client->kernel, PIECES * PIECE, 1, &client->from), "allocating");
    must(!kernel_alloc(client->kernel, PIECES * PIECE, 1, &client->to), "allocating");
    for (unsigned n = 0; n < PIECES * PIECE; n++)
        ((uint8_t *)client->from.cpu)[n] = (uint8_t)(n * 7 + n / 256);
}

/* Piece n, from the one buffer to the other. */
static struct netdma_copy copy_of(struct client *client, unsigned n)
{
    client->source[n] = (struct netdma_chain){
        .va = (char *)client->from.cpu + n * PIECE, .bytes = PIECE,
    };
    client->target[n] = (struct netdma_chain){
        .va = (char *)client->to.cpu + n * PIECE, .bytes = PIECE,
    };
    return (struct netdma_copy){
        .source = &client->source[n], .destination = &client->target[n], .length = PIECE,
    };
}

static void copy_and_wait(struct client *client)
{
    struct netdma_copy copy = copy_of(client, 0);

    must(!netdma_copy_wait(client->channel, &copy, PATIENCE_NS), "the first copy");
}

/* At DISPATCH, from a DPC of the library. */
static void on_done(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    struct client *client = context;

    (void)channel;
    (void)id;
    must(status == STATUS_SUCCESS, "a copy of the batch");
    client->left--;
}

static bool all_done(void *context)
{
    const struct client *client = context;
    return !client->left;
}

static void copy_batch(struct client *client)
{
    must(!NetDmaSetMaxPendingDescriptors(client->channel, PIECES), "setting the batch");
    for (unsigned n = 1; n < PIECES; n++) {
        struct netdma_copy copy = copy_of(client, n);
        copy.done = on_done;
        copy.context = client;
        must(!netdma_copy(client->channel, &copy, NULL), "a request");
        client->left++;
    }
    NetDmaFlushPendingDescriptors(client->channel);
    /* The CPU is free for other work here. */
    must(!kernel_wait(client->kernel, all_done, client, PATIENCE_NS), "waiting for the batch");
}

static void close_client(struct client *client)
{
    NetDmaFreeChannel(client->channel);
    NetDmaDeregisterClient(client->handle);
    kernel_free(client->kernel, &client->from);
    kernel_free(client->kernel, &client->to);
}

int main(void)
{
    static struct system system;
    static struct client client;
    struct netdma_interface_stats stats;

    open_system(&system);
    client.kernel = system.kernel;
    open_client(&client);
    copy_and_wait(&client);
    copy_batch(&client);
    must(!memcmp(client.to.cpu, client.from.cpu, PIECES * PIECE), "comparing");
    netdma_interface_stats(system.netdma, &stats);
    printf("%d copies, %" PRIu64 " bytes by the engine, %" PRIu64 " by the CPU, clock %" PRIu64 "\n",
           PIECES, stats.engine_bytes, stats.cpu_bytes, ioat_sim_now(system.sim));
    close_client(&client);
    close_system(&system);
    return 0;
}
