#ifndef NETSTEP_TESTS_OSPF_PEER_H
#define NETSTEP_TESTS_OSPF_PEER_H
/*
 * A neighbour made by hand: it stands at an outside node, speaks OSPF in octets, and reads what the
 * router under test sends it. It does what it is told and nothing more, but for its Hellos.
 *
 *     struct setup setup;
 *     peer_setup(&setup, PEER_IS_BACKUP);            r1 10.0.0.1/24 - out: who is what there
 *     setup_...                                      more, if need be
 *     struct peer peer;
 *     peer_begin(&peer, &run, PEER_IS_BACKUP);       10.0.0.2, router id 2.2.2.2; `run` has begun
 *     peer_to_full(&peer);                           Hellos, database exchange
 *     struct said said;
 *     assert_true(peer_heard(&peer, OSPF_LINK_STATE_ACK, &said));
 */
#include "lab_support.h"
#include "wire/ospf.h"

enum peer_role {                 /* what the peer is on the network, and what the router then is */
                 PEER_IS_DR,     /* the router, which came earlier: Backup */
                 PEER_IS_BACKUP, /* the router: DR */
                 PEER_IS_OTHER,  /* priority 0; the router: DR */
                 PEER_IS_DR_ALONE, /* the router has priority 0: DR Other */
                 PEER_IS_PTP       /* a point-to-point link */
};
enum {
    PEER_ADDRESS = 0x0a000002,
    PEER_ID = 0x02020202,
    ROUTER_ADDRESS = 0x0a000001,
    ROUTER_ID = 0x01010101,
    PEER_ROOM = 1480
};
struct peer {
    struct running *run;
    enum peer_role role;
    uint32_t node, address, id, area, router; /* router: its address on this link */
    uint8_t options, priority;
    ip4 dr, bdr;       /* as its Hellos have them */
    bool silent;       /* no Hellos */
    bool knows;        /* it lists the router in its Hellos */
    sim_time hello_at; /* the next one */
    uint32_t dd_sequence;
    size_t seen; /* records that peer_heard() has passed */
};
struct said { /* an OSPF packet of the router */
    sim_time at;
    ip4 src, dst;
    struct ospf_header header;
    struct reader body; /* in the records of the run */
};

void peer_setup(struct setup *, enum peer_role);
void peer_begin(struct peer *, struct running *, enum peer_role);
void peer_run(struct peer *, sim_time until); /* the lab runs, and the peer says its Hellos */
void peer_send(struct peer *, enum ospf_type, const uint8_t *body, size_t count);
void peer_hello(struct peer *);
/* The router's next packet of this type from where the last search ended; false: none has come. */
bool peer_heard(struct peer *, enum ospf_type, struct said *);
void peer_skip(struct peer *); /* what has come so far is not looked at */
/* A DD packet with these headers. `lsas`: whole advertisements, one behind the other. */
void peer_dd(struct peer *, uint32_t sequence, uint8_t flags, const uint8_t *lsas, size_t count);
/* Until the router has sent its first DD packet (ExStart); then until Exchange; then, describing
 * these advertisements and sending those that are asked for, until it is Full. */
void peer_to_exstart(struct peer *);
void peer_to_exchange(struct peer *);
void peer_to_full_with(struct peer *, const uint8_t *lsas, size_t count);
void peer_to_full(struct peer *);
void peer_update(struct peer *, const uint8_t *lsas, size_t count); /* as they are, in one packet */
void peer_ack(struct peer *, const struct ospf_lsa_header *);
void peer_request(struct peer *, uint32_t type, uint32_t link_state_id, uint32_t router);

/* Advertisements, written behind what `out` holds already. */
struct lsas {
    size_t count, last; /* last: where the newest one begins */
    uint8_t octets[PEER_ROOM * 4];
};
void lsas_add(struct lsas *, const struct ospf_lsa_header *, const uint8_t *body, size_t count);
/* A router-LSA of `id` with one stub link to the network (/24). */
void lsas_router(struct lsas *, uint32_t id, uint32_t sequence, uint16_t age, ip4 network,
                 uint16_t cost);
void lsas_network(struct lsas *, ip4 dr, uint32_t router, uint32_t sequence, uint16_t age);
void lsas_external(struct lsas *, ip4 network, uint32_t router, uint32_t sequence, uint16_t age);
struct ospf_lsa_header lsas_header(const struct lsas *); /* of the newest one */

/* The advertisement of this key in an update: its header; `body` behind it. */
bool said_lsa(const struct said *, uint32_t type, uint32_t link_state_id, uint32_t router,
              struct ospf_lsa_header *, struct reader *body);
uint32_t said_lsa_count(const struct said *);
/* An acknowledgement of it in an LS Ack. */
bool said_ack(const struct said *, const struct ospf_lsa_header *);

#endif
