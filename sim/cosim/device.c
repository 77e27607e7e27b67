/* device.c - see device.h. */
#include "device.h"

#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "ioat_regs.h"
#include "pcie.h"

enum {
    SLICE_CLOCKS = 64,
    REST_CLOCKS = 1024,            /* of quiet: more than the engine ever takes to go on */
    FLR_SLICES = 100000,
    SLOT = 5,                      /* device number on bus 0 of machine q35 ... */
    GSI = 16 + 4 + SLOT % 4,       /* ... whose pin A is wired to PIRQE..H */
    WAVE_HEAD = 8,                 /* clocks before the doorbell */
    WAVE_TAIL = 100,               /* and after the message */
};

static uint64_t all_ones(unsigned width)
{
    return width >= 8 ? ~UINT64_C(0) : (UINT64_C(1) << 8 * width) - 1;
}

static void check(struct device *device, enum ioat_status status, const char *what)
{
    if (status != IOAT_OK && !device->trouble)
        device->trouble = what;
}

/* ---- towards the guest ---- */

static void message(void *ctx, uint64_t addr, uint32_t data)
{
    struct device *device = ctx;

    qtest_message(device->qtest, addr, data);
    if (device->trace)
        bar_trace_message(device->trace, addr, data);
    if (device->wave_stop == UINT64_MAX)
        device->wave_stop = ioat_sim_now(device->sim) + WAVE_TAIL;
}

static void update_pin(struct device *device)
{
    const bool level = ioat_sim_intx(device->sim);

    if (level == device->pin)
        return;
    device->pin = level;
    qtest_pin(device->qtest, GSI, level);
    if (device->trace)
        bar_trace_pin(device->trace, level);
}

static void event(void *ctx, const struct ioat_sim_event *event)
{
    struct device *device = ctx;

    struct ioat_sim_fault fault;
    const bool armed = faults_event(&device->faults, event, &fault);

    if (device->trace && armed)
        bar_trace_fault(device->trace, &fault);
    if (device->trace)
        bar_trace_event(device->trace, event);
}

static void violation(void *ctx, const char *text)
{
    struct device *device = ctx;

    snprintf(device->violation, sizeof device->violation, "%s", text);
    device->trouble = device->violation;
}

/* ---- the clock ---- */

static void touch(struct device *device)
{
    device->busy_until = ioat_sim_now(device->sim) + REST_CLOCKS + device->delay;
}

/* After a write that may have changed INTRDELAY. */
static void learn_delay(struct device *device)
{
    uint64_t delay = 0;

    check(device, ioat_sim_bar_read(device->sim, IOAT_INTRDELAY, IOAT_INTRDELAY_BITS / 8, &delay),
          "the engine does not answer a register access");
    device->delay = (delay & IOAT_INTRDELAY_MICROSECONDS) * ioat_sim_build()->clock_mhz;
}

static void end_wave(struct device *device)
{
    if (ioat_sim_now(device->sim) < device->wave_stop)
        return;
    device->wave_stop = 0;
    ioat_sim_wave_stop(device->sim);
}

bool device_run(struct device *device)
{
    if (device->trouble)
        return false;
    if (ioat_sim_bus_busy(device->sim))
        touch(device);
    if (ioat_sim_now(device->sim) >= device->busy_until)
        return false;
    check(device, ioat_sim_step(device->sim, SLICE_CLOCKS), "the simulation stopped");
    update_pin(device);
    if (device->wave_stop)
        end_wave(device);
    return true;
}

/* ---- accesses ---- */

static uint64_t config_read(struct device *device, uint32_t addr, unsigned width)
{
    uint32_t value;

    if (ioat_sim_cfg_read(device->sim, addr, width, &value) != IOAT_OK)
        return all_ones(width);
    if (device->trace)
        bar_trace_config(device->trace, false, addr, width, value);
    return value;
}

static void config_write(struct device *device, uint32_t addr, unsigned width, uint32_t value)
{
    const enum ioat_status status = ioat_sim_cfg_write(device->sim, addr, width, value);

    if (status != IOAT_EINVAL)
        check(device, status, "a config write did not end");
    if (device->trace)
        bar_trace_config(device->trace, true, addr, width, value);
}

/* Offset in BAR0 of a guest-physical address, or IOAT_BAR_BYTES: not in it. */
static uint32_t bar_offset(struct device *device, uint64_t addr)
{
    uint32_t low = 0, high = 0;

    ioat_sim_cfg_read(device->sim, PCI_BASE_ADDRESS_0, 4, &low);
    ioat_sim_cfg_read(device->sim, PCI_BASE_ADDRESS_1, 4, &high);
    const uint64_t base = (uint64_t)high << 32 | (low & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK);

    return addr >= base && addr - base < IOAT_BAR_BYTES ? (uint32_t)(addr - base) : IOAT_BAR_BYTES;
}

static void arm_wave(struct device *device, uint32_t offset, uint64_t value)
{
    /* The first doorbell of a channel is for the null descriptor that starts it. */
    if (!device->wave_wanted || offset < IOAT_CHAN_BASE || offset >= IOAT_MSIX_TABLE_BASE
        || offset % IOAT_CHAN_STRIDE != IOAT_DMACOUNT || value < 2)
        return;
    device->wave_wanted = false;
    device->wave_stop = UINT64_MAX;
    check(device, ioat_sim_wave_start(device->sim), "no wave is recorded: give --wave");
    check(device, ioat_sim_step(device->sim, WAVE_HEAD), "the simulation stopped");
}

static uint64_t bar_access(struct device *device, const struct proxy_message *message)
{
    const bool write = message->command == PROXY_BAR_WRITE;
    const uint32_t offset = bar_offset(device, message->bar.addr);
    const unsigned width = message->bar.width;
    uint64_t value = message->bar.value;
    enum ioat_status status;

    device->accesses++;
    if (write) {
        arm_wave(device, offset, value);
        if (device->trace)
            bar_trace_before_write(device->trace, offset, width, value);
    }
    status = write ? ioat_sim_bar_write(device->sim, offset, width, value)
                   : ioat_sim_bar_read(device->sim, offset, width, &value);
    if (status == IOAT_EINVAL) {
        device->misfits++;
        return all_ones(width);
    }
    check(device, status, "the engine does not answer a register access");
    if (write && offset / 8 == IOAT_INTRDELAY / 8)
        learn_delay(device);
    if (device->trace && !write)
        bar_trace_read(device->trace, offset, width, value);
    return value;
}

/* Power-on values, by a function-level reset. */
static void reset(struct device *device)
{
    const unsigned devctl = PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL;
    uint32_t value = 0;

    device->delay = 0;
    ioat_sim_cfg_read(device->sim, devctl, 2, &value);
    check(device, ioat_sim_cfg_write(device->sim, devctl, 2, value | PCI_EXP_DEVCTL_BCR_FLR),
          "the engine does not take a reset");
    for (unsigned n = 0; n < FLR_SLICES && !device->trouble; n++) {
        ioat_sim_cfg_read(device->sim, PCI_VENDOR_ID, 2, &value);
        if (value != all_ones(2))
            return;
        check(device, ioat_sim_step(device->sim, SLICE_CLOCKS), "the simulation stopped");
    }
    check(device, IOAT_ETIME, "a function-level reset does not end");
}

void device_serve(struct device *device, int socket, struct proxy_message *message)
{
    bool sent = true;
    const char *wrong;

    switch (message->command) {
    case PROXY_SYNC_SYSMEM:
        wrong = guest_memory_set(&device->memory, message);
        if (wrong)
            device->trouble = wrong;
        break;
    case PROXY_CFG_READ:
        sent = proxy_reply(socket, config_read(device, message->config.addr,
                                               (unsigned)message->config.width));
        break;
    case PROXY_CFG_WRITE:
        config_write(device, message->config.addr, (unsigned)message->config.width,
                     message->config.value);
        sent = proxy_reply(socket, 0);
        break;
    case PROXY_BAR_READ:
    case PROXY_BAR_WRITE:
        sent = proxy_reply(socket, bar_access(device, message));
        break;
    case PROXY_RESET:
        if (device->trace)
            bar_trace_reset(device->trace);
        reset(device);
        sent = proxy_reply_empty(socket);
        break;
    default:
        break;                     /* PROXY_SET_IRQFD: qtest delivers */
    }
    proxy_close_fds(message);
    if (!sent)
        device->trouble = "QEMU does not take an answer";
    update_pin(device);
    touch(device);
}

/* ---- life ---- */

bool device_open(struct device *device, const struct device_config *config)
{
    struct ioat_sim_config sim;

    memset(device, 0, sizeof *device);
    device->qtest = config->qtest;
    device->trace = config->trace;
    ioat_sim_config_init(&sim);
    sim.seed = config->seed;
    sim.timing.read_latency = sim.timing.write_latency = config->latency;
    sim.wave_path = config->wave;
    sim.on_violation = violation;
    sim.on_violation_ctx = device;
    if (ioat_sim_open(&sim, &device->sim) != IOAT_OK)
        return false;
    device->memory.sim = device->sim;
    faults_init(&device->faults, device->sim);
    ioat_sim_on_message(device->sim, message, device);
    ioat_sim_on_event(device->sim, event, device);
    reset(device);
    return !device->trouble;
}

void device_close(struct device *device)
{
    const char *trouble = device->trouble;

    if (!device->sim)
        return;
    ioat_sim_on_message(device->sim, NULL, NULL);
    ioat_sim_on_event(device->sim, NULL, NULL);
    guest_memory_clear(&device->memory);
    ioat_sim_close(device->sim);
    device->sim = NULL;
    if (!trouble && device->trouble)
        fprintf(stderr, "cosim: %s\n", device->trouble);
}
