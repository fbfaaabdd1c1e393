#include "routing/rip.h"
/*
 * RIP for those who look on: the table with its rows, the figure of a route's life (RFC 2453 3.8),
 * and what is watched of it.
 */

static const struct graph_state states[RIP_STATE_COUNT] = {
    [RIP_NONE] = {"UNKNOWN", 500, 100},
    [RIP_VALID] = {"VALID", 220, 480},
    [RIP_GARBAGE] = {"GARBAGE", 780, 480},
};
#define OF(from, to) RIP_##from, RIP_##to
static const struct graph_edge edges[] = {
    {OF(NONE, VALID), "rcv entry, metric below infinity", "RFC 2453 3.9.2", 0},
    {OF(VALID, GARBAGE), "timeout, or rcv metric 16 / metric := 16", "RFC 2453 3.8", -60},
    {OF(GARBAGE, VALID), "rcv entry, metric below infinity", "RFC 2453 3.9.2", -60},
    {OF(GARBAGE, NONE), "garbage-collection time over", "RFC 2453 3.8", 0},
};
const struct state_graph rip_graph = {
    "rip", "graph.rip", "RFC 2453", states, edges, RIP_STATE_COUNT, sizeof edges / sizeof edges[0]};

static void text_prefix(struct text *t, const struct rip_route *r) {
    text_ip4(t, r->network);
    text_char(t, '/');
    text_u64(t, r->prefix);
}

static void text_via(struct text *t, const struct rip_route *r) {
    if (r->via != 0) text_ip4(t, r->via);
}

static void text_from(struct text *t, const struct rip_route *r) {
    static const char *const own[] = {[RIP_INTERFACE] = "interface",
                                      [RIP_STATIC] = "static",
                                      [RIP_DEFAULT] = "default",
                                      [RIP_REDISTRIBUTED] = "redistributed"};
    if (r->source == RIP_LEARNT)
        text_ip4(t, r->from);
    else
        text_add(t, own[r->source]);
}

/* ["10.0.2.0/24","10.0.1.2","2","10.0.1.2","0","VALID","180.000"] */
static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct rip_route *r = rip_route_get(lab, id);
    if (r->state == RIP_NONE) return false;
    text_add(t, "[\"");
    text_prefix(t, r);
    text_add(t, "\",\"");
    text_via(t, r);
    text_add(t, "\",\"");
    text_u64(t, r->metric);
    text_add(t, "\",\"");
    text_from(t, r);
    text_add(t, "\",\"");
    text_u64(t, r->tag);
    text_add(t, "\",\"");
    text_add(t, states[r->state].name);
    text_add(t, "\",\"");
    if (r->until != 0) text_seconds(t, r->until, 3);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return rip_route_get(lab, id)->node;
}

static uint32_t state(const struct lab *lab, struct id id) {
    return rip_route_get(lab, id)->state;
}

static void label(const struct lab *lab, struct id id, struct text *t) {
    text_prefix(t, rip_route_get(lab, id));
}

#define WATCH(name, member, format)                                                                \
    { name, offsetof(struct rip_route, member), sizeof(((struct rip_route *)0)->member), format, 0 }
static const struct watch watches[] = {WATCH("metric", metric, WATCH_NUMBER),
                                       WATCH("next hop", via, WATCH_IP4),
                                       WATCH("route change flag", changed, WATCH_NUMBER)};

const struct object_kind rip_route_kind = {
    .size = sizeof(struct rip_route),
    .table = TABLE_RIP,
    .watches = watches,
    .watch_count = sizeof watches / sizeof watches[0],
    .machine = MACHINE_RIP,
    .row = row,
    .row_node = row_node,
    .state = state,
    .label = label,
};
const struct object_kind rip_kind = {.size = sizeof(struct rip), .table = NO_TABLE};
const struct object_kind rip_line_kind = {.size = sizeof(struct rip_line), .table = NO_TABLE};
const struct object_kind rip_interface_kind = {.size = sizeof(struct rip_interface),
                                               .table = NO_TABLE};
const struct object_kind rip_peer_kind = {.size = sizeof(struct rip_peer), .table = NO_TABLE};
