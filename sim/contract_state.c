/* contract_state.c - commands, and the set of states a channel can be in.
 *
 * A command to a channel at rest acts at once. A running channel comes to a stop
 * first, and when that is over is not visible by itself: `stops` holds what is under
 * way, `target` where it can lead, `next` what was written since. ct_state_end() is
 * called when an observation shows that it is over (a register read, the first
 * descriptor read of the next list), and only if ct_state_may_end() agrees. A command
 * that comes when it may have been over makes a second history, in which it was:
 * ct_state_ended(), contract.c. So does START when an error may halt a counted list, or have halted it.
 *
 * Not judged, because the sources leave it open: which of two lists wins when START,
 * DMACOUNT or SUSPEND follow another command that is still draining (every outcome is
 * accepted); a DMACOUNT that goes back behind what may have been processed.
 */
#include <string.h>

#include "contract_priv.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- lists ---- */

/* A new list: nothing of it is read, started or completed. */
static void fresh(struct chan *ch, enum mode mode, uint16_t count)
{
    const uint64_t none = ch->records.tail - 1;

    ch->run0 = ch->records.head = ch->records.tail;
    ch->started = ch->ans = ch->fin = ch->rep = none;
    ch->word_lo = ch->word_acked = ch->low = ch->high = none;
    ch->rd_pos = ch->aw_pos = ch->run0;
    ch->rd_off = ch->aw_off = 0;
    ct_pipe_clear(&ch->source);
    ch->blind = ch->final_sent = ch->final_acked = ch->word_bad = ch->fault_signalled = ch->waited = false;
    ch->mode = mode;
    ch->first = ch->chainaddr;
    ch->limit = ch->run0 + count;
    ch->idle_clk = NEVER;
    ch->append = ch->flushed = ch->rereads = 0;
    ch->again = ch->run0;
    ch->reread_want = ch->reread_bad = ch->command_error = false;
    ch->old_cmp.n = 0;
    ch->snoop_either = ch->loose = ch->enables_moved = false;
    ch->err_cleared = ch->err_seen = 0;
    ct_chain_flush(ch);
}

void ct_state_forget(struct chan *ch)
{
    fresh(ch, MODE_NONE, 0);
    ch->has_old = ch->vague = false;
}

/* START without CHAINADDR: CHANSTS may show the last completion of the old list for a while. */
static void remember_last(struct chan *ch)
{
    if (ch->high < ch->run0 || !ct_record_held(ch, ch->high))
        return;
    ch->has_old = true;
    ch->old_last[1] = ((const struct record *)ct_record_at(ch, ch->high))->addr;
    ch->old_last[0] = ch->low >= ch->run0 && ct_record_held(ch, ch->low)
                    ? ((const struct record *)ct_record_at(ch, ch->low))->addr : ch->old_last[1];
}

static void restart(struct chan *ch, enum mode mode, uint16_t count)
{
    remember_last(ch);
    fresh(ch, mode, count);
}

/* ---- stops ---- */

bool ct_state_certain(const struct chan *ch)
{
    return ch->may == ACTIVE && !ch->stops && !ch->lost && !ch->vague && !ch->loose
        && !ch->command_error && !ct_fault_now(ch).bits;
}

bool ct_state_word_sure(const struct chan *ch)
{
    const struct history *h = ch->h;

    if (ch->stops != STOP_SUSPEND && ch->stops != STOP_ABORT && ch->stops != STOP_RESET)
        return false;
    return ch->stop_sure && ch->stop_word && !ch->command_error
        && !ch->enables_moved && (ch->stops == STOP_RESET || ch->chancmp == ch->stop_cmp)
        && ct_word_addr_fits(&h->build, ch->stop_cmp)
        && h->pins.bus_master
        && (h->master_low_clk == NEVER || h->master_low_clk + SETTLE < ch->stop_clk)
        && (ch->idle_clk == NEVER || ch->idle_clk > ch->stop_clk + SETTLE)
        && !ct_fault_now(ch).bits;
}

bool ct_state_may_end(const struct chan *ch)
{
    if (ch->reads || ch->fetches || ch->writes || ch->words)
        return false;
    if ((ch->stops & (STOP_RESET | STOP_FLR)) && ch->messages)
        return false;
    if (!(ch->stops & STOP_NOW) && !ct_fault_now(ch).bits
        && (ch->ans < ch->started || ct_word_due(ch, ch->started)))
        return false;
    return ch->final_acked || !ct_state_word_sure(ch);
}

void ct_state_stop(struct chan *ch, unsigned stop, unsigned target)
{
    if (!ch->stops) {
        ch->stop_clk = ch->h->now;
        ch->stop_sure = ct_state_certain(ch) && ch->idle_clk == NEVER && !ct_chain_drained(ch);
        ch->stop_word = ch->ctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN;
    }
    if (stop & STOP_FLR)
        ch->flr_clk = ch->h->now;
    if (!(ch->stops & stop)) {
        ch->waited |= ch->next.chain || ch->next.kick;
        ch->final_sent = ch->final_acked = false;
        ch->added_clk = ch->h->now;
    }
    if (!ch->stops || (stop == STOP_RESET && !(ch->stops & STOP_RESET)))
        ch->stop_cmp = ch->chancmp;
    ch->stops |= stop;
    ch->target = target;
    ct_irq_doubt(ch);
}

/* Bounds of what was completed when the stop was over. */
static void settle_last(struct chan *ch)
{
    const uint64_t told = larger(ch->rep, ch->word_lo);

    ch->low = ch->stops & STOP_NOW ? told : larger(ch->started, told);
    ch->high = larger(ch->low, ch->fin);
    if (ch->final_sent) {
        ch->low = ch->final_lo;
        ch->high = ch->final_hi;
    }
    ch->rep = larger(ch->rep, ch->low);
}

void ct_state_drop(struct chan *ch)
{
    ch->rd_pos = ch->aw_pos = ch->records.tail;
    ch->rd_off = ch->aw_off = 0;
    ct_pipe_clear(&ch->source);
    ch->blind = ch->final_sent = ch->final_acked = ch->fault_signalled = false;
    ch->word_bad = ch->reread_bad = ch->command_error = ch->halting = false;
    ch->err_seen = ch->err_cleared = 0;
}

/* RESUME: `rest` are the other states it can be in. */
static void resume(struct chan *ch, unsigned rest)
{
    ch->idle_clk = NEVER;
    if (ch->high >= ch->run0) {
        ch->reread_want = true;
        ch->may = ACTIVE | rest;
        return;
    }
    ch->records.tail = ch->again = ch->run0;
    ch->started = ch->ans = ch->fin = ch->run0 - 1;
    ct_state_drop(ch);
    if (ch->mode == MODE_NONE) {
        ch->may = ARMED | rest;
    } else if (ch->mode == MODE_LIST || ch->limit > ch->run0) {
        ch->may = ACTIVE | rest;
    } else {
        ch->may = ARMED | IDLE | ACTIVE | rest;   /* nothing counted: the sources do not say */
        ch->vague = true;
    }
}

static void begin_next(struct chan *ch, const struct next_list *next, bool failed)
{
    const unsigned append = ch->append && ch->append_clk >= ch->stop_clk ? ch->append : 0;

    if (next->chain) {
        fresh(ch, next->mode, next->count);
        ch->has_old = false;
    } else {
        restart(ch, next->mode, next->count);
    }
    if (failed)
        ch->may |= HALTED;
    ch->vague = ch->may & (SUSPENDED | HALTED);
    ch->append = append;
}

void ct_state_end(struct chan *ch)
{
    const struct next_list next = ch->next;
    const unsigned stops = ch->stops;
    const bool failed = !(stops & (STOP_RESET | STOP_FLR)) && ct_fault_now(ch).bits;

    ct_fault_signals(ch);
    ch->halts += ct_fault_left(ch) != 0;
    ch->err_may |= ct_fault_left(ch) & ~ch->err_known;
    settle_last(ch);
    ch->stops = 0;
    ch->next = (struct next_list) { 0 };
    ch->may = ch->target;
    ct_state_drop(ch);
    ch->end_clk = ch->h->now;
    ch->ended = stops;
    if (stops & (STOP_RESET | STOP_FLR)) {
        ct_state_forget(ch);
        ch->halt_rule = "H-S16";
        ch->irq.owed = 0;
    } else if (stops & STOP_ABORT) {
        ch->halt_rule = "H-S21";
    }
    if (next.chain || next.kick)
        begin_next(ch, &next, failed);
    else if (next.resume)
        resume(ch, ch->may & ~(unsigned)ACTIVE);
    /* A SUSPEND behind a list that was to follow stops that one. */
    if (stops == (STOP_SWITCH | STOP_SUSPEND) && next.kick && !failed
        && next.kick_clk < ch->command_clk[__builtin_ctz(IOAT_CHANCMD_SUSPEND)])
        ct_state_stop(ch, STOP_SUSPEND, SUSPENDED);
}

/* Nothing is left to do. */
static void come_to_rest(struct chan *ch)
{
    ch->rep = ch->low = ch->high = ch->fin;
    ch->may = IDLE;
}

void ct_state_settle(struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);

    if (ch->lost || ch->vague || ch->command_error || ch->h->flr || !ct_bus_quiet(ch->h, REST))
        return;
    if (ch->loose && !ch->final_acked)
        return;                            /* whether more is to come depends on the count */
    if (ch->stops) {
        if ((!fault.bits || (fault.ripe && ch->next.chain)) && !ch->next.kick && !ch->next.resume && ct_state_may_end(ch))
            ct_state_end(ch);
    } else if (fault.done && fault.sure) {
        ct_fault_end(ch, &fault);
    } else if (ch->may == ACTIVE && !fault.bits && ct_chain_drained(ch)) {
        come_to_rest(ch);
    }
}

/* The old list has halted, or will: the error is that of a word or of a started descriptor. */
static bool halts(const struct chan *ch)
{
    return ct_fault_now(ch).bits && (ch->word_bad || ch->ans < ch->started);
}

bool ct_state_next_fails(const struct chan *ch)
{
    return ch->stops && ch->next.kick && (ch->target & ACTIVE) && ct_state_may_end(ch) && !halts(ch)
        && ct_pointer_check(&ch->h->build, ch->chainaddr, true, false);
}

/* ---- what may have happened unseen ---- */

static bool may_halt(const struct chan *ch)
{
    return ct_fault_now(ch).bits || ch->final_sent;
}

/* A counted list ignores START, unless an error halts it, or has (K-13). */
static bool start_ignored(const struct chan *ch)
{
    const enum mode mode = ch->next.chain ? ch->next.mode : ch->mode;

    return mode == MODE_COUNT && !ch->halting && !(ch->stops & STOP_NOW) && (ch->stops || ch->may != HALTED);
}

bool ct_state_may_have_ended(const struct chan *ch, enum ending ending)
{
    if (ch->lost)
        return false;
    switch (ending) {
    case ENDING_STOP:    return ch->stops && ct_state_may_end(ch);
    case ENDING_FAULT:   return ct_fault_now(ch).done;
    case ENDING_HALTING: return start_ignored(ch) && may_halt(ch);
    default:             return start_ignored(ch) && !ch->next.chain && ch->may & HALTED;
    }
}

bool ct_state_begins_after(const struct chan *ch, uint64_t addr)
{
    if (ch->lost || !ch->stops || !(ch->target & ACTIVE) || !ct_state_may_end(ch))
        return false;
    if (ch->next.kick)
        return addr == ch->chainaddr;
    for (uint64_t pos = larger(ch->records.head, ch->started); pos <= ch->fin; pos++)
        if (ct_record_held(ch, pos) && ((const struct record *)ct_record_at(ch, pos))->addr == addr)
            return true;
    return ch->fin < ch->run0 && addr == ch->first;
}

/* When is not known: what was written during the old run may have been written after it. */
void ct_state_ended(struct chan *ch, enum ending ending)
{
    const struct fault fault = ct_fault_now(ch);
    const struct cmps cmps = ch->old_cmp;
    const bool snoop_either = ch->snoop_either, enables_moved = ch->enables_moved;

    switch (ending) {
    case ENDING_STOP:    ct_state_end(ch);         break;
    case ENDING_FAULT:   ct_fault_end(ch, &fault); break;
    case ENDING_HALTING: ch->halting = true;       break;
    default:
        ch->may = HALTED;
        ch->stops = 0;
        ch->next = (struct next_list) { 0 };
    }
    ch->old_cmp = cmps;
    ch->snoop_either = snoop_either;
    ch->enables_moved = enables_moved;
}

/* ---- registers that start and extend lists ---- */

void ct_state_chainaddr(struct chan *ch, uint64_t addr)
{
    ct_chain_flush(ch);
    ch->chainaddr = addr;
    if (ch->stops) {
        ch->next = (struct next_list) { .chain = true };
        ch->target = ARMED;
    } else if (ch->may & ACTIVE) {
        ct_state_stop(ch, STOP_SWITCH, ARMED);
        ch->next = (struct next_list) { .chain = true };
    } else {
        ct_state_forget(ch);
        ch->may = ARMED;
    }
}

static bool count_on(struct chan *ch, uint16_t value)
{
    const uint16_t more = (uint16_t)(value - ch->dmacount);
    const uint16_t back = (uint16_t)(ch->dmacount - value);

    if (!more)
        return false;
    if (ch->limit >= ch->rep + 1 + back)
        ch->loose = true;
    if (ch->limit > ch->run0 && ct_record_held(ch, ch->limit - 1))
        ((struct record *)ct_record_at(ch, ch->limit - 1))->more_clk = ch->h->now;
    ch->limit += more;
    ch->idle_clk = NEVER;
    return true;
}

static void count_next(struct chan *ch, uint16_t value)
{
    if (ch->next.mode == MODE_LIST)
        return;
    ch->next.mode = MODE_COUNT;
    ch->next.count = value;
    if (!ch->next.kick)
        ch->next.kick_clk = ch->h->now;
    ch->next.kick = value != 0;
    ch->target = (value ? ACTIVE : ARMED) | (ch->target & SUSPENDED);   /* SUSPEND came after CHAINADDR */
    if (ch->stops != STOP_SWITCH) {
        ch->target |= ARMED;
        ch->dmacount_known = false;
    }
}

void ct_state_dmacount(struct chan *ch, uint16_t value)
{
    if (ch->stops) {
        if (ch->next.chain)
            count_next(ch, value);
        else if (!(ch->stops & STOP_NOW) && ch->mode == MODE_COUNT)
            count_on(ch, value);
        return;
    }
    if (ch->mode == MODE_LIST || ch->may == HALTED)
        return;
    ch->mode = MODE_COUNT;
    if (count_on(ch, value) && (ch->may & (ARMED | IDLE)))
        ch->may = (ch->may & ~(unsigned)(ARMED | IDLE)) | ACTIVE;
}

/* ---- commands ---- */

static void start_later(struct chan *ch)
{
    ch->next.mode = MODE_LIST;
    ch->next.kick = true;
    ch->next.kick_clk = ch->h->now;        /* a SUSPEND before it does not stop that list */
    ch->next.count = 0;
    ch->target = ch->stops == STOP_SWITCH && !may_halt(ch) ? (unsigned)ACTIVE : ch->target | ACTIVE;
}

static void start(struct chan *ch)
{
    if (start_ignored(ch)) {
        if (!ch->stops)
            ch->may &= ~(unsigned)HALTED;  /* that is another history */
    } else if (ch->stops) {
        start_later(ch);
    } else if (ch->may & ACTIVE) {
        ct_state_stop(ch, STOP_SWITCH, ACTIVE);
        ch->next = (struct next_list) { .kick = true, .kick_clk = ch->h->now, .mode = MODE_LIST };
    } else {
        restart(ch, MODE_LIST, 0);
        ch->may = ACTIVE;
    }
}

static void append(struct chan *ch)
{
    if (ch->stops ? ch->mode != MODE_LIST && ch->next.mode != MODE_LIST
                  : ch->mode != MODE_LIST || !(ch->may & (ACTIVE | IDLE | SUSPENDED)))
        return;
    if (ch->append < 2)
        ch->append++;
    if (ch->flushed < 2)
        ch->flushed++;                     /* one read may have been under way, one follows */
    ch->append_clk = ch->flushed_clk = ch->h->now;
    ch->idle_clk = NEVER;
    if (!ch->stops && ch->may == IDLE)
        ch->started = larger(ch->started, ch->fin);
    if (!ch->stops && (ch->may & IDLE))
        ch->may = (ch->may & ~(unsigned)IDLE) | ACTIVE;
    ct_irq_doubt(ch);
}

static void suspend(struct chan *ch)
{
    if (ch->stops & STOP_NOW) {
        if (ch->next.chain)
            ch->target |= SUSPENDED;
    } else if (ch->stops) {
        ct_state_stop(ch, STOP_SUSPEND, ch->target | SUSPENDED);
    } else if (ch->may & ACTIVE) {
        ct_state_stop(ch, STOP_SUSPEND, SUSPENDED | (ch->may & HALTED));
    } else if (ch->may & (ARMED | IDLE)) {
        ch->may = (ch->may & ~(unsigned)(ARMED | IDLE)) | SUSPENDED;
    }
}

static void resume_command(struct chan *ch)
{
    if (ch->stops) {
        if ((ch->stops & STOP_SUSPEND) && !(ch->stops & STOP_NOW)) {
            ch->next.resume = true;
            ch->target |= ACTIVE;
        }
    } else if (ch->may & SUSPENDED) {
        resume(ch, ch->may & ~(unsigned)SUSPENDED);
    }
}

static void abort_command(struct chan *ch)
{
    if (ch->stops & STOP_NOW) {
        if (ch->next.chain || ch->next.kick)
            ch->target |= HALTED;
    } else if (ch->stops) {
        ct_state_stop(ch, STOP_ABORT, HALTED | (ch->next.chain ? ARMED : 0u));
        ch->next = (struct next_list) { .chain = ch->next.chain };
    } else if (ch->may & ACTIVE) {
        ct_state_stop(ch, STOP_ABORT, HALTED);
    } else if (ch->may != HALTED) {
        ch->may = HALTED;
        ch->halt_rule = "H-S21";
    }
}

static void reset_command(struct chan *ch)
{
    ct_state_stop(ch, STOP_RESET, HALTED);
    ch->next = (struct next_list) { 0 };
    if (!(ch->may & ACTIVE)) {
        ct_state_forget(ch);
        ch->may = HALTED;
        ch->halt_rule = "H-S16";
    }
}

/* Commands that a running channel ignores leave what was read ahead alone. */
static bool ignored(const struct chan *ch, unsigned bit)
{
    if (ch->stops)
        return false;
    if (bit == IOAT_CHANCMD_START || bit == IOAT_CHANCMD_APPEND)
        return ch->mode == MODE_COUNT && !(ch->may & HALTED) && !ch->halting;
    return bit == IOAT_CHANCMD_RESUME && !(ch->may & SUSPENDED);
}

void ct_state_command(struct chan *ch, unsigned bit)
{
    ch->command_clk[__builtin_ctz(bit)] = ch->h->now;
    if (!ignored(ch, bit))
        ct_chain_flush(ch);
    switch (bit) {
    case IOAT_CHANCMD_START:   start(ch);          break;
    case IOAT_CHANCMD_APPEND:  append(ch);         break;
    case IOAT_CHANCMD_SUSPEND: suspend(ch);        break;
    case IOAT_CHANCMD_ABORT:   abort_command(ch);  break;
    case IOAT_CHANCMD_RESUME:  resume_command(ch); break;
    default:                   reset_command(ch);  break;
    }
}

const char *ct_state_rest_rule(const struct chan *ch)
{
    if (ch->may & ARMED)
        return "H-S03";
    if (ch->may & SUSPENDED)
        return "R-SUS-5";
    if (ch->may & IDLE)
        return "H-S05";
    return ch->halt_rule;
}
