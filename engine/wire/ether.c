#include "wire/ether.h"
/*
 * The Ethernet II header, RFC 894: destination, source, type. Left out: IEEE 802.3 lengths with
 * LLC (RFC 1042), VLAN tags, the frame check sequence (a virtual wire does not carry it).
 */
#include <string.h>

#include "wire/fields.h"

enum { DST = 0, SRC = 10, TYPE = 20 };

/* Under each address lie other views of the same octets, named as Wireshark names them. */
#define VIEW FIELD_GENERATED
#define CLAUSE "RFC 894"
const struct wire_field ether_fields[] = {
    [DST] = {"eth.dst", "Destination", 0, 6, 1, SHAPE_MAC, 0, 0, 0, CLAUSE},
    {"eth.dst_resolved", "Destination (resolved)", 0, 6, 2, SHAPE_MAC_NAME, 0, 0, VIEW, CLAUSE},
    {"eth.dst.oui", "Destination OUI", 0, 3, 2, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    {"eth.addr", "Address", 0, 6, 2, SHAPE_MAC, 0, 0, VIEW, CLAUSE},
    {"eth.addr_resolved", "Address (resolved)", 0, 6, 2, SHAPE_MAC_NAME, 0, 0, VIEW, CLAUSE},
    {"eth.addr.oui", "Address OUI", 0, 3, 2, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    {"eth.dst.lg", "LG bit", 0, 3, 2, SHAPE_DECIMAL, 0x020000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.lg", "LG bit", 0, 3, 2, SHAPE_DECIMAL, 0x020000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.dst.ig", "IG bit", 0, 3, 2, SHAPE_DECIMAL, 0x010000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.ig", "IG bit", 0, 3, 2, SHAPE_DECIMAL, 0x010000, 0, VIEW | FIELD_BITS, CLAUSE},
    [SRC] = {"eth.src", "Source", 6, 6, 1, SHAPE_MAC, 0, 0, 0, CLAUSE},
    {"eth.src_resolved", "Source (resolved)", 6, 6, 2, SHAPE_MAC_NAME, 0, 0, VIEW, CLAUSE},
    {"eth.src.oui", "Source OUI", 6, 3, 2, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    {"eth.addr", "Address", 6, 6, 2, SHAPE_MAC, 0, 0, VIEW, CLAUSE},
    {"eth.addr_resolved", "Address (resolved)", 6, 6, 2, SHAPE_MAC_NAME, 0, 0, VIEW, CLAUSE},
    {"eth.addr.oui", "Address OUI", 6, 3, 2, SHAPE_DECIMAL, 0, 0, VIEW, CLAUSE},
    {"eth.src.lg", "LG bit", 6, 3, 2, SHAPE_DECIMAL, 0x020000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.lg", "LG bit", 6, 3, 2, SHAPE_DECIMAL, 0x020000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.src.ig", "IG bit", 6, 3, 2, SHAPE_DECIMAL, 0x010000, 0, VIEW | FIELD_BITS, CLAUSE},
    {"eth.ig", "IG bit", 6, 3, 2, SHAPE_DECIMAL, 0x010000, 0, VIEW | FIELD_BITS, CLAUSE},
    [TYPE] = {"eth.type", "Type", 12, 2, 1, SHAPE_HEX, 0, 0, 0, CLAUSE},
};
const size_t ether_field_count = sizeof ether_fields / sizeof *ether_fields;

enum parse_result ether_parse(struct ether_header *h, struct reader *r) {
    const uint8_t *o = read_span(r, ETHER_HEADER);
    if (r->failed)
        return PARSE_TRUNCATED;
    memcpy(h->dst, o + ether_fields[DST].at, sizeof h->dst);
    memcpy(h->src, o + ether_fields[SRC].at, sizeof h->src);
    h->type = (uint16_t)field_get(o, &ether_fields[TYPE]);
    return PARSE_OK;
}

void ether_emit(struct writer *w, const struct ether_header *h) {
    uint8_t *o = write_span(w, ETHER_HEADER);
    memcpy(o + ether_fields[DST].at, h->dst, sizeof h->dst);
    memcpy(o + ether_fields[SRC].at, h->src, sizeof h->src);
    field_put(o, &ether_fields[TYPE], h->type);
}
