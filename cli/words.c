/* words.c - see words.h. */
#include "words.h"

#include <inttypes.h>
#include <string.h>

void words_register(FILE *out, const struct ioat_reg_info *reg, uint64_t value)
{
    fprintf(out, "%s 0x%0*" PRIx64, reg->name, (int)reg->bits / 4, value);
    ioat_fields_print(out, reg->name, value);
}

static const char *code_name(const struct ioat_field_info *field, uint64_t value)
{
    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++)
        if (code->value == value && !strcmp(code->reg, field->reg) && !strcmp(code->field, field->name))
            return code->name;
    return NULL;
}

/* All fields, also those that are 0; an address keeps its place in the register. */
static void print_fields_json(FILE *out, const char *reg, uint64_t value)
{
    const char *comma = "";

    fputc('{', out);
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++) {
        if (strcmp(field->reg, reg))
            continue;
        const uint64_t in_place = value & (~UINT64_C(0) >> (64 - field->bits)) << field->lsb;
        const char *code = code_name(field, in_place >> field->lsb);
        fprintf(out, "%s\"%s\":", comma, field->name);
        if (code)
            fprintf(out, "\"%s\"", code);
        else
            fprintf(out, "%" PRIu64, field->bits > 32 ? in_place : in_place >> field->lsb);
        comma = ",";
    }
    fputc('}', out);
}

void words_register_json(FILE *out, const struct ioat_reg_info *reg, uint64_t value)
{
    fprintf(out, "{\"register\":\"%s\",\"value\":%" PRIu64 ",\"fields\":", reg->name, value);
    print_fields_json(out, reg->name, value);
    fputc('}', out);
}

static uint64_t word_of(const struct ioat_desc *desc, const struct ioat_reg_info *reg)
{
    uint64_t value = 0;

    memcpy(&value, (const char *)desc + reg->offset, reg->bits / 8);
    return value;
}

void words_descriptor(FILE *out, const struct ioat_desc *desc)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != IOAT_DESCRIPTOR)
            continue;
        fprintf(out, "  0x%02x %-8s 0x%0*" PRIx64, reg->offset, reg->name, (int)reg->bits / 4, word_of(desc, reg));
        ioat_fields_print(out, reg->name, word_of(desc, reg));
        fputc('\n', out);
    }
}

void words_descriptor_json(FILE *out, const struct ioat_desc *desc)
{
    const char *comma = "";

    fputc('{', out);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != IOAT_DESCRIPTOR)
            continue;
        fprintf(out, "%s\"%s\":%" PRIu64, comma, reg->name, word_of(desc, reg));
        if (reg->offset == IOAT_DESC_CONTROL) {
            fputs(",\"flags\":", out);
            print_fields_json(out, reg->name, desc->control);
        }
        comma = ",";
    }
    fputc('}', out);
}
