/* sim_access.c - what software does to the function: BAR0, config space, removal. */
#include "ioat_regs.h"
#include "sim_private.h"

enum { ACCESS_CLOCKS = 1000 };     /* for a blocking access, with the posted ones before it */

static bool bar_fits(uint32_t offset, unsigned width)
{
    return (width == 1 || width == 2 || width == 4 || width == 8) && offset % width == 0
        && offset < IOAT_BAR_BYTES;
}

/* Advances until every access given to the register port is answered, or `end`. */
static enum ioat_status drain(struct ioat_sim *sim, uint64_t end)
{
    while (!axil_master_idle(&sim->axil)) {
        enum ioat_status status;

        if (sim->now >= end)
            return IOAT_ETIME;
        status = sim_clock(sim);
        if (status != IOAT_OK)
            return status;
    }
    return IOAT_OK;
}

enum ioat_status ioat_sim_bar_read(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                   uint64_t *value)
{
    const uint64_t end = sim->now + ACCESS_CLOCKS;
    enum ioat_status status = sim_may_advance(sim);

    if (!value || !bar_fits(offset, width))
        return IOAT_EINVAL;
    if (status == IOAT_OK)
        status = drain(sim, end);
    if (status != IOAT_OK)
        return status;
    if (!pcie_memory(&sim->pcie)) {
        *value = ~UINT64_C(0) >> (64 - 8 * width);
        return sim_clock(sim);
    }
    axil_master_read(&sim->axil, (uint16_t)offset, width);
    status = drain(sim, end);
    if (status == IOAT_OK)
        axil_master_result(&sim->axil, value);
    return status;
}

enum ioat_status ioat_sim_bar_write(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                    uint64_t value)
{
    const uint64_t end = sim->now + ACCESS_CLOCKS;
    enum ioat_status status = sim_may_advance(sim);

    if (!bar_fits(offset, width))
        return IOAT_EINVAL;
    if (status == IOAT_OK && !pcie_memory(&sim->pcie))
        return sim_clock(sim);
    while (status == IOAT_OK && !axil_master_write(&sim->axil, (uint16_t)offset, width, value))
        status = sim->now < end ? sim_clock(sim) : IOAT_ETIME;
    return status == IOAT_OK ? drain(sim, end) : status;
}

enum ioat_status ioat_sim_bar_post(struct ioat_sim *sim, uint32_t offset, unsigned width,
                                   uint64_t value)
{
    if (!bar_fits(offset, width))
        return IOAT_EINVAL;
    if (sim->violated)
        return IOAT_EVIOLATED;
    if (!pcie_memory(&sim->pcie))
        return IOAT_OK;
    return axil_master_write(&sim->axil, (uint16_t)offset, width, value) ? IOAT_OK : IOAT_EFULL;
}

enum ioat_status ioat_sim_cfg_read(struct ioat_sim *sim, unsigned offset, unsigned width,
                                   uint32_t *value)
{
    struct pins pins = sim->pins;

    if (!value || !pcie_fits(offset, width))
        return IOAT_EINVAL;
    model_outputs(sim->model, &pins);
    pcie_set_status(&sim->pcie, pins.intx && !pcie_msix_enabled(&sim->pcie),
                    ioat_sim_bus_busy(sim));
    *value = pcie_read(&sim->pcie, offset, width);
    return IOAT_OK;
}

bool sim_settings_changed(const struct ioat_sim *sim)
{
    const struct pins *pins = &sim->pins;
    const struct pcie *pcie = &sim->pcie;

    return pins->bus_master != pcie_bus_master(pcie) || pins->msix_enable != pcie_msix_enabled(pcie)
        || pins->msix_mask != pcie_msix_masked(pcie) || pins->flr != pcie->resetting;
}

enum ioat_status ioat_sim_cfg_write(struct ioat_sim *sim, unsigned offset, unsigned width,
                                    uint32_t value)
{
    enum ioat_status status = sim_may_advance(sim);

    if (!pcie_fits(offset, width))
        return IOAT_EINVAL;
    /* A config write does not pass the memory writes before it. */
    if (status == IOAT_OK)
        status = drain(sim, sim->now + ACCESS_CLOCKS);
    if (status != IOAT_OK)
        return status;
    pcie_write(&sim->pcie, offset, width, value);
    return sim_settings_changed(sim) ? sim_clock(sim) : IOAT_OK;
}

bool ioat_sim_intx(const struct ioat_sim *sim)
{
    struct pins pins = sim->pins;

    model_outputs(sim->model, &pins);
    return pins.intx && pcie_intx_allowed(&sim->pcie);
}

void ioat_sim_remove(struct ioat_sim *sim)
{
    sim->pcie.removed = true;
    host_mem_detach(sim->mem);
    axil_master_drop(&sim->axil);
}
