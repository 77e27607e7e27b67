/* tb_private.h - what the files of the bench share and tests do not see. */
#ifndef TB_PRIVATE_H
#define TB_PRIVATE_H

#define TB_INTERNAL
#include "tb.h"

enum { TB_GUARD_BYTES = 256, TB_BUF_MAX = 4096, TB_TEXT_BYTES = 512 };

struct tb_private {
    const char *file;            /* the test's line that called the bench last */
    int line;
    char note[TB_TEXT_BYTES];
    char wave[TB_TEXT_BYTES];    /* path; empty: not recorded */
    char *violation;

    uint64_t rand_state;
    uint16_t ring_count[TB_CHAN_MAX]; /* DMACOUNT of tb_ring */
    unsigned desc_next;          /* slots handed out */
    uint64_t data_next;          /* bytes of the data region handed out */
    struct tb_buf buf[TB_BUF_MAX];
    unsigned buf_n;

    bool logging;
    size_t log_room;
    struct tb *next_open;        /* benches of this process that are not closed */
};

/* Fails the test unless status is IOAT_OK; `what` says what was tried. */
void tb_ok(struct tb *tb, enum ioat_status status, const char *what);

/* Handlers that tb_open registers with the simulator. */
void tb_on_event(void *ctx, const struct ioat_sim_event *event);
void tb_on_message(void *ctx, uint64_t addr, uint32_t data);

#endif
