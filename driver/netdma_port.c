/* netdma_port.c - a channel as its provider knows it: the one way its callbacks are called.
 *
 * Around each call: a report before and after, a check that level and locks are as they
 * were, and a check that the result is one of the documented (R-START-8, the NetDMA
 * sheet, section 5).
 */
#include "netdma_priv.h"

/* Results that a callback may have besides SUCCESS and UNSUCCESSFUL. */
static bool documented(enum netdma_call_kind kind, NTSTATUS status)
{
    if (status == STATUS_SUCCESS || status == STATUS_UNSUCCESSFUL)
        return true;
    return status == STATUS_RESOURCES &&
           (kind == NETDMA_CALL_SET_AFFINITY || kind == NETDMA_CALL_ALLOCATE ||
            kind == NETDMA_CALL_START);
}

static struct kernel_mark before(struct netdma_interface *iface, const struct netdma_call *call)
{
    netdma_report_call(iface, *call);
    return kernel_mark(iface->kernel);
}

static NTSTATUS after(struct netdma_interface *iface, struct kernel_mark mark,
                      struct netdma_call *call, const char *name, NTSTATUS status)
{
    kernel_check(iface->kernel, mark, name);
    if (!documented(call->kind, status)) {
        iface->stats.alien_status++;
        netdma_log(iface, "%s returned 0x%08X, which it may not; taken as unsuccessful", name,
                   (unsigned)status);
        status = STATUS_UNSUCCESSFUL;
    }
    call->returned = true;
    call->status = status;
    netdma_report_call(iface, *call);
    return status;
}

/* A report of a call on a port. */
static struct netdma_call call_of(const struct netdma_port *port, enum netdma_call_kind kind)
{
    return (struct netdma_call){
        .kind = kind,
        .provider = port->provider->handle,
        .channel = port->handle,
    };
}

static bool callable(const struct netdma_port *port, const char *name)
{
    return port->provider &&
           kernel_require(port->iface->kernel, name, KERNEL_PASSIVE, KERNEL_DISPATCH);
}

/* ---- channel-wide ---- */

NTSTATUS netdma_port_affinity(struct netdma_provider *provider,
                              PNET_DMA_CHANNEL_CPU_AFFINITY array, ULONG bytes)
{
    struct netdma_call call = {.kind = NETDMA_CALL_SET_AFFINITY, .count = bytes};
    struct kernel_mark mark = before(provider->iface, &call);

    return after(provider->iface, mark, &call, "ProviderSetDmaChannelCpuAffinity",
                 provider->ops.SetDmaChannelCpuAffinity(provider->context, array, bytes));
}

static void link_port(struct netdma_port *port)
{
    struct netdma_port **at = &port->provider->ports;

    while (*at)
        at = &(*at)->next;
    *at = port;
    port->next = NULL;
    port->number = ++port->iface->numbers;
    port->provider->used++;
}

static void unlink_port(struct netdma_port *port)
{
    for (struct netdma_port **at = &port->provider->ports; *at; at = &(*at)->next)
        if (*at == port) {
            *at = port->next;
            port->provider->used--;
            break;
        }
    netdma_handle_end(port->iface, port->handle);
    port->handle = NULL;
    port->provider = NULL;
}

NTSTATUS netdma_port_open(struct netdma_port *port, struct netdma_provider *provider,
                          PNET_DMA_CHANNEL_PARAMETERS parameters,
                          const struct netdma_port_ops *ops, void *owner)
{
    struct netdma_interface *iface = provider->iface;

    *port = (struct netdma_port){.iface = iface, .provider = provider, .ops = ops, .owner = owner};
    port->handle = netdma_handle_new(iface, NETDMA_KIND_PORT, port);
    if (!port->handle) {
        port->provider = NULL;
        return STATUS_RESOURCES;
    }
    link_port(port);

    struct netdma_call call = call_of(port, NETDMA_CALL_ALLOCATE);
    struct kernel_mark mark = before(iface, &call);
    NTSTATUS status = provider->ops.AllocateDmaChannel(provider->context, parameters, port->handle,
                                                       &port->context);
    call.count = parameters ? parameters->CpuNumber : 0;
    status = after(iface, mark, &call, "ProviderAllocateDmaChannel", status);
    if (status != STATUS_SUCCESS) {
        unlink_port(port);
        return status;
    }
    port->cpu = call.count;
    if (port->cpu >= kernel_cpus(iface->kernel)) {
        netdma_log(iface, "ProviderAllocateDmaChannel chose CPU %u, which does not exist; "
                          "taken as 0", (unsigned)port->cpu);
        port->cpu = 0;
    }
    return STATUS_SUCCESS;
}

void netdma_port_close(struct netdma_port *port)
{
    if (!port->provider)
        return;
    struct netdma_call call = call_of(port, NETDMA_CALL_FREE);
    DMA_CHANNEL_FREE_HANDLER free_channel = port->provider->ops.FreeDmaChannel;
    struct kernel_mark mark = before(port->iface, &call);

    free_channel(port->context);
    after(port->iface, mark, &call, "ProviderFreeDmaChannel", STATUS_SUCCESS);
    unlink_port(port);
}

/* ---- transfers ---- */

NTSTATUS netdma_port_start(struct netdma_port *port, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                           ULONG count)
{
    if (!callable(port, "ProviderStartDma"))
        return STATUS_UNSUCCESSFUL;
    struct netdma_call call = call_of(port, NETDMA_CALL_START);
    call.desc = desc;
    call.address = bus;
    call.count = count;
    struct kernel_mark mark = before(port->iface, &call);
    NTSTATUS status = port->provider->ops.StartDma(
        port->context, desc, (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus}, count);
    return after(port->iface, mark, &call, "ProviderStartDma", status);
}

NTSTATUS netdma_port_append(struct netdma_port *port, PNET_DMA_DESCRIPTOR desc, uint64_t bus,
                            ULONG count)
{
    if (!callable(port, "ProviderAppendDma"))
        return STATUS_UNSUCCESSFUL;
    struct netdma_call call = call_of(port, NETDMA_CALL_APPEND);
    call.desc = desc;
    call.address = bus;
    call.count = count;
    struct kernel_mark mark = before(port->iface, &call);
    NTSTATUS status = port->provider->ops.AppendDma(
        port->context, desc, (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus}, count);
    return after(port->iface, mark, &call, "ProviderAppendDma", status);
}

NTSTATUS netdma_port_suspend(struct netdma_port *port, uint64_t *last)
{
    /* Whether the provider writes through the pointer or moves it, the value is behind it. */
    PHYSICAL_ADDRESS slot = {.QuadPart = 0};
    PPHYSICAL_ADDRESS at = &slot;

    if (!callable(port, "ProviderSuspendDma"))
        return STATUS_UNSUCCESSFUL;
    if (!port->provider->ops.SuspendDma)
        return STATUS_INVALID_PARAMETER;
    struct netdma_call call = call_of(port, NETDMA_CALL_SUSPEND);
    struct kernel_mark mark = before(port->iface, &call);
    NTSTATUS status = port->provider->ops.SuspendDma(port->context, &at);
    if (status == STATUS_SUCCESS && at) {
        call.address = (uint64_t)at->QuadPart;
        if (last)
            *last = call.address;
    }
    return after(port->iface, mark, &call, "ProviderSuspendDma", status);
}

/* The three that take nothing but the context. */
static NTSTATUS plain(struct netdma_port *port, enum netdma_call_kind kind, const char *name,
                      NTSTATUS (*callback)(PVOID context))
{
    if (!callback)
        return STATUS_INVALID_PARAMETER;
    struct netdma_call call = call_of(port, kind);
    struct kernel_mark mark = before(port->iface, &call);
    return after(port->iface, mark, &call, name, callback(port->context));
}

NTSTATUS netdma_port_resume(struct netdma_port *port)
{
    return callable(port, "ProviderResumeDma")
               ? plain(port, NETDMA_CALL_RESUME, "ProviderResumeDma",
                       port->provider->ops.ResumeDma)
               : STATUS_UNSUCCESSFUL;
}

NTSTATUS netdma_port_abort(struct netdma_port *port)
{
    return callable(port, "ProviderAbortDma")
               ? plain(port, NETDMA_CALL_ABORT, "ProviderAbortDma", port->provider->ops.AbortDma)
               : STATUS_UNSUCCESSFUL;
}

NTSTATUS netdma_port_reset(struct netdma_port *port)
{
    return callable(port, "ProviderResetChannel")
               ? plain(port, NETDMA_CALL_RESET, "ProviderResetChannel",
                       port->provider->ops.ResetChannel)
               : STATUS_UNSUCCESSFUL;
}
