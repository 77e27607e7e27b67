/* reference_engine.c - see reference_engine.h. */
#include "reference_engine.h"

#include <string.h>

enum { PAGE = 4096, ALIGN = 64 };

static bool wrong(const struct engine_channel *chan, enum defect defect)
{
    return chan->engine->defect == defect;
}

/* ---- memory ---- */

static bool within(struct engine_range range, uint64_t bus, uint64_t bytes)
{
    return range.bytes && bus < range.first + range.bytes && range.first < bus + bytes;
}

static bool is_held(const struct engine_channel *chan, uint64_t bus, uint64_t bytes)
{
    return within(chan->engine->held, bus, bytes);
}

/* Up to *bytes at bus, contiguous for the CPU; NULL when it cannot be reached. */
static void *reach(struct engine_channel *chan, uint64_t bus, uint64_t *bytes)
{
    void *cpu;
    bool within_reach = bus <= ENGINE_ADDRESS_MAX && *bytes <= ENGINE_ADDRESS_MAX - bus;
    size_t got = within_reach ? kernel_to_cpu(chan->engine->kernel, bus, *bytes, &cpu) : 0;

    *bytes = got;
    return got ? cpu : NULL;
}

static void *reach_read(struct engine_channel *chan, uint64_t bus, uint64_t *bytes)
{
    if (within(chan->engine->failing, bus, *bytes)) {
        chan->engine->failing.bytes = 0;
        return NULL;
    }
    return reach(chan, bus, bytes);
}

/* ---- the completion word ---- */

static void store_word(struct engine_channel *chan, uint64_t value)
{
    uint64_t bytes = sizeof value;
    uint64_t *word = chan->word ? reach(chan, chan->word, &bytes) : NULL;

    if (!word)
        return;
    if (wrong(chan, TORN_WORD)) {
        chan->late_word = value;
        value = (uint32_t)value;
    }
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    if (chan->engine->dca) {
        chan->hints.words++;
        chan->hints.word_target = wrong(chan, HINTS_ELSEWHERE) ? chan->word_target + 1
                                                               : chan->word_target;
    }
}

static void write_word(struct engine_channel *chan, NET_DMA_TRANSFER_STATUS status)
{
    uint64_t named = chan->last;

    if (wrong(chan, HALTED_NAMES_THE_CULPRIT) && status == NetDmaTransferStatusHalted)
        named = chan->current;
    if (wrong(chan, SHORT_ADDRESS))
        named = (uint32_t)named;
    store_word(chan, named | (uint64_t)status);
}

/* Suspend, abort, reset and error report where the newest descriptor asks for it (A2). */
static void report_stop(struct engine_channel *chan, NET_DMA_TRANSFER_STATUS status)
{
    if (chan->reporting)
        write_word(chan, status);
}

static void flush_late_word(struct engine_channel *chan)
{
    uint64_t bytes = sizeof chan->late_word;
    uint64_t *word = chan->late_word ? reach(chan, chan->word, &bytes) : NULL;

    if (word)
        __atomic_store_n(word, chan->late_word, __ATOMIC_RELEASE);
    chan->late_word = 0;
}

/* ---- stops ---- */

static void halt(struct engine_channel *chan)
{
    if (wrong(chan, IGNORES_ERRORS)) {
        chan->phase = ENGINE_REPORT;
        return;
    }
    if (!wrong(chan, HALTS_WITHOUT_WORD))
        report_stop(chan, NetDmaTransferStatusHalted);
    chan->state = ENGINE_HALTED;
    chan->next_first = 0;
    if (!wrong(chan, NEVER_INTERRUPTS))
        chan->interrupt(chan->ctx);
}

static void suspend_here(struct engine_channel *chan)
{
    chan->suspending = false;
    chan->state = ENGINE_SUSPENDED;
    if (!wrong(chan, SUSPENDS_WITHOUT_WORD))
        report_stop(chan, wrong(chan, SUSPEND_SAYS_HALTED) ? NetDmaTransferStatusHalted
                                                           : NetDmaTransferStatusSuspend);
}

/* ---- FETCH ---- */

static bool is_null(const NET_DMA_DESCRIPTOR *desc)
{
    return desc->ControlFlags & NET_DMA_NULL_TRANSFER;
}

static bool is_context_change(const NET_DMA_DESCRIPTOR *desc)
{
    return (desc->ControlFlags & NET_DMA_OP_TYPE_MASK) == NET_DMA_OP_TYPE_CONTEXT_CHANGE;
}

static bool breaks(const struct engine_channel *chan, ULONG flag)
{
    if ((wrong(chan, IGNORES_SOURCE_BREAK) && flag == NET_DMA_SOURCE_PAGE_BREAK) ||
        (wrong(chan, IGNORES_DESTINATION_BREAK) && flag == NET_DMA_DESTINATION_PAGE_BREAK))
        return false;
    return chan->desc.ControlFlags & flag;
}

/* Bytes from there to the end of its page. */
static uint32_t room(PHYSICAL_ADDRESS address)
{
    return PAGE - (uint32_t)(address.QuadPart % PAGE);
}

/* R-PB-3, R-PB-5, R-PB-6 */
static bool second_page_is_good(const struct engine_channel *chan, ULONG flag,
                                PHYSICAL_ADDRESS first, PHYSICAL_ADDRESS second)
{
    uint32_t size = chan->desc.TransferSize;

    if (!breaks(chan, flag) || wrong(chan, ANY_SECOND_PAGE) ||
        (size <= room(first) && !wrong(chan, SECOND_PAGE_UNREACHED)))
        return true;
    return second.QuadPart % PAGE == 0 && size <= room(first) + PAGE;
}

static bool is_good(const struct engine_channel *chan)
{
    const NET_DMA_DESCRIPTOR *desc = &chan->desc;
    ULONG reserved = chan->engine->counted ? NET_DMA_RESERVED_MASK : NET_DMA_RESERVED_MASK_1X;

    /* The whole top byte is the operation (R-DCA-8); DCA_ENABLE is ignored (R-DCA-7). */
    if (is_context_change(desc) ? !chan->engine->dca
                                : (desc->ControlFlags & NET_DMA_OP_TYPE_MASK) != 0)
        return false;
    if (!wrong(chan, DCA_ENABLE_FAILS))
        reserved &= ~NET_DMA_DESTINATION_DCA_ENABLE;
    if (desc->ControlFlags & reserved)
        return false;
    if ((is_null(desc) && !wrong(chan, NULL_IS_CHECKED)) || is_context_change(desc))
        return true;
    if (wrong(chan, SIZE_0_FAILS) && !desc->TransferSize)
        return false;
    return (desc->TransferSize <= ENGINE_TRANSFER_MAX || wrong(chan, ANY_SIZE)) &&
           second_page_is_good(chan, NET_DMA_SOURCE_PAGE_BREAK, desc->SourceAddress,
                               desc->NextSourceAddress) &&
           second_page_is_good(chan, NET_DMA_DESTINATION_PAGE_BREAK, desc->DestinationAddress,
                               desc->NextDestinationAddress);
}

/* Bytes that the descriptor in hand moves. */
static uint32_t size_of(const struct engine_channel *chan)
{
    if ((is_null(&chan->desc) && !wrong(chan, NULL_MOVES)) || is_context_change(&chan->desc))
        return 0;
    return chan->desc.TransferSize - (wrong(chan, ONE_BYTE_SHORT) && chan->desc.TransferSize > 2);
}

static void fetch(struct engine_channel *chan)
{
    uint64_t bytes = sizeof chan->desc;

    if (chan->suspending) {
        suspend_here(chan);
        return;
    }
    if (is_held(chan, chan->current, bytes))
        return;
    void *memory = chan->current && chan->current % ALIGN == 0
                   ? reach_read(chan, chan->current, &bytes) : NULL;
    if (!memory || bytes < sizeof chan->desc) {
        halt(chan);
        return;
    }
    memcpy(&chan->desc, chan->ahead_at == chan->current ? &chan->ahead : memory, sizeof chan->desc);
    chan->ahead_at = 0;
    if (wrong(chan, WRITES_USER_WORDS))
        ((PNET_DMA_DESCRIPTOR)memory)->UserContext1++;
    chan->moved = 0;
    chan->reporting = chan->desc.ControlFlags & NET_DMA_STATUS_UPDATE_ON_COMPLETION;
    if (!is_good(chan)) {
        halt(chan);
        return;
    }
    if (wrong(chan, WORD_BEFORE_DATA) && chan->reporting)
        store_word(chan, chan->current);
    chan->phase = size_of(chan) ? ENGINE_MOVE : ENGINE_REPORT;
}

/* ---- MOVE ---- */

/* Where byte `moved` of one side lies, and in *bytes how many may follow without a break. */
static uint64_t place(const struct engine_channel *chan, ULONG flag, PHYSICAL_ADDRESS first,
                      PHYSICAL_ADDRESS second, uint64_t *bytes)
{
    if (!breaks(chan, flag))
        return (uint64_t)first.QuadPart + chan->moved;
    if (chan->moved >= room(first))
        return (uint64_t)second.QuadPart + chan->moved - room(first);
    if (*bytes > room(first) - chan->moved)
        *bytes = room(first) - chan->moved;
    return (uint64_t)first.QuadPart + chan->moved;
}

static void hint_data(struct engine_channel *chan)
{
    if (!chan->engine->dca || !(chan->desc.ControlFlags & NET_DMA_DESTINATION_DCA_ENABLE))
        return;
    chan->hints.data++;
    chan->hints.data_target = chan->target;
}

static void move(struct engine_channel *chan)
{
    const NET_DMA_DESCRIPTOR *desc = &chan->desc;
    uint64_t bytes = size_of(chan) - chan->moved;

    if (bytes > ENGINE_MOVE_BYTES)
        bytes = ENGINE_MOVE_BYTES;
    uint64_t from = place(chan, NET_DMA_SOURCE_PAGE_BREAK, desc->SourceAddress,
                          desc->NextSourceAddress, &bytes);
    uint64_t to = place(chan, NET_DMA_DESTINATION_PAGE_BREAK, desc->DestinationAddress,
                        desc->NextDestinationAddress, &bytes);
    if (is_held(chan, from, bytes))
        return;
    void *source = reach_read(chan, from, &bytes);
    void *destination = source ? reach(chan, to, &bytes) : NULL;
    if (!destination) {
        halt(chan);
        return;
    }
    if (wrong(chan, NO_SNOOP_IS_STALE) && desc->ControlFlags & NET_DMA_SOURCE_NO_SNOOP)
        memset(destination, 0, bytes);
    else
        memmove(destination, source, bytes);
    if (chan->late_word)
        flush_late_word(chan);
    hint_data(chan);
    chan->moved += (uint32_t)bytes;
    if (chan->moved >= size_of(chan))
        chan->phase = ENGINE_REPORT;
}

/* ---- REPORT ---- */

static bool more_follows(const struct engine_channel *chan)
{
    if (chan->next_first || wrong(chan, ALWAYS_ACTIVE))
        return true;
    return chan->engine->counted ? chan->remaining > 0 : chan->desc.NextDescriptor.QuadPart != 0;
}

/* A completion interrupts when it is asked to; a context change has another use for the bit (A8). */
static bool interrupts(const struct engine_channel *chan)
{
    if (wrong(chan, INTERRUPTS_UNASKED))
        return true;
    if (wrong(chan, NEVER_INTERRUPTS) || (wrong(chan, NULL_IS_MUTE) && is_null(&chan->desc)) ||
        (wrong(chan, SUSPEND_EATS_THE_INTERRUPT) && chan->suspending))
        return false;
    return chan->desc.ControlFlags & NET_DMA_INTERRUPT_ON_COMPLETION &&
           (!is_context_change(&chan->desc) || wrong(chan, CONTEXT_INTERRUPTS));
}

static void take_context(struct engine_channel *chan)
{
    if (!is_context_change(&chan->desc) || is_null(&chan->desc) ||
        !(chan->desc.ControlFlags & NET_DMA_DCA_CONTEXT_CHANGE))
        return;
    if (!wrong(chan, KEEPS_THE_FIRST_TARGET) || !chan->target)
        chan->target = chan->desc.DCAContext8.DCAContext;
}

/* Only a defect: reads the next descriptor before that is allowed, and keeps it. */
static void look_ahead(struct engine_channel *chan)
{
    uint64_t bytes = sizeof chan->ahead, next = (uint64_t)chan->desc.NextDescriptor.QuadPart;
    void *memory = reach(chan, next, &bytes);

    if (!memory || bytes < sizeof chan->ahead)
        return;
    memcpy(&chan->ahead, memory, sizeof chan->ahead);
    chan->ahead_at = next;
}

static void report(struct engine_channel *chan)
{
    if (wrong(chan, FETCHES_AHEAD) || (wrong(chan, SUSPENDED_KEEPS_THE_NEXT) && chan->suspending))
        look_ahead(chan);
    take_context(chan);
    chan->last = chan->current;
    if (chan->engine->counted && !(wrong(chan, NULL_IS_FREE) && is_null(&chan->desc)))
        chan->remaining--;
    if (chan->reporting || wrong(chan, WORD_UNASKED)) {
        NET_DMA_TRANSFER_STATUS status = more_follows(chan) ? NetDmaTransferStatusActive
                                                            : NetDmaTransferStatusIdle;
        if (wrong(chan, IGNORES_THE_FENCE) && more_follows(chan))
            chan->late_word = chan->last | (uint64_t)status;
        else
            write_word(chan, status);
    }
    if (interrupts(chan))
        chan->interrupt(chan->ctx);
    chan->phase = ENGINE_FOLLOW;
}

/* ---- FOLLOW, RELOAD: the boundary between two descriptors ---- */

static void load(struct engine_channel *chan, uint64_t bus, uint32_t count)
{
    chan->first = chan->current = bus;
    chan->remaining = count + (wrong(chan, START_ADDS_COUNTS) ? chan->remaining : 0);
    chan->last = 0;
    chan->appended = false;
    chan->next_first = 0;
    chan->phase = ENGINE_FETCH;
    chan->state = ENGINE_ACTIVE;
}

static bool at_the_end(const struct engine_channel *chan)
{
    if (chan->engine->counted && !wrong(chan, IGNORES_THE_COUNT))
        return !chan->remaining;
    return !chan->desc.NextDescriptor.QuadPart && !wrong(chan, RUNS_PAST_THE_END);
}

static void go_on(struct engine_channel *chan)
{
    if (at_the_end(chan)) {
        chan->state = ENGINE_IDLE;
        return;
    }
    chan->current = (uint64_t)chan->desc.NextDescriptor.QuadPart;
    chan->phase = ENGINE_FETCH;
}

static void follow(struct engine_channel *chan)
{
    if (chan->next_first && (!wrong(chan, START_IS_LATE) || at_the_end(chan)))
        load(chan, chan->next_first, chan->next_count);
    else if (chan->suspending)
        suspend_here(chan);
    else if (at_the_end(chan) && chan->appended && !chan->engine->counted)
        chan->phase = ENGINE_RELOAD;
    else
        go_on(chan);
}

/* Takes the link of the last processed descriptor as it reads now: a 1.x append, and a resume. */
static void reload(struct engine_channel *chan)
{
    uint64_t bytes = sizeof chan->desc;

    if (chan->suspending) {
        suspend_here(chan);
        return;
    }
    if (is_held(chan, chan->last, bytes))
        return;
    PNET_DMA_DESCRIPTOR memory = reach_read(chan, chan->last, &bytes);
    if (!memory || bytes < sizeof chan->desc) {
        halt(chan);
        return;
    }
    chan->appended = false;
    if (wrong(chan, APPEND_REPEATS)) {
        chan->current = chan->last;
        chan->phase = ENGINE_FETCH;
        return;
    }
    chan->desc.NextDescriptor = memory->NextDescriptor;
    go_on(chan);
}

void engine_step(struct engine_channel *chan)
{
    if (chan->late_word && wrong(chan, TORN_WORD))
        flush_late_word(chan);
    if (chan->state != ENGINE_ACTIVE)
        return;
    switch (chan->phase) {
    case ENGINE_FETCH: fetch(chan); break;
    case ENGINE_MOVE: move(chan); break;
    case ENGINE_REPORT: report(chan); break;
    case ENGINE_FOLLOW: follow(chan); break;
    case ENGINE_RELOAD: reload(chan); break;
    }
}

/* ---- commands ---- */

static bool under_way(const struct engine_channel *chan)
{
    return chan->state == ENGINE_ACTIVE &&
           (chan->phase == ENGINE_MOVE || chan->phase == ENGINE_REPORT);
}

/* A descriptor under way finishes first; what it links to does not count (R-START-4). */
void engine_start(struct engine_channel *chan, uint64_t bus, uint32_t count)
{
    chan->suspending = false;    /* A11 */
    if (!under_way(chan) || wrong(chan, START_ABORTS)) {
        load(chan, bus, count);
        return;
    }
    chan->next_first = bus;
    chan->next_count = count;
}

void engine_append(struct engine_channel *chan, uint32_t count)
{
    if (wrong(chan, APPEND_IS_LOST) && chan->phase == ENGINE_FOLLOW && chan->state == ENGINE_ACTIVE)
        return;
    if (chan->next_first)
        chan->next_count += count;
    else
        chan->remaining += count;
    chan->appended = true;
    if (chan->state != ENGINE_IDLE)
        return;
    chan->state = ENGINE_ACTIVE;
    chan->phase = chan->engine->counted && !wrong(chan, APPEND_READS_THE_TAIL) ? ENGINE_FOLLOW
                                                                              : ENGINE_RELOAD;
}

void engine_suspend(struct engine_channel *chan)
{
    chan->suspending = true;
    if (under_way(chan) && !wrong(chan, SUSPENDS_AT_ONCE))
        return;
    if (chan->next_first)
        load(chan, chan->next_first, chan->next_count);
    suspend_here(chan);
}

/* R-RES-1, R-RES-2 */
void engine_resume(struct engine_channel *chan)
{
    chan->state = ENGINE_ACTIVE;
    chan->phase = chan->last ? ENGINE_RELOAD : ENGINE_FETCH;
    if (wrong(chan, RESUME_DROPS_THE_COUNT))
        chan->remaining = 0;
    if (wrong(chan, RESUME_REPEATS) && chan->last) {
        chan->current = chan->last;
        chan->phase = ENGINE_FETCH;
    }
}

/* Only a defect. */
static void finish(struct engine_channel *chan)
{
    for (unsigned n = 0; n < ENGINE_TRANSFER_MAX / ENGINE_MOVE_BYTES && under_way(chan); n++)
        engine_step(chan);
}

void engine_abort(struct engine_channel *chan)
{
    if (wrong(chan, ABORT_FINISHES))
        finish(chan);
    if (chan->state != ENGINE_READY && chan->state != ENGINE_HALTED &&
        !wrong(chan, ABORTS_WITHOUT_WORD))
        report_stop(chan, NetDmaTransferStatusHalted);
    chan->state = ENGINE_READY;
    chan->remaining = 0;
    chan->appended = chan->suspending = false;
    chan->next_first = 0;
}

/* As after allocation: only the word and its target stay (R-RST-3, A10). */
void engine_reset(struct engine_channel *chan)
{
    if (wrong(chan, RESET_GOES_ON) && chan->state == ENGINE_ACTIVE)
        return;
    engine_abort(chan);
    chan->first = chan->current = chan->last = 0;
    chan->desc = (NET_DMA_DESCRIPTOR){0};
    chan->reporting = false;
    chan->target = 0;
}
