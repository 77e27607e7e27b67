/* qemu.c - see qemu.h. */
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKETS = 4, NOT_FOUND = 127, CHECK_S = 20 };

/* In the child: QEMU ends when its parent does. */
static void follow_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(NOT_FOUND);
}

static void redirect(const char *path, int fd)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (file < 0 || dup2(file, fd) < 0)
        _exit(NOT_FOUND);
}

static _Noreturn void run(const struct qemu_config *config, const int far[SOCKETS])
{
    static const char *const name[SOCKETS] = { "proxy", "qtest", "console", "control" };
    char chardev[SOCKETS][64], device[64], machine[128], append[512];

    for (unsigned n = 0; n < SOCKETS; n++) {
        fcntl(far[n], F_SETFD, 0);
        snprintf(chardev[n], sizeof chardev[n], "socket,id=%s,fd=%d", name[n], far[n]);
    }
    snprintf(device, sizeof device, "x-pci-proxy-dev,id=d0,fd=%d,addr=5", far[0]);
    snprintf(machine, sizeof machine, "memory-backend-memfd,id=mem,size=%s,share=on",
             config->memory);
    snprintf(append, sizeof append, "console=ttyS0 panic=-1 oops=panic loglevel=6 %s",
             config->append);
    execlp(config->program, config->program, "-accel", "tcg", "-machine", "q35,memory-backend=mem",
           "-object", machine, "-m", config->memory, "-smp", "1", "-cpu", "qemu64", "-nodefaults",
           "-no-user-config", "-display", "none", "-no-reboot",
           "-chardev", chardev[1], "-object", "qtest,id=qt0,chardev=qtest,log=none",
           "-chardev", chardev[2], "-serial", "chardev:console",
           "-chardev", chardev[3], "-serial", "chardev:control",
           "-kernel", config->kernel, "-initrd", config->initrd, "-append", append,
           "-device", device, (char *)NULL);
    fprintf(stderr, "%s: %s\n", config->program, strerror(errno));
    _exit(NOT_FOUND);
}

const char *qemu_start(struct qemu *qemu, const struct qemu_config *config)
{
    int *const near[SOCKETS] = { &qemu->proxy, &qemu->qtest, &qemu->console, &qemu->control };
    const pid_t parent = getpid();
    int far[SOCKETS];

    memset(qemu, 0, sizeof *qemu);
    for (unsigned n = 0; n < SOCKETS; n++) {
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
            return "no sockets for QEMU";
        *near[n] = pair[0];
        far[n] = pair[1];
    }
    qemu->pid = fork();
    if (qemu->pid == 0) {
        follow_parent(parent);
        redirect("/dev/null", STDIN_FILENO);
        redirect(config->errors, STDERR_FILENO);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        run(config, far);
    }
    for (unsigned n = 0; n < SOCKETS; n++)
        close(far[n]);
    if (qemu->pid > 0)
        return NULL;
    qemu->pid = 0;
    return "QEMU cannot be started";
}

bool qemu_ended(struct qemu *qemu)
{
    if (qemu->pid > 0 && waitpid(qemu->pid, &qemu->status, WNOHANG) == qemu->pid)
        qemu->pid = 0;
    return qemu->pid == 0;
}

void qemu_stop(struct qemu *qemu)
{
    int *const near[SOCKETS] = { &qemu->proxy, &qemu->qtest, &qemu->console, &qemu->control };

    if (!qemu_ended(qemu)) {
        kill(qemu->pid, SIGKILL);
        waitpid(qemu->pid, &qemu->status, 0);
        qemu->pid = 0;
    }
    for (unsigned n = 0; n < SOCKETS; n++) {
        if (*near[n] >= 0)
            close(*near[n]);
        *near[n] = -1;
    }
}

const char *qemu_check(const char *program)
{
    static char text[400];
    char line[200];
    bool found = false, listed = false;
    FILE *list;

    snprintf(text, sizeof text, "timeout %d '%s' -device help </dev/null 2>&1", CHECK_S, program);
    list = popen(text, "r");
    if (!list)
        return "no process for QEMU";
    while (fgets(line, sizeof line, list)) {
        listed |= strstr(line, "name \"") != NULL;
        found |= strstr(line, "\"x-pci-proxy-dev\"") != NULL;
    }
    pclose(list);
    if (found)
        return NULL;
    snprintf(text, sizeof text, listed
             ? "%s has no device x-pci-proxy-dev: use Debian's QEMU 7.2 (package qemu-system-x86)"
             : "%s does not run: install the package qemu-system-x86", program);
    return text;
}
