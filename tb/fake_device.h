/* fake_device.h - the register map and the descriptors in plain C, for tests of the driver.
 *
 * Time stands still unless the driver pauses. Descriptors run all at once when a
 * doorbell or START arrives, or a few at a time with `hold` and fake_run. Knobs
 * make it misbehave. It says nothing about the RTL and shares no code with it.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bar.h"
#include "ioat_regs.h"

struct fake_chan {
    uint16_t chanctrl, dmacount, count;
    uint8_t chancmd;             /* commands that have not ended */
    unsigned state;
    uint64_t completed, chainaddr, chancmp, next, cdar;
    uint32_t chanerr, chanerrmsk, dcactrl;
    bool fresh;                  /* nothing completed since CHAINADDR */
    bool list;                   /* START selected list mode */
    bool event;                  /* an interrupt waits for the re-arm */
    unsigned messages;
};

enum { FAKE_BUFFERS = 512 };

struct fake {
    /* What it is; change before ioat_open. */
    uint64_t chancnt, xfercap, cbver, dmacapability, intrdelay;

    /* How it misbehaves. */
    bool removed;                /* every read is all-ones, writes vanish */
    bool hold;                   /* descriptors run by fake_run only */
    bool wordless;               /* no completion word is ever written */
    uint8_t stuck;               /* CHANCMD bits that are taken and never end nor act */
    uint64_t lying_word;         /* not 0: every completion word has this value */
    int lying_state;             /* not negative: CHANSTS shows this state */
    uint64_t lying_completed;    /* not 0: CHANSTS shows this address */
    uint64_t fail_at;            /* not 0: descriptor number (from 1) of all run so far halts */
    uint32_t fail_error;         /*   with this CHANERR */
    int bar_failures_after;      /* not negative: so many accesses work, later ones IOAT_EIO */
    int allocs_before_failure;   /* not negative: so many buffers, then IOAT_ENOMEM */
    bool clock_stands;           /* now_ns never moves */
    enum ioat_status delay_status;

    /* What it saw. */
    unsigned writes[IOAT_BAR_BYTES];   /* by offset */
    unsigned reads[IOAT_BAR_BYTES];
    unsigned odd_accesses;       /* not the whole register, or none there */
    uint64_t executed;           /* descriptors completed, all channels */
    unsigned buffers_live;
    uint64_t now_ns, slept_ns, longest_pause_ns;

    struct fake_chan chan[IOAT_CHAN_MAX];
    uint8_t genctrl, intrctrl;
    uint32_t attnstatus;
    uint64_t msix[2 * IOAT_CHAN_MAX];
    uint64_t msix_pending;
    struct dma_buf buffer[FAKE_BUFFERS];
    uint64_t next_bus;
};

/* An honest engine: 4 channels, 1 MiB transfers, CBVER 0x34, page break and fill. */
void fake_init(struct fake *fake);
/* Frees buffers that nobody freed. */
void fake_done(struct fake *fake);
struct ioat_platform fake_platform(struct fake *fake);

/* Memory that device and test share: from the same pool as the driver's, but not
 * counted in buffers_live. Ends the program when there is none. */
struct dma_buf fake_memory(struct fake *fake, size_t bytes);
/* CPU address of a bus range, or NULL. */
void *fake_cpu(struct fake *fake, uint64_t bus, uint64_t bytes);

/* Runs up to n descriptors of a channel; returns how many it ran. */
unsigned fake_run(struct fake *fake, unsigned channel, unsigned n);
/* Stops a channel with an error, as if its next descriptor had failed. */
void fake_halt(struct fake *fake, unsigned channel, uint32_t chanerr);

#endif
