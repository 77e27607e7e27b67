/* main.c - boots a guest with the simulated engine in it and prints what its steps gave. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "session.h"

enum { LINUX_CHANNELS = 4 };       /* the driver uses no more of a function */

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "cosim: %s\n", what);
    exit(1);
}

static FILE *need_file(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

/* QEMU's own last words. */
static void print_errors(const char *path)
{
    char line[300], last[300] = "";
    FILE *file = fopen(path, "r");

    while (file && fgets(line, sizeof line, file))
        memcpy(last, line, sizeof last);
    if (*last)
        printf("QEMU said: %s", last);
    if (file)
        fclose(file);
}

static void print_counts(const struct session *session)
{
    const struct ioat_sim_build *build = ioat_sim_build();
    struct ioat_sim_stats stats;

    ioat_sim_stats(session->device.sim, &stats);
    printf("  %u channels, %u bit, CBVER 0x%02x: %" PRIu64 " transfers checked by the guest; %"
           PRIu64 " clocks,\n  %" PRIu64 " payload bytes, %" PRIu64 " completion words, %" PRIu64
           " messages, %" PRIu64 " register accesses\n",
           build->channels, build->data_bits, build->cbver, session->report.transfers,
           stats.clocks, stats.data_w_bytes, stats.words, stats.messages,
           session->device.accesses);
}

/* Exit status. */
static int judge(struct session *session, const struct cosim_options *options)
{
    bool all;
    const unsigned passed = report_passed(&session->report, options->steps, &all);

    report_print(&session->report, stdout);
    print_counts(session);
    if (*session->trouble) {
        printf("cosim: %s\n", session->trouble);
        print_errors(options->qemu.errors);
        printf("the last lines of the guest (%s):\n", options->log);
        session_print_tail(session, stdout);
        return 1;
    }
    if (session->report.transfers < options->transfers) {
        printf("cosim: %" PRIu64 " transfers are fewer than %" PRIu64 "\n",
               session->report.transfers, options->transfers);
        all = false;
    }
    printf("cosim: %u steps passed, %s\n", passed, all ? "0 failed" : "others FAILED");
    return all ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct session session;
    static char append[400], errors[400];
    struct cosim_options options;
    struct bar_trace trace = { 0 };
    const unsigned channels = ioat_sim_build()->channels;
    const char *wrong;
    int status;

    cosim_options_read(&options, argc, argv);
    options.device.qtest = &session.qtest;
    setvbuf(stdout, NULL, _IOLBF, 0);
    wrong = qemu_check(options.qemu.program);
    if (wrong)
        fail(wrong);
    session.log = need_file(options.log);
    if (options.trace) {
        trace.out = need_file(options.trace);
        options.device.trace = &trace;
    }
    if (!device_open(&session.device, &options.device))
        fail("the simulator does not start");
    trace.sim = session.device.sim;
    snprintf(append, sizeof append, "cosim=%s cosim_channels=%u cosim_rounds=%u %s",
             options.steps, channels < LINUX_CHANNELS ? channels : LINUX_CHANNELS, options.rounds,
             options.qemu.append);
    snprintf(errors, sizeof errors, "%s.qemu", options.log);
    options.qemu.append = append;
    options.qemu.errors = errors;
    wrong = qemu_start(&session.qemu, &options.qemu);
    if (wrong)
        fail(wrong);
    qtest_init(&session.qtest, session.qemu.qtest);
    session_run(&session, &options.limits);
    qemu_stop(&session.qemu);
    status = judge(&session, &options);
    device_close(&session.device);
    if (trace.out && fclose(trace.out))
        status = 1;
    fclose(session.log);
    return status;
}
