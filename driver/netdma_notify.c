/* netdma_notify.c - what clients are told about providers, and power events.
 *
 * Rules: R-PWR of docs/requirements.md; the codes: the NetDMA sheet, section 3.5.
 */
#include "netdma_priv.h"

/* Clients and ports may come and go while they are told, so each step looks for the next
 * one by its number. */
static struct netdma_client *next_client(struct netdma_interface *iface, uint64_t after)
{
    for (struct netdma_client *client = iface->clients; client; client = client->next)
        if (client->number > after)
            return client;
    return NULL;
}

void netdma_notify(struct netdma_interface *iface, NET_DMA_PNP_NOTIFICATION_CODE code,
                   PVOID provider_handle)
{
    uint64_t newest = iface->numbers, done = 0;
    struct netdma_client *client;

    while ((client = next_client(iface, done)) && client->number <= newest) {
        const NET_DMA_PNP_NOTIFICATION event = {
            .StructureRevision = NET_DMA_PNP_NOTIFICATION_REVISION_1,
            .StructureSize = sizeof event,
            .NotificationCode = code,
        };
        done = client->number;
        if (client->ops.notify) {
            struct kernel_mark mark = kernel_mark(iface->kernel);
            client->ops.notify(client->context, provider_handle, &event);
            kernel_check(iface->kernel, mark, "a client's notify");
        }
    }
}

/* ---- power ---- */

static const char *objection(const struct netdma_provider *provider,
                             const NET_DMA_PNP_NOTIFICATION *event)
{
    if (provider->version < NETDMA_1_1 || provider->iface->version < NETDMA_1_1)
        return "needs a provider and an interface of 1.1 or later";
    if (!event)
        return "PnPEvent is NULL";
    if (event->StructureRevision != NET_DMA_PNP_NOTIFICATION_REVISION_1 ||
        event->StructureSize != sizeof *event)
        return "StructureRevision is not 1 or StructureSize not 32";
    if (event->NotificationCode != NetDmaNotificationProviderPowerDown &&
        event->NotificationCode != NetDmaNotificationProviderPowerUp)
        return "providers send ProviderPowerDown and ProviderPowerUp only";
    if (event->Buffer || event->BufferLength)
        return "power events have no Buffer";
    if (provider->state != NETDMA_STARTED)
        return "the provider is not started";
    if (provider->powered_down ==
        (event->NotificationCode == NetDmaNotificationProviderPowerDown))
        return "the provider is in that power state already";
    return NULL;
}

static struct netdma_port *next_port(struct netdma_provider *provider, uint64_t after)
{
    for (struct netdma_port *port = provider->ports; port; port = port->next)
        if (port->number > after)
            return port;
    return NULL;
}

static void each_port(struct netdma_provider *provider, bool down)
{
    uint64_t newest = provider->iface->numbers, done = 0;
    struct netdma_port *port;

    while ((port = next_port(provider, done)) && port->number <= newest) {
        void (*tell)(void *owner) = down ? port->ops->power_down : port->ops->power_up;
        done = port->number;
        if (tell)
            tell(port->owner);
    }
}

void netdma_power_event(struct netdma_provider *provider, const NET_DMA_PNP_NOTIFICATION *event)
{
    const char *wrong = objection(provider, event);

    if (wrong) {
        netdma_ignored(provider->iface, "NetDmaPnPEventNotify: %s", wrong);
        return;
    }
    if (event->NotificationCode == NetDmaNotificationProviderPowerDown) {
        provider->powered_down = true;   /* no new channel from here on */
        for (struct netdma_port *port = provider->ports; port; port = port->next)
            if (port->ops->leave)
                port->ops->leave(port->owner);
        netdma_notify(provider->iface, event->NotificationCode, provider->handle);
        each_port(provider, true);
    } else {
        provider->powered_down = false;
        each_port(provider, false);
        netdma_notify(provider->iface, event->NotificationCode, provider->handle);
    }
}
