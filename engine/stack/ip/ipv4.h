#ifndef NETSTEP_STACK_IPV4_H
#define NETSTEP_STACK_IPV4_H
/* IPv4 between the layers below and those above; what upper layers may use is in ip.h. */
#include "stack/ip/icmp.h"
#include "stack/ip/ip.h"
#include "stack/ip/route.h"

/* A datagram from a link: the frame starts at its IPv4 header. Takes ownership. `heard` tells
 * whether the link layer carried it as a broadcast or multicast. */
void ipv4_in(struct step *, uint32_t interface, struct id frame, struct frame *octets,
             enum link_cast heard);
/* A datagram that the node sent to itself; a step of its own. Takes ownership. */
void ipv4_loopback_in(struct step *, uint32_t node, struct id frame);
/* The way that a datagram takes out of the node. */
struct ip_way {
    struct next_hop hop;
    ip4 dst;
    enum ip_cast cast; /* of dst, to this node */
};
/* Hands a datagram that fits to the link. Takes ownership. */
void ipv4_hand_down(struct step *, uint32_t node, const struct ip_way *, struct id datagram);
/* ipv4_fragment.c: the same in pieces of at most `mtu` octets. Takes ownership. */
enum ip_result ipv4_fragment(struct step *, uint32_t node, const struct ip_way *,
                             struct id datagram, uint32_t mtu);
/* ipv4_identity.c */
uint16_t ipv4_identify(struct step *, uint32_t node, const struct ip_out *, ip4 src);
/* ipv4_reassembly.c: a fragment for this node. Takes the frame; true: its datagram is whole now,
 * and `in` and the payload's reader are of that. */
bool ipv4_reassemble(struct step *, uint32_t node, struct ip_in *, struct reader *payload,
                     enum link_cast heard);
void ipv4_reassembly_timer_fired(struct step *, struct id reassembly);
/* ipv4_martian.c: whether the addresses may come from that link; else it was counted and traced. */
bool ipv4_admits(struct step *, uint32_t node, const struct ip_in *);
/* A broadcast to another network of a router that forwards such (bc_forwarding). */
bool ipv4_is_elsewheres_broadcast(const struct step *, uint32_t node, const struct ip_in *);
enum reason ip_parse_reason(enum parse_result); /* PARSE_OK is REASON_NONE */

#endif
