#ifndef NETSTEP_SIM_EVENT_H
#define NETSTEP_SIM_EVENT_H
/*
 * The event queue and timers. Timers are data: a kind, an owner, an expiry. An owner keeps the id
 * of each of its timers in its own state; setting a pending timer moves it.
 */
#include "sim/lab.h"

/* Every timer of the engine; names and clauses in sim/names.c. */
enum timer_kind {
    TIMER_TCP_RETRANSMISSION,
    TIMER_TCP_DELAYED_ACK,
    TIMER_TCP_TIME_WAIT,
    TIMER_TCP_USER,
    TIMER_TCP_PERSIST,
    TIMER_TCP_KEEPALIVE,
    TIMER_TCP_FIN_WAIT_2,
    TIMER_TCP_SYNACK,
    TIMER_TCP_LOSS_PROBE,
    TIMER_TCP_REORDERING,
    TIMER_ARP_RETRANS,
    TIMER_ARP_REACHABLE,
    TIMER_ARP_DELAY,
    TIMER_ARP_PROBE,
    TIMER_ARP_ADDRESS, /* RFC 5227: the next probe or announcement; owner: the interface */
    TIMER_ARP_PROXY,   /* a proxy's reply is held back; owner: its frame */
    TIMER_TRACK,       /* a connection that NAT or the firewall knows of is forgotten */
    TIMER_IGMP_REPORT,
    TIMER_IGMP_CHANGE,
    TIMER_ROUTE,      /* a route that was learnt expires */
    TIMER_ROUTER,     /* router discovery: of the node itself; not traced */
    TIMER_ICMP_REPLY, /* a timestamp request was thought about: owner is its frame; not traced */
    TIMER_REASSEMBLY, /* a datagram whose fragments do not all come */
    TIMER_TFTP_RETRANSMISSION,
    TIMER_TFTP_DALLY,
    /* routing/: RIP, */
    TIMER_RIP_UPDATE,
    TIMER_RIP_TRIGGERED,
    TIMER_RIP_TIMEOUT,
    TIMER_RIP_GARBAGE,
    /* and OSPF */
    TIMER_OSPF_HELLO,
    TIMER_OSPF_WAIT,        /* an interface waits for a Designated Router to show itself */
    TIMER_OSPF_INACTIVITY,  /* a neighbour is not heard of */
    TIMER_OSPF_DD,          /* its answer to a database description, or how long to keep the last */
    TIMER_OSPF_REQUEST,     /* its answer to a link state request */
    TIMER_OSPF_AGE,         /* what the router's LSAs come to next by their age */
    TIMER_OSPF_ORIGINATION, /* there is something to say, now or when MinLSInterval allows */
    TIMER_OSPF_UPDATE,      /* a neighbour has not acknowledged an LSA */
    TIMER_OSPF_SPF,         /* the routing table is computed */
    TIMER_OSPF_ACK,         /* delayed acknowledgements of an interface */
    TIMER_PROCESS,          /* sleep, ping's interval, a call's time-out */
    TIMER_WAKE,             /* a process runs again at this instant, as a step of its own */
    TIMER_LOOPBACK,         /* a frame to the node itself arrives: owner is the frame; not traced */
    TIMER_HOLD,             /* a fault holds a frame in its node: owner is the frame; not traced */
    TIMER_SCRIPT,           /* the scenario's script: owner in POOL_SCRIPT */
    TIMER_FAULT,            /* a fault begins or ends: owner in POOL_FAULT */
    TIMER_KIND_COUNT
};

/* Sets or moves. `owner` is an object of the pool that the kind implies. Wakes (TIMER_WAKE) are
 * not traced; other kinds give TRACE_TIMER_SET. An exhausted pool leaves *timer none and counts. */
void timer_set(struct step *, struct id *timer, enum timer_kind, uint32_t node, struct id owner,
               sim_time at);
void timer_stop(struct step *, struct id *timer); /* harmless when not pending */
bool timer_pending(const struct lab *, struct id timer, sim_time *at);

#endif
