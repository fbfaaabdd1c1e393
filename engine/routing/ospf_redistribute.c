#include "routing/ospf_table.h"
/*
 * The AS boundary router: AS-external-LSAs for routes that the node has from elsewhere, RFC 2328
 * 12.4.4. What is redistributed is what the node's table holds: of several routes to a network the
 * one that the node uses. FRR's defaults: metric 20, type 2; a default route is told only by
 * `default-information originate`, with the metric 10, or 1 with `always`.
 *
 * Left out: that of two routers with equal LSAs the one with the lower id withdraws its own, which
 * 12.4.4.1 allows.
 */
#include <string.h>

#include "stack/iface.h"
#include "stack/ip/route.h"

enum { METRIC_DEFAULT = 0xffffffffu, METRIC_ORIGINATE = 10, METRIC_ALWAYS = 1 };

static enum ospf_source source_of(const struct route *r) {
    if (r->prefix == 0) return OSPF_DEFAULT;
    switch ((enum route_origin)r->origin) {
    case ROUTE_CONNECTED: return OSPF_CONNECTED;
    case ROUTE_STATIC:
    case ROUTE_GATEWAY:
    case ROUTE_CONFIGURED: return OSPF_STATIC;
    case ROUTE_RIP: return OSPF_FROM_RIP;
    case ROUTE_REDIRECT:
    case ROUTE_DISCOVERED:
    case ROUTE_OSPF: break;
    }
    return OSPF_SOURCE_NONE;
}

/* The interface that takes part whose network holds the address; NULL: none. */
static const struct ospf_interface *interface_with(const struct lab *lab, const struct ospf *ospf,
                                                   ip4 address) {
    struct id id = ospf->first_interface;
    for (const struct ospf_interface *i; id_is(id); id = i->next) {
        i = ospf_interface_get(lab, id);
        if (id_is(i->area) && i->state != OSPF_INTERFACE_DOWN &&
            ((i->address ^ address) & prefix_mask(i->prefix)) == 0)
            return i;
    }
    return NULL;
}

/* Its own networks are told by router-LSAs already. */
static bool is_inside(const struct lab *lab, const struct ospf *ospf, const struct route *r) {
    const struct ospf_interface *i = interface_with(lab, ospf, r->network);
    return r->origin == ROUTE_CONNECTED && i != NULL && i->prefix == r->prefix;
}

static uint32_t metric_of(const struct ospf *ospf, enum ospf_source source) {
    const struct ospf_redistribution *set = &ospf->set.redistribute[source];
    if (set->metric != METRIC_DEFAULT) return set->metric;
    if (source == OSPF_DEFAULT) return set->always ? METRIC_ALWAYS : METRIC_ORIGINATE;
    return ospf->set.default_metric;
}

/* O17: the forwarding address is the next hop, where the other routers of a link can reach it, too:
 * where the link is a network of OSPF's. */
static void add(const struct lab *lab, const struct ospf *ospf, struct ospf_origins *all,
                enum ospf_source source, const struct route *r) {
    const struct ospf_interface *i = r->via == 0 ? NULL : interface_with(lab, ospf, r->via);
    struct ospf_origin o = {.key = ospf_network_key(r->network, r->prefix),
                            .metric = metric_of(ospf, source),
                            .type2 = ospf->set.redistribute[source].type2,
                            .forwarding = i == NULL ? 0 : r->via,
                            .tag = r->tag};
    if (o.metric < OSPF_LS_INFINITY) ospf_origin_add(all, &o);
}

static void collect(const struct lab *lab, const struct ospf *ospf, struct ospf_origins *all) {
    bool has_default = false;
    uint64_t before = UINT64_MAX;
    struct id id = route_first(lab, ospf->node);
    for (const struct route *r; id_is(id); id = r->next) {
        r = route_get(lab, id);
        uint64_t key = ospf_network_key(r->network, r->prefix);
        if (r->origin == ROUTE_REDIRECT || key == before) continue; /* the first one is used */
        before = key;
        enum ospf_source source = source_of(r);
        if (source == OSPF_DEFAULT && r->origin == ROUTE_OSPF) continue;
        if (source == OSPF_SOURCE_NONE || !ospf->set.redistribute[source].on) continue;
        if (is_inside(lab, ospf, r)) continue;
        has_default |= source == OSPF_DEFAULT;
        add(lab, ospf, all, source, r);
    }
    const struct ospf_redistribution *set = &ospf->set.redistribute[OSPF_DEFAULT];
    if (set->on && set->always && !has_default)
        add(lab, ospf, all, OSPF_DEFAULT, &(struct route){.node = ospf->node});
}

void ospf_redistribution_update(struct step *s, struct id id) {
    const struct ospf *ospf = ospf_get(s->lab, id);
    if (ospf == NULL || !ospf->running) return;
    struct ospf_origins all; /* large: not cleared as a whole */
    all.count = 0;
    all.type = OSPF_EXTERNAL_LSA;
    all.options = OSPF_OPTION_E;
    all.area = (struct id){0, 0};
    ospf_abr_check(s, id);
    if (!ospf->is_asbr && ospf->external_count == 0) return;
    collect(s->lab, ospf, &all);
    ospf_origins_tell(s, id, &all);
}
