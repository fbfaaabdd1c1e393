#ifndef NETSTEP_TESTS_OSPF_HAND_H
#define NETSTEP_TESTS_OSPF_HAND_H
/* OSPF's machines by hand: a router beside a hand-made neighbour, events given to its objects. */
#include <stdio.h>

#include "../sim/sim_support.h"
#include "ospf_peer.h"
#include "routing/ospf_parts.h"
#include "wire/ether.h"
#include "wire/ipv4.h"

struct hands {
    struct setup setup;
    struct running run;
    struct peer peer;
    struct hand hand;
    struct step *s; /* between hands_begin and hands_end */
    struct id ospf, interface, neighbor;
    size_t mark; /* records before it are not looked at */
};
/* What has been told so far is not looked at. */
static inline void hands_mark(struct hands *h) {
    h->mark = h->run.count;
    h->peer.seen = h->run.count;
}
/* The router's only interface, and its neighbour, if there is one. */
static inline void hands_look(struct hands *h) {
    uint32_t node = lab_node_named(h->run.lab, "r1");
    h->ospf = ospf_of(h->run.lab, node);
    h->interface = ospf_get(h->run.lab, h->ospf)->first_interface;
    h->neighbor = ospf_interface_get(h->run.lab, h->interface)->first_neighbor;
}
static inline void hands_start(struct hands *h, enum peer_role role) {
    h->mark = 0;
    run_begin(&h->run, &h->setup);
    peer_begin(&h->peer, &h->run, role);
    peer_run(&h->peer, SECONDS(0.5));
    hands_look(h);
}
static inline void hands_begin(struct hands *h) {
    hands_look(h);
    h->s = hand_begin(&h->hand, &h->run, lab_now(h->run.lab));
}
static inline const struct ospf_interface *the_interface(const struct hands *h) {
    return ospf_interface_get(h->run.lab, h->interface);
}
static inline const struct ospf_neighbor *the_neighbor(const struct hands *h) {
    return ospf_neighbor_get(h->run.lab, h->neighbor);
}
/* The last rule that was told with this clause; NULL: none. */
static inline const struct trace_record *last_rule(const struct hands *h, const char *clause) {
    for (size_t i = h->run.count; i-- > h->mark;) {
        const struct trace_record *r = &h->run.records[i].r;
        if (r->kind == TRACE_RULE && r->clause != NULL && strcmp(r->clause, clause) == 0) return r;
    }
    return NULL;
}
/* The name of the reason of the last datagram that was discarded. */
static inline const char *last_drop(const struct hands *h) {
    for (size_t i = h->run.count; i-- > h->mark;)
        if (h->run.records[i].r.kind == TRACE_DROPPED)
            return engine_name(NAME_REASON, h->run.records[i].r.reason);
    return "none";
}

/* An OSPF packet as octets, from the peer's place on the cable; the lab runs until it is there. */
struct forged {
    ip4 src, dst;
    uint8_t packet[256];
    size_t count; /* with what authentication appends */
};
static inline void forged_in(struct hands *h, const struct forged *f) {
    uint8_t octets[512];
    struct complaint why;
    struct writer w = writer_of(octets, sizeof octets);
    bool group = f->dst >> 28 == 14;
    struct ether_header ether = {.type = ETHER_TYPE_IPV4,
                                 .src = {2, 0xaa, 0, 0, 0, 2},
                                 .dst = {1, 0, 0x5e, 0, 0, (uint8_t)f->dst}};
    struct ipv4_header ip = {.header_length = IPV4_HEADER,
                             .total_length = (uint16_t)(IPV4_HEADER + f->count),
                             .ttl = 1,
                             .protocol = IP_PROTOCOL_OSPF,
                             .src = f->src,
                             .dst = f->dst};
    if (!group) memcpy(ether.dst, lab_interface(h->run.lab, 1, 1).mac, sizeof ether.dst);
    ether_emit(&w, &ether);
    ipv4_emit(&w, &ip);
    write_copy(&w, f->packet, f->count);
    hands_mark(h);
    sim_time now = lab_now(h->run.lab);
    if (!lab_frame_in(h->run.lab, &h->run.sink, now, h->peer.node, 1, octets, written(&w), &why))
        fail_msg("%s: %s", why.place, why.problem);
    run_until(&h->run, now + MILLIS(1));
}
/* A Hello that is as it must be, from the peer, which hears the router. */
static inline struct ospf_hello good_hello(void) {
    return (struct ospf_hello){.mask = 0xffffff00,
                               .interval = 10,
                               .options = OSPF_OPTION_E,
                               .priority = 1,
                               .dead_interval = 40};
}
static inline struct forged forged_hello(const struct ospf_header *header,
                                         const struct ospf_hello *hello) {
    struct forged f = {.src = PEER_ADDRESS, .dst = OSPF_ALL_SPF_ROUTERS};
    struct writer w = writer_of(f.packet, sizeof f.packet);
    write_gap(&w, OSPF_HEADER);
    ospf_emit_hello(&w, hello);
    write_u32(&w, ROUTER_ID);
    f.count = written(&w);
    ospf_emit(f.packet, f.count, header);
    return f;
}

#endif
