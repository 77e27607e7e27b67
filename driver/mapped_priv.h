/* mapped_priv.h - what the ways to a real function share (bar_mmap.h). */
#ifndef IOAT_MAPPED_PRIV_H
#define IOAT_MAPPED_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "bar_mmap.h"

struct ioat_mapped {
    volatile uint8_t *bar;       /* NULL: not mapped */
    size_t bar_bytes;            /* mapped; VFIO may keep the MSI-X table to itself */
    int config;                  /* file that holds the config space, or -1 */
    off_t config_at;             /* offset of the config space in it */
    uint16_t command;            /* PCI command register as it was found */
    bool command_changed;
    const struct dma_ops *dma;
    struct huge_pool *huge;      /* of ioat_pci_open */
    int container, group, device;/* of ioat_vfio_open, or -1 */
    uint64_t next_iova;
};

/* Empty, everything closed. NULL: out of memory. */
struct ioat_mapped *mapped_new(void);
/* Maps `bytes` of BAR0 from `fd`. */
enum ioat_status mapped_bar(struct ioat_mapped *mapped, int fd, off_t at, size_t bytes);
/* Memory space and bus master on. */
enum ioat_status mapped_enable(struct ioat_mapped *mapped);

/* ---- dma_huge.c: buffers inside huge pages ---- */

struct huge_pool *huge_pool_new(void);
void huge_pool_free(struct huge_pool *pool);
extern const struct dma_ops huge_pool_ops;    /* context: struct huge_pool */

#endif
