/* netdma - the engine on the command line; `netdma --help` teaches it. */
#include "command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
