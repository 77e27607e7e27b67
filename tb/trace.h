/* trace.h - replays what a driver does to the device, line by line.
 *
 * A trace is a list of lines; each is one access with the value that is expected:
 *
 *   r64 CHANSTS = 3              read, 8..64 bits; `= a|b` lists the values allowed
 *   r8 CHANCMD & RESET = 0       only the bits of a mask
 *   r64 CHANSTS state IDLE|HALTED   the state field, by name
 *   w16 CHANCTRL 0x001d          write
 *   w32 CHAINADDR+4 $chain.hi    part of a register; .lo, .hi: halves of a variable
 *   poll r64 CHANSTS state IDLE reads 100 us 1   up to 100 reads, 1 us between them
 *   if r64 CHANSTS state ACTIVE|IDLE   the `+` lines that follow run if it matches,
 *   unless r32 CHANERR = 0             or if it does not
 *   + w8 CHANCMD SUSPEND
 *   cfg r32 CHANERR_INT, cfg w32 CHANERR_INT $last    config space
 *   us 10                        time passes
 *   message                      one more message of the channel's vector
 *   word $copy IDLE              the completion word at $cmp becomes address | state
 *
 * Register names are those of ioat_regs.def, of the trace's channel, and a few that
 * only drivers for newer parts know. A value is a number, a variable ($name), a field of
 * the register (its mask), or $last: what was read last. A line that fails names itself.
 */
#ifndef TRACE_H
#define TRACE_H

#include "tb.h"

enum { TRACE_VARS = 24 };

struct trace {
    struct tb *tb;
    unsigned ch;
    struct { const char *name; uint64_t value; } var[TRACE_VARS];
    unsigned var_n;
    uint64_t last;           /* $last */
    unsigned messages;       /* of the vector, consumed by `message` */
};

/* Sets the variables that describe the build: $channels, $cbver, $capability, $xfercap. */
void trace_init(struct trace *trace, struct tb *tb, unsigned ch);
/* Sets or changes a variable; the name is kept, not copied. */
void trace_set(struct trace *trace, const char *name, uint64_t value);
uint64_t trace_get(const struct trace *trace, const char *name);
/* Runs the lines up to NULL; title names the trace in a failure. */
void trace_run(struct trace *trace, const char *title, const char *const *lines);

#endif
