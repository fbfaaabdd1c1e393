#ifndef NETSTEP_TESTS_ROUTER_SUPPORT_H
#define NETSTEP_TESTS_ROUTER_SUPPORT_H
/*
 * A router r1 (10.0.0.1 on eth0, 10.0.1.1 on eth1) and a host beside it, `peer` (10.0.0.2), that
 * speaks no routing protocol: what it sends is the test's, IP datagrams as they are.
 */
#include "lab_support.h"

enum { ROUTER_NODE = 1, PEER_NODE = 2 };
void router_and_peer(struct setup *);
/* An IP datagram of the peer's, of that protocol, on its cable in a step of its own. */
struct router_datagram {
    ip4 src, dst;
    uint8_t ttl, protocol;
    const uint8_t *payload;
    size_t count;
};
void router_deliver(struct lab *, const struct router_datagram *);
/* The same of UDP, with its checksum. */
void router_deliver_udp(struct lab *, const struct router_datagram *, uint16_t from, uint16_t to);

#endif
