/* launch.c - the first handshake of each kind (launch.h). */
#include "launch.h"

#include <stdio.h>
#include <string.h>

#include "pins.h"
#include "bare.h"

const char *const launch_names[] = {
    "doorbell to descriptor request", "descriptor to payload request", "payload read to write beat",
    "write response to word request", "word response to interrupt", NULL,
};
const unsigned launch_limits[] = { 2, 3, 1, 2, 2 };

enum { SLOT_DESC = 1, SLOT_DATA, LAUNCH_CLOCKS = 100000, DST_AT = 1024, WORD_AT = 2048 };

/* Clocks of the handshakes that bound the steps; 0: not seen. */
struct seen {
    uint64_t doorbell, desc_ar, desc_r, data_ar, data_r, data_w, data_b, word_aw, word_b, message;
    uint64_t bell;             /* offset of the register that is the doorbell */
};

static void first(uint64_t *clock, const struct ioat_sim_event *event)
{
    if (!*clock)
        *clock = event->clock;
}

static void on_write(struct seen *seen, const struct ioat_sim_event *event)
{
    uint64_t *const aw[] = { NULL, &seen->word_aw, &seen->message };
    uint64_t *const b[] = { &seen->data_b, &seen->word_b, NULL };
    uint64_t *const *clock = event->kind == IOAT_SIM_AW ? aw : b;
    const unsigned kind = axi_id_kind(event->id);

    if (kind <= AXI_WRITE_MESSAGE && clock[kind])
        first(clock[kind], event);
}

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct seen *seen = ctx;
    const bool desc = axi_id_kind(event->id) == AXI_READ_DESCRIPTOR;

    switch (event->kind) {
    case IOAT_SIM_BAR_WRITE:
        if (event->addr == seen->bell)
            first(&seen->doorbell, event);
        break;
    case IOAT_SIM_AR:
        first(desc ? &seen->desc_ar : &seen->data_ar, event);
        break;
    case IOAT_SIM_R:
        if (!desc)
            first(&seen->data_r, event);
        else if (event->last)
            first(&seen->desc_r, event);
        break;
    case IOAT_SIM_W:
        if (axi_id_kind(event->id) == AXI_WRITE_PAYLOAD)
            first(&seen->data_w, event);
        break;
    case IOAT_SIM_AW:
    case IOAT_SIM_B:
        on_write(seen, event);
        break;
    default:
        break;
    }
}

static bool interrupted(void *ctx)
{
    const struct seen *seen = ctx;

    return seen->message != 0;
}

static bool copy_once(struct bare *bare, enum load_list list, struct seen *seen)
{
    const uint32_t size = bare->build->data_bits / 8;
    struct bare_memory desc, data;

    if (!bare_map(bare, SLOT_DESC, IOAT_PAGE_BYTES, &desc)
        || !bare_map(bare, SLOT_DATA, IOAT_PAGE_BYTES, &data))
        return false;
    for (unsigned n = 0; n < size; n++)
        data.cpu[n] = (uint8_t)(n + 1);
    *(struct ioat_desc *)(void *)desc.cpu = (struct ioat_desc) {
        .size = size, .src = data.bus, .dst = data.bus + DST_AT,
        .control = (uint32_t)(IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_COPY)
                              | IOAT_CONTROL_COMPL_WRITE | IOAT_CONTROL_INT_EN),
    };
    bare_msix(bare);
    BARE_WRITE(bare, 0, CHANCMP, data.bus + WORD_AT);
    BARE_WRITE(bare, 0, CHAINADDR, desc.bus);
    if (bare->failed)
        return false;
    ioat_sim_on_event(bare->sim, on_event, seen);
    if (list == LOAD_COUNT)
        BARE_POST(bare, 0, DMACOUNT, 1);
    else
        BARE_POST(bare, 0, CHANCMD, IOAT_CHANCMD_START);
    if (!bare_ok(bare, ioat_sim_wait(bare->sim, interrupted, seen, LAUNCH_CLOCKS), "one copy"))
        return false;
    ioat_sim_on_event(bare->sim, NULL, NULL);
    if (memcmp(data.cpu, data.cpu + DST_AT, size) != 0)
        return bare_fail(bare, "one copy: wrong bytes");
    return true;
}

bool launch_run(unsigned latency, enum load_list list, uint64_t clocks[LAUNCH_STEPS], char *why,
                unsigned room)
{
    struct seen seen = { .bell = list == LOAD_COUNT ? IOAT_CHAN(0, DMACOUNT)
                                                    : IOAT_CHAN(0, CHANCMD) };
    struct bare bare;
    bool well = bare_open(&bare, latency, latency) && copy_once(&bare, list, &seen);

    if (bare.sim)
        bare_close(&bare);
    well = well && !bare.failed;
    if (!well)
        snprintf(why, room, "%s", bare.why);
    clocks[LAUNCH_DOORBELL] = seen.desc_ar - seen.doorbell;
    clocks[LAUNCH_PAYLOAD] = seen.data_ar - seen.desc_r;
    clocks[LAUNCH_WRITE] = seen.data_w - seen.data_r;
    clocks[LAUNCH_WORD] = seen.word_aw - seen.data_b;
    clocks[LAUNCH_INTERRUPT] = seen.message - seen.word_b;
    return well;
}
