#include "stack/ip/route.h"
/*
 * The routing table, RFC 1122 3.3.1 and RFC 1812 5.2.4.3: the longest matching prefix wins, and
 * among equals the lowest metric. The node's list is kept in that order, so that a lookup ends at
 * its first match. Routes are connected (they follow an interface's address), the scenario's
 * gateway, static, or a redirect's exception for one host (RFC 1122 3.3.1.2), which stands before
 * all others for a while. Several next hops of one route share what goes there. route_change.c
 * changes the table. Left out: type of service.
 */
#include "base/text.h"
#include "sim/event.h"
#include "sim/memo.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/socket_netlink.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include <assert.h>

const struct route *route_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_ROUTE, id);
}

struct id route_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_route;
}

/* Linux's fib_multipath_hash_policy 0: both addresses, and a secret of the node. 31 bits. */
static uint64_t hash_of(const struct lab *lab, uint32_t node, ip4 src, ip4 dst) {
    uint8_t octets[8];
    for (size_t i = 0; i < 4; i++) {
        octets[i] = (uint8_t)(src >> (24 - 8 * i));
        octets[4 + i] = (uint8_t)(dst >> (24 - 8 * i));
    }
    return siphash(node_view_at(lab, node)->secret, octets, sizeof octets) >> 33;
}

bool route_is_dead(const struct lab *lab, const struct route *r) {
    return setting_of(lab, r->node, SETTING_IGNORE_LINKDOWN) != 0 && r->interface != 0 &&
           !iface_has_carrier(lab, r->interface);
}

/* RFC 2992 1: the range of the hash is divided among the paths by their weights. They stand one
 * behind the other, from `first` on. NULL: none is of use. */
static const struct route *choose(const struct lab *lab, const struct route *first, ip4 src,
                                  ip4 dst) {
    uint64_t total = 0, passed = 0, at = hash_of(lab, first->node, src, dst);
    const struct route *r = first;
    for (; r != NULL && route_shares(r, first); r = route_get(lab, r->next))
        total += route_is_dead(lab, r) ? 0 : r->weight;
    for (r = first; total > 0; r = route_get(lab, r->next)) {
        passed += route_is_dead(lab, r) ? 0 : r->weight;
        if (at * total < passed << 31) return r;
    }
    return NULL;
}

bool route_lookup_from(const struct lab *lab, uint32_t node, ip4 src, ip4 dst,
                       struct next_hop *hop) {
    const struct route *at, *r;
    *hop = (struct next_hop){.type = ROUTE_NONE};
    for (struct id id = route_first(lab, node); id_is(id); id = at->next) {
        at = r = route_get(lab, id);
        if ((dst & prefix_mask(r->prefix)) != r->network) continue;
        if (r->path != 0) r = choose(lab, r, src, dst);
        if (r == NULL || route_is_dead(lab, r)) continue;
        hop->address = r->via != 0 ? r->via : dst;
        hop->interface = r->interface;
        hop->source = r->source;
        hop->type = (enum route_type)r->type;
        hop->several = r->path != 0 || r->source != 0 || r->type != ROUTE_UNICAST;
        return r->type == ROUTE_UNICAST;
    }
    return false;
}

bool route_lookup(const struct lab *lab, uint32_t node, ip4 dst, struct next_hop *hop) {
    return route_lookup_from(lab, node, 0, dst, hop);
}

/* True when `a` stands before `b` in the list. */
static bool before(const struct route *a, const struct route *b) {
    if (a->prefix != b->prefix) return a->prefix > b->prefix;
    if (a->network != b->network) return a->network < b->network;
    if (a->origin == ROUTE_REDIRECT || b->origin == ROUTE_REDIRECT)
        return a->origin == ROUTE_REDIRECT;
    return a->metric < b->metric;
}

/* About every sixteenth network stands in a second list as well, so that a place in a long table
 * is found by a few steps. Which ones follows from the networks alone. */
static bool is_tall(const struct route *r) {
    enum { ONE_OF = 16 };
    return hash_mix(r->network, r->prefix) % ONE_OF == 0;
}

static bool stands_before(const struct route *r, ip4 network, uint32_t prefix) {
    return r->prefix != prefix ? r->prefix > prefix : r->network < network;
}

struct route_place route_place_of(const struct lab *lab, uint32_t node, ip4 network,
                                  uint32_t prefix) {
    struct route_place p = {{0, 0}, {0, 0}};
    const struct route *r;
    for (struct id id = node_view_at(lab, node)->first_tall_route; id_is(id); id = r->tall) {
        r = route_get(lab, id);
        if (!stands_before(r, network, prefix)) break;
        p.tall = id;
    }
    p.low = p.tall;
    struct id id = id_is(p.low) ? route_get(lab, p.low)->next : route_first(lab, node);
    for (; id_is(id); id = r->next) {
        r = route_get(lab, id);
        if (!stands_before(r, network, prefix)) break;
        p.low = id;
    }
    return p;
}

struct id route_behind(const struct lab *lab, uint32_t node, const struct route_place *p) {
    return id_is(p->low) ? route_get(lab, p->low)->next : route_first(lab, node);
}

static struct id *behind(struct step *s, struct node *n, struct id before) {
    if (!id_is(before)) return &n->first_route;
    return &((struct route *)object_edit(s, POOL_ROUTE, before))->next;
}

static struct id *behind_tall(struct step *s, struct node *n, struct id before) {
    if (!id_is(before)) return &n->first_tall_route;
    return &((struct route *)object_touch(s->lab, POOL_ROUTE, before))->tall;
}

static void link_in(struct step *s, struct id id, const struct route_place *p) {
    struct route *r = object_edit(s, POOL_ROUTE, id);
    struct node *n = node_at(s->lab, r->node);
    memos_forget(s->lab);
    struct id *at = behind(s, n, p->low);
    while (id_is(*at) && !before(r, route_get(s->lab, *at))) at = behind(s, n, *at);
    r->next = *at;
    *at = id;
    if (!is_tall(r)) return;
    at = behind_tall(s, n, p->tall);
    while (id_is(*at) && !before(r, route_get(s->lab, *at))) at = behind_tall(s, n, *at);
    r->tall = *at;
    *at = id;
}

void route_unmake(struct step *s, struct id id) {
    struct route *r = object_edit(s, POOL_ROUTE, id);
    struct node *n = node_at(s->lab, r->node);
    struct route_place p = route_place_of(s->lab, r->node, r->network, r->prefix);
    memos_forget(s->lab);
    timer_stop(s, &r->timer);
    struct id *at = behind(s, n, p.low);
    while (!id_same(*at, id)) at = behind(s, n, *at);
    *at = r->next;
    if (is_tall(r)) {
        at = behind_tall(s, n, p.tall);
        while (!id_same(*at, id)) at = behind_tall(s, n, *at);
        *at = r->tall;
    }
    netlink_tell_route(s, r->node, r->origin);
    object_destroy(s, POOL_ROUTE, id);
}

struct id route_make_at(struct step *s, const struct route *from, const struct route_place *p) {
    struct id id = object_create(s, POOL_ROUTE, from->node);
    if (!id_is(id)) return id;
    struct route *r = object_edit(s, POOL_ROUTE, id);
    *r = *from;
    if (r->since == 0) r->since = s->now;
    link_in(s, id, p);
    netlink_tell_route(s, r->node, r->origin);
    return id;
}

struct id route_make(struct step *s, const struct route *from) {
    struct route_place p = route_place_of(s->lab, from->node, from->network, from->prefix);
    return route_make_at(s, from, &p);
}

/* What it says of the way there, and nothing about where it stands. */
void route_turn(struct step *s, struct id id, const struct route *to) {
    struct route *r = object_edit(s, POOL_ROUTE, id);
    uint32_t origin = r->origin;
    struct route kept = *r;
    *r = *to;
    r->next = kept.next;
    r->tall = kept.tall;
    r->timer = kept.timer;
    if (r->since == 0) r->since = s->now;
    memos_forget(s->lab);
    netlink_tell_route(s, r->node, r->origin);
    if (origin != r->origin) netlink_tell_route(s, r->node, origin);
}

/* ------------------------------------------------------------------- exceptions */

/* Redirects that have lost the route to which they were an exception, or all of them. */
enum { HOST_PREFIX = 32 };
enum which { BASELESS, ALL };
static void drop_exceptions(struct step *s, uint32_t node, enum which which) {
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        const struct route *r = route_get(s->lab, id), *base = NULL;
        next = r->next;
        if (r->prefix < HOST_PREFIX) break; /* an exception is for one host */
        if (r->origin != ROUTE_REDIRECT) continue;
        for (struct id at = next; id_is(at) && base == NULL; at = route_get(s->lab, at)->next) {
            const struct route *other = route_get(s->lab, at);
            bool holds = (r->network & prefix_mask(other->prefix)) == other->network;
            if (other->origin != ROUTE_REDIRECT && holds) base = other;
        }
        if (which == ALL || base == NULL || base->via == 0 || base->interface != r->interface)
            route_unmake(s, id);
    }
}

void route_drop_baseless(struct step *s, uint32_t node) {
    drop_exceptions(s, node, BASELESS);
}

void route_flush_exceptions(struct step *s, uint32_t node) {
    drop_exceptions(s, node, ALL);
}

/* Without room for its timer a learned route would stay for ever. */
static void live_until(struct step *s, struct id id, sim_time until) {
    struct route *r = object_edit(s, POOL_ROUTE, id);
    timer_set(s, &r->timer, TIMER_ROUTE, r->node, id, until);
    if (!id_is(r->timer)) route_unmake(s, id);
}

static struct id exception_for(const struct lab *lab, uint32_t node, ip4 dst) {
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
    if (id_is(id)) route_unmake(s, id);
    id = route_make(s, &r);
    if (!id_is(id)) return; /* the former way still leads there */
    live_until(s, id, until);
}

void route_learn_default(struct step *s, uint32_t node, ip4 via, uint32_t interface,
                         uint32_t metric, sim_time until) {
    struct route r = {.via = via,
                      .interface = interface,
                      .node = node,
                      .metric = metric,
                      .origin = ROUTE_DISCOVERED};
    struct id id = route_first(s->lab, node);
    for (const struct route *at; id_is(id); id = at->next) {
        at = route_get(s->lab, id);
        if (at->origin == ROUTE_DISCOVERED && at->via == via && at->interface == interface) break;
    }
    if (id_is(id)) r.since = route_get(s->lab, id)->since;
    if (id_is(id)) route_unmake(s, id);
    if (until == 0) return;
    id = route_make(s, &r);
    if (!id_is(id)) return;
    live_until(s, id, until);
}

void route_timer_fired(struct step *s, struct id id) {
    if (route_get(s->lab, id) != NULL) route_unmake(s, id);
}

void route_remove_interface(struct step *s, uint32_t interface) {
    uint32_t node = iface_get(s->lab, interface)->node;
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        const struct route *r = route_get(s->lab, id);
        next = r->next;
        if (r->interface == interface) route_unmake(s, id);
    }
    route_drop_baseless(s, node);
}

void route_add_connected(struct step *s, uint32_t interface) {
    const struct interface *i = iface_get(s->lab, interface);
    if (i->address == 0) return;
    route_add(s, i->node, i->address, i->prefix, 0, interface, ROUTE_CONNECTED);
}

const char *route_type_name(uint32_t type) {
    static const char *const names[] = {[ROUTE_UNICAST] = "unicast",
                                        [ROUTE_BLACKHOLE] = "blackhole",
                                        [ROUTE_UNREACHABLE] = "unreachable",
                                        [ROUTE_PROHIBIT] = "prohibit"};
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    static const char *const origins[] = {[ROUTE_CONNECTED] = "connected",
                                          [ROUTE_STATIC] = "static",
                                          [ROUTE_GATEWAY] = "gateway",
                                          [ROUTE_REDIRECT] = "redirect",
                                          [ROUTE_DISCOVERED] = "discovered",
                                          [ROUTE_RIP] = "rip",
                                          [ROUTE_OSPF] = "ospf",
                                          [ROUTE_CONFIGURED] = "configured"};
    const struct route *r = route_get(lab, id);
    text_add(t, "[\"");
    text_ip4(t, r->network);
    text_char(t, '/');
    text_u64(t, r->prefix);
    text_add(t, "\",\"");
    if (r->via != 0) text_ip4(t, r->via);
    if (r->type != ROUTE_UNICAST) text_add(t, route_type_name(r->type));
    text_add(t, "\",\"");
    if (r->interface != 0) text_add(t, iface_get(lab, r->interface)->name);
    text_add(t, "\",\"");
    text_u64(t, r->metric);
    text_add(t, "\",\"");
    if (r->origin == ROUTE_RIP || r->origin == ROUTE_OSPF) text_u64(t, r->cost);
    text_add(t, "\",\"");
    text_add(t, origins[r->origin]);
    text_add(t, "\",\"");
    text_seconds(t, r->since, 3);
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
