/* test_attr.c - AxCACHE says whether an access is snooped. */
#include "batch.h"
#include "tb.h"

/* K-34: AMBA AXI4 names; write-back read and write allocate is looked up in caches, normal
 * non-cacheable bufferable is not. */
enum { SNOOPED = 0xf, NOT_SNOOPED = 0x3 };

/* What each request of a run must carry, by the range that it touches. */
struct expected {
    uint64_t first, bytes;
    enum ioat_sim_event_kind kind;
    unsigned id_kind, cache;
    unsigned seen;
};

enum { EXPECTED_MAX = 64 };

struct attr_watch {
    struct expected row[EXPECTED_MAX];
    unsigned n;
    struct ioat_sim_event wrong;        /* the first request with another attribute */
    bool broken;
};

static void watch_attributes(void *ctx, const struct ioat_sim_event *event)
{
    struct attr_watch *watch = ctx;

    if (event->kind != IOAT_SIM_AR && event->kind != IOAT_SIM_AW)
        return;
    for (unsigned i = 0; i < watch->n; i++) {
        struct expected *row = &watch->row[i];

        if (row->kind != event->kind || row->id_kind != tb_id_kind(event->id) ||
            event->addr >= row->first + row->bytes || row->first >= event->addr + event->bytes)
            continue;
        row->seen++;
        if (event->cache != row->cache && !watch->broken) {
            watch->wrong = *event;
            watch->broken = true;
        }
    }
}

static void expect(struct attr_watch *watch, enum ioat_sim_event_kind kind, unsigned id_kind,
                   uint64_t first, uint64_t bytes, bool snooped)
{
    watch->row[watch->n++] = (struct expected){
        .first = first, .bytes = bytes, .kind = kind, .id_kind = id_kind,
        .cache = snooped ? SNOOPED : NOT_SNOOPED,
    };
}

static void check_attributes(struct tb *tb, const struct attr_watch *watch)
{
    tb_assert(tb, !watch->broken, "%s with ID %#x at %#llx, clock %llu, carries AxCACHE %#x",
              watch->wrong.kind == IOAT_SIM_AR ? "AR" : "AW", watch->wrong.id,
              (unsigned long long)watch->wrong.addr, (unsigned long long)watch->wrong.clock,
              watch->wrong.cache);
    for (unsigned i = 0; i < watch->n; i++)
        tb_assert(tb, watch->row[i].seen > 0, "no %s touched %#llx",
                  watch->row[i].kind == IOAT_SIM_AR ? "AR" : "AW",
                  (unsigned long long)watch->row[i].first);
}

/* R-SNP-1, R-SNP-2, H-D12, K-34: per descriptor, source and destination separately,
 * descriptor after descriptor in every combination. */
START_TEST(r_snp_1_no_snoop_is_per_descriptor_and_side)
{
    static const uint32_t flags[] = {
        0, IOAT_CONTROL_SRC_NO_SNOOP, IOAT_CONTROL_DST_NO_SNOOP,
        IOAT_CONTROL_SRC_NO_SNOOP | IOAT_CONTROL_DST_NO_SNOOP,
    };
    struct tb *tb = tb_open(&tb_timings[_i].timing);
    struct attr_watch watch = { .n = 0 };
    static struct batch batch;

    tb_note(tb, "timing %s", tb_timings[_i].name);
    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 16; i++) {
        uint32_t f = flags[(i + i / 4) % 4], size = 900;
        uint64_t src = batch.src.bus + i * 4096, dst = batch_dst(&batch, size, 40, 4096);

        batch_add(&batch, tb_copy(tb, dst, src, size, f));
        expect(&watch, IOAT_SIM_AR, TB_READ_DATA, src, size, !(f & IOAT_CONTROL_SRC_NO_SNOOP));
        expect(&watch, IOAT_SIM_AW, TB_WRITE_DATA, dst, size, !(f & IOAT_CONTROL_DST_NO_SNOOP));
    }
    tb->hook = watch_attributes;
    tb->hook_ctx = &watch;
    batch_run(&batch, 0);
    check_attributes(tb, &watch);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* R-SNP-1: a fill has a destination side only. */
START_TEST(r_snp_1_fill_follows_its_destination_flag)
{
    struct tb *tb = tb_open(NULL);
    struct attr_watch watch = { .n = 0 };
    static struct batch batch;

    tb_setup(tb, 0, 0);
    batch_open(&batch, tb, 1 << 20);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t dst = batch_dst(&batch, 300, 0, 4096);
        uint32_t flags = (i & 1 ? IOAT_CONTROL_SRC_NO_SNOOP : 0) |
                         (i & 2 ? IOAT_CONTROL_DST_NO_SNOOP : 0);

        batch_add(&batch, tb_fill(tb, dst, 0x55, 300, flags));
        expect(&watch, IOAT_SIM_AW, TB_WRITE_DATA, dst, 300, !(i & 2));
    }
    tb->hook = watch_attributes;
    tb->hook_ctx = &watch;
    batch_run(&batch, 0);
    check_attributes(tb, &watch);
    batch_close(&batch);
    tb_close(tb);
}
END_TEST

/* K-34: CHANCTRL decides about descriptor reads; words and messages are always snooped,
 * whatever the descriptor says. */
START_TEST(r_snp_1_descriptor_reads_follow_chanctrl_and_words_are_snooped)
{
    bool no_snoop = _i == 1;
    struct tb *tb = tb_open(NULL);
    struct tb_buf src = tb_src(tb, 100, 0), dst = tb_dst(tb, 100, 0);
    struct attr_watch watch = { .n = 0 };
    uint64_t bus = tb_copy(tb, dst.bus, src.bus, 100,
                           IOAT_CONTROL_SRC_NO_SNOOP | IOAT_CONTROL_DST_NO_SNOOP |
                           IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN);

    tb_note(tb, "FETCH_NO_SNOOP %d", no_snoop);
    tb_msix_setup(tb);
    tb_setup(tb, 0, no_snoop ? IOAT_CHANCTRL_FETCH_NO_SNOOP : 0);
    expect(&watch, IOAT_SIM_AR, TB_READ_DESC, bus, IOAT_DESC_BYTES, !no_snoop);
    expect(&watch, IOAT_SIM_AW, TB_WRITE_WORD, tb_word_bus(tb, 0), 8, true);
    expect(&watch, IOAT_SIM_AW, TB_WRITE_MESSAGE, tb_msix_addr(0), 4, true);
    tb->hook = watch_attributes;
    tb->hook_ctx = &watch;
    tb_start_count(tb, 0, bus, 1);
    tb_wait_messages(tb, 0, 1, TB_LONG);
    check_attributes(tb, &watch);
    tb_check_copy(tb, &dst, &src, 100);
    tb_close(tb);
}
END_TEST

Suite *attr_suite(void)
{
    Suite *suite = suite_create("attr");
    TCase *tc = tb_case(suite, "attr", 60);

    tcase_add_loop_test(tc, r_snp_1_no_snoop_is_per_descriptor_and_side, 0, tb_timing_n);
    tcase_add_test(tc, r_snp_1_fill_follows_its_destination_flag);
    tcase_add_loop_test(tc, r_snp_1_descriptor_reads_follow_chanctrl_and_words_are_snooped, 0, 2);
    return suite;
}
