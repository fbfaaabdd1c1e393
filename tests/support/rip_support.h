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
/* Valid routes of the whole lab with a metric below infinity. */
uint32_t rip_count(const struct lab *);

#endif
