/* load.h - one case of the benchmark: a chain of equal copies on a fresh simulator.
 *
 * The memory is that of docs/performance.md: AR, AW and W always ready, R in order and
 * one beat a clock, the first L clocks after its AR; B after the last W beat by as
 * many (or by `answer`); no limit on what is outstanding.
 *
 * Every transfer of warm-up and window has buffers of its own, with guard bytes around
 * the destination. When the window has closed the channels are ended by ABORT, which
 * awaits all answers, and then every byte is compared: transfers that were written in full
 * hold their source, those after them nothing else but their source or fresh
 * bytes, the guards are intact.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "meter.h"

enum load_align { LOAD_ALIGNED, LOAD_SRC, LOAD_DST, LOAD_BOTH, LOAD_ALIGNS };
enum load_chain {
    LOAD_CONTIGUOUS,           /* descriptors follow one another in memory */
    LOAD_SHUFFLED,             /* each lies anywhere */
    LOAD_ALTERNATING,          /* LOAD_RUN of the one kind, then of the other */
    LOAD_CHAINS
};
enum load_list { LOAD_COUNT, LOAD_NULL, LOAD_LISTS };         /* DMACOUNT; START and NEXT = 0 */
enum load_report { LOAD_SILENT, LOAD_WORD, LOAD_IRQ, LOAD_REPORTS };   /* of each descriptor */
enum load_trouble {
    LOAD_WELL,
    LOAD_HELD,                 /* the last channel's source data never comes */
    LOAD_FAILING,              /* its first source read is answered with an error */
    LOAD_TROUBLES
};
enum { LOAD_RUN = 64 };

/* Names of the values above, in their order, each list ended by NULL. */
extern const char *const load_align_names[], *const load_chain_names[], *const load_list_names[],
    *const load_report_names[], *const load_trouble_names[];

struct load {
    uint32_t size;             /* bytes of a transfer, 1 .. 1 << XFERCAP */
    unsigned latency;          /* L, clocks, >= 1 */
    unsigned answer;           /* B after the last W beat, clocks; 0: L */
    enum load_align align;
    enum load_chain chain;
    enum load_list list;
    unsigned channels;         /* that work, from channel 0, all with equal priority */
    enum load_report report;
    enum load_trouble trouble; /* needs two channels: the last one is not measured */
};

struct load_result {
    uint64_t clocks, bytes;    /* of the window; payload of the measured channels */
    uint64_t asked;            /* descriptors asked for in it */
    double used, bound;        /* utilisation; its bound with descriptors of 64 bytes; 0..1 */
    double exact;              /* the bound with what this engine reads of a descriptor */
    double desc_reads;         /* descriptors read for each transfer */
    double words, messages;    /* completion words, messages for each transfer */
    double share_min, share_max; /* of a channel, relative to an equal share */
};

/* False: `why` holds one line, and the result is nothing. */
bool load_run(const struct load *load, struct load_result *result, char *why, unsigned room);

#endif
