/* contract_irq.c - interrupts: events, signals (irq_msix), messages, pending bits, INTx.
 *
 * An event can be latched from the clock in which the descriptor and the words asked
 * for up to it are answered. A pulse of irq_msix is step 2 of the sheet's section 4.7:
 * it needs an event, INT_DISABLE clear, and the delay. A message needs a pulse.
 *
 * Not judged: a pulse within PIN_LAG clocks of a re-arm or a reset, whose
 * order cannot be seen; a second event within LATCH clocks before a pulse may or may
 * not be in it; two signals of a vector that waits for the bus may share a message;
 * message address and data while the table entry is being changed; the level of INTx
 * while MSI-X is enabled.
 */
#include <inttypes.h>

#include "contract_priv.h"

enum { SNOOP = 0xF, MESSAGE_BYTES = 4 };
enum { INTX_LAG = 4 * SETTLE };            /* clocks; INTx follows registers that settle */

void ct_irq_power_on(struct chan *ch)
{
    ch->irq = (struct irq) { .disable = SIGNALS, .reset_clk = NEVER, .pulse_clk = NEVER,
                             .rearm_clk = NEVER, .dropped_clk = NEVER, .early_clk = NEVER };
}

/* ---- events ---- */

void ct_irq_event(struct chan *ch, uint64_t pos, bool sure)
{
    struct irq *irq = &ch->irq;

    if (!irq->events)
        irq->first_clk = ch->h->now;
    irq->last_clk = ch->h->now;
    irq->events = irq->events ? 2 : 1;
    if (sure && !irq->must) {
        irq->must = true;
        irq->must_clk = ch->h->now;
        irq->must_pos = pos;
    }
}

/* The event is told late: it may have been as long ago as that. */
void ct_irq_event_since(struct chan *ch, uint64_t pos, bool sure, uint64_t clock)
{
    const bool first = !ch->irq.events;

    ct_irq_event(ch, pos, sure);
    if (first)
        ch->irq.first_clk = clock;
}

/* A descriptor that was read, but not seen to start, may be dropped by a command. */
void ct_irq_doubt(struct chan *ch)
{
    if (ch->irq.must && within(ch->h->now, ch->irq.must_clk, PIN_LAG))
        ch->irq.must = false;              /* it may have come too late */
    if (ch->irq.must_pos > ch->started && ch->irq.must_pos > ch->rep && ch->irq.must_pos > ch->word_lo)
        ch->irq.must = false;
}

/* A message may be on the bus already; it is finished (K-55). */
void ct_irq_reset(struct chan *ch)
{
    const struct irq old = ch->irq;

    ct_irq_power_on(ch);
    ch->irq.reset_clk = ch->h->now;
    ch->irq.owed = old.owed;
    ch->irq.sendable_seen = old.sendable_seen;
    ch->irq.pulse_clk = old.pulse_clk;
}

static bool message_overdue(const struct chan *ch)
{
    const struct history *h = ch->h;

    return ch->irq.message_must && ch->irq.owed && ct_irq_sendable(ch) && !h->outstanding
        && !within(h->now, h->bus_clk, STALLED) && !within(h->now, h->mask_clk, STALLED)
        && !within(h->now, ch->irq.pulse_clk, STALLED);
}

void ct_irq_rearm(struct chan *ch)
{
    struct irq *irq = &ch->irq;

    if (message_overdue(ch))
        ct_wrong(ch, "H-I01", "software re-arms, and the message of the signal at clock %" PRIu64
                 " has not come on a free bus", irq->pulse_clk);
    irq->disable = SIGNALS;
    irq->rearm_clk = ch->h->now;
    irq->message_must = false;             /* a pending bit goes with the re-arm, unless an event waits */
    ct_fault_signals(ch);
    if (!irq->events && !irq->sendable_seen && irq->owed) {
        irq->owed = 0;
        irq->dropped_clk = ch->h->now;
    }
}

/* ---- signals ---- */

uint64_t ct_irq_delay(const struct history *h)
{
    const uint64_t us = IOAT_FIELD_GET(h->intrdelay, INTRDELAY, MICROSECONDS);

    return us ? (us + 1) * h->build.clock_mhz : 0;
}

static uint64_t delay_clocks(const struct history *h, uint16_t delay)
{
    return (uint64_t)IOAT_FIELD_GET(delay, INTRDELAY, MICROSECONDS) * h->build.clock_mhz;
}

/* The delay counts microseconds, so it may end up to one early. */
static bool too_early(const struct chan *ch)
{
    const struct history *h = ch->h;
    uint16_t delay = h->intrdelay;

    if (within(h->now, h->delay_clk, SETTLE) && h->old_delay < delay)
        delay = h->old_delay;
    return h->now + SETTLE + h->build.clock_mhz < ch->irq.first_clk + delay_clocks(h, delay);
}

static void consume(struct chan *ch)
{
    struct irq *irq = &ch->irq;

    if (irq->events == 1 || irq->last_clk + LATCH < ch->h->now) {
        irq->events = 0;
    } else {
        irq->events = 1;
        irq->first_clk = ch->h->now;
    }
    irq->must = false;
}

static void take_message(struct chan *ch)
{
    struct irq *irq = &ch->irq;

    if (irq->early) {
        irq->early = false;
        return;
    }
    if (!ch->h->pins.msix_enable && !within(ch->h->now, ch->h->mask_clk, SETTLE))
        return;
    irq->owed = irq->owed && irq->sendable_seen ? 2 : 1;
    irq->sendable_seen = ct_irq_sendable(ch) || within(ch->h->now, ch->h->mask_clk, SETTLE);
    irq->message_must = ch->h->pins.msix_enable && !within(ch->h->now, ch->h->mask_clk, SETTLE);
}

void ct_irq_pulse(struct chan *ch)
{
    struct irq *irq = &ch->irq;
    const uint64_t now = ch->h->now;

    if (within(now, irq->reset_clk, PIN_LAG)) {
        irq->owed = 1;
        irq->sendable_seen = true;
        return;
    }
    if (ch->lost)
        return;
    ct_fault_signals(ch);
    if (!irq->events && ct_state_next_fails(ch)) {
        ct_state_end(ch);
        ct_fault_signals(ch);
    }
    while (!irq->events && ct_chain_use_ahead(ch))
        ;
    if (!(irq->disable & SIGNALS)) {
        ct_wrong(ch, "H-I02", "signals again without a re-arm since clock %" PRIu64, irq->pulse_clk);
    } else if (!irq->events) {
        ct_wrong(ch, "H-I04", "signals, but no descriptor with INT_EN and no enabled error is due");
    } else if (too_early(ch)) {
        ct_wrong(ch, "H-I10", "signals %" PRIu64 " clocks after the event, INTRDELAY is %u us",
              now - irq->first_clk,
              (unsigned)IOAT_FIELD_GET(ch->h->intrdelay, INTRDELAY, MICROSECONDS));
    } else {
        consume(ch);
        irq->disable = within(now, irq->rearm_clk, PIN_LAG) ? SIGNALS | SILENT : SILENT;
        irq->attention = irq->attention_read ? NO : YES;
        irq->attention_read = false;
        irq->pulse_clk = now;
        take_message(ch);
    }
}

/* ---- messages ---- */

bool ct_irq_sendable(const struct chan *ch)
{
    const struct contract_pins *pins = &ch->h->pins;

    return pins->msix_enable && !pins->msix_mask && pins->bus_master && !ch->vector.masked;
}

void ct_irq_sendable_changed(struct history *h)
{
    for (unsigned n = 0; n < h->build.channels; n++) {
        struct irq *irq = &h->chan[n].irq;

        if (!ct_irq_sendable(&h->chan[n]))
            continue;
        if (!irq->owed && within(h->now, irq->dropped_clk, SETTLE))
            irq->owed = 1;                 /* the re-arm may come too late to withdraw it */
        if (irq->owed)
            irq->sendable_seen = true;
    }
}

static bool address_fits(const struct chan *ch, uint64_t addr)
{
    const struct vector *vector = &ch->vector;

    return addr == vector->addr
        || (addr == vector->old_addr && within(ch->h->now, vector->addr_clk, PATIENCE));
}

void ct_irq_message(struct chan *ch, struct burst *burst, unsigned cache)
{
    struct irq *irq = &ch->irq;

    burst->judged = true;
    if (burst->beats != 1)
        ct_wrong(ch, "K-52", "message of %u beats", burst->beats);
    else if (!address_fits(ch, burst->addr))
        ct_wrong(ch, "K-52", "message to 0x%" PRIx64 ", the table says 0x%" PRIx64, burst->addr,
              ch->vector.addr);
    else if (cache != SNOOP)
        ct_wrong(ch, "K-34", "message with AxCACHE 0x%x, not 0x%x", cache, SNOOP);
    else if (!irq->owed && !irq->early) {
        irq->early = true;                 /* its pulse may show in the next clocks */
        irq->early_clk = ch->h->now;
        ch->h->wake = ch->h->now + 1;
    } else if (!irq->owed || (!irq->sendable_seen && !ct_irq_sendable(ch))) {
        ct_wrong(ch, irq->owed ? "H-I07" : "H-I01", irq->owed ? "message while it is masked since its signal"
                                                           : "two messages for one signal");
    } else {
        irq->owed--;
        irq->message_must = false;
    }
}

void ct_irq_message_beat(struct chan *ch, struct burst *burst, const uint8_t *data, uint64_t strobe)
{
    const unsigned lane = (unsigned)burst->addr & (ch->h->bus - 1);
    const struct vector *vector = &ch->vector;
    uint32_t value = 0;

    for (unsigned n = MESSAGE_BYTES; n-- > 0; )
        value = value << 8 | data[lane + n];
    if (strobe != UINT64_C(0xF) << lane)
        ct_wrong(ch, "K-52", "message with strobes 0x%" PRIx64 ": it is 4 whole bytes", strobe);
    else if (value != vector->data
             && !(value == vector->old_data && within(ch->h->now, vector->data_clk, PATIENCE)))
        ct_wrong(ch, "K-52", "message carries 0x%" PRIx32 ", the table says 0x%" PRIx32, value, vector->data);
}

/* ---- what registers may show ---- */

/* A signal may be inside and not yet on its pin. */
static bool may_signal(const struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);

    return (ch->irq.disable & SIGNALS)
        && (ch->irq.events || (fault.done && (fault.bits & ~ch->errmsk)));
}

bool ct_irq_disable_fits(const struct chan *ch, bool value)
{
    if (ch->lost)
        return true;
    if (value)
        return (ch->irq.disable & SILENT) || may_signal(ch);
    return (ch->irq.disable & SIGNALS) || within(ch->h->now, ch->irq.pulse_clk, SETTLE);
}

bool ct_irq_attention_fits(const struct chan *ch, bool value)
{
    if (ch->lost || ch->irq.attention == UNKNOWN)
        return true;
    if (value)
        return ch->irq.attention == YES || may_signal(ch);
    return ch->irq.attention == NO || within(ch->h->now, ch->irq.pulse_clk, SETTLE);
}

void ct_irq_attention_read(struct chan *ch, bool value, bool returned)
{
    if (!returned) {
        if (ch->irq.attention == YES)
            ch->irq.attention = UNKNOWN;
        return;
    }
    if (!value)
        return;
    if (ch->irq.attention == NO)
        ch->irq.attention_read = true;
    /* A signal in the clock of the read sets it again (H-R15). */
    ch->irq.attention = within(ch->h->now, ch->irq.pulse_clk, PIN_LAG) ? UNKNOWN : NO;
}

bool ct_irq_pending_fits(const struct chan *ch, bool value)
{
    const struct irq *irq = &ch->irq;

    if (ch->lost || within(ch->h->now, ch->h->mask_clk, SETTLE))
        return true;
    if (value)
        return irq->owed || irq->early || may_signal(ch);
    return !irq->owed || irq->sendable_seen || !irq->message_must
        || within(ch->h->now, irq->pulse_clk, SETTLE);
}

/* ---- pins ---- */

static void check_intx(struct history *h)
{
    const bool enabled = h->intrctrl & IOAT_INTRCTRL_MASTER_INT_EN;
    bool some = false, sure = !h->flr;

    if (!h->pins.intx && !enabled) {
        h->intx_bad_clk = NEVER;
        return;
    }
    for (unsigned n = 0; n < h->build.channels; n++) {
        some |= h->chan[n].irq.attention == YES;
        sure &= h->chan[n].irq.attention != UNKNOWN && !h->chan[n].lost;
    }
    if (!sure || h->pins.intx == (some && enabled))
        h->intx_bad_clk = NEVER;
    else if (h->intx_bad_clk == NEVER)
        h->intx_bad_clk = h->now;
    else if (h->now > h->intx_bad_clk + INTX_LAG)
        ct_breach(h, "H-I08", "irq_intx is %d for %d clocks; INTRCTRL enable is %d, attention bits are %s",
               h->pins.intx, INTX_LAG, enabled, some ? "set" : "clear");
}

void ct_irq_pins(struct history *h)
{
    for (uint32_t high = h->pins.irq; high; high &= high - 1) {
        const unsigned n = (unsigned)__builtin_ctz(high);

        if (n < h->build.channels)
            ct_irq_pulse(&h->chan[n]);
    }
    if (!h->pins.msix_enable)
        check_intx(h);
}
