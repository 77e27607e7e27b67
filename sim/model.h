/* model.h - the Verilated engine, seen from C. The only C++ is behind it.
 *
 * A clock of the engine:
 *   model_rise     the rising edge that begins the clock: the engine takes what it saw in
 *                  the clock before, and the inputs of `pins` appear; outputs come back:
 *                  every handshake of this clock can be read in `pins`
 *   model_fall     ends it; nothing is clocked
 *
 * The file is compiled for one configuration of the RTL, which macros describe:
 * IOAT_ and the name of a parameter of rtl/ioat_engine.v. DATA_W, CHAN_N and DESC_PORT
 * are required, the others default to the RTL's default. A wrong data width ends the
 * compilation; tb/test_sim.c compares the others with the registers.
 */
#ifndef IOAT_MODEL_H
#define IOAT_MODEL_H

#include "ioat_sim.h"
#include "pins.h"

#ifdef __cplusplus
extern "C" {
#endif

struct model;

/* NULL without memory. Registers that no reset reaches start at random values
 * made from the seed. */
struct model *model_open(uint64_t seed);
void model_close(struct model *model);

void model_rise(struct model *model, struct pins *pins);
void model_fall(struct model *model, uint64_t clock);

/* The first breach of a stream inside the engine (stream_check.sv), or NULL: the rule,
 * and in `stream` the instance and the stream. Valid until model_close. What went wrong in
 * a clock is known after the edge that ends it, the next model_rise. */
const char *model_broken(const struct model *model, const char **stream);

/* In a clock: its outputs. After it: the outputs past the next edge, before new inputs;
 * inputs are left alone. */
void model_outputs(struct model *model, struct pins *pins);

/* Between clocks: true when every further clock with these inputs leaves the engine as it
 * is. Its whole state is compared across an edge, so nothing in it can be overlooked.
 * Never while a wave is recorded. Costs some clocks' worth of time. */
bool model_at_rest(struct model *model);

/* FST. The file exists from open to close; only clocks between record(true) and
 * record(false) are in it. The edge at the start of clock n is at n periods. */
bool model_wave_open(struct model *model, const char *path);
void model_wave_record(struct model *model, bool on);
void model_wave_close(struct model *model);

#ifdef __cplusplus
}
#endif

#endif
