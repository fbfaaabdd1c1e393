#ifndef NETSTEP_ROUTING_OSPF_PARTS_H
#define NETSTEP_ROUTING_OSPF_PARTS_H
/*
 * What the files of OSPF do for each other, file by file, in the order in which a packet and then
 * what it says travel through them: packet, hello, neighbour, database exchange, flooding,
 * database, routing table.
 */
#include "routing/daemon.h"
#include "routing/ospf.h"
#include "sim/trace.h"

#define SEC(n) ((sim_time)(n)*1000000000)

const struct ospf *ospf_get(const struct lab *, struct id);
struct ospf *ospf_edit(struct step *, struct id);
struct id ospf_of(const struct lab *, uint32_t node); /* {0,0}: OSPF was never configured */
const struct ospf_area *ospf_area_get(const struct lab *, struct id);
struct ospf_area *ospf_area_edit(struct step *, struct id);
const struct ospf_interface *ospf_interface_get(const struct lab *, struct id);
struct ospf_interface *ospf_interface_edit(struct step *, struct id);
const struct ospf_neighbor *ospf_neighbor_get(const struct lab *, struct id);
struct ospf_neighbor *ospf_neighbor_edit(struct step *, struct id);
const struct ospf_lsa *ospf_lsa_get(const struct lab *, struct id);
struct ospf_lsa *ospf_lsa_edit(struct step *, struct id);
const struct ospf_route *ospf_route_get(const struct lab *, struct id);

/* ospf_instance.c: the router, its areas; the daemon begins, is woken and ends. */
struct ospf *ospf_open(struct step *, uint32_t node); /* makes it; NULL: no room */
uint32_t ospf_router_id_chosen(const struct lab *, uint32_t node);
void ospf_begin_again(struct step *, struct id ospf);    /* its router id has changed */
void ospf_config_changed(struct step *, struct id ospf); /* a line has: what follows from it */
bool ospf_area_is_configured(const struct ospf_area *);
struct id ospf_area_of(const struct lab *, struct id ospf, uint32_t area_id); /* {0,0}: none */
struct id ospf_area_open(struct step *, struct id ospf, uint32_t area_id);    /* makes it */
/* Areas without a configuration, an interface and LSAs go; `needed_too`: all of them. */
void ospf_areas_forget(struct step *, struct ospf *, bool needed_too);
bool ospf_area_is_stub(const struct lab *, struct id area);
/* ospf_take_part.c: which interfaces run OSPF, in which area: by the configuration, and by what
 * netlink tells of interfaces, addresses and carriers. */
struct id ospf_interface_of(const struct lab *, uint32_t interface);
struct id ospf_interface_open(struct step *, struct id ospf, uint32_t interface); /* makes it */
void ospf_interfaces_update(struct step *, struct id ospf); /* after any change of these */
void ospf_interface_leave(struct step *, struct id interface);
/* What was scheduled meanwhile (4.4) is done: at the end of whatever woke the daemon. */
void ospf_tasks_run(struct step *, struct id ospf);

/* ospf_packet.c: 8.1 sending, 8.2 receiving; ospf_auth.c: D. */
enum { OSPF_ALL_SPF_ROUTERS = 0xe0000005u, OSPF_ALL_D_ROUTERS = 0xe0000006u };
struct ospf_packet { /* one that has passed 8.2 */
    struct ospf_header header;
    struct id interface, neighbor; /* neighbor {0,0}: a Hello from somebody new */
    ip4 src, dst;
    struct reader body; /* behind the header, without what authentication has appended */
    struct id frame;    /* for trace_dropped */
};
/* Puts the header in front of the body, authenticates, sends. `dst` 0: as 8.1 says for the type,
 * to everybody on the link. */
void ospf_packet_send(struct step *, struct id interface, enum ospf_type, ip4 dst,
                      const uint8_t *body, size_t count);
size_t ospf_packet_room(const struct lab *, struct id interface); /* octets of a body, by MTU */
void ospf_packet_in(struct step *, struct id ospf); /* reads what waits at the socket */
void ospf_packet_dropped(struct step *, const struct ospf_packet *, enum reason,
                         const char *clause);
size_t ospf_auth_length(const struct lab *, struct id interface); /* octets behind the packet */
bool ospf_auth_accepts(struct step *, const struct ospf_packet *, const uint8_t *octets,
                       size_t count, enum reason *);
/* Completes the header, puts it in front of the body and appends what has to be; how many octets
 * the packet has then. */
size_t ospf_auth_emit(struct step *, struct id interface, struct ospf_header *, uint8_t *packet,
                      size_t length);

/* ospf_interface.c: 9.2, 9.3 (the machine), 9.4 (the election). */
void ospf_interface_event(struct step *, struct id interface, enum ospf_interface_event);
/* 10.3, 10.5: not now, but when what is going on has ended. */
void ospf_interface_schedule(struct step *, struct id interface, enum ospf_interface_event);
void ospf_interface_enter(struct step *, struct id interface, enum ospf_interface_state,
                          const char *clause);
void ospf_elect(struct step *, struct id interface);
/* ospf_hello.c: 9.5, 10.5. */
void ospf_hello_send(struct step *, struct id interface);
void ospf_hello_in(struct step *, struct ospf_packet *);
/* ospf_neighbor.c: 10.2, 10.3 (the machine), 10.4. */
void ospf_neighbor_event(struct step *, struct id neighbor, enum ospf_neighbor_event);
void ospf_neighbor_enter(struct step *, struct id neighbor, enum ospf_neighbor_state,
                         const char *clause);
bool ospf_should_be_adjacent(const struct lab *, struct id neighbor); /* 10.4 */
struct id ospf_neighbor_with_id(const struct lab *, struct id interface, uint32_t router_id);
struct id ospf_neighbor_with_address(const struct lab *, struct id interface, ip4);
struct id ospf_neighbor_create(struct step *, struct id interface, uint32_t router_id, ip4);
void ospf_neighbor_destroy(struct step *, struct id neighbor);
const char *ospf_interface_state_name(uint32_t state);
const char *ospf_interface_event_name(uint32_t event);
const char *ospf_neighbor_state_name(uint32_t state);
const char *ospf_neighbor_event_name(uint32_t event);

/* ospf_list.c: the lists of 10, of POOL_OSPF_ITEM. False: no room. */
struct ospf_list {
    struct id *first, *last;
    uint32_t *count;
};
struct ospf_list ospf_summary_list(struct ospf_neighbor *);
struct ospf_list ospf_request_list(struct ospf_neighbor *);
bool ospf_list_add(struct step *, uint32_t node, const struct ospf_list *,
                   const struct ospf_lsa_header *);
void ospf_list_drop(struct step *, const struct ospf_list *, uint32_t count); /* the first ones */
const struct ospf_item *ospf_item_get(const struct lab *, struct id);

/* ospf_dd.c: 10.6, 10.8. ospf_request.c: 10.7, 10.9. What the neighbour machine's actions call. */
void ospf_dd_begin(struct step *, struct id neighbor);    /* entering ExStart: 10.3 Start... */
void ospf_dd_exchange(struct step *, struct id neighbor); /* NegotiationDone: the summary list */
void ospf_dd_in(struct step *, struct ospf_packet *);
void ospf_dd_timer_fired(struct step *, struct id neighbor);
void ospf_request_send(struct step *, struct id neighbor);
void ospf_request_in(struct step *, struct ospf_packet *);
/* An LSA of the request list has come; true: it was on it. Last one: LoadingDone. */
bool ospf_request_take(struct step *, struct id neighbor, const struct ospf_lsa_header *);
struct ospf_item *ospf_request_find(struct step *, struct id neighbor,
                                    const struct ospf_lsa_header *);
void ospf_lists_clear(struct step *, struct id neighbor); /* all three of 10 */
void ospf_neighbor_timer_fired(struct step *, uint32_t timer, struct id neighbor);

/* ospf_flood.c: 13, 13.3, 13.4, 13.6. ospf_ack.c: 13.5, 13.7. */
void ospf_update_in(struct step *, struct ospf_packet *);
/* 13.3. `from`: the neighbour that it came from; {0,0}: we originated it. True: it went back out
 * of the interface that it came in by. */
bool ospf_flood(struct step *, struct id lsa, struct id from);
void ospf_update_send(struct step *, struct id interface, ip4 dst, const struct id *lsas,
                      size_t count);                  /* at once: the answer to a request */
void ospf_updates_out(struct step *, struct id ospf); /* sends what ospf_flood() has collected */
/* 10.3, Exchange: an LSA of MaxAge goes here and not onto the summary list. */
void ospf_retransmission_add(struct step *, struct id neighbor, struct id lsa);
void ospf_retransmission_remove(struct step *, struct id neighbor, struct id lsa);
void ospf_retransmission_clear(struct step *, struct id neighbor);
void ospf_retransmission_timer_fired(struct step *, struct id neighbor);
void ospf_ack_in(struct step *, struct ospf_packet *);
void ospf_ack_delayed(struct step *, struct id interface, const struct ospf_lsa_header *);
void ospf_ack_timer_fired(struct step *, struct id interface);
void ospf_ack_clear(struct step *, struct id interface); /* it goes down: nothing is owed there */

/* ospf_lsdb.c: 12.1, 12.2, 13.1, 13.2. ospf_age.c: 14. */
enum { OSPF_MAX_AGE = 3600 }; /* B; so it is on the wire, whatever the setting ospf.max_age says */
struct ospf_key_of_lsa {
    uint32_t type, link_state_id, advertising_router;
};
struct id ospf_lsa_find(const struct lab *, struct id ospf, struct id area,
                        struct ospf_key_of_lsa); /* area {0,0}: type 5 */
/* 16.1 knows of a network-LSA its link state id alone (the DR's address). */
struct id ospf_lsa_network(const struct lab *, struct id area, ip4 link_state_id);
struct id ospf_lsa_first(const struct lab *, struct id ospf, struct id area); /* then ->next */
uint32_t ospf_lsa_age(const struct lab *, struct id lsa, sim_time now); /* seconds, <= MaxAge */
/* The body behind the header; how many octets. */
size_t ospf_lsa_body(const struct lab *, struct id lsa, uint8_t out[OSPF_LSA_MOST]);
int ospf_lsa_newer(const struct ospf_lsa_header *a, uint32_t age_a, const struct ospf_lsa_header *b,
                   uint32_t age_b); /* 13.1: > 0: a is more recent; 0: the same instance */
/* 13 (5): puts it in place of what there was; tells the routing table when the contents differ
 * (13.2). {0,0}: no room. */
struct id ospf_lsa_install(struct step *, struct id ospf, struct id area,
                           const struct ospf_lsa_header *, const uint8_t *body, size_t count);
const char *ospf_lsa_type_name(uint32_t type);                       /* "router", "network"... */
void ospf_lsa_say(const struct lab *, struct id lsa, struct text *); /* its contents in words */
void ospf_withdraw_all(struct step *, struct id ospf); /* its own LSAs: C.1, Router ID */
void ospf_lsdb_clear(struct step *, struct id ospf);
void ospf_age_timer_fired(struct step *, struct id ospf);
/* 14: a neighbour has left Exchange or Loading (to whatever state): what has MaxAge may go now. */
void ospf_flushing_look(struct step *, struct id ospf);

/* ospf_originate.c: 12.4. Router-LSAs and network-LSAs itself; types 3 to 5 for ospf_abr.c and
 * ospf_external.c, which say what is to be there. Contents that do not differ are not originated
 * anew; MinLSInterval (12.4) may hold one back. */
void ospf_originate_router(struct step *, struct id area);
void ospf_originate_network(struct step *, struct id interface); /* or flushes it: 12.4.2 */
void ospf_originate(struct step *, struct id ospf, struct id area, struct ospf_key_of_lsa,
                    uint32_t options, const uint8_t *body, size_t count);
void ospf_withdraw(struct step *, struct id ospf, struct id area, struct ospf_key_of_lsa);
void ospf_origin_timer_fired(struct step *, struct id ospf);
/* 12.4: an adjacency, a DR, an interface, an area or a cost has changed. */
void ospf_interface_changed(struct step *, struct id interface);
void ospf_self_received(struct step *, struct id lsa); /* 13.4, after it was installed */

/* ospf_routes.c: 16, and the node's table. ospf_spf.c: 16.1; ospf_inter_area.c: 16.2, 16.3;
 * ospf_external.c: 16.4 and what an ASBR says; ospf_abr.c: 12.4.3. */
enum ospf_wanted { OSPF_WANT_SPF = 1, OSPF_WANT_INTER_AREA = 2, OSPF_WANT_EXTERNAL = 4 };
void ospf_routes_wanted(struct step *, struct id ospf, uint32_t wanted); /* after 13.2, 16.5-16.7 */
void ospf_lsa_changed(struct step *, struct id lsa); /* installed or gone, contents differ */
void ospf_spf_timer_fired(struct step *, struct id ospf);
void ospf_redistribution_update(struct step *, struct id ospf); /* routes of others changed */
void ospf_routes_clear(struct step *, struct id ospf); /* the daemon ends: the node's table stays */

#endif
