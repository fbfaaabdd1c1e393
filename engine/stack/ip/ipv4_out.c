#include "stack/ip/ipv4.h"
/*
 * IPv4 out: routing (RFC 1122 3.3.1), the source address (3.3.4.3), the header (RFC 791 3.1) and
 * the way to the next hop. A datagram to the node itself comes back by the loopback: an event of
 * its own at the same instant, so that no layer is entered twice within a step. What does not fit
 * the link or the path leaves in fragments (ipv4_fragment.c), unless it must not (RFC 1191 3).
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/ip/arp.h"
#include "stack/ip/firewall.h"
#include "stack/ip/flow.h"
#include "stack/ip/igmp.h"
#include "stack/ip/ipv4_options.h"
#include "stack/ip/route.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include "wire/ether.h"
#include <assert.h>
#include <string.h>

enum { LOOPBACK_MTU = 1500, LOOPBACK_NET = 127 };
static const ip4 limited_broadcast = 0xffffffffu;

bool ip_is_local(const struct lab *lab, uint32_t node, ip4 address) {
    return address >> 24 == LOOPBACK_NET || iface_with_address(lab, node, address) != 0;
}

/* A network's directed broadcast is a group as well (RFC 1122 3.3.6); a /31 (RFC 3021) and a /32
 * have none. The node's interfaces are consecutive. */
enum ip_cast ip_cast_of(const struct lab *lab, uint32_t node, ip4 address) {
    enum ip_cast cast = IP_ELSEWHERE;
    if (address == limited_broadcast || ip_is_multicast(address)) return IP_GROUP;
    const struct node *n = node_view_at(lab, node);
    if (n->interface_count == 0) return IP_ELSEWHERE;
    const struct interface *at = iface_get(lab, n->first_interface);
    for (uint32_t i = 0; i < n->interface_count; i++, at++) {
        if (at->address == 0) continue;
        if (at->prefix < 31 && address == (at->address | UINT32_MAX >> at->prefix)) return IP_GROUP;
        if (at->address == address) cast = IP_OWN;
    }
    return cast;
}

bool ip_is_broadcast_or_multicast(const struct lab *lab, uint32_t node, ip4 address) {
    return ip_cast_of(lab, node, address) == IP_GROUP;
}

/* Where a datagram to `dst` leaves; false: nowhere. The limited broadcast and multicast take the
 * default route's link, or the first link there is (RFC 1122 3.3.1.6). */
static bool find_way(const struct lab *lab, uint32_t node, ip4 src, ip4 dst, struct next_hop *hop) {
    if (route_lookup_from(lab, node, src, dst, hop)) {
        if (dst == limited_broadcast || ip_is_multicast(dst)) hop->address = dst;
        return true;
    }
    const struct node *n = node_view_at(lab, node);
    if (dst != limited_broadcast && !ip_is_multicast(dst)) return false;
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++)
        if (iface_get(lab, i)->up && iface_get(lab, i)->address != 0) {
            *hop = (struct next_hop){.address = dst, .interface = i};
            return true;
        }
    return false;
}

static ip4 source_of(const struct lab *lab, const struct next_hop *hop) {
    return hop->source != 0 ? hop->source : iface_get(lab, hop->interface)->address;
}

ip4 ip_source_for(const struct lab *lab, uint32_t node, ip4 dst) {
    struct next_hop hop;
    if (ip_is_local(lab, node, dst)) return dst;
    return find_way(lab, node, 0, dst, &hop) ? source_of(lab, &hop) : 0;
}

uint32_t ip_mtu_for(const struct lab *lab, uint32_t node, ip4 dst) {
    struct next_hop hop;
    if (ip_is_local(lab, node, dst)) return LOOPBACK_MTU;
    if (!find_way(lab, node, 0, dst, &hop)) return 0;
    uint32_t mtu = iface_get(lab, hop.interface)->mtu, path = ip_path_mtu(lab, node, dst, NULL);
    return path != 0 && path < mtu ? path : mtu;
}

static void push_header(struct step *s, uint32_t node, struct id frame, const struct ip_out *out,
                        ip4 src, bool dont_fragment) {
    size_t length = IPV4_HEADER + out->option_count, total = frame_count(s->lab, frame) + length;
    assert(total <= UINT16_MAX && out->option_count <= 40 && out->option_count % 4 == 0);
    struct ipv4_header h = {
        .header_length = (uint8_t)length,
        .option_count = (uint8_t)out->option_count,
        .dscp = out->dscp,
        .ecn = out->ecn,
        .total_length = (uint16_t)total,
        .identification = ipv4_identify(s, node, out, src),
        .dont_fragment = dont_fragment,
        .ttl = out->ttl != 0 ? out->ttl : (uint8_t)setting_of(s->lab, node, SETTING_IP_DEFAULT_TTL),
        .protocol = out->protocol,
        .src = src,
        .dst = out->dst,
    };
    if (out->option_count > 0) memcpy(h.options, out->options, out->option_count);
    struct writer w = writer_of(frame_push(s, frame, length), length);
    ipv4_emit(&w, &h);
}

static enum ip_result loop_back(struct step *s, uint32_t node, struct id frame) {
    struct id timer = {0, 0};
    timer_set(s, &timer, TIMER_LOOPBACK, node, frame, s->now);
    if (id_is(timer)) return IP_SENT;
    trace_dropped(s, node, frame, REASON_NO_BUFFERS, NULL);
    frame_free(s, frame);
    return IP_NO_BUFFERS;
}

/* RFC 1112 6.4: the low 23 bits of the group go into 01-00-5E-00-00-00. */
static void send_to_group(struct step *s, uint32_t interface, struct id frame, ip4 dst) {
    uint8_t mac[MAC_OCTETS] = {
        0x01, 0x00, 0x5e, (uint8_t)(dst >> 16 & 0x7f), (uint8_t)(dst >> 8), (uint8_t)dst};
    iface_send(s, interface, frame, ip_is_multicast(dst) ? mac : mac_broadcast, ETHER_TYPE_IPV4);
}

static enum ip_result refuse(struct step *s, uint32_t node, struct id frame, enum reason reason,
                             const char *clause, enum ip_result result) {
    mib_add(s, node, result == IP_NO_ROUTE ? MIB_IP_OUT_NO_ROUTES : MIB_IP_OUT_DISCARDS);
    trace_dropped(s, node, frame, reason, clause);
    frame_free(s, frame);
    return result;
}

/* No route, or one that refuses: fib_props[] has Linux's errors. */
static enum ip_result lead_nowhere(struct step *s, uint32_t node, struct id frame,
                                   const struct next_hop *hop) {
    static const enum ip_result results[] = {[ROUTE_UNICAST] = IP_NO_ROUTE,
                                             [ROUTE_BLACKHOLE] = IP_BLACKHOLE,
                                             [ROUTE_UNREACHABLE] = IP_UNREACHABLE,
                                             [ROUTE_PROHIBIT] = IP_PROHIBITED,
                                             [ROUTE_NONE] = IP_NO_ROUTE};
    bool none = hop->type == ROUTE_NONE || hop->type == ROUTE_UNICAST;
    return refuse(s, node, frame, none ? REASON_NO_ROUTE : REASON_ROUTE_REFUSES, "RFC 1122 3.3.1.1",
                  results[hop->type]);
}

/* IP_MULTICAST_LOOP: the node's own members hear what it sends, as if it had come from the link. */
static void loop_copy(struct step *s, uint32_t node, uint32_t interface, struct id frame, ip4 dst) {
    if (!ip_is_multicast(dst) || !group_has(s->lab, interface, dst)) return;
    struct id copy = frame_copy(s, frame);
    if (id_is(copy))
        loop_back(s, node, copy);
    else
        trace_dropped(s, node, frame, REASON_NO_FRAMES, NULL);
}

/* ip_is_local() and find_way(), remembered. An address that is a group and, on another interface, a
 * host's own is looked up each time. */
static bool is_local(const struct step *s, uint32_t node, ip4 dst, enum ip_cast cast) {
    return cast == IP_OWN || dst >> 24 == LOOPBACK_NET ||
           (cast == IP_GROUP && ip_is_local(s->lab, node, dst));
}

static bool way_of(const struct step *s, uint32_t node, const struct ip_out *out, struct memo *flow,
                   struct next_hop *hop) {
    if (flow_cast(s, node, flow) != IP_GROUP) return flow_way_from(s, node, flow, out->src, hop);
    if (out->interface == 0) return find_way(s->lab, node, out->src, out->dst, hop);
    *hop = (struct next_hop){.address = out->dst, .interface = out->interface};
    return true;
}

void ipv4_hand_down(struct step *s, uint32_t node, const struct ip_way *way, struct id frame) {
    if (way->cast == IP_GROUP)
        send_to_group(s, way->hop.interface, frame, way->dst);
    else
        neighbour_send(s, &way->hop, flow_of(s, node, way->dst), frame);
}

/* Rules of the firewall, of which most nodes have none. False: the frame is freed. */
static bool may_leave(struct step *s, uint32_t node, struct id frame, uint32_t interface) {
    return node_view_at(s->lab, node)->hooks == 0 || hook_output(s, node, frame, interface);
}

/* RFC 1191 3 and RFC 1122 3.3.3: what may be cut is cut to fit the path, as far as it is known. */
static enum ip_result send_in_fragments(struct step *s, uint32_t node, struct id frame,
                                        const struct ip_out *out, const struct ip_way *way,
                                        uint32_t mtu) {
    if (out->dont_fragment && !out->discover_path) {
        mib_add(s, node, MIB_IP_FRAG_FAILS);
        return refuse(s, node, frame, REASON_TOO_BIG, "RFC 1122 3.3.3", IP_TOO_BIG);
    }
    push_header(s, node, frame, out, out->src != 0 ? out->src : source_of(s->lab, &way->hop),
                false);
    if (!may_leave(s, node, frame, way->hop.interface)) return IP_FILTERED;
    if (out->loop) loop_copy(s, node, way->hop.interface, frame, out->dst);
    return ipv4_fragment(s, node, way, frame, mtu);
}

/* What fits without being cut: through the first link, or on the whole path when fragments may be
 * made or are to be avoided. */
static uint32_t mtu_of(const struct lab *lab, uint32_t node, const struct ip_out *out,
                       uint32_t first) {
    uint32_t path =
        out->dont_fragment && !out->discover_path ? 0 : ip_path_mtu(lab, node, out->dst, NULL);
    return path != 0 && path < first ? path : first;
}

/* A user's options become those of the header. */
static enum ip_result send_with_options(struct step *s, uint32_t node, struct id frame,
                                        const struct ip_out *wish) {
    uint8_t options[IP_OPTIONS_MOST];
    struct ip_out out = *wish;
    out.dst = ipv4_first_hop(wish);
    out.fill_options = false;
    out.options = options;
    ip4 src = wish->src != 0 ? wish->src : ip_source_for(s->lab, node, out.dst);
    ipv4_options_fill(s, node, wish, src, options);
    return ip_send(s, node, frame, &out);
}

enum ip_result ip_send(struct step *s, uint32_t node, struct id frame, const struct ip_out *out) {
    if (out->fill_options && out->option_count != 0) return send_with_options(s, node, frame, out);
    struct next_hop hop = {0};
    bool dont_fragment = out->dont_fragment || out->discover_path;
    struct memo *flow = flow_of(s, node, out->dst);
    enum ip_cast cast = flow_cast(s, node, flow);
    size_t total = frame_count(s->lab, frame) + IPV4_HEADER + out->option_count;
    mib_add(s, node, MIB_IP_OUT_REQUESTS);
    if (total > UINT16_MAX) /* with its options: RFC 791 3.1, Total Length has 16 bits */
        return refuse(s, node, frame, REASON_TOO_BIG, "RFC 791 3.1", IP_TOO_BIG);
    if (is_local(s, node, out->dst, cast)) {
        push_header(s, node, frame, out, out->src != 0 ? out->src : out->dst, dont_fragment);
        return loop_back(s, node, frame);
    }
    if (!way_of(s, node, out, flow, &hop)) return lead_nowhere(s, node, frame, &hop);
    const struct interface *from = iface_get(s->lab, hop.interface);
    uint32_t mtu = mtu_of(s->lab, node, out, from->mtu);
    if (total > mtu) {
        struct ip_way way = {hop, out->dst, cast};
        return send_in_fragments(s, node, frame, out, &way, mtu);
    }
    push_header(s, node, frame, out, out->src != 0 ? out->src : source_of(s->lab, &hop),
                dont_fragment);
    if (!may_leave(s, node, frame, hop.interface)) return IP_FILTERED;
    if (out->loop) loop_copy(s, node, hop.interface, frame, out->dst);
    if (cast == IP_GROUP)
        send_to_group(s, hop.interface, frame, out->dst);
    else
        neighbour_send(s, &hop, flow, frame);
    return IP_SENT;
}
