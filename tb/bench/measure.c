/* measure.c - runs the cases, prints them, compares them with what is committed.
 *
 *   tables --> cases --> simulator --> figures --> text, CSV, baseline
 *
 * `measure --help` tells how it is used; make bench makes docs/performance.md of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "cli.h"
#include "launch.h"
#include "pages.h"

static const unsigned launch_latencies[] = { 1, 13, 100, 250 };
enum { LAUNCHES = 2 * sizeof launch_latencies / sizeof *launch_latencies };

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", cli_name, what);
    exit(1);
}

/* ---- rows ---- */

static const char *text_size(uint32_t size)
{
    static char text[16];

    if (size >= 1u << 20 && size % (1u << 20) == 0)
        snprintf(text, sizeof text, "%uM", size >> 20);
    else if (size >= 1u << 10 && size % (1u << 10) == 0)
        snprintf(text, sizeof text, "%uK", size >> 10);
    else
        snprintf(text, sizeof text, "%u", size);
    return text;
}

static void print_head(bool csv)
{
    if (csv)
        puts("config,table,size,latency,answer,align,chain,list,channels,report,trouble,clocks,"
             "bytes,used,bound,exact,of_bound,of_exact,reads,words,messages,share_min,share_max");
    else
        printf("%8s %5s %5s %-8s %-12s %-6s %3s %-7s %-8s %9s %8s %8s %8s %9s %6s %6s %6s %12s\n",
               "size", "L", "B", "align", "chain", "list", "ch", "report", "trouble", "clocks",
               "used %", "bound %", "exact %", "of bound", "reads", "words", "irqs", "share");
}

/* What of a row does not depend on the run. */
static void print_case(const struct cli *cli, const struct case_row *row)
{
    const struct load *load = &row->load;

    printf("%s,%s,%" PRIu32 ",%u,%u,%s,%s,%s,%u,%s,%s,", cli->config, row->table, load->size,
           load->latency, load->answer, load_align_names[load->align],
           load_chain_names[load->chain], load_list_names[load->list], load->channels,
           load_report_names[load->report], load_trouble_names[load->trouble]);
}

static void print_failed(const struct cli *cli, const struct case_row *row)
{
    print_case(cli, row);
    puts("0,0,failed,0,0,0,0,0,0,0,0,0");
}

static void print_row(const struct cli *cli, const struct case_row *row)
{
    const struct load *load = &row->load;
    const struct load_result *is = &row->result;
    char key[CASES_KEY];

    if (row->failed) {
        cases_key(cli->config, load, key);
        fflush(stdout);
        fprintf(stderr, "%s: %s: %s\n", cli_name, key, row->why);
        if (cli->csv)
            print_failed(cli, row);
    } else if (cli->csv) {
        print_case(cli, row);
        printf("%" PRIu64 ",%" PRIu64 ",%.6f,%.6f,%.6f,%.6f,%.6f,%.4f,%.4f,%.4f,%.4f,%.4f\n",
               is->clocks, is->bytes, is->used, is->bound, is->exact, is->used / is->bound,
               is->used / is->exact, is->desc_reads, is->words, is->messages, is->share_min, is->share_max);
    } else {
        printf("%8s %5u %5u %-8s %-12s %-6s %3u %-7s %-8s %9" PRIu64
               " %8.3f %8.3f %8.3f %9.3f %6.3f %6.3f %6.3f  %.3f %.3f\n",
               text_size(load->size), load->latency, load->answer, load_align_names[load->align],
               load_chain_names[load->chain], load_list_names[load->list], load->channels,
               load_report_names[load->report], load_trouble_names[load->trouble], is->clocks, 100 * is->used,
               100 * is->bound, 100 * is->exact, 100 * is->used / is->bound, is->desc_reads,
               is->words, is->messages, is->share_min, is->share_max);
    }
}

/* The rows of the tables that `wanted` selects, one bit each. */
static struct case_row *collect(const struct case_table *table, uint32_t wanted, size_t *n)
{
    struct case_row *row;
    size_t all = 0;

    for (unsigned t = 0; table[t].name; t++)
        all += wanted >> t & 1 ? cases_count(&table[t]) : 0;
    row = cases_new(all);
    if (!row)
        fail("out of memory");
    *n = 0;
    for (unsigned t = 0; table[t].name; t++)
        if (wanted >> t & 1)
            *n += cases_list(&table[t], row + *n);
    return row;
}

static struct case_row *run(const struct cli *cli, const struct case_table *table, uint32_t wanted,
                            size_t *n)
{
    struct case_row *row = collect(table, wanted, n);

    if (!cases_run(row, *n, cli->jobs))
        fail("no process could be started");
    return row;
}

static int print_cases(const struct cli *cli)
{
    const struct case_table own[] = { cli->choice, { .name = NULL } };
    const uint32_t wanted = cli->tables ? cli->tables : UINT32_MAX;
    int failed = 0;
    size_t n;
    struct case_row *row = cli->chosen ? run(cli, own, 1, &n) : run(cli, cases_full, wanted, &n);

    print_head(cli->csv);
    for (size_t at = 0; at < n; at++) {
        print_row(cli, &row[at]);
        failed |= row[at].failed;
    }
    return failed;
}

/* ---- launch ---- */

static int measure_launches(struct baseline_launch launch[LAUNCHES])
{
    char why[CASES_KEY];

    for (unsigned n = 0; n < LAUNCHES; n++) {
        launch[n].latency = launch_latencies[n / 2];
        launch[n].list = n % 2 ? LOAD_NULL : LOAD_COUNT;
        if (!launch_run(launch[n].latency, launch[n].list, launch[n].clocks, why, sizeof why)) {
            fprintf(stderr, "%s: launch, L = %u: %s\n", cli_name, launch[n].latency, why);
            return 1;
        }
    }
    return 0;
}

static int print_launches(const struct cli *cli)
{
    struct baseline_launch launch[LAUNCHES];

    if (measure_launches(launch))
        return 1;
    if (cli->csv)
        puts("config,latency,list,step,clocks,limit");
    else
        printf("%5s %-6s %-32s %6s %6s\n", "L", "list", "step", "clocks", "limit");
    for (unsigned n = 0; n < LAUNCHES; n++)
        for (unsigned step = 0; step < LAUNCH_STEPS; step++)
            if (cli->csv)
                printf("%s,%u,%s,%s,%" PRIu64 ",%u\n", cli->config, launch[n].latency,
                       load_list_names[launch[n].list], launch_names[step],
                       launch[n].clocks[step], launch_limits[step]);
            else
                printf("%5u %-6s %-32s %6" PRIu64 " %6u\n", launch[n].latency,
                       load_list_names[launch[n].list], launch_names[step],
                       launch[n].clocks[step], launch_limits[step]);
    return 0;
}

/* ---- baseline ---- */

static int record(const struct cli *cli)
{
    struct baseline_launch launch[LAUNCHES];
    int failed = measure_launches(launch);
    size_t n;
    struct case_row *row = run(cli, cases_baseline, UINT32_MAX, &n);

    for (size_t at = 0; at < n; at++)
        if (row[at].failed) {
            print_row(cli, &row[at]);
            failed = 1;
        } else {
            baseline_write_case(stdout, cli->config, &row[at]);
        }
    for (unsigned at = 0; !failed && at < LAUNCHES; at++)
        baseline_write_launch(stdout, cli->config, &launch[at]);
    return failed;
}

/* The last line is for tb/tools/run-tests: passed and failed. */
static int compare(const struct cli *cli)
{
    struct baseline *baseline = baseline_read(cli->baseline, cli->config);
    struct baseline_launch launch[LAUNCHES];
    unsigned passed = 0, failed = 0;
    struct case_row *row;
    size_t n;

    if (!baseline) {
        fprintf(stderr, "%s: %s: %s\n", cli_name, cli->baseline, strerror(errno));
        return 2;
    }
    row = run(cli, cases_baseline, UINT32_MAX, &n);
    for (size_t at = 0; at < n; at++) {
        const bool same = !row[at].failed && baseline_has_case(baseline, cli->config, &row[at]);

        if (row[at].failed)
            print_row(cli, &row[at]);
        passed += same;
        failed += !same;
    }
    if (measure_launches(launch))
        failed++;
    else
        for (unsigned at = 0; at < LAUNCHES; at++) {
            const bool same = baseline_has_launch(baseline, cli->config, &launch[at]);

            passed += same;
            failed += !same;
        }
    failed += baseline_unused(baseline);
    if (failed)
        puts("figures differ from tb/bench/baseline.txt. If that is meant: make bench-baseline, "
             "and commit it");
    printf("%u passed, %u failed\n", passed, failed);
    baseline_free(baseline);
    return failed != 0;
}

/* ---- pages ---- */

static int print_pages(const struct cli *cli)
{
    enum { SETTLED = PAGES - 4 };
    static const unsigned latencies[] = { 100, 250 };
    struct page_reads page[PAGES];
    char why[CASES_KEY];

    puts(cli->csv ? "config,latency,page,asked_first,asked_last,answered_first,answered_last"
                  : "    L page        AR .. last        R .. last");
    for (unsigned n = 0; n < sizeof latencies / sizeof *latencies; n++) {
        if (!pages_run(latencies[n], page, why, sizeof why)) {
            fprintf(stderr, "%s: pages, L = %u: %s\n", cli_name, latencies[n], why);
            return 1;
        }
        const uint64_t start = page[SETTLED].asked_first;
        for (unsigned at = SETTLED; at < PAGES; at++) {
            printf(cli->csv ? "%s,%u,%u" : "%.0s%5u %4u", cli->config, latencies[n], at - SETTLED + 1);
            printf(cli->csv ? ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n"
                            : " %9" PRIu64 " .. %4" PRIu64 " %8" PRIu64 " .. %4" PRIu64 "\n",
                   page[at].asked_first - start, page[at].asked_last - start, page[at].answered_first - start,
                   page[at].answered_last - start);
        }
    }
    return 0;
}

int measure_main(int argc, char **argv)
{
    struct cli cli;

    cli_read(argc, argv, &cli);
    if (cli.launch)
        return print_launches(&cli);
    if (cli.pages)
        return print_pages(&cli);
    if (cli.record)
        return record(&cli);
    if (cli.baseline)
        return compare(&cli);
    return print_cases(&cli);
}
