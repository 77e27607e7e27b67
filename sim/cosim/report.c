/* report.c - see report.h. */
#include "report.h"

#include <inttypes.h>
#include <string.h>

static struct report_row *running(const struct report *report)
{
    const struct report_row *last = report->rows ? &report->row[report->rows - 1] : NULL;

    return last && last->result == REPORT_RUNNING ? (struct report_row *)last : NULL;
}

bool report_end(struct report *report, bool pass, const char *text, double now)
{
    struct report_row *row = running(report);

    if (!row)
        return false;
    row->result = pass ? REPORT_PASS : REPORT_FAIL;
    row->seconds = now - row->seconds;
    snprintf(row->text, sizeof row->text, "%s", text);
    return true;
}

bool report_step(struct report *report, const char *step, double now)
{
    struct report_row *row = &report->row[report->rows];

    report_end(report, false, "did not end", now);
    if (report->rows == REPORT_ROWS)
        return false;
    *row = (struct report_row) { .seconds = now };
    snprintf(row->step, sizeof row->step, "%s", step);
    report->rows++;
    return true;
}

const char *report_running(const struct report *report)
{
    const struct report_row *row = running(report);

    return row ? row->step : NULL;
}

static bool passed(const struct report *report, const char *step, size_t length)
{
    bool any = false;

    for (unsigned n = 0; n < report->rows; n++) {
        const struct report_row *row = &report->row[n];

        if (strlen(row->step) != length || strncmp(row->step, step, length) != 0)
            continue;
        if (row->result != REPORT_PASS)
            return false;
        any = true;
    }
    return any;
}

unsigned report_passed(const struct report *report, const char *steps, bool *all)
{
    unsigned good = 0;

    *all = true;
    while (*steps) {
        const size_t length = strcspn(steps, ",");

        if (passed(report, steps, length))
            good++;
        else
            *all = false;
        steps += length + (steps[length] == ',');
    }
    return good;
}

void report_print(const struct report *report, FILE *out)
{
    static const char *const word[] = { "NO END", "pass", "FAIL" };

    for (unsigned n = 0; n < report->rows; n++) {
        const struct report_row *row = &report->row[n];

        fprintf(out, "  %-6s %-12s %6.1f s  %s\n", word[row->result], row->step,
                row->result == REPORT_RUNNING ? 0 : row->seconds, row->text);
    }
}
