/* test_random.c - everything at once, from a seed, compared with plain C.
 *
 *   plan: per channel some sessions; a session is a chain, a mode, and batches
 *   golden: the finished chains are run in C; then the slots are poisoned
 *   play: batches are built and released at random times, with SUSPEND and RESUME
 *         in between, while memory timing changes
 *   judge: memory byte for byte, every word on its way, interrupts
 *
 * A descriptor is poison until just before it is released, so whatever the engine
 * reads too early and keeps shows up as an error or as wrong data.
 *
 * TB_SEED=n replays: each row derives its own sequence from the seed and its number,
 * both of which are in the text of a failure.
 */
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "tb.h"

enum {
    RUNS = 20,
    DESC_TOTAL = 400,            /* of a run, over all channels */
    SESSIONS = 3,                /* chains one after the other on a channel */
    BATCH_LIMIT = 12,            /* descriptors released at once */
    SRC_BYTES = 1 << 20,
    DST_BYTES = 8 << 20,
    POISON = 0xa5,               /* an unknown operation, a misaligned NEXT */
    STEPS_MAX = 60000,           /* moves of the player */
};

struct session {
    bool list;
    unsigned n, released;        /* descriptors */
    uint64_t *bus;
    struct ioat_desc *final;     /* as they are when released; NEXT complete */
};

struct lane {
    struct session session[SESSIONS];
    unsigned now;                /* session under way; SESSIONS: all done */
    bool started, suspended;
    bool interrupts;             /* some descriptor asks for one */
};

/* What a slot is, for the hook that sees words go by. */
struct slot_use {
    unsigned char lane, session, flagged;
    unsigned short place;        /* in its session, from 1; 0: not used */
};

enum { SLOTS = 65536 };

struct run {
    struct tb *tb;
    struct golden *golden;
    uint64_t random;             /* state of the run's own generator */
    struct tb_buf src, dst;
    uint64_t dst_next;
    struct lane lane[TB_CHAN_MAX];
    struct slot_use use[SLOTS];
    unsigned last_place[TB_CHAN_MAX], last_session[TB_CHAN_MAX]; /* of the words; from 1 */
    const char *broken;          /* what the hook saw, or NULL */
    uint64_t broken_word;
};

/* ---- random choices ---- */

/* splitmix64 (Steele, Lea, Flood): any start value gives a good sequence. */
static uint64_t next_random(struct run *run)
{
    uint64_t z = run->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned below(struct run *run, unsigned n)
{
    return (unsigned)(next_random(run) % n);
}

static bool chance(struct run *run, unsigned percent)
{
    return below(run, 100) < percent;
}

static struct ioat_sim_timing random_timing(struct run *run)
{
    struct ioat_sim_timing timing = {
        .read_latency = 1 + below(run, chance(run, 30) ? 150 : 12),
        .write_latency = 1 + below(run, chance(run, 30) ? 150 : 12),
    };

    if (chance(run, 60)) {
        timing.jitter = below(run, 40);
        timing.ar_stall = below(run, 50);
        timing.aw_stall = below(run, 50);
        timing.w_stall = below(run, 50);
        timing.r_stall = below(run, 50);
        timing.b_stall = below(run, 50);
        timing.reorder = chance(run, 50);
        timing.outstanding_max = chance(run, 30) ? 1 + below(run, 6) : 0;
    }
    return timing;
}

static uint32_t random_size(struct run *run)
{
    unsigned word = run->tb->build->data_bits / 8, dice = below(run, 100);

    if (dice < 5)
        return 0;
    if (dice < 60)
        return 1 + below(run, 4 * word);
    if (dice < 90)
        return 1 + below(run, 4096);
    return 1 + below(run, 9000);
}

/* ---- the plan ---- */

/* Destination bytes, a guard apart; `at_page_end` bytes of them before a page end when not 0. */
static uint64_t take_dst(struct run *run, uint64_t bytes, uint32_t at_page_end, bool at_page)
{
    uint64_t at = run->dst_next + 1 + below(run, 80);

    if (at_page || at_page_end)
        at = (at + IOAT_PAGE_BYTES + at_page_end) / IOAT_PAGE_BYTES * IOAT_PAGE_BYTES - at_page_end;
    run->dst_next = at + bytes;
    tb_assert(run->tb, run->dst_next < run->dst.bus + run->dst.bytes - 64,
              "the plan needs more destination bytes than it has");
    return at;
}

static uint64_t any_src(struct run *run, uint64_t bytes)
{
    if (bytes < run->tb->rom.bytes && chance(run, 10))
        return run->tb->rom.bus + below(run, (unsigned)(run->tb->rom.bytes - bytes));
    return run->src.bus + below(run, (unsigned)(run->src.bytes - bytes));
}

static uint64_t src_page(struct run *run)
{
    return run->src.bus + below(run, SRC_BYTES / IOAT_PAGE_BYTES) * (uint64_t)IOAT_PAGE_BYTES;
}

static void plan_page_breaks(struct run *run, struct ioat_desc *desc)
{
    uint32_t src_first = 1 + below(run, IOAT_PAGE_BYTES);
    uint32_t dst_first = 1 + below(run, IOAT_PAGE_BYTES);
    uint32_t sooner = src_first < dst_first ? src_first : dst_first;

    if (desc->size > sooner + IOAT_PAGE_BYTES)
        desc->size = sooner + IOAT_PAGE_BYTES;
    if (chance(run, 60)) {
        desc->control |= IOAT_CONTROL_SRC_PAGE_BREAK;
        desc->src = src_page(run) + IOAT_PAGE_BYTES - src_first;
        desc->next_src = src_page(run);
    }
    if (chance(run, 60)) {
        uint32_t part = golden_first_part(IOAT_PAGE_BYTES - dst_first, desc->size, true);

        desc->control |= IOAT_CONTROL_DST_PAGE_BREAK;
        desc->dst = take_dst(run, part, dst_first, false);
        if (part < desc->size)
            desc->next_dst = take_dst(run, desc->size - part, 0, true);
    }
}

/* One descriptor. `before`: the one in front of it in the chain, or NULL. */
static struct ioat_desc plan_desc(struct run *run, struct ioat_desc *before)
{
    struct ioat_desc desc = {
        .size = random_size(run), .user1 = next_random(run), .user2 = next_random(run),
        .next_src = next_random(run), .next_dst = next_random(run),
    };
    unsigned dice = below(run, 100);

    desc.control = (chance(run, 30) ? IOAT_CONTROL_COMPL_WRITE : 0) |
                   (chance(run, 15) ? IOAT_CONTROL_INT_EN : 0) |
                   (chance(run, 10) ? IOAT_CONTROL_FENCE : 0) |
                   (below(run, 8) << IOAT_CONTROL_BUNDLE_LSB) |      /* BUNDLE, DST_DCA, HINT */
                   (below(run, 4) << IOAT_CONTROL_SRC_NO_SNOOP_LSB); /* both sides */
    if (dice < 8) {
        desc.control |= IOAT_CONTROL_NULL_XFER;
        desc.src = next_random(run);
        desc.dst = next_random(run);
        return desc;
    }
    if (dice < 12) {
        desc.control |= (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_CONTEXT);
        return desc;
    }
    if (dice < 25) {
        desc.control |= (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_FILL);
        desc.src = next_random(run);
    } else if (dice < 40) {
        plan_page_breaks(run, &desc);
    } else if (dice < 55 && before && before->size > 0 && golden_moves(before) &&
               !(before->control & IOAT_CONTROL_DST_PAGE_BREAK)) {
        /* Reads what the one before writes: only a fence makes that safe. */
        before->control |= IOAT_CONTROL_FENCE;
        desc.src = before->dst;
        desc.size = before->size;
    }
    if (desc.src == 0)
        desc.src = any_src(run, desc.size);
    if (desc.dst == 0)
        desc.dst = take_dst(run, desc.size, 0, false);
    return desc;
}

/* Slots of a session: a run of neighbours now and then, else anywhere. */
static uint64_t take_slot(struct run *run, uint64_t before)
{
    unsigned slot = before && chance(run, 60)
                        ? (unsigned)((before - run->tb->desc.bus) / IOAT_DESC_BYTES) + 1
                        : below(run, SLOTS);

    slot %= SLOTS;
    while (run->use[slot].place != 0)
        slot = (slot + 1) % SLOTS;
    return tb_slot(run->tb, slot);
}

static void plan_session(struct run *run, unsigned ch, unsigned number, unsigned n)
{
    struct lane *lane = &run->lane[ch];
    struct session *session = &lane->session[number];

    *session = (struct session){
        .list = chance(run, 50), .n = n, .bus = calloc(n, sizeof *session->bus),
        .final = calloc(n, sizeof *session->final),
    };
    tb_assert(run->tb, session->bus && session->final, "out of memory");
    for (unsigned i = 0; i < n; i++) {
        struct slot_use *use;

        session->bus[i] = take_slot(run, i == 0 ? 0 : session->bus[i - 1]);
        use = &run->use[(session->bus[i] - run->tb->desc.bus) / IOAT_DESC_BYTES];
        *use = (struct slot_use){ .lane = (unsigned char)ch, .session = (unsigned char)number,
                                  .place = (unsigned short)(i + 1) };
        session->final[i] = plan_desc(run, i == 0 ? NULL : &session->final[i - 1]);
        if (i > 0)
            session->final[i - 1].next = session->bus[i];
        lane->interrupts |= session->final[i].control & IOAT_CONTROL_INT_EN &&
                            IOAT_FIELD_GET(session->final[i].control, CONTROL, OP) !=
                                IOAT_CONTROL_OP_CONTEXT;
    }
    session->final[n - 1].control |= IOAT_CONTROL_COMPL_WRITE;
    if (!session->list)         /* K-31: nobody follows it */
        session->final[n - 1].next = next_random(run);
    for (unsigned i = 0; i < n; i++)
        run->use[(session->bus[i] - run->tb->desc.bus) / IOAT_DESC_BYTES].flagged =
            (session->final[i].control & IOAT_CONTROL_COMPL_WRITE) != 0;
}

/* Puts the finished chains in memory, lets C run them, and poisons the slots again. */
static void compute_golden(struct run *run)
{
    struct tb *tb = run->tb;

    for (unsigned ch = 0; ch < tb->channels; ch++)
        for (unsigned s = 0; s < SESSIONS; s++)
            for (unsigned i = 0; i < run->lane[ch].session[s].n; i++)
                *tb_desc(tb, run->lane[ch].session[s].bus[i]) = run->lane[ch].session[s].final[i];
    run->golden = golden_open(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        for (unsigned s = 0; s < SESSIONS; s++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): set when the session was planned */
            golden_run(run->golden, run->lane[ch].session[s].bus[0], run->lane[ch].session[s].n);
    golden_prime(run->golden);
    for (unsigned ch = 0; ch < tb->channels; ch++)
        for (unsigned s = 0; s < SESSIONS; s++)
            for (unsigned i = 0; i < run->lane[ch].session[s].n; i++)
                memset(tb_desc(tb, run->lane[ch].session[s].bus[i]), POISON, IOAT_DESC_BYTES);
}

/* ---- what goes by on the bus ---- */

static const char *word_fault(struct run *run, unsigned ch, uint64_t word)
{
    uint64_t slot = (word - run->tb->desc.bus) / IOAT_DESC_BYTES;
    unsigned state = (unsigned)(word & 63);
    const struct slot_use *use;

    if (word == IOAT_CHANSTS_STATE_SUSPENDED && run->last_session[ch] != run->lane[ch].now + 1)
        return NULL;        /* suspended before anything was done */
    if (word < run->tb->desc.bus || slot >= SLOTS || run->use[slot].place == 0)
        return "names no descriptor";
    use = &run->use[slot];
    if (use->lane != ch || use->session != run->lane[ch].now)
        return "names a descriptor of another chain";
    if (state != IOAT_CHANSTS_STATE_ACTIVE && state != IOAT_CHANSTS_STATE_IDLE &&
        state != IOAT_CHANSTS_STATE_SUSPENDED)
        return "carries another state than ACTIVE, IDLE or SUSPENDED";
    if (!use->flagged && state != IOAT_CHANSTS_STATE_SUSPENDED)
        return "names a descriptor without COMPL_WRITE";
    if (run->last_session[ch] == use->session + 1u && use->place < run->last_place[ch])
        return "goes back";
    run->last_session[ch] = use->session + 1u;
    run->last_place[ch] = use->place;
    return NULL;
}

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct run *run = ctx;
    uint64_t word;

    if (event->kind != IOAT_SIM_W || tb_id_kind(event->id) != TB_WRITE_WORD || run->broken)
        return;
    memcpy(&word, event->data + __builtin_ctzll(event->strobe), sizeof word);
    run->broken = word_fault(run, tb_id_channel(event->id), word);
    run->broken_word = word;
}

/* ---- playing it ---- */

/* Builds the next descriptors and tells the engine about them. */
static void release(struct run *run, unsigned ch)
{
    struct lane *lane = &run->lane[ch];
    struct session *session = &lane->session[lane->now];
    unsigned from = session->released, n = 1 + below(run, BATCH_LIMIT);
    struct tb *tb = run->tb;

    if (n > session->n - from)
        n = session->n - from;
    session->released += n;
    for (unsigned i = from; i < session->released; i++)
        *tb_desc(tb, session->bus[i]) = session->final[i];
    if (session->list) {
        tb_link(tb, session->bus[session->released - 1], 0);
        if (from > 0)
            tb_link(tb, session->bus[from - 1], session->bus[from]);
    }
    if (from == 0)
        TB_POST(tb, ch, CHAINADDR, session->bus[0]);
    if (!session->list)
        TB_POST(tb, ch, DMACOUNT, session->released);
    else
        TB_POST(tb, ch, CHANCMD, from == 0 ? IOAT_CHANCMD_START : IOAT_CHANCMD_APPEND);
    lane->started = true;
}

/* The session is over when it is released and idle. */
static void finish_session(struct run *run, unsigned ch)
{
    struct lane *lane = &run->lane[ch];
    struct session *session = &lane->session[lane->now];
    struct tb *tb = run->tb;
    uint64_t last = session->bus[session->n - 1];
    unsigned state = tb_state(tb, ch);

    if (state == IOAT_CHANSTS_STATE_ACTIVE || state == IOAT_CHANSTS_STATE_SUSPENDED)
        return;
    tb_assert_chanerr(tb, ch, 0);
    tb_assert_reg(tb, ch, CHANSTS, TB_WORD(last, IDLE));
    tb_assert_eq(tb, *tb_word(tb, ch) & IOAT_CHANSTS_COMPLETED, last);
    lane->now++;
    lane->started = false;
}

static void suspend_or_resume(struct run *run, unsigned ch)
{
    struct lane *lane = &run->lane[ch];
    struct tb *tb = run->tb;

    if (lane->suspended) {
        tb_wait_state(tb, ch, TB_IN(SUSPENDED) | TB_IN(HALTED), 4 * TB_LONG);
        tb_assert_chanerr(tb, ch, 0);
        TB_POST(tb, ch, CHANCMD, IOAT_CHANCMD_RESUME);
    } else {
        TB_POST(tb, ch, CHANCMD, IOAT_CHANCMD_SUSPEND);
    }
    lane->suspended = !lane->suspended;
}

static void move(struct run *run, unsigned ch)
{
    struct lane *lane = &run->lane[ch];
    struct session *session = &lane->session[lane->now];

    if (lane->now == SESSIONS)
        return;
    if (lane->started && chance(run, lane->suspended ? 40 : 4))
        suspend_or_resume(run, ch);
    else if (session->released < session->n)
        release(run, ch);
    else if (!lane->suspended)
        finish_session(run, ch);
}

static bool all_over(const struct run *run)
{
    for (unsigned ch = 0; ch < run->tb->channels; ch++)
        if (run->lane[ch].now < SESSIONS)
            return false;
    return true;
}

static void play(struct run *run)
{
    struct tb *tb = run->tb;

    for (unsigned steps = 0; !all_over(run); steps++) {
        tb_assert(tb, steps < STEPS_MAX, "the run does not end");
        move(run, below(run, tb->channels));
        tb_step(tb, below(run, chance(run, 20) ? 1500 : 60));
        if (chance(run, 2)) {
            struct ioat_sim_timing timing = random_timing(run);

            ck_assert_int_eq(ioat_sim_set_timing(tb->sim, &timing), IOAT_OK);
        }
        tb_assert(tb, run->broken == NULL, "the word %#llx %s",
                  (unsigned long long)run->broken_word, run->broken);
    }
}

static void judge(struct run *run)
{
    struct tb *tb = run->tb;

    tb_wait_quiet(tb, TB_LONG);
    tb_step(tb, 1000);
    golden_check(run->golden);
    /* Nobody re-arms: the first event of a channel is its only message. */
    for (unsigned ch = 0; ch < tb->channels; ch++)
        tb_assert_eq(tb, tb_messages(tb, ch), run->lane[ch].interrupts ? 1 : 0);
}

static void discard(struct run *run)
{
    golden_close(run->golden);
    for (unsigned ch = 0; ch < run->tb->channels; ch++)
        for (unsigned s = 0; s < SESSIONS; s++) {
            free(run->lane[ch].session[s].bus);
            free(run->lane[ch].session[s].final);
        }
}

/* H-D01, H-D03, H-D08, H-D09, H-D10, H-D13, H-S08, H-S09, H-S10, H-S11, H-S15, H-N02, H-N06,
 * H-R17, R-APP-5, R-CH2-3, R-DSC-5, K-14, K-16, K-31 */
START_TEST(h_d01_random_programs_leave_the_golden_memory)
{
    static struct run run;
    struct ioat_sim_timing timing;
    struct tb *tb = tb_open(NULL);

    run = (struct run){ .tb = tb, .random = tb->seed * UINT64_C(1000003) + (uint64_t)_i };
    tb_note(tb, "random run %d; TB_SEED=%llu replays it", _i, (unsigned long long)tb->seed);
    timing = random_timing(&run);
    if (_i % 4 != 0)        /* every fourth run begins with ideal memory */
        ck_assert_int_eq(ioat_sim_set_timing(tb->sim, &timing), IOAT_OK);
    for (unsigned i = 0; i < tb->rom.bytes; i++)
        tb->rom.cpu[i] = (uint8_t)next_random(&run);
    run.src = tb_src(tb, SRC_BYTES, 0);
    run.dst = tb_dst(tb, DST_BYTES, 0);
    run.dst_next = run.dst.bus;
    tb_msix_setup(tb);
    for (unsigned ch = 0; ch < tb->channels; ch++) {
        unsigned share = DESC_TOTAL / tb->channels / SESSIONS;

        tb_setup(tb, ch, (uint16_t)(IOAT_CHANCTRL_ERR_COMPLETION_EN |
                                    IOAT_FIELD_PUT(CHANCTRL, PRIORITY, below(&run, 4))));
        for (unsigned s = 0; s < SESSIONS; s++)
            plan_session(&run, ch, s, 1 + share / 2 + below(&run, share));
    }
    compute_golden(&run);
    tb->hook = on_event;
    tb->hook_ctx = &run;
    play(&run);
    judge(&run);
    discard(&run);
    tb_close(tb);
}
END_TEST

Suite *random_suite(void)
{
    Suite *suite = suite_create("random");
    TCase *tc = tb_case(suite, "random", 120);

    tcase_add_loop_test(tc, h_d01_random_programs_leave_the_golden_memory, 0, RUNS);
    return suite;
}
