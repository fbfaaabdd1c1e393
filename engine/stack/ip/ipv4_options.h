#ifndef NETSTEP_STACK_IPV4_OPTIONS_H
#define NETSTEP_STACK_IPV4_OPTIONS_H
/* Options of datagrams: of those that come (ipv4_options.c), of those that are made
 * (ipv4_options_out.c). */
#include "sim/trace.h"
#include "stack/ip/ipv4.h"

/* A datagram with options came. False: it is gone. in->routed: it goes on to in->next, not to its
 * destination. */
bool ipv4_options_in(struct step *, uint32_t node, struct ip_in *, enum ip_cast, enum link_cast);
/* It would leave by this hop. False: its source route does not allow that, and it is gone. */
bool ipv4_options_allow(struct step *, uint32_t node, struct ip_in *, const struct next_hop *,
                        enum link_cast);
/* It leaves: this node's address is written as that of the interface by which it does. */
void ipv4_options_leave(const struct step *, struct ip_in *, const struct next_hop *);

/* The options as they leave, in `to`: `src` and the time are written where they are asked for, a
 * source route goes on behind its first hop and ends with dst. */
void ipv4_options_fill(const struct step *, uint32_t node, const struct ip_out *, ip4 src,
                       uint8_t to[IP_OPTIONS_MOST]);

#endif
