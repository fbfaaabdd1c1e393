#ifndef NETSTEP_STACK_IPV4_REASSEMBLY_H
#define NETSTEP_STACK_IPV4_REASSEMBLY_H
/* A datagram of which fragments have come; for ipv4_reassembly.c and ipv4_overlap.c alone. */
#include "sim/trace.h"
#include "stack/ip/ipv4.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct reassembly {
    struct id next, previous; /* the node's, the oldest first */
    struct id chain, timer;
    struct id first, last; /* its fragments in the order of their octets */
    sim_time expires;
    ip4 src, dst;
    uint32_t node, protocol, identification;
    uint32_t octets, end;            /* that are here; that there are, as far as is known */
    uint32_t runs;                   /* of octets without a gap */
    uint32_t first_came, last_came;  /* the fragment with the first, with the last octet */
    uint32_t charge;                 /* the memory that it counts for */
    uint32_t seen;                   /* fragments of its source, when its last one came */
    uint32_t codepoints;             /* a bit for each ECN codepoint of its fragments */
    uint32_t longest, longest_whole; /* total length: of any; of those with Don't Fragment */
    uint32_t group;                  /* a fragment came as a broadcast of the link */
};
#pragma GCC diagnostic pop

const struct reassembly *reassembly_get(const struct lab *, struct id);
struct ipv4_span fragment_span(struct lab *, struct id fragment);
/* The fragment waits behind `before` ({0,0}: as the first); it no longer waits. While it does, its
 * frame's `order` is where the run of fragments began that came in their order, up to it. */
void reassembly_link(struct step *, struct reassembly *, struct id fragment, struct id before);
void reassembly_unlink(struct step *, struct reassembly *, struct id fragment);
/* The datagram and what waits for it go, and count as failed. */
void reassembly_node_crash(struct step *, uint32_t node);
void reassembly_fail(struct step *, struct id reassembly, enum reason, const char *clause);
/* ipv4_overlap.c: puts a fragment in its place. Takes ownership; false: there is nothing new in
 * it, or the datagram has failed. */
bool reassembly_place(struct step *, struct id reassembly, struct id fragment);

#endif
