/* fst.h - reads a recorded wave: its signals, and their values as time goes by.
 *
 *   fst_open --> fst_find, fst_watch --> fst_play --> step(time): fst_value of what is watched
 *
 * A signal is named by its full path without range, "TOP.m_axi_araddr". The file is not
 * trusted further than the reader of Verilator's run-time library is.
 */
#ifndef FST_H
#define FST_H

#include <stdbool.h>
#include <stdint.h>

struct fst;

/* NULL, with `why` in one line: not there, not an FST, or out of memory. */
struct fst *fst_open(const char *path, const char **why);
/* NULL is a no-op. */
void fst_close(struct fst *fst);

/* Number of the signal with this path, or -1. */
int fst_find(const struct fst *fst, const char *path);
unsigned fst_signals(const struct fst *fst);
const char *fst_path(const struct fst *fst, int signal);
/* "[63:0]", or "" for a single bit. */
const char *fst_range(const struct fst *fst, int signal);
unsigned fst_bits(const struct fst *fst, int signal);

/* First and last time, in picoseconds. */
void fst_times(const struct fst *fst, uint64_t *first, uint64_t *last);

/* Values are kept of the signals that are watched. */
void fst_watch(struct fst *fst, int signal);

/* Calls step at each time at which something watched changed, in order and after all changes
 * of that time; values are those of that time. */
void fst_play(struct fst *fst, void (*step)(void *ctx, uint64_t time), void *ctx);

/* Bits lsb .. lsb + bits - 1 of a watched signal's value, bits 1..64; what is unknown, or
 * beyond the signal, reads 0. Before the first change: 0. */
uint64_t fst_value(const struct fst *fst, int signal, unsigned lsb, unsigned bits);

#endif
