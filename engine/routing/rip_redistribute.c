#include "routing/rip.h"
/*
 * Routes of this router's own (RFC 2453 3.5): static ones that only RIP knows (`route`), a default
 * route (3.7, `default-information originate`), and what is taken from the kernel's table
 * (`redistribute`). They are compared with what is told already: those that are new are adopted,
 * those that are gone begin to be deleted. Networks of interfaces are rip.c's.
 *
 * A daemon that begins also takes over the routes that an earlier process left in the kernel's
 * table: they time out, unless they are heard of again.
 */
#include "stack/iface.h"

bool rip_redistributes(const struct rip *rip) {
    bool any = false;
    for (uint32_t i = 0; i < RIP_REDISTRIBUTED_COUNT; i++) any = any || rip->redistribute[i] != 0;
    return any;
}

static bool same_offer(const struct rip_route *r, const struct rip_offer *o) {
    return r->state == RIP_VALID && r->source == (uint32_t)o->source && r->origin == o->origin &&
           r->via == o->via && r->interface == o->interface && r->told == o->told &&
           r->tag == o->tag;
}

/* The interface's own network stays what it is; any other route gives way to one of our own. */
static void keep(struct step *s, struct rip *rip, ip4 network, uint32_t prefix,
                 const struct rip_offer *o) {
    struct rip_route *r = rip_route_find(s, rip, network, prefix);
    if (r != NULL && r->state == RIP_VALID && r->source == RIP_INTERFACE) return;
    if (r != NULL && r->sweep == rip->sweep && r->state == RIP_VALID) return;
    if (r == NULL) r = rip_route_make(s, rip, network, prefix);
    if (r == NULL) return;
    r->sweep = rip->sweep;
    if (!same_offer(r, o)) rip_route_adopt(s, rip, r, o, "RFC 2453 3.5");
}

static bool origin_of(const struct route *r, enum rip_redistributed *origin) {
    switch (r->origin) {
    case ROUTE_CONNECTED: *origin = RIP_OF_CONNECTED; return true;
    case ROUTE_STATIC:
    case ROUTE_CONFIGURED:
    case ROUTE_GATEWAY: *origin = RIP_OF_STATIC; return true;
    case ROUTE_OSPF: *origin = RIP_OF_OSPF; return true;
    default: return false;
    }
}

static void from_kernel(struct step *s, struct rip *rip) {
    const struct route *r;
    for (struct id id = route_first(s->lab, rip->node); (r = route_get(s->lab, id)) != NULL;
         id = r->next) {
        enum rip_redistributed origin;
        if (!origin_of(r, &origin) || rip->redistribute[origin] == 0) continue;
        uint32_t metric = rip->redistribute[origin] - 1;
        if (metric == 0) metric = rip->default_metric;
        struct rip_offer o = {.source = RIP_REDISTRIBUTED,
                              .via = r->via,
                              .interface = r->interface,
                              .metric = 1,
                              .tag = r->tag & 0xffff, /* R13, 4.2 */
                              .told = metric,
                              .origin = origin};
        keep(s, rip, r->network, r->prefix, &o);
    }
}

static void from_lines(struct step *s, struct rip *rip) {
    struct rip_offer o = {.source = RIP_DEFAULT, .metric = 1};
    if (rip->originate != 0) keep(s, rip, 0, 0, &o);
    o.source = RIP_STATIC;
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(s->lab, id)) != NULL; id = l->next)
        if (l->kind == RIP_LINE_ROUTE) keep(s, rip, l->address, l->prefix, &o);
}

void rip_own_routes(struct step *s, struct rip *rip) {
    rip->sweep++;
    from_lines(s, rip);
    if (rip_redistributes(rip)) from_kernel(s, rip);
    const struct rip_route *r;
    for (struct id id = rip->first_route, next; (r = rip_route_get(s->lab, id)) != NULL;
         id = next) {
        next = r->next;
        if (r->source > RIP_INTERFACE && r->state == RIP_VALID && r->sweep != rip->sweep)
            rip_route_delete(s, rip, object_edit(s, POOL_RIP_ROUTE, id), "RFC 2453 3.8");
    }
}

/* It may have been left under another distance than is configured now. */
static void take_over_one(struct step *s, struct rip *rip, const struct route *left) {
    struct rip_route *r = rip_route_make(s, rip, left->network, left->prefix);
    struct rip_offer o = {.source = RIP_LEARNT,
                          .via = left->via,
                          .from = left->via,
                          .interface = left->interface,
                          .metric = left->cost,
                          .tag = left->tag};
    struct route_wish gone = {.network = left->network,
                              .prefix = left->prefix,
                              .metric = left->metric,
                              .origin = ROUTE_RIP};
    uint32_t distance = rip->distance != 0 ? rip->distance : RIP_DISTANCE;
    if (r == NULL) return;
    if (left->metric != distance) route_take(s, rip->node, &gone);
    rip_route_adopt(s, rip, r, &o, NULL);
}

void rip_take_over(struct step *s, struct rip *rip) {
    const struct route *r;
    for (struct id id = route_first(s->lab, rip->node), next; (r = route_get(s->lab, id)) != NULL;
         id = next) {
        next = r->next;
        if (r->origin == ROUTE_RIP) take_over_one(s, rip, r);
    }
}
