#ifndef NETSTEP_SERVER_WORKER_H
#define NETSTEP_SERVER_WORKER_H
/*
 * A thread that runs labs. Each room belongs to one worker. Whoever has had the least processor
 * time lately goes next, for one slice; so a quiet lab is served at once, whatever its neighbours
 * do.
 */
#include "labs.h"

#define WORKER_SLICE_NS 1000000

struct worker;
struct worker *worker_start(struct labs *); /* NULL: no thread */
void worker_stop(struct worker *);          /* joins it; all its rooms' jobs have been answered */
void worker_free(struct worker *);          /* after worker_stop; parks nothing, frees its rooms */
void worker_adopt(struct worker *, struct room *); /* the room is its from now on */
void worker_post(struct worker *, struct job *);
unsigned worker_load(const struct worker *); /* rooms that it has */
struct packer *worker_packer(struct worker *);

#endif
