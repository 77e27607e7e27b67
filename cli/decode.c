/* decode.c - netdma decode: numbers from a log or a dump, in words. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "words.h"

enum { JSON = 1, FILE_NAME, AT };

static const struct option options[] = {
    { "file", required_argument, NULL, FILE_NAME },
    { "at", required_argument, NULL, AT },
    { "json", no_argument, NULL, JSON },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "  @ CHANSTS 0x10000081    a register, by name: docs/registers.md has them all\n"
    "  @ word 0x10000083       a completion word\n"
    "  @ 0x86 2                a register, by its offset in BAR0\n"
    "  @ 0x86                  what is there\n"
    "  @ descriptor 0x900000200 0x20000000 0x30000000 0x10000040 0 0 0 0\n"
    "                                      a descriptor, as eight 64-bit words\n"
    "  @ descriptor --file memory.bin --at 0x40\n"
    "                                      the same from a file of bytes\n"
    "\n"
    "  --json            the same as JSON\n";

static void print(const struct ioat_reg_info *reg, uint64_t value, bool json)
{
    if (json)
        words_register_json(stdout, reg, value);
    else
        words_register(stdout, reg, value);
    putchar('\n');
}

/* Only digits make a number, all the others are names. */
static bool is_number(const char *text)
{
    return *text >= '0' && *text <= '9';
}

static const struct ioat_reg_info *at_offset(const char *text, unsigned *index)
{
    const uint64_t offset = command_number("offset", text, 0, IOAT_BAR_BYTES - 1);
    const struct ioat_reg_info *reg = ioat_reg_at((uint32_t)offset, index);

    if (!reg)
        command_stop(1, "no register is at offset %s of BAR0", text);
    return reg;
}

static void print_place(const struct ioat_reg_info *reg, unsigned index)
{
    printf("%s", reg->name);
    if (reg->space != IOAT_GLOBAL)
        printf(" of %s %u", reg->space == IOAT_MSIX ? "vector" : "channel", index);
    printf(", %u bits: %s\n", reg->bits, reg->text);
}

static int decode_register(int argc, char **argv, bool json)
{
    const char *name = argv[0];
    unsigned index = 0;
    const struct ioat_reg_info *reg =
        is_number(name) ? at_offset(name, &index) : ioat_reg_named(strcmp(name, "word") ? name : "CHANSTS");

    if (!reg)
        command_stop(2, "%s: no register has this name; docs/registers.md has them all", name);
    if (argc > 2)
        command_stop(2, "%s: one more word than a register has", argv[2]);
    if (argc == 1 && !is_number(name))
        command_stop(2, "%s: a value is needed", name);
    if (!json && is_number(name))
        print_place(reg, index);
    if (argc == 2)
        print(reg, command_number(reg->name, argv[1], 0, ~UINT64_C(0) >> (64 - reg->bits)), json);
    return 0;
}

static void read_descriptor(const char *path, uint64_t at, struct ioat_desc *desc)
{
    FILE *file = fopen(path, "rb");

    if (!file)
        command_stop(1, "%s: %s", path, strerror(errno));
    if (fseek(file, (long)at, SEEK_SET) || fread(desc, sizeof *desc, 1, file) != 1)
        command_stop(1, "%s: no %d bytes at %" PRIu64, path, IOAT_DESC_BYTES, at);
    fclose(file);
}

static int decode_descriptor(int words, char **argv, const char *path, uint64_t at, bool json)
{
    enum { WORDS = IOAT_DESC_BYTES / 8 };
    struct ioat_desc desc;
    uint64_t word[WORDS];

    if (path) {
        if (words)
            command_stop(2, "words or --file, not both");
        read_descriptor(path, at, &desc);
    } else {
        if (words != WORDS)
            command_stop(2, "a descriptor has %d words of 64 bits; here are %d", WORDS, words);
        for (int n = 0; n < WORDS; n++)
            word[n] = command_number("word", argv[n], 0, UINT64_MAX);
        memcpy(&desc, word, sizeof desc);
    }
    if (json) {
        words_descriptor_json(stdout, &desc);
        putchar('\n');
    } else {
        words_descriptor(stdout, &desc);
    }
    return 0;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    uint64_t at = 0;
    bool json = false;

    for (int which; (which = command_option(argc, argv)) != -1; ) {
        json |= which == JSON;
        path = which == FILE_NAME ? optarg : path;
        at = which == AT ? command_number("--at", optarg, 0, INT64_MAX) : at;
    }
    argc -= optind;
    argv += optind;
    if (argc && !strcmp(argv[0], "descriptor"))
        return decode_descriptor(argc - 1, argv + 1, path, at, json);
    if (!argc || path)
        command_stop(2, "a register and its value, `word` and its value, or `descriptor` is needed");
    return decode_register(argc, argv, json);
}

const struct command command_decode = {
    "decode", "REGISTER VALUE | OFFSET [VALUE] | word VALUE | descriptor W0 .. W7 [--json]",
    "Tells what a register, a completion word or a descriptor says", help, options, run,
};
