/* rx_offload.h - the reader of rx_offload's command line, apart from that of the demo, whose names it shares. */
#ifndef FUZZ_RX_OFFLOAD_H
#define FUZZ_RX_OFFLOAD_H

void read_rx_offload(int argc, char **argv);

#endif
