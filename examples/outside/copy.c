/* copy.c - one copy by the simulated engine, from a program that only knows what is installed.
 *
 *   simulator --> platform --> driver --> ring --> copy --> completion
 *
 * On a board the two lines with ioat_sim_ become ioat_pci_open and ioat_mapped_platform
 * (bar_mmap.h); the rest stays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ioat.h>
#include <ioat_sim.h>
#include <netdma_version.h>

enum { BYTES = 5000 };

static void must(enum ioat_status status, const char *what)
{
    if (!status)
        return;
    fprintf(stderr, "copy: %s: %s\n", what, ioat_strstatus(status));
    exit(1);
}

int main(void)
{
    struct ioat_platform platform;
    struct ioat_sim *sim;
    struct ioat *dev;
    struct ioat_chan *chan;
    struct dma_buf src, dst;
    struct ioat_done done;
    unsigned count;

    must(ioat_sim_open(NULL, &sim), "opening the simulator");
    must(ioat_sim_platform(sim, &platform), "its platform");
    must(ioat_open(&platform, &dev), "finding the engine");
    must(ioat_chan_open(dev, 0, NULL, &chan), "opening channel 0");
    must(platform.dma->alloc(platform.dma_ctx, BYTES, 64, &src), "memory");
    must(platform.dma->alloc(platform.dma_ctx, BYTES, 64, &dst), "memory");
    for (unsigned n = 0; n < BYTES; n++)
        ((unsigned char *)src.cpu)[n] = (unsigned char)(n * 7);

    must(ioat_copy(chan, dst.bus, src.bus, BYTES, 0, NULL), "preparing the copy");
    must(ioat_submit(chan), "the doorbell");
    must(ioat_wait(chan, &done, 1, &count, 1000000), "waiting");
    must(done.status, "the copy");
    if (memcmp(dst.cpu, src.cpu, BYTES)) {
        fprintf(stderr, "copy: the bytes differ\n");
        return 1;
    }
    printf("netdma %s copied %d bytes by clock %llu\n", NETDMA_VERSION, BYTES,
           (unsigned long long)ioat_sim_now(sim));

    platform.dma->free(platform.dma_ctx, &dst);
    platform.dma->free(platform.dma_ctx, &src);
    must(ioat_chan_close(chan), "closing the channel");
    must(ioat_close(dev), "closing the engine");
    ioat_sim_close(sim);
    return 0;
}
