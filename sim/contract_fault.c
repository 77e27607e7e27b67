/* contract_fault.c - errors: which one stops the channel, and CHANERR.
 *
 * Everything before the failing descriptor completes, so the failing one is the
 * first that is not answered: position ans + 1. Its error is one of `fail`; a word
 * that cannot be written (CMP_ADDR) or was refused (WRITE_DATA) comes earlier.
 *
 * Not judged: which bit is set when one descriptor earns several, when a word and a
 * later descriptor fail, or when an error meets ABORT or RESET; when several bits of CHANCMD were written during a run, how
 * far the list gets before it halts.
 */
#include <inttypes.h>

#include "contract_priv.h"

static struct fault whole(const struct chan *ch, uint32_t bits, bool sure)
{
    return (struct fault) { .bits = bits, .low = ch->ans, .high = ch->ans, .sure = sure };
}

/* CHANCMP, which RESET clears, can take a word. */
static bool cmp_fits(const struct chan *ch)
{
    return ct_word_addr_fits(&ch->h->build, ch->stops & STOP_RESET ? ch->stop_cmp : ch->chancmp);
}

/* CHANCMP cannot take the word that is due now. */
static bool word_unwritable(const struct chan *ch)
{
    return ch->fin < ch->ans && !ch->words && !cmp_fits(ch)
        && ct_desc_flag(&((const struct record *)ct_record_at(ch, ch->fin + 1))->desc,
                     IOAT_CONTROL_COMPL_WRITE);
}

/* SUSPEND asks for a word of its own. */
static bool suspend_unwritable(const struct chan *ch)
{
    return ch->stops & STOP_SUSPEND && ch->stop_word && ch->fin == ch->ans && !ch->words && !cmp_fits(ch);
}

/* Errors of descriptors that are not answered; one of them may be noticed first. */
static uint32_t failed_after(const struct chan *ch)
{
    uint32_t bits = 0;
    uint64_t addr;

    for (uint64_t pos = ch->ans + 1; ct_record_held(ch, pos); pos++)
        bits |= ((const struct record *)ct_record_at(ch, pos))->fail;
    if (ct_chain_pointer(ch, &addr))
        bits |= ct_pointer_check(&ch->h->build, addr, ch->records.tail == ch->run0, ch->mode == MODE_COUNT);
    return bits;
}

static struct fault cause(const struct chan *ch)
{
    const uint64_t next = ch->ans + 1;
    const struct record *record = ct_record_held(ch, next) ? ct_record_at(ch, next) : NULL;
    uint64_t addr;
    uint32_t bits;

    if (ch->word_bad)
        return (struct fault) { (uint32_t)IOAT_CHANERR_WRITE_DATA | failed_after(ch), ch->rep, ch->fin,
                                .sure = true };
    if (ch->reread_want)
        return (struct fault) { 0 };
    if (word_unwritable(ch))
        return (struct fault) { IOAT_CHANERR_CMP_ADDR, ch->fin, ch->fin, .sure = !ch->old_cmp.n };
    if (record && record->have && record->fail)
        return whole(ch, record->fail, !ct_chain_too_late(ch, record));
    if (ch->reread_bad)
        return whole(ch, IOAT_CHANERR_READ_DATA, true);
    if (!record && ct_chain_pointer(ch, &addr)) {
        bits = ct_pointer_check(&ch->h->build, addr, ch->records.tail == ch->run0,
                             ch->mode == MODE_COUNT);
        return whole(ch, bits, !ch->stops);
    }
    return (struct fault) { 0 };
}

/* The error word is written when it can be (K-43, K-44, K-20). */
static bool word_sure(const struct chan *ch, const struct fault *fault)
{
    return fault->sure && !ch->vague && !ch->loose
        && !(fault->bits & (uint32_t)IOAT_CHANERR_CMP_ADDR)
        && (ch->ctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN) && ch->ctrl_known
        && !ch->enables_moved
        && ct_word_addr_fits(&ch->h->build, ch->chancmp);
}

struct fault ct_fault_now(const struct chan *ch)
{
    struct fault fault;

    if (!(ch->may & ACTIVE) || ch->lost)
        return (struct fault) { 0 };
    fault = cause(ch);
    if (suspend_unwritable(ch)) {
        if (!fault.bits)
            fault = (struct fault) { .low = ch->rep, .high = ch->fin };
        fault.bits |= (uint32_t)IOAT_CHANERR_CMP_ADDR;
        fault.sure = false;
    }
    if (ch->command_error) {
        if (!fault.bits || fault.low > ch->rep)
            fault.low = ch->rep;
        if (!fault.bits || fault.high < ch->ans)
            fault.high = ch->ans;
        fault.bits |= (uint32_t)IOAT_CHANERR_CHANCMD;
        fault.sure = false;
    }
    if (!fault.bits)
        return fault;
    fault.sure = fault.sure && !ch->stops;
    fault.set = !ch->reads && !ch->fetches && !ch->writes;
    fault.ripe = fault.set && !ch->words;
    if (ch->err_seen)
        fault.bits = ch->err_seen;
    fault.done = fault.ripe && (ch->final_acked || !word_sure(ch, &fault))
        && (ch->final_acked || fault.high == ch->fin || !fault.sure || ch->word_bad);
    return fault;
}

uint32_t ct_fault_left(const struct chan *ch)
{
    return ct_fault_now(ch).bits | failed_after(ch);
}

/* Whether the error interrupts; *sure: whatever bit it sets, whenever it was decided. */
static bool interrupts(const struct chan *ch, uint32_t bits, bool *sure)
{
    const bool enabled = ch->ctrl & IOAT_CHANCTRL_ERR_INT_EN;
    const bool settled = ch->ctrl_known && ch->side_known && !ch->enables_moved;

    *sure = enabled && settled && !(bits & ch->errmsk);
    return *sure || !settled || (enabled && (bits & ~ch->errmsk));
}

void ct_fault_signals(struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);
    bool sure;

    if (ch->fault_signalled || !fault.done || !interrupts(ch, fault.bits, &sure))
        return;
    ch->fault_signalled = true;
    ct_irq_event_since(ch, ch->fin, false, ch->answer_clk);
}

void ct_fault_end(struct chan *ch, const struct fault *fault)
{
    const bool goes_on = ch->next.chain || ch->next.kick;
    uint32_t left;
    bool sure;

    if (!ch->fault_signalled && interrupts(ch, fault->bits, &sure))
        ct_irq_event_since(ch, ch->fin, sure, ch->answer_clk);
    if (!ch->err_seen) {
        ch->err_one = fault->bits & ch->err_cleared ? 0 : fault->bits & ~ch->err_known;
        ch->err_may |= fault->bits;
    }
    if (goes_on) {
        ct_state_end(ch);
        left = ct_fault_now(ch).bits;      /* the next list may have failed at once, too */
        ch->halts += left != 0;
        ch->err_may |= left & ~ch->err_known;
        ch->may |= HALTED;
        ch->vague = true;
        return;
    }
    ch->halts++;
    ch->low = ch->final_sent ? ch->final_lo : fault->low;
    ch->high = ch->final_sent ? ch->final_hi : fault->high;
    ch->rep = ch->low > ch->rep ? ch->low : ch->rep;
    ch->may = HALTED;
    ch->stops = 0;
    ch->next = (struct next_list) { 0 };
    ch->halt_rule = "H-E06";
    ch->reread_want = false;
    ct_state_drop(ch);
}

void ct_fault_command(struct chan *ch)
{
    bool sure;

    if (ch->may & ACTIVE) {
        ch->command_error = true;
        ct_irq_doubt(ch);
        ch->fault_signalled = false;
    } else {
        ch->err_known |= (uint32_t)IOAT_CHANERR_CHANCMD;
        if (interrupts(ch, IOAT_CHANERR_CHANCMD, &sure))
            ct_irq_event(ch, ch->fin, false);
    }
}

void ct_fault_at_rest(struct chan *ch)
{
    bool sure;

    if (!ch->command_error)
        return;
    ch->command_error = false;
    ch->err_seen = 0;
    ch->halts++;
    ch->err_may |= (uint32_t)IOAT_CHANERR_CHANCMD & ~ch->err_known;
    if (!ch->fault_signalled && interrupts(ch, IOAT_CHANERR_CHANCMD, &sure))
        ct_irq_event(ch, ch->fin, false);
    ch->fault_signalled = false;
}

/* ---- the register ---- */

static unsigned bits_in(uint32_t bits)
{
    return (unsigned)__builtin_popcount(bits);
}

/* How many errors can have stopped it since CHANERR was read. */
static unsigned halts_unread(const struct chan *ch, const struct fault *fault)
{
    const unsigned halts = ch->halts + (fault->set && !ch->err_seen);

    return halts ? halts : 1;
}

/* The error word is on the bus, so CHANERR must show its cause. */
static bool word_came_first(const struct chan *ch, const struct fault *fault, uint32_t value)
{
    return ch->final_sent && fault->sure && !ch->err_seen
        && !((value | ch->err_known | ch->err_cleared | ch->err_may) & fault->bits);
}

/* Bits that a read may show now, beside those that are known. */
static uint32_t may_show(const struct chan *ch, const struct fault *fault)
{
    return ch->err_may | (fault->set && !ch->err_seen ? fault->bits : 0);
}

void ct_fault_read(struct chan *ch, uint32_t value, uint32_t mask)
{
    const uint32_t due = ch->err_known & mask;
    const uint32_t news = value & ~ch->err_known & mask;
    struct fault fault = ct_fault_now(ch);
    uint32_t allowed = may_show(ch, &fault);
    char text[96], more[96];

    if (ch->lost)
        return;
    if (ch->err_missed) {
        ch->err_known |= value & mask;
        ch->err_missed = mask != UINT32_MAX;
        return;
    }
    if (news & ~allowed && ct_state_next_fails(ch)) {
        ct_state_end(ch);
        fault = ct_fault_now(ch);
        allowed = may_show(ch, &fault);
    }
    if (due & ~value) {
        ct_wrong(ch, "H-R11", "CHANERR reads 0x%08" PRIx32 ": %s was set and not cleared", value,
              ct_error_text(due & ~value, text));
    } else if (news & ~allowed) {
        ct_wrong(ch, fault.bits && !(news & ~fault.bits) ? "K-43" : "H-E01",
              "CHANERR reads 0x%08" PRIx32 ": %s has no cause here (possible now: %s)", value,
              ct_error_text(news & ~allowed, text), ct_error_text(allowed, more));
    } else if (news && bits_in(news) > halts_unread(ch, &fault)) {
        ct_wrong(ch, "H-E01", "CHANERR reads 0x%08" PRIx32 ": one error sets one bit, not %s", value,
              ct_error_text(news, text));
    } else if (mask == UINT32_MAX && word_came_first(ch, &fault, value)) {
        ct_wrong(ch, "K-43", "CHANERR reads 0x%08" PRIx32 " after the error word; %s is due", value,
                 ct_error_text(fault.bits, text));
    } else if (mask == UINT32_MAX && ch->err_one && !(value & ch->err_one)) {
        ct_wrong(ch, "H-E08", "CHANERR reads 0x%08" PRIx32 " in HALTED after an error; %s is due", value,
              ct_error_text(ch->err_one, text));
    } else if (news) {
        if (news & fault.bits & ~ch->err_may)
            ch->err_seen = news;           /* HALTED follows, after the word if there is one */
        ch->err_known |= news;
        ch->halts = 0;
        ch->err_may = ch->err_one ? ch->err_may & ~ch->err_one : ch->err_may & ~news;
        ch->err_one = 0;
    }
}

void ct_fault_clear(struct chan *ch, uint32_t ones)
{
    if (ct_fault_now(ch).set && !ch->err_seen)
        ch->err_cleared |= ones;
    ch->err_known &= ~ones;
    if (ch->err_one & ones) {
        if (!(ch->err_one & ~ones))
            ch->err_may &= ~ch->err_one;
        ch->err_one = 0;
    }
    ch->err_may &= ~ones;
}
