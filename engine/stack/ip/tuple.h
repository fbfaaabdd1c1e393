#ifndef NETSTEP_STACK_TUPLE_H
#define NETSTEP_STACK_TUPLE_H
/* What names a connection in one direction, and what tracking has found about a datagram. */
#include "sim/step.h"

struct tuple {
    ip4 src, dst;
    uint32_t ports; /* source << 16 | destination; of an ICMP query its identifier, twice */
    uint32_t protocol;
};
enum track_way { TRACK_ORIGINAL, TRACK_REPLY };
struct track_note {
    struct id track;  /* {0,0}: none, yet */
    struct tuple was; /* as it came, before any translation */
    enum track_way way;
    uint32_t state; /* enum flow_state, 0: not tracked */
    bool fresh;     /* the first of a connection: its record is made when nothing refuses it */
    bool quotes;    /* an ICMP error about `track`, which goes the given way */
};

#endif
