// rules - what the sockets of ioat_tlm take and refuse, and memory that is taken away.
//
// Prints each rule that does not hold; exit status 1 when there is one.

#include <cstdio>
#include <cstring>

#include "ioat_regs.h"
#include "ioat_tlm.h"
#include "main_stack.h"
#include "parts.h"

using sc_core::sc_time;
using tlm::tlm_generic_payload;

class tester : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<tester> out, phased, unused;
    bool good = true, finished = false;

    tester(const sc_core::sc_module_name &name, memory &memory_) : sc_module(name), out("out"), phased("phased"), unused("unused"), ram(memory_)
    {
        SC_HAS_PROCESS(tester);
        SC_THREAD(run);
        phased.register_nb_transport_bw(this, &tester::backward);
    }

private:
    void expect(bool holds, const char *rule)
    {
        if (!holds)
            std::printf("rules: does not hold: %s\n", rule);
        good &= holds;
    }

    tlm::tlm_response_status send(tlm::tlm_command command, uint64_t addr, void *data, unsigned length);
    uint64_t read(uint32_t offset, unsigned width);
    void write(uint32_t offset, unsigned width, uint64_t value);
    tlm::tlm_sync_enum backward(tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &delay);
    void registers();
    void refusals();
    void phases();
    unsigned copy();
    void going_memory();
    void run();

    memory &ram;
    sc_core::sc_event answered;
    unsigned copies = 0;
};

tlm::tlm_response_status tester::send(tlm::tlm_command command, uint64_t addr, void *data, unsigned length)
{
    tlm_generic_payload payload;
    sc_time delay = sc_core::SC_ZERO_TIME;

    payload.set_command(command);
    payload.set_address(addr);
    payload.set_data_ptr(static_cast<unsigned char *>(data));
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    out->b_transport(payload, delay);
    wait(delay);
    return payload.get_response_status();
}

uint64_t tester::read(uint32_t offset, unsigned width)
{
    uint64_t value = 0;

    expect(send(tlm::TLM_READ_COMMAND, BAR_BASE + offset, &value, width) == tlm::TLM_OK_RESPONSE, "a read is answered");
    return value;
}

void tester::write(uint32_t offset, unsigned width, uint64_t value)
{
    expect(send(tlm::TLM_WRITE_COMMAND, BAR_BASE + offset, &value, width) == tlm::TLM_OK_RESPONSE,
           "a write is answered");
}

void tester::registers()
{
    const sc_time before = sc_core::sc_time_stamp();
    uint32_t id = 0;

    expect(read(IOAT_CHANCNT, 1) == ioat_sim_build()->channels, "CHANCNT reads the number of channels");
    expect(sc_core::sc_time_stamp() > before, "an access takes time");
    write(IOAT_CHAN(0, CHANCMP), 8, 0x1234567890ABCDE8);
    expect(read(IOAT_CHAN(0, CHANCMP), 8) == 0x1234567890ABCDE8, "what is written is read");
    expect(read(IOAT_CHAN(0, CHANCMP) + 4, 4) == 0x12345678, "half of it too");
    expect(send(tlm::TLM_READ_COMMAND, CONFIG_BASE, &id, 2) == tlm::TLM_OK_RESPONSE && id == 0x8086,
           "config space has the vendor");
}

void tester::refusals()
{
    unsigned char data[16] = {}, enable = 0xFF;
    tlm_generic_payload payload;
    sc_time delay = sc_core::SC_ZERO_TIME;
    const auto reads = tlm::TLM_READ_COMMAND;

    expect(send(reads, BAR_BASE, data, 16) == tlm::TLM_BURST_ERROR_RESPONSE, "16 bytes are a burst error");
    expect(send(reads, BAR_BASE + 2, data, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "misaligned is an address error");
    expect(send(reads, BAR_BASE, data, 3) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "3 bytes are an address error");
    expect(send(tlm::TLM_IGNORE_COMMAND, BAR_BASE, data, 4) == tlm::TLM_COMMAND_ERROR_RESPONSE,
           "to ignore is a command error");
    expect(send(reads, CONFIG_BASE, data, 8) == tlm::TLM_BURST_ERROR_RESPONSE, "8 bytes of config space are refused");
    expect(send(reads, 0x1000, data, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "the bus knows who is not there");

    payload.set_command(reads);
    payload.set_address(BAR_BASE);
    payload.set_data_ptr(data);
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    payload.set_byte_enable_ptr(&enable);
    payload.set_byte_enable_length(1);
    out->b_transport(payload, delay);
    expect(payload.get_response_status() == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE, "byte enables are refused");
    expect(read(IOAT_CHANCNT, 1) == ioat_sim_build()->channels, "after all that the engine still answers");
}

// The other half of four phases.
tlm::tlm_sync_enum tester::backward(tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &delay)
{
    if (phase != tlm::BEGIN_RESP)
        return tlm::TLM_ACCEPTED;
    answered.notify(delay);
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
}

unsigned tester::copy()
{
    enum { BYTES = 300, LINK = 0x1000, WORD = 0x2000, SRC = 0x10000, DST = 0x20000 };
    struct ioat_desc *desc = reinterpret_cast<struct ioat_desc *>(ram.at(LINK));
    unsigned same = 0;

    copies++;
    std::memset(desc, 0, sizeof *desc);
    desc->size = BYTES;
    desc->control = IOAT_CONTROL_COMPL_WRITE;
    desc->src = MEMORY_BASE + SRC;
    desc->dst = MEMORY_BASE + DST;
    for (unsigned n = 0; n < BYTES; n++) {
        ram.at(SRC)[n] = static_cast<unsigned char>(n + copies);
        ram.at(DST)[n] = 0;
    }
    write(IOAT_CHAN(0, CHANCMD), 1, IOAT_CHANCMD_RESET);
    wait(sc_time(1, sc_core::SC_US));
    write(IOAT_CHAN(0, CHANERR), 4, UINT32_MAX);
    write(IOAT_CHAN(0, CHANCMP), 8, MEMORY_BASE + WORD);
    write(IOAT_CHAN(0, CHAINADDR), 8, MEMORY_BASE + LINK);
    write(IOAT_CHAN(0, CHANCMD), 1, IOAT_CHANCMD_START);
    wait(sc_time(5, sc_core::SC_US));
    for (unsigned n = 0; n < BYTES; n++)
        same += ram.at(DST)[n] == static_cast<unsigned char>(n + copies);
    return BYTES - same;
}

void tester::going_memory()
{
    expect(copy() == 0, "a copy reaches memory");
    ram.grant(false);
    expect(copy() != 0, "memory without DMI is not reached");
    expect((read(IOAT_CHAN(0, CHANSTS), 8) & IOAT_CHANSTS_STATE) == IOAT_CHANSTS_STATE_HALTED &&
           read(IOAT_CHAN(0, CHANERR), 4) == IOAT_CHANERR_READ_DATA, "it is answered with an error");
    ram.grant(true);
    expect(copy() == 0, "memory that grants DMI again is reached again");
}

void tester::phases()
{
    tlm_generic_payload payload;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_time delay = sc_core::SC_ZERO_TIME;
    unsigned char channels = 0;

    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(IOAT_CHANCNT);
    payload.set_data_ptr(&channels);
    payload.set_data_length(1);
    payload.set_streaming_width(1);
    if (phased->nb_transport_fw(payload, phase, delay) != tlm::TLM_COMPLETED)
        wait(sc_time(1, sc_core::SC_US), answered);
    expect(payload.is_response_ok() && channels == ioat_sim_build()->channels, "nb_transport reads a register");
}

void tester::run()
{
    registers();
    refusals();
    phases();
    going_memory();
    finished = true;
    sc_core::sc_stop();
}

// Two engines share bus and memory; the tester is on the registers of the second one directly, in four phases.
int sc_main(int, char **)
{
    struct ioat_sim_config config;

    ioat_sim_config_init(&config);
    bus bus("bus");
    memory memory("memory");
    interrupts interrupts("interrupts");
    ioat_tlm engine("engine", config), second("second", config);
    tester tester("tester", memory);
    sc_core::sc_signal<bool> intx, second_intx;

    tester.out.bind(bus.in);
    tester.phased.bind(second.bar);
    tester.unused.bind(second.config);
    engine.dma.bind(bus.in);
    second.dma.bind(bus.in);
    bus.memory.bind(memory.in);
    bus.interrupts.bind(interrupts.in);
    bus.bar.bind(engine.bar);
    bus.config.bind(engine.config);
    engine.intx.bind(intx);
    second.intx.bind(second_intx);
    sc_core::sc_start(sc_time(10, sc_core::SC_MS));
    back_on_main_stack();
    return tester.good && tester.finished ? 0 : 1;
}
