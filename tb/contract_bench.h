/* contract_bench.h - synthetic event streams for the contract model.
 *
 * A bench plays engine, memory and software at once: each call reports one or more
 * handshakes to a contract, a clock apart. Memory is MEM_BYTES from bus address 0 and
 * holds the descriptors and data that reads return. A test says what happened, the
 * contract says whether it may; only the two verdicts check anything.
 */
#ifndef IOAT_CONTRACT_BENCH_H
#define IOAT_CONTRACT_BENCH_H

#include "contract.h"
#include "ioat_regs.h"

enum {
    MEM_BYTES = 1 << 20,
    CHANNELS = 2,
    READ_MAX = 512, WRITE_MAX = 256,       /* longest bursts, bytes */
    SNOOP = 0xF, NO_SNOOP = 0x3,           /* AxCACHE */
    OKAY = 0, SLVERR = 2,
    RING = 0x1000,                         /* descriptors here, 64 bytes apart */
    SRC = 0x10000, DST = 0x20000,          /* a page or more each */
    CMP = 0x8000,                          /* completion word */
    MSI = 0xFEE00,                         /* message address, within the memory */
    MSI_DATA = 0x41,
};

/* IDs of channel n, decision K-60. */
enum { ID_DATA = 0x00, ID_DESC = 0x10, ID_WORD = 0x10, ID_MESSAGE = 0x20 };

#define NOTHING ((uint32_t)IOAT_CONTROL_NULL_XFER)
#define ECE ((uint16_t)IOAT_CHANCTRL_ERR_COMPLETION_EN)
#define SUSPENDED_WORD(addr) ((addr) | IOAT_CHANSTS_STATE_SUSPENDED)
#define HALTED_WORD(addr) ((addr) | IOAT_CHANSTS_STATE_HALTED)

struct bench {
    struct contract *contract;
    struct ioat_sim_build build;
    struct contract_pins pins;
    uint64_t now;
    uint8_t *mem;
    char rule[16], text[400];              /* first violation; empty: none */
    struct { uint64_t addr; unsigned bytes, port; } read[64][64];   /* by ID, a queue */
    unsigned head[64], tail[64];
};

/* Bus master and MSI-X on, every vector unmasked with MSI + 4 n and MSI_DATA + n. */
void bench_open(struct bench *b, unsigned data_bits, bool desc_port);
void bench_close(struct bench *b);

/* ---- verdicts: the test fails unless ---- */
void bench_silent(struct bench *b);              /* no rule is broken, and nothing is overdue */
void bench_caught(const struct bench *b, const char *rule);    /* this one was named first */

/* ---- time and pins ---- */
void bench_idle(struct bench *b, unsigned clocks);
void bench_pins(struct bench *b);                /* one clock with the pins as they are set */
void bench_pulse(struct bench *b, unsigned chan);

/* ---- software ---- */
void bench_wr(struct bench *b, uint32_t offset, unsigned width, uint64_t value);
void bench_rd(struct bench *b, uint32_t offset, unsigned width, uint64_t returned);
/* Registers of channel 0, at their own width. */
#define WR(b, reg, value) bench_wr(b, IOAT_CHAN(0, reg), IOAT_##reg##_BITS / 8, value)
#define RD(b, reg, value) bench_rd(b, IOAT_CHAN(0, reg), IOAT_##reg##_BITS / 8, value)
#define STATE(b, addr, name) RD(b, CHANSTS, (addr) | IOAT_CHANSTS_STATE_##name)

void bench_put_desc(struct bench *b, uint64_t addr, const struct ioat_desc *desc);
/* A copy of `size` bytes from SRC to DST at RING + 64 n; NEXT is the one after it. */
void bench_put_copy(struct bench *b, unsigned n, uint32_t size, uint32_t control);
/* The same without a successor. */
void bench_put_last(struct bench *b, unsigned n, uint32_t size, uint32_t control);
uint64_t bench_ring(unsigned n);                 /* its address */
struct ioat_desc *bench_at(struct bench *b, uint64_t addr);

/* ---- the bus ---- */
void bench_ar(struct bench *b, unsigned id, uint64_t addr, unsigned bytes, unsigned cache);
void bench_r(struct bench *b, unsigned id, unsigned resp);          /* all beats of the oldest AR */
void bench_aw(struct bench *b, unsigned id, uint64_t addr, unsigned bytes, unsigned cache);
void bench_w(struct bench *b, uint64_t addr, uint64_t strobe, const uint8_t *bus_word, bool last);
void bench_ans(struct bench *b, unsigned id, unsigned resp);        /* B */

/* ---- whole accesses of channel 0 ---- */
void bench_fetch(struct bench *b, uint64_t addr);                   /* a descriptor */
void bench_read_data(struct bench *b, uint64_t addr, uint32_t bytes);
void bench_write_data(struct bench *b, uint64_t addr, uint32_t bytes, const uint8_t *data);
/* The same without the answers; returns how many bursts wait. */
unsigned bench_write_only(struct bench *b, uint64_t addr, uint32_t bytes, const uint8_t *data);
/* Reads and writes all data of the descriptor at `addr`. */
void bench_move(struct bench *b, uint64_t addr);
void bench_run(struct bench *b, uint64_t addr);                     /* fetch, then move */
void bench_word(struct bench *b, uint64_t value);                   /* AW, W and B */
void bench_word_unanswered(struct bench *b, uint64_t value);
void bench_message(struct bench *b, unsigned chan);

/* ---- a channel ready to run: CHANCMP, CHAINADDR = bench_ring(0) ---- */
void bench_arm(struct bench *b, uint16_t chanctrl);
void bench_count(struct bench *b, uint16_t dmacount);
void bench_command(struct bench *b, unsigned bit);

#endif
