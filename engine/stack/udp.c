#include "stack/udp.h"
/*
 * UDP: RFC 768 and RFC 1122 4.1. A datagram goes to the socket that matches it best; one for a
 * closed port is answered by ICMP Port Unreachable. One for a group or for all goes to each socket
 * that it fits. Left out: IP_RECVOPTS, UDP-Lite.
 */
#include "sim/trace.h"
#include "stack/ip/icmp_parts.h"
#include "stack/ip/ipv4.h"
#include "stack/mib.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "wire/ether.h"
#include <string.h>

/* __udp4_lib_mcast_deliver(): a copy for each of the other sockets. Each counts as a datagram. */
static void copy_to_others(struct step *s, uint32_t node, const struct ip_in *in,
                           const struct udp_header *h, struct id best) {
    const struct ipv4_header *ip = &in->header;
    struct id id = {0, 0};
    while (id = socket_find_next(s->lab, id, node, SOCKET_UDP, ip->dst, h->dst_port, ip->src,
                                 h->src_port),
           id_is(id)) {
        if (id_same(id, best)) continue;
        struct id copy = frame_copy(s, in->frame);
        mib_add(s, node, MIB_UDP_IN_DATAGRAMS);
        if (!id_is(copy))
            trace_dropped(s, node, in->frame, REASON_NO_FRAMES, NULL);
        else if (!socket_deliver(s, id, in->interface, copy))
            frame_free(s, copy);
    }
}

bool udp_in(struct step *s, uint32_t node, const struct ip_in *in, struct reader datagram,
            bool broadcast) {
    struct udp_header h;
    enum parse_result result = udp_parse(&h, &datagram, in->header.src, in->header.dst);
    if (result != PARSE_OK) { /* RFC 1122 4.1.3.4: a bad checksum is silently discarded */
        mib_add(s, node, result == PARSE_BAD_CHECKSUM ? MIB_UDP_IN_CSUM_ERRORS : MIB_UDP_IN_ERRORS);
        trace_dropped(s, node, in->frame, ip_parse_reason(result), "RFC 1122 4.1.3.4");
        return false;
    }
    struct id socket = socket_find(s->lab, node, SOCKET_UDP, in->header.dst, h.dst_port,
                                   in->header.src, h.src_port);
    if (!id_is(socket)) { /* RFC 1122 4.1.3.1 */
        mib_add(s, node, MIB_UDP_NO_PORTS);
        trace_dropped(s, node, in->frame, REASON_NO_SOCKET, "RFC 1122 4.1.3.1");
        icmp_error(s, node, in->frame, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE, 0,
                   broadcast ? LINK_BROADCAST : LINK_UNICAST);
        return false;
    }
    mib_add(s, node, MIB_UDP_IN_DATAGRAMS);
    if (ip_is_broadcast_or_multicast(s->lab, node, in->header.dst))
        copy_to_others(s, node, in, &h, socket);
    return socket_deliver(s, socket, in->interface, in->frame);
}

enum ip_result udp_send(struct step *s, uint32_t node, const struct ip_out *out,
                        const struct udp_way *ports, const uint8_t *octets, size_t count) {
    struct ip_out way = *out;
    struct id frame = {0, 0};
    if (way.src == 0) way.src = ip_source_for(s->lab, node, way.dst);
    if (way.src == 0) return IP_NO_ROUTE;
    if (count + UDP_HEADER + IPV4_HEADER > DATAGRAM_OCTETS_MAX) return IP_TOO_BIG;
    frame = frame_new(s, node, UDP_HEADER + count);
    if (!id_is(frame)) {
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
        return IP_NO_BUFFERS;
    }
    struct udp_header h = {.src_port = (uint16_t)ports->src_port,
                           .dst_port = (uint16_t)ports->dst_port};
    frame_at(s->lab, frame)->note.seq_base = out->begun_at;
    uint8_t *datagram = frame_append(s, frame, UDP_HEADER + count);
    if (count > 0) memcpy(datagram + UDP_HEADER, octets, count);
    udp_emit(datagram, &h, count, way.src, way.dst);
    if (ports->no_checksum) udp_leave_unchecked(datagram);
    if (ports->bad_checksum) datagram[UDP_HEADER - 1] ^= 1;
    mib_add(s, node, MIB_UDP_OUT_DATAGRAMS);
    way.protocol = IP_PROTOCOL_UDP;
    return ip_send(s, node, frame, &way);
}

/* RFC 1122 4.1.3.3: errors go up to the socket that sent the datagram. Differs: on Linux soft ones
 * do not, nor any to a socket that is not connected, unless it asked for them (IP_RECVERR). */
bool udp_icmp_in(struct step *s, uint32_t node, const struct ip_in *in,
                 const struct icmp_message *m, const struct icmp_quoted *q) {
    struct reader r = q->payload;
    uint32_t local_port = read_u16(&r), remote_port = read_u16(&r);
    struct id id = socket_find(s->lab, node, SOCKET_UDP, q->src, local_port, q->dst, remote_port);
    const struct socket *socket = id_is(id) ? socket_get(s->lab, id) : NULL;
    bool hard;
    int error = icmp_to_error(m->type, m->code, &hard);
    if (socket == NULL) {
        mib_add(s, node, MIB_ICMP_IN_ERRORS);
        return false;
    }
    if (m->type == ICMP_UNREACHABLE && m->code == ICMP_FRAGMENTATION_NEEDED) {
        ip_hear_mtu(s, node, q->dst, m->sequence, q->total_length);
        if (socket->wishes.fragments != 0) return false; /* IP_PMTUDISC_DONT */
        hard = true;
    }
    if (error == 0) return false;
    bool all = !profile_is_linux(node_view_at(s->lab, node)->profile);
    bool told = socket->keep_errors != 0 || (socket->remote_port != 0 && (hard || all));
    if (told) socket_deliver_error(s, id, error);
    return socket->keep_errors != 0 && socket_queue_error(s, id, in->frame);
}

void udp_came_in(const struct lab *lab, struct frame *frame) {
    struct reader r = frame_reader(frame);
    struct ether_header ether;
    struct ipv4_header ip;
    if (ether_parse(&ether, &r) != PARSE_OK || ether.type != ETHER_TYPE_IPV4) return;
    if (ipv4_parse(&ip, &r) != PARSE_OK || ip.protocol != IP_PROTOCOL_UDP) return;
    uint32_t src_port = read_u16(&r), dst_port = read_u16(&r);
    if (r.failed || ip.fragment_offset != 0) return;
    for (uint32_t node = 1; node <= lab_node_count(lab); node++) {
        if (!ip_is_local(lab, node, ip.dst)) continue;
        struct id id = socket_find(lab, node, SOCKET_UDP, ip.dst, dst_port, ip.src, src_port);
        if (id_is(id)) frame->note.seq_base = socket_get(lab, id)->begun_at;
    }
}
