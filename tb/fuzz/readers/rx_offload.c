/* rx_offload.c - what rx_offload.h says. */
#include "rx_offload.h"

#include "../../../driver/examples/rx_cli.h"

void read_rx_offload(int argc, char **argv)
{
    static struct options options;

    parse(&options, argc, argv);
}
