#include "stack/iface.h"
/*
 * Interfaces: addresses, the Ethernet II header in front of what a node sends (RFC 894), and the
 * administrative state. One address an interface; a node's name resolves to its first one, in place
 * of DNS. Programs may listen at an interface: they see each frame as it comes and as it goes,
 * before anything else is done with it, and what they see changes nothing. Left out: secondary
 * addresses.
 */
#include "base/text.h"
#include "sim/link.h"
#include "sim/memo.h"
#include "sim/trace.h"
#include "stack/ip/acd.h"
#include "stack/ip/arp.h"
#include "stack/ip/igmp.h"
#include "stack/ip/route.h"
#include "stack/socket_netlink.h"
#include "stack/stack.h"
#include "wire/ether.h"
#include <assert.h>
#include <string.h>

const uint8_t mac_broadcast[MAC_OCTETS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

const struct interface *iface_get(const struct lab *lab, uint32_t interface) {
    /* Reading through the mutable accessor: the header of the lab keeps one for both. */
    return interface_at((struct lab *)lab, interface);
}

uint32_t iface_named(const struct lab *lab, uint32_t node, const char *name) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = 0; i < n->interface_count; i++)
        if (same_text(iface_get(lab, n->first_interface + i)->name, name))
            return n->first_interface + i;
    return 0;
}

uint32_t iface_with_address(const struct lab *lab, uint32_t node, ip4 address) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = 0; i < n->interface_count && address != 0; i++)
        if (iface_get(lab, n->first_interface + i)->address == address)
            return n->first_interface + i;
    return 0;
}

ip4 node_address(const struct lab *lab, uint32_t node) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = 0; i < n->interface_count; i++)
        if (iface_get(lab, n->first_interface + i)->address != 0)
            return iface_get(lab, n->first_interface + i)->address;
    return 0;
}

bool host_lookup(const struct lab *lab, const char *host, ip4 *address) {
    if (parse_ip4(host, address)) return true;
    if (same_text(host, "localhost")) {
        *address = 0x7f000001;
        return true;
    }
    uint32_t node = lab_node_named(lab, host);
    *address = node == 0 ? 0 : node_address(lab, node);
    return *address != 0;
}

void iface_send(struct step *s, uint32_t interface, struct id frame, const uint8_t dst[MAC_OCTETS],
                uint16_t type) {
    const struct interface *from = iface_get(s->lab, interface);
    if (!from->up) {
        trace_dropped(s, from->node, frame, REASON_LINK_DOWN, NULL);
        frame_free(s, frame);
        return;
    }
    ether_put(frame_push(s, frame, ETHER_HEADER), dst, from->mac, type);
    iface_pass(s, interface, frame);
}

void iface_seen(struct step *s, uint32_t interface, struct id frame, bool outward) {
    if (iface_get(s->lab, interface)->taps > 0) dispatch.frame_seen(s, interface, frame, outward);
}

/* RFC 5227 2.1: before an address is known to be free, nothing is sent from it but ARP. */
static bool may_leave(const struct lab *lab, const struct interface *from, struct id frame) {
    struct ether_header header;
    struct reader r = frame_reader(frame_at((struct lab *)lab, frame));
    return (from->special & IFACE_TENTATIVE) == 0 ||
           (ether_parse(&header, &r) == PARSE_OK && header.type == ETHER_TYPE_ARP);
}

void iface_pass(struct step *s, uint32_t interface, struct id frame) {
    const struct interface *from = iface_get(s->lab, interface);
    if (from->special != 0) {
        if (!may_leave(s->lab, from, frame)) {
            trace_dropped(s, from->node, frame, REASON_TENTATIVE, "RFC 5227 2.1");
            frame_free(s, frame);
            return;
        }
        iface_seen(s, interface, frame, true);
    }
    struct interface *i = interface_at(s->lab, interface);
    const struct frame *f = frame_at(s->lab, frame);
    i->tx_frames += 1;
    i->tx_octets += f->end - f->start;
    link_send(s, interface, frame);
}

void iface_tap(struct step *s, uint32_t interface, bool listen) {
    struct interface *i = interface_at(s->lab, interface);
    assert(listen || i->taps > 0);
    i->taps += listen ? 1 : UINT32_MAX;
    i->special = (i->special & ~(uint32_t)IFACE_TAPPED) | (i->taps > 0 ? IFACE_TAPPED : 0);
}

void iface_set(struct step *s, uint32_t interface, enum iface_admin admin) {
    struct interface *i = interface_at(s->lab, interface);
    if (i->up == (admin == IFACE_UP)) return;
    i->up = admin == IFACE_UP;
    if (admin == IFACE_DOWN) {
        route_remove_interface(s, interface);
        neighbour_flush(s, interface);
        acd_end(s, interface);
    } else {
        if (i->address == 0) i->address = i->given;
        route_add_connected(s, interface);
        acd_begin(s, interface);
    }
    groups_interface_changed(s, interface);
    netlink_tell(s, i->node, NETLINK_LINK | NETLINK_ADDRESS);
    trace_interface(s, interface);
}

/* Linux, when the last address of an interface goes: its routes and its neighbours go with it. */
void iface_give(struct step *s, uint32_t interface, ip4 address, uint32_t prefix) {
    struct interface *i = interface_at(s->lab, interface);
    route_remove_interface(s, interface);
    neighbour_flush(s, interface);
    acd_end(s, interface);
    memos_forget(s->lab);
    i->address = i->given = address;
    i->prefix = prefix;
    if (i->up && address != 0) {
        route_add_connected(s, interface);
        acd_begin(s, interface);
    }
    netlink_tell(s, i->node, NETLINK_ADDRESS);
    trace_interface(s, interface);
}

bool iface_has_carrier(const struct lab *lab, uint32_t interface) {
    uint32_t link = iface_get(lab, interface)->link;
    return link != 0 && lab_link(lab, link).up;
}

static void json_text(struct text *t, const char *value) {
    text_add(t, "\"");
    text_add(t, value);
    text_add(t, "\"");
}

bool interface_row(const struct lab *lab, uint32_t interface, struct text *t) {
    const struct interface *i = iface_get(lab, interface);
    text_char(t, '[');
    json_text(t, i->name);
    text_add(t, ",\"");
    if (i->address != 0) {
        text_ip4(t, i->address);
        text_char(t, '/');
        text_u64(t, i->prefix);
    }
    text_add(t, "\",\"");
    if (node_view_at(lab, i->node)->kind != NODE_OUTSIDE) text_mac(t, i->mac);
    text_add(t, "\",\"");
    text_u64(t, i->mtu);
    bool dead = node_view_at(lab, i->node)->alive == 0; /* the cable has its carrier nevertheless */
    text_add(t, dead                                         ? "\",\"dead\"]"
                : i->up && iface_has_carrier(lab, interface) ? "\",\"up\"]"
                                                             : "\",\"down\"]");
    return true;
}
