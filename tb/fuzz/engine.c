/* engine.c - fuzzes the engine: BAR accesses, descriptors, memory and events of the host.
 *
 * The bytes are a list of moves. Whatever they are, the engine must keep the bus rules and its
 * contract, the bus must come to rest, and the simulator may not fail.
 */
#include <string.h>

#include "input.h"
#include "ioat_regs.h"
#include "ioat_sim.h"

enum {
    MEMORY_AT = 0x10000, MEMORY = 0x8000,   /* descriptors, data and words share it */
    SLOTS = 32,
    MOVES = 300,
    CLOCKS = 60000,                          /* of all moves together */
    REST = 400000,                           /* of the bus to come to rest */
};

struct fuzz {
    struct ioat_sim *sim;
    struct input in;
    uint8_t *memory;
    unsigned channels;
};

static const uint8_t channel_regs[] = {
#define CREG(name, offset, bits, access, reset, text) offset,
#include "ioat_regs.def"
};
static const uint8_t channel_widths[] = {
#define CREG(name, offset, bits, access, reset, text) (bits) / 8,
#include "ioat_regs.def"
};

static void on_violation(void *ctx, const char *text)
{
    (void)ctx;
    found(text);
}

/* When an input is played again: what goes by. */
static void tell(void *ctx, const struct ioat_sim_event *event)
{
    static const char *const kind[] = { "AR", "R", "AW", "W", "B", "BAR read", "BAR write", "reset" };
    uint64_t value = 0;

    (void)ctx;
    if (event->data)
        memcpy(&value, event->data, sizeof value);
    fprintf(stderr, "%8llu %s id %#x addr %#llx%s%s data %#llx\n", (unsigned long long)event->clock,
            kind[event->kind], event->id, (unsigned long long)event->addr, event->last ? " last" : "",
            event->resp ? " error" : "", (unsigned long long)value);
}

/* Mostly something that makes sense. */
static uint64_t address(struct input *in)
{
    const unsigned how = take_below(in, 16);

    if (how == 0)
        return take(in, 8);
    if (how == 1)
        return MEMORY_AT + take_below(in, MEMORY);
    return MEMORY_AT + (how % 2 ? SLOTS * IOAT_DESC_BYTES + take_below(in, MEMORY / 2)
                                : take_below(in, SLOTS) * IOAT_DESC_BYTES);
}

static void build_descriptor(struct fuzz *fuzz)
{
    struct input *in = &fuzz->in;
    const unsigned slot = take_below(in, SLOTS);
    struct ioat_desc desc = { .control = (uint32_t)take(in, 1) };
    const unsigned what = take_below(in, 32);

    desc.size = (uint32_t)take(in, what == 1 ? 4 : 1);
    if (what == 2)
        desc.control |= (uint32_t)take(in, 4);
    else if (what < 8)
        desc.control |= (uint32_t)IOAT_FIELD_PUT(CONTROL, OP, what < 5 ? IOAT_CONTROL_OP_FILL
                                                                       : IOAT_CONTROL_OP_CONTEXT);
    desc.src = address(in);
    desc.dst = address(in);
    desc.next = what == 9 ? address(in) : what == 10 ? 0
              : MEMORY_AT + (slot + 1) % SLOTS * (uint64_t)IOAT_DESC_BYTES;
    desc.next_src = address(in) & ~UINT64_C(4095);
    desc.next_dst = address(in) & ~UINT64_C(4095);
    memcpy(fuzz->memory + slot * IOAT_DESC_BYTES, &desc, sizeof desc);
}

static uint64_t register_value(struct fuzz *fuzz, unsigned reg)
{
    static const uint8_t commands[] = {
        IOAT_CHANCMD_START, IOAT_CHANCMD_APPEND, IOAT_CHANCMD_SUSPEND, IOAT_CHANCMD_ABORT,
        IOAT_CHANCMD_RESUME, IOAT_CHANCMD_RESET, IOAT_CHANCMD_RESUME, IOAT_CHANCMD_SUSPEND,
    };
    struct input *in = &fuzz->in;

    switch (reg) {
    case IOAT_CHANCMD:
        return commands[take_below(in, sizeof commands)];
    case IOAT_CHAINADDR:
        return MEMORY_AT + take_below(in, SLOTS) * IOAT_DESC_BYTES;
    case IOAT_CHANCMP:
        return MEMORY_AT + MEMORY - 64 + 8 * take_below(in, 8);
    case IOAT_DMACOUNT:
        return take_below(in, 40);
    default:
        return take(in, 4);
    }
}

static void access_channel(struct fuzz *fuzz)
{
    struct input *in = &fuzz->in;
    const unsigned ch = take_below(in, fuzz->channels), which = take_below(in, sizeof channel_regs);
    const uint32_t offset = IOAT_CHAN_BASE + IOAT_CHAN_STRIDE * ch + channel_regs[which];
    uint64_t value;

    if (take_below(in, 3) == 0)
        ioat_sim_bar_read(fuzz->sim, offset, channel_widths[which], &value);
    else
        ioat_sim_bar_post(fuzz->sim, offset, channel_widths[which],
                          register_value(fuzz, channel_regs[which]));
}

/* What a driver does to start: the bytes decide where. */
static void start(struct fuzz *fuzz)
{
    const unsigned ch = take_below(&fuzz->in, fuzz->channels);
    const uint64_t chain = register_value(fuzz, IOAT_CHAINADDR);

    ioat_sim_bar_post(fuzz->sim, IOAT_CHAN(ch, CHANCTRL), 2, take(&fuzz->in, 1));
    ioat_sim_bar_post(fuzz->sim, IOAT_CHAN(ch, CHANCMP), 8, register_value(fuzz, IOAT_CHANCMP));
    ioat_sim_bar_post(fuzz->sim, IOAT_CHAN(ch, CHAINADDR), 8, chain);
    if (take_below(&fuzz->in, 2))
        ioat_sim_bar_post(fuzz->sim, IOAT_CHAN(ch, DMACOUNT), 2, take_below(&fuzz->in, 40));
    else
        ioat_sim_bar_post(fuzz->sim, IOAT_CHAN(ch, CHANCMD), 1, IOAT_CHANCMD_START);
}

static void access_anywhere(struct fuzz *fuzz)
{
    static const unsigned widths[] = { 1, 2, 4, 8 };
    struct input *in = &fuzz->in;
    const unsigned width = widths[take_below(in, 4)];
    const uint32_t offset = (uint32_t)take(in, 2) % (IOAT_BAR_BYTES + 64);
    uint64_t value = take(in, 8);

    if (take_below(in, 2))
        ioat_sim_bar_read(fuzz->sim, offset, width, &value);
    else
        ioat_sim_bar_write(fuzz->sim, offset, width, value);
}

static void add_fault(struct fuzz *fuzz)
{
    struct input *in = &fuzz->in;
    struct ioat_sim_fault fault = {
        .kind = take_below(in, 2) ? IOAT_SIM_FAULT_READ : IOAT_SIM_FAULT_WRITE,
        .answer = (enum ioat_sim_fault_answer)take_below(in, 3),
        .first = MEMORY_AT + take_below(in, MEMORY), .skip = take_below(in, 20),
        .count = 1 + take_below(in, 4), .percent = 100,
    };

    fault.last = fault.first + take_below(in, MEMORY);
    ioat_sim_fault_add(fuzz->sim, &fault);
}

static void set_timing(struct fuzz *fuzz)
{
    struct input *in = &fuzz->in;
    const struct ioat_sim_timing timing = {
        .read_latency = 1 + take_below(in, 64), .write_latency = 1 + take_below(in, 64),
        .jitter = take_below(in, 16), .ar_stall = take_below(in, 60), .aw_stall = take_below(in, 60),
        .w_stall = take_below(in, 60), .r_stall = take_below(in, 60), .b_stall = take_below(in, 60),
        .reorder = take_below(in, 2), .outstanding_max = take_below(in, 8),
    };

    ioat_sim_set_timing(fuzz->sim, &timing);
}

static void move(struct fuzz *fuzz)
{
    switch (take_below(&fuzz->in, 16)) {
    case 0: case 1: case 2: case 3:
        build_descriptor(fuzz);
        break;
    case 4: case 5: case 6:
        access_channel(fuzz);
        break;
    case 7: case 8:
        start(fuzz);
        break;
    case 9:
        access_anywhere(fuzz);
        break;
    case 10:
        add_fault(fuzz);
        break;
    case 11:
        ioat_sim_fault_clear(fuzz->sim);
        break;
    case 12:
        set_timing(fuzz);
        break;
    case 13:
        fuzz->memory[take_below(&fuzz->in, MEMORY)] = (uint8_t)take(&fuzz->in, 1);
        break;
    default:
        ioat_sim_step(fuzz->sim, take_below(&fuzz->in, 200));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz = { .in = { data, size }, .channels = ioat_sim_build()->channels };
    struct ioat_sim_config config;
    void *cpu;

    ioat_sim_config_init(&config);
    config.on_violation = on_violation;
    if (ioat_sim_open(&config, &fuzz.sim) != IOAT_OK ||
        ioat_sim_map(fuzz.sim, MEMORY_AT, MEMORY, IOAT_SIM_READ | IOAT_SIM_WRITE, &cpu) != IOAT_OK)
        found("the simulator does not open");
    fuzz.memory = cpu;
    if (getenv("FUZZ_TELL"))
        ioat_sim_on_event(fuzz.sim, tell, NULL);
    for (unsigned n = 0; n < MOVES && fuzz.in.left && ioat_sim_now(fuzz.sim) < CLOCKS; n++)
        move(&fuzz);
    ioat_sim_fault_clear(fuzz.sim);
    for (unsigned ch = 0; ch < fuzz.channels; ch++) {
        while (ioat_sim_bar_post(fuzz.sim, IOAT_CHAN(ch, CHANCMD), 1, IOAT_CHANCMD_RESET) == IOAT_EFULL)
            ioat_sim_step(fuzz.sim, 8);
    }
    for (unsigned waited = 0; waited == 0 || ioat_sim_bus_busy(fuzz.sim); waited += 100) {
        if (waited > REST)
            found("the bus does not come to rest");
        ioat_sim_step(fuzz.sim, 100);
    }
    ioat_sim_close(fuzz.sim);
    return 0;
}
