/* proxy.h - our end of the socket of QEMU's remote PCI device (x-pci-proxy-dev, 7.2).
 *
 * Messages are a header and a payload in the host's byte order; file descriptors of
 * guest memory come along with PROXY_SYNC_SYSMEM. A request that QEMU waits for is
 * answered by proxy_reply before the next one is received.
 */
#ifndef COSIM_PROXY_H
#define COSIM_PROXY_H

#include <stdbool.h>
#include <stdint.h>

enum { PROXY_FDS = 8 };            /* regions, and descriptors, in one message */

enum proxy_command {
    PROXY_SYNC_SYSMEM,             /* replaces the map of guest memory; no reply */
    PROXY_RET,                     /* the reply */
    PROXY_CFG_WRITE, PROXY_CFG_READ,
    PROXY_BAR_WRITE, PROXY_BAR_READ,
    PROXY_SET_IRQFD,               /* of use to KVM only; no reply */
    PROXY_RESET,                   /* replied to without a value */
};

struct proxy_message {
    int32_t command;
    uint64_t bytes;                /* of the payload */
    union {
        struct { uint64_t gpa[PROXY_FDS], bytes[PROXY_FDS], offset[PROXY_FDS]; } memory;
        struct { uint32_t addr, value; int32_t width; } config;
        struct { uint64_t addr, value; uint32_t width; bool is_memory; } bar;
        uint64_t value;
    };
    int fd[PROXY_FDS];             /* the receiver's, until proxy_close_fds */
    unsigned fds;
};

/* Receives a whole message, waiting at most 10 s for its rest. NULL when it did, "" when
 * QEMU closed the socket, else what is wrong with the message. */
const char *proxy_receive(int socket, struct proxy_message *message);
void proxy_close_fds(struct proxy_message *message);

/* False when the socket is closed or takes nothing for 10 s. */
bool proxy_reply(int socket, uint64_t value);
bool proxy_reply_empty(int socket);

#endif
