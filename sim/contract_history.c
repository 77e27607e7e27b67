/* contract_history.c - one history of the engine: its life, dispatch of events, the pins, breaches. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract_priv.h"

/* ---- breaches ---- */

static void report(struct history *h, const char *rule, const char *before, const char *format,
                   va_list arguments)
{
    struct breach *breach = &h->breach;
    int n;

    if (breach->rule)
        return;
    *breach = (struct breach) { .clock = h->now, .rule = rule };
    n = snprintf(breach->text, sizeof breach->text, "%s", before);
    vsnprintf(breach->text + n, sizeof breach->text - (size_t)n, format, arguments);
}

void ct_breach(struct history *h, const char *rule, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(h, rule, "", format, arguments);
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
    report(ch->h, rule, before, format, arguments);
    va_end(arguments);
}

void *ct_push(struct history *h, struct ring *ring)
{
    void *item = ct_ring_push(ring);

    if (item)
        return item;
    ct_breach(h, "MEMORY", "out of memory: the contract is not judged any more");
    return memset(&h->scratch, 0, sizeof h->scratch);
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

static size_t bytes_of(const struct ioat_sim_build *build)
{
    return sizeof(struct history) + build->channels * sizeof(struct chan);
}

struct history *ct_history_open(const struct ioat_sim_build *build)
{
    struct history *h = calloc(1, bytes_of(build));

    if (!h)
        return NULL;
    h->build = *build;
    h->bus = build->data_bits / 8;
    for (unsigned id = 0; id < AXI_IDS; id++) {
        ct_ring_init(&h->reads[id], sizeof(struct fetch), 0);
        ct_ring_init(&h->writes[id], sizeof(struct burst), 0);
    }
    ct_ring_init(&h->w_order, sizeof(uint8_t), 0);
    ct_ring_init(&h->early, sizeof(struct beat), 0);
    for (unsigned n = 0; n < build->channels; n++) {
        h->chan[n].h = h;
        h->chan[n].n = n;
        ct_ring_init(&h->chan[n].records, sizeof(struct record), 1);
    }
    h->master_low_clk = h->mask_clk = h->intx_bad_clk = NEVER;
    ct_regs_power_on(h);
    return h;
}

void ct_history_close(struct history *h)
{
    if (!h)
        return;
    for (unsigned id = 0; id < AXI_IDS; id++) {
        ct_ring_free(&h->reads[id]);
        ct_ring_free(&h->writes[id]);
    }
    ct_ring_free(&h->w_order);
    ct_ring_free(&h->early);
    for (unsigned n = 0; n < h->build.channels; n++) {
        ct_ring_free(&h->chan[n].records);
        ct_pipe_free(&h->chan[n].source);
    }
    free(h);
}

struct history *ct_history_copy(const struct history *of)
{
    struct history *h = malloc(bytes_of(&of->build));
    bool whole = true;

    if (!h)
        return NULL;
    memcpy(h, of, bytes_of(&of->build));
    for (unsigned id = 0; id < AXI_IDS; id++) {
        whole &= ct_ring_copy(&h->reads[id]);
        whole &= ct_ring_copy(&h->writes[id]);
    }
    whole &= ct_ring_copy(&h->w_order);
    whole &= ct_ring_copy(&h->early);
    for (unsigned n = 0; n < h->build.channels; n++) {
        h->chan[n].h = h;
        whole &= ct_ring_copy(&h->chan[n].records);
        whole &= ct_pipe_copy(&h->chan[n].source);
    }
    if (whole)
        return h;
    ct_history_close(h);
    return NULL;
}

/* ---- resets ---- */

static void power_on(struct history *h)
{
    ct_bus_clear(h);
    ct_regs_power_on(h);
    h->flr = false;
}

/* What is on the bus is finished, nothing new begins (K-20). */
static void flr_begin(struct history *h)
{
    h->flr = true;
    for (unsigned n = 0; n < h->build.channels; n++) {
        struct chan *ch = &h->chan[n];

        if (ch->may & ACTIVE) {
            ct_state_stop(ch, STOP_FLR, HALTED);
            ch->next = (struct next_list) { 0 };
        }
        ct_irq_reset(ch);
    }
}

static void flr_end(struct history *h)
{
    if (h->outstanding)
        ct_breach(h, "H-C07", "the function-level reset is done with %u requests unanswered", h->outstanding);
    h->flr = false;
    ct_regs_power_on(h);
}

/* ---- the clock ---- */

static void master_changed(struct history *h)
{
    if (h->pins.bus_master)
        return;
    h->master_fall_clk = h->now;
    memset(h->stale, 0, sizeof h->stale);
}

static void pins_changed(struct history *h, const struct contract_pins *was)
{
    if (h->pins.flr != was->flr)
        h->pins.flr ? flr_begin(h) : flr_end(h);
    if (h->pins.bus_master != was->bus_master)
        master_changed(h);
    if (h->pins.msix_enable != was->msix_enable || h->pins.msix_mask != was->msix_mask
        || h->pins.bus_master != was->bus_master) {
        h->mask_clk = h->now;
        ct_irq_sendable_changed(h);
    }
}

static void early_messages(struct history *h)
{
    for (unsigned n = 0; n < h->build.channels; n++) {
        const struct chan *ch = &h->chan[n];

        if (!ch->irq.early)
            continue;
        if (h->now > ch->irq.early_clk + EARLY)
            ct_wrong(ch, "H-I01", "message without a signal");
        h->wake = h->now + 1;
    }
}

static void wake_up(struct history *h)
{
    h->wake = (h->now > h->active_clk + PATIENCE ? h->now : h->active_clk) + PATIENCE + 1;
    early_messages(h);
    if (h->now > h->active_clk + PATIENCE)
        ct_due_look(h, PATIENCE);
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

void ct_history_clock(struct history *h, uint64_t clock, const struct contract_pins *pins)
{
    h->now = clock;
    if (!same(pins, &h->pins)) {
        const struct contract_pins was = h->pins;

        h->pins = *pins;
        pins_changed(h, &was);
    }
    h->pins.irq = pins->irq;
    h->pins.intx = pins->intx;
    for (unsigned port = 0; port < 2; port++)
        note_offer(pins->ar_waits[port], clock, &h->ar_waited[port], &h->ar_offered[port]);
    note_offer(pins->w_waits, clock, &h->w_waited, &h->w_offered);
    if (h->late)
        ct_bus_pins(h);
    if (!pins->bus_master)
        h->master_low_clk = clock;
    if (pins->irq || !pins->msix_enable)
        ct_irq_pins(h);
    if (clock >= h->wake)
        wake_up(h);
}

uint64_t ct_history_next(const struct history *h)
{
    return h->late || !h->pins.bus_master || h->intx_bad_clk != NEVER ? 0 : h->wake;
}

void ct_history_event(struct history *h, const struct ioat_sim_event *event)
{
    h->now = event->clock;
    switch (event->kind) {
    case IOAT_SIM_BAR_READ:
        ct_regs_read(h, event);
        break;
    case IOAT_SIM_BAR_WRITE:
        ct_regs_write(h, event);
        h->active_clk = event->clock;
        break;
    case IOAT_SIM_RESET:
        if (!event->resp)
            power_on(h);
        break;
    default:
        ct_bus_event(h, event);
        break;
    }
}

void ct_history_quiet(struct history *h, uint64_t clock)
{
    h->now = clock;
    if (clock > h->active_clk + QUIET)
        ct_due_look(h, QUIET);
}
