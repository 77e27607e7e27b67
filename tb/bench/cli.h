/* cli.h - what the benchmark is asked for. */
#ifndef BENCH_CLI_H
#define BENCH_CLI_H

#include <getopt.h>

#include "cases.h"

struct cli {
    const char *config;        /* name in the output; the build's own, if not given */
    bool csv, launch, pages, record;
    const char *baseline;      /* file to compare with; NULL: none */
    unsigned jobs;
    uint32_t tables;           /* one bit a table of cases_full */
    bool chosen;               /* `choice` instead of tables */
    struct case_table choice;
};

/* What the program is called; its help, @ standing for that; its options. */
extern const char *cli_name, cli_help[];
extern const struct option cli_options[];

/* Reads the command line. On nonsense: one line on stderr, exit status 2. */
void cli_read(int argc, char **argv, struct cli *cli);

/* The program: its exit status. */
int measure_main(int argc, char **argv);

#endif
