/* wave.c - start, stop and trigger; a file that survives a failing test.
 *
 * An FST is readable only after it was closed, and a failing assertion ends its
 * process with exit(). So open files are on a list that exit() closes.
 */
#include "wave.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ioat_regs.h"

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wave *open_waves;
static pid_t owner;            /* a forked child must not finish its parent's file */

static void shut_all(void)
{
    if (getpid() != owner)
        return;
    while (open_waves)
        wave_shut(open_waves);
}

static void list(struct wave *wave)
{
    pthread_mutex_lock(&open_lock);
    if (owner != getpid()) {
        owner = getpid();
        open_waves = NULL;
        atexit(shut_all);
    }
    wave->next = open_waves;
    open_waves = wave;
    pthread_mutex_unlock(&open_lock);
}

static void unlist(struct wave *wave)
{
    pthread_mutex_lock(&open_lock);
    for (struct wave **link = &open_waves; *link; link = &(*link)->next) {
        if (*link == wave) {
            *link = wave->next;
            break;
        }
    }
    pthread_mutex_unlock(&open_lock);
}

bool wave_init(struct wave *wave, struct model *model, const char *path)
{
    *wave = (struct wave) { .model = model, .stop = UINT64_MAX };
    if (path)
        wave->path = strdup(path);
    return !path || wave->path;
}

/* Verilator's writer does not survive a file it cannot create. */
static bool creatable(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file)
        fclose(file);
    return file != NULL;
}

enum ioat_status wave_start(struct wave *wave)
{
    if (!wave->path || wave->shut)
        return IOAT_ESTATE;
    if (!wave->open) {
        if (!creatable(wave->path) || !model_wave_open(wave->model, wave->path)) {
            fprintf(stderr, "ioat_sim: cannot write the wave file %s\n", wave->path);
            return IOAT_EIO;
        }
        wave->open = true;
        list(wave);
    }
    wave->recording = true;
    wave->stop = UINT64_MAX;
    model_wave_record(wave->model, true);
    return IOAT_OK;
}

enum ioat_status wave_stop(struct wave *wave)
{
    if (!wave->path)
        return IOAT_ESTATE;
    wave->recording = false;
    wave->stop = UINT64_MAX;
    model_wave_record(wave->model, false);
    return IOAT_OK;
}

enum ioat_status wave_trigger(struct wave *wave, uint64_t now, uint32_t offset, uint64_t clock,
                              uint64_t length)
{
    const bool by_clock = offset == UINT32_MAX;

    if (length == 0 || (by_clock && clock < now) || (!by_clock && offset >= IOAT_BAR_BYTES))
        return IOAT_EINVAL;
    if (!wave->path || wave->shut)
        return IOAT_ESTATE;
    wave->armed = true;
    wave->offset = offset;
    wave->clock = by_clock ? clock : UINT64_MAX;
    wave->length = length;
    return IOAT_OK;
}

void wave_clock(struct wave *wave, uint64_t clock, int offset)
{
    if (wave->recording && clock >= wave->stop)
        wave_stop(wave);
    if (!wave->armed)
        return;
    if (clock < wave->clock && (offset == WAVE_NO_OFFSET || (uint32_t)offset != wave->offset))
        return;
    wave->armed = false;
    if (wave_start(wave) == IOAT_OK && wave->length < UINT64_MAX - clock)
        wave->stop = clock + wave->length;
}

void wave_shut(struct wave *wave)
{
    if (wave->open) {
        unlist(wave);
        model_wave_close(wave->model);
    }
    wave->open = false;
    wave->shut = true;
    wave->recording = wave->armed = false;
}

void wave_free(struct wave *wave)
{
    wave_shut(wave);
    free(wave->path);
    wave->path = NULL;
}
