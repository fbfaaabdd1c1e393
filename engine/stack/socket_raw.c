#include "stack/socket_raw.h"
/*
 * Raw sockets (raw(7)): of a protocol, not of a port. IP knows nothing finer than its protocol
 * number (RFC 791 3.1), so each of them that has the number gets a copy of the whole datagram, from
 * the IP header on; what is sent gets its IP header here. The protocol is the socket's local port.
 *
 * Left out: the protocols that the stack itself serves (Linux's raw sockets hear those as well),
 * IP_HDRINCL, bind and connect.
 */
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/socket_queue.h"
#include "stack/stack.h"
#include <string.h>

static bool is_served(uint64_t protocol) {
    return protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_IGMP ||
           protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP;
}

int socket_raw_open(struct step *s, struct id id, uint64_t protocol) {
    struct socket *socket = object_edit(s, POOL_SOCKET, id);
    if (protocol == 0 || protocol > UINT8_MAX || is_served(protocol)) return -LINUX_EPROTONOSUPPORT;
    socket->local_port = (uint32_t)protocol;
    socket->bound = 1;
    socket_chain(s, id);
    return 0;
}

bool socket_raw_in(struct step *s, uint32_t node, uint32_t interface, struct id frame,
                   uint32_t protocol) {
    bool any = false;
    for (struct id id = socket_chain_first(s->lab, node, SOCKET_RAW, protocol); id_is(id);
         id = socket_get(s->lab, id)->chain) {
        const struct socket *socket = socket_get(s->lab, id);
        if (socket->node != node || socket->type != SOCKET_RAW || socket->local_port != protocol)
            continue;
        struct id copy = frame_copy(s, frame);
        any = true;
        if (!id_is(copy))
            trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        else if (!socket_deliver(s, id, interface, copy))
            frame_free(s, copy);
    }
    return any;
}

static enum ip_result send(struct step *s, const struct socket *socket, const struct ip_out *out,
                           const uint8_t *octets, size_t count) {
    struct id frame = {0, 0};
    if (out->src == 0) return IP_NO_ROUTE;
    if (count + IPV4_HEADER > DATAGRAM_OCTETS_MAX) return IP_TOO_BIG;
    frame = frame_new(s, socket->node, count);
    if (!id_is(frame)) {
        trace_dropped(s, socket->node, frame, REASON_NO_FRAMES, NULL);
        return IP_NO_BUFFERS;
    }
    if (count > 0) memcpy(frame_append(s, frame, count), octets, count);
    return ip_send(s, socket->node, frame, out);
}

enum ip_result socket_raw_send(struct step *s, struct id id, ip4 to, const uint8_t *octets,
                               size_t count) {
    const struct socket *socket = socket_get(s->lab, id);
    struct ip_out out = {.src = ip_source_for(s->lab, socket->node, to),
                         .dst = to,
                         .protocol = (uint8_t)socket->local_port,
                         .ttl = socket->wishes.ttl,
                         .discover_path = true};
    return send(s, socket, &out, octets, count);
}

/* IP_MULTICAST_IF, IP_PKTINFO, IP_TTL and IP_TOS in one, for daemons that say it of each. */
enum ip_result socket_raw_send_by(struct step *s, struct id id, const struct raw_out *by,
                                  const uint8_t *octets, size_t count) {
    const struct socket *socket = socket_get(s->lab, id);
    struct ip_out out = {.src = by->src,
                         .dst = by->dst,
                         .protocol = (uint8_t)socket->local_port,
                         .ttl = by->ttl,
                         .dscp = by->tos >> 2,
                         .ecn = by->tos & 3,
                         .interface = by->interface};
    if (out.src == 0 && by->interface != 0) out.src = iface_get(s->lab, by->interface)->address;
    if (out.src == 0) out.src = ip_source_for(s->lab, socket->node, by->dst);
    return send(s, socket, &out, octets, count);
}
