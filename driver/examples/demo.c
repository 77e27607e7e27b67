/* demo.c - files go through the RTL and come out the same.
 *
 *   files --> source pages --> engine --> destination pages --> compare, SHA-256
 *             (shuffled on the bus)       (shuffled on the bus)
 *
 * The bytes are cut into pieces of random length. A piece lies where it lies: at any
 * offset, across pages, in pages that are neighbours on the bus or are not (then one
 * page-break descriptor moves it). Batches go to the channels in turn, and a message
 * of the channel's MSI-X vector says when one is done. Half way a channel is
 * suspended, its list is edited, and it goes on.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <time.h>

#include "demo_cli.h"
#include "demo_pages.h"
#include "ioat.h"
#include "ioat_sim.h"

enum {
    RING_LOG2 = 11,              /* four batches, and the edit */
    GUARD = 0xA5,                /* fills what no piece may touch */
    GAP_MIN = 64,                /* guard bytes between files; the rest of a gap is random */
    SHORT_PIECE = 64,            /* every eighth piece is at most so long */
    VECTOR_DATA = 0x40,          /* message data of vector 0 */
    FILES_ENOUGH = 4 << 20,      /* bytes that the built-in list should reach, */
    FILE_FITS = 3 << 20,         /*   with files of at most this size */
    WAVE_BEFORE = 100,           /* clocks of the wave around the suspension */
    WAVE_SUSPENDED = 100,
    WAVE_AFTER = 1500,
    EDIT_TRIES = 20,             /* short pieces may all be under way already */
};
_Static_assert(4 * BATCH_MAX + 2 < 1 << RING_LOG2, "batches fit the ring");

#define MESSAGE_WINDOW UINT64_C(0xFEE00000)
#define PAGES_HIGH UINT64_C(0x2000000000)   /* where the scattered pages begin, if the build */
#define PAGES_HIGH_BITS 40                  /*   has so many address bits */
#define PAGES_LOW UINT64_C(0x10000000)
#define TOTAL_MAX (UINT64_C(256) << 20)

/* Found on most Linux machines. */
static const char *const builtin[] = {
    "/bin/bash",       "/usr/bin/env",      "/bin/ls",        "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6",   "/lib/x86_64-linux-gnu/libm.so.6",
    "/usr/bin/awk",    "/usr/bin/make",     "/etc/services",  "/usr/share/common-licenses/GPL-3",
    "/bin/busybox",    "/usr/bin/tar",      "/usr/bin/sort",  "/usr/bin/gzip",
};

struct file {
    const char *path;
    uint64_t bytes;
    uint64_t src, dst;           /* places in the streams */
};

struct piece {
    uint64_t src, dst;           /* places in the streams */
    uint32_t len;
    bool done, canceled;
};

struct lane {
    struct ioat_chan *chan;
    bool message;                /* its vector's message came */
    unsigned outstanding;        /* pieces */
    struct piece *newest;        /* the piece submitted last */
    uint64_t descriptors, interrupts;
    uint64_t desc_beats, read_beats, write_beats;   /* what these pieces cost the bus at least */
};

struct demo {
    struct options opt;
    const struct ioat_sim_build *build;
    struct ioat_sim *sim;
    struct ioat *dev;
    struct file *file;
    unsigned files;
    uint64_t bytes, bytes_done;
    struct pages src, dst;
    struct piece *piece, half[2];   /* the plan; what the edit puts in */
    size_t pieces, next;
    unsigned turn;               /* channel of the next batch */
    struct lane lane[IOAT_CHAN_MAX];
    uint64_t random;
    unsigned edit_tries;
    bool edited;
    char edit_text[200];
};

static void dump_registers(struct demo *demo)
{
    if (!demo->dev)
        return;
    ioat_dump(demo->dev, stderr);
    for (unsigned n = 0; n < demo->build->channels; n++)
        if (demo->lane[n].chan)
            ioat_chan_dump(demo->lane[n].chan, stderr);
}

static void must(struct demo *demo, enum ioat_status status, const char *what)
{
    if (!status)
        return;
    dump_registers(demo);
    if (status == IOAT_ETIME)
        fail(1, "the engine hangs: %s took too long, at clock %" PRIu64 " with %" PRIu64 " of %"
                PRIu64 " bytes copied; its registers are above",
             what, ioat_sim_now(demo->sim), demo->bytes_done, demo->bytes);
    fail(1, "%s, clock %" PRIu64 ": %s", what, demo->sim ? ioat_sim_now(demo->sim) : 0,
         ioat_strstatus(status));
}

static void *need(void *memory)
{
    if (!memory)
        fail(1, "out of memory");
    return memory;
}

/* ---- files and pages ---- */

static void add_file(struct demo *demo, const char *path, uint64_t bytes)
{
    demo->file = need(realloc(demo->file, (demo->files + 1) * sizeof *demo->file));
    demo->file[demo->files++] = (struct file){.path = path, .bytes = bytes};
    demo->bytes += bytes;
}

/* The files of the command line, or enough of the built-in list. */
static void choose_files(struct demo *demo, char **paths)
{
    bool named = *paths;
    struct stat info;

    for (; *paths; paths++) {
        if (stat(*paths, &info))
            fail(1, "%s: %s", *paths, strerror(errno));
        if (!S_ISREG(info.st_mode))
            fail(1, "%s: not an ordinary file", *paths);
        add_file(demo, *paths, (uint64_t)info.st_size);
        if (demo->bytes > TOTAL_MAX)
            fail(1, "%s: more than %" PRIu64 " MiB in all", *paths, TOTAL_MAX >> 20);
    }
    for (size_t n = 0; !named && n < sizeof builtin / sizeof *builtin; n++)
        if (demo->bytes < FILES_ENOUGH && !access(builtin[n], R_OK) && !stat(builtin[n], &info) &&
            S_ISREG(info.st_mode) && info.st_size <= FILE_FITS)
            add_file(demo, builtin[n], (uint64_t)info.st_size);
    if (!demo->bytes)
        fail(1, named ? "nothing to copy: every file is empty"
                      : "no file of the built-in list is here; name files to copy");
}

static void read_file(const struct file *file, uint8_t *to)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    uint64_t at = 0;

    if (fd < 0)
        fail(1, "%s: %s", file->path, strerror(errno));
    while (at < file->bytes) {
        ssize_t got = read(fd, to + at, file->bytes - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            fail(1, "%s: %s", file->path, got ? strerror(errno) : "became shorter");
        at += (uint64_t)got;
    }
    close(fd);
}

static uint64_t gap(struct demo *demo)
{
    return GAP_MIN + draw(&demo->random, PAGE);
}

static void load_files(struct demo *demo)
{
    uint64_t src = gap(demo), dst = gap(demo);

    for (unsigned n = 0; n < demo->files; n++) {
        demo->file[n].src = src;
        demo->file[n].dst = dst;
        src += demo->file[n].bytes + gap(demo);
        dst += demo->file[n].bytes + gap(demo);
    }
    if (!pages_new(&demo->src, src, ~GUARD, IOAT_SIM_READ) ||
        !pages_new(&demo->dst, dst, GUARD, IOAT_SIM_WRITE))
        fail(1, "out of memory");
    for (unsigned n = 0; n < demo->files; n++)
        read_file(&demo->file[n], demo->src.cpu + demo->file[n].src);
    struct pages *both[] = {&demo->src, &demo->dst};
    must(demo,
         pages_scatter(demo->sim, both, 2,
                       demo->build->addr_bits >= PAGES_HIGH_BITS ? PAGES_HIGH : PAGES_LOW,
                       &demo->random),
         "mapping pages");
}

/* ---- pieces ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void plan(struct demo *demo)
{
    size_t room = 0;

    for (unsigned n = 0; n < demo->files; n++) {
        const struct file *file = &demo->file[n];
        for (uint64_t at = 0, len; at < file->bytes; at += len) {
            uint64_t most = draw(&demo->random, 8) ? demo->opt.pieces : SHORT_PIECE;
            most = least(most, demo->opt.pieces);
            len = least(1 + draw(&demo->random, most), file->bytes - at);
            len = least(len, pages_reach(&demo->src, file->src + at));
            len = least(len, pages_reach(&demo->dst, file->dst + at));
            if (demo->pieces == room) {
                room = room ? 2 * room : 1024;
                demo->piece = need(realloc(demo->piece, room * sizeof *demo->piece));
            }
            demo->piece[demo->pieces++] =
                (struct piece){.src = file->src + at, .dst = file->dst + at, .len = (uint32_t)len};
        }
    }
}

/* Bus words that [bus, bus + len) touches. */
static uint64_t beats(const struct demo *demo, uint64_t bus, uint64_t len)
{
    unsigned word = demo->build->data_bits / 8;
    return len ? (bus + len - 1) / word - bus / word + 1 : 0;
}

/* One side of a piece for the engine: true when it needs a page break. */
static bool place(const struct demo *demo, const struct pages *pages, uint64_t at, uint32_t len,
                  uint64_t *bus, uint64_t *next, uint64_t *cost)
{
    bool breaks = len > pages_neighbours(pages, at);
    uint64_t first = breaks ? PAGE - at % PAGE : len;

    *bus = pages_bus(pages, at);
    *next = breaks ? pages->bus[at / PAGE + 1] : 0;
    *cost += beats(demo, *bus, first) + beats(demo, *next, len - first);
    return breaks;
}

static void prepare(struct demo *demo, struct lane *lane, struct piece *piece, uint32_t flags)
{
    uint64_t src, src_next, dst, dst_next;

    if (place(demo, &demo->src, piece->src, piece->len, &src, &src_next, &lane->read_beats))
        flags |= (uint32_t)IOAT_CONTROL_SRC_PAGE_BREAK;
    if (place(demo, &demo->dst, piece->dst, piece->len, &dst, &dst_next, &lane->write_beats))
        flags |= (uint32_t)IOAT_CONTROL_DST_PAGE_BREAK;
    must(demo,
         ioat_copy_pages(lane->chan, dst, dst_next, src, src_next, piece->len, flags, piece),
         "preparing a copy");
    lane->desc_beats += beats(demo, 0, IOAT_DESC_USER1);
    lane->descriptors++;
    lane->outstanding++;
}

static void submit_batch(struct demo *demo, struct lane *lane)
{
    uint64_t n = least(demo->pieces - demo->next, demo->opt.batch);

    if (!n)
        return;
    lane->newest = &demo->piece[demo->next + n - 1];
    for (; n; n--)
        prepare(demo, lane, &demo->piece[demo->next++],
                n == 1 ? (uint32_t)(IOAT_CONTROL_INT_EN | IOAT_CONTROL_COMPL_WRITE) : 0);
    must(demo, ioat_submit(lane->chan), "submitting a batch");
}

/* Batches go round the channels; each has up to two under way. */
static void fill_lanes(struct demo *demo)
{
    while (demo->next < demo->pieces &&
           demo->lane[demo->turn].outstanding <= demo->opt.batch) {
        submit_batch(demo, &demo->lane[demo->turn]);
        demo->turn = (demo->turn + 1) % demo->build->channels;
    }
}

/* Clocks in which any answer of the engine must come: full rings at a clock for each byte and
 * a round trip for each 64 bytes. */
static uint64_t patience(const struct demo *demo)
{
    uint64_t bytes = (uint64_t)demo->build->channels * 4 * demo->opt.batch *
                     (demo->opt.pieces + IOAT_DESC_BYTES);
    return 10000 + bytes + bytes / 64 * (demo->opt.latency + demo->opt.write_latency);
}

/* ---- completions ---- */

static void on_message(void *ctx, uint64_t addr, uint32_t data)
{
    struct demo *demo = ctx;
    unsigned vector = data - VECTOR_DATA;

    if (addr != MESSAGE_WINDOW || vector >= demo->build->channels)
        return;
    demo->lane[vector].message = true;
    demo->lane[vector].interrupts++;
}

static void take(struct demo *demo, struct lane *lane, const struct ioat_done *done, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        struct piece *piece = done[n].tag;
        if (piece->done || done[n].status != (piece->canceled ? IOAT_ECANCELED : IOAT_OK))
            must(demo, done[n].status ? done[n].status : IOAT_EPROTO, "a copy came back");
        piece->done = true;
        lane->outstanding--;
        demo->bytes_done += piece->canceled ? 0 : piece->len;
    }
}

static void serve(struct demo *demo, struct lane *lane)
{
    struct ioat_done done[64];
    unsigned count, room = sizeof done / sizeof *done;

    lane->message = false;
    enum ioat_status status = ioat_interrupt(lane->chan, done, room, &count);
    for (;;) {
        must(demo, status, "serving an interrupt");
        take(demo, lane, done, count);
        if (count < room)
            return;
        status = ioat_poll(lane->chan, done, room, &count);
    }
}

static bool any_message(void *ctx)
{
    const struct demo *demo = ctx;

    for (unsigned n = 0; n < demo->build->channels; n++)
        if (demo->lane[n].message)
            return true;
    return false;
}

static void await_message(struct demo *demo)
{
    must(demo, ioat_sim_wait(demo->sim, any_message, demo, patience(demo)),
         "the way to the next interrupt");
}

/* ---- suspend, edit, resume ---- */

/* The newest piece is taken out and two halves of it are put in its place. False: it is one
 * byte, or the engine had started it and nothing is left to edit. */
static bool edit(struct demo *demo, struct lane *lane)
{
    struct piece *victim = lane->newest;
    uint32_t half = victim ? victim->len / 2 : 0;

    if (!half || victim->done)
        return false;
    demo->half[0] = (struct piece){victim->src, victim->dst, half, false, false};
    demo->half[1] = (struct piece){victim->src + half, victim->dst + half, victim->len - half,
                                   false, false};
    if (ioat_edit_cancel(lane->chan, victim))
        return false;
    victim->canceled = true;
    prepare(demo, lane, &demo->half[0], 0);
    prepare(demo, lane, &demo->half[1], 0);
    must(demo, ioat_edit_insert(lane->chan, victim), "inserting into the list");
    return true;
}

static void suspend_and_edit(struct demo *demo)
{
    struct lane *lane = &demo->lane[demo->edit_tries++ % demo->build->channels];
    unsigned channel = (unsigned)(lane - demo->lane);
    bool record = !demo->opt.no_wave;

    /* More than the engine can have started. */
    submit_batch(demo, lane);
    submit_batch(demo, lane);
    if (record)
        must(demo, ioat_sim_wave_start(demo->sim), "starting the wave");
    must(demo, ioat_sim_step(demo->sim, WAVE_BEFORE), "running");
    uint64_t begin = ioat_sim_now(demo->sim);
    must(demo, ioat_suspend(lane->chan), "a suspension");
    uint64_t suspended = ioat_sim_now(demo->sim);
    unsigned waiting = ioat_outstanding(lane->chan);
    demo->edited = edit(demo, lane);
    must(demo, ioat_sim_step(demo->sim, WAVE_SUSPENDED), "running");
    uint64_t resumed = ioat_sim_now(demo->sim);
    must(demo, ioat_resume(lane->chan), "resuming");
    must(demo, ioat_sim_step(demo->sim, WAVE_AFTER), "running");
    if (record)
        must(demo, ioat_sim_wave_stop(demo->sim), "ending the wave");
    if (demo->edited)
        snprintf(demo->edit_text, sizeof demo->edit_text,
                 "channel %u suspended at clock %" PRIu64 " (%" PRIu64 " after the command) with %u "
                 "descriptors waiting;\n  one of %" PRIu32 " bytes replaced by two, resumed at clock "
                 "%" PRIu64,
                 channel, suspended, suspended - begin, waiting, lane->newest->len, resumed);
}

/* ---- run ---- */

static void progress(const struct demo *demo)
{
    enum { WIDTH = 50 };
    static int shown = -1;
    int part = (int)(demo->bytes_done * WIDTH / demo->bytes);

    if (part == shown || !isatty(STDOUT_FILENO))
        return;
    shown = part;
    printf("\r[%.*s%*s] %3d %%", part, "##################################################",
           WIDTH - part, "", part * 100 / WIDTH);
    if (part == WIDTH)
        printf("\r%*s\r", WIDTH + 8, "");
    fflush(stdout);
}

static void open_all(struct demo *demo)
{
    struct ioat_sim_config config;
    struct ioat_platform platform;
    struct ioat_chan_config chan;

    ioat_sim_config_init(&config);
    config.seed = demo->opt.seed;
    config.timing.read_latency = demo->opt.latency;
    config.timing.write_latency = demo->opt.write_latency;
    config.wave_path = demo->opt.no_wave ? NULL : demo->opt.wave;
    must(demo, ioat_sim_open(&config, &demo->sim), "opening the simulator");
    ioat_sim_on_message(demo->sim, on_message, demo);
    must(demo, ioat_sim_platform(demo->sim, &platform), "making the platform");
    must(demo, ioat_open(&platform, &demo->dev), "opening the engine");
    ioat_chan_config_init(&chan);
    chan.ring_log2 = RING_LOG2;
    chan.chunk_log2 = RING_LOG2 - 3;     /* a ring in eight pieces */
    chan.wait_ns = patience(demo) * 1000 / demo->build->clock_mhz;
    for (unsigned n = 0; n < demo->build->channels; n++) {
        must(demo, ioat_chan_open(demo->dev, n, &chan, &demo->lane[n].chan), "opening a channel");
        must(demo, ioat_msix_set(demo->dev, n, MESSAGE_WINDOW, VECTOR_DATA + n), "MSI-X table");
        must(demo, ioat_msix_mask(demo->dev, n, false), "MSI-X table");
    }
}

static void close_all(struct demo *demo)
{
    for (unsigned n = 0; n < demo->build->channels; n++) {
        must(demo, ioat_chan_close(demo->lane[n].chan), "closing a channel");
        demo->lane[n].chan = NULL;
    }
    must(demo, ioat_close(demo->dev), "closing the engine");
    ioat_sim_close(demo->sim);
    pages_free(&demo->src);
    pages_free(&demo->dst);
    free(demo->piece);
    free(demo->file);
}

/* The read of a page is never answered. */
static void arm_hang(struct demo *demo)
{
    uint64_t bus = demo->src.bus[demo->src.count / 4];
    struct ioat_sim_fault fault = {
        .kind = IOAT_SIM_FAULT_READ,
        .answer = IOAT_SIM_HOLD,
        .first = bus,
        .last = bus + PAGE - 1,
        .percent = 100,
    };
    int number = ioat_sim_fault_add(demo->sim, &fault);
    must(demo, number < 0 ? (enum ioat_status)number : IOAT_OK, "arming the fault");
}

static void copy(struct demo *demo)
{
    while (demo->bytes_done < demo->bytes) {
        fill_lanes(demo);
        if (!demo->edited && demo->edit_tries < EDIT_TRIES && demo->next >= demo->pieces / 2)
            suspend_and_edit(demo);
        await_message(demo);
        for (unsigned n = 0; n < demo->build->channels; n++)
            if (demo->lane[n].message)
                serve(demo, &demo->lane[n]);
        progress(demo);
    }
}

/* ---- results ---- */

static void verify(const struct demo *demo)
{
    uint64_t bytes = demo->dst.count * PAGE;
    uint8_t *expected = need(malloc(bytes));

    memset(expected, GUARD, bytes);
    for (unsigned n = 0; n < demo->files; n++)
        memcpy(expected + demo->file[n].dst, demo->src.cpu + demo->file[n].src,
               demo->file[n].bytes);
    for (uint64_t at = 0; at < bytes; at++) {
        if (demo->dst.cpu[at] == expected[at])
            continue;
        for (unsigned n = 0; n < demo->files; n++)
            if (at - demo->file[n].dst < demo->file[n].bytes)
                fail(1, "MISMATCH in %s, byte %" PRIu64 ", bus address 0x%" PRIx64
                        ": expected 0x%02x, got 0x%02x",
                     demo->file[n].path, at - demo->file[n].dst, pages_bus(&demo->dst, at),
                     expected[at], demo->dst.cpu[at]);
        fail(1, "MISMATCH: guard byte at bus address 0x%" PRIx64 " was overwritten with 0x%02x",
             pages_bus(&demo->dst, at), demo->dst.cpu[at]);
    }
    free(expected);
}

/* SHA-256 of all files one after the other, as `cat files | sha256sum` prints it. */
static void print_hash(const struct demo *demo, const char *name, bool copied)
{
    EVP_MD_CTX *hash = need(EVP_MD_CTX_new());
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes;
    bool good = EVP_DigestInit_ex(hash, EVP_sha256(), NULL);

    for (unsigned n = 0; n < demo->files; n++) {
        const struct file *file = &demo->file[n];
        good &= EVP_DigestUpdate(
            hash, copied ? demo->dst.cpu + file->dst : demo->src.cpu + file->src, file->bytes);
    }
    if (!good || !EVP_DigestFinal_ex(hash, digest, &bytes))
        fail(1, "libcrypto refuses SHA-256");
    EVP_MD_CTX_free(hash);
    printf("SHA-256 %-7s", name);
    for (unsigned n = 0; n < bytes; n++)
        printf("%02x", digest[n]);
    putchar('\n');
}

static void print_row(const struct demo *demo, const char *name, const struct lane *cost,
                      uint64_t bytes, uint64_t clocks)
{
    double capacity = demo->build->data_bits / 8.0;
    uint64_t reads = cost->read_beats + (demo->build->desc_port ? 0 : cost->desc_beats);
    uint64_t most = reads > cost->write_beats ? reads : cost->write_beats;

    if (demo->build->desc_port && cost->desc_beats > most)
        most = cost->desc_beats;
    printf("%-7s %11" PRIu64 " %12" PRIu64 " %10" PRIu64 " %12.2f %7.1f %7.1f %11" PRIu64 "\n", name,
           bytes, cost->descriptors, clocks, clocks ? (double)bytes / (double)clocks : 0.0,
           clocks ? 100.0 * (double)bytes / (capacity * (double)clocks) : 0.0,
           most ? 100.0 * (double)bytes / (capacity * (double)most) : 0.0, cost->interrupts);
}

static void print_table(struct demo *demo)
{
    struct lane all = {0};
    struct ioat_sim_stats sum, one;

    printf("%-7s %11s %12s %10s %12s %7s %7s %11s\n", "channel", "bytes", "descriptors", "clocks",
           "bytes/clock", "bus %", "bound %", "interrupts");
    for (unsigned n = 0; n < demo->build->channels; n++) {
        const struct lane *lane = &demo->lane[n];
        char name[8];
        ioat_sim_chan_stats(demo->sim, n, &one);
        snprintf(name, sizeof name, "%u", n);
        print_row(demo, name, lane, one.data_w_bytes,
                  one.data_w_beats ? one.last_w - one.first_w + 1 : 0);
        all.descriptors += lane->descriptors;
        all.interrupts += lane->interrupts;
        all.desc_beats += lane->desc_beats;
        all.read_beats += lane->read_beats;
        all.write_beats += lane->write_beats;
    }
    ioat_sim_stats(demo->sim, &sum);
    print_row(demo, "all", &all, sum.data_w_bytes, sum.last_w - sum.first_w + 1);
    if (sum.data_w_bytes != demo->bytes)
        fail(1, "MISMATCH: the engine wrote %" PRIu64 " payload bytes for %" PRIu64, sum.data_w_bytes,
             demo->bytes);
}

/* Why a channel was not faster: shares of the clocks in which it was ACTIVE. */
static void print_counters(struct demo *demo)
{
    struct ioat_counters of;

    if (!demo->build->perf)
        return;
    printf("%-7s %11s %12s %10s %12s %9s %9s\n", "channel", "active", "moving %", "blocked %", "for reads %",
           "writes %", "starved %");
    for (unsigned n = 0; n < demo->build->channels; n++) {
        must(demo, ioat_chan_counters(demo->lane[n].chan, &of), "reading the counters");
        const double percent = of.active ? 100.0 / (double)of.active : 0;
        printf("%-7u %11" PRIu64 " %12.1f %10.1f %12.1f %9.1f %9.1f\n", n, of.active,
               percent * (double)of.moving, percent * (double)of.blocked, percent * (double)of.reads,
               percent * (double)of.writes, percent * (double)of.starved);
    }
}

int main(int argc, char **argv)
{
    struct demo demo = {.build = ioat_sim_build()};
    struct timespec begin, end;

    parse(&demo.opt, argc, argv);
    demo.random = demo.opt.seed ^ UINT64_C(0x9E3779B97F4A7C15);
    demo.random |= !demo.random;
    choose_files(&demo, argv + optind);
    check_wave(&demo.opt);
    open_all(&demo);
    load_files(&demo);
    plan(&demo);
    if (demo.opt.hang)
        arm_hang(&demo);

    printf("%u files, %" PRIu64 " bytes in %zu pieces, %zu + %zu pages; engine of %u bits, "
           "%u channel%s%s; latency %u/%u, seed %" PRIu64 "\n",
           demo.files, demo.bytes, demo.pieces, demo.src.count, demo.dst.count,
           demo.build->data_bits, demo.build->channels, demo.build->channels > 1 ? "s" : "",
           demo.build->desc_port ? ", descriptor port" : "", demo.opt.latency,
           demo.opt.write_latency, demo.opt.seed);
    ioat_sim_stats_clear(demo.sim);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    copy(&demo);
    clock_gettime(CLOCK_MONOTONIC, &end);
    verify(&demo);

    print_table(&demo);
    print_counters(&demo);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%s\n", demo.edited ? demo.edit_text
                               : "no suspension found a request of two bytes that still waited: nothing edited");
    printf("simulated %" PRIu64 " clocks in %.1f s\n", ioat_sim_now(demo.sim), seconds);
    print_hash(&demo, "source", false);
    print_hash(&demo, "copy", true);
    printf("every byte and every guard byte is right\n");
    if (demo.edit_tries && !demo.opt.no_wave)
        printf("the suspension as a wave: gtkwave %s\n", demo.opt.wave);
    close_all(&demo);
    return 0;
}
