#ifndef NETSTEP_ROUTING_ROUTING_H
#define NETSTEP_ROUTING_ROUTING_H
/*
 * The routing daemons as apps/ and engine.c see them. A daemon stands where a user program stands:
 * it has sockets, learns of its node by netlink, and writes routes into the node's table. Its
 * configuration is the node's and stays when the daemon is killed, and so do its routes.
 */
#include "routing/daemon.h"
#include "stack/ip/route.h"

/* `router rip`, `no router rip`: the node's instance, that is its configuration, is made and
 * unmade. False: there is no room for it. */
bool rip_router(struct step *, uint32_t node, bool no);
bool rip_has_router(const struct lab *, uint32_t node);
/* The daemon's process has begun and there is an instance, in whichever order they came: it opens
 * its sockets for `process`, and does what its configuration says. */
void rip_start(struct step *, uint32_t node, struct id process);
/* The process ends, or the instance does: all running state goes. Configuration and routes stay.
 * Sockets that are left are closed by the caller. */
void rip_stop(struct step *, uint32_t node);
void rip_resume(struct step *, uint32_t node); /* a socket of its process has something */
void rip_timer_fired(struct step *, uint32_t timer, struct id owner, uint32_t node);
/* One line. `interface` 0: within `router rip`; else within `interface NAME`: "ip rip ...". `no`
 * has been taken off its front. CONFIG_BAD: `why` says it in FRR's words. */
enum config_result rip_config(struct step *, uint32_t node, uint32_t interface, bool no,
                              size_t count, char **words, struct text *why);
/* The lines that rip_config would take to be here. */
void rip_running_config(const struct lab *, uint32_t node, uint32_t interface, struct say *);
/* "show ip rip" and the words behind it; false: it knows no such thing. */
bool rip_show(const struct lab *, uint32_t node, size_t count, char **words, struct say *);

bool ospf_router(struct step *, uint32_t node, bool no);
bool ospf_has_router(const struct lab *, uint32_t node);
void ospf_start(struct step *, uint32_t node, struct id process);
void ospf_stop(struct step *, uint32_t node);
void ospf_resume(struct step *, uint32_t node);
void ospf_timer_fired(struct step *, uint32_t timer, struct id owner, uint32_t node);
enum config_result ospf_config(struct step *, uint32_t node, uint32_t interface, bool no,
                               size_t count, char **words, struct text *why);
void ospf_running_config(const struct lab *, uint32_t node, uint32_t interface, struct say *);
bool ospf_show(const struct lab *, uint32_t node, size_t count, char **words, struct say *);

/* The router's shortest-path tree between the lab's nodes; its database as a graph of its own. */
bool ospf_tree_has(const struct lab *, uint32_t node);
void ospf_tree_visit(const struct lab *, uint32_t node, const struct overlay_sink *);
void ospf_map_visit(const struct lab *, uint32_t node, const struct overlay_sink *);
/* OSPF's routes to networks on the node's own links, which it does not write into the node's table:
 * with the hop by which they are connected. */
void ospf_connected_visit(const struct lab *, uint32_t node,
                          void (*each)(void *user, const struct route *), void *user);

extern const struct object_kind rip_kind, rip_line_kind, rip_interface_kind, rip_peer_kind,
    rip_route_kind, key_kind;
extern const struct state_graph rip_graph;
extern const struct object_kind ospf_kind, ospf_area_kind, ospf_interface_kind, ospf_neighbor_kind,
    ospf_item_kind, ospf_lsa_kind, ospf_block_kind;

extern const struct object_kind ospf_route_kind;
extern const struct state_graph ospf_interface_graph, ospf_neighbor_graph;

#endif
