/* pins.h - the engine's ports as plain values, for one clock.
 *
 * The simulator fills in what the engine sees, the model fills in the rest. A
 * payload means something only while its `valid` is high; the model leaves the
 * payload of an idle channel as it was.
 */
#ifndef IOAT_PINS_H
#define IOAT_PINS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    AXI_BYTES_MAX = 64,        /* widest data bus, bytes */
    AXI_IDS = 64,              /* 6-bit IDs */
    AXI_READ_PORTS = 2,        /* 0: the AXI master; 1: the descriptor master */
};

/* AMBA AXI4: xRESP, AxBURST; the two AxCACHE values of decision K-34. */
enum { AXI_OKAY = 0, AXI_SLVERR = 2, AXI_DECERR = 3 };
enum { AXI_BURST_INCR = 1 };
enum { AXI_CACHE_SNOOP = 0xF, AXI_CACHE_NO_SNOOP = 0x3 };

/* What an ID tells (decision K-60): whose, and what it carries. */
enum { AXI_READ_PAYLOAD = 0, AXI_READ_DESCRIPTOR = 1 };
enum { AXI_WRITE_PAYLOAD = 0, AXI_WRITE_WORD = 1, AXI_WRITE_MESSAGE = 2 };
static inline unsigned axi_id_kind(unsigned id) { return id >> 4; }
static inline unsigned axi_id_owner(unsigned id) { return id & 15; }

struct axi_address {
    bool valid, ready;
    uint8_t id, len, size, burst, cache, prot;
    uint64_t addr;
};

struct axi_r {
    bool valid, ready, last;
    uint8_t id, resp;
    uint8_t data[AXI_BYTES_MAX];
};

struct axi_w {
    bool valid, ready, last;
    uint64_t strobe;
    uint8_t data[AXI_BYTES_MAX];
};

/* A bus word: whole 64-bit words, mostly one, so a call would cost more than the copy. */
static inline void axi_copy_word(uint8_t *to, const uint8_t *from, unsigned bus_bytes)
{
    for (unsigned n = 0; n < bus_bytes; n += sizeof(uint64_t))
        memcpy(to + n, from + n, sizeof(uint64_t));
}

struct axi_b {
    bool valid, ready;
    uint8_t id, resp;
};

struct axi_reads {
    struct axi_address ar;
    struct axi_r r;
};

struct axi_writes {
    struct axi_address aw;
    struct axi_w w;
    struct axi_b b;
};

struct axil {
    bool awvalid, awready, wvalid, wready, bvalid, bready;
    bool arvalid, arready, rvalid, rready;
    uint8_t wstrb, bresp, rresp;
    uint16_t awaddr, araddr;
    uint64_t wdata, rdata;
};

struct pins {
    bool rst, bus_master, msix_enable, msix_mask, flr;
    bool flr_done, intx;
    uint32_t msix;                        /* irq_msix, one bit a channel */
    struct axil bar;
    struct axi_reads read[AXI_READ_PORTS];
    struct axi_writes write;
};

#endif
