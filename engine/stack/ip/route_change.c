#include "stack/ip/route.h"
/*
 * Changes of the routing table, as `ip route` asks for them: a route has one next hop, or several
 * that share what goes there, or none, and then it says how to refuse (RFC 1812 4.3.3.1, 5.2.7.1).
 * Linux's rules: the gateway must be on a link, and a second route to a network needs another
 * metric.
 */
#include "stack/iface.h"
#include <assert.h>

/* The connected route that holds `via` names the interface: a gateway must be on a link. */
static uint32_t interface_towards(const struct lab *lab, uint32_t node, ip4 via) {
    for (struct id id = route_first(lab, node); id_is(id); id = route_get(lab, id)->next) {
        const struct route *r = route_get(lab, id);
        if (r->via == 0 && r->type == ROUTE_UNICAST && (via & prefix_mask(r->prefix)) == r->network)
            return r->interface;
    }
    return 0;
}

static bool has_hop(const struct route *r, const struct route_wish *w) {
    for (uint32_t i = 0; i < w->hop_count; i++) {
        const struct route_hop *hop = &w->hop[i];
        if ((hop->via == 0 || hop->via == r->via) &&
            (hop->interface == 0 || hop->interface == r->interface))
            return true;
    }
    return w->hop_count == 0;
}

/* Of the network, and whatever else the wish names. An exception of a redirect is none. */
static bool fits(const struct route *r, const struct route_wish *w) {
    if (r->origin == ROUTE_REDIRECT) return false;
    if (w->metric != 0 && w->metric != r->metric) return false;
    return (w->type == ROUTE_UNICAST || r->type == w->type) && has_hop(r, w);
}

static bool is_network(const struct route *r, const struct route_wish *w) {
    return r->prefix == w->prefix && r->network == w->network;
}

static struct route_place place_of(const struct lab *lab, uint32_t node,
                                   const struct route_wish *w) {
    return route_place_of(lab, node, w->network, w->prefix);
}

static struct id find(const struct lab *lab, uint32_t node, const struct route_wish *w,
                      const struct route_place *p) {
    const struct route *r;
    for (struct id id = route_behind(lab, node, p); id_is(id); id = r->next) {
        r = route_get(lab, id);
        if (!is_network(r, w)) break;
        if (fits(r, w)) return id;
    }
    return (struct id){0, 0};
}

/* The route that stands in the way: the same network and metric. */
static struct id rival(const struct lab *lab, uint32_t node, const struct route_wish *w,
                       const struct route_place *p) {
    const struct route *r;
    for (struct id id = route_behind(lab, node, p); id_is(id); id = r->next) {
        r = route_get(lab, id);
        if (!is_network(r, w)) break;
        if (r->origin != ROUTE_REDIRECT && r->metric == w->metric) return id;
    }
    return (struct id){0, 0};
}

/* All next hops of the route, which stand together; `id` is the first. */
static void unmake_all(struct step *s, struct id id) {
    const struct route first = *route_get(s->lab, id), *r;
    route_unmake(s, id);
    for (id = first.next; (r = route_get(s->lab, id)) != NULL && route_shares(r, &first);) {
        struct id gone = id;
        id = r->next;
        route_unmake(s, gone);
    }
}

static bool hops_are_right(const struct lab *lab, uint32_t node, struct route_wish *w) {
    for (uint32_t i = 0; i < w->hop_count; i++) {
        struct route_hop *hop = &w->hop[i];
        if (hop->interface == 0) hop->interface = interface_towards(lab, node, hop->via);
        if (hop->interface == 0 || (hop->via != 0 && iface_with_address(lab, node, hop->via) != 0))
            return false;
        if (hop->weight == 0) hop->weight = 1;
    }
    return w->hop_count > 0 || w->type != ROUTE_UNICAST;
}

static uint32_t rows_of(const struct route_wish *w) {
    return w->hop_count == 0 ? 1 : w->hop_count;
}

static struct route row_of(uint32_t node, const struct route_wish *w, uint32_t i) {
    const struct route_hop none = {.weight = 1}, *hop = w->hop_count == 0 ? &none : &w->hop[i];
    return (struct route){.network = w->network,
                          .via = hop->via,
                          .prefix = w->prefix,
                          .metric = w->metric,
                          .interface = hop->interface,
                          .node = node,
                          .origin = w->origin,
                          .type = w->type,
                          .weight = hop->weight,
                          .source = w->source,
                          .cost = w->cost,
                          .tag = w->tag,
                          .kind = w->kind};
}

static void make_rows(struct step *s, uint32_t node, const struct route_wish *w,
                      const struct route_place *p) {
    uint32_t path = 0;
    for (uint32_t i = 0; i < rows_of(w); i++) {
        struct route r = row_of(node, w, i);
        r.path = path;
        struct id id = route_make_at(s, &r, p);
        assert(id_is(id)); /* there was room */
        if (w->hop_count < 2 || path != 0) continue;
        path = id.slot; /* a name for all of them, which nothing else in the table has */
        ((struct route *)object_edit(s, POOL_ROUTE, id))->path = path;
    }
}

/* A route with one way, in place of another with one way. */
static void turn(struct step *s, uint32_t node, struct id old, const struct route_wish *w) {
    struct route r = row_of(node, w, 0);
    route_turn(s, old, &r);
    route_drop_baseless(s, node);
}

enum route_result route_put(struct step *s, uint32_t node, const struct route_wish *wish,
                            enum route_verb verb) {
    struct route_wish w = *wish;
    w.network &= prefix_mask(w.prefix);
    if (!hops_are_right(s->lab, node, &w)) return ROUTE_BAD_NEXT_HOP;
    struct route_place place = place_of(s->lab, node, &w);
    struct id old = {0, 0};
    if (w.origin != ROUTE_CONNECTED) old = rival(s->lab, node, &w, &place);
    if (id_is(old) && verb == ROUTE_ADD) return ROUTE_EXISTS;
    if (!id_is(old) && verb == ROUTE_CHANGE) return ROUTE_NOT_FOUND;
    if (id_is(old) && route_get(s->lab, old)->path == 0 && rows_of(&w) == 1) {
        turn(s, node, old, &w);
        return ROUTE_OK;
    }
    if (pool_capacity(s->lab, POOL_ROUTE) - pool_live(s->lab, POOL_ROUTE) < rows_of(&w))
        return ROUTE_NO_ROOM;
    if (id_is(old)) unmake_all(s, old);
    make_rows(s, node, &w, &place);
    if (id_is(old)) route_drop_baseless(s, node);
    return ROUTE_OK;
}

enum route_result route_take(struct step *s, uint32_t node, const struct route_wish *wish) {
    struct route_wish w = *wish;
    w.network &= prefix_mask(w.prefix);
    struct route_place place = place_of(s->lab, node, &w);
    struct id id = find(s->lab, node, &w, &place);
    if (!id_is(id)) return ROUTE_NOT_FOUND;
    w.metric = route_get(s->lab, id)->metric;
    unmake_all(s, rival(s->lab, node, &w, &place)); /* its first next hop */
    route_drop_baseless(s, node);
    return ROUTE_OK;
}

/* ------------------------------------------------------------------- in fewer words */

static struct route_wish one_hop(ip4 network, uint32_t prefix, ip4 via, uint32_t interface) {
    return (struct route_wish){.network = network,
                               .prefix = prefix,
                               .hop_count = 1,
                               .hop = {{.via = via, .interface = interface}}};
}

enum route_result route_add(struct step *s, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                            uint32_t interface, enum route_origin origin) {
    struct route_wish w = one_hop(network, prefix, via, interface);
    w.origin = origin;
    return route_put(s, node, &w, ROUTE_ADD);
}

enum route_result route_remove(struct step *s, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                               uint32_t interface) {
    struct route_wish w = one_hop(network, prefix, via, interface);
    return route_take(s, node, &w);
}
