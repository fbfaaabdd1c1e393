#ifndef NETSTEP_STACK_TRACK_H
#define NETSTEP_STACK_TRACK_H
/*
 * Connection tracking: which datagrams belong together, for NAT and for rules about states. A
 * record has the datagrams' addresses and ports as they come in one direction and in the other; a
 * translation is nothing but two directions that are not each other's mirror.
 */
#include "sim/lab.h"
#include "stack/ip/tuple.h"

/* Of TCP, as nf_conntrack has them; the others have TRACK_NONE. */
enum track_state {
    TRACK_NONE,
    TRACK_SYN_SENT,
    TRACK_SYN_RECV,
    TRACK_ESTABLISHED,
    TRACK_FIN_WAIT,
    TRACK_CLOSE_WAIT,
    TRACK_LAST_ACK,
    TRACK_TIME_WAIT,
    TRACK_CLOSE,
    TRACK_STATE_COUNT
};
enum track_flag {
    TRACK_SEEN_REPLY = 1,
    TRACK_ASSURED = 2,
    TRACK_SOURCE_CHANGED = 4,
    TRACK_DESTINATION_CHANGED = 8,
    TRACK_REPLY_CLOSED_FIRST = 16 /* the first FIN came in the reply's direction */
};
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct track {
    struct id chain[2]; /* in the hash chains of the two ways */
    struct id timer;
    sim_time until;   /* forgotten then; each datagram moves it */
    sim_time expires; /* what the timer is set to: it is moved when it fires too early */
    sim_time born;
    struct tuple way[2];
    uint32_t node, state, flags, reserved;
};
#pragma GCC diagnostic pop

const struct track *track_get(const struct lab *, struct id);
/* {0,0}: none. */
struct id track_find(const struct lab *, uint32_t node, const struct tuple *, enum track_way *);
struct tuple tuple_reversed(struct tuple);
/* {0,0}: no room, or net.netfilter.nf_conntrack_max is reached. */
struct id track_make(struct step *, uint32_t node, const struct tuple ways[2], unsigned flags,
                     uint32_t tcp_flags);
/* A datagram of it passes. */
void track_passes(struct step *, struct id, enum track_way, uint32_t tcp_flags);
void track_node_crash(struct step *, uint32_t node);
void track_timer_fired(struct step *, struct id);
const char *track_state_name(uint32_t state); /* "ESTABLISHED"; "" for TRACK_NONE */
struct text;
void text_tuple_end(struct text *, ip4 address, uint32_t port);

#endif
