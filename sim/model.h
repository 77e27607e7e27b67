/* model.h - the Verilated engine, seen from C. The only C++ is behind it.
 *
 * A clock of the engine:
 *   model_settle   inputs of `pins` go in, outputs come back, nothing is clocked:
 *                  every handshake of this clock can be read in `pins`
 *   model_edge     the rising edge that ends the clock
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

void model_settle(struct model *model, struct pins *pins);
void model_edge(struct model *model, uint64_t clock);

/* The first breach of a stream inside the engine (stream_check.sv), or NULL: the rule,
 * and in `stream` the instance and the stream. Valid until model_close. */
const char *model_broken(const struct model *model, const char **stream);

/* The outputs after the last edge, before new inputs; inputs are left alone. */
void model_outputs(const struct model *model, struct pins *pins);

/* FST. The file exists from open to close; only clocks between record(true) and
 * record(false) are in it. The edge at the start of clock n is at n periods. */
bool model_wave_open(struct model *model, const char *path);
void model_wave_record(struct model *model, bool on);
void model_wave_close(struct model *model);

#ifdef __cplusplus
}
#endif

#endif
