#include "stack/ip/ipv4_options.h"
/*
 * Options of a datagram that comes, RFC 791 3.1, RFC 1122 3.2.1.8 and RFC 1812 5.2.4: a node that
 * is named by a source route sends the datagram on along it, and each node writes its address and
 * its time where it is asked to. They are acted upon as Linux does: when the datagram comes, a node
 * writes the address by which its source knows it; when it goes on, that of the interface by which
 * it leaves takes that place (RFC 1812 5.2.4: "as known in the environment into which it is
 * forwarded").
 *
 * Source routes let a stranger choose whose trust he uses; net.ipv4.conf.all.accept_source_route,
 * off on Linux, lets them in.
 * Differs: as on Linux, in a timestamp the address stays that of the first kind.
 */
#include "stack/iface.h"
#include "stack/ip/flow.h"
#include "stack/mib.h"
#include "stack/sysctl.h"
#include <string.h>

enum { LENGTH_AT = 1, POINTER_AT = 2, FLAG_AT = 3, FLAG_BITS = 0x0f, ADDRESS = 4 };
enum { HEADER_DST_AT = 16 };
static const uint32_t overflow_unit = 0x10;

static uint8_t *header_of(const struct ip_in *in) {
    return frame_room(in->octets) + in->octets->start;
}

static uint8_t *option_of(const struct ip_in *in, uint8_t place) {
    return header_of(in) + IPV4_HEADER + place - 1;
}

static bool drop(struct step *s, uint32_t node, const struct ip_in *in, enum reason reason,
                 const char *clause) {
    trace_dropped(s, node, in->frame, reason, clause);
    frame_free(s, in->frame);
    return false;
}

/* What was written into the frame is what the header says now. */
static void agree(struct ip_in *in) {
    uint8_t *header = header_of(in);
    ipv4_mend_checksum(header);
    memcpy(in->header.options, header + IPV4_HEADER, in->header.option_count);
    in->header.dst = ipv4_slot_address(header + HEADER_DST_AT);
}

/* RFC 1812 4.3.3.5: the pointer names the octet, counted from the header's first. */
static bool refuse(struct step *s, uint32_t node, struct ip_in *in, uint32_t octet,
                   enum link_cast heard, const char *clause) {
    agree(in);
    mib_add(s, node, MIB_IP_IN_HDR_ERRORS);
    trace_dropped(s, node, in->frame, REASON_BAD_OPTION, clause);
    icmp_error(s, node, in->frame, ICMP_PARAMETER_PROBLEM, 0, octet << 24, heard);
    frame_free(s, in->frame);
    return false;
}

/* ------------------------------------------------------------------- what is written */

/* RFC 791 3.1: a record route that is full is left alone. */
static void record(struct ip_in *in, ip4 own) {
    uint8_t *o = option_of(in, in->options.record), *slot = ipv4_option_slot(o, ADDRESS);
    if (slot == NULL) return;
    ipv4_slot_put(slot, own);
    o[POINTER_AT] += ADDRESS;
    in->recorded = true;
}

static void stamp(struct step *s, uint32_t node, struct ip_in *in, ip4 own) {
    uint8_t *o = option_of(in, in->options.stamp);
    uint32_t flag = o[FLAG_AT] & FLAG_BITS, now = icmp_stamp_at(s->lab, node, s->now);
    uint8_t *slot = ipv4_option_slot(o, ADDRESS);
    if (slot == NULL) { /* full: the nodes without a stamp are counted */
        if (flag != IPV4_STAMP_NAMED) o[FLAG_AT] = (uint8_t)(o[FLAG_AT] + overflow_unit);
    } else if (flag == IPV4_STAMP_TIME) {
        ipv4_slot_put(slot, now);
        o[POINTER_AT] += ADDRESS;
    } else if (flag == IPV4_STAMP_BOTH) {
        ipv4_slot_put(slot, own);
        ipv4_slot_put(slot + ADDRESS, now);
        o[POINTER_AT] += 2 * ADDRESS;
        in->stamped = true;
    } else if (flag == IPV4_STAMP_NAMED && ip_is_local(s->lab, node, ipv4_slot_address(slot))) {
        ipv4_slot_put(slot + ADDRESS, now);
        o[POINTER_AT] += 2 * ADDRESS;
    }
}

/* ------------------------------------------------------------------- a source route */

static bool no_way_on(struct step *s, uint32_t node, struct ip_in *in, enum link_cast heard) {
    agree(in);
    trace_dropped(s, node, in->frame, REASON_SOURCE_ROUTE, "RFC 1122 3.3.5");
    /* RFC 1122 3.3.5 and RFC 1812 4.3.3.1. Differs: Linux tells nobody. */
    if (!profile_is_linux(node_at(s->lab, node)->profile))
        icmp_error(s, node, in->frame, ICMP_UNREACHABLE, ICMP_SOURCE_ROUTE_FAILED, 0, heard);
    frame_free(s, in->frame);
    return false;
}

static bool can_send_on(const struct step *s, uint32_t node, ip4 to) {
    struct next_hop hop;
    struct memo *flow = flow_of(s, node, to);
    return setting_of(s->lab, node, SETTING_IP_FORWARD) != 0 &&
           flow_cast(s, node, flow) == IP_ELSEWHERE && flow_way(s, node, flow, &hop);
}

/* RFC 1812 5.2.4.1: the datagram is for this node, and the route is not at its end. Slots that name
 * the node itself are passed over at once. */
static bool follow(struct step *s, uint32_t node, struct ip_in *in, enum link_cast heard) {
    const uint8_t *o = option_of(in, in->options.route);
    for (uint32_t at = o[POINTER_AT]; at <= o[LENGTH_AT]; at += ADDRESS) {
        if (at + ADDRESS - 1 > o[LENGTH_AT])
            return refuse(s, node, in, IPV4_HEADER + in->options.route + 1u, heard,
                          "RFC 1812 4.3.3.5");
        ip4 next = ipv4_slot_address(o + at - 1);
        if (ip_is_local(s->lab, node, next)) {
            ipv4_slot_put(header_of(in) + HEADER_DST_AT, next);
            continue;
        }
        if (!can_send_on(s, node, next)) return no_way_on(s, node, in, heard);
        in->routed = true;
        in->next = next;
        in->slot = (uint8_t)at;
        return true;
    }
    return true;
}

/* False: the datagram is gone. */
static bool source_route(struct step *s, uint32_t node, struct ip_in *in, enum ip_cast cast,
                         enum link_cast heard) {
    if (setting_of(s->lab, node, SETTING_ACCEPT_SOURCE_ROUTE) == 0)
        return drop(s, node, in, REASON_SOURCE_ROUTE, "RFC 1812 5.3.13.4");
    if (heard == LINK_BROADCAST || cast == IP_GROUP)
        return drop(s, node, in, REASON_SOURCE_ROUTE, "RFC 1122 3.2.1.8");
    if (cast == IP_ELSEWHERE) { /* between two hops of a loose route; a strict one has none */
        return !in->options.strict || refuse(s, node, in, HEADER_DST_AT, heard, "RFC 1812 5.2.4.1");
    }
    return follow(s, node, in, heard);
}

/* ------------------------------------------------------------------- the two occasions */

bool ipv4_options_in(struct step *s, uint32_t node, struct ip_in *in, enum ip_cast cast,
                     enum link_cast heard) {
    uint32_t wrong;
    const uint8_t *options = header_of(in) + IPV4_HEADER;
    in->recorded = in->stamped = in->routed = false;
    bool good = ipv4_options_find(options, in->header.option_count, &in->options, &wrong);
    if (good && (in->options.record | in->options.stamp | in->options.route) == 0) return true;
    ip4 own = cast == IP_OWN ? in->header.dst : ip_source_for(s->lab, node, in->header.src);
    if (in->options.record != 0) record(in, own);
    if (in->options.stamp != 0) stamp(s, node, in, own);
    if (!good) /* what stands before it was acted upon, as on Linux */
        return refuse(s, node, in, IPV4_HEADER + wrong, heard, "RFC 1812 4.3.3.5");
    if (in->options.route != 0 && !source_route(s, node, in, cast, heard)) return false;
    agree(in);
    return true;
}

bool ipv4_options_allow(struct step *s, uint32_t node, struct ip_in *in, const struct next_hop *hop,
                        enum link_cast heard) {
    if (!in->routed || !in->options.strict || hop->address == in->next) return true;
    trace_dropped(s, node, in->frame, REASON_SOURCE_ROUTE, "RFC 1812 5.2.4.1");
    icmp_error(s, node, in->frame, ICMP_UNREACHABLE, ICMP_SOURCE_ROUTE_FAILED, 0, heard);
    frame_free(s, in->frame);
    return false;
}

void ipv4_options_leave(const struct step *s, struct ip_in *in, const struct next_hop *hop) {
    ip4 own = iface_get(s->lab, hop->interface)->address;
    uint8_t *header = header_of(in);
    if (in->recorded) {
        uint8_t *o = option_of(in, in->options.record);
        ipv4_slot_put(o + o[POINTER_AT] - 1 - ADDRESS, own);
    }
    if (in->routed) { /* the datagram is for the next hop, whose slot keeps who sent it there */
        uint8_t *o = option_of(in, in->options.route);
        ipv4_slot_put(header + HEADER_DST_AT, in->next);
        ipv4_slot_put(o + in->slot - 1, own);
        o[POINTER_AT] = (uint8_t)(in->slot + ADDRESS);
    }
    if (in->routed && in->stamped) {
        uint8_t *o = option_of(in, in->options.stamp);
        ipv4_slot_put(o + o[POINTER_AT] - 1 - 2 * ADDRESS, own);
    }
    if (in->recorded || in->routed) agree(in);
}
