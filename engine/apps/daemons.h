#ifndef NETSTEP_APPS_DAEMONS_H
#define NETSTEP_APPS_DAEMONS_H
/* The processes of the routing daemons: how they begin and end. */
#include "apps/process.h"

bool daemon_is(uint32_t app);
/* {0,0}: none runs on the node. */
struct id daemon_process(const struct lab *, uint32_t node, enum app);
/* It runs from now on, if it did not; false: there is no room for its process. */
bool daemon_run(struct step *, uint32_t node, enum app);
void daemon_resume(struct step *, struct id process);
void daemon_ends(struct step *, struct id process); /* whatever ended its process */
void daemons_boot(struct step *, uint32_t node); /* those begin for which something is configured */
/* `router rip`, `no router rip`. False: no room. */
bool daemon_router(struct step *, uint32_t node, enum app, bool no);

#endif
