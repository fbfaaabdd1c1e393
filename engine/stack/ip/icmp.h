#ifndef NETSTEP_STACK_ICMP_H
#define NETSTEP_STACK_ICMP_H
/* ICMP, RFC 792: queries, and errors in both directions (RFC 1122 3.2.2, RFC 1812 4.3). */
#include "stack/ip/ip.h"
#include "wire/icmp.h"

/* Codes: of Destination Unreachable (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1), */
enum {
    ICMP_NET_UNREACHABLE = 0,
    ICMP_HOST_UNREACHABLE = 1,
    ICMP_PROTOCOL_UNREACHABLE = 2,
    ICMP_PORT_UNREACHABLE = 3,
    ICMP_FRAGMENTATION_NEEDED = 4,
    ICMP_SOURCE_ROUTE_FAILED = 5,
    ICMP_NET_UNKNOWN = 6,
    ICMP_HOST_UNKNOWN = 7,
    ICMP_NET_PROHIBITED = 9,
    ICMP_HOST_PROHIBITED = 10,
    ICMP_FILTERED = 13, /* communication administratively prohibited */
    ICMP_UNREACHABLE_LAST = 15
};
/* of Time Exceeded, and of Redirect. */
enum { ICMP_TTL_EXCEEDED = 0, ICMP_REASSEMBLY_EXCEEDED = 1 };
enum { ICMP_REDIRECT_HOST = 1 };

/* A message for this node. True: the frame is kept. */
bool icmp_in(struct step *, uint32_t node, const struct ip_in *, struct reader message);
/* An error about `packet` (which starts at its IPv4 header and stays the caller's), unless one
 * must not be sent about it. `rest`: the header's second word (next MTU, pointer << 24, gateway).
 * `heard`: the frame came as a link broadcast, about which no error may be sent. */
enum link_cast { LINK_UNICAST, LINK_BROADCAST };
void icmp_error(struct step *, uint32_t node, struct id packet, uint8_t type, uint8_t code,
                uint32_t rest, enum link_cast heard);
/* A datagram goes on by the interface that it came by, to `gateway`: its sender is told, when that
 * is allowed and due (icmp_redirect.c). */
void icmp_redirect(struct step *, uint32_t node, const struct ip_in *, ip4 gateway);
/* An echo request; takes `count` octets of data from `octets`. */
enum ip_result icmp_send_echo(struct step *, uint32_t node, const struct ip_out *,
                              uint16_t identifier, uint16_t sequence, const uint8_t *octets,
                              size_t count);
/* A message exactly as told, for "forge". */
enum ip_result icmp_forge(struct step *, uint32_t node, const struct ip_out *,
                          const struct icmp_message *, const uint8_t *octets, size_t count);
/* Linux's errno for a socket, 0: none. `hard`: it ends what a socket does (icmp_err_convert[]). */
int icmp_to_error(uint8_t type, uint8_t code, bool *hard);
uint32_t icmp_stamp_at(const struct lab *, uint32_t node, sim_time at); /* RFC 792: ms of the day */
void icmp_begin(struct node *); /* a node comes to life: its rate limits are full */
/* icmp_router.c: its settings have changed; its timer. */
void router_discovery_begin(struct step *, uint32_t node);
void router_discovery_fired(struct step *, uint32_t node);
void icmp_timer_fired(struct step *, uint32_t node, struct id frame);

#endif
