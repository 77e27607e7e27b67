/* pcie.c - config space as three byte maps: value, writable bits, clearable bits.
 *
 * Offsets and bits of the standard registers are those of <linux/pci_regs.h>.
 */
#include "pcie.h"

#include <linux/pci_regs.h>
#include <string.h>

#include "ioat_regs.h"

enum {
    INTERRUPT_PIN_A = 1,
    MSIX_BIR = 0,                  /* table and pending bits are in BAR0 */
    EXPRESS_VERSION = 2,
    PM_VERSION = 3,
    STATE_D0 = 0,
    STATE_D3HOT = 3,
    PAYLOAD_MIN = 128,             /* bytes, for Max_Payload_Size code 0 */
};

struct pcie_identity pcie_identity(void)
{
    return (struct pcie_identity) {
        IOAT_PCI_VENDOR, IOAT_PCI_DEVICE, IOAT_PCI_SUBVENDOR, IOAT_PCI_SUBDEVICE,
        IOAT_PCI_CLASS, IOAT_PCI_REVISION,
    };
}

static uint32_t get(const uint8_t *map, unsigned offset, unsigned width)
{
    uint32_t value = 0;

    while (width-- > 0)
        value = value << 8 | map[offset + width];
    return value;
}

static void set(uint8_t *map, unsigned offset, unsigned width, uint32_t value)
{
    for (unsigned n = 0; n < width; n++, value >>= 8)
        map[offset + n] = (uint8_t)value;
}

/* ---- what follows from the settings ---- */

static bool powered(const struct pcie *pcie)
{
    return (pcie->space[PCIE_CAP_PM + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK) == STATE_D0;
}

static bool command(const struct pcie *pcie, uint32_t bit)
{
    return get(pcie->space, PCI_COMMAND, 2) & bit;
}

static bool msix(const struct pcie *pcie, uint32_t bit)
{
    return get(pcie->space, PCIE_CAP_MSIX + PCI_MSIX_FLAGS, 2) & bit;
}

static void set_pins(struct pcie *pcie)
{
    pcie->pins = (struct pcie_pins) {
        .bus_master = command(pcie, PCI_COMMAND_MASTER) && powered(pcie),
        .msix_enable = msix(pcie, PCI_MSIX_FLAGS_ENABLE),
        .msix_mask = msix(pcie, PCI_MSIX_FLAGS_MASKALL),
    };
}

/* ---- power-on ---- */

static void set_header(struct pcie *pcie)
{
    const struct pcie_identity *identity = &pcie->config.identity;

    set(pcie->space, PCI_VENDOR_ID, 2, identity->vendor);
    set(pcie->space, PCI_DEVICE_ID, 2, identity->device);
    set(pcie->writable, PCI_COMMAND, 2,
        PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
    set(pcie->space, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
    set(pcie->space, PCI_CLASS_REVISION, 4, identity->class_code << 8 | identity->revision);
    set(pcie->writable, PCI_CACHE_LINE_SIZE, 1, 0xFF);
    set(pcie->space, PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_NORMAL);
    set(pcie->space, PCI_BASE_ADDRESS_0, 4, PCI_BASE_ADDRESS_MEM_TYPE_64);
    set(pcie->writable, PCI_BASE_ADDRESS_0, 4, ~(uint32_t)(IOAT_BAR_BYTES - 1));
    set(pcie->writable, PCI_BASE_ADDRESS_1, 4, ~UINT32_C(0));
    set(pcie->space, PCI_SUBSYSTEM_VENDOR_ID, 2, identity->subvendor);
    set(pcie->space, PCI_SUBSYSTEM_ID, 2, identity->subdevice);
    set(pcie->space, PCI_CAPABILITY_LIST, 1, PCIE_CAP_MSIX);
    set(pcie->writable, PCI_INTERRUPT_LINE, 1, 0xFF);
    set(pcie->space, PCI_INTERRUPT_PIN, 1, INTERRUPT_PIN_A);
}

static void set_msix(struct pcie *pcie)
{
    const unsigned at = PCIE_CAP_MSIX;

    set(pcie->space, at + PCI_CAP_LIST_ID, 1, PCI_CAP_ID_MSIX);
    set(pcie->space, at + PCI_CAP_LIST_NEXT, 1, PCIE_CAP_EXPRESS);
    set(pcie->space, at + PCI_MSIX_FLAGS, 2, pcie->config.vectors - 1);
    set(pcie->writable, at + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    set(pcie->space, at + PCI_MSIX_TABLE, 4, IOAT_MSIX_TABLE_BASE | MSIX_BIR);
    set(pcie->space, at + PCI_MSIX_PBA, 4, IOAT_MSIX_PBA_BASE | MSIX_BIR);
}

static uint32_t payload_code(unsigned bytes)
{
    uint32_t code = 0;

    while ((unsigned)PAYLOAD_MIN << (code + 1) <= bytes)
        code++;
    return code;
}

static void set_express(struct pcie *pcie)
{
    const unsigned at = PCIE_CAP_EXPRESS;

    set(pcie->space, at + PCI_CAP_LIST_ID, 1, PCI_CAP_ID_EXP);
    set(pcie->space, at + PCI_CAP_LIST_NEXT, 1, PCIE_CAP_PM);
    set(pcie->space, at + PCI_EXP_FLAGS, 2, EXPRESS_VERSION | PCI_EXP_TYPE_RC_END << 4);
    set(pcie->space, at + PCI_EXP_DEVCAP, 4,
        payload_code(pcie->config.payload_max) | PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
    set(pcie->space, at + PCI_EXP_DEVCTL, 2,
        PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ_512B);
    set(pcie->writable, at + PCI_EXP_DEVCTL, 2,
        PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE
            | PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_NOSNOOP_EN
            | PCI_EXP_DEVCTL_READRQ);
}

static void set_pm(struct pcie *pcie)
{
    const unsigned at = PCIE_CAP_PM;

    set(pcie->space, at + PCI_CAP_LIST_ID, 1, PCI_CAP_ID_PM);
    set(pcie->space, at + PCI_PM_PMC, 2, PM_VERSION);
    set(pcie->space, at + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET | STATE_D0);
    set(pcie->writable, at + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK);
}

void pcie_init(struct pcie *pcie, const struct pcie_config *config)
{
    memset(pcie, 0, sizeof *pcie);
    pcie->config = *config;
    set_header(pcie);
    set_msix(pcie);
    set_express(pcie);
    set_pm(pcie);
    set(pcie->clearable, PCIE_CHANERR_INT, 4, ~UINT32_C(0));
    set(pcie->writable, PCIE_CHANERRMSK_INT, 4, ~UINT32_C(0));
}

/* ---- accesses ---- */

bool pcie_fits(unsigned offset, unsigned width)
{
    return (width == 1 || width == 2 || width == 4) && offset % width == 0
        && offset < PCIE_SPACE;
}

uint32_t pcie_read(const struct pcie *pcie, unsigned offset, unsigned width)
{
    if (pcie->removed || pcie->resetting)
        return ~UINT32_C(0) >> (32 - 8 * width);
    return get(pcie->space, offset, width);
}

void pcie_write(struct pcie *pcie, unsigned offset, unsigned width, uint32_t value)
{
    const unsigned pm_ctrl = PCIE_CAP_PM + PCI_PM_CTRL;
    const unsigned reset_byte = PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL + 1;
    const uint8_t state = pcie->space[pm_ctrl];

    if (pcie->removed || pcie->resetting)
        return;
    for (unsigned n = offset; n < offset + width; n++, value >>= 8) {
        const uint8_t byte = (uint8_t)value;
        const uint8_t writable = pcie->writable[n];

        pcie->space[n] = (uint8_t)((pcie->space[n] & ~writable) | (byte & writable));
        pcie->space[n] &= (uint8_t)~(byte & pcie->clearable[n]);
        if (n == reset_byte && byte & PCI_EXP_DEVCTL_BCR_FLR >> 8)
            pcie->resetting = true;
    }
    /* A state that the function does not have leaves it where it is. */
    if ((pcie->space[pm_ctrl] & PCI_PM_CTRL_STATE_MASK) != STATE_D0
        && (pcie->space[pm_ctrl] & PCI_PM_CTRL_STATE_MASK) != STATE_D3HOT)
        pcie->space[pm_ctrl] = state;
    set_pins(pcie);
}

void pcie_set_status(struct pcie *pcie, bool intx, bool transactions_pending)
{
    uint8_t *status = &pcie->space[PCI_STATUS];
    uint8_t *express = &pcie->space[PCIE_CAP_EXPRESS + PCI_EXP_DEVSTA];

    *status = (uint8_t)((*status & ~PCI_STATUS_INTERRUPT) | (intx ? PCI_STATUS_INTERRUPT : 0));
    *express = (uint8_t)((*express & ~PCI_EXP_DEVSTA_TRPND)
                         | (transactions_pending ? PCI_EXP_DEVSTA_TRPND : 0));
}

void pcie_firmware(struct pcie *pcie, uint64_t bar)
{
    pcie_write(pcie, PCI_BASE_ADDRESS_0, 4, (uint32_t)bar);
    pcie_write(pcie, PCI_BASE_ADDRESS_1, 4, (uint32_t)(bar >> 32));
    pcie_write(pcie, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    pcie_write(pcie, PCIE_CAP_MSIX + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
}

void pcie_reset_done(struct pcie *pcie)
{
    const unsigned devctl = PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL;
    const struct pcie_config config = pcie->config;
    const uint32_t payload = get(pcie->space, devctl, 2) & PCI_EXP_DEVCTL_PAYLOAD;
    const uint32_t chanerr = get(pcie->space, PCIE_CHANERR_INT, 4);
    const bool removed = pcie->removed;

    pcie_init(pcie, &config);
    pcie->removed = removed;
    set(pcie->space, PCIE_CHANERR_INT, 4, chanerr);
    set(pcie->space, devctl, 2,
        (get(pcie->space, devctl, 2) & ~(uint32_t)PCI_EXP_DEVCTL_PAYLOAD) | payload);
}

/* ---- what software may reach ---- */

bool pcie_memory(const struct pcie *pcie)
{
    return command(pcie, PCI_COMMAND_MEMORY) && powered(pcie) && !pcie->resetting
        && !pcie->removed;
}

bool pcie_intx_allowed(const struct pcie *pcie)
{
    return !pcie_msix_enabled(pcie) && !command(pcie, PCI_COMMAND_INTX_DISABLE) && powered(pcie)
        && !pcie->removed;
}
