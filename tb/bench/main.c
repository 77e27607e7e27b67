/* measure - figures of the engine, cycle by cycle; `measure --help` tells how it is used. */
#include "cli.h"

int main(int argc, char **argv)
{
    return measure_main(argc, argv);
}
