/* guest.c - fuzzes what the server for QEMU reads: lines of the guest, messages of QEMU, answers of
 * qtest. The first byte says which.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input.h"

/* Its reader of the guest's commands is its own. */
#include "../../sim/cosim/session.c"

enum { MESSAGES = 40, SLICES = 200 };

static void read_lines(const uint8_t *data, size_t size)
{
    static struct session session;

    memset(&session, 0, sizeof session);
    for (size_t i = 0; i < size; i++) {
        unsigned answer = 0;

        take_console(&session, (char)data[i]);
        /* A wave or a fault needs a device. */
        if (lines_take(&session.control, (char)data[i]) && strncmp(session.control.text, "wave", 4) != 0 &&
            strncmp(session.control.text, "fault", 5) != 0)
            obey(&session, session.control.text, &answer);
    }
}

/* The other end is closed behind the bytes: nothing waits. */
static void read_messages(const uint8_t *data, size_t size)
{
    struct device_config config = { .seed = 1, .latency = 5 };
    static struct device device;
    struct proxy_message message;
    struct qtest qtest;
    int proxy[2], interrupts[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, proxy) || socketpair(AF_UNIX, SOCK_STREAM, 0, interrupts))
        found("no sockets");
    qtest_init(&qtest, interrupts[0]);
    config.qtest = &qtest;
    if (!device_open(&device, &config))
        found("the device does not open");
    if (write(proxy[1], data, size) != (ssize_t)size || shutdown(proxy[1], SHUT_WR))
        found("the socket takes nothing");
    for (unsigned n = 0; n < MESSAGES && !proxy_receive(proxy[0], &message) && !device.trouble; n++) {
        device_serve(&device, proxy[0], &message);
        for (unsigned slice = 0; slice < SLICES && device_run(&device); slice++)
            ;
        while (recv(proxy[1], &(char[4096]){ 0 }, 4096, MSG_DONTWAIT) > 0)
            ;
    }
    device_close(&device);
    close(proxy[0]);
    close(proxy[1]);
    close(interrupts[0]);
    close(interrupts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    if (data[0] % 2)
        read_lines(data + 1, size - 1);
    else
        read_messages(data + 1, size - 1);
    return 0;
}
