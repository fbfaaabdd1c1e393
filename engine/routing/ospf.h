#ifndef NETSTEP_ROUTING_OSPF_H
#define NETSTEP_ROUTING_OSPF_H
/*
 * OSPF version 2, RFC 2328: its data structures, in the RFC's order and by its names (5 the
 * protocol's, 6 areas, 9 interfaces, 10 neighbours, 12 link state advertisements, 11 routes).
 *
 * What is configured (`set`) is the node's and outlives the daemon, as frr.conf does. Everything
 * else is the daemon's running state: ospf_start() fills it, ospf_stop() clears it. What the files
 * of this room do for each other is in ospf_parts.h.
 */
#include "sim/event.h"
#include "sim/lab.h"
#include "wire/ospf.h"

enum {
    OSPF_NETWORKS_MAX = 64,  /* `network ... area ...` lines of a router */
    OSPF_KEYS_MAX = 8,       /* message-digest keys of an interface */
    OSPF_KEY_ROOM = 17,      /* a key of 16 octets and its NUL */
    OSPF_HOPS_MAX = 16,      /* next hops of equal cost, 16.8 */
    OSPF_LSA_MOST = 4096,    /* octets of an advertisement, header included, that is stored */
    OSPF_ORIGINS = 4,        /* whose routes can be redistributed: enum ospf_source */
    OSPF_RANGES_MAX = 8,     /* of an area */
    OSPF_METRIC_DEFAULT = 20 /* of what is redistributed, as in FRR */
};
enum ospf_network_type { /* 9: of an interface */
                         OSPF_BROADCAST,
                         OSPF_POINT_TO_POINT,
                         OSPF_VIRTUAL_LINK
};
enum ospf_interface_state { /* 9.1 */
                            OSPF_INTERFACE_DOWN,
                            OSPF_INTERFACE_LOOPBACK,
                            OSPF_INTERFACE_WAITING,
                            OSPF_INTERFACE_POINT_TO_POINT,
                            OSPF_INTERFACE_DR_OTHER,
                            OSPF_INTERFACE_BACKUP,
                            OSPF_INTERFACE_DR,
                            OSPF_INTERFACE_STATE_COUNT
};
enum ospf_interface_event { /* 9.2 */
                            OSPF_INTERFACE_UP,
                            OSPF_WAIT_TIMER,
                            OSPF_BACKUP_SEEN,
                            OSPF_NEIGHBOR_CHANGE,
                            OSPF_LOOP_IND,
                            OSPF_UNLOOP_IND,
                            OSPF_INTERFACE_GOES_DOWN,
                            OSPF_INTERFACE_EVENT_COUNT
};
enum ospf_neighbor_state { /* 10.1; in this order, so that "ExStart or greater" is a comparison */
                           OSPF_NEIGHBOR_DOWN,
                           OSPF_NEIGHBOR_ATTEMPT,
                           OSPF_NEIGHBOR_INIT,
                           OSPF_NEIGHBOR_2WAY,
                           OSPF_NEIGHBOR_EXSTART,
                           OSPF_NEIGHBOR_EXCHANGE,
                           OSPF_NEIGHBOR_LOADING,
                           OSPF_NEIGHBOR_FULL,
                           OSPF_NEIGHBOR_STATE_COUNT
};
enum ospf_neighbor_event { /* 10.2 */
                           OSPF_HELLO_RECEIVED,
                           OSPF_START,
                           OSPF_2WAY_RECEIVED,
                           OSPF_NEGOTIATION_DONE,
                           OSPF_EXCHANGE_DONE,
                           OSPF_BAD_LS_REQ,
                           OSPF_LOADING_DONE,
                           OSPF_ADJ_OK,
                           OSPF_SEQ_NUMBER_MISMATCH,
                           OSPF_1WAY_RECEIVED,
                           OSPF_KILL_NBR,
                           OSPF_INACTIVITY_TIMER,
                           OSPF_LL_DOWN,
                           OSPF_NEIGHBOR_EVENT_COUNT
};
enum ospf_source { OSPF_CONNECTED, OSPF_STATIC, OSPF_FROM_RIP, OSPF_DEFAULT, OSPF_SOURCE_NONE };
enum ospf_path { OSPF_INTRA_AREA, OSPF_INTER_AREA, OSPF_EXTERNAL_1, OSPF_EXTERNAL_2 }; /* 11 */
enum ospf_destination { OSPF_TO_NETWORK, OSPF_TO_ABR, OSPF_TO_ASBR };                  /* 11 */

enum ospf_typed { OSPF_NOT_TYPED, OSPF_AS_ADDRESS, OSPF_AS_NUMBER }; /* "0.0.0.1", "1" */
enum ospf_task { /* of an interface: bit of each event of its machine, and */
                 OSPF_TASK_REAP = 1 << OSPF_INTERFACE_EVENT_COUNT /* neighbours that are Down go */
};

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct ospf_network { /* `network N/P area A`: which interfaces run OSPF, in which area */
    ip4 network;
    uint32_t prefix, area;
    uint32_t typed; /* enum ospf_typed: how the area was */
};
struct ospf_redistribution { /* `redistribute ...`, `default-information originate [always]` */
    uint32_t on, always;
    uint32_t metric, type2; /* metric: 0xffffffff: the default one */
};
struct ospf_settings {
    uint32_t router_id;           /* `ospf router-id`; 0: the highest address */
    uint32_t rfc1583;             /* `compatible rfc1583` */
    uint32_t reference_bandwidth; /* Mbit/s, `auto-cost reference-bandwidth`; 100 */
    uint32_t default_metric;      /* of what is redistributed; 20 */
    uint32_t passive_default, distance;
    uint32_t spf_delay_ms, spf_hold_ms, spf_hold_most_ms; /* `timers throttle spf`; 0 50 5000 */
    uint32_t network_count;
    uint32_t abr_type; /* `ospf abr-type`: 0 cisco, 1 standard */
    uint32_t router;   /* `router ospf` stands in the configuration */
    struct ospf_redistribution redistribute[OSPF_ORIGINS];
    struct ospf_network network[OSPF_NETWORKS_MAX];
};
/* 5: the router. One for a node. */
struct ospf {
    struct id self;
    struct id process, socket, netlink;           /* {0,0}: the daemon does not run */
    struct id first_area, first_interface;        /* sorted: by area id, by interface number */
    struct id first_external;                     /* AS-external LSAs: the LSDB without an area */
    struct id first_route, first_border;          /* 11: networks, and routers to them */
    struct id spf_timer, age_timer, origin_timer; /* origin: what MinLSInterval holds back */
    struct id first_due, last_due; /* LSAs by the time at which 14 has to look at them next */
    sim_time begun_at;             /* the daemon's start */
    sim_time spf_at, spf_hold;     /* when 16 was last run; the hold in force */
    uint64_t spf_runs, lsas_originated, lsas_received;
    uint32_t node, router_id;
    uint32_t running, is_abr, is_asbr, external_count;
    uint32_t spf_wanted; /* bits of what is to be done again, ospf_parts.h */
    uint32_t settled;    /* its routes stand for all: others that an earlier daemon left may go */
    uint32_t crypt_sequence; /* D.3: of what is sent, never falls */
    uint32_t flushing_count; /* LSAs of MaxAge that wait for 14's conditions to go */
    struct ospf_settings set;
};
struct ospf_range { /* 3.5: `area A range N/P [not-advertise]` */
    ip4 network;
    uint32_t prefix, used, hidden;
};
/* 6: an area to which it is attached. */
struct ospf_area {
    struct id self, ospf, next;
    struct id first_lsa; /* the area's LSDB: types 1 to 4, in the order of ospf_lsa_compare_key() */
    uint32_t node, area_id;
    uint32_t interface_count, full_count, lsa_count;
    uint32_t transit_capability; /* 16.1: TransitCapability */
    uint32_t origin_wanted;      /* 12.4: router-LSA and network-LSAs are to be looked at again */
    uint32_t typed;              /* enum ospf_typed: how its number was, at first */
    uint64_t spf_runs;
    uint32_t set_stub, set_no_summary, set_default_cost; /* `area A stub [no-summary]` */
    uint32_t set_authentication;                         /* `area A authentication [...]` */
    struct ospf_range set_range[OSPF_RANGES_MAX];
};
struct ospf_key {
    uint32_t id, used;
    uint8_t key[16];
};
struct ospf_interface_settings { /* C.3; 0 in a time: the default */
    uint32_t cost;               /* 0: by bandwidth */
    uint32_t priority, type;     /* each plus one; 0: 1, and broadcast */
    uint32_t hello_s, dead_s, rxmt_s, transmit_delay_s;
    uint32_t passive, active; /* `passive-interface`, `no passive-interface` under a default */
    uint32_t authentication;  /* AuType + 1; 0: the area's */
    uint32_t mtu_ignore;
    uint32_t has_area, area_id; /* `ip ospf area A`; has_area: enum ospf_typed */
    uint32_t reserved;
    uint8_t simple_key[8];
    struct ospf_key key[OSPF_KEYS_MAX];
};
/* 9: an interface. One for each interface of the node that was configured or takes part. */
struct ospf_interface {
    struct id self, ospf, next;
    struct id area;           /* {0,0}: it takes no part */
    struct id first_neighbor; /* sorted by router id, then by address */
    struct id hello_timer, wait_timer, ack_timer;
    struct id first_ack, last_ack;       /* POOL_OSPF_ITEM: delayed acknowledgements, 13.5 */
    struct id first_update, last_update; /* POOL_OSPF_ITEM: to be flooded when this step ends */
    sim_time joined_at;
    uint32_t node, interface, number; /* interface: global number; number: in the node */
    uint32_t state, type;             /* enum ospf_interface_state, ospf_network_type */
    ip4 address, peer;                /* peer: of a virtual link */
    uint32_t prefix, mtu, cost;
    ip4 dr, bdr;            /* interface addresses, as Hellos have them; 0: none */
    uint32_t dr_id, bdr_id; /* their router ids; 0: none */
    uint32_t hello_s, dead_s, rxmt_s, transmit_delay_s, priority, passive;
    uint32_t au_type, neighbor_count, full_count;
    uint32_t joined; /* bit 0: AllSPFRouters, bit 1: AllDRouters */
    uint32_t area_id;
    uint32_t transit_area; /* of a virtual link */
    uint32_t scheduled;    /* bits of enum ospf_task, done before the step ends: 4.4 */
    uint32_t stub;         /* the area is one, as it was when the interface joined it */
    uint64_t hellos_sent, packets_received;
    struct ospf_interface_settings set;
};
/* 10: a neighbour. */
struct ospf_neighbor {
    struct id self, interface, next;
    struct id inactivity_timer, dd_timer, request_timer, update_timer;
    struct id first_retransmission, last_retransmission; /* lists of POOL_OSPF_ITEM */
    struct id first_summary, last_summary;
    struct id first_request, last_request;
    sim_time full_at, heard_at, changed_at;
    uint32_t node, state; /* enum ospf_neighbor_state */
    uint32_t router_id;
    ip4 address;
    uint32_t priority, options;
    ip4 dr, bdr;                                /* as it says */
    uint32_t master;                            /* it is the master: "(Master)" of 10 */
    uint32_t dd_sequence;                       /* 10: DD Sequence Number */
    uint32_t dd_flags, dd_options, dd_received; /* last received DD packet: I, M, MS; sequence */
    uint32_t dd_heard;                          /* there was such a packet */
    uint32_t dd_sent_more;                      /* the M bit of the last one that was sent, */
    uint32_t dd_sent_items; /* how many entries it had: the first ones of the summary list, */
    uint32_t dd_held;       /* and it can be sent again */
    uint32_t requested;     /* the first ones of the request list: their request is out */
    uint32_t retransmissions, summaries, requests; /* lengths of the lists */
    uint32_t crypt_sequence, reserved;             /* D.3: last one received */
    uint32_t changes;                              /* of its state */
};
/* An entry of one of the lists of 10 (and of 13.5's delayed acknowledgements). */
struct ospf_item {
    struct id next, lsa;           /* lsa: stale when it has left the database */
    sim_time at;                   /* of a retransmission list: when it was sent last */
    struct ospf_lsa_header header; /* what it asks for, acknowledges or waits for */
    uint32_t reserved;
};
/* 12: a link state advertisement in the database. Its octets lie in blocks (ospf_lsdb.c). A newer
 * instance takes the older one's place: same object, same id. */
struct ospf_lsa {
    struct id self, ospf, area; /* area {0,0}: AS scope */
    struct id next, previous;   /* the database, in the order of its keys; the first one's
                                  * `previous` is the last one */
    struct id chain;            /* BUCKET_OSPF_LSA: node, area, type, link state id */
    struct id first_block;      /* the body, behind the header of 20 octets */
    struct id wanted_block;     /* the body of the instance that is wanted next, types 3 to 5 */
    struct id later, earlier;   /* the router's list of what 14 looks at next */
    sim_time due;               /* when that is; 0: not in the list */
    sim_time installed_at;      /* its age then was header.age */
    sim_time originated_at;     /* self-originated: MinLSInterval counts from here; -1: never */
    sim_time sent_at;           /* in an update, 13 (8); -1: never */
    struct ospf_lsa_header header;
    uint32_t node, self_originated;
    uint32_t received;        /* by flooding: MinLSArrival counts from installed_at, 13 (5) */
    uint32_t retransmissions; /* lists of neighbours that it is on */
    uint32_t flushing;        /* it has MaxAge and waits for 14's conditions to go */
    uint32_t wanted;          /* enum ospf_lsa_wanted */
    uint32_t wanted_length, wanted_options, reserved;
};
struct ospf_hop {
    uint32_t interface; /* global number */
    ip4 via;            /* 0: the destination is on the link */
};
/* 11: an entry of the routing table. */
struct ospf_route {
    struct id self, ospf, next;
    sim_time since;
    uint64_t key;                     /* ospf_table.h: the order of the list */
    uint32_t node, destination, path; /* enum ospf_destination, ospf_path */
    ip4 address;                      /* the network, or the router id */
    uint32_t prefix, area_id;
    uint32_t cost, cost2;  /* cost2: of an external path of type 2 */
    uint32_t tag, options; /* options: of a router: V, E, B bits */
    uint32_t origin;       /* 11: Link State Origin: the advertising router */
    uint32_t hop_count;
    struct ospf_hop hop[OSPF_HOPS_MAX];
};
#pragma GCC diagnostic pop

#endif
