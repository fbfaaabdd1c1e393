#ifndef NETSTEP_STACK_FLOW_H
#define NETSTEP_STACK_FLOW_H
/*
 * What a node has found out about an address: what it is to the node, by which route it is reached,
 * and which neighbour that leads to. Packets to and from the same few addresses are looked up once.
 */
#include "sim/memo.h"
#include "stack/ip/ip.h"
#include "stack/ip/route.h"

enum flow_word { FLOW_CAST, FLOW_ROUTE, FLOW_INTERFACE, FLOW_HOP, FLOW_SLOT, FLOW_GENERATION };
/* FLOW_EACH: several paths lead there, or the route is not a plain one: asked each time anew. */
enum flow_route { FLOW_NOT_ASKED, FLOW_ROUTED, FLOW_NO_ROUTE, FLOW_EACH };

static inline struct memo *flow_of(const struct step *s, uint32_t node, ip4 address) {
    return memo_of(s->lab, (uint64_t)node << 32 | address);
}

/* As ip_cast_of(). */
static inline enum ip_cast flow_cast(const struct step *s, uint32_t node, struct memo *flow) {
    if (flow->word[FLOW_CAST] == 0)
        flow->word[FLOW_CAST] = 1 + (uint32_t)ip_cast_of(s->lab, node, (ip4)flow->key);
    return (enum ip_cast)(flow->word[FLOW_CAST] - 1);
}

/* As route_lookup_from(). */
static inline bool flow_way_from(const struct step *s, uint32_t node, struct memo *flow, ip4 src,
                                 struct next_hop *hop) {
    if (flow->word[FLOW_ROUTE] == FLOW_NOT_ASKED || flow->word[FLOW_ROUTE] == FLOW_EACH) {
        bool found = route_lookup_from(s->lab, node, src, (ip4)flow->key, hop);
        flow->word[FLOW_ROUTE] = hop->several ? FLOW_EACH : found ? FLOW_ROUTED : FLOW_NO_ROUTE;
        flow->word[FLOW_INTERFACE] = found ? hop->interface : 0;
        flow->word[FLOW_HOP] = found ? hop->address : 0;
        return found;
    }
    *hop = (struct next_hop){.interface = flow->word[FLOW_INTERFACE],
                             .address = flow->word[FLOW_HOP],
                             .type = ROUTE_NONE};
    return flow->word[FLOW_ROUTE] == FLOW_ROUTED;
}

static inline bool flow_way(const struct step *s, uint32_t node, struct memo *flow,
                            struct next_hop *hop) {
    return flow_way_from(s, node, flow, 0, hop);
}

#endif
