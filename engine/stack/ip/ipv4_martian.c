#include "stack/ip/ipv4.h"
/*
 * Addresses that no datagram on a link may carry (RFC 1122 3.2.1.3, RFC 1812 5.3.7), and sources
 * that would not be answered by the way by which they came: Linux's rp_filter, RFC 3704 2.2 (1)
 * and 2.3 (2). Linux also refuses its own address as a source, and takes class E for unicast.
 */
#include "stack/iface.h"
#include "stack/ip/flow.h"
#include "stack/ip/igmp.h"
#include "stack/kernel_log.h"
#include "stack/mib.h"
#include "stack/sysctl.h"

enum { CLASS_E = 0xf0000000u, LOCAL_GROUPS = 0xe00000u, LOOPBACK_NET = 127, RP_STRICT = 1 };
static const ip4 limited_broadcast = 0xffffffffu;

/* RFC 1122 3.2.1.3 (a): who has no address yet may speak to his link alone. Differs: RFC 1812 5.3.7
 * lists class E; Linux has taken it for unicast since 2.6.25. */
static bool martian_source(const struct step *s, uint32_t node, const struct ipv4_header *h) {
    if (h->src >> 24 == 0)
        return h->src != 0 || (h->dst != limited_broadcast && h->dst >> 8 != LOCAL_GROUPS);
    if (h->src >> 24 == LOOPBACK_NET) return true;
    if (h->src >= CLASS_E &&
        (h->src == limited_broadcast || !profile_is_linux(node_view_at(s->lab, node)->profile)))
        return true;
    return flow_cast(s, node, flow_of(s, node, h->src)) != IP_ELSEWHERE;
}

static bool martian_destination(const struct ipv4_header *h) {
    return h->dst >> 24 == LOOPBACK_NET || h->dst >> 24 == 0;
}

/* 1: the source's route must lead out by the interface; 2: there must be one. */
static bool reverse_path_fails(const struct step *s, uint32_t node, const struct ip_in *in,
                               int64_t rule) {
    struct next_hop back;
    if (in->header.src == 0) return false;
    if (!route_lookup_from(s->lab, node, in->header.dst, in->header.src, &back)) return true;
    return rule == RP_STRICT && back.interface != in->interface;
}

/* ip_handle_martian_source() and its like for destinations: the line of the kernel's log. */
static void log_martian(struct step *s, uint32_t node, const struct ip_in *in, bool source) {
    char room[120];
    struct text t = text_of(room, sizeof room);
    if (setting_of(s->lab, node, SETTING_LOG_MARTIANS) == 0) return;
    text_add(&t, source ? "IPv4: martian source " : "IPv4: martian destination ");
    text_ip4(&t, in->header.dst);
    text_add(&t, " from ");
    text_ip4(&t, in->header.src);
    text_add(&t, source ? ", on dev " : ", dev ");
    text_add(&t, iface_get(s->lab, in->interface)->name);
    kernel_says(s, node, room);
}

bool ipv4_admits(struct step *s, uint32_t node, const struct ip_in *in) {
    bool source = martian_source(s, node, &in->header);
    if (source || martian_destination(&in->header)) {
        mib_add(s, node, MIB_IP_IN_ADDR_ERRORS);
        trace_dropped(s, node, in->frame, REASON_MARTIAN, "RFC 1812 5.3.7");
        log_martian(s, node, in, source);
        return false;
    }
    int64_t rule = setting_of(s->lab, node, SETTING_RP_FILTER);
    if (rule == 0 || !reverse_path_fails(s, node, in, rule)) return true;
    mib_add(s, node, MIB_IP_REVERSE_PATH_FILTER);
    trace_dropped(s, node, in->frame, REASON_REVERSE_PATH, "RFC 3704 2.2");
    log_martian(s, node, in, true);
    return false;
}

bool ipv4_is_elsewheres_broadcast(const struct step *s, uint32_t node, const struct ip_in *in) {
    const struct interface *i = iface_get(s->lab, in->interface);
    ip4 dst = in->header.dst;
    if (setting_of(s->lab, node, SETTING_BC_FORWARDING) == 0 || dst == limited_broadcast ||
        ip_is_multicast(dst) || setting_of(s->lab, node, SETTING_IP_FORWARD) == 0)
        return false;
    return dst != (i->address | ~prefix_mask(i->prefix));
}
