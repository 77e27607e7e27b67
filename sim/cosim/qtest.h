/* qtest.h - interrupts into the guest over QEMU's qtest socket.
 *
 * Nothing here waits: what QEMU does not take at once is queued, since QEMU may itself
 * be waiting for a register read.
 */
#ifndef COSIM_QTEST_H
#define COSIM_QTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "lines.h"

enum { QTEST_QUEUE = 1 << 16 };

struct qtest {
    int socket;                    /* non-blocking */
    char queue[QTEST_QUEUE];       /* not sent yet */
    unsigned queued;
    struct lines answer;
    const char *trouble;           /* NULL: none */
};

void qtest_init(struct qtest *qtest, int socket);

/* An interrupt message, a write of `data` to `addr`. */
void qtest_message(struct qtest *qtest, uint64_t addr, uint32_t data);
/* The level of a pin of the I/O APIC of machine q35. */
void qtest_pin(struct qtest *qtest, unsigned gsi, bool level);

/* Sends what the socket takes. */
void qtest_flush(struct qtest *qtest);
/* Reads the answers; an answer that is not OK is trouble. */
void qtest_drain(struct qtest *qtest);

#endif
