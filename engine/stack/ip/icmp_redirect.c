#include "stack/ip/icmp_parts.h"
/*
 * Redirects, RFC 792, RFC 1122 3.2.2.2, RFC 1812 5.2.7.2. Sent when a datagram goes on by the link
 * that it came by, from a host on that link, without a source route; only code 1, for a host. The
 * datagram itself goes on. How often: icmp_limit.c.
 *
 * Believed by Linux's rules (__ip_do_redirect): from the gateway that is in use now, about a
 * datagram of a socket that is here, naming another gateway. It becomes an exception to the route
 * for that one destination, for net.ipv4.route.gc_timeout. While nothing is known of the new
 * gateway Linux only asks for its hardware address: the next redirect is the one that counts.
 *
 * Differs: with shared_media (Linux's default) the new gateway need not be on the network of the
 * link (RFC 1122 3.2.2.2), nor the next hop on the sender's network (RFC 1812 5.2.7.2); the
 * profiles of the RFCs are without it. A redirect for a network counts for the one host, as RFC
 * 1812 5.2.7.2 and Linux have it.
 */
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/arp.h"
#include "stack/ip/route.h"
#include "stack/socket.h"
#include "stack/sysctl.h"

static bool on_network(const struct interface *i, ip4 address) {
    return i->address != 0 && ((address ^ i->address) & prefix_mask(i->prefix)) == 0;
}

/* ------------------------------------------------------------------- sending */

void icmp_redirect(struct step *s, uint32_t node, const struct ip_in *in, ip4 gateway) {
    struct next_hop back;
    const struct interface *i = iface_get(s->lab, in->interface);
    ip4 src = in->header.src;
    if (setting_of(s->lab, node, SETTING_SEND_REDIRECTS) == 0) return;
    /* It came from the host itself, not through another router. */
    if (!route_lookup(s->lab, node, src, &back) || back.address != src ||
        back.interface != in->interface)
        return;
    bool same_network = on_network(i, src) && on_network(i, gateway);
    if (!same_network && setting_of(s->lab, node, SETTING_SHARED_MEDIA) == 0) return;
    if (icmp_redirect_due(s, node, src))
        icmp_error(s, node, in->frame, ICMP_REDIRECT, ICMP_REDIRECT_HOST, gateway, LINK_UNICAST);
}

/* ------------------------------------------------------------------- believing */

/* As on Linux each protocol looks for a socket of its own that may have sent the datagram; TCP for
 * what it has in flight (tcp_v4_err), which a stranger has to guess (RFC 5927 4.1). */
static bool sent_by_us(struct step *s, uint32_t node, const struct icmp_quoted *q) {
    struct reader r = q->payload;
    uint32_t local = read_u16(&r), remote = read_u16(&r);
    if (!profile_is_linux(node_view_at(s->lab, node)->profile))
        return ip_is_local(s->lab, node, q->src);
    switch (q->protocol) {
    case IP_PROTOCOL_UDP:
        return id_is(socket_find(s->lab, node, SOCKET_UDP, q->src, local, q->dst, remote));
    case IP_PROTOCOL_TCP:
        return tcp_has_sent(s, node, (struct tcp_endpoint){q->src, local},
                            (struct tcp_endpoint){q->dst, remote}, read_u32(&r));
    case IP_PROTOCOL_ICMP:
        local = read_u16(&r); /* the identifier */
        return id_is(socket_find(s->lab, node, SOCKET_ICMP, q->src, local, q->dst, 0));
    default: return false;
    }
}

static bool is_default_gateway(const struct lab *lab, uint32_t node, ip4 gateway) {
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next)
        if (route_get(lab, id)->prefix == 0 && route_get(lab, id)->via == gateway) return true;
    return false;
}

static bool is_gateway(const struct lab *lab, uint32_t node, uint32_t interface, ip4 gateway) {
    const struct interface *i = iface_get(lab, interface);
    if (gateway >> 24 == 0 || ip_is_local(lab, node, gateway) ||
        ip_is_broadcast_or_multicast(lab, node, gateway))
        return false;
    if (setting_of(lab, node, SETTING_SHARED_MEDIA) != 0) return true;
    bool any = setting_of(lab, node, SETTING_SECURE_REDIRECTS) == 0;
    return on_network(i, gateway) && (any || is_default_gateway(lab, node, gateway));
}

static bool is_believed(struct step *s, uint32_t node, const struct ip_in *in,
                        const struct icmp_message *m, const struct icmp_quoted *q, ip4 gateway) {
    struct next_hop now;
    ip4 from = in->header.src;
    if (setting_of(s->lab, node, SETTING_ACCEPT_REDIRECTS) == 0) return false;
    if ((m->code & 7) > 3 || !sent_by_us(s, node, q)) return false;
    if (!route_lookup(s->lab, node, q->dst, &now) || now.address == q->dst) return false;
    return now.address == from && now.interface == in->interface && gateway != from &&
           is_gateway(s->lab, node, now.interface, gateway);
}

void icmp_redirect_in(struct step *s, uint32_t node, const struct ip_in *in,
                      const struct icmp_message *m, const struct icmp_quoted *q) {
    ip4 gateway = (ip4)m->identifier << 16 | m->sequence;
    if (!is_believed(s, node, in, m, q, gateway)) {
        icmp_discard(s, node, in, REASON_REDIRECT_REFUSED, "RFC 1122 3.2.2.2");
        return;
    }
    if (!neighbour_ready(s, in->interface, gateway) &&
        profile_is_linux(node_view_at(s->lab, node)->profile))
        return;
    route_except(s, node, q->dst, gateway, in->interface,
                 s->now + setting_of(s->lab, node, SETTING_ROUTE_GC_TIMEOUT));
}
