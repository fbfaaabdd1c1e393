#include "ospf_world.h"
/* The networks and their scenarios; the routes are in ospf_world_routes.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ the drawing */

static uint32_t draw(struct prng *prng, uint32_t count) {
    return (uint32_t)prng_below(prng, count);
}

static void join(struct world *w, struct prng *prng, struct world_net *net, uint32_t router) {
    static const uint32_t costs[] = {1, 2, 5, 10, 10};
    uint32_t at = net->count++;
    net->router[at] = router;
    net->cost[at] = costs[draw(prng, sizeof costs / sizeof *costs)];
    net->port[at] = w->ports[router]++;
    w->in_area[router][net->area] = true;
}

static struct world_net *open_net(struct world *w, uint32_t area) {
    struct world_net *net = &w->net[w->nets++];
    *net = (struct world_net){.area = area, .up = true};
    return net;
}

static bool has(const struct world_net *net, uint32_t router) {
    for (uint32_t i = 0; i < net->count; i++)
        if (net->router[i] == router) return true;
    return false;
}

/* Connects these routers: each to one that is connected already, by a cable or on a LAN with a few
 * more; then some further cables, also parallel ones. */
static void connect_area(struct world *w, struct prng *prng, uint32_t area, const uint32_t *who,
                         uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct world_net *net = open_net(w, area);
        join(w, prng, net, who[draw(prng, i)]);
        join(w, prng, net, who[i]);
        uint32_t more = draw(prng, 3) == 0 ? draw(prng, 3) : 0;
        for (uint32_t k = 0; k < more; k++) {
            uint32_t other = who[draw(prng, count)];
            if (!has(net, other)) join(w, prng, net, other);
        }
        net->point_to_point = net->count == 2 && draw(prng, 2) == 0;
    }
    for (uint32_t extra = draw(prng, count + 1); extra > 0 && count > 1; extra--) {
        uint32_t a = who[draw(prng, count)], b = who[draw(prng, count)];
        if (a == b || w->ports[a] + 2 > WORLD_PORTS || w->ports[b] + 2 > WORLD_PORTS) continue;
        struct world_net *net = open_net(w, area);
        join(w, prng, net, a);
        join(w, prng, net, b);
        net->point_to_point = draw(prng, 2) == 0;
    }
}

/* An area beside the backbone: routers of its own, and one or two of the backbone's. */
static void add_area(struct world *w, struct prng *prng, uint32_t area, uint32_t backbone,
                     uint32_t first, uint32_t count) {
    uint32_t who[WORLD_ROUTERS], n = 0;
    uint32_t border = draw(prng, backbone);
    who[n++] = border;
    if (backbone > 1 && draw(prng, 2) == 0) who[n++] = (border + 1) % backbone;
    for (uint32_t i = 0; i < count; i++) who[n++] = first + i;
    connect_area(w, prng, area, who, n);
    w->stub[area] = (enum world_stub)draw(prng, 3);
}

static bool may_be_asbr(const struct world *w, uint32_t router) {
    if (w->ports[router] == WORLD_PORTS) return false;
    for (uint32_t area = 0; area < w->areas; area++)
        if (w->in_area[router][area] && w->stub[area] == WORLD_NORMAL) return true;
    return false;
}

static void add_externals(struct world *w, struct prng *prng) {
    for (uint32_t tries = draw(prng, 2 * WORLD_EXTERNALS); tries > 0; tries--) {
        uint32_t router = draw(prng, w->routers);
        bool taken = false;
        for (uint32_t i = 0; i < w->externals; i++) taken |= w->external[i].router == router;
        if (taken || w->externals == WORLD_EXTERNALS || !may_be_asbr(w, router)) continue;
        w->external[w->externals++] =
            (struct world_external){router, 1 + draw(prng, 100), draw(prng, 2)};
        w->ports[router] += 1;
    }
}

void world_random(struct world *w, uint64_t seed) {
    struct prng prng = prng_seeded(seed, "ospf world", 0);
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->routers = 4 + draw(&prng, 9);
    w->areas = w->routers < 6 ? 1 : 1 + draw(&prng, WORLD_AREAS);
    uint32_t who[WORLD_ROUTERS], outside = w->areas - 1;
    uint32_t each = outside == 0 ? 0 : 1 + draw(&prng, (w->routers - 3) / outside);
    if (each * outside > w->routers - 2) each = (w->routers - 2) / outside;
    uint32_t backbone = w->routers - each * outside;
    for (uint32_t i = 0; i < backbone; i++) who[i] = i;
    connect_area(w, &prng, 0, who, backbone);
    for (uint32_t area = 1; area < w->areas; area++)
        add_area(w, &prng, area, backbone, backbone + (area - 1) * each, each);
    add_externals(w, &prng);
    world_distances(w);
}

void world_grid(struct world *w, uint64_t seed, uint32_t side) {
    struct prng prng = prng_seeded(seed, "ospf grid", 0);
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->routers = side * side;
    w->areas = 1;
    for (uint32_t at = 0; at < w->routers; at++) {
        for (uint32_t way = 0; way < 2; way++) {
            uint32_t other = way == 0 ? at + 1 : at + side;
            if (way == 0 ? at % side == side - 1 : other >= w->routers) continue;
            struct world_net *net = open_net(w, 0);
            net->point_to_point = true;
            join(w, &prng, net, at);
            join(w, &prng, net, other);
        }
    }
    world_distances(w);
}

/* ----------------------------------------------------------------------------- the scenario */

static uint32_t network_of(uint32_t net) {
    return 10u << 24 | (net + 1) << 8;
}

/* Everything that the scenario points to. */
static struct {
    struct scenario scenario;
    struct scenario_node node[WORLD_ROUTERS + WORLD_NETS + WORLD_EXTERNALS];
    struct scenario_interface router_port[WORLD_ROUTERS][WORLD_PORTS];
    struct scenario_interface switch_port[WORLD_NETS][WORLD_MEMBERS];
    struct scenario_interface host_port[WORLD_EXTERNALS];
    struct scenario_link link[WORLD_NETS * WORLD_MEMBERS];
    char name[WORLD_ROUTERS + WORLD_NETS + WORLD_EXTERNALS][8];
    char lines[WORLD_ROUTERS][WORLD_LINES][64];
    const char *config[WORLD_ROUTERS][WORLD_LINES];
} all;
static const char *const ports[WORLD_PORTS] = {"eth0", "eth1", "eth2", "eth3", "eth4",  "eth5",
                                               "eth6", "eth7", "eth8", "eth9", "eth10", "eth11"};

__attribute__((format(printf, 2, 3))) static void line(uint32_t router, const char *format, ...) {
    struct scenario_node *node = &all.node[router];
    assert_true(node->config_count < WORLD_LINES);
    char *at = all.lines[router][node->config_count];
    va_list args;
    va_start(args, format);
    vsnprintf(at, sizeof all.lines[0][0], format, args);
    va_end(args);
    all.config[router][node->config_count++] = at;
}

static void write_config(const struct world *w, uint32_t r) {
    for (uint32_t n = 0; n < w->nets; n++) {
        const struct world_net *net = &w->net[n];
        for (uint32_t i = 0; i < net->count; i++) {
            if (net->router[i] != r) continue;
            line(r, "interface %s", ports[net->port[i]]);
            line(r, " ip ospf cost %u", net->cost[i]);
            if (net->point_to_point) line(r, " ip ospf network point-to-point");
            line(r, " ip ospf area %u", net->area);
        }
    }
    line(r, "router ospf");
    line(r, " ospf router-id 9.0.0.%u", r + 1);
    for (uint32_t area = 1; area < w->areas; area++) {
        if (!w->in_area[r][area] || w->stub[area] == WORLD_NORMAL) continue;
        line(r, " area %u stub%s", area,
             w->stub[area] == WORLD_TOTALLY_STUBBY ? " no-summary" : "");
    }
    for (uint32_t e = 0; e < w->externals; e++)
        if (w->external[e].router == r)
            line(r, " redistribute connected metric %u metric-type %u", w->external[e].metric,
                 1 + w->external[e].type2);
}

static struct scenario_node *add_node(enum node_kind kind, char letter, uint32_t number) {
    size_t at = all.scenario.node_count++;
    snprintf(all.name[at], sizeof all.name[at], "%c%u", letter, number);
    all.node[at] = (struct scenario_node){.name = all.name[at], .kind = kind, .x = -1, .y = -1};
    return &all.node[at];
}

static void add_link(const char *a, const char *port_a, const char *b, const char *port_b) {
    all.link[all.scenario.link_count++] = (struct scenario_link){
        .node = {a, b}, .interface = {port_a, port_b}, .delay_ns = {1000000, 1000000}};
}

static void give_port(uint32_t router, uint32_t port, uint32_t address) {
    all.router_port[router][port] =
        (struct scenario_interface){.name = ports[port], .address = address, .prefix = 24};
}

static void add_net(const struct world *w, uint32_t n) {
    const struct world_net *net = &w->net[n];
    struct scenario_node *hub = NULL;
    if (net->count > 2) {
        hub = add_node(NODE_SWITCH, 's', n);
        hub->interfaces = all.switch_port[n];
        hub->interface_count = net->count;
    }
    for (uint32_t i = 0; i < net->count; i++) {
        uint32_t r = net->router[i];
        give_port(r, net->port[i], network_of(n) | (r + 1));
        if (hub == NULL) continue;
        all.switch_port[n][i] = (struct scenario_interface){.name = ports[i]};
        add_link(all.name[r], ports[net->port[i]], hub->name, ports[i]);
    }
    if (hub == NULL)
        add_link(all.name[net->router[0]], ports[net->port[0]], all.name[net->router[1]],
                 ports[net->port[1]]);
}

static void add_outside(const struct world *w, uint32_t e) {
    uint32_t r = w->external[e].router, port = w->ports[r] - 1;
    struct scenario_node *host = add_node(NODE_HOST, 'x', e);
    all.host_port[e] = (struct scenario_interface){
        .name = "eth0", .address = 0xac100002u + (e << 8), .prefix = 24};
    host->interfaces = &all.host_port[e];
    host->interface_count = 1;
    give_port(r, port, 0xac100001u + (e << 8));
    add_link(all.name[r], ports[port], host->name, "eth0");
}

const struct scenario *world_scenario(const struct world *w) {
    memset(&all, 0, sizeof all);
    for (uint32_t r = 0; r < w->routers; r++) {
        struct scenario_node *node = add_node(NODE_ROUTER, 'r', r + 1);
        node->interfaces = all.router_port[r];
        node->interface_count = w->ports[r];
        node->config = all.config[r];
        write_config(w, r);
    }
    for (uint32_t n = 0; n < w->nets; n++) add_net(w, n);
    for (uint32_t e = 0; e < w->externals; e++) add_outside(w, e);
    uint32_t routes = w->routers * (2 * w->nets + 2 * w->externals + 40);
    all.scenario.seed = w->seed;
    all.scenario.limits.routes = routes > 1024 ? routes : 0;
    all.scenario.limits.neighbours = 4096;
    all.scenario.nodes = all.node;
    all.scenario.links = all.link;
    return &all.scenario;
}

/* ------------------------------------------------------------------------------- as a file */

static void write_node(FILE *out, const struct scenario_node *node, bool last) {
    static const char *const kinds[] = {
        [NODE_HOST] = "host", [NODE_ROUTER] = "router", [NODE_SWITCH] = "switch"};
    fprintf(out, "{\"name\": \"%s\", \"kind\": \"%s\", \"interfaces\": [", node->name,
            kinds[node->kind]);
    for (size_t i = 0; i < node->interface_count; i++) {
        const struct scenario_interface *port = &node->interfaces[i];
        uint32_t a = port->address;
        fprintf(out, "%s{\"name\": \"%s\"", i == 0 ? "" : ", ", port->name);
        if (a != 0)
            fprintf(out, ", \"address\": \"%u.%u.%u.%u/%u\"", a >> 24, a >> 16 & 255, a >> 8 & 255,
                    a & 255, port->prefix);
        fprintf(out, "}");
    }
    fprintf(out, "]");
    for (size_t i = 0; i < node->config_count; i++)
        fprintf(out, "%s\"%s\"", i == 0 ? ",\n   \"config\": [" : ", ", node->config[i]);
    fprintf(out, "%s}%s\n", node->config_count > 0 ? "]" : "", last ? "" : ",");
}

char *world_json(const struct world *w) {
    const struct scenario *s = world_scenario(w);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "{\"netstep\": 1, \"seed\": %u, \"nodes\": [\n", (unsigned)w->seed);
    for (size_t i = 0; i < s->node_count; i++)
        write_node(out, &s->nodes[i], i + 1 == s->node_count);
    fprintf(out, "], \"links\": [\n");
    for (size_t i = 0; i < s->link_count; i++) {
        const struct scenario_link *link = &s->links[i];
        fprintf(out, "{\"between\": [\"%s:%s\", \"%s:%s\"], \"delay\": \"1ms\"}%s\n", link->node[0],
                link->interface[0], link->node[1], link->interface[1],
                i + 1 == s->link_count ? "" : ",");
    }
    fprintf(out, "]}\n");
    fclose(out);
    return text;
}
