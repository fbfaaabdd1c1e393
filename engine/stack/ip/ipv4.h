#ifndef NETSTEP_STACK_IPV4_H
#define NETSTEP_STACK_IPV4_H
/* IPv4 between the layers below and those above; what upper layers may use is in ip.h. */
#include "stack/ip/icmp.h"
#include "stack/ip/ip.h"

/* A datagram from a link: the frame starts at its IPv4 header. Takes ownership. `heard` tells
 * whether the link layer carried it as a broadcast or multicast. */
void ipv4_in(struct step *, uint32_t interface, struct id frame, struct frame *octets,
             enum link_cast heard);
/* A datagram that the node sent to itself; a step of its own. Takes ownership. */
void ipv4_loopback_in(struct step *, uint32_t node, struct id frame);
enum reason ip_parse_reason(enum parse_result); /* PARSE_OK is REASON_NONE */

#endif
