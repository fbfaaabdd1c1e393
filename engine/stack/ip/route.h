#ifndef NETSTEP_STACK_ROUTE_H
#define NETSTEP_STACK_ROUTE_H
/* The routing table of a node: longest prefix first, RFC 1812 5.2.4.3. */
#include "sim/lab.h"

enum route_origin { ROUTE_CONNECTED, ROUTE_STATIC, ROUTE_GATEWAY, ROUTE_REDIRECT };
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct route {
    struct id next;   /* the node's list: longest prefix first, then lowest metric */
    struct id timer;  /* what was learnt expires */
    ip4 network, via; /* via 0: the destination is on the link */
    uint32_t prefix, metric;
    uint32_t interface, node; /* interface: global number */
    uint32_t origin, reserved;
};
#pragma GCC diagnostic pop
struct next_hop {
    ip4 address;        /* whom to ask ARP for */
    uint32_t interface; /* global number */
};
bool route_lookup(const struct lab *, uint32_t node, ip4 dst, struct next_hop *);
const struct route *route_get(const struct lab *, struct id);
struct id route_first(const struct lab *, uint32_t node); /* then route_get()->next */

enum route_result { ROUTE_OK, ROUTE_EXISTS, ROUTE_NOT_FOUND, ROUTE_BAD_NEXT_HOP, ROUTE_NO_ROOM };
/* `interface` 0: the one whose network holds `via`; ROUTE_BAD_NEXT_HOP when there is none. */
enum route_result route_add(struct step *, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                            uint32_t interface, enum route_origin);
/* via 0 and interface 0 match any. */
enum route_result route_remove(struct step *, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                               uint32_t interface);
/* A host's way that a redirect has named, until then (RFC 1122 3.3.1.2): an exception to the route
 * by which the destination is reached without it, and gone with that. */
void route_except(struct step *, uint32_t node, ip4 dst, ip4 via, uint32_t interface,
                  sim_time until);
void route_flush_exceptions(struct step *, uint32_t node); /* `ip route flush cache` */
void route_timer_fired(struct step *, struct id route);
void route_remove_interface(struct step *, uint32_t interface); /* every route through it */
void route_add_connected(struct step *, uint32_t interface);

#endif
