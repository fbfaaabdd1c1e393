#ifndef NETSTEP_STACK_NEXT_HOPS_H
#define NETSTEP_STACK_NEXT_HOPS_H
/* Ways over the lab as each node's own table has them, to be drawn. Nothing here changes a lab. */
#include "engine.h"

/* Where a frame from this interface (global number) finds `address`, through switches and hubs:
 * fills to, link and link_count of the arrow. False: nobody there has it. */
bool overlay_follow(const struct lab *, uint32_t interface, ip4 address, struct overlay_arrow *);
/* Of every host and router what it would do with a datagram to `to`: an arrow for each next hop,
 * with the loops and dead ends that these make together. */
void next_hops_visit(const struct lab *, ip4 to, const struct overlay_sink *);

#endif
