/* session.c - see session.h. */
#include "session.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { IDLE_MS = 200, READ_BYTES = 4096 };

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

double session_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Keeps the first cause. */
static void stop(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void stop(struct session *session, const char *format, ...)
{
    va_list args;

    if (*session->trouble)
        return;
    va_start(args, format);
    vsnprintf(session->trouble, sizeof session->trouble, format, args);
    va_end(args);
}

/* ---- the guest's console ---- */

static void take_console(struct session *session, char byte)
{
    if (session->log)
        fputc(byte, session->log);
    if (!lines_take(&session->console, byte))
        return;
    memcpy(session->tail[session->tail_n++ % TAIL_LINES], session->console.text, LINE_BYTES);
    if (strstr(session->console.text, "Kernel panic - not syncing"))
        memcpy(session->panic, session->console.text, LINE_BYTES);
}

void session_print_tail(const struct session *session, FILE *out)
{
    unsigned n = session->tail_n > TAIL_LINES ? session->tail_n - TAIL_LINES : 0;

    for (; n < session->tail_n; n++)
        fprintf(out, "  | %s\n", session->tail[n % TAIL_LINES]);
}

/* ---- the guest's line to us ---- */

static bool command_fault(struct session *session, const char *text)
{
    static const struct { const char *name; enum fault_target target; } kind[] = {
        { "read", FAULT_DATA_READ }, { "write", FAULT_DATA_WRITE },
        { "descriptor", FAULT_DESCRIPTOR }, { "none", FAULT_NONE },
    };
    char name[16];
    unsigned count, gap;

    if (sscanf(text, "%15s %u %u", name, &count, &gap) != 3)
        return false;
    for (unsigned n = 0; n < sizeof kind / sizeof *kind; n++) {
        if (strcmp(kind[n].name, name) == 0) {
            faults_arm(&session->device.faults, kind[n].target, count, gap);
            return true;
        }
    }
    return false;
}

/* The rest of a line that begins with a word, or NULL. */
static const char *after(const char *line, const char *word)
{
    const size_t length = strlen(word);

    if (strncmp(line, word, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
        return NULL;
    return line + length + (line[length] == ' ');
}

/* False: not a command. */
static bool obey(struct session *session, const char *line, unsigned *answer)
{
    struct report *report = &session->report;
    const double now = session_now();
    const char *rest;

    *answer = session->device.faults.hits;
    if ((rest = after(line, "step")))
        return report_step(report, rest, now);
    if ((rest = after(line, "pass")))
        return report_end(report, true, rest, now);
    if ((rest = after(line, "fail")))
        return report_end(report, false, rest, now);
    if ((rest = after(line, "transfers"))) {
        report->transfers += strtoul(rest, NULL, 10);
        return true;
    }
    if ((rest = after(line, "fault")))
        return command_fault(session, rest);
    if (after(line, "hits"))
        return true;
    if (after(line, "wave"))
        return session->device.wave_wanted = true;
    if (after(line, "done"))
        return session->done = true;
    return false;
}

static void take_control(struct session *session, char byte)
{
    char text[32];
    unsigned answer;

    if (!lines_take(&session->control, byte))
        return;
    if (obey(session, session->control.text, &answer))
        snprintf(text, sizeof text, "ok %u\n", answer);
    else
        snprintf(text, sizeof text, "what?\n");
    if (send(session->qemu.control, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        stop(session, "the guest's control line is closed");
}

/* ---- sockets ---- */

static void take_bytes(struct session *session, int *socket,
                       void (*take)(struct session *session, char byte))
{
    char bytes[READ_BYTES];
    const ssize_t n = recv(*socket, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n <= 0) {
        close(*socket);
        *socket = -1;              /* QEMU ends: its status tells why */
        return;
    }
    session->heard = session_now();
    for (ssize_t at = 0; at < n; at++)
        take(session, bytes[at]);
}

static void serve(struct session *session)
{
    struct proxy_message message;
    const char *wrong = proxy_receive(session->qemu.proxy, &message);

    session->heard = session_now();
    if (!wrong) {
        device_serve(&session->device, session->qemu.proxy, &message);
        return;
    }
    proxy_close_fds(&message);
    if (*wrong)
        stop(session, "%s", wrong);
    close(session->qemu.proxy);
    session->qemu.proxy = -1;
}

static void listen_once(struct session *session, int timeout_ms)
{
    struct qemu *qemu = &session->qemu;
    struct pollfd fd[] = {
        { qemu->proxy, POLLIN, 0 },
        { qemu->qtest, (short)(POLLIN | (session->qtest.queued ? POLLOUT : 0)), 0 },
        { qemu->control, POLLIN, 0 },
        { qemu->console, POLLIN, 0 },
    };

    if (poll(fd, sizeof fd / sizeof *fd, timeout_ms) <= 0)
        return;
    if (fd[0].revents)
        serve(session);
    if (fd[1].revents & POLLOUT)
        qtest_flush(&session->qtest);
    if (fd[1].revents & POLLIN)
        qtest_drain(&session->qtest);
    if (fd[2].revents)
        take_bytes(session, &qemu->control, take_control);
    if (fd[3].revents)
        take_bytes(session, &qemu->console, take_console);
}

/* ---- ends ---- */

static void explain_end(struct session *session)
{
    const int status = session->qemu.status;

    while (session->qemu.console >= 0)
        take_bytes(session, &session->qemu.console, take_console);
    if (*session->panic)
        stop(session, "the guest's kernel ended: %s", session->panic);
    else if (WIFSIGNALED(status))
        stop(session, "QEMU died of signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        stop(session, "QEMU ended with status %d", WEXITSTATUS(status));
    else
        stop(session, "the guest switched off before it was done");
}

static void look(struct session *session, const struct session_limits *limits, double start)
{
    const char *step = report_running(&session->report);
    const double now = session_now();

    if (session->device.trouble)
        stop(session, "%s", session->device.trouble);
    if (session->qtest.trouble)
        stop(session, "%s", session->qtest.trouble);
    if (interrupted)
        stop(session, "interrupted");
    if (qemu_ended(&session->qemu) && !session->done)
        explain_end(session);
    if (now - start > limits->seconds)
        stop(session, "the guest is not done after %.0f s, in step %s", limits->seconds,
             step ? step : "boot");
    if (now - session->heard > limits->silence)
        stop(session, "the guest hangs: nothing heard and no access for %.0f s, in step %s", limits->silence,
             step ? step : "boot");
}

void session_run(struct session *session, const struct session_limits *limits)
{
    const struct sigaction on_signal = { .sa_handler = interrupt };
    const double start = session_now();
    unsigned turn = 0;

    sigaction(SIGINT, &on_signal, NULL);
    sigaction(SIGTERM, &on_signal, NULL);
    session->heard = start;
    while (!session->done && !*session->trouble) {
        const bool work = device_run(&session->device);

        listen_once(session, work ? 0 : IDLE_MS);
        if (!work || ++turn % 1024 == 0 || session->device.trouble)
            look(session, limits, start);
    }
}
