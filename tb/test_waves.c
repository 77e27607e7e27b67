/* test_waves.c - scenarios, the views and the stories of their waves. */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fst.h"
#include "ioat_regs.h"
#include "ioat_sim.h"
#include "json.h"
#include "pins.h"
#include "scenario.h"
#include "story.h"
#include "view.h"

static char folder[32];
static char wave[64], view[64];
static glob_t scenarios;

static void setup(void)
{
    strcpy(folder, "/tmp/test_waves_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(wave, sizeof wave, "%s/wave.fst", folder);
    snprintf(view, sizeof view, "%s/wave.gtkw", folder);
}

static void teardown(void)
{
    static const char *const left[] = {
        "wave.fst", "wave.gtkw", "offset.filter", "read_id.filter", "write_id.filter", "scenario",
    };
    char path[64];

    for (size_t n = 0; n < sizeof left / sizeof *left; n++) {
        snprintf(path, sizeof path, "%s/%s", folder, left[n]);
        unlink(path);
    }
    rmdir(folder);
}

/* False: this build cannot, for want of channels. */
static bool record(const char *path, struct scenario *scenario)
{
    enum scenario_end how = scenario_run(path, &(struct scenario_options){ .wave = wave }, scenario);

    if (how == SCENARIO_SKIPPED)
        ck_assert_msg(strstr(scenario->why, "channels are needed"), "%s", scenario->why);
    else
        ck_assert_msg(how == SCENARIO_DONE, "%s", scenario->why);
    return how == SCENARIO_DONE;
}

static struct fst *open_wave(void)
{
    const char *why = "";
    struct fst *fst = fst_open(wave, &why);

    ck_assert_msg(fst != NULL, "%s: %s", wave, why);
    return fst;
}

/* ---- views ---- */

/* Looks at each line that names a signal or a filter; returns the number of signals. */
static unsigned check_view(const char *path, const struct fst *fst)
{
    FILE *file = fopen(path, "r");
    char line[400], full[400];
    unsigned signals = 0;

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, "^1 ", 3))
            ck_assert_msg(access(line + 3, R_OK) == 0, "%s names the filter %s, which is not there", path, line + 3);
        if (strncmp(line, "TOP.", 4))
            continue;
        char *range = line[strlen(line) - 1] == ']' ? strrchr(line, '[') : line + strlen(line);
        strcpy(full, range);
        *range = 0;
        int signal = fst_find(fst, line);
        ck_assert_msg(signal >= 0, "%s names %s, which the wave does not have", path, line);
        ck_assert_msg(!strcmp(fst_range(fst, signal), full), "%s: %s%s is %s in the wave", path, line, full,
                      fst_range(fst, signal));
        signals++;
    }
    fclose(file);
    return signals;
}

START_TEST(every_scenario_runs_and_its_view_names_only_signals_of_its_wave)
{
    struct scenario scenario;
    char why[300];

    if (!record(scenarios.gl_pathv[_i], &scenario))
        return;
    ck_assert_uint_gt(scenario.marks, 2);
    ck_assert_uint_gt(strlen(scenario.title), 10);
    ck_assert_msg(view_write(view, wave, "waves", &scenario, why, sizeof why), "%s", why);
    struct fst *fst = open_wave();
    ck_assert_uint_gt(check_view(view, fst), 20);
    fst_close(fst);
}
END_TEST

/* The one that is kept by hand: Linux's copy, on the standard build. */
START_TEST(view_of_linux_names_only_signals_of_the_engine)
{
    struct scenario scenario;

    if (ioat_sim_build()->data_bits != 64 || ioat_sim_build()->channels != 4)
        return;
    ck_assert(record("waves/chain.scenario", &scenario));
    struct fst *fst = open_wave();
    ck_assert_uint_gt(check_view("waves/linux.gtkw", fst), 20);
    fst_close(fst);
}
END_TEST

static bool view_of(const char *groups, char *why, unsigned room)
{
    struct scenario scenario;

    ck_assert(record("waves/chain.scenario", &scenario));
    snprintf(scenario.view, sizeof scenario.view, "%s", groups);
    return view_write(view, wave, "waves", &scenario, why, room);
}

START_TEST(view_of_an_unknown_group_or_channel_is_refused)
{
    char why[300];

    ck_assert(!view_of("bar nonsense", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "nonsense"));
    ck_assert(!view_of("reads1", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "reads1"));
    ck_assert(!view_of("state16", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "chan[16]"));
}
END_TEST

/* ---- filters ---- */

/* The name that a filter gives to a value, or "". */
static const char *filtered(const char *path, const char *value)
{
    static char name[100];
    char line[160], key[40];
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s", path);
    *name = 0;
    while (fgets(line, sizeof line, file) && !*name)
        if (*line != '#' && sscanf(line, "%39s %99[^\n]", key, name) == 2 && strcmp(key, value))
            *name = 0;
    fclose(file);
    return name;
}

static void check_codes(const char *path, const char *reg, const char *field, int digits)
{
    char value[20];
    unsigned n = 0;

    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++) {
        if (strcmp(code->reg, reg) || strcmp(code->field, field))
            continue;
        snprintf(value, sizeof value, "%0*x", digits, (unsigned)code->value);
        ck_assert_str_eq(filtered(path, value), code->name);
        n++;
    }
    ck_assert_uint_gt(n, 1);
}

static void check_bits(const char *path, const char *reg, int digits)
{
    char value[20];
    unsigned n = 0;

    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++) {
        if (strcmp(field->reg, reg))
            continue;
        snprintf(value, sizeof value, "%0*x", digits, 1u << field->lsb);
        ck_assert_str_eq(filtered(path, value), field->name);
        n++;
    }
    ck_assert_uint_gt(n, 1);
}

START_TEST(filters_give_the_names_of_the_register_list)
{
    check_codes("waves/chansts_state.filter", "CHANSTS", "STATE", 1);
    check_codes("waves/control_op.filter", "CONTROL", "OP", 2);
    check_bits("waves/chancmd.filter", "CHANCMD", 2);
    check_bits("waves/chanerr.filter", "CHANERR", 4);
    check_bits("waves/chanerr.filter", "CHANERR", 8);
}
END_TEST

/* The filters that are written beside a view. */
START_TEST(offsets_and_ids_have_names)
{
    char why[300], path[64], value[20], name[64];

    ck_assert(view_of("bar", why, sizeof why));
    snprintf(path, sizeof path, "%s/offset.filter", folder);
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (reg->space == IOAT_DESCRIPTOR)
            continue;
        snprintf(value, sizeof value, "%04x", (unsigned)ioat_reg_place(reg, 3));
        snprintf(name, sizeof name, "%s%s", reg->name, reg->space == IOAT_GLOBAL ? "" : " 3");
        ck_assert_str_eq(filtered(path, value), name);
    }
    snprintf(path, sizeof path, "%s/write_id.filter", folder);
    ck_assert_str_eq(filtered(path, "02"), "data 2");
    ck_assert_str_eq(filtered(path, "12"), "word 2");
    ck_assert_str_eq(filtered(path, "2f"), "message 15");
    snprintf(path, sizeof path, "%s/read_id.filter", folder);
    ck_assert_str_eq(filtered(path, "11"), "descriptor 1");
}
END_TEST

/* ---- stories ---- */

enum { EVENTS = 4096, BUS = 0x100000, REGION = 0x100000 };

struct seen {
    struct ioat_sim_event event;
    uint64_t value;
};

static struct {
    struct seen seen[EVENTS];
    unsigned n;
} bus;

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct seen *is = &bus.seen[bus.n];

    (void)ctx;
    if (bus.n == EVENTS)
        return;
    bus.n++;
    is->event = *event;
    is->value = 0;
    if (event->kind == IOAT_SIM_W && event->strobe)
        memcpy(&is->value, event->data + __builtin_ctzll(event->strobe),
               event->bytes < 8 ? event->bytes : sizeof is->value);
}

static void put(struct ioat_sim *sim, uint32_t offset, unsigned bits, uint64_t value)
{
    ck_assert_int_eq(ioat_sim_bar_write(sim, offset, bits / 8, value), IOAT_OK);
}

/* Three copies and an interrupt; memory that answers late and in any order. */
static void record_copies(void)
{
    struct ioat_sim_config config;
    struct ioat_sim *sim;
    void *cpu;

    ioat_sim_config_init(&config);
    config.wave_path = wave;
    config.timing.read_latency = 30;
    config.timing.jitter = 20;
    config.timing.reorder = true;
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, BUS, REGION, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu), IOAT_OK);
    struct ioat_desc *desc = cpu;
    for (unsigned n = 0; n < 3; n++)
        desc[n] = (struct ioat_desc){
            .size = 700 + n, .control = IOAT_CONTROL_COMPL_WRITE | (n == 2 ? IOAT_CONTROL_INT_EN : 0),
            .src = BUS + 0x10001 + n * 0x1000, .dst = BUS + 0x20003 + n * 0x1000,
            .next = BUS + (n + 1) * IOAT_DESC_BYTES,
        };
    put(sim, IOAT_CHAN(0, CHANCMP), IOAT_CHANCMP_BITS, BUS + 0x8000);
    put(sim, IOAT_VECTOR(0, MSIX_ADDR), IOAT_MSIX_ADDR_BITS, 0xFEE00000);
    put(sim, IOAT_VECTOR(0, MSIX_DATA), IOAT_MSIX_DATA_BITS, 0x31);
    put(sim, IOAT_VECTOR(0, MSIX_CTRL), IOAT_MSIX_CTRL_BITS, 0);
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_OK);
    bus.n = 0;
    ioat_sim_on_event(sim, on_event, NULL);
    put(sim, IOAT_CHAN(0, CHAINADDR), IOAT_CHAINADDR_BITS, BUS);
    put(sim, IOAT_CHAN(0, DMACOUNT), IOAT_DMACOUNT_BITS, 3);
    ck_assert_int_eq(ioat_sim_step(sim, 2000), IOAT_OK);
    ioat_sim_on_event(sim, NULL, NULL);
    ioat_sim_close(sim);
}

static struct story story_of_copies(void)
{
    struct story story;
    const char *why;

    record_copies();
    ck_assert_msg(story_read(wave, &story, &why), "%s", why);
    return story;
}

/* The next item of a kind from *at on, which is advanced behind it. */
static const struct story_item *next(const struct story *story, enum story_kind kind, size_t *at)
{
    while (*at < story->n)
        if (story->item[(*at)++].kind == kind)
            return &story->item[*at - 1];
    return NULL;
}

static unsigned count(const struct story *story, enum story_kind kind)
{
    unsigned n = 0;

    for (size_t at = 0; next(story, kind, &at); )
        n++;
    return n;
}

static bool is_write(const struct seen *is, enum ioat_sim_event_kind kind, unsigned carries)
{
    return is->event.kind == kind && axi_id_kind(is->event.id) == carries;
}

/* The simulator tells the same events by another way. */
START_TEST(story_has_each_request_at_its_clock)
{
    struct story story = story_of_copies();
    size_t fetch = 0, word = 0, message = 0, access = 0;

    for (unsigned n = 0; n < bus.n; n++) {
        const struct seen *is = &bus.seen[n];
        const struct story_item *item = NULL;

        if (is_write(is, IOAT_SIM_AR, AXI_READ_DESCRIPTOR))
            item = next(&story, STORY_FETCH, &fetch);
        else if (is_write(is, IOAT_SIM_AW, AXI_WRITE_WORD))
            item = next(&story, STORY_WORD, &word);
        else if (is_write(is, IOAT_SIM_AW, AXI_WRITE_MESSAGE))
            item = next(&story, STORY_MESSAGE, &message);
        else if (is->event.kind == IOAT_SIM_BAR_WRITE)
            item = next(&story, STORY_BAR_WRITE, &access);
        else
            continue;
        ck_assert_ptr_nonnull(item);
        ck_assert_uint_eq(item->begin, is->event.clock);
        ck_assert_uint_eq(item->addr, is->event.addr);
    }
    ck_assert_ptr_null(next(&story, STORY_FETCH, &fetch));
    ck_assert_ptr_null(next(&story, STORY_WORD, &word));
    ck_assert_ptr_null(next(&story, STORY_MESSAGE, &message));
    ck_assert_ptr_null(next(&story, STORY_BAR_WRITE, &access));
    ck_assert_uint_eq(count(&story, STORY_MESSAGE), 1);
    story_free(&story);
}
END_TEST

START_TEST(story_has_the_descriptors_the_bytes_and_the_words)
{
    struct story story = story_of_copies();
    const struct story_item *item;
    uint64_t bytes = 0, last = 0, newest = 0;
    unsigned copies = 0;

    for (size_t at = 0; (item = next(&story, STORY_FETCH, &at)); )
        if (item->end && item->desc.size >= 700 && item->addr == BUS + copies * IOAT_DESC_BYTES) {
            ck_assert_uint_eq(item->desc.size, 700 + copies);
            ck_assert_uint_eq(item->desc.dst, BUS + 0x20003 + copies * 0x1000);
            copies++;
        }
    ck_assert_uint_eq(copies, 3);
    for (size_t at = 0; (item = next(&story, STORY_DESTINATION, &at)); ) {
        ck_assert_uint_ne(item->end, 0);
        bytes += item->bytes;
    }
    ck_assert_uint_eq(bytes, 700 + 701 + 702);
    ck_assert_uint_eq(count(&story, STORY_DESTINATION), 3);
    for (unsigned n = 0; n < bus.n; n++)
        if (is_write(&bus.seen[n], IOAT_SIM_W, AXI_WRITE_WORD))
            last = bus.seen[n].value;
    for (size_t at = 0; (item = next(&story, STORY_WORD, &at)); )
        newest = item->value;
    ck_assert_uint_eq(newest, last);
    ck_assert_uint_eq(last, (BUS + 2 * IOAT_DESC_BYTES) | IOAT_CHANSTS_STATE_IDLE);
    story_free(&story);
}
END_TEST

START_TEST(story_prints_a_line_an_item_and_trace_events_that_parse)
{
    struct story story = story_of_copies();
    char *text = NULL;
    size_t bytes = 0, lines = 0;
    FILE *out = open_memstream(&text, &bytes);

    story_print(&story, out);
    fclose(out);
    for (size_t n = 0; n < bytes; n++)
        lines += text[n] == '\n';
    ck_assert_uint_eq(lines, story.n + 1);
    ck_assert_ptr_nonnull(strstr(text, "write DMACOUNT 0x3"));
    ck_assert_ptr_nonnull(strstr(text, "ACTIVE, was ARMED"));
    ck_assert_ptr_nonnull(strstr(text, "completion word 0x100080 IDLE"));
    free(text);

    out = open_memstream(&text, &bytes);
    story_print_trace_events(&story, out);
    fclose(out);
    ck_assert_msg(json_parses(text), "%s", text);
    free(text);
    story_free(&story);
}
END_TEST

/* ---- files that are no waves ---- */

START_TEST(what_is_no_wave_is_refused_in_one_line)
{
    static const char *const content[] = { "", "a text", "$date\n$end\n" };
    struct story story;
    const char *why;

    ck_assert(!story_read("/nonexistent", &story, &why));
    ck_assert_ptr_nonnull(strstr(why, "no FST"));
    for (size_t n = 0; n < sizeof content / sizeof *content; n++) {
        FILE *file = fopen(wave, "w");
        fputs(content[n], file);
        fclose(file);
        ck_assert(!story_read(wave, &story, &why));
        ck_assert_ptr_nonnull(strstr(why, "no FST"));
    }
}
END_TEST

/* ---- scenario files ---- */

static enum scenario_end run_text(const char *text, struct scenario *scenario)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "%s/scenario", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return scenario_run(path, NULL, scenario);
}

#define READY "open\ncopy a b 64 COMPL_WRITE\nchain a b\nwrite CHAINADDR a\n"

static const struct {
    const char *text, *why;
    enum scenario_end how;
} wrong[] = {
    { "nonsense\n", "scenario:1: nonsense: no such command", SCENARIO_BAD },
    { "\n\nwrite NONSENSE 1\n", "scenario:3: NONSENSE: no register", SCENARIO_BAD },
    { "write CHANCMD\n", "a value is needed", SCENARIO_BAD },
    { "write CHANCMD STRAT\n", "STRAT: neither a number nor", SCENARIO_BAD },
    { "write SRC 1\n", "SRC: no register", SCENARIO_BAD },
    { "copy a\n", "bytes", SCENARIO_BAD },
    { "copy 64\n", "a name is needed", SCENARIO_BAD },
    { "copy a 8193\n", "8192 is needed", SCENARIO_BAD },
    { "copy a 8000 from 4000\n", "beyond two pages", SCENARIO_BAD },
    { "copy a 64 NONSENSE\n", "NONSENSE", SCENARIO_BAD },
    { "copy a 1\ncopy a 1\n", "a: no name for one more", SCENARIO_BAD },
    { "copy a 1 from\n", "from (nothing)", SCENARIO_BAD },
    { "fill a 8\n", "pattern", SCENARIO_BAD },
    { "chain\n", "no descriptor", SCENARIO_BAD },
    { "chain x\n", "x: no descriptor", SCENARIO_BAD },
    { "set a\n", "set: NAME.SIZE", SCENARIO_BAD },
    { "await\n", "for what", SCENARIO_BAD },
    { "await nonsense\n", "no descriptor", SCENARIO_BAD },
    { "copy a 1\nawait nonsense a\n", "await nonsense", SCENARIO_BAD },
    { "fault read\n", "fault: read, write or fetch", SCENARIO_BAD },
    { "copy a 1\nfault read a maybe\n", "maybe", SCENARIO_BAD },
    { "channel 99\n", "channel 99", SCENARIO_BAD },
    { "memory latency 3\n", "latency: no such property", SCENARIO_BAD },
    { "memory read_latency\n", "read_latency (nothing)", SCENARIO_BAD },
    { "memory read_latency 0\n", "out of range", SCENARIO_BAD },
    { "expect CHANSTS.NONSENSE 1\n", "no field NONSENSE", SCENARIO_BAD },
    { "wait soon\n", "wait soon", SCENARIO_BAD },
    { "channels 16\n", "16 channels are needed", SCENARIO_SKIPPED },
    { "expect CHANSTS.STATE IDLE\n", "CHANSTS reads 0x3, expected 0x1", SCENARIO_FAILED },
    { "open\nawait word\n", "did not come", SCENARIO_FAILED },
    { READY "done a\n", "byte 0 of the destination", SCENARIO_FAILED },
    { READY "write DMACOUNT 2\nawait word b\nwait 99\nuntouched b\n", "byte 0 of the destination", SCENARIO_FAILED },
};

START_TEST(scenario_that_is_wrong_says_where_and_why)
{
    struct scenario scenario;

    ck_assert_int_eq(run_text(wrong[_i].text, &scenario), wrong[_i].how);
    ck_assert_msg(strstr(scenario.why, wrong[_i].why) != NULL, "%s\nsays: %s", wrong[_i].text, scenario.why);
    ck_assert_ptr_null(strchr(scenario.why, '\n'));
}
END_TEST

START_TEST(scenario_without_wrong_lines_copies)
{
    struct scenario scenario;
    const enum scenario_end how =
        run_text(READY "write DMACOUNT 2\nawait word b IDLE\nmark b\nwait 99\ndone a b\n", &scenario);

    ck_assert_msg(how == SCENARIO_DONE, "%s", scenario.why);
    ck_assert_uint_eq(scenario.marks, 1);
    ck_assert_str_eq(scenario.mark[0].text, "b");
}
END_TEST

START_TEST(scenario_file_that_cannot_be_read_is_named)
{
    struct scenario scenario;

    ck_assert_int_eq(scenario_run("/nonexistent", NULL, &scenario), SCENARIO_BAD);
    ck_assert_ptr_nonnull(strstr(scenario.why, "/nonexistent"));
    ck_assert_int_eq(scenario_run("/tmp", NULL, &scenario), SCENARIO_BAD);
    ck_assert_ptr_nonnull(strstr(scenario.why, "/tmp"));
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return tcase;
}

Suite *waves_suite(void)
{
    Suite *suite = suite_create("waves");
    TCase *tcase = add_case(suite, "wave views");

    if (!glob("waves/*.scenario", 0, NULL, &scenarios))
        tcase_add_loop_test(tcase, every_scenario_runs_and_its_view_names_only_signals_of_its_wave, 0,
                            (int)scenarios.gl_pathc);
    tcase_add_test(tcase, view_of_linux_names_only_signals_of_the_engine);
    tcase_add_test(tcase, view_of_an_unknown_group_or_channel_is_refused);
    tcase_add_test(tcase, filters_give_the_names_of_the_register_list);
    tcase_add_test(tcase, offsets_and_ids_have_names);

    tcase = add_case(suite, "wave stories");
    tcase_add_test(tcase, story_has_each_request_at_its_clock);
    tcase_add_test(tcase, story_has_the_descriptors_the_bytes_and_the_words);
    tcase_add_test(tcase, story_prints_a_line_an_item_and_trace_events_that_parse);
    tcase_add_test(tcase, what_is_no_wave_is_refused_in_one_line);

    tcase = add_case(suite, "scenarios");
    tcase_add_loop_test(tcase, scenario_that_is_wrong_says_where_and_why, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tcase, scenario_without_wrong_lines_copies);
    tcase_add_test(tcase, scenario_file_that_cannot_be_read_is_named);
    return suite;
}
