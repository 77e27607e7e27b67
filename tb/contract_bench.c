/* contract_bench.c - synthetic event streams (contract_bench.h). */
#include "contract_bench.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 };

static void on_violation(void *ctx, uint64_t clock, const char *rule, const char *text)
{
    struct bench *b = ctx;

    (void)clock;
    snprintf(b->rule, sizeof b->rule, "%s", rule);
    snprintf(b->text, sizeof b->text, "%s", text);
}

static unsigned bus_bytes(const struct bench *b)
{
    return b->build.data_bits / 8;
}

static uint64_t down(const struct bench *b, uint64_t addr)
{
    return addr & ~(uint64_t)(bus_bytes(b) - 1);
}

/* ---- time ---- */

void bench_pins(struct bench *b)
{
    contract_clock(b->contract, b->now++, &b->pins);
}

void bench_idle(struct bench *b, unsigned clocks)
{
    while (clocks-- > 0)
        bench_pins(b);
}

void bench_pulse(struct bench *b, unsigned chan)
{
    b->pins.irq = 1u << chan;
    bench_pins(b);
    b->pins.irq = 0;
}

static void emit(struct bench *b, struct ioat_sim_event event)
{
    event.clock = b->now;
    contract_event(b->contract, &event);
    bench_pins(b);
}

/* ---- life ---- */

void bench_open(struct bench *b, unsigned data_bits, bool desc_port)
{
    memset(b, 0, sizeof *b);
    b->build = (struct ioat_sim_build) {
        .data_bits = data_bits, .addr_bits = 48, .channels = CHANNELS, .desc_port = desc_port,
        .clock_mhz = 250, .xfercap_log2 = 20, .cbver = 0x34, .dmacapability = 0x41,
        .read_bytes_max = READ_MAX, .write_bytes_max = WRITE_MAX, .perf = true,
    };
    b->mem = malloc(MEM_BYTES);
    for (unsigned n = 0; n < MEM_BYTES; n++)
        b->mem[n] = (uint8_t)(n * 37 + n / 251);
    b->contract = contract_open(&b->build, on_violation, b);
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_RESET });
    b->pins.bus_master = b->pins.msix_enable = true;
    bench_idle(b, 100);
    for (unsigned n = 0; n < CHANNELS; n++) {
        bench_wr(b, IOAT_VECTOR(n, MSIX_ADDR), 8, MSI + 4 * n);
        bench_wr(b, IOAT_VECTOR(n, MSIX_DATA), 4, MSI_DATA + n);
        bench_wr(b, IOAT_VECTOR(n, MSIX_CTRL), 4, 0);
    }
    bench_idle(b, 100);
}

void bench_close(struct bench *b)
{
    contract_close(b->contract);
    free(b->mem);
}

/* ---- verdicts ---- */

void bench_silent(struct bench *b)
{
    bench_idle(b, 300);
    contract_quiet(b->contract, b->now);
    ck_assert_msg(!b->rule[0], "false alarm %s: %s", b->rule, b->text);
}

void bench_caught(const struct bench *b, const char *rule)
{
    ck_assert_msg(!strcmp(b->rule, rule), "%s was broken, caught is \"%s\": %s", rule, b->rule, b->text);
}

/* ---- software ---- */

void bench_wr(struct bench *b, uint32_t offset, unsigned width, uint64_t value)
{
    const unsigned lane = offset % LANES;
    uint8_t data[LANES] = { 0 };

    for (unsigned n = 0; n < width; n++)
        data[lane + n] = (uint8_t)(value >> 8 * n);
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_BAR_WRITE, .addr = offset, .bytes = width,
                                      .strobe = ((1u << width) - 1) << lane, .data = data });
}

void bench_rd(struct bench *b, uint32_t offset, unsigned width, uint64_t returned)
{
    const unsigned lane = offset % LANES;
    uint8_t data[LANES] = { 0 };

    for (unsigned n = 0; n < width; n++)
        data[lane + n] = (uint8_t)(returned >> 8 * n);
    bench_idle(b, 2);
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_BAR_READ, .addr = offset, .bytes = width,
                                      .data = data });
}

void bench_put_desc(struct bench *b, uint64_t addr, const struct ioat_desc *desc)
{
    memcpy(b->mem + addr, desc, sizeof *desc);
}

struct ioat_desc *bench_at(struct bench *b, uint64_t addr)
{
    return (struct ioat_desc *)(void *)(b->mem + addr);
}

uint64_t bench_ring(unsigned n)
{
    return RING + IOAT_DESC_BYTES * (uint64_t)n;
}

void bench_put_copy(struct bench *b, unsigned n, uint32_t size, uint32_t control)
{
    bench_put_desc(b, bench_ring(n), &(struct ioat_desc) {
        .size = size, .control = control, .src = SRC, .dst = DST, .next = bench_ring(n + 1),
    });
}

void bench_put_last(struct bench *b, unsigned n, uint32_t size, uint32_t control)
{
    bench_put_copy(b, n, size, control);
    bench_at(b, bench_ring(n))->next = 0;
}

/* ---- the bus ---- */

void bench_ar(struct bench *b, unsigned id, uint64_t addr, unsigned bytes, unsigned cache)
{
    const unsigned port = b->build.desc_port && id >= ID_DESC;

    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_AR, .port = port, .id = id, .addr = addr,
                                      .bytes = bytes, .cache = cache });
    b->read[id][b->tail[id] % 64].addr = addr;
    b->read[id][b->tail[id]++ % 64].bytes = bytes;
}

void bench_r(struct bench *b, unsigned id, unsigned resp)
{
    const uint64_t addr = b->read[id][b->head[id] % 64].addr;
    const unsigned bytes = b->read[id][b->head[id]++ % 64].bytes;

    for (unsigned n = 0; n < bytes; n += bus_bytes(b))
        emit(b, (struct ioat_sim_event) {
            .kind = IOAT_SIM_R, .port = b->build.desc_port && id >= ID_DESC, .id = id,
            .addr = addr + n, .bytes = bus_bytes(b), .last = n + bus_bytes(b) == bytes,
            .resp = resp, .data = b->mem + (addr + n) % MEM_BYTES,
        });
}

void bench_aw(struct bench *b, unsigned id, uint64_t addr, unsigned bytes, unsigned cache)
{
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_AW, .id = id, .addr = addr, .bytes = bytes,
                                      .cache = cache });
}

void bench_w(struct bench *b, uint64_t addr, uint64_t strobe, const uint8_t *bus_word, bool last)
{
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_W, .addr = addr, .bytes = bus_bytes(b),
                                      .strobe = strobe, .data = bus_word, .last = last });
}

void bench_ans(struct bench *b, unsigned id, unsigned resp)
{
    emit(b, (struct ioat_sim_event) { .kind = IOAT_SIM_B, .id = id, .resp = resp });
}

/* ---- whole accesses ---- */

void bench_fetch(struct bench *b, uint64_t addr)
{
    bench_ar(b, ID_DESC, addr, IOAT_DESC_BYTES, SNOOP);
    bench_r(b, ID_DESC, OKAY);
}

/* End of the burst that begins at `addr`, for bytes up to `end`. */
static uint64_t burst_end(uint64_t addr, uint64_t end, unsigned most)
{
    const uint64_t stop = (addr / most + 1) * most;

    return stop < end ? stop : end;
}

void bench_read_data(struct bench *b, uint64_t addr, uint32_t bytes)
{
    const uint64_t end = addr + bytes;
    unsigned bursts = 0;

    while (addr < end) {
        const uint64_t stop = burst_end(addr, end, READ_MAX);

        bench_ar(b, ID_DATA, down(b, addr), (unsigned)(down(b, stop - 1) + bus_bytes(b) - down(b, addr)),
           SNOOP);
        addr = stop;
        bursts++;
    }
    while (bursts-- > 0)
        bench_r(b, ID_DATA, OKAY);
}

static void write_burst(struct bench *b, uint64_t addr, uint64_t stop, const uint8_t *data)
{
    const uint64_t end = down(b, stop - 1) + bus_bytes(b);

    bench_aw(b, ID_DATA, down(b, addr), (unsigned)(end - down(b, addr)), SNOOP);
    for (uint64_t beat = down(b, addr); beat < end; beat += bus_bytes(b)) {
        uint8_t lanes[64] = { 0 };
        uint64_t strobe = 0;

        for (unsigned n = 0; n < bus_bytes(b); n++) {
            if (beat + n >= addr && beat + n < stop) {
                lanes[n] = data[beat + n - addr];
                strobe |= UINT64_C(1) << n;
            }
        }
        bench_w(b, beat, strobe, lanes, beat + bus_bytes(b) == end);
    }
}

unsigned bench_write_only(struct bench *b, uint64_t addr, uint32_t bytes, const uint8_t *data)
{
    const uint64_t end = addr + bytes;
    unsigned bursts = 0;

    while (addr < end) {
        const uint64_t stop = burst_end(addr, end, WRITE_MAX);

        write_burst(b, addr, stop, data);
        data += stop - addr;
        addr = stop;
        bursts++;
    }
    return bursts;
}

void bench_write_data(struct bench *b, uint64_t addr, uint32_t bytes, const uint8_t *data)
{
    unsigned bursts = bench_write_only(b, addr, bytes, data);

    while (bursts-- > 0)
        bench_ans(b, ID_DATA, OKAY);
}

static uint32_t before_break(uint64_t addr, const struct ioat_desc *desc, uint64_t flag)
{
    const uint32_t room = IOAT_PAGE_BYTES - addr % IOAT_PAGE_BYTES;

    return desc->control & flag && desc->size > room ? room : desc->size;
}

void bench_move(struct bench *b, uint64_t addr)
{
    const struct ioat_desc desc = *bench_at(b, addr);
    const bool fill = IOAT_FIELD_GET(desc.control, CONTROL, OP) == IOAT_CONTROL_OP_FILL;
    const uint32_t src = before_break(desc.src, &desc, IOAT_CONTROL_SRC_PAGE_BREAK);
    const uint32_t dst = before_break(desc.dst, &desc, IOAT_CONTROL_DST_PAGE_BREAK);
    uint8_t *data = malloc(desc.size + 1);

    if (fill) {
        for (uint32_t n = 0; n < desc.size; n++)
            data[n] = (uint8_t)(desc.src >> n % 8 * 8);
    } else {
        memcpy(data, b->mem + desc.src, src);
        memcpy(data + src, b->mem + desc.next_src, desc.size - src);
        bench_read_data(b, desc.src, src);
        bench_read_data(b, desc.next_src, desc.size - src);
    }
    bench_write_data(b, desc.dst, dst, data);
    bench_write_data(b, desc.next_dst, desc.size - dst, data + dst);
    free(data);
}

void bench_run(struct bench *b, uint64_t addr)
{
    bench_fetch(b, addr);
    bench_move(b, addr);
}

static void small_write(struct bench *b, unsigned id, uint64_t addr, unsigned bytes, uint64_t value)
{
    const unsigned lane = (unsigned)(addr - down(b, addr));
    uint8_t lanes[64] = { 0 };

    for (unsigned n = 0; n < bytes; n++)
        lanes[lane + n] = (uint8_t)(value >> 8 * n);
    bench_aw(b, id, addr, bus_bytes(b), SNOOP);
    bench_w(b, addr, ((UINT64_C(1) << bytes) - 1) << lane, lanes, true);
}

void bench_word_unanswered(struct bench *b, uint64_t value)
{
    small_write(b, ID_WORD, CMP, 8, value);
}

void bench_word(struct bench *b, uint64_t value)
{
    bench_word_unanswered(b, value);
    bench_ans(b, ID_WORD, OKAY);
}

void bench_message(struct bench *b, unsigned chan)
{
    small_write(b, ID_MESSAGE + chan, MSI + 4 * chan, 4, MSI_DATA + chan);
    bench_ans(b, ID_MESSAGE + chan, OKAY);
}

/* ---- a channel ---- */

void bench_arm(struct bench *b, uint16_t chanctrl)
{
    WR(b, CHANCTRL, chanctrl);
    WR(b, CHANCMP, CMP);
    WR(b, CHAINADDR, bench_ring(0));
}

void bench_count(struct bench *b, uint16_t dmacount)
{
    WR(b, DMACOUNT, dmacount);
    bench_idle(b, 4);
}

void bench_command(struct bench *b, unsigned bit)
{
    WR(b, CHANCMD, bit);
    bench_idle(b, 4);
}
