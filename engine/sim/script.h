#ifndef NETSTEP_SIM_SCRIPT_H
#define NETSTEP_SIM_SCRIPT_H
/*
 * The scenario's own console lines. Each is a TIMER_SCRIPT event; lines of one process run in
 * their order, each after the one before has returned.
 */
#include "sim/lab.h"

/* The named process of this node has returned from its line: its next waiting line runs, as a step
 * of its own at this instant. Told by the shell each time that a line of a named process ends. */
void script_returned(struct step *, uint32_t node, const char *process);

#endif
