/* number.h - a number as people write it, in options, files and the environment. */
#ifndef IOAT_NUMBER_H
#define IOAT_NUMBER_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Decimal, or hexadecimal behind 0x. False, and *value is left alone, unless the whole of `text` is one
 * number from `least` to `most`. */
static inline bool number_read(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    const bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
    unsigned long long number;
    char *end;

    if (*text < '0' || *text > '9')
        return false;                      /* blanks and signs, which strtoull takes */
    errno = 0;
    number = strtoull(text, &end, hex ? 16 : 10);
    if (errno || *end || number < least || number > most)
        return false;
    *value = number;
    return true;
}

#endif
