#ifndef NETSTEP_ROUTING_OSPF_TABLE_H
#define NETSTEP_ROUTING_OSPF_TABLE_H
/*
 * What the calculation of the routing table (RFC 2328 16) works on: paths that were found, from
 * which the best to each destination are chosen. It lies on the C stack for one step; what comes of
 * it is kept as struct ospf_route.
 *
 * Next hops are numbered, sets of them too, so that a path names its hops by one number: most
 * vertices of a tree inherit the set of their parent.
 */
#include "routing/ospf_parts.h"

enum {
    OSPF_PATHS_MOST = 8192,
    OSPF_SETS_MOST = 4096,
    OSPF_HOPS_MOST = 1024,
    OSPF_LINKS_MOST = 64 /* interfaces of a node in an area */
};
struct ospf_hop_set { /* ascending; set 0 is empty */
    uint16_t count, hop[OSPF_HOPS_MAX];
};
struct ospf_way {
    uint64_t key;     /* the destination: ospf_network_key(), ospf_router_key() */
    uint32_t path;    /* enum ospf_path */
    uint32_t cost;    /* of all but external paths of type 2: the whole */
    uint32_t cost2;   /* of external paths of type 2 */
    uint32_t area_id; /* of external paths: that of the way to the ASBR */
    uint32_t rank;    /* 16.4.1: the less, the more preferred */
    uint32_t transit; /* found by a network-LSA with this link state id; 0: it was not */
    uint32_t origin;  /* Link State Origin, or Advertising router */
    uint32_t options; /* of a router: its bits V, E and B */
    uint32_t tag;     /* of external paths */
    uint32_t set;
};
struct ospf_table {
    const struct lab *lab;
    struct id ospf;
    sim_time now;
    uint32_t hop_count, set_count, path_count, entry_count;
    uint32_t full; /* something had no room: 16.8 lets hops go, and destinations are missing */
    struct ospf_hop hop[OSPF_HOPS_MOST];
    struct ospf_hop_set set[OSPF_SETS_MOST];
    struct ospf_way path[OSPF_PATHS_MOST];  /* as they are found */
    struct ospf_way entry[OSPF_PATHS_MOST]; /* the best ones, by key: networks, then routers */
    uint64_t order[OSPF_PATHS_MOST], spare[OSPF_PATHS_MOST];
};

/* ospf_table.c */
void ospf_table_begin(struct ospf_table *, const struct lab *, struct id ospf, sim_time now);
static inline uint64_t ospf_network_key(ip4 network, uint32_t prefix) {
    return (uint64_t)network << 6 | prefix;
}
/* 11: a router has an entry for each area. `ordinal`: the area's place among those of the node. */
static inline uint64_t ospf_router_key(uint32_t router_id, uint32_t ordinal) {
    return UINT64_C(1) << 38 | (uint64_t)router_id << 6 | ordinal;
}
static inline bool ospf_key_is_router(uint64_t key) {
    return key >> 38 != 0;
}
static inline ip4 ospf_key_address(uint64_t key) {
    return (ip4)(key >> 6);
}
static inline uint32_t ospf_key_prefix(uint64_t key) {
    return (uint32_t)key & 63;
}
uint32_t ospf_set_of(struct ospf_table *, struct ospf_hop);          /* that hop alone */
uint32_t ospf_set_join(struct ospf_table *, uint32_t a, uint32_t b); /* 16.8 */
void ospf_way_add(struct ospf_table *, const struct ospf_way *);
/* The best of all paths become the entries; with those that are entries already. */
void ospf_table_settle(struct ospf_table *, bool rfc1583);
const struct ospf_way *ospf_entry_find(const struct ospf_table *, uint64_t key); /* NULL: none */
uint32_t ospf_entry_from(const struct ospf_table *, uint64_t key);
/* 11.1: the best match among the networks. */
const struct ospf_way *ospf_entry_match(const struct ospf_table *, ip4 address);
uint32_t ospf_area_ordinal(const struct lab *, struct id ospf, uint32_t area_id);
/* The hops of a set, by interface and address. */
uint32_t ospf_set_hops(const struct ospf_table *, uint32_t set, struct ospf_hop[OSPF_HOPS_MAX]);
/* 16.5, 16.6: the entries as they were last computed, up to this kind of path. */
void ospf_table_load(struct ospf_table *, enum ospf_path most);
void ospf_sort(uint64_t *, uint64_t *spare, size_t count);
bool ospf_mask_prefix(ip4 mask, uint32_t *prefix); /* false: its ones are not contiguous */

/* ospf_spf.c: 16.1. The shortest-path tree of one area. */
enum { OSPF_VERTICES_MOST = 4096 };
enum ospf_vertex_type { OSPF_VERTEX_ROUTER = 1, OSPF_VERTEX_NETWORK = 2 };
struct ospf_vertex {
    uint32_t id, type; /* 16.1: Vertex ID */
    struct id lsa;
    uint32_t distance, set;
    uint32_t reached; /* on the tree */
    uint32_t candidate;
};
struct ospf_link_here { /* an interface of the router itself in the area */
    uint32_t interface, type;
    ip4 address;
    uint32_t prefix;
};
struct ospf_spf {
    struct ospf_table *table;
    struct id area;
    uint32_t area_id, ordinal;
    uint32_t vertex_count, router_count, tree_count, link_count;
    uint32_t root;               /* the number of its vertex */
    uint32_t transit_capability; /* of the area */
    uint32_t heap_count, reserved;
    struct ospf_link_here link[OSPF_LINKS_MOST];
    struct ospf_vertex vertex[OSPF_VERTICES_MOST]; /* routers by id, then networks by id */
    uint32_t tree[OSPF_VERTICES_MOST];             /* in the order in which they were reached */
    struct heap_key heap_key[OSPF_VERTICES_MOST];
    uint32_t heap_place[OSPF_VERTICES_MOST + 1];
};
/* False: the router itself is not in the database. */
bool ospf_spf_tree(struct ospf_spf *, struct ospf_table *, struct id area); /* the first stage */
void ospf_spf_paths(struct ospf_spf *); /* (4) of the first stage, and the second one */
/* A link of a vertex to a transit vertex that links back. */
struct ospf_edge {
    uint32_t from, to; /* vertices */
    uint32_t cost;
    ip4 data; /* Link Data of a router's link: its address there */
};
void ospf_spf_edges(const struct ospf_spf *, uint32_t from,
                    void (*each)(void *user, const struct ospf_edge *), void *user);

/* The number of a vertex; OSPF_VERTICES_MOST: there is none. */
uint32_t ospf_spf_vertex(const struct ospf_spf *, uint32_t type, uint32_t id);
/* ospf_tree.c */
bool ospf_edge_is_on_tree(const struct ospf_spf *, const struct ospf_edge *);
uint32_t ospf_node_with_id(const struct lab *, uint32_t router_id); /* 0: none */

/* ospf_inter_area.c */
void ospf_inter_area_paths(struct ospf_table *, struct id area);   /* 16.2 */
void ospf_transit_area_paths(struct ospf_table *, struct id area); /* 16.3 */
/* ospf_external.c: 16.4 */
void ospf_external_paths(struct ospf_table *);
const struct ospf_way *ospf_asbr_path(const struct ospf_table *, uint32_t router_id);
/* ospf_abr.c: 3.5: it is a range of one of our areas, with networks in it. */
bool ospf_range_is_active(const struct ospf_table *, uint64_t key);
void ospf_abr_check(struct step *, struct id ospf);
/* 12.4.3, after the table was computed. */
void ospf_summaries_update(struct step *, const struct ospf_table *);

/* ospf_origin.c: what is to be advertised by LSAs of type 3 or 5, or of type 4. */
struct ospf_origin {
    uint64_t key; /* ospf_network_key(), or a router id << 6 */
    uint32_t link_state_id, metric;
    uint32_t type2, tag;
    ip4 forwarding;
    uint32_t dropped; /* appendix E has no link state id for it */
};
struct ospf_origins { /* of one type, for one area; on the C stack */
    uint32_t count, type, options;
    struct id area;
    struct ospf_origin list[OSPF_PATHS_MOST];
    uint64_t order[OSPF_PATHS_MOST], spare[OSPF_PATHS_MOST];
};
void ospf_origin_add(struct ospf_origins *, const struct ospf_origin *);
/* Originates what is listed, and withdraws what this router has said of that type beside it. */
void ospf_origins_tell(struct step *, struct id ospf, struct ospf_origins *);

#endif
