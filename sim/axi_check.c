/* axi_check.c - addresses, then data and answers, of one AXI4 master port. */
#include "axi_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_regs.h"

enum {
    READS_MAX = 1024,          /* waiting, of one ID; a power of two */
    WRITES_MAX = 8192,         /* AW or W ahead of the other; a power of two */
    WORD_ALIGN = 8,            /* completion words */
    MESSAGE_ALIGN = 4,
};

struct offered {               /* an address that is, or was, on the bus */
    bool waiting;              /* VALID without READY in the clock before */
    struct axi_address address;
};

struct write_shape {
    uint64_t addr;
    uint8_t id;
    unsigned beats;
};

struct write_queue {
    struct write_shape item[WRITES_MAX];
    unsigned head, count;
};

struct axi_check {
    struct axi_check_config config;
    uint64_t patience;
    uint64_t clock;
    bool was_reset, was_master;
    bool master;               /* a request may be offered in this clock (K-62) */

    struct offered ar, aw;
    struct axi_w w;            /* held while W waits for READY, else valid is low */
    struct axi_r r;
    struct axi_b b;

    struct {
        uint16_t beats[READS_MAX];
        unsigned head, count;
        unsigned got;          /* beats of the oldest */
    } read[AXI_IDS];

    struct write_queue addressed;  /* AW taken, WLAST not */
    struct write_queue finished;   /* WLAST taken, AW not */
    unsigned w_beats;              /* of the burst on W */
    unsigned unanswered[AXI_IDS];  /* AW and WLAST taken, B not */

    uint64_t r_stuck, b_stuck, w_orphan, w_missing;  /* clocks */
};

static void breach(struct axi_check *check, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void breach(struct axi_check *check, const char *rule, const char *format, ...)
{
    char text[200];
    va_list arguments;
    int n = snprintf(text, sizeof text, "%s: ",
                     check->config.port ? "descriptor master" : "AXI master");

    va_start(arguments, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, arguments);
    va_end(arguments);
    check->config.violate(check->config.ctx, check->clock, rule, text);
}

struct axi_check *axi_check_open(const struct axi_check_config *config)
{
    struct axi_check *check = calloc(1, sizeof *check);

    if (!check)
        return NULL;
    check->config = *config;
    check->patience = 100000;
    check->was_reset = true;
    return check;
}

void axi_check_close(struct axi_check *check)
{
    free(check);
}

void axi_check_set_patience(struct axi_check *check, uint64_t clocks)
{
    check->patience = clocks;
}

/* ---- AR and AW ---- */

static bool same_address(const struct axi_address *a, const struct axi_address *b)
{
    return a->addr == b->addr && a->id == b->id && a->len == b->len && a->size == b->size
        && a->burst == b->burst && a->cache == b->cache && a->prot == b->prot;
}

static bool id_allowed(const struct axi_check *check, bool write, unsigned id)
{
    const struct axi_check_config *config = &check->config;
    const unsigned kind = axi_id_kind(id);

    if (axi_id_owner(id) >= config->channels)
        return false;
    if (write)
        return kind <= AXI_WRITE_MESSAGE;
    if (config->desc_port)
        return kind == (config->port ? AXI_READ_DESCRIPTOR : AXI_READ_PAYLOAD);
    return config->port == 0 && kind <= AXI_READ_DESCRIPTOR;
}

/* The alignment that an address must have, bytes (decision K-61). */
static unsigned alignment(const struct axi_check *check, bool write, unsigned id)
{
    if (write && axi_id_kind(id) == AXI_WRITE_WORD)
        return WORD_ALIGN;
    if (write && axi_id_kind(id) == AXI_WRITE_MESSAGE)
        return MESSAGE_ALIGN;
    return check->config.bus_bytes;
}

static void bad_address(struct axi_check *check, const char *rule, const char *name,
                        const struct axi_address *a, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void bad_address(struct axi_check *check, const char *rule, const char *name,
                        const struct axi_address *a, const char *format, ...)
{
    char why[100];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    breach(check, rule, "%s 0x%" PRIx64 " id 0x%02x, beats %u, %s", name, a->addr, a->id,
           a->len + 1u, why);
}

static void check_new_address(struct axi_check *check, const char *name, bool write,
                              const struct axi_address *a)
{
    const unsigned bus = check->config.bus_bytes;
    const unsigned block = write ? check->config.write_bytes_max : check->config.read_bytes_max;
    const unsigned align = alignment(check, write, a->id);
    const bool small = write && axi_id_kind(a->id) != AXI_WRITE_PAYLOAD;
    const uint64_t first = a->addr & ~(uint64_t)(bus - 1);
    const uint64_t last = first + (a->len + 1u) * bus - 1;

    if (!check->master)
        bad_address(check, "K-62", name, a, "is offered while bus master is off");
    if (!id_allowed(check, write, a->id))
        bad_address(check, "K-60", name, a, "has an ID that this port does not use");
    if (a->burst != AXI_BURST_INCR)
        bad_address(check, "AXI-BURST", name, a, "has burst type %u, not INCR", a->burst);
    if (1u << a->size != bus)
        bad_address(check, "AXI-SIZE", name, a, "has size code %u, the bus %u bytes", a->size, bus);
    if (first / IOAT_PAGE_BYTES != last / IOAT_PAGE_BYTES)
        bad_address(check, "AXI-4K", name, a, "crosses a 4 KiB boundary");
    else if (first / block != last / block)
        bad_address(check, "K-61", name, a, "leaves its block of %u bytes", block);
    if (a->addr % align)
        bad_address(check, "K-61", name, a, "is not aligned to %u bytes", align);
    if (small && a->len)
        bad_address(check, "K-61", name, a, "is a word or message of more than one");
    if (a->cache != AXI_CACHE_SNOOP && (small || a->cache != AXI_CACHE_NO_SNOOP))
        bad_address(check, "K-34", name, a, "has cache attribute 0x%x", a->cache);
}

static void check_address(struct axi_check *check, const char *name, bool write,
                          const struct axi_address *a, struct offered *before)
{
    if (!a->valid) {
        if (before->waiting)
            breach(check, "AXI-VALID", "%s 0x%" PRIx64 " id 0x%02x is withdrawn before READY", name,
                   before->address.addr, before->address.id);
        before->waiting = false;
        return;
    }
    if (!before->waiting)
        check_new_address(check, name, write, a);
    else if (!same_address(a, &before->address))
        breach(check, "AXI-STABLE", "%s 0x%" PRIx64 " id 0x%02x becomes 0x%" PRIx64
               " id 0x%02x before READY", name, before->address.addr, before->address.id, a->addr,
               a->id);
    before->waiting = !a->ready;
    if (before->waiting)
        before->address = *a;
}

/* ---- R ---- */

static void push_read(struct axi_check *check, const struct axi_address *ar)
{
    const unsigned id = ar->id & (AXI_IDS - 1);

    if (check->read[id].count == READS_MAX) {
        breach(check, "AXI-OUTSTANDING", "more than %d reads of id 0x%02x wait", READS_MAX, id);
        return;
    }
    check->read[id].beats[(check->read[id].head + check->read[id].count++) % READS_MAX] =
        (uint16_t)(ar->len + 1u);
}

static void take_r(struct axi_check *check, const struct axi_r *r)
{
    const unsigned id = r->id & (AXI_IDS - 1);
    bool last;

    if (check->read[id].count == 0) {
        breach(check, "AXI-R-ORPHAN", "R with id 0x%02x answers no read", id);
        return;
    }
    last = ++check->read[id].got == check->read[id].beats[check->read[id].head];
    if (r->last != last)
        breach(check, "AXI-R-LAST", "R with id 0x%02x, beat %u of %u, has RLAST %d", id,
               check->read[id].got, check->read[id].beats[check->read[id].head], r->last);
    if (!last)
        return;
    check->read[id].got = 0;
    check->read[id].head = (check->read[id].head + 1) % READS_MAX;
    check->read[id].count--;
}

static void check_r(struct axi_check *check, const struct axi_r *r, bool frozen)
{
    const struct axi_r *held = &check->r;

    if (!r->valid && !held->valid)
        return;
    if (held->valid && !r->valid)
        breach(check, "AXI-VALID", "R with id 0x%02x is withdrawn before READY", held->id);
    else if (held->valid && (r->id != held->id || r->last != held->last || r->resp != held->resp
                             || memcmp(r->data, held->data, check->config.bus_bytes)))
        breach(check, "AXI-STABLE", "R with id 0x%02x changes before READY", held->id);

    check->r.valid = r->valid && !r->ready;
    if (check->r.valid)
        check->r = *r;
    check->r_stuck = check->r.valid && !frozen ? check->r_stuck + 1 : 0;
    if (check->r_stuck > check->patience)
        breach(check, "AXI-STUCK", "RREADY has been low for %" PRIu64 " clocks, id 0x%02x waits",
               check->r_stuck, r->id);
    if (r->valid && r->ready)
        take_r(check, r);
}

/* ---- W and B ---- */

static void push_write(struct axi_check *check, struct write_queue *queue,
                       const struct write_shape *shape)
{
    if (queue->count == WRITES_MAX) {
        breach(check, "AXI-OUTSTANDING", "AW and W are more than %d bursts apart", WRITES_MAX);
        return;
    }
    queue->item[(queue->head + queue->count++) % WRITES_MAX] = *shape;
}

static struct write_shape pop_write(struct write_queue *queue)
{
    const struct write_shape shape = queue->item[queue->head];

    queue->head = (queue->head + 1) % WRITES_MAX;
    queue->count--;
    return shape;
}

static void take_aw(struct axi_check *check, const struct axi_address *aw)
{
    const struct write_shape shape = { aw->addr, aw->id & (AXI_IDS - 1), aw->len + 1u };
    struct write_shape data;

    if (check->finished.count == 0) {
        push_write(check, &check->addressed, &shape);
        return;
    }
    data = pop_write(&check->finished);
    if (data.beats != shape.beats)
        breach(check, "AXI-WLAST", "AW 0x%" PRIx64 " id 0x%02x asks for %u beats, W brought %u",
               aw->addr, aw->id, shape.beats, data.beats);
    check->unanswered[shape.id]++;
}

/* The first beat may not write below the burst's first byte. */
static void check_strobe(struct axi_check *check, const struct axi_w *w, uint64_t addr)
{
    const unsigned skip = (unsigned)(addr % check->config.bus_bytes);

    if (w->strobe & ((UINT64_C(1) << skip) - 1))
        breach(check, "AXI-WSTRB", "W of AW 0x%" PRIx64 " has strobes 0x%" PRIx64
               " below its first byte", addr, w->strobe);
}

static void take_w(struct axi_check *check, const struct axi_w *w)
{
    const struct write_shape *shape = &check->addressed.item[check->addressed.head];
    const bool known = check->addressed.count != 0;

    check->w_beats++;
    if (known && check->w_beats == 1)
        check_strobe(check, w, shape->addr);
    if (known && w->last != (check->w_beats == shape->beats)) {
        breach(check, "AXI-WLAST", "W of AW 0x%" PRIx64 " id 0x%02x, beat %u of %u, has WLAST %d",
               shape->addr, shape->id, check->w_beats, shape->beats, w->last);
    }
    if (!w->last)
        return;
    if (known)
        check->unanswered[pop_write(&check->addressed).id]++;
    else
        push_write(check, &check->finished, &(struct write_shape) { .beats = check->w_beats });
    check->w_beats = 0;
}

static void check_w(struct axi_check *check, const struct axi_w *w)
{
    const struct axi_w *held = &check->w;

    if (!w->valid && !held->valid)
        return;
    if (held->valid && !w->valid)
        breach(check, "AXI-VALID", "W is withdrawn before READY");
    else if (held->valid && (w->last != held->last || w->strobe != held->strobe
                             || memcmp(w->data, held->data, check->config.bus_bytes)))
        breach(check, "AXI-STABLE", "W changes before READY");
    check->w.valid = w->valid && !w->ready;
    if (check->w.valid)
        check->w = *w;
}

static void check_b(struct axi_check *check, const struct axi_b *b, bool frozen)
{
    const struct axi_b *held = &check->b;
    const unsigned id = b->id & (AXI_IDS - 1);

    if (!b->valid && !held->valid)
        return;
    if (held->valid && !b->valid)
        breach(check, "AXI-VALID", "B with id 0x%02x is withdrawn before READY", held->id);
    else if (held->valid && (b->id != held->id || b->resp != held->resp))
        breach(check, "AXI-STABLE", "B with id 0x%02x changes before READY", held->id);
    check->b = *b;
    check->b.valid = b->valid && !b->ready;

    check->b_stuck = check->b.valid && !frozen ? check->b_stuck + 1 : 0;
    if (check->b_stuck > check->patience)
        breach(check, "AXI-STUCK", "BREADY has been low for %" PRIu64 " clocks, id 0x%02x waits",
               check->b_stuck, b->id);
    if (b->valid && b->ready) {
        if (check->unanswered[id] == 0)
            breach(check, "AXI-B-ORPHAN", "B with id 0x%02x answers no finished write", id);
        else
            check->unanswered[id]--;
    }
}

static void watch_partners(struct axi_check *check, const struct axi_writes *writes, bool frozen)
{
    const bool orphan = check->addressed.count == 0 && (check->finished.count || check->w_beats)
        && !writes->aw.valid;
    const bool missing = check->addressed.count && !writes->w.valid;

    check->w_orphan = orphan && !frozen ? check->w_orphan + 1 : 0;
    check->w_missing = missing && !frozen ? check->w_missing + 1 : 0;
    if (check->w_orphan > check->patience)
        breach(check, "AXI-W-ORPHAN", "W beats have waited %" PRIu64 " clocks for their AW",
               check->w_orphan);
    if (check->w_missing > check->patience)
        breach(check, "AXI-W-MISSING", "AW 0x%" PRIx64 " has waited %" PRIu64 " clocks for its W",
               check->addressed.item[check->addressed.head].addr, check->w_missing);
}

/* ---- a clock ---- */

static void check_reads(struct axi_check *check, const struct axi_reads *reads, bool frozen)
{
    if (reads->ar.valid || check->ar.waiting)
        check_address(check, "AR", false, &reads->ar, &check->ar);
    /* An answer to an AR of this very clock would be too early, so R goes first. */
    check_r(check, &reads->r, frozen);
    if (reads->ar.valid && reads->ar.ready)
        push_read(check, &reads->ar);
}

static void check_writes(struct axi_check *check, const struct axi_writes *writes, bool frozen)
{
    if (writes->aw.valid || check->aw.waiting)
        check_address(check, "AW", true, &writes->aw, &check->aw);
    check_w(check, &writes->w);
    check_b(check, &writes->b, frozen);
    if (writes->aw.valid && writes->aw.ready)
        take_aw(check, &writes->aw);
    if (writes->w.valid && writes->w.ready)
        take_w(check, &writes->w);
    watch_partners(check, writes, frozen);
}

static void check_reset(struct axi_check *check, const struct pins *pins)
{
    if (pins->read[check->config.port].ar.valid
        || (check->config.port == 0 && (pins->write.aw.valid || pins->write.w.valid)))
        breach(check, "AXI-RESET", "ARVALID, AWVALID or WVALID is high right after reset");
}

void axi_check_clock(struct axi_check *check, uint64_t clock, const struct pins *pins, bool frozen)
{
    check->clock = clock;
    if (pins->rst) {
        check->was_reset = true;
        check->was_master = false;
        return;
    }
    if (check->was_reset)
        check_reset(check, pins);
    check->was_reset = false;
    check->master = check->was_master || pins->bus_master;
    check_reads(check, &pins->read[check->config.port], frozen);
    if (check->config.port == 0)
        check_writes(check, &pins->write, frozen);
    check->was_master = pins->bus_master;
}

bool axi_check_at_rest(const struct axi_check *check)
{
    return !check->was_reset && !check->ar.waiting && !check->aw.waiting && !check->r.valid
        && !check->w.valid && !check->b.valid && check->addressed.count == 0
        && check->finished.count == 0 && check->w_beats == 0;
}
