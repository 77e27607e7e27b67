/* contract_due.c - what was promised and does not come.
 *
 * Looked at when no handshake and no BAR write has happened for a long time and no
 * answer is outstanding: then AR, AW and W were free, and whatever is certain to be
 * due has been forgotten. What can still be doubtful then is decided by the silence:
 * a stop that may be over is over, a list that may be finished is finished.
 *
 * Not judged: a channel that starves while others keep the bus busy; anything while
 * bus master is off or an answer is withheld.
 */
#include <inttypes.h>

#include "contract_priv.h"

static void payload_due(const struct chan *ch, const struct record *record)
{
    const uint32_t bytes = ct_desc_bytes(&record->desc);

    ct_wrong(ch, "H-S05", "descriptor 0x%" PRIx64 " is not finished: %" PRIu32 " of %" PRIu32
          " bytes are written, the bus is silent since clock %" PRIu64, record->addr,
          record->answered, bytes, ch->h->active_clk);
}

static void list_due(struct chan *ch)
{
    uint64_t addr;

    if (ch->reread_want) {
        ct_wrong(ch, "R-RES-1", "RESUME did not read the last descriptor again");
    } else if (ch->ans + 1 < ch->records.tail) {
        payload_due(ch, ct_record_at(ch, ch->ans + 1));
    } else if (ct_word_due(ch, ch->ans)) {
        const struct record *record = ct_record_at(ch, ct_word_due(ch, ch->ans));

        ct_wrong(ch, "H-W03", "descriptor 0x%" PRIx64 " is finished and its word does not come", record->addr);
    } else if (ct_chain_pointer(ch, &addr)) {
        ct_wrong(ch, ch->mode == MODE_COUNT ? "H-S05" : "H-N01",
              "the list goes on at 0x%" PRIx64 " and is not read", addr);
    } else if (ct_chain_append_due(ch)) {
        ct_wrong(ch, "H-N03", "APPEND did not read the last descriptor again");
    }
}

static void fault_due(struct chan *ch)
{
    const struct fault fault = ct_fault_now(ch);
    char text[96];

    if (fault.bits && fault.sure && fault.ripe && !fault.done && !ct_word_due(ch, fault.low))
        ct_wrong(ch, "H-W07", "the word of an error (%s) does not come", ct_error_text(fault.bits, text));
    else if (fault.bits && fault.sure && fault.ripe && ct_word_due(ch, fault.low)
             && !(ch->ctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN))
        ct_wrong(ch, "H-W03", "a finished descriptor's word does not come before the error");
}

static void stop_due(struct chan *ch)
{
    if (ct_state_may_end(ch))
        ct_state_end(ch);
    else if (!ch->final_acked && ct_state_word_sure(ch))
        ct_wrong(ch, ct_chain_stop_rule(ch), "the completion word of the command does not come");
    else if (!(ch->stops & STOP_NOW) && ch->ans < ch->started && !ct_fault_now(ch).bits)
        payload_due(ch, ct_record_at(ch, ch->ans + 1));
    else if (!(ch->stops & STOP_NOW) && ct_word_due(ch, ch->started) && !ct_fault_now(ch).bits)
        ct_wrong(ch, "H-W03", "a finished descriptor's word does not come");
}

static void signal_due(struct chan *ch, uint64_t clocks)
{
    const struct history *h = ch->h;
    const struct irq *irq = &ch->irq;
    const uint64_t delay = ct_irq_delay(h);

    if (irq->must && irq->disable == SIGNALS && h->now > irq->must_clk + clocks + delay
        && !within(h->now, irq->rearm_clk, clocks + delay))
        ct_wrong(ch, "H-I02", "an event is due since clock %" PRIu64 " and is not signalled", irq->must_clk);
    else if (irq->message_must && irq->owed && ct_irq_sendable(ch) && !within(h->now, h->mask_clk, clocks)
             && !within(h->now, irq->pulse_clk, clocks))
        ct_wrong(ch, "H-I01", "the message of the signal at clock %" PRIu64 " does not come", irq->pulse_clk);
}

static void look(struct chan *ch, uint64_t clocks)
{
    if (ch->lost)
        return;
    ct_state_settle(ch);
    if (ch->stops)
        stop_due(ch);
    else if (ch->may == ACTIVE)
        fault_due(ch);
    signal_due(ch, clocks);
    if (ct_state_certain(ch) && !ct_chain_drained(ch))
        list_due(ch);
}

void ct_due_look(struct history *h, uint64_t clocks)
{
    if (h->outstanding || h->flr || !h->pins.bus_master
        || (h->master_low_clk != NEVER && h->now <= h->master_low_clk + clocks))
        return;
    for (unsigned n = 0; n < h->build.channels; n++)
        look(&h->chan[n], clocks);
}
