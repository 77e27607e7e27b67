/* platform.c - the kernel's life, levels, locks and broken rules. */
#include "platform_priv.h"

#include <stdio.h>
#include <stdlib.h>

enum { CPUS_MAX = 1024, EXIT_VIOLATION = 3 };

/* ---- life ---- */

void kernel_config_init(struct kernel_config *config)
{
    *config = (struct kernel_config){
        .cpus = 4,
        .msix = true,
        .bus_base = UINT64_C(0x100000000),
        .dispatch_limit_ns = 100000000,
    };
}

enum ioat_status kernel_open(const struct kernel_config *config, struct kernel **result)
{
    struct kernel_config fallback;

    *result = NULL;
    if (!config) {
        kernel_config_init(&fallback);
        config = &fallback;
    }
    if (!config->cpus || config->cpus > CPUS_MAX || config->bus_base % KERNEL_PAGE ||
        (config->device && (!config->device->dma || !config->device->clock)))
        return IOAT_EINVAL;

    struct kernel *kernel = calloc(1, sizeof *kernel);
    if (!kernel)
        return IOAT_ENOMEM;
    kernel->config = *config;
    if (config->device) {
        kernel->device = *config->device;
        kernel->has_device = true;
    }
    kernel->bus_next = config->bus_base;
    kernel->dpc = calloc(config->cpus, sizeof *kernel->dpc);
    if (!kernel->dpc) {
        free(kernel);
        return IOAT_ENOMEM;
    }
    *result = kernel;
    return IOAT_OK;
}

void kernel_close(struct kernel *kernel)
{
    if (!kernel)
        return;
    kernel_memory_close(kernel);
    free(kernel->dpc);
    free(kernel);
}

unsigned kernel_cpus(const struct kernel *kernel)
{
    return kernel->config.cpus;
}

bool kernel_msix(const struct kernel *kernel)
{
    return kernel->config.msix;
}

uint32_t kernel_apic_id(const struct kernel *kernel, unsigned cpu)
{
    return cpu < kernel->config.cpus ? cpu : 0;
}

/* ---- broken rules ---- */

const char *kernel_irql_name(enum kernel_irql irql)
{
    static const char *const name[] = {"PASSIVE", "APC", "DISPATCH", "DIRQL"};
    return (unsigned)irql < sizeof name / sizeof name[0] ? name[irql] : "?";
}

void kernel_report(struct kernel *kernel, enum kernel_rule rule, const char *where,
                   const char *text)
{
    struct kernel_violation violation = {
        .rule = rule,
        .where = where,
        .irql = kernel->irql,
        .text = text,
    };

    if (kernel->config.on_violation) {
        kernel->config.on_violation(kernel->config.on_violation_ctx, &violation);
        return;
    }
    fprintf(stderr, "kernel: %s\n", text);
    exit(EXIT_VIOLATION);
}

bool kernel_require(struct kernel *kernel, const char *where, enum kernel_irql lowest,
                    enum kernel_irql highest)
{
    char text[160];

    if (kernel->irql >= lowest && kernel->irql <= highest)
        return true;
    if (lowest == highest)
        snprintf(text, sizeof text, "%s called at %s; it must be called at %s", where,
                 kernel_irql_name(kernel->irql), kernel_irql_name(lowest));
    else
        snprintf(text, sizeof text, "%s called at %s; allowed is %s to %s", where,
                 kernel_irql_name(kernel->irql), kernel_irql_name(lowest),
                 kernel_irql_name(highest));
    kernel_report(kernel, KERNEL_RULE_LEVEL, where, text);
    return false;
}

/* ---- levels ---- */

enum kernel_irql kernel_irql(const struct kernel *kernel)
{
    return kernel->irql;
}

void kernel_set_irql(struct kernel *kernel, enum kernel_irql irql)
{
    if (irql < KERNEL_DISPATCH) {
        kernel->raised_ns = 0;
        kernel->long_reported = false;
    }
    kernel->irql = irql;
}

enum kernel_irql kernel_raise(struct kernel *kernel, enum kernel_irql irql)
{
    enum kernel_irql old = kernel->irql;

    if (irql > KERNEL_DIRQL || irql < old)
        kernel_require(kernel, "kernel_raise", KERNEL_PASSIVE, irql);
    else
        kernel_set_irql(kernel, irql);
    return old;
}

void kernel_lower(struct kernel *kernel, enum kernel_irql irql)
{
    if (irql > kernel->irql)
        kernel_require(kernel, "kernel_lower", irql, KERNEL_DIRQL);
    else
        kernel_set_irql(kernel, irql);
}

unsigned kernel_cpu(const struct kernel *kernel)
{
    return kernel->cpu;
}

void kernel_set_cpu(struct kernel *kernel, unsigned cpu)
{
    kernel->cpu = cpu < kernel->config.cpus ? cpu : 0;
}

struct kernel_mark kernel_mark(const struct kernel *kernel)
{
    return (struct kernel_mark){.irql = kernel->irql, .locks = kernel->locks};
}

bool kernel_check(struct kernel *kernel, struct kernel_mark mark, const char *where)
{
    char text[160];
    bool good = true;

    if (kernel->irql != mark.irql) {
        snprintf(text, sizeof text, "%s was called at %s and returned at %s", where,
                 kernel_irql_name(mark.irql), kernel_irql_name(kernel->irql));
        kernel_report(kernel, KERNEL_RULE_LEAK, where, text);
        kernel_set_irql(kernel, mark.irql);
        good = false;
    }
    if (kernel->locks != mark.locks) {
        snprintf(text, sizeof text, "%s was called with %u locks held and returned with %u", where,
                 mark.locks, kernel->locks);
        kernel_report(kernel, KERNEL_RULE_LEAK, where, text);
        kernel->locks = mark.locks;
        good = false;
    }
    return good;
}

/* ---- locks ---- */

bool kernel_lock(struct kernel *kernel, struct kernel_lock *lock, const char *where)
{
    char text[160];

    if (!kernel_require(kernel, where, KERNEL_PASSIVE, KERNEL_DISPATCH))
        return false;
    if (lock->held) {
        snprintf(text, sizeof text, "%s waits for a lock that cannot come free: a deadlock", where);
        kernel_report(kernel, KERNEL_RULE_LOCK, where, text);
        return false;
    }
    lock->old = kernel_raise(kernel, KERNEL_DISPATCH);
    lock->held = true;
    kernel->locks++;
    return true;
}

void kernel_unlock(struct kernel *kernel, struct kernel_lock *lock, const char *where)
{
    char text[160];

    if (!lock->held) {
        snprintf(text, sizeof text, "%s releases a lock that nobody holds", where);
        kernel_report(kernel, KERNEL_RULE_LOCK, where, text);
        return;
    }
    lock->held = false;
    if (kernel->locks)
        kernel->locks--;
    kernel_lower(kernel, lock->old);
}
