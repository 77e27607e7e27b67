/* cases.c - the tables, their cross products, several processes (cases.h). */
#include "cases.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ONE(value) (1u << (value))
#define ALL_LATENCIES { 1, 13, 100, 250 }

const struct case_table cases_full[] = {
    { .name = "size", .latency = ALL_LATENCIES,
      .size = { 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16384, 65536, 262144, 1048576 } },
    { .name = "align", .latency = ALL_LATENCIES, .size = { 8, 64, 256, 1024, 4096 },
      .aligns = ONE(LOAD_SRC) | ONE(LOAD_DST) | ONE(LOAD_BOTH) },
    { .name = "chain", .latency = ALL_LATENCIES, .size = { 8, 64, 256, 1024 },
      .chains = ONE(LOAD_SHUFFLED) | ONE(LOAD_ALTERNATING) },
    { .name = "list", .latency = ALL_LATENCIES, .size = { 8, 64, 256, 1024 },
      .lists = ONE(LOAD_NULL),
      .chains = ONE(LOAD_CONTIGUOUS) | ONE(LOAD_SHUFFLED) | ONE(LOAD_ALTERNATING) },
    { .name = "answer", .latency = { 13, 100, 250 }, .answer = 1, .size = { 8, 64, 1024 } },
    { .name = "report", .latency = ALL_LATENCIES, .size = { 64, 256, 1024 },
      .reports = ONE(LOAD_WORD) | ONE(LOAD_IRQ) },
    { .name = "channels", .latency = ALL_LATENCIES, .size = { 8, 64, 256, 1024, 4096 },
      .channels = { 4 } },
    { .name = "trouble", .latency = ALL_LATENCIES, .size = { 64, 1024 }, .channels = { 4 },
      .troubles = ONE(LOAD_HELD) | ONE(LOAD_FAILING) },
    { .name = NULL },
};

const struct case_table cases_baseline[] = {
    { .name = "size", .latency = ALL_LATENCIES, .size = { 8, 64, 256, 1024, 4096 } },
    { .name = "align", .latency = ALL_LATENCIES, .size = { 64, 1024 },
      .aligns = ONE(LOAD_SRC) | ONE(LOAD_DST) | ONE(LOAD_BOTH) },
    { .name = "chain", .latency = ALL_LATENCIES, .size = { 64 },
      .chains = ONE(LOAD_SHUFFLED) | ONE(LOAD_ALTERNATING) },
    { .name = "list", .latency = ALL_LATENCIES, .size = { 64 }, .lists = ONE(LOAD_NULL),
      .chains = ONE(LOAD_CONTIGUOUS) | ONE(LOAD_SHUFFLED) },
    { .name = "report", .latency = ALL_LATENCIES, .size = { 64 },
      .reports = ONE(LOAD_WORD) | ONE(LOAD_IRQ) },
    { .name = "channels", .latency = { 1, 100 }, .size = { 64, 1024 }, .channels = { 4 } },
    { .name = "trouble", .latency = { 13 }, .size = { 256 }, .channels = { 4 },
      .troubles = ONE(LOAD_HELD) | ONE(LOAD_FAILING) },
    { .name = NULL },
};

/* ---- cross product ---- */

struct listing {
    const struct case_table *table;
    struct case_row *row;      /* NULL: only count */
    size_t n;
};

static void add(struct listing *listing, const struct load *load)
{
    if (load->channels > ioat_sim_build()->channels)
        return;
    if (listing->row)
        listing->row[listing->n] = (struct case_row) { .table = listing->table->name,
                                                       .load = *load };
    listing->n++;
}

static void add_sizes(struct listing *listing, struct load load)
{
    const struct case_table *table = listing->table;

    for (unsigned c = 0; c == 0 || (c < CASES_VALUES && table->channels[c]); c++)
        for (unsigned s = 0; s < CASES_VALUES && table->size[s]; s++)
            for (unsigned l = 0; l < CASES_VALUES && table->latency[l]; l++) {
                load.channels = table->channels[c] ? table->channels[c] : 1;
                load.size = table->size[s];
                load.latency = table->latency[l];
                load.answer = table->answer ? table->answer : load.latency;
                add(listing, &load);
            }
}

/* The first value of each kind is the plain one. */
static unsigned plain(unsigned set)
{
    return set ? set : ONE(0);
}

static size_t cross(const struct case_table *table, struct case_row *row)
{
    const unsigned set[] = { plain(table->aligns), plain(table->chains), plain(table->lists),
                             plain(table->reports), plain(table->troubles) };
    const unsigned values[] = { LOAD_ALIGNS, LOAD_CHAINS, LOAD_LISTS, LOAD_REPORTS,
                                LOAD_TROUBLES };
    enum { KINDS = sizeof set / sizeof *set };
    struct listing listing = { .table = table, .row = row };
    unsigned all = 1;

    for (unsigned kind = 0; kind < KINDS; kind++)
        all *= values[kind];
    for (unsigned code = 0; code < all; code++) {
        unsigned value[KINDS], rest = code;
        bool chosen = true;

        for (unsigned kind = KINDS; kind-- > 0; rest /= values[kind]) {
            value[kind] = rest % values[kind];
            chosen = chosen && set[kind] >> value[kind] & 1;
        }
        if (chosen)
            add_sizes(&listing, (struct load) {
                .align = (enum load_align)value[0], .chain = (enum load_chain)value[1],
                .list = (enum load_list)value[2], .report = (enum load_report)value[3],
                .trouble = (enum load_trouble)value[4],
            });
    }
    return listing.n;
}

size_t cases_count(const struct case_table *table)
{
    return cross(table, NULL);
}

size_t cases_list(const struct case_table *table, struct case_row *row)
{
    return cross(table, row);
}

void cases_key(const char *config, const struct load *load, char key[CASES_KEY])
{
    snprintf(key, CASES_KEY, "%s %" PRIu32 " L%u B%u %s %s %s %u %s %s", config, load->size,
             load->latency, load->answer, load_align_names[load->align],
             load_chain_names[load->chain], load_list_names[load->list], load->channels,
             load_report_names[load->report], load_trouble_names[load->trouble]);
}

const char *cases_config(void)
{
    static char name[CASES_KEY];
    const struct ioat_sim_build *build = ioat_sim_build();

    snprintf(name, sizeof name, "w%uc%u%s", build->data_bits, build->channels,
             build->desc_port ? "d" : "");
    return name;
}

/* ---- several processes ---- */

struct case_row *cases_new(size_t n)
{
    void *room = mmap(NULL, (n ? n : 1) * sizeof(struct case_row), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return room == MAP_FAILED ? NULL : room;
}

static void work(struct case_row *row, size_t n, atomic_size_t *next)
{
    for (size_t at; (at = atomic_fetch_add(next, 1)) < n; row[at].done = true)
        row[at].failed = !load_run(&row[at].load, &row[at].result, row[at].why,
                                   sizeof row[at].why);
}

static void progress(const atomic_size_t *next, size_t n)
{
    const size_t taken = atomic_load(next);

    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%s: %zu of %zu cases ", cases_config(), taken < n ? taken : n, n);
}

static void await(unsigned children, const atomic_size_t *next, size_t n)
{
    const struct timespec pause = { .tv_nsec = 50000000 };

    while (children > 0) {
        const pid_t ended = waitpid(-1, NULL, WNOHANG);

        if (ended < 0)
            break;
        if (ended > 0) {
            children--;
            continue;
        }
        progress(next, n);
        nanosleep(&pause, NULL);
    }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%*s\r", 60, "");
}

bool cases_run(struct case_row *row, size_t n, unsigned jobs)
{
    atomic_size_t *next = mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned children = 0;

    if (next == MAP_FAILED)
        return false;
    atomic_init(next, 0);
    fflush(NULL);
    for (; children < jobs; children++) {
        const pid_t child = fork();

        if (child < 0)
            break;
        if (child == 0) {
            work(row, n, next);
            _exit(0);
        }
    }
    await(children, next, n);
    munmap(next, sizeof *next);
    for (size_t at = 0; at < n; at++)
        if (!row[at].done) {
            row[at].failed = true;
            snprintf(row[at].why, sizeof row[at].why, "the process that ran it ended early");
        }
    return children > 0;
}
