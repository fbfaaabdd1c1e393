#ifndef NETSTEP_STACK_ROUTE_H
#define NETSTEP_STACK_ROUTE_H
/* The routing table of a node: longest prefix first, RFC 1812 5.2.4.3. */
#include "sim/lab.h"

enum route_origin {
    ROUTE_CONNECTED,
    ROUTE_STATIC,
    ROUTE_GATEWAY,
    ROUTE_REDIRECT,
    ROUTE_DISCOVERED,
    ROUTE_RIP, /* by the daemons of routing/ */
    ROUTE_OSPF,
    ROUTE_CONFIGURED /* `ip route` in a router's configuration; the metric is its distance */
};
/* RFC 2328 11: how an OSPF route leads there, the best first. */
enum route_kind { ROUTE_INTRA_AREA, ROUTE_INTER_AREA, ROUTE_EXTERNAL_1, ROUTE_EXTERNAL_2 };
/* What becomes of a datagram: sent on; or dropped, silently or with an ICMP error. */
enum route_type { ROUTE_UNICAST, ROUTE_BLACKHOLE, ROUTE_UNREACHABLE, ROUTE_PROHIBIT, ROUTE_NONE };
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct route {
    struct id next;   /* the node's list: longest prefix first, then lowest metric */
    struct id tall;   /* a second list of some of them: route.c */
    struct id timer;  /* what was learnt expires */
    ip4 network, via; /* via 0: the destination is on the link */
    uint32_t prefix, metric;
    uint32_t interface, node; /* interface: global number; 0: it leads nowhere, see type */
    uint32_t origin, type;
    uint32_t path, weight; /* several with the same path, not 0, share what goes there */
    ip4 source;            /* which of its addresses the node gives what it sends; 0: the link's */
    uint32_t cost, tag, kind; /* of a daemon's route: its protocol's metric, RIP's or OSPF's tag,
                               * enum route_kind; `metric` is then its distance */
    sim_time since;           /* it stands */
};
#pragma GCC diagnostic pop
/* Next hops of one route. */
static inline bool route_shares(const struct route *a, const struct route *b) {
    return a->path != 0 && a->path == b->path && a->network == b->network &&
           a->prefix == b->prefix && a->metric == b->metric;
}
/* Its interface has no carrier, and the node passes over such (ignore_routes_with_linkdown). */
bool route_is_dead(const struct lab *, const struct route *);
struct next_hop {
    ip4 address;        /* whom to ask ARP for */
    uint32_t interface; /* global number */
    ip4 source;         /* of what the node itself sends; 0: the interface's address */
    enum route_type type;
    bool several; /* found among others of equal cost, or not plain: to be looked up each time */
};
/* False: hop->type says why not. Of several paths of equal cost the one that a hash of both
 * addresses chooses (RFC 1812 5.2.4.3 leaves the choice open; RFC 2992): a flow keeps its path. */
bool route_lookup_from(const struct lab *, uint32_t node, ip4 src, ip4 dst, struct next_hop *);
bool route_lookup(const struct lab *, uint32_t node, ip4 dst, struct next_hop *); /* from 0 */
const struct route *route_get(const struct lab *, struct id);
struct id route_first(const struct lab *, uint32_t node); /* then route_get()->next */

const char *route_type_name(uint32_t type); /* "blackhole"; NULL past the end */
/* Where a network's routes stand, or would: behind the last ones before it, of both lists; {0,0}:
 * first. It holds until the table changes. */
struct route_place {
    struct id low, tall;
};
struct route_place route_place_of(const struct lab *, uint32_t node, ip4 network, uint32_t prefix);
struct id route_behind(const struct lab *, uint32_t node, const struct route_place *);
/* For route_change.c: a row of the table comes and goes. {0,0}: no room. */
struct id route_make(struct step *, const struct route *);
struct id route_make_at(struct step *, const struct route *, const struct route_place *);
void route_turn(struct step *, struct id, const struct route *to); /* in its place */
void route_unmake(struct step *, struct id);
void route_drop_baseless(struct step *, uint32_t node); /* redirects that lost their route */

enum route_result { ROUTE_OK, ROUTE_EXISTS, ROUTE_NOT_FOUND, ROUTE_BAD_NEXT_HOP, ROUTE_NO_ROOM };
enum { ROUTE_HOPS_MAX = 16 };
struct route_hop {
    ip4 via;            /* 0: the destination is on the link */
    uint32_t interface; /* 0: the one whose network holds `via` */
    uint32_t weight;    /* 0: 1 */
};
struct route_wish {
    ip4 network, source;
    uint32_t prefix, metric, cost, tag;
    enum route_kind kind;
    enum route_type type;
    enum route_origin origin;
    uint32_t hop_count; /* 0 for those that lead nowhere */
    struct route_hop hop[ROUTE_HOPS_MAX];
};
/* As on Linux a second route to the same network needs another metric. `add` says what to do when
 * there is one: refuse, put this in its place, or only that. */
enum route_verb { ROUTE_ADD, ROUTE_REPLACE, ROUTE_CHANGE };
enum route_result route_put(struct step *, uint32_t node, const struct route_wish *,
                            enum route_verb);
/* The first route that fits what the wish says; hops, metric and type only if they are given. */
enum route_result route_take(struct step *, uint32_t node, const struct route_wish *);
/* `interface` 0: the one whose network holds `via`; ROUTE_BAD_NEXT_HOP when there is none. */
enum route_result route_add(struct step *, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                            uint32_t interface, enum route_origin);
/* via 0 and interface 0 match any. */
enum route_result route_remove(struct step *, uint32_t node, ip4 network, uint32_t prefix, ip4 via,
                               uint32_t interface);
/* A host's way that a redirect has named, until then (RFC 1122 3.3.1.2): an exception to the route
 * by which the destination is reached without it, and gone with that. */
void route_except(struct step *, uint32_t node, ip4 dst, ip4 via, uint32_t interface,
                  sim_time until);
/* A default route by a router that tells of itself (RFC 1256), until then; 0: it is none. */
void route_learn_default(struct step *, uint32_t node, ip4 via, uint32_t interface, uint32_t metric,
                         sim_time until);
void route_flush_exceptions(struct step *, uint32_t node); /* `ip route flush cache` */
void route_timer_fired(struct step *, struct id route);
void route_remove_interface(struct step *, uint32_t interface); /* every route through it */
void route_add_connected(struct step *, uint32_t interface);

#endif
