/* status.c - the text of every result. */
#include "ioat_status.h"

const char *ioat_strstatus(enum ioat_status status)
{
    switch (status) {
#define STATUS_CASE(name, value, text) \
    case name:                         \
        return text;
        IOAT_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown status";
}
