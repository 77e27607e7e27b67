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
#include "options.h"
#include "scenario.h"

enum { TICK_MS = 500, BAR = 30, SHRINK_SECONDS = 60 };

struct shared {
    _Atomic uint64_t next, done, descriptors, clocks, failures;
    atomic_bool stop, failed;
    uint64_t seed;               /* of the failure */
    struct soak_result result;
};

/* ---- workers ---- */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void note_failure(const struct soak_options *options, struct shared *shared, uint64_t seed,
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

static void work(const struct soak_options *options, struct shared *shared, double begin)
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

static double share_done(const struct soak_options *options, struct shared *shared)
{
    if (options->descriptors)
        return (double)shared->descriptors / (double)options->descriptors;
    return (double)shared->done / (double)(options->last - options->first + 1);
}

static void show_progress(const struct soak_options *options, struct shared *shared, double begin)
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
static bool wait_for(unsigned workers, const struct soak_options *options, struct shared *shared,
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

static bool run(const struct soak_options *options, struct shared *shared, double begin)
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

static void tell_failure(const struct soak_options *options, struct shared *shared)
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
    const struct soak_options options = soak_options_read(argc, argv);
    const double begin = seconds_now();
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good;

    if (shared == MAP_FAILED) {
        perror("soak: memory");
        return 2;
    }
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
