#ifndef NETSTEP_SERVER_OUTPUT_H
#define NETSTEP_SERVER_OUTPUT_H
/*
 * A file that is written as a whole or not at all: it grows beside its place as FILE.part and
 * takes its name when it is complete. "-" is standard output; what is no regular file (a pipe, a
 * terminal) is written directly.
 */
#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file; /* NULL: not asked for */
    const char *path;
    char *part; /* NULL: written directly */
};
bool output_open(struct output *, const char *path); /* false: errno says why */
/* The same, but it grows in its place, and what is there stays when it is abandoned. */
bool output_open_growing(struct output *, const char *path);
bool output_finish(struct output *);  /* false: not all could be written */
void output_abandon(struct output *); /* closes and removes what was begun */

#endif
