/* gen_regs - print what is made from driver/ioat_regs.def.
 *
 *   gen_regs verilog           the Verilog constants, rtl/ioat_regs.vh
 *   gen_regs markdown          the reference, docs/registers.md
 *   gen_regs gtkwave REG       a translate filter: a name for each bit of a register
 *   gen_regs gtkwave REG.FIELD a translate filter: the codes of a field
 *
 * The text goes to stdout. The program expands the list by itself and links with
 * nothing, so that it can be built before anything else. `make regs` calls it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list as rows, in its own order ---- */

enum kind { GLOBAL, CHANNEL, COUNTER, VECTOR, DESCRIPTOR, BITS, VALUE, GEOMETRY };

struct row {
    enum kind kind;
    const char *reg, *field, *name; /* name: of the thing itself */
    unsigned at;                    /* register: byte offset; field: lowest bit */
    unsigned bits;
    const char *access;
    uint64_t value;                 /* register: after reset; code, constant: the value */
    const char *text;
};

static const struct row rows[] = {
#define CONST(name, value, text) {GEOMETRY, "", "", #name, 0, 0, "", value, text},
#define GREG(name, offset, bits, access, reset, text) \
    {GLOBAL, #name, "", #name, offset, bits, #access, UINT64_C(reset), text},
#define CREG(name, offset, bits, access, reset, text) \
    {CHANNEL, #name, "", #name, offset, bits, #access, UINT64_C(reset), text},
#define PREG(name, offset, bits, access, reset, text) \
    {COUNTER, #name, "", #name, offset, bits, #access, UINT64_C(reset), text},
#define VREG(name, offset, bits, access, reset, text) \
    {VECTOR, #name, "", #name, offset, bits, #access, UINT64_C(reset), text},
#define DREG(name, offset, bits, text) {DESCRIPTOR, #name, "", #name, offset, bits, "", 0, text},
#define FIELD(reg, name, lsb, bits, access, text) \
    {BITS, #reg, #name, #name, lsb, bits, #access, 0, text},
#define CODE(reg, field, name, value, text) {VALUE, #reg, #field, #name, 0, 0, "", value, text},
#include "ioat_regs.def"
};

static const struct row *const rows_end = rows + sizeof rows / sizeof rows[0];

static bool is_register(const struct row *row)
{
    return row->kind <= DESCRIPTOR;
}

static const struct row *find_register(const char *reg)
{
    for (const struct row *r = rows; r < rows_end; r++)
        if (is_register(r) && !strcmp(r->reg, reg))
            return r;
    return NULL;
}

static const struct row *find_field(const char *reg, const char *field)
{
    for (const struct row *r = rows; r < rows_end; r++)
        if (r->kind == BITS && !strcmp(r->reg, reg) && !strcmp(r->field, field))
            return r;
    return NULL;
}

static _Noreturn void fail(const char *what, const char *name)
{
    fprintf(stderr, "gen_regs: %s: %s\n", name, what);
    exit(1);
}

/* The register of a field, the field of a code: the list is wrong without it. */
static const struct row *owner(const struct row *row)
{
    const struct row *found =
        row->kind == BITS ? find_register(row->reg) : find_field(row->reg, row->field);

    if (!found)
        fail("belongs to nothing that ioat_regs.def names", row->name);
    return found;
}

/* The bits of a field in place. */
static uint64_t mask(const struct row *field)
{
    return (~UINT64_C(0) >> (64 - field->bits)) << field->at;
}

static uint64_t geometry(const char *name)
{
    for (const struct row *r = rows; r < rows_end; r++)
        if (r->kind == GEOMETRY && !strcmp(r->name, name))
            return r->value;
    fail("ioat_regs.def has no such CONST", name);
}

static int hex_digits(unsigned bits)
{
    return (int)(bits + 3) / 4;
}

/* ---- Verilog ---- */

/* One `define. A later one silently replaces an earlier, so a name may come once. */
static void define(const char *name, const char *suffix, const char *number)
{
    static char seen[1024][64];
    static size_t count;
    char full[64];

    if (snprintf(full, sizeof full, "%s%s", name, suffix) >= (int)sizeof full)
        fail("the name is too long for define()", name);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(seen[i], full))
            fail("would be defined twice", full);
    if (count == sizeof seen / sizeof seen[0])
        fail("no room in define() for one more name", full);
    strcpy(seen[count++], full);
    printf("`define %-39s %s\n", full, number);
}

static void define_plain(const char *name, const char *suffix, uint64_t value)
{
    char number[32];

    snprintf(number, sizeof number, "%" PRIu64, value);
    define(name, suffix, number);
}

static void define_sized(const char *name, const char *suffix, unsigned bits, uint64_t value)
{
    char number[32];

    snprintf(number, sizeof number, "%u'h%0*" PRIx64, bits, hex_digits(bits), value);
    define(name, suffix, number);
}

static bool is_offset(const struct row *constant)
{
    const char *underscore = strrchr(constant->name, '_');

    return underscore && (!strcmp(underscore, "_BASE") || !strcmp(underscore, "_STRIDE"));
}

static const char verilog_head[] =
    "// Generated by `make regs` from driver/ioat_regs.def. Do not edit.\n"
    "//\n"
    "//   IOAT_<reg>                      byte offset: in BAR0, in the channel block, in the\n"
    "//                                   MSI-X entry; IOAT_DESC_<reg>: in the descriptor\n"
    "//   IOAT_<reg>_BITS, _RESET         access width, value after reset\n"
    "//   IOAT_DESC_<reg>_LSB             first bit in the descriptor's 512\n"
    "//   IOAT_<reg>_<field>              mask in place\n"
    "//   IOAT_<reg>_<field>_LSB, _BITS   position and width, bits\n"
    "//   IOAT_<reg>_<field>_<code>       value of the field, not shifted\n"
    "//   IOAT_<const>                    geometry; offsets are sized, counts are not\n"
    "//\n"
    "// A register with a field called RESET has no _RESET: that name is the field's.\n"
    "\n"
    "`ifndef IOAT_REGS_VH\n"
    "`define IOAT_REGS_VH\n";

static void verilog(void)
{
    unsigned offset_bits = 0;
    bool geometry_titled = false;

    while (geometry("BAR_BYTES") >> offset_bits > 1)
        offset_bits++;

    fputs(verilog_head, stdout);
    for (const struct row *r = rows; r < rows_end; r++) {
        char name[64];

        switch (r->kind) {
        case GEOMETRY:
            if (!geometry_titled)
                printf("\n// Geometry\n");
            geometry_titled = true;
            snprintf(name, sizeof name, "IOAT_%s", r->name);
            if (is_offset(r))
                define_sized(name, "", offset_bits, r->value);
            else
                define_plain(name, "", r->value);
            break;
        case BITS:
            snprintf(name, sizeof name, "IOAT_%s_%s", r->reg, r->name);
            define_sized(name, "", owner(r)->bits, mask(r));
            define_plain(name, "_LSB", r->at);
            define_plain(name, "_BITS", r->bits);
            break;
        case VALUE:
            snprintf(name, sizeof name, "IOAT_%s_%s_%s", r->reg, r->field, r->name);
            define_sized(name, "", owner(r)->bits, r->value);
            break;
        default:
            printf("\n// %s: %s\n", r->name, r->text);
            snprintf(name, sizeof name, "IOAT_%s%s", r->kind == DESCRIPTOR ? "DESC_" : "", r->name);
            define_sized(name, "", offset_bits, r->at);
            define_plain(name, "_BITS", r->bits);
            if (r->kind == DESCRIPTOR)
                define_plain(name, "_LSB", 8 * r->at);
            else if (!find_field(r->reg, "RESET"))
                define_sized(name, "_RESET", r->bits, r->value);
            break;
        }
    }
    printf("\n`endif\n");
}

/* ---- Markdown ---- */

static void markdown_bits(const struct row *reg)
{
    bool titled = false;

    for (const struct row *f = rows; f < rows_end; f++) {
        if (f->kind != BITS || strcmp(f->reg, reg->reg))
            continue;
        if (!titled)
            printf(reg->kind == DESCRIPTOR ? "\n| Bits | Name | Meaning |\n|---|---|---|\n"
                                           : "\n| Bits | Name | Access | Meaning |\n|---|---|---|---|\n");
        titled = true;
        if (f->bits == 1)
            printf("| %u ", f->at);
        else
            printf("| %u:%u ", f->at + f->bits - 1, f->at);
        printf("| %s ", f->name);
        if (reg->kind != DESCRIPTOR)
            printf("| %s ", f->access);
        printf("| %s |\n", f->text);
    }
}

static void markdown_codes(const struct row *reg)
{
    const char *field = "";

    for (const struct row *c = rows; c < rows_end; c++) {
        if (c->kind != VALUE || strcmp(c->reg, reg->reg))
            continue;
        if (strcmp(field, c->field))
            printf("\n| %s | Name | Meaning |\n|---|---|---|\n", c->field);
        field = c->field;
        printf("| 0x%0*" PRIx64 " | %s | %s |\n", hex_digits(owner(c)->bits), c->value, c->name,
               c->text);
    }
}

/* The table of one space, then a section for each register that has bits to show. */
static void markdown_space(enum kind space, const char *title, const char *where)
{
    bool descriptor = space == DESCRIPTOR;

    printf("\n## %s\n\n%s\n\n%s", title, where,
           descriptor ? "| Offset | Name | Bits | Meaning |\n|---|---|---|---|\n"
                      : "| Offset | Name | Bits | Access | Reset | Meaning |\n"
                        "|---|---|---|---|---|---|\n");
    for (const struct row *r = rows; r < rows_end; r++) {
        if (r->kind != space)
            continue;
        printf("| 0x%02x | %s | %u ", r->at, r->name, r->bits);
        if (!descriptor)
            printf("| %s | 0x%0*" PRIx64 " ", r->access, hex_digits(r->bits), r->value);
        printf("| %s |\n", r->text);
    }

    const struct row *reg = NULL;
    for (const struct row *f = rows; f < rows_end; f++) {
        if (f->kind != BITS || owner(f)->kind != space || owner(f) == reg)
            continue;
        reg = owner(f);
        printf("\n### %s\n", reg->name);
        markdown_bits(reg);
        markdown_codes(reg);
    }
}

static void markdown(void)
{
    char where[512];

    printf("<!-- Generated by `make regs` from driver/ioat_regs.def. Do not edit. -->\n"
           "# Registers and descriptor\n"
           "\n"
           "Values are little-endian. Offsets are bytes, in hexadecimal; bits are counted from 0.\n"
           "Reset values of parameters are those of the default build. What a register does where\n"
           "the sources are silent is in [decisions.md](decisions.md).\n"
           "\n"
           "| Access | Meaning |\n|---|---|\n"
           "| RO | read only; writes are ignored |\n"
           "| RW | read and write |\n"
           "| RW1C | writing a one clears the bit |\n"
           "| RW1A | writing a one acts, writing a zero does nothing |\n"
           "| RC | a read that starts at the register clears what it returned |\n"
           "| CMD | a write acts; the bit reads 1 until the command is done |\n"
           "\n"
           "## Memory map\n"
           "\n"
           "| Name | Value | Meaning |\n|---|---|---|\n");
    for (const struct row *r = rows; r < rows_end; r++)
        if (r->kind == GEOMETRY)
            printf("| %s | 0x%" PRIx64 " | %s |\n", r->name, r->value, r->text);

    markdown_space(GLOBAL, "Global registers", "Offsets in BAR0.");
    snprintf(where, sizeof where,
             "Offsets in the channel's block. Channel n's block is at 0x%" PRIx64 " + 0x%" PRIx64
             " n in BAR0.",
             geometry("CHAN_BASE"), geometry("CHAN_STRIDE"));
    markdown_space(CHANNEL, "Channel registers", where);
    snprintf(where, sizeof where,
             "What each clock of an ACTIVE channel went into: of MOVING, BLOCKED, READS, WRITES and STARVED the first that\n"
             "applies is counted, and they add up to ACTIVE. Not part of I/OAT; absent, and reading 0, in a build with PERF = 0. Counters have 48 bits.\n"
             "Channel n's block is at 0x%" PRIx64 " + 0x%" PRIx64 " n in BAR0.",
             geometry("PERF_BASE"), geometry("PERF_STRIDE"));
    markdown_space(COUNTER, "Performance counters", where);
    snprintf(where, sizeof where,
             "Offsets in the vector's entry. Channel n's vector is at 0x%" PRIx64 " + %" PRIu64
             " n in BAR0,\nits pending bit is bit n of the 64 at 0x%" PRIx64 " (read only).",
             geometry("MSIX_TABLE_BASE"), geometry("MSIX_ENTRY_BYTES"), geometry("MSIX_PBA_BASE"));
    markdown_space(VECTOR, "MSI-X table", where);
    snprintf(where, sizeof where, "%" PRIu64 " bytes in host memory, aligned to their size.",
             geometry("DESC_BYTES"));
    markdown_space(DESCRIPTOR, "Descriptor", where);
}

/* ---- GTKWave ---- */

/* A filter matches the text that the viewer shows, here hexadecimal. */
static void filter_line(unsigned bits, uint64_t value, const char *name)
{
    printf("%0*" PRIx64 " %s\n", hex_digits(bits), value, name);
}

static void gtkwave_codes(const struct row *field)
{
    for (const struct row *c = rows; c < rows_end; c++)
        if (c->kind == VALUE && owner(c) == field)
            filter_line(field->bits, c->value, c->name);
}

/* One-hot registers. A signal may be as narrow as the highest bit in use, so each
 * number is given in both lengths when they differ. */
static void gtkwave_bits(const struct row *reg)
{
    unsigned used = 0;

    for (const struct row *f = rows; f < rows_end; f++)
        if (f->kind == BITS && owner(f) == reg && f->at + f->bits > used)
            used = f->at + f->bits;
    for (unsigned bits = used; bits; bits = hex_digits(bits) < hex_digits(reg->bits) ? reg->bits : 0) {
        filter_line(bits, 0, "-");
        for (const struct row *f = rows; f < rows_end; f++)
            if (f->kind == BITS && owner(f) == reg)
                filter_line(bits, mask(f), f->name);
    }
}

static void gtkwave(const char *what)
{
    char reg[64];
    const char *dot = strchr(what, '.');
    const struct row *row;

    snprintf(reg, sizeof reg, "%.*s", dot ? (int)(dot - what) : 63, what);
    row = dot ? find_field(reg, dot + 1) : find_register(reg);
    if (!row)
        fail("ioat_regs.def has no such register or field", what);
    printf("# %s, shown as Hex. Generated by `make regs` from driver/ioat_regs.def. Do not edit.\n",
           what);
    if (dot)
        gtkwave_codes(row);
    else
        gtkwave_bits(row);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "verilog")) {
        verilog();
    } else if (argc == 2 && !strcmp(argv[1], "markdown")) {
        markdown();
    } else if (argc == 3 && !strcmp(argv[1], "gtkwave")) {
        gtkwave(argv[2]);
    } else {
        fprintf(stderr, "usage: gen_regs verilog | markdown | gtkwave REG[.FIELD]\n");
        return 2;
    }
    if (fflush(stdout) || ferror(stdout))
        fail("could not be written", "stdout");
    return 0;
}
