/* contract_desc.c - a descriptor by itself: what it moves, what is ct_wrong with it.
 *
 * Sources: the I/OAT sheet, section 3; R-PB-1..6; decisions K-30 and K-32.
 */
#include "contract_priv.h"

static unsigned operation(const struct ioat_desc *desc)
{
    return (unsigned)IOAT_FIELD_GET(desc->control, CONTROL, OP);
}

uint32_t ct_desc_bytes(const struct ioat_desc *desc)
{
    if (ct_desc_flag(desc, IOAT_CONTROL_NULL_XFER) || operation(desc) == IOAT_CONTROL_OP_CONTEXT)
        return 0;
    return desc->size;
}

bool ct_desc_is_copy(const struct ioat_desc *desc)
{
    return operation(desc) == IOAT_CONTROL_OP_COPY;
}

/* In a context change the interrupt bit means something else (R-DCA-9). */
bool ct_desc_interrupts(const struct ioat_desc *desc)
{
    return ct_desc_flag(desc, IOAT_CONTROL_INT_EN) && operation(desc) != IOAT_CONTROL_OP_CONTEXT;
}

/* ---- where the bytes are ---- */

/* Bytes before the page break; all of them when it is not reached or not asked for. */
static uint32_t first_part(uint64_t addr, uint32_t size, bool breaks)
{
    const uint32_t room = IOAT_PAGE_BYTES - (uint32_t)(addr & (IOAT_PAGE_BYTES - 1));

    return breaks && size > room ? room : size;
}

static struct span part(uint64_t addr, uint64_t second, uint32_t size, bool breaks, uint32_t off)
{
    const uint32_t first = first_part(addr, size, breaks);

    if (off < first)
        return (struct span) { addr + off, first - off };
    return (struct span) { second + (off - first), size - off };
}

struct span ct_desc_source(const struct ioat_desc *desc, uint32_t off)
{
    return part(desc->src, desc->next_src, desc->size,
                ct_desc_flag(desc, IOAT_CONTROL_SRC_PAGE_BREAK), off);
}

struct span ct_desc_target(const struct ioat_desc *desc, uint32_t off)
{
    return part(desc->dst, desc->next_dst, desc->size,
                ct_desc_flag(desc, IOAT_CONTROL_DST_PAGE_BREAK), off);
}

/* ---- checks ---- */

/* True when [addr, addr + size) lies below 2^addr_bits; size is not 0. */
static bool in_range(const struct ioat_sim_build *build, uint64_t addr, uint32_t size)
{
    const uint64_t top = ~UINT64_C(0) >> (64 - build->addr_bits);

    return addr <= top && size - 1 <= top - addr;
}

static uint32_t second_page(const struct ioat_sim_build *build, uint64_t addr, uint64_t second,
                            uint32_t size, bool breaks, uint32_t bit)
{
    const uint32_t first = first_part(addr, size, breaks);

    if (first == size)
        return 0;
    if (size - first > IOAT_PAGE_BYTES)
        return IOAT_CHANERR_LENGTH;
    if (second % IOAT_PAGE_BYTES || !in_range(build, second, size - first))
        return bit;
    return 0;
}

uint32_t ct_desc_check(const struct ioat_sim_build *build, const struct ioat_desc *desc)
{
    const uint32_t size = ct_desc_bytes(desc);
    const bool copy = ct_desc_is_copy(desc);
    const bool src_breaks = copy && ct_desc_flag(desc, IOAT_CONTROL_SRC_PAGE_BREAK);
    const bool dst_breaks = ct_desc_flag(desc, IOAT_CONTROL_DST_PAGE_BREAK);
    uint32_t bit;

    switch (operation(desc)) {
    case IOAT_CONTROL_OP_COPY:
    case IOAT_CONTROL_OP_FILL:
    case IOAT_CONTROL_OP_CONTEXT:
        break;
    default:
        return IOAT_CHANERR_DESC_CTRL;
    }
    if (!size)
        return 0;
    if (size > UINT32_C(1) << build->xfercap_log2)
        return IOAT_CHANERR_LENGTH;
    if (copy && !in_range(build, desc->src, first_part(desc->src, size, src_breaks)))
        return IOAT_CHANERR_SRC_ADDR;
    if (!in_range(build, desc->dst, first_part(desc->dst, size, dst_breaks)))
        return IOAT_CHANERR_DST_ADDR;
    bit = second_page(build, desc->src, desc->next_src, size, src_breaks, IOAT_CHANERR_SRC_ADDR);
    return bit ? bit : second_page(build, desc->dst, desc->next_dst, size, dst_breaks,
                                   IOAT_CHANERR_DST_ADDR);
}

uint32_t ct_pointer_check(const struct ioat_sim_build *build, uint64_t addr, bool first, bool counted)
{
    const bool aligned = addr % IOAT_DESC_BYTES == 0;
    const bool reachable = in_range(build, addr & ~(uint64_t)(IOAT_DESC_BYTES - 1), IOAT_DESC_BYTES);

    if (first)
        return aligned && reachable ? 0 : IOAT_CHANERR_CHAIN_ADDR;
    if (!addr && counted)
        return IOAT_CHANERR_NEXT_ADDR;
    if (!aligned)
        return IOAT_CHANERR_DESC_ALIGN;
    return reachable ? 0 : IOAT_CHANERR_NEXT_ADDR;
}

bool ct_word_addr_fits(const struct ioat_sim_build *build, uint64_t addr)
{
    return addr % sizeof(uint64_t) == 0 && in_range(build, addr, sizeof(uint64_t));
}
