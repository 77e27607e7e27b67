/* axi_memory.h - host memory as an AXI4 slave: a reader per read port, one writer.
 *
 *   drive(clock)   before the engine's outputs are known: READY, R and B
 *   take(clock)    when they are: the handshakes of the clock
 *
 * Moments. A read beat is sampled from memory when it is put on the R bus. A write
 * burst lands in memory, whole, when its answer is put on the B bus and no sooner:
 * an engine that relies on data before its answer is found out. In one clock the
 * sampling comes first. Rights and faults are decided at the same moments, so an
 * access that is answered with an error has changed nothing.
 * An answer that was put on the bus stays until it is taken.
 *
 * W beats may run ahead of their AW (AXI4 A5.3).
 */
#ifndef IOAT_AXI_MEMORY_H
#define IOAT_AXI_MEMORY_H

#include "fault.h"
#include "host_mem.h"
#include "ioat_sim.h"
#include "pins.h"

/* A byte no test pattern should be full of: what an errored read returns. */
enum { AXI_MEMORY_ERROR_BYTE = 0xEE };

/* What a reader and a writer share with the simulator; all of it outlives them. */
struct axi_memory_host {
    unsigned bus_bytes;
    struct host_mem *mem;
    struct fault_table *faults;
    const struct ioat_sim_timing *timing;  /* looked at every clock */
    /* A 4-byte write landed in the message window. */
    void (*message)(void *ctx, uint64_t addr, uint32_t data);
    void *message_ctx;
};

struct axi_reader;
struct axi_reader *axi_reader_open(const struct axi_memory_host *host, uint64_t seed);
void axi_reader_close(struct axi_reader *reader);
void axi_reader_drive(struct axi_reader *reader, uint64_t clock, struct axi_reads *pins);
void axi_reader_take(struct axi_reader *reader, uint64_t clock, struct axi_reads *pins);

struct axi_writer;
struct axi_writer *axi_writer_open(const struct axi_memory_host *host, uint64_t seed);
void axi_writer_close(struct axi_writer *writer);
void axi_writer_drive(struct axi_writer *writer, uint64_t clock, struct axi_writes *pins);
void axi_writer_take(struct axi_writer *writer, uint64_t clock, struct axi_writes *pins);

/* Requests accepted and not answered; whether an answer of them is withheld. */
unsigned axi_reader_waiting(const struct axi_reader *reader);
unsigned axi_writer_waiting(const struct axi_writer *writer);
bool axi_reader_withholds(const struct axi_reader *reader);
bool axi_writer_withholds(const struct axi_writer *writer);

/* With nothing on the bus and no new handshake: the first clock in which drive or take may
 * do anything; UINT64_MAX: never. */
uint64_t axi_reader_next(const struct axi_reader *reader);
uint64_t axi_writer_next(const struct axi_writer *writer);

/* For observers, between drive and take: the bus address of byte 0 of the R beat on
 * the bus, and AxADDR of the burst that the B on the bus answers. */
uint64_t axi_reader_beat(const struct axi_reader *reader);
uint64_t axi_writer_answered(const struct axi_writer *writer);

/* The same for the W beat on the bus: its burst's ID and the bus address of its byte
 * 0. False while no AW has been offered for it. */
bool axi_writer_beat(const struct axi_writer *writer, const struct axi_writes *pins, unsigned *id,
                     uint64_t *addr);

#endif
