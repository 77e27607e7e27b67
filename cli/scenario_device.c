/* scenario_device.c - registers and faults. */
#include "scenario_priv.h"

#include <inttypes.h>
#include <string.h>

#define MESSAGE_WINDOW UINT64_C(0xFEE00000)
enum { VECTOR_DATA = 0x40 };               /* message data of vector 0 */

/* ---- registers ---- */

static const struct ioat_reg_info *play_register(struct play *play, const char *name, uint32_t *offset)
{
    const struct ioat_reg_info *reg = name ? ioat_reg_named(name) : NULL;

    if (!reg || reg->space == IOAT_DESCRIPTOR)
        play_stop(play, SCENARIO_BAD, "%s: no register has this name (docs/registers.md)", name ? name : "(nothing)");
    *offset = ioat_reg_place(reg, play->channel);
    return reg;
}

void play_write(struct play *play, char **word, bool post)
{
    uint32_t offset;
    const struct ioat_reg_info *reg = play_register(play, *word, &offset);
    const uint64_t value = play_values(play, reg->name, word + 1);

    play_must(play, post ? ioat_sim_bar_post(play->sim, offset, reg->bits / 8, value)
              : play_bar_write(play, offset, reg->bits / 8, value), reg->name);
}

void play_expect(struct play *play, char **word)
{
    char *dot = *word ? strchr(*word, '.') : NULL;
    const struct ioat_field_info *field = NULL;
    uint32_t offset;
    uint64_t value, mask = UINT64_MAX;

    if (dot)
        *dot = 0;
    const struct ioat_reg_info *reg = play_register(play, *word, &offset);
    if (dot && !(field = play_field(reg->name, dot + 1)))
        play_stop(play, SCENARIO_BAD, "%s has no field %s", reg->name, dot + 1);
    if (field)
        mask = (~UINT64_C(0) >> (64 - field->bits)) << field->lsb;
    const uint64_t want = play_values(play, reg->name, word + 1);
    play_must(play, play_bar_read(play, offset, reg->bits / 8, &value), reg->name);
    if ((value & mask) != want)
        play_stop(play, SCENARIO_FAILED, "%s reads 0x%" PRIx64 ", expected 0x%" PRIx64, reg->name, value & mask, want);
}

static void put(struct play *play, const char *reg, uint64_t value)
{
    uint32_t offset;
    const struct ioat_reg_info *is = play_register(play, reg, &offset);

    play_must(play, play_bar_write(play, offset, is->bits / 8, value), reg);
}

void play_open(struct play *play)
{
    put(play, "CHANCMD", IOAT_CHANCMD_RESET);
    play_must(play, play_step(play, 100), "RESET");
    put(play, "CHANCMP", play_word_bus(play->channel));
    put(play, "CHANCTRL", IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ERR_INT_EN |
        IOAT_CHANCTRL_ANY_ERR_ABORT_EN | IOAT_CHANCTRL_INT_DISABLE);
    put(play, "MSIX_ADDR", MESSAGE_WINDOW);
    put(play, "MSIX_DATA", VECTOR_DATA + play->channel);
    put(play, "MSIX_CTRL", 0);
}

/* ---- faults ---- */

void play_fault(struct play *play, char **word)
{
    static const char *const answers[] = {
        [IOAT_SIM_SLVERR] = "slverr", [IOAT_SIM_DECERR] = "decerr", [IOAT_SIM_HOLD] = "hold",
    };
    struct ioat_sim_fault fault = { .kind = IOAT_SIM_FAULT_READ, .count = 1, .percent = 100 };
    unsigned answer = 0;

    if (!word[0] || !word[1] || !word[2])
        play_stop(play, SCENARIO_BAD, "fault: read, write or fetch, a name, and slverr, decerr or hold");
    const struct object *object = play_need(play, word[1]);
    while (answer < sizeof answers / sizeof *answers && strcmp(answers[answer], word[2]))
        answer++;
    fault.first = object->desc->src;
    fault.last = fault.first + object->bytes - 1;
    if (!strcmp(word[0], "write")) {
        fault.kind = IOAT_SIM_FAULT_WRITE;
        fault.first = object->desc->dst;
        fault.last = fault.first + object->bytes - 1;
    } else if (!strcmp(word[0], "fetch")) {
        fault.first = object->bus;
        fault.last = object->bus + IOAT_DESC_BYTES - 1;
    } else if (strcmp(word[0], "read")) {
        play_stop(play, SCENARIO_BAD, "fault %s: read, write or fetch", word[0]);
    }
    if (answer == sizeof answers / sizeof *answers)
        play_stop(play, SCENARIO_BAD, "fault: the answer %s is not slverr, decerr or hold", word[2]);
    fault.answer = (enum ioat_sim_fault_answer)answer;
    if (answer == IOAT_SIM_HOLD)
        fault.count = 0;
    if (ioat_sim_fault_add(play->sim, &fault) < 0)
        play_stop(play, SCENARIO_BAD, "fault: too many, or it hits nothing");
}
