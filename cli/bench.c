/* bench.c - netdma bench: the program `measure` as a command. */
#include <stdlib.h>
#include <string.h>

#include "bench/cli.h"
#include "command.h"

static int run(int argc, char **argv)
{
    cli_name = "netdma bench";
    optind = 1;
    return measure_main(argc, argv);
}

const struct command command_bench = {
    "bench", "[--size N,..] [--latency N,..] [--csv] ...", "Measures cases, cycle by cycle", cli_help, cli_options, run,
};
