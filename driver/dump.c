/* dump.c - registers in words, for the person who wonders why nothing moves. */
#include "ioat_priv.h"

#include <inttypes.h>

/* Prints the registers of one instance of a space. False: all were all-ones. */
static bool dump_space(struct ioat *dev, enum ioat_reg_space space, unsigned index, FILE *out)
{
    bool alive = false;

    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space != space)
            continue;
        /* Whole quadwords: a read acts only when it starts at the register (K-01). Of those
         * that start a quadword, CHANCTRL's IN_USE is set already in a channel that is open. */
        uint32_t offset = ioat_reg_place(reg, index);
        uint64_t quad = 0;
        enum ioat_status status = dev->platform.bar->read(
            dev->platform.bar_ctx, offset & ~UINT32_C(7), sizeof quad, &quad);
        fprintf(out, "  0x%04" PRIx32 " %-14s", offset, reg->name);
        if (status) {
            fprintf(out, "not readable: %s\n", ioat_strstatus(status));
            alive = true;      /* at least nothing says that it is gone */
            continue;
        }
        uint64_t value = quad >> (offset % 8 * 8) & ~UINT64_C(0) >> (64 - reg->bits);
        alive |= quad != UINT64_MAX;
        fprintf(out, "0x%0*" PRIx64, (int)reg->bits / 4, value);
        ioat_fields_print(out, reg->name, value);
        fputc('\n', out);
    }
    return alive;
}

enum ioat_status ioat_dump(struct ioat *dev, FILE *out)
{
    if (!out)
        return IOAT_EINVAL;
    fprintf(out, "engine\n");
    bool alive = dump_space(dev, IOAT_GLOBAL, 0, out);
    return ferror(out) ? IOAT_EIO : alive ? IOAT_OK : IOAT_EREMOVED;
}

enum ioat_status ioat_chan_dump(struct ioat_chan *chan, FILE *out)
{
    if (!out)
        return IOAT_EINVAL;
    fprintf(out, "channel %u\n", chan->index);
    bool alive = dump_space(chan->dev, IOAT_CHANNEL, chan->index, out);
    fprintf(out, "vector %u\n", chan->index);
    alive |= dump_space(chan->dev, IOAT_MSIX, chan->index, out);
    return ferror(out) ? IOAT_EIO : alive ? IOAT_OK : IOAT_EREMOVED;
}
