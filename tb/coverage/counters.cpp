// counters - what Verilator counted, summed over every simulator of a test program and its children.
//
//   Vioat::final of each simulator --> shared memory --at the program's end--> $COVERAGE_OUT.dat, .points
//
// Tests run in processes of their own, so the sums are in memory that they share with the program. The .dat is
// Verilator's own file: a model is filled with the sums and writes it. A line of .points is the
// hits and the name of a functional point (points.sv), with tabs between.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "Vioat.h"
#include "Vioat__Dpi.h"
#include "Vioat___024root.h"
#include "Vioat__Syms.h"
#include "model.h"

// Calls of Verilator's code that the linker leads here (Makefile): the last one of a simulator, and the one that
// tells a new simulator the names of its counters, which only the writer needs and which takes long.
extern "C" void __real__ZN5Vioat5finalEv(Vioat *top);
extern "C" void __wrap__ZN5Vioat5finalEv(Vioat *top);
extern "C" void __real__Z36Vioat___024root___configure_coverageP15Vioat___024rootb(Vioat___024root *root, bool first);
extern "C" void __wrap__Z36Vioat___024root___configure_coverageP15Vioat___024rootb(Vioat___024root *root, bool first);

namespace {

constexpr size_t counter_n = sizeof(Vioat__Syms::__Vcoverage) / sizeof(uint32_t);

struct point {
    char name[160];
    uint64_t hits;
};

struct sums {
    uint64_t counter[counter_n];
    struct point point[4096];          // a hash table; an empty name is a free place
};
constexpr size_t point_n = sizeof(sums::point) / sizeof(struct point);

struct sums *sums;
pid_t program;                         // that the tests are children of
bool writing;                          // the model under way is the one that writes the file

[[gnu::constructor]] void begin()
{
    void *memory = mmap(nullptr, sizeof *sums, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("coverage: mmap");
        exit(2);
    }
    sums = static_cast<struct sums *>(memory);
    program = getpid();
}

void write_points(const std::string &path)
{
    FILE *file = fopen(path.c_str(), "w");

    if (!file) {
        perror(path.c_str());
        return;
    }
    for (const struct point &point : sums->point)
        if (point.name[0])
            fprintf(file, "%llu\t%s\n", static_cast<unsigned long long>(point.hits), point.name);
    fclose(file);
}

[[gnu::destructor]] void end()
{
    const char *out = getenv("COVERAGE_OUT");

    if (getpid() != program || !out)
        return;
    writing = true;
    model_close(model_open(1));
    write_points(std::string(out) + ".points");
}

void write_counters(Vioat &top)
{
    uint32_t largest = UINT32_MAX;

    for (size_t n = 0; n < counter_n; n++)
        top.rootp->vlSymsp->__Vcoverage[n] = sums->counter[n] < largest ? sums->counter[n] : largest;
    top.contextp()->coveragep()->write((std::string(getenv("COVERAGE_OUT")) + ".dat").c_str());
}

struct point &place(const char *name)
{
    size_t at = 5381;

    for (const char *c = name; *c; c++)
        at = at * 33 + static_cast<unsigned char>(*c);
    for (size_t n = 0; n < point_n; n++) {
        struct point &point = sums->point[(at + n) % point_n];

        if (!point.name[0])
            snprintf(point.name, sizeof point.name, "%s", name);
        if (strcmp(point.name, name) == 0)
            return point;
    }
    fprintf(stderr, "coverage: more points than %zu, or a longer name than '%s'\n", point_n, name);
    abort();
}

}  // namespace

void coverage_point(const char *group, const char *row, const char *column, int hits)
{
    if (!writing)
        place((std::string(group) + "\t" + row + "\t" + column).c_str()).hits += static_cast<unsigned>(hits);
}

void __wrap__ZN5Vioat5finalEv(Vioat *top)
{
    __real__ZN5Vioat5finalEv(top);
    if (writing) {
        write_counters(*top);
        return;
    }
    for (size_t n = 0; n < counter_n; n++)
        sums->counter[n] += top->rootp->vlSymsp->__Vcoverage[n];
}

void __wrap__Z36Vioat___024root___configure_coverageP15Vioat___024rootb(Vioat___024root *root, bool first)
{
    if (writing)
        __real__Z36Vioat___024root___configure_coverageP15Vioat___024rootb(root, first);
    else
        for (auto &counter : root->vlSymsp->__Vcoverage)
            counter = 0;
}
