#ifndef NETSTEP_STACK_UDP_H
#define NETSTEP_STACK_UDP_H
/* UDP, RFC 768, as RFC 1122 4.1 asks of hosts. Sockets themselves: socket.h. */
#include "stack/ip/ip.h"
#include "wire/udp.h"

/* A datagram for this node. True: a socket keeps the frame. */
bool udp_in(struct step *, uint32_t node, const struct ip_in *, struct reader datagram,
            bool broadcast);
struct udp_way {
    uint32_t src_port, dst_port;
    bool no_checksum;  /* RFC 768: a field of zero */
    bool bad_checksum; /* for "forge" */
};
enum ip_result udp_send(struct step *, uint32_t node, const struct ip_out *, const struct udp_way *,
                        const uint8_t *octets, size_t count);
/* An ICMP error `in` about a datagram that this node sent. True: a socket keeps the frame. */
struct icmp_message;
struct icmp_quoted;
bool udp_icmp_in(struct step *, uint32_t node, const struct ip_in *in, const struct icmp_message *,
                 const struct icmp_quoted *);
/* A frame from outside, if it is a datagram: its note says at which port its conversation began, as
 * the socket knows that it is for. */
void udp_came_in(const struct lab *, struct frame *);

#endif
