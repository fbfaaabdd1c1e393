#ifndef NETSTEP_SERVER_REASSEMBLY_H
#define NETSTEP_SERVER_REASSEMBLY_H
/*
 * The datagrams of a capture that came in fragments, put together for the decoder as RFC 791 3.2
 * says. Sees each packet once, in order.
 */
#include "engine.h"

enum { REASSEMBLIES_MAX = 64 }; /* beyond that the oldest is given up */
struct reassembly;
struct reassemblies {
    struct reassembly *slots[REASSEMBLIES_MAX];
    size_t begun;
    struct reassembly *last; /* the one that fragments_add() completed */
};
/* A whole datagram behind the Ethernet header of its last fragment; lives until the next call. */
struct whole_frame {
    const uint8_t *octets;
    size_t count;
    const struct packet_fragment *parts; /* by their offsets */
    size_t part_count;
};
/* True: the packet is a fragment, and with it a datagram is complete. */
bool reassemblies_add(struct reassemblies *, uint64_t packet, const uint8_t *octets, size_t count,
                      struct whole_frame *);
void reassemblies_free(struct reassemblies *);

#endif
