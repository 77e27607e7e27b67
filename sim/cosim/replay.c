/* replay.c - see replay.h. */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioat_regs.h"
#include "pcie.h"

enum {
    GUEST_BYTES = 256 << 20,       /* of memory, from bus address 0 */
    SEEN_MAX = 1 << 12,            /* messages and words of a session */
    PATIENCE = 200000,             /* clocks for anything awaited */
    READS = 1000,                  /* of a register that changes by itself */
    SLICE = 16,
    FLR_CLOCKS = 100000,
    EDGE = 32,                     /* guard bytes on both sides of a destination */
    GUARD = 0x6B,
};

/* A message or a completion word of the engine that the driver has not met yet. */
struct seen {
    char kind;                     /* 'm' or 'l'; 0: met */
    uint64_t addr, value;
};

struct copy {
    uint64_t desc;                 /* 0: checked, or none */
    uint64_t src, dst;
    uint32_t bytes;
};

struct replay {
    struct ioat_sim *sim;
    const struct replay_script *script;
    struct replay_counts *counts;
    uint8_t *memory;
    struct seen seen[SEEN_MAX];
    unsigned seen_n;
    struct copy copy[IOAT_CHAN_MAX * 4];
    unsigned *fault;               /* by line of a descriptor: of the fault that hits it, or 0 */
    uint64_t random;
    unsigned at;                   /* line, from 0 */
    char wrong[400];
};

static bool differ(struct replay *replay, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool differ(struct replay *replay, const char *format, ...)
{
    int length = snprintf(replay->wrong, sizeof replay->wrong, "line %u (%s): ", replay->at + 1,
                          replay->at < replay->script->lines ? replay->script->line[replay->at] : "end");
    va_list args;

    va_start(args, format);
    vsnprintf(replay->wrong + length, sizeof replay->wrong - (size_t)length, format, args);
    va_end(args);
    return false;
}

/* ---- what the engine does by itself ---- */

static void see(struct replay *replay, char kind, uint64_t addr, uint64_t value)
{
    if (replay->seen_n < SEEN_MAX)
        replay->seen[replay->seen_n++] = (struct seen){ kind, addr, value };
}

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    see(ctx, 'm', addr, data);
}

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    enum { ID_WORD = 1 };
    uint64_t value;
    unsigned lane;

    if (event->kind != IOAT_SIM_W || (event->id >> 4 & 3) != ID_WORD || !event->strobe)
        return;
    lane = (unsigned)__builtin_ctzll(event->strobe);
    memcpy(&value, event->data + lane, sizeof value);
    see(ctx, 'l', event->addr / event->bytes * event->bytes + lane, value);
}

static bool meet(struct replay *replay, char kind, uint64_t addr, uint64_t value)
{
    for (unsigned n = 0; n < replay->seen_n; n++) {
        struct seen *seen = &replay->seen[n];

        if (seen->kind == kind && seen->addr == addr && seen->value == value) {
            seen->kind = 0;
            return true;
        }
    }
    return false;
}

static bool await(struct replay *replay, char kind, uint64_t addr, uint64_t value)
{
    for (unsigned clocks = 0; clocks < PATIENCE; clocks += SLICE) {
        if (meet(replay, kind, addr, value))
            return true;
        if (ioat_sim_step(replay->sim, SLICE) != IOAT_OK)
            return differ(replay, "%s", ioat_sim_violation(replay->sim));
    }
    return differ(replay, "the engine never wrote it");
}

/* ---- descriptors and data ---- */

static uint8_t *guest(struct replay *replay, uint64_t addr, uint64_t bytes)
{
    return addr < GUEST_BYTES && bytes <= GUEST_BYTES - addr ? replay->memory + addr : NULL;
}

static uint8_t random_byte(struct replay *replay)
{
    replay->random = replay->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint8_t)(replay->random >> 56);
}

static bool add_copy(struct replay *replay, uint64_t at, const struct ioat_desc *desc)
{
    struct copy *copy = replay->copy;
    uint8_t *src = guest(replay, desc->src, desc->size);
    uint8_t *dst = guest(replay, desc->dst - EDGE, desc->size + UINT64_C(2) * EDGE);

    while (copy < replay->copy + IOAT_CHAN_MAX * 4 && copy->desc && copy->desc != at)
        copy++;
    if (!src || !dst || copy == replay->copy + IOAT_CHAN_MAX * 4)
        return differ(replay, "no room for this copy");
    for (uint32_t n = 0; n < desc->size; n++)
        src[n] = random_byte(replay);
    memset(dst, GUARD, desc->size + 2 * EDGE);
    *copy = (struct copy){ at, desc->src, desc->dst, desc->size };
    replay->counts->copies++;
    return true;
}

static bool parse_descriptor(const char *line, uint64_t *at, struct ioat_desc *desc)
{
    uint64_t word[IOAT_DESC_BYTES / sizeof(uint64_t)];
    const bool good = sscanf(line, "d %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
                             " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64, at, &word[0],
                             &word[1], &word[2], &word[3], &word[4], &word[5], &word[6],
                             &word[7]) == 9;

    if (good)
        memcpy(desc, word, sizeof *desc);
    return good;
}

static bool parse_fault(const char *line, struct ioat_sim_fault *fault)
{
    int kind;

    *fault = (struct ioat_sim_fault){ .answer = IOAT_SIM_SLVERR, .count = 1, .percent = 100 };
    if (sscanf(line, "f %d %" SCNx64 " %" SCNx64, &kind, &fault->first, &fault->last) != 3)
        return false;
    fault->kind = (enum ioat_sim_fault_kind)kind;
    return true;
}

static bool touches(const struct ioat_sim_fault *fault, uint64_t at, const struct ioat_desc *desc)
{
    const bool read = fault->kind == IOAT_SIM_FAULT_READ;
    const uint64_t data = read ? desc->src : desc->dst;

    return (read && at <= fault->last && fault->first < at + IOAT_DESC_BYTES)
        || (data <= fault->last && fault->first < data + desc->size);
}

/* A fault belongs to the newest descriptor before it that it touches. */
static void match_faults(struct replay *replay)
{
    for (unsigned n = 0; n < replay->script->lines; n++) {
        struct ioat_sim_fault fault;
        struct ioat_desc desc;
        unsigned before = n;
        uint64_t at;

        if (!parse_fault(replay->script->line[n], &fault))
            continue;
        while (before-- > 0) {
            if (parse_descriptor(replay->script->line[before], &at, &desc)
                && touches(&fault, at, &desc)) {
                replay->fault[before] = n;
                break;
            }
        }
    }
}

static bool do_descriptor(struct replay *replay, const char *line)
{
    struct ioat_sim_fault fault;
    struct ioat_desc desc;
    uint64_t at;

    if (!parse_descriptor(line, &at, &desc) || !guest(replay, at, sizeof desc))
        return differ(replay, "not a descriptor");
    memcpy(guest(replay, at, sizeof desc), &desc, sizeof desc);
    if (replay->fault[replay->at]) {
        parse_fault(replay->script->line[replay->fault[replay->at]], &fault);
        if (ioat_sim_fault_add(replay->sim, &fault) < 0)
            return differ(replay, "too many faults");
        replay->counts->faults++;
    }
    return desc.control & IOAT_CONTROL_NULL_XFER || add_copy(replay, at, &desc);
}

static bool check_copy(struct replay *replay, const struct copy *copy)
{
    const uint8_t *src = replay->memory + copy->src, *dst = replay->memory + copy->dst;

    for (int64_t n = -EDGE; n < (int64_t)copy->bytes + EDGE; n++) {
        const uint8_t want = n < 0 || n >= copy->bytes ? GUARD : src[n];

        if (dst[n] != want)
            return differ(replay, "byte %" PRId64 " of the copy is 0x%02x, not 0x%02x", n, dst[n],
                        want);
    }
    return true;
}

/* The word names a descriptor that was done; a halt names the one before the failure. */
static bool do_word(struct replay *replay, uint64_t addr, uint64_t value)
{
    const unsigned state = (unsigned)IOAT_FIELD_GET(value, CHANSTS, STATE);

    replay->counts->words++;
    if (!await(replay, 'l', addr, value))
        return false;
    for (unsigned n = 0; n < IOAT_CHAN_MAX * 4; n++) {
        struct copy *copy = &replay->copy[n];

        if (copy->desc != (value & IOAT_CHANSTS_COMPLETED) || !copy->desc)
            continue;
        if (state != IOAT_CHANSTS_STATE_HALTED && !check_copy(replay, copy))
            return false;
        copy->desc = 0;
    }
    return true;
}

/* ---- accesses ---- */

static bool in_channel(uint32_t offset, uint32_t reg)
{
    return offset >= IOAT_CHAN_BASE && offset < IOAT_MSIX_TABLE_BASE
        && offset % IOAT_CHAN_STRIDE == reg;
}

/* Of a register that changes by itself: what the driver may find as well. */
static bool as_good(uint32_t offset, uint64_t got, uint64_t want)
{
    return in_channel(offset, IOAT_CHANSTS)
        && IOAT_FIELD_GET(want, CHANSTS, STATE) == IOAT_CHANSTS_STATE_ACTIVE
        && IOAT_FIELD_GET(got, CHANSTS, STATE) <= IOAT_CHANSTS_STATE_IDLE;
}

static bool do_read(struct replay *replay, unsigned width, uint32_t offset, uint64_t want)
{
    const bool changes = in_channel(offset, IOAT_CHANSTS) || in_channel(offset, IOAT_CHANCMD);
    uint64_t got = 0;

    for (unsigned n = 0; n < (changes ? READS : 1); n++) {
        if (ioat_sim_bar_read(replay->sim, offset, width, &got) != IOAT_OK)
            return differ(replay, "the read fails");
        if (got == want || as_good(offset, got, want))
            return true;
    }
    return differ(replay, "the read gave 0x%" PRIx64, got);
}

static bool do_pin(struct replay *replay, bool level)
{
    for (unsigned n = 0; n < PATIENCE; n += SLICE) {
        if (ioat_sim_intx(replay->sim) == level)
            return true;
        ioat_sim_step(replay->sim, SLICE);
    }
    return differ(replay, "the legacy interrupt line stays %s", level ? "low" : "high");
}

static bool do_config(struct replay *replay, bool write, unsigned width, unsigned offset,
                      uint32_t want)
{
    uint32_t got = 0;

    if (write)
        return ioat_sim_cfg_write(replay->sim, offset, width, want) == IOAT_OK
            || differ(replay, "the config write fails");
    if (ioat_sim_cfg_read(replay->sim, offset, width, &got) != IOAT_OK || got != want)
        return differ(replay, "the config read gave 0x%" PRIx32, got);
    return true;
}

/* What a reset of the machine does to the function. */
static bool do_reset(struct replay *replay)
{
    const unsigned devctl = PCIE_CAP_EXPRESS + PCI_EXP_DEVCTL;
    uint32_t value = 0;

    ioat_sim_cfg_read(replay->sim, devctl, 2, &value);
    ioat_sim_cfg_write(replay->sim, devctl, 2, value | PCI_EXP_DEVCTL_BCR_FLR);
    for (unsigned n = 0; n < FLR_CLOCKS; n += SLICE) {
        ioat_sim_cfg_read(replay->sim, PCI_VENDOR_ID, 2, &value);
        if (value != UINT16_MAX)
            return true;
        ioat_sim_step(replay->sim, SLICE);
    }
    return differ(replay, "the function-level reset does not end");
}

static bool do_line(struct replay *replay, const char *line)
{
    const char *rest = line + strcspn(line, " ");
    uint64_t a = 0, b = 0;
    uint32_t offset = 0;
    unsigned width = 0;

    if (line[0] == 'd')
        return do_descriptor(replay, line);
    if (line[0] == 'z')
        return do_reset(replay);
    if (line[0] == 'f')
        return true;               /* armed with its descriptor */
    if (line[0] == 'p')
        return do_pin(replay, !strcmp(line, "p 1"));
    if (line[0] == 'm' || line[0] == 'l') {
        if (sscanf(rest, "%" SCNx64 " %" SCNx64, &a, &b) != 2)
            return differ(replay, "not a line of a trace");
        replay->counts->messages += line[0] == 'm';
        return line[0] == 'm' ? await(replay, 'm', a, b) : do_word(replay, a, b);
    }
    if (sscanf(rest, "%u %" SCNx32 " %" SCNx64, &width, &offset, &b) != 3)
        return differ(replay, "not a line of a trace");
    replay->counts->accesses++;
    if (line[0] == 'c')
        return do_config(replay, line[1] == 'w', width, offset, (uint32_t)b);
    if (line[0] == 'r')
        return do_read(replay, width, offset, b);
    return ioat_sim_bar_write(replay->sim, offset, width, b) == IOAT_OK
        || differ(replay, "the write fails");
}

/* ---- a run ---- */

static void on_violation(void *ctx, const char *text)
{
    struct replay *replay = ctx;

    differ(replay, "%s", text);
}

/* The engine must have done nothing that the driver did not meet. */
static bool nothing_left(struct replay *replay)
{
    for (unsigned n = 0; n < replay->seen_n; n++)
        if (replay->seen[n].kind)
            return differ(replay, "the engine wrote 0x%" PRIx64 " to 0x%" PRIx64
                        ", which it did not in the recorded session", replay->seen[n].value,
                        replay->seen[n].addr);
    return true;
}

const char *replay_run(const struct replay_script *script, const struct ioat_sim_timing *timing,
                       struct replay_counts *counts)
{
    static char wrong[sizeof ((struct replay *)0)->wrong];
    struct replay *replay = calloc(1, sizeof *replay);
    struct ioat_sim_config config;
    void *memory;
    bool good = true;

    if (replay)
        replay->fault = calloc(script->lines, sizeof *replay->fault);
    if (!replay || !replay->fault) {
        free(replay);
        return "out of memory";
    }
    replay->script = script;
    replay->counts = counts;
    match_faults(replay);
    memset(counts, 0, sizeof *counts);
    ioat_sim_config_init(&config);
    if (timing)
        config.timing = *timing;
    config.on_violation = on_violation;
    config.on_violation_ctx = replay;
    good = ioat_sim_open(&config, &replay->sim) == IOAT_OK
        && ioat_sim_map(replay->sim, 0, GUEST_BYTES, IOAT_SIM_READ | IOAT_SIM_WRITE, &memory) == IOAT_OK;
    if (!good) {
        ioat_sim_close(replay->sim);
        free(replay->fault);
        free(replay);
        return "the simulator does not open with this timing";
    }
    replay->memory = memory;
    ioat_sim_on_message(replay->sim, on_message, replay);
    ioat_sim_on_event(replay->sim, on_event, replay);
    good = do_reset(replay);
    for (; good && replay->at < script->lines; replay->at++)
        good = do_line(replay, script->line[replay->at]);
    if (good)
        nothing_left(replay);
    ioat_sim_close(replay->sim);
    snprintf(wrong, sizeof wrong, "%s", replay->wrong);
    free(replay->fault);
    free(replay);
    return *wrong ? wrong : NULL;
}

static bool add_line(struct replay_script *script, const char *text)
{
    char **line = realloc(script->line, (script->lines + 1) * sizeof *line);

    if (!line)
        return false;
    script->line = line;
    script->line[script->lines] = strdup(text);
    return script->line[script->lines++] != NULL;
}

struct replay_script *replay_load(const char *path)
{
    struct replay_script *script = calloc(1, sizeof *script);
    FILE *file = fopen(path, "r");
    char line[400];
    bool good = script && file;

    errno = file ? 0 : errno;
    while (good && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        good = add_line(script, line);
    }
    if (file)
        fclose(file);
    if (good && script->lines)
        return script;
    if (script)
        replay_free(script);
    return NULL;
}

void replay_free(struct replay_script *script)
{
    while (script->lines > 0)
        free(script->line[--script->lines]);
    free(script->line);
    free(script);
}
