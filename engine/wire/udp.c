#include "wire/udp.h"
/*
 * The UDP header, RFC 768. A checksum of zero means that the sender made none, so one that
 * comes out as zero is sent as all ones.
 */
#include "base/checksum.h"
#include "wire/describe.h"
#include "wire/ipv4.h"

enum { SRCPORT, SRC_ANY, DSTPORT, DST_ANY, LENGTH, CHECKSUM, CALCULATED };

#define CLAUSE "RFC 768"
const struct wire_field udp_fields[] = {
    [SRCPORT] = ROW(0, 2, SHAPE_DECIMAL, "udp.srcport", "Source Port"),
    [SRC_ANY] = VIEW(0, 2, 1, SHAPE_DECIMAL, "udp.port", "Source or Destination Port"),
    [DSTPORT] = ROW(2, 2, SHAPE_DECIMAL, "udp.dstport", "Destination Port"),
    [DST_ANY] = VIEW(2, 2, 1, SHAPE_DECIMAL, "udp.port", "Source or Destination Port"),
    [LENGTH] = ROW(4, 2, SHAPE_DECIMAL, "udp.length", "Length"),
    [CHECKSUM] = ROW(6, 2, SHAPE_CHECKSUM, "udp.checksum", "Checksum"),
    [CALCULATED] =
        VIEW(6, 2, 2, SHAPE_CALCULATED, "udp.checksum_calculated", "Calculated Checksum"),
};
const size_t udp_field_count = sizeof udp_fields / sizeof *udp_fields;

enum parse_result udp_parse(struct udp_header *h, struct reader *r, ip4 src, ip4 dst) {
    const struct wire_field *f = udp_fields;
    size_t given = read_left(r);
    const uint8_t *o = read_span(r, UDP_HEADER);
    if (r->failed) return PARSE_TRUNCATED;
    h->src_port = (uint16_t)field_get(o, &f[SRCPORT]);
    h->dst_port = (uint16_t)field_get(o, &f[DSTPORT]);
    h->length = (uint16_t)field_get(o, &f[LENGTH]);
    if (h->length < UDP_HEADER) return PARSE_BAD_LENGTH;
    if (h->length > given) return PARSE_TRUNCATED;
    if (field_get(o, &f[CHECKSUM]) != 0) {
        uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_UDP, h->length);
        if (checksum_finish(checksum_add(sum, o, h->length)) != 0) return PARSE_BAD_CHECKSUM;
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

void udp_leave_unchecked(uint8_t *datagram) {
    field_put(datagram, &udp_fields[CHECKSUM], 0);
}

static void calculate(struct description *d, uint32_t ip, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + at;
    uint32_t length = end - at, src = field_word(d->octets + ip + 12, 4);
    ip4 dst = ipv4_destination(d->octets, ip, at);
    uint32_t sum = checksum_add_pseudo(0, src, dst, IP_PROTOCOL_UDP, (uint16_t)length);
    sum = checksum_add(sum, o, udp_fields[CHECKSUM].at);
    uint16_t checksum = checksum_finish(checksum_add(sum, o + UDP_HEADER, length - UDP_HEADER));
    d->calculated = checksum == 0 ? 0xffff : checksum;
}

/* The request goes to the port (RFC 1350 4); from which two ports the rest comes, only those who
 * have seen the request know. */
static bool is_tftp(const struct description *d, const uint8_t *o) {
    enum { TFTP_PORT = 69 };
    return d->context->is_tftp || field_get(o, &udp_fields[SRCPORT]) == TFTP_PORT ||
           field_get(o, &udp_fields[DSTPORT]) == TFTP_PORT;
}

static bool is_rip(const uint8_t *o) {
    enum { RIP_PORT = 520 };
    return field_get(o, &udp_fields[SRCPORT]) == RIP_PORT ||
           field_get(o, &udp_fields[DSTPORT]) == RIP_PORT;
}

void udp_describe(struct description *d, uint32_t ip, uint32_t at, uint32_t end,
                  enum wholeness wholeness) {
    const struct wire_field *f = udp_fields;
    const uint8_t *o = d->octets + at;
    uint32_t header_end = end - at < UDP_HEADER ? end : at + UDP_HEADER;
    char room[24];
    struct text t = text_of(room, sizeof room);
    if (end - at >= UDP_HEADER) {
        text_u64(&t, field_get(o, &f[SRCPORT]));
        text_add(&t, " > ");
        text_u64(&t, field_get(o, &f[DSTPORT]));
    }
    describe_header(d, 0, "udp", "User Datagram Protocol", CLAUSE, at, header_end, room);
    d->has_calculated = wholeness == WHOLE && end - at >= UDP_HEADER &&
                        field_get(o, &f[LENGTH]) == end - at && field_get(o, &f[CHECKSUM]) != 0;
    if (d->has_calculated) calculate(d, ip, at, end);
    if (!describe_rows(d, f, udp_field_count, at, header_end)) return;
    describe_octets(d, 1, FIELD_GENERATED, "udp.payload", "Payload", CLAUSE, header_end, end);
    if (is_tftp(d, o) && tftp_describe(d, header_end, end)) return;
    if (is_rip(o) && rip_describe(d, header_end, end)) return;
    describe_data(d, 0, header_end, end);
}
