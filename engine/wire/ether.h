#ifndef NETSTEP_WIRE_ETHER_H
#define NETSTEP_WIRE_ETHER_H
/* Ethernet II framing. */
#include "wire/parse.h"

enum {
    ETHER_HEADER = 14,
    ETHER_TYPE_IPV4 = 0x0800,
    ETHER_TYPE_ARP = 0x0806,
    ETHER_LENGTH_MAX = 1500 /* up to this the field is a length (IEEE 802.3), not a type */
};
struct ether_header {
    uint8_t dst[6], src[6];
    uint16_t type;
};
enum parse_result ether_parse(struct ether_header *, struct reader *);
void ether_put(uint8_t header[ETHER_HEADER], const uint8_t dst[6], const uint8_t src[6],
               uint16_t type);
void ether_emit(struct writer *, const struct ether_header *);

#endif
