/* scenario_copies.c - descriptors, their buffers, and what must be in them. */
#include "scenario_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

enum { SIZE_MAX_BYTES = 2 * IOAT_PAGE_BYTES };


/* Byte k of a copy's source: different in each object. */
static uint8_t byte_at(const struct play *play, const struct object *object, uint32_t k)
{
    if (object->fill)
        return (uint8_t)(object->pattern >> 8 * (k % 8));
    return (uint8_t)(1 + (k + 37 * (unsigned)(object - play->object)) % 251);
}

/* Byte k of a side, which goes on in its second page. */
static uint8_t *byte_of(uint8_t *region, uint64_t base, const uint64_t page[2], unsigned offset, uint32_t k)
{
    const uint32_t at = offset + k;

    return region + (page[at / IOAT_PAGE_BYTES] - base) + at % IOAT_PAGE_BYTES;
}

static struct object *make(struct play *play, const char *name)
{
    struct object *object = &play->object[play->objects];
    const uint64_t place = (uint64_t)play->objects * 4 * IOAT_PAGE_BYTES;
    uint64_t taken;

    if (play->objects == OBJECTS)
        play_stop(play, SCENARIO_BAD, "%s: more than %d descriptors", name, OBJECTS);
    if (play_find(play, name) || number_read(name, 0, UINT64_MAX, &taken) || strlen(name) >= NAME)
        play_stop(play, SCENARIO_BAD, "%s: no name for one more descriptor", name);
    *object = (struct object){ .bus = DESC_BASE + (uint64_t)play->objects * IOAT_DESC_BYTES };
    strcpy(object->name, name);
    object->desc = (struct ioat_desc *)(void *)(play->desc + (object->bus - DESC_BASE));
    object->src[0] = SRC_BASE + place;
    object->dst[0] = DST_BASE + place;
    object->src[1] = object->src[0] + IOAT_PAGE_BYTES;
    object->dst[1] = object->dst[0] + IOAT_PAGE_BYTES;
    play->objects++;
    return object;
}

static void describe(struct play *play, struct object *object, uint32_t flags)
{
    struct ioat_desc *desc = object->desc;

    /* A page break leads elsewhere, not to the next page. */
    if (flags & IOAT_CONTROL_SRC_PAGE_BREAK)
        object->src[1] += 2 * IOAT_PAGE_BYTES;
    if (flags & IOAT_CONTROL_DST_PAGE_BREAK)
        object->dst[1] += 2 * IOAT_PAGE_BYTES;
    desc->size = object->bytes;
    desc->control = flags;
    desc->src = object->fill ? object->pattern : object->src[0] + object->from;
    desc->dst = object->dst[0] + object->to;
    if (flags & IOAT_CONTROL_SRC_PAGE_BREAK)
        desc->next_src = object->src[1];
    if (flags & IOAT_CONTROL_DST_PAGE_BREAK)
        desc->next_dst = object->dst[1];
    for (uint32_t k = 0; !object->fill && k < object->bytes; k++)
        *byte_of(play->src, SRC_BASE, object->src, object->from, k) = byte_at(play, object, k);
}

/* What follows the names: offsets and flags, the same for each. */
static void options_of(struct play *play, char **word, struct object *like, uint32_t *flags)
{
    for (; *word; word++) {
        if (!strcmp(*word, "from"))
            like->from = (unsigned)play_need_number(play, *++word, IOAT_PAGE_BYTES - 1, "from");
        else if (!strcmp(*word, "to"))
            like->to = (unsigned)play_need_number(play, *++word, IOAT_PAGE_BYTES - 1, "to");
        else
            *flags |= (uint32_t)play_value(play, "CONTROL", *word);
    }
    if (like->from + like->bytes > SIZE_MAX_BYTES || like->to + like->bytes > SIZE_MAX_BYTES)
        play_stop(play, SCENARIO_BAD, "%u bytes with this offset reach beyond two pages", like->bytes);
}

void play_describe(struct play *play, enum play_what what, char **word)
{
    struct object like = { .fill = what != PLAY_COPY };
    uint32_t flags = what == PLAY_FILL ? (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_FILL)
                     : what == PLAY_NULL ? (uint32_t)IOAT_CONTROL_NULL_XFER : 0;
    char **rest = word;
    uint64_t unused;

    while (*rest && !number_read(*rest, 0, UINT64_MAX, &unused) && !play_field("CONTROL", *rest))
        rest++;
    if (rest == word)
        play_stop(play, SCENARIO_BAD, "a name is needed first");
    char *after = *rest;
    if (what != PLAY_NULL)
        like.bytes = (uint32_t)play_need_number(play, *rest++, SIZE_MAX_BYTES, "bytes");
    if (what == PLAY_FILL)
        like.pattern = play_need_number(play, after ? *rest++ : NULL, UINT64_MAX, "pattern");
    options_of(play, after ? rest : (char *[]){ NULL }, &like, &flags);
    for (; *word && *word != after; word++) {
        struct object *object = make(play, *word);
        object->fill = like.fill;
        object->pattern = like.pattern;
        object->bytes = like.bytes;
        object->from = like.from;
        object->to = like.to;
        describe(play, object, flags);
    }
}

void play_chain(struct play *play, char **word, bool closed)
{
    struct object *first = play_need(play, *word), *last = first;

    while (*++word) {
        last->desc->next = play_need(play, *word)->bus;
        last = play_need(play, *word);
    }
    last->desc->next = closed ? first->bus : 0;
}

void play_set(struct play *play, char **word)
{
    char *dot = *word ? strchr(*word, '.') : NULL;
    const struct ioat_reg_info *reg = dot ? ioat_reg_named(dot + 1) : NULL;

    if (!reg || reg->space != IOAT_DESCRIPTOR)
        play_stop(play, SCENARIO_BAD, "set: NAME.SIZE, NAME.CONTROL, NAME.NEXT, ... and a value are needed");
    *dot = 0;
    const uint64_t value = play_values(play, reg->name, word + 1);
    memcpy((char *)play_need(play, *word)->desc + reg->offset, &value, reg->bits / 8);
}

void play_check(struct play *play, char **word, bool copied)
{
    for (; *word; word++) {
        const struct object *object = play_need(play, *word);
        for (uint32_t k = 0; k < object->bytes; k++) {
            uint8_t got = *byte_of(play->dst, DST_BASE, object->dst, object->to, k);
            uint8_t want = copied ? byte_at(play, object, k) : 0;
            if (got != want)
                play_stop(play, SCENARIO_FAILED, "%s: byte %u of the destination is 0x%02x, not 0x%02x", *word, k,
                          got, want);
        }
    }
}
