/* proxy.c - framing of the proxy socket. */
#include "proxy.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct header {
    int32_t command;
    uint32_t unused;
    uint64_t bytes;
};
_Static_assert(sizeof(struct header) == 16, "as QEMU lays it out");

enum { PATIENCE_S = 10 };

/* Payload bytes that a command must bring, or -1: not a command for us. */
static int64_t payload_of(int32_t command)
{
    const struct proxy_message *shape = NULL;

    switch (command) {
    case PROXY_SYNC_SYSMEM:
        return sizeof shape->memory;
    case PROXY_CFG_READ:
    case PROXY_CFG_WRITE:
        return sizeof shape->config;
    case PROXY_BAR_READ:
    case PROXY_BAR_WRITE:
        return sizeof shape->bar;
    case PROXY_SET_IRQFD:
    case PROXY_RESET:
        return 0;
    default:
        return -1;
    }
}

void proxy_close_fds(struct proxy_message *message)
{
    while (message->fds > 0)
        close(message->fd[--message->fds]);
}

static void take_fds(struct msghdr *from, struct proxy_message *message)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(from); at; at = CMSG_NXTHDR(from, at)) {
        const size_t bytes = at->cmsg_len - CMSG_LEN(0);

        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
            continue;
        memcpy(message->fd, CMSG_DATA(at), bytes);
        message->fds = (unsigned)(bytes / sizeof *message->fd);
    }
}

/* The whole of [to, to + bytes), with the descriptors that come with its first byte. */
static const char *receive(int socket, void *to, size_t bytes, struct proxy_message *message)
{
    union { struct cmsghdr aligned; char bytes[CMSG_SPACE(sizeof message->fd)]; } control;
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    size_t got = 0;

    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (got < bytes) {
        struct iovec rest = { (char *)to + got, bytes - got };
        struct msghdr from = {
            .msg_iov = &rest, .msg_iovlen = 1,
            .msg_control = message ? control.bytes : NULL,
            .msg_controllen = message ? sizeof control.bytes : 0,
        };
        const ssize_t n = recvmsg(socket, &from, MSG_CMSG_CLOEXEC);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != ECONNRESET)
            return "the proxy socket stopped in the middle of a message";
        if (n <= 0)
            return got ? "the proxy socket closed in the middle of a message" : "";
        if (message && message->fds == 0)
            take_fds(&from, message);
        got += (size_t)n;
    }
    return NULL;
}

const char *proxy_receive(int socket, struct proxy_message *message)
{
    struct header header;
    const char *wrong;

    memset(message, 0, sizeof *message);
    wrong = receive(socket, &header, sizeof header, message);
    if (wrong)
        return wrong;
    message->command = header.command;
    message->bytes = header.bytes;
    if (payload_of(header.command) < 0)
        return "QEMU sent a command that this server does not know";
    if (header.bytes < (uint64_t)payload_of(header.command)
        || header.bytes > sizeof message->memory)
        return "QEMU sent a message of a size that its command does not have";
    return receive(socket, &message->memory, header.bytes, NULL);
}

static bool reply(int socket, const void *value, size_t bytes)
{
    const struct header header = { .command = PROXY_RET, .bytes = bytes };
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    char all[sizeof header + sizeof(uint64_t)];
    const ssize_t length = (ssize_t)(sizeof header + bytes);

    memcpy(all, &header, sizeof header);
    if (bytes)
        memcpy(all + sizeof header, value, bytes);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return send(socket, all, (size_t)length, MSG_NOSIGNAL) == length;
}

bool proxy_reply(int socket, uint64_t value)
{
    return reply(socket, &value, sizeof value);
}

bool proxy_reply_empty(int socket)
{
    return reply(socket, NULL, 0);
}
