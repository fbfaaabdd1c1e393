#include "ospf_world.h"
/* What the routing tables of a world have to be. */
#include <stdio.h>
#include <string.h>

#include "routing/ospf_parts.h"
#include "stack/iface.h"
#include "stack/ip/route.h"

enum { FAR = 0x3fffffff, BACKBONE = 0 };

/* ------------------------------------------------------------------ distances within an area */

static void edges_of(struct world *w, const struct world_net *net) {
    for (uint32_t i = 0; i < net->count; i++) {
        uint32_t *row = w->distance[net->area][net->router[i]];
        for (uint32_t k = 0; k < net->count; k++)
            if (k != i && net->cost[i] < row[net->router[k]]) row[net->router[k]] = net->cost[i];
    }
}

void world_distances(struct world *w) {
    for (uint32_t area = 0; area < w->areas; area++)
        for (uint32_t a = 0; a < w->routers; a++)
            for (uint32_t b = 0; b < w->routers; b++)
                w->distance[area][a][b] = a == b && w->in_area[a][area] ? 0 : FAR;
    for (uint32_t n = 0; n < w->nets; n++)
        if (w->net[n].up) edges_of(w, &w->net[n]);
    for (uint32_t area = 0; area < w->areas; area++) /* Floyd and Warshall */
        for (uint32_t via = 0; via < w->routers; via++)
            for (uint32_t a = 0; a < w->routers; a++) {
                uint32_t *row = w->distance[area][a], first = row[via];
                const uint32_t *rest = w->distance[area][via];
                if (first >= FAR) continue;
                for (uint32_t b = 0; b < w->routers; b++)
                    if (first + rest[b] < row[b]) row[b] = first + rest[b];
            }
}

static bool is_border(const struct world *w, uint32_t r) {
    uint32_t count = 0;
    for (uint32_t area = 0; area < w->areas; area++) count += w->in_area[r][area];
    return count > 1;
}

/* --------------------------------------------------------------------- ways, and their hops */

/* A best way: its cost, its area, and to which routers of the area it goes. */
struct way {
    uint32_t cost, area, kind;
    uint32_t count, target[WORLD_ROUTERS];
};

static void way_offer(struct way *way, uint32_t cost, uint32_t target) {
    if (cost >= FAR || cost > way->cost) return;
    if (cost < way->cost) way->count = 0;
    way->cost = cost;
    way->target[way->count++] = target;
}

static void add_hop(struct world_route *route, struct world_hop hop) {
    for (uint32_t i = 0; i < route->hops; i++)
        if (route->hop[i].port == hop.port && route->hop[i].via == hop.via) return;
    assert_true(route->hops < WORLD_HOPS);
    route->hop[route->hops++] = hop;
}

/* Every neighbour on a shortest way is a next hop: where the cost to it and its own distance make
 * up the whole. */
static void add_hops(const struct world *w, uint32_t r, const struct way *way,
                     struct world_route *route) {
    for (uint32_t n = 0; n < w->nets; n++) {
        const struct world_net *net = &w->net[n];
        if (net->area != way->area || !net->up) continue;
        for (uint32_t i = 0; i < net->count; i++) {
            if (net->router[i] != r) continue;
            for (uint32_t k = 0; k < net->count * way->count; k++) {
                uint32_t m = net->router[k % net->count], t = way->target[k / net->count];
                const uint32_t(*d)[WORLD_ROUTERS] = w->distance[way->area];
                if (m != r && net->cost[i] + d[m][t] == d[r][t])
                    add_hop(route,
                            (struct world_hop){net->port[i], 10u << 24 | (n + 1) << 8 | (m + 1)});
            }
        }
    }
}

/* ----------------------------------------------------------------- networks of the areas */

/* Its own interface is a best way. Where it is not, OSPF's route is behind the connected one. */
static bool is_direct(const struct way *way, uint32_t r) {
    bool direct = false;
    for (uint32_t i = 0; i < way->count; i++) direct |= way->target[i] == r;
    return direct;
}

static struct way intra(const struct world *w, uint32_t r, uint32_t n) {
    const struct world_net *net = &w->net[n];
    struct way way = {.cost = FAR, .area = net->area, .kind = ROUTE_INTRA_AREA};
    if (!w->in_area[r][net->area]) return way;
    for (uint32_t i = 0; i < net->count; i++)
        way_offer(&way, w->distance[net->area][r][net->router[i]] + net->cost[i], net->router[i]);
    return way;
}

/* A border router's: its own areas', or by another border router over the backbone (3.2). */
static struct way border_way(const struct world *w, uint32_t b, uint32_t n) {
    struct way way = intra(w, b, n);
    if (way.cost < FAR) return way;
    way = (struct way){.cost = FAR, .area = BACKBONE, .kind = ROUTE_INTER_AREA};
    for (uint32_t other = 0; other < w->routers; other++)
        if (other != b && is_border(w, other))
            way_offer(&way, w->distance[BACKBONE][b][other] + intra(w, other, n).cost, other);
    return way;
}

static uint32_t only_area(const struct world *w, uint32_t r) {
    uint32_t area = 0;
    while (!w->in_area[r][area]) area++;
    return area;
}

static struct way way_to_net(const struct world *w, uint32_t r, uint32_t n) {
    struct way way = border_way(w, r, n);
    if (is_border(w, r) || way.kind == ROUTE_INTRA_AREA) return way;
    uint32_t area = only_area(w, r);
    way = (struct way){.cost = FAR, .area = area, .kind = ROUTE_INTER_AREA};
    if (w->stub[area] == WORLD_TOTALLY_STUBBY) return way;
    for (uint32_t b = 0; b < w->routers; b++) {
        if (!is_border(w, b) || !w->in_area[b][area]) continue;
        struct way theirs = border_way(w, b, n);
        if (theirs.area != area) way_offer(&way, w->distance[area][r][b] + theirs.cost, b);
    }
    return way;
}

/* ------------------------------------------------------------------- what lies outside */

/* 16.4.1: intra-area ways of other areas than the backbone are preferred, then the cheaper, then
 * those of the larger area. */
static bool is_better(const struct way *a, const struct way *b) {
    bool first_a = a->kind == ROUTE_INTRA_AREA && a->area != BACKBONE,
         first_b = b->kind == ROUTE_INTRA_AREA && b->area != BACKBONE;
    if (a->cost >= FAR || b->cost >= FAR) return a->cost < b->cost;
    if (first_a != first_b) return first_a;
    return a->cost != b->cost ? a->cost < b->cost : a->area > b->area;
}

static struct way asbr_intra(const struct world *w, uint32_t r, uint32_t asbr) {
    struct way best = {.cost = FAR};
    for (uint32_t area = 0; area < w->areas; area++) {
        /* 12.4.1: in a stub area nobody is an AS boundary router. */
        if (!w->in_area[r][area] || !w->in_area[asbr][area] || w->stub[area] != WORLD_NORMAL)
            continue;
        struct way way = {.cost = w->distance[area][r][asbr],
                          .area = area,
                          .kind = ROUTE_INTRA_AREA,
                          .count = 1,
                          .target = {asbr}};
        if (is_better(&way, &best)) best = way;
    }
    return best;
}

static struct way asbr_border(const struct world *w, uint32_t b, uint32_t asbr) {
    struct way own = asbr_intra(w, b, asbr);
    struct way far = {.cost = FAR, .area = BACKBONE, .kind = ROUTE_INTER_AREA};
    if (w->in_area[asbr][BACKBONE]) return own; /* an intra-area way over the backbone, or better */
    for (uint32_t other = 0; other < w->routers; other++) {
        if (other == b || !is_border(w, other)) continue;
        struct way theirs = asbr_intra(w, other, asbr);
        if (theirs.area != BACKBONE)
            way_offer(&far, w->distance[BACKBONE][b][other] + theirs.cost, other);
    }
    return is_better(&own, &far) ? own : far;
}

static struct way way_to_asbr(const struct world *w, uint32_t r, uint32_t asbr) {
    if (is_border(w, r)) return asbr_border(w, r, asbr);
    struct way way = asbr_intra(w, r, asbr);
    if (way.cost < FAR) return way;
    uint32_t area = only_area(w, r);
    way = (struct way){.cost = FAR, .area = area, .kind = ROUTE_INTER_AREA};
    for (uint32_t b = 0; b < w->routers; b++) {
        if (!is_border(w, b) || !w->in_area[b][area]) continue;
        struct way theirs = asbr_border(w, b, asbr);
        if (theirs.area != area) way_offer(&way, w->distance[area][r][b] + theirs.cost, b);
    }
    return way;
}

/* ------------------------------------------------------------------------------ the table */

struct wanted {
    struct world_route *out;
    size_t count, room;
};

static struct world_route *add_route(struct wanted *t, uint32_t network, uint32_t prefix,
                                     uint32_t cost, uint32_t kind) {
    assert_true(t->count < t->room);
    t->out[t->count] = (struct world_route){network, prefix, cost, kind, 0, {{0, 0}}};
    return &t->out[t->count++];
}

static void add_external(const struct world *w, uint32_t r, uint32_t e, struct wanted *t) {
    const struct world_external *x = &w->external[e];
    if (x->router == r) return;
    struct way way = way_to_asbr(w, r, x->router);
    if (way.cost >= FAR) return;
    struct world_route *route =
        add_route(t, 0xac100000u + (e << 8), 24, x->type2 ? x->metric : way.cost + x->metric,
                  x->type2 ? ROUTE_EXTERNAL_2 : ROUTE_EXTERNAL_1);
    add_hops(w, r, &way, route);
}

/* 12.4.3.1: each border router's default route has the cost 1. */
static void add_default(const struct world *w, uint32_t r, uint32_t area, struct wanted *t) {
    struct way way = {.cost = FAR, .area = area};
    for (uint32_t b = 0; b < w->routers; b++)
        if (is_border(w, b) && w->in_area[b][area]) way_offer(&way, w->distance[area][r][b] + 1, b);
    if (way.cost < FAR) add_hops(w, r, &way, add_route(t, 0, 0, way.cost, ROUTE_INTER_AREA));
}

size_t world_routes(const struct world *w, uint32_t r, struct world_route *out, size_t room) {
    struct wanted t = {out, 0, room};
    for (uint32_t n = 0; n < w->nets; n++) {
        if (!w->net[n].up) continue;
        struct way way = way_to_net(w, r, n);
        if (way.cost >= FAR || is_direct(&way, r)) continue;
        add_hops(w, r, &way, add_route(&t, 10u << 24 | (n + 1) << 8, 24, way.cost, way.kind));
    }
    bool stub = !is_border(w, r) && w->stub[only_area(w, r)] != WORLD_NORMAL;
    if (stub) add_default(w, r, only_area(w, r), &t);
    for (uint32_t e = 0; e < w->externals && !stub; e++) add_external(w, r, e, &t);
    return t.count;
}

/* ------------------------------------------------------------------- against a lab's tables */

static const char *text_of_route(const struct world_route *route) {
    static char out[1024];
    int at = snprintf(out, sizeof out, "%u.%u.%u.%u/%u cost %u kind %u", route->network >> 24,
                      route->network >> 16 & 255, route->network >> 8 & 255, route->network & 255,
                      route->prefix, route->cost, route->kind);
    for (uint32_t i = 0; i < route->hops; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, ", eth%u %u.%u.%u.%u", route->hop[i].port,
                       route->hop[i].via >> 24, route->hop[i].via >> 16 & 255,
                       route->hop[i].via >> 8 & 255, route->hop[i].via & 255);
    return out;
}

static bool same_routes(const struct world_route *a, const struct world_route *b) {
    if (a->network != b->network || a->prefix != b->prefix || a->cost != b->cost ||
        a->kind != b->kind || a->hops != b->hops)
        return false;
    for (uint32_t i = 0; i < a->hops; i++) {
        uint32_t k = 0;
        while (k < b->hops && (a->hop[i].port != b->hop[k].port || a->hop[i].via != b->hop[k].via))
            k++;
        if (k == b->hops) return false;
    }
    return true;
}

/* The next route of OSPF in the node's table, with all its hops; false: there is none. */
static bool next_route(const struct lab *lab, struct id *at, struct world_route *out) {
    while (id_is(*at) && route_get(lab, *at)->origin != ROUTE_OSPF) *at = route_get(lab, *at)->next;
    if (!id_is(*at)) return false;
    const struct route first = *route_get(lab, *at), *r = route_get(lab, *at);
    *out = (struct world_route){first.network, first.prefix, first.cost, first.kind, 0, {{0, 0}}};
    do {
        add_hop(out, (struct world_hop){iface_get(lab, r->interface)->number - 1, r->via});
        *at = r->next;
        r = route_get(lab, *at);
    } while (r != NULL && route_shares(r, &first));
    return true;
}

static void expect_table(const struct world *w, const struct lab *lab, uint32_t router) {
    static struct world_route wanted[WORLD_NETS + WORLD_EXTERNALS + 1];
    size_t count = world_routes(w, router, wanted, sizeof wanted / sizeof *wanted), found = 0;
    struct id at = route_first(lab, router + 1);
    for (struct world_route got; next_route(lab, &at, &got); found++) {
        size_t i = 0;
        while (i < count && (wanted[i].network != got.network || wanted[i].prefix != got.prefix))
            i++;
        if (i == count)
            fail_msg("seed %u: r%u has a route too many: %s", (unsigned)w->seed, router + 1,
                     text_of_route(&got));
        if (same_routes(&wanted[i], &got)) continue;
        print_message("wanted %s\n", text_of_route(&wanted[i]));
        fail_msg("seed %u: r%u has %s", (unsigned)w->seed, router + 1, text_of_route(&got));
    }
    if (found != count)
        fail_msg("seed %u: r%u has %u routes, not %u", (unsigned)w->seed, router + 1,
                 (unsigned)found, (unsigned)count);
}

void world_expect_routes(const struct world *w, const struct lab *lab) {
    for (uint32_t r = 0; r < w->routers; r++) expect_table(w, lab, r);
}

static void expect_same(const struct world *w, const struct lab *lab, uint32_t a, uint32_t b,
                        struct id area_a, struct id area_b) {
    struct id x = ospf_lsa_first(lab, ospf_of(lab, a + 1), area_a),
              y = ospf_lsa_first(lab, ospf_of(lab, b + 1), area_b);
    while (id_is(x) && id_is(y)) {
        const struct ospf_lsa *m = ospf_lsa_get(lab, x), *n = ospf_lsa_get(lab, y);
        if (m->header.type != n->header.type ||
            m->header.link_state_id != n->header.link_state_id ||
            m->header.advertising_router != n->header.advertising_router ||
            m->header.sequence != n->header.sequence || m->header.checksum != n->header.checksum)
            fail_msg("seed %u: r%u and r%u differ: %u %x %x %x, %u %x %x %x", (unsigned)w->seed,
                     a + 1, b + 1, m->header.type, m->header.link_state_id,
                     m->header.advertising_router, m->header.sequence, n->header.type,
                     n->header.link_state_id, n->header.advertising_router, n->header.sequence);
        x = m->next;
        y = n->next;
    }
    if (id_is(x) || id_is(y))
        fail_msg("seed %u: r%u and r%u hold different numbers of advertisements", (unsigned)w->seed,
                 a + 1, b + 1);
}

static bool takes_externals(const struct world *w, uint32_t r) {
    return is_border(w, r) || w->stub[only_area(w, r)] == WORLD_NORMAL;
}

void world_expect_databases(const struct world *w, const struct lab *lab) {
    for (uint32_t area = 0; area < w->areas; area++) {
        uint32_t first = WORLD_ROUTERS;
        for (uint32_t r = 0; r < w->routers; r++) {
            if (!w->in_area[r][area]) continue;
            if (first == WORLD_ROUTERS) first = r;
            if (w->distance[area][first][r] >= FAR) continue; /* cut off: it cannot know */
            expect_same(w, lab, first, r, ospf_area_of(lab, ospf_of(lab, first + 1), area),
                        ospf_area_of(lab, ospf_of(lab, r + 1), area));
        }
    }
    for (uint32_t r = 1; r < w->routers; r++) /* router 1 is of the backbone */
        if (takes_externals(w, r) && w->areas + w->externals > 1)
            expect_same(w, lab, 0, r, (struct id){0, 0}, (struct id){0, 0});
}
