/* manual.h - the manual page and the completion, from the list of commands. */
#ifndef MANUAL_H
#define MANUAL_H

#include <stdio.h>

/* netdma(1), for man. */
void manual_print(FILE *out);

/* For bash: a file to source, or to put where bash-completion looks. */
void manual_print_completion(FILE *out);

#endif
