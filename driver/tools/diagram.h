/* diagram.h - draws what happens between NetDMA, its provider, the engine and memory as a Mermaid
 * sequence diagram. Included once, by netdma_diagrams.c.
 *
 *   calls, both ways     netdma_interface_config.on_call  --+
 *   BAR and bus events   ioat_sim_on_event                --+--> arrows --> Markdown
 *   notes of the scenario                                 --+
 *
 * Addresses appear as names: D0, D1, ... descriptors, S0, S1, ... sources, T0, T1, ... targets. Payload
 * bursts of one piece of memory are one arrow, at the clock of the first; equal arrows in
 * a row are one with a count. Clocks count from diagram_begin.
 */
#ifndef DIAGRAM_H
#define DIAGRAM_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ioat_regs.h"
#include "ioat_sim.h"
#include "netdma_interface.h"

enum { DIAGRAM_ARROWS = 200, DIAGRAM_TEXT = 160, DIAGRAM_AREAS = 8 };

/* Memory with names: piece n of an area is `bytes` long and called <letter><n>. */
struct diagram_area {
    char letter;
    uint64_t bus;
    uint64_t bytes;
    unsigned pieces;
};

struct diagram_arrow {
    uint64_t clock, last;
    const char *shape;           /* "I->>P" */
    char text[DIAGRAM_TEXT];
    unsigned times;
    uint64_t payload;            /* bytes of it; then `piece` is its memory */
    uint64_t piece;
};

struct diagram {
    struct ioat_sim *sim;
    struct diagram_area area[DIAGRAM_AREAS];
    unsigned areas;
    struct diagram_arrow arrow[DIAGRAM_ARROWS];
    unsigned arrows, fresh;      /* fresh: payload of older arrows is not added to */
    bool on, full;
    uint64_t begin;
};

/* IDs on the bus (K-60). */
enum {
    DIAGRAM_ID_KIND_LSB = 4,
    DIAGRAM_PAYLOAD = 0,
    DIAGRAM_DESCRIPTOR = 1,      /* reads */
    DIAGRAM_WORD = 1,            /* writes */
    DIAGRAM_MESSAGE = 2,
};

/* ---- names ---- */

static const struct diagram_area *diagram_find(const struct diagram *diagram, uint64_t bus)
{
    for (unsigned n = 0; n < diagram->areas; n++) {
        const struct diagram_area *area = &diagram->area[n];
        if (bus >= area->bus && bus - area->bus < area->bytes * area->pieces)
            return area;
    }
    return NULL;
}

static void diagram_area(struct diagram *diagram, char letter, uint64_t bus, uint64_t bytes,
                         unsigned pieces)
{
    if (diagram->areas < DIAGRAM_AREAS && !diagram_find(diagram, bus))
        diagram->area[diagram->areas++] = (struct diagram_area){letter, bus, bytes, pieces};
}

struct diagram_name {
    char text[24];
};

static struct diagram_name diagram_name(const struct diagram *diagram, uint64_t bus)
{
    const struct diagram_area *area = diagram_find(diagram, bus);
    struct diagram_name name;

    if (area)
        snprintf(name.text, sizeof name.text, "%c%" PRIu64, area->letter,
                 (bus - area->bus) / area->bytes);
    else
        snprintf(name.text, sizeof name.text, bus ? "0x%" PRIx64 : "%" PRIu64, bus);
    return name;
}

/* ---- arrows ---- */

static struct diagram_arrow *diagram_new(struct diagram *diagram, uint64_t clock, const char *shape)
{
    static struct diagram_arrow dropped;

    diagram->full |= diagram->arrows == DIAGRAM_ARROWS;
    struct diagram_arrow *arrow =
        diagram->full ? &dropped : &diagram->arrow[diagram->arrows++];
    *arrow = (struct diagram_arrow){
        .clock = clock - diagram->begin, .last = clock - diagram->begin, .shape = shape, .times = 1,
    };
    return arrow;
}

/* An arrow, or a count of the one before. */
static void diagram_add(struct diagram *diagram, uint64_t clock, const char *shape,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
static void diagram_add(struct diagram *diagram, uint64_t clock, const char *shape,
                        const char *format, ...)
{
    va_list args;

    if (!diagram->on)
        return;
    struct diagram_arrow *before = diagram->arrows ? &diagram->arrow[diagram->arrows - 1] : NULL;
    struct diagram_arrow *arrow = diagram_new(diagram, clock, shape);
    va_start(args, format);
    vsnprintf(arrow->text, sizeof arrow->text, format, args);
    va_end(args);
    if (before && !strcmp(before->text, arrow->text) && !strcmp(before->shape, shape)) {
        before->times++;
        before->last = arrow->last;
        diagram->arrows--;
    }
}

static void diagram_payload(struct diagram *diagram, const struct ioat_sim_event *event,
                            const char *shape, const char *verb)
{
    const struct diagram_area *area = diagram_find(diagram, event->addr);
    uint64_t piece = area ? event->addr - (event->addr - area->bus) % area->bytes : event->addr;
    struct diagram_arrow *arrow = NULL;

    for (unsigned n = diagram->fresh; n < diagram->arrows && !arrow; n++)
        if (diagram->arrow[n].payload && diagram->arrow[n].piece == piece)
            arrow = &diagram->arrow[n];
    if (!arrow)
        arrow = diagram_new(diagram, event->clock, shape);
    arrow->piece = piece;
    arrow->payload += event->bytes;
    arrow->last = event->clock - diagram->begin;
    snprintf(arrow->text, sizeof arrow->text, "%s %" PRIu64 " bytes of %s", verb, arrow->payload,
             diagram_name(diagram, piece).text);
}

/* ---- registers ---- */

static const struct ioat_reg_info *diagram_register(uint32_t offset)
{
    for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
        if ((reg->space == IOAT_GLOBAL && reg->offset == offset) ||
            (reg->space == IOAT_CHANNEL && offset < IOAT_MSIX_TABLE_BASE &&
             offset >= IOAT_CHAN_BASE &&
             (offset - IOAT_CHAN_BASE) % IOAT_CHAN_STRIDE == reg->offset))
            return reg;
    return NULL;
}

/* The bits that are set, by name: "SUSPEND", "INT_DISABLE ERR_INT_EN". */
static void diagram_bits(const char *reg, uint64_t value, char *text, size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (const struct ioat_field_info *field = ioat_field_table; field->name; field++)
        if (!strcmp(field->reg, reg) && field->bits == 1 && value >> field->lsb & 1 && used < room)
            used += (size_t)snprintf(text + used, room - used, "%s%s", used ? " " : "",
                                     field->name);
    if (!used)
        snprintf(text, room, "%" PRIu64, value);
}

static void diagram_value(const struct diagram *diagram, const struct ioat_reg_info *reg,
                          uint64_t value, char *text, size_t room)
{
    if (!strcmp(reg->name, "CHANSTS"))
        snprintf(text, room, "%s, %s",
                 diagram_name(diagram, value & IOAT_CHANSTS_COMPLETED).text,
                 ioat_state_name((unsigned)IOAT_FIELD_GET(value, CHANSTS, STATE)));
    else if (!strcmp(reg->name, "CHANCMD") || !strcmp(reg->name, "CHANERR") ||
             !strcmp(reg->name, "CHANCTRL"))
        diagram_bits(reg->name, value, text, room);
    else if (reg->bits == 64)
        snprintf(text, room, "%s", diagram_name(diagram, value).text);
    else
        snprintf(text, room, "%" PRIu64, value);
}

static void diagram_bar(struct diagram *diagram, const struct ioat_sim_event *event)
{
    bool write = event->kind == IOAT_SIM_BAR_WRITE;
    const struct ioat_reg_info *reg = diagram_register((uint32_t)event->addr);
    char text[DIAGRAM_TEXT / 2 + 20];
    uint64_t quad, value;

    if (!reg)
        return;
    memcpy(&quad, event->data, sizeof quad);
    value = quad >> event->addr % sizeof quad * 8 & ~UINT64_C(0) >> (64 - 8 * event->bytes);
    diagram_value(diagram, reg, value, text, sizeof text);
    diagram_add(diagram, event->clock, write ? "P->>E" : "E-->>P", write ? "%s = %s" : "%s reads %s",
                reg->name, text);
}

/* ---- the bus ---- */

static void diagram_word(struct diagram *diagram, const struct ioat_sim_event *event)
{
    static const char *const name[] = {"Active", "Idle", "Suspend", "Halted", "Armed"};
    uint64_t word;

    memcpy(&word, event->data + event->addr % event->bytes / sizeof word * sizeof word, sizeof word);
    unsigned status = word & NET_DMA_TRANSFER_STATUS_MASK;
    diagram_add(diagram, event->clock, "E->>M", "word = %s + %s",
                diagram_name(diagram, word & IOAT_CHANSTS_COMPLETED).text,
                status < sizeof name / sizeof *name ? name[status] : "?");
}

static void diagram_event(void *ctx, const struct ioat_sim_event *event)
{
    struct diagram *diagram = ctx;
    unsigned kind = event->id >> DIAGRAM_ID_KIND_LSB;
    bool payload = kind == DIAGRAM_PAYLOAD;

    if (!diagram->on)
        return;
    switch (event->kind) {
    case IOAT_SIM_BAR_READ:
    case IOAT_SIM_BAR_WRITE:
        diagram_bar(diagram, event);
        break;
    case IOAT_SIM_AR:
        if (payload)
            diagram_payload(diagram, event, "M-->>E", "reads");
        else if (kind == DIAGRAM_DESCRIPTOR)
            diagram_add(diagram, event->clock, "M-->>E", "reads descriptor %s",
                        diagram_name(diagram, event->addr).text);
        break;
    case IOAT_SIM_AW:
        if (payload)
            diagram_payload(diagram, event, "E->>M", "writes");
        else if (kind == DIAGRAM_MESSAGE)
            diagram_add(diagram, event->clock, "E->>P", "MSI-X message, vector %u",
                        event->id & ((1u << DIAGRAM_ID_KIND_LSB) - 1));
        break;
    case IOAT_SIM_W:
        if (kind == DIAGRAM_WORD)
            diagram_word(diagram, event);
        break;
    case IOAT_SIM_R:
    case IOAT_SIM_B:
        if (event->resp)
            diagram_add(diagram, event->clock, "M-->>E", "error answer for %s",
                        diagram_name(diagram, event->addr).text);
        break;
    case IOAT_SIM_RESET:
        break;
    }
}

/* ---- calls ---- */

static const char *diagram_status(NTSTATUS status)
{
    switch (status) {
    case STATUS_SUCCESS: return "STATUS_SUCCESS";
    case STATUS_UNSUCCESSFUL: return "STATUS_UNSUCCESSFUL";
    case STATUS_RESOURCES: return "STATUS_RESOURCES";
    case STATUS_PENDING: return "STATUS_PENDING";
    default: return "another status";
    }
}

static void diagram_call(void *ctx, const struct netdma_call *call)
{
    struct diagram *diagram = ctx;
    uint64_t clock = ioat_sim_now(diagram->sim);
    struct diagram_name at = diagram_name(diagram, call->address);

    switch (call->kind) {
    case NETDMA_CALL_START:
    case NETDMA_CALL_APPEND:
        if (!call->returned) {
            diagram->fresh = diagram->arrows;
            diagram_add(diagram, clock, "I->>P", "%s(%s, %u)", call->name, at.text, call->count);
            return;
        }
        break;
    case NETDMA_CALL_ISR:
        if (!call->returned)
            diagram_add(diagram, clock, "P->>I", "%s(%s)", call->name, at.text);
        else
            diagram_add(diagram, clock, "I-->>P", "CPU %u", call->count);
        return;
    case NETDMA_CALL_INTERRUPT_DPC:
        if (!call->returned)
            diagram_add(diagram, clock, "P->>I", "%s(%s)", call->name, at.text);
        return;
    case NETDMA_CALL_SUSPEND:
        if (call->returned) {
            diagram_add(diagram, clock, "P-->>I", "%s, last = %s", diagram_status(call->status),
                        at.text);
            return;
        }
        break;
    default:
        break;
    }
    if (call->returned)
        diagram_add(diagram, clock, "P-->>I", "%s", diagram_status(call->status));
    else
        diagram_add(diagram, clock, "I->>P", "%s()", call->name);
}

/* ---- begin and end ---- */

static void diagram_begin(struct diagram *diagram)
{
    diagram->begin = ioat_sim_now(diagram->sim);
    diagram->arrows = diagram->fresh = 0;
    diagram->on = true;
}

/* client: the diagram has one. False: not all arrows had a place. */
static bool diagram_print(struct diagram *diagram, bool client)
{
    diagram->on = false;
    printf("```mermaid\nsequenceDiagram\n");
    if (client)
        printf("    participant C as client\n");
    printf("    participant I as NetDMA\n"
           "    participant P as provider\n"
           "    participant E as engine\n"
           "    participant M as memory\n");
    for (unsigned n = 0; n < diagram->arrows; n++) {
        const struct diagram_arrow *arrow = &diagram->arrow[n];
        printf("    %s: %" PRIu64, arrow->shape, arrow->clock);
        if (arrow->last != arrow->clock)
            printf("..%" PRIu64, arrow->last);
        printf(": %s", arrow->text);
        if (arrow->times > 1)
            printf(" (%u times)", arrow->times);
        printf("\n");
    }
    printf("```\n");
    return !diagram->full;
}

#endif
