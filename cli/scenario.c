/* scenario.c - lines become commands, commands become what software does (scenario.h).
 *
 *   line --> words --> command --> simulator
 *                                      |
 *   await <-- log of bus events <------+
 */
#include "scenario_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512 };

void play_stop(struct play *play, enum scenario_end how, const char *format, ...)
{
    char *why = play->scenario->why;
    const size_t room = sizeof play->scenario->why;
    int length = play->line ? snprintf(why, room, "%s:%u: ", play->path, play->line)
                            : snprintf(why, room, "%s: ", play->path);
    va_list args;

    va_start(args, format);
    if (length >= 0 && (size_t)length < room)
        vsnprintf(why + length, room - (size_t)length, format, args);
    va_end(args);
    play->how = how;
    longjmp(play->end, 1);
}

void play_must(struct play *play, enum ioat_status status, const char *what)
{
    if (status == IOAT_EVIOLATED)
        play_stop(play, SCENARIO_FAILED, "a rule was violated: %s", ioat_sim_violation(play->sim));
    if (status)
        play_stop(play, SCENARIO_FAILED, "%s: %s", what, ioat_strstatus(status));
}

static void on_violation(void *ctx, const char *text)
{
    struct play *play = ctx;

    snprintf(play->violation, sizeof play->violation, "%s", text);
}

/* ---- memory, waves, marks ---- */

static void play_memory(struct play *play, char **word)
{
    struct ioat_sim_timing *timing = &play->timing;
    const struct { const char *name; unsigned *value; } known[] = {
        { "read_latency", &timing->read_latency }, { "write_latency", &timing->write_latency },
        { "jitter", &timing->jitter }, { "ar_stall", &timing->ar_stall }, { "aw_stall", &timing->aw_stall },
        { "w_stall", &timing->w_stall }, { "r_stall", &timing->r_stall }, { "b_stall", &timing->b_stall },
    };

    for (; *word; word += 2) {
        unsigned n = 0;
        while (n < sizeof known / sizeof *known && strcmp(known[n].name, *word))
            n++;
        if (n == sizeof known / sizeof *known)
            play_stop(play, SCENARIO_BAD, "memory %s: no such property", *word);
        *known[n].value = (unsigned)play_need_number(play, word[1], 100000, *word);
    }
    if (ioat_sim_set_timing(play->sim, timing))
        play_stop(play, SCENARIO_BAD, "memory: a value is out of range");
}

static void play_record(struct play *play)
{
    for (unsigned n = 0; n < IOAT_CHAN_MAX; n++)
        play->cursor[n] = play->seen_n;
    play->here = ioat_sim_now(play->sim);
    if (!play->wave)
        return;
    play_must(play, ioat_sim_wave_start(play->sim), play->wave);
    play->recorded = true;
}

static void play_stop_wave(struct play *play)
{
    if (play->recorded)
        play_must(play, ioat_sim_wave_stop(play->sim), play->wave);
}

static void play_mark(struct play *play, const char *text)
{
    struct scenario *scenario = play->scenario;

    if (scenario->marks == SCENARIO_MARKS)
        play_stop(play, SCENARIO_BAD, "more than %d marks", SCENARIO_MARKS);
    struct scenario_mark *mark = &scenario->mark[scenario->marks++];
    mark->clock = play->here;
    snprintf(mark->text, sizeof mark->text, "%s", text);
}

static void play_channel(struct play *play, const char *text)
{
    play->channel = (unsigned)play_need_number(play, text, ioat_sim_build()->channels - 1, "channel");
}

static void play_channels(struct play *play, const char *text)
{
    const uint64_t needed = play_need_number(play, text, IOAT_CHAN_MAX, "channels");

    if (needed > ioat_sim_build()->channels)
        play_stop(play, SCENARIO_SKIPPED, "%" PRIu64 " channels are needed, this build has %u", needed,
                  ioat_sim_build()->channels);
}

/* ---- lines ---- */

/* The rest of a line that is text, or NULL when it is another command. */
static const char *text_of(char *line, const char *command)
{
    const size_t length = strlen(command);
    char *text = line + strspn(line, " \t");

    if (strncmp(text, command, length) || (text[length] != ' ' && text[length] != '\t'))
        return NULL;
    text += length;
    text += strspn(text, " \t");
    text[strcspn(text, "\r\n")] = 0;
    return text;
}

static void command(struct play *play, char **word)
{
    const char *name = *word++;

    if (!strcmp(name, "channels"))
        play_channels(play, *word);
    else if (!strcmp(name, "channel"))
        play_channel(play, *word);
    else if (!strcmp(name, "memory"))
        play_memory(play, word);
    else if (!strcmp(name, "open"))
        play_open(play);
    else if (!strcmp(name, "copy"))
        play_describe(play, PLAY_COPY, word);
    else if (!strcmp(name, "fill"))
        play_describe(play, PLAY_FILL, word);
    else if (!strcmp(name, "null"))
        play_describe(play, PLAY_NULL, word);
    else if (!strcmp(name, "chain"))
        play_chain(play, word, false);
    else if (!strcmp(name, "ring"))
        play_chain(play, word, true);
    else if (!strcmp(name, "set"))
        play_set(play, word);
    else if (!strcmp(name, "write"))
        play_write(play, word, false);
    else if (!strcmp(name, "post"))
        play_write(play, word, true);
    else if (!strcmp(name, "expect"))
        play_expect(play, word);
    else if (!strcmp(name, "fault"))
        play_fault(play, word);
    else if (!strcmp(name, "release"))
        ioat_sim_fault_clear(play->sim);
    else if (!strcmp(name, "record"))
        play_record(play);
    else if (!strcmp(name, "stop"))
        play_stop_wave(play);
    else if (!strcmp(name, "wait"))
        play_must(play, play_step(play, play_need_number(play, *word, UINT32_MAX, "wait")), "wait");
    else if (!strcmp(name, "await"))
        play_await(play, word);
    else if (!strcmp(name, "done"))
        play_check(play, word, true);
    else if (!strcmp(name, "untouched"))
        play_check(play, word, false);
    else
        play_stop(play, SCENARIO_BAD, "%s: no such command; `netdma run --help` lists them", name);
}

static void take(struct play *play, char *line)
{
    static char names[WORDS * NAME];
    char *word[WORDS + 1];
    const char *text;

    if ((text = text_of(line, "title"))) {
        snprintf(play->scenario->title, sizeof play->scenario->title, "%s", text);
    } else if ((text = text_of(line, "view"))) {
        snprintf(play->scenario->view, sizeof play->scenario->view, "%s", text);
    } else if ((text = text_of(line, "mark"))) {
        play_mark(play, text);
    } else {
        play_split(play, line, names, sizeof names, word);
        if (*word)
            command(play, word);
    }
}

static void open_simulator(struct play *play)
{
    struct ioat_sim_config config;
    void *cpu[4];
    const unsigned both = IOAT_SIM_READ | IOAT_SIM_WRITE;
    const struct { uint64_t bus, bytes; unsigned rights; } region[] = {
        { DESC_BASE, DESC_REGION, both }, { WORD_BASE, IOAT_PAGE_BYTES, both },
        { SRC_BASE, DATA_REGION, IOAT_SIM_READ }, { DST_BASE, DATA_REGION, both },
    };

    ioat_sim_config_init(&config);
    config.wave_path = play->wave;
    config.on_violation = on_violation;
    config.on_violation_ctx = play;
    play->timing = config.timing;
    play_must(play, play->device->open(play->device->ctx, &config, &play->sim), "the simulator");
    ioat_sim_on_event(play->sim, play_on_event, play);
    for (unsigned n = 0; n < 4; n++)
        play_must(play, play->device->map(play->device->ctx, play->sim, region[n].bus, region[n].bytes,
                                          region[n].rights, &cpu[n]), "memory");
    play->desc = cpu[0];
    play->src = cpu[2];
    play->dst = cpu[3];
}

static void play_all(struct play *play, FILE *file)
{
    char line[LINE];

    open_simulator(play);
    while (fgets(line, sizeof line, file)) {
        play->line++;
        if (!strchr(line, '\n') && !feof(file))
            play_stop(play, SCENARIO_BAD, "a line of more than %d characters", LINE - 2);
        take(play, line);
    }
    play->line = 0;
    if (ferror(file))
        play_stop(play, SCENARIO_BAD, "%s", strerror(errno));
    if (play->wave && !play->recorded)
        play_stop(play, SCENARIO_BAD, "no line says `record`, so there is no wave");
    play_stop_wave(play);
    if (play->options.at_end)
        play->options.at_end(play->options.ctx, play->sim);
}

enum scenario_end scenario_run(const char *path, const struct scenario_options *options, struct scenario *scenario)
{
    struct play *play = calloc(1, sizeof *play);
    FILE *file = fopen(path, "r");
    enum scenario_end how = SCENARIO_BAD;

    *scenario = (struct scenario){ .marks = 0 };
    if (!play || !file) {
        snprintf(scenario->why, sizeof scenario->why, "%s: %s", path, file ? "out of memory" : strerror(errno));
    } else {
        play->scenario = scenario;
        play->path = path;
        play->options = options ? *options : (struct scenario_options){ 0 };
        play->wave = play->options.wave;
        play->device = play->options.device ? play->options.device : &play_direct;
        if (!setjmp(play->end))
            play_all(play, file);
        if (play->sim)
            ioat_sim_fault_clear(play->sim);
        scenario->clocks = play->sim ? ioat_sim_now(play->sim) : 0;
        if (play->sim)
            play->device->close(play->device->ctx, play->sim);
        if (!play->how && *play->violation) {
            play->how = SCENARIO_FAILED;
            snprintf(scenario->why, sizeof scenario->why, "%s: a rule was violated: %s", path, play->violation);
        }
        how = play->how;
        free(play->seen);
    }
    if (file)
        fclose(file);
    free(play);
    return how;
}
