#include "routing/rip.h"
/*
 * An entry of a Response (RFC 2453 3.9.2): whether it is right, which network it means, and what
 * becomes of the route. A bad entry is ignored, not the message. In version 1, and where the mask
 * is zero (4.3), the mask is guessed as 3.7 says: the class's, the interface's within its own
 * network, or a host's.
 *
 * 3.9.2's last heuristic is followed: a route of the same metric from another router is taken when
 * half of the timeout has passed without news.
 */
#include "stack/iface.h"

uint32_t rip_natural_prefix(ip4 address) {
    if (address >> 31 == 0) return 8;
    if (address >> 30 == 2) return 16;
    if (address >> 29 == 6) return 24;
    return 0;
}

bool rip_prefix_of_mask(uint32_t mask, uint32_t *prefix) {
    for (*prefix = 0; *prefix < 32 && (mask & 0x80000000u >> *prefix) != 0;) ++*prefix;
    return mask == prefix_mask(*prefix);
}

/* R14, R20, 3.7: the most that is known. */
uint32_t rip_prefix_guessed(ip4 address, ip4 interface, uint32_t interface_prefix) {
    uint32_t natural = rip_natural_prefix(address);
    if (address == 0) return 0; /* the default route */
    if ((address & ~prefix_mask(natural)) == 0) return natural;
    bool same_network = ((address ^ interface) & prefix_mask(natural)) == 0;
    if (same_network && interface_prefix >= natural &&
        (address & ~prefix_mask(interface_prefix)) == 0)
        return interface_prefix;
    return 32;
}

static bool ignore(struct step *s, const struct rip_heard *h, enum reason reason,
                   const char *clause) {
    rip_discard_entry(s, h, reason, clause);
    return false;
}

/* R6, 3.9.2: unicast; not net 0 or 127. 0.0.0.0 alone is the default route: 3.7. */
static bool address_is_right(ip4 address) {
    uint32_t net = address >> 24;
    return address == 0 || (net != 0 && net != 127 && net < 224);
}

static bool entry_is_right(struct step *s, const struct rip_heard *h, const struct rip_entry *e) {
    if (e->afi != RIP_FAMILY_IP) return ignore(s, h, REASON_RIP_FAMILY, "RFC 2453 3.6");
    if (!address_is_right(e->address)) return ignore(s, h, REASON_RIP_ADDRESS, "RFC 2453 3.9.2");
    if (e->metric < 1 || e->metric > rip_infinity(s->lab, h->rip->node))
        return ignore(s, h, REASON_RIP_METRIC, "RFC 2453 3.9.2");
    return true;
}

static bool prefix_of(struct step *s, const struct rip_heard *h, const struct rip_entry *e,
                      uint32_t *prefix) {
    if (h->header.version == 1 || e->mask == 0)
        *prefix = rip_prefix_guessed(e->address, h->on->address, h->on->prefix);
    else if (!rip_prefix_of_mask(e->mask, prefix))
        return ignore(s, h, REASON_RIP_MASK, "RFC 2453 4.3");
    if ((e->address & ~prefix_mask(*prefix)) != 0)
        return ignore(s, h, REASON_RIP_MASK, "RFC 2453 4.3");
    return true;
}

/* R15, 4.4: what cannot be reached on this very network is as if it were 0.0.0.0. */
static ip4 next_hop(const struct step *s, const struct rip_heard *h, const struct rip_entry *e) {
    const struct rip_interface *on = h->on;
    ip4 hop = e->next_hop, sender = h->datagram->from.address;
    if (h->header.version == 1 || hop == 0) return sender;
    if (((hop ^ on->address) & prefix_mask(on->prefix)) != 0) return sender;
    return ip_cast_of(s->lab, h->rip->node, hop) == IP_ELSEWHERE ? hop : sender;
}

/* R7, 3.9.2: metric = MIN (metric + cost, infinity). */
static uint32_t add_cost(struct step *s, const struct rip_heard *h, uint32_t metric) {
    uint32_t infinity = rip_infinity(s->lab, h->rip->node), cost = 1;
    if (id_is(h->rip->first_line))
        cost += rip_offset(s->lab, h->rip, RIP_LINE_OFFSET_IN,
                           iface_get(s->lab, h->on->interface)->name);
    return metric + cost < infinity ? metric + cost : infinity;
}

/* At least halfway to the expiration of its timeout. */
static bool is_stale(const struct step *s, const struct rip *rip, const struct rip_route *r) {
    return r->until != 0 && r->until - s->now <= rip_timeout_time(s->lab, rip) / 2;
}

/* R8, 3.9.2: "if there is an existing route, compare". */
static void update(struct step *s, struct rip_heard *h, struct rip_route *r,
                   const struct rip_offer *o, uint32_t infinity) {
    struct rip *rip = h->rip;
    bool same_router = r->source == RIP_LEARNT && r->from == o->from;
    if (r->source != RIP_LEARNT && r->state == RIP_VALID) return; /* our own: there is no better */
    if (r->state == RIP_GARBAGE) {
        if (o->metric < infinity) rip_route_adopt(s, rip, r, o, "RFC 2453 3.9.2");
        return;
    }
    if (same_router && o->metric == infinity) {
        rip_route_delete(s, rip, r, "RFC 2453 3.9.2");
    } else if (same_router && o->metric == r->metric && o->via == r->via && o->tag == r->tag &&
               o->interface == r->interface) {
        rip_route_refresh(s, rip, r);
    } else if (same_router || o->metric < r->metric ||
               (o->metric == r->metric && o->metric < infinity && is_stale(s, rip, r))) {
        rip_route_adopt(s, rip, r, o, "RFC 2453 3.9.2");
    }
}

void rip_entry_in(struct step *s, struct rip_heard *h, const struct rip_entry *e) {
    uint32_t prefix, infinity = rip_infinity(s->lab, h->rip->node);
    if (!entry_is_right(s, h, e) || !prefix_of(s, h, e, &prefix)) return;
    struct rip_offer o = {.source = RIP_LEARNT,
                          .via = next_hop(s, h, e),
                          .from = h->datagram->from.address,
                          .interface = h->on->interface,
                          .metric = add_cost(s, h, e->metric),
                          .tag = h->header.version == 1 ? 0 : e->tag}; /* R13, 4.2 */
    struct rip_route *r = rip_route_find(s, h->rip, e->address, prefix);
    if (r != NULL) {
        update(s, h, r, &o, infinity);
        return;
    }
    if (o.metric >= infinity) return; /* no point in adding a route that is unusable */
    r = rip_route_make(s, h->rip, e->address, prefix);
    if (r == NULL)
        rip_discard_entry(s, h, REASON_RIP_NO_ROOM, NULL);
    else
        rip_route_adopt(s, h->rip, r, &o, "RFC 2453 3.9.2");
}
