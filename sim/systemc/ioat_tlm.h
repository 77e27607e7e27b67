// ioat_tlm - the engine as a SystemC module with TLM-2.0 sockets, around the same model as ioat_sim.h.
//
//   initiator --> bar ------> +----------------------+ --> dma --> memory, by DMI
//                 config ---> | cycle-accurate model |     dma --> interrupt controller: messages
//                             +----------------------+ --> intx
//
// Time. A clock of the engine is a clock of SystemC time, counted from the start of the simulation.
//   quantum(1), the default: approximately timed. The engine is never ahead of SystemC time, but for the
//     clocks of an access, and everything happens at its clock: the same clocks as with ioat_sim.h alone.
//   quantum(n): loosely timed, and faster. The engine runs up to n - 1 clocks ahead; memory may change, and
//     registers may read, that much early. Interrupts come at their own time.
// An access returns its delay annotated. A delay that the initiator brings along is time that has passed.
//
// bar, config: generic payloads of 1, 2, 4 or 8 (config: 4) bytes, naturally aligned, no byte enables,
//   b_transport and nb_transport. No DMI and no debug access: registers have side effects.
// dma: memory is what get_direct_mem_ptr grants, asked for from address 0 up when the simulation starts
//   and after each invalidation; ranges count as far as they hold whole pages of 4 KiB. Accesses elsewhere
//   are answered with an error. Latency and stalls of the memory are those of ioat_sim_set_timing.
//   Interrupt messages leave as writes of 4 bytes.
//
// A broken rule ends in SC_REPORT_ERROR, once, and the engine stands still.

#ifndef IOAT_TLM_H
#define IOAT_TLM_H

#include <deque>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "ioat_sim.h"

class ioat_tlm : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<ioat_tlm> bar;
    tlm_utils::simple_target_socket<ioat_tlm> config;
    tlm_utils::simple_initiator_socket<ioat_tlm> dma;
    sc_core::sc_out<bool> intx;

    // Opens the simulator; on_violation of `settings` is taken over. Throws std::runtime_error when a value
    // is out of range.
    ioat_tlm(const sc_core::sc_module_name &name, const struct ioat_sim_config &settings);
    ~ioat_tlm() override;

    void quantum(unsigned clocks) { ahead = clocks ? clocks - 1 : 0; }

    // For timing, faults, events, waves. It belongs to the module; do not advance its time.
    struct ioat_sim *sim() { return engine; }
    sc_core::sc_time period() const { return clock_period; }

    // Brings the engine to the present of SystemC time. Not ahead of it: false.
    bool catch_up() { return advance_to(sc_core::sc_time_stamp()); }

private:
    struct message {
        sc_core::sc_time when;
        uint64_t addr;
        uint32_t data;
    };

    void start_of_simulation() override;
    void access_bar(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    void access_config(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
    void map_memory();
    bool map_range(const tlm::tlm_dmi &range);
    void run();
    void deliver();
    bool advance_to(const sc_core::sc_time &time);
    sc_core::sc_time engine_time() const;
    void answer(tlm::tlm_generic_payload &payload, enum ioat_status status, sc_core::sc_time &delay);

    static void on_message(void *ctx, uint64_t addr, uint32_t data);
    static void on_violation(void *ctx, const char *text);

    struct ioat_sim *engine = nullptr;
    sc_core::sc_time clock_period;
    uint64_t clock_zero = 0;             // the engine's clock at the start of SystemC time
    unsigned ahead = 0;
    std::vector<uint64_t> mapped;        // bus addresses of regions
    bool memory_known = false;
    std::deque<message> messages;
    sc_core::sc_event message_waits;
};

#endif
