#ifndef NETSTEP_WIRE_LAYERS_H
#define NETSTEP_WIRE_LAYERS_H
/*
 * Where the headers of a frame lie, found without judging them: no checksum is looked at, and what
 * is cut off is simply short. For filters and one-line summaries; stacks parse.
 */
#include "wire/parse.h"

enum layer {
    LAYER_ETHER,
    LAYER_ARP,
    LAYER_IPV4,
    LAYER_ICMP,
    LAYER_IGMP,
    LAYER_UDP,
    LAYER_TCP,
    LAYER_TFTP,
    LAYER_RIP,
    LAYER_OSPF,
    LAYER_COUNT
};
struct layers {
    const uint8_t *octets;
    uint32_t count;
    uint32_t present;          /* bit of each layer that the frame has */
    uint32_t at[LAYER_COUNT];  /* where its header begins */
    uint32_t end[LAYER_COUNT]; /* where its header, options included, ends within the frame */
    uint32_t missing;          /* octets of the datagram that a capture has cut off */
    uint32_t payload_end;      /* where the innermost layer's own octets end: padding is behind */
};
/* `begun_at`: the port at which the datagram's conversation began, as far as that is known; 0: it
 * is not, and a transfer's own ports tell nothing (RFC 1350 4). */
void layers_find(struct layers *, const uint8_t *octets, size_t count, uint32_t begun_at);

static inline bool layers_have(const struct layers *l, enum layer layer) {
    return l->present >> layer & 1;
}

#endif
