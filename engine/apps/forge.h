#ifndef NETSTEP_APPS_FORGE_H
#define NETSTEP_APPS_FORGE_H
/* What the kinds of forged packets have in common: how many, how often. */
#include "apps/shell.h"

struct forge_repetition {
    uint64_t count;
    sim_time every;
};
/* "count N", "every TIME". False: the word is none of it. */
bool forge_repeats(const char *key, const char *value, struct forge_repetition *,
                   const char **wrong);
bool forge_ends(const char *word); /* what a shell takes for itself ends the order */

/* Reads the order `forge arp ...` and sends one packet of it; what is wrong with it, or NULL. */
const char *forge_arp(struct step *, uint32_t node, char *words[], size_t count,
                      struct forge_repetition *);
/* The same for `forge udp ...`. */
const char *forge_udp(struct step *, uint32_t node, char *words[], size_t count,
                      struct forge_repetition *);

#endif
