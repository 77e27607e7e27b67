/* trace.c - the interpreter of trace.h. */
#include "trace.h"

#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "pcie.h"

enum { TOKENS = 16, LINE_BYTES = 128 };

/* Registers of newer parts that Linux writes for CBVER 0x34: the I/OAT sheet, section
 * 2.3. Relative to the channel's block. */
static const struct { const char *name; uint32_t offset; } newer[] = {
    { "DRSCTL", 0xb6 }, { "LTR_SWSEL", 0xbc }, { "LTR_ACTIVE", 0xc0 }, { "LTR_IDLE", 0xc4 },
};

/* One access of a line: width, place, mask and what may be read. */
struct access {
    bool write;
    unsigned width;               /* bytes */
    uint32_t offset;
    char reg[24];
    uint64_t mask, value;         /* value: of a write */
    uint64_t allowed[4];
    unsigned allowed_n;           /* 0: anything */
};

struct line {
    const char *text;
    char copy[LINE_BYTES];
    char *token[TOKENS];
    unsigned n, at;
};

/* ---- words of a line ---- */

static void split(struct trace *trace, struct line *line, const char *text)
{
    char *save = NULL;

    line->text = text;
    line->n = line->at = 0;
    tb_assert(trace->tb, strlen(text) < LINE_BYTES, "line too long");
    strcpy(line->copy, text);
    for (char *t = strtok_r(line->copy, " ", &save); t; t = strtok_r(NULL, " ", &save)) {
        tb_assert(trace->tb, line->n < TOKENS, "too many words");
        line->token[line->n++] = t;
    }
}

static const char *next(struct trace *trace, struct line *line)
{
    tb_assert(trace->tb, line->at < line->n, "a word is missing");
    return line->token[line->at++];
}

static bool take(struct line *line, const char *word)
{
    if (line->at == line->n || strcmp(line->token[line->at], word) != 0)
        return false;
    line->at++;
    return true;
}

/* ---- values ---- */

static unsigned state_code(struct trace *trace, const char *name)
{
    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++)
        if (strcmp(code->reg, "CHANSTS") == 0 && strcmp(code->name, name) == 0)
            return (unsigned)code->value;
    tb_fail(trace->tb, "no state %s", name);
}

static uint64_t variable(struct trace *trace, const char *text)
{
    const char *dot = strchr(text, '.');
    char name[24];
    uint64_t value;

    snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - text) : (int)strlen(text), text);
    value = strcmp(name, "last") == 0 ? trace->last : trace_get(trace, name);
    if (dot)
        value = strcmp(dot, ".hi") == 0 ? value >> 32 : value & UINT32_MAX;
    return value;
}

static uint64_t value_of(struct trace *trace, const char *reg, const char *text)
{
    uint64_t number;

    if (text[0] == '$')
        return variable(trace, text + 1);
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++)
        if (strcmp(field->reg, reg) == 0 && strcmp(field->name, text) == 0)
            return (UINT64_MAX >> (64 - field->bits)) << field->lsb;
    tb_assert(trace->tb, number_read(text, 0, UINT64_MAX, &number), "%s is no value of %s", text, reg);
    return number;
}

void trace_set(struct trace *trace, const char *name, uint64_t value)
{
    unsigned i = 0;

    while (i < trace->var_n && strcmp(trace->var[i].name, name) != 0)
        i++;
    tb_assert(trace->tb, i < TRACE_VARS, "too many variables");
    trace->var[i].name = name;
    trace->var[i].value = value;
    if (i == trace->var_n)
        trace->var_n++;
}

uint64_t trace_get(const struct trace *trace, const char *name)
{
    for (unsigned i = 0; i < trace->var_n; i++)
        if (strcmp(trace->var[i].name, name) == 0)
            return trace->var[i].value;
    tb_fail(trace->tb, "no variable $%s", name);
}

void trace_init(struct trace *trace, struct tb *tb, unsigned ch)
{
    memset(trace, 0, sizeof *trace);
    trace->tb = tb;
    trace->ch = ch;
    trace_set(trace, "channels", tb->build->channels);
    trace_set(trace, "cbver", tb->build->cbver);
    trace_set(trace, "capability", tb->build->dmacapability);
    trace_set(trace, "xfercap", tb->build->xfercap_log2);
}

/* ---- places ---- */

static uint32_t bar_offset(struct trace *trace, const char *name)
{
    const uint32_t block = IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * trace->ch;

    for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++)
        if (strcmp(newer[i].name, name) == 0)
            return block + newer[i].offset;
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++) {
        if (strcmp(reg->name, name) != 0)
            continue;
        if (reg->space == IOAT_GLOBAL)
            return reg->offset;
        if (reg->space == IOAT_CHANNEL)
            return block + reg->offset;
    }
    tb_fail(trace->tb, "no register %s", name);
}

static uint32_t cfg_offset(struct trace *trace, const char *name)
{
    if (strcmp(name, "COMMAND") == 0)
        return PCI_COMMAND;
    if (strcmp(name, "DEVICE_ID") == 0)
        return PCI_DEVICE_ID;
    if (strcmp(name, "DEVCTL") == 0)
        return tb_cfg_cap(trace->tb, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;
    if (strcmp(name, "CHANERR_INT") == 0)
        return PCIE_CHANERR_INT;
    if (strcmp(name, "CHANERRMSK_INT") == 0)
        return PCIE_CHANERRMSK_INT;
    tb_fail(trace->tb, "no config register %s", name);
}

/* ---- accesses ---- */

/* "= a|b" or "state A|B" */
static void parse_allowed(struct trace *trace, struct line *line, struct access *access)
{
    const bool state = take(line, "state");
    char *save = NULL, list[LINE_BYTES];

    if (!state && !take(line, "="))
        return;
    if (state)
        access->mask = IOAT_CHANSTS_STATE;
    snprintf(list, sizeof list, "%s", next(trace, line));
    for (char *one = strtok_r(list, "|", &save); one; one = strtok_r(NULL, "|", &save)) {
        tb_assert(trace->tb, access->allowed_n < 4, "too many values");
        access->allowed[access->allowed_n++] =
            state ? state_code(trace, one) : value_of(trace, access->reg, one);
    }
}

static void parse_access(struct trace *trace, struct line *line, bool cfg, struct access *access)
{
    const char *op = next(trace, line), *place = next(trace, line);
    const char *plus = strchr(place, '+');

    memset(access, 0, sizeof *access);
    access->write = op[0] == 'w';
    access->width = (unsigned)atoi(op + 1) / 8;
    tb_assert(trace->tb, (op[0] == 'r' || op[0] == 'w') && access->width, "%s is no access", op);
    snprintf(access->reg, sizeof access->reg, "%.*s",
             plus ? (int)(plus - place) : (int)strlen(place), place);
    access->offset = (cfg ? cfg_offset : bar_offset)(trace, access->reg);
    access->offset += plus ? (uint32_t)atoi(plus + 1) : 0;
    access->mask = UINT64_MAX;
    if (access->write) {
        access->value = value_of(trace, access->reg, next(trace, line));
        return;
    }
    if (take(line, "&"))
        access->mask = value_of(trace, access->reg, next(trace, line));
    parse_allowed(trace, line, access);
}

static bool match(const struct access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->allowed_n; i++)
        if ((value & access->mask) == access->allowed[i])
            return true;
    return access->allowed_n == 0;
}

/* Performs it; the result tells whether what was read is allowed. */
static bool perform(struct trace *trace, bool cfg, const struct access *access)
{
    struct tb *tb = trace->tb;

    if (access->write) {
        if (cfg)
            tb_cfg_write(tb, access->offset, access->width, (uint32_t)access->value);
        else
            tb_write(tb, access->offset, access->width, access->value);
        return true;
    }
    trace->last = cfg ? tb_cfg_read(tb, access->offset, access->width)
                      : tb_read(tb, access->offset, access->width);
    return match(access, trace->last);
}

static void plain(struct trace *trace, struct line *line, bool cfg)
{
    struct access access;

    parse_access(trace, line, cfg, &access);
    tb_assert(trace->tb, perform(trace, cfg, &access), "read 0x%llx",
              (unsigned long long)trace->last);
}

static void poll(struct trace *trace, struct line *line)
{
    struct access access;
    unsigned long reads = 1, us = 0;

    parse_access(trace, line, false, &access);
    while (line->at < line->n)
        if (take(line, "reads"))
            reads = strtoul(next(trace, line), NULL, 0);
        else if (take(line, "us"))
            us = strtoul(next(trace, line), NULL, 0);
        else
            tb_fail(trace->tb, "what is %s?", next(trace, line));
    for (unsigned long i = 0; i < reads; i++) {
        if (perform(trace, false, &access))
            return;
        tb_step(trace->tb, tb_us(trace->tb, us));
    }
    tb_fail(trace->tb, "still 0x%llx after %lu reads", (unsigned long long)trace->last, reads);
}

/* ---- other lines ---- */

struct memory_word {
    const volatile uint64_t *at;
    uint64_t want;
};

static bool word_there(void *ctx)
{
    const struct memory_word *word = ctx;

    return *word->at == word->want;
}

static void await_word(struct trace *trace, struct line *line)
{
    struct tb *tb = trace->tb;
    struct memory_word word = {
        ioat_sim_cpu(tb->sim, trace_get(trace, "cmp"), sizeof *word.at),
        value_of(trace, "", next(trace, line)),
    };

    tb_assert(tb, word.at != NULL, "$cmp is not mapped");
    word.want |= state_code(trace, next(trace, line));
    tb_wait(tb, word_there, &word, TB_LONG, "the completion word");
}

/* Tells whether the `+` lines that follow run. */
static bool condition(struct trace *trace, struct line *line, bool want)
{
    struct access access;

    parse_access(trace, line, false, &access);
    return perform(trace, false, &access) == want;
}

void trace_run(struct trace *trace, const char *title, const char *const *lines)
{
    bool runs = true;

    for (; *lines; lines++) {
        struct line line;

        tb_note(trace->tb, "%s: %s", title, *lines);
        split(trace, &line, *lines);
        if (take(&line, "+")) {
            if (!runs)
                continue;
        } else {
            runs = true;
        }
        if (take(&line, "if"))
            runs = condition(trace, &line, true);
        else if (take(&line, "unless"))
            runs = condition(trace, &line, false);
        else if (take(&line, "poll"))
            poll(trace, &line);
        else if (take(&line, "cfg"))
            plain(trace, &line, true);
        else if (take(&line, "us"))
            tb_step(trace->tb, tb_us(trace->tb, strtoul(next(trace, &line), NULL, 0)));
        else if (take(&line, "message"))
            tb_wait_messages(trace->tb, trace->ch, ++trace->messages, TB_LONG);
        else if (take(&line, "word"))
            await_word(trace, &line);
        else
            plain(trace, &line, false);
        tb_assert(trace->tb, line.at == line.n, "words are left over");
    }
    tb_note(trace->tb, "after %s", title);
}
