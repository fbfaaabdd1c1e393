#ifndef NETSTEP_WIRE_ARP_H
#define NETSTEP_WIRE_ARP_H
/* ARP for IPv4 over Ethernet, RFC 826. Field names as the RFC's packet format (ar$...). */
#include "wire/parse.h"

enum { ARP_PACKET = 28, ARP_OP_REQUEST = 1, ARP_OP_REPLY = 2 };
struct arp_packet {
    uint16_t hrd, pro;
    uint8_t hln, pln;
    uint16_t op;
    uint8_t sha[6], tha[6];
    ip4 spa, tpa;
};
enum parse_result arp_parse(struct arp_packet *, struct reader *);
void arp_emit(struct writer *, const struct arp_packet *);

#endif
