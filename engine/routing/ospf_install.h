#ifndef NETSTEP_ROUTING_OSPF_INSTALL_H
#define NETSTEP_ROUTING_OSPF_INSTALL_H
/* The kept routing table becomes the node's: only what differs is changed there. */
#include "routing/ospf_table.h"
#include "stack/iface.h"

void ospf_install(struct step *, struct id ospf);

#endif
