/* scenario_priv.h - a scenario while it is played.
 *
 *   scenario.c         lines, commands, the simulator, waves and marks
 *   scenario_words.c   words of a line, and the values that they name
 *   scenario_copies.c  descriptors, their buffers, and what must be in them
 *   scenario_device.c  registers and faults
 *   scenario_direct.c  the way to the engine
 *   scenario_await.c   the log of bus events, and waiting for one
 *
 * Functions leave through play_stop when a line is wrong or does not hold.
 */
#ifndef SCENARIO_PRIV_H
#define SCENARIO_PRIV_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "scenario.h"

enum { WORDS = 160, NAME = 24, OBJECTS = 512 };

/* Where things lie; in a wave the first digit tells what an address is. */
#define DESC_BASE UINT64_C(0x10000000)
#define WORD_BASE UINT64_C(0x18000000)
#define SRC_BASE  UINT64_C(0x20000000)
#define DST_BASE  UINT64_C(0x30000000)
enum { DESC_REGION = OBJECTS * IOAT_DESC_BYTES, DATA_REGION = OBJECTS * 4 * IOAT_PAGE_BYTES };

struct object {
    char name[NAME];
    uint64_t bus;                          /* of the descriptor */
    struct ioat_desc *desc;
    uint64_t src[2], dst[2];               /* pages: a copy may break to the second */
    bool fill;
    uint64_t pattern;
    uint32_t bytes;
    unsigned from, to;
};

/* What was seen on the bus. */
struct seen {
    enum ioat_sim_event_kind kind;
    unsigned id;
    uint64_t clock, addr, bytes, value;
};

struct play {
    struct scenario *scenario;
    struct scenario_options options;
    const struct scenario_device *device;
    const char *path, *wave;
    struct ioat_sim *sim;
    struct ioat_sim_timing timing;
    unsigned line, channel;
    uint8_t *desc, *src, *dst;             /* CPU addresses of the regions */
    struct object object[OBJECTS];
    unsigned objects;
    struct seen *seen;
    size_t seen_n, seen_room, cursor[IOAT_CHAN_MAX];   /* cursor: behind what the channel awaited last */
    uint64_t here;                         /* clock that `mark` means */
    bool recorded;
    enum ioat_sim_event_kind wanted;       /* of the event that is awaited: */
    unsigned wanted_id;
    uint64_t first, last;                  /*   its address range; */
    uint64_t value, mask;                  /*   and, of a word, its value */
    char violation[200];
    jmp_buf end;
    enum scenario_end how;
};

/* Ends the run; format and the rest are the reason. */
_Noreturn void play_stop(struct play *play, enum scenario_end how, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void play_must(struct play *play, enum ioat_status status, const char *what);

extern const struct scenario_device play_direct;

/* Registers and time, by way of the device. */
enum ioat_status play_bar_read(struct play *play, uint32_t offset, unsigned width, uint64_t *value);
enum ioat_status play_bar_write(struct play *play, uint32_t offset, unsigned width, uint64_t value);
enum ioat_status play_step(struct play *play, uint64_t clocks);
enum ioat_status play_wait(struct play *play, bool (*cond)(void *ctx), uint64_t clocks);

/* Cuts a line into words, r0..r7 into eight of them. The texts live in `line` and `names`. */
void play_split(struct play *play, char *line, char *names, size_t room, char *word[WORDS + 1]);
uint64_t play_need_number(struct play *play, const char *text, uint64_t most, const char *what);
/* NULL: no descriptor has this name. */
struct object *play_find(struct play *play, const char *name);
struct object *play_need(struct play *play, const char *name);
const struct ioat_field_info *play_field(const char *reg, const char *name);
/* The value of a code of this register, in place. */
bool play_code(const char *reg, const char *name, uint64_t *value);
uint64_t play_value(struct play *play, const char *reg, const char *text);
/* All words that are left, or-ed. */
uint64_t play_values(struct play *play, const char *reg, char **word);
/* Bus address of the channel's completion word. */
uint64_t play_word_bus(unsigned channel);

/* The commands, with the words after their name. */
enum play_what { PLAY_COPY, PLAY_FILL, PLAY_NULL };
void play_describe(struct play *play, enum play_what what, char **word);
void play_chain(struct play *play, char **word, bool closed);
void play_set(struct play *play, char **word);
void play_check(struct play *play, char **word, bool copied);
void play_write(struct play *play, char **word, bool post);
void play_expect(struct play *play, char **word);
void play_open(struct play *play);
void play_fault(struct play *play, char **word);
void play_await(struct play *play, char **word);

/* For ioat_sim_on_event: keeps the log. */
void play_on_event(void *ctx, const struct ioat_sim_event *event);

#endif
