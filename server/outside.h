#ifndef NETSTEP_SERVER_OUTSIDE_H
#define NETSTEP_SERVER_OUTSIDE_H
/* Plugging an interface of a scenario's node into the world outside. */
#include "scenario.h"

/* The outside node's end of such a cable, as lab_frame_in() wants it. */
struct outside_port {
    uint32_t node, interface; /* numbers from 1 */
};
/* What was added to a scenario: an interface, "host:eth0", and what its outside node is called. */
struct record_outside {
    char place[64], name[32];
    bool down; /* it has no carrier until a device is attached */
};
/* `place` is "NODE:INTERFACE": an interface whose cable leads to an outside node, or that of an
 * outside node itself. False: `why` tells. */
bool outside_find(const struct scenario_file *, const char *place, struct outside_port *,
                  struct complaint *why);
/* The same, and for an interface without a cable an outside node called `name` (or like it, when
 * that is taken) and a link are added to the scenario. */
bool outside_join(struct scenario_file *, const char *place, const char *name, bool down,
                  struct outside_port *, struct complaint *why);
/* Does so for each interface of hosts and routers that has no cable, at most `most`: how many. */
size_t outside_join_all(struct scenario_file *, struct record_outside *made, size_t most);

#endif
