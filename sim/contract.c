/* contract.c - life of the model, dispatch of events, the pins, violations. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract_priv.h"

/* ---- violations ---- */

static void report(struct contract *c, const char *rule, const char *before, const char *format,
                   va_list arguments)
{
    char text[400];
    int n = snprintf(text, sizeof text, "%s", before);

    if (c->dead)
        return;
    c->dead = true;
    vsnprintf(text + n, sizeof text - (size_t)n, format, arguments);
    c->violate(c->ctx, c->now, rule, text);
}

void ct_breach(struct contract *c, const char *rule, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(c, rule, "", format, arguments);
    va_end(arguments);
}

void ct_wrong(const struct chan *ch, const char *rule, const char *format, ...)
{
    char before[24];
    va_list arguments;

    if (ch->lost)
        return;
    snprintf(before, sizeof before, "channel %u: ", ch->n);
    va_start(arguments, format);
    report(ch->c, rule, before, format, arguments);
    va_end(arguments);
}

void *ct_push(struct contract *c, struct ring *ring)
{
    void *item = ct_ring_push(ring);

    if (item)
        return item;
    ct_breach(c, "MEMORY", "out of memory: the contract is not judged any more");
    return memset(&c->scratch, 0, sizeof c->scratch);
}

/* ---- names, from the register list ---- */

const char *ct_state_text(unsigned code)
{
#define CODE(reg, field, name, value, text)                                                  \
    if (!strcmp(#reg, "CHANSTS") && code == (value))                                         \
        return #name;
#include "ioat_regs.def"
    return "an unknown state";
}

const char *ct_states_text(unsigned set, char text[64])
{
    int n = 0;

    text[0] = '\0';
    for (unsigned code = 0; code <= IOAT_CHANSTS_STATE >> IOAT_CHANSTS_STATE_LSB; code++)
        if (set >> code & 1)
            n += snprintf(text + n, 64 - (size_t)n, "%s%s", n ? " or " : "", ct_state_text(code));
    return text;
}

const char *ct_error_text(uint32_t bits, char text[96])
{
    int n = snprintf(text, 96, "%s", bits ? "" : "none");

#define FIELD(reg, name, lsb, width, access, meaning)                                        \
    if (!strcmp(#reg, "CHANERR") && bits >> (lsb) & 1) {                                     \
        n += snprintf(text + n, 96 - (size_t)n, "%s%s", n ? " " : "", #name);                \
        bits &= ~(UINT32_C(1) << (lsb));                                                     \
    }
#include "ioat_regs.def"
    if (bits)
        snprintf(text + n, 96 - (size_t)n, "%s0x%" PRIx32, n ? " and " : "", bits);
    return text;
}

/* ---- life ---- */

struct contract *contract_open(const struct ioat_sim_build *build,
                               void (*violate)(void *ctx, uint64_t clock, const char *rule,
                                               const char *text),
                               void *ctx)
{
    struct contract *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->build = *build;
    c->violate = violate;
    c->ctx = ctx;
    c->bus = build->data_bits / 8;
    for (unsigned id = 0; id < AXI_IDS; id++) {
        ct_ring_init(&c->reads[id], sizeof(struct fetch), 0);
        ct_ring_init(&c->writes[id], sizeof(struct burst), 0);
    }
    ct_ring_init(&c->w_order, sizeof(uint8_t), 0);
    ct_ring_init(&c->early, sizeof(struct beat), 0);
    for (unsigned n = 0; n < build->channels; n++) {
        c->chan[n].c = c;
        c->chan[n].n = n;
        ct_ring_init(&c->chan[n].records, sizeof(struct record), 1);
    }
    c->master_low_clk = c->mask_clk = c->intx_bad_clk = NEVER;
    ct_regs_power_on(c);
    return c;
}

void contract_close(struct contract *c)
{
    if (!c)
        return;
    for (unsigned id = 0; id < AXI_IDS; id++) {
        ct_ring_free(&c->reads[id]);
        ct_ring_free(&c->writes[id]);
    }
    ct_ring_free(&c->w_order);
    ct_ring_free(&c->early);
    for (unsigned n = 0; n < c->build.channels; n++) {
        ct_ring_free(&c->chan[n].records);
        ct_pipe_free(&c->chan[n].source);
    }
    free(c);
}

/* ---- resets ---- */

static void power_on(struct contract *c)
{
    ct_bus_clear(c);
    ct_regs_power_on(c);
    c->flr = false;
}

/* What is on the bus is finished, nothing new begins (K-20). */
static void flr_begin(struct contract *c)
{
    c->flr = true;
    for (unsigned n = 0; n < c->build.channels; n++) {
        struct chan *ch = &c->chan[n];

        if (ch->may & ACTIVE) {
            ct_state_stop(ch, STOP_FLR, HALTED);
            ch->next = (struct next_list) { 0 };
        }
        ct_irq_reset(ch);
    }
}

static void flr_end(struct contract *c)
{
    if (c->outstanding)
        ct_breach(c, "H-C07", "the function-level reset is done with %u requests unanswered", c->outstanding);
    c->flr = false;
    ct_regs_power_on(c);
}

/* ---- the clock ---- */

static void master_changed(struct contract *c)
{
    if (c->pins.bus_master)
        return;
    c->master_fall_clk = c->now;
    memset(c->stale, 0, sizeof c->stale);
}

static void pins_changed(struct contract *c, const struct contract_pins *was)
{
    if (c->pins.flr != was->flr)
        c->pins.flr ? flr_begin(c) : flr_end(c);
    if (c->pins.bus_master != was->bus_master)
        master_changed(c);
    if (c->pins.msix_enable != was->msix_enable || c->pins.msix_mask != was->msix_mask
        || c->pins.bus_master != was->bus_master) {
        c->mask_clk = c->now;
        ct_irq_sendable_changed(c);
    }
}

static void early_messages(struct contract *c)
{
    for (unsigned n = 0; n < c->build.channels; n++) {
        const struct chan *ch = &c->chan[n];

        if (!ch->irq.early)
            continue;
        if (c->now > ch->irq.early_clk + EARLY)
            ct_wrong(ch, "H-I01", "message without a signal");
        c->wake = c->now + 1;
    }
}

static void wake_up(struct contract *c)
{
    c->wake = (c->now > c->active_clk + PATIENCE ? c->now : c->active_clk) + PATIENCE + 1;
    early_messages(c);
    if (c->now > c->active_clk + PATIENCE)
        ct_due_look(c, PATIENCE);
}

static bool same(const struct contract_pins *a, const struct contract_pins *b)
{
    return a->bus_master == b->bus_master && a->msix_enable == b->msix_enable
        && a->msix_mask == b->msix_mask && a->flr == b->flr;
}

/* When the request that waits, or the next one, came up. */
static void note_offer(bool waits, uint64_t clock, bool *waited, uint64_t *offered)
{
    if (!waits)
        *offered = clock + 1;
    else if (!*waited)
        *offered = clock;
    *waited = waits;
}

void contract_clock(struct contract *c, uint64_t clock, const struct contract_pins *pins)
{
    if (c->dead)
        return;
    c->now = clock;
    if (!same(pins, &c->pins)) {
        const struct contract_pins was = c->pins;

        c->pins = *pins;
        pins_changed(c, &was);
    }
    c->pins.irq = pins->irq;
    c->pins.intx = pins->intx;
    for (unsigned port = 0; port < 2; port++)
        note_offer(pins->ar_waits[port], clock, &c->ar_waited[port], &c->ar_offered[port]);
    note_offer(pins->w_waits, clock, &c->w_waited, &c->w_offered);
    if (c->late)
        ct_bus_pins(c);
    if (!pins->bus_master)
        c->master_low_clk = clock;
    if (pins->irq || !pins->msix_enable)
        ct_irq_pins(c);
    if (clock >= c->wake)
        wake_up(c);
}

uint64_t contract_next(const struct contract *c)
{
    if (c->dead)
        return UINT64_MAX;
    return c->late || !c->pins.bus_master || c->intx_bad_clk != NEVER ? 0 : c->wake;
}

void contract_event(struct contract *c, const struct ioat_sim_event *event)
{
    if (c->dead)
        return;
    c->now = event->clock;
    switch (event->kind) {
    case IOAT_SIM_BAR_READ:
        ct_regs_read(c, event);
        break;
    case IOAT_SIM_BAR_WRITE:
        ct_regs_write(c, event);
        c->active_clk = event->clock;
        break;
    case IOAT_SIM_RESET:
        if (!event->resp)
            power_on(c);
        break;
    default:
        ct_bus_event(c, event);
        break;
    }
}

void contract_quiet(struct contract *c, uint64_t clock)
{
    if (c->dead)
        return;
    c->now = clock;
    if (clock > c->active_clk + QUIET)
        ct_due_look(c, QUIET);
}
