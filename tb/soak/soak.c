/* soak.c - random scenarios by the hundred, on all processors.
 *
 *   soak --seeds 1..300         each of these seeds once
 *   soak --descriptors 1000000  seeds from the first on until so many are completed and checked
 *   soak --help
 *
 * Workers take the next seed from shared memory. The first failure ends the run; it is made
 * small and told with the command that replays it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/cases.h"
#include "clocks.h"
#include "scenario.h"

enum { JOBS_MAX = 256, TICK_MS = 500, BAR = 30, SHRINK_SECONDS = 60 };

struct options {
    uint64_t first, last;        /* seeds */
    uint64_t descriptors;        /* 0: every seed */
    unsigned jobs;
    double seconds;              /* then no seed is begun; 0: no limit */
    bool chosen;                 /* seeds were given */
    bool keep_going, as_it_is, record;
    const char *wave, *clocks;
    struct soak_limits limits;
};

struct shared {
    _Atomic uint64_t next, done, descriptors, clocks, failures;
    atomic_bool stop, failed;
    uint64_t seed;               /* of the failure */
    struct soak_result result;
};

static _Noreturn void refuse(const char *what, const char *why)
{
    fprintf(stderr, "soak: %s: %s (--help tells more)\n", what, why);
    exit(2);
}

static _Noreturn void help(void)
{
    puts("usage: soak [--seeds A..B | --seeds N] [--descriptors N] [--seconds N] [--jobs N]\n"
         "            [--limits LIST] [--wave FILE] [--tell] [--keep-going] [--no-shrink]\n"
         "            [--clocks FILE] [--record-clocks]\n"
         "\n"
         "  --seeds A..B      these seeds; N: that one (default 1..300)\n"
         "  --descriptors N   seeds from the first on, until N descriptors are checked\n"
         "  --seconds N       begin no seed after N seconds\n"
         "  --jobs N          processes, 1..256 (default: the processors)\n"
         "  --limits LIST     part of each seed: steps=N,channels=MASK,batch=N,bytes=N,\n"
         "                    without=FEATURE+FEATURE...\n"
         "  --wave FILE       record it; for one seed\n"
         "  --tell            print what software does\n"
         "  --keep-going      a line for each seed that fails, to the end; none is made small\n"
         "  --no-shrink       a failure is told as it is\n"
         "  --clocks FILE     the seeds of FILE for this build (or --seeds): one that takes other clocks\n"
         "                    than FILE says fails, and is not made small\n"
         "  --record-clocks   print the lines of such a file, in any order\n");
    printf("features:");
    for (unsigned f = 0; f < SOAK_FEATURE_N; f++)
        printf(" %s", soak_feature_name[f]);
    putchar('\n');
    exit(0);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    uint64_t value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < least || value > most)
        refuse(option, "not a number that makes sense");
    return value;
}

static void read_seeds(const char *text, struct options *options)
{
    char first[32];
    const char *dots = strstr(text, "..");

    options->chosen = true;
    if (!dots) {
        options->first = options->last = number("--seeds", text, 0, UINT64_MAX - 1);
        return;
    }
    snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    options->first = number("--seeds", first, 0, UINT64_MAX - 1);
    options->last = number("--seeds", dots + 2, options->first, UINT64_MAX - 1);
}

static void read_option(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--seeds") == 0)
        read_seeds(value, options);
    else if (strcmp(name, "--descriptors") == 0)
        options->descriptors = number(name, value, 1, UINT64_MAX);
    else if (strcmp(name, "--seconds") == 0)
        options->seconds = (double)number(name, value, 1, 10000000);
    else if (strcmp(name, "--jobs") == 0)
        options->jobs = (unsigned)number(name, value, 1, JOBS_MAX);
    else if (strcmp(name, "--wave") == 0)
        options->wave = value;
    else if (strcmp(name, "--clocks") == 0)
        options->clocks = value;
    else if (strcmp(name, "--limits") != 0)
        refuse(name, "no such option");
    else if (!soak_limits_read(value, &options->limits))
        refuse(value, "not a list of limits");
}

static struct options read_options(int argc, char **argv)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {
        .first = 1, .last = 300, .limits = soak_no_limits,
        .jobs = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (unsigned)processors,
    };
    bool tell = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            help();
        if (strcmp(argv[i], "--tell") == 0) {
            tell = true;
            continue;
        }
        if (strcmp(argv[i], "--keep-going") == 0) {
            options.keep_going = true;
            continue;
        }
        if (strcmp(argv[i], "--no-shrink") == 0) {
            options.as_it_is = true;
            continue;
        }
        if (strcmp(argv[i], "--record-clocks") == 0) {
            options.record = true;
            continue;
        }
        if (i + 1 == argc)
            refuse(argv[i], "a value must follow");
        read_option(argv[i], argv[i + 1], &options);
        i++;
    }
    options.limits.tell = tell;
    options.as_it_is |= options.clocks != NULL;
    if (options.clocks && !options.chosen && !(options.last = soak_clocks_last(options.clocks)))
        refuse(options.clocks, "it cannot be read, or has no line of this build");
    if (options.descriptors)
        options.last = UINT64_MAX - 1;
    if (options.wave && options.first != options.last)
        refuse("--wave", "goes with one seed: --seeds N");
    return options;
}

/* ---- workers ---- */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void note_failure(const struct options *options, struct shared *shared, uint64_t seed,
                         const struct soak_result *result)
{
    shared->failures++;
    if (options->keep_going) {
        printf("seed %" PRIu64 ": %s: %s\n", seed, result->verdict, result->text);
        fflush(stdout);
    }
    if (atomic_exchange(&shared->failed, true))
        return;
    shared->seed = seed;
    shared->result = *result;
    shared->stop = !options->keep_going;
}

/* One call of write() a line: workers print at once. */
static void record_clocks(uint64_t seed, const struct soak_result *result)
{
    printf("%s %" PRIu64 " %" PRIu64 "\n", cases_config(), seed, result->clocks);
    fflush(stdout);
}

static void work(const struct options *options, struct shared *shared, double begin)
{
    static struct soak_result result;
    uint64_t seed;

    while (!shared->stop && (seed = shared->next++) <= options->last) {
        if (options->seconds > 0 && seconds_now() - begin > options->seconds)
            break;
        soak_run(seed, &options->limits, options->wave, &result);
        shared->done++;
        shared->descriptors += result.descriptors;
        shared->clocks += result.clocks;
        if (options->clocks)
            soak_clocks_judge(options->clocks, seed, &result);
        if (options->record && !result.failed)
            record_clocks(seed, &result);
        if (result.failed)
            note_failure(options, shared, seed, &result);
        if (options->descriptors && shared->descriptors >= options->descriptors)
            shared->stop = true;
    }
}

/* ---- what is shown meanwhile ---- */

static double share_done(const struct options *options, struct shared *shared)
{
    if (options->descriptors)
        return (double)shared->descriptors / (double)options->descriptors;
    return (double)shared->done / (double)(options->last - options->first + 1);
}

static void show_progress(const struct options *options, struct shared *shared, double begin)
{
    const double spent = seconds_now() - begin;
    double share = share_done(options, shared), left;
    char bar[BAR + 1];

    if (share > 1)
        share = 1;
    left = share > 0 ? spent / share - spent : 0;
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)(share * BAR));
    bar[BAR] = '\0';
    fprintf(stderr, "\r[%s] %3.0f %%  %" PRIu64 " descriptors, %" PRIu64 " seeds, %.0f s left   ", bar,
            100 * share, (uint64_t)shared->descriptors, (uint64_t)shared->done, left);
}

/* False: a worker ended by itself before its time. */
static bool wait_for(unsigned workers, const struct options *options, struct shared *shared,
                     double begin)
{
    const bool terminal = isatty(STDERR_FILENO);
    bool good = true;

    while (workers > 0) {
        int status;
        const pid_t pid = waitpid(-1, &status, terminal ? WNOHANG : 0);

        if (pid > 0) {
            workers--;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                good = false;
                shared->stop = true;
            }
        } else if (pid < 0 && errno != EINTR) {
            break;
        } else {
            show_progress(options, shared, begin);
            usleep(TICK_MS * 1000);
        }
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    return good;
}

static bool run(const struct options *options, struct shared *shared, double begin)
{
    unsigned workers = 0;

    if (options->first == options->last || options->jobs == 1) {
        work(options, shared, begin);
        return true;
    }
    fflush(stdout);
    for (; workers < options->jobs; workers++) {
        const pid_t pid = fork();

        if (pid == 0) {
            work(options, shared, begin);
            _exit(0);
        }
        if (pid < 0)
            break;
    }
    if (workers == 0)
        work(options, shared, begin);
    return wait_for(workers, options, shared, begin);
}

/* ---- what is said in the end ---- */

static void tell_failure(const struct options *options, struct shared *shared)
{
    struct soak_limits limits = options->limits;
    char command[600];

    printf("soak: seed %" PRIu64 " fails: %s: %s\n", shared->seed, shared->result.verdict,
           shared->result.text);
    if (options->wave || limits.tell || options->keep_going || options->as_it_is)
        return;
    soak_shrink(shared->seed, &limits, &shared->result, SHRINK_SECONDS);
    soak_replay_command(shared->seed, &limits, command, sizeof command);
    printf("smallest case with that verdict: %u steps, %" PRIu64 " descriptors: %s\nagain, with a wave: %s\n",
           shared->result.steps, shared->result.descriptors, shared->result.text, command);
}

int main(int argc, char **argv)
{
    const struct options options = read_options(argc, argv);
    const double begin = seconds_now();
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good;

    if (shared == MAP_FAILED)
        refuse("memory", strerror(errno));
    shared->next = options.first;
    good = run(&options, shared, begin);
    if (!good)
        fprintf(stderr, "soak: a worker ended by itself near seed %" PRIu64 "\n", (uint64_t)shared->next);
    if (shared->failed)
        tell_failure(&options, shared);
    fprintf(options.record ? stderr : stdout,
            "%s: seeds from %" PRIu64 ": %" PRIu64 " scenarios, %" PRIu64 " descriptors, %" PRIu64
            " clocks, %" PRIu64 " mismatches, %.0f s\n", cases_config(), options.first, (uint64_t)shared->done,
            (uint64_t)shared->descriptors, (uint64_t)shared->clocks, (uint64_t)shared->failures,
            seconds_now() - begin);
    return shared->failed || !good;
}
