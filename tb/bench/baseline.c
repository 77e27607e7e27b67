/* baseline.c - lines of text, found by their key (baseline.h). */
#include "baseline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 256 };

struct baseline {
    struct line {
        char key[CASES_KEY];
        uint64_t figure[LAUNCH_STEPS];
        bool used;
    } *line;
    size_t n;
};

/* ---- writing ---- */

static void launch_key(const char *config, const struct baseline_launch *launch,
                       char key[CASES_KEY])
{
    snprintf(key, CASES_KEY, "%s launch L%u %s", config, launch->latency,
             load_list_names[launch->list]);
}

void baseline_write_case(FILE *to, const char *config, const struct case_row *row)
{
    char key[CASES_KEY];

    cases_key(config, &row->load, key);
    fprintf(to, "%s : %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", key, row->result.clocks,
            row->result.bytes, row->result.asked);
}

void baseline_write_launch(FILE *to, const char *config, const struct baseline_launch *launch)
{
    char key[CASES_KEY];

    launch_key(config, launch, key);
    fprintf(to, "%s :", key);
    for (unsigned step = 0; step < LAUNCH_STEPS; step++)
        fprintf(to, " %" PRIu64, launch->clocks[step]);
    fputc('\n', to);
}

/* ---- reading ---- */

static bool parse(char *text, const char *config, struct line *line)
{
    char *colon = strstr(text, " : ");
    const size_t name = strlen(config);

    if (!colon || colon - text >= CASES_KEY || strncmp(text, config, name) || text[name] != ' ')
        return false;
    *colon = '\0';
    *line = (struct line) { .used = false };
    strcpy(line->key, text);
    colon += 3;
    for (unsigned n = 0; n < LAUNCH_STEPS; n++)
        line->figure[n] = strtoull(colon, &colon, 10);
    return true;
}

struct baseline *baseline_read(const char *path, const char *config)
{
    struct baseline *baseline = calloc(1, sizeof *baseline);
    FILE *file = baseline ? fopen(path, "r") : NULL;
    char text[LINE];
    struct line line;

    if (!file) {
        free(baseline);
        return NULL;
    }
    while (fgets(text, sizeof text, file)) {
        struct line *grown;

        if (!parse(text, config, &line))
            continue;
        grown = realloc(baseline->line, (baseline->n + 1) * sizeof line);
        if (!grown)
            break;
        baseline->line = grown;
        baseline->line[baseline->n++] = line;
    }
    fclose(file);
    return baseline;
}

void baseline_free(struct baseline *baseline)
{
    if (baseline)
        free(baseline->line);
    free(baseline);
}

/* ---- comparing ---- */

static struct line *find(struct baseline *baseline, const char *key)
{
    for (size_t n = 0; n < baseline->n; n++)
        if (strcmp(baseline->line[n].key, key) == 0) {
            baseline->line[n].used = true;
            return &baseline->line[n];
        }
    printf("%s: no figure in the baseline\n", key);
    return NULL;
}

static void tell(const char *key, const char *what, int lost)
{
    printf("%s: %s %s\n", key, lost > 0 ? "LOST" : lost < 0 ? "gained" : "changed", what);
}

bool baseline_has_case(struct baseline *baseline, const char *config, const struct case_row *row)
{
    const struct load_result *is = &row->result;
    char key[CASES_KEY], text[LINE];
    const struct line *was;

    cases_key(config, &row->load, key);
    was = find(baseline, key);
    if (!was)
        return false;
    if (was->figure[0] == is->clocks && was->figure[1] == is->bytes
        && was->figure[2] == is->asked)
        return true;
    const double before = (double)was->figure[1] / (double)was->figure[0];
    const double after = (double)is->bytes / (double)is->clocks;
    const double bus = ioat_sim_build()->data_bits / 8.0;

    snprintf(text, sizeof text,
             "%.3f %% -> %.3f %% (%" PRIu64 " bytes in %" PRIu64 " clocks, %" PRIu64
             " descriptors -> %" PRIu64 " in %" PRIu64 ", %" PRIu64 ")", 100 * before / bus,
             100 * after / bus, was->figure[1], was->figure[0], was->figure[2], is->bytes,
             is->clocks, is->asked);
    tell(key, text, after < before ? 1 : after > before ? -1 : 0);
    return false;
}

bool baseline_has_launch(struct baseline *baseline, const char *config,
                         const struct baseline_launch *launch)
{
    char key[CASES_KEY], text[LINE];
    const struct line *was;
    bool same = true;

    launch_key(config, launch, key);
    was = find(baseline, key);
    for (unsigned step = 0; was && step < LAUNCH_STEPS; step++) {
        if (was->figure[step] == launch->clocks[step])
            continue;
        same = false;
        snprintf(text, sizeof text, "%s: %" PRIu64 " -> %" PRIu64 " clocks", launch_names[step],
                 was->figure[step], launch->clocks[step]);
        tell(key, text, launch->clocks[step] > was->figure[step] ? 1 : -1);
    }
    return was && same;
}

unsigned baseline_unused(const struct baseline *baseline)
{
    unsigned unused = 0;

    for (size_t n = 0; n < baseline->n; n++)
        if (!baseline->line[n].used) {
            printf("%s: in the baseline, but not measured\n", baseline->line[n].key);
            unused++;
        }
    return unused;
}
