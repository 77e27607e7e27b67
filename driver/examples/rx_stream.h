/* rx_stream.h - a byte stream in segments: through a loopback TCP connection, or generated.
 * Included once, by rx_offload.c. */
#ifndef RX_STREAM_H
#define RX_STREAM_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAM_PATIENCE_MS = 5000 };

struct stream {
    const uint8_t *bytes;        /* what is sent */
    size_t total, sent, received;
    size_t segment;              /* most bytes of one segment */
    uint64_t random;
    bool tcp;
    int out, in;                 /* sender and receiver; -1: none */
    const char *trouble;         /* what failed, with errno in error */
    int error;
};

/* xorshift64*, Vigna 2016. 0..n-1; *state is not 0. */
static uint64_t draw(uint64_t *state, uint64_t n)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * UINT64_C(2685821657736338717) >> 16) % n;
}

static bool stream_failed(struct stream *stream, const char *what)
{
    stream->trouble = what;
    stream->error = errno;
    return false;
}

static void stream_close(struct stream *stream)
{
    if (stream->out >= 0)
        close(stream->out);
    if (stream->in >= 0)
        close(stream->in);
    stream->out = stream->in = -1;
}

/* Two sockets of this process, connected through the loopback interface. */
static bool stream_connect(struct stream *stream)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0)
        return stream_failed(stream, "socket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &length)) {
        stream_failed(stream, "bind to 127.0.0.1");
    } else if ((stream->out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
               connect(stream->out, (struct sockaddr *)&address, sizeof address) ||
               (stream->in = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0) {
        stream_failed(stream, "connect to 127.0.0.1");
    } else {
        /* Small sends become small segments instead of being collected. */
        setsockopt(stream->out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        stream->tcp = true;
    }
    close(listener);
    if (!stream->tcp)
        stream_close(stream);
    return stream->tcp;
}

/* The sender writes until the sockets are full: pieces of random length. */
static bool stream_send(struct stream *stream)
{
    while (stream->sent < stream->total) {
        size_t left = stream->total - stream->sent, most = 4 * stream->segment;
        size_t n = 1 + draw(&stream->random, most < left ? most : left);
        ssize_t put = send(stream->out, stream->bytes + stream->sent, n,
                           MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ||
                   stream_failed(stream, "send");
        stream->sent += (size_t)put;
    }
    return true;
}

/* The next payload, up to `most` and stream->segment bytes, to `to`. False: trouble, or the end. */
static bool stream_segment(struct stream *stream, uint8_t *to, size_t most, size_t *bytes)
{
    size_t left = stream->total - stream->received;

    if (most > stream->segment)
        most = stream->segment;

    if (!left)
        return false;
    if (!stream->tcp) {
        most = most < left ? most : left;
        *bytes = draw(&stream->random, 4) ? most : 1 + draw(&stream->random, most);
        memcpy(to, stream->bytes + stream->received, *bytes);
        stream->received += *bytes;
        return true;
    }
    for (;;) {
        struct pollfd ready = {.fd = stream->in, .events = POLLIN};
        if (!stream_send(stream))
            return false;
        int polled = poll(&ready, 1, STREAM_PATIENCE_MS);
        if (polled < 0 && errno == EINTR)
            continue;
        errno = polled ? errno : ETIMEDOUT;
        if (polled <= 0)
            return stream_failed(stream, "poll");
        ssize_t got = recv(stream->in, to, most, 0);
        if (got < 0 && errno == EINTR)
            continue;
        errno = got ? errno : ECONNRESET;
        if (got <= 0)
            return stream_failed(stream, "recv");
        *bytes = (size_t)got;
        stream->received += *bytes;
        return true;
    }
}

#endif
