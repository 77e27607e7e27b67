/* contract_chain.c - the list as the engine read it, and what it may read next.
 *
 * A descriptor read is permitted when it is
 *   - the pointer that comes next, and that pointer was read (or is CHAINADDR), and
 *     in count mode the descriptor is counted at the time of the request;
 *   - the descriptor completed last, after RESUME or APPEND, for its new NEXT;
 *   - a descriptor not started yet, again, after a command that drops what was read;
 *   - a read ahead within the page of a descriptor in hand, while the list goes on
 *     (and within the count). It serves only when the pointer to it was read first.
 *
 * Not judged: whether a descriptor that was read before an APPEND and is started
 * after it had been handed to the data path before; the number of descriptors read
 * while a stop is under way (requests may be waiting for AR); a channel that resumes at its first
 * descriptor when it is not known whether that one was completed, until a RESET is done; which of several
 * descriptors with one address is read (small closed rings), after APPEND until a RESET is done.
 */
#include <inttypes.h>
#include <string.h>

#include "contract_priv.h"

enum { NEEDED_BYTES = IOAT_DESC_USER1 };   /* the engine may leave out the user words */
enum { FLUSH_LAG = 2 };                    /* clocks: a command is accepted - the last request from before it is offered */

static uint64_t unit_of(uint64_t addr)
{
    return addr & ~(uint64_t)(IOAT_DESC_BYTES - 1);
}

static bool same_page(uint64_t a, uint64_t b)
{
    return a / IOAT_PAGE_BYTES == b / IOAT_PAGE_BYTES;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- the list ---- */

bool ct_chain_pointer(const struct chan *ch, uint64_t *addr)
{
    const struct record *last;

    if (ch->reread_want || ch->rereads)
        return false;
    if (ch->records.tail == ch->run0) {
        *addr = ch->first;
        return ch->mode == MODE_LIST || (ch->mode == MODE_COUNT && ch->limit > ch->run0);
    }
    last = ct_record_at(ch, ch->records.tail - 1);
    if (!last->have || last->unread)
        return false;
    *addr = last->desc.next;
    if (ch->mode == MODE_COUNT)
        return ch->loose || ch->records.tail < ch->limit;
    return ch->mode == MODE_LIST && *addr != 0;
}

bool ct_chain_append_due(const struct chan *ch)
{
    const struct record *last;

    if (ch->mode != MODE_LIST || !ch->append || ch->records.tail == ch->run0)
        return false;
    last = ct_record_at(ch, ch->records.tail - 1);
    return last->ar_clk < ch->append_clk && (!last->have || !last->desc.next);
}

bool ct_chain_drained(const struct chan *ch)
{
    uint64_t addr;

    if (ch->reread_want || ch->rereads || ch->fin + 1 != ch->records.tail)
        return false;
    return ch->loose || (!ct_chain_pointer(ch, &addr) && !ct_chain_append_due(ch));
}

bool ct_chain_too_late(const struct chan *ch, const struct record *record)
{
    return ch->stops && record->have && record->r_clk > ch->stop_clk + SETTLE;
}

const char *ct_chain_stop_rule(const struct chan *ch)
{
    if (ch->stops & (STOP_RESET | STOP_FLR))
        return "K-19";
    if (ch->stops & STOP_ABORT)
        return "K-18";
    if (ch->stops & STOP_SUSPEND)
        return "K-15";
    return ch->next.chain ? "K-11" : "K-12";
}

static void forget_old(struct chan *ch)
{
    while (ch->fin > ch->records.head + KEPT)
        ch->records.head++;
    if (ch->records.head > ch->run0)
        ch->rep = larger(ch->rep, ch->records.head);
}

void ct_chain_advance(struct chan *ch)
{
    while (ch->ans + 1 < ch->records.tail) {
        struct record *record = ct_record_at(ch, ch->ans + 1);

        if (!record->have || record->fail || ct_chain_too_late(ch, record)
            || record->answered < ct_desc_bytes(&record->desc))
            break;
        record->ready_clk = ch->h->now;
        ch->ans++;
    }
    while (ch->fin < ch->ans) {
        const struct record *record = ct_record_at(ch, ch->fin + 1);

        if (ct_desc_flag(&record->desc, IOAT_CONTROL_COMPL_WRITE) && ch->word_acked <= ch->fin)
            break;
        ch->fin++;
        /* RESET has withdrawn the event of what ends only now (K-55), ABORT and an error may have; any
         * stop may have dropped a descriptor that was not seen to start. */
        if (ct_desc_interrupts(&record->desc) && !(ch->stops & (STOP_RESET | STOP_FLR)))
            ct_irq_event(ch, ch->fin, !(ch->stops & STOP_ABORT) && !ch->command_error
                         && (!ch->stops || ch->fin <= ch->started));
    }
    forget_old(ch);
    if (ch->idle_clk == NEVER && ct_chain_drained(ch))
        ch->idle_clk = ch->h->now;
}

static uint64_t *newest_of(struct chan *ch, uint64_t addr)
{
    return &ch->newest[addr / IOAT_DESC_BYTES % NEWEST];
}

static struct record *add_record(struct chan *ch, uint64_t addr)
{
    const uint64_t pos = ch->records.tail;
    struct record *record = ct_push(ch->h, &ch->records);

    *newest_of(ch, addr) = pos;
    record->addr = addr;
    record->ar_clk = ch->h->now;
    record->offered_clk = NEVER;
    record->serial = ++ch->serial;
    record->more_clk = ch->mode == MODE_COUNT && ch->limit > pos + 1 ? 0 : NEVER;
    record->linked_clk = NEVER;
    record->bad_from = UINT32_MAX;
    ch->idle_clk = NEVER;
    return record;
}

static void set_next(struct record *record, uint64_t next, uint64_t clock)
{
    record->desc.next = next;
    if (!next)
        record->ended = true;
    else if (record->linked_clk == NEVER)
        record->linked_clk = clock;
}

static void fill(struct chan *ch, uint64_t pos, const struct ioat_desc *desc, bool bad)
{
    struct record *record = ct_record_at(ch, pos);
    const struct record *before = pos > ch->run0 ? ct_record_at(ch, pos - 1) : NULL;

    record->have = true;
    record->desc = *desc;
    set_next(record, desc->next, ch->h->now);
    record->fail = bad ? (uint32_t)IOAT_CHANERR_READ_DATA : ct_desc_check(&ch->h->build, desc);
    record->unread = bad;
    record->unfit = record->fail != 0;
    record->word_upto = !record->unfit && ct_desc_flag(desc, IOAT_CONTROL_COMPL_WRITE) ? pos
                      : before ? before->word_upto : 0;
    record->fence_before = !before ? 0
                         : ct_desc_flag(&before->desc, IOAT_CONTROL_FENCE) ? pos - 1
                         : before->fence_before;
    ct_chain_advance(ch);
}

/* Drops the descriptors from `pos` on; none of them is known to be started. */
static void cut(struct chan *ch, uint64_t pos)
{
    ch->records.tail = pos;
    if (ch->ans >= pos)
        ch->ans = pos - 1;
    if (ch->fin >= pos)
        ch->fin = pos - 1;
    if (ch->rd_pos >= pos)
        ch->rd_pos = pos, ch->rd_off = 0;
    if (ch->aw_pos >= pos)
        ch->aw_pos = pos, ch->aw_off = 0;
    if (ch->again > pos)
        ch->again = pos;
}

/* ---- reading ahead ---- */

void ct_chain_flush(struct chan *ch)
{
    ch->ahead_n = 0;
    ch->epoch++;
    ch->flush_clk = ch->h->now;
    ch->asks = 0;
}

/* Makes a descriptor that was read ahead the next one of the list. */
static void take_ahead(struct chan *ch, unsigned n)
{
    const struct ahead found = ch->ahead[n];
    struct record *record;

    ch->ahead_n--;
    memmove(&ch->ahead[n], &ch->ahead[n + 1], (ch->ahead_n - n) * sizeof found);
    record = add_record(ch, found.addr);
    record->ar_clk = found.ar_clk;
    record->r_clk = found.r_clk;
    fill(ch, ch->records.tail - 1, &found.desc, found.bad);
}

bool ct_chain_use_ahead(struct chan *ch)
{
    uint64_t addr, read_clk = 0;
    unsigned n = 0;

    if (!ch->ahead_n || !ct_chain_pointer(ch, &addr))
        return false;
    if (ch->mode == MODE_LIST && ch->records.tail > ch->run0)
        read_clk = ((const struct record *)ct_record_at(ch, ch->records.tail - 1))->r_clk;
    while (n < ch->ahead_n && (ch->ahead[n].addr != addr || ch->ahead[n].r_clk < read_clk))
        n++;
    if (n == ch->ahead_n)
        return false;
    take_ahead(ch, n);
    return true;
}

static struct ring *descriptor_reads(const struct chan *ch)
{
    return &ch->h->reads[READ_DESCRIPTOR << 4 | ch->n];
}

static struct fetch *guess_on_bus(const struct chan *ch, uint64_t since)
{
    const struct ring *bus = descriptor_reads(ch);

    for (uint64_t n = bus->head; n < bus->tail; n++) {
        struct fetch *fetch = ct_ring_at(bus, n);

        if (fetch->use == FETCH_AHEAD && fetch->epoch == ch->epoch && fetch->clock > since)
            return fetch;
    }
    return NULL;
}

/* The read that followed the one of the newest descriptor of the list was a guess; when the
 * pointer that came confirms it, it belongs to the list from here on. */
static bool confirm(struct chan *ch)
{
    struct fetch *fetch;
    uint64_t pointer, since;

    if (ch->records.tail == ch->run0 || !ct_chain_pointer(ch, &pointer))
        return false;
    since = ((const struct record *)ct_record_at(ch, ch->records.tail - 1))->ar_clk;
    for (unsigned n = 0; n < ch->ahead_n; n++) {
        if (ch->ahead[n].ar_clk <= since)
            continue;
        if (ch->ahead[n].addr != pointer)
            return false;
        take_ahead(ch, n);
        return true;
    }
    fetch = guess_on_bus(ch, since);
    if (!fetch || fetch->addr != pointer || fetch->bytes > IOAT_DESC_BYTES)
        return false;
    add_record(ch, pointer)->ar_clk = fetch->clock;
    fetch->use = FETCH_RECORD;
    fetch->pos = ch->records.tail - 1;
    fetch->serial = ((const struct record *)ct_record_at(ch, fetch->pos))->serial;
    return true;
}

static void confirm_all(struct chan *ch)
{
    while (confirm(ch))
        ;
}

static void keep_ahead(struct chan *ch, const struct fetch *fetch, uint64_t addr)
{
    struct ahead *ahead;

    if (fetch->epoch != ch->epoch)
        return;
    if (ch->ahead_n == SPECULATED) {
        ch->ahead_n--;
        memmove(&ch->ahead[0], &ch->ahead[1], ch->ahead_n * sizeof ch->ahead[0]);
    }
    ahead = &ch->ahead[ch->ahead_n++];
    *ahead = (struct ahead) { addr, fetch->clock, ch->h->now, fetch->bad, { 0 } };
    memcpy(&ahead->desc, fetch->unit, sizeof ahead->desc);
    confirm_all(ch);
}

/* Guesses made since the newest descriptor of the list was asked for. Older ones turned out
 * not to be the way the list goes. */
static uint64_t guesses(const struct chan *ch)
{
    const struct record *newest = ct_record_at(ch, ch->records.tail - 1);
    const struct fetch *fetch;
    uint64_t n = 0, since = newest->ar_clk;

    for (unsigned k = 0; k < ch->ahead_n; k++)
        n += ch->ahead[k].ar_clk > since;
    while ((fetch = guess_on_bus(ch, since)) != NULL) {
        n += (fetch->bytes + IOAT_DESC_BYTES - 1) / IOAT_DESC_BYTES;
        since = fetch->clock;
    }
    return n;
}

/* A request that was offered before the end of the list was read can not be withdrawn. */
static bool was_offered(const struct chan *ch)
{
    const struct record *newest = ct_record_at(ch, ch->records.tail - 1);

    return ct_desc_offered(ch) <= newest->r_clk + 1;
}

/* True when the list has come back to before this address since it was there. */
static bool came_round(const struct chan *ch, uint64_t pos, uint64_t addr)
{
    while (++pos < ch->records.tail)
        if (((const struct record *)ct_record_at(ch, pos))->addr <= addr)
            return true;
    return false;
}

/* The oldest descriptor that a guess may follow. */
static uint64_t oldest_in_hand(const struct chan *ch)
{
    const uint64_t tail = ch->records.tail;

    return larger(ch->records.head, tail - (tail > SPECULATED ? SPECULATED : tail));
}

/* The newest descriptor at this address of those that a guess may follow, or 0. */
static uint64_t newest_at(struct chan *ch, uint64_t addr)
{
    const uint64_t newest = *newest_of(ch, addr);
    const uint64_t tail = ch->records.tail;
    const uint64_t oldest = oldest_in_hand(ch);

    if (newest < oldest)
        return 0;                          /* of all that share its place in the table */
    if (newest < tail && ((const struct record *)ct_record_at(ch, newest))->addr == addr)
        return newest;
    for (uint64_t pos = tail; pos-- > oldest; )
        if (((const struct record *)ct_record_at(ch, pos))->addr == addr)
            return pos;
    return 0;
}

static bool near_one(const struct chan *ch, uint64_t addr)
{
    const uint64_t oldest = oldest_in_hand(ch);

    for (uint64_t pos = ch->records.tail; pos-- > oldest; )
        if (same_page(((const struct record *)ct_record_at(ch, pos))->addr, addr))
            return true;
    return false;
}

/* `more` were found permitted in the same burst. */
static bool may_look_ahead(struct chan *ch, uint64_t addr, uint64_t more)
{
    const uint64_t tail = ch->records.tail;
    uint64_t pointer, before;

    if (tail == ch->run0 || ch->reread_want)
        return false;
    if (!ch->rereads && ((const struct record *)ct_record_at(ch, tail - 1))->have
        && !ct_chain_pointer(ch, &pointer) && !was_offered(ch))
        return false;
    if (ch->mode == MODE_COUNT && !ch->loose && tail + guesses(ch) + more >= ch->limit)
        return false;
    before = newest_at(ch, addr);
    return before ? came_round(ch, before, addr) : near_one(ch, addr);
}

/* ---- permission ---- */

/* The first read of the list comes up so late that the stop under way came before it. */
static bool begins_too_late(const struct chan *ch)
{
    return ch->stops && ch->records.tail == ch->run0 && ct_desc_offered(ch) > ch->stop_clk + SETTLE;
}

static void use(struct chan *ch, struct fetch *fetch, enum fetch_use how, uint64_t pos)
{
    struct record *record = ct_record_at(ch, pos);

    fetch->use = how;
    fetch->pos = pos;
    fetch->serial = record->serial;
    if (how == FETCH_REREAD) {
        memcpy(fetch->unit, &record->desc, sizeof record->desc);
        ch->rereads++;
        record->ar_clk = ch->h->now;
    } else if (fetch->addr != unit_of(fetch->addr) || fetch->bytes < NEEDED_BYTES) {
        ct_wrong(ch, "H-S08", "descriptor 0x%" PRIx64 " is read in part: %u bytes at 0x%" PRIx64,
              record->addr, fetch->bytes, fetch->addr);
    }
    if (!ch->stops)
        ch->may = ACTIVE;
}

/* A descriptor behind it was asked for since: so it was used as it had been read. */
static bool was_kept(const struct chan *ch, uint64_t pos)
{
    while (++pos < ch->records.tail) {
        const struct record *record = ct_record_at(ch, pos);

        if (record->offered_clk != NEVER && record->offered_clk > ch->flushed_clk + FLUSH_LAG)
            return true;
    }
    return false;
}

/* What was read before a command and not started is read anew: how many descriptors that can be, and the last of them. */
static unsigned read_anew(const struct chan *ch, uint64_t addr, uint64_t *found)
{
    const uint64_t unstarted = larger(larger(ch->started, ch->rep), ch->word_lo) + 1;
    unsigned n = 0;

    if (!ch->flushed || ch->asks > 1)      /* the first may have been waiting for AR */
        return 0;
    for (uint64_t pos = larger(unstarted, larger(ch->again, ch->records.head)); pos < ch->records.tail; pos++) {
        if (((const struct record *)ct_record_at(ch, pos))->addr != addr || was_kept(ch, pos))
            continue;
        *found = pos;
        n++;
    }
    return n;
}

/* Which descriptor a read is of stays open. */
static bool lose(struct chan *ch, struct fetch *fetch)
{
    ch->lost = true;
    fetch->use = FETCH_UNJUDGED;
    return true;
}

static bool claim_next(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    const bool first = ch->records.tail == ch->run0;
    uint64_t pointer, again;

    if (begins_too_late(ch) || !ct_chain_pointer(ch, &pointer) || pointer != addr
        || ct_pointer_check(&ch->h->build, pointer, first, ch->mode == MODE_COUNT))
        return false;
    if (!first && read_anew(ch, addr, &again))
        return lose(ch, fetch);            /* a closed ring: the next round, or the last one again */
    if (first && !ch->stops)
        ch->vague = false;                 /* the list is in force */
    add_record(ch, addr)->offered_clk = ct_desc_offered(ch);
    use(ch, fetch, FETCH_RECORD, ch->records.tail - 1);
    return true;
}

/* A read that was decided before its pointer came was a guess, even if it guessed right; then the
 * descriptor is read by its pointer too, and it is this read that counts. */
static bool claim_twice(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    const uint64_t pos = ch->records.tail - 1;
    struct ring *bus = descriptor_reads(ch);
    struct record *record;

    if (ch->records.tail <= ch->run0 + 1)
        return false;
    record = ct_record_at(ch, pos);
    if (record->addr != addr || record->offered_clk == NEVER || (record->have && larger(ch->started, ch->fin) >= pos)
        || record->offered_clk > ((const struct record *)ct_record_at(ch, pos - 1))->r_clk + 1)
        return false;
    for (uint64_t n = bus->head; n < bus->tail; n++) {
        struct fetch *guess = ct_ring_at(bus, n);

        if (guess->use == FETCH_RECORD && guess->pos == pos)
            guess->use = FETCH_AHEAD;
    }
    if (record->have) {                    /* the guess has come already */
        cut(ch, pos);
        record = add_record(ch, addr);
    }
    record->ar_clk = ch->h->now;
    record->offered_clk = NEVER;
    use(ch, fetch, FETCH_RECORD, pos);
    return true;
}

/* RESUME: the descriptor completed last is read again; it becomes known which it was. */
static bool claim_resumed(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    const uint64_t first = larger(larger(ch->low, ch->run0), ch->records.head);
    uint64_t found = 0;

    if (!ch->reread_want)
        return false;
    for (uint64_t pos = first; pos <= ch->high && pos < ch->records.tail; pos++) {
        if (((const struct record *)ct_record_at(ch, pos))->addr != addr)
            continue;
        if (found)
            ch->loose = true;
        found = pos;
    }
    if (found && ch->low < ch->run0 && addr == ch->first)
        return lose(ch, fetch);            /* it was completed, or is read as the first one */
    if (found) {
        cut(ch, found + 1);
        ch->started = ch->ans = ch->fin = ch->low = ch->high = found;
        ch->rep = larger(ch->rep, found);
        ch->word_lo = larger(ch->word_lo, found);
        ch->word_acked = larger(ch->word_acked, found);
        ch->reread_want = false;
        use(ch, fetch, FETCH_REREAD, found);
        return true;
    }
    if (ch->low < ch->run0 && addr == ch->first) {
        cut(ch, ch->run0);
        ch->reread_want = false;
        return claim_next(ch, addr, fetch);
    }
    return false;
}

/* APPEND: the last descriptor is read again when it is finished. */
static bool claim_appended(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    const uint64_t last = ch->records.tail - 1;
    const struct record *record;

    if (ch->mode != MODE_LIST || !ch->append || last < ch->run0 || ch->ans < last)
        return false;
    record = ct_record_at(ch, last);
    if (record->addr != addr || record->desc.next)
        return false;
    if (last <= larger(ch->started, larger(ch->rep, ch->word_lo)))   /* else it may be read anew, to be started */
        ch->append--;
    use(ch, fetch, FETCH_REREAD, last);
    return true;
}

static bool claim_again(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    const uint64_t offered = ct_desc_offered(ch);
    uint64_t found;
    const unsigned n = read_anew(ch, addr, &found);

    if (!n)
        return false;
    if (n > 1)
        return lose(ch, fetch);            /* a closed ring: any of them */
    if (found + 1 < ch->records.tail)
        ch->again = found;                 /* a request that had been waiting would be for a new one */
    cut(ch, found);
    ch->flushed--;
    add_record(ch, addr)->offered_clk = offered;
    use(ch, fetch, FETCH_RECORD, found);
    return true;
}

static bool look_ahead(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    if (!may_look_ahead(ch, addr, 0))
        return false;
    fetch->use = FETCH_AHEAD;
    return true;
}

static void refuse(const struct chan *ch, uint64_t addr)
{
    const uint64_t tail = ch->records.tail;
    uint64_t pointer;
    uint32_t bits;

    if (ch->reread_want) {
        ct_wrong(ch, "R-RES-1", "after RESUME the descriptor completed last must be read again, not 0x%"
              PRIx64, addr);
    } else if (begins_too_late(ch)) {
        ct_wrong(ch, ct_chain_stop_rule(ch), "descriptor read at 0x%" PRIx64 ", offered %" PRIu64 " clocks after "
              "the command that ends the list before its first", addr, ct_desc_offered(ch) - ch->stop_clk);
    } else if (ct_chain_pointer(ch, &pointer)) {
        bits = ct_pointer_check(&ch->h->build, pointer, tail == ch->run0, ch->mode == MODE_COUNT);
        ct_wrong(ch, bits ? "H-E04" : "H-S08",
              "descriptor read at 0x%" PRIx64 ", the list goes on at 0x%" PRIx64, addr, pointer);
    } else if (ch->mode == MODE_COUNT && tail >= ch->limit) {
        ct_wrong(ch, "H-S09", "descriptor read at 0x%" PRIx64 " beyond the count: all %" PRIu64
              " counted descriptors have been read", addr, ch->limit - ch->run0);
    } else if (ch->mode == MODE_LIST && tail > ch->run0
               && ((const struct record *)ct_record_at(ch, tail - 1))->have) {
        ct_wrong(ch, "H-N01", "descriptor read at 0x%" PRIx64 " after the end of the list", addr);
    } else {
        ct_wrong(ch, "H-S08", "descriptor read at 0x%" PRIx64 ", no pointer to it was read", addr);
    }
}

/* Of the list in force, by a pointer. */
static bool claim_listed(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    return ch->may & ACTIVE
        && (claim_resumed(ch, addr, fetch) || claim_next(ch, addr, fetch)
            || claim_twice(ch, addr, fetch) || claim_appended(ch, addr, fetch) || claim_again(ch, addr, fetch));
}

static bool claim_ahead(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    if (!(ch->may & ACTIVE))
        return false;
    if (look_ahead(ch, addr, fetch))
        return true;
    while (ct_chain_use_ahead(ch))
        if (claim_next(ch, addr, fetch) || look_ahead(ch, addr, fetch))
            return true;
    return false;
}

static bool claim(struct chan *ch, uint64_t addr, struct fetch *fetch)
{
    char text[64];

    if (claim_listed(ch, addr, fetch) || claim_ahead(ch, addr, fetch))
        return true;
    if (ch->may & ACTIVE)
        refuse(ch, addr);
    else
        ct_wrong(ch, ct_state_rest_rule(ch), "descriptor read at 0x%" PRIx64 " while %s", addr,
              ct_states_text(ch->may, text));
    return false;
}

void ct_chain_fetch(struct chan *ch, struct fetch *fetch)
{
    const uint64_t end = fetch->addr + fetch->bytes;

    if (!claim(ch, unit_of(fetch->addr), fetch)) {
        fetch->use = FETCH_UNJUDGED;
        return;
    }
    ch->asks += ct_desc_offered(ch) > ch->flush_clk + FLUSH_LAG;
    fetch->epoch = ch->epoch;
    for (uint64_t addr = unit_of(fetch->addr) + IOAT_DESC_BYTES, more = 0; addr < end;
         addr += IOAT_DESC_BYTES, more++) {
        if (!may_look_ahead(ch, addr, more)) {
            ct_wrong(ch, ch->mode == MODE_COUNT ? "H-S09" : "H-N01",
                  "read ahead at 0x%" PRIx64 " is not permitted", addr);
            return;
        }
    }
}

/* ---- contents ---- */

static void reread(struct chan *ch, const struct fetch *fetch)
{
    struct record *record;
    struct ioat_desc desc;

    ch->rereads--;
    if (!ct_record_held(ch, fetch->pos))
        return;
    record = ct_record_at(ch, fetch->pos);
    memcpy(&desc, fetch->unit, sizeof desc);
    if (fetch->bad)
        ch->reread_bad = true;
    else
        set_next(record, desc.next, ch->h->now);
    record->r_clk = ch->h->now;
    ct_chain_advance(ch);
}

static void deliver(struct chan *ch, struct fetch *fetch, uint64_t unit)
{
    struct ioat_desc desc;
    struct record *record;

    if (fetch->use == FETCH_UNJUDGED)
        return;
    if (unit != unit_of(fetch->addr) || fetch->use == FETCH_AHEAD) {
        keep_ahead(ch, fetch, unit);
        return;
    }
    if (fetch->use == FETCH_REREAD) {
        reread(ch, fetch);
        return;
    }
    if (!ct_record_held(ch, fetch->pos))
        return;
    record = ct_record_at(ch, fetch->pos);
    if (record->serial != fetch->serial)
        return;
    record->r_clk = ch->h->now;
    memcpy(&desc, fetch->unit, sizeof desc);
    fill(ch, fetch->pos, &desc, fetch->bad);
    confirm_all(ch);
}

void ct_chain_arrived(struct chan *ch, struct fetch *fetch, uint64_t addr, const uint8_t *data, bool bad)
{
    const unsigned bus = ch->h->bus;

    memcpy(fetch->unit + addr % IOAT_DESC_BYTES, data, bus);
    fetch->bad |= bad;
    if ((addr + bus) % IOAT_DESC_BYTES && fetch->done < fetch->bytes)
        return;
    deliver(ch, fetch, unit_of(addr));
    fetch->bad = false;
}
