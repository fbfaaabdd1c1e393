#ifndef NETSTEP_STACK_ICMP_H
#define NETSTEP_STACK_ICMP_H
/* ICMP, RFC 792: echo, and errors in both directions (RFC 1122 3.2.2, RFC 1812 4.3). */
#include "stack/ip/ip.h"
#include "wire/icmp.h"

enum {
    ICMP_NET_UNREACHABLE = 0,
    ICMP_HOST_UNREACHABLE = 1,
    ICMP_PROTOCOL_UNREACHABLE = 2,
    ICMP_PORT_UNREACHABLE = 3,
    ICMP_FRAGMENTATION_NEEDED = 4,
    ICMP_TTL_EXCEEDED = 0
};

/* A message for this node. True: a socket keeps the frame. */
bool icmp_in(struct step *, uint32_t node, const struct ip_in *, struct reader message);
/* An error about `packet` (which starts at its IPv4 header and stays the caller's), unless one
 * must not be sent about it. `rest`: the header's second word (next MTU, pointer << 24, gateway).
 * `heard`: the frame came as a link broadcast, about which no error may be sent. */
enum link_cast { LINK_UNICAST, LINK_BROADCAST };
void icmp_error(struct step *, uint32_t node, struct id packet, uint8_t type, uint8_t code,
                uint32_t rest, enum link_cast heard);
/* An echo request; takes `count` octets of data from `octets`. */
enum ip_result icmp_send_echo(struct step *, uint32_t node, const struct ip_out *,
                              uint16_t identifier, uint16_t sequence, const uint8_t *octets,
                              size_t count);
/* A message exactly as told, for "forge". */
enum ip_result icmp_forge(struct step *, uint32_t node, const struct ip_out *,
                          const struct icmp_message *, const uint8_t *octets, size_t count);
int icmp_to_error(uint8_t type, uint8_t code); /* Linux's errno for a socket; 0: none */

#endif
