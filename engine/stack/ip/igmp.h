#ifndef NETSTEP_STACK_IGMP_H
#define NETSTEP_STACK_IGMP_H
/* Groups: which of them the node is in, by interface, and what it says of that. */
#include "stack/ip/ip.h"

enum { GROUP_ALL_HOSTS = 0xe0000001u, GROUP_ALL_ROUTERS = 0xe0000002u };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct group {
    struct id next;         /* the node's list */
    struct id report_timer; /* a query or, before version 3, a new membership is to be answered */
    struct id change_timer; /* of the link's record: joins and leaves are to be told */
    sim_time heard[2];      /* of the link's record: routers of version 1, 2 count until then */
    ip4 address;            /* GROUP_ALL_HOSTS: the link's record */
    uint32_t interface, node;
    uint32_t users;   /* 0: it was left, and that is still to be told */
    uint32_t changes; /* how often joining or leaving is still to be told */
    uint32_t last;    /* nobody else has reported since we did (RFC 2236 3) */
};
#pragma GCC diagnostic pop

/* Every join needs its leave. False: there is no room, or the address is no group. */
bool group_join(struct step *, uint32_t interface, ip4 group);
void group_leave(struct step *, uint32_t interface, ip4 group);
/* RFC 1112 7.2: whether a datagram to the group is taken from this link. 224.0.0.1 always is. */
bool group_has(const struct lab *, uint32_t interface, ip4 group);
static inline bool ip_is_multicast(ip4 address) {
    return address >> 28 == 0xe;
}

const struct group *group_get(const struct lab *, struct id);
struct id group_first(const struct lab *, uint32_t node); /* then group_get()->next */
/* The interface went up or down: memberships stay, and are told anew. */
void groups_node_crash(struct step *, uint32_t node);
void groups_interface_changed(struct step *, uint32_t interface);
void igmp_in(struct step *, uint32_t node, const struct ip_in *, struct reader message);
void igmp_timer_fired(struct step *, uint32_t timer, struct id owner);

#endif
