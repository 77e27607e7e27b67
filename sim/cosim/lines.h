/* lines.h - a byte stream of the guest or of QEMU, line by line. */
#ifndef COSIM_LINES_H
#define COSIM_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_BYTES = 240 };         /* longer lines are cut */

struct lines {
    char text[LINE_BYTES];
    size_t length;
};

/* Takes one byte. True when it ended a line, which is then in lines->text, without
 * control characters and terminated, until the next call. */
bool lines_take(struct lines *lines, char byte);

#endif
