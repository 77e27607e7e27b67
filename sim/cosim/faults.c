/* faults.c - see faults.h. */
#include "faults.h"

/* AXI IDs carry what a request is for in bits 5:4 (docs/architecture.md). */
enum { ID_DATA = 0, ID_DESCRIPTOR = 1 };

static unsigned purpose(const struct ioat_sim_event *event)
{
    return event->id >> 4 & 3u;
}

void faults_init(struct faults *faults, struct ioat_sim *sim)
{
    *faults = (struct faults) { .sim = sim };
}

void faults_arm(struct faults *faults, enum fault_target target, unsigned count, unsigned gap)
{
    ioat_sim_fault_clear(faults->sim);
    faults->target = target;
    faults->left = target == FAULT_NONE ? 0 : count;
    faults->gap = gap;
    faults->spared = 0;
    faults->hits = 0;
}

static bool meant(const struct faults *faults, const struct ioat_sim_event *event)
{
    switch (faults->target) {
    case FAULT_DATA_READ:
        return event->kind == IOAT_SIM_AR && purpose(event) == ID_DATA;
    case FAULT_DESCRIPTOR:
        return event->kind == IOAT_SIM_AR && purpose(event) == ID_DESCRIPTOR;
    case FAULT_DATA_WRITE:
        return event->kind == IOAT_SIM_AW && purpose(event) == ID_DATA;
    default:
        return false;
    }
}

bool faults_event(struct faults *faults, const struct ioat_sim_event *event,
                  struct ioat_sim_fault *fault)
{
    if (faults->left == 0 || !meant(faults, event))
        return false;
    if (faults->spared++ < faults->gap)
        return false;
    faults->spared = 0;
    *fault = (struct ioat_sim_fault) {
        .kind = faults->target == FAULT_DATA_WRITE ? IOAT_SIM_FAULT_WRITE : IOAT_SIM_FAULT_READ,
        .answer = IOAT_SIM_SLVERR, .first = event->addr, .last = event->addr + event->bytes - 1,
        .count = 1, .percent = 100,
    };
    if (ioat_sim_fault_add(faults->sim, fault) < 0)
        return false;
    faults->left--;
    faults->hits++;
    return true;
}
