#include "stack/ip/ipv4.h"
/*
 * IPv4 in: what RFC 1122 3.2.1 and RFC 1812 5.2 ask of a datagram that arrives, in their order:
 * header validation, martian addresses, local delivery, forwarding with the ICMP errors of RFC 1812
 * 5.2.7 and 5.3.1; fragments are put together (ipv4_reassembly.c) before anything above sees them,
 * options acted upon (ipv4_options.c; TCP looks at none: RFC 9293 MUST-50). Addresses
 * are judged in ipv4_martian.c. Left out: multicast forwarding.
 */
#include "sim/trace.h"
#include "stack/ip/arp.h"
#include "stack/ip/firewall.h"
#include "stack/ip/flow.h"
#include "stack/ip/igmp.h"
#include "stack/ip/ipv4_options.h"
#include "stack/ip/route.h"
#include "stack/mib.h"
#include "stack/socket_raw.h"
#include "stack/sysctl.h"
#include "stack/tcp/tcp.h"
#include "stack/udp.h"
#include <assert.h>

enum reason ip_parse_reason(enum parse_result result) {
    return result == PARSE_OK ? REASON_NONE : REASON_TRUNCATED + (result - PARSE_TRUNCATED);
}

/* One end of a datagram's life: its reason is traced and its frame freed. */
static void drop(struct step *s, uint32_t node, struct id frame, enum reason reason,
                 const char *clause) {
    trace_dropped(s, node, frame, reason, clause);
    frame_free(s, frame);
}

static bool deliver_tcp(struct step *s, uint32_t node, const struct ip_in *in, struct reader r,
                        bool broadcast) {
    if (broadcast) { /* RFC 9293 3.9.2.3 MUST-57: not to a unicast address, silently discarded */
        trace_dropped(s, node, in->frame, REASON_NOT_FOR_US, "RFC 9293 3.9.2.3");
        return false;
    }
    tcp_segment_in(s, node, in, r);
    return false;
}

static bool is_fragment(const struct ipv4_header *h) {
    return h->more_fragments || h->fragment_offset != 0;
}

/* RFC 1122 3.2.1.1 to 3.4: hand the datagram to its protocol. */
static void deliver(struct step *s, uint32_t node, struct ip_in *in, struct reader r,
                    enum link_cast heard, bool broadcast) {
    bool kept = false;
    if (is_fragment(&in->header) && !ipv4_reassemble(s, node, in, &r, heard)) return;
    frame_cut(in->octets, in->header.total_length); /* the link's padding ends here */
    if (node_view_at(s->lab, node)->hooks != 0 && !hook_input(s, node, in, &r, heard)) return;
    in->note = in->octets->note;
    mib_add(s, node, MIB_IP_IN_DELIVERS);
    switch (in->header.protocol) {
    case IP_PROTOCOL_ICMP: kept = icmp_in(s, node, in, r); break;
    case IP_PROTOCOL_IGMP: igmp_in(s, node, in, r); break;
    case IP_PROTOCOL_UDP: kept = udp_in(s, node, in, r, broadcast); break;
    case IP_PROTOCOL_TCP: kept = deliver_tcp(s, node, in, r, broadcast); break;
    default:
        /* RFC 1122 3.2.2.1: a protocol that is not there is answered by code 2. */
        if (socket_raw_in(s, node, in->interface, in->frame, in->header.protocol)) break;
        mib_add(s, node, MIB_IP_IN_UNKNOWN_PROTOS);
        trace_dropped(s, node, in->frame, REASON_UNKNOWN_PROTOCOL, "RFC 1122 3.2.2.1");
        icmp_error(s, node, in->frame, ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE, 0, heard);
    }
    if (!kept) frame_free(s, in->frame);
}

/* RFC 1812 5.2.7.1: no route, or one that says how to refuse (4.3.3.1, 5.3.9). */
static void refuse_route(struct step *s, uint32_t node, struct ip_in *in, enum route_type type,
                         enum link_cast heard) {
    static const uint8_t codes[] = {[ROUTE_UNICAST] = ICMP_NET_UNREACHABLE,
                                    [ROUTE_BLACKHOLE] = ICMP_NET_UNREACHABLE,
                                    [ROUTE_UNREACHABLE] = ICMP_HOST_UNREACHABLE,
                                    [ROUTE_PROHIBIT] = ICMP_FILTERED,
                                    [ROUTE_NONE] = ICMP_NET_UNREACHABLE};
    mib_add(s, node, MIB_IP_IN_NO_ROUTES);
    trace_dropped(s, node, in->frame, type == ROUTE_NONE ? REASON_NO_ROUTE : REASON_ROUTE_REFUSES,
                  "RFC 1812 5.2.7.1");
    if (type != ROUTE_BLACKHOLE)
        icmp_error(s, node, in->frame, ICMP_UNREACHABLE, codes[type], 0, heard);
    frame_free(s, in->frame);
}

/* RFC 1812 5.2.7.2: who follows a source route is not told of a better one. */
static bool is_source_routed(const struct ip_in *in) {
    return in->header.option_count != 0 && in->options.route != 0;
}

/* RFC 1812 5.2.1.2, 5.3.1 and 5.2.7: forward, or tell the source why not. `to`: the destination, or
 * the next hop of a source route. */
static void forward(struct step *s, uint32_t node, struct ip_in *in, ip4 to, enum link_cast heard) {
    struct next_hop hop;
    struct memo *flow = flow_of(s, node, to);
    if (setting_of(s->lab, node, SETTING_IP_FORWARD) == 0) {
        mib_add(s, node, MIB_IP_IN_ADDR_ERRORS);
        drop(s, node, in->frame, REASON_NOT_FORWARDING, "RFC 1122 3.2.1.3");
        return;
    }
    if (heard == LINK_BROADCAST) { /* RFC 1812 5.3.4: a link broadcast is not forwarded */
        drop(s, node, in->frame, REASON_NOT_FOR_US, "RFC 1812 5.3.4");
        return;
    }
    if (!flow_way_from(s, node, flow, in->header.src, &hop)) {
        refuse_route(s, node, in, hop.type, heard);
        return;
    }
    if (in->header.ttl <= 1) { /* RFC 1812 5.3.1: it must not leave with a TTL of zero */
        mib_add(s, node, MIB_IP_IN_HDR_ERRORS);
        trace_dropped(s, node, in->frame, REASON_TTL_EXPIRED, "RFC 1812 5.3.1");
        icmp_error(s, node, in->frame, ICMP_TIME_EXCEEDED, ICMP_TTL_EXCEEDED, 0, heard);
        frame_free(s, in->frame);
        return;
    }
    if (in->header.option_count != 0 && !ipv4_options_allow(s, node, in, &hop, heard)) return;
    frame_cut(in->octets, in->header.total_length);
    uint32_t mtu = iface_get(s->lab, hop.interface)->mtu;
    /* What was joined for a look at it goes on in pieces such as came (Linux's frag_max_size). */
    bool came_in_pieces = in->largest != 0 && in->largest <= mtu;
    if (came_in_pieces) mtu = in->largest;
    bool fits = in->header.total_length <= mtu;
    if (!fits && in->header.dont_fragment &&
        !came_in_pieces) { /* RFC 1191 4: the source hears the next hop's MTU */
        mib_add(s, node, MIB_IP_FRAG_FAILS);
        trace_dropped(s, node, in->frame, REASON_TOO_BIG, "RFC 1191 4");
        icmp_error(s, node, in->frame, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, mtu, heard);
        frame_free(s, in->frame);
        return;
    }
    bool hooked = node_view_at(s->lab, node)->hooks != 0;
    ipv4_decrement_ttl(frame_room(in->octets) + in->octets->start);
    /* The sender is told by its own address, before NAT gives it another (Linux's ip_forward). */
    if (hop.interface == in->interface && !is_source_routed(in)) {
        icmp_redirect(s, node, in, hop.address);
        flow = flow_of(s, node, to);
    }
    if (hooked && !hook_forward(s, node, in, hop.interface, heard)) return;
    mib_add(s, node, MIB_IP_FORW_DATAGRAMS);
    if (hooked && !hook_postrouting(s, node, in, hop.interface)) return;
    if (in->header.option_count != 0) ipv4_options_leave(s, in, &hop);
    if (!fits) { /* RFC 1812 4.2.2.7 and 5.2.6 */
        struct ip_way way = {hop, in->header.dst, IP_ELSEWHERE};
        ipv4_fragment(s, node, &way, in->frame, mtu);
        return;
    }
    neighbour_send(s, &hop, flow, in->frame);
}

/* RFC 1812 5.3.5.2: a broadcast to another of the router's networks goes out there, as a broadcast
 * of the link, if the router is told to. Linux does not hear it then itself. */
static void forward_broadcast(struct step *s, uint32_t node, struct ip_in *in,
                              enum link_cast heard) {
    struct ip_way way = {.dst = in->header.dst, .cast = IP_GROUP};
    enum reason reason = REASON_NONE;
    if (!route_lookup(s->lab, node, in->header.dst, &way.hop))
        reason = REASON_NO_ROUTE;
    else if (heard == LINK_BROADCAST)
        reason = REASON_NOT_FOR_US;
    else if (in->header.ttl <= 1)
        reason = REASON_TTL_EXPIRED;
    else if (in->header.total_length > iface_get(s->lab, way.hop.interface)->mtu)
        reason = REASON_TOO_BIG;
    if (reason != REASON_NONE) {
        drop(s, node, in->frame, reason, "RFC 1812 5.3.5.2");
        return;
    }
    frame_cut(in->octets, in->header.total_length);
    ipv4_decrement_ttl(frame_room(in->octets) + in->octets->start);
    if (node_view_at(s->lab, node)->hooks != 0 &&
        !hook_forward(s, node, in, way.hop.interface, heard))
        return;
    mib_add(s, node, MIB_IP_FORW_DATAGRAMS);
    ipv4_hand_down(s, node, &way, in->frame);
}

/* router.ttl_seconds: RFC 791 3.1 means seconds by "time to live", so the time on the last link
 * counts as well; being sent on counts as one second of it. RFC 1812 5.3.1 lets a router be content
 * with that one, as all are. False: its time was over, and it is gone. */
static bool lives_on(struct step *s, uint32_t node, struct ip_in *in, enum link_cast heard) {
    sim_time seconds = (s->now - in->octets->sent_at) / 1000000000;
    if (seconds >= in->header.ttl) {
        mib_add(s, node, MIB_IP_IN_HDR_ERRORS);
        trace_dropped(s, node, in->frame, REASON_TTL_EXPIRED, "RFC 791 3.1");
        icmp_error(s, node, in->frame, ICMP_TIME_EXCEEDED, ICMP_TTL_EXCEEDED, 0, heard);
        frame_free(s, in->frame);
        return false;
    }
    for (; seconds > 1; seconds--, in->header.ttl--)
        ipv4_decrement_ttl(frame_room(in->octets) + in->octets->start);
    return true;
}

void ipv4_in(struct step *s, uint32_t interface, struct id frame, struct frame *f,
             enum link_cast heard) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct ip_in in;
    in.interface = interface;
    in.largest = 0;
    in.frame = frame;
    in.octets = f;
    struct reader r = frame_reader(f);
    enum parse_result result = ipv4_parse(&in.header, &r);
    mib_add(s, node, MIB_IP_IN_RECEIVES);
    if (result != PARSE_OK) { /* RFC 1812 5.2.2: header validation; silently discarded */
        mib_add(s, node,
                result == PARSE_BAD_CHECKSUM ? MIB_IP_IN_CSUM_ERRORS : MIB_IP_IN_HDR_ERRORS);
        drop(s, node, frame, ip_parse_reason(result), "RFC 1812 5.2.2");
        return;
    }
    if (!ipv4_admits(s, node, &in)) {
        frame_free(s, frame);
        return;
    }
    /* It may have put fragments together: from here on the frame is in.frame. */
    if (node_view_at(s->lab, node)->hooks != 0 && !hook_prerouting(s, node, &in, &r, heard)) return;
    struct memo *flow = flow_of(s, node, in.header.dst);
    enum ip_cast cast = flow_cast(s, node, flow);
    if (heard == LINK_BROADCAST &&
        cast != IP_GROUP) { /* RFC 1122 3.3.6: a broadcast frame, a host's address */
        drop(s, node, in.frame, REASON_NOT_FOR_US, "RFC 1122 3.3.6");
        return;
    }
    if (cast == IP_GROUP && ip_is_multicast(in.header.dst) &&
        !group_has(s->lab, interface, in.header.dst)) { /* RFC 1112 7.2 */
        drop(s, node, in.frame, REASON_NOT_A_MEMBER, "RFC 1112 7.2");
        return;
    }
    if (setting_of(s->lab, node, SETTING_TTL_SECONDS) != 0 && !lives_on(s, node, &in, heard))
        return;
    ip4 to = in.header.dst;
    if (in.header.option_count != 0) {
        if (!ipv4_options_in(s, node, &in, cast, heard)) return;
        to = in.routed ? in.next : in.header.dst;
        if (in.routed) cast = IP_ELSEWHERE;
    }
    if (cast == IP_GROUP && ipv4_is_elsewheres_broadcast(s, node, &in))
        forward_broadcast(s, node, &in, heard);
    else if (cast != IP_ELSEWHERE)
        deliver(s, node, &in, r, heard, cast == IP_GROUP);
    else
        forward(s, node, &in, to, heard);
}

void ipv4_loopback_in(struct step *s, uint32_t node, struct id frame) {
    struct frame *f = frame_at(s->lab, frame);
    struct ip_in in = {.frame = frame, .octets = f};
    struct reader r = frame_reader(f);
    enum parse_result result = ipv4_parse(&in.header, &r);
    assert(result == PARSE_OK); /* our own header, never on a wire */
    (void)result;
    mib_add(s, node, MIB_IP_IN_RECEIVES);
    bool group = ip_is_broadcast_or_multicast(s->lab, node, in.header.dst);
    if (in.header.option_count != 0) {
        if (!ipv4_options_in(s, node, &in, group ? IP_GROUP : IP_OWN, LINK_UNICAST)) return;
        if (in.routed) { /* as on Linux: no datagram of the node's own is sent on by it */
            drop(s, node, frame, REASON_SOURCE_ROUTE, "RFC 1812 5.3.7");
            return;
        }
    }
    deliver(s, node, &in, r, LINK_UNICAST, group);
}
