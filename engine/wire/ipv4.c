#include "wire/ipv4.h"
/*
 * The IPv4 header: RFC 791 3.1, with the DS field of RFC 2474 3 and the ECN bits of RFC 3168 5 in
 * the place of the old type of service. Options are kept as octets and not interpreted here.
 */
#include <string.h>

#include "base/checksum.h"
#include "wire/fields.h"

enum {
    VERSION, IHL, DS, DSCP, ECN, LENGTH, ID, FLAGS, RESERVED, DF, MF, OFFSET, TTL, PROTOCOL,
    CHECKSUM, CALCULATED, SRC, SRC_ADDR, SRC_HOST, SRC_ANY_HOST, DST, DST_ADDR, DST_HOST, DST_ANY_HOST
};

#define CLAUSE "RFC 791 3.1"
#define VIEW FIELD_GENERATED
const struct wire_field ipv4_fields[] = {
    [VERSION] = {"ip.version", "Version", 0, 1, 1, SHAPE_DECIMAL, 0xf0, 0, FIELD_BITS, CLAUSE},
    [IHL] = {"ip.hdr_len", "Header Length", 0, 1, 1, SHAPE_DECIMAL, 0x0f, 4, FIELD_BITS, CLAUSE},
    [DS] = {"ip.dsfield", "Differentiated Services Field", 1, 1, 1, SHAPE_HEX, 0, 0, 0, "RFC 2474 3"},
    [DSCP] = {"ip.dsfield.dscp", "Differentiated Services Codepoint", 1, 1, 2, SHAPE_DECIMAL, 0xfc, 0,
              FIELD_BITS, "RFC 2474 3"},
    [ECN] = {"ip.dsfield.ecn", "Explicit Congestion Notification", 1, 1, 2, SHAPE_DECIMAL, 0x03, 0,
             FIELD_BITS, "RFC 3168 5"},
    [LENGTH] = {"ip.len", "Total Length", 2, 2, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [ID] = {"ip.id", "Identification", 4, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
    [FLAGS] = {"ip.flags", "Flags", 6, 1, 1, SHAPE_HEX, 0xe0, 0, FIELD_BITS, CLAUSE},
    [RESERVED] = {"ip.flags.rb", "Reserved bit", 6, 1, 2, SHAPE_DECIMAL, 0x80, 0, FIELD_BITS, CLAUSE},
    [DF] = {"ip.flags.df", "Don't fragment", 6, 1, 2, SHAPE_DECIMAL, 0x40, 0, FIELD_BITS, CLAUSE},
    [MF] = {"ip.flags.mf", "More fragments", 6, 1, 2, SHAPE_DECIMAL, 0x20, 0, FIELD_BITS, CLAUSE},
    [OFFSET] = {"ip.frag_offset", "Fragment Offset", 6, 2, 1, SHAPE_DECIMAL, 0x1fff, 8, FIELD_BITS,
                CLAUSE},
    [TTL] = {"ip.ttl", "Time to Live", 8, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [PROTOCOL] = {"ip.proto", "Protocol", 9, 1, 1, SHAPE_DECIMAL, 0, 0, 0, CLAUSE},
    [CHECKSUM] = {"ip.checksum", "Header Checksum", 10, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
    [CALCULATED] = {"ip.checksum_calculated", "Calculated Checksum", 10, 2, 1, SHAPE_CALCULATED, 0, 0,
                    VIEW, CLAUSE},
    [SRC] = {"ip.src", "Source Address", 12, 4, 1, SHAPE_IP4, 0, 0, 0, CLAUSE},
    [SRC_ADDR] = {"ip.addr", "Source or Destination Address", 12, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
    [SRC_HOST] = {"ip.src_host", "Source Host", 12, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
    [SRC_ANY_HOST] = {"ip.host", "Source or Destination Host", 12, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
    [DST] = {"ip.dst", "Destination Address", 16, 4, 1, SHAPE_IP4, 0, 0, 0, CLAUSE},
    [DST_ADDR] = {"ip.addr", "Source or Destination Address", 16, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
    [DST_HOST] = {"ip.dst_host", "Destination Host", 16, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
    [DST_ANY_HOST] = {"ip.host", "Source or Destination Host", 16, 4, 1, SHAPE_IP4, 0, 0, VIEW, CLAUSE},
};
const size_t ipv4_field_count = sizeof ipv4_fields / sizeof *ipv4_fields;

static void take_fields(struct ipv4_header *h, const uint8_t *o) {
    const struct wire_field *f = ipv4_fields;
    h->header_length = (uint8_t)field_get(o, &f[IHL]);
    h->dscp = (uint8_t)field_get(o, &f[DSCP]);
    h->ecn = (uint8_t)field_get(o, &f[ECN]);
    h->total_length = (uint16_t)field_get(o, &f[LENGTH]);
    h->identification = (uint16_t)field_get(o, &f[ID]);
    h->dont_fragment = field_get(o, &f[DF]) != 0;
    h->more_fragments = field_get(o, &f[MF]) != 0;
    h->fragment_offset = (uint16_t)field_get(o, &f[OFFSET]);
    h->ttl = (uint8_t)field_get(o, &f[TTL]);
    h->protocol = (uint8_t)field_get(o, &f[PROTOCOL]);
    h->src = field_get(o, &f[SRC]);
    h->dst = field_get(o, &f[DST]);
    h->option_count = 0;
}

/* RFC 1122 3.2.1.1 and 3.2.1.2: version and checksum are verified, and the datagram is discarded
 * silently; the lengths are checked first where the checksum needs them. */
enum parse_result ipv4_parse(struct ipv4_header *h, struct reader *r) {
    const uint8_t *o = read_span(r, IPV4_HEADER);
    if (r->failed)
        return PARSE_TRUNCATED;
    take_fields(h, o);
    if (field_get(o, &ipv4_fields[VERSION]) != 4)
        return PARSE_BAD_VERSION;
    if (h->header_length < IPV4_HEADER)
        return PARSE_BAD_HEADER;
    size_t options = (size_t)h->header_length - IPV4_HEADER;
    if (options > read_left(r))
        return PARSE_TRUNCATED;
    if (checksum_finish(checksum_add(0, o, h->header_length)) != 0)
        return PARSE_BAD_CHECKSUM;
    if (h->total_length < h->header_length)
        return PARSE_BAD_LENGTH;
    h->option_count = (uint8_t)options;
    read_copy(r, h->options, options);
    size_t payload = (size_t)h->total_length - h->header_length;
    if (payload > read_left(r))
        return PARSE_TRUNCATED;
    *r = read_sub(r, payload);
    return PARSE_OK;
}

void ipv4_emit(struct writer *w, const struct ipv4_header *h) {
    const struct wire_field *f = ipv4_fields;
    uint32_t options = (h->option_count + 3u) / 4 * 4; /* padded with End of Option List */
    assert(options <= sizeof h->options && h->total_length >= IPV4_HEADER + options);
    uint8_t *o = write_span(w, IPV4_HEADER + options);
    field_put(o, &f[VERSION], 4);
    field_put(o, &f[IHL], IPV4_HEADER + options);
    field_put(o, &f[DSCP], h->dscp);
    field_put(o, &f[ECN], h->ecn);
    field_put(o, &f[LENGTH], h->total_length);
    field_put(o, &f[ID], h->identification);
    field_put(o, &f[DF], h->dont_fragment);
    field_put(o, &f[MF], h->more_fragments);
    field_put(o, &f[OFFSET], h->fragment_offset);
    field_put(o, &f[TTL], h->ttl);
    field_put(o, &f[PROTOCOL], h->protocol);
    field_put(o, &f[SRC], h->src);
    field_put(o, &f[DST], h->dst);
    if (h->option_count > 0)
        memcpy(o + IPV4_HEADER, h->options, h->option_count);
    field_put(o, &f[CHECKSUM], checksum_finish(checksum_add(0, o, IPV4_HEADER + options)));
}

void ipv4_decrement_ttl(uint8_t *header) {
    const struct wire_field *f = ipv4_fields;
    uint32_t ttl = field_get(header, &f[TTL]), protocol = field_get(header, &f[PROTOCOL]);
    assert(ttl > 0);
    uint16_t before = (uint16_t)(ttl << 8 | protocol), after = (uint16_t)((ttl - 1) << 8 | protocol);
    uint16_t checksum = (uint16_t)field_get(header, &f[CHECKSUM]);
    field_put(header, &f[TTL], ttl - 1);
    field_put(header, &f[CHECKSUM], checksum_update(checksum, before, after));
}
