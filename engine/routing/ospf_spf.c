#include "routing/ospf_table.h"
/*
 * The shortest-path tree of an area, RFC 2328 16.1: routers and transit networks first, by
 * Dijkstra's algorithm, then the stub networks as leaves. Next hops: 16.1.1.
 *
 * The vertices are the router- and network-LSAs of the area's database, which lie there in the
 * order of their ids, so a vertex is found by halving. Candidates wait in the heap of base/heap.h;
 * its order puts networks before routers at equal distance, as (3) wants it.
 *
 * Left out: point-to-multipoint and NBMA networks, unnumbered links.
 */
#include <string.h>

#include "stack/iface.h"

/* ------------------------------------------------------------------------------- vertices */

static bool add_vertex(struct ospf_spf *spf, struct id id, const struct ospf_lsa *lsa) {
    const struct ospf_lsa_header *h = &lsa->header;
    if (h->type == OSPF_ROUTER_LSA && h->link_state_id != h->advertising_router) return true;
    /* 16: an LSA of MaxAge counts as not found. */
    if (ospf_lsa_age(spf->table->lab, id, spf->table->now) >= OSPF_MAX_AGE) return true;
    if (spf->vertex_count == OSPF_VERTICES_MOST) return false;
    struct ospf_vertex *v = &spf->vertex[spf->vertex_count];
    *v = (struct ospf_vertex){.id = h->link_state_id, .type = h->type, .lsa = id};
    if (spf->vertex_count > 0 && v[-1].type == v->type && v[-1].id == v->id) return true;
    spf->vertex_count += 1;
    if (h->type == OSPF_ROUTER_LSA) spf->router_count = spf->vertex_count;
    return true;
}

static void collect_vertices(struct ospf_spf *spf) {
    const struct lab *lab = spf->table->lab;
    struct id id = ospf_lsa_first(lab, spf->table->ospf, spf->area);
    for (const struct ospf_lsa *lsa; id_is(id); id = lsa->next) {
        lsa = ospf_lsa_get(lab, id);
        if (lsa->header.type > OSPF_NETWORK_LSA) break;
        if (!add_vertex(spf, id, lsa)) spf->table->full = 1;
    }
}

uint32_t ospf_spf_vertex(const struct ospf_spf *spf, uint32_t type, uint32_t id) {
    uint32_t from = type == OSPF_VERTEX_ROUTER ? 0 : spf->router_count;
    uint32_t end = type == OSPF_VERTEX_ROUTER ? spf->router_count : spf->vertex_count, to = end;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (spf->vertex[middle].id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from < end && spf->vertex[from].id == id ? from : OSPF_VERTICES_MOST;
}

static void collect_links(struct ospf_spf *spf) {
    const struct lab *lab = spf->table->lab;
    struct id id = ospf_get(lab, spf->table->ospf)->first_interface;
    for (const struct ospf_interface *i; id_is(id); id = i->next) {
        i = ospf_interface_get(lab, id);
        if (!id_same(i->area, spf->area) || i->state == OSPF_INTERFACE_DOWN) continue;
        if (spf->link_count == OSPF_LINKS_MOST) break;
        spf->link[spf->link_count++] = (struct ospf_link_here){
            .interface = i->interface, .type = i->type, .address = i->address, .prefix = i->prefix};
    }
}

/* ------------------------------------------------------------------------ a vertex's links */

/* One after the other; what is no transit vertex is passed over. */
struct links {
    struct reader rest;
    uint32_t type; /* of the vertex */
    uint8_t body[OSPF_LSA_MOST];
};
struct link_out {
    uint32_t type, id; /* of the vertex that it leads to */
    uint32_t cost;
    ip4 data;
};

static uint32_t links_begin(const struct ospf_spf *spf, const struct ospf_vertex *v,
                            struct links *links) {
    size_t count = ospf_lsa_body(spf->table->lab, v->lsa, links->body);
    struct ospf_router_lsa router = {0};
    struct ospf_network_lsa network;
    links->rest = reader_of(links->body, count);
    links->type = v->type;
    if (v->type == OSPF_VERTEX_ROUTER)
        ospf_parse_router_lsa(&router, &links->rest);
    else
        ospf_parse_network_lsa(&network, &links->rest);
    return router.bits;
}

static bool next_link(struct links *links, struct link_out *out) {
    if (links->type == OSPF_VERTEX_NETWORK) { /* from a network to its routers: cost 0 */
        *out = (struct link_out){.type = OSPF_VERTEX_ROUTER};
        return ospf_next_attached(&links->rest, &out->id);
    }
    for (struct ospf_link l; ospf_next_link(&links->rest, &l);) {
        if (l.type == OSPF_LINK_STUB) continue; /* (2) (a) */
        bool network = l.type == OSPF_LINK_TRANSIT;
        *out = (struct link_out){.type = network ? OSPF_VERTEX_NETWORK : OSPF_VERTEX_ROUTER,
                                 .id = l.id,
                                 .cost = l.metric,
                                 .data = l.data};
        return true;
    }
    return false;
}

/* (2) (b): some link of `w` leads back to `v`, not necessarily the matching half. O26 */
static bool links_back(const struct ospf_spf *spf, const struct ospf_vertex *w,
                       const struct ospf_vertex *v) {
    struct links links;
    struct link_out out;
    links_begin(spf, w, &links);
    while (next_link(&links, &out))
        if (out.type == v->type && out.id == v->id) return true;
    return false;
}

/* ------------------------------------------------------------------------ 16.1.1 next hops */

static const struct ospf_link_here *link_with_address(const struct ospf_spf *spf, ip4 address) {
    for (uint32_t i = 0; i < spf->link_count; i++)
        if (spf->link[i].address == address) return &spf->link[i];
    return NULL;
}

/* The addresses of `w` on its links to `v`: those within the network of `here`, or all. */
static uint32_t hops_of_links_back(const struct ospf_spf *spf, const struct ospf_vertex *w,
                                   const struct ospf_vertex *v, uint32_t interface,
                                   const struct ospf_link_here *here) {
    struct links links;
    struct link_out out;
    uint32_t set = 0;
    links_begin(spf, w, &links);
    while (next_link(&links, &out)) {
        if (out.type != v->type || out.id != v->id) continue;
        if (here != NULL && ((out.data ^ here->address) & prefix_mask(here->prefix)) != 0) continue;
        struct ospf_hop hop = {.interface = interface, .via = out.data};
        set = ospf_set_join(spf->table, set, ospf_set_of(spf->table, hop));
    }
    return set;
}

/* The first case: the parent is the root itself. A point-to-point link needs an address where the
 * link is an Ethernet; it is the neighbour's, as its router-LSA has it. */
static uint32_t hops_of_root(const struct ospf_spf *spf, const struct ospf_vertex *w,
                             const struct link_out *out) {
    const struct ospf_link_here *here = link_with_address(spf, out->data);
    if (here == NULL) return 0;
    if (w->type == OSPF_VERTEX_NETWORK)
        return ospf_set_of(spf->table, (struct ospf_hop){.interface = here->interface});
    return hops_of_links_back(spf, w, &spf->vertex[spf->root], here->interface, here);
}

/* Next hops of `w` by its parent `v`. Those of `v` that are on its own link lead to `w` by an
 * address of it (the second case); all others are inherited. */
static uint32_t hops_of(const struct ospf_spf *spf, const struct ospf_vertex *v,
                        const struct ospf_vertex *w, const struct link_out *out) {
    struct ospf_table *t = spf->table;
    if (v == &spf->vertex[spf->root]) return hops_of_root(spf, w, out);
    if (v->type == OSPF_VERTEX_ROUTER) return v->set;
    const struct ospf_hop_set parent = t->set[v->set];
    uint32_t set = 0;
    bool direct = false;
    for (uint32_t i = 0; i < parent.count; i++) direct |= t->hop[parent.hop[i]].via == 0;
    if (!direct) return v->set;
    for (uint32_t i = 0; i < parent.count; i++) {
        struct ospf_hop hop = t->hop[parent.hop[i]];
        uint32_t one =
            hop.via != 0 ? ospf_set_of(t, hop) : hops_of_links_back(spf, w, v, hop.interface, NULL);
        set = ospf_set_join(t, set, one);
    }
    return set;
}

/* ------------------------------------------------------------------ the first stage */

static struct heap_key key_of(const struct ospf_spf *spf, uint32_t number) {
    const struct ospf_vertex *v = &spf->vertex[number];
    bool router = v->type == OSPF_VERTEX_ROUTER; /* (3): networks are chosen first */
    return (struct heap_key){
        .at = v->distance, .order = (uint64_t)router << 32 | v->id, .slot = number};
}

/* (2) (c) and (d), for one link. */
static void relax(struct ospf_spf *spf, struct heap *heap, const struct ospf_vertex *v,
                  const struct link_out *out) {
    uint32_t number = ospf_spf_vertex(spf, out->type, out->id);
    if (number == OSPF_VERTICES_MOST) return;
    struct ospf_vertex *w = &spf->vertex[number];
    uint32_t distance = v->distance + out->cost;
    if (w->reached || (w->candidate && distance > w->distance)) return;
    if (!links_back(spf, w, v)) return;
    uint32_t set = hops_of(spf, v, w, out);
    if (w->candidate && distance == w->distance) { /* O30 */
        w->set = ospf_set_join(spf->table, w->set, set);
        return;
    }
    w->set = set;
    w->distance = distance;
    if (w->candidate)
        heap_change(heap, key_of(spf, number));
    else
        heap_push(heap, key_of(spf, number));
    w->candidate = 1;
}

static void reach(struct ospf_spf *spf, struct heap *heap, uint32_t number) {
    struct ospf_vertex *v = &spf->vertex[number];
    struct links links;
    struct link_out out;
    v->reached = 1;
    spf->tree[spf->tree_count++] = number;
    if (links_begin(spf, v, &links) & OSPF_ROUTER_V) spf->transit_capability = 1; /* (2) */
    while (next_link(&links, &out)) relax(spf, heap, v, &out);
}

bool ospf_spf_tree(struct ospf_spf *spf, struct ospf_table *t, struct id area) {
    const struct ospf *ospf = ospf_get(t->lab, t->ospf);
    spf->table = t;
    spf->area = area;
    spf->area_id = ospf_area_get(t->lab, area)->area_id;
    spf->ordinal = ospf_area_ordinal(t->lab, t->ospf, spf->area_id);
    spf->vertex_count = spf->router_count = spf->tree_count = spf->link_count = 0;
    spf->transit_capability = spf->heap_count = 0;
    collect_links(spf);
    collect_vertices(spf);
    spf->root = ospf_spf_vertex(spf, OSPF_VERTEX_ROUTER, ospf->router_id);
    if (spf->root == OSPF_VERTICES_MOST) return false;
    memset(spf->heap_place, 0, spf->vertex_count * sizeof *spf->heap_place);
    struct heap heap = {
        .keys = spf->heap_key, .places = spf->heap_place, .count = &spf->heap_count};
    reach(spf, &heap, spf->root); /* (1) */
    while (spf->heap_count > 0) { /* (3), (5) */
        uint32_t number = spf->heap_key[0].slot;
        heap_remove(&heap, number);
        reach(spf, &heap, number);
    }
    return true;
}

void ospf_spf_edges(const struct ospf_spf *spf, uint32_t from,
                    void (*each)(void *user, const struct ospf_edge *), void *user) {
    const struct ospf_vertex *v = &spf->vertex[from];
    struct links links;
    struct link_out out;
    links_begin(spf, v, &links);
    while (next_link(&links, &out)) {
        uint32_t to = ospf_spf_vertex(spf, out.type, out.id);
        if (to == OSPF_VERTICES_MOST || !links_back(spf, &spf->vertex[to], v)) continue;
        each(user, &(struct ospf_edge){.from = from, .to = to, .cost = out.cost, .data = out.data});
    }
}

/* ------------------------------------------------------------- the routing table's entries */

/* (4): a transit network. */
static void add_network(const struct ospf_spf *spf, const struct ospf_vertex *v) {
    uint8_t body[OSPF_LSA_MOST];
    struct reader r = reader_of(body, ospf_lsa_body(spf->table->lab, v->lsa, body));
    struct ospf_network_lsa network;
    uint32_t prefix;
    if (ospf_parse_network_lsa(&network, &r) != PARSE_OK) return;
    if (!ospf_mask_prefix(network.mask, &prefix)) return;
    struct ospf_way path = {.key = ospf_network_key(v->id & network.mask, prefix),
                            .path = OSPF_INTRA_AREA,
                            .cost = v->distance,
                            .area_id = spf->area_id,
                            .transit = v->id,
                            .origin = v->id,
                            .set = v->set};
    ospf_way_add(spf->table, &path);
}

/* (4): an area border router or AS boundary router. */
static void add_router(const struct ospf_spf *spf, const struct ospf_vertex *v, uint32_t bits) {
    if ((bits & (OSPF_ROUTER_B | OSPF_ROUTER_E)) == 0 || v == &spf->vertex[spf->root]) return;
    struct ospf_way path = {.key = ospf_router_key(v->id, spf->ordinal),
                            .path = OSPF_INTRA_AREA,
                            .cost = v->distance,
                            .area_id = spf->area_id,
                            .origin = v->id,
                            .options = bits,
                            .set = v->set};
    ospf_way_add(spf->table, &path);
}

/* The interface of the root that a stub link of its own is about. There may be none: the
 * router-LSA speaks of an interface that has gone until MinLSInterval lets it be said anew. */
static uint32_t stub_hops_of_root(const struct ospf_spf *spf, const struct ospf_link *link) {
    for (uint32_t i = 0; i < spf->link_count; i++)
        if (((spf->link[i].address ^ link->id) & link->data) == 0)
            return ospf_set_of(spf->table, (struct ospf_hop){.interface = spf->link[i].interface});
    return 0;
}

/* The second stage, for one router of the tree. */
static void add_stubs(const struct ospf_spf *spf, const struct ospf_vertex *v) {
    struct links links;
    struct ospf_link link;
    uint32_t prefix;
    add_router(spf, v, links_begin(spf, v, &links));
    while (ospf_next_link(&links.rest, &link)) {
        if (link.type != OSPF_LINK_STUB || !ospf_mask_prefix(link.data, &prefix)) continue;
        bool own = v == &spf->vertex[spf->root];
        struct ospf_way path = {.key = ospf_network_key(link.id & link.data, prefix),
                                .path = OSPF_INTRA_AREA,
                                .cost = v->distance + link.metric,
                                .area_id = spf->area_id,
                                .origin = v->id,
                                .set = own ? stub_hops_of_root(spf, &link) : v->set};
        ospf_way_add(spf->table, &path);
    }
}

void ospf_spf_paths(struct ospf_spf *spf) {
    for (uint32_t i = 0; i < spf->tree_count; i++) {
        const struct ospf_vertex *v = &spf->vertex[spf->tree[i]];
        if (v->type == OSPF_VERTEX_NETWORK)
            add_network(spf, v);
        else
            add_stubs(spf, v);
    }
}
