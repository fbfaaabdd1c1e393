#ifndef NETSTEP_SIM_SCRIPT_H
#define NETSTEP_SIM_SCRIPT_H
/*
 * The scenario's own console lines. Lines of one process run in their order, each when its time has
 * come and the one before has returned; each that is next is a TIMER_SCRIPT event.
 */
#include "sim/lab.h"

/* The named process of this node has returned from its line: its next line runs as a step of its
 * own, at its time or at this instant. Told by the shell each time that a line of a named process
 * ends. */
void script_returned(struct step *, uint32_t node, const char *process);

#endif
