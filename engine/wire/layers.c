#include "wire/layers.h"
/*
 * Ethernet II, then ARP or IPv4, then ICMP, IGMP, OSPF, UDP or TCP, and TFTP or RIP behind UDP. The
 * lengths are those of the describers, so that a filter finds a field where the tree shows it. What
 * an ICMP error quotes is not looked into.
 */
#include "wire/describe.h"
#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/rip.h"
#include "wire/tftp.h"
#include "wire/udp.h"

static void add(struct layers *l, enum layer layer, uint32_t at, uint32_t end) {
    l->present |= 1u << layer;
    l->at[layer] = at;
    l->end[layer] = end;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Behind the four octets of a DATA's header is the file; all else of TFTP is its own. */
static void find_tftp(struct layers *l, uint32_t at) {
    const uint8_t *o = l->octets + at;
    bool data = o[0] == 0 && o[1] == TFTP_DATA;
    add(l, LAYER_TFTP, at, data ? least(at + TFTP_HEADER, l->payload_end) : l->payload_end);
}

static void find_udp(struct layers *l, uint32_t at, uint32_t begun_at) {
    uint32_t end = l->payload_end, body = at + UDP_HEADER;
    const uint8_t *o = l->octets + at;
    add(l, LAYER_UDP, at, least(body, end));
    if (end < body || end - body < 2) return;
    bool tftp = begun_at == TFTP_PORT ||
                ((o[0] == 0 && o[1] == TFTP_PORT) || (o[2] == 0 && o[3] == TFTP_PORT));
    if (tftp)
        find_tftp(l, body);
    else if (field_word(o, 2) == RIP_PORT || field_word(o + 2, 2) == RIP_PORT)
        add(l, LAYER_RIP, body, end);
}

static void find_transport(struct layers *l, uint32_t protocol, uint32_t at, uint32_t begun_at) {
    uint32_t end = l->payload_end;
    if (protocol == IP_PROTOCOL_ICMP)
        add(l, LAYER_ICMP, at, least(at + ICMP_HEADER, end));
    else if (protocol == IP_PROTOCOL_IGMP)
        add(l, LAYER_IGMP, at, end);
    else if (protocol == IP_PROTOCOL_OSPF)
        add(l, LAYER_OSPF, at, end);
    else if (protocol == IP_PROTOCOL_UDP)
        find_udp(l, at, begun_at);
    else if (protocol == IP_PROTOCOL_TCP)
        add(l, LAYER_TCP, at, at + tcp_described_length(l->octets, at, end));
}

static void find_ipv4(struct layers *l, uint32_t begun_at) {
    uint32_t at = ETHER_HEADER, header = ipv4_header_length(l->octets, at, l->count);
    l->payload_end = at + ipv4_length(l->octets, at, l->count);
    uint32_t there = l->count - at;
    uint32_t total = there >= IPV4_HEADER ? field_word(l->octets + at + 2, 2) : 0;
    if (total > there) l->missing = total - there;
    add(l, LAYER_IPV4, at, at + header);
    uint32_t protocol = ipv4_carries(l->octets, at, l->count);
    if (at + header < l->payload_end) find_transport(l, protocol, at + header, begun_at);
}

void layers_find(struct layers *l, const uint8_t *octets, size_t count, uint32_t begun_at) {
    *l =
        (struct layers){.octets = octets, .count = (uint32_t)count, .payload_end = (uint32_t)count};
    assert(count <= UINT32_MAX / 2);
    if (count == 0) return;
    add(l, LAYER_ETHER, 0, least(ETHER_HEADER, l->count));
    if (count <= ETHER_HEADER) return;
    uint32_t type = (uint32_t)octets[12] << 8 | octets[13];
    if (type == ETHER_TYPE_IPV4) find_ipv4(l, begun_at);
    if (type != ETHER_TYPE_ARP) return;
    l->payload_end =
        ETHER_HEADER + least(l->count - ETHER_HEADER, arp_length(octets, ETHER_HEADER, l->count));
    add(l, LAYER_ARP, ETHER_HEADER, l->payload_end);
}
