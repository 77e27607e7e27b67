/* pages.h - how descriptors are read across the pages they lie in, from bus handshakes.
 *
 * A chain in a row of copies so small that descriptors are all that counts. A guess never leaves
 * the page of a known descriptor (docs/decisions.md K-37), so each page waits for the last pointer of
 * the one before: that is the bound of such a chain, and this shows it clock by clock.
 */
#ifndef BENCH_PAGES_H
#define BENCH_PAGES_H

#include <stdbool.h>
#include <stdint.h>

enum { PAGES = 16 };           /* each of as many descriptors as fit */

struct page_reads {
    uint64_t asked_first, asked_last;       /* clocks of AR */
    uint64_t answered_first, answered_last; /* clocks of the first and the last R beat */
};

/* False: `why` holds one line. */
bool pages_run(unsigned latency, struct page_reads page[PAGES], char *why, unsigned room);

#endif
