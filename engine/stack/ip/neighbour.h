#ifndef NETSTEP_STACK_NEIGHBOUR_H
#define NETSTEP_STACK_NEIGHBOUR_H
/* What the files of the neighbour cache give each other; for everybody else there is arp.h. */
#include "stack/ip/arp.h"

/* neighbour_gc.c */
/* Before an entry is made: collects what is old, if there are many. False: there are too many. */
bool neighbour_room(struct step *, uint32_t node);
/* Failed entries and stale ones that nothing has used for gc_stale_time. */
void neighbour_collect(struct step *, uint32_t node);

#endif
