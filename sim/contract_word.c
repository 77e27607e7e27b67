/* contract_word.c - completion words: when, where, and what they say.
 *
 * Judged from the clock of AW: everything the word tells must have been true then.
 *
 * Not judged: which of several completed descriptors a merged word names (K-40), as
 * long as words go forward; IDLE or ACTIVE when a count was written later than SETTLE
 * clocks before the word could be requested, when the list is about to be replaced, or when APPEND has
 * linked the descriptor meanwhile; the descriptor's address when a short ring holds
 * several completed ones at one address.
 */
#include <inttypes.h>
#include <string.h>

#include "contract_priv.h"

enum { SNOOP = 0xF, WORD_BYTES = sizeof(uint64_t) };
enum { ZERO_BITS = 0x38 };                 /* 5:3 of a word, the I/OAT sheet section 4.2 */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t ct_word_due(const struct chan *ch, uint64_t pos)
{
    const struct record *record;

    if (pos < ch->run0 || !ct_record_held(ch, pos))
        return 0;
    record = ct_record_at(ch, pos);
    return record->have && record->word_upto > ch->word_acked ? record->word_upto : 0;
}

/* ---- the request ---- */

static bool address_fits(const struct chan *ch, uint64_t addr)
{
    for (unsigned n = 0; n < ch->old_cmp.n && n < OLD_CMPS; n++)
        if (addr == ch->old_cmp.at[n])
            return true;
    return addr == ch->chancmp || (ch->stops && addr == ch->stop_cmp);
}

void ct_word_write(struct chan *ch, struct burst *burst, unsigned cache)
{
    char text[64];

    burst->ans = ch->ans;
    burst->word_lo = ch->word_lo;
    burst->opens = ct_state_next_fails(ch);
    burst->drained = !ch->reads && !ch->writes && !ch->fetches;
    burst->judged = true;
    if (!(ch->may & ACTIVE))
        ct_wrong(ch, ch->may == HALTED ? ch->halt_rule : "H-W06",
              "completion word to 0x%" PRIx64 " while %s", burst->addr, ct_states_text(ch->may, text));
    else if (burst->beats != 1)
        ct_wrong(ch, "H-W01", "completion word of %u beats at 0x%" PRIx64, burst->beats, burst->addr);
    else if (!ct_word_addr_fits(&ch->h->build, burst->addr))
        ct_wrong(ch, "H-E04", "completion word to 0x%" PRIx64 ", which is misaligned or out of range",
              burst->addr);
    else if (!address_fits(ch, burst->addr))
        ct_wrong(ch, "H-W01", "completion word to 0x%" PRIx64 ", CHANCMP is 0x%" PRIx64, burst->addr,
              ch->chancmp);
    else if (ch->words)
        ct_wrong(ch, "K-40", "completion word while the one before it is not answered");
    /* An error, ABORT or RESET may follow the word of SUSPEND. */
    else if (ch->final_sent && (ch->final_halts || !(ct_fault_now(ch).bits || ch->stops & STOP_NOW)))
        ct_wrong(ch, "H-W06", "another completion word after the one that ends the list");
    else if (cache != SNOOP)
        ct_wrong(ch, "K-34", "completion word with AxCACHE 0x%x, not 0x%x", cache, SNOOP);
    if (burst->addr == ch->chancmp && ch->may == ACTIVE && !ch->stops)
        ch->old_cmp.n = 0;
}

/* ---- the value ---- */

struct word {
    uint64_t value, addr;
    unsigned code;
};

/* K-41: IDLE is for the last descriptor known when the word is requested. That is after
 * the descriptor is ready and the word before is answered, and not later than AW. */
static bool state_fits(const struct chan *ch, const struct record *record, const struct burst *burst,
                       unsigned code)
{
    const uint64_t soonest = larger(record->ready_clk, ch->word_clk);
    const bool list = ch->mode != MODE_COUNT;

    if (ch->loose)
        return true;
    if (code == IOAT_CHANSTS_STATE_ACTIVE)
        return (list ? record->linked_clk : record->more_clk) <= burst->clock
            || (ch->stops & STOP_SWITCH) || ch->next.chain || ch->next.kick || ch->waited;
    if ((ch->stops & STOP_SWITCH) && soonest > ch->stop_clk + SETTLE)
        return false;
    return list ? record->ended : record->more_clk == NEVER || record->more_clk + SETTLE >= soonest;
}

static bool find(const struct chan *ch, struct burst *burst, const struct word *word)
{
    bool found = false;

    for (uint64_t pos = larger(ch->word_lo + 1, ch->records.head); pos <= burst->ans; pos++) {
        const struct record *record = ct_record_at(ch, pos);

        if (record->addr != word->addr || !ct_desc_flag(&record->desc, IOAT_CONTROL_COMPL_WRITE)
            || !state_fits(ch, record, burst, word->code))
            continue;
        if (!found)
            burst->lo = pos;
        burst->hi = pos;
        found = true;
    }
    return found;
}

static void explain(const struct chan *ch, const struct burst *burst, const struct word *word)
{
    const char *const state = ct_state_text(word->code);

    for (uint64_t pos = ch->records.tail; pos-- > larger(ch->records.head, ch->run0); ) {
        const struct record *record = ct_record_at(ch, pos);

        if (record->addr != word->addr)
            continue;
        if (pos > burst->ans)
            ct_wrong(ch, record->fail ? "H-E06" : "H-W05", "word names 0x%" PRIx64 " %s", word->addr,
                  record->fail ? "which failed" : "before all of its data is answered");
        else if (pos <= ch->word_lo)
            ct_wrong(ch, "H-W06", "word names 0x%" PRIx64 ", which an earlier word has named", word->addr);
        else if (!ct_desc_flag(&record->desc, IOAT_CONTROL_COMPL_WRITE))
            ct_wrong(ch, "H-W04", "word names 0x%" PRIx64 ", which asks for none", word->addr);
        else
            ct_wrong(ch, "K-41", "word names 0x%" PRIx64 " with state %s; %s", word->addr, state,
                  word->code == IOAT_CHANSTS_STATE_IDLE ? "more of the list was known"
                                                        : "it is the last of the list");
        return;
    }
    ct_wrong(ch, "H-W06", "word names 0x%" PRIx64 ", which is no descriptor of the list in force",
          word->addr);
}

static void normal(struct chan *ch, struct burst *burst, const struct word *word)
{
    while (!find(ch, burst, word)) {
        if (!ct_chain_use_ahead(ch)) {
            explain(ch, burst, word);
            return;
        }
        burst->ans = ch->ans;
    }
    ch->word_lo = burst->lo;
}

/* Positions from `low` to `high` that `addr` can name; the one before the list is 0. */
static bool names(const struct chan *ch, struct burst *burst, uint64_t low, uint64_t high, uint64_t addr)
{
    bool found = false;

    if (low < ch->run0
        && (!addr || (ch->has_old && (addr == ch->old_last[0] || addr == ch->old_last[1])))) {
        burst->lo = burst->hi = ch->run0 - 1;
        found = true;
    }
    for (uint64_t pos = larger(larger(low, ch->run0), ch->records.head);
         pos <= high && pos < ch->records.tail; pos++) {
        if (((const struct record *)ct_record_at(ch, pos))->addr != addr)
            continue;
        if (!found)
            burst->lo = pos;
        burst->hi = pos;
        found = true;
    }
    return found;
}

/* ERR_COMPLETION_EN is, or was when it counted, set. */
static bool enabled(const struct chan *ch)
{
    return (ch->ctrl & IOAT_CHANCTRL_ERR_COMPLETION_EN) || (ch->stops && ch->stop_word)
        || !ch->ctrl_known || ch->enables_moved;
}

/* The list that START or a count replaced the old one with was just taken: none of it is completed. */
static bool names_none_of_next(const struct chan *ch, struct burst *burst, uint64_t addr)
{
    if (addr || !(ch->stops & (STOP_SWITCH | STOP_SUSPEND)) || !(ch->next.chain || ch->next.kick)
        || (ch->started > burst->ans && !ct_fault_now(ch).bits))
        return false;
    burst->lo = burst->hi = ch->run0 - 1;
    return true;
}

static void suspended(struct chan *ch, struct burst *burst, const struct word *word)
{
    const uint64_t low = larger(larger(ch->started, ch->rep), ch->word_lo);

    if (!(ch->stops & STOP_SUSPEND))
        ct_wrong(ch, "H-W02", "word 0x%" PRIx64 " says SUSPENDED without a SUSPEND", word->value);
    else if (!enabled(ch))
        ct_wrong(ch, "K-15", "word of SUSPEND without ERR_COMPLETION_EN");
    else if (names_none_of_next(ch, burst, word->addr))
        return;
    else if (ch->started > burst->ans)
        ct_wrong(ch, "K-15", "word of SUSPEND before the started descriptors are finished");
    else if (!names(ch, burst, low, burst->ans, word->addr))
        ct_wrong(ch, "R-STA-6", "word of SUSPEND names 0x%" PRIx64 ", not the descriptor completed last",
              word->addr);
}

/* A word of ABORT, RESET or an error. */
static void halted(struct chan *ch, struct burst *burst, const struct word *word)
{
    const bool commanded = ch->stops & (STOP_ABORT | STOP_RESET);
    struct fault fault;
    uint64_t told;

    if (burst->opens && !commanded && !word->addr)
        ct_state_end(ch);
    fault = ct_fault_now(ch);
    told = larger(ch->rep, ch->word_lo);
    burst->halts = true;
    if (ch->stops & STOP_FLR && !within(ch->h->now, ch->flr_clk, PIN_LAG))
        ct_wrong(ch, "K-20", "word 0x%" PRIx64 " of a function-level reset", word->value);
    else if (ch->stops & STOP_FLR)
        return;                            /* it was offered before */
    else if (!commanded && !fault.bits)
        ct_wrong(ch, "H-W02", "word 0x%" PRIx64 " says HALTED, nothing halts the channel", word->value);
    else if (!enabled(ch))
        ct_wrong(ch, commanded ? ct_chain_stop_rule(ch) : "H-W07",
              "word 0x%" PRIx64 " without ERR_COMPLETION_EN", word->value);
    else if (!burst->drained)
        ct_wrong(ch, commanded ? ct_chain_stop_rule(ch) : "K-43",
              "word 0x%" PRIx64 " before every outstanding answer has come", word->value);
    else if (!(commanded && names(ch, burst, told, larger(told, burst->ans), word->addr))
             && !(ch->command_error && names_none_of_next(ch, burst, word->addr))
             && !(fault.bits && names(ch, burst, larger(fault.low, told), fault.high, word->addr)))
        ct_wrong(ch, commanded ? "R-STA-7" : "H-W07",
              "word 0x%" PRIx64 " does not name the last good descriptor", word->value);
}

static bool strobes_fit(const struct chan *ch, const struct burst *burst, uint64_t strobe)
{
    return strobe == UINT64_C(0xFF) << (burst->addr & (ch->h->bus - 1));
}

void ct_word_beat(struct chan *ch, struct burst *burst, const uint8_t *data, uint64_t strobe)
{
    struct word word = { 0 };

    if (!strobes_fit(ch, burst, strobe)) {
        ct_wrong(ch, "H-W01", "completion word at 0x%" PRIx64 " with strobes 0x%" PRIx64
              ": it is 8 whole bytes", burst->addr, strobe);
        return;
    }
    for (unsigned n = WORD_BYTES; n-- > 0; )
        word.value = word.value << 8 | data[(burst->addr & (ch->h->bus - 1)) + n];
    word.addr = word.value & ~(uint64_t)(IOAT_DESC_BYTES - 1);
    word.code = (unsigned)IOAT_FIELD_GET(word.value, CHANSTS, STATE);
    if (word.value & ZERO_BITS) {
        ct_wrong(ch, "H-W02", "word 0x%" PRIx64 ": bits 5:3 are not 0", word.value);
        return;
    }
    burst->final = true;
    switch (word.code) {
    case IOAT_CHANSTS_STATE_ACTIVE:
    case IOAT_CHANSTS_STATE_IDLE:
        burst->final = false;
        normal(ch, burst, &word);
        return;
    case IOAT_CHANSTS_STATE_SUSPENDED:
        suspended(ch, burst, &word);
        break;
    case IOAT_CHANSTS_STATE_HALTED:
        halted(ch, burst, &word);
        break;
    default:
        ct_wrong(ch, "H-W02", "word 0x%" PRIx64 " with state %s", word.value, ct_state_text(word.code));
        return;
    }
    ch->final_sent = true;
    /* What was asked for before the stop was added may be an error's; that of the stop follows. */
    ch->final_halts = burst->halts && !within(burst->offered, ch->added_clk, PIN_LAG);
    ch->final_lo = burst->lo;
    ch->final_hi = burst->hi;
    ch->word_lo = larger(ch->word_lo, burst->lo);
}

void ct_word_answered(struct chan *ch, const struct burst *burst, bool bad)
{
    ch->word_clk = ch->h->now;
    if (burst->final && ch->final_sent && (!bad || burst->halts))
        ch->final_acked = true;
    if (bad && burst->final)
        ch->final_lo = larger(ch->rep, burst->word_lo);   /* it told nothing (K-44) */
    if (bad && !burst->halts) {
        if (burst->final)
            ch->final_sent = false;        /* the word of SUSPEND: the error word is to come */
        ch->word_bad = true;
        ch->word_lo = burst->word_lo;      /* what it said does not count as told (K-44) */
    } else if (burst->hi > ch->word_acked) {
        ch->word_acked = burst->hi;
    }
    ct_chain_advance(ch);
}
