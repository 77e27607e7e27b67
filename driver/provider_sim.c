/* provider_sim.c - see provider_sim.h. */
#include "provider_sim.h"

#include <linux/pci_regs.h>
#include <stdlib.h>

#include "ioat.h"

#define MESSAGE_WINDOW UINT64_C(0xFEE00000)
enum {
    MESSAGE_APIC_LSB = 12,       /* destination in the address of an x86 message, */
    MESSAGE_APIC_MASK = 0xFF,    /*   8 bits of it */
    VECTOR_FIRST = 0x40,         /* of the processor; below 0x20 are exceptions */
    CAPABILITIES_MAX = 48,       /* 192 bytes of 4: a longer list is a loop */
};

struct vector {
    struct provider_sim *owner;
    unsigned channel;
    struct kernel_interrupt interrupt;
};

struct provider_sim {
    struct provider *provider;
    struct kernel *kernel;
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct ioat *dev;            /* for the MSI-X table, which is not the provider's */
    unsigned vectors;
    struct vector vector[IOAT_CHAN_MAX];
    struct kernel_interrupt line;
};

/* ---- messages ---- */

static bool vector_isr(void *ctx)
{
    struct vector *vector = ctx;
    return provider_isr(vector->owner->provider, vector->channel);
}

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    struct provider_sim *glue = ctx;

    (void)addr;
    if (data >= VECTOR_FIRST && data - VECTOR_FIRST < glue->vectors)
        kernel_interrupt_raise(glue->kernel, &glue->vector[data - VECTOR_FIRST].interrupt);
}

static enum ioat_status set_vector(struct provider_sim *glue, unsigned n)
{
    unsigned cpu = provider_interrupt_cpu(glue->provider, n);
    uint64_t apic = kernel_apic_id(glue->kernel, cpu) & MESSAGE_APIC_MASK;
    enum ioat_status status = ioat_msix_set(glue->dev, n, MESSAGE_WINDOW | apic << MESSAGE_APIC_LSB,
                                            VECTOR_FIRST + n);

    return status ? status : ioat_msix_mask(glue->dev, n, false);
}

static void connect_vectors(struct provider_sim *glue)
{
    for (unsigned n = 0; n < glue->vectors; n++) {
        struct vector *vector = &glue->vector[n];
        *vector = (struct vector){
            .owner = glue,
            .channel = n,
            .interrupt = {
                .isr = vector_isr,
                .ctx = vector,
                .name = "the provider's ISR",
                .cpu = provider_interrupt_cpu(glue->provider, n),
            },
        };
        kernel_interrupt_connect(glue->kernel, &vector->interrupt);
    }
    ioat_sim_on_message(glue->sim, on_message, glue);
}

/* ---- the line ---- */

static bool line_isr(void *ctx)
{
    struct provider_sim *glue = ctx;
    return provider_line_isr(glue->provider);
}

static void look_at_line(void *ctx, uint64_t now_ns)
{
    struct provider_sim *glue = ctx;

    (void)now_ns;
    if (ioat_sim_intx(glue->sim))
        kernel_interrupt_raise(glue->kernel, &glue->line);
}

static enum ioat_status connect_line(struct provider_sim *glue)
{
    glue->line = (struct kernel_interrupt){
        .isr = line_isr,
        .ctx = glue,
        .name = "the provider's line ISR",
    };
    kernel_interrupt_connect(glue->kernel, &glue->line);
    return kernel_on_time(glue->kernel, look_at_line, glue);
}

/* ---- both ---- */

/* Offset of the MSI-X capability, or 0. */
static enum ioat_status find_msix(struct ioat_sim *sim, unsigned *offset)
{
    uint32_t value;
    enum ioat_status status = ioat_sim_cfg_read(sim, PCI_CAPABILITY_LIST, 1, &value);

    for (unsigned n = 0; !status && value && n < CAPABILITIES_MAX; n++) {
        uint32_t id;
        *offset = value & ~3u;
        if ((status = ioat_sim_cfg_read(sim, *offset + PCI_CAP_LIST_ID, 1, &id)) ||
            id == PCI_CAP_ID_MSIX)
            return status;
        status = ioat_sim_cfg_read(sim, *offset + PCI_CAP_LIST_NEXT, 1, &value);
    }
    return status ? status : IOAT_ENODEV;
}

static enum ioat_status enable_msix(struct ioat_sim *sim, bool on)
{
    unsigned offset;
    uint32_t flags;
    enum ioat_status status;

    if ((status = find_msix(sim, &offset)) ||
        (status = ioat_sim_cfg_read(sim, offset + PCI_MSIX_FLAGS, 2, &flags)))
        return status;
    flags &= ~(uint32_t)(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    return ioat_sim_cfg_write(sim, offset + PCI_MSIX_FLAGS, 2,
                              flags | (on ? PCI_MSIX_FLAGS_ENABLE : 0));
}

enum ioat_status provider_sim_restore(struct provider_sim *glue)
{
    bool msix = kernel_msix(glue->kernel);
    enum ioat_status status = enable_msix(glue->sim, msix);

    if (!msix)
        return status ? status : provider_line_enable(glue->provider, true);
    for (unsigned n = 0; n < glue->vectors && !status; n++)
        status = set_vector(glue, n);
    return status;
}

enum ioat_status provider_sim_connect(struct provider *provider, struct kernel *kernel,
                                      struct ioat_sim *sim, struct provider_sim **connection)
{
    enum ioat_status status;

    *connection = NULL;
    struct provider_sim *glue = calloc(1, sizeof *glue);
    if (!glue)
        return IOAT_ENOMEM;
    glue->provider = provider;
    glue->kernel = kernel;
    glue->sim = sim;
    glue->vectors = provider_channels(provider);
    if ((status = ioat_sim_platform(sim, &glue->platform)) ||
        (status = ioat_open(&glue->platform, &glue->dev)))
        goto fail;
    if (kernel_msix(kernel))
        connect_vectors(glue);
    else if ((status = connect_line(glue)))
        goto fail;
    if ((status = provider_sim_restore(glue)))
        goto fail;
    *connection = glue;
    return IOAT_OK;

fail:
    provider_sim_disconnect(glue);
    return status;
}

void provider_sim_disconnect(struct provider_sim *glue)
{
    if (!glue)
        return;
    if (kernel_msix(glue->kernel)) {
        for (unsigned n = 0; n < glue->vectors; n++) {
            if (glue->dev)
                ioat_msix_mask(glue->dev, n, true);
            kernel_interrupt_disconnect(glue->kernel, &glue->vector[n].interrupt);
        }
        ioat_sim_on_message(glue->sim, NULL, NULL);
    } else {
        provider_line_enable(glue->provider, false);
        kernel_off_time(glue->kernel, look_at_line, glue);
        kernel_interrupt_disconnect(glue->kernel, &glue->line);
    }
    ioat_close(glue->dev);
    free(glue);
}
