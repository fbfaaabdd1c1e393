#include "routing/ospf_install.h"
/*
 * From OSPF's routing table to the node's. The node's own table is what is compared with: the
 * kernel may have dropped routes with their interface, and an earlier daemon may have left some.
 * Those stay until this daemon knows enough to replace them: until then only what it has found
 * itself is written.
 *
 * Networks on a link of the node have a connected route, which is better than any of OSPF's.
 */
#include <string.h>

#include "sim/event.h"
#include "stack/ip/route.h"
#include "stack/sysctl.h"

/* ------------------------------------------------- when another daemon's routes may go */

/* What is under way on the interfaces that would bring routes. */
struct prospect {
    bool busy;       /* an election or an exchange goes on */
    uint32_t full;   /* adjacencies */
    sim_time latest; /* when the last of them came about */
    uint32_t dead;   /* the longest RouterDeadInterval: who is not heard by then is not there */
};

static void look_at(const struct lab *lab, const struct ospf_interface *i, struct prospect *p) {
    if (i->passive) return; /* nobody is heard there */
    if (i->state == OSPF_INTERFACE_WAITING) p->busy = true;
    if (i->dead_s > p->dead) p->dead = i->dead_s;
    struct id id = i->first_neighbor;
    for (const struct ospf_neighbor *n; id_is(id); id = n->next) {
        n = ospf_neighbor_get(lab, id);
        if (n->state == OSPF_NEIGHBOR_INIT ||
            (n->state >= OSPF_NEIGHBOR_EXSTART && n->state < OSPF_NEIGHBOR_FULL))
            p->busy = true;
        if (n->state != OSPF_NEIGHBOR_FULL) continue;
        p->full += 1;
        if (n->changed_at > p->latest) p->latest = n->changed_at;
    }
}

static struct prospect prospect_of(const struct lab *lab, const struct ospf *ospf) {
    struct prospect p = {.busy = false};
    struct id id = ospf->first_interface;
    for (const struct ospf_interface *i; id_is(id); id = i->next) {
        i = ospf_interface_get(lab, id);
        if (id_is(i->area) && i->state != OSPF_INTERFACE_DOWN) look_at(lab, i, &p);
    }
    return p;
}

/* A neighbour that has become Full says so in its router-LSA within MinLSInterval; before that it
 * is not reached. At the latest all is known after an election and the exchange behind it. */
static void settle(struct step *s, struct id id) {
    const struct ospf *ospf = ospf_get(s->lab, id);
    if (ospf->settled) return;
    struct prospect p = prospect_of(s->lab, ospf);
    sim_time interval = setting_of(s->lab, ospf->node, SETTING_OSPF_MIN_LS_INTERVAL) + SEC(1);
    sim_time elected = ospf->begun_at + SEC(p.dead) + interval, most = elected + SEC(p.dead);
    sim_time at = !p.busy && p.full > 0 ? p.latest + interval : s->now < elected ? elected : most;
    struct ospf *edit = ospf_edit(s, id);
    edit->settled = s->now >= at || s->now >= most;
    /* Looked at again then: not wanted, so what is wanted need not wait. */
    if (!edit->settled && !timer_pending(s->lab, edit->spf_timer, NULL))
        timer_set(s, &edit->spf_timer, TIMER_OSPF_SPF, edit->node, id, at);
}

/* ------------------------------------------------------------------ the two compared */

static bool is_for_node(const struct ospf_route *r) {
    if (r->hop_count == 0) return false;
    for (uint32_t i = 0; i < r->hop_count; i++)
        if (r->hop[i].via == 0) return false;
    return true;
}

static uint32_t metric_of(const struct ospf_route *r) {
    return r->path == OSPF_EXTERNAL_2 ? r->cost2 : r->cost;
}

/* `at`: the first of the rows that are one route of the node's. */
static bool is_as_wanted(const struct lab *lab, const struct route *at, const struct ospf_route *r,
                         uint32_t distance) {
    const struct route first = *at;
    uint32_t count = 0;
    if (first.metric != distance || first.cost != metric_of(r) || first.tag != r->tag ||
        first.kind != r->path)
        return false;
    do {
        if (count == r->hop_count || r->hop[count].via != at->via ||
            r->hop[count].interface != at->interface)
            return false;
        count += 1;
        at = route_get(lab, at->next);
    } while (at != NULL && route_shares(at, &first));
    return count == r->hop_count;
}

/* What the node's table should hold, by key. */
struct wish {
    uint64_t key;
    struct id route;
    uint32_t there, reserved;
};
struct wishes {
    uint32_t count, stale_count;
    struct wish list[OSPF_PATHS_MOST];
    struct stale {
        ip4 network;
        uint32_t prefix, metric;
    } stale[OSPF_PATHS_MOST];
};

static void collect(const struct lab *lab, struct id id, struct wishes *all) {
    for (const struct ospf_route *r; id_is(id); id = r->next) {
        r = ospf_route_get(lab, id);
        if (is_for_node(r) && all->count < OSPF_PATHS_MOST)
            all->list[all->count++] = (struct wish){.key = r->key, .route = id};
    }
}

static struct wish *find(struct wishes *all, uint64_t key) {
    uint32_t from = 0, to = all->count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (all->list[middle].key < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from < all->count && all->list[from].key == key ? &all->list[from] : NULL;
}

/* Marks what is there as it should be, and lists what should not be there. */
static void look_through(const struct lab *lab, const struct ospf *ospf, struct wishes *all) {
    struct id id = route_first(lab, ospf->node);
    while (id_is(id)) {
        const struct route *r = route_get(lab, id), first = *r;
        struct wish *wish = NULL;
        if (first.origin == ROUTE_OSPF) {
            wish = find(all, ospf_network_key(first.network, first.prefix));
            const struct ospf_route *wanted =
                wish == NULL ? NULL : ospf_route_get(lab, wish->route);
            if (wanted != NULL && is_as_wanted(lab, r, wanted, ospf->set.distance))
                wish->there = 1;
            else if ((wish != NULL || ospf->settled) && all->stale_count < OSPF_PATHS_MOST)
                all->stale[all->stale_count++] =
                    (struct stale){first.network, first.prefix, first.metric};
        }
        do {
            id = r->next;
            r = route_get(lab, id);
        } while (r != NULL && route_shares(r, &first));
    }
}

static void put(struct step *s, uint32_t node, const struct ospf_route *r, uint32_t distance) {
    struct route_wish wish = {.network = r->address,
                              .prefix = r->prefix,
                              .metric = distance,
                              .cost = metric_of(r),
                              .tag = r->tag,
                              .kind = (enum route_kind)r->path,
                              .type = ROUTE_UNICAST,
                              .origin = ROUTE_OSPF,
                              .hop_count = r->hop_count};
    for (uint32_t i = 0; i < r->hop_count; i++)
        wish.hop[i] = (struct route_hop){.via = r->hop[i].via, .interface = r->hop[i].interface};
    route_put(s, node, &wish, ROUTE_REPLACE);
}

void ospf_install(struct step *s, struct id id) {
    struct wishes all;
    settle(s, id);
    const struct ospf *ospf = ospf_get(s->lab, id);
    uint32_t node = ospf->node, distance = ospf->set.distance;
    all.count = all.stale_count = 0;
    collect(s->lab, ospf->first_route, &all);
    look_through(s->lab, ospf, &all);
    for (uint32_t i = 0; i < all.stale_count; i++) {
        struct route_wish gone = {.network = all.stale[i].network,
                                  .prefix = all.stale[i].prefix,
                                  .metric = all.stale[i].metric,
                                  .origin = ROUTE_OSPF};
        struct wish *wish = find(&all, ospf_network_key(gone.network, gone.prefix));
        /* What is only different is replaced, so that there is a route at every moment. */
        if (wish == NULL || gone.metric != distance) route_take(s, node, &gone);
    }
    for (uint32_t i = 0; i < all.count; i++)
        if (!all.list[i].there) put(s, node, ospf_route_get(s->lab, all.list[i].route), distance);
}
