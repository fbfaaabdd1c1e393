#ifndef NETSTEP_SIM_OUTSIDE_H
#define NETSTEP_SIM_OUTSIDE_H
/* Where a lab is joined to the world outside: lab_frame_in() of engine.h, and its bounds. */
#include "sim/frame.h"

enum { OUTSIDE_FRAME_MOST = 1514 }; /* Ethernet's header and 1500 octets behind it */

#endif
