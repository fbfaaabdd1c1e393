#ifndef NETSTEP_APPS_IPTABLES_H
#define NETSTEP_APPS_IPTABLES_H
/* iptables in two files: within apps/ alone. */
#include "apps/shell.h"
#include "stack/ip/firewall.h"

struct listing {
    bool numeric, verbose, numbered;
    bool nat;       /* the table */
    uint32_t chain; /* CHAIN_COUNT: all of the table */
};
void iptables_list(struct step *, const struct command *, const struct listing *); /* -L */
void iptables_say(struct step *, const struct command *, const struct listing *);  /* -S */

#endif
