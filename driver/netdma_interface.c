/* netdma_interface.c - the interface object: life, log, counters, reports. */
#include "netdma_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING_LOG2_MIN = 3, RING_LOG2_MAX = 15 };

/* The documented functions have no argument that could name an interface. */
static struct netdma_interface *current;

struct netdma_interface *netdma_interface_current(void)
{
    return current;
}

struct kernel *netdma_interface_kernel(struct netdma_interface *iface)
{
    return iface->kernel;
}

/* ---- life ---- */

void netdma_interface_config_init(struct netdma_interface_config *config)
{
    *config = (struct netdma_interface_config){
        .major = 2,
        .minor = 1,
        .ring_log2 = 8,
        .drain_ns = 1000000000,
        .grace_ns = 10000000,
        .retry_ns = 10000,
        .retries = 100,
    };
}

static bool version_exists(uint32_t version)
{
    return version == NETDMA_1_0 || version == NETDMA_1_1 || version == NETDMA_2_0 ||
           version == NETDMA_2_1;
}

enum ioat_status netdma_interface_open(const struct netdma_interface_config *config,
                                       struct netdma_interface **result)
{
    if (!result)
        return IOAT_EINVAL;
    *result = NULL;
    if (!config || !config->kernel || config->ring_log2 < RING_LOG2_MIN ||
        config->ring_log2 > RING_LOG2_MAX ||
        !version_exists(NETDMA_VERSION(config->major, config->minor)))
        return IOAT_EINVAL;
    if (current)
        return IOAT_ESTATE;
    struct netdma_interface *iface = calloc(1, sizeof *iface);
    if (!iface)
        return IOAT_ENOMEM;
    iface->config = *config;
    iface->kernel = config->kernel;
    iface->version = NETDMA_VERSION(config->major, config->minor);
    current = iface;
    *result = iface;
    return IOAT_OK;
}

void netdma_interface_close(struct netdma_interface *iface)
{
    if (!iface ||
        !kernel_require(iface->kernel, "netdma_interface_close", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return;
    for (struct netdma_provider *provider = iface->providers; provider; provider = provider->next)
        if (provider->state == NETDMA_STOPPING) {
            netdma_ignored(iface, "netdma_interface_close: called while a provider stops");
            return;
        }
    while (iface->clients)
        NetDmaDeregisterClient(iface->clients->handle);
    while (iface->providers)
        netdma_provider_deregister(iface->providers);
    if (current == iface)
        current = NULL;
    free(iface->handles.slot);
    free(iface);
}

void netdma_interface_stats(const struct netdma_interface *iface,
                            struct netdma_interface_stats *stats)
{
    *stats = iface->stats;
}

/* ---- log ---- */

__attribute__((format(printf, 2, 0))) static void log_line(struct netdma_interface *iface,
                                                            const char *format, va_list list)
{
    char text[200];

    vsnprintf(text, sizeof text, format, list);
    if (iface->config.on_log)
        iface->config.on_log(iface->config.on_log_ctx, text);
    else
        fprintf(stderr, "netdma: %s\n", text);
}

void netdma_log(struct netdma_interface *iface, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    log_line(iface, format, list);
    va_end(list);
}

void netdma_ignored(struct netdma_interface *iface, const char *format, ...)
{
    va_list list;

    iface->stats.ignored++;
    va_start(list, format);
    log_line(iface, format, list);
    va_end(list);
}

/* ---- reports of calls ---- */

static const char *const call_name[NETDMA_CALL_N] = {
    [NETDMA_CALL_SET_AFFINITY] = "ProviderSetDmaChannelCpuAffinity",
    [NETDMA_CALL_ALLOCATE] = "ProviderAllocateDmaChannel",
    [NETDMA_CALL_FREE] = "ProviderFreeDmaChannel",
    [NETDMA_CALL_START] = "ProviderStartDma",
    [NETDMA_CALL_APPEND] = "ProviderAppendDma",
    [NETDMA_CALL_SUSPEND] = "ProviderSuspendDma",
    [NETDMA_CALL_RESUME] = "ProviderResumeDma",
    [NETDMA_CALL_ABORT] = "ProviderAbortDma",
    [NETDMA_CALL_RESET] = "ProviderResetChannel",
    [NETDMA_CALL_REGISTER] = "NetDmaRegisterProvider",
    [NETDMA_CALL_DEREGISTER] = "NetDmaDeregisterProvider",
    [NETDMA_CALL_PROVIDER_START] = "NetDmaProviderStart",
    [NETDMA_CALL_PROVIDER_STOP] = "NetDmaProviderStop",
    [NETDMA_CALL_ISR] = "NetDmaIsr",
    [NETDMA_CALL_INTERRUPT_DPC] = "NetDmaInterruptDpc",
    [NETDMA_CALL_PNP_EVENT] = "NetDmaPnPEventNotify",
};

void netdma_report_call(struct netdma_interface *iface, struct netdma_call call)
{
    if (!iface->config.on_call)
        return;
    call.name = call_name[call.kind];
    call.irql = kernel_irql(iface->kernel);
    call.cpu = kernel_cpu(iface->kernel);
    call.time_ns = kernel_now(iface->kernel);
    iface->config.on_call(iface->config.on_call_ctx, &call);
}

/* ---- run-time lookup ---- */

static bool same_name(const UNICODE_STRING *name, const char *ascii)
{
    size_t length = strlen(ascii);

    if (!name || !name->Buffer || name->Length != length * sizeof(WCHAR))
        return false;
    for (size_t n = 0; n < length; n++)
        if (name->Buffer[n] != (WCHAR)ascii[n])
            return false;
    return true;
}

NETDMA_ROUTINE NdisGetRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    if (!current || current->version < NETDMA_1_1)
        return NULL;
    if (same_name(SystemRoutineName, "NetDmaGetVersion"))
        return (NETDMA_ROUTINE)NetDmaGetVersion;
    if (same_name(SystemRoutineName, "NetDmaPnPEventNotify"))
        return (NETDMA_ROUTINE)NetDmaPnPEventNotify;
    return NULL;
}
