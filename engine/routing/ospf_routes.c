#include "routing/ospf_table.h"
/*
 * When the routing table is computed, and what becomes of it: RFC 2328 16, 16.5 to 16.7. Changes of
 * the database ask for it; a timer of its own waits as `timers throttle spf` says, so that many
 * changes are one calculation. The new table is compared with the one that is kept: what did not
 * change is not touched. ospf_install.c takes it to the node.
 *
 * 16.5 and 16.6 look at one destination at a time. Here summary-LSAs have all inter-area paths
 * computed again, and external ones all external paths, on the intra-area ones as they are: no
 * tree is computed for them (O29).
 */
#include <string.h>

#include "routing/ospf_install.h"
#include "routing/routing.h"
#include "sim/event.h"
#include "sim/trace.h"

enum { MS = 1000000 };

/* ------------------------------------------------------------------------------------ when */

/* `timers throttle spf DELAY HOLD MOST`: a change that comes soon after the last calculation waits
 * for the hold's end, and the next hold is longer by one. */
static sim_time when(struct step *s, struct ospf *ospf) {
    const struct ospf_settings *set = &ospf->set;
    sim_time delay = (sim_time)set->spf_delay_ms * MS, hold = (sim_time)set->spf_hold_ms * MS;
    sim_time most = (sim_time)set->spf_hold_most_ms * MS, since = s->now - ospf->spf_at;
    if (ospf->spf_hold < hold) ospf->spf_hold = hold;
    if (ospf->spf_hold > most) ospf->spf_hold = most;
    if (ospf->spf_runs == 0 || since >= ospf->spf_hold) {
        ospf->spf_hold = hold;
        return s->now + delay;
    }
    sim_time rest = ospf->spf_hold - since;
    if (ospf->spf_hold < most) ospf->spf_hold += hold;
    return s->now + (rest < delay ? delay : rest);
}

void ospf_routes_wanted(struct step *s, struct id id, uint32_t wanted) {
    struct ospf *ospf = ospf_edit(s, id);
    if (ospf == NULL || !ospf->running) return;
    bool waits = ospf->spf_wanted != 0 && timer_pending(s->lab, ospf->spf_timer, NULL);
    ospf->spf_wanted |= wanted;
    if (waits) return; /* nothing wanted: what it waits for is that others have been heard */
    timer_set(s, &ospf->spf_timer, TIMER_OSPF_SPF, ospf->node, id, when(s, ospf));
}

/* 13.2: which of the calculations an LSA is input to. O37 */
void ospf_lsa_changed(struct step *s, struct id id) {
    const struct ospf_lsa *lsa = ospf_lsa_get(s->lab, id);
    uint32_t wanted = OSPF_WANT_SPF;
    if (lsa->header.type == OSPF_SUMMARY_LSA || lsa->header.type == OSPF_ASBR_SUMMARY_LSA)
        wanted = OSPF_WANT_INTER_AREA;
    else if (lsa->header.type == OSPF_EXTERNAL_LSA)
        wanted = OSPF_WANT_EXTERNAL;
    /* 16.2 (2), 16.4 (2): what it says itself of others it does not use itself. */
    if (wanted != OSPF_WANT_SPF && lsa->self_originated) return;
    ospf_routes_wanted(s, lsa->ospf, wanted);
}

/* ------------------------------------------------------------------------------------ what */

static void set_transit(struct step *s, struct id area, uint32_t capability) {
    if (ospf_area_get(s->lab, area)->transit_capability != capability)
        ospf_area_edit(s, area)->transit_capability = capability;
}

/* 16 (2). The backbone's tree comes last: its virtual links use the other areas' entries. */
static void intra_area(struct step *s, struct ospf_table *t) {
    struct ospf_spf spf;
    struct id first = ospf_get(s->lab, t->ospf)->first_area;
    for (uint32_t backbone = 0; backbone < 2; backbone++) {
        for (struct id id = first; id_is(id); id = ospf_area_get(s->lab, id)->next) {
            if ((ospf_area_get(s->lab, id)->area_id == 0) != (backbone == 1)) continue;
            bool tree = ospf_spf_tree(&spf, t, id);
            set_transit(s, id, tree ? spf.transit_capability : 0);
            ospf_area_edit(s, id)->spf_runs += 1;
            if (tree) ospf_spf_paths(&spf);
        }
    }
}

/* 16 (3) and (4). Which areas' summary-LSAs count: RFC 2328 3.2, and RFC 3509 2.2 for a router
 * that is attached to several areas and to no backbone. */
static void inter_area(struct step *s, struct ospf_table *t) {
    const struct ospf *ospf = ospf_get(s->lab, t->ospf);
    for (struct id id = ospf->first_area; id_is(id); id = ospf_area_get(s->lab, id)->next)
        if (!ospf->is_abr || ospf_area_get(s->lab, id)->area_id == 0) ospf_inter_area_paths(t, id);
    ospf_table_settle(t, ospf->set.rfc1583 != 0);
    if (!ospf->is_abr) return;
    for (struct id id = ospf->first_area; id_is(id); id = ospf_area_get(s->lab, id)->next) {
        const struct ospf_area *area = ospf_area_get(s->lab, id);
        if (area->area_id != 0 && area->transit_capability) ospf_transit_area_paths(t, id);
    }
}

static bool carries_transit(const struct lab *lab, const struct ospf *ospf) {
    struct id id = ospf->first_area;
    while (id_is(id) && !ospf_area_get(lab, id)->transit_capability)
        id = ospf_area_get(lab, id)->next;
    return id_is(id);
}

static void compute(struct step *s, struct ospf_table *t, uint32_t wanted) {
    const struct ospf *ospf = ospf_get(s->lab, t->ospf);
    /* 16.5, case 2: what a transit area has made better can only be found again from the start. */
    if ((wanted & OSPF_WANT_INTER_AREA) && carries_transit(s->lab, ospf)) wanted |= OSPF_WANT_SPF;
    if (wanted & OSPF_WANT_SPF) {
        intra_area(s, t);
        ospf_table_settle(t, ospf->set.rfc1583 != 0);
    } else {
        bool externals = (wanted & OSPF_WANT_INTER_AREA) == 0;
        ospf_table_load(t, externals ? OSPF_INTER_AREA : OSPF_INTRA_AREA);
    }
    if (wanted & (OSPF_WANT_SPF | OSPF_WANT_INTER_AREA)) inter_area(s, t);
    ospf_external_paths(t); /* 16 (5) */
    if (t->path_count > 0) ospf_table_settle(t, ospf->set.rfc1583 != 0);
}

/* ------------------------------------------------------------- the table that is kept, 11 */

static bool differs(const struct ospf_route *r, const struct ospf_way *e,
                    const struct ospf_hop *hop, uint32_t hops) {
    return r->path != e->path || r->cost != e->cost || r->cost2 != e->cost2 ||
           r->area_id != e->area_id || r->tag != e->tag || r->options != e->options ||
           r->origin != e->origin || r->hop_count != hops ||
           memcmp(r->hop, hop, hops * sizeof *hop) != 0;
}

static void write_route(struct step *s, struct id id, const struct ospf_way *e,
                        const struct ospf_hop *hop, uint32_t hops) {
    struct ospf_route *r = object_edit(s, POOL_OSPF_ROUTE, id);
    r->path = e->path;
    r->cost = e->cost;
    r->cost2 = e->cost2;
    r->area_id = e->area_id;
    r->tag = e->tag;
    r->options = e->options;
    r->origin = e->origin;
    r->hop_count = hops;
    r->since = s->now;
    memset(r->hop, 0, sizeof r->hop);
    memcpy(r->hop, hop, hops * sizeof *hop);
}

static struct id make_route(struct step *s, const struct ospf_table *t, const struct ospf_way *e) {
    const struct ospf *ospf = ospf_get(s->lab, t->ospf);
    struct id id = object_create(s, POOL_OSPF_ROUTE, ospf->node);
    if (!id_is(id)) return id;
    struct ospf_route *r = object_edit(s, POOL_OSPF_ROUTE, id);
    r->self = id;
    r->ospf = t->ospf;
    r->node = ospf->node;
    r->key = e->key;
    r->address = ospf_key_address(e->key);
    if (!ospf_key_is_router(e->key)) r->prefix = ospf_key_prefix(e->key);
    r->destination = !ospf_key_is_router(e->key)         ? OSPF_TO_NETWORK
                     : (e->options & OSPF_ROUTER_B) != 0 ? OSPF_TO_ABR
                                                         : OSPF_TO_ASBR;
    return id;
}

/* One of the two lists, both of which are in the order of their keys. */
struct listing {
    struct id first, last; /* as it becomes */
    struct id old;         /* what is left of the former one */
};

static void append(struct step *s, struct listing *list, struct id id) {
    if (!id_is(list->first))
        list->first = id;
    else if (!id_same(ospf_route_get(s->lab, list->last)->next, id))
        ((struct ospf_route *)object_edit(s, POOL_OSPF_ROUTE, list->last))->next = id;
    list->last = id;
}

/* Former routes whose keys are less than this one's are gone. */
static void drop_before(struct step *s, struct listing *list, uint64_t key) {
    while (id_is(list->old) && ospf_route_get(s->lab, list->old)->key < key) {
        struct id gone = list->old;
        list->old = ospf_route_get(s->lab, gone)->next;
        object_destroy(s, POOL_OSPF_ROUTE, gone);
    }
}

static void keep_one(struct step *s, const struct ospf_table *t, struct listing *list,
                     const struct ospf_way *e) {
    struct ospf_hop hop[OSPF_HOPS_MAX];
    uint32_t hops = ospf_set_hops(t, e->set, hop);
    drop_before(s, list, e->key);
    const struct ospf_route *old = ospf_route_get(s->lab, list->old);
    struct id id = list->old;
    if (old != NULL && old->key == e->key) {
        list->old = old->next;
        if (differs(old, e, hop, hops)) write_route(s, id, e, hop, hops);
    } else {
        id = make_route(s, t, e);
        if (!id_is(id)) return; /* no room: it is not kept */
        write_route(s, id, e, hop, hops);
    }
    append(s, list, id);
}

static struct id keep(struct step *s, const struct ospf_table *t, struct id former, bool routers) {
    struct listing list = {.old = former};
    for (uint32_t i = 0; i < t->entry_count; i++)
        if (ospf_key_is_router(t->entry[i].key) == routers) keep_one(s, t, &list, &t->entry[i]);
    drop_before(s, &list, UINT64_MAX);
    const struct ospf_route *last = ospf_route_get(s->lab, list.last);
    if (last != NULL && id_is(last->next))
        ((struct ospf_route *)object_edit(s, POOL_OSPF_ROUTE, list.last))->next = (struct id){0, 0};
    return list.first;
}

static void keep_all(struct step *s, const struct ospf_table *t) {
    const struct ospf *ospf = ospf_get(s->lab, t->ospf);
    struct id routes = keep(s, t, ospf->first_route, false);
    struct id borders = keep(s, t, ospf->first_border, true);
    struct ospf *edit = ospf_edit(s, t->ospf);
    edit->first_route = routes;
    edit->first_border = borders;
}

void ospf_routes_clear(struct step *s, struct id id) {
    struct ospf *ospf = ospf_edit(s, id);
    struct listing routes = {.old = ospf->first_route}, borders = {.old = ospf->first_border};
    timer_stop(s, &ospf->spf_timer);
    ospf->spf_wanted = 0;
    ospf->first_route = ospf->first_border = (struct id){0, 0};
    drop_before(s, &routes, UINT64_MAX);
    drop_before(s, &borders, UINT64_MAX);
}

/* ----------------------------------------------------------------------------------- all */

void ospf_spf_timer_fired(struct step *s, struct id id) {
    struct ospf_table table;
    struct ospf *ospf = ospf_edit(s, id);
    if (ospf == NULL || !ospf->running) return;
    uint32_t wanted = ospf->spf_wanted != 0 ? ospf->spf_wanted : OSPF_WANT_SPF;
    ospf->spf_wanted = 0;
    if (wanted & OSPF_WANT_SPF) {
        ospf->spf_at = s->now;
        ospf->spf_runs += 1;
    }
    ospf_abr_check(s, id);
    ospf_table_begin(&table, s->lab, id, s->now);
    compute(s, &table, wanted);
    if (table.full)
        trace_rule(s, ospf_get(s->lab, id)->node, id, "RFC 2328 16",
                   "the calculation has no room for all paths", false);
    keep_all(s, &table);
    ospf_install(s, id);
    ospf_summaries_update(s, &table); /* 16.7 */
    ospf_redistribution_update(s, id);
}

/* The interface of the hop that is no router: other paths may be as short, O30. 0: none is. */
static uint32_t connected_by(const struct ospf_route *r) {
    for (uint32_t i = 0; i < r->hop_count; i++)
        if (r->hop[i].via == 0) return r->hop[i].interface;
    return 0;
}

void ospf_connected_visit(const struct lab *lab, uint32_t node,
                          void (*each)(void *user, const struct route *), void *user) {
    const struct ospf *ospf = ospf_get(lab, ospf_of(lab, node));
    if (ospf == NULL) return;
    for (struct id id = ospf->first_route; id_is(id); id = ospf_route_get(lab, id)->next) {
        const struct ospf_route *r = ospf_route_get(lab, id);
        uint32_t interface = connected_by(r);
        if (interface == 0) continue;
        struct route route = {.network = r->address,
                              .prefix = r->prefix,
                              .metric = ospf->set.distance,
                              .interface = interface,
                              .node = node,
                              .origin = ROUTE_OSPF,
                              .weight = 1,
                              .cost = r->cost,
                              .tag = r->tag,
                              .kind = r->path,
                              .since = r->since};
        each(user, &route);
    }
}
