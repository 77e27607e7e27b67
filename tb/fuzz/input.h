/* input.h - a fuzzer's bytes, taken in order. Behind the end everything is 0. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct input {
    const uint8_t *data;
    size_t left;
};

static inline uint64_t take(struct input *input, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes && input->left; i++, input->left--)
        value |= (uint64_t)*input->data++ << 8 * i;
    return value;
}

static inline unsigned take_below(struct input *input, unsigned n)
{
    return (unsigned)take(input, n > 256 ? 4 : 1) % n;
}

/* A finding: libFuzzer keeps the input. */
_Noreturn static inline void found(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
