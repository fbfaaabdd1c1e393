#ifndef NETSTEP_TESTS_OSPF_WORLD_H
#define NETSTEP_TESTS_OSPF_WORLD_H
/*
 * Networks of OSPF routers, drawn from a seed, and what their routing tables have to be: computed
 * from the links alone by Floyd and Warshall's algorithm in each area and by the rules of RFC 2328
 * 3 and 16 between them. Nothing here knows of link state advertisements.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/prng.h"
#include "engine.h"

enum {
    WORLD_ROUTERS = 100,
    WORLD_NETS = 200,
    WORLD_MEMBERS = 6,
    WORLD_AREAS = 3,
    WORLD_PORTS = 12,
    WORLD_EXTERNALS = 3,
    WORLD_HOPS = 16,
    WORLD_LINES = 64
};
enum world_stub { WORLD_NORMAL, WORLD_STUB, WORLD_TOTALLY_STUBBY };
struct world_net { /* of an area: a LAN of several routers, or a cable between two */
    uint32_t area, count;
    bool point_to_point, up;
    uint32_t router[WORLD_MEMBERS], cost[WORLD_MEMBERS], port[WORLD_MEMBERS];
};
struct world_external { /* a network of its own that a router redistributes */
    uint32_t router, metric, type2;
};
struct world {
    uint64_t seed;
    uint32_t routers, nets, areas, externals;
    uint32_t ports[WORLD_ROUTERS]; /* in use */
    bool in_area[WORLD_ROUTERS][WORLD_AREAS];
    enum world_stub stub[WORLD_AREAS];
    struct world_net net[WORLD_NETS];
    struct world_external external[WORLD_EXTERNALS];
    uint32_t distance[WORLD_AREAS][WORLD_ROUTERS][WORLD_ROUTERS];
};
void world_random(struct world *, uint64_t seed);              /* 4 to 12 routers */
void world_grid(struct world *, uint64_t seed, uint32_t side); /* cables, costs at random */
void world_distances(struct world *);                          /* after any change of `up` */

/* The scenario, which lives until the next one is made. */
const struct scenario *world_scenario(const struct world *);
char *world_json(const struct world *); /* the same as a file's text; the caller frees */

struct world_hop {
    uint32_t port, via; /* the router's port, from 0; an address */
};
struct world_route {
    uint32_t network, prefix, cost, kind; /* as in the node's table: enum route_kind */
    uint32_t hops;
    struct world_hop hop[WORLD_HOPS];
};
/* What OSPF has to write into the router's node's table; how many. */
size_t world_routes(const struct world *, uint32_t router, struct world_route *, size_t room);
/* Fails unless every node's table holds these routes of OSPF and no other. */
void world_expect_routes(const struct world *, const struct lab *);
/* Fails unless all routers of an area that reach each other hold the same advertisements, instance
 * by instance. */
void world_expect_databases(const struct world *, const struct lab *);

#endif
