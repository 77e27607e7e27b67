/* contract_alike.c - when two histories are one: what comes is judged the same in both.
 *
 * Positions are compared from the first of the list on. Clocks are not, but for that of a stop under way: a
 * history that began its list a few clocks after another is the same history.
 */
#include <string.h>

#include "contract_priv.h"

static bool same_list(const struct chan *a, const struct chan *b)
{
    const uint64_t n = a->records.tail - a->run0;

    return n == b->records.tail - b->run0
        && a->mode == b->mode && a->first == b->first && a->loose == b->loose
        && a->limit - a->run0 == b->limit - b->run0
        && a->started - a->run0 == b->started - b->run0 && a->ans - a->run0 == b->ans - b->run0
        && a->fin - a->run0 == b->fin - b->run0 && a->rep - a->run0 == b->rep - b->run0
        && a->low - a->run0 == b->low - b->run0 && a->high - a->run0 == b->high - b->run0
        && a->rd_pos - a->run0 == b->rd_pos - b->run0 && a->aw_pos - a->run0 == b->aw_pos - b->run0
        && a->rd_off == b->rd_off && a->aw_off == b->aw_off && a->blind == b->blind
        && a->append == b->append && a->flushed == b->flushed && a->reread_want == b->reread_want
        && a->has_old == b->has_old && (!a->has_old || !memcmp(a->old_last, b->old_last, sizeof a->old_last))
        && a->ahead_n == b->ahead_n
        && (!n || ((const struct record *)ct_record_at(a, a->records.tail - 1))->addr
                  == ((const struct record *)ct_record_at(b, b->records.tail - 1))->addr);
}

static bool same_words(const struct chan *a, const struct chan *b)
{
    return a->word_lo - a->run0 == b->word_lo - b->run0 && a->word_acked - a->run0 == b->word_acked - b->run0
        && a->final_sent == b->final_sent && a->final_acked == b->final_acked && a->word_bad == b->word_bad
        && a->old_cmp.n == b->old_cmp.n && a->enables_moved == b->enables_moved;
}

static bool same_errors(const struct chan *a, const struct chan *b)
{
    return a->err_known == b->err_known && a->err_may == b->err_may && a->err_one == b->err_one
        && a->err_seen == b->err_seen && a->err_cleared == b->err_cleared && a->halts == b->halts
        && a->command_error == b->command_error && a->halting == b->halting && a->err_missed == b->err_missed;
}

static bool same_events(const struct irq *a, const struct irq *b)
{
    return a->events == b->events && a->must == b->must && a->disable == b->disable
        && a->attention == b->attention && a->owed == b->owed && a->message_must == b->message_must
        && a->sendable_seen == b->sendable_seen && a->early == b->early;
}

static bool same_stops(const struct chan *a, const struct chan *b)
{
    return a->stops == b->stops
        && (!a->stops || (a->target == b->target && a->stop_sure == b->stop_sure && a->stop_clk == b->stop_clk
                          && a->waited == b->waited))
        && a->next.chain == b->next.chain && a->next.kick == b->next.kick && a->next.resume == b->next.resume
        && a->next.mode == b->next.mode && a->next.count == b->next.count;
}

static bool same(const struct chan *a, const struct chan *b)
{
    if (a->lost || b->lost)
        return a->lost && b->lost && a->stops == b->stops;
    return a->may == b->may && a->vague == b->vague && same_stops(a, b) && same_list(a, b) && same_words(a, b)
        && same_errors(a, b) && same_events(&a->irq, &b->irq) && a->dmacount_known == b->dmacount_known;
}

bool ct_history_alike(const struct history *a, const struct history *b)
{
    for (unsigned n = 0; n < a->build.channels; n++)
        if (!same(&a->chan[n], &b->chan[n]))
            return false;
    return true;
}
