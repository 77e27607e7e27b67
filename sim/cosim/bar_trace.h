/* bar_trace.h - records what a driver does to the function, for tb/test_replay.c.
 *
 * One line each, numbers in hexadecimal, in the order of time:
 *
 *   r WIDTH OFFSET VALUE     BAR0 read and what it gave
 *   w WIDTH OFFSET VALUE     BAR0 write
 *   cr, cw WIDTH OFFSET VALUE    the same in config space
 *   d ADDR W0 .. W7          a descriptor, as eight words, that the next doorbell counts
 *   m ADDR DATA              the engine's interrupt message
 *   l ADDR VALUE             the engine's completion word
 *   p LEVEL                  the legacy interrupt line changes
 *   f KIND FIRST LAST        an error answer was prepared for these addresses; KIND as in
 *                            enum ioat_sim_fault_kind
 *   z                        the machine is reset
 */
#ifndef COSIM_BAR_TRACE_H
#define COSIM_BAR_TRACE_H

#include <stdio.h>

#include "ioat_regs.h"
#include "ioat_sim.h"

struct bar_trace {
    FILE *out;
    struct ioat_sim *sim;          /* where the guest's descriptors are */
    struct {
        uint64_t next;             /* descriptor that the next count makes valid */
        uint16_t count;            /* DMACOUNT */
    } channel[IOAT_CHAN_MAX];
};

void bar_trace_config(struct bar_trace *trace, bool write, unsigned offset, unsigned width,
                      uint32_t value);
void bar_trace_read(struct bar_trace *trace, uint32_t offset, unsigned width, uint64_t value);
/* Called before the write, so that descriptors come before their doorbell. */
void bar_trace_before_write(struct bar_trace *trace, uint32_t offset, unsigned width,
                            uint64_t value);
void bar_trace_message(struct bar_trace *trace, uint64_t addr, uint32_t data);
void bar_trace_pin(struct bar_trace *trace, bool level);
void bar_trace_fault(struct bar_trace *trace, const struct ioat_sim_fault *fault);
void bar_trace_reset(struct bar_trace *trace);
void bar_trace_event(struct bar_trace *trace, const struct ioat_sim_event *event);

#endif
