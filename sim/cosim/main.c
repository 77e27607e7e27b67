/* main.c - boots a guest with the simulated engine in it and prints what its steps gave. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

struct options {
    struct qemu_config qemu;
    struct device_config device;
    struct session_limits limits;
    const char *steps, *log, *trace;
    uint64_t transfers;
    unsigned rounds;
};

enum { LINUX_CHANNELS = 4 };       /* the driver uses no more of a function */

static void help(void)
{
    printf("usage: cosim --kernel FILE --initrd FILE [options]\n"
           "\n"
           "Boots a guest in QEMU (software emulation) whose PCI device is the simulated engine,\n"
           "and ends with status 0 when every step passed. make cosim builds what it needs.\n"
           "\n"
           "  --steps A,B,..    what the guest runs, in order\n"
           "  --rounds N        times the guest's number of transfers (default 1)\n"
           "  --transfers N     fail when the guest's tests made fewer transfers (default 0)\n"
           "  --log FILE        the guest's console (default: console.log)\n"
           "  --wave FILE       FST wave of the copy that the guest asks for\n"
           "  --trace FILE      record every access of the guest\n"
           "  --latency N       of host memory, clocks (default 50)\n"
           "  --seed N          of all random choices (default 1)\n"
           "  --append TEXT     more for the kernel's command line\n"
           "  --qemu PROGRAM    (default qemu-system-x86_64)\n"
           "  --limit S         longest session, seconds (default 300)\n"
           "  --silence S       longest time without a word or an access (default 60)\n");
}

static _Noreturn void fail(int status, const char *what, const char *which)
{
    fprintf(stderr, "cosim: %s%s\n", what, which);
    exit(status);
}

static uint64_t number(const char *text, const char *option, uint64_t least, uint64_t most)
{
    char *end;
    const uint64_t value = strtoull(text, &end, 10);

    if (end == text || *end || value < least || value > most) {
        fprintf(stderr, "cosim: --%s %s: give %" PRIu64 "..%" PRIu64 "\n", option, text, least,
                most);
        exit(2);
    }
    return value;
}

static void parse(struct options *options, int argc, char **argv)
{
    enum { KERNEL, INITRD, STEPS, TRANSFERS, LOG, WAVE, TRACE, LATENCY, SEED, APPEND, QEMU, LIMIT,
           SILENCE, ROUNDS, HELP };
    static const struct option known[] = {
        { "kernel", 1, NULL, KERNEL }, { "initrd", 1, NULL, INITRD }, { "steps", 1, NULL, STEPS },
        { "transfers", 1, NULL, TRANSFERS }, { "log", 1, NULL, LOG }, { "wave", 1, NULL, WAVE },
        { "trace", 1, NULL, TRACE }, { "latency", 1, NULL, LATENCY }, { "seed", 1, NULL, SEED },
        { "append", 1, NULL, APPEND }, { "qemu", 1, NULL, QEMU }, { "limit", 1, NULL, LIMIT },
        { "silence", 1, NULL, SILENCE }, { "rounds", 1, NULL, ROUNDS },
        { "help", 0, NULL, HELP }, { NULL, 0, NULL, 0 },
    };
    int option, which;

    while ((option = getopt_long(argc, argv, "", known, &which)) != -1) {
        switch (option) {
        case KERNEL:
            options->qemu.kernel = optarg;
            break;
        case INITRD:
            options->qemu.initrd = optarg;
            break;
        case STEPS:
            options->steps = optarg;
            break;
        case TRANSFERS:
            options->transfers = number(optarg, "transfers", 0, UINT32_MAX);
            break;
        case LOG:
            options->log = optarg;
            break;
        case WAVE:
            options->device.wave = optarg;
            break;
        case TRACE:
            options->trace = optarg;
            break;
        case LATENCY:
            options->device.latency = (unsigned)number(optarg, "latency", 1, 10000);
            break;
        case SEED:
            options->device.seed = number(optarg, "seed", 0, UINT64_MAX);
            break;
        case APPEND:
            options->qemu.append = optarg;
            break;
        case QEMU:
            options->qemu.program = optarg;
            break;
        case LIMIT:
            options->limits.seconds = (double)number(optarg, "limit", 1, 86400);
            break;
        case SILENCE:
            options->limits.silence = (double)number(optarg, "silence", 1, 86400);
            break;
        case ROUNDS:
            options->rounds = (unsigned)number(optarg, "rounds", 1, 1000);
            break;
        case HELP:
            help();
            exit(0);
        default:
            exit(2);               /* getopt said what is wrong */
        }
    }
    if (optind < argc)
        fail(2, "what is this? ", argv[optind]);
    if (!options->qemu.kernel || !options->qemu.initrd)
        fail(2, "--kernel and --initrd are needed; make cosim gives them", "");
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
static int judge(struct session *session, const struct options *options)
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
    struct options options = {
        .qemu = { .program = "qemu-system-x86_64", .memory = "256M", .append = "" },
        .device = { .seed = 1, .latency = 50, .qtest = &session.qtest },
        .limits = { .seconds = 300, .silence = 60 },
        .steps = "", .log = "console.log", .rounds = 1,
    };
    struct bar_trace trace = { 0 };
    const unsigned channels = ioat_sim_build()->channels;
    const char *wrong;
    int status;

    parse(&options, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    wrong = qemu_check(options.qemu.program);
    if (wrong)
        fail(1, wrong, "");
    session.log = need_file(options.log);
    if (options.trace) {
        trace.out = need_file(options.trace);
        options.device.trace = &trace;
    }
    if (!device_open(&session.device, &options.device))
        fail(1, "the simulator does not start", "");
    trace.sim = session.device.sim;
    snprintf(append, sizeof append, "cosim=%s cosim_channels=%u cosim_rounds=%u %s",
             options.steps, channels < LINUX_CHANNELS ? channels : LINUX_CHANNELS, options.rounds,
             options.qemu.append);
    snprintf(errors, sizeof errors, "%s.qemu", options.log);
    options.qemu.append = append;
    options.qemu.errors = errors;
    wrong = qemu_start(&session.qemu, &options.qemu);
    if (wrong)
        fail(1, wrong, "");
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
