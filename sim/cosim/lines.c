/* lines.c - see lines.h. */
#include "lines.h"

bool lines_take(struct lines *lines, char byte)
{
    if (byte == '\n') {
        lines->text[lines->length] = '\0';
        lines->length = 0;
        return true;
    }
    if ((unsigned char)byte >= ' ' && byte != 0x7F && lines->length < LINE_BYTES - 1)
        lines->text[lines->length++] = byte;
    return false;
}
