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
enum flow_route { FLOW_NOT_ASKED, FLOW_ROUTED, FLOW_NO_ROUTE };

static inline struct memo *flow_of(const struct step *s, uint32_t node, ip4 address) {
    return memo_of(s->lab, (uint64_t)node << 32 | address);
}

/* As ip_cast_of(). */
static inline enum ip_cast flow_cast(const struct step *s, uint32_t node, struct memo *flow) {
    if (flow->word[FLOW_CAST] == 0)
        flow->word[FLOW_CAST] = 1 + (uint32_t)ip_cast_of(s->lab, node, (ip4)flow->key);
    return (enum ip_cast)(flow->word[FLOW_CAST] - 1);
}

/* As route_lookup(). */
static inline bool flow_way(const struct step *s, uint32_t node, struct memo *flow,
                            struct next_hop *hop) {
    if (flow->word[FLOW_ROUTE] == FLOW_NOT_ASKED) {
        bool found = route_lookup(s->lab, node, (ip4)flow->key, hop);
        flow->word[FLOW_ROUTE] = found ? FLOW_ROUTED : FLOW_NO_ROUTE;
        flow->word[FLOW_INTERFACE] = found ? hop->interface : 0;
        flow->word[FLOW_HOP] = found ? hop->address : 0;
    }
    hop->interface = flow->word[FLOW_INTERFACE];
    hop->address = flow->word[FLOW_HOP];
    return flow->word[FLOW_ROUTE] == FLOW_ROUTED;
}

#endif
