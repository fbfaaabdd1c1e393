#ifndef NETSTEP_SERVER_CONVERSATION_H
#define NETSTEP_SERVER_CONVERSATION_H
/*
 * What earlier packets of a capture say about a TCP segment: the first sequence numbers and the
 * window scale of its connection, which datagrams belong to a transfer of TFTP, and what fragments
 * make together. Sees each packet once, in order.
 */
#include "reassembly.h"

enum { CONVERSATIONS_MAX = 65536, CONVERSATIONS_TRANSFERS = 64 };
struct conversation;
struct conversations {
    struct conversation *slots; /* open addressing; NULL: none yet */
    size_t count, room;
    uint64_t
        transfers[CONVERSATIONS_TRANSFERS]; /* of TFTP: the asker's address and port; 0: none */
    size_t transfer_count;
    struct reassemblies reassemblies;
};
/* Learns from the packet, and completes the context for its decoding; what it points to lives until
 * the next packet. `packet`: its number. */
void conversations_context(struct conversations *, uint64_t packet, const uint8_t *octets,
                           size_t count, struct packet_context *);
void conversations_free(struct conversations *);

#endif
