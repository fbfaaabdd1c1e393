#include "rip_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "routing/rip.h"

/* ------------------------------------------------------------------------------------ the grid */

enum { SIDE_MOST = 12, GRID_MOST = SIDE_MOST * SIDE_MOST, LINKS_OF_GRID = 2 * GRID_MOST };
static const char *const speaks[] = {"router rip", "network 10.0.0.0/8"};
static struct grid {
    struct scenario scenario;
    struct scenario_node nodes[GRID_MOST];
    struct scenario_interface interfaces[GRID_MOST][4];
    struct scenario_link links[LINKS_OF_GRID];
    char names[GRID_MOST][16];
    uint32_t ends[LINKS_OF_GRID][2]; /* routers, from 0 */
} grid;
static const char *const ports[] = {"eth0", "eth1", "eth2", "eth3"};

ip4 rip_grid_network(uint32_t link) {
    return 0x0a010000u | link << 8;
}

uint32_t rip_grid_links(uint32_t side) {
    return 2 * side * (side - 1);
}

static const char *plug_in(uint32_t router, uint32_t link, uint32_t end) {
    struct scenario_node *n = &grid.nodes[router];
    struct scenario_interface *i = &grid.interfaces[router][n->interface_count];
    *i = (struct scenario_interface){.name = ports[n->interface_count],
                                     .address = rip_grid_network(link) | (end + 1),
                                     .prefix = 24};
    n->interface_count++;
    return i->name;
}

static void join(uint32_t link, uint32_t a, uint32_t b) {
    grid.ends[link][0] = a;
    grid.ends[link][1] = b;
    struct scenario_link *l = &grid.links[link];
    *l = (struct scenario_link){.node = {grid.names[a], grid.names[b]},
                                .delay_ns = {1000000, 1000000}};
    l->interface[0] = plug_in(a, link, 0);
    l->interface[1] = plug_in(b, link, 1);
}

static void lay_out(uint32_t side) {
    memset(&grid, 0, sizeof grid);
    for (uint32_t r = 0; r < side * side; r++) {
        snprintf(grid.names[r], sizeof grid.names[r], "r%u", r + 1);
        grid.nodes[r] = (struct scenario_node){.name = grid.names[r],
                                               .kind = NODE_ROUTER,
                                               .x = -1,
                                               .y = -1,
                                               .interfaces = grid.interfaces[r],
                                               .config = speaks,
                                               .config_count = 2};
    }
    uint32_t link = 0;
    for (uint32_t r = 0; r < side * side; r++) {
        if (r % side + 1 < side) join(link++, r, r + 1);
        if (r + side < side * side) join(link++, r, r + side);
    }
}

struct lab *rip_grid(uint32_t side, uint64_t seed) {
    struct complaint why;
    lay_out(side);
    grid.scenario = (struct scenario){.seed = seed,
                                      .nodes = grid.nodes,
                                      .node_count = side * side,
                                      .links = grid.links,
                                      .link_count = rip_grid_links(side)};
    grid.scenario.limits.events = 65536;
    size_t size = lab_size(&grid.scenario);
    struct lab *lab = malloc(size);
    if (lab == NULL || !lab_create(lab, size, &grid.scenario, &why)) {
        fprintf(stderr, "%s: %s\n", why.place, why.problem);
        abort();
    }
    return lab;
}

static uint32_t apart(uint32_t side, uint32_t a, uint32_t b) {
    uint32_t dx = a % side > b % side ? a % side - b % side : b % side - a % side;
    uint32_t dy = a / side > b / side ? a / side - b / side : b / side - a / side;
    return dx + dy;
}

uint32_t rip_grid_metric(uint32_t side, uint32_t router, uint32_t link) {
    uint32_t a = apart(side, router - 1, grid.ends[link][0]);
    uint32_t b = apart(side, router - 1, grid.ends[link][1]);
    uint32_t metric = 1 + (a < b ? a : b);
    return metric < RIP_INFINITY ? metric : 0;
}

/* ---------------------------------------------------------------------------------- the tables */

static const struct rip_route *find(const struct lab *lab, const char *node, ip4 network,
                                    uint32_t prefix) {
    const struct rip *rip = rip_of(lab, lab_node_named(lab, node));
    const struct rip_route *r;
    for (struct id id = rip->first_route; (r = rip_route_get(lab, id)) != NULL; id = r->next)
        if (r->network == network && r->prefix == prefix) return r;
    return NULL;
}

uint32_t rip_metric(const struct lab *lab, const char *node, const char *network) {
    ip4 address;
    uint32_t prefix;
    assert_true(parse_cidr(network, &address, &prefix));
    const struct rip_route *r = find(lab, node, address, prefix);
    return r == NULL ? 0 : r->metric;
}

static void add_row(struct text *t, const struct rip_route *r) {
    text_ip4(t, r->network);
    text_char(t, '/');
    text_u64(t, r->prefix);
    text_char(t, ' ');
    text_u64(t, r->metric);
    text_char(t, ' ');
    if (r->source != RIP_LEARNT)
        text_add(t, "self");
    else
        text_ip4(t, r->from);
    if (r->source == RIP_LEARNT && r->via != r->from) {
        text_add(t, " via ");
        text_ip4(t, r->via);
    }
    if (r->tag != 0) {
        text_add(t, " tag ");
        text_u64(t, r->tag);
    }
    text_char(t, '\n');
}

char *rip_table(const struct lab *lab, const char *node) {
    enum { ROOM = 65536 };
    char *out = malloc(ROOM);
    struct text t = text_of(out, ROOM);
    const struct rip *rip = rip_of(lab, lab_node_named(lab, node));
    const struct rip_route *r, *best;
    uint64_t last = 0, key, least;
    do {
        best = NULL;
        least = UINT64_MAX;
        for (struct id id = rip->first_route; (r = rip_route_get(lab, id)) != NULL; id = r->next) {
            key = (uint64_t)r->network << 8 | (r->prefix + 1);
            if (key <= last || key >= least) continue;
            least = key;
            best = r;
        }
        if (best != NULL) add_row(&t, best);
        last = least;
    } while (best != NULL);
    return out;
}

void expect_rip(const struct lab *lab, const char *node, const char *expected) {
    char *table = rip_table(lab, node);
    assert_string_equal(table, expected);
    free(table);
}

uint32_t rip_count(const struct lab *lab) {
    uint32_t count = 0;
    struct id id = object_next(lab, POOL_RIP_ROUTE, (struct id){0, 0});
    for (; id_is(id); id = object_next(lab, POOL_RIP_ROUTE, id))
        count += rip_route_get(lab, id)->state == RIP_VALID;
    return count;
}
