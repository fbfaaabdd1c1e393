#include "routing/ospf_table.h"
/*
 * The shortest-path tree of a router as arrows between the lab's nodes: what ospf_spf.c makes of
 * its database at this moment. A transit network is drawn as what it is for: from the parent router
 * straight to the routers behind it. Where paths are of equal cost, the tree is none (footnote 22):
 * each of them is drawn.
 */
#include <string.h>

#include "routing/routing.h"
#include "stack/iface.h"

/* The lab's node whose OSPF router has this id; 0: none. */
uint32_t ospf_node_with_id(const struct lab *lab, uint32_t router_id) {
    for (uint32_t node = 1; node <= lab_node_count(lab); node++) {
        const struct ospf *ospf = ospf_get(lab, ospf_of(lab, node));
        if (ospf != NULL && ospf->running && ospf->router_id == router_id) return node;
    }
    return 0;
}

bool ospf_tree_has(const struct lab *lab, uint32_t node) {
    const struct ospf *ospf = ospf_get(lab, ospf_of(lab, node));
    return ospf != NULL && ospf->running && id_is(ospf->first_area);
}

struct drawing {
    const struct lab *lab;
    const struct ospf_spf *spf;
    const struct overlay_sink *sink;
    struct ospf_edge edge; /* from a router, to a router or to a network between */
};

bool ospf_edge_is_on_tree(const struct ospf_spf *spf, const struct ospf_edge *e) {
    const struct ospf_vertex *v = &spf->vertex[e->from], *w = &spf->vertex[e->to];
    return v->reached && w->reached && e->to != spf->root && v->distance + e->cost == w->distance;
}

static void draw(const struct drawing *d, const struct ospf_vertex *child, ip4 via) {
    const struct ospf_vertex *parent = &d->spf->vertex[d->edge.from];
    uint32_t node = ospf_node_with_id(d->lab, parent->id);
    uint32_t interface = node == 0 ? 0 : iface_with_address(d->lab, node, d->edge.data);
    struct overlay_arrow arrow = {.from = node,
                                  .to = ospf_node_with_id(d->lab, child->id),
                                  .interface =
                                      interface == 0 ? 0 : iface_get(d->lab, interface)->number,
                                  .via = via,
                                  .cost = child->distance,
                                  .role = OVERLAY_ON_TREE,
                                  .say = "overlay.tree.edge"};
    if (node != 0) d->sink->arrow(d->sink->user, &arrow);
}

/* The child's links: the one that leads back tells its address. Of several cables between two
 * routers it is the one whose ends are in one network. */
struct back {
    const struct drawing *drawing;
    uint32_t to; /* the vertex that it leads back to */
    ip4 via;
};

static void look_back(void *user, const struct ospf_edge *e) {
    struct back *back = user;
    const struct ospf_spf *spf = back->drawing->spf;
    if (e->to != back->to) return;
    if (spf->vertex[e->to].type == OSPF_VERTEX_ROUTER) {
        const struct lab *lab = back->drawing->lab;
        uint32_t node = ospf_node_with_id(lab, spf->vertex[e->to].id);
        uint32_t interface =
            node == 0 ? 0 : iface_with_address(lab, node, back->drawing->edge.data);
        if (interface != 0) {
            const struct interface *i = iface_get(lab, interface);
            if (((i->address ^ e->data) & prefix_mask(i->prefix)) != 0) return;
        }
    }
    back->via = e->data;
}

static void draw_to(const struct drawing *d, uint32_t child, uint32_t back_to) {
    struct back back = {d, back_to, 0};
    ospf_spf_edges(d->spf, child, look_back, &back);
    draw(d, &d->spf->vertex[child], back.via);
}

/* A router of a network that a router was reached by. */
static void through(void *user, const struct ospf_edge *e) {
    const struct drawing *d = user;
    if (e->to != d->edge.from && ospf_edge_is_on_tree(d->spf, e)) draw_to(d, e->to, e->from);
}

static void from_router(void *user, const struct ospf_edge *e) {
    struct drawing *d = user;
    if (!ospf_edge_is_on_tree(d->spf, e)) return;
    d->edge = *e;
    if (d->spf->vertex[e->to].type == OSPF_VERTEX_ROUTER)
        draw_to(d, e->to, e->from);
    else
        ospf_spf_edges(d->spf, e->to, through, d);
}

void ospf_tree_visit(const struct lab *lab, uint32_t node, const struct overlay_sink *sink) {
    struct ospf_table table;
    struct ospf_spf spf;
    struct id ospf = ospf_of(lab, node);
    struct id id = ospf_get(lab, ospf)->first_area;
    for (; id_is(id); id = ospf_area_get(lab, id)->next) {
        struct drawing d = {.lab = lab, .spf = &spf, .sink = sink};
        ospf_table_begin(&table, lab, ospf, lab_now(lab));
        if (!ospf_spf_tree(&spf, &table, id)) continue;
        for (uint32_t i = 0; i < spf.tree_count; i++)
            if (spf.vertex[spf.tree[i]].type == OSPF_VERTEX_ROUTER)
                ospf_spf_edges(&spf, spf.tree[i], from_router, &d);
    }
}
