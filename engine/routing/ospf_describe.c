#include "routing/ospf_lsdb.h"
/*
 * What a router says of itself: the body of its router-LSA for an area, RFC 2328 12.4.1, and of the
 * network-LSA of a network whose Designated Router it is, 12.4.2. Both are functions of the states
 * of interfaces and neighbours.
 *
 * Left out: point-to-multipoint and NBMA networks, unnumbered links, attached hosts (C.7) other
 * than the addresses of loopback interfaces, metrics by TOS.
 */
static const struct id none = {0, 0};

static bool is_full(const struct ospf_neighbor *n) {
    return n->state == OSPF_NEIGHBOR_FULL;
}

static uint32_t mask_of(uint32_t prefix) {
    return prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
}

/* ---------------------------------------------------------------------------- router-LSA, O14 */

struct links {
    struct writer w;
    uint16_t count;
};

static void add(struct links *l, uint32_t type, uint32_t id, uint32_t data, uint32_t metric) {
    if ((size_t)(l->w.end - l->w.at) < OSPF_LINK_LENGTH) return; /* more than can be stored */
    ospf_emit_link(&l->w,
                   &(struct ospf_link){
                       .id = id, .data = data, .type = (uint8_t)type, .metric = (uint16_t)metric});
    l->count += 1;
}

static void add_stub(struct links *l, const struct ospf_interface *i) {
    uint32_t mask = mask_of(i->prefix);
    add(l, OSPF_LINK_STUB, i->address & mask, mask, i->cost);
}

/* 12.4.1.1. Of the two ways to name the link's own addresses, option 2: the subnet. */
static void add_point_to_point(const struct lab *lab, struct links *l,
                               const struct ospf_interface *i) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, i->first_neighbor);
    for (; n != NULL; n = ospf_neighbor_get(lab, n->next))
        if (is_full(n)) add(l, OSPF_LINK_POINT_TO_POINT, n->router_id, i->address, i->cost);
    add_stub(l, i);
}

/* 12.4.1.2: "If the router is fully adjacent to the Designated Router, or if the router itself is
 * Designated Router and is fully adjacent to at least one other router". */
static bool is_transit(const struct lab *lab, const struct ospf_interface *i) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, i->first_neighbor);
    if (i->state == OSPF_INTERFACE_WAITING) return false;
    for (; n != NULL; n = ospf_neighbor_get(lab, n->next))
        if (is_full(n) && (i->state == OSPF_INTERFACE_DR || n->address == i->dr)) return true;
    return false;
}

static void add_broadcast(const struct lab *lab, struct links *l, const struct ospf_interface *i) {
    if (is_transit(lab, i))
        add(l, OSPF_LINK_TRANSIT, i->dr, i->address, i->cost);
    else
        add_stub(l, i);
}

/* 12.4.1.3 */
static void add_virtual(const struct lab *lab, struct links *l, const struct ospf_interface *i) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, i->first_neighbor);
    if (n != NULL && is_full(n)) add(l, OSPF_LINK_VIRTUAL, n->router_id, i->address, i->cost);
}

static void add_interface(const struct lab *lab, struct links *l, const struct ospf_interface *i) {
    if (i->state == OSPF_INTERFACE_DOWN) return;
    if (i->state == OSPF_INTERFACE_LOOPBACK)
        add(l, OSPF_LINK_STUB, i->address, 0xffffffffu, 0);
    else if (i->type == OSPF_VIRTUAL_LINK)
        add_virtual(lab, l, i);
    else if (i->type == OSPF_POINT_TO_POINT)
        add_point_to_point(lab, l, i);
    else
        add_broadcast(lab, l, i);
}

/* "the router is the endpoint of one or more fully adjacent virtual links having Area A as their
 * Transit area" */
static bool is_virtual_end(const struct lab *lab, const struct ospf_interface *i,
                           uint32_t area_id) {
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, i->first_neighbor);
    return i->type == OSPF_VIRTUAL_LINK && i->transit_area == area_id && n != NULL && is_full(n);
}

size_t ospf_router_body(const struct lab *lab, struct id area, uint8_t out[OSPF_LSA_MOST]) {
    const struct ospf_area *a = ospf_area_get(lab, area);
    const struct ospf *o = ospf_get(lab, a->ospf);
    struct ospf_router_lsa fixed = {0};
    struct links l = {.w = writer_of(out, OSPF_LSA_MOST)};
    bool attached = false;
    write_gap(&l.w, OSPF_ROUTER_LSA_LENGTH);
    for (struct id id = none; id_is(id = ospf_next_interface(lab, a->ospf, id));) {
        const struct ospf_interface *i = ospf_interface_get(lab, id);
        if (is_virtual_end(lab, i, a->area_id)) fixed.bits |= OSPF_ROUTER_V;
        if (!id_same(i->area, area)) continue;
        attached |= i->state != OSPF_INTERFACE_DOWN;
        add_interface(lab, &l, i);
    }
    if (!attached) return 0;
    if (o->is_abr) fixed.bits |= OSPF_ROUTER_B;
    if (o->is_asbr && !ospf_area_is_stub(lab, area)) fixed.bits |= OSPF_ROUTER_E;
    fixed.links = l.count;
    struct writer head = writer_of(out, OSPF_ROUTER_LSA_LENGTH);
    ospf_emit_router_lsa(&head, &fixed);
    return written(&l.w);
}

/* --------------------------------------------------------------------------- network-LSA, O15 */

size_t ospf_network_body(const struct lab *lab, struct id interface, uint8_t out[OSPF_LSA_MOST]) {
    const struct ospf_interface *i = ospf_interface_get(lab, interface);
    struct writer w = writer_of(out, OSPF_LSA_MOST);
    uint32_t count = 0;
    if (i->state != OSPF_INTERFACE_DR || !id_is(i->area)) return 0;
    ospf_emit_network_lsa(&w, &(struct ospf_network_lsa){.mask = mask_of(i->prefix)});
    ospf_emit_attached(&w, ospf_get(lab, i->ospf)->router_id);
    const struct ospf_neighbor *n = ospf_neighbor_get(lab, i->first_neighbor);
    for (; n != NULL && w.end - w.at >= 4; n = ospf_neighbor_get(lab, n->next))
        if (is_full(n)) {
            ospf_emit_attached(&w, n->router_id);
            count += 1;
        }
    return count == 0 ? 0 : written(&w);
}
