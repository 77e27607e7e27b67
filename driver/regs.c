/* regs.c - the register list as tables, and the names of its codes. */
#include "ioat_regs.h"

#include <inttypes.h>
#include <string.h>

const struct ioat_reg_info ioat_reg_table[] = {
#define GREG(name, offset, bits, access, reset, text) \
    {#name, IOAT_GLOBAL, offset, bits, IOAT_##access, reset, text},
#define CREG(name, offset, bits, access, reset, text) \
    {#name, IOAT_CHANNEL, offset, bits, IOAT_##access, reset, text},
#define PREG(name, offset, bits, access, reset, text) \
    {#name, IOAT_COUNTERS, offset, bits, IOAT_##access, reset, text},
#define VREG(name, offset, bits, access, reset, text) \
    {#name, IOAT_MSIX, offset, bits, IOAT_##access, reset, text},
#define DREG(name, offset, bits, text) \
    {#name, IOAT_DESCRIPTOR, offset, bits, IOAT_RW, 0, text},
#include "ioat_regs.def"
    {NULL, IOAT_GLOBAL, 0, 0, IOAT_RO, 0, NULL},
};

const struct ioat_field_info ioat_field_table[] = {
#define FIELD(reg, name, lsb, bits, access, text) {#reg, #name, lsb, bits, IOAT_##access, text},
#include "ioat_regs.def"
    {NULL, NULL, 0, 0, IOAT_RO, NULL},
};

const struct ioat_code_info ioat_code_table[] = {
#define CODE(reg, field, name, value, text) {#reg, #field, #name, value, text},
#include "ioat_regs.def"
    {NULL, NULL, NULL, 0, NULL},
};

static const struct {
    enum ioat_reg_space space;
    uint32_t base, stride;
} places[] = {
    {IOAT_CHANNEL, IOAT_CHAN_BASE, IOAT_CHAN_STRIDE},
    {IOAT_COUNTERS, IOAT_PERF_BASE, IOAT_PERF_STRIDE},
    {IOAT_MSIX, IOAT_MSIX_TABLE_BASE, IOAT_MSIX_ENTRY_BYTES},
};

uint32_t ioat_reg_place(const struct ioat_reg_info *reg, unsigned index)
{
    for (unsigned n = 0; n < sizeof places / sizeof places[0]; n++)
        if (places[n].space == reg->space)
            return places[n].base + places[n].stride * index + reg->offset;
    return reg->offset;
}

enum ioat_reg_space ioat_reg_find(uint32_t offset, unsigned *index, unsigned *within)
{
    for (unsigned n = 0; n < sizeof places / sizeof places[0]; n++) {
        *index = (offset - places[n].base) / places[n].stride;
        *within = (offset - places[n].base) % places[n].stride;
        if (offset >= places[n].base && *index < IOAT_CHAN_MAX)
            return places[n].space;
    }
    *index = 0;
    *within = offset;
    return IOAT_GLOBAL;
}

const char *ioat_state_name(unsigned state)
{
    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++)
        if (code->value == state && !strcmp(code->reg, "CHANSTS") && !strcmp(code->field, "STATE"))
            return code->name;
    return "?";
}

const char *ioat_chanerr_name(uint32_t chanerr)
{
    if (!chanerr)
        return "none";
    unsigned lowest = (unsigned)__builtin_ctz(chanerr);
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++)
        if (field->lsb == lowest && !strcmp(field->reg, "CHANERR"))
            return field->name;
    return "?";
}

/* ---- places and names ---- */

const struct ioat_reg_info *ioat_reg_at(uint32_t offset, unsigned *index)
{
    unsigned within;
    const enum ioat_reg_space space = ioat_reg_find(offset, index, &within);

    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if (reg->space == space && within >= reg->offset && within < reg->offset + reg->bits / 8)
            return reg;
    return NULL;
}

const struct ioat_reg_info *ioat_reg_named(const char *name)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if (!strcmp(reg->name, name))
            return reg;
    return NULL;
}

/* ---- values in words ---- */

static const char *code_name(const char *reg, const char *field, uint64_t value)
{
    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++)
        if (code->value == value && !strcmp(code->reg, reg) && !strcmp(code->field, field))
            return code->name;
    return NULL;
}

void ioat_fields_print(FILE *out, const char *reg, uint64_t value)
{
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++) {
        if (strcmp(field->reg, reg))
            continue;
        uint64_t in_place = value & (~UINT64_C(0) >> (64 - field->bits)) << field->lsb;
        uint64_t bits = in_place >> field->lsb;
        const char *code = code_name(reg, field->name, bits);
        if (code)
            fprintf(out, " %s=%s", field->name, code);
        else if (bits && field->bits == 1)
            fprintf(out, " %s", field->name);
        else if (bits)
            fprintf(out, " %s=%#" PRIx64, field->name, field->bits > 32 ? in_place : bits);
    }
}
