// parts.h - the rest of a small virtual platform: a bus, memory, an interrupt controller.
//
//   initiators --> bus --> memory          0x10000000, 768 MiB of address space, as much as is touched
//                      \-> device BAR0     0xF0000000
//                      \-> config space    0xE0000000
//                      \-> interrupts      0xFEE00000

#ifndef SYSTEMC_PARTS_H
#define SYSTEMC_PARTS_H

#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

enum : uint64_t {
    MEMORY_BASE = 0x10000000, MEMORY_BYTES = 0x30000000,
    CONFIG_BASE = 0xE0000000, CONFIG_BYTES = 0x1000,
    BAR_BASE = 0xF0000000, BAR_BYTES = 0x4000,
    INTERRUPTS_BASE = 0xFEE00000, INTERRUPTS_BYTES = 0x100000,
};

// Routes by address and hands on; time belongs to the targets.
class bus : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<bus> in;
    tlm_utils::simple_initiator_socket<bus> memory, config, bar, interrupts;

    explicit bus(const sc_core::sc_module_name &name);

private:
    struct route {
        uint64_t base, bytes;
        tlm_utils::simple_initiator_socket<bus> *to;
    };

    const route *find(uint64_t addr) const;
    void transport(int, tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    bool dmi(int, tlm::tlm_generic_payload &payload, tlm::tlm_dmi &range);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);

    const std::vector<route> routes;     // by address
};

// Pages of it are committed by the operating system when they are touched.
class memory : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<memory> in;

    explicit memory(const sc_core::sc_module_name &name);
    ~memory() override;

    // CPU address of an offset.
    unsigned char *at(uint64_t offset) { return bytes + offset; }

    // Takes DMI back, or grants it again.
    void grant(bool on);

private:
    void transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    bool dmi(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &range);

    unsigned char *bytes;
    bool granting = true;
};

// Counts messages, and tells of each.
class interrupts : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<interrupts> in;
    sc_core::sc_event raised;
    unsigned count = 0;
    uint32_t last = 0;                   // data of the newest message

    explicit interrupts(const sc_core::sc_module_name &name);

private:
    void transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
};

#endif
