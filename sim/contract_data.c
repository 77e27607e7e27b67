/* contract_data.c - payload: which bytes are read and written, in which order, with
 * which contents.
 *
 * A channel is a stream. Its payload reads ask for the source bytes of its copies in
 * list order, each once, in whole bus words; its writes carry the bytes of its copies
 * and fills in list order, each once. So a cursor for requested reads, one for
 * requested writes and the bytes read and not yet written are all there is to know.
 *
 * Not judged: contents after an error answer (of the failing descriptor), and after
 * bytes were dropped by ABORT, RESET or an error; how far ahead of its data an AW is.
 */
#include <inttypes.h>
#include <string.h>

#include "contract_priv.h"

enum { SNOOP = 0xF, NO_SNOOP = 0x3 };      /* AxCACHE, K-34 */
enum { FILL_PERIOD = sizeof(uint64_t) };
enum { PATIENT = 32 };                     /* clocks, K-63 */

static uint64_t word_down(const struct chan *ch, uint64_t addr)
{
    return addr & ~(uint64_t)(ch->h->bus - 1);
}

static bool reads_data(const struct ioat_desc *desc)
{
    return ct_desc_is_copy(desc) && ct_desc_bytes(desc);
}

static bool writes_data(const struct ioat_desc *desc)
{
    return ct_desc_bytes(desc) != 0;
}

/* ---- requests ---- */

/* Moves a cursor to the next descriptor with bytes left to ask for; NULL: none is known. */
static struct record *seek(struct chan *ch, uint64_t *pos, uint32_t *off,
                           bool (*moves)(const struct ioat_desc *desc))
{
    for (;;) {
        struct record *record;

        if (*pos < ch->records.head)
            *pos = ch->records.head, *off = 0;     /* the ones before are finished and forgotten */
        if (*pos == ch->records.tail && !ct_chain_use_ahead(ch))
            return NULL;
        record = ct_record_at(ch, *pos);
        if (!record->have || record->unfit)
            return NULL;
        if (moves(&record->desc) && *off < ct_desc_bytes(&record->desc))
            return record;
        ++*pos;
        *off = 0;
    }
}

/* Why there is nothing to ask for. */
static void refuse(const struct chan *ch, uint64_t pos, const char *what, uint64_t addr)
{
    const struct record *record;

    if (pos < ch->records.tail) {
        record = ct_record_at(ch, pos);
        if (record->have) {
            char text[96];

            ct_wrong(ch, record->fail & (uint32_t)IOAT_CHANERR_DESC_CTRL ? "H-D07" : "H-E06",
                  "payload %s at 0x%" PRIx64 ": descriptor 0x%" PRIx64 " fails with %s, neither it "
                  "nor a later one may move data", what, addr, record->addr,
                  ct_error_text(record->fail, text));
            return;
        }
        ct_wrong(ch, "H-D01", "payload %s at 0x%" PRIx64 " before descriptor 0x%" PRIx64 " was read",
              what, addr, record->addr);
        return;
    }
    ct_wrong(ch, "H-D01", "payload %s at 0x%" PRIx64 ": no descriptor that was read asks for it",
          what, addr);
}

static bool running(const struct chan *ch, const char *what, uint64_t addr)
{
    char text[64];

    if (ch->may & ACTIVE)
        return true;
    ct_wrong(ch, ct_state_rest_rule(ch), "payload %s at 0x%" PRIx64 " while %s", what, addr,
          ct_states_text(ch->may, text));
    return false;
}

/* SUSPEND, ABORT, RESET, START and CHAINADDR let nothing more start. */
static bool in_time(const struct chan *ch, const struct record *record, const char *what)
{
    if (!ct_chain_too_late(ch, record))
        return true;
    ct_wrong(ch, ct_chain_stop_rule(ch), "payload %s of descriptor 0x%" PRIx64 ", which was read %" PRIu64
          " clocks after the command that ends the list", what, record->addr,
          record->r_clk - ch->stop_clk);
    return false;
}

/* H-D09, K-33: everything up to the fence is answered, its word included. */
static bool fence_open(const struct chan *ch, const struct record *record, const char *what)
{
    const uint64_t fence = record->fence_before;
    const struct record *at;

    if (!fence || !ct_record_held(ch, fence))
        return true;
    at = ct_record_at(ch, fence);
    if (ch->ans >= fence
        && (!ct_desc_flag(&at->desc, IOAT_CONTROL_COMPL_WRITE) || ch->word_acked >= fence))
        return true;
    ct_wrong(ch, "K-33", "payload %s of descriptor 0x%" PRIx64 " before the %s of the fence 0x%" PRIx64
          " is answered", what, record->addr, ch->ans >= fence ? "word" : "data", at->addr);
    return false;
}

static void attributes(const struct chan *ch, const struct record *record, uint64_t flag,
                       unsigned cache, const char *what)
{
    const unsigned due = ct_desc_flag(&record->desc, flag) ? NO_SNOOP : SNOOP;

    if (cache != due)
        ct_wrong(ch, "K-34", "payload %s of descriptor 0x%" PRIx64 " carries AxCACHE 0x%x, not 0x%x",
              what, record->addr, cache, due);
}

/* Compares a request with the bytes left in a part of the transfer; gives the bytes it covers. */
static bool covers(const struct chan *ch, const struct record *record, const char *what,
                   struct span span, uint64_t addr, uint64_t bytes, uint64_t *lo, uint64_t *hi)
{
    const uint64_t begin = word_down(ch, span.addr);
    const uint64_t last = word_down(ch, span.addr + span.left - 1);   /* its last bus word */

    if (addr != begin) {
        ct_wrong(ch, "H-D01", "payload %s at 0x%" PRIx64 ": descriptor 0x%" PRIx64 " goes on at 0x%"
              PRIx64, what, addr, record->addr, span.addr);
        return false;
    }
    if (bytes - ch->h->bus > last - begin) {
        ct_wrong(ch, "H-D01", "payload %s [0x%" PRIx64 ", +%" PRIu64 ") of descriptor 0x%" PRIx64
              " reaches beyond its last byte 0x%" PRIx64, what, addr, bytes, record->addr,
              span.addr + span.left - 1);
        return false;
    }
    *lo = span.addr;
    *hi = bytes - ch->h->bus == last - begin ? span.addr + span.left : addr + bytes;
    return true;
}

void ct_data_read(struct chan *ch, struct fetch *fetch, unsigned cache)
{
    struct record *record;

    fetch->use = FETCH_UNJUDGED;
    if (!running(ch, "read", fetch->addr))
        return;
    record = seek(ch, &ch->rd_pos, &ch->rd_off, reads_data);
    if (!record) {
        refuse(ch, ch->rd_pos, "read", fetch->addr);
        return;
    }
    if (!in_time(ch, record, "read") || !fence_open(ch, record, "read")
        || !covers(ch, record, "read", ct_desc_source(&record->desc, ch->rd_off), fetch->addr,
                   fetch->bytes, &fetch->take_lo, &fetch->take_hi))
        return;
    attributes(ch, record, IOAT_CONTROL_SRC_NO_SNOOP, cache, "read");
    fetch->use = FETCH_PAYLOAD;
    fetch->pos = ch->rd_pos;
    fetch->off = ch->rd_off;
    ch->rd_off += (uint32_t)(fetch->take_hi - fetch->take_lo);
    if (fetch->pos > ch->started)
        ch->started = fetch->pos;
}

void ct_data_write(struct chan *ch, struct burst *burst, unsigned cache)
{
    const uint64_t bytes = (uint64_t)burst->beats * ch->h->bus;
    struct record *record;

    if (!running(ch, "write", burst->addr))
        return;
    record = seek(ch, &ch->aw_pos, &ch->aw_off, writes_data);
    if (!record) {
        refuse(ch, ch->aw_pos, "write", burst->addr);
        return;
    }
    if (!in_time(ch, record, "write")
        || (!ct_desc_is_copy(&record->desc) && !fence_open(ch, record, "write"))
        || !covers(ch, record, "write", ct_desc_target(&record->desc, ch->aw_off), burst->addr, bytes,
                   &burst->need_lo, &burst->need_hi))
        return;
    attributes(ch, record, IOAT_CONTROL_DST_NO_SNOOP, cache, "write");
    burst->judged = true;
    burst->pos = ch->aw_pos;
    burst->off = ch->aw_off;
    ch->aw_off += (uint32_t)(burst->need_hi - burst->need_lo);
    if (burst->pos > ch->started)
        ch->started = burst->pos;
}

/* ---- data ---- */

void ct_data_arrived(struct chan *ch, const struct fetch *fetch, uint64_t addr, const uint8_t *data, bool bad)
{
    const uint64_t end = addr + (ch->h->bus - 1);   /* last byte: the beat may end the address space */
    const uint64_t lo = addr > fetch->take_lo ? addr : fetch->take_lo;
    const uint64_t hi = end < fetch->take_hi - 1 ? end : fetch->take_hi - 1;

    if (bad && ct_record_held(ch, fetch->pos)) {
        struct record *record = ct_record_at(ch, fetch->pos);
        const uint32_t off = fetch->off + (uint32_t)(lo - fetch->take_lo);

        record->fail |= (uint32_t)IOAT_CHANERR_READ_DATA;
        if (off < record->bad_from)
            record->bad_from = off;
    }
    if (!ct_pipe_put(&ch->source, data + (lo - addr), (size_t)(hi - lo) + 1))
        ct_breach(ch->h, "MEMORY", "out of memory for payload bytes");
}

/* True when the engine may give up bytes that it announced. */
static bool may_drop(const struct chan *ch)
{
    if ((ch->stops & STOP_NOW) || ch->command_error || ch->word_bad)
        return true;
    return ct_fault_now(ch).bits || ch->blind;
}

/* An error that ct_fault_now() does not see yet: of a descriptor with others before it. */
static bool later_error(const struct chan *ch)
{
    for (uint64_t pos = ch->ans + 1; pos < ch->records.tail; pos++)
        if (((const struct record *)ct_record_at(ch, pos))->fail
            && !((const struct record *)ct_record_at(ch, pos))->unfit)
            return true;
    return false;
}

/* K-63: the source of a copy keeps it, and others, waiting. */
static bool may_pad(const struct chan *ch, const struct record *record, const struct burst *burst)
{
    return ct_desc_is_copy(&record->desc) && ch->h->build.channels > 1 && burst->beat > 1
        && ch->h->now > ch->h->w_clk + PATIENT;
}

/* The bytes from `lo` on are still to be written, by another burst. */
static void pad(struct chan *ch, struct burst *burst, uint64_t lo, uint32_t off)
{
    if (burst->padded)
        return;
    burst->padded = true;
    burst->need_hi = lo;
    ch->aw_pos = burst->pos;
    ch->aw_off = off;
}

static void differs(const struct chan *ch, const struct record *record, uint64_t addr, uint32_t off,
                    uint8_t is, uint8_t due)
{
    const bool copy = ct_desc_is_copy(&record->desc);

    ct_wrong(ch, copy ? "H-D01" : "H-D03", "byte %" PRIu32 " of descriptor 0x%" PRIx64
          ", at 0x%" PRIx64 ", is written as 0x%02x; the %s is 0x%02x", off, record->addr, addr, is,
          copy ? "byte read" : "pattern", due);
}

static void check_fill(const struct chan *ch, const struct record *record, uint64_t addr, uint32_t off,
                       const uint8_t *data, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        const uint8_t due = (uint8_t)(record->desc.src >> (off + n) % FILL_PERIOD * 8);

        if (data[n] != due) {
            differs(ch, record, addr + n, off + n, data[n], due);
            return;
        }
    }
}

static void check_copy(struct chan *ch, const struct record *record, uint64_t addr, uint32_t off,
                       const uint8_t *data, uint32_t count)
{
    uint8_t due = 0;
    size_t same;

    if (ch->blind)
        return;
    if (ct_pipe_used(&ch->source) < count) {
        ct_wrong(ch, "H-D01", "byte %" PRIu32 " of descriptor 0x%" PRIx64 " is written at 0x%" PRIx64
              " before it was read", off, record->addr, addr);
        return;
    }
    same = ct_pipe_compare(&ch->source, data, count, &due);
    if (same < count && off + same < record->bad_from)
        differs(ch, record, addr + same, off + (uint32_t)same, data[same], due);
}

void ct_data_beat(struct chan *ch, struct burst *burst, uint64_t addr, const uint8_t *data, uint64_t strobe)
{
    const uint64_t end = addr + (ch->h->bus - 1);
    const uint64_t lo = addr > burst->need_lo ? addr : burst->need_lo;
    const uint64_t hi = end < burst->need_hi - 1 ? end : burst->need_hi - 1;
    const struct record *record;
    uint32_t off, count;
    uint64_t due;

    if (!ct_record_held(ch, burst->pos))
        return;
    record = ct_record_at(ch, burst->pos);
    off = burst->off + (uint32_t)(lo - burst->need_lo);
    if (!strobe && (burst->padded || may_pad(ch, record, burst))) {
        pad(ch, burst, lo, off);
        return;
    }
    if (!strobe && (burst->hole || may_drop(ch) || later_error(ch))) {
        burst->hole = ch->blind = true;
        return;
    }
    if (burst->padded) {
        ct_wrong(ch, "K-63", "strobes come back at 0x%" PRIx64 " in a burst that was padded", addr);
        return;
    }
    count = (uint32_t)(hi - lo) + 1;
    due = (~UINT64_C(0) >> (64 - count)) << (lo - addr);
    if (burst->hole) {
        ct_wrong(ch, ct_chain_stop_rule(ch), "strobes come back at 0x%" PRIx64 " after bytes of descriptor 0x%"
              PRIx64 " were dropped", addr, record->addr);
    } else if (strobe & ~due) {
        ct_wrong(ch, "H-D01", "strobes 0x%" PRIx64 " at 0x%" PRIx64 " reach beyond the bytes of descriptor "
              "0x%" PRIx64 ", 0x%" PRIx64 " is due", strobe, addr, record->addr, due);
    } else if (strobe != due) {
        ct_wrong(ch, "H-D01", "strobes 0x%" PRIx64 " at 0x%" PRIx64 " leave out bytes of descriptor 0x%"
              PRIx64 ", 0x%" PRIx64 " is due", strobe, addr, record->addr, due);
    } else if (ct_desc_is_copy(&record->desc)) {
        check_copy(ch, record, lo, off, data + (lo - addr), count);
    } else {
        check_fill(ch, record, lo, off, data + (lo - addr), count);
    }
}

void ct_data_answered(struct chan *ch, const struct burst *burst, bool bad)
{
    struct record *record;

    if (!ct_record_held(ch, burst->pos))
        return;
    record = ct_record_at(ch, burst->pos);
    if (bad)
        record->fail |= (uint32_t)IOAT_CHANERR_WRITE_DATA;
    else if (!burst->hole)
        record->answered += (uint32_t)(burst->need_hi - burst->need_lo);
    ct_chain_advance(ch);
}
