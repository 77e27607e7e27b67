/* test_diagram.c - timing diagrams of recorded waves: what they show, and that they are XML. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "ioat_regs.h"
#include "ioat_sim.h"
#include "pins.h"
#include "story.h"
#include "timing.h"

enum { EVENTS = 4096, BUS = 0x100000, REGION = 0x100000, CLOCKS = 1000 };

static char wave[48];
static struct story story;
static struct timing diagram;
static char *svg;

/* The simulator tells the same handshakes by another way. */
static struct {
    struct ioat_sim_event event[EVENTS];
    unsigned n;
} bus;

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    (void)ctx;
    if (bus.n < EVENTS)
        bus.event[bus.n++] = *event;
}

static void put(struct ioat_sim *sim, uint32_t offset, unsigned bits, uint64_t value)
{
    ck_assert_int_eq(ioat_sim_bar_write(sim, offset, bits / 8, value), IOAT_OK);
}

/* Three copies with words and an interrupt, on memory that is often not ready. */
static void record(void)
{
    struct ioat_sim_config config;
    struct ioat_sim *sim;
    void *cpu;

    ioat_sim_config_init(&config);
    config.wave_path = wave;
    config.timing = (struct ioat_sim_timing){
        .read_latency = 9, .write_latency = 5, .ar_stall = 50, .aw_stall = 50, .w_stall = 30, .r_stall = 20,
    };
    ck_assert_int_eq(ioat_sim_open(&config, &sim), IOAT_OK);
    ck_assert_int_eq(ioat_sim_map(sim, BUS, REGION, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu), IOAT_OK);
    struct ioat_desc *desc = cpu;
    for (unsigned n = 0; n < 3; n++)
        desc[n] = (struct ioat_desc){
            .size = 300 + n, .control = IOAT_CONTROL_COMPL_WRITE | (n == 2 ? IOAT_CONTROL_INT_EN : 0),
            .src = BUS + 0x10001 + n * 0x1000, .dst = BUS + 0x20003 + n * 0x1000,
            .next = BUS + (n + 1) * IOAT_DESC_BYTES,
        };
    put(sim, IOAT_CHAN(0, CHANCMP), IOAT_CHANCMP_BITS, BUS + 0x8000);
    put(sim, IOAT_VECTOR(0, MSIX_ADDR), IOAT_MSIX_ADDR_BITS, 0xFEE00000);
    put(sim, IOAT_VECTOR(0, MSIX_CTRL), IOAT_MSIX_CTRL_BITS, 0);
    ck_assert_int_eq(ioat_sim_wave_start(sim), IOAT_OK);
    bus.n = 0;
    ioat_sim_on_event(sim, on_event, NULL);
    put(sim, IOAT_CHAN(0, CHAINADDR), IOAT_CHAINADDR_BITS, BUS);
    put(sim, IOAT_CHAN(0, DMACOUNT), IOAT_DMACOUNT_BITS, 3);
    ck_assert_int_eq(ioat_sim_step(sim, CLOCKS), IOAT_OK);
    ioat_sim_on_event(sim, NULL, NULL);
    ioat_sim_close(sim);
}

static void setup(void)
{
    const char *why;
    int file;

    strcpy(wave, "/tmp/test_diagram_XXXXXX");
    file = mkstemp(wave);
    ck_assert_int_ge(file, 0);
    close(file);
    record();
    ck_assert_msg(story_read(wave, &story, &why), "%s", why);
}

static void teardown(void)
{
    story_free(&story);
    free(svg);
    svg = NULL;
    unlink(wave);
}

static void draw(uint64_t from, uint64_t to, const char *name)
{
    const char *why;
    size_t bytes;
    FILE *out;

    free(svg);
    out = open_memstream(&svg, &bytes);
    ck_assert_msg(timing_read(wave, &story, from, to, &diagram, &why), "%s", why);
    ck_assert(timing_print_svg(&diagram, name, out));
    fclose(out);
}

/* How often `what` is in the group of a bus. */
static unsigned drawn(const char *row, const char *what)
{
    char begin[32];
    const char *at, *end;
    unsigned n = 0;

    snprintf(begin, sizeof begin, "<g id=\"%s\">", row);
    at = strstr(svg, begin);
    ck_assert_msg(at != NULL, "no row %s", row);
    end = strstr(at, "</g>");
    while ((at = strstr(at, what)) && at < end) {
        at++;
        n++;
    }
    return n;
}

static unsigned happened(enum ioat_sim_event_kind kind, unsigned carries, uint64_t from, uint64_t to)
{
    unsigned count = 0;

    for (unsigned n = 0; n < bus.n; n++)
        count += bus.event[n].kind == kind && bus.event[n].clock >= from && bus.event[n].clock <= to &&
                 axi_id_kind(bus.event[n].id) == carries;
    return count;
}

static const struct {
    const char *row;
    enum ioat_sim_event_kind kind;
    unsigned carries;
    const char *drawn;
} beats[] = {
    { "AR", IOAT_SIM_AR, AXI_READ_PAYLOAD, "\"source beat" },
    { "R", IOAT_SIM_R, AXI_READ_PAYLOAD, "\"source beat" },
    { "AW", IOAT_SIM_AW, AXI_WRITE_PAYLOAD, "\"destination beat" },
    { "AW", IOAT_SIM_AW, AXI_WRITE_WORD, "\"word beat" },
    { "AW", IOAT_SIM_AW, AXI_WRITE_MESSAGE, "\"message beat" },
    { "W", IOAT_SIM_W, AXI_WRITE_PAYLOAD, "\"destination beat" },
    { "W", IOAT_SIM_W, AXI_WRITE_WORD, "\"word beat" },
    { "W", IOAT_SIM_W, AXI_WRITE_MESSAGE, "\"message beat" },
    { "B", IOAT_SIM_B, AXI_WRITE_PAYLOAD, "\"destination beat" },
    { "B", IOAT_SIM_B, AXI_WRITE_WORD, "\"word beat" },
    { "B", IOAT_SIM_B, AXI_WRITE_MESSAGE, "\"message beat" },
};

/* One after the other, diagrams that cover the whole wave. */
START_TEST(diagram_has_a_box_for_each_beat_of_its_clocks)
{
    unsigned all = 0;

    for (uint64_t from = story.first; from <= story.last; from += TIMING_CLOCKS) {
        const uint64_t end = from + TIMING_CLOCKS - 1, to = end < story.last ? end : story.last;
        const unsigned n = happened(beats[_i].kind, beats[_i].carries, from, to);

        draw(from, to, "wave");
        ck_assert_msg(drawn(beats[_i].row, beats[_i].drawn) == n, "%s: %u of %u in %" PRIu64 "..%" PRIu64,
                      beats[_i].row, drawn(beats[_i].row, beats[_i].drawn), n, from, to);
        all += n;
    }
    ck_assert_uint_gt(all, 0);
}
END_TEST

START_TEST(descriptors_are_drawn_at_the_port_that_reads_them)
{
    const bool own = ioat_sim_build()->desc_port;
    const uint64_t to = story.first + 60;

    draw(story.first, to, "wave");
    ck_assert_uint_eq(drawn(own ? "AR-desc" : "AR", "\"descriptor beat"),
                      happened(IOAT_SIM_AR, AXI_READ_DESCRIPTOR, story.first, to));
    ck_assert_uint_gt(drawn(own ? "R-desc" : "R", "\"descriptor beat"), 2);
}
END_TEST

START_TEST(clock_that_waits_for_ready_has_another_box)
{
    unsigned addresses = 0, data = 0;

    for (uint64_t from = story.first; from + TIMING_CLOCKS <= story.last; from += TIMING_CLOCKS) {
        draw(from, from + TIMING_CLOCKS - 1, "wave");
        addresses += drawn("AW", " waits\"");
        data += drawn("W", " waits\"");
    }
    ck_assert_uint_gt(addresses, 0);
    ck_assert_uint_gt(data, 0);
}
END_TEST

START_TEST(registers_states_and_interrupt_have_their_names_and_clocks)
{
    uint64_t message = 0;

    for (unsigned n = 0; n < bus.n; n++)
        if (bus.event[n].kind == IOAT_SIM_AW && axi_id_kind(bus.event[n].id) == AXI_WRITE_MESSAGE)
            message = bus.event[n].clock;
    draw(story.first, story.first + 40, "wave");
    ck_assert_ptr_nonnull(strstr(svg, ">DMACOUNT 0x3</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">ARMED</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">ACTIVE</text>"));
    ck_assert_ptr_null(strstr(svg, ">IDLE</text>"));
    draw(message - 60, message + 20, "wave");
    ck_assert_ptr_nonnull(strstr(svg, ">ACTIVE</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">IDLE</text>"));
    unsigned high = 0;
    for (unsigned n = 0; n < 81; n++)
        high += diagram.irq[n];
    ck_assert_uint_eq(high, 1);
}
END_TEST

START_TEST(one_clock_is_a_diagram)
{
    draw(story.last, story.last, "wave");
    ck_assert_uint_eq(drawn("W", "beat"), 0);
    ck_assert_uint_eq(drawn("W", "class=\"wire\""), 1);
}
END_TEST

/* ---- XML ---- */

enum { DEPTH = 8, NAME = 16 };

/* Behind a tag whose attributes have quoted values; NULL: it is none. */
static const char *behind_tag(const char *at, bool *empty)
{
    while (*at && *at != '>' && *at != '/') {
        if (*at == '<' || *at == '&')
            return NULL;
        if (*at == '"' && !(at = strchr(at + 1, '"')))
            return NULL;
        at++;
    }
    *empty = *at == '/';
    at += *empty;
    return *at == '>' ? at + 1 : NULL;
}

static bool is_entity(const char *at)
{
    const size_t length = strspn(at, "#0123456789");

    return at[0] == '#' && length > 1 && at[length] == ';';
}

/* Every tag is closed in its order, and text has no markup of its own. */
static bool is_xml(const char *at)
{
    char open[DEPTH][NAME], name[NAME];
    unsigned depth = 0, elements = 0;

    while (*at) {
        bool empty, closes = !strncmp(at, "</", 2);

        if (*at == '&' && !is_entity(at + 1))
            return false;
        if (*at != '<') {
            at++;
            continue;
        }
        at += 1 + closes;
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        if (!length || length >= NAME)
            return false;
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (!(at = behind_tag(at + length, &empty)))
            return false;
        if (closes && (!depth || strcmp(open[--depth], name)))
            return false;
        if (!closes && !empty && depth == DEPTH)
            return false;
        if (!closes && !empty)
            strcpy(open[depth++], name);
        elements++;
    }
    return depth == 0 && elements > 10;
}

START_TEST(diagram_is_well_formed_whatever_the_name_of_the_wave)
{
    draw(story.first, story.first + 99, "a<b>&\"'\n\xff.fst");
    ck_assert_msg(is_xml(svg), "%s", svg);
    ck_assert_ptr_nonnull(strstr(svg, "<title>"));
    *strstr(svg, "</title>") = ' ';
    ck_assert(!is_xml(svg));
}
END_TEST

START_TEST(same_clocks_give_the_same_text)
{
    draw(story.first, story.first + 99, "wave");
    char *first = strdup(svg);
    draw(story.first, story.first + 99, "wave");
    ck_assert_str_eq(svg, first);
    free(first);
}
END_TEST

/* ---- the command ---- */

/* Its status, and the line that it says. */
static int run_command(const char *range, char *said, size_t room)
{
    char *argv[] = { "netdma", "wave", "--svg", (char *)range, wave, NULL };
    FILE *err = tmpfile();
    pid_t child;
    int status;

    ck_assert_ptr_nonnull(err);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        dup2(fileno(err), STDERR_FILENO);
        if (!freopen("/dev/null", "w", stdout))
            exit(3);
        exit(command_main(5, argv));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    rewind(err);
    said[fread(said, 1, room - 1, err)] = 0;
    fclose(err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(clocks_that_are_not_in_the_wave_are_refused_in_one_line)
{
    char range[64], said[300];

    snprintf(range, sizeof range, "%" PRIu64 "..%" PRIu64, story.first, story.first + TIMING_CLOCKS - 1);
    ck_assert_msg(run_command(range, said, sizeof said) == 0, "%s", said);
    ck_assert_str_eq(said, "");
    snprintf(range, sizeof range, "%" PRIu64 "..%" PRIu64, story.first - 1, story.first + 9);
    ck_assert_int_eq(run_command(range, said, sizeof said), 2);
    ck_assert_ptr_nonnull(strstr(said, "has the clocks"));
    snprintf(range, sizeof range, "%" PRIu64 "..%" PRIu64, story.last - 9, story.last + 1);
    ck_assert_int_eq(run_command(range, said, sizeof said), 2);
    ck_assert_ptr_nonnull(strstr(said, "has the clocks"));
    ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}
END_TEST

Suite *diagram_suite(void);

Suite *diagram_suite(void)
{
    Suite *suite = suite_create("diagram");
    TCase *tcase = tcase_create("diagram");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, diagram_has_a_box_for_each_beat_of_its_clocks, 0, sizeof beats / sizeof *beats);
    tcase_add_test(tcase, descriptors_are_drawn_at_the_port_that_reads_them);
    tcase_add_test(tcase, clock_that_waits_for_ready_has_another_box);
    tcase_add_test(tcase, registers_states_and_interrupt_have_their_names_and_clocks);
    tcase_add_test(tcase, one_clock_is_a_diagram);
    tcase_add_test(tcase, diagram_is_well_formed_whatever_the_name_of_the_wave);
    tcase_add_test(tcase, same_clocks_give_the_same_text);
    tcase_add_test(tcase, clocks_that_are_not_in_the_wave_are_refused_in_one_line);
    suite_add_tcase(suite, tcase);
    return suite;
}
