/* equal.c - is a mutant the engine itself? Asked of the netlist with all mutants in it, as AND gates and inverters.
 *
 *   equal ENGINE.aag step|run DIR N...
 *
 * "N equal" for a mutant in which nothing but unused gates differs. For the others DIR/N.aig, which has the engine and
 * the mutant with the same inputs side by side; its output is 1 when they differ. When it never is, the mutant cannot
 * be killed.
 *
 *   step   in one clock from one state, whichever: an output or the next value of a register differs
 *   run    from reset on: an output differs; a register without a value in reset starts at 0 in both
 *
 * ENGINE.aag is AIGER 1.9 in ASCII, as yosys writes it: inputs, registers with their value in reset, and a symbol
 * `mutant[B]` for each bit of the input that selects. What the mutant does not reach is there once (structural
 * hashing); in a run the registers whose next value it can reach are there twice.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A literal is twice the number of a variable, plus 1 when inverted; 0 is false, 1 true. */
typedef unsigned literal;

struct gate { literal out, a, b; };

/* The file. */
static unsigned vars, inputs, registers, outputs, gates;
static literal *input, *state, *next, *output;
static int *selects;             /* by input: bit of the number of the mutant, or -1 */
static bool *starts_at_1;        /* by register */
static struct gate *gate;

/* The two sides in one: variables without gates first, then each different gate once. */
enum { BUCKETS = 1 << 18 };
static struct node { literal a, b; unsigned chain; } *node;
static unsigned nodes, room, first_gate;
static unsigned bucket[BUCKETS];
static literal *engine, *mutant; /* by variable of the file */
static bool *own;                /* by register: the mutant has one of its own */
static unsigned owned;

static _Noreturn void stop(const char *text)
{
    fprintf(stderr, "equal: %s\n", text);
    exit(2);
}

static void *make(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);

    if (!memory)
        stop("no memory");
    return memory;
}

static void get(FILE *file, unsigned count, unsigned *numbers)
{
    for (unsigned n = 0; n < count; n++)
        if (fscanf(file, "%u", &numbers[n]) != 1 || numbers[n] > 2 * vars + 1)
            stop("the file is not AIGER, or damaged");
}

static void load(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned found = 0, at, bit;
    char line[4096];

    if (!file || fscanf(file, "aag %u %u %u %u %u", &vars, &inputs, &registers, &outputs, &gates) != 5
        || vars > 1u << 24 || inputs > vars || registers > vars || gates > vars || outputs > 1u << 24)
        stop("the file is not AIGER in ASCII, or cannot be read");
    input = make(inputs, sizeof *input);
    selects = make(inputs, sizeof *selects);
    state = make(registers, sizeof *state);
    next = make(registers, sizeof *next);
    starts_at_1 = make(registers, sizeof *starts_at_1);
    output = make(outputs, sizeof *output);
    gate = make(gates, sizeof *gate);
    get(file, inputs, input);
    for (unsigned n = 0; n < registers; n++) {
        char end = ' ';

        get(file, 1, &state[n]);
        if (fscanf(file, "%u%c", &next[n], &end) != 2 || next[n] > 2 * vars + 1)
            stop("a register of the file is damaged");
        if (end == ' ') {
            get(file, 1, &at);
            starts_at_1[n] = at == 1;
        }
    }
    get(file, outputs, output);
    for (unsigned n = 0; n < gates; n++)
        get(file, 3, (unsigned *)&gate[n]);
    memset(selects, -1, inputs * sizeof *selects);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "i%u mutant[%u]", &at, &bit) == 2 && at < inputs && bit < 31) {
            selects[at] = (int)bit;
            found++;
        }
    if (!found)
        stop("the file has no input `mutant`");
    fclose(file);
}

static unsigned add(literal a, literal b)
{
    if (nodes == room) {
        room = room ? 2 * room : 1 << 17;
        node = realloc(node, room * sizeof *node);
        if (!node)
            stop("no memory");
    }
    node[nodes] = (struct node){ a, b, 0 };
    return nodes++;
}

static literal both(literal a, literal b)
{
    if (a > b) {
        const literal swap = a;

        a = b;
        b = swap;
    }
    if (a == 0 || a == (b ^ 1))
        return 0;
    if (a == 1 || a == b)
        return b;
    unsigned *at = &bucket[(a * UINT32_C(2654435761) ^ b * UINT32_C(320746457)) >> 7 & (BUCKETS - 1)];

    for (unsigned n = *at; n; n = node[n].chain)
        if (node[n].a == a && node[n].b == b)
            return 2 * n;
    const unsigned n = add(a, b);

    node[n].chain = *at;
    *at = n;
    return 2 * n;
}

static literal either(literal a, literal b)
{
    return both(a ^ 1, b ^ 1) ^ 1;
}

static literal in(const literal *side, literal of)
{
    return side[of >> 1] ^ (of & 1);
}

static void build(literal *side, unsigned number)
{
    for (unsigned n = 0; n < inputs; n++)
        if (selects[n] >= 0)
            side[input[n] >> 1] = number >> selects[n] & 1;
    for (unsigned n = 0; n < gates; n++)
        side[gate[n].out >> 1] = both(in(side, gate[n].a), in(side, gate[n].b));
}

/* Both sides, with the registers of the mutant's own that are known so far. */
static void build_both(unsigned number)
{
    memset(bucket, 0, sizeof bucket);
    nodes = 0;
    add(0, 0);
    for (unsigned n = 0; n < inputs; n++)
        engine[input[n] >> 1] = mutant[input[n] >> 1] = 2 * add(0, 0);
    for (unsigned n = 0; n < registers; n++)
        engine[state[n] >> 1] = mutant[state[n] >> 1] = 2 * add(0, 0);
    for (unsigned n = 0; n < registers; n++)
        if (own[n])
            mutant[state[n] >> 1] = 2 * add(0, 0);
    first_gate = nodes;
    build(engine, 0);
    build(mutant, number);
}

static literal differ(literal of)
{
    const literal a = in(engine, of), b = in(mutant, of);

    return either(both(a, b ^ 1), both(a ^ 1, b));
}

/* 1 when they differ. */
static literal compare(unsigned number, bool step)
{
    literal differs = 0;
    unsigned before;

    memset(own, 0, registers * sizeof *own);
    owned = 0;
    do {
        before = owned;
        build_both(number);
        for (unsigned n = 0; n < registers && !step; n++)
            if (!own[n] && in(engine, next[n]) != in(mutant, next[n])) {
                own[n] = true;
                owned++;
            }
    } while (owned != before);
    for (unsigned n = 0; n < outputs; n++)
        differs = either(differs, differ(output[n]));
    for (unsigned n = 0; n < registers && step; n++)
        differs = either(differs, differ(next[n]));
    return differs;
}

static void put_difference(FILE *file, unsigned number)
{
    for (; number >= 128; number >>= 7)
        putc((int)(number & 127) | 128, file);
    putc((int)number, file);
}

/* In AIGER's binary form, nodes are in its order already; the inputs that select are left as inputs without use. */
static void write_pair(const char *path, literal differs, bool step)
{
    FILE *file = fopen(path, "w");

    if (!file)
        stop("the file of a pair cannot be written");
    fprintf(file, "aig %u %u %u 1 %u\n", nodes - 1, step ? inputs + registers : inputs, step ? 0 : registers + owned,
            nodes - first_gate);
    for (unsigned n = 0; n < registers && !step; n++)
        fprintf(file, "%u %d\n", in(engine, next[n]), starts_at_1[n]);
    for (unsigned n = 0; n < registers && !step; n++)
        if (own[n])
            fprintf(file, "%u %d\n", in(mutant, next[n]), starts_at_1[n]);
    fprintf(file, "%u\n", differs);
    for (unsigned n = first_gate; n < nodes; n++) {
        put_difference(file, 2 * n - node[n].b);
        put_difference(file, node[n].b - node[n].a);
    }
    if (fclose(file))
        stop("the file of a pair cannot be written");
}

int main(int argc, char **argv)
{
    if (argc < 5 || (strcmp(argv[2], "step") && strcmp(argv[2], "run")))
        stop("usage: equal ENGINE.aag step|run DIR N...");
    const bool step = !strcmp(argv[2], "step");

    load(argv[1]);
    engine = make(vars, sizeof *engine);
    mutant = make(vars, sizeof *mutant);
    own = make(registers, sizeof *own);
    for (int at = 4; at < argc; at++) {
        const unsigned number = (unsigned)strtoul(argv[at], NULL, 10);
        const literal differs = compare(number, step);
        char path[4096];

        if (differs == 0) {
            printf("%u equal\n", number);
        } else {
            snprintf(path, sizeof path, "%s/%u.aig", argv[3], number);
            write_pair(path, differs, step);
        }
    }
    return 0;
}
