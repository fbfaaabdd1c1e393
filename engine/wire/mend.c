#include "wire/match.h"
/*
 * Checksums put right after octets were changed: what a router does that damages a packet in its
 * own memory and computes the sums afterwards, and what a fault does that shall not be found by
 * them. The sum is made anew over what it covers (RFC 1071). What is not whole is left as it is: a
 * fragment's transport, a frame that was cut.
 */
#include "base/checksum.h"
#include "wire/describe.h"
#include "wire/ether.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/ospf.h"

static void mend_at(uint8_t *octets, size_t count, size_t at, uint32_t sum) {
    octets[at] = octets[at + 1] = 0;
    uint16_t checksum = checksum_finish(checksum_add(sum, octets, count));
    octets[at] = (uint8_t)(checksum >> 8);
    octets[at + 1] = (uint8_t)checksum;
}

/* The packet's checksum (RFC 2328 D.4.1). An advertisement's own was made by who originated it, far
 * from here, and stays as it is. */
static void mend_ospf(uint8_t *packet, uint32_t length) {
    enum { LENGTH_AT = 2, CHECKSUM_AT = 12, AU_TYPE_AT = 14 };
    if (length < OSPF_HEADER) return;
    uint32_t own = field_word(packet + LENGTH_AT, 2);
    if (own < OSPF_HEADER || own > length) return;
    if (field_word(packet + AU_TYPE_AT, 2) == OSPF_AU_CRYPTOGRAPHIC) return;
    uint16_t checksum = ospf_checksum(packet, own);
    packet[CHECKSUM_AT] = (uint8_t)(checksum >> 8);
    packet[CHECKSUM_AT + 1] = (uint8_t)checksum;
}

static void mend_transport(const uint8_t *ip, uint8_t *message, uint32_t length) {
    enum { ICMP_AT = 2, UDP_AT = 6, TCP_AT = 16, TCP_LEAST = 20 };
    uint8_t protocol = ip[9];
    uint32_t sum = checksum_add_pseudo(0, field_word(ip + 12, 4), field_word(ip + 16, 4), protocol,
                                       (uint16_t)length);
    if ((protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_IGMP) && length >= IGMP_HEADER) {
        mend_at(message, length, ICMP_AT, 0);
    } else if (protocol == IP_PROTOCOL_OSPF) {
        mend_ospf(message, length);
    } else if (protocol == IP_PROTOCOL_TCP && length >= TCP_LEAST) {
        mend_at(message, length, TCP_AT, sum);
    } else if (protocol == IP_PROTOCOL_UDP && length >= UDP_AT + 2 &&
               field_word(message + UDP_AT, 2) != 0) {
        mend_at(message, length, UDP_AT, sum);
        if (field_word(message + UDP_AT, 2) == 0) /* RFC 768: zero would mean that there is none */
            message[UDP_AT] = message[UDP_AT + 1] = 0xff;
    }
}

void ipv4_checksums_mend(uint8_t *ip, size_t count, enum fault_mend mend) {
    enum { CHECKSUM_AT = 10, FRAGMENT_BITS = 0x3fff };
    uint32_t end = (uint32_t)count;
    if (mend == MEND_NONE || count < IPV4_HEADER) return;
    uint32_t header = ipv4_header_length(ip, 0, end), length = field_word(ip + 2, 2);
    mend_at(ip, header, CHECKSUM_AT, 0);
    bool whole = (field_word(ip + 6, 2) & FRAGMENT_BITS) == 0 && length >= header && length <= end;
    if (mend == MEND_ALL && whole) mend_transport(ip, ip + header, length - header);
}

void checksums_mend(uint8_t *octets, size_t count, enum fault_mend mend) {
    if (count < ETHER_HEADER || field_word(octets + 12, 2) != ETHER_TYPE_IPV4) return;
    ipv4_checksums_mend(octets + ETHER_HEADER, count - ETHER_HEADER, mend);
}
