#ifndef NETSTEP_SERVER_OUTSIDE_H
#define NETSTEP_SERVER_OUTSIDE_H
/* Plugging an interface of a scenario's node into the world outside. */
#include "scenario.h"

/* The outside node's end of such a cable, as lab_frame_in() wants it. */
struct outside_port {
    uint32_t node, interface; /* numbers from 1 */
};
/* `place` is "NODE:INTERFACE": an interface without a cable, for which an outside node called
 * `name` (or like it, when that is taken) and a link are added to the scenario; one whose cable
 * leads to an outside node already; or that of an outside node itself. False: `why` tells. */
bool outside_join(struct scenario_file *, const char *place, const char *name,
                  struct outside_port *, struct complaint *why);

#endif
