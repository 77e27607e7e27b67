/* qemu.h - the QEMU process, and the sockets to it.
 *
 * QEMU dies with this process whatever ends it, and qemu_stop ends it for good.
 */
#ifndef COSIM_QEMU_H
#define COSIM_QEMU_H

#include <stdbool.h>
#include <sys/types.h>

struct qemu_config {
    const char *program, *kernel, *initrd;
    const char *append;            /* to the kernel's command line */
    const char *memory;            /* as -m takes it */
    const char *errors;            /* file for QEMU's own messages */
};

struct qemu {
    pid_t pid;                     /* 0: not running */
    int status;                    /* of waitpid, once it is not */
    int proxy, qtest, console, control; /* sockets; -1: closed */
};

/* NULL, or what failed. */
const char *qemu_start(struct qemu *qemu, const struct qemu_config *config);

/* True when QEMU has ended by itself. */
bool qemu_ended(struct qemu *qemu);
void qemu_stop(struct qemu *qemu);

/* NULL when `program` runs and has the remote PCI device, else one line that says what
 * is wrong and what helps. */
const char *qemu_check(const char *program);

#endif
