#ifndef NETSTEP_TESTS_TALK_SUPPORT_H
#define NETSTEP_TESTS_TALK_SUPPORT_H
/* For tests of stacks and programs: what consoles print, frames made by hand, a shared segment. */
#include "lab_support.h"

/* All that the node's processes printed, line by line. */
void expect_output(const struct running *, const char *node, const char *expected);
/* The same for one line on a node of a fresh pair of hosts, run for `until`. */
void expect_answer(const char *line, sim_time until, const char *expected);
/* "client 10.000 unresolved", one line for each frame lost or dropped. */
void expect_drops(const struct running *, const char *expected);
/* What stands in a table now: the rows of one node, a line each, in the snapshot's order. */
void expect_table(const struct running *, const char *table, const char *node,
                  const char *expected);

/* Hosts a, b, c (10.0.0.1 to .3, eth0) on the ports p1, p2, p3 of a switch or hub "s", 1 ms. */
void three_hosts(struct setup *, enum node_kind middle);

/* Puts octets on the cable of the node's first interface at `at`, as if the node had sent them. */
void inject(struct running *, sim_time at, const char *node, const uint8_t *octets, size_t count);

/* An Ethernet + IPv4 datagram in `out`; returns its octets. The MACs are those of nodes `from` and
 * `to` of a setup (first interfaces). */
struct ipv4_header;
size_t make_datagram(uint8_t out[1600], uint32_t from, uint32_t to, struct ipv4_header *,
                     const uint8_t *payload, size_t count);

#endif
