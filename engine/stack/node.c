#include "stack/stack.h"
/*
 * A node's ways in: its beginning, a frame from a cable, a timer, a cable that goes up or down.
 * Frames are handed to the layer that their Ethernet type names (RFC 894, RFC 826).
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/memo.h"
#include "stack/ip/acd.h"
#include "stack/ip/arp.h"
#include "stack/ip/firewall.h"
#include "stack/ip/igmp.h"
#include "stack/ip/ipv4.h"
#include "stack/ip/route.h"
#include "stack/socket_netlink.h"
#include "stack/switch.h"
#include "stack/sysctl.h"
#include "wire/ether.h"
#include <string.h>

static bool complain(struct complaint *why, const char *place, const char *problem) {
    copy_text(why->place, sizeof why->place, place);
    copy_text(why->problem, sizeof why->problem, problem);
    return false;
}

static bool complain_at(struct complaint *why, const char *list, size_t index, const char *member,
                        const char *problem) {
    struct text t = text_of(why->place, sizeof why->place);
    text_add(&t, list);
    text_char(&t, '[');
    text_u64(&t, index);
    text_char(&t, ']');
    text_add(&t, member);
    copy_text(why->problem, sizeof why->problem, problem);
    return false;
}

static bool no_profile(struct complaint *why, const char *name) {
    struct text t = text_of(why->problem, sizeof why->problem);
    copy_text(why->place, sizeof why->place, "profile");
    size_t length = strlen(name);
    text_char(&t, '"');
    text_span(&t, name, length < 40 ? length : 40);
    text_add(&t, "\" is no profile; use ");
    for (uint32_t i = 0; profile_name(i) != NULL; i++) {
        if (i > 0) text_add(&t, profile_name(i + 1) == NULL ? " or " : ", ");
        text_add(&t, profile_name(i));
    }
    return false;
}

static bool begin_routes(struct step *s, uint32_t node, const struct scenario_node *from,
                         struct complaint *why) {
    for (size_t i = 0; i < from->route_count; i++) {
        const struct scenario_route *r = &from->routes[i];
        uint32_t interface = r->interface == NULL ? 0 : iface_named(s->lab, node, r->interface);
        if (r->interface != NULL && interface == 0)
            return complain_at(why, "routes", i, ".interface",
                               "the node has no such interface; name one of its own, such as eth0");
        struct route_wish wish = {.network = r->network,
                                  .prefix = r->prefix,
                                  .metric = r->metric,
                                  .origin = ROUTE_STATIC,
                                  .hop_count = 1,
                                  .hop = {{.via = r->via, .interface = interface}}};
        switch (route_put(s, node, &wish, ROUTE_ADD)) {
        case ROUTE_OK: break;
        case ROUTE_EXISTS:
            return complain_at(why, "routes", i, "",
                               "there is a route to this network already; leave one of them out");
        case ROUTE_BAD_NEXT_HOP:
            return complain_at(why, "routes", i, ".via",
                               "not on a network of this node; give a neighbour's address");
        case ROUTE_NOT_FOUND:
        case ROUTE_NO_ROOM:
            return complain(why, "routes", "more routes than limits.routes; raise it");
        }
    }
    if (from->gateway == 0) return true;
    switch (route_add(s, node, 0, 0, from->gateway, 0, ROUTE_GATEWAY)) {
    case ROUTE_OK: return true;
    case ROUTE_EXISTS:
        return complain(why, "gateway",
                        "there is a default route already; leave this out, or that route");
    case ROUTE_BAD_NEXT_HOP:
        return complain(why, "gateway",
                        "not on a network of this node; give a neighbour's address");
    case ROUTE_NOT_FOUND:
    case ROUTE_NO_ROOM: break;
    }
    return complain(why, "gateway", "more routes than limits.routes; raise it");
}

/* The interface whose network holds the address; 0: none. */
static uint32_t interface_of(const struct lab *lab, uint32_t node, ip4 address) {
    struct next_hop hop;
    return route_lookup(lab, node, address, &hop) && hop.address == address ? hop.interface : 0;
}

static bool begin_neighbours(struct step *s, uint32_t node, const struct scenario_node *from,
                             struct complaint *why) {
    for (size_t i = 0; i < from->neighbour_count; i++) {
        uint32_t interface = interface_of(s->lab, node, from->neighbours[i].address);
        if (interface == 0)
            return complain_at(why, "neighbours", i, ".address",
                               "not on a network of this node; give a neighbour's address");
        neighbour_set_permanent(s, interface, from->neighbours[i].address, from->neighbours[i].mac);
    }
    return true;
}

bool stack_node_begin(struct step *s, uint32_t node, const struct scenario_node *from,
                      struct complaint *why) {
    struct node *n = node_at(s->lab, node);
    enum profile profile = PROFILE_LINUX_6_12;
    if (from->profile != NULL && !profile_named(from->profile, &profile))
        return no_profile(why, from->profile);
    settings_begin(n, profile);
    icmp_begin(n);
    n->alive = 1;
    for (uint32_t chain = 0; chain < CHAIN_COUNT; chain++) n->policy[chain] = TARGET_ACCEPT;
    n->ip_id = (uint32_t)n->secret[0] & 0xffff;
    for (size_t i = 0; i < from->setting_count; i++)
        if (!setting_set(s, node, from->settings[i].name, from->settings[i].value, why)) {
            struct text t = text_of(why->place, sizeof why->place);
            text_add(&t, "sysctl.");
            text_add(&t, from->settings[i].name);
            return false;
        }
    if (n->kind == NODE_OUTSIDE) return true; /* its routes are its own affair */
    for (uint32_t i = 0; i < n->interface_count; i++)
        route_add_connected(s, n->first_interface + i);
    if (!begin_routes(s, node, from, why) || !begin_neighbours(s, node, from, why)) return false;
    for (uint32_t i = 0; i < n->interface_count; i++) acd_begin(s, n->first_interface + i);
    return true;
}

static void drop(struct step *s, uint32_t node, struct id frame, enum reason reason,
                 const char *clause) {
    trace_dropped(s, node, frame, reason, clause);
    frame_free(s, frame);
}

/* A host's or router's interface: frames for its own address or a group go up by their type. */
static void host_frame_arrived(struct step *s, const struct interface *i, uint32_t interface,
                               struct id frame) {
    struct ether_header header;
    struct frame *f = frame_at(s->lab, frame);
    struct reader r = frame_reader(f);
    if (ether_parse(&header, &r) != PARSE_OK) {
        drop(s, i->node, frame, REASON_TRUNCATED, "RFC 894");
        return;
    }
    bool group = (header.dst[0] & 1) != 0;
    if (!group && memcmp(header.dst, i->mac, MAC_OCTETS) != 0) {
        drop(s, i->node, frame, REASON_NOT_FOR_US, "RFC 894");
        return;
    }
    struct interface *counted = interface_at(s->lab, interface);
    counted->rx_frames += 1;
    counted->rx_octets += f->end - f->start;
    frame_front_off(f, ETHER_HEADER);
    if (header.type == ETHER_TYPE_ARP) {
        arp_in(s, interface, frame, group ? ARP_BROADCAST : ARP_UNICAST);
        frame_free(s, frame);
    } else if (header.type == ETHER_TYPE_IPV4) {
        ipv4_in(s, interface, frame, f, group ? LINK_BROADCAST : LINK_UNICAST);
    } else {
        drop(s, i->node, frame, REASON_UNKNOWN_TYPE, "RFC 894");
    }
}

/* RFC 3168 5: instead of dropping later, tell the sender now, if it understands. */
void stack_queue_is_long(struct lab *lab, struct id frame) {
    uint8_t *octets = frame_octets(lab, frame);
    struct reader in = reader_of(octets, frame_count(lab, frame));
    struct ether_header ether;
    if (ether_parse(&ether, &in) == PARSE_OK && ether.type == ETHER_TYPE_IPV4 &&
        read_left(&in) >= IPV4_HEADER)
        ipv4_mark(octets + ETHER_HEADER);
}

void stack_frame_arrived(struct step *s, uint32_t interface, struct id frame) {
    const struct interface *i = iface_get(s->lab, interface);
    const struct node *n = node_view_at(s->lab, i->node);
    if (n->alive == 0 || !i->up) {
        drop(s, i->node, frame, n->alive == 0 ? REASON_NODE_DOWN : REASON_LINK_DOWN, NULL);
        return;
    }
    if (i->special != 0) iface_seen(s, interface, frame, false);
    switch ((enum node_kind)n->kind) {
    case NODE_HOST:
    case NODE_ROUTER: host_frame_arrived(s, i, interface, frame); return;
    case NODE_SWITCH: switch_frame_arrived(s, interface, frame); return;
    case NODE_HUB: hub_frame_arrived(s, interface, frame); return;
    case NODE_OUTSIDE: break; /* it has left the lab */
    case NODE_KIND_COUNT: break;
    }
    frame_free(s, frame);
}

void stack_timer_fired(struct step *s, uint32_t timer, struct id owner, uint32_t node) {
    if (timer == TIMER_LOOPBACK)
        ipv4_loopback_in(s, node, owner);
    else if (timer == TIMER_ROUTE)
        route_timer_fired(s, owner);
    else if (timer == TIMER_ICMP_REPLY)
        icmp_timer_fired(s, node, owner);
    else if (timer == TIMER_ROUTER)
        router_discovery_fired(s, node);
    else if (timer == TIMER_REASSEMBLY)
        ipv4_reassembly_timer_fired(s, owner);
    else if (timer == TIMER_TRACK)
        track_timer_fired(s, owner);
    else if (timer == TIMER_IGMP_REPORT || timer == TIMER_IGMP_CHANGE)
        igmp_timer_fired(s, timer, owner);
    else if (timer == TIMER_ARP_ADDRESS)
        acd_timer_fired(s, owner.slot);
    else if (timer == TIMER_ARP_PROXY)
        arp_proxy_fired(s, node, owner);
    else
        neighbour_timer_fired(s, timer, owner);
}

/* Linux forgets what it learnt behind a cable that lost its carrier, and keeps the routes. */
void stack_link_changed(struct step *s, uint32_t link) {
    struct link_view view = lab_link(s->lab, link);
    memos_forget(s->lab);
    for (size_t end = 0; end < 2; end++) {
        uint32_t interface = interface_global(s->lab, view.node[end], view.interface[end]);
        if (!view.up)
            neighbour_flush(s, interface);
        else
            acd_carrier(s, interface);
        netlink_tell(s, view.node[end], NETLINK_LINK);
        trace_interface(s, interface);
    }
}
