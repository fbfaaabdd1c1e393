#ifndef NETSTEP_ROUTING_OSPF_LSDB_H
#define NETSTEP_ROUTING_OSPF_LSDB_H
/*
 * What the files of flooding and of the database (RFC 2328 12, 13, 14) share among themselves:
 * lists of items, the inside of the database, acknowledgements that go out together.
 */
#include "routing/ospf_parts.h"
#include "sim/trace.h"
#include "stack/sysctl.h"

enum {
    OSPF_CHECK_AGE = 300,    /* B */
    OSPF_MAX_AGE_DIFF = 900, /* B */
    OSPF_BLOCK_OCTETS = 48,  /* of a body in one block: a router-LSA of three links is one */
    OSPF_PACKET_ROOM = 8192, /* octets of an update's or acknowledgement's body, at most */
    OSPF_UPDATE_COUNT = 4    /* octets in front of an update's advertisements, A.3.5 */
};
#define OSPF_INITIAL_SEQUENCE 0x80000001u /* B */
#define OSPF_MAX_SEQUENCE     0x7fffffffu /* B */

enum ospf_lsa_wanted {
    OSPF_WANTED_NOTHING,
    OSPF_WANTED_AGAIN, /* a new instance, whether its contents differ or not */
    OSPF_WANTED_OTHER  /* what stands in wanted_block */
};

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct ospf_block { /* of a body */
    struct id next;
    uint8_t octets[OSPF_BLOCK_OCTETS];
};
#pragma GCC diagnostic pop

/* ospf_item.c: lists of POOL_OSPF_ITEM. NULL: the pool is exhausted. */
struct ospf_item *ospf_item_append(struct step *, uint32_t node, struct id *first, struct id *last);
struct ospf_item *ospf_item_at(struct lab *, struct id);
/* Takes out the one behind `before` ({0,0}: the first one). */
void ospf_item_remove(struct step *, struct id *first, struct id *last, struct id before);
void ospf_items_clear(struct step *, struct id *first, struct id *last);
/* The item of this LSA, whatever its instance; *before is the one in front of it. */
struct id ospf_item_find(const struct lab *, struct id first, const struct ospf_lsa_header *,
                         struct id *before);
bool ospf_same_lsa(const struct ospf_lsa_header *, const struct ospf_lsa_header *);

/* ospf_lsdb.c */
struct ospf_lsa *ospf_lsa_touch(struct step *, struct id); /* members that no row shows */
struct ospf_key_of_lsa ospf_key_of(const struct ospf_lsa_header *);
void ospf_lsa_remove(struct step *, struct id lsa); /* out of the database, at once */
bool ospf_lsa_same_body(const struct lab *, struct id lsa, const uint8_t *body, size_t count);
bool ospf_wanted_keep(struct step *, struct ospf_lsa *, const uint8_t *body, size_t count);
void ospf_wanted_forget(struct step *, struct ospf_lsa *);
size_t ospf_wanted_body(const struct lab *, const struct ospf_lsa *, uint8_t out[OSPF_LSA_MOST]);
/* 10, 14: whether a neighbour of the router is in Exchange or Loading. */
bool ospf_somebody_exchanges(const struct lab *, struct id ospf);
struct ospf *ospf_touch(struct step *, struct id);
struct ospf_neighbor *ospf_neighbor_touch(struct step *, struct id);
struct ospf_interface *ospf_interface_touch(struct step *, struct id);

/* ospf_age.c */
void ospf_age_enter(struct step *, struct id lsa); /* its age has changed: when to look next */
void ospf_age_leave(struct step *, struct ospf_lsa *);
void ospf_flushing_begins(struct step *, struct id lsa);
void ospf_flushing_ends(struct step *, struct id lsa);
void ospf_flushing_look_at(struct step *, struct id lsa); /* perhaps nothing holds it any more */
void ospf_age_reached(struct step *, struct id lsa, const char *clause); /* MaxAge: flooded */

/* ospf_flood.c */
void ospf_retransmissions_forget(struct step *, struct id lsa); /* off all neighbours' lists */
struct id ospf_next_interface(const struct lab *, struct id ospf, struct id after);

/* ospf_originate.c */
void ospf_origin_at(struct step *, struct id ospf, sim_time);
/* 12.4 (1), 13.4: a new instance as soon as MinLSInterval allows. */
void ospf_originate_again(struct step *, struct id lsa);
bool ospf_is_own(const struct lab *, struct id ospf, const struct ospf_lsa_header *); /* 14.1 */
/* ospf_describe.c: 12.4.1 and 12.4.2, the bodies. 0: there is to be none. */
size_t ospf_router_body(const struct lab *, struct id area, uint8_t out[OSPF_LSA_MOST]);
size_t ospf_network_body(const struct lab *, struct id interface, uint8_t out[OSPF_LSA_MOST]);

/* ospf_ack.c: acknowledgements of one packet that go back to whoever sent it. */
struct ospf_acks {
    struct id neighbor;
    size_t count; /* octets */
    uint8_t octets[OSPF_PACKET_ROOM];
};
void ospf_acks_add(struct step *, struct ospf_acks *, const struct ospf_lsa_header *);
void ospf_acks_out(struct step *, struct ospf_acks *);
bool ospf_acknowledges(const struct lab *, uint32_t node); /* not under variant.no_lsack */

#endif
