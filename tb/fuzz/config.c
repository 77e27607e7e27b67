/* config.c - fuzzes config space: any access, any order, with BAR accesses in between. */
#include <linux/pci_regs.h>

#include "input.h"
#include "ioat_sim.h"

enum { MOVES = 200, FLR_CLOCKS = 26000 };

static void on_violation(void *ctx, const char *text)
{
    (void)ctx;
    found(text);
}

/* The same bytes in every width; the identity never changes. */
static void check(struct ioat_sim *sim, unsigned offset)
{
    uint32_t whole = 0, half = 0, byte = 0, identity = 0;

    offset &= ~3u;
    ioat_sim_cfg_read(sim, offset, 4, &whole);
    ioat_sim_cfg_read(sim, offset + 2, 2, &half);
    ioat_sim_cfg_read(sim, offset + 1, 1, &byte);
    if (half != whole >> 16 || byte != (whole >> 8 & 0xff))
        found("widths do not agree");
    ioat_sim_cfg_read(sim, PCI_VENDOR_ID, 4, &identity);
    if (identity != 0x0b008086 && identity != UINT32_MAX)   /* all ones: in reset */
        found("the identity has changed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned widths[] = { 1, 2, 4, 3 };
    struct input in = { data, size };
    struct ioat_sim_config config;
    struct ioat_sim *sim;

    ioat_sim_config_init(&config);
    config.on_violation = on_violation;
    if (ioat_sim_open(&config, &sim) != IOAT_OK)
        found("the simulator does not open");
    for (unsigned n = 0; n < MOVES && in.left; n++) {
        const unsigned how = take_below(&in, 8), width = widths[take_below(&in, 4)];
        const unsigned offset = (unsigned)take(&in, how < 6 ? 1 : 2) % 4200;
        uint64_t value = 0;

        if (how < 5)
            ioat_sim_cfg_write(sim, offset, width, (uint32_t)take(&in, 4));
        else if (how == 5)
            ioat_sim_bar_read(sim, offset, width, &value);
        else if (how == 6)
            ioat_sim_step(sim, offset);
        check(sim, offset % 4096);
    }
    ioat_sim_step(sim, FLR_CLOCKS);
    ioat_sim_close(sim);
    return 0;
}
