/* session.h - one boot of a guest with the simulated function in it.
 *
 * The guest's second serial port is its line to this program. It sends lines, each
 * answered by one:
 *
 *   step NAME               what follows belongs to a step       ok
 *   pass TEXT, fail TEXT    the step is over                     ok
 *   transfers N             its tests made and checked so many   ok
 *   fault KIND N GAP        N accesses of a kind (read, write, descriptor) get an error
 *                           answer, GAP are spared before each; none: no more   ok
 *   hits                    how many did                         ok N
 *   wave                    record the next copy as a wave       ok
 *   done                    all is over                          ok
 */
#ifndef COSIM_SESSION_H
#define COSIM_SESSION_H

#include <stdio.h>

#include "device.h"
#include "lines.h"
#include "qemu.h"
#include "qtest.h"
#include "report.h"

enum { TAIL_LINES = 15 };

struct session {
    struct qemu qemu;
    struct qtest qtest;
    struct device device;
    struct report report;
    struct lines control, console;
    FILE *log;                     /* the guest's console */
    char tail[TAIL_LINES][LINE_BYTES];
    unsigned tail_n;               /* lines so far */
    bool done;                     /* the guest said so */
    char panic[LINE_BYTES];        /* the kernel's last words, "": none */
    double heard;                  /* when the guest spoke or made an access, s */
    char trouble[800];             /* what ended the session early; "": nothing */
};

struct session_limits {
    double seconds;                /* of the whole session */
    double silence;                /* without a word or an access of the guest */
};

/* Seconds of a clock that only runs forward. */
double session_now(void);

/* Serves a started QEMU and an open device until the guest is done or something is
 * wrong, which is then in `trouble`. */
void session_run(struct session *session, const struct session_limits *limits);

/* The last lines of the guest's console. */
void session_print_tail(const struct session *session, FILE *out);

#endif
