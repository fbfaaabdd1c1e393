#include "stack/ip/route.h"
/*
 * The routing table, RFC 1122 3.3.1 and RFC 1812 5.2.4.3: the longest matching prefix wins, and
 * among equals the lowest metric. The node's list is kept in that order, so that a lookup ends at
 * its first match. Routes are connected (they follow an interface's address), the scenario's
 * gateway, static, or a redirect's exception for one host (RFC 1122 3.3.1.2), which stands before
 * all others for a while. Left out: type of service, several equal paths.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/memo.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/stack.h"
#include <assert.h>

const struct route *route_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_ROUTE, id);
}

struct id route_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_route;
}

bool route_lookup(const struct lab *lab, uint32_t node, ip4 dst, struct next_hop *hop) {
    const struct route *r;
    for (struct id id = route_first(lab, node); id_is(id); id = r->next) {
        r = route_get(lab, id);
        if ((dst & prefix_mask(r->prefix)) != r->network) continue;
        hop->address = r->via != 0 ? r->via : dst;
        hop->interface = r->interface;
        return true;
    }
    return false;
}

/* True when `a` stands before `b` in the list. */
static bool before(const struct route *a, const struct route *b) {
    if (a->prefix != b->prefix) return a->prefix > b->prefix;
    if (a->network != b->network) return a->network < b->network;
    if (a->origin == ROUTE_REDIRECT || b->origin == ROUTE_REDIRECT)
        return a->origin == ROUTE_REDIRECT;
    return a->metric < b->metric;
}

static void link_in(struct step *s, struct id id) {
    struct route *r = object_edit(s, POOL_ROUTE, id);
    struct node *n = node_at(s->lab, r->node);
    memos_forget(s->lab);
    struct id previous = {0, 0}, at = n->first_route;
    while (id_is(at) && !before(r, route_get(s->lab, at))) {
        previous = at;
        at = route_get(s->lab, at)->next;
    }
    r->next = at;
    if (id_is(previous))
        ((struct route *)object_edit(s, POOL_ROUTE, previous))->next = id;
    else
        n->first_route = id;
}

static void unlink_and_free(struct step *s, struct id id) {
    const struct route *r = route_get(s->lab, id);
    struct node *n = node_at(s->lab, r->node);
    memos_forget(s->lab);
    timer_stop(s, &((struct route *)object_edit(s, POOL_ROUTE, id))->timer);
    if (id_same(n->first_route, id)) {
        n->first_route = r->next;
    } else {
        struct id at = n->first_route;
        while (!id_same(route_get(s->lab, at)->next, id)) at = route_get(s->lab, at)->next;
        ((struct route *)object_edit(s, POOL_ROUTE, at))->next = r->next;
    }
    object_destroy(s, POOL_ROUTE, id);
}

/* The connected route that holds `via` names the interface: a gateway must be on a link. */
static uint32_t interface_towards(const struct lab *lab, uint32_t node, ip4 via) {
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next) {
        const struct route *r = route_get(lab, id);
        if (r->via == 0 && (via & prefix_mask(r->prefix)) == r->network) return r->interface;
    }
    return 0;
}

static struct id find(const struct lab *lab, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                      uint32_t interface) {
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next) {
        const struct route *r = route_get(lab, id);
        if (r->origin == ROUTE_REDIRECT) continue;
        if (r->prefix == prefix && r->network == network && (via == 0 || r->via == via) &&
            (interface == 0 || r->interface == interface))
            return id;
    }
    return (struct id){0, 0};
}

static struct id make(struct step *s, const struct route *from) {
    struct id id = object_create(s, POOL_ROUTE, from->node);
    if (!id_is(id)) return id;
    *(struct route *)object_edit(s, POOL_ROUTE, id) = *from;
    link_in(s, id);
    return id;
}

enum route_result route_add(struct step *s, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                            uint32_t interface, enum route_origin origin) {
    network &= prefix_mask(prefix);
    if (interface == 0) interface = interface_towards(s->lab, node, via);
    if (interface == 0 || (via != 0 && iface_with_address(s->lab, node, via) != 0))
        return ROUTE_BAD_NEXT_HOP;
    /* Linux: a second route to the same prefix needs another metric. */
    if (id_is(find(s->lab, node, network, prefix, 0, 0)) && origin != ROUTE_CONNECTED)
        return ROUTE_EXISTS;
    struct route r = {.network = network,
                      .prefix = prefix,
                      .via = via,
                      .interface = interface,
                      .node = node,
                      .origin = origin};
    return id_is(make(s, &r)) ? ROUTE_OK : ROUTE_NO_ROOM;
}

/* ------------------------------------------------------------------- exceptions */

/* Redirects that have lost the route to which they were an exception, or all of them. */
enum which { BASELESS, ALL };
static void drop_exceptions(struct step *s, uint32_t node, enum which which) {
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        const struct route *r = route_get(s->lab, id), *base = NULL;
        next = r->next;
        if (r->origin != ROUTE_REDIRECT) continue;
        for (struct id at = next; id_is(at) && base == NULL; at = route_get(s->lab, at)->next) {
            const struct route *other = route_get(s->lab, at);
            bool holds = (r->network & prefix_mask(other->prefix)) == other->network;
            if (other->origin != ROUTE_REDIRECT && holds) base = other;
        }
        if (which == ALL || base == NULL || base->via == 0 || base->interface != r->interface)
            unlink_and_free(s, id);
    }
}

static void drop_baseless(struct step *s, uint32_t node) {
    drop_exceptions(s, node, BASELESS);
}

void route_flush_exceptions(struct step *s, uint32_t node) {
    drop_exceptions(s, node, ALL);
}

static struct id exception_for(const struct lab *lab, uint32_t node, ip4 dst) {
    enum { HOST_PREFIX = 32 };
    struct id id = route_first(lab, node);
    for (const struct route *r; id_is(id); id = r->next) {
        r = route_get(lab, id);
        if (r->prefix < HOST_PREFIX) break;
        if (r->network == dst && r->origin == ROUTE_REDIRECT) return id;
    }
    return (struct id){0, 0};
}

void route_except(struct step *s, uint32_t node, ip4 dst, ip4 via, uint32_t interface,
                  sim_time until) {
    struct route r = {.network = dst,
                      .prefix = 32,
                      .via = via,
                      .interface = interface,
                      .node = node,
                      .origin = ROUTE_REDIRECT};
    struct id id = exception_for(s->lab, node, dst);
    if (id_is(id)) unlink_and_free(s, id);
    id = make(s, &r);
    if (!id_is(id)) return; /* the former way still leads there */
    struct route *made = object_edit(s, POOL_ROUTE, id);
    timer_set(s, &made->timer, TIMER_ROUTE, node, id, until);
}

void route_timer_fired(struct step *s, struct id id) {
    if (route_get(s->lab, id) != NULL) unlink_and_free(s, id);
}

enum route_result route_remove(struct step *s, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                               uint32_t interface) {
    struct id id = find(s->lab, node, network & prefix_mask(prefix), prefix, via, interface);
    if (!id_is(id)) return ROUTE_NOT_FOUND;
    unlink_and_free(s, id);
    drop_baseless(s, node);
    return ROUTE_OK;
}

void route_remove_interface(struct step *s, uint32_t interface) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        const struct route *r = route_get(s->lab, id);
        next = r->next;
        if (r->interface == interface) unlink_and_free(s, id);
    }
    drop_baseless(s, node);
}

void route_add_connected(struct step *s, uint32_t interface) {
    const struct interface *i = iface_get(s->lab, interface);
    if (i->address == 0) return;
    route_add(s, i->node, i->address, i->prefix, 0, interface, ROUTE_CONNECTED);
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    static const char *const origins[] = {[ROUTE_CONNECTED] = "connected",
                                          [ROUTE_STATIC] = "static",
                                          [ROUTE_GATEWAY] = "gateway",
                                          [ROUTE_REDIRECT] = "redirect"};
    const struct route *r = route_get(lab, id);
    text_add(t, "[\"");
    text_ip4(t, r->network);
    text_char(t, '/');
    text_u64(t, r->prefix);
    text_add(t, "\",\"");
    if (r->via != 0) text_ip4(t, r->via);
    text_add(t, "\",\"");
    text_add(t, iface_get(lab, r->interface)->name);
    text_add(t, "\",\"");
    text_u64(t, r->metric);
    text_add(t, "\",\"");
    text_add(t, origins[r->origin]);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return route_get(lab, id)->node;
}

/* "10.77.0.1 via 10.8.0.2" */
static void label(const struct lab *lab, struct id id, struct text *t) {
    const struct route *r = route_get(lab, id);
    text_ip4(t, r->network);
    text_add(t, " via ");
    text_ip4(t, r->via);
}

const struct object_kind route_kind = {.size = sizeof(struct route),
                                       .table = TABLE_ROUTES,
                                       .row = row,
                                       .row_node = row_node,
                                       .label = label};
