/* memory_rig.c - AXI pins moved by hand (memory_rig.h). */
#include "memory_rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct memory_rig rig;

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    (void)ctx;
    rig.messages++;
    rig.message_addr = addr;
    rig.message_data = data;
}

void memory_rig_open(unsigned bus_bytes, uint64_t seed)
{
    const struct axi_memory_host host = {
        .bus_bytes = bus_bytes, .mem = rig.mem, .faults = &rig.faults, .timing = &rig.timing,
        .message = on_message,
    };

    axi_reader_close(rig.reader);
    axi_writer_close(rig.writer);
    rig.bus_bytes = bus_bytes;
    rig.reader = axi_reader_open(&host, seed);
    rig.writer = axi_writer_open(&host, seed);
    ck_assert(rig.reader && rig.writer);
    memset(&rig.reads, 0, sizeof rig.reads);
    memset(&rig.writes, 0, sizeof rig.writes);
    rig.reads.r.ready = rig.writes.b.ready = true;
    rig.now = 1000;
    rig.r_n = rig.b_n = 0;
}

void memory_rig_setup(void)
{
    rig.mem = host_mem_open();
    ck_assert_ptr_nonnull(rig.mem);
    ck_assert_int_eq(host_mem_map(rig.mem, BASE, PAGES * PAGE, IOAT_SIM_READ | IOAT_SIM_WRITE,
                                  NULL), IOAT_OK);
    ck_assert_int_eq(host_mem_map(rig.mem, READ_ONLY_BASE, PAGE, IOAT_SIM_READ, NULL), IOAT_OK);
    rig.ram = host_mem_cpu(rig.mem, BASE, PAGES * PAGE);
    rig.rom = host_mem_cpu(rig.mem, READ_ONLY_BASE, PAGE);
    for (unsigned n = 0; n < PAGES * PAGE; n++)
        rig.ram[n] = (uint8_t)(n / 8);
    memset(rig.rom, 0x55, PAGE);
    fault_init(&rig.faults, 1);
    rig.timing = (struct ioat_sim_timing) { .read_latency = 1, .write_latency = 1 };
    rig.messages = 0;
    memory_rig_open(8, 1);
}

void memory_rig_teardown(void)
{
    axi_reader_close(rig.reader);
    axi_writer_close(rig.writer);
    host_mem_close(rig.mem);
    rig.reader = NULL;
    rig.writer = NULL;
}

static struct rig_answer taken_r(void)
{
    return (struct rig_answer) {
        .clock = rig.now, .addr = axi_reader_beat(rig.reader), .id = rig.reads.r.id,
        .resp = rig.reads.r.resp, .last = rig.reads.r.last, .first_byte = rig.reads.r.data[0],
    };
}

static struct rig_answer taken_b(void)
{
    return (struct rig_answer) {
        .clock = rig.now, .addr = axi_writer_answered(rig.writer), .id = rig.writes.b.id,
        .resp = rig.writes.b.resp, .last = true,
    };
}

void rig_tick(void)
{
    axi_reader_drive(rig.reader, rig.now, &rig.reads);
    axi_writer_drive(rig.writer, rig.now, &rig.writes);
    if (rig.reads.r.valid && rig.reads.r.ready) {
        ck_assert_uint_lt(rig.r_n, LOG);
        rig.r[rig.r_n++] = taken_r();
    }
    if (rig.writes.b.valid && rig.writes.b.ready) {
        ck_assert_uint_lt(rig.b_n, LOG);
        rig.b[rig.b_n++] = taken_b();
    }
    axi_reader_take(rig.reader, rig.now, &rig.reads);
    axi_writer_take(rig.writer, rig.now, &rig.writes);
    rig.now++;
}

void rig_ticks(unsigned n)
{
    while (n-- > 0)
        rig_tick();
}

uint64_t rig_read(unsigned id, uint64_t addr, unsigned beats)
{
    rig.reads.ar = (struct axi_address) { .valid = true, .id = (uint8_t)id, .addr = addr,
                                          .len = (uint8_t)(beats - 1) };
    do
        rig_tick();
    while (!rig.reads.ar.ready);
    rig.reads.ar.valid = false;
    return rig.now - 1;
}

uint64_t rig_aw(unsigned id, uint64_t addr, unsigned beats)
{
    rig.writes.aw = (struct axi_address) { .valid = true, .id = (uint8_t)id, .addr = addr,
                                           .len = (uint8_t)(beats - 1) };
    do
        rig_tick();
    while (!rig.writes.aw.ready);
    rig.writes.aw.valid = false;
    return rig.now - 1;
}

uint64_t rig_w(uint8_t byte, uint64_t strobe, bool last)
{
    rig.writes.w = (struct axi_w) { .valid = true, .last = last, .strobe = strobe };
    memset(rig.writes.w.data, byte, rig.bus_bytes);
    do
        rig_tick();
    while (!rig.writes.w.ready);
    rig.writes.w.valid = false;
    return rig.now - 1;
}

uint64_t rig_write_word(unsigned id, uint64_t addr, uint8_t byte)
{
    rig_aw(id, addr, 1);
    return rig_w(byte, ~UINT64_C(0) >> (64 - rig.bus_bytes), true);
}

void rig_finish(void)
{
    for (unsigned n = 0; axi_reader_waiting(rig.reader) || axi_writer_waiting(rig.writer); n++) {
        ck_assert_uint_lt(n, 200000);
        rig_tick();
    }
}

