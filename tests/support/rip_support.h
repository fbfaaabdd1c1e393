#ifndef NETSTEP_TESTS_RIP_SUPPORT_H
#define NETSTEP_TESTS_RIP_SUPPORT_H
/*
 * Routers that speak RIP: a grid of any size, and what stands in a router's tables, in few words.
 */
#include "lab_support.h"

/* side x side routers; link i joins two neighbours in 10.1.i.0/24 and takes 1 ms. Router numbers
 * count from 1, row by row. */
struct lab *rip_grid(uint32_t side, uint64_t seed);
uint32_t rip_grid_links(uint32_t side);
/* What the RFC's rules give: the metric of each router to each link's network; 0: none below 16. */
uint32_t rip_grid_metric(uint32_t side, uint32_t router, uint32_t link);
ip4 rip_grid_network(uint32_t link);

/* A route of a router's RIP table; 0: it has none. A route that is being deleted has 16. */
uint32_t rip_metric(const struct lab *, const char *node, const char *network);
/* Lines such as "10.0.2.0/24 2 10.0.1.2", sorted; own routes say "self". The caller frees. */
char *rip_table(const struct lab *, const char *node);
void expect_rip(const struct lab *, const char *node, const char *expected);
/* r1 (eth0 10.0.1.1/24, eth1 10.0.2.1/24 with a host behind it, `router rip` with network eth0 and
 * eth1) and, on eth0's cable, whoever the test speaks for: 10.0.1.2 and 10.0.1.3 have their MAC. No
 * jitter, the first update at 10 s; more lines may be added before rip_begin(). */
struct rip_scene {
    struct setup setup;
    struct running run;
    size_t shown; /* records that rip_said() has told already */
};
void rip_scene(struct rip_scene *);
void rip_begin(struct rip_scene *);
void rip_end(struct rip_scene *);
void rip_types(struct rip_scene *, sim_time at, const char *node, const char *line);
/* A message comes in from "ADDRESS:PORT > ADDRESS", in words: "v1 request all", or
 * "v2 response 10.9.0.0/24 1 via 10.0.1.3 tag 7, 10.8.0.0/24 2". */
void rip_hears(struct rip_scene *, sim_time at, const char *from_to, const char *message);
void rip_hears_octets(struct rip_scene *, sim_time at, const char *from_to, const uint8_t *,
                      size_t count);
size_t rip_message(uint8_t out[600], const char *message);
/* What r1 has said on eth0 since the last time, a line each: "10.000 > 224.0.0.9:520 v2 response
 * 10.0.2.0/24 1". */
void expect_rip_said(struct rip_scene *, sim_time until, const char *expected);
/* Why messages and entries were discarded since the run began: "rip_metric rip_port". */
void expect_rip_refused(const struct rip_scene *, const char *expected);

/* Valid routes of the whole lab with a metric below infinity. */
uint32_t rip_count(const struct lab *);

#endif
