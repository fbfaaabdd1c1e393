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
    LAYER_COUNT
};
struct layers {
    const uint8_t *octets;
    uint32_t count;
    uint32_t present;          /* bit of each layer that the frame has */
    uint32_t at[LAYER_COUNT];  /* where its header begins */
    uint32_t end[LAYER_COUNT]; /* where its header, options included, ends within the frame */
    uint32_t payload_end;      /* where the innermost layer's own octets end: padding is behind */
};
void layers_find(struct layers *, const uint8_t *octets, size_t count);

static inline bool layers_have(const struct layers *l, enum layer layer) {
    return l->present >> layer & 1;
}

#endif
