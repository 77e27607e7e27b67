/* conformance.c - the bench of conformance.h. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINE = 64,
    WORDS_AT = CONF_SLOTS * sizeof(NET_DMA_DESCRIPTOR),
    DATA_BYTES = CONF_SLOTS * CONF_STRIDE,
    NO_SUCH_OPERATION = 0x7F000000,
    MOMENTS_MAX = 64,
};

const char *const conf_state_names[CONF_STATES] = {"ready", "active", "idle", "suspended", "halted"};

const struct conf_test *const conf_tables[] = {
    conf_registration, conf_channels, conf_lists, conf_data,
    conf_words, conf_control, conf_power, conf_ambiguities, conf_random, NULL,
};

bool conf_applies(const struct conf_test *test, const struct subject *subject)
{
    bool counted = subject->major >= 2;

    return !((test->needs & LISTS && counted) || (test->needs & COUNTS && !counted) ||
             (test->needs & DCA && !subject->dca) ||
             (test->needs & TWO_CHANNELS && subject->channels < 2) ||
             (test->needs & POWER_EVENTS && subject->major == 1 && subject->minor == 0));
}

/* ---- what NetDMA hears ---- */

static void note(struct conf_channel *chan, struct conf_events *events, uint64_t descriptor)
{
    events->n++;
    events->last = descriptor;
    events->zero |= !descriptor;
    events->word = conf_word(chan->conf);
    events->cpu = kernel_cpu(chan->conf->kernel);
}

static void on_isr(void *ctx, uint64_t descriptor)
{
    struct conf_channel *chan = ctx;
    note(chan, &chan->isr, descriptor);
}

static void on_dpc(void *ctx, uint64_t descriptor)
{
    struct conf_channel *chan = ctx;
    note(chan, &chan->dpc, descriptor);
}

static void on_provider(void *ctx, NET_DMA_PNP_NOTIFICATION_CODE code)
{
    struct conf_channel *chan = ctx;

    chan->powered_down += code == NetDmaNotificationProviderPowerDown;
    chan->powered_up += code == NetDmaNotificationProviderPowerUp;
}

static bool is_of_a_channel(enum netdma_call_kind kind)
{
    return kind >= NETDMA_CALL_START && kind <= NETDMA_CALL_RESET;
}

/* The NetDMA sheet, section 5: append, suspend and the like know no RESOURCES. */
static bool is_documented(enum netdma_call_kind kind, NTSTATUS status)
{
    if (kind < NETDMA_CALL_SET_AFFINITY || kind > NETDMA_CALL_RESET || kind == NETDMA_CALL_FREE)
        return true;
    return status == STATUS_SUCCESS || status == STATUS_UNSUCCESSFUL ||
           (status == STATUS_RESOURCES && kind <= NETDMA_CALL_START);
}

static void on_call(void *ctx, const struct netdma_call *call)
{
    struct conf *conf = ctx;

    if (!call->returned) {
        conf->called_ns = call->time_ns;
        return;
    }
    if (is_of_a_channel(call->kind) && call->time_ns - conf->called_ns > conf->longest_ns)
        conf->longest_ns = call->time_ns - conf->called_ns;
    if (call->kind == NETDMA_CALL_ISR && conf->channel[0].raw &&
        call->channel == netdma_raw_handle(conf->channel[0].raw))
        conf->channel[0].isr.told = call->count;
    if (!is_documented(call->kind, call->status))
        conf->alien = call->name;
    if (conf->calls_n < CONF_CALLS)
        conf->calls[conf->calls_n++] = *call;
}

static void on_log(void *ctx, const char *text)
{
    (void)ctx, (void)text;
}

/* ---- life ---- */

struct subject_options conf_options(int subject)
{
    return (struct subject_options){.major = subject_at(subject)->major,
                                    .minor = subject_at(subject)->minor, .msix = true, .cpus = 4};
}

struct conf *conf_open_world(int subject, const struct subject_options *options,
                             unsigned iface_major, unsigned iface_minor)
{
    struct conf *conf = calloc(1, sizeof *conf);
    struct netdma_interface_config iface;

    ck_assert_ptr_nonnull(conf);
    conf->subject = subject_at(subject);
    conf->options = *options;
    conf->world = conf->subject->ops->open(conf->subject, options);
    conf->kernel = conf->subject->ops->kernel(conf->world);
    netdma_interface_config_init(&iface);
    iface.kernel = conf->kernel;
    iface.major = iface_major;
    iface.minor = iface_minor;
    iface.on_log = on_log;
    iface.on_call = on_call;
    iface.on_call_ctx = conf;
    ck_assert_int_eq(netdma_interface_open(&iface, &conf->iface), IOAT_OK);
    return conf;
}

void conf_add(struct conf *conf)
{
    ck_assert_msg(conf->subject->ops->add_device(conf->world), "%s did not register",
                  conf->subject->name);
    conf->added = true;
}

void conf_start(struct conf *conf)
{
    conf->subject->ops->start_device(conf->world);
    conf->started = true;
    struct netdma_provider_info info = conf_info(conf);
    ck_assert_msg(info.started, "%s is not started: NetDMA refused its attributes",
                  conf->subject->name);
    conf->counted = info.major >= 2;
    ck_assert_int_eq(kernel_alloc(conf->kernel, WORDS_AT + 2 * LINE, LINE, &conf->memory), IOAT_OK);
    ck_assert_int_eq(kernel_alloc(conf->kernel, DATA_BYTES, CONF_STRIDE, &conf->src), IOAT_OK);
    ck_assert_int_eq(kernel_alloc(conf->kernel, DATA_BYTES, CONF_STRIDE, &conf->dst), IOAT_OK);
    conf->desc = conf->memory.cpu;
    for (unsigned n = 0; n < DATA_BYTES; n++)
        ((uint8_t *)conf->src.cpu)[n] = (uint8_t)(n * 13 + n / 255 + 1);
    for (unsigned n = 0; n < 2; n++)
        conf_parameters(conf, n);
}

void conf_parameters(struct conf *conf, unsigned n)
{
    struct conf_channel *chan = &conf->channel[n];

    chan->conf = conf;
    chan->word = (uint64_t *)(void *)((char *)conf->memory.cpu + WORDS_AT + n * LINE);
    chan->word_bus = conf->memory.bus + WORDS_AT + n * LINE;
    chan->parameters = (NET_DMA_CHANNEL_PARAMETERS){
        .Revision = NET_DMA_CHANNEL_REVISION_1,
        .Size = 40,
        .CompletionVirtualAddress = chan->word,
        .CompletionPhysicalAddress = conf_address(chan->word_bus),
    };
}

NTSTATUS conf_allocate(struct conf *conf, unsigned n)
{
    struct conf_channel *chan = &conf->channel[n];
    const struct netdma_raw_events events = {on_isr, on_dpc, on_provider, chan};

    chan->isr = chan->dpc = (struct conf_events){0};
    return netdma_raw_allocate(conf->subject->ops->handle(conf->world), &chan->parameters, &events,
                               &chan->raw);
}

void conf_free(struct conf *conf, unsigned n)
{
    netdma_raw_free(conf->channel[n].raw);
    conf->channel[n].raw = NULL;
}

struct conf *conf_open(int subject)
{
    struct subject_options options = conf_options(subject);
    struct conf *conf = conf_open_world(subject, &options, 2, 1);

    conf_add(conf);
    conf_start(conf);
    conf_ok(conf_allocate(conf, 0));
    return conf;
}

void conf_remove(struct conf *conf)
{
    conf->subject->ops->remove_device(conf->world);
    conf->removed = true;
}

void conf_close(struct conf *conf)
{
    for (unsigned n = 0; n < 2; n++)
        if (conf->channel[n].raw)
            conf_free(conf, n);
    if (conf->started && !conf->removed)
        conf->subject->ops->stop_device(conf->world);
    if (!conf->removed)
        conf_remove(conf);
    netdma_interface_close(conf->iface);
    conf->subject->ops->close(conf->world);
    ck_assert_msg(!conf->alien, "%s returned a status that it does not have", conf->alien);
    free(conf);
}

unsigned conf_called(const struct conf *conf, enum netdma_call_kind kind)
{
    unsigned n = 0;

    for (unsigned k = 0; k < conf->calls_n; k++)
        n += conf->calls[k].kind == kind;
    return n;
}

const struct netdma_call *conf_call(const struct conf *conf, enum netdma_call_kind kind)
{
    for (unsigned k = 0; k < conf->calls_n; k++)
        if (conf->calls[k].kind == kind)
            return &conf->calls[k];
    return NULL;
}

struct netdma_provider_info conf_info(const struct conf *conf)
{
    const struct netdma_client_characteristics client = {.size = sizeof client};
    struct netdma_provider_info info = {0};
    PVOID handle;
    ULONG n = 0;

    (void)conf;
    conf_ok(NetDmaRegisterClient(&info, &handle, &client));
    conf_ok(NetDmaEnumerateDmaProviders(handle, &info, sizeof info, 1, &n));
    ck_assert_uint_eq(n, 1);
    NetDmaDeregisterClient(handle);
    return info;
}

/* ---- lists ---- */

uint64_t conf_bus(const struct conf *conf, unsigned slot)
{
    return conf->memory.bus + slot % CONF_SLOTS * sizeof(NET_DMA_DESCRIPTOR);
}

PHYSICAL_ADDRESS conf_address(uint64_t bus)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)bus};
}

static size_t place(unsigned slot)
{
    return (size_t)slot * CONF_STRIDE + slot % 61;
}

uint8_t *conf_source(const struct conf *conf, unsigned slot)
{
    return (uint8_t *)conf->src.cpu + place(slot);
}

uint8_t *conf_destination(const struct conf *conf, unsigned slot)
{
    return (uint8_t *)conf->dst.cpu + place(slot);
}

static void copies(struct conf *conf, unsigned first, unsigned n, ULONG bytes)
{
    for (unsigned slot = first; slot < first + n; slot++) {
        bool last = slot + 1 == first + n;
        memset(conf_destination(conf, slot), 0, CONF_STRIDE / 2);
        conf->desc[slot] = (NET_DMA_DESCRIPTOR){
            .TransferSize = bytes,
            .ControlFlags = NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                            (last ? NET_DMA_INTERRUPT_ON_COMPLETION : 0),
            .SourceAddress = conf_address(conf->src.bus + place(slot)),
            .DestinationAddress = conf_address(conf->dst.bus + place(slot)),
            .NextDescriptor = conf_address(last && !conf->counted ? 0 : conf_bus(conf, slot + 1)),
        };
    }
}

void conf_list(struct conf *conf, unsigned first, unsigned n)
{
    copies(conf, first, n, CONF_PIECE);
}

void conf_long_list(struct conf *conf, unsigned first, unsigned n)
{
    copies(conf, first, n, CONF_LONG);
}

void conf_link(struct conf *conf, unsigned from, unsigned to)
{
    __atomic_store_n(&conf->desc[from].NextDescriptor.QuadPart, (LONGLONG)conf_bus(conf, to),
                     __ATOMIC_RELEASE);
}

NTSTATUS conf_start_list(struct conf *conf, unsigned first, unsigned n)
{
    return netdma_raw_start(conf->channel[0].raw, &conf->desc[first], conf_bus(conf, first), n);
}

NTSTATUS conf_append(struct conf *conf, unsigned first, unsigned n)
{
    if (!conf->counted)
        conf_link(conf, first - 1, first);
    return netdma_raw_append(conf->channel[0].raw, &conf->desc[first], conf_bus(conf, first), n);
}

NTSTATUS conf_suspend(struct conf *conf, uint64_t *last)
{
    return netdma_raw_suspend(conf->channel[0].raw, last);
}

NTSTATUS conf_resume(struct conf *conf)
{
    return netdma_raw_resume(conf->channel[0].raw);
}

NTSTATUS conf_abort(struct conf *conf)
{
    return netdma_raw_abort(conf->channel[0].raw);
}

NTSTATUS conf_reset(struct conf *conf)
{
    return netdma_raw_reset(conf->channel[0].raw);
}

bool conf_is_copied(const struct conf *conf, unsigned slot)
{
    size_t size = conf->desc[slot].TransferSize;
    const uint8_t *to = conf_destination(conf, slot);

    return !memcmp(to, conf_source(conf, slot), size) && !to[size];
}

bool conf_is_untouched(const struct conf *conf, unsigned slot)
{
    const uint8_t *to = conf_destination(conf, slot);

    return !*to && !memcmp(to, to + 1, CONF_STRIDE / 2 - 1);
}

void conf_check_copied(const struct conf *conf, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++)
        if (!conf_is_copied(conf, slot))
            ck_abort_msg("slot %u was not copied", slot);
}

void conf_check_untouched(const struct conf *conf, unsigned first, unsigned n)
{
    for (unsigned slot = first; slot < first + n; slot++)
        if (!conf_is_untouched(conf, slot))
            ck_abort_msg("slot %u was written", slot);
}

/* ---- the word ---- */

uint64_t conf_word(const struct conf *conf)
{
    return __atomic_load_n(conf->channel[0].word, __ATOMIC_ACQUIRE);
}

void conf_set_word(struct conf *conf, uint64_t value)
{
    __atomic_store_n(conf->channel[0].word, value, __ATOMIC_RELEASE);
}

uint64_t conf_word_of(const struct conf *conf, unsigned slot, NET_DMA_TRANSFER_STATUS status)
{
    return conf_bus(conf, slot) | (uint64_t)status;
}

void conf_check_word(const struct conf *conf, uint64_t expected)
{
    ck_assert_msg(conf_word(conf) == expected, "the word is 0x%llx, expected 0x%llx",
                  (unsigned long long)conf_word(conf), (unsigned long long)expected);
}

unsigned conf_done(const struct conf *conf, uint64_t word, unsigned first, unsigned n)
{
    uint64_t named = word & ~(uint64_t)(LINE - 1);

    if (!named)
        return 0;
    ck_assert_msg(named >= conf_bus(conf, first) && named < conf_bus(conf, first) + n * LINE,
                  "the word 0x%llx names nothing of the list", (unsigned long long)word);
    return (unsigned)((named - conf_bus(conf, first)) / LINE) + 1;
}

/* ---- time ---- */

/* In small pieces: an interrupt is served soon after it came. */
void conf_pass(struct conf *conf, uint64_t ns)
{
    enum { PIECE_NS = 10 * CONF_TICK };

    do {
        uint64_t piece = ns < PIECE_NS ? ns : PIECE_NS;
        enum ioat_status status = kernel_stall(conf->kernel, piece);
        if (status != IOAT_OK)
            ck_abort_msg("time does not pass: %s", ioat_strstatus(status));
        kernel_run(conf->kernel);
        ns -= piece;
    } while (ns);
}

void conf_settle(struct conf *conf)
{
    conf_pass(conf, 2000);
}

void conf_until(struct conf *conf, bool (*cond)(struct conf *conf), const char *what)
{
    for (unsigned ns = 0; ns < CONF_PATIENCE; ns += 4 * CONF_TICK) {
        if (cond(conf))
            return;
        conf_pass(conf, 4 * CONF_TICK);
    }
    ck_abort_msg("%s: not within %u ns; the word is 0x%llx", what, CONF_PATIENCE,
                 (unsigned long long)conf_word(conf));
}

void conf_await(struct conf *conf, uint64_t word)
{
    for (unsigned ns = 0; ns < CONF_PATIENCE && conf_word(conf) != word; ns += 4 * CONF_TICK)
        conf_pass(conf, 4 * CONF_TICK);
    conf_check_word(conf, word);
    conf_settle(conf);
}

void conf_await_idle(struct conf *conf, unsigned slot)
{
    conf_await(conf, conf_word_of(conf, slot, NetDmaTransferStatusIdle));
}

struct conf_sweep conf_sweep(struct conf *conf, unsigned n)
{
    uint64_t idle, begin, ticks;

    conf_list(conf, 0, n);
    idle = conf_word_of(conf, n - 1, NetDmaTransferStatusIdle);
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, n));
    begin = kernel_now(conf->kernel);
    while (conf_word(conf) != idle && kernel_now(conf->kernel) - begin < CONF_PATIENCE)
        conf_pass(conf, CONF_TICK);
    ticks = (kernel_now(conf->kernel) - begin) / CONF_TICK + 8;
    conf_settle(conf);
    conf_check_word(conf, idle);
    uint64_t step = (ticks + MOMENTS_MAX - 1) / MOMENTS_MAX;
    return (struct conf_sweep){(unsigned)(ticks / step) + 1, step * CONF_TICK};
}

/* ---- states ---- */

static bool slot_0_is_done(struct conf *conf)
{
    return conf_word(conf) == conf_word_of(conf, 0, NetDmaTransferStatusActive);
}

static bool is_halted(struct conf *conf)
{
    return conf_word(conf) == conf_word_of(conf, 0, NetDmaTransferStatusHalted);
}

void conf_enter(struct conf *conf, enum conf_state state)
{
    unsigned n = state == CONF_ACTIVE ? CONF_TAIL + 1 : 4;
    uint64_t last;

    if (state == CONF_ACTIVE)
        conf_long_list(conf, 0, n);
    else
        conf_list(conf, 0, n);
    conf_list(conf, CONF_TAIL + 1, 4);
    if (state == CONF_HALTED)
        conf->desc[1].ControlFlags |= NO_SUCH_OPERATION;
    if (state == CONF_READY)
        return;
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 0, n));
    if (state == CONF_ACTIVE) {
        conf_until(conf, slot_0_is_done, "a long list begins");
    } else if (state == CONF_HALTED) {
        conf_until(conf, is_halted, "an unknown operation halts");
        conf_settle(conf);
    } else {
        conf_await_idle(conf, n - 1);
    }
    if (state == CONF_SUSPENDED)
        conf_ok(conf_suspend(conf, &last));
}

void conf_check_works(struct conf *conf)
{
    conf_list(conf, 40, 2);
    conf_set_word(conf, 0);
    conf_ok(conf_start_list(conf, 40, 2));
    conf_await_idle(conf, 41);
    conf_check_copied(conf, 40, 2);
}

void conf_move_to(struct conf *conf, unsigned cpu)
{
    conf_free(conf, 0);
    conf_parameters(conf, 0);
    conf->channel[0].parameters.ProcessorAffinityMask = 1u << cpu;
    conf_ok(conf_allocate(conf, 0));
    conf_check_works(conf);
}
