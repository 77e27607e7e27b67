/* drivers.c - traces of drivers.h. Values are those the drivers write. */
#include "drivers.h"

enum { COPY_BYTES = 2000 };

/* The words of the drivers on one channel lie apart; SPDK's is aligned to 8 bytes only. */
static uint64_t word_bus(const struct tb *tb, unsigned ch, enum owner_kind kind)
{
    return tb_word_bus(tb, ch) + 0x1000 * (1u + kind) + (kind == OWNER_SPDK ? 8 : 0);
}

void own(struct owner *owner, struct tb *tb, unsigned ch, enum owner_kind kind)
{
    const bool polls = kind == OWNER_SPDK || kind == OWNER_DPDK;
    const uint32_t flags = IOAT_CONTROL_COMPL_WRITE | (polls ? 0 : IOAT_CONTROL_INT_EN);
    uint64_t bus[3];

    owner->kind = kind;
    owner->src = tb_src(tb, COPY_BYTES, 0);
    owner->dst = tb_dst(tb, COPY_BYTES, 0);
    bus[0] = tb_null(tb, flags);
    if (kind == OWNER_SPDK || kind == OWNER_FREEBSD)
        tb_desc(tb, bus[0])->size = 8;
    bus[1] = tb_copy(tb, owner->dst.bus, owner->src.bus, COPY_BYTES, flags);
    bus[2] = tb_null(tb, flags);
    tb_chain(tb, bus, 3);
    tb_link(tb, bus[2], bus[0]);
    trace_init(&owner->trace, tb, ch);
    trace_set(&owner->trace, "chain", bus[0]);
    trace_set(&owner->trace, "null", bus[0]);
    trace_set(&owner->trace, "copy", bus[1]);
    trace_set(&owner->trace, "again", bus[2]);
    trace_set(&owner->trace, "cmp", word_bus(tb, ch, kind));
    owner->trace.messages = tb_messages(tb, ch);
    *owner_word(owner) = TB_NO_WORD;
}

volatile uint64_t *owner_word(const struct owner *owner)
{
    return ioat_sim_cpu(owner->trace.tb->sim, trace_get(&owner->trace, "cmp"), sizeof(uint64_t));
}

/* ---- Linux 6.1 ---- */

const char *const linux_probe[] = {
    "r8 CBVER = $cbver",
    "r32 DMACAPABILITY = $capability",
    "r8 CHANCNT = $channels",
    "r8 XFERCAP = $xfercap",
    NULL
};

const char *const linux_reset[] = {
    "if r64 CHANSTS state ACTIVE|IDLE",
    "+ w8 CHANCMD SUSPEND",
    "+ poll r64 CHANSTS state SUSPENDED|HALTED|ARMED reads 1000 us 1",
    "r32 CHANERR",
    "w32 CHANERR $last",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 100 us 1",
    NULL
};

const char *const linux_interrupts[] = {
    "w8 INTRCTRL 0x09",
    NULL
};

const char *const linux_start[] = {
    "w16 CHANCTRL 0x001d",
    "w32 CHANCMP $cmp.lo",
    "w32 CHANCMP+4 $cmp.hi",
    "w32 LTR_ACTIVE 0x8800",
    "w32 LTR_IDLE 0x8a58",
    "w8 LTR_SWSEL 0",
    "w32 CHAINADDR $chain.lo",
    "w32 CHAINADDR+4 $chain.hi",
    "w16 DMACOUNT 1",
    "poll r64 CHANSTS state ACTIVE|IDLE reads 1",
    "message",
    "word $null IDLE",
    "w16 CHANCTRL 0x001d",
    NULL
};

const char *const linux_self_test[] = {
    "w16 DMACOUNT 2",
    "message",
    "word $copy IDLE",
    "w16 CHANCTRL 0x001d",
    NULL
};

const char *const linux_free[] = {
    "r64 CHANSTS state IDLE",
    "w8 CHANCMD SUSPEND",
    "poll r64 CHANSTS state SUSPENDED reads 100 us 1",
    "r32 CHANERR = 0",
    "w32 CHANERR $last",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 100 us 1",
    "w8 LTR_SWSEL 1",
    "w32 DCACTRL 0xffffffff",
    NULL
};

const char *const linux_remove[] = {
    "if r64 CHANSTS state ACTIVE|IDLE",
    "+ w8 CHANCMD SUSPEND",
    "+ poll r64 CHANSTS state SUSPENDED|HALTED reads 100 us 1",
    "r32 CHANERR",
    "w32 CHANERR $last",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 100 us 1",
    "w8 INTRCTRL 0x00",
    NULL
};

const char *const linux_error[] = {
    "w16 DMACOUNT 2",
    "message",
    "word $null HALTED",
    "r32 CHANERR = READ_DATA",
    "r32 CHANERR = READ_DATA",
    "cfg r32 CHANERR_INT",
    "r64 CHANSTS state HALTED",
    "r32 CHANERR = READ_DATA",
    "w32 CHANERR $last",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 100 us 1",
    "w32 CHANERR READ_DATA",
    "cfg w32 CHANERR_INT 0",
    "w32 CHANCMP $cmp.lo",
    "w32 CHANCMP+4 $cmp.hi",
    "r64 CHANSTS = 3",
    "w32 CHAINADDR $again.lo",
    "w32 CHAINADDR+4 $again.hi",
    "w16 DMACOUNT 1",
    "message",
    "word $again IDLE",
    "w16 CHANCTRL 0x001d",
    "r32 CHANERR = 0",
    NULL
};

/* ---- SPDK ---- */

const char *const spdk_attach[] = {
    "cfg r32 COMMAND",
    "cfg w32 COMMAND $last",
    "r8 CBVER = $cbver",
    "r32 DMACAPABILITY = $capability",
    "r8 XFERCAP = $xfercap",
    "if r64 CHANSTS state ACTIVE|IDLE",
    "+ w8 CHANCMD SUSPEND",
    "+ poll r64 CHANSTS state SUSPENDED|HALTED|ARMED reads 1000 us 1",
    "r32 CHANERR",
    "w32 CHANERR $last",
    "r8 CBVER = $cbver",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 20 us 5",
    "w16 CHANCTRL 0x0008",
    "w64 CHANCMP $cmp",
    "w64 CHAINADDR $chain",
    "w16 DMACOUNT 1",
    "poll r64 CHANSTS state IDLE reads 100 us 1",
    "word $null IDLE",
    NULL
};

const char *const spdk_run[] = {
    "w16 DMACOUNT 2",
    "word $copy IDLE",
    NULL
};

/* ---- DPDK ---- */

/* CHAINADDR = 0 is what the driver writes while it waits for RESET. */
const char *const dpdk_create[] = {
    "r8 CBVER = $cbver",
    "r8 CHANCNT = $channels",
    "if r16 CHANCTRL & IN_USE = IN_USE",
    "+ w16 CHANCTRL 0x0000",
    "unless r32 CHANERR = 0",
    "+ r32 CHANERR",
    "+ w32 CHANERR $last",
    "w8 CHANCMD SUSPEND",
    "us 10",
    "w8 CHANCMD RESET",
    "w64 CHAINADDR 0",
    "w64 CHAINADDR 0",
    "poll r8 CHANCMD & RESET = 0 reads 200 us 1",
    NULL
};

const char *const dpdk_start[] = {
    "w64 CHAINADDR $chain",
    "w64 CHANCMP $cmp",
    "w16 CHANCTRL 0x000c",
    "r64 CHANSTS = 4",
    NULL
};

const char *const dpdk_run[] = {
    "w16 DMACOUNT 2",
    "word $copy IDLE",
    NULL
};

const char *const dpdk_stop[] = {
    "if r64 CHANSTS state ACTIVE|IDLE",
    "+ w8 CHANCMD SUSPEND",
    "if r64 CHANSTS state ARMED|HALTED",
    "+ w8 CHANCMD RESET",
    "poll r64 CHANSTS state SUSPENDED|HALTED reads 200 us 0",
    NULL
};

/* The copy behind the null descriptor fails. */
const char *const dpdk_fail[] = {
    "w16 DMACOUNT 2",
    "word $null HALTED",
    NULL
};

const char *const dpdk_recover[] = {
    "r32 CHANERR = READ_DATA",
    "w32 CHANERR $last",
    "w8 CHANCMD RESET",
    "w64 CHAINADDR $chain",
    "w16 CHANCTRL 0x000c",
    "w64 CHANCMP $cmp",
    "poll r64 CHANSTS = 4 reads 200 us 0",
    NULL
};

/* ---- FreeBSD ---- */

const char *const freebsd_start[] = {
    "if r64 CHANSTS state ACTIVE|IDLE",
    "+ w8 CHANCMD SUSPEND",
    "+ poll r64 CHANSTS state SUSPENDED|HALTED|ARMED reads 20 us 50",
    "r32 CHANERR",
    "w32 CHANERR $last",
    "cfg w32 CHANERRMSK_INT 0x3e07",
    "cfg r32 CHANERR_INT",
    "cfg w32 CHANERR_INT $last",
    "w8 CHANCMD RESET",
    "poll r8 CHANCMD & RESET = 0 reads 20 us 5",
    "r64 CHANSTS state HALTED",
    "r32 CHANERR = 0",
    "w16 CHANCTRL 0x0009",
    "w64 CHANCMP $cmp",
    "w64 CHAINADDR $chain",
    "w16 DMACOUNT 1",
    "poll r64 CHANSTS state IDLE reads 100 us 1",
    "word $null IDLE",
    NULL
};
