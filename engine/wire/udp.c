#include "wire/udp.h"
/*
 * The UDP header, RFC 768. A checksum of zero means that the sender made none, so one that
 * comes out as zero is sent as all ones.
 */
#include "base/checksum.h"
#include "wire/fields.h"
#include "wire/ipv4.h"

enum { SRCPORT, SRC_ANY, DSTPORT, DST_ANY, LENGTH, CHECKSUM, CALCULATED };

#define CLAUSE "RFC 768"
#define VIEW FIELD_GENERATED
const struct wire_field udp_fields[] = {
    [SRCPORT] = {"udp.srcport", "Source Port", 0, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [SRC_ANY] = {"udp.port", "Source or Destination Port", 0, 2, 1, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    [DSTPORT] = {"udp.dstport", "Destination Port", 2, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [DST_ANY] = {"udp.port", "Source or Destination Port", 2, 2, 1, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    [LENGTH] = {"udp.length", "Length", 4, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [CHECKSUM] = {"udp.checksum", "Checksum", 6, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
    [CALCULATED] = {"udp.checksum_calculated", "Calculated Checksum", 6, 2, 1, SHAPE_CALCULATED, 0, 0,
                    VIEW, CLAUSE},
};
const size_t udp_field_count = sizeof udp_fields / sizeof *udp_fields;

enum parse_result udp_parse(struct udp_header *h, struct reader *r, ip4 src, ip4 dst) {
    const struct wire_field *f = udp_fields;
    size_t given = read_left(r);
    const uint8_t *o = read_span(r, UDP_HEADER);
    if (r->failed)
        return PARSE_TRUNCATED;
    h->src_port = (uint16_t)field_get(o, &f[SRCPORT]);
    h->dst_port = (uint16_t)field_get(o, &f[DSTPORT]);
    h->length = (uint16_t)field_get(o, &f[LENGTH]);
    if (h->length < UDP_HEADER)
        return PARSE_BAD_LENGTH;
    if (h->length > given)
        return PARSE_TRUNCATED;
    if (field_get(o, &f[CHECKSUM]) != 0) {
        uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_UDP, h->length);
        if (checksum_finish(checksum_add(sum, o, h->length)) != 0)
            return PARSE_BAD_CHECKSUM;
    }
    *r = read_sub(r, (size_t)h->length - UDP_HEADER);
    return PARSE_OK;
}

void udp_emit(uint8_t *datagram, const struct udp_header *h, size_t data_count, ip4 src, ip4 dst) {
    const struct wire_field *f = udp_fields;
    uint16_t length = (uint16_t)(UDP_HEADER + data_count);
    assert(UDP_HEADER + data_count <= UINT16_MAX);
    field_put(datagram, &f[SRCPORT], h->src_port);
    field_put(datagram, &f[DSTPORT], h->dst_port);
    field_put(datagram, &f[LENGTH], length);
    field_put(datagram, &f[CHECKSUM], 0);
    uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_UDP, length);
    uint16_t checksum = checksum_finish(checksum_add(sum, datagram, length));
    field_put(datagram, &f[CHECKSUM], checksum == 0 ? 0xffff : checksum);
}
