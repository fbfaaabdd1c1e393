#ifndef NETSTEP_TESTS_CROWD_H
#define NETSTEP_TESTS_CROWD_H
/*
 * Labs with a crowd of connections, for the tests and the figures of scale: a client, a router and
 * a server whose port 80 a number of connections stand at, all in one state.
 */
#include "engine.h"

enum crowd_kind { CROWD_HALF_OPEN, CROWD_ESTABLISHED, CROWD_TIME_WAIT, CROWD_KIND_COUNT };
extern const char *const crowd_names[CROWD_KIND_COUNT];
/* A new lab with `count` connections in that state; aborts when they do not come about. */
struct lab *crowd_lab(enum crowd_kind, uint32_t count, const struct sink *);
uint32_t crowd_count(const struct lab *, uint32_t node, uint32_t state); /* TCBs of the node */

#endif
