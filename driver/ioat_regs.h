/* ioat_regs.h - offsets, masks and codes of the engine, from ioat_regs.def.
 *
 *   IOAT_<reg>                      byte offset: in BAR0 (global), in the
 *                                   channel block, the vector or the descriptor
 *   IOAT_<reg>_BITS                 access width, bits
 *   IOAT_<reg>_<field>              mask in place
 *   IOAT_<reg>_<field>_LSB, _BITS   position and width, bits
 *   IOAT_<reg>_<field>_<code>       value of the field, not shifted
 *   IOAT_<const>                    geometry of the map
 */
#ifndef IOAT_REGS_H
#define IOAT_REGS_H

#include <stdint.h>
#include <stdio.h>

enum {
#define CONST(name, value, text) IOAT_##name = value,
#include "ioat_regs.def"
#define GREG(name, offset, bits, access, reset, text) IOAT_##name = offset, IOAT_##name##_BITS = bits,
#define CREG(name, offset, bits, access, reset, text) IOAT_##name = offset, IOAT_##name##_BITS = bits,
#define PREG(name, offset, bits, access, reset, text) IOAT_##name = offset, IOAT_##name##_BITS = bits,
#define VREG(name, offset, bits, access, reset, text) IOAT_##name = offset, IOAT_##name##_BITS = bits,
#define DREG(name, offset, bits, text) IOAT_DESC_##name = offset, IOAT_DESC_##name##_BITS = bits,
#define FIELD(reg, name, lsb, bits, access, text) \
    IOAT_##reg##_##name##_LSB = lsb, IOAT_##reg##_##name##_BITS = bits,
#define CODE(reg, field, name, value, text) IOAT_##reg##_##field##_##name = value,
#include "ioat_regs.def"
};

/* Masks reach bit 63; enumerators wider than int are a GNU extension (C23). */
__extension__ enum {
#define FIELD(reg, name, lsb, bits, access, text) \
    IOAT_##reg##_##name = (~UINT64_C(0) >> (64 - (bits))) << (lsb),
#include "ioat_regs.def"
};

#define IOAT_FIELD_GET(value, reg, name) \
    (((uint64_t)(value) & IOAT_##reg##_##name) >> IOAT_##reg##_##name##_LSB)
#define IOAT_FIELD_PUT(reg, name, value) \
    (((uint64_t)(value) << IOAT_##reg##_##name##_LSB) & IOAT_##reg##_##name)

/* BAR0 offset of a channel's register, of its performance counter, of a vector's word. */
#define IOAT_CHAN(chan, reg) (IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * (unsigned)(chan) + IOAT_##reg)
#define IOAT_PERF(chan, reg) (IOAT_PERF_BASE + IOAT_PERF_STRIDE * (unsigned)(chan) + IOAT_##reg)
#define IOAT_VECTOR(vector, reg) \
    (IOAT_MSIX_TABLE_BASE + IOAT_MSIX_ENTRY_BYTES * (unsigned)(vector) + IOAT_##reg)

/* One row of the map, for loops over all of it. */
enum ioat_reg_space { IOAT_GLOBAL, IOAT_CHANNEL, IOAT_COUNTERS, IOAT_MSIX, IOAT_DESCRIPTOR };
enum ioat_reg_access { IOAT_RO, IOAT_RW, IOAT_RW1C, IOAT_RC, IOAT_CMD, IOAT_RW1A };

struct ioat_reg_info {
    const char *name;
    enum ioat_reg_space space;
    unsigned offset;               /* bytes from the start of its space */
    unsigned bits;                 /* 8, 16, 32 or 64 */
    enum ioat_reg_access access;
    uint64_t reset;
    const char *text;
};

struct ioat_field_info {
    const char *reg, *name;
    unsigned lsb, bits;
    enum ioat_reg_access access;
    const char *text;
};

struct ioat_code_info {
    const char *reg, *field, *name;
    uint64_t value;
    const char *text;
};

/* Tables in the order of the list; each ends with a NULL name. */
extern const struct ioat_reg_info ioat_reg_table[];
extern const struct ioat_field_info ioat_field_table[];
extern const struct ioat_code_info ioat_code_table[];

#ifdef __cplusplus
extern "C" {
#endif

/* BAR0 offset of a register of instance `index`: of the channel, of the vector; 0 for global ones. */
uint32_t ioat_reg_place(const struct ioat_reg_info *reg, unsigned index);
/* The space and the instance that an offset of BAR0 is in, and where in it. What is in none
 * of a channel or vector 0 .. IOAT_CHAN_MAX - 1 is IOAT_GLOBAL, instance 0. */
enum ioat_reg_space ioat_reg_find(uint32_t offset, unsigned *index, unsigned *within);

/* Name of a channel state (CHANSTS and completion word bits 2:0), or "?". */
const char *ioat_state_name(unsigned state);

/* The register that holds this BAR0 offset, and its channel or vector (0 for a global one);
 * NULL: none, or above the channels and vectors that one engine can have. */
const struct ioat_reg_info *ioat_reg_at(uint32_t offset, unsigned *index);

/* The register or descriptor field of this name, or NULL. */
const struct ioat_reg_info *ioat_reg_named(const char *name);

/* Prints " STATE=HALTED COMPLETED=0x100" for a value of register `reg`: the fields that are
 * not 0 and those that have names for their values. An address keeps its place in the register. */
void ioat_fields_print(FILE *out, const char *reg, uint64_t value);

/* Name of the lowest CHANERR bit that is set, "none" for 0, or "?". */
const char *ioat_chanerr_name(uint32_t chanerr);

#ifdef __cplusplus
}
#endif

/* NET_DMA_DESCRIPTOR, the 64 bytes that the engine reads. Little-endian. */
struct ioat_desc {
    uint32_t size;
    uint32_t control;
    uint64_t src;
    uint64_t dst;
    uint64_t next;
    uint64_t next_src;
    uint64_t next_dst;
    uint64_t user1;
    uint64_t user2;
};

#define IOAT_DESC_CHECK(field, reg) \
    _Static_assert(__builtin_offsetof(struct ioat_desc, field) == IOAT_DESC_##reg, #field)
#ifndef __cplusplus
IOAT_DESC_CHECK(size, SIZE);
IOAT_DESC_CHECK(control, CONTROL);
IOAT_DESC_CHECK(src, SRC);
IOAT_DESC_CHECK(dst, DST);
IOAT_DESC_CHECK(next, NEXT);
IOAT_DESC_CHECK(next_src, NEXT_SRC);
IOAT_DESC_CHECK(next_dst, NEXT_DST);
IOAT_DESC_CHECK(user1, USER1);
IOAT_DESC_CHECK(user2, USER2);
_Static_assert(sizeof(struct ioat_desc) == IOAT_DESC_BYTES, "descriptor size");
#endif

#endif
