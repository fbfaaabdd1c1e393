#ifndef NETSTEP_ROUTING_RIP_H
#define NETSTEP_ROUTING_RIP_H
/*
 * RIP, versions 1 and 2 (RFC 2453, RFC 1058): what its files give to one another. A node has one
 * instance. Its configuration (lines, what interfaces are told to do) is the node's and stays;
 * what runs (sockets, timers, routes, neighbours) lives as long as the daemon's process.
 *
 *   rip.c           the instance: start and stop, interfaces, what netlink tells     3.5
 *   rip_config.c    the lines of its configuration, and printing them
 *   rip_in.c        a datagram: may it be heard?                                     3.9, 4.6, 5
 *   rip_entry.c     an entry: what route it is, and what becomes of it               3.9.2, 4
 *   rip_route.c     the table, its timers, deletion, the kernel's table              3.5, 3.8
 *   rip_out.c       messages that leave                                              3.10, 3.7
 *   rip_update.c    when they leave: regular and triggered updates                   3.8, 3.10.1
 *   rip_auth.c      authentication                                  RFC 2453 4.1, 5.2; RFC 2082
 *   rip_view.c      the table for those who look on; rip_show.c: for the console
 *
 * Sections without a number in front are RFC 2453's.
 */
#include "routing/routing.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/ip/route.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "wire/rip.h"

enum {
    RIP_SECRET_ROOM = 17, /* 16 octets on the wire */
    RIP_WORD_ROOM = 32,   /* the name of a key chain or of a list */
    RIP_VERSION_1 = 1,    /* bits of what is sent or heard */
    RIP_VERSION_2 = 2,
    RIP_VERSION_NONE = 4,
    RIP_DISTANCE = 120
};
enum rip_split { RIP_SPLIT_UNSAID, RIP_SPLIT_OFF, RIP_SPLIT_SIMPLE, RIP_SPLIT_POISON };
enum rip_auth_mode { RIP_AUTH_OFF, RIP_AUTH_TEXT, RIP_AUTH_DIGEST };
enum rip_line_kind {
    RIP_LINE_NEIGHBOUR,
    RIP_LINE_NETWORK,
    RIP_LINE_NETWORK_NAME,
    RIP_LINE_OFFSET_IN,
    RIP_LINE_OFFSET_OUT,
    RIP_LINE_PASSIVE,
    RIP_LINE_ACTIVE, /* not passive, though the others are */
    RIP_LINE_ROUTE,
    RIP_LINE_KINDS
};
enum rip_redistributed { RIP_OF_CONNECTED, RIP_OF_OSPF, RIP_OF_STATIC, RIP_REDISTRIBUTED_COUNT };
/* Where a route comes from. All but the first are this router's own. */
enum rip_source {
    RIP_LEARNT,
    RIP_INTERFACE, /* the network of an interface that RIP runs on */
    RIP_STATIC,    /* `route` */
    RIP_DEFAULT,   /* `default-information originate` */
    RIP_REDISTRIBUTED
};
enum rip_state { RIP_NONE, RIP_VALID, RIP_GARBAGE, RIP_STATE_COUNT };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct rip {
    struct id self, process, socket, netlink;
    struct id update, triggered; /* 3.8: the regular update's timer; 3.10.1: the hold */
    struct id first_line, first_interface, first_peer;
    struct id first_route, last_route;              /* in the order of their making */
    struct id first_changed, last_changed;          /* those with the change flag */
    uint32_t node, configured, running;             /* configured: `router rip` */
    uint32_t version;                               /* `version`; 0: not said */
    uint32_t update_s, timeout_s, garbage_s;        /* `timers basic`; 0: not said */
    uint32_t default_metric, distance;              /* 0: not said */
    uint32_t originate, passive;                    /* passive: `passive-interface default` */
    uint32_t redistribute[RIP_REDISTRIBUTED_COUNT]; /* 0: not; else 1 + its metric, 0: not said */
    uint32_t wanted;                                /* a triggered update is due */
    uint32_t route_count, sweep;
    uint32_t reserved;
};
struct rip_line {
    struct id next;
    uint32_t kind;
    ip4 address;
    uint32_t prefix, value;
    char name[INTERFACE_NAME_ROOM];
    char list[RIP_WORD_ROOM];
};
struct rip_interface {
    struct id next, self;
    uint32_t interface, node; /* interface: its global number */
    uint32_t send, hear;      /* versions, by bit; 0: as the instance says */
    uint32_t split, auth;     /* enum rip_split, enum rip_auth_mode */
    uint32_t rfc_length;      /* the digest's length as RFC 2082 has it: 16; else 20 */
    uint32_t broadcast;       /* 5.1: RIP-2 messages are broadcast */
    char secret[RIP_SECRET_ROOM + 3];
    char chain[RIP_WORD_ROOM];
    /* what runs */
    uint32_t active;
    ip4 address;
    uint32_t prefix;
    uint32_t said;                             /* the sequence number that was sent last */
    uint32_t asked;                            /* of the first whole table: a Request was sent */
    uint32_t bad_packets, bad_routes, updates; /* RFC 1389 3.2 */
};
struct rip_peer { /* a router that was heard */
    struct id next;
    ip4 address;
    uint32_t interface, version;
    uint32_t key, sequence, digests; /* digests: authenticated messages that were accepted */
    uint32_t bad_packets, bad_routes;
    sim_time heard_at;
};
struct rip_route {
    struct id self;
    struct id next, previous; /* the instance's list */
    struct id chain;          /* the hash chain */
    struct id timer;          /* timeout or garbage-collection */
    struct id next_changed;
    sim_time until; /* when the timer fires; 0: none runs */
    ip4 network, via, from;
    uint32_t prefix, interface, node;
    uint32_t metric, tag;
    uint32_t told;          /* the metric that is told instead; 0: that one */
    uint32_t source, state; /* enum rip_source, enum rip_state */
    uint32_t origin;        /* RIP_REDISTRIBUTED: enum rip_redistributed */
    uint32_t changed;       /* the route change flag */
    uint32_t sweep;
};
#pragma GCC diagnostic pop

/* rip.c */
struct rip *rip_edit(struct step *, uint32_t node); /* NULL: there is none */
const struct rip *rip_of(const struct lab *, uint32_t node);
struct rip *rip_make(struct step *, uint32_t node); /* the one there is, or a new one; NULL */
const struct rip_interface *rip_interface_get(const struct lab *, struct id);
struct rip_interface *rip_interface_edit(struct step *, struct id);
/* What is configured or runs on an interface; {0,0}: nothing. */
struct id rip_interface_find(const struct lab *, const struct rip *, uint32_t interface);
struct rip_interface *rip_interface_make(struct step *, struct rip *, uint32_t interface);
const struct rip_line *rip_line_get(const struct lab *, struct id);
bool rip_is_passive(const struct lab *, const struct rip *, const struct rip_interface *);
uint32_t rip_offset(const struct lab *, const struct rip *, enum rip_line_kind, const char *name);
/* The configuration has changed: interfaces begin and end to speak RIP, own routes come and go. */
void rip_apply(struct step *, struct rip *);
void rip_interface_down(struct step *, struct rip *, struct rip_interface *);
uint32_t rip_versions_sent(const struct lab *, const struct rip *, const struct rip_interface *);
uint32_t rip_versions_heard(const struct lab *, const struct rip *, const struct rip_interface *);
uint32_t rip_infinity(const struct lab *, uint32_t node);
sim_time rip_update_time(const struct lab *, const struct rip *);
sim_time rip_timeout_time(const struct lab *, const struct rip *);
sim_time rip_garbage_time(const struct lab *, const struct rip *);
sim_time rip_random(struct step *, uint32_t node, sim_time low, sim_time high);

/* rip_redistribute.c: routes of this router's own. */
void rip_own_routes(struct step *, struct rip *);
bool rip_redistributes(const struct rip *);
void rip_take_over(struct step *, struct rip *); /* what an earlier process left in the table */

/* rip_peer.c */
struct rip_peer *rip_peer_find(struct step *, struct rip *, ip4 address);
struct rip_peer *rip_peer_make(struct step *, struct rip *, ip4 address, uint32_t interface);
const struct rip_peer *rip_peer_get(const struct lab *, struct id);
void rip_peers_age(struct step *, struct rip *);
void rip_peers_free(struct step *, struct rip *);

/* rip_route.c */
const struct rip_route *rip_route_get(const struct lab *, struct id);
struct rip_route *rip_route_find(struct step *, const struct rip *, ip4 network, uint32_t prefix);
/* A route that is new; its state is RIP_NONE until rip_route_adopt. NULL: there is no room. */
struct rip_route *rip_route_make(struct step *, struct rip *, ip4 network, uint32_t prefix);
/* What is known of it now. A learnt one goes into the kernel's table. */
struct rip_offer {
    enum rip_source source;
    ip4 via, from;
    uint32_t interface, metric, tag, told, origin;
};
void rip_route_adopt(struct step *, struct rip *, struct rip_route *, const struct rip_offer *,
                     const char *clause);
void rip_route_refresh(struct step *, const struct rip *, struct rip_route *); /* heard of again */
void rip_route_delete(struct step *, struct rip *, struct rip_route *, const char *clause);
void rip_distance_set(struct step *, struct rip *, uint32_t distance);
void rip_routes_free(struct step *, struct rip *);
void rip_clear_changed(struct step *, struct rip *);
void rip_route_timer(struct step *, uint32_t timer, struct id route);

/* rip_in.c, rip_entry.c */
struct rip_heard { /* a message that is being read */
    struct rip *rip;
    struct rip_interface *on;
    const struct datagram *datagram;
    struct rip_header header;
    struct reader entries;
};
void rip_hear(struct step *, struct rip *);
void rip_entry_in(struct step *, struct rip_heard *, const struct rip_entry *);
void rip_discard(struct step *, const struct rip_heard *, enum reason, const char *clause);
void rip_discard_entry(struct step *, const struct rip_heard *, enum reason, const char *clause);
/* 3.7: the mask of an address that came without one. */
uint32_t rip_prefix_guessed(ip4 address, ip4 interface, uint32_t interface_prefix);
uint32_t rip_natural_prefix(ip4 address); /* of its class; 0: neither A, B nor C */
bool rip_prefix_of_mask(uint32_t mask, uint32_t *prefix);

/* rip_out.c */
enum rip_which { RIP_WHOLE, RIP_CHANGED };
void rip_request_out(struct step *, struct rip *, struct rip_interface *);
/* Response messages of one version, to a group, a broadcast address, or one router. */
struct rip_to {
    struct tcp_endpoint to;
    uint32_t version;
    enum rip_which which;
};
void rip_response_out(struct step *, struct rip *, struct rip_interface *, const struct rip_to *);
void rip_send(struct step *, const struct rip *, const struct rip_interface *, struct tcp_endpoint,
              const uint8_t *octets, size_t count);
ip4 rip_address_of(const struct rip_interface *, uint32_t version);

/* rip_update.c */
void rip_signal(struct step *, struct rip *); /* 3.8: "the output process is signalled" */
void rip_update_begin(struct step *, struct rip *);
void rip_settle(struct step *, struct rip *); /* at a step's end: what was signalled goes out */
void rip_update_timer(struct step *, struct rip *, uint32_t timer);

/* rip_auth.c: the first entry of a message that leaves (false: none is wanted), and its end. */
bool rip_auth_open(struct step *, struct rip_interface *, uint32_t version, struct writer *);
void rip_auth_close(struct step *, const struct rip_interface *, uint32_t version, struct writer *);
bool rip_auth_check(struct step *, struct rip_heard *);

#endif
