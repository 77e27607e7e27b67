/* mutant.c - which mutant of the RTL is alive; the first failure ends the run.
 *
 * A mutant is killed by one failure, so the test that fails ends the program that runs it, and
 * no further test wastes time. What failed is on stderr.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/* Called by engine.sv. 0: none. */
int mutant_selected(void);
int mutant_selected(void)
{
    const char *number = getenv("MUTANT");

    return number ? atoi(number) : 0;
}

/* The program whose child a test is. */
static pid_t program;

__attribute__((constructor)) static void begin(void)
{
    program = getpid();
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
