#ifndef NETSTEP_TESTS_OSPF_SUPPORT_H
#define NETSTEP_TESTS_OSPF_SUPPORT_H
/* OSPF routers in few words, for dialogues with their consoles. Hellos each second. */
#include "talk_support.h"

/* A router with that id. */
void ospf_router_node(struct setup *, const char *name, const char *router_id);
/* An interface that takes part; `more` NULL: nothing more than "ip ospf area" stands there. */
void ospf_port(struct setup *, const char *node, const char *interface, const char *cidr,
               const char *area, const char *more);
/* A line within `router ospf`, which comes last. */
void ospf_line(struct setup *, const char *node, const char *line);
/* What the console answers to one line at that time, and nothing else. */
void expect_said(struct running *, sim_time at, const char *node, const char *line,
                 const char *expected);
/* The OSPF routes of the node's table, a line each: "10.0.0.0/24 E2 20 via 10.0.1.1". */
void expect_ospf_routes(struct running *, sim_time at, const char *node, const char *expected);
/* Of the database, types 3 to 5: "area 0.0.0.1 summary 10.0.0.0/24 by 1.1.1.1 cost 10". */
void expect_summaries(struct running *, sim_time at, const char *node, const char *expected);

#endif
