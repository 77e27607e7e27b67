// parts.cpp - see parts.h.

#include "parts.h"

#include <cstring>
#include <new>

#include <sys/mman.h>

using sc_core::sc_time;
using tlm::tlm_generic_payload;

// ---- bus ----

bus::bus(const sc_core::sc_module_name &name)
    : sc_module(name), in("in"), memory("memory"), config("config"), bar("bar"), interrupts("interrupts"),
      routes{ { MEMORY_BASE, MEMORY_BYTES, &memory },
              { CONFIG_BASE, CONFIG_BYTES, &config },
              { BAR_BASE, BAR_BYTES, &bar },
              { INTERRUPTS_BASE, INTERRUPTS_BYTES, &interrupts } }
{
    in.register_b_transport(this, &bus::transport);
    in.register_get_direct_mem_ptr(this, &bus::dmi);
    memory.register_invalidate_direct_mem_ptr(this, &bus::invalidate);
}

void bus::invalidate(sc_dt::uint64 first, sc_dt::uint64 last)
{
    for (unsigned n = 0; n < in.size(); n++)
        in[static_cast<int>(n)]->invalidate_direct_mem_ptr(first + MEMORY_BASE, last + MEMORY_BASE);
}

const bus::route *bus::find(uint64_t addr) const
{
    for (const route &route : routes)
        if (addr - route.base < route.bytes)
            return &route;
    return nullptr;
}

void bus::transport(int, tlm_generic_payload &payload, sc_time &delay)
{
    const uint64_t addr = payload.get_address();
    const route *route = find(addr);

    if (!route) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    payload.set_address(addr - route->base);
    (*route->to)->b_transport(payload, delay);
    payload.set_address(addr);
}

// A no is as wide as the gap, or the target, that the address is in.
bool bus::dmi(int, tlm_generic_payload &payload, tlm::tlm_dmi &range)
{
    const uint64_t addr = payload.get_address();
    const route *route = find(addr);
    bool granted = false;

    if (!route) {
        range.set_start_address(addr);
        range.set_end_address(UINT64_MAX);
        for (auto next = routes.rbegin(); next != routes.rend(); ++next)
            if (next->base > addr)
                range.set_end_address(next->base - 1);
        return false;
    }
    payload.set_address(addr - route->base);
    if (route->to == &memory)
        granted = (*route->to)->get_direct_mem_ptr(payload, range);
    payload.set_address(addr);
    range.set_start_address(granted ? range.get_start_address() + route->base : route->base);
    range.set_end_address(granted ? range.get_end_address() + route->base : route->base + route->bytes - 1);
    return granted;
}

// ---- memory ----

memory::memory(const sc_core::sc_module_name &name) : sc_module(name), in("in")
{
    void *store = mmap(nullptr, MEMORY_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (store == MAP_FAILED)
        throw std::bad_alloc();
    bytes = static_cast<unsigned char *>(store);
    in.register_b_transport(this, &memory::transport);
    in.register_get_direct_mem_ptr(this, &memory::dmi);
}

memory::~memory()
{
    munmap(bytes, MEMORY_BYTES);
}

void memory::transport(tlm_generic_payload &payload, sc_time &delay)
{
    const uint64_t at = payload.get_address(), length = payload.get_data_length();

    if (at >= MEMORY_BYTES || length > MEMORY_BYTES - at) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    if (payload.is_read())
        std::memcpy(payload.get_data_ptr(), bytes + at, length);
    else if (payload.is_write())
        std::memcpy(bytes + at, payload.get_data_ptr(), length);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    payload.set_dmi_allowed(true);
    delay += sc_time(10, sc_core::SC_NS);
}

bool memory::dmi(tlm_generic_payload &, tlm::tlm_dmi &range)
{
    range.set_dmi_ptr(bytes);
    range.set_start_address(0);
    range.set_end_address(MEMORY_BYTES - 1);
    range.allow_read_write();
    return granting;
}

void memory::grant(bool on)
{
    granting = on;
    in->invalidate_direct_mem_ptr(0, MEMORY_BYTES - 1);
}

// ---- interrupts ----

interrupts::interrupts(const sc_core::sc_module_name &name) : sc_module(name), in("in")
{
    in.register_b_transport(this, &interrupts::transport);
}

void interrupts::transport(tlm_generic_payload &payload, sc_time &)
{
    if (payload.get_data_length() != sizeof last || !payload.is_write()) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    std::memcpy(&last, payload.get_data_ptr(), sizeof last);
    count++;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    raised.notify(sc_core::SC_ZERO_TIME);
}
