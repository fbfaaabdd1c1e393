#ifndef NETSTEP_APPS_DAEMONS_H
#define NETSTEP_APPS_DAEMONS_H
/* The processes of the routing daemons: how they begin and end. */
#include "apps/process.h"

/* {0,0}: none of that name ("ripd", "ospfd") runs. */
struct id daemon_process(const struct lab *, uint32_t node, enum app);
/* A process of the daemon's own, as `ripd -d` leaves one behind; false: there is no room. */
bool daemon_spawn(struct step *, uint32_t node, enum app);
void daemon_resume(struct step *, struct id process);
void daemon_ends(struct step *, struct id process); /* whatever ended its process */
/* `router rip`, `no router rip`. False: no room. */
bool daemon_router(struct step *, uint32_t node, enum app, bool no);

#endif
