/* pages.c - one counted chain over PAGES pages (pages.h). */
#include "pages.h"

#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "pins.h"

enum {
    SLOT_DESC = 1, SLOT_DATA, SIZE = 8, DST_AT = 1 << 20,
    IN_PAGE = IOAT_PAGE_BYTES / IOAT_DESC_BYTES, COUNT = PAGES * IN_PAGE, LONG_CLOCKS = 1 << 20,
};

struct seen {
    struct page_reads *page;
    unsigned asked, answered;  /* descriptors; a beat that begins one has `inside` false */
    bool inside;
};

static void on_event(void *ctx, const struct ioat_sim_event *event)
{
    struct seen *seen = ctx;

    if (event->kind == IOAT_SIM_AR && axi_id_kind(event->id) == AXI_READ_DESCRIPTOR
        && seen->asked < COUNT) {
        struct page_reads *page = &seen->page[seen->asked / IN_PAGE];

        if (seen->asked++ % IN_PAGE == 0)
            page->asked_first = event->clock;
        page->asked_last = event->clock;
    }
    if (event->kind == IOAT_SIM_R && axi_id_kind(event->id) == AXI_READ_DESCRIPTOR
        && seen->answered < COUNT) {
        struct page_reads *page = &seen->page[seen->answered / IN_PAGE];

        if (!seen->inside && seen->answered % IN_PAGE == 0)
            page->answered_first = event->clock;
        page->answered_last = event->clock;
        seen->inside = !event->last;
        seen->answered += event->last;
    }
}

static bool copy_all(struct bare *bare, struct seen *seen)
{
    struct bare_memory desc, data;

    if (!bare_map(bare, SLOT_DESC, PAGES * IOAT_PAGE_BYTES, &desc)
        || !bare_map(bare, SLOT_DATA, 2 * DST_AT, &data))
        return false;
    for (unsigned n = 0; n < COUNT * SIZE; n++)
        data.cpu[n] = (uint8_t)(n * 7 + 1);
    for (unsigned n = 0; n < COUNT; n++)
        ((struct ioat_desc *)(void *)desc.cpu)[n] = (struct ioat_desc) {
            .size = SIZE, .src = data.bus + n * SIZE, .dst = data.bus + DST_AT + n * SIZE,
            .control = (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, IOAT_CONTROL_OP_COPY),
            .next = desc.bus + (n + 1) % COUNT * IOAT_DESC_BYTES,
        };
    BARE_WRITE(bare, 0, CHAINADDR, desc.bus);
    if (bare->failed)
        return false;
    ioat_sim_on_event(bare->sim, on_event, seen);
    BARE_POST(bare, 0, DMACOUNT, COUNT);
    if (!bare_wait_state(bare, 0, 1u << IOAT_CHANSTS_STATE_IDLE, LONG_CLOCKS))
        return false;
    ioat_sim_on_event(bare->sim, NULL, NULL);
    if (memcmp(data.cpu, data.cpu + DST_AT, COUNT * SIZE) != 0)
        return bare_fail(bare, "pages: wrong bytes");
    if (seen->asked != COUNT || seen->answered != COUNT)
        return bare_fail(bare, "pages: %u descriptors were read, %d are in the chain", seen->asked, COUNT);
    return true;
}

bool pages_run(unsigned latency, struct page_reads page[PAGES], char *why, unsigned room)
{
    struct seen seen = { .page = page };
    struct bare bare;
    bool well = bare_open(&bare, latency, latency) && copy_all(&bare, &seen);

    if (bare.sim)
        bare_close(&bare);
    well = well && !bare.failed;
    if (!well)
        snprintf(why, room, "%s", bare.why);
    return well;
}
