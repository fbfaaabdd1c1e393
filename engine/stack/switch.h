#ifndef NETSTEP_STACK_SWITCH_H
#define NETSTEP_STACK_SWITCH_H
/* Switches and hubs: nodes that carry frames between their ports and have no addresses. */
#include "sim/frame.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct mac_entry {
    struct id chain;
    sim_time seen_at;
    uint32_t node, interface; /* interface: the port, a global number */
    uint8_t mac[6];
    uint8_t reserved[2];
};
#pragma GCC diagnostic pop
void switch_node_crash(struct step *, uint32_t node); /* it forgets what it has learnt */
void hub_frame_arrived(struct step *, uint32_t interface, struct id frame);
void switch_frame_arrived(struct step *, uint32_t interface, struct id frame);
const struct mac_entry *mac_entry_get(const struct lab *, struct id);

#endif
