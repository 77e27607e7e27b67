/* bringup.c - the bring-up self-test on a real function, or on one in a guest.
 *
 *   bringup /sys/bus/pci/devices/0000:03:00.0 [--uio /dev/uio0]
 *
 * The function is bound to uio_pci_generic or to nothing, and no IOMMU translates its
 * addresses; huge pages are reserved (sysctl vm.nr_hugepages=8). Needs root. With --uio
 * the legacy interrupt is tested through that file.
 */
#include "bringup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bar_mmap.h"

enum { NS_PER_MS = 1000000, CAPABILITIES_MAX = 48 };

struct board {
    int config, uio;               /* -1: none */
    unsigned msix;                 /* offset of the MSI-X capability; 0: none */
};

static _Noreturn void fail(int status, const char *what, const char *which)
{
    fprintf(stderr, "bringup: %s%s%s\n", which, *which ? ": " : "", what);
    exit(status);
}

static unsigned config_get(const struct board *board, unsigned offset, unsigned bytes)
{
    uint32_t value = 0;

    return pread(board->config, &value, bytes, offset) == (ssize_t)bytes ? value : 0;
}

static unsigned find_msix(const struct board *board)
{
    unsigned at = config_get(board, PCI_CAPABILITY_LIST, 1);

    for (unsigned n = 0; at && n < CAPABILITIES_MAX; n++, at = config_get(board, at + 1, 1))
        if (config_get(board, at, 1) == PCI_CAP_ID_MSIX)
            return at;
    return 0;
}

static enum ioat_status msix_enable(void *ctx, bool on)
{
    const struct board *board = ctx;
    const unsigned at = board->msix + PCI_MSIX_FLAGS;
    uint16_t flags = (uint16_t)config_get(board, at, 2);

    flags &= (uint16_t)~(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    if (on)
        flags |= PCI_MSIX_FLAGS_ENABLE;
    return pwrite(board->config, &flags, sizeof flags, at) == sizeof flags ? IOAT_OK : IOAT_EIO;
}

/* uio_pci_generic sets Interrupt Disable when the line interrupts. */
static enum ioat_status intx_wait(void *ctx, uint64_t ns)
{
    const struct board *board = ctx;
    const uint16_t command = (uint16_t)(config_get(board, PCI_COMMAND, 2)
                                        & ~(unsigned)PCI_COMMAND_INTX_DISABLE);
    struct pollfd file = { board->uio, POLLIN, 0 };
    uint32_t count;

    if (pwrite(board->config, &command, sizeof command, PCI_COMMAND) != sizeof command)
        return IOAT_EIO;
    if (poll(&file, 1, (int)(ns / NS_PER_MS)) <= 0)
        return IOAT_ETIME;
    return read(board->uio, &count, sizeof count) == sizeof count ? IOAT_OK : IOAT_EIO;
}

static int open_in(const char *dir, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return open(path, O_RDWR | O_CLOEXEC);
}

int main(int argc, char **argv)
{
    struct board board = { -1, -1, 0 };
    struct bringup_env env = { .ctx = &board, .out = stdout };
    struct ioat_mapped *mapped;
    struct bringup_result result;
    enum ioat_status status;

    if ((argc != 2 && argc != 4) || (argc == 4 && strcmp(argv[2], "--uio") != 0))
        fail(2, "usage: bringup /sys/bus/pci/devices/DOMAIN:BUS:DEV.FN [--uio /dev/uioN]", "");
    status = ioat_pci_open(argv[1], &mapped);
    if (status)
        fail(1, status == IOAT_EIO ? strerror(errno) : ioat_strstatus(status), argv[1]);
    board.config = open_in(argv[1], "config");
    if (board.config < 0)
        fail(1, strerror(errno), argv[1]);
    board.msix = find_msix(&board);
    if (board.msix)
        env.msix_enable = msix_enable;
    if (argc == 4) {
        board.uio = open(argv[3], O_RDWR | O_CLOEXEC);
        if (board.uio < 0)
            fail(1, strerror(errno), argv[3]);
        env.intx_wait = intx_wait;
    }
    ioat_mapped_platform(mapped, &env.platform);
    result = bringup_run(&env);
    ioat_mapped_close(mapped);
    printf("bring-up: %u passed, %u failed, %u skipped\n", result.passed, result.failed,
           result.skipped);
    return result.failed ? 1 : 0;
}
