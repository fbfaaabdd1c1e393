#ifndef NETSTEP_SERVER_MEASURE_H
#define NETSTEP_SERVER_MEASURE_H
/*
 * One number out of a run: how many events match, how many rows a table has, what a value adds up
 * to, or how far two values lie apart. An answer sorts it into bands, a check compares it.
 */
#include "events.h"

struct measure {
    int64_t number;
    size_t event; /* that shows it, or NO_EVENT */
    bool known;   /* false: what is to be measured has not happened */
    bool grows;   /* true: later events may still change it */
};
struct measure measure_take(const struct json_node *of, const struct events *, const struct lab *);

/* How many kinds of measure an answer names; 1 is right. */
size_t measure_kinds(const struct json_node *);
/* For judge.c at load: complains about what a measure cannot mean. */
void measure_read(const struct json_node *);

#endif
