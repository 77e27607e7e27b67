// ioat_tlm.cpp - see ioat_tlm.h.

#include "ioat_tlm.h"

#include <cstring>
#include <stdexcept>

#include "ioat_regs.h"

using sc_core::sc_time;
using tlm::tlm_generic_payload;

ioat_tlm::ioat_tlm(const sc_core::sc_module_name &name, const struct ioat_sim_config &settings)
    : sc_module(name), bar("bar"), config("config"), dma("dma"), intx("intx"),
      clock_period(1.0 / ioat_sim_build()->clock_mhz, sc_core::SC_US)
{
    struct ioat_sim_config own = settings;

    own.on_violation = on_violation;
    own.on_violation_ctx = this;
    if (ioat_sim_open(&own, &engine) != IOAT_OK)
        throw std::runtime_error("ioat_tlm: the simulator does not open with these settings");
    clock_zero = ioat_sim_now(engine);
    ioat_sim_on_message(engine, on_message, this);
    bar.register_b_transport(this, &ioat_tlm::access_bar);
    config.register_b_transport(this, &ioat_tlm::access_config);
    dma.register_invalidate_direct_mem_ptr(this, &ioat_tlm::invalidate);
    SC_HAS_PROCESS(ioat_tlm);
    SC_THREAD(run);
    SC_THREAD(deliver);
}

ioat_tlm::~ioat_tlm()
{
    ioat_sim_close(engine);
}

// ---- time ----

sc_time ioat_tlm::engine_time() const
{
    return clock_period * static_cast<double>(ioat_sim_now(engine) - clock_zero);
}

bool ioat_tlm::advance_to(const sc_time &time)
{
    const uint64_t clocks = time.value() / clock_period.value() + clock_zero;
    const uint64_t now = ioat_sim_now(engine);

    if (!memory_known)
        map_memory();
    if (now < clocks)
        ioat_sim_step(engine, clocks - now);
    return now <= clocks;
}

void ioat_tlm::run()
{
    for (;;) {
        advance_to(sc_core::sc_time_stamp() + clock_period * ahead);
        intx.write(ioat_sim_intx(engine));
        wait(clock_period * (ahead + 1));
    }
}

// ---- registers ----

void ioat_tlm::answer(tlm_generic_payload &payload, enum ioat_status status, sc_time &delay)
{
    payload.set_response_status(status == IOAT_OK       ? tlm::TLM_OK_RESPONSE
                                : status == IOAT_EINVAL ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                                        : tlm::TLM_GENERIC_ERROR_RESPONSE);
    delay = engine_time() > sc_core::sc_time_stamp() ? engine_time() - sc_core::sc_time_stamp()
                                                     : sc_core::SC_ZERO_TIME;
}

// What a register access cannot be.
static bool refused(tlm_generic_payload &payload)
{
    if (payload.get_byte_enable_ptr())
        payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    else if (payload.get_data_length() > 8 || payload.get_streaming_width() < payload.get_data_length())
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    else if (payload.get_command() == tlm::TLM_IGNORE_COMMAND)
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    else if (payload.get_address() > UINT32_MAX)
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    else
        return false;
    return true;
}

void ioat_tlm::access_bar(tlm_generic_payload &payload, sc_time &delay)
{
    const uint32_t offset = static_cast<uint32_t>(payload.get_address());
    const unsigned width = payload.get_data_length();
    uint64_t value = 0;
    enum ioat_status status;

    if (refused(payload))
        return;
    advance_to(sc_core::sc_time_stamp() + delay);
    if (payload.is_read()) {
        status = ioat_sim_bar_read(engine, offset, width, &value);
        std::memcpy(payload.get_data_ptr(), &value, width);
    } else {
        std::memcpy(&value, payload.get_data_ptr(), width);
        status = ioat_sim_bar_write(engine, offset, width, value);
    }
    answer(payload, status, delay);
}

void ioat_tlm::access_config(tlm_generic_payload &payload, sc_time &delay)
{
    const unsigned offset = static_cast<unsigned>(payload.get_address());
    const unsigned width = payload.get_data_length();
    uint32_t value = 0;
    enum ioat_status status;

    if (refused(payload))
        return;
    if (width > sizeof value) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    advance_to(sc_core::sc_time_stamp() + delay);
    if (payload.is_read()) {
        status = ioat_sim_cfg_read(engine, offset, width, &value);
        std::memcpy(payload.get_data_ptr(), &value, width);
    } else {
        std::memcpy(&value, payload.get_data_ptr(), width);
        status = ioat_sim_cfg_write(engine, offset, width, value);
    }
    answer(payload, status, delay);
}

// ---- memory ----

void ioat_tlm::start_of_simulation()
{
    map_memory();
}

// False: nothing lies behind the range.
bool ioat_tlm::map_range(const tlm::tlm_dmi &range)
{
    const uint64_t page = IOAT_PAGE_BYTES;
    const uint64_t first = (range.get_start_address() + page - 1) / page * page;
    const uint64_t end = (range.get_end_address() + 1) / page * page;    // 0: 2^64, which no memory reaches
    unsigned rights = 0;

    if (range.is_read_allowed())
        rights |= IOAT_SIM_READ;
    if (range.is_write_allowed())
        rights |= IOAT_SIM_WRITE;
    if (end > first && ioat_sim_map_at(engine, first, end - first, rights,
                                       range.get_dmi_ptr() + (first - range.get_start_address())) == IOAT_OK)
        mapped.push_back(first);
    return range.get_end_address() != UINT64_MAX;
}

// A target says of each address how far its yes, or its no, goes.
void ioat_tlm::map_memory()
{
    enum { RANGES_MAX = 4096 };
    tlm_generic_payload payload;
    uint64_t addr = 0;

    memory_known = true;
    for (unsigned n = 0; n < RANGES_MAX; n++) {
        tlm::tlm_dmi range;

        payload.set_command(tlm::TLM_READ_COMMAND);
        payload.set_address(addr);
        const bool granted = dma->get_direct_mem_ptr(payload, range);
        if (granted && !map_range(range))
            return;
        if (range.get_end_address() < addr || range.get_end_address() == UINT64_MAX)
            return;
        addr = range.get_end_address() + 1;
    }
}

void ioat_tlm::invalidate(sc_dt::uint64, sc_dt::uint64)
{
    for (const uint64_t first : mapped)
        ioat_sim_unmap(engine, first);
    mapped.clear();
    memory_known = false;
}

// ---- interrupts ----

// Inside a clock of the engine: handed on when SystemC time is there.
void ioat_tlm::on_message(void *ctx, uint64_t addr, uint32_t data)
{
    ioat_tlm *self = static_cast<ioat_tlm *>(ctx);

    self->messages.push_back({ self->engine_time(), addr, data });
    self->message_waits.notify();
}

void ioat_tlm::deliver()
{
    for (;;) {
        if (messages.empty()) {
            wait(message_waits);
            continue;
        }
        message next = messages.front();
        if (next.when > sc_core::sc_time_stamp())
            wait(next.when - sc_core::sc_time_stamp());
        messages.pop_front();

        tlm_generic_payload payload;
        sc_time delay = sc_core::SC_ZERO_TIME;
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(next.addr);
        payload.set_data_ptr(reinterpret_cast<unsigned char *>(&next.data));
        payload.set_data_length(sizeof next.data);
        payload.set_streaming_width(sizeof next.data);
        dma->b_transport(payload, delay);
    }
}

void ioat_tlm::on_violation(void *, const char *text)
{
    SC_REPORT_ERROR("ioat_tlm", text);
}
