#include "wire/ether.h"
/*
 * The Ethernet II header, RFC 894: destination, source, type. Left out: what follows an IEEE 802.3
 * length (RFC 1042), VLAN tags; a virtual wire carries no frame check sequence.
 */
#include <string.h>

#include "wire/describe.h"

enum { DST = 0, SRC = 10, TYPE = 20, LENGTH };

/* Under each address lie other views of the same octets, named as Wireshark names them. */
#define CLAUSE "RFC 894"
const struct value_name ether_type_names[] = {
    {ETHER_TYPE_IPV4, "IPv4"},
    {ETHER_TYPE_ARP, "ARP"},
    {0x8100, "802.1Q"},
    {0x86dd, "IPv6"},
    {0, NULL},
};
const struct wire_field ether_fields[] = {
    [DST] = ROW(0, 6, SHAPE_MAC, "eth.dst", "Destination"),
    VIEW(0, 6, 2, SHAPE_MAC_NAME, "eth.dst_resolved", "Destination (resolved)"),
    VIEW(0, 3, 2, SHAPE_DECIMAL, "eth.dst.oui", "Destination OUI"),
    VIEW(0, 6, 2, SHAPE_MAC, "eth.addr", "Address"),
    VIEW(0, 6, 2, SHAPE_MAC_NAME, "eth.addr_resolved", "Address (resolved)"),
    VIEW(0, 3, 2, SHAPE_DECIMAL, "eth.addr.oui", "Address OUI"),
    VIEW_BITS(0, 3, 0x020000, 2, "eth.dst.lg", "LG bit"),
    VIEW_BITS(0, 3, 0x020000, 2, "eth.lg", "LG bit"),
    VIEW_BITS(0, 3, 0x010000, 2, "eth.dst.ig", "IG bit"),
    VIEW_BITS(0, 3, 0x010000, 2, "eth.ig", "IG bit"),
    [SRC] = ROW(6, 6, SHAPE_MAC, "eth.src", "Source"),
    VIEW(6, 6, 2, SHAPE_MAC_NAME, "eth.src_resolved", "Source (resolved)"),
    VIEW(6, 3, 2, SHAPE_DECIMAL, "eth.src.oui", "Source OUI"),
    VIEW(6, 6, 2, SHAPE_MAC, "eth.addr", "Address"),
    VIEW(6, 6, 2, SHAPE_MAC_NAME, "eth.addr_resolved", "Address (resolved)"),
    VIEW(6, 3, 2, SHAPE_DECIMAL, "eth.addr.oui", "Address OUI"),
    VIEW_BITS(6, 3, 0x020000, 2, "eth.src.lg", "LG bit"),
    VIEW_BITS(6, 3, 0x020000, 2, "eth.lg", "LG bit"),
    VIEW_BITS(6, 3, 0x010000, 2, "eth.src.ig", "IG bit"),
    VIEW_BITS(6, 3, 0x010000, 2, "eth.ig", "IG bit"),
    [TYPE] = NAMED(12, 2, SHAPE_HEX, "eth.type", "Type", ether_type_names),
    [LENGTH] = ROW(12, 2, SHAPE_DECIMAL, "eth.len", "Length"), /* IEEE 802.3: instead of a type */
};
const size_t ether_field_count = sizeof ether_fields / sizeof *ether_fields;

enum parse_result ether_parse(struct ether_header *h, struct reader *r) {
    const uint8_t *o = read_span(r, ETHER_HEADER);
    if (r->failed) return PARSE_TRUNCATED;
    memcpy(h->dst, o + ether_fields[DST].at, sizeof h->dst);
    memcpy(h->src, o + ether_fields[SRC].at, sizeof h->src);
    h->type = (uint16_t)field_get(o, &ether_fields[TYPE]);
    return PARSE_OK;
}

void ether_put(uint8_t o[ETHER_HEADER], const uint8_t dst[6], const uint8_t src[6], uint16_t type) {
    memcpy(o + ether_fields[DST].at, dst, ether_fields[DST].size);
    memcpy(o + ether_fields[SRC].at, src, ether_fields[SRC].size);
    field_put(o, &ether_fields[TYPE], type);
}

void ether_emit(struct writer *w, const struct ether_header *h) {
    ether_put(write_span(w, ETHER_HEADER), h->dst, h->src, h->type);
}

static bool all_zero(const uint8_t *octets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (octets[i] != 0) return false;
    return true;
}

/* What follows the payload: zeros that fill a short frame up to 60 octets are padding (RFC 894),
 * anything else is a trailer of unknown meaning. Where a frame could have kept its check sequence,
 * the last four octets are taken for it. */
static void describe_trailer(struct description *d, uint32_t at, uint32_t end) {
    enum { SHORTEST = 60, CHECK = 4 };
    static const struct wire_field sequence =
        ROW(0, 4, SHAPE_HEX, "eth.fcs", "Frame check sequence");
    uint32_t padded = end < SHORTEST ? end : SHORTEST;
    if (at >= padded || !all_zero(d->octets + at, padded - at)) padded = at;
    bool checked = end >= SHORTEST + CHECK && end - padded >= CHECK;
    uint32_t trailer_end = checked ? end - CHECK : end;
    describe_octets(d, 1, 0, "eth.padding", "Padding", CLAUSE, at, padded);
    describe_octets(d, 1, 0, "eth.trailer", "Trailer", CLAUSE, padded, trailer_end);
    if (checked) describe_rows(d, &sequence, 1, trailer_end, end);
}

uint32_t ether_payload_end(const uint8_t *octets, uint32_t type, uint32_t at, uint32_t end) {
    uint32_t length = end - at, own = length;
    if (type == ETHER_TYPE_IPV4)
        own = ipv4_length(octets, at, end);
    else if (type == ETHER_TYPE_ARP)
        own = arp_length(octets, at, end);
    else if (type <= ETHER_LENGTH_MAX)
        own = type;
    return at + (own < length ? own : length);
}

void ether_payload_describe(struct description *d, uint32_t type, uint32_t at, uint32_t end) {
    if (type == ETHER_TYPE_IPV4)
        ipv4_describe(d, at, end);
    else if (type == ETHER_TYPE_ARP)
        arp_describe(d, at, end);
    else
        describe_data(d, 0, at, end);
}

static void addresses_text(struct text *t, const uint8_t *octets) {
    text_mac(t, octets + ether_fields[SRC].at);
    text_add(t, " > ");
    text_mac(t, octets + ether_fields[DST].at);
}

void ether_describe(struct description *d, uint32_t end) {
    char room[48];
    struct text t = text_of(room, sizeof room);
    if (end >= ETHER_HEADER) addresses_text(&t, d->octets);
    uint32_t header_end = end < ETHER_HEADER ? end : ETHER_HEADER;
    describe_header(d, 0, "eth", "Ethernet II", CLAUSE, 0, header_end, room);
    if (!describe_rows(d, ether_fields, TYPE, 0, header_end)) return;
    uint32_t type = end < ETHER_HEADER ? 0 : field_get(d->octets, &ether_fields[TYPE]);
    const struct wire_field *last = &ether_fields[type <= ETHER_LENGTH_MAX ? LENGTH : TYPE];
    if (!describe_rows(d, last, 1, 0, header_end)) return;
    uint32_t payload = ether_payload_end(d->octets, type, ETHER_HEADER, end);
    describe_trailer(d, payload, end);
    ether_payload_describe(d, type, ETHER_HEADER, payload);
}

bool ether_has_row(const uint8_t *header, uint32_t row) {
    if (row != TYPE && row != LENGTH) return true;
    bool length = field_get(header, &ether_fields[TYPE]) <= ETHER_LENGTH_MAX;
    return length == (row == LENGTH);
}
