#ifndef NETSTEP_WIRE_UDP_H
#define NETSTEP_WIRE_UDP_H
/* UDP, RFC 768. */
#include "wire/parse.h"

enum { UDP_HEADER = 8 };
struct udp_header {
    uint16_t src_port, dst_port, length;
};
/* Checks length and checksum (0: not sent); leaves the reader at the data, cut to `length`. */
enum parse_result udp_parse(struct udp_header *, struct reader *, ip4 src, ip4 dst);
/* `datagram` holds room for the header, followed by `data_count` octets already in place. */
/* RFC 768: the sender makes no checksum. */
void udp_leave_unchecked(uint8_t *datagram);
void udp_emit(uint8_t *datagram, const struct udp_header *, size_t data_count, ip4 src, ip4 dst);

#endif
