/* scenario_words.c - words of a line, and the values that they name. */
#include "scenario_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

uint64_t play_need_number(struct play *play, const char *text, uint64_t most, const char *what)
{
    uint64_t value;

    if (!text || !number_read(text, 0, most, &value))
        play_stop(play, SCENARIO_BAD, "%s %s: a number from 0 to %" PRIu64 " is needed", what,
                  text ? text : "(nothing)", most);
    return value;
}

struct object *play_find(struct play *play, const char *name)
{
    for (unsigned n = 0; n < play->objects; n++)
        if (!strcmp(play->object[n].name, name))
            return &play->object[n];
    return NULL;
}

struct object *play_need(struct play *play, const char *name)
{
    struct object *object = name ? play_find(play, name) : NULL;

    if (!object)
        play_stop(play, SCENARIO_BAD, "%s: no descriptor has this name", name ? name : "(nothing)");
    return object;
}

const struct ioat_field_info *play_field(const char *reg, const char *name)
{
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++)
        if (!strcmp(field->reg, reg) && !strcmp(field->name, name))
            return field;
    return NULL;
}

bool play_code(const char *reg, const char *name, uint64_t *value)
{
    for (const struct ioat_code_info *code = ioat_code_table; code->name; code++)
        if (!strcmp(code->reg, reg) && !strcmp(code->name, name)) {
            *value = code->value << play_field(reg, code->field)->lsb;
            return true;
        }
    return false;
}

uint64_t play_word_bus(unsigned channel)
{
    return WORD_BASE + channel * sizeof(uint64_t);
}

uint64_t play_value(struct play *play, const char *reg, const char *text)
{
    const struct ioat_field_info *field = play_field(reg, text);
    uint64_t value;

    if (number_read(text, 0, UINT64_MAX, &value) || play_code(reg, text, &value))
        return value;
    if (field && field->bits == 1)
        return UINT64_C(1) << field->lsb;
    if (!strcmp(text, "word"))
        return play_word_bus(play->channel);
    if (play_find(play, text))
        return play_find(play, text)->bus;
    play_stop(play, SCENARIO_BAD, "%s: neither a number nor a descriptor, nor a bit or code of %s", text, reg);
}

uint64_t play_values(struct play *play, const char *reg, char **word)
{
    uint64_t value = 0;

    if (!*word)
        play_stop(play, SCENARIO_BAD, "%s: a value is needed", reg);
    for (; *word; word++)
        value |= play_value(play, reg, *word);
    return value;
}

void play_split(struct play *play, char *line, char *names, size_t room, char *word[WORDS + 1])
{
    unsigned n = 0;
    char *hash = strchr(line, '#'), *save = NULL;

    if (hash)
        *hash = 0;
    for (char *text = strtok_r(line, " \t\r\n", &save); text; text = strtok_r(NULL, " \t\r\n", &save)) {
        unsigned first, last;
        char stem[NAME], again[NAME];
        bool range = sscanf(text, "%23[a-z_]%u..%23[a-z_]%u", stem, &first, again, &last) == 4 &&
                     !strcmp(stem, again) && first <= last;

        if (n + (range ? last - first : 0) >= WORDS)
            play_stop(play, SCENARIO_BAD, "more than %d words in a line", WORDS);
        if (!range) {
            word[n++] = text;
            continue;
        }
        for (; first <= last; first++) {
            int length = snprintf(names, room, "%s%u", stem, first);
            if (length < 0 || (size_t)length >= room)
                play_stop(play, SCENARIO_BAD, "more names in a line than fit");
            word[n++] = names;
            names += length + 1;
            room -= (size_t)length + 1;
        }
    }
    word[n] = NULL;
}
