/* fst.c - see fst.h. */
#include "fst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gtkwave/fstapi.h>

struct signal {
    char *path, *range;
    unsigned bits;
    fstHandle handle;
};

struct fst {
    void *reader;
    struct signal *signal;
    int signals, room;
    size_t handles;
    char **value;                  /* by handle: '0', '1', ..., first the highest bit; NULL: not watched */
    uint32_t *bits;                /* by handle */
    uint64_t now;
    bool begun;
    void (*step)(void *ctx, uint64_t time);
    void *ctx;
};

/* ---- the list of signals ---- */

static bool add(struct fst *fst, const char *scope, const struct fstHier *hier)
{
    const char *name = hier->u.var.name, *space = strchr(name, ' ');
    const int length = space ? (int)(space - name) : (int)strlen(name);
    struct signal *is;

    if (fst->signals == fst->room) {
        fst->room = fst->room ? 2 * fst->room : 1024;
        is = realloc(fst->signal, (size_t)fst->room * sizeof *is);
        if (!is)
            return false;
        fst->signal = is;
    }
    is = &fst->signal[fst->signals];
    is->bits = hier->u.var.length;
    is->handle = hier->u.var.handle;
    is->range = strdup(space ? space + 1 : "");
    if (asprintf(&is->path, "%s%s%.*s", scope, *scope ? "." : "", length, name) < 0)
        is->path = NULL;
    fst->signals++;
    return is->path && is->range && is->handle < fst->handles;
}

static bool list(struct fst *fst)
{
    const char *scope = "";

    for (struct fstHier *hier; (hier = fstReaderIterateHier(fst->reader)); )
        switch (hier->htyp) {
        case FST_HT_SCOPE:
            scope = fstReaderPushScope(fst->reader, hier->u.scope.name, NULL);
            break;
        case FST_HT_UPSCOPE:
            scope = fstReaderPopScope(fst->reader);
            break;
        case FST_HT_VAR:
            if (!add(fst, scope ? scope : "", hier))
                return false;
            break;
        default:
            break;
        }
    return true;
}

/* The reader does not look at what the file begins with. */
static bool looks_like_fst(const char *path)
{
    enum { HEADER_BLOCK = 0, HEADER_LENGTH = 329 };    /* type, then a 64-bit length */
    unsigned char head[9] = { 255 };
    FILE *file = fopen(path, "rb");
    bool good = file && fread(head, 1, sizeof head, file) == sizeof head && head[0] == HEADER_BLOCK &&
                head[7] == HEADER_LENGTH >> 8 && head[8] == (HEADER_LENGTH & 255);

    if (file)
        fclose(file);
    return good;
}

struct fst *fst_open(const char *path, const char **why)
{
    struct fst *fst = calloc(1, sizeof *fst);

    *why = "no FST wave, or one that was not closed";
    if (fst && looks_like_fst(path) && (fst->reader = fstReaderOpen(path))) {
        fst->handles = fstReaderGetMaxHandle(fst->reader) + (size_t)1;
        fst->value = calloc(fst->handles, sizeof *fst->value);
        fst->bits = calloc(fst->handles, sizeof *fst->bits);
        if (fst->value && fst->bits && list(fst))
            return fst;
        *why = "out of memory, or a damaged list of signals";
    }
    fst_close(fst);
    return NULL;
}

void fst_close(struct fst *fst)
{
    if (!fst)
        return;
    for (size_t n = 0; fst->value && n < fst->handles; n++)
        free(fst->value[n]);
    for (int n = 0; n < fst->signals; n++) {
        free(fst->signal[n].path);
        free(fst->signal[n].range);
    }
    if (fst->reader)
        fstReaderClose(fst->reader);
    free(fst->signal);
    free(fst->value);
    free(fst->bits);
    free(fst);
}

int fst_find(const struct fst *fst, const char *path)
{
    for (int n = 0; n < fst->signals; n++)
        if (!strcmp(fst->signal[n].path, path))
            return n;
    return -1;
}

unsigned fst_signals(const struct fst *fst)
{
    return (unsigned)fst->signals;
}

const char *fst_path(const struct fst *fst, int signal)
{
    return fst->signal[signal].path;
}

const char *fst_range(const struct fst *fst, int signal)
{
    return fst->signal[signal].range;
}

unsigned fst_bits(const struct fst *fst, int signal)
{
    return fst->signal[signal].bits;
}

void fst_times(const struct fst *fst, uint64_t *first, uint64_t *last)
{
    *first = fstReaderGetStartTime(fst->reader);
    *last = fstReaderGetEndTime(fst->reader);
}

/* ---- values ---- */

void fst_watch(struct fst *fst, int signal)
{
    const struct signal *is = &fst->signal[signal];

    if (fst->value[is->handle])
        return;
    fst->value[is->handle] = calloc(1, is->bits + (size_t)1);
    fst->bits[is->handle] = is->bits;
    fstReaderSetFacProcessMask(fst->reader, is->handle);
}

static void change(void *ctx, uint64_t time, fstHandle handle, const unsigned char *value)
{
    struct fst *fst = ctx;

    if (fst->begun && time != fst->now)
        fst->step(fst->ctx, fst->now);
    fst->begun = true;
    fst->now = time;
    if (fst->value[handle])
        memcpy(fst->value[handle], value, fst->bits[handle]);
}

void fst_play(struct fst *fst, void (*step)(void *ctx, uint64_t time), void *ctx)
{
    fst->begun = false;
    fst->step = step;
    fst->ctx = ctx;
    fstReaderIterBlocks(fst->reader, change, fst, NULL);
    if (fst->begun)
        step(ctx, fst->now);
}

uint64_t fst_value(const struct fst *fst, int signal, unsigned lsb, unsigned bits)
{
    const struct signal *is = &fst->signal[signal];
    const char *text = fst->value[is->handle];
    uint64_t value = 0;

    for (unsigned n = 0; text && n < bits && lsb + n < is->bits; n++)
        if (text[is->bits - 1 - lsb - n] == '1')
            value |= UINT64_C(1) << n;
    return value;
}
