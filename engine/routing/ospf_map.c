#include "routing/ospf_table.h"
/*
 * The database of a router as a graph (RFC 2328 2.1): a vertex for each router, transit network,
 * stub network and destination of a summary- or AS-external-LSA; an arrow for each link that an LSA
 * describes, with its cost, whether or not the other end says the same. What is on the router's own
 * shortest-path tree is marked.
 */
#include <string.h>

#include "routing/routing.h"
#include "stack/iface.h"

/* Vertices are told apart by a kind and a key, and numbered in their order. */
enum vertex_kind { ROUTER, NETWORK, STUB, SUMMARY, EXTERNAL };
enum { VERTICES_MOST = 8192, KIND_SHIFT = 40 };
struct map {
    const struct lab *lab;
    const struct ospf *ospf;
    const struct overlay_sink *sink;
    uint32_t count;
    uint64_t vertex[VERTICES_MOST], spare[VERTICES_MOST];
    const struct ospf_spf *spf; /* of the area that is being drawn */
};

/* A network's key is its designated router's address, and its prefix. */
static uint64_t vertex_of(enum vertex_kind kind, ip4 address, uint32_t prefix) {
    return (uint64_t)kind << KIND_SHIFT | ospf_network_key(address, prefix);
}

static void add(struct map *map, uint64_t vertex) {
    if (map->count < VERTICES_MOST) map->vertex[map->count++] = vertex;
}

static uint32_t number_of(const struct map *map, uint64_t vertex) {
    uint32_t from = 0, to = map->count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (map->vertex[middle] < vertex)
            from = middle + 1;
        else
            to = middle;
    }
    return from < map->count && map->vertex[from] == vertex ? from + 1 : 0;
}

/* A router-LSA names a network by its designated router's address alone. */
static uint32_t number_of_network(const struct map *map, ip4 designated) {
    for (uint32_t prefix = 0; prefix <= 32; prefix++) {
        uint32_t number = number_of(map, vertex_of(NETWORK, designated, prefix));
        if (number != 0) return number;
    }
    return 0;
}

static void forget_repeated(struct map *map) {
    uint32_t kept = 0;
    ospf_sort(map->vertex, map->spare, map->count);
    for (uint32_t i = 0; i < map->count; i++)
        if (kept == 0 || map->vertex[i] != map->vertex[kept - 1])
            map->vertex[kept++] = map->vertex[i];
    map->count = kept;
}

/* ----------------------------------------------------------------- what an LSA describes */

/* One thing that it says: an arrow from one vertex to another. */
struct said {
    uint64_t from, to; /* `to` 0: a network by its designated router */
    ip4 designated;
    uint32_t cost;
};
typedef void say_to(struct map *, const struct said *);

static void read_router(struct map *map, const struct ospf_lsa *lsa, struct reader r, say_to *say) {
    struct ospf_router_lsa router;
    uint32_t prefix;
    if (ospf_parse_router_lsa(&router, &r) != PARSE_OK) return;
    uint64_t self = vertex_of(ROUTER, lsa->header.advertising_router, 0);
    say(map, &(struct said){.from = self});
    for (struct ospf_link link; ospf_next_link(&r, &link);) {
        struct said said = {.from = self, .cost = link.metric};
        if (link.type == OSPF_LINK_TRANSIT)
            said.designated = link.id;
        else if (link.type == OSPF_LINK_STUB && ospf_mask_prefix(link.data, &prefix))
            said.to = vertex_of(STUB, link.id, prefix);
        else if (link.type != OSPF_LINK_STUB)
            said.to = vertex_of(ROUTER, link.id, 0);
        say(map, &said);
    }
}

static void read_network(struct map *map, const struct ospf_lsa *lsa, struct reader r,
                         say_to *say) {
    struct ospf_network_lsa network;
    uint32_t prefix, router_id;
    if (ospf_parse_network_lsa(&network, &r) != PARSE_OK) return;
    if (!ospf_mask_prefix(network.mask, &prefix)) return;
    struct said said = {.from = vertex_of(NETWORK, lsa->header.link_state_id, prefix)};
    while (ospf_next_attached(&r, &router_id)) {
        said.to = vertex_of(ROUTER, router_id, 0);
        say(map, &said);
    }
}

static void read_other(struct map *map, const struct ospf_lsa *lsa, struct reader r, say_to *say) {
    const struct ospf_lsa_header *h = &lsa->header;
    struct said said = {.from = vertex_of(ROUTER, h->advertising_router, 0)};
    struct ospf_summary_lsa summary;
    struct ospf_external_lsa external;
    uint32_t prefix;
    if (h->type == OSPF_EXTERNAL_LSA) {
        if (ospf_parse_external_lsa(&external, &r) != PARSE_OK) return;
        if (!ospf_mask_prefix(external.mask, &prefix)) return;
        said.to = vertex_of(EXTERNAL, h->link_state_id & external.mask, prefix);
        said.cost = external.metric;
    } else {
        if (ospf_parse_summary_lsa(&summary, &r) != PARSE_OK) return;
        if (!ospf_mask_prefix(summary.mask, &prefix)) return;
        said.to = h->type == OSPF_ASBR_SUMMARY_LSA
                      ? vertex_of(ROUTER, h->link_state_id, 0)
                      : vertex_of(SUMMARY, h->link_state_id & summary.mask, prefix);
        said.cost = summary.metric;
    }
    say(map, &said);
}

static void read_all(struct map *map, struct id area, say_to *say) {
    struct id id = ospf_lsa_first(map->lab, map->ospf->self, area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(map->lab, id);
        if (ospf_lsa_age(map->lab, id, lab_now(map->lab)) >= OSPF_MAX_AGE) continue;
        uint8_t body[OSPF_LSA_MOST];
        struct reader r = reader_of(body, ospf_lsa_body(map->lab, id, body));
        if (lsa->header.type == OSPF_ROUTER_LSA)
            read_router(map, lsa, r, say);
        else if (lsa->header.type == OSPF_NETWORK_LSA)
            read_network(map, lsa, r, say);
        else
            read_other(map, lsa, r, say);
    }
}

static void collect(struct map *map, const struct said *said) {
    add(map, said->from);
    if (said->to != 0) add(map, said->to);
}

/* --------------------------------------------------------------------------- the vertices */

static void write_note(const struct map *map, uint64_t vertex, struct overlay_vertex *out) {
    struct text t = text_of(out->note, sizeof out->note);
    ip4 address = ospf_key_address(vertex & ((UINT64_C(1) << KIND_SHIFT) - 1));
    if (vertex >> KIND_SHIFT == NETWORK) {
        text_add(&t, "DR ");
        text_ip4(&t, address);
    }
    if (vertex >> KIND_SHIFT != ROUTER) return;
    uint32_t bits = 0;
    struct id id = map->ospf->first_area;
    for (; id_is(id); id = ospf_area_get(map->lab, id)->next) {
        struct ospf_key_of_lsa key = {OSPF_ROUTER_LSA, address, address};
        struct id lsa = ospf_lsa_find(map->lab, map->ospf->self, id, key);
        uint8_t body[OSPF_LSA_MOST];
        struct ospf_router_lsa router;
        if (!id_is(lsa)) continue;
        struct reader r = reader_of(body, ospf_lsa_body(map->lab, lsa, body));
        if (ospf_parse_router_lsa(&router, &r) == PARSE_OK) bits |= router.bits;
    }
    if (bits & OSPF_ROUTER_B) text_add(&t, "ABR");
    if (bits == (OSPF_ROUTER_B | OSPF_ROUTER_E)) text_char(&t, ' ');
    if (bits & OSPF_ROUTER_E) text_add(&t, "ASBR");
}

static void tell_vertex(const struct map *map, uint32_t at) {
    static const char *const kinds[] = {[ROUTER] = "router",
                                        [NETWORK] = "network",
                                        [STUB] = "stub",
                                        [SUMMARY] = "summary",
                                        [EXTERNAL] = "external"};
    uint64_t vertex = map->vertex[at], key = vertex & ((UINT64_C(1) << KIND_SHIFT) - 1);
    enum vertex_kind kind = (enum vertex_kind)(vertex >> KIND_SHIFT);
    uint32_t prefix = ospf_key_prefix(key);
    struct overlay_vertex out = {.number = at + 1, .kind = kinds[kind]};
    struct text t = text_of(out.name, sizeof out.name);
    text_ip4(&t,
             kind == ROUTER ? ospf_key_address(key) : ospf_key_address(key) & prefix_mask(prefix));
    if (kind == ROUTER) {
        out.node = ospf_node_with_id(map->lab, ospf_key_address(key));
    } else {
        text_char(&t, '/');
        text_u64(&t, prefix);
    }
    write_note(map, vertex, &out);
    map->sink->vertex(map->sink->user, &out);
}

/* --------------------------------------------------------------------------- the arrows */

struct question {
    const struct ospf_spf *spf;
    uint32_t type, id, cost; /* of the vertex at the other end */
    bool yes;
};

static void compare(void *user, const struct ospf_edge *e) {
    struct question *q = user;
    const struct ospf_vertex *to = &q->spf->vertex[e->to];
    if (to->type == q->type && to->id == q->id && e->cost == q->cost)
        q->yes |= ospf_edge_is_on_tree(q->spf, e);
}

/* Whether the arrow between two transit vertices is on the area's tree. */
static bool is_on_tree(const struct map *map, const struct said *said) {
    uint64_t mask = (UINT64_C(1) << KIND_SHIFT) - 1;
    bool network = said->from >> KIND_SHIFT == NETWORK;
    if (map->spf == NULL || (said->to != 0 && said->to >> KIND_SHIFT != ROUTER)) return false;
    struct question q = {.spf = map->spf,
                         .type = said->to == 0 ? OSPF_VERTEX_NETWORK : OSPF_VERTEX_ROUTER,
                         .id = said->to == 0 ? said->designated : ospf_key_address(said->to & mask),
                         .cost = said->cost};
    uint32_t from = ospf_spf_vertex(map->spf, network ? OSPF_VERTEX_NETWORK : OSPF_VERTEX_ROUTER,
                                    ospf_key_address(said->from & mask));
    if (from != OSPF_VERTICES_MOST) ospf_spf_edges(map->spf, from, compare, &q);
    return q.yes;
}

static void tell_arrow(struct map *map, const struct said *said) {
    if (said->to == 0 && said->designated == 0) return;
    bool zero = said->from >> KIND_SHIFT == NETWORK;
    struct overlay_arrow arrow = {.from = number_of(map, said->from),
                                  .to = said->to != 0 ? number_of(map, said->to)
                                                      : number_of_network(map, said->designated),
                                  .cost = said->cost,
                                  .role = is_on_tree(map, said) ? OVERLAY_ON_TREE : OVERLAY_PLAIN,
                                  .say = zero ? "overlay.map.zero" : "overlay.map.edge"};
    if (arrow.from != 0 && arrow.to != 0) map->sink->arrow(map->sink->user, &arrow);
}

void ospf_map_visit(const struct lab *lab, uint32_t node, const struct overlay_sink *sink) {
    struct map map; /* large: not cleared as a whole */
    struct ospf_table table;
    struct ospf_spf spf;
    map.lab = lab;
    map.ospf = ospf_get(lab, ospf_of(lab, node));
    map.sink = sink;
    map.count = 0;
    map.spf = NULL;
    struct id first = map.ospf->first_area, id = first;
    for (; id_is(id); id = ospf_area_get(lab, id)->next) read_all(&map, id, collect);
    read_all(&map, (struct id){0, 0}, collect);
    forget_repeated(&map);
    for (uint32_t i = 0; i < map.count; i++) tell_vertex(&map, i);
    for (id = first; id_is(id); id = ospf_area_get(lab, id)->next) {
        ospf_table_begin(&table, lab, map.ospf->self, lab_now(lab));
        map.spf = ospf_spf_tree(&spf, &table, id) ? &spf : NULL;
        read_all(&map, id, tell_arrow);
    }
    map.spf = NULL;
    read_all(&map, (struct id){0, 0}, tell_arrow);
}
