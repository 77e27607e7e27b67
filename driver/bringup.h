/* bringup.h - the self-test for the first power-on of an engine: a board, a guest, the
 * simulator.
 *
 * Tests go from the simple to the composed, so the first failure is the one to look
 * at; each says what it found and, when it fails, where to look. They use the channels
 * for themselves, and leave them reset.
 */
#ifndef IOAT_BRINGUP_H
#define IOAT_BRINGUP_H

#include <stdbool.h>
#include <stdio.h>

#include "bar.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bringup_env {
    struct ioat_platform platform;
    /* Switches the function's MSI-X on or off; messages go to DMA memory, where the
     * test looks for them. NULL: MSI-X is not the caller's to switch. */
    enum ioat_status (*msix_enable)(void *ctx, bool on);
    /* Waits for the legacy interrupt: IOAT_OK when it came within `ns`, IOAT_ETIME.
     * Called again only after the device was served. NULL: none is wired. */
    enum ioat_status (*intx_wait)(void *ctx, uint64_t ns);
    void *ctx;
    uint64_t wait_ns;              /* limit of each wait for the device; 0: 2 s */
    FILE *out;                     /* a line for each test */
};

struct bringup_result {
    unsigned passed, failed, skipped;
};

/* Runs all tests. A device that cannot be opened, or channels that cannot be reset, end
 * the run with that failure. */
struct bringup_result bringup_run(const struct bringup_env *env);

#ifdef __cplusplus
}
#endif

#endif
