#include "stack/ip/next_hops.h"
/*
 * What all routing tables together do with a datagram to one address. Each node is asked for its
 * own next hops (RFC 1812 5.2.4.3; those of equal cost all count), each is followed over the
 * cables to the neighbour who has that address, and from there the neighbour decides. A way that
 * comes back to where it has been is a loop; one that ends before its destination is a dead end.
 * Tables say what will be tried; what ARP, filters or a full queue make of it is not asked.
 */
#include "sim/lab.h"
#include "stack/iface.h"
#include "stack/ip/route.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

/* ------------------------------------------------------------------- along the cables */

enum { PORTS_MAX = 1024 };
struct reached { /* an interface that a frame comes to, and from which of the others before */
    uint32_t interface, before, link;
};
struct search {
    struct reached port[PORTS_MAX];
    uint32_t count;
    uint64_t seen[NODES_MAX / 64 + 1]; /* switches that it has been through */
};

static void reach(const struct lab *lab, struct search *s, uint32_t interface, uint32_t before) {
    const struct interface *from = iface_get(lab, interface);
    if (!from->up || !iface_has_carrier(lab, interface) || s->count == PORTS_MAX) return;
    struct link_view link = lab_link(lab, from->link);
    uint32_t far = 1u - from->end;
    uint32_t to = interface_global(lab, link.node[far], link.interface[far]);
    if (iface_get(lab, to)->up) s->port[s->count++] = (struct reached){to, before, from->link};
}

/* Through a switch or hub to all its other ports. */
static void pass_on(const struct lab *lab, struct search *s, uint32_t at) {
    const struct interface *in = iface_get(lab, s->port[at].interface);
    const struct node *n = node_view_at(lab, in->node);
    if (n->kind != NODE_SWITCH && n->kind != NODE_HUB) return;
    if (s->seen[in->node / 64] >> (in->node % 64) & 1) return;
    s->seen[in->node / 64] |= (uint64_t)1 << (in->node % 64);
    for (uint32_t k = 0; k < n->interface_count; k++)
        if (k + 1 != in->number) reach(lab, s, n->first_interface + k, at);
}

static void write_path(const struct search *s, uint32_t at, struct overlay_arrow *a) {
    uint32_t count = 0;
    for (uint32_t k = at; k != UINT32_MAX; k = s->port[k].before) count++;
    a->link_count = count <= OVERLAY_LINKS ? count : 0;
    for (uint32_t k = at; k != UINT32_MAX && a->link_count != 0; k = s->port[k].before)
        a->link[--count] = s->port[k].link;
}

bool overlay_follow(const struct lab *lab, uint32_t interface, ip4 address,
                    struct overlay_arrow *a) {
    struct search s;
    uint32_t outside = UINT32_MAX; /* hosts that the lab does not know may have any address */
    s.count = 0;
    memset(s.seen, 0, sizeof s.seen);
    reach(lab, &s, interface, UINT32_MAX);
    for (uint32_t at = 0; at < s.count; at++) {
        const struct interface *i = iface_get(lab, s.port[at].interface);
        uint32_t kind = node_view_at(lab, i->node)->kind;
        if (kind == NODE_OUTSIDE && outside == UINT32_MAX) outside = at;
        if ((kind == NODE_HOST || kind == NODE_ROUTER) &&
            iface_with_address(lab, i->node, address) != 0) {
            a->to = i->node;
            write_path(&s, at, a);
            return true;
        }
        pass_on(lab, &s, at);
    }
    if (outside == UINT32_MAX) return false;
    a->to = iface_get(lab, s.port[outside].interface)->node;
    write_path(&s, outside, a);
    return true;
}

/* ------------------------------------------------------------------- what each table says */

/* All next hops of all nodes, node by node; and what can be said of each node's ways together. */
enum { HOPS_MAX = 8192 };
struct ways {
    uint32_t first[NODES_MAX + 2]; /* of the node's hops */
    uint16_t next[HOPS_MAX];       /* the node that a hop leads to; 0: nowhere */
    uint8_t safe[NODES_MAX + 1];   /* all ways from it come to the destination */
    uint32_t count;
    ip4 to;
};
/* What is made of one hop before the ways as a whole are known. */
typedef void hop_visitor(void *user, const struct overlay_arrow *);

static bool has_stack(const struct lab *lab, uint32_t node) {
    uint32_t kind = node_view_at(lab, node)->kind;
    return kind == NODE_HOST || kind == NODE_ROUTER;
}

static bool goes_no_further(const struct lab *lab, uint32_t node, ip4 to) {
    if (!has_stack(lab, node)) return false; /* the world outside */
    return iface_with_address(lab, node, to) == 0 && setting_of(lab, node, SETTING_IP_FORWARD) == 0;
}

static const char *leads_nowhere(uint32_t type) {
    switch ((enum route_type)type) {
    case ROUTE_BLACKHOLE: return "overlay.dead.blackhole";
    case ROUTE_UNREACHABLE: return "overlay.dead.unreachable";
    case ROUTE_PROHIBIT: return "overlay.dead.prohibit";
    case ROUTE_UNICAST:
    case ROUTE_NONE: break;
    }
    return "overlay.dead.no_route";
}

static struct overlay_arrow by_route(const struct lab *lab, const struct route *r, ip4 to) {
    struct overlay_arrow a = {.from = r->node, .via = r->via, .cost = OVERLAY_NO_COST};
    a.role = OVERLAY_DEAD_END;
    if (r->type != ROUTE_UNICAST || r->interface == 0) {
        a.say = leads_nowhere(r->type);
        return a;
    }
    a.interface = iface_get(lab, r->interface)->number;
    if (!iface_get(lab, r->interface)->up || !iface_has_carrier(lab, r->interface)) {
        a.say = "overlay.dead.no_carrier";
    } else if (!overlay_follow(lab, r->interface, r->via != 0 ? r->via : to, &a)) {
        a.say = "overlay.dead.nobody";
        /* Asked for the network itself, who is on it has come there. */
        if (r->via == 0 && to == r->network) a.role = OVERLAY_HERE, a.say = "overlay.here.network";
    } else if (goes_no_further(lab, a.to, to)) {
        a.say = "overlay.dead.no_router";
    } else {
        a.role = OVERLAY_PLAIN;
        a.say = r->via != 0 ? "overlay.next.via" : "overlay.next.direct";
    }
    return a;
}

/* The route that decides; NULL: none. */
static const struct route *route_for(const struct lab *lab, uint32_t node, ip4 to) {
    const struct route *r;
    for (struct id id = route_first(lab, node); id_is(id); id = r->next) {
        r = route_get(lab, id);
        if ((to & prefix_mask(r->prefix)) == r->network) return r;
    }
    return NULL;
}

static void hops_of(const struct lab *lab, uint32_t node, ip4 to, hop_visitor *visit, void *user) {
    const struct route *first = route_for(lab, node, to);
    struct overlay_arrow a = {.from = node, .cost = OVERLAY_NO_COST};
    if (node_view_at(lab, node)->alive == 0) {
        a.role = OVERLAY_DEAD_END;
        a.say = "overlay.dead.crashed";
        visit(user, &a);
        return;
    }
    if (iface_with_address(lab, node, to) != 0) {
        a.role = OVERLAY_HERE;
        a.say = "overlay.here.address";
        visit(user, &a);
        return;
    }
    if (first == NULL) {
        a.role = OVERLAY_DEAD_END;
        a.say = "overlay.dead.no_route";
        visit(user, &a);
        return;
    }
    for (const struct route *r = first; r != NULL; r = route_get(lab, r->next)) {
        if (r != first && !route_shares(r, first)) break;
        a = by_route(lab, r, to);
        visit(user, &a);
    }
}

/* ------------------------------------------------------------------- all together */

static void take_hop(void *user, const struct overlay_arrow *a) {
    struct ways *w = user;
    if (w->count == HOPS_MAX) return; /* beyond that, loops are not looked for */
    bool on = a->role == OVERLAY_PLAIN;
    w->next[w->count++] = on ? (uint16_t)a->to : 0;
    if (a->role == OVERLAY_HERE) w->safe[a->from] = 1;
}

/* A node is safe when each of its hops leads to one that is. */
static bool becomes_safe(const struct ways *w, uint32_t node) {
    uint32_t from = w->first[node], to = w->first[node + 1];
    if (w->safe[node] || from == to) return false;
    for (uint32_t k = from; k < to; k++)
        if (w->next[k] == 0 || !w->safe[w->next[k]]) return false;
    return true;
}

static void find_safe(const struct lab *lab, struct ways *w) {
    for (uint32_t node = 1; node <= lab_node_count(lab); node++)
        if (node_view_at(lab, node)->kind == NODE_OUTSIDE) w->safe[node] = 1;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t node = 1; node <= lab_node_count(lab); node++)
            if (becomes_safe(w, node)) w->safe[node] = 1, more = true;
    }
}

/* Does a way lead from one node to another? Only those that are not safe can be on a loop. */
static bool leads(const struct ways *w, uint32_t from, uint32_t to) {
    uint16_t stack[NODES_MAX + 1];
    uint64_t seen[NODES_MAX / 64 + 1] = {0};
    uint32_t depth = 0;
    stack[depth++] = (uint16_t)from;
    seen[from / 64] |= (uint64_t)1 << (from % 64);
    while (depth > 0) {
        uint32_t node = stack[--depth];
        if (node == to) return true;
        for (uint32_t k = w->first[node]; k < w->first[node + 1]; k++) {
            uint32_t next = w->next[k];
            if (next == 0 || w->safe[next] || seen[next / 64] >> (next % 64) & 1) continue;
            seen[next / 64] |= (uint64_t)1 << (next % 64);
            stack[depth++] = (uint16_t)next;
        }
    }
    return false;
}

struct telling {
    const struct ways *ways;
    const struct overlay_sink *sink;
};

static void tell_hop(void *user, const struct overlay_arrow *hop) {
    const struct telling *t = user;
    struct overlay_arrow a = *hop;
    if (a.role == OVERLAY_PLAIN && !t->ways->safe[a.to]) {
        bool back = leads(t->ways, a.to, a.from);
        a.role = back ? OVERLAY_LOOP : OVERLAY_DOOMED;
        a.say = back ? "overlay.next.loop" : "overlay.next.doomed";
    }
    t->sink->arrow(t->sink->user, &a);
}

void next_hops_visit(const struct lab *lab, ip4 to, const struct overlay_sink *sink) {
    struct ways ways;
    memset(ways.safe, 0, sizeof ways.safe);
    ways.count = 0;
    ways.to = to;
    for (uint32_t node = 1; node <= lab_node_count(lab); node++) {
        ways.first[node] = ways.count;
        if (has_stack(lab, node)) hops_of(lab, node, to, take_hop, &ways);
    }
    ways.first[lab_node_count(lab) + 1] = ways.count;
    find_safe(lab, &ways);
    struct telling telling = {&ways, sink};
    for (uint32_t node = 1; node <= lab_node_count(lab); node++)
        if (has_stack(lab, node)) hops_of(lab, node, to, tell_hop, &telling);
}
