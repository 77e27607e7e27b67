/* driver_rig.h - the driver on the fake device, and what its tests share. */
#ifndef DRIVER_RIG_H
#define DRIVER_RIG_H

#include <check.h>

#include "fake_device.h"
#include "ioat.h"

enum { RIG_BYTES = 1 << 16, RIG_RESULTS = 1 << 17 };

struct rig {
    struct fake fake;
    struct ioat *dev;
    struct ioat_chan *chan;
    struct dma_buf src, dst;     /* RIG_BYTES each; src holds a pattern */
    struct ioat_done *done;      /* results in the order they came */
    unsigned results;
};

/* A rig without device: change the fake, then rig_open. One rig in a process. */
struct rig *rig_new(void);
/* Opens device and channel 0 with a ring of 1 << ring_log2 in chunks of 1 << chunk_log2;
 * ring_log2 0: a channel for chains of the caller. wait_ns is 1 ms. */
void rig_open(struct rig *rig, unsigned ring_log2, unsigned chunk_log2);
/* Both at once, one chunk. */
struct rig *rig_ring(unsigned ring_log2);
/* Closes everything, checks that every buffer was freed and every access made sense. */
void rig_close(struct rig *rig);

/* Polls until nothing comes; returns the channel's health. */
enum ioat_status rig_poll(struct rig *rig);

/* The number that tests use as a tag. */
#define RIG_TAG(n) ((void *)(uintptr_t)(n))
/* Results are tags first, first + 1, ... with that status; starts at result `at`. */
void rig_expect(const struct rig *rig, unsigned at, unsigned n, unsigned first,
                enum ioat_status status);

/* Prepares a copy of 8 bytes from src to slot n of dst, tag n. */
enum ioat_status rig_copy(struct rig *rig, unsigned n);
/* Whether that copy has happened. */
bool rig_copied(const struct rig *rig, unsigned n);

#define rig_ok(call) ck_assert_msg((call) == IOAT_OK, "%s", #call)
#define rig_is(call, status)                                                               \
    do {                                                                                   \
        enum ioat_status rig_got = (call);                                                 \
        ck_assert_msg(rig_got == (status), "%s: expected %s (%s), got %s", #call, #status, \
                      ioat_strstatus(status), ioat_strstatus(rig_got));                    \
    } while (0)

#endif
