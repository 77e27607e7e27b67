/* conformance_subjects.c - see conformance_subjects.h. */
#include "conformance_subjects.h"

#include <linux/pci_regs.h>
#include <stdlib.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "provider.h"
#include "provider_sim.h"
#include "reference_provider.h"

enum { DISPATCH_LIMIT_NS = 1000000, WAIT_NS = 100000 };

static void on_violation(void *ctx, const struct kernel_violation *violation)
{
    (void)ctx;
    ck_abort_msg("kernel: %s", violation->text);
}

static struct kernel *open_kernel(const struct subject_options *options,
                                  const struct ioat_platform *device)
{
    struct kernel_config config;
    struct kernel *kernel;

    kernel_config_init(&config);
    config.cpus = options->cpus;
    config.msix = options->msix;
    config.device = device;
    config.dispatch_limit_ns = DISPATCH_LIMIT_NS;
    config.on_violation = on_violation;
    ck_assert_int_eq(kernel_open(&config, &kernel), IOAT_OK);
    return kernel;
}

/* ---- the provider of driver/ on the simulated engine ---- */

struct engine_world {
    struct subject_options options;
    struct ioat_sim *sim;
    struct ioat_platform platform;
    struct kernel *kernel;
    struct provider *provider;
    struct provider_sim *glue;
};

static void on_sim_violation(void *ctx, const char *text)
{
    (void)ctx;
    ck_abort_msg("simulator: %s", text);
}

static void *engine_open(const struct subject *subject, const struct subject_options *options)
{
    struct engine_world *world = calloc(1, sizeof *world);
    struct ioat_sim_config sim;

    (void)subject;
    ck_assert_ptr_nonnull(world);
    world->options = *options;
    ioat_sim_config_init(&sim);
    sim.timing.read_latency = 20;
    sim.timing.write_latency = 10;
    sim.on_violation = on_sim_violation;
    ck_assert_int_eq(ioat_sim_open(&sim, &world->sim), IOAT_OK);
    ck_assert_int_eq(ioat_sim_platform(world->sim, &world->platform), IOAT_OK);
    world->kernel = open_kernel(options, &world->platform);
    return world;
}

static struct kernel *engine_kernel(void *ctx)
{
    return ((struct engine_world *)ctx)->kernel;
}

static bool engine_add(void *ctx)
{
    struct engine_world *world = ctx;
    struct provider_config config;

    provider_config_init(&config);
    config.kernel = world->kernel;
    config.bar = world->platform.bar;
    config.bar_ctx = world->platform.bar_ctx;
    config.major = world->options.major;
    config.minor = world->options.minor;
    config.address_bits = ioat_sim_build()->addr_bits;
    config.wait_ns = WAIT_NS;
    if (provider_open(&config, &world->provider))
        return false;
    ck_assert_int_eq(provider_sim_connect(world->provider, world->kernel, world->sim,
                                          &world->glue), IOAT_OK);
    return true;
}

static void engine_start_device(void *ctx)
{
    provider_start(((struct engine_world *)ctx)->provider);
}

static PVOID engine_handle(void *ctx)
{
    return provider_handle(((struct engine_world *)ctx)->provider);
}

static void engine_power_down(void *ctx)
{
    provider_power_down(((struct engine_world *)ctx)->provider);
}

static unsigned express_capability(struct ioat_sim *sim)
{
    uint32_t at, id;

    ck_assert_int_eq(ioat_sim_cfg_read(sim, PCI_CAPABILITY_LIST, 1, &at), IOAT_OK);
    while (at) {
        ck_assert_int_eq(ioat_sim_cfg_read(sim, at, 1, &id), IOAT_OK);
        if (id == PCI_CAP_ID_EXP)
            break;
        ck_assert_int_eq(ioat_sim_cfg_read(sim, at + 1, 1, &at), IOAT_OK);
    }
    ck_assert_uint_ne(at, 0);
    return at;
}

/* A function-level reset takes everything; what the firmware set is put back. */
static void lose_power(struct ioat_sim *sim)
{
    uint32_t command, bar[2];

    ck_assert_int_eq(ioat_sim_cfg_read(sim, PCI_COMMAND, 2, &command), IOAT_OK);
    for (unsigned n = 0; n < 2; n++)
        ck_assert_int_eq(ioat_sim_cfg_read(sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, &bar[n]), IOAT_OK);
    ck_assert_int_eq(ioat_sim_cfg_write(sim, express_capability(sim) + PCI_EXP_DEVCTL, 2,
                                        PCI_EXP_DEVCTL_BCR_FLR), IOAT_OK);
    ck_assert_int_eq(ioat_sim_step(sim, 100 * ioat_sim_build()->clock_mhz), IOAT_OK);
    for (unsigned n = 0; n < 2; n++)
        ck_assert_int_eq(ioat_sim_cfg_write(sim, PCI_BASE_ADDRESS_0 + 4 * n, 4, bar[n]), IOAT_OK);
    ck_assert_int_eq(ioat_sim_cfg_write(sim, PCI_COMMAND, 2, command), IOAT_OK);
}

static void engine_power_up(void *ctx)
{
    struct engine_world *world = ctx;

    lose_power(world->sim);
    ck_assert_int_eq(provider_sim_restore(world->glue), IOAT_OK);
    provider_power_up(world->provider);
}

static void engine_stop_device(void *ctx)
{
    provider_stop(((struct engine_world *)ctx)->provider);
}

static void engine_remove(void *ctx)
{
    struct engine_world *world = ctx;

    if (!world->provider)
        return;
    provider_stop(world->provider);
    provider_sim_disconnect(world->glue);
    provider_close(world->provider);
}

static void engine_close(void *ctx)
{
    struct engine_world *world = ctx;

    kernel_close(world->kernel);
    ck_assert_ptr_null(ioat_sim_violation(world->sim));
    ioat_sim_close(world->sim);
    free(world);
}

static unsigned engine_interrupt_cpu(void *ctx, unsigned channel)
{
    return provider_interrupt_cpu(((struct engine_world *)ctx)->provider, channel);
}

static uint64_t engine_messages(void *ctx)
{
    struct ioat_sim_stats stats;

    ioat_sim_stats(((struct engine_world *)ctx)->sim, &stats);
    return stats.messages;
}

static unsigned engine_priority(void *ctx, unsigned channel)
{
    uint64_t value = 0;

    ck_assert_int_eq(ioat_sim_bar_read(((struct engine_world *)ctx)->sim,
                                       IOAT_CHAN(channel, CHANCTRL), IOAT_CHANCTRL_BITS / 8,
                                       &value), IOAT_OK);
    return (unsigned)IOAT_FIELD_GET(value, CHANCTRL, PRIORITY);
}

static void add_fault(struct engine_world *world, enum ioat_sim_fault_answer answer, uint64_t bus,
                      uint64_t bytes)
{
    const struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ, .answer = answer, .first = bus, .last = bus + bytes - 1,
        .count = answer != IOAT_SIM_HOLD, .percent = 100,
    };
    ck_assert_int_ge(ioat_sim_fault_add(world->sim, &fault), 0);
}

static void engine_fail_read(void *ctx, uint64_t bus, uint64_t bytes)
{
    add_fault(ctx, IOAT_SIM_SLVERR, bus, bytes);
}

static void engine_hold(void *ctx, uint64_t bus, uint64_t bytes)
{
    add_fault(ctx, IOAT_SIM_HOLD, bus, bytes);
}

static void engine_release(void *ctx)
{
    ioat_sim_fault_clear(((struct engine_world *)ctx)->sim);
}

const struct subject_ops engine_subject = {
    .open = engine_open,
    .kernel = engine_kernel,
    .add_device = engine_add,
    .start_device = engine_start_device,
    .handle = engine_handle,
    .power_down = engine_power_down,
    .power_up = engine_power_up,
    .stop_device = engine_stop_device,
    .remove_device = engine_remove,
    .close = engine_close,
    .interrupt_cpu = engine_interrupt_cpu,
    .messages = engine_messages,
    .priority = engine_priority,
    .priority_max = IOAT_FIELD_GET(~0u, CHANCTRL, PRIORITY),
    .fail_read = engine_fail_read,
    .hold = engine_hold,
    .release = engine_release,
};

/* ---- the reference provider ---- */

struct reference_world {
    struct subject_options options;
    enum defect defect;
    struct kernel *kernel;
    struct reference_provider *provider;
};

static void *reference_open(const struct subject *subject, const struct subject_options *options)
{
    struct reference_world *world = calloc(1, sizeof *world);

    ck_assert_ptr_nonnull(world);
    world->options = *options;
    world->defect = (enum defect)subject->variant;
    world->kernel = open_kernel(options, NULL);
    return world;
}

static struct kernel *reference_kernel(void *ctx)
{
    return ((struct reference_world *)ctx)->kernel;
}

static bool reference_add(void *ctx)
{
    struct reference_world *world = ctx;
    const struct reference_config config = {
        .kernel = world->kernel, .major = world->options.major, .minor = world->options.minor,
        .defect = world->defect,
    };

    world->provider = reference_provider_open(&config);
    return world->provider;
}

static struct reference_provider *reference_of(void *ctx)
{
    return ((struct reference_world *)ctx)->provider;
}

static void reference_start(void *ctx)
{
    reference_provider_start(reference_of(ctx));
}

static PVOID reference_handle(void *ctx)
{
    return reference_provider_handle(reference_of(ctx));
}

static void reference_power_down(void *ctx)
{
    reference_provider_power_down(reference_of(ctx));
}

static void reference_power_up(void *ctx)
{
    reference_provider_power_up(reference_of(ctx));
}

static void reference_stop(void *ctx)
{
    reference_provider_stop(reference_of(ctx));
}

static void reference_remove(void *ctx)
{
    reference_provider_close(reference_of(ctx));
}

static void reference_close(void *ctx)
{
    struct reference_world *world = ctx;

    kernel_close(world->kernel);
    free(world);
}

static unsigned reference_interrupt_cpu(void *ctx, unsigned channel)
{
    return reference_provider_interrupt_cpu(reference_of(ctx), channel);
}

static uint64_t reference_messages(void *ctx)
{
    return reference_provider_messages(reference_of(ctx));
}

static unsigned reference_priority(void *ctx, unsigned channel)
{
    return reference_provider_priority(reference_of(ctx), channel);
}

static void reference_fail_read(void *ctx, uint64_t bus, uint64_t bytes)
{
    reference_provider_engine(reference_of(ctx))->failing = (struct engine_range){bus, bytes};
}

static void reference_hold(void *ctx, uint64_t bus, uint64_t bytes)
{
    reference_provider_engine(reference_of(ctx))->held = (struct engine_range){bus, bytes};
}

static void reference_release(void *ctx)
{
    reference_provider_engine(reference_of(ctx))->held = (struct engine_range){0};
}

static struct subject_hints reference_hints(void *ctx, unsigned channel)
{
    struct engine_hints hints = reference_provider_hints(reference_of(ctx), channel);

    return (struct subject_hints){hints.words, hints.data, hints.word_target, hints.data_target};
}

const struct subject_ops reference_subject = {
    .open = reference_open,
    .kernel = reference_kernel,
    .add_device = reference_add,
    .start_device = reference_start,
    .handle = reference_handle,
    .power_down = reference_power_down,
    .power_up = reference_power_up,
    .stop_device = reference_stop,
    .remove_device = reference_remove,
    .close = reference_close,
    .interrupt_cpu = reference_interrupt_cpu,
    .messages = reference_messages,
    .priority = reference_priority,
    .priority_max = REFERENCE_PRIORITY_MAX,
    .fail_read = reference_fail_read,
    .hold = reference_hold,
    .release = reference_release,
    .hints = reference_hints,
};

/* ---- all of them ---- */

const struct subject *subject_at(int n)
{
    static struct subject subjects[SUBJECTS] = {
        {"engine 1.x", &engine_subject, 1, 1, 0, false, 0},
        {"engine 2.x", &engine_subject, 2, 0, 0, false, 0},
        {"reference 1.x", &reference_subject, 1, 1, REFERENCE_CHANNELS, false, NO_DEFECT},
        {"reference 2.x", &reference_subject, 2, 0, REFERENCE_CHANNELS, true, NO_DEFECT},
    };
    static struct subject wrong;

    if (n < SUBJECTS) {
        if (subjects[n].ops == &engine_subject)
            subjects[n].channels = ioat_sim_build()->channels;
        return &subjects[n];
    }
    const struct wrong_provider *provider = &wrong_providers[n - SUBJECTS];
    wrong = (struct subject){provider->what, &reference_subject, provider->major, provider->minor,
                             REFERENCE_CHANNELS, provider->major >= 2, provider->defect};
    return &wrong;
}
