#include "routing/ospf_table.h"
/*
 * The area border router: whether this router is one (RFC 2328 3.3), and what it tells each of its
 * areas of the others by summary-LSAs (12.4.3, stub areas 12.4.3.1, address ranges 3.5).
 *
 * Differs: by RFC 2328 a router with interfaces in several areas is a border router. FRR takes it
 * for one only if one of the areas is the backbone (`ospf abr-type cisco`, RFC 3509), and so do we
 * unless told `ospf abr-type standard`.
 */
#include <string.h>

#include "stack/iface.h"

enum { BACKBONE = 0 };

static bool is_active(const struct lab *lab, const struct ospf *ospf, struct id area) {
    struct id id = ospf->first_interface;
    for (const struct ospf_interface *i; id_is(id); id = i->next) {
        i = ospf_interface_get(lab, id);
        if (id_same(i->area, area) && i->state != OSPF_INTERFACE_DOWN) return true;
    }
    return false;
}

/* O36 */
static bool is_border(const struct lab *lab, const struct ospf *ospf) {
    uint32_t active = 0;
    bool backbone = false;
    struct id id = ospf->first_area;
    for (const struct ospf_area *a; id_is(id); id = a->next) {
        a = ospf_area_get(lab, id);
        if (!is_active(lab, ospf, id)) continue;
        active += 1;
        backbone |= a->area_id == BACKBONE;
    }
    return active > 1 && (backbone || ospf->set.abr_type != 0);
}

void ospf_abr_check(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    bool border = is_border(s->lab, o), boundary = false;
    for (uint32_t i = 0; i < OSPF_ORIGINS; i++) boundary |= o->set.redistribute[i].on != 0;
    if (border == (o->is_abr != 0) && boundary == (o->is_asbr != 0)) return;
    struct ospf *edit = ospf_edit(s, ospf);
    edit->is_abr = border;
    edit->is_asbr = boundary;
    /* 12.4: the bits B and E of its router-LSAs. */
    for (struct id id = o->first_area; id_is(id); id = ospf_area_get(s->lab, id)->next)
        ospf_originate_router(s, id);
}

/* ---------------------------------------------------------------------- address ranges, 3.5 */

static bool holds(const struct ospf_range *range, uint64_t key) {
    return range->used && ospf_key_prefix(key) >= range->prefix &&
           (ospf_key_address(key) & prefix_mask(range->prefix)) == range->network;
}

/* The narrowest range of the area that holds the network; NULL: none. */
static const struct ospf_range *range_of(const struct ospf_area *area, uint64_t key) {
    const struct ospf_range *best = NULL;
    for (uint32_t i = 0; i < OSPF_RANGES_MAX; i++) {
        const struct ospf_range *range = &area->set_range[i];
        if (holds(range, key) && (best == NULL || range->prefix > best->prefix)) best = range;
    }
    return best;
}

/* Networks of the area within the range that are reached by intra-area paths: how many, and the
 * largest cost. */
static uint32_t components(const struct ospf_table *t, const struct ospf_area *area,
                           const struct ospf_range *range, uint32_t *most) {
    uint32_t count = 0;
    *most = 0;
    for (uint32_t i = 0; i < t->entry_count && !ospf_key_is_router(t->entry[i].key); i++) {
        const struct ospf_way *e = &t->entry[i];
        if (e->path != OSPF_INTRA_AREA || e->area_id != area->area_id) continue;
        if (range_of(area, e->key) != range) continue;
        count += 1;
        if (e->cost > *most) *most = e->cost;
    }
    return count;
}

bool ospf_range_is_active(const struct ospf_table *t, uint64_t key) {
    struct id id = ospf_get(t->lab, t->ospf)->first_area;
    uint32_t most;
    if (ospf_key_is_router(key)) return false;
    for (const struct ospf_area *a; id_is(id); id = a->next) {
        a = ospf_area_get(t->lab, id);
        for (uint32_t i = 0; i < OSPF_RANGES_MAX; i++) {
            const struct ospf_range *range = &a->set_range[i];
            if (range->used && ospf_network_key(range->network, range->prefix) == key)
                return components(t, a, range, &most) > 0;
        }
    }
    return false;
}

/* --------------------------------------------------------------- what is told to an area */

struct telling {
    const struct ospf_table *table;
    const struct ospf_area *to;
    struct ospf_origins *networks, *routers;
};

/* "The next hops associated with this set of paths belong to Area A itself": split horizon. */
static bool leads_into(const struct ospf_table *t, const struct ospf_way *e,
                       const struct ospf_area *area) {
    const struct ospf_hop_set *set = &t->set[e->set];
    for (uint32_t i = 0; i < set->count; i++) {
        struct id id = ospf_interface_of(t->lab, t->hop[set->hop[i]].interface);
        if (id_is(id) && id_same(ospf_interface_get(t->lab, id)->area, area->self)) return true;
    }
    return false;
}

/* 12.4.3: the tests that networks and AS boundary routers have in common. O16 */
static bool may_tell(const struct telling *tell, const struct ospf_way *e) {
    if (e->path > OSPF_INTER_AREA) return false;       /* external paths never */
    if (e->area_id == tell->to->area_id) return false; /* of the area itself */
    if (leads_into(tell->table, e, tell->to)) return false;
    if (e->cost >= OSPF_LS_INFINITY) return false;
    return e->path == OSPF_INTRA_AREA || tell->to->area_id != BACKBONE;
}

static void tell_network(const struct telling *tell, const struct ospf_way *e) {
    const struct ospf_table *t = tell->table;
    if (!may_tell(tell, e)) return;
    if (e->path == OSPF_INTRA_AREA) {
        const struct ospf_area *from =
            ospf_area_get(t->lab, ospf_area_of(t->lab, t->ospf, e->area_id));
        bool whole = tell->to->transit_capability && e->area_id == BACKBONE;
        if (!whole && range_of(from, e->key) != NULL) return; /* it is told by its range */
    }
    ospf_origin_add(tell->networks, &(struct ospf_origin){.key = e->key, .metric = e->cost});
}

static void tell_router(const struct telling *tell, const struct ospf_way *e) {
    if ((e->options & OSPF_ROUTER_E) == 0 || !may_tell(tell, e)) return;
    uint32_t router_id = ospf_key_address(e->key);
    if (ospf_asbr_path(tell->table, router_id) != e) return; /* the preferred path alone */
    struct ospf_origin o = {.key = ospf_network_key(router_id, 0), .metric = e->cost};
    ospf_origin_add(tell->routers, &o);
}

static void tell_ranges(const struct telling *tell, const struct ospf_area *from) {
    uint32_t cost;
    if (from == tell->to || (tell->to->transit_capability && from->area_id == BACKBONE)) return;
    for (uint32_t i = 0; i < OSPF_RANGES_MAX; i++) {
        const struct ospf_range *range = &from->set_range[i];
        if (!range->used || range->hidden) continue;
        if (components(tell->table, from, range, &cost) == 0) continue;
        struct ospf_origin o = {.key = ospf_network_key(range->network, range->prefix),
                                .metric = cost};
        ospf_origin_add(tell->networks, &o);
    }
}

static void tell_all(const struct telling *tell) {
    const struct ospf_table *t = tell->table;
    for (uint32_t i = 0; i < t->entry_count; i++) {
        const struct ospf_way *e = &t->entry[i];
        if (!ospf_key_is_router(e->key))
            tell_network(tell, e);
        else if (!tell->to->set_stub) /* 12.4.3: no type 4 into a stub area */
            tell_router(tell, e);
    }
    struct id id = ospf_get(t->lab, t->ospf)->first_area;
    for (; id_is(id); id = ospf_area_get(t->lab, id)->next)
        tell_ranges(tell, ospf_area_get(t->lab, id));
}

static void tell_area(struct step *s, const struct ospf_table *t, struct id area,
                      struct ospf_origins *networks, struct ospf_origins *routers) {
    const struct telling tell = {t, ospf_area_get(s->lab, area), networks, routers};
    uint32_t options = ospf_area_is_stub(s->lab, area) ? 0 : OSPF_OPTION_E;
    networks->count = routers->count = 0;
    networks->area = routers->area = area;
    networks->options = routers->options = options;
    networks->type = OSPF_SUMMARY_LSA;
    routers->type = OSPF_ASBR_SUMMARY_LSA;
    if (ospf_get(s->lab, t->ospf)->is_abr) {
        if (!tell.to->set_stub || !tell.to->set_no_summary) tell_all(&tell);
        /* 12.4.3.1: the default route of a stub area. */
        if (tell.to->set_stub)
            ospf_origin_add(networks, &(struct ospf_origin){.metric = tell.to->set_default_cost});
    }
    ospf_origins_tell(s, t->ospf, networks);
    ospf_origins_tell(s, t->ospf, routers);
}

void ospf_summaries_update(struct step *s, const struct ospf_table *t) {
    struct ospf_origins networks, routers;
    struct id id = ospf_get(s->lab, t->ospf)->first_area;
    for (; id_is(id); id = ospf_area_get(s->lab, id)->next)
        tell_area(s, t, id, &networks, &routers);
}
