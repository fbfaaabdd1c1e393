#include "routing/staticd.h"
/*
 * staticd: the routes that a router's configuration names (`ip route`). Unlike those of the shell's
 * `ip route add` they are kept: when the interface of a next hop loses its carrier or its address
 * they leave the table, and come back with it. Several lines for a network with one distance share
 * what goes there; of several distances the lowest counts, which is its metric in the table.
 * Left out: next hops that are reached by another route; tables, VRFs, labels, names.
 */
#include "stack/iface.h"
#include "stack/ip/route.h"
#include "stack/socket_netlink.h"
#include <assert.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct static_route {
    struct id next; /* the node's list, by network, prefix and distance */
    ip4 network, via;
    uint32_t node, prefix, interface, distance, tag, type;
};
#pragma GCC diagnostic pop

const struct object_kind static_kind = {.size = sizeof(struct static_route), .table = NO_TABLE};

static const struct static_route *get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_STATIC, id);
}

static struct id first_of(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_static;
}

bool static_has(const struct lab *lab, uint32_t node) {
    return id_is(first_of(lab, node));
}

/* ------------------------------------------------------------------- what should be there */

static bool same_route(const struct static_route *a, const struct static_route *b) {
    return a->network == b->network && a->prefix == b->prefix && a->distance == b->distance;
}

static bool is_usable(const struct lab *lab, uint32_t interface) {
    return interface != 0 && iface_get(lab, interface)->up && iface_has_carrier(lab, interface);
}

/* The interface whose network holds the gateway; 0: none that is up. */
static uint32_t interface_towards(const struct lab *lab, uint32_t node, ip4 via) {
    const struct node *n = node_view_at(lab, node);
    for (uint32_t i = n->first_interface; i < n->first_interface + n->interface_count; i++) {
        const struct interface *at = iface_get(lab, i);
        if (at->address != 0 && at->address != via &&
            ((at->address ^ via) & prefix_mask(at->prefix)) == 0 && is_usable(lab, i))
            return i;
    }
    return 0;
}

static void add_hop(const struct lab *lab, const struct static_route *r, struct route_wish *w) {
    uint32_t interface = r->interface;
    if (r->type != ROUTE_UNICAST || w->hop_count == ROUTE_HOPS_MAX) return;
    if (r->via != 0) {
        uint32_t towards = interface_towards(lab, r->node, r->via);
        if (towards == 0 || (interface != 0 && interface != towards)) return;
        interface = towards;
    }
    if (!is_usable(lab, interface)) return;
    w->hop[w->hop_count++] = (struct route_hop){.via = r->via, .interface = interface, .weight = 1};
}

/* The route of all lines from `first` on that name it. */
static struct route_wish wish_of(const struct lab *lab, const struct static_route *first) {
    struct route_wish w = {.network = first->network,
                           .prefix = first->prefix,
                           .metric = first->distance,
                           .tag = first->tag,
                           .type = (enum route_type)first->type,
                           .origin = ROUTE_CONFIGURED};
    for (const struct static_route *r = first; r != NULL && same_route(r, first);
         r = get(lab, r->next))
        add_hop(lab, r, &w);
    return w;
}

static const struct route *standing(const struct lab *lab, uint32_t node,
                                    const struct route_wish *w) {
    const struct route *r;
    for (struct id id = route_first(lab, node); (r = route_get(lab, id)) != NULL; id = r->next)
        if (r->origin == ROUTE_CONFIGURED && r->network == w->network && r->prefix == w->prefix &&
            r->metric == w->metric)
            break;
    return r;
}

/* Whether the table has just these next hops, so that the route may keep its age. */
static bool stands(const struct lab *lab, uint32_t node, const struct route_wish *w) {
    const struct route *first = standing(lab, node, w), *r = first;
    if (first == NULL || first->type != (uint32_t)w->type || first->tag != w->tag) return false;
    for (uint32_t i = 0; i < w->hop_count; i++) {
        if (r == NULL || (i > 0 && !route_shares(r, first)) || r->via != w->hop[i].via ||
            r->interface != w->hop[i].interface)
            return false;
        r = route_get(lab, r->next);
    }
    return w->hop_count == 0 || r == NULL || !route_shares(r, first);
}

static void settle(struct step *s, const struct static_route *first) {
    struct route_wish w = wish_of(s->lab, first);
    bool wanted = w.hop_count > 0 || w.type != ROUTE_UNICAST;
    if (wanted && !stands(s->lab, first->node, &w))
        route_put(s, first->node, &w, ROUTE_REPLACE);
    else if (!wanted && standing(s->lab, first->node, &w) != NULL)
        route_take(s, first->node, &w);
}

static void settle_all(struct step *s, uint32_t node) {
    const struct static_route *r, *last = NULL;
    for (struct id id = first_of(s->lab, node); (r = get(s->lab, id)) != NULL; id = r->next) {
        if (last == NULL || !same_route(last, r)) settle(s, r);
        last = r;
    }
}

/* ------------------------------------------------------------------- the daemon's life */

void static_start(struct step *s, uint32_t node, struct id process) {
    struct id id = socket_create(s, node, SOCKET_NETLINK, process);
    node_at(s->lab, node)->static_socket = id;
    if (id_is(id)) netlink_want(s, id, NETLINK_LINK | NETLINK_ADDRESS, ROUTE_CONFIGURED);
    settle_all(s, node);
}

void static_stop(struct step *s, uint32_t node) {
    struct id id = node_view_at(s->lab, node)->static_socket;
    if (socket_get(s->lab, id) != NULL) socket_close(s, id);
    node_at(s->lab, node)->static_socket = (struct id){0, 0};
}

void static_resume(struct step *s, uint32_t node) {
    struct id id = node_view_at(s->lab, node)->static_socket;
    if (socket_get(s->lab, id) != NULL && netlink_take(s, id) != 0) settle_all(s, node);
}

/* ------------------------------------------------------------------- the configuration */

static bool parse_number(const char *word, uint64_t low, uint64_t high, uint32_t *out) {
    uint64_t value;
    if (!parse_u64(word, &value) || value < low || value > high) return false;
    *out = (uint32_t)value;
    return true;
}

static bool parse_way(const struct lab *lab, const char *word, struct static_route *r) {
    if (same_text(word, "blackhole") || same_text(word, "Null0") || same_text(word, "null0"))
        r->type = ROUTE_BLACKHOLE;
    else if (same_text(word, "reject"))
        r->type = ROUTE_UNREACHABLE;
    else if (!parse_ip4(word, &r->via))
        r->interface = iface_named(lab, r->node, word);
    return r->type != ROUTE_UNICAST || r->via != 0 || r->interface != 0;
}

/* words[0] is "route". */
static enum config_result parse(const struct lab *lab, size_t count, char **words,
                                struct static_route *r, struct text *why) {
    size_t at = 3;
    if (count < 2 || !parse_cidr(words[1], &r->network, &r->prefix)) return CONFIG_UNKNOWN;
    r->network &= prefix_mask(r->prefix);
    if (count < 3) {
        text_add(why, "% Command incomplete");
        return CONFIG_BAD;
    }
    if (!parse_way(lab, words[2], r)) {
        text_add(why, "% no gateway, and no interface of this router: ");
        text_add(why, words[2]);
        return CONFIG_BAD;
    }
    if (at < count && r->via != 0 && iface_named(lab, r->node, words[at]) != 0)
        r->interface = iface_named(lab, r->node, words[at++]);
    if (at + 1 < count && same_text(words[at], "tag")) {
        if (!parse_number(words[at + 1], 1, UINT32_MAX, &r->tag)) return CONFIG_UNKNOWN;
        at += 2;
    }
    r->distance = 1;
    if (at < count && !parse_number(words[at++], 1, 255, &r->distance)) return CONFIG_UNKNOWN;
    return at == count ? CONFIG_OK : CONFIG_UNKNOWN;
}

static bool before(const struct static_route *a, const struct static_route *b) {
    if (a->network != b->network) return a->network < b->network;
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    if (a->distance != b->distance) return a->distance < b->distance;
    return a->via != b->via ? a->via < b->via : a->interface < b->interface;
}

static bool same_line(const struct static_route *a, const struct static_route *b) {
    return same_route(a, b) && a->via == b->via && a->interface == b->interface &&
           a->type == b->type;
}

/* Where the line stands, or would stand. */
static struct id *place_of(struct step *s, const struct static_route *line) {
    struct id *at = &node_at(s->lab, line->node)->first_static;
    struct static_route *r;
    while ((r = object_touch(s->lab, POOL_STATIC, *at)) != NULL && before(r, line)) at = &r->next;
    return at;
}

static enum config_result remove_line(struct step *s, const struct static_route *line,
                                      struct text *why) {
    struct id *at = place_of(s, line), gone = *at;
    const struct static_route *r = get(s->lab, gone);
    if (r == NULL || !same_line(r, line)) {
        text_add(why, "% Refusing to remove a non-existent route");
        return CONFIG_BAD;
    }
    *at = r->next;
    object_destroy(s, POOL_STATIC, gone);
    struct route_wish w = wish_of(s->lab, line);
    if (standing(s->lab, line->node, &w) != NULL) route_take(s, line->node, &w);
    settle_all(s, line->node);
    return CONFIG_OK;
}

static enum config_result add_line(struct step *s, const struct static_route *line,
                                   struct text *why) {
    struct id *at = place_of(s, line), next = *at;
    struct static_route *r = object_touch(s->lab, POOL_STATIC, next);
    if (r != NULL && same_line(r, line)) {
        r->tag = line->tag;
    } else {
        struct id id = object_create(s, POOL_STATIC, line->node);
        if (!id_is(id)) {
            text_add(why, "% no room for one more route");
            return CONFIG_BAD;
        }
        r = object_edit(s, POOL_STATIC, id);
        *r = *line;
        r->next = next;
        *place_of(s, line) = id;
    }
    if (id_is(node_view_at(s->lab, line->node)->static_socket)) settle_all(s, line->node);
    return CONFIG_OK;
}

enum config_result static_config(struct step *s, uint32_t node, bool no, size_t count, char **words,
                                 struct text *why) {
    struct static_route line = {.node = node};
    enum config_result result = parse(s->lab, count, words, &line, why);
    if (result != CONFIG_OK) return result;
    return no ? remove_line(s, &line, why) : add_line(s, &line, why);
}

void static_running_config(const struct lab *lab, uint32_t node, struct say *say) {
    const struct static_route *r;
    for (struct id id = first_of(lab, node); (r = get(lab, id)) != NULL; id = r->next) {
        char room[128];
        struct text t = text_of(room, sizeof room);
        text_add(&t, "ip route ");
        text_ip4(&t, r->network);
        text_char(&t, '/');
        text_u64(&t, r->prefix);
        text_char(&t, ' ');
        if (r->type != ROUTE_UNICAST)
            text_add(&t, r->type == ROUTE_BLACKHOLE ? "blackhole" : "reject");
        if (r->via != 0) text_ip4(&t, r->via);
        if (r->interface != 0) {
            if (r->via != 0) text_char(&t, ' ');
            text_add(&t, iface_get(lab, r->interface)->name);
        }
        if (r->tag != 0) text_add(&t, " tag ");
        if (r->tag != 0) text_u64(&t, r->tag);
        if (r->distance != 1) text_char(&t, ' ');
        if (r->distance != 1) text_u64(&t, r->distance);
        say_line(say, &t);
    }
}
