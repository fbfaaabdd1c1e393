#ifndef NETSTEP_SIM_LINK_H
#define NETSTEP_SIM_LINK_H
/*
 * Links: delay, rate, queue, seeded loss, and faults. Each direction is a FIFO of frames of which
 * only the head is in the event heap. A frame that is to die, or that a fault delays, travels by
 * itself. Traces TRACE_SENT, then at its own time TRACE_DELIVERED or TRACE_LOST.
 */
#include "sim/frame.h"

/* Hands a frame to the cable of this interface; takes ownership, whatever becomes of it. */
void link_send(struct step *, uint32_t interface, struct id frame);

#endif
