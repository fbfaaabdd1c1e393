#ifndef NETSTEP_STACK_ARP_H
#define NETSTEP_STACK_ARP_H
/*
 * Address resolution: RFC 826's packets (arp.c) and the cache whose states Linux took from
 * RFC 4861 7.3.2 (neighbour.c). One entry per (interface, protocol address).
 */
#include "sim/frame.h"
#include "stack/iface.h"

enum neighbour_state {
    NEIGHBOUR_NONE,
    NEIGHBOUR_INCOMPLETE,
    NEIGHBOUR_REACHABLE,
    NEIGHBOUR_STALE,
    NEIGHBOUR_DELAY,
    NEIGHBOUR_PROBE,
    NEIGHBOUR_FAILED,
    NEIGHBOUR_PERMANENT,
    NEIGHBOUR_STATE_COUNT
};
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct neighbour {
    struct id next;  /* the node's list, oldest last */
    struct id chain; /* its hash chain */
    struct id timer;
    struct id first, last; /* packets that wait for the answer */
    sim_time confirmed_at, used_at, updated_at;
    uint32_t node, interface; /* interface: global number */
    ip4 address;
    uint32_t state, probes, queued;
    uint8_t mac[MAC_OCTETS];
    uint8_t reserved[2];
};
#pragma GCC diagnostic pop
/* Sends an IPv4 packet to a neighbour on the interface's link, or holds it until the neighbour's
 * hardware address is known. `flow`: of the packet's destination (stack/flow.h). Takes
 * ownership. */
struct memo;
struct next_hop;
void neighbour_send(struct step *, const struct next_hop *, struct memo *flow, struct id packet);
const struct neighbour *neighbour_get(const struct lab *, struct id);
struct id neighbour_find(const struct lab *, uint32_t interface, ip4 address);
struct id neighbour_first(const struct lab *, uint32_t node); /* then ->next */
const char *neighbour_state_name(uint32_t state);             /* "REACHABLE" */

/* News about a neighbour from an ARP packet; Linux's neigh_update. */
enum neighbour_override { NEIGHBOUR_KEEP, NEIGHBOUR_OVERRIDE };
void neighbour_update(struct step *, struct id, const uint8_t mac[MAC_OCTETS],
                      enum neighbour_state to, enum neighbour_override);
struct id neighbour_make(struct step *, uint32_t interface, ip4 address); /* {0,0}: no room */
/* As an administrator says it, `ip neigh`; mac NULL: as it was. False: no room. */
bool neighbour_set(struct step *, uint32_t interface, ip4 address, const uint8_t mac[MAC_OCTETS],
                   enum neighbour_state);
void neighbour_set_permanent(struct step *, uint32_t interface, ip4 address,
                             const uint8_t mac[MAC_OCTETS]);
void neighbour_remove(struct step *, struct id);
/* Whether its hardware address is known; if not, it is asked for now. */
bool neighbour_ready(struct step *, uint32_t interface, ip4 address);
void neighbour_flush(struct step *, uint32_t interface); /* all but the permanent ones */
void neighbour_timer_fired(struct step *, uint32_t timer, struct id neighbour);
/* The layer above knows that the path works: what it sent was acknowledged (RFC 4861 7.3.1). */
void arp_confirm(struct step *, uint32_t node, ip4 dst);
/* The opposite, RFC 1122 3.3.1.4: what was sent is not acknowledged, so ask before the next use. */
void arp_doubt(struct step *, uint32_t node, ip4 dst);

enum arp_cast { ARP_BROADCAST, ARP_UNICAST };
/* `frame`: the ARP packet alone; `cast`: how its frame was addressed. */
void arp_in(struct step *, uint32_t interface, struct id frame, enum arp_cast);
void arp_request(struct step *, uint32_t interface, ip4 src, ip4 target, enum arp_cast,
                 const uint8_t mac[MAC_OCTETS]);
/* Any packet at all, to `dst`; `src`: the Ethernet source. */
struct arp_packet;
bool arp_send(struct step *, uint32_t interface, const struct arp_packet *,
              const uint8_t src[MAC_OCTETS], const uint8_t dst[MAC_OCTETS]);
/* The packet that tells everybody of the interface's address, in the form of a request: RFC 5227
 * 2.3; RFC 5944 4.6 calls it gratuitous. */
void arp_announce(struct step *, uint32_t interface);
/* The reply of a proxy leaves after a while: TIMER_ARP_PROXY. */
void arp_proxy_fired(struct step *, uint32_t node, struct id frame);

#endif
