// platform - a virtual platform: processor, bus, memory, interrupt controller, and the engine.
//
//   processor: the driver of driver/ioat.h, unchanged, on a bar_ops that sends transactions
//
//   platform [--quantum N]     1, the default: approximately timed; more: loosely timed
//
// The processor probes the engine through config space, opens a channel, has three buffers copied, sleeps
// until the interrupt comes, compares every byte. Exit status 1 when something is wrong.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ioat.h"
#include "ioat_tlm.h"
#include "main_stack.h"
#include "parts.h"

using sc_core::sc_time;

namespace {

enum { COPIES = 3, COPY_BYTES = 6000, VECTOR_DATA = 0x40, PAGE = 4096 };

}  // namespace

class processor : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<processor> out;
    bool good = false;

    processor(const sc_core::sc_module_name &name, memory &memory_, interrupts &interrupts_)
        : sc_module(name), out("out"), ram(memory_), controller(interrupts_)
    {
        SC_HAS_PROCESS(processor);
        SC_THREAD(run);
    }

private:
    static enum ioat_status read(void *ctx, uint32_t offset, unsigned width, uint64_t *value);
    static enum ioat_status write(void *ctx, uint32_t offset, unsigned width, uint64_t value);
    static enum ioat_status alloc(void *ctx, size_t bytes, size_t align, struct dma_buf *buf);
    static void give_back(void *, struct dma_buf *) {}
    static uint64_t now_ns(void *);
    static enum ioat_status delay_ns(void *, uint64_t ns);

    enum ioat_status access(tlm::tlm_command command, uint64_t addr, unsigned width, uint64_t *value);
    void must(enum ioat_status status, const char *what);
    void run();
    void copy(struct ioat_chan *chan, const struct ioat_platform &platform);

    memory &ram;
    interrupts &controller;
    uint64_t next_page = 0;
};

// A blocking transaction; its time passes here.
enum ioat_status processor::access(tlm::tlm_command command, uint64_t addr, unsigned width, uint64_t *value)
{
    tlm::tlm_generic_payload payload;
    sc_time delay = sc_core::SC_ZERO_TIME;

    payload.set_command(command);
    payload.set_address(addr);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(value));
    payload.set_data_length(width);
    payload.set_streaming_width(width);
    out->b_transport(payload, delay);
    wait(delay);
    return payload.is_response_ok() ? IOAT_OK : IOAT_EIO;
}

enum ioat_status processor::read(void *ctx, uint32_t offset, unsigned width, uint64_t *value)
{
    *value = 0;
    return static_cast<processor *>(ctx)->access(tlm::TLM_READ_COMMAND, BAR_BASE + offset, width, value);
}

enum ioat_status processor::write(void *ctx, uint32_t offset, unsigned width, uint64_t value)
{
    return static_cast<processor *>(ctx)->access(tlm::TLM_WRITE_COMMAND, BAR_BASE + offset, width, &value);
}

enum ioat_status processor::alloc(void *ctx, size_t bytes, size_t, struct dma_buf *buf)
{
    processor *self = static_cast<processor *>(ctx);

    buf->cpu = self->ram.at(self->next_page);
    buf->bus = MEMORY_BASE + self->next_page;
    buf->bytes = bytes;
    buf->priv = nullptr;
    self->next_page += (bytes + PAGE - 1) / PAGE * PAGE;
    return self->next_page <= MEMORY_BYTES ? IOAT_OK : IOAT_ENOMEM;
}

uint64_t processor::now_ns(void *)
{
    return static_cast<uint64_t>(sc_core::sc_time_stamp() / sc_time(1, sc_core::SC_NS));
}

enum ioat_status processor::delay_ns(void *, uint64_t ns)
{
    sc_core::wait(sc_time(static_cast<double>(ns), sc_core::SC_NS));
    return IOAT_OK;
}

void processor::must(enum ioat_status status, const char *what)
{
    if (status == IOAT_OK)
        return;
    std::fprintf(stderr, "platform: %s: %s\n", what, ioat_strstatus(status));
    sc_core::sc_stop();
    wait();
}

void processor::copy(struct ioat_chan *chan, const struct ioat_platform &platform)
{
    struct dma_buf src[COPIES], dst[COPIES];
    struct ioat_done done[COPIES];
    unsigned finished = 0;

    for (unsigned n = 0; n < COPIES; n++) {
        must(platform.dma->alloc(platform.dma_ctx, COPY_BYTES, PAGE, &src[n]), "memory");
        must(platform.dma->alloc(platform.dma_ctx, COPY_BYTES, PAGE, &dst[n]), "memory");
        for (unsigned k = 0; k < COPY_BYTES; k++)
            static_cast<unsigned char *>(src[n].cpu)[k] = static_cast<unsigned char>(n + 3 * k);
        const uint32_t flags = n + 1 == COPIES ? uint32_t{ IOAT_CONTROL_INT_EN } : 0;
        must(ioat_copy(chan, dst[n].bus, src[n].bus, COPY_BYTES, flags, nullptr), "preparing a copy");
    }
    must(ioat_submit(chan), "the doorbell");
    std::printf("%12s  doorbell\n", sc_core::sc_time_stamp().to_string().c_str());
    while (finished < COPIES) {
        unsigned count = 0;
        wait(sc_time(1, sc_core::SC_MS), controller.raised);
        if (!controller.count)
            must(IOAT_ETIME, "the interrupt");
        std::printf("%12s  interrupt 0x%x\n", sc_core::sc_time_stamp().to_string().c_str(), controller.last);
        must(ioat_interrupt(chan, done, COPIES, &count), "serving the interrupt");
        finished += count;
    }
    for (unsigned n = 0; n < COPIES; n++)
        if (std::memcmp(src[n].cpu, dst[n].cpu, COPY_BYTES) != 0)
            must(IOAT_EIO, "the bytes differ");
}

void processor::run()
{
    static const struct bar_ops bar = { read, write };
    static const struct dma_ops dma = { alloc, give_back };
    static const struct clock_ops clock = { now_ns, delay_ns };
    const struct ioat_platform platform = { &bar, &dma, &clock, this, this, this };
    struct ioat *dev = nullptr;
    struct ioat_chan *chan = nullptr;
    uint64_t vendor = 0;

    must(access(tlm::TLM_READ_COMMAND, CONFIG_BASE, 2, &vendor), "config space");
    std::printf("%12s  vendor 0x%04x\n", sc_core::sc_time_stamp().to_string().c_str(), static_cast<unsigned>(vendor));
    must(ioat_open(&platform, &dev), "the engine");
    must(ioat_chan_open(dev, 0, nullptr, &chan), "channel 0");
    must(ioat_msix_set(dev, 0, INTERRUPTS_BASE, VECTOR_DATA), "MSI-X");
    must(ioat_msix_mask(dev, 0, false), "MSI-X");
    copy(chan, platform);
    must(ioat_chan_close(chan), "closing the channel");
    must(ioat_close(dev), "closing the engine");
    std::printf("%12s  every byte is right\n", sc_core::sc_time_stamp().to_string().c_str());
    good = true;
    sc_core::sc_stop();
}

int sc_main(int argc, char **argv)
{
    struct ioat_sim_config config;
    const long quantum = argc == 3 && !std::strcmp(argv[1], "--quantum") ? std::strtol(argv[2], nullptr, 10) : 1;

    if ((argc != 1 && argc != 3) || quantum < 1 || quantum > 1000000) {
        std::fprintf(stderr, "platform: usage: platform [--quantum N], N from 1 to 1000000 clocks\n");
        return 2;
    }
    ioat_sim_config_init(&config);
    config.timing.read_latency = config.timing.write_latency = 50;

    bus bus("bus");
    memory memory("memory");
    interrupts interrupts("interrupts");
    ioat_tlm engine("engine", config);
    processor processor("processor", memory, interrupts);
    sc_core::sc_signal<bool> intx;

    processor.out.bind(bus.in);
    engine.dma.bind(bus.in);
    bus.memory.bind(memory.in);
    bus.interrupts.bind(interrupts.in);
    bus.bar.bind(engine.bar);
    bus.config.bind(engine.config);
    engine.intx.bind(intx);
    engine.quantum(static_cast<unsigned>(quantum));

    sc_core::sc_start(sc_time(10, sc_core::SC_MS));
    back_on_main_stack();
    return processor.good ? 0 : 1;
}
