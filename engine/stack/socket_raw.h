#ifndef NETSTEP_STACK_SOCKET_RAW_H
#define NETSTEP_STACK_SOCKET_RAW_H
/* Raw sockets: datagrams of a protocol of IP. */
#include "stack/ip/ip.h"
#include "stack/socket.h"

int socket_raw_open(struct step *, struct id, uint64_t protocol); /* 0, -EPROTONOSUPPORT */
/* Whether anybody has a copy of the datagram now; the frame itself stays the caller's. */
bool socket_raw_in(struct step *, uint32_t node, uint32_t interface, struct id frame,
                   uint32_t protocol);
enum ip_result socket_raw_send(struct step *, struct id, ip4 to, const uint8_t *, size_t);
struct raw_out {
    uint32_t interface; /* by which it leaves, if it is for a group; 0: as the routes say */
    ip4 dst, src;       /* src 0: the interface's address */
    uint8_t ttl, tos;   /* ttl 0: net.ipv4.ip_default_ttl */
};
enum ip_result socket_raw_send_by(struct step *, struct id, const struct raw_out *, const uint8_t *,
                                  size_t);

#endif
