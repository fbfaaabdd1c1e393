#include "routing/rip.h"
/*
 * RIP's own table (RFC 2453 3.5), and the life of a route in it (3.8): heard of, it is valid until
 * its timeout; then, or when its router says so, its metric is infinity, and it stays as long as
 * the garbage-collection timer runs, so that the others hear of it. Learnt routes that are valid
 * stand in the kernel's table, under RIP's distance.
 *
 * Routes are found by a hash; the list is in the order of their making, and those that have changed
 * have a list of their own (3.10.1), so that no update looks through the whole table for them.
 */
#include "stack/iface.h"

const struct rip_route *rip_route_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_RIP_ROUTE, id);
}

static struct rip_route *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_RIP_ROUTE, id);
}

static struct id *chain_of(struct lab *lab, uint32_t node, ip4 network, uint32_t prefix) {
    return bucket(lab, BUCKET_RIP, hash_mix(network, (uint64_t)node << 8 | prefix));
}

struct rip_route *rip_route_find(struct step *s, const struct rip *rip, ip4 network,
                                 uint32_t prefix) {
    const struct rip_route *r;
    for (struct id id = *chain_of(s->lab, rip->node, network, prefix);
         (r = rip_route_get(s->lab, id)) != NULL; id = r->chain)
        if (r->network == network && r->prefix == prefix && r->node == rip->node)
            return edit(s, id);
    return NULL;
}

struct rip_route *rip_route_make(struct step *s, struct rip *rip, ip4 network, uint32_t prefix) {
    struct rip_route *r = rip_route_find(s, rip, network, prefix);
    if (r != NULL) return r;
    struct id id = object_create(s, POOL_RIP_ROUTE, rip->node);
    r = edit(s, id);
    if (r == NULL) return NULL;
    struct id *chain = chain_of(s->lab, rip->node, network, prefix);
    r->self = id;
    r->node = rip->node;
    r->network = network;
    r->prefix = prefix;
    r->chain = *chain;
    *chain = id;
    r->previous = rip->last_route;
    if (id_is(rip->last_route))
        ((struct rip_route *)object_touch(s->lab, POOL_RIP_ROUTE, rip->last_route))->next = id;
    else
        rip->first_route = id;
    rip->last_route = id;
    rip->route_count++;
    return r;
}

/* ------------------------------------------------------------------------ the change flag */

static void mark_changed(struct step *s, struct rip *rip, struct rip_route *r) {
    if (r->changed == 0) {
        r->changed = 1;
        r->next_changed = (struct id){0, 0};
        if (id_is(rip->last_changed))
            ((struct rip_route *)object_touch(s->lab, POOL_RIP_ROUTE, rip->last_changed))
                ->next_changed = r->self;
        else
            rip->first_changed = r->self;
        rip->last_changed = r->self;
    }
    rip_signal(s, rip);
}

void rip_clear_changed(struct step *s, struct rip *rip) {
    struct id id = rip->first_changed;
    for (struct rip_route *r; (r = object_touch(s->lab, POOL_RIP_ROUTE, id)) != NULL;) {
        id = r->next_changed;
        r->next_changed = (struct id){0, 0};
        r->changed = 0;
    }
    rip->first_changed = rip->last_changed = (struct id){0, 0};
}

/* Seldom: a route is forgotten before anybody was told of its last change. */
static void take_from_changed(struct step *s, struct rip *rip, const struct rip_route *r) {
    struct rip_route *before = NULL;
    struct id *at = &rip->first_changed;
    while (!id_same(*at, r->self)) {
        before = object_touch(s->lab, POOL_RIP_ROUTE, *at);
        at = &before->next_changed;
    }
    *at = r->next_changed;
    if (id_same(rip->last_changed, r->self))
        rip->last_changed = before == NULL ? (struct id){0, 0} : before->self;
}

/* --------------------------------------------------------------------- the kernel's table */

static uint32_t distance(const struct rip *rip) {
    return rip->distance != 0 ? rip->distance : RIP_DISTANCE;
}

static void kernel_put(struct step *s, const struct rip *rip, const struct rip_route *r) {
    struct route_wish w = {.network = r->network,
                           .prefix = r->prefix,
                           .metric = distance(rip),
                           .origin = ROUTE_RIP,
                           .cost = r->metric,
                           .tag = r->tag,
                           .hop_count = 1,
                           .hop = {{.via = r->via, .interface = r->interface}}};
    route_put(s, rip->node, &w, ROUTE_REPLACE);
}

static void kernel_take(struct step *s, const struct rip *rip, const struct rip_route *r) {
    struct route_wish w = {
        .network = r->network, .prefix = r->prefix, .metric = distance(rip), .origin = ROUTE_RIP};
    route_take(s, rip->node, &w);
}

/* Routes that stand there move to the new distance. */
void rip_distance_set(struct step *s, struct rip *rip, uint32_t value) {
    const struct rip_route *r;
    for (int pass = 0; pass < 2; pass++) {
        for (struct id id = rip->first_route; (r = rip_route_get(s->lab, id)) != NULL; id = r->next)
            if (r->source == RIP_LEARNT && r->state == RIP_VALID) {
                if (pass == 0) kernel_take(s, rip, r);
                if (pass == 1) kernel_put(s, rip, r);
            }
        rip->distance = value;
    }
}

/* ---------------------------------------------------------------------- the life of a route */

static void rip_enter(struct step *s, struct rip_route *r, enum rip_state state,
                      const char *clause) {
    uint32_t before = r->state;
    if (before == state) return;
    r->state = state;
    trace_state(s, r->node, MACHINE_RIP, r->self, before, state, clause);
}

static void set_timer(struct step *s, struct rip_route *r, enum timer_kind kind, sim_time after) {
    timer_set(s, &r->timer, kind, r->node, r->self, s->now + after);
    r->until = id_is(r->timer) ? s->now + after : 0;
}

static void stop_timer(struct step *s, struct rip_route *r) {
    timer_stop(s, &r->timer);
    r->until = 0;
}

/* R3, 3.8: the timeout is initialised when a route is established, and whenever it is heard of. */
void rip_route_refresh(struct step *s, const struct rip *rip, struct rip_route *r) {
    set_timer(s, r, TIMER_RIP_TIMEOUT, rip_timeout_time(s->lab, rip));
}

static void forget(struct step *, struct rip *, struct rip_route *, const char *clause);

/* R8, 3.9.2: the new metric, the next hop, the change flag, and a signal to the output process. */
void rip_route_adopt(struct step *s, struct rip *rip, struct rip_route *r,
                     const struct rip_offer *o, const char *clause) {
    bool stood = r->state == RIP_VALID && r->source == RIP_LEARNT;
    if (r->state != RIP_VALID || o->source != RIP_LEARNT) stop_timer(s, r);
    r->source = o->source;
    r->origin = o->origin;
    r->via = o->via;
    r->from = o->from;
    r->interface = o->interface;
    r->metric = o->metric;
    r->tag = o->tag;
    r->told = o->told;
    rip_enter(s, r, RIP_VALID, clause);
    if (o->source == RIP_LEARNT) {
        rip_route_refresh(s, rip, r);
        if (!id_is(r->timer)) { /* without room for its timer it would stay for ever */
            if (stood) kernel_take(s, rip, r);
            forget(s, rip, r, clause);
            return;
        }
        kernel_put(s, rip, r);
    } else if (stood) {
        kernel_take(s, rip, r);
    }
    mark_changed(s, rip, r);
}

/* R9, 3.8: the deletion process. */
void rip_route_delete(struct step *s, struct rip *rip, struct rip_route *r, const char *clause) {
    if (r->state != RIP_VALID) return; /* 3.9.2: it is begun only once */
    if (r->source == RIP_LEARNT) kernel_take(s, rip, r);
    r->metric = rip_infinity(s->lab, rip->node);
    r->told = 0;
    rip_enter(s, r, RIP_GARBAGE, clause);
    stop_timer(s, r);
    set_timer(s, r, TIMER_RIP_GARBAGE, rip_garbage_time(s->lab, rip));
    if (!id_is(r->timer)) {
        forget(s, rip, r, clause);
        return;
    }
    mark_changed(s, rip, r);
}

static void forget(struct step *s, struct rip *rip, struct rip_route *r, const char *clause) {
    stop_timer(s, r);
    rip_enter(s, r, RIP_NONE, clause);
    if (r->changed != 0) take_from_changed(s, rip, r);
    struct id *chain = chain_of(s->lab, r->node, r->network, r->prefix);
    while (!id_same(*chain, r->self)) chain = &edit(s, *chain)->chain;
    *chain = r->chain;
    struct rip_route *before = object_touch(s->lab, POOL_RIP_ROUTE, r->previous);
    struct rip_route *behind = object_touch(s->lab, POOL_RIP_ROUTE, r->next);
    *(before == NULL ? &rip->first_route : &before->next) = r->next;
    *(behind == NULL ? &rip->last_route : &behind->previous) = r->previous;
    rip->route_count--;
    object_destroy(s, POOL_RIP_ROUTE, r->self);
}

void rip_routes_free(struct step *s, struct rip *rip) {
    rip_clear_changed(s, rip);
    while (id_is(rip->first_route)) forget(s, rip, edit(s, rip->first_route), NULL);
}

void rip_route_timer(struct step *s, uint32_t timer, struct id id) {
    struct rip_route *r = edit(s, id);
    if (r == NULL) return;
    struct rip *rip = rip_edit(s, r->node);
    r->until = 0;
    if (timer == TIMER_RIP_TIMEOUT)
        rip_route_delete(s, rip, r, "RFC 2453 3.8");
    else
        forget(s, rip, r, "RFC 2453 3.8");
}
