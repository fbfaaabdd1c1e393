#ifndef NETSTEP_WIRE_IPV4_H
#define NETSTEP_WIRE_IPV4_H
/* The IPv4 header, RFC 791 3.1. */
#include "wire/parse.h"

enum {
    IPV4_HEADER = 20,
    IP_PROTOCOL_ICMP = 1,
    IP_PROTOCOL_IGMP = 2,
    IP_PROTOCOL_TCP = 6,
    IP_PROTOCOL_UDP = 17,
    IP_PROTOCOL_OSPF = 89
};
/* RFC 3168 5: the two bits beside the DS field. */
enum ip_ecn { IP_ECN_NOT_ECT, IP_ECN_ECT_1, IP_ECN_ECT_0, IP_ECN_CE };
struct ipv4_header {
    uint8_t header_length; /* octets: 20..60 */
    uint8_t dscp, ecn;
    uint16_t total_length, identification;
    bool dont_fragment, more_fragments;
    uint16_t fragment_offset; /* octets */
    uint8_t ttl, protocol;
    ip4 src, dst;
    uint8_t option_count, options[40]; /* octets */
};
/* Checks version, lengths against the reader and the header checksum; leaves the reader at the
 * payload, cut to total_length (padding behind it is not the datagram's). */
enum parse_result ipv4_parse(struct ipv4_header *, struct reader *);
/* Emits the header with its checksum; total_length must be set. */
void ipv4_emit(struct writer *, const struct ipv4_header *);
/* TTL - 1 in place with RFC 1624's update; `header` points at the IPv4 header. */
void ipv4_decrement_ttl(uint8_t *header);
/* Which octets of its datagram a fragment holds, its header believed. */
struct ipv4_span {
    uint32_t from, to;
    bool more; /* it is not the last one */
};
uint32_t ipv4_header_octets(const uint8_t *header); /* 20..60 */
struct ipv4_span ipv4_span(const uint8_t *header);
/* Turns a header in place into that of another piece of the same datagram; the checksum follows. */
void ipv4_set_span(uint8_t *header, struct ipv4_span);
void ipv4_mend_checksum(uint8_t *header);
/* RFC 3168 5: sets CE in place, if the sender said that it understands; the checksum follows. */
void ipv4_mark(uint8_t *header);
/* The destination that the pseudo-header of UDP and TCP has, of the datagram at `at`: where a
 * source route that lies ahead ends (RFC 1122 3.2.1.8c). */
ip4 ipv4_destination(const uint8_t *octets, uint32_t at, uint32_t end);

#endif
