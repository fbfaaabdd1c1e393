#ifndef NETSTEP_STACK_SOCKET_NETLINK_H
#define NETSTEP_STACK_SOCKET_NETLINK_H
/* Netlink, as far as a routing daemon needs it: it is told that something about its node is no
 * longer as it was, and looks again itself. */
#include "stack/ip/route.h"
#include "stack/socket.h"

enum netlink_bit { NETLINK_LINK = 1, NETLINK_ADDRESS = 2, NETLINK_ROUTE = 4 };
/* The socket, of the type SOCKET_NETLINK, becomes readable at such changes. Routes of the origin
 * `own` are the daemon's: of those it is not told. */
void netlink_want(struct step *, struct id, uint32_t bits, enum route_origin own);
uint32_t netlink_take(struct step *, struct id); /* what has changed since it was asked last */

/* For who changes something of the node. */
void netlink_tell(struct step *, uint32_t node, uint32_t bits);
void netlink_tell_route(struct step *, uint32_t node, uint32_t origin);

#endif
