#include "engine.h"
/*
 * What may be drawn over a network: the kinds of it as data, and who draws each. The pictures
 * themselves are made where the knowledge is: by the routing tables, by a routing daemon.
 */
#include <assert.h>

#include "routing/routing.h"
#include "sim/trace.h"
#include "stack/ip/next_hops.h"

#define BIT(table) ((uint64_t)1 << (table))
/* Cables show in the rows of the interfaces at their ends. */
static const struct overlay_shape shapes[OVERLAY_COUNT] = {
    [OVERLAY_NEXT_HOPS] = {.name = "next_hops",
                           .to_address = true,
                           .tables = BIT(TABLE_ROUTES) | BIT(TABLE_INTERFACES)},
    [OVERLAY_TREE] = {.name = "tree",
                      .of_node = true,
                      .tables = BIT(TABLE_OSPF_LSDB) | BIT(TABLE_OSPF_ROUTES) | BIT(TABLE_ROUTES)},
    [OVERLAY_MAP] = {
        .name = "map", .of_node = true, .own_vertices = true, .tables = BIT(TABLE_OSPF_LSDB)}};

const struct overlay_shape *engine_overlay(uint32_t overlay) {
    return overlay < OVERLAY_COUNT ? &shapes[overlay] : NULL;
}

const char *engine_overlay_role_name(uint32_t role) {
    static const char *const names[OVERLAY_ROLE_COUNT] = {
        [OVERLAY_PLAIN] = "plain",       [OVERLAY_ON_TREE] = "tree",  [OVERLAY_LOOP] = "loop",
        [OVERLAY_DEAD_END] = "dead_end", [OVERLAY_DOOMED] = "doomed", [OVERLAY_HERE] = "here"};
    return role < OVERLAY_ROLE_COUNT ? names[role] : NULL;
}

static bool node_has(const struct lab *lab, enum overlay overlay, uint32_t node) {
    enum node_kind kind = lab_node(lab, node).kind;
    switch (overlay) {
    case OVERLAY_NEXT_HOPS: return kind == NODE_HOST || kind == NODE_ROUTER;
    case OVERLAY_TREE:
    case OVERLAY_MAP: return ospf_tree_has(lab, node);
    case OVERLAY_COUNT: break;
    }
    return false;
}

bool lab_overlay_has(const struct lab *lab, enum overlay overlay, uint32_t node) {
    if (node != 0) return node_has(lab, overlay, node);
    for (uint32_t n = 1; n <= lab_node_count(lab); n++)
        if (node_has(lab, overlay, n)) return true;
    return false;
}

/* A daemon knows interfaces and addresses; which cables lie between is the lab's knowledge. */
struct along {
    const struct lab *lab;
    const struct overlay_sink *sink;
};

static void follow(void *user, const struct overlay_arrow *told) {
    const struct along *along = user;
    struct overlay_arrow a = *told;
    if (a.interface != 0 && a.via != 0)
        overlay_follow(along->lab, interface_global(along->lab, a.from, a.interface), a.via, &a);
    along->sink->arrow(along->sink->user, &a);
}

static void visit_tree(const struct lab *lab, uint32_t node, const struct overlay_sink *sink) {
    struct along along = {lab, sink};
    struct overlay_sink cables = {.arrow = follow, .user = &along};
    ospf_tree_visit(lab, node, &cables);
}

void lab_overlay(const struct lab *lab, enum overlay overlay, uint32_t node, ip4 to,
                 const struct overlay_sink *sink) {
    if (!lab_overlay_has(lab, overlay, node)) return;
    switch (overlay) {
    case OVERLAY_NEXT_HOPS: next_hops_visit(lab, to, sink); return;
    case OVERLAY_TREE: visit_tree(lab, node, sink); return;
    case OVERLAY_MAP: ospf_map_visit(lab, node, sink); return;
    case OVERLAY_COUNT: break;
    }
}
