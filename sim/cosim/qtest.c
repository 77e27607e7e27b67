/* qtest.c - see qtest.h. */
#include "qtest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void qtest_init(struct qtest *qtest, int socket)
{
    memset(qtest, 0, sizeof *qtest);
    qtest->socket = socket;
}

void qtest_flush(struct qtest *qtest)
{
    while (qtest->queued > 0) {
        const ssize_t n = send(qtest->socket, qtest->queue, qtest->queued,
                               MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;                /* full, or closed: the proxy socket tells of an end */
        qtest->queued -= (unsigned)n;
        memmove(qtest->queue, qtest->queue + n, qtest->queued);
    }
}

static void put(struct qtest *qtest, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void put(struct qtest *qtest, const char *format, ...)
{
    const size_t room = sizeof qtest->queue - qtest->queued;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(qtest->queue + qtest->queued, room, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= room)
        qtest->trouble = "QEMU does not take its interrupts";
    else
        qtest->queued += (unsigned)length;
    qtest_flush(qtest);
}

void qtest_message(struct qtest *qtest, uint64_t addr, uint32_t data)
{
    put(qtest, "writel 0x%" PRIx64 " 0x%" PRIx32 "\n", addr, data);
}

void qtest_pin(struct qtest *qtest, unsigned gsi, bool level)
{
    put(qtest, "set_irq_in /machine/q35/ioapic unnamed-gpio-in %u %d\n", gsi, level);
}

void qtest_drain(struct qtest *qtest)
{
    char bytes[1024];
    ssize_t n;

    while ((n = recv(qtest->socket, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        for (ssize_t at = 0; at < n; at++) {
            if (lines_take(&qtest->answer, bytes[at]) && strncmp(qtest->answer.text, "OK", 2))
                qtest->trouble = "QEMU refused to deliver an interrupt";
        }
    }
}
