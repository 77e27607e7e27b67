/* golden.c - what memory must hold after a run, computed in plain C. */
#include "golden.h"

#include <stdlib.h>
#include <string.h>

enum { RANGE_MAX = 16 };

struct range {
    uint64_t bus, bytes;
    uint8_t *memory;
    uint8_t *image;
};

struct golden {
    struct tb *tb;
    struct range range[RANGE_MAX];
    unsigned range_n;
    uint64_t *ran;               /* descriptors run, in order */
    unsigned ran_n, ran_max;
};

/* One contiguous piece of a transfer. */
struct piece {
    uint64_t bus;
    uint32_t bytes;
};

static void *allocate(struct golden *golden, void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);

    if (memory == NULL)
        tb_fail(golden->tb, "out of memory: %zu bytes for the golden image", bytes);
    return memory;
}

void golden_add(struct golden *golden, uint64_t bus, uint64_t bytes)
{
    uint8_t *memory = ioat_sim_cpu(golden->tb->sim, bus, bytes);
    struct range *range = &golden->range[golden->range_n];

    if (memory == NULL || golden->range_n == RANGE_MAX)
        tb_fail(golden->tb, "golden image: %#llx is not mapped, or more than %d ranges",
                (unsigned long long)bus, RANGE_MAX);
    *range = (struct range){ .bus = bus, .bytes = bytes, .memory = memory,
                             .image = allocate(golden, NULL, bytes) };
    memcpy(range->image, memory, bytes);
    golden->range_n++;
}

struct golden *golden_open(struct tb *tb)
{
    struct golden *golden = calloc(1, sizeof *golden);

    if (golden == NULL)
        tb_fail(tb, "out of memory");
    golden->tb = tb;
    golden_add(golden, tb->data.bus, tb->data.bytes);
    golden_add(golden, tb->desc.bus, tb->desc.bytes);
    golden_add(golden, tb->words.bus, tb->words.bytes);
    golden_add(golden, tb->rom.bus, tb->rom.bytes);
    return golden;
}

void golden_close(struct golden *golden)
{
    for (unsigned i = 0; i < golden->range_n; i++)
        free(golden->range[i].image);
    free(golden->ran);
    free(golden);
}

void golden_sync(struct golden *golden)
{
    for (unsigned i = 0; i < golden->range_n; i++)
        memcpy(golden->range[i].image, golden->range[i].memory, golden->range[i].bytes);
    golden->ran_n = 0;
}

static const struct range *range_of(const struct golden *golden, uint64_t bus, uint64_t bytes)
{
    for (unsigned i = 0; i < golden->range_n; i++) {
        const struct range *range = &golden->range[i];

        if (bus - range->bus < range->bytes && bytes <= range->bytes - (bus - range->bus))
            return range;
    }
    tb_fail(golden->tb, "the test's own descriptor touches %#llx, %llu bytes, outside its memory",
            (unsigned long long)bus, (unsigned long long)bytes);
}

void *golden_at(struct golden *golden, uint64_t bus, uint64_t bytes)
{
    const struct range *range = range_of(golden, bus, bytes);

    return range->image + (bus - range->bus);
}

static uint8_t *memory_at(const struct golden *golden, uint64_t bus, uint64_t bytes)
{
    const struct range *range = range_of(golden, bus, bytes);

    return range->memory + (bus - range->bus);
}

uint32_t golden_first_part(uint64_t address, uint32_t size, bool breaks)
{
    uint32_t to_page_end = IOAT_PAGE_BYTES - (uint32_t)(address % IOAT_PAGE_BYTES);

    return breaks && to_page_end < size ? to_page_end : size;
}

/* R-PB-1, R-PB-2: the transfer on one side, in one or two pieces. */
static unsigned pieces(uint64_t first, uint64_t second, uint32_t size, bool breaks,
                       struct piece out[2])
{
    uint32_t part = golden_first_part(first, size, breaks);

    out[0] = (struct piece){ first, part };
    out[1] = (struct piece){ second, size - part };
    return part < size ? 2 : 1;
}

static unsigned dst_pieces(const struct ioat_desc *desc, struct piece out[2])
{
    return pieces(desc->dst, desc->next_dst, desc->size,
                  desc->control & IOAT_CONTROL_DST_PAGE_BREAK, out);
}

/* The bytes that one descriptor moves; NULL when it moves none. */
static uint8_t *payload(struct golden *golden, const struct ioat_desc *desc)
{
    bool breaks = desc->control & IOAT_CONTROL_SRC_PAGE_BREAK;
    struct piece piece[2];
    uint8_t *bytes;
    uint32_t at = 0;
    unsigned n;

    bytes = allocate(golden, NULL, desc->size);
    if (IOAT_FIELD_GET(desc->control, CONTROL, OP) == IOAT_CONTROL_OP_FILL) {
        for (uint32_t i = 0; i < desc->size; i++)
            bytes[i] = (uint8_t)(desc->src >> i % 8 * 8);
        return bytes;
    }
    n = pieces(desc->src, desc->next_src, desc->size, breaks, piece);
    for (unsigned i = 0; i < n; i++) {
        memcpy(bytes + at, golden_at(golden, piece[i].bus, piece[i].bytes), piece[i].bytes);
        at += piece[i].bytes;
    }
    return bytes;
}

bool golden_moves(const struct ioat_desc *desc)
{
    return desc->size > 0 && !(desc->control & IOAT_CONTROL_NULL_XFER) &&
           IOAT_FIELD_GET(desc->control, CONTROL, OP) != IOAT_CONTROL_OP_CONTEXT;
}

static void execute(struct golden *golden, const struct ioat_desc *desc)
{
    struct piece piece[2];
    uint8_t *bytes;
    uint32_t at = 0;

    if (!golden_moves(desc))
        return;
    bytes = payload(golden, desc);
    for (unsigned i = 0, n = dst_pieces(desc, piece); i < n; i++) {
        memcpy(golden_at(golden, piece[i].bus, piece[i].bytes), bytes + at, piece[i].bytes);
        at += piece[i].bytes;
    }
    free(bytes);
}

unsigned golden_run(struct golden *golden, uint64_t first, unsigned n)
{
    unsigned done = 0;

    for (uint64_t bus = first; bus != 0 && done < n; done++) {
        const struct ioat_desc *desc = golden_at(golden, bus, sizeof *desc);

        if (golden->ran_n == golden->ran_max) {
            golden->ran_max = golden->ran_max * 2 + 64;
            golden->ran = allocate(golden, golden->ran, golden->ran_max * sizeof *golden->ran);
        }
        golden->ran[golden->ran_n++] = bus;
        execute(golden, desc);
        bus = desc->next;
    }
    return done;
}

void golden_prime(struct golden *golden)
{
    for (unsigned i = 0; i < golden->ran_n; i++) {
        const struct ioat_desc *desc = golden_at(golden, golden->ran[i], sizeof *desc);
        struct piece piece[2];

        if (!golden_moves(desc))
            continue;
        for (unsigned p = 0, n = dst_pieces(desc, piece); p < n; p++) {
            const uint8_t *image = golden_at(golden, piece[p].bus, piece[p].bytes);
            uint8_t *memory = memory_at(golden, piece[p].bus, piece[p].bytes);

            for (uint32_t b = 0; b < piece[p].bytes; b++)
                memory[b] = (uint8_t)~image[b];
        }
    }
}

/* The last descriptor run that writes this byte, or 0. */
static uint64_t writer_of(struct golden *golden, uint64_t bus)
{
    for (unsigned i = golden->ran_n; i-- > 0;) {
        const struct ioat_desc *desc = golden_at(golden, golden->ran[i], sizeof *desc);
        struct piece piece[2];

        if (!golden_moves(desc))
            continue;
        for (unsigned p = 0, n = dst_pieces(desc, piece); p < n; p++)
            if (bus - piece[p].bus < piece[p].bytes)
                return golden->ran[i];
    }
    return 0;
}

static _Noreturn void report(struct golden *golden, uint64_t bus, uint8_t want, uint8_t got)
{
    uint64_t writer = writer_of(golden, bus);
    const struct ioat_desc *desc;

    if (writer == 0)
        tb_fail(golden->tb, "memory at %#llx: expected %#x, got %#x; no descriptor writes there",
                (unsigned long long)bus, want, got);
    desc = golden_at(golden, writer, sizeof *desc);
    tb_fail(golden->tb,
            "memory at %#llx: expected %#x, got %#x; written by descriptor %#llx: size %u, "
            "control %#x, src %#llx, dst %#llx, next_src %#llx, next_dst %#llx",
            (unsigned long long)bus, want, got, (unsigned long long)writer, desc->size,
            desc->control, (unsigned long long)desc->src, (unsigned long long)desc->dst,
            (unsigned long long)desc->next_src, (unsigned long long)desc->next_dst);
}

static void compare(struct golden *golden, uint64_t bus, uint64_t bytes)
{
    const uint8_t *memory = memory_at(golden, bus, bytes);
    const uint8_t *image = golden_at(golden, bus, bytes);

    if (memcmp(memory, image, bytes) == 0)
        return;
    for (uint64_t i = 0; i < bytes; i++)
        if (memory[i] != image[i])
            report(golden, bus + i, image[i], memory[i]);
}

void golden_check(struct golden *golden)
{
    struct tb *tb = golden->tb;

    for (unsigned ch = 0; ch < tb->channels; ch++) {
        uint64_t word = *tb_word(tb, ch);

        memcpy(golden_at(golden, tb_word_bus(tb, ch), sizeof word), &word, sizeof word);
    }
    for (unsigned i = 0; i < golden->range_n; i++)
        compare(golden, golden->range[i].bus, golden->range[i].bytes);
}

void golden_check_desc(struct golden *golden, uint64_t bus)
{
    const struct ioat_desc *desc = golden_at(golden, bus, sizeof *desc);
    struct piece piece[2];

    if (!golden_moves(desc))
        return;
    for (unsigned i = 0, n = dst_pieces(desc, piece); i < n; i++)
        compare(golden, piece[i].bus, piece[i].bytes);
}
