/* report.h - what the guest says about its steps, and the table of it. */
#ifndef COSIM_REPORT_H
#define COSIM_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { REPORT_ROWS = 64, REPORT_NAME = 32, REPORT_TEXT = 160 };

struct report {
    struct report_row {
        char step[REPORT_NAME];
        enum { REPORT_RUNNING, REPORT_PASS, REPORT_FAIL } result;
        char text[REPORT_TEXT];
        double seconds;
    } row[REPORT_ROWS];
    unsigned rows;
    uint64_t transfers;            /* that the guest's tests made and checked */
};

/* A step begins; the one before it, if it still runs, has failed. False: too many. */
bool report_step(struct report *report, const char *step, double now);
/* The running step ends. False: none runs. */
bool report_end(struct report *report, bool pass, const char *text, double now);
/* Name of the running step, or NULL. */
const char *report_running(const struct report *report);

/* Steps that passed; true in *all when every one of the comma-separated list did. */
unsigned report_passed(const struct report *report, const char *steps, bool *all);
void report_print(const struct report *report, FILE *out);

#endif
