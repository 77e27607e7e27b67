/* contract_status.c - what CHANSTS, CHANCMD and CDAR may show, and what they tell.
 *
 * A read of CHANSTS is compared with every value that the channel can have now; the
 * ones that fit narrow the state and the bounds of the completed position.
 *
 * Not judged: how soon a completion shows, except that IDLE names the last
 * descriptor; the address while `vague`; CDAR of a list that began with START and has
 * not been seen to start a descriptor.
 */
#include <inttypes.h>

#include "contract_priv.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- CHANSTS ---- */

struct offer {                 /* a read, and what has fitted so far */
    uint64_t value, mask;
    unsigned states;           /* that fit */
    uint64_t pos;              /* lowest position that fits */
    uint64_t upper[FROZEN];    /* upper halves of what fits */
    unsigned upper_n;
};

static void offer(struct offer *o, unsigned state, uint64_t addr, uint64_t pos)
{
    const uint64_t value = (addr & IOAT_CHANSTS_COMPLETED) | (unsigned)__builtin_ctz(state);

    if ((value ^ o->value) & o->mask)
        return;
    if (!o->states || pos < o->pos)
        o->pos = pos;
    o->states |= state;
    for (unsigned n = 0; n < o->upper_n && n < FROZEN; n++)
        if (o->upper[n] == value >> 32)
            return;
    if (o->upper_n < FROZEN)
        o->upper[o->upper_n] = value >> 32;
    if (o->upper_n < FROZEN_UNKNOWN)
        o->upper_n++;
}

static void offer_range(struct offer *o, const struct chan *ch, unsigned state, uint64_t low, uint64_t high)
{
    if (ch->vague) {
        /* Any address will do: the value itself, with the state's bits. */
        const uint64_t addr = o->value & IOAT_CHANSTS_COMPLETED;

        offer(o, state, addr, ch->run0 - 1);
        if (o->states & state)
            o->upper_n = FROZEN_UNKNOWN;
        return;
    }
    if (low < ch->run0) {
        offer(o, state, 0, ch->run0 - 1);
        for (unsigned n = 0; ch->has_old && n < 2; n++)
            offer(o, state, ch->old_last[n], ch->run0 - 1);
    }
    for (uint64_t pos = larger(larger(low, ch->run0), ch->records.head);
         pos <= high && pos < ch->records.tail; pos++)
        offer(o, state, ((const struct record *)ct_record_at(ch, pos))->addr, pos);
}

static bool may_be_idle(const struct chan *ch)
{
    return (ch->may & ACTIVE) && !(ch->stops & STOP_NOW) && ct_chain_drained(ch);
}

static void offer_stops(struct offer *o, const struct chan *ch)
{
    const uint64_t told = larger(ch->rep, ch->word_lo);
    const bool over = ct_state_may_end(ch);
    const uint64_t last = ch->final_sent ? ch->final_hi : larger(told, ch->fin);

    if (ch->stops & (STOP_RESET | STOP_FLR)) {
        offer(o, HALTED, 0, ch->run0 - 1);
        if (ch->may & ACTIVE)
            offer(o, ACTIVE, 0, ch->run0 - 1);
        offer_range(o, ch, HALTED, ch->rep, ch->fin);
    } else if (over && (ch->target & HALTED)) {
        offer_range(o, ch, HALTED, ch->final_sent ? ch->final_lo : told, last);
    }
    if (!over)
        return;
    if (ch->target & SUSPENDED)
        offer_range(o, ch, SUSPENDED, ch->final_sent ? ch->final_lo : larger(ch->started, told), last);
    if (ch->target & ARMED)
        offer(o, ARMED, 0, ch->run0 - 1);
    if ((ch->target & ACTIVE) && (ch->next.chain || ch->next.kick))
        offer(o, ACTIVE, 0, ch->run0 - 1);
}

static void offer_all(struct offer *o, const struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);

    if (ch->may & ACTIVE)
        offer_range(o, ch, ACTIVE, ch->rep, ch->fin);
    if ((ch->may & IDLE) || may_be_idle(ch))
        offer_range(o, ch, IDLE, ch->loose ? ch->rep : ch->records.tail - 1, ch->records.tail - 1);
    if (ch->may & SUSPENDED)
        offer_range(o, ch, SUSPENDED, ch->low, ch->high);
    if (ch->may & HALTED)
        offer_range(o, ch, HALTED, ch->low, ch->high);
    if (ch->may & ARMED)
        offer(o, ARMED, 0, ch->run0 - 1);
    if (fault.done)
        offer_range(o, ch, HALTED, fault.low, fault.high);
    if (ch->stops)
        offer_stops(o, ch);
}

/* ---- what a read of CHANSTS tells ---- */

static void narrow_halted(struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);

    if (ch->may == HALTED && !ch->stops)
        return;
    if (ch->stops & (STOP_RESET | STOP_FLR))
        return;                            /* it may read so while the reset drains, too */
    if ((ch->stops & STOP_ABORT) && ct_state_may_end(ch))
        ct_state_end(ch);
    else if (fault.done)
        ct_fault_end(ch, &fault);
    ch->may = HALTED;
}

static void narrow(struct chan *ch, unsigned state, uint64_t pos)
{
    if (state == HALTED) {
        narrow_halted(ch);
        return;
    }
    if (ch->stops) {
        const bool ends = (state == SUSPENDED || state == ARMED) && ct_state_may_end(ch);

        if (!ends) {
            if (state == ACTIVE && pos >= ch->run0)
                ch->rep = larger(ch->rep, pos);
            return;
        }
        ct_state_end(ch);
    }
    if (state != ACTIVE) {
        ch->reread_want = false;
        ct_fault_at_rest(ch);
    }
    if (state == ACTIVE || state == IDLE)
        ch->rep = larger(ch->rep, pos);
    if (state == IDLE)
        ch->low = ch->high = larger(pos, ch->fin);
    if (state == SUSPENDED && !ch->vague && pos >= ch->low && pos <= ch->high)
        ch->low = ch->high = ch->rep = pos;
    if (ch->may != state && (ch->may & state || state == IDLE))
        ch->may = state;
    if (state != HALTED && !ch->stops)
        ch->vague = ch->vague && state != ARMED;
}

static const char *state_rule(const struct chan *ch, unsigned state)
{
    if (ch->stops & (STOP_RESET | STOP_FLR) || (ch->may == HALTED && ch->low < ch->run0))
        return state == IDLE ? "H-S18" : "H-S16";
    if (ch->may == ARMED)
        return "H-S01";
    if (state == ARMED)
        return "H-S04";
    if (state == SUSPENDED || (ch->stops & STOP_SUSPEND) || ch->may == SUSPENDED)
        return "H-S12";
    if (ch->stops & STOP_ABORT)
        return "H-S21";
    if (state == HALTED)
        return ct_fault_now(ch).bits ? "K-43" : "H-E08";
    return ct_chain_append_due(ch) ? "H-N03" : "H-S05";
}

static void explain(const struct chan *ch, const struct offer *o)
{
    struct offer state_only = { .value = o->value, .mask = o->mask & IOAT_CHANSTS_STATE };
    const unsigned code = (unsigned)IOAT_FIELD_GET(o->value, CHANSTS, STATE);
    const uint64_t addr = o->value & IOAT_CHANSTS_COMPLETED;
    char text[64];

    offer_all(&state_only, ch);
    if (o->value & o->mask & ~(uint64_t)(IOAT_CHANSTS_COMPLETED | IOAT_CHANSTS_STATE)) {
        ct_wrong(ch, "H-R06", "CHANSTS reads 0x%" PRIx64 ": bits 5:3 are not 0", o->value);
        return;
    }
    if (!state_only.states) {
        ct_wrong(ch, state_rule(ch, 1u << code), "CHANSTS reads %s (0x%" PRIx64 "); it can be %s%s",
              ct_state_text(code), o->value, ct_states_text(ch->may | (ch->stops ? ch->target : 0), text),
              ch->stops ? ", and not yet where the command under way leads" : "");
        return;
    }
    for (uint64_t pos = ch->fin + 1; pos < ch->records.tail; pos++) {
        if (((const struct record *)ct_record_at(ch, pos))->addr == addr) {
            ct_wrong(ch, "K-42", "CHANSTS names 0x%" PRIx64 " as completed before its %s answered",
                  addr, pos <= ch->ans ? "word is" : "data is");
            return;
        }
    }
    ct_wrong(ch, ch->may == HALTED ? "R-STA-7" : "H-S02", "CHANSTS reads 0x%" PRIx64
          " (%s): that address cannot be the one completed last", o->value, ct_state_text(code));
}

static bool fits(struct chan *ch, struct offer *o)
{
    offer_all(o, ch);
    while (!o->states && ct_chain_use_ahead(ch))
        offer_all(o, ch);
    if (!o->states && ch->stops && ct_state_may_end(ch)) {
        ct_state_end(ch);
        offer_all(o, ch);
    }
    return o->states;
}

void ct_status_read(struct chan *ch, uint64_t value, uint64_t mask, bool starts)
{
    struct offer o = { .value = value, .mask = mask };

    if (ch->lost) {
        ch->frozen_n = FROZEN_UNKNOWN;
        return;
    }
    if (!fits(ch, &o)) {
        explain(ch, &o);
        return;
    }
    if (starts) {
        ch->frozen_n = o.upper_n;
        for (unsigned n = 0; n < o.upper_n && n < FROZEN; n++)
            ch->frozen[n] = o.upper[n];
    }
    if (o.states & (o.states - 1))
        return;
    if (o.states == ACTIVE && ct_bus_quiet(ch->h, PATIENCE)
        && (may_be_idle(ch) || (ch->stops && ct_state_may_end(ch) && !(ch->target & ACTIVE)))) {
        ct_wrong(ch, ch->stops ? "H-S13" : "H-S05", "CHANSTS still reads ACTIVE, the bus is silent since "
              "clock %" PRIu64 " and nothing is left to do", ch->h->active_clk);
        return;
    }
    narrow(ch, o.states, o.pos);
}

void ct_status_upper(struct chan *ch, uint32_t value, uint32_t mask)
{
    const unsigned known = ch->frozen_n;

    ch->frozen_n = 0;
    if (known > FROZEN)
        return;
    if (!known) {
        ct_status_read(ch, (uint64_t)value << 32, (uint64_t)mask << 32, false);
        return;
    }
    for (unsigned n = 0; n < known; n++)
        if (!((ch->frozen[n] ^ value) & mask))
            return;
    ct_wrong(ch, "K-02", "upper half of CHANSTS reads 0x%" PRIx32 "; the read of the lower half froze 0x%"
          PRIx64, value, ch->frozen[0]);
}

/* ---- CHANCMD ---- */

struct command { unsigned bit, stop, cancels; };

static const struct command commands[] = {
    { IOAT_CHANCMD_RESET, STOP_RESET, 0 },
    { IOAT_CHANCMD_ABORT, STOP_ABORT, STOP_RESET },
    { IOAT_CHANCMD_SUSPEND, STOP_SUSPEND, STOP_RESET | STOP_ABORT },
};

/* The command, or what was seen to end it, is so young that its bit may still be set. */
static bool recent(const struct chan *ch, const struct command *command)
{
    return within(ch->h->now, ch->command_clk[__builtin_ctz(command->bit)], SETTLE)
        || ((ch->ended & command->stop) && within(ch->h->now, ch->end_clk, SETTLE));
}

/* One command bit; returns the rule it breaks, or NULL. */
static const char *command_bit(struct chan *ch, const struct command *command, bool value)
{
    const bool pending = ch->stops & command->stop;
    const bool overtaken = (ch->stops & (command->cancels | STOP_FLR))
        || (command->stop == STOP_SUSPEND && ct_fault_now(ch).bits);

    if (!pending)
        return value && !recent(ch, command) ? "K-05" : NULL;
    if (value)
        return ct_bus_quiet(ch->h, PATIENCE) && ct_state_may_end(ch)
            ? command->stop == STOP_SUSPEND ? "H-S13" : "H-S16" : NULL;
    if (overtaken)
        return NULL;
    if (!ct_state_may_end(ch))
        return command->stop == STOP_RESET ? "H-R07" : "K-05";
    ct_state_end(ch);
    ch->ended = 0;
    return NULL;
}

void ct_status_command(struct chan *ch, uint8_t value)
{
    unsigned others = value;

    if (ch->lost) {
        if ((ch->stops & STOP_RESET) && !(value & IOAT_CHANCMD_RESET) && ct_state_may_end(ch)) {
            ch->lost = false;
            ct_state_end(ch);
            ch->err_missed = true;
        }
        return;
    }
    for (unsigned n = 0; n < sizeof commands / sizeof *commands; n++) {
        const struct command *command = &commands[n];
        const char *rule = command_bit(ch, command, value & command->bit);

        others &= ~command->bit;
        if (rule) {
            ct_wrong(ch, rule, "CHANCMD reads 0x%02x: bit 0x%02x is %s, %u reads, %u descriptor reads, "
                  "%u writes, %u words and %u messages are on the bus%s", value, command->bit,
                  value & command->bit ? "still set" : "already clear", ch->reads, ch->fetches,
                  ch->writes, ch->words, ch->messages,
                  ct_state_word_sure(ch) && !ch->final_acked ? ", and its completion word is due" : "");
            return;
        }
    }
    if (others)
        ct_wrong(ch, "H-R07", "CHANCMD reads 0x%02x: bits 0x%02x are always 0", value, others);
}

/* ---- CDAR ---- */

void ct_status_cdar(struct chan *ch, uint64_t value, uint64_t mask)
{
    const uint64_t first = larger(ch->started, ch->rep);

    if (ch->lost || ch->stops || ch->has_old || ch->vague || ch->loose)
        return;
    while (ct_chain_use_ahead(ch))
        ;
    if (first < ch->run0 && !(value & mask))
        return;
    for (uint64_t pos = larger(larger(first, ch->run0), ch->records.head); pos < ch->records.tail; pos++)
        if (!((((const struct record *)ct_record_at(ch, pos))->addr ^ value) & mask))
            return;
    ct_wrong(ch, "K-07", "CDAR reads 0x%" PRIx64 ", no descriptor there can be the one started last", value);
}
