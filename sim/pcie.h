/* pcie.h - the PCI Express function around the engine: 4 KiB of config space.
 *
 * A type 0 header with BAR0 (64-bit, non-prefetchable, 16 KiB); the capabilities
 * MSI-X, PCI Express (root-complex integrated endpoint, with FLR) and power
 * management, where the real parts have them; no extended capability, so 0x100
 * reads 0. The I/OAT sheet, sections 1.2 and 1.3.
 *
 * Power management says No_Soft_Reset, as the real parts do: D3hot stops the
 * function and D0 resumes it with its registers as they were.
 *
 * While a function-level reset runs, reads give all-ones and writes are dropped
 * (the root complex gives up on a function that answers "retry"). Its end brings
 * back power-on values, except those PCI Express keeps: Max_Payload_Size and the
 * sticky CHANERR_INT.
 */
#ifndef IOAT_PCIE_H
#define IOAT_PCIE_H

#include <stdbool.h>
#include <stdint.h>

/* Identity: -D these to build another one (H-C01). Default: the lab personality,
 * which the drivers of Linux, SPDK and DPDK accept. */
#ifndef IOAT_PCI_VENDOR
#define IOAT_PCI_VENDOR 0x8086
#endif
#ifndef IOAT_PCI_DEVICE
#define IOAT_PCI_DEVICE 0x0B00
#endif
#ifndef IOAT_PCI_REVISION
#define IOAT_PCI_REVISION 0x00
#endif
#ifndef IOAT_PCI_CLASS
#define IOAT_PCI_CLASS 0x088000           /* base system peripheral, other */
#endif
#ifndef IOAT_PCI_SUBVENDOR
#define IOAT_PCI_SUBVENDOR 0x8086
#endif
#ifndef IOAT_PCI_SUBDEVICE
#define IOAT_PCI_SUBDEVICE 0x0000
#endif

enum {
    PCIE_SPACE = 4096,
    /* Device-specific registers, at the offsets of the real parts. */
    PCIE_CAP_MSIX = 0x80,
    PCIE_CAP_EXPRESS = 0x90,
    PCIE_CAP_PM = 0xE0,
    PCIE_DMAUNCERRSTS = 0x148,     /* reads 0 */
    PCIE_CHANERR_INT = 0x180,      /* RW1C, sticky; nothing in this build sets it */
    PCIE_CHANERRMSK_INT = 0x184,   /* RW */
};

struct pcie_identity {
    uint16_t vendor, device, subvendor, subdevice;
    uint32_t class_code;           /* 24 bits */
    uint8_t revision;
};

struct pcie_config {
    struct pcie_identity identity;
    unsigned vectors;              /* 1..2048 */
    unsigned payload_max;          /* longest write, bytes: Max_Payload_Size supported */
};

struct pcie {
    struct pcie_config config;
    uint8_t space[PCIE_SPACE];
    uint8_t writable[PCIE_SPACE];  /* bits that take what is written */
    uint8_t clearable[PCIE_SPACE]; /* bits that a written one clears */
    bool resetting;                /* a function-level reset runs */
    bool removed;
    struct pcie_pins {             /* what follows from `space`, looked at in every clock */
        bool bus_master, msix_enable, msix_mask;
    } pins;
};

/* The identity of this build. */
struct pcie_identity pcie_identity(void);

void pcie_init(struct pcie *pcie, const struct pcie_config *config);

/* Reads and writes of 1, 2 or 4 bytes, naturally aligned: pcie_fits. */
bool pcie_fits(unsigned offset, unsigned width);
uint32_t pcie_read(const struct pcie *pcie, unsigned offset, unsigned width);
void pcie_write(struct pcie *pcie, unsigned offset, unsigned width, uint32_t value);

/* Live status bits, before a read of them. */
void pcie_set_status(struct pcie *pcie, bool intx, bool transactions_pending);

/* BAR0 assigned at `bar`, memory space, bus master and MSI-X on. */
void pcie_firmware(struct pcie *pcie, uint64_t bar);

/* The engine is at power-on values: ends a function-level reset. */
void pcie_reset_done(struct pcie *pcie);

/* What the settings allow right now. */
bool pcie_memory(const struct pcie *pcie);
static inline bool pcie_bus_master(const struct pcie *pcie) { return pcie->pins.bus_master; }
static inline bool pcie_msix_enabled(const struct pcie *pcie) { return pcie->pins.msix_enable; }
static inline bool pcie_msix_masked(const struct pcie *pcie) { return pcie->pins.msix_mask; }
bool pcie_intx_allowed(const struct pcie *pcie);

#endif
