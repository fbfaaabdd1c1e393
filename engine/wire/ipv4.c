#include "wire/ipv4.h"
/*
 * The IPv4 header: RFC 791 3.1, with the DS field of RFC 2474 3 and the ECN bits of RFC 3168 5 in
 * the place of the old type of service. Options are kept as octets and not interpreted here.
 */
#include <string.h>

#include "base/checksum.h"
#include "wire/describe.h"

enum {
    VERSION,
    IHL,
    DS,
    DSCP,
    ECN,
    LENGTH,
    ID,
    FLAGS,
    RESERVED,
    DF,
    MF,
    OFFSET,
    TTL,
    PROTOCOL,
    CHECKSUM,
    CALCULATED,
    SRC,
    SRC_ADDR,
    SRC_HOST,
    SRC_ANY_HOST,
    DST,
    DST_ADDR,
    DST_HOST,
    DST_ANY_HOST,
    NEXT_STOP, /* instead of the destination's four rows, while a source route lies ahead */
    NEXT_STOP_HOST
};
enum { USUAL_ROWS = NEXT_STOP };

#define CLAUSE           "RFC 791 3.1"
#define CLAUSE_FRAGMENTS "RFC 791 3.2"
static const struct value_name protocol_names[] = {
    {IP_PROTOCOL_ICMP, "ICMP"},
    {IP_PROTOCOL_IGMP, "IGMP"},
    {IP_PROTOCOL_TCP, "TCP"},
    {IP_PROTOCOL_UDP, "UDP"},
    {89, "OSPF"},
    {0, NULL},
};
static const struct value_name ecn_names[] = {
    {0, "Not-ECT"}, {1, "ECT(1)"}, {2, "ECT(0)"}, {3, "CE"}, {0, NULL},
};
const struct wire_field ipv4_fields[] = {
    [VERSION] = BITS(0, 1, 0xf0, 1, SHAPE_DECIMAL, "ip.version", "Version"),
    [IHL] = SCALED(0, 1, 0x0f, 4, "ip.hdr_len", "Header Length"),
    [DS] = ROW_OF(1, 1, SHAPE_HEX, "ip.dsfield", "Differentiated Services Field", "RFC 2474 3"),
    [DSCP] = BITS_OF(1, 1, 0xfc, "ip.dsfield.dscp", "Differentiated Services Codepoint", NULL,
                     "RFC 2474 3"),
    [ECN] = BITS_OF(1, 1, 0x03, "ip.dsfield.ecn", "Explicit Congestion Notification", ecn_names,
                    "RFC 3168 5"),
    [LENGTH] = ROW(2, 2, SHAPE_DECIMAL, "ip.len", "Total Length"),
    [ID] = ROW(4, 2, SHAPE_HEX, "ip.id", "Identification"),
    [FLAGS] = BITS(6, 1, 0xe0, 1, SHAPE_HEX, "ip.flags", "Flags"),
    [RESERVED] = BITS(6, 1, 0x80, 2, SHAPE_DECIMAL, "ip.flags.rb", "Reserved bit"),
    [DF] = BITS(6, 1, 0x40, 2, SHAPE_DECIMAL, "ip.flags.df", "Don't fragment"),
    [MF] = BITS(6, 1, 0x20, 2, SHAPE_DECIMAL, "ip.flags.mf", "More fragments"),
    [OFFSET] = UNSCALED(6, 2, 0x1fff, 8, "ip.frag_offset", "Fragment Offset"),
    [TTL] = ROW(8, 1, SHAPE_DECIMAL, "ip.ttl", "Time to Live"),
    [PROTOCOL] = NAMED(9, 1, SHAPE_DECIMAL, "ip.proto", "Protocol", protocol_names),
    [CHECKSUM] = ROW(10, 2, SHAPE_CHECKSUM, "ip.checksum", "Header Checksum"),
    [CALCULATED] =
        VIEW(10, 2, 1, SHAPE_CALCULATED, "ip.checksum_calculated", "Calculated Checksum"),
    [SRC] = ROW(12, 4, SHAPE_IP4, "ip.src", "Source Address"),
    [SRC_ADDR] = VIEW(12, 4, 1, SHAPE_IP4, "ip.addr", "Source or Destination Address"),
    [SRC_HOST] = VIEW(12, 4, 1, SHAPE_IP4, "ip.src_host", "Source Host"),
    [SRC_ANY_HOST] = VIEW(12, 4, 1, SHAPE_IP4, "ip.host", "Source or Destination Host"),
    [DST] = ROW(16, 4, SHAPE_IP4, "ip.dst", "Destination Address"),
    [DST_ADDR] = VIEW(16, 4, 1, SHAPE_IP4, "ip.addr", "Source or Destination Address"),
    [DST_HOST] = VIEW(16, 4, 1, SHAPE_IP4, "ip.dst_host", "Destination Host"),
    [DST_ANY_HOST] = VIEW(16, 4, 1, SHAPE_IP4, "ip.host", "Source or Destination Host"),
    [NEXT_STOP] = ROW(16, 4, SHAPE_IP4, "ip.cur_rt", "Current Route"),
    [NEXT_STOP_HOST] = VIEW(16, 4, 1, SHAPE_IP4, "ip.cur_rt_host", "Current Route Host"),
};
const size_t ipv4_field_count = USUAL_ROWS;

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
    if (r->failed) return PARSE_TRUNCATED;
    take_fields(h, o);
    if (field_get(o, &ipv4_fields[VERSION]) != 4) return PARSE_BAD_VERSION;
    if (h->header_length < IPV4_HEADER) return PARSE_BAD_HEADER;
    size_t options = (size_t)h->header_length - IPV4_HEADER;
    if (options > read_left(r)) return PARSE_TRUNCATED;
    bool holds = options == 0 ? checksum_of_words_holds(o, IPV4_HEADER)
                              : checksum_of_words_holds(o, h->header_length);
    if (!holds) return PARSE_BAD_CHECKSUM;
    if (h->total_length < h->header_length) return PARSE_BAD_LENGTH;
    h->option_count = (uint8_t)options;
    if (options > 0) read_copy(r, h->options, options);
    size_t payload = (size_t)h->total_length - h->header_length;
    if (payload > read_left(r)) return PARSE_TRUNCATED;
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
    if (h->option_count > 0) memcpy(o + IPV4_HEADER, h->options, h->option_count);
    field_put(o, &f[CHECKSUM], checksum_finish(checksum_add(0, o, IPV4_HEADER + options)));
}

uint32_t ipv4_header_octets(const uint8_t *header) {
    return field_get(header, &ipv4_fields[IHL]);
}

struct ipv4_span ipv4_span(const uint8_t *header) {
    const struct wire_field *f = ipv4_fields;
    uint32_t from = field_get(header, &f[OFFSET]);
    uint32_t payload = field_get(header, &f[LENGTH]) - field_get(header, &f[IHL]);
    return (struct ipv4_span){from, from + payload, field_get(header, &f[MF]) != 0};
}

void ipv4_mend_checksum(uint8_t *header) {
    const struct wire_field *checksum = &ipv4_fields[CHECKSUM];
    field_put(header, checksum, 0);
    field_put(header, checksum,
              checksum_finish(checksum_add(0, header, ipv4_header_octets(header))));
}

void ipv4_set_span(uint8_t *header, struct ipv4_span span) {
    const struct wire_field *f = ipv4_fields;
    uint32_t length = field_get(header, &f[IHL]);
    field_put(header, &f[LENGTH], length + span.to - span.from);
    field_put(header, &f[OFFSET], span.from);
    field_put(header, &f[MF], span.more);
    ipv4_mend_checksum(header);
}

void ipv4_mark(uint8_t *header) {
    const struct wire_field *f = ipv4_fields;
    if (field_get(header, &f[ECN]) == IP_ECN_NOT_ECT) return;
    uint16_t before = (uint16_t)(header[0] << 8 | header[1]);
    field_put(header, &f[ECN], IP_ECN_CE);
    uint16_t after = (uint16_t)(header[0] << 8 | header[1]);
    uint16_t sum = (uint16_t)field_get(header, &f[CHECKSUM]);
    field_put(header, &f[CHECKSUM], checksum_update(sum, before, after));
}

void ipv4_decrement_ttl(uint8_t *header) {
    const struct wire_field *f = ipv4_fields;
    uint32_t ttl = field_get(header, &f[TTL]), protocol = field_get(header, &f[PROTOCOL]);
    assert(ttl > 0);
    uint16_t before = (uint16_t)(ttl << 8 | protocol),
             after = (uint16_t)((ttl - 1) << 8 | protocol);
    uint16_t checksum = (uint16_t)field_get(header, &f[CHECKSUM]);
    field_put(header, &f[TTL], ttl - 1);
    field_put(header, &f[CHECKSUM], checksum_update(checksum, before, after));
}

uint32_t ipv4_length(const uint8_t *octets, uint32_t at, uint32_t end) {
    if (end - at < IPV4_HEADER) return end - at;
    uint32_t total = field_get(octets + at, &ipv4_fields[LENGTH]);
    uint32_t header = ipv4_header_length(octets, at, end);
    return total >= header && total <= end - at ? total : end - at;
}

uint32_t ipv4_carries(const uint8_t *octets, uint32_t at, uint32_t end) {
    const uint8_t *o = octets + at;
    if (end - at < IPV4_HEADER || field_get(o, &ipv4_fields[OFFSET]) != 0) return PROTOCOL_NONE;
    return field_get(o, &ipv4_fields[PROTOCOL]);
}

uint32_t ipv4_header_length(const uint8_t *octets, uint32_t at, uint32_t end) {
    if (end == at) return 0;
    uint32_t length = field_get(octets + at, &ipv4_fields[IHL]);
    if (length < IPV4_HEADER) length = IPV4_HEADER;
    return length < end - at ? length : end - at;
}

static void addresses_text(struct text *t, const uint8_t *header) {
    text_ip4(t, field_get(header, &ipv4_fields[SRC]));
    text_add(t, " > ");
    text_ip4(t, field_get(header, &ipv4_fields[DST]));
}

/* The sum of the header with the checksum field taken as zero. */
static void calculate(struct description *d, uint32_t at, uint32_t header_end) {
    const struct wire_field *checksum = &ipv4_fields[CHECKSUM];
    const uint8_t *o = d->octets + at;
    uint32_t field_end = checksum->at + checksum->size;
    d->has_calculated = field_get(o, &ipv4_fields[IHL]) == header_end - at;
    uint32_t sum = checksum_add(0, o, checksum->at);
    d->calculated = checksum_finish(checksum_add(sum, o + field_end, header_end - at - field_end));
}

ip4 ipv4_destination(const uint8_t *octets, uint32_t at, uint32_t end) {
    ip4 destination = field_get(octets + at, &ipv4_fields[DST]);
    uint32_t header_end = at + ipv4_header_length(octets, at, end);
    if (header_end > at + IPV4_HEADER)
        ipv4_route_ahead(octets, at + IPV4_HEADER, header_end, &destination);
    return destination;
}

/* A fragment that is all there waits for the others; what it holds is told when they have come.
 * Of one that is cut off, or quoted, the beginning is all that there will ever be. */
static bool waits(const struct description *d, uint32_t ip, uint32_t end) {
    const uint8_t *o = d->octets + ip;
    uint32_t header = ipv4_header_length(d->octets, ip, end);
    return field_get(o, &ipv4_fields[MF]) && field_get(o, &ipv4_fields[LENGTH]) == end - ip &&
           checksum_finish(checksum_add(0, o, header)) == 0;
}

static void describe_protocol(struct description *d, uint32_t ip, uint32_t at, uint32_t end) {
    const uint8_t *o = d->octets + ip;
    uint32_t given = field_get(o, &ipv4_fields[LENGTH]),
             offset = field_get(o, &ipv4_fields[OFFSET]);
    bool fragment = offset != 0 || field_get(o, &ipv4_fields[MF]);
    enum wholeness wholeness = !fragment && given == end - ip ? WHOLE : PART;
    uint32_t protocol = waits(d, ip, end) ? PROTOCOL_NONE : ipv4_carries(d->octets, ip, end);
    if (protocol == IP_PROTOCOL_ICMP)
        icmp_describe(d, at, end, wholeness);
    else if (protocol == IP_PROTOCOL_IGMP)
        igmp_describe(d, at, end, wholeness);
    else if (protocol == IP_PROTOCOL_UDP)
        udp_describe(d, ip, at, end, wholeness);
    else if (protocol == IP_PROTOCOL_TCP)
        tcp_describe(d, ip, at, end, wholeness);
    else if (protocol == IP_PROTOCOL_OSPF)
        ospf_describe(d, at, end, wholeness);
    else
        describe_data(d, 0, at, end);
}

/* The header's rows; where a source route leads on, its destination is but the next stop. */
/* A visitor in front of another: fields of the whole count from its payload. */
struct lifted {
    field_visitor *visit;
    void *user;
    uint32_t header;
};

static void lift(void *user, const struct field *f) {
    const struct lifted *l = user;
    struct field shown = *f;
    shown.offset -= l->header;
    shown.flags |= FIELD_WHOLE | FIELD_GENERATED;
    l->visit(l->user, &shown);
}

static void describe_part(struct description *d, const struct packet_fragment *part,
                          uint32_t header) {
    char room[24];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, part->packet);
    describe_text(d, 2, 0, "ip.fragment", "Fragment", CLAUSE_FRAGMENTS, header + part->offset,
                  header + part->offset + part->length, room, part->packet);
}

/* What the last fragment to come completes: its parts, and then what they hold together. */
static void describe_whole(struct description *d) {
    const struct packet_context *known = d->context;
    uint32_t end = (uint32_t)known->whole_count, header = ipv4_header_length(known->whole, 0, end);
    struct lifted l = {d->visit, d->user, header};
    struct description whole = *d;
    whole.visit = lift;
    whole.user = &l;
    whole.octets = known->whole;
    whole.has_calculated = false;
    describe_octets(&whole, 1, 0, "ip.fragments", "Fragments", CLAUSE_FRAGMENTS, header, end);
    for (size_t i = 0; i < known->part_count; i++) describe_part(&whole, &known->parts[i], header);
    describe_octets(&whole, 2, 0, "ip.reassembled.data", "Reassembled", CLAUSE_FRAGMENTS, header,
                    end);
    describe_protocol(&whole, 0, header, end);
}

static bool describe_header_rows(struct description *d, uint32_t at, uint32_t header_end) {
    ip4 final;
    bool ahead = header_end > at + IPV4_HEADER &&
                 ipv4_route_ahead(d->octets, at + IPV4_HEADER, header_end, &final);
    if (!ahead) return describe_rows(d, ipv4_fields, USUAL_ROWS, at, header_end);
    describe_rows(d, ipv4_fields, DST, at, header_end);
    return describe_rows(d, &ipv4_fields[NEXT_STOP], 2, at, header_end);
}

void ipv4_describe(struct description *d, uint32_t at, uint32_t end) {
    char room[48];
    struct text t = text_of(room, sizeof room);
    uint32_t header_end = at + ipv4_header_length(d->octets, at, end);
    if (end - at >= IPV4_HEADER) addresses_text(&t, d->octets + at);
    describe_header(d, 0, "ip", "Internet Protocol Version 4", CLAUSE, at, header_end, room);
    d->has_calculated = false;
    if (end - at >= IPV4_HEADER) calculate(d, at, header_end);
    if (!describe_header_rows(d, at, header_end)) return;
    if (header_end > at + IPV4_HEADER) ipv4_options_describe(d, at + IPV4_HEADER, header_end);
    if (header_end >= end) return;
    if (d->context->whole == NULL || d->quoted) {
        describe_protocol(d, at, header_end, end);
        return;
    }
    describe_octets(d, 1, 0, "ip.fragment_data", "Fragment's Data", CLAUSE_FRAGMENTS, header_end,
                    end);
    describe_whole(d);
}
