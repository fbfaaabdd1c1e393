#include "stack/stack.h"
/*
 * What a node forgets when it crashes, and how it starts again with what was configured. The
 * sockets that are left, the neighbours that answered, fragments that wait, connections that a
 * firewall follows, groups, addresses that a switch has learnt, routes that others told of or that
 * a daemon put there, counters. The settings, addresses and routes of the scenario and of the
 * console stay, as if they had been written down.
 */
#include "sim/event.h"
#include "sim/memo.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/ip/acd.h"
#include "stack/ip/arp.h"
#include "stack/ip/icmp.h"
#include "stack/ip/igmp.h"
#include "stack/ip/ipv4_reassembly.h"
#include "stack/ip/route.h"
#include "stack/ip/track.h"
#include "stack/socket.h"
#include "stack/socket_netlink.h"
#include "stack/switch.h"
#include <string.h>

static bool is_learnt(enum route_origin origin) {
    switch (origin) {
    case ROUTE_CONNECTED:
    case ROUTE_STATIC:
    case ROUTE_GATEWAY: return false;
    case ROUTE_REDIRECT:
    case ROUTE_DISCOVERED:
    case ROUTE_RIP:
    case ROUTE_OSPF:
    case ROUTE_CONFIGURED: return true; /* staticd puts it there again */
    }
    return true;
}

static void forget_routes(struct step *s, uint32_t node) {
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        next = route_get(s->lab, id)->next;
        if (is_learnt((enum route_origin)route_get(s->lab, id)->origin)) route_unmake(s, id);
    }
}

static void forget_interface(struct step *s, uint32_t interface) {
    struct interface *i = interface_at(s->lab, interface);
    neighbour_flush(s, interface);
    acd_end(s, interface);
    i->rx_frames = i->rx_octets = i->tx_frames = i->tx_octets = 0;
    trace_interface(s, interface);
}

static void forget_rest(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    timer_stop(s, &n->discovery);
    n->discovery_stage = 0;
    n->arp_flushed_at = n->arp_swept_at = 0;
    memset(n->path, 0, sizeof n->path);
    memset(n->icmp_peer, 0, sizeof n->icmp_peer);
    memset(n->identity, 0, sizeof n->identity);
    memset(n->fragments_from, 0, sizeof n->fragments_from);
    memset(n->counter, 0, sizeof n->counter);
    memset(n->policy_packets, 0, sizeof n->policy_packets);
    memset(n->policy_octets, 0, sizeof n->policy_octets);
    memos_forget(s->lab);
}

void stack_node_crash(struct step *s, uint32_t node) {
    const struct node *n = node_view_at(s->lab, node);
    while (id_is(socket_first(s->lab, node))) socket_close(s, socket_first(s->lab, node));
    reassembly_node_crash(s, node);
    track_node_crash(s, node);
    groups_node_crash(s, node);
    switch_node_crash(s, node);
    forget_routes(s, node);
    for (uint32_t i = 0; i < n->interface_count; i++) forget_interface(s, n->first_interface + i);
    forget_rest(s, node);
}

void stack_node_boot(struct step *s, uint32_t node) {
    struct node *n = node_at(s->lab, node);
    icmp_begin(n);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        struct interface *at = interface_at(s->lab, i);
        if (at->address == 0 && at->given != 0) { /* another host had it */
            at->address = at->given;
            if (at->up) route_add_connected(s, i);
        }
        if (at->up) acd_begin(s, i);
        trace_interface(s, i);
    }
    router_discovery_begin(s, node);
    netlink_tell(s, node, NETLINK_LINK | NETLINK_ADDRESS);
}
