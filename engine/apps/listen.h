#ifndef NETSTEP_APPS_LISTEN_H
#define NETSTEP_APPS_LISTEN_H
/* Programs that see the frames of an interface pass: arping and tcpdump. */
#include "apps/shell.h"
#include "base/bytes.h"

/* Begins or ends to listen; `interface` 0: at all of the node's. */
void listen_at(struct step *, uint32_t node, uint32_t interface, bool begin);
/* The program has seen what it wanted: it is resumed at this instant, as a step of its own. */
void listen_enough(struct step *, struct id process);

/* A frame passes; `octets`: all of it, from its Ethernet header on. */
void arping_seen(struct step *, struct id process, uint32_t interface, struct reader octets);
void tcpdump_seen(struct step *, struct id process, uint32_t interface, struct reader octets,
                  bool outward);

#endif
