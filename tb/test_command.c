/* test_command.c - the command line: what it prints, what it refuses, its exit status. */
#include <check.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "ioat_regs.h"
#include "ioat_sim.h"
#include "json.h"
#include "netdma_version.h"

enum { ARGUMENTS = 24, OUTPUT = 1 << 18, STATUS_KILLED = -1 };

static char folder[32], path_a[48], path_b[48];
static char out[OUTPUT], err[OUTPUT];

static void setup(void)
{
    strcpy(folder, "/tmp/test_command_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path_a, sizeof path_a, "%s/a", folder);
    snprintf(path_b, sizeof path_b, "%s/b", folder);
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
}

static void teardown(void)
{
    unlink(path_a);
    unlink(path_b);
    rmdir(folder);
}

/* ---- the program, in a process of its own ---- */

static void take(FILE *file, char *text)
{
    rewind(file);
    text[fread(text, 1, OUTPUT - 1, file)] = 0;
    fclose(file);
}

/* Cuts a copy of the line at its blanks; $A and $B are files of this test. */
static int cut(const char *line, char *copy, char *argv[ARGUMENTS + 1])
{
    int argc = 0;

    argv[argc++] = "netdma";
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word && argc < ARGUMENTS; word = strtok(NULL, " "))
        argv[argc++] = !strcmp(word, "$A") ? path_a : !strcmp(word, "$B") ? path_b : word;
    argv[argc] = NULL;
    return argc;
}

static int status_of(pid_t child)
{
    int status = 0;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_KILLED;
}

static _Noreturn void child_of(const char *line)
{
    char copy[400], *argv[ARGUMENTS + 1];
    const int argc = cut(line, copy, argv);

    exit(command_main(argc, argv));
}

/* Into out and err; returns the exit status. */
static int run(const char *line)
{
    FILE *out_file = tmpfile(), *err_file = tmpfile();
    pid_t child;

    ck_assert(out_file && err_file);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        dup2(fileno(out_file), STDOUT_FILENO);
        dup2(fileno(err_file), STDERR_FILENO);
        child_of(line);
    }
    const int status = status_of(child);
    take(out_file, out);
    take(err_file, err);
    return status;
}

/* The same with a terminal in the place of both; into out. */
static int run_on_terminal(const char *line)
{
    struct winsize size = { .ws_row = 25, .ws_col = 80 };
    size_t length = 0;
    ssize_t got;
    int terminal;
    pid_t child;

    fflush(NULL);
    child = forkpty(&terminal, NULL, NULL, &size);
    ck_assert_int_ge(child, 0);
    if (child == 0)
        child_of(line);
    while ((got = read(terminal, out + length, OUTPUT - 1 - length)) > 0)
        length += (size_t)got;
    out[length] = 0;
    close(terminal);
    return status_of(child);
}

static void expect_run(const char *line)
{
    ck_assert_msg(run(line) == 0, "netdma %s: %s", line, err);
}

static void expect_out(const char *text)
{
    ck_assert_msg(strstr(out, text) != NULL, "'%s' is missing in: %s", text, out);
}

static unsigned lines_of(const char *text)
{
    unsigned lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void write_file(const char *path, size_t bytes)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    for (size_t n = 0; n < bytes; n++)
        fputc((int)(n * 37 + n / 251), file);
    fclose(file);
}

static bool same_files(void)
{
    FILE *a = fopen(path_a, "rb"), *b = fopen(path_b, "rb");
    int one = 0, other = 0;

    ck_assert(a && b);
    while (one == other && one != EOF) {
        one = fgetc(a);
        other = fgetc(b);
    }
    fclose(a);
    fclose(b);
    return one == other;
}

/* ---- help ---- */

START_TEST(help_lists_the_commands_and_each_teaches_its_options)
{
    char line[64], option_text[64];

    expect_run("--help");
    for (const struct command *const *command = commands; *command; command++) {
        expect_run("--help");
        expect_out((*command)->name);
        expect_out((*command)->text);
        snprintf(line, sizeof line, "%s --help", (*command)->name);
        expect_run(line);
        ck_assert_ptr_null(strchr(out, '@'));
        ck_assert_str_eq(err, "");
        for (const struct option *option = (*command)->options; option->name; option++) {
            if (!strcmp(option->name, "help"))
                continue;
            snprintf(option_text, sizeof option_text, "--%s", option->name);
            expect_out(option_text);
        }
    }
}
END_TEST

START_TEST(help_of_run_explains_each_line_of_the_scenarios)
{
    static const char *const paths[] = { "waves/channels.scenario", "waves/halt.scenario", "waves/suspend.scenario",
                                         "waves/prefetch.scenario" };
    char line[200], name[32], text[40];

    expect_run("run --help");
    for (size_t n = 0; n < sizeof paths / sizeof *paths; n++) {
        FILE *file = fopen(paths[n], "r");
        ck_assert_ptr_nonnull(file);
        while (fgets(line, sizeof line, file)) {
            if (sscanf(line, "%31s", name) != 1)
                continue;
            snprintf(text, sizeof text, "\n  %s ", name);
            expect_out(text);
        }
        fclose(file);
    }
}
END_TEST

START_TEST(version_is_that_of_the_header)
{
    expect_run("--version");
    ck_assert_str_eq(out, "netdma " NETDMA_VERSION "\n");
}
END_TEST

START_TEST(manual_and_completion_have_every_command)
{
    char text[64];

    for (const struct command *const *command = commands; *command; command++) {
        expect_run("--man");
        snprintf(text, sizeof text, "\n.SS %s\n", (*command)->name);
        expect_out(text);
        expect_run("--completion");
        snprintf(text, sizeof text, " %s) words=", (*command)->name);
        expect_out(text);
    }
}
END_TEST

/* ---- nonsense ---- */

#define COUNTERS_OF_NOTHING "counters /nonexistent"

static const struct {
    const char *line;
    int status;
    const char *says;
} wrong[] = {
    { "nonsense", 2, "nonsense is no command" },
    { "copy", 2, "FROM and TO are needed" },
    { "copy $A", 2, "FROM and TO are needed" },
    { "copy $A $B x", 2, "FROM and TO are needed" },
    { "copy /nonexistent $B", 1, "/nonexistent: No such file" },
    { "copy $A /nonexistent/b", 1, "/nonexistent/b: No such file" },
    { "copy $A /dev/full", 1, "No space left" },
    { "copy / $B", 1, "not an ordinary file" },
    { "copy --piece 0 $A $B", 2, "--piece 0: a number from 1" },
    { "copy --piece -1 $A $B", 2, "--piece -1: a number from 1" },
    { "copy --piece 12x $A $B", 2, "--piece 12x: a number from 1" },
    { "copy --channels 17 $A $B", 2, "--channels 17" },
    { "copy --nonsense $A $B", 2, "--nonsense is no option" },
    { "copy --piece", 2, "--piece needs a value" },
    { "decode", 2, "is needed" },
    { "decode NONSENSE 1", 2, "NONSENSE: no register" },
    { "decode CHANCMD", 2, "a value is needed" },
    { "decode CHANCMD 1 2", 2, "one more word" },
    { "decode CHANCMD 0x100", 2, "from 0 to 255" },
    { "decode 0x3fff", 1, "no register is at offset 0x3fff" },
    { "decode 0x4000", 2, "from 0 to 16383" },
    { "decode descriptor 1 2", 2, "8 words" },
    { "decode descriptor 1 2 3 4 5 6 7 x", 2, "word x" },
    { "decode descriptor --file /nonexistent", 1, "/nonexistent: No such file" },
    { "decode descriptor --file $A --at 5000", 1, "no 64 bytes at 5000" },
    { "decode descriptor --file $A 1", 2, "not both" },
    { "decode CHANCMD --file $A", 2, "is needed" },
    { "dump /nonexistent", 2, "/nonexistent: No such file" },
    { "dump a b", 2, "b is too much" },
    { COUNTERS_OF_NOTHING, 2, "/nonexistent: No such file" },
    { "counters a b", 2, "b is too much" },
    { "replay", 2, "one trace is needed" },
    { "replay /nonexistent", 2, "/nonexistent: No such file" },
    { "replay /dev/null", 2, "nothing is in it" },
    { "replay $A", 1, "line 1" },
    { "replay --latency 0 tb/linux.trace", 2, "--latency 0" },
    { "run", 2, "one scenario file" },
    { "run a b", 2, "one scenario file" },
    { "run $A", 2, "a:1: a line of more than" },
    { "run waves/chain.scenario --wave /nonexistent/a.fst", 1, "/nonexistent/a.fst: No such file" },
    { "wave", 2, "one wave file" },
    { "wave $A", 1, "no FST" },
    { "wave $A --svg 1..2", 1, "no FST" },
    { "wave $A --svg 12", 2, "--svg 12: two clocks" },
    { "wave $A --svg -1..2", 2, "--svg -1..2: two clocks" },
    { "wave $A --svg 1..2x", 2, "--svg 1..2x: two clocks" },
    { "wave $A --svg 1..99999999999999999999", 2, "two clocks" },
    { "wave $A --svg 9..8", 2, "before the first" },
    { "wave $A --svg 1..201", 2, "at most 200" },
    { "wave $A --svg 1..2 --json", 2, "choose one" },
    { "bench --size x", 2, "netdma bench: --size x" },
    { "bench --nonsense", 2, "--nonsense is no option" },
    { "bench more", 2, "no arguments" },
};

START_TEST(nonsense_is_refused_in_one_line)
{
    int status;

    if (!ioat_sim_build()->perf && !strcmp(wrong[_i].line, COUNTERS_OF_NOTHING))
        return;                    /* it has no counters of anything */
    write_file(path_a, 1000);
    status = run(wrong[_i].line);
    ck_assert_msg(status == wrong[_i].status, "netdma %s: status %d, said %s", wrong[_i].line, status, err);
    ck_assert_msg(strstr(err, wrong[_i].says) != NULL, "netdma %s says: %s", wrong[_i].line, err);
    ck_assert_msg(lines_of(err) == 1, "netdma %s says: %s", wrong[_i].line, err);
    ck_assert_int_eq(strncmp(err, "netdma", 6), 0);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(output_that_cannot_be_written_is_a_failure)
{
    static const char *const lines[] = { "--help", "--man", "copy --help", "decode CHANCMD 1", "dump", "counters" };

    for (size_t n = 0; n < sizeof lines / sizeof *lines; n++) {
        pid_t child;

        fflush(NULL);
        child = fork();
        if (child == 0) {
            ck_assert(freopen("/dev/full", "w", stdout) && freopen("/dev/null", "w", stderr));
            child_of(lines[n]);
        }
        ck_assert_msg(status_of(child) == 1, "netdma %s >/dev/full", lines[n]);
    }
}
END_TEST

/* ---- commands ---- */

static const size_t sizes[] = { 0, 1, 63, 4096, 4097, 100000 };
static const char *const copies[] = { "copy $A $B", "copy --piece 77 --latency 40 $A $B", "copy --channels 1 $A $B" };

START_TEST(copy_gives_the_same_file)
{
    write_file(path_a, sizes[_i]);
    for (size_t n = 0; n < sizeof copies / sizeof *copies; n++) {
        unlink(path_b);
        expect_run(copies[n]);
        ck_assert_msg(same_files(), "%s, %zu bytes", copies[n], sizes[_i]);
        ck_assert_uint_eq(lines_of(out), 1);
    }
}
END_TEST

START_TEST(copy_into_a_folder_keeps_the_name)
{
    char line[100], inner[80];

    write_file(path_a, 500);
    snprintf(inner, sizeof inner, "%s/inner", folder);
    ck_assert_int_eq(mkdir(inner, 0777), 0);
    snprintf(line, sizeof line, "copy $A %s", inner);
    expect_run(line);
    snprintf(line, sizeof line, "%s/a", inner);
    ck_assert_int_eq(rename(line, path_b), 0);
    rmdir(inner);
    ck_assert(same_files());
}
END_TEST

START_TEST(copy_tells_figures_as_json)
{
    write_file(path_a, 100000);
    expect_run(ioat_sim_build()->perf ? "copy --json --counters $A $B" : "copy --json $A $B");
    ck_assert_msg(json_parses(out), "%s", out);
    expect_out("\"bytes\":100000");
    if (ioat_sim_build()->perf)
        expect_out("\"starved\":");
}
END_TEST

START_TEST(decode_names_fields_and_codes)
{
    expect_run("decode CHANSTS 0x10000081");
    ck_assert_str_eq(out, "CHANSTS 0x0000000010000081 STATE=IDLE COMPLETED=0x10000080\n");
    expect_run("decode word 0x10000083");
    expect_out("STATE=HALTED COMPLETED=0x10000080");
    expect_run("decode 0x86 2");
    expect_out("DMACOUNT of channel 0");
    expect_out("DMACOUNT 0x0002\n");
    expect_run("decode 0x2018");
    expect_out("MSIX_DATA of vector 1");
    expect_run("decode descriptor 0x100000900000200 1 2 3 4 5 6 7");
    expect_out("SIZE     0x00000200");
    expect_out("INT_EN COMPL_WRITE OP=FILL");
    expect_out("USER2    0x0000000000000007");
}
END_TEST

START_TEST(decode_takes_a_descriptor_from_a_file)
{
    const struct ioat_desc desc = { .size = 0x1234, .next = 0x5678 };
    FILE *file = fopen(path_a, "wb");

    fseek(file, 64, SEEK_SET);
    fwrite(&desc, sizeof desc, 1, file);
    fclose(file);
    expect_run("decode descriptor --file $A --at 64");
    expect_out("SIZE     0x00001234");
    expect_out("NEXT     0x0000000000005678");
}
END_TEST

START_TEST(dump_tells_what_halted_a_channel)
{
    expect_run("dump waves/halt.scenario");
    expect_out("CHAINADDR 0x0000000010000040");
    expect_out("STATE=IDLE COMPLETED=0x10000080");
    expect_out("descriptor 0x10000080\n");
    expect_run("dump");
    expect_out("CHANSTS 0x0000000000000003 STATE=HALTED\n");
}
END_TEST

/* A line of values in CSV: NAME,V0,V1,... */
static uint64_t counter(const char *name)
{
    char key[64];
    unsigned long long value;

    snprintf(key, sizeof key, "\n%s,", name);
    const char *line = strstr(out, key);
    ck_assert_msg(line && sscanf(line + strlen(key), "%llu", &value) == 1, "%s in %s", name, out);
    return value;
}

START_TEST(counters_have_the_values_of_the_scenario)
{
    if (!ioat_sim_build()->perf)
        return;
    expect_run("counters --csv waves/prefetch.scenario");
    ck_assert_uint_eq(counter("PERF_BYTES"), 16 * 256);
    ck_assert_uint_eq(counter("PERF_DESCRIPTORS"), 16);
    ck_assert_uint_eq(counter("PERF_ACTIVE"), counter("PERF_MOVING") + counter("PERF_BLOCKED") + counter("PERF_READS") +
                                                  counter("PERF_WRITES") + counter("PERF_STARVED"));
    expect_run("counters --csv");
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if (reg->space == IOAT_COUNTERS && reg->access == IOAT_RO)
            expect_out(reg->text);
}
END_TEST

static const char *const json_lines[] = {
    "decode --json CHANSTS 0x10000081", "decode --json descriptor 1 2 3 4 5 6 7 8", "dump --json",
    "dump --json waves/halt.scenario", "counters --json", "counters --json waves/chain.scenario",
    "run --json waves/chain.scenario",
};

START_TEST(json_parses_wherever_it_is_offered)
{
    if (strstr(json_lines[_i], "counters") && !ioat_sim_build()->perf)
        return;
    expect_run(json_lines[_i]);
    ck_assert_msg(json_parses(out), "%s", out);
}
END_TEST

START_TEST(run_prints_the_marks_of_the_scenario)
{
    expect_run("run waves/chain.scenario");
    expect_out("A list of three copies");
    expect_out("word: c is done, the list ends\n");
}
END_TEST

START_TEST(replay_of_linux_is_as_recorded)
{
    if (ioat_sim_build()->channels != 4 || ioat_sim_build()->cbver != 0x34)
        return;
    expect_run("replay --json tb/linux.trace");
    ck_assert_msg(json_parses(out), "%s", out);
    expect_out("\"faults\":3");
}
END_TEST

START_TEST(bench_measures_a_case)
{
    expect_run("bench --size 64 --latency 2 --csv");
    ck_assert_uint_eq(lines_of(out), 2);
    expect_out("config,table,size");
    expect_out(",own,64,2,");
}
END_TEST

/* ---- terminals ---- */

START_TEST(colours_and_progress_are_for_terminals)
{
    write_file(path_a, 200000);
    ck_assert_int_eq(run_on_terminal("run waves/chain.scenario"), 0);
    expect_out("\033[1m");
    ck_assert_int_eq(run_on_terminal("copy $A $B"), 0);
    expect_out(" %");
    setenv("NO_COLOR", "1", 1);
    ck_assert_int_eq(run_on_terminal("run waves/chain.scenario"), 0);
    ck_assert_ptr_null(strchr(out, '\033'));
    unsetenv("NO_COLOR");
    expect_run("run waves/chain.scenario");
    ck_assert_ptr_null(strchr(out, '\033'));
    expect_run("copy $A $B");
    ck_assert_str_eq(err, "");
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

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

Suite *command_suite(void)
{
    Suite *suite = suite_create("command");
    TCase *tcase = add_case(suite, "command help");

    tcase_add_test(tcase, help_lists_the_commands_and_each_teaches_its_options);
    tcase_add_test(tcase, help_of_run_explains_each_line_of_the_scenarios);
    tcase_add_test(tcase, version_is_that_of_the_header);
    tcase_add_test(tcase, manual_and_completion_have_every_command);

    tcase = add_case(suite, "command nonsense");
    tcase_add_loop_test(tcase, nonsense_is_refused_in_one_line, 0, COUNT(wrong));
    tcase_add_test(tcase, output_that_cannot_be_written_is_a_failure);

    tcase = add_case(suite, "commands");
    tcase_add_loop_test(tcase, copy_gives_the_same_file, 0, COUNT(sizes));
    tcase_add_test(tcase, copy_into_a_folder_keeps_the_name);
    tcase_add_test(tcase, copy_tells_figures_as_json);
    tcase_add_test(tcase, decode_names_fields_and_codes);
    tcase_add_test(tcase, decode_takes_a_descriptor_from_a_file);
    tcase_add_test(tcase, dump_tells_what_halted_a_channel);
    tcase_add_test(tcase, counters_have_the_values_of_the_scenario);
    tcase_add_loop_test(tcase, json_parses_wherever_it_is_offered, 0, COUNT(json_lines));
    tcase_add_test(tcase, run_prints_the_marks_of_the_scenario);
    tcase_add_test(tcase, replay_of_linux_is_as_recorded);
    tcase_add_test(tcase, bench_measures_a_case);
    tcase_add_test(tcase, colours_and_progress_are_for_terminals);
    return suite;
}
