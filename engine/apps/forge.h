#ifndef NETSTEP_APPS_FORGE_H
#define NETSTEP_APPS_FORGE_H
/* The console's `forge`: a segment exactly as told, from any address, by no connection. */
#include "sim/step.h"

/* words[0] is the command's name. Prints what is wrong, or nothing. */
void forge_command(struct step *, uint32_t node, struct id process, char *words[], size_t count);

#endif
