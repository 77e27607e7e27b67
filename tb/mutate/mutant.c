/* mutant.c - which mutant of the RTL is alive; the first failure ends the run.
 *
 * A mutant is killed by one failure, so the test that fails ends the program that runs it, and
 * no further test wastes time. What failed is on stderr. A run without a mutant may be watched instead: the file
 * that MUTANT_REACHED names gets a byte for each mutant: 1 where it would have made a difference, 2 in reset, 3 both.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { MUTANTS = 1 << 14 };     /* MUTANT_BITS of the Makefile */

/* Called by engine.sv. 0: none. */
int mutant_selected(void);
/* Called by mutants.sv. */
int mutant_watched(void);
void mutant_reached(int number, int in_reset);

int mutant_selected(void)
{
    const char *number = getenv("MUTANT");

    return number ? atoi(number) : 0;
}

/* The program whose child a test is. */
static pid_t program;
/* The file of MUTANT_REACHED, shared with the children. */
static unsigned char *reached;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("MUTANT_REACHED");

    program = getpid();
    if (!path)
        return;
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);

    if (file < 0 || ftruncate(file, MUTANTS) != 0
        || (reached = mmap(NULL, MUTANTS, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) == MAP_FAILED) {
        perror(path);
        _exit(2);
    }
    close(file);
}

int mutant_watched(void)
{
    return reached != NULL;
}

void mutant_reached(int number, int in_reset)
{
    reached[number] |= in_reset ? 2 : 1;
}

/* Every failure of libcheck's assertions; the linker leads it here. */
_Noreturn void __wrap__ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
    __attribute__((format(printf, 4, 5)));
_Noreturn void __wrap__ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
{
    va_list arguments;

    fprintf(stderr, "killed: %s:%d: %s: ", file, line, expr ? expr : "");
    if (msg) {
        va_start(arguments, msg);
        vfprintf(stderr, msg, arguments);
        va_end(arguments);
    }
    fputc('\n', stderr);
    if (getpid() != program)
        kill(program, SIGKILL);
    _exit(1);
}
