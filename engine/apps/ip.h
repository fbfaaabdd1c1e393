#ifndef NETSTEP_APPS_IP_H
#define NETSTEP_APPS_IP_H
/* The objects of `ip`, a file each: within apps/ alone. */
#include "apps/shell.h"

bool ip_is(const char *word, const char *full); /* "n" for "neigh", as iproute2's matches() */
/* The word after `key`, from the third word on; NULL: the key is not there. */
const char *ip_after(const struct command *, const char *key);
/* 0, and the complaint of iproute2: there is no such device. */
uint32_t ip_device(struct step *, const struct command *, const char *name);
void ip_fail(struct step *, const struct command *, const char *text); /* prints and ends */

void run_ip_neigh(struct step *, const struct command *);
void run_ip_route(struct step *, const struct command *, const char *verb);
void run_ip_maddr(struct step *, const struct command *);

#endif
