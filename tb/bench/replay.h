/* replay.h - a recording of the engine's pins, and the bare engine under its inputs. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REPLAY_SAME UINT64_MAX

struct replay;
struct replay_engine;

/* Records every clock of the simulators that run until the end. One at a time. */
struct replay *replay_record_begin(void);
void replay_record_end(void);
void recording_free(struct replay *replay);
uint64_t replay_clocks(const struct replay *replay);

/* A Verilated engine and nothing else; it starts at the first recorded clock. */
struct replay_engine *replay_engine_open(void);
void replay_engine_close(struct replay_engine *engine);

/* Puts the recorded inputs of clocks first .. end - 1 on it. */
void recording_run(const struct replay *replay, struct replay_engine *engine, uint64_t first,
                uint64_t end);

/* All of it; the first clock whose outputs are not the recorded ones, or REPLAY_SAME. */
uint64_t replay_check(const struct replay *replay, struct replay_engine *engine);

#ifdef __cplusplus
}
#endif

#endif
