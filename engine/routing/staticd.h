#ifndef NETSTEP_ROUTING_STATICD_H
#define NETSTEP_ROUTING_STATICD_H
/* `ip route` of a router's configuration, and the daemon that keeps the node's table to it. */
#include "routing/daemon.h"

/* "route NETWORK GATEWAY|INTERFACE|blackhole|Null0|reject [INTERFACE] [tag N] [DISTANCE]", without
 * the "ip" in front. CONFIG_UNKNOWN: it is no such line (the shell's own `ip route add`). */
enum config_result static_config(struct step *, uint32_t node, bool no, size_t count, char **words,
                                 struct text *why);
bool static_has(const struct lab *, uint32_t node);
void static_start(struct step *, uint32_t node, struct id process);
void static_stop(struct step *, uint32_t node);
void static_resume(struct step *, uint32_t node);
void static_running_config(const struct lab *, uint32_t node, struct say *);

extern const struct object_kind static_kind;

#endif
